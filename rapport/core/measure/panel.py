"""Tone in the company of other marketing: one row a week, and what a dated action changed.

The panel is the shape that marketing-mix tools read. The effect of an action is what came after it less what other
series say would have come; how sure that is, the same method tells by pretending that the action had been earlier, when
there was none.

Source: A. Abadie, A. Diamond and J. Hainmueller (2010), JASA 105, 493-505 (placebos); V. Chernozhukov, K. Wüthrich and
Y. Zhu (2021), An exact and robust conformal inference method for counterfactual and synthetic controls, JASA 116,
1849-1864; K. Brodersen et al. (2015), Annals of Applied Statistics 9, 247-274 (series as controls).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rapport.core.ranges import AT_LEAST_0, COUNTING, INSIDE, NET, NUMBER, SHARE, WHOLE
from rapport.core.types import Estimate, NotEnough

Floats = NDArray[np.float64]

FEWEST_PLACEBOS = 19
"""With fewer moments at which the action might have been, nothing can be called rare at 5 %."""

FEWEST_BEFORE = 20
RIDGE = 1.0
"""Observations that speak for no relation: keeps controls that move alike from being played off against each other."""


# -- the panel ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Week:
    """A week's tone: None where there were not enough labels. `coverage` between 0 and 1.

    Raises NumberError for what is none of these.
    """

    tone: float | None
    error: float | None
    coverage: float

    def __post_init__(self) -> None:
        if self.tone is not None:
            NET.check(tone=self.tone)
        if self.error is not None:
            AT_LEAST_0.check(error=self.error)
        SHARE.check(coverage=self.coverage)


def monday(day: date) -> date:
    """The first day of its week.

    >>> monday(date(2026, 3, 5))
    datetime.date(2026, 3, 2)
    """
    return day - timedelta(days=day.weekday())


def panel(
    tone: Mapping[date, Week], columns: Mapping[str, Mapping[date, float]]
) -> list[dict[str, date | float | None]]:
    """One row a week, from the first to the last week that anything is known of; gaps are rows too.

    tone      by the Monday of each week
    columns   name -> day -> amount (money spent, things sold); the days of a week are summed. A week without an entry
              is None in that column, not 0: not knowing what was spent is not spending nothing

    The columns are `week`, `tone`, `tone_se`, `coverage`, then the others by name.

    Raises NumberError for an amount that is none.

    >>> spend = {"search": {date(2026, 3, 3): 100.0, date(2026, 3, 5): 50.0}}
    >>> panel({date(2026, 3, 2): Week(0.1, 0.02, 1.0)}, spend)[0]["search"]
    150.0
    """
    sums: dict[str, dict[date, float]] = {}
    for name, amounts in columns.items():
        NUMBER.check(**{name: list(amounts.values())})
        weeks = sums.setdefault(name, {})
        for day, amount in amounts.items():
            weeks[monday(day)] = weeks.get(monday(day), 0.0) + amount
    known = {monday(day) for day in tone} | {week for weeks in sums.values() for week in weeks}
    if not known:
        return []
    count = (max(known) - min(known)).days // 7 + 1
    rows: list[dict[str, date | float | None]] = []
    for week in (min(known) + timedelta(weeks=n) for n in range(count)):
        found = tone.get(week, Week(None, None, 0.0))
        row: dict[str, date | float | None] = {
            "week": week,
            "tone": found.tone,
            "tone_se": found.error,
            "coverage": found.coverage,
        }
        rows.append(row | {name: sums[name].get(week) for name in sorted(sums)})
    return rows


# -- the effect --------------------------------------------------------------------------------------------------------


def stretch(known: Sequence[bool], at: int) -> range:
    """The steps around one that hang together without a gap; none where that one is not known itself.

    >>> stretch([True, False, True, True, True, False], 3)
    range(2, 5)
    >>> len(stretch([True, False], 1))
    0
    """
    WHOLE.check(at=at)
    if at >= len(known) or not known[at]:
        return range(at, at)
    first = next((n + 1 for n in range(at, -1, -1) if not known[n]), 0)
    return range(first, next((n for n in range(at, len(known)) if not known[n]), len(known)))


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """What a dated action changed, on average over the steps behind it.

    estimate   of the mean difference to what would have come; its interval is made of placebos
    as_much    at how many moments without an action as much is seen, of `placebos` that were tried
    course     shape (steps,), what would have come without the action
    """

    estimate: Estimate
    as_much: int
    placebos: int
    course: Floats

    @property
    def chance(self) -> float:
        """How often a moment without an action shows as much (a p-value); never below 1/(placebos+1)."""
        return (1 + self.as_much) / (1 + self.placebos)


def least_before(controls: int, steps: int) -> int:
    """Steps before an action without which there are too few moments to compare with.

    >>> least_before(1, 4)
    42
    """
    WHOLE.check(controls=controls)
    COUNTING.check(steps=steps)
    return _fitted(controls) + FEWEST_PLACEBOS - 1 + steps


def _fitted(controls: int) -> int:
    """Steps that a regression on so many controls is fitted to, at least."""
    return max(FEWEST_BEFORE, 2 * controls + 2)


def effect(
    values: Sequence[float] | Floats, controls: Floats, action: int, *, steps: int | None = None, level: float = 0.95
) -> Effect | NotEnough:
    """What an action at a known step did to a series, told by series that it did not touch.

    values     shape (T,), without gaps
    controls   shape (T, k), series that the action left alone (rivals' tone, other regions); k may be 0
    action     the first step that it could touch
    steps      looked at behind it; all of them if None
    level      of the interval

    What would have come is a regression on the controls, fitted to all steps before. The same is done at every
    earlier moment that leaves enough before it and lies wholly before the action; how far these placebos are off is
    the uncertainty, whatever its shape. They overlap, so with few of them the chance is rough.

    Returns NotEnough when fewer than FEWEST_PLACEBOS such moments exist. Raises NumberError for a value, a step or a
    level that is none.

    >>> rng = np.random.default_rng(1)
    >>> other = rng.normal(size=(100, 1))
    >>> values = 2 * other[:, 0] + 0.1 * rng.normal(size=100)
    >>> values[90:] += 1.0
    >>> found = effect(values, other, 90)
    >>> round(found.estimate.value, 1), found.chance < 0.05
    (1.0, True)
    """
    NUMBER.check(values=values, controls=controls)
    WHOLE.check(action=action)
    INSIDE.check(level=level)
    if steps is not None:
        COUNTING.check(steps=steps)
    series = np.asarray(values, dtype=np.float64)
    ahead = min(steps or len(series), len(series) - action)
    starts = range(_fitted(controls.shape[1]), action - ahead + 1)
    if len(starts) < FEWEST_PLACEBOS or ahead < 1:
        return NotEnough(len(starts), FEWEST_PLACEBOS, "moments before the action to compare with")
    course = _course(series, controls, action, ahead)
    found = float((series[action : action + ahead] - course).mean())
    tries = np.array([(series[at : at + ahead] - _course(series, controls, at, ahead)).mean() for at in starts])
    as_much = int((np.abs(tries) >= abs(found)).sum())
    ordered = np.sort(np.abs(tries))
    rank = min(math.ceil((len(tries) + 1) * level), len(tries))
    half = float(ordered[rank - 1])
    method = f"regression on {controls.shape[1]} controls, {100 * level:g}% interval from {len(tries)} placebos"
    return Effect(Estimate(found, found - half, found + half, ahead, method), as_much, len(tries), course)


def _course(series: Floats, controls: Floats, action: int, ahead: int) -> Floats:
    """What the steps from `action` on would have been, by what came before it."""
    before, after = controls[:action], controls[action : action + ahead]
    level = series[:action].mean()
    if not controls.shape[1]:
        return np.full(len(after), level)
    middle, spread = before.mean(axis=0), np.maximum(before.std(axis=0), 1e-12)
    known = (before - middle) / spread
    pull = known.T @ known + RIDGE * np.eye(known.shape[1])
    weights = np.linalg.solve(pull, known.T @ (series[:action] - level))
    course: Floats = level + ((after - middle) / spread) @ weights
    return course
