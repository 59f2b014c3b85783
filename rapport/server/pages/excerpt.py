"""The part of a message that shows why it was found: the words around the first hit, private data masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapport.core.query import Hit
from rapport.core.understand.private import mask
from rapport.server.listen.models import Message
from rapport.server.pages.text import Part
from rapport.server.understand.private import private_of

AROUND = 120
LONGEST = 320


def readable(message: Message) -> str:
    """The whole text, as long as it was, with private data dotted out."""
    return mask(message.text, private_of(message))


def excerpt(message: Message, hits: Sequence[Hit] = ()) -> list[Part]:
    text = readable(message)
    places = _merged(hits, len(text))
    first = _word(text, places[0][0] - AROUND) if places and places[0][0] > AROUND else 0
    last = min(len(text), first + LONGEST)
    parts = [Part(part.kind, re.sub(r"\s+", " ", part.text)) for part in _parts(text, first, last, places)]
    lead = [Part("text", "… ")] if first else []
    tail = [Part("text", " …")] if last < len(text) else []
    return [*lead, *parts, *tail]


def _word(text: str, at: int) -> int:
    """Where the next word begins; `at` itself in a script that puts no blanks between words."""
    blank = text.find(" ", at, at + 30)
    return blank + 1 if blank >= 0 else at


def reasons(hits: Sequence[Hit]) -> list[str]:
    """The terms that matched in a field rather than in the text: "tone:negative"."""
    return list(dict.fromkeys(hit.term for hit in hits if hit.start is None))


def explained(hits: Sequence[Hit]) -> list[str]:
    """Every part of the query that matched, those of the text first; where they stand is marked in the excerpt."""
    ordered = sorted(hits, key=lambda hit: (hit.start is None, hit.start or 0))
    return list(dict.fromkeys(hit.part or hit.term for hit in ordered))


def _merged(hits: Sequence[Hit], length: int) -> list[tuple[int, int]]:
    """The places of the hits in order, without overlaps."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((hit.start, min(hit.end, length)) for hit in hits if hit.start is not None and hit.end):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _parts(text: str, first: int, last: int, places: Sequence[tuple[int, int]]) -> Iterator[Part]:
    at = first
    for start, end in places:
        if start >= last:
            break
        if start > at:
            yield Part("text", text[at:start])
        yield Part("found", text[max(start, at) : min(end, last)])
        at = min(end, last)
    if at < last:
        yield Part("text", text[at:last])
