"""Makes rapport/core/understand/models/kind.npz: python training/kind.py

First the signs are weighed (how a text sounds, cues, how it begins): they mean the same in every domain and language.
Then the n-grams learn what the signs leave open. How sure the reader is, and from where on it says so, is chosen on
texts of sources that the weights had not seen: each source is left out once. What those weights do on the test part of
the source that was left out is written to training/kind_elsewhere.json, for the card.
"""

from __future__ import annotations

import io
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from rapport.core.understand import kind
from rapport.core.understand.evaluation import average_precision, judge_sets
from rapport.core.understand.grams import BATCH, FAMILIES, grams
from rapport.core.understand.kind import LEARNED, SIGNS
from training.kinds import Kinded, parts, questioned
from training.student import SEEDS, Pace, learn_each
from training.tone import features, rarity

MODEL = Path(kind.__file__).parent / "models" / "kind.npz"
ELSEWHERE = Path(__file__).with_name("kind_elsewhere.json")
PACE = Pace()
SIGNS_C = 0.1
FOLDS = 3
GRID = np.arange(0.04, 0.96, 0.02)
FEWEST = 10
"""Texts of a kind that a source needs to be counted."""
BETA = {"complaint": 2.0, "question": 0.5, "praise": 0.5, "idea": 0.5, "lead": 0.5}
"""How much more finding all counts than being right; 1 where nothing is said. A complaint that is missed costs more
than one that is none. Praise, an idea or a lead that is none takes the time of people who have other things to do; and
most questions have their mark."""
MADE = ("patterns of a shop",)
"""Made by a machine: learned from, but how sure the reader is was not chosen on them."""
CLIP = 0.9999
"""The share of weights that one signed byte tells apart; the few beyond are cut to the largest."""

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts as numbers.

    x        n-grams; shape (texts, BUCKETS)
    signs    shape (texts, signs)
    truth    1 where a text is of the kind; shape (texts, kinds)
    known    whether anything is known of it; shape (texts, kinds)
    sources  shape (texts,)
    folds    in which of FOLDS parts a text is, by a hash; shape (texts,)
    """

    x: sp.csr_matrix
    signs: Floats
    truth: Floats
    known: Bools
    sources: NDArray[np.str_]
    folds: NDArray[np.int64]

    def of(self, rows: Bools) -> Lesson:
        return Lesson(
            self.x[rows], self.signs[rows], self.truth[rows], self.known[rows], self.sources[rows], self.folds[rows]
        )


@dataclass(frozen=True, slots=True)
class Linear:
    """What was learned; a column each kind."""

    signs: Floats
    table: Floats
    bias: Floats

    def scores(self, lesson: Lesson) -> Floats:
        return np.asarray(lesson.x @ self.table + lesson.signs @ self.signs + self.bias, dtype=np.float32)


def lesson(items: Sequence[Kinded]) -> Lesson:
    truth, known = np.zeros((len(items), len(LEARNED)), np.float32), np.zeros((len(items), len(LEARNED)), bool)
    for row, item in enumerate(items):
        for name, is_one in item.marks.items():
            truth[row, LEARNED.index(name)], known[row, LEARNED.index(name)] = is_one, True
    texts = [item.text for item in items]
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    signs = np.concatenate([kind.signs(batch, grams(batch)) for batch in batches]).astype(np.float32)
    folds = np.array([zlib.crc32(text.encode("utf-8", "replace")) % FOLDS for text in texts])
    return Lesson(features(texts), signs, truth, known, np.array([item.source for item in items]), folds)


def weighed(what: Lesson) -> Floats:
    """How much each text counts for each kind: a source of many texts more than one of few, but not in proportion.

    Half of what is not of a kind is from the sources that have texts of it: beside those it shows what the kind is,
    from elsewhere only what the source is.
    """
    weights = np.zeros(what.truth.shape, np.float32)
    for k in range(len(LEARNED)):
        yes, no = (what.known[:, k] & (what.truth[:, k] == label) for label in (1, 0))
        if not (yes.any() and no.any()):
            continue
        having = np.isin(what.sources, np.unique(what.sources[yes]))
        mass = max(1.0, no.sum() / yes.sum() / 2) ** 0.5 * yes.sum()
        for side, total in ((yes, mass), (no & having, no.sum() / 2), (no & ~having, no.sum() / 2)):
            for source in np.unique(what.sources[side]):
                rows = side & (what.sources == source)
                weights[rows, k] = rows.sum() ** -0.5
            if side.any():
                weights[side, k] *= total / weights[side, k].sum()
    return weights


def fit(what: Lesson, seeds: Sequence[int]) -> Linear:
    weights = weighed(what)
    signs, bias = np.zeros((len(SIGNS), len(LEARNED)), np.float32), np.full(len(LEARNED), -9, np.float32)
    for k in range(len(LEARNED)):
        rows = what.known[:, k]
        if len(np.unique(what.truth[rows, k])) == 2:
            model = LogisticRegression(C=SIGNS_C, max_iter=300)
            model.fit(what.signs[rows], what.truth[rows, k], sample_weight=weights[rows, k])
            signs[:, k], bias[k] = model.coef_[0], model.intercept_[0]
    scale = rarity(what.x)
    x = sp.csr_matrix(what.x @ sp.diags(scale), dtype=np.float32)
    known = (what.signs @ signs + bias).astype(np.float32)
    table, more = learn_each(x, what.truth, weights, known, PACE, seeds)
    return Linear(signs, table * scale[:, None], bias + more)


def unseen(what: Lesson, held: Lesson) -> tuple[Floats, Floats, Floats]:
    """Scores by weights that had not seen the text: elsewhere, alike, and elsewhere for the texts that are held out.

    elsewhere   nothing of its source was learned from; no number where no other source has texts of the kind
    alike       all but a part of each source was learned from
    """
    elsewhere, alike, kept = (np.full(one.truth.shape, np.nan, np.float32) for one in (what, what, held))
    several = np.array([len(np.unique(what.sources[what.truth[:, k] == 1])) > 1 for k in range(len(LEARNED))])
    for source in np.unique(what.sources):
        model = fit(what.of(what.sources != source), SEEDS[:1])
        for one, into in ((what, elsewhere), (held, kept)):
            rows = one.sources == source
            into[rows] = np.where(several, model.scores(one.of(rows)), np.nan)
    for fold in range(FOLDS):
        rows = what.folds == fold
        alike[rows] = fit(what.of(~rows), SEEDS[:1]).scores(what.of(rows))
    return elsewhere, alike, kept


def settled(what: Lesson, views: Sequence[Floats]) -> tuple[Floats, Floats, Floats]:
    """Per kind what scores are multiplied with, what is added so that they are log odds (Platt 1999), and a threshold.

    A kind of which there is no text is never found. Each source counts alike in each view, however many texts it has.
    """
    slopes, shifts, thresholds = np.ones(len(LEARNED)), np.zeros(len(LEARNED)), np.ones(len(LEARNED))
    for k, name in enumerate(LEARNED):
        sets = list(_seen(what, views, k))
        scores = np.concatenate([scores for scores, _, _ in sets])[:, None]
        truth = np.concatenate([truth for _, truth, _ in sets])
        if not truth.any():
            continue
        weights = np.concatenate([np.full(len(truth), 1e4 / len(truth)) for _, truth, _ in sets])
        model = LogisticRegression(C=1e3).fit(scores, truth, sample_weight=weights)
        slopes[k], shifts[k] = model.coef_[0, 0], model.intercept_[0]
        sure = [(_odds(slopes[k] * scores + shifts[k]), truth, cues) for scores, truth, cues in sets]
        merits = [_merit(sure, threshold, BETA.get(name, 1.0)) for threshold in GRID]
        thresholds[k] = GRID[int(np.argmax(merits))]
    return slopes, shifts, thresholds


def _seen(what: Lesson, views: Sequence[Floats], k: int) -> Iterator[tuple[Floats, Bools, Bools]]:
    """Scores, truth, and whether a cue says it outright: of each source in each view."""
    cues = what.signs[:, SIGNS.index(LEARNED[k])] > 0
    for view in views:
        for source in np.unique(what.sources):
            rows = (what.sources == source) & what.known[:, k] & np.isfinite(view[:, k])
            if source not in MADE and rows.any():
                yield view[rows, k], what.truth[rows, k] == 1, cues[rows]


def _merit(sets: Sequence[tuple[Floats, Bools, Bools]], threshold: float, beta: float) -> float:
    """Mean F-beta, over the sources that have texts of the kind, of what is found from a probability on or by a cue.

    Beside the texts of such a source stand as many from sources that have none: nobody hears of one thing alone.
    """
    found = [(truth, (sure >= threshold) | cues) for sure, truth, cues in sets]
    alarms = np.mean([said.mean() for truth, said in found if truth.sum() < FEWEST] or [0.0])
    merits = []
    for truth, said in found:
        if (of_kind := int(truth.sum())) >= FEWEST:
            everything = said.sum() + alarms * len(truth)
            merits.append((1 + beta**2) * (said & truth).sum() / (beta**2 * of_kind + everything))
    return float(np.mean(merits))


def _odds(scores: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-scores)))


def elsewhere_rows(what: Lesson, held: Lesson, views: Sequence[Floats], kept: Floats) -> Iterator[dict[str, object]]:
    """What is found in the test part of each source by weights, calibration and threshold that never saw the source."""
    for source in np.unique(what.sources):
        others = what.sources != source
        slopes, shifts, thresholds = settled(what.of(others), [view[others] for view in views])
        for k, name in enumerate(LEARNED):
            rows = (held.sources == source) & held.known[:, k] & np.isfinite(kept[:, k])
            truth = held.truth[rows, k] == 1
            if truth.sum() < FEWEST:
                continue
            sure = _odds(slopes[k] * kept[rows, k] + shifts[k])
            found = (sure >= thresholds[k]) | (held.signs[rows, SIGNS.index(name)] > 0)
            figures = judge_sets(*([{name} if one else set() for one in side] for side in (truth, found))).per_class[
                name
            ]
            yield {
                "kind": name,
                "source": str(source),
                "texts": len(truth),
                "of_kind": figures.texts,
                "precision": _rounded(figures.precision),
                "recall": _rounded(figures.recall),
                "f1": _rounded(figures.f1),
                "average_precision": _rounded(average_precision(truth, sure)),
            }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def quantised(model: Linear, slopes: Floats, shifts: Floats, thresholds: Floats) -> bytes:
    """The content of kind.npz: one signed byte per weight, what a step of it is worth, and the few others as such."""
    table, signs, bias = model.table.T * slopes[:, None], model.signs * slopes, model.bias * slopes + shifts
    steps = [np.quantile(np.abs(row[row != 0]), CLIP) / 127 if row.any() else 1.0 for row in table]
    scale = np.array([float(f"{step:.4g}") for step in steps])  # rounded: machines add differently
    file = io.BytesIO()
    np.savez_compressed(
        file,
        table=np.clip(np.round(table / scale[:, None]), -127, 127).astype(np.int8),
        scale=scale,
        sign_weights=signs.astype(np.float64).round(3),
        bias=bias.astype(np.float64).round(3),
        thresholds=thresholds.astype(np.float64).round(2),
        families=np.array(FAMILIES),
        signs=np.array(SIGNS),
        kinds=np.array(LEARNED),
    )
    return file.getvalue()


def main() -> None:
    train, test = (lesson([questioned(item) for item in items]) for items in parts())
    elsewhere, alike, kept = unseen(train, test)
    views = (elsewhere, alike)
    rows = sorted(elsewhere_rows(train, test, views, kept), key=lambda row: LEARNED.index(str(row["kind"])))
    ELSEWHERE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    content = quantised(fit(train, SEEDS), *settled(train, views))
    MODEL.write_bytes(content)
    thresholds = dict(zip(LEARNED, kind.load(content).thresholds.tolist()))
    sys.stdout.write(f"{len(train.sources):,} texts, {len(content) / 1e6:.2f} MB, {thresholds}\n")


if __name__ == "__main__":
    main()
