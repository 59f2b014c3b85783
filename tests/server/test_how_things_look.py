"""Dates, numbers, names and notices as people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.utils import timezone

from rapport.server.templatetags.rapport import HUES, hue, icon, initials, number, undo_seconds, undo_url, when

pytestmark = pytest.mark.once

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


def words(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


@pytest.mark.parametrize(
    ("ago", "long", "short"),
    [
        (timedelta(seconds=20), "now", "now"),
        (timedelta(minutes=12), "12 min ago", "12 min"),
        (timedelta(hours=23), "23 h ago", "23 h"),
        (timedelta(days=1), "9 Nov", "9 Nov"),
        (timedelta(days=400), "6 Oct 2025", "6 Oct 2025"),
        (timedelta(minutes=-30), "in 30 min", "in 30 min"),
    ],
)
def test_times_are_relative_within_a_day_and_absolute_after(ago: timedelta, long: str, short: str) -> None:
    with time_machine.travel(NOON, tick=False), timezone.override(UTC):
        assert (words(when(NOON - ago)), words(when(NOON - ago, "short"))) == (long, short)


def test_a_time_is_told_in_the_zone_of_its_reader() -> None:
    midnight = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Stockholm"):
        assert words(when(midnight)) == "2 Nov"


def test_a_time_that_never_was_is_left_out() -> None:
    assert when(None) == ""


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [(1204, 0, "1\u2009204"), (-1234567, 0, "−1\u2009234\u2009567"), (12.345, 1, "12.3"), (None, 0, "–"), (7, 0, "7")],
)
def test_numbers_come_in_groups_of_three(value: float | None, decimals: int, shown: str) -> None:
    assert number(value, decimals) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Ana Lind", "AL"), ("@nordlys", "N"), ("", "?"), ("☀️ ☀️", "?"), ("فاطمة الزهراء", "فا"), ("a b c", "AC")],
)
def test_initials(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_a_name_keeps_its_tint_and_a_broken_one_has_one_too() -> None:
    assert hue("Ana Lind") == hue("Ana Lind")
    assert {hue(f"person {n}") for n in range(100)} == set(range(HUES))
    assert hue("\ud800") in range(HUES)


def test_an_icon_with_a_label_speaks_and_one_without_is_silent() -> None:
    assert 'aria-label="Gone &amp; back"' in icon("undo", "Gone & back")
    assert 'aria-hidden="true"' in icon("undo")


def test_a_notice_says_where_and_for_how_long_it_can_be_undone() -> None:
    message = Message(SUCCESS, "On its way.", extra_tags="undo:/undo/7/?a=b:c seconds:10")
    assert (undo_url(message), undo_seconds(message)) == ("/undo/7/?a=b:c", "10")


def test_a_notice_without_tags_cannot_be_undone() -> None:
    assert undo_url(Message(SUCCESS, "Saved.")) == ""
