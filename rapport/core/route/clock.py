"""The clock of a service promise: it runs while we are open, and stands still while we are closed.

Open is what the clock on the wall says. Where it is put forward in the night, a span across that moment has an hour
less; where it is put back, an hour more; an hour that the wall shows twice counts twice. A span that ends before it
begins reaches into the next day. A closed day is closed from midnight to midnight, whatever reaches into it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

DAY_MINUTES = 24 * 60
LEAST_MINUTES = 60
"""That one has to be open in a week, so that every promise comes due."""

LOOK_AHEAD_YEARS = 3
"""For the next closing; who does not close in that time is told to be open without an end."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.date().toordinal()
_TICK = timedelta(microseconds=1)
_SECOND, _MINUTE, _DAY = 1_000_000, 60_000_000, 86_400_000_000

Piece = tuple[int, int, int]
"""Microseconds since 1970 in UTC from, to (exclusive), and how many the clock on the wall is ahead."""


class Span(NamedTuple):
    """Minutes since midnight, 0 to 1440. `end` at or before `start` lies on the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ClosedDay:
    day: date
    name: str = ""


@dataclass(frozen=True)
class Hours:
    """When somebody is open: the spans of each weekday (Monday first) in a time zone, less the closed days.

    Raises ValueError unless there are seven weekdays.
    """

    zone: str
    week: tuple[tuple[Span, ...], ...]
    closed: tuple[ClosedDay, ...] = ()

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"a week has seven days, not {len(self.week)}")

    @cached_property
    def by_day(self) -> tuple[tuple[Span, ...], ...]:
        """The spans as the wall shows them on each weekday: none crosses midnight, none touches another, in order.

        >>> night = Hours("UTC", ((), (), (), (), (Span(1320, 360),), (), ()))
        >>> night.by_day[4:6]
        ((Span(start=1320, end=1440),), (Span(start=0, end=360),))
        """
        days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
        for weekday, spans in enumerate(self.week):
            for start, end in spans:
                days[weekday].append((start, end if end > start else DAY_MINUTES))
                if end <= start:
                    days[(weekday + 1) % 7].append((0, end))
        return tuple(tuple(Span(*one) for one in _merged(sorted(day))) for day in days)

    @property
    def minutes_a_week(self) -> int:
        return sum(end - start for day in self.by_day for start, end in day)

    @property
    def always(self) -> bool:
        return self.minutes_a_week == 7 * DAY_MINUTES and not self.closed


ALWAYS = Hours("UTC", ((Span(0, DAY_MINUTES),),) * 7)
"""Never closed: working time is time by the clock."""


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sorted intervals, with those that touch or overlap joined and empty ones left out."""
    last: tuple[int, int] | None = None
    for start, end in spans:
        if end <= start:
            continue
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


# -- counting --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Table:
    """All openings in some years (UTC), in microseconds since 1970.

    before   time that was worked before each opening
    after    and before each closing
    """

    first: int
    last: int
    opened: tuple[int, ...]
    closed: tuple[int, ...]

    @cached_property
    def after(self) -> tuple[int, ...]:
        return tuple(accumulate(end - start for start, end in zip(self.opened, self.closed)))

    @cached_property
    def before(self) -> tuple[int, ...]:
        return (0, *self.after[:-1])

    @cached_property
    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The moments at which the clock starts and stops, and what it shows then."""
        moments = np.column_stack([self.opened, self.closed]).ravel().astype(np.float64)
        return moments, np.column_stack([self.before, self.after]).ravel().astype(np.float64)

    def worked(self, at: int) -> int:
        n = bisect_right(self.opened, at) - 1
        return 0 if n < 0 else self.before[n] + min(at, self.closed[n]) - self.opened[n]


class Clock:
    """Counts working time by some hours, exact to the microsecond. It keeps what it worked out for a year; make one and
    ask it often.

    Raises ValueError when the hours are open for less than LEAST_MINUTES a week.

    >>> office = Clock(Hours("Europe/Berlin", ((Span(480, 1080),),) * 5 + ((), ())))
    >>> friday = datetime(2026, 5, 8, 17, tzinfo=ZoneInfo("Europe/Berlin"))
    >>> office.due(friday, timedelta(hours=4)).astimezone(friday.tzinfo).strftime("%A %H:%M")
    'Monday 11:00'
    >>> office.between(friday, friday + timedelta(days=3))
    datetime.timedelta(seconds=36000)
    """

    def __init__(self, hours: Hours) -> None:
        if hours.minutes_a_week < LEAST_MINUTES:
            raise ValueError(f"open for {hours.minutes_a_week} minutes a week, fewer than {LEAST_MINUTES}")
        self.hours = hours
        self._table = _Table(0, -1, (), ())

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; nothing when `end` comes first."""
        if end <= start:
            return timedelta()
        if self.hours.always:
            return end - start
        table = self._years(start, end)
        return (table.worked(_ticks(end)) - table.worked(_ticks(start))) * _TICK

    def seconds(self, starts: NDArray[np.int64], waits: NDArray[np.float64]) -> NDArray[np.float64]:
        """`between` for many: `starts` in seconds since 1970, `waits` in seconds by the clock, both of shape (n,).

        >>> monday = int(datetime(2026, 5, 11, 7, 30, tzinfo=UTC).timestamp())
        >>> Clock(Hours("UTC", ((Span(480, 1080),),) * 7)).seconds(np.array([monday]), np.array([3600.0]))
        array([1800.])
        """
        if self.hours.always or not len(starts):
            return waits
        ends = starts + waits
        moments, shown = self._years(_moment(float(starts.min())), _moment(float(ends.max()))).curve
        worked = np.interp(ends * _SECOND, moments, shown) - np.interp(starts * float(_SECOND), moments, shown)
        return np.asarray(worked / _SECOND, dtype=np.float64)

    def due(self, start: datetime, within: timedelta) -> datetime:
        """When that much working time will have passed since `start`. It may be the moment of a closing, never one of
        the closed time behind it."""
        if self.hours.always:
            return start + within
        until = start + within
        while (table := self._years(start, until)).after[-1] < (goal := table.worked(_ticks(start)) + within // _TICK):
            until += timedelta(days=366 * LOOK_AHEAD_YEARS)
        n = bisect_left(table.after, goal)
        return max(start, _EPOCH + (table.opened[n] + goal - table.before[n]) * _TICK)

    def is_open(self, at: datetime) -> bool:
        table = self._years(at, at)
        n = bisect_right(table.opened, _ticks(at)) - 1
        return n >= 0 and _ticks(at) < table.closed[n]

    def next_change(self, at: datetime) -> datetime | None:
        """When we close, being open, or open, being closed. None: not in LOOK_AHEAD_YEARS."""
        if self.hours.always:
            return None
        until = at + timedelta(days=366 * LOOK_AHEAD_YEARS)
        table = self._years(at, until)
        moments = table.closed if self.is_open(at) else table.opened
        n = bisect_right(moments, _ticks(at))
        found = _EPOCH + moments[n] * _TICK if n < len(moments) else None
        return found if found and found <= until else None

    def _years(self, first: datetime, last: datetime) -> _Table:
        """A table that holds both, and a year before and behind them."""
        table, wanted = self._table, (first.astimezone(UTC).year - 1, last.astimezone(UTC).year + 1)
        if not table.first <= wanted[0] <= wanted[1] <= table.last:
            known = (table.first, table.last) if table.opened else wanted
            table = _table(self.hours, min(wanted[0], known[0]), max(wanted[1], known[1]))
            self._table = table  # in one step: several threads ask
        return table


OPEN = Clock(ALWAYS)


@dataclass(frozen=True, slots=True)
class Promise:
    """That an answer comes within some working time. `since`: when whoever has promised it took over; None: it was
    theirs from the beginning."""

    within: timedelta
    clock: Clock = OPEN
    since: datetime | None = None

    def due(self, asked: datetime) -> datetime:
        """
        >>> noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
        >>> Promise(timedelta(hours=4), since=noon).due(noon - timedelta(days=1)).hour
        16
        """
        return self.clock.due(max(asked, self.since or asked), self.within)


def _ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def _moment(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _table(hours: Hours, first: int, last: int) -> _Table:
    start, end = (_ticks(datetime(year, 1, 1, tzinfo=UTC)) for year in (first, last + 1))
    found = (one for piece in _pieces(ZoneInfo(hours.zone), start, end) for one in _openings(hours, piece))
    opened, closed = zip(*_merged(found))
    return _Table(first, last, opened, closed)


def _openings(hours: Hours, piece: Piece) -> Iterator[tuple[int, int]]:
    """The openings of a stretch of time in which the clock on the wall is not put forward or back."""
    start, end, ahead = piece
    closed = {one.day.toordinal() - _EPOCH_DAY for one in hours.closed}
    for day in range((start + ahead) // _DAY, (end + ahead - 1) // _DAY + 1):
        if day in closed:
            continue
        for opens, closes in hours.by_day[(day + 3) % 7]:  # the first day of 1970 was a Thursday
            midnight = day * _DAY - ahead
            yield max(start, midnight + opens * _MINUTE), min(end, midnight + closes * _MINUTE)


def _pieces(zone: ZoneInfo, start: int, end: int) -> Iterator[Piece]:
    """The time from `start` to `end`, midnights in UTC, parted where clocks are changed (once a day at most)."""
    begun, ahead = start, _ahead(zone, start)
    for day in range(start + _DAY, end + 1, _DAY):
        if (now := _ahead(zone, day)) != ahead:
            at = _change(zone, day - _DAY, day)
            yield begun, at, ahead
            begun, ahead = at, now
    yield begun, end, ahead


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The second between `low` and `high` at which the clock on the wall is changed."""
    before = _ahead(zone, low)
    while high - low > _SECOND:
        middle = (low + high) // 2 // _SECOND * _SECOND
        low, high = (middle, high) if _ahead(zone, middle) == before else (low, middle)
    return high


def _ahead(zone: ZoneInfo, at: int) -> int:
    offset = (_EPOCH + at * _TICK).astimezone(zone).utcoffset()
    return (offset or timedelta()) // _TICK


# -- as people write it ----------------------------------------------------------------------------------------------

_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"{_TIME}\s*[-\u2010-\u2015]\s*{_TIME}")
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[\s,;:]+(.*))?")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What is no span or no date, as it was written, and on which line (from 1)."""

    text: str
    line: int = 1


def read_spans(text: str) -> tuple[Span, ...] | Unreadable:
    """The spans of one day; nothing, or a dash alone, means closed.

    >>> read_spans("8-12, 13:00–18:00")
    (Span(start=480, end=720), Span(start=780, end=1080))
    >>> read_spans("22:00-06:00"), read_spans(" – ")
    ((Span(start=1320, end=360),), ())
    >>> read_spans("8-12, all afternoon")
    Unreadable(text='all afternoon', line=1)
    """
    found = []
    for part in re.split(r"[,;]", text):
        if not part.strip(" -\u2010\u2011\u2012\u2013\u2014\u2015"):
            continue
        written = _SPAN.fullmatch(part.strip())
        span = _span(*written.groups(default="0")) if written else None
        if span is None:
            return Unreadable(part.strip())
        found.append(span)
    return tuple(sorted(found))


def _span(*parts: str) -> Span | None:
    hour, minute, until_hour, until_minute = map(int, parts)
    start, end = hour * 60 + minute, until_hour * 60 + until_minute
    fits = start < DAY_MINUTES and end <= DAY_MINUTES and minute < 60 and until_minute < 60 and start != end
    return Span(start, end) if fits else None


def write_spans(spans: Iterable[Span]) -> str:
    """
    >>> write_spans([Span(480, 720), Span(780, 1440)])
    '08:00–12:00, 13:00–24:00'
    """
    return ", ".join(
        f"{one.start // 60:02}:{one.start % 60:02}\N{EN DASH}{one.end // 60:02}:{one.end % 60:02}" for one in spans
    )


def read_closed(text: str) -> tuple[tuple[ClosedDay, ...], tuple[Unreadable, ...]]:
    """The closed days, one a line, by date, and the lines that are none. Of a date that is there twice the last holds.

    >>> found, wrong = read_closed("2026-12-25 Christmas Day\\n\\n2026-02-30 Never")
    >>> found
    (ClosedDay(day=datetime.date(2026, 12, 25), name='Christmas Day'),)
    >>> wrong
    (Unreadable(text='2026-02-30 Never', line=3),)
    """
    found: dict[date, str] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        written = _DATED.fullmatch(line.strip())
        day = _date(written[1]) if written else None
        if written is None or day is None:
            wrong.append(Unreadable(line.strip(), number))
        else:
            found[day] = " ".join((written[2] or "").split())
    return tuple(ClosedDay(day, name) for day, name in sorted(found.items())), tuple(wrong)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def write_closed(closed: Iterable[ClosedDay]) -> str:
    """
    >>> write_closed([ClosedDay(date(2026, 12, 25), "Christmas Day")])
    '2026-12-25 Christmas Day'
    """
    return "\n".join(f"{one.day.isoformat()} {one.name}".strip() for one in closed)
