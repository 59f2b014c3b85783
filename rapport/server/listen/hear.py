"""The listener: asks every source of every channel when its time has come, and stores what it brings.

Each cursor is leased by whoever asks, so any number of listeners may run. Connectors block; each question gets a thread
of a small pool, so that a slow feed does not hold up the others.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from rapport.connectors import contract
from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.types import Page
from rapport.server.alive import at_work
from rapport.server.claim import LET_GO, claim
from rapport.server.listen import receiving, recheck
from rapport.server.listen.accounts import account_of
from rapport.server.listen.models import RECHECK, Cursor

log = logging.getLogger(__name__)
THREADS = 8
LEASE = timedelta(minutes=5)


def run(stop: threading.Event) -> None:
    with (
        at_work("listener", Cursor.objects.all()) as worker,
        ThreadPoolExecutor(THREADS, thread_name_prefix="listener") as pool,
    ):
        room = threading.Semaphore(THREADS)

        def ask(key: int) -> None:
            try:
                hear(key, worker)
            finally:
                room.release()
                connection.close_if_unusable_or_obsolete()

        while not stop.is_set():
            key = _next(worker) if room.acquire(timeout=0.5) else None
            if key is None:
                stop.wait(0.5)
                room.release()
                continue
            pool.submit(ask, key)


def _next(worker: str) -> int | None:
    try:
        now = timezone.now()
        due = Cursor.objects.filter(channel__state="listening", next_at__lte=now).order_by("next_at")
        return next(iter(claim(due, worker, now=now, limit=1, lease=LEASE)), None)
    except Exception:  # the single turn that catches everything
        log.exception("The listener could not look for work; it goes on.")
        connection.close()
        return None


def _pages(cursor: Cursor) -> Iterator[Page]:
    connector, account = contract.load(cursor.channel.connector), account_of(cursor.channel)
    if cursor.source != RECHECK:
        return connector.fetch(account, cursor.source, cursor.value)
    if not isinstance(connector, contract.Rechecks):
        raise ConnectorError(f"{cursor.channel.connector} no longer tells what became of messages.", permanent=True)
    return recheck.pages(connector, account, cursor.channel, cursor.value, timezone.now())


def hear(key: int, worker: str) -> None:
    """One round of one source: page by page, each stored with its cursor before the next is asked for."""
    cursor = Cursor.objects.select_related("channel").get(pk=key)
    try:
        for page in _pages(cursor):
            receiving.receive(page, cursor.channel, cursor.source, holder=worker)
            Cursor.objects.filter(pk=key, leased_by=worker).update(leased_until=timezone.now() + LEASE)
    except ConnectorError as error:
        log.warning("%s, %s: %s", cursor.channel.name, cursor.source, error)
        now = timezone.now()
        sign_in = isinstance(error, NeedsSignIn)
        receiving.fetch_failed(cursor, error, needs_sign_in=sign_in, now=now, actor="listener", holder=worker)
    except Exception as error:  # a connector may be a stranger's: its mistake stops its channel, not the listener
        log.exception("%s, %s: the connector stumbled.", cursor.channel.name, cursor.source)
        wrapped = ConnectorError(f"The connector stumbled: {type(error).__name__}: {error}")
        now = timezone.now()
        receiving.fetch_failed(cursor, wrapped, needs_sign_in=False, now=now, actor="listener", holder=worker)
    else:
        Cursor.objects.filter(pk=key, leased_by=worker).update(
            next_at=timezone.now() + timedelta(seconds=cursor.every_seconds), tries=0, **LET_GO
        )
