"""An item that cannot be stored is set aside with its payload, so that the rest of its page and the stream go on.

It is tried three times: with its page, a minute and then five minutes later. After that it waits for a person.
What cannot be *understood* is there at once, for trying the same parser again would say the same.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, transaction

from rapport.core import types
from rapport.core.types import Page
from rapport.server.listen.models import Quarantined

MAX_RAW = 256 * 1024
TRIES = 3
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))
SYSTEMIC = 5
"""When so many items of one page have failed alone, it is not the items: the page stays where it is."""

UNDECIDED = ("trying", "waiting")
TELLING = 6
"""An id of at least so many characters is looked for within payloads; a shorter one would be found everywhere."""

NOT_THE_ITEM = (OperationalError, InterfaceError, MemoryError)
"""The database is away, locked or full: nothing is wrong with what it was to store."""

T = TypeVar("T")
SetAside = Callable[[types.Message | types.Deletion, Exception], None]


def sift(page: Page, store: Callable[[Page], T], set_aside: SetAside) -> list[T]:
    """Store a page, in halves where it fails, down to the items that fail alone; these are set aside.

    Within the transaction of the page: what is stored, what is set aside and the cursor are saved together.
    """
    failed: list[Exception] = []

    def attempt(part: Page) -> Iterator[T]:
        try:
            with transaction.atomic():
                done = store(part)
        except NOT_THE_ITEM:
            raise
        except Exception as error:  # whatever it is, it may be this one item's
            halves = _halves(part)
            if halves:
                for half in halves:
                    yield from attempt(half)
                return
            alone: list[types.Message | types.Deletion] = [*part.messages, *part.deletions]
            failed.append(error)
            if not alone or len(failed) > SYSTEMIC:
                raise
            set_aside(alone[0], error)
        else:
            yield done

    return list(attempt(page))


PARTS = ("departures", "rejects", "deletions", "messages")


def _halves(page: Page) -> tuple[Page, Page] | None:
    """A page in two: first one kind of thing apart from the others, then the items. None when one item is left."""
    first, *others = [name for name in PARTS if getattr(page, name)] or [""]
    if others:
        return _with(page, dict.fromkeys(others, ())), _with(page, {first: ()})
    items = getattr(page, first) if first else ()
    if len(items) < 2:
        return None
    middle = len(items) // 2
    return _with(page, {first: items[:middle]}), _with(page, {first: items[middle:]})


def _with(page: Page, items: dict[str, Any]) -> Page:
    return replace(page, **items)


def next_try(tries: int, now: datetime) -> datetime:
    return now + PAUSES[min(tries, len(PAUSES)) - 1]


# -- the payload of what was understood ------------------------------------------------------------------------------


def written(item: types.Message | types.Deletion) -> bytes:
    """A message as bytes, to be tried again later.

    It is the message itself that is kept and not what came over the wire: the page that it came with is long gone.
    """
    return json.dumps({type(item).__name__: asdict(item)}, default=str).encode()


def read(raw: bytes) -> Page:
    """What `written` wrote, as a page of one. Raises ValueError for anything else."""
    found = json.loads(raw)
    if "Deletion" in found:
        return Page(deletions=(types.Deletion(**found["Deletion"]),))
    said: dict[str, Any] = found["Message"]
    said["author"] = types.Author(**said["author"])
    said["spans"] = tuple(types.Span(**span) for span in said["spans"])
    for name in ("published_at", "edited_at"):
        said[name] = datetime.fromisoformat(said[name]) if said[name] else None
    return Page(messages=(types.Message(**said),))


# -- payloads do not stay --------------------------------------------------------------------------------------------


def erase(gone: Iterable[types.Deletion | types.Departure]) -> int:
    """What its author took back goes from quarantine too: whatever names its id, or theirs, or has it within."""
    names: dict[str, set[str]] = defaultdict(set)
    for one in gone:
        names[one.network] |= {one.external_id, one.external_id.rpartition("/")[2]}
    rows = Quarantined.objects.filter(channel__network__in=list(names), state__in=UNDECIDED)
    keys = [
        row.pk
        for row in rows.select_related("channel").iterator(chunk_size=50)  # usually there is none at all
        if any(_names(row, name) for name in names[row.channel.network])
    ]
    return Quarantined.objects.filter(pk__in=keys).update(
        state="erased", raw=b"", where="", reason="Its author took it back."
    )


def _names(row: Quarantined, name: str) -> bool:
    return row.where == name[:300] or (len(name) >= TELLING and name.encode() in bytes(row.raw))


def expire(before: datetime) -> int:
    """Payloads that are older go; that they were there stays on record."""
    old = Quarantined.objects.filter(at__lt=before)
    old.filter(state__in=UNDECIDED).update(state="erased")
    return old.exclude(raw=b"").update(raw=b"")
