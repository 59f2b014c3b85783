"""Counting what is counted often."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncDate

from rapport.server.listen.models import Message
from rapport.server.measure.models import DayCount
from rapport.server.organise.record import recorded

OVERLAP = timedelta(days=3)  # late readings and late messages still change the last days


def count_days(now: datetime, *, since: date | None = None) -> int:
    """Count messages a channel and day anew, from the last days counted (or `since`) on. How many rows were written."""
    last = DayCount.objects.order_by("-day").values_list("day", flat=True).first()
    late = Message.objects.filter(heard_at__gte=now - OVERLAP).aggregate(first=Min("published_at"))["first"]
    starts = [day for day in (since, late and late.date(), last and last - OVERLAP) if day]
    messages = Message.objects.filter(context=False, removed_at=None)
    if last is not None and starts:
        messages = messages.filter(published_at__date__gte=min(starts))
    rows = (
        messages.annotate(day=TruncDate("published_at"))
        .values("channel_id", "day")
        .annotate(
            theirs=Count("id", filter=Q(ours=False)),
            own=Count("id", filter=Q(ours=True)),
            negative=Count("id", filter=Q(ours=False, reading__tone="negative")),
            neutral=Count("id", filter=Q(ours=False, reading__tone="neutral")),
            positive=Count("id", filter=Q(ours=False, reading__tone="positive")),
        )
    )
    counts = [
        DayCount(
            channel_id=row["channel_id"],
            day=row["day"],
            messages=row["theirs"],
            ours=row["own"],
            negative=row["negative"],
            neutral=row["neutral"],
            positive=row["positive"],
        )
        for row in rows
    ]
    with recorded("days.counted", "timetable") as entry:
        DayCount.objects.bulk_create(
            counts,
            update_conflicts=True,
            unique_fields=["channel", "day"],
            update_fields=["messages", "ours", "negative", "neutral", "positive"],
        )
        entry.quiet()
    return len(counts)
