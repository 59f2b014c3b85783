"""What the readers find beside tone and kind is kept with the message: urgency, signs of spam, what is protected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.query import parse
from rapport.core.types import Author, Span
from rapport.core.understand import hints, spam, urgency
from rapport.server.keep import actions as keeping
from rapport.server.keep.verify import verify
from rapport.server.listen import actions as listening
from rapport.server.listen.models import Author as Account
from rapport.server.listen.models import Message, Purpose
from rapport.server.organise.models import AuditEntry, Organisation
from rapport.server.route import actions as routing
from rapport.server.route import correcting, exports
from rapport.server.route.models import Conversation
from rapport.server.route.queries import search_messages
from rapport.server.route.urgency import catch_up
from rapport.server.understand import noise, why
from rapport.server.understand.models import Reading, SetAside

HARM = "My son is injured after your ferry hit the quay"
COMPLAINT = "The worst ferry ever: rude, dirty and late"
CASINO = "You have WON a casino prize! Call now 09061701461 to claim"
KNOWN = Author("harbour", "known", handle="known.example", name="Known", followers=40_000)


def the_reading() -> Reading:
    return Reading.objects.get()


def test_how_urgent_a_message_is_and_why_is_kept_with_it(hear, says):
    hear(says(HARM))
    assert (the_reading().urgency, the_reading().urgent_for) == ("now", ["harm"])


def test_a_complaint_that_many_hear_is_more_urgent(hear, says):
    hear(says(COMPLAINT, author=KNOWN))
    assert (the_reading().urgency, the_reading().urgent_for) == ("soon", ["heard far"])


def test_the_same_complaint_of_a_stranger_is_not(hear, says):
    hear(says(COMPLAINT))
    assert (the_reading().urgency, the_reading().urgent_for) == ("normal", [])


def test_how_many_follow_an_author_is_brought_up_to_date(hear, says):
    hear(says("Hello", author=KNOWN))
    hear(says("Hello again", author=Author("harbour", "known", followers=41_000)))
    hear(says("And again", author=Author("harbour", "known")))
    assert Account.objects.get(external_id="known").followers == 41_000


def test_words_about_health_are_kept_as_a_hint_and_hide_nothing(hear, says):
    hear(says("I am pregnant and stood for two hours"))
    assert the_reading().hinted_at == ("health",)
    assert "pregnant" in Conversation.objects.get().preview


def test_a_conversation_is_as_urgent_as_what_was_not_answered_in_it(hear, says):
    hear(says(HARM, external_id="a"), says("Thanks, all is well", thread_id="a", after=1))
    assert Conversation.objects.get().urgency == "now"
    hear(says("We are sorry", author=Author("harbour", "us"), thread_id="a", after=2))
    assert Conversation.objects.get().urgency == ""
    hear(says("My lawyer will write to you", thread_id="a", after=3))
    assert Conversation.objects.get().urgency == "soon"


class TestWhatAnEarlierVersionRead:
    @pytest.fixture
    def before(self, hear, says):
        """A message that a reader read which did not look for urgency."""
        hear(says(HARM))
        Reading.objects.update(urgency=None, urgent_for=None, reader="language-1 tone-5041c979 private-2 kind-1")
        Conversation.objects.update(urgency="")
        Message.objects.update(unarchived=False)

    def test_gets_its_urgency_and_nothing_else_changes(self, before):
        kept = Reading.objects.values("tone", "negative", "kinds", "language", "at")
        was = list(kept)
        catch_up(timezone.now())
        assert (the_reading().urgency, the_reading().urgent_for) == ("now", ["harm"])
        assert the_reading().reader == f"language-1 tone-5041c979 private-2 kind-1 {urgency.VERSION}"
        assert Conversation.objects.get().urgency == "now"
        assert list(kept.all()) == was
        assert Message.objects.get().unarchived

    def test_gets_it_once(self, before):
        catch_up(timezone.now())
        catch_up(timezone.now())
        assert AuditEntry.objects.get(action="messages.urgency_read").detail["messages"] == 1

    def test_is_let_be_where_the_conversation_is_closed(self, before):
        Conversation.objects.update(state="closed")
        catch_up(timezone.now())
        assert the_reading().urgency is None

    def test_wakes_nobody(self, before):
        Conversation.objects.update(state="snoozed")
        catch_up(timezone.now())
        assert (Conversation.objects.get().state, Conversation.objects.get().urgency) == ("snoozed", "now")


def test_ownership_rules_may_ask_for_urgency(hear, says, ana):
    routing.save_rules("urgency:now -> people\n* -> hub", reason="first aid", actor=ana)
    hear(says(HARM), says("Where is the ferry?", after=1))
    owners = {talk.preview: talk.team.slug for talk in Conversation.objects.select_related("team")}
    assert owners == {HARM: "people", "Where is the ferry?": "hub"}


def test_urgent_messages_are_found_by_whoever_sees_them(hear, says, ana, cleo):
    hear(says(HARM), says("Where is the ferry?", after=1))
    asked = parse("urgency:(now OR soon)")
    assert [row.text for row in search_messages(ana, asked).rows] == [HARM]
    assert not search_messages(cleo, asked).rows


# -- spam --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def brief(ana):
    return listening.save_brief(None, name="Us", query="casino", purpose=Purpose.BRAND, actor=ana)


def test_spam_that_points_somewhere_is_set_aside_with_its_signs(brief, hear, says):
    link = Span(len(CASINO) + 1, len(CASINO) + 28, "link", "https://casino.example/win")
    hear(says(f"{CASINO} https://casino.example/win", addressed=False, spans=(link,)))
    assert set(the_reading().spam) == set(SetAside.objects.get().seen["signs"])
    assert noise.words(SetAside.objects.get()) == (
        "It looks like spam (a call to act, pills and casinos, a number to call), and points somewhere"
    )


SUSPECT = "Text me on the usual number about the casino, it is free for everybody who asks today"


def test_what_may_be_spam_is_set_aside_once_it_is_said_again(brief, hear, says):
    hear(says(SUSPECT, addressed=False))
    assert not SetAside.objects.exists()
    hear(says(SUSPECT, addressed=False, after=1))
    assert noise.words(SetAside.objects.get()).endswith("and was said 2 times or more within two days")


def test_what_is_said_again_and_looks_like_no_spam_is_heard(brief, hear, says):
    for n in range(3):
        hear(says("I was at the casino on the ferry and it was closed all night long", addressed=False, after=n))
    assert not SetAside.objects.exists()


# -- telephone numbers and references of one's own ---------------------------------------------------------------------


def test_a_reference_of_the_organisation_is_private(hear, says):
    Organisation.objects.update(references=["BK-######"])
    hear(says("My booking bk-123456 is gone"))
    assert Conversation.objects.get().preview == "My booking ••-••••56 is gone"


def test_telephone_numbers_are_those_of_the_countries_that_were_chosen(hear, says):
    hear(says("Ring me: 32 45 67 89", external_id="before"))
    Organisation.objects.update(regions=["DK"])
    hear(says("Ring me: 32 45 67 89", external_id="after", after=1))
    found = {row.message.external_id: row.private for row in Reading.objects.select_related("message")}
    assert [kind for _start, _end, kind, _sure in found["after"]] == ["phone"]


# -- the archive -------------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(settings, tmp_path):
    settings.ARCHIVE = tmp_path / "archive"
    return settings.ARCHIVE


def test_the_archive_keeps_what_was_read(archive, hear, says):
    hear(says(f"{HARM}, I am pregnant"))
    keeping.write(actor="test")
    [row] = keeping.archive().scan().collect().to_dicts()
    assert (row["urgency"], row["urgent_for"], row["spam"]) == ("now", ["harm"], [])
    assert [one["kind"] for one in row["hints"]] == ["health"]
    assert verify(actor="test").holds


def test_a_reading_that_was_made_before_these_were_read_is_archived_as_it_is(archive, hear, says):
    hear(says(HARM))
    Reading.objects.update(urgency=None, urgent_for=None, spam=None, hints=None)
    keeping.write(actor="test")
    [row] = keeping.archive().scan().collect().to_dicts()
    assert (row["urgency"], row["urgent_for"], row["spam"], row["hints"]) == (None, None, None, None)
    assert verify(actor="test").holds


def test_an_urgency_that_the_archive_does_not_have_is_a_difference(archive, hear, says):
    hear(says(HARM))
    keeping.write(actor="test")
    Reading.objects.update(urgency="soon")
    Message.objects.update(unarchived=False)
    assert not verify(actor="test").holds


# -- on the pages ------------------------------------------------------------------------------------------------------


def page_of(client, user, url) -> str:
    client.force_login(user)
    return " ".join(client.get(url).content.decode().split())


def test_the_conversation_says_why_a_message_is_urgent(client, ben, hear, says):
    hear(says("The worst ferry ever: my son is injured", author=KNOWN))
    page = page_of(client, ben, reverse("conversation", args=[Conversation.objects.get().pk]))
    assert "data-pressing" in page
    assert "Urgent: speaks of harm to somebody; 40,000 follow its author" in page


@pytest.mark.once
def test_in_german_the_reasons_are_german(client, ben, hear, says):
    ben.language = "de"
    ben.save()
    hear(says(HARM))
    page = page_of(client, ben, reverse("conversation", args=[Conversation.objects.get().pk]))
    assert "Dringend: spricht davon, dass jemand zu Schaden kommt" in page


def test_what_was_answered_is_no_longer_pressing(client, ben, hear, says):
    hear(says(HARM, external_id="a"))
    hear(says("We are sorry", author=Author("harbour", "us"), thread_id="a", after=2))
    page = page_of(client, ben, reverse("conversation", args=[Conversation.objects.get().pk]))
    assert "Urgent: speaks of harm" in page
    assert "data-pressing" not in page


def test_the_conversation_asks_to_look_where_health_is_spoken_of(client, ana, hear, says):
    hear(says("I am pregnant and stood for two hours"))
    page = page_of(client, ana, reverse("conversation", args=[Conversation.objects.get().pk]))
    assert "May speak of health: look before you pass it on" in page
    assert "I am pregnant" in page


def test_the_conversation_says_why_a_message_looks_like_spam(client, ana, hear, says):
    hear(says(CASINO))
    talk = Conversation.objects.get()
    assert "looks like spam: a call to act" in page_of(client, ana, reverse("conversation", args=[talk.pk]))
    correcting.correct(Message.objects.get(), reader="kind", said="question", actor=ana)
    assert "looks like spam" not in page_of(client, ana, reverse("conversation", args=[talk.pk]))


def test_a_message_that_was_read_before_has_nothing_of_it(client, ben, hear, says):
    hear(says(HARM))
    Reading.objects.update(urgency=None, urgent_for=None, spam=None, hints=None)
    page = page_of(client, ben, reverse("conversation", args=[Conversation.objects.get().pk]))
    assert "message__urgent" not in page


def test_urgent_conversations_stand_out_and_have_a_view_of_their_own(client, ben, cleo, hear, says):
    hear(says(HARM), says("My lawyer will write about the ferry", after=1), says("Where is the ferry?", after=2))
    page = page_of(client, ben, reverse("inbox") + "?view=urgent")
    assert page.count('class="row"') == 2
    assert '<span class="chip chip--urgent">' in page
    assert '</svg><span class="clip" dir="auto">Soon</span>' in page
    assert 'class="row"' not in page_of(client, cleo, reverse("inbox") + "?view=urgent")


def test_what_waits_for_them_is_not_in_the_view(client, ben, hear, says):
    hear(says(HARM, external_id="a"))
    hear(says("We are sorry", author=Author("harbour", "us"), thread_id="a", after=2))
    assert 'class="row"' not in page_of(client, ben, reverse("inbox") + "?view=urgent")


def test_home_names_what_is_urgent_before_what_is_late(client, ben, cleo, hear, says):
    hear(says("Where is the ferry?"), says(HARM, after=1))
    Conversation.objects.filter(urgency="").update(due_at=timezone.now() - timedelta(hours=1))
    page = page_of(client, ben, "/")
    assert page.index("urgent, and not answered since") < page.index("late since")
    assert "urgent" not in page_of(client, cleo, "/")


def test_an_export_says_how_urgent_and_whether_to_look_and_names_no_illness(hear, says):
    hear(says(f"{HARM}, and I am pregnant"))
    told = exports.told(Message.objects.get())
    assert (told["urgency"], told["urgent_for"], told["sensitive"]) == ("now", ["harm"], True)
    assert "health" not in str(told)


@pytest.mark.once
def test_the_words_for_reasons_are_those_that_the_readers_give():
    reasons = {*urgency.WORDS, "private data in the open", "heard far"}
    assert set(why.URGENT_FOR) == reasons
    assert set(why.SPAM) == set(spam.SIGNS)
    assert set(why.HINTS) == set(hints.WORDS)
