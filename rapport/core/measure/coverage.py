"""Whether we heard everything, and what may be said when we did not.

Nothing is nothing only when somebody listened. An hour in which a channel was down is not an hour without messages, and
a week without the angriest channel is not a better week. So channels have fixed weights, a missing one is named, and
the number says within which bounds the whole lies, whatever the missing part held.

Source of the intervals: B. L. Welch (1947), The generalization of Student's problem when several different population
variances are involved, Biometrika 34, 28-35; of the bounds: G. Imbens and C. Manski (2004), Confidence intervals for
partially identified parameters, Econometrica 72, 1845-1857.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from rapport.core.measure.quantiles import at_most, satterthwaite, student_below, student_quantile
from rapport.core.measure.share import ShareEstimate
from rapport.core.ranges import AT_LEAST_0, INSIDE, NUMBER, SHARE, SIZE, WHOLE
from rapport.core.types import Estimate, NotEnough

NEEDLE = 0.7
"""With less than this weight heard from, there is no verdict: the needle is grey."""

UNLIKELY = 0.001
"""So few messages come by chance in one of a thousand hours; fewer are a sign of trouble."""

LATE_SECONDS = 15 * 60
LOST_SECONDS = 60 * 60

FEWEST_FAILURES = 3
"""Calls that fail in a row before an hour without a success is an outage."""


# -- hours -------------------------------------------------------------------------------------------------------------


class State(StrEnum):
    """What an hour of a channel was. Only `delivering` and `silent` hours are heard in full."""

    DELIVERING = "delivering"
    SILENT = "silent"
    DEGRADED = "degraded"
    DOWN = "down"
    NOT_CONTRACTED = "not contracted"


class Why(StrEnum):
    """What made an hour other than delivering. Nothing needs to be said of silence that is expected."""

    NOTHING = ""
    PAUSED = "paused"
    FAILED = "failed"
    UNHEARD = "unheard"
    LATE = "late"
    FEW = "few"


@dataclass(frozen=True, slots=True)
class Hour:
    """What is known about one source of a channel in one hour.

    contracted   we listen to it at all
    tries        calls to the platform, and how many of them failed
    behind       seconds by which the newest thing we know of trails the end of the hour, as the connector tells it
    arrived      messages
    expected     messages in such an hour of the week, at least 0, and the size of the negative binomial they follow
                 (`burst.profile`)
    paused       somebody chose not to listen

    Raises NumberError for what is none of these.
    """

    contracted: bool
    tries: int
    failures: int
    behind: float
    arrived: int
    expected: float
    size: float = math.inf
    paused: bool = False

    def __post_init__(self) -> None:
        WHOLE.check(tries=self.tries, failures=self.failures, arrived=self.arrived)
        NUMBER.check(behind=self.behind)
        AT_LEAST_0.check(expected=self.expected)
        SIZE.check(size=self.size)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an hour was, and why."""

    state: State
    why: Why = Why.NOTHING

    @property
    def missed(self) -> bool:
        """Nothing that was said in that hour has reached us within it: its count is unknown, not zero."""
        return self.state is State.DOWN or self.why is Why.PAUSED


@lru_cache(maxsize=4096)  # the hours of a year are much alike
def verdict(hour: Hour) -> Verdict:
    """What the hour was, from the first of these that is true.

    Not contracted; silent on purpose, when it is paused; down, when nobody asked, every call failed, or the connector
    is more than an hour behind; degraded, when some calls failed, it is late, or so few messages came that chance
    hardly explains it; silent, when none came and none need have; delivering.

    >>> verdict(Hour(True, 12, 0, 30.0, arrived=0, expected=40.0, size=5.0))
    Verdict(state=<State.DEGRADED: 'degraded'>, why=<Why.FEW: 'few'>)
    """
    rules = (
        (not hour.contracted, State.NOT_CONTRACTED, Why.NOTHING),
        (hour.paused, State.SILENT, Why.PAUSED),
        (hour.tries == 0, State.DOWN, Why.UNHEARD),
        (hour.tries == hour.failures, State.DOWN, Why.FAILED),
        (hour.behind > LOST_SECONDS, State.DOWN, Why.LATE),
        (hour.failures > 0, State.DEGRADED, Why.FAILED),
        (hour.behind > LATE_SECONDS, State.DEGRADED, Why.LATE),
        (at_most(hour.arrived, hour.expected, hour.size) < UNLIKELY, State.DEGRADED, Why.FEW),
        (hour.arrived == 0, State.SILENT, Why.NOTHING),
    )
    found = ((name, why) for holds, name, why in rules if holds)
    return Verdict(*next(found, (State.DELIVERING, Why.NOTHING)))


def state(hour: Hour) -> State:
    """What the hour was: the state of its `verdict`.

    >>> state(Hour(True, 12, 0, 30.0, arrived=0, expected=0.4))
    <State.SILENT: 'silent'>
    >>> state(Hour(True, 12, 12, 30.0, arrived=0, expected=0.4))
    <State.DOWN: 'down'>
    """
    return verdict(hour).state


def verdicts(hours: Sequence[Hour]) -> list[Verdict]:
    """What hours in a row were. A call or two that failed are no outage, also where nobody asks more often.

    So an hour without a success stays `degraded` until FEWEST_FAILURES calls in a row have failed, or nobody asked.

    >>> once = Hour(True, 1, 1, 0.0, arrived=0, expected=0.0)
    >>> [one.state.value for one in verdicts([once])], [one.state.value for one in verdicts([once] * 3)]
    (['degraded'], ['down', 'down', 'down'])
    """
    found = [verdict(hour) for hour in hours]
    for down, run in groupby(range(len(hours)), key=lambda n: found[n].state is State.DOWN):
        places = list(run)
        failed = all(found[n].why is Why.FAILED for n in places)
        if down and failed and sum(hours[n].failures for n in places) < FEWEST_FAILURES:
            for n in places:
                found[n] = Verdict(State.DEGRADED, Why.FAILED)
    return found


def together(sources: Sequence[Verdict]) -> Verdict:
    """What an hour of a channel was, from those of its sources: down only when all are, degraded when one is.

    >>> down, fine = Verdict(State.DOWN, Why.FAILED), Verdict(State.DELIVERING)
    >>> together([down, fine])
    Verdict(state=<State.DEGRADED: 'degraded'>, why=<Why.FAILED: 'failed'>)
    >>> together([down, down]).state, together([]).state
    (<State.DOWN: 'down'>, <State.NOT_CONTRACTED: 'not contracted'>)
    """
    there = [one for one in sources if one.state is not State.NOT_CONTRACTED]
    if not there:
        return Verdict(State.NOT_CONTRACTED)
    by_state = {one.state: one for one in reversed(there)}
    if trouble := by_state.get(State.DOWN) or by_state.get(State.DEGRADED):
        return trouble if len(by_state) == 1 else Verdict(State.DEGRADED, trouble.why)
    return by_state.get(State.DELIVERING) or there[0]


def heard(states: Sequence[State]) -> float | None:
    """The share of contracted hours that were heard in full, between 0 and 1; None when none was contracted.

    >>> heard([State.DELIVERING, State.SILENT, State.DOWN, State.NOT_CONTRACTED])
    0.6666666666666666
    """
    contracted = [one for one in states if one is not State.NOT_CONTRACTED]
    if not contracted:
        return None
    return sum(one in (State.DELIVERING, State.SILENT) for one in contracted) / len(contracted)


FEWEST_PERIODS = 2
"""With fewer periods before, nobody can say what is usual."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What can be compared: these channels, with these periods before (places in the order given)."""

    channels: tuple[str, ...]
    periods: tuple[int, ...]


def comparable(heard: Mapping[str, Sequence[bool]], *, fewest: int = FEWEST_PERIODS) -> Basis | NotEnough:
    """What the last period can be compared with: channels that were heard in full in it and in the periods before.

    A channel with a hole in the last period is left out. A period in which another one had a hole is left out too; and
    when so few are left, the channel that has most holes. A count with a hole in it is never compared: it would look
    like a quieter week.

    heard    channel -> whether each period was heard in full; the last is the one to compare
    fewest   periods before it that are needed

    >>> comparable({"a": [True, True, True, True], "b": [True, False, True, True]})
    Basis(channels=('a', 'b'), periods=(0, 2))
    >>> comparable({"a": [True, True, True, True], "b": [False, False, True, True]}).channels
    ('a',)
    >>> comparable({"a": [True, True, True, False]})
    NotEnough(have=0, need=2, what='weeks heard in full')
    """
    channels = [name for name, periods in heard.items() if periods[-1]]
    while channels:
        before = range(len(heard[channels[0]]) - 1)
        periods = tuple(n for n in before if all(heard[name][n] for name in channels))
        if len(periods) >= fewest:
            return Basis(tuple(channels), periods)
        channels.remove(min(channels, key=lambda name: sum(heard[name])))
    return NotEnough(0, fewest, "weeks heard in full")


# -- channels together -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel in a period.

    weight   fixed for the quarter; all channels together have 1
    found    its share, or None when it was not heard
    last     its share when it was last heard, and how many days ago

    Raises NumberError for a weight or a time that is none.
    """

    weight: float
    found: ShareEstimate | None
    last: ShareEstimate | None = None
    days_ago: float = 0.0

    def __post_init__(self) -> None:
        SHARE.check(weight=self.weight)
        AT_LEAST_0.check(days_ago=self.days_ago)


@dataclass(frozen=True, slots=True)
class Whole:
    """All channels together.

    covered    the share among the channels that were heard, with their weights in proportion; None when none was
    error      its standard error
    coverage   their weight, between 0 and 1
    bounds     between which the share of all channels lies, whatever the missing ones held: their least and their most,
               each with the error of what was heard
    carried    the share of all, had the missing ones stayed where they were last heard, with growing doubt; None when
               one of them never was
    missing    their names
    """

    covered: Estimate | None
    error: float
    coverage: float
    bounds: tuple[float, float]
    carried: Estimate | None
    missing: tuple[str, ...]

    @property
    def grey(self) -> bool:
        """Whether the needle shows no verdict."""
        return self.coverage < NEEDLE - 1e-9


def combine(
    channels: Mapping[str, Channel],
    *,
    low: float = 0.0,
    high: float = 1.0,
    daily: float = 0.0004,
    level: float = 0.95,
) -> Whole:
    """Put channels together by fixed weights, so that a change of mix is not taken for one of tone.

    The intervals are Student's, with the degrees of freedom of Welch and Satterthwaite. The bounds hold the share of
    all with the same certainty, wherever between its least and its most the missing part has put it. At each end only
    an error to one side matters, so at 95 % they reach 1.64 standard errors of what was heard beyond both where much is
    missing, and 1.96 where nothing is (Imbens and Manski).

    low, high   between which the number lies for any channel: 0 and 1 for a share, -1 and 1 for net tone
    daily       variance that a channel's share gains with each day on which it is not heard

    Raises ValueError unless the weights sum to 1, and NumberError for a limit, a variance or a level that is none.

    >>> def found(share): return ShareEstimate(Estimate(share, 0, 1, 100, ""), 100, 900, 0.001, 99.0, 0.5, 150.0)
    >>> whole = combine({"a": Channel(0.85, found(0.21)), "b": Channel(0.15, None, found(0.55), 30)})
    >>> round(whole.covered.value, 3), round(whole.coverage, 3), [round(one, 4) for one in whole.bounds], whole.missing
    (0.21, 0.85, [0.1339, 0.3731], ('b',))
    >>> round(whole.carried.value, 3), whole.grey
    (0.261, False)
    """
    NUMBER.check(low=low, high=high)
    AT_LEAST_0.check(daily=daily)
    INSIDE.check(level=level)
    if abs(sum(channel.weight for channel in channels.values()) - 1) > 1e-6:
        raise ValueError("the weights of all channels sum to 1")
    parts = {name: (channel.weight, channel.found) for name, channel in channels.items() if channel.found is not None}
    coverage = sum(weight for weight, _ in parts.values())
    total = sum(weight * found.estimate.value for weight, found in parts.values())
    doubts = [_doubt(weight, found) for weight, found in parts.values()]
    variance = sum(one for one, _ in doubts)
    labels = sum(found.labels for _, found in parts.values())
    missing = tuple(name for name in channels if name not in parts)
    covered, error = None, math.inf
    if parts:
        error = math.sqrt(variance) / coverage
        method = f"channels that were heard, fixed weights, {100 * level:g}%"
        scaled = [(one / coverage**2, df) for one, df in doubts]
        covered = _around(total / coverage, scaled, labels, level, method, low, high)
    bounds = _bounds(total, 1 - coverage, doubts, level, low, high)
    absent = [channels[name] for name in missing]
    carried = None
    if parts and all(channel.last is not None for channel in absent):
        value = total
        for channel in absent:
            if channel.last is not None:
                value += channel.weight * channel.last.estimate.value
                wandered = channel.weight**2 * daily * channel.days_ago
                doubts += [_doubt(channel.weight, channel.last), (wandered, math.inf)]
        carried = _around(value, doubts, labels, level, f"missing channels as last heard, {100 * level:g}%", low, high)
    return Whole(covered, error, coverage, bounds, carried, missing)


def _doubt(weight: float, found: ShareEstimate) -> tuple[float, float]:
    """What a channel adds to the variance, and with how many degrees of freedom: never more than its labels give, also
    where an interval of its own, that of a rare class, makes no use of them."""
    return weight**2 * found.variance, min(found.df, max(found.labels - 1.0, 1.0))


def _bounds(
    heard: float, missing: float, doubts: Sequence[tuple[float, float]], level: float, low: float, high: float
) -> tuple[float, float]:
    """`heard`: the sum of what was heard, by weights; `missing`: the weight of the rest."""
    error = math.sqrt(sum(variance for variance, _ in doubts))
    least, most = heard + missing * low, heard + missing * high
    if error:
        reach = _reach((most - least) / error, satterthwaite(doubts), level) * error
        least, most = least - reach, most + reach
    return max(least, low), min(most, high)


def _reach(gap: float, df: float, level: float) -> float:
    """Standard errors beyond both ends, `gap` of them apart, so that each point between is held with this certainty.

    >>> [round(_reach(gap, math.inf, 0.95), 3) for gap in (0.0, 1.0, 9.0)]
    [1.96, 1.681, 1.645]
    """
    one_side, both = (student_quantile(one, df) for one in (level, (1 + level) / 2))
    for _ in range(20):
        middle = (one_side + both) / 2
        enough = student_below(middle + gap, df) - student_below(-middle, df) >= level
        one_side, both = (one_side, middle) if enough else (middle, both)
    return both


def _around(
    value: float, doubts: Sequence[tuple[float, float]], n: int, level: float, method: str, low: float, high: float
) -> Estimate:
    half = student_quantile((1 + level) / 2, satterthwaite(doubts)) * math.sqrt(sum(one for one, _ in doubts))
    return Estimate(value, max(value - half, low), min(value + half, high), n, method)


@dataclass(frozen=True, slots=True)
class Movement:
    """How a share changed between two periods, on the channels that were heard in both.

    tone       what people say differently on the same channels, at fixed weights: the change that counts
    mix        what comes only from messages moving between channels, at the volumes that they really had; those are
               counted, so that only the channels' shares leave something open
    channels   that both periods share; the others are left out, not taken for zero
    """

    tone: Estimate
    mix: Estimate
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """A channel in a period: its fixed weight, its messages, its share. Raises NumberError for a weight or a count that
    is none."""

    weight: float
    messages: int
    found: ShareEstimate

    def __post_init__(self) -> None:
        SHARE.check(weight=self.weight)
        WHOLE.check(messages=self.messages)


def movement(now: Mapping[str, Heard], before: Mapping[str, Heard], *, level: float = 0.95) -> Movement | None:
    """Part a change into tone and mix. None when no channel was heard in both periods.

    The weights are those of `now`, in proportion over the shared channels. The mix is the sum of the changes of the
    channels' parts of the volume, times their mean shares.

    The intervals are Student's, with the degrees of freedom of Welch and Satterthwaite: a channel may rest on ten
    labels, and 1.96 standard errors would then hold 93.5 times of a hundred. Raises NumberError for a level that is
    not between 0 and 1.

    >>> def found(share): return ShareEstimate(Estimate(share, 0, 1, 100, ""), 100, 900, 0.001, 99.0, 0.5, 150.0)
    >>> before = {"a": Heard(0.5, 500, found(0.2)), "b": Heard(0.5, 500, found(0.6))}
    >>> now = {"a": Heard(0.5, 800, found(0.2)), "b": Heard(0.5, 200, found(0.6))}
    >>> moved = movement(now, before)
    >>> [[round(end, 3) for end in (one.value, one.low, one.high)] for one in (moved.tone, moved.mix)]
    [[0.0, -0.062, 0.062], [-0.12, -0.139, -0.101]]
    """
    INSIDE.check(level=level)
    shared = tuple(name for name in now if name in before)
    if not shared:
        return None
    weights = sum(now[name].weight for name in shared)
    totals = [sum(period[name].messages for name in shared) for period in (now, before)]
    tone = mix = 0.0
    doubts: dict[str, list[tuple[float, float]]] = {"tone": [], "mix": []}
    for name in shared:
        new, old = now[name], before[name]
        part = new.weight / weights
        tone += part * (new.found.estimate.value - old.found.estimate.value)
        doubts["tone"] += [_doubt(part, new.found), _doubt(part, old.found)]
        moved = new.messages / max(totals[0], 1) - old.messages / max(totals[1], 1)
        mix += moved * (new.found.estimate.value + old.found.estimate.value) / 2
        doubts["mix"] += [_doubt(moved / 2, new.found), _doubt(moved / 2, old.found)]
    labels = sum(now[name].found.labels + before[name].found.labels for name in shared)
    method = f"channels heard in both periods, {{}}, {100 * level:g}% Student interval"
    return Movement(
        _around(tone, doubts["tone"], labels, level, method.format("fixed weights"), -math.inf, math.inf),
        _around(mix, doubts["mix"], labels, level, method.format("their own volumes"), -math.inf, math.inf),
        shared,
    )
