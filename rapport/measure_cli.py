"""`rapport measure`: the estimators alone, on a CSV file, without a database."""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rapport.tables import Row, TableError, rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rapport.core.measure.share import Frame, Labels

TONES = ("negative", "neutral", "positive")
LABELS = (*TONES, "uncodable")
BASELINE_DAYS = 56

File = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def measure() -> None:
    """Draw samples, estimate tone, watch and forecast it: from a CSV file, without a database.

    A row is a message: id, channel, negative, neutral, positive (the reader's probabilities). `draw` adds stratum and
    place; people code in the order of place and fill in label (negative, neutral, positive, uncodable).
    """


@measure.command()
@File
@click.option("--labels", type=click.IntRange(1), required=True, help="How many messages people will read.")
@click.option("--salt", required=True, help="A secret text; the same one gives the same draw again.")
def draw(file: Path, labels: int, salt: str) -> None:
    """Print the file again with two more columns: stratum, and place in the queue (1 is first)."""
    from rapport.core.measure import sampling
    from rapport.core.types import NotEnough

    rows = _rows(file, "id", "channel", *TONES)
    ids = [row["id"] for row in rows]
    if len(set(ids)) < len(ids):
        raise TableError("two rows have the same id")
    day = sampling.draw(ids, [row["channel"] for row in rows], _predictions(rows), labels, salt)
    if isinstance(day, NotEnough):
        raise TableError("there is no message in the file")
    place = day.queue.argsort() + 1
    names = [day.strata.names[stratum] for stratum in day.stratum]
    _write({**row.cells, "stratum": name, "place": str(n)} for row, name, n in zip(rows, names, place))


@measure.command()
@File
@click.option("--of", type=click.Choice([*LABELS, "net"]), default="negative", show_default=True)
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True)
@click.option("--mood", is_flag=True, help="Take messages of one author or thread (columns) for one voice.")
def estimate(file: Path, of: str, level: float, mood: bool) -> None:
    """The share of a tone among all messages of the file, from the labelled ones."""
    from rapport.core.measure import sampling, share
    from rapport.core.types import NotEnough

    rows = _rows(file, "stratum", "label", *TONES, *(("author", "thread") if mood else ()))
    frame, labels = _frame(rows)
    if mood:
        coded = [row for row in rows if row["label"]]
        group = sampling.join([row["author"] for row in coded], [row["thread"] for row in coded])
        found = share.mood(frame, labels, group, of, level=level)
    else:
        found = share.estimate(frame, labels, of, level=level)
    if isinstance(found, NotEnough):
        click.echo(f"Not enough {found.what}: {found.have} of {found.need}.")
        return
    shown = found.estimate
    click.echo(f"{of}: {shown.value:.3f}, between {shown.low:.3f} and {shown.high:.3f} ({shown.method})")
    click.echo(f"{found.labels} labels of {found.messages} messages; each counts for {found.multiplier:.2f}.")


@measure.command()
@File
@click.option("--tolerance", type=click.FloatRange(0.001, 0.5), default=0.03, show_default=True)
@click.option("--baseline-days", type=click.IntRange(7), default=BASELINE_DAYS, show_default=True)
def alarm(file: Path, tolerance: float, baseline_days: int) -> None:
    """Has the share of negative messages changed? Needs a column day; the first days are the baseline."""
    from rapport.core.measure import change, share
    from rapport.core.types import NotEnough, Refused

    rows = _rows(file, "day", "stratum", "label", *TONES)
    by_day: dict[str, list[Row]] = {}
    for row in rows:
        by_day.setdefault(row["day"], []).append(row)
    days = sorted(by_day)
    per_day = {day: _frame(by_day[day]) for day in days}
    first = [per_day[day] for day in days[:baseline_days]]
    baseline = share.estimate(*share.together(first))
    if isinstance(baseline, NotEnough):
        click.echo(f"Not enough {baseline.what} in the first {baseline_days} days: {baseline.have} of {baseline.need}.")
        return
    daily = [one for one in (share.estimate(*day, fewest=2) for day in first) if not isinstance(one, NotEnough)]
    effect = share.day_effect([one.estimate.value for one in daily], [one.variance for one in daily])
    value = baseline.estimate
    watching = change.watch(value.value, math.sqrt(baseline.variance), day_variance=effect, tolerance=tolerance)
    if isinstance(watching, Refused):
        click.echo(f"No alarm: {watching.reason}.")
        return
    click.echo(f"Baseline {value.value:.3f}, between {value.low:.3f} and {value.high:.3f}.")
    later = days[baseline_days:]
    for day in later:
        frame, labels = per_day[day]
        watching = watching.step(_today(frame, labels))
        if watching.red:
            side = "risen" if watching.rises else "fallen"
            click.echo(f"Red on {day}: it has {side}, probably since {later[watching.began - 1]}.")
            return
    click.echo(f"Quiet for {len(later)} days: evidence {watching.evidence:.1f} of {watching.threshold:.0f}.")


@measure.command()
@click.option("--weeks", type=click.IntRange(1, 520), default=12, show_default=True, help="Whole weeks up to the last.")
@click.option("--channel", help="Only this one, by its name.")
@click.option("--team", help="Only this one, by its short name.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table instead of sentences.")
def response(weeks: int, channel: str | None, team: str | None, as_csv: bool) -> None:
    """Tell how we answer, out of the database of RAPPORT_HOME: the numbers of the page Answering."""
    from rapport.cli import django

    django()
    from django.utils import timezone

    from rapport.server.listen.models import Channel
    from rapport.server.measure import queries
    from rapport.server.measure import response as measuring
    from rapport.server.organise.models import Team
    from rapport.server.pages.course_response import told

    of_channel = Channel.objects.filter(name=channel).first() if channel else None
    of_team = Team.objects.filter(slug=team).first() if team else None
    if channel and not of_channel:
        raise click.ClickException(f"There is no channel called {channel}.")
    if team and not of_team:
        raise click.ClickException(f"There is no team called {team}.")
    course = queries.course(timezone.now(), weeks=weeks, channel=of_channel, team=of_team)
    found = measuring.measures(course, channel=of_channel, team=of_team)
    if as_csv:
        _write({name: str(value) for name, value in one.row().items()} for one in found)
        return
    for key, definition in measuring.DEFINITIONS.items():
        click.echo(f"{definition.name}: {definition.words}")
        for one in found:
            if one.key == key:
                click.echo(f"  {one.label or 'all'}: {told(one)}")


@measure.command()
@File
@click.option("--column", default="value", show_default=True, help="One value a row, the oldest first.")
@click.option("--horizon", type=click.IntRange(1, 60), default=8, show_default=True)
@click.option("--period", type=click.IntRange(1, 60), default=1, show_default=True, help="7 for days of the week.")
@click.option("--goal", type=float, help="Also tell the odds to be there at the end of the horizon.")
@click.option("--below", is_flag=True, help="The goal is to fall to it.")
@click.option("--seed", type=int, default=7, show_default=True)
def forecast(file: Path, column: str, horizon: int, period: int, goal: float | None, below: bool, seed: int) -> None:
    """Print the next values with intervals that nine of ten later values lie in."""
    import numpy as np

    from rapport.core.measure import forecast as going
    from rapport.core.types import NotEnough

    values = [_number(row, column) for row in _rows(file, column)]
    bounds = (min(-1.0, *values), max(1.0, *values))
    ahead = going.fan(values, horizon, period=period, bounds=bounds)
    if isinstance(ahead, NotEnough):
        click.echo(f"Not enough {ahead.what}: {ahead.have} of {ahead.need}.")
        return
    steps = zip(ahead.middle, ahead.low, ahead.high)
    _write(
        {"step": str(h), "value": f"{m:.4f}", "low": f"{lo:.4f}", "high": f"{hi:.4f}"}
        for h, (m, lo, hi) in enumerate(steps, 1)
    )
    if goal is None:
        return
    outlook = going.reach(values, goal, horizon, np.random.default_rng(seed), period=period, below=below)
    if not isinstance(outlook, NotEnough):
        click.echo(f"At {goal:g} in {horizon} steps: {outlook.probability:.0%}; never in 104: {outlook.never:.0%}.")


@measure.command()
@File
@click.option("--metric", type=click.Choice(["nominal", "ordinal", "interval"]), default="ordinal", show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
def agreement(file: Path, metric: str, seed: int) -> None:
    """Krippendorff's alpha between coders; a row is one coding: message, label."""
    import numpy as np

    from rapport.core.measure.agreement import alpha
    from rapport.core.types import NotEnough

    rows = _rows(file, "message", "label")
    values = [float(_label(row)) for row in rows]
    found = alpha([row["message"] for row in rows], values, np.random.default_rng(seed), metric=metric)
    if isinstance(found, NotEnough):
        click.echo(f"Not enough {found.what}: {found.have} of {found.need}.")
        return
    click.echo(f"alpha {found.value:.3f}, between {found.low:.3f} and {found.high:.3f}, {found.n} messages coded twice")


@measure.command()
@click.option("--an-hour", type=click.FloatRange(min=0), required=True, help="Contacts that come in an hour.")
@click.option("--handling", type=click.FloatRange(min=0, min_open=True), required=True, help="Minutes that one takes.")
@click.option("--within", type=click.FloatRange(min=0), default=15.0, show_default=True, help="Minutes of waiting.")
@click.option("--share", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.8, show_default=True)
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


# -- tables ------------------------------------------------------------------------------------------------------------


def _rows(file: Path, *needed: str) -> list[Row]:
    return list(rows(file, *needed))


def _write(rows: Iterable[Mapping[str, str]]) -> None:
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


def _number(row: Row, column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise TableError(f"line {row.line}: {column} is not a number: {row[column]!r}") from None


def _label(row: Row) -> int:
    if row["label"] not in LABELS:
        raise TableError(f"line {row.line}: label is none of {', '.join(LABELS)}: {row['label']!r}")
    return LABELS.index(row["label"])


def _predictions(rows: Sequence[Row]) -> NDArray[np.float64]:
    import numpy as np

    table = [[_number(row, tone) for tone in TONES] for row in rows]
    return np.array(table, dtype=np.float64).reshape(-1, 3)


def _frame(rows: Sequence[Row]) -> tuple[Frame, Labels]:
    """All rows as strata, and the labelled ones of them."""
    import numpy as np

    from rapport.core.measure.share import Frame, Labels

    prediction = _predictions(rows)
    _, stratum = np.unique([row["stratum"] for row in rows], return_inverse=True)
    coded = [n for n, row in enumerate(rows) if row["label"]]
    label = np.array([_label(rows[n]) for n in coded], dtype=np.int64)
    return Frame.of(stratum, prediction), Labels(stratum[coded], prediction[coded], label)


def _today(frame: Frame, labels: Labels) -> Any:
    from rapport.core.measure.change import Today

    weight = frame.sizes / frame.sizes.sum()
    return Today(weight, frame.means[:, 0], labels.stratum, (labels.label == 0).astype(float))
