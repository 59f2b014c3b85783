"""Streams: heard in a thread of their own for as long as they last, and taken up again where they broke off."""

from __future__ import annotations

import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.connectors import contract
from rapport.connectors.contract import Account, Field, Sieve, Source
from rapport.core.errors import ConnectorError
from rapport.core.types import Author, Deletion, Departure, Message, Page
from rapport.server.claim import claim
from rapport.server.listen import actions, hear, receiving
from rapport.server.listen.models import Brief, Channel, Cursor, Pulse, Tombstone
from rapport.server.listen.models import Message as Row
from rapport.server.organise.models import AuditEntry
from tests.server.harbour import Harbour


class Brook(Harbour):
    """A platform in memory that streams: `runs` is what comes, each a page or what breaks it off."""

    fields = (*Harbour.fields, Field("stream", "Stream", required=False))
    sources = (Source("mentions", 20), Source("stream", 4, "stream", needs="stream"))

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[Page | Exception | Callable[[Sieve], None]] = []
        self.cursors: list[str] = []
        self.closed = 0

    def stream(self, account: Account, source: str, cursor: str, sieve: Sieve) -> Iterator[Page]:
        self.cursors.append(cursor)
        try:
            while self.runs:
                step = self.runs.pop(0)
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, Page):
                    yield step
                else:
                    step(sieve)
        finally:
            self.closed += 1


@pytest.fixture
def brook(monkeypatch: pytest.MonkeyPatch) -> Brook:
    platform = Brook()
    real = contract.load
    monkeypatch.setattr(contract, "load", lambda name: platform if name == "harbour" else real(name))
    return platform


@pytest.fixture
def channel(ana, brook: Brook) -> Channel:
    answers = {"handle": "calm", "password": "right", "stream": "everything"}
    made = actions.connect("Harbour", "harbour", answers, actor=ana)
    assert isinstance(made, Channel), made
    return made


def listen(channel: Channel, worker: str = "listener-1", stop: threading.Event | None = None) -> Cursor:
    """Take up the stream, as if its time had come, until it ends."""
    Cursor.objects.filter(channel=channel).update(next_at=timezone.now())
    for key in claim(Cursor.objects.filter(channel=channel, way="stream"), worker, now=timezone.now(), limit=9):
        hear.listen(key, worker, stop or threading.Event())
    return Cursor.objects.get(channel=channel, source="stream")


BROKEN = ConnectorError("The brook is dry.")


def test_what_a_stream_brings_is_stored_with_the_place_up_to_which_it_was_heard(channel, brook, says):
    heard_until = datetime(2026, 11, 21, 20, tzinfo=UTC)
    brook.runs = [Page(messages=(says("late"),), cursor="1"), Page(cursor="2", heard_until=heard_until), BROKEN]
    cursor = listen(channel)
    assert (cursor.value, cursor.heard_until, Row.objects.count()) == ("2", heard_until, 1)


def test_a_stream_that_broke_is_taken_up_at_its_cursor_after_pauses_that_grow_and_differ(channel, brook):
    brook.runs = [Page(cursor="7"), BROKEN]
    pauses = []
    for _ in range(6):
        cursor = listen(channel)
        pauses.append((cursor.next_at - timezone.now()).total_seconds())
        brook.runs = [BROKEN]
    assert brook.cursors == ["", *["7"] * 5]
    assert all(0.5 * 4 * 2**tries - 1 < pause < 1.5 * 4 * 2**tries for tries, pause in enumerate(pauses))
    assert len({round(pause / 2**tries, 3) for tries, pause in enumerate(pauses)}) > 1


def test_the_pauses_begin_short_again_once_something_came(channel, brook):
    for _ in range(5):
        brook.runs = [BROKEN]
        listen(channel)
    brook.runs = [Page(cursor="1"), BROKEN]
    cursor = listen(channel)
    assert cursor.tries == 1
    assert cursor.next_at - timezone.now() < timedelta(seconds=7)


def test_a_broken_stream_is_shown_until_it_brings_something(channel, brook):
    brook.runs = [BROKEN]
    listen(channel)
    channel.refresh_from_db()
    assert channel.trouble == "The brook is dry."
    brook.runs = [Page(cursor="1"), Page(cursor="2")]
    listen(channel)
    channel.refresh_from_db()
    assert channel.trouble == ""


def test_what_is_passed_over_is_counted_as_let_go(channel, brook, says):
    brook.runs = [Page(messages=(says("nothing", addressed=False),), passed_over=40, cursor="1"), BROKEN]
    listen(channel)
    assert Pulse.objects.get(channel=channel).let_go == 41


@pytest.mark.parametrize("change", [{"state": "paused"}, {"state": "closed"}])
def test_a_channel_that_somebody_rests_ends_its_stream_at_the_next_page(channel, brook, ana, change):
    brook.runs = [lambda _: actions.set_channel(channel, actor=ana, **change), Page(cursor="1"), Page(cursor="2")]
    cursor = listen(channel)
    assert (cursor.value, cursor.leased_by, len(brook.runs), brook.closed) == ("1", "", 1, 1)


def test_new_answers_end_the_stream_of_the_old_ones_without_storing_what_it_brings(channel, brook, ana, says):
    answers = {"password": "right", "stream": "something else"}
    brook.runs = [
        lambda _: actions.sign_in_again(channel, answers, actor=ana),
        Page(messages=(says("late"),), cursor="1"),
        Page(cursor="2"),
    ]
    cursor = listen(channel)
    assert (cursor.value, Row.objects.count(), brook.closed) == ("", 0, 1)
    assert cursor.next_at <= timezone.now()


def test_a_listener_that_lost_its_lease_ends_the_stream_and_stores_nothing(channel, brook, says):
    def lose(_: Sieve) -> None:
        Cursor.objects.filter(way="stream").update(leased_by="listener-2")

    brook.runs = [lose, Page(messages=(says("late"),), cursor="1"), Page(cursor="2")]
    cursor = listen(channel)
    assert (cursor.leased_by, cursor.value, Row.objects.count(), len(brook.runs)) == ("listener-2", "", 0, 1)


def test_stopping_lets_go_after_the_page_at_hand(channel, brook, says):
    stop = threading.Event()
    stop.set()
    brook.runs = [Page(messages=(says("late"),), cursor="1"), Page(cursor="2")]
    cursor = listen(channel, stop=stop)
    assert (cursor.value, cursor.leased_until, Row.objects.count()) == ("1", None, 1)


def test_a_stream_that_has_nothing_to_stream_is_asked_again_in_an_hour(channel, brook):
    cursor = listen(channel)
    assert timedelta(minutes=59) < cursor.next_at - timezone.now() <= timedelta(hours=1)


def test_the_lease_is_renewed_while_pages_come(channel, brook, monkeypatch):
    monkeypatch.setattr(hear, "RENEW_SECONDS", 0)
    seen = []

    def look(_: Sieve) -> None:
        seen.append(Cursor.objects.get(way="stream").leased_until)
        time.sleep(0.01)

    brook.runs = [look, Page(cursor="1"), look, Page(cursor="2"), look]
    listen(channel)
    assert seen[0] < seen[1] < seen[2]


# -- briefs ----------------------------------------------------------------------------------------------------------


def test_the_sieve_follows_the_briefs_within_seconds(channel, brook, ana, monkeypatch):
    monkeypatch.setattr(hear, "BRIEFS_SECONDS", 0)
    monkeypatch.setattr(hear, "current", Words)
    said: list[bool] = []
    brook.runs = [
        lambda sieve: said.append(sieve("the ferry is late")),
        lambda _: actions.save_brief(None, name="Us", query="ferry", purpose="brand", actor=ana),
        lambda sieve: said.append(sieve("the ferry is late")),
    ]
    listen(channel)
    assert said == [False, True]


class Words:
    """Which texts may match: those that hold the word of a brief."""

    def __init__(self) -> None:
        self._words = list(Brief.objects.filter(active=True).values_list("query", flat=True))

    def may_match(self, text: str) -> bool:
        return any(word in text for word in self._words)


def test_a_channel_that_keeps_everything_lets_everything_through(channel, brook, ana, monkeypatch):
    monkeypatch.setattr(hear, "BRIEFS_SECONDS", 0)
    said: list[bool] = []
    brook.runs = [
        lambda _: actions.set_channel(channel, actor=ana, keep_all=True),
        lambda sieve: said.append(sieve("nothing that anybody wants")),
    ]
    listen(channel)
    assert said == [True]


# -- what is taken back ----------------------------------------------------------------------------------------------


def test_a_message_that_is_taken_back_on_the_stream_goes_and_does_not_come_back(channel, brook, says):
    late = says("late", external_id="late")
    brook.runs = [Page(messages=(late,), cursor="1"), Page(deletions=(Deletion("harbour", "late"),)), Page((late,))]
    listen(channel)
    row = Row.objects.get()
    assert (row.text, row.state) == ("", "taken_back")


def test_what_others_take_back_and_we_never_had_leaves_nothing_here(channel, brook):
    brook.runs = [Page(deletions=tuple(Deletion("harbour", str(number)) for number in range(50)))]
    listen(channel)
    assert not Tombstone.objects.exists()


def test_all_that_an_account_said_goes_when_it_is_deleted(channel, brook, says):
    other = Message("harbour", "other", Author("harbour", "kept"), "hello", datetime.now(UTC))
    brook.runs = [
        Page(messages=(says("late"), says("again"), other), cursor="1"),
        Page(departures=(Departure("harbour", "stranger"),), cursor="2"),
    ]
    Channel.objects.filter(pk=channel.pk).update(keep_all=True)
    listen(channel)
    assert {row.text for row in Row.objects.all()} == {"", "hello"}
    assert Row.objects.filter(state="taken_back").count() == 2


# -- which sources there are -----------------------------------------------------------------------------------------


def test_a_source_is_listened_to_only_when_its_field_is_answered(ana, brook):
    without = actions.connect("Dry", "harbour", {"handle": "calm", "password": "right"}, actor=ana)
    assert set(without.cursors.values_list("source", "way")) == {("mentions", "ask")}
    actions.sign_in_again(without, {"password": "right", "stream": "everything"}, actor=ana)
    assert ("stream", "stream") in set(without.cursors.values_list("source", "way"))
    without.refresh_from_db()
    actions.sign_in_again(without, {"password": "right", "stream": ""}, actor=ana)
    assert set(without.cursors.values_list("source", "way")) == {("mentions", "ask")}


def test_a_channel_that_was_connected_before_gets_its_new_sources_at_start(channel, brook):
    Cursor.objects.filter(channel=channel, source="stream").delete()
    assert actions.keep_cursors(actor="listener") == 1
    assert actions.keep_cursors(actor="listener") == 0
    assert Cursor.objects.get(channel=channel, source="stream").way == "stream"
    entry = AuditEntry.objects.get(action="channel.sources_changed")
    assert entry.detail == {"added": ["stream"]}


def test_a_box_for_files_is_not_listened_to_at_start(ana):
    box = actions.open_box("Airline", actor=ana)
    actions.keep_cursors(actor="listener")
    assert not box.cursors.exists()


def test_the_same_message_by_asking_and_by_stream_is_one_message(channel, brook, says):
    late = says("late", external_id="late")
    receiving.receive(Page(messages=(late,), cursor="9"), channel, "mentions")
    brook.runs = [Page(messages=(late,), cursor="1")]
    listen(channel)
    row = Row.objects.get()
    assert set(row.sightings.values_list("source", flat=True)) == {"mentions", "stream"}
    assert dict(channel.cursors.values_list("source", "value")) == {"mentions": "9", "stream": "1"}


# -- what the page says ----------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(
    ("cursor", "words"),
    [
        ({"leased_for": 60, "behind": 12}, r"as it happens, [12]\d\xa0s behind"),
        ({"leased_for": 60, "behind": 900}, r"as it happens, 15\xa0min behind"),
        ({"leased_for": 60}, "being connected"),
        ({"leased_for": 60, "tries": 3}, "being asked now"),
        ({"tries": 3}, "tried 3 times in vain"),
        ({"next_in": 3_000}, "the platform has nothing to stream"),
        ({}, "being connected"),
    ],
)
def test_the_page_of_a_channel_says_how_far_a_stream_lags_behind(client, ana, channel, cursor, words):
    now = timezone.now()
    Cursor.objects.filter(way="stream").update(
        leased_until=now + timedelta(seconds=cursor["leased_for"]) if "leased_for" in cursor else None,
        heard_until=now - timedelta(seconds=cursor["behind"]) if "behind" in cursor else None,
        tries=cursor.get("tries", 0),
        next_at=now + timedelta(seconds=cursor.get("next_in", 0)),
    )
    client.force_login(ana)
    told = html.unescape(client.get(reverse("channel", args=[channel.pk])).content.decode())
    assert re.search(words, told)
    assert ("all the time" in told) == ("leased_for" in cursor and "tries" not in cursor)
