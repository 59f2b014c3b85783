"""Lines, their figures and their alarms, on days whose truth is known."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.utils import translation

from rapport.cli import main
from rapport.server.listen.models import Brief, BriefMatch, Message
from rapport.server.measure import figures, frames, goals, homes, lines, setting, watching
from rapport.server.measure.models import (
    Alarm,
    Annotation,
    Code,
    Coder,
    DayCount,
    DeskDay,
    Drawn,
    Figure,
    Goal,
    Line,
    Watching,
)
from rapport.server.measure.whereabouts import happened, why_not
from rapport.server.organise.models import Notice, User
from rapport.server.understand.models import Reading
from tests.server.closed_days import FIRST, Days, channel_called, morning_after

EIGHT_WEEKS = 56
WORSE = (0.60, 0.25, 0.15)
SOUR = (0.55, 0.30, 0.15)


@pytest.fixture(autouse=True)
def no_years_played(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to expect is played for the one test that looks at it."""
    monkeypatch.setattr(watching, "EXPECTED_AT_ONCE", 0)
    monkeypatch.setattr(homes, "RUNS", 20)


@pytest.fixture
def line(ana: User) -> Line:
    return Line.objects.create(name="About us", tolerance=0.06)


def estimated(day: date) -> int:
    return figures.estimate_lines(morning_after(day, 36))


def figure(line: Line, period: str, end: date) -> Figure:
    return Figure.objects.get(line=line, period=period, end=end, current=True)


# -- which messages --------------------------------------------------------------------------------------------------


def test_the_line_about_us_is_there_by_itself(ana):
    Days().play(1)
    estimated(FIRST)
    assert Line.objects.get().name == "About us"


def test_a_line_on_a_brief_holds_what_the_brief_matched_and_one_in_a_channel_what_was_said_there(ana):
    Days().play(1)
    brief = Brief.objects.create(name="Prices", purpose="topic", query="price")
    BriefMatch.objects.bulk_create(BriefMatch(brief=brief, message=one) for one in Message.objects.all()[:7])
    about = Line.objects.create(name="Prices", brief=brief)
    post = Line.objects.create(name="In Post", channel=channel_called("Post"))
    shelf = lines.Shelf([about, post])
    sizes = [sum(one.sizes().values()) for of in (about, post) for one in shelf.parts(of, FIRST, FIRST)]
    assert sizes == [7, 14]


def test_lines_that_one_could_follow_are_offered_once(ana):
    Days().play(1)
    rival = Brief.objects.create(name="Blueline", purpose="rival", query="blueline")
    assert [one.name for one in lines.offered()] == ["Blueline", "Post", "Web"]
    Line.objects.create(name="The other", brief=rival)
    assert [one.name for one in lines.offered()] == ["Post", "Web"]


def test_what_was_coded_behind_a_hole_waits(line):
    Days().play(1)
    Drawn.objects.filter(place=0).update(answer="")
    day = lines.closed(FIRST, FIRST, ())[0]
    hole = Drawn.objects.get(place=0)
    assert not day.answered
    assert len(day.label) == Drawn.objects.exclude(stratum=hole.stratum).count()


def test_what_was_taken_back_is_in_no_figure(line):
    Days().play(1)
    drawn = Drawn.objects.all()[0]
    Message.objects.filter(pk=drawn.message_id).update(removed_at=morning_after(FIRST))
    day = lines.closed(FIRST, FIRST, ())[0]
    assert len(day.message) == 41
    assert len(day.label) == 11


@pytest.mark.once
def test_of_a_large_group_the_unit_is_not_the_one_that_was_likeliest_to_be_drawn(line):
    days = Days(volume={"Web": 3000}, labels=300)
    days.play(1)
    day = lines.closed(FIRST, FIRST, ())[0]
    day.group[:] = [max(n - 1500, 0) // 3 + min(n, 1500) for n in range(3000)]  # 1500 alone, then threes
    units = day.one_each(day.members(line))
    drawn = set(day.at.tolist())
    alone, threes = [n for n in units if n < 1500], [n for n in units if n >= 1503]
    rates = [sum(n in drawn for n in some) / len(some) for some in (alone, threes)]
    assert abs(rates[0] - rates[1]) < 3 * (0.1 * 0.9 * (1 / len(alone) + 1 / len(threes))) ** 0.5


# -- figures ---------------------------------------------------------------------------------------------------------


def test_a_week_has_its_shares_and_net_tone_with_intervals_for_messages_and_people(line):
    days = Days()
    estimated(days.play(7))
    week = figure(line, "week", days.last)
    value, low, high = week.shares["negative"]
    assert low < 0.25 < high
    assert low < value < high
    assert week.net[1] < 0 < week.net[2]
    assert (week.labels, week.messages) == (84, 294)
    assert week.people["negative"][1] < value < week.people["negative"][2]
    assert week.made["channels"] == {"Web": pytest.approx(2 / 3, abs=1e-5), "Post": pytest.approx(1 / 3, abs=1e-5)}


def test_below_forty_labels_it_says_how_many_there_are(line):
    days = Days()
    estimated(days.play(2))
    seven = figure(line, "seven", days.last)
    assert (seven.net, seven.labels, seven.needed) == (None, 24, 40)


def test_a_figure_says_how_far_coders_agree(line, ana):
    days = Days()
    days.play(7)
    for n, drawn in enumerate(Drawn.objects.all()[:40]):
        for purpose in ("first", "second"):
            other = "negative" if drawn.answer == "neutral" else "neutral"
            said = other if purpose == "second" and n < 6 else drawn.answer
            Code.objects.create(
                drawn=drawn, by=ana, purpose=purpose, answer=said, revision=1, at=morning_after(days.last)
            )
    estimated(days.last)
    value, low, high = figure(line, "week", days.last).alpha
    assert 0 < low < value < high <= 1
    assert value < 0.95


def test_nothing_is_made_anew_when_nothing_changed(line):
    days = Days()
    estimated(days.play(9))
    assert estimated(days.last) == 0


def test_what_another_method_told_of_the_last_weeks_is_made_anew(line, monkeypatch):
    days = Days()
    estimated(days.play(7))
    Figure.objects.filter(line=line, period="week").update(net=[0.1, -0.8, 0.9])
    assert estimated(days.last) == 0
    monkeypatch.setattr(figures, "METHOD", figures.METHOD + 1)
    assert estimated(days.last) == 1
    assert figure(line, "week", days.last).net != [0.1, -0.8, 0.9]


def test_labels_and_late_messages_make_a_second_vintage_beside_the_first(line):
    days = Days()
    days.play(6)
    days.play(1, coded=4)
    estimated(days.last)
    first = figure(line, "week", days.last)
    Drawn.objects.filter(answer="").update(answer="negative", answered_at=morning_after(days.last, 40))
    days.say([days.last], ["Web"] * 5, prefix="late")
    DeskDay.objects.filter(day=days.last).update(late=5)
    estimated(days.last + timedelta(days=1))
    week = figure(line, "week", days.last)
    first.refresh_from_db()
    assert not first.current
    assert (first.late, week.late) == (0, 5)
    assert (first.labels, week.labels) == (76, 84)
    assert week.shares["negative"][0] > first.shares["negative"][0]


def test_a_channel_that_was_not_heard_is_named_and_bounds_say_what_it_may_hold(line):
    days = Days(mood=lambda n, channel: SOUR if channel == "Post" else (0.2, 0.5, 0.3))
    days.play(28)
    estimated(days.last)
    whole = figure(line, "week", days.last)
    days.play(7, silent=["Post"])
    estimated(days.last)
    week = figure(line, "week", days.last)
    assert week.missing == ["Post"]
    assert week.weight == pytest.approx(2 / 3, abs=1e-5)
    assert week.bounds[0] < whole.net[0] < week.bounds[1]
    assert week.made["change"]["channels"] == ["Web"], "compared is what was heard in both weeks"


def test_a_channel_that_stays_away_is_carried_on_with_growing_doubt(line):
    days = Days(labels=40)
    days.play(28)
    ends = [days.play(7, silent=["Post"]) for _ in range(3)]
    estimated(days.last)
    carried = [figure(line, "week", end).made["carried"] for end in ends]
    first, second, third = (high - low for _value, low, high in carried)
    assert first < second < third


def test_of_people_what_was_copied_on_a_day_counts_once(line):
    days = Days(volume={"Web": 100}, labels=40, mood=lambda n, channel: (0, 1, 0), copied=0.5)
    estimated(days.play(7))
    week = figure(line, "week", days.last)
    assert week.shares["negative"][0] == pytest.approx(0.5, abs=0.05)
    assert week.people["negative"][0] < 0.05
    assert (week.messages, week.made["voices"]) == (700, 7 * 50)
    assert 120 < week.made["people_labels"] < 160


def test_shares_and_net_tone_add_up(line):
    days = Days()
    estimated(days.play(7))
    week = figure(line, "week", days.last)
    value = {of: one[0] for of, one in week.shares.items()}
    assert sum(value.values()) == pytest.approx(1, abs=1e-5)
    assert value["positive"] - value["negative"] == pytest.approx(week.net[0], abs=1e-5)
    of_people = {of: one[0] for of, one in week.people.items()}
    assert of_people["positive"] - of_people["negative"] == pytest.approx(of_people["net"], abs=1e-5)


def test_days_that_nobody_coded_are_missing_and_not_filled_in_from_the_others(line):
    days = Days(labels=24, mood=lambda n, channel: (0.2, 0.5, 0.3) if n < 2 else SOUR)
    days.play(2)
    days.play(5, coded=0)
    figures.estimate_lines(morning_after(days.last, 24 * 5))
    week = figure(line, "week", days.last)
    assert week.made["coded"] == [2, 7, 0]
    assert week.weight == pytest.approx(2 / 7)
    assert week.bounds[0] < week.net[0] < week.bounds[1]
    beyond = (week.bounds[1] - week.bounds[0] - 2 * 5 / 7) / (2 / 7)
    assert 0.8 < beyond / (week.net[2] - week.net[1]) < 1


def test_a_number_is_about_the_days_that_were_coded_and_its_bounds_about_the_others(line, monkeypatch):
    monkeypatch.setattr(figures.Night, "misread", 0.0)
    days = Days(labels=42)
    days.play(5)
    days.play(2, coded=0)
    figures.estimate_lines(morning_after(days.last, 24 * 5))
    week = figure(line, "week", days.last)
    assert week.labels < week.messages
    assert week.net[0] == week.net[1] == week.net[2]
    assert week.effective == week.labels
    assert week.bounds[1] - week.bounds[0] == pytest.approx(2 * 2 / 7, abs=0.01)


def test_days_whose_labels_are_still_waited_for_are_left_out_and_take_nothing_off(line):
    days = Days()
    days.play(5)
    days.play(2, coded=0)
    estimated(days.last)
    week = figure(line, "week", days.last)
    assert (week.made["coded"], week.weight, week.labels) == ([5, 7, 2], 1.0, 60)
    assert week.made["provisional"]


@pytest.fixture
def half_polish(line, ana) -> Days:
    """A week in which every second message is in Polish, whose coder has left: nobody codes those, all are negative."""
    days = Days(labels=24, mood=lambda n, channel: (0, 1, 0))
    days.play(7)
    Coder.objects.create(user=ana, languages=["en"])
    polish = Message.objects.annotate(half=F("pk") % 2).filter(half=0)
    tone = {"tone": "neutral", "negative": 0.2, "neutral": 0.6, "positive": 0.2}
    Reading.objects.bulk_create(Reading(message=one, language="pl", reader="tone-1", **tone) for one in polish)
    Drawn.objects.filter(message__in=polish).update(language="pl", answer="", answered_at=None)
    return days


def test_a_language_that_nobody_reads_any_more_is_left_out_and_named(line, half_polish):
    later = morning_after(half_polish.last, 24 * 5)
    assert frames.pass_over(later) == 7
    figures.estimate_lines(later)
    week = figure(line, "week", half_polish.last)
    assert week.labels == Drawn.objects.exclude(answer="").count(), "none waits behind a hole"
    assert week.made["unread"] == {"pl": 147}
    assert week.weight == pytest.approx(0.5)
    assert frames.pass_over(later) == 0


def test_a_language_comes_back_when_somebody_codes_it_after_all(line, half_polish):
    later = morning_after(half_polish.last, 24 * 5)
    frames.pass_over(later)
    Drawn.objects.filter(answer="").update(answer="negative", answered_at=later)
    assert frames.pass_over(later) == 7
    figures.estimate_lines(later)
    week = figure(line, "week", half_polish.last)
    assert (week.labels, week.weight, week.made["unread"]) == (7 * 24, 1.0, {})
    assert week.shares["negative"][0] == pytest.approx(0.5, abs=0.15)


def test_a_place_that_is_only_waited_for_leaves_no_language_out(line, half_polish):
    assert frames.pass_over(morning_after(half_polish.last)) == 4, "of the first four days nobody waits any more"
    Coder.objects.update(languages=["en", "pl"])
    Drawn.objects.filter(language="pl", place__lt=12).update(answer="negative")
    assert frames.pass_over(morning_after(half_polish.last, 24 * 5)) == 4, (
        "somebody reads it, and coded some of each day"
    )
    assert {tuple(one.strata["passed"]) for one in DeskDay.objects.all() if "passed" in one.strata} == {()}


def test_what_nobody_could_read_when_a_day_closed_is_not_heard(line):
    days = Days()
    days.play(7)
    for n, day in enumerate(DeskDay.objects.order_by("day")):
        unread = days.say([day.day], ["Web"] * 14, prefix=f"{n} unread")
        DeskDay.objects.filter(pk=day.pk).update(
            unread=14, passed=np.array([(one.pk, one.channel_id, "fi") for one in unread], frames.PASSED).tobytes()
        )
    estimated(days.last)
    week = figure(line, "week", days.last)
    assert week.weight == pytest.approx(42 / 56), "the weights are those of all that was said, of Web 28 of 42 are read"
    assert week.made["unread"] == {"fi": 98}
    assert week.missing == []


def test_hours_that_were_missed_take_a_channel_out_and_what_comes_back_is_not_taken_in(line):
    days = Days()
    days.play(14)
    for n in range(14):
        DayCount.objects.create(
            channel=channel_called("Post"), day=FIRST + timedelta(days=n), hours=24, deaf_hours=24 if n > 8 else 0
        )
    estimated(days.last)
    assert figure(line, "week", days.last).missing == ["Post"]
    assert figure(line, "week", FIRST + timedelta(days=6)).missing == []


def test_a_figure_says_since_when_its_words_hold_unless_they_were_changed_later(line):
    days = Days()
    days.play(14)
    changed = FIRST + timedelta(days=9)
    Brief.objects.create(name="Us", purpose="brand", query="ferry", words_at=morning_after(changed, 12))
    Brief.objects.create(name="Rival", purpose="rival", query="boat", words_at=morning_after(days.last, 12))
    estimated(days.last)
    told = [figure(line, "week", FIRST + timedelta(days=n)).made.get("words_since") for n in (6, 13)]
    assert told == [None, changed.isoformat()]


def test_a_change_of_mix_is_told_apart_from_one_of_tone(line):
    sour = Days(mood=lambda n, channel: SOUR if channel == "Post" else (0.15, 0.5, 0.35), labels=40)
    sour.play(7)
    sour.volume = {"Web": 21, "Post": 21}
    estimated(sour.play(7))
    change = figure(line, "week", sour.last).made["change"]
    assert change["mix"][0] == pytest.approx(-(1 / 2 - 1 / 3) * 0.6, abs=0.04)
    assert change["mix"][1] < change["mix"][0] < change["mix"][2]
    assert change["total"] == pytest.approx(change["tone"][0] + change["mix"][0])


def test_weeks_that_were_read_in_full_are_known_where_coders_agree_and_so_is_what_changed(line, monkeypatch):
    monkeypatch.setattr(figures.Night, "misread", 0.0)
    days = Days(labels=42)
    days.play(7)
    days.volume = {"Web": 12, "Post": 24}
    estimated(days.play(7))
    for week in Figure.objects.filter(line=line, period="week"):
        assert week.net[0] == week.net[1] == week.net[2]
    tone = figure(line, "week", days.last).made["change"]["tone"]
    assert tone[0] == tone[1] == tone[2]


def test_what_coders_misread_stays_in_the_interval_though_all_was_coded(line):
    days = Days(labels=42)
    estimated(days.play(7))
    week = figure(line, "week", days.last)
    assert week.labels == week.messages
    spread = week.shares["positive"][0] + week.shares["negative"][0] - week.net[0] ** 2
    half = 1.96 * math.sqrt((1 - figures.DOUBTFUL) * spread / week.messages)
    assert (week.net[2] - week.net[1]) / 2 == pytest.approx(half, rel=0.1)
    assert week.effective == week.labels


# -- alarms ----------------------------------------------------------------------------------------------------------


def stepped(days: Days, until: int, line: Line, **how: object) -> None:
    """Play on day by day as the nights do, until red rings."""
    while days.played < until and not Alarm.objects.filter(line=line, kind="red").exists():
        surge = frames.surging()
        days.labels = 36 if surge else 12
        watching.step(morning_after(days.play(1, **how)))


def test_a_planted_change_turns_red_with_its_date_its_size_and_who_carries_it(line, monkeypatch):
    monkeypatch.setattr(watching, "EXPECTED_AT_ONCE", 1)
    days = Days(mood=lambda n, channel: WORSE if n >= 60 and channel == "Web" else (0.25, 0.5, 0.25))
    watching.step(morning_after(days.play(EIGHT_WEEKS)))
    assert [one["shift"] for one in Watching.objects.get().expected] == [0.05, 0.1, 0.2]
    stepped(days, 90, line)
    red = Alarm.objects.get(kind="red")
    planted = FIRST + timedelta(days=60)
    assert planted <= red.day <= planted + timedelta(days=15)
    assert abs((red.began - planted).days) <= 4
    assert red.found["carried"][0]["name"] == "Web"
    assert red.found["messages"]
    assert red.found["size"] is None, "not from the labels that made it ring"
    grew, (before, after) = red.found["grew"], red.found["compared"]
    assert (grew["first"], grew["last"]) == (red.began.isoformat(), red.day.isoformat())
    assert grew["days"] == (red.day - red.began).days + 1
    assert 0 < grew["labels"] <= grew["units"]
    assert (before["days"], before["last"]) == (28, (red.began - timedelta(days=1)).isoformat())
    assert red.found["days"] == Watching.objects.get().day.toordinal() - FIRST.toordinal() - EIGHT_WEEKS + 1
    assert Notice.objects.get(user__name="Ana Lind", what="tone_changed").detail["line"] == "About us"
    assert Watching.objects.get().baseline is None, "a new one begins behind it"
    watching.step(morning_after(days.play(4)))
    red.refresh_from_db()
    assert red.found["size"][1] > 0.05
    assert red.found["units"] >= red.found["labels"]
    assert red.found["grew"] == grew, "what it rang by stays as it was"
    assert red.found["compared"][1]["days"] > after["days"]


@pytest.mark.once
def test_what_somebody_asks_for_beyond_the_plan_counts_in_figures_and_not_in_the_alarm(line):
    days = Days(labels=12)
    days.play(EIGHT_WEEKS)
    watching.step(morning_after(days.last))
    days.labels = 30
    last = days.play(1)
    DeskDay.objects.filter(day=last).update(planned=12)
    estimated(last)
    assert figure(line, "day", last).labels == 30
    home = watching.State.of(Watching.objects.get(line=line), line).home
    before = Watching.objects.get(line=line).red
    watching.step(morning_after(last))
    counted = Watching.objects.get(line=line).red
    Watching.objects.filter(line=line).update(red=before, day=last - timedelta(days=1))
    Drawn.objects.filter(day__day=last, place__gte=12).delete()
    watching.step(morning_after(last))
    assert home is not None
    assert counted == Watching.objects.get(line=line).red != before


def test_an_outage_turns_nothing_red(line):
    days = Days(mood=lambda n, channel: SOUR if channel == "Post" else (0.2, 0.5, 0.3), volume={"Web": 30, "Post": 10})
    watching.step(morning_after(days.play(EIGHT_WEEKS)))
    stepped(days, 76, line, silent=["Post"])
    assert not Alarm.objects.exclude(kind="amber").exists()


@pytest.mark.once
def test_a_reader_that_drifts_raises_the_ruler_and_nothing_red(line):
    days = Days()
    watching.step(morning_after(days.play(EIGHT_WEEKS)))
    stepped(days, 86, line, drift=0.5)
    assert set(Alarm.objects.exclude(kind="amber").values_list("kind", flat=True)) == {"ruler"}
    assert Alarm.objects.get(kind="ruler").found["more"]


@pytest.mark.once
def test_another_reader_is_written_down_and_begins_with_a_ruler_of_its_own(line):
    days = Days()
    watching.step(morning_after(days.play(EIGHT_WEEKS)))
    assert Watching.objects.get().ruler
    days.reader = "tone-2"
    watching.step(morning_after(days.play(1, drift=0.5)))
    after = Watching.objects.get()
    assert after.ruler is None
    assert after.red["day"] == 1, "people's labels do not mind who reads"
    note = Annotation.objects.get()
    assert (note.day, happened(note)) == (days.last, "From here on another reader of tone: tone-2")
    watching.step(morning_after(days.play(28, drift=0.5), 24 * 5))
    assert Watching.objects.get().ruler
    assert not Alarm.objects.exists()


@pytest.mark.once
def test_amber_asks_for_labels_of_another_reader_and_goes_on_from_what_it_says(line):
    days = Days()
    watching.step(morning_after(days.play(EIGHT_WEEKS)))
    before = Watching.objects.get().amber["mean"]
    days.reader = "tone-2"
    stepped(days, EIGHT_WEEKS + 1, line, drift=0.5)
    assert frames.surging()
    stepped(days, EIGHT_WEEKS + 10, line, drift=0.5)
    soon = Watching.objects.get().amber
    assert not frames.surging()
    assert soon["mean"] > before + 0.1
    stepped(days, EIGHT_WEEKS + 31, line, drift=0.5)
    later = Watching.objects.get().amber
    assert later["mean"] == pytest.approx(soon["mean"], abs=0.05)
    assert later["sd"] != soon["sd"], "from four weeks of the new reader"
    assert not Alarm.objects.exists()


@pytest.mark.once
def test_a_tolerance_within_the_error_of_the_baseline_is_refused(line):
    Line.objects.update(tolerance=0.005)
    watching.step(morning_after(Days().play(EIGHT_WEEKS)))
    kept = Watching.objects.get()
    assert kept.red is None
    assert "cannot be told from the error of the baseline and the wandering of days" in why_not(kept)
    assert kept.refusal["asked"] == 0.005 < kept.refusal["least"]
    with translation.override("de"):
        assert why_not(kept).startswith("eine Änderung um 0,5 Punkte ist vom Fehler der Grundlinie")


@pytest.mark.once
def test_days_wait_for_their_labels_and_not_for_ever(line):
    days = Days()
    watching.step(morning_after(days.play(EIGHT_WEEKS)))
    day = days.play(1, coded=5)
    assert watching.step(morning_after(day)) == 0
    assert watching.step(morning_after(day, 24 * 5)) == 1


@pytest.mark.once
def test_amber_asks_for_more_labels_before_anybody_has_coded_the_day(line):
    days = Days()
    watching.step(morning_after(days.play(EIGHT_WEEKS)))
    settled = days.last
    for _ in range(3):
        day = days.play(1, coded=0, drift=0.8)
        watching.step(morning_after(day))
        watching.step(morning_after(day, 31))
    kept = Watching.objects.get()
    assert (kept.day, kept.amber_day) == (settled, days.last)
    assert frames.surging()
    assert Alarm.objects.get().day <= days.last
    watching.step(morning_after(days.last, 24 * 5))
    after = Watching.objects.get()
    assert (after.day, after.red["day"]) == (days.last, 3)
    assert (after.amber, after.amber_day) == (kept.amber, kept.amber_day), "each day once"


def test_a_line_that_fails_does_not_stop_the_others(line, monkeypatch):
    other = Line.objects.create(name="Fine", position=1)
    Days().play(1)
    real = figures.figure_of

    def made(of: Line, *rest: object) -> Figure:
        if of.name == "About us":
            raise ValueError("a number that is none")
        return real(of, *rest)

    monkeypatch.setattr(figures, "figure_of", made)
    with pytest.raises(lines.LineError, match="About us: ValueError: a number that is none"):
        estimated(FIRST)
    assert other.figures.exists()


# -- goals -----------------------------------------------------------------------------------------------------------


def known_weeks(line: Line, values: Sequence[float], error: float = 0.02, messages: int = 0) -> date:
    """Settled weeks with these shares of negative messages. The last day."""
    first = FIRST + timedelta(days=6)
    Figure.objects.bulk_create(
        Figure(
            line=line,
            period="week",
            start=first + timedelta(days=7 * n - 6),
            end=first + timedelta(days=7 * n),
            net=[0.0, -0.1, 0.1],
            shares={"negative": [one, one - 2 * error, one + 2 * error]},
            made={"provisional": False},
            messages=messages,
        )
        for n, one in enumerate(values)
    )
    return first + timedelta(days=7 * (len(values) - 1))


def wobbling(level: float, trend: float, weeks: int) -> list[float]:
    rng = np.random.default_rng(3)
    return (level + trend * np.arange(weeks) + 0.01 * rng.normal(size=weeks)).tolist()


def test_a_goal_on_the_way_has_good_odds_a_date_and_a_fan(line):
    last = known_weeks(line, wobbling(0.5, -0.005, 40))
    goal = Goal.objects.create(
        line=line, of="negative", target=0.27, by_date=last + timedelta(days=84), set_at=morning_after(last)
    )
    goals.look(morning_after(last, 36))
    goal.refresh_from_db()
    assert goal.outlook["probability"] > 0.5
    low, middle, high = (goal.outlook["arrival"][n] for n in (1, 0, 2))
    assert last.isoformat() < low <= middle <= high
    fan = goal.outlook["fan"]
    assert [one["end"] for one in fan] == [str(last + timedelta(days=7 * n)) for n in range(1, 13)]
    # of forty weeks eight start the models, and each distance needs five errors that were known when it was spoken of
    assert [one["judged"] for one in fan] == [40 - 8 - 5 - 2 * n for n in range(12)]
    assert all(0 < one["held"] <= one["judged"] for one in fan)


@pytest.mark.parametrize("sure_after", [2, 30, None])
def test_the_way_since_a_sudden_change_is_what_goes_on(line, sure_after):
    """Thirty weeks as usual, a rise by forty points, and twenty weeks that mend; red was sure of the rise at once, or
    so late that it was none, or never."""
    last = known_weeks(line, wobbling(0.2, 0, 30) + wobbling(0.6, 0, 5) + wobbling(0.59, -0.012, 15))
    if sure_after:
        began = FIRST + timedelta(weeks=30, days=2)
        day = began + timedelta(days=sure_after)
        Alarm.objects.create(line=line, kind="red", day=day, began=began, rang_at=morning_after(day))
    goal = Goal.objects.create(
        line=line, of="negative", target=0.3, by_date=last + timedelta(days=84), set_at=morning_after(last)
    )
    goals.look(morning_after(last, 36))
    goal.refresh_from_db()
    fan = goal.outlook["fan"]
    assert (fan[0]["middle"] - fan[7]["middle"] > 0.04) == (sure_after == 2)


def test_of_a_goal_whose_day_has_passed_its_week_is_told(line):
    values = wobbling(0.5, -0.005, 40)
    last = known_weeks(line, values)
    goal = Goal.objects.create(
        line=line, of="negative", target=0.4, by_date=last - timedelta(days=10), set_at=morning_after(FIRST)
    )
    goals.look(morning_after(last, 36))
    goal.refresh_from_db()
    assert goal.outlook.keys() == {"day", "ended"}
    assert goal.outlook["ended"][0] == pytest.approx(values[-2])


def test_the_odds_of_a_goal_far_away_are_those_of_its_day(line):
    last = known_weeks(line, wobbling(0.5, -0.001, 40))
    how = {"line": line, "of": "negative", "target": 0.45, "set_at": morning_after(last)}
    near, far = (Goal.objects.create(by_date=last + timedelta(weeks=n), **how) for n in (104, 400))
    goals.look(morning_after(last, 36))
    for goal in (near, far):
        goal.refresh_from_db()
    assert near.outlook["probability"] != far.outlook["probability"]


def test_few_weeks_forecast_nothing(line):
    last = known_weeks(line, wobbling(0.3, 0, 9))
    goal = Goal.objects.create(
        line=line, of="negative", target=0.2, by_date=last + timedelta(days=84), set_at=morning_after(last)
    )
    goals.look(morning_after(last, 36))
    goal.refresh_from_db()
    assert (goal.outlook["have"], goal.outlook["need"]) == (9, 20)


@pytest.mark.parametrize(("trend", "rings"), [(0.0, True), (-0.01, False)])
def test_who_stays_behind_the_way_to_a_goal_is_told_once(line, trend, rings):
    weeks = wobbling(0.4, 0, 4) + wobbling(0.4 + trend, trend, 20)
    set_on = FIRST + timedelta(days=28)
    goal = Goal.objects.create(
        line=line, of="negative", target=0.2, by_date=set_on + timedelta(days=139), set_at=morning_after(set_on, 12)
    )
    last = known_weeks(line, weeks)
    goals.look(morning_after(last, 36))
    goals.look(morning_after(last, 60))
    assert [one.found["goal"] for one in Alarm.objects.filter(kind="course")] == [goal.pk] * rings
    assert Notice.objects.filter(what="off_course").exists() == rings


@pytest.mark.parametrize(("level", "rings"), [(0.15, False), (0.35, True)])
def test_a_goal_that_is_reached_already_is_to_be_held(line, level, rings):
    weeks = wobbling(0.19, 0, 4) + wobbling(level, 0, 16)
    set_on = FIRST + timedelta(days=28)
    Goal.objects.create(
        line=line, of="negative", target=0.2, by_date=set_on + timedelta(days=139), set_at=morning_after(set_on, 12)
    )
    goals.look(morning_after(known_weeks(line, weeks), 36))
    assert Alarm.objects.filter(kind="course").exists() == rings


def test_weeks_that_were_read_in_full_may_differ_by_chance_all_the_same(line):
    weeks = (np.random.default_rng(2).binomial(60, 0.3, size=21) / 60).tolist()
    set_on = FIRST + timedelta(days=14)
    goal = Goal.objects.create(
        line=line, of="negative", target=0.3, by_date=set_on + timedelta(days=139), set_at=morning_after(set_on, 12)
    )
    goals.look(morning_after(known_weeks(line, weeks[:3], error=0.0, messages=60), 36))
    Figure.objects.all().delete()
    goals.look(morning_after(known_weeks(line, weeks, error=0.0, messages=60), 36))
    goal.refresh_from_db()
    assert goal.off["step_number"] > 15
    assert goal.error == pytest.approx((0.3 * 0.7 / 60) ** 0.5, rel=0.1)
    assert not Alarm.objects.filter(kind="course").exists()


def test_a_goal_that_is_changed_bets_on_no_week_before_the_change(line, ana):
    last, old = known_weeks(line, wobbling(0.4, 0, 20) + wobbling(0.25, 0, 4)), FIRST + timedelta(days=28)
    how = {"line": line, "of": "negative", "by_date": last + timedelta(days=84), "actor": ana}
    goal = setting.set_goal(None, target=0.24, now=morning_after(old, 12), **how)
    setting.set_goal(goal, target=0.2, now=morning_after(last, 12), **how)
    goals.look(morning_after(last, 36))
    assert not Alarm.objects.filter(kind="course").exists()


def test_the_way_to_a_goal_begins_at_the_weeks_before_it_and_what_it_begins_at_is_not_bet_on(line):
    last = known_weeks(line, [0.5, 0.42, 0.38, *wobbling(0.4, -0.01, 5)])
    how = {"line": line, "of": "negative", "target": 0.2, "by_date": last + timedelta(days=84)}
    known = Goal.objects.create(set_at=morning_after(FIRST + timedelta(days=20)), **how)
    before_all = Goal.objects.create(set_at=morning_after(FIRST - timedelta(days=9)), **how)
    goals.look(morning_after(last, 36))
    for goal, start, error, bet_on in ((known, 0.4, 0.5**0.5, 5), (before_all, 0.5, 1.0, 7)):
        goal.refresh_from_db()
        assert goal.start == pytest.approx(start)
        assert goal.start_error == pytest.approx(goal.error * error)
        assert goal.off["step_number"] == bet_on


# -- the command line ------------------------------------------------------------------------------------------------


def test_the_command_line_prints_the_figures_that_are_kept(line):
    days = Days()
    estimated(days.play(7))
    printed = CliRunner().invoke(main, ["measure", "figures", "--json", "--line", "About us"])
    row = json.loads(printed.output)[0]
    week = figure(line, "week", days.last)
    assert [row["negative"], row["negative_low"], row["negative_high"]] == week.shares["negative"]
    assert (row["labels"], row["end"]) == (84, days.last.isoformat())
    then = (days.last + timedelta(days=2)).isoformat()
    table = CliRunner().invoke(main, ["measure", "lines", "--known", then]).output
    assert f"{week.net[0]:+.3f} [{week.net[1]:+.3f}, {week.net[2]:+.3f}]" in table
    assert "baseline" in table


def test_of_seven_days_a_wider_interval_is_kept_for_who_looks_every_day(line):
    days = Days()
    estimated(days.play(7))
    seven = figure(line, "seven", days.last)
    for of, told in (("net", seven.net), ("negative", seven.shares["negative"])):
        value, low, high = seven.made["looks"][of]
        assert value == told[0]
        assert low < told[1] < told[2] < high
        assert high - low < 1.8 * (told[2] - told[1])
    assert figure(line, "day", days.last).made.get("looks", {}) == {}


def test_the_command_line_prints_what_rang(line):
    Alarm.objects.create(line=line, kind="red", day=FIRST, began=FIRST, found={"size": [0.1, 0.05, 0.15], "labels": 60})
    printed = CliRunner().invoke(main, ["measure", "alarms", "--csv"]).output.splitlines()
    assert dict(zip(printed[0].split(","), printed[1].split(",")))["size_low"] == "0.05"


@pytest.mark.parametrize("command", ["lines", "figures", "alarms", "ask ferry", "response"])
def test_without_a_database_the_command_line_says_how_to_begin(db, monkeypatch, command):
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _recorder: {})
    told = CliRunner().invoke(main, ["measure", *command.split()])
    assert told.exit_code == 1
    assert "Is RAPPORT_HOME the folder of your data? To begin: `rapport run`" in told.output


@pytest.mark.once
def test_asking_leaves_nothing_where_nothing_is(tmp_path, monkeypatch):
    monkeypatch.delenv("RAPPORT_DATABASE_URL", raising=False)
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path / "typo"))
    told = CliRunner().invoke(main, ["measure", "lines"])
    assert (told.exit_code, f"There is nothing in {tmp_path / 'typo'} yet." in told.output) == (1, True)
    assert not (tmp_path / "typo").exists()


def test_a_database_of_another_version_is_not_read(db, monkeypatch):
    whole = MigrationRecorder(connection).applied_migrations()
    newest = max(whole)
    monkeypatch.setattr(
        MigrationRecorder, "applied_migrations", lambda _: {k: v for k, v in whole.items() if k != newest}
    )
    told = CliRunner().invoke(main, ["measure", "lines"])
    assert (told.exit_code, "Run `rapport migrate` first" in told.output) == (1, True)
