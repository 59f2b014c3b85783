"""Logistic regression on sparse rows and soft labels, row by row: seconds where solvers take minutes.

`learn` is for classes of which each text has one, `learn_each` for such as it may have several of, or none.

Each weight has a step size of its own that shrinks with what it has already learned (AdaGrad: Duchi, Hazan and Singer
2011). One thread, a seeded order: the same rows give the same weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

SEEDS = (1, 2)
"""Orders of the rows over which the weights are averaged."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pace:
    """How the weights are learned: chosen on the development texts."""

    epochs: int = 5
    rate: float = 0.08
    decay: float = 0.003


def learn(x: sp.csr_matrix, soft: Floats, weights: Floats, pace: Pace) -> tuple[Floats, Floats]:
    """Weights (columns, 3) and bias (3,), the mean over SEEDS.

    x         the texts; float32, shape (texts, columns)
    soft      how likely each tone is for each text; shape (texts, 3)
    weights   how much each text counts; shape (texts,)
    """
    tables, biases = [], []
    for seed in SEEDS:
        table, bias = np.zeros((x.shape[1], 3), np.float32), np.zeros(3, np.float32)
        _descend(x.indptr, x.indices, x.data, soft, weights, table, bias, pace.epochs, pace.rate, pace.decay, seed)
        tables.append(table)
        biases.append(bias)
    return np.mean(tables, axis=0), np.mean(biases, axis=0)


def learn_each(
    x: sp.csr_matrix, truth: Floats, weights: Floats, known: Floats, pace: Pace, seeds: Sequence[int] = SEEDS
) -> tuple[Floats, Floats]:
    """Weights (columns, kinds) and bias (kinds,), the mean over `seeds`.

    x         the texts; float32, shape (texts, columns)
    truth     whether each text is of each kind, between 0 and 1; shape (texts, kinds)
    weights   how much each text counts for each kind, 0 where nobody knows; shape (texts, kinds)
    known     log odds that are known before; the weights learn what these leave open; shape (texts, kinds)
    """
    kinds = truth.shape[1]
    tables, biases = [], []
    for seed in seeds:
        table, bias = np.zeros((x.shape[1], kinds), np.float32), np.zeros(kinds, np.float32)
        _descend_each(
            x.indptr, x.indices, x.data, truth, weights, known, table, bias, pace.epochs, pace.rate, pace.decay, seed
        )
        tables.append(table)
        biases.append(bias)
    return np.mean(tables, axis=0), np.mean(biases, axis=0)


@numba.njit
def _descend(starts, columns, values, soft, weights, table, bias, epochs, first_rate, decay, seed):
    np.random.seed(seed)
    texts, step = len(starts) - 1, 0
    seen = np.full(len(table), 1e-8, np.float32)
    seen_bias = np.full(3, 1e-2, np.float32)
    order, score, slope = np.arange(texts), np.zeros(3, np.float32), np.zeros(3, np.float32)
    for _ in range(epochs):
        np.random.shuffle(order)
        for i in order:
            rate = first_rate * (1 - step / (epochs * texts))
            step += 1
            score[:] = bias
            for place in range(starts[i], starts[i + 1]):
                for k in range(3):
                    score[k] += values[place] * table[columns[place], k]
            top, total, square = score.max(), 0.0, 0.0
            for k in range(3):
                total += math.exp(score[k] - top)
            for k in range(3):
                slope[k] = weights[i] * (math.exp(score[k] - top) / total - soft[i, k])
                square += slope[k] ** 2 / 3
                seen_bias[k] += slope[k] ** 2
                bias[k] -= rate * slope[k] / math.sqrt(seen_bias[k])
            for place in range(starts[i], starts[i + 1]):
                column, value = columns[place], values[place]
                seen[column] += value * value * square
                pace = rate / math.sqrt(seen[column])
                keep = 1 - min(0.5, pace * decay)
                for k in range(3):
                    table[column, k] = table[column, k] * keep - pace * value * slope[k]


@numba.njit
def _descend_each(starts, columns, values, truth, weights, known, table, bias, epochs, first_rate, decay, seed):
    np.random.seed(seed)
    texts, step, kinds = len(starts) - 1, 0, truth.shape[1]
    seen = np.full(len(table), 1e-8, np.float32)
    seen_bias = np.full(kinds, 1e-2, np.float32)
    order, score, slope = np.arange(texts), np.zeros(kinds, np.float32), np.zeros(kinds, np.float32)
    for _ in range(epochs):
        np.random.shuffle(order)
        for i in order:
            rate = first_rate * (1 - step / (epochs * texts))
            step += 1
            score[:] = bias + known[i]
            for place in range(starts[i], starts[i + 1]):
                for k in range(kinds):
                    score[k] += values[place] * table[columns[place], k]
            square = 0.0
            for k in range(kinds):
                slope[k] = weights[i, k] * (1 / (1 + math.exp(-score[k])) - truth[i, k])
                square += slope[k] ** 2 / kinds
                seen_bias[k] += slope[k] ** 2
                bias[k] -= rate * slope[k] / math.sqrt(seen_bias[k])
            if square == 0.0:
                continue
            for place in range(starts[i], starts[i + 1]):
                column, value = columns[place], values[place]
                seen[column] += value * value * square
                pace = rate / math.sqrt(seen[column])
                keep = 1 - min(0.5, pace * decay)
                for k in range(kinds):
                    table[column, k] = table[column, k] * keep - pace * value * slope[k]
