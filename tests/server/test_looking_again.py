"""Looking again at what was heard: whatever was taken back meanwhile goes, and nothing else is disturbed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from rapport.connectors import contract
from rapport.connectors.contract import Account
from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.types import Deletion, Page
from rapport.server.claim import claim
from rapport.server.listen import recheck, upkeep
from rapport.server.listen.hear import hear as listen
from rapport.server.listen.models import RECHECK, Cursor, Message, Pulse, Sighting
from rapport.server.work import settle
from tests.server.harbour import Harbour


class Watchful(Harbour):
    """A harbour that can be asked what became of its posts."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: set[str] = set()
        self.asked: list[list[str]] = []

    def recheck(self, account: Account, external_ids: Sequence[str]) -> Page:
        if self.before:
            raise self.before
        self.asked.append(list(external_ids))
        return Page(deletions=tuple(Deletion("harbour", one) for one in external_ids if one in self.gone))


@pytest.fixture
def harbour(monkeypatch) -> Watchful:
    platform = Watchful()
    monkeypatch.setattr(contract, "load", lambda name: platform)
    return platform


def turn(source: str = RECHECK) -> Cursor:
    """One round of one source, as if the time had come."""
    due = Cursor.objects.filter(source=source)
    due.update(next_at=timezone.now(), leased_until=None)
    for key in claim(due, "listener-1", now=timezone.now(), limit=1):
        listen(key, "listener-1")
    settle("test")
    return due.get()


def test_what_was_taken_back_goes_and_the_rest_stays(hear, says, harbour):
    hear(says("I regret this", external_id="a"), says("I stand by this", external_id="b"))
    harbour.gone = {"a"}
    turn()
    assert list(Message.objects.order_by("external_id").values_list("text", "state")) == [
        ("", "removed"),
        ("I stand by this", "routed"),
    ]


def test_the_newest_are_looked_at_every_time_and_the_others_in_turn(hear, says, harbour, monkeypatch):
    monkeypatch.setattr(recheck, "NEWEST", 2)
    monkeypatch.setattr(recheck, "BELOW", 3)
    hear(*[says("late", external_id=str(number), after=number // 2) for number in range(10)])
    for _ in range(4):
        turn()
    assert harbour.asked == [
        ["9", "8", "7", "6", "5"],
        ["9", "8", "4", "3", "2"],
        ["9", "8", "1", "0"],
        ["9", "8", "7", "6", "5"],
    ]


def test_messages_that_are_old_or_ours_or_gone_are_left_alone(hear, says, harbour):
    hear(says("long ago", after=-31 * 24 * 60), says("gone", external_id="gone"), says("here", external_id="here"))
    harbour.gone = {"gone"}
    turn()
    turn()
    assert harbour.asked == [["here", "gone"], ["here"]]


def test_looking_again_is_not_listening(hear, says, channel):
    hear(says("late"))
    channel.refresh_from_db()
    before = (Pulse.objects.get().fetches, channel.last_ok_at)
    turn()
    channel.refresh_from_db()
    assert (Pulse.objects.get().fetches, channel.last_ok_at) == before
    assert list(Sighting.objects.values_list("source", flat=True)) == ["mentions"]


def test_when_it_fails_the_channel_still_hears_and_it_is_tried_again(hear, says, harbour, channel):
    hear(says("late"))
    harbour.before = ConnectorError("Harbour is closed.")
    assert turn().tries == 1
    channel.refresh_from_db()
    assert (channel.trouble, Pulse.objects.get().failures) == ("", 0)
    harbour.before = NeedsSignIn("Harbour refused the password.")
    turn()
    channel.refresh_from_db()
    assert channel.state == "needs_sign_in"


def test_looking_again_does_not_hide_that_nothing_can_be_heard(hear, says, harbour, channel):
    hear(says("late"))
    harbour.before = ConnectorError("Harbour is closed.")
    turn("mentions")
    harbour.before = None
    turn()
    channel.refresh_from_db()
    assert channel.trouble == "Harbour is closed."
    harbour.pages = [Page()]
    turn("mentions")
    channel.refresh_from_db()
    assert channel.trouble == ""


def test_a_source_that_works_does_not_hide_one_that_does_not(channel, harbour):
    Cursor.objects.create(channel=channel, source="search")
    harbour.pages = [Page()]
    harbour.before = ConnectorError("Harbour is closed.")
    turn("search")
    harbour.before = None
    turn("mentions")
    channel.refresh_from_db()
    assert channel.trouble == "Harbour is closed."


# -- tiers -----------------------------------------------------------------------------------------------------------


def test_what_is_older_is_looked_at_once_a_day(hear, says, harbour, channel):
    hear(says("new", external_id="new"), says("older", external_id="older", after=-5 * 24 * 60))
    turn()
    turn()
    assert harbour.asked == [["new", "older"], ["new"]]
    places = json.loads(Cursor.objects.get(source=RECHECK).value)
    began = timezone.now() - timedelta(days=1, minutes=1)
    Cursor.objects.filter(source=RECHECK).update(value=json.dumps({**places, "30": ["", began.isoformat()]}))
    turn()
    assert harbour.asked[-1] == ["new", "older"]


def test_a_long_tier_is_gone_down_in_turn_and_then_rests(hear, says, harbour, monkeypatch):
    monkeypatch.setattr(recheck, "BELOW", 2)
    hear(*[says("late", external_id=str(number), after=-5 * 24 * 60 + number) for number in range(5)])
    for _ in range(4):
        turn()
    assert harbour.asked == [["4", "3"], ["2", "1"], ["0"]]


def test_how_often_is_what_an_administrator_decided(hear, says, harbour, channel, ana):
    hear(says("new", external_id="new"), says("older", external_id="older", after=-5 * 24 * 60))
    upkeep.set_upkeep(channel, look_again=[(10, 60)], max_age_days=None, actor=ana)
    turn()
    turn()
    assert harbour.asked == [["new", "older"], ["new", "older"]]


def test_a_cursor_of_an_earlier_form_begins_at_the_top(hear, says, harbour):
    hear(says("new", external_id="new"))
    Cursor.objects.filter(source=RECHECK).update(value="2026-03-01T00:00:00+00:00 7")
    turn()
    assert harbour.asked == [["new"]]
