"""One axis of time for what was, is and will be of a line, and what stands on it beside the numbers: now, what
happened, the goal, and weeks of which nothing is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.server.measure.models import Alarm, Annotation, Goal
from rapport.server.measure.models import Figure as Row
from rapport.server.measure.queries import monday
from rapport.server.measure.whereabouts import Whereabouts, happened, value
from rapport.server.pages.charts import Spec
from rapport.server.pages.course_words import since, too_few, written

Colours = Mapping[str, str]
HEIGHT = 280
BADGE = 16  # pixels across
TICK = 64  # pixels from one day on the axis to the next
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
    pixels: int

    @classmethod
    def of(cls, found: Whereabouts, of: str, pixels: int) -> Axis:
        ends = [row.end for row in (*found.weeks, *([found.seven] if found.seven else []))]
        today = max(ends, default=found.day)
        goal = found.goal(of)
        ahead = [date.fromisoformat(one["end"]) for one in found.fan(of)] + ([goal.by_date] if goal else [])
        first = min([monday(today - SHORTEST), *(row.start for row in found.weeks[:1])])
        return cls(first, max([today, *ahead]) + timedelta(days=4), today, pixels)

    @property
    def days(self) -> int:
        return (self.last - self.first).days

    def at(self, day: date) -> float:
        """The middle of a day."""
        return (day - self.first).days + 0.5

    def px(self, days: float) -> float:
        return days * self.pixels / max(self.days, 1)

    def x(self, field: str = "x", *, axis: Spec | None = None) -> Spec:
        scale = {"domain": [0, self.days], "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}

    def week(self, row: Row) -> dict[str, float]:
        """From its first day to its last, with a little room to the next."""
        start, end = (row.start - self.first).days, (row.end - self.first).days + 1
        return {"x": start + 0.7, "x2": end - 0.7, "middle": (start + end) / 2}

    def ticks(self) -> Spec:
        """Mondays, so many that their names do not touch."""
        every = 7 * max(1, -(-TICK // max(int(self.px(7)), 1)))
        at = list(range(0, self.days, every))
        names = {str(day): date_format(self.first + timedelta(days=day), "DAY") for day in at}
        words = f"{json.dumps(names, ensure_ascii=False)}[datum.value]"
        return {
            "title": None,
            "values": at,
            "labelExpr": words,
            "labelAngle": 0,
            "labelFlush": False,
            "labelBound": True,
        }


# -- what stands on it -------------------------------------------------------------------------------------------------


def title(words: str, c: Colours) -> Spec:
    return {
        "text": words,
        "anchor": "start",
        "fontSize": 12,
        "fontWeight": "normal",
        "color": c["muted"],
        "offset": 3,
        "frame": "group",
    }


def span(x: Spec, y: Spec) -> Spec:
    return {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}


def zero(of: str, y: Spec, c: Colours) -> list[Spec]:
    if of != "net" or not y["scale"]["domain"][0] < 0 < y["scale"]["domain"][1]:
        return []
    mark = {"type": "rule", "color": c["edge"], "strokeDash": [2, 3]}
    return [{"data": {"values": [{"zero": 0}]}, "mark": mark, "encoding": {"y": {"field": "zero", **y}}}]


def bands(axis: Axis, weeks: Iterable[Row], of: str, people: bool, c: Colours) -> list[Spec]:
    """Weeks without a number, those that follow each other together, with the reason as far as there is room."""
    bands: list[dict[str, Any]] = []
    for known, run in groupby(weeks, key=lambda row: value(row, of, people=people) is not None):
        rows = list(run)
        if known:
            continue
        start, end = (rows[0].start - axis.first).days, (rows[-1].end - axis.first).days + 1
        wide = axis.px(end - start)
        words = too_few(rows[0]) if len(rows) == 1 else _("not enough labels")
        bands.append({"x": start, "x2": end, "middle": (start + end) / 2, "words": words, "wide": wide})
    if not bands:
        return []
    x = axis.x()
    text = {"type": "text", "color": c["muted"], "fontSize": 12}
    return [
        {
            "data": {"values": bands},
            "mark": {"type": "rect", "color": c["hover"]},
            "encoding": {"x": x, "x2": {"field": "x2"}},
        },
        *(
            {
                "data": {"values": [band for band in bands if low <= band["wide"] < high]},
                "mark": {**text, "angle": angle},
                "encoding": {"x": axis.x("middle"), "y": {"value": 0.4 * HEIGHT}, "text": {"field": "words"}},
            }
            for low, high, angle in ((14, 190, 270), (190, 10_000, 0))
        ),
    ]


def now(axis: Axis, c: Colours) -> list[Spec]:
    at = axis.at(axis.today) + 0.5
    words = [
        {"x": at, "words": _("now"), "place": "center"},
        *([{"x": at / 2, "words": _("been"), "place": "center"}] if axis.px(at) > 120 else []),
        *(
            [{"x": (at + axis.days) / 2, "words": _("going"), "place": "center"}]
            if axis.px(axis.days - at) > 80  # there is something ahead
            else []
        ),
    ]
    return [
        {
            "data": {"values": [{"x": at}]},
            "mark": {"type": "rule", "color": c["edge"]},
            "encoding": {"x": axis.x(), "y": {"value": 0}, "y2": {"value": HEIGHT}},
        },
        {
            "data": {"values": words},
            "mark": {"type": "text", "color": c["muted"], "baseline": "bottom", "dy": -4},
            "encoding": {"x": axis.x(), "y": {"value": 0}, "text": {"field": "words"}},
        },
    ]


def target(axis: Axis, goal: Goal, y: Spec, c: Colours) -> list[Spec]:
    """The goal as a ring with a cross in it, at its date."""
    data = {"values": [{"x": axis.at(goal.by_date), "value": goal.target}]}
    at = {"x": axis.x(), "y": {"field": "value", **y}}
    ring = {"type": "point", "shape": "circle", "filled": False, "opacity": 1, "size": 190, "strokeWidth": 2}
    words = f"{_('Goal')} {written(goal.of)(goal.target)}"
    above = {"type": "text", "align": "right", "dx": 8, "dy": -18}  # beside it stands what is now, where it is narrow
    return [
        {"data": data, "mark": {**ring, "color": c["text"]}, "encoding": at},
        {
            "data": data,
            "mark": {"type": "point", "shape": "cross", "filled": True, "opacity": 1, "size": 60, "color": c["text"]},
            "encoding": at,
        },
        {
            "data": data,
            "mark": {**above, "text": words, "color": c["text"], "fontWeight": 600},
            "encoding": at,
        },
    ]


def marks(axis: Axis, found: Iterable[Event], c: Colours) -> list[Spec]:
    """Numbered: a square with a dashed line for a change, a disc with a dotted one for what somebody wrote down."""
    rows: list[dict[str, Any]] = []
    for event in found:
        x = axis.at(event.day)
        if not 0 <= x <= axis.days:
            continue
        beside = rows and axis.px(x - rows[-1]["x"]) < BADGE + 2
        rows.append(
            {
                "x": x,
                "y": rows[-1]["y"] + BADGE + 2 if beside else BADGE / 2 + 1,
                "n": str(event.number),
                "rang": event.alarm is not None,
            }
        )
    layers: list[Spec] = []
    across, down = axis.x(), {"field": "y", "type": "quantitative", "scale": None}
    for rang, dash, shape, colour in ((True, [6, 3], "square", c["text"]), (False, [1, 3], "circle", c["muted"])):
        data = {"values": [row for row in rows if row["rang"] is rang]}
        badge = {"type": "point", "shape": shape, "filled": True, "opacity": 1, "size": BADGE * BADGE, "color": colour}
        layers += [
            {
                "data": data,
                "mark": {"type": "rule", "color": colour, "strokeDash": dash},
                "encoding": {"x": across, "y": down, "y2": {"value": HEIGHT}},
            },
            {"data": data, "mark": badge, "encoding": {"x": across, "y": down}},
            {
                "data": data,
                "mark": {"type": "text", "color": c["surface"], "fontSize": 11, "fontWeight": 600},
                "encoding": {"x": across, "y": down, "text": {"field": "n"}},
            },
        ]
    return layers if rows else []
