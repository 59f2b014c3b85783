"""Whether the odds of a goal come true as often as they say, and whether dates hold as many arrivals.

Estimates of 51 weeks of a tone that is known, each off by 7.7 points, as those of a hundred labels are; a goal about
where it stands, eight weeks ahead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import Row
from rapport.core.measure import forecast

Floats = NDArray[np.float64]

KNOWN, AHEAD, SEEN = 51, 8, 26
ERROR = 0.077
GOALS = (-0.1, -0.05, 0.05, 0.1, 0.2)
UNLIKELY, LIKELY = 0.05, 0.95


# -- tones -------------------------------------------------------------------------------------------------------------


def returning(rng: np.random.Generator, weeks: int, kept: float, steps: float, storms: float = 0.0) -> Floats:
    """A share of what differs from the usual is kept from week to week; a storm takes 40 points."""
    tone = np.zeros(weeks)
    for t in range(1, weeks):
        tone[t] = kept * tone[t - 1] + steps * rng.normal() - 0.4 * (rng.random() < storms)
    return tone


def jumping(rng: np.random.Generator, weeks: int) -> Floats:
    """It walks a little, and jumps by 30 points up or down three times in two years."""
    jumps = 0.3 * rng.choice((-1, 1), size=weeks) * (rng.random(weeks) < 1.5 / 52)
    return np.cumsum(0.01 * rng.normal(size=weeks) + jumps)


JUMPS = "jumps that red tells"

WORLDS: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "it walks about": lambda rng, weeks: returning(rng, weeks, 1.0, 0.04),
    "it returns to what is usual": lambda rng, weeks: returning(rng, weeks, 0.8, 0.08),
    "nothing moves": lambda rng, weeks: np.zeros(weeks),
    "a slow trend": lambda rng, weeks: rng.choice((-0.004, 0.004)) * np.arange(weeks),
    "storms that pass": lambda rng, weeks: returning(rng, weeks, 0.6, 0.03, storms=0.04),
    JUMPS: jumping,
}


# -- what was told and what came ---------------------------------------------------------------------------------------


def rows(part: float, rng: np.random.Generator) -> Iterator[Row]:
    runs = max(int(1500 * part), 50)
    together: list[tuple[Floats, Floats]] = []
    for name, world in WORLDS.items():
        told, came, caught = _played(world, runs, rng, told=name == JUMPS)
        together.append((told, came))
        base = float(came.mean())
        yield Row(
            f"odds, Brier score: {name}",
            round(float(np.mean((told - came) ** 2)), 3),
            "",
            "always the base rate",
            round(base * (1 - base), 3),
            target=round(base * (1 - base), 3),
        )
        yield Row(f"arrivals between the two dates: {name}", _percent(caught), "%", "promised", 80.0, 80.0, True)
        yield from _sure(name, told, came)
    told, came = (np.concatenate(one) for one in zip(*together))
    yield from _sure("all of these", told, came)
    for low, high in ((0.05, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.95)):
        among = (told >= low) & (told < high)
        if among.any():
            name = f"odds told between {100 * low:.0f} and {100 * high:.0f} % that came true: all of these"
            yield Row(name, _percent(came[among]), "%", "told", _percent(told[among]))


def _played(
    world: Callable[[np.random.Generator, int], Floats], runs: int, rng: np.random.Generator, *, told: bool
) -> list[Floats]:
    """The odds that were told, whether the goal was reached, and whether it was between the two dates first; `told`:
    where it jumped is known."""
    found = []
    for _ in range(runs):
        tone = world(rng, KNOWN + SEEN)
        values = np.clip(tone[:KNOWN] + ERROR * rng.normal(size=KNOWN), -1, 1)
        goal = float(tone[KNOWN - 1] + rng.choice(GOALS))
        breaks = np.flatnonzero(np.abs(np.diff(tone[: KNOWN - 1])) > 0.2) + 1 if told else ()
        outlook = forecast.reach(
            values, goal, AHEAD, rng, sampling_variance=ERROR**2, paths=400, horizon=SEEN, breaks=breaks
        )
        assert isinstance(outlook, forecast.Outlook)
        there = np.flatnonzero(tone[KNOWN:] >= goal)
        first = there[0] + 1 if len(there) else math.inf
        caught = outlook.arrival.low <= first <= outlook.arrival.high
        found.append((outlook.probability, tone[KNOWN + AHEAD - 1] >= goal, caught))
    return list(np.array(found, dtype=np.float64).T)


def _sure(name: str, told: Floats, came: Floats) -> Iterator[Row]:
    """What was told for sure; where hardly anything was, nothing can be said. Of jumps like none before, nothing is
    promised, as the page says."""
    for words, among, at_least in (("below 5 %", told < UNLIKELY, False), ("above 95 %", told > LIKELY, True)):
        if (count := int(among.sum())) >= 20:
            metric = f"odds told {words} that came true: {name}"
            luck = 100 * _luck(UNLIKELY, count)
            target = None if name == JUMPS else round(100 - luck if at_least else luck, 1)
            yield Row(
                metric, _percent(came[among]), "%", f"told, {count} times", _percent(told[among]), target, at_least
            )


def _luck(chance: float, count: int) -> float:
    """The share of so many that comes with less than one in a hundred more than this chance."""
    return chance + 2.33 * math.sqrt(chance * (1 - chance) / count)


def _percent(shares: Floats) -> float:
    return round(100 * float(shares.mean()), 1)
