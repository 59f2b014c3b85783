"""Which terms would cut noise: what people judged as noise has in common, and what they judged as wanted has not."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapport.core.proportion import wilson
from rapport.core.query.match import Prepared, Query
from rapport.core.query.nodes import And, Cased, Everything, Is, Near, Node, Not, Or, Words, none_of
from rapport.core.query.parse import parse
from rapport.core.query.words import Token, is_paired, tokens
from rapport.core.types import Document, Estimate, NotEnough, Span

FEWEST = 20
"""Judged messages below which nothing is suggested."""

MOST = 5
"""Suggestions at once: more would be a second list to read."""

CHANCE = 0.05
"""How often something may be suggested at all where noise has nothing to do with the words."""

LOST = 0.1
"""The share of the wanted ones that a term may lose, of those that were judged."""

FEW = 4
"""A term stands in at least so many of them: of three that are all noise, the low end would still be less than half."""

HALF = 0.5
"""More than this share of what a term cuts is noise, also at the low end of its interval."""

_JOINED = {"", " ", "-", "'", "’"}  # what may stand between the two words of a phrase


@dataclass(frozen=True, slots=True)
class Judged:
    """A message that the query matches, and whether a person called it noise."""

    document: Document
    noise: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term that would cut noise, and what it would have done to the judged messages.

    term    as a query writes it: `-cup` excludes, `ferry` requires
    cut     finds the messages that it would cut
    noise   judged as noise, cut                  wanted  judged as wanted, lost with them
    purity  the share of noise among what it cuts, between 0 and 1
    """

    term: str
    cut: Query
    noise: int
    wanted: int
    purity: Estimate


def suggest(query: Query, judged: Sequence[Judged]) -> tuple[Suggestion, ...] | NotEnough:
    """At most five terms that would cut noise from what the query matches, the one that cuts most first.

    Words, phrases of two words, hashtags, hosts and authors can be excluded, words, phrases and hashtags also required.
    What the query itself asks for is never suggested. A term stands here when

    - noise is among what it cuts more often than chance would have it: Fisher's exact test, one-sided, of all terms
      together at 5 % (Tarone's correction, which does not count terms too rare to be found out), so that for verdicts
      that have nothing to do with the words at most one of twenty samples brings any suggestion;
    - more than half of what it cuts is noise, also at the low end of Wilson's interval;
    - at most a tenth of the wanted ones are lost;
    - it cuts noise that no suggestion before it cuts.

    query    with which the messages were found
    judged   messages drawn with the same chance each; those that nobody could tell left out. What a page may not
             show (private data) must be dotted out of their texts, for a suggestion is shown

    Returns NotEnough below 20 judged messages; nothing when no term would help.

    Source: R. A. Fisher (1935), The Design of Experiments, chapter 2; R. E. Tarone (1990), Biometrics 46, 515-522.

    >>> noise = [Judged(Document(f"ferry to the cup {n}"), noise=True) for n in "abcdefgh"]
    >>> wanted = [Judged(Document(f"the ferry was late {n}"), noise=False) for n in "ijklmnopqrstuvwx"]
    >>> [(found.term, found.noise, found.wanted) for found in suggest(parse("ferry"), noise + wanted)]
    [('-cup', 8, 0)]
    >>> suggest(parse("ferry"), wanted)
    NotEnough(have=16, need=20, what='judged matches')
    """
    if len(judged) < FEWEST:
        return NotEnough(len(judged), FEWEST, "judged matches")
    bad = _bits(one.noise for one in judged)
    cuts = _cuts(judged, _Asked.of(query))
    possible = [
        _tail(min(cut.bit_count(), bad.bit_count()), cut.bit_count(), bad.bit_count(), len(judged)) for cut in cuts
    ]
    limit = _tarone(possible)
    found = [_Candidate.of(node, cut, bad) for cut, node in cuts.items()]
    good = len(judged) - bad.bit_count()
    helping = [one for one in found if one.helps(good) and one.chance(bad.bit_count(), len(judged)) <= limit]
    return tuple(_best(helping))


def with_term(text: str, term: str) -> str:
    """The text of a query with one more term that every match has to fulfil; raises QueryError if it is none.

    >>> with_term("ferry OR boat", "-cup"), with_term('"late ferry"', "-cup"), with_term("*", "-cup")
    ('(ferry OR boat) -cup', '"late ferry" -cup', '-cup')
    """
    root = parse(text).root
    if isinstance(root, Everything):
        return term
    return f"({text.strip()}) {term}" if isinstance(root, Or) else f"{text.strip()} {term}"


# -- choosing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A term and what it cuts: sets of judged messages as bits, noise and wanted ones apart."""

    node: Node
    noise: int
    wanted: int

    @classmethod
    def of(cls, node: Node, cut: int, bad: int) -> _Candidate:
        return cls(node, cut & bad, cut & ~bad)

    @property
    def purity(self) -> Estimate:
        noise = self.noise.bit_count()
        return wilson(noise, noise + self.wanted.bit_count())

    def helps(self, good: int) -> bool:
        return self.wanted.bit_count() <= LOST * good and self.purity.low > HALF

    def chance(self, bad: int, of: int) -> float:
        return _tail(self.noise.bit_count(), (self.noise | self.wanted).bit_count(), bad, of)


def _best(candidates: Iterable[_Candidate]) -> Iterator[Suggestion]:
    left, cut = list(candidates), 0
    for _turn in range(MOST):
        left = [one for one in left if one.noise & ~cut]
        if not left:
            return
        best = min(
            left, key=lambda one: (-(one.noise & ~cut).bit_count(), one.wanted.bit_count(), _simplicity(one.node))
        )
        yield Suggestion(
            _written(best.node),
            Query(none_of(best.node)),
            best.noise.bit_count(),
            best.wanted.bit_count(),
            best.purity,
        )
        cut |= best.noise


@lru_cache(maxsize=65_536)
def _tail(least: int, cut: int, bad: int, of: int) -> float:
    """The probability that at least so many of `cut` messages are among the `bad` ones, when they are any of all."""
    ways = sum(math.comb(bad, hits) * math.comb(of - bad, cut - hits) for hits in range(least, min(cut, bad) + 1))
    return ways / math.comb(of, cut)


def _tarone(possible: Iterable[float]) -> float:
    """How improbable one term has to be, by how improbable each could be at most."""
    ordered = sorted(possible)
    tests = 1
    while bisect_right(ordered, CHANCE / tests) > tests:
        tests += 1
    return CHANCE / tests


# -- candidates --------------------------------------------------------------------------------------------------------


def _cuts(judged: Sequence[Judged], asked: _Asked) -> dict[int, Node]:
    """For each set of messages that can be cut the simplest condition that does it."""
    seen = [Prepared(one.document) for one in judged]
    often = Counter(term for one in seen for term in set(_terms(one)))
    terms = sorted((term for term, n in often.items() if n >= FEW and not asked.has(term)), key=_simplicity)
    having = {term: _bits(map(Query(term).matches, seen)) for term in terms}
    everything = (1 << len(seen)) - 1
    cuts: dict[int, Node] = {}
    for term in terms:
        cuts.setdefault(having[term], none_of(term))
    for term in filter(_may_be_required, terms):
        cuts.setdefault(everything ^ having[term], term)
    return {cut: node for cut, node in cuts.items() if cut not in (0, everything)}


def _bits(marks: Iterable[bool]) -> int:
    return sum(mark << place for place, mark in enumerate(marks))


def _may_be_required(term: Node) -> bool:
    return isinstance(term, Words) and not term.field


def _simplicity(node: Node) -> tuple[bool, int, int, str]:
    """Of conditions that cut the same, what excludes comes first, then the narrower kind, then the longer word."""
    term = node.part if isinstance(node, Not) else node
    return not isinstance(node, Not), _kind(term), -len(str(term)), str(term)


def _kind(term: Node) -> int:
    """Hosts, hashtags, authors, words, phrases."""
    if not isinstance(term, Words):
        return 0
    return 1 if term.words[0].startswith("#") else 2 if term.field else 2 + len(term.words)


def _terms(prepared: Prepared) -> Iterator[Words | Is]:
    """What can be said of a message in one term that is worth reading."""
    document = prepared.document
    yield from (Is("host", host) for host in sorted(prepared.values("host")) if "." in host)
    names = prepared.raw("author")
    if handle := tuple(token.text for token in tokens(str(names[-1]))) if names else ():
        yield Words(handle, field="author")
    words = [token for token in prepared.tokens if _is_plain(token, document.spans)]
    for token in filter(_stands_alone, words):
        yield from {Words((token.text,)), Words((token.marked,))}
    for one, other in pairwise(words):
        if (
            is_paired(one.text) == is_paired(other.text)
            and not other.sigil
            and document.text[one.end : other.start] in _JOINED
        ):
            yield Words((one.text, other.text))


def _is_plain(token: Token, spans: Iterable[Span]) -> bool:
    """A word of the text itself: addresses count as hosts, and whom it mentions says little of what it is about."""
    inside = (span for span in spans if span.start < token.end and token.start < span.end)
    return token.sigil != "@" and not any(span.kind in ("link", "mention") for span in inside)


def _stands_alone(token: Token) -> bool:
    """One letter, one character of a script without spaces, or a number says too little by itself."""
    word = token.text
    return not is_paired(word) and not word.isdecimal() and (len(word) > 1 or not word.isalnum())


def _written(condition: Node) -> str:
    excluded = isinstance(condition, Not)
    term = condition.part if isinstance(condition, Not) else condition
    joined = isinstance(term, Words) and not term.field and all(map(is_paired, term.words))
    words = "".join(term.words) if joined and isinstance(term, Words) else str(term)
    return f"-{words}" if excluded else words


# -- what the query asks for -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """The words that a query wants to find, and the beginnings of words."""

    words: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, query: Query) -> _Asked:
        words: set[str] = set()
        beginnings: set[str] = set()
        for term in _wanted(query.root):
            given = _words_of(term)
            if term.prefix and given:
                beginnings.add(given.pop())
            words.update(given)
        return cls(frozenset(words), tuple(beginnings))

    def has(self, term: Words | Is) -> bool:
        """Whether every word of the term is one that the query asks for."""
        return all(word in self.words or word.startswith(self.beginnings) for word in _words_of(term))


def _wanted(node: Node) -> Iterator[Words | Is]:
    match node:
        case Words() | Is():
            yield node
        case Cased():
            yield node.words
        case And(parts) | Or(parts) | Near(parts):
            for part in parts:
                yield from _wanted(part)


def _words_of(term: Words | Is) -> list[str]:
    values = term.words if isinstance(term, Words) else (term.value,)
    return [token.text for value in values for token in tokens(value)]
