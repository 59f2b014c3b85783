"""Stretches of time: what touches is one, what is known already is not found again. And silence that is too long.

All ends are exclusive.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapport.core.measure.quantiles import log_ratio

FALL = 0.1
"""The fall that is looked for: to a tenth of what is usual."""

PATIENCE = math.log(10 * 365 * 24)
"""What the sum has to reach: e to it, ten years, is how many hours pass on average between false findings, at least."""

BACK = math.log(20)
"""What speaks for the usual again has to outweigh what speaks for the fall by so much, before the silence is over."""


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """From `start` to before `end`, which is later."""

    start: datetime
    end: datetime

    def touches(self, other: Stretch) -> bool:
        """Whether nothing lies between the two."""
        return self.start <= other.end and other.start <= self.end

    def overlaps(self, other: Stretch) -> bool:
        return self.start < other.end and other.start < self.end

    def hours(self) -> float:
        return (self.end - self.start) / timedelta(hours=1)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in as few stretches as can be, in order.

    >>> a, b, c, d = (datetime(2026, 1, 1, hour) for hour in (1, 2, 3, 5))
    >>> [one.hours() for one in joined([Stretch(b, c), Stretch(a, b), Stretch(c, d)])]
    [4.0]
    """
    found: list[Stretch] = []
    for one in sorted(stretches):
        if found and found[-1].touches(one):
            found[-1] = Stretch(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def of_hours(hours: Iterable[datetime]) -> list[Stretch]:
    """Hours, each named by its beginning, as stretches."""
    return joined(Stretch(at, at + timedelta(hours=1)) for at in hours)


def less(stretch: Stretch, known: Iterable[Stretch]) -> list[Stretch]:
    """What of a stretch lies in none of the others, in order.

    >>> a, b, c, d = (datetime(2026, 1, 1, hour) for hour in (1, 2, 3, 5))
    >>> [one.hours() for one in less(Stretch(a, d), [Stretch(b, c)])]
    [1.0, 2.0]
    """
    left = [stretch]
    for other in known:
        left = [
            Stretch(start, end)
            for one in left
            for start, end in ((one.start, min(one.end, other.start)), (max(one.start, other.end), one.end))
            if start < end
        ]
    return left


# -- silence that chance does not explain ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Silence:
    """Hours from `first` to before `last`; `lasts` when it has not ended. `expected` messages, of which `arrived`."""

    first: int
    last: int
    lasts: bool
    expected: float
    arrived: int


def silences(
    counts: Sequence[int],
    expected: Sequence[float],
    size: float,
    *,
    fall: float = FALL,
    patience: float = PATIENCE,
    back: float = BACK,
) -> list[Silence]:
    """Find the hours in which far less came than such hours bring, for so long that chance does not explain it.

    One hour without a message tells nothing where five are usual; ten such hours do. So what each hour says for a fall
    against what is usual is added up (the cumulative sum of the log-likelihood ratio of two negative binomials), never
    below zero, until it reaches `patience`. The silence began when the sum last left zero, and it is over once what
    came since says the contrary by `back`.

    counts     shape (T,), messages an hour; -1 for hours in which nobody listened, which tell nothing
    expected   shape (T,), of the hour-of-week profile, and `size` of its negative binomial (`burst.profile`)
    fall       the part of what is usual that still comes, between 0 and 1 (exclusive)

    While all is well a false finding comes on average once in exp(patience) hours at most, if the profile is right.

    Source: G. Lorden (1971), Annals of Mathematical Statistics 42, 1897-1908; M. Höhle and M. Paul (2008), CSDA 52.

    >>> silences([4, 0, 0, 0, 0, 0, 3, 5], [4.0] * 8, 50.0)
    [Silence(first=1, last=6, lasts=False, expected=20.0, arrived=0)]
    >>> silences([4, 0, 0, 3, 5], [4.0] * 5, 50.0)
    []
    """
    if not 0 < fall < 1:
        raise ValueError("a fall is to more than nothing and to less than what is usual")
    found: list[Silence] = []
    begun, total, ringing = 0, 0.0, False
    over, contrary = 0, 0.0
    for at, count in enumerate(counts):
        gain = log_ratio(count, expected[at], fall, size) if count >= 0 else 0.0
        if not ringing:
            begun = begun if total > 0 else at
            total = max(0.0, total + gain)
            ringing, over, contrary = total >= patience, at + 1, 0.0
            continue
        over = over if contrary > 0 else at
        contrary = max(0.0, contrary - gain)
        if contrary >= back:
            found.append(_silence(begun, over, False, counts, expected))
            begun, total, ringing = at + 1, 0.0, False
    if ringing:
        found.append(_silence(begun, len(counts), True, counts, expected))
    return found


def _silence(first: int, last: int, lasts: bool, counts: Sequence[int], expected: Sequence[float]) -> Silence:
    heard = [at for at in range(first, last) if counts[at] >= 0]
    return Silence(first, last, lasts, sum(expected[at] for at in heard), sum(counts[at] for at in heard))
