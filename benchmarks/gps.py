"""Whether the numbers about tone hold what they promise: intervals, alarms, forecasts, warnings.

    make bench-measure
    python -m benchmarks.gps --part 0.1      a short look: a tenth of the repetitions

What is simulated has a known truth and a seed; what people wrote was labelled by people, and is passed over where the
data sets are absent (RAPPORT_DATA). Both are compared in the same run with what is commonly done instead.
"""

from __future__ import annotations

import argparse
import heapq
import math
import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks import odds, quantify, real_text, trackers, years
from benchmarks.results import Row, write
from benchmarks.worlds import WORLDS, World
from rapport.core.measure import agreement, burst, forecast, sampling, share
from rapport.core.measure.delay import Line, expect
from rapport.core.measure.share import Frame, Labels, ShareEstimate
from rapport.core.steer.staffing import erlang_c
from rapport.core.types import Estimate

MESSAGES = 20_000
SIZES = (50, 100, 200, 400)


COVERED = (0.935, 0.97)
"""Of a hundred intervals that promise 95 %, so many may hold the truth: neither fewer nor more."""


def promised(metric: str, misses: float, runs: int) -> Row:
    """Intervals that miss; beyond what is allowed, luck may add or take one standard error."""
    low, high = (100 * (1 - one) for one in reversed(COVERED))
    luck = chance(0.05, runs) / 3
    limits = {"least": round(low - luck, 2), "target": round(high + luck, 2)}
    return Row(metric, round(100 * float(misses), 2), "%", "promised", 5.0, **limits)


def chance(rate: float, runs: int) -> float:
    """What luck may add to a rate of misses, in per cent: three standard errors."""
    return 300 * math.sqrt(rate * (1 - rate) / runs)


# -- intervals ---------------------------------------------------------------------------------------------------------


def draws(
    world: World, labels: int, of: str, runs: int, rng: np.random.Generator
) -> Iterator[tuple[ShareEstimate, float]]:
    """Estimates of repeated draws, each with the truth."""
    worth = np.array(share.OUTCOMES[of])
    for run in range(runs):
        if run % 100 == 0:
            truth, prediction = world.messages(rng, MESSAGES)
            channel = ["web"] * MESSAGES
            strata = sampling.stratify(channel, prediction, most=sampling.most_strata(labels))
            stratum = strata.of(channel, prediction)
            members = [np.nonzero(stratum == h)[0] for h in range(len(strata.names))]
            sizes = np.array([len(one) for one in members])
            plan = sampling.allocate(sizes, sampling.spread(stratum, prediction), labels)
            frame = Frame.of(stratum, prediction)
        at = np.concatenate([rng.choice(one, n, replace=False, shuffle=False) for one, n in zip(members, plan)])
        found = share.estimate(frame, Labels(stratum[at], prediction[at], truth[at]), of)
        assert isinstance(found, ShareEstimate)
        yield found, float(worth[truth].mean())


def intervals(part: float, rng: np.random.Generator) -> Iterator[Row]:
    runs, missed = max(int(2000 * part), 100), []
    for world in WORLDS:
        for of in ("negative", "net"):
            for labels in SIZES:
                found = list(draws(world, labels, of, runs, rng))
                misses = np.mean([not one.estimate.low <= truth <= one.estimate.high for one, truth in found])
                missed.append(misses)
                yield promised(f"intervals that miss: {world.name}, {of}, {labels} labels", float(misses), runs)
                if of == "negative":
                    half = np.mean([one.estimate.high - one.estimate.low for one, _ in found]) * 50
                    truth = found[0][1]
                    plain = 196 * math.sqrt(truth * (1 - truth) / labels)
                    yield Row(
                        f"half width: {world.name}, {labels} labels",
                        round(float(half), 2),
                        "points",
                        "labels alone",
                        round(plain, 2),
                        round(plain, 2),
                    )
    yield Row(
        "intervals that miss, all together: off from 5 %",
        round(abs(100 * float(np.mean(missed)) - 5), 2),
        "points",
        target=1.0,
    )


def weeks(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """As the desk has it: a draw a day, ten labels a day of 600 messages, and an interval for seven days."""
    runs, missed = max(int(600 * part), 60), []
    for world in WORLDS:
        for of in ("negative", "net"):
            outside = 0
            for _ in range(runs):
                found, truth = week(world, of, rng)
                outside += not found.estimate.low <= truth <= found.estimate.high
            missed.append(outside / runs)
            name = f"intervals that miss, seven days of ten labels: {world.name}, {of}"
            yield promised(name, outside / runs, runs)
    off = round(abs(100 * float(np.mean(missed)) - 5), 2)
    yield Row("intervals that miss, seven days of ten labels, all together: off from 5 %", off, "points", target=1.0)


def week(world: World, of: str, rng: np.random.Generator) -> tuple[ShareEstimate, float]:
    """An estimate for seven days, and the truth."""
    worth = np.array(share.OUTCOMES[of])
    days, truths = [], []
    for number in range(7):
        truth, prediction = world.messages(rng, 600)
        ids = [f"{number}/{n}" for n in range(600)]
        drawn = sampling.draw(ids, ["web"] * 600, prediction, 10, str(rng.integers(2**62)))
        assert isinstance(drawn, sampling.Draw)
        at = drawn.first(10)
        labels = Labels(drawn.stratum[at], prediction[at], truth[at])
        days.append((Frame.of(drawn.stratum, prediction), labels))
        truths.append(float(worth[truth].mean()))
    found = share.estimate(*share.together(days), of)
    assert isinstance(found, ShareEstimate)
    return found, float(np.mean(truths))


def worth(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """Each label counts for what theory says it should: 1/(1-rho²)."""
    for world in WORLDS[:3]:
        truth, prediction = world.messages(rng, 200_000)
        rho = float(np.corrcoef(truth == 0, prediction[:, 0])[0, 1])
        found = np.median([one.multiplier for one, _ in draws(world, 200, "negative", max(int(500 * part), 50), rng)])
        theory = 1 / (1 - rho**2)
        yield Row(
            f"of each label's worth lost: {world.name}",
            round(100 * (1 - float(found) / theory), 1),
            "%",
            "theory, labels per label",
            round(theory, 2),
            5.0,
        )


def uncorrected(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """How far off one is without labels, in points; and with fifty of them."""
    for world in WORLDS:
        truth, prediction = world.messages(rng, MESSAGES)
        actual = float((truth == 0).mean())
        errors = [
            one.estimate.value - true for one, true in draws(world, 50, "negative", max(int(400 * part), 50), rng)
        ]
        counted = abs(float(quantify.classify_and_count(prediction)[0]) - actual)
        yield Row(
            f"bias with 50 labels: {world.name}",
            round(100 * abs(float(np.mean(errors))), 2),
            "points",
            "counting what the reader says",
            round(100 * counted, 1),
            round(100 * 3 * float(np.std(errors)) / math.sqrt(len(errors)), 2),
        )
        for name, shares in (
            ("PACC", quantify.adjusted(prediction, world, rng)),
            ("EMQ", quantify.re_estimated(prediction)),
        ):
            yield Row(
                f"bias of {name}, no labels: {world.name}", round(100 * abs(float(shares[0]) - actual), 1), "points"
            )


def looks(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """52 weekly looks at labels that add up, 20 a week, 8 weeks ahead of time tightest."""
    runs = max(int(400 * part), 50)
    frame = Frame(np.array([1e9]), np.full((1, 3), 1 / 3), np.full((1, 3), 2 / 9))
    wrong = {None: 0, 160: 0}
    for _ in range(runs):
        label = (rng.random(52 * 20) > 0.3).astype(int)
        for watched in wrong:
            for n in range(40, 52 * 20 + 1, 20):
                labels = Labels(np.zeros(n, dtype=int), np.full((n, 3), 1 / 3), label[:n])
                found = share.estimate(frame, labels, watched=watched)
                if isinstance(found, ShareEstimate) and not found.estimate.low <= 0.3 <= found.estimate.high:
                    wrong[watched] += 1
                    break
    yield Row(
        "ever wrong in 52 weekly looks", 100 * wrong[160] / runs, "%", "plain intervals", 100 * wrong[None] / runs, 5.0
    )


# -- alarms ------------------------------------------------------------------------------------------------------------


def false_reds(part: float, rng: np.random.Generator) -> Iterator[Row]:
    runs = max(int(2000 * part), 100)
    line = Line(0.25, 2000, 10)
    dashboard = 100 * years.three_sigma(rng, max(int(200 * part), 20))
    for name, drift in (("nothing happens", 0.0), ("the reader drifts", 0.1)):
        quiet = expect(line, 0.0, rng, drift=drift, runs=runs)
        yield Row(f"red within a year: {name}", 100 * quiet.rang, "%", "three sigma on the reader", dashboard, 5.0)
        yield Row(f"labels a day: {name}", round(quiet.labels, 1), "labels", target=15.0)
    few = max(int(200 * part), 20)
    for name, year in (
        ("a channel is down for a month", years.outage),
        ("another mix of channels", years.mix_shift),
        ("threads, 55 messages a day", years.threads),
    ):
        rang = sum(years.rings(year(rng), rng) is not None for _ in range(few))
        yield Row(f"red within a year: {name}", 100 * rang / few, "%", target=5.0)
    rang = sum(years.rings(years.threads(rng, grouped=False), rng) is not None for _ in range(few))
    yield Row("red within a year: the same threads, message by message", 100 * rang / few, "%")


def delays(part: float, rng: np.random.Generator) -> Iterator[Row]:
    runs = max(int(1000 * part), 100)
    for shift, target in ((0.05, None), (0.10, 14.0), (0.20, 5.0), (-0.10, 14.0)):
        alone = expect(Line(0.25, 2000, 10, surge=1), shift, rng, runs=runs)
        both = expect(Line(0.25, 2000, 10), shift, rng, runs=runs)
        yield Row(
            f"median days to red: {100 * shift:+.0f} points", both.days, "days", "without amber", alone.days, target
        )
        missed, alone_missed = (round(100 * (1 - course.rang), 1) for course in (both, alone))
        yield Row(f"not red within a year: {100 * shift:+.0f} points", missed, "%", "without amber", alone_missed)
        if math.isfinite(both.late):
            late = alone.late if math.isfinite(alone.late) else None
            yield Row(f"nine of ten by: {100 * shift:+.0f} points", both.late, "days", "without amber", late)
    few = max(int(200 * part), 20)
    for shift in (0.0, 0.10, 0.20):
        rang, days = trackers.repeated(shift, rng, few)
        if not shift:
            yield Row("red within a year without a baseline: nothing happens", 100 * rang, "%", target=5.0)
        elif math.isfinite(days):
            yield Row(f"median days to red without a baseline: {100 * shift:+.0f} points", days, "days")
    false, found, days = years.fifty_lines(rng, runs=max(int(100 * part), 5))
    yield Row("false among the alarms of 50 lines in a year", round(100 * false, 2), "%", target=10.0)
    yield Row("changes of 15 points missed on 50 lines", round(100 * (1 - found), 2), "%", target=5.0)
    yield Row("median days to red on 50 lines: +15 points", days, "days")


# -- the day -----------------------------------------------------------------------------------------------------------


def days(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """Ten labels a day: what can be said of one day or of seven, in calm times and after the reader changed silently.

    Ours is that of seven days. The day alone has too few labels for a number, and is not shown."""
    for name, (calm, after) in trackers.displays(rng, max(int(100 * part), 8)).items():
        limits = (6.5, 7.5) if name == "seven days" else (None, None)
        missed, silent = (round(100 * (1 - one.share), 1) for one in (calm, after))
        yield Row(f"intervals that miss, ten labels a day: {name}", missed, "%", "promised", 5.0, limits[0])
        yield Row(f"the same after the reader changed silently: {name}", silent, "%", "promised", 5.0, limits[1])
        yield Row(f"half width, ten labels a day: {name}", round(100 * calm.half, 1), "points")


# -- going -------------------------------------------------------------------------------------------------------------


def wandering(rng: np.random.Generator, n: int, broken_at: int | None = None) -> np.ndarray:
    noise = rng.standard_t(5, size=n) * 0.02
    if broken_at is not None:
        noise[broken_at:] *= math.sqrt(2.5)
    return 0.3 + np.cumsum(rng.normal(size=n) * 0.004) + noise


def forecasts(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """A forecast a week ahead, made each day of 60 after the noise grew by half; and long after."""
    runs = max(int(40 * part), 5)
    inside: dict[str, list[bool]] = {"in calm times": [], "60 days after the noise grew": [], "long after": []}
    for _ in range(runs):
        values = wandering(rng, 720, broken_at=400)
        for name, days in (
            ("in calm times", range(300, 390, 6)),
            ("60 days after the noise grew", range(400, 460, 4)),
            ("long after", range(600, 712, 8)),
        ):
            for day in days:
                ahead = forecast.fan(values[:day], 7, bounds=(-1.0, 1.0))
                assert isinstance(ahead, forecast.Fan)
                inside[name].append(bool(ahead.low[6] <= values[day + 6] <= ahead.high[6]))
    for name, held in inside.items():
        target = 17.0 if "60" in name else 10.0
        yield Row(
            f"forecasts 7 days ahead that miss: {name}",
            round(100 * (1 - float(np.mean(held))), 1),
            "%",
            "promised",
            10.0,
            round(target + chance(0.1, runs * 5), 1),
        )
    courses = max(int(1000 * part), 100)

    def rings(steps: int, start_error: float, *, lag: float = 0.0, still: bool = False) -> np.ndarray:
        """The step at which each course rings, or infinity; `still`: it stays where it began."""
        way, rang = forecast.Plan(0.40, 0.40 if still else 0.30, steps, 0.02), np.full(courses, np.inf)
        for n in range(courses):
            start = 0.40 + start_error * rng.normal()
            course = forecast.OffCourse(forecast.Plan(start, 0.30, steps, 0.02, start_error))
            for step in range(1, steps + 1):
                course = course.step(way.at(step) + lag + 0.02 * rng.normal())
                if course.rings:
                    rang[n] = step
                    break
        return rang

    def often(rang: np.ndarray) -> float:
        return 100 * float(np.isfinite(rang).mean())

    yield Row("off-course alarms in 180 steps on plan", often(rings(180, 0.0)), "%", target=5.0)
    yield Row("off-course alarms missed, two points behind", 100 - often(rings(180, 0.0, lag=0.02)), "%", target=5.0)
    for weeks in (26, 52):
        on_plan = often(rings(weeks, 0.02))
        yield Row(f"off-course alarms in {weeks} weeks on plan, the start an estimate", on_plan, "%", target=5.0)
        known, estimated = (float(np.median(rings(weeks, error, still=True))) for error in (0.0, 0.02 / math.sqrt(2)))
        words = f"median weeks to the off-course alarm of {weeks}, nothing moves"
        yield Row(words, estimated, "weeks", "the start known exactly", known)


# -- counts and coders -------------------------------------------------------------------------------------------------


def bursts(part: float, rng: np.random.Generator) -> Iterator[Row]:
    hour = np.arange(burst.WEEK)
    mean = 8 * (1.2 + np.sin(2 * np.pi * (hour % 24 - 8) / 24))

    def heard(weeks: int) -> np.ndarray:
        rate = np.tile(mean, weeks)
        return rng.negative_binomial(5, 5 / (5 + rate))

    runs = max(int(20 * part), 3)
    false = sigma = 0
    for _ in range(runs):
        usual = burst.profile(heard(12))
        assert isinstance(usual, burst.Profile)
        year = heard(52)
        false += sum(burst.warning(int(n), t, usual) is not None for t, n in enumerate(year))
        rate = np.tile(usual.mean, 52)
        sigma += int((year > rate + 3 * np.sqrt(rate)).sum())
    yield Row("false warnings a year, hourly counts", false / runs, "warnings", "three sigma", sigma / runs, 8.0)


def coders(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """Alpha against the figures published with it (Krippendorff 2011)."""
    rows = ("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")
    found = [(unit, float(one)) for row in rows for unit, one in enumerate(row.split()) if one != "."]
    for metric, published in (("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)):
        alpha = agreement.alpha([u for u, _ in found], [v for _, v in found], rng, metric=metric, fewest=5)
        assert isinstance(alpha, Estimate)
        yield Row(
            f"alpha, {metric}: off from the published figure",
            round(abs(alpha.value - published), 4),
            "",
            "published",
            published,
            0.0005,
        )


def staff(part: float, rng: np.random.Generator) -> Iterator[Row]:
    """Erlang's formula against published digits, and against a played queue: 60 an hour, 6 minutes each, 7 people."""
    desk = erlang_c(100 / 30, 3.0, 14, within=20 / 60)
    for name, value, published, digits in (
        ("chance to wait", desk.waits, 0.1741319, 5e-8),
        ("answered in 20 seconds", desk.in_time, 0.88835, 5e-6),
    ):
        yield Row(f"Erlang C, {name}: off from the published figure", abs(value - published), "", target=digits)
    promised = 100 * erlang_c(1.0, 6.0, 7, within=15.0).in_time
    contacts = int(200_000 * part)
    for name, gaps, target in (
        ("by chance", rng.exponential(1.0, contacts), 2.0),
        ("in bursts", rng.gamma(0.2, 5.0, contacts), None),
    ):
        at = np.cumsum(gaps)
        free = [0.0] * 7
        late = 0
        for came, takes in zip(at, rng.exponential(6.0, contacts)):
            begins = max(float(came), heapq.heappop(free))
            heapq.heappush(free, begins + float(takes))
            late += begins - came > 15.0
        kept = 100 * (1 - late / contacts)
        yield Row(f"answered in time, less than Erlang says, contacts {name}", promised - kept, "points", target=target)


def speed(part: float, rng: np.random.Generator) -> Iterator[Row]:
    n = 1_000_000
    stratum, prediction = rng.integers(0, 18, n), rng.dirichlet([1, 1, 1], n)
    labels = Labels(stratum[:2000], prediction[:2000], rng.integers(0, 3, 2000))
    began = time.perf_counter()
    share.estimate(Frame.of(stratum, prediction), labels)
    yield Row(
        "an estimate over a million messages", round(1000 * (time.perf_counter() - began), 1), "ms", target=1000.0
    )


PARTS: tuple[Callable[[float, np.random.Generator], Iterator[Row]], ...] = (
    intervals,
    weeks,
    worth,
    uncorrected,
    real_text.rows,
    looks,
    false_reds,
    delays,
    days,
    forecasts,
    odds.rows,
    bursts,
    coders,
    staff,
    speed,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, help="of the repetitions")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    rows = []
    for part in PARTS:
        for row in part(chosen.part, np.random.default_rng(chosen.seed)):
            rows.append(row)
            anchor = f"({row.anchor}: {row.anchor_value:g})" if row.anchor_value is not None else ""
            words = {True: "holds", False: "DOES NOT HOLD", None: ""}[row.holds]
            limit = f"at {'least' if row.at_least else 'most'} {row.target:g}" if row.target is not None else ""
            limit = f"{row.least:g} to {row.target:g}" if row.least is not None else limit
            print(f"{row.metric:<78} {row.value:>8g} {row.unit:<8} {limit:<16} {words:<14} {anchor}", flush=True)
    if chosen.part >= 1:
        print(write("gps", rows))


if __name__ == "__main__":
    main()
