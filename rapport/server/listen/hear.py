"""The listener: hears every source of every channel, and stores what it brings.

Each cursor is leased by whoever is at it, so any number of listeners may run. Connectors block. Of what is asked from
time to time, a few are asked at once, and those that take long do not count, so that fifty slow feeds do not hold up a
good one; a stream gets a thread of its own for as long as it lasts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
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
from rapport.server.listen.actions import keep_cursors
from rapport.server.listen.matching import current
from rapport.server.listen.models import RECHECK, Channel, Cursor

log = logging.getLogger(__name__)
THREADS = 8
MOST_THREADS = 64
PROMPT_SECONDS = 4.0
"""Beyond that a source is slow, and another may be asked in its place."""
LEASE = timedelta(minutes=5)
RENEW_SECONDS = 30.0
BRIEFS_SECONDS = 2.0
"""How long a stream may go by briefs that were changed since."""
NOTHING_TO_STREAM = timedelta(hours=1)


def run(stop: threading.Event) -> None:
    asked: dict[int, float] = {}  # the sources that are being asked, and since when
    with (
        at_work("listener", Cursor.objects.all()) as worker,
        ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="listener") as pool,
    ):
        _keep_cursors()
        streams = Streams(worker, stop)

        def ask(key: int) -> None:
            try:
                hear(key, worker)
            finally:
                del asked[key]
                connection.close_if_unusable_or_obsolete()

        while not stop.is_set():
            streams.begin()
            key = None if _crowded(asked, time.monotonic()) else _next(worker)
            if key is None:
                stop.wait(0.25)
                continue
            asked[key] = time.monotonic()
            pool.submit(ask, key)
        streams.end()


def _crowded(asked: Mapping[int, float], now: float) -> bool:
    """Whether the next has to wait. Who takes long does not count: those wait for somebody else's machine, not ours."""
    prompt = sum(now - since < PROMPT_SECONDS for since in list(asked.values()))
    return prompt >= THREADS or len(asked) >= MOST_THREADS


def _keep_cursors() -> None:
    try:
        keep_cursors(actor="listener")
    except Exception:  # what there is can be listened to all the same
        log.exception("The listener could not look for new sources; it goes on.")


def _next(worker: str) -> int | None:
    try:
        now = timezone.now()
        due = Cursor.objects.filter(way="ask", channel__state="listening", next_at__lte=now).order_by("next_at")
        return next(iter(claim(due, worker, now=now, limit=1, lease=LEASE)), None)
    except Exception:  # the single turn that catches everything
        log.exception("The listener could not look for work; it goes on.")
        connection.close()
        return None


def _pages(cursor: Cursor) -> Iterator[Page]:
    connector = contract.load(cursor.channel.connector)
    account = account_of(cursor.channel, "recheck" if cursor.source == RECHECK else "listen")
    if cursor.source != RECHECK:
        return connector.fetch(account, cursor.source, cursor.value)
    if not isinstance(connector, contract.Rechecks):
        raise ConnectorError(f"{cursor.channel.connector} no longer tells what became of messages.", permanent=True)
    return recheck.pages(connector, account, cursor.channel, cursor.value, timezone.now())


def hear(key: int, worker: str) -> None:
    """One round of one source: page by page, each stored with its cursor before the next is asked for."""
    cursor = Cursor.objects.select_related("channel").get(pk=key)
    with _troubles(cursor, worker):
        for page in _pages(cursor):
            receiving.receive(page, cursor.channel, cursor.source, holder=worker)
            Cursor.objects.filter(pk=key, leased_by=worker).update(leased_until=timezone.now() + LEASE)
        Cursor.objects.filter(pk=key, leased_by=worker).update(
            next_at=timezone.now() + timedelta(seconds=cursor.every_seconds), tries=0, **LET_GO
        )


@contextmanager
def _troubles(cursor: Cursor, worker: str) -> Iterator[None]:
    """What goes wrong is noted where people see it; the cursor stays where it is."""
    try:
        yield
    except ConnectorError as error:
        log.warning("%s, %s: %s", cursor.channel.name, cursor.source, error)
        now = timezone.now()
        sign_in = isinstance(error, NeedsSignIn)
        cursor.refresh_from_db(fields=["tries"])
        receiving.fetch_failed(cursor, error, needs_sign_in=sign_in, now=now, actor="listener", holder=worker)
    except Exception as error:  # a connector may be a stranger's: its mistake stops its channel, not the listener
        log.exception("%s, %s: the connector stumbled.", cursor.channel.name, cursor.source)
        wrapped = ConnectorError(f"The connector stumbled: {type(error).__name__}: {error}")
        now = timezone.now()
        cursor.refresh_from_db(fields=["tries"])
        receiving.fetch_failed(cursor, wrapped, needs_sign_in=False, now=now, actor="listener", holder=worker)


# -- streams ---------------------------------------------------------------------------------------------------------


class Streams:
    """The streams that this listener is at, each in a thread of its own."""

    def __init__(self, worker: str, stop: threading.Event) -> None:
        self._worker = worker
        self._stop = stop
        self._threads: dict[int, threading.Thread] = {}
        self._next_look = 0.0

    def begin(self) -> None:
        """Take up those that are free and due. One that is just ending here is left alone until it has."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + 1.0
        self._threads = {key: thread for key, thread in self._threads.items() if thread.is_alive()}
        try:
            now = timezone.now()
            due = Cursor.objects.filter(way="stream", channel__state="listening", next_at__lte=now)
            free = due.exclude(pk__in=list(self._threads)).order_by("next_at")
            keys = claim(free, self._worker, now=now, limit=100, lease=LEASE)
        except Exception:  # the single turn that catches everything
            log.exception("The listener could not look for streams; it goes on.")
            connection.close()
            return
        for key in keys:
            thread = threading.Thread(target=self._listen, args=(key,), name=f"stream-{key}", daemon=True)
            self._threads[key] = thread
            thread.start()

    def end(self, seconds: float = 8.0) -> None:
        """Wait until they have stored what they were at."""
        until = time.monotonic() + seconds
        for thread in self._threads.values():
            thread.join(max(until - time.monotonic(), 0))

    def _listen(self, key: int) -> None:
        try:
            listen(key, self._worker, self._stop)
        except Exception:  # the database, most likely: the lease runs out, and somebody takes it up again
            log.exception("The stream %s could not be listened to.", key)
        finally:
            connection.close()


def listen(key: int, worker: str, stop: threading.Event) -> None:
    """One stream, page by page, for as long as it lasts, is ours, and is wanted."""
    cursor = Cursor.objects.select_related("channel").get(pk=key)
    mine = Cursor.objects.filter(pk=key, leased_by=worker)
    sieve = BriefSieve(cursor.channel)
    renewed = time.monotonic()
    with _troubles(cursor, worker), closing(_stream(cursor, sieve)) as pages:
        for page in pages:
            receiving.receive(page, cursor.channel, cursor.source, holder=worker)
            if stop.is_set() or not mine.filter(channel__state="listening").exists():
                mine.update(next_at=timezone.now(), **LET_GO)
                return
            if time.monotonic() - renewed > RENEW_SECONDS:
                renewed = time.monotonic()
                mine.update(leased_until=timezone.now() + LEASE)
        mine.update(next_at=timezone.now() + NOTHING_TO_STREAM, tries=0, **LET_GO)


def _stream(cursor: Cursor, sieve: contract.Sieve) -> Generator[Page, None, None]:
    connector = contract.load(cursor.channel.connector)
    if not isinstance(connector, contract.Streams):
        raise ConnectorError(f"{cursor.channel.connector} no longer has streams.", permanent=True)
    yield from connector.stream(account_of(cursor.channel), cursor.source, cursor.value, sieve)


class BriefSieve:
    """Whether any brief may match a text, by the briefs as they were at most two seconds ago."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._until = 0.0
        self._may_match: contract.Sieve = bool

    def __call__(self, text: str) -> bool:
        if time.monotonic() > self._until:
            self._look()
        return self._may_match(text)

    def _look(self) -> None:
        self._channel.refresh_from_db(fields=["keep_all", "addressed"])
        everything = self._channel.keep_all or self._channel.addressed
        self._may_match = _anything if everything else current().may_match
        self._until = time.monotonic() + BRIEFS_SECONDS


def _anything(text: str) -> bool:
    return True
