"""What counts as private data here: the administrator says whose telephone numbers, and how references look."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rapport.core.types import Refused
from rapport.server.organise.models import AuditEntry, Organisation
from rapport.server.understand import private
from rapport.server.understand.models import Reading

URL, TRY = "/settings/private/", "/settings/private/try/"
TYPED = {"regions": "dk, de", "references": "BK-######\n\n  booking   ****** \n", "text": ""}


@pytest.fixture
def at_ana(client, ana):
    client.force_login(ana)
    return client


def page_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_ana_saves_countries_and_references_and_both_hold_for_what_is_read_from_then_on(at_ana, hear, says):
    assert at_ana.post(URL, TYPED).url == reverse("settings_private")
    row = Organisation.objects.get()
    assert (row.regions, row.references) == (["DK", "DE"], ["BK-######", "booking ******"])
    hear(says("Booking QX7K2M is gone, ring 32 45 67 89"))
    assert {kind for _start, _end, kind, _sure in Reading.objects.get().private} == {"reference", "phone"}


def test_it_goes_on_record_with_what_was_chosen(at_ana, ana):
    at_ana.post(URL, TYPED)
    entry = AuditEntry.objects.get(action="private_data.sought")
    assert entry.actor == f"user:{ana.pk} {ana.name}"
    assert entry.detail == {"regions": ["DK", "DE"], "references": ["BK-######", "booking ******"]}


def test_a_stranger_finds_neither_page_nor_trial(client, cleo, ben):
    for somebody in (cleo, ben):
        client.force_login(somebody)
        assert client.get(URL).status_code == client.post(URL, TYPED).status_code == 404
        assert client.post(TRY, TYPED).status_code == 404
        assert isinstance(private.set_sought(regions=["DK"], references=[], actor=somebody), Refused)
    assert Organisation.objects.get().regions == []


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"regions": "XX"}, "“XX” is no country that we know"),
        ({"regions": "DE AT CH FR IT ES PT NL BE DK SE"}, "Choose at most 10 countries"),
        ({"references": "BK-######\nBK"}, "Line 2, “BK”: Ask for at least three signs"),
        ({"references": "/(/"}, "This regular expression cannot be read: missing ): (."),
        ({"references": "\n".join(f"{n}-###" for n in range(21))}, "Write at most 20 references."),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason_and_what_was_typed_stays(at_ana, typed, why):
    response = at_ana.post(URL, {"regions": "", "references": "", **typed})
    assert response.status_code == 422
    assert why in response.content.decode()
    assert all(value.splitlines()[-1] in response.content.decode() for value in typed.values())
    assert Organisation.objects.get().references == Organisation.objects.get().regions == []


def test_a_text_is_tried_without_script_and_nothing_of_it_is_kept(at_ana):
    page = page_of(at_ana.post(TRY, {**TYPED, "text": "My BK-123456 and 4111 1111 1111 1111"}))
    assert "••-••••56" in page
    assert "<dd>reference</dd>" in page
    assert "<dd>card number</dd>" in page
    assert Organisation.objects.get().references == []
    assert not AuditEntry.objects.filter(action="private_data.sought").exists()


def test_while_one_types_the_trial_alone_comes_back(at_ana):
    page = page_of(at_ana.post(TRY, {**TYPED, "text": "Hello"}, headers={"HX-Request": "true"}))
    assert page.startswith('<section class="stack" id="private-trial"')
    assert "Nothing private was found in it." in page
    wrong = page_of(at_ana.post(TRY, {"references": "#"}, headers={"HX-Request": "true"}))
    assert "Line 1, “#”: Ask for at least three signs" in wrong


def test_without_a_choice_the_time_zone_says_whose_numbers_are_known(at_ana):
    Organisation.objects.update(time_zone="Europe/Copenhagen")
    assert "Empty: DK, GB, US, DE, FR" in page_of(at_ana.get(URL))
    assert private.Sought.now().regions[0] == "DK"
