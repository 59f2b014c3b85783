"""What shares are made of: all messages of a period summed up, and what people said about the few that were drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.core.ranges import ABOVE_0, AT_LEAST_0, SHARE, WHOLE, Range

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OUTCOMES: Mapping[str, tuple[float, float, float, float]] = {
    "negative": (1.0, 0.0, 0.0, 0.0),
    "neutral": (0.0, 1.0, 0.0, 0.0),
    "positive": (0.0, 0.0, 1.0, 0.0),
    "uncodable": (0.0, 0.0, 0.0, 1.0),
    "net": (-1.0, 0.0, 1.0, 0.0),
}
"""What one message adds to each number, by its label: negative, neutral, positive, uncodable."""

SHARES = ("negative", "neutral", "positive", "uncodable")
"""Those that sum to 1, by label."""

UNCODABLE = 3
"""The label of a message that people could not code. It is a class, not a gap: leaving it out would be a choice."""

LABEL = Range("a label from 0 to 3", 0, UNCODABLE, whole=True)

FEWEST_LABELS = 40
"""Below this, no number: its interval would be wider than any decision needs."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """All messages of a period, summed up by stratum; H strata. Small enough to keep for every day.

    sizes     shape (H,), messages, at least 1: what each stratum weighs
    means     shape (H, 3), mean prediction
    doubt     shape (H, 3), mean of p(1-p)
    counted   shape (H,), messages that there really are, where they shall weigh more or less than they are; None: as
              `sizes` has them. What was read in full is known, whatever it weighs

    Raises NumberError for a number that cannot be one of these.
    """

    sizes: Floats
    means: Floats
    doubt: Floats
    counted: Floats | None = None

    def __post_init__(self) -> None:
        AT_LEAST_0.check(sizes=self.sizes)
        SHARE.check(means=self.means, doubt=self.doubt)
        if self.counted is not None:
            ABOVE_0.check(counted=self.counted)

    @property
    def messages(self) -> Floats:
        """That there really are in each stratum, shape (H,)."""
        return self.sizes if self.counted is None else self.counted

    @classmethod
    def of(cls, stratum: Ints, prediction: Floats) -> Frame:
        """Sum up N messages.

        stratum      shape (N,), from 0 to H-1, none of them empty
        prediction   shape (N, 3), probabilities of negative, neutral, positive

        Raises NumberError for what is none of these, and ValueError for an empty stratum.
        """
        WHOLE.check(stratum=stratum)
        SHARE.check(prediction=prediction)
        sizes = np.bincount(stratum).astype(np.float64)
        if (sizes == 0).any():
            raise ValueError("a stratum has no message")
        columns = [np.bincount(stratum, column) for column in prediction.T]
        squares = [np.bincount(stratum, column * (1 - column)) for column in prediction.T]
        return cls(sizes, np.stack(columns, 1) / sizes[:, None], np.stack(squares, 1) / sizes[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What people said about the drawn messages; n labels.

    stratum      shape (n,), of the frame
    prediction   shape (n, 3), as frozen when the day closed
    label        shape (n,), 0 negative, 1 neutral, 2 positive, 3 uncodable

    Raises NumberError for a number that cannot be one of these.
    """

    stratum: Ints
    prediction: Floats
    label: Ints

    def __post_init__(self) -> None:
        WHOLE.check(stratum=self.stratum)
        SHARE.check(prediction=self.prediction)
        LABEL.check(label=self.label)

    def __len__(self) -> int:
        return len(self.label)


PARTS = ("sizes", "means", "doubt", "messages")
"""Of a frame, in the order in which it is made of them."""


def together(periods: Sequence[tuple[Frame, Labels]]) -> tuple[Frame, Labels]:
    """Several days as one period: each day's strata stay strata.

    >>> day = Frame(np.array([5.0]), np.full((1, 3), 1 / 3), np.full((1, 3), 2 / 9))
    >>> none = Labels(np.array([], dtype=int), np.empty((0, 3)), np.array([], dtype=int))
    >>> together([(day, none), (day, none)])[0].sizes.tolist()
    [5.0, 5.0]
    """
    frames = [frame for frame, _ in periods]
    starts = np.cumsum([0, *(len(frame.sizes) for frame in frames)])
    labels = [
        Labels(labels.stratum + start, labels.prediction, labels.label) for (_, labels), start in zip(periods, starts)
    ]
    return (
        Frame(*(np.concatenate([getattr(frame, part) for frame in frames]) for part in PARTS)),
        Labels(
            *(np.concatenate([getattr(one, part) for one in labels]) for part in ("stratum", "prediction", "label"))
        ),
    )
