"""The numbers of the course, out of the counts that are kept. The definitions stand in docs/reference/measures.md.

Weeks begin on Monday, in UTC. Only whole weeks are compared; the one that runs is told apart.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

import numpy as np
from django.db.models import Max, Sum

from rapport.core.measure.coverage import comparable
from rapport.core.measure.response import median_of, share_answered
from rapport.core.route.clock import Clock, Promise
from rapport.core.types import Estimate, NotEnough
from rapport.server.listen.models import Channel
from rapport.server.measure.models import DayAnswer, DayCount
from rapport.server.organise import opening
from rapport.server.organise.models import Team

WEEK = timedelta(days=7)
HOURS = 7 * 24
SETTLED = timedelta(days=2)
"""A conversation counts for the share answered once it is this old; before, the share says how young questions are."""

FEWEST_READ = 20
"""Below this many messages a share of tones is not shown."""

TONES = ("negative", "neutral", "positive")
Known = Estimate | NotEnough


@dataclass
class Waits:
    """Conversations of any number of days: how many, how long they waited, who still waits.

    settled    those that are old enough for the share answered, and those of them that are answered
    due        those that are old enough for their team's promise as well, and those of them that it was kept to
    answered   the waits that ended, by the clock, as they are kept (see DayAnswer)
    waiting    for each day: seconds waited so far, and how many do
    worked, waiting_open   the same in the opening hours of their team
    """

    asked: int = 0
    closed: int = 0
    settled_asked: int = 0
    settled_answered: int = 0
    due_asked: int = 0
    due_within: int = 0
    answered: list[bytes] = field(default_factory=list)
    waiting: list[tuple[float, int]] = field(default_factory=list)
    worked: list[bytes] = field(default_factory=list)
    waiting_open: list[tuple[float, int]] = field(default_factory=list)

    def add(self, day: date, promise: Promise, asked: int, answered: int, closed: int, now: datetime) -> None:
        """Conversations of one day whose team promises an answer within some time."""
        self.asked += asked
        self.closed += closed
        if still := asked - answered - closed:
            noon = datetime.combine(day, time(12), UTC)
            self.waiting.append((max((now - noon).total_seconds(), 0.0), still))
            self.waiting_open.append((promise.clock.between(noon, now).total_seconds(), still))
        if datetime.combine(day, time(), UTC) + timedelta(days=1) <= now - SETTLED:
            self.settled_asked += asked
            self.settled_answered += answered
        if _old_enough(day, promise, now):
            self.due_asked += asked

    def add_waits(self, day: date, waits: bytes, began: bytes, promise: Promise, now: datetime) -> None:
        """The waits that ended, of one day, and how many of them as promised."""
        worked = _worked(day, waits, began, promise.clock)
        self.answered.append(waits)
        self.worked.append(worked)
        if _old_enough(day, promise, now):
            self.due_within += int((np.frombuffer(worked, dtype="<u4") <= promise.within.total_seconds()).sum())

    def join(self, other: Waits) -> None:
        self.asked += other.asked
        self.closed += other.closed
        self.settled_asked += other.settled_asked
        self.settled_answered += other.settled_answered
        self.due_asked += other.due_asked
        self.due_within += other.due_within
        self.answered += other.answered
        self.waiting += other.waiting
        self.worked += other.worked
        self.waiting_open += other.waiting_open

    def share(self) -> Known:
        return share_answered(self.settled_answered, self.settled_asked)

    def within(self) -> Known:
        return share_answered(self.due_within, self.due_asked)

    def median(self) -> Known:
        """In seconds by the clock. What somebody closed without an answer waits without end."""
        return self._median(self.answered, self.waiting)

    def median_open(self) -> Known:
        """In seconds of opening hours."""
        return self._median(self.worked, self.waiting_open)

    def _median(self, answered: Sequence[bytes], waiting: Sequence[tuple[float, int]]) -> Known:
        ended = np.frombuffer(b"".join(answered), dtype="<u4").astype(np.float64)
        still = np.repeat([s for s, _ in waiting], [n for _, n in waiting]) if waiting else np.zeros(0)
        never = np.full(self.closed, np.inf)
        seconds = np.concatenate([ended, still, never])
        return median_of(seconds, np.arange(len(seconds)) < len(ended))


def _old_enough(day: date, promise: Promise, now: datetime) -> bool:
    end = datetime.combine(day, time(), UTC) + timedelta(days=1)
    return max(end + SETTLED, promise.due(end)) <= now


def _worked(day: date, waits: bytes, began: bytes, clock: Clock) -> bytes:
    """Waits by the clock as those in opening hours, kept alike."""
    if clock.hours.always:
        return waits
    midnight = int(datetime.combine(day, time(), UTC).timestamp())
    starts = midnight + np.frombuffer(began, dtype="<u4").astype(np.int64)
    return clock.seconds(starts, np.frombuffer(waits, dtype="<u4").astype(np.float64)).astype("<u4").tobytes()


@dataclass
class Week:
    """One week, from a Monday (UTC). `by_channel` counts messages from others by the name of their channel.

    noise           set aside, and in no other count
    hours, missed   by the name of a channel: hours in which we were to hear it, and those that are missing
    """

    start: date
    messages: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    ours: int = 0
    noise: int = 0
    deaf_hours: int = 0
    by_channel: dict[str, int] = field(default_factory=dict)
    hours: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    waits: Waits = field(default_factory=Waits)

    @property
    def end(self) -> date:
        """Its Sunday."""
        return self.start + timedelta(days=6)

    @property
    def read(self) -> int:
        return self.negative + self.neutral + self.positive

    def count(self, channel: str) -> int | None:
        """Messages of one channel; None when all its hours are missing: that is not nothing."""
        found = self.by_channel.get(channel, 0)
        return None if not found and self.missed.get(channel, 0) >= HOURS else found

    def shares(self) -> dict[str, float] | NotEnough:
        """The reader's own shares of tones among what it has read."""
        if self.read < FEWEST_READ:
            return NotEnough(self.read, FEWEST_READ, "messages")
        return {tone: getattr(self, tone) / self.read for tone in TONES}


@dataclass(frozen=True, slots=True)
class Usual:
    """Messages of the last week, and the median of the `weeks` before, without the channels that are left out."""

    last: int
    median: float
    weeks: int
    left_out: tuple[str, ...]


@dataclass
class Course:
    """Whole weeks, oldest first; the week that runs; and the conversations of all the whole weeks together."""

    weeks: list[Week]
    running: Week
    channels: list[str]
    whole: Waits

    @property
    def noise(self) -> int:
        return sum(week.noise for week in (*self.weeks, self.running))

    @property
    def last(self) -> Week:
        return self.weeks[-1]

    def full(self, week: Week, channel: str) -> bool:
        """Whether that week of a channel was heard in full. Files that are imported by hand have no hours to miss."""
        listened = any(channel in one.hours for one in (*self.weeks, self.running))
        return not week.missed.get(channel) and (not listened or week.hours.get(channel, 0) >= HOURS)

    def usual(self) -> Usual | NotEnough:
        """The last week against those of the four before: only what was heard in full in all of them is compared."""
        weeks = self.weeks[-5:]
        basis = comparable({name: [self.full(week, name) for week in weeks] for name in self.channels})
        if isinstance(basis, NotEnough):
            return basis
        counts = [sum(week.by_channel.get(name, 0) for name in basis.channels) for week in weeks]
        left_out = tuple(name for name in self.channels if name not in basis.channels)
        return Usual(counts[-1], median(counts[n] for n in basis.periods), len(basis.periods), left_out)

    def deaf(self) -> list[Week]:
        """Weeks of which we missed something."""
        return [week for week in self.weeks if week.deaf_hours]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def course(now: datetime, *, weeks: int, channel: Channel | None = None, team: Team | None = None) -> Course:
    """`team` narrows conversations only: a message belongs to a team when it has become part of one."""
    this = monday(now.astimezone(UTC).date())
    first = this - weeks * WEEK
    found = {first + n * WEEK: Week(first + n * WEEK) for n in range(weeks + 1)}
    names = dict(Channel.objects.values_list("pk", "name"))
    counts = DayCount.objects.filter(day__gte=first, day__lt=this + WEEK)
    answers = DayAnswer.objects.filter(day__gte=first, day__lt=this + WEEK)
    if channel:
        counts, answers = counts.filter(channel=channel), answers.filter(channel=channel)
    if team:
        answers = answers.filter(team=team)
    _count(found, counts, names)
    # Numbers are added up by the database; of each wait only the bytes are fetched, for a year has 300,000 of them.
    promises = opening.promises()
    sums = answers.values_list("day", "team").annotate(Sum("asked"), Sum("answered"), Sum("closed"))
    for day, of, asked, answered, closed in sums:
        found[monday(day)].waits.add(day, promises[of], asked, answered, closed, now)
    ended = answers.filter(answered__gt=0).values_list("day", "waits", "began", "team")
    for day, waits, began, of in ended.iterator(chunk_size=5_000):
        found[monday(day)].waits.add_waits(day, bytes(waits), bytes(began), promises[of], now)
    ordered = list(found.values())
    return Course(ordered[:-1], ordered[-1], _largest(ordered), joined(ordered[:-1]))


def joined(weeks: Iterable[Week]) -> Waits:
    """The conversations of several weeks together."""
    whole = Waits()
    for week in weeks:
        whole.join(week.waits)
    return whole


def counted() -> str:
    """Changes whenever something was counted anew, or other promises or opening hours hold; with nothing else."""
    answers = DayAnswer.objects.aggregate(last=Max("id"))["last"]
    promised = [(key, one.within, one.clock.hours) for key, one in sorted(opening.promises().items())]
    held = hashlib.sha256(repr(promised).encode()).hexdigest()[:16]
    return f"{DayCount.objects.aggregate(last=Max('id'))['last']}-{answers}-{held}"


def _count(weeks: dict[date, Week], counts: Iterable[DayCount], names: dict[int, str]) -> None:
    for row in counts:
        week = weeks[monday(row.day)]
        for name in ("messages", "ours", "noise", "deaf_hours", *TONES):
            setattr(week, name, getattr(week, name) + getattr(row, name))
        name = names[row.channel_id]
        if row.hours is not None:
            week.hours[name] = week.hours.get(name, 0) + row.hours
        if row.deaf_hours:
            week.missed[name] = week.missed.get(name, 0) + row.deaf_hours
        if row.messages:
            week.by_channel[name] = week.by_channel.get(name, 0) + row.messages


def _largest(weeks: Sequence[Week]) -> list[str]:
    """Names of the channels, the one that brought most first."""
    total: dict[str, int] = defaultdict(int)
    for week in weeks:
        for name, hours in week.missed.items():
            if hours >= HOURS:  # nobody knows what was said there, so it is not left out as if that were nothing
                total[name] += 0
        for name, count in week.by_channel.items():
            total[name] += count
    return sorted(total, key=lambda name: (-total[name], name))
