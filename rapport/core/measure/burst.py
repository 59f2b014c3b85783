"""Early warning on counts: is this hour louder than such an hour is?

Counts of messages come in clumps and follow the week. A warning that takes them for independent (the usual three sigma)
cries wolf hundreds of times a year. This one knows the hour of the week and how clumped the counts are.

Source: A. Noufaily et al. (2013), An improved algorithm for outbreak detection, Statistics in Medicine 32, 1206-1222
(negative binomial limits); M. Höhle and M. Paul (2008), Count data regression charts, CSDA 52, 4357-4368 (the sum);
G. Lorden (1971), Annals of Mathematical Statistics 42, 1897-1908 (its rate of false alarms).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rapport.core.measure.quantiles import (
    at_least,
    log_ratio,
    mean_for_at_least,
    mean_for_at_most,
    normal_below,
    student_quantile,
)
from rapport.core.ranges import ABOVE_0, AT_LEAST_0, CHANCE, HEARD, INSIDE, NUMBER, SIZE, WHOLE
from rapport.core.types import Estimate, NotEnough

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEK = 168
FEWEST_WEEKS = 4
TAIL = 1e-4
"""An hour so loud comes by chance about once in a year and two months."""

FAR = 8.0
"""Standard deviations above what is usual, behind which an hour is cut: a storm says nothing of usual hours."""
ROUNDS = 4

PRIOR_WEEKS = 3.0
"""What the pattern of days and hours says about an hour of the week counts as so many weeks of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What an hour of the week brings.

    mean   shape (168,), messages; hour 0 is Monday, from midnight
    size   of the negative binomial: the variance is mean + mean²/size
    weeks  from which it was learned; infinite when it is known

    Raises NumberError for what is none of these.
    """

    mean: Floats
    size: float
    weeks: float = math.inf

    def __post_init__(self) -> None:
        AT_LEAST_0.check(mean=self.mean)
        SIZE.check(size=self.size, weeks=self.weeks)

    def chance(self, hour: int, count: int) -> float:
        """The probability of so many or more in that hour of the week."""
        return at_least(count, float(self.mean[hour % WEEK]), self.size)

    def sizes(self) -> Floats:
        """Shape (168,): the size that holds the doubt about the mean too, which was learned from a few weeks only.

        >>> usual = Profile(np.full(168, 4.0), size=5.0, weeks=8.0)
        >>> bool((usual.sizes() < 5.0).all()), float(Profile(usual.mean, 5.0).sizes()[0])
        (True, 5.0)
        """
        if math.isinf(self.weeks):
            return np.full(WEEK, self.size)
        clumps = 0.0 if math.isinf(self.size) else (1 + 1.5 / self.weeks) / self.size
        found: Floats = 1 / (clumps + 1 / (0.5 + self.weeks * self.mean))
        return found


def profile(counts: Sequence[int] | Ints, first_hour: int = 0) -> Profile | NotEnough:
    """Learn what is normal from past hours, the latest last, without gaps.

    counts       shape (T,), messages an hour; leave out hours in which the channel was not heard by passing -1
    first_hour   the hour of the week of the first, 0 to 167

    Single hours of the week lean on the pattern of their day and their hour of day. Hours far above what is usual are
    cut to its limit, so that last month's storm does not make the next one normal.

    Returns NotEnough below FEWEST_WEEKS weeks. Raises NumberError for a count or an hour that is none.

    >>> rng = np.random.default_rng(1)
    >>> usual = profile(rng.poisson(np.tile(np.repeat([2.0, 10.0], 12), 56)))
    >>> usual.mean[[0, 23]].round().tolist()
    [2.0, 10.0]
    """
    HEARD.check(counts=counts)
    WHOLE.check(first_hour=first_hour)
    series = np.asarray(counts, dtype=np.float64)
    if (series >= 0).sum() < FEWEST_WEEKS * WEEK:
        return NotEnough(int((series >= 0).sum()) // WEEK, FEWEST_WEEKS, "weeks of hourly counts")
    hour = (np.arange(len(series)) + first_hour) % WEEK
    heard = series >= 0
    series, hour = series[heard], hour[heard]
    weeks, calm = len(series) / WEEK, _without_peaks(series, hour % 24)
    for _ in range(ROUNDS):
        mean = _means(calm, hour)
        limit = mean + FAR * np.sqrt(mean + mean**2 / _size(calm, mean[hour], weeks))
        calm = np.minimum(series, np.maximum(limit, 2.0)[hour])
    mean = _means(calm, hour)
    return Profile(mean, _size(calm, mean[hour], weeks), weeks)


def _without_peaks(series: Floats, hour_of_day: Ints) -> Floats:
    """To begin with, cut each hour of the day to what all but one in twenty of such hours stay below, or to one."""
    limits = np.array([max(np.quantile(series[hour_of_day == hour], 0.95), 1.0) for hour in range(24)])
    cut: Floats = np.minimum(series, limits[hour_of_day])
    return cut


def _means(series: Floats, hour: Ints) -> Floats:
    """Half a message more for each hour of the day: that nobody spoke in it so far does not make it impossible."""
    total, weeks = np.bincount(hour, series, minlength=WEEK), np.bincount(hour, minlength=WEEK).astype(np.float64)
    table, known = total.reshape(7, 24), np.maximum(weeks, 1e-9).reshape(7, 24)
    by_day = (table.sum(axis=1) + 0.5) / known.sum(axis=1)
    by_hour = (table.sum(axis=0) + 0.5) / known.sum(axis=0)
    pattern = np.outer(by_day / by_day.mean(), by_hour).ravel()
    means: Floats = (total + PRIOR_WEEKS * pattern) / (weeks + PRIOR_WEEKS)
    return means


def _size(series: Floats, mean: Floats, weeks: float) -> float:
    """By moments; infinite (Poisson) where counts vary no more than chance. Each count is in its own mean, too."""
    whole = weeks + PRIOR_WEEKS
    own = (1 - 1 / whole) ** 2 + (weeks - 1) / whole**2
    more = float(((series - mean) ** 2 / own - mean).sum())
    return float((mean**2).sum()) / more if more > 0 else math.inf


@dataclass(frozen=True, slots=True)
class Burst:
    """An hour that was too loud: what came, what such an hour brings, and the chance of so much or more."""

    count: int
    expected: float
    chance: float


def warning(count: int, hour: int, usual: Profile, *, tail: float = TAIL) -> Burst | None:
    """A warning when so many messages come by chance with a probability below `tail`; else None.

    hour   of the week, 0 is Monday from midnight

    Raises NumberError for a count, an hour or a chance that is none.

    >>> usual = Profile(np.full(168, 10.0), size=5.0)
    >>> warning(25, 30, usual) is None, warning(60, 30, usual).expected
    (True, 10.0)
    """
    WHOLE.check(count=count, hour=hour)
    CHANCE.check(tail=tail)
    chance = usual.chance(hour, count)
    return Burst(count, float(usual.mean[hour % WEEK]), chance) if chance < tail else None


@dataclass(frozen=True, slots=True)
class Rise:
    """Adds up hours that are somewhat loud: finds what lasts rather than what peaks.

    factor   the rise that is looked for, above 1
    limit    of the sum; while nothing rises, e to the limit is how many hours pass on average between false warnings,
             at least, if the profile is right

    Raises NumberError for what is none of these, and in `step` for a count or an expectation that is none.
    """

    size: float
    factor: float = 1.5
    limit: float = math.log(10 * 365 * 24)
    sum: float = 0.0

    def __post_init__(self) -> None:
        SIZE.check(size=self.size)
        ABOVE_0.check(factor=self.factor)
        NUMBER.check(limit=self.limit, sum=self.sum)

    @property
    def rings(self) -> bool:
        return self.sum >= self.limit

    def step(self, count: int, expected: float) -> Rise:
        """After one more hour.

        >>> rise = Rise(size=20.0)
        >>> for _ in range(24):
        ...     rise = rise.step(17, 10.0)
        >>> rise.rings
        True
        """
        WHOLE.check(count=count)
        AT_LEAST_0.check(expected=expected)
        return replace(self, sum=max(0.0, self.sum + log_ratio(count, expected, self.factor, self.size)))


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on hours are too loud: the chance of one hour alone, and the sum of a `Rise`."""

    tail: float
    rise: float


def limits(series: int, false_a_year: float) -> Limits:
    """Limits with which so many series, each looked at every hour, warn falsely so often in a year altogether, at most.

    Half of the false warnings are left to single hours, half to what adds up; and of both a quarter is used, because
    what is usual was learned from a few weeks. In simulations that is enough for series learned from eight weeks with
    sizes of 5 and above; when counts are clumped more than that, warnings are false more often.

    Raises NumberError for less than no series, or no warnings a year.

    >>> one = limits(1, 8.0)
    >>> round(one.tail * 365 * 24, 6), limits(10, 8.0).tail < one.tail
    (1.0, True)
    """
    WHOLE.check(series=series)
    ABOVE_0.check(false_a_year=false_a_year)
    looks, each = 365 * 24 * max(series, 1), false_a_year / 2 / 4
    return Limits(each / looks, math.log(looks / each))


@dataclass(frozen=True, slots=True)
class Loud:
    """From an hour on it was louder than chance explains.

    first      place of that hour in what was looked at
    count      that came from it on, `expected` what such hours bring; `chance` of so much in the loudest of them
    lasting    it was found because it adds up, not by one hour alone
    """

    first: int
    count: int
    expected: float
    chance: float
    lasting: bool


def loud(
    counts: Sequence[int] | Ints,
    expected: Sequence[float] | Floats,
    size: Sequence[float] | Floats,
    limit: Limits,
    *,
    fewest: int = 1,
) -> Loud | None:
    """Whether the last hours hold something too loud: one hour alone, or several that add up. None: they do not.

    counts     shape (T,), -1 for hours that were not heard; the last may still run: fewer than it will bring
    expected   shape (T,), of the profile, and `size`, shape (T,): `Profile.sizes`
    fewest     below so many in all nothing is said, however rare it is

    Raises NumberError for a count, an expectation or a size that is none.

    >>> loud([3, 4, 60, 5], [4.0] * 4, [5.0] * 4, limits(1, 2.0)).first
    2
    >>> loud([3, 4, -1, 5], [4.0] * 4, [5.0] * 4, limits(1, 2.0)) is None
    True
    """
    _check(counts, expected, size)
    heard = [(n, int(count), float(expected[n])) for n, count in enumerate(counts) if count >= 0]
    chances = {n: at_least(count, mean, float(size[n])) for n, count, mean in heard}
    rise, began = Rise(1.0, limit=limit.rise), 0
    for n, count, mean in heard:
        rise = replace(rise, size=float(size[n])).step(count, max(mean, 1e-9))
        began = n + 1 if rise.sum == 0 else began
        if (alone := chances[n] < limit.tail) or rise.rings:
            first = n if alone else began
            break
    else:
        return None
    later = [(count, mean) for n, count, mean in heard if n >= first]
    total = sum(count for count, _mean in later)
    if total < fewest:
        return None
    return Loud(first, total, sum(m for _count, m in later), min(chances[n] for n in chances if n >= first), not alone)


def _check(counts: ArrayLike, expected: ArrayLike, size: ArrayLike) -> None:
    HEARD.check(counts=counts)
    AT_LEAST_0.check(expected=expected)
    SIZE.check(size=size)


CALM = 0.05
"""What comes by chance in one of twenty such stretches is usual again."""


def calm(counts: Sequence[int] | Ints, expected: Sequence[float] | Floats, size: Sequence[float] | Floats) -> bool:
    """Whether it is over: these hours together brought what such hours bring. Hours that were not heard tell nothing.

    Raises NumberError as `loud` does.

    >>> sizes = [5.0] * 3
    >>> calm([4, 5, 3], [4.0] * 3, sizes), calm([15, 18, 9], [4.0] * 3, sizes), calm([-1, -1, -1], [4.0] * 3, sizes)
    (True, False, False)
    """
    _check(counts, expected, size)
    heard = [n for n, count in enumerate(counts) if count >= 0]
    if not heard:
        return False
    mean = float(sum(expected[n] for n in heard))
    return at_least(int(sum(counts[n] for n in heard)), mean, float(sum(size[n] for n in heard))) >= CALM


STRETCH = 3
"""Days over which messages clump: so many of the days that a profile was learned from count as one."""


def against_expected(
    counts: Sequence[int] | Ints,
    expected: Sequence[float] | Floats,
    size: float,
    *,
    weeks: float = math.inf,
    clumped: float = 1.0,
    level: float = 0.95,
) -> Estimate | NotEnough:
    """How many times as much came as would have come anyway: the buzz of an event, before, during or after it.

    counts, expected   shape (T,), by hour; from a profile learned before the event
    size, weeks        of the profile
    clumped            how much more sums over days vary than single hours tell (`silence.clumping` of the weeks from
                       which the profile was learned): a busy day is one piece of news and not twenty-four

    The interval holds what counts vary by from hour to hour and from day to day, and how little few weeks tell of what
    is usual; 1 inside it means that nothing out of the usual was seen. Its ends are the ratios with which so many or
    more, or so few or fewer, would just be too rare, in a negative binomial distribution with the variance of all
    this: it holds for a few messages too, and there it is wider than it need be. Returns NotEnough when less than one
    message was expected. Raises NumberError for a count, an expectation or a level that is none.

    Source: F. Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28, 437-442, of counts that are
    divided by what they are clumped by (P. McCullagh and J. Nelder, 1989, Generalized Linear Models, chapter 6).

    >>> found = against_expected([30, 40, 50], [20.0, 20.0, 20.0], 10.0)
    >>> round(found.value, 2), found.low > 1
    (2.0, True)
    >>> round(against_expected([30, 40, 50], [20.0, 20.0, 20.0], 10.0, weeks=8, clumped=6.0).low, 2)
    0.75
    """
    WHOLE.check(counts=counts)
    AT_LEAST_0.check(expected=expected)
    SIZE.check(size=size, weeks=weeks)
    ABOVE_0.check(clumped=clumped)
    INSIDE.check(level=level)
    mean = np.asarray(expected, dtype=np.float64)
    total = float(mean.sum())
    if total < 1:
        return NotEnough(int(total), 1, "expected messages")
    came = float(np.sum(counts))
    clumps = float((mean**2).sum()) / size / total**2
    # an hour of the week that comes again has the same error again
    doubt = (1 / total + clumps) * max(len(mean) / WEEK, 1.0) / weeks
    varies = clumped * (clumps + doubt)  # by so much of its square, beside what it varies by as a count
    alike = 1 / varies if varies > 0 else math.inf
    # what a stretch of days varies by is known from as many of them as the weeks hold
    tail = normal_below(-student_quantile((1 + level) / 2, 7 * weeks / STRETCH))
    scale = clumped / total
    low, high = (found(came / clumped, tail, alike) * scale for found in (mean_for_at_least, mean_for_at_most))
    method = f"messages against the hour-of-week profile, {100 * level:g}%"
    return Estimate(came / total, low, high, len(mean), method)
