"""Drawings that several tabs under Course share: bars against what was expected, lines, points with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapport.charts.data import Panel, Series
from rapport.core.types import Estimate
from rapport.server.measure.queries import Known
from rapport.server.pages.figures import points

HEIGHT, EACH = 180, 90  # pixels: of a plot, and of one of several below each other


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on the axis. `count` is None where nothing was heard; `within` marks what the drawing is about."""

    label: str
    count: float | None
    expected: float | None = None
    within: bool = True


def counted(marks: str, found: Sequence[Slot]) -> Series:
    """`bars` with a step for what was expected, or `lines` with a broken one for it."""
    rows = [
        {"n": n, "count": one.count, "expected": one.expected, "within": one.within, "partly": False}
        for n, one in enumerate(found)
    ]
    return Series([one.label for one in found], [Panel(marks, rows, HEIGHT)])


def shares(panels: Sequence[tuple[str, Sequence[Known | None]]], labels: Sequence[str]) -> Series:
    """A panel each for several series over the same places; empty where there is none."""
    highest = max((one.high for _name, found in panels for one in found if isinstance(one, Estimate)), default=1.0)
    drawn = [
        Panel("points", points(found), EACH, name, format=".0%", lowest=0.0, highest=highest, ticks=3)
        for name, found in panels
    ]
    return Series(labels, drawn)
