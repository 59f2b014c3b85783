"""Where a platform allows keeping texts for so long only, they are gone then from wherever they were."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from django.apps import apps
from django.core import serializers
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from rapport.connectors.contract import Upkeep
from rapport.core.types import Page, Refused
from rapport.server.keep import actions as keeping
from rapport.server.listen import receiving, upkeep
from rapport.server.listen.models import Channel, Cursor, Message
from rapport.server.organise.models import Role
from rapport.server.route import exports
from rapport.server.work import settle
from tests.server.conftest import member

WORD = "zqxorbotron"


@pytest.fixture(autouse=True)
def home(settings, tmp_path, monkeypatch):
    settings.ARCHIVE = tmp_path / "archive"
    (tmp_path / "exports").mkdir()
    monkeypatch.setattr(exports, "_folder", lambda: tmp_path / "exports")
    return tmp_path


@pytest.fixture
def thirty(channel, ana) -> Channel:
    """A channel whose platform allows thirty days."""
    row = upkeep.set_upkeep(channel, look_again=[(2, 60)], max_age_days=30, actor=ana)
    assert isinstance(row, Channel), row
    return row


def in_thirty_days(more: timedelta) -> None:
    """What the timetable and the worker do then."""
    now = timezone.now() + timedelta(days=30) + more
    upkeep.let_go(now)
    Message.objects.filter(state__in=["taken_back", "removed"]).update(next_try_at=timezone.now())
    settle("test")
    keeping.write(actor="test")
    exports.throw_away(timezone.now())


def places(folder) -> set[str]:
    """Where the word can be read: the tables, the index, what is cached, and every file of archive and exports."""
    found = set()
    rows = [row for model in apps.get_app_config("rapport").get_models() for row in model.objects.all()]
    if WORD in serializers.serialize("json", rows):
        found.add("tables")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM rapport_message_words WHERE rapport_message_words MATCH %s", [WORD])
            found |= {"index"} if cursor.fetchone()[0] else set()
    if WORD in repr(getattr(cache, "_cache", "")):
        found.add("caches")
    for file in folder.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        if file.suffix == ".parquet":
            content += repr(pl.read_parquet(file).to_dicts()).encode()
        if WORD.encode() in content:
            found.add("archive" if "archive" in file.parts else "exports")
    return found


def test_after_thirty_days_a_text_is_nowhere(thirty, hear, says, ana, home, client):
    hear(says(f"My {WORD} is late", external_id="old"), says("Thank you", external_id="other"))
    receiving.receive(Page(messages=(says(f"My {WORD} was late", external_id="old"),)), thirty, "mentions")
    settle("test")
    keeping.write(actor="test")
    exports.begin("*", "jsonl", actor=ana)
    exports.turn("worker-1")
    everywhere = {"tables", "archive", "exports"} | ({"index"} if connection.vendor == "sqlite" else set())
    assert places(home) == everywhere  # or else the rest would prove nothing
    in_thirty_days(timedelta(minutes=-5))
    assert places(home) == everywhere
    in_thirty_days(timedelta(minutes=5))
    assert places(home) == set()
    assert Message.objects.count() == 2
    client.force_login(ana)
    assert WORD not in client.get(reverse("search"), {"q": "late"}).content.decode()


def test_it_does_not_come_back_by_another_way(thirty, hear, says):
    message = says(f"My {WORD} is late", external_id="old")
    hear(message)
    in_thirty_days(timedelta(minutes=5))
    assert hear(message).buried == 1


def test_what_we_said_ourselves_stays(thirty, hear, says):
    hear(says("At noon.", author=says("x").author.__class__("harbour", "us")))
    in_thirty_days(timedelta(minutes=5))
    assert Message.objects.get().text == "At noon."


def test_other_channels_keep_theirs(channel, hear, says):
    hear(says(f"My {WORD} is late"))
    in_thirty_days(timedelta(days=3_000))
    assert Message.objects.get().text


def test_a_connector_may_say_it_by_itself(channel, hear, says, harbour):
    harbour.upkeep = Upkeep(max_age_days=30)
    hear(says(f"My {WORD} is late"))
    in_thirty_days(timedelta(minutes=5))
    assert Message.objects.get().text == ""


# -- as one sets it --------------------------------------------------------------------------------------------------


def test_only_an_administrator_decides(channel, ana, client):
    hugo = member("Hugo", Role.HUB, "hub", ana)
    assert isinstance(upkeep.set_upkeep(channel, look_again=[], max_age_days=1, actor=hugo), Refused)
    client.force_login(hugo)
    assert client.post(reverse("set_upkeep", args=[channel.pk]), {"max_age": "1"}).status_code == 404
    assert Channel.objects.get().upkeep is None


@pytest.mark.parametrize(
    ("tiers", "age"), [([(0, 60)], None), ([(2, 30)], None), ([(2, 60), (2, 90)], None), ([], 0), ([(9_999, 60)], None)]
)
def test_nonsense_is_refused(channel, ana, tiers, age):
    assert isinstance(upkeep.set_upkeep(channel, look_again=tiers, max_age_days=age, actor=ana), Refused)


@pytest.fixture
def page(channel, client, ana):
    Cursor.objects.create(channel=channel, source="recheck")
    client.force_login(ana)
    return lambda: client.get(reverse("channel", args=[channel.pk])).content.decode()


def test_the_page_says_how_often_and_how_long(page):
    text = page().replace("\u00a0", " ")
    assert "Younger than 2 days: every minute" in text
    assert "Younger than 30 days: every day" in text
    assert "Texts stay until somebody takes them back." in text


def test_an_administrator_changes_it_on_the_page(page, client, channel):
    answers = {"days": ["3", "", "60"], "minutes": ["5", "", "2880"], "max_age": "90"}
    client.post(reverse("set_upkeep", args=[channel.pk]), answers)
    found = upkeep.upkeep_of(Channel.objects.get())
    assert found == Upkeep(((3, 300), (60, 172_800)), 90)
    assert "Texts go after 90 days." in page()


@pytest.mark.parametrize(
    "answers", [{"days": ["3"], "minutes": [""]}, {"max_age": "soon"}, {"days": ["x"], "minutes": ["5"]}]
)
def test_what_is_no_number_is_refused_and_nothing_changes(page, client, channel, answers):
    told = client.post(reverse("set_upkeep", args=[channel.pk]), answers, follow=True).content.decode()
    assert "Write whole numbers" in told
    assert Channel.objects.get().upkeep is None
