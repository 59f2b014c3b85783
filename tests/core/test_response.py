"""How many were answered, and how long they waited."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from rapport.core.measure.response import Answer, Wait, first_wait, median_wait, share_answered
from rapport.core.types import Estimate, NotEnough

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
RUNS = 2_000


def at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def allowed_misses(level: float = 0.95) -> float:
    """So many intervals of RUNS may miss, by chance alone, in all but one of ten thousand runs of this test."""
    expected = RUNS * (1 - level)
    return expected + 3.8 * math.sqrt(expected * level)


class TestFirstWait:
    def test_ends_with_the_first_person_who_answers(self):
        assert first_wait(NINE, [Answer(at(5)), Answer(at(2))], until=at(9)) == Wait(7200.0, True)

    def test_is_not_ended_by_an_automatic_answer(self):
        assert first_wait(NINE, [Answer(at(1), human=False)], until=at(9)) == Wait(9 * 3600.0, False)

    def test_leaves_out_what_was_said_before_the_question_and_after_the_look(self):
        assert first_wait(NINE, [Answer(at(-1)), Answer(at(10))], until=at(9)) == Wait(9 * 3600.0, False)

    def test_refuses_to_look_before_the_question(self):
        with pytest.raises(ValueError, match="before the question"):
            first_wait(NINE, [], until=at(-1))


class TestShareAnswered:
    def test_agrees_with_the_published_example(self):
        # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263, and 15 of 148.
        for answered, asked, low, high in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)]:
            estimate = share_answered(answered, asked)
            assert (round(estimate.low, 4), round(estimate.high, 4)) == (low, high)

    def test_has_an_interval_with_width_at_none_and_at_all(self):
        assert share_answered(0, 20).low == 0.0
        assert share_answered(0, 20).high == pytest.approx(0.1611, abs=1e-4)
        assert share_answered(20, 20).high == 1.0
        assert share_answered(20, 20).low < 0.9

    def test_is_wider_at_a_higher_level(self):
        assert share_answered(50, 100, level=0.99).low < share_answered(50, 100, level=0.9).low

    def test_says_so_when_there_is_too_little(self):
        assert share_answered(9, 9) == NotEnough(9, 10, "conversations")

    @pytest.mark.parametrize(("answered", "asked"), [(-1, 10), (11, 10)])
    def test_refuses_impossible_counts(self, answered, asked):
        with pytest.raises(ValueError, match="answered"):
            share_answered(answered, asked)


class TestMedianWait:
    def test_is_the_plain_median_when_all_are_answered(self):
        estimate = median_wait([Wait(float(seconds), True) for seconds in (5, 1, 9, 3, 7, 11, 13)])
        assert (estimate.value, estimate.low, estimate.high, estimate.n) == (7.0, 1.0, 13.0, 7)

    def test_counts_those_who_wait_so_that_a_desk_that_stopped_does_not_look_fast(self):
        quick = [Wait(60.0 * minutes, True) for minutes in range(1, 13)]
        waiting = [Wait(86_400.0, False)] * 10
        assert median_wait(quick).value < median_wait(quick + waiting).value == 11 * 60.0

    def test_agrees_with_the_textbook_curve(self):
        # Freireich et al. (1963), 6-mercaptopurine arm, in Cox and Oakes (1984) table 1.1: median 23 weeks, and with
        # log(-log) limits 13 to no upper limit, as R's survfit(conf.type="log-log") prints.
        answered = [6, 6, 6, 7, 10, 13, 16, 22, 23]
        waiting = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
        waits = [Wait(float(week), True) for week in answered] + [Wait(float(week), False) for week in waiting]
        estimate = median_wait(waits)
        assert (estimate.value, estimate.low, estimate.high, estimate.n) == (23.0, 13.0, math.inf, 21)

    def test_says_so_while_more_than_half_still_wait(self):
        waits = [Wait(60.0, True)] * 4 + [Wait(3600.0, False)] * 6
        assert median_wait(waits) == NotEnough(4, 5, "answered conversations")

    def test_says_so_when_nobody_was_answered(self):
        assert median_wait([Wait(3600.0, False)] * 9) == NotEnough(0, 5, "answered conversations")

    def test_says_so_below_the_fewest_that_give_an_interval(self):
        assert median_wait([Wait(1.0, True)] * 5) == NotEnough(5, 6, "conversations")
        assert isinstance(median_wait([Wait(1.0, True)] * 6), Estimate)
        assert median_wait([Wait(1.0, True)] * 6, level=0.99) == NotEnough(6, 8, "conversations")

    def test_refuses_negative_waits(self):
        with pytest.raises(ValueError, match="at least 0"):
            median_wait([Wait(-1.0, True)])

    def test_takes_many_conversations(self):
        waits = [Wait(float(second), True) for second in range(200_001)]
        estimate = median_wait(waits)
        assert estimate.value == 100_000.0
        assert estimate.high - estimate.low == pytest.approx(2 * 1.96 * math.sqrt(200_001) / 2, rel=0.01)

    @pytest.mark.parametrize("look_after", [math.inf, 4.0])
    @pytest.mark.parametrize("n", [15, 60])
    def test_holds_the_true_median_as_often_as_it_says(self, n, look_after):
        """Waits are log-normal with median 1; one looks at questions of random age up to `look_after`."""
        rng = np.random.default_rng(7)
        missed = 0
        for _ in range(RUNS):
            true = rng.lognormal(0.0, 1.0, n)
            age = rng.uniform(0, look_after, n) if math.isfinite(look_after) else np.full(n, np.inf)
            waits = [Wait(min(t, a), bool(t <= a)) for t, a in zip(true.tolist(), age.tolist())]
            estimate = median_wait(waits)
            missed += isinstance(estimate, Estimate) and not estimate.low <= 1.0 <= estimate.high
        assert missed <= allowed_misses()
