"""`rapport measure coverage`: channels together by fixed weights, what is missing, and what moved between periods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rapport import measure_tables as tables
from rapport.measure_tables import File, count, number, table
from rapport.tables import Row, TableError

if TYPE_CHECKING:
    from rapport.core.measure.coverage import Channel, Heard
    from rapport.core.measure.share import ShareEstimate
    from rapport.core.types import Estimate

NEEDED = ("period", "channel", "messages", "labels", "value", "error")
Period = Mapping[str, Row]


@click.command()
@File
@click.option("--net", is_flag=True, help="The value is net tone, between -1 and 1, and not a share.")
def coverage(file: Path, net: bool) -> None:
    """Put channels together by fixed weights, and part the last change into tone and mix.

    A row is a channel in a period: period (its first day), channel, messages, labels, value, error (the value's
    standard error). Value and error are empty where the channel was not heard. The weights are a column weight, or
    each channel's messages in the first period that it stands in.
    """
    from rapport.core.measure import coverage as covering

    rows, least = table(file, *NEEDED), -1.0 if net else 0.0
    for row in rows:
        if row["value"]:
            _found(row, least)  # what makes no sense is refused in periods that nothing is told of, too
    periods = _periods(rows)
    weights, days = _weights(periods), sorted(periods)
    whole = covering.combine({name: _channel(name, weights, periods, least) for name in weights}, low=least)
    click.echo(f"{whole.coverage:.0%} of the weight was heard{'; too little for a verdict' if whole.grey else ''}.")
    if whole.covered is not None:
        click.echo(f"Of what was heard: {_told(whole.covered)}.")
    if whole.missing:
        low, high = whole.bounds
        click.echo(f"Missing: {', '.join(whole.missing)}. Whatever it held, all is between {low:.3f} and {high:.3f}.")
    if whole.missing and whole.carried is not None:
        click.echo(f"With what is missing as last heard: {_told(whole.carried)}.")
    now, before = (_heard(periods[day], weights, least) for day in (days[-1], days[max(len(days) - 2, 0)]))
    if len(days) > 1 and (moved := covering.movement(now, before)) is not None:
        click.echo(f"Since {days[-2]}, by tone: {_told(moved.tone, '+')}; by mix: {_told(moved.mix, '+')}.")


def _told(one: Estimate, sign: str = "") -> str:
    return f"{one.value:{sign}.3f}, between {one.low:{sign}.3f} and {one.high:{sign}.3f}"


def _periods(rows: list[Row]) -> dict[date, dict[str, Row]]:
    found: dict[date, dict[str, Row]] = {}
    for row in rows:
        day = tables.day(row, "period")
        if row["channel"] in found.setdefault(day, {}):
            raise TableError(f"line {row.line}: the channel {row['channel']} stands twice in {day}")
        found[day][row["channel"]] = row
    if not found:
        raise TableError("there is no period in the file")
    return found


def _weights(periods: Mapping[date, Period]) -> dict[str, float]:
    """Fixed over all periods, and summing to 1: those of the first period that a channel stands in."""
    rows = {name: row for day in sorted(periods, reverse=True) for name, row in periods[day].items()}
    if all("weight" in row.cells for row in rows.values()):
        parts = {name: number(row, "weight", 0) for name, row in rows.items()}
    else:
        parts = {name: float(count(row, "messages")) for name, row in rows.items()}
    total = sum(parts.values())
    if total <= 0:
        raise TableError("the weights of the channels are to sum to more than nothing")
    return {name: part / total for name, part in parts.items()}


def _channel(name: str, weights: Mapping[str, float], periods: Mapping[date, Period], low: float) -> Channel:
    """As it was in the last period, or when it was last heard."""
    from rapport.core.measure.coverage import Channel

    now = max(periods)
    heard = [day for day in periods if name in periods[day] and periods[day][name]["value"]]
    if not heard:
        return Channel(weights[name], None)
    last = max(heard)
    found = _found(periods[last][name], low)
    return Channel(weights[name], found) if last == now else Channel(weights[name], None, found, (now - last).days)


def _heard(period: Period, weights: Mapping[str, float], low: float) -> dict[str, Heard]:
    from rapport.core.measure.coverage import Heard

    known = {name: row for name, row in period.items() if row["value"]}
    return {name: Heard(weights[name], count(row, "messages"), _found(row, low)) for name, row in known.items()}


def _found(row: Row, low: float) -> ShareEstimate:
    from rapport.core.measure.share import ShareEstimate
    from rapport.core.types import Estimate

    value, error, labels = number(row, "value", low, 1), number(row, "error", 0), count(row, "labels")
    estimate = Estimate(value, value - 2 * error, value + 2 * error, labels, "from the table")
    return ShareEstimate(estimate, labels, count(row, "messages"), error**2, math.inf, 0.0, labels)
