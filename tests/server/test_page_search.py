"""Searching everything that was heard, and taking it away as a table."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.urls import reverse

from rapport.core.types import Author
from rapport.server.pages import search as page_of_search
from rapport.server.route.models import Conversation


@pytest.fixture
def find(client):
    """What a member sees who searches."""

    def search(user, text, **more):
        client.force_login(user)
        return client.get(reverse("search"), {"q": text, **more}).content.decode()

    return search


@pytest.fixture
def table(client):
    """The rows of the export, as a spreadsheet reads them."""

    def export(user, text):
        client.force_login(user)
        response = client.get(reverse("export_search"), {"q": text})
        written = b"".join(response.streaming_content).decode("utf-8-sig")
        return list(csv.reader(StringIO(written)))

    return export


def test_what_was_found_is_marked_and_leads_to_its_conversation(find, ana, talk):
    page = find(ana, "late")
    assert "<mark>late</mark>" in page
    assert reverse("conversation", args=[talk.pk]) in page


def test_a_stranger_finds_nothing_of_others(find, cleo, talk):
    page = find(cleo, "ferry")
    assert "My ferry" not in page
    assert "Nothing was heard that matches" in page


def test_the_field_that_made_it_match_is_named(find, ana, talk):
    assert "team:service" in find(ana, "team:service").partition('id="found"')[2]


def test_a_mistake_is_shown_under_its_character(find, ana, talk):
    page = find(ana, "ferry (late")
    assert "query__error" in page
    assert "<mark>" in page
    assert "The query cannot be read." in page


@pytest.mark.parametrize(
    ("text", "added"), [("ferry", "ferry tone:negative"), ("a OR b", "(a OR b) tone:negative"), ("", "tone:negative")]
)
def test_narrowing_adds_a_term_that_one_can_read(text, added):
    narrowing = page_of_search._narrowing(text, "negative", "tone:negative")
    assert (narrowing.url, narrowing.here) == (page_of_search._url(added), False)


def test_narrowing_twice_takes_the_term_out_again():
    narrowing = page_of_search._narrowing("ferry tone:negative late", "negative", "tone:negative")
    assert (narrowing.url, narrowing.here) == (page_of_search._url("ferry late"), True)


def test_private_data_is_masked_on_the_page_and_in_the_table(find, table, ana, hear, says):
    hear(says("Late: my card is 4111 1111 1111 1111"))
    assert "4111 1111 1111 1111" not in find(ana, "late")
    assert "4111 1111 1111 1111" not in table(ana, "late")[1][6]


def test_a_table_holds_what_one_may_see_and_nothing_else(table, ana, cleo, talk):
    head, *rows = table(ana, "ferry")
    assert head[6] == "text"
    assert [row[6] for row in rows] == ["My ferry was late again, where is my refund?"]
    assert table(cleo, "ferry")[1:] == []


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+late", "-late", "@late", "\tlate", "|late"])
def test_nothing_in_a_table_becomes_a_formula(table, ana, hear, says, text):
    hear(says(f"{text} ferry", author=Author("harbour", "evil", handle=text, name=text)))
    (row,) = table(ana, "ferry")[1:]
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "|")) for cell in row)


def test_a_table_that_is_cut_says_so(table, ana, hear, says, monkeypatch):
    monkeypatch.setattr(page_of_search, "MOST_ROWS", 2)
    hear(*[says(f"ferry {number}", after=number) for number in range(3)])
    rows = table(ana, "ferry")
    assert [row[6] for row in rows[1:3]] == ["ferry 2", "ferry 1"]
    assert rows[3] == ["Only the newest 2 rows are here."]


def test_a_query_that_cannot_be_read_gives_no_table(client, ana):
    client.force_login(ana)
    response = client.get(reverse("export_search"), {"q": "ferry ("})
    assert response.headers["Content-Type"].startswith("text/html")


def test_a_page_of_fifty_asks_as_little_as_a_page_of_one(client, ana, hear, says, django_assert_max_num_queries):
    hear(*[says(f"ferry {number}", after=number) for number in range(60)])
    assert Conversation.objects.count() == 60
    client.force_login(ana)
    with django_assert_max_num_queries(14):
        page = client.get(reverse("search"), {"q": "ferry"}).content.decode()
    assert page.count("found__row") == 50
    assert "Show more" in page


def test_what_is_found_is_shown_as_text(find, ana, hear, says):
    hear(says("ferry <script>alert(1)</script>", author=Author("harbour", "x", name="<b>Bold</b>")))
    page = find(ana, "ferry")
    assert "<script>alert" not in page
    assert "<b>Bold" not in page
