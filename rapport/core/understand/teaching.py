"""Teach a head: from labels of people to its weights.

The weights of n-grams are pulled toward zero and `turn` toward leaving things as they are, so that few labels change
little. How hard they are pulled is chosen on the latest labels of those that one may learn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.core.types import Tone
from rapport.core.understand import head, tone
from rapport.core.understand.grams import BATCH

STRENGTHS = (1.0, 3.0, 10.0)
"""How hard weights may be pulled toward zero, against the loss of one label: many labels pull harder than few."""
TURNING = 0.1
"""The same for what is done with the default's word, against the mean loss of a label."""
BALANCE = 0.5
"""0: every label counts alike; 1: every tone does, however rare. Between them macro-F1 is best (airline tweets)."""
KEPT_FOR_CHOOSING = 0.25
ROUNDS = 200
TONES = 3

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, what the default reader says of it, and what a person says that it is.

    label    0 negative, 1 neutral, 2 positive
    chance   how likely it was drawn, between 0 and 1; 0 for one that a person chose to look at
    """

    text: str
    default: Tone
    label: int
    chance: float = 0.0


def teach(examples: Sequence[Example]) -> bytes:
    """A head, as `head.dump` has it, from examples in the order of time, the oldest first. The same ones give the same.

    Raises ValueError when there is no example.

    Source: a prior on the weights that is another model is one of the ways to fit a classifier to a new domain: C.
    Chelba and A. Acero (2006), Adaptation of maximum entropy capitalizer, Computer Speech and Language 20, 382-399.
    """
    if not examples:
        raise ValueError("no example")
    lesson = _lesson(examples)
    return head.dump(*_fitted(lesson, _strength(lesson)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Examples as numbers. grams: (examples, 2 ** BITS); said: logarithms of the default's word, (examples, 3)."""

    grams: Any
    said: Floats
    labels: Labels

    def part(self, first: int, last: int) -> Lesson:
        return Lesson(self.grams[first:last], self.said[first:last], self.labels[first:last])

    def weights(self) -> Floats:
        """How much each example counts; they sum to 1."""
        of_tone = np.maximum(np.bincount(self.labels, minlength=TONES), 1)
        counts = (len(self.labels) / of_tone[self.labels]) ** BALANCE
        return np.asarray(counts / counts.sum())


def _lesson(examples: Sequence[Example]) -> Lesson:
    import scipy.sparse as sp  # scipy takes 40 MB: only where somebody is taught

    tables = [_table([one.text for one in examples[n : n + BATCH]]) for n in range(0, len(examples), BATCH)]
    return Lesson(
        sp.vstack(tables, format="csr"),
        head.logarithms([one.default for one in examples]),
        np.array([one.label for one in examples], dtype=np.intp),
    )


def _table(texts: Sequence[str]) -> Any:
    """Each n-gram counts one over the root of how many its text has of the family, as in `tone.scores`."""
    import scipy.sparse as sp

    total = sp.csr_matrix((len(texts), 1 << head.BITS))
    for family in head.folded(texts):
        counts = family.counts()
        values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
        rows = np.repeat(np.arange(len(texts)), counts)
        total = total + sp.csr_matrix((values, (rows, family.buckets)), shape=total.shape)
    return total


def _strength(lesson: Lesson) -> float:
    """What reads the latest examples best, learned from those before; the strongest when that cannot be told."""
    cut = round(len(lesson.labels) * (1 - KEPT_FOR_CHOOSING))
    before, after = lesson.part(0, cut), lesson.part(cut, len(lesson.labels))
    if not cut or not len(after.labels):
        return STRENGTHS[-1]
    return min(reversed(STRENGTHS), key=lambda strength: _loss(after, *_fitted(before, strength)))


def _loss(lesson: Lesson, weights: Floats, turn: Floats, bias: Floats) -> float:
    shares = tone.shares(lesson.said @ turn + bias + lesson.grams @ weights)
    right = shares[np.arange(len(lesson.labels)), lesson.labels]
    return -float(lesson.weights() @ np.log(np.maximum(right, head.LEAST)))


def _fitted(lesson: Lesson, strength: float) -> tuple[Floats, Floats, Floats]:
    """Weights, turn and bias where the loss and what pulls at them are least (L-BFGS)."""
    from scipy.optimize import minimize

    there = np.flatnonzero(np.bincount(lesson.grams.indices, minlength=1 << head.BITS) >= 2)
    seen = lesson.grams[:, there]  # what one text alone has would be learned by heart
    back, counts = seen.T.tocsr(), lesson.weights()[:, None]
    truth, as_it_is = np.eye(TONES)[lesson.labels], np.eye(TONES)
    pull = strength / len(lesson.labels)
    edges = np.cumsum([len(there) * TONES, TONES * TONES])

    def parts(flat: Floats) -> tuple[Floats, Floats, Floats]:
        weights, turn, bias = np.split(flat, edges)
        return weights.reshape(-1, TONES), turn.reshape(TONES, TONES), bias

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, turn, bias = parts(flat)
        shares = tone.shares(lesson.said @ turn + bias + seen @ weights)
        missed = counts * (shares - truth)
        value = -float(np.sum(counts * truth * np.log(np.maximum(shares, 1e-300))))
        value += pull / 2 * float(np.sum(weights**2)) + TURNING / 2 * float(np.sum((turn - as_it_is) ** 2))
        slope = back @ missed + pull * weights, lesson.said.T @ missed + TURNING * (turn - as_it_is)
        return value, np.concatenate([slope[0].ravel(), slope[1].ravel(), missed.sum(axis=0)])

    start = np.concatenate([np.zeros(edges[0]), as_it_is.ravel(), np.zeros(TONES)])
    found = parts(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x)
    weights = np.zeros((1 << head.BITS, TONES))
    weights[there] = found[0]
    return weights, found[1], found[2]
