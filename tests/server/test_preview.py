"""What a brief would have heard in the last seven days: all of it, or an honest estimate."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.query import STANDING_FIELDS, parse
from rapport.core.types import Author
from rapport.server.listen import preview as previewing
from rapport.server.listen.models import Message
from rapport.server.listen.preview import preview
from rapport.server.route.queries import messages_visible_to


def look(query, *, messages=None, now=None, zone=UTC):
    rows = Message.objects.all() if messages is None else messages
    return preview(parse(query, fields=STANDING_FIELDS), rows, now=now or timezone.now(), zone=zone)


def at(message, when):
    Message.objects.filter(external_id=message).update(published_at=when)


def test_it_agrees_with_what_the_brief_would_do(hear, says):
    lee = Author("harbour", "lee", handle="lee.example", name="Lee")
    hear(
        says("ferry", url="https://harbour.example/1"),
        says("ferry and train", after=1),
        says("ferry", after=2, author=lee),
    )
    found = look("ferry -train author:kim channel:harbour site:harbour.example")
    assert (found.matched, found.heard, found.estimate) == (1, 3, None)


def test_the_seven_days_are_those_of_the_zone(hear, says):
    hear(*(says(f"ferry {n}", external_id=f"m{n}") for n in range(4)))
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    at("m0", datetime(2026, 3, 3, 22, 59, tzinfo=UTC))  # in Copenhagen still the day before
    at("m1", datetime(2026, 3, 3, 23, 0, tzinfo=UTC))
    at("m2", datetime(2026, 3, 10, 11, tzinfo=UTC))
    at("m3", datetime(2026, 3, 10, 13, tzinfo=UTC))  # a clock ahead of ours
    found = look("ferry", now=now, zone=ZoneInfo("Europe/Copenhagen"))
    assert (found.first, found.last) == (date(2026, 3, 4), date(2026, 3, 10))
    assert (found.heard, found.matched) == (2, 2)
    assert [count for _, count in found.days] == [1, 0, 0, 0, 0, 0, 1]


@pytest.fixture
def many(hear, says):
    """Sixty messages, every third about a cup."""
    hear(*(says(f"the {'cup' if n % 3 == 0 else 'quay'} {n}", after=n / 2) for n in range(60)))


def test_words_that_few_messages_have_are_found_in_every_one_of_them_however_large_the_week(many, monkeypatch):
    monkeypatch.setattr(previewing, "LOOKED_AT", 25)
    assert look("cup").matched == 20
    assert look("cup").estimate is None


@pytest.mark.parametrize("counted", [20_000, 50], ids=["counted", "too many to count"])
def test_a_week_too_large_to_look_at_is_estimated_from_a_draw(many, monkeypatch, counted):
    monkeypatch.setattr(previewing, "LOOKED_AT", 30)
    monkeypatch.setattr(previewing, "COUNTED", counted)
    found = look("-cup")
    assert 25 <= found.drawn <= 35
    assert found.estimate.low < 40 < found.estimate.high
    assert found.heard == 60
    assert found.scale == pytest.approx(60 / found.drawn)
    assert sum(count for _, count in found.days) == pytest.approx(found.estimate.value, abs=7)
    assert found.also(parse("quay")) == round(found.estimate.value)
    assert look("-cup").estimate == found.estimate


def test_a_large_week_whose_words_are_rare_says_that_it_is_larger_than_was_counted(many, monkeypatch):
    monkeypatch.setattr(previewing, "COUNTED", 50)
    found = look("cup")
    assert (found.heard, found.more, found.matched) == (50, True, 20)


def test_a_stranger_sees_nothing_of_the_conversations_of_others(many, hear, says, ana, cleo):
    hear(says("the cup and the ferry"))
    assert look("cup", messages=messages_visible_to(ana)).matched == 21
    assert look("cup", messages=messages_visible_to(cleo)).heard == 0


def test_the_page_says_which_days_and_where_to_look_further_back(client, ana, hear, says):
    hear(says("ferry", external_id="old"))
    at("old", timezone.now() - timedelta(days=9))
    client.force_login(ana)
    page = client.get(reverse("preview_brief"), {"query": "ferry late"}).content.decode()
    assert "Nothing was said in the last seven days" in page
    assert f"{reverse('search')}?q=ferry%20late" in page


def test_the_page_says_that_it_is_an_estimate(client, ana, many, monkeypatch):
    monkeypatch.setattr(previewing, "LOOKED_AT", 30)
    client.force_login(ana)
    page = client.get(reverse("preview_brief"), {"query": "-cup"}).content.decode()
    assert "of 60 messages of the last seven days" in page
    assert "of them drawn at random" in page
