"""Words found by their letters, in a text that was not cut into words: quick, and never past a word that is there.

`line` gives the words of a text as they are compared, with one blank between them. Hardly any text needs to be cut into
words for it: most characters are compared as they stand, and what stands between words is a matter of its bytes. So
whoever looks for words in a line finds them all, and some that are none (the rest of a word behind a strange letter).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rapport.core.query.words import _MARKS, _SYMBOLS, _UNSPACED, LONGEST, normal, tokens

_LONGEST_RUN = 4 * LONGEST  # characters of a word that are looked at, before they are folded and cut
_FAR = "\U00010000-\U0001f3fa\U0001f400-\U0010ffff"  # beyond the first plane, but for skin tones
_NEAR_MARKS = "".join(re.findall(r"\\U0000\w{4}-\\U0000(?!fe0f)\w{4}", _MARKS))  # variants (FE0F) are never seen
# Characters that end a word, or are one, and become letters when they are folded, or let marks go astray: ™, ㎏, ´.
_BECOME_OTHERS = (
    "\u00a8\u00af\u00b4\u00b8\u02d8-\u02dd\u0384-\u0385\u1fbd\u1fbf-\u1fc1\u1fcd-\u1fcf\u1fdd-\u1fdf\u1fed-\u1fee"
    "\u1ffd-\u1ffe\u2017\u203e\u20a8\u2100-\u2101\u2103\u2105-\u2106\u2109\u2116\u2120-\u2122\u213b\u249c-\u24e9\u2adc"
    "\u309b-\u309c\u3196-\u319f\u3200-\u321e\u3250-\u327e\u32b1-\u32cf\u3358-\u337a\u3380-\u33ff\ufc5e-\ufc63\ufdfc"
    "\ufe33-\ufe34\ufe49-\ufe4f\ufe70-\ufe7e\uff3f\uff9e-\uff9f\uffe3\U0001f100-\U0001f190"
)
_STRANGE = re.compile(f"[{_NEAR_MARKS}{_BECOME_OTHERS}\U00010000-\U0001efff\U0001fb00-\U0010ffff]")
_BETWEEN = re.compile(rf"[^\x00-\x7f\w{_NEAR_MARKS}{_SYMBOLS}{_FAR}]+")
# The bytes with which the letters of scripts without spaces begin, and some others.
# They are looked for by their first byte, which is quick: alternatives that begin differently are tried at every byte.
_MAYBE_UNSPACED = re.compile(
    rb"[\xe0-\xea\xef\xf0](?:(?<=[\xe3-\xe9\xef])|(?<=\xe0)[\xb8-\xbb]|(?<=\xe1)[\x80-\x82\x9e\x9f]"
    rb"|(?<=\xe2)[\xba-\xbf]|(?<=\xea)[\xa7\xa9]|(?<=\xf0)(?:[\x9a\x9b\xa0-\xbf]|\x9f[\x88-\x8b]))"
)
_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_GAP = re.compile(rf"(?<=[{_UNSPACED}])(?:[^\w{_SYMBOLS}]|_)+(?=[{_UNSPACED}])")
_NO_LETTER = re.compile(rf"[^\w{_SYMBOLS}]+|_")
_SYMBOL = re.compile(f"[{_SYMBOLS}]")

_BLANK = ord(" ")
_AS_COMPARED = bytes(
    code if code >= 128 or code == ord("_") else ord(chr(code).lower()) if chr(code).isalnum() else _BLANK
    for code in range(256)
)
_WORD = re.compile(rb"[^ _](?:[^ ]*[^ _])?")
_INSIDE = frozenset(letter for letter in map(chr, range(0xE00)) if letter.isalnum())
"""Beside these a word neither begins nor ends; beyond them stand the scripts without spaces."""


class Letters(NamedTuple):
    """What to look for: these letters, and whether a word begins and ends with them."""

    text: str
    begins: bool = False
    ends: bool = False

    def stand(self, line: bytes, start: int, end: int) -> bool:
        """Whether a word may begin and end here as it should, as far as the letters beside it tell."""
        if (
            self.begins
            and start
            and line[start - 1] != _BLANK
            and _letters(line[max(start - 4, 0) : start])[-1:] in _INSIDE
        ):
            return False
        return not (
            self.ends and end < len(line) and line[end] != _BLANK and _letters(line[end : end + 4])[:1] in _INSIDE
        )


def _letters(some: bytes) -> str:
    """What can be read of some bytes; the first and the last character may be cut."""
    return some.decode("utf-8", "ignore")


def letters_of(words: Sequence[str], *, prefix: bool = False) -> Iterator[Letters]:
    """What to look for when words stand one behind the other, of the last only its beginning when `prefix`.

    Where a script has no spaces, what follows each other is looked for in one; its marks are left aside.

    >>> [found.text for found in letters_of(["the", "#ferry", "東", "京"])]
    ['the ferry', '東京']
    """
    bare = [word.strip("#@_") for word in words if word != "_"]  # lines (_) may stand between a sigil and its word
    for kind, run in groupby(enumerate(bare), key=lambda word: _kind(word[1])):
        places, texts = zip(*run, strict=True)
        if kind == "unspaced":
            yield Letters(_NO_LETTER.sub("", "".join(texts)))
        elif kind == "symbol":
            yield from map(Letters, texts)
        else:
            yield from _spaced(texts, begun=prefix and places[-1] == len(bare) - 1)


def _kind(word: str) -> str:
    return "unspaced" if _UNSPACED_LETTER.match(word) else "symbol" if _SYMBOL.match(word) else "spaced"


def _spaced(words: Sequence[str], *, begun: bool) -> Iterator[Letters]:
    """A phrase; a word of it that was cut may go on, so what follows it is looked for apart."""
    first = 0
    for place, word in enumerate(words, 1):
        if len(word) >= LONGEST or place == len(words):
            ends = len(word) < LONGEST and not (begun and place == len(words))
            yield Letters(" ".join(words[first:place]), begins=True, ends=ends)
            first = place


def line(text: str) -> bytes:
    """The words of the text as they are compared; scripts without spaces once more drawn together, where they are not.

    >>> line("The -- FERRY!").decode(), line("東・京").decode()
    ('the ferry', '東 京 東京')
    """
    parts = text.encode("utf-8", "surrogatepass").translate(_AS_COMPARED).split()
    if text.isascii():
        return _joined(parts)
    found = _joined([part if part.isascii() else _FOLDED[part] for part in parts])
    if _MAYBE_UNSPACED.search(found):
        drawn, gaps = _GAP.subn("", found.decode("utf-8", "surrogatepass"))
        return found + b" " + drawn.encode("utf-8", "surrogatepass") if gaps else found
    return found


def _joined(parts: list[bytes]) -> bytes:
    found = b" ".join(parts)
    return b" ".join(_WORD.findall(found)) if b"_" in found else found


def _fold(part: bytes) -> bytes:
    """What stands between two blanks: words never go on behind one."""
    text = part.decode("utf-8", "surrogatepass")
    folded = " ".join(token.text for token in tokens(text)) if _is_strange(text) else _BETWEEN.sub(" ", normal(text))
    return b" ".join(folded.encode("utf-8", "surrogatepass").translate(_AS_COMPARED).split())


class _Folded(dict[bytes, bytes]):
    """What `_fold` makes of what was met lately. Asked for every word that is not ASCII, so it is a bare dictionary."""

    def __missing__(self, part: bytes) -> bytes:
        folded = _fold(part)
        if len(part) <= LONGEST:
            if len(self) >= _MOST_FOLDED:
                self.clear()
            self[part] = folded
        return folded


_MOST_FOLDED = 65_536
_FOLDED = _Folded()


def _is_strange(text: str) -> bool:
    """Whether words that are cut out and then folded may be others than those of the text folded as a whole."""
    return len(text) > _LONGEST_RUN or _STRANGE.search(text) is not None
