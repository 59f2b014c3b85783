"""Silence is suspected when chance does not explain it, and not whenever a night is quiet."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rapport.core.measure.coverage import Hour, State, Verdict, Why, comparable, together, verdict, verdicts
from rapport.core.measure.silence import PATIENCE, clumping, silences
from rapport.core.types import NotEnough

WELL = Hour(True, 60, 0, 0.0, arrived=3, expected=0.0)
FAILED = Hour(True, 4, 4, 0.0, arrived=0, expected=0.0)
ONCE = Hour(True, 1, 1, 0.0, arrived=0, expected=0.0)
NOBODY = Hour(True, 0, 0, 0.0, arrived=0, expected=0.0)


def test_a_silence_is_told_when_its_hours_weigh_enough_and_not_before() -> None:
    needed = math.ceil(PATIENCE / (0.9 * 4))
    quiet = [4] * 50 + [0] * needed
    assert silences(quiet[:-1], [4.0] * (len(quiet) - 1), math.inf) == []
    (found,) = silences(quiet, [4.0] * len(quiet), math.inf)
    assert (found.first, found.last, found.lasts) == (50, 50 + needed, True)


def test_the_more_clumped_messages_are_the_longer_it_takes() -> None:
    quiet, expected = [4] * 50 + [0] * 6, [4.0] * 56
    assert silences(quiet, expected, math.inf)
    assert silences(quiet, expected, math.inf, clumped=2.0) == []


def test_hours_in_which_nobody_listened_tell_nothing() -> None:
    assert silences([4] * 50 + [-1] * 100, [4.0] * 150, math.inf) == []
    (found,) = silences([4] * 50 + [0] * 3 + [-1] * 100 + [0] * 3, [4.0] * 156, math.inf)
    assert (found.expected, found.arrived) == (24.0, 0)


def test_a_few_stragglers_do_not_end_it_and_the_usual_does() -> None:
    counts = [4] * 20 + [0] * 10 + [1] + [0] * 10 + [4] * 10
    (found,) = silences(counts, [4.0] * len(counts), math.inf)
    assert (found.first, found.last, found.lasts, found.arrived) == (20, 41, False, 1)


def test_hours_apart_are_hardly_ever_suspected() -> None:
    rng = np.random.default_rng(5)
    years = [rng.negative_binomial(2.0, 2.0 / 3.0, 8_760).tolist() for _ in range(20)]
    suspected = sum(len(silences(year, [1.0] * 8_760, 2.0)) for year in years)
    # Once in ten years at most: of twenty years, more than seven have a chance below 1 in 1,000 (Poisson).
    assert suspected <= 7


def test_independent_hours_are_not_clumped_and_busy_days_are() -> None:
    rng = np.random.default_rng(6)
    apart = rng.poisson(2.0, 2_016)
    assert clumping(apart.tolist(), [2.0] * 2_016, math.inf) < 1.5
    busy = rng.poisson(np.repeat(rng.gamma(1.0, 2.0, 84), 24))
    assert clumping(busy.tolist(), [2.0] * 2_016, math.inf) > 10


def test_a_fall_to_nothing_or_to_all_is_none() -> None:
    for fall in (0.0, 1.0, 2.0):
        with pytest.raises(ValueError, match="a fall"):
            silences([1], [1.0], 1.0, fall=fall)


@pytest.mark.parametrize(
    ("hour", "why"),
    [
        (NOBODY, Why.UNHEARD),
        (FAILED, Why.FAILED),
        (Hour(True, 9, 0, 4000.0, 5, 0.0), Why.LATE),
        (Hour(True, 9, 0, 0.0, 0, 40.0, 5.0), Why.FEW),
        (Hour(True, 0, 0, 0.0, 0, 0.0, paused=True), Why.PAUSED),
    ],
)
def test_an_hour_that_was_not_heard_well_says_why(hour: Hour, why: Why) -> None:
    assert verdict(hour).why is why


def test_calls_that_fail_in_a_row_are_an_outage_from_the_third_on() -> None:
    assert [one.state for one in verdicts([WELL, ONCE, ONCE, WELL])][1:3] == [State.DEGRADED] * 2
    assert [one.state for one in verdicts([WELL, ONCE, ONCE, ONCE, WELL])][1:4] == [State.DOWN] * 3
    assert [one.state for one in verdicts([WELL, NOBODY, ONCE])][1:] == [State.DOWN] * 2


def test_only_what_was_down_or_paused_is_missed() -> None:
    assert [verdict(hour).missed for hour in (FAILED, NOBODY, WELL)] == [True, True, False]
    assert verdict(Hour(True, 0, 0, 0.0, 0, 0.0, paused=True)).missed
    assert not verdict(Hour(False, 0, 0, 0.0, 0, 0.0)).missed


def test_a_channel_is_as_its_sources_are() -> None:
    silent, delivering, down = (Verdict(state) for state in (State.SILENT, State.DELIVERING, State.DOWN))
    none = Verdict(State.NOT_CONTRACTED)
    assert together([silent, delivering]).state is State.DELIVERING
    assert together([silent, none]).state is State.SILENT
    assert together([down, silent]).state is State.DEGRADED
    assert together([down, none]).state is State.DOWN


def test_a_period_with_a_hole_is_left_out_before_a_channel_is() -> None:
    found = comparable({"a": [True] * 5, "b": [True, False, True, True, True], "c": [True, True, False, True, True]})
    assert found.channels == ("a", "b", "c")
    assert found.periods == (0, 3)


def test_the_channel_with_most_holes_goes_first() -> None:
    found = comparable({"a": [True] * 5, "new": [False, False, False, False, True]})
    assert (found.channels, found.periods) == (("a",), (0, 1, 2, 3))
    assert comparable({"new": [False, False, True]}) == NotEnough(0, 2, "weeks heard in full")
    assert comparable({}) == NotEnough(0, 2, "weeks heard in full")
