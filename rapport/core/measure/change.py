"""Whether the tone has really changed: an alarm that keeps its word about false alarms.

A line on a chart always moves. The red alarm rings when the labels of many days, taken together, could hardly have come
from a share that stayed near its baseline; without a change it rings in at most one year of twenty, whatever the reader
does, because it listens to people's labels only. That costs patience, so an amber one watches the reader's counts: it
promises nothing, and only asks people to code more for some days, which makes red quick. A third one watches the
reader against the labels: the ruler moved, not the tone.

Source: J. Shin, A. Ramdas and A. Rinaldo (2024), E-detectors: a nonparametric framework for sequential change
detection, NEJSDS 2, 229-260; for several lines S. Dandapanthula and A. Ramdas (2025), arXiv 2501.04130.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rapport.core.ranges import (
    ABOVE_0,
    AT_LEAST_0,
    CHANCE,
    COUNTING,
    ENDLESS,
    NET,
    NUMBER,
    ROUNDED,
    SHARE,
    WHOLE,
    Range,
)
from rapport.core.types import Refused

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BETS = (0.05, 0.1, 0.2, 0.3, 0.4)
"""How much is staked on each label; small bets find small changes late, large bets find large ones at once."""

STAKES = np.array([*BETS, *BETS])
SIDES = np.array([1.0] * len(BETS) + [-1.0] * len(BETS))
"""Every bet is placed on a rise and on a fall."""

SAFE = 0.9
"""Of what it takes to lose everything on one label, at most this much is staked."""

TOLERANCE = 0.03
"""A share that stays this near to its baseline is no news."""

SURE = 2.0
"""Standard errors: nearer than so many the share of the baseline lies to its estimate, but for one in twenty."""

HANDED_ON = 0.5
"""Of what sets a day apart, about so much is still there on the next."""

LOOSEST = 2.0
"""Where only more than so many times the change that is asked for could be told, there is no alarm."""

YEAR = 365
FALSE_ALARMS = 0.05
FALSE_AMONG = 0.10
HELD = 0.7
"""With less than this part of the weight heard from, a day tells nothing."""


# -- red ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Today:
    """What a day adds to an alarm; H strata, n labels in them drawn with equal chances.

    weight    shape (H,), how much each stratum counts, summing to 1: the fixed weight of its channel, shared out by
              messages within the channel. A channel that is silent keeps its weight
    centre    shape (H,), the share that one expects in each stratum, from what was known before today; for a silent
              channel its last known share
    stratum   shape (n,)
    value     shape (n,), what the label adds to the number (0 or 1 for a share; -1, 0, 1 for net tone)

    Raises NumberError for what is none of these.
    """

    weight: Floats
    centre: Floats
    stratum: Ints
    value: Floats

    def __post_init__(self) -> None:
        SHARE.check(weight=self.weight)
        NET.check(centre=self.centre, value=self.value)
        WHOLE.check(stratum=self.stratum)

    @property
    def heard(self) -> float:
        """The weight of the strata with labels."""
        return float(self.weight[np.unique(self.stratum)].sum())


@dataclass(frozen=True, slots=True)
class RedAlarm:
    """An alarm on one line, as it stands after some days. Start one with `watch`, then `step` once a day.

    baseline    the share (or net tone) that is watched for leaving
    tolerance   how far it may go without being news
    threshold   of the evidence; without a change the chance to reach it within T days is at most T/threshold
    low, high   between which a label's value lies: 0 and 1 for a share, -1 and 1 for net tone
    day         days so far
    mass        log evidence of each bet, on a rise and then on a fall
    run         log evidence of each bet since it last stood at nothing, and the day it did: `since`

    The guarantee holds for the share of the messages that were really written, whatever depends on what, and however
    many labels a day has, as long as that does not depend on what the labels say today: give it those that were planned
    before any was there, not those that somebody went on with who knew the first. Of 40 messages with 8 labels planned,
    whoever goes on as long as it pays could make a day worth 1.1 where it may be worth 1. Who leaves a plan half done
    as soon as that pays gains nothing while the share is at the baseline; only where it stands at the very end of the
    tolerance may a day be worth 1.02 (counted for all rules, in the tests).

    At small volumes the share itself wanders with threads and copies: draw one message per group
    (`sampling.one_of_each`) for alarms.

    Raises NumberError for a baseline, a tolerance or a threshold that is none, and in `step` for a label or a centre
    outside of low and high: a bet on it could lose more than there is.
    """

    baseline: float
    tolerance: float
    threshold: float
    low: float = 0.0
    high: float = 1.0
    day: int = 0
    mass: tuple[float, ...] = (-math.inf,) * len(STAKES)
    run: tuple[float, ...] = (0.0,) * len(STAKES)
    since: tuple[int, ...] = (0,) * len(STAKES)

    def __post_init__(self) -> None:
        NUMBER.check(low=self.low, high=self.high)
        self._inside.check(baseline=self.baseline)
        AT_LEAST_0.check(tolerance=self.tolerance)
        ABOVE_0.check(threshold=self.threshold)

    @property
    def _inside(self) -> Range:
        return Range(f"a number from {self.low:g} to {self.high:g}", self.low - ROUNDED, self.high + ROUNDED)

    @property
    def evidence(self) -> float:
        """The mean over all bets; what is compared with the threshold."""
        return math.exp(self.log_evidence)

    @property
    def log_evidence(self) -> float:
        return _log_mean(np.array(self.mass))

    @property
    def red(self) -> bool:
        return self.log_evidence >= math.log(self.threshold)

    @property
    def leans(self) -> bool:
        """Whether the evidence has come part of the way: reason enough to go on asking for labels."""
        return self.log_evidence >= LEANING * math.log(self.threshold)

    @property
    def rises(self) -> bool:
        """Whether the winning bet is on a rise."""
        return int(np.argmax(self.mass)) < len(BETS)

    @property
    def began(self) -> int:
        """The day from which on, by the winning bet, things were different; counted from 1. An estimate, often a few
        days off: the size of a change is to be taken from labels behind the alarm, not from this day on."""
        return self.since[int(np.argmax(self.mass))] + 1

    def step(self, today: Today) -> RedAlarm:
        """The alarm after one more day.

        A stratum without labels is held at its centre; a day with less than HELD of the weight heard from, or without
        labels, adds a day and no evidence.

        >>> alarm = RedAlarm(baseline=0.25, tolerance=0.03, threshold=7300)
        >>> bad = Today(np.ones(1), np.array([0.25]), np.zeros(20, dtype=int), np.repeat([1.0, 0.0], [12, 8]))
        >>> for _ in range(8):
        ...     alarm = alarm.step(bad)
        >>> alarm.red, alarm.rises, alarm.began
        (True, True, 1)
        """
        self._inside.check(centre=today.centre, value=today.value)
        growth = np.zeros(len(STAKES))
        if len(today.value) and today.heard >= HELD:
            growth = self._growth(today)
        mass = np.logaddexp(np.array(self.mass), 0.0) + growth
        run = np.array(self.run) + growth
        since = np.where(run <= 0, self.day + 1, np.array(self.since))
        return replace(
            self,
            day=self.day + 1,
            mass=tuple(mass.tolist()),
            run=tuple(np.maximum(run, 0.0).tolist()),
            since=tuple(since.tolist()),
        )

    def _growth(self, today: Today) -> Floats:
        """The log of what each bet is multiplied by today."""
        width = self.high - self.low
        count = np.bincount(today.stratum, minlength=len(today.weight))
        per_label = today.weight * count.sum() / np.maximum(count, 1)
        centre = (today.centre - self.low) / width
        expected = float(today.weight @ centre)
        home = (self.baseline - self.low) / width + SIDES * self.tolerance / width
        stake = _stake(per_label[count > 0], centre[count > 0], expected, home)
        h = today.stratum
        off = per_label[h] * ((today.value - self.low) / width - centre[h]) + expected
        gains = np.log1p((stake * SIDES)[:, None] * (off[None, :] - home[:, None]))
        total: Floats = gains.sum(axis=1)
        return total


def _stake(per_label: Floats, centre: Floats, expected: float, home: Floats) -> Floats:
    """The bets, made smaller where one label could lose everything; known before any label is. Shape (10,)."""
    lowest = float((-per_label * centre).min()) + expected - home
    highest = float((per_label * (1 - centre)).max()) + expected - home
    loss = np.where(SIDES > 0, -lowest, highest)
    stake: Floats = np.minimum(STAKES, SAFE / np.maximum(loss, SAFE))
    return stake


def _log_mean(logs: Floats) -> float:
    top = float(logs.max())
    return -math.inf if math.isinf(top) else top + math.log(float(np.exp(logs - top).mean()))


def threshold(days: int = YEAR, chance: float = FALSE_ALARMS) -> float:
    """The evidence that is reached within `days` days without a change with at most this chance.

    Raises NumberError for less than a day, or what is no chance.

    >>> threshold()
    7300.0
    """
    COUNTING.check(days=days)
    CHANCE.check(chance=chance)
    return round(days / chance, 6)


@dataclass(frozen=True, slots=True)
class TooFine(Refused):
    """The change that is `asked` for is far smaller than what is unknown; from `least` on one can be told."""

    asked: float
    least: float


def unknown(error: float, *, day_variance: float, a_day: float, low: float = 0.0) -> float:
    """How far from its baseline the share may seem to be though nothing happened: the baseline is an estimate, and
    days wander.

    The near end of the baseline's interval is SURE standard errors away. And of days that differ with variance v, a bet
    of stake s on n labels grows by s n v / 2 a label; by three times as much when each hands half of what sets it apart
    to the next, for it is the square that counts.

    a_day   labels a day; the other arguments as of `watch`

    Raises NumberError for what is below 0, or no number.

    >>> round(unknown(0.014, day_variance=0.02**2, a_day=10), 4)
    0.0304
    """
    AT_LEAST_0.check(error=error, day_variance=day_variance, a_day=a_day)
    NUMBER.check(low=low)
    kept = (1 + HANDED_ON) / (1 - HANDED_ON)
    return SURE * error + kept * BETS[-1] * a_day * day_variance / (2 * (1 - low))


def watch(
    baseline: float,
    error: float,
    *,
    day_variance: float,
    a_day: float,
    tolerance: float = TOLERANCE,
    days: int = YEAR,
    chance: float = FALSE_ALARMS,
    low: float = 0.0,
) -> RedAlarm | TooFine:
    """An alarm for a line whose share in the last weeks (eight, say) is known.

    baseline       that share, by the same weights by which days will be given
    error          its standard error
    day_variance   of the daily share about its mean (`share.day_effect`)
    a_day          labels a day
    low            0 for a share, -1 for net tone

    What is no news (within the tolerance of what was measured) and what may be no change at all (`unknown`) both belong
    to what the alarm keeps quiet about: its own tolerance is the larger of the two. Refused where that is more than
    LOOSEST times what was asked for. Raises NumberError for what is none of these.

    >>> watch(0.25, 0.010, day_variance=0.02**2, a_day=10).tolerance
    0.03
    >>> round(watch(0.25, 0.020, day_variance=0.02**2, a_day=10).tolerance, 4)
    0.0424
    >>> watch(0.25, 0.014, day_variance=0.02**2, a_day=10, tolerance=0.01).least
    0.031
    """
    NET.check(baseline=baseline)
    ABOVE_0.check(tolerance=tolerance)
    needed = unknown(error, day_variance=day_variance, a_day=a_day, low=low)
    if needed > LOOSEST * tolerance:
        least = math.ceil(1000 * needed) / 1000
        return TooFine(
            f"a change of {100 * tolerance:.1f} points cannot be told from the error of the baseline and the wandering"
            f" of days; ask for at least {100 * least:.1f} points",
            tolerance,
            least,
        )
    return RedAlarm(baseline, max(tolerance, needed), threshold(days, chance), low=low)


def standing_out(lines: int, *, days: int = YEAR, share: float = FALSE_AMONG) -> float:
    """The evidence that one line needs by `flagged` when none of the others speaks up.

    Raises NumberError for less than no line or a day, or a share that is none.

    >>> standing_out(10)
    36500.0
    """
    WHOLE.check(lines=lines)
    COUNTING.check(days=days)
    CHANCE.check(share=share)
    return round(lines * days / share, 6)


def flagged(evidence: Mapping[str, float], *, days: int = YEAR, share: float = FALSE_AMONG) -> tuple[str, ...]:
    """Of many watched lines, those that are red together: at most `share` of them falsely, over so many days.

    Looking at a hundred alarms, each with its own 5 %, one finds five false ones a year. This rule asks for less
    evidence the more lines speak up. Over a horizon of T days the expected share of false ones is at most `share`; no
    method can promise that for ever.

    evidence   of each line's RedAlarm, today; the names come back, strongest first

    Raises NumberError for evidence below 0, or that is no number.

    Source: Wang and Ramdas (2022), False discovery rate control with e-values, JRSS B 84, 822-852; Dandapanthula and
    Ramdas (2025).

    >>> flagged({"delivery": 50_000.0, "price": 40_000.0, "app": 90.0, "crew": 2.0})
    ('delivery', 'price')
    """
    ENDLESS.check(evidence=list(evidence.values()))
    ordered = sorted(evidence, key=lambda name: -evidence[name])
    alone = standing_out(len(ordered), days=days, share=share)
    enough = [k for k, name in enumerate(ordered, 1) if evidence[name] >= alone / k]
    return tuple(ordered[: max(enough, default=0)])


# -- amber -------------------------------------------------------------------------------------------------------------

AMBER_SLACK, AMBER_LIMIT = 1.0, 4.0
SURGE_DAYS = 7
LEANING = 0.3
"""Of the way to red, on the log scale; from here on a surge goes on until it is settled."""

SURGE = 6
"""During a surge, people are asked for this many times the labels."""


@dataclass(frozen=True, slots=True)
class Amber:
    """Watches the reader's daily share; promises nothing, and only asks for more labels.

    mean, sd   of the daily share among days without a change; the sd as it was found, not the binomial one, which is
               far too small and would keep amber lit
    up, down   sums of what lies above and below, in sd, less AMBER_SLACK a day
    left       days of the surge that are left; while red leans, the last one is repeated
    seen       the shares of the surge so far: where amber goes home to when it is over

    Raises NumberError for a mean, an sd or (in `step`) a share that is none.
    """

    mean: float
    sd: float
    up: float = 0.0
    down: float = 0.0
    left: int = 0
    seen: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        NUMBER.check(mean=self.mean, up=self.up, down=self.down)
        ABOVE_0.check(sd=self.sd)

    @property
    def surging(self) -> bool:
        return self.left > 0

    def surge(self) -> Amber:
        """Amber that asks for labels from today on, whatever it was that gave reason to: red has rung, or the reader is
        another one."""
        return Amber(self.mean, self.sd, left=SURGE_DAYS)

    def step(self, share: float, *, leans: bool = False) -> Amber:
        """Amber after one more day. When a surge is over, what it saw is the new normal: it does not ask again for
        the same change.

        share   the reader's, post-stratified by fixed channel weights; of the whole day
        leans   `RedAlarm.leans`, so that a surge does not end just before it has shown what it was for

        >>> amber = Amber(mean=0.25, sd=0.02)
        >>> for share in (0.25, 0.31, 0.32, 0.31):
        ...     amber = amber.step(share)
        >>> amber.surging, amber.left
        (True, 6)
        """
        NET.check(share=share)
        if self.surging:
            seen = (*self.seen, share)
            if self.left > 1 or leans:
                return replace(self, left=max(self.left - 1, 1), seen=seen)
            return Amber(sum(seen) / len(seen), self.sd)
        up, down = cusum(self.up, self.down, (share - self.mean) / self.sd, AMBER_SLACK)
        return replace(self, up=up, down=down, left=SURGE_DAYS if max(up, down) >= AMBER_LIMIT else 0)


def cusum(up: float, down: float, off: float, slack: float) -> tuple[float, float]:
    """Page's sums of what lies above and below, in standard deviations, less `slack` a step.

    Source: E. S. Page (1954), Continuous inspection schemes, Biometrika 41, 100-115.

    >>> cusum(1.0, 0.5, 2.0, 0.5)
    (2.5, 0.0)
    """
    return max(0.0, up + off - slack), max(0.0, down - off - slack)


# -- the ruler ---------------------------------------------------------------------------------------------------------

RULER_SLACK, RULER_LIMIT = 0.5, 8.0
"""About one false alarm in twenty years of days whose errors are normal."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """Watches how far the reader is off, by the labels: has the instrument moved? Never an alarm about the tone.

    bias       mean of label less prediction, in the weeks in which the reader was accepted
    sd         of one such difference
    unsure     standard error of the bias: so far off it may have been from the beginning, which days with many labels
               would show
    moved      stays true until a new Ruler is made, for the new reader

    Raises NumberError for what is none of these, and in `step` for a residual or a weight that is none.
    """

    bias: float
    sd: float
    up: float = 0.0
    down: float = 0.0
    unsure: float = 0.0

    def __post_init__(self) -> None:
        NUMBER.check(bias=self.bias, up=self.up, down=self.down)
        ABOVE_0.check(sd=self.sd)
        AT_LEAST_0.check(unsure=self.unsure)

    @property
    def moved(self) -> bool:
        return max(self.up, self.down) >= RULER_LIMIT

    def step(self, residual: Floats, weight: Floats) -> Ruler:
        """The ruler after one more day of labels.

        residual   shape (n,), label (0 or 1) less prediction
        weight     shape (n,), messages that each label stands for

        >>> ruler = Ruler(bias=0.0, sd=0.4)
        >>> for _ in range(20):
        ...     ruler = ruler.step(np.full(10, 0.15), np.ones(10))
        >>> ruler.moved
        True
        """
        NUMBER.check(residual=residual)
        ABOVE_0.check(weight=weight)
        if self.moved or not len(residual):
            return self
        mean = float(np.average(residual, weights=weight))
        error = self.sd * math.sqrt(float((weight**2).sum())) / float(weight.sum())
        slack = RULER_SLACK + self.unsure / error
        up, down = cusum(self.up, self.down, (mean - self.bias) / error, slack)
        return replace(self, up=up, down=down)
