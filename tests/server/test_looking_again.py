"""Looking again at what was heard: whatever was taken back meanwhile goes, and nothing else is disturbed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.utils import timezone

from rapport.connectors import contract
from rapport.connectors.contract import Account
from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.types import Deletion, Page
from rapport.server.claim import claim
from rapport.server.listen import recheck
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
