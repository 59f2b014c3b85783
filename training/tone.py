"""Makes rapport/core/understand/models/tone.npz: python training/tone.py

The same data and the same versions of numpy and scikit-learn give the same file; nothing is drawn by chance. What the
choices rest on was looked at on DEVELOPMENT, never on the files kept for the card.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from data import Labelled, semeval, semeval_names, umsab, without
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from rapport.core.understand import tone
from rapport.core.understand.grams import BUCKETS, FAMILIES, grams

MODEL = Path(tone.__file__).parent / "models" / "tone.npz"
DEVELOPMENT = ("twitter-2016devtest-A.txt", "twitter-2015test-A.txt")
REGULARISATION_C = 0.5
CLIP = 0.9999
"""The share of weights that one signed byte tells apart; the few beyond are cut to the largest."""

Floats = NDArray[np.float64]


def training_items(*, development: bool) -> list[Labelled]:
    """All labelled texts but those kept for the card and, with `development`, those that choices are made on."""
    held_out = [*semeval("twitter-2016test-A.txt"), *umsab("test")]
    items = [item for name in semeval_names() if not (development and name in DEVELOPMENT) for item in semeval(name)]
    items += umsab("train")
    if development:
        held_out += development_items()
    else:
        items += umsab("val")
    return without(items, held_out)


def development_items() -> list[Labelled]:
    """What choices are made on: two later years of English, and the validation part of seven languages."""
    return [*(item for name in DEVELOPMENT for item in semeval(name)), *umsab("val")]


def features(texts: Sequence[str]) -> sp.csr_matrix:
    """What `tone.probabilities` sums: each n-gram counts 1 over the root of its family's number; (texts, BUCKETS)."""
    rows = []
    for start in range(0, len(texts), tone.BATCH):
        batch = []
        for family in grams(texts[start : start + tone.BATCH]):
            counts = family.counts()
            values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
            places = np.concatenate(([0], family.ends))
            matrix = sp.csr_matrix((values, family.buckets, places), shape=(len(counts), BUCKETS))
            matrix.sum_duplicates()
            batch.append(matrix)
        rows.append(sum(batch[1:], batch[0]))
    return sp.vstack(rows).tocsr()


def balanced(items: Sequence[Labelled]) -> Floats:
    """Weights under which the three tones are equally common in each language."""
    keys = [(item.language, item.tone) for item in items]
    counts = {key: keys.count(key) for key in set(keys)}
    totals = {language: sum(n for (other, _), n in counts.items() if other == language) for language, _ in counts}
    return np.array([totals[language] / (3 * counts[language, tone]) for language, tone in keys])


def train(items: Sequence[Labelled]) -> tuple[Floats, Floats]:
    """Weights (3, BUCKETS) and bias (3,). N-grams count by their rarity (inverse document frequency), folded in."""
    x = features([item.text for item in items])
    found_in = np.asarray((x > 0).sum(axis=0)).ravel()
    rarity = np.log((len(items) + 1) / (found_in + 1)) + 1
    scale = rarity / rarity[found_in > 1].mean()
    model = LogisticRegression(C=REGULARISATION_C, max_iter=400, tol=1e-3)
    model.fit(x @ sp.diags(scale), [item.tone for item in items], sample_weight=balanced(items))
    return model.coef_ * scale, model.intercept_


def quantised(weights: Floats, bias: Floats) -> bytes:
    """The content of tone.npz: one signed byte per weight, and what a step of it is worth."""
    scale = float(f"{np.quantile(np.abs(weights[weights != 0]), CLIP) / 127:.4g}")  # rounded: machines add differently
    table = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    file = io.BytesIO()
    np.savez_compressed(
        file, table=table, scale=np.full(3, scale), bias=(bias - bias.mean()).round(3), families=np.array(FAMILIES)
    )
    return file.getvalue()


def main() -> None:
    items = training_items(development=False)
    content = quantised(*train(items))
    MODEL.write_bytes(content)
    sys.stdout.write(f"{len(items)} texts, {len(content) / 1e6:.2f} MB, {tone.load(content).version}\n")


if __name__ == "__main__":
    main()
