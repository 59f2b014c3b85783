"""A line for any question, found while one waits: what a query matches in closed days, and how that sounds.

Where there are few messages all of them are looked through. Of many, those with the smallest permanent numbers: by the
same numbers messages were drawn to be coded, so that what people coded is among them. What this leaves open makes the
intervals wider. Nothing is kept of a question; whoever wants to follow it makes a brief of it.

The libraries of the archive come with this module; `asked.ask` loads it when somebody asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

import numpy as np
import polars as pl
from django.db.models import Max, Min, Sum

from rapport.archive import might_match
from rapport.core.proportion import wilson
from rapport.core.query import Query
from rapport.core.types import Document, Span
from rapport.server.keep.words import archive
from rapport.server.listen.models import Channel, Message
from rapport.server.listen.numbers import numbering
from rapport.server.measure.asked import Answer
from rapport.server.measure.figures import WEEK, Night, Weights, figure_of, hours_between, states_between, week_of
from rapport.server.measure.figures import Span as Days
from rapport.server.measure.lines import DAY, Given, Ints, Shelf, asked, midnight
from rapport.server.measure.models import DeskDay, Figure, Line
from rapport.server.measure.whereabouts import Whereabouts
from rapport.server.organise.models import Organisation
from rapport.server.route.documents import IN_SPANS, SOURCES, columns, fields_of, of_row

LOOKED_AT = 20_000
"""How many messages are looked through, about, when there are more."""

STEPS = (1, 4, 13)
"""Weeks that are taken together, the fewest with which half of the periods have enough labels."""


def answer(query: Query, now: datetime, *, weeks: int) -> Answer | None:
    """None when no day has been closed yet."""
    closed = DeskDay.objects.filter(closed_at__lte=now).aggregate(first=Min("day"), last=Max("day"))
    if closed["last"] is None:
        return None
    first = max(week_of(closed["last"] - weeks * WEEK).start, closed["first"])
    days = Days("all", first, closed["last"])
    messages = DeskDay.objects.filter(day__gte=first, day__lte=days.end).aggregate(n=Sum("messages"))["n"] or 0
    drawn = min(1.0, LOOKED_AT / max(messages, 1))
    found = asked(days.start, days.end, _matching(query, days, drawn), drawn)
    night = night_over(days, Given(found), now)
    line = Line(name="", watched=False)
    together, periods = _periods(line, days, night)
    seven = figure_of(line, Days("seven", days.end - 6 * DAY, days.end), night)
    where = Whereabouts(line, now.astimezone(UTC).date(), weeks=periods, seven=seven)
    matched = _count(sum(len(one.message) for one in found), messages, drawn)
    return Answer(where, figure_of(line, days, night), together, messages, drawn, matched)


def night_over(days: Days, shelf: Shelf, now: datetime) -> Night:
    """One look at these days: channels weigh the same in all periods, as much as they brought in all of them."""
    hours = hours_between(days.start, days.end)
    night = Night(
        now=now,
        first=days.start,
        last=days.end,
        shelf=shelf,
        states=states_between(days.start, days.end, hours, now),
        hours=hours,
        names=dict(Channel.objects.values_list("pk", "name")),
        watchings={},
        labels_a_day=Organisation.objects.get().labels_a_day,
    )
    sizes: Counter[int] = Counter()
    for one in shelf.days(days.start, days.end):
        sizes.update(one.channel.tolist())
    parts = {channel: size / sizes.total() for channel, size in sizes.items()}
    night.reference = Weights(parts, days.start, days.end, (days.end - days.start).days + 1)
    return night


def _periods(line: Line, days: Days, night: Night) -> tuple[int, list[Figure]]:
    """Whole weeks, the newest last: so many together that half of the periods have a number, as far as that goes."""
    for together in STEPS:
        found = [figure_of(line, one, night) for one in _spans(days, together)]
        if together == STEPS[-1] or 2 * sum(one.net is not None for one in found) >= len(found):
            break
    return together, found


def _spans(days: Days, together: int) -> list[Days]:
    end = week_of(days.end + DAY).start - DAY  # the last Sunday of a whole week
    starts = []
    while end - together * WEEK >= days.start - DAY:
        starts.append(end - together * WEEK + DAY)
        end -= together * WEEK
    return [Days("week", start, start + together * WEEK - DAY) for start in reversed(starts)]


def _count(found: int, messages: int, drawn: float) -> tuple[float, float, float]:
    """How many match, of those that were said."""
    if not messages:
        return (0.0, 0.0, 0.0)
    share = wilson(found, max(round(messages * drawn), found, 1), messages)
    return (share.value * messages, share.low * messages, share.high * messages)


# -- which messages match ----------------------------------------------------------------------------------------------


def _matching(query: Query, days: Days, drawn: float) -> Ints:
    """Ascending ids of those that match, among those whose number is at most `drawn`."""
    fields = fields_of(query)
    archived = archive().collect(lambda rows: _narrowed(rows, query, fields), days.start, days.end, drawn=drawn)
    found = [*_archived(archived, query, fields, drawn), *_not_yet(days, query, fields, drawn)]
    return np.unique(np.array(found, dtype=np.int64))


ARCHIVED: Mapping[str, tuple[str, ...]] = {
    "author": ("author", "author_name"),
    "network": ("network",),
    "site": ("url",),
    "channel": ("channel_id",),
    "published": ("published",),
    "heard": ("heard",),
    "addressed": ("addressed",),
    "language": ("language",),
    "tone": ("tone",),
    "kind": ("kinds",),
    "urgency": ("urgency",),
    "private": ("private",),
    "sensitive": ("hints",),
}
"""Fields of the query language, and the columns of the archive from which they follow."""


def _narrowed(rows: pl.LazyFrame, query: Query, fields: Collection[str]) -> pl.LazyFrame:
    needed = {"id", "number", "network", "external_id", "text"}
    needed.update(column for name in fields for column in ARCHIVED.get(name, ()))
    if IN_SPANS & set(fields):
        needed.add("spans")
    theirs = ~pl.col("ours") & ~pl.col("context")
    return rows.filter(theirs & might_match(query)).select(sorted(needed))


def _archived(rows: pl.DataFrame, query: Query, fields: Collection[str], drawn: float) -> Iterator[int]:
    number_of, channels = numbering(), dict(Channel.objects.values_list("pk", "name"))
    known = [(name, ARCHIVED[name]) for name in fields if name in ARCHIVED]
    for row in rows.iter_rows(named=True):
        if row["number"] is None and number_of(row["network"], row["external_id"]) > drawn:
            continue  # it was archived before there were numbers
        if "channel_id" in row:
            row["channel_id"] = channels.get(row["channel_id"])
        values = {name: SOURCES[name].value(*(row[column] for column in columns)) for name, columns in known}
        spans = tuple(Span(one["start"], one["end"], one["kind"], one["value"]) for one in row.get("spans") or ())
        if query.matches(Document(row["text"] or "", spans, {k: v for k, v in values.items() if v is not None})):
            yield row["id"]


def _not_yet(days: Days, query: Query, fields: Collection[str], drawn: float) -> Iterator[int]:
    """Messages that wait to be archived."""
    waiting = Message.objects.filter(unarchived=True, removed_at=None, ours=False, context=False)
    start, end, number_of = midnight(days.start), midnight(days.end + DAY), numbering()
    for row in waiting.values("network", "external_id", *columns(fields)).iterator(chunk_size=2_000):
        if not start <= row["published_at"] < end or number_of(row["network"], row["external_id"]) > drawn:
            continue
        if query.matches(of_row(row, fields)):
            yield row["id"]
