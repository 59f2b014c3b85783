"""`rapport measure alarm`: whether the share of negative messages has changed, with a limit on false alarms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rapport import measure_tables as tables
from rapport.measure_tables import TONES, File, lacking, table
from rapport.options import Number
from rapport.tables import Row, TableError

if TYPE_CHECKING:
    from rapport.core.measure.change import RedAlarm, Today
    from rapport.core.measure.share import Frame, Labels
    from rapport.core.types import Estimate, NotEnough, Refused

BASELINE_DAYS = 56
FEWEST_DAYS = 2
"""With two labels or more: from fewer nobody knows how days differ."""
ONE_OF_EACH = "one of each group"


@click.command()
@File
@click.option("--tolerance", type=Number(0.001, 0.5), default=0.03, show_default=True)
@click.option("--baseline-days", type=click.IntRange(7), default=BASELINE_DAYS, show_default=True)
def alarm(file: Path, tolerance: float, baseline_days: int) -> None:
    """Has the share of negative messages changed? Needs a column day; the first days are the baseline.

    With a column channel each channel keeps the weight that it had in the baseline: neither an outage nor a change of
    mix is a change of tone. With columns author, thread or wording (and id) each group speaks once a day.
    """
    from rapport.core.types import NotEnough, Refused

    days = _days(table(file, "day", "stratum", "label", *TONES))
    first, later = days[:baseline_days], days[baseline_days:]
    weights = _weights(first)
    found = _baseline(first, weights, tolerance)
    if isinstance(found, NotEnough):
        click.echo(f"In the first {baseline_days} days: {lacking(found)}")
        return
    value, watching = found
    if isinstance(watching, Refused):
        click.echo(f"No alarm: {watching.reason}.")
        return
    click.echo(f"Baseline {value.value:.3f}, between {value.low:.3f} and {value.high:.3f}.")
    click.echo(f"A change counts from {100 * watching.tolerance:.1f} points on.")
    last = _last(first)
    off = value.value - sum(weight * last[channel] for channel, weight in weights.items())
    for day in later:
        watching = watching.step(_today(day, weights, last, off))
        last |= _last([day])
        if watching.red:
            side = "risen" if watching.rises else "fallen"
            click.echo(f"Red on {day.name}: it has {side}, probably since {later[watching.began - 1].name}.")
            return
    click.echo(f"Quiet for {len(later)} days: evidence {watching.evidence:.1f} of {watching.threshold:.0f}.")


@dataclass(frozen=True, slots=True)
class Day:
    """One message of each group; a cell of its frame is a stratum within a channel, `channel` that of each cell."""

    name: str
    frame: Frame
    labels: Labels
    channel: Sequence[str]

    def sizes(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for channel, size in zip(self.channel, self.frame.sizes.tolist()):
            found[channel] = found.get(channel, 0.0) + size
        return found


def _days(rows: Sequence[Row]) -> list[Day]:
    by_day: dict[date, list[Row]] = {}
    for row in rows:
        by_day.setdefault(tables.day(row, "day"), []).append(row)
    return [_day(str(day), by_day[day]) for day in sorted(by_day)]


def _day(name: str, rows: Sequence[Row]) -> Day:
    from rapport.core.measure.sampling import one_of_each, permanent_numbers

    if tables.tied(rows):
        if "id" not in rows[0].cells:
            raise TableError("with author, thread or wording a column id is needed, by which one of a group is chosen")
        # not by the numbers that the sample was drawn by: who is chosen must not depend on who was read
        numbers = permanent_numbers([row["id"] for row in rows], ONE_OF_EACH)
        rows = [rows[n] for n in one_of_each(tables.groups(rows), numbers).tolist()]
    cells = [(row.cells.get("channel", ""), row["stratum"]) for row in rows]
    frame, labels = tables.frame(rows, cells)
    return Day(name, frame, labels, [channel for channel, _stratum in sorted(set(cells))])


def _weights(days: Sequence[Day]) -> dict[str, float]:
    """Each channel's part of the messages of these days."""
    sizes: dict[str, float] = {}
    for day in days:
        for channel, size in day.sizes().items():
            sizes[channel] = sizes.get(channel, 0.0) + size
    return {channel: size / sum(sizes.values()) for channel, size in sizes.items()}


def _baseline(
    days: Sequence[Day], weights: Mapping[str, float], tolerance: float
) -> tuple[Estimate, RedAlarm | Refused] | NotEnough:
    from rapport.core.measure import change, share
    from rapport.core.types import NotEnough

    baseline = share.estimate(*share.together([(day.frame, day.labels) for day in days]))
    if isinstance(baseline, NotEnough):
        return baseline
    daily = [share.estimate(_weighed(day, weights), day.labels, fewest=2) for day in days if len(day.labels) > 1]
    known = [one for one in daily if not isinstance(one, NotEnough)]
    if len(known) < FEWEST_DAYS:
        return NotEnough(len(known), FEWEST_DAYS, "days with two labels or more")
    effect = share.day_effect([one.estimate.value for one in known], [one.variance for one in known])
    error = math.sqrt(baseline.variance)
    value = baseline.estimate
    a_day = baseline.labels / len(days)
    return value, change.watch(value.value, error, day_variance=effect, a_day=a_day, tolerance=tolerance)


def _weighed(day: Day, weights: Mapping[str, float]) -> Frame:
    """As if each channel had brought the part of the messages that is its weight."""
    import numpy as np

    sizes = day.sizes()
    factor = np.array([weights[channel] / sizes[channel] for channel in day.channel]) * sum(sizes.values())
    return replace(day.frame, sizes=day.frame.sizes * factor, counted=day.frame.sizes)


def _last(days: Sequence[Day]) -> dict[str, float]:
    """Of each channel, the share that the reader found in these days."""
    found: dict[str, tuple[float, float]] = {}
    for day in days:
        for channel, size, mean in zip(day.channel, day.frame.sizes.tolist(), day.frame.means[:, 0].tolist()):
            total, negative = found.get(channel, (0.0, 0.0))
            found[channel] = total + size, negative + size * mean
    return {channel: negative / total for channel, (total, negative) in found.items()}


def _today(day: Day, weights: Mapping[str, float], last: Mapping[str, float], off: float) -> Today:
    """Channels that are new since the baseline have no weight; one that is silent keeps its own, and its last share.

    off   by how much the reader was off in the baseline, for cells of which nobody read anything today
    """
    import numpy as np

    from rapport.core.measure.change import Today

    sizes = day.sizes()
    cells = [n for n, channel in enumerate(day.channel) if channel in weights]
    silent = [channel for channel in weights if channel not in sizes]
    own = [weights[day.channel[n]] * day.frame.sizes[n] / sizes[day.channel[n]] for n in cells]
    weight = np.array([*own, *(weights[channel] for channel in silent)])
    centre = np.array([*day.frame.means[cells, 0], *(last[channel] for channel in silent)]) + off
    place = np.full(len(day.channel), -1)
    place[cells] = np.arange(len(cells))
    read = place[day.labels.stratum]
    negative = (day.labels.label[read >= 0] == 0).astype(float)
    return Today(weight, np.clip(centre, 0.0, 1.0), read[read >= 0], negative)
