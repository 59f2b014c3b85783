"""The words of what left the database, out of the archive."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

import polars as pl
from django.conf import settings
from django.utils.translation import gettext

from rapport.archive import Archive, damaged
from rapport.core.errors import ArchiveError
from rapport.server.listen.models import Message

log = logging.getLogger(__name__)
COLUMNS = ("id", "day", "network", "external_id", "content_hash", "text", "spans")

Words = Mapping[str, Any]
"""A row of the archive with at least its key, `text` and `spans`."""


def archive() -> Archive:
    return Archive(settings.ARCHIVE)


def words_of(messages: Iterable[Message]) -> dict[int, Words]:
    """What those that left said, by their ids; without what the archive lacks, has otherwise, or has damaged."""
    left = {row.pk: row for row in messages if row.left_at and not row.removed_at}
    if not left:
        return {}
    days = [row.published_at.astimezone(UTC).date() for row in left.values()]
    mine = pl.col("id").is_in(list(left))
    rows = archive().collect(lambda rows: rows.filter(mine).select(COLUMNS), min(days), max(days))
    broken = {(network, name) for _, network, name in damaged(rows)}
    return {
        row["id"]: row
        for row in rows.iter_rows(named=True)
        if row["content_hash"] == left[row["id"]].content_hash and (row["network"], row["external_id"]) not in broken
    }


def fill_in(messages: Sequence[Message]) -> None:
    """Fill in the texts of those that left; they are shown, not saved."""
    try:
        words = words_of(messages)
    except ArchiveError as error:
        log.warning("%s", error)
        words = {}
    for message in messages:
        if message.left_at and not message.removed_at:
            message.text = gettext("(This text is in the archive, which cannot be read just now.)")
            if message.pk in words:
                fill(message, words[message.pk])


def fill(message: Message, words: Words) -> None:
    """Put a text of the archive into a message that is only to be shown or read; it is not saved."""
    if (message.network, message.external_id) == (words["network"], words["external_id"]):
        message.text = words["text"] or ""
        message.spans = [[one["start"], one["end"], one["kind"], one["value"]] for one in words["spans"] or ()]
