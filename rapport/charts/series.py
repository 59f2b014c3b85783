"""Bars, lines, points and shares over places in a row: weeks, days, hours."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import altair as alt

from rapport.charts.base import TICK, Sheet, known, numbers
from rapport.charts.data import Look, Panel, Row, Series

SIGN_ROOM = 26  # pixels from one sign on a line to the next: on every week they would hide it
TONES = {"negative": "triangle-down", "neutral": "square", "positive": "triangle-up"}


def drawn(series: Series, look: Look) -> alt.VConcatChart:
    sheet, last = Sheet(look), len(series.panels) - 1
    plots = []
    for n, panel in enumerate(series.panels):
        x = places(series, sheet, labelled=n == last and series.heard is None)
        plots.append(_PANELS[panel.marks](f"panel {n + 1}", panel, series, sheet, x))
    if series.heard is not None:
        plots.append(_heard(series, sheet))
    return sheet.chart(plots)


def places(series: Series, sheet: Sheet, *, labelled: bool) -> alt.X:
    """A band for each place, of which as many bear their label as there is room for, the last one first."""
    count = len(series.labels)
    every = max(1, -(-TICK * count // max(sheet.wide, 1)))
    shown = list(range(count))[::-every][::-1]
    words = json.dumps({str(n): series.labels[n] for n in shown}, ensure_ascii=False)
    axis = alt.Axis(title=None, labelAngle=0, labelOverlap=False, values=shown, labelExpr=f"{words}[datum.value]")
    scale = alt.Scale(domain=list(range(count)))
    return alt.X("n:O", scale=scale, axis=axis if labelled else None)


def _y(name: str, panel: Panel, **said: Any) -> alt.Y:
    """What is said of the axis of numbers, for one of the values on it."""
    ends = {"domainMin": panel.lowest, "domainMax": panel.highest}
    scale = alt.Scale(**said | {end: at for end, at in ends.items() if at is not None})
    axis: dict[str, Any] = {"tickCount": _ticks(panel)} | ({"format": panel.format} if panel.format else {})
    if panel.label:
        before, after = (json.dumps(part, ensure_ascii=False) for part in panel.label.split("%s"))
        axis["labelExpr"] = f"{before} + datum.label + {after}"
    return alt.Y(f"{name}:Q", scale=scale, axis=numbers(**axis))


def _ticks(panel: Panel) -> int:
    """Of bars, none between whole numbers: nobody is heard half a time."""
    if panel.marks != "bars":
        return panel.ticks
    most = max((row[name] or 0 for row in panel.rows for name in ("count", "expected") if name in row), default=1)
    return min(panel.ticks, max(int(most), 1))


# -- bars ------------------------------------------------------------------------------------------------------------


def _bars(name: str, panel: Panel, series: Series, sheet: Sheet, x: alt.X) -> alt.LayerChart:
    """Solid where everything was heard, with a broken outline where there may be more, pale beside the matter; a step
    for what was expected, and, where no strip below says it, a cross where nothing was heard."""
    rows, accent = sheet.plot(name, panel.rows), sheet.colour("accent")
    count, expected = _y("count", panel), _y("expected", panel)
    pale = alt.condition("datum.within", alt.value(1), alt.value(0.35))
    layers = [
        rows.transform_filter(f"!datum.partly && {known('count')}")
        .mark_bar(color=accent, stroke=accent, strokeWidth=1)
        .encode(x, count, fillOpacity=pale)
    ]
    if any(row.get("partly") for row in panel.rows):
        layers.append(
            rows.transform_filter(f"datum.partly && {known('count')}")
            .mark_bar(color=accent, fillOpacity=0.18, stroke=accent, strokeDash=[3, 2], strokeWidth=1.2)
            .encode(x, count)
        )
    if any(row.get("expected") is not None for row in panel.rows):
        step = max(1.0, sheet.wide / max(len(series.labels), 1))
        for colour, thickness in (("surface", 5), ("text", 2)):
            tick = rows.transform_filter(known("expected"))
            layers.append(
                tick.mark_tick(color=sheet.colour(colour), thickness=thickness, width=step).encode(x, expected)
            )
    if series.heard is None and any(row.get("count") is None for row in panel.rows):
        layers.append(
            rows.transform_filter("datum.count == null")
            .mark_point(shape="cross", angle=45, size=50, filled=True, color=sheet.colour("muted"))
            .encode(x, y=alt.datum(0))
        )
    return sheet.layered(layers, panel.height, panel.title, "text")


# -- lines and points ------------------------------------------------------------------------------------------------


def _lines(name: str, panel: Panel, series: Series, sheet: Sheet, x: alt.X) -> alt.LayerChart:
    """A line for what was, and a broken one for what would have been."""
    rows, accent = sheet.plot(name, panel.rows), sheet.colour("accent")
    dots = alt.OverlayMarkDef(color=accent, size=30)
    was = rows.mark_line(color=accent, strokeWidth=2, point=dots).encode(x, _y("count", panel, zero=False))
    would = rows.transform_filter(known("expected")).mark_line(
        color=sheet.colour("text"), strokeWidth=2, strokeDash=[4, 3]
    )
    return sheet.layered([was, would.encode(x, _y("expected", panel, zero=False))], panel.height, panel.title, "text")


def _points(name: str, panel: Panel, series: Series, sheet: Sheet, x: alt.X) -> alt.LayerChart:
    """Points with their intervals; empty where there is none, and an arrow where an interval has no end."""
    rows, accent = sheet.plot(name, panel.rows), sheet.colour("accent")
    ranges = rows.mark_rule(color=accent, opacity=0.45, strokeWidth=2).encode(x, _y("low", panel), y2="high")
    arrows = rows.transform_filter("datum.open").mark_point(shape="triangle-up", filled=True, size=40, color=accent)
    points = rows.mark_point(filled=True, size=46, color=accent, opacity=1).encode(x, _y("value", panel))
    layers = [ranges, arrows.encode(x, _y("high", panel)), points]
    return sheet.layered(layers, panel.height, panel.title, "text")


# -- shares of tones ---------------------------------------------------------------------------------------------------


def _tones(name: str, panel: Panel, series: Series, sheet: Sheet, x: alt.X) -> alt.LayerChart:
    """A line each, broken at places that were heard in part; those have a hollow sign."""
    every = -(-SIGN_ROOM * len(series.labels) // sheet.wide)
    rows, last = sheet.plot(name, panel.rows), len(series.labels) - 1
    colours = alt.Scale(domain=panel.names, range=[sheet.colour(tone) for tone in TONES])
    shapes = alt.Scale(domain=panel.names, range=list(TONES.values()))
    colour, shape = alt.Color("tone:N", scale=colours, sort=None), alt.Shape("tone:N", scale=shapes, sort=None)
    signs = rows.transform_filter(f"({last} - datum.n) % {every} == 0 && {known('whole')}")
    partly = rows.transform_filter(f"datum.partly && {known('share')}")
    layers = [
        rows.mark_line(strokeWidth=2).encode(x, _y("whole", panel), colour),
        signs.mark_point(filled=True, size=60, opacity=1).encode(x, _y("share", panel), colour, shape),
        partly.mark_point(filled=False, size=60, opacity=1).encode(x, _y("share", panel), colour, shape),
    ]
    return sheet.layered(layers, panel.height, panel.title, "text")


# -- whether we heard everything ---------------------------------------------------------------------------------------


def _heard(series: Series, sheet: Sheet) -> alt.LayerChart:
    """On the same axis, below all: a square where we heard everything, a cross where we did not."""
    found: list[Row] = [{"n": n, "missed": not heard} for n, heard in enumerate(series.heard or ())]
    rows, x, middle = sheet.plot("heard", found), places(series, sheet, labelled=True), alt.value(Series.STRIP / 2)
    squares = rows.transform_filter("!datum.missed").mark_point(
        shape="square", filled=True, opacity=1, size=30, color=sheet.colour("neutral")
    )
    crosses = rows.transform_filter("datum.missed").mark_text(
        text="×", fontSize=17, fontWeight="bold", color=sheet.colour("negative")
    )
    return sheet.layered([squares.encode(x, y=middle), crosses.encode(x, y=middle)], Series.STRIP)


_PANELS: dict[str, Callable[[str, Panel, Series, Sheet, alt.X], alt.LayerChart]] = {
    "bars": _bars,
    "lines": _lines,
    "points": _points,
    "tones": _tones,
}
