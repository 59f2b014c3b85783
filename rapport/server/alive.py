"""Signs of life: which workers are dead for certain, so that what they held need not wait until its lease runs out.

A worker holds the lock of a file that bears its name, in RAPPORT_HOME. The kernel lets go of that lock when the process
ends, however it ends. A file whose lock is free therefore belongs to a dead worker; a worker that hangs still holds its
lock; and of a worker on another machine there is no file, so its leases run their time.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from rapport.server.claim import worker_name


@contextmanager
def at_work(part: str, *leased: QuerySet[Any]) -> Iterator[str]:
    """A worker's name, for as long as it works. First, the leases that dead workers of its kind left end now."""
    folder: Path = settings.HOME.folder("workers")
    name = worker_name(part)
    draft = folder / f".{name}"  # it gets its name when it is locked: without a lock it would be taken for dead
    with draft.open("w") as sign:
        fcntl.flock(sign, fcntl.LOCK_EX)
        draft.rename(folder / name)
        gone = [file for file in folder.glob(f"{part}-*") if is_dead(file)]
        for rows in leased:
            end_leases(rows, [file.name for file in gone])
        for file in gone:
            file.unlink(missing_ok=True)
        try:
            yield name
        finally:
            (folder / name).unlink(missing_ok=True)


def is_dead(sign: Path) -> bool:
    """Whether the worker whose sign this is has ended."""
    try:
        with sign.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # it holds its lock, or has just gone in good order
        return False
    return True


def end_leases(rows: QuerySet[Any], workers: list[str]) -> int:
    now = timezone.now()
    return rows.filter(leased_by__in=workers, leased_until__gt=now).update(leased_until=now) if workers else 0
