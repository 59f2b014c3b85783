"""Settings: who may change what, and what the record shows."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.core.errors import ArchiveError
from rapport.server.keep import actions as keeping
from rapport.server.keep import run as archivist
from rapport.server.keep.verify import verify
from rapport.server.organise import actions as organising
from rapport.server.organise.models import AuditEntry, Membership, Organisation, Role, Team, User
from rapport.server.pages.settings import defused
from rapport.server.understand.models import Reading
from tests.server.conftest import PASSWORD, member


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def auditor(ana: User) -> User:
    return member("Ada", Role.AUDITOR, "hub", ana)


PAGES = ["settings_teams", "settings_new_team", "settings_members", "settings_new_member", "settings_record"]


@pytest.mark.once
@pytest.mark.parametrize("name", ["settings", *PAGES, "account"])
def test_ana_sees_every_page(ana, name):
    assert as_(ana).get(reverse(name)).status_code == 200


@pytest.mark.once
@pytest.mark.parametrize("name", PAGES)
def test_cleo_finds_only_her_own_page(cleo, name):
    assert as_(cleo).get(reverse(name)).status_code == 404
    assert as_(cleo).get(reverse("settings")).url == reverse("account")


# -- organisation and teams


@pytest.mark.once
def test_ana_renames_the_organisation(ana):
    as_(ana).post(reverse("settings"), {"name": "Calm Ferries & Co", "time_zone": "Europe/Oslo"})
    row = Organisation.objects.get()
    assert (row.name, row.time_zone) == ("Calm Ferries & Co", "Europe/Oslo")


@pytest.mark.once
def test_a_stranger_cannot_rename_it(cleo):
    as_(cleo).post(reverse("settings"), {"name": "Mine", "time_zone": "UTC"})
    assert Organisation.objects.get().name == "Calm Ferries"


@pytest.mark.once
def test_a_zone_that_does_not_exist_is_shown_at_its_field(ana):
    page = as_(ana).post(reverse("settings"), {"name": "Calm", "time_zone": "Mars/Olympus"})
    assert page.status_code == 200
    assert "time_zone" in page.context["form"].errors


@pytest.mark.once
def test_ana_makes_a_team_and_changes_its_promise(ana):
    client = as_(ana)
    client.post(reverse("settings_new_team"), {"name": "Night desk", "function": "service", "hours": "2"})
    team = Team.objects.get(slug="night-desk")
    client.post(reverse("settings_team", args=[team.pk]), {"name": "Night desk", "function": "service", "hours": "0.5"})
    team.refresh_from_db()
    assert team.answer_within == timedelta(minutes=30)


def test_the_only_hub_stays_a_hub_and_the_page_says_why(ana):
    hub = Team.objects.get(slug="hub")
    page = as_(ana).post(reverse("settings_team", args=[hub.pk]), {"name": "H", "function": "sales", "hours": "2"})
    assert "This is the only hub" in page.content.decode()
    hub.refresh_from_db()
    assert hub.name == "Hub"


# -- members


def test_a_new_member_gets_a_password_that_is_shown_once_and_works(ana):
    service = Team.objects.get(slug="service")
    page = as_(ana).post(
        reverse("settings_new_member"),
        {"name": "Dan", "email": "Dan@calm.example", "role": "member", "teams": [service.pk]},
    )
    password = re.search(r"<dd><code>([^<]+)</code>", page.content.decode()).group(1)
    dan = User.objects.get(email="dan@calm.example")
    assert dan.check_password(password)
    assert Membership.objects.filter(user=dan, team=service).exists()
    assert password not in as_(ana).get(reverse("settings_members")).content.decode()
    assert password not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


@pytest.mark.once
def test_an_address_that_is_taken_is_refused_and_what_was_typed_stays(ana, ben):
    page = as_(ana).post(
        reverse("settings_new_member"), {"name": "Another Ben", "email": "ben@calm.example", "role": "member"}
    )
    assert "is a member already" in page.content.decode()
    assert "Another Ben" in page.content.decode()


@pytest.mark.once
def test_cleo_cannot_add_anybody(cleo):
    as_(cleo).post(reverse("settings_new_member"), {"name": "X", "email": "x@calm.example", "role": "administrator"})
    assert not User.objects.filter(email="x@calm.example").exists()


def test_switching_a_member_off_signs_them_out(ana, ben):
    bens = as_(ben)
    assert bens.get(reverse("account")).status_code == 200
    as_(ana).post(reverse("settings_member", args=[ben.pk]), {"role": "member"})
    assert bens.get(reverse("account")).status_code == 302
    ben.refresh_from_db()
    assert not ben.is_active


def test_an_agency_is_named_once_however_it_is_written_and_suggested_to_the_next(ana, ben, cleo):
    client = as_(ana)
    form = {"role": "member", "is_active": "on"}
    client.post(reverse("settings_member", args=[ben.pk]), form | {"works_for": "  Nordlys  Media "})
    client.post(reverse("settings_member", args=[cleo.pk]), form | {"works_for": "nordlys media"})
    assert set(User.objects.exclude(works_for="").values_list("works_for", flat=True)) == {"Nordlys Media"}
    assert AuditEntry.objects.first().detail["works_for"] == "Nordlys Media"
    assert '<option value="Nordlys Media">' in client.get(reverse("settings_new_member")).content.decode()
    assert "Nordlys Media" in client.get(reverse("settings_members")).content.decode()


def test_the_way_an_agency_is_written_can_be_changed_by_its_only_member(ana, ben):
    url, form = reverse("settings_member", args=[ben.pk]), {"role": "member", "is_active": "on"}
    for name in ("nordlys", "Nordlys", ""):
        as_(ana).post(url, form | {"works_for": name})
        ben.refresh_from_db()
        assert ben.works_for == name


def test_the_last_administrator_cannot_step_down(ana):
    page = as_(ana).post(reverse("settings_member", args=[ana.pk]), {"role": "member", "is_active": "on"})
    assert "only administrator" in page.content.decode()
    ana.refresh_from_db()
    assert ana.role == Role.ADMINISTRATOR


def test_the_list_of_members_takes_no_query_more_for_each(ana, django_assert_max_num_queries):
    client = as_(ana)
    for number in range(12):
        member(f"M{number}", Role.MEMBER, "service", ana)
    with django_assert_max_num_queries(12):
        client.get(reverse("settings_members"))


# -- the record


def test_the_auditor_reads_the_record_newest_first(auditor):
    page = as_(auditor).get(reverse("settings_record"))
    numbers = [entry["sequence"] for entry in page.context["entries"]]
    assert numbers == sorted(numbers, reverse=True)
    assert page.context["entries"][-1]["action"] == "organisation.founded"


def test_the_record_is_filtered_by_action_and_by_whom(auditor, ana):
    client = as_(auditor)
    page = client.get(reverse("settings_record"), {"action": "member.added"})
    assert {entry["action"] for entry in page.context["entries"]} == {"member.added"}
    page = client.get(reverse("settings_record"), {"actor": f"user:{ana.pk}"})
    assert {entry["who"] for entry in page.context["entries"]} == {"Ana Lind"}
    assert client.get(reverse("settings_record"), {"actor": "user:999"}).context["entries"] == []


def test_user_1_is_not_user_12(auditor, ana):
    AuditEntry.objects.create(sequence=900, at=ana.joined_at, actor=f"user:{ana.pk}2 Eve", action="x", digest="d")
    page = as_(auditor).get(reverse("settings_record"), {"actor": f"user:{ana.pk}"})
    assert "Eve" not in {entry["who"] for entry in page.context["entries"]}


def test_a_long_record_comes_in_pages_that_neither_repeat_nor_skip(auditor, ana):
    for number in range(60):
        organising.set_own(ana, changes={"name": f"Ana {number}"}, actor=ana)
    client = as_(auditor)
    first = client.get(reverse("settings_record"))
    second = client.get(reverse("settings_record") + first.context["next_url"])
    numbers = [entry["sequence"] for page in (first, second) for entry in page.context["entries"]]
    assert len(first.context["entries"]) == 50
    assert numbers == list(range(AuditEntry.objects.count(), 0, -1))
    assert second.context["next_url"] == ""


@pytest.mark.once
@pytest.mark.parametrize("before", ["x", "-1", "٣", "9" * 40])
def test_a_page_mark_that_is_none_is_ignored(auditor, before):
    assert as_(auditor).get(reverse("settings_record"), {"before": before}).status_code == 200


def test_verifying_says_that_the_record_holds_and_after_a_change_that_it_does_not(auditor):
    client = as_(auditor)
    assert "The record holds" in client.post(reverse("settings_verify"), follow=True).content.decode()
    AuditEntry.objects.filter(sequence=2).update(action="nothing.happened")
    assert "Entry 2 was changed" in client.post(reverse("settings_verify"), follow=True).content.decode()


@pytest.mark.once
def test_a_stranger_can_neither_verify_nor_export(cleo):
    assert as_(cleo).post(reverse("settings_verify")).status_code == 404
    assert as_(cleo).get(reverse("settings_export", args=["csv"])).status_code == 404


def test_the_export_holds_every_entry_with_its_seal(auditor):
    body = b"".join(as_(auditor).get(reverse("settings_export", args=["jsonl"])).streaming_content).decode()
    rows = [json.loads(line) for line in body.splitlines()]
    assert [row["digest"] for row in rows] == list(
        AuditEntry.objects.order_by("sequence").values_list("digest", flat=True)
    )


@pytest.mark.once
def test_the_table_is_safe_in_a_spreadsheet(auditor, ana):
    organising.set_organisation(name="=cmd()", time_zone="UTC", actor=ana)
    body = b"".join(as_(auditor).get(reverse("settings_export", args=["csv"])).streaming_content).decode()
    cells = [cell for row in csv.reader(io.StringIO(body)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert defused("=1+1") == "'=1+1"
    assert defused("harmless") == "harmless"


# -- one's own


@pytest.mark.once
def test_ben_sets_his_own_language_and_the_next_page_speaks_it(ben):
    client = as_(ben)
    client.post(reverse("account"), {"name": "Ben B", "language": "de", "time_zone": "", "theme": "dark"})
    ben.refresh_from_db()
    assert (ben.name, ben.language, ben.theme) == ("Ben B", "de", "dark")
    assert '<html lang="de"' in client.get(reverse("account")).content.decode()


@pytest.mark.once
def test_the_theme_is_kept_for_the_member_and_for_the_browser(ben):
    response = as_(ben).post(reverse("theme"), {"theme": "dark", "next": "/settings/me/"})
    assert response.url == "/settings/me/"
    assert response.cookies["theme"].value == "dark"
    ben.refresh_from_db()
    assert ben.theme == "dark"


@pytest.mark.once
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:go()", ""])
def test_the_theme_leads_nowhere_else(ben, elsewhere):
    assert as_(ben).post(reverse("theme"), {"theme": "light", "next": elsewhere}).url == "/"


@pytest.mark.once
def test_the_theme_can_be_chosen_before_signing_in(ana):
    response = Client().post(reverse("theme"), {"theme": "dark", "next": "/accounts/login/"})
    assert response.cookies["theme"].value == "dark"


@pytest.mark.once
def test_a_password_is_asked_for_by_its_own_page(ben):
    page = as_(ben).get(reverse("account")).content.decode()
    assert reverse("account_change_password") in page
    assert PASSWORD not in page


# -- the archive -------------------------------------------------------------------------------------------------------


@pytest.fixture
def archive_page(client, ana, settings, tmp_path):
    settings.ARCHIVE = tmp_path / "archive"
    client.force_login(ana)
    return lambda: client.get(reverse("settings_archive")).content.decode()


@pytest.mark.once
def test_an_archive_with_nothing_in_it_says_when_there_will_be_something(archive_page):
    assert "Nothing is archived yet" in archive_page()


def test_the_archive_says_how_large_it_is_and_whether_it_holds(archive_page, hear, says):
    hear(says("My ferry was late"))
    keeping.write(actor="test")
    assert "Not verified yet" in archive_page()
    verify(actor="test")
    page = archive_page()
    assert "The archive holds" in page
    assert "1 message" in page
    Reading.objects.update(tone="positive")
    verify(actor="test")
    assert "the 1 messages are not those that were expected" in archive_page()


@pytest.mark.once
def test_its_trouble_is_told(archive_page):
    keeping.failed(ArchiveError("The disk is full."), now=timezone.now(), actor="test")
    assert "The disk is full." in archive_page()


def test_whoever_may_read_the_record_has_it_verified(archive_page, client, hear, says):
    hear(says("My ferry was late"))
    keeping.write(actor="test")
    client.post(reverse("settings_verify_archive"))
    assert "It is being verified" in archive_page()
    archivist.turn("archivist-1")
    assert "It is being verified" not in archive_page()
    assert "The archive holds" in archive_page()


@pytest.mark.once
def test_others_do_not_see_the_archive(client, ben):
    client.force_login(ben)
    assert client.get(reverse("settings_archive")).status_code == 404
    assert client.post(reverse("settings_verify_archive")).status_code == 404
