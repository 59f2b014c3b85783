"""A line in little: weeks with their interval, where it is now, the fan, the goal. The words stand beside it.

Drawn here and not as a picture: there are many on a page, and they take their colours from the stylesheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from rapport.server.measure.whereabouts import Triple, Whereabouts, grey, value

WIDTH, HEIGHT, EDGE = 280, 72, 7
Place = tuple[float, float]


def spark(found: Whereabouts, of: str = "net") -> SafeString:
    """An empty frame where nothing is known yet."""
    weeks = [(row.end, value(row, of, people=False)) for row in found.weeks]
    known = [(end, one) for end, one in weeks if one]
    seven = found.seven and not grey(found.seven) and value(found.seven, of, people=False)
    goal = found.goal(of)
    fan = [(date.fromisoformat(one["end"]), (one["middle"], one["low"], one["high"])) for one in found.fan(of)]
    now = [(found.seven.end, seven)] if found.seven and seven else []
    target = [(goal.by_date, (goal.target,) * 3)] if goal else []
    last = (known or now)[-1:]
    shown = [*known, *now, *fan, *target]
    if not shown:
        return SafeString("")
    scale = _Scale([day for day, _one in (*shown, *((end, None) for end, _one in weeks))], [one for _day, one in shown])
    pieces = [
        *([scale.zero()] if of == "net" else []),
        *(scale.band(run) for run in _runs(weeks)),
        *(scale.line([(day, one[0]) for day, one in run]) for run in _runs(weeks)),
        *([scale.fan([*last, *(one for one in fan if not last or one[0] > last[0][0])])] if fan else []),
        *(scale.dot(day, one[0]) for day, one in now),
        *(scale.ring(day, one[0]) for day, one in target),
    ]
    inside = format_html_join("", "{}", ((piece,) for piece in pieces))
    return format_html('<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>', WIDTH, HEIGHT, inside)


def _runs(weeks: Sequence[tuple[date, Triple | None]]) -> list[list[tuple[date, Triple]]]:
    """Weeks that follow each other: a line does not cross one of which nobody knows."""
    runs: list[list[tuple[date, Triple]]] = [[]]
    for day, one in weeks:
        if one is None:
            runs.append([])
        else:
            runs[-1].append((day, one))
    return [run for run in runs if run]


class _Scale:
    def __init__(self, days: Sequence[date], numbers: Sequence[Triple]) -> None:
        self.first, self.last = min(days), max(days)
        ends = [end for one in numbers for end in one]
        self.low, self.high = min(ends), max(ends)

    def x(self, day: date) -> float:
        whole = max((self.last - self.first).days, 1)
        return round(EDGE + (day - self.first).days / whole * (WIDTH - 2 * EDGE), 1)

    def y(self, number: float) -> float:
        share = (number - self.low) / ((self.high - self.low) or 1)
        return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    def _path(self, places: Sequence[Place]) -> str:
        return "M" + "L".join(f"{x} {y}" for x, y in places)

    def zero(self) -> SafeString:
        if not self.low <= 0 <= self.high:
            return SafeString("")
        return format_html('<path class="plot-zero" d="M0 {y}H{width}"/>', y=self.y(0), width=WIDTH)

    def band(self, run: Sequence[tuple[date, Triple]]) -> SafeString:
        if len(run) == 1:
            day, (_value, low, high) = run[0]
            return format_html('<path class="plot-line" d="M{} {}V{}"/>', self.x(day), self.y(low), self.y(high))
        return format_html('<path class="plot-fan" d="{}Z"/>', self._outline(run))

    def _outline(self, run: Sequence[tuple[date, Triple]]) -> str:
        above = [(self.x(day), self.y(one[2])) for day, one in run]
        below = [(self.x(day), self.y(one[1])) for day, one in reversed(run)]
        return self._path([*above, *below])

    def line(self, run: Sequence[tuple[date, float]], look: str = "plot-line") -> SafeString:
        return format_html('<path class="{}" d="{}"/>', look, self._path([(self.x(day), self.y(n)) for day, n in run]))

    def fan(self, run: Sequence[tuple[date, Triple]]) -> SafeString:
        if not run:
            return SafeString("")
        middle = self.line([(day, one[0]) for day, one in run], "plot-line plot-line--ahead")
        return format_html('<path class="plot-fan" d="{}Z"/>{}', self._outline(run), middle)

    def dot(self, day: date, number: float) -> SafeString:
        return format_html('<circle class="plot-now" cx="{}" cy="{}" r="5"/>', self.x(day), self.y(number))

    def ring(self, day: date, number: float) -> SafeString:
        return format_html('<circle class="plot-goal" cx="{}" cy="{}" r="5"/>', self.x(day), self.y(number))
