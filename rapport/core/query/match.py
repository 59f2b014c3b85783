"""What a query means: the matcher decides, and everything else (SQLite, PostgreSQL) only narrows its work down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from rapport.core.query.nodes import And, Between, Everything, Is, Node, Not, Or, Present, Words
from rapport.core.query.words import Token, normal, tokens
from rapport.core.types import Document, Message

Value = str | float | bool | datetime
Test = Callable[["Prepared"], bool]

LONGEST_VALUE = 1_000
"""Whole values are compared by their first 1,000 characters."""

_QUOTES = str.maketrans("", "", '"“”„')


def document(message: Message, **fields: Value | Sequence[str]) -> Document:
    """A message as queries see it, with what is known when it arrives; `fields` adds what a verb knows.

    >>> from datetime import UTC, datetime
    >>> from rapport.core.types import Author, Message
    >>> ada = Author("bluesky", "1", handle="ada.example", name="Ada")
    >>> heard = document(Message("bluesky", "7", ada, "Late again", datetime(2026, 1, 1, tzinfo=UTC)), tone="negative")
    >>> heard.fields["author"], heard.fields["tone"]
    (('Ada', 'ada.example'), 'negative')
    """
    known: dict[str, Value | Sequence[str]] = {
        "author": tuple(name for name in (message.author.name, message.author.handle) if name),
        "network": message.network,
        "language": message.language,
        "published": message.published_at,
        "addressed": message.addressed,
    }
    return Document(message.text, message.spans, {**known, **fields})


def value_key(value: str) -> str:
    """The form in which whole values are compared: as words are, without quotation marks, outer blanks, `#` and `@`.

    >>> value_key(" #Ferry")
    'ferry'
    """
    return " ".join(normal(value[:LONGEST_VALUE].translate(_QUOTES)).split()).lstrip("#@")


class Text:
    """The words of a text, laid out so that one look finds a word, and one search a phrase."""

    __slots__ = ("line", "marked", "vocabulary", "words")

    def __init__(self, found: Iterable[Token]) -> None:
        found = tuple(found)
        self.words = [token.text for token in found]
        self.marked = [token.marked for token in found]
        self.vocabulary = {*self.words, *self.marked}
        self.line = f" {' '.join(self.words)} "


class Prepared:
    """A document whose words and values are worked out once, however many queries look at it."""

    __slots__ = ("_texts", "_tokens", "_values", "document")

    def __init__(self, document: Document) -> None:
        self.document = document
        self._tokens: tuple[Token, ...] | None = None
        self._texts: dict[str, tuple[Text, ...]] = {}
        self._values: dict[str, frozenset[str]] = {}

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The words of the text and where they stand."""
        if self._tokens is None:
            self._tokens = tokens(self.document.text)
        return self._tokens

    def texts(self, field: str) -> tuple[Text, ...]:
        """The values of a text field, one by one; the empty name is the message itself."""
        found = self._texts.get(field)
        if found is None:
            found = tuple(Text(tokens(str(value))) for value in self.raw(field)) if field else (Text(self.tokens),)
            self._texts[field] = found
        return found

    def values(self, field: str) -> frozenset[str]:
        """The values of a word, choice or flag field, as they are compared."""
        found = self._values.get(field)
        if found is None:
            found = frozenset(_key(value) for value in self.raw(field)) - {""}
            self._values[field] = found
        return found

    def raw(self, field: str) -> tuple[Value, ...]:
        """The values of a field as the document gives them, with those that its spans add."""
        value = self.document.fields.get(field)
        many: tuple[Value, ...] = ()
        if isinstance(value, str | float | int | datetime):
            many = (value,)
        elif value is not None:
            many = tuple(value)
        derive = _DERIVED.get(field)
        return many if derive is None else (*many, *derive(self.document))


@dataclass(frozen=True)
class Query:
    """A query that was read. `str(query)` is its canonical text; an empty one matches everything."""

    root: Node = field(default_factory=Everything)

    def __str__(self) -> str:
        return str(self.root)

    @cached_property
    def _test(self) -> Test:
        return _compile(self.root)

    def matches(self, document: Document | Prepared) -> bool:
        """Whether the message is one that the query asks for. Pass `Prepared` when several queries look at it.

        >>> Query(Words(("ferry", "late"))).matches(Document("The ferry, late again"))
        True
        """
        return self._test(document if isinstance(document, Prepared) else Prepared(document))


@dataclass(frozen=True, slots=True)
class Hit:
    """Why a message matched: a term of the query, and where.

    start, end  code points in the text, when the term stands there
    value       what the field holds, when the term asks for a field
    """

    term: str
    start: int | None = None
    end: int | None = None
    value: str = ""


def explain(query: Query, document: Document | Prepared) -> tuple[Hit, ...]:
    """Which terms of the query the message fulfils, and where. Nothing when it does not match.

    Excluded terms (NOT) explain nothing and are left out.

    >>> explain(Query(Words(("late",))), Document("Late, always late"))
    (Hit(term='late', start=0, end=4, value=''), Hit(term='late', start=13, end=17, value=''))
    """
    prepared = document if isinstance(document, Prepared) else Prepared(document)
    return tuple(_hits(query.root, prepared)) if query.matches(prepared) else ()


# -- compiling -------------------------------------------------------------------------------------------------------


def _compile(node: Node) -> Test:
    """A function that says whether a document fulfils the node."""
    match node:
        case Words():
            return _words(node)
        case Is(field, value, prefix):
            if prefix:
                return lambda seen: any(known.startswith(value) for known in seen.values(field))
            return lambda seen: value in seen.values(field)
        case Between():
            return lambda seen: any(_lies_between(node, value) for value in seen.raw(node.field))
        case Present(field):
            return lambda seen: any(value != "" for value in seen.raw(field))
        case Not(part):
            unwanted = _compile(part)
            return lambda seen: not unwanted(seen)
        case And(parts):
            every = tuple(_compile(part) for part in parts)
            return lambda seen: all(test(seen) for test in every)
        case Or(parts):
            some = tuple(_compile(part) for part in parts)
            return lambda seen: any(test(seen) for test in some)
        case Everything():
            return lambda seen: True


def _words(node: Words) -> Test:
    field, find = node.field, _finder(node)
    if not field:
        return lambda seen: find(seen.texts("")[0])
    return lambda seen: any(find(text) for text in seen.texts(field))


def _finder(node: Words) -> Callable[[Text], bool]:
    if len(node.words) == 1 and not node.prefix:
        word = node.words[0]
        return lambda text: word in text.vocabulary
    if not any(word[0] in "#@" for word in node.words):
        phrase = f" {' '.join(node.words)}{'' if node.prefix else ' '}"
        return lambda text: phrase in text.line
    return lambda text: next(_places(node, text.words, text.marked), None) is not None


def _places(node: Words, words: Sequence[str], marked: Sequence[str]) -> Iterator[int]:
    """Where the words of the node begin."""
    *firm, last = node.words
    for start in range(len(words) - len(firm)):
        end = start + len(firm)
        if all(word in (words[start + i], marked[start + i]) for i, word in enumerate(firm)) and (
            words[end].startswith(last) or marked[end].startswith(last)
            if node.prefix
            else last in (words[end], marked[end])
        ):
            yield start


def _lies_between(node: Between, value: object) -> bool:
    """Whether a number (or a time, when the node is about times) lies between the two ends."""
    end = node.high if node.low is None else node.low
    if isinstance(value, bool) or isinstance(value, datetime) != isinstance(end, datetime):
        return False
    if not isinstance(value, float | int | datetime):
        return False
    return _above(node, value) and _below(node, value)


def _above(node: Between, value: float | datetime) -> bool:
    return node.low is None or value > node.low or (value == node.low and not node.above)  # type: ignore[operator]


def _below(node: Between, value: float | datetime) -> bool:
    return node.high is None or value < node.high or (value == node.high and not node.below)  # type: ignore[operator]


# -- explaining ------------------------------------------------------------------------------------------------------


def _hits(node: Node, seen: Prepared) -> Iterator[Hit]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                if _compile(part)(seen):
                    yield from _hits(part, seen)
        case Words(field=""):
            yield from _text_hits(node, seen)
        case Words(field=field) | Is(field=field) | Between(field=field) | Present(field=field):
            values = [value for value in seen.raw(field) if _compile(node)(_alone(field, value))]
            yield from (Hit(str(node), value=_shown(value)) for value in values)
        case Not() | Everything():
            return


def _text_hits(node: Words, seen: Prepared) -> Iterator[Hit]:
    found, text = seen.tokens, seen.texts("")[0]
    for place in _places(node, text.words, text.marked):
        yield Hit(str(node), found[place].start, found[place + len(node.words) - 1].end)


def _alone(field: str, value: Value) -> Prepared:
    """A document that has nothing but this one value."""
    return Prepared(Document("", (), {field: value}))


def _shown(value: Value) -> str:
    return value.isoformat() if isinstance(value, datetime) else _flag(value) if isinstance(value, bool) else str(value)


# -- values ----------------------------------------------------------------------------------------------------------


def _key(value: Value) -> str:
    return _flag(value) if isinstance(value, bool) else value_key(str(value))


def _flag(value: bool) -> str:
    return "yes" if value else "no"


def _of_spans(kind: str) -> Callable[[Document], Iterator[str]]:
    """The values of the spans of a kind, and the words in the text that they cover."""

    def values(document: Document) -> Iterator[str]:
        for span in document.spans:
            if span.kind == kind:
                yield from dict.fromkeys((span.value, document.text[span.start : span.end]))

    return values


def _primary_languages(document: Document) -> Iterator[str]:
    """`language:en` also finds en-GB."""
    value = document.fields.get("language")
    if isinstance(value, str) and "-" in value:
        yield value.partition("-")[0]


_DERIVED: Mapping[str, Callable[[Document], Iterable[str]]] = {
    "text": lambda document: (document.text,),
    "hashtag": _of_spans("hashtag"),
    "handle": _of_spans("mention"),
    "link": _of_spans("link"),
    "language": _primary_languages,
}
