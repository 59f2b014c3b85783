"""What single coders get wrong on average, undone by messages whose truth was settled."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure.interval import ShareEstimate
from rapport.core.measure.quantiles import normal_quantile
from rapport.core.ranges import INSIDE
from rapport.core.types import Estimate, NotEnough, Refused

Bools = NDArray[np.bool_]

FEWEST_GOLD = 20
"""Messages with known truth that are needed on each side before coders' errors can be corrected."""


@dataclass(frozen=True, slots=True, eq=False)
class Gold:
    """Messages whose truth was settled, and what single coders made of them: `truth` and `coded`, bools, shape (g,)."""

    truth: Bools
    coded: Bools


def correct_for_coders(found: ShareEstimate, gold: Gold, *, level: float = 0.95) -> Estimate | NotEnough | Refused:
    """The share that would have been found had coders made no errors, as far as settled messages tell.

    Rogan and Gladen's estimator with the delta method, errors of sensitivity and specificity included. It repairs what
    single coders get wrong on average; two coders and a settled disagreement are better, and need no repair.

    Returns NotEnough with fewer than FEWEST_GOLD settled messages on either side, and Refused when coders do little
    better than guessing (sensitivity + specificity - 1 at most 0.5): then show their agreement instead of a number.
    Raises NumberError for a level that is not between 0 and 1.

    Source: W. Rogan and B. Gladen (1978), American Journal of Epidemiology 107, 71-76.

    >>> truth = np.repeat([True, False], [30, 70])
    >>> coded = truth.copy(); coded[[0, 1, 2, 99]] = ~coded[[0, 1, 2, 99]]
    >>> one = ShareEstimate(Estimate(0.3, 0.2, 0.4, 100, ""), 100, 900, 0.002, 50.0, 0.5, 105.0)
    >>> round(correct_for_coders(one, Gold(truth, coded)).value, 3)
    0.323
    >>> correct_for_coders(one, Gold(truth, np.roll(truth, 15))).reason
    'coders agree with the settled truth too seldom to correct for their errors'
    """
    INSIDE.check(level=level)
    right = (int(gold.truth.sum()), int((~gold.truth).sum()))
    if min(right) < FEWEST_GOLD:
        return NotEnough(min(right), FEWEST_GOLD, "settled messages on each side")
    sensitivity = float(gold.coded[gold.truth].mean())
    specificity = float((~gold.coded[~gold.truth]).mean())
    worth = sensitivity + specificity - 1
    if worth <= 0.5:
        return Refused("coders agree with the settled truth too seldom to correct for their errors")
    value = (found.estimate.value + specificity - 1) / worth
    # Agresti's two and two, so that a coder without an error is not taken for one who never errs.
    spread = [(hit * n + 2) / (n + 4) for hit, n in ((sensitivity, right[0]), (specificity, right[1]))]
    errors = [hit * (1 - hit) / n for hit, n in zip(spread, right)]
    variance = (found.variance + value**2 * errors[0] + (1 - value) ** 2 * errors[1]) / worth**2
    half = normal_quantile((1 + level) / 2) * math.sqrt(variance)
    value, low, high = (min(max(one, 0.0), 1.0) for one in (value, value - half, value + half))
    return Estimate(value, low, high, found.labels, f"corrected for coders' errors (Rogan-Gladen), {100 * level:g}%")
