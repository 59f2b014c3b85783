"""Many queries over one stream: most of them are never looked at.

Every query names words of which a match must contain at least one (the alternatives of an OR count together). Each
query is filed under those words; a message looks its own words up, and only the queries found there are evaluated.
Queries without such words (only fields, only NOT) are always evaluated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from rapport.core.query.match import Prepared, Query
from rapport.core.query.nodes import And, Cased, Near, Node, Or, Words
from rapport.core.types import Document

Name = TypeVar("Name")

Anchors = frozenset[tuple[str, bool]]
"""Words, each with whether it is only a beginning, of which every match contains at least one."""


class Matcher(Generic[Name]):
    """Evaluates named queries on one message at a time.

    >>> from rapport.core.query import parse
    >>> briefs = Matcher({"late": parse("late OR delay*"), "storm": parse("storm -cup")})
    >>> briefs.matching(Document("Delayed by the storm"))
    ('late', 'storm')
    """

    def __init__(self, queries: Mapping[Name, Query]) -> None:
        self._queries = tuple(queries.items())
        self._always: set[int] = set()
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        self._by_beginning: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, (_, query) in enumerate(self._queries):
            self._file(number, anchors(query.root))

    def matching(self, document: Document | Prepared) -> tuple[Name, ...]:
        """The names of the queries that the message matches, in the order they were given."""
        return tuple(self._matching(document))

    def first(self, document: Document | Prepared) -> Name | None:
        """The first of `matching`, without evaluating those behind it."""
        return next(self._matching(document), None)

    def _matching(self, document: Document | Prepared) -> Iterator[Name]:
        prepared = document if isinstance(document, Prepared) else Prepared(document)
        for number in sorted(self._candidates(prepared)):
            name, query = self._queries[number]
            if query.matches(prepared):
                yield name

    def _candidates(self, prepared: Prepared) -> set[int]:
        found = set(self._always)
        vocabulary = prepared.texts("")[0].vocabulary
        for word in vocabulary & self._by_word.keys():
            found.update(self._by_word[word])
        for length, filed in self._by_beginning.items():
            for beginning in {word[:length] for word in vocabulary} & filed.keys():
                found.update(filed[beginning])
        return found

    def _file(self, number: int, needed: Anchors | None) -> None:
        if needed is None:
            self._always.add(number)
            return
        for word, prefix in needed:
            (self._by_beginning[len(word)] if prefix else self._by_word)[word].append(number)


def anchors(node: Node) -> Anchors | None:
    """Words of which every match of the node contains at least one, or None when there are none.

    Of several choices it takes the one with the longest shortest word: long words are rare.
    """
    match node:
        case Words(words=words, prefix=prefix, field=""):
            choices = [(word, prefix and place == len(words) - 1) for place, word in enumerate(words)]
            return frozenset([max(choices, key=lambda choice: (not choice[1], len(choice[0])))])
        case Cased(words):
            return anchors(words)
        case And(parts) | Near(parts):
            known = [found for part in parts if (found := anchors(part)) is not None]
            return max(known, key=lambda found: min(len(word) for word, _ in found), default=None)
        case Or(parts):
            every = [anchors(part) for part in parts]
            return None if None in every else frozenset().union(*(found for found in every if found is not None))
        case _:
            return None
