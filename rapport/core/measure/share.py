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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure.quantiles import normal_quantile, student_quantile
from rapport.core.ranges import AT_LEAST_0, CHANCE, COUNTING, INSIDE, NUMBER, SHARE, SIZE, WHOLE, Range
from rapport.core.types import Estimate, NotEnough, Refused

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

OUTCOMES: Mapping[str, tuple[float, float, float, float]] = {
    "negative": (1.0, 0.0, 0.0, 0.0),
    "neutral": (0.0, 1.0, 0.0, 0.0),
    "positive": (0.0, 0.0, 1.0, 0.0),
    "uncodable": (0.0, 0.0, 0.0, 1.0),
    "net": (-1.0, 0.0, 1.0, 0.0),
}
"""What one message adds to each number, by its label: negative, neutral, positive, uncodable."""

SHARES = ("negative", "neutral", "positive", "uncodable")
"""Those that sum to 1, by label."""

UNCODABLE = 3
"""The label of a message that people could not code. It is a class, not a gap: leaving it out would be a choice."""

FEWEST_LABELS = 40
"""Below this, no number: its interval would be wider than any decision needs."""

RARE = 15
"""With fewer expected labels of a class than this, Student's interval covers too seldom; see `estimate`."""

ONE_SIDED = 8
"""With fewer expected labels than this beside the good ones or beside the bad ones, that holds for net tone too."""

LABEL = Range("a label from 0 to 3", 0, UNCODABLE, whole=True)

FEWEST_GOLD = 20
"""Messages with known truth that are needed on each side before coders' errors can be corrected."""


# -- what goes in ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """All messages of a period, summed up by stratum; H strata. Small enough to keep for every day.

    sizes   shape (H,), messages, at least 1
    means   shape (H, 3), mean prediction
    doubt   shape (H, 3), mean of p(1-p)

    Raises NumberError for a number that cannot be one of these.
    """

    sizes: Floats
    means: Floats
    doubt: Floats

    def __post_init__(self) -> None:
        AT_LEAST_0.check(sizes=self.sizes)
        SHARE.check(means=self.means, doubt=self.doubt)

    @classmethod
    def of(cls, stratum: Ints, prediction: Floats) -> Frame:
        """Sum up N messages.

        stratum      shape (N,), from 0 to H-1, none of them empty
        prediction   shape (N, 3), probabilities of negative, neutral, positive

        Raises NumberError for what is none of these, and ValueError for an empty stratum.
        """
        WHOLE.check(stratum=stratum)
        SHARE.check(prediction=prediction)
        sizes = np.bincount(stratum).astype(np.float64)
        if (sizes == 0).any():
            raise ValueError("a stratum has no message")
        columns = [np.bincount(stratum, column) for column in prediction.T]
        squares = [np.bincount(stratum, column * (1 - column)) for column in prediction.T]
        return cls(sizes, np.stack(columns, 1) / sizes[:, None], np.stack(squares, 1) / sizes[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What people said about the drawn messages; n labels.

    stratum      shape (n,), of the frame
    prediction   shape (n, 3), as frozen when the day closed
    label        shape (n,), 0 negative, 1 neutral, 2 positive, 3 uncodable

    Raises NumberError for a number that cannot be one of these.
    """

    stratum: Ints
    prediction: Floats
    label: Ints

    def __post_init__(self) -> None:
        WHOLE.check(stratum=self.stratum)
        SHARE.check(prediction=self.prediction)
        LABEL.check(label=self.label)

    def __len__(self) -> int:
        return len(self.label)


def together(periods: Sequence[tuple[Frame, Labels]]) -> tuple[Frame, Labels]:
    """Several days as one period: each day's strata stay strata.

    >>> day = Frame(np.array([5.0]), np.full((1, 3), 1 / 3), np.full((1, 3), 2 / 9))
    >>> none = Labels(np.array([], dtype=int), np.empty((0, 3)), np.array([], dtype=int))
    >>> together([(day, none), (day, none)])[0].sizes.tolist()
    [5.0, 5.0]
    """
    frames = [frame for frame, _ in periods]
    starts = np.cumsum([0, *(len(frame.sizes) for frame in frames)])
    labels = [
        Labels(labels.stratum + start, labels.prediction, labels.label) for (_, labels), start in zip(periods, starts)
    ]
    return (
        Frame(*(np.concatenate([getattr(frame, part) for frame in frames]) for part in ("sizes", "means", "doubt"))),
        Labels(
            *(np.concatenate([getattr(one, part) for one in labels]) for part in ("stratum", "prediction", "label"))
        ),
    )


# -- what comes out ----------------------------------------------------------------------------------------------------


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

    The interval is Student's with Satterthwaite's degrees of freedom. Where a class is so rare that fewer than RARE
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
    return _estimated(_joined(frame, labels), of, level=level, watched=watched, drawn=drawn)


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
    sample = _joined(frame, labels)
    weight = _parts(sample, np.array(OUTCOMES["net"])).weight
    raw = np.array([_parts(sample, np.array(OUTCOMES[of]), weight).value for of in SHARES])
    told = dict(zip(SHARES, _nearest(raw).tolist()))
    told["net"] = told["positive"] - told["negative"]
    found = {of: _estimated(sample, of, level=level, watched=None, drawn=drawn, weight=weight) for of in OUTCOMES}
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


# -- how it is computed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
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
class _Parts:
    """The estimator before its interval. By stratum, shape (H,): `share` of the frame, `count` of labels, `held` as in
    _Sample, `spread` (variance of the corrected labels), `open` (by which part of it the stratum's mean may be off;
    nothing when the stratum was read in full). `beside`: variance that no stratum adds."""

    value: float
    weight: float
    share: Floats
    count: Floats
    held: Floats
    spread: Floats
    open: Floats
    residual: Floats
    beside: float = 0.0

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
        below = float((self.each**2 / np.maximum(1 / self.held - 1, 1)).sum())
        return self.variance**2 / below if below > 0 else math.inf

    def with_doubt(self, doubt: Floats) -> _Parts:
        """Steady the variance of each stratum by what the reader thinks of its own errors, worth two labels."""
        steadied = ((self.count - 1) * self.spread + 2 * doubt) / (self.count + 1)
        return replace(self, spread=steadied)


def _parts(sample: _Sample, worth: Floats, weight: float | None = None) -> _Parts:
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
    unread = held - 1 / frame.sizes
    unread = np.where(unread > 1e-9 * held, unread, 0.0)
    return _Parts(value, weight, share, count, held, spread, unread, residual)


def _joined(frame: Frame, labels: Labels) -> _Sample:
    """Neighbouring strata become one until each has two labels (or is read in full); neighbours are kin by name."""
    Range(f"below {len(frame.sizes)}, the strata of the frame", 0, len(frame.sizes) - 1).check(stratum=labels.stratum)
    count = np.bincount(labels.stratum, minlength=len(frame.sizes))
    new = np.zeros(len(count), dtype=np.int64)
    here, have, size = 0, 0, 0.0
    for place, (n, of) in enumerate(zip(count.tolist(), frame.sizes.tolist())):
        if have >= 2 or (have and have >= size):
            here, have, size = here + 1, 0, 0.0
        new[place] = here
        have, size = have + n, size + of
    if have < 2 and have < size and here:
        new[new == here] = here - 1
    if new[-1] == len(new) - 1:
        return _Sample(frame, labels, 1 / count[labels.stratum])
    sizes = np.bincount(new, frame.sizes).astype(np.float64)
    means, doubt = (
        np.stack([np.bincount(new, frame.sizes * column) for column in table.T], 1) / sizes[:, None]
        for table in (frame.means, frame.doubt)
    )
    stands_for = (frame.sizes / np.maximum(count, 1))[labels.stratum]
    stratum = new[labels.stratum]
    within = stands_for / np.bincount(stratum, stands_for, minlength=len(sizes))[stratum]
    return _Sample(Frame(sizes, means, doubt), Labels(stratum, labels.prediction, labels.label), within)


def _estimated(
    sample: _Sample, of: str, *, level: float, watched: int | None, drawn: float, weight: float | None = None
) -> ShareEstimate:
    frame, labels, worth = sample.frame, sample.labels, np.array(OUTCOMES[of])
    parts = _parts(sample, worth, weight)
    if drawn:
        parts = replace(parts, beside=drawn * _spread(sample, parts, worth))
    if of != "net" and len(labels) * min(parts.value, 1 - parts.value) < RARE:
        return _rare(sample, parts, worth, level, watched)
    if of == "net" and not parts.census and _one_sided(sample, parts):
        return _of_one_side(sample, parts, level, watched)
    if not parts.variance and not parts.census:
        parts = parts.with_doubt(frame.doubt @ np.abs(worth[:3]))
    half = student_quantile((1 + level) / 2, parts.df) * math.sqrt(parts.variance)
    method = f"stratified difference estimator, {level:.0%} Student interval"
    if watched is not None:
        half = time_uniform(parts.variance, len(labels), watched, level=level)
        method = f"stratified difference estimator, {level:.0%} interval for all looks"
    return _result(sample, parts, worth, parts.value - half, parts.value + half, method)


def _rare(sample: _Sample, parts: _Parts, worth: Floats, level: float, watched: int | None) -> ShareEstimate:
    steady = parts.with_doubt(sample.frame.doubt @ worth[:3])
    n, value = len(sample.labels), min(max(parts.value, 0.0), 1.0)
    effective = float(n)
    if steady.variance > 0:
        effective = min(max(value * (1 - value) / steady.variance, 0.7 * n), 8.0 * n)
    z, method = normal_quantile((1 + level) / 2), f"stratified difference estimator, {level:.0%} score interval"
    if watched is not None:
        z = time_uniform(1.0, n, watched, level=level)
        method = f"stratified difference estimator, {level:.0%} score interval for all looks"
    low, high = (value, value) if steady.census else _score(value, effective, z)
    found = _result(sample, steady, worth, low, high, method)
    return replace(found, df=math.inf, effective=_plain(sample, steady, worth, 1 / effective))


def _one_sided(sample: _Sample, parts: _Parts) -> bool:
    """Whether nearly all messages are good, or nearly all bad."""
    most = max(_parts(sample, np.array(OUTCOMES[of]), parts.weight).value for of in ("negative", "positive"))
    return len(sample.labels) * (1 - most) < ONE_SIDED


def _of_one_side(sample: _Sample, parts: _Parts, level: float, watched: int | None) -> ShareEstimate:
    """The few labels that are not like the others hardly vary, and Student's interval would take that for certainty.
    What one share gains the other loses, so their errors add up.

    Source: G. Zou and A. Donner (2008), Construction of confidence limits about effect measures, Statistics in Medicine
    27, 1693-1702: limits of a difference from those of its two parts.
    """
    worths = [np.array(OUTCOMES[of]) for of in ("positive", "negative")]
    each = [replace(_parts(sample, worth, parts.weight), beside=parts.beside) for worth in worths]
    good, bad = (_rare(sample, one, worth, level, watched) for one, worth in zip(each, worths))
    down, up = _of_both(good.estimate, bad.estimate)
    low, high = parts.value - down, parts.value + up
    found = _result(sample, parts, np.array(OUTCOMES["net"]), low, high, good.estimate.method)
    z = normal_quantile((1 + level) / 2)
    if watched is not None:
        z = time_uniform(1.0, len(sample.labels), watched, level=level)
    variance, effective = ((down + up) / (2 * z)) ** 2, max(good.effective, bad.effective)
    return replace(found, variance=variance, df=math.inf, effective=effective)


def _of_both(good: Estimate, bad: Estimate) -> tuple[float, float]:
    """How far below and above its value net tone may lie, by the intervals of its two shares."""
    return good.value - good.low + bad.high - bad.value, good.high - good.value + bad.value - bad.low


def _score(value: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's interval for a share found among n (effective) labels. At 0 and 1 it ends there, to the last digit."""
    shrink = 1 + z * z / n
    centre = (value + z * z / (2 * n)) / shrink
    half = z * math.sqrt(value * (1 - value) / n + z * z / (4 * n * n)) / shrink
    return min(centre - half, value), max(centre + half, value)


def _result(sample: _Sample, parts: _Parts, worth: Floats, low: float, high: float, method: str) -> ShareEstimate:
    least, most, all_of_it = float(worth.min()), float(worth.max()), float(sample.frame.sizes.sum())
    value, low, high = (min(max(one, least), most) for one in (parts.value, low, high))
    n, spread = len(sample.labels), _spread(sample, parts, worth)
    effective = _plain(sample, parts, worth, parts.variance / spread) if spread > 0 else float(n)
    shown = Estimate(value, low, high, n, method)
    return ShareEstimate(shown, n, round(all_of_it), parts.variance, parts.df, parts.weight, effective)


def _plain(sample: _Sample, parts: _Parts, worth: Floats, variance: float) -> float:
    """Labels of a plain draw from the same messages that would give this variance, told as a part of that of a single
    message: from few messages a plain draw, too, gets more certain than from many."""
    spread = _spread(sample, parts, worth)
    messages = 1 / float(sample.frame.sizes.sum()) - (parts.beside / spread if spread > 0 else 0.0)
    return 1 / (variance + messages)


def _spread(sample: _Sample, parts: _Parts, worth: Floats) -> float:
    """The variance of a single message."""
    within, y = parts.share[sample.labels.stratum] * sample.within, worth[sample.labels.label]
    return float((within * y * y).sum()) - float((within * y).sum()) ** 2


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
    below = now.variance**2 / now.df + before.variance**2 / before.df
    df = variance**2 / below if below > 0 else math.inf
    value = now.estimate.value - before.estimate.value
    half = student_quantile((1 + level) / 2, df) * math.sqrt(variance)
    n = now.labels + before.labels
    return Estimate(value, value - half, value + half, n, f"difference of two estimates, {level:.0%} Student interval")


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
    Poisson sampling. Below 100 labels its interval covers less than it says where the reader is confident and wrong
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
    worth, w = np.array(OUTCOMES[of]), 1 / chance
    y, f = worth[labels.label], labels.prediction @ worth[:3]
    off_y, off_f = y - np.average(y, weights=w), f - np.average(f, weights=w)
    below = float((w * w * off_f**2).sum())
    weight = min(max(float((w * w * off_y * off_f).sum()) / below, 0.0), 1.0) if below > 0 else 0.0
    residual = y - weight * f
    mean = float(np.average(residual, weights=w))
    value = weight * float(mean_prediction @ worth[:3]) + mean
    variance = n / (n - 1) * float(((1 - chance) * (w * (residual - mean)) ** 2).sum()) / float(w.sum()) ** 2
    half = student_quantile((1 + level) / 2, n - 1) * math.sqrt(variance)
    least, most = float(worth.min()), float(worth.max())
    shown, low, high = (min(max(one, least), most) for one in (value, value - half, value + half))
    spread = float(np.average(off_y**2, weights=w))
    effective = 1 / (variance / spread + 1 / messages) if spread > 0 else float(n)
    method = f"Hájek difference estimator, {level:.0%} Student interval"
    return ShareEstimate(Estimate(shown, low, high, n, method), n, messages, variance, n - 1.0, weight, effective)


# -- the mood behind the messages --------------------------------------------------------------------------------------


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

    With few groups the interval is wide; that is what few groups say. Of a rare class, and of net tone where nearly all
    is good or bad, it is made as in `estimate`. Returns NotEnough below `fewest` labels, or when all belong to one
    group. Raises NumberError for a number outside of these, and as `estimate` does.

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
    sample, worth = _joined(frame, labels), np.array(OUTCOMES[of])
    parts, y = _parts(sample, worth, weight), worth[labels.label]
    w = parts.share[sample.labels.stratum] * sample.within
    own_e, own_y = (_own(sample, w, values) for values in (parts.residual, y))
    pulled = w * (y - float((w * y).sum()))
    common = float((np.bincount(group, pulled) ** 2).sum() - (pulled**2).sum())
    read = len(labels) / float(frame.sizes.sum())
    factor = groups / (groups - 1)
    variance = max(factor * (own_e + read * (own_y - own_e) + common), own_e) + day_variance / days
    t = student_quantile((1 + level) / 2, groups - 1)
    value = min(max(parts.value, float(worth.min())), float(worth.max()))
    down = up = t * math.sqrt(variance)
    method = f"stratified difference estimator over {groups} groups, {level:.0%} Student interval"
    if of != "net" and len(labels) * min(value, 1 - value) < RARE:
        worth_groups = min(value * (1 - value) / variance, groups) if variance > 1e-12 else float(groups)
        low, high = _score(value, max(worth_groups, 1.0), t)
        down, up = value - low, high - value
        method = f"stratified difference estimator over {groups} groups, {level:.0%} score interval"
    if of == "net" and (variance < 1e-12 or _one_sided(sample, parts)):
        how = {"days": days, "level": level, "fewest": fewest, "weight": parts.weight}
        each = [mood(frame, labels, group, one, **how) for one in ("positive", "negative")]  # type: ignore[arg-type]
        down, up = _of_both(*(one.estimate for one in each if isinstance(one, ShareEstimate)))
    found = _result(sample, parts, worth, value - down, value + up, method)
    variance = max(variance, ((down + up) / (2 * t)) ** 2)
    effective = _spread(sample, parts, worth) / variance
    return ShareEstimate(found.estimate, found.labels, found.messages, variance, groups - 1.0, found.weight, effective)


def _own(sample: _Sample, w: Floats, values: Floats) -> float:
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


# -- the coders' own errors --------------------------------------------------------------------------------------------


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
    return Estimate(value, low, high, found.labels, f"corrected for coders' errors (Rogan-Gladen), {level:.0%}")
