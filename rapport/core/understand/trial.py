"""Try a head on labels that it has not seen: does it read better than the default reader, and how sure is that?

Only labels that were drawn by chance may judge. People correct rather what was wrong than what was right; on what they
chose, the default reader is wrong by construction, and any head would win.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rapport.core.types import Estimate, NotEnough, Tone
from rapport.core.understand import head
from rapport.core.understand.teaching import TONES, Example, teach

FEWEST = 200
"""Labels drawn by chance that a trial takes."""
FEWEST_OF_ONE = 10
"""Of each tone, among those that judge."""
CUTS = (0.4, 0.6, 0.8, 1.0)
"""Shares of the drawn labels, in the order of time: what lies between two cuts is read by a head that learned from all
labels before it."""
AGAIN = 2_000
LEVEL = 0.95
NAMES = ("negative", "neutral", "positive")

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readers on the same labels.

    default, head       macro-F1 of each, with its interval
    gain                by how much the head's is higher
    recall              the head's average recall: a third for whoever knows nothing, however common each tone is
    only_default_right, only_head_right, both_right   labels, the rest both read wrongly
    """

    default: Estimate
    head: Estimate
    gain: Estimate
    recall: Estimate
    both_right: int
    only_default_right: int
    only_head_right: int

    @property
    def n(self) -> int:
        return self.gain.n

    @property
    def won(self) -> bool:
        """It reads better, and it knows something at all: a head that only learned how common each tone is gains in
        macro-F1 where labels mean nothing."""
        return self.gain.low > 0 and self.recall.low > 1 / TONES


def try_out(examples: Sequence[Example], rng: np.random.Generator) -> Comparison | NotEnough:
    """How a head does that learns from these examples, each judged by one that learned from earlier ones only.

    examples   in the order of time, the oldest first; only those with a chance judge, all teach
    rng        draws the labels again, for the interval

    A NotEnough names what is lacking: drawn labels, or those of one tone.
    """
    drawn = [place for place, one in enumerate(examples) if one.chance > 0]
    if len(drawn) < FEWEST:
        return NotEnough(len(drawn), FEWEST, "drawn labels")
    cuts = [round(share * len(drawn)) for share in CUTS]
    judged, said = drawn[cuts[0] :], list[Tone]()
    of_tone = np.bincount([examples[place].label for place in judged], minlength=TONES)
    if of_tone.min() < FEWEST_OF_ONE:
        return NotEnough(
            int(of_tone.min()), FEWEST_OF_ONE, f"{NAMES[of_tone.argmin()]} ones among the labels that judge"
        )
    for first, last in pairwise(cuts):
        learned = head.load(teach(examples[: drawn[first]]))
        some = [examples[place] for place in drawn[first:last]]
        said += head.apply([one.text for one in some], [one.default for one in some], learned)
    there = [examples[place] for place in judged]
    return compare(
        [one.label for one in there], [one.default for one in there], said, [one.chance for one in there], rng
    )


def compare(
    labels: Sequence[int],
    default: Sequence[Tone],
    of_head: Sequence[Tone],
    chances: Sequence[float],
    rng: np.random.Generator,
) -> Comparison:
    """The default reader and a head on labels that neither learned from.

    labels    0 negative, 1 neutral, 2 positive; at least one
    chances   how likely each was drawn, above 0: what was less likely stands for more

    The intervals are percentiles over AGAIN draws of the same labels, for both readers at once (Efron and Tibshirani
    (1993), An introduction to the bootstrap, chapter 13).

    >>> right, wrong = Tone(0.8, 0.1, 0.1), Tone(0.1, 0.8, 0.1)
    >>> found = compare([0] * 50, [wrong] * 50, [right] * 50, [0.1] * 50, np.random.default_rng(1))
    >>> found.only_head_right, found.gain.value.__round__(2), found.won
    (50, 0.33, True)
    """
    truth = np.asarray(labels, dtype=np.intp)
    first, second = (np.array([NAMES.index(one.label) for one in tones], dtype=np.intp) for tones in (default, of_head))
    stands_for = 1 / np.asarray(chances, dtype=np.float64)
    cells = (truth * TONES + first) * TONES + second
    counts = _counts(cells, stands_for / stands_for.mean(), rng).reshape(
        -1, TONES, TONES, TONES
    )  # draw, truth, default, head
    of_default, of_second = counts.sum(axis=3), counts.sum(axis=2)
    scores = _macro_f1(of_default), _macro_f1(of_second)
    right = first == truth, second == truth
    return Comparison(
        _estimate(scores[0], len(truth)),
        _estimate(scores[1], len(truth)),
        _estimate(scores[1] - scores[0], len(truth)),
        _estimate(_recall(of_second), len(truth)),
        both_right=int(np.sum(right[0] & right[1])),
        only_default_right=int(np.sum(right[0] & ~right[1])),
        only_head_right=int(np.sum(~right[0] & right[1])),
    )


def _counts(cells: Labels, stands_for: Floats, rng: np.random.Generator) -> Floats:
    """How much lies in each cell: of the labels as they are, then of labels drawn again with putting back."""
    n = len(cells)
    draws = [np.arange(n), *(rng.integers(0, n, n) for _ in range(AGAIN))]
    return np.stack([np.bincount(cells[drawn], stands_for[drawn], minlength=TONES**3) for drawn in draws])


def _macro_f1(confusion: Floats) -> Floats:
    """Of tables (draws, truth, said); a tone that neither is there nor was said counts 0."""
    right = np.einsum("dcc->dc", confusion)
    both = confusion.sum(axis=1) + confusion.sum(axis=2)
    return np.asarray((2 * right / np.where(both > 0, both, 1)).mean(axis=1))


def _recall(confusion: Floats) -> Floats:
    """The mean over the tones that are there."""
    there = confusion.sum(axis=2)
    recall = np.einsum("dcc->dc", confusion) / np.where(there > 0, there, 1)
    return np.asarray(recall.sum(axis=1) / np.maximum((there > 0).sum(axis=1), 1))


def _estimate(values: Floats, n: int) -> Estimate:
    """The first is of the labels as they are, the others of those drawn again."""
    low, high = np.quantile(values[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(values[0]), float(low), float(high), n, f"{LEVEL:.0%} paired bootstrap over labels")
