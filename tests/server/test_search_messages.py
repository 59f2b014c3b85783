"""Searching what was heard: who finds what, in which order, and how far back."""

from __future__ import annotations

import pytest

from rapport.core.query import parse
from rapport.core.types import Author, Deletion, Span
from rapport.server.listen.models import Message
from rapport.server.route import actions as routing
from rapport.server.route import queries
from rapport.server.route.documents import RELATED, document
from rapport.server.route.models import Conversation
from rapport.server.route.queries import Mark, search_messages

FAR = Author("harbour", "far", handle="far.example", name="Far", followers=60_000)
LEE = Author("harbour", "lee", handle="lee.example", name="Lee")
QUERIES = """
*; late; -late; late OR love; ferry late; "late again"; lat*; tone:positive; tone:negative late;
kind:question; kind:question OR kind:complaint; -kind:question; urgency:normal; urgency:now OR urgency:soon;
-urgency:now; sensitive:no; -sensitive:yes; followers:>10; followers:*; followers:0..70000;
team:service; team:serv*; -team:service;
team:nobody; owner:ben; owner:*; -owner:*; is:open; is:unowned; is:answered; is:late; is:closed; -is:open;
is:snoozed; channel:harbour; channel:har*; channel:other; network:harbour; network:other; language:en;
language:e*; language:fr; published:>2020; published:<2020; heard:>2020; addressed:yes; addressed:no;
author:lee; author:lee late; private:no; tone:positive OR late; team:service (late OR love); late OR
team:people; "ferry late"~1; "ferry late"~0; "refund late"~9; late NEAR/3f ferry; ferry NEAR/3f late;
(love OR late) NEAR/2 ferry; (ferry NEAR/2 late) NEAR/3f again; -"ferry late"~1; "ferry late"~1 OR hiring;
"ferr* lat*"~1 tone:negative; author:"lee example"~3; case:I; case:Are; case:are; case:The; -case:The;
case:"The ferry"; case:"Late ferry"~2; case:"late ferry"~2; host:norlink.example; host:example -late; host:*;
site:harbour.example; site:other.example; -site:*; 東京; 京都; 東; 東京都 OR hiring; "東京 京都"~4; "東京 京都"~1;
#東京; iphone買った; 買; ช้า; น้ำ; น้า; 東京 -late; サーバー
"""


def texts(user, written, **more):
    return [row.text for row in search_messages(user, parse(written), **more).rows]


@pytest.fixture
def heard(hear, says, ben):
    hear(
        says("The ferry was late and I am angry, where is my refund?", after=1),
        says("I love the ferry, thank you", after=2, author=LEE),
        says("Are you hiring deckhands?", after=3),
        says("Merci, le bateau était à l'heure", after=4),
        says("The ferry was late again", after=5, author=LEE),
    )


@pytest.fixture
def heard_more(heard, hear, says):
    """In other scripts, with an address, and from one."""
    hear(
        says(
            "See https://help.norlink.example/late",
            after=6,
            spans=(Span(4, 37, "link", "https://help.norlink.example/late"),),
            url="https://www.harbour.example/6",
        ),
        says("東京都と京都でiPhone買った #東京", after=7),
        says("เรือช้า น้ำท่วม", after=8),
        says("ｻｰﾊﾞｰが落ちた", after=9),
        says("My son is injured and I am pregnant", after=10, author=FAR),
        says("Urgent: where is the ferry?", after=11),
    )


def test_the_newest_message_comes_first(heard, ana):
    assert texts(ana, "late") == ["The ferry was late again", "The ferry was late and I am angry, where is my refund?"]


def test_a_member_finds_only_what_belongs_to_their_team(heard, ben, cleo):
    assert len(texts(ben, "ferry")) == 3
    assert texts(cleo, "ferry") == []
    assert texts(cleo, "hiring") == ["Are you hiring deckhands?"]


def test_what_was_taken_back_is_not_found(hear, says, ana):
    hear(says("My zorbotron is lost", external_id="p"))
    hear(deletions=(Deletion("harbour", "p"),))
    assert texts(ana, "*") == []


@pytest.mark.parametrize("rare", [queries.RARE, -1], ids=["by the index", "by walking back"])
def test_the_database_hides_no_match(heard_more, ana, ben, monkeypatch, rare):
    monkeypatch.setattr(queries, "RARE", rare)
    routing.assign(Conversation.objects.get(who="Kim", preview__contains="refund"), to=ben, actor=ana)
    routing.close(Conversation.objects.get(preview__contains="love"), actor=ana)
    documents = [document(row) for row in Message.objects.select_related(*RELATED).order_by("-published_at", "-id")]
    found = {written: texts(ana, written) for written in map(str.strip, QUERIES.split(";"))}
    expected = {written: [one.text for one in documents if parse(written).matches(one)] for written in found}
    assert found == expected
    assert len([written for written in found if found[written]]) > 60


def test_pages_follow_on_each_other_without_a_gap_or_a_repetition(heard, ana):
    first = search_messages(ana, parse("ferry"), limit=2)
    assert first.next is not None
    second = search_messages(ana, parse("ferry"), before=Mark.read(str(first.next)), limit=2)
    assert second.next is None
    assert [row.text for row in [*first.rows, *second.rows]] == texts(ana, "ferry")


def test_it_stops_when_it_has_walked_far_enough_and_says_where_to_go_on(heard, ana, monkeypatch):
    monkeypatch.setattr(queries, "STEPS", (1, 1))
    first = search_messages(ana, parse("author:kim"))
    assert (len(first.rows), first.stopped) == (1, True)
    second = search_messages(ana, parse("author:kim"), before=first.next)
    assert [row.text for row in second.rows] == ["Are you hiring deckhands?"]


@pytest.mark.parametrize("rare", [queries.RARE, -1])
def test_walking_in_small_steps_finds_the_same(heard, ana, monkeypatch, rare):
    expected = texts(ana, "ferry")
    monkeypatch.setattr(queries, "RARE", rare)
    monkeypatch.setattr(queries, "STEPS", (1, 2, 2, 2))
    assert texts(ana, "ferry") == expected


def test_a_walk_that_reached_the_end_does_not_offer_to_go_on(heard, ana, monkeypatch):
    monkeypatch.setattr(queries, "STEPS", (5,))
    found = search_messages(ana, parse("author:nobody"))
    assert (found.rows, found.next, found.stopped) == ([], None, False)


def test_a_search_can_stay_within_some_conversations(heard, ana):
    within = Conversation.objects.filter(team__slug="people")
    assert texts(ana, "*", within=within) == ["Are you hiring deckhands?"]


@pytest.mark.parametrize("text", ["", "-", "nonsense", "12-zz", "f" * 400 + "-1", "-5-5"])
def test_an_address_with_a_broken_mark_begins_at_the_beginning(text):
    assert Mark.read(text) is None


def test_a_search_takes_few_queries(heard, ana, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        texts(ana, "late team:service tone:negative")
