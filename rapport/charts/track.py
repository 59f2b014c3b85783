"""Been, now and going on one axis of time: the weeks with their intervals, the newest seven days, the way to a goal.

What is not known is drawn as not known: a band for weeks without enough labels, a hollow square for weeks of which too
little was heard. Below, on the same axis, what was heard and how many labels there are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from rapport.charts.base import TICK, Sheet, known, numbers
from rapport.charts.data import Look, Row, Track

BADGE = 16  # pixels across
SIGNED = "(datum.value > 0 ? '+' : datum.value < 0 ? '−' : '') + round(abs(datum.value) * 100)"
UPRIGHT, ALONG = 14, 190  # pixels that words need in a band: turned, and as they are
BEEN, GOING = 120, 80  # pixels that these words need


def drawn(track: Track, look: Look) -> alt.VConcatChart:
    one = _Drawn(track, Sheet(look))
    plots = [one.change("tone"), one.change("mix")] if track.parted else [one.level()]
    return one.sheet.chart([*plots, one.heard(), one.labels()])


@dataclass(frozen=True, slots=True)
class _Drawn:
    track: Track
    sheet: Sheet

    # -- axes

    def px(self, days: float) -> float:
        return days * self.sheet.wide / max(self.track.days, 1)

    def x(self, name: str = "middle", *, labelled: bool = False) -> alt.X:
        scale = alt.Scale(domain=[0, self.track.days], nice=False, zero=False)
        return alt.X(f"{name}:Q", scale=scale, axis=self._mondays() if labelled else None)

    def _mondays(self) -> alt.Axis:
        """As many as have names that do not touch."""
        every = max(1, -(-TICK // max(int(self.px(7)), 1)))
        names = {7 * n: name for n, name in enumerate(self.track.mondays) if n % every == 0}
        words = f"{json.dumps(names, ensure_ascii=False)}[datum.value]"
        said: dict[str, Any] = {"labelAngle": 0, "labelFlush": False, "labelBound": True}
        return alt.Axis(title=None, values=list(names), labelExpr=words, **said)

    def y(self, name: str) -> alt.Y:
        scale = alt.Scale(domain=[self.track.lowest, self.track.highest], nice=False, zero=False)
        axis = numbers(labelExpr=SIGNED) if self.track.signed else numbers(format=".0%")
        return alt.Y(f"{name}:Q", scale=scale, axis=axis)

    def weeks(self) -> alt.Chart:
        return self.sheet.plot("weeks", self.track.weeks)

    # -- where it was, is and goes

    def level(self) -> alt.LayerChart:
        layers = [
            *self._gaps(),
            *([self._zero(self.y("zero"))] if self.track.lowest < 0 < self.track.highest else []),
            *self._now(),
            *self._weeks(),
            *self._going(),
            *self._goal(),
            *self._seven(),
            *self._events(),
        ]
        return self.sheet.layered(layers, Track.LEVEL)

    def _weeks(self) -> list[alt.Chart]:
        weeks, x = self.weeks(), self.x()
        accent, neutral = self.sheet.colour("accent"), self.sheet.colour("neutral")
        sure = weeks.transform_filter(f"{known('value')} && !datum.grey")
        grey = weeks.transform_filter(f"{known('value')} && datum.grey")
        bounds = weeks.transform_filter(known("bounds_low", "bounds_high"))
        line = weeks.transform_calculate(sure="datum.grey ? null : datum.value")
        low, value = self.y("low"), self.y("value")
        return [
            bounds.mark_rule(color=neutral, strokeDash=[1, 3], clip=True).encode(
                x, self.y("bounds_low"), y2="bounds_high"
            ),
            line.mark_line(color=accent, strokeWidth=1.5, opacity=0.55).encode(x, self.y("sure")),
            sure.mark_rule(color=accent, opacity=0.4, strokeWidth=3, strokeCap="round").encode(x, low, y2="high"),
            sure.mark_point(filled=True, opacity=1, size=38, color=accent).encode(x, value),
            grey.mark_rule(color=neutral, strokeDash=[3, 3]).encode(x, low, y2="high"),
            grey.mark_point(shape="square", filled=False, opacity=1, size=34, color=neutral).encode(x, value),
        ]

    def _seven(self) -> list[alt.Chart]:
        """The newest seven days, as a large diamond: hollow where too little was heard."""
        if not (row := self.track.seven):
            return []
        seven, x = self.sheet.plot("seven", [row]), self.x()
        colour, surface = self.sheet.colour("neutral" if row["grey"] else "accent"), self.sheet.colour("surface")
        inside, edge = (surface, colour) if row["grey"] else (colour, surface)
        diamond: dict[str, Any] = {"shape": "diamond", "filled": True, "opacity": 1, "size": 210, "strokeWidth": 2}
        return [
            seven.mark_rule(color=colour, strokeWidth=5, opacity=0.5).encode(x, self.y("low"), y2="high"),
            seven.mark_point(**diamond, color=inside, stroke=edge).encode(x, self.y("value")),
        ]

    def _going(self) -> list[alt.Chart]:
        if not self.track.fan:
            return []
        fan, x, accent = self.sheet.plot("fan", self.track.fan), self.x("x"), self.sheet.colour("accent")
        edge = fan.mark_line(color=accent, strokeWidth=0.75, opacity=0.6, clip=True)
        middle = fan.mark_line(color=accent, strokeDash=[5, 4], strokeWidth=1.5, clip=True)
        return [
            fan.mark_area(color=accent, opacity=0.16, clip=True).encode(x, self.y("low"), y2="high"),
            middle.encode(x, self.y("middle")),
            edge.encode(x, self.y("low")),
            edge.encode(x, self.y("high")),
        ]

    def _goal(self) -> list[alt.Chart]:
        """As a ring with a cross in it, at its date; its words above, since beside it stands what is now."""
        if not self.track.goal:
            return []
        goal, text = self.sheet.plot("goal", [self.track.goal]), self.sheet.colour("text")
        ring = goal.mark_point(shape="circle", filled=False, opacity=1, size=190, strokeWidth=2, color=text)
        cross = goal.mark_point(shape="cross", filled=True, opacity=1, size=60, color=text)
        words = goal.mark_text(align="right", dx=8, dy=-18, color=text, fontWeight=600)
        x, y = self.x("x"), self.y("value")
        return [ring.encode(x, y), cross.encode(x, y), words.encode(x, y, text="words:N")]

    # -- what stands beside the numbers

    def _zero(self, y: alt.Y) -> alt.Chart:
        line = self.sheet.plot("zero", [{"zero": 0}])
        zero: alt.Chart = line.mark_rule(color=self.sheet.colour("edge"), strokeDash=[2, 3]).encode(y)
        return zero

    def _gaps(self) -> list[alt.Chart]:
        """Weeks without a number, those that follow each other together, with the reason as far as there is room."""
        if not self.track.gaps:
            return []
        rows = [{**row, "wide": self.px(row["x2"] - row["x"])} for row in self.track.gaps]
        gaps, muted = self.sheet.plot("gaps", rows), self.sheet.colour("muted")
        upright = gaps.transform_filter(f"datum.wide >= {UPRIGHT} && datum.wide < {ALONG}")
        along = gaps.transform_filter(f"datum.wide >= {ALONG}")
        at: dict[str, Any] = {"x": self.x(), "y": alt.value(0.4 * Track.LEVEL), "text": "words:N"}
        return [
            gaps.mark_rect(color=self.sheet.colour("hover")).encode(self.x("x"), x2="x2"),
            upright.mark_text(color=muted, fontSize=12, angle=270).encode(**at),
            along.mark_text(color=muted, fontSize=12, angle=0).encode(**at),
        ]

    def _now(self) -> list[alt.Chart]:
        days, now, words = self.track.days, self.track.now, self.track.words
        said = [{"x": now, "words": words["now"]}]
        if self.px(now) > BEEN:
            said.append({"x": now / 2, "words": words["been"]})
        if self.px(days - now) > GOING:  # there is something ahead
            said.append({"x": (now + days) / 2, "words": words["going"]})
        line, named = self.sheet.plot("now", said[:1]), self.sheet.plot("times", said)
        above = named.mark_text(color=self.sheet.colour("muted"), baseline="bottom", dy=-4)
        return [
            line.mark_rule(color=self.sheet.colour("edge")).encode(
                self.x("x"), y=alt.value(0), y2=alt.value(Track.LEVEL)
            ),
            above.encode(self.x("x"), y=alt.value(0), text="words:N"),
        ]

    def _events(self) -> list[alt.Chart]:
        """Numbered: a square with a dashed line for a change, a disc with a dotted one for what somebody wrote down."""
        if not (rows := self._beside(self.track.events)):
            return []
        marks = self.sheet.plot("events", rows)
        x, y, end = self.x("x"), alt.Y("y:Q", scale=None, axis=None), alt.value(Track.LEVEL)
        layers = []
        for rang, dash, shape, name in (("", [6, 3], "square", "text"), ("!", [1, 3], "circle", "muted")):
            some, colour = marks.transform_filter(f"{rang}datum.rang"), self.sheet.colour(name)
            number = some.mark_text(color=self.sheet.colour("surface"), fontSize=11, fontWeight=600)
            layers += [
                some.mark_rule(color=colour, strokeDash=dash).encode(x, y, y2=end),
                some.mark_point(shape=shape, filled=True, opacity=1, size=BADGE * BADGE, color=colour).encode(x, y),
                number.encode(x, y, text="n:N"),
            ]
        return layers

    def _beside(self, events: Sequence[Row]) -> list[dict[str, Any]]:
        """How far below the top each stands: one that would touch the one before goes under it."""
        rows: list[dict[str, Any]] = []
        for event in events:
            close = rows and self.px(event["x"] - rows[-1]["x"]) < BADGE + 2
            rows.append({**event, "y": rows[-1]["y"] + BADGE + 2 if close else BADGE / 2 + 1})
        return rows

    # -- what the tone changed, and what the mix of channels did

    def change(self, part: str) -> alt.LayerChart:
        names = [f"{one}{end}" for one in ("tone", "mix") for end in ("_low", "_high")]
        ends = [abs(row[name]) for row in self.track.weeks for name in names if row[name] is not None]
        most = min(max([0.02, *ends]) * 1.1, 2.0)
        scale, axis = alt.Scale(domain=[-most, most], nice=False), numbers(labelExpr=SIGNED, tickCount=3)
        colour = self.sheet.colour("accent" if part == "tone" else "neutral")
        weeks = self.weeks().transform_filter(known(part))
        bars, ranges = weeks.mark_bar(color=colour, opacity=0.75), weeks.mark_rule(color=self.sheet.colour("text"))
        value, low, zero = (alt.Y(f"{one}:Q", scale=scale, axis=axis) for one in (part, f"{part}_low", "zero"))
        layers = [
            self._zero(zero),
            bars.encode(self.x("x"), value, x2="x2", y2=alt.datum(0)),
            ranges.encode(self.x(), low, y2=f"{part}_high"),
        ]
        return self.sheet.layered(layers, Track.PART, self.track.words[part])

    # -- what was heard, and how many labels there are

    def heard(self) -> alt.LayerChart:
        """How much of the usual weight was heard: a full bar, or a lower one; a cross where it is too little."""
        weeks = self.weeks()
        y = alt.Y("weight:Q", scale=alt.Scale(domain=[0, 1]), axis=None)
        pale = alt.condition("datum.grey", alt.value(0.35), alt.value(0.8))
        bars = weeks.mark_bar(color=self.sheet.colour("neutral"), cornerRadiusEnd=0)
        crosses = weeks.transform_filter("datum.grey").mark_text(
            text="×", fontSize=17, fontWeight="bold", color=self.sheet.colour("negative")
        )
        layers = [
            bars.encode(self.x("x"), y, x2="x2", y2=alt.datum(0), opacity=pale),
            crosses.encode(self.x(), y=alt.value(Track.STRIP / 2)),
        ]
        return self.sheet.layered(layers, Track.STRIP, self.track.words["heard"])

    def labels(self) -> alt.LayerChart:
        """What people coded a week, against what a number needs."""
        weeks, accent = self.weeks(), self.sheet.colour("accent")
        needed = max((row["needed"] for row in self.track.weeks), default=0)
        most = max([needed, *(row["labels"] for row in self.track.weeks), 1]) * 1.15
        scale = alt.Scale(domain=[0, most], nice=False)
        at = (self.x("x", labelled=True), alt.Y("labels:Q", scale=scale, axis=None))
        enough = weeks.transform_filter("datum.labels >= datum.needed").mark_bar(color=accent, opacity=0.75)
        hollow = weeks.transform_filter("datum.labels < datum.needed").mark_bar(
            color=accent, fillOpacity=0.15, stroke=accent, strokeDash=[3, 2]
        )
        begin = self.track.weeks[0]["x"] if self.track.weeks else self.track.now
        line = self.sheet.plot("needed", [{"x": begin, "x2": self.track.now, "needed": needed}])
        rule = line.mark_rule(color=self.sheet.colour("text"), strokeWidth=1)
        layers = [
            enough.encode(*at, x2="x2", y2=alt.datum(0)),
            hollow.encode(*at, x2="x2", y2=alt.datum(0)),
            rule.encode(self.x("x", labelled=True), alt.Y("needed:Q", scale=scale, axis=None), x2="x2"),
        ]
        return self.sheet.layered(layers, 2 * Track.STRIP, self.track.words["labels"])
