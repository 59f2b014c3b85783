"""How well a reader does: figures that can be computed by hand."""

from __future__ import annotations

import random

import pytest

from rapport.core.types import Private
from rapport.core.understand.evaluation import calibration_error, judge, judge_sets, judge_spans

TRUTH = ["negative"] * 6 + ["neutral"] * 3 + ["positive"]
FOUND = ["negative"] * 4 + ["neutral"] * 2 + ["neutral"] * 3 + ["negative"]


def test_figures_are_those_that_one_gets_by_hand():
    figures = judge(TRUTH, FOUND)
    assert figures.accuracy == 0.7
    assert figures.average_recall == pytest.approx((4 / 6 + 1 + 0) / 3)
    assert figures.macro_f1 == pytest.approx((2 * 4 / (6 + 5) + 2 * 3 / (3 + 5) + 0) / 3)
    assert figures.per_class["negative"].precision == 4 / 5
    assert figures.per_class["positive"].precision is None
    assert figures.confusion == {
        "negative": {"negative": 4, "neutral": 2},
        "neutral": {"neutral": 3},
        "positive": {"negative": 1},
    }


def test_labels_in_another_order_bring_a_good_reader_down_to_chance():
    rng = random.Random(1)
    truth = rng.choices(["negative", "neutral", "positive"], k=3000)
    found = [label if rng.random() < 0.8 else "neutral" for label in truth]
    assert judge(truth, found).average_recall > 0.8
    rng.shuffle(truth)
    assert judge(truth, found).average_recall == pytest.approx(1 / 3, abs=0.04)


def test_a_class_that_nobody_labelled_counts_in_no_mean():
    figures = judge(["spam", "spam"], ["spam", "ham"])
    assert (figures.average_recall, figures.per_class["ham"].recall) == (0.5, None)


def test_confidence_that_is_right_as_often_as_it_says_costs_nothing():
    right = [True] * 9 + [False]
    assert calibration_error([0.9] * 10, right) == pytest.approx(0)
    assert calibration_error([1.0] * 10, right) == pytest.approx(0.1)
    assert judge(["a"] * 10, ["a"] * 9 + ["b"], [1.0] * 10).expected_calibration_error == pytest.approx(0.1)
    assert judge(["a"], ["a"]).expected_calibration_error is None


def test_a_text_of_several_classes_is_right_when_all_of_them_are_found():
    figures = judge_sets([{"question", "delivery"}, set()], [{"question", "bug"}, set()])
    assert figures.accuracy == 0.5
    assert figures.confusion == {"delivery": {"bug": 1}, "question": {"question": 1}, "nothing": {"nothing": 1}}


def test_a_span_is_found_when_four_fifths_of_it_are():
    true = [[Private(0, 10, "card"), Private(20, 30, "card")]]
    found = [[Private(0, 8, "card"), Private(20, 27, "card"), Private(40, 50, "phone")]]
    figures = judge_spans(true, found)
    assert (figures["card"].recall, figures["card"].precision) == (0.5, 1.0)
    assert (figures["phone"].recall, figures["phone"].precision) == (None, 0.0)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="no labelled text"):
        judge([], [])
    with pytest.raises(ValueError, match="2 labels, but 1 readings"):
        judge(["a", "b"], ["a"])
