"""Where the tone is going: a fan of intervals that learn from their own misses, and the odds of reaching a goal.

A forecast is worth its interval. These are widened and narrowed by how often they missed of late, so they hold their
rate in the long run even when the model is wrong; for some weeks after a break they do not, and nothing does.

Source: E. S. Gardner and E. McKenzie (1985), Management Science 31, 1237-1246 (damped trend); I. Gibbs and E. Candès
(2021), Adaptive conformal inference under distribution shift, NeurIPS (the intervals).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure.quantiles import normal_quantile
from rapport.core.types import Estimate, NotEnough

Floats = NDArray[np.float64]

FEWEST = 20
"""Periods (weeks, days) below which nothing is forecast."""

MEMORY = 150
"""So many of the latest errors at each distance make the interval."""

PACE = 0.02
"""How fast intervals learn from a miss."""

LEVELS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
TRENDS = (0.0, 0.05, 0.15)
SEASONS = (0.05, 0.15)
DAMPINGS = (0.8, 0.95, 0.99)
"""Of a trend, this much is left one step later: it bends, and never runs off the scale."""


# -- the model ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Damped:
    """A level, a trend that fades, and a season; how fast each follows what comes in. Numbers, or arrays of shape (M,)
    for M models side by side."""

    follow_level: float | Floats
    follow_trend: float | Floats
    follow_season: float | Floats
    damping: float | Floats
    period: int


@dataclass(slots=True, eq=False)
class _State:
    """Where a model stands: level and trend of shape (M,), season of shape (period, M)."""

    level: Floats
    trend: Floats
    season: Floats

    @classmethod
    def before(cls, values: Floats, model: Damped, width: int) -> _State:
        first = values[: _warm(model.period)]
        level = float(first.mean())
        season = np.array([first[place :: model.period].mean() - level for place in range(model.period)])
        if model.period == 1:
            season = np.zeros(1)
        return cls(np.full(width, level), np.zeros(width), np.repeat(season[:, None], width, axis=1))

    def expects(self, model: Damped, t: int) -> Floats:
        """The next value, of time t."""
        expected: Floats = self.level + model.damping * self.trend + self.season[t % model.period]
        return expected

    def learn(self, model: Damped, t: int, error: Floats) -> None:
        """The value of time t was `error` above what was expected."""
        self.trend = model.damping * self.trend
        self.level = self.level + self.trend + model.follow_level * error
        self.trend = self.trend + model.follow_level * model.follow_trend * error
        self.season[t % model.period] += model.follow_season * error


def _warm(period: int) -> int:
    """The first values, which start a model and do not judge it."""
    return max(2 * period, 8)


def fit(values: Floats, period: int = 1) -> Damped:
    """The model that would have erred least one step ahead, of a grid of some dozens.

    values   shape (T,), one for each period of time without a gap
    period   of the season: 7 for days of a week, 1 for none

    >>> float(fit(np.tile([0.2, 0.4], 30), period=2).follow_level)
    0.05
    """
    grid = np.array(list(product(LEVELS, TRENDS, SEASONS if period > 1 else (0.0,), DAMPINGS)))
    models = Damped(grid[:, 0], grid[:, 1], grid[:, 2], grid[:, 3], period)
    state, squares = _State.before(values, models, len(grid)), np.zeros(len(grid))
    for t, value in enumerate(values):
        error = value - state.expects(models, t)
        state.learn(models, t, error)
        if t >= _warm(period):
            squares += error**2
    level, trend, season, damping = grid[int(np.argmin(squares))].tolist()
    return Damped(level, trend, season, damping, period)


def _walk(values: Floats, model: Damped, horizon: int) -> tuple[Floats, Floats, _State]:
    """Forecasts made before each value and after the last, shape (T+1, horizon): row t, column h is the forecast of
    value t+h made from the first t values. The errors one step ahead, shape (T,). The state after the last."""
    state, steps = _State.before(values, model, 1), np.arange(1, horizon + 1)
    reach = np.cumsum(np.asarray(model.damping) ** steps)
    made, errors = np.empty((len(values) + 1, horizon)), np.empty(len(values))
    for t in range(len(values) + 1):
        made[t] = state.level[0] + reach * state.trend[0] + state.season[(t + steps - 1) % model.period, 0]
        if t < len(values):
            errors[t] = values[t] - made[t, 0]
            state.learn(model, t, errors[t : t + 1])
    return made, errors, state


# -- the fan -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Forecasts of the next estimates; all arrays of shape (horizon,), the nearest first.

    middle, low, high   of the forecast
    held                the share of past values that lay inside the intervals made for them beforehand
    """

    middle: Floats
    low: Floats
    high: Floats
    held: Floats
    level: float
    model: Damped


def fan(
    values: Sequence[float] | Floats,
    horizon: int,
    *,
    period: int = 1,
    level: float = 0.9,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Fan | NotEnough:
    """Forecast the next `horizon` values, each with an interval that learned from the misses before it.

    values    one estimate for each week (or day), the latest last, without gaps
    horizon   steps ahead, at least 1
    period    of the season: 7 for days, 1 for weeks
    level     the share of intervals that shall hold, between 0 and 1 (exclusive)
    bounds    of the number: 0 and 1 for a share, -1 and 1 for net tone

    The interval is for the next estimate, which has its own error of sampling; the tone behind it wanders less.

    Returns NotEnough below FEWEST values and as many as the horizon on top.

    >>> rng = np.random.default_rng(1)
    >>> ahead = fan(0.3 + 0.02 * rng.normal(size=200), 4)
    >>> ahead.middle.round(2).tolist(), bool((ahead.high - ahead.low < 0.1).all())
    ([0.3, 0.3, 0.3, 0.3], True)
    """
    series = np.asarray(values, dtype=np.float64)
    need = max(FEWEST, 3 * period) + horizon
    if len(series) < need:
        return NotEnough(len(series), need, "values")
    model = fit(series, period)
    made, _, _ = _walk(series, model, horizon)
    warm = _warm(period)
    halves, held = np.empty(horizon), np.empty(horizon)
    for h in range(1, horizon + 1):
        # errors[i] belongs to the value warm + h - 1 + i, and was known when that value was
        errors = np.abs(series[warm + h - 1 :] - made[warm : len(series) - h + 1, h - 1])
        halves[h - 1], held[h - 1] = _adapted(errors, h, 1 - level)
    middle = made[-1]
    low, high = (np.clip(one, *bounds) for one in (middle - halves, middle + halves))
    return Fan(np.clip(middle, *bounds), low, high, held, level, model)


def _adapted(errors: Floats, distance: int, alpha: float) -> tuple[float, float]:
    """Half the width for the next forecast, and the share of earlier ones that held.

    The interval for error i was made `distance` steps before: it knows the errors before i - distance + 1 only."""
    aim, aims, held, made = alpha, [], 0, 0
    for i in range(len(errors)):
        known = errors[max(0, i - distance + 1 - MEMORY) : max(0, i - distance + 1)]
        aims.append(aim)
        if len(known) < 5:
            continue
        # the aim as it stood when this forecast was made
        missed = errors[i] > _quantile(known, aims[max(0, i - distance + 1)])
        held, made = held + (not missed), made + 1
        aim += PACE * (alpha - missed)
    return _quantile(errors[-MEMORY:], aim), held / made if made else math.nan


def _quantile(errors: Floats, aim: float) -> float:
    """The smallest half width that at most `aim` of the errors exceed, with room for the one to come.

    When even the largest would not do, it is the largest and half again: an infinite interval tells nobody anything."""
    n = len(errors)
    rank = math.ceil((n + 1) * (1 - aim))
    ordered = np.sort(errors)
    if rank > n:
        return float(ordered[-1] * 1.5) if aim <= 0 else float(ordered[-1])
    return float(ordered[max(rank, 1) - 1])


# -- the goal ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlook:
    """The odds of a goal.

    probability   that the number is at the goal or beyond at the date
    arrival       the first step at which it is, from 1: the median over simulated courses, and an interval; infinite
                  where so many never get there within the horizon
    never         the share of courses that do not get there within the horizon
    """

    probability: float
    arrival: Estimate
    never: float


def reach(
    values: Sequence[float] | Floats,
    goal: float,
    by: int,
    rng: np.random.Generator,
    *,
    horizon: int = 104,
    period: int = 1,
    below: bool = False,
    sampling_variance: float = 0.0,
    level: float = 0.8,
    paths: int = 2000,
    block: int = 4,
) -> Outlook | NotEnough:
    """Will it be at the goal in `by` steps, and when first?

    values              as for `fan`
    by                  steps from the latest value to the date, from 1 to `horizon`
    below               the goal is to be at or below it (fewer negative messages)
    sampling_variance   of the estimates: courses of the tone itself wander less than estimates of it do
    level               of the interval of the arrival

    Courses are played from the fitted model, with blocks of its own past errors, so that what follows each other stays
    together.

    >>> rng = np.random.default_rng(1)
    >>> rising = np.linspace(0.3, 0.5, 60) + 0.01 * rng.normal(size=60)
    >>> outlook = reach(rising, 0.51, 8, rng)
    >>> outlook.probability > 0.5, outlook.arrival.low <= outlook.arrival.value <= outlook.arrival.high
    (True, True)
    """
    series = np.asarray(values, dtype=np.float64)
    need = max(FEWEST, 3 * period)
    if len(series) < need:
        return NotEnough(len(series), need, "values")
    model = fit(series, period)
    _, errors, state = _walk(series, model, 1)
    errors = errors[_warm(period) :]
    calm = math.sqrt(max(0.0, 1 - sampling_variance / max(float(np.var(errors)), 1e-12)))
    errors = calm * (errors - errors.mean())
    starts = rng.integers(0, len(errors), size=(paths, horizon // block + 1))
    draws = errors[(starts[:, :, None] + np.arange(block)) % len(errors)].reshape(paths, -1)
    course = _play(state, model, len(series), draws[:, :horizon])
    there = course <= goal if below else course >= goal
    first = np.where(there.any(axis=1), there.argmax(axis=1) + 1.0, np.inf)
    ordered = np.sort(first)
    middle, low, high = (
        float(ordered[min(int(q * paths), paths - 1)]) for q in (0.5, (1 - level) / 2, (1 + level) / 2)
    )
    arrival = Estimate(middle, low, high, len(series), f"first passage of simulated courses, {level:.0%}")
    return Outlook(float(there[:, by - 1].mean()), arrival, float(np.isinf(first).mean()))


def _play(state: _State, model: Damped, now: int, errors: Floats) -> Floats:
    """Courses that go on from the state with these errors; both of shape (paths, horizon)."""
    paths, horizon = errors.shape
    each = _State(state.level.repeat(paths), state.trend.repeat(paths), state.season.repeat(paths, axis=1))
    course = np.empty_like(errors)
    for h in range(horizon):
        course[:, h] = each.expects(model, now + h) + errors[:, h]
        each.learn(model, now + h, errors[:, h])
    return course


# -- off course --------------------------------------------------------------------------------------------------------

QUANTILE = 0.3
STAKES = (0.4, 0.8, 1.2)
OFF_COURSE = 20.0
"""On plan, the evidence ever reaches this with a chance of at most 1 in 20."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A straight way from where we are to the goal.

    start, goal   of the number
    steps         between them, at least 1
    error         standard deviation of the estimates about the way
    """

    start: float
    goal: float
    steps: int
    error: float

    def at(self, step: int) -> float:
        """Where one would be after so many steps; behind the last, the goal."""
        return self.start + (self.goal - self.start) * min(step / self.steps, 1.0)

    def behind(self, step: int, value: float) -> bool:
        """Whether the value lies in the worse 30 % of what the plan lets one expect.

        >>> plan = Plan(0.40, 0.30, 10, 0.02)
        >>> plan.behind(5, 0.40), plan.behind(5, 0.35)
        (True, False)
        """
        worse = -1.0 if self.goal >= self.start else 1.0
        edge = self.at(step) - worse * normal_quantile(QUANTILE) * self.error
        return value < edge if worse < 0 else value > edge


@dataclass(frozen=True, slots=True)
class OffCourse:
    """Rings when we are behind the plan too often for it to be luck. While we are on plan, the chance that it ever
    rings is at most 5 %, however long one looks.

    The evidence is a bet on each estimate being behind; see V. Vovk and R. Wang (2021), E-values, Annals of Statistics
    49, 1736-1754.
    """

    plan: Plan
    step_number: int = 0
    wealth: tuple[float, ...] = (1.0,) * len(STAKES)

    @property
    def evidence(self) -> float:
        return sum(self.wealth) / len(self.wealth)

    @property
    def rings(self) -> bool:
        return self.evidence >= OFF_COURSE

    def step(self, value: float) -> OffCourse:
        """After one more estimate that shares no label with those before it.

        >>> course = OffCourse(Plan(0.40, 0.30, 20, 0.02))
        >>> for _ in range(12):
        ...     course = course.step(0.41)
        >>> course.rings
        True
        """
        number = self.step_number + 1
        off = self.plan.behind(number, value) - QUANTILE
        return replace(
            self, step_number=number, wealth=tuple(w * (1 + stake * off) for w, stake in zip(self.wealth, STAKES))
        )
