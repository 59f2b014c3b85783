"""Response measures: defined once, and the same on the page, the command line and in the file."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport import cli
from rapport.core.route.clock import ClosedDay, Hours, Span
from rapport.core.types import Estimate, NotEnough
from rapport.server.listen.models import Author, Channel, Message
from rapport.server.measure.models import DayAnswer
from rapport.server.measure.queries import course, monday
from rapport.server.measure.response import DEFINITIONS, Measure, measures
from rapport.server.organise import actions as organising
from rapport.server.organise.models import Team, User
from rapport.server.pages.course_response import told as words
from rapport.server.respond.models import Outgoing
from rapport.server.route import clocks
from rapport.server.route.models import Conversation, Placement

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday
LAST = datetime(2026, 6, 2, 9, tzinfo=UTC)  # in the last whole week


@pytest.fixture(autouse=True)
def promise(ana: User) -> None:
    Team.objects.update(answer_within=timedelta(hours=4))


def by_key(now: datetime = NOW, **narrowed: object) -> dict[tuple[str, str], Measure]:
    return {(one.key, one.of): one for one in measures(course(now, weeks=12, **narrowed), **narrowed)}


def waited(channel: Channel, at: datetime, *hours: float, waiting: int = 0, team: str = "service") -> None:
    waits = np.array([hour * 3600 for hour in hours], dtype="<u4")
    began = np.full(len(waits), (at - at.replace(hour=0)).total_seconds(), dtype="<u4")
    DayAnswer.objects.create(
        channel=channel,
        team=Team.objects.get(slug=team),
        day=at.date(),
        asked=len(waits) + waiting,
        answered=len(waits),
        closed=0,
        waits=waits.tobytes(),
        began=began.tobytes(),
    )


number = 0


def spoke(channel: Channel, at: datetime, thread: str, *, ours: bool) -> Message:
    global number
    number += 1
    author, _new = Author.objects.get_or_create(network="harbour", external_id="us" if ours else "them")
    return Message.objects.create(
        network="harbour",
        external_id=f"spoken-{number}",
        author=author,
        channel=channel,
        text="Words",
        thread_id=thread,
        published_at=at,
        heard_at=at,
        ours=ours,
    )


def answers(channel: Channel, at: datetime, by: User | None, n: int) -> None:
    """So many answers in a conversation; `by` nobody: written on the platform itself."""
    conversation = Conversation.objects.get()
    for _ in range(n):
        asked = spoke(channel, at, f"ask-{number}", ours=False)
        answer = spoke(channel, at + timedelta(hours=1), asked.thread_id, ours=True)
        Placement.objects.create(message=answer, conversation=conversation)
        if by:
            Outgoing.objects.create(
                conversation=conversation,
                channel=channel,
                parent=asked,
                text="Words",
                text_hash="",
                by=by,
                idempotency_key=f"key-{number}",
                state="sent",
                send_after=at,
                message=answer,
            )


def test_an_answer_after_the_promise_counts_as_late_and_none_at_all_too(channel):
    waited(channel, LAST, 1, 2, 3, 3.9, 4.0, 4.1, 30, 1, waiting=2)
    found = by_key()["within", ""].found
    assert isinstance(found, Estimate)
    assert (found.value, found.n) == (6 / 10, 10)


def test_each_team_is_held_to_its_own_promise(channel):
    Team.objects.filter(slug="product").update(answer_within=timedelta(days=3))
    waited(channel, LAST, *[5] * 10)
    waited(channel, LAST, *[5] * 10, team="product")
    assert by_key()["within", ""].found.value == 0.5


def test_nobody_is_late_before_the_promise_has_run_out(channel):
    Team.objects.filter(slug="product").update(answer_within=timedelta(days=20))
    waited(channel, LAST, waiting=30, team="product")
    assert by_key()["within", ""].found == NotEnough(0, 10, "conversations")


FRIDAY = datetime(2026, 6, 5, 17, tzinfo=UTC)  # of the last whole week
WEEKDAYS = Hours("UTC", ((Span(8 * 60, 18 * 60),),) * 5 + ((), ()), (ClosedDay(date(2026, 6, 8), "Founders' day"),))


def test_what_is_asked_on_friday_evening_may_be_answered_after_the_closed_days(channel, ana):
    waited(channel, FRIDAY, *[4 * 24 - 6] * 6, *[4 * 24 - 5.9] * 6)  # until Tuesday at eleven, and six minutes later
    assert by_key()["within", ""].found.value == 0
    clocks.set_hours(Team.objects.get(slug="service"), hours=WEEKDAYS, actor=ana)
    found = by_key()
    assert found["within", ""].found.value == 0.5
    assert found["open_wait", ""].found.value == 4 * 3600
    assert found["wait", ""].found.value == (4 * 24 - 6) * 3600


def test_without_hours_both_times_are_the_same(channel):
    waited(channel, LAST, 1, 2, 3, 4, 5, 6, 7, waiting=2)
    found = by_key()
    assert found["open_wait", ""].found == found["wait", ""].found


def test_who_still_waits_has_waited_while_we_were_open(channel, ana):
    clocks.set_hours(None, hours=WEEKDAYS, actor=ana)
    waited(channel, FRIDAY, *[0.5] * 4, waiting=4)  # taken as since noon: six hours of Friday, and on Tuesday and today
    whole = course(NOW, weeks=12).whole
    assert whole.waiting_open == [((6 + 10 + 4) * 3600, 4)]
    assert whole.waiting == [(5 * 24 * 3600, 4)]


def test_nobody_is_late_before_the_promise_has_run_out_in_opening_hours(channel, ana):
    Team.objects.update(answer_within=timedelta(hours=20))
    waited(channel, FRIDAY, waiting=30)
    assert by_key()["within", ""].found.n == 30
    clocks.set_hours(None, hours=WEEKDAYS, actor=ana)
    assert by_key()["within", ""].found == NotEnough(0, 10, "conversations")


def test_what_opens_a_thread_is_broadcast_and_what_answers_somebody_is_dialogue(channel):
    for n in range(6):
        spoke(channel, LAST, f"news-{n}", ours=True)
        spoke(channel, LAST + timedelta(minutes=1), f"news-{n}", ours=True)  # we go on by ourselves
    for n in range(3):
        spoke(channel, LAST, f"question-{n}", ours=False)
        spoke(channel, LAST + timedelta(hours=1), f"question-{n}", ours=True)
    found = by_key()["dialogue", channel.name].found
    assert (found.value, found.n) == (3 / 15, 15)
    assert by_key()["dialogue", ""].found == found


def test_who_answers_is_told_by_function_and_what_was_written_elsewhere_bears_no_name(channel, talk, ben):
    answers(channel, LAST, ben, 9)
    answers(channel, LAST, None, 3)
    found = by_key()
    assert found["by", "service"].found.value == 9 / 12
    assert found["by", "elsewhere"].found.value == 3 / 12


def test_who_answers_is_told_by_person_and_by_whom_they_work_for(channel, talk, ana, ben, cleo):
    agency = {"works_for": "Nordlys", "is_active": True, "teams": [], "role": "member"}
    organising.change_member(cleo, actor=ana, **agency)
    answers(channel, LAST, ben, 5)
    answers(channel, LAST, cleo, 4)
    answers(channel, LAST, None, 3)
    found = by_key()
    told = {of: (one.found.value, one.label) for (key, of), one in found.items() if key == "by_house"}
    assert told == {
        "ourselves": (5 / 12, "ourselves"),
        "Nordlys": (4 / 12, "Nordlys"),
        "elsewhere": (3 / 12, "on the platform itself"),
    }
    assert found["by_person", "cleo@calm.example"].found.value == 4 / 12
    assert found["by_person", "ben@calm.example"].label == "Ben"
    assert found["by", "none"].found.value == 4 / 12


def test_each_person_is_shown_to_those_who_see_everything(client, weeks, ben):
    def seen(user: User) -> list[str]:
        client.force_login(user)
        return [client.get(reverse(name)).content.decode() for name in ("course_response", "course_response_csv")]

    assert not any("by_person" in text or "each person" in text for text in seen(ben))
    page, file = seen(User.objects.get(role="administrator"))
    assert "Who answers: each person" in page
    assert "by_person,ben@calm.example" in file


def test_an_agency_that_is_named_anew_is_on_the_page_at_once(client, weeks, ana, ben):
    assert "Nordlys" not in client.get(reverse("course_response")).content.decode()
    organising.change_member(ben, role="member", teams=[], is_active=True, works_for="Nordlys", actor=ana)
    assert "Nordlys" in client.get(reverse("course_response")).content.decode()


@pytest.fixture
def client(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


@pytest.fixture
def weeks(channel: Channel, talk: Conversation, ben: User) -> None:
    last = datetime.combine(monday(timezone.now().astimezone(UTC).date()), LAST.time(), UTC) - timedelta(days=6)
    for back in range(4):
        at = last - timedelta(weeks=back)
        waited(channel, at, 0.5, 1, 2, 3, 3.5, 6, waiting=1)
        for n in range(5):
            spoke(channel, at, f"post-{back}-{n}", ours=n < 2)
            spoke(channel, at + timedelta(hours=1), f"post-{back}-{n}", ours=True)
    answers(channel, last, ben, 12)


@pytest.mark.parametrize("hours", [None, WEEKDAYS])
def test_page_file_and_command_line_say_the_same(client, weeks, channel, monkeypatch, ana, hours):
    clocks.set_hours(None, hours=hours, actor=ana)
    found = measures(course(timezone.now(), weeks=12))
    monkeypatch.setattr(cli, "django", lambda: None)
    printed = CliRunner().invoke(cli.main, ["measure", "response", "--csv"], catch_exceptions=False).output
    on_line = list(csv.DictReader(io.StringIO(printed)))
    file = client.get(reverse("course_response_csv")).content.decode().lstrip("\ufeff")
    in_file = list(csv.DictReader(io.StringIO(file)))
    assert on_line == in_file == [json.loads(json.dumps(one.row()), parse_int=str, parse_float=str) for one in found]
    page = client.get(reverse("course_response")).content.decode()
    told = CliRunner().invoke(cli.main, ["measure", "response"], catch_exceptions=False).output
    for one in found:
        assert words(one) in told
        assert words(one).partition(" (")[0].capitalize() in page
    for definition in DEFINITIONS.values():
        assert str(definition.words)[:60].replace("'", "&#x27;") in page
        assert str(definition.words) in told
        assert str(definition.words) in file


def test_the_share_and_the_wait_are_those_of_counts_and_answers(client, weeks):
    both = [client.get(reverse(name)).content.decode() for name in ("course_response", "course_counts")]
    assert all("86\u00a0%" in page for page in both)


def test_each_measure_opens_to_its_method_and_its_messages(client, weeks):
    page = client.get(reverse("course_response")).content.decode()
    methods = [card.partition("</details>")[0] for card in page.split("How this was made")[1:]]
    assert len(methods) == len(DEFINITIONS)
    assert all("Wilson" in one or "Kaplan and Meier" in one for one in methods)
    for one in methods:
        found = re.search(r'href="([^"]+)"', one)
        assert client.get(html.unescape(found[1])).status_code == 200


def test_a_channel_that_is_not_there_is_named(monkeypatch, db):
    monkeypatch.setattr(cli, "django", lambda: None)
    told = CliRunner().invoke(cli.main, ["measure", "response", "--channel", "Nowhere"])
    assert "There is no channel called Nowhere" in told.output
    assert told.exit_code == 1
