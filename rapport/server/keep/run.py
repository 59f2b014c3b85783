"""The archivist: one process writes the archive when it is time, verifies it every day, and lets old texts go.

It is started for each turn and ends with it, for what it needs of memory is needed for seconds only: the libraries of
the archive and their caches take a fifth of a gigabyte. The worker watches when it is time.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
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
from rapport.server.keep.queries import head, is_time, to_clean
from rapport.server.run import FRUGAL

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=30)
PAUSE_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
DAY = timedelta(days=1)
ENGINES = {
    **FRUGAL,
    "POLARS_MAX_THREADS": "1",
    "TOKIO_WORKER_THREADS": "1",
    "_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:0,muzzy_decay_ms:0",
}
"""Each thread of these libraries has memory of its own; one takes less, and no longer. What is no longer used goes back
to the system at once, whoever took it (glibc, or the allocator of Polars). What you set comes first."""


def run(stop: threading.Event) -> None:
    """Start an archivist whenever there is something for it to do."""
    well = False  # whoever was at it before us may have died: then its lease is no reason to wait
    while not stop.is_set():
        try:
            if wanted(timezone.now(), whoever_holds_it=not well):
                well = _archivist(stop) == 0
        except Exception:  # the single turn that catches everything
            log.exception("No archivist could be started; that is tried again in five seconds.")
            connection.close()
            stop.wait(5)
        stop.wait(PAUSE_SECONDS)


def wanted(now: datetime, *, whoever_holds_it: bool = False) -> bool:
    """Whether there is something to do that nobody is doing."""
    at = head()
    busy = at.leased_until is not None and at.leased_until >= now and not whoever_holds_it
    return not busy and (is_time(now) or _to_verify(now) or _to_leave(now))


def _archivist(stop: threading.Event) -> int:
    """One turn, in a process of its own. How it ended."""
    environment = {**ENGINES, **os.environ}
    process = subprocess.Popen([sys.executable, "-m", "rapport.cli", "archive", "turn"], env=environment)
    while process.poll() is None:
        if stop.wait(0.1):
            process.terminate()  # it may be ended at any point
            return process.wait()
    return process.returncode


def one_turn() -> bool:
    """What the process does."""
    with at_work("archivist", ArchiveHead.objects.all()) as worker:
        return turn(worker)


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
            # One or the other: each needs libraries of its own, and the two together 25 MB more.
            (actions.clean if to_clean() else actions.enter)(actor=worker)
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
