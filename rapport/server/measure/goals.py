"""Where lines are going: forecasts of their weeks, the odds of goals, and whether the way to one is still kept.

A week counts once all its labels are there and enough of it was heard; what lacks between two weeks is filled by a
straight line for the forecast, and never bet on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import F

from rapport.core.measure.coverage import NEEDLE
from rapport.core.measure.forecast import Fan, OffCourse, Outlook, Plan, fan, reach
from rapport.core.types import NotEnough
from rapport.server.measure.lines import DAY, Floats, apart, complain, midnight
from rapport.server.measure.models import Alarm, Figure, Goal, Line
from rapport.server.measure.watching import announce
from rapport.server.organise.record import recorded

WEEK = timedelta(days=7)
FARTHEST = 12
"""Weeks of a fan at most."""

HORIZON = 104
"""Weeks within which a goal is looked for."""

FEWEST_WEEKS = 4
"""Below, the error of a single week stands for how much weeks stray."""

START_WEEKS = 2
"""The way to a goal begins at the mean of so many weeks. More would lag behind where the line was going."""

RECENT = timedelta(weeks=5)
"""Weeks that were over so long before a goal was set say nothing of where its way begins."""

Z = 1.96

SUDDEN = timedelta(days=14)
"""A change of which red was sure so soon was a jump. What took longer came bit by bit, or is too small to outweigh all
other weeks of a forecast."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """A line's settled weeks, oldest first: the last day of each, its value and its standard error.

    chances   by how much each would come out otherwise if as many others had spoken of the same mood: a week that was
              read in full is known without error, and the next one differs from it all the same
    jumped    the days on which, by red alarms, its level changed all at once
    """

    ends: tuple[date, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]
    chances: tuple[float, ...]
    jumped: tuple[date, ...] = ()

    def without_gaps(self) -> Floats:
        """One value for each week from the first to the last."""
        places = [(end - self.ends[0]) // WEEK for end in self.ends]
        return np.interp(np.arange(places[-1] + 1), places, self.values)

    def breaks(self) -> list[int]:
        """Of the weeks without gaps, those that are the first to lie mostly behind a jump."""
        monday = self.ends[0] - 6 * DAY
        return [round((day - monday) / WEEK) for day in self.jumped]

    @property
    def spread(self) -> float:
        """How much single weeks stray from the way that the line takes."""
        usual = math.sqrt(float(np.mean(np.square(self.errors)) + np.mean(np.square(self.chances))))
        if len(self.values) < FEWEST_WEEKS:
            return usual
        return max(float(np.std(np.diff(self.values), ddof=1)) / math.sqrt(2), usual)


def weeks(line: Line, of: str, until: date | None = None, *, known: date | None = None) -> Weeks:
    """Those that are over by `until`; with `known` as they were known at the end of that day."""
    rows = Figure.objects.filter(line=line, period="week")
    if until:
        rows = rows.filter(end__lte=until)
    rows = rows.filter(made_at__lt=midnight(known + DAY)) if known else rows.filter(current=True)
    newest = {row.end: row for row in rows.order_by("end", "id")}.values()
    settled = [row for row in newest if row.weight >= NEEDLE and row.net and row.made.get("provisional") is False]
    told = [(row.end, found) for row in settled if (found := value(row, of))]
    return Weeks(
        tuple(end for end, _ in told),
        tuple(found[0] for _, found in told),
        tuple((found[2] - found[1]) / 2 / Z for _, found in told),
        tuple(_chance(row, of) for row in settled if value(row, of)),
        tuple(_jumps(line, until)),
    )


def _chance(row: Figure, of: str) -> float:
    """What as many messages would differ by if each were of its tone by chance."""
    good, bad = (found[0] if (found := value(row, one)) else 0.0 for one in ("positive", "negative"))
    known = value(row, of)
    mean = known[0] if known else 0.0
    single = good + bad - mean**2 if of == "net" else mean - mean**2
    return math.sqrt(max(single, 0.0) / row.messages) if row.messages else 0.0


def _jumps(line: Line, until: date | None) -> Iterator[date]:
    reds = Alarm.objects.filter(line=line, kind="red", began__gte=F("day") - SUDDEN)
    for alarm in reds.filter(day__lte=until) if until else reds:
        yield alarm.began or alarm.day


def value(row: Figure, of: str) -> Sequence[float] | None:
    """A number of a figure with its interval."""
    found: Sequence[float] | None = row.net if of == "net" else row.shares.get(of)
    return found


def ahead(known: Weeks, of: str, horizon: int) -> Fan | NotEnough:
    """The forecast of the next weeks, with intervals that learned from their misses."""
    bounds = (-1.0 if of == "net" else 0.0, 1.0)
    return fan(known.without_gaps(), horizon, bounds=bounds, breaks=known.breaks())


def foreseen(line: Line, of: str, day: date, *, known: date | None = None) -> list[dict[str, Any]]:
    """The weeks to come, seen from this day; none where too few are known, or none that is recent."""
    found = weeks(line, of, day, known=known)
    return _fan(found, of, FARTHEST) if found.ends and found.ends[-1] > day - RECENT else []


# -- the night -------------------------------------------------------------------------------------------------------


def look(now: datetime, *, seed: int = 0) -> int:
    """Look at all open goals anew whose lines have a new week. How many."""
    looked, failed = 0, dict[Line, str]()
    rows = Goal.objects.filter(closed_at=None, line__closed_at=None, set_at__lte=now).select_related("line")
    for goal in rows:
        with apart(goal.line, failed):
            looked += _look(goal, now, seed)
    complain(failed)
    return looked


def _look(goal: Goal, now: datetime, seed: int) -> bool:
    known = weeks(goal.line, goal.of, now.date())
    if not known.ends or (goal.outlook and goal.outlook["day"] == known.ends[-1].isoformat()):
        return False
    with recorded("goal.looked_at", "timetable", target=goal) as entry:
        was = _off(goal)
        now_off = _stepped(goal, was, known)
        goal.outlook = _outlook(goal, known, np.random.default_rng([seed, goal.pk, len(known.ends)]))
        goal.save(update_fields=["start", "start_error", "error", "off", "week", "outlook"])
        if now_off and now_off.rings and not (was and was.rings):
            found = {"goal": goal.pk, "evidence": now_off.evidence, "value": known.values[-1]}
            announce(Alarm(line=goal.line, kind="course", day=known.ends[-1], rang_at=now, found=found))
            entry.detail["rang"] = "course"
        else:
            entry.quiet()
    return True


# -- off course ------------------------------------------------------------------------------------------------------


def _off(goal: Goal) -> OffCourse | None:
    kept: Mapping[str, Any] | None = goal.off
    if not kept:
        return None
    return OffCourse(Plan(**kept["plan"]), kept["step_number"], tuple(kept["wealth"]))


def _stepped(goal: Goal, off: OffCourse | None, known: Weeks) -> OffCourse | None:
    """The bet after the weeks that are new and lie wholly behind the day on which the goal was set."""
    if goal.start_error is None:
        off = _begun(goal, known)
    if off is None or goal.week is None:
        return None
    for end, found in zip(known.ends, known.values):
        if goal.week < end <= goal.by_date:
            if not off.rings:
                off = replace(off, step_number=off.step_number + (end - goal.week) // WEEK - 1).step(found)
            goal.week = end
    goal.off = asdict(off)
    return off


def _begun(goal: Goal, known: Weeks) -> OffCourse | None:
    """The way begins where the newest weeks were that were over when the goal was set; where none is, at the first one
    behind. No week tells both where it begins and whether it is kept."""
    set_on = goal.set_at.date()
    told = list(zip(known.ends, known.values))
    before = [found for end, found in told if set_on - RECENT < end <= set_on][-START_WEEKS:]
    goal.week = set_on + timedelta(days=-set_on.weekday() % 7 - 1)  # the next Sunday; on a Monday, that before
    if not before:
        behind = [(end, found) for end, found in told if set_on < end < goal.by_date]
        if not behind:
            return None
        goal.week, before = behind[0][0], [behind[0][1]]
    goal.start, goal.error = float(np.mean(before)), max(known.spread, 1e-6)
    goal.start_error = goal.error / math.sqrt(len(before))
    steps = max((goal.by_date - goal.week - timedelta(days=1)) // WEEK, 1)
    return OffCourse(Plan(_kept_short(goal, goal.start), goal.target, steps, goal.error, goal.start_error))


def _kept_short(goal: Goal, start: float) -> float:
    """Never beyond the goal: from there the way would lead back, and what is good count as behind."""
    return max(start, math.nextafter(goal.target, math.inf)) if goal.of == "negative" else min(start, goal.target)


# -- the outlook -----------------------------------------------------------------------------------------------------


def _outlook(goal: Goal, known: Weeks, rng: np.random.Generator) -> dict[str, Any]:
    last, values = known.ends[-1], known.without_gaps()
    told = {"day": last.isoformat()}
    if last >= goal.by_date:
        return told | _ended(goal, known)
    by = math.ceil((goal.by_date - last) / WEEK)
    sampling = float(np.mean(np.square(known.errors)))
    below = goal.of == "negative"
    found = reach(
        values,
        goal.target,
        by,
        rng,
        horizon=max(by, HORIZON),
        below=below,
        sampling_variance=sampling,
        breaks=known.breaks(),
    )
    if isinstance(found, NotEnough):
        return told | {"have": found.have, "need": found.need}
    return told | _odds(found, last) | {"fan": _fan(known, goal.of, by)}


def _ended(goal: Goal, known: Weeks) -> dict[str, Any]:
    """Nothing is left to be foreseen: what the week of its day came to, where that is known."""
    told = (
        [value, value - Z * error, value + Z * error]
        for end, value, error in zip(known.ends, known.values, known.errors)
        if end - WEEK < goal.by_date <= end
    )
    return {"ended": next(told, None)}


def _odds(found: Outlook, last: date) -> dict[str, Any]:
    arrival = [
        (last + round(weeks) * WEEK).isoformat() if weeks <= HORIZON else None
        for weeks in (found.arrival.value, found.arrival.low, found.arrival.high)
    ]
    return {"probability": found.probability, "arrival": arrival, "never": found.never}


def _fan(known: Weeks, of: str, by: int) -> list[dict[str, Any]]:
    """As far as the goal, as far as anybody can see, and as far as there are weeks to learn from. With each, by how
    many earlier intervals at its distance it can be judged, and how many of these held."""
    first = known.ends[-1] + WEEK
    for horizon in range(min(by, FARTHEST), 0, -1):
        found = ahead(known, of, horizon)
        if isinstance(found, Fan):
            held = np.rint(np.nan_to_num(found.held) * found.judged).astype(int)
            rows = zip(*(one.tolist() for one in (found.middle, found.low, found.high, held, found.judged)))
            names = ("middle", "low", "high", "held", "judged")
            return [{"end": (first + n * WEEK).isoformat(), **dict(zip(names, row))} for n, row in enumerate(rows)]
    return []
