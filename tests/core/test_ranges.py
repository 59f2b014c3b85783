"""What is no number is refused where it comes in, with the name of the argument and its place."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from rapport.core import proportion, ranges
from rapport.core.errors import NumberError, RapportError
from rapport.core.measure import (
    agreement,
    burst,
    calibrate,
    change,
    coverage,
    delay,
    forecast,
    panel,
    quantiles,
    response,
    sampling,
    share,
    silence,
    voice,
)
from rapport.core.measure.share import Frame, Labels, ShareEstimate
from rapport.core.types import Estimate

NAN, INF = math.nan, math.inf
ZEROS = np.zeros(50, dtype=int)
EVEN = np.full((50, 3), 1 / 3)
FRAME = Frame.of(ZEROS, EVEN)
LABELS = Labels(ZEROS, EVEN, np.arange(50) % 3)
IDS = [str(n) for n in range(50)]
DRAW = sampling.draw(IDS, ["web"] * 50, EVEN, 5, "salt")
RNG = np.random.default_rng(1)
RED = change.RedAlarm(0.25, 0.03, 7300)
FOUND = ShareEstimate(Estimate(0.3, 0.2, 0.4, 100, ""), 100, 900, 0.002, 50.0, 0.5, 105.0)


def but(array: object, place: int | tuple[int, ...], value: float) -> np.ndarray:
    """The array with another number at this place."""
    found = np.array(array, dtype=float)
    found[place] = value
    return found


def test_the_example_runs() -> None:
    result = doctest.testmod(ranges)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("wrong", [NAN, INF, -INF, -0.1, 1.1])
def test_the_first_number_that_makes_no_sense_is_named_with_its_place(wrong: float) -> None:
    with pytest.raises(NumberError, match=r"^chance\[7, 2\] is .*, and has to be a number from 0 to 1$") as caught:
        ranges.SHARE.check(fine=0.5, chance=but(but(EVEN, (7, 2), wrong), (9, 0), 5.0))
    assert (caught.value.argument, caught.value.place) == ("chance", (7, 2))
    assert isinstance(caught.value, RapportError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("wrong", [None, "many", 0.5, True + 0.5])
def test_what_is_no_whole_number_is_none(wrong: object) -> None:
    with pytest.raises(NumberError, match=r"^counts\[1\] is .* whole number"):
        ranges.HEARD.check(counts=[-1, wrong, 3])


def test_numbers_of_any_kind_are_taken() -> None:
    ranges.WHOLE.check(one=1, none=np.int8(0), floats=[1.0, 2.0], empty=[], truths=np.array([True]))
    ranges.SIZE.check(size=INF)


REFUSED: dict[str, Callable[[], object]] = {
    "sizes[0] is nan": lambda: Frame(np.array([NAN]), EVEN[:1], EVEN[:1]),
    "sizes[0] is -1": lambda: Frame(np.array([-1.0]), EVEN[:1], EVEN[:1]),
    "means[0, 1] is inf": lambda: Frame(np.array([9.0]), but(EVEN[:1], (0, 1), INF), EVEN[:1]),
    "doubt[0, 2] is nan": lambda: Frame(np.array([9.0]), EVEN[:1], but(EVEN[:1], (0, 2), NAN)),
    "stratum[3] is -1": lambda: Frame.of(but(ZEROS, 3, -1).astype(int), EVEN),
    "prediction[5, 0] is nan": lambda: Frame.of(ZEROS, but(EVEN, (5, 0), NAN)),
    "prediction[6, 0] is 1.5": lambda: Labels(ZEROS, but(EVEN, (6, 0), 1.5), ZEROS),
    "label[2] is 4": lambda: Labels(ZEROS, EVEN, but(ZEROS, 2, 4).astype(int)),
    "label[4] is nan": lambda: Labels(ZEROS, EVEN, but(ZEROS, 4, NAN)),
    "stratum[1] is 1": lambda: share.estimate(FRAME, Labels(but(ZEROS, 1, 1).astype(int), EVEN, ZEROS)),
    "level is nan": lambda: share.estimate(FRAME, LABELS, level=NAN),
    "level is 1": lambda: share.tones(FRAME, LABELS, level=1.0),
    "drawn is -1": lambda: share.estimate(FRAME, LABELS, drawn=-1.0),
    "day_variance is nan": lambda: share.mood(FRAME, LABELS, ZEROS, day_variance=NAN),
    "days is 0": lambda: share.mood(FRAME, LABELS, ZEROS, days=0),
    "weight is nan": lambda: share.mood(FRAME, LABELS, ZEROS, weight=NAN),
    "chance[8] is 0": lambda: share.unequal(EVEN[0], 900, LABELS, but(np.ones(50), 8, 0.0)),
    "chance[9] is nan": lambda: share.unequal(EVEN[0], 900, LABELS, but(np.ones(50), 9, NAN)),
    "mean_prediction[0] is inf": lambda: share.unequal(but(EVEN[0], 0, INF), 900, LABELS, np.ones(50)),
    "messages is 0": lambda: share.unequal(EVEN[0], 0, LABELS, np.ones(50)),
    "variance is nan": lambda: share.time_uniform(NAN, 10, 10),
    "planned is 0": lambda: share.time_uniform(0.1, 10, 0),
    "values[1] is nan": lambda: share.day_effect([0.1, NAN, 0.1], [0.1] * 3),
    "variances[2] is -1": lambda: share.day_effect([0.1] * 3, [0.1, 0.1, -1.0]),
    "level is 0": lambda: share.difference(FOUND, FOUND, level=0.0),
}

REFUSED |= {
    "share is nan": lambda: sampling.chosen(["a"], NAN, "salt"),
    "number[1] is nan": lambda: sampling.one_of_each(ZEROS, but(np.full(50, 0.5), 1, NAN)),
    "prediction[3, 2] is nan": lambda: sampling.stratify(["web"] * 50, but(EVEN, (3, 2), NAN)),
    "prediction[3, 1] is inf": lambda: sampling.draw(IDS, ["web"] * 50, but(EVEN, (3, 1), INF), 5, "salt"),
    "prediction[2, 0] is nan": lambda: sampling.Coded(["web"] * 50, but(EVEN, (2, 0), NAN), ZEROS),
    "prediction[2, 1] is -1": lambda: sampling.spread(ZEROS, but(EVEN, (2, 1), -1.0)),
    "past_residual[0, 0] is nan": lambda: sampling.spread(ZEROS, EVEN, past=(ZEROS[:1], np.full((1, 3), NAN))),
    "weights[0] is -1": lambda: sampling.draw(IDS, ["web"] * 50, EVEN, 5, "salt", weights=(-1, 1, 1)),
    "labels is 0": lambda: sampling.draw(IDS, ["web"] * 50, EVEN, 0, "salt"),
    "sizes[1] is -4": lambda: sampling.allocate(np.array([9, -4]), np.array([0.1, 0.1]), 3),
    "deviation[1] is nan": lambda: sampling.allocate(np.array([9, 9]), np.array([0.1, NAN]), 3),
    "cap is 0": lambda: sampling.allocate(np.array([9, 9]), np.array([0.1, 0.1]), 3, cap=0),
    "wanted[1] is -3": lambda: sampling.divide(10, [5, -3]),
    "planned[0] is 0": lambda: sampling.queue(ZEROS, np.full(50, 0.5), np.array([50]), np.array([0])),
    "weight[0] is nan": lambda: change.Today(np.array([NAN]), np.array([0.2]), ZEROS, np.ones(50)),
    "centre[0] is nan": lambda: change.Today(np.ones(1), np.array([NAN]), ZEROS, np.ones(50)),
    "value[5] is nan": lambda: change.Today(np.ones(1), np.array([0.2]), ZEROS, but(ZEROS, 5, NAN)),
    "value[0] is -1": lambda: RED.step(change.Today(np.ones(1), np.array([0.2]), ZEROS[:1], -np.ones(1))),
    "baseline is nan": lambda: change.watch(NAN, 0.01, day_variance=0.0, a_day=10),
    "error is inf": lambda: change.watch(0.2, INF, day_variance=0.0, a_day=10),
    "a_day is -1": lambda: change.unknown(0.01, day_variance=0.0, a_day=-1),
    "tolerance is nan": lambda: change.watch(0.2, 0.01, day_variance=0.0, a_day=10, tolerance=NAN),
    "chance is 0": lambda: change.threshold(365, 0.0),
    "days is -1": lambda: change.standing_out(3, days=-1),
    "evidence[1] is nan": lambda: change.flagged({"a": 1.0, "b": NAN}),
    "sd is 0": lambda: change.Amber(0.2, 0.0),
    "share is inf": lambda: change.Amber(0.2, 0.1).step(INF),
    "residual[0] is nan": lambda: change.Ruler(0.0, 0.4).step(np.array([NAN]), np.ones(1)),
    "weight[0] is 0": lambda: change.Ruler(0.0, 0.4).step(np.ones(1), np.zeros(1)),
    "values[7] is nan": lambda: forecast.fan(but(np.full(40, 0.3), 7, NAN), 4),
    "values[8] is inf": lambda: forecast.reach(but(np.full(40, 0.3), 8, INF), 0.3, 4, RNG),
    "horizon is 0": lambda: forecast.fan(np.full(40, 0.3), 0),
    "goal is nan": lambda: forecast.reach(np.full(40, 0.3), NAN, 4, RNG),
    "by is 0": lambda: forecast.reach(np.full(40, 0.3), 0.3, 0, RNG),
    "by is 105": lambda: forecast.reach(np.full(40, 0.3), 0.3, 105, RNG),
    "start is nan": lambda: forecast.Plan(NAN, 0.3, 10, 0.02),
    "value is nan": lambda: forecast.OffCourse(forecast.Plan(0.4, 0.3, 10, 0.02)).step(NAN),
    "value[2] is nan": lambda: agreement.alpha([1, 1, 2, 2], [0, 1, NAN, 1], RNG),
    "draws is 0": lambda: agreement.alpha([1, 1, 2, 2], [0, 1, 1, 1], RNG, draws=0),
    "counts[9] is nan": lambda: burst.profile(but(np.ones(700), 9, NAN)),
    "counts[9] is -2": lambda: burst.profile(but(np.ones(700), 9, -2)),
    "mean[3] is nan": lambda: burst.Profile(but(np.ones(168), 3, NAN), 5.0),
    "size is 0": lambda: burst.Profile(np.ones(168), 0.0),
    "count is nan": lambda: burst.Rise(20.0).step(NAN, 4.0),
    "count is -1": lambda: burst.warning(-1, 0, burst.Profile(np.ones(168), 5.0)),
    "false_a_year is 0": lambda: burst.limits(3, 0.0),
    "expected[1] is nan": lambda: burst.loud([1, 2], [1.0, NAN], [5.0, 5.0], burst.limits(1, 2.0)),
    "size[1] is nan": lambda: burst.calm([1, 2], [1.0, 1.0], [5.0, NAN]),
    "counts[1] is -1": lambda: burst.against_expected([1, -1], [1.0, 1.0], 5.0),
    "prediction[0, 2] is nan": lambda: calibrate.calibrate(but(EVEN, (0, 2), NAN), ZEROS),
    "prediction[1, 2] is nan": lambda: calibrate.Calibration().apply(but(EVEN, (1, 2), NAN)),
    "sharpness is nan": lambda: calibrate.Calibration(NAN),
    "share is 0": lambda: delay.Line(0.0, 100, 10),
    "messages is -1": lambda: delay.Line(0.2, -1, 10),
    "finds is nan": lambda: delay.Reader(NAN),
    "shift is nan": lambda: delay.expect(delay.Line(0.2, 100, 10), NAN, RNG),
    "runs is 0": lambda: delay.expect(delay.Line(0.2, 100, 10), 0.1, RNG, runs=0),
    "expected is nan": lambda: coverage.Hour(True, 1, 0, 0.0, 0, NAN),
    "arrived is -1": lambda: coverage.Hour(True, 1, 0, 0.0, -1, 1.0),
    "weight is inf": lambda: coverage.Channel(INF, FOUND),
    "messages is nan": lambda: coverage.Heard(0.5, NAN, FOUND),
    "daily is nan": lambda: coverage.combine({"a": coverage.Channel(1.0, FOUND)}, daily=NAN),
    "variance is -1": lambda: ShareEstimate(FOUND.estimate, 100, 900, -1.0, 9.0, 0.5, 90.0),
    "df is nan": lambda: ShareEstimate(FOUND.estimate, 100, 900, 0.1, NAN, 0.5, 90.0),
    "level is 1.5": lambda: coverage.movement({}, {}, level=1.5),
    "group[2] is nan": lambda: voice.share_of_voice(["a"] * 3, np.array([0, 1, NAN])),
    "level is -1": lambda: voice.share_of_voice(["a"] * 3, np.arange(3), level=-1.0),
    "brands[0, 1] is nan": lambda: voice.Sums(3, 3.0, 3.0, {"a": [1.0, NAN, 1.0]}, 3),
    "tone is nan": lambda: panel.Week(NAN, 0.1, 1.0),
    "spent[0] is nan": lambda: panel.panel({}, {"spent": {date(2026, 3, 3): NAN}}),
    "controls[4, 0] is nan": lambda: panel.effect(np.ones(60), but(np.ones((60, 1)), (4, 0), NAN), 50),
    "values[4] is inf": lambda: panel.effect(but(np.ones(60), 4, INF), np.ones((60, 1)), 50),
    "steps is 0": lambda: panel.effect(np.ones(60), np.ones((60, 1)), 50, steps=0),
    "answered is nan": lambda: response.share_answered(NAN, 20),
    "seconds[1] is nan": lambda: response.median_wait([response.Wait(one, True) for one in (1.0, NAN)]),
    "expected[0] is nan": lambda: silence.silences([1], [NAN], 5.0),
    "counts[0] is -3": lambda: silence.clumping([-3], [1.0], 5.0),
    "probability is 1": lambda: quantiles.normal_quantile(1.0),
    "probability is nan": lambda: quantiles.student_quantile(NAN, 5.0),
    "df is 0": lambda: quantiles.student_quantile(0.9, 0.0),
    "mean is nan": lambda: quantiles.at_least(3, NAN, 5.0),
    "size is nan": lambda: quantiles.at_most(3, 4.0, NAN),
    "hits is 5": lambda: proportion.wilson(5, 4),
    "n is 0": lambda: proportion.wilson(0, 0),
    "labels is -1": lambda: DRAW.first(-1),
    "patience is nan": lambda: silence.silences([1], [1.0], 5.0, patience=NAN),
}


@pytest.mark.parametrize("words", REFUSED)
def test_a_measure_of_what_is_no_number_is_refused(words: str) -> None:
    with pytest.raises(NumberError) as caught:
        REFUSED[words]()
    assert str(caught.value).startswith(f"{words}, and has to be ")
