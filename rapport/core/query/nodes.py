"""The parts of a query, frozen; `str` gives the one canonical way to write each, which parses to an equal part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_BARE = re.compile(r'(?!/)[^\s()"“”„]+')


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches every message."""

    def __str__(self) -> str:
        return "*"


@dataclass(frozen=True, slots=True)
class Words:
    """These words, one behind the other, in the text or in a field; of the last only its beginning when `prefix`."""

    words: tuple[str, ...]
    prefix: bool = False
    field: str = ""

    def __str__(self) -> str:
        text = " ".join(self.words) + ("*" if self.prefix else "")
        return f"{_scope(self.field)}{text if len(self.words) == 1 else _quoted(text)}"


@dataclass(frozen=True, slots=True)
class Is:
    """A field has this value, or one that begins with it."""

    field: str
    value: str
    prefix: bool = False

    def __str__(self) -> str:
        text = self.value + ("*" if self.prefix else "")
        return f"{_scope(self.field)}{text if _BARE.fullmatch(text) else _quoted(text)}"


@dataclass(frozen=True, slots=True)
class Between:
    """A number or a time lies between two ends. None leaves an end open; `above` and `below` exclude the end itself.

    `written` is how the query put it, without blanks: `>3`, `2026-01..2026-03`.
    """

    field: str
    written: str
    low: float | datetime | None = None
    high: float | datetime | None = None
    above: bool = False
    below: bool = False

    def __str__(self) -> str:
        return f"{_scope(self.field)}{self.written}"


@dataclass(frozen=True, slots=True)
class Present:
    """A field has a value at all."""

    field: str

    def __str__(self) -> str:
        return f"{_scope(self.field)}*"


@dataclass(frozen=True, slots=True)
class Not:
    part: Node

    def __str__(self) -> str:
        return f"-({self.part})" if isinstance(self.part, And | Or) else f"-{self.part}"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(f"({part})" if isinstance(part, And) else str(part) for part in self.parts)


FieldTerm = Is | Between | Present
"""A part that asks for a field's value and not for words."""

Node = Everything | Words | Is | Between | Present | Not | And | Or


def all_of(parts: Iterable[Node]) -> Node:
    """The parts joined by AND: nested ANDs flattened, repetitions and `*` dropped."""
    flat = _flat(And, parts)
    flat.pop(Everything(), None)
    return _joined(And, flat) if flat else Everything()


def any_of(parts: Iterable[Node]) -> Node:
    """The parts joined by OR: nested ORs flattened, repetitions dropped; with a `*` it is everything."""
    flat = _flat(Or, parts)
    return Everything() if Everything() in flat else _joined(Or, flat)


def none_of(part: Node) -> Node:
    """The opposite of a part; the opposite of an opposite is the part itself."""
    return part.part if isinstance(part, Not) else Not(part)


def _flat(kind: type[And] | type[Or], parts: Iterable[Node]) -> dict[Node, None]:
    return dict.fromkeys(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,)))


def _joined(kind: type[And] | type[Or], parts: dict[Node, None]) -> Node:
    return next(iter(parts)) if len(parts) == 1 else kind(tuple(parts))


def _scope(field: str) -> str:
    return f"{field}:" if field else ""


def _quoted(text: str) -> str:
    return f'"{text}"'
