"""What people said in place of the readers, and what follows from it.

A correction changes what is shown of its message. It changes no figure: whoever corrects chooses what to look at, so
corrections are a sample of nothing (see `Correction`). They are `labels` for a reader that learns from them, in the
order of time, so that what it learnt from can be kept apart from what it is tried on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from rapport.core.understand import kind
from rapport.server.understand.models import Correction, HeadReading, Label, Reading

READERS = ("tone", "kind", "language")
TONES = ("negative", "neutral", "positive")
UNKNOWN = "und"
"""The language of a text that is in none, or in several."""

Corrected = Mapping[str, Correction]
"""By the name of the reader, what counts of one message."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message is taken for: what a person said of it, or else what the readers said."""

    tone: str
    kinds: Sequence[str]
    language: str


def value_of(reading: Reading, reader: str) -> str:
    """What one reader said, as it stands in a correction."""
    return ",".join(reading.kinds) if reader == "kind" else str(getattr(reading, reader))


def reader_value(reader: str, given: str) -> str:
    """The same value in its one form; empty when this reader can't say such a thing."""
    if reader == "tone":
        return given if given in TONES else ""
    if reader == "language":
        return given if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", given) else ""
    kinds = set(given.split(","))
    if not kinds <= set(kind.KINDS):
        return ""
    return ",".join(one for one in kind.KINDS if one in kinds - {kind.OTHER}) or kind.OTHER


def version_of(versions: str, reader: str) -> str:
    """The one of this reader among the versions that a reading names.

    >>> version_of("language-1 tone-5041c979 private-2 kind-1", "tone")
    'tone-5041c979'
    >>> version_of("language-1 deep-twitter-1a2b3c4d private-2 kind-1", "tone")
    'deep-twitter-1a2b3c4d'
    >>> version_of("language-1 head-tone-1a2b3c4d tone-5041c979", "tone")
    'head-tone-1a2b3c4d'
    """
    return next((one for one in versions.split() if is_of(one, reader)), versions)


def is_of(version: str, reader: str) -> bool:
    """Whether this is the version of a reader of that name. A deep reader is one of tone, and so is one of our own."""
    names = ("head-tone-", "tone-", "deep-") if reader == "tone" else (f"{reader}-", f"head-{reader}-")
    return version.startswith(names)


def standing(**of: Any) -> dict[int, dict[str, Correction]]:
    """What counts of the messages that these conditions find: of several people, who spoke last."""
    rows = Correction.objects.filter(**of, revision=F("message__revision")).select_related("by").order_by("at", "id")
    found: dict[int, dict[str, Correction]] = defaultdict(dict)
    for row in rows:
        found[row.message_id][row.reader] = row
    return dict(found)


def said_of(reading: Reading, corrected: Corrected) -> Shown:
    tone, kinds, language = (
        corrected[reader].said if reader in corrected else value_of(reading, reader) for reader in READERS
    )
    return Shown(tone, tuple(kinds.split(",")), language)


def forget(keys: Iterable[int]) -> None:
    """Of messages that were taken back nothing stays that was made of their words."""
    gone = list(keys)
    for model in (Correction, Label, HeadReading):
        model.objects.filter(message__in=gone).delete()


# -- learning from them ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A text, what a person says it is, in which language it was read, and when they said so.

    message   its number          published_at   when the text was written
    """

    text: str
    label: str
    language: str
    at: datetime
    message: int
    published_at: datetime


def labels(reader: str) -> Iterator[Said]:
    """One a message, the oldest first: what counts of each whose text is here and is still the one they read.

    A reader that learns from these must be tried on later ones only, and never on the period that they come from.
    """
    counting: dict[int, Correction] = {}
    rows = Correction.objects.filter(reader=reader, revision=F("message__revision"), message__left_at=None)
    for row in rows.filter(message__removed_at=None).order_by("at", "id").iterator(chunk_size=2_000):
        counting.pop(row.message_id, None)  # who spoke later stands later
        counting[row.message_id] = row
    ordered = list(counting.values())
    for first in range(0, len(ordered), 500):
        some = ordered[first : first + 500]
        texts = {
            key: (text, language, published_at)
            for key, text, language, published_at in Reading.objects.filter(
                message__in=[row.message_id for row in some]
            ).values_list("message", "message__text", "language", "message__published_at")
        }
        for row in some:
            if row.message_id in texts:
                text, language, published_at = texts[row.message_id]
                yield Said(text, row.said, language, row.at, row.message_id, published_at)
