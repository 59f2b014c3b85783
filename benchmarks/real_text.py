"""The estimator on texts that people wrote and labelled, with Rapport's own reader, which was not trained on them."""

from __future__ import annotations

import csv
import html
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks import quantify
from benchmarks.results import Row
from rapport.core.measure import sampling, share
from rapport.core.measure.share import Frame, Labels, ShareEstimate
from rapport.core.understand import tone
from training.data import TONES, data_folder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EVEN = np.full(3, 1 / 3)
"""The reader presumes that the three tones are equally common."""

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
    path = data_folder() / "semeval_2013_2016" / "Subtasks_BD" / "twitter-2016test-BD.txt"
    found: dict[str, tuple[list[str], list[int]]] = defaultdict(lambda: ([], []))
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            cells = line.split("\t")
            if len(cells) > 3 and cells[2] in TONES:
                found[cells[1]][0].append(html.unescape(cells[3]))
                found[cells[1]][1].append(TONES.index(cells[2]))
    return {name: (texts, np.array(tones)) for name, (texts, tones) in found.items()}


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


def rows(part: float, rng: np.random.Generator) -> Iterator[Row]:
    runs = max(int(1000 * part), 50)
    held, biases, counted = [], [], []
    peers: dict[str, list[float]] = defaultdict(list)
    halves, plains = [], []
    lines = {name: (truth, predicted(texts)) for name, (texts, truth) in airlines().items()}
    for name, (truth, prediction) in lines.items():
        actual = float((truth == 0).mean())
        found = list(draws(truth, prediction, runs, rng))
        held.append(np.mean([one.estimate.low <= actual <= one.estimate.high for one in found]))
        biases.append(np.mean([one.estimate.value for one in found]) - actual)
        halves.append(np.mean([one.estimate.high - one.estimate.low for one in found]) * 50)
        plains.append(196 * math.sqrt(actual * (1 - actual) * (1 - LABELS / len(truth)) / LABELS))
        counted.append(quantify.classify_and_count(prediction)[0] - actual)
        for peer, shares in _peers(name, lines).items():
            peers[peer].append(float(shares[0]) - actual)
        yield Row(
            f"airline tweets, {name}: intervals that miss, {LABELS} labels",
            round(100 * (1 - float(held[-1])), 2),
            "%",
            "promised",
            5.0,
            round(6.5 + 100 * math.sqrt(0.05 * 0.95 / runs), 2),
        )
    if lines:
        yield Row(
            "airline tweets: bias, worst airline",
            round(100 * float(np.abs(biases).max()), 2),
            "points",
            "counting what the reader says",
            round(100 * float(np.abs(counted).max()), 1),
            round(0.3 + 300 * 0.065 / math.sqrt(runs), 2),
        )
        for peer, off in peers.items():
            yield Row(
                f"airline tweets: bias of {peer}, worst airline", round(100 * float(np.abs(off).max()), 1), "points"
            )
        for peer in ("EMQ", "PACC"):
            ours, theirs = (
                next((off for name, off in peers.items() if name.startswith(who)), None)
                for who in (peer, f"QuaPy's {peer}")
            )
            if ours and theirs:
                apart = 100 * float(np.abs(np.subtract(ours, theirs)).max())
                yield Row(f"airline tweets: our {peer} off from QuaPy's", round(apart, 2), "points", target=0.5)
        yield Row(
            "airline tweets: half width",
            round(float(np.mean(halves)), 2),
            "points",
            "labels alone",
            round(float(np.mean(plains)), 2),
            round(float(np.mean(plains)), 2),
        )
    yield from _divergences(part, rng)


def _peers(name: str, lines: Mapping[str, tuple[Ints, Floats]]) -> dict[str, Floats]:
    """What ways without labels of this airline say. PACC learned the reader's behaviour on the other airlines."""
    prediction = lines[name][1]
    others = [line for other, line in lines.items() if other != name]
    truth, seen = (np.concatenate([line[part] for line in others]) for part in range(2))
    found = {
        "EMQ, no labels": quantify.re_estimated(prediction, EVEN),
        "PACC, labels of the other airlines": quantify.undone(prediction, seen, truth),
        "QuaPy's EMQ, no labels": quantify.quapy_emq(prediction, EVEN),
        "QuaPy's PACC, labels of the other airlines": quantify.quapy_pacc(prediction, seen, truth),
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
