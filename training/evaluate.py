"""Judges the readers and writes their cards: python training/evaluate.py

The figures in docs/reference/readers/ come from here and are never typed. VADER (vaderSentiment) stands beside the tone
reader in the same run; it is needed here and nowhere else.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from data import TONES, UNTOUCHED, Labelled, data_folder, semeval, umsab, us_airline
from language_card import language_card
from numpy.typing import NDArray
from pace import speed
from private_card import private_card
from spam_card import spam_card
from urgency_card import urgency_card
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from rapport.core.understand import kind, read, tone
from rapport.core.understand.evaluation import Evaluation, judge

CARDS = Path(__file__).resolve().parents[1] / "docs" / "reference" / "readers"
Figures = NDArray[np.float64]


def score(probabilities: Figures, truth: Sequence[int], *, calibrated: bool = True) -> Evaluation:
    """Probabilities have the shape (texts, 3); `truth` holds indices into TONES."""
    found = [TONES[index] for index in probabilities.argmax(axis=1)]
    confidence = probabilities.max(axis=1).tolist() if calibrated else None
    return judge([TONES[index] for index in truth], found, confidence)


def vader(texts: Sequence[str]) -> Figures:
    """VADER's label as a row with a single 1, by the thresholds that its authors give."""
    analyzer = SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    return np.eye(3)[np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1))]


def our_tone(texts: Sequence[str]) -> Figures:
    return np.array([(t.negative, t.neutral, t.positive) for t in tone.tones_of(texts)])


def tone_card(texts: Sequence[str]) -> str:
    tests = {
        "English, SemEval twitter-2016test-A": list(semeval(UNTOUCHED)),
        "English, airlines (another domain)": list(us_airline()),
    }
    other = list(umsab("test"))
    for code in sorted({item.language for item in other}):
        tests[f"{code}, UMSAB test"] = [item for item in other if item.language == code]
    rows, f1 = [], {"ours": [], "vader": []}
    for name, items in tests.items():
        ours, vaders = _both(items)
        rows.append(
            f"| {name} | {len(items):,} | {ours.average_recall:.3f} | {ours.macro_f1:.3f} | {ours.accuracy:.3f} "
            f"| {ours.expected_calibration_error:.3f} | {vaders.average_recall:.3f} | {vaders.macro_f1:.3f} |"
        )
        if "UMSAB" in name:
            f1["ours"].append(ours.macro_f1)
            f1["vader"].append(vaders.macro_f1)
    mean_ours, mean_vader = np.mean(f1["ours"]), np.mean(f1["vader"])
    return f"""# Tone: {tone.version()}

Three probabilities: negative, neutral, positive. Multinomial logistic regression on hashed word and character n-grams,
one signed byte per weight. Made by `training/tone.py`.

**Made from** SemEval 2013-2016 subtask A less twitter-2016test-A (English; the tweets stand under Twitter's terms, the
annotations under CC BY 3.0), and the training and validation parts of UMSAB (Apache-2.0 for the collection,
Twitter's terms for the tweets). Only hashed weights are kept; no text.

| tested on | texts | average recall | macro-F1 | accuracy | calibration error | VADER: recall | VADER: macro-F1 |
|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}
| mean of seven languages, UMSAB | | | {mean_ours:.3f} | | | | {mean_vader:.3f} |

Speed on one core: about {speed(tone.tones_of, texts):,} texts a second (VADER: {speed(vader, texts[:2000]):,}).

**Known failures**
- VADER knows English only; the other rows show what happens when it is used all the same.
- The probabilities presume that the three tones are equally common. Where they are not, counts of labels are wrong by
  many points: show them as uncorrected.
- Irony, and blame that is told without a word of blame ("third day without my bag"), are read as neutral or positive.
- Hindi was learned and tested in Latin script only. Other languages than these eight are read by their emoji and loan
  words alone.
"""


def _both(items: Sequence[Labelled]) -> tuple[Evaluation, Evaluation]:
    texts, truth = [item.text for item in items], [item.tone for item in items]
    return score(our_tone(texts), truth), score(vader(texts), truth, calibrated=False)


def kind_card(texts: Sequence[str]) -> str:
    with (data_folder() / "us_airline" / "Tweets.csv").open(encoding="utf-8", newline="") as file:
        airline = list(csv.DictReader(file))
    sms = [
        line.split("\t", 1)
        for line in (data_folder() / "sms_spam" / "SMSSpamCollection").read_text("utf-8").splitlines()
    ]
    said = [row["text"] for row in airline]
    late = ("Late Flight", "Cancelled Flight", "Lost Luggage", "Damaged Luggage")
    rows = [
        _kind_row("delivery", "airline tweets, reason late, cancelled or luggage", said,
                  [row["negativereason"] in late for row in airline]),
        _kind_row("complaint", "airline tweets, tone negative", said,
                  [row["airline_sentiment"] == "negative" for row in airline]),
        _kind_row("praise", "airline tweets, tone positive", said,
                  [row["airline_sentiment"] == "positive" for row in airline]),
        _kind_row("spam", "SMS, label spam", [text for _, text in sms], [label == "spam" for label, _ in sms]),
    ]  # fmt: skip
    return f"""# Kind: {kind.VERSION}

{", ".join(kind.KINDS)}: rules, not a model. A message is of a kind when it holds one of that kind's cues
(`CUES` in `rapport/core/understand/kind.py`: English, German, French, Spanish, Italian), or a sign: a question mark for
a question; {kind.SPAM_LINKS} links or {kind.SPAM_HASHTAGS} hashtags for spam. It may be of several, and is "other" when
nothing speaks for one. The lists are cautious: what they find is meant to be right, and they miss much.

The only evidence so far is indirect: labels that were made for something near.

| kind | against | texts | precision | recall |
|---|---|---|---|---|
{chr(10).join(rows)}

Speed on one core: about {speed(kind.kinds_of, texts):,} texts a second.

**Known failures**
- For question, idea, bug, lead and job, and for every language but English, there is no figure here.
- A complaint without a cue ("third day without my bag") is missed; a rhetorical question counts as a question.
- Spam by behaviour (rate, duplicates, new accounts) is not looked at.
"""


def _kind_row(name: str, against: str, texts: Sequence[str], truth: Sequence[bool]) -> str:
    found = [name in kinds for kinds in kind.kinds_of(texts)]
    hits = sum(f and t for f, t in zip(found, truth))
    return f"| {name} | {against} | {len(texts):,} | {hits / max(1, sum(found)):.3f} | {hits / sum(truth):.3f} |"


def main() -> None:
    texts = [item.text for item in us_airline()][:5000]
    CARDS.mkdir(parents=True, exist_ok=True)
    cards = {
        "tone": tone_card,
        "language": language_card,
        "private": private_card,
        "kind": kind_card,
        "spam": spam_card,
        "urgency": urgency_card,
    }
    for name, card in cards.items():
        (CARDS / f"{name}.md").write_text(card(texts), encoding="utf-8")
    sys.stdout.write(f"all readers together: {speed(read, texts):,} texts a second, tones {', '.join(TONES)}\n")


if __name__ == "__main__":
    main()
