"""Reading files into a channel, page by page. The place in the file is kept: a stopped import goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils import timezone

from rapport.connectors.files.parse import BEGINNING, Position, reader
from rapport.connectors.files.rejects import write_rejects
from rapport.core.errors import ConnectorError
from rapport.server.claim import LET_GO, claim
from rapport.server.listen.actions import Heard, receive, set_import
from rapport.server.listen.models import Channel, Import
from rapport.server.organise.actions import organisation

LEASE = timedelta(minutes=5)


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
        raise ConnectorError(f"{path.name} is neither CSV nor JSONL.", permanent=True)
    found = organisation()
    zone = ZoneInfo(found.time_zone if found else "UTC")
    total, aside = Heard(), rejects_beside(path)
    with path.open("rb") as file:
        for page in read(file, mapping, network=channel.network, zone=zone, start=start):
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
        row.place, row.read_bytes = place.written(), place.offset
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
        set_import(row, "failed", actor="import", trouble=str(error))
    else:
        row.refresh_from_db()
        if row.state == "running":
            set_import(row, "done", actor="import")
    Import.objects.filter(pk=row.pk).update(**LET_GO)
    return 1
