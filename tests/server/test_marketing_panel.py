"""The marketing panel: tables come in whole or not at all, a gap is no zero, and an effect says how sure it is."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from rapport.core.types import NotEnough, Refused
from rapport.server.measure import panel
from rapport.server.measure.models import Figure, Line, MarketingImport, MarketingSeries, MarketingWeek

TODAY = date(2026, 6, 10)
WEEK = timedelta(days=7)
FIRST = date(2025, 1, 6)  # a Monday
TABLE = "day,search spend,bookings,note\n2026-03-03,100,7,a\n2026-03-05,50.5,3,b\n2026-03-16,,4,c\n"
KINDS = {"search spend": "spend", "bookings": "outcome"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "panel.csv"
    file.write_text(TABLE)
    return file


def test_days_are_summed_to_weeks_and_a_gap_is_no_zero(table, ana):
    assert isinstance(panel.bring_in(table, "panel.csv", "day", KINDS, actor=ana), MarketingImport)
    rows = panel.whole_panel(TODAY)
    assert [row["week"] for row in rows] == [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]
    assert [row["search spend"] for row in rows] == [150.5, None, None]
    assert [row["bookings"] for row in rows] == [10, None, 4]


@pytest.mark.once
def test_the_first_look_guesses_what_is_what(table):
    seen = panel.look(table, "panel.csv")
    assert (seen.day, seen.kinds) == ("day", KINDS)


@pytest.mark.once
def test_mistakes_are_told_by_line_and_nothing_is_kept(table, ana):
    table.write_text('day,spend\n2026-03-03,1\n03/05/2026,2\n2026-03-09,"1,234"\n')
    told = panel.read(table, "panel.csv", "day", {"spend": "spend"})
    assert [line for line, _words in told.wrong] == [3, 4]
    assert isinstance(panel.bring_in(table, "panel.csv", "day", {"spend": "spend"}, actor=ana), Refused)
    assert not MarketingWeek.objects.exists()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_looked_at_with_the_separator_that_parts_it(table, separator):
    table.write_text("\ufeff" + separator.join(("day", "spend")) + "\n" + separator.join(("1.3.2026", "7")) + "\n")
    assert panel.look(table, "panel.csv").columns == ("day", "spend")


def test_what_cannot_be_read_is_told_by_the_name_that_its_owner_gave_it(table):
    table.write_text("day,spend\n2026-03-03,1,2\n")
    assert panel.look(table, "Media 2026.csv").trouble.startswith("Media 2026.csv, line 2: 3 cells")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("panel.csv", b"", "Media.csv ist leer: Die erste Zeile muss die Spalten benennen."),
        ("panel.csv", b"day,spend\n2026-03-03,caf\xe9\n", "Media.csv, Zeile 2: kein UTF-8."),
        (
            "panel.csv",
            b"day,spend\n2026-03-03,1,2\n",
            "Media.csv, Zeile 2: 3 Zellen, wo die Kopfzeile 2 Spalten nennt.",
        ),
        ("panel.jsonl", b'{"day": \n', "Media.csv, Zeile 1: kein JSON bei Zeichen "),
    ],
)
def test_what_cannot_be_read_is_told_in_the_language_of_the_page(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with translation.override("de"):
        assert panel.look(tmp_path / name, "Media.csv").trouble.startswith(told)
        (_line, words), *_more = panel.read(tmp_path / name, "Media.csv", "day", {"spend": "spend"}).wrong
        assert words.startswith(told)


def test_a_year_that_was_mistyped_is_told(table, ana):
    table.write_text("day,spend\n2026-03-03,1\n2926-03-10,2\n1026-03-10,2\n")
    told = panel.read(table, "panel.csv", "day", {"spend": "spend"})
    assert [line for line, _words in told.wrong] == [3, 4]
    assert "more than twenty years away" in told.wrong[0][1]


def test_a_later_table_takes_the_place_of_weeks_and_taking_it_back_restores_them(table, ana):
    panel.bring_in(table, "panel.csv", "day", KINDS, actor=ana)
    before = panel.whole_panel(TODAY)
    table.write_text("day,bookings,letters sold\n2026-03-02,99,1\n2026-03-23,5,1\n")
    second = panel.bring_in(table, "later.csv", "day", {"bookings": "outcome", "letters sold": "outcome"}, actor=ana)
    assert panel.whole_panel(TODAY)[0]["bookings"] == 99
    first = MarketingImport.objects.last()
    now = datetime(2026, 6, 10, tzinfo=UTC)
    assert isinstance(panel.take_back(first, actor=ana, now=now), Refused)
    assert panel.take_back(second, actor=ana, now=now).undone_at == now
    assert panel.whole_panel(TODAY) == before
    assert not MarketingSeries.objects.filter(name="letters sold").exists()


@pytest.mark.once
def test_a_column_does_not_change_its_kind(table, ana):
    panel.bring_in(table, "panel.csv", "day", KINDS, actor=ana)
    assert isinstance(panel.bring_in(table, "panel.csv", "day", {"bookings": "spend"}, actor=ana), Refused)


def test_ben_brings_nothing_in(table, ben):
    assert isinstance(panel.bring_in(table, "panel.csv", "day", KINDS, actor=ben), Refused)


def weeks_of_tone(values: list[float | None], weight: float = 1.0) -> None:
    line = Line.objects.create(name="About us")
    for n, value in enumerate(values):
        start = FIRST + n * WEEK
        Figure.objects.create(
            line=line,
            period="week",
            start=start,
            end=start + timedelta(days=6),
            weight=weight,
            net=None if value is None else [value, value - 0.1, value + 0.1],
            made={"variance": 0.0025},
        )


def test_tone_stands_beside_it_with_its_error_and_what_was_heard(table, ana):
    weeks_of_tone([0.1, None])
    rows = panel.whole_panel(TODAY)
    assert (rows[0]["tone"], rows[0]["tone_se"], rows[0]["coverage"]) == (0.1, 0.05, 1.0)
    assert (rows[1]["tone"], rows[1]["tone_se"]) == (None, None)


def test_a_week_that_is_not_over_has_no_tone_yet(ana):
    weeks_of_tone([0.1, 0.2])
    assert len(panel.whole_panel(FIRST + timedelta(days=10))) == 1


def planted(tmp_path: Path, ana: object, lift: float) -> None:
    """Sixty weeks of bookings that follow another region's, and an action in the 51st."""
    rng = np.random.default_rng(3)
    other = 100 + 10 * rng.normal(size=60)
    ours = 50 + other + 2 * rng.normal(size=60)
    ours[50:] += lift
    lines = [f"{FIRST + n * WEEK},{a:.2f},{b:.2f}" for n, (a, b) in enumerate(zip(ours, other, strict=True))]
    file = tmp_path / "two.csv"
    file.write_text("\n".join(["day,bookings here,bookings there", *lines]))
    kinds = {"bookings here": "outcome", "bookings there": "outcome"}
    assert isinstance(panel.bring_in(file, "two.csv", "day", kinds, actor=ana), MarketingImport)


@pytest.mark.once
def test_an_effect_is_found_with_an_interval_made_of_placebos(tmp_path, ana):
    planted(tmp_path, ana, 8.0)
    found = panel.effect_of(FIRST + 50 * WEEK, "bookings here", ["bookings there"], today=TODAY, steps=4)
    told = found.effect.estimate
    assert told.low < 8 < told.high
    assert told.low > 0
    assert found.effect.chance < 0.05


@pytest.mark.once
def test_where_nothing_was_done_nothing_is_claimed(tmp_path, ana):
    planted(tmp_path, ana, 0.0)
    found = panel.effect_of(FIRST + 50 * WEEK, "bookings here", ["bookings there"], today=TODAY, steps=4)
    assert found.effect.estimate.low < 0 < found.effect.estimate.high


@pytest.mark.once
def test_a_gap_ends_the_stretch_and_too_short_a_one_gives_no_answer(tmp_path, ana):
    planted(tmp_path, ana, 8.0)
    MarketingWeek.objects.filter(week=FIRST + 40 * WEEK).delete()
    found = panel.effect_of(FIRST + 50 * WEEK, "bookings here", [], today=TODAY, steps=4)
    assert found.effect == NotEnough(0, 19, "moments before the action to compare with")
    assert (found.weeks[0], found.first, found.needed) == (FIRST + 41 * WEEK, 9, 42)
    assert found.gaps == [panel.Gap(FIRST + 40 * WEEK, "bookings here")]
    assert isinstance(panel.effect_of(date(2020, 1, 1), "bookings here", [], today=TODAY).effect, NotEnough)


def test_a_week_of_which_little_was_heard_tells_nothing_about_tone(ana):
    weeks_of_tone([0.1] * 60, weight=0.5)
    found = panel.effect_of(FIRST + 50 * WEEK, "tone", [], today=TODAY)
    assert isinstance(found.effect, NotEnough)
    assert found.gaps == [panel.Gap(FIRST + 50 * WEEK, "tone", 0.5)]


# -- the pages


@pytest.fixture
def client(ana):
    client = Client()
    client.force_login(ana)
    return client


def test_a_table_is_sent_up_looked_at_brought_in_and_taken_back(client):
    file = SimpleUploadedFile("panel.csv", TABLE.encode())
    preview = client.post(reverse("send_course_marketing"), {"file": file}).url
    page = client.get(preview).content.decode()
    assert "2 weeks, from 3 rows" in page
    posted = {"column-0": "day", "column-1": "spend", "column-2": "outcome", "do": "bring"}
    assert client.post(preview, posted).url == reverse("course_marketing")
    page = client.get(reverse("course_marketing")).content.decode()
    assert "150" in page
    assert "no line is followed yet" in page
    client.post(reverse("take_back_course_marketing", args=[MarketingImport.objects.get().pk]))
    assert not MarketingWeek.objects.exists()


@pytest.mark.once
def test_the_preview_shows_every_mistake_with_its_line(client):
    file = SimpleUploadedFile("panel.csv", b"day,spend\n2026-03-03,1\n2026-03-10,much\n")
    preview = client.post(reverse("send_course_marketing"), {"file": file}).url
    posted = {"column-0": "day", "column-1": "spend", "do": "bring"}
    answer = client.post(preview, posted)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Line 3" in page
    assert "“much” is no number" in page


@pytest.mark.once
def test_the_files_have_the_shape_that_mix_tools_read(client, table, ana):
    panel.bring_in(table, "panel.csv", "day", KINDS, actor=ana)
    text = client.get(reverse("course_marketing_export", args=["csv"])).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = ["week", "tone", "tone_se", "coverage", "outcome_bookings", "spend_search spend"]
    assert list(rows[0]) == columns
    assert (rows[0]["week"], rows[0]["spend_search spend"], rows[1]["spend_search spend"]) == (
        "2026-03-02",
        "150.5",
        "",
    )
    frame = pl.read_parquet(io.BytesIO(client.get(reverse("course_marketing_export", args=["parquet"])).content))
    assert frame.columns == columns
    assert frame["week"].dtype == pl.Date
    assert frame["spend_search spend"].to_list() == [150.5, None, None]


@pytest.mark.once
def test_a_negative_tone_is_a_number_in_the_file(client, ana):
    weeks_of_tone([-0.25])
    text = client.get(reverse("course_marketing_export", args=["csv"])).content.decode()
    assert text.splitlines()[1] == "2025-01-06,-0.25,0.05,1.0"


@pytest.mark.once
def test_an_effect_is_told_on_the_page_with_its_interval(client, tmp_path, ana):
    planted(tmp_path, ana, 8.0)
    asked = {"day": str(FIRST + 50 * WEEK), "what": "bookings here", "by": "bookings there", "steps": "4"}
    page = words_of(client, **asked)
    assert "was different by" in page
    words = (
        "At none of 27 earlier moments, when there was no action, as much is seen; so the chance is at most 1 in 28."
    )
    assert words in page
    assert "Only the weeks" not in page
    csv_file = client.get(reverse("course_marketing_figure", args=["csv"]), asked).content.decode().splitlines()
    assert csv_file[0] == "week,bookings here,without_the_action"
    assert csv_file[-1].count(",") == 2


def words_of(client: Client, **asked: str) -> str:
    """The page, with plain spaces between words."""
    return " ".join(client.get(reverse("course_marketing"), asked).content.decode().split())


@pytest.mark.once
@pytest.mark.parametrize(
    ("values", "day", "said"),
    [
        (
            [0.1] * 20 + [None] + [0.1] * 30 + [None],
            FIRST + 40 * WEEK,
            "not enough: 0 of 19 moments before the action to compare with. Only the weeks from 2 Jun 2025 to "
            "22 Dec 2025 count, which hang together. There are 19 weeks before the action, and 42 are needed. "
            "Of the week of 26 May 2025 nobody knows net tone. Of the week of 29 Dec 2025 nobody knows net tone.</p>",
        ),
        ([0.1, None], FIRST + WEEK, "to compare with. Of the week of 13 Jan 2025 nobody knows net tone.</p>"),
        ([0.1, None], FIRST + 9 * WEEK, "to compare with. In the panel there is no such week.</p>"),
    ],
)
def test_why_nobody_can_say_what_an_action_changed_is_told_with_the_weeks(client, table, ana, values, day, said):
    panel.bring_in(table, "panel.csv", "day", KINDS, actor=ana)
    MarketingWeek.objects.all().delete()
    weeks_of_tone(values)
    assert said in words_of(client, day=str(day), what="tone")


@pytest.mark.once
def test_an_effect_says_which_weeks_tell_it(client, ana):
    weeks_of_tone([0.1, None, *([0.1, 0.2] * 30)])
    MarketingSeries.objects.create(name="search", kind="spend")
    page = words_of(client, day=str(FIRST + 55 * WEEK), what="tone")
    assert "earlier moments, when there was no action, as much is seen; the action counted in, the chance is" in page
    assert "Only the weeks from 20 Jan 2025 to" in page


def test_the_tone_of_a_week_has_the_interval_that_it_has_everywhere(client, table, ana):
    panel.bring_in(table, "panel.csv", "day", KINDS, actor=ana)
    weeks_of_tone([*[None] * 60, 0.1])
    page = client.get(reverse("course_marketing")).content.decode()
    assert "+10 (between 0 and +20)" in page
    assert "not known" in page


def test_what_was_spent_is_not_for_ben(client, ben, table, ana):
    panel.bring_in(table, "panel.csv", "day", KINDS, actor=ana)
    client.force_login(ben)
    page = client.get(reverse("course_marketing")).content.decode()
    assert "bookings" not in page
    assert client.get(reverse("course_marketing_export", args=["csv"])).status_code == 404


@pytest.mark.once
def test_a_name_that_is_a_formula_is_defused_in_the_file(client, tmp_path, ana):
    file = tmp_path / "bad.csv"
    file.write_text("day,=cmd spend\n2026-03-03,1\n")
    panel.bring_in(file, "bad.csv", "day", {"=cmd spend": "spend"}, actor=ana)
    text = client.get(reverse("course_marketing_export", args=["csv"])).content.decode()
    assert ",=cmd" not in text


# -- real tables


def test_a_retailer_s_four_years_come_in_as_they_are(data, ana):
    file = data / "mmm_stan/data.csv"
    if not file.exists():
        pytest.skip("needs mmm_stan")
    seen = panel.look(file, file.name)
    assert seen.day == "wk_strt_dt"
    assert sum(kind == "spend" for kind in seen.kinds.values()) == 10
    kinds = {name: kind for name, kind in seen.kinds.items() if kind == "spend"} | {"sales": "outcome"}
    assert isinstance(panel.bring_in(file, "data.csv", seen.day, kinds, actor=ana), MarketingImport)
    rows = panel.whole_panel(TODAY)
    assert len(rows) == 209
    assert rows[0]["sales"] == 72051457.64


def test_regions_of_one_week_are_summed(data, ana):
    file = data / "mmm_meridian/meridian/data/simulated_data/csv/geo_all_channels.csv"
    if not file.exists():
        pytest.skip("needs mmm_meridian")
    seen = panel.look(file, file.name)
    assert seen.day == "time"
    assert {"Channel0_spend", "conversions"} <= set(seen.kinds)
    told = panel.read(file, file.name, "time", {"Channel0_spend": "spend"})
    assert not told.wrong
    assert told.rows > 10 * len(told.weeks)
