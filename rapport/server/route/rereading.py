"""Reading the tone again: what the quick reader was unsure of, by a slower one; or everything, by either.

The quick reader reads every message at once, and nothing waits for another. Where RAPPORT_DEEP_READER names a model, a
thread of the worker, the last in line for the processor, reads again what lies in `Unsure`, the newest first. `rapport
readers reread` does so over everything that was ever heard: what left the database is read out of the archive, and its
readings go there as new versions. Whoever reads says so in `Reading.reader`; a later pass by the quick one undoes it.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from rapport.core.errors import ReaderError
from rapport.core.understand import Tones
from rapport.server.alive import at_work
from rapport.server.claim import claim
from rapport.server.listen.models import Message
from rapport.server.organise.record import recorded
from rapport.server.route.actions import NO_TEXTS, refresh
from rapport.server.route.models import Placement
from rapport.server.understand.actions import readings_of, row_of, save
from rapport.server.understand.models import Unsure

log = logging.getLogger(__name__)
BATCH = 64
TOGETHER = 1_024
"""Messages whose texts are fetched from the archive at once."""
PAUSE_SECONDS = 1.0
LAST_IN_LINE = 15
"""Added to the niceness of the thread: whatever else is to be done comes first."""
SETTLED = ("routed", "kept")
"""What is on its way is read when it has arrived."""


def run(stop: threading.Event) -> None:
    """Read again what is unsure, as it comes; nothing, where there is no deep reader."""
    tones = reader()
    if tones is None:
        stop.wait()
        return
    with suppress(OSError):  # only Linux knows the niceness of a thread
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST_IN_LINE)
    with at_work("deep", Unsure.objects.all()) as worker:
        while not stop.is_set():
            try:
                busy = turn(tones, worker)
            except Exception:  # the single turn that catches everything
                log.exception("The deep reader stumbled; it goes on in five seconds with others.")
                connection.close()
                stop.wait(5)
                continue
            if not busy:
                stop.wait(PAUSE_SECONDS)


def reader() -> Tones | None:
    """The deep reader of the settings. One that cannot be had is told of, and done without."""
    if settings.DEEP_READER is None:
        return None
    from rapport.core.understand import deep

    try:
        return deep.load(settings.DEEP_READER)
    except ReaderError as error:
        log.error("%s Until that is mended and the worker started again, the quick reader reads alone.", error)
        return None


def turn(tones: Tones, worker: str) -> int:
    """Read one batch of what is unsure. How many there were."""
    due = Unsure.objects.filter(message__state__in=SETTLED).order_by("-message")
    keys = claim(due, worker, now=timezone.now(), limit=BATCH)
    if keys:
        read_again(keys, tones, actor=worker)
    return len(keys)


def sweep(
    wanted: QuerySet[Message], tones: Tones, *, actor: str, progress: Callable[[int], None] = lambda messages: None
) -> int:
    """Read these again, oldest first; `progress` is told how many more have been. How many changed their reading.

    Whoever is interrupted begins again with what `to_sweep` then finds: what was read already is not read twice.
    """
    total = 0
    for some in _portions(wanted):
        texts = _texts(some)
        for first in range(0, len(some), BATCH):
            keys = [row.pk for row in some[first : first + BATCH]]
            total += read_again(keys, tones, actor=actor, texts=texts)
            progress(len(keys))
    return total


def _portions(wanted: QuerySet[Message]) -> Iterator[list[Message]]:
    """By when they were said, so that a portion lies in few months of the archive."""
    rest = wanted.only("network", "external_id", "published_at", "removed_at", "left_at", "content_hash")
    rest = rest.order_by("published_at", "pk")
    behind = Q()
    while some := list(rest.filter(behind)[:TOGETHER]):
        at, last = some[-1].published_at, some[-1].pk
        behind = Q(published_at__gt=at) | Q(published_at=at, pk__gt=last)
        yield some


def _texts(messages: Sequence[Message]) -> dict[int, str]:
    """Of those that left, what the archive says that they said."""
    if not any(row.left_at for row in messages):
        return {}
    from rapport.server.keep.words import words_of  # loaded when it is wanted: it takes 80 MB

    return {key: words["text"] or "" for key, words in words_of(messages).items()}


def to_sweep(tones: Tones, *, since: datetime | None = None, everything: bool = False) -> QuerySet[Message]:
    """What another reader read: what was published from then on, and of that what it was unsure of, or everything."""
    rows = _there().filter(state__in=SETTLED, reading__isnull=False)
    rows = rows.exclude(reading__reader__contains=tones.version())
    if since is not None:
        rows = rows.filter(published_at__gte=since)
    if not everything:  # and a reader of one's own is not overruled by a stranger's
        below = settings.DEEP_BELOW
        rows = rows.exclude(reading__reader__contains="head-tone-").filter(
            Q(reading__negative__lt=below, reading__neutral__lt=below, reading__positive__lt=below)
        )
    return rows


def read_again(keys: Sequence[int], tones: Tones, *, actor: str, texts: Mapping[int, str] = NO_TEXTS) -> int:
    """Read these messages by another reader of tone, outside any transaction, then put its readings in their place.

    A message that was edited or taken back meanwhile stays as it is, and so does one that left and whose text is not
    among `texts`. How many were read.
    """
    rows = list(_there().filter(pk__in=keys).select_related("author").order_by("pk"))
    rows = [row for row in rows if row.left_at is None or row.pk in texts]
    for row in rows:
        row.text = row.text if row.left_at is None else texts[row.pk]
    readings = readings_of(rows, tones)
    now = timezone.now()
    with recorded("messages.read_again", actor, reader=readings.version) as entry:
        there = _there().filter(pk__in=keys, state__in=SETTLED).select_for_update(of=("self",))
        still = dict(there.values_list("pk", "revision"))
        made = [
            row_of(row, reading, readings.version, now)
            for row, reading in zip(rows, readings.items)
            if still.get(row.pk) == row.revision
        ]
        save(made)
        mine = [one.message_id for one in made]
        Message.objects.filter(pk__in=mine).update(unarchived=True)
        lost = set(keys) - {row.pk for row in rows}  # whose text has gone
        Unsure.objects.filter(pk__in=[*mine, *lost]).delete()
        talks = Placement.objects.filter(message__in=mine).values_list("conversation_id", flat=True)
        refresh(talks, texts={row.pk: row.text for row in rows if row.left_at})
        entry.detail["messages"] = len(made)
        if not made and not lost:
            entry.silent()
    return len(made)


def _there() -> QuerySet[Message]:
    """What nobody took back, whether its text is here or in the archive."""
    return Message.objects.filter(removed_at=None)
