"""Response measures: defined once, and the same on the page, the command line and in the file."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport import cli
from rapport.core.types import Estimate, NotEnough
from rapport.server.listen.models import Author, Channel, Message
from rapport.server.measure.models import DayAnswer
from rapport.server.measure.queries import course, monday
from rapport.server.measure.response import DEFINITIONS, Measure, measures
from rapport.server.organise.models import Team, User
from rapport.server.respond.models import Outgoing
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
    DayAnswer.objects.create(
        channel=channel,
        team=Team.objects.get(slug=team),
        day=at.date(),
        asked=len(waits) + waiting,
        answered=len(waits),
        closed=0,
        waits=waits.tobytes(),
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
    conversation = Conversation.objects.get()
    for n in range(12):
        asked = spoke(channel, LAST, f"ask-{n}", ours=False)
        answer = spoke(channel, LAST + timedelta(hours=1), f"ask-{n}", ours=True)
        Placement.objects.create(message=answer, conversation=conversation)
        if n < 9:
            Outgoing.objects.create(
                conversation=conversation,
                channel=channel,
                parent=asked,
                text="Words",
                text_hash="",
                by=ben,
                idempotency_key=f"key-{n}",
                state="sent",
                send_after=LAST,
                message=answer,
            )
    found = by_key()
    assert found["by", "service"].found.value == 9 / 12
    assert found["by", "elsewhere"].found.value == 3 / 12


@pytest.fixture
def client(ben: User) -> Client:
    client = Client()
    client.force_login(ben)
    return client


@pytest.fixture
def weeks(channel: Channel) -> None:
    last = datetime.combine(monday(timezone.now().astimezone(UTC).date()), LAST.time(), UTC) - timedelta(days=6)
    for back in range(4):
        at = last - timedelta(weeks=back)
        waited(channel, at, 0.5, 1, 2, 3, 3.5, 6, waiting=1)
        for n in range(5):
            spoke(channel, at, f"post-{back}-{n}", ours=n < 2)
            spoke(channel, at + timedelta(hours=1), f"post-{back}-{n}", ours=True)


def test_page_file_and_command_line_say_the_same(client, weeks, channel, monkeypatch):
    found = measures(course(timezone.now(), weeks=12))
    monkeypatch.setattr(cli, "django", lambda: None)
    printed = CliRunner().invoke(cli.main, ["measure", "response", "--csv"], catch_exceptions=False).output
    on_line = list(csv.DictReader(io.StringIO(printed)))
    file = client.get(reverse("course_response_csv")).content.decode().lstrip("\ufeff")
    in_file = [{k: v for k, v in row.items() if k != "definition"} for row in csv.DictReader(io.StringIO(file))]
    assert on_line == in_file == [json.loads(json.dumps(one.row()), parse_int=str, parse_float=str) for one in found]
    page = client.get(reverse("course_response")).content.decode()
    told = CliRunner().invoke(cli.main, ["measure", "response"], catch_exceptions=False).output
    assert "71\u00a0%" in page
    assert "71\u00a0% (between" in told
    for definition in DEFINITIONS.values():
        assert str(definition.words)[:60].replace("'", "&#x27;") in page
        assert str(definition.words) in told
        assert str(definition.words) in file


def test_the_share_and_the_wait_are_those_of_counts_and_answers(client, weeks):
    both = [client.get(reverse(name)).content.decode() for name in ("course_response", "course_counts")]
    assert all("86\u00a0%" in page for page in both)


def test_a_channel_that_is_not_there_is_named(monkeypatch, db):
    monkeypatch.setattr(cli, "django", lambda: None)
    told = CliRunner().invoke(cli.main, ["measure", "response", "--channel", "Nowhere"])
    assert "There is no channel called Nowhere" in told.output
    assert told.exit_code == 1
