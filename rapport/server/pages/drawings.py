"""Drawings that several tabs under Course share: bars against what was expected, and points with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapport.core.types import Estimate
from rapport.server.measure.queries import Known
from rapport.server.pages.charts import Spec
from rapport.server.pages.figures import AXIS, Colours

LABEL_ROOM = 64  # pixels


@dataclass(frozen=True, slots=True)
class Bar:
    """One place on the axis. `count` is None where nothing was heard; `within` marks what the drawing is about."""

    label: str
    count: float | None
    expected: float | None = None
    within: bool = True


def bars(found: Sequence[Bar], width: int, c: Colours, *, height: int = 180) -> Spec:
    """Bars, and a step for what was expected; a cross where nothing was heard. Pale bars stand beside the matter."""
    values = [
        {"n": n, "label": one.label, "count": one.count, "expected": one.expected, "within": one.within}
        for n, one in enumerate(found)
    ]
    x = _axis([one.label for one in found], width)
    y = {"type": "quantitative", "axis": {"title": None, "minExtent": AXIS, "maxExtent": AXIS}}
    step = max(1.0, (width - AXIS) / max(len(found), 1))
    panel: Spec = {
        "width": width - AXIS,
        "height": height,
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar", "color": c["accent"], "stroke": c["accent"], "strokeWidth": 1},
                "encoding": {
                    "x": x,
                    "y": {"field": "count", **y},
                    "fillOpacity": {"condition": {"test": "datum.within", "value": 1}, "value": 0.35},
                },
            },
            {
                "transform": [{"filter": "datum.expected != null"}],
                "mark": {"type": "tick", "color": c["surface"], "thickness": 5, "width": step},
                "encoding": {"x": x, "y": {"field": "expected", **y}},
            },
            {
                "transform": [{"filter": "datum.expected != null"}],
                "mark": {"type": "tick", "color": c["text"], "thickness": 2, "width": step},
                "encoding": {"x": x, "y": {"field": "expected", **y}},
            },
            {
                "transform": [{"filter": "datum.count == null"}],
                "mark": {
                    "type": "point",
                    "shape": "cross",
                    "angle": 45,
                    "size": 50,
                    "filled": True,
                    "color": c["muted"],
                },
                "encoding": {"x": x, "y": {"datum": 0, **y}},
            },
        ],
    }
    return {"vconcat": [panel], "spacing": 8}


def lines(found: Sequence[Bar], width: int, c: Colours, *, height: int = 180) -> Spec:
    """A line for what was, and a broken one for what would have been."""
    values = [{"n": n, "count": one.count, "expected": one.expected} for n, one in enumerate(found)]
    x = _axis([one.label for one in found], width)
    y = {
        "type": "quantitative",
        "scale": {"zero": False},
        "axis": {"title": None, "minExtent": AXIS, "maxExtent": AXIS},
    }
    broken = {"type": "line", "color": c["text"], "strokeWidth": 2, "strokeDash": [4, 3]}
    mark = {"type": "line", "color": c["accent"], "strokeWidth": 2, "point": {"color": c["accent"], "size": 30}}
    panel: Spec = {
        "width": width - AXIS,
        "height": height,
        "data": {"values": values},
        "layer": [
            {"mark": mark, "encoding": {"x": x, "y": {"field": "count", **y}}},
            {
                "transform": [{"filter": "datum.expected != null"}],
                "mark": broken,
                "encoding": {"x": x, "y": {"field": "expected", **y}},
            },
        ],
    }
    return {"vconcat": [panel], "spacing": 8}


def points(
    panels: Sequence[tuple[str, Sequence[Known | None]]],
    labels: Sequence[str],
    width: int,
    c: Colours,
    *,
    height: int = 90,
    format: str = ".0%",
) -> Spec:
    """A panel each for several series over the same places: points with their intervals; empty where there is none."""
    drawn = []
    highest = max((one.high for _name, found in panels for one in found if isinstance(one, Estimate)), default=1.0)
    for k, (name, found) in enumerate(panels):
        x = _axis(labels, width, labelled=k == len(panels) - 1)
        y = {
            "type": "quantitative",
            "scale": {"domainMin": 0, "domainMax": highest},
            "axis": {"title": None, "tickCount": 3, "format": format, "minExtent": AXIS, "maxExtent": AXIS},
        }
        values = [
            {"n": n, "value": one.value, "low": one.low, "high": one.high}
            for n, one in enumerate(found)
            if isinstance(one, Estimate)
        ]
        drawn.append(
            {
                "title": {
                    "text": name,
                    "anchor": "start",
                    "fontSize": 12,
                    "fontWeight": 500,
                    "color": c["text"],
                    "offset": 2,
                },
                "width": width - AXIS,
                "height": height,
                "data": {"values": values},
                "layer": [
                    {
                        "mark": {"type": "rule", "color": c["accent"], "opacity": 0.45, "strokeWidth": 2},
                        "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
                    },
                    {
                        "mark": {"type": "point", "filled": True, "size": 46, "color": c["accent"], "opacity": 1},
                        "encoding": {"x": x, "y": {"field": "value", **y}},
                    },
                ],
            }
        )
    return {"vconcat": drawn, "spacing": 10}


def _axis(labels: Sequence[str], width: int, *, labelled: bool = True) -> Spec:
    """A band for each place, of which as many bear their label as there is room for."""
    every = max(1, -(-LABEL_ROOM * len(labels) // max(width - AXIS, 1)))
    shown = [n for n in range(len(labels)) if n % every == 0]
    words = ", ".join(f"'{n}': '{_quoted(labels[n])}'" for n in shown)
    axis: Spec | None = None
    if labelled:
        axis = {"title": None, "labelAngle": 0, "values": shown, "labelExpr": f"({{{words}}})[datum.value]"}
    return {"field": "n", "type": "ordinal", "scale": {"domain": list(range(len(labels)))}, "axis": axis}


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
