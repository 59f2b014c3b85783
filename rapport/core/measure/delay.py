"""How long an alarm would take, and how often it would be false: years played before one waits for them.

Shown when an alarm is set up, so that nobody waits for what cannot come: with few messages or few labels, a change of
five points may take most of a year.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure.change import (
    AMBER_LIMIT,
    AMBER_SLACK,
    FALSE_ALARMS,
    LEANING,
    SAFE,
    SIDES,
    STAKES,
    SURGE,
    SURGE_DAYS,
    TOLERANCE,
    YEAR,
    standing_out,
    threshold,
    unknown,
)
from rapport.core.measure.sampling import allocate
from rapport.core.ranges import ABOVE_0, AT_LEAST_0, COUNTING, INSIDE, NUMBER, SHARE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader in two numbers: how much of what is negative it calls negative, and how much of what is not.

    Raises NumberError for what is no share.
    """

    finds: float = 0.62
    mistakes: float = 0.12

    def __post_init__(self) -> None:
        SHARE.check(finds=self.finds, mistakes=self.mistakes)


@dataclass(frozen=True, slots=True)
class Line:
    """A watched line as it is before any change.

    share      the baseline
    messages   a day (groups, when alarms draw from groups)
    labels     a day, in quiet times; `surge` times as many in a surge (1: no amber)
    error      standard error of the baseline
    day_sd     of the daily share about the baseline, and how much of it one day hands to the next

    Raises NumberError for what is none of these.
    """

    share: float
    messages: int
    labels: int
    surge: int = SURGE
    day_sd: float = 0.02
    carry: float = 0.5
    error: float = 0.014
    reader: Reader = Reader()

    def __post_init__(self) -> None:
        INSIDE.check(share=self.share)
        COUNTING.check(messages=self.messages, labels=self.labels, surge=self.surge)
        AT_LEAST_0.check(day_sd=self.day_sd, error=self.error)
        SHARE.check(carry=self.carry)


@dataclass(frozen=True, slots=True)
class Course:
    """What simulated years came to.

    rang        the share of years in which red rang
    days        the median day of the first red among all years; infinite when fewer than half had one
    late        the day by which nine of ten had rung; infinite likewise
    labels      a day, on average, until red or the end
    ambers      a year, until red or the end
    """

    rang: float
    days: float
    late: float
    labels: float
    ambers: float


def expect(
    line: Line,
    shift: float,
    rng: np.random.Generator,
    *,
    tolerance: float = TOLERANCE,
    days: int = YEAR,
    chance: float = FALSE_ALARMS,
    drift: float = 0.0,
    lines: int = 1,
    runs: int = 400,
) -> Course:
    """Play years in which the share moves by `shift` on the first day, and see when red rings.

    shift   of the share; 0 plays quiet years, whose `rang` is the rate of false alarms
    drift   added to the reader's rate of mistakes and of finds, a change that is not one of tone
    lines   that are watched together: while the others are quiet, one has to stand out of all (`standing_out`)

    The tolerance is widened by what is unknown of the line, as `change.watch` does. Raises NumberError for what is none
    of these.

    >>> quiet = expect(Line(0.25, 2000, 10), 0.0, np.random.default_rng(1), runs=50)
    >>> quiet.rang <= 0.1
    True
    """
    NUMBER.check(shift=shift, drift=drift)
    ABOVE_0.check(tolerance=tolerance)
    COUNTING.check(days=days, lines=lines, runs=runs)
    plan = _plan(line)
    tolerance = max(tolerance, unknown(line.error, day_variance=line.day_sd**2, a_day=line.labels))
    own = threshold(days, chance)
    bar = math.log(max(own, standing_out(lines, days=days)))
    state = _Runs.start(line, rng, runs)
    for day in range(1, days + 1):
        state.day(line, plan, shift, drift, tolerance, math.log(own), rng)
        state.settle(day, bar)
        if state.over.all():
            break
    rang = state.over
    first = np.where(rang, state.rang_on, np.inf)
    half, late = (float(np.sort(first)[math.ceil(share * runs) - 1]) for share in (0.5, 0.9))
    lived = np.where(rang, state.rang_on, float(days))
    return Course(
        float(rang.mean()),
        half,
        late,
        float((state.labels / lived).mean()),
        float(state.ambers.sum() / lived.sum() * YEAR),
    )


def _plan(line: Line) -> dict[bool, Ints]:
    """Labels for what the reader calls negative and for the rest, in quiet times and in a surge."""
    found = line.share * line.reader.finds
    called = found + (1 - line.share) * line.reader.mistakes
    sizes = np.array([called, 1 - called]) * line.messages
    centre = _centres(line)
    deviation = np.sqrt(centre * (1 - centre))
    deviation = (deviation + deviation @ sizes / sizes.sum()) / 2
    whole = np.maximum(np.floor(sizes * 0.8), 1).astype(np.int64)  # a day may be quieter than usual
    return {
        surging: allocate(whole, deviation, min(line.labels * (line.surge if surging else 1), int(whole.sum())))
        for surging in (False, True)
    }


def _centres(line: Line) -> Floats:
    found = line.share * line.reader.finds
    called = found + (1 - line.share) * line.reader.mistakes
    return np.array([found / called, (line.share - found) / (1 - called)])


@dataclass(slots=True, eq=False)
class _Runs:
    """Many simulated years side by side; every array has one entry for each."""

    effect: Floats
    home: Floats
    mass: Floats
    up: Floats
    down: Floats
    mean: Floats
    left: Ints
    seen: Floats
    days: Ints
    over: Bools
    rang_on: Floats
    labels: Floats
    ambers: Floats
    amber_sd: float

    @classmethod
    def start(cls, line: Line, rng: np.random.Generator, runs: int) -> _Runs:
        reader, zero = line.reader, np.zeros(runs)
        called = line.share * reader.finds + (1 - line.share) * reader.mistakes
        carried = (reader.finds - reader.mistakes) * line.day_sd
        sd = math.sqrt(called * (1 - called) / line.messages + carried**2)
        return cls(
            effect=line.day_sd * rng.normal(size=runs),
            home=line.share + line.error * rng.normal(size=runs),
            mass=np.full((runs, len(STAKES)), -np.inf),
            up=zero.copy(),
            down=zero.copy(),
            mean=np.full(runs, called),
            left=np.zeros(runs, dtype=np.int64),
            seen=zero.copy(),
            days=np.zeros(runs, dtype=np.int64),
            over=np.zeros(runs, dtype=bool),
            rang_on=zero.copy(),
            labels=zero.copy(),
            ambers=zero.copy(),
            amber_sd=sd,
        )

    def day(
        self,
        line: Line,
        plan: dict[bool, Ints],
        shift: float | Floats,
        drift: float,
        tolerance: float,
        bar: float,
        rng: np.random.Generator,
    ) -> None:
        runs = len(self.effect)
        fresh = math.sqrt(1 - line.carry**2) * line.day_sd
        self.effect = line.carry * self.effect + fresh * rng.normal(size=runs)
        share = np.clip(line.share + shift + self.effect, 0.001, 0.999)
        negative = rng.binomial(line.messages, share)
        found = rng.binomial(negative, min(line.reader.finds + drift, 1.0))
        mistaken = rng.binomial(line.messages - negative, line.reader.mistakes + drift)
        sizes = np.stack([found + mistaken, line.messages - found - mistaken], axis=1)
        truly = np.stack([found, negative - found], axis=1)
        surging = self.left > 0
        count = np.minimum(np.where(surging[:, None], plan[True], plan[False]), sizes)
        hits = rng.hypergeometric(truly, sizes - truly, count)
        self.labels += np.where(self.over, 0, count.sum(axis=1))
        self.mass = np.logaddexp(self.mass, 0.0) + _growths(line, self.home, sizes, count, hits, tolerance)
        self._amber(line, sizes[:, 0] / line.messages, bar)

    def evidence(self) -> Floats:
        top = self.mass.max(axis=1)
        logs: Floats = top + np.log(np.exp(self.mass - top[:, None]).mean(axis=1))
        return logs

    def settle(self, day: int, bar: float) -> None:
        fresh = (self.evidence() >= bar) & ~self.over
        self.rang_on[fresh] = day
        self.over |= fresh

    def _amber(self, line: Line, share: Floats, bar: float) -> None:
        """`Amber.step` for all runs at once."""
        if line.surge <= 1:
            return
        surging = self.left > 0
        off = (share - self.mean) / self.amber_sd
        self.up = np.where(surging, 0.0, np.maximum(0.0, self.up + off - AMBER_SLACK))
        self.down = np.where(surging, 0.0, np.maximum(0.0, self.down - off - AMBER_SLACK))
        self.seen = np.where(surging, self.seen + share, 0.0)
        self.days = np.where(surging, self.days + 1, 0)
        ended = (self.left == 1) & (self.evidence() < LEANING * bar)
        self.mean = np.where(ended, self.seen / np.maximum(self.days, 1), self.mean)
        lit = ~surging & (np.maximum(self.up, self.down) >= AMBER_LIMIT)
        self.ambers += lit & ~self.over
        self.left = np.where(lit, SURGE_DAYS, np.where(ended, 0, np.where(surging, np.maximum(self.left - 1, 1), 0)))


def _growths(line: Line, home: Floats, sizes: Ints, count: Ints, hits: Ints, tolerance: float) -> Floats:
    """`RedAlarm._growth` for many runs of a share in two strata: labels are counted, not listed. Shape (runs, 10)."""
    weight = sizes / line.messages
    centre = _centres(line)
    per_label = weight * count.sum(axis=1, keepdims=True) / np.maximum(count, 1)
    expected = weight @ centre
    home = home[:, None] + SIDES * tolerance
    lowest = (-per_label * centre).min(axis=1)[:, None] + expected[:, None] - home
    highest = (per_label * (1 - centre)).max(axis=1)[:, None] + expected[:, None] - home
    stake = np.minimum(STAKES, SAFE / np.maximum(np.where(SIDES > 0, -lowest, highest), SAFE)) * SIDES
    growth: Floats = np.zeros(stake.shape)
    for h in range(2):
        for value, many in ((1.0, hits[:, h]), (0.0, count[:, h] - hits[:, h])):
            off = per_label[:, h] * (value - centre[h]) + expected
            growth += many[:, None] * np.log1p(stake * (off[:, None] - home))
    return growth
