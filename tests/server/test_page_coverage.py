"""Coverage, as one sees it in the browser, and what a stranger may not do there."""

from __future__ import annotations

import csv
from datetime import UTC, timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.server.listen import coverage as covering
from rapport.server.listen import watch
from rapport.server.listen.models import Channel, Cursor, Gap, Pulse, Reckoning
from rapport.server.organise.models import AuditEntry

HOUR = timedelta(hours=1)


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def text_of(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8-sig")


@pytest.fixture
def now():
    return timezone.now().replace(minute=1)


@pytest.fixture
def listened(channel, now):
    """Twenty days that were heard, but for three hours the day before yesterday, when every call failed."""
    Channel.objects.update(created_at=now - timedelta(days=20))
    channel.refresh_from_db()
    top = now.replace(minute=0, second=0, microsecond=0)
    for back in range(20 * 24):
        down = 48 <= back < 51
        Pulse.objects.create(
            channel=channel,
            source="mentions",
            hour=top - back * HOUR,
            fetches=0 if down else 60,
            failures=9 if down else 0,
            heard=0 if down else 1,
            trouble="The line is cut." if down else "",
        )
    watch.watch(channel, now)
    return channel


@pytest.fixture
def gap(listened, now):
    return Gap.objects.create(
        channel=listened,
        source="mentions",
        kind="silence",
        start=now - 9 * HOUR,
        end=now - 2 * HOUR,
        cause="0 messages came where about 14 are usual; every call was answered.",
        suspected=True,
    )


def test_everybody_sees_each_hour_in_words_and_how_many_were_heard(as_, cleo, listened):
    page = text_of(as_(cleo).get(reverse("coverage")))
    assert page.count("down, The line is cut.") == 2 * 3  # as a title and for those who listen
    assert "3 down" in page
    assert "hours heard in full" in page


def test_a_gap_that_was_fetched_is_listed_among_all_and_not_among_what_is_missing(as_, ben, listened):
    client = as_(ben)
    assert "Nothing is missing, as far as we know" in text_of(client.get(reverse("coverage")))
    page = text_of(client.get(reverse("coverage"), {"all": "1"}))
    assert "Fetched: When it worked again" in page
    assert "3\u00a0h" in page


def test_a_month_back_is_one_click_away(as_, ben, listened):
    page = text_of(as_(ben).get(reverse("coverage"), {"month": "2020-02"}))
    assert "It was not listened to in these days." in page
    assert "February 2020" in page
    assert "?month=2020-01" in page
    assert "?month=2020-03" in page


@pytest.mark.parametrize("month", ["2020-13", "x", "2020-", "9999-01", "²-1", "2020-00"])
def test_a_month_that_cannot_be_is_ignored(as_, ben, listened, month):
    assert "The last fourteen days" in text_of(as_(ben).get(reverse("coverage"), {"month": month}))


def test_one_channel_alone(as_, ben, listened):
    other = Channel.objects.create(name="Lighthouse", connector="harbour", network="harbour")
    Cursor.objects.create(channel=other, source="mentions")
    assert "The hours of Lighthouse" in text_of(as_(ben).get(reverse("coverage")))
    assert "The hours of Lighthouse" not in text_of(as_(ben).get(reverse("coverage"), {"channel": listened.pk}))


def test_with_nothing_connected_it_says_so(as_, ben):
    assert "Nothing is listened to yet" in text_of(as_(ben).get(reverse("coverage")))


def test_whoever_listens_dismisses_a_suspicion_with_a_reason(as_, ana, gap):
    client = as_(ana)
    assert "Confirm: it is a gap" in text_of(client.get(reverse("coverage")))
    client.post(reverse("decide_gap", args=[gap.pk, "dismiss"]), {"reason": "Everybody was at the regatta."})
    gap.refresh_from_db()
    assert (gap.state, gap.note, gap.noted_by) == ("dismissed", "Everybody was at the regatta.", ana)
    assert "Everybody was at the regatta." in text_of(client.get(reverse("coverage"), {"all": "1"}))


def test_without_a_reason_nothing_is_decided(as_, ana, gap):
    done = as_(ana).post(reverse("decide_gap", args=[gap.pk, "confirm"]), {"reason": " "}, follow=True)
    assert "Say why" in text_of(done)
    gap.refresh_from_db()
    assert gap.suspected


def test_a_stranger_sees_the_gap_and_cannot_decide(as_, cleo, gap):
    client = as_(cleo)
    page = text_of(client.get(reverse("coverage")))
    assert "0 messages came where about 14 are usual" in page
    assert "Confirm: it is a gap" not in page
    assert client.post(reverse("decide_gap", args=[gap.pk, "dismiss"]), {"reason": "No."}).status_code == 404
    gap.refresh_from_db()
    assert gap.state == "open"
    assert not AuditEntry.objects.filter(action="gap.dismissed").exists()


def test_gaps_and_hours_as_files(as_, ben, gap):
    client = as_(ben)
    rows = list(csv.DictReader(StringIO(text_of(client.get(reverse("coverage_gaps"))))))
    assert [(row["kind"], row["hours"], row["state"]) for row in rows] == [
        ("down", "3.0", "backfilled"),
        ("silence", "7.0", "open"),
    ]
    hours = list(csv.DictReader(StringIO(text_of(client.get(reverse("coverage_hours"))))))
    assert [row["why"] for row in hours if row["state"] == "down"] == ["failed"] * 3


def test_what_a_stranger_to_us_wrote_is_no_formula_in_a_file(as_, ben, gap):
    Gap.objects.update(cause="=1+1")
    rows = list(csv.DictReader(StringIO(text_of(as_(ben).get(reverse("coverage_gaps"))))))
    assert all(not row["cause"].startswith("=") for row in rows)


def test_fifty_gaps_a_page_and_the_older_ones_behind_them(as_, ben, listened, now):
    for n in range(60):
        start = now - timedelta(days=2 * n + 30)
        Gap.objects.create(
            channel=listened, source="search", kind="missed", start=start, end=start + HOUR, cause=f"No {n}."
        )
    first = text_of(as_(ben).get(reverse("coverage")))
    assert ("No 49." in first, "No 50." in first) == (True, False)
    following = first.split("?before=")[1].split("#")[0].replace("%3A", ":").replace("%2C", ",").replace("%2B", "+")
    second = text_of(as_(ben).get(reverse("coverage"), {"before": following}))
    assert ("No 49." in second, "No 50." in second, "No 59." in second) == (False, True, True)


@pytest.mark.parametrize("before", ["x", "2026-02-31T00:00:00+00:00,1", "2026-02-01,²", ","])
def test_a_place_in_the_list_that_cannot_be_is_ignored(as_, ben, gap, before):
    assert as_(ben).get(reverse("coverage"), {"before": before}).status_code == 200


def test_the_page_asks_little_of_the_database(as_, ben, gap, now, django_assert_max_num_queries):
    for number in range(6):
        row = Channel.objects.create(name=f"More {number}", connector="harbour", network="harbour")
        Cursor.objects.create(channel=row, source="mentions")
        Gap.objects.create(channel=row, source="mentions", kind="missed", start=now - 3 * HOUR, end=now - HOUR)
    client = as_(ben)
    with django_assert_max_num_queries(20):
        client.get(reverse("coverage"))


def test_the_last_count_against_the_platform_is_shown(as_, ben, listened, now):
    for theirs in (3, 7):
        Reckoning.objects.create(
            channel=listened, source="mentions", since=now - 25 * HOUR, until=now - HOUR, theirs=theirs, ours=3
        )
    page = text_of(as_(ben).get(reverse("coverage")))
    assert "4 missing" in page


def test_the_dot_on_every_page_knows_of_a_silence_that_is_too_long(as_, ben, gap, now):
    Channel.objects.update(last_ok_at=timezone.now())
    Gap.objects.filter(pk=gap.pk).update(end=None)
    assert "Harbour brings less than it should" in text_of(as_(ben).get("/"))


def test_what_was_missed_can_be_fetched_where_the_platform_can_be_asked(as_, ana, gap, harbour):
    client, words = as_(ana), "Bring back what is missing"
    assert words not in text_of(client.get(reverse("coverage")))
    harbour.earlier, harbour.count, harbour.bring_back = ("mentions",), lambda *asked: 3, lambda *asked: iter(())
    assert words in text_of(client.get(reverse("coverage")))
    client.post(reverse("bring_back_gap", args=[gap.pk]))
    page = text_of(client.get(reverse("coverage")))
    assert (words in page, "It is being fetched" in page) == (False, True)


def test_a_stranger_is_not_offered_to_fetch(as_, cleo, gap, harbour):
    harbour.earlier, harbour.count, harbour.bring_back = ("mentions",), lambda *asked: 3, lambda *asked: iter(())
    assert "Bring back what is missing" not in text_of(as_(cleo).get(reverse("coverage")))


def test_a_day_of_which_hours_are_missing_has_a_least_and_one_that_was_not_heard_no_count(as_, ben, listened, now):
    days = covering.calendar(covering.strip(listened, now, UTC).hours, UTC)
    assert [day.count for day in days if day.missed] in (["21+"], ["23+", "22+"], ["22+", "23+"])
    assert all(day.count == str(day.heard) for day in days if not day.missed)
    Pulse.objects.update(fetches=0, failures=9, heard=0)
    watch.look_again(now)
    days = covering.calendar(covering.strip(listened, now, UTC).hours, UTC)
    assert {day.count for day in days} == {"–"}
