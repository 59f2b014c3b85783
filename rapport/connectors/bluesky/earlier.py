"""What was said earlier: the same lists as when listening, read downwards from the top.

A list has no entrance in its middle, so what is newer than wanted is read and let go; only the search can be asked for
a stretch of time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from rapport.connectors.bluesky import parse
from rapport.connectors.bluesky.api import BATCH, PAGE, List, batches, items_of, lists_of, with_context
from rapport.connectors.bluesky.bookmark import Item
from rapport.connectors.bluesky.session import SignedIn, signed_in
from rapport.connectors.contract import Account
from rapport.core.types import Page

MOST_COUNTED = 20
"""Pages of a hundred; what has more is not counted before it is fetched."""


def bring_back(account: Account, source: str, since: datetime, until: datetime, cursor: str) -> Iterator[Page]:
    """Newest first, list by list. A page whose list goes on bears the place where its answer began: it may come twice,
    and is never skipped."""
    lists = lists_of(source, account.config)
    if not lists:
        return
    first, place = _read(cursor)
    with signed_in(account) as session:
        for number, wanted in enumerate(lists[first:], start=first):
            yield from _down(session, wanted, since, until, number, place if number == first else "")


def count(account: Account, source: str, since: datetime, until: datetime) -> int | None:
    """How many messages the lists name there; None when that takes too many pages."""
    names: set[str] = set()
    lists = lists_of(source, account.config)
    if not lists:
        return 0
    with signed_in(account) as session:
        for wanted in lists:
            for number, (items, _, _) in enumerate(_answers(session, wanted, since, until, "")):
                if number >= MOST_COUNTED:
                    return None
                names |= {item.name for item in items if item.named}
    return len(names)


def _down(session: SignedIn, wanted: List, since: datetime, until: datetime, number: int, place: str) -> Iterator[Page]:
    shown: set[str] = set()
    for items, here, below in _answers(session, wanted, since, until, place):
        chunks = batches(items, BATCH) or [[]]
        for chunk in chunks:
            page = parse.page({wanted.shape: [item.raw for item in chunk]}, session.did)
            page = with_context(session, page, shown)
            there = (number, here) if chunk is not chunks[-1] else (number, below) if below else (number + 1, "")
            yield replace(page, cursor=json.dumps(there))


def _answers(
    session: SignedIn, wanted: List, since: datetime, until: datetime, place: str
) -> Iterator[tuple[list[Item], str, str]]:
    """What lies within the stretch, an answer at a time, with where it began and where it goes on ("": nowhere)."""
    least, most = (int(at.timestamp() * 1000) for at in (since, until))
    lowest = most
    while True:
        answer = session.ask(wanted.method, limit=PAGE, cursor=place or None, **_asked(wanted, since, until))
        items = list(items_of(answer, wanted.shape, lowest))
        below = str(answer.get("cursor") or "")
        if below == place or not items or items[-1].at < least:
            below = ""
        yield [item for item in items if least <= item.at < most], place, below
        if not below:
            return
        lowest, place = min(lowest, items[-1].at), below


def _asked(wanted: List, since: datetime, until: datetime) -> Mapping[str, Any]:
    if wanted.shape != "posts":
        return wanted.parameters
    return {**wanted.parameters, "since": _moment(since), "until": _moment(until)}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(cursor: str) -> tuple[int, str]:
    try:
        number, place = json.loads(cursor or '[0, ""]')
        return int(number), str(place)
    except (ValueError, TypeError):
        return 0, ""
