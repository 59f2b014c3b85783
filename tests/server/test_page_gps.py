"""Course: been, now, going on one axis, and the pages on which lines, goals, annotations and alarms are kept."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from rapport.charts.data import Track
from rapport.core.types import NotEnough, Refused
from rapport.server.listen.models import Brief, Message
from rapport.server.measure import coders, setting, waiting
from rapport.server.measure.goals import foreseen
from rapport.server.measure.models import Alarm, Annotation, DeskDay, Drawn, Figure, Goal, Line, Watching
from rapport.server.measure.waiting import expected
from rapport.server.measure.watching import announce
from rapport.server.measure.whereabouts import happened, whereabouts
from rapport.server.organise.models import AuditEntry, Notice, User
from rapport.server.pages import charts
from rapport.server.pages.course_chart import Drawing
from rapport.server.pages.course_words import day_name, points, sentence, within
from rapport.server.pages.needs import needs
from tests.server import gps
from tests.server.conftest import member

TODAY = datetime.now(UTC).date() - timedelta(days=1)
LAST = TODAY - timedelta(days=(TODAY.weekday() + 1) % 7)  # a Sunday


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, url: str = "", **asked: object) -> str:
    return " ".join(as_(user).get(url or reverse("course"), asked).content.decode().split())


@pytest.fixture
def hanna(ana: User) -> User:
    return member("Hanna", "hub", "hub", ana)


@pytest.fixture
def line(ana: User) -> Line:
    """Twenty weeks of which the last four are lower, a goal, and a red alarm."""
    line = Line.objects.create(name="About us", watches="net")
    gps.weeks(line, LAST, 20, drop=0.1, at=4)
    gps.figure(line, TODAY, 0.05, period="seven")
    gps.goal(line, TODAY + timedelta(days=100), today=TODAY)
    gps.red(line, LAST - timedelta(days=9), LAST - timedelta(days=27))
    gps.watched(line)
    return line


def look(line: Line, **more: object):
    return whereabouts([line], timezone.now(), weeks=26, **more)[0]  # type: ignore[arg-type]


# -- the sentence


@pytest.mark.once
def test_the_sentence_says_where_since_when_and_whether_the_goal_is_reached(line):
    words = str(sentence(look(line)))
    assert words.startswith("Net tone +5 (between −1 and +11) over 7 days, 84 labels. Down since ")
    assert "Goal +20 by " in words
    assert words.endswith(": 35\u00a0% likely.")


def test_a_line_without_a_goal_is_foreseen_too_and_as_it_was_known_on_a_day(ana):
    line = Line.objects.create(name="About us", watches="net")
    gps.weeks(line, LAST, 40)
    Figure.objects.update(made={"provisional": False})
    ends = [one["end"] for one in foreseen(line, "net", TODAY)]
    assert ends == [(LAST + timedelta(days=7 * n)).isoformat() for n in range(1, 13)]
    then = LAST - timedelta(days=7 * 4 - 2)  # the fifth week from the end was known
    earlier = [one["end"] for one in foreseen(line, "net", then, known=then)]
    assert earlier[0] == (LAST - timedelta(days=7 * 3)).isoformat()
    assert "It is expected to lie between " in page(ana)
    assert foreseen(line, "net", TODAY + timedelta(days=60)) == []


@pytest.mark.once
def test_without_enough_labels_there_is_no_number(line):
    Figure.objects.filter(period="seven").update(net=None, shares={}, labels=14)
    assert sentence(look(line)).now == "Not enough: 14 of 40 labels."


@pytest.mark.once
def test_where_too_little_was_heard_there_is_no_verdict_but_bounds(line):
    Figure.objects.filter(period="seven").update(weight=0.55, bounds=[-0.2, 0.31])
    words = sentence(look(line)).now
    assert "no verdict" in words
    assert "between −20 and +31" in words
    assert "+5" not in words


@pytest.mark.once
def test_what_a_number_does_not_know_is_named_with_its_reason(line, ana):
    seven = Figure.objects.get(period="seven")
    seven.weight, seven.messages = 0.4, 900
    seven.made |= {"coded": [3, 7, 1], "unread": {"pl": 12}, "voices": 512}
    seven.save()
    words = page(ana)
    assert "Coded: 3 of 7 days, 1 more is waited for. Not read: Polish." in words
    assert "900 by 512 voices" in words
    rows = list(
        csv.DictReader(io.StringIO(as_(ana).get(reverse("line_figure", args=[line.pk, "csv"])).content.decode()))
    )
    assert [rows[-1][name] for name in ("voices", "days_coded", "days", "not_read")] == ["512", "3", "7", "pl"]


@pytest.mark.once
def test_of_people_the_labels_of_voices_are_told(line, ana):
    seven = Figure.objects.get(period="seven")
    seven.people, seven.made = {}, seven.made | {"people_labels": 31}
    seven.save()
    assert sentence(look(line), people=True).now == "Not enough: 31 of 40 labels."


@pytest.mark.once
@pytest.mark.parametrize(("tone", "words"), [(0.124, "+12"), (-0.08, "−8"), (0.001, "0")])
def test_net_tone_is_written_in_points(tone, words):
    assert points(tone) == words


@pytest.mark.once
def test_where_all_were_coded_there_is_nothing_to_lie_between():
    assert within((0.05, 0.05, 0.05), points) == "all were coded"
    assert within((0.05, 0.0, 0.1), points) == "between 0 and +10"


# -- the figure


def drawn(line: Line, **more: object) -> Track:
    return Drawing(look(line), **more).figure().chart  # type: ignore[arg-type, return-value]


@pytest.mark.once
def test_a_week_without_enough_labels_is_a_band_with_its_reason_and_no_number(line):
    last = Figure.objects.filter(period="week").last()
    Figure.objects.filter(pk=last.pk).update(net=None, labels=14)
    track = drawn(line)
    assert [gap["words"] for gap in track.gaps] == ["not enough: 14 of 40 labels"]
    assert [row["labels"] for row in track.weeks if row["value"] is None] == [14]
    assert len([row for row in track.weeks if row["labels"] >= row["needed"]]) == 19


@pytest.mark.once
def test_a_week_of_which_too_little_was_heard_is_grey_with_its_bounds(line):
    last = Figure.objects.filter(period="week").last()
    Figure.objects.filter(pk=last.pk).update(weight=0.6, bounds=[-0.3, 0.4])
    bounds = [(row["bounds_low"], row["bounds_high"]) for row in drawn(line).weeks if row["grey"]]
    assert bounds == [(-0.3, 0.4)]


@pytest.mark.once
def test_the_fan_goes_on_from_the_newest_week_and_the_goal_stands_at_its_date(line):
    track = drawn(line)
    newest = line.figures.get(period="week", end=LAST)
    assert [track.fan[0][name] for name in ("middle", "low", "high")] == newest.net
    assert all(one["low"] < one["high"] for one in track.fan)
    first = Figure.objects.filter(period="week").first().start
    ahead = (TODAY + timedelta(days=100) - first).days + 0.5
    assert track.goal == {"x": ahead, "value": 0.2, "words": "Goal +20"}


@pytest.mark.once
def test_changes_and_what_happened_are_numbered_on_the_chart_and_below(line, ana):
    setting.annotate(day=LAST - timedelta(days=20), text="Price rise announced", line=None, actor=ana)
    assert {row["n"]: row["rang"] for row in drawn(line).events} == {"1": True, "2": False}
    assert "Price rise announced" in page(ana)
    assert Drawing(look(line)).figure().words.count("Price rise announced") == 1


@pytest.mark.once
def test_tone_and_mix_are_shown_apart(line):
    track = drawn(line, parted=True)
    assert track.parted
    assert all(row[f"{part}_low"] < row[part] < row[f"{part}_high"] for row in track.weeks for part in ("tone", "mix"))
    told = Drawing(look(line), parted=True).figure().rows[-1]
    assert all(re.fullmatch(r"[+−]?\d+ \(between [+−]?\d+ and [+−]?\d+\)", cell) for cell in told[-2:])
    row = Figure.objects.filter(period="week").last()
    row.made["change"]["mix"] = [0.0, 0.0, 0.0]
    row.save()
    assert Drawing(look(line), parted=True).figure().rows[-1][-1] == "0"


@pytest.mark.once
def test_beside_tone_and_mix_stands_why_they_do_not_add_up_to_the_change(line, ana):
    words = "so the mix is not in it, and the two do not add up to its change"
    assert [page(ana, show=show).count(words) for show in ("", "parts")] == [0, 2]  # in sight, and as what one sees
    assert words in Drawing(look(line), parted=True).figure().words
    assert "by mix Σ" in page(ana, show="parts")


@pytest.mark.once
def test_goals_and_what_is_to_come_are_told_of_messages_and_not_of_people(line, ana):
    assert ["35 % likely" in page(ana, count=of) for of in ("", "people")] == [True, False]
    url = reverse("line_figure", args=[line.pk, "json"])
    told = [as_(ana).get(url, {"count": of}).content.decode() for of in ("", "people")]
    assert ["Goal +20" in one for one in told] == [True, False]


@pytest.mark.once
def test_people_and_other_numbers_are_chosen_by_the_address(line, ana):
    assert "Net tone of people +7" in page(ana, count="people")
    assert "Negative messages 27 % (between 23 % and 31 %) over 7 days, 84 labels. Net tone down since" in page(
        ana, of="negative"
    )


@pytest.mark.once
@pytest.mark.parametrize(
    "asked",
    [
        {"of": "x"},
        {"weeks": "7"},
        {"known": "2026-99-99"},
        {"known": "9999-12-31"},
        {"known": "0001-01-01"},
        {"line": "0"},
        {"show": "x"},
    ],
)
def test_what_an_address_cannot_mean_is_ignored(line, ana, asked):
    assert "Net tone +5" in page(ana, **asked)


def test_what_was_known_then_is_kept_beside_what_is_known_now(line, ana):
    old = Figure.objects.filter(period="week").order_by("-end")[1]  # the newest week may have ended yesterday
    Figure.objects.filter(pk=old.pk).update(current=False)
    gps.figure(line, old.end, 0.3, made_at=timezone.now())
    assert look(line).weeks[-2].net[0] == 0.3
    then = look(line, known=old.end + timedelta(days=1))
    assert then.weeks[-1].pk == old.pk
    assert then.seven is None
    assert "as it was known on" in page(ana, known=str(old.end + timedelta(days=1)))


def test_the_odds_of_today_were_not_known_then(line, ana):
    assert "35 % likely" in page(ana)
    Goal.objects.update(set_at=timezone.now() - timedelta(days=60))
    then = page(ana, known=(TODAY - timedelta(days=30)).isoformat())
    assert "Goal +20 by " in then
    assert "% likely" not in then
    assert "No change that the alarm would call one" not in then


@pytest.mark.parametrize(("kept", "fewer"), [(28, False), (18, True)])
def test_of_the_fan_it_is_told_how_many_earlier_intervals_held(line, ana, kept, fewer):
    words, promise = "intervals made 12 weeks ahead so far", "in the long run nine of ten hold"
    told = page(ana)
    assert promise in told
    assert words not in told  # that of an outlook which was computed before they were counted
    goal = Goal.objects.get()
    goal.outlook["fan"][-1] |= {"held": kept, "judged": 31}
    goal.save()
    told = page(ana)
    assert told.count(f"Of the 31 {words}, {kept} held.") == 2  # beside the chart, and where its method stands
    assert ("That is fewer than promised" in told) == fewer


@pytest.mark.parametrize(("found", "words"), [([0.25, 0.2, 0.3], "reached; its"), ([0.1, 0.0, 0.2], "not reached")])
def test_a_goal_whose_day_has_passed_has_no_odds(line, ana, found, words):
    Goal.objects.update(by_date=LAST, outlook={"day": LAST.isoformat(), "ended": found})
    assert words in page(ana)
    assert "% likely" not in page(ana)


@pytest.mark.once
def test_an_alarm_that_had_not_rung_yet_was_not_known(line):
    assert look(line, known=LAST - timedelta(days=12)).change is None


@pytest.mark.once
def test_a_change_that_was_put_away_is_not_told_any_more(line, hanna):
    setting.close_alarm(Alarm.objects.get(), actor=hanna)
    assert sentence(look(line)).change == "No change that the alarm would call one."
    assert look(line, known=LAST - timedelta(days=2)).change, "it was not put away then"


@pytest.mark.once
def test_a_later_change_is_the_answer_to_an_earlier_one(line, hanna):
    later = gps.red(line, LAST, LAST - timedelta(days=6), size=[0.1, 0.05, 0.15])
    assert sentence(look(line)).change.startswith("Up since ")
    setting.close_alarm(later, actor=hanna)
    assert look(line).change is None


@pytest.mark.once
def test_a_change_whose_weeks_lie_back_is_told_as_past(line):
    back = list(Figure.objects.filter(period="week").order_by("-end")[:3])
    for row in back:
        assert "until" not in sentence(look(line)).change
        Figure.objects.filter(pk=row.pk).update(net=[0.14, 0.08, 0.2])
    began = Alarm.objects.get().began
    assert sentence(look(line)).change == f"Down from {day_name(began)} until about {day_name(back[-1].start)}."


def test_the_page_names_the_five_that_carry_most_and_the_alarm_all(line, ana):
    alarm = Alarm.objects.get()
    alarm.found["carried"] = [{"by": "channel", "name": f"Channel {n}", "key": n, "share": 0.1} for n in range(7)]
    alarm.save()
    assert page(ana).count("<dt><bdi>Channel") == 5
    assert page(ana, reverse("alarm", args=[alarm.pk])).count("<dt><bdi>Channel") == 7


@pytest.mark.once
def test_the_week_that_runs_is_not_drawn(line):
    gps.figure(line, LAST + timedelta(days=7), 0.9)
    assert look(line).weeks[-1].end == LAST


@pytest.mark.once
def test_the_figure_can_be_taken_away(line, ana):
    rows = list(
        csv.DictReader(io.StringIO(as_(ana).get(reverse("line_figure", args=[line.pk, "csv"])).content.decode()))
    )
    assert [row["period"] for row in rows].count("week") == 20
    assert (rows[-1]["period"], rows[-1]["value"], rows[-1]["labels"]) == ("seven", "0.05", "84")
    assert as_(ana).get(reverse("line_figure", args=[99_999, "csv"])).status_code == 404


@pytest.mark.once
def test_the_figure_is_drawn(line, ana, monkeypatch, tmp_path):
    monkeypatch.setattr(charts, "_folder", lambda: tmp_path)
    for show in ("", "parts"):
        response = as_(ana).get(reverse("line_figure", args=[line.pk, "svg"]), {"show": show, "width": "narrow"})
        assert response.content.startswith(b"<svg")
    charts.drawer.end()


def test_a_year_of_many_lines_asks_as_little_as_one(line, ana, django_assert_max_num_queries):
    for n in range(12):
        other = Line.objects.create(name=f"Topic {n}", position=n + 1)
        gps.weeks(other, LAST, 20)
        gps.goal(other, TODAY + timedelta(days=50), today=TODAY)
    client = as_(ana)
    client.get(reverse("course"))
    with django_assert_max_num_queries(24):
        assert "Topic 11" in client.get(reverse("course"), {"weeks": 52}).content.decode()
    with django_assert_max_num_queries(20):
        client.get(reverse("lines"))


# -- nothing there yet


@pytest.mark.once
def test_with_no_line_the_page_leads_to_the_first(ana, ben):
    assert reverse("new_line") in page(ana)
    assert reverse("new_line") not in page(ben)


@pytest.mark.once
def test_with_nothing_coded_the_page_leads_to_the_desk(ana):
    Line.objects.create(name="About us")
    assert "Nobody has coded anything yet" in page(ana)
    assert f'href="{reverse("desk")}">To the coding desk' in page(ana)


@pytest.mark.once
def test_with_coders_and_no_closed_day_the_page_says_when_days_close(ana):
    Line.objects.create(name="About us")
    coders.set_coder(ana, languages=["en"], actor=ana)
    assert "Nobody has coded anything yet" not in page(ana)
    assert "close some hours after midnight" in page(ana)


@pytest.mark.once
def test_with_few_labels_the_page_says_how_many_are_missing_and_until_when(ana):
    line = Line.objects.create(name="About us")
    gps.figure(line, TODAY, None, period="seven")
    words = page(ana)
    assert "26 labels are missing." in words
    assert "6 a day would do" in words


@pytest.mark.once
def test_a_stranger_who_is_not_signed_in_sees_nothing(line):
    for url in (reverse("course"), reverse("lines"), reverse("line_figure", args=[line.pk, "csv"])):
        assert Client().get(url).status_code == 302


# -- lines


FORM = {"name": "Delays", "brief": "", "channel": "", "watches": "negative", "points": "3"}


def test_a_line_is_made_and_its_alarm_is_switched_on_by_itself(hanna):
    as_(hanna).post(reverse("new_line"), FORM)
    row = Line.objects.get(name="Delays")
    assert (row.watched, row.tolerance) == (False, 0.03)
    as_(hanna).post(reverse("change_line", args=[row.pk]), {"do": "watch"})
    row.refresh_from_db()
    assert row.watched
    assert list(AuditEntry.objects.order_by("-sequence").values_list("action", flat=True)[:2]) == [
        "line.watched",
        "line.made",
    ]


@pytest.mark.once
def test_the_name_of_a_line_is_its_own(hanna, line):
    body = as_(hanna).post(reverse("new_line"), {**FORM, "name": "About us"}).content.decode()
    assert "There is a line of that name already." in body


def test_the_delay_to_be_expected_is_shown_before_the_alarm_is_switched_on(hanna, line):
    Line.objects.update(watched=False)
    Watching.objects.all().delete()
    words = page(hanna, reverse("line", args=[line.pk]))
    assert "20 points" in words
    assert "Switch the alarm on" in words


@pytest.mark.once
def test_the_delay_is_longer_where_many_lines_are_watched(line, monkeypatch):
    monkeypatch.setattr(waiting, "RUNS", 20)
    Watching.objects.all().delete()
    alone = expected(line)
    Line.objects.bulk_create(Line(name=f"Topic {n}", position=n + 1) for n in range(400))
    assert [one.shift for one in alone] == [one.shift for one in expected(line)]
    assert sum(one.rang for one in expected(line)) < sum(one.rang for one in alone)


def test_the_delay_as_it_was_shown_then_is_kept(line):
    Watching.objects.update(expected=[{"shift": 0.1, "days": 12, "late": None, "rang": 0.8}])
    assert [(one.shift, one.days, one.late) for one in expected(line)] == [(0.1, 12.0, float("inf"))]


@pytest.mark.once
def test_without_weeks_nobody_knows_the_delay(ana):
    assert expected(Line.objects.create(name="New")) == NotEnough(0, 2, "weeks")


@pytest.mark.once
def test_behind_an_alarm_the_pages_say_until_when_nothing_can_ring(hanna, line):
    Watching.objects.update(red=None, baseline=None)
    DeskDay.objects.create(day=TODAY - timedelta(days=300), messages=0, planned=0)
    rang = Alarm.objects.get()
    words = f"No alarm until about {day_name(rang.day + timedelta(days=57))}: {(TODAY - rang.day).days} of the 56 days"
    for url in (reverse("course"), reverse("lines"), reverse("line", args=[line.pk])):
        assert words in page(hanna, url)
    assert words in page(hanna, reverse("alarm", args=[rang.pk]))


@pytest.mark.once
def test_before_the_first_baseline_the_pages_say_when_the_alarm_starts(hanna, line):
    Alarm.objects.all().delete()
    Watching.objects.all().delete()
    DeskDay.objects.create(day=TODAY - timedelta(days=9), messages=0, planned=0)
    words = f"The alarm starts about {day_name(TODAY + timedelta(days=47))}: 10 of the 56 days of its baseline"
    assert words in page(hanna)
    DeskDay.objects.update(day=TODAY - timedelta(days=300))
    assert "The alarm starts when the baseline is there" in page(hanna, reverse("lines"))


def test_an_alarm_that_watches_something_else_begins_anew(hanna, line):
    as_(hanna).post(reverse("line", args=[line.pk]), {**FORM, "name": "About all of us", "watches": "net"})
    assert Watching.objects.exists()
    as_(hanna).post(reverse("line", args=[line.pk]), {**FORM, "watches": "negative"})
    assert not Watching.objects.exists()


def test_a_line_that_is_about_something_else_is_worked_out_anew(hanna, line):
    brief = Brief.objects.create(name="Ferries", query="ferry")
    kept = {"name": line.name, "watches": line.watches, "points": "3"}
    as_(hanna).post(reverse("line", args=[line.pk]), {**FORM, **kept})
    assert line.figures.exists()
    as_(hanna).post(reverse("line", args=[line.pk]), {**FORM, **kept, "brief": brief.pk})
    assert not line.figures.exists()
    assert Alarm.objects.get().closed_by == hanna
    assert Goal.objects.get().outlook is None
    assert "% likely" not in page(hanna)


def test_lines_are_put_in_order_closed_and_followed_again(hanna, line):
    other = Line.objects.create(name="Second", position=1)
    change = lambda row, do: as_(hanna).post(reverse("change_line", args=[row.pk]), {"do": do})  # noqa: E731
    change(other, "up")
    assert [row.name for row in Line.objects.all()] == ["Second", "About us"]
    change(other, "close")
    assert "Net tone +5" in page(hanna)
    change(other, "reopen")
    assert Line.objects.get(pk=other.pk).closed_at is None


def test_many_lines_stand_on_several_pages(line, ana):
    Line.objects.bulk_create(Line(name=f"Topic {n}", position=n + 1) for n in range(30))
    assert "Topic 25" not in page(ana, reverse("lines"))
    assert "Topic 25" in page(ana, reverse("lines"), after=25)


# -- goals


def test_a_goal_is_set_changed_and_closed(hanna, line):
    Goal.objects.all().delete()
    until = TODAY + timedelta(days=60)
    as_(hanna).post(reverse("new_goal", args=[line.pk]), {"of": "net", "target": "20", "by_date": until.isoformat()})
    goal = Goal.objects.get()
    assert (goal.target, goal.start, goal.set_by) == (0.2, None, hanna)
    Goal.objects.update(outlook={"probability": 0.5})
    as_(hanna).post(reverse("goal", args=[goal.pk]), {"of": "net", "target": "30", "by_date": until.isoformat()})
    goal.refresh_from_db()
    assert (goal.target, goal.outlook) == (0.3, None)
    as_(hanna).post(reverse("close_goal", args=[goal.pk]))
    assert "Goal +30" not in page(hanna)
    assert "+30 by" in page(hanna, reverse("line", args=[line.pk]))
    as_(hanna).post(reverse("reopen_goal", args=[goal.pk]))
    assert "Goal +30" in page(hanna)


def test_an_alarm_that_was_switched_off_by_mistake_goes_on_with_what_it_knew(hanna, line):
    Line.objects.update(watched=True)
    Watching.objects.update_or_create(line=line, defaults={"day": LAST, "baseline": {"value": 0.1}})
    change, client = reverse("change_line", args=[line.pk]), as_(hanna)
    told = client.post(change, {"do": "rest"}, follow=True).content.decode()
    assert not Line.objects.get(pk=line.pk).watched
    assert f"{change}?do=resume" in told
    client.post(f"{change}?do=resume")
    assert Watching.objects.get(line=line).baseline == {"value": 0.1}
    for do in ("rest", "watch"):
        client.post(change, {"do": do})
    assert not Watching.objects.filter(line=line).exists(), "switched on again, it takes a new baseline"


@pytest.mark.once
def test_a_goal_of_yesterday_is_refused(hanna, line):
    form = {"of": "net", "target": "20", "by_date": TODAY.isoformat()}
    assert "lies ahead" in as_(hanna).post(reverse("new_goal", args=[line.pk]), form).content.decode()


# -- what happened


def test_what_happened_is_written_down_removed_and_brought_back(hanna, line):
    client = as_(hanna)
    day = (TODAY - timedelta(days=30)).isoformat()
    client.post(reverse("annotate"), {"line": line.pk, "day": day, "text": "Price rise announced"})
    row = Annotation.objects.get()
    Alarm.objects.update(annotation=row)
    body = client.post(reverse("remove_annotation", args=[row.pk]), follow=True).content.decode()
    assert not Annotation.objects.exists()
    undo = body.split(reverse("restore_annotation", args=["x"])[:-2])[1].split('"')[0]
    client.post(reverse("restore_annotation", args=["x"]).replace("/x/", f"/{undo}"))
    assert Alarm.objects.get().annotation == Annotation.objects.get()
    assert Annotation.objects.get().text == "Price rise announced"


@pytest.mark.once
def test_an_undo_that_nobody_sealed_is_refused(hanna, line):
    as_(hanna).post(reverse("restore_annotation", args=["made-up"]))
    assert not Annotation.objects.exists()


@pytest.fixture
def prices(line, hanna) -> Brief:
    """What the line is about: a brief whose words can be changed."""
    brief = setting.save_brief(None, name="Prices", query="price", purpose="topic", actor=hanna)
    Line.objects.update(brief=brief)
    return brief


def reworded(prices: Brief, hanna: User, **more: str):
    form = {"name": "Prices", "query": "price OR fare", "purpose": "topic", "active": "on"} | more
    return as_(hanna).post(reverse("brief", args=[prices.pk]), form)


def test_from_which_day_on_other_words_count_is_marked_on_the_chart_and_told_on_the_pages(hanna, ben, line, prices):
    before = "Other words count from the moment when they are saved. What arrived before is not searched again"
    about = "The words of “Prices” were changed on "
    form = page(hanna, reverse("brief", args=[prices.pk]))
    assert before in form
    assert "About us" in form
    assert "These words count since" not in form
    assert about not in page(hanna, reverse("line", args=[line.pk]))
    reworded(prices, hanna)
    note = Annotation.objects.get()
    assert (note.day, note.words, note.line, note.by) == (timezone.now().date(), "Prices", line, hanna)
    assert AuditEntry.objects.get(action="annotation.made").detail["lines"] == [line.pk]
    assert "These words count since" in page(hanna, reverse("brief", args=[prices.pk]))
    course = page(ben)
    assert "From here on other words find it: those of “Prices” were changed" in course
    assert about in course.partition("How this was made")[2]
    assert about in page(hanna, reverse("line", args=[line.pk]))
    assert about not in page(ben, known=(timezone.now().date() - timedelta(days=1)).isoformat())


def test_on_one_day_words_are_marked_once_and_without_other_words_not_at_all(hanna, line, prices):
    reworded(prices, hanna, query="price", purpose="product")
    assert not Annotation.objects.exists()
    reworded(prices, hanna)
    reworded(prices, hanna, query="fare")
    note = Annotation.objects.get()
    setting.restore_annotation(setting.remove_annotation(note, actor=hanna), actor=hanna)
    assert happened(Annotation.objects.get()) == happened(note)
    whole = Line.objects.create(name="All of it")
    reworded(prices, hanna, query="fares", purpose="brand")
    assert set(Annotation.objects.values_list("line", flat=True)) == {line.pk, whole.pk}


@pytest.mark.once
def test_in_the_file_stands_since_when_the_words_count(ana, line):
    Figure.objects.filter(period="seven").update(made={"words_since": "2026-03-04"})
    url = reverse("line_figure", args=[line.pk, "csv"])
    rows = list(csv.DictReader(io.StringIO(as_(ana).get(url).content.decode())))
    assert [row["words_since"] for row in rows[-2:]] == ["", "2026-03-04"]


@pytest.mark.once
@pytest.mark.parametrize("form", [{"day": "2026-13-40", "text": "x"}, {"day": "2026-11-01", "text": " "}])
def test_what_says_nothing_is_not_written_down(hanna, line, form):
    as_(hanna).post(reverse("annotate"), {"line": line.pk, **form})
    assert not Annotation.objects.exists()


def test_the_oldest_number_says_when_and_by_which_reader_it_was_made(line, ben):
    oldest = look(line).weeks[0]
    method = page(ben).partition("How this was made")[2]
    assert f"was made on {date_format(oldest.made_at, 'LONG_DAY_YEAR')} by the reader tone 3." in method
    assert "For 5 weeks later labels, messages and hours make it anew" in method


# -- alarms


def test_an_alarm_says_how_large_the_change_is_what_carries_it_and_which_messages_show_it(hanna, line, talk, ben, cleo):
    message = talk.messages.get() if hasattr(talk, "messages") else talk.placements.get().message
    Alarm.objects.update(found={**Alarm.objects.get().found, "messages": [message.pk]})
    url = reverse("alarm", args=[Alarm.objects.get().pk])
    words = page(hanna, url)
    assert "−11 (between −18 and −4)" in words
    assert "Reviews" in words
    assert "where is my refund" in words
    assert "where is my refund" in page(ben, url)
    assert "where is my refund" not in page(cleo, url)


def test_what_carries_a_change_has_its_interval_where_labels_tell_it(line, ana):
    alarm = Alarm.objects.get()
    told = {"by": "kind", "name": "complaint", "key": "complaint", "share": 0.6, "told_by": "labels"}
    alarm.found["carried"] = [told | {"change": [0.05, 0.02, 0.08]}]
    alarm.save()
    words = page(ana, reverse("alarm", args=[alarm.pk]))
    assert "+5 points (between +2 and +8)" in words
    assert "those among them that rang the alarm" in words


def test_an_alarm_opens_to_how_it_was_made(line, ana):
    alarm = Alarm.objects.get()
    days = {"first": "2026-03-02", "last": "2026-03-13", "days": 12, "labels": 134, "units": 180}
    after = days | {"last": "2026-03-29", "days": 28, "labels": 300, "units": 420}
    alarm.found |= {"home": gps.home(date(2026, 1, 5), date(2026, 3, 1)), "days": 41, "evidence": 17_342.7}
    alarm.found |= {"grew": days, "compared": [days, after], "until": LAST.isoformat(), "units": 150}
    alarm.save()
    words = page(ana, reverse("alarm", args=[alarm.pk])).replace("\u202f", " ").replace("\u00a0", " ")
    assert words.count("How this was made") == 2
    for told in (
        "at most one year of twenty",
        "Mₜ = (Mₜ₋₁ + 1) · Π",
        "346 labels of 394 units; +16 (between +13 and +19), standard error 1.4 points.",
        "41 days since the baseline",
        "12 days, 134 labels of 180 units",
        "17 343, and it had to reach 7 300",
        "120 labels of 150 units",
        f"as of the days up to {day_name(LAST)}",
        "Part = (θ₂(c) − θ₁(c)) / (θ₂ − θ₁)",
        "28 days, 300 labels of 420 units",
        f"published%3A{alarm.began}..{LAST}+",
    ):
        assert told in words, told


@pytest.mark.once
def test_an_alarm_of_a_line_that_is_about_something_else_now_leads_to_no_other_messages(line, ana):
    words = page(ana, reverse("alarm", args=[Alarm.objects.get().pk]))
    assert "The line is about something else by now" in words
    assert "published%3A" not in words


@pytest.mark.once
@pytest.mark.parametrize(
    ("kind", "found", "told"),
    [
        ("ruler", {"more": True, "reader": "tone 3"}, ("It predicts more of what is watched", "That is no guarantee")),
        (
            "course",
            {"evidence": 22.4},
            ("22.4, and it had to reach 20", "at most one in twenty, however long one looks"),
        ),
    ],
)
def test_the_other_alarms_open_too(line, ana, kind, found, told):
    alarm = Alarm.objects.create(line=line, kind=kind, day=LAST, found=found)
    words = page(ana, reverse("alarm", args=[alarm.pk]))
    assert "How this was made" in words
    assert all(one in words for one in told)
    assert f"..{LAST}+" in words


def test_saying_what_happened_puts_it_on_the_chart_and_closing_ends_the_alarm(hanna, line):
    alarm = Alarm.objects.get()
    as_(hanna).post(reverse("explain_alarm", args=[alarm.pk]), {"text": "Price rise"})
    assert Annotation.objects.get().day == alarm.began
    as_(hanna).post(reverse("close_alarm", args=[alarm.pk]))
    alarm.refresh_from_db()
    assert (alarm.closed_by, alarm.annotation.text) == (hanna, "Price rise")


@pytest.mark.once
def test_of_two_who_say_what_happened_the_first_is_kept(line, hanna):
    alarm = Alarm.objects.get()
    assert isinstance(setting.explain_alarm(alarm, text="Prices went up", actor=hanna), Annotation)
    said = as_(hanna).post(reverse("explain_alarm", args=[alarm.pk]), {"text": "Prices rose"}, follow=True)
    assert "It was said already: “Prices went up”." in said.content.decode()
    assert Annotation.objects.filter(line=line).count() == 1


def test_a_member_sees_it_all_and_sets_up_nothing(line, ben):
    row, alarm, note = (
        Line.objects.get(),
        Alarm.objects.get(),
        Annotation.objects.create(day=date(2026, 1, 1), text="a"),
    )
    before = json.dumps([list(Line.objects.values()), list(Goal.objects.values())], default=str)
    assert "Net tone +5" in page(ben)
    for name, args in (
        ("new_line", []),
        ("line", [row.pk]),
        ("change_line", [row.pk]),
        ("new_goal", [row.pk]),
        ("annotate", []),
        ("remove_annotation", [note.pk]),
        ("explain_alarm", [alarm.pk]),
        ("close_alarm", [alarm.pk]),
    ):
        assert as_(ben).post(reverse(name, args=args), {"do": "close"}).status_code == 404, name
    assert json.dumps([list(Line.objects.values()), list(Goal.objects.values())], default=str) == before
    assert isinstance(setting.close_line(row, actor=ben), Refused)
    assert isinstance(setting.close_alarm(alarm, actor=ben), Refused)


@pytest.mark.once
def test_the_longest_name_stands_on_every_page(line, hanna):
    Line.objects.update(name="x" * 80)
    for url in (reverse("course"), reverse("lines"), reverse("line", args=[line.pk]), reverse("alarms")):
        assert as_(hanna).get(url).status_code == 200


def test_closing_an_alarm_settles_its_notices(hanna, line):
    Alarm.objects.all().delete()
    announce(Alarm(line=line, kind="red", day=LAST))
    assert Notice.objects.filter(user=hanna, read_at=None).count() == 1
    as_(hanna).post(reverse("close_alarm", args=[Alarm.objects.get().pk]))
    assert not Notice.objects.filter(read_at=None).exists()


# -- home


def test_home_shows_the_way_to_each_goal_and_no_uncorrected_reading_beside_it(line, ana):
    words = page(ana, reverse("home"))
    assert "Net tone +5 (between −1 and +11) over 7 days, 84 labels. Down since" in words
    assert "Goal +20 by" in words
    assert 'class="spark"' in words
    assert "uncorrected reading" not in words


@pytest.mark.once
def test_home_shows_the_first_line_when_there_is_no_goal(line, ana):
    Goal.objects.all().delete()
    Line.objects.create(name="Second", position=1)
    words = page(ana, reverse("home"))
    assert "Net tone +5" in words
    assert "Second" not in words


def needed(user: User) -> list[tuple[str, str]]:
    return [(need.title, need.reason) for need in needs(user, timezone.now()).rows]


def test_what_rang_needs_those_who_measure_until_it_is_closed(line, hanna, ben):
    ((title, reason),) = needed(hanna)
    assert (title, reason[:9]) == ("About us", "red since")
    assert needed(ben) == []
    setting.close_alarm(Alarm.objects.get(), actor=hanna)
    assert needed(hanna) == []


def test_what_waits_to_be_coded_needs_its_coder(talk, ben, ana):
    coders.set_coder(ben, languages=["en"], active=True, actor=ana)
    day = DeskDay.objects.create(day=TODAY, reader="r", messages=1, planned=1)
    Drawn.objects.create(day=day, message=Message.objects.get(), place=0, stratum=0, language="en")
    assert ("1 message waits for your coding", "about 1 minute") in needed(ben)
    assert not [title for title, _reason in needed(ana) if "coding" in title]
