"""Noise is set aside with a reason, counted apart, and comes back when a person says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.query import SEARCH_FIELDS, parse
from rapport.core.types import Author, Deletion, Page, Reading, Refused, Tone
from rapport.server.listen import actions as listening
from rapport.server.listen import receiving
from rapport.server.listen.models import Message, Purpose
from rapport.server.measure.actions import count_days
from rapport.server.measure.models import DayCount
from rapport.server.organise.models import AuditEntry
from rapport.server.route.models import Conversation
from rapport.server.route.queries import search_messages
from rapport.server.understand import noise
from rapport.server.understand.models import Copy, SetAside, Wording
from rapport.server.work import settle

PLAIN = Reading("en", Tone(0.2, 0.6, 0.2))
TEXT = "everybody should hear what Calm Ferries does to its people on board every single night"


@pytest.fixture
def brief(ana):
    return listening.save_brief(None, name="Us", query="ferries OR ferry", purpose=Purpose.BRAND, actor=ana)


def account(n):
    return Author("harbour", f"account-{n}", handle=f"account{n}.example")


@pytest.fixture
def campaign(brief, hear, says):
    """Six accounts say nearly the same, one after the other; the fifth makes it a campaign."""
    for n in range(6):
        hear(says(f"{TEXT} {'!' * n}", author=account(n), addressed=False, after=n))


def test_a_text_by_five_accounts_is_set_aside_with_all_its_copies(campaign):
    rows = SetAside.objects.all()
    assert rows.count() == 6
    assert {noise.words(row) for row in rows} == {"5 accounts or more said the same within two days"}
    assert Wording.objects.get().campaign


def test_what_a_colleague_may_work_on_already_is_only_marked(campaign):
    assert Conversation.objects.count() == 4
    hidden = dict(SetAside.objects.values_list("message__external_id", "hidden"))
    assert hidden == {
        "post-1": False,
        "post-2": False,
        "post-3": False,
        "post-4": False,
        "post-5": True,
        "post-6": True,
    }


def test_what_addresses_us_is_never_hidden(campaign, hear, says):
    hear(says(TEXT, author=account(9), external_id="to-us"))
    assert SetAside.objects.get(message__external_id="to-us").hidden is False
    assert Conversation.objects.filter(thread_id="to-us").exists()


def test_those_who_pass_on_our_own_words_are_no_campaign(brief, hear, says):
    us = Author("harbour", "us", handle="calm")
    hear(says(TEXT, author=us, addressed=False))
    assert Message.objects.get().ours
    hear(*(says(TEXT, author=account(n), addressed=False) for n in range(8)))
    assert not SetAside.objects.exists()


def test_four_accounts_or_a_short_wish_are_no_campaign(brief, hear, says):
    hear(*(says(TEXT, author=account(n), addressed=False) for n in range(4)))
    hear(*(says("Happy birthday, Calm Ferries", author=account(n), addressed=False) for n in range(9)))
    assert not SetAside.objects.exists()


def test_one_who_says_the_same_five_times_is_set_aside_from_then_on(brief, hear, says):
    for n in range(6):
        hear(says(TEXT, addressed=False, after=n))
    assert list(SetAside.objects.order_by("pk").values_list("why", flat=True)) == ["repetition"] * 2


def test_whoever_writes_a_message_a_minute_is_a_machine(brief, hear, says):
    hear(*(says(f"ferry number {n}", addressed=False, after=n / 2) for n in range(60)))
    row = SetAside.objects.first()
    assert noise.words(row) == "Its author wrote 60 messages within an hour"


def test_the_word_of_a_mail_server_is_taken_and_named(brief, hear, says):
    hear(says("You won a ferry", addressed=False, ref={"hints": {"spam": "its mail server"}}))
    assert noise.words(SetAside.objects.get()) == "its mail server takes it for spam"


def test_noise_is_counted_apart(campaign, hear, says):
    hear(says("The ferry was on time", addressed=False))
    count_days(timezone.now(), since=date.min)
    day = DayCount.objects.filter(messages__gt=0)
    assert sum(one.messages for one in day) == 5
    assert sum(one.noise for one in DayCount.objects.all()) == 2


def test_noise_is_kept_and_found_by_searching_for_it(campaign, ana):
    found = search_messages(ana, parse("is:noise", fields=SEARCH_FIELDS))
    assert {row.external_id for row in found.rows} == {"post-5", "post-6"}
    rest = search_messages(ana, parse("ferries -is:noise", fields=SEARCH_FIELDS))
    assert len(rest.rows) == 4


def test_what_a_person_clears_is_heard_as_if_nothing_had_been(campaign, ana, hear, says):
    assert noise.clear_wording(Wording.objects.get(), actor=ana) == 6
    settle("test")
    assert Conversation.objects.count() == 6
    assert not noise.hidden().exists()
    assert AuditEntry.objects.filter(action="noise.cleared").get().detail == {"messages": 6}
    hear(says(TEXT, author=account(7), addressed=False))
    assert Conversation.objects.count() == 7


def test_one_message_is_cleared_once(ana, brief, hear, says):
    hear(says("Buy our ferry", addressed=False, ref={"hints": {"spam": "its mail server"}}))
    row = SetAside.objects.get()
    assert noise.clear_message(row, actor=ana) == 1
    settle("test")
    assert Conversation.objects.count() == 1
    assert isinstance(noise.clear_message(row, actor=ana), Refused)


def test_who_may_not_change_what_is_heard_cannot_clear_it(campaign, cleo):
    assert isinstance(noise.clear_wording(Wording.objects.get(), actor=cleo), Refused)
    assert noise.hidden().count() == 2


def test_an_edit_is_judged_anew(brief, hear, says):
    hear(says("Buy our ferry", addressed=False, external_id="x", ref={"hints": {"spam": "its mail server"}}))
    assert SetAside.objects.exists()
    Message.objects.update(ref={})
    hear(says("A ferry for everybody", addressed=False, external_id="x", edited_at=timezone.now()))
    assert not SetAside.objects.exists()


def test_nothing_made_of_words_that_were_taken_back_stays(channel, brief, hear, says):
    hear(says(TEXT, addressed=False, external_id="x"))
    assert Copy.objects.count() == Wording.objects.count() == 1
    receiving.receive(Page(deletions=(Deletion("harbour", "x"),)), channel, "mentions")
    settle("test")
    assert not Copy.objects.exists()
    assert not Wording.objects.exists()


def test_wordings_that_nobody_repeats_are_forgotten_and_campaigns_are_not(campaign, hear, says):
    hear(says("a ferry that nobody else ever speaks about in these very words", addressed=False))
    later = timezone.now() + timedelta(hours=49)
    assert noise.forget_wordings(later) == 1
    assert Wording.objects.get().campaign


def test_old_messages_of_a_file_are_not_compared(brief, channel, says):
    page = Page(messages=tuple(says(TEXT, author=account(n), addressed=False) for n in range(8)))
    receiving.receive(page, channel, "mentions", imported=True)
    settle("test")
    assert not Copy.objects.exists()
    assert not SetAside.objects.exists()


def test_a_batch_of_a_campaign_asks_a_bounded_number_of_queries(brief, channel, says, django_assert_max_num_queries):
    many = tuple(says(TEXT, author=account(n), addressed=False) for n in range(150))
    receiving.receive(Page(messages=many), channel, "mentions")
    keys = list(Message.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(25):
        noise.sift(dict.fromkeys(keys, PLAIN), timezone.now())
    assert SetAside.objects.count() == 150


# -- the page ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def spam(brief, hear, says):
    hear(says("You won a ferry", addressed=False, ref={"hints": {"spam": "its mail server"}}))
    return SetAside.objects.get(why="spam")


def test_the_page_shows_a_text_once_with_how_many_and_why(client, campaign, spam, ana):
    client.force_login(ana)
    page = client.get(reverse("set_aside")).content.decode()
    assert page.count("should hear what Calm Ferries does") == 1
    assert "2 messages, 2 accounts" in " ".join(page.split())
    assert "5 accounts or more said the same within two days" in page
    assert "its mail server takes it for spam" in page


def test_the_button_brings_a_campaign_and_a_single_message_back(client, campaign, spam, ana):
    client.force_login(ana)
    client.post(reverse("clear_wording", args=[Wording.objects.get(campaign=True).pk]))
    told = client.post(reverse("clear_message", args=[spam.pk]), follow=True).content.decode()
    assert "1 message is no noise" in told
    assert "Nothing is set aside" in told


def test_a_stranger_finds_no_such_page(client, campaign, spam, cleo):
    client.force_login(cleo)
    assert client.get(reverse("set_aside")).status_code == 404
    assert client.post(reverse("clear_message", args=[spam.pk])).status_code == 404
    assert noise.hidden().count() == 3


def test_a_conversation_says_that_a_message_in_it_looks_like_noise(client, campaign, ana):
    client.force_login(ana)
    talk = Conversation.objects.first()
    page = client.get(f"{reverse('inbox')}{talk.pk}/", follow=True).content.decode()
    assert "5 accounts or more said the same within two days" in page


def test_the_course_says_how_much_was_set_aside(client, campaign, ana):
    count_days(timezone.now(), since=date.min)
    client.force_login(ana)
    assert "2 more were set aside as noise" in " ".join(client.get(reverse("course_counts")).content.decode().split())
