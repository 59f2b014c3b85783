"""What others do with a reader's output: count it, adjust the count, or re-estimate the shares. Peers for `gps`."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds import TRAINED, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def classify_and_count(prediction: Floats) -> Floats:
    return np.bincount(prediction.argmax(axis=1), minlength=3) / len(prediction)


def adjusted(prediction: Floats, world: World, rng: np.random.Generator, trained_on: int = 2000) -> Floats:
    """`undone` for a simulated world: the reader as seen on messages like those it was trained on."""
    truth = rng.choice(3, size=trained_on, p=TRAINED)
    return undone(prediction, World("training", TRAINED, world.apart).read(rng, truth), truth)


def undone(prediction: Floats, seen: Floats, truth: Ints) -> Floats:
    """PACC (Bella et al. 2010): undo the reader's mean behaviour, as `seen` on messages whose tone is known."""
    behaviour = np.stack([seen[truth == k].mean(axis=0) for k in range(3)], axis=1)
    return _nearest(behaviour, prediction.mean(axis=0))


def _nearest(behaviour: Floats, mean: Floats) -> Floats:
    """The shares, at least 0 and 1 in all, under which the reader would behave most nearly like this.

    It leaves out each set of tones in turn, and solves for the others exactly (Lagrange).
    """
    best, least = np.full(3, 1 / 3), np.inf
    for some in (np.array(one) for n in (1, 2, 3) for one in combinations(range(3), n)):
        a = behaviour[:, some]
        system = np.block([[2 * a.T @ a, np.ones((len(some), 1))], [np.ones((1, len(some))), np.zeros((1, 1))]])
        found = np.linalg.lstsq(system, np.append(2 * a.T @ mean, 1.0), rcond=None)[0][:-1]
        off = float(((a @ found - mean) ** 2).sum())
        if found.min() >= 0 and off < least:
            best, least = np.zeros(3), off
            best[some] = found
    return best


def re_estimated(prediction: Floats, trained: Floats = TRAINED, rounds: int = 200) -> Floats:
    """EMQ (Saerens, Latinne and Decaestecker 2002): the shares under which the reader's beliefs are consistent."""
    shares = trained
    for _ in range(rounds):
        belief = prediction * (shares / trained)
        shares = (belief / belief.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


# -- the same by QuaPy (A. Moreo, A. Esuli and F. Sebastiani 2021), where it is installed ------------------------------


def quapy_pacc(prediction: Floats, seen: Floats, truth: Ints) -> Floats | None:
    try:
        from quapy.method.aggregative import ACC, PACC
    except ImportError:
        return None
    rates = PACC.getPteCondEstim(np.arange(3), truth, seen)
    found = ACC.solve_adjustment(rates, prediction.mean(axis=0), "inversion", "minimize")
    return np.clip(found, 0, 1) / np.clip(found, 0, 1).sum()


def quapy_emq(prediction: Floats, trained: Floats) -> Floats | None:
    try:
        from quapy.method.aggregative import EMQ
    except ImportError:
        return None
    return EMQ.EM(trained, prediction)[0]
