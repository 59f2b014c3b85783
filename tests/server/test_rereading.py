"""A slow reader of tone reads again what the quick one was unsure of, and nothing waits for it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone

from rapport import cli
from rapport.core.types import Deletion, Tone
from rapport.core.understand import tone
from rapport.server.listen.models import Message
from rapport.server.organise.models import AuditEntry
from rapport.server.route import rereading
from rapport.server.route.models import Conversation
from rapport.server.understand import corrections
from rapport.server.understand.models import Reading, Unsure


class Slow:
    """Finds everything good, surely."""

    def __init__(self):
        self.asked = []

    def tones_of(self, texts):
        self.asked += texts
        return [Tone(0.05, 0.05, 0.9)] * len(texts)

    def version(self):
        return "deep-slow-1a2b3c4d"


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def on(settings, tmp_path):
    """There is a deep reader, and everything is below its mark."""
    settings.DEEP_READER, settings.DEEP_BELOW = tmp_path, 1.0


def of(external_id: str) -> Reading:
    return Reading.objects.get(message__external_id=external_id)


class TestWhatIsUnsure:
    def test_is_read_again_and_says_by_whom(self, on, hear, says, slow):
        hear(says("Well", external_id="a"))
        assert "tone-" in of("a").reader, "nothing waited for the slow reader"
        assert rereading.turn(slow, "test") == 1
        assert (of("a").tone, of("a").positive) == ("positive", 0.9)
        assert corrections.version_of(of("a").reader, "tone") == "deep-slow-1a2b3c4d"
        assert rereading.turn(slow, "test") == 0

    def test_is_what_lies_below_the_mark(self, on, hear, says, slow, settings):
        surely, hardly = "Thank you so much, this was wonderful, I love it", "The ferry"
        sure = [max(one.negative, one.neutral, one.positive) for one in tone.tones_of([surely, hardly])]
        settings.DEEP_BELOW = sum(sure) / 2
        hear(says(surely), says(hardly))
        assert rereading.turn(slow, "test") == 1
        assert slow.asked == [hardly]

    def test_changes_its_conversation_too_and_reopens_nothing(self, on, talk, slow):
        Conversation.objects.update(state="closed", tone="negative")
        rereading.turn(slow, "test")
        talk.refresh_from_db()
        assert (talk.tone, talk.state) == ("positive", "closed")

    def test_goes_to_the_archive_anew(self, on, talk, slow):
        Message.objects.update(unarchived=False)
        rereading.turn(slow, "test")
        assert Message.objects.get().unarchived

    def test_is_on_record(self, on, talk, slow):
        rereading.turn(slow, "deep-test")
        entry = AuditEntry.objects.get(action="messages.read_again")
        assert (entry.detail["messages"], slow.version() in entry.detail["reader"]) == (1, True)

    def test_is_not_marked_where_there_is_no_deep_reader(self, talk):
        assert not Unsure.objects.exists()

    def test_is_read_by_one_of_two(self, on, talk, slow):
        class Other(Slow):
            def tones_of(self, texts):
                assert rereading.turn(slow, "second") == 0
                return super().tones_of(texts)

        assert rereading.turn(Other(), "first") == 1
        assert not slow.asked

    def test_that_was_edited_meanwhile_is_read_once_more(self, on, hear, says, slow):
        class Other(Slow):
            def tones_of(self, texts):
                hear(says("Wait, that was wrong", external_id="a", edited_at=timezone.now()))
                return super().tones_of(texts)

        hear(says("Well", external_id="a"))
        rereading.turn(Other(), "test")
        assert "tone-" in of("a").reader
        Unsure.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
        rereading.turn(slow, "test")
        assert slow.asked == ["Wait, that was wrong"]

    def test_that_was_taken_back_meanwhile_is_let_go(self, on, hear, says, slow):
        class Other(Slow):
            def tones_of(self, texts):
                hear(deletions=[Deletion("harbour", "a")])
                return super().tones_of(texts)

        hear(says("Well", external_id="a"))
        rereading.turn(Other(), "test")
        assert not Reading.objects.filter(reader__contains="deep-").exists()
        Unsure.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
        rereading.turn(slow, "test")
        assert not slow.asked


class TestAPassOverEverything:
    @pytest.fixture
    def three(self, hear, says, settings):
        settings.DEEP_BELOW = 0.34
        hear(says("One", external_id="a"), says("Two", external_id="b"), says("Three", external_id="c"))

    def test_reads_what_the_reader_was_sure_of_only_when_asked_to(self, three, slow):
        assert rereading.sweep(rereading.to_sweep(slow), slow, actor="test") == 0
        assert rereading.sweep(rereading.to_sweep(slow, everything=True), slow, actor="test") == 3

    def test_goes_on_where_it_was_interrupted(self, three, slow, monkeypatch):
        monkeypatch.setattr(rereading, "BATCH", 1)

        def stumble(done):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            rereading.sweep(rereading.to_sweep(slow, everything=True), slow, actor="test", progress=stumble)
        told = []
        rereading.sweep(rereading.to_sweep(slow, everything=True), slow, actor="test", progress=told.append)
        assert slow.asked == ["One", "Two", "Three"]
        assert told == [1, 1]

    def test_reads_from_a_day_on(self, three, slow):
        Message.objects.filter(external_id="a").update(published_at=timezone.now() - timedelta(days=9))
        wanted = rereading.to_sweep(slow, since=timezone.now() - timedelta(days=1), everything=True)
        assert rereading.sweep(wanted, slow, actor="test") == 2

    def test_leaves_what_a_reader_of_ones_own_read_unless_asked_to(self, three, slow, settings):
        settings.DEEP_BELOW = 1.0
        Reading.objects.filter(message__external_id="a").update(reader="language-1 head-tone-1a2b3c4d tone-5041c979")
        assert rereading.to_sweep(slow).count() == 2
        assert rereading.to_sweep(slow, everything=True).count() == 3

    def test_is_undone_by_the_quick_reader(self, three, slow):
        before = Reading.objects.values_list("message", "tone", "negative", "reader").order_by("message")
        kept = list(before)
        rereading.sweep(rereading.to_sweep(slow, everything=True), slow, actor="test")
        assert list(before.all()) != kept
        rereading.sweep(rereading.to_sweep(tone, everything=True), tone, actor="test")
        assert list(before.all()) == kept

    def test_is_a_command(self, three, slow, monkeypatch):
        monkeypatch.setattr(cli, "django", lambda: None)
        monkeypatch.setattr(rereading, "reader", lambda: slow)
        said = CliRunner().invoke(cli.main, ["readers", "reread", "--all", "--since", "2020-01-01"])
        assert "3 messages read again by deep-slow-1a2b3c4d." in said.output
        said = CliRunner().invoke(cli.main, ["readers", "reread", "--quick"])
        assert f"3 messages read again by {tone.version()}." in said.output

    def test_is_refused_where_there_is_no_deep_reader(self, three, monkeypatch):
        monkeypatch.setattr(cli, "django", lambda: None)
        said = CliRunner().invoke(cli.main, ["readers", "reread"])
        assert said.exit_code == 1
        assert "RAPPORT_DEEP_READER" in said.output


class TestTheModelOfTheSettings:
    def test_reads_in_the_thread_of_the_worker(self, hear, says, settings, tmp_path, monkeypatch):
        from tests.core.small_model import write

        settings.DEEP_READER, settings.DEEP_BELOW = write(tmp_path / "small"), 1.0
        hear(says("good service"))
        stop = threading.Event()
        monkeypatch.setattr(rereading, "PAUSE_SECONDS", 0)
        monkeypatch.setattr(stop, "wait", lambda seconds=None: stop.set())
        monkeypatch.setattr(rereading.os, "setpriority", lambda *_: None)  # it would stay with the process of the tests
        rereading.run(stop)
        assert "deep-small-" in Reading.objects.get().reader

    def test_is_done_without_when_it_cannot_be_had(self, settings, tmp_path, caplog):
        settings.DEEP_READER = tmp_path
        assert rereading.reader() is None
        assert "the quick reader reads alone" in caplog.text

    def test_has_to_be_a_folder_of_a_model(self, tmp_path):
        from rapport.core.errors import SettingError
        from rapport.server.settings import _model

        assert _model("") is None
        with pytest.raises(SettingError, match="RAPPORT_DEEP_READER"):
            _model(str(tmp_path))
