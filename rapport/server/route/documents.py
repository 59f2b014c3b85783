"""Messages as the query language sees them once they are read and placed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from rapport.core.query import Query, hosts
from rapport.core.query.nodes import And, Everything, Node, Not, Or
from rapport.core.types import Document, Span
from rapport.server.listen.models import Message

RELATED = (
    "author",
    "channel",
    "reading",
    "set_aside",
    "placement__conversation__team",
    "placement__conversation__assignee",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field stands, seen from the message, and what becomes of it; None means that it is not known yet."""

    paths: tuple[str, ...]
    value: Callable[..., Any] = lambda value: value


def _states(
    state: str | None, answered: datetime | None, owner: int | None, due: datetime | None, noise: bool | None
) -> Any:
    """The words that `is:` knows, as far as they are true of this message and its conversation."""
    if state is None:
        return ("noise",) if noise else None
    true = {
        state: True,
        "answered": answered is not None,
        "unowned": owner is None,
        "late": due is not None and due < timezone.now() and state == "open",
        "noise": bool(noise),
    }
    return tuple(word for word, holds in true.items() if holds)


_TALK = "placement__conversation__"
SOURCES: dict[str, Source] = {
    "author": Source(("author__handle", "author__name"), lambda handle, name: (handle, name)),
    "followers": Source(("author__followers",)),
    "network": Source(("network",)),
    "site": Source(("url",), lambda url: tuple(hosts(url))),
    "channel": Source(("channel__name",)),
    "published": Source(("published_at",)),
    "heard": Source(("heard_at",)),
    "addressed": Source(("addressed",)),
    "language": Source(("reading__language",)),
    "tone": Source(("reading__tone",)),
    "kind": Source(("reading__kinds",), lambda kinds: None if kinds is None else tuple(kinds)),
    "urgency": Source(("reading__urgency",)),
    "private": Source(("reading__private",), lambda private: None if private is None else bool(private)),
    "sensitive": Source(("reading__hints",), lambda hints: None if hints is None else bool(hints)),
    "is": Source(
        (f"{_TALK}state", f"{_TALK}first_answer_at", f"{_TALK}assignee_id", f"{_TALK}due_at", "set_aside__hidden"),
        _states,
    ),
    "team": Source((f"{_TALK}team__slug",)),
    "owner": Source((f"{_TALK}assignee__name",)),
}
IN_SPANS = frozenset({"link", "host", "hashtag", "handle"})


def document(message: Message, fields: Collection[str] = SOURCES.keys()) -> Document:
    """With these fields. `message` comes with RELATED selected, as far as they need it."""
    known = _known(fields, lambda path: _follow(message, path))
    return Document(message.text, message.text_spans, known)


def columns(fields: Collection[str]) -> tuple[str, ...]:
    """What to ask the database for `of_row`."""
    paths = dict.fromkeys(path for name in sorted(fields) if name in SOURCES for path in SOURCES[name].paths)
    return ("id", "published_at", "text", *(["spans"] if IN_SPANS & set(fields) else []), *paths)


def of_row(row: Mapping[str, Any], fields: Collection[str]) -> Document:
    """The same document, from `columns(fields)` and without a message: thousands are looked at, a few are shown."""
    return Document(row["text"], tuple(Span(*span) for span in row.get("spans", ())), _known(fields, row.__getitem__))


def _known(fields: Collection[str], at: Callable[[str], Any]) -> dict[str, Any]:
    values = {name: SOURCES[name].value(*map(at, SOURCES[name].paths)) for name in fields if name in SOURCES}
    return {name: value for name, value in values.items() if value is not None}


def _follow(message: Message, path: str) -> Any:
    value: Any = message
    for name in path.split("__"):
        value = getattr(value, name, None)
        if value is None:
            return None
    return value


def fields_of(query: Query) -> frozenset[str]:
    """The fields that a query asks for."""
    return frozenset(_fields(query.root))


def _fields(node: Node) -> Iterator[str]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _fields(part)
        case Not(part):
            yield from _fields(part)
        case Everything():
            return
        case _:
            yield node.field
