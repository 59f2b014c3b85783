"""`rapport measure mix`: what each way of marketing brought, from the weekly panel that Rapport exports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rapport import measure_tables as tables
from rapport.measure_tables import File, lacking, number, table, written
from rapport.options import Seed
from rapport.tables import Row, TableError

if TYPE_CHECKING:
    from rapport.core.types import Estimate
    from rapport.mix import Mix, Weeks

TONE, COVERAGE, SPEND = "tone", "coverage", "spend_"


@click.command()
@File
@click.option("--outcome", required=True, help="The column of what came of it, such as outcome_bookings.")
@click.option("--spend", multiple=True, help="A column of money spent; again for more. All spend_… if left out.")
@click.option("--control", multiple=True, help="A column that goes with the outcome. Tone, if left out.")
@click.option("--weeks-ahead", type=click.IntRange(1, 26), default=8, show_default=True, help="Money works so long.")
@click.option("--season", type=click.IntRange(0, 6), default=2, show_default=True, help="Waves of a season a year.")
@click.option("--draws", type=click.IntRange(50, 20_000), default=1000, show_default=True, help="Of each chain.")
@click.option("--chains", type=click.IntRange(2, 16), default=4, show_default=True)
@click.option("--seed", type=Seed, default=7, show_default=True)
@click.option("--csv", "form", flag_value="csv", help="Print a table: a row for each way of marketing.")
@click.option("--json", "form", flag_value="json", help="Print an object with everything.")
def mix(
    file: Path,
    outcome: str,
    spend: tuple[str, ...],
    control: tuple[str, ...],
    weeks_ahead: int,
    season: int,
    draws: int,
    chains: int,
    seed: int,
    form: str | None,
) -> None:
    """What each way of marketing brought, with intervals. A row is a week: week (its first day), tone, numbers.

    Takes minutes, and the extra rapport[mix]. Only the longest run of weeks in which everything is known counts.
    """
    from rapport import mix as mixing
    from rapport.core.types import NotEnough

    rows = _rows(file, "week", outcome, *spend, *control)
    spend = spend or tuple(name for name in rows[0].cells if name.startswith(SPEND))
    control = control or tuple(name for name in (TONE,) if name in rows[0].cells)
    if twice := {name for name in (outcome, *spend, *control) if (outcome, *spend, *control).count(name) > 1}:
        raise click.UsageError(f"{', '.join(sorted(twice))} can stand in for one thing only.")
    run = _longest(rows, (outcome, *spend, *control))
    _warn(rows, run, control)
    known = _known(run, outcome, spend, control)
    found = mixing.fit(known, carry=weeks_ahead, waves=season, draws=draws, chains=chains, seed=seed)
    if isinstance(found, NotEnough):
        raise click.ClickException(lacking(found))
    if not found.agreed:
        raise click.ClickException(
            f"The chains found different answers (r-hat {found.r_hat:.2f}, at most {mixing.HIGHEST_R_HAT} will do), "
            "so there is no number to tell. Try more --draws, a longer panel, or fewer columns."
        )
    if found.divergent:
        click.echo(f"At {found.divergent} of {found.draws} draws the sampler lost its way: be wary.", err=True)
    if found.effective < mixing.FEWEST_DRAWS:
        click.echo(f"The ends of the intervals are rough: {_worth(found)}. Try more --draws.", err=True)
    if form == "csv":
        written(_cells(found))
    elif form == "json":
        click.echo(json.dumps(_whole(known, outcome, found), indent=1))
    else:
        for line in _lines(known, outcome, found):
            click.echo(line)


# -- the panel ---------------------------------------------------------------------------------------------------------


def _rows(file: Path, *needed: str) -> list[Row]:
    """The weeks in their order, out of CSV or Parquet."""
    rows = sorted(_parquet(file, needed) if file.suffix == ".parquet" else table(file, *needed), key=_week)
    if not rows:
        raise TableError("there is no week in the file")
    for row, after in pairwise(rows):
        if _week(row) == _week(after):
            raise TableError(f"the week {_week(row)} stands there twice")
    return rows


def _parquet(file: Path, needed: Sequence[str]) -> list[Row]:
    try:
        import polars as pl
    except ModuleNotFoundError:
        raise TableError("Parquet needs polars, which rapport[mix] and rapport[archive] bring. Or take CSV.") from None
    try:
        found = pl.read_parquet(file)
    except pl.exceptions.PolarsError as error:
        raise TableError(f"{file.name} is not Parquet ({error}).") from None
    if missing := [name for name in needed if name not in found.columns]:
        raise TableError(f"{file.name} has no column {', '.join(missing)}. It has: {', '.join(found.columns)}.")
    cells = (
        {name: "" if one is None else str(one) for name, one in row.items()} for row in found.iter_rows(named=True)
    )
    return [Row(n, row) for n, row in enumerate(cells, 1)]


def _week(row: Row) -> date:
    return tables.day(row, "week")


def _longest(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """The most weeks in a row of which all these columns are known; the latest such run."""
    best: list[Row] = []
    run: list[Row] = []
    for row in rows:
        if run and _week(row) - _week(run[-1]) != timedelta(days=7):
            run = []
        run = [*run, row] if all(row[name].strip() for name in names) else []
        best = run if len(run) >= len(best) else best
    return best


def _warn(rows: Sequence[Row], run: Sequence[Row], control: Sequence[str]) -> None:
    from rapport.core.measure.coverage import NEEDLE

    if left := (_week(rows[-1]) - _week(rows[0])).days // 7 + 1 - len(run):
        click.echo(f"{left} weeks are left out: something is not known of them, or they are cut off by one.", err=True)
    heard = [number(row, COVERAGE) for row in run if row.cells.get(COVERAGE)] if TONE in control else []
    if low := sum(share < NEEDLE for share in heard):
        click.echo(
            f"In {low} of {len(run)} weeks less than {NEEDLE:.0%} was heard: their tone has no verdict.", err=True
        )


def _known(run: Sequence[Row], outcome: str, spend: Sequence[str], control: Sequence[str]) -> Weeks:
    import numpy as np

    from rapport.mix import Weeks

    columns = {
        name: np.array([number(row, name) for row in run], dtype=np.float64) for name in (outcome, *spend, *control)
    }
    weeks = [_week(row) for row in run]
    return Weeks(weeks, columns[outcome], *({name: columns[name] for name in names} for names in (spend, control)))


# -- what is printed ---------------------------------------------------------------------------------------------------


def _lines(known: Weeks, outcome: str, found: Mix) -> Iterator[str]:
    yield f"{len(known.weeks)} weeks from {known.weeks[0]} on; of {outcome}, in intervals of 95 %:"
    for way in found.ways:
        yield f"{way.name}: {_percent(way.share)}; {_range(way.per_unit, '.3g')} for each unit spent;"
        yield f"  half of what it does is over after {_range(way.half_life, '.1f')} weeks"
    yield f"brought by none of them: {_percent(found.rest)}"
    for name, one in found.controls.items():
        spread = known.controls[name].std()
        yield f"{name}: {_range(one, '+.3g')} a week go with {spread:.3g} more of it (a standard deviation)"
    yield f"r-hat at most {found.r_hat:.3f}; {_worth(found)}; {found.divergent} divergent."
    yield "An interval holds what the model does not know, not whether the model is right."


def _range(one: Estimate, form: str) -> str:
    return f"{one.value:{form}}, between {one.low:{form}} and {one.high:{form}}"


def _percent(one: Estimate) -> str:
    return _range(one, ".1%")


def _worth(found: Mix) -> str:
    return f"{found.draws} draws are worth at least {found.effective:.0f} independent ones"


def _cells(found: Mix) -> Iterator[Mapping[str, str]]:
    for way in found.ways:
        row = {"spend": way.name}
        for name, one in (("share", way.share), ("half_life", way.half_life), ("per_unit", way.per_unit)):
            row |= {name: f"{one.value:.6g}", f"{name}_low": f"{one.low:.6g}", f"{name}_high": f"{one.high:.6g}"}
        yield row


def _whole(known: Weeks, outcome: str, found: Mix) -> dict[str, object]:
    span = {"outcome": outcome, "weeks": len(known.weeks), "first": str(known.weeks[0]), "last": str(known.weeks[-1])}
    return span | asdict(found)
