"""Been, now and going as a picture: the weeks with their intervals, the newest seven days, and the way to a goal.

Weeks stand at their middle. What is not known is drawn as not known: a band for weeks without enough labels, a hollow
square for weeks of which too little was heard. Below, on the same axis, what was heard and how many labels there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from rapport.server.measure.models import Figure as Row
from rapport.server.measure.models import Goal
from rapport.server.measure.whereabouts import Triple, Whereabouts, grey, moved, value
from rapport.server.pages.charts import Spec
from rapport.server.pages.course_axis import (
    HEIGHT,
    Axis,
    Colours,
    bands,
    events,
    marks,
    now,
    span,
    target,
    title,
    zero,
)
from rapport.server.pages.figures import AXIS

STRIP, PARTS = 16, 110
MIDDLE = timedelta(days=3)  # from the last day of a week to its middle
SIGNED = "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + round(abs(datum.value) * 100)"


def mid(row: Row) -> date:
    """The day in the middle of a period."""
    return row.start + (row.end - row.start) / 2


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

    def known(self) -> list[tuple[Row, Triple]]:
        """The weeks with a number."""
        found = [(row, value(row, self.of, people=self.people)) for row in self.found.weeks]
        return [(row, one) for row, one in found if one is not None]

    def spec(self, width: int, c: Colours) -> Spec:
        axis = Axis.of(self.found, self.of, width - AXIS)
        panels = self._parts(axis, c) if self.parted else [self._level(axis, c)]
        return {
            "vconcat": [*panels, self._heard(axis, c), self._labels(axis, c)],
            "spacing": 8,
            "resolve": {"scale": {"x": "shared"}},
        }

    def _level(self, axis: Axis, c: Colours) -> Spec:
        y = self._y()
        layers = [
            *bands(axis, self.found.weeks, self.of, self.people, c),
            *zero(self.of, y, c),
            *now(axis, c),
            *self._weeks(axis, y, c),
            *self._going(axis, y, c),
            *self._seven(axis, y, c),
            *marks(axis, events(self.found), c),
        ]
        return {"width": axis.pixels, "height": HEIGHT, "layer": layers}

    def _y(self) -> Spec:
        ends = [end for _row, one in self.known() for end in one]
        ends += [end for row in self.found.fan(self.of) for end in (row["low"], row["high"])]
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

    def _weeks(self, axis: Axis, y: Spec, c: Colours) -> list[Spec]:
        rows = [
            {"x": axis.at(mid(row)), "value": one[0], "low": one[1], "high": one[2], "grey": grey(row)}
            for row in self.found.weeks
            if (one := value(row, self.of, people=self.people)) is not None
        ]
        bounds = [
            {"x": axis.at(mid(row)), "low": row.bounds[0], "high": row.bounds[1]}
            for row in self.found.weeks
            if row.bounds and self.of == "net" and not self.people and row.weight < 1
        ]
        solid = {one["x"]: one["value"] for one in rows if not one["grey"]}
        line = [{"x": at, "value": solid.get(at)} for at in (axis.at(mid(row)) for row in self.found.weeks)]
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

    def _seven(self, axis: Axis, y: Spec, c: Colours) -> list[Spec]:
        row = self.found.seven
        one = value(row, self.of, people=self.people) if row else None
        if row is None or one is None:
            return []
        colour = c["neutral"] if grey(row) else c["accent"]
        x = axis.x()
        data = {"values": [{"x": axis.at(mid(row)), "value": one[0], "low": one[1], "high": one[2]}]}
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

    def _going(self, axis: Axis, y: Spec, c: Colours) -> list[Spec]:
        goal, x, layers = self.goal, axis.x(), []
        rows = [
            {"x": axis.at(date.fromisoformat(one["end"]) - MIDDLE), **{k: one[k] for k in ("middle", "low", "high")}}
            for one in self.found.fan(self.of)
        ]
        known = self.known()
        if rows and known:  # it goes on from the newest week, as sure as that one is
            row, newest = known[-1]
            at = axis.at(mid(row))
            begins = {"x": at, **dict(zip(("middle", "low", "high"), newest))}
            rows = [begins, *[one for one in rows if one["x"] > at]]
        if rows:
            area = {"type": "area", "color": c["accent"], "opacity": 0.16, "clip": True}
            middle = {"type": "line", "color": c["accent"], "strokeDash": [5, 4], "strokeWidth": 1.5, "clip": True}
            edge = {"type": "line", "color": c["accent"], "strokeWidth": 0.75, "opacity": 0.6, "clip": True}
            layers += [
                {"data": {"values": rows}, "mark": area, "encoding": span(x, y)},
                {"data": {"values": rows}, "mark": middle, "encoding": {"x": x, "y": {"field": "middle", **y}}},
                {"data": {"values": rows}, "mark": edge, "encoding": {"x": x, "y": {"field": "low", **y}}},
                {"data": {"values": rows}, "mark": edge, "encoding": {"x": x, "y": {"field": "high", **y}}},
            ]
        return [*layers, *(target(axis, goal, y, c) if goal else [])]

    def _parts(self, axis: Axis, c: Colours) -> list[Spec]:
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
                "title": title(words, c),
                "width": axis.pixels,
                "height": PARTS,
                "layer": [
                    *zero("net", y, c),
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

    def _heard(self, axis: Axis, c: Colours) -> Spec:
        """How much of the usual weight was heard: a full bar, or a lower one; a cross where it is too little."""
        rows = [{**axis.week(row), "weight": row.weight, "few": grey(row)} for row in self.found.weeks]
        y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": None}
        bar = {"type": "bar", "color": c["neutral"], "cornerRadiusEnd": 0}
        cross = {"type": "text", "text": "×", "fontSize": 17, "fontWeight": "bold", "color": c["negative"]}
        return {
            "title": title(_("Heard"), c),
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

    def _labels(self, axis: Axis, c: Colours) -> Spec:
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
            "title": title(_("Labels; the line is what a number needs"), c),
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
