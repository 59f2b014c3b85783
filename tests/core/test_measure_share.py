"""The share of a tone: right on average, as often inside its interval as it says, and silent when it should be."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from benchmarks.worlds import WORLDS, World
from rapport.core.measure import sampling, share
from rapport.core.measure.share import Frame, Gold, Labels, ShareEstimate, correct_for_coders, estimate, mood
from rapport.core.proportion import wilson
from rapport.core.types import Estimate, NotEnough, Refused

REPETITIONS = 400


def within_chance(found: float, expected: float, runs: int, z: float = 3.5) -> bool:
    return abs(found - expected) < z * math.sqrt(expected * (1 - expected) / runs)


def one_stratum(prediction: np.ndarray) -> Frame:
    return Frame.of(np.zeros(len(prediction), dtype=int), prediction)


def plain(labels: list[int], prediction: float = 1 / 3) -> Labels:
    n = len(labels)
    return Labels(np.zeros(n, dtype=int), np.full((n, 3), prediction), np.array(labels))


def drawn(world: World, rng: np.random.Generator, messages: int, n: int) -> tuple[np.ndarray, Frame, list[np.ndarray]]:
    truth, prediction = world.messages(rng, messages)
    strata = sampling.stratify(["web"] * messages, prediction, most=sampling.most_strata(n))
    stratum = strata.of(["web"] * messages, prediction)
    sizes = np.bincount(stratum)
    plan = sampling.allocate(sizes, sampling.spread(stratum, prediction), n)
    return truth, Frame.of(stratum, prediction), [stratum, prediction, sizes, plan]


def draws(world: World, n: int, of: str, *, repetitions: int = REPETITIONS) -> tuple[float, float]:
    """The share of intervals that held the truth, and the mean error in standard errors of the mean."""
    rng = np.random.default_rng(11)
    truth, frame, (stratum, prediction, sizes, plan) = drawn(world, rng, 4000, n)
    actual = np.array(share.OUTCOMES[of])[truth].mean()
    held, errors = 0, []
    for _ in range(repetitions):
        order = np.lexsort((rng.random(len(truth)), stratum))
        starts = np.cumsum(sizes) - sizes
        at = np.concatenate([order[start : start + count] for start, count in zip(starts, plan)])
        found = estimate(frame, Labels(stratum[at], prediction[at], truth[at]), of)
        assert isinstance(found, ShareEstimate)
        held += found.estimate.low <= actual <= found.estimate.high
        errors.append(found.estimate.value - actual)
    return held / repetitions, float(np.mean(errors) / (np.std(errors) / math.sqrt(repetitions)))


def test_the_interval_of_none_and_of_all_ends_where_they_are() -> None:
    for n in range(40, 80):
        for answer in (0, 1):
            labels = Labels(np.zeros(n, dtype=int), np.tile([0.02, 0.9, 0.08], (n, 1)), np.full(n, answer))
            found = estimate(one_stratum(np.tile([0.02, 0.9, 0.08], (400, 1))), labels)
            assert found.estimate.low <= found.estimate.value <= found.estimate.high
    ends = [(wilson(hits, n), hits / n) for n in range(1, 80) for hits in (0, n)]
    assert all(found.low <= share <= found.high for found, share in ends)


@pytest.mark.parametrize("of", ["negative", "net"])
def test_messages_that_are_themselves_a_draw_are_allowed_for(of: str) -> None:
    """A tenth of all messages by their numbers, 300 labels among them: without allowing for it, too many miss."""
    rng, chance, runs = np.random.default_rng(12), 0.1, 400
    truth, prediction = WORLDS[0].messages(rng, 6000)
    actual = np.array(share.OUTCOMES[of])[truth].mean()
    held, held_without = 0, 0
    for _ in range(runs):
        number = rng.random(len(truth))
        some = np.nonzero(number <= chance)[0]
        at = some[np.argsort(number[some])[:300]]
        frame, labels = one_stratum(prediction[some]), Labels(np.zeros(300, dtype=int), prediction[at], truth[at])
        found = estimate(frame, labels, of, drawn=(1 - chance) / len(some))
        without = estimate(frame, labels, of)
        assert isinstance(found, ShareEstimate)
        assert isinstance(without, ShareEstimate)
        held += found.estimate.low <= actual <= found.estimate.high
        held_without += without.estimate.low <= actual <= without.estimate.high
    assert within_chance(held / runs, 0.95, runs)
    assert held_without / runs < 0.9


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
@pytest.mark.parametrize("of", ["negative", "net"])
def test_the_interval_holds_the_truth_as_often_as_it_says(world: World, of: str) -> None:
    held, _ = draws(world, 60, of)
    assert held > 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / REPETITIONS)


@pytest.mark.parametrize("world", WORLDS[:3], ids=lambda world: world.name)
def test_a_reader_that_errs_does_not_bend_the_number(world: World) -> None:
    _, off = draws(world, 100, "negative")
    assert abs(off) < 3.5


def test_counting_what_the_reader_says_would_be_wrong_by_more_than_ten_points() -> None:
    truth, prediction = WORLDS[0].messages(np.random.default_rng(2), 20_000)
    assert (truth == 0).mean() - (prediction.argmax(axis=1) == 0).mean() > 0.1


def test_each_label_counts_for_what_the_reader_is_worth() -> None:
    rng = np.random.default_rng(5)
    truth, prediction = WORLDS[1].messages(rng, 40_000)
    found = estimate(one_stratum(prediction), Labels(np.zeros(4000, dtype=int), prediction[:4000], truth[:4000]))
    rho = np.corrcoef(truth == 0, prediction[:, 0])[0, 1]
    # The formula is for few labels out of many messages; here one in ten is read, with a reader or without.
    assert found.multiplier == pytest.approx(1 / (0.9 * (1 - rho**2) + 0.1), rel=0.05)


@pytest.mark.parametrize("read", [10, 45, 50])
def test_that_nearly_all_messages_were_read_is_no_merit_of_the_reader(read: int) -> None:
    found = estimate(one_stratum(np.full((50, 3), 1 / 3)), plain([0, 1] * (read // 2)), fewest=2)
    assert found.multiplier == pytest.approx(1, abs=0.12)
    assert found.effective <= 50


@pytest.mark.parametrize("labels", [10, 40])
def test_net_tone_of_messages_that_are_nearly_all_bad_is_held_as_often_as_it_says(labels: int) -> None:
    """With Student's interval two of three are held with ten labels, and four of five with forty."""
    rng, runs, held = np.random.default_rng(3), 300, 0
    for _ in range(runs):
        label = rng.choice(3, size=2000, p=[0.95, 0.05, 0.0])
        found = estimate(one_stratum(np.full((2000, 3), 1 / 3)), plain(label[:labels].tolist()), "net", fewest=2)
        held += found.estimate.low <= -(label == 0).mean() <= found.estimate.high
    assert held / runs > 0.95 - 3 * math.sqrt(0.95 * 0.05 / runs)


def test_a_useless_reader_is_left_out() -> None:
    rng = np.random.default_rng(5)
    truth, prediction = WORLDS[1].messages(rng, 40_000)
    rng.shuffle(prediction)
    found = estimate(one_stratum(prediction), Labels(np.zeros(400, dtype=int), prediction[:400], truth[:400]))
    assert found.weight < 0.2
    assert found.multiplier == pytest.approx(1, abs=0.05)


def test_without_a_reader_it_is_the_plain_share() -> None:
    frame = one_stratum(np.full((1_000_000, 3), 1 / 3))
    found = estimate(frame, plain([0] * 30 + [1] * 70))
    assert found.estimate.value == pytest.approx(0.3)
    assert found.variance == pytest.approx(0.3 * 0.7 / 99, rel=1e-3)
    assert found.df == pytest.approx(99)


def test_when_everything_was_read_nothing_is_left_open() -> None:
    found = estimate(one_stratum(np.full((50, 3), 1 / 3)), plain([0] * 20 + [1] * 30))
    assert (found.estimate.low, found.estimate.value, found.estimate.high) == pytest.approx((0.4, 0.4, 0.4))


def test_by_hand_two_strata() -> None:
    frame = Frame(np.array([300.0, 100.0]), np.zeros((2, 3)), np.zeros((2, 3)))
    stratum, label = np.repeat([0, 1], [20, 40]), np.repeat([0, 1, 0, 1], [5, 15, 30, 10])
    found = estimate(frame, Labels(stratum, np.zeros((60, 3)), label))
    first, second = 0.25 * 0.75 * 20 / 19, 0.75 * 0.25 * 40 / 39
    pooled = (19 * first + 39 * second) / 58
    first, second = (19 * first + pooled) / 20, (39 * second + pooled) / 40
    assert found.estimate.value == pytest.approx(0.75 * 0.25 + 0.25 * 0.75)
    assert found.variance == pytest.approx(
        0.75**2 * (1 - 20 / 300) * first / 20 + 0.25**2 * (1 - 40 / 100) * second / 40
    )


def test_too_few_labels_give_no_number() -> None:
    assert estimate(one_stratum(np.full((500, 3), 1 / 3)), plain([0] * 14)) == NotEnough(14, 40, "labels")


def test_the_least_number_of_labels_is_the_callers_choice() -> None:
    assert isinstance(estimate(one_stratum(np.full((500, 3), 1 / 3)), plain([0, 1] * 7), fewest=14), ShareEstimate)


def test_a_stratum_without_labels_joins_its_neighbour() -> None:
    frame = Frame(np.array([100.0, 100.0, 5.0]), np.full((3, 3), 1 / 3), np.full((3, 3), 2 / 9))
    labels = Labels(np.repeat([0, 1], 25), np.full((50, 3), 1 / 3), np.tile([0, 1], 25))
    assert estimate(frame, labels).messages == 205


def test_what_nobody_could_code_is_a_class_of_its_own() -> None:
    found = estimate(one_stratum(np.full((5000, 3), 1 / 3)), plain([0] * 20 + [3] * 20 + [1] * 40), "uncodable")
    assert found.estimate.value == pytest.approx(0.25)


def test_none_of_a_class_found_does_not_mean_that_there_is_none() -> None:
    found = estimate(one_stratum(np.full((5000, 3), 1 / 3)), plain([1] * 50), "negative")
    assert found.estimate.low == pytest.approx(0)
    assert 0.03 < found.estimate.high < 0.15


def test_net_tone_with_all_labels_the_same_still_has_an_interval() -> None:
    found = estimate(one_stratum(np.full((5000, 3), 1 / 3)), plain([1] * 50), "net")
    assert found.estimate.low < 0 < found.estimate.high


def test_a_higher_level_is_wider() -> None:
    frame, labels = one_stratum(np.full((5000, 3), 1 / 3)), plain([0, 1] * 40)
    wide, narrow = estimate(frame, labels, level=0.99), estimate(frame, labels, level=0.8)
    assert wide.estimate.low < narrow.estimate.low
    assert wide.estimate.high > narrow.estimate.high


def test_the_four_shares_sum_to_one_and_agree_with_net_tone() -> None:
    truth, prediction = WORLDS[1].messages(np.random.default_rng(3), 3000)
    frame, labels = one_stratum(prediction), Labels(np.zeros(200, dtype=int), prediction[:200], truth[:200])
    found, net = share.tones(frame, labels), estimate(frame, labels, "net")
    value = {of: one.estimate.value for of, one in found.items()}
    assert sum(value[of] for of in share.SHARES) == pytest.approx(1)
    assert value["positive"] - value["negative"] == pytest.approx(net.estimate.value)
    assert found["net"].variance == pytest.approx(net.variance)


def test_what_is_told_together_has_no_share_below_nothing() -> None:
    """A reader that is sure of a little negative tone where the labels have none: alone it would come out below 0."""
    prediction = np.tile([[0.0, 0.6, 0.4], [0.3, 0.3, 0.4]], (300, 1))
    labels = Labels(np.zeros(60, dtype=int), np.tile([[0.0, 0.6, 0.4], [0.3, 0.3, 0.4]], (30, 1)), np.tile([1, 2], 30))
    frame = one_stratum(np.concatenate([prediction[::2], prediction[::2], prediction[1::2]]))
    found = share.tones(frame, labels)
    value = {of: one.estimate.value for of, one in found.items()}
    assert value["negative"] == pytest.approx(0, abs=1e-9)
    assert min(value.values()) >= 0
    assert value["net"] == pytest.approx(value["positive"] - value["negative"])
    assert all(one.estimate.low <= one.estimate.value <= one.estimate.high for one in found.values())


@pytest.mark.parametrize("of", ["negative", "positive", "uncodable"])
def test_together_each_interval_still_holds_the_truth_as_often_as_it_says(of: str) -> None:
    rng, runs, held = np.random.default_rng(8), 300, 0
    truth, prediction = WORLDS[1].messages(rng, 4000)
    truth[rng.random(4000) < 0.1] = share.UNCODABLE
    actual = np.array(share.OUTCOMES[of])[truth].mean()
    for _ in range(runs):
        at = rng.permutation(4000)[:80]
        found = share.tones(one_stratum(prediction), Labels(np.zeros(80, dtype=int), prediction[at], truth[at]))
        held += found[of].estimate.low <= actual <= found[of].estimate.high
    assert held / runs > 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / runs)


def test_a_day_on_which_more_was_asked_for_counts_by_its_messages() -> None:
    """One label of a calm day beside ten of a day that went wrong, joined for want of a second one."""
    frame = Frame(np.array([300.0, 300.0, 600.0]), np.full((3, 3), 1 / 3), np.full((3, 3), 2 / 9))
    stratum, label = np.repeat([0, 1, 2], [1, 10, 40]), np.repeat([1, 0, 1], [1, 10, 40])
    found = estimate(frame, Labels(stratum, np.full((51, 3), 1 / 3), label))
    assert found.estimate.value == pytest.approx(0.25)


def test_days_add_up_without_mixing_their_strata() -> None:
    rng = np.random.default_rng(3)
    days = []
    for tone in (0.2, 0.6):
        truth = (rng.random(500) > tone).astype(int)
        prediction = np.full((500, 3), 1 / 3)
        days.append((one_stratum(prediction), Labels(np.zeros(30, dtype=int), prediction[:30], truth[:30])))
    week = estimate(*share.together(days))
    alone = [estimate(*day, fewest=30).estimate.value for day in days]
    assert week.estimate.value == pytest.approx(np.mean(alone))
    assert (week.labels, week.messages) == (60, 1000)


# -- looking often -----------------------------------------------------------------------------------------------------


def looks(watched: int | None, runs: int) -> float:
    """How often an interval was wrong at any of 52 weekly looks at labels that add up; 20 labels a week."""
    rng = np.random.default_rng(9)
    frame = Frame(np.array([1e9]), np.full((1, 3), 1 / 3), np.full((1, 3), 2 / 9))
    wrong = 0
    for _ in range(runs):
        label = (rng.random(52 * 20) > 0.3).astype(int)
        for week in range(2, 53):
            n = 20 * week
            found = estimate(
                frame, Labels(np.zeros(n, dtype=int), np.full((n, 3), 1 / 3), label[:n]), watched=watched
            ).estimate
            if not found.low <= 0.3 <= found.high:
                wrong += 1
                break
    return wrong / runs


def test_an_interval_for_all_looks_holds_at_all_looks() -> None:
    assert looks(160, runs=150) <= 0.05


def test_a_plain_interval_looked_at_every_week_does_not() -> None:
    assert looks(None, runs=100) > 0.2


# -- the mood ----------------------------------------------------------------------------------------------------------


def threads(rng: np.random.Generator, count: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Threads of `size` messages; the tone of a thread is shared by 85 % of its messages; reader right in 72 %."""
    group = np.repeat(np.arange(count), size)
    tone = (rng.random(count) > 0.3).astype(int)[group]
    own = (rng.random(len(group)) > 0.3).astype(int)
    truth = np.where(rng.random(len(group)) < 0.85, tone, own)
    return group, truth, WORLDS[1].read(rng, truth)


def how_often_the_mood_is_held(grouped: bool, runs: int = 300) -> float:
    rng = np.random.default_rng(21)
    held = 0
    for _ in range(runs):
        group, truth, prediction = threads(rng, 100, 5)
        at = rng.permutation(500)[:250]
        found = mood(
            one_stratum(prediction),
            Labels(np.zeros(250, dtype=int), prediction[at], truth[at]),
            group[at] if grouped else np.arange(250),
        )
        held += found.estimate.low <= 0.3 <= found.estimate.high
    return held / runs


def test_the_mood_behind_threads_is_inside_its_interval_as_often_as_it_says() -> None:
    assert within_chance(how_often_the_mood_is_held(grouped=True), 0.95, 300)


def test_taking_every_message_for_an_opinion_of_its_own_is_overconfident() -> None:
    assert how_often_the_mood_is_held(grouped=False) < 0.88


def test_days_that_differ_widen_the_mood() -> None:
    frame, labels = one_stratum(np.full((5000, 3), 1 / 3)), plain([0, 1] * 40)
    calm, restless = (mood(frame, labels, np.arange(80), days=7, day_variance=v) for v in (0.0, 0.02))
    assert restless.variance == pytest.approx(calm.variance + 0.02 / 7)


def test_five_hundred_copies_are_one_voice() -> None:
    """Of a thousand messages half are copies of one negative text: of people hardly anybody is negative."""
    rng = np.random.default_rng(6)
    group = np.concatenate([np.zeros(500, dtype=int), np.arange(1, 501)])
    truth = np.where(group == 0, 0, 1)
    voices = sampling.one_of_each(group, rng.random(1000))
    read = voices[np.isin(voices, rng.permutation(1000)[:200])]
    prediction = np.full((1000, 3), 1 / 3)
    labels = Labels(np.zeros(len(read), dtype=int), prediction[read], truth[read])
    found = mood(one_stratum(prediction[voices]), labels, group[read])
    assert found.messages == 501
    assert found.estimate.value < 0.03


@pytest.mark.parametrize(("of", "truth"), [("positive", 0.03), ("net", -0.94)])
def test_a_mood_that_nearly_all_share_is_not_taken_for_certain(of: str, truth: float) -> None:
    """With Student's interval three of four are held: whoever finds no good word among forty is sure of none."""
    rng, runs, held = np.random.default_rng(8), 300, 0
    for _ in range(runs):
        label = rng.choice([0, 2], size=40, p=[0.97, 0.03])
        found = mood(one_stratum(np.full((4000, 3), 1 / 3)), plain(label.tolist()), np.arange(40), of)
        held += found.estimate.low <= truth <= found.estimate.high
    assert held / runs > 0.95 - 3 * math.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("label", [0, 1, 2, 3])
def test_a_mood_of_which_nobody_differs_still_has_an_interval(label: int) -> None:
    for of in share.OUTCOMES:
        found = mood(one_stratum(np.full((500, 3), 1 / 3)), plain([label] * 40), np.arange(40), of)
        assert 0.05 < found.estimate.high - found.estimate.low < 0.5


@pytest.mark.parametrize("labels", [[0] * 40, [1] * 50, [0] * 57 + [2] * 3, [0, 1, 2, 3] * 15])
def test_the_mood_is_never_surer_than_what_was_written(labels: list[int]) -> None:
    """All bad, net tone of people was between -100 and -92, that of the messages between -100 and -90."""
    frame, read = one_stratum(np.full((900, 3), 1 / 3)), plain(labels)
    for of in share.OUTCOMES:
        written, people = estimate(frame, read, of), mood(frame, read, np.arange(len(labels)), of)
        assert people.estimate.low <= written.estimate.low
        assert people.estimate.high >= written.estimate.high
        assert 0.5 < people.multiplier <= written.multiplier


def test_a_mood_that_hangs_on_few_labels_is_held_as_often_as_it_says() -> None:
    """Half of the messages are told by six labels: a degree of freedom for each group would hold 91 of a hundred."""
    rng, runs, held = np.random.default_rng(8), 600, 0
    stratum = np.repeat([0, 1], [6, 50])
    even = np.full((2, 3), 1 / 3)
    for _ in range(runs):
        label = rng.choice(3, size=56, p=[0.4, 0.3, 0.3])
        frame = Frame(np.array([2000.0, 2000.0]), even, even * 2 / 3)
        found = mood(frame, Labels(stratum, even[stratum], label), np.arange(56), "net").estimate
        held += found.low <= -0.1 <= found.high
    assert within_chance(held / runs, 0.95, runs)


def test_a_mood_says_how_its_interval_was_made() -> None:
    frame = one_stratum(np.full((900, 3), 1 / 3))
    methods = [mood(frame, plain(one), np.arange(40), "net").estimate.method for one in ([0] * 40, [0, 1, 2, 3] * 10)]
    assert ["score" in one for one in methods] == [True, False]


def test_one_group_tells_no_mood() -> None:
    frame, labels = one_stratum(np.full((5000, 3), 1 / 3)), plain([0, 1] * 40)
    assert mood(frame, labels, np.zeros(80, dtype=int)) == NotEnough(1, 2, "groups of messages")


def test_unequal_chances_are_undone() -> None:
    rng = np.random.default_rng(4)
    truth, prediction = WORLDS[0].messages(rng, 4000)
    held = 0
    for _ in range(300):
        chance = np.clip(0.1 * (0.5 + 1.5 * prediction[:, 0]), 0, 1)
        at = np.nonzero(rng.random(4000) < chance)[0]
        labels = Labels(np.zeros(len(at), dtype=int), prediction[at], truth[at])
        found = share.unequal(prediction.mean(axis=0), 4000, labels, chance[at])
        held += found.estimate.low <= (truth == 0).mean() <= found.estimate.high
    assert within_chance(held / 300, 0.95, 300)


def unequal(rng: np.random.Generator, world: World, of: str, n: int) -> bool:
    """Whether the interval holds what 3,000 messages are, of about n drawn by chances that follow the reader."""
    truth, prediction = world.messages(rng, 3000)
    chance = 0.5 + 1.5 * prediction[:, 0]
    chance *= n / chance.sum()
    at = np.nonzero(rng.random(3000) < chance)[0]
    labels = Labels(np.zeros(len(at), dtype=int), prediction[at], truth[at])
    found = share.unequal(prediction.mean(axis=0), 3000, labels, chance[at], of, fewest=10).estimate
    return bool(found.low <= np.array(share.OUTCOMES[of])[truth].mean() <= found.high)


@pytest.mark.parametrize("of", ["negative", "net"])
def test_with_unequal_chances_a_rare_tone_is_not_taken_for_none(of: str) -> None:
    """With Student's interval 84.5 of a hundred hold 3 % negative: of no negative label it makes none at all."""
    rare = np.array([0.03, 0.58, 0.39]) if of == "negative" else np.array([0.96, 0.01, 0.03])
    rng, runs = np.random.default_rng(3), 250
    held = sum(unequal(rng, World("rare", rare, 1.42), of, 60) for _ in range(runs)) / runs
    assert held > 0.95 - 3 * math.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("label", [0, 1, 2, 3])
def test_with_unequal_chances_labels_that_agree_are_no_certainty_unless_all_was_read(label: int) -> None:
    third = np.full(3, 1 / 3)
    for of in share.OUTCOMES:
        found = share.unequal(third, 600, plain([label] * 60), np.full(60, 0.1), of)
        assert 0.02 < found.estimate.high - found.estimate.low < 0.5
        read = share.unequal(third, 60, plain([label] * 60), np.ones(60), of)
        assert read.estimate.low == read.estimate.high


# -- coders err too ----------------------------------------------------------------------------------------------------


def found_share(value: float, variance: float = 0.0004) -> ShareEstimate:
    return ShareEstimate(Estimate(value, 0, 1, 400, ""), 400, 9000, variance, 100.0, 0.5, 500.0)


def test_what_coders_get_wrong_on_average_is_put_right() -> None:
    # A share of 0.15, coded with sensitivity 0.8 and specificity 0.93, appears as 0.1795.
    truth = np.repeat([True, False], 1000)
    coded = np.concatenate([np.arange(1000) < 800, np.arange(1000) < 70])
    corrected = correct_for_coders(found_share(0.1795), Gold(truth, coded))
    assert isinstance(corrected, Estimate)
    assert corrected.value == pytest.approx(0.15, abs=1e-9)
    assert corrected.high - corrected.low > 2 * 1.96 * math.sqrt(0.0004)


def test_coders_who_nearly_guess_get_no_correction() -> None:
    truth = np.repeat([True, False], 50)
    coded = np.concatenate([np.arange(50) < 37, np.arange(50) < 13])
    assert isinstance(correct_for_coders(found_share(0.3), Gold(truth, coded)), Refused)


def test_too_few_settled_messages_are_too_few() -> None:
    truth = np.repeat([True, False], [5, 95])
    assert correct_for_coders(found_share(0.3), Gold(truth, truth)) == NotEnough(5, 20, "settled messages on each side")


def test_a_million_messages_take_less_than_a_second() -> None:
    rng = np.random.default_rng(1)
    stratum, prediction = rng.integers(0, 18, 1_000_000), rng.dirichlet([1, 1, 1], 1_000_000)
    labels = Labels(stratum[:2000], prediction[:2000], rng.integers(0, 3, 2000))
    began = time.process_time()
    estimate(Frame.of(stratum, prediction), labels)
    assert time.process_time() - began < 1


def weighed(rng: np.random.Generator, strata: list[tuple[float, int, int]]) -> tuple[Frame, Labels, float]:
    """Strata of different moods, each with what it weighs, its messages, and how many are read; and the truth."""
    weight, sizes, read = (np.array(one) for one in zip(*strata))
    truth = [(rng.permutation(size) >= size * (k + 3) // 14).astype(int) for k, size in enumerate(sizes)]
    even = np.full((len(strata), 3), 1 / 3)
    labels = np.concatenate([one[:n] for one, n in zip(truth, read)])
    stratum = np.repeat(np.arange(len(strata)), read)
    frame = Frame(weight.astype(float), even, even * 2 / 3, sizes.astype(float))
    return (
        frame,
        Labels(stratum, even[stratum], labels),
        np.average([(one == 0).mean() for one in truth], weights=weight),
    )


def test_what_was_read_in_full_is_known_whatever_it_weighs() -> None:
    frame, labels, truth = weighed(np.random.default_rng(1), [(300, 90, 90), (200, 9, 9), (100, 30, 30)])
    found = estimate(frame, labels)
    assert found.estimate.low == found.estimate.value == found.estimate.high == pytest.approx(truth)
    frame, labels, _ = weighed(np.random.default_rng(1), [(300, 90, 90), (200, 9, 8), (100, 30, 30)])
    assert estimate(frame, labels).variance > 0


SMALL = [(10, 30, 1)] * 8
"""Too few labels to stand alone: these are joined."""

FULL = [(8, 3, 3), (12, 5, 5), (10, 30, 2)] * 4
"""Small days, read in full, between others."""


@pytest.mark.parametrize("small", [[], SMALL, FULL])
def test_the_interval_holds_when_strata_weigh_other_than_they_are(small: list[tuple[float, int, int]]) -> None:
    rng, runs = np.random.default_rng(8), 1500
    played = (weighed(rng, [(300, 40, 36), (200, 80, 60), (100, 400, 40), *small]) for _ in range(runs))
    found = [(estimate(frame, labels).estimate, truth) for frame, labels, truth in played]
    held = sum(one.low <= truth <= one.high for one, truth in found) / runs
    assert within_chance(held, 0.95, runs)


@pytest.mark.parametrize("heavy", [[(24, 60, 2)], [(15, 40, 2)] * 2, [(9, 60, 2)]])
@pytest.mark.parametrize("net", [0.15, -0.3])
def test_the_interval_holds_where_much_hangs_on_two_labels(heavy: list[tuple[int, int, int]], net: float) -> None:
    """A channel that weighs as much as ever, and of which two messages were coded: each stratum by itself, 70 of a
    hundred hold."""
    rng, runs, chances = np.random.default_rng(9), 800, np.array([0.35 - net / 2, 0.3, 0.35 + net / 2])
    weight, sizes, read = (np.array(one) for one in zip(*heavy, *[(6, 30, 7)] * 6))
    even, stratum = np.full((len(sizes), 3), 1 / 3), np.repeat(np.arange(len(sizes)), read)
    frame, held = Frame(weight.astype(float), even, even * 2 / 3, sizes.astype(float)), 0
    for _ in range(runs):
        said = [rng.choice(3, size=size, p=chances) for size in sizes]
        labels = np.concatenate([one[:n] for one, n in zip(said, read)])
        found = estimate(frame, Labels(stratum, even[stratum], labels), "net").estimate
        held += found.low <= np.average([(one - 1).mean() for one in said], weights=weight) <= found.high
    assert 0.94 - 2.5 * math.sqrt(0.95 * 0.05 / runs) < held / runs < 0.995


@pytest.mark.parametrize("coded", [40, 100])
def test_what_coders_misread_stays_open_however_many_messages_were_coded(coded: int) -> None:
    """One of ten is taken for another tone: what agreement leaves to chance, averaged over the messages."""
    rng, runs, plain = np.random.default_rng(4), 1500, np.full((100, 3), 1 / 3)
    frame, held = Frame.of(np.zeros(100, dtype=int), plain), {0.0: 0, 1.0: 0}
    for _ in range(runs):
        truth, slip = rng.choice(3, size=100, p=[0.4, 0.3, 0.3]), rng.random(100) < 0.15
        said = np.where(slip, rng.integers(0, 3, 100), truth)
        net, apart = float(np.mean(truth - 1)), float(np.mean((said - truth) ** 2)) / float(np.var(said))
        labels = Labels(np.zeros(coded, dtype=int), plain[:coded], said[:coded])
        for part in held:
            found = estimate(frame, labels, "net", drawn=part * apart / 100)
            held[part] += found.estimate.low <= net <= found.estimate.high
    assert held[0.0] / runs < (0.93 if coded < 100 else 0.2)
    assert within_chance(held[1.0] / runs, 0.95, runs)
