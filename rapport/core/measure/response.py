"""How many were answered, and how long they waited for a person to answer.

Both numbers are about conversations in which somebody spoke to us. What is still waiting is part of them: leaving it
out would make a desk that stopped answering look fast.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from rapport.core.ranges import ENDLESS, INSIDE, WHOLE
from rapport.core.types import Estimate, NotEnough

FEWEST_ASKED = 10
"""Below this an interval of a share may cover more than half of the scale."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    """Something we said in a conversation; `human` is false for what a machine sent by itself."""

    at: datetime
    human: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """How long somebody has waited for a first answer, at least 0 seconds; until the answer, or without one so far."""

    seconds: float
    answered: bool


def first_wait(asked_at: datetime, answers: Sequence[Answer], until: datetime) -> Wait:
    """The wait for the first answer by a person, as it stood at `until`.

    until   the moment at which one looks

    An automatic answer ends nobody's wait. What was said before the question, or after `until`, does not count.
    Raises ValueError when `until` lies before `asked_at`.

    >>> from datetime import UTC, timedelta
    >>> asked = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    >>> robot = Answer(asked + timedelta(seconds=1), human=False)
    >>> person = Answer(asked + timedelta(hours=2))
    >>> first_wait(asked, [robot, person], until=asked + timedelta(days=1))
    Wait(seconds=7200.0, answered=True)
    >>> first_wait(asked, [robot], until=asked + timedelta(days=1))
    Wait(seconds=86400.0, answered=False)
    """
    if until < asked_at:
        raise ValueError("one cannot look before the question was asked")
    times = [answer.at for answer in answers if answer.human and asked_at <= answer.at <= until]
    end = min(times, default=until)
    return Wait((end - asked_at).total_seconds(), bool(times))


def share_answered(
    answered: int, asked: int, *, what: str = "conversations", level: float = 0.95
) -> Estimate | NotEnough:
    """The share of conversations that got an answer, between 0 and 1, with Wilson's score interval.

    asked      conversations in the period, those that wait included; choose a period that ended long enough ago, or
               the share says how young the questions are rather than how we answer
    answered   those of them with an answer by a person
    what       is counted, where it is something other than conversations
    level      the share of such intervals that hold the true value, between 0 and 1 (exclusive)

    The interval is about the rate at which we answer, of which these conversations are a sample; it treats them as
    independent of each other, which the messages of one storm are not. It stays inside 0 and 1 and is honest at 0 and
    at 1, where the usual plus-or-minus has no width.

    Returns NotEnough below FEWEST_ASKED conversations. Raises ValueError unless 0 <= answered <= asked, and NumberError
    for what is no count or no level.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22,
    209-212; recommended by Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion.

    >>> estimate = share_answered(80, 100)
    >>> round(estimate.value, 3), round(estimate.low, 3), round(estimate.high, 3), estimate.n
    (0.8, 0.711, 0.867, 100)
    >>> share_answered(3, 4)
    NotEnough(have=4, need=10, what='conversations')
    """
    WHOLE.check(answered=answered, asked=asked)
    INSIDE.check(level=level)
    if not 0 <= answered <= asked:
        raise ValueError(f"{answered} answered of {asked} asked")
    if asked < FEWEST_ASKED:
        return NotEnough(asked, FEWEST_ASKED, what)
    z = _z(level)
    share = answered / asked
    shrink = 1 + z * z / asked
    centre = (share + z * z / (2 * asked)) / shrink
    half = z * math.sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked)) / shrink
    low = 0.0 if answered == 0 else centre - half
    high = 1.0 if answered == asked else centre + half
    return Estimate(share, low, high, asked, f"share with Wilson interval, {100 * level:g}%")


def median_wait(waits: Sequence[Wait], *, level: float = 0.95) -> Estimate | NotEnough:
    """The time in seconds by which half of the conversations have their first answer, those that wait included.

    A conversation that still waits tells us that its answer takes longer than that; how much longer, nobody knows. The
    curve of Kaplan and Meier uses just this: at each time at which an answer came, the share that is still waiting
    shrinks by the share of answers among those known to wait so long. The median is where the curve reaches one half.
    It presumes that what still waits will be answered like the rest. So leave out what was closed because it needed no
    answer, and pass what was closed although it needed one as `Wait(math.inf, False)`: it waits without end.

    When all are answered, that is the plain median, and the interval is that of order statistics: exact, whatever the
    distribution. Otherwise the interval is that of Brookmeyer and Crowley on the log(-log) scale: the times at which
    one half lies within the curve's own limits. `high` is infinite where the data set no upper limit.

    level   the share of such intervals that hold the true value, between 0 and 1 (exclusive)

    Returns NotEnough when there are too few conversations for an interval (fewer than 6 at 95 %), and when so many
    still wait that the curve does not reach one half: then nobody can know the median yet. Raises NumberError for a
    wait below 0 or that is no number, and for a level that is not between 0 and 1.

    Source: E. L. Kaplan and P. Meier (1958), JASA 53, 457-481; R. Brookmeyer and J. Crowley (1982), A confidence
    interval for the median survival time, Biometrics 38, 29-41; H. A. David and H. N. Nagaraja (2003), Order
    Statistics, section 7.1.

    >>> estimate = median_wait([Wait(60.0 * minutes, True) for minutes in range(1, 12)])
    >>> estimate.value, estimate.low, estimate.high
    (360.0, 120.0, 600.0)
    >>> waiting = [Wait(3600.0, False)] * 4
    >>> median_wait([Wait(60.0 * minutes, True) for minutes in range(1, 8)] + waiting).value
    360.0
    >>> median_wait([Wait(60.0, True)] * 3 + waiting)
    NotEnough(have=3, need=4, what='answered conversations')
    """
    seconds = np.array([wait.seconds for wait in waits], dtype=np.float64)
    answered = np.array([wait.answered for wait in waits], dtype=bool)
    return median_of(seconds, answered, level=level)


def median_of(seconds: Floats, answered: NDArray[np.bool_], *, level: float = 0.95) -> Estimate | NotEnough:
    """`median_wait` for waits that are kept as two columns, of the same shape (n,), in any order. Raises what it does.

    >>> median_of(np.arange(60.0, 720.0, 60.0), np.ones(11, dtype=bool)).value
    360.0
    """
    ENDLESS.check(seconds=seconds)
    INSIDE.check(level=level)
    need = math.ceil(1 - math.log2(1 - level))
    if len(seconds) < need:
        return NotEnough(len(seconds), need, "conversations")
    if answered.all():
        return _plain_median(np.sort(seconds), level)
    return _censored_median(seconds, answered, level)


def _plain_median(seconds: Floats, level: float) -> Estimate:
    """`seconds` sorted. The interval reaches from the r-th smallest to the r-th largest value."""
    n = len(seconds)
    rank = _rank(n, level)
    method = f"median with order-statistic interval, {100 * level:g}%"
    # The lower of two middle values, as the curve has it: a wait that somebody really had.
    return Estimate(float(seconds[(n - 1) // 2]), float(seconds[rank - 1]), float(seconds[n - rank]), n, method)


def _rank(n: int, level: float) -> int:
    """The largest r with P(Binomial(n, 1/2) < r) <= (1 - level) / 2."""
    k = np.arange(n)
    logs = n * math.log(0.5) + np.concatenate(([0.0], np.cumsum(np.log((n - k) / (k + 1)))))
    return int(np.searchsorted(np.cumsum(np.exp(logs)), (1 - level) / 2, side="right"))


def _censored_median(seconds: Floats, answered: NDArray[np.bool_], level: float) -> Estimate | NotEnough:
    times, waiting, spread = _curve(seconds, answered)
    n = len(seconds)
    if not (waiting <= 0.5).any():
        return NotEnough(int(answered.sum()), math.ceil(n / 2), "answered conversations")
    lower, upper = _limits(waiting, spread, level)
    method = f"Kaplan-Meier median with Brookmeyer-Crowley interval, {100 * level:g}%"
    return Estimate(_first(times, waiting <= 0.5), _first(times, lower <= 0.5), _first(times, upper <= 0.5), n, method)


def _curve(seconds: Floats, answered: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """The times at which answers came, the share still waiting behind each, and Greenwood's sum; all the same shape."""
    times, answers = np.unique(seconds[answered], return_counts=True)
    at_risk = len(seconds) - np.searchsorted(np.sort(seconds), times, side="left")
    waiting = np.cumprod(1.0 - answers / at_risk, dtype=np.float64)
    left = np.maximum(at_risk - answers, 1)  # at the last time nobody may be left; the curve is 0 there
    return times, waiting, np.cumsum(answers / (at_risk * left), dtype=np.float64)


def _limits(waiting: Floats, spread: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of the curve on the log(-log) scale, which keeps them between 0 and 1."""
    inside = np.clip(waiting, 1e-12, 1 - 1e-12)
    width = _z(level) * np.sqrt(spread) / -np.log(inside)
    lower, upper = inside ** np.exp(width), inside ** np.exp(-width)
    ended = waiting <= 0
    return np.where(ended, 0.0, lower), np.where(ended, 0.0, upper)


def _first(times: Floats, reached: NDArray[np.bool_]) -> float:
    return float(times[np.argmax(reached)]) if reached.any() else math.inf


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
