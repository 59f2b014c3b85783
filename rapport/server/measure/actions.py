"""Counting what is counted often.

Every few minutes the last days are counted anew; once a day everything is. So a late reading, an import of old
messages or a deletion is in the counts a day later at the latest, and most of them at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import TruncDate
from django.db.models.sql.compiler import SQLCompiler

from rapport.server.listen import hours as listening
from rapport.server.listen.models import Message
from rapport.server.measure.models import DayAnswer, DayCount
from rapport.server.organise.record import recorded
from rapport.server.route.models import Conversation

OVERLAP = timedelta(days=3)  # late readings and late messages still change the last days
NEWEST = 20_000  # however old they are, the days of the messages that came last are counted again
UNSETTLED = timedelta(days=35)  # answers and closings still come to conversations of this age
LONGEST_SECONDS = 2**32 - 1


# -- messages --------------------------------------------------------------------------------------------------------


def count_days(now: datetime, *, since: date | None = None) -> int:
    """Count messages a channel and day anew, from the last days (or `since`) on. How many rows were written."""
    start = since or _first_day(now)
    counted, listened = _messages(start), listening.days(_midnight(start), now)
    rows = [_day(channel, day, counted, listened) for channel, day in sorted(counted.keys() | listened.keys())]
    with recorded("days.counted", "timetable") as entry:
        DayCount.objects.filter(day__gte=start).delete()
        DayCount.objects.bulk_create(rows, batch_size=1_000)
        entry.quiet()
    return len(rows)


Key = tuple[int, date]


def _day(
    channel: int, day: date, counted: Mapping[Key, Mapping[str, int]], listened: Mapping[Key, listening.Day]
) -> DayCount:
    heard = listened.get((channel, day))
    return DayCount(
        channel_id=channel,
        day=day,
        hours=heard.hours if heard else None,
        deaf_hours=heard.missed if heard else 0,
        **counted.get((channel, day), {}),
    )


def count_all_days(now: datetime) -> int:
    return count_days(now, since=date.min) + count_answers(now, since=date.min)


def _first_day(now: datetime) -> date:
    last = DayCount.objects.aggregate(last=Max("day"))["last"]
    if last is None:
        return date.min
    newest = Message.objects.order_by("-id").values_list("id", flat=True).first() or 0
    late = Message.objects.filter(id__gt=newest - NEWEST).aggregate(first=Min("published_at"))["first"]
    return min(day for day in ((now - OVERLAP).date(), last, late and late.astimezone(UTC).date()) if day)


def _messages(start: date) -> dict[tuple[int, date], dict[str, int]]:
    said = Q(ours=False) & (Q(set_aside=None) | Q(set_aside__hidden=False))
    rows = (
        Message.objects.filter(context=False, removed_at=None, published_at__gte=_midnight(start))
        .annotate(day=Day("published_at", tzinfo=UTC))
        .values_list("channel_id", "day")
        .annotate(
            messages=Count("id", filter=said),
            negative=Count("id", filter=said & Q(reading__tone="negative")),
            neutral=Count("id", filter=said & Q(reading__tone="neutral")),
            positive=Count("id", filter=said & Q(reading__tone="positive")),
            own=Count("id", filter=Q(ours=True)),
            noise=Count("id", filter=Q(set_aside__hidden=True)),
        )
    )
    names = ("messages", "negative", "neutral", "positive", "ours", "noise")
    return {(channel, day): dict(zip(names, counts, strict=True)) for channel, day, *counts in rows}


class Day(TruncDate):
    """The day in UTC. SQLite keeps times as texts in UTC that begin with it; Django's own way calls Python a row."""

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        sql, values = compiler.compile(self.lhs)
        return f"SUBSTR({sql}, 1, 10)", tuple(values)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# -- conversations ---------------------------------------------------------------------------------------------------


@dataclass
class _Day:
    asked: int = 0
    closed: int = 0
    waits: list[int] = field(default_factory=list)
    began: list[int] = field(default_factory=list)


def count_answers(now: datetime, *, since: date | None = None) -> int:
    """Count the conversations of each day anew, and how long they waited. How many rows were written."""
    start = since or _first_unsettled(now)
    days: dict[tuple[int, int, date], _Day] = defaultdict(_Day)
    talks = Conversation.objects.filter(opened_at__gte=_midnight(start)).order_by()
    told = talks.values_list("channel_id", "team_id", "opened_at", "first_answer_at", "state")
    for channel, team, opened, answer, state in told.iterator(chunk_size=5_000):
        day = days[channel, team, opened.astimezone(UTC).date()]
        day.asked += 1
        if answer:
            day.waits.append(min(max(int((answer - opened).total_seconds()), 0), LONGEST_SECONDS))
            day.began.append(int((opened - _midnight(opened.astimezone(UTC).date())).total_seconds()))
        elif state == "closed":
            day.closed += 1
    rows = [
        DayAnswer(
            channel_id=channel,
            team_id=team,
            day=date_,
            asked=day.asked,
            answered=len(day.waits),
            closed=day.closed,
            waits=np.array(day.waits, dtype="<u4").tobytes(),
            began=np.array(day.began, dtype="<u4").tobytes(),
        )
        for (channel, team, date_), day in sorted(days.items())
    ]
    with recorded("answers.counted", "timetable") as entry:
        DayAnswer.objects.filter(day__gte=start).delete()
        DayAnswer.objects.bulk_create(rows, batch_size=1_000)
        entry.quiet()
    return len(rows)


def _first_unsettled(now: datetime) -> date:
    """The beginning of time, when the earlier days do not add up to what is there: an import brought old ones."""
    first = (now - UNSETTLED).date()
    settled = DayAnswer.objects.filter(day__lt=first).aggregate(asked=Sum("asked"))["asked"] or 0
    there = Conversation.objects.filter(opened_at__lt=_midnight(first)).count()
    return first if settled == there else date.min
