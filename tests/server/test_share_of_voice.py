"""Share of voice: fair to rivals, whatever was deaf, copied, or heard only because it was said to us."""

from __future__ import annotations

import html
import re
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.core.measure.coverage import State, Verdict
from rapport.core.measure.voice import sums
from rapport.core.types import NotEnough
from rapport.server.listen import hours as listening
from rapport.server.listen.hours import Told
from rapport.server.listen.models import Author, Brief, BriefMatch, Channel, Message, Purpose, Sighting
from rapport.server.measure import voice
from rapport.server.measure.models import VoiceWeek

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday
WEEK = date(2026, 6, 1)
START = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Hours of the week that a channel was down; all others are heard."""
    down: dict[int, int] = {}

    def hours(channels, start, now, end=None):
        return {
            c.pk: [
                Told(start + timedelta(hours=n), Verdict(State.DOWN if n < down.get(c.pk, 0) else State.DELIVERING))
                for n in range(168)
            ]
            for c in channels
        }

    monkeypatch.setattr(listening, "hours", hours)
    return down


@pytest.fixture
def us(db: None) -> Brief:
    return _since_long(Brief.objects.create(name="Us", purpose=Purpose.BRAND, query="calm"))


@pytest.fixture
def rival(db: None) -> Brief:
    return _since_long(Brief.objects.create(name="Swift Ferries", purpose=Purpose.RIVAL, query="swift"))


def _since_long(brief: Brief) -> Brief:
    Brief.objects.update(changed_at=START - timedelta(days=400))
    return brief


number = 0


def said(
    channel: Channel,
    count: int,
    *briefs: Brief,
    by: str = "",
    source: str = "stream",
    addressed: bool = False,
    at: datetime = START,
) -> None:
    global number
    for _ in range(count):
        number += 1
        author, _new = Author.objects.get_or_create(network="harbour", external_id=by or f"voice-{number}")
        row = Message.objects.create(
            network="harbour",
            external_id=f"voice-{number}",
            author=author,
            channel=channel,
            text="Words",
            thread_id=f"voice-{number}",
            published_at=at + timedelta(hours=1),
            heard_at=at,
            addressed=addressed,
        )
        Sighting.objects.create(message=row, channel=channel, source=source)
        BriefMatch.objects.bulk_create([BriefMatch(brief=brief, message=row) for brief in briefs])


def weighed() -> VoiceWeek:
    return voice.weigh(WEEK, NOW, voice._listened_for())


def test_ours_and_theirs_make_one(channel, us, rival, deaf):
    said(channel, 30, us)
    said(channel, 60, rival)
    said(channel, 5, us, rival)
    row = weighed()
    assert row.mentions == 100
    assert row.messages["us"][0] == 0.35
    assert row.messages["us"][0] + row.messages[str(rival.pk)][0] == 1


def test_one_loud_person_is_many_messages_and_one_voice(channel, us, rival, deaf):
    said(channel, 30, us)
    said(channel, 60, rival, by="loud")
    row = weighed()
    assert row.messages["us"][0] == pytest.approx(1 / 3)
    assert row.people["us"][0] == pytest.approx(30 / 31)
    assert row.messages["us"][2] - row.messages["us"][1] > 0.5


def test_a_channel_that_was_down_on_sunday_counts_for_nobody(channel, us, rival, deaf):
    other = Channel.objects.create(name="Other", connector="harbour", network="harbour")
    said(channel, 30, us)
    said(channel, 30, rival)
    said(other, 50, us)
    deaf[other.pk] = 24
    row = weighed()
    assert (row.channels, row.left_out) == (["Harbour"], ["Other"])
    assert row.messages["us"][0] == 0.5


def test_what_we_hear_because_it_was_said_to_us_counts_only_where_it_would_have_been_heard_anyway(
    channel, us, rival, deaf
):
    said(channel, 30, us, source="mentions", addressed=True)
    said(channel, 20, us, source="stream", addressed=True)
    said(channel, 20, rival)
    assert weighed().messages["us"][0] == 0.5


def test_a_mailbox_of_ours_says_nothing_of_rivals(channel, us, rival, deaf):
    Channel.objects.update(addressed=True)
    said(channel, 30, us)
    said(channel, 30, rival)
    row = weighed()
    assert (row.channels, row.mentions, row.messages) == ([], 0, {})


def test_a_rival_whose_brief_came_in_the_middle_of_the_week_is_not_compared(channel, us, rival, deaf):
    new = Brief.objects.create(name="New", purpose=Purpose.RIVAL, query="new", changed_at=START + timedelta(days=2))
    said(channel, 30, us)
    said(channel, 30, rival)
    said(channel, 30, new, at=START + timedelta(days=3))
    row = weighed()
    assert str(new.pk) not in dict(row.brands)
    assert row.messages["us"][0] == 0.5


def test_a_handful_of_people_have_no_share(channel, us, rival, deaf):
    said(channel, 10, us)
    said(channel, 9, rival)
    row = weighed()
    assert (row.messages, row.groups, row.needed) == ({}, 19, 20)


def test_weeks_that_are_too_small_alone_have_a_share_together(channel, us, rival, deaf):
    said(channel, 6, us)
    said(channel, 9, rival)
    said(channel, 6, us, at=START + timedelta(days=7))
    said(channel, 9, rival, at=START + timedelta(days=7))
    rows = [voice.weigh(week, NOW, voice._listened_for()) for week in (WEEK, WEEK + timedelta(days=7))]
    found = voice.whole(rows, people=False)
    assert (found["us"].value, found["us"].n) == (0.4, 30)
    assert found["us"].low > 0.15


def test_the_same_people_every_week_are_no_more_people(channel, us, rival, deaf):
    for week in range(2):
        for n in range(15):
            said(channel, 1, us if n < 6 else rival, by=f"steady-{n}", at=START + timedelta(days=7 * week))
    rows = [voice.weigh(week, NOW, voice._listened_for()) for week in (WEEK, WEEK + timedelta(days=7))]
    VoiceWeek.objects.bulk_create(rows)
    found = voice.whole(VoiceWeek.objects.all(), people=True)
    assert isinstance(found, NotEnough)
    assert found.have <= 15


def test_a_week_whose_voices_were_not_kept_is_weighed_anew(channel, us, rival, deaf):
    said(channel, 6, us)
    old = weighed()
    for kept in old.sums.values():
        del kept["voices"]
    old.save()
    assert voice.whole([old], people=False).have == 0
    voice.renew(NOW + timedelta(days=28))
    assert VoiceWeek.objects.get(week=WEEK).sums["messages"]["voices"]


def test_the_last_weeks_are_weighed_anew_and_the_others_once(channel, us, rival, deaf):
    said(channel, 30, us)
    said(channel, 30, rival)
    assert voice.renew(NOW) == voice.WEEKS
    assert voice.renew(NOW) == voice.AGAIN
    assert VoiceWeek.objects.get(week=WEEK).messages["us"][0] == 0.5


# -- the page


@pytest.fixture
def client(ben):
    client = Client()
    client.force_login(ben)
    return client


def test_without_a_rival_the_page_says_what_to_do(client, us):
    assert "There is no rival to compare with" in client.get(reverse("course_voice")).content.decode()


def test_the_page_switches_between_messages_and_people(client, rival):
    week = voice.weeks(timezone.now(), 1)[0].week
    VoiceWeek.objects.create(
        week=week,
        brands=[["us", "us"], [str(rival.pk), rival.name]],
        channels=["Harbour"],
        left_out=["Other"],
        messages={"us": [0.4, 0.3, 0.5], str(rival.pk): [0.6, 0.5, 0.7]},
        people={"us": [0.5, 0.41, 0.59], str(rival.pk): [0.5, 0.41, 0.59]},
        mentions=100,
        groups=80,
        needed=20,
    )
    page = client.get(reverse("course_voice")).content.decode()
    assert "40\u00a0% of the messages were about us (between 30\u00a0% and 50\u00a0%)" in page
    assert "Left out:" in page
    page = client.get(reverse("course_voice"), {"count": "people"}).content.decode()
    assert "50\u00a0% of the people spoke about us" in page
    lines = client.get(reverse("course_voice_figure", args=["csv"]), {"count": "people"}).content.decode().splitlines()
    assert lines[1] == f"{week},us,people,0.5,0.41,0.59,80"


def test_shares_of_weeks_that_are_too_small_alone_say_of_how_many_and_open_to_their_method(client, us, rival):
    for n, row in enumerate(voice.weeks(timezone.now(), 12)):
        row.brands = [["us", "us"], [str(rival.pk), rival.name]]
        brand, each = ["us"] * 4 + [str(rival.pk)] * 6, np.arange(10)
        names = [f"{n}-{one}" for one in each]
        row.sums = {
            kind: asdict(sums(brand, each, people=kind == "people", voice=names)) for kind in voice.COUNTED.values()
        }
        row.save()
    page = client.get(reverse("course_voice")).content.decode()
    assert "of 120 mentions" in page
    method = page.split("How this was made")[1].partition("</details>")[0]
    assert "ratio over clusters" in method
    found = client.get(html.unescape(re.search(r'href="([^"]+)"', method)[1]))
    assert found.status_code == 200
    assert "of 120 people" in client.get(reverse("course_voice"), {"count": "people"}).content.decode()


def test_a_week_among_other_rivals_is_not_drawn_beside_the_others(client, rival):
    for n, row in enumerate(voice.weeks(timezone.now(), 2)):
        row.brands = [["us", "us"], [str(rival.pk), rival.name], *([["9", "Gone"]] if n == 0 else [])]
        row.messages = {"us": [0.4, 0.3, 0.5], str(rival.pk): [0.6, 0.5, 0.7]}
        row.save()
    page = client.get(reverse("course_voice")).content.decode()
    assert "other rivals, or none" in page
