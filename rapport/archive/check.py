"""Is the archive what the database says? Day by day, by count and by a hash over every message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from rapport.archive.schema import KEY
from rapport.core.types import Span, content_hash

CHECKED = (
    *KEY,
    "revision",
    "content_hash",
    "channel_id",
    "author_id",
    "published",
    "heard",
    "addressed",
    "context",
    "ours",
    "language",
    "tone",
    "negative",
    "neutral",
    "positive",
    "kinds",
    "reader",
    "urgency",
    "urgent_for",
    "spam",
)
"""What must agree. Texts are compared by their hash (see `damaged`); names of authors and channels may change."""

_LISTS = ("kinds", "urgent_for", "spam")
_LOW = 2**32


@dataclass(frozen=True, slots=True)
class Day:
    """How many messages there are of a day, and the sum of their hashes."""

    messages: int
    hash: str


NOTHING = Day(0, "0-0")


@dataclass(frozen=True, slots=True)
class Difference:
    """A day on which the archive is not what was expected."""

    day: date
    expected: Day
    found: Day

    def __str__(self) -> str:
        if self.expected.messages != self.found.messages:
            return f"{self.day}: {self.expected.messages} messages expected, {self.found.messages} found"
        return f"{self.day}: the {self.found.messages} messages are not those that were expected"


def marks(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Each message as (day, network, external_id, mark): two marks are equal when what must agree does.

    Marks hold within one process and one version of Polars: make both sides anew, never keep them.
    """
    cells = [_cell(name).fill_null("") for name in CHECKED]
    return rows.select("day", *KEY, mark=pl.concat_str(cells, separator="\x1f").hash(0))


def _cell(name: str) -> pl.Expr:
    return pl.col(name).list.join(",") if name in _LISTS else pl.col(name).cast(pl.String)


def fingerprints(rows: pl.LazyFrame) -> dict[date, Day]:
    """Count and hash of each day, from rows as `scan` gives them. The order of the rows does not matter."""
    return summed(marks(rows).collect())


def summed(found: pl.DataFrame) -> dict[date, Day]:
    """The same from what `marks` gave."""
    sums = found.group_by("day").agg(
        messages=pl.len(), high=(pl.col("mark") // _LOW).sum(), low=(pl.col("mark") % _LOW).sum()
    )
    return {day: Day(count, f"{high:x}-{low:x}") for day, count, high, low in sums.iter_rows()}


def compare(expected: dict[date, Day], found: dict[date, Day]) -> list[Difference]:
    """The days on which they differ, in order."""
    return [
        Difference(day, expected.get(day, NOTHING), found.get(day, NOTHING))
        for day in sorted(expected.keys() | found.keys())
        if expected.get(day, NOTHING) != found.get(day, NOTHING)
    ]


def damaged(rows: pl.DataFrame) -> Iterator[tuple[date, str, str]]:
    """Messages whose text is not the one that their hash was made of, as (day, network, external_id)."""
    columns = rows.select("day", *KEY, "content_hash", "text", "spans")
    for day, network, external_id, wanted, text, spans in columns.iter_rows():
        parts = [Span(one["start"], one["end"], one["kind"], one["value"]) for one in spans or ()]
        if wanted and content_hash(text or "", parts) != wanted:
            yield day, network, external_id
