"""`rapport measure` on counts and series: early warnings, voices, what an action changed, what comes, who is needed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rapport import measure_tables as tables
from rapport.measure_tables import File, count, gap, lacking, number, table, written
from rapport.options import Day, Number, Seed
from rapport.tables import Row, TableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rapport.core.measure.panel import Effect

MOST_HOURS = 10 * 366 * 24


@click.command()
@File
@click.option(
    "--last", type=click.IntRange(1, 24 * 31), default=48, show_default=True, help="Hours that are looked at."
)
@click.option("--false-a-year", type=Number(0.01, 100), default=4.0, show_default=True)
def burst(file: Path, last: int, false_a_year: float) -> None:
    """Were the last hours louder than such hours are? A row is an hour: hour, count; what is missing was not heard."""
    from rapport.core.measure import burst as bursting
    from rapport.core.measure.silence import clumping
    from rapport.core.types import NotEnough

    first, counts = _hourly(table(file, "hour", "count"))
    past, now = counts[:-last], counts[-last:]
    begins = 24 * first.weekday() + first.hour
    usual = bursting.profile(past, begins)
    if isinstance(usual, NotEnough):
        click.echo(lacking(usual))
        return
    hours = [(begins + n) % bursting.WEEK for n in range(len(counts))]
    expected, sizes = usual.mean[hours], usual.sizes()[hours]
    limit = bursting.limits(1, false_a_year)
    found = bursting.loud(now, expected[-last:], sizes[-last:], limit)
    if found is None:
        click.echo(f"Nothing too loud in the last {last} hours.")
    else:
        since = first + timedelta(hours=len(past) + found.first)
        how = "because it adds up" if found.lasting else "by the first of these hours alone"
        click.echo(
            f"Too loud since {since:%Y-%m-%d %H:%M}: {found.count} in {_hours(now[found.first :])}, where "
            f"{found.expected:.1f} are usual; found {how}."
        )
    clumped = clumping(past.tolist(), expected[:-last].tolist(), usual.size)
    heard = now >= 0
    buzz = bursting.against_expected(
        now[heard], expected[-last:][heard], usual.size, weeks=usual.weeks, clumped=clumped
    )
    if not isinstance(buzz, NotEnough):
        click.echo(
            f"All of the last {_hours(now)} together: {buzz.value:.2f} times the expected, between {buzz.low:.2f} and "
            f"{buzz.high:.2f}."
        )


def _hours(counts: NDArray[np.int64]) -> str:
    """Of how many hours these counts are."""
    told = f"{len(counts)} hours" if len(counts) > 1 else "hour"
    heard = int((counts >= 0).sum())
    return told if heard == len(counts) else f"{told} ({heard} of them heard)"


def _hourly(rows: list[Row]) -> tuple[datetime, NDArray[np.int64]]:
    """The first hour, and counts from it on without gaps; -1 for hours that were not heard."""
    import numpy as np

    found: dict[datetime, int] = {}
    for row in rows:
        if (hour := _hour(row)) in found:
            raise TableError(f"line {row.line}: the hour {hour:%Y-%m-%d %H:%M} stands there twice. Sum up its rows.")
        found[hour] = -1 if row["count"] == "" else count(row, "count")
    if not found:
        raise TableError("there is no hour in the file")
    first, last = min(found), max(found)
    length = int((last - first) / timedelta(hours=1)) + 1
    if length > MOST_HOURS:
        raise TableError(f"from {first:%Y-%m-%d} to {last:%Y-%m-%d} are more than ten years: is there a wrong hour?")
    return first, np.array([found.get(first + timedelta(hours=n), -1) for n in range(length)], dtype=np.int64)


def _hour(row: Row) -> datetime:
    try:
        at = datetime.fromisoformat(row["hour"])
    except ValueError:
        raise TableError(f"line {row.line}: hour is no time like 2026-03-02T14:00: {row['hour']!r}") from None
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return at.replace(minute=0, second=0, microsecond=0)


@click.command()
@File
@click.option("--people", is_flag=True, help="Count voices instead of messages.")
@click.option("--level", type=Number(0.5, 0.999), default=0.95, show_default=True)
def voice(file: Path, people: bool, level: float) -> None:
    """How much of the talk is about which brand. A row is a mention: brand; author, thread, wording and id tie them.

    Give it only mentions from channels that were heard for every brand all the time.
    """
    from rapport.core.measure import voice as voices
    from rapport.core.types import NotEnough

    rows = table(file, "brand")
    if nobody := next((row for row in rows if not row["brand"].strip()), None):
        raise TableError(f"line {nobody.line}: brand is empty. Leave out what is about none of them.")
    group = tables.groups(rows, "id")
    found = voices.share_of_voice([row["brand"] for row in rows], group, people=people, level=level)
    if isinstance(found, NotEnough):
        click.echo(lacking(found))
        return
    written(
        {
            "brand": name,
            "share": f"{one.value:.4f}",
            "low": f"{one.low:.4f}",
            "high": f"{one.high:.4f}",
            "n": str(one.n),
        }
        for name, one in found.items()
    )


@click.command()
@File
@click.option("--column", required=True, help="What may have changed.")
@click.option("--action", type=Day, required=True, help="The day of the action.")
@click.option("--control", "controls", multiple=True, help="A column that the action did not touch; again for more.")
@click.option("--steps", type=click.IntRange(1, 104), help="Weeks looked at behind it; all if left out.")
def effect(file: Path, column: str, action: datetime, controls: tuple[str, ...], steps: int | None) -> None:
    """What a dated action changed, on average over the weeks behind it. A row is a week: week (its first day), numbers.

    The interval and the chance come from pretending that the action had been at each earlier moment. An empty cell is a
    gap: the weeks that count hang together around the action. Where there is a column coverage, too, a week of which
    too little was heard has no tone.
    """
    import numpy as np

    from rapport.core.measure import panel
    from rapport.core.types import NotEnough

    if column in controls:
        raise click.UsageError(f"{column} cannot be its own control.")
    rows = sorted(table(file, "week", column, *controls), key=_week)
    weeks = [_week(row) for row in rows]
    if any(later - earlier != timedelta(days=7) for earlier, later in pairwise(weeks)):
        raise TableError("the weeks have a gap, or one stands there twice")
    first = sum(week <= action.date() for week in weeks) - 1
    if first < 0 or action.date() >= weeks[-1] + timedelta(days=7):
        raise TableError(f"the weeks do not hold the day of the action, {action:%Y-%m-%d}")
    gaps = [gap(row, column, *controls) for row in rows]
    if gaps[first]:
        raise TableError(f"line {rows[first].line}: in the week of the action, {weeks[first]}, {gaps[first]}")
    used = panel.stretch([not why for why in gaps], first)
    values = [number(rows[n], column) for n in used]
    beside = np.array([[number(rows[n], name) for name in controls] for n in used], dtype=np.float64)
    found = panel.effect(values, beside.reshape(len(used), -1), first - used.start, steps=steps)
    if len(used) < len(rows):
        near = [n for n in (used.start - 1, used.stop) if 0 <= n < len(rows)]
        why = "; ".join(f"in that of {weeks[n]} {gaps[n]}" for n in near)
        click.echo(f"The weeks from {weeks[used.start]} to {weeks[used.stop - 1]} count: {why}.")
    if isinstance(found, NotEnough):
        before, behind = first - used.start, used.stop - first
        needed = panel.least_before(len(controls), min(steps or behind, behind))
        click.echo(f"{lacking(found)} {needed} weeks are needed before it, and there are {before}.")
        return
    one = found.estimate
    click.echo(f"{column} by {one.value:+.4f} from {weeks[first]} on, between {one.low:+.4f} and {one.high:+.4f}.")
    seen = f"{found.as_much or 'none'} of {found.placebos} earlier moments ({one.n} weeks each)"
    click.echo(f"As much without an action: {seen}; {_by_chance(found)}.")


def _by_chance(found: Effect) -> str:
    if not found.as_much:
        return f"so the chance is 1 in {found.placebos + 1} at most"
    return f"the action counted in, the chance is {found.chance:.0%}"


def _week(row: Row) -> date:
    return tables.day(row, "week")


@click.command()
@File
@click.option("--column", default="value", show_default=True, help="One value a row, the oldest first.")
@click.option("--horizon", type=click.IntRange(1, 60), default=8, show_default=True)
@click.option("--period", type=click.IntRange(1, 60), default=1, show_default=True, help="7 for days of the week.")
@click.option("--goal", type=Number(), help="Also tell the odds to be there at the end of the horizon.")
@click.option("--below", is_flag=True, help="The goal is to fall to it.")
@click.option("--seed", type=Seed, default=7, show_default=True)
def forecast(file: Path, column: str, horizon: int, period: int, goal: float | None, below: bool, seed: int) -> None:
    """Print the next values with intervals, of which nine of ten hold in the long run; `held` says which share did of
    the `judged` that were made so many steps ahead before.

    An empty cell is a gap: what counts are the values behind the last one, and the first step follows upon them.
    """
    import numpy as np

    from rapport.core.measure import forecast as going
    from rapport.core.measure.panel import stretch
    from rapport.core.ranges import HIGHEST
    from rapport.core.types import NotEnough

    rows = table(file, column)
    gaps = [gap(row, column) for row in rows]
    used = stretch([not why for why in gaps], max((n for n, why in enumerate(gaps) if not why), default=0))
    values = [number(rows[n], column) for n in used]
    if len(used) < len(rows) and used:
        lines = f"lines {rows[used.start].line} to {rows[used.stop - 1].line} count"
        near = [n for n in (used.start - 1, used.stop) if 0 <= n < len(rows)]
        why = "; ".join(f"in line {rows[n].line} {gaps[n]}" for n in near)
        click.echo(f"The {lines}: {why}. Step 1 is the one behind line {rows[used.stop - 1].line}.", err=True)
    bounds = (-1.0, 1.0)
    if any(abs(one) > 1 for one in values):  # counts, or what has no end on either side
        bounds = (0.0 if min(values) >= 0 else -HIGHEST, HIGHEST)
    ahead = going.fan(values, horizon, period=period, bounds=bounds)
    if isinstance(ahead, NotEnough):
        click.echo(lacking(ahead))
        return
    steps = zip(ahead.middle, ahead.low, ahead.high, ahead.held, ahead.judged)
    written(
        {
            "step": str(h),
            "value": f"{m:.4f}",
            "low": f"{lo:.4f}",
            "high": f"{hi:.4f}",
            "held": f"{held:.2f}" if judged else "",
            "judged": str(judged),
        }
        for h, (m, lo, hi, held, judged) in enumerate(steps, 1)
    )
    if goal is None:
        return
    outlook = going.reach(values, goal, horizon, np.random.default_rng(seed), period=period, below=below)
    if not isinstance(outlook, NotEnough):
        click.echo(f"At {goal:g} in {horizon} steps: {outlook.probability:.0%}; never in 104: {outlook.never:.0%}.")


@click.command()
@click.option("--an-hour", type=Number(min=0), required=True, help="Contacts that come in an hour.")
@click.option("--handling", type=Number(min=0, min_open=True), required=True, help="Minutes that one takes.")
@click.option("--within", type=Number(min=0), default=15.0, show_default=True, help="Minutes of waiting.")
@click.option("--share", type=Number(0, 1, min_open=True, max_open=True), default=0.8, show_default=True)
def staffing(an_hour: float, handling: float, within: float, share: float) -> None:
    """The fewest people with whom that share of contacts is answered in time, and what one more would change."""
    from rapport.core.steer.staffing import erlang_c, people_for
    from rapport.core.types import Refused

    desk = people_for(an_hour / 60, handling, within, share)
    if isinstance(desk, Refused):
        raise click.UsageError(desk.reason)
    click.echo("people,in_time,mean_wait_minutes,busy")
    for people in range(max(desk.people - 1, 1), desk.people + 3):
        one = erlang_c(an_hour / 60, handling, people, within)
        click.echo(f"{people},{one.in_time:.3f},{one.mean_wait:.1f},{one.busy:.3f}")
