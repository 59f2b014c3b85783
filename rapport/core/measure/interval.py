"""A share with its interval: Wilson's where a class is rare, one of two shares where nearly all is on one side, and one
that holds at all looks together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rapport.core.measure.frame import OUTCOMES, Floats
from rapport.core.measure.quantiles import normal_quantile, student_quantile
from rapport.core.measure.strata import Parts, Sample, parts_of, spread_of
from rapport.core.ranges import AT_LEAST_0, COUNTING, INSIDE, NUMBER, SIZE
from rapport.core.types import Estimate

RARE = 15
"""With fewer expected labels of a class than this, Student's interval covers too seldom; see `estimate`."""

ONE_SIDED = 8
"""With fewer expected labels than this beside the good ones or beside the bad ones, that holds for net tone too."""


@dataclass(frozen=True, slots=True)
class ShareEstimate:
    """A share (or net tone) with its interval, and what it rests on.

    labels      messages that people have read
    messages    messages that the number is about
    variance    of the value
    df          degrees of freedom of the variance; infinite for a score interval
    weight      how much the reader's predictions were used, between 0 (not at all) and 1
    effective   labels drawn from the same messages without strata and without a reader that would give the same
                variance; never more than there are messages

    Raises NumberError for a value, a variance or degrees of freedom that are none.
    """

    estimate: Estimate
    labels: int
    messages: int
    variance: float
    df: float
    weight: float
    effective: float

    def __post_init__(self) -> None:
        NUMBER.check(value=self.estimate.value)
        AT_LEAST_0.check(variance=self.variance)
        SIZE.check(df=self.df)

    @property
    def multiplier(self) -> float:
        """What the reader and the strata are worth: each label counts for so many."""
        return self.effective / self.labels


def time_uniform(variance: float, labels: int, planned: int, *, level: float = 0.95) -> float:
    """Half the width of an interval that holds at all looks together, however often one looks.

    A plain interval that is looked at every week is wrong some week much more often than it says. This one is an
    asymptotic confidence sequence: from a start date on, labels add up, and with probability `level` it never misses.

    variance   of the value, as it stands
    labels     so far, at least 1
    planned    the number of labels at which the interval shall be tightest, at least 1

    Raises NumberError for a number outside of these, or a level that is not between 0 and 1.

    Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy and A. Ramdas (2024), Time-uniform central limit theory
    and asymptotic confidence sequences, Annals of Statistics 52, 2613-2640.

    >>> round(time_uniform(0.01, 100, 100) / 0.1, 2)
    3.04
    """
    AT_LEAST_0.check(variance=variance)
    COUNTING.check(labels=labels, planned=planned)
    INSIDE.check(level=level)
    alpha = 1 - level
    rho = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / planned
    n = labels * rho
    return math.sqrt(variance * 2 * (n + 1) / n * math.log(math.sqrt(n + 1) / alpha))


def estimated(
    sample: Sample,
    of: str,
    *,
    level: float,
    watched: int | None = None,
    drawn: float = 0.0,
    weight: float | None = None,
) -> ShareEstimate:
    """What `share.estimate` tells, of a sample whose strata are joined; `weight`: of the predictions."""
    frame, labels, worth = sample.frame, sample.labels, np.array(OUTCOMES[of])
    parts = parts_of(sample, worth, weight)
    if drawn:
        parts = replace(parts, beside=drawn * spread_of(sample, parts, worth))
    if of != "net" and len(labels) * min(parts.value, 1 - parts.value) < RARE:
        return rare(sample, parts, worth, level, watched)
    if of == "net" and not parts.census and one_sided(sample, parts):
        return of_one_side(sample, parts, level, watched)
    parts = parts.shrunk()
    if not parts.variance and not parts.census:
        parts = parts.with_doubt(frame.doubt @ np.abs(worth[:3]))
    half = student_quantile((1 + level) / 2, parts.df) * math.sqrt(parts.variance)
    method = f"stratified difference estimator, {100 * level:g}% Student interval"
    if watched is not None:
        half = time_uniform(parts.variance, len(labels), watched, level=level)
        method = f"stratified difference estimator, {100 * level:g}% interval for all looks"
    return result(sample, parts, worth, parts.value - half, parts.value + half, method)


def rare(sample: Sample, parts: Parts, worth: Floats, level: float, watched: int | None) -> ShareEstimate:
    """Of a class with fewer than RARE expected labels: Wilson's, and the variance leans on the reader's doubt."""
    steady = parts.with_doubt(sample.frame.doubt @ worth[:3])
    n, value = len(sample.labels), min(max(parts.value, 0.0), 1.0)
    effective = float(n)
    if steady.variance > 0:
        effective = min(max(value * (1 - value) / steady.variance, 0.7 * n), 8.0 * n)
    z, method = normal_quantile((1 + level) / 2), f"stratified difference estimator, {100 * level:g}% score interval"
    if watched is not None:
        z = time_uniform(1.0, n, watched, level=level)
        method = f"stratified difference estimator, {100 * level:g}% score interval for all looks"
    low, high = (value, value) if steady.census else score(value, effective, z)
    found = result(sample, steady, worth, low, high, method)
    return replace(found, df=math.inf, effective=plain(sample, steady, worth, 1 / effective))


def one_sided(sample: Sample, parts: Parts) -> bool:
    """Whether nearly all messages are good, or nearly all bad."""
    most = max(parts_of(sample, np.array(OUTCOMES[of]), parts.weight).value for of in ("negative", "positive"))
    return len(sample.labels) * (1 - most) < ONE_SIDED


def of_one_side(sample: Sample, parts: Parts, level: float, watched: int | None) -> ShareEstimate:
    """The few labels that are not like the others hardly vary, and Student's interval would take that for certainty.
    What one share gains the other loses, so their errors add up.

    Source: G. Zou and A. Donner (2008), Construction of confidence limits about effect measures, Statistics in Medicine
    27, 1693-1702: limits of a difference from those of its two parts.
    """
    worths = [np.array(OUTCOMES[of]) for of in ("positive", "negative")]
    each = [replace(parts_of(sample, worth, parts.weight), beside=parts.beside) for worth in worths]
    good, bad = (rare(sample, one, worth, level, watched) for one, worth in zip(each, worths))
    down, up = of_both(good.estimate, bad.estimate)
    low, high = parts.value - down, parts.value + up
    found = result(sample, parts, np.array(OUTCOMES["net"]), low, high, good.estimate.method)
    z = normal_quantile((1 + level) / 2)
    if watched is not None:
        z = time_uniform(1.0, len(sample.labels), watched, level=level)
    variance, effective = ((down + up) / (2 * z)) ** 2, max(good.effective, bad.effective)
    return replace(found, variance=variance, df=math.inf, effective=effective)


def of_both(good: Estimate, bad: Estimate) -> tuple[float, float]:
    """How far below and above its value net tone may lie, by the intervals of its two shares."""
    return good.value - good.low + bad.high - bad.value, good.high - good.value + bad.value - bad.low


def score(value: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's interval for a share found among n (effective) labels. At 0 and 1 it ends there, to the last digit."""
    shrink = 1 + z * z / n
    centre = (value + z * z / (2 * n)) / shrink
    half = z * math.sqrt(value * (1 - value) / n + z * z / (4 * n * n)) / shrink
    return min(centre - half, value), max(centre + half, value)


def result(sample: Sample, parts: Parts, worth: Floats, low: float, high: float, method: str) -> ShareEstimate:
    """All within what the number can be, and with the labels that it is worth."""
    least, most, all_of_it = float(worth.min()), float(worth.max()), float(sample.frame.sizes.sum())
    value, low, high = (min(max(one, least), most) for one in (parts.value, low, high))
    n, spread = len(sample.labels), spread_of(sample, parts, worth)
    effective = plain(sample, parts, worth, parts.variance / spread) if spread > 0 else float(n)
    shown = Estimate(value, low, high, n, method)
    return ShareEstimate(shown, n, round(all_of_it), parts.variance, parts.df, parts.weight, effective)


def plain(sample: Sample, parts: Parts, worth: Floats, variance: float) -> float:
    """Labels of a plain draw from the same messages that would give this variance, told as a part of that of a single
    message: from few messages a plain draw, too, gets more certain than from many."""
    spread = spread_of(sample, parts, worth)
    messages = 1 / float(sample.frame.sizes.sum()) - (parts.beside / spread if spread > 0 else 0.0)
    return 1 / (variance + messages)
