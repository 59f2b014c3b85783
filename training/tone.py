"""Makes rapport/core/understand/models/tone.npz: python training/tone.py

A slow teacher (`teacher.py`, joined with a first set of n-gram weights) reads many texts that nobody labelled, and
pieces of those in other languages than English, of which there are few; the quick reader learns from people's labels
and from what the teacher says. Choices were made on `development_items`, never on the texts kept for the card:
`python training/tone.py --development` prints what they rest on.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from rapport.core.understand import tone
from rapport.core.understand.evaluation import judge
from rapport.core.understand.grams import BATCH, BUCKETS, FAMILIES, grams
from training.data import FURTHER, UNTOUCHED, Labelled, semeval, semeval_names, umsab, unlabelled, us_airline, without
from training.student import Pace, learn
from training.teacher import embeddings, scores

MODEL = Path(tone.__file__).parent / "models" / "tone.npz"
DEVELOPMENT = (
    "twitter-2014test-A.txt",
    "twitter-2015test-A.txt",
    "twitter-2016dev-A.txt",
    "twitter-2016devtest-A.txt",
)
FIRST, SECOND = Pace(rate=0.05, decay=0.01), Pace()
"""How the weights are learned from people alone, and from people and the teacher."""
SHARPER = 2.0
"""What the teacher's log odds are multiplied with: the mean of two readers is too cautious."""
TRUST = 0.5
"""How much of the teacher's word goes into a text that people labelled."""
CUTS, JOINS = 4, 3
"""Pieces of each text that is not in English: parts of it, and its beginning with the end of another."""
SEED = 7
EVENINGS = 20
CLIP = 0.9999
"""The share of weights that one signed byte tells apart; the few beyond are cut to the largest."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one text, or of two of one language, that nobody labelled; `parents` are those texts."""

    text: str
    language: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned from: labelled texts, then others, then pieces."""

    items: list[Labelled]
    others: list[str]
    pieces: tuple[Piece, ...] = ()

    def texts(self) -> list[str]:
        return [*(item.text for item in self.items), *self.others, *(one.text for one in self.pieces)]

    def with_pieces(self, pieces: Sequence[Piece]) -> Lesson:
        """Those of labelled texts of this lesson."""
        known = {item.text for item in self.items}
        return Lesson(self.items, self.others, tuple(one for one in pieces if known.issuperset(one.parents)))


def held_out() -> list[Labelled]:
    """What no training and no choice may see."""
    return [*semeval(UNTOUCHED), *umsab("test"), *us_airline()]


def lesson(*, development: bool) -> Lesson:
    """All texts but those kept for the card and, with `development`, those that choices are made on."""
    kept = [*held_out(), *(development_items() if development else [])]
    items = [item for name in semeval_names() if not (development and name in DEVELOPMENT) for item in semeval(name)]
    items += [*umsab("train"), *([] if development else umsab("val"))]
    items += [item for source in FURTHER.values() for item in source()]
    items = without(items, kept)
    others = without((Labelled(text, "", 0) for text in unlabelled()), [*held_out(), *development_items(), *items])
    return Lesson(items, [item.text for item in others])


def pieces(items: Sequence[Labelled]) -> list[Piece]:
    """CUTS and JOINS of every text that is not in English."""
    chance = np.random.default_rng(SEED)
    by_language: dict[str, list[str]] = {}
    for item in items:
        by_language.setdefault(item.language, []).append(item.text)
    found = []
    for language, texts in by_language.items():
        for text in texts if language != "en" else ():
            found += [Piece(_cut(text, chance), language, (text,)) for _ in range(CUTS)]
            for _ in range(JOINS):
                other = texts[chance.integers(len(texts))]
                found.append(Piece(_joined(text, other, chance), language, (text, other)))
    return [one for one in found if one.text]


def _cut(text: str, chance: np.random.Generator) -> str:
    words = text.split()
    length = int(chance.integers(2, max(3, len(words))))
    start = int(chance.integers(0, max(1, len(words) - length + 1)))
    return " ".join(words[start : start + length])


def _joined(text: str, other: str, chance: np.random.Generator) -> str:
    beginning, ending = text.split(), other.split()
    first, second = int(chance.integers(1, len(beginning) + 1)), int(chance.integers(0, max(1, len(ending))))
    return " ".join([*beginning[:first], *ending[second:]])


def development_items() -> list[Labelled]:
    """What choices are made on: later years of English, and the validation part of seven languages."""
    return [*(item for name in DEVELOPMENT for item in semeval(name)), *umsab("val")]


def features(texts: Sequence[str]) -> sp.csr_matrix:
    """What `tone.probabilities` sums: each n-gram counts 1 over the root of its family's number; (texts, BUCKETS)."""
    rows = []
    for start in range(0, len(texts), BATCH):
        batch = []
        for family in grams(texts[start : start + BATCH]):
            counts = family.counts()
            values = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
            places = np.concatenate(([0], family.ends))
            matrix = sp.csr_matrix((values, family.buckets, places), shape=(len(counts), BUCKETS), dtype=np.float32)
            matrix.sum_duplicates()
            batch.append(matrix)
        rows.append(sum(batch[1:], batch[0]))
    return sp.vstack(rows).tocsr()


def balanced(items: Sequence[Labelled]) -> Floats:
    """Weights under which the three tones are equally common in each language."""
    keys = [(item.language, item.tone) for item in items]
    counts = {key: keys.count(key) for key in set(keys)}
    totals = {language: sum(n for (other, _), n in counts.items() if other == language) for language, _ in counts}
    return np.array([totals[language] / (3 * counts[language, tone]) for language, tone in keys], np.float32)


def train(what: Lesson, vectors: Floats) -> tuple[Floats, Floats]:
    """Weights (3, BUCKETS) and bias (3,). N-grams count by their rarity (inverse document frequency), folded in.

    vectors   what the teacher's encoder makes of `what.texts()`; shape (texts, 512)
    """
    texts = what.texts()
    labelled = len(what.items)
    x = features(texts)
    scale = rarity(x)
    x = sp.csr_matrix(x @ sp.diags(scale), dtype=np.float32)
    truth = np.array([item.tone for item in what.items])
    weights = balanced(what.items)
    people = np.eye(3, dtype=np.float32)[truth]

    table, bias = learn(x[:labelled], people, weights, FIRST)
    teacher = scores(vectors[:labelled], truth, weights, vectors)
    both = (teacher + x @ table + bias) / 2
    soft = np.concatenate([(1 - TRUST) * people + TRUST * _odds(teacher[:labelled]), _odds(SHARPER * both[labelled:])])
    languages = np.array([one.language for one in what.pieces])
    pieces_from = len(texts) - len(languages)
    for language in sorted(set(languages.tolist())):
        rows = pieces_from + np.flatnonzero(languages == language)
        soft[rows] = _evened(soft[rows])
    weights = np.concatenate([weights, np.ones(len(texts) - labelled, np.float32)])
    table, bias = learn(x, soft.astype(np.float32), weights, SECOND)
    return np.asarray(table.T * scale), bias


def rarity(x: sp.csr_matrix) -> Floats:
    found_in = np.bincount(x.indices, minlength=x.shape[1])
    rare = np.log((x.shape[0] + 1) / (found_in + 1)) + 1
    return np.asarray(rare / rare[found_in > 1].mean(), dtype=np.float32)


def _evened(soft: Floats) -> Floats:
    """The same with the three tones equally common in the mean: in some languages the teacher shies from a word."""
    for _ in range(EVENINGS):
        soft = soft / soft.mean(axis=0)
        soft = soft / soft.sum(axis=1, keepdims=True)
    return soft


def _odds(scores: NDArray[np.floating]) -> Floats:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def temperature(table: Floats, bias: Floats, items: Sequence[Labelled]) -> float:
    """What the scores are multiplied with so that they are as sure as they are right (Guo et al. 2017)."""
    found = features([item.text for item in items]) @ table.T + bias
    truth, weights = [item.tone for item in items], balanced(items)

    def loss(factor: float) -> float:
        return float(-np.sum(weights * np.log(_odds(factor * found)[np.arange(len(items)), truth])))

    return round(float(minimize_scalar(loss, bounds=(0.3, 3), method="bounded").x), 2)


def quantised(weights: Floats, bias: Floats) -> bytes:
    """The content of tone.npz: one signed byte per weight, and what a step of it is worth."""
    scale = float(f"{np.quantile(np.abs(weights[weights != 0]), CLIP) / 127:.4g}")  # rounded: machines add differently
    table = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    file = io.BytesIO()
    bias = (bias - bias.mean()).astype(np.float64).round(3)
    np.savez_compressed(file, table=table, scale=np.full(3, scale), bias=bias, families=np.array(FAMILIES))
    return file.getvalue()


def report(content: bytes, items: Sequence[Labelled]) -> str:
    """Average recall in English, macro-F1 in the mean of the other languages."""
    model = tone.load(content)
    figures = {}
    for language in sorted({item.language for item in items}):
        part = [item for item in items if item.language == language]
        found = tone.probabilities([item.text for item in part], model)
        labels = [str(item.tone) for item in part]
        figures[language] = judge(labels, found.argmax(axis=1).astype(str).tolist(), found.max(axis=1).tolist())
    others = np.mean([one.macro_f1 for language, one in figures.items() if language != "en"])
    return f"English average recall {figures['en'].average_recall:.4f}, other languages macro-F1 {others:.4f}"


def main() -> None:
    trial, whole = lesson(development=True), lesson(development=False)
    parts = pieces(whole.items)
    trial, whole = trial.with_pieces(parts), whole.with_pieces(parts)
    texts = sorted({*trial.texts(), *whole.texts()})
    vectors, place = embeddings(texts), {text: index for index, text in enumerate(texts)}

    table, bias = train(trial, vectors[[place[text] for text in trial.texts()]])
    items = development_items()
    factor = temperature(table, bias, items)
    sys.stdout.write(f"development: temperature {factor}, {report(quantised(table * factor, bias * factor), items)}\n")
    if "--development" in sys.argv:
        return
    table, bias = train(whole, vectors[[place[text] for text in whole.texts()]])
    content = quantised(table * factor, bias * factor)
    MODEL.write_bytes(content)
    texts_read = f"{len(whole.items)} labelled texts, {len(whole.others)} others, {len(parts)} pieces"
    sys.stdout.write(f"{texts_read}, {len(content) / 1e6:.2f} MB, {tone.load(content).version}\n")


if __name__ == "__main__":
    main()
