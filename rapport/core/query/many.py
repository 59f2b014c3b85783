"""Many queries over one stream: most texts are passed over after one look, and most queries are never evaluated.

From every query can be told what a match of it must contain: sets of words and phrases, of each of which at least one
(`needs`). Each query is filed under one such set, the rarest. One pass of an automaton (Aho-Corasick) over the words
of a text finds which of all those stand in it; of the queries filed under them, those of whose other needs something is
there too are evaluated, and what they say counts. So the answer is that of evaluating each. Queries that need no word
(only fields, only NOT) are always evaluated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Generic, TypeVar

from ahocorasick_rs import BytesAhoCorasick, Implementation

from rapport.core.query.letters import Letters, letters_of, line
from rapport.core.query.match import Prepared, Query
from rapport.core.query.nodes import And, Cased, Everything, Is, Near, Node, Or, Words, all_of, any_of
from rapport.core.query.words import tokens
from rapport.core.types import Document

Name = TypeVar("Name")

_FIELDS = ("author", "link", "host", "hashtag", "handle")
"""The fields whose values are words of the message too; what stands in any other is known only by evaluating."""

_QUOTES = '"“”„'
_WITHOUT_QUOTES = str.maketrans("", "", _QUOTES)

Need = frozenset[Letters]
"""Of these every match contains at least one."""


class Matcher(Generic[Name]):
    """Evaluates named queries on one message at a time.

    >>> from rapport.core.query import parse
    >>> briefs = Matcher({"late": parse("late OR delay*"), "storm": parse("storm -cup")})
    >>> briefs.matching(Document("Delayed by the storm"))
    ('late', 'storm')
    >>> briefs.may_match("All is well"), briefs.may_match("A storm in a cup")
    (False, True)
    """

    def __init__(self, queries: Mapping[Name, Query]) -> None:
        self._queries = tuple(queries.items())
        self._of_words: dict[int, Query] = {}
        self._always: list[int] = []
        self._others: list[tuple[tuple[bytes, ...], ...]] = []
        filed: dict[bytes, tuple[Letters, list[int]]] = {}
        for number, (_, query) in enumerate(self._queries):
            needed = needs(query.root)
            rarest = max(needed, key=_rarity, default=None)
            others = [need for need in needed if need is not rarest]
            self._others.append(tuple(tuple(letters.text.encode() for letters in need) for need in others))
            if rarest is None:
                self._always.append(number)
            for letters in rarest or ():
                _file(filed, letters, number)
        self._letters = [letters for letters, _ in filed.values()]
        self._filed = [tuple(numbers) for _, numbers in filed.values()]
        self._asks_values = any(_asks_values(query.root) for _, query in self._queries)
        # A whole table (DFA) would be hardly quicker: it takes 3 KB for each, and falls out of the processor's caches.
        self._automaton = BytesAhoCorasick(list(filed), implementation=Implementation.ContiguousNFA)

    def may_match(self, text: str) -> bool:
        """Whether any query may match a message all of whose words are in this text.

        Its words are those of its text, its author's names and handle, its hashtags, links and mentions, separated by
        blanks; those of the text in one piece. It may say yes too often, but never no when a query matches; with a
        query that needs no word it is always yes.
        """
        if self._always:
            return True
        words, places = self._look(text)
        if not places:
            return False
        prepared: Prepared | None = None
        for number in self._found(words, places):
            if not self._others[number]:
                return True  # it has what the query is filed under, and the query needs nothing else
            prepared = prepared or Prepared(Document(text))
            if self._asks_words(number).matches(prepared):
                return True
        return False

    def matching(self, document: Document | Prepared) -> tuple[Name, ...]:
        """The names of the queries that the message matches, in the order they were given."""
        return tuple(self._matching(document))

    def first(self, document: Document | Prepared) -> Name | None:
        """The first of `matching`, without evaluating those behind it."""
        return next(self._matching(document), None)

    def _matching(self, document: Document | Prepared) -> Iterator[Name]:
        prepared = document if isinstance(document, Prepared) else Prepared(document)
        for number in sorted({*self._always, *self._found(*self._look(_words(prepared)))}):
            name, query = self._queries[number]
            if query.matches(prepared):
                yield name

    def _look(self, text: str) -> tuple[bytes, list[tuple[int, int, int]]]:
        """The words of a text, and where in them stands what queries are filed under: which of it, start, end."""
        words = line(text)
        if self._asks_values and any(map(text.__contains__, _QUOTES)):
            words += b" " + line(text.translate(_WITHOUT_QUOTES))  # whole values are compared without quotation marks
        return words, self._automaton.find_matches_as_indexes(words, overlapping=True)

    def _found(self, words: bytes, places: list[tuple[int, int, int]]) -> Iterator[int]:
        """The queries of whose every need something stands there; some of them more than once."""
        for place, start, end in places:
            if self._letters[place].stand(words, start, end):
                for number in self._filed[place]:
                    others = self._others[number]
                    if not others or all(any(word in words for word in need) for need in others):
                        yield number

    def _asks_words(self, number: int) -> Query:
        """What a query asks of the words of a message, when nothing else is known of it."""
        found = self._of_words.get(number)
        if found is None:
            found = self._of_words[number] = Query(_of_words(self._queries[number][1].root))
        return found


# -- what a query needs ------------------------------------------------------------------------------------------------


def needs(node: Node, fields: Collection[str] = _FIELDS) -> tuple[Need, ...]:
    """What every match of the node contains, in its text or in one of these fields; empty when there is nothing.

    >>> from rapport.core.query import parse
    >>> [sorted(letters.text for letters in need) for need in needs(parse('"very late" (ferry OR boat) -cup').root)]
    [['very late'], ['boat', 'ferry']]
    """
    match node:
        case Words(words=words, prefix=prefix, field=field) if not field or field in fields:
            return tuple(frozenset([letters]) for letters in letters_of(words, prefix=prefix))
        case Cased(words):
            return needs(words, fields)
        case Is(field="host", value=value) if "host" in fields:
            labels = [value] if value.isascii() else value.split(".")
            return _value(*(label for label in labels if label.isascii()))  # the others are written in two ways
        case Is(field=field, value=value) if field in fields:
            return _value(value)
        case And(parts) | Near(parts):
            return tuple(need for part in parts for need in needs(part, fields))
        case Or(parts):
            every = [max(needs(part, fields), key=_rarity, default=None) for part in parts]
            known = [need for need in every if need is not None]
            return (frozenset[Letters]().union(*known),) if len(known) == len(every) else ()
        case _:
            return ()


def _value(*parts: str) -> tuple[Need, ...]:
    """The words of a value, which need not begin or end where those of the text do."""
    words = [[token.text for token in tokens(part)] for part in parts]
    return tuple(frozenset([Letters(found.text)]) for part in words for found in letters_of(part))


def _asks_values(node: Node) -> bool:
    match node:
        case And(parts) | Or(parts):
            return any(map(_asks_values, parts))
        case Is(field=field):
            return field in _FIELDS
        case _:
            return False


def _rarity(need: Need) -> tuple[bool, int]:
    """Of several needs the rarest is that with the longest shortest word; one that many words begin with is not."""
    whole = all(letters.ends or not letters.begins for letters in need)
    return whole, min(len(letters.text.encode()) for letters in need)


def _file(filed: dict[bytes, tuple[Letters, list[int]]], letters: Letters, number: int) -> None:
    """Under its letters; what is needed here as a word and there as a part of one is looked for as a part."""
    key = letters.text.encode()
    known, numbers = filed.setdefault(key, (letters, []))
    numbers.append(number)
    filed[key] = Letters(letters.text, known.begins and letters.begins, known.ends and letters.ends), numbers


def _of_words(node: Node) -> Node:
    """The node as far as it asks for words of the text; whatever else it asks for is taken as given."""
    match node:
        case Words(field="") | Cased(field="") | Near(field=""):
            return node
        case And(parts):
            return all_of(map(_of_words, parts))
        case Or(parts):
            return any_of(map(_of_words, parts))
        case _:
            return Everything()


# -- what a message contains -------------------------------------------------------------------------------------------


def _words(prepared: Prepared) -> str:
    """Every word of a message."""
    values = (str(value) for field in _FIELDS for value in prepared.raw(field))
    return "\n".join((prepared.document.text, *values))
