"""The organisation's own head: what its people taught, on top of the default reader of tone.

It starts from what the default reader says and turns it by the n-grams that people's labels spoke of, so that without
labels it is the default reader. Multinomial logistic regression on the n-grams of `grams.py`, folded into fewer
buckets, and on the logarithms of the default's probabilities. It is made by `teaching.py` and must win in `trial.py`.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rapport.core.types import Tone
from rapport.core.understand import tone
from rapport.core.understand.grams import BATCH, BUCKET_BITS, FAMILIES, Grams, grams

BITS = 17
"""Buckets of a head, as a power of two: an organisation's labels speak of fewer n-grams than a language has."""
LEAST = 1e-6
"""A probability below this counts as this one, so that nothing is impossible."""
STEPS = 127

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """What was learned.

    weights   of the folded n-grams, as of the default reader: see `tone.Weights`; `version` is the head's own
    turn      what the logarithms of the default's probabilities are multiplied with; shape (3, 3)
    """

    weights: tone.Weights
    turn: Floats

    @property
    def version(self) -> str:
        """For instance "head-tone-1a2b3c4d"; it changes with the weights."""
        return self.weights.version


def apply(texts: Sequence[str], tones: Sequence[Tone], head: Head) -> list[Tone]:
    """The tone of each text by this head.

    texts   what was said
    tones   what the default reader says of each

    Raises ValueError when there are not as many tones as texts.
    """
    if len(texts) != len(tones):
        raise ValueError(f"{len(texts)} texts, but {len(tones)} tones")
    said = logarithms(tones)
    return [
        Tone(*row)
        for start in range(0, len(texts), BATCH)
        for row in _shares(texts[start : start + BATCH], said[start : start + BATCH], head).tolist()
    ]


def _shares(texts: Sequence[str], said: Floats, head: Head) -> Floats:
    return tone.shares(said @ head.turn + tone.scores(folded(texts), head.weights))


def logarithms(tones: Sequence[Tone]) -> Floats:
    """Of the probabilities of each tone; shape (texts, 3).

    >>> logarithms([Tone(1.0, 0.0, 0.0)]).round(1).tolist()
    [[0.0, -13.8, -13.8]]
    """
    rows = np.array([(one.negative, one.neutral, one.positive) for one in tones]).reshape(-1, 3)
    return np.asarray(np.log(np.clip(rows, LEAST, 1.0)))


def folded(texts: Sequence[str]) -> list[Grams]:
    """The n-grams of at least one text, in a head's buckets."""
    return [replace(family, buckets=family.buckets >> (BUCKET_BITS - BITS)) for family in grams(texts)]


# -- as bytes --------------------------------------------------------------------------------------------------------


def dump(weights: Floats, turn: Floats, bias: Floats) -> bytes:
    """A head as it is kept: each weight as one signed byte. The same weights give the same bytes.

    weights   shape (2 ** BITS, 3)          turn   shape (3, 3)          bias   shape (3,)

    >>> head = load(dump(np.zeros((1 << BITS, 3)), np.eye(3), np.zeros(3)))
    >>> default = Tone(0.2, 0.3, 0.5)
    >>> apply(["Hello"], [default], head)[0].label, head.version[:10]
    ('positive', 'head-tone-')
    """
    scale = np.maximum(np.abs(weights).max(axis=0), LEAST) / STEPS
    table = np.rint(weights / scale).astype(np.int8).T
    file = io.BytesIO()
    np.savez_compressed(file, families=np.array(FAMILIES), table=table, scale=scale, turn=turn, bias=bias)
    return file.getvalue()


def load(content: bytes) -> Head:
    """A head from what `dump` gave. Raises ValueError when it was made for other n-grams."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        turn = np.asarray(file["turn"], dtype=np.float64)
        if file["table"].shape != (3, 1 << BITS) or turn.shape != (3, 3):
            raise ValueError("this head was made for other n-grams")
    weights = tone.load(content)
    return Head(replace(weights, version=f"head-tone-{hashlib.sha256(content).hexdigest()[:8]}"), turn)
