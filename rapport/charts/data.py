"""What is to be drawn, as plain values that travel as JSON: no widths, no colours, and every word in its language.

A row is what Altair takes for one: a value for each name. None stands for what is not known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

Row = Mapping[str, Any]
# Pixels around the plots, between them, and above one: of its title, its legend, its words of time. Too much leaves
# room below a picture; too little makes it narrower than the others on its page.
EDGES, GAP, TITLE, LEGEND, TIMES = 41, 8, 15, 30, 11


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot over the places of a `Series`. Every row has `n`, the number of its place, from 0.

    bars     count, expected, within (what the drawing is about), partly (there may be more)
    lines    count, expected
    points   value, low, high, open (the interval has no end above)
    tones    tone (one of `names`), share, whole (the share where everything was heard), partly
    format   of the numbers at the left, as d3 writes formats; `label`: words around such a number, as in "%s h"
    """

    marks: str
    rows: Sequence[Row]
    height: int
    title: str = ""
    format: str = ""
    label: str = ""
    lowest: float | None = None
    highest: float | None = None
    ticks: int = 4
    names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Plots below each other over places in a row: weeks, days, hours. `heard`: whether we heard everything there."""

    kind: ClassVar = "series"
    STRIP: ClassVar = 14
    labels: Sequence[str]
    panels: Sequence[Panel]
    heard: Sequence[bool] | None = None

    @property
    def height(self) -> int:
        """About how high the picture will be, in pixels."""
        plots = [panel.height for panel in self.panels] + ([self.STRIP] if self.heard is not None else [])
        titles = sum(bool(panel.title) for panel in self.panels)
        legends = sum(panel.marks == "tones" for panel in self.panels)
        return _high(plots, titles) + legends * LEGEND


@dataclass(frozen=True, slots=True)
class Track:
    """Where a number was week by week, where it is now, where it goes. Places on the axis (x) are days since its begin.

    days      on the axis; `now` is the end of the newest; `mondays` names every seventh of them
    signed    net tone: from -1 to 1, written as points with their sign; without, a share from 0 to 1
    lowest, highest   ends of the axis of numbers
    weeks     x and x2 (from, to), middle, value, low, high (None without enough labels), bounds_low, bounds_high,
              grey (too little was heard for a verdict), weight (heard, 0 to 1), labels, needed; changes: tone,
              tone_low, tone_high, mix, mix_low, mix_high
    gaps      x, x2, middle, words: weeks in a row without a number, and why
    seven     the newest seven days: middle, value, low, high, grey
    fan       x, middle, low, high          goal     x, value, words
    events    x, n (its number), rang (a change that the alarm found; otherwise somebody wrote it down)
    parted    draws what tone and mix of channels changed, in place of the number itself
    words     been, now, going, heard, labels, tone, mix
    """

    kind: ClassVar = "track"
    LEVEL: ClassVar = 280
    PART: ClassVar = 110
    STRIP: ClassVar = 16
    days: int
    now: float
    mondays: Sequence[str]
    signed: bool
    lowest: float
    highest: float
    weeks: Sequence[Row]
    words: Mapping[str, str]
    gaps: Sequence[Row] = ()
    seven: Row | None = None
    fan: Sequence[Row] = ()
    goal: Row | None = None
    events: Sequence[Row] = ()
    parted: bool = False

    @property
    def height(self) -> int:
        """About how high the picture will be, in pixels."""
        strips = [self.STRIP, 2 * self.STRIP]
        if self.parted:
            return _high([self.PART, self.PART, *strips], 4)
        return _high([self.LEVEL, *strips], 2) + TIMES


def _high(plots: Sequence[int], titles: int) -> int:
    return sum(plots) + GAP * (len(plots) - 1) + titles * TITLE + EDGES


Drawable = Series | Track


@dataclass(frozen=True, slots=True)
class Look:
    """How it is drawn: so many pixels wide, in the colours of a theme by their names, with the signs of a language.

    numbers          as Vega takes a locale of numbers: decimal, thousands, minus, percent, ...
    title, words     for a file that leaves the page: it gets a ground, its title, and in words what one sees in it
    """

    width: int
    colours: Mapping[str, str]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    words: str = ""


def to_json(chart: Drawable, look: Look, form: str) -> str:
    """The request as one line, the same for the same chart."""
    asked = {"form": form, "kind": chart.kind, "chart": asdict(chart), "look": asdict(look)}
    return json.dumps(asked, sort_keys=True)


def from_json(request: str) -> tuple[Drawable, Look, str]:
    """Raises KeyError, TypeError or ValueError for what `to_json` has not written."""
    asked = json.loads(request)
    look, fields = Look(**asked["look"]), asked["chart"]
    if asked["kind"] == Track.kind:
        return Track(**fields), look, asked["form"]
    panels = [Panel(**panel) for panel in fields.pop("panels")]
    return Series(**fields, panels=panels), look, asked["form"]
