"""The path from hearing to answering, as one story each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rapport.core.errors import ConnectorError, OutcomeUnknown
from rapport.core.query import parse
from rapport.core.types import Absent, Deletion, Refused
from rapport.server.listen import search
from rapport.server.listen.models import Message, Revision, Sighting
from rapport.server.organise.record import verify
from rapport.server.respond import actions as responding
from rapport.server.respond.deliver import turn
from rapport.server.respond.models import Outgoing
from rapport.server.route import actions as routing
from rapport.server.route.models import Conversation


def answer(talk, by, text="Your refund is on its way, Kim."):
    outgoing = responding.send(talk, text=text, version=0, actor=by)
    assert isinstance(outgoing, Outgoing), outgoing
    return outgoing


def test_a_message_becomes_a_conversation_of_the_team_that_owns_it(talk):
    assert (talk.team.slug, talk.state, talk.who) == ("service", "open", "Kim")
    assert talk.due_at == talk.waiting_since + timedelta(hours=2)


def test_an_answer_is_sent_once_and_the_conversation_waits_for_them(talk, ben, harbour):
    outgoing = answer(talk, ben)
    assert turn("sender-1")
    outgoing.refresh_from_db()
    talk.refresh_from_db()
    assert (outgoing.state, talk.state, talk.waiting_since) == ("sent", "waiting", None)
    assert [post.text for post in harbour.posts.values()] == ["Your refund is on its way, Kim."]
    assert not turn("sender-1")
    assert harbour.calls == 1


def test_their_next_message_opens_it_again(talk, ben, hear, says, harbour):
    answer(talk, ben)
    turn("sender-1")
    hear(says("Thank you, but how long?", after=120, thread_id=talk.thread_id))
    talk.refresh_from_db()
    assert talk.state == "open"
    assert talk.message_count == 3


def test_an_answer_whose_fate_is_unknown_is_looked_up_and_not_repeated(talk, ben, harbour):
    harbour.after = OutcomeUnknown("The line went dead.")
    outgoing = answer(talk, ben)
    turn("sender-1")
    outgoing.refresh_from_db()
    assert outgoing.state == "unknown"
    Outgoing.objects.update(send_after=timezone.now())
    turn("sender-1")
    outgoing.refresh_from_db()
    assert (outgoing.state, harbour.calls, len(harbour.posts)) == ("sent", 1, 1)


def test_only_a_conclusive_no_sends_it_again_and_with_the_same_key(talk, ben, harbour):
    harbour.before = OutcomeUnknown("The line went dead.")
    outgoing = answer(talk, ben)
    turn("sender-1")
    harbour.before = None
    harbour.look_up = Absent(conclusive=False, reason="The list is old.")
    Outgoing.objects.update(send_after=timezone.now())
    turn("sender-1")
    outgoing.refresh_from_db()
    assert (outgoing.state, harbour.calls) == ("unknown", 1)
    harbour.look_up = Absent(conclusive=True)
    Outgoing.objects.update(send_after=timezone.now())
    turn("sender-1")
    turn("sender-1")
    outgoing.refresh_from_db()
    assert (outgoing.state, list(harbour.posts)) == ("sent", [outgoing.idempotency_key])


def test_a_sender_that_died_while_sending_leaves_an_unknown_answer(talk, ben, harbour):
    outgoing = answer(talk, ben)
    responding.take("sender-1", timezone.now())
    Outgoing.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    harbour.look_up = Absent(conclusive=False)
    turn("sender-2")
    outgoing.refresh_from_db()
    assert (outgoing.state, harbour.calls) == ("unknown", 0)


def test_the_platform_is_asked_again_when_its_no_can_be_conclusive(talk, ben, harbour):
    harbour.before = OutcomeUnknown("The line went dead.")
    outgoing = answer(talk, ben)
    turn("sender-1")
    harbour.look_up = Absent(conclusive=False, reason="It may be on its way.", ask_again_after=100)
    Outgoing.objects.update(send_after=timezone.now())
    turn("sender-1")
    outgoing.refresh_from_db()
    assert timedelta(seconds=90) < outgoing.send_after - timezone.now() <= timedelta(seconds=100)


def test_the_connector_is_told_when_the_latest_attempt_began(talk, ben, harbour):
    outgoing = answer(talk, ben)
    assert responding.reply_of(outgoing).attempted_at is None
    before = timezone.now()
    turn("sender-1")
    assert before <= harbour.posts[outgoing.idempotency_key].attempted_at <= timezone.now()


def test_a_refusal_of_the_platform_fails_the_answer_and_says_why(talk, ben, harbour):
    harbour.before = ConnectorError("The post was deleted.", permanent=True)
    outgoing = answer(talk, ben)
    turn("sender-1")
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.trouble) == ("failed", "The post was deleted.")


def test_an_answer_can_be_taken_back_while_it_waits(talk, ben, harbour):
    outgoing = answer(talk, ben)
    draft = responding.undo(outgoing, actor=ben)
    assert draft.text == "Your refund is on its way, Kim."
    assert not turn("sender-1")
    assert harbour.calls == 0


def test_two_people_cannot_answer_at_once(talk, ben, ana):
    answer(talk, ben)
    refused = responding.send(talk, text="Me too", version=1, actor=ana)
    assert isinstance(refused, Refused)
    assert "Ben" in refused.reason


def test_a_stranger_cannot_answer(talk, cleo, harbour):
    assert isinstance(responding.send(talk, text="Hello", version=0, actor=cleo), Refused)
    assert not Outgoing.objects.exists()


def test_the_same_post_by_two_ways_is_one_message_with_two_sightings(hear, says, channel):
    from rapport.core.types import Page
    from rapport.server.listen.receiving import receive

    post = says("Is the ferry late?")
    hear(post)
    receive(Page(messages=(post,)), channel, "search")
    assert Message.objects.count() == 1
    assert sorted(Sighting.objects.values_list("source", flat=True)) == ["mentions", "search"]


def test_an_edit_is_a_revision(hear, says):
    hear(says("The ferry was late", external_id="p"))
    hear(says("The ferry was very late", external_id="p"))
    hear(says("The ferry was very late", external_id="p"))
    message = Message.objects.get()
    assert (message.text, message.revision, message.state) == ("The ferry was very late", 2, "routed")
    assert [row.text for row in Revision.objects.all()] == ["The ferry was late"]
    assert Conversation.objects.get().preview == "The ferry was very late"


def test_an_edited_message_is_found_by_its_new_words_and_not_by_its_old_ones(hear, says):
    hear(says("The ferry was late", external_id="p"))
    hear(says("The zorbotron was late", external_id="p"))
    found = [search.prefilter(Message.objects.all(), parse(word)).exists() for word in ("zorbotron", "ferry")]
    assert found == [True, False]


def test_words_from_before_an_edit_do_not_come_back_with_a_stream_that_rewinds(hear, says):
    now = timezone.now()
    hear(says("The ferry was late", external_id="p"))
    hear(says("The ferry was very late", external_id="p", edited_at=now))
    hear(says("The ferry was late", external_id="p"))
    hear(says("The ferry was a bit late", external_id="p", edited_at=now - timedelta(minutes=1)))
    assert (Message.objects.get().text, Revision.objects.count()) == ("The ferry was very late", 1)


def test_what_was_said_before_an_edit_goes_with_the_message(hear, says):
    hear(says("The ferry was late", external_id="p"))
    hear(says("The ferry was very late", external_id="p"))
    hear(deletions=(Deletion("harbour", "p"),))
    assert not Revision.objects.exists()


def test_what_was_taken_back_before_it_was_heard_is_not_stored(hear, says):
    hear(deletions=(Deletion("harbour", "p"),))
    heard = hear(says("The ferry was late", external_id="p"))
    assert (heard.buried, Message.objects.count()) == (1, 0)


def test_what_was_taken_back_is_gone_from_text_index_and_list_and_stays_gone(hear, says):
    post = says("My zorbotron card is lost", external_id="p")
    hear(post)
    hear(deletions=(Deletion("harbour", "p"),))
    hear(post)
    message = Message.objects.get()
    assert (message.text, message.state) == ("", "removed")
    assert Conversation.objects.get().preview == ""
    assert not search.prefilter(Message.objects.all(), parse("zorbotron")).exists()


def test_what_names_nobody_of_ours_is_counted_and_let_go(hear, says):
    heard = hear(says("Nice weather", addressed=False))
    assert (heard.let_go, Message.objects.count()) == (1, 0)


def test_replies_join_by_the_thread_of_the_platform_and_by_nothing_else(talk, hear, says):
    hear(says("Again: my ferry was late, where is my refund?", after=5))
    assert Conversation.objects.count() == 2


def test_handing_over_starts_the_clock_of_the_other_team(talk, ben):
    from rapport.server.organise.models import Team

    row = routing.hand_over(talk, team=Team.objects.get(slug="product"), actor=ben)
    assert row.assignee is None
    assert row.due_at > timezone.now() + timedelta(hours=23)


def test_closed_and_opened_again(talk, ben):
    assert routing.close(talk, actor=ben).state == "closed"
    assert routing.reopen(talk, actor=ben).state == "open"


def test_every_step_of_the_story_is_on_record_and_the_record_holds(talk, ben, harbour):
    answer(talk, ben)
    turn("sender-1")
    routing.close(talk, actor=ben)
    assert verify() > 10


@pytest.mark.parametrize("change", ["change", "delete", "insert", "swap", "truncate"])
def test_the_record_notices_whoever_tampers_with_it(talk, ben, change):
    from rapport.core.errors import RecordError
    from rapport.server.organise.models import AuditEntry, AuditHead
    from rapport.server.organise.record import export_head

    routing.close(talk, actor=ben)
    export_head(timezone.now())
    rows = list(AuditEntry.objects.order_by("sequence"))
    match change:
        case "change":
            AuditEntry.objects.filter(pk=rows[2].pk).update(actor="user:1 Somebody")
        case "delete":
            rows[2].delete()
        case "insert":
            copy = AuditEntry.objects.get(pk=rows[2].pk)
            copy.pk, copy.sequence = None, rows[-1].sequence + 1
            copy.save()
        case "swap":
            one, other = rows[2], rows[3]
            AuditEntry.objects.filter(pk=one.pk).update(sequence=10_000)
            AuditEntry.objects.filter(pk=other.pk).update(sequence=one.sequence)
            AuditEntry.objects.filter(pk=one.pk).update(sequence=other.sequence)
        case "truncate":
            rows[-1].delete()
            AuditHead.objects.update(sequence=rows[-2].sequence, digest=rows[-2].digest)
    with pytest.raises(RecordError):
        verify()
