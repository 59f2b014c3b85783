"""Counting against the platforms: what they have more than we is a gap, and what we cannot tell is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from rapport.core.errors import ConnectorError
from rapport.core.types import Reject
from rapport.server.listen import gaps, reckoning
from rapport.server.listen.models import Channel, Cursor, Gap, Quarantined, Reckoning

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def counts(harbour, channel, now):
    """A platform that can be asked how many messages it has; the channel is two days old."""
    Channel.objects.update(created_at=now - 48 * HOUR)
    asked = []

    def count(account, source, since, until):
        asked.append((source, since, until))
        if isinstance(harbour.theirs, Exception):
            raise harbour.theirs
        return harbour.theirs

    harbour.earlier, harbour.count, harbour.theirs = ("mentions",), count, 0
    harbour.bring_back = lambda account, source, since, until, cursor: iter(())
    return asked


def told():
    return [(gap.kind, gap.state, gap.why) for gap in Gap.objects.all()]


def test_the_same_number_is_kept_and_nothing_is_missing(counts, harbour, hear, says, now):
    hear(says("My ferry was late", after=-180), says("And again", after=-120))
    harbour.theirs = 2
    reckoning.reckon(now)
    row = Reckoning.objects.get()
    assert (row.theirs, row.ours, row.until - row.since) == (2, 2, timedelta(days=1))
    assert told() == []


def test_what_they_have_more_is_a_gap_that_says_both_numbers(counts, harbour, hear, says, now):
    hear(says("My ferry was late", after=-180))
    harbour.theirs = 3
    reckoning.reckon(now)
    assert told() == [("count", "open", "The platform has 3 messages of that time, we have 1.")]
    assert Gap.objects.get().end - Gap.objects.get().start == timedelta(days=1)


def test_the_words_of_a_gap_are_those_of_whoever_reads_them(counts, harbour, hear, now):
    harbour.theirs = 3
    reckoning.reckon(now)
    gap = gaps.note_settled(Gap.objects.get(), "backfilled", "Brought back: %(n)d new messages.", 3, {"n": 3})
    with translation.override("de"):
        assert gap.why == "Die Plattform hat aus dieser Zeit 3 Nachrichten, wir haben 0."
        assert gap.done == "Nachgeholt: 3 neue Nachrichten."
    assert gap.done == "Brought back: 3 new messages."


def test_what_a_platform_said_is_no_pattern(counts, channel, now):
    gap = Gap(channel=channel, cause="100% of %(n)d calls", start=now)
    assert (gap.why, gap.done) == ("100% of %(n)d calls", "")


def test_a_source_is_asked_once_a_day(counts, now):
    for minutes in (0, 15, 30, 23 * 60):
        reckoning.reckon(now + timedelta(minutes=minutes))
    assert len(counts) == 1
    reckoning.reckon(now + timedelta(hours=24, minutes=1))
    assert len(counts) == 2


def test_a_gap_that_is_known_explains_the_difference(counts, harbour, channel, now):
    Gap.objects.create(channel=channel, source="mentions", kind="missed", start=now - 9 * HOUR, end=now - 8 * HOUR)
    harbour.theirs = 5
    reckoning.reckon(now)
    assert [kind for kind, _state, _cause in told()] == ["missed"]


def test_it_opens_again_what_was_taken_for_fetched(counts, harbour, channel, now):
    known = {"channel": channel, "source": "mentions", "kind": "down", "state": "backfilled"}
    Gap.objects.create(**known, start=now - 9 * HOUR, end=now - 8 * HOUR)
    harbour.theirs = 5
    reckoning.reckon(now)
    assert [(kind, state) for kind, state, _cause in told()] == [("count", "open")]


def test_what_was_taken_back_or_not_understood_is_not_missing(counts, harbour, hear, says, now):
    hear(says("My ferry was late", after=-180), rejects=(Reject("item 7", "no text", b"{}"),))
    harbour.theirs = 2
    reckoning.reckon(now + HOUR)
    assert told() == []


def test_what_was_not_understood_is_not_missing_when_somebody_passed_over_it(counts, harbour, hear, now):
    hear(rejects=(Reject("item 7", "no text", b"{}"),))
    Quarantined.objects.update(state="dismissed")
    harbour.theirs = 1
    reckoning.reckon(now + HOUR)
    assert told() == []


def test_what_was_let_go_is_not_missing(counts, harbour, hear, says, now):
    hear(says("Nobody of ours", after=-180, addressed=False))
    harbour.theirs = 1
    reckoning.reckon(now + HOUR)
    assert (Reckoning.objects.get().ours, told()) == (1, [])


def test_a_platform_that_does_not_answer_or_cannot_count_is_asked_again(counts, harbour, now):
    for harbour.theirs in (ConnectorError("Busy."), None, 0):
        reckoning.reckon(now)
    assert len(counts) == 3
    assert Reckoning.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"state": "paused"}, {"trouble": "It is away."}, {"state": "needs_sign_in"}, {"created_at": timezone.now()}],
)
def test_a_channel_that_does_not_deliver_or_is_new_is_not_counted(counts, now, changes):
    Channel.objects.update(**changes)
    reckoning.reckon(now)
    assert counts == []


def test_one_that_charges_is_never_asked_unbidden(counts, harbour, now):
    harbour.charges = True
    reckoning.reckon(now)
    assert counts == []


def test_a_slow_platform_does_not_keep_the_others_waiting(counts, harbour, channel, now):
    other = Channel.objects.create(
        name="Lighthouse", connector="harbour", network="harbour", created_at=now - 48 * HOUR
    )
    Cursor.objects.create(channel=other, source="mentions")
    reckoning.reckon(now)
    assert len(counts) == 1
    reckoning.reckon(now)
    assert set(Reckoning.objects.values_list("channel__name", flat=True)) == {"Harbour", "Lighthouse"}
