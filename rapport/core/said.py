"""Sentences that are told to people, where there is no gettext: in core, and in the connectors."""

from __future__ import annotations

from collections.abc import Mapping


class Said(str):
    """A sentence in English that can be said in another language: its `words` name what `told` holds.

    >>> one = Said("no %(fields)s", fields="text, author")
    >>> one, one.words, one.told
    ('no text, author', 'no %(fields)s', {'fields': 'text, author'})
    """

    __slots__ = ("told", "words")
    words: str
    told: Mapping[str, str | int]

    def __new__(cls, words: str, /, **told: str | int) -> Said:
        made = super().__new__(cls, words % told if told else words)
        made.words, made.told = words, told
        return made
