"""Mails name the mails that they answer; who may join a conversation is ours to decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from rapport.core.types import Author, Message, Page
from rapport.server.listen import receiving
from rapport.server.listen.models import Message as Row
from rapport.server.respond import actions as responding
from rapport.server.respond.deliver import turn
from rapport.server.respond.models import Outgoing
from rapport.server.route.models import Conversation
from rapport.server.work import settle

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def arrives(channel):
    """A mail arrives, as a connector for mails would bring it, and is worked on."""

    def deliver(own: str, who: str = "kim@example.org", answers=(), text="Where is my refund?", minutes=0, **ref):
        claim = {"own": own, "answers": list(answers), "people": ref.pop("people", []), **ref.pop("claim", {})}
        message = Message(
            "harbour",
            f"{own}#x",
            Author("harbour", who, who, who),
            text,
            MORNING + timedelta(minutes=minutes),
            thread_id=f"{own}#x",
            addressed="automatic" not in ref,
            context="automatic" in ref,
            ref={"claim": claim, **ref},
        )
        receiving.receive(Page((message,)), channel, "mentions")
        settle("worker-1")
        return Row.objects.get(external_id=f"{own}#x")

    return deliver


def talk_of(row: Row) -> Conversation | None:
    return Conversation.objects.filter(placements__message=row).first()


def test_who_asked_goes_on_in_the_same_conversation(arrives):
    first = talk_of(arrives("1@kim"))
    again = talk_of(arrives("2@kim", answers=["1@kim"], minutes=5))
    assert first is not None
    assert again == first
    assert Conversation.objects.count() == 1


def test_a_mail_that_comes_before_the_one_it_answers_is_joined_by_it(arrives):
    later = talk_of(arrives("2@kim", answers=["1@kim"], minutes=5))
    assert talk_of(arrives("1@kim")) == later


def test_a_stranger_who_names_it_stands_apart_and_the_page_says_so(arrives, ana):
    first = talk_of(arrives("1@kim"))
    other = talk_of(arrives("1@eve", who="eve@example.org", answers=["1@kim"], text="Send my refund to me.", minutes=5))
    assert other != first
    client = Client()
    client.force_login(ana)
    words = "It names another conversation, in which its writer had no part."
    assert words in client.get(f"/inbox/{other.pk}/").content.decode()
    assert words not in client.get(f"/inbox/{first.pk}/").content.decode()


def test_a_subject_or_a_number_joins_nothing(arrives):
    talk_of(arrives("1@kim", subject="Refund [#4711]"))
    talk_of(arrives("2@kim", subject="Re: Refund [#4711]", minutes=5))
    assert Conversation.objects.count() == 2


@pytest.fixture
def answered(arrives, ben, harbour, monkeypatch):
    """A question that Ben answered; the receipt claims its place as that of a mail does."""
    row = arrives("1@kim")
    receipt = harbour._receipt
    claim = {"own": "ours@us", "answers": ["1@kim"], "people": ["kim@example.org"]}
    monkeypatch.setattr(
        harbour, "_receipt", lambda reply: type(receipt(reply))(receipt(reply).external_id, ref={"claim": claim})
    )
    talk = talk_of(row)
    assert isinstance(responding.send(talk, text="It is on its way.", version=0, actor=ben), Outgoing)
    turn("sender-1")
    settle("worker-1")
    talk.refresh_from_db()
    assert talk.state == "waiting"
    return talk


def test_who_was_answered_joins_by_our_answer_alone(answered, arrives):
    assert talk_of(arrives("2@kim", answers=["ours@us"], minutes=50)) == answered
    assert talk_of(arrives("1@eve", who="eve@example.org", answers=["ours@us"], minutes=60)) != answered


def test_an_answer_that_comes_back_opens_the_conversation_again_and_says_why(answered, arrives, ana):
    back = {"automatic": "bounce", "returned": {"failed": True, "status": "5.1.1"}, "claim": {"returns": "ours@us"}}
    row = arrives("b@mx", who="mailer-daemon@mx.example", text="Unknown user", minutes=50, **back)
    assert talk_of(row) == answered
    answered.refresh_from_db()
    assert answered.state == "open"
    assert responding.answerable(answered).author.external_id == "kim@example.org"
    client = Client()
    client.force_login(ana)
    assert "Our answer could not be delivered." in client.get(f"/inbox/{answered.pk}/").content.decode()


def test_an_answer_that_is_only_late_changes_nothing(answered, arrives):
    late = {"automatic": "bounce", "returned": {"failed": False}, "claim": {"returns": "ours@us"}}
    arrives("b@mx", who="mailer-daemon@mx.example", text="Still trying", minutes=50, **late)
    answered.refresh_from_db()
    assert answered.state == "waiting"


def test_an_automatic_answer_is_shown_and_waits_for_nobody(answered, arrives):
    row = arrives("2@kim", answers=["ours@us"], text="I am away.", minutes=50, automatic="auto_reply")
    assert talk_of(row) == answered
    answered.refresh_from_db()
    assert (answered.state, answered.waiting_since) == ("waiting", None)


def test_what_stood_below_is_folded_away_and_its_private_data_hidden(arrives, ana):
    below = {"quoted": "On Monday, Ben wrote:\n> Call me: +45 32 96 12 34", "signature": "Kim Larsen"}
    files = [{"name": "ticket.pdf", "type": "application/pdf", "size": 2048}]
    talk = talk_of(arrives("1@kim", left_out=below, attachments=files))
    client = Client()
    client.force_login(ana)
    page = client.get(f"/inbox/{talk.pk}/").content.decode()
    for words in ("What stood below", "Kim Larsen", "On Monday, Ben wrote:", "ticket.pdf", "2.0"):
        assert words in page
    assert "32 96 12 34" not in page


def test_what_a_program_wrote_is_shown_as_such(answered, arrives, ana):
    arrives("2@kim", answers=["ours@us"], text="I am away.", minutes=50, automatic="auto_reply")
    client = Client()
    client.force_login(ana)
    assert "an automatic reply" in client.get(f"/inbox/{answered.pk}/").content.decode()
