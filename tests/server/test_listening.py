"""The listener, imports, quarantine and secrets."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from rapport.core.errors import ConnectorError, NeedsSignIn, QueryError, RateLimited, SecretError
from rapport.core.types import Page, Refused, Reject
from rapport.server.claim import claim
from rapport.server.listen import actions, imports, receiving
from rapport.server.listen.hear import hear
from rapport.server.listen.models import Channel, Cursor, Message, Pulse, Quarantined, Revision, Tally
from rapport.server.organise import sealed
from rapport.server.organise.models import Role
from rapport.server.route.models import Conversation
from rapport.server.work import settle
from tests.server.conftest import member

MAPPING = {"text": "text", "author": "name", "time": "tweet_created", "id": "tweet_id"}


def turn(channel: Channel, worker: str = "listener-1") -> Cursor:
    """One round of the listener, as if the time had come."""
    Cursor.objects.filter(channel=channel).update(next_at=timezone.now(), leased_until=None)
    for key in claim(Cursor.objects.filter(channel=channel), worker, now=timezone.now(), limit=9):
        hear(key, worker)
    return Cursor.objects.get(channel=channel)


def test_a_page_and_its_cursor_are_stored_together(channel, harbour, says):
    harbour.pages = [Page(messages=(says("late"),), cursor="1"), Page(messages=(says("late"),), cursor="2")]
    cursor = turn(channel)
    assert (cursor.value, Message.objects.count(), cursor.leased_until) == ("2", 2, None)


def test_a_page_that_cannot_be_stored_leaves_the_cursor_where_it_was(channel, harbour, says, monkeypatch):
    harbour.pages = [Page(messages=(says("late"),), cursor="1")]

    def full(rows):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(receiving.search, "index", full)
    assert turn(channel).value == ""
    assert not Quarantined.objects.exists()
    assert not Message.objects.exists()


def test_a_listener_that_lost_its_lease_stores_nothing(channel, says):
    Cursor.objects.update(leased_by="listener-2", leased_until=timezone.now() + timedelta(minutes=1))
    receiving.receive(Page(messages=(says("late"),), cursor="1"), channel, "mentions", holder="listener-1")
    assert not Message.objects.exists()


def test_a_failed_fetch_is_shown_and_waits_longer_each_time(channel, harbour):
    harbour.before = ConnectorError("Harbour is closed.")
    first, second = turn(channel), turn(channel)
    assert second.next_at - first.next_at >= timedelta(seconds=15)  # the first waits so long, the second twice that
    channel.refresh_from_db()
    assert (channel.trouble, channel.state) == ("Harbour is closed.", "listening")
    assert Pulse.objects.get().failures == 2


def test_the_platform_says_how_long_to_wait(channel, harbour):
    harbour.before = RateLimited("Slow down.", retry_after=900)
    assert turn(channel).next_at - timezone.now() > timedelta(minutes=14)


def test_refused_credentials_ask_for_a_person_and_then_listening_goes_on(channel, harbour, says, ana):
    harbour.before = NeedsSignIn("Harbour refused the password.")
    turn(channel)
    channel.refresh_from_db()
    assert channel.state == "needs_sign_in"
    harbour.before = None
    assert isinstance(actions.sign_in_again(channel, {"password": "wrong"}, actor=ana), Refused)
    assert actions.sign_in_again(channel, {"password": "right"}, actor=ana).state == "listening"


def test_a_connector_that_stumbles_stops_its_channel_only(channel, harbour):
    harbour.before = ZeroDivisionError("oh")
    turn(channel)
    channel.refresh_from_db()
    assert "ZeroDivisionError" in channel.trouble


def test_what_cannot_be_understood_is_kept_once_and_the_rest_goes_on(channel, says):
    page = Page(messages=(says("late"),), rejects=(Reject("item 3", "It has no author.", b"{}"),))
    receiving.receive(page, channel, "mentions")
    receiving.receive(page, channel, "mentions")
    assert list(Quarantined.objects.values_list("reason", "tries")) == [("It has no author.", 2)]
    assert Message.objects.count() == 1


def test_likes_are_counted_and_never_stored_as_text(channel):
    receiving.receive(Page(tallies={"favourite": 3}), channel, "mentions")
    receiving.receive(Page(tallies={"favourite": 2}), channel, "mentions")
    assert Tally.objects.get().count == 5


def test_connecting_signs_in_for_real_and_stores_nothing_that_failed(ana, harbour):
    refused = actions.connect("Harbour", "harbour", {"handle": "calm", "password": "wrong"}, actor=ana)
    assert isinstance(refused, Refused)
    assert not Channel.objects.exists()


def test_a_member_cannot_connect_a_channel(ben, harbour):
    assert isinstance(actions.connect("Harbour", "harbour", {"password": "right"}, actor=ben), Refused)


def test_only_an_administrator_points_at_a_folder_of_the_machine(ana, tmp_path):
    hub = member("Hugo", Role.HUB, "hub", ana)
    answers = {"folder": str(tmp_path), "map": "text=a,id=b,author=c,time=d"}
    assert isinstance(actions.connect("Drop", "files", answers, actor=hub), Refused)
    assert isinstance(actions.connect("Drop", "files", answers, actor=ana), Channel)


def test_secrets_are_sealed_and_open_with_the_new_key_after_a_rotation(channel):
    assert b"right" not in bytes(channel.sealed)
    before = bytes(channel.sealed)
    actions.reseal(actor="test")
    channel.refresh_from_db()
    assert bytes(channel.sealed) != before
    assert channel.secrets == {"password": "right"}


def test_a_changed_secret_is_refused(channel):
    broken = bytearray(channel.sealed)
    broken[20] ^= 1
    with pytest.raises(SecretError):
        sealed.unseal(bytes(broken))


def test_a_brief_brings_in_what_names_us_without_addressing_us(channel, says, ana):
    actions.save_brief(None, name="Us", query='"calm ferries"', purpose="brand", actor=ana)
    actions.save_brief(None, name="Rival", query="stormline", purpose="rival", actor=ana)
    ours, rival, noise = (
        says(text, addressed=False) for text in ("Calm Ferries again", "Stormline is cheap", "Nice weather")
    )
    heard = receiving.receive(Page(messages=(ours, rival, noise)), channel, "search")
    settle("test")
    assert (heard.new, heard.let_go) == (2, 1)
    assert Conversation.objects.get().preview == "Calm Ferries again"  # a rival's is measured, not answered


def test_a_standing_brief_may_not_ask_for_a_reading(ana):
    with pytest.raises(QueryError) as wrong:
        actions.save_brief(None, name="Us", query="ferry tone:negative", purpose="brand", actor=ana)
    assert wrong.value.position == 6


def test_context_is_adopted_by_the_conversation_and_waits_for_nobody(hear, says):
    root = says("A thread of others", external_id="root", context=True, addressed=False)
    hear(root, says("@calm is my ferry late?", after=3, thread_id="root", parent_id="root"))
    talk = Conversation.objects.get()
    assert talk.message_count == 2
    assert talk.opened_at.minute == talk.waiting_since.minute


# -- imports ---------------------------------------------------------------------------------------------------------


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_the_airline_tweets_are_heard_exactly_once_each(data, tmp_path, ana):
    source = data / "us_airline" / "Tweets.csv"
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wanted = {row["tweet_id"] for row in rows}
    assert (len(rows), len(wanted)) == (14_640, 14_485)
    box = actions.open_box("Airline", actor=ana)
    imports.load_file(source, box, MAPPING)
    assert set(Message.objects.values_list("external_id", flat=True)) == wanted
    revised = Revision.objects.count()  # a repeated id with another text is an edit

    ordered = list({row["tweet_id"]: row for row in rows}.values())
    again = imports.load_file(write(tmp_path / "shuffled.csv", ordered[::-1]), box, MAPPING)
    assert (again.new, again.revised, Message.objects.count()) == (0, 0, 14_485)

    ordered[7]["text"] += " (edited)"
    edited = imports.load_file(write(tmp_path / "edited.csv", ordered), box, MAPPING)
    assert (edited.new, edited.revised, Revision.objects.count()) == (0, 1, revised + 1)


def test_lines_that_cannot_be_read_go_to_a_side_file_with_line_and_reason(tmp_path, ana):
    good = {"tweet_id": "1", "name": "kim", "tweet_created": "2026-03-01 10:00:00 +0100", "text": "Late again"}
    file = write(tmp_path / "some.csv", [good, good | {"tweet_id": "2", "tweet_created": "soon"}])
    total = imports.load_file(file, actions.open_box("Some", actor=ana), MAPPING)
    side = list(csv.DictReader(imports.rejects_beside(file).open(encoding="utf-8")))
    assert (total.new, total.rejected, len(side)) == (1, 1, 1)
    assert "3" in side[0]["where"]
    assert "soon" in side[0]["reason"] + side[0]["raw"]


def test_an_import_of_a_dead_worker_goes_on_where_it_stood(tmp_path, ana):
    rows = [
        {"tweet_id": str(n), "name": "kim", "tweet_created": "2026-03-01 10:00:00 +0100", "text": f"Late {n}"}
        for n in range(250)
    ]
    file = write(tmp_path / "many.csv", rows)
    box = actions.open_box("Many", actor=ana)
    row = actions.begin_import(
        box, path=str(file), file_name="many.csv", size_bytes=file.stat().st_size, mapping=MAPPING, actor=ana
    )
    seen = []
    imports.load_file(file, box, MAPPING, progress=lambda place, heard: bool(seen.append(place)))  # dies after a page
    row.state, row.place, row.leased_by = "running", seen[0].written(), "worker-dead"
    row.leased_until = timezone.now() - timedelta(seconds=1)
    row.save()
    assert imports.turn("worker-2") == 1
    row.refresh_from_db()
    assert (row.state, row.new, Message.objects.count()) == ("done", 150, 250)


def test_a_channel_that_somebody_paused_stays_paused_when_its_sign_in_fails(channel, ana):
    cursor = Cursor.objects.select_related("channel").get(source="mentions")
    actions.set_channel(channel, actor=ana, state="paused")
    receiving.fetch_failed(cursor, NeedsSignIn("No."), needs_sign_in=True, now=timezone.now(), actor="listener")
    channel.refresh_from_db()
    assert channel.state == "paused"


def test_the_trouble_of_a_listener_that_lost_its_lease_does_not_end_the_lease_of_another(channel):
    cursor = Cursor.objects.select_related("channel").get(source="mentions")
    now = timezone.now()
    Cursor.objects.update(leased_by="listener-2", leased_until=now + timedelta(minutes=5))
    trouble = {"needs_sign_in": False, "now": now, "actor": "listener", "holder": "listener-1"}
    receiving.fetch_failed(cursor, ConnectorError("No."), **trouble)
    cursor.refresh_from_db()
    assert (cursor.leased_by, cursor.tries) == ("listener-2", 0)


def test_what_its_author_dated_in_the_future_stands_where_it_was_heard(hear, says):
    hear(says("The ferry will be late", after=100_000), says("It was late"))
    future, past = Message.objects.order_by("-published_at")
    assert (future.sort_at, past.sort_at) == (future.heard_at, past.published_at)
