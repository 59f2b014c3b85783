"""How often the watch suspects a silence where there is none, and how soon it hears one that is there.

    python -m benchmarks.silence
    python -m benchmarks.silence --part 0.1      a short look

Years of hourly counts with a seed, judged as the watch judges them: learnt from twelve weeks, looked for in the four
after them, every two weeks. In the same years: the same sum without regard to clumps, which is what is commonly done.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import Row, write
from rapport.core.measure import burst
from rapport.core.measure.burst import Profile
from rapport.core.measure.silence import clumping, silences

Ints = NDArray[np.int64]
YEAR, LEARNT, JUDGED = 52 * 168, 12 * 168, 4 * 168
RATES = (3.0, 20.0, 200.0)  # messages a day
LIMIT = 0.5  # false suspicions a year and source; each costs a person a minute


def shape() -> NDArray[np.float64]:
    """A week with nights and a quiet Sunday, of mean 1."""
    hour = np.arange(168)
    week = (1.2 + np.sin((hour % 24 - 9) / 24 * 2 * math.pi)) * np.where(hour // 24 == 6, 0.6, 1.0)
    found: NDArray[np.float64] = week / week.mean()
    return found


def apart(rng: np.random.Generator, a_day: float) -> Ints:
    """Hours that know nothing of each other."""
    mean = np.resize(shape(), YEAR) * a_day / 24
    return rng.negative_binomial(2.0, 2.0 / (2.0 + mean))


def weathered(rng: np.random.Generator, a_day: float) -> Ints:
    """Days that are busier than others, and busy days that follow each other."""
    noise, level = rng.normal(0, 0.35, YEAR // 24 + 1), 0.0
    days = np.empty(len(noise))
    for n, one in enumerate(noise):
        level = 0.7 * level + one
        days[n] = level
    mean = np.resize(shape(), YEAR) * a_day / 24 * np.exp(np.repeat(days, 24)[:YEAR])
    return rng.negative_binomial(2.0, 2.0 / (2.0 + mean))


def threaded(rng: np.random.Generator, a_day: float) -> Ints:
    """Threads: one message in five begins one, and those that follow come within two days."""
    begun = rng.poisson(np.resize(shape(), YEAR) * a_day / 24 / 5)
    counts = begun.copy()
    for at in np.repeat(np.arange(YEAR), begun):
        later = at + rng.exponential(12.0, rng.geometric(1 / 5) - 1).astype(int)
        np.add.at(counts, later[later < YEAR], 1)
    return counts


WORLDS: dict[str, Callable[[np.random.Generator, float], Ints]] = {
    "hours apart": apart,
    "busy days": weathered,
    "threads": threaded,
}


@dataclass(frozen=True)
class Heard:
    """What was suspected in a year: its first and last hour, and the hour at which it was told."""

    first: int
    last: int


def suspected(counts: Ints, *, clumps: bool) -> list[Heard]:
    """What the watch finds in a year; what touches is one."""
    found: list[Heard] = []
    for at in range(LEARNT, YEAR - JUDGED // 2, JUDGED // 2):
        learnt = counts[at - LEARNT : at].tolist()
        profile = burst.profile(learnt, at % 168)
        if not isinstance(profile, Profile):
            continue
        usual = np.resize(np.roll(profile.mean, -(at % 168)), LEARNT)
        clumped = clumping(learnt, usual.tolist(), profile.size) if clumps else 1.0
        judged = counts[at : at + JUDGED].tolist()
        for one in silences(judged, usual[: len(judged)].tolist(), profile.size, clumped=clumped):
            if found and at + one.first <= found[-1].last:
                found[-1] = Heard(found[-1].first, at + one.last)
            else:
                found.append(Heard(at + one.first, at + one.last))
    return found


def false_alarms(part: float, rng: np.random.Generator) -> Iterator[Row]:
    years = max(int(100 * part), 5)
    for world, make in WORLDS.items():
        for a_day in RATES:
            told = {True: 0, False: 0}
            for _ in range(years):
                counts = make(rng, a_day)
                for clumps in told:
                    told[clumps] += len(suspected(counts, clumps=clumps))
            judged = (YEAR - LEARNT) / YEAR * years
            yield Row(
                f"{world}, {a_day:g} messages a day: false suspicions",
                round(told[True] / judged, 3),
                "a year",
                "without regard to clumps",
                round(told[False] / judged, 3),
                target=LIMIT,
            )


def power(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """The days of silence that are needed until half, and nearly all, are told: from the counts up to then alone."""
    runs = max(int(60 * part), 10)
    for world, make in WORLDS.items():
        for a_day in RATES:
            needed = []
            for _ in range(runs):
                counts = make(rng, a_day)
                at = LEARNT + int(rng.integers(0, 168))
                learnt = counts[at - LEARNT : at].tolist()
                profile = burst.profile(learnt, at % 168)
                assert isinstance(profile, Profile)
                usual = np.resize(np.roll(profile.mean, -(at % 168)), LEARNT).tolist()
                clumped = clumping(learnt, usual, profile.size)
                dead = [0] * (8 * 168)
                needed.append(
                    next((n for n in steps() if silences(dead[:n], usual[:n], profile.size, clumped=clumped)), math.inf)
                )
            half, most = np.quantile(needed, [0.5, 0.95], method="inverted_cdf")
            name = f"{world}, {a_day:g} messages a day: silence until half are told"
            days = round(most / 24, 1) if np.isfinite(most) else None
            yield Row(name, round(half / 24, 1) if np.isfinite(half) else math.nan, "days", "until 19 of 20 are", days)


def steps() -> Iterator[int]:
    yield from range(1, 72)
    yield from range(72, 8 * 168, 6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, help="of the repetitions")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    rows = []
    for part in (false_alarms, power):
        for row in part(chosen.part, np.random.default_rng(chosen.seed)):
            rows.append(row)
            print(row.metric, row.value, row.unit, f"({row.anchor}: {row.anchor_value})", flush=True)
    if chosen.part >= 1:
        print(write("silence", rows))


if __name__ == "__main__":
    main()
