"""What was brought, translated into messages. Pure: bytes in, a page out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from rapport.connectors.html import to_text
from rapport.connectors.values import clean, links, read_time
from rapport.connectors.webhook.mapping import EVENTS, Place
from rapport.core.types import Author, Deletion, Message, Page, Reject, Span

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_EVENTS = 1_000
MAX_DIGITS = 20
MAX_TEXT = 65_536
KEPT_RAW_BYTES = 65_536
WHOLE = "the delivery"

Places = Mapping[str, Place]


def read_page(raw: bytes, places: Places, *, network: str, heard_at: datetime | None) -> Page:
    """All events of a delivery: messages, deletions, and why the rest cannot be understood.

    heard_at   the time of events that bear none; without it they are rejected
    """
    try:
        told = decoded(raw)
        events = _events(told, places)
    except Wrong as wrong:
        return Page(rejects=(Reject(WHOLE, str(wrong), raw[:KEPT_RAW_BYTES]),))
    messages: list[Message] = []
    deletions: list[Deletion] = []
    rejects: list[Reject] = []
    for number, event in enumerate(events, start=1):
        found = _read(event, places, network, heard_at)
        if isinstance(found, Message):
            messages.append(found)
        elif isinstance(found, Deletion):
            deletions.append(found)
        else:
            where = f"event {number}: {places['id'].text(event)[:200]}".rstrip(": ")
            rejects.append(Reject(where, found, _alone(event, places)))
    return Page(tuple(messages), tuple(deletions), tuple(rejects))


def _alone(event: Any, places: Places) -> bytes:
    itself = places[EVENTS].around(event) if EVENTS in places else event
    return json.dumps(itself).encode()[:KEPT_RAW_BYTES]


# -- JSON from strangers -----------------------------------------------------------------------------------------------


class Wrong(Exception):
    """Why a delivery cannot be read, in words for people."""


def decoded(raw: bytes) -> Any:
    """JSON that everybody reads alike: no name twice, no numbers that JSON does not know, nothing bottomless.

    >>> decoded(b'{"id": 1}')
    {'id': 1}
    """
    if len(raw) > MAX_BYTES:
        raise Wrong(f"it is larger than {MAX_BYTES:,} bytes")
    try:
        told = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number, parse_int=_int)
    except UnicodeDecodeError as error:
        raise Wrong(f"it is not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise Wrong(f"it nests deeper than {MAX_DEPTH}") from error
    except ValueError as error:
        raise Wrong(f"it is not JSON ({error})") from error
    if _depth(told) > MAX_DEPTH:
        raise Wrong(f"it nests deeper than {MAX_DEPTH}")
    return told


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Wrong(f"{next(name for name in names if names.count(name) > 1)[:60]!r} stands in one object twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise Wrong(f"{name} is not a number that JSON knows")


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Wrong(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _depth(told: Any) -> int:
    """How deep it nests; stops counting once that is too deep."""
    level, depth = [told], 0
    while level and depth <= MAX_DEPTH:
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [value for values in inner for value in values]
        depth += bool(inner)
    return depth


# -- events ------------------------------------------------------------------------------------------------------------


def _events(told: Any, places: Places) -> list[Any]:
    """Where the mapping says; else under "events", else a list as it stands, else the whole is one event."""
    found = told
    if EVENTS in places:
        found = places[EVENTS].value(told)
        if found is None:
            raise Wrong(f"nothing stands at {'.'.join(places[EVENTS].steps)}, where its events should be")
    elif isinstance(told, dict) and isinstance(told.get(EVENTS), list):
        found = told[EVENTS]
    events = found if isinstance(found, list) else [found]
    if not events:
        raise Wrong("there is no event in it")
    if len(events) > MAX_EVENTS:
        raise Wrong(f"it has more than {MAX_EVENTS:,} events; send them in several deliveries")
    return events


def _read(event: Any, places: Places, network: str, heard_at: datetime | None) -> Message | Deletion | str:
    if not isinstance(event, dict):
        return "it is not an object"
    told = {name: place.text(event).strip() for name, place in places.items()}
    if not told["id"]:
        return f"nothing stands at {'.'.join(places['id'].steps)}, where its id should be"
    if places["deleted"].holds(event, otherwise=False):
        return Deletion(network, told["id"])
    text, spans = _words(told, places, event)
    published = read_time(told["time"]) if told["time"] else heard_at
    if not text.strip():
        return f"nothing to read stands at {'.'.join(places['text'].steps)} or {'.'.join(places['html'].steps)}"
    if published is None:
        return f"a time that cannot be read: {told['time'][:60]!r}" if told["time"] else "it bears no time"
    # Without an id or a handle nobody can tell two people of one name apart: each of their messages has its own author.
    author = told["author"] or told["handle"] or f"author of {told['id']}"
    return Message(
        network=network,
        external_id=told["id"],
        author=Author(network, author, told["handle"], told["name"] or told["handle"], told["author_url"]),
        text=text,
        published_at=published,
        url=told["url"],
        thread_id=told["thread"] or told["parent"] or told["id"],
        parent_id=told["parent"],
        spans=spans,
        language=told["language"],
        edited_at=read_time(told["edited"]) if told["edited"] else None,
        addressed=places["addressed"].holds(event, otherwise=True),
    )


def _words(told: Mapping[str, str], places: Places, event: Any) -> tuple[str, tuple[Span, ...]]:
    text = places["text"].text(event)
    if text.strip() or not told["html"]:
        cut = clean(text[:MAX_TEXT])
        return cut, links(cut)
    return to_text(told["html"], base=told["url"])
