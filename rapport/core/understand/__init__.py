"""Read messages: language, tone, private data, kind. Cheap enough for every message; the same text, the same reading.

Each reader has a card in docs/reference/readers/ that says what it was made from, how well it does and where it fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rapport.core.types import Reading, Readings
from rapport.core.understand import kind, language, private, tone
from rapport.core.understand.private import REGIONS, mask

__all__ = ["REGIONS", "mask", "read", "version"]


def read(
    texts: Sequence[str],
    languages: Sequence[str] | None = None,
    *,
    regions: Sequence[str] = REGIONS,
    references: Sequence[str] = (),
) -> Readings:
    """One reading per text, in order.

    languages   what the platform says each text's language is, "" where it says nothing; used where the text is unsure
    regions     two-letter codes of the countries whose national telephone numbers are recognised
    references  patterns of what the organisation calls a booking or an account (see `private.reference_pattern`)

    Raises ValueError when there are not as many languages as texts, and for a pattern that cannot be used.

    >>> reading = read(["Where is my parcel? Call me: 020 7946 0958"]).items[0]
    >>> reading.language, reading.kinds, [private.kind for private in reading.private]
    ('en', ('question', 'delivery'), ['phone'])
    """
    rows = zip(
        language.languages_of(texts, languages),
        tone.tones_of(texts),
        private.private_in(texts, regions, references),
        kind.kinds_of(texts),
    )
    return Readings(tuple(Reading(*row) for row in rows), version())


@lru_cache(maxsize=1)
def version() -> str:
    """Names every part of the reader. It changes when a reading may change, and is stored with each.

    >>> version().split()[0]
    'language-1'
    """
    return " ".join((language.VERSION, tone.version(), private.VERSION, kind.VERSION))
