"""Simulated messages whose tone is known, and a reader that errs in a known way.

A message of tone k is a point about corner k of a triangle; the reader knows the corners, and believes in the shares of
tones that it was trained on. `apart` sets how often it is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRAINED = np.array([0.16, 0.48, 0.36])
SHIFTED = np.array([0.38, 0.37, 0.25])
RARE = np.array([0.05, 0.55, 0.40])


@dataclass(frozen=True, slots=True)
class World:
    """`sarcastic`: the share of negative messages that look positive, which no reader was trained on."""

    name: str
    tones: Floats
    apart: float
    sarcastic: float = 0.0

    def messages(self, rng: np.random.Generator, n: int) -> tuple[Ints, Floats]:
        """The true tone, shape (n,), and the reader's probabilities, shape (n, 3)."""
        truth = rng.choice(3, size=n, p=self.tones)
        return truth, self.read(rng, truth)

    def read(self, rng: np.random.Generator, truth: Ints) -> Floats:
        looks = np.where((truth == 0) & (rng.random(len(truth)) < self.sarcastic), 2, truth)
        corners = self.apart * np.eye(3)
        at = corners[looks] + rng.normal(size=(len(truth), 3))
        log = -((at[:, None, :] - corners) ** 2).sum(axis=2) / 2 + np.log(TRAINED)
        odds = np.exp(log - log.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)


WORLDS = (
    World("reader right in 63 %", SHIFTED, 1.12),
    World("reader right in 72 %", SHIFTED, 1.42),
    World("30 % of the negative ones sarcastic", SHIFTED, 1.42, sarcastic=0.3),
    World("negative tone rare (5 %)", RARE, 1.42),
)
