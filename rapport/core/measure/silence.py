"""Silence that is too long: far fewer messages than usual, for longer than chance explains.

A source can go deaf without an error: every call is answered, and nothing comes. Only the counts can tell. They come in
clumps and follow the week, so this asks how clumped they are before it says anything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rapport.core.measure.quantiles import log_ratio
from rapport.core.ranges import ABOVE_0, AT_LEAST_0, HEARD, SIZE

FALL = 0.1
"""The fall that is looked for: to a tenth of what is usual."""

PATIENCE = math.log(10 * 365 * 24)
"""What the sum has to reach: e to it, ten years, is how many hours pass on average between false findings, at least."""

CLUMPS = (24, 72)
"""Hours over which sums are taken to see how much messages clump."""

BACK = math.log(20)
"""What speaks for the usual again has to outweigh what speaks for the fall by so much, before the silence is over."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Hours from `first` to before `last`; `lasts` when it has not ended. `expected` messages, of which `arrived`."""

    first: int
    last: int
    lasts: bool
    expected: float
    arrived: int


def clumping(counts: Sequence[int], expected: Sequence[float], size: float) -> float:
    """How many times as much sums over days vary as hours that know nothing of each other would: 1 or more.

    Messages come in threads and in busy weeks, so quiet hours come together. Who takes each of them for news of its own
    finds a silence every few weeks where there is none. The larger of two ratios, over one day and over three, of the
    squared deviations of sums to the variances of the negative binomial.

    counts, expected, size   as for `silences`, of the weeks from which the profile was learnt

    Raises NumberError for what is none of these.

    >>> clumping([0, 2] * 240, [1.0] * 480, math.inf), clumping(([0] * 24 + [2] * 24) * 10, [1.0] * 480, math.inf)
    (1.0, 24.0)
    """
    _check(counts, expected, size)
    series, mean = np.asarray(counts, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    heard = series >= 0
    deviation = np.where(heard, series - mean, 0.0)
    variance = np.where(heard, mean + mean**2 / size, 0.0)
    found = 1.0
    for length in CLUMPS:
        blocks = len(series) // length
        sums = deviation[: blocks * length].reshape(blocks, length).sum(axis=1)
        usual = float(variance[: blocks * length].sum())
        found = max(found, float((sums**2).sum()) / usual) if usual > 0 else found
    return found


def _check(counts: Sequence[int], expected: Sequence[float], size: float) -> None:
    HEARD.check(counts=counts)
    AT_LEAST_0.check(expected=expected)
    SIZE.check(size=size)


def silences(
    counts: Sequence[int],
    expected: Sequence[float],
    size: float,
    *,
    clumped: float = 1.0,
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
    clumped    how much more sums vary than single hours tell (`clumping`): so many times as much has to be seen
    fall       the part of what is usual that still comes, between 0 and 1 (exclusive)

    While all is well a false finding comes on average once in exp(patience) hours at most, if the profile is right and
    hours know nothing of each other. How often it comes when they do is measured in `benchmarks/silence.py`.

    Raises ValueError for a fall to nothing or to all, and NumberError for what is none of these.

    Source: G. Lorden (1971), Annals of Mathematical Statistics 42, 1897-1908; M. Höhle and M. Paul (2008), CSDA 52.

    >>> silences([4, 0, 0, 0, 0, 0, 3, 5], [4.0] * 8, 50.0)
    [Silence(first=1, last=6, lasts=False, expected=20.0, arrived=0)]
    >>> silences([4, 0, 0, 3, 5], [4.0] * 5, 50.0)
    []
    """
    _check(counts, expected, size)
    ABOVE_0.check(clumped=clumped, patience=patience, back=back)
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
            ringing, over, contrary = total >= patience * clumped, at + 1, 0.0
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
