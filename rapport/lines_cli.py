"""`rapport measure lines`, `figures` and `alarms`: what the pages of Course show, out of the database."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from rapport.options import Day

if TYPE_CHECKING:
    from rapport.server.measure.models import Alarm, Figure, Line

Cells = Mapping[str, Any]

NUMBERS = ("net", "negative", "neutral", "positive", "uncodable")
PEOPLES = ("net", "negative", "positive")


def shown(command: Callable[..., Any]) -> Callable[..., Any]:
    """How the rows are to be printed."""
    as_json = click.option("--json", "form", flag_value="json", help="An array of objects.")
    as_csv = click.option("--csv", "form", flag_value="csv", help="Comma-separated values.")
    return as_json(as_csv(command))


def the_line(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--line", "name", help="Only of the line of this name.")(command)


@click.command()
@shown
@click.option("--known", type=Day, help="As it was known on that day.")
def lines(form: str | None, known: datetime | None) -> None:
    """Where each line is now: the newest seven days, unless they ended over a week ago, and how its alarm stands."""
    _start()
    from django.utils import timezone

    from rapport.server.measure.whereabouts import lines as every
    from rapport.server.measure.whereabouts import whereabouts

    found = whereabouts(every(), timezone.now(), weeks=1, known=known.date() if known else None)
    rows = [
        {"line": one.line.name, **(_numbers(one.seven) if one.seven else {}), "alarm": _alarm(one.line)}
        for one in found
    ]
    _print(rows, form)


@click.command()
@shown
@the_line
@click.option("--period", type=click.Choice(["week", "seven", "day"]), default="week", show_default=True)
@click.option("--since", type=Day, help="Only what ends on this day or later.")
@click.option("--vintages", is_flag=True, help="Also what was known earlier and has changed since.")
def figures(form: str | None, name: str | None, period: str, since: datetime | None, vintages: bool) -> None:
    """Shares and net tone of each period, with intervals and what they rest on, the oldest first."""
    _start()
    from rapport.server.measure.models import Figure

    found = Figure.objects.filter(period=period, line__in=_lines(name)).select_related("line")
    if since:
        found = found.filter(end__gte=since.date())
    if not vintages:
        found = found.filter(current=True)
    rows = found.order_by("line__position", "line_id", "end", "id")
    _print([{"line": row.line.name, **_numbers(row)} for row in rows], form)


@click.command()
@shown
@the_line
@click.option("--open", "only_open", is_flag=True, help="Only those that nobody has closed.")
def alarms(form: str | None, name: str | None, only_open: bool) -> None:
    """What rang: red (tone changed), amber (more labels wanted), ruler (reader moved), course (behind a goal)."""
    _start()
    from rapport.server.measure.models import Alarm

    found = Alarm.objects.filter(line__in=_lines(name)).select_related("line", "annotation").order_by("day", "id")
    if only_open:
        found = found.filter(closed_at=None)
    _print([_rang(row) for row in found], form)


@click.command()
@click.argument("query")
@shown
@click.option("--weeks", type=click.IntRange(1, 520), default=26, show_default=True)
def ask(query: str, form: str | None, weeks: int) -> None:
    """How people speak of anything at all: what QUERY finds in closed days, period by period and as a whole."""
    _start()
    from django.utils import timezone

    from rapport.core.errors import QueryError
    from rapport.server.measure import asked

    try:
        found = asked.ask(query, timezone.now(), weeks=weeks)
    except QueryError as error:
        raise click.BadParameter(str(error), param_hint="QUERY") from error
    if found is None:
        raise click.ClickException("No day has been closed yet.")
    seven = [found.found.seven] if found.found.seven else []
    rows = [("weeks", row) for row in found.found.weeks] + [("seven", row) for row in seven] + [("all", found.whole)]
    _print([{"line": query, "period": period, **_numbers(row)} for period, row in rows], form)
    if form is None:
        count, low, high = map(round, found.matched)
        drawn = f" (between {low:,} and {high:,})" if low < high else ""
        click.echo(f"{'About ' if drawn else ''}{count:,} of {found.messages:,} messages match{drawn}.", err=True)


# -- rows ------------------------------------------------------------------------------------------------------------


def _numbers(row: Figure) -> dict[str, Any]:
    """Under the names that the course's own files have."""
    from rapport.server.measure.whereabouts import looks, rests_on

    found = {"net": row.net, **row.shares}
    told: dict[str, Any] = {"start": row.start, "end": row.end}
    for name in NUMBERS:
        value, low, high = found.get(name) or (None, None, None)
        told |= {name: value, f"{name}_low": low, f"{name}_high": high}
    for name in PEOPLES:
        value, low, high = row.people.get(name) or (None, None, None)
        told |= {f"people_{name}": value, f"people_{name}_low": low, f"people_{name}_high": high}
    for name in PEOPLES:
        _value, low, high = looks(row, name) or (None, None, None)
        told |= {f"{name}_looks_low": low, f"{name}_looks_high": high}
    return told | rests_on(row) | {"current": row.current}


def _alarm(line: Line) -> str:
    """How its alarm stands, in a word or with the reason why there is none."""
    from rapport.server.measure.whereabouts import why_not

    watching = getattr(line, "watching", None)
    if not line.watched:
        return "off"
    if watching is None or (watching.baseline is None and not watching.refusal):
        return "baseline"
    return why_not(watching) or ("quiet" if watching.red else "baseline")


def _rang(row: Alarm) -> dict[str, Any]:
    size, low, high = row.found.get("size") or (None, None, None)
    told = {"line": row.line.name, "kind": row.kind, "day": row.day, "began": row.began, "of": row.found.get("of")}
    carried = "; ".join(f"{one['name']} {one['share']:.0%}" for one in row.found.get("carried", []))
    found = {"size": size, "size_low": low, "size_high": high, "labels": row.found.get("labels"), "carried": carried}
    return told | found | {"because": row.annotation.text if row.annotation else "", "closed_at": row.closed_at}


def _lines(name: str | None) -> Sequence[Line]:
    from rapport.server.measure.models import Line

    found = list(Line.objects.filter(closed_at=None) if name is None else Line.objects.filter(name=name))
    if name is not None and not found:
        raise click.BadParameter(f"there is no line called {name!r}", param_hint="--line")
    return found


def _start() -> None:
    from rapport.cli import database

    database()


# -- printing --------------------------------------------------------------------------------------------------------

EYE = ("line", "kind", "day", "began", "start", "end", "net", "negative", "positive", "size", "labels", "needed",
       "messages", "voices", "late", "heard", "no_verdict", "missing", "carried", "because", "alarm")  # fmt: skip
"""What a person is shown, intervals beside their numbers; programs get every column."""


def _print(rows: Sequence[Cells], form: str | None) -> None:
    if form == "json":
        click.echo(json.dumps([{name: _plain(value) for name, value in row.items()} for row in rows], indent=1))
    elif form == "csv" and rows:
        names = max(rows, key=len)
        writer = csv.DictWriter(sys.stdout, list(names), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows({name: "" if value is None else _plain(value) for name, value in row.items()} for row in rows)
    elif form is None:
        for line in _table(rows):
            click.echo(line)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _table(rows: Sequence[Cells]) -> Iterator[str]:
    if not rows:
        yield "There is nothing yet."
        return
    names = [name for name in EYE if any(name in row for row in rows)]
    cells = [names, *([_cell(row, name) for name in names] for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(names))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()


def _cell(row: Cells, name: str) -> str:
    value = row.get(name)
    if value is None:
        return "-"
    if f"{name}_low" in row:
        return f"{value:+.3f} [{row[f'{name}_low']:+.3f}, {row[f'{name}_high']:+.3f}]"
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value)
