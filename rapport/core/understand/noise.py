"""Noise: campaigns of one text by many accounts, accounts that post like machines, and spam.

Two texts are alike when they share most of their pairs of neighbouring words. MinHash tells how many without looking at
the texts: of each text 64 numbers are kept, and the share of equal numbers estimates the share of common pairs. Sixteen
keys, each made of four of the numbers, find the texts that are worth comparing.

Source: A. Broder (1997), On the resemblance and containment of documents; P. Indyk and R. Motwani (1998), Approximate
nearest neighbors, for the bands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rapport.core.query.words import tokens
from rapport.core.types import Span
from rapport.core.understand.spam import SUSPECTED

Signature: TypeAlias = NDArray[np.uint32]

PERMUTATIONS = 64
BANDS = 16
FEWEST_WORDS = 8
"""What is shorter ("happy birthday to you all") is said alike by people who never met."""

ALIKE = 0.6
"""The share of equal numbers from which two texts count as one."""

_rng = np.random.default_rng(1997)
_FACTORS = _rng.integers(1, 2**64, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
_ADDED = _rng.integers(0, 2**64, PERMUTATIONS, dtype=np.uint64)


# -- alike -----------------------------------------------------------------------------------------------------------


def words(text: str, spans: Sequence[Span] = ()) -> list[str]:
    """The words of a text but for its links and mentions, which copies of one text exchange.

    >>> words("@ada see https://x.example now", (Span(0, 4, "mention"), Span(9, 26, "link")))
    ['see', 'now']
    """
    out = [(span.start, span.end) for span in spans if span.kind in ("link", "mention")]
    return [one.text for one in tokens(text) if not any(start <= one.start < end for start, end in out)]


def signature(text: str, spans: Sequence[Span] = ()) -> Signature | None:
    """Shape (64,); None for a text of fewer than FEWEST_WORDS words. The same text gives the same numbers for ever.

    >>> one = signature("the ferry at noon was late again and nobody told us why")
    >>> likeness(one, signature("The ferry at noon was late again, and nobody told us why!"))
    1.0
    >>> signature("late again") is None
    True
    """
    found = words(text, spans)
    if len(found) < FEWEST_WORDS:
        return None
    pairs = {f"{one} {other}".encode("utf-8", "surrogatepass") for one, other in pairwise(found)}
    digests = b"".join(hashlib.blake2b(pair, digest_size=8).digest() for pair in sorted(pairs))
    hashes = np.frombuffer(digests, dtype="<u8").astype(np.uint64)
    mixed = (hashes[:, None] * _FACTORS + _ADDED) >> np.uint64(32)
    least: Signature = mixed.min(axis=0).astype(np.uint32)
    return least


def likeness(one: Signature, other: Signature) -> float:
    """The estimated share of common pairs of words, between 0 and 1; its standard error is at most 0.0625."""
    return float((one == other).mean())


def keys(found: Signature) -> tuple[int, ...]:
    """Sixteen numbers of 63 bits. Texts that have one in common are worth comparing.

    Of two texts with the likeness s at least one key is equal with the chance 1 - (1 - s^4)^16: 0.89 at 0.6, 0.9998
    at 0.8, 0.34 at 0.4, 0.025 at 0.2.
    """
    bands = found.astype("<u4").reshape(BANDS, -1)
    digests = (hashlib.blake2b(bytes([n]) + band.tobytes(), digest_size=8).digest() for n, band in enumerate(bands))
    return tuple(int.from_bytes(digest, "little") >> 1 for digest in digests)


def nearest(found: Signature, others: Mapping[int, Signature]) -> int | None:
    """The name of the one that is most like it, and at least ALIKE; the lowest of equals."""
    best = max(((likeness(found, other), -name) for name, other in others.items()), default=None)
    return -best[1] if best and best[0] >= ALIKE else None


# -- the decision ----------------------------------------------------------------------------------------------------

Why = Literal["campaign", "repetition", "machine", "spam"]


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on it is noise.

    hours       how long copies of one text are counted together
    suspected   from this probability on it is spam if it was also said before, by its author or by others
    """

    hours: int = 48
    accounts: int = 5
    repeated: int = 5
    posts_an_hour: int = 60
    suspected: float = SUSPECTED


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a message and its author.

    accounts       that said the same within the window, its author included; 1 for a text that nobody else said
    repeated       how often its author said the same within the window, this time included
    posts          messages that we heard of its author within an hour
    quotes_us      we said the same ourselves: whoever passes on our announcement runs no campaign
    kinds          what the reader takes it for
    spam           the probability of spam that the reader gives it, and `signs`, what speaks for that
    links          it points somewhere
    judged_spam    who says that it is spam, beside us: the mail server, for instance
    """

    accounts: int = 1
    repeated: int = 1
    posts: int = 1
    quotes_us: bool = False
    kinds: Collection[str] = ()
    spam: float = 0.0
    signs: Collection[str] = ()
    links: bool = False
    judged_spam: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is noise. `seen` holds what a sentence about it needs: numbers, or who said so."""

    why: Why
    seen: Mapping[str, Any]


def set_aside(facts: Facts, limits: Limits = LIMITS) -> Reason | None:
    """The first reason that holds; None for what is none of it.

    What reads like spam is set aside when it points somewhere, or when it was said before: one sign alone misleads.

    >>> set_aside(Facts(accounts=7)).why
    'campaign'
    >>> set_aside(Facts(accounts=7, quotes_us=True)) is None
    True
    >>> set_aside(Facts(kinds=["spam"], links=True)).why, set_aside(Facts(kinds=["spam"])) is None
    ('spam', True)
    >>> set_aside(Facts(spam=0.6, signs=["money"], repeated=2))
    Reason(why='spam', seen={'signs': ['money'], 'times': 2})
    """
    if facts.judged_spam:
        return Reason("spam", {"by": facts.judged_spam})
    if "spam" in facts.kinds and facts.links:
        return Reason("spam", {"signs": list(facts.signs)} if facts.signs else {})
    if facts.accounts >= limits.accounts and not facts.quotes_us:
        return Reason("campaign", {"accounts": facts.accounts})
    if facts.repeated >= limits.repeated and not facts.quotes_us:
        return Reason("repetition", {"times": facts.repeated})
    said = max(facts.accounts, facts.repeated)
    if facts.spam >= limits.suspected and said > 1 and not facts.quotes_us:
        return Reason("spam", {"signs": list(facts.signs), "times": said})
    if facts.posts >= limits.posts_an_hour:
        return Reason("machine", {"posts": facts.posts})
    return None
