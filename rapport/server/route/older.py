"""Finding what left the database: the archive narrows down, the matcher decides, and one sees what one may see."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from django.utils import timezone

from rapport.archive import might_match, month_of
from rapport.core.query import Between, Query, conjuncts
from rapport.server.keep.verify import span_of
from rapport.server.keep.words import archive, fill
from rapport.server.listen.models import Message
from rapport.server.organise.models import User
from rapport.server.route.documents import RELATED, document
from rapport.server.route.queries import PAGE, Found, Mark, messages_visible_to

STEP = 1_000
SECONDS = 2.0
"""After so long one asks whether to go on further back."""


def search_older(user: User, query: Query, *, before: Mark | None = None, limit: int = PAGE) -> Found:
    """The newest messages that match and whose texts are in the archive only, before a mark; with their texts."""
    until = time.monotonic() + SECONDS
    before = before or Mark(timezone.now(), 2**62)
    found: list[tuple[Mark, Message]] = []
    for month in reversed(archive().months()):
        if month > month_of(before.at.astimezone(UTC).date()) or not _reaches(query, month):
            continue
        while True:
            rows = _rows(month, query, before)
            found += _matching(user, query, rows)
            if len(found) > limit:
                return Found([message for _, message in found[:limit]], found[limit - 1][0])
            if rows:
                before = Mark(rows[-1]["published"], rows[-1]["id"])
            if len(rows) < STEP:
                break
            if time.monotonic() > until:
                return Found([message for _, message in found], before, stopped=True)
        if time.monotonic() > until:
            return Found([message for _, message in found], Mark(_begin(month), 0), stopped=True)
    return Found([message for _, message in found])


def _rows(month: str, query: Query, before: Mark) -> list[dict[str, Any]]:
    at, key = pl.col("published"), pl.col("id")
    behind = (at < before.at) | ((at == before.at) & (key < before.key))
    columns = ("id", "network", "external_id", "published", "text", "spans")

    def ask(rows: pl.LazyFrame) -> pl.LazyFrame:
        rows = rows.filter(behind & might_match(query) & _between(query))
        return rows.select(columns).sort("published", "id", descending=True).head(STEP)

    return archive().collect(ask, *span_of(month)).to_dicts()


def _matching(user: User, query: Query, rows: list[dict[str, Any]]) -> list[tuple[Mark, Message]]:
    """Those that left, that one may see, and that match; with their texts, in the order of the rows."""
    by_key: Mapping[int, dict[str, Any]] = {row["id"]: row for row in rows}
    seen = messages_visible_to(user).filter(left_at__isnull=False).select_related(*RELATED)
    messages = seen.in_bulk(list(by_key))
    for key, message in messages.items():
        fill(message, by_key[key])
    return [
        (Mark(row["published"], row["id"]), messages[row["id"]])
        for row in rows
        if row["id"] in messages and query.matches(document(messages[row["id"]]))
    ]


def _between(query: Query) -> pl.Expr:
    """What the query says of the time at which it was said, as far as it stands at its top."""
    condition = pl.lit(True)
    for term in _times(query):
        if isinstance(term.low, datetime):
            condition &= pl.col("published") >= term.low
        if isinstance(term.high, datetime):
            condition &= pl.col("published") <= term.high
    return condition


def _times(query: Query) -> list[Between]:
    alone = [found.terms[0] for found in conjuncts(query) if len(found.terms) == 1 and not found.negated]
    return [term for term in alone if isinstance(term, Between) and term.field == "published"]


def _reaches(query: Query, month: str) -> bool:
    first, last = span_of(month)
    return all(
        (not isinstance(term.low, datetime) or term.low.date() <= last)
        and (not isinstance(term.high, datetime) or term.high.date() >= first)
        for term in _times(query)
    )


def _begin(month: str) -> datetime:
    return datetime.combine(date.fromisoformat(f"{month}-01"), datetime.min.time(), UTC)
