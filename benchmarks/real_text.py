"""The estimator on texts that people wrote and labelled, with Rapport's own reader, which was not trained on them."""

from __future__ import annotations

import csv
import html
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from benchmarks import quantify
from benchmarks.results import Row
from rapport.core.measure import sampling, share
from rapport.core.measure.share import Frame, Labels, ShareEstimate
from rapport.core.proportion import wilson
from rapport.core.understand import tone
from training.data import TONES, data_folder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EVEN = np.full(3, 1 / 3)
"""The reader presumes that the three tones are equally common."""

EPOCH_MS = 1_288_834_974_657
"""When ids of Twitter begin: what stands above their lowest 22 bits are the milliseconds since."""

LABELS = 50
KLD_BEST = 0.034
"""finki, the best of task D in 2016, as recalled in the design; it used no label of the topic that it judged."""


def airlines() -> dict[str, tuple[list[str], Ints]]:
    """Texts and tones by airline (us_airline)."""
    path = data_folder() / "us_airline" / "Tweets.csv"
    found: dict[str, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["airline"]][0].append(html.unescape(row["text"]))
                found[row["airline"]][1].append(TONES.index(row["airline_sentiment"]))
    return {name: (texts, np.array(tones)) for name, (texts, tones) in found.items()}


def topics() -> dict[str, tuple[list[str], Ints]]:
    """Texts and tones by topic: SemEval 2016 task 4 D, test; every text is negative or positive."""
    found: dict[str, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
    for _, topic, word, text in _semeval("Subtasks_BD", "twitter-2016test-BD.txt"):
        if word in TONES:
            found[topic][0].append(text)
            found[topic][1].append(TONES.index(word))
    return {name: (texts, np.array(tones)) for name, (texts, tones) in found.items()}


def points() -> tuple[list[str], Ints, list[str], list[str]]:
    """Texts, tones, topics and weeks: SemEval 2016 task 4 E, test; the five points as three tones."""
    rows = [row for row in _semeval("Subtasks_CE", "twitter-2016test-CE.txt") if row[2].lstrip("-") in ("0", "1", "2")]
    tones = np.array([1 + int(np.sign(int(row[2]))) for row in rows], dtype=np.int64)
    days = [datetime.fromtimestamp(((int(row[0]) >> 22) + EPOCH_MS) / 1_000, UTC) for row in rows]
    return [row[3] for row in rows], tones, [row[1] for row in rows], [f"{day:%G-W%V}" for day in days]


def _semeval(folder: str, name: str) -> Iterator[tuple[str, str, str, str]]:
    """Id, topic, label and text of each line that has them."""
    path = data_folder() / "semeval_2013_2016" / folder / name
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            cells = line.split("\t")
            if len(cells) > 3:
                yield cells[0], cells[1], cells[2], html.unescape(cells[3])


def predicted(texts: list[str]) -> Floats:
    return np.array([[one.negative, one.neutral, one.positive] for one in tone.tones_of(texts)])


def draws(
    truth: Ints, prediction: Floats, runs: int, rng: np.random.Generator, labels: int = LABELS
) -> Iterator[ShareEstimate]:
    channel = ["tweets"] * len(truth)
    strata = sampling.stratify(channel, prediction, most=sampling.most_strata(labels))
    stratum = strata.of(channel, prediction)
    members = [np.nonzero(stratum == h)[0] for h in range(len(strata.names))]
    plan = sampling.allocate(np.array([len(one) for one in members]), sampling.spread(stratum, prediction), labels)
    frame = Frame.of(stratum, prediction)
    for _ in range(runs):
        at = np.concatenate([rng.choice(one, n, replace=False, shuffle=False) for one, n in zip(members, plan)])
        found = share.estimate(frame, Labels(stratum[at], prediction[at], truth[at]), fewest=2)
        assert isinstance(found, ShareEstimate)
        yield found


Lines = Mapping[str, tuple[Ints, Floats]]
"""By name: the tones, and what the reader says of them."""


def rows(part: float, rng: np.random.Generator) -> Iterator[Row]:
    lines = {name: (truth, predicted(texts)) for name, (texts, truth) in airlines().items()}
    if lines:
        yield from _compared("airline tweets", "airline", lines, max(int(1000 * part), 50), rng, each=True)
    texts, truth, topic, week = points()
    if texts:
        prediction = predicted(texts)
        for what, one, names in (("SemEval 2016 E by topic", "topic", topic), ("by week", "week", week)):
            lines = _parted(truth, prediction, names)
            title = what if one == "topic" else f"SemEval 2016 E {what}"
            yield from _compared(title, one, lines, max(int(200 * part), 10), rng)
    yield from _divergences(part, rng)


def _parted(truth: Ints, prediction: Floats, names: Sequence[str]) -> Lines:
    """Those with so many texts that fifty labels are a draw from them."""
    found, at = np.unique(np.array(names), return_inverse=True)
    places = [np.nonzero(at == n)[0] for n in range(len(found))]
    return {str(name): (truth[one], prediction[one]) for name, one in zip(found, places) if len(one) >= 2 * LABELS}


def _compared(
    what: str, one: str, lines: Lines, runs: int, rng: np.random.Generator, *, each: bool = False
) -> Iterator[Row]:
    """Of the share of negative ones: how often the interval misses it over draws of fifty labels, how wide it is, and
    how far off it and other ways are."""
    missed, biases, counted, halves, plains = [], [], [], [], []
    peers: dict[str, list[float]] = defaultdict(list)
    for name, (truth, prediction) in lines.items():
        actual = float((truth == 0).mean())
        found = [told.estimate for told in draws(truth, prediction, runs, rng)]
        missed.append(100 * float(np.mean([not one.low <= actual <= one.high for one in found])))
        biases.append(np.mean([one.value for one in found]) - actual)
        halves.append(np.mean([one.high - one.low for one in found]) * 50)
        plains.append(_alone(truth, runs, rng))
        counted.append(quantify.classify_and_count(prediction)[0] - actual)
        for peer, shares in _peers(name, lines).items():
            peers[peer].append(float(shares[0]) - actual)
        if each:
            yield _misses(f"{what}, {name}", missed[-1], runs)
    if not each:
        yield _misses(f"{what}, {len(lines)} in all", float(np.mean(missed)), runs * len(lines))
        yield Row(f"{what}: intervals that miss, worst {one}", round(max(missed), 2), "%", "labels of it", LABELS)
    yield Row(
        f"{what}: bias, worst {one}",
        round(100 * float(np.abs(biases).max()), 2),
        "points",
        "counting what the reader says",
        round(100 * float(np.abs(counted).max()), 1),
        round(0.3 + 300 * 0.065 / math.sqrt(runs), 2),
    )
    for peer, off in peers.items():
        yield Row(f"{what}: bias of {peer}, worst {one}", round(100 * float(np.abs(off).max()), 1), "points")
    for peer in ("EMQ", "PACC"):
        ours, theirs = (
            next((off for name, off in peers.items() if name.startswith(who)), None)
            for who in (peer, f"QuaPy's {peer}")
        )
        if ours and theirs:
            apart = 100 * float(np.abs(np.subtract(ours, theirs)).max())
            yield Row(f"{what}: our {peer} off from QuaPy's", round(apart, 2), "points", target=0.5)
    alone = round(float(np.mean(plains)), 2)
    promised = alone if each else None  # of few texts, few of them negative, a plain draw of so many is as good
    yield Row(f"{what}: half width", round(float(np.mean(halves)), 2), "points", "labels alone", alone, promised)


def _alone(truth: Ints, runs: int, rng: np.random.Generator) -> float:
    """Half the width, in points, of the interval of a plain draw without the reader."""
    bad = int((truth == 0).sum())
    hits = rng.hypergeometric(bad, len(truth) - bad, LABELS, runs).tolist()
    found = [wilson(one, LABELS, len(truth)) for one in hits]
    return 50 * float(np.mean([one.high - one.low for one in found]))


def _misses(what: str, percent: float, draws: int) -> Row:
    most = round(6.5 + 100 * math.sqrt(0.05 * 0.95 / draws), 2)
    return Row(f"{what}: intervals that miss, {LABELS} labels", round(percent, 2), "%", "promised", 5.0, most)


def _peers(name: str, lines: Lines) -> dict[str, Floats]:
    """What ways without labels of this one say. PACC learned the reader's behaviour on the others."""
    prediction = lines[name][1]
    others = [line for other, line in lines.items() if other != name]
    truth, seen = (np.concatenate([line[part] for line in others]) for part in range(2))
    found = {
        "EMQ, no labels": quantify.re_estimated(prediction, EVEN),
        "PACC, labels of the others": quantify.undone(prediction, seen, truth),
        "QuaPy's EMQ, no labels": quantify.quapy_emq(prediction, EVEN),
        "QuaPy's PACC, labels of the others": quantify.quapy_pacc(prediction, seen, truth),
    }
    return {peer: shares for peer, shares in found.items() if shares is not None}


def _divergences(part: float, rng: np.random.Generator) -> Iterator[Row]:
    runs, found = max(int(20 * part), 2), defaultdict(list)
    for texts, truth in topics().values():
        both = predicted(texts)[:, [0, 2]]
        prediction = np.zeros((len(both), 3))
        prediction[:, [0, 2]] = both / both.sum(axis=1, keepdims=True)
        actual = float((truth == 0).mean())
        found["counting what the reader says"].append(_kld(actual, float((prediction[:, 0] > 0.5).mean()), len(truth)))
        found["EMQ"].append(
            _kld(actual, float(quantify.re_estimated(prediction, np.array([0.5, 1e-9, 0.5]))[0]), len(truth))
        )
        labels = min(LABELS, len(truth) // 2)
        for one in draws(truth, prediction, runs, rng, labels):
            found["labels"].append(_kld(actual, one.estimate.value, len(truth)))
    if found:
        counted = float(np.mean(found["counting what the reader says"]))
        yield Row(
            f"KLD by topic with {LABELS} labels, SemEval 2016 D",
            round(float(np.mean(found["labels"])), 4),
            "",
            "best of 2016, no labels",
            KLD_BEST,
            KLD_BEST,
        )
        yield Row(
            "KLD by topic, counting what the reader says", round(counted, 4), "", "best of 2016, no labels", KLD_BEST
        )
        yield Row("KLD by topic, EMQ", round(float(np.mean(found["EMQ"])), 4), "", "best of 2016, no labels", KLD_BEST)


def _kld(actual: float, said: float, n: int) -> float:
    """The divergence of the task, smoothed by half a text of each tone."""
    eps = 1 / (2 * n)
    true, told = ((np.array([one, 1 - one]) + eps) / (1 + 2 * eps) for one in (actual, said))
    return float((true * np.log(true / told)).sum())
