"""Words: how a text in any script becomes the tokens that queries compare.

A word is a run of letters, digits, the marks that belong to them, and underscores between them. Scripts that are
written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) give one token per character, so that a phrase
finds a run of them; emoji give one token each. Apostrophes, hyphens and dots separate: "don't" is `don t`, and a query
for "don't" is the phrase `don t`, which finds it again. Words are compared after Unicode NFKC and case folding.

The tokens consist of letters, digits, marks, symbols and `_`, with a leading `#` or `@` where the text had one. SQLite
keeps them whole in an FTS5 table with `tokenize = "ascii tokenchars '#@_'"`: that tokenizer takes every character
beyond ASCII as part of a word (`unicode61` would split at characters newer than its tables). PostgreSQL keeps them
whole with `array_to_tsvector(lexemes)`, which skips its parser.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST = 64
"""Words are compared by their first 64 characters; longer ones are keys and encoded data."""

FTS5_TOKENIZER = "ascii tokenchars '#@_'"


def _ranges(codes: list[int]) -> str:
    """The inside of a character class that holds these code points, given in ascending order."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in runs)


_MARKS = _ranges([code for code in range(0x300, 0x1E950) if unicodedata.category(chr(code))[0] == "M"])
# Soft hyphen, zero-width characters, joiners, direction marks, variation selectors: seen by nobody, compared by nobody.
_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
_SYMBOLS = "\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff"  # without skin tones
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_LETTER_APOSTROPHE = "\u02bc"  # a letter to Unicode, but people type it where others type ' or ’
_SIGILS = {"": "", "#": "#", "@": "@", "＃": "#", "＠": "@"}

# `#` and `@` count where a word begins: not in an address of mail, not in the middle of a link.
_ASCII_RUN = re.compile(r"(?:(?<!\w)([#@])_*)?([^\W_](?:\w*[^\W_])?)", re.ASCII)
_RUN = re.compile(rf"(?:(?<!\w)([#@＃＠])_*)?([^\W_][\w{_MARKS}{_UNSEEN}]*)|([{_SYMBOLS}])")
_CHARACTER = re.compile(rf"[{_UNSPACED}]")
_PIECE = re.compile(
    rf"[{_UNSPACED}][{_MARKS}{_UNSEEN}\uff9e\uff9f]*|[^{_UNSPACED}{_MARKS}{_UNSEEN}][^{_UNSPACED}]*",
)
_WHOLE = re.compile(r".+", re.DOTALL)
_UNSEEN_CHARACTER = re.compile(f"[{_UNSEEN}]")
_PLAIN = re.compile(rf"\w[\w{_MARKS}]*|[{_SYMBOLS}]")


class Token(NamedTuple):
    """One word of a text.

    text        as it is compared
    start, end  where it stands in the text, in code points; with its sigil
    sigil       `#` or `@` where the word is a hashtag or a handle, else empty
    """

    text: str
    start: int
    end: int
    sigil: str = ""

    @property
    def marked(self) -> str:
        """The word with its sigil."""
        return self.sigil + self.text


def normal(text: str) -> str:
    """The form in which words and values are compared: NFKC, case folded, without characters that nobody sees.

    >>> normal("STRASSE") == normal("straße"), normal("İstanbul")
    (True, 'istanbul')
    """
    if text.isascii():
        return text.lower()
    text = _UNSEEN_CHARACTER.sub("", text)
    while True:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        # The dot that folding leaves behind the Turkish capital İ would hide it from a query for "istanbul".
        folded = folded.replace("i\u0307", "i").replace(_LETTER_APOSTROPHE, "'")
        if folded == text:
            return folded
        text = folded


def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text, in order.

    >>> [token.marked for token in tokens("The #Ferry wasn't late, @Ada")]
    ['the', '#ferry', 'wasn', 't', 'late', '@ada']
    >>> [token.text for token in tokens("東京タワー")]
    ['東', '京', 'タ', 'ワ', 'ー']
    """
    return tuple(_ascii_tokens(text) if text.isascii() else _tokens(text))


def segment(text: str) -> str:
    """The words of a text joined by spaces, as SQLite's FTS5 stores them; hashtags and handles once more at the end.

    Plain words come first and without sigils, so that the phrase "the ferry was" finds "the #ferry was". What follows
    them lets `#ferry` be told from `ferry`.

    >>> segment("The #Ferry was late")
    'the ferry was late #ferry'
    """
    found = tokens(text)
    return " ".join([*(token.text for token in found), *(token.marked for token in found if token.sigil)])


def lexemes(text: str) -> tuple[str, ...]:
    """The different words of a text, as PostgreSQL's `array_to_tsvector` takes them.

    >>> lexemes("late, late #ferry")
    ('#ferry', 'ferry', 'late')
    """
    return tuple(sorted(set(segment(text).split())))


def _ascii_tokens(text: str) -> Iterator[Token]:
    for run in _ASCII_RUN.finditer(text):
        sigil, word = run.groups("")
        start, end = run.span(2)
        yield Token(word[:LONGEST].lower(), run.start() if sigil else start, end, sigil)


def _tokens(text: str) -> Iterator[Token]:
    for run in _RUN.finditer(text.replace(_LETTER_APOSTROPHE, "'")):
        sigil, word, symbol = run.groups("")
        if symbol:
            yield from _placed(symbol, run.start(), run.end(), "")
            continue
        word, start = word.rstrip("_"), run.start(2)
        pieces = _PIECE.finditer(word) if _CHARACTER.search(word) else _WHOLE.finditer(word)
        for piece in pieces:
            begin = run.start() if sigil else start + piece.start()
            yield from _placed(piece[0], begin, start + piece.end(), sigil)
            sigil = ""  # it belongs to the first piece


def _placed(piece: str, start: int, end: int, sigil: str) -> Iterator[Token]:
    for form in _forms(piece[: 4 * LONGEST]):
        yield Token(form, start, end, _SIGILS[sigil])
        sigil = ""


@lru_cache(maxsize=65_536)
def _forms(piece: str) -> tuple[str, ...]:
    """A piece in the form that is compared. Normalising can reveal several words (ﷺ is four)."""
    word = normal(piece)
    if _PLAIN.fullmatch(word) and (len(word) == 1 or not _CHARACTER.search(word)):
        return (word[:LONGEST],)
    runs = ((run[2] or run[3]).rstrip("_") for run in _RUN.finditer(word))
    return tuple(part[0][:LONGEST] for run in runs for part in _PIECE.finditer(run))
