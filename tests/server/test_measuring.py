"""What is counted for the pages, and that it follows what happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.utils import timezone

from rapport.server.listen.models import Channel, Gap, Message, Pulse
from rapport.server.listen.watch import look
from rapport.server.measure import actions as measuring
from rapport.server.measure.models import DayAnswer, DayCount
from rapport.server.organise.models import Team
from rapport.server.respond import actions as responding
from rapport.server.respond.deliver import turn
from rapport.server.route import actions as routing


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def counted() -> tuple[int, int]:
    rows = list(DayAnswer.objects.values_list("asked", "answered"))
    return sum(asked for asked, _ in rows), sum(answered for _, answered in rows)


def test_a_conversation_is_asked_until_it_is_answered(talk, ben, harbour, now):
    measuring.count_answers(now)
    assert counted() == (1, 0)
    responding.send(talk, text="It is on its way.", version=0, actor=ben)
    turn("sender")
    measuring.count_answers(now)
    assert counted() == (1, 1)
    talk.refresh_from_db()
    waits = np.frombuffer(bytes(DayAnswer.objects.get().waits), dtype="<u4")
    assert waits.tolist() == [int((talk.first_answer_at - talk.opened_at).total_seconds())]
    began = np.frombuffer(bytes(DayAnswer.objects.get().began), dtype="<u4")
    assert began.tolist() == [
        int((talk.opened_at - talk.opened_at.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds())
    ]


def test_closing_without_an_answer_is_counted_apart(talk, ben, now):
    routing.close(talk, actor=ben)
    measuring.count_answers(now)
    row = DayAnswer.objects.get()
    assert (row.asked, row.answered, row.closed) == (1, 0, 1)


def test_a_conversation_that_moved_to_another_team_is_not_counted_twice(talk, ben, now):
    measuring.count_answers(now)
    routing.hand_over(talk, team=Team.objects.get(slug="sales"), actor=ben)
    measuring.count_answers(now)
    assert DayAnswer.objects.get().team.slug == "sales"


def test_old_conversations_that_an_import_brings_are_counted_at_once(hear, says, now):
    hear(says("Is the ferry late today?"))
    measuring.count_answers(now)
    hear(says("Where is my refund?", after=-200 * 24 * 60))
    measuring.count_answers(now)
    assert counted() == (2, 0)


def test_messages_are_counted_by_day_and_tone_without_ours(talk, ben, hear, says, harbour, now):
    hear(says("Thank you, the crew was wonderful!", after=5))
    responding.send(talk, text="It is on its way.", version=0, actor=ben)
    turn("sender")
    measuring.count_days(now)
    rows = DayCount.objects.all()
    assert sum(row.messages for row in rows) == 2
    assert sum(row.ours for row in rows) == 1
    assert sum(row.negative + row.neutral + row.positive for row in rows) == 2


def test_what_was_taken_back_is_not_counted_any_more(talk, now):
    measuring.count_days(now)
    Message.objects.update(removed_at=now)
    measuring.count_days(now)
    assert not DayCount.objects.filter(messages__gt=0).exists()


def test_days_are_those_of_utc_whatever_the_zone(hear, says, settings, now):
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    hear(says("Is the ferry late?"))
    Message.objects.update(published_at=at)
    with timezone.override("Asia/Tokyo"):
        measuring.count_days(now, since=date(2026, 1, 1))
    assert DayCount.objects.get(messages=1).day == date(2026, 3, 1)


def test_hours_without_an_answer_of_the_platform_are_deaf(channel, now):
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=6)
    Channel.objects.update(created_at=start)
    Pulse.objects.all().delete()
    for hour in (1, 2, 4):
        Pulse.objects.create(channel=channel, hour=start + timedelta(hours=hour), fetches=60)
    Pulse.objects.create(channel=channel, hour=start + timedelta(hours=3), fetches=0, failures=60, trouble="refused")
    measuring.count_days(now)
    # Of the five whole hours after it was connected the third failed, and in the fifth nobody listened.
    assert sum(DayCount.objects.values_list("deaf_hours", flat=True)) == 2


def test_what_was_fetched_afterwards_is_not_missed_and_what_is_suspected_is(channel, now):
    now = now.replace(minute=1)
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=6)
    Channel.objects.update(created_at=start)
    Pulse.objects.all().delete()
    for hour in range(1, 6):
        down = hour == 3
        at = start + timedelta(hours=hour)
        Pulse.objects.create(
            channel=channel, source="mentions", hour=at, fetches=0 if down else 60, failures=9 * down, trouble="refused"
        )
    look(now)
    measuring.count_days(now)
    assert Gap.objects.get().state == "backfilled"
    assert sum(DayCount.objects.values_list("deaf_hours", flat=True)) == 0
    Gap.objects.create(
        channel=channel, source="search", kind="silence", start=start + timedelta(hours=4), suspected=True
    )
    measuring.count_days(now)
    assert sum(DayCount.objects.values_list("deaf_hours", flat=True)) == 2
    assert sum(DayCount.objects.values_list("hours", flat=True)) == 5


def test_counting_again_changes_nothing(talk, now):
    measuring.count_all_days(now)
    before = list(DayCount.objects.values_list("channel", "day", "messages", "deaf_hours"))
    measuring.count_days(now)
    assert list(DayCount.objects.values_list("channel", "day", "messages", "deaf_hours")) == before
