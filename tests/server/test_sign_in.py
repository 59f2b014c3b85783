"""The doors."""

from __future__ import annotations

import pytest
from django.test import Client

from rapport.server.organise.actions import add_member, end_sessions
from rapport.server.organise.models import Role, User
from rapport.server.prepare import how_to_sign_in
from tests.server.conftest import PASSWORD


def sign_in(email: str, password: str = PASSWORD, **wire: str) -> Client:
    client = Client(**wire)
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_member_signs_in_by_address_and_password(ben):
    assert is_in(sign_in(ben.email))
    assert is_in(sign_in(ben.email.upper()))


def test_a_wrong_password_does_not(ben):
    assert not is_in(sign_in(ben.email, "wrong"))


def test_who_was_switched_off_does_not_and_is_out_at_once(ben):
    client = sign_in(ben.email)
    User.objects.filter(pk=ben.pk).update(is_active=False)
    end_sessions(ben)
    assert client.get("/inbox/").status_code == 302
    assert not is_in(sign_in(ben.email))


@pytest.mark.once
@pytest.mark.parametrize(
    ("wire", "opens"),
    [
        ({}, True),
        ({"REMOTE_ADDR": "192.0.2.7"}, False),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, False),
        ({"HTTP_FORWARDED": "for=192.0.2.7"}, False),
    ],
)
def test_the_printed_password_of_the_sample_opens_on_this_machine_only(ana, wire, opens):
    add_member(
        email="sam@calm.example",
        name="Sam",
        role=Role.MEMBER,
        teams=[],
        password=PASSWORD,
        actor=ana,
        local_only=True,
    )
    assert is_in(sign_in("sam@calm.example", SERVER_NAME="127.0.0.1", **wire)) is opens


@pytest.mark.once
def test_nobody_signs_up_by_themselves(ana):
    client = Client()
    client.post(
        "/accounts/signup/",
        {"email": "eve@example.org", "password1": "quiet harbour 42", "password2": "quiet harbour 42"},
    )
    assert not User.objects.filter(email="eve@example.org").exists()


def test_twenty_wrong_passwords_in_a_row_are_too_many(ben):
    client = Client()
    for _ in range(20):
        client.post("/accounts/login/", {"login": ben.email, "password": "wrong"})
    client.post("/accounts/login/", {"login": ben.email, "password": PASSWORD})
    assert not is_in(client)


@pytest.mark.once
def test_the_console_says_how_to_begin(db):
    assert "/start/?token=" in how_to_sign_in()


@pytest.mark.once
@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "https:evil.example"])
def test_signing_in_leads_nowhere_else(ben, target):
    response = Client().post("/accounts/login/", {"login": ben.email, "password": PASSWORD, "next": target})
    assert "evil" not in response.headers.get("Location", "")
