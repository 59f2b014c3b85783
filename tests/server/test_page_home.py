"""Home: what needs each of us now, and nothing of what is somebody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.core.errors import ConnectorError
from rapport.server.listen.models import Channel
from rapport.server.measure import actions as measuring
from rapport.server.organise.models import Role, Team, User
from rapport.server.pages.needs import needs
from rapport.server.respond import actions as responding
from rapport.server.respond.deliver import turn
from rapport.server.respond.models import Draft
from rapport.server.route import actions as routing
from rapport.server.route.models import Conversation
from tests.server.conftest import member


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows(user: User) -> list[tuple[str, str]]:
    return [(need.title, need.reason) for need in needs(user, timezone.now()).rows]


@pytest.fixture
def hubs(ana: User) -> User:
    return member("Hanna", Role.HUB, "hub", ana)


def test_a_conversation_of_my_team_that_is_late_is_first_and_says_since_when(talk, ben):
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1))
    ((title, reason),) = rows(ben)
    assert title.startswith("Kim: My ferry was late")
    assert reason.startswith("late since ")


def test_one_that_is_due_soon_says_what_was_promised(talk, ben):
    Conversation.objects.update(due_at=timezone.now() + timedelta(minutes=30))
    assert rows(ben)[0][1].startswith("promised an answer by ")


def test_one_that_has_time_is_not_urgent_but_counted(talk, ben):
    Conversation.objects.update(due_at=timezone.now() + timedelta(days=2))
    found = needs(ben, timezone.now())
    assert found.rows == []
    assert found.more == "and 1 more in your inbox"


def test_a_stranger_sees_none_of_it(talk, cleo):
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert rows(cleo) == []
    assert "My ferry" not in as_(cleo).get("/").content.decode()


def test_what_a_colleague_has_taken_is_theirs(talk, ben, ana):
    dora = member("Dora", Role.MEMBER, "service", ana)
    routing.assign(talk, to=dora, actor=dora)
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert rows(ben) == []
    assert len(rows(dora)) == 1


def test_an_answer_that_failed_needs_whoever_wrote_it_and_the_hub(talk, ben, cleo, hubs, harbour):
    harbour.before = ConnectorError("The post was deleted.", permanent=True)
    responding.send(talk, text="Sorry, Kim.", version=0, actor=ben)
    turn("sender")
    expected = "the answer by Ben was not sent: The post was deleted."
    assert expected in rows(ben)[0]
    assert expected in rows(hubs)[0]
    assert rows(cleo) == []


def test_a_channel_that_needs_its_password_needs_those_who_may_give_it(channel, hubs, cleo):
    Channel.objects.update(state="needs_sign_in", trouble_since=timezone.now())
    assert rows(hubs)[0][1].startswith("needs you to sign in again since ")
    assert rows(cleo) == []


def test_what_nobody_owns_comes_to_the_hub(hear, says, hubs, ben):
    hear(says("What a nice lighthouse that is"))
    Conversation.objects.update(due_at=timezone.now() + timedelta(days=2))
    assert rows(hubs)[0][1] == "nobody owns it yet"
    assert rows(ben) == []


def test_those_who_direct_see_what_is_late_and_what_is_nobodys_in_every_team(hear, says, hubs, ben, cleo):
    hear(*[says("My ferry was late", after=n) for n in range(3)])
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1))
    late, unowned = needs(hubs, timezone.now()).rows
    assert (late.title, unowned.title) == ("3 conversations are late", "3 conversations are nobody’s")
    assert late.reason.startswith("in all teams together; the longest since ")
    assert (late.url, unowned.url) == ("/inbox/?view=late", "/inbox/?view=unowned")
    assert len(rows(ben)) == 3
    assert rows(cleo) == []


def test_what_stands_there_one_by_one_is_not_summed_up_again(hear, says, hubs):
    hear(says("What a nice lighthouse that is"))
    Conversation.objects.update(due_at=timezone.now() + timedelta(days=2))
    assert [reason for _title, reason in rows(hubs)] == ["nobody owns it yet"]


def test_a_draft_that_i_left_lying_reminds_me_and_nobody_else(talk, ben, ana):
    dora = member("Dora", Role.MEMBER, "service", ana)
    Conversation.objects.update(due_at=timezone.now() + timedelta(days=2))
    responding.save_draft(talk, text="Dear Kim", version=0, actor=ben)
    assert rows(ben) == []
    Draft.objects.update(at=timezone.now() - timedelta(days=3))
    assert rows(ben)[0][1].startswith("your draft from ")
    assert rows(dora) == []


def test_there_are_at_most_seven_rows_and_the_rest_is_counted(hear, says, ben):
    hear(*[says("My ferry was late", after=n) for n in range(12)])
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1))
    found = needs(ben, timezone.now())
    assert len(found.rows) == 7
    assert found.more == "and 5 more in your inbox"


def test_the_longest_late_comes_first(hear, says, ben):
    hear(says("My ferry was late", after=1), says("Another ferry was late", after=2))
    first, second = Conversation.objects.order_by("opened_at")
    Conversation.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(minutes=5))
    Conversation.objects.filter(pk=second.pk).update(due_at=timezone.now() - timedelta(minutes=50))
    assert [title for title, _ in rows(ben)] == ["Kim: Another ferry was late", "Kim: My ferry was late"]


def test_a_row_leads_to_its_conversation(talk, ben):
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert reverse("conversation", args=[talk.pk]) in as_(ben).get("/").content.decode()


def test_the_page_of_an_empty_organisation_says_what_to_do(ana, cleo):
    assert reverse("connect") in as_(ana).get("/").content.decode()
    assert f'button--primary" href="{reverse("connect")}"' not in as_(cleo).get("/").content.decode()


def test_with_little_heard_there_is_no_number_but_how_many_are_missing(hear, says, ben):
    hear(says("My ferry was late", after=-8 * 24 * 60))
    measuring.count_all_days(timezone.now())
    page = as_(ben).get("/").content.decode()
    assert "not enough: " in page


def test_the_strip_shows_every_channel_and_its_words(channel, ben):
    assert "Harbour" in as_(ben).get("/").content.decode()


def test_the_number_of_queries_does_not_grow(hear, says, ben, django_assert_max_num_queries):
    hear(*[says("My ferry was late", after=n) for n in range(20)])
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1), team=Team.objects.get(slug="service"))
    client = as_(ben)
    with django_assert_max_num_queries(36):
        client.get("/")
