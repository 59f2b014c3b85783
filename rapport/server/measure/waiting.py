"""How long one would wait for the alarm of a line: years played with its own volume, before it is switched on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.cache import cache

from rapport.core.measure.delay import Line as Quiet
from rapport.core.measure.delay import expect
from rapport.core.types import NotEnough
from rapport.server.measure.models import Figure, Line, Watching
from rapport.server.measure.whereabouts import value

SHIFTS = (0.05, 0.1, 0.2)
WEEKS, FEWEST = 8, 2
RUNS = 100
KEPT_SECONDS = 24 * 3_600


@dataclass(frozen=True, slots=True)
class Delay:
    """Of a change by `shift` (of a share, or of net tone): the median of days until red, the day by which nine years of
    ten have rung, and the share of years that ring at all. Infinite where fewer do."""

    shift: float
    days: float
    late: float
    rang: float


def expected(line: Line) -> list[Delay] | NotEnough:
    """As it was when the alarm was set up; before that, from the latest weeks."""
    watching = Watching.objects.filter(line=line, line__watched=True).first()
    if watching and watching.expected:
        return [_kept(one) for one in watching.expected]
    rows = list(Figure.objects.filter(line=line, period="week", current=True).order_by("-end")[:WEEKS])
    known = [(row, found) for row in rows if (found := value(row, line.watches, people=False))]
    if len(known) < FEWEST:
        return NotEnough(len(known), FEWEST, "weeks")
    lines = 1 + Line.objects.filter(watched=True, closed_at=None).exclude(pk=line.pk).count()
    key = f"delay:{line.pk}:{line.watches}:{line.tolerance}:{known[0][0].pk}:{lines}"
    played: list[Delay] | None = cache.get(key)
    if played is None:
        played = _played(line, [row for row, _ in known], [one[0] for _, one in known], lines)
        cache.set(key, played, KEPT_SECONDS)
    return played


def _kept(one: dict[str, Any]) -> Delay:
    days, late = (math.inf if one.get(name) is None else float(one[name]) for name in ("days", "late"))
    return Delay(float(one["shift"]), days, late, float(one["rang"]))


def _played(line: Line, rows: list[Figure], numbers: list[float], lines: int) -> list[Delay]:
    """Net tone lies between -1 and 1: it is played as a share of half its width."""
    width = 2.0 if line.watches == "net" else 1.0
    share = float(np.mean(numbers)) / width + (0.5 if line.watches == "net" else 0.0)
    messages = max(round(sum(row.messages for row in rows) / (7 * len(rows))), 2)
    labels = max(round(sum(row.labels for row in rows) / (7 * len(rows))), 1)
    quiet = Quiet(min(max(share, 0.02), 0.98), messages, min(labels, messages))
    played = []
    for shift in SHIFTS:
        towards = shift / width if share + shift / width < 1 else -shift / width
        rng = np.random.default_rng(line.pk)
        course = expect(quiet, towards, rng, tolerance=line.tolerance / width, lines=lines, runs=RUNS)
        played.append(Delay(shift, course.days, course.late, course.rang))
    return played
