"""The parts of a query, frozen; `str` gives the one canonical way to write each, which parses to an equal part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
class Cased:
    """Words with capitals as in `written`; `words` is what they are when capitals are left aside."""

    words: Words
    written: tuple[str, ...]

    @property
    def field(self) -> str:
        return self.words.field

    def __str__(self) -> str:
        text = " ".join(self.written) + ("*" if self.words.prefix else "")
        return f"{_scope('case')}{text if len(self.written) == 1 else _quoted(text)}"


@dataclass(frozen=True, slots=True)
class Near:
    """The parts stand near each other: at most `between` other words from the first to the last of them.

    A part is Words, Cased, an Or of such, or another Near; all of them are about the same field. Each has a place of
    its own. They stand in any order, or when `ordered` in this one.
    """

    parts: tuple[Node, ...]
    between: int
    ordered: bool = False

    @property
    def field(self) -> str:
        return next(leaves(self)).field

    def __str__(self) -> str:
        first = self.parts[0]
        if not self.ordered and all(_alike(first, part) for part in self.parts):
            text = " ".join(_unscoped(part) for part in self.parts)
            return f"{_scope('case' if isinstance(first, Cased) else self.field)}{_quoted(text)}~{self.between}"
        operator = f" NEAR/{self.between}{'f' if self.ordered else ''} "
        return operator.join(f"({part})" if isinstance(part, Or | Near) else str(part) for part in self.parts)


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
        return f"-({self.part})" if isinstance(self.part, And | Or | Near) else f"-{self.part}"


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

Node = Everything | Words | Cased | Near | Is | Between | Present | Not | And | Or


def leaves(node: Node) -> Iterator[Words | Cased]:
    """The words and phrases of a part that can stand in a Near, from left to right."""
    match node:
        case Words() | Cased():
            yield node
        case Near(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)


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


def _alike(first: Node, part: Node) -> bool:
    """Whether both are single words that can share one pair of quotation marks."""
    if isinstance(first, Cased) and isinstance(part, Cased):
        return len(first.written) == len(part.written) == 1
    return isinstance(first, Words) and isinstance(part, Words) and len(first.words) == len(part.words) == 1


def _unscoped(part: Node) -> str:
    """The part without its field. No word holds a colon."""
    return str(part).rpartition(":")[2]


def _scope(field: str) -> str:
    return f"{field}:" if field else ""


def _quoted(text: str) -> str:
    return f'"{text}"'
