"""The few functions of distributions that the measures need.

SciPy is imported when the first of them is called: it costs 30 MB, and a web server that only shows stored numbers
should not pay for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import NormalDist

from rapport.core.ranges import AT_LEAST_0, INSIDE, SIZE


def normal_quantile(probability: float) -> float:
    """The value below which a standard normal variable stays with this probability, between 0 and 1 (exclusive).

    Raises NumberError for any other.

    >>> round(normal_quantile(0.975), 4)
    1.96
    """
    INSIDE.check(probability=probability)
    return NormalDist().inv_cdf(probability)


def normal_below(value: float) -> float:
    """The probability that a standard normal variable stays below `value`.

    >>> round(normal_below(1.96), 4)
    0.975
    """
    return NormalDist().cdf(value)


def student_quantile(probability: float, df: float) -> float:
    """The same for Student's t; `df` degrees of freedom, above 0, need not be whole. Infinite ones give the normal.

    Raises NumberError for a probability or degrees of freedom that are none.

    >>> round(student_quantile(0.975, 10), 4), round(student_quantile(0.975, math.inf), 4)
    (2.2281, 1.96)
    """
    INSIDE.check(probability=probability)
    SIZE.check(df=df)
    if math.isinf(df):
        return normal_quantile(probability)
    from scipy.special import stdtrit

    return float(stdtrit(df, probability))


def student_below(value: float, df: float) -> float:
    """The probability that Student's t stays below `value`.

    >>> round(student_below(2.2281, 10), 4), round(student_below(1.96, math.inf), 4)
    (0.975, 0.975)
    """
    if math.isinf(df):
        return normal_below(value)
    from scipy.special import stdtr

    return float(stdtr(df, value))


def satterthwaite(parts: Iterable[tuple[float, float]]) -> float:
    """Degrees of freedom of a sum of independent estimates: infinite where none of them is in doubt.

    parts   (variance, degrees of freedom) of each, as it enters the sum

    Source: F. Satterthwaite (1946), Biometrics Bulletin 2, 110-114; B. L. Welch (1947), Biometrika 34, 28-35.

    >>> satterthwaite([(1.0, 9.0), (1.0, 9.0)]), satterthwaite([(4.0, 9.0), (0.0, 2.0)])
    (18.0, 9.0)
    """
    known = [(variance, df) for variance, df in parts if variance > 0]
    whole = sum(variance for variance, _ in known)
    below = sum((variance / whole) ** 2 / df for variance, df in known)
    return 1 / below if below > 0 else math.inf


def at_least(count: int, mean: float, size: float) -> float:
    """The probability of `count` or more, for a negative binomial with this mean and variance mean + mean²/size.

    mean   expected number, at least 0
    size   above 0; the smaller, the more the counts vary; infinite gives the Poisson distribution

    Raises NumberError for a mean or a size that is none.

    >>> round(at_least(3, 1.0, math.inf), 4)
    0.0803
    >>> round(at_least(3, 1.0, 1.0), 4)
    0.125
    """
    AT_LEAST_0.check(mean=mean)
    SIZE.check(size=size)
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    from scipy.special import betainc, gammainc

    if math.isinf(size):
        return float(gammainc(count, mean))
    return float(betainc(count, size, mean / (mean + size)))


def at_most(count: int, mean: float, size: float) -> float:
    """The probability of `count` or fewer, for the same distribution. Raises what `at_least` does.

    >>> round(at_most(2, 1.0, math.inf), 4)
    0.9197
    """
    AT_LEAST_0.check(mean=mean)
    SIZE.check(size=size)
    if count < 0:
        return 0.0
    if mean <= 0:
        return 1.0
    from scipy.special import betainc, gammaincc

    if math.isinf(size):
        return float(gammaincc(count + 1, mean))
    return float(betainc(size, count + 1, size / (mean + size)))


def mean_for_at_least(count: float, probability: float, size: float) -> float:
    """The mean with which `count` or more come with this probability: below it, so many come more seldom.

    count   at least 0; parts of a whole one are taken as they lie between the whole ones

    >>> mean = mean_for_at_least(3, 0.025, math.inf)
    >>> round(mean, 4), round(at_least(3, mean, math.inf), 4)
    (0.6187, 0.025)
    """
    if count <= 0:
        return 0.0
    from scipy.special import betaincinv, gammaincinv

    if math.isinf(size):
        return float(gammaincinv(count, probability))
    part = float(betaincinv(count, size, probability))
    return size * part / (1 - part)


def mean_for_at_most(count: float, probability: float, size: float) -> float:
    """The mean with which `count` or fewer come with this probability: above it, so few come more seldom.

    >>> mean = mean_for_at_most(0, 0.025, math.inf)
    >>> round(mean, 4), round(at_most(0, mean, math.inf), 4)
    (3.6889, 0.025)
    """
    from scipy.special import betaincinv, gammainccinv

    if math.isinf(size):
        return float(gammainccinv(count + 1, probability))
    part = float(betaincinv(size, count + 1, probability))
    return size * (1 - part) / part if part > 0 else math.inf


def log_ratio(count: int, mean: float, factor: float, size: float) -> float:
    """How much more likely a count is at `factor` times the mean than at the mean: the logarithm of the ratio.

    >>> round(log_ratio(0, 2.0, 0.1, math.inf), 4), round(log_ratio(2, 2.0, 0.1, 5.0), 4)
    (1.8, -2.5244)
    """
    if math.isinf(size):
        return count * math.log(factor) - (factor - 1) * mean
    return count * math.log(factor) - (size + count) * math.log((size + factor * mean) / (size + mean))
