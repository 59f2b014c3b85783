"""People, as those see them who speak with them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rapport.core.types import Author
from rapport.server.organise.models import AuditEntry
from rapport.server.pages import people as page_of_people
from rapport.server.relate.models import Person
from rapport.server.route import actions as routing

LEE = Author("harbour", "lee", handle="lee.example", name="Lee")


@pytest.fixture
def see(client):
    def look(user, name, *args, **query):
        client.force_login(user)
        return client.get(reverse(name, args=args), query)

    return look


@pytest.fixture
def kim(talk):
    return talk.person


def text_of(response):
    return response.content.decode()


def test_whoever_sees_a_conversation_sees_the_person(see, ben, cleo, ana, kim):
    assert "Kim" in text_of(see(ben, "people"))
    assert "Kim" in text_of(see(ana, "people"))
    assert "Kim" not in text_of(see(cleo, "people"))


def test_a_stranger_does_not_find_the_person(see, cleo, kim, client):
    assert see(cleo, "person", kim.pk).status_code == 404
    assert client.post(reverse("describe_person", args=[kim.pk]), {"about": "x"}).status_code == 404
    kim.refresh_from_db()
    assert kim.about == ""


def test_a_person_is_shown_only_with_the_conversations_that_one_sees(see, ben, ana, kim, hear, says):
    hear(says("Are you hiring deckhands?", after=3))
    assert "hiring" not in text_of(see(ben, "person", kim.pk))
    assert "hiring" in text_of(see(ana, "person", kim.pk))


def test_notes_on_conversations_of_others_stay_there(see, ben, ana, kim, hear, says):
    hear(says("Are you hiring deckhands?", after=3))
    for talk in kim.conversations.all():
        routing.note(talk, text=f"About {talk.team}", actor=ana)
    page = text_of(see(ben, "person", kim.pk))
    assert "About Service" in page
    assert "About People" not in page


def test_what_colleagues_should_know_is_written_down_and_on_record(see, ben, kim, client):
    see(ben, "person", kim.pk)
    client.post(reverse("describe_person", args=[kim.pk]), {"about": "Travels with a wheelchair."})
    kim.refresh_from_db()
    assert kim.about == "Travels with a wheelchair."
    assert AuditEntry.objects.first().action == "person.described"
    assert "wheelchair" not in str(AuditEntry.objects.first().detail)


@pytest.mark.once
def test_what_is_too_long_is_told_and_not_lost(see, ben, kim, client):
    see(ben, "person", kim.pk)
    response = client.post(reverse("describe_person", args=[kim.pk]), {"about": "w" * 6_000})
    assert response.status_code == 422
    assert "w" * 6_000 in text_of(response)
    kim.refresh_from_db()
    assert kim.about == ""


@pytest.mark.parametrize(("begins", "found"), [("ki", True), ("@kim.ex", True), ("im", False), ("lee", False)])
def test_people_are_found_by_the_beginning_of_a_name_or_handle(see, ana, kim, begins, found):
    assert (reverse("person", args=[kim.pk]) in text_of(see(ana, "people", q=begins))) is found


def test_our_own_account_is_nobody_we_speak_with(see, ana, talk, hear, says):
    us = Author("harbour", "us", handle="calm", name="Calm Ferries itself")
    hear(says("We are looking into it", after=5, author=us, thread_id=talk.thread_id, addressed=False))
    assert Person.objects.filter(name="Calm Ferries itself").exists()
    assert "Calm Ferries itself" not in text_of(see(ana, "people"))


def test_the_list_goes_on_where_it_ended_and_shows_nobody_twice(see, ana, hear, says):
    hear(*[says("ferry", after=n, author=Author("harbour", f"a{n}", name=f"Person {n:03}")) for n in range(60)])
    first = see(ana, "people").context
    mark = first["next_url"].partition("before=")[2]
    second = see(ana, "people", before=mark).context
    names = [row.person.name for row in [*first["rows"], *second["rows"]]]
    assert names == [f"Person {n:03}" for n in reversed(range(60))]
    assert second["next_url"] == ""


def test_a_list_of_fifty_asks_as_little_as_a_list_of_one(client, ben, hear, says, django_assert_max_num_queries):
    hear(*[says("late ferry", after=n, author=Author("harbour", f"a{n}", name=f"Person {n}")) for n in range(55)])
    client.force_login(ben)
    client.get(reverse("people"))
    with django_assert_max_num_queries(11):
        assert len(client.get(reverse("people")).context["rows"]) == 50


@pytest.mark.once
def test_a_long_name_and_a_hostile_address_are_only_words(see, ana, hear, says):
    name = "<img src=x onerror=alert(1)>" + "n" * 270
    hear(says("ferry", author=Author("harbour", "x", name=name, url="javascript:alert(1)")))
    page = text_of(see(ana, "person", Person.objects.get().pk))
    assert "<img" not in page
    assert "javascript:" not in page


def test_how_it_stands_between_us_is_said_in_a_sentence(see, ben, kim, harbour):
    from rapport.server.respond import actions as responding
    from rapport.server.respond.deliver import turn

    talk = kim.conversations.get()
    assert page_of_people._lead(kim, [talk]) == "1 conversation waits for our answer."
    responding.send(talk, text="It is on its way.", version=0, actor=ben)
    turn("sender")
    talk.refresh_from_db()
    assert page_of_people._lead(kim, [talk]) == "We have answered; nothing waits."
