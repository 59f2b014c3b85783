"""Course: the numbers are those of their definitions, and every figure opens to how it was made."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote_plus

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from rapport.charts.data import Look, Panel, Series
from rapport.core.types import Estimate, NotEnough
from rapport.server.listen.models import Channel
from rapport.server.measure.models import DayAnswer, DayCount
from rapport.server.measure.queries import Usual, course, monday
from rapport.server.organise.models import Team, User
from rapport.server.pages import charts
from rapport.server.pages.drawings import Slot, counted
from rapport.server.pages.figures import figures
from rapport.server.pages.tags import amount
from tests.server.test_contrast import colours as contrast_colours

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday
LAST = date(2026, 6, 1)  # the Monday of the last whole week


@pytest.fixture
def client(ben: User) -> Client:
    client = Client()
    client.force_login(ben)
    return client


def asked(
    channel: Channel, day: date, *, waits: list[int] = (), waiting: int = 0, closed: int = 0, team: str = "service"
) -> None:
    DayAnswer.objects.create(
        channel=channel,
        team=Team.objects.get(slug=team),
        day=day,
        asked=len(waits) + waiting + closed,
        answered=len(waits),
        closed=closed,
        waits=np.array(waits, dtype="<u4").tobytes(),
    )


def said(channel: Channel, day: date, negative: int = 0, neutral: int = 0, positive: int = 0, **more: int) -> None:
    total = negative + neutral + positive
    DayCount.objects.create(
        channel=channel, day=day, messages=total, negative=negative, neutral=neutral, positive=positive, **more
    )


# -- the numbers


def test_the_share_answered_is_over_all_that_are_old_enough(channel):
    asked(channel, LAST, waits=[60] * 8, waiting=2, closed=2)
    found = course(NOW, weeks=12).whole.share()
    assert isinstance(found, Estimate)
    assert (found.n, found.value) == (12, 8 / 12)


def test_what_began_yesterday_does_not_count_yet(channel):
    now = datetime(2026, 6, 8, 12, tzinfo=UTC)
    asked(channel, date(2026, 6, 7), waits=[60] * 50)
    assert course(now, weeks=12).whole.share() == NotEnough(0, 10, "conversations")


def test_the_median_counts_those_in_that_wait(channel):
    asked(channel, LAST, waits=[600] * 11)
    only_answered = course(NOW, weeks=12).whole.median()
    asked(channel, LAST + timedelta(days=1), waits=[3600 * n for n in range(1, 5)], waiting=6)
    with_waiting = course(NOW, weeks=12).whole.median()
    assert isinstance(only_answered, Estimate)
    assert isinstance(with_waiting, Estimate)
    assert (only_answered.value, with_waiting.value) == (600, 600)
    assert with_waiting.high > only_answered.high


def test_closing_without_an_answer_does_not_make_us_look_fast(channel):
    asked(channel, LAST, waits=[60] * 10, closed=12)
    found = course(NOW, weeks=12).whole.median()
    assert found == NotEnough(10, 11, "answered conversations")


def test_the_running_week_is_told_apart(channel):
    said(channel, date(2026, 6, 9), neutral=7)
    said(channel, LAST, neutral=3)
    found = course(NOW, weeks=12)
    assert (found.running.messages, found.last.messages, found.last.start) == (7, 3, LAST)
    assert len(found.weeks) == 12


@pytest.mark.once
def test_weeks_begin_on_monday():
    assert monday(date(2026, 6, 7)) == LAST


def test_a_channel_and_a_team_narrow_what_is_counted(channel, ana):
    other = Channel.objects.create(name="Other", connector="harbour", network="harbour")
    said(channel, LAST, neutral=3)
    said(other, LAST, neutral=5)
    asked(channel, LAST, waits=[60], team="service")
    asked(channel, LAST, waits=[60] * 4, team="sales")
    assert course(NOW, weeks=12, channel=other).last.messages == 5
    assert course(NOW, weeks=12, team=Team.objects.get(slug="sales")).whole.asked == 4


def test_shares_of_tone_need_enough_messages(channel):
    said(channel, LAST, negative=5, neutral=10, positive=4)
    assert course(NOW, weeks=12).last.shares() == NotEnough(19, 20, "messages")
    said(channel, LAST + timedelta(days=1), positive=1)
    assert course(NOW, weeks=12).last.shares() == {"negative": 0.25, "neutral": 0.5, "positive": 0.25}


def test_the_weeks_of_which_we_missed_something_are_known(channel):
    said(channel, LAST, neutral=1, deaf_hours=3)
    said(channel, LAST - timedelta(days=7), neutral=1)
    assert [week.start for week in course(NOW, weeks=12).deaf()] == [LAST]


# -- a missing hour is never a zero


def year(channel, *, down: dict[int, tuple[int, int]] | None = None) -> None:
    """Five whole weeks, ten messages a day, heard in full; `down`: (messages, hours missed) of a day so many back."""
    for back in range(5):
        for day in range(7):
            n, missed = (down or {}).get(back, (10, 0)) if day == 2 else (10, 0)
            said(channel, LAST - timedelta(days=7 * back - day), neutral=n, hours=24, deaf_hours=missed)


def test_a_channel_that_was_down_for_a_day_does_not_lower_what_is_usual(channel):
    year(channel, down={1: (0, 24), 3: (0, 24)})
    assert course(NOW, weeks=12).usual() == Usual(last=70, median=70, weeks=2, left_out=())


def test_a_channel_with_a_hole_in_the_last_week_is_not_compared_and_named(channel):
    other = Channel.objects.create(name="Other", connector="harbour", network="harbour")
    year(channel, down={0: (0, 24)})
    year(other)
    found = course(NOW, weeks=12).usual()
    assert found == Usual(last=70, median=70, weeks=4, left_out=("Harbour",))


def test_a_channel_that_was_connected_lately_is_not_compared(channel):
    other = Channel.objects.create(name="Other", connector="harbour", network="harbour")
    year(channel)
    for day in range(7):
        said(other, LAST + timedelta(days=day), neutral=10, hours=24)
    assert course(NOW, weeks=12).usual() == Usual(last=70, median=70, weeks=4, left_out=("Other",))


@pytest.mark.once
def test_with_nothing_to_compare_it_says_so(channel):
    year(channel, down={0: (3, 20)})
    assert course(NOW, weeks=12).usual() == NotEnough(0, 2, "weeks heard in full")


def test_a_week_in_which_nobody_listened_has_no_count(channel):
    year(channel)
    DayCount.objects.filter(day__gte=LAST - timedelta(days=7), day__lt=LAST).update(messages=0, deaf_hours=24)
    found = course(NOW, weeks=12)
    assert [week.count("Harbour") for week in found.weeks[-3:]] == [70, None, 70]
    assert found.usual().median == 70


# -- the page


@pytest.fixture
def weeks(channel: Channel) -> Channel:
    """Twelve whole weeks up to now."""
    last = monday(timezone.now().astimezone(UTC).date()) - timedelta(days=7)
    for n in range(12):
        said(channel, last - timedelta(days=7 * n), negative=10, neutral=20, positive=10, deaf_hours=4 if n == 2 else 0)
        asked(channel, last - timedelta(days=7 * n), waits=[600 * m for m in range(1, 16)], waiting=2)
    return channel


@pytest.mark.once
def test_a_figure_says_what_it_finds_and_opens_to_how_it_was_made(client, weeks):
    page = client.get(reverse("course_counts")).content.decode()
    assert "Last week 40 messages, against 40 in a usual week of the 3 before heard in full" in page
    assert "of the conversations have an answer (between" in page
    assert "Half of the conversations had their first answer within" in page
    assert page.count("How this was made") == 4
    assert page.count("As a table") >= 4
    assert "Wilson" in page
    assert "Kaplan and Meier" in page


@pytest.mark.once
def test_the_readers_own_shares_are_labelled(client, weeks):
    page = client.get(reverse("course_counts")).content.decode()
    assert "uncorrected reading" in page
    assert "took 25\u00a0% for negative" in page


def test_every_figure_leads_to_its_messages(client, weeks):
    page = client.get(reverse("course_counts"), {"channel": weeks.pk}).content.decode()
    assert quote_plus('channel:"Harbour"') in page
    assert quote_plus("tone:negative") in page


@pytest.mark.once
def test_a_gap_is_told_so_that_nobody_takes_it_for_a_change(client, weeks):
    assert "In 1 week we missed something: 4 hours in all" in client.get(reverse("course_counts")).content.decode()


@pytest.mark.once
def test_a_team_has_no_tone_and_the_page_says_why(client, weeks):
    page = client.get(reverse("course_counts"), {"team": "service"}).content.decode()
    assert "counted by channel, not by team" in page
    assert "uncorrected reading" not in page


@pytest.mark.once
@pytest.mark.parametrize("asked_for", [{"weeks": "7"}, {"channel": "x"}, {"channel": "99999"}, {"team": "nobody"}])
def test_what_an_address_cannot_mean_is_ignored(client, weeks, asked_for):
    assert client.get(reverse("course_counts"), asked_for).status_code == 200


@pytest.mark.once
def test_with_nothing_heard_the_page_says_what_to_do(client, ben):
    assert "Nothing was heard in these weeks" in client.get(reverse("course_counts")).content.decode()


@pytest.mark.once
def test_a_stranger_who_is_not_signed_in_sees_nothing(weeks):
    for url in (reverse("course_counts"), reverse("course_figure", args=["volume", "csv"])):
        assert Client().get(url).status_code == 302


def test_the_page_of_a_year_asks_little(client, weeks, django_assert_max_num_queries):
    with django_assert_max_num_queries(19):
        client.get(reverse("course_counts"), {"weeks": 52})


# -- the files


@pytest.mark.once
def test_the_table_of_a_figure_can_be_taken_away(client, weeks):
    response = client.get(reverse("course_figure", args=["tone", "csv"]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert len(rows) == 12
    assert (rows[-1]["negative"], rows[-1]["read"]) == ("10", "40")


@pytest.mark.once
def test_a_figure_or_a_form_that_does_not_exist_is_not_found(client, weeks):
    assert client.get(reverse("course_figure", args=["nothing", "csv"])).status_code == 404
    assert client.get(reverse("course_figure", args=["tone", "exe"])).status_code == 404


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(charts, "_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture(scope="module", autouse=True)
def drawer_ends():
    yield
    charts.drawer.end()


@pytest.mark.once
def test_every_figure_is_drawn_in_both_themes(client, weeks, folder):
    for key in ("volume", "answered", "wait", "tone"):
        light, dark = (
            client.get(reverse("course_figure", args=[key, "svg"]), {"theme": theme, "width": "narrow"})
            for theme in ("light", "dark")
        )
        assert light.headers["Content-Type"] == "image/svg+xml"
        assert light.content.startswith(b"<svg")
        assert light.content != dark.content


@pytest.mark.once
def test_the_same_chart_is_drawn_once(client, weeks, folder, monkeypatch):
    url = reverse("course_figure", args=["answered", "svg"])
    first = client.get(url).content
    monkeypatch.setattr(charts.drawer, "draw", lambda request: pytest.fail("drawn again"))
    assert client.get(url).content == first
    assert len(list(folder.iterdir())) == 1


@pytest.mark.once
def test_a_chart_can_be_taken_away_as_a_picture(client, weeks, folder):
    response = client.get(reverse("course_figure", args=["tone", "png"]), {"file": "1"})
    assert response.content.startswith(b"\x89PNG")
    assert "attachment" in response.headers["Content-Disposition"]


@pytest.mark.once
def test_a_file_that_leaves_the_page_has_its_title_and_its_fonts(client, weeks, folder):
    """In a PDF letters stand as numbers of its own fonts, so the title is looked for where it can be read."""
    pdf = client.get(reverse("course_figure", args=["tone", "pdf"]), {"file": "1"})
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert b"/FontFile" in pdf.content
    page = client.get(reverse("course_counts")).content.decode()
    title = page.split('id="tone-title">')[1].split("<")[0]
    away, inside = (
        client.get(reverse("course_figure", args=["tone", "svg"]), asked).content.decode()
        for asked in ({"file": "1"}, {})
    )
    assert " ".join(title.split()[:3]) in away
    assert " ".join(title.split()[:3]) not in inside


@pytest.mark.once
@pytest.mark.parametrize(("language", "part"), [("en", "0.4"), ("de", "0,4")])
def test_an_axis_writes_numbers_as_the_page_does(folder, language, part):
    with translation.override(language):
        small, large = (
            charts.drawn(counted(marks, [Slot("", 0), Slot("", most)]), charts.look(320, "light"), "svg")
            for marks, most in (("lines", 1), ("bars", 4000))
        )
    assert f">{part}<" in small.decode()
    assert ">2\u2009000<" in large.decode()


@pytest.mark.once
def test_a_process_that_was_killed_is_started_again(folder):
    chart = counted("bars", [Slot("1 June", 3)])
    charts.drawn(chart, charts.look(320, "light"), "svg")
    charts.drawer.process.kill()
    charts.drawer.process.wait()
    assert charts.drawn(chart, charts.look(321, "light"), "svg").startswith(b"<svg")


@pytest.mark.once
def test_a_chart_that_cannot_be_drawn_leaves_the_table(client, weeks, folder, monkeypatch):
    def refuse(request: str) -> bytes:
        raise charts.ChartError("No room left.")

    monkeypatch.setattr(charts.drawer, "draw", refuse)
    assert client.get(reverse("course_figure", args=["tone", "svg"])).status_code == 503
    assert client.get(reverse("course_counts")).status_code == 200


@pytest.mark.once
def test_a_chart_that_makes_no_sense_is_refused(folder):
    unknown, right = Series(["1 June"], [Panel("pie", [], 80)]), counted("bars", [Slot("1 June", 3)])
    for chart, look in ((unknown, charts.look(320, "light")), (right, Look(320, {}))):
        with pytest.raises(charts.ChartError):
            charts.drawn(chart, look, "svg")


@pytest.mark.once
def test_old_drawings_make_room(folder, monkeypatch):
    monkeypatch.setattr(charts, "KEPT", 4)
    monkeypatch.setattr(charts.drawer, "draw", lambda request: b"<svg/>")
    for number in range(9):
        charts.drawn(counted("bars", []), charts.look(number, "light"), "svg")
    assert len(list(folder.iterdir())) <= 4


@pytest.mark.once
def test_colours_are_those_of_the_stylesheet():
    css = (charts.settings.HERE / "static/rapport/app.css").read_text()
    assert dict(charts.colours("dark")) == contrast_colours(css, "dark")


@pytest.mark.once
@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "5 s"),
        (90, "1.5 min"),
        (600, "10 min"),
        (3600, "1 h"),
        (57_600, "16 h"),
        (90_000, "25 h"),
        (259_200, "3 days"),
    ],
)
def test_a_time_is_said_with_two_figures(seconds, words):
    assert amount(seconds).split() == words.split()
    assert amount(timedelta(seconds=seconds)) == amount(seconds)


@pytest.mark.once
def test_weeks_heard_in_part_are_marked_in_the_table_the_file_and_the_picture(client, weeks):
    page = client.get(reverse("course_counts")).content.decode()
    assert "40 or more" in page
    rows = list(
        csv.DictReader(io.StringIO(client.get(reverse("course_figure", args=["volume", "csv"])).content.decode()))
    )
    assert [(row["Harbour"], row["messages"], row["messages_at_least"]) for row in rows[-3:]] == [
        ("", "", "40"),
        ("40", "40", "40"),
        ("40", "40", "40"),
    ]
    found = next(
        figure
        for figure in figures(course(timezone.now(), weeks=12), by_team=False, query="")
        if figure.key == "volume"
    )
    assert [bar["partly"] for bar in found.chart.panels[0].rows[-3:]] == [True, False, False]
