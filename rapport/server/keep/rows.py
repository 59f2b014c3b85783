"""Messages as the archive keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl
from django.db.models import QuerySet

from rapport.archive import frame
from rapport.archive.check import CHECKED
from rapport.server.keep.words import Words
from rapport.server.listen.models import Message
from rapport.server.listen.numbers import numbering

SAME = (
    "network", "external_id", "id", "revision", "content_hash", "channel_id", "text", "url", "thread_id", "parent_id",
    "addressed", "context", "ours", "imported",
)  # fmt: skip
"""Columns that are called the same on both sides."""

RENAMED = {
    "published": "published_at",
    "heard": "heard_at",
    "edited": "edited_at",
    "channel": "channel__name",
    "author_id": "author__external_id",
    "author": "author__handle",
    "author_name": "author__name",
    **{
        name: f"reading__{name}"
        for name in (
            "language", "tone", "negative", "neutral", "positive", "kinds", "reader", "urgency", "urgent_for", "spam",
        )
    },
}  # fmt: skip
PLACES = ("start", "end", "kind", "confidence")
LISTS = {"spans": ("start", "end", "kind", "value"), "private": PLACES, "hints": PLACES}
TOMBSTONE = ("network", "external_id", "id", "published", "heard", "number")
"""What is left of a message that was removed."""


def rows_of(messages: QuerySet[Message], words: Mapping[int, Words]) -> Iterator[dict[str, Any]]:
    """One row a message, without the version and the batch. Of those that left, those whose `words` are given."""
    columns = [*SAME, *RENAMED.values(), "spans", "reading__private", "reading__hints", "removed_at", "left_at"]
    number_of = numbering()
    for found in messages.values(*columns).iterator(chunk_size=2_000):
        row = {name: found[name] for name in SAME} | {name: found[path] for name, path in RENAMED.items()}
        row["spans"] = _structs("spans", found["spans"])
        row["private"] = _structs("private", found["reading__private"])
        hints = found["reading__hints"]
        row["hints"] = None if hints is None else _structs("hints", hints)
        row["number"] = number_of(found["network"], found["external_id"])
        row["removed"] = found["removed_at"] is not None
        if row["removed"]:
            yield {name: row[name] for name in (*TOMBSTONE, "removed")}
        elif found["left_at"] is None:
            yield row
        elif said := words.get(found["id"]):
            yield row | {"text": said["text"], "spans": said["spans"]}


def checked_rows_of(messages: QuerySet[Message]) -> Iterator[dict[str, Any]]:
    """As much of each message as is compared when the archive is verified."""
    columns = {name: RENAMED.get(name, name) for name in (*CHECKED, "published")}
    for found in messages.values(*columns.values()).iterator(chunk_size=2_000):
        yield {name: found[path] for name, path in columns.items()}


def _structs(name: str, lists: Iterable[list[Any]] | None) -> list[dict[str, Any]]:
    return [dict(zip(LISTS[name], one)) for one in lists or ()]


def batch_of(
    messages: QuerySet[Message], *, number: int, versions: Mapping[int, int], words: Mapping[int, Words]
) -> pl.DataFrame:
    """The frozen rows of a batch.

    versions  how many versions of each message are archived already
    words     of those whose text is in the archive only
    """
    return frame(row | {"batch": number, "version": versions[row["id"]] + 1} for row in rows_of(messages, words))
