"""One axis of time for what was, is and will be of a line, and what happened on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

from rapport.server.measure.models import Alarm, Annotation
from rapport.server.measure.queries import monday
from rapport.server.measure.whereabouts import Whereabouts, happened
from rapport.server.pages.course_words import since

SHORTEST = timedelta(days=83)  # twelve weeks: a single one would fill the picture


# -- what happened -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """Something with a date and a number on the chart: a change that an alarm found, or what somebody wrote down."""

    number: int
    day: date
    words: str
    alarm: Alarm | None = None
    note: Annotation | None = None


def events(found: Whereabouts) -> list[Event]:
    """Changes and what happened, by their day, numbered."""
    rang = [(alarm.began or alarm.day, since(alarm, found.line.watches), alarm, None) for alarm in _changes(found)]
    noted = [(note.day, happened(note), None, note) for note in found.annotations]
    ordered = sorted([*rang, *noted], key=lambda one: one[0])
    return [Event(n, *one) for n, one in enumerate(ordered, 1)]


def _changes(found: Whereabouts) -> list[Alarm]:
    return [alarm for alarm in found.alarms if alarm.kind == "red"]


# -- the axis ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Axis:
    """Days since the first one that is shown."""

    first: date
    last: date
    today: date

    @classmethod
    def of(cls, found: Whereabouts, of: str) -> Axis:
        ends = [row.end for row in (*found.weeks, *([found.seven] if found.seven else []))]
        today = max(ends, default=found.day)
        goal = found.goal(of)
        ahead = [date.fromisoformat(one["end"]) for one in found.fan(of)] + ([goal.by_date] if goal else [])
        first = min([monday(today - SHORTEST), *(row.start for row in found.weeks[:1])])
        return cls(first, max([today, *ahead]) + timedelta(days=4), today)

    @property
    def days(self) -> int:
        return (self.last - self.first).days

    def at(self, day: date) -> float:
        """The middle of a day."""
        return (day - self.first).days + 0.5

    def span(self, first: date, last: date, *, room: float = 0.0) -> dict[str, float]:
        """From the first day to the last, with a little room to the next."""
        start, end = (first - self.first).days, (last - self.first).days + 1
        return {"x": start + room, "x2": end - room, "middle": (start + end) / 2}

    def mondays(self) -> list[str]:
        """The names of every seventh day."""
        return [date_format(self.first + timedelta(days=day), "DAY") for day in range(0, self.days, 7)]
