"""What a query means: the matcher decides, and everything else (SQLite, PostgreSQL) only narrows its work down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from rapport.core.query.hosts import hosts
from rapport.core.query.near import Place, near
from rapport.core.query.nodes import And, Between, Cased, Everything, FieldTerm, Is, Near, Node, Not, Or, Present, Words
from rapport.core.query.words import Token, as_written, normal, plain_and_marked, tokens
from rapport.core.types import Document, Message, Span

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
        "url": message.url,
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

    __slots__ = ("_written", "line", "marked", "raw", "vocabulary", "words")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._written: tuple[str, ...] | None = None
        self.words, self.marked = plain_and_marked(raw)
        self.vocabulary = {*self.words, *self.marked}
        self.line = f" {' '.join(self.words)} "

    @property
    def written(self) -> tuple[str, ...]:
        """The words with their capitals; worked out when somebody asks for them."""
        if self._written is None:
            self._written = as_written(self.raw, tokens(self.raw))
        return self._written


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
            found = tuple(map(Text, map(str, self.raw(field)) if field else (self.document.text,)))
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
        given = self.given(field)
        kind = _SPANS.get(field)
        if kind is None:
            return given
        spans = (span for span in self.document.spans if span.kind == kind)
        return (*given, *(value for span in spans for value in _in_span(field, self.document, span)))

    def given(self, field: str) -> tuple[Value, ...]:
        """The values of a field that stand in none of the spans."""
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
    part        the word or phrase that stands there, when the term asks for several that are near each other
    """

    term: str
    start: int | None = None
    end: int | None = None
    value: str = ""
    part: str = ""


def explain(query: Query, document: Document | Prepared) -> tuple[Hit, ...]:
    """Which terms of the query the message fulfils, and where. Nothing when it does not match.

    Excluded terms (NOT) explain nothing and are left out.

    >>> explain(Query(Words(("late",))), Document("Late, always late"))[1]
    Hit(term='late', start=13, end=17, value='', part='')
    """
    prepared = document if isinstance(document, Prepared) else Prepared(document)
    return tuple(_hits(query.root, prepared)) if query.matches(prepared) else ()


# -- compiling -------------------------------------------------------------------------------------------------------


def _compile(node: Node) -> Test:
    """A function that says whether a document fulfils the node."""
    match node:
        case Words() | Cased() | Near():
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


def _words(node: Words | Cased | Near) -> Test:
    field, find = node.field, _finder(node)
    if not field:
        return lambda seen: find(seen.texts("")[0])
    return lambda seen: any(find(text) for text in seen.texts(field))


def _finder(node: Node) -> Callable[[Text], bool]:
    """A function that says whether a text holds these words."""
    match node:
        case Words(words=(word,), prefix=False):
            return lambda text: word in text.vocabulary
        case Words() if not any(word[0] in "#@" for word in node.words):
            phrase = f" {' '.join(node.words)}{'' if node.prefix else ' '}"
            return lambda text: phrase in text.line
        case Cased(words):
            folded = _finder(words)
            return lambda text: folded(text) and any(True for _ in _places(node, text))
        case Near(parts):
            every = tuple(_finder(part) for part in parts)
            return lambda text: all(find(text) for find in every) and any(True for _ in _places(node, text))
        case Or(parts):
            some = tuple(_finder(part) for part in parts)
            return lambda text: any(find(text) for find in some)
        case _:
            return lambda text: any(True for _ in _places(node, text))


def _places(node: Node, text: Text, *, everywhere: bool = False) -> Iterator[Place]:
    """Where the words of the node stand, counted in words; of a Near one place for each first word, or everywhere."""
    match node:
        case Words(words):
            for start in _starts(node, text):
                yield Place(start, start + len(words), ((node, start, start + len(words)),))
        case Cased(words, written):
            for start in _starts(words, text):
                if _has_capitals(written, words.prefix, text.written[start : start + len(written)]):
                    yield Place(start, start + len(written), ((node, start, start + len(written)),))
        case Or(parts):
            places = (place for part in parts for place in _places(part, text, everywhere=everywhere))
            yield from sorted(places, key=lambda place: place[:2])
        case Near(parts, between, ordered):
            found = [sorted(_places(part, text, everywhere=True), key=lambda place: place[:2]) for part in parts]
            yield from near(found, between, ordered, everywhere=everywhere)


def _starts(node: Words, text: Text) -> Iterator[int]:
    columns = [text.marked if word[0] in "#@" else text.words for word in node.words]
    *firm, (last, ends) = zip(node.words, columns, strict=True)
    for start in range(len(ends)) if node.prefix and not firm else _firm(node.words[0], columns[0]):
        end = start + len(firm)
        if end >= len(ends) or any(column[start + i] != word for i, (word, column) in enumerate(firm)):
            continue
        if ends[end].startswith(last) if node.prefix else ends[end] == last:
            yield start


def _firm(word: str, column: Sequence[str]) -> Iterator[int]:
    return (start for start, known in enumerate(column) if known == word)


def _has_capitals(written: Sequence[str], prefix: bool, found: Sequence[str]) -> bool:
    """Whether the words have the capitals that were asked for; sigils were compared already."""
    *firm, last = (word.lstrip("#@") for word in written)
    return list(found[:-1]) == firm and (found[-1].startswith(last) if prefix else found[-1] == last)


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
        case Words(field="") | Cased(field="") | Near(field=""):
            yield from _text_hits(node, seen)
        case Not() | Everything():
            return
        case _:
            yield from _field_hits(node, seen)


def _text_hits(node: Words | Cased | Near, seen: Prepared) -> Iterator[Hit]:
    """One for each word or phrase, with its place; words that are near each other come one by one."""
    found, term = seen.tokens, str(node)
    leaves = dict.fromkeys(leaf for place in _places(node, seen.texts("")[0]) for leaf in place.leaves)
    for leaf, start, end in leaves:
        yield Hit(term, found[start].start, found[end - 1].end, part=str(leaf) if isinstance(node, Near) else "")


def _field_hits(node: FieldTerm | Words | Cased | Near, seen: Prepared) -> Iterator[Hit]:
    """One for each value that was asked for; with its place where the text itself holds it."""
    test, field = _compile(node), node.field
    for span in seen.document.spans:
        values = _in_span(field, seen.document, span) if span.kind == _SPANS.get(field) else iter(())
        value = next((value for value in values if test(_alone(field, value))), None)
        if value is not None:
            yield Hit(str(node), span.start, span.end, value)
    known = dict.fromkeys(_shown(value) for value in seen.given(field) if test(_alone(field, value)))
    yield from (Hit(str(node), value=value) for value in known)


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


_SPANS: Mapping[str, str] = {"hashtag": "hashtag", "handle": "mention", "link": "link", "host": "link"}
"""Fields whose values stand in spans, and of which kind those are."""


def _in_span(field: str, document: Document, span: Span) -> Iterator[str]:
    """The values that a span gives to the field: what it points at, and the words in the text that it covers."""
    covered = document.text[span.start : span.end]
    if field == "host":
        yield from hosts(span.value or covered)
    else:
        yield from dict.fromkeys((span.value, covered))


def _hosts_of(field: str) -> Callable[[Document], Iterator[str]]:
    """The hosts of addresses that the document gives as another field."""

    def values(document: Document) -> Iterator[str]:
        given = document.fields.get(field, ())
        for address in (given,) if isinstance(given, str) else given if isinstance(given, Sequence) else ():
            yield from hosts(address)

    return values


def _primary_languages(document: Document) -> Iterator[str]:
    """`language:en` also finds en-GB."""
    value = document.fields.get("language")
    if isinstance(value, str) and "-" in value:
        yield value.partition("-")[0]


_DERIVED: Mapping[str, Callable[[Document], Iterable[str]]] = {
    "text": lambda document: (document.text,),
    "host": _hosts_of("link"),
    "site": _hosts_of("url"),
    "language": _primary_languages,
}
