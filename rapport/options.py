"""Kinds of numbers that commands are given."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import click


class Number(click.FloatRange):
    """A number of a range. What is none (nan) lies outside of no range, so click lets it pass; and none is endless."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return found


Seed = click.IntRange(0, 2**32 - 1)
"""Where chance begins."""

FIRST_YEAR, LAST_YEAR = 1900, 2999


def has_neighbours(day: date) -> bool:
    """Whether there are years before and behind it: from the first and the last day that there is, no week can go on.

    >>> has_neighbours(date(2026, 3, 2)), has_neighbours(date(9999, 12, 31))
    (True, False)
    """
    return FIRST_YEAR <= day.year <= LAST_YEAR


class _Day(click.DateTime):
    """A day that has a day before and after it, and weeks."""

    name = "day"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if not has_neighbours(found):
            self.fail(f"{value!r} is not between {FIRST_YEAR} and {LAST_YEAR}.", param, ctx)
        return found


Day = _Day()
