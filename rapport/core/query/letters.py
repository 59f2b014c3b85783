"""Words found by their letters, in a text that was not cut into words: quick, and never past a word that is there.

`fold` gives a text in which every word stands as it is compared, and in which a word ends beside no letter of its own
kind. So whoever looks for words there finds them all, and some that are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rapport.core.query.words import _SYMBOLS, _UNSEEN, _UNSPACED, LONGEST, normal, tokens

# Characters that end a word, or are one, and become letters when they are folded: Ferry™, 5㎏, 🅰.
_BECOME_LETTERS = (
    "\u0345\u20a8\u2100\u2101\u2103\u2105\u2106\u2109\u2116\u2120-\u2122\u213b\u249c-\u24e9\u3196-\u319f\u3200-\u321e"
    "\u3250-\u327e\u32b1-\u32cf\u3358-\u337a\u3380-\u33ff\ufdfc\U0001f100-\U0001f190"
)
_LONGEST_RUN = 4 * LONGEST  # characters of a word that are looked at, before they are folded and cut
_BECOMES_A_LETTER = re.compile(f"[{_BECOME_LETTERS}]")
_DIVIDED_AM = re.compile(rf"[\u0e4d\u0ecd][{_UNSEEN}]+[\u0e32\u0eb2]")
_ALONE = re.compile(rf"[{_UNSPACED}{_SYMBOLS}]")
_UNSPACED_LETTER = re.compile(rf"[{_UNSPACED}]")
_GAP = re.compile(rf"(?<=[{_UNSPACED}])(?:[^\w{_SYMBOLS}]|_)+(?=[{_UNSPACED}])")
_NO_LETTER = re.compile(rf"[^\w{_SYMBOLS}]+|_")
_INSIDE = frozenset(letter for letter in map(chr, range(0xE00)) if letter.isalnum())
"""Beside these a word neither begins nor ends; beyond them stand the scripts without spaces."""


class Letters(NamedTuple):
    """What to look for: these letters, and whether a word begins and ends with them."""

    text: str
    begins: bool = False
    ends: bool = False


def letters_of(words: Sequence[str], *, prefix: bool = False) -> Iterator[Letters]:
    """What to look for when words stand one behind the other, of the last only its beginning when `prefix`.

    Where a script has no spaces, what follows each other is looked for in one; its marks are left aside.

    >>> [found.text for found in letters_of(["the", "#ferry", "東", "京"])]
    ['the', 'ferry', '東京']
    """
    bare = [word.lstrip("#@") for word in words]  # between its sigil and a word lines (_) may stand
    for unspaced, run in groupby(enumerate(bare), key=lambda word: _UNSPACED_LETTER.match(word[1]) is not None):
        places, texts = zip(*run, strict=True)
        if unspaced:
            yield Letters(_NO_LETTER.sub("", "".join(texts)))
            continue
        for place, text in zip(places, texts, strict=True):
            begun = (prefix and place == len(bare) - 1) or len(text) >= LONGEST
            yield Letters(text, not _ALONE.match(text[0]), not (begun or _ALONE.match(text[-1])))


def fold(text: str) -> str:
    """The text as its words are compared; then, where that differs, with scripts without spaces drawn together.

    >>> fold("The FERRY"), fold("東・京")
    ('the ferry', '東・京\\n東京')
    """
    if text.isascii():
        return text.lower()
    folded = normal(text)
    if _falls_apart(text):
        folded += "\n" + " ".join(token.text for token in tokens(text))
    if _UNSPACED_LETTER.search(folded):
        drawn, gaps = _GAP.subn("", folded)
        folded += f"\n{drawn}" if gaps else ""
    return folded


def _falls_apart(text: str) -> bool:
    """Whether words that are cut out and then folded may be others than those of the text folded as a whole."""
    if _BECOMES_A_LETTER.search(text):
        return True
    if len(text) > _LONGEST_RUN and any(len(run) > _LONGEST_RUN for run in text.split()):
        return True
    return ("\u0e4d" in text or "\u0ecd" in text) and _DIVIDED_AM.search(text) is not None


def stands(letters: Letters, folded: str, start: int, end: int) -> bool:
    """Whether a word may begin and end here as it should, as far as the letters beside it tell."""
    if letters.begins and start and folded[start - 1] in _INSIDE:
        return False
    return not (letters.ends and end < len(folded) and folded[end] in _INSIDE)
