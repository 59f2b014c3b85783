"""Old texts leave the database, are found again in the archive, and come back when somebody goes on talking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
import time_machine
from click.testing import CliRunner
from django.db.models import Sum
from django.urls import reverse

from rapport import cli
from rapport.core.query import SEARCH_FIELDS, parse
from rapport.core.types import Deletion
from rapport.core.understand import Tones, deep, tone
from rapport.server.keep import actions as keeping
from rapport.server.keep.leaving import leave
from rapport.server.keep.verify import verify
from rapport.server.keep.words import fill_in
from rapport.server.listen.models import Message, Revision
from rapport.server.measure.models import DayCount
from rapport.server.route import actions as routing
from rapport.server.route import older, rereading
from rapport.server.route.models import Conversation
from rapport.server.route.queries import search_messages
from rapport.server.timetable import turn as next_of_the_timetable
from rapport.server.understand.models import Reading
from tests.core import small_model

YEARS = timedelta(days=2 * 365)


@pytest.fixture(autouse=True)
def archive(settings, tmp_path):
    settings.ARCHIVE, settings.HOT_DAYS = tmp_path / "archive", 400
    return keeping.archive()


@pytest.fixture
def old(hear, says, ana):
    """A conversation that was closed; its words can be found."""
    hear(says("My ferry was late again", external_id="p1"), says("The café was closed", external_id="p2"))
    for talk in Conversation.objects.all():
        routing.close(talk, actor=ana)
    keeping.write(actor="test")
    return Message.objects.get(external_id="p1")


def go(later: timedelta = YEARS) -> int:
    now = datetime.now(UTC) + later
    with time_machine.travel(now, tick=True):
        return leave(now, actor="test")


def asked(text: str):
    return parse(text, fields=SEARCH_FIELDS)


def found(user, text: str, **more) -> list[str]:
    return [message.text for message in older.search_older(user, asked(text), **more).rows]


def test_texts_that_are_old_and_closed_leave_and_what_is_counted_stays(old):
    assert go() == 2
    old.refresh_from_db()
    assert (old.text, old.spans, old.left_at is not None) == ("", [], True)
    assert (old.content_hash != "", Reading.objects.filter(message=old).exists()) == (True, True)
    assert verify(actor="test").holds


def test_nothing_leaves_unless_it_is_asked_for(old, settings):
    settings.HOT_DAYS = 0
    assert go() == 0


def test_a_young_text_stays(old):
    assert go(timedelta(days=399)) == 0


def test_a_text_of_an_open_conversation_stays(old, ben):
    routing.reopen(Conversation.objects.get(placements__message=old), actor=ben)
    assert go() == 1
    old.refresh_from_db()
    assert old.text == "My ferry was late again"


def test_a_text_that_changed_since_it_was_archived_stays(old, hear, says):
    Message.objects.filter(pk=old.pk).update(unarchived=True)
    assert go() == 1


@pytest.mark.parametrize("change", [{"revision": 7}, {"content_hash": "x"}], ids=["another version", "another text"])
def test_a_text_that_the_archive_has_otherwise_stays(old, change):
    Message.objects.filter(pk=old.pk).update(**change)
    assert go() == 1
    old.refresh_from_db()
    assert old.text == "My ferry was late again"


def test_a_text_that_the_archive_lost_stays(old, settings, tmp_path):
    settings.ARCHIVE = tmp_path / "empty"
    assert go() == 0


def test_earlier_wordings_leave_with_it(hear, says, ben, archive):
    hear(says("My fery was late", external_id="p1"))
    keeping.write(actor="test")
    hear(says("My ferry was late", external_id="p1"))
    routing.close(Conversation.objects.get(), actor=ben)
    keeping.write(actor="test")
    assert (go(), Revision.objects.count()) == (1, 0)
    assert set(archive.scan(versions=True).collect()["text"]) == {"My fery was late", "My ferry was late"}


# -- finding -----------------------------------------------------------------------------------------------------------


def test_what_left_is_found_in_the_archive_and_no_longer_in_the_database(old, ana):
    go()
    assert search_messages(ana, asked("ferry")).rows == []
    assert found(ana, "ferry") == ["My ferry was late again"]
    assert found(ana, "CAFÉ") == ["The café was closed"]
    assert found(ana, "ferry -late") == []


def test_the_whole_query_language_holds_there(old, ana):
    go()
    assert found(ana, "is:closed team:service late") == ["My ferry was late again"]
    assert found(ana, "is:open late") == []
    assert found(ana, "late published:>=2020") == ["My ferry was late again"]
    assert found(ana, "late published:<2020") == []


def test_what_is_still_in_the_database_is_not_found_twice(old, ana):
    assert found(ana, "ferry") == []


def test_a_stranger_finds_nothing_of_others(old, cleo):
    go()
    assert found(cleo, "ferry") == []


def test_results_come_in_pages_without_gaps_or_repetitions(hear, says, ana, archive, monkeypatch):
    monkeypatch.setattr(older, "STEP", 7)
    hear(*(says(f"ferry {n}", after=-(n // 3) * 60 * 24, external_id=f"n{n}") for n in range(40)))
    for talk in Conversation.objects.all():
        routing.close(talk, actor=ana)
    keeping.write(actor="test")
    go()
    seen, before = [], None
    while True:
        page = older.search_older(ana, asked("ferry"), before=before, limit=9)
        seen += [message.external_id for message in page.rows]
        if page.next is None:
            break
        before = page.next
    assert len(seen) == len(set(seen)) == 40


def test_a_search_that_takes_long_says_where_it_stopped(old, ana, monkeypatch):
    go()
    monkeypatch.setattr(older, "SECONDS", -1.0)
    page = older.search_older(ana, asked("nothing like it"))
    assert page.stopped
    assert page.next is not None


def test_the_page_leads_on_to_the_archive(old, ana, client):
    client.force_login(ana)
    go()
    page = client.get(reverse("search"), {"q": "ferry"}).content.decode()
    assert "Search the archive" in page
    page = client.get(reverse("search"), {"q": "ferry", "older": "1"}).content.decode()
    assert "My <mark>ferry</mark> was late again" in page
    assert "This is from the archive" in page


def test_without_anything_that_left_nobody_is_sent_to_the_archive(old, ana, client, settings):
    client.force_login(ana)
    assert "Search the archive" not in client.get(reverse("search"), {"q": "nothing"}).content.decode()


# -- coming back -------------------------------------------------------------------------------------------------------


def test_what_is_heard_again_is_known_and_stays_where_it_is(old, hear, says):
    go()
    heard = hear(says("My ferry was late again", external_id="p1"))
    assert (heard.known, heard.new, heard.revised) == (1, 0, 0)
    assert Message.objects.get(pk=old.pk).text == ""


def test_an_edit_brings_the_text_back(old, hear, says, archive):
    go()
    hear(says("My ferry was very late", external_id="p1"))
    row = Message.objects.get(pk=old.pk)
    assert (row.text, row.left_at) == ("My ferry was very late", None)
    keeping.write(actor="test")
    assert "My ferry was very late" in set(archive.scan().collect()["text"])
    assert verify(actor="test").holds


def test_a_deletion_reaches_what_left(old, hear, archive):
    go()
    hear(deletions=(Deletion("harbour", "p1"),))
    keeping.write(actor="test")
    assert list(archive.scan().collect()["text"]) == ["The café was closed"]


def test_a_conversation_shows_its_old_texts(old, ana, client):
    go()
    client.force_login(ana)
    talk = Conversation.objects.get(placements__message=old)
    page = client.get(reverse("conversation", args=[talk.pk])).content.decode()
    assert "My ferry was late again" in page


def test_a_conversation_can_be_opened_while_the_archive_cannot_be_read(old, ana, client, settings, tmp_path):
    go()
    (tmp_path / "file").write_text("")
    settings.ARCHIVE = tmp_path / "file"
    client.force_login(ana)
    talk = Conversation.objects.get(placements__message=old)
    page = client.get(reverse("conversation", args=[talk.pk])).content.decode()
    assert "which cannot be read just now" in page


def test_texts_of_the_archive_are_shown_and_not_saved(old):
    go()
    row = Message.objects.get(pk=old.pk)
    fill_in([row])
    assert row.text == "My ferry was late again"
    assert Message.objects.get(pk=old.pk).text == ""


# -- reading again -----------------------------------------------------------------------------------------------------


@pytest.fixture
def slow(tmp_path) -> Tones:
    return deep.load(small_model.write(tmp_path / "small"))


def again(tones: Tones) -> int:
    return rereading.sweep(rereading.to_sweep(tones, everything=True), tones, actor="test")


def readings() -> list[tuple]:
    return list(Reading.objects.order_by("message").values_list("message", "tone", "negative", "reader"))


def test_what_left_is_read_again_out_of_the_archive_and_its_reading_goes_there(old, archive, slow):
    go()
    assert again(slow) == 2
    assert keeping.write(actor="test") == 2
    rows = archive.scan().sort("external_id").collect()
    assert rows["text"].to_list() == ["My ferry was late again", "The café was closed"]
    assert (rows["version"].to_list(), rows["reader"].str.contains(slow.version()).all()) == ([2, 2], True)
    expected = [one.negative for one in slow.tones_of(rows["text"].to_list())]
    assert rows["negative"].to_list() == pytest.approx(expected)
    assert verify(actor="test").holds
    assert Message.objects.filter(text="", left_at__isnull=False).count() == 2, "the texts stay where they are"


def test_the_quick_reader_undoes_it_there_too(old, archive, slow):
    go()
    before = readings()
    again(slow)
    assert readings() != before
    assert again(tone) == 2
    keeping.write(actor="test")
    assert readings() == before
    assert archive.scan().sort("id").collect()["negative"].to_list() == [negative for _, _, negative, _ in before]
    assert verify(actor="test").holds


def test_only_what_the_quick_reader_was_unsure_of_is_read_unless_everything_is_wanted(old, slow, settings):
    go()
    settings.DEEP_BELOW = 0.34
    assert rereading.to_sweep(slow).count() == 0
    settings.DEEP_BELOW = 1.0
    assert rereading.to_sweep(slow).count() == 2


@pytest.mark.parametrize("point", ["archive.frozen", "archive.appended", "archive.marked", "archive.erased"])
def test_a_pass_that_breaks_off_goes_on_and_doubles_nothing(point, old, archive, slow, monkeypatch):
    go()
    monkeypatch.setattr(rereading, "BATCH", 1)

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rereading.sweep(rereading.to_sweep(slow, everything=True), slow, actor="test", progress=stop)
    monkeypatch.setattr(keeping, "crashpoint", lambda name: stop() if name == point else None)
    with pytest.raises(KeyboardInterrupt):
        keeping.write(actor="test")
    monkeypatch.setattr(keeping, "crashpoint", lambda name: None)
    assert again(slow) == 1
    keeping.write(actor="test")
    assert archive.scan(versions=True).collect().group_by("external_id", "version").len()["len"].max() == 1
    assert archive.scan().collect()["version"].to_list() == [2, 2]
    assert verify(actor="test").holds


def test_what_was_taken_back_is_not_read_again(old, hear, archive, slow):
    go()
    hear(deletions=(Deletion("harbour", "p1"),))
    assert again(slow) == 1
    keeping.write(actor="test")
    assert archive.scan().collect()["text"].to_list() == ["The café was closed"]
    assert verify(actor="test").holds


def test_what_is_taken_back_while_it_is_read_is_buried(old, hear, archive, slow):
    class Meanwhile:
        version = staticmethod(slow.version)

        def tones_of(self, texts):
            hear(deletions=(Deletion("harbour", "p1"),))
            return slow.tones_of(texts)

    go()
    assert again(Meanwhile()) == 1
    keeping.write(actor="test")
    assert archive.scan(versions=True).collect().filter(external_id="p1", removed=False).height == 0
    assert verify(actor="test").holds


def test_what_the_archive_does_not_have_word_for_word_stays_as_it_was_read(old, slow):
    go()
    Message.objects.filter(pk=old.pk).update(content_hash="x")
    assert again(slow) == 1
    assert slow.version() not in Reading.objects.get(message=old).reader


def test_a_conversation_of_old_texts_takes_the_new_tone_and_keeps_its_words(old, slow):
    go()
    talks = Conversation.objects.filter(placements__message=old)
    talks.update(tone="other")
    again(slow)
    assert [(talk.tone, talk.preview) for talk in talks] == [
        (Reading.objects.get(message=old).tone, "My ferry was late again")
    ]
    routing.refresh(talks.values_list("pk", flat=True))
    assert talks.get().preview == "My ferry was late again"


def test_the_days_are_counted_anew_after_a_pass(old, archive, slow, monkeypatch):
    go()
    while next_of_the_timetable("test"):
        pass
    monkeypatch.setattr(cli, "django", lambda: None)
    monkeypatch.setattr(rereading, "reader", lambda: slow)
    said = CliRunner().invoke(cli.main, ["readers", "reread", "--all"])
    assert f"2 messages read again by {slow.version()}." in said.output
    while next_of_the_timetable("test"):
        pass
    keeping.write(actor="test")
    tones = list(Reading.objects.values_list("tone", flat=True))
    counted = DayCount.objects.aggregate(*(Sum(name) for name in ("negative", "neutral", "positive")))
    assert counted == {f"{name}__sum": tones.count(name) for name in ("negative", "neutral", "positive")}
    days = archive.days().filter(pl.col("kind").is_null()).group_by("tone").agg(pl.col("messages").sum()).collect()
    assert dict(days.iter_rows()) == {name: tones.count(name) for name in set(tones)}
