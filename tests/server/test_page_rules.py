"""The page of the ownership rules: trying, saving, and looking back."""

from __future__ import annotations

import pytest
from django.test import Client

from rapport.server.pages.rules import differences
from rapport.server.route import trial
from rapport.server.route.models import RuleSet
from tests.server.conftest import RULES

FERRIES_TO_PRODUCT = "ferry -> product\n* -> hub"


@pytest.fixture
def as_user():
    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def body(response):
    return response.content.decode()


def save(client, text, reason="because", after="1"):
    return client.post("/inbox/rules/", {"text": text, "reason": reason, "after": after}, follow=True)


def tried(client, text):
    return body(client.post("/inbox/rules/try/", {"text": text, "after": "1"}, headers={"HX-Request": "true"}))


def test_the_page_shows_the_rules_with_numbers_and_last_week(talk, ana, as_user):
    shown = body(as_user(ana).get("/inbox/rules/"))
    assert "refund OR late OR ferry -&gt; service" in shown
    assert "<li>3</li>" in shown
    assert "None would go to another team than today." in shown
    assert "My ferry was late again" in shown


def test_the_dry_run_says_what_would_change_and_changes_nothing(talk, ana, as_user):
    shown = tried(as_user(ana), FERRIES_TO_PRODUCT)
    assert "1 would go to another team than today." in shown
    assert "<del>Service</del>" in shown
    assert "<ins>Product</ins>" in shown
    assert "1 more than today" in shown
    talk.refresh_from_db()
    assert (talk.team.slug, RuleSet.objects.count()) == ("service", 1)


def test_the_dry_run_names_the_lines_that_nothing_reached(talk, ana, as_user):
    shown = tried(as_user(ana), "hiring -> people\njob -> people\nlate -> product\nferry -> service\n* -> hub")
    assert "No message of last week reached line 1–2, 4–5." in shown


def test_the_dry_run_looks_at_the_latest_messages_and_says_so(talk, hear, says, ana, as_user, monkeypatch):
    hear(says("The ferry was late", after=10), says("Are you hiring?", after=20))
    monkeypatch.setattr(trial, "MOST", 2)
    assert "Tried with the latest 2 messages" in tried(as_user(ana), RULES)


@pytest.mark.once
def test_private_data_in_examples_is_masked(hear, says, ana, as_user):
    hear(says("The ferry was late, my card is 4111 1111 1111 1111"))
    assert "•••• 1111" in tried(as_user(ana), RULES)
    assert "4111" not in tried(as_user(ana), RULES)


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("refund -> servce\n* -> hub", "Line 1, character 11", "There is no team &#x27;servce&#x27;"),
        ("refund -> service\n(late -> service\n* -> hub", "Line 2, character 1", "closing parenthesis is missing"),
        ("refund -> service", "Line 1", "everything else to the hub"),
        ("", "Line 1", "everything else to the hub"),
    ],
)
def test_an_error_stands_at_its_line_and_character(ana, as_user, text, where, words):
    shown = tried(as_user(ana), text)
    assert where in shown
    assert words in shown


@pytest.mark.once
def test_the_button_tries_without_script_and_keeps_what_was_typed(talk, ana, as_user):
    page = as_user(ana).post("/inbox/rules/try/", {"text": FERRIES_TO_PRODUCT, "after": "1", "reason": "storm"})
    assert "<html" in body(page)
    assert "ferry -&gt; product" in body(page)
    assert 'value="storm"' in body(page)
    assert RuleSet.objects.count() == 1


@pytest.mark.once
def test_saving_makes_a_version_with_a_reason(ana, as_user):
    page = save(as_user(ana), FERRIES_TO_PRODUCT, reason="Product asked for it")
    assert "Version 2 holds from now on." in body(page)
    row = RuleSet.objects.first()
    assert (row.version, row.text, row.reason, row.by) == (2, FERRIES_TO_PRODUCT, "Product asked for it", ana)


@pytest.mark.once
def test_line_ends_of_a_browser_are_those_of_a_text(ana, as_user):
    save(as_user(ana), FERRIES_TO_PRODUCT.replace("\n", "\r\n"))
    assert RuleSet.objects.first().text == FERRIES_TO_PRODUCT


@pytest.mark.once
def test_without_a_reason_nothing_is_saved_and_the_text_stays(ana, as_user):
    page = save(as_user(ana), FERRIES_TO_PRODUCT, reason="  ")
    assert page.status_code == 422
    assert "Say why you change the rules" in body(page)
    assert "ferry -&gt; product" in body(page)
    assert RuleSet.objects.count() == 1


@pytest.mark.once
def test_a_mistake_is_not_saved_and_the_text_stays(ana, as_user):
    page = save(as_user(ana), "ferry -> nobody\n* -> hub")
    assert page.status_code == 422
    assert "Not saved: line 1, character 10" in body(page)
    assert "ferry -&gt; nobody" in body(page)
    assert RuleSet.objects.count() == 1


def test_a_version_in_between_is_not_written_over(ana, as_user):
    client = as_user(ana)
    save(client, FERRIES_TO_PRODUCT)
    page = save(client, RULES + "\n", after="1")
    assert page.status_code == 409
    assert "Somebody saved version 2 meanwhile" in body(page)
    assert RuleSet.objects.count() == 2


@pytest.mark.once
def test_a_member_reads_them_and_cannot_change_them(talk, ben, as_user):
    client = as_user(ben)
    shown = body(client.get("/inbox/rules/"))
    assert "refund OR late OR ferry -&gt; service" in shown
    assert "<textarea" not in shown
    assert "My ferry was late again" not in shown
    assert "does not allow you" in body(save(client, FERRIES_TO_PRODUCT))
    assert RuleSet.objects.count() == 1


@pytest.mark.once
def test_a_stranger_learns_nothing_of_messages_by_a_dry_run(talk, cleo, as_user):
    assert "My ferry was late again" not in body(
        as_user(cleo).post("/inbox/rules/try/", {"text": RULES, "after": "1"}, follow=True)
    )


def test_the_history_shows_what_changed_who_did_it_and_why(ana, as_user):
    client = as_user(ana)
    save(client, FERRIES_TO_PRODUCT, reason="Product asked for it")
    shown = body(client.get("/inbox/rules/history/"))
    assert "Product asked for it" in shown
    assert "<ins>ferry -&gt; product</ins>" in shown
    assert "<del>refund OR late OR ferry -&gt; service</del>" in shown
    assert shown.index("Version 2") < shown.index("Version 1")


@pytest.mark.once
def test_an_earlier_version_can_be_the_beginning_of_the_next(ana, as_user):
    client = as_user(ana)
    save(client, FERRIES_TO_PRODUCT)
    shown = body(client.get("/inbox/rules/?version=1"))
    assert "refund OR late OR ferry -&gt; service" in shown
    assert 'name="after" value="2"' in shown


@pytest.mark.once
def test_differences_are_counted_in_the_new_text():
    lines = list(differences("a\nb\nc", "a\nx\nc"))
    assert [(line.number, line.change, line.text) for line in lines] == [
        (1, "", "a"),
        (1, "removed", "b"),
        (2, "added", "x"),
        (3, "", "c"),
    ]


@pytest.mark.once
@pytest.mark.parametrize("query", ["?version=zz", "?version=999", "?version=99999999999999"])
def test_a_broken_address_shows_the_newest(ana, as_user, query):
    assert "refund OR late OR ferry" in body(as_user(ana).get("/inbox/rules/" + query))


def test_a_dry_run_takes_few_queries(hear, says, ana, as_user, django_assert_max_num_queries):
    hear(*[says(f"The ferry was late, number {n}", after=n / 10) for n in range(20)])
    client = as_user(ana)
    with django_assert_max_num_queries(14):
        tried(client, RULES)
