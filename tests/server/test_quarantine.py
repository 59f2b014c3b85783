"""What cannot be stored does not hold up the rest: it is tried three times, kept for a while, and tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from rapport.core.types import Deletion, Page, Reject
from rapport.server.listen import poison, receiving
from rapport.server.listen.models import Cursor, Message, Quarantined
from tests.server.test_listening import turn


@pytest.fixture
def poisonous(monkeypatch):
    """Storing fails for every text with this word in it, until the set is emptied."""
    words = {"arsenic"}
    index = receiving.search.index

    def refuse(rows):
        rows = list(rows)
        if any(word in text for _, text in rows for word in words):
            raise ValueError("This cannot be indexed.")
        index(rows)

    monkeypatch.setattr(receiving.search, "index", refuse)
    return words


@pytest.fixture
def poisoned(poisonous, channel, harbour, says):
    """A page of nine of which the fifth cannot be stored."""
    said = [says("late", external_id=str(n)) for n in range(8)]
    said.insert(4, says("arsenic", external_id="poison"))
    harbour.pages = [Page(messages=tuple(said), cursor="9")]
    turn(channel)
    return Quarantined.objects.first()


def again(minutes: float) -> Quarantined:
    receiving.try_again(timezone.now() + timedelta(minutes=minutes))
    return Quarantined.objects.get()


def test_one_item_that_cannot_be_stored_does_not_hold_up_its_page(poisoned):
    assert sorted(Message.objects.values_list("external_id", flat=True)) == list("01234567")
    assert Cursor.objects.get().value == "9"
    assert (poisoned.where, poisoned.state, poisoned.tries) == ("poison", "trying", 1)


def test_it_is_tried_three_times_and_then_waits_for_a_person(poisoned):
    assert again(0).tries == 1  # its time has not come
    assert (again(2).tries, Quarantined.objects.get().state) == (2, "trying")
    row = again(20)
    assert (row.tries, row.state, row.reason) == (3, "waiting", "ValueError: This cannot be indexed.")
    assert again(600).tries == 3


def test_when_it_can_be_stored_by_then_it_is_as_if_nothing_had_been(poisoned, poisonous):
    poisonous.clear()
    row = again(2)
    assert (row.state, bytes(row.raw)) == ("received", b"")
    message = Message.objects.get(external_id="poison")
    assert (message.text, message.author.handle, message.addressed) == ("arsenic", "kim.example", True)


def test_the_same_item_on_the_next_page_is_set_aside_once(poisoned, channel):
    turn(channel)
    assert Quarantined.objects.count() == 1


def test_when_many_fail_it_is_not_the_items_and_the_cursor_stays(poisonous, channel, harbour, says):
    harbour.pages = [Page(messages=tuple(says("arsenic") for _ in range(9)), cursor="9")]
    assert turn(channel).value == ""
    assert not Quarantined.objects.exists()
    assert not Message.objects.exists()


def test_a_database_that_is_away_is_nobodys_fault(channel, harbour, says, monkeypatch):
    def away(*_):
        raise OperationalError("database is locked")

    harbour.pages = [Page(messages=(says("late"),), cursor="1")]
    monkeypatch.setattr(receiving.search, "index", away)
    assert turn(channel).value == ""
    assert not Quarantined.objects.exists()


def test_a_message_survives_being_written_down(says):
    message = says("Hello \ud800 there", edited_at=timezone.now(), ref={"cid": "x", "root": {"uri": "y"}})
    assert poison.read(poison.written(message)).messages == (message,)
    assert poison.read(poison.written(Deletion("harbour", "a"))).deletions == (Deletion("harbour", "a"),)


# -- payloads do not stay --------------------------------------------------------------------------------------------


def test_what_its_author_deletes_is_erased_here_too(poisoned, channel):
    receiving.receive(Page(deletions=(Deletion("harbour", "poison"),)), channel, "mentions")
    row = Quarantined.objects.get()
    assert (row.state, bytes(row.raw), row.where) == ("erased", b"", "")
    assert "arsenic" not in row.reason


def test_what_could_not_be_understood_is_found_by_the_id_within_it(channel):
    raw = b'{"id": "1795293383081", "content": "my secret"}'
    page = Page(rejects=(Reject("item 3", "It has no author.", raw), Reject("item 4", "Nor this.", b"{}")))
    receiving.receive(page, channel, "mentions")
    receiving.receive(Page(deletions=(Deletion("harbour", "host.example/1795293383081"),)), channel, "mentions")
    assert list(Quarantined.objects.order_by("id").values_list("state", flat=True)) == ["erased", "waiting"]


def test_a_deletion_on_another_network_erases_nothing(poisoned, channel):
    receiving.receive(Page(deletions=(Deletion("elsewhere", "poison"),)), channel, "mentions")
    assert Quarantined.objects.get().state == "trying"


def test_payloads_expire_after_the_days_that_were_set(poisoned, settings):
    settings.QUARANTINE_DAYS = 3
    receiving.forget_payloads(timezone.now() + timedelta(days=2, hours=23))
    assert bytes(Quarantined.objects.get().raw)
    receiving.forget_payloads(timezone.now() + timedelta(days=3, minutes=1))
    assert (Quarantined.objects.get().state, bytes(Quarantined.objects.get().raw)) == ("erased", b"")


# -- as one sees it --------------------------------------------------------------------------------------------------


@pytest.fixture
def three(channel):
    for number in range(3):
        reject = Reject(f"item {number}", "It has no author.", b"{%d}" % number)
        receiving.receive(Page(rejects=(reject,)), channel, "mentions")


def test_all_of_one_reason_are_tried_again_at_once(three, client, ana, harbour, monkeypatch, says):
    client.force_login(ana)
    assert "3 times" in client.get(reverse("quarantine")).content.decode()
    monkeypatch.setattr(harbour, "parse", lambda raw, **_: Page(messages=(says("late", external_id=str(raw)),)))
    client.post(reverse("retry_quarantined"), {"reason": "It has no author."})
    assert Message.objects.count() == 3
    assert set(Quarantined.objects.values_list("state", flat=True)) == {"received"}


def test_a_stranger_cannot_try_them_again(three, client, cleo):
    client.force_login(cleo)
    assert client.post(reverse("retry_quarantined"), {"reason": "It has no author."}).status_code == 404
    assert set(Quarantined.objects.values_list("state", flat=True)) == {"waiting"}


def test_one_that_is_being_tried_says_how_often(poisoned, client, ana):
    client.force_login(ana)
    assert "tried 1 of 3 times, next" in client.get(reverse("quarantine")).content.decode()


def test_a_person_can_try_it_at_once(poisoned, poisonous, client, ana):
    client.force_login(ana)
    url = reverse("settle_quarantined", args=[poisoned.pk, "retry"])
    client.post(url)
    assert Quarantined.objects.get().state == "trying"
    poisonous.clear()
    client.post(url)
    assert Quarantined.objects.get().state == "received"
