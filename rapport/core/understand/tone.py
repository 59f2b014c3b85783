"""How a text sounds: the probabilities of negative, neutral and positive.

Multinomial logistic regression on hashed n-grams (`grams.py`). The weights are made by `training/tone.py`, which says
from what; docs/reference/readers/tone.md says how well they do. They presume that the three tones are equally common:
where that is not so, count with a correction (see MEASURE), not with the labels.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from rapport.core.types import Tone
from rapport.core.understand.grams import BATCH, FAMILIES, Grams, grams

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """What the training left.

    packed    the weights of each bucket as three signed bytes and an empty one, read as one number; shape (buckets,)
    scale     what one step of a byte is worth, per tone; shape (3,)
    bias      added per tone; shape (3,)
    version   changes with the weights
    """

    packed: NDArray[np.uint32]
    scale: Floats
    bias: Floats
    version: str


def tones_of(texts: Sequence[str]) -> list[Tone]:
    """The tone of each text; one with nothing in it to read is neutral, but not surely so.

    >>> [tone.label for tone in tones_of(["Thank you, that was wonderful", "This is the worst service ever"])]
    ['positive', 'negative']
    """
    return [
        Tone(*row)
        for start in range(0, len(texts), BATCH)
        for row in probabilities(texts[start : start + BATCH], weights()).tolist()
    ]


def version() -> str:
    """Names the weights, so that a reading can be traced to what made it."""
    return weights().version


def probabilities(texts: Sequence[str], model: Weights) -> Floats:
    """Rows of (negative, neutral, positive), each summing to 1; shape (texts, 3)."""
    return shares(scores(grams(texts), model))


def scores(families: Sequence[Grams], model: Weights) -> Floats:
    """What speaks for each tone; only differences mean something. Shape (texts, 3)."""
    return np.asarray(model.bias + sum(_score(family, model) for family in families))


def shares(scores: Floats) -> Floats:
    """Scores as probabilities: each row sums to 1."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _score(family: Grams, model: Weights) -> Floats:
    """Sum of the weights of a family's n-grams over the root of their number; shape (texts, 3)."""
    bytes_ = model.packed[family.buckets].view(np.int8).reshape(-1, 4)
    sums = np.zeros((len(bytes_) + 1, 3), dtype=np.int32)
    np.cumsum(bytes_[:, :3], axis=0, dtype=np.int32, out=sums[1:])
    counts = family.counts()
    totals = sums[family.ends] - sums[family.ends - counts]
    return np.asarray(totals * model.scale / np.sqrt(np.maximum(counts, 1))[:, None])


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that lie beside this file."""
    return load((resources.files(__package__) / "models" / "tone.npz").read_bytes())


def load(content: bytes) -> Weights:
    """Weights from what `training/tone.py` wrote. Raises ValueError when they were made for other n-grams."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        if tuple(file["families"]) != FAMILIES:
            raise ValueError("these weights were made for other n-grams")
        table = np.zeros((file["table"].shape[1], 4), dtype=np.int8)
        table[:, :3] = file["table"].T
        digest = hashlib.sha256(content).hexdigest()[:8]
        return Weights(table.view(np.uint32).ravel(), file["scale"], file["bias"], f"tone-{digest}")
