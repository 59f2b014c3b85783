"""What a query finds in closed days, while one waits."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.cli import main
from rapport.core.errors import QueryError
from rapport.core.query import parse
from rapport.server.keep import actions as keeping
from rapport.server.listen.models import Brief, BriefMatch, Message
from rapport.server.measure import figures, frames, question
from rapport.server.measure.asked import FIELDS, Answer
from rapport.server.measure.models import DeskDay, DeskFrame, Line
from rapport.server.measure.question import answer
from rapport.server.organise.models import Notice, Role, User
from tests.server.closed_days import FIRST, Days, morning_after
from tests.server.conftest import member

WEEKS = 6


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    cache.clear()


@pytest.fixture
def days(ana, settings, tmp_path) -> Days:
    """Six weeks in which every third message speaks of the price."""
    settings.ARCHIVE = tmp_path / "archive"
    played = Days(labels=24)
    played.play(7 * WEEKS)
    third = list(Message.objects.order_by("pk").values_list("pk", flat=True))[2::3]
    Message.objects.filter(pk__in=third).update(text="The price was raised")
    return played


def asked(days: Days, text: str = "price", *, weeks: int = WEEKS) -> Answer:
    found = answer(parse(text, fields=FIELDS), morning_after(days.last), weeks=weeks)
    assert found
    return found


def told(found: Answer) -> tuple[object, ...]:
    return (found.matched, found.whole.net, found.whole.labels, [one.net for one in found.found.weeks])


def follow(days: Days) -> Line:
    """A line on a brief that matched the same messages."""
    brief = Brief.objects.create(name="Prices", purpose="topic", query="price")
    said = Message.objects.filter(text__contains="price")
    BriefMatch.objects.bulk_create(BriefMatch(brief=brief, message=one) for one in said)
    line = Line.objects.create(name="Prices", brief=brief)
    figures.estimate_lines(morning_after(days.last))
    return line


def archived() -> None:
    while keeping.write(actor="test"):
        pass


def test_nothing_is_found_before_a_day_was_closed(ana):
    assert answer(parse("price", fields=FIELDS), morning_after(FIRST), weeks=WEEKS) is None


def test_a_question_finds_what_a_line_on_the_same_messages_finds(days):
    found, line = asked(days), follow(days)
    same = {row.end: row for row in line.figures.filter(period="week", current=True)}
    [seven] = line.figures.filter(period="seven", end=days.last, current=True)
    assert (found.weeks, len(found.found.weeks)) == (1, WEEKS)
    for week in found.found.weeks:
        assert (week.labels, week.messages) == (same[week.end].labels, same[week.end].messages)
        assert week.net == pytest.approx(same[week.end].net, abs=0.02)  # its channels have other fixed weights
    assert (found.found.seven.labels, found.found.seven.messages) == (seven.labels, seven.messages)
    assert found.matched == (said := Message.objects.filter(text__contains="price").count(), said, said)


def test_a_question_is_answered_alike_from_the_database_and_from_the_archive(days):
    before = told(asked(days))
    archived()
    assert not Message.objects.filter(unarchived=True).exists()
    Message.objects.update(text="")  # as if all had left
    assert told(asked(days)) == before


def test_of_a_rare_thing_several_weeks_are_taken_together(days):
    rare = list(Message.objects.filter(text__contains="price").values_list("pk", flat=True))[::4]
    Message.objects.exclude(pk__in=rare).update(text="It was said")
    found = asked(days)
    assert found.weeks == 4
    assert [(one.end - one.start).days for one in found.found.weeks] == [27]
    assert found.whole.labels >= found.found.weeks[0].labels


def test_what_nobody_said_has_no_number(days):
    found = asked(days, "zeppelin")
    assert (found.matched, found.whole.net, found.whole.messages) == ((0, 0, 0), None, 0)


def test_messages_that_were_taken_back_are_not_found(days):
    said = Message.objects.filter(text__contains="price")
    before = asked(days).matched[0]
    gone = list(said.values_list("pk", flat=True)[:10])
    Message.objects.filter(pk__in=gone).update(removed_at=morning_after(days.last))
    assert asked(days).matched[0] == before - 10


def test_what_may_have_changed_since_cannot_be_asked(days):
    with pytest.raises(QueryError, match="closed days are asked as they were"):
        parse("price AND team:service", fields=FIELDS)


# -- the page ----------------------------------------------------------------------------------------------------------


def page(user: User, **given: object) -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("question"), given)
    return answer.status_code, " ".join(answer.content.decode().split())


@pytest.fixture
def lately(ana, settings, tmp_path) -> Days:
    settings.ARCHIVE = tmp_path / "archive"
    newest = (timezone.now() - timedelta(hours=30)).date()  # at night yesterday is not closed yet
    played = Days(labels=24, first=newest - timedelta(days=7 * WEEKS - 1))
    played.play(7 * WEEKS)
    return played


def test_the_page_answers_with_numbers_a_chart_and_the_way_to_the_messages(lately, ana):
    status, told = page(ana, q="said")
    assert status == 200
    assert "1 764 of 1 764 messages match." in told
    assert "over all 42 days, 1 008 labels." in told
    assert "/course/question.svg?q=said" in told
    assert f"q=published%3A{lately.first}..{lately.last}+%28said%29" in told
    assert f"{reverse('new_brief')}?query=said" in told


def test_the_picture_and_the_table_of_a_question_can_be_taken_away(lately, ana):
    client = Client()
    client.force_login(ana)
    rows = client.get(reverse("question_figure", args=["csv"]), {"q": "said"}).content.decode().splitlines()
    assert rows[0].startswith("period,start,end,value,low,high,labels")
    assert rows[-1].startswith(f"seven,{lately.last - timedelta(days=6)},{lately.last},")
    assert client.get(reverse("question_figure", args=["svg"]), {"q": "said"}).content.startswith(b"<svg")
    assert client.get(reverse("question_figure", args=["svg"])).status_code == 404


def test_the_command_prints_what_the_page_shows(lately, ana):
    client = Client()
    client.force_login(ana)
    page = list(csv.DictReader(client.get(reverse("question_figure", args=["csv"]), {"q": "said"}).text.splitlines()))
    told = list(csv.DictReader(CliRunner().invoke(main, ["measure", "ask", "said", "--csv"]).stdout.splitlines()))
    assert [row["period"] for row in told] == [*(["weeks"] * (len(page) - 1)), "seven", "all"]
    for shown, printed in zip(page, told):
        assert (shown["end"], shown["value"], shown["labels"]) == (printed["end"], printed["net"], printed["labels"])
    said = CliRunner().invoke(main, ["measure", "ask", "said"]).stderr
    assert re.fullmatch(r"([\d,]+) of \1 messages match\.\n", said), "all were looked through: no interval of no width"
    assert "QUERY" in CliRunner().invoke(main, ["measure", "ask", "said AND ("]).output


def test_what_cannot_be_read_is_marked_and_what_nobody_said_is_told(lately, ana):
    assert page(ana, q="said AND (")[0] == 422
    assert "Nothing in these days matches" in page(ana, q="zeppelin")[1]
    assert "For example" in page(ana)[1]


def test_the_bell_rings_on_the_page_as_on_every_other(lately, ana):
    assert "1 unread" not in page(ana, q="said")[1]
    Notice.objects.create(user=ana, what="sent", url="/")
    assert "1 unread" in page(ana, q="said")[1]


def test_an_archive_that_cannot_be_read_is_told_on_the_page(lately, ana, settings):
    archived()
    for file in settings.ARCHIVE.rglob("*.parquet"):
        file.write_bytes(b"damaged")
    status, told = page(ana, q="said")
    assert (status, "The archive cannot be read just now" in told) == (503, True)
    assert f'href="{reverse("settings_archive")}"' in told
    assert "True" not in told
    client = Client()
    client.force_login(ana)
    assert client.get(reverse("question_figure", args=["svg"]), {"q": "said"}).status_code == 503


def test_whoever_may_not_see_every_conversation_cannot_ask(lately, ana):
    assert page(member("Ben", Role.MEMBER, "service", ana), q="said")[0] == 404


# -- of many, a draw ---------------------------------------------------------------------------------------------------


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers by which these days were drawn, by the id in the network."""
    known: dict[str, float] = {}
    of = dict(Message.objects.values_list("pk", "external_id"))
    for row in DeskDay.objects.all():
        known |= {of[int(one["message"])]: float(one["number"]) for one in frames.rows(row)}
    monkeypatch.setattr(question, "numbering", lambda: lambda network, external_id: known[external_id])


def test_of_many_messages_a_draw_is_looked_through_and_widens_what_is_said(days, numbers, monkeypatch):
    every = asked(days)
    monkeypatch.setattr(question, "LOOKED_AT", 800)
    some = asked(days)
    said = Message.objects.count()
    assert (every.drawn, some.drawn, some.messages) == (1.0, 800 / said, said)
    value, low, high = some.matched
    assert low < every.matched[0] < high
    assert value == pytest.approx(some.whole.messages, abs=2)
    assert 0 < some.whole.labels < every.whole.labels
    (_, below, above), (whole, low, high) = some.whole.net, every.whole.net
    assert below < whole < above
    assert above - below > high - low


def test_a_draw_is_the_same_from_the_foremost_rows_and_from_all_of_them(ana):
    found = np.zeros(2_000, frames.ROW)
    found["message"], found["number"] = np.arange(2_000), np.random.default_rng(7).random(2_000)
    day = frames.keep(found, day=FIRST, reader="r", planned=0)
    for number in (0.0, 0.1, 0.2, 0.3, 1.0):
        some = frames.rows_to(DeskDay.objects.get(), number)
        assert some["message"].tolist() == found["message"][found["number"] <= number].tolist()
    day.frame.delete()
    assert 150 < len(frames.rows_to(DeskDay.objects.get(), 0.1)) < 250
    with pytest.raises(DeskFrame.DoesNotExist):
        frames.rows_to(DeskDay.objects.get(), 0.3)


def test_a_day_without_a_label_among_what_matches_is_coded_all_the_same(days):
    some = Message.objects.values_list("pk", flat=True)
    Message.objects.filter(pk__in=[one for one in some if one % 40 == 0]).update(text="The dog was let on board")
    found = asked(days, "dog").whole
    assert found.labels < 42
    assert (found.made["coded"], found.weight) == ([42, 42, 0], 1.0)
