"""Reading files into a channel, page by page. The place in the file is kept: a stopped import goes on where it was."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.connectors.files.formats import ENDINGS, kind_of, opened, reader, size_of
from rapport.connectors.files.parse import BEGINNING, OPTIONAL, REQUIRED, Position
from rapport.connectors.files.preview import Look, guess, look
from rapport.connectors.files.rejects import write_rejects
from rapport.core.errors import ConnectorError
from rapport.core.types import Page, Refused
from rapport.server.claim import LET_GO, claim
from rapport.server.languages import said
from rapport.server.listen.actions import set_import
from rapport.server.listen.models import Channel, Import
from rapport.server.listen.receiving import Heard, receive
from rapport.server.organise.actions import organisation

LEASE = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=1)
"""Uploads of which nobody made an import are thrown away then."""

__all__ = ["ENDINGS", "OPTIONAL", "REQUIRED", "Look", "guess", "size_of"]


def rejects_beside(path: Path) -> Path:
    return path.with_name(path.name + ".rejects.csv")


def load_file(
    path: Path,
    channel: Channel,
    mapping: Mapping[str, str],
    *,
    start: Position = BEGINNING,
    progress: Callable[[Position, Heard], bool] = lambda place, page: True,
) -> Heard:
    """Read a file from `start` on. What cannot be read goes to a side file: line, reason, and the line itself.

    `progress` is called after each page; it says whether to go on.
    """
    read = reader(path.name)
    if read is None:
        raise ConnectorError(f"{path.name} is neither CSV nor JSONL nor Parquet.", permanent=True)
    zone = _zone()
    # A row does not know whether it was said to us; who put the files there does. A watched folder says so itself.
    watched = channel.cursors.exists()
    total, aside = Heard(), rejects_beside(path)
    with opened(path) as file:
        for found in read(file, mapping, network=channel.network, zone=zone, start=start):
            page = found if watched else _told(found, channel.addressed)
            if page.rejects:
                fresh = not aside.exists() or (start == BEGINNING and not total.rejected)
                with aside.open("w" if fresh else "a", newline="", encoding="utf-8") as side:
                    write_rejects(side, page.rejects, header=fresh)
            heard = receive(page, channel, "import", actor="import", imported=True)
            for name, count in heard.counts().items():
                setattr(total, name, getattr(total, name) + count)
            if not progress(Position.read(page.cursor), heard):
                break
    return total


def _told(page: Page, addressed: bool) -> Page:
    return replace(page, messages=tuple(replace(message, addressed=addressed) for message in page.messages))


def _zone() -> ZoneInfo:
    found = organisation()
    return ZoneInfo(found.time_zone if found else "UTC")


# -- uploads: kept under a name of ours until somebody says what is in them --------------------------------------------


def keep(name: str, chunks: Iterable[bytes], *, now: datetime) -> Path | Refused:
    """Write an upload below RAPPORT_HOME under a random name, readable by us only. Nothing of its own name is used."""
    if not (kind := kind_of(name)):
        words = _("Only CSV, JSONL and Parquet files can be read; their names end in: %(endings)s.")
        return Refused(words % {"endings": ", ".join(ENDINGS)})
    _throw_away(now)
    path = _folder() / f"{secrets.token_hex(16)}.{kind}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
    return path


def kept(name: str) -> Path:
    """Where an upload of that name (as `keep` gave it) lies."""
    return _folder() / Path(name).name


def _folder() -> Path:
    folder: Path = settings.HOME.folder("imports")
    return folder


def _throw_away(now: datetime) -> None:
    wanted = set(Import.objects.values_list("path", flat=True))
    old = (now - FORGOTTEN_AFTER).timestamp()
    for path in _folder().iterdir():
        if path.stat().st_mtime < old and str(path).removesuffix(".rejects.csv") not in wanted:
            path.unlink(missing_ok=True)


def first_look(path: Path) -> Look:
    try:
        with opened(path) as file:
            return look(file, path.name)
    except ConnectorError:
        return Look((), ())


def trial(path: Path, mapping: Mapping[str, str], *, rows: int = 5) -> Page | Refused:
    """What the first rows would become: messages and rejects. Nothing is stored."""
    read = reader(path.name)
    if read is None:
        return Refused(_("This is neither CSV nor JSONL nor Parquet."))
    try:
        with opened(path) as file:
            page = next(read(file, mapping, network="trial", zone=_zone()), Page())
    except ConnectorError as error:
        return Refused(said(error.args[0]))
    rejects = (replace(one, where=said(one.where), reason=said(one.reason)) for one in islice(page.rejects, rows))
    return Page(messages=tuple(islice(page.messages, rows)), rejects=tuple(rejects))


# -- imports that were begun on the page: the worker's part ------------------------------------------------------------


def turn(worker: str) -> int:
    """Go on with one file until it is read. 1 if there was one; a dead worker's is taken over where it stood."""
    now = timezone.now()
    due = Import.objects.filter(state__in=["waiting", "running"]).order_by("id")
    keys = claim(due, worker, now=now, limit=1, lease=LEASE)
    if not keys:
        return 0
    row = Import.objects.select_related("channel").get(pk=keys[0])
    if row.state == "waiting":
        set_import(row, "running", actor="import")

    def note(place: Position, heard: Heard) -> bool:
        row.refresh_from_db()
        row.place, row.read_bytes = place.written(), min(place.offset, row.size_bytes)
        row.heard += heard.new + heard.known + heard.revised
        row.new, row.revised = row.new + heard.new, row.revised + heard.revised
        row.rejected += heard.rejected
        row.leased_until = timezone.now() + LEASE
        row.save(update_fields=["place", "read_bytes", "heard", "new", "revised", "rejected", "leased_until"])
        return row.state == "running"

    start = Position.read(row.place) if row.place else BEGINNING
    try:
        load_file(Path(row.path), row.channel, row.mapping, start=start, progress=note)
    except (ConnectorError, OSError) as error:
        why = error.args[0] if isinstance(error, ConnectorError) else str(error)
        set_import(row, "failed", actor="import", trouble=why)
    else:
        row.refresh_from_db()
        if row.state == "running":
            set_import(row, "done", actor="import")
    Import.objects.filter(pk=row.pk).update(**LET_GO)
    return 1
