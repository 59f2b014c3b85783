"""Where it is going: intervals that hold, odds that mean something, and silence when there is too little."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rapport.core.errors import NumberError
from rapport.core.measure.forecast import OffCourse, Plan, fan, reach
from rapport.core.types import NotEnough


def wandering(rng: np.random.Generator, n: int, *, broken_at: int | None = None) -> np.ndarray:
    noise = rng.standard_t(5, size=n) * 0.02
    if broken_at is not None:
        noise[broken_at:] *= math.sqrt(2.5)
    return 0.3 + np.cumsum(rng.normal(size=n) * 0.004) + noise


def test_nine_of_ten_later_values_lie_in_the_fan() -> None:
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(60):
        values = wandering(rng, 260)
        ahead = fan(values[:250], 7)
        inside.append((ahead.low <= values[250:257]) & (values[250:257] <= ahead.high))
    # the seven of one course hang together, so they count for the courses, not for themselves
    assert abs(np.mean(inside) - 0.9) < 3.5 * math.sqrt(0.9 * 0.1 / 60)


def test_it_says_truly_how_often_it_held_so_far_even_over_a_break() -> None:
    held = np.mean([fan(wandering(np.random.default_rng(i), 400, broken_at=300), 7).held for i in range(12)], axis=0)
    assert np.abs(held - 0.9).max() < 0.015


def test_after_a_break_the_fan_widens() -> None:
    wide = fan(wandering(np.random.default_rng(3), 500, broken_at=300), 4)
    narrow = fan(wandering(np.random.default_rng(3), 500), 4)
    assert (wide.high - wide.low > 1.2 * (narrow.high - narrow.low)).all()


def test_a_higher_level_is_wider() -> None:
    values = wandering(np.random.default_rng(2), 200)
    assert (fan(values, 3, level=0.95).high > fan(values, 3, level=0.6).high).all()


def test_the_days_of_the_week_are_known() -> None:
    rng = np.random.default_rng(4)
    week = np.array([0.3, 0.3, 0.3, 0.3, 0.3, 0.5, 0.5])
    values = np.tile(week, 20) + 0.01 * rng.normal(size=140)
    assert fan(values, 7, period=7).middle == pytest.approx(week, abs=0.03)


def test_a_slow_improvement_goes_on() -> None:
    rng = np.random.default_rng(5)
    values = np.linspace(0.40, 0.30, 80) + 0.01 * rng.normal(size=80)
    assert fan(values, 8).middle[-1] < 0.297


def jumping(rng: np.random.Generator, *, mends: float) -> np.ndarray:
    """Thirty weeks about nought, a fall of forty points, and twenty weeks that mend."""
    behind = -0.4 + mends * np.clip(np.arange(20) - 5, 0, None)
    return np.concatenate([np.zeros(30), behind]) + 0.08 * rng.normal(size=50)


def test_an_improvement_behind_a_jump_that_is_known_is_foreseen() -> None:
    rises = {(): 0.0, (30,): 0.0}
    for seed in range(12):
        values = jumping(np.random.default_rng(seed), mends=0.02)
        for breaks in rises:
            middle = fan(values, 8, bounds=(-1, 1), breaks=breaks).middle
            rises[breaks] += (middle[-1] - middle[0]) / 12
    assert rises[30,] > 0.04  # of 14 points; half of it would be much from fifteen such weeks
    assert rises[30,] > 2 * rises[()]


def test_a_jump_that_is_known_is_not_taken_for_a_trend() -> None:
    off = [
        fan(jumping(np.random.default_rng(seed), mends=0.0)[:36], 8, bounds=(-1, 1), breaks=[30]) for seed in range(12)
    ]
    assert np.mean([one.middle[-1] for one in off]) == pytest.approx(-0.4, abs=0.05)
    assert abs(np.mean([one.middle[-1] - one.middle[0] for one in off])) < 0.02


def test_without_a_trend_none_is_foreseen() -> None:
    rises = [fan(0.3 + 0.05 * np.random.default_rng(seed).normal(size=52), 8).middle for seed in range(12)]
    assert max(abs(one[-1] - one[0]) for one in rises) < 0.02


def test_the_fan_stays_on_the_scale() -> None:
    ahead = fan(np.abs(0.02 * np.random.default_rng(6).normal(size=60)), 12)
    assert ahead.low.min() >= 0
    assert ahead.high.max() <= 1


def test_net_tone_may_be_negative() -> None:
    assert fan(-0.2 + 0.02 * np.random.default_rng(6).normal(size=60), 3, bounds=(-1, 1)).middle.max() < 0


@pytest.mark.parametrize(("value", "scale"), [(-0.3, "0 to 1"), (500.0, "0 to 1")])
def test_numbers_of_another_scale_are_refused_and_not_cut_off(value: float, scale: str) -> None:
    with pytest.raises(NumberError, match=f"a number from {scale}: give `bounds`"):
        fan(np.full(40, value), 4)


def test_of_how_many_intervals_it_says_that_they_held_is_told() -> None:
    values = 0.3 + 0.02 * np.random.default_rng(6).normal(size=60)
    ahead = fan(values, 8)
    # eight values start the models; each distance needs five errors that were known when its interval was made
    assert ahead.judged.tolist() == [60 - 8 - 2 * (h - 1) - 5 for h in range(1, 9)]


def test_too_short_a_past_gives_no_forecast() -> None:
    assert fan([0.3] * 15, 4) == NotEnough(15, 24, "values")
    assert reach([0.3] * 15, 0.4, 4, np.random.default_rng(1)) == NotEnough(15, 20, "values")


# -- the goal ----------------------------------------------------------------------------------------------------------


def test_the_odds_come_true_as_often_as_they_say() -> None:
    rng = np.random.default_rng(7)
    said, came = [], []
    for _ in range(80):
        values = wandering(rng, 130)
        said.append(reach(values[:120], 0.3, 10, rng, horizon=10, paths=300).probability)
        came.append(values[129] >= 0.3)
    odds, found = np.array(said), np.array(came)
    spread = math.sqrt(float((odds * (1 - odds)).sum()))
    assert abs(float(odds.sum() - found.sum())) < 3.5 * spread


def test_a_goal_that_is_met_today_is_met_at_once() -> None:
    values = 0.5 + 0.005 * np.random.default_rng(8).normal(size=60)
    outlook = reach(values, 0.3, 4, np.random.default_rng(8))
    assert (outlook.probability, outlook.arrival.value, outlook.never) == (1.0, 1.0, 0.0)


def test_a_goal_out_of_reach_is_never_reached() -> None:
    values = 0.3 + 0.005 * np.random.default_rng(8).normal(size=60)
    outlook = reach(values, 0.9, 4, np.random.default_rng(8))
    assert (outlook.probability, outlook.arrival.value, outlook.never) == (0.0, math.inf, 1.0)


def test_a_goal_may_be_to_fall_below() -> None:
    values = 0.5 + 0.005 * np.random.default_rng(8).normal(size=60)
    assert reach(values, 0.9, 4, np.random.default_rng(8), below=True).probability == 1.0


def test_the_odds_are_as_wide_as_the_fan() -> None:
    """Behind a fall, which the fan remembers: beyond its edges, less the error of the next estimate, lie one in ten."""
    values = jumping(np.random.default_rng(1), mends=0.0)
    ahead = fan(values, 8, bounds=(-1, 1), breaks=[30])
    half = math.sqrt((ahead.high[-1] - ahead.middle[-1]) ** 2 - (1.645 * 0.08) ** 2)
    how = {"sampling_variance": 0.08**2, "breaks": [30], "horizon": 12}
    above, below = (
        reach(values, ahead.middle[-1] + way * half, 8, np.random.default_rng(9), below=way < 0, **how).probability
        for way in (1, -1)
    )
    assert above + below == pytest.approx(0.1, abs=0.02)
    assert min(above, below) > 0.02


def test_what_is_told_for_sure_is_no_more_often_wrong_than_it_says() -> None:
    """A tone that walks about, of which only estimates are known."""
    rng, said, came = np.random.default_rng(11), [], []
    for _ in range(200):
        tone = np.cumsum(0.04 * rng.normal(size=59))
        values, goal = tone[:51] + 0.077 * rng.normal(size=51), tone[50] + rng.choice([-0.1, 0.0, 0.1, 0.2])
        found = reach(values, goal, 8, rng, horizon=8, sampling_variance=0.077**2, paths=100)
        said.append(found.probability)
        came.append(tone[58] >= goal)
    odds, true = np.array(said), np.array(came)
    sure = np.abs(odds - 0.5) >= 0.3
    wrong, told = (true != (odds > 0.5))[sure], np.minimum(odds, 1 - odds)[sure]
    assert wrong.sum() - told.sum() < 2 * math.sqrt((told * (1 - told)).sum())


def test_where_it_stands_is_not_known_better_than_its_estimates() -> None:
    """Twenty estimates that stray by chance alone: too few for a fan, and their mean is off by a hundredth and more."""
    for seed in range(6):
        rng = np.random.default_rng(seed)
        values = 0.3 + 0.05 * rng.normal(size=20)
        found = reach(values, values.mean() + 0.01, 1, rng, sampling_variance=0.09**2, horizon=4)
        assert 0 < found.probability < 1


def test_the_error_of_estimates_is_not_taken_for_a_course_of_the_tone() -> None:
    values = 0.3 + 0.02 * np.random.default_rng(9).normal(size=80)
    odds = [reach(values, 0.33, 4, np.random.default_rng(9), sampling_variance=v).probability for v in (0.0, 0.0003)]
    assert odds[1] < odds[0]


# -- off course --------------------------------------------------------------------------------------------------------


def rings_within(steps: int, lag: float, runs: int, *, start_error: float = 0.0) -> float:
    """How often it rings when the truth lies `lag` behind the plan, whose start is an estimate."""
    rng, rang, truth = np.random.default_rng(10), 0, Plan(0.40, 0.30, steps, 0.02)
    for _ in range(runs):
        start = 0.40 + start_error * rng.normal()
        course = OffCourse(Plan(start, 0.30, steps, 0.02, start_error))
        for step in range(1, steps + 1):
            course = course.step(truth.at(step) + lag + 0.02 * rng.normal())
            if course.rings:
                rang += 1
                break
    return rang / runs


def test_on_plan_it_rings_in_at_most_one_of_twenty_courses() -> None:
    assert rings_within(180, 0.0, 300) <= 0.05 + 3.5 * math.sqrt(0.05 * 0.95 / 300)


def test_an_estimated_start_does_not_ring_it_more_often() -> None:
    assert rings_within(52, 0.0, 300, start_error=0.02) <= 0.05 + 3.5 * math.sqrt(0.05 * 0.95 / 300)


def test_where_the_way_began_becomes_certain_along_it() -> None:
    plan = Plan(0.40, 0.30, 10, 0.02, 0.02)
    for step in range(1, 11):
        plan = plan.learned(step, 0.44 - 0.014 * step)
    assert plan.start == pytest.approx(0.44, abs=0.012)
    assert plan.start_error < 0.012


def test_a_way_never_begins_beyond_the_goal() -> None:
    plan = Plan(0.21, 0.20, 10, 0.02, 0.02).learned(1, 0.1)
    assert not plan.behind(2, 0.2)
    assert plan.behind(2, 0.25)


def test_behind_the_plan_it_rings() -> None:
    assert rings_within(180, 0.02, 50) == 1.0


def test_ahead_of_the_plan_it_stays_quiet() -> None:
    assert rings_within(180, -0.02, 50) == 0.0
