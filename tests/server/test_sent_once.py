"""Nothing is sent twice, and nothing that was sent is forgotten, however senders and people cross each other."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from rapport.core.errors import ConnectorError, OutcomeUnknown
from rapport.core.types import Absent, Author, Deletion, Page, Receipt, Refused
from rapport.server.listen import actions as listening
from rapport.server.listen import receiving
from rapport.server.listen.models import Channel, Message
from rapport.server.organise.models import AuditEntry
from rapport.server.respond import actions as responding
from rapport.server.respond import deliver
from rapport.server.respond.models import Draft, Outgoing
from rapport.server.work import settle


def answer(talk, who, text="Your refund is on its way, Kim."):
    version = Draft.objects.filter(conversation=talk).values_list("version", flat=True).first() or 0
    outgoing = responding.send(talk, text=text, version=version, actor=who)
    assert isinstance(outgoing, Outgoing), outgoing
    return outgoing


def state(outgoing):
    outgoing.refresh_from_db()
    return outgoing.state


@pytest.fixture
def silent(talk, ben, harbour):
    """The platform has it, but did not say so."""
    outgoing = answer(talk, ben)
    harbour.after = OutcomeUnknown("The line went dead.")
    deliver.turn("sender-1")
    harbour.after = None
    Outgoing.objects.update(send_after=timezone.now())
    return outgoing


@pytest.fixture
def taken_over(talk, ben, harbour):
    """One sender hangs; another takes it for dead, looks, and finds nothing."""
    outgoing = answer(talk, ben)
    slow = responding.take("sender-1", timezone.now())
    Outgoing.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    responding.sweep("sender-2", timezone.now())
    deliver.reconcile(responding.take_unknown("sender-2", timezone.now()), "sender-2")
    assert state(outgoing) == "queued"
    return slow


def test_what_the_platform_has_is_not_sent_again_because_somebody_pressed_retry_while_it_was_asked(
    silent, ben, harbour
):
    asked = responding.take_unknown("sender-1", timezone.now())
    responding.retry(silent, actor=ben)
    deliver.reconcile(asked, "sender-1")
    assert (state(silent), deliver.turn("sender-1"), harbour.calls) == ("sent", False, 1)


def test_the_receipt_of_a_sender_that_was_taken_for_dead_still_counts(taken_over, harbour):
    deliver.deliver(taken_over, "sender-1")
    assert (state(taken_over), deliver.turn("sender-2"), harbour.calls) == ("sent", False, 1)


def test_it_counts_even_when_the_answer_was_taken_back_meanwhile(taken_over, ben):
    responding.undo(taken_over, actor=ben)
    deliver.deliver(taken_over, "sender-1")
    assert state(taken_over) == "sent"
    assert Message.objects.get(ours=True).text == taken_over.text


def test_the_trouble_of_an_earlier_attempt_does_not_end_a_later_one(taken_over):
    responding.take("sender-2", timezone.now())
    responding.not_sent(taken_over, ConnectorError("No connection."), worker="sender-1")
    assert (state(taken_over), taken_over.leased_by) == ("sending", "sender-2")


def test_a_look_that_proves_nothing_sends_nothing(silent, harbour):
    harbour.look_up = Absent(conclusive=False)
    deliver.reconcile(responding.take_unknown("sender-1", timezone.now()), "sender-1")
    assert (state(silent), deliver.turn("sender-1"), harbour.calls) == ("unknown", False, 1)


def test_a_channel_that_was_shut_for_answers_sends_nothing_that_waits(talk, ana, ben, harbour):
    outgoing = answer(talk, ben)
    listening.set_channel(talk.channel, actor=ana, answers=False)
    assert (deliver.turn("sender-1"), state(outgoing), harbour.calls) == (False, "queued", 0)


def test_every_attempt_says_the_same_under_the_same_key(talk, ben, harbour):
    answer(talk, ben)
    harbour.before = ConnectorError("Harbour is closed.")
    deliver.turn("sender-1")
    harbour.before = None
    Outgoing.objects.update(send_after=timezone.now())
    deliver.turn("sender-1")
    first, second = harbour.asked
    assert replace(second, attempted_at=first.attempted_at) == first


def test_a_form_that_comes_twice_is_sent_once(talk, ben, harbour):
    answer(talk, ben)
    deliver.turn("sender-1")
    again = responding.send(talk, text="Your refund is on its way, Kim.", version=0, actor=ben)
    assert isinstance(again, Refused)
    assert (Outgoing.objects.count(), harbour.calls) == (1, 1)


def test_a_connector_that_stumbles_leaves_an_unknown_answer_and_the_sender_goes_on(talk, ben, harbour):
    outgoing = answer(talk, ben)
    harbour.before = ValueError("no such field")
    assert deliver.turn("sender-1")
    assert (state(outgoing), outgoing.trouble) == ("unknown", "The connector stumbled: ValueError: no such field")
    Outgoing.objects.update(send_after=timezone.now())
    harbour.look_up = KeyError("uri")
    assert deliver.turn("sender-1")
    assert (state(outgoing), outgoing.looked) == ("unknown", 1)


def test_an_answer_does_not_leave_over_what_a_colleague_wrote_meanwhile(talk, ben, ana):
    responding.save_draft(talk, text="From Ana", version=0, actor=ana)
    refused = responding.send(talk, text="From Ben", version=0, actor=ben)
    assert refused == Refused("Ana Lind changed this draft meanwhile. Read it before you send.")
    assert not Outgoing.objects.exists()


def test_what_is_on_its_way_cannot_be_taken_back(talk, ben):
    outgoing = answer(talk, ben)
    responding.take("sender-1", timezone.now())
    refused = responding.undo(outgoing, actor=ben)
    assert (state(outgoing), refused) == ("sending", Refused("Too late: it is on its way."))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL flushes every commit by itself")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_the_sender_writes_down_survives_a_power_cut():
    no_turn = threading.Event()
    no_turn.set()
    with connection.cursor() as cursor:
        try:
            deliver.run(no_turn)
            assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        finally:
            cursor.execute("PRAGMA synchronous=NORMAL")


def test_nobody_is_answered_who_has_taken_their_words_back(talk, ben, harbour, hear):
    outgoing = answer(talk, ben)
    hear(deletions=(Deletion("harbour", outgoing.parent.external_id),))
    deliver.turn("sender-1")
    assert (state(outgoing), harbour.calls) == ("failed", 0)
    assert outgoing.trouble == "What it answers was taken back meanwhile."
    assert AuditEntry.objects.first().action == "answer.not_sent"
    assert responding.undo(outgoing, actor=ben).text == outgoing.text


def test_the_receipt_of_an_earlier_answer_with_the_same_words_is_no_receipt_for_this_one(talk, ben, hear, says):
    first = answer(talk, ben, "Thank you.")
    deliver.turn("sender-1")
    first.refresh_from_db()
    hear(says("And now?", after=50, thread_id=first.parent.thread_id))
    second = answer(talk, ben, "Thank you.")
    taken = responding.take("sender-1", timezone.now())
    responding.sent(taken, Receipt(first.message.external_id), worker="sender-1")
    assert (state(second), state(first)) == ("unknown", "sent")


def test_our_words_are_ours_though_another_of_our_channels_heard_them_first(talk, ben, channel, says):
    outgoing = answer(talk, ben)
    taken = responding.take("sender-1", timezone.now())
    other = Channel.objects.create(
        name="Second", connector="harbour", network="harbour", external_id="us too", sealed=channel.sealed
    )
    key = f"ours-{outgoing.idempotency_key}"
    told = {"external_id": key, "thread_id": outgoing.parent.thread_id, "addressed": False, "context": True}
    receiving.receive(Page((says(outgoing.text, after=30, author=Author("harbour", "us"), **told),)), other, "mentions")
    settle("test")
    deliver.deliver(taken, "sender-1")
    talk.refresh_from_db()
    assert Message.objects.get(external_id=key).ours
    assert (talk.state, talk.waiting_since) == ("waiting", None)


def test_an_answer_that_waits_for_its_channel_says_so(talk, ben, client, channel, ana):
    answer(talk, ben)
    listening.set_channel(channel, actor=ana, state="paused")
    client.force_login(ben)
    shown = client.get(f"/inbox/{talk.pk}/").content.decode()
    assert "leaves in a moment" not in shown
    assert "waits: The channel Harbour is paused." in shown
