"""Working time: counted, and come due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from rapport.core.route.clock import (
    ALWAYS,
    DAY_MINUTES,
    Clock,
    ClosedDay,
    Hours,
    Span,
    Unreadable,
    read_closed,
    read_spans,
    write_closed,
    write_spans,
)

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
DAY = (Span(480, 1080),)
OFFICE = Hours("Europe/Berlin", (DAY,) * 5 + ((Span(540, 780),), ()), (ClosedDay(date(2026, 12, 25), "Christmas"),))
FOLD_ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
AROUND = [
    datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 7), (3, 28), (4, 4), (10, 3), (10, 24), (10, 31))
]
"""Weekends on which the clocks of some of these zones are changed."""


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN)  # type: ignore[misc,arg-type]


def open_by_the_wall(hours: Hours, moment: datetime) -> bool:
    """The definition, word by word: what the wall shows at that moment, and what it showed the day before."""
    wall = moment.astimezone(ZoneInfo(hours.zone))
    if wall.date() in {one.day for one in hours.closed}:
        return False
    minute = wall.hour * 60 + wall.minute
    today, before = hours.week[wall.weekday()], hours.week[(wall.weekday() - 1) % 7]
    begun = any(one.start <= minute < (one.end if one.end > one.start else DAY_MINUTES) for one in today)
    return begun or any(one.end <= one.start and minute < one.end for one in before)


def minute_by_minute(hours: Hours, start: datetime, end: datetime) -> list[bool]:
    return [open_by_the_wall(hours, start + n * MINUTE) for n in range(int((end - start) / MINUTE))]


def any_hours(chance: Random, around: date) -> Hours:
    def span() -> Span:
        start = chance.choice([0, 90, 120, 150, 180, 480, 1320, chance.randrange(DAY_MINUTES)])
        end = chance.choice([90, 150, 180, DAY_MINUTES, chance.randrange(DAY_MINUTES)])
        return Span(start, end if end != start else DAY_MINUTES)

    week = tuple(tuple(span() for _ in range(chance.choice([0, 1, 1, 2, 3]))) for _ in range(6))
    days = {around + timedelta(days=chance.randrange(-2, 6)) for _ in range(chance.choice([0, 1, 2]))}
    return Hours(chance.choice(FOLD_ZONES), (*week, (Span(60, 240),)), tuple(ClosedDay(day) for day in days))


@pytest.mark.parametrize("seed", range(24))
def test_any_calendar_counts_as_it_does_minute_by_minute(seed):
    chance = Random(seed)
    begin = chance.choice(AROUND)
    hours = any_hours(chance, begin.date())
    start = begin + chance.randrange(600) * MINUTE
    end = start + chance.randrange(1, 3 * DAY_MINUTES) * MINUTE
    open_ = minute_by_minute(hours, start, end)
    clock = Clock(hours)
    assert clock.between(start, end) == sum(open_) * MINUTE
    assert [clock.is_open(start + n * MINUTE) for n in range(0, len(open_), 37)] == open_[::37]
    if sum(open_):
        within = chance.randrange(1, sum(open_) + 1)
        last = [n for n, is_open in enumerate(open_) if is_open][within - 1]
        assert clock.due(start, within * MINUTE) == start + (last + 1) * MINUTE
        assert clock.between(start, clock.due(start, within * MINUTE)) == within * MINUTE


def test_four_hours_that_begin_on_friday_at_five_are_due_on_monday_at_eleven():
    weekdays = Clock(Hours("Europe/Berlin", (DAY,) * 5 + ((), ())))
    assert weekdays.due(at(2026, 5, 8, 17), timedelta(hours=4)) == at(2026, 5, 11, 11)
    assert Clock(OFFICE).due(at(2026, 5, 8, 17), timedelta(hours=4)) == at(2026, 5, 9, 12)


def test_what_fills_the_day_is_due_when_it_closes_and_not_when_it_opens_next():
    assert Clock(OFFICE).due(at(2026, 5, 11, 14), timedelta(hours=4)) == at(2026, 5, 11, 18)


def test_what_comes_at_night_begins_in_the_morning():
    assert Clock(OFFICE).due(at(2026, 5, 11, 22), MINUTE) == at(2026, 5, 12, 8, 1)
    assert Clock(OFFICE).between(at(2026, 5, 11, 22), at(2026, 5, 12, 8)) == timedelta()


def test_a_closed_day_is_passed_over():
    assert Clock(OFFICE).due(at(2026, 12, 24, 17, 30), timedelta(hours=1)) == at(2026, 12, 26, 9, 30)


def test_a_closed_day_also_cuts_what_reaches_into_it():
    night = Hours("Europe/Berlin", ((Span(1320, 360),),) * 7, (ClosedDay(date(2026, 12, 25)),))
    assert Clock(night).between(at(2026, 12, 24, 12), at(2026, 12, 26, 12)) == timedelta(hours=2 + 2 + 6 - 2)


def test_the_night_in_which_the_clock_is_changed_has_an_hour_less_or_more():
    night = Clock(Hours("Europe/Berlin", ((Span(60, 240),),) * 7))
    for day, hours in (((2026, 3, 28), 3), ((2026, 3, 29), 2), ((2026, 10, 25), 4)):
        assert night.between(at(*day), at(*day) + timedelta(days=1)) == timedelta(hours=hours)


def test_hours_that_never_close_are_time_by_the_clock():
    start = datetime(2026, 3, 28, 22, 17, 3, 14, tzinfo=UTC)
    clock = Clock(ALWAYS)
    assert clock.between(start, start + timedelta(days=3)) == timedelta(days=3)
    assert clock.due(start, timedelta(hours=4)) == start + timedelta(hours=4)
    assert clock.is_open(start)
    assert clock.next_change(start) is None


def test_an_end_before_its_beginning_is_no_time():
    assert Clock(OFFICE).between(at(2026, 5, 11, 12), at(2026, 5, 11, 10)) == timedelta()
    assert Clock(ALWAYS).between(at(2026, 5, 11, 12), at(2026, 5, 11, 10)) == timedelta()


def test_it_tells_when_it_closes_and_when_it_opens():
    clock = Clock(OFFICE)
    assert clock.next_change(at(2026, 5, 11, 12)) == at(2026, 5, 11, 18)
    assert clock.next_change(at(2026, 5, 11, 18)) == at(2026, 5, 12, 8)
    assert clock.next_change(at(2026, 5, 9, 13)) == at(2026, 5, 11, 8)


def test_who_only_closes_in_many_years_is_open_without_an_end():
    far = Hours("UTC", ALWAYS.week, (ClosedDay(date(2050, 1, 1)),))
    assert Clock(far).next_change(at(2026, 5, 11, 12)) is None
    assert Clock(far).next_change(at(2049, 12, 11, 12)) == datetime(2050, 1, 1, tzinfo=UTC)


def test_a_promise_of_a_month_with_an_hour_a_week_comes_due_in_fourteen_years():
    rare = Clock(Hours("UTC", ((Span(540, 600),), *((),) * 6)))
    due = rare.due(datetime(2026, 5, 11, 9, tzinfo=UTC), timedelta(hours=720))
    assert due == datetime(2026, 5, 11, 10, tzinfo=UTC) + timedelta(weeks=719)


def test_less_than_an_hour_a_week_is_refused():
    with pytest.raises(ValueError, match="59 minutes"):
        Clock(Hours("UTC", ((Span(540, 599),), *((),) * 6)))


def test_a_week_of_six_days_is_none():
    with pytest.raises(ValueError, match="seven days"):
        Hours("UTC", (DAY,) * 6)


def test_spans_that_overlap_count_once():
    twice = Clock(Hours("UTC", ((Span(480, 720), Span(600, 840)),) * 7))
    assert twice.between(at(2026, 5, 11), at(2026, 5, 12)) == timedelta(hours=6)


@pytest.mark.parametrize("hours", [OFFICE, ALWAYS])
def test_many_waits_are_counted_like_each_of_them(hours):
    chance = np.random.default_rng(7)
    starts = int(at(2026, 2, 1).timestamp()) + chance.integers(0, 300 * 86_400, 200)
    waits = chance.integers(0, 20 * 86_400, 200).astype(np.float64)
    clock = Clock(hours)
    one_by_one = [
        clock.between(begin, begin + timedelta(seconds=wait)).total_seconds()
        for begin, wait in zip((datetime.fromtimestamp(int(s), UTC) for s in starts), waits.tolist())
    ]
    assert Clock(hours).seconds(starts, waits).tolist() == one_by_one


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("08:00–18:00", "08:00–18:00"),
        ("13-18 ; 8.30 - 12", "08:30–12:00, 13:00–18:00"),
        ("0:00-24:00", "00:00–24:00"),
        ("22-6", "22:00–06:00"),
        ("–", ""),
        ("", ""),
    ],
)
def test_spans_are_read_as_people_write_them(text, kept):
    found = read_spans(text)
    assert isinstance(found, tuple)
    assert write_spans(found) == kept


@pytest.mark.parametrize("text", ["8am-6pm", "8-25", "24-25", "8:60-9", "9-9", "8-12-13", "all day", "-8"])
def test_what_is_no_span_is_handed_back(text):
    assert read_spans(f"8-12, {text}") == Unreadable(text)


def test_closed_days_are_read_by_line_sorted_and_each_once():
    found, wrong = read_closed(
        "2026-12-26 Boxing Day\r\n25.12.2026 Christmas\n2026-12-25\n2026-12-26, 2nd day\n2026-13-01"
    )
    assert write_closed(found) == "2026-12-25\n2026-12-26 2nd day"
    assert wrong == (Unreadable("25.12.2026 Christmas", 2), Unreadable("2026-13-01", 5))
