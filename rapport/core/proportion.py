"""A share that was found in a random draw, and between which two numbers the share of all lies."""

from __future__ import annotations

import math

from rapport.core.ranges import COUNTING, WHOLE, Range
from rapport.core.types import Estimate

Z = 1.959963984540054  # of 95 %


def wilson(hits: int, n: int, of: int | None = None) -> Estimate:
    """The share of hits among all, from `n` drawn with the same chance each, with its 95 % interval.

    It holds also for few, and for none: "0 of 40" is at most 0.088, not 0. When the whole has been drawn, the interval
    is that one share.

    hits   drawn ones that have the property, from 0 to `n`
    n      how many were drawn, at least 1
    of     how many there are in all, at least `n`; None: far more than were drawn

    Raises NumberError for what is none of these.

    Source: E. B. Wilson (1927), Journal of the American Statistical Association 22, 209-212; what is drawn from few
    counts as more (W. G. Cochran (1977), Sampling Techniques, 3rd edition, section 2.6).

    >>> found = wilson(8, 10)
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (0.8, 0.49, 0.943)
    >>> round(wilson(0, 40).high, 3), wilson(3, 12, of=12).high
    (0.088, 0.25)
    """
    COUNTING.check(n=n)
    Range(f"a whole number from 0 to {n}, the drawn ones", 0, n, whole=True).check(hits=hits)
    if of is not None:
        WHOLE.check(of=of)
    share = hits / n
    if of is not None and of <= n:
        return Estimate(share, share, share, n, "counted")
    worth = n if of is None else n * (of - 1) / (of - n)
    shrink = 1 + Z * Z / worth
    centre = (share + Z * Z / (2 * worth)) / shrink
    half = Z * math.sqrt(share * (1 - share) / worth + Z * Z / (4 * worth * worth)) / shrink
    return Estimate(share, min(max(0.0, centre - half), share), max(min(1.0, centre + half), share), n, "Wilson")
