"""Make the reader's probabilities mean what they say, by what people have said so far.

The estimates are right with any reader; a reader whose 0.7 comes true in seven of ten makes them narrower, and makes
the alarms' centres and the plan of the draw better. Learn it from labels older than the period that it is used in:
labels that taught the reader must not correct it as well.

Source: C. Guo, G. Pleiss, Y. Sun and K. Weinberger (2017), On calibration of modern neural networks, ICML (vector
scaling, here with one temperature and one shift for each tone).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.core.ranges import NUMBER, SHARE
from rapport.core.types import NotEnough

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_LABELS = 100
PRIOR = 10.0
"""How strongly the reader is believed until labels say otherwise: as by about so many labels."""

STEPS = 50
SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Calibration:
    """New probabilities are in proportion to exp(sharpness * log p + shift).

    sharpness   1 leaves the reader as it is; below, it was too sure of itself
    shift       one for each tone; they sum to 0

    Raises NumberError for what is no number, and in `apply` for a prediction that is none.
    """

    sharpness: float = 1.0
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        NUMBER.check(sharpness=self.sharpness, shift=self.shift)

    def apply(self, prediction: Floats) -> Floats:
        """Recalibrated probabilities, shape (n, 3), rows summing to 1.

        >>> Calibration().apply(np.array([[0.7, 0.2, 0.1]])).round(3).tolist()
        [[0.7, 0.2, 0.1]]
        """
        SHARE.check(prediction=prediction)
        return _shares(self.sharpness * _logs(prediction) + np.array(self.shift))


def apply_each(calibrations: Sequence[Calibration], of: Ints, prediction: Floats) -> Floats:
    """What `Calibration.apply` gives, where each prediction has a calibration of its own.

    of           shape (n,), the place of each prediction's among the calibrations
    prediction   shape (n, 3)

    Raises NumberError for a prediction that is none.

    >>> both = [Calibration(), Calibration(2.0)]
    >>> apply_each(both, np.array([1, 0]), np.array([[0.6, 0.3, 0.1], [0.6, 0.3, 0.1]])).round(3).tolist()
    [[0.783, 0.196, 0.022], [0.6, 0.3, 0.1]]
    """
    SHARE.check(prediction=prediction)
    sharpness = np.array([one.sharpness for one in calibrations])[of, None]
    return _shares(sharpness * _logs(prediction) + np.array([one.shift for one in calibrations])[of])


def calibrate(prediction: Floats, label: Ints) -> Calibration | NotEnough:
    """Find the temperature and the shifts under which the labels are likeliest.

    prediction   shape (n, 3), as they stood when the messages were drawn
    label        shape (n,), 0 negative, 1 neutral, 2 positive; others (uncodable) are passed over

    Returns NotEnough below FEWEST_LABELS labels. Raises NumberError for a prediction or a label that is none.

    >>> rng = np.random.default_rng(1)
    >>> honest = rng.dirichlet([1, 1, 1], 2000)
    >>> label = (rng.random(2000)[:, None] > honest.cumsum(axis=1)).sum(axis=1)
    >>> too_sure = honest**2 / (honest**2).sum(axis=1, keepdims=True)
    >>> round(calibrate(too_sure, label).sharpness, 1)
    0.5
    """
    SHARE.check(prediction=prediction)
    NUMBER.check(label=label)
    known = (label >= 0) & (label < 3)
    if known.sum() < FEWEST_LABELS:
        return NotEnough(int(known.sum()), FEWEST_LABELS, "labels")
    logs, truth = _logs(prediction[known]), np.eye(3)[label[known]]
    # Newton's method on sharpness and the shifts of the first two tones, with the last as reference
    inputs = np.zeros((len(logs), 3, 3))
    inputs[:, :, 0] = logs
    inputs[:, [0, 1], [1, 2]] = 1.0
    start = at = np.array([1.0, 0.0, 0.0])

    def tried(at: Floats) -> tuple[Floats, float]:
        """The shares there, and the loss."""
        shares = _shares(inputs @ at)
        likely = (truth * np.log(np.maximum(shares, 1e-300))).sum()
        return shares, float(PRIOR / 2 * ((at - start) ** 2).sum() - likely)

    shares, loss = tried(at)
    for _ in range(STEPS):
        slope = np.einsum("nk,nkd->d", shares - truth, inputs) + PRIOR * (at - start)
        mean = np.einsum("nk,nkd->nd", shares, inputs)
        off = inputs - mean[:, None, :]
        bend = np.einsum("nk,nkd,nke->de", shares, off, off) + PRIOR * np.eye(3)
        step = np.linalg.solve(bend, slope)
        # a whole step may overshoot where the reader is nearly sure of everything
        there = tried(at - step)
        while np.abs(step).max() >= 1e-9 and there[1] > loss:
            step = step / 2
            there = tried(at - step)
        at, (shares, loss) = at - step, there
        if np.abs(step).max() < 1e-9:
            break
    middle = (at[1] + at[2]) / 3
    return Calibration(float(at[0]), (float(at[1] - middle), float(at[2] - middle), float(-middle)))


def _logs(prediction: Floats) -> Floats:
    logs: Floats = np.log(np.clip(prediction, SMALLEST, 1.0))
    return logs


def _shares(logs: Floats) -> Floats:
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares
