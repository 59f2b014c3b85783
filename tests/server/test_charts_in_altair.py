"""Altair composes every chart that the product draws, and holds it against its schema here.

It leaves a page as a file, too; SVG, PNG and PDF are drawn from the same chart.
"""

from __future__ import annotations

import html
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import altair
import numpy as np
import pytest
import vl_convert
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.utils.html import escape
from jsonschema import ValidationError
from pypdf import PdfReader

from rapport.charts.data import from_json, to_json
from rapport.charts.drawer import composed
from rapport.core.measure.panel import Effect
from rapport.core.types import Estimate
from rapport.server.listen.models import Brief, Channel
from rapport.server.measure import panel
from rapport.server.measure.models import EarlyWarning, Event, Line, VoiceWeek
from rapport.server.measure.queries import course, monday
from rapport.server.measure.whereabouts import whereabouts
from rapport.server.organise.models import User
from rapport.server.pages import charts, course_events, course_marketing, course_voice, course_warnings, drawings
from rapport.server.pages.course_chart import Drawing
from rapport.server.pages.drawings import Slot, counted
from rapport.server.pages.figures import Figure, figures
from rapport.server.pages.framed import WIDTHS
from tests.server import gps
from tests.server.test_page_course import asked, said
from tests.server.test_page_gps import LAST, TODAY, as_

PLACES = (("narrow", "light", False), ("wide", "dark", True))
KINDS = [
    *[("line_figure", 0), ("line_figure", 1), ("course_figure", 0), ("course_figure", 2), ("course_figure", 3)],
    *[("course_event_figure", 0), ("course_voice_figure", 0), ("course_marketing_figure", 0)],
]  # a figure of each way to draw
pytestmark = pytest.mark.once
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(charts, "_folder", lambda: tmp_path)


@pytest.fixture(scope="module", autouse=True)
def drawer_ends():
    yield
    charts.drawer.end()


@pytest.fixture
def planted(channel: Channel) -> Channel:
    """Twelve weeks, one of which was heard in part."""
    for n in range(12):
        day = monday(NOW.date()) - (n + 1) * WEEK
        said(channel, day, negative=10, neutral=20 + n, positive=10, deaf_hours=4 if n == 2 else 0)
        asked(channel, day, waits=[600 * m for m in range(1, 16)], waiting=2 if n else 30)
    return channel


@pytest.fixture
def line(ana: User) -> Line:
    """A fall with its alarm, a goal, a week without enough labels, and one of which too little was heard."""
    line = Line.objects.create(name="About us", watches="net")
    first, second = gps.weeks(line, LAST, 20, drop=0.1, at=4)[:2]
    first.net, first.labels = None, 14
    second.weight, second.bounds = 0.5, [-0.3, 0.4]
    first.save()
    second.save()
    gps.figure(line, TODAY, 0.05, period="seven")
    gps.goal(line, TODAY + 14 * WEEK, today=TODAY)
    gps.red(line, LAST - timedelta(days=9), LAST - timedelta(days=27))
    return line


@pytest.fixture
def every(planted: Channel, line: Line) -> dict[str, list[Figure]]:
    """The figures by the address at which they are drawn."""
    found = whereabouts([line], timezone.now(), weeks=26)[0]
    drawings = [Drawing(found), Drawing(found, parted=True), Drawing(found, "negative", people=True)]
    counted = [figures(course(NOW, weeks=12), by_team=by_team, query="") for by_team in (False, True)]
    return {
        "line_figure": [drawing.figure() for drawing in drawings],
        "question_figure": [Drawing(found, query="late", together=4).figure()],
        "course_figure": [figure for some in counted for figure in some],
        "course_event_figure": [course_events.figure_of(launch())],
        "course_warning_figure": [course_warnings.figure_of(burst())],
        "course_voice_figure": [course_voice.figure_of(talk(), people=people) for people in (False, True)],
        "course_marketing_figure": [course_marketing._figure(course_marketing.Asked(what="bookings"), *moved())],
    }


def launch() -> Event:
    days = {(LAST + timedelta(days=n)).isoformat(): n * n for n in range(-14, 4)}
    phases = {"during": {"messages": 590, "people": 412}}
    known = {"days": days, "expected": dict.fromkeys(days, 9.5), "phases": phases, "buzz": {"during": [20, 15, 26]}}
    return Event(name="Launch", starts=LAST, ends=LAST + timedelta(days=2), found=known, found_at=timezone.now())


def burst() -> EarlyWarning:
    hours = [[14, 2.0], [None, 2.0], [9, 2.1]]
    brief = Brief(name="Night ferry", purpose="product", query="ferry")
    return EarlyWarning(brief=brief, since=NOW, until=NOW + timedelta(hours=3), count=23, expected=6.1, hours=hours)


def talk() -> list[VoiceWeek]:
    shares = {"us": [0.4, 0.3, 0.5], "7": [0.6, 0.5, 0.7]}
    known = {"brands": [["us", "us"], ["7", "L'Étoile \\ Co"]], "messages": shares, "people": shares}
    weeks = [LAST - timedelta(days=6) - n * WEEK for n in range(8)]
    return [VoiceWeek(week=week, **(known if n else {}), mentions=100, groups=80) for n, week in enumerate(weeks)][::-1]


def moved() -> tuple[panel.Found, Effect]:
    effect = Effect(Estimate(8.0, 5.0, 11.0, 50, "placebos"), 0, 49, np.array([50.0, 51.0, 52.0]))
    weeks, values = [LAST + n * WEEK for n in range(40)], [50.0 + n for n in range(40)]
    return panel.Found(effect, weeks, values, 37, gaps=[], needed=41), effect


def test_no_address_of_a_figure_is_forgotten(every):
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if name.endswith("figure")} == set(every)


def test_altair_takes_every_chart_for_right(every):
    for figure in (one for some in every.values() for one in some):
        for width, theme, away in PLACES:
            said = {"title": figure.title, "words": figure.words} if away else {}
            spec = composed(figure.chart, charts.look(WIDTHS[width], theme, **said)).to_dict(validate="deep")
            assert spec["datasets"]


@pytest.mark.parametrize("wrong", [{"background": None}, {"spacing": "wide"}, {"vconcat": [{"mark": "bra"}]}])
def test_what_is_wrong_is_refused_here(wrong):
    chart = composed(counted("bars", [Slot("1 June", 3)]), charts.look(320, "light"))
    with pytest.raises(ValidationError):
        altair.VConcatChart.from_dict(chart.to_dict() | wrong)


@pytest.mark.parametrize(("name", "n"), KINDS)
def test_what_altair_reads_and_writes_again_is_the_same_picture(every, folder, name, n):
    chart, look = every[name][n].chart, charts.look(WIDTHS["narrow"], "light", title="Seen", words="So")
    again = altair.Chart.from_json(charts.drawn(chart, look, "json").decode()).to_dict()
    assert picture(vl_convert.vegalite_to_svg(again)) == picture(charts.drawn(chart, look, "svg").decode())


def picture(svg: str) -> str:
    """What is drawn; places to which a drawing is cut are numbered through all that a process draws."""
    return re.sub(r"clip\d+", "clip", svg)


def test_altair_and_what_draws_speak_one_version():
    major, minor, _patch = altair.SCHEMA_VERSION.removeprefix("v").split(".")
    assert f"{major}.{minor}" in vl_convert.get_vegalite_versions()


def seen(svg: bytes) -> list[str]:
    """The words of a picture."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode())


def test_nobody_is_counted_half(folder):
    ticks = seen(charts.drawn(counted("bars", [Slot("1 June", 1)]), charts.look(320, "light"), "svg"))
    assert [tick for tick in ticks if tick != "1 June"] == ["0", "1"]


def test_a_channel_may_be_called_as_it_likes(folder):
    name = """L'Étoile \\ "Co" <b>%s</b>"""
    found = drawings.shares([(name, [Estimate(0.4, 0.3, 0.5, 9, "share")])], [name])
    assert [html.unescape(word) for word in seen(charts.drawn(found, charts.look(320, "light"), "svg"))].count(
        name
    ) == 2


# -- what is taken away ------------------------------------------------------------------------------------------------


@pytest.fixture
def take(ana: User, line: Line):
    return lambda form: as_(ana).get(reverse("line_figure", args=[line.pk, form]), {"file": "1"})


def test_an_analyst_opens_the_chart_itself_with_its_data(take, line):
    response = take("json")
    assert response.headers["Content-Type"] == "application/json"
    assert re.search(r'"gps-[\d-]+\.vl\.json"', response.headers["Content-Disposition"])
    chart = response.json()
    assert chart["$schema"] == altair.SCHEMA_URL
    assert "Net tone" in chart["description"]
    assert [row["value"] for row in chart["datasets"]["seven"]] == [0.05]


def test_a_stranger_takes_no_chart_away(line):
    assert Client().get(reverse("line_figure", args=[line.pk, "json"])).status_code == 302


def test_every_form_is_drawn_from_one_chart(take, folder, monkeypatch):
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(charts.drawer, "draw", lambda request: asked.append(json.loads(request)) or b"<svg />")
    for form in ("json", "svg", "png", "pdf"):
        take(form)
    assert [one.pop("form") for one in asked] == ["json", "svg", "png", "pdf"]
    assert all(one == asked[0] for one in asked)


def test_of_a_chart_that_others_ask_for_the_same_is_read_as_was_written(every):
    look = charts.look(320, "dark", title="Seen", words="So")
    for figure in (one for some in every.values() for one in some):
        chart, taken, form = from_json(to_json(figure.chart, look, "svg"))
        assert (to_json(chart, taken, form), taken) == (to_json(figure.chart, look, "svg"), look)


def test_a_pdf_holds_its_words_and_an_svg_tells_what_one_sees(take, folder):
    chart = take("json").json()
    words = "".join(PdfReader(io.BytesIO(take("pdf").content)).pages[0].extract_text().split())
    for told in (*chart["title"]["text"], "now", "Goal +20"):
        assert "".join(told.split()) in words
    svg = take("svg").content.decode()
    assert f'role="img" aria-label="{escape(chart["description"])}"' in svg[:6000]
