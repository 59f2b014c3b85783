"""Simulated years of labels in which nothing happens to the tone, and much to everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure import change, delay
from rapport.core.measure.change import YEAR, RedAlarm, Today, flagged, threshold

Floats = NDArray[np.float64]
Year = Callable[..., tuple[float, Iterator[Today]]]
"""The true share, and a year of days."""

DAY_SD, CARRY = 0.02, 0.5


def rings(year: tuple[float, Iterator[Today]], rng: np.random.Generator, *, error: float = 0.014) -> int | None:
    """The day on which a red alarm rings in this year, or None. The baseline has an error, as it would have."""
    share, days = year
    alarm = RedAlarm(share + error * rng.normal(), 0.03, threshold())
    for day in days:
        alarm = alarm.step(day)
        if alarm.red:
            return alarm.day
    return None


def day_effects(rng: np.random.Generator, days: int = YEAR) -> Floats:
    """What a day adds to the share: sd .02, half of it handed to the next day."""
    fresh = rng.normal(size=days) * DAY_SD * np.sqrt(1 - CARRY**2)
    effect = np.empty(days)
    before = DAY_SD * rng.normal()
    for day in range(days):
        before = effect[day] = CARRY * before + fresh[day]
    return effect


def threads(
    rng: np.random.Generator, *, grouped: bool = True, messages: int = 55, labels: int = 10
) -> tuple[float, Iterator[Today]]:
    """Threads of three messages whose tone is shared by 85 %; the mood stands at .25 all year."""

    def year() -> Iterator[Today]:
        for _ in range(YEAR):
            thread = np.repeat(np.arange(messages // 3 + 1), 3)[:messages]
            tone = rng.random(thread.max() + 1) < 0.25
            truth = np.where(rng.random(messages) < 0.85, tone[thread], rng.random(messages) < 0.25)
            if grouped:  # one message of each thread, at random
                order = rng.permutation(messages)
                truth = truth[order[np.unique(thread[order], return_index=True)[1]]]
                drawn = rng.permutation(len(truth))[:labels]
            else:
                drawn = np.arange(messages)
            values = truth[drawn].astype(float)
            yield Today(np.ones(1), np.array([0.25]), np.zeros(len(values), dtype=int), values)

    return 0.25, year()


WEIGHTS, SHARES = np.array([0.60, 0.25, 0.15]), np.array([0.20, 0.25, 0.55])


def channels(
    rng: np.random.Generator, volume: Callable[[int], Floats], labels: int = 12
) -> tuple[float, Iterator[Today]]:
    """Three channels with fixed weights; `volume` gives their messages by day. Labels follow the volume."""

    def year() -> Iterator[Today]:
        for day, effect in enumerate(day_effects(rng)):
            sizes = np.round(volume(day)).astype(int)
            count = np.where(sizes > 0, np.maximum(np.round(labels * sizes / sizes.sum()), 2), 0).astype(int)
            negative = rng.binomial(sizes, np.clip(SHARES + effect, 0, 1))
            hits = rng.hypergeometric(negative, sizes - negative, count)
            values = np.concatenate([np.arange(n) < k for n, k in zip(count, hits)]).astype(float)
            yield Today(WEIGHTS, SHARES, np.repeat(np.arange(3), count), values)

    return float(WEIGHTS @ SHARES), year()


def outage(rng: np.random.Generator) -> tuple[float, Iterator[Today]]:
    """The channel with the worst tone is down for a month."""
    return channels(rng, lambda day: 2000 * WEIGHTS * (1.0, 1.0, 0.0 if 100 <= day < 130 else 1.0))


def mix_shift(rng: np.random.Generator) -> tuple[float, Iterator[Today]]:
    """From one day on, the channel with the worst tone brings three times as many messages."""
    return channels(rng, lambda day: 2000 * WEIGHTS * (1.0, 1.0, 3.0 if day >= 100 else 1.0))


def three_sigma(rng: np.random.Generator, runs: int, messages: int = 2000) -> float:
    """The share of quiet years in which a dashboard alarms: the reader's daily share beyond three binomial sd."""
    called = 0.25 * 0.62 + 0.75 * 0.12
    sd = np.sqrt(called * (1 - called) / messages)
    rang = 0
    for _ in range(runs):
        share = 0.25 + day_effects(rng)
        found = rng.binomial(messages, share * 0.62 + (1 - share) * 0.12) / messages
        rang += bool((np.abs(found - called) > 3 * sd).any())
    return rang / runs


def fifty_lines(rng: np.random.Generator, runs: int) -> tuple[float, float, float]:
    """50 lines for a year, five of which rise by .15: the false part of the alarms (mean over years), the part of the
    five that were found, and the median day on which."""
    line = delay.Line(0.25, 2000, 10, surge=1, error=0.0)
    shift = np.where(np.arange(50) < 5, 0.15, 0.0)
    plan = delay._plan(line)
    false, found, when = [], [], []
    for _ in range(runs):
        state = delay._Runs.start(line, rng, 50)
        first = np.full(50, np.inf)
        for day in range(1, YEAR + 1):
            state.day(line, plan, shift, 0.0, change.TOLERANCE, np.inf, rng)
            evidence = {str(i): e for i, e in enumerate(np.exp(np.minimum(state.evidence(), 600.0)).tolist())}
            for name in flagged(evidence):
                first[int(name)] = min(first[int(name)], day)
        rang = np.isfinite(first)
        false.append(rang[5:].sum() / max(rang.sum(), 1))
        found.append(rang[:5].mean())
        when.extend(first[:5])
    return float(np.mean(false)), float(np.mean(found)), float(np.median(when))
