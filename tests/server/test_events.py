"""Events: the talk before, during and after, against what would have come anyway."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from rapport.core.errors import QueryError
from rapport.core.types import Refused
from rapport.server.listen import search
from rapport.server.listen.models import Author, Brief, BriefMatch, Channel, Message, Pulse
from rapport.server.measure import events, warnings
from rapport.server.measure.lines import LineError
from rapport.server.measure.models import Event
from rapport.server.pages.course_events import figure_of, times
from rapport.server.understand.models import Reading
from tests.server.closed_days import Days

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HEARD_HOURS = warnings.heard_hours
FIRST = date(2026, 6, 10)
LAUNCH = {"name": "Launch", "query": "", "starts": FIRST, "ends": FIRST + DAY, "before": 7, "after": 7, "now": NOW}


@pytest.fixture
def brief(channel: Channel) -> Brief:
    return Brief.objects.create(name="Night ferry", purpose="product", query="ferry")


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> set[datetime]:
    """Every hour but those in here."""
    deaf: set[datetime] = set()

    def hours(channels, since, count, now):
        return {row.pk: np.array([since + n * HOUR not in deaf for n in range(count)]) for row in channels}

    monkeypatch.setattr(warnings, "heard_hours", hours)
    return deaf


@pytest.fixture
def talk_of_months(channel: Channel, brief: Brief) -> None:
    """Four messages a day at noon for ten weeks, by four people; twelve more on each day of the launch."""
    people = [Author(network="harbour", external_id=f"p{n}", followers=100 * n if n < 10 else None) for n in range(40)]
    people = Author.objects.bulk_create(people)
    rows = []
    for back in range(-6, 77):
        day = datetime(2026, 6, 18, 12, tzinfo=UTC) - back * DAY
        count = 16 if FIRST <= day.date() <= FIRST + DAY else 4
        for n in range(count):
            name = f"{day.date()}-{n}"
            rows.append(
                Message(
                    network="harbour",
                    external_id=name,
                    author=people[n],
                    channel=channel,
                    text="The night ferry",
                    thread_id=name,
                    published_at=day + n * timedelta(minutes=1),
                    heard_at=day,
                )
            )
    rows = Message.objects.bulk_create(rows)
    BriefMatch.objects.bulk_create([BriefMatch(brief=brief, message=row) for row in rows])
    Reading.objects.bulk_create(
        [
            Reading(message=row, language="en", tone="positive", negative=0, neutral=0, positive=1, reader="r")
            for row in rows
        ]
    )
    search.index((row.pk, row.text) for row in rows)


def test_the_talk_is_held_against_what_would_have_come(talk_of_months, brief, ana):
    event = events.save(None, **LAUNCH, brief=brief, actor=ana)
    phases, buzz = event.found["phases"], event.found["buzz"]
    assert [phases[name]["messages"] for name in events.PHASES] == [28, 32, 28]
    assert phases["during"]["people"] == 16
    assert (phases["during"]["followers"], phases["during"]["known"]) == (4500, 10)
    assert buzz["during"][0] == pytest.approx(4, rel=0.15)
    assert buzz["during"][1] > 1.5
    assert buzz["before"][1] < 1 < buzz["before"][2]
    assert phases["after"]["tones"]["positive"] == 28


def test_words_of_its_own_find_the_same_as_a_brief(talk_of_months, brief, ana):
    by_brief = events.save(None, **LAUNCH, brief=brief, actor=ana)
    by_words = events.save(None, **LAUNCH | {"query": "night ferry"}, brief=None, actor=ana)
    assert by_words.found["phases"] == by_brief.found["phases"]
    assert by_words.found["buzz"] == by_brief.found["buzz"]


@pytest.fixture
def lately(channel, monkeypatch) -> Channel:
    """A channel that was connected two days before the launch; on it ten others speak of the launch."""
    pk, first = channel.pk, FIRST - 2 * DAY
    channel.pk, channel.name = None, "Lately"
    channel.save()
    everywhere = warnings.heard_hours

    def hours(channels, since, count, now):
        found = everywhere(channels, since, count, now)
        since_then = [(since + n * HOUR).date() >= first for n in range(count)]
        return found | {key: np.array(since_then) for key in found if key != pk}

    monkeypatch.setattr(warnings, "heard_hours", hours)
    return channel


def also(channel: Channel, brief: Brief, at: datetime, count: int) -> None:
    """So many more messages, each by somebody new."""
    for n in range(count):
        name = f"{channel.name}-{at}-{n}"
        author = Author.objects.create(network="harbour", external_id=name, followers=1_000_000)
        row = Message.objects.create(
            network="harbour",
            external_id=name,
            author=author,
            channel=channel,
            text="The night ferry",
            thread_id=name,
            published_at=at,
            heard_at=at,
        )
        BriefMatch.objects.create(brief=brief, message=row)


def test_numbers_bars_and_what_was_expected_are_of_the_same_channels(talk_of_months, brief, ana, lately):
    also(lately, brief, datetime(2026, 6, 10, 9, tzinfo=UTC), 10)
    found = events.save(None, **LAUNCH, brief=brief, actor=ana).found
    during, day = found["phases"]["during"], FIRST.isoformat()
    assert (during["messages"], during["beside"], during["people"], during["followers"]) == (32, 10, 16, 4500)
    expected = sum(found["expected"][(FIRST + n * DAY).isoformat()] for n in (0, 1))
    assert during["messages"] / expected == pytest.approx(found["buzz"]["during"][0])
    assert (found["days"][day], found["beside"][day]) == (16, 10)


def test_a_channel_that_was_down_for_long_is_left_out_and_takes_no_day_of_the_others(
    talk_of_months, brief, ana, channel, monkeypatch
):
    down = Channel.objects.create(name="Down", network="harbour", connector="sample")

    def hours(channels, since, count, now):
        days = [(since + n * HOUR).date() for n in range(count)]
        return {row.pk: np.array([row != down or day < FIRST for day in days]) for row in channels}

    monkeypatch.setattr(warnings, "heard_hours", hours)
    also(down, brief, datetime(2026, 6, 5, 9, tzinfo=UTC), 3)
    found = events.save(None, **LAUNCH, brief=brief, actor=ana).found
    assert tuple(found["channels"]) == (channel.pk,)
    assert (found["phases"]["during"]["messages"], found["phases"]["before"]["beside"]) == (32, 3)
    assert found["unheard"] == 0


def test_what_came_in_an_hour_that_was_not_heard_is_not_held_against_hours_that_were(talk_of_months, brief, ana, heard):
    heard |= {datetime(2026, 6, 10, tzinfo=UTC) + n * HOUR for n in range(24)}
    found = events.save(None, **LAUNCH, brief=brief, actor=ana).found
    during = found["phases"]["during"]
    assert (during["messages"], during["beside"]) == (16, 16)
    assert FIRST.isoformat() not in found["expected"]
    assert during["messages"] / found["expected"][(FIRST + DAY).isoformat()] == pytest.approx(
        found["buzz"]["during"][0]
    )


def test_an_hour_that_was_not_heard_is_not_a_quiet_one(talk_of_months, brief, ana, heard):
    heard |= {datetime(2026, 6, 14, tzinfo=UTC) + n * timedelta(hours=1) for n in range(24)}
    Message.objects.filter(published_at__date=date(2026, 6, 14)).delete()
    event = events.save(None, **LAUNCH, brief=brief, actor=ana)
    assert event.found["unheard"] == 24
    assert event.found["buzz"]["after"][0] == pytest.approx(1, rel=0.15)
    day = next(slot for slot in figure_of(event).chart.panels[0].rows if slot["n"] == 11)
    assert (day["count"], day["expected"]) == (None, None)
    told = {row[0]: row[2:4] for row in figure_of(event).raw}
    assert told[date(2026, 6, 14)] == ["", ""]
    assert told[date(2026, 6, 13)][0] > 0


def test_without_weeks_before_it_nobody_knows_what_to_expect(brief, ana, heard, talk_of_months):
    heard |= {datetime(2026, 4, 1, tzinfo=UTC) + n * timedelta(hours=1) for n in range(24 * 50)}
    event = events.save(None, **LAUNCH, brief=brief, actor=ana)
    assert event.found["buzz"] == {}
    assert event.found["lacking"] == [1, 4]
    assert event.found["phases"]["during"]["messages"] == 32


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"ends": FIRST - DAY},
        {"ends": FIRST + 92 * DAY},
        {"before": 93},
        {"starts": date.max, "ends": date.max},
        {"starts": date.min, "ends": date.min},
    ],
)
def test_what_makes_no_sense_is_refused(brief, ana, wrong):
    assert isinstance(events.save(None, **LAUNCH | wrong, brief=brief, actor=ana), Refused)
    assert not Event.objects.exists()


def test_words_that_cannot_be_read_are_told(ana, channel):
    with pytest.raises(QueryError):
        events.save(None, **LAUNCH | {"query": "(ferry"}, brief=None, actor=ana)


def test_too_many_messages_ask_for_a_brief(talk_of_months, ana, monkeypatch):
    monkeypatch.setattr(events, "MOST", 10)
    assert isinstance(events.save(None, **LAUNCH | {"query": "night"}, brief=None, actor=ana), Refused)


def test_ben_may_not_name_events(ben, brief):
    assert isinstance(events.save(None, **LAUNCH, brief=brief, actor=ben), Refused)


def test_what_is_long_over_is_left_as_it_was_found(brief, ana, talk_of_months):
    events.save(None, **LAUNCH, brief=brief, actor=ana)
    assert events.renew(NOW) == 0
    Event.objects.update(found_at=datetime(2026, 6, 12, tzinfo=UTC))
    assert events.renew(NOW) == 1


@pytest.fixture
def listened(channel, monkeypatch) -> None:
    """Every hour was asked for since April, and what was heard is looked up and not made up."""
    monkeypatch.setattr(warnings, "heard_hours", HEARD_HOURS)
    start = datetime(2026, 4, 1, tzinfo=UTC)
    Channel.objects.update(created_at=start)
    Pulse.objects.all().delete()
    Pulse.objects.bulk_create(
        [Pulse(channel=channel, hour=start + n * HOUR, fetches=60, heard=1) for n in range(85 * 24)]
    )


RUNS = LAUNCH | {"starts": date(2026, 6, 23), "ends": date(2026, 6, 26)}


@pytest.mark.parametrize("minute", [0, 2, 30, 59])
def test_while_it_goes_on_it_is_known_up_to_the_last_whole_hour(talk_of_months, brief, ana, listened, minute):
    event = events.save(None, **RUNS | {"now": datetime(2026, 6, 24, 12, minute, tzinfo=UTC)}, brief=brief, actor=ana)
    assert event.found["phases"]["during"]["messages"] == 4
    assert event.found["buzz"]["during"][0] == pytest.approx(1, rel=0.1)
    assert event.found["unheard"] == 0


def test_in_its_first_minutes_nothing_is_known_of_it_and_nothing_fails(talk_of_months, brief, ana, listened):
    now = datetime(2026, 6, 23, 0, 7, tzinfo=UTC)
    event = events.save(None, **RUNS | {"before": 0, "now": now}, brief=brief, actor=ana)
    assert event.found["buzz"] == {}
    assert event.found["phases"]["during"]["messages"] == 0


def test_an_event_that_fails_does_not_stop_those_after_it(talk_of_months, brief, ana, monkeypatch):
    broken, well = (events.save(None, **RUNS | {"name": name}, brief=brief, actor=ana) for name in ("Broken", "Well"))
    Event.objects.update(found=None, found_at=None)
    look = events.measure
    monkeypatch.setattr(events, "measure", lambda event, now: 1 / 0 if event.name == "Broken" else look(event, now))
    with pytest.raises(LineError, match="Broken: ZeroDivisionError"):
        events.renew(NOW)
    broken.refresh_from_db()
    well.refresh_from_db()
    assert (broken.found_at, well.found_at) == (None, NOW)


# -- the pages


@pytest.fixture
def client(ana):
    client = Client()
    client.force_login(ana)
    return client


POSTED = {"name": "Launch", "starts": "2026-06-10", "ends": "2026-06-11", "before": "7", "after": "7"}


def test_an_event_is_made_looked_at_changed_deleted_and_brought_back(client, brief, talk_of_months):
    client.post(reverse("new_course_event"), POSTED | {"brief": brief.pk})
    event = Event.objects.get()
    page = client.get(reverse("course_event", args=[event.pk])).content.decode()
    assert "32 messages by 16 people" in page
    assert "times the expected (between" in page
    assert "4\u2009500 followers of 10 accounts; of 6 nobody knows" in page
    assert "uncorrected" in page
    client.post(reverse("edit_course_event", args=[event.pk]), POSTED | {"brief": brief.pk, "name": "New timetable"})
    assert "New timetable" in client.get(reverse("course_events")).content.decode()
    client.post(reverse("delete_course_event", args=[event.pk]))
    assert client.get(reverse("course_event", args=[event.pk])).status_code == 404
    client.post(reverse("bring_back_course_event", args=[event.pk]))
    assert client.get(reverse("course_event", args=[event.pk])).status_code == 200


def test_the_form_keeps_what_was_typed_and_says_where_the_query_is_wrong(client):
    answer = client.post(reverse("new_course_event"), POSTED | {"query": "(ferry"})
    assert answer.status_code == 422
    assert "(ferry" in answer.content.decode()
    assert "at character" in answer.content.decode()


def test_ben_reads_and_changes_nothing(client, ben, brief, talk_of_months, ana):
    event = events.save(None, **LAUNCH, brief=brief, actor=ana)
    client.force_login(ben)
    assert client.get(reverse("course_event", args=[event.pk])).status_code == 200
    assert client.get(reverse("edit_course_event", args=[event.pk])).status_code == 404
    assert client.post(reverse("delete_course_event", args=[event.pk])).status_code == 404


def test_the_page_tells_apart_what_was_not_heard_all_along(client, talk_of_months, brief, ana, lately):
    also(lately, brief, datetime(2026, 6, 10, 9, tzinfo=UTC), 10)
    event = events.save(None, **LAUNCH, brief=brief, actor=ana)
    page = client.get(reverse("course_event", args=[event.pk])).content.decode()
    assert "32 messages by 16 people" in page
    assert "; 10 more on channels, or in hours, that were not heard all along" in page
    assert "More, not heard all along" in page
    assert ">True<" not in page
    rows = client.get(reverse("course_event_figure", args=[event.pk, "csv"])).content.decode().splitlines()
    assert (rows[8][:20], rows[8][-3:]) == ("2026-06-10,during,16", ",10")


@pytest.mark.once
def test_how_many_times_as_much_came_is_rounded_and_not_cut_off():
    assert times([6.394, 2.07, 21.467]) == "6.4 times the expected (between 2.1 and 21.5)"


def test_the_days_can_be_taken_away(client, brief, talk_of_months, ana):
    event = events.save(None, **LAUNCH, brief=brief, actor=ana)
    lines = client.get(reverse("course_event_figure", args=[event.pk, "csv"])).content.decode().splitlines()
    assert lines[0] == "day,phase,messages,expected,not_heard_all_along"
    assert len(lines) == 17
    assert lines[8].startswith("2026-06-10,during,16,")


def test_people_s_codes_tell_the_tone_of_each_phase_by_a_brief_or_by_words_of_its_own(ana, brief):
    days = Days(first=FIRST - 7 * DAY, labels=24, mood=lambda n, _: (0.6, 0.3, 0.1) if 7 <= n < 14 else (0.1, 0.3, 0.6))
    days.play(21)
    Message.objects.filter(pk__in=[key for key in Message.objects.values_list("pk", flat=True) if key % 4]).update(
        text="The night ferry"
    )
    about = Message.objects.filter(text__contains="ferry")
    BriefMatch.objects.bulk_create(BriefMatch(brief=brief, message=one) for one in about)
    search.index(about.values_list("pk", "text"))
    told = []
    for of in ({"brief": brief}, {"query": "ferry"}):
        event = Event(name="Launch", starts=FIRST, ends=FIRST + 6 * DAY, before=7, after=7, **of)
        told.append(events.measure(event, NOW)["coded"])
    assert told[0] == told[1]
    before, during, after = (told[0][name] for name in ("before", "during", "after"))
    assert during[2] < min(before[1], after[1])  # its interval lies below theirs
    assert all(0 < labels < 168 for *_, labels in told[0].values())
