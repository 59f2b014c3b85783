"""A day of messages closes: what it was drawn from, and by which chances, stands from then on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import numpy as np
import pytest
from django.utils import timezone

from rapport.core.measure.sampling import permanent_number
from rapport.server.listen.models import Message
from rapport.server.measure import frames
from rapport.server.measure.models import Code, Coder, DeskDay, Drawn, Line, Watching
from rapport.server.organise.models import AuditEntry, Organisation
from rapport.server.understand.models import Copy, Reading, SetAside, Wording
from tests.server.desk import DAY, noon_after, read, said

NOON = noon_after(DAY)


@pytest.fixture
def coder(ben):
    return Coder.objects.create(user=ben, languages=["en", "de"])


def answered(day, answer="negative"):
    day.drawn.update(answer=answer, answered_at=NOON)


# -- when ------------------------------------------------------------------------------------------------------------


def test_a_day_closes_some_hours_after_midnight_once_all_of_it_is_read(channel, coder):
    rows = said(channel, 5)
    Message.objects.filter(pk=rows[0].pk).update(state="heard")
    midnight = datetime.combine(DAY + timedelta(days=1), time(), UTC)
    assert frames.close_day(DAY, midnight + timedelta(hours=4)) is None
    Message.objects.filter(pk=rows[0].pk).update(state="kept")
    assert frames.close_day(DAY, midnight + timedelta(hours=2)) is None
    assert frames.close_day(DAY, midnight + timedelta(hours=4)).messages == 5


def test_twelve_hours_are_waited_for_what_cannot_be_read(channel, coder):
    said(channel, 5)
    unread = said(channel, 1, prefix="unread", reader="", state="heard")
    day = frames.close_day(DAY, NOON)
    kept = frames.rows(day)
    assert kept["tone"][kept["message"] == unread[0].pk][0] == pytest.approx([1 / 3] * 3, abs=1e-6)


def test_days_are_closed_one_after_the_other_from_the_last_on(channel, coder):
    frames.close_days(NOON)
    assert frames.close_days(noon_after(DAY + timedelta(days=3))) == 3
    assert list(DeskDay.objects.values_list("day", flat=True)) == [DAY + timedelta(days=n) for n in (3, 2, 1, 0)]


def test_a_day_closes_once(channel, coder):
    said(channel, 5)
    assert frames.close_day(DAY, NOON)
    assert frames.close_day(DAY, NOON) is None


def test_of_two_workers_one_closes_it(channel, coder, monkeypatch):
    said(channel, 40)
    freeze, quicker = frames._freeze, []

    def overtaken(*what):
        monkeypatch.setattr(frames, "_freeze", freeze)
        quicker.append(frames.close_day(DAY, NOON))
        return freeze(*what)

    monkeypatch.setattr(frames, "_freeze", overtaken)
    assert frames.close_day(DAY, NOON) is None
    assert list(DeskDay.objects.all()) == quicker
    assert quicker[0].drawn.count() == 12


# -- from what -------------------------------------------------------------------------------------------------------


def test_the_frame_is_what_others_said_that_day_and_is_no_noise(channel, coder):
    rows = said(channel, 6)
    said(channel, 3, DAY + timedelta(days=1))
    said(channel, 3, DAY - timedelta(days=1))
    for row, change in zip(rows, ({"ours": True}, {"context": True}, {"removed_at": NOON})):
        Message.objects.filter(pk=row.pk).update(**change)
    SetAside.objects.create(message=rows[3], why="spam", hidden=True)
    SetAside.objects.create(message=rows[4], why="spam", hidden=False)
    day = frames.close_day(DAY, NOON)
    assert frames.rows(day)["message"].tolist() == [rows[4].pk, rows[5].pk]


def test_a_row_says_where_a_message_was_said_and_how_the_reader_took_it(channel, coder):
    rows = said(channel, 3)
    kept = frames.rows(frames.close_day(DAY, NOON))
    assert set(kept["channel"]) == {channel.pk}
    assert kept["tone"][0].tolist() == pytest.approx([0.7, 0.2, 0.1])
    assert [round(float(sum(tone)), 5) for tone in kept["tone"]] == [1, 1, 1]
    assert kept["message"].tolist() == [row.pk for row in rows]


def test_numbers_are_permanent_and_anybody_who_has_the_key_can_check_them(channel, coder, settings):
    rows = said(channel, 3)
    kept = frames.rows(frames.close_day(DAY, NOON))
    salt = settings.HOME.key("draw")
    assert kept["number"].tolist() == [permanent_number(f"harbour/{row.external_id}", salt) for row in rows]


def test_who_says_more_than_one_thing_or_the_same_as_others_is_one_group(channel, coder):
    rows = said(channel, 5)
    Message.objects.filter(pk=rows[1].pk).update(author=rows[0].author)
    Message.objects.filter(pk=rows[2].pk).update(thread_id=rows[1].thread_id)
    wording = Wording.objects.create(signature=b"")
    Copy.objects.bulk_create([Copy(message=row, wording=wording) for row in rows[3:]])
    assert frames.rows(frames.close_day(DAY, NOON))["group"].tolist() == [0, 0, 0, 1, 1]


def test_languages_that_nobody_reads_are_counted_and_not_drawn(channel, coder):
    said(channel, 4, language="de-AT")
    said(channel, 3, prefix="fi", language="fi")
    said(channel, 2, prefix="und", language="und")
    day = frames.close_day(DAY, NOON)
    assert (day.messages, day.unread) == (6, 3)
    assert frames.passed(day)["language"].tolist() == [b"fi"] * 3
    assert set(day.drawn.values_list("language", flat=True)) == {"de", ""}


def test_without_a_coder_the_day_closes_all_the_same(channel, ana):
    said(channel, 40, language="fi")
    day = frames.close_day(DAY, NOON)
    assert (day.messages, day.unread, day.planned, day.drawn.count()) == (40, 0, 0, 0)
    frames.extend(day, 5)  # somebody came later and codes what was frozen
    assert day.drawn.count() == 5


def test_a_coder_who_stopped_reads_nothing(channel, coder):
    Coder.objects.update(active=False)
    said(channel, 4)
    assert frames.close_day(DAY, NOON).planned == 0


def test_a_day_on_which_nothing_was_said_closes_empty(channel, coder):
    day = frames.close_day(DAY, NOON)
    assert (day.messages, day.planned, len(frames.rows(day)), len(frames.draw_of(day).queue)) == (0, 0, 0, 0)


# -- the queue -------------------------------------------------------------------------------------------------------


def test_as_many_places_are_made_as_the_day_has_labels(channel, coder):
    said(channel, 100)
    day = frames.close_day(DAY, NOON)
    assert day.planned == Organisation.objects.get().labels_a_day == 12
    assert list(day.drawn.values_list("place", flat=True)) == list(range(12))


def test_the_queue_can_be_made_again_and_goes_on_behind_the_plan(channel, coder):
    said(channel, 100)
    day = DeskDay.objects.get(pk=frames.close_day(DAY, NOON).pk)
    queue = frames.rows(day)["message"][frames.draw_of(day).queue].tolist()
    assert list(day.drawn.values_list("message", flat=True)) == queue[:12]
    assert frames.extend(day, 20) == 8
    assert list(day.drawn.values_list("message", flat=True)) == queue[:20]
    assert frames.extend(day, 1_000) == 80


def test_the_chances_of_each_stratum_follow_from_what_is_frozen(channel, coder):
    said(channel, 100)
    day = frames.close_day(DAY, NOON)
    draw = frames.draw_of(day)
    strata = np.array(day.drawn.values_list("stratum", flat=True))
    assert draw.counts(12).tolist() == np.bincount(strata, minlength=len(draw.sizes)).tolist()
    assert draw.sizes.sum() == 100
    assert len(draw.strata.names) == len(day.strata["planned"])


def test_about_one_in_ten_is_coded_twice(channel, coder, monkeypatch):
    monkeypatch.setattr(frames, "salt", lambda purpose: purpose)  # or one in a thousand runs would be off
    Organisation.objects.update(labels_a_day=400)
    said(channel, 400)
    frames.close_day(DAY, NOON)
    assert 20 <= Drawn.objects.filter(twice=True).count() <= 60  # 40, give or take 3.3 standard deviations


def test_amber_makes_it_six_times_as_many(channel, coder):
    said(channel, 100)
    line = Line.objects.create(name="About us")
    Watching.objects.create(line=line, amber={"mean": 0.2, "sd": 0.02, "left": 3})
    day = frames.close_day(DAY, NOON)
    assert (day.planned, day.surge) == (72, True)


def test_a_line_that_was_closed_or_is_calm_asks_for_nothing(channel, coder):
    said(channel, 100)
    Watching.objects.create(line=Line.objects.create(name="Calm"), amber={"left": 0})
    Watching.objects.create(line=Line.objects.create(name="Old", closed_at=NOON), amber={"left": 5})
    Watching.objects.create(line=Line.objects.create(name="New"))
    assert not frames.close_day(DAY, NOON).surge


# -- what earlier labels teach ----------------------------------------------------------------------------------------


def test_a_reader_that_is_too_sure_is_believed_less_from_the_labels_before_the_day(channel, coder):
    Organisation.objects.update(labels_a_day=150)
    sure = ((0.9, 0.05, 0.05), (0.05, 0.05, 0.9))
    said(channel, 150, tones=sure)
    day = frames.close_day(DAY, NOON)
    for n, row in enumerate(day.drawn.all()):  # the reader is right in six of ten
        tone = Reading.objects.get(message=row.message_id).tone
        right = n % 10 < 6
        answer = tone if right else {"negative": "positive", "positive": "negative"}[tone]
        Drawn.objects.filter(pk=row.pk).update(answer=answer, answered_at=NOON)
    tomorrow = DAY + timedelta(days=1)
    said(channel, 20, tomorrow, tones=sure)
    later = frames.close_day(tomorrow, noon_after(tomorrow))
    assert frames.rows(later)["tone"].max() < 0.75
    assert frames.calibration_of(later).sharpness < 0.5
    assert frames.rows(day)["tone"].max() == pytest.approx(0.9)


def test_rows_are_the_same_whether_the_foremost_hold_them_or_not(channel, coder, monkeypatch):
    monkeypatch.setattr(frames, "FOREMOST", 5)
    said(channel, 20)
    day = frames.close_day(DAY, NOON)
    whole = frames.rows(day)
    by_number = whole["message"][np.argsort(whole["number"])].tolist()
    for wanted in (by_number[:3], by_number[3:8], by_number[-1:], [], [0, by_number[0], by_number[-1] + 1000]):
        assert (frames.rows_of(day, wanted) == whole[np.isin(whole["message"], wanted)]).all()


def test_what_was_recalibrated_can_be_taken_back_to_what_the_reader_said(channel, coder):
    learned = frames.Calibration(0.4, (0.3, -0.1, -0.2))
    raw = np.array([[0.9, 0.06, 0.04], [0.2, 0.5, 0.3]])
    assert frames.undone(learned).apply(learned.apply(raw)) == pytest.approx(raw)


def test_labels_of_another_reader_or_of_later_say_nothing(channel, coder):
    Organisation.objects.update(labels_a_day=150)
    said(channel, 150, reader="language-1 tone-other")
    answered(frames.close_day(DAY, NOON))
    third, second = DAY + timedelta(days=2), DAY + timedelta(days=1)
    said(channel, 150, third)
    answered(frames.close_day(third, noon_after(third)))
    said(channel, 20, second)
    assert frames.calibration_of(frames.close_day(second, noon_after(third))).sharpness == 1


# -- afterwards ------------------------------------------------------------------------------------------------------


def test_nothing_of_a_day_changes_after_it_closed(channel, coder):
    rows = said(channel, 40)
    day = frames.close_day(DAY, NOON)
    before = bytes(day.frame.rows), day.strata, list(day.drawn.values())
    Reading.objects.filter(message__in=rows).update(negative=0, positive=1, tone="positive", reader="tone-new")
    Message.objects.filter(pk=rows[0].pk).update(text="Something else", revision=2)
    said(channel, 9, prefix="late")
    frames.close_days(NOON + timedelta(hours=1))
    day = DeskDay.objects.get(day=DAY)
    assert (bytes(day.frame.rows), day.strata, list(day.drawn.values())) == before


def test_what_comes_late_is_counted_with_the_day_that_it_belongs_to(channel, coder):
    said(channel, 10)
    frames.close_day(DAY, NOON)
    tomorrow = DAY + timedelta(days=1)
    said(channel, 4, tomorrow)
    late = said(channel, 3, prefix="late")
    Message.objects.filter(pk=late[0].pk).update(ours=True)
    frames.close_days(noon_after(tomorrow))
    assert dict(DeskDay.objects.values_list("day", "late")) == {DAY: 2, tomorrow: 0}
    said(channel, 1, prefix="later")
    frames.close_days(noon_after(tomorrow) + timedelta(hours=1))
    assert DeskDay.objects.get(day=DAY).late == 3


def test_what_was_taken_back_loses_what_people_said_of_it(channel, coder):
    said(channel, 20)
    day = frames.close_day(DAY, NOON)
    gone, *_ = day.drawn.all()
    Code.objects.create(drawn=gone, by=coder.user, purpose="first", answer="negative", revision=1)
    Message.objects.filter(pk=gone.message_id).update(removed_at=timezone.now(), text="")
    frames.close_days(NOON)
    assert not Code.objects.exists()
    assert day.drawn.count() == 11
    assert frames.extend(day, 12) == 0
    assert AuditEntry.objects.filter(action="desk.codes_forgotten").exists()


def test_a_closed_day_is_on_record(channel, coder):
    said(channel, 20)
    frames.close_day(DAY, NOON)
    entry = AuditEntry.objects.get(action="desk.day_closed")
    assert entry.detail == {"day": "2026-03-02", "messages": 20, "unreadable": 0, "planned": 12, "surge": False}


def test_a_day_of_sixty_messages_is_closed_with_few_questions(channel, coder, django_assert_max_num_queries):
    read(said(channel, 60, reader=""))
    with django_assert_max_num_queries(30):
        frames.close_day(DAY, NOON)
