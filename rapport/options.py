"""Kinds of numbers that commands are given."""

from __future__ import annotations

import math
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


class _Day(click.DateTime):
    """A day that has a day before and after it, and weeks."""

    name = "day"

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.fail(f"{value!r} is not between {FIRST_YEAR} and {LAST_YEAR}.", param, ctx)
        return found


Day = _Day()
