"""Texts as hashed n-grams of words and characters, for a whole batch at once.

The batch becomes one array of code points, and every n-gram of it a difference of two prefix sums of a polynomial hash
(Karp and Rabin 1987), so no Python loop runs over characters. Training and reading share this file: the numbers that it
gives must stay the same for as long as weights made with them are in use.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

BUCKET_BITS = 20
BUCKETS = 1 << BUCKET_BITS
FAMILIES = ("word", "word under negation", "two words", "3 characters", "4 characters", "5 characters")
CHARACTERS = (3, 4, 5)
NEGATION_REACH = 3
BATCH = 512
"""Texts that are worked on at once; larger batches leave the processor's cache."""
LONGEST = 4_000
"""Characters of a text that are looked at; the rest would change nothing but the time."""

# A negation turns the words behind it round. Tokens as `_tokens` cuts them: lower case, apostrophe inside.
NEGATIONS = """
    not no never nothing neither nor none nobody cannot can't cant don't dont doesn't doesnt didn't didnt isn't
    isnt wasn't wasnt aren't arent weren't won't wont wouldn't wouldnt couldn't shouldn't haven't havent hasn't
    hadn't ain't aint without nicht kein keine keinen keiner nie niemals ohne pas jamais rien aucun aucune sans
    ni nunca nada ningún ninguna sin tampoco non mai niente nessun nessuna senza não nao nem nenhum nenhuma sem
    لا ليس لم لن nahi nahin
"""

_LINK = re.compile(r"(?:https?:|www\.)\S+|\bhttps?\b")
_HANDLE = re.compile(r"(?<!\w)@\w[\w.-]*(?:@[\w.-]+)?")
# Marks piled upon letters (what is left when each letter has taken its accent), and signs that nobody sees.
_HIDING = re.compile("[\u0300-\u036f\u20d0-\u20ff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_LINK_MARK, _HANDLE_MARK = "\ue001", "\ue002"

_SEPARATOR, _WORD, _SYMBOL, _PICTURE = range(4)
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)

Codes = NDArray[np.uint32]
Classes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]
HashOf = Callable[[Places, Places], Hashes]


@dataclass(frozen=True, slots=True)
class Grams:
    """One family of n-grams over a batch.

    buckets   the bucket of each n-gram, from 0 to BUCKETS - 1, in the order of the texts
    ends      for each text the place in `buckets` behind its last n-gram; shape (texts,)
    """

    buckets: Places
    ends: Places

    def counts(self) -> Places:
        """N-grams per text; shape (texts,)."""
        return np.diff(self.ends, prepend=0)


def grams(texts: Sequence[str]) -> tuple[Grams, ...]:
    """The n-grams of at least one text, in the order of FAMILIES. Those of the last batch are remembered: the readers
    of tone and of kind ask for the same, and so does a head. Not to be written to.

    >>> words, negated, pairs, *_ = grams(["Never again", ""])
    >>> words.counts().tolist(), negated.counts().tolist(), pairs.counts().tolist()
    ([2, 0], [1, 0], [1, 0])
    """
    return _grams(tuple(text[:LONGEST] for text in texts))


@lru_cache(maxsize=1)
def _grams(texts: tuple[str, ...]) -> tuple[Grams, ...]:
    codes = _codes(texts)
    classes = _classes(codes)
    text_of = np.cumsum(codes == 10, dtype=np.intp)
    hash_of = _spans(codes)
    found = [*_words(classes, text_of, hash_of), *_characters(classes, hash_of)]
    return tuple(
        Grams(_buckets(hashes, family), np.searchsorted(text_of[places], np.arange(len(texts)), side="right"))
        for family, (places, hashes) in enumerate(found)
    )


def plain(text: str) -> str:
    """Lower case, compatibility forms folded, links and handles as one mark each, single spaces.

    >>> plain("Thanks  @ana@example.social: https://example.org") == "thanks \\ue002: \\ue001"
    True
    >>> plain("T̶e̶r̶r̶i̶b̶l̶e")
    'terrible'
    """
    text = text[:LONGEST].lower()
    if not text.isascii():
        text = _HIDING.sub("", unicodedata.normalize("NFKC", text).lower()).replace("’", "'")
    if "http" in text or "www." in text:
        text = _LINK.sub(_LINK_MARK, text)
    if "@" in text:
        text = _HANDLE.sub(_HANDLE_MARK, text)
    return " ".join(text.split())


def _codes(texts: Sequence[str]) -> Codes:
    """One array of code points: a text is ` text `, texts are parted by a line feed; digits are all 0."""
    joined = " \n ".join(map(plain, texts)).join((" ", " "))
    encoding = f"utf-32-{'le' if sys.byteorder == 'little' else 'be'}"
    codes = np.frombuffer(joined.encode(encoding, "surrogatepass"), dtype=np.uint32)
    codes = np.where((codes >= 48) & (codes <= 57), np.uint32(48), codes)
    third = np.zeros(len(codes), dtype=bool)  # sooooo is soo
    third[2:] = (codes[2:] == codes[1:-1]) & (codes[2:] == codes[:-2])
    return codes[~third]


@lru_cache(maxsize=1)
def _class_table() -> NDArray[np.uint8]:
    """The class of every code point of the basic plane."""
    table = np.full(0x10000, _PICTURE, dtype=np.uint8)
    table[:0x2000] = _SYMBOL
    for code in range(0x10000):
        category = unicodedata.category(chr(code))[0]
        if category in "LNM":
            table[code] = _WORD
        elif category in "ZC":
            table[code] = _SEPARATOR
    table[0xFE00:0xFE10] = _SEPARATOR  # variation selectors
    table[[ord(mark) for mark in _LINK_MARK + _HANDLE_MARK]] = _PICTURE
    table[[ord("'"), ord("_")]] = _WORD
    return table


def _classes(codes: Codes) -> Classes:
    """What each code point is. Beyond the basic plane nearly everything in a post is an emoji, so: a picture."""
    return np.where(codes < 0x10000, _class_table()[np.minimum(codes, 0xFFFF)], np.uint8(_PICTURE))


def _tokens(classes: Classes) -> tuple[Places, Places]:
    """Where tokens start and end: a run of letters, a run of symbols, or one picture."""
    before = np.concatenate(([_SEPARATOR], classes[:-1]))
    starts = np.flatnonzero((classes != _SEPARATOR) & ((classes != before) | (classes == _PICTURE)))
    behind = np.concatenate((classes[1:], [_SEPARATOR]))
    ends = np.flatnonzero((classes != _SEPARATOR) & ((classes != behind) | (classes == _PICTURE))) + 1
    return starts, ends


def _words(classes: Classes, text_of: Places, hash_of: HashOf) -> Iterator[tuple[Places, Hashes]]:
    """Words, words under negation, and pairs of words: where each starts, and its hash."""
    starts, ends = _tokens(classes)
    words, texts = hash_of(starts, ends), text_of[starts]
    yield starts, words

    negations = _negations()
    nearest = np.minimum(np.searchsorted(negations, words), len(negations) - 1)  # np.isin costs 7 MB of numpy.ma
    negation = negations[nearest] == words
    negated = np.zeros(len(words), dtype=bool)
    for reach in range(1, NEGATION_REACH + 1):
        negated[reach:] |= negation[:-reach] & (texts[reach:] == texts[:-reach])
    negated &= classes[starts] == _WORD
    yield starts[negated], words[negated]

    together = texts[1:] == texts[:-1]
    yield starts[1:][together], (_mixed(words[:-1]) + words[1:])[together]


def _characters(classes: Classes, hash_of: HashOf) -> Iterator[tuple[Places, Hashes]]:
    """Runs of characters with no separator inside; one may stand at either end, so that words have edges."""
    separators = np.concatenate(([0], np.cumsum(classes == _SEPARATOR, dtype=np.intp)))
    for length in CHARACTERS:
        starts = np.arange(max(0, len(classes) - length + 1))
        starts = starts[separators[starts + length - 1] == separators[starts + 1]]
        yield starts, hash_of(starts, starts + length)


@lru_cache(maxsize=1)
def _negations() -> Hashes:
    codes = _codes(NEGATIONS.split())
    return np.sort(_spans(codes)(*_tokens(_classes(codes))))


def _buckets(hashes: Hashes, family: int) -> Places:
    salted = hashes + np.uint64((family + 1) * _BASE & 0xFFFFFFFFFFFFFFFF)
    return (_mixed(salted) >> np.uint64(64 - BUCKET_BITS)).astype(np.intp)


def _spans(codes: Codes) -> HashOf:
    """A function that hashes codes[start:end] for arrays of starts and ends.

    sums[i] is the sum of m(codes[j]) B^j over j < i, modulo 2^64; a difference of two, times B^-start, is the hash.
    """
    powers, inverse_powers = (np.full(len(codes) + 1, base, dtype=np.uint64) for base in (_BASE, _INVERSE))
    powers[0] = inverse_powers[0] = 1
    powers, inverse_powers = np.cumprod(powers), np.cumprod(inverse_powers)
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum(_mixed(codes.astype(np.uint64)) * powers[:-1], out=sums[1:])
    return lambda starts, ends: (sums[ends] - sums[starts]) * inverse_powers[starts]


def _mixed(values: Hashes) -> Hashes:
    """A bijection that spreads every bit over all others (the finish of splitmix64; Steele, Lea and Flood 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
