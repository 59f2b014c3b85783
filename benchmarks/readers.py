"""How well the readers do, and how fast, beside others in the same run: writes results/readers.json.

python -m benchmarks.readers                 everything
python -m benchmarks.readers --only tone     one part (see PARTS); the rows of the others stay as they are
python -m benchmarks.readers --table         print it, and leave the file as it was

Needs the data sets (RAPPORT_DATA) and the dependency group `bench`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import alone
from benchmarks.languages import ENGINES
from benchmarks.results import Row, table, write
from rapport.core.types import NotEnough, Tone
from rapport.core.understand import head, hints, kind, language, private, read, spam, tone
from rapport.core.understand.evaluation import Evaluation, judge
from rapport.core.understand.teaching import Example, teach
from rapport.core.understand.trial import try_out
from training import deep, deep_card, kind_card, language_card, private_card, spam_card
from training.data import TONES, UNTOUCHED, Labelled, semeval, umsab, us_airline, us_airline_in_time
from training.pace import speed

PACE = 10_000.0
RECALL, F1 = 64.5, 57.0
PRESIDIO = {"precision": 68.5, "recall": 60.3}
"""What its authors report of the stock rules on the full second file, names and places included: a limit, no twin."""
SHORT = 50


# -- tone --------------------------------------------------------------------------------------------------------------


def of_tone() -> Iterator[Row]:
    english, airlines = list(semeval(UNTOUCHED)), list(us_airline())
    others = list(umsab("test"))
    texts = [item.text for item in airlines][:5000]
    for name, items, least in (
        ("twitter-2016test-A", english, RECALL),
        ("airline tweets", airlines, None),
    ):
        mine, vaders = our_tone(items), vader(items)
        recalls = 100 * mine.average_recall, 100 * vaders.average_recall
        yield Row(f"tone, average recall: {name}", recalls[0], "%", "VADER", recalls[1], least, at_least=True)
        yield Row(f"tone, calibration error: {name}", 100 * (mine.expected_calibration_error or 0.0), "points")
    scores = []
    for code in sorted({item.language for item in others}):
        items = [item for item in others if item.language == code]
        scores.append((100 * our_tone(items).macro_f1, 100 * vader(items).macro_f1))
        yield Row(f"tone, macro-F1: UMSAB {code}", scores[-1][0], "%", "VADER", scores[-1][1])
    mine_mean, vader_mean = np.mean(scores, axis=0)
    yield Row("tone, macro-F1: mean of seven", float(mine_mean), "%", "VADER", float(vader_mean), F1, at_least=True)
    paces = speed(tone.tones_of, texts), speed(_vader_scores, texts[:2000])
    yield Row("tone, pace", paces[0], "texts/s", "VADER", paces[1], PACE, at_least=True)


def our_tone(items: Sequence[Labelled]) -> Evaluation:
    found = tone.tones_of([item.text for item in items])
    sure = [max(one.negative, one.neutral, one.positive) for one in found]
    return judge([TONES[item.tone] for item in items], [one.label for one in found], sure)


def vader(items: Sequence[Labelled]) -> Evaluation:
    """VADER's label, by the thresholds that its authors give."""
    scores = _vader_scores([item.text for item in items])
    found = [TONES[2 if score >= 0.05 else 0 if score <= -0.05 else 1] for score in scores]
    return judge([TONES[item.tone] for item in items], found)


def _vader_scores(texts: Sequence[str]) -> list[float]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return [analyzer.polarity_scores(text)["compound"] for text in texts]


# -- the deep reader of tone -------------------------------------------------------------------------------------------


def of_deep() -> Iterator[Row]:
    """The transformer that `training/deep.py` makes, beside the quick reader and VADER on the same texts."""
    with tempfile.TemporaryDirectory() as folder:
        reader = deep.made(Path(folder) / deep.NAME)
    tests = deep_card.tests()
    judged = {name: deep_card.compared(reader, items) for name, items in tests.items()}
    vaders = {name: vader(items) for name, items in tests.items()}
    for name, one in judged.items():
        if "UMSAB" not in name:
            what = f"average recall: {name}, {one.texts:,} by chance"
            quick, slow, both = (100 * each.average_recall for each in (one.quick, one.deep, one.both))
            yield Row(f"deep, {what}", slow, "%", "quick reader", quick)
            yield Row(f"deep, {what}", slow, "%", "VADER", 100 * vaders[name].average_recall)
            yield Row(f"deep where the quick one is unsure, {what}", both, "%", "quick reader", quick)
            yield Row(f"deep, read again: {name}", 100 * one.share, "%")
            yield Row(f"deep, calibration error: {name}", 100 * (one.deep.expected_calibration_error or 0.0), "points")
    quick, slow, both = (100 * each for each in deep_card.mean_of_seven(judged))
    others = 100 * float(np.mean([one.macro_f1 for name, one in vaders.items() if "UMSAB" in name]))
    yield Row("deep, macro-F1: mean of seven", slow, "%", "quick reader", quick)
    yield Row("deep, macro-F1: mean of seven", slow, "%", "VADER", others)
    yield Row("deep where the quick one is unsure, macro-F1: mean of seven", both, "%", "quick reader", quick)
    texts = [item.text for item in us_airline()][:5000]
    slowly = deep_card.pace(reader, texts[:1000])
    yield Row("deep, pace", slowly, "texts/s", "quick reader", speed(tone.tones_of, texts))
    yield Row("deep, pace", slowly, "texts/s", "VADER", speed(_vader_scores, texts[:2000]))


# -- an organisation's own head ----------------------------------------------------------------------------------------

HEADS = {200: 67.8, 1_000: 73.8, 6_000: 76.3}
"""Labels of an airline's own, and the macro-F1 that a plain model reached with so many where the best general reader
had 56.4: what a head is held to."""
DRAWS = {200: 5, 1_000: 3, 6_000: 1}
LATER = 0.4
"""The share of the tweets, the latest, that judges; labels to learn from are drawn from those before."""
SCRAMBLED = 40


def of_head() -> Iterator[Row]:
    """Each head learns from labels drawn from the earlier tweets, and reads all later ones."""
    items = list(us_airline_in_time())
    examples = _examples(items)
    cut = round(len(items) * (1 - LATER))
    before, later = examples[:cut], examples[cut:]
    default = 100 * _f1(later, [one.default for one in later])
    yield Row("head, macro-F1: no label (the default reader)", default, "%")
    taught = b""
    for n, least in HEADS.items():
        scores = []
        for seed in range(DRAWS[n]):
            places = np.sort(np.random.default_rng(seed).choice(cut, n, replace=False))
            taught = teach([before[place] for place in places])
            scores.append(100 * _f1(later, _read_by(taught, later)))
        name = f"head, macro-F1: {n:,} labels"
        yield Row(name, float(np.mean(scores)), "%", "the default reader", default, least, at_least=True)
    yield Row("head, its size", len(taught) / 1e6, "MB")
    learned, some = head.load(taught), later[:5_000]
    texts, tones = [one.text for one in some], [one.default for one in some]
    pace = speed(lambda few: head.apply(few, tones[: len(few)], learned), texts)
    yield Row("head, pace", pace, "texts/s", target=PACE, at_least=True)
    yield from _trials(examples)


def _trials(examples: Sequence[Example]) -> Iterator[Row]:
    """How often a head wins that learned from labels that mean nothing, and one that learned from good ones."""
    for words, n, draws, scrambled in (
        ("labels that were scrambled", 300, SCRAMBLED, True),
        ("300 good labels", 300, 10, False),
        ("1,000 good labels", 1_000, 10, False),
    ):
        won = 0
        for seed in range(draws):
            rng = np.random.default_rng(seed)
            some = [examples[place] for place in np.sort(rng.choice(len(examples), n, replace=False))]
            if scrambled:
                labels = rng.permutation([one.label for one in some])
                some = [replace(one, label=int(label)) for one, label in zip(some, labels, strict=True)]
            found = try_out(some, rng)
            won += not isinstance(found, NotEnough) and found.won
        yield Row(f"head, wins with {words}", 100 * won / draws, "%", target=5.0 if scrambled else None)


def _examples(items: Sequence[Labelled]) -> list[Example]:
    found = tone.tones_of([item.text for item in items])
    return [Example(item.text, said, item.tone, 1.0) for item, said in zip(items, found, strict=True)]


def _read_by(taught: bytes, examples: Sequence[Example]) -> list[Tone]:
    return head.apply([one.text for one in examples], [one.default for one in examples], head.load(taught))


def _f1(examples: Sequence[Example], found: Sequence[Tone]) -> float:
    return judge([TONES[one.label] for one in examples], [one.label for one in found]).macro_f1


# -- language ----------------------------------------------------------------------------------------------------------


def of_language() -> Iterator[Row]:
    """Each engine in a process of its own, so that its memory can be told."""
    figures = {name: _in_its_own_process(name) for name in ENGINES}
    best = figures["fastText (ours)"]
    for name, found in figures.items():
        for what, value in found.items():
            unit = {"pace": "texts/s", "memory": "MB"}.get(what, "%")
            mine = name == "fastText (ours)"
            least = PACE if mine and what == "pace" else None
            anchor = ("", None) if mine else ("fastText (ours)", best[what])
            yield Row(f"language, {what}: {name}", value, unit, *anchor, least, at_least=least is not None)


def _in_its_own_process(name: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.readers", "--engine", name]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def engine(name: str) -> dict[str, float]:
    items = language_card.posts()
    texts = [item.text for item in items]
    guess, before = ENGINES[name], alone.memory()
    guess(texts[:100])
    start = time.process_time()
    guesses = guess(texts)
    seconds = time.process_time() - start
    half = language_card.second_half(items)
    short = half & np.array([len(language.words(text)) < SHORT for text in texts])
    score = language_card.threshold(items, guesses)
    right, wrong, unknown = language_card.shares(items, guesses, score, half)
    return {
        "right": 100 * right,
        "unknown": 100 * unknown,
        "wrong": 100 * wrong,
        "right under 50": 100 * language_card.shares(items, guesses, score, short)[0],
        "pace": round(len(texts) / seconds),
        "memory": round(alone.memory() - before),
    }


# -- private data ------------------------------------------------------------------------------------------------------


def of_private() -> Iterator[Row]:
    for file in private_card.FILES:
        found = private_card.figures(file)
        name = file.removesuffix(".json")
        for sort, one in found.items():
            yield Row(f"private, precision: {sort}, {name}", 100 * (one.precision or 0.0), "%")
            yield Row(f"private, recall: {sort}, {name}", 100 * (one.recall or 0.0), "%")
        for what, share in zip(("precision", "recall"), private_card.together(list(found.values()))):
            stock = PRESIDIO[what]
            yield Row(f"private, {what}: {name}", 100 * share, "%", "stock Presidio", stock, stock, at_least=True)
    for what, share in private_card.digits().items():
        yield Row(f"private, bare digits taken for: {what}", 100 * share, "%")


# -- kind --------------------------------------------------------------------------------------------------------------

KINDS_ELSEWHERE = {
    ("complaint", "airline tweets"): {"precision": 80.0, "recall": 55.0},
    ("praise", "airline tweets"): {"precision": 70.0, "recall": 50.0},
}
"""What is promised on a source of which nothing was learned."""


def of_kind() -> Iterator[Row]:
    """Beside the cues alone, and for complaint and praise beside VADER; on test parts."""
    for one in kind_card.evidence():
        mine, cues = one.figures(kind.kinds_of), one.figures(kind_card.by_cues)
        name = f"{one.kind}, {one.source}"
        for what in ("precision", "recall", "f1"):
            value, anchor = (100 * (getattr(found, what) or 0.0) for found in (mine, cues))
            yield Row(f"kind, {what}: {name}", value, "%", "cues alone", anchor)
        if one.kind in ("complaint", "praise"):
            vaders = one.figures(kind_card.by_vader)
            yield Row(f"kind, f1 beside VADER: {name}", 100 * mine.f1, "%", "VADER", 100 * vaders.f1)
    for row in json.loads(kind_card.ELSEWHERE.read_text("utf-8")):
        least = KINDS_ELSEWHERE.get((row["kind"], row["source"]), {})
        for what in ("precision", "recall", "f1"):
            name = f"kind, {what}, source left out: {row['kind']}, {row['source']}"
            yield Row(name, 100 * (row[what] or 0.0), "%", target=least.get(what), at_least=what in least)
    texts = [item.text for item in us_airline()][:5000]
    paces = speed(kind.kinds_of, texts), speed(kind_card.by_cues, texts)
    yield Row("kind, pace", paces[0], "texts/s", "cues alone", paces[1], PACE, at_least=True)


# -- spam --------------------------------------------------------------------------------------------------------------


def of_spam() -> Iterator[Row]:
    """On halves that no weight was learned from, and on what customers wrote."""
    for name, items in spam_card.held_out().items():
        found = spam_card.evaluate(items)
        if "spam" in found.confusion:
            yield Row(f"spam, precision: {name}", 100 * (found.per_class["spam"].precision or 0.0), "%")
            yield Row(f"spam, recall: {name}", 100 * (found.per_class["spam"].recall or 0.0), "%")
        else:
            yield Row(f"spam, wrongly taken for it: {name}", 100 * (1 - found.accuracy), "%")


def of_pace() -> Iterator[Row]:
    texts = [item.text for item in us_airline()][:5000]
    readers: dict[str, Callable[[Sequence[str]], object]] = {
        "private": private.private_in,
        "language": language.languages_of,
        "spam": spam.spam_of,
        "hints": hints.hints_in,
    }
    for name, reader in readers.items():
        yield Row(f"{name}, pace", speed(reader, texts), "texts/s", target=PACE, at_least=True)


WHOLE = 10_000


def of_whole() -> Iterator[Row]:
    """All readers together, as every message passes them, beside one that tells the tone and nothing else."""
    texts = json.dumps([item.text for item in us_airline()][:WHOLE])
    costs = {name: _alone(name, texts) for name in alone.READERS}
    for what, unit in (("pace", "texts/s"), ("memory", "MB")):
        mine, theirs = costs["ours"][what], costs["VADER"][what]
        yield Row(f"all readers, {what}, {WHOLE:,} texts", round(mine), unit, "VADER, tone alone", round(theirs))


def _alone(name: str, texts: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.alone", name]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True, input=texts).stdout))


# -- hostile texts -----------------------------------------------------------------------------------------------------

HOSTILE = {
    "IBANs that are none": "GB12 ",
    "groups of digits": "4111 1111 1111 1111 ",
    "digits apart": "1 ",
    "marks upon marks": "e\u0301\u0302\u0303",
    "digits between what nobody sees": "1\u200b",
    "directions": "\u202e",
    "half addresses": "A-1 Apt 1 ",
    "emoji": "😂",
}
HOSTILE_CHARACTERS = 100_000
PATIENCE_SECONDS = 5.0


def of_hostile() -> Iterator[Row]:
    """Processor time of all readers on one text of 100,000 characters that was made to be slow."""
    for name, unit in HOSTILE.items():
        text = (unit * HOSTILE_CHARACTERS)[:HOSTILE_CHARACTERS]
        start = time.process_time()
        read([text])
        yield Row(f"hostile: {name}", time.process_time() - start, "s", target=PATIENCE_SECONDS)


PARTS = {
    "tone": of_tone,
    "deep": of_deep,
    "head": of_head,
    "language": of_language,
    "private": of_private,
    "kind": of_kind,
    "spam": of_spam,
    "pace": of_pace,
    "whole": of_whole,
    "hostile": of_hostile,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.engine:
        print(json.dumps(engine(chosen.engine)))
        return
    rows = [row for name, part in PARTS.items() if chosen.only in (None, name) for row in part()]
    print(table(rows))
    if not chosen.table:
        print(write("readers", rows, only_these=chosen.only is None))


if __name__ == "__main__":
    main()
