"""What an organisation calls a booking, an account, a contract: written down as one looks, and found by that.

    BK-######           "BK-" and six digits
    booking @@****      two capital letters and four capital letters or digits, behind the word "booking"
    /inv\\d{4,8}/        a regular expression (RE2), for those who like them

`#` is a digit, `@` a capital letter, `*` either; all else stands for itself, in capitals or not. Of several words the
last one is the reference, and those before it say where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rapport.core.understand.private import LONGEST_REFERENCE, reference_pattern

SIGNS = {"#": "[0-9]", "@": "[A-Z]", "*": "[A-Z0-9]"}
FEWEST = 3
MOST = 20
"""References of one organisation."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why nothing can be found by what was written: a sentence, and what it names."""

    words: str
    told: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.told


SHORT = Unusable("Ask for at least three signs of #, @ and *: what is shorter is found everywhere.")
LONG = Unusable("It is too long: %(most)d characters are enough.", {"most": LONGEST_REFERENCE})
EMPTY = Unusable("It also matches where nothing stands: ask for at least one character.")
UNREADABLE = "This regular expression cannot be read: %(trouble)s."


def pattern_of(written: str) -> str | Unusable:
    """The pattern (RE2) for `private.reference_pattern`, or why there is none.

    >>> pattern_of("booking QX-####")
    '\\\\b(?i:booking)\\\\s+((?i:QX\\\\-)[0-9]{4})\\\\b'
    >>> str(pattern_of("BK-##"))
    'Ask for at least three signs of #, @ and *: what is shorter is found everywhere.'
    """
    written = " ".join(written.split())
    regular = len(written) > 2 and written[0] == written[-1] == "/"
    if not regular and sum(map(written.rpartition(" ")[2].count, SIGNS)) < FEWEST:
        return SHORT
    pattern = written[1:-1] if regular else _spelt_out(written)
    if max(len(written), len(pattern)) > LONGEST_REFERENCE:
        return LONG
    try:
        reference_pattern(pattern)
    except ValueError as error:
        if error.__cause__ is None:
            return EMPTY
        trouble = error.__cause__.args[0]
        return Unusable(UNREADABLE, {"trouble": trouble.decode() if isinstance(trouble, bytes) else trouble})
    return pattern


def _spelt_out(written: str) -> str:
    *before, last = map(_spelt, written.split(" "))
    words = "".join(rf"{word}\s+" for word in before)
    return rf"{_edge(written[0])}{words}({last}){_edge(written[-1])}"


def _edge(sign: str) -> str:
    return r"\b" if sign in SIGNS or re.match(r"\w", sign, re.ASCII) else ""


def _spelt(word: str) -> str:
    """
    >>> _spelt("a##@")
    '(?i:a)[0-9]{2}[A-Z]'
    """
    parts = re.findall(r"#+|@+|\*+|[^#@*]+", word)
    return "".join(_times(part) if part[0] in SIGNS else f"(?i:{re.escape(part)})" for part in parts)


def _times(signs: str) -> str:
    one = SIGNS[signs[0]]
    return f"{one}{{{len(signs)}}}" if len(signs) > 1 else one
