"""What can be asked of closed days without having been followed, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.core.cache import cache
from django.db.models import Max

from rapport.core.query import SEARCH_FIELDS, parse
from rapport.server.measure.models import DeskDay, Drawn, Figure
from rapport.server.measure.whereabouts import Whereabouts

FIELDS = SEARCH_FIELDS.without(
    "followers", "is", "team", "owner", because="it may have changed since, and closed days are asked as they were"
)
KEPT_SECONDS = 600
"""An answer is drawn, counted and looked at from several sides: so long it is not found anew."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    found      as of any line: the periods of `weeks` weeks each, and the newest seven days
    whole      all of these weeks as one period
    messages   that were said in that time, and `drawn`, the share of them that was looked through
    matched    how many match, as [value, low, high]: of a draw, an estimate
    """

    found: Whereabouts
    whole: Figure
    weeks: int
    messages: int
    drawn: float
    matched: tuple[float, float, float]


def ask(text: str, now: datetime, *, weeks: int) -> Answer | None:
    """What a query finds in so many weeks; None when no day has been closed yet. Raises QueryError."""
    query = parse(text, fields=FIELDS)
    last = DeskDay.objects.aggregate(last=Max("closed_at"))["last"]
    coded = Drawn.objects.aggregate(last=Max("answered_at"))["last"]
    key = blake2b(repr((text, weeks, last, coded)).encode(), digest_size=16).hexdigest()
    known: Answer | None = cache.get(key)
    if known is None:
        from rapport.server.measure.question import answer  # loaded when it is wanted: it takes 80 MB

        known = answer(query, now, weeks=weeks)
        cache.set(key, known, KEPT_SECONDS)
    return known
