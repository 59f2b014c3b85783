"""Lists of words that say something: which of them a text holds, in one pass over it however long they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import re2

LINK = re.compile(r"(?:https?://|www\.)\S+")
REMEMBERED = 512
"""Texts whose plain form is kept: one reader after another asks for those of the same batch."""
_HANDLE = re.compile(r"(?<!\w)@\w[\w.-]*(?:@[\w.-]+)?")


def finder(lists: Mapping[str, str]) -> Callable[[str], list[str]]:
    """What tells the names of the lists of which a text holds a cue, in their order.

    lists   name -> cues parted by commas. A cue is one word or several; * stands for the rest of a word. Whole words
            match, in whatever case, links and handles aside. Each list has one cue without a * at least

    >>> finder({"fire": "fire, smok*", "water": "flood"})("There is SMOKE on deck")
    ['fire']
    """
    options = re2.Options()
    options.max_mem = 16 << 20
    automaton = re2.Set.SearchSet(options)
    for cues in lists.values():
        words = (" ".join(cue.lower().split()) for cue in cues.replace("\n", ",").split(","))
        automaton.Add(_pattern([cue for cue in words if cue]))
    automaton.Compile()
    names = tuple(lists)
    return lambda text: [names[index] for index in sorted(automaton.Match(_plain(text)) or ())]


@lru_cache(maxsize=REMEMBERED)
def _plain(text: str) -> bytes:
    if "://" in text or "www." in text:
        text = LINK.sub(" ", text)
    if "@" in text:
        text = _HANDLE.sub(" ", text)
    return " ".join(text.lower().replace("’", "'").split()).encode("utf-8", "replace")


def _pattern(cues: list[str]) -> str:
    """Every cue that ends with its word stands before one boundary: it is large, and the automaton has room for few."""
    words = "|".join(_escaped(cue) for cue in cues if not cue.endswith("*"))
    beginnings = "".join(f"|{_escaped(cue[:-1])}" for cue in cues if cue.endswith("*"))
    return rf"(?:^|[^\pL\pN])(?:(?:{words})(?:$|[^\pL\pN]){beginnings})"


def _escaped(cue: str) -> str:
    return re.escape(cue).replace(r"\ ", " ")
