"""The box for the query language: reading what was typed, what is wrong with it, and what can be completed."""

from __future__ import annotations

from dataclasses import dataclass

from rapport.core.errors import QueryError
from rapport.core.query import Fields, Query, parse


@dataclass(frozen=True, slots=True)
class Mistake:
    """The query cut at the character that is wrong, and what to do about it."""

    before: str
    wrong: str
    after: str
    words: str

    @classmethod
    def of(cls, error: QueryError, text: str) -> Mistake:
        at = error.position
        return cls(text[:at], text[at : at + 1], text[at + 1 :], error.message)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed: a query, or a mistake. Nothing typed is neither."""

    text: str
    query: Query | None = None
    mistake: Mistake | None = None

    @classmethod
    def read(cls, text: str, fields: Fields) -> Asked:
        text = text.strip()
        if not text:
            return cls(text)
        try:
            return cls(text, query=parse(text, fields=fields))
        except QueryError as error:
            return cls(text, mistake=Mistake.of(error, text))


def completions(fields: Fields, **values: list[str]) -> dict[str, list[str]]:
    """Every field and the values that it can have, as far as they are known; `values` adds some."""
    known = {spec.name: ["yes", "no"] if spec.kind == "flag" else list(spec.choices) for spec in fields.values()}
    return known | {name: [quoted(value) for value in given] for name, given in values.items() if name in known}


def quoted(value: str) -> str:
    """A value as one writes it behind a colon.

    >>> quoted("harbour"), quoted("Our harbour")
    ('harbour', '"Our harbour"')
    """
    plain = value.replace('"', "")
    return plain if plain and all(letter.isalnum() or letter in "-_." for letter in plain) else f'"{plain}"'


def number(text: str) -> int | None:
    """A number of a row, as an address or a form carries it; None when it can be none.

    >>> number("12"), number("²"), number("-1"), number("9" * 5_000)
    (12, None, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
