"""Taking messages away: what one may see and asks for, as CSV, JSON lines or Parquet.

The worker writes a draft, one JSON object a line, page by page; where it stands is saved with the size of the draft, so
a dead worker's is taken over where it stood. At the end the draft becomes what was asked for. The file goes after some
days, and at once when somebody takes back a message that is in it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.errors import ArchiveError, QueryError
from rapport.core.query import SEARCH_FIELDS, Query, parse
from rapport.core.types import Refused
from rapport.core.understand.private import mask
from rapport.server import flow
from rapport.server.claim import LET_GO, claim
from rapport.server.keep.queries import anything_left
from rapport.server.listen.models import Message, Tombstone
from rapport.server.listen.receiving import grave
from rapport.server.listen.table import csv_lines
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded
from rapport.server.route.models import Export
from rapport.server.route.queries import Found, Mark, search_messages
from rapport.server.understand.private import private_of

KEPT = timedelta(days=7)
LEASE = timedelta(minutes=5)
SLICE_SECONDS = 2.0
PAGE_ROWS = 1_000
MOST = 10
"""Exports that a person may have at a time."""

KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
GRAVE_BYTES = 32
OLDER = "older:"

TIMES = ("published", "heard", "edited")
FLAGS = ("sensitive", "addressed", "ours")
LISTS = {"kinds": " ", "urgent_for": ", "}  # and what stands between two of them in a cell
COLUMNS = (
    *TIMES, "network", "id", "thread", "parent", "channel", "author", "handle", "text", "language", "tone", "kinds",
    "urgency", "urgent_for", *FLAGS, "team", "state", "url",
)  # fmt: skip
"""What is in an export. The text has its private data dotted out. Of what the law protects especially it is only said
that somebody should look: a list of people and what they may suffer from is no use of ours."""


# -- what people do ----------------------------------------------------------------------------------------------------


def begin(query: str, kind: str, *, actor: User) -> Export | Refused:
    """Raises QueryError when the query cannot be read."""
    parse(query, fields=SEARCH_FIELDS)
    if not query.strip():
        return Refused(_("Say which messages: a query, or * for all that you may see."))
    if kind not in KINDS:
        return Refused(_("Choose CSV, JSON lines or Parquet."))
    if Export.objects.filter(asked_by=actor).exclude(state="gone").count() >= MOST:
        return Refused(_("You have %(n)d exports already. Delete one first.") % {"n": MOST})
    with recorded("export.begun", actor, query=query, kind=kind) as entry:
        last = Tombstone.objects.order_by("-id").values_list("id", flat=True).first() or 0
        row = Export.objects.create(query=query, kind=kind, asked_by=actor, buried=last)
        entry.target = row
        return row


def delete(row: Export, *, actor: User) -> Refused | None:
    """Stop it, or throw away what it brought."""
    if row.asked_by_id != actor.pk:
        return Refused(_("This export is not yours."))
    _end(row, "gone", actor=actor)
    _remove(row)
    return None


def file_of(row: Export, user: User) -> Path | Refused:
    """The file, for whoever asked for it and still may see what is in it. That it was fetched goes on record."""
    if row.asked_by_id != user.pk or row.state != "done" or not finished(row).exists():
        return Refused(_("This export is not here any more."))
    if why := _stale(row, timezone.now()):
        _end(row, "gone", actor="export", why=why)
        _remove(row)
        return Refused(why)
    with recorded("export.fetched", user, target=row, rows=row.rows):
        return finished(row)


def finished(row: Export) -> Path:
    return _folder() / f"{row.pk}.{row.kind}"


# -- what the worker does ----------------------------------------------------------------------------------------------


def turn(worker: str) -> int:
    """Go on with one export for a moment. 1 if there was one."""
    now = timezone.now()
    due = Export.objects.filter(state__in=["waiting", "running"]).order_by("id")
    keys = claim(due, worker, now=now, limit=1, lease=LEASE)
    if not keys:
        return 0
    row = Export.objects.select_related("asked_by").get(pk=keys[0])
    try:
        if row.state == "waiting":
            Export.objects.filter(pk=row.pk, state="waiting").update(state=flow.advance("export", "waiting", "running"))
        if _go_on(row):
            _finish(row)
    except (QueryError, ArchiveError, OSError) as error:
        _end(row, "failed", actor="export", why=str(error))
    Export.objects.filter(pk=row.pk).update(**LET_GO)
    return 1


def throw_away(now: datetime) -> None:
    """Files that are old, and files with a message that was taken back since."""
    for row in Export.objects.filter(state__in=["waiting", "running", "done"]):
        if why := _stale(row, now):
            _end(row, "gone", actor="timetable", why=why)
            _remove(row)
    there = set(Export.objects.exclude(state="gone").values_list("pk", flat=True))
    for file in _folder().iterdir():
        name = file.name.partition(".")[0]
        if not (name.isdigit() and int(name) in there):
            file.unlink(missing_ok=True)


def _go_on(row: Export) -> bool:
    """Write pages until the slice is over. Whether everything is written."""
    query, until = parse(row.query, fields=SEARCH_FIELDS), time.monotonic() + SLICE_SECONDS
    while True:
        found = _page(row, query)
        _write(row, found.rows)
        in_archive = row.place.startswith(OLDER)
        if found.next is not None:
            row.place, row.back_to = f"{OLDER * in_archive}{found.next}", found.next.at
        elif not in_archive and anything_left():
            row.place = OLDER
        else:
            row.place = ""
        fields = ["place", "back_to", "rows", "draft_bytes"]
        going = Export.objects.filter(pk=row.pk, state="running")
        if not going.update(**{name: getattr(row, name) for name in fields}, leased_until=timezone.now() + LEASE):
            return False  # somebody stopped it
        if not row.place:
            return True
        if time.monotonic() > until:
            return False


def _page(row: Export, query: Query) -> Found:
    place = row.place.removeprefix(OLDER)
    before = Mark.read(place) if place else None
    if not row.place.startswith(OLDER):
        return search_messages(row.asked_by, query, before=before, limit=PAGE_ROWS)
    from rapport.server.route.older import search_older  # loaded when it is wanted: it takes 80 MB

    return search_older(row.asked_by, query, before=before, limit=PAGE_ROWS)


def _write(row: Export, messages: Sequence[Message]) -> None:
    """Behind what was saved as written; whatever a dead worker wrote behind that is written over."""
    lines = "".join(json.dumps(said, ensure_ascii=False) + "\n" for said in map(told, messages)).encode()
    graves = b"".join(bytes.fromhex(grave(one.network, one.external_id)) for one in messages)
    _append(_draft(row), lines, at=row.draft_bytes)
    _append(_graves(row), graves, at=row.rows * GRAVE_BYTES)
    row.draft_bytes += len(lines)
    row.rows += len(messages)


def _append(path: Path, content: bytes, *, at: int) -> None:
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        file.truncate(at)
        file.seek(at)
        file.write(content)


def told(message: Message) -> dict[str, Any]:
    """A message as it is exported."""
    reading, placement = getattr(message, "reading", None), getattr(message, "placement", None)
    talk = placement.conversation if placement else None
    return {
        "published": message.published_at.isoformat(),
        "heard": message.heard_at.isoformat(),
        "edited": message.edited_at.isoformat() if message.edited_at else None,
        "network": message.network,
        "id": message.external_id,
        "thread": message.thread_id,
        "parent": message.parent_id or None,
        "channel": message.channel.name,
        "author": message.author.name,
        "handle": message.author.handle,
        "text": mask(message.text, private_of(message)),
        "language": reading.language if reading else None,
        "tone": reading.tone if reading else None,
        "kinds": list(reading.kinds) if reading else [],
        "urgency": reading.urgency if reading else None,
        "urgent_for": list(reading.urgent_for or ()) if reading else [],
        "sensitive": bool(reading.hints) if reading else False,
        "addressed": message.addressed,
        "ours": message.ours,
        "team": talk.team.slug if talk else None,
        "state": talk.state if talk else None,
        "url": message.url or None,
    }


def _finish(row: Export) -> None:
    """Make of the draft what was asked for."""
    path = finished(row)
    making = path.with_suffix(f".{row.kind}.making")
    making.touch(mode=0o600)
    if row.kind == "jsonl":
        making.write_bytes(_draft(row).read_bytes())
    elif row.kind == "csv":
        with making.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_lines(_cells(row)))
    else:
        _parquet(row, making)
    making.rename(path)
    _draft(row).unlink(missing_ok=True)
    row.size_bytes = path.stat().st_size
    Export.objects.filter(pk=row.pk).update(size_bytes=row.size_bytes)
    _end(row, "done", actor="export")


def _cells(row: Export) -> Iterator[Sequence[object]]:
    yield list(COLUMNS)
    with _draft(row).open(encoding="utf-8") as file:
        for line in file:
            said = json.loads(line)
            yield [LISTS[name].join(said.get(name) or ()) if name in LISTS else said.get(name) for name in COLUMNS]


def _parquet(row: Export, path: Path) -> None:
    import polars as pl  # loaded when it is wanted: it takes 50 MB

    kinds = dict.fromkeys(FLAGS, pl.Boolean()) | dict.fromkeys(LISTS, pl.List(pl.String))
    plain = pl.Schema({name: kinds.get(name, pl.String()) for name in COLUMNS})
    lines = pl.scan_ndjson(_draft(row), schema=plain) if row.rows else pl.LazyFrame(schema=plain)
    times = pl.col(TIMES).str.to_datetime("%+", time_unit="us", time_zone="UTC")
    try:
        lines.with_columns(times).sink_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise OSError(f"The Parquet file could not be written: {error}") from error


def _stale(row: Export, now: datetime) -> str:
    """Why it must not be kept any longer."""
    if now - row.created_at > KEPT:
        return _("It was kept for %(n)d days.") % {"n": KEPT.days}
    fresh = [bytes.fromhex(key) for key in Tombstone.objects.filter(id__gt=row.buried).values_list("key", flat=True)]
    if not fresh or not _graves(row).exists():
        return ""
    content = _graves(row).read_bytes()
    inside = {content[at : at + GRAVE_BYTES] for at in range(0, len(content), GRAVE_BYTES)}
    return _("A message in it was taken back.") if inside & set(fresh) else ""


def _end(row: Export, state: str, *, actor: User | str, why: str = "") -> None:
    with recorded(f"export.{state}", actor, target=row, rows=row.rows) as entry:
        fresh = Export.objects.select_for_update().get(pk=row.pk)
        if not flow.FLOWS["export"].allows(fresh.state, state):
            entry.silent()
            return
        row.state = state
        Export.objects.filter(pk=row.pk).update(state=state, why=why[:500], ended_at=timezone.now(), **LET_GO)


def _remove(row: Export) -> None:
    for file in (finished(row), _draft(row), _graves(row)):
        file.unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = settings.HOME.folder("exports")
    return folder


def _draft(row: Export) -> Path:
    return _folder() / f"{row.pk}.draft"


def _graves(row: Export) -> Path:
    return _folder() / f"{row.pk}.graves"
