"""A reader whose probabilities mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.worlds import RARE, WORLDS, World
from rapport.core.measure import calibrate
from rapport.core.measure.calibrate import Calibration
from rapport.core.types import NotEnough


def test_what_was_learned_from_old_labels_holds_for_new_messages() -> None:
    """The reader believes in the shares that it was trained on; here negative is a third as frequent."""
    rng = np.random.default_rng(1)
    world = World("rare", RARE, 1.42)
    truth, prediction = world.messages(rng, 1500)
    later, raw = world.messages(rng, 20_000)
    better = calibrate.calibrate(prediction, truth).apply(raw)
    actual = (later == 0).mean()
    assert abs(better[:, 0].mean() - actual) < 0.01
    assert abs(better[:, 0].mean() - actual) < abs(raw[:, 0].mean() - actual) / 2


def test_an_honest_reader_is_left_nearly_alone() -> None:
    rng = np.random.default_rng(2)
    honest = rng.dirichlet([1, 1, 1], 3000)
    label = (rng.random(3000)[:, None] > honest.cumsum(axis=1)).sum(axis=1)
    found = calibrate.calibrate(honest, label)
    assert found.sharpness == pytest.approx(1, abs=0.1)
    assert found.shift == pytest.approx((0, 0, 0), abs=0.15)


def test_few_labels_move_it_little() -> None:
    truth, prediction = WORLDS[0].messages(np.random.default_rng(3), 3000)
    few, many = (calibrate.calibrate(prediction[:n], truth[:n]) for n in (100, 3000))
    assert abs(few.shift[0]) < abs(many.shift[0])


def test_probabilities_stay_probabilities() -> None:
    extreme = np.array([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]])
    rows = Calibration(0.5, (1.0, -0.5, -0.5)).apply(extreme)
    assert rows.sum(axis=1) == pytest.approx([1, 1])
    assert (rows >= 0).all()


def test_uncodable_messages_teach_nothing() -> None:
    truth, prediction = WORLDS[0].messages(np.random.default_rng(3), 400)
    with_gaps = np.where(np.arange(400) % 4 == 0, 3, truth)
    left = with_gaps < 3
    assert calibrate.calibrate(prediction, with_gaps) == calibrate.calibrate(prediction[left], truth[left])
    assert calibrate.calibrate(prediction[:50], truth[:50]) == NotEnough(50, 100, "labels")


def test_a_reader_that_is_nearly_sure_of_everything_is_mended_too() -> None:
    """A whole step of Newton's method overshoots here, and goes on to anywhere."""
    rng = np.random.default_rng(4)
    honest = rng.dirichlet([0.5, 0.5, 0.5], 400)
    label = (rng.random(400)[:, None] > honest.cumsum(axis=1)).sum(axis=1)
    sure = honest**6 / (honest**6).sum(axis=1, keepdims=True)
    found = calibrate.calibrate(sure, label)
    assert not isinstance(found, NotEnough)
    assert 0.05 < found.sharpness < 0.35
