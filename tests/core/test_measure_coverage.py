"""Nobody takes silence for good news."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rapport.core.measure.coverage import Channel, Heard, Hour, State, combine, heard, movement, state
from rapport.core.measure.quantiles import student_quantile
from rapport.core.measure.share import ShareEstimate
from rapport.core.types import Estimate

FINE = Hour(contracted=True, tries=12, failures=0, behind=30.0, arrived=20, expected=25.0, size=5.0)


def found(share: float, variance: float = 0.001) -> ShareEstimate:
    return ShareEstimate(Estimate(share, 0, 1, 100, ""), 100, 900, variance, 99.0, 0.5, 150.0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, State.DELIVERING),
        ({"contracted": False}, State.NOT_CONTRACTED),
        ({"failures": 12}, State.DOWN),
        ({"tries": 0}, State.DOWN),
        ({"behind": 7200.0}, State.DOWN),
        ({"failures": 2}, State.DEGRADED),
        ({"behind": 1800.0}, State.DEGRADED),
        ({"arrived": 0, "size": 50.0}, State.DEGRADED),
        ({"arrived": 0, "expected": 2.0}, State.SILENT),
    ],
)
def test_what_an_hour_was(changes: dict[str, float], expected: State) -> None:
    facts = {name: getattr(FINE, name) for name in Hour.__slots__} | changes
    assert state(Hour(**facts)) is expected


def test_a_healthy_channel_is_hardly_ever_suspected() -> None:
    rng = np.random.default_rng(1)
    counts = rng.negative_binomial(5, 5 / 30, size=5000)
    suspected = sum(state(Hour(True, 12, 0, 30.0, int(n), 25.0, 5.0)) is State.DEGRADED for n in counts)
    assert suspected / 5000 < 0.001 + 3.5 * math.sqrt(0.001 / 5000)


def test_hours_without_a_contract_are_not_missing() -> None:
    assert heard([State.NOT_CONTRACTED]) is None
    assert heard([State.DELIVERING, State.NOT_CONTRACTED]) == 1.0


def test_a_missing_channel_is_named_and_bounded_not_counted_as_zero() -> None:
    whole = combine({"posts": Channel(0.85, found(0.214)), "mail": Channel(0.15, None, found(0.55), 10)})
    truth = 0.85 * 0.214 + 0.15 * 0.55
    assert whole.missing == ("mail",)
    assert whole.covered.value == pytest.approx(0.214)
    low, high = whole.bounds
    assert (low + high) / 2 == pytest.approx(0.257, abs=1e-3)
    assert 0.15 < high - low < 0.15 + 2 * 1.7 * math.sqrt(0.001)
    assert whole.bounds[0] < truth < whole.bounds[1]
    assert whole.carried.value == pytest.approx(truth)


def test_what_is_carried_forward_grows_doubtful() -> None:
    widths = []
    for days in (1, 30):
        carried = combine({"a": Channel(0.8, found(0.2)), "b": Channel(0.2, None, found(0.5), days)}).carried
        widths.append(carried.high - carried.low)
    assert widths[1] > widths[0]


def test_with_all_channels_the_bounds_are_those_of_the_interval() -> None:
    whole = combine({"a": Channel(0.6, found(0.2)), "b": Channel(0.4, found(0.5))})
    assert whole.bounds == pytest.approx((whole.covered.low, whole.covered.high))
    sure = combine({"a": Channel(0.6, found(0.2, 0.0)), "b": Channel(0.4, found(0.5, 0.0))})
    assert sure.bounds == pytest.approx((0.32, 0.32))
    assert whole.covered.value == whole.carried.value == pytest.approx(0.32)
    assert not whole.grey


def test_below_seven_tenths_there_is_no_verdict() -> None:
    assert combine({"a": Channel(0.69, found(0.2)), "b": Channel(0.31, None)}).grey
    assert not combine({"a": Channel(0.7, found(0.2)), "b": Channel(0.3, None)}).grey


def test_with_nothing_heard_nothing_is_said() -> None:
    whole = combine({"a": Channel(1.0, None)})
    assert (whole.covered, whole.carried, whole.bounds) == (None, None, (0.0, 1.0))


def test_net_tone_of_a_missing_channel_may_be_anything_from_minus_one_to_one() -> None:
    whole = combine({"a": Channel(0.9, found(0.1, 0.0)), "b": Channel(0.1, None)}, low=-1.0)
    assert whole.bounds == pytest.approx((-0.01, 0.19))


def test_weights_that_do_not_sum_to_one_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        combine({"a": Channel(0.5, found(0.2))})


def test_messages_moving_to_an_angrier_channel_are_not_a_change_of_tone() -> None:
    before = {"posts": Heard(0.5, 500, found(0.2)), "mail": Heard(0.5, 500, found(0.6))}
    now = {"posts": Heard(0.5, 200, found(0.2)), "mail": Heard(0.5, 800, found(0.6))}
    moved = movement(now, before)
    assert moved.tone.value == pytest.approx(0)
    assert moved.mix.value == pytest.approx(0.12)
    assert moved.mix.low < 0.12 < moved.mix.high


def test_a_change_of_tone_is_not_a_change_of_mix() -> None:
    before = {"posts": Heard(0.5, 500, found(0.2)), "mail": Heard(0.5, 500, found(0.6))}
    now = {"posts": Heard(0.5, 500, found(0.3)), "mail": Heard(0.5, 500, found(0.7))}
    moved = movement(now, before)
    assert moved.tone.value == pytest.approx(0.1)
    assert moved.tone.low < 0.1 < moved.tone.high
    assert moved.mix.low == moved.mix.value == moved.mix.high == 0, "whatever these channels say, as much came of each"


def test_the_interval_of_the_mix_holds_with_ten_labels_a_channel() -> None:
    """Six of ten messages come from another channel than before; how they differ is known from labels alone."""
    rng, runs, n, truth = np.random.default_rng(6), 4000, 10, np.array([0.2, 0.5, 0.6])
    volume, held = np.array([[100, 600, 300], [700, 100, 200]]), 0
    labels = rng.normal(truth[:, None], 0.4, size=(runs, 2, 3, n))
    means, variances = labels.mean(axis=3), labels.var(axis=3, ddof=1) / n
    for run in range(runs):
        periods = []
        for which in (0, 1):
            both = zip(means[run, which].tolist(), variances[run, which].tolist(), volume[which].tolist())
            found = [
                (ShareEstimate(Estimate(m, 0, 1, n, ""), n, 900, v, n - 1.0, 0.5, 9.0), size) for m, v, size in both
            ]
            periods.append({str(k): Heard(1 / 3, size, one) for k, (one, size) in enumerate(found)})
        mix = movement(periods[1], periods[0]).mix
        held += mix.low <= float((volume[1] - volume[0]) / 1000 @ truth) <= mix.high
    assert abs(held / runs - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs)


def test_a_channel_heard_once_is_not_compared() -> None:
    before = {"posts": Heard(0.5, 500, found(0.2))}
    now = {"posts": Heard(0.5, 500, found(0.2)), "mail": Heard(0.5, 500, found(0.9))}
    assert movement(now, before).channels == ("posts",)
    assert movement(now, before).tone.value == pytest.approx(0)
    assert movement({"mail": Heard(1.0, 5, found(0.9))}, before) is None


def test_the_error_of_what_was_heard_comes_with_it() -> None:
    whole = combine({"a": Channel(0.5, found(0.2)), "b": Channel(0.5, found(0.4))})
    assert whole.error == pytest.approx(math.sqrt(0.0005))
    assert whole.covered.high - whole.covered.value == pytest.approx(student_quantile(0.975, 198) * whole.error)


@pytest.mark.parametrize(("spreads", "df"), [((0.5,), 9.0), ((0.5,), math.inf), ((0.2, 0.6, 0.4), 9.0)])
def test_ten_labels_a_channel_are_enough_for_an_interval_that_holds(spreads: tuple[float, ...], df: float) -> None:
    """Nothing moved. With 1.96 standard errors, too few of the intervals would say so."""
    rng, runs, n = np.random.default_rng(5), 8000, 10
    labels = rng.normal(scale=np.array(spreads)[:, None], size=(runs, 2, len(spreads), n))
    means, variances = labels.mean(axis=3), labels.var(axis=3, ddof=1) / n

    def period(run: int, which: int) -> dict[str, Heard]:
        both = zip(means[run, which].tolist(), variances[run, which].tolist())
        found = [ShareEstimate(Estimate(mean, -1, 1, n, ""), n, 900, v, df, 0.5, 9.0) for mean, v in both]
        return {str(k): Heard(1 / len(spreads), 900, one) for k, one in enumerate(found)}

    moved = [movement(period(run, 0), period(run, 1)).tone for run in range(runs)]
    held = sum(one.low <= 0 <= one.high for one in moved) / runs
    assert abs(held - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("heard", [0.98, 0.6])
@pytest.mark.parametrize("rest", [0.0, 1.0])
def test_bounds_hold_the_whole_as_often_as_they_say_when_the_rest_was_as_extreme_as_can_be(
    heard: float, rest: float
) -> None:
    """Without the error of what was heard, every other one would miss."""
    rng, runs, n = np.random.default_rng(7), 2000, 40
    labels = rng.normal(0.4, 0.25, size=(runs, n))
    held = 0
    for mean, variance in zip(labels.mean(axis=1).tolist(), (labels.var(axis=1, ddof=1) / n).tolist()):
        one = ShareEstimate(Estimate(mean, 0, 1, n, ""), n, 900, variance, n - 1.0, 0.5, 40.0)
        low, high = combine({"a": Channel(heard, one), "b": Channel(1 - heard, None)}).bounds
        held += low <= heard * 0.4 + (1 - heard) * rest <= high
    assert abs(held / runs - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs)
