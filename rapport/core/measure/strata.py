"""The difference estimator before its interval: by stratum, what the labels say the predictions got wrong.

Its sources are named in `share`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from rapport.core.measure.frame import Floats, Frame, Labels
from rapport.core.ranges import Range

PRIOR = 1.0
"""Labels that the variance of all strata is worth to each of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Frame and labels once strata with few labels are joined. `within`: shape (n,), the part of its stratum for which
    each label stands; in each stratum they sum to 1."""

    frame: Frame
    labels: Labels
    within: Floats

    def means(self, values: Floats) -> Floats:
        """Of one value per label, by stratum."""
        sums: Floats = np.bincount(
            self.labels.stratum, weights=self.within * values, minlength=len(self.frame.sizes)
        ).astype(np.float64)
        return sums

    @property
    def held(self) -> Floats:
        """By stratum: 1/n when n labels stand for parts of one size, more when they do not."""
        return self.means(self.within)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The estimator before its interval. By stratum, shape (H,): `share` of the frame, `count` of labels, `held` as in
    Sample, `spread` (variance of the corrected labels), `open` (by which part of it the stratum's mean may be off;
    nothing when the stratum was read in full). `beside`: variance that no stratum adds; `prior`: labels that the
    variance of all strata is worth to each."""

    value: float
    weight: float
    share: Floats
    count: Floats
    held: Floats
    spread: Floats
    open: Floats
    residual: Floats
    beside: float = 0.0
    prior: float = 0.0

    @property
    def free(self) -> Floats:
        """By stratum, the degrees of freedom of `spread` as its own labels tell it: n - 1 where they stand for parts of
        one size."""
        return np.maximum(1 / self.held - 1, 0.0)

    @property
    def each(self) -> Floats:
        """The variance that each stratum adds."""
        return self.share**2 * self.open * self.spread

    @property
    def variance(self) -> float:
        return float(self.each.sum()) + self.beside

    @property
    def census(self) -> bool:
        return not self.open.any() and not self.beside

    @property
    def df(self) -> float:
        below = float((self.each**2 / np.maximum(self.free + self.prior, 1)).sum())
        return min(self.variance**2 / below, max(float(self.free.sum()), 1.0)) if below > 0 else math.inf

    def shrunk(self) -> Parts:
        """Shrink the variance of each stratum towards the pooled one.

        Two labels that say the same would else be taken for certainty, and two that do not for more than there can be.
        """
        known = float(self.free.sum())
        pooled = float((self.free * self.spread).sum()) / known if known else 0.0
        return replace(self, spread=(self.free * self.spread + PRIOR * pooled) / (self.free + PRIOR), prior=PRIOR)

    def with_doubt(self, doubt: Floats) -> Parts:
        """Steady the variance of each stratum by what the reader thinks of its own errors, worth two labels."""
        steadied = ((self.count - 1) * self.spread + 2 * doubt) / (self.count + 1)
        return replace(self, spread=steadied)


def parts_of(sample: Sample, worth: Floats, weight: float | None = None) -> Parts:
    """`weight`: of the predictions; None: the one that makes the variance smallest."""
    frame, h, held = sample.frame, sample.labels.stratum, sample.held
    y, f = worth[sample.labels.label], sample.labels.prediction @ worth[:3]
    share, count = frame.sizes / frame.sizes.sum(), np.bincount(h, minlength=len(frame.sizes)).astype(np.float64)
    free = np.where(count > 1, 1 - held, 1.0)
    off_y, off_f = y - sample.means(y)[h], f - sample.means(f)[h]
    if weight is None:
        # One weight for all strata: one each would follow the noise where a stratum has fewer than 15 labels.
        both, alone = (float((share**2 * held * sample.means(off * off_f) / free).sum()) for off in (off_y, off_f))
        weight = min(max(both / alone, 0.0), 1.0) if alone > 0 else 0.0
    residual = y - weight * f
    mean = sample.means(residual)
    spread = sample.means((residual - mean[h]) ** 2) / free
    value = float((share * (weight * (frame.means @ worth[:3]) + mean)).sum())
    unread = held - 1 / frame.messages
    unread = np.where(unread > 1e-9 * held, unread, 0.0)
    return Parts(value, weight, share, count, held, spread, unread, residual)


def joined(frame: Frame, labels: Labels) -> Sample:
    """Neighbouring strata become one until each has two labels (or is read in full); neighbours are kin by name.

    >>> frame = Frame(np.array([6.0, 4.0]), np.full((2, 3), 1 / 3), np.full((2, 3), 2 / 9))
    >>> sample = joined(frame, Labels(np.array([0, 0, 1]), np.full((3, 3), 1 / 3), np.array([0, 1, 2])))
    >>> sample.frame.sizes.tolist(), sample.within.tolist()
    ([10.0], [0.3, 0.3, 0.4])
    """
    Range(f"below {len(frame.sizes)}, the strata of the frame", 0, len(frame.sizes) - 1).check(stratum=labels.stratum)
    count = np.bincount(labels.stratum, minlength=len(frame.sizes))
    new = np.zeros(len(count), dtype=np.int64)
    here, have, size = 0, 0, 0.0
    for place, (n, of) in enumerate(zip(count.tolist(), frame.messages.tolist())):
        if have >= 2 or (have and have >= size):
            here, have, size = here + 1, 0, 0.0
        new[place] = here
        have, size = have + n, size + of
    if have < 2 and have < size and here:
        new[new == here] = here - 1
    if new[-1] == len(new) - 1:
        return Sample(frame, labels, 1 / count[labels.stratum])
    sizes = np.bincount(new, frame.sizes).astype(np.float64)
    means, doubt = (
        np.stack([np.bincount(new, frame.sizes * column) for column in table.T], 1) / sizes[:, None]
        for table in (frame.means, frame.doubt)
    )
    # so many messages of one weight would leave as much open as these of several do
    counted = 1 / np.bincount(new, (frame.sizes / sizes[new]) ** 2 / frame.messages)
    stands_for = (frame.sizes / np.maximum(count, 1))[labels.stratum]
    stratum = new[labels.stratum]
    within = stands_for / np.bincount(stratum, stands_for, minlength=len(sizes))[stratum]
    return Sample(Frame(sizes, means, doubt, counted), Labels(stratum, labels.prediction, labels.label), within)


def spread_of(sample: Sample, parts: Parts, worth: Floats) -> float:
    """The variance of a single message."""
    within, y = parts.share[sample.labels.stratum] * sample.within, worth[sample.labels.label]
    return float((within * y * y).sum()) - float((within * y).sum()) ** 2
