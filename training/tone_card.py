"""The card of the reader of tone. VADER (vaderSentiment) stands beside it, and is needed here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill

import numpy as np
from numpy.typing import NDArray
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from rapport.core.understand import tone
from rapport.core.understand.evaluation import Evaluation, judge
from training.data import FURTHER, TONES, UNTOUCHED, Labelled, overlap, semeval, semeval_names, umsab, us_airline
from training.pace import speed

Figures = NDArray[np.float64]


def tone_card(texts: Sequence[str]) -> str:
    tests = _tests()
    judged = {name: _both(items) for name, items in tests.items()}
    rows = [
        f"| {name} | {len(tests[name]):,} | {ours.average_recall:.3f} | {ours.macro_f1:.3f} | {ours.accuracy:.3f} "
        f"| {ours.expected_calibration_error:.3f} | {vaders.average_recall:.3f} | {vaders.macro_f1:.3f} |"
        for name, (ours, vaders) in judged.items()
    ]
    others = [both for name, both in judged.items() if "UMSAB" in name]
    mean_ours, mean_vader = (np.mean([both[which].macro_f1 for both in others]) for which in (0, 1))
    return f"""# Tone: {tone.version()}

Three probabilities: negative, neutral, positive. Multinomial logistic regression on hashed word and character n-grams,
one signed byte per weight. Made by `training/tone.py`: a slow teacher (a multilingual sentence encoder with a head,
joined with a first set of n-gram weights) reads texts that nobody labelled, and the weights are learned from people's
labels and from what the teacher says. Only hashed weights are kept; no text.

**Made from** (labelled) SemEval 2013-2016 subtask A less twitter-2016test-A (Twitter's terms); the training and
validation parts of UMSAB (Apache-2.0 for the collection, Twitter's terms for the tweets); and in English Sanders'
corpus (no licence stated), the health care reform set (Apache-2.0 for the collection), SentiStrength's 4242 tweets (no
licence stated), the tweets that people rated for VADER (MIT) and TweetEval's emotions ("without any restrictions",
Twitter's terms). Without labels: TweetEval's irony, offence and stance, CrisisLexT6 (MIT), the texts of the GOP debate
set (no licence stated). The teacher's encoder is Google's Universal Sentence Encoder, multilingual (Apache-2.0).

**Kept out of the training**: every text of the tests below. Two texts are the same when their letters are, whatever
stands between them, or the first fifty of them. So many were found in the sources, and taken out:
{_taken_out()}.

| tested on | texts | average recall | macro-F1 | accuracy | calibration error | VADER: recall | VADER: macro-F1 |
|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}
| mean of seven languages, UMSAB | | | {mean_ours:.3f} | | | | {mean_vader:.3f} |

Speed on one core: about {speed(tone.tones_of, texts):,} texts a second (VADER: {speed(vader, texts[:2000]):,}).

**What it confuses** (share of the texts of a tone that are read as another)

| tested on | {" | ".join(f"{true} read as {found}" for true, found in _CONFUSIONS)} |
|---|{"---|" * len(_CONFUSIONS)}
{chr(10).join(f"| {name} | {' | '.join(_shares(ours))} |" for name, (ours, _) in judged.items())}

**Known failures**
- VADER knows English only; the other rows show what happens when it is used all the same.
- The probabilities presume that the three tones are equally common. Where they are not, counts of labels are wrong by
  many points: show them as uncorrected.
- Irony, and blame that is told without a word of blame ("third day without my bag"), are read as neutral or positive.
- Hindi was learned and tested in Latin script only. Other languages than these eight are read by their emoji and loan
  words alone.
"""


_CONFUSIONS = [(true, found) for true in TONES for found in TONES if true != found]


def vader(texts: Sequence[str]) -> Figures:
    """VADER's label as a row with a single 1, by the thresholds that its authors give."""
    analyzer = SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    return np.eye(3)[np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1))]


def _tests() -> dict[str, list[Labelled]]:
    other = list(umsab("test"))
    return {
        "English, SemEval twitter-2016test-A": list(semeval(UNTOUCHED)),
        "English, airlines (another domain)": list(us_airline()),
    } | {
        f"{code}, UMSAB test": [item for item in other if item.language == code]
        for code in sorted({item.language for item in other})
    }


def _taken_out() -> str:
    """The sources that share texts with a test, and how many."""
    tests = [item for items in _tests().values() for item in items]
    sources = {name.rpartition("-A.")[0]: semeval(name) for name in semeval_names()}
    sources |= {f"UMSAB {part}": umsab(part) for part in ("train", "val")} | {k: read() for k, read in FURTHER.items()}
    counts = {name: overlap(items, tests) for name, items in sources.items()}
    return fill(", ".join(f"{count} of {name}" for name, count in counts.items() if count), 119)


def _both(items: Sequence[Labelled]) -> tuple[Evaluation, Evaluation]:
    texts, truth = [item.text for item in items], [TONES[item.tone] for item in items]
    ours = np.array([(t.negative, t.neutral, t.positive) for t in tone.tones_of(texts)])
    return judge(truth, _labels(ours), ours.max(axis=1).tolist()), judge(truth, _labels(vader(texts)))


def _labels(rows: Figures) -> list[str]:
    return [TONES[index] for index in rows.argmax(axis=1)]


def _shares(figures: Evaluation) -> Iterator[str]:
    for true, found in _CONFUSIONS:
        yield f"{figures.confusion[true].get(found, 0) / figures.per_class[true].texts:.2f}"
