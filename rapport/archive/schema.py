"""What a row of the archive holds: one version of one message."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import polars as pl

_TIME = pl.Datetime("us", "UTC")
_SPAN = pl.Struct({"start": pl.Int32, "end": pl.Int32, "kind": pl.String, "value": pl.String})
_PRIVATE = pl.Struct({"start": pl.Int32, "end": pl.Int32, "kind": pl.String, "confidence": pl.Float64})

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    # Which message, and which version of it. Days and months are those of UTC, by when it was said.
    "month": pl.String,
    "day": pl.Date,
    "network": pl.String,
    "external_id": pl.String,
    "version": pl.Int32,  # 1 for the first one that was archived
    "batch": pl.Int64,  # of two versions the one of the later batch is the newer
    "removed": pl.Boolean,  # a tombstone: nothing below `heard` is filled in
    "id": pl.Int64,  # of the message in the database
    "published": _TIME,
    "heard": _TIME,
    # What was said, by whom, and where it reached us.
    "revision": pl.Int32,
    "content_hash": pl.String,
    "channel_id": pl.Int64,
    "channel": pl.String,
    "author_id": pl.String,
    "author": pl.String,
    "author_name": pl.String,
    "text": pl.String,
    "spans": pl.List(_SPAN),
    "url": pl.String,
    "thread_id": pl.String,
    "parent_id": pl.String,
    "edited": _TIME,
    "addressed": pl.Boolean,
    "context": pl.Boolean,
    "ours": pl.Boolean,
    "imported": pl.Boolean,
    # What the reader made of it; `reader` is the reader's version.
    "language": pl.String,
    "tone": pl.String,
    "negative": pl.Float64,
    "neutral": pl.Float64,
    "positive": pl.Float64,
    "kinds": pl.List(pl.String),
    "private": pl.List(_PRIVATE),
    "reader": pl.String,
    "urgency": pl.String,
    "urgent_for": pl.List(pl.String),
    "spam": pl.List(pl.String),
    "hints": pl.List(_PRIVATE),
    # Follows from the key: the permanent random number by which messages are drawn, between 0 and 1.
    "number": pl.Float64,
}
SCHEMA = pl.Schema(_COLUMNS)
LATER = ("urgency", "urgent_for", "spam", "hints", "number")
"""Columns that were added when there were archives already: null in what was written before. A new one goes to the end
of `SCHEMA`, and is named here."""
KEY = ("network", "external_id")


class Key(NamedTuple):
    """One message, and the month under which it is kept."""

    month: str
    network: str
    external_id: str


def month_of(day: date) -> str:
    """
    >>> month_of(date(2026, 1, 31))
    '2026-01'
    """
    return f"{day.year:04}-{day.month:02}"


def completed(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows that were written before there was every column of `SCHEMA`, with nulls in those that they lack."""
    there = rows.collect_schema()
    lacking = {name: pl.lit(None, SCHEMA[name]) for name in LATER if name not in there}
    return rows.with_columns(**lacking).select(*SCHEMA)


def frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows with the names of `SCHEMA`; what a row leaves out is null. `day` and `month` follow from `published`."""
    schema = {name: kind for name, kind in SCHEMA.items() if name not in ("month", "day")}
    table = pl.DataFrame(list(rows), schema=schema)
    day = pl.col("published").dt.date()
    return table.with_columns(day=day, month=day.dt.strftime("%Y-%m")).select(*SCHEMA)


def digest(rows: pl.DataFrame) -> str:
    """A hash of what the rows say, in whatever order they stand. A later column of which they say nothing leaves it as
    it was before there was such a column; the number says nothing that the key does not.

    >>> digest(frame([])) == digest(frame([]).reverse())
    True
    """
    silent = {"number", *(name for name in LATER if rows[name].null_count() == rows.height)}
    written = rows.select(name for name in SCHEMA if name not in silent).sort(*KEY, "version").write_ndjson()
    return hashlib.sha256(written.encode()).hexdigest()
