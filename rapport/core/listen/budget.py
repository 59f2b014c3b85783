"""Who may spend what a platform allows us, until it counts anew.

A platform allows so many calls (or points) until a certain time. The plan keeps a share of them back for whatever
matters more: nothing for answers, and ever more for hearing what is new, looking again, and bringing back what is old.
So when the calls run short, backfills stop first and answers last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

KEPT_BACK: Mapping[str, float] = {"answer": 0.0, "listen": 0.1, "recheck": 0.3, "backfill": 0.5}
"""The share of a limit that stays out of reach, by what the call is for."""

SAME_COUNT = timedelta(seconds=3)
"""Two reset times that lie closer together are the same one: platforms round, and answers take their time."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit until `resets_at`. `window` is how long a count lasts.

    A limit of 0 is not known: the platform only asked us to wait.
    """

    limit: float
    remaining: float
    resets_at: datetime
    window: timedelta

    def at(self, now: datetime) -> Allowance:
        """The same at a later time: once the reset is over, everything is there again.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        >>> Allowance(300, 7, noon, timedelta(minutes=5)).at(noon).remaining
        300
        """
        if now < self.resets_at or not self.limit:
            return self
        return replace(self, remaining=self.limit, resets_at=now + self.window)


def spend(known: Allowance, cost: float, purpose: str, now: datetime) -> Allowance | timedelta:
    """What is left once a call has cost this much; or how long the call has to wait.

    purpose  a key of KEPT_BACK
    A count that has just begun lets every call through, however small the limit is.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> left = Allowance(300, 100, noon + timedelta(minutes=2), timedelta(minutes=5))
    >>> spend(left, 1, "listen", noon).remaining
    99
    >>> spend(left, 1, "backfill", noon)
    datetime.timedelta(seconds=120)
    """
    here = known.at(now)
    if not here.limit:
        return here.resets_at - now if now < here.resets_at else here
    kept = int(here.limit * KEPT_BACK[purpose])
    if here.remaining >= here.limit or here.remaining - cost >= kept:
        return replace(here, remaining=max(0, here.remaining - cost))
    return here.resets_at - now


def learn(known: Allowance | None, told: Allowance, now: datetime) -> Allowance:
    """What we know after an answer. Within one count the smaller number holds, for others may have spent meanwhile.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> at, window = noon + timedelta(minutes=2), timedelta(minutes=5)
    >>> learn(Allowance(300, 90, at, window), Allowance(300, 95, at, window), noon).remaining
    90
    """
    if known is None or not known.limit:
        return told
    window = max(known.window, told.window)
    if not told.limit:  # it only asked us to wait
        return replace(known, remaining=0, resets_at=told.resets_at)
    if abs(told.resets_at - known.resets_at) <= SAME_COUNT and now < known.resets_at:
        return replace(told, remaining=min(known.remaining, told.remaining), window=window)
    if told.resets_at < known.resets_at and now < told.resets_at and told.remaining > known.remaining:
        return known  # an answer to a call of the count before, or a guess of ours that is on the safe side
    return replace(told, window=window)
