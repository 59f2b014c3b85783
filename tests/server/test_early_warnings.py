"""Early warnings: a burst is told once while it lasts, and what was said long ago warns of nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.core.types import Refused
from rapport.server.listen.models import Author, Brief, BriefMatch, Channel, Message
from rapport.server.measure import warnings
from rapport.server.measure.models import EarlyWarning, Place, Usual
from rapport.server.organise.models import AuditEntry, Notice, User
from rapport.server.pages import course_warnings
from rapport.server.route.models import Placement
from rapport.server.understand.models import Reading

NOW = datetime(2026, 6, 10, 12, 30, tzinfo=UTC)  # a Wednesday
LATELY = NOW - timedelta(minutes=10)
HOUR = timedelta(hours=1)


@pytest.fixture
def brief(channel: Channel) -> Brief:
    return Brief.objects.create(name="Night ferry", purpose="product", query="ferry")


Said = Callable[..., list[Message]]


@pytest.fixture
def said(channel: Channel, brief: Brief) -> Said:
    """So many messages of the brief at a time, each by somebody else unless `by` says who."""
    number = 0

    def say(
        count: int,
        at: datetime,
        *,
        by: str = "",
        late: timedelta = timedelta(),
        kinds: tuple[str, ...] = (),
        text: str = "ferry",
    ) -> list[Message]:
        nonlocal number
        rows = []
        for _ in range(count):
            number += 1
            author, _new = Author.objects.get_or_create(network="harbour", external_id=by or f"somebody-{number}")
            row = Message.objects.create(
                network="harbour",
                external_id=f"said-{number}",
                author=author,
                channel=channel,
                text=text,
                thread_id=f"said-{number}",
                published_at=at,
                heard_at=at + late,
            )
            BriefMatch.objects.create(brief=brief, message=row)
            if kinds:
                Reading.objects.create(
                    message=row,
                    language="en",
                    tone="neutral",
                    negative=0,
                    neutral=1,
                    positive=0,
                    kinds=list(kinds),
                    reader="r",
                )
            rows.append(row)
        return rows

    return say


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, channel: Channel) -> set[datetime]:
    """Hours in which the channel was deaf; in all others it was heard."""
    deaf: set[datetime] = set()

    def hours(channels, since, count, now):
        return {row.pk: np.array([since + n * HOUR not in deaf for n in range(count)]) for row in channels}

    monkeypatch.setattr(warnings, "heard_hours", hours)
    return deaf


@pytest.fixture
def usual(brief: Brief, channel: Channel, heard: set[datetime]) -> Usual:
    """Two people an hour speak of it, all week."""
    return Usual.objects.create(
        brief=brief, weeks=8, mean=np.full(168, 2.0).tobytes(), size=20.0, channels=[channel.pk], learned_at=NOW
    )


def test_a_burst_opens_one_warning_that_goes_on_and_is_over_by_itself(said, usual, ana):
    said(20, NOW - timedelta(minutes=20))
    assert warnings.look(NOW) == 1
    row = EarlyWarning.objects.get()
    assert (row.count, row.since, row.over_at) == (20, NOW.replace(minute=0), None)
    assert Notice.objects.get(user=ana).what == "early_warning"
    said(15, NOW + timedelta(minutes=50))
    assert warnings.look(NOW + HOUR) == 0
    assert EarlyWarning.objects.get().count == 35
    warnings.look(NOW + 10 * HOUR)
    row.refresh_from_db()
    assert row.over_at == NOW + 10 * HOUR
    assert Notice.objects.get().read_at is not None
    assert warnings.look(NOW + 11 * HOUR) == 0


def test_usual_hours_warn_of_nothing(said, usual):
    for back in range(40):
        said(3, NOW - back * HOUR)
    assert warnings.look(NOW) == 0


def test_one_person_who_writes_thirty_times_is_one_voice(said, usual):
    said(30, NOW - timedelta(minutes=20), by="angry")
    assert warnings.look(NOW) == 0


def test_what_an_outage_kept_back_and_its_end_brings_at_once_warns_of_nothing(said, usual, heard):
    heard |= {NOW.replace(minute=0) - back * HOUR for back in range(1, 12)}
    for back in range(1, 12):
        said(25, NOW - back * HOUR, late=back * HOUR + timedelta(minutes=10))
    assert [row.count for row in EarlyWarning.objects.all()] == []
    # What is said within three hours may still be news: the hours before are not.
    Message.objects.filter(published_at__gte=NOW - 3 * HOUR).delete()
    assert warnings.look(NOW) == 0


def test_while_a_channel_is_deaf_nobody_says_that_it_is_over(said, usual, heard):
    said(20, LATELY)
    warnings.look(NOW)
    heard |= {NOW.replace(minute=0) + ahead * HOUR for ahead in range(1, 12)}
    warnings.look(NOW + 10 * HOUR)
    assert EarlyWarning.objects.get().over_at is None


def test_what_lasts_is_found_although_no_hour_is_loud_alone(said, usual):
    for back in range(24):
        said(5, LATELY - back * HOUR)
    assert warnings.look(NOW) == 1
    assert EarlyWarning.objects.get().lasting


def test_what_was_loud_yesterday_is_history(said, usual):
    said(30, NOW - 20 * HOUR)
    assert warnings.look(NOW) == 0


def test_all_of_a_brief_is_told_once_and_not_again_for_each_kind(said, usual, brief):
    Usual.objects.create(
        brief=brief,
        kind="complaint",
        weeks=8,
        mean=np.full(168, 0.5).tobytes(),
        channels=usual.channels,
        learned_at=NOW,
    )
    said(20, LATELY, kinds=("complaint",))
    assert warnings.look(NOW) == 1
    assert EarlyWarning.objects.get().kind == ""


def test_a_place_is_counted_in_what_is_said_about_us(said, usual, ana):
    places = warnings.save_places("Lübeck: Lübeck, Luebeck\nOslo", actor=ana)
    assert [place.words for place in places] == ["Lübeck, Luebeck", "Oslo"]
    Usual.objects.create(
        place=places[0], weeks=8, mean=np.full(168, 0.1).tobytes(), channels=usual.channels, learned_at=NOW
    )
    usual.delete()
    said(8, LATELY, text="Nothing moves in LUEBECK")
    said(8, LATELY, text="Nothing moves in Oslo")
    warnings.look(NOW)
    row = EarlyWarning.objects.get()
    assert (row.place.name, row.count, warnings.name_of(row)) == ("Lübeck", 8, "Lübeck")


def test_a_word_that_nothing_can_find_is_refused(ana):
    assert isinstance(warnings.save_places("Oslo: osl*", actor=ana), Refused)
    assert isinstance(warnings.save_places("Oslo: 12", actor=ana), Refused)


def test_a_stranger_may_not_say_which_places_count(cleo):
    assert isinstance(warnings.save_places("Oslo", actor=cleo), Refused)
    assert not Place.objects.exists()


def test_whoever_deals_with_it_closes_it_and_it_warns_no_second_time(said, usual, ben):
    said(20, LATELY)
    warnings.look(NOW)
    row = EarlyWarning.objects.get()
    closed = warnings.close(row, actor=ben)
    assert closed.closed_by == ben
    assert isinstance(warnings.close(row, actor=ben), Refused)
    said(20, LATELY + HOUR)
    assert warnings.look(NOW + HOUR) == 0
    assert warnings.open_again(closed, actor=ben).closed_at is None


def test_what_is_usual_is_learned_from_the_hours_that_were_heard(said, brief, heard, channel):
    heard |= {NOW.replace(minute=0) - back * HOUR for back in range(24 * 40, 24 * 44)}
    monday = datetime(2026, 4, 6, 9, tzinfo=UTC)
    for week in range(9):
        said(6, monday + timedelta(weeks=week))
    assert warnings.learn(NOW) == 5
    row = Usual.objects.get(kind="")
    mean = warnings.profile_of(row).mean
    assert (row.weeks, row.channels, int(mean.argmax())) == (7, [channel.pk], 9)
    assert mean[9] > 3 > 10 * mean[50]


def test_while_too_few_weeks_are_known_nothing_warns(said, brief, heard):
    heard |= {NOW.replace(minute=0) - back * HOUR for back in range(24 * 20, 24 * 80)}
    said(40, LATELY)
    warnings.learn(NOW)
    assert Usual.objects.get(kind="").weeks == 2
    assert warnings.look(NOW) == 0


def test_who_owns_the_conversations_is_told(said, usual, ben, cleo, talk):
    rows = said(20, LATELY)
    for row in rows:
        Placement.objects.create(message=row, conversation=talk)
    warnings.look(NOW)
    assert Notice.objects.filter(user=ben).exists()
    assert not Notice.objects.filter(user=cleo).exists()


def test_opening_and_ending_are_on_record_and_counting_on_is_not(said, usual):
    said(20, LATELY)
    warnings.look(NOW)
    warnings.look(NOW + HOUR)
    warnings.look(NOW + 12 * HOUR)
    found = AuditEntry.objects.filter(action__startswith="warning.").order_by("sequence")
    assert [entry.action for entry in found] == ["warning.opened", "warning.over"]


# -- the pages


@pytest.fixture
def client(ben: User) -> Client:
    client = Client()
    client.force_login(ben)
    return client


@pytest.fixture
def burst(said, usual, ben) -> EarlyWarning:
    now = timezone.now().replace(minute=30)
    said(20, now - timedelta(minutes=10), text="The ferry is <b>late</b>")
    warnings.look(now)
    return EarlyWarning.objects.get()


def test_the_page_says_what_is_loud_how_loud_and_how_often_that_is_false(client, burst):
    page = client.get(reverse("course_warnings")).content.decode()
    assert "20 people, where 2" in page
    assert "warns falsely about 4 times a year at most" in page
    assert "How many people are usual in this hour" in page


def test_while_it_learns_the_page_says_how_much_it_lacks(client, brief):
    Usual.objects.create(brief=brief, weeks=2)
    assert "2 of 4 weeks" in client.get(reverse("course_warnings")).content.decode()


@pytest.mark.parametrize(
    ("weeks", "said"),
    [
        (7, "7 weeks of hours in which everything was heard are enough. Within a day it is learned from them."),
        (3, "3 of 4 weeks of hours in which everything was heard."),
    ],
)
def test_before_the_first_learning_the_page_says_how_much_was_heard(client, brief, heard, weeks, said):
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    heard |= {now - back * HOUR for back in range(24 * (7 * weeks + 2), 24 * 7 * 10)}
    page = client.get(reverse("course_warnings")).content.decode()
    assert said in page
    assert "0 of 4" not in page


@pytest.mark.once
@pytest.mark.parametrize(("mean", "said"), [(0.127, "0.13"), (9.87, "9.9"), (13.6, "14"), (0.001, "under 0.01")])
def test_what_is_usual_is_rounded_and_not_cut_off(mean, said):
    assert course_warnings.usual(mean) == said


def test_where_nothing_is_watched_nothing_is_learned(client, brief):
    Brief.objects.update(active=False)
    assert "No brief and no place is watched" in client.get(reverse("course_warnings")).content.decode()


def test_a_warning_shows_its_hours_and_only_messages_that_one_may_see(client, burst, ana):
    page = client.get(reverse("course_warning", args=[burst.pk])).content.decode()
    assert "None of these messages belongs to a conversation of yours" in page
    assert "How this was made" in page
    client.force_login(ana)
    page = client.get(reverse("course_warning", args=[burst.pk])).content.decode()
    assert "&lt;b&gt;late" in page


def test_the_hours_can_be_taken_away(client, burst):
    lines = client.get(reverse("course_warning_figure", args=[burst.pk, "csv"])).content.decode().splitlines()
    assert lines[0] == "hour,people,usual"
    assert lines[1].split(",")[1:] == ["20", "2.0"]


def test_closing_can_be_undone(client, burst):
    client.post(reverse("close_course_warning", args=[burst.pk]))
    burst.refresh_from_db()
    assert burst.closed_at is not None
    client.post(reverse("open_course_warning", args=[burst.pk]))
    burst.refresh_from_db()
    assert burst.closed_at is None


def test_the_list_asks_the_database_a_fixed_number_of_times(client, burst, django_assert_max_num_queries, brief):
    for _back in range(30):
        EarlyWarning.objects.create(
            brief=brief, since=NOW, until=NOW, over_at=NOW, count=9, expected=1, chance=0, opened_at=NOW
        )
    with django_assert_max_num_queries(14):
        client.get(reverse("course_warnings"))


def test_ben_may_not_say_which_places_count(client):
    assert client.post(reverse("course_places"), {"places": "Oslo"}).status_code == 404
