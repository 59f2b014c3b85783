"""The organisation's own reader of tone: taught, tried, beside the default for two weeks, then switched by a person."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from rapport.core.types import NotEnough, Refused, Tone
from rapport.core.understand import head, tone
from rapport.core.understand.trial import Comparison, compare
from rapport.server.learn import heads
from rapport.server.listen.models import Message
from rapport.server.organise.models import AuditEntry
from rapport.server.route import labelling
from rapport.server.understand import heads as reading
from rapport.server.understand.models import Head, HeadReading, Label, LabelDraw, ReaderChange, Reading

SICK = "That ferry is sick"


def loud(sounds: int) -> bytes:
    """A head for which every text is of this tone."""
    bias = np.zeros(3)
    bias[sounds] = 50
    return head.dump(np.zeros((1 << head.BITS, 3)), np.eye(3), bias)


def figures(won: bool) -> dict:
    good, bad = Tone(0.8, 0.1, 0.1), Tone(0.1, 0.8, 0.1)
    said = [good, bad] if won else [bad, good]
    found = compare([0] * 50, [said[1]] * 50, [said[0]] * 50, [0.1] * 50, np.random.default_rng(1))
    assert found.won == won
    return reading.figures_of(found)


def made(state: str = "beside", *, sounds: int = 2, days: int = 0, **more) -> Head:
    content, at = loud(sounds), timezone.now() - timedelta(days=days)
    row = {"version": head.load(content).version, "default": tone.version(), "content": content, "drawn": 240}
    row |= {"chosen": 12, "figures": figures(True), "made_at": at, "changed_at": at}
    return Head.objects.create(state=state, **(row | more))


def test_beside_the_default_it_is_kept_and_changes_nothing(hear, says):
    made()
    hear(says(SICK))
    row, both = Reading.objects.get(), HeadReading.objects.get()
    assert "head-" not in row.reader
    assert row.tone == Tone(*both.default).label == tone.tones_of([SICK])[0].label
    assert Tone(*both.own).label == "positive"
    assert not both.agree


def test_once_it_is_on_its_word_counts_and_names_it_and_the_default_is_kept(hear, says, ana):
    row = made(days=15)
    assert isinstance(heads.switch_on(row, actor=ana), Head)
    hear(says(SICK))
    read, both = Reading.objects.get(), HeadReading.objects.get()
    assert read.tone == "positive"
    assert f" {row.version} {tone.version()} " in read.reader
    assert Tone(*both.default).label == tone.tones_of([SICK])[0].label


def test_switched_off_everything_is_as_before(hear, says, ana):
    row = made(days=15)
    heads.switch_on(row, actor=ana)
    heads.switch_off(row, actor=ana)
    hear(says(SICK))
    assert Reading.objects.get().tone == tone.tones_of([SICK])[0].label
    assert not HeadReading.objects.exists()


def test_it_is_known_since_when_which_version_read(hear, says, ana):
    row = made(days=15)
    hear(says(SICK), says("Thanks", after=1))
    heads.switch_on(row, actor=ana)
    hear(says("On time", after=2))
    heads.switch_off(row, actor=ana)
    hear(says("Late", after=3))
    assert [version for version, _since in reading.changes("tone")] == [tone.version(), row.version, tone.version()]
    assert len(reading.changes("language")) == 1
    assert reading.changes("tone", timezone.now()) == []
    assert ReaderChange.objects.count() == 3


def test_not_before_two_weeks_are_over_and_not_when_it_lost(ana):
    early = heads.switch_on(made(days=13), actor=ana)
    assert isinstance(early, Refused)
    assert "side by side until" in early.reason
    assert isinstance(heads.switch_on(made("lost", days=20), actor=ana), Refused)
    assert isinstance(heads.switch_on(made(days=20, default="tone-other"), actor=ana), Refused)
    assert isinstance(heads.switch_off(made(days=20), actor=ana), Refused)
    assert not Head.objects.filter(state="on").exists()


def test_one_of_another_default_reader_is_silent(hear, says):
    made("on", default="tone-other")
    hear(says(SICK))
    assert Reading.objects.get().tone == tone.tones_of([SICK])[0].label


def test_only_one_is_on(ana):
    old, new = made(days=30), made(days=15, sounds=0)
    heads.switch_on(old, actor=ana)
    heads.switch_on(new, actor=ana)
    assert list(Head.objects.order_by("id").values_list("state", flat=True)) == ["off", "on"]


def test_each_switch_is_on_record_and_a_member_or_a_stranger_may_not(client, ana, ben, cleo):
    row = made(days=15)
    for user in (ben, cleo):
        assert isinstance(heads.switch_on(row, actor=user), Refused)
        client.force_login(user)
        assert client.post(reverse("switch_reader_on", args=[row.pk])).status_code == 404
    client.force_login(ana)
    client.post(reverse("switch_reader_on", args=[row.pk]))
    client.post(reverse("switch_reader_off", args=[row.pk]))
    entries = AuditEntry.objects.filter(target=f"head:{row.pk}").order_by("sequence")
    assert [(one.action, one.detail["version"]) for one in entries] == [
        ("head.switched_on", row.version),
        ("head.switched_off", row.version),
    ]
    row.refresh_from_db()
    assert (row.state, row.changed_by) == ("off", ana)


# -- teaching and trying -----------------------------------------------------------------------------------------------


@pytest.fixture
def labelled(ana, channel, hear, says, monkeypatch):
    """Sixty messages, all of them labelled; what is enough is less than elsewhere."""
    monkeypatch.setattr(heads, "FEWEST", 50)
    monkeypatch.setattr("rapport.core.understand.trial.FEWEST", 50)
    monkeypatch.setattr("rapport.core.understand.trial.FEWEST_OF_ONE", 5)
    words = {"negative": "so clean", "neutral": "blue deck", "positive": "sick deck"}
    hear(*(says(f"{list(words.values())[n % 3]} number {n // 3}", after=n / 2) for n in range(60)))
    now = LabelDraw.objects.create(by=ana, messages=60, since=timezone.now() - timedelta(days=1))
    Label.objects.bulk_create(
        Label(draw=now, message=row, position=n, tone=list(words)[n % 3], revision=1, at=timezone.now())
        for n, row in enumerate(Message.objects.order_by("published_at"))
    )
    return now


def test_by_night_one_is_taught_and_tried_on_later_labels(labelled):
    heads.renew(timezone.now())
    row = Head.objects.get()
    found = reading.comparison_of(row)
    assert isinstance(found, Comparison)
    assert row.state == "beside"
    assert (row.drawn, row.chosen, found.n) == (60, 0, 36)
    assert head.load(bytes(row.content)).version == row.version
    entry = AuditEntry.objects.get(action="head.tried")
    assert (entry.target, entry.detail["won"]) == (f"head:{row.pk}", True)


def test_one_that_lost_is_kept_without_weights_and_tried_again_with_half_as_many_labels_more(labelled):
    for n, row in enumerate(Label.objects.order_by("position")):  # labels that mean nothing
        Label.objects.filter(pk=row.pk).update(tone=("negative", "neutral", "positive")[n * 7 % 11 % 3])
    heads.renew(timezone.now())
    row = Head.objects.get()
    assert (row.state, bytes(row.content), row.version) == ("lost", b"", "")
    assert heads.needed() == 90
    heads.renew(timezone.now())
    assert Head.objects.count() == 1


def test_with_too_few_labels_nothing_is_tried_and_nothing_on_record(labelled):
    Label.objects.filter(position__gte=40).update(tone="unclear")
    heads.renew(timezone.now())
    assert not Head.objects.exists()
    assert not AuditEntry.objects.filter(action="head.tried").exists()


def test_one_that_reads_beside_has_its_two_weeks_before_a_newer_one_takes_its_place(labelled):
    old = made(drawn=10)
    heads.renew(timezone.now())
    assert Head.objects.count() == 1
    Head.objects.update(made_at=timezone.now() - timedelta(days=15))
    heads.renew(timezone.now())
    old.refresh_from_db()
    assert old.state == "passed"
    assert Head.objects.first().state == "beside"


def test_labels_drawn_since_say_who_was_right(ana, hear, says, monkeypatch):
    monkeypatch.setattr(heads, "FEWEST_SINCE", 4)
    row = made(days=1)
    hear(*(says(f"{SICK} {n}", after=n) for n in range(5)))
    labelling.draw(actor=ana)
    for one in Label.objects.select_related("message")[:3]:
        labelling.label(one, tone="positive", revision=1, actor=ana)
    assert heads.since(row) == NotEnough(3, 4, "labels drawn since")
    one = labelling.next_of(labelling.current(ana))
    labelling.label(one, tone="positive", revision=1, actor=ana)
    found = heads.since(row)
    assert (found.only_head_right, found.only_default_right) == (4, 0)
    assert heads.agreement(row) == (5, 0)


# -- its page ----------------------------------------------------------------------------------------------------------


def page(client, user) -> str:
    client.force_login(user)
    return client.get(reverse("settings_reader", args=["tone"])).content.decode()


def test_the_page_says_how_far_it_is_and_leads_to_labelling(client, ben):
    shown = page(client, ben)
    assert "0 of 200 labels until a reader of your own can be tried" in shown
    assert reverse("label") in shown


def test_the_page_shows_the_trial_the_two_weeks_and_the_switch_to_who_may(client, ana, ben, hear, says):
    row = made(days=3)
    hear(says(SICK))
    shown = page(client, ana)
    for words in ("+33.3 points", "Only your own right", "Both read 1 messages", "Until ", row.version):
        assert words in shown
    assert "Switch it on" not in shown
    with time_machine.travel(timezone.now() + timedelta(days=12)):
        assert "has had its two weeks" in (shown := page(client, ana))
        assert "Switch it on" in shown
        assert "Switch it on" not in page(client, ben)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("lost", "and not shown to be better. It is tried again from"),
        ("on", "Back to the default reader"),
        ("off", "It was switched off on"),
    ],
)
def test_the_page_has_words_for_each_state(client, ana, state, words):
    made(state, days=20, changed_by=ana)
    assert words in page(client, ana)


def test_the_page_says_when_it_is_silent(client, ana):
    made("on", default="tone-other")
    assert "it is silent until it is taught anew" in page(client, ana)
