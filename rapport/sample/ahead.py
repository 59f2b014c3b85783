"""Tells the sample's year in a process of its own, beside what comes before it is wanted: starting Django, the tables.

That process neither needs nor has a database. It ends with whoever asked for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection

from rapport.sample import simulate
from rapport.sample.world import Truth, World

Year = Callable[[], tuple[World, Truth]]
"""Waits for the year; to be asked once."""


def begin(*, seed: int, scale: float) -> Year:
    here, there = Pipe(duplex=False)
    teller = Process(target=_tell, args=(here, there, seed, scale, datetime.now(UTC)), daemon=True)
    teller.start()
    there.close()  # else nobody would hear that the teller is gone
    return here.recv


def _tell(here: Connection, there: Connection, seed: int, scale: float, until: datetime) -> None:
    here.close()  # so that it breaks off when nobody listens any more
    there.send(simulate(seed, scale, until))
