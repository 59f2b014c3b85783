"""Read messages: language, tone, private data, kind, spam, urgency. Cheap enough for every message.

The same text has the same reading, alone and in company.

Each reader has a card in docs/reference/readers/ that says what it was made from, how well it does and where it fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rapport.core.types import Private, Reading, Readings, Tone
from rapport.core.understand import hints, kind, language, private, spam, tone, urgency
from rapport.core.understand.grams import BATCH
from rapport.core.understand.private import REGIONS, mask

__all__ = ["REGIONS", "Tones", "mask", "read", "version"]


class Tones(Protocol):
    """What reads the tone: the quick reader (`tone`), or a deep one (`deep.load`)."""

    def tones_of(self, texts: Sequence[str], /) -> list[Tone]: ...

    def version(self) -> str: ...


def read(
    texts: Sequence[str],
    languages: Sequence[str] | None = None,
    *,
    regions: Sequence[str] = REGIONS,
    references: Sequence[str] = (),
    tones: Tones = tone,
    reach: Sequence[int] | None = None,
) -> Readings:
    """One reading per text, in order.

    languages   what the platform says each text's language is, "" where it says nothing; used where the text is unsure
    regions     two-letter codes of the countries whose national telephone numbers are recognised
    references  patterns of what the organisation calls a booking or an account (see `private.reference_pattern`)
    tones       what reads the tone, and with it part of the urgency
    reach       how many people hear the author of each text, 0 where nobody knows; a complaint that is heard far is
                more urgent

    Raises ValueError when there are not as many languages or reaches as texts, and for a pattern that cannot be used.

    >>> reading = read(["Where is my parcel? Call me: 020 7946 0958"]).items[0]
    >>> reading.language, reading.kinds, [private.kind for private in reading.private]
    ('en', ('question', 'delivery'), ['phone'])
    """
    if reach is not None and len(reach) != len(texts):
        raise ValueError(f"{len(reach)} reaches for {len(texts)} texts")
    codes = language.languages_of(texts, languages)
    reach = reach or [0] * len(texts)
    items: list[Reading] = []
    for start in range(0, len(texts), BATCH):
        some = texts[start : start + BATCH]
        rows = zip(
            some,
            codes[start:],
            tones.tones_of(some),
            private.private_in(some, regions, references),
            kind.kinds_of(some),
            spam.spam_of(some),
            hints.hints_in(some),
            reach[start:],
        )
        items += [_reading(*row) for row in rows]
    return Readings(tuple(items), version(tones))


def _reading(
    text: str,
    code: str,
    sound: Tone,
    found: tuple[Private, ...],
    kinds: tuple[str, ...],
    judged: spam.Spam,
    hinted: tuple[Private, ...],
    reach: int,
) -> Reading:
    """The parts together. What the reader of spam is sure of is of that kind, whatever else it is."""
    if judged.sure and "spam" not in kinds:
        kinds = tuple(one for one in kind.KINDS if one == "spam" or (one in kinds and one != kind.OTHER))
    return Reading(
        language=code,
        tone=sound,
        private=found,
        kinds=kinds,
        spam=judged.signs if "spam" in kinds or judged.probability >= spam.SUSPECTED else (),
        suspicion=judged.probability,
        hints=hinted,
        urgency=urgency.urgency_of(text, kinds, sound.negative, {part.kind for part in found}, reach),
    )


def version(tones: Tones = tone) -> str:
    """Names every part of the reader. It changes when a reading may change, and is stored with each.

    >>> version().split()[0]
    'language-1'
    """
    parts = (language.VERSION, tones.version(), private.VERSION, kind.version(), spam.version(), urgency.VERSION)
    return " ".join(parts)
