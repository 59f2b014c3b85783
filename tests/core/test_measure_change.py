"""The alarms: quiet as long as they promise, quick when it matters, and deaf to what is not tone."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import years
from rapport.core.measure import change, delay
from rapport.core.measure.change import Amber, RedAlarm, Ruler, Today, flagged, watch
from rapport.core.measure.delay import Line, Reader, expect
from rapport.core.types import Refused

LINE = Line(share=0.25, messages=2000, labels=10)


def at_most(found: float, promised: float, runs: int) -> bool:
    """Not above what was promised by more than chance (one in ten thousand) explains."""
    return found <= promised + 3.7 * math.sqrt(promised * (1 - promised) / runs)


def day(values: list[float], centre: float = 0.25) -> Today:
    return Today(np.ones(1), np.array([centre]), np.zeros(len(values), dtype=int), np.array(values))


# -- the guarantee -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("home", "theta"), [(0.25, 0.28), (0.25, 0.22), (0.3, 0.3)])
@pytest.mark.parametrize("sizes", [(60, 40), (90, 10)])
def test_what_a_bet_grows_by_is_at_most_one_on_average_when_nothing_happened(
    home: float, theta: float, sizes: tuple[int, int]
) -> None:
    """By counting all samples, not by luck: messages of two strata, drawn without replacement in each."""
    truly = [round(theta * 100) - 5, 5]
    weight = np.array(sizes) / 100
    count = (3, 1)
    mean = np.zeros(len(change.STAKES))
    for hits in itertools.product(range(count[0] + 1), range(count[1] + 1)):
        chance = math.prod(
            math.comb(k, x) * math.comb(n - k, m - x) / math.comb(n, m) for k, n, m, x in zip(truly, sizes, count, hits)
        )
        values = [float(i < x) for m, x in zip(count, hits) for i in range(m)]
        today = Today(weight, np.array([0.2, 0.6]), np.repeat([0, 1], count), np.array(values))
        mean += chance * np.exp(RedAlarm(home, 0.03, 7300)._growth(today))
    assert mean.max() <= 1 + 1e-12


def test_a_silent_channel_is_neither_good_news_nor_bad() -> None:
    """It keeps its weight and its last share; what is heard from the rest grows by at most one on average."""
    weight, centre = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.6])
    truly, sizes, count = (20, 34), (100, 100), (3, 2)
    home = 0.5 * 0.20 + 0.3 * 0.34 + 0.2 * 0.6
    mean = np.zeros(len(change.STAKES))
    for hits in itertools.product(range(count[0] + 1), range(count[1] + 1)):
        chance = math.prod(
            math.comb(k, x) * math.comb(n - k, m - x) / math.comb(n, m) for k, n, m, x in zip(truly, sizes, count, hits)
        )
        values = np.array([float(i < x) for m, x in zip(count, hits) for i in range(m)])
        mean += chance * np.exp(
            RedAlarm(home, 0.0, 7300)._growth(Today(weight, centre, np.repeat([0, 1], count), values))
        )
    assert mean.max() <= 1 + 1e-12


def best_worth(messages: int, share: float, home: float, fewest: int, most: int) -> float:
    """What a day is worth on average to whoever stops between `fewest` and `most` labels, by the best of all rules that
    look at the labels so far: counted backwards over all courses of drawing without replacement."""
    alarm, hits = RedAlarm(home, 0.03, 7300), round(share * messages)

    def worth(n: int, x: int) -> np.ndarray:
        return np.exp(alarm._growth(day([1.0] * x + [0.0] * (n - x), home))) if n else np.ones(len(change.STAKES))

    after: dict[int, np.ndarray] = {}
    for n in range(most, -1, -1):
        now = {}
        for x in range(max(0, n - messages + hits), min(n, hits) + 1):
            chance = (hits - x) / (messages - n)
            goes_on = chance * after.get(x + 1, 0.0) + (1 - chance) * after.get(x, 0.0) if n < most else worth(n, x)
            now[x] = np.maximum(worth(n, x), goes_on) if n >= fewest else goes_on
        after = now
    return float(after[0].max())


SMALL_DAYS = [(40, 8), (60, 12), (200, 60)]


@pytest.mark.parametrize(("messages", "plan"), SMALL_DAYS)
def test_whoever_asks_for_a_few_more_can_ring_it_unless_only_what_was_planned_counts(messages: int, plan: int) -> None:
    assert best_worth(messages, 0.25, 0.22, plan, plan) <= 1
    assert best_worth(messages, 0.25, 0.22, plan, plan + 24) > 1


@pytest.mark.parametrize(("messages", "plan"), SMALL_DAYS)
def test_whoever_leaves_a_plan_half_done_gains_nothing_at_the_baseline_and_hardly_at_the_end_of_the_tolerance(
    messages: int, plan: int
) -> None:
    assert best_worth(messages, 0.25, 0.25, 0, plan) <= 1 + 1e-9
    assert best_worth(messages, 0.25, 0.22, 0, plan) < 1.025


def test_no_single_label_can_lose_everything() -> None:
    weight = np.array([0.95, 0.05])
    for values in itertools.product([0.0, 1.0], repeat=2):
        for centre in itertools.product([0.0, 0.5, 1.0], repeat=2):
            today = Today(weight, np.array(centre), np.array([0, 1]), np.array(values))
            assert np.isfinite(RedAlarm(0.05, 0.03, 7300)._growth(today)).all()


@pytest.mark.parametrize("labels", [10, 30])
@pytest.mark.parametrize("drift", [0.0, 0.1])
def test_in_a_year_without_a_change_red_rings_seldom_whatever_the_reader_does(labels: int, drift: float) -> None:
    quiet = expect(replace(LINE, labels=labels), 0.0, np.random.default_rng(1), drift=drift, runs=300)
    assert at_most(quiet.rang, change.FALSE_ALARMS, 300)
    assert quiet.labels <= 1.5 * labels


@pytest.mark.parametrize("year", [years.threads, years.outage, years.mix_shift], ids=lambda year: year.__name__)
def test_neither_threads_nor_outages_nor_another_mix_of_channels_ring_it(year: years.Year) -> None:
    rng = np.random.default_rng(2)
    rang = sum(years.rings(year(rng), rng) is not None for _ in range(25))
    assert at_most(rang / 25, change.FALSE_ALARMS, 25)


def test_the_same_threads_ring_it_when_every_message_counts_as_an_opinion() -> None:
    rng = np.random.default_rng(2)
    assert sum(years.rings(years.threads(rng, grouped=False), rng) is not None for _ in range(25)) >= 3


def test_the_dashboard_that_it_replaces_rings_every_year() -> None:
    assert years.three_sigma(np.random.default_rng(3), runs=50) > 0.9


# -- being quick -------------------------------------------------------------------------------------------------------


def test_ten_points_are_found_within_a_fortnight_and_twenty_within_five_days() -> None:
    rng = np.random.default_rng(4)
    assert expect(LINE, 0.10, rng, runs=300).days <= 14
    assert expect(LINE, 0.20, rng, runs=300).days <= 5


def test_without_amber_it_takes_weeks() -> None:
    assert expect(replace(LINE, surge=1), 0.10, np.random.default_rng(4), runs=200).days > 30


def test_a_fall_is_found_like_a_rise() -> None:
    assert expect(LINE, -0.10, np.random.default_rng(4), runs=200).days <= 14


def test_a_better_reader_finds_changes_sooner() -> None:
    days = [
        expect(replace(LINE, surge=1, reader=reader), 0.10, np.random.default_rng(5), runs=200).days
        for reader in (Reader(0.9, 0.03), Reader(0.3, 0.25))
    ]
    assert days[0] < days[1] - 5


def test_many_years_at_once_are_the_same_as_one_alarm_after_another() -> None:
    line = Line(share=0.25, messages=200, labels=10)
    sizes, count, hits = np.array([[60, 140]]), np.array([[4, 6]]), np.array([[3, 1]])
    centre = delay._centres(line)
    value = np.concatenate([np.arange(m) < x for m, x in zip(count[0], hits[0])]).astype(float)
    today = Today(sizes[0] / 200, centre, np.repeat([0, 1], count[0]), value)
    together = delay._growths(line, np.array([0.26]), sizes, count, hits, 0.03)[0]
    assert together == pytest.approx(RedAlarm(0.26, 0.03, 7300)._growth(today))


# -- what it says ------------------------------------------------------------------------------------------------------


def run(alarm: RedAlarm, shares: list[float], labels: int, rng: np.random.Generator) -> RedAlarm:
    for share in shares:
        alarm = alarm.step(day((rng.random(labels) < share).astype(float).tolist()))
        if alarm.red:
            break
    return alarm


def test_it_says_when_it_began_and_in_which_direction() -> None:
    rng, off, sides = np.random.default_rng(7), [], []
    for _ in range(60):
        alarm = run(RedAlarm(0.25, 0.03, 7300), [0.25] * 30 + [0.45] * 60, 20, rng)
        off.append(alarm.began - 31)
        sides.append(alarm.rises)
    assert abs(np.median(off)) <= 3
    assert all(sides)


def test_a_fall_is_called_a_fall() -> None:
    alarm = run(RedAlarm(0.45, 0.03, 7300), [0.2] * 60, 20, np.random.default_rng(7))
    assert alarm.red
    assert not alarm.rises


def test_net_tone_can_be_watched_too() -> None:
    alarm = RedAlarm(0.0, 0.06, 7300, low=-1.0)
    for _ in range(30):
        alarm = alarm.step(day([-1.0] * 8 + [0.0] * 8 + [1.0] * 4, centre=0.0))
    assert alarm.red
    assert not alarm.rises


def test_a_day_without_labels_is_a_day_and_nothing_more() -> None:
    alarm = RedAlarm(0.25, 0.03, 7300).step(day([]))
    assert (alarm.day, alarm.evidence) == (1, 1.0)


def test_when_most_is_silent_a_day_tells_nothing() -> None:
    loud = Today(np.array([0.4, 0.6]), np.array([0.25, 0.25]), np.zeros(20, dtype=int), np.ones(20))
    assert RedAlarm(0.25, 0.03, 7300).step(loud).evidence == 1.0


def test_evidence_never_overflows() -> None:
    alarm = RedAlarm(0.05, 0.03, 7300)
    for _ in range(400):
        alarm = alarm.step(day([1.0] * 50, centre=0.05))
    assert math.isfinite(alarm.log_evidence)


def test_a_tolerance_below_the_error_of_the_baseline_is_refused() -> None:
    assert isinstance(watch(0.25, 0.035, day_variance=0.0, a_day=10), Refused)
    assert isinstance(watch(0.25, 0.035, day_variance=0.0, a_day=10, tolerance=0.05), RedAlarm)


@pytest.mark.parametrize(("error", "day_sd"), [(0.03, 0.0), (0.01, 0.05)])
def test_neither_an_unsure_baseline_nor_wandering_days_ring_it(error: float, day_sd: float) -> None:
    line = replace(LINE, labels=60, error=error, day_sd=day_sd)
    assert at_most(expect(line, 0.0, np.random.default_rng(1), runs=60).rang, change.FALSE_ALARMS, 60)


def test_more_lines_that_are_watched_take_longer_and_ring_less() -> None:
    alone, among = (expect(LINE, 0.10, np.random.default_rng(4), lines=many, runs=60) for many in (1, 200))
    assert alone.days < among.days
    assert alone.rang >= among.rang


def test_a_rarer_false_alarm_needs_more_evidence() -> None:
    alarm = watch(0.25, 0.01, day_variance=0.0, a_day=10, chance=0.01)
    assert isinstance(alarm, RedAlarm)
    assert alarm.threshold == 36_500


# -- many lines --------------------------------------------------------------------------------------------------------


def test_many_lines_that_speak_up_together_need_less_each() -> None:
    alone = {"a": 20_000.0} | {f"quiet {i}": 1.0 for i in range(9)}
    many = {f"loud {i}": 20_000.0 for i in range(9)} | {"quiet": 1.0}
    assert flagged(alone) == ()
    assert len(flagged(many)) == 9


def test_on_fifty_lines_at_most_a_tenth_of_the_alarms_are_false() -> None:
    false, found, _ = years.fifty_lines(np.random.default_rng(8), runs=6)
    assert false <= 0.10
    assert found == 1.0


# -- amber and the ruler -----------------------------------------------------------------------------------------------


def test_amber_goes_home_to_where_the_surge_was() -> None:
    amber = Amber(0.25, 0.02)
    for _ in range(40):
        amber = amber.step(0.40)
    assert not amber.surging
    assert amber.mean == pytest.approx(0.40)


def test_a_surge_goes_on_while_red_leans() -> None:
    amber = Amber(0.25, 0.02)
    for _ in range(20):
        amber = amber.step(0.40, leans=True)
    assert amber.surging


def test_amber_lights_about_once_a_year_when_days_differ_as_they_did() -> None:
    assert expect(LINE, 0.0, np.random.default_rng(9), runs=200).ambers < 2.5


def test_the_ruler_stays_still_for_years_and_notices_a_new_reader_in_weeks() -> None:
    rng = np.random.default_rng(10)
    quiet, noticed = 0, []
    for _ in range(100):
        ruler = Ruler(0.0, 0.4)
        for _ in range(365):
            ruler = ruler.step(rng.normal(0, 0.4, size=10), np.ones(10))
        quiet += ruler.moved
        ruler, days = Ruler(0.0, 0.4), 0
        while not ruler.moved:
            ruler, days = ruler.step(rng.normal(0.15, 0.4, size=10), np.ones(10)), days + 1
        noticed.append(days)
    assert at_most(quiet / 100, 0.05, 100)
    assert np.median(noticed) <= 21


def test_a_ruler_that_hardly_knows_where_it_began_does_not_ring_for_that() -> None:
    rng = np.random.default_rng(5)
    known, hardly = Ruler(0.03, 0.4), Ruler(0.03, 0.4, unsure=0.03)
    for _ in range(100):
        residual, weight = 0.4 * rng.normal(size=400), np.ones(400)  # without a bias
        known, hardly = known.step(residual, weight), hardly.step(residual, weight)
    assert (known.moved, hardly.moved) == (True, False)


def test_a_ruler_that_moved_stays_moved() -> None:
    ruler = Ruler(0.0, 0.4, up=9.0).step(np.full(50, -1.0), np.ones(50))
    assert ruler.moved
