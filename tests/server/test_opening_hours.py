"""Opening hours: what is due when, what a change of hours does, and the page that sets them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.core.route.clock import ALWAYS, Clock, ClosedDay, Hours, Span
from rapport.core.types import Refused
from rapport.server.organise import opening
from rapport.server.organise.models import AuditEntry, Organisation, Team
from rapport.server.pages.hours import Preview, moment, sentence
from rapport.server.route import actions as routing
from rapport.server.route import clocks
from rapport.server.route.models import Conversation

PROMISE = timedelta(hours=2)  # of the service team, as it is founded
OFFICE = Hours("Europe/Berlin", ((Span(480, 1080),),) * 5 + ((), ()))


def opens() -> datetime:
    """When those are open again who are `shut`."""
    return datetime.combine(timezone.now().date() + timedelta(days=2), time(), UTC)


def shut() -> Hours:
    """Open day and night, but not today, nor on the days around it."""
    today = timezone.now().date()
    return Hours("UTC", ALWAYS.week, tuple(ClosedDay(today + timedelta(days=n)) for n in (-2, -1, 0, 1)))


def service() -> Team:
    return Team.objects.get(slug="service")


# -- when an answer is due


def test_what_comes_while_we_are_closed_is_due_after_we_open(ana, hear, says):
    clocks.set_hours(None, hours=shut(), actor=ana)
    hear(says("My ferry was late again, where is my refund?"))
    assert Conversation.objects.get().due_at == opens() + PROMISE


def test_a_team_has_hours_of_its_own(ana, hear, says):
    clocks.set_hours(None, hours=shut(), actor=ana)
    clocks.set_hours(service(), hours=ALWAYS, actor=ana)
    hear(says("My ferry was late again, where is my refund?"))
    talk = Conversation.objects.get()
    assert talk.due_at == talk.waiting_since + PROMISE


@pytest.mark.parametrize("too", [True, False])
def test_a_team_may_keep_the_closed_days_of_the_organisation(ana, hear, says, too):
    clocks.set_hours(None, hours=shut(), actor=ana)
    clocks.set_hours(service(), hours=Hours("UTC", ALWAYS.week), closed_as_all=too, actor=ana)
    hear(says("My ferry was late again, where is my refund?"))
    talk = Conversation.objects.get()
    assert talk.due_at == (opens() if too else talk.waiting_since) + PROMISE


def test_a_change_of_hours_moves_what_is_still_to_come_and_back_again(talk, ana):
    due = talk.due_at
    clocks.set_hours(None, hours=shut(), actor=ana)
    talk.refresh_from_db()
    assert talk.due_at == opens() + PROMISE
    assert AuditEntry.objects.first().detail["due_anew"] == 1
    clocks.set_hours(None, hours=None, actor=ana)
    talk.refresh_from_db()
    assert talk.due_at == due


def test_what_is_late_already_stays_late_as_it_was(talk, ana, hear, says):
    passed = timezone.now() - timedelta(minutes=1)
    Conversation.objects.update(due_at=passed)
    clocks.set_hours(None, hours=shut(), actor=ana)
    hear(says("Hello?", after=30, thread_id=talk.thread_id))
    assert Conversation.objects.get().due_at == passed


def test_nothing_becomes_late_by_a_change_of_hours(talk, ana):
    clocks.set_hours(service(), hours=shut(), actor=ana)
    Team.objects.update(answer_within=timedelta(minutes=10))
    before = timezone.now()
    clocks.set_hours(service(), hours=None, actor=ana)
    talk.refresh_from_db()
    assert before <= talk.due_at <= timezone.now()


def test_other_teams_are_left_alone(talk, ana):
    clocks.set_hours(Team.objects.get(slug="product"), hours=shut(), actor=ana)
    due = talk.due_at
    talk.refresh_from_db()
    assert talk.due_at == due


def test_who_takes_over_has_their_hours_and_promise_from_then_on_whatever_is_said_next(talk, ana, ben, hear, says):
    product = Team.objects.get(slug="product")
    clocks.set_hours(product, hours=shut(), actor=ana)
    routing.hand_over(talk, team=product, actor=ben)
    hear(says("Hello?", after=30, thread_id=talk.thread_id))
    assert Conversation.objects.get().due_at == opens() + product.answer_within


def test_a_clock_that_was_handed_over_is_not_set_back_by_a_later_message(talk, ben, hear, says):
    routing.hand_over(talk, team=Team.objects.get(slug="product"), actor=ben)
    due = Conversation.objects.get().due_at
    hear(says("Hello?", after=30, thread_id=talk.thread_id))
    assert Conversation.objects.get().due_at == due


def test_home_and_inbox_take_the_same_time(talk, ana, ben):
    client = as_(ben)
    Conversation.objects.update(assignee=ben)
    assert "promised an answer by" in client.get("/").content.decode()
    clocks.set_hours(None, hours=shut(), actor=ana)
    assert "promised an answer by" not in client.get("/").content.decode()
    assert "min left" not in client.get("/inbox/").content.decode()


# -- who may set what


def test_only_who_administers_sets_hours(ben):
    assert isinstance(clocks.set_hours(None, hours=OFFICE, actor=ben), Refused)
    assert Organisation.objects.get().hours is None


@pytest.mark.once
@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        (Hours("UTC", ((Span(540, 590),), *((),) * 6)), "an hour a week"),
        (Hours("Mars/Olympus", ALWAYS.week), "not a time zone"),
        (
            Hours("UTC", ALWAYS.week, tuple(ClosedDay(date(2026, 1, 1) + timedelta(n)) for n in range(401))),
            "401",
        ),
    ],
)
def test_hours_that_make_no_sense_are_refused(ana, hours, reason):
    refused = clocks.set_hours(None, hours=hours, actor=ana)
    assert isinstance(refused, Refused)
    assert reason in refused.reason


def test_what_is_kept_reads_back_the_same(ana):
    hours = Hours("Europe/Berlin", OFFICE.week, (ClosedDay(date(2026, 12, 25), "Christmas Day"),))
    assert opening.hours(opening.kept(hours)) == hours


# -- the page


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


FORM = {f"day{n}": "8-12, 13:00–18:00" if n < 5 else "" for n in range(7)} | {
    "when": "these",
    "zone": "Europe/Berlin",
    "closed": "2026-12-26 Boxing Day\n2026-12-25 Christmas Day\n",
}


@pytest.mark.once
def test_ana_sets_hours_and_finds_them_as_she_meant_them(ana):
    client = as_(ana)
    assert client.post(reverse("settings_hours"), FORM).url == reverse("settings_hours")
    assert opening.hours(opening.ours()).minutes_a_week == 5 * 9 * 60
    page = client.get(reverse("settings_hours")).content.decode()
    assert page.count('value="08:00–12:00, 13:00–18:00"') == 5
    assert "2026-12-25 Christmas Day\n2026-12-26 Boxing Day" in page
    assert AuditEntry.objects.first().action == "hours.changed"


@pytest.mark.once
def test_what_cannot_be_read_is_told_at_its_line_and_stays_as_typed(ana):
    wrong = FORM | {"day1": "mornings", "closed": "2026-12-25 Christmas Day\n26.12.2026 Boxing Day"}
    answer = as_(ana).post(reverse("settings_hours"), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“mornings” is not a time from and to" in page
    assert "Line 2: “26.12.2026 Boxing Day” does not begin with a date" in page
    assert 'value="mornings"' in page
    assert opening.ours() is None


@pytest.mark.once
def test_a_team_goes_back_to_the_hours_of_all(ana):
    client, url = as_(ana), reverse("settings_team_hours", args=[service().pk])
    client.post(url, FORM | {"closed_as_all": "on"})
    assert service().hours["closed_as_all"]
    client.post(url, FORM | {"when": "always", "closed_as_all": "on"})
    assert opening.hours_of(service(), None).always
    assert "closed_as_all" not in service().hours
    client.post(url, FORM | {"when": "all"})
    assert service().hours is None


@pytest.mark.once
@pytest.mark.parametrize("when", ["all", "always", "these"])
def test_the_page_of_a_team_shows_what_is_chosen(ana, when):
    client, url = as_(ana), reverse("settings_team_hours", args=[service().pk])
    client.post(url, FORM | {"when": when})
    assert f'value="{when}" checked' in client.get(url).content.decode()


@pytest.mark.once
def test_hours_are_tried_without_being_kept_with_script_and_without(ana):
    url = reverse("settings_hours_try")
    part = as_(ana).post(url, FORM, headers={"hx-request": "true"}).content.decode()
    whole = as_(ana).post(url, FORM).content.decode()
    assert "<html" not in part
    for page in (part, whole):
        assert "45\u00a0h a week" in page
    assert "cannot be read yet" not in part
    wrong = as_(ana).post(url, FORM | {"day0": "?"}, headers={"hx-request": "true"}).content.decode()
    assert "Not all of it can be read yet" in wrong
    assert opening.ours() is None


@pytest.mark.once
def test_a_stranger_finds_no_hours_to_set(cleo):
    client = as_(cleo)
    for name, args in (("settings_hours", []), ("settings_team_hours", [service().pk])):
        assert client.get(reverse(name, args=args)).status_code == 404
        assert client.post(reverse(name, args=args), FORM).status_code == 404
    assert client.post(reverse("settings_hours_try"), FORM).status_code == 404
    assert opening.ours() is None


@pytest.mark.once
@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-05-11T12:00", "Open now, closes at 18:00."),
        ("2026-05-11T18:00", "Closed, opens Tuesday 08:00."),
        ("2026-05-09T12:00", "Closed, opens Monday 08:00."),
        ("2026-05-11T06:00", "Closed, opens at 08:00."),
    ],
)
def test_a_sentence_says_whether_we_are_open(at, said):
    assert sentence(Clock(OFFICE), datetime.fromisoformat(f"{at}+02:00")) == said


@pytest.mark.once
def test_four_hours_asked_on_friday_at_five_are_shown_as_due_on_monday_at_eleven():
    friday = datetime.fromisoformat("2026-05-08T17:00+02:00")
    assert "due Monday 11:00" in Preview.of(OFFICE, timedelta(hours=4), friday).example
    assert moment(datetime.fromisoformat("2026-05-09T00:00+02:00"), friday, "Europe/Berlin") == "at midnight"
    assert moment(datetime.fromisoformat("2026-06-01T08:00+02:00"), friday, "Europe/Berlin") == "on 1 June, 08:00"
