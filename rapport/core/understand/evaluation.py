"""How well a reader does on labelled texts. Each figure is defined here once: cards, benchmarks and the command use it.

A text may be of several classes (kinds, sorts of private data) or of exactly one (tone, language, spam).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rapport.core.types import Private

BINS = 15
NOTHING = "nothing"
"""Stands in the confusion for a text of no class."""
COVERED = 0.8
"""The share of a span's characters that must be found for the span to count as found."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How one class was told from the others; None where nothing was there to divide by.

    precision   of what was found, the share that is right
    recall      of what is there, the share that was found
    f1          their harmonic mean
    texts       how many are of this class (spans, where spans are judged)
    found       how many were found
    """

    precision: float | None
    recall: float | None
    f1: float
    texts: int
    found: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures over all texts.

    average_recall      mean over the classes that occur among the labels, each counting alike however rare
    macro_f1            the same for F1
    accuracy            share of texts of which exactly the right classes were found
    expected_calibration_error   how far confidence and rightness are apart (0: one may believe it); None without
                        confidences
    per_class           by class, those of the labels and those that were found
    confusion           label -> what was found in its place -> how many texts
    """

    average_recall: float
    macro_f1: float
    accuracy: float
    expected_calibration_error: float | None
    per_class: Mapping[str, ClassFigures]
    confusion: Mapping[str, Mapping[str, int]]


def judge(truth: Sequence[str], found: Sequence[str], confidence: Sequence[float] | None = None) -> Evaluation:
    """Figures for texts of one class each.

    truth        the label of each text
    found        what the reader said of it
    confidence   how sure it was of that, between 0 and 1

    Raises ValueError when there is no text, or the arguments differ in length.

    >>> figures = judge(["good", "good", "bad", "bad"], ["good", "bad", "bad", "bad"], [0.9, 0.6, 0.8, 0.7])
    >>> figures.average_recall, figures.accuracy, figures.confusion["good"]["bad"]
    (0.75, 0.75, 1)
    """
    return judge_sets([{one} for one in truth], [{one} for one in found], confidence)


def judge_sets(
    truth: Sequence[Collection[str]], found: Sequence[Collection[str]], confidence: Sequence[float] | None = None
) -> Evaluation:
    """The same for texts that may be of several classes, or of none.

    In the confusion a class that was missed stands beside each class that was found wrongly in the same text.

    >>> judge_sets([{"question", "delivery"}, {"praise"}], [{"question"}, {"praise"}]).average_recall.__round__(2)
    0.67
    """
    if not truth:
        raise ValueError("no labelled text")
    if len(found) != len(truth) or (confidence is not None and len(confidence) != len(truth)):
        raise ValueError(f"{len(truth)} labels, but {len(found)} readings")
    pairs = [(set(true), set(said)) for true, said in zip(truth, found)]
    there = Counter(name for true, _ in pairs for name in true)
    said = Counter(name for _, said in pairs for name in said)
    right = Counter(name for true, said in pairs for name in true & said)
    per_class = {name: _figures(there[name], said[name], right[name], right[name]) for name in sorted(there | said)}
    exact = [true == said for true, said in pairs]
    labelled = [per_class[name] for name in sorted(there)]
    return Evaluation(
        average_recall=_mean([one.recall or 0.0 for one in labelled]),
        macro_f1=_mean([one.f1 for one in labelled]),
        accuracy=sum(exact) / len(exact),
        expected_calibration_error=None if confidence is None else calibration_error(confidence, exact),
        per_class=per_class,
        confusion=_confusion(pairs),
    )


def judge_spans(truth: Sequence[Sequence[Private]], found: Sequence[Sequence[Private]]) -> dict[str, ClassFigures]:
    """Figures per kind of private data, counted in spans.

    A span counts as found when COVERED of its characters lie in found spans of its kind; a found one counts as right
    when it touches a true one of its kind.

    >>> judge_spans([[Private(0, 10, "card")]], [[Private(0, 9, "card"), Private(20, 30, "card")]])["card"].precision
    0.5
    """
    there, said, hit, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for true, parts in zip(truth, found, strict=True):
        for span in true:
            there[span.kind] += 1
            hit[span.kind] += _covered(span, parts) >= COVERED * (span.end - span.start)
        for part in parts:
            said[part.kind] += 1
            right[part.kind] += any(_shared(span, part) and span.kind == part.kind for span in true)
    return {name: _figures(there[name], said[name], hit[name], right[name]) for name in sorted(there | said)}


def calibration_error(confidence: ArrayLike, right: ArrayLike) -> float:
    """Expected calibration error over BINS bins of equal width, between 0 and 1.

    Source: C. Guo et al. (2017), On calibration of modern neural networks.

    >>> calibration_error([0.8] * 5, [True, True, True, True, False]).__round__(6)
    0.0
    """
    sure, true = np.asarray(confidence, dtype=float), np.asarray(right, dtype=bool)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(sure[bins == b].mean() - true[bins == b].mean()) * np.mean(bins == b) for b in set(bins.tolist())]
    return float(np.sum(gaps))


def average_precision(truth: ArrayLike, scores: ArrayLike) -> float:
    """The area under precision and recall, between 0 and 1: the mean precision down to each text that is of the class.

    truth    whether each text is of the class
    scores   what speaks for it; only their order means something

    0 when no text is of the class.

    >>> average_precision([True, False, True], [0.9, 0.8, 0.7]).__round__(3)
    0.833
    """
    right = np.asarray(truth, dtype=bool)[np.argsort(-np.asarray(scores, dtype=float), kind="stable")]
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float(precision[right].mean()) if right.any() else 0.0


def _figures(there: int, said: int, hit: int, right: int) -> ClassFigures:
    """`hit`: how many of those that are there were found; `right`: how many of those found are there."""
    precision = right / said if said else None
    recall = hit / there if there else None
    both = (precision or 0.0) + (recall or 0.0)
    f1 = 2 * (precision or 0.0) * (recall or 0.0) / both if both else 0.0
    return ClassFigures(precision, recall, f1, there, said)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _confusion(pairs: Sequence[tuple[set[str], set[str]]]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for true, said in pairs:
        for name in sorted(true) or [NOTHING]:
            instead = [name] if name in said else sorted(said - true) or [NOTHING]
            counts.setdefault(name, Counter()).update(instead)
    return {name: dict(sorted(found.items())) for name, found in sorted(counts.items())}


def _shared(one: Private, other: Private) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _covered(span: Private, parts: Sequence[Private]) -> int:
    """Found spans do not overlap, so that what they cover adds up."""
    return sum(_shared(span, part) for part in parts if part.kind == span.kind)
