"""Where the tone is going: a fan of intervals that learn from their own misses, and the odds of reaching a goal.

A forecast is worth its interval. These are widened and narrowed by how often they missed of late, so they hold their
rate in the long run even when the model is wrong; for some weeks after a break they do not, and nothing does. The odds
are of one mind with them.

Source: E. S. Gardner and E. McKenzie (1985), Management Science 31, 1237-1246 (damped trend); S. Kolassa (2011),
Combining exponential smoothing forecasts using Akaike weights, International Journal of Forecasting 27, 238-251 (what
models weigh); I. Gibbs and E. Candès (2021), Adaptive conformal inference under distribution shift, NeurIPS (the
intervals); A. C. Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter, chapter 4 (how far a
level is known that is followed so fast).
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure.quantiles import normal_quantile
from rapport.core.ranges import ABOVE_0, AT_LEAST_0, COUNTING, INSIDE, NUMBER, ROUNDED, Range
from rapport.core.types import Estimate, NotEnough

Floats = NDArray[np.float64]

FEWEST = 20
"""Periods (weeks, days) below which nothing is forecast."""

MEMORY = 150
"""So many of the latest errors at each distance make the interval."""

PACE = 0.02
"""How fast intervals learn from a miss."""

FAN = 0.9
"""Of the intervals of a fan, so many shall hold; and courses spread at least as wide."""

LEVELS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7)
TRENDS = (0.05, 0.15)
SEASONS = (0.05, 0.15)
DAMPINGS = (0.8, 0.95, 0.99)
"""Of a trend, this much is left one step later: it bends, and never runs off the scale."""


# -- the models --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Models:
    """M models side by side, each a level, a trend that fades, and a season; how fast each follows what comes in.
    Arrays of shape (M,)."""

    follow_level: Floats
    follow_trend: Floats
    follow_season: Floats
    damping: Floats
    period: int

    @classmethod
    def all(cls, period: int) -> _Models:
        """Some dozens; without a trend there is nothing to fade."""
        trends = [(0.0, 1.0), *product(TRENDS, DAMPINGS)]
        seasons = SEASONS if period > 1 else (0.0,)
        rows = np.array([(level, *trend, season) for level, trend, season in product(LEVELS, trends, seasons)])
        return cls(rows[:, 0], rows[:, 1], rows[:, 3], rows[:, 2], period)

    def at(self, chosen: NDArray[np.int64]) -> _Models:
        rows = [row[chosen] for row in (self.follow_level, self.follow_trend, self.follow_season, self.damping)]
        return _Models(rows[0], rows[1], rows[2], rows[3], self.period)


@dataclass(slots=True, eq=False)
class _State:
    """Where models stand: level and trend of shape (M,), season of shape (period, M); values `since` the last break."""

    level: Floats
    trend: Floats
    season: Floats
    since: float = math.inf

    @classmethod
    def before(cls, values: Floats, models: _Models) -> _State:
        first, width = values[: _warm(models.period)], len(models.damping)
        level = float(first.mean())
        season = np.array([first[place :: models.period].mean() - level for place in range(models.period)])
        if models.period == 1:
            season = np.zeros(1)
        return cls(np.full(width, level), np.zeros(width), np.repeat(season[:, None], width, axis=1))

    def at(self, chosen: NDArray[np.int64]) -> _State:
        return _State(self.level[chosen], self.trend[chosen], self.season[:, chosen], self.since)

    def expects(self, models: _Models, t: int) -> Floats:
        """The next value, of time t."""
        expected: Floats = self.level + models.damping * self.trend + self.season[t % models.period]
        return expected

    def scattered(self, models: _Models, noise: Floats, rng: np.random.Generator) -> _State:
        """Where the levels may truly stand. One that follows a share a of each error, among values with this noise, is
        known up to a variance of a times the noise's; behind a break, as far as the mean of the values since."""
        follow = np.maximum(models.follow_level, 1 / max(self.since, 1))
        level = self.level + np.sqrt(follow * noise) * rng.normal(size=len(self.level))
        return _State(level, self.trend, self.season)

    def learn(self, models: _Models, t: int, error: Floats) -> None:
        """The value of time t was `error` above what was expected. Behind a break the level is sought anew; how far it
        jumped says nothing of the trend."""
        follow = np.maximum(models.follow_level, 1 / (self.since + 1))
        self.trend = models.damping * self.trend
        self.level = self.level + self.trend + follow * error
        if self.since > 0:
            self.trend = self.trend + models.follow_level * models.follow_trend * error
            self.season[t % models.period] += models.follow_season * error
        self.since += 1


def _warm(period: int) -> int:
    """The first values, which start a model and do not judge it."""
    return max(2 * period, 8)


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """What the models said of T values, each counting as much as it had earned by then.

    made     shape (T+1, horizon): row t, column h is the forecast of value t+h made from the first t values
    errors   one step ahead, shape (T,)
    judged   shape (T,): false for the first values and where the level broke
    weight   of the models after the last value, shape (M,)
    """

    made: Floats
    errors: Floats
    judged: NDArray[np.bool_]
    models: _Models
    state: _State
    weight: Floats

    @classmethod
    def over(cls, values: Floats, period: int, horizon: int, breaks: Iterable[int]) -> _Walk:
        models, steps = _Models.all(period), np.arange(1, horizon + 1)
        state, squares = _State.before(values, models), np.zeros(len(models.damping))
        reach = np.cumsum(models.damping[:, None] ** steps, axis=1)
        made, errors = np.empty((len(values) + 1, horizon)), np.empty(len(values))
        judged = np.arange(len(values)) >= _warm(period)
        judged[[at for at in breaks if 0 <= at < len(values)]] = False
        broken, weight = set(breaks), _earned(squares, 0)
        for t in range(len(values) + 1):
            each = state.level[:, None] + reach * state.trend[:, None] + state.season[(t + steps - 1) % period].T
            made[t] = weight @ each
            if t == len(values):
                break
            if t in broken:
                state.since = 0
            errors[t] = values[t] - made[t, 0]
            error = values[t] - state.expects(models, t)
            state.learn(models, t, error)
            if judged[t]:
                squares += error**2
                weight = _earned(squares, int(judged[: t + 1].sum()))
        return cls(made, errors, judged, models, state, weight)


def _earned(squares: Floats, count: int) -> Floats:
    """What models weigh: their likelihood, all alike at first. One that erred a little more than the best of them may
    still be right, and its trend then counts for a part."""
    logs = -count / 2 * np.log(np.maximum(squares, 1e-12))
    likely = np.exp(logs - logs.max())
    weight: Floats = likely / likely.sum()
    return weight


# -- the fan -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """Forecasts of the next estimates; all arrays of shape (horizon,), the nearest first.

    middle, low, high   of the forecast
    held                the share of past values that lay inside the intervals made for them beforehand; not a number
                        where there was none to judge by
    judged              so many past values these were
    """

    middle: Floats
    low: Floats
    high: Floats
    held: Floats
    judged: NDArray[np.int64]
    level: float


def fan(
    values: Sequence[float] | Floats,
    horizon: int,
    *,
    period: int = 1,
    level: float = FAN,
    bounds: tuple[float, float] = (0.0, 1.0),
    breaks: Iterable[int] = (),
) -> Fan | NotEnough:
    """Forecast the next `horizon` values, each with an interval that learned from the misses before it.

    values    one estimate for each week (or day), the latest last, without gaps
    horizon   steps ahead, at least 1
    period    of the season: 7 for days, 1 for weeks
    level     the share of intervals that shall hold in the long run, between 0 and 1 (exclusive)
    bounds    of the number, which no value may lie outside of: 0 and 1 for a share, -1 and 1 for net tone
    breaks    places in `values`, from 0, at which the level is known to have jumped: the first value behind each jump.
              The forecast then starts from the new level, and a jump is not taken for a trend; that it was not foreseen
              still widens the intervals, for there may be another

    The interval is for the next estimate, which has its own error of sampling; the tone behind it wanders less.

    Returns NotEnough below FEWEST values and as many as the horizon on top. Raises NumberError for a value, a step or
    a level that is none, and for a value outside of the bounds.

    >>> rng = np.random.default_rng(1)
    >>> ahead = fan(0.3 + 0.02 * rng.normal(size=200), 4)
    >>> ahead.middle.round(2).tolist(), bool((ahead.high - ahead.low < 0.1).all())
    ([0.3, 0.3, 0.3, 0.3], True)
    """
    NUMBER.check(values=values, bounds=bounds)
    COUNTING.check(horizon=horizon, period=period)
    INSIDE.check(level=level)
    scale = Range("a number from {:g} to {:g}: give `bounds` for another scale".format(*bounds), bounds[0], bounds[1])
    replace(scale, least=scale.least - ROUNDED, most=scale.most + ROUNDED).check(values=values)
    series = np.asarray(values, dtype=np.float64)
    need = max(FEWEST, 3 * period) + horizon
    if len(series) < need:
        return NotEnough(len(series), need, "values")
    walk = _Walk.over(series, period, horizon, tuple(breaks))
    halves, held, judged = _learned(series, walk, horizon, 1 - level)
    middle = walk.made[-1]
    low, high = (np.clip(one, *bounds) for one in (middle - halves, middle + halves))
    return Fan(np.clip(middle, *bounds), low, high, held, judged, level)


def _learned(series: Floats, walk: _Walk, horizon: int, alpha: float) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Half the width at each distance, the share of earlier intervals that held, and how many those were; all of shape
    (horizon,)."""
    warm, halves, held, judged = _warm(walk.models.period), np.empty(horizon), np.empty(horizon), np.empty(horizon, int)
    for h in range(1, horizon + 1):
        # errors[i] belongs to the value warm + h - 1 + i, and was known when that value was
        errors = np.abs(series[warm + h - 1 :] - walk.made[warm : len(series) - h + 1, h - 1])
        halves[h - 1], held[h - 1], judged[h - 1] = _adapted(errors.tolist(), h, alpha)
    return halves, held, judged


def _adapted(errors: list[float], distance: int, alpha: float) -> tuple[float, float, int]:
    """Half the width for the next forecast, the share of earlier ones that held, and how many these were.

    The interval for error i was made `distance` steps before: it knows the errors before i - distance + 1 only."""
    aim, aims, held, made = alpha, list[float](), 0, 0
    known = list[float]()  # in order of their size
    for i, error in enumerate(errors):
        aims.append(aim)
        if i >= distance:
            insort(known, errors[i - distance])
        if i >= distance + MEMORY:
            del known[bisect_left(known, errors[i - distance - MEMORY])]
        if len(known) < 5:
            continue
        # the aim as it stood when this forecast was made
        missed = error > _quantile(known, aims[max(0, i - distance + 1)])
        held, made = held + (not missed), made + 1
        aim += PACE * (alpha - missed)
    return _quantile(sorted(errors[-MEMORY:]), aim), held / made if made else math.nan, made


def _quantile(ordered: list[float], aim: float) -> float:
    """The smallest half width that at most `aim` of the errors exceed, with room for the one to come.

    When even the largest would not do, it is the largest and half again: an infinite interval tells nobody anything."""
    n = len(ordered)
    rank = math.ceil((n + 1) * (1 - aim))
    if rank > n:
        return ordered[-1] * 1.5 if aim <= 0 else ordered[-1]
    return ordered[max(rank, 1) - 1]


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
    breaks: Iterable[int] = (),
) -> Outlook | NotEnough:
    """Will it be at the goal in `by` steps, and when first?

    values              as for `fan`
    by                  steps from the latest value to the date, from 1 to `horizon`
    below               the goal is to be at or below it (fewer negative messages)
    sampling_variance   of the estimates: courses of the tone itself wander less than estimates of it do
    level               of the interval of the arrival
    breaks              as for `fan`

    Courses are played from the models, from each as often as it has earned. None of them knows where the tone stands.
    An exponential smoothing that follows a share a of errors of variance F is the steady filter of a level that takes
    steps of variance a² F below a noise of (1 - a) F, and is itself off by a (1 - a) F. So courses start scattered by
    that, and step by a times blocks of past errors; of the noise, only what exceeds the sampling variance is the tone's
    (Harvey, 4.1.2).

    Models may be wrong, and know nothing of jumps; the fan has learned from both. So where there is a fan, courses are
    drawn apart about their mean until nine of ten spread as wide as it does, less the sampling error of the estimate to
    come: odds and fan are of one mind. A jump is thus allowed for as far as past misses tell of it, and one like none
    before it is not.

    Returns NotEnough below FEWEST values. Raises NumberError for a value, a goal, a step or a level that is none, and
    for a date behind the horizon.

    >>> rng = np.random.default_rng(1)
    >>> rising = np.linspace(0.3, 0.5, 60) + 0.01 * rng.normal(size=60)
    >>> outlook = reach(rising, 0.51, 8, rng)
    >>> outlook.probability > 0.5, outlook.arrival.low <= outlook.arrival.value <= outlook.arrival.high
    (True, True)
    """
    NUMBER.check(values=values, goal=goal)
    COUNTING.check(horizon=horizon, period=period, paths=paths, block=block)
    Range(f"a whole number from 1 to {horizon}, the horizon", 1, horizon, whole=True).check(by=by)
    AT_LEAST_0.check(sampling_variance=sampling_variance)
    INSIDE.check(level=level)
    series = np.asarray(values, dtype=np.float64)
    need = max(FEWEST, 3 * period)
    if len(series) < need:
        return NotEnough(len(series), need, "values")
    course = _courses(series, period, horizon, tuple(breaks), sampling_variance, paths, block, rng)
    there = course <= goal if below else course >= goal
    first = np.where(there.any(axis=0), there.argmax(axis=0) + 1.0, np.inf)
    ordered = np.sort(first)
    middle, low, high = (
        float(ordered[min(int(q * paths), paths - 1)]) for q in (0.5, (1 - level) / 2, (1 + level) / 2)
    )
    arrival = Estimate(middle, low, high, len(series), f"first passage of simulated courses, {100 * level:g}%")
    return Outlook(float(there[by - 1].mean()), arrival, float(np.isinf(first).mean()))


def _courses(
    series: Floats,
    period: int,
    horizon: int,
    breaks: tuple[int, ...],
    sampling_variance: float,
    paths: int,
    block: int,
    rng: np.random.Generator,
) -> Floats:
    """Courses of the tone itself, of shape (horizon, paths)."""
    judged = max(min(horizon, len(series) - max(FEWEST, 3 * period)), 0)
    walk = _Walk.over(series, period, max(judged, 1), breaks)
    errors = walk.errors[walk.judged] - walk.errors[walk.judged].mean()
    variance = max(float(np.var(errors)), 1e-12)
    chosen = rng.choice(len(walk.weight), size=paths, p=walk.weight)
    models = walk.models.at(chosen)
    noise = (1 - models.follow_level) * variance
    state = walk.state.at(chosen).scattered(models, noise, rng)
    steps = _blocks(errors, horizon, paths, block, rng)
    course = _play(state, models, len(series), steps)
    wiggle = np.sqrt(np.maximum(noise - sampling_variance, 0) / variance)
    if wiggle.any():
        # errors that were drawn for another course have nothing to do with the steps of this one
        course += wiggle * np.roll(steps, 1, axis=1)
    return _drawn_apart(course, _learned(series, walk, judged, 1 - FAN)[0], sampling_variance)


def _blocks(errors: Floats, horizon: int, paths: int, block: int, rng: np.random.Generator) -> Floats:
    """Past errors, those together that followed each other; of shape (horizon, paths)."""
    starts = rng.integers(0, len(errors), size=(horizon // block + 1, paths), dtype=np.int32)
    drawn = np.empty((len(starts), block, paths))
    for place in range(block):
        np.roll(errors, -place).take(starts, out=drawn[:, place], mode="clip")
    return drawn.reshape(-1, paths)[:horizon]


def _play(state: _State, models: _Models, now: int, errors: Floats) -> Floats:
    """Courses that go on from the states with these errors; of shape (horizon, paths), like them."""
    course = np.empty_like(errors)
    for h, error in enumerate(errors):
        state.learn(models, now + h, error)
        course[h] = state.level + state.season[(now + h) % models.period]
    return course


def _drawn_apart(course: Floats, halves: Floats, sampling_variance: float) -> Floats:
    """Courses at least as wide at each distance as the fan; behind its end, by as much more as there."""
    near, paths = len(halves), course.shape[1]
    if not near:
        return course
    at = [int(q * (paths - 1)) for q in ((1 - FAN) / 2, (1 + FAN) / 2)]
    low, high = np.partition(course[:near], at, axis=1)[:, at].T
    sampling = normal_quantile((1 + FAN) / 2) ** 2 * sampling_variance
    wide = 2 * np.sqrt(np.maximum(halves**2 - sampling, 0))
    more = np.maximum(wide / np.maximum(high - low, 1e-12), 1)
    more = np.append(more, np.full(len(course) - near, more[-1]))[:, None]
    middle = course.mean(axis=1, keepdims=True)
    course *= more
    course += middle * (1 - more)
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
    start_error   standard error of the start, which is an estimate too

    Raises NumberError for what is none of these.
    """

    start: float
    goal: float
    steps: int
    error: float
    start_error: float = 0.0

    def __post_init__(self) -> None:
        NUMBER.check(start=self.start, goal=self.goal)
        COUNTING.check(steps=self.steps)
        ABOVE_0.check(error=self.error)
        AT_LEAST_0.check(start_error=self.start_error)

    def at(self, step: int) -> float:
        """Where one would be after so many steps; behind the last, the goal."""
        return self.goal + (self.start - self.goal) * self._ahead(step)

    def behind(self, step: int, value: float) -> bool:
        """Whether the value lies in the worse 30 % of what the plan lets one expect.

        >>> plan = Plan(0.40, 0.30, 10, 0.02)
        >>> plan.behind(5, 0.40), plan.behind(5, 0.35)
        (True, False)
        """
        worse = -1.0 if self.goal >= self.start else 1.0
        edge = self.at(step) - worse * normal_quantile(QUANTILE) * self._sway(step)
        return value < edge if worse < 0 else value > edge

    def learned(self, step: int, value: float) -> Plan:
        """The plan with what the value tells of where it began; never beyond the goal, from where it would lead back.

        >>> Plan(0.40, 0.30, 10, 0.02, 0.02).learned(1, 0.41).start > 0.40
        True
        """
        gain = self._ahead(step) * (self.start_error / self._sway(step)) ** 2
        start = self.start + gain * (value - self.at(step))
        start = min(start, self.goal) if self.goal >= self.start else max(start, math.nextafter(self.goal, math.inf))
        return replace(self, start=start, start_error=self.start_error * self.error / self._sway(step))

    def _ahead(self, step: int) -> float:
        """The part of the way that is left."""
        return 1.0 - min(step / self.steps, 1.0)

    def _sway(self, step: int) -> float:
        """Standard deviation of an estimate about the way; the goal is certain, so the start's part of it fades."""
        return math.hypot(self.error, self._ahead(step) * self.start_error)


@dataclass(frozen=True, slots=True)
class OffCourse:
    """Rings when we are behind the plan too often for it to be luck. While we are on plan, the chance that it ever
    rings is at most 5 %, however long one looks.

    The evidence is a bet on each estimate being behind; see V. Vovk and R. Wang (2021), E-values, Annals of Statistics
    49, 1736-1754. What is expected of each is computed from the start and from the estimates before it: an error of
    the start would else put all of them behind together (recursive residuals; R. L. Brown, J. Durbin and J. M. Evans
    (1975), JRSS B 37, 149-192). `plan` has the start as it is known by now.
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
        """After one more estimate that shares no label with those before it. Raises NumberError for what is none.

        >>> course = OffCourse(Plan(0.40, 0.30, 20, 0.02))
        >>> for _ in range(12):
        ...     course = course.step(0.41)
        >>> course.rings
        True
        """
        NUMBER.check(value=value)
        number = self.step_number + 1
        off = self.plan.behind(number, value) - QUANTILE
        wealth = tuple(w * (1 + stake * off) for w, stake in zip(self.wealth, STAKES))
        return OffCourse(self.plan.learned(number, value), number, wealth)
