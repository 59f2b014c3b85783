"""Been, now and going of a line as what is to be drawn: see `charts.data.Track`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from rapport.charts.data import Row, Track
from rapport.server.measure.models import Figure, Goal
from rapport.server.measure.whereabouts import Triple, Whereabouts, grey, moved, value
from rapport.server.pages.course_axis import Axis, events
from rapport.server.pages.course_words import labels_of, too_few, written

MIDDLE = timedelta(days=3)  # from the last day of a week to its middle
ROOM = 0.7  # days between two weeks
NET, SHARE = (-1.0, 1.0), (0.0, 1.0)
EMPTY = {NET: (-0.2, 0.2), SHARE: (0.0, 0.4)}  # the axis where nothing is known


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn of a line: which number, of messages or of people, whole or parted into tone and mix."""

    found: Whereabouts
    of: str = "net"
    people: bool = False
    parted: bool = False

    @property
    def goal(self) -> Goal | None:
        return self.found.goal(self.of)

    def known(self) -> list[tuple[Figure, Triple]]:
        """The weeks with a number."""
        found = [(row, self._value(row)) for row in self.found.weeks]
        return [(row, one) for row, one in found if one is not None]

    def track(self) -> Track:
        axis, goal = Axis.of(self.found, self.of), self.goal
        lowest, highest = self._ends()
        target = (
            {"x": axis.at(goal.by_date), "value": goal.target, "words": f"{_('Goal')} {written(self.of)(goal.target)}"}
            if goal
            else None
        )
        return Track(
            days=axis.days,
            now=axis.at(axis.today) + 0.5,
            mondays=axis.mondays(),
            signed=self.of == "net",
            lowest=lowest,
            highest=highest,
            weeks=[self._week(row, axis) for row in self.found.weeks],
            words={
                "been": _("been"),
                "now": _("now"),
                "going": _("going"),
                "heard": _("Heard"),
                "labels": _("Labels; the line is what a number needs"),
                "tone": _("Net tone at fixed weights of the channels"),
                "mix": _("Mix of the channels"),
            },
            gaps=self._gaps(axis),
            seven=self._seven(axis),
            fan=self._fan(axis),
            goal=target,
            events=self._events(axis),
            parted=self.parted,
        )

    def _value(self, row: Figure) -> Triple | None:
        return value(row, self.of, people=self.people)

    def _ends(self) -> tuple[float, float]:
        """Of the axis of numbers, with room above for the numbers of what happened."""
        ends = [end for _row, one in self.known() for end in one]
        ends += [end for row in self.found.fan(self.of) for end in (row["low"], row["high"])]
        if self.found.seven and (one := self._value(self.found.seven)):
            ends += one
        if self.goal:
            ends.append(self.goal.target)
        whole = NET if self.of == "net" else SHARE
        low, high = (min(ends), max(ends)) if ends else EMPTY[whole]
        room = max(0.08 * (high - low), 0.02)
        return max(low - room, whole[0]), min(high + 2 * room, whole[1])

    def _week(self, row: Figure, axis: Axis) -> Row:
        number, low, high = self._value(row) or (None, None, None)
        bounded = self.of == "net" and not self.people and row.weight < 1
        bounds = (row.bounds if bounded else None) or (None, None)
        return {
            **axis.span(row.start, row.end, room=ROOM),
            "value": number,
            "low": low,
            "high": high,
            "bounds_low": bounds[0],
            "bounds_high": bounds[1],
            "grey": grey(row),
            "weight": row.weight,
            "labels": labels_of(row, people=self.people),
            "needed": row.needed,
            **_part(row, "tone"),
            **_part(row, "mix"),
        }

    def _gaps(self, axis: Axis) -> Sequence[Row]:
        found = []
        for known, run in groupby(self.found.weeks, key=lambda row: self._value(row) is not None):
            rows = list(run)
            if not known:
                words = too_few(rows[0], people=self.people) if len(rows) == 1 else _("not enough labels")
                found.append({**axis.span(rows[0].start, rows[-1].end), "words": words})
        return found

    def _seven(self, axis: Axis) -> Row | None:
        row = self.found.seven
        one = self._value(row) if row else None
        if row is None or one is None:
            return None
        span = axis.span(row.start, row.end)
        return {"middle": span["middle"], "value": one[0], "low": one[1], "high": one[2], "grey": grey(row)}

    def _fan(self, axis: Axis) -> Sequence[Row]:
        """It goes on from the newest week, as sure as that one is."""
        rows = [
            {"x": axis.at(date.fromisoformat(one["end"]) - MIDDLE), **{k: one[k] for k in ("middle", "low", "high")}}
            for one in self.found.fan(self.of)
        ]
        if rows and (known := self.known()):
            row, newest = known[-1]
            at = axis.span(row.start, row.end)["middle"]
            begins = {"x": at, **dict(zip(("middle", "low", "high"), newest))}
            rows = [begins, *[one for one in rows if one["x"] > at]]
        return rows

    def _events(self, axis: Axis) -> Sequence[Row]:
        return [
            {"x": axis.at(event.day), "n": str(event.number), "rang": event.alarm is not None}
            for event in events(self.found)
            if axis.first <= event.day < axis.last
        ]


def _part(row: Figure, part: str) -> Row:
    """What the tone or the mix changed, with its interval."""
    return dict(zip((part, f"{part}_low", f"{part}_high"), moved(row, part) or (None, None, None)))
