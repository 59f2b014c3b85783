"""The share of a tone among all messages, from the few that people have read and the reader's opinion of the rest.

Counting what a machine reads is wrong by as much as the machine is wrong. Here the reader's predictions only steady the
number: whatever they are worth, the labels correct them, and the interval says what is left open. A better reader makes
it narrower; a bad one cannot make it false.

Two questions, two intervals. `estimate` is about the messages that were really written in the period: how many of them
were negative. `mood` is about what stands behind them: ten messages of one thread are not ten opinions.

Source: C.-E. Särndal, B. Swensson and J. Wretman (1992), Model Assisted Survey Sampling, chapter 6 (the difference
estimator); A. Angelopoulos, J. Duchi and T. Zrnic (2023), PPI++, arXiv 2311.01453 (the weight of the predictions);
F. Satterthwaite (1946), Biometrics Bulletin 2, 110-114 (degrees of freedom).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rapport.core.measure.coders import Gold, correct_for_coders
from rapport.core.measure.frame import FEWEST_LABELS, OUTCOMES, SHARES, UNCODABLE, Floats, Frame, Labels, together
from rapport.core.measure.interval import ONE_SIDED, RARE, ShareEstimate, estimated, score, time_uniform
from rapport.core.measure.mood import day_effect, mood
from rapport.core.measure.quantiles import normal_quantile, satterthwaite, student_quantile
from rapport.core.measure.strata import joined, parts_of
from rapport.core.ranges import AT_LEAST_0, CHANCE, COUNTING, INSIDE, SHARE
from rapport.core.types import Estimate, NotEnough

__all__ = [
    "FEWEST_LABELS",
    "OUTCOMES",
    "SHARES",
    "UNCODABLE",
    "Frame",
    "Gold",
    "Labels",
    "ShareEstimate",
    "correct_for_coders",
    "day_effect",
    "difference",
    "estimate",
    "mood",
    "time_uniform",
    "together",
    "tones",
    "unequal",
]


def estimate(
    frame: Frame,
    labels: Labels,
    of: str = "negative",
    *,
    level: float = 0.95,
    fewest: int = FEWEST_LABELS,
    watched: int | None = None,
    drawn: float = 0.0,
) -> ShareEstimate | NotEnough:
    """The share of one class among all messages of the frame, or their net tone, with its interval.

    The mean prediction over everything, corrected by what the labels say about the reader's errors, stratum by
    stratum. One weight for the predictions is estimated from the labels, so a useless reader is left out. Strata with
    fewer than two labels are joined with their neighbours first; in what was joined each stratum still counts by its
    messages, not by its labels, for a day on which more was asked for would pull the number to itself.

    The interval is Student's with Satterthwaite's degrees of freedom; the variance of each stratum is shrunk towards
    the pooled one, worth one label, for much may hang on two of them. Where a class is so rare that fewer than RARE
    labels of it are expected, the variance is steadied by the reader's own doubt and the interval is Wilson's for the
    effective number of labels: Student's would then miss the truth too often. Of net tone, where fewer than ONE_SIDED
    labels are expected beside the good ones or beside the bad ones, it is made of those of its two shares.

    frame     all messages
    labels    of messages drawn from it with equal chances within each stratum (`sampling.draw`); none of them may
              have been used to train the reader that predicted them
    of        one of OUTCOMES; "net" is positive less negative, between -1 and 1
    level     the share of such intervals that hold the true value, between 0 and 1 (exclusive)
    fewest    labels below which there is no number
    watched   labels expected in all while somebody keeps looking: then the interval holds at all looks together, and
              is wider (see `time_uniform`)
    drawn     when the frame is itself a random draw from more messages: what that adds to the variance, as a part of
              the variance of a single message; (1 - chance) / N for N messages that were drawn with one chance

    Returns NotEnough when there are fewer than `fewest` labels. Raises KeyError for an unknown outcome, and NumberError
    for a level or a variance that cannot be one, and for a label whose stratum the frame does not have.

    >>> rng = np.random.default_rng(1)
    >>> truth = rng.choice(3, size=5000, p=[0.3, 0.4, 0.3])
    >>> prediction = np.where(np.arange(3) == truth[:, None], 0.6, 0.2)
    >>> frame = Frame.of(np.zeros(5000, dtype=int), prediction)
    >>> labels = Labels(np.zeros(80, dtype=int), prediction[:80], truth[:80])
    >>> found = estimate(frame, labels)
    >>> bool(found.estimate.low < (truth == 0).mean() < found.estimate.high), found.labels, found.messages
    (True, 80, 5000)
    >>> estimate(frame, Labels(np.zeros(14, dtype=int), prediction[:14], truth[:14]))
    NotEnough(have=14, need=40, what='labels')
    """
    INSIDE.check(level=level)
    AT_LEAST_0.check(drawn=drawn)
    if len(labels) < max(fewest, 2):
        return NotEnough(len(labels), max(fewest, 2), "labels")
    return estimated(joined(frame, labels), of, level=level, watched=watched, drawn=drawn)


def tones(
    frame: Frame, labels: Labels, *, level: float = 0.95, fewest: int = FEWEST_LABELS, drawn: float = 0.0
) -> dict[str, ShareEstimate] | NotEnough:
    """All of OUTCOMES as one picture: the four shares sum to 1, and net tone is positive less negative.

    Each is an `estimate` with the weight of the predictions that is best for net tone; alone each would take one of
    its own, and what stands on one page would not add up. Where an estimate lies outside 0 and 1, the nearest shares
    that do not are told.

    level, fewest, drawn   as in `estimate`

    Returns NotEnough when there are fewer than `fewest` labels. Raises NumberError as `estimate` does.

    >>> frame = Frame(np.array([100.0]), np.full((1, 3), 1 / 3), np.full((1, 3), 2 / 9))
    >>> label = np.repeat([0, 1, 2, 3], [10, 20, 15, 5])
    >>> found = tones(frame, Labels(np.zeros(50, dtype=int), np.full((50, 3), 1 / 3), label))
    >>> {of: round(one.estimate.value, 3) for of, one in found.items()}
    {'negative': 0.2, 'neutral': 0.4, 'positive': 0.3, 'uncodable': 0.1, 'net': 0.1}
    """
    INSIDE.check(level=level)
    AT_LEAST_0.check(drawn=drawn)
    if len(labels) < max(fewest, 2):
        return NotEnough(len(labels), max(fewest, 2), "labels")
    sample = joined(frame, labels)
    weight = parts_of(sample, np.array(OUTCOMES["net"])).weight
    raw = np.array([parts_of(sample, np.array(OUTCOMES[of]), weight).value for of in SHARES])
    told = dict(zip(SHARES, _nearest(raw).tolist()))
    told["net"] = told["positive"] - told["negative"]
    found = {of: estimated(sample, of, level=level, watched=None, drawn=drawn, weight=weight) for of in OUTCOMES}
    return {of: replace(one, estimate=_moved(one.estimate, told[of])) for of, one in found.items()}


def _nearest(values: Floats) -> Floats:
    """The nearest shares that lie between 0 and 1 and sum to 1.

    >>> _nearest(np.array([0.7, 0.35, -0.05, 0.0])).round(3).tolist()
    [0.675, 0.325, 0.0, 0.0]
    """
    ordered = np.sort(values)[::-1]
    above = (np.cumsum(ordered) - 1) / np.arange(1, len(ordered) + 1)
    last = int(np.nonzero(ordered > above)[0][-1])
    shares: Floats = np.maximum(values - above[last], 0.0)
    return shares


def _moved(found: Estimate, value: float) -> Estimate:
    return replace(found, value=value, low=min(found.low, value), high=max(found.high, value))


# -- changes ----------------------------------------------------------------------------------------------------------


def difference(now: ShareEstimate, before: ShareEstimate, *, level: float = 0.95) -> Estimate:
    """How much a share changed between two periods that have no label in common, with Student's interval.

    A date that was chosen because the change stood out makes the interval too narrow; after an alarm, use labels from
    behind it only. Raises NumberError for a level that is not between 0 and 1.

    >>> one = ShareEstimate(Estimate(0.30, 0.2, 0.4, 100, ""), 100, 900, 0.002, 50.0, 0.5, 105.0)
    >>> two = ShareEstimate(Estimate(0.40, 0.3, 0.5, 100, ""), 100, 900, 0.002, 50.0, 0.5, 120.0)
    >>> change = difference(two, one)
    >>> round(change.value, 3), round(change.low, 3), round(change.high, 3)
    (0.1, -0.025, 0.225)
    """
    INSIDE.check(level=level)
    variance = now.variance + before.variance
    df = satterthwaite((one.variance, one.df) for one in (now, before))
    value = now.estimate.value - before.estimate.value
    half = student_quantile((1 + level) / 2, df) * math.sqrt(variance)
    n = now.labels + before.labels
    return Estimate(
        value, value - half, value + half, n, f"difference of two estimates, {100 * level:g}% Student interval"
    )


# -- unequal chances ---------------------------------------------------------------------------------------------------


def unequal(
    mean_prediction: Floats,
    messages: int,
    labels: Labels,
    chance: Floats,
    of: str = "negative",
    *,
    level: float = 0.95,
    fewest: int = FEWEST_LABELS,
) -> ShareEstimate | NotEnough:
    """The same from a sample in which each message had its own chance to be drawn; strata are passed over.

    mean_prediction   shape (3,), over all messages
    chance            shape (n,), of each label, above 0 and at most 1

    The weight of the predictions is estimated from the weighted labels; the value is Hájek's, the variance that of
    Poisson sampling. Of a rare class, and of net tone where nearly all is good or bad, the interval is made as in
    `estimate`. Below 100 labels Student's covers less than it says where the reader is confident and wrong
    (0.925 instead of 0.95 in simulations), which is why the queue is stratified instead.

    Raises NumberError for a chance, a prediction, a number of messages or a level that cannot be one.

    Source: J. Hájek (1971), in Foundations of Statistical Inference, 236; B. Rosén (1997), Asymptotic theory for order
    sampling, JSPI 62, 135-158.

    >>> labels = Labels(np.zeros(50, dtype=int), np.full((50, 3), 1 / 3), np.repeat([0, 1], 25))
    >>> found = unequal(np.full(3, 1 / 3), 1000, labels, np.repeat([0.1, 0.05], 25))
    >>> round(found.estimate.value, 3)
    0.333
    """
    SHARE.check(mean_prediction=mean_prediction)
    COUNTING.check(messages=messages)
    CHANCE.check(chance=chance)
    INSIDE.check(level=level)
    n = len(labels)
    if n < max(fewest, 2):
        return NotEnough(n, max(fewest, 2), "labels")
    found = _hajek(mean_prediction, labels, chance, of)
    least, most = float(min(OUTCOMES[of])), float(max(OUTCOMES[of]))
    t, variance, df = student_quantile((1 + level) / 2, n - 1), found.variance, n - 1.0
    down = up = t * math.sqrt(variance)
    kind = "Student"
    each = [_hajek(mean_prediction, labels, chance, one, found.weight) for one in ("positive", "negative")]
    if of != "net" and found.plain * min(found.value, 1 - found.value) < RARE:
        down, up = _scored(found, level)
        kind = "score"
    elif of == "net" and found.open and found.plain * (1 - max(one.value for one in each)) < ONE_SIDED:
        (good_down, good_up), (bad_down, bad_up) = (_scored(one, level) for one in each)
        down, up, kind = good_down + bad_up, good_up + bad_down, "score"
    elif not variance:
        variance = found.steadied
        down = up = t * math.sqrt(variance)
    if kind == "score":
        variance, df = ((down + up) / (2 * normal_quantile((1 + level) / 2))) ** 2, math.inf
    shown, low, high = (min(max(one, least), most) for one in (found.value, found.value - down, found.value + up))
    effective = 1 / (variance / found.spread + 1 / messages) if found.spread > 0 else float(n)
    method = f"Hájek difference estimator, {100 * level:g}% {kind} interval"
    return ShareEstimate(Estimate(shown, low, high, n, method), n, messages, variance, df, found.weight, effective)


@dataclass(frozen=True, slots=True)
class _Hajek:
    """The estimator before its interval. `spread`: of a single message; `plain`: labels of one chance that would be as
    good; `open`: by which part of it the mean may be off, nothing when all was read; `steadied`: the variance with what
    the reader thinks of its own errors, worth two labels."""

    value: float
    variance: float
    weight: float
    spread: float
    plain: float
    open: float
    steadied: float


def _hajek(mean_prediction: Floats, labels: Labels, chance: Floats, of: str, weight: float | None = None) -> _Hajek:
    n, worth, w = len(labels), np.array(OUTCOMES[of]), 1 / chance
    whole = float(w.sum())
    y, f = worth[labels.label], labels.prediction @ worth[:3]
    off_y, off_f = y - np.average(y, weights=w), f - np.average(f, weights=w)
    if weight is None:
        below = float((w * w * off_f**2).sum())
        weight = min(max(float((w * w * off_y * off_f).sum()) / below, 0.0), 1.0) if below > 0 else 0.0
    residual = y - weight * f
    mean = float(np.average(residual, weights=w))
    variance = n / (n - 1) * float(((1 - chance) * (w * (residual - mean)) ** 2).sum()) / whole**2
    open_ = float(((1 - chance) * w * w).sum()) / whole**2
    doubt = float(np.average((labels.prediction * (1 - labels.prediction)) @ np.abs(worth[:3]), weights=w))
    return _Hajek(
        value=weight * float(mean_prediction @ worth[:3]) + mean,
        variance=variance,
        weight=weight,
        spread=float(np.average(off_y**2, weights=w)),
        plain=whole**2 / float((w * w).sum()),
        open=open_,
        steadied=((n - 1) * variance + 2 * open_ * doubt) / (n + 1),
    )


def _scored(found: _Hajek, level: float) -> tuple[float, float]:
    """How far below and above its value a rare share may lie: as in `estimate`."""
    if not found.open:
        return 0.0, 0.0
    value, effective = min(max(found.value, 0.0), 1.0), found.plain
    if found.steadied > 0:
        effective = min(max(value * (1 - value) / found.steadied, 0.7 * found.plain), 8.0 * found.plain)
    low, high = score(value, effective, normal_quantile((1 + level) / 2))
    return value - low, high - value
