"""Lists of words that say something: which of them a text holds, in one pass over it however long they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import re2

LINK = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"(?<!\w)@\w[\w.-]*(?:@[\w.-]+)?")


def finder(lists: Mapping[str, str]) -> Callable[[str], list[str]]:
    """What tells the names of the lists of which a text holds a cue, in their order.

    lists   name -> cues parted by commas. A cue is one word or several; * stands for the rest of a word. Whole words
            match, in whatever case, links and handles aside

    >>> finder({"fire": "fire, smok*", "water": "flood"})("There is SMOKE on deck")
    ['fire']
    """
    options = re2.Options()
    options.max_mem = 16 << 20
    automaton = re2.Set.SearchSet(options)
    for cues in lists.values():
        alternatives = "|".join(_pattern(cue) for cue in cues.replace("\n", ",").split(",") if cue.strip())
        automaton.Add(rf"(?:^|[^\pL\pN])(?:{alternatives})(?:$|[^\pL\pN])")
    automaton.Compile()
    names = tuple(lists)
    return lambda text: [names[index] for index in sorted(automaton.Match(_plain(text)) or ())]


def _plain(text: str) -> bytes:
    if "://" in text or "www." in text:
        text = LINK.sub(" ", text)
    if "@" in text:
        text = _HANDLE.sub(" ", text)
    return " ".join(text.lower().replace("’", "'").split()).encode("utf-8", "replace")


def _pattern(cue: str) -> str:
    words = " ".join(cue.lower().split())
    return re.escape(words.removesuffix("*")).replace(r"\ ", " ") + (r"\pL*" if words.endswith("*") else "")
