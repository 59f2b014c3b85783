"""Words found by their letters, in a text that was not cut into words: quick, and never past a word that is there.

`line` gives the words of a text as they are compared, with one blank between them. Hardly any text needs to be cut into
words for it: in most every character is plain, which is to say that what folding makes of it does not depend on what
stands beside it, and is what `casefold` makes of it. Such a text is folded in one piece. One with any other character
(a mark, a ligature, a full-width letter) is folded part by part, as they stand between its blanks. Whoever looks for
words in a line finds them all, and some that are none (the rest of a word behind a strange letter).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

from rapport.core.query.words import _MARKS, _SYMBOLS, _UNSEEN_CHARACTER, _UNSPACED, LONGEST, _ranges, normal, tokens

_LONGEST_RUN = 4 * LONGEST  # characters of a word that are looked at, before they are folded and cut
_MOST_UNSEEN = _LONGEST_RUN - LONGEST  # with more of them, words are cut that would not be without
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
    if text.isascii():
        return _words(text.encode())
    kinds = _kinds()
    first = kinds.others.search(text)
    if first is None:
        return _words(_BETWEEN_WORDS.sub(b" ", text.encode()))
    if kinds.entangled.search(text, first.start()):
        given, text = text, _UNSEEN_CHARACTER.sub("", text)  # often that is all: emoji have them
        if len(given) - len(text) > _MOST_UNSEEN or kinds.entangled.search(text):
            return _line_by_parts(given)
    found = _words(kinds.between.sub(" ", text.casefold()).encode())
    if not kinds.unspaced.search(text):
        return found
    drawn = found.translate(None, b" _")
    return found + b" " + drawn if len(drawn) < len(found) else found


def _words(text: bytes) -> bytes:
    """Those of a text that has nothing left to be folded but capitals of ASCII."""
    return _joined(text.translate(_AS_COMPARED).split())


def _line_by_parts(text: str) -> bytes:
    parts = text.encode("utf-8", "surrogatepass").translate(_AS_COMPARED).split()
    found = _joined([*filter(None, (part if part.isascii() else _FOLDED[part] for part in parts))])
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


# -- plain characters --------------------------------------------------------------------------------------------------


class _Kinds(NamedTuple):
    """Where to find characters of some kind.

    entangled  not plain: what folding makes of it depends on what stands beside it, or is not what `casefold` makes
    others     any but plain letters of scripts with spaces that are compared as they stand, and _BETWEEN_WORDS
    between    in a text of plain ones: what stands between words
    unspaced   in a text of plain ones: letters of scripts without spaces
    """

    entangled: re.Pattern[str]
    others: re.Pattern[str]
    between: re.Pattern[str]
    unspaced: re.Pattern[str]


_BETWEEN_WORDS = re.compile(rb"[\xc2\xe2](?:(?<=\xc2)|\x80)[\x80-\xbf]")
"""What is plain among these: dashes, quotation marks, dots in one."""

_IDEOGRAPHS = range(0x3400, 0xA000)
_SYLLABLES = range(0xAC00, 0xD7A4)  # of Korean; what they can be put together of is not plain
_EXAMINED = (
    *(range(0x80, 0x1100), range(0x1200, 0x2E80), range(0x3000, 0x3100)),
    *(range(0xFE10, 0xFFF0), range(0x1F000, 0x1FB00)),
)
"""What is in none of these is rare, and taken as not plain."""

_WORDLIKE = re.compile(rf"[\w{_MARKS}{_SYMBOLS}]")


@cache
def _kinds() -> _Kinds:
    """Worked out when it is first wanted, from what Python knows of characters, which is more from year to year."""
    alone = dict(_plain([code for some in _EXAMINED for code in some]))
    plain = {code: cased for code, cased in alone.items() if all(ord(one) in alone or one.isascii() for one in cased)}
    wordlike = [code for code in plain if _WORDLIKE.match(chr(code))]
    spaced = [code for code in wordlike if not _UNSPACED_LETTER.match(chr(code))]
    others = plain.keys() - wordlike
    quick = [code for code in others if _BETWEEN_WORDS.match(chr(code).encode())]
    return _Kinds(
        entangled=_any_but(plain, _IDEOGRAPHS, _SYLLABLES),
        others=_any_but((code for code in spaced if plain[code] == chr(code)), quick, _SYLLABLES),
        between=_any_but(wordlike, _IDEOGRAPHS, _SYLLABLES),
        unspaced=_any_but(spaced, others, _SYLLABLES),
    )


def _any_but(*codes: Iterable[int]) -> re.Pattern[str]:
    """A pattern of what it passes over, and ASCII, is quicker than one of what it finds."""
    return re.compile(f"[^{_ranges(sorted({*range(0x80)}.union(*codes)))}]")


def _plain(codes: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Which of them are plain, and what `casefold` makes of them. All are folded at once, kept apart by line ends."""
    lines = "\n".join(map(chr, codes))
    for code, cased, folded in zip(codes, lines.casefold().split("\n"), normal(lines).split("\n"), strict=True):
        alike = folded == cased or (folded and not _WORDLIKE.search(chr(code) + folded))
        if alike and not unicodedata.category(chr(code)).startswith("M"):
            yield code, cased
