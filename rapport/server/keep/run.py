"""The archivist: one process writes the archive when it is time, verifies it every night, and lets old texts go."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from rapport.core.errors import ArchiveError
from rapport.server.alive import at_work
from rapport.server.claim import LET_GO, claim
from rapport.server.keep.models import ArchiveHead
from rapport.server.keep.queries import head, is_time

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=30)
PAUSE_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
DAY = timedelta(days=1)


def run(stop: threading.Event) -> None:
    with at_work("archivist", ArchiveHead.objects.all()) as worker:
        while not stop.is_set():
            try:
                turn(worker)
            except Exception:  # the single turn that catches everything
                log.exception("The archivist stumbled; it goes on in five seconds.")
                connection.close()
                stop.wait(5)
            stop.wait(PAUSE_SECONDS)


def turn(worker: str) -> bool:
    """Do what it is time for. Whether there was anything."""
    now = timezone.now()
    to_write, to_verify, to_leave = is_time(now), _to_verify(now), _to_leave(now)
    if not (to_write or to_verify or to_leave) or not _claim(worker):
        return False
    # Loaded when it is wanted: see `queries.py`.
    from rapport.server.keep import actions
    from rapport.server.keep.leaving import leave
    from rapport.server.keep.verify import verify

    try:
        if to_write:
            actions.write(actor=worker)
        if to_verify:
            verify(actor=worker, progress=lambda month: _hold(worker))
        if to_leave:
            leave(now, actor=worker)
        actions.well(actor=worker)
    except ArchiveError as error:
        log.warning("%s", error)
        actions.failed(error, now=now, actor=worker)
    finally:
        _let_go(worker)
    return True


@contextmanager
def alone() -> Iterator[str]:
    """For commands: the archive is ours alone until the end of the block."""
    with at_work("archivist", ArchiveHead.objects.all()) as worker:
        until = time.monotonic() + PATIENCE_SECONDS
        while not _claim(worker):
            if time.monotonic() > until:
                raise ArchiveError("The archive is being written by another process; try again in a minute.")
            time.sleep(0.2)
        try:
            yield worker
        finally:
            _let_go(worker)


def _to_verify(now: datetime) -> bool:
    """When somebody asks for it, and every day at the hour at which it was done first; a new archive waits a day."""
    at = head()
    if at.asked and not at.must_wait(now):
        return True
    since = at.verified_at or at.written_at
    return since is not None and since + DAY <= now and not at.must_wait(now)


def _to_leave(now: datetime) -> bool:
    at = head()
    return bool(settings.HOT_DAYS) and (at.emptied_at is None or at.emptied_at + DAY <= now) and not at.must_wait(now)


def _claim(worker: str) -> bool:
    head()
    return bool(claim(ArchiveHead.objects.filter(pk=1), worker, now=timezone.now(), limit=1, lease=LEASE))


def _hold(worker: str) -> None:
    ArchiveHead.objects.filter(pk=1, leased_by=worker).update(leased_until=timezone.now() + LEASE)


def _let_go(worker: str) -> None:
    ArchiveHead.objects.filter(pk=1, leased_by=worker).update(**LET_GO)
