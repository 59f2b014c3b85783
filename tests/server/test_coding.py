"""People code what was drawn: in order, blind, and so that one sees how far they agree."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from rapport.core.types import Estimate, NotEnough, Refused
from rapport.server.listen.models import Message
from rapport.server.measure import agreeing, coders, coding, frames
from rapport.server.measure.coding import Task
from rapport.server.measure.models import Code, Coder, DeskDay, Drawn, Guidance
from rapport.server.organise.models import AuditEntry, Organisation, Role
from tests.server.conftest import member
from tests.server.desk import DAY, noon_after, said

NOON = noon_after(DAY)
TOMORROW = DAY + timedelta(days=1)
LATER = noon_after(TOMORROW)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def both(ana, ben, cleo):
    """Ben and Cleo code; Ana, who owns, does not."""
    for user in (ben, cleo):
        assert isinstance(coders.set_coder(user, languages=["en"], actor=ana), Coder)
    return ben, cleo


@pytest.fixture
def day(channel, both):
    said(channel, 60)
    return frames.close_day(DAY, NOON)


def say(task, answer, actor, now=NOON):
    return coding.code(
        task.drawn,
        answer,
        revision=task.drawn.message.revision,
        actor=actor,
        handed_at=now - timedelta(seconds=9),
        now=now,
    )


def code_all(user, answer="negative", now=NOON):
    found = []
    while task := coding.next_for(user, now):
        assert isinstance(say(task, answer, user, now), Code)
        cache.clear()
        found.append(task)
    return found


def coded_twice(day, first, second, pairs):
    """As if these two had coded: who first, who then, and what each said."""
    for drawn, (one, other) in zip(day.drawn.all(), pairs):
        Code.objects.create(drawn=drawn, by=first, purpose="first", answer=one, revision=1, at=NOON)
        Code.objects.create(drawn=drawn, by=second, purpose="second", answer=other, revision=1, at=NOON)
        Drawn.objects.filter(pk=drawn.pk).update(twice=True, answer=one, answered_at=NOON)


# -- who codes -------------------------------------------------------------------------------------------------------


def test_whoever_sets_up_what_is_measured_says_who_codes(ana, ben):
    assert coders.coder_of(ben) is None
    coders.set_coder(ben, languages=["DE ", "en", "en"], actor=ana)
    assert coders.coder_of(ben).languages == ["de", "en"]
    coders.set_coder(ben, languages=["en"], active=False, actor=ana)
    assert coders.coder_of(ben) is None
    assert AuditEntry.objects.filter(action="coder.set").count() == 2


@pytest.mark.parametrize("languages", [[], ["English"], ["e"], [" "]])
def test_a_coder_reads_some_language(ana, ben, languages):
    assert isinstance(coders.set_coder(ben, languages=languages, actor=ana), Refused)


def test_nobody_makes_themselves_a_coder(ana, ben, cleo):
    for actor in (ben, cleo, member("Dora", Role.LEAD, "service", ana)):
        assert isinstance(coders.set_coder(actor, languages=["en"], actor=actor), Refused)
    assert not Coder.objects.exists()


def test_how_many_labels_a_day_has_is_set_by_those_who_measure(ana, ben):
    assert coders.set_labels_a_day(40, actor=ana).labels_a_day == 40
    for labels, actor in ((0, ana), (1_001, ana), (5, ben)):
        assert isinstance(coders.set_labels_a_day(labels, actor=actor), Refused)
    assert Organisation.objects.get().labels_a_day == 40


def test_the_languages_that_were_heard_lately_are_known(channel):
    said(channel, 3, language="de")
    said(channel, 5, prefix="en", language="en")
    said(channel, 5, prefix="und", language="und")
    assert coders.languages_heard() == [("en", 5), ("de", 3)]


def test_guidance_has_a_history(ana, ben):
    assert "Negative:" in coders.guidance()
    assert isinstance(coders.set_guidance("Read it twice.\r\n", actor=ana), Guidance)
    assert isinstance(coders.set_guidance("Read it aloud.", actor=ana), Guidance)
    assert coders.guidance() == "Read it aloud."
    assert [row.text for row in Guidance.objects.all()] == ["Read it aloud.", "Read it twice."]
    for text, actor in (("Read it aloud.", ana), ("", ana), ("Mine", ben)):
        assert isinstance(coders.set_guidance(text, actor=actor), Refused)


# -- handing out -----------------------------------------------------------------------------------------------------


def test_the_newest_day_comes_first_and_each_from_its_front(channel, both, day):
    ben, _cleo = both
    said(channel, 30, TOMORROW)
    newest = frames.close_day(TOMORROW, LATER)
    found = [task.drawn for task in code_all(ben, now=LATER)]
    assert found == [*newest.drawn.all(), *day.drawn.all()]


def test_a_stranger_to_the_desk_gets_nothing(day, ana):
    assert coding.next_for(ana, NOON) is None
    assert coding.desk(ana, NOON) == coding.Desk()
    assert isinstance(say(Task(day.drawn.first(), "first"), "negative", ana), Refused)
    for done in (coding.take_back(actor=ana, now=NOON), coding.more(actor=ana, now=NOON)):
        assert isinstance(done, Refused)


def test_everybody_gets_what_they_can_read(channel, ana, both):
    ben, cleo = both
    coders.set_coder(cleo, languages=["de"], actor=ana)
    said(channel, 5, language="de")
    said(channel, 5, prefix="en", language="en")
    said(channel, 2, prefix="und", language="und")
    frames.close_day(DAY, NOON)
    assert {task.drawn.language for task in code_all(cleo)} == {"de", ""}
    assert {task.drawn.language for task in code_all(ben)} >= {"en"}
    assert not Drawn.objects.filter(answer="").exists()


def test_two_at_once_are_given_different_messages(day, both):
    ben, cleo = both
    assert coding.next_for(ben, NOON).drawn.place == 0
    assert coding.next_for(cleo, NOON).drawn.place == 1
    assert coding.next_for(ben, NOON).drawn.place == 0


def test_if_they_have_the_same_one_all_the_same_the_later_one_is_told(day, both):
    ben, cleo = both
    Drawn.objects.update(twice=False)
    theirs = coding.next_for(ben, NOON)
    cache.clear()
    mine = coding.next_for(cleo, NOON)
    assert mine.drawn == theirs.drawn
    assert isinstance(say(theirs, "negative", ben), Code)
    refused = say(mine, "positive", cleo)
    assert refused == Refused("Somebody was quicker. Here is the next one.")
    theirs.drawn.refresh_from_db()
    assert theirs.drawn.answer == "negative"
    assert Code.objects.count() == 1


def test_in_ones_own_second_tab_nobody_else_is_blamed(day, both):
    Drawn.objects.update(twice=True)
    told = Refused("You have coded this one already, perhaps in another tab. Here is the next one.")
    for user in both:  # the first and the second word on the same message
        task = Task(day.drawn.get(place=0), "")
        assert isinstance(say(task, "negative", user), Code)
        assert say(task, "positive", user) == told
        assert coding.next_for(user, NOON).drawn.place > 0
    assert set(Code.objects.values_list("answer", flat=True)) == {"negative"}


def test_the_last_one_is_given_to_both_rather_than_to_nobody(day, both):
    ben, cleo = both
    Drawn.objects.update(twice=False)
    Drawn.objects.exclude(place=0).update(answer="neutral")
    assert coding.next_for(ben, NOON).drawn == coding.next_for(cleo, NOON).drawn


def test_what_is_older_than_four_weeks_is_not_asked_for_any_more(day, both):
    assert coding.next_for(both[0], NOON + timedelta(days=26))
    assert coding.next_for(both[0], NOON + timedelta(days=28)) is None


def test_the_one_after_is_known_beforehand(day, both):
    ben, _cleo = both
    now = coding.next_for(ben, NOON)
    following = coding.next_for(ben, NOON, after=now)
    say(now, "neutral", ben)
    assert coding.next_for(ben, NOON) == following != now


def test_the_desk_says_what_lies_before_one_and_those_who_like_get_more(channel, day, both):
    ben, _cleo = both
    said(channel, 30, TOMORROW)
    frames.close_day(TOMORROW, LATER)
    say(coding.next_for(ben, LATER), "neutral", ben, LATER)
    assert coding.desk(ben, LATER) == coding.Desk(TOMORROW, 30, places=12, answered=1, done=1, left=11, earlier=12)
    assert coding.more(actor=ben, now=LATER) == 0  # enough waits
    code_all(ben, now=LATER)
    assert coding.more(actor=ben, now=LATER) == coding.MORE
    assert coding.desk(ben, LATER).left == coding.MORE
    Drawn.objects.update(answer="neutral")
    frames.extend(DeskDay.objects.get(day=TOMORROW), 30)
    Drawn.objects.update(answer="neutral")
    assert isinstance(coding.more(actor=ben, now=LATER), Refused)


# -- coding ----------------------------------------------------------------------------------------------------------


def test_a_code_is_kept_with_its_seconds_and_counts(day, both):
    ben, _cleo = both
    row = say(coding.next_for(ben, NOON), "uncodable", ben)
    assert (row.by, row.purpose, row.answer, row.seconds, row.at) == (ben, "first", "uncodable", 9.0, NOON)
    row.drawn.refresh_from_db()
    assert (row.drawn.answer, row.drawn.answered_at) == ("uncodable", NOON)
    entry = AuditEntry.objects.get(action="message.coded")
    assert (entry.target, entry.detail) == (f"message:{row.drawn.message_id}", {"answer": "uncodable"})


@pytest.mark.parametrize(("minutes", "seconds"), [(30, 120.0), (-1, 0.0)])
def test_whoever_went_for_coffee_did_not_read_for_half_an_hour(day, both, minutes, seconds):
    task = coding.next_for(both[0], NOON)
    row = coding.code(
        task.drawn,
        "neutral",
        revision=1,
        actor=both[0],
        handed_at=NOON - minutes * MINUTE,
        now=NOON,
    )
    assert row.seconds == seconds


@pytest.mark.parametrize("answer", ["", "angry", "unclear", "Negative"])
def test_there_are_four_answers(day, both, answer):
    assert isinstance(say(coding.next_for(both[0], NOON), answer, both[0]), Refused)


def test_what_was_edited_meanwhile_is_read_again(day, both):
    ben, _cleo = both
    task = coding.next_for(ben, NOON)
    Message.objects.filter(pk=task.drawn.message_id).update(text="Now I am glad", revision=2)
    assert isinstance(say(task, "negative", ben), Refused)
    again = coding.next_for(ben, NOON)
    assert (again.drawn, again.drawn.message.text) == (task.drawn, "Now I am glad")
    assert say(again, "positive", ben).revision == 2


def test_what_was_taken_back_meanwhile_is_asked_no_more(day, both):
    ben, _cleo = both
    task = coding.next_for(ben, NOON)
    Message.objects.filter(pk=task.drawn.message_id).update(text="", removed_at=NOON)
    assert isinstance(say(task, "negative", ben), Refused)
    assert coding.next_for(ben, NOON).drawn.place == 1


def test_undo_asks_the_same_message_again(day, both):
    ben, cleo = both
    task = coding.next_for(ben, NOON)
    say(task, "negative", ben)
    assert isinstance(coding.take_back(actor=cleo, now=NOON + MINUTE), Refused)
    assert isinstance(coding.take_back(actor=ben, now=NOON + MINUTE), Code)
    assert coding.next_for(ben, NOON) == task
    task.drawn.refresh_from_db()
    assert (task.drawn.answer, task.drawn.answered_at) == ("", None)
    assert isinstance(coding.take_back(actor=ben, now=NOON + MINUTE), Refused)


def test_what_was_said_long_ago_or_coded_by_others_since_stands(day, both):
    ben, cleo = both
    Drawn.objects.update(twice=True)
    task = coding.next_for(ben, NOON)
    say(task, "negative", ben)
    assert isinstance(coding.take_back(actor=ben, now=NOON + timedelta(hours=2)), Refused)
    say(task, "negative", cleo)
    assert isinstance(coding.take_back(actor=ben, now=NOON + MINUTE), Refused)
    assert coding.take_back(actor=cleo, now=NOON + MINUTE).purpose == "second"
    task.drawn.refresh_from_db()
    assert task.drawn.answer == "negative"


# -- twice -----------------------------------------------------------------------------------------------------------


def test_a_second_person_gets_it_in_its_place_and_the_first_never(day, both):
    ben, cleo = both
    Drawn.objects.filter(place=3).update(twice=True)
    Drawn.objects.exclude(place=3).update(twice=False)
    assert {task.purpose for task in code_all(ben)} == {"first"}
    (task,) = code_all(cleo, "positive")
    assert (task.drawn.place, task.purpose) == (3, "second")
    task.drawn.refresh_from_db()
    assert task.drawn.answer == "negative"  # until somebody settles it
    assert coding.next_for(ben, NOON) is None


def test_a_second_opinion_on_other_words_is_not_asked_for(day, both):
    ben, cleo = both
    Drawn.objects.update(twice=True)
    code_all(ben)
    Message.objects.update(revision=2)
    assert coding.next_for(cleo, NOON) is None


def test_nobody_says_what_they_were_not_asked(day, both):
    ben, cleo = both
    Drawn.objects.update(twice=False)
    task = coding.next_for(ben, NOON)
    say(task, "negative", ben)
    for actor in both:
        assert isinstance(say(task, "neutral", actor), Refused)
    Drawn.objects.update(twice=True)
    assert say(task, "neutral", cleo).purpose == "second"
    for actor in both:
        assert isinstance(say(task, "positive", actor), Refused)


# -- again, weeks later ----------------------------------------------------------------------------------------------


@pytest.fixture
def all_repeated(monkeypatch):
    monkeypatch.setattr(coding, "REPEATS", 1.0)


def test_some_come_back_to_the_same_person_unawares_a_week_later(channel, day, both, all_repeated):
    ben, cleo = both
    Drawn.objects.update(twice=False)
    code_all(ben)
    soon, late = NOON + timedelta(days=6), NOON + timedelta(days=8)
    assert coding.next_for(ben, soon) is None
    again = coding.next_for(ben, late)
    assert (again.drawn.place, again.purpose) == (0, "repeat")
    assert coding.next_for(cleo, late) is None
    assert say(again, "positive", ben, late).purpose == "repeat"
    again.drawn.refresh_from_db()
    assert again.drawn.answer == "negative"  # the first word counts
    assert coding.next_for(ben, late) is None  # not two in a row
    assert isinstance(say(again, "positive", ben, late), Refused)


@pytest.mark.once
def test_between_two_repeats_come_others(channel, day, both, all_repeated):
    ben, _cleo = both
    Drawn.objects.update(twice=False)
    code_all(ben)
    later = DAY + timedelta(days=8)
    said(channel, 40, later)
    frames.close_day(later, noon_after(later))
    Drawn.objects.update(twice=False)
    purposes = [task.purpose for task in code_all(ben, now=noon_after(later))]
    assert purposes[0] == "repeat"
    assert purposes[1:6] == ["first"] * 5
    assert purposes.count("repeat") == 3


def test_what_was_edited_taken_back_or_settled_does_not_come_back(day, both, ana, all_repeated):
    ben, cleo = both
    coded_twice(day, ben, cleo, [("negative", "neutral")] * 12)
    for drawn in Drawn.objects.all()[:10]:
        coding.settle(drawn, "neutral", actor=ana, now=NOON)
    left = list(Drawn.objects.all()[10:])
    Message.objects.filter(pk=left[0].message_id).update(revision=2)
    Message.objects.filter(pk=left[1].message_id).update(removed_at=NOON, text="")
    assert coding.next_for(ben, NOON + timedelta(days=8)) is None


@pytest.mark.once
def test_about_one_in_twenty_is_repeated(channel, both, monkeypatch):
    monkeypatch.setattr(coding, "salt", lambda purpose: purpose)  # or one in a thousand runs would be off
    Organisation.objects.update(labels_a_day=400)
    ben, _cleo = both
    said(channel, 400)
    day = frames.close_day(DAY, NOON)
    Drawn.objects.update(twice=False, answer="neutral")
    Code.objects.bulk_create(
        Code(drawn=drawn, by=ben, purpose="first", answer="neutral", revision=1, at=NOON) for drawn in day.drawn.all()
    )
    late, repeats = NOON + timedelta(days=8), 0
    while task := coding.next_for(ben, late):
        say(task, "neutral", ben, late)
        Code.objects.filter(purpose="repeat").update(
            at=NOON - timedelta(days=1)
        )  # so that the next one follows at once
        repeats += 1
    assert 6 <= repeats <= 34  # 20, give or take 3.3 standard deviations


# -- settling --------------------------------------------------------------------------------------------------------


def test_disagreements_are_settled_by_those_who_measure_and_their_words_are_kept(day, both, ana):
    ben, cleo = both
    coded_twice(day, ben, cleo, [("negative", "neutral"), ("positive", "positive")])
    (one,) = coding.disagreements(ana)
    assert one.answers == ("negative", "neutral")
    assert coding.disagreements(ben) == coding.disagreements(cleo) == []
    assert isinstance(coding.settle(one.drawn, "neutral", actor=ben, now=NOON), Refused)
    row = coding.settle(one.drawn, "neutral", "Asking twice is no anger. ", actor=ana, now=NOON)
    assert (row.purpose, row.words) == ("settle", "Asking twice is no anger.")
    one.drawn.refresh_from_db()
    assert one.drawn.answer == "neutral"
    assert coding.disagreements(ana) == []
    assert coding.settled() == [row]
    assert isinstance(coding.settle(one.drawn, "negative", actor=ana, now=NOON), Refused)


def test_a_third_coder_may_settle_who_reads_it(day, both, ana):
    ben, cleo = both
    dora, emil = (member(name, Role.MEMBER, "people", ana) for name in ("Dora", "Emil"))
    coders.set_coder(dora, languages=["en"], actor=ana)
    coders.set_coder(emil, languages=["fi"], actor=ana)
    coded_twice(day, ben, cleo, [("negative", "uncodable")])
    assert len(coding.disagreements(dora)) == 1
    assert coding.disagreements(emil) == []
    assert isinstance(coding.settle(day.drawn.first(), "negative", actor=dora, now=NOON), Code)


@pytest.mark.parametrize(("answer", "words"), [("angry", ""), ("", ""), ("negative", "x" * 301)])
def test_what_makes_no_sense_settles_nothing(day, both, ana, answer, words):
    coded_twice(day, *both, [("negative", "neutral")])
    assert isinstance(coding.settle(day.drawn.first(), answer, words, actor=ana, now=NOON), Refused)


def test_there_is_nothing_to_settle_where_two_agree_or_one_spoke(day, both, ana):
    coded_twice(day, *both, [("negative", "negative")])
    for drawn in day.drawn.all()[:2]:
        assert isinstance(coding.settle(drawn, "negative", actor=ana, now=NOON), Refused)


# -- agreement -------------------------------------------------------------------------------------------------------

MONTH = (NOON - timedelta(days=1), NOON + timedelta(days=1))


@pytest.fixture
def long_day(channel, both):
    Organisation.objects.update(labels_a_day=60)
    said(channel, 60)
    return frames.close_day(DAY, NOON)


@pytest.mark.once
def test_two_who_mostly_agree_have_an_alpha_with_an_interval(long_day, both):
    mostly = [("negative", "negative"), ("neutral", "neutral"), ("positive", "positive")] * 15
    coded_twice(long_day, *both, [*mostly, ("negative", "neutral"), ("neutral", "negative"), ("neutral", "uncodable")])
    found = agreeing.agreed(*MONTH)
    assert isinstance(found.between, Estimate)
    assert 0.9 < found.between.low < found.between.value < found.between.high <= 1
    assert found.between.n == 47
    assert (found.twice, found.same) == (48, 45)
    assert found.pairs["negative", "neutral"] == 2
    assert found.pairs["neutral", "uncodable"] == 1
    assert not found.low
    assert found.oneself == NotEnough(0, 20, "messages coded twice")


@pytest.mark.once
def test_chance_agreement_is_said_to_be_low(long_day, both):
    tones = ("negative", "neutral", "positive")
    coded_twice(long_day, *both, [(one, other) for one in tones for other in tones] * 3)
    found = agreeing.agreed(*MONTH)
    assert found.between.high < 0.6
    assert found.low


def test_agreement_with_oneself_is_of_repeats(long_day, both):
    ben, _cleo = both
    for n, drawn in enumerate(long_day.drawn.all()[:30]):
        tone = ("negative", "neutral", "positive")[n % 3]
        for purpose in ("first", "repeat"):
            Code.objects.create(drawn=drawn, by=ben, purpose=purpose, answer=tone, revision=1, at=NOON)
    found = agreeing.agreed(*MONTH)
    assert (found.oneself.value, found.between) == (1.0, NotEnough(0, 20, "messages coded twice"))
    assert [start for start, _found in agreeing.months(NOON + MINUTE)] == [NOON.date().replace(day=1)]


def test_work_is_counted_by_the_week(day, both):
    ben, _cleo = both
    for _n in range(3):
        say(coding.next_for(ben, NOON), "neutral", ben)
    found = agreeing.work(NOON, window=coding.WINDOW, weeks=2)
    assert (found.waiting, found.today) == (9, 3)
    assert [count for _start, count in found.weeks] == [0, 3]


@time_machine.travel(NOON, tick=False)
def test_actions_take_the_time_of_the_clock_where_nobody_says_another(day, both):
    ben, _cleo = both
    task = coding.next_for(ben, NOON)
    assert coding.code(task.drawn, "neutral", revision=1, actor=ben).at == NOON
    assert coding.take_back(actor=ben).answer == "neutral"
