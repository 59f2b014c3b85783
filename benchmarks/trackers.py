"""Two other ways to follow a share, as peers of ours: a filter that learns the reader's bias, and confidence sequences
that need no baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds import World
from benchmarks.years import day_effects
from rapport.core.measure.change import YEAR
from rapport.core.measure.sampling import Draw, draw
from rapport.core.measure.share import Frame, Labels, ShareEstimate, estimate, together

Floats = NDArray[np.float64]

SHARE, MESSAGES, LABELS = 0.25, 600, 10
SARCASTIC = 0.3
"""Of what is negative, the part that the reader takes for positive after it changed silently."""

Z = 1.959964
BIAS_WALKS = 0.004
"""Standard deviation a day that the filter allows the reader's bias."""


FEWEST = 100
"""Labels before a sequence says anything: it relies on a normal limit."""


ERROR = 0.13
"""Variance of a label about the reader's probability, as the filter believes it to be."""


# -- what is shown of a day ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """What the reader said of all messages, what people said of some, and the truth."""

    frame: Frame
    labels: Labels
    truth: float


def day(share: float, sarcastic: float, rng: np.random.Generator) -> Day:
    tones = np.array([share, (1 - share) * 0.6, (1 - share) * 0.4])
    truth, prediction = World("a day", tones, 1.42, sarcastic).messages(rng, MESSAGES)
    ids = [str(n) for n in range(MESSAGES)]
    drawn = draw(ids, ["web"] * MESSAGES, prediction, LABELS, str(rng.integers(2**62)))
    assert isinstance(drawn, Draw)
    at = drawn.first(LABELS)
    labels = Labels(drawn.stratum[at], prediction[at], truth[at])
    return Day(Frame.of(drawn.stratum, prediction), labels, float((truth == 0).mean()))


@dataclass(frozen=True, slots=True)
class Held:
    """How often an interval held what it is about, and half its width."""

    share: float
    half: float


def displays(rng: np.random.Generator, years: int) -> dict[str, tuple[Held, Held]]:
    """By way of display: in calm times, and in the thirty days after the reader changed without a word.

    Seven days are held against the share of the seven days, the others against that of the last one."""
    found: dict[str, tuple[list[tuple[bool, float]], list[tuple[bool, float]]]] = {
        name: ([], []) for name in ("the day alone", "seven days", "a filter of the reader's bias")
    }
    for _ in range(years):
        bias, doubt = 0.0, 0.25
        days: list[Day] = []
        for number, effect in enumerate(day_effects(rng, 150)):
            days.append(day(min(max(SHARE + effect, 0.0), 1.0), SARCASTIC if number >= 120 else 0.0, rng))
            today = days[-1]
            alone = estimate(today.frame, today.labels, fewest=2)
            week = estimate(*together([(one.frame, one.labels) for one in days[-7:]]), fewest=2)
            doubt += BIAS_WALKS**2
            seen, error = _bias(today)
            gain = doubt / (doubt + error)
            bias, doubt = bias + gain * (seen - bias), doubt * (1 - gain)
            called = float(today.frame.sizes @ today.frame.means[:, 0] / today.frame.sizes.sum())
            half = Z * float(np.sqrt(doubt))
            shown = {"a filter of the reader's bias": (called + bias - half, called + bias + half)}
            for name, one in (("the day alone", alone), ("seven days", week)):
                assert isinstance(one, ShareEstimate)
                shown[name] = (one.estimate.low, one.estimate.high)
            if number < 30:
                continue
            truth = float(np.mean([one.truth for one in days[-7:]]))
            for name, (low, high) in shown.items():
                about = truth if name == "seven days" else today.truth
                found[name][number >= 120].append((low <= about <= high, (high - low) / 2))
    return {name: (_held(calm), _held(after)) for name, (calm, after) in found.items()}


def _bias(today: Day) -> tuple[float, float]:
    """The reader's error by the day's labels, and the variance that a binomial label has."""
    weight = today.frame.sizes / today.frame.sizes.sum()
    off = (today.labels.label == 0) - today.labels.prediction[:, 0]
    count = np.bincount(today.labels.stratum)
    means = np.bincount(today.labels.stratum, off) / count
    return float(weight @ means), float((weight**2 * ERROR / count).sum())


def _held(rows: list[tuple[bool, float]]) -> Held:
    return Held(float(np.mean([held for held, _ in rows])), float(np.mean([half for _, half in rows])))


# -- change without a baseline ---------------------------------------------------------------------------------------


def repeated(shift: float, rng: np.random.Generator, runs: int, *, chance: float = 0.05) -> tuple[float, float]:
    """Repeated confidence sequences on labels alone: the share of years that ring, and the median day of all years.

    One sequence begins each day; it rings when no share lies in all of them. Eight weeks go before the shift, as our
    alarm has them for its baseline.

    Source: S. Shekhar and A. Ramdas (2024), Reducing sequential change detection to sequential estimation, ICML.
    """
    alpha = chance / YEAR
    rho = (-2 * np.log(alpha) + np.log(1 - 2 * np.log(alpha))) / (LABELS * 56)
    before = 56
    days = before + YEAR
    rang = np.full(runs, np.inf)
    for run in range(runs):
        mood = np.clip(SHARE + day_effects(rng, days) + np.where(np.arange(days) >= before, shift, 0.0), 0, 1)
        hits = np.cumsum(rng.binomial(LABELS, mood))
        total = LABELS * np.arange(1, days + 1)
        low, high = np.zeros(days), np.ones(days)
        for t in range(days):
            earlier = np.concatenate([[0], hits[:t]])
            n = total[t] - np.concatenate([[0], total[:t]])
            mean = (hits[t] - earlier) / n
            deviation = np.sqrt(max(mean[0] * (1 - mean[0]), 1e-4))
            half = deviation * np.sqrt(2 * (n * rho + 1) / (n * n * rho) * np.log(np.sqrt(n * rho + 1) / alpha))
            speaks = n >= FEWEST
            low[: t + 1] = np.maximum(low[: t + 1], np.where(speaks, mean - half, 0.0))
            high[: t + 1] = np.minimum(high[: t + 1], np.where(speaks, mean + half, 1.0))
            if low[: t + 1].max() > high[: t + 1].min():
                rang[run] = t + 1 - before
                break
    return float((rang <= YEAR).mean()), float(np.sort(rang)[int(np.ceil(0.5 * runs)) - 1])
