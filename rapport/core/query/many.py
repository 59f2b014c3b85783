"""Many queries over one stream: most texts are passed over after one look, and most queries are never evaluated.

From every query can be told what a match of it must contain: sets of words, of each of which at least one (`needs`).
Each query is filed under one such set, the rarest. A text is folded once, as words are; one pass of an automaton
(Aho-Corasick) over it finds which of all those words stand in it. Of the queries filed under them, those whose other
needs are there too are evaluated, and what they say counts: the answer is that of evaluating each. Queries that need
no word (only fields, only NOT) are always evaluated.

That a word of the query stands in the folded text is all that is used, not where words begin and end: texts whose
characters change under NFKC ("Ferry™") hold words that begin or end in the middle of what they become.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick

from rapport.core.query.match import Prepared, Query
from rapport.core.query.nodes import And, Cased, Is, Near, Node, Or, Words
from rapport.core.query.words import LONGEST, normal, segment, stands_alone
from rapport.core.types import Document

Name = TypeVar("Name")

_FIELDS = ("author", "link", "host", "hashtag", "handle")
"""The fields whose values are words of the message too; what stands in any other is known only by evaluating."""

_INSIDE = frozenset(letter for letter in map(chr, range(0xE00)) if letter.isalnum() and letter != "ι")
"""Beside these a word neither begins nor ends. Not all of them: beyond stand the scripts without spaces, and the iota
may have been a mark."""

_LONGEST_RUN = 4 * LONGEST  # characters of a word that are looked at, before they are folded and cut
_DIVIDED_AM = re.compile("[\u0e4d\u0ecd][^\u0e32\u0eb2\\w\\s]+[\u0e32\u0eb2]")  # by something that nobody sees
_BROKEN = re.compile("[\ud800-\udfff]")
_BLANK_OR_BROKEN = re.compile("[\\s\ud800-\udfff]+")
_QUOTE = re.compile(r'["“”„]')
_QUOTES = str.maketrans("", "", '"“”„')


class Anchor(NamedTuple):
    """What a match contains: these characters, and whether a word begins and ends with them."""

    text: str
    begins: bool = False
    ends: bool = False


Need = frozenset[Anchor]
"""Anchors of which every match contains at least one."""


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
        self._always: list[int] = []
        self._needs: list[tuple[tuple[str, ...], ...]] = []
        filed: dict[str, tuple[Anchor, list[int]]] = {}
        for number, (_, query) in enumerate(self._queries):
            needed = needs(query.root)
            self._needs.append(tuple(tuple(anchor.text for anchor in need) for need in needed))
            if not needed:
                self._always.append(number)
            for anchor in max(needed, key=_rarity, default=()):
                _file(filed, anchor, number)
        self._anchors = [anchor for anchor, _ in filed.values()]
        self._filed = [tuple(numbers) for _, numbers in filed.values()]
        self._asks_values = any(not anchor.begins and not anchor.ends for anchor in self._anchors)
        self._automaton = AhoCorasick(list(filed))

    def may_match(self, text: str) -> bool:
        """Whether any query may match a message all of whose words are in this text.

        Its words are those of its text, its author's names and handle, its hashtags, links and mentions, in any order
        and separated by blanks. It may say yes too often, but never no when a query matches; with a query that needs no
        word it is always yes.
        """
        return bool(self._always) or next(self._found(text), None) is not None

    def matching(self, document: Document | Prepared) -> tuple[Name, ...]:
        """The names of the queries that the message matches, in the order they were given."""
        return tuple(self._matching(document))

    def first(self, document: Document | Prepared) -> Name | None:
        """The first of `matching`, without evaluating those behind it."""
        return next(self._matching(document), None)

    def _matching(self, document: Document | Prepared) -> Iterator[Name]:
        prepared = document if isinstance(document, Prepared) else Prepared(document)
        for number in sorted({*self._always, *self._found(_words(prepared))}):
            name, query = self._queries[number]
            if query.matches(prepared):
                yield name

    def _found(self, text: str) -> Iterator[int]:
        """The queries of whose every need something stands in the text; some of them more than once."""
        folded, plain = _fold(text)
        if self._asks_values and _QUOTE.search(text):
            folded += "\n" + normal(text.translate(_QUOTES))  # whole values are compared without quotation marks
        for place, start, end in self._hits(folded):
            if plain and not _stands(self._anchors[place], folded, start, end):
                continue
            for number in self._filed[place]:
                if all(any(word in folded for word in need) for need in self._needs[number]):
                    yield number

    def _hits(self, folded: str) -> list[tuple[int, int, int]]:
        """Which anchor stands where."""
        try:
            return self._automaton.find_matches_as_indexes(folded, overlapping=True)
        except UnicodeEncodeError:  # halves of characters, which are no part of any word
            return self._automaton.find_matches_as_indexes(_BROKEN.sub("?", folded), overlapping=True)


# -- what a query needs ------------------------------------------------------------------------------------------------


def needs(node: Node, fields: Collection[str] = _FIELDS) -> tuple[Need, ...]:
    """What every match of the node contains, in its text or in one of these fields; empty when there is nothing.

    >>> from rapport.core.query import parse
    >>> [sorted(anchor.text for anchor in need) for need in needs(parse('"very late" (ferry OR boat) -cup').root)]
    [['very'], ['late'], ['boat', 'ferry']]
    """
    match node:
        case Words(words=words, prefix=prefix, field=field) if not field or field in fields:
            begun = [*(False for _ in words[1:]), prefix]
            return tuple(frozenset([_word(*word)]) for word in zip(words, begun))
        case Cased(words):
            return needs(words, fields)
        case Is(field="host", value=value) if "host" in fields:
            labels = [value] if value.isascii() else value.split(".")
            return _value(label for label in labels if label.isascii())  # the others are written in two ways
        case Is(field=field, value=value) if field in fields:
            return _value(_BLANK_OR_BROKEN.split(value))
        case And(parts) | Near(parts):
            return tuple(need for part in parts for need in needs(part, fields))
        case Or(parts):
            every = [max(needs(part, fields), key=_rarity, default=None) for part in parts]
            known = [need for need in every if need is not None]
            return (frozenset[Anchor]().union(*known),) if len(known) == len(every) else ()
        case _:
            return ()


def _value(parts: Iterable[str]) -> tuple[Need, ...]:
    """All parts of a value; it need not begin or end where words do."""
    return tuple(frozenset([Anchor(part)]) for part in parts if part)


def _word(word: str, begun: bool) -> Anchor:
    """A word, or only its beginning; without its sigil, between which and the word lines (_) may stand."""
    word = word.lstrip("#@")
    return Anchor(word, not stands_alone(word[0]), not (begun or len(word) >= LONGEST or stands_alone(word[-1])))


def _rarity(need: Need) -> tuple[bool, int]:
    """Of several needs the rarest is that with the longest shortest word; one that many words begin with is not."""
    return all(anchor.ends for anchor in need), min(len(anchor.text.encode()) for anchor in need)


def _file(filed: dict[str, tuple[Anchor, list[int]]], anchor: Anchor, number: int) -> None:
    """Under its characters; what is needed here as a word and there as a part of one is looked for as a part."""
    known, numbers = filed.get(anchor.text, (anchor, []))
    both = Anchor(anchor.text, known.begins and anchor.begins, known.ends and anchor.ends)
    filed[anchor.text] = both, [*numbers, number]


# -- what a text contains ----------------------------------------------------------------------------------------------


def _words(prepared: Prepared) -> str:
    """Every word of a message."""
    values = (str(value) for field in _FIELDS for value in prepared.raw(field))
    return "\n".join((prepared.document.text, *values))


def _fold(text: str) -> tuple[str, bool]:
    """A text that contains every word of the text as it is compared; and whether words begin and end in it where they
    do in the text, for no character became several, or another kind of character."""
    if text.isascii():
        return text.lower(), True
    folded = normal(text)
    if _cut_before(text, folded):
        folded += f" {segment(text)}"
    return folded, unicodedata.is_normalized("NFKC", text)


def _stands(anchor: Anchor, folded: str, start: int, end: int) -> bool:
    """Whether a word begins and ends here as it should, as far as the letters beside it tell."""
    if anchor.begins and start and folded[start - 1] in _INSIDE:
        return False
    return not (anchor.ends and end < len(folded) and folded[end] in _INSIDE)


def _cut_before(text: str, folded: str) -> bool:
    """Whether a word may have been cut, before it was folded, where the text as a whole holds together."""
    if len(text) > _LONGEST_RUN and any(len(run) > _LONGEST_RUN for run in text.split()):
        return True
    return ("\u0e33" in folded or "\u0eb3" in folded) and _DIVIDED_AM.search(text) is not None
