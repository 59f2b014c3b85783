"""What no page of ours would send: an answer of some kind comes back, and never an error of ours."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

FORM = "application/x-www-form-urlencoded"
DIGITS = ("9" * 18, "9" * 30, "9" * 5_000, "²", "٣", "-1")
NUMBERS = (
    ("inbox", "at"),
    ("conversation", "history"),
    ("conversation", "show"),
    ("quarantine", "channel"),
    ("quarantine", "before"),
    ("course_counts", "channel"),
    ("course", "line"),
    ("lines", "after"),
    ("rules", "version"),
    ("rules_history", "before"),
    ("settings_record", "before"),
)


@pytest.fixture
def addresses(talk):
    from django.urls import reverse

    return {name: reverse(name, args=[talk.pk] if name == "conversation" else []) for name in dict(NUMBERS)}


@pytest.mark.parametrize(("page", "name"), NUMBERS)
def test_what_only_looks_like_a_number_is_none(addresses, ana, client, page, name):
    client.force_login(ana)
    for given in DIGITS:
        assert client.get(addresses[page], {name: given}).status_code in (200, 404), given


def test_nobody_of_that_number_is_nobody(talk, ana, client):
    client.force_login(ana)
    for given in DIGITS:
        assert client.post(f"/inbox/{talk.pk}/assign/", {"to": given}).status_code == 404
        assert client.post("/inbox/bulk/", {"do": "close", "conversation": given}).status_code == 302


ASKED = {
    "/inbox/": ("view", "q", "after"),
    "/inbox/new/": ("since", "view"),
    "/listen/briefs/new/": ("query",),
    "/course/": ("team", "channel", "weeks"),
    "/people/": ("q", "before"),
    "/search/": ("q",),
    "/search/export/": ("q",),
    "/settings/record/": ("action", "actor", "target"),
}


@pytest.mark.parametrize("address", ASKED)
def test_a_question_that_no_database_understands_is_no_error_of_ours(talk, ana, client, address):
    client.force_login(ana)
    for name in ASKED[address]:
        for given in ("a\0b", "\0", 'author:"a\0b"', "a" * 4_000, "(" * 4_000, "ffffffff-ffffffffffffffffffff", "0--1"):
            answer = client.get(address, {name: given})
            assert answer.status_code in (200, 400, 404), (name, given[:20])
            if answer.streaming:
                assert b"".join(answer.streaming_content)


def test_what_no_database_keeps_is_refused_before_it_gets_there(talk, ana, client):
    client.force_login(ana)
    here = f"/inbox/{talk.pk}/"
    for action, given in {
        "note": {"text": "a\0b"},
        "draft": {"text": "a\0b", "version": "0"},
        "send": {"text": "a\0b", "version": "0"},
        "tag": {"tags": "a\0b"},
        "snooze": {"until": "a\0b"},
        "hand-over": {"team": "a\0b"},
    }.items():
        assert client.post(f"{here}{action}/", urlencode(given), content_type=FORM).status_code == 400, action
    for address, given in {
        "/inbox/rules/": {"text": "* -> hub\0", "reason": "a\0b"},
        "/inbox/rules/try/": {"text": "* -> hub\0"},
        "/listen/briefs/new/": {"name": "a\0b", "query": "fe\0rry", "purpose": "brand"},
        f"/people/{talk.person_id}/about/": {"about": "a\0b"},
        "/settings/": {"name": "a\0b", "time_zone": "UTC"},
        "/settings/me/": {"name": "a\0b"},
    }.items():
        assert client.post(address, urlencode(given), content_type=FORM).status_code == 400, address
