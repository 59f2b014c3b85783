"""The estimator on texts that people wrote, with Rapport's own reader. Skipped where the data sets are not here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks import real_text

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not real_text.airlines(), reason="the public data sets are not here"),
]
RUNS = 200


@pytest.fixture(scope="module")
def line() -> tuple[np.ndarray, np.ndarray]:
    texts, truth = real_text.airlines()["Virgin America"]
    return truth, real_text.predicted(texts)


def test_fifty_labels_hold_the_truth_of_an_airline(line: tuple[np.ndarray, np.ndarray]) -> None:
    truth, prediction = line
    actual = (truth == 0).mean()
    found = list(real_text.draws(truth, prediction, RUNS, np.random.default_rng(1)))
    held = np.mean([one.estimate.low <= actual <= one.estimate.high for one in found])
    assert held > 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / RUNS)
    assert np.median([one.multiplier for one in found]) > 1.2


def test_counting_what_the_reader_says_is_off_by_many_points_for_some() -> None:
    texts, truth = real_text.airlines()["US Airways"]
    assert abs((real_text.predicted(texts).argmax(axis=1) == 0).mean() - (truth == 0).mean()) > 0.05


def test_ids_tell_the_weeks_of_the_topics() -> None:
    texts, truth, topics, weeks = real_text.points()
    assert len(texts) == len(truth) == len(topics) == len(weeks) > 20_000
    assert (min(weeks), max(weeks)) == ("2015-W28", "2015-W53")


def test_of_a_topic_of_which_nobody_speaks_badly_the_interval_begins_at_nothing() -> None:
    texts, truth, topics, _ = real_text.points()
    mine = [n for n, topic in enumerate(topics) if topic == "calibraska"]
    assert not (truth[mine] == 0).any()
    found = list(
        real_text.draws(truth[mine], real_text.predicted([texts[n] for n in mine]), 20, np.random.default_rng(1))
    )
    assert {one.estimate.low for one in found} == {0.0}
