"""The worker: claim a batch, take one step, save or say why not."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from rapport.server import flow, timetable
from rapport.server.alive import at_work
from rapport.server.claim import LET_GO, claim
from rapport.server.listen import imports
from rapport.server.listen.models import Import, Message
from rapport.server.route import exports
from rapport.server.route.models import Export
from rapport.server.timetable import Appointment

log = logging.getLogger(__name__)
BATCH = 200
TRIES = 8
SYSTEMIC = 5
Step = Callable[..., None]


def run(stop: threading.Event) -> None:
    others = (Import.objects.all(), Export.objects.all(), Appointment.objects.all())
    with at_work("worker", Message.objects.filter(flow.to_do("message")), *others) as worker:
        while not stop.is_set():
            try:
                busy = turn(worker)
            except Exception:  # the single turn that catches everything
                log.exception("The worker stumbled; it goes on in five seconds.")
                connection.close()
                stop.wait(5)
                continue
            if not busy:
                stop.wait(0.25)


def turn(worker: str) -> int:
    """Take every step once, then what the timetable and the imports have due. How many rows were moved."""
    return messages(worker) + timetable.turn(worker) + imports.turn(worker) + exports.turn(worker)


def messages(worker: str) -> int:
    """One batch of each step, in the order of the map; live messages go before imported ones."""
    moved = 0
    for state, name in flow.FLOWS["message"].steps():
        now = timezone.now()
        due = Message.objects.filter(state=state, next_try_at__lte=now).order_by("imported", "id")
        if keys := claim(due, worker, now=now, limit=BATCH):
            attempt(step(name), keys, worker)
            moved += len(keys)
    return moved


def settle(worker: str, *, rounds: int = 10_000) -> int:
    """Take steps until nothing is left to do now; for imports, the sample and tests."""
    total = 0
    for _ in range(rounds):
        moved = messages(worker)
        if not moved:
            return total
        total += moved
    return total


def attempt(take: Step, keys: Sequence[int], worker: str, failed: list[int] | None = None) -> None:
    """Take the step for the batch; when it fails, halve the batch until the row that fails stands alone.

    When several rows in turn have failed alone, it is not the rows: the rest of the batch waits untried.
    """
    failed = [] if failed is None else failed
    try:
        take(keys, actor=worker)
    except Exception as error:  # of the worker's turn: it knows the rows and the step
        if len(keys) > 1 and len(failed) < SYSTEMIC:
            half = len(keys) // 2
            attempt(take, keys[:half], worker, failed)
            attempt(take, keys[half:], worker, failed)
            return
        log.exception("The step %s failed for %s messages, the first is %s.", take.__name__, len(keys), keys[0])
        failed += keys
        _put_off(keys, error)


def _put_off(keys: Sequence[int], error: Exception) -> None:
    tries = Message.objects.filter(pk__in=keys).aggregate(most=Max("tries"))["most"] or 0
    Message.objects.filter(pk__in=keys).update(
        tries=min(tries + 1, TRIES),
        next_try_at=timezone.now() + timedelta(seconds=min(10 * 2**tries, 6 * 3600)),
        trouble=f"{type(error).__name__}: {error}"[:500],
        **LET_GO,
    )


@cache
def step(name: str) -> Step:
    module, _, function = name.rpartition(".")
    found: Step = getattr(importlib.import_module(f"rapport.server.{module}"), function)
    return found
