"""The `rapport` command."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from rapport import __version__
from rapport.alarm_cli import alarm
from rapport.core.errors import RapportError
from rapport.counts_cli import burst, effect, forecast, staffing, voice
from rapport.coverage_cli import coverage
from rapport.home import Home
from rapport.lines_cli import alarms, ask, figures, lines
from rapport.measure_cli import measure
from rapport.mix_cli import mix
from rapport.options import Day, Number, Seed
from rapport.readers_cli import read, readers

SEED, SCALE = 7, 0.3
"""Of the sample, unless somebody asks for another."""


class Command(click.Group):
    """Errors that Rapport raises on purpose are told in one line; others keep their trace."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except RapportError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Command)
@click.version_option(__version__)
def main() -> None:
    """Hear what people say about your organisation, answer well, and know where you are heading.

    The data lives in RAPPORT_HOME (./var unless you set it).
    """


def django() -> None:
    """Start Django, for the commands that need the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.server.settings")
    try:
        import django as framework
    except ModuleNotFoundError:
        raise click.ClickException("This asks the database, and needs the server: install rapport[server].") from None
    framework.setup()


def database() -> None:
    """Start Django on a database that is there, in the form that this version needs; without one say what to do."""
    home, elsewhere = Home.from_environment(), "RAPPORT_DATABASE_URL" in os.environ
    nothing = click.ClickException(
        f"There is nothing in {'its database' if elsewhere else home.path} yet. Is RAPPORT_HOME the folder of your "
        "data? To begin: `rapport run`, or `rapport sample` for something to look at."
    )
    if home.is_new and not elsewhere:
        raise nothing
    django()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    steps = MigrationExecutor(connection)
    if not steps.loader.applied_migrations:
        raise nothing
    if steps.migration_plan(steps.loader.graph.leaf_nodes()):
        raise click.ClickException("The database is of another version of Rapport. Run `rapport migrate` first.")


def until_told() -> threading.Event:
    """An event that is set when the process is asked to end."""
    from rapport.server.run import follow_parent

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow_parent(stop.set)
    return stop


# -- running ---------------------------------------------------------------------------------------------------------


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT", show_default=True)
@click.option("--host", default="127.0.0.1", envvar="RAPPORT_HOST", show_default=True)
@click.option("--sample", is_flag=True, help="Load the sample organisation first, if there is none yet.")
def run(port: int, host: str, sample: bool) -> None:
    """Start everything: web, worker, listener and sender, under one parent that restarts what dies."""
    from rapport.server.run import supervise

    sys.exit(supervise(host=host, port=port, sample=sample))


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT", show_default=True)
@click.option("--host", default="127.0.0.1", envvar="RAPPORT_HOST", show_default=True)
def web(port: int, host: str) -> None:
    """Serve the pages."""
    from rapport.server.run import serve

    serve(host=host, port=port)


@main.command()
def work() -> None:
    """Read, relate and route what was heard; do what the timetable says; write the archive."""
    django()
    from rapport.server.keep.run import run as keep
    from rapport.server.route.rereading import run as read_again
    from rapport.server.work import run as loop

    stop = until_told()
    _together(stop, lambda: loop(stop), lambda: keep(stop), lambda: read_again(stop))


@main.command()
def listen() -> None:
    """Listen to the channels, bring back what was said earlier, and send the answers."""
    django()
    from rapport.server.listen.backfill import run as bring_back
    from rapport.server.listen.hear import run as hear
    from rapport.server.respond.deliver import run as deliver

    stop = until_told()
    _together(stop, lambda: hear(stop), lambda: bring_back(stop), lambda: deliver(stop))


def _together(stop: threading.Event, *loops: Callable[[], None]) -> None:
    """Run loops side by side; when one ends, so do the others."""

    def guarded(loop: Callable[[], None]) -> None:
        try:
            loop()
        finally:
            stop.set()

    threads = [threading.Thread(target=guarded, args=(loop,)) for loop in loops]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for thread in threads:
            thread.join(0.5)


# -- setting up ------------------------------------------------------------------------------------------------------


@main.command(hidden=True)
@click.option("--sample", is_flag=True)
def prepare(sample: bool) -> None:
    """What `run` does before it starts the parts; prints how to sign in."""
    year = None
    if "RAPPORT_DATABASE_URL" not in os.environ and Home.from_environment().is_new:
        click.echo("Making the tables …", err=True)
        if sample:
            from rapport.sample import ahead

            year = ahead.begin(seed=SEED, scale=SCALE)
    django()
    from rapport.server.prepare import ready

    click.echo(ready(first=(lambda: load_sample(year)) if sample else None))


@main.command()
def migrate() -> None:
    """Bring the database to the form that this version needs."""
    django()
    from rapport.server.prepare import bring_up_to_date

    bring_up_to_date()
    click.echo("The database is up to date.")


@main.command()
@click.option("--seed", type=Seed, default=SEED, show_default=True)
@click.option("--scale", type=Number(0.002, 20), default=SCALE, show_default=True, help="1 is full size.")
def sample(seed: int, scale: float) -> None:
    """Load the sample organisation into an empty database: a year with 20,000 messages by others at full size.

    By default a third of it, which takes about a minute on a small machine; so does `run --sample`.
    """
    from rapport.sample import ahead

    year = ahead.begin(seed=seed, scale=scale)
    django()
    from rapport.server.prepare import ready

    click.echo(ready(first=lambda: load_sample(year, seed=seed, scale=scale)))


def load_sample(year: Callable[[], Any] | None, *, seed: int = SEED, scale: float = SCALE) -> None:
    from rapport.sample.load import load

    with click.progressbar(length=100, label="Loading the sample organisation", file=sys.stderr) as bar:
        load(seed=seed, scale=scale, progress=lambda share: bar.update(int(share * 100) - bar.pos), year=year)


# -- listening -------------------------------------------------------------------------------------------------------


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--channel", required=True, help="The channel that the messages belong to; made if there is none.")
@click.option(
    "--map",
    "mapping",
    required=True,
    help="Which column is what: text=…,author=…,time=…,id=… (and name, url, thread, parent, language, edited).",
)
@click.option("--not-addressed", is_flag=True, help="The messages speak about us, not to us: nobody has to answer.")
def import_file(file: Path, channel: str, mapping: str, not_addressed: bool) -> None:
    """Import messages from a CSV, JSONL or Parquet file.

    What cannot be read goes to FILE.rejects.csv, with line and reason.
    """
    django()
    from rapport.connectors.files.parse import Position, read_mapping
    from rapport.core.types import Refused
    from rapport.server.claim import worker_name
    from rapport.server.listen import imports
    from rapport.server.listen.actions import open_box
    from rapport.server.work import settle

    columns = read_mapping(mapping)
    box = open_box(channel, actor="command line", addressed=not not_addressed)
    if isinstance(box, Refused):
        raise click.ClickException(box.reason)
    with click.progressbar(length=imports.size_of(file), label=f"Reading {file.name}", file=sys.stderr) as bar:

        def progress(place: Position, _: object) -> bool:
            bar.update(place.offset - bar.pos)
            return True

        total = imports.load_file(file, box, columns, progress=progress)
    settle(worker_name("import"))
    click.echo(f"{total.new} new, {total.revised} revised, {total.known} known already, {total.rejected} rejected.")
    if total.rejected:
        click.echo(f"The rejected lines are in {imports.rejects_beside(file)}.")


# -- queries -----------------------------------------------------------------------------------------------------------


@main.group()
def query() -> None:
    """The query language."""


@query.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
def translate(file: TextIO) -> None:
    """Translate a query that was written for Brandwatch; - reads what is piped in.

    The translation goes to standard output, what has no equal here to standard error.
    """
    from rapport.core.query.brandwatch import translate as translated

    found = translated(file.read())
    click.echo(found.query)
    for note in found.unequal:
        click.echo(f"character {note.position + 1}, {note.operator} ({note.effect}): {note.done}", err=True)


# -- the record and the secrets --------------------------------------------------------------------------------------


@main.group()
def audit() -> None:
    """The audit record."""


@audit.command()
def verify() -> None:
    """Check that no entry was changed, removed, inserted or cut off."""
    django()
    from rapport.server.organise.record import verify as walk

    click.echo(f"The record holds: {walk()} entries, none changed, none missing.")


@main.group()
def archive() -> None:
    """The archive of everything that was heard."""


@archive.command("turn", hidden=True)
def turn_archive() -> None:
    """What the worker starts when it is time."""
    django()
    from rapport.server.keep.run import one_turn

    one_turn()


@archive.command("write")
def write_archive() -> None:
    """Archive now what waits to be archived."""
    django()
    from rapport.server.keep.actions import write
    from rapport.server.keep.run import alone

    with alone() as worker:
        click.echo(f"Archived: {write(actor=worker)} messages.")


@archive.command("verify")
@click.option("--mend", is_flag=True, help="Archive the messages of the days that differ anew, and verify again.")
def verify_archive(mend: bool) -> None:
    """Compare the archive with the database: count and hash of each day, every text, and the counts of the days.

    Ends with 1 and names the days when they differ.
    """
    django()
    from rapport.server.keep import verify as check
    from rapport.server.keep.run import alone

    with alone() as worker:
        verdict = check.verify(actor=worker)
        if mend and verdict.bad_days():
            again = check.mend(sorted(verdict.bad_days()), actor=worker)
            click.echo(f"Archived anew: {again} messages of {len(verdict.bad_days())} days.")
            verdict = check.verify(actor=worker)
    for line in verdict.lines():
        click.echo(line)
    if not verdict.holds:
        raise click.ClickException("The archive is not what the database says.")
    click.echo(f"The archive holds: {verdict.messages} messages of {verdict.days} days, none missing, none changed.")


@archive.command("tidy")
def tidy_archive() -> None:
    """Make few large files of many small ones."""
    django()
    from rapport.server.keep.run import alone
    from rapport.server.keep.words import archive as opened

    with alone():
        opened().tidy()
        facts = opened().facts()
    click.echo(f"{facts.rows} rows in {facts.files} files, {facts.size_bytes / 1e6:.1f} MB.")


@archive.command("rejoin")
def rejoin_archive() -> None:
    """After the database or the archive was restored from a copy: archive everything anew behind what is there."""
    django()
    from rapport.server.keep.actions import rejoin
    from rapport.server.keep.run import alone

    with alone() as worker:
        click.echo(f"To be archived anew: {rejoin(actor=worker)} messages.")


@main.group()
def secrets() -> None:
    """The secrets of the channels."""


@secrets.command()
def rotate() -> None:
    """Seal every channel's secrets with a fresh key."""
    django()
    from rapport.server.listen.actions import reseal

    click.echo(f"Sealed anew: {reseal(actor='command line')} channels.")


# -- reading again -----------------------------------------------------------------------------------------------------


@readers.command()
@click.option("--since", type=Day, help="Only what was published from this day on (UTC).")
@click.option("--all", "everything", is_flag=True, help="Also what the reader was sure of.")
@click.option("--quick", is_flag=True, help="As new messages are read: undoes what the deep reader read.")
def reread(since: datetime | None, everything: bool, quick: bool) -> None:
    """Read the tone of everything that was heard again, by the deep reader of RAPPORT_DEEP_READER.

    What it has read already is left out, so a pass that was interrupted goes on when it is started again. Texts that
    are in the archive only are read there; the worker archives the new readings.
    """
    django()
    from rapport.server import timetable
    from rapport.server.route import rereading
    from rapport.server.understand.heads import voices

    tones = voices() if quick else rereading.reader()
    if tones is None:
        raise click.ClickException("There is no deep reader to read with. Set RAPPORT_DEEP_READER to its folder.")
    start = since.replace(tzinfo=UTC) if since else None
    wanted = rereading.to_sweep(tones, since=start, everything=everything or quick)
    count = wanted.count()
    with click.progressbar(length=count, label=f"Reading by {tones.version()}", file=sys.stderr) as bar:
        total = rereading.sweep(wanted, tones, actor="command line", progress=bar.update)
    timetable.bring_forward("count everything anew")
    click.echo(f"{total} messages read again by {tones.version()}.")
    if total < count:
        click.echo(f"{count - total} stay as they were: changed meanwhile, or the archive does not have their text.")


# -- what is measured --------------------------------------------------------------------------------------------------

for command in (lines, figures, alarms, ask, alarm, burst, coverage, effect, forecast, mix, staffing, voice):
    measure.add_command(command)


# -- without a database ------------------------------------------------------------------------------------------------

main.add_command(measure)
main.add_command(read)
main.add_command(readers)


if __name__ == "__main__":
    main()
