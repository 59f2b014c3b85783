"""Stretches of time: what touches is one, and what is known already is not found again.

All ends are exclusive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


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
