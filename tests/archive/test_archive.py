"""What goes into the archive comes out again, once; and what was removed is gone, from the files too."""

from __future__ import annotations

import hashlib
import random
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import CommitProperties, Transaction, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.archive import SCHEMA, Archive, Key, compare, damaged, digest, fingerprints, frame, might_match
from rapport.archive.schema import LATER
from rapport.core.errors import ArchiveError
from rapport.core.query import parse
from rapport.core.types import Document, Span, content_hash

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def row(name: str, text: str = "The ferry was late", **more: Any) -> dict[str, Any]:
    spans = more.pop("spans", [])
    hashed = content_hash(text, [Span(**span) for span in spans])
    given = {
        "network": "harbour",
        "external_id": name,
        "version": 1,
        "batch": 1,
        "removed": False,
        "id": 1,
        "published": NOON,
        "heard": NOON,
        "revision": 1,
        "content_hash": hashed,
        "channel_id": 1,
        "channel": "Harbour",
        "author_id": "kim",
        "author": "kim.example",
        "text": text,
        "spans": spans,
        "addressed": True,
        "context": False,
        "ours": False,
        "language": "en",
        "tone": "negative",
        "negative": 0.7,
        "neutral": 0.2,
        "positive": 0.1,
        "kinds": ["complaint"],
        "reader": "r1",
    }
    return given | more


def tombstone(name: str, **more: Any) -> dict[str, Any]:
    gone = {"network": "harbour", "external_id": name, "id": 1, "published": NOON, "removed": True}
    return gone | {"version": 2, "batch": 2} | more


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def put(archive: Archive, number: int, *rows: dict[str, Any]) -> bool:
    return archive.append(number, frame(row | {"batch": number} for row in rows), after=number - 1)


def texts(archive: Archive) -> list[str]:
    return sorted(archive.scan().collect()["text"])


def holding(folder: Path, words: tuple[str, ...]) -> set[str]:
    """Which of the words can be read in any file, compressed columns included."""
    found = set()
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if file.suffix == ".parquet":
                content += repr(pl.read_parquet(file).to_dicts()).encode()
            found |= {word for word in words if word.encode() in content}
    return found


# -- archives that are older than some columns -------------------------------------------------------------------------


@pytest.fixture
def older(archive: Archive) -> Archive:
    """An archive as it was written before there were the later columns."""
    rows = frame([row("1"), row("2", "Late again")]).drop(LATER)
    commit = CommitProperties(app_transactions=[Transaction("rapport", 1)])
    write_deltalake(archive.folder / "messages", rows, partition_by=["month"], commit_properties=commit)
    return archive


def test_what_an_older_archive_does_not_have_is_null(older):
    found = older.scan().select("external_id", *LATER).sort("external_id").collect()
    assert found.rows() == [("1", *[None] * len(LATER)), ("2", *[None] * len(LATER))]


def test_a_batch_of_an_older_archive_still_has_the_digest_that_it_had(older):
    written = frame([row("1"), row("2", "Late again")]).drop(LATER).write_ndjson()
    assert digest(older.batch(1)) == hashlib.sha256(written.encode()).hexdigest()
    assert digest(frame([row("1", urgency="now")])) != digest(frame([row("1")]))


def test_an_older_archive_takes_new_rows_erases_and_is_tidied(older):
    hint = {"start": 0, "end": 1, "kind": "health", "confidence": 0.3}
    told = {"urgency": "now", "urgent_for": ["harm"], "spam": [], "hints": [hint]}
    put(older, 2, row("3", **told), row("2", "Late again", version=2, urgency="soon"))
    older.erase([Key("2026-01", "harbour", "1")])
    older.tidy()
    found = {one["external_id"]: one for one in older.scan().collect().to_dicts()}
    assert {name: one["urgency"] for name, one in found.items()} == {"2": "soon", "3": "now"}
    assert {name: found["3"][name] for name in told} == told


# -- appending ---------------------------------------------------------------------------------------------------------


def test_what_was_appended_is_read_again(archive):
    whole = row("1", "Late #again", spans=[{"start": 5, "end": 11, "kind": "hashtag", "value": "again"}])
    assert put(archive, 1, whole)
    [found] = archive.scan().collect().to_dicts()
    assert {name: found[name] for name in whole} == whole
    assert (found["day"], found["month"]) == (date(2026, 1, 31), "2026-01")


def test_a_batch_that_is_there_is_not_appended_again(archive):
    assert put(archive, 1, row("1"))
    assert not put(archive, 1, row("1"))
    assert texts(archive) == ["The ferry was late"]


def test_a_batch_that_does_not_follow_the_last_one_is_refused(archive):
    put(archive, 1, row("1"))
    with pytest.raises(ArchiveError, match="ends with batch 1, and the database says that it is 4"):
        archive.append(5, frame([row("2")]), after=4)
    assert texts(archive) == ["The ferry was late"]


def test_of_two_who_append_at_the_same_moment_one_is_refused(archive, monkeypatch):
    """The other one looked before, and was held up on the way."""
    put(archive, 1, row("1"))
    real = Archive._table

    def overtaken(self):
        table = real(self)
        monkeypatch.setattr(Archive, "_table", real)
        put(archive, 2, row("2", "first"))
        return table

    monkeypatch.setattr(Archive, "_table", overtaken)
    with pytest.raises(ArchiveError):
        put(archive, 2, row("2", "second"))
    assert texts(archive) == ["The ferry was late", "first"]


def test_what_a_batch_brought_can_be_told_by_its_digest(archive):
    rows = frame([row("1", kinds=["bug", "idea"]), row("2", negative=1 / 3)])
    archive.append(1, rows, after=0)
    assert digest(archive.batch(1)) == digest(rows)
    assert digest(frame([row("1"), row("2")])) != digest(rows)


def test_tidying_up_changes_nothing_but_the_number_of_files(archive):
    for number in range(1, 8):
        put(archive, number, row(str(number)))
    before = archive.scan().collect().sort("external_id")
    assert archive.facts().files == 7
    archive.tidy()
    facts = archive.facts()
    assert (facts.files, facts.rows, facts.last_batch) == (1, 7, 7)
    assert len(list(archive.folder.rglob("part-*.parquet"))) == 1
    assert archive.scan().collect().sort("external_id").equals(before)
    assert put(archive, 8, row("8"))


# -- a draw ------------------------------------------------------------------------------------------------------------

FEBRUARY = NOON + timedelta(days=5)


def two_months(archive: Archive, january: int = 12) -> None:
    """Messages of January in several batches, each with a number, and one of February."""
    for n in range(1, january + 1):
        put(archive, n, row(f"{n}", f"Ferry {n}", number=(n * 7 % january) / january))
    put(archive, january + 1, row("later", "In February", published=FEBRUARY, number=0.01))


def numbers_of_january(archive: Archive) -> list[list[float]]:
    """In each file, in the order of its rows."""
    files = sorted((archive.folder / "messages").rglob("month=2026-01/*.parquet"))
    return [pl.read_parquet(file)["number"].to_list() for file in files]


def test_a_month_that_is_over_is_put_in_the_order_of_its_numbers(archive):
    two_months(archive)
    before = archive.scan().collect().sort("external_id")
    archive.tidy()
    assert numbers_of_january(archive) == [sorted(before.filter(pl.col("month") == "2026-01")["number"])]
    assert archive.scan().collect().sort("external_id").equals(before)


def test_what_is_in_order_stays_until_more_came(archive):
    two_months(archive)
    archive.tidy()
    [ordered] = sorted((archive.folder / "messages").rglob("month=2026-01/*.parquet"))
    put(archive, 14, row("february", published=FEBRUARY, number=0.5))
    archive.tidy()
    assert ordered.exists()
    put(archive, 15, row("late", number=0.0))  # one in thirteen rows
    archive.tidy()
    [found] = numbers_of_january(archive)
    assert (len(found), found) == (13, sorted(found))


def test_a_note_of_what_is_in_order_that_cannot_be_read_costs_an_ordering_and_no_more(archive):
    two_months(archive)
    archive.tidy()
    before = archive.scan().collect().sort("external_id")
    (archive.folder / "ordered.json").write_text("[")
    archive.tidy()
    assert archive.scan().collect().sort("external_id").equals(before)
    [found] = numbers_of_january(archive)
    assert found == sorted(found)


def test_a_draw_has_the_smallest_numbers_the_newest_versions_and_nothing_that_was_removed(archive):
    two_months(archive)
    put(archive, 14, row("12", "Edited", version=2, number=0.0), row("old", "Without a number"))
    put(archive, 15, tombstone("7"))
    for _ in range(2):
        found = {one["external_id"]: one for one in archive.scan(drawn=0.25).collect().to_dicts()}
        drawn = {f"{n}" for n in range(1, 13) if (n * 7 % 12) / 12 <= 0.25 and n != 7}
        assert set(found) == drawn | {"later", "old"}
        assert found["12"]["text"] == "Edited"
        archive.tidy()


def test_a_month_in_order_holds_nothing_of_what_was_erased(archive):
    two_months(archive)
    archive.tidy()
    put(archive, 14, tombstone("5"))
    archive.erase([Key("2026-01", "harbour", "5")])
    archive.tidy()
    assert holding(archive.folder, ("Ferry 5",)) == set()
    assert holding(archive.folder, ("Ferry 6",)) == {"Ferry 6"}


def test_an_archive_without_anything_is_empty_and_makes_no_folder(archive):
    assert archive.scan().collect().is_empty()
    assert archive.count().is_empty()
    assert (archive.months(), archive.last_batch(), archive.facts().rows) == ([], 0, 0)
    assert not archive.folder.exists()


def test_a_folder_that_cannot_be_written_is_told_in_our_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError):
        put(Archive(tmp_path / "file" / "archive"), 1, row("1"))


# -- versions and tombstones -------------------------------------------------------------------------------------------


def test_of_several_versions_the_newest_is_read(archive):
    put(archive, 1, row("1", "wrong"), row("2", "other"))
    put(archive, 2, row("1", "less wrong", version=2, revision=2))
    put(archive, 3, row("1", "right", version=3, revision=3))
    assert texts(archive) == ["other", "right"]
    assert archive.scan(versions=True).collect().height == 4


def test_a_message_that_was_removed_is_not_read(archive):
    put(archive, 1, row("1", "wrong"), row("2", "other"))
    put(archive, 2, tombstone("1"))
    assert archive.scan().collect()["text"].to_list() == ["other"]


def test_days_are_those_of_utc_and_both_ends_belong(archive):
    put(archive, 1, *(row(str(day), published=NOON + timedelta(days=day), version=1) for day in range(40)))
    found = archive.scan(date(2026, 2, 1), date(2026, 2, 28)).collect()
    assert found.height == 28
    assert archive.months() == ["2026-01", "2026-02", "2026-03"]


# -- erasing -----------------------------------------------------------------------------------------------------------


def test_what_was_erased_is_in_no_file_any_more(archive):
    words = ("zqxorbotron", "jqvaxxle", "aaawjqkonkel", "kim-zqhandle")
    put(archive, 1, row("1", "zqxorbotron"), row("2", "aaawjqkonkel jqvaxxle", author="kim-zqhandle"), row("3"))
    put(archive, 2, row("2", "jqvaxxle again", version=2, author="kim-zqhandle"))
    assert holding(archive.folder, words) == set(words)
    put(archive, 3, tombstone("2"))
    archive.erase([Key("2026-01", "harbour", "2")])
    assert holding(archive.folder, words) == {"zqxorbotron"}
    assert texts(archive) == ["The ferry was late", "zqxorbotron"]
    assert put(archive, 4, row("4"))


def test_the_log_of_the_table_says_nothing_of_what_was_said(archive):
    put(archive, 1, row("1", "aaawjqkonkel", author="kim-zqhandle", url="https://zq.example/1"))
    archive.tidy()
    put(archive, 2, row("2", "zzzwjqkonkel", author="kim-zqhandle", url="https://zq.example/2"))
    assert holding(archive.folder / "messages" / "_delta_log", ("wjqkonkel", "zqhandle", "zq.example")) == set()


def test_a_file_of_a_write_that_was_cut_off_goes_too(archive):
    put(archive, 1, row("1", "jqvaxxle"), row("2"))
    [file] = archive.folder.rglob("part-*.parquet")
    file.with_name("part-cut-off.parquet").write_bytes(file.read_bytes())
    put(archive, 2, tombstone("1"))
    archive.erase([Key("2026-01", "harbour", "1")])
    assert holding(archive.folder, ("jqvaxxle",)) == set()


def test_names_with_quotes_are_erased_and_nothing_else(archive):
    put(archive, 1, row("it's", "zqxorbotron"), row("its", "stays"), row("it''s", "stays too"))
    archive.erase([Key("2026-01", "harbour", "it's")])
    assert texts(archive) == ["stays", "stays too"]


def test_as_many_as_one_likes_are_erased_at_once(archive):
    rows = [row(str(n), published=NOON + timedelta(days=n % 3)) for n in range(5_000)]
    put(archive, 1, *rows)
    keys = [Key((NOON + timedelta(days=n % 3)).strftime("%Y-%m"), "harbour", str(n)) for n in range(1, 5_000)]
    archive.erase(keys)
    assert archive.scan().collect()["external_id"].to_list() == ["0"]


def test_the_same_id_on_another_network_stays(archive):
    put(archive, 1, row("1", "gone"), row("1", "stays", network="other"))
    archive.erase([Key("2026-01", "harbour", "1")])
    assert texts(archive) == ["stays"]


# -- counting ----------------------------------------------------------------------------------------------------------


def test_counts_follow_versions_and_tombstones(archive):
    put(archive, 1, row("1"), row("2"), row("3", context=True), row("4", ours=True, kinds=[]))
    put(archive, 2, row("1", tone="positive", kinds=["praise", "idea"], version=2), tombstone("2"))
    archive.keep_counts(["2026-01"])
    kept = archive.days().collect().sort("ours", "kind")
    columns = ["tone", "ours", "kind", "messages"]
    assert kept.select(columns).rows() == [
        ("positive", False, None, 1),
        ("positive", False, "idea", 1),
        ("positive", False, "praise", 1),
        ("negative", True, None, 1),
    ]
    assert kept.sort("ours", "kind").equals(archive.count().select(kept.columns).sort("ours", "kind"))


def test_counting_a_month_anew_replaces_that_month_only(archive):
    put(archive, 1, row("1"), row("2", published=NOON + timedelta(days=1)))
    archive.keep_counts(["2026-01", "2026-02"])
    put(archive, 2, tombstone("1"))
    archive.keep_counts(["2026-01"])
    totals = archive.days().filter(pl.col("kind").is_null()).select("month", "messages").collect()
    assert totals.rows() == [("2026-02", 1)]


# -- verifying ---------------------------------------------------------------------------------------------------------


def days_of(*rows: dict[str, Any]) -> dict[date, Any]:
    return fingerprints(frame(rows).lazy())


def test_what_is_the_same_does_not_differ_in_whatever_order():
    rows = [row(str(number), version=1) for number in range(50)]
    assert compare(days_of(*rows), days_of(*reversed(rows))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"content_hash": "x"},
        {"revision": 2},
        {"tone": "neutral"},
        {"negative": 0.7000001},
        {"kinds": []},
        {"reader": "r2"},
        {"heard": NOON + timedelta(microseconds=1)},
        {"ours": True},
        {"channel_id": 2},
        {"author_id": "lea"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_day_on_which_one_thing_differs_is_named(change):
    expected, found = days_of(row("1"), row("2")), days_of(row("1"), row("2") | change)
    [difference] = compare(expected, found)
    assert str(difference) == "2026-01-31: the 2 messages are not those that were expected"


def test_a_message_that_is_missing_is_counted():
    [difference] = compare(days_of(row("1"), row("2")), days_of(row("1")))
    assert str(difference) == "2026-01-31: 2 messages expected, 1 found"


def test_a_text_that_is_not_the_one_that_was_hashed_is_found():
    rows = frame([row("1"), row("2") | {"text": "something else"}])
    assert list(damaged(rows)) == [(date(2026, 1, 31), "harbour", "2")]


# -- searching ---------------------------------------------------------------------------------------------------------

WORDS = ["late", "ferry", "straße", "STRASSE", "ﬁsh", "fish", "Über", "#Late", "@kim", "don't", "東京", "ſhip", "ship"]
QUERIES = ["late", "fish", "ship", "strasse", "#late", '"late ferry"', "fer* OR ship", "-late", "東京", "don't late"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=5), st.sampled_from(QUERIES))
def test_no_message_that_matches_is_left_out_before_the_matcher_sees_it(words, query):
    text, asked = " ".join(words), parse(query)
    [might] = pl.select(pl.lit(text).alias("text")).select(found=might_match(asked))["found"]
    assert might or not asked.matches(Document(text))


def test_most_messages_that_do_not_match_are_left_out():
    chance = random.Random(7)
    rows = frame(row(str(n), " ".join(chance.choices(["late", "ferry", "boat", "sea"], k=2))) for n in range(200))
    asked = parse("boat")
    found = rows.filter(might_match(asked))
    assert found.height == sum(asked.matches(Document(text)) for text in rows["text"]) > 0


def test_every_column_is_described():
    page = (Path(__file__).parents[2] / "docs/explanation/archive.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    described = [name for line in rows for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(described) == sorted(SCHEMA)
