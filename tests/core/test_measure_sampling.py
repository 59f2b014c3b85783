"""Who is drawn, with which chance, and why one can trust it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rapport.core.measure import sampling
from rapport.core.measure.sampling import Coded, Draw, allocate, draw, spread, stratify
from rapport.core.types import NotEnough


def predictions(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.dirichlet([1.0, 1.5, 1.0], size=n)


def a_day(n: int = 2000, labels: int = 60, salt: str = "salt", prefix: str = "m") -> Draw:
    rng = np.random.default_rng(3)
    channel = rng.choice(["bluesky", "mail", "mastodon"], size=n, p=[0.7, 0.25, 0.05]).tolist()
    day = draw([f"{prefix}{i}" for i in range(n)], channel, predictions(rng, n), labels, salt)
    assert isinstance(day, Draw)
    return day


def test_permanent_numbers_are_even() -> None:
    numbers = sampling.permanent_numbers([f"m{i}" for i in range(10_000)], "salt")
    tenths = np.bincount((numbers * 10).astype(int), minlength=10)
    assert ((numbers >= 0) & (numbers < 1)).all()
    assert np.abs(tenths - 1000).max() < 4 * math.sqrt(10_000 * 0.1 * 0.9)


def test_whoever_draws_again_gets_the_same_queue() -> None:
    assert a_day().queue.tolist() == a_day().queue.tolist()


def test_another_salt_gives_another_queue() -> None:
    assert a_day().queue[:60].tolist() != a_day(salt="pepper").queue[:60].tolist()


def test_the_queue_holds_every_message_once() -> None:
    assert sorted(a_day().queue.tolist()) == list(range(2000))


def test_what_was_planned_is_what_the_front_of_the_queue_holds() -> None:
    day = a_day(labels=60)
    assert day.planned.sum() == 60
    assert day.counts(60).tolist() == day.planned.tolist()


@pytest.mark.parametrize("labels", [1, 7, 20, 45, 60, 200, 1999])
def test_numbers_per_stratum_do_not_depend_on_the_luck_of_the_draw(labels: int) -> None:
    counts = {tuple(a_day(salt=f"salt {i}").counts(labels).tolist()) for i in range(6)}
    spread_of_each = np.ptp(np.array(list(counts)), axis=0)
    assert spread_of_each.max() <= 1  # one where two strata stand at the same place


def test_a_surge_extends_the_sample() -> None:
    day = a_day()
    assert set(day.first(60).tolist()) < set(day.first(360).tolist())


def test_every_stratum_has_a_label_before_any_has_two() -> None:
    day = a_day()
    assert day.counts(len(day.sizes)).tolist() == [1] * len(day.sizes)


def test_within_a_stratum_every_message_has_the_same_chance() -> None:
    rng = np.random.default_rng(5)
    prediction, channel, runs, labels = predictions(rng, 120), ["web"] * 120, 600, 30
    drawn = np.zeros(120)
    for run in range(runs):
        day = draw([f"{run}/{i}" for i in range(120)], channel, prediction, labels, "salt", smallest=20)
        assert isinstance(day, Draw)
        drawn[day.first(labels)] += 1
    expected = day.probability(labels)[day.stratum]
    off = (drawn / runs - expected) / np.sqrt(expected * (1 - expected) / runs)
    assert np.abs(off).max() < 4.5
    assert 0.8 < np.std(off) < 1.2


def test_no_label_weighs_more_than_twice_as_much_as_in_a_proportional_draw() -> None:
    day = a_day(labels=90)
    weight = (day.sizes / day.sizes.sum()) * 90 / day.counts(90)
    assert weight.max() <= sampling.CAP + 1e-9


def test_every_stratum_gets_its_floor() -> None:
    assert allocate(np.array([5000, 40, 2]), np.array([0.5, 0.01, 0.5]), 30).tolist() == [25, 3, 2]


def test_where_the_budget_is_small_the_floor_gives_way_and_the_cap_does_not() -> None:
    assert allocate(np.array([980, 10, 10]), np.array([0.5, 0.5, 0.5]), 10).tolist() == [6, 2, 2]


def test_a_budget_that_cannot_reach_all_strata_is_refused() -> None:
    with pytest.raises(ValueError, match="2 labels cannot reach 3 strata"):
        allocate(np.array([10, 10, 10]), np.ones(3), 2)


def test_with_enough_labels_everything_is_read() -> None:
    assert allocate(np.array([10, 20]), np.ones(2), 40).tolist() == [10, 20]


def test_a_small_channel_joins_rather_than_being_left_out() -> None:
    rng = np.random.default_rng(1)
    channel = ["big"] * 900 + ["tiny"] * 4
    strata = stratify(channel, predictions(rng, 904))
    stratum = strata.of(channel, predictions(np.random.default_rng(1), 904))
    assert (stratum >= 0).all()
    assert np.bincount(stratum).min() >= sampling.SMALLEST


def test_there_are_never_more_strata_than_asked_for() -> None:
    rng = np.random.default_rng(1)
    channel = rng.choice([f"channel {i}" for i in range(8)], size=5000).tolist()
    assert len(stratify(channel, predictions(rng, 5000), most=9).names) == 9


def test_a_message_of_an_unknown_channel_falls_into_no_stratum() -> None:
    rng = np.random.default_rng(1)
    strata = stratify(["web"] * 300, predictions(rng, 300))
    assert strata.of(["fax"], predictions(rng, 1)).tolist() == [-1]


def test_people_finding_errors_draws_labels_to_that_stratum() -> None:
    sure = np.tile([[0.9, 0.05, 0.05]], (200, 1))
    stratum = np.repeat([0, 1], 100)
    wrong = np.where(np.arange(80)[:, None] % 2, sure[:80] * 0 + [-0.9, 0.9, 0.0], [0.1, -0.05, -0.05])
    before = spread(stratum, sure)
    after = spread(stratum, sure, past=(np.zeros(80, dtype=np.int64), wrong))
    assert before[0] == before[1]
    assert after[0] > 1.2 * after[1]


def test_earlier_labels_change_the_plan() -> None:
    rng = np.random.default_rng(8)
    prediction, ids = predictions(rng, 1000), [f"m{i}" for i in range(1000)]
    channel = ["good", "bad"] * 500
    label = prediction[:400].argmax(axis=1)
    label[1::2] = rng.integers(0, 3, size=200)  # on the second channel the reader guesses, however sure it is
    prediction = np.where(prediction == prediction.max(axis=1, keepdims=True), 0.9, 0.05)
    past = Coded(channel[:400], prediction[:400], label)
    with_past, without = (draw(ids, channel, prediction, 100, "s", past=p) for p in (past, None))
    assert isinstance(with_past, Draw)
    assert isinstance(without, Draw)
    bad = [name.startswith("bad") for name in with_past.strata.names]
    assert with_past.planned[bad].sum() > without.planned[bad].sum()


def test_weights_change_the_plan() -> None:
    rng = np.random.default_rng(8)
    prediction, ids = predictions(rng, 1000), [f"m{i}" for i in range(1000)]
    plans = [draw(ids, ["web"] * 1000, prediction, 90, "s", weights=w) for w in ((9, 0, 0), (0, 0, 9))]
    assert plans[0].planned.tolist() != plans[1].planned.tolist()


def test_a_day_without_messages_has_no_queue() -> None:
    assert draw([], [], np.empty((0, 3)), 10, "salt") == NotEnough(0, 1, "messages")


def test_people_threads_and_copies_hang_together() -> None:
    author = ["ana", "ben", "ana", "dan", "eve"]
    thread = ["1", "1", "2", "3", "4"]
    copies = ["", "", "", "x", "x"]
    assert sampling.join(author, thread, copies).tolist() == [0, 0, 0, 1, 1]


def test_alarms_draw_one_message_of_each_group() -> None:
    group = sampling.join(["ana", "ben", "ana", "dan"])
    assert group[sampling.one_of_each(group, np.array([0.5, 0.1, 0.2, 0.9]))].tolist() == [1, 0, 2]


def test_coders_are_shared_so_that_the_worst_served_is_served_best() -> None:
    assert sampling.divide(10, [3, 3, 3]) == (3, 3, 3)
    assert sum(sampling.divide(10, [8, 8, 8])) == 10
