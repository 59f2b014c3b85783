"""The mood behind the messages: ten messages of one author, one thread or one text are not ten opinions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rapport.core.measure.frame import FEWEST_LABELS, OUTCOMES, Floats, Frame, Ints, Labels
from rapport.core.measure.interval import RARE, ShareEstimate, estimated, of_both, one_sided, result, score
from rapport.core.measure.quantiles import student_quantile
from rapport.core.measure.strata import Sample, joined, parts_of, spread_of
from rapport.core.ranges import AT_LEAST_0, COUNTING, INSIDE, NUMBER, SHARE, WHOLE
from rapport.core.types import NotEnough

FEWEST_DF = 4.0
"""Where a few labels stand for much, Satterthwaite's degrees of freedom are themselves a guess from these: with fewer
than four the interval would be far wider than it has to be to hold."""


def mood(
    frame: Frame,
    labels: Labels,
    group: Ints,
    of: str = "negative",
    *,
    days: int = 1,
    day_variance: float = 0.0,
    level: float = 0.95,
    fewest: int = FEWEST_LABELS,
    weight: float | None = None,
) -> ShareEstimate | NotEnough:
    """The share that stands behind the messages, of which the written ones are a sample; wider than `estimate`.

    Messages of one author, in one thread, or copied from one text hang together: a storm of copies moves the share of
    messages, and says little about the mood. The variance adds what messages of a group have in common, and what days
    have in common. The value is that of the frame: for each group to count once, frame and labels hold one message of
    each (`sampling.one_of_each`, by numbers that the draw did not go by).

    group          shape (n,), as `sampling.join` numbers them
    days           in the period, at least 1
    day_variance   of the daily share about its mean (`day_effect`), at least 0
    weight         of the predictions, between 0 and 1; None: the best for this outcome. What stands beside net tone
                   takes that of net tone, so that it adds up

    With few groups the interval is wide; that is what few groups say. So is it where a few labels stand for much: its
    degrees of freedom are those of the groups or Satterthwaite's, whichever are fewer. Of a rare class, and of net tone
    where nearly all is good or bad, it is made as in `estimate`; it is never narrower than that. Returns NotEnough
    below `fewest` labels, or when all belong to one group. Raises NumberError for a number outside of these, and as
    `estimate` does.

    Source: K.-Y. Liang and S. Zeger (1986), Biometrika 73, 13-22, for the sum over groups. Labels that hang together
    count with their full value, not only with the reader's error: what the reader sees of a shared tone is shared too.

    >>> rng = np.random.default_rng(4)
    >>> author = np.repeat(np.arange(20), 5)
    >>> label = np.repeat(rng.choice(2, size=20), 5)
    >>> frame = Frame.of(np.zeros(100, dtype=int), np.full((100, 3), 1 / 3))
    >>> labels = Labels(np.zeros(100, dtype=int), np.full((100, 3), 1 / 3), label)
    >>> people, messages = mood(frame, labels, author), mood(frame, labels, np.arange(100))
    >>> people.variance > 3 * messages.variance
    True
    """
    WHOLE.check(group=group)
    COUNTING.check(days=days)
    AT_LEAST_0.check(day_variance=day_variance)
    INSIDE.check(level=level)
    if weight is not None:
        SHARE.check(weight=weight)
    groups = len(np.unique(group))
    if len(labels) < max(fewest, 2):
        return NotEnough(len(labels), max(fewest, 2), "labels")
    if groups < 2:
        return NotEnough(groups, 2, "groups of messages")
    sample, worth = joined(frame, labels), np.array(OUTCOMES[of])
    parts, y = parts_of(sample, worth, weight), worth[labels.label]
    w = parts.share[sample.labels.stratum] * sample.within
    own_e, own_y = (_own(sample, w, values) for values in (parts.residual, y))
    pulled = w * (y - float((w * y).sum()))
    common = float((np.bincount(group, pulled) ** 2).sum() - (pulled**2).sum())
    read = len(labels) / float(frame.sizes.sum())
    factor = groups / (groups - 1)
    variance = max(factor * (own_e + read * (own_y - own_e) + common), own_e) + day_variance / days
    df = min(groups - 1.0, max(parts.df, FEWEST_DF))
    t = student_quantile((1 + level) / 2, df)
    value = min(max(parts.value, float(worth.min())), float(worth.max()))
    down = up = t * math.sqrt(variance)
    kind = "Student"
    if of != "net" and len(labels) * min(value, 1 - value) < RARE:
        worth_groups = min(value * (1 - value) / variance, groups) if variance > 1e-12 else float(groups)
        low, high = score(value, max(worth_groups, 1.0), t)
        down, up, kind = value - low, high - value, "score"
    if of == "net" and (variance < 1e-12 or one_sided(sample, parts)):
        how = {"days": days, "level": level, "fewest": fewest, "weight": parts.weight}
        each = [mood(frame, labels, group, one, **how) for one in ("positive", "negative")]  # type: ignore[arg-type]
        down, up = of_both(*(one.estimate for one in each if isinstance(one, ShareEstimate)))
        kind = "score"
    # what is not sure of the messages is not sure of what stands behind them either
    written = estimated(sample, of, level=level, weight=parts.weight)
    down, up = max(down, value - written.estimate.low), max(up, written.estimate.high - value)
    method = f"stratified difference estimator over {groups} groups, {100 * level:g}% {kind} interval"
    found = result(sample, parts, worth, value - down, value + up, method)
    variance = max(variance, ((down + up) / (2 * t)) ** 2, written.variance)
    spread = spread_of(sample, parts, worth)
    effective = min(spread / variance, written.effective) if spread > 0 else written.effective
    return ShareEstimate(found.estimate, found.labels, found.messages, variance, df, found.weight, effective)


def _own(sample: Sample, w: Floats, values: Floats) -> float:
    """What single messages add to the variance."""
    h, held = sample.labels.stratum, sample.held
    off = values - sample.means(values)[h]
    free = np.where(held < 1 - 1e-9, 1 - held, 1.0)[h]
    return float(((w * off) ** 2 / free).sum())


def day_effect(values: Sequence[float], variances: Sequence[float]) -> float:
    """How much the daily share varies from day to day beyond what sampling explains; a variance, at least 0.

    values      one estimate per day, at least 2
    variances   of these estimates, at least 0

    Raises NumberError for a number that cannot be one of these, and ValueError for a single day.

    The method of moments: the variance of the values less the mean of their own variances.

    >>> round(day_effect([0.2, 0.3, 0.25, 0.35], [0.001] * 4), 5)
    0.00317
    """
    NUMBER.check(values=values)
    AT_LEAST_0.check(variances=variances)
    if len(values) < 2:
        raise ValueError("one day says nothing about how days differ")
    return max(float(np.var(values, ddof=1)) - float(np.mean(variances)), 0.0)
