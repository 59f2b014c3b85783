"""Words: how a text in any script becomes the tokens that queries compare.

A word is a run of letters, digits, the marks that belong to them, and underscores between them. Scripts that are
written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) give one token per character, so that a phrase
finds a run of them, wherever a dictionary would cut; a character keeps the marks above and below it. The databases
store pairs of such characters in their place: one character alone stands in too many messages to narrow a search down.
Emoji give one token each. Apostrophes, hyphens and dots separate: "don't" is `don t`, and a query for "don't" is the
phrase `don t`, which finds it again. Words are compared after Unicode NFKC and case folding.

The tokens consist of letters, digits, marks, symbols and `_`, with a leading `#` or `@` where the text had one. SQLite
keeps them whole in an FTS5 table with `tokenize = "ascii tokenchars '#@_'"`: that tokenizer takes every character
beyond ASCII as part of a word (`unicode61` would split at characters newer than its tables). PostgreSQL keeps them
whole with `array_to_tsvector(lexemes)`, which skips its parser.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
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
_RADICALS = "\u2e80-\u2fdf"  # symbols to Unicode; as text they come out of PDFs in place of the characters
_SYMBOLS = (  # without skin tones; with the squared words of Japanese typesetting (㍿, ㌔)
    f"\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff{_RADICALS}\u3200-\u33ff\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
)
_UNSPACED = (
    f"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff{_RADICALS}\u3005-\u3007\u3038-\u303a\u3040-\u312f\u3190-\u319f"
    "\u31f0-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9f\U0001aff0-\U0001b16f"
    "\U0001f200-\U0001f2ff\U00020000-\U0003ffff"
)
_LETTER_APOSTROPHE = "\u02bc"  # a letter to Unicode, but people type it where others type ' or ’
_AM = {"\u0e4d\u0e32": "\u0e33", "\u0ecd\u0eb2": "\u0eb3"}
_BEFORE_WORDS = "#@＃＠_"
_SIGILS = {"": "", "#": "#", "@": "@", "＃": "#", "＠": "@"}

# `#` and `@` count where a word begins: not in an address of mail, not in the middle of a link.
_ASCII_RUN = re.compile(r"(?:(?<!\w)([#@])_*)?([^\W_](?:\w*[^\W_])?)", re.ASCII)
_RUN = re.compile(rf"(?:(?<!\w)([#@＃＠])_*)?([^\W_][\w{_MARKS}{_UNSEEN}]*)|([{_SYMBOLS}])")
_CHARACTER = re.compile(rf"[{_UNSPACED}]")
_PIECE = re.compile(  # the vowel am is one character, also where it was typed as two
    rf"[\u0e4d\u0ecd][\u0e32\u0eb2]|[{_UNSPACED}](?:(?![\u0e4d\u0ecd][\u0e32\u0eb2])[{_MARKS}{_UNSEEN}\uff9e\uff9f])*"
    rf"|[^{_UNSPACED}{_MARKS}{_UNSEEN}][^{_UNSPACED}]*",
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
    composed = _composed(text)
    while True:
        folded = composed.casefold()
        if "i\u0307" not in folded and unicodedata.is_normalized("NFKC", folded):
            return folded
        # The dot that folding leaves behind the Turkish capital İ would hide it from a query for "istanbul".
        again = _composed(folded).replace("i\u0307", "i")
        if again == composed:
            return again
        composed = again


def _composed(text: str) -> str:
    """Unicode NFKC, but for the vowel am of Thai and Lao, which it would take apart into a mark and another vowel."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", _UNSEEN_CHARACTER.sub("", text))
    for apart, whole in _AM.items():
        text = text.replace(apart, whole)
    return text.replace(_LETTER_APOSTROPHE, "'")


def as_written(text: str, found: Sequence[Token]) -> tuple[str, ...]:
    """The words of a text with their capitals, in NFKC and without sigils: one for each of its tokens.

    >>> text = "The #SWIFT network"
    >>> as_written(text, tokens(text))
    ('The', 'SWIFT', 'network')
    """
    words: list[str] = []
    for (start, end), group in groupby(found, key=lambda token: (token.start, token.end)):
        folded = [token.text for token in group]
        forms = _split(_composed(text[start:end].lstrip(_BEFORE_WORDS)[: 4 * LONGEST]))
        words += forms if len(forms) == len(folded) else folded
    return tuple(words)


def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text, in order.

    >>> [token.marked for token in tokens("The #Ferry wasn't late, @Ada")]
    ['the', '#ferry', 'wasn', 't', 'late', '@ada']
    >>> [token.text for token in tokens("東京タワー")]
    ['東', '京', 'タ', 'ワ', 'ー']
    """
    return tuple(_ascii_tokens(text) if text.isascii() else _tokens(text))


def plain_and_marked(text: str) -> tuple[list[str], list[str]]:
    """The words of a text without and with their sigils: as `tokens` gives them, quicker where nobody asks for places.

    >>> plain_and_marked("The #Ferry, @Ada")
    (['the', 'ferry', 'ada'], ['the', '#ferry', '@ada'])
    """
    if text.isascii():
        pairs = [(sigil, word[:LONGEST]) for sigil, word in _ASCII_RUN.findall(text.lower())]
        return [word for _, word in pairs], [sigil + word for sigil, word in pairs]
    found = tokens(text)
    return [token.text for token in found], [token.marked for token in found]


def segment(text: str) -> str:
    """The words of a text joined by spaces, as SQLite's FTS5 stores them; hashtags and handles once more at the end.

    Plain words come first and without sigils, so that the phrase "the ferry was" finds "the #ferry was". What follows
    them lets `#ferry` be told from `ferry`. A character of a script without spaces takes the next one with it.

    >>> segment("The #Ferry was late")
    'the ferry was late #ferry'
    >>> segment("東京タワー cruise")
    '東京 京タ タワ ワー ー cruise'
    """
    if text.isascii():
        pairs = _ASCII_RUN.findall(text.lower())
        marked = [sigil + word[:LONGEST] for sigil, word in pairs if sigil]
        return " ".join([*(word[:LONGEST] for _, word in pairs), *marked])
    found = tokens(text)
    return " ".join([*_paired([token.text for token in found]), *(token.marked for token in found if token.sigil)])


def indexed_phrase(words: Sequence[str], prefix: bool) -> tuple[list[str], bool]:
    """A phrase (without sigils) as `segment` stored it, and whether its last word is only a beginning.

    What a text has behind the phrase is not known: so its last character is left to the pair before it, or when there
    is none it is looked for as a beginning.

    >>> indexed_phrase(["東", "京", "タ"], prefix=False), indexed_phrase(["iphone", "買"], prefix=False)
    ((['東京', '京タ'], False), (['iphone', '買'], True))
    """
    paired = _paired(words)
    if not _CHARACTER.match(words[-1]):
        return paired, prefix
    if len(words) > 1 and _CHARACTER.match(words[-2]):
        return paired[:-1], prefix
    return paired, True


def _paired(words: Sequence[str]) -> list[str]:
    paired = list(words)
    if _CHARACTER.search("".join(words)):
        alone = [_CHARACTER.match(word) is not None for word in words]
        for place, (this, after) in enumerate(pairwise(alone)):
            if this and after:
                paired[place] = words[place] + words[place + 1]
    return paired


def is_paired(text: str) -> bool:
    """Whether the text has a character that is stored with the next one.

    >>> is_paired("iPhone買った"), is_paired("Fähre")
    (True, False)
    """
    return not text.isascii() and _CHARACTER.search(text) is not None


def lexemes(text: str) -> tuple[str, ...]:
    """The different words of a text, as PostgreSQL's `array_to_tsvector` takes them: those that `segment` stores.

    >>> lexemes("late, late #ferry")
    ('#ferry', 'ferry', 'late')
    """
    return tuple(sorted(set(segment(text).split())))


def _ascii_tokens(text: str) -> Iterator[Token]:
    for run in _ASCII_RUN.finditer(text.lower()):
        sigil, word = run.groups("")
        start, end = run.span()
        yield Token(word[:LONGEST], start, end, sigil)


def _tokens(text: str) -> Iterator[Token]:
    for run in _RUN.finditer(text.replace(_LETTER_APOSTROPHE, "'")):
        sigil, word, symbol = run.groups("")
        if symbol:
            yield from _placed(symbol, run.start(), run.end(), "")
            continue
        word, start = word.rstrip("_"), run.start(2)
        if word.isascii():
            yield Token(word[:LONGEST].lower(), run.start(), start + len(word), _SIGILS[sigil])
            continue
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
    return _split(normal(piece))


def _split(word: str) -> tuple[str, ...]:
    if _PLAIN.fullmatch(word) and (len(word) == 1 or not _CHARACTER.search(word)):
        return (word[:LONGEST],)
    runs = ((run[2] or run[3]).rstrip("_") for run in _RUN.finditer(word))
    return tuple(part[0][:LONGEST] for run in runs for part in _PIECE.finditer(run))
