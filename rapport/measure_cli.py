"""`rapport measure` on labelled messages: the estimators alone, on a CSV file, without a database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from rapport import measure_tables as tables
from rapport.measure_tables import LABELS, TONES, UNCODABLE, File, label_of, lacking, predictions, table, written
from rapport.options import Number, Seed
from rapport.tables import Row, TableError

if TYPE_CHECKING:
    from rapport.core.measure import sampling


@click.group()
def measure() -> None:
    """Draw samples, estimate tone, watch and forecast it: from a CSV file, without a database.

    A row is a message: id, channel, negative, neutral, positive (the reader's probabilities). `draw` adds stratum,
    place and chance; people code in the order of place and fill in label (negative, neutral, positive, uncodable).
    Columns author, thread and wording say which messages are of one voice.
    """


@measure.command()
@File
@click.option("--labels", type=click.IntRange(1), required=True, help="How many messages people will read.")
@click.option("--salt", required=True, help="A secret text; the same one gives the same draw again.")
@click.option("--by", metavar="COLUMN", help="Share the labels among what stands there: brands, for example.")
def draw(file: Path, labels: int, salt: str, by: str | None) -> None:
    """Print the file again with three more columns: stratum, place in the queue (1 is first), and chance.

    The chance is that of the message to be among the first so many labels: what its label is weighted by. With --by
    the worst served gets as many labels as can be, and each has strata and a queue of its own.
    """
    from rapport.core.measure import sampling

    rows = table(file, "id", "channel", *TONES, *([by] if by else []))
    if not rows:
        raise TableError("there is no message in the file")
    if len({row["id"] for row in rows}) < len(rows):
        raise TableError("two rows have the same id")
    domains: dict[str, list[int]] = {}
    for n, row in enumerate(rows):
        domains.setdefault(row[by] if by else "", []).append(n)
    shares = sampling.divide(labels, [len(places) for places in domains.values()])
    told: dict[int, dict[str, str]] = {}
    for (domain, places), share in zip(domains.items(), shares):
        if not share:
            raise TableError(f"{labels} labels are too few for {len(domains)} kinds of {by}")
        cells = _drawn([rows[n] for n in places], share, salt, prefix=f"{domain} / " if by else "")
        told |= dict(zip(places, cells))
    written({**row.cells, **told[n]} for n, row in enumerate(rows))


def _drawn(rows: Sequence[Row], labels: int, salt: str, *, prefix: str) -> Iterator[dict[str, str]]:
    """What is told of each: its stratum, its place and its chance."""
    from rapport.core.measure import sampling

    ids, channels = [row["id"] for row in rows], [row["channel"] for row in rows]
    day = cast("sampling.Draw", sampling.draw(ids, channels, predictions(rows), labels, salt))  # there are rows
    chance = day.probability(labels)
    for stratum, place in zip(day.stratum.tolist(), (day.queue.argsort() + 1).tolist()):
        yield {"stratum": prefix + day.strata.names[stratum], "place": str(place), "chance": f"{chance[stratum]:.6f}"}


@measure.command()
@File
@click.option("--of", type=click.Choice([*LABELS, "net"]), default="negative", show_default=True)
@click.option("--level", type=Number(0.5, 0.999), default=0.95, show_default=True)
@click.option("--mood", is_flag=True, help="Wider: messages of one author, thread or wording hang together.")
def estimate(file: Path, of: str, level: float, mood: bool) -> None:
    """The share of a tone among all messages of the file, from the labelled ones.

    The file holds all messages that the labelled ones were drawn from; those that nobody coded have no label.
    """
    from rapport.core.measure import share
    from rapport.core.types import NotEnough

    rows = table(file, "stratum", "label", *TONES)
    tables.in_order(rows)
    tables.whole(rows)
    frame, labels = tables.frame(rows)
    if mood:
        if not tables.tied(rows):
            raise TableError(f"{file.name} has no column that ties messages: {', '.join(tables.TIES)}")
        group = tables.groups([row for row in rows if row["label"]])
        found = share.mood(frame, labels, group, of, level=level)
    else:
        found = share.estimate(frame, labels, of, level=level)
    if isinstance(found, NotEnough):
        click.echo(lacking(found))
        return
    shown = found.estimate
    click.echo(f"{of}: {shown.value:.3f}, between {shown.low:.3f} and {shown.high:.3f} ({shown.method})")
    click.echo(f"{found.labels} labels of {found.messages} messages; each counts for {found.multiplier:.2f}.")


@measure.command()
@File
@click.option(
    "--apply",
    "other",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Print this file recalibrated.",
)
def calibrate(file: Path, other: Path | None) -> None:
    """What the reader's probabilities are worth, by the labels of the file; use it on later messages only."""
    import numpy as np

    from rapport.core.measure import calibrate as calibrating
    from rapport.core.types import NotEnough

    rows = [row for row in table(file, "label", *TONES) if row["label"]]
    found = calibrating.calibrate(predictions(rows), np.array([label_of(row) for row in rows], dtype=np.int64))
    if isinstance(found, NotEnough):
        if other is not None:
            raise click.ClickException(f"{lacking(found)} Nothing was printed.")
        click.echo(lacking(found))
        return
    if other is None:
        shifts = ", ".join(f"{tone} {shift:+.2f}" for tone, shift in zip(TONES, found.shift))
        sure = "too sure of itself" if found.sharpness < 1 else "not sure enough"
        click.echo(f"Sharpness {found.sharpness:.2f} (1 is honest; the reader is {sure}); shifts {shifts}.")
        return
    again = table(other, *TONES)
    better = found.apply(predictions(again)).tolist()
    written({**row.cells, **{tone: f"{p:.6f}" for tone, p in zip(TONES, ps)}} for row, ps in zip(again, better))


@measure.command()
@File
@click.option("--metric", type=click.Choice(["nominal", "ordinal", "interval"]), default="ordinal", show_default=True)
@click.option("--seed", type=Seed, default=7, show_default=True)
def agreement(file: Path, metric: str, seed: int) -> None:
    """Krippendorff's alpha between coders; a row is one coding: message, label.

    It is told of tones, which have an order, and apart of whether there is a tone at all: "uncodable" has no place
    among them.
    """
    codings = [(row["message"], label_of(row)) for row in table(file, "message", "label")]
    toned = [(message, float(label)) for message, label in codings if label < UNCODABLE]
    click.echo(_alpha(toned, metric, seed))
    without = len(codings) - len(toned)
    if without:
        click.echo(f"{without} of {len(codings)} labels are uncodable ({without / len(codings):.1%}), left out of it.")
        codable = [(message, float(label < UNCODABLE)) for message, label in codings]
        click.echo(f"Whether there is a tone at all: {_alpha(codable, 'nominal', seed)}")


def _alpha(codings: Sequence[tuple[str, float]], metric: str, seed: int) -> str:
    import numpy as np

    from rapport.core.measure.agreement import alpha
    from rapport.core.types import NotEnough

    messages, values = [message for message, _ in codings], [value for _, value in codings]
    found = alpha(messages, values, np.random.default_rng(seed), metric=metric)
    if isinstance(found, NotEnough):
        return lacking(found)
    return f"alpha {found.value:.3f}, between {found.low:.3f} and {found.high:.3f}, {found.n} messages coded twice"


@measure.command()
@click.option("--weeks", type=click.IntRange(1, 520), default=12, show_default=True, help="Whole weeks up to the last.")
@click.option("--channel", help="Only this one, by its name.")
@click.option("--team", help="Only this one, by its short name.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table instead of sentences.")
def response(weeks: int, channel: str | None, team: str | None, as_csv: bool) -> None:
    """Tell how we answer, out of the database of RAPPORT_HOME: the numbers of the page Answering."""
    from rapport.cli import database

    database()
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
        written({name: str(value) for name, value in one.row().items()} for one in found)
        return
    click.echo(f"{course.weeks[0].start} to {course.last.end}, in whole weeks.")
    for key, definition in measuring.DEFINITIONS.items():
        click.echo(f"{definition.name}: {definition.words}")
        for one in found:
            if one.key == key:
                click.echo(f"  {one.label or 'all'}: {told(one)}")
