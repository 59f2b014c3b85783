"""Reading a query: the grammar is in `grammar.lark`; here are its limits, its errors, and what its words stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import cache

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters

from rapport.core.errors import QueryError
from rapport.core.query.fields import SEARCH_FIELDS, Fields, FieldSpec
from rapport.core.query.hosts import hosts
from rapport.core.query.match import Query, value_key
from rapport.core.query.nodes import (
    Between,
    Cased,
    Everything,
    Is,
    Near,
    Node,
    Or,
    Present,
    Words,
    all_of,
    any_of,
    leaves,
    none_of,
)
from rapport.core.query.words import as_written, tokens

LONGEST = 16_000
"""Characters in a query."""

DEEPEST = 50
"""Parentheses and NOTs inside each other."""

MOST = 2_000
"""Terms in a query."""

FURTHEST = 200
"""Other words that may stand between those that are near each other."""

MOST_NEAR = 10
"""Parts that stand near each other."""

_TERMS = {"WORD", "PHRASE", "WINDOW"}
_SHOWN = {"_AND": "AND", "_OR": "OR", "NOT": "NOT", "MINUS": "-", "_LPAR": "(", "_RPAR": ")"}
_OF_THE_TEXT = {"text", "case"}
_JOINING = {"_AND", "_OR", "NEAR"}
_NEED_MORE = {*_JOINING, "NOT", "MINUS", "FIELD"}


def parse(text: str, fields: Fields = SEARCH_FIELDS) -> Query:
    """Read a query that may use these fields.

    Raises QueryError, which points at the character and says in plain words what is wrong with it.

    >>> str(parse("ferry AND (late OR canc*) NOT tone:positive"))
    'ferry (late OR canc*) -tone:positive'
    >>> parse("ferry (late")
    Traceback (most recent call last):
    ...
    rapport.core.errors.QueryError: A closing parenthesis is missing for the one at character 7.
    """
    if len(text) > LONGEST:
        raise _error(f"A query has at most {LONGEST:,} characters, and this one has {len(text):,}.", LONGEST, text)
    _check(text, list(_lexed(text)))
    return Query(_Reader(text, fields).node(_grammar().parse(text), None))


@cache
def _grammar() -> Lark:
    return Lark.open("grammar.lark", rel_to=__file__, parser="lalr", lexer="basic", propagate_positions=True)


def _error(message: str, position: int, text: str) -> QueryError:
    return QueryError(message, position=position, text=text)


# -- what the grammar would refuse, said in plain words --------------------------------------------------------------


def _lexed(text: str) -> Iterator[Token]:
    try:
        yield from _grammar().lex(text)
    except UnexpectedCharacters as error:
        # The grammar takes every character but a quotation mark that nothing closes.
        place = error.pos_in_stream or 0
        message = f"A closing quotation mark is missing for the one at character {place + 1}."
        raise _error(message, place, text) from None


def _check(text: str, lexed: list[Token]) -> None:
    _check_parentheses(text, lexed)
    _check_size(text, lexed)
    before: Token | None = None
    for token in lexed:
        _check_pair(text, before, token)
        before = token
    if before is not None and before.type in _NEED_MORE:
        raise _error(f"Something is missing after {_name(before)}.", len(text), text)


def _check_parentheses(text: str, lexed: list[Token]) -> None:
    opened: list[int] = []
    for token in lexed:
        if token.type == "_LPAR":
            opened.append(_start(token))
        elif token.type == "_RPAR":
            if not opened:
                raise _error("There is no opening parenthesis for this one.", _start(token), text)
            opened.pop()
    if opened:
        message = f"A closing parenthesis is missing for the one at character {opened[-1] + 1}."
        raise _error(message, opened[-1], text)


def _check_size(text: str, lexed: list[Token]) -> None:
    terms = depth = nots = 0
    for token in lexed:
        terms += token.type in _TERMS
        depth += (token.type == "_LPAR") - (token.type == "_RPAR")
        nots = nots + 1 if token.type in {"NOT", "MINUS"} else 0
        if terms > MOST:
            raise _error(f"A query has at most {MOST:,} terms. Split it into several.", _start(token), text)
        if depth + nots > DEEPEST:
            raise _error(f"Parentheses and NOTs go at most {DEEPEST} deep.", _start(token), text)


def _check_pair(text: str, before: Token | None, token: Token) -> None:
    """Two neighbours that the grammar does not allow."""
    where = _start(token)
    if before is not None and before.type in _NEED_MORE and token.type in {*_JOINING, "_RPAR"}:
        raise _error(f"Something is missing between {_name(before)} and {_name(token)}.", where, text)
    if token.type in _JOINING and (before is None or before.type == "_LPAR"):
        message = f"Something is missing before {_name(token)}. To look for the word itself, write it in small letters."
        raise _error(message, where, text)
    if before is not None and before.type == "_LPAR" and token.type == "_RPAR":
        raise _error("There is nothing between these parentheses.", where, text)
    if before is not None and before.type == "NEAR" and token.type in {"NOT", "MINUS"}:
        message = f"NOT goes around what is near each other, as in -(word {before} word)."
        raise _error(message, where, text)
    if before is not None and before.type == "FIELD" and token.type in {"FIELD", "NOT", "MINUS"}:
        message = f"A word must follow {_name(before)}; NOT goes before the field, as in -{before}word."
        if token.type == "FIELD":
            message = f"A word must follow {_name(before)}. If {_name(token)} is part of it, put it in quotation marks."
        raise _error(message, where, text)


def _name(token: Token) -> str:
    return _quoted(_SHOWN.get(token.type, str(token)))


def _quoted(text: str) -> str:
    """A piece of the query inside a message; a long one only by its beginning."""
    text = text.strip()
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}…'"


def _start(token: Token) -> int:
    return token.start_pos or 0


# -- from the tree to the parts of a query ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reader:
    """Walks the tree of one text."""

    text: str
    fields: Fields

    def node(self, tree: Tree[Token] | Token | None, spec: FieldSpec | None) -> Node:
        if tree is None:
            return Everything()
        if isinstance(tree, Token):
            return self._term(tree, spec)
        return _BUILD[tree.data](self, tree, spec)

    def either(self, tree: Tree[Token], spec: FieldSpec | None) -> Node:
        return any_of([self.node(part, spec) for part in tree.children])

    def both(self, tree: Tree[Token], spec: FieldSpec | None) -> Node:
        return all_of([self.node(part, spec) for part in tree.children])

    def near(self, tree: Tree[Token], spec: FieldSpec | None) -> Node:
        operators = [self._near_operator(token) for token in tree.children[1::2] if isinstance(token, Token)]
        parts = tuple(self.node(part, spec) for part in tree.children[::2])
        token = tree.children[1]
        assert isinstance(token, Token)  # noqa: S101  # the grammar says so; this tells the type checker
        if len(set(operators)) > 1:
            message = "Put parentheses around those that belong together: these NEAR are not the same."
            raise self._wrong(message, token)
        if not all(_can_be_near(part) for part in parts):
            raise self._wrong(f"Beside {_name(token)} stand words, phrases, and several of them joined by OR.", token)
        return self._near(parts, *operators[0], token)

    def _near_operator(self, token: Token) -> tuple[int, bool]:
        """How many other words may stand between, and whether the order counts."""
        written = token.removeprefix("NEAR").removeprefix("/")
        if not re.fullmatch(r"[0-9]+f?", written):
            message = (
                "After NEAR stands how many other words may be between, as in NEAR/5. To look for the word itself, "
                "write it in small letters."
            )
            raise self._wrong(message, token)
        return self._distance(written.removesuffix("f"), token), written.endswith("f")

    def _distance(self, written: str, token: Token) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", written):
            raise self._wrong('A whole number must follow the ~, as in "late ferry"~5.', token)
        if int(written) > FURTHEST:
            raise self._wrong(f"At most {FURTHEST:,} other words can stand between.", token)
        return int(written)

    def _near(self, parts: tuple[Node, ...], between: int, ordered: bool, token: Token) -> Near:
        if len(parts) < 2:
            raise self._wrong("At least two words must stand between these quotation marks.", token)
        if len(parts) > MOST_NEAR:
            raise self._wrong(f"At most {MOST_NEAR} parts can stand near each other.", token)
        found = Near(parts, between, ordered)
        if len({leaf.field for leaf in leaves(found)}) > 1:
            raise self._wrong("What is near each other must stand in the same field.", token)
        return found

    def negation(self, tree: Tree[Token], spec: FieldSpec | None) -> Node:
        return none_of(self.node(tree.children[1], spec))

    def group(self, tree: Tree[Token], spec: FieldSpec | None) -> Node:
        return self.node(tree.children[0], spec)

    def scoped(self, tree: Tree[Token], spec: FieldSpec | None) -> Node:
        field, part = tree.children
        assert isinstance(field, Token)  # noqa: S101  # the grammar says so; this tells the type checker
        if spec is not None:
            raise self._wrong(f"{_name(field)} stands inside the parentheses of '{spec.name}:'.", field)
        return self.node(part, self._spec(field))

    def _spec(self, field: Token) -> FieldSpec:
        name = field[:-1].casefold()
        if name in self.fields:
            return self.fields[name]
        if name in self.fields.refused:
            raise self._wrong(f"'{name}:' cannot be used here: {self.fields.refused[name]}.", field)
        hint = _did_you_mean(name, self.fields) or " To look for these words, put them in quotation marks."
        raise self._wrong(f"Unknown field {_quoted(name)}.{hint}", field)

    def _term(self, token: Token, spec: FieldSpec | None) -> Node:
        if token.type == "WINDOW":
            return self._window(token, spec)
        written, at = (token[1:-1], 1) if token.type == "PHRASE" else (str(token), 0)
        if written == "*":
            return Everything() if spec is None or spec.name in _OF_THE_TEXT else Present(spec.name)
        kind = "text" if spec is None else spec.kind
        return _VALUES[kind](self, _Written(token, written, at, spec))

    def _window(self, token: Token, spec: FieldSpec | None) -> Node:
        quoted, _, written = token.rpartition("~")
        between = self._distance(written, token)
        if spec is not None and spec.kind not in {"text", "cased"}:
            raise self._wrong(f"'{spec.name}:' holds whole values, in which nothing is near anything.", token)
        read = self.words if spec is None or spec.kind == "text" else self.cased
        pieces = [_Written(token, piece[0], piece.start() + 1, spec) for piece in re.finditer(r"\S+", quoted[1:-1])]
        return self._near(tuple(read(piece) for piece in pieces), between, False, token)

    def words(self, value: _Written) -> Node:
        text = value.text.removesuffix("*")
        found = tokens(text)
        prefix = text != value.text
        star = value.text.find("*")
        if "*" in text or (prefix and (not found or found[-1].end != len(text))):
            raise self._wrong(
                "A star can only stand directly behind the beginning of a word.", value.token, value.at + star
            )
        if not found:
            message = (
                f"There is no word to look for in {_quoted(value.text)}. Leave it out, or put it in quotation marks."
            )
            if value.token.type == "PHRASE":
                message = "There is no word to look for between these quotation marks."
            raise self._wrong(message, value.token)
        field = "" if value.spec is None or value.spec.name in _OF_THE_TEXT else value.spec.name
        return Words(tuple(token.marked for token in found), prefix, field)

    def cased(self, value: _Written) -> Node:
        words = self.words(value)
        assert isinstance(words, Words)  # noqa: S101  # this tells the type checker
        text = value.text.removesuffix("*")
        found = tokens(text)
        written = tuple(token.sigil + word for token, word in zip(found, as_written(text, found), strict=True))
        return Cased(words, written)

    def host(self, value: _Written) -> Node:
        text = value.text.removesuffix("*")
        if "*" in text:
            message = "A star can only stand at the end of a value; hosts under this one are found without it."
            raise self._wrong(message, value.token, value.at + text.index("*"))
        found = next(hosts(text), "")
        if not found:
            raise self._wrong(
                f"{_quoted(value.text)} is no host. Write for instance example.com.", value.token, value.at
            )
        return Is(value.field.name, found, prefix=text != value.text)

    def word(self, value: _Written) -> Node:
        spec = value.field
        text = value.text.removesuffix("*")
        if "*" in text:
            message = "A star can only stand at the end of a value."
            raise self._wrong(message, value.token, value.at + value.text.index("*"))
        return Is(spec.name, self._key(text, value), prefix=text != value.text)

    def choice(self, value: _Written) -> Node:
        spec = value.field
        key = self._key(value.text, value)
        if key not in spec.choices:
            hint = _did_you_mean(key, spec.choices) or f" It can be {', '.join(spec.choices)}."
            raise self._wrong(f"'{spec.name}:' is never {_quoted(value.text)}.{hint}", value.token, value.at)
        return Is(spec.name, key)

    def flag(self, value: _Written) -> Node:
        spec = value.field
        key = _FLAGS.get(self._key(value.text, value))
        if key is None:
            raise self._wrong(f"'{spec.name}:' is either yes or no.", value.token, value.at)
        return Is(spec.name, key)

    def number(self, value: _Written) -> Node:
        return self._between(value, _number_ends)

    def time(self, value: _Written) -> Node:
        return self._between(value, _time_ends)

    def _between(self, value: _Written, ends: Callable[[str], _Ends]) -> Node:
        written = "".join(value.text.split())
        operator = next((sign for sign in (">=", "<=", ">", "<") if written.startswith(sign)), "")
        first, dots, last = written.removeprefix(operator).partition("..")
        try:
            low, high = ends(first), ends(last if dots and not operator else first)
        except ValueError as error:
            raise self._wrong(str(error), value.token, value.at) from None
        if dots and operator:
            raise self._wrong(f"Write either {operator} or a range with two dots.", value.token, value.at)
        if dots and low.first > high.last:  # type: ignore[operator]
            raise self._wrong("The range ends before it begins.", value.token, value.at)
        name, written = value.field.name, written.upper()
        match operator:
            case ">":
                return Between(name, written, low=low.last, above=not low.open)
            case ">=":
                return Between(name, written, low=low.first)
            case "<":
                return Between(name, written, high=low.first, below=True)
            case "<=":
                return Between(name, written, high=low.last, below=low.open)
            case _:
                return Between(name, written, low=low.first, high=high.last, below=high.open)

    def _key(self, text: str, value: _Written) -> str:
        key = value_key(text)
        if not key:
            raise self._wrong(f"A value is missing after '{value.field.name}:'.", value.token)
        return key

    def _wrong(self, message: str, token: Token, at: int = 0) -> QueryError:
        return _error(message, _start(token) + at, self.text)


_BUILD: dict[str, Callable[[_Reader, Tree[Token], FieldSpec | None], Node]] = {
    "start": _Reader.group,
    "either": _Reader.either,
    "both": _Reader.both,
    "near": _Reader.near,
    "negation": _Reader.negation,
    "group": _Reader.group,
    "scoped": _Reader.scoped,
}


@dataclass(frozen=True, slots=True)
class _Written:
    """A word or phrase as it stands in the query; `at` is where its text begins within the token."""

    token: Token
    text: str
    at: int
    spec: FieldSpec | None

    @property
    def field(self) -> FieldSpec:
        return self.spec or SEARCH_FIELDS["text"]


_VALUES: dict[str, Callable[[_Reader, _Written], Node]] = {
    "text": _Reader.words,
    "cased": _Reader.cased,
    "host": _Reader.host,
    "word": _Reader.word,
    "choice": _Reader.choice,
    "flag": _Reader.flag,
    "number": _Reader.number,
    "time": _Reader.time,
}
_FLAGS = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}


def _can_be_near(node: Node) -> bool:
    match node:
        case Words() | Cased() | Near():
            return True
        case Or(parts):
            return all(_can_be_near(part) for part in parts)
        case _:
            return False


def _did_you_mean(word: str, known: Fields | tuple[str, ...]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


# -- numbers and times -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ends:
    """What a written number or time covers: a day lasts until the next begins, a number is itself."""

    first: float | datetime
    last: float | datetime
    open: bool


_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)
_TIME = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt](\d{2}):(\d{2}))?)?)?", re.ASCII)


def _number_ends(written: str) -> _Ends:
    if not _NUMBER.fullmatch(written):
        raise ValueError(f"{_quoted(written)} is not a number. Write for instance 3, >3, <=0.5 or 1..3.")
    return _Ends(float(written), float(written), open=False)


def _time_ends(written: str) -> _Ends:
    """A year, a month, a day or a minute, in UTC."""
    parts = _TIME.fullmatch(written)
    message = f"{_quoted(written)} is not a date. Write for instance 2026-01-31, >2026-01, or 2026-01-01..2026-01-31."
    if parts is None:
        raise ValueError(message)
    year, month, day, hour, minute = (int(part) if part else None for part in parts.groups())
    try:
        first = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, tzinfo=UTC)
        if month is None:
            return _Ends(first, first.replace(year=first.year + 1), open=True)
        if day is None:
            after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            return _Ends(first, datetime(after.year, after.month, 1, tzinfo=UTC), open=True)
        return _Ends(first, first + (timedelta(days=1) if hour is None else timedelta(minutes=1)), open=True)
    except (ValueError, OverflowError):
        raise ValueError(message) from None
