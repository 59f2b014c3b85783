"""Counts: whose voice, how loud, and when to warn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rapport.core.measure import burst
from rapport.core.measure.burst import Profile, Rise, against_expected, profile, warning
from rapport.core.measure.quantiles import at_most
from rapport.core.measure.silence import clumping
from rapport.core.measure.voice import live_for_all, share_of_voice, sums, together
from rapport.core.types import Estimate, NotEnough

HOURS = np.arange(burst.WEEK)
USUAL = Profile(8 * (1.2 + np.sin(2 * np.pi * (HOURS % 24 - 8) / 24)) * np.where(HOURS >= 120, 0.5, 1.0), 5.0)
"""Loud by day, quiet by night, half as loud at the weekend; counts in clumps."""


def hours(rng: np.random.Generator, weeks: int, factor: float = 1.0) -> np.ndarray:
    mean = np.tile(USUAL.mean, weeks) * factor
    return rng.negative_binomial(USUAL.size, USUAL.size / (USUAL.size + mean))


# -- voice -------------------------------------------------------------------------------------------------------------


def test_copies_of_one_person_are_one_voice() -> None:
    brand = ["we"] * 500 + ["we"] * 30 + ["they"] * 70
    group = np.concatenate([np.zeros(500, dtype=int), np.arange(1, 101)])
    messages, people = share_of_voice(brand, group), share_of_voice(brand, group, people=True)
    assert messages["we"].value == pytest.approx(530 / 600)
    assert people["we"].value == pytest.approx(31 / 101)
    assert messages["we"].high - messages["we"].low > 0.3  # one loud person leaves the share of messages wide open
    assert people["we"].n == 101


def test_the_shares_of_all_brands_sum_to_one() -> None:
    rng = np.random.default_rng(1)
    found = share_of_voice(rng.choice(["a", "b", "c"], 300).tolist(), rng.integers(0, 100, 300))
    assert sum(one.value for one in found.values()) == pytest.approx(1)


def test_the_interval_holds_though_people_repeat_themselves() -> None:
    rng, runs, held = np.random.default_rng(2), 300, 0
    for _ in range(runs):
        talk = rng.geometric(0.3, size=150)
        group = np.repeat(np.arange(150), talk)
        brand = np.where(rng.random(150) < 0.3, "we", "they")[group]
        found = share_of_voice(brand.tolist(), group)
        held += found["we"].low <= 0.3 <= found["we"].high
    assert abs(held / runs - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs) + 0.01


def weeks_together(rng: np.random.Generator, *, steady: bool) -> Estimate:
    """Eight weeks of sixty people, the same ones or others each week; each speaks of one brand, 40 % of us."""
    weeks, ours = [], rng.random(60) < 0.4
    for week in range(8):
        names = [str(n if steady else week * 60 + n) for n in range(60)]
        weeks.append(sums(np.where(ours, "we", "they").tolist(), np.arange(60), voice=names))
        ours = ours if steady else rng.random(60) < 0.4
    found = together(weeks)
    assert not isinstance(found, NotEnough)
    return found["we"]


@pytest.mark.parametrize("steady", [True, False])
def test_who_speaks_every_week_is_one_voice(steady: bool) -> None:
    rng, runs = np.random.default_rng(11), 60
    found = [weeks_together(rng, steady=steady) for _ in range(runs)]
    assert np.mean([one.low <= 0.4 <= one.high for one in found]) > 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / runs)
    assert np.mean([one.high - one.low for one in found]) == pytest.approx(0.25 if steady else 0.09, rel=0.1)


def test_a_handful_of_people_have_no_share_of_voice() -> None:
    assert share_of_voice(["we"] * 50, np.arange(50) % 5) == NotEnough(5, 20, "people")


def test_only_channels_that_are_live_for_everybody_count() -> None:
    assert live_for_all({"we": ["a", "b"], "they": ["b", "c"]}) == ("b",)
    assert live_for_all({}) == ()


# -- early warning -----------------------------------------------------------------------------------------------------


def test_the_week_is_learned() -> None:
    learned = profile(hours(np.random.default_rng(3), 12))
    assert isinstance(learned, Profile)
    assert np.abs(learned.mean / USUAL.mean - 1).mean() < 0.15
    assert learned.size == pytest.approx(5, rel=0.3)


def test_last_months_storm_does_not_make_the_next_one_normal() -> None:
    counts = hours(np.random.default_rng(3), 12)
    counts[500:505] += 2000
    calm, stormy = profile(hours(np.random.default_rng(3), 12)), profile(counts)
    assert stormy.mean[500 % 168] < 2 * calm.mean[500 % 168]


def test_hours_that_were_not_heard_are_left_out() -> None:
    counts = hours(np.random.default_rng(3), 12)
    with_gap = counts.copy()
    with_gap[168:336] = -1
    assert profile(with_gap).mean.mean() == pytest.approx(profile(counts).mean.mean(), rel=0.1)


def test_a_month_is_too_short_to_know_the_week_when_hours_are_missing() -> None:
    assert profile([1] * 600) == NotEnough(3, 4, "weeks of hourly counts")


def test_false_warnings_come_a_few_times_a_year_where_three_sigma_comes_hundreds_of_times() -> None:
    rng = np.random.default_rng(4)
    learned = profile(hours(rng, 12))
    year = hours(rng, 52)
    mean = np.tile(learned.mean, 52)
    warned = sum(warning(int(n), t, learned) is not None for t, n in enumerate(year))
    three_sigma = int((year > mean + 3 * np.sqrt(mean)).sum())
    assert warned <= 8
    assert three_sigma > 300


def test_three_times_as_much_in_a_busy_hour_is_mostly_noticed_within_three_hours() -> None:
    rng = np.random.default_rng(5)
    noticed = 0
    for _ in range(200):
        mean = USUAL.mean[12:15] * 3
        counts = rng.negative_binomial(USUAL.size, USUAL.size / (USUAL.size + mean))
        noticed += any(warning(int(n), 12 + t, USUAL) for t, n in enumerate(counts))
    assert noticed / 200 > 0.5


def test_a_rise_that_lasts_is_found_within_days() -> None:
    rng, found = np.random.default_rng(6), []
    for _ in range(20):
        rise = Rise(USUAL.size)
        for t, count in enumerate(hours(rng, 3, factor=1.5)):
            rise = rise.step(int(count), float(USUAL.mean[t % burst.WEEK]))
            if rise.rings:
                found.append(t)
                break
    assert len(found) == 20
    assert np.median(found) < 7 * 24


def test_while_nothing_rises_it_does_not_ring_for_years() -> None:
    rng = np.random.default_rng(7)
    rise = Rise(USUAL.size)
    for t, count in enumerate(hours(rng, 104)):
        rise = rise.step(int(count), float(USUAL.mean[t % burst.WEEK]))
        assert not rise.rings


def test_buzz_is_what_came_over_what_would_have_come() -> None:
    rng, runs, held = np.random.default_rng(8), 300, 0
    for _ in range(runs):
        counts = hours(rng, 1, factor=1.4)
        found = against_expected(counts, USUAL.mean, USUAL.size)
        held += found.low <= 1.4 <= found.high
    assert abs(held / runs - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("days", [2, 14])
def test_the_interval_of_the_buzz_holds_though_days_are_busy_or_calm(days: int) -> None:
    """Whole days are busy or calm, and what is usual is learned from eight such weeks."""
    rng, runs, held = np.random.default_rng(9), 100, 0
    hour = np.arange(56 * 24)

    def talk(days: int) -> np.ndarray:
        return rng.poisson(np.repeat(rng.gamma(5.0, 1.0, days), 24) * np.tile(1.2 + np.sin(HOURS[:24] / 4), days))

    for _ in range(runs):
        past, counts = talk(56), talk(days)
        usual = profile(past)
        clumped = clumping(past.tolist(), usual.mean[hour % burst.WEEK].tolist(), usual.size)
        mean = usual.mean[hour[: days * 24] % burst.WEEK]
        found = against_expected(counts, mean, usual.size, weeks=usual.weeks, clumped=clumped)
        held += found.low <= 1 <= found.high
    assert abs(held / runs - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs)


FEW = (2, 3, 4, 10, 50)
"""Messages expected in an hour, most of which an interval from the normal distribution is wrong about."""


def misses(count: int, expected: float, size: float, weeks: float) -> tuple[bool, bool]:
    """Whether it is called louder, or quieter, than the nothing out of the usual that it is."""
    found = against_expected([count], [expected], size, weeks=weeks)
    assert isinstance(found, Estimate)
    return found.low > 1, found.high < 1


@pytest.mark.parametrize("size", [math.inf, 5.0])
@pytest.mark.parametrize("expected", FEW)
def test_noise_is_called_louder_or_quieter_once_in_forty_times_each_at_most(size: float, expected: float) -> None:
    """Where the profile is known: by the chances of the counts themselves."""
    counts = np.arange(400)
    below = np.array([at_most(int(count), expected, size) for count in counts])
    chances = np.diff(below, prepend=0.0)
    assert chances.sum() == pytest.approx(1)
    missed = chances @ np.array([misses(int(count), expected, size, math.inf) for count in counts])
    assert missed.max() <= 0.025


@pytest.mark.parametrize("size", [math.inf, 5.0])
def test_noise_is_not_called_louder_or_quieter_where_few_weeks_tell_what_is_usual(size: float) -> None:
    rng, weeks, runs = np.random.default_rng(12), 8, 1500
    for expected in FEW:
        busy = rng.gamma(size, expected / size, (runs, weeks + 1)) if math.isfinite(size) else expected
        came = rng.poisson(busy, (runs, weeks + 1))
        learned = np.maximum(came[:, 1:].sum(axis=1), weeks)  # below one message nothing is measured
        pairs, times = np.unique(np.column_stack([came[:, 0], learned]), axis=0, return_counts=True)
        missed = times @ np.array([misses(int(count), total / weeks, size, weeks) for count, total in pairs]) / runs
        assert missed.max() <= 0.025 + 2.5 * math.sqrt(0.025 * 0.975 / runs), expected


def test_two_hours_without_a_message_are_no_proof_of_quiet_where_two_were_expected() -> None:
    assert against_expected([0, 0], [1, 1.1], math.inf).high == pytest.approx(-math.log(0.025) / 2.1)


def test_against_nothing_nothing_is_measured() -> None:
    assert against_expected([3], [0.2], 5.0) == NotEnough(0, 1, "expected messages")


def test_many_series_together_keep_the_false_warnings_that_they_are_allowed() -> None:
    """Ten series, 60 days, learned anew each week: 0.7 are allowed; four or more come once in a hundred times."""
    rng, weeks, days, series = np.random.default_rng(5), 8, 60, 10
    hours = np.arange((weeks * 7 + days) * 24)
    mean = 1 + 0.8 * np.sin(hours / 24 * 2 * np.pi)
    limit, false = burst.limits(series, 4.0), 0
    for _ in range(series):
        counts = rng.poisson(rng.gamma(5.0, mean / 5.0))
        for week in range(days // 7):
            start = (weeks + week) * burst.WEEK
            usual = burst.profile(counts[start - weeks * burst.WEEK : start])
            assert isinstance(usual, burst.Profile)
            for at in range(start, start + burst.WEEK, 42):
                near = slice(at - 48, at)
                hour = hours[near] % burst.WEEK
                found = burst.loud(counts[near], usual.mean[hour], usual.sizes()[hour], limit, fewest=5)
                false += found is not None
    assert false < 4


def test_hours_in_which_nobody_spoke_so_far_are_not_impossible() -> None:
    rng = np.random.default_rng(6)
    usual = burst.profile(rng.poisson(0.02, 8 * burst.WEEK))
    assert isinstance(usual, burst.Profile)
    assert usual.mean.min() > 0
    assert 0.01 < usual.mean.mean() < 0.05


def test_a_burst_is_found_in_its_first_hour_and_a_rise_within_a_day_and_a_half() -> None:
    usual, limit = burst.Profile(np.full(168, 4.0), 5.0, 8.0), burst.limits(20, 4.0)
    mean, size = usual.mean[:48], usual.sizes()[:48]
    calm = np.full(48, 4)
    once = burst.loud([*calm[:-1], 60], mean, size, limit)
    assert once is not None
    assert (once.first, once.lasting) == (47, False)
    more = burst.loud([*calm[:12], *calm[12:] * 3], mean, size, limit)
    assert more is not None
    assert more.lasting
