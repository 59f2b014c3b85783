"""Rows of lines, figures, alarms and goals as a night's work would leave them, made by hand."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from rapport.server.measure.models import Alarm, Figure, Goal, Line, Watching

WEEK = timedelta(days=7)


def night(day: date) -> datetime:
    """When a day is worked out."""
    return datetime.combine(day, time(4), UTC) + timedelta(days=1)


def figure(
    line: Line, end: date, net: float | None = 0.1, *, period: str = "week", half: float = 0.06, **more: Any
) -> Figure:
    """What is known of the days up to `end`. Without `net` there are not enough labels."""
    length = timedelta(days=0 if period == "day" else 6)
    row = Figure(line=line, period=period, start=end - length, end=end, made_at=night(end), needed=40, messages=900)
    row.labels, row.effective = 84, 118.0
    row.made = {"reader": ["tone 3"], "method": "difference estimator", "channels": {"Bluesky": 0.6, "Reviews": 0.4}}
    if net is None:
        row.labels, row.effective = 14, None
    else:
        row.net = [net, net - half, net + half]
        negative, positive = 0.3 - net / 2, 0.3 + net / 2
        row.shares = {"negative": [negative, negative - 0.04, negative + 0.04]}
        row.shares |= {"positive": [positive, positive - 0.04, positive + 0.04]}
        row.people = {"net": [net + 0.02, net - 1.5 * half, net + 1.6 * half]}
        row.alpha = [0.71, 0.62, 0.79]
    for name, value in more.items():
        setattr(row, name, value)
    row.save()
    return row


def weeks(line: Line, last: date, count: int, *, before: float = 0.16, drop: float = 0.0, at: int = 3) -> list[Figure]:
    """Weeks that end on Sundays, the last on `last`; of which the last `at` lie lower by `drop`."""
    rows = []
    for n in range(count):
        net = before + 0.03 * math.sin(1.7 * n) - (drop if count - n <= at else 0)
        was = {"since": (last - (count - n) * WEEK).isoformat(), "total": 0.03 * math.cos(1.7 * n)}
        row = figure(line, last - (count - 1 - n) * WEEK, net)
        tone, mix = 0.02 * math.cos(1.7 * n), 0.01 * math.cos(2 * n)
        row.made |= {"change": was | {"tone": [tone, tone - 0.06, tone + 0.06], "mix": [mix, mix - 0.01, mix + 0.01]}}
        row.save()
        rows.append(row)
    return rows


def goal(line: Line, until: date, target: float = 0.2, *, today: date, **more: Any) -> Goal:
    """With an outlook: a fan of twelve weeks, and the odds."""
    ends = [today + n * WEEK for n in range(1, 13)]
    fan = [
        {"end": end.isoformat(), "middle": 0.06 + 0.006 * n, "low": 0.0 - 0.008 * n, "high": 0.12 + 0.018 * n}
        for n, end in enumerate(ends)
    ]
    outlook = {
        "day": today.isoformat(),
        "probability": 0.35,
        "arrival": [ends[-1].isoformat(), ends[5].isoformat(), None],
    }
    outlook |= {"never": 0.3, "fan": fan}
    return Goal.objects.create(line=line, target=target, by_date=until, **({"outlook": outlook} | more))


def red(line: Line, day: date, began: date, **more: Any) -> Alarm:
    found = {
        "of": "net",
        "before": [0.16, 0.13, 0.19],
        "rises": False,
        "after": [0.05, -0.01, 0.11],
        "size": [-0.11, -0.18, -0.04],
        "labels": 120,
        "carried": [
            {"by": "channel", "name": "Reviews", "key": 1, "share": 0.64, "told_by": "labels"},
            {"by": "kind", "name": "complaint", "key": "complaint", "share": 0.48, "told_by": "reader"},
        ],
        "messages": [],
    }
    return Alarm.objects.create(line=line, kind="red", day=day, began=began, found=found | more, rang_at=night(day))


def home(first: date, last: date) -> dict[str, Any]:
    """A baseline, as an alarm keeps it."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    told = {"value": [0.16, 0.13, 0.19], "error": 0.014, "labels": 346, "messages": 394, "tolerance": 0.03}
    return days | told | {"places": {}, "reader": "tone 3"}


def watched(line: Line, **more: Any) -> Watching:
    return Watching.objects.create(line=line, red={"mass": [], "tolerance": line.tolerance}, baseline={}, **more)
