"""The first run: the token guards it, it works once, and nobody else gets in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from rapport.core.errors import RapportError
from rapport.server.organise.models import AuditEntry, Organisation, Role, User
from rapport.server.pages import middleware
from rapport.server.pages import start as starting
from rapport.server.prepare import ready, sample_password, token

pytestmark = pytest.mark.once

FORM = {
    "organisation": "Calm Ferries",
    "time_zone": "Europe/Copenhagen",
    "name": "Ana Lind",
    "email": "Ana@calm.example",
    "password": "quiet harbour 41",
}


@pytest.fixture(autouse=True)
def nobody_yet(db, monkeypatch):
    monkeypatch.setattr(middleware, "_founded", False)


def begin(client: Client, **changes: str):
    return client.post(reverse("start"), {"token": token(), **FORM, **changes})


def test_every_page_leads_to_the_first_run_while_nobody_is_there():
    assert Client().get("/").url == reverse("start")
    assert Client().get("/accounts/login/").url == reverse("start")


def test_without_the_token_one_is_told_where_it_is():
    page = Client().get(reverse("start"))
    assert page.status_code == 200
    assert "rapport run" in page.content.decode()
    assert token() not in page.content.decode()


def test_a_wrong_token_sets_nothing_up():
    assert Client().get(reverse("start"), {"token": "guess"}).status_code == 403
    assert Client().post(reverse("start"), {**FORM, "token": "guess"}).status_code == 403
    assert not User.objects.exists()


def test_with_the_token_somebody_becomes_the_administrator_and_is_signed_in():
    client = Client()
    assert client.get(reverse("start"), {"token": token()}).status_code == 200
    assert begin(client).url == reverse("start_next")
    ana = User.objects.get()
    assert (ana.email, ana.role, Organisation.objects.get().name) == (
        "ana@calm.example",
        "administrator",
        "Calm Ferries",
    )
    assert client.get(reverse("start_next")).status_code == 200
    assert client.get(reverse("account")).status_code == 200


def test_the_token_works_once():
    begin(Client())
    stranger = Client()
    assert begin(stranger, email="cleo@calm.example").url == reverse("account_login")
    assert stranger.get(reverse("start"), {"token": token()}).url == reverse("account_login")
    assert User.objects.count() == 1


def test_a_weak_password_is_refused_and_the_rest_stays_typed():
    page = begin(Client(), password="ana lind")
    assert "password" in page.context["form"].errors
    assert 'value="Calm Ferries"' in page.content.decode()
    assert "ana lind" not in page.content.decode()
    assert not User.objects.exists()


def test_a_password_that_is_the_address_is_refused():
    assert "password" in begin(Client(), password="ana@calm.example").context["form"].errors


def test_nobody_skips_to_the_next_step():
    assert Client().get(reverse("start_next")).url == reverse("account_login")


def test_the_zone_of_the_machine_is_offered(settings):
    settings.TIME_ZONE = "Europe/Oslo"
    page = Client().get(reverse("start"), {"token": token()})
    assert '<option value="Europe/Oslo" selected>' in page.content.decode()


# -- the sample


@pytest.fixture
def begun(monkeypatch) -> list[bool]:
    calls: list[bool] = []
    monkeypatch.setattr(starting.loader, "begin", lambda: calls.append(True))
    return calls


def test_the_sample_wants_the_token_too(begun):
    Client().post(reverse("start_sample"), {"token": "guess"})
    assert begun == []


def test_its_progress_is_for_the_browser_that_began_it(begun):
    client = Client()
    assert client.post(reverse("start_sample"), {"token": token()}).url == reverse("start_loading")
    assert begun == [True]
    assert "0 messages heard" in client.get(reverse("start_loading")).content.decode()
    assert Client().get(reverse("start_loading")).url == reverse("start")


def sample_is_there() -> None:
    Organisation.objects.create(name="Skagen Line", sample=True)
    User.objects.create(email="ana@skagen.example", name="Ana", role=Role.ADMINISTRATOR, local_only=True)


def test_at_its_end_it_says_how_to_sign_in(begun):
    client = Client()
    client.post(reverse("start_sample"), {"token": token()})
    sample_is_there()
    page = client.get(reverse("start_loading")).content.decode()
    assert "ana@skagen.example" in page
    assert sample_password() in page


def test_the_password_of_the_sample_is_not_shown_to_other_machines(begun):
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post(reverse("start_sample"), {"token": token()})
    sample_is_there()
    assert sample_password() not in client.get(reverse("start_loading")).content.decode()


def test_a_sample_that_cannot_be_loaded_says_why(begun, monkeypatch):
    client = Client()
    client.post(reverse("start_sample"), {"token": token()})
    monkeypatch.setattr(starting.loader, "trouble", lambda: "Error: the disk is full")
    assert "the disk is full" in client.get(reverse("start_loading")).content.decode()


def test_half_a_sample_is_not_taken_for_a_whole_one():
    loads = []
    ready(first=lambda: loads.append("first"))
    Organisation.objects.create(name="Skagen Line")
    User.objects.create(email="mette@skagen.example", role=Role.ADMINISTRATOR, local_only=True)
    with pytest.raises(RapportError, match="Only a part of the sample is in"):
        ready(first=lambda: loads.append("second"))
    Organisation.objects.update(sample=True)
    assert "Sign in as mette@skagen.example" in ready(first=lambda: loads.append("third"))
    assert loads == ["first"]


def test_setting_up_is_the_first_entry_of_the_record():
    begin(Client())
    assert AuditEntry.objects.get(sequence=1).action == "organisation.founded"
