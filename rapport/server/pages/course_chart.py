"""Been, now and going on one axis of time, as one figure: the picture, the same in words, as a table, for machines.

Weeks stand at their middle. What is not known is drawn as not known: a band for weeks without enough labels, a hollow
square for weeks of which too little was heard. Below, on the same axis, what was heard and how many labels there are.
"""

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
from rapport.server.measure.whereabouts import Triple, Whereabouts, grey, happened, value
from rapport.server.pages.charts import Spec
from rapport.server.pages.course_words import (
    NAMES,
    PEOPLES,
    changed,
    day_name,
    interval,
    likely,
    points,
    since,
    too_few,
    written,
)
from rapport.server.pages.figures import AXIS, Figure, percent
from rapport.server.templatetags.rapport import number

Colours = Mapping[str, str]
HEIGHT, STRIP, PARTS = 280, 16, 110
BADGE = 16  # pixels across
TICK = 64  # pixels from one day on the axis to the next
SHORTEST = timedelta(days=83)  # twelve weeks: a single one would fill the picture
MIDDLE = timedelta(days=3)  # from the first or last day of a week to its middle
SIGNED = "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + round(abs(datum.value) * 100)"


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


# -- the figure ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a line: which number, of messages or of people, whole or parted into tone and mix."""

    found: Whereabouts
    of: str = "net"
    people: bool = False
    parted: bool = False
    query: str = ""

    def figure(self) -> Figure:
        weeks = self.found.weeks
        words = written(self.of)
        return Figure(
            key="gps",
            title=self.title(),
            words=self.words(),
            head=[
                _("Week of"),
                str(self.name),
                _("Between"),
                _("Labels"),
                _("Messages"),
                _("Heard"),
                *([_("By tone"), _("By mix")] if self.parted else []),
            ],
            rows=[
                [
                    date_format(row.start, "DAY"),
                    *self._told(row, words),
                    number(row.labels),
                    number(row.messages),
                    percent(row.weight),
                    *([_change(row, "tone"), _change(row, "mix")] if self.parted else []),
                ]
                for row in weeks
            ],
            raw=[HEAD, *(self._raw(row) for row in [*weeks, *([self.found.seven] if self.found.seven else [])])],
            query=self.query,
            spec=self.spec,
        )

    @property
    def name(self) -> str:
        return str((PEOPLES if self.people else NAMES)[self.of])

    @property
    def goal(self) -> Goal | None:
        return self.found.goal(self.of)

    def title(self) -> str:
        """The finding: what has changed and when, or why nobody can tell."""
        if self.parted:
            return _("What changed from week to week: the tone, and the mix of channels")
        if not self.known():
            return _("Not enough labels in any of these weeks")
        if self.found.change:
            words = {"name": self.name, "what": changed(self.found, self.of).rstrip(".")}
            return _("%(name)s, week by week. %(what)s") % words
        return _("%(name)s, week by week") % {"name": self.name}

    def known(self) -> list[tuple[Row, Triple]]:
        """The weeks with a number."""
        found = [(row, value(row, self.of, people=self.people)) for row in self.found.weeks]
        return [(row, one) for row, one in found if one is not None]

    def _told(self, row: Row, words: Any) -> list[str]:
        one = value(row, self.of, people=self.people)
        if one is None:
            return [too_few(row), "–"]
        told = f"{words(one[0])} ({_('no verdict')})" if grey(row) else words(one[0])
        return [told, interval(one, words)]

    def _raw(self, row: Row) -> list[Any]:
        one = value(row, self.of, people=self.people) or ("", "", "")
        low, high = row.bounds or ("", "")
        made = row.made_at.isoformat()
        sample = [row.labels, row.needed, row.messages, row.late, row.weight, low, high]
        change = ["" if part is None else part for part in (moved(row, "tone"), moved(row, "mix"))]
        return [row.period, row.start, row.end, *one, *sample, *change, made]

    # -- in words

    def words(self) -> str:
        """What one sees in it, for those who do not."""
        known, words = self.known(), written(self.of)
        told = [_("On one axis of time, where %(name)s was week by week, where it is now, and where it goes.")]
        told[0] %= {"name": self.name}
        if known:
            lowest, highest = (pick(known, key=lambda one: one[1][0]) for pick in (min, max))
            told.append(
                _("Lowest in the week of %(low_day)s: %(low)s; highest in the week of %(high_day)s: %(high)s.")
                % {
                    "low_day": day_name(lowest[0].start),
                    "low": words(lowest[1][0]),
                    "high_day": day_name(highest[0].start),
                    "high": words(highest[1][0]),
                }
            )
        if lacking := len(self.found.weeks) - len(known):
            told.append(_("Weeks without enough labels: %(n)s of %(all)s.") % self._of_all(lacking))
        if doubtful := sum(grey(row) for row, _one in known):
            told.append(
                _("Weeks of which too little was heard for a verdict: %(n)s of %(all)s.") % self._of_all(doubtful)
            )
        for event in events(self.found):
            told.append(f"{day_name(event.day)}: {event.words.rstrip('.')}.")
        if fan := self._fan_words():
            told.append(fan)
        return " ".join(told)

    def _of_all(self, n: int) -> dict[str, str]:
        return {"n": number(n), "all": number(len(self.found.weeks))}

    def _fan_words(self) -> str:
        goal, fan = self.goal, _fan(self.goal)
        if not goal or not fan:
            return ""
        words = written(self.of)
        return _(
            "It is expected to lie between %(low)s and %(high)s by %(day)s; the goal is %(goal)s: %(odds)s likely."
        ) % {
            "low": words(fan[-1]["low"]),
            "high": words(fan[-1]["high"]),
            "day": day_name(date.fromisoformat(fan[-1]["end"])),
            "goal": words(goal.target),
            "odds": likely(float((goal.outlook or {}).get("probability", 0))),
        }

    # -- drawn

    def spec(self, width: int, c: Colours) -> Spec:
        axis = _Axis.of(self, width - AXIS)
        panels = self._parts(axis, c) if self.parted else [self._level(axis, c)]
        return {
            "vconcat": [*panels, self._heard(axis, c), self._labels(axis, c)],
            "spacing": 8,
            "resolve": {"scale": {"x": "shared"}},
        }

    def _level(self, axis: _Axis, c: Colours) -> Spec:
        y = self._y()
        layers = [
            *_bands(axis, self.found.weeks, self.of, self.people, c),
            *_zero(self.of, y, c),
            *_now(axis, c),
            *self._weeks(axis, y, c),
            *self._going(axis, y, c),
            *self._seven(axis, y, c),
            *_marks(axis, events(self.found), c),
        ]
        return {"width": axis.pixels, "height": HEIGHT, "layer": layers}

    def _y(self) -> Spec:
        ends = [end for _row, one in self.known() for end in one]
        ends += [end for row in _fan(self.goal) for end in (row["low"], row["high"])]
        if self.found.seven and (one := value(self.found.seven, self.of, people=self.people)):
            ends += one
        if self.goal:
            ends.append(self.goal.target)
        least, most = (-1.0, 1.0) if self.of == "net" else (0.0, 1.0)
        low, high = (min(ends), max(ends)) if ends else ((-0.2, 0.2) if self.of == "net" else (0.0, 0.4))
        room = max(0.08 * (high - low), 0.02)
        domain = [max(low - room, least), min(high + 2 * room, most)]  # above, the numbers of what happened
        format_ = {"labelExpr": SIGNED} if self.of == "net" else {"format": ".0%"}
        axis = {"title": None, "minExtent": AXIS, "maxExtent": AXIS, **format_}
        return {"type": "quantitative", "scale": {"domain": domain, "nice": False, "zero": False}, "axis": axis}

    def _weeks(self, axis: _Axis, y: Spec, c: Colours) -> list[Spec]:
        rows = [
            {"x": axis.at(row.end - MIDDLE), "value": one[0], "low": one[1], "high": one[2], "grey": grey(row)}
            for row in self.found.weeks
            if (one := value(row, self.of, people=self.people)) is not None
        ]
        bounds = [
            {"x": axis.at(row.end - MIDDLE), "low": row.bounds[0], "high": row.bounds[1]}
            for row in self.found.weeks
            if row.bounds and self.of == "net" and not self.people and row.weight < 1
        ]
        solid = {one["x"]: one["value"] for one in rows if not one["grey"]}
        line = [{"x": at, "value": solid.get(at)} for at in (axis.at(row.end - MIDDLE) for row in self.found.weeks)]
        x = axis.x()
        return [
            {
                "data": {"values": bounds},
                "mark": {"type": "rule", "color": c["neutral"], "strokeDash": [1, 3], "clip": True},
                "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
            {
                "data": {"values": line},
                "mark": {"type": "line", "color": c["accent"], "strokeWidth": 1.5, "opacity": 0.55},
                "encoding": {"x": x, "y": {"field": "value", **y}},
            },
            *(
                {
                    "data": {"values": [one for one in rows if one["grey"] is doubtful]},
                    "layer": [
                        {"mark": rule, "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}},
                        {"mark": point, "encoding": {"x": x, "y": {"field": "value", **y}}},
                    ],
                }
                for doubtful, rule, point in (
                    (
                        False,
                        {"type": "rule", "color": c["accent"], "opacity": 0.4, "strokeWidth": 3, "strokeCap": "round"},
                        {"type": "point", "filled": True, "opacity": 1, "size": 38, "color": c["accent"]},
                    ),
                    (
                        True,
                        {"type": "rule", "color": c["neutral"], "strokeDash": [3, 3]},
                        {
                            "type": "point",
                            "shape": "square",
                            "filled": False,
                            "opacity": 1,
                            "size": 34,
                            "color": c["neutral"],
                        },
                    ),
                )
            ),
        ]

    def _seven(self, axis: _Axis, y: Spec, c: Colours) -> list[Spec]:
        row = self.found.seven
        one = value(row, self.of, people=self.people) if row else None
        if row is None or one is None:
            return []
        colour = c["neutral"] if grey(row) else c["accent"]
        x = axis.x()
        data = {"values": [{"x": axis.at(row.end - MIDDLE), "value": one[0], "low": one[1], "high": one[2]}]}
        between = {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}
        diamond = {"type": "point", "shape": "diamond", "filled": True, "opacity": 1, "size": 210}
        diamond |= {"color": colour, "stroke": c["surface"], "strokeWidth": 2}
        if grey(row):
            diamond |= {"color": c["surface"], "stroke": colour}
        return [
            {
                "data": data,
                "mark": {"type": "rule", "color": colour, "strokeWidth": 5, "opacity": 0.5},
                "encoding": between,
            },
            {"data": data, "mark": diamond, "encoding": {"x": x, "y": {"field": "value", **y}}},
        ]

    def _going(self, axis: _Axis, y: Spec, c: Colours) -> list[Spec]:
        goal, x, layers = self.goal, axis.x(), []
        rows = [
            {"x": axis.at(date.fromisoformat(one["end"]) - MIDDLE), **{k: one[k] for k in ("middle", "low", "high")}}
            for one in _fan(goal)
        ]
        start = self.found.seven and value(self.found.seven, self.of, people=self.people)
        if rows and start and self.found.seven:
            at = axis.at(self.found.seven.end - MIDDLE)
            rows = [{"x": at, "middle": start[0], "low": start[0], "high": start[0]}, *[r for r in rows if r["x"] > at]]
        if rows:
            area = {"type": "area", "color": c["accent"], "opacity": 0.16, "clip": True}
            middle = {"type": "line", "color": c["accent"], "strokeDash": [5, 4], "strokeWidth": 1.5, "clip": True}
            edge = {"type": "line", "color": c["accent"], "strokeWidth": 0.75, "opacity": 0.6, "clip": True}
            layers += [
                {"data": {"values": rows}, "mark": area, "encoding": _span(x, y)},
                {"data": {"values": rows}, "mark": middle, "encoding": {"x": x, "y": {"field": "middle", **y}}},
                {"data": {"values": rows}, "mark": edge, "encoding": {"x": x, "y": {"field": "low", **y}}},
                {"data": {"values": rows}, "mark": edge, "encoding": {"x": x, "y": {"field": "high", **y}}},
            ]
        return [*layers, *(_target(axis, goal, y, c) if goal else [])]

    def _parts(self, axis: _Axis, c: Colours) -> list[Spec]:
        """Of each week's change from the one before, what the tone did and what the mix of channels did."""
        ends = [
            abs(one) for row in self.found.weeks for part in ("tone", "mix") if (one := moved(row, part)) is not None
        ]
        most = max([0.02, *ends]) * 1.1
        y = {
            "type": "quantitative",
            "scale": {"domain": [-most, most], "nice": False},
            "axis": {"title": None, "minExtent": AXIS, "maxExtent": AXIS, "labelExpr": SIGNED, "tickCount": 3},
        }
        return [
            {
                "title": _title(words, c),
                "width": axis.pixels,
                "height": PARTS,
                "layer": [
                    *_zero("net", y, c),
                    {
                        "data": {
                            "values": [
                                {**axis.week(row), "change": one}
                                for row in self.found.weeks
                                if (one := moved(row, part)) is not None
                            ]
                        },
                        "mark": {"type": "bar", "color": c["accent"] if part == "tone" else c["neutral"]},
                        "encoding": {
                            "x": axis.x("x"),
                            "x2": {"field": "x2"},
                            "y": {"field": "change", **y},
                            "y2": {"datum": 0},
                        },
                    },
                ],
            }
            for part, words in (
                ("tone", _("Net tone at fixed weights of the channels")),
                ("mix", _("Mix of the channels")),
            )
        ]

    def _heard(self, axis: _Axis, c: Colours) -> Spec:
        """How much of the usual weight was heard: a full bar, or a lower one; a cross where it is too little."""
        rows = [{**axis.week(row), "weight": row.weight, "few": grey(row)} for row in self.found.weeks]
        y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}
        bar = {"type": "bar", "color": c["neutral"], "cornerRadiusEnd": 0}
        cross = {"type": "text", "text": "×", "fontSize": 17, "fontWeight": "bold", "color": c["negative"]}
        return {
            "title": _title(_("Heard"), c),
            "width": axis.pixels,
            "height": STRIP,
            "data": {"values": rows},
            "layer": [
                {
                    "mark": bar,
                    "encoding": {
                        "x": axis.x("x"),
                        "x2": {"field": "x2"},
                        "y": {"field": "weight", **y},
                        "y2": {"datum": 0},
                        "opacity": {"condition": {"test": "datum.few", "value": 0.35}, "value": 0.8},
                    },
                },
                {
                    "transform": [{"filter": "datum.few"}],
                    "mark": cross,
                    "encoding": {"x": axis.x("middle"), "y": {"value": STRIP / 2}},
                },
            ],
        }

    def _labels(self, axis: _Axis, c: Colours) -> Spec:
        """What people coded a week, against what a number needs."""
        rows = [
            {**axis.week(row), "labels": row.labels, "enough": row.labels >= row.needed} for row in self.found.weeks
        ]
        needed = max((row.needed for row in self.found.weeks), default=0)
        most = max([needed, *(row.labels for row in self.found.weeks), 1]) * 1.15
        y = {"type": "quantitative", "scale": {"domain": [0, most], "nice": False}, "axis": None}
        bar = {"x": axis.x("x", axis=axis.ticks()), "x2": {"field": "x2"}, "y": {"field": "labels", **y}}
        hollow = {"type": "bar", "color": c["accent"], "fillOpacity": 0.15, "stroke": c["accent"], "strokeDash": [3, 2]}
        return {
            "title": _title(_("Labels; the line is what a number needs"), c),
            "width": axis.pixels,
            "height": 2 * STRIP,
            "data": {"values": rows},
            "layer": [
                {
                    "transform": [{"filter": "datum.enough"}],
                    "mark": {"type": "bar", "color": c["accent"], "opacity": 0.75},
                    "encoding": {**bar, "y2": {"datum": 0}},
                },
                {
                    "transform": [{"filter": "!datum.enough"}],
                    "mark": hollow,
                    "encoding": {**bar, "y2": {"datum": 0}},
                },
                {
                    "data": {
                        "values": [{"x": rows[0]["x"], "x2": axis.at(axis.today) + 0.5, "needed": needed}]
                        if rows
                        else []
                    },
                    "mark": {"type": "rule", "color": c["text"], "strokeWidth": 1},
                    "encoding": {"x": bar["x"] | {"field": "x"}, "x2": {"field": "x2"}, "y": {"field": "needed", **y}},
                },
            ],
        }


HEAD = ["period", "start", "end", "value", "low", "high", "labels", "needed", "messages", "late", "heard"]
HEAD += ["bound_low", "bound_high", "change_tone", "change_mix", "made_at"]


def moved(row: Row, part: str) -> float | None:
    """What the tone or the mix of channels did to net tone since the period before."""
    found = (row.made.get("change") or {}).get(part)
    return found[0] if isinstance(found, list) else found


def _change(row: Row, part: str) -> str:
    found = moved(row, part)
    return "–" if found is None else points(found)


def _fan(goal: Goal | None) -> list[dict[str, Any]]:
    return list((goal.outlook or {}).get("fan") or []) if goal else []


# -- the axis --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Axis:
    """Days since the first one that is shown."""

    first: date
    last: date
    today: date
    pixels: int

    @classmethod
    def of(cls, drawing: Drawing, pixels: int) -> _Axis:
        found = drawing.found
        ends = [row.end for row in (*found.weeks, *([found.seven] if found.seven else []))]
        today = max(ends, default=found.day)
        goal = drawing.goal
        ahead = [goal.by_date, *(date.fromisoformat(one["end"]) for one in _fan(goal))] if goal else []
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


# -- pieces ----------------------------------------------------------------------------------------------------------


def _title(words: str, c: Colours) -> Spec:
    return {
        "text": words,
        "anchor": "start",
        "fontSize": 12,
        "fontWeight": "normal",
        "color": c["muted"],
        "offset": 3,
        "frame": "group",
    }


def _span(x: Spec, y: Spec) -> Spec:
    return {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}}


def _zero(of: str, y: Spec, c: Colours) -> list[Spec]:
    if of != "net" or not y["scale"]["domain"][0] < 0 < y["scale"]["domain"][1]:
        return []
    mark = {"type": "rule", "color": c["edge"], "strokeDash": [2, 3]}
    return [{"data": {"values": [{"zero": 0}]}, "mark": mark, "encoding": {"y": {"field": "zero", **y}}}]


def _bands(axis: _Axis, weeks: Iterable[Row], of: str, people: bool, c: Colours) -> list[Spec]:
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
                "encoding": {"x": axis.x("middle"), "y": {"value": HEIGHT / 2}, "text": {"field": "words"}},
            }
            for low, high, angle in ((14, 190, 270), (190, 10_000, 0))
        ),
    ]


def _now(axis: _Axis, c: Colours) -> list[Spec]:
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


def _target(axis: _Axis, goal: Goal, y: Spec, c: Colours) -> list[Spec]:
    """The goal as a ring with a cross in it, at its date."""
    data = {"values": [{"x": axis.at(goal.by_date), "value": goal.target}]}
    at = {"x": axis.x(), "y": {"field": "value", **y}}
    ring = {"type": "point", "shape": "circle", "filled": False, "opacity": 1, "size": 190, "strokeWidth": 2}
    words = f"{_('Goal')} {written(goal.of)(goal.target)}"
    return [
        {"data": data, "mark": {**ring, "color": c["text"]}, "encoding": at},
        {
            "data": data,
            "mark": {"type": "point", "shape": "cross", "filled": True, "opacity": 1, "size": 60, "color": c["text"]},
            "encoding": at,
        },
        {
            "data": data,
            "mark": {"type": "text", "text": words, "align": "right", "dx": -13, "color": c["text"], "fontWeight": 600},
            "encoding": at,
        },
    ]


def _marks(axis: _Axis, found: Iterable[Event], c: Colours) -> list[Spec]:
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
