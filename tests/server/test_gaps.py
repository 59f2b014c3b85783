"""Gaps: found from hours that were down, from what a platform no longer has, from silence, and settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.measure.gaps import Stretch, joined, of_hours
from rapport.core.types import Missed, Page, Refused
from rapport.server.listen import actions, gaps, receiving, watch
from rapport.server.listen.models import Channel, Cursor, Gap, GapKind, Pulse, Watch
from rapport.server.organise.models import AuditEntry

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
OFF = ConnectorError("The harbour does not answer.")


@pytest.fixture
def sea(channel):
    """A channel that has one source, was connected when the story begins, and has not been asked yet."""
    Channel.objects.update(created_at=START - HOUR)
    Pulse.objects.all().delete()
    channel.refresh_from_db()
    return channel


def asked(channel, hour, *, well=60, failed=0, heard=0, source="mentions"):
    """One hour of the story, as the listener leaves it behind."""
    trouble = "The harbour does not answer." if failed else ""
    Pulse.objects.create(
        channel=channel,
        source=source,
        hour=START + hour * HOUR,
        fetches=well,
        failures=failed,
        heard=heard,
        trouble=trouble,
    )


def look(channel, hour, minutes=1):
    """The timetable's turn, a minute after that hour began."""
    watch.watch(channel, START + hour * HOUR + timedelta(minutes=minutes))


def told():
    """The gaps as hours of the story: from, to, kind, state."""
    rows = Gap.objects.order_by("start")
    return [
        ((row.start - START) / HOUR, row.end and (row.end - START) / HOUR, str(row.kind), row.state) for row in rows
    ]


# -- outages ---------------------------------------------------------------------------------------------------------


def test_an_outage_is_a_gap_while_it_lasts_and_has_its_cause(sea):
    for hour in (0, 1):
        asked(sea, hour)
    for hour in (2, 3):
        asked(sea, hour, well=0, failed=4)
    look(sea, 4)
    assert told() == [(2, None, "down", "open")]
    assert Gap.objects.get().cause == "The harbour does not answer."


def test_when_it_works_again_the_gap_ends_and_what_was_missed_has_been_fetched(sea):
    for hour, failed in ((0, 0), (1, 4), (2, 4), (3, 0)):
        asked(sea, hour, well=0 if failed else 60, failed=failed)
        look(sea, hour + 1)
    assert told() == [(1, 3, "down", "backfilled")]
    assert "fetched from where we had stopped" in Gap.objects.get().outcome


def test_it_stays_open_while_the_first_round_afterwards_has_not_come_to_its_end(sea):
    Cursor.objects.update(tries=2)
    for hour, failed in ((0, 0), (1, 4), (2, 0)):
        asked(sea, hour, well=0 if failed else 60, failed=failed)
    look(sea, 3)
    assert told() == [(1, 2, "down", "open")]


def test_a_single_failed_fetch_is_no_gap(sea):
    asked(sea, 0)
    asked(sea, 1, failed=1)
    asked(sea, 2)
    look(sea, 3)
    assert told() == []


def test_the_only_fetch_of_an_hour_may_fail_once_and_not_three_times(sea):
    Cursor.objects.update(every_seconds=3600)
    asked(sea, 0)
    asked(sea, 1, well=0, failed=1)
    look(sea, 2)
    assert told() == []
    asked(sea, 2, well=0, failed=1)
    asked(sea, 3, well=0, failed=1)
    look(sea, 4)
    assert told() == [(1, None, "down", "open")]


def test_hours_in_which_nobody_listened_are_a_gap_that_says_so(sea):
    asked(sea, 0)
    asked(sea, 4)
    look(sea, 5)
    assert told() == [(1, 4, "unheard", "backfilled")]


def test_a_pause_is_silence_on_purpose_and_no_gap(sea, ana):
    asked(sea, 0)
    actions.set_channel(sea, actor=ana, state="paused")
    AuditEntry.objects.filter(action="channel.changed", detail__state="paused").update(at=START + HOUR)
    sea.refresh_from_db()
    look(sea, 6)
    assert told() == []
    assert set(Watch.objects.filter(hour__gte=START + HOUR).values_list("state", "why")) == {("silent", "paused")}


def test_a_channel_that_needs_a_sign_in_is_a_gap_until_somebody_signs_in(sea, harbour):
    asked(sea, 0)
    cursor = Cursor.objects.select_related("channel").get(source="mentions")
    error = NeedsSignIn("The harbour refused the password.")
    at = START + HOUR
    receiving.fetch_failed(cursor, error, needs_sign_in=True, now=at, actor="listener")
    sea.refresh_from_db()
    look(sea, 5)
    assert told() == [(1, None, "down", "open")]
    assert Gap.objects.get().cause == "The harbour refused the password."


def test_one_source_that_is_down_is_a_gap_of_that_source_and_degrades_the_channel(sea):
    Cursor.objects.create(channel=sea, source="search", every_seconds=60)
    for hour in range(4):
        asked(sea, hour, heard=1)
        asked(sea, hour, source="search", well=0 if hour in (1, 2) else 60, failed=4 if hour in (1, 2) else 0)
    look(sea, 4)
    assert list(Gap.objects.values_list("source", "start", "end")) == [("search", START + HOUR, START + 3 * HOUR)]
    states = list(Watch.objects.filter(hour__gte=START).order_by("hour").values_list("state", flat=True))
    assert states == ["delivering", "degraded", "degraded", "delivering"]


def test_a_source_that_was_added_later_has_no_gap_before(sea):
    for hour in range(6):
        asked(sea, hour)
    Cursor.objects.create(channel=sea, source="search", every_seconds=60)
    asked(sea, 4, source="search")
    asked(sea, 5, source="search")
    look(sea, 6)
    assert told() == []


def test_looking_again_changes_nothing(sea):
    for hour, failed in ((0, 0), (1, 4), (2, 4), (3, 0), (4, 0)):
        asked(sea, hour, well=0 if failed else 60, failed=failed)
    look(sea, 5)
    before, kept = told(), list(Watch.objects.order_by("hour").values_list("hour", "state"))
    assert watch.watch(sea, START + 5 * HOUR) == 0
    Watch.objects.all().delete()
    watch.look_again(START + 5 * HOUR + timedelta(minutes=1), since=START - HOUR)
    assert told() == before
    assert kept == list(Watch.objects.order_by("hour").values_list("hour", "state"))


# -- what a platform no longer brings --------------------------------------------------------------------------------


def missed(channel, *spans, now=START + 24 * HOUR, source="mentions"):
    page = Page(
        missed=tuple(Missed(START + a * HOUR, START + b * HOUR, "The stream is too far behind.") for a, b in spans)
    )
    return receiving.receive(page, channel, source, now=now)


def test_what_a_source_can_no_longer_bring_is_a_gap_at_once(sea):
    missed(sea, (3, 5))
    assert told() == [(3, 5, "missed", "open")]
    entry = AuditEntry.objects.get(action="page.received")
    assert entry.detail == {"source": "mentions", "missed": 1}


def test_the_page_of_a_listener_that_lost_its_lease_leaves_no_gap(sea):
    page = Page(missed=(Missed(START, START + HOUR, "Too far behind."),))
    receiving.receive(page, sea, "mentions", holder="somebody else", now=START + HOUR)
    assert told() == []


def test_what_touches_is_one_gap_and_what_is_told_twice_is_told_once(sea):
    missed(sea, (3, 5), (5, 6))
    missed(sea, (4, 6))
    assert told() == [(3, 6, "missed", "open")]


def test_an_outage_whose_messages_the_platform_no_longer_has_is_not_taken_for_fetched(sea):
    for hour, failed in ((0, 0), (1, 4), (2, 4), (3, 4)):
        asked(sea, hour, well=0 if failed else 60, failed=failed)
        look(sea, hour + 1)
    missed(sea, (2, 3), now=START + 4 * HOUR)
    look(sea, 5)
    assert told() == [(1, 4, "missed", "open")]
    assert Gap.objects.get().cause == "The stream is too far behind."


def test_it_opens_again_what_we_took_for_fetched(sea):
    for hour, failed in ((0, 0), (1, 4), (2, 4), (3, 0)):
        asked(sea, hour, well=0 if failed else 60, failed=failed)
    look(sea, 4)
    assert told() == [(1, 3, "down", "backfilled")]
    missed(sea, (1, 2), now=START + 4 * HOUR)
    assert told() == [(1, 3, "missed", "open")]


# -- silence ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def lively(sea):
    """Ten weeks with about two messages an hour; every call was answered."""
    counts = np.random.default_rng(7).poisson(2.0, 10 * 168)
    rows = [
        Pulse(channel=sea, source="mentions", hour=START + n * HOUR, fetches=60, heard=int(count))
        for n, count in enumerate(counts)
    ]
    Pulse.objects.bulk_create(rows)
    return sea


LAST = 10 * 168


def quiet(channel, hours):
    Pulse.objects.filter(channel=channel, hour__gte=START + (LAST - hours) * HOUR).update(heard=0)


def test_silence_that_chance_does_not_explain_is_suspected(lively):
    quiet(lively, 20)
    look(lively, LAST)
    (row,) = Gap.objects.all()
    assert (row.kind, row.end, row.suspected) == (GapKind.SILENCE, None, True)
    assert abs((row.start - START) / HOUR - (LAST - 20)) <= 3
    assert Watch.objects.get(hour=START + (LAST - 5) * HOUR).state == "degraded"


def test_an_hour_or_two_of_silence_are_nothing(lively):
    quiet(lively, 3)
    look(lively, LAST)
    assert told() == []


def test_a_suspicion_ends_when_messages_come_again(lively):
    quiet(lively, 20)
    look(lively, LAST)
    for hour in range(LAST, LAST + 6):
        asked(lively, hour, heard=2)
    look(lively, LAST + 6)
    (row,) = Gap.objects.all()
    assert (row.end - START) / HOUR == LAST
    assert row.state == "open"  # a person may know better


def test_an_outage_within_a_silence_is_told_apart(lively):
    quiet(lively, 40)
    Pulse.objects.filter(hour__gte=START + (LAST - 10) * HOUR).update(fetches=0, failures=4, trouble="Gone.")
    look(lively, LAST)
    rows = told()
    assert [kind for _a, _b, kind, _state in rows] == ["silence", "down"]
    assert rows[0][1] == rows[1][0] == LAST - 10


def test_what_was_dismissed_is_not_suspected_again_and_the_hours_are_silent_as_expected(lively, ana):
    quiet(lively, 20)
    look(lively, LAST)
    gaps.dismiss(Gap.objects.get(), reason="The whole town was at the regatta.", actor=ana)
    look(lively, LAST, minutes=2)
    watch.look_again(START + LAST * HOUR, since=START + (LAST - 30) * HOUR)
    (row,) = Gap.objects.all()
    assert (row.state, row.note, row.noted_by) == ("dismissed", "The whole town was at the regatta.", ana)
    assert Watch.objects.get(hour=START + (LAST - 5) * HOUR).state == "silent"


# -- what people do --------------------------------------------------------------------------------------------------


@pytest.fixture
def suspicion(lively):
    quiet(lively, 20)
    look(lively, LAST)
    return Gap.objects.get()


def test_a_person_confirms_with_a_reason_on_record(suspicion, ana):
    row = gaps.confirm(suspicion, reason="The token of the app had run out.", actor=ana)
    assert (row.suspected, row.state) == (False, "open")
    assert AuditEntry.objects.get(action="gap.confirmed").detail["reason"] == "The token of the app had run out."


@pytest.mark.parametrize("decide", [gaps.confirm, gaps.dismiss])
def test_a_stranger_may_not_and_nobody_without_a_reason(suspicion, ana, cleo, decide):
    assert isinstance(decide(suspicion, reason="I think so.", actor=cleo), Refused)
    assert isinstance(decide(suspicion, reason="  ", actor=ana), Refused)
    assert told()[0][3] == "open"
    assert not AuditEntry.objects.filter(action__startswith="gap.").exclude(action="gap.found").exists()


def test_two_people_do_not_decide_twice(suspicion, ana):
    assert isinstance(gaps.dismiss(suspicion, reason="Regatta.", actor=ana), Gap)
    assert isinstance(gaps.dismiss(suspicion, reason="Holidays.", actor=ana), Refused)
    assert Gap.objects.get().note == "Regatta."


def test_a_backfill_settles_a_gap_that_has_ended_and_not_one_that_lasts(sea):
    missed(sea, (3, 5))
    row = gaps.settle(Gap.objects.get(), "partly", outcome="The platform had 3 of them.", actor="backfill", brought=3)
    assert (row.state, row.brought) == ("partly", 3)
    Gap.objects.update(end=None)
    assert isinstance(gaps.settle(row, "backfilled", outcome="All of it.", actor="backfill"), Refused)


# -- whatever happens ------------------------------------------------------------------------------------------------


HOURS = st.lists(st.sampled_from(["well", "well", "failed", "once", "nobody", "both"]), min_size=4, max_size=30)
LOOKS = st.lists(st.integers(1, 30), max_size=6)


@pytest.mark.once
@given(HOURS, LOOKS, st.lists(st.tuples(st.integers(0, 28), st.integers(1, 5)), max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_gaps_never_overlap_and_cover_exactly_the_hours_that_were_down(sea, story, looks, tellings):
    Gap.objects.all().delete()
    Pulse.objects.all().delete()
    Watch.objects.all().delete()
    for hour, what in enumerate(story):
        if what != "nobody":
            asked(
                sea,
                hour,
                well=60 if what in ("well", "both") else 0,
                failed={"failed": 4, "once": 1, "both": 2}.get(what, 0),
            )
        if hour + 1 in looks:
            look(sea, hour + 1)
    look(sea, len(story))
    down = of_hours(START + n * HOUR for n in down_hours(story))
    assert covered(len(story)) == down
    tellings = [(begin % len(story), min(length, len(story) - begin % len(story))) for begin, length in tellings]
    for begin, length in tellings:
        missed(sea, (begin, begin + length), now=START + len(story) * HOUR)
        look(sea, len(story), minutes=2)
    extra = [Stretch(START + a * HOUR, START + (a + n) * HOUR) for a, n in tellings]
    assert covered(len(story)) == joined([*down, *extra])


def down_hours(story):
    """The rule in other words: no answer in the hour, and either nobody asked or three calls in a row failed."""
    runs, run = [], []
    for n, what in enumerate([*story, "well"]):
        if what in ("well", "both"):
            runs.append(run)
            run = []
        else:
            run.append((n, what))
    failures = {"failed": 4, "once": 1, "nobody": 3}
    return [n for run in runs for n, _what in run if sum(failures[what] for _n, what in run) >= 3]


def covered(hours):
    rows = list(Gap.objects.order_by("start"))
    for one, other in pairwise(rows):
        assert one.end is not None
        assert one.end <= other.start
    return joined(Stretch(row.start, row.end or START + hours * HOUR) for row in rows)
