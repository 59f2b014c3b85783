"""People say how messages sound that chance chose: readers learn from it and are tried on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.types import Deletion, Refused
from rapport.server.listen.models import Message
from rapport.server.organise.models import AuditEntry, Role
from rapport.server.route import labelling
from rapport.server.understand.models import Label, LabelDraw, Reading, SetAside
from tests.server.conftest import member


@pytest.fixture
def heard(hear, says):
    hear(*(says(f"My ferry was late, refund {n}", after=n) for n in range(6)), says("Are you hiring?", after=7))
    return Message.objects.order_by("published_at")


def answer(row, tone, actor):
    return labelling.label(row, tone=tone, revision=row.message.revision, actor=actor)


def test_a_draw_is_from_what_this_person_sees_and_each_had_the_same_chance(heard, ana, ben, cleo):
    whole, part = labelling.draw(actor=ana), labelling.draw(actor=ben)
    assert (whole.messages, part.messages) == (7, 6)
    assert set(part.drawn.values_list("message__text", flat=True)) == {row.text for row in heard[:6]}
    assert list(labelling.draw(actor=cleo).drawn.values_list("message__text", flat=True)) == ["Are you hiring?"]


def test_what_is_ours_old_set_aside_taken_back_or_labelled_is_not_drawn(heard, ana, ben):
    first, second, third, fourth, fifth, *_ = heard
    Message.objects.filter(pk=first.pk).update(ours=True)
    Message.objects.filter(pk=second.pk).update(published_at=timezone.now() - timedelta(days=40))
    SetAside.objects.create(message=third, why="spam")
    Message.objects.filter(pk=fourth.pk).update(removed_at=timezone.now())
    answer(labelling.draw(actor=ana).drawn.get(message=fifth), "negative", ana)
    assert labelling.draw(actor=ben).messages == 1


def test_it_is_quick_by_keys_blind_and_one_after_the_other(client, heard, ben):
    Reading.objects.update(tone="positive")
    client.force_login(ben)
    assert "Draw 50 messages" in client.get(reverse("label")).content.decode()
    page = client.post(reverse("draw_labels"), follow=True).content.decode()
    row = labelling.next_of(labelling.current(ben))
    assert row.message.text in page
    for key in "1234":
        assert f'data-key="{key}"' in page
    for hint in ("Kim", "kim.example"):
        assert hint not in page
    assert "0 of 200 labels until a reader of your own can be tried" in page
    page = client.post(
        reverse("label_message", args=[row.pk]), {"tone": "negative", "revision": "1"}, follow=True
    ).content.decode()
    assert row.message.text not in page
    assert "1 of 200 labels until a reader of your own can be tried" in page
    assert "1 of 6 in this draw" in page
    row.refresh_from_db()
    assert (row.tone, row.revision, row.draw.by) == ("negative", 1, ben)
    assert row.at


def test_undo_asks_the_same_message_again(client, heard, ben):
    now = labelling.draw(actor=ben)
    first, second, *_ = now.drawn.all()
    answer(first, "negative", ben)
    answer(second, "unclear", ben)
    client.force_login(ben)
    page = client.post(reverse("take_label_back"), follow=True).content.decode()
    assert second.message.text in page
    assert labelling.next_of(now) == second
    labelling.take_back(actor=ben)
    assert labelling.next_of(now) == first
    assert isinstance(labelling.take_back(actor=ben), Refused)


def test_at_the_end_of_a_draw_there_is_another(client, heard, cleo):
    answer(labelling.draw(actor=cleo).drawn.get(), "neutral", cleo)
    client.force_login(cleo)
    assert "Draw 50 more" in client.get(reverse("label")).content.decode()
    page = client.post(reverse("draw_labels"), follow=True).content.decode()
    assert "There is nothing to label" in page


def test_private_data_is_masked(client, hear, says, ben):
    hear(says("My ferry was late, call 020 7946 0958 for the refund"))
    labelling.draw(actor=ben)
    client.force_login(ben)
    page = client.get(reverse("label")).content.decode()
    assert "for the refund" in page
    assert "7946" not in page


def test_each_answer_is_on_record_and_says_no_word_of_the_message(heard, ben):
    row = labelling.draw(actor=ben).drawn.first()
    answer(row, "negative", ben)
    labelling.take_back(actor=ben)
    entries = AuditEntry.objects.order_by("-sequence")[:3]
    assert [one.action for one in entries] == ["label.taken_back", "message.labelled", "labels.drawn"]
    assert entries[1].target == f"message:{row.message_id}"
    assert entries[1].detail == {"tone": "negative"}
    assert entries[2].detail == {"messages": 6, "drawn": 6}


def test_nobody_labels_for_another_or_what_they_do_not_see(client, heard, ana, ben, cleo):
    row = labelling.draw(actor=ben).drawn.select_related("message").first()
    assert isinstance(answer(row, "negative", cleo), Refused)
    client.force_login(cleo)
    gone = client.post(reverse("label_message", args=[row.pk]), {"tone": "negative", "revision": "1"})
    assert gone.status_code == 404
    ben.memberships.all().delete()
    assert isinstance(answer(row, "negative", ben), Refused)
    assert labelling.next_of(labelling.current(ben)) is None
    assert not Label.objects.exclude(tone="").exists()


def test_whoever_may_not_answer_may_not_label(client, heard, ana):
    auditor = member("Dora", Role.AUDITOR, "service", ana)
    assert isinstance(labelling.draw(actor=auditor), Refused)
    client.force_login(auditor)
    assert client.get(reverse("label")).status_code == 404


@pytest.mark.parametrize(("tone", "revision"), [("angry", 1), ("", 1), ("negative", 2), ("negative", 0)])
def test_what_is_no_tone_or_of_other_words_is_refused(heard, ben, tone, revision):
    row = labelling.draw(actor=ben).drawn.first()
    assert isinstance(labelling.label(row, tone=tone, revision=revision, actor=ben), Refused)


def test_an_edit_makes_it_unknown_what_they_would_say_and_a_deletion_takes_it_along(heard, ben, hear, says):
    first, second, *_ = labelling.draw(actor=ben).drawn.select_related("message")
    answer(first, "negative", ben)
    answer(second, "negative", ben)
    hear(says("Refund came, thanks", external_id=first.message.external_id, edited_at=timezone.now()))
    assert list(labelling.told()) == [second]
    hear(deletions=(Deletion("harbour", second.message.external_id),))
    assert not Label.objects.filter(message=second.message).exists()


def test_the_chance_of_a_label_counts_every_draw_that_it_could_have_come_up_in(heard, ana, ben):
    for row in labelling.draw(actor=ben).drawn.all()[:3]:  # 3 of 6
        answer(row, "negative", ben)
    hired = labelling.draw(actor=ana).drawn.get(message__text="Are you hiring?")
    LabelDraw.objects.filter(pk=hired.draw_id).update(messages=10)
    Label.objects.filter(draw=hired.draw, position=0).update(position=99)
    Label.objects.filter(pk=hired.pk).update(position=0)  # the first that was answered: 1 of 10
    answer(hired, "neutral", ana)
    found = labelling.chances(labelling.told())
    assert found.pop(hired.message_id) == pytest.approx(0.1)
    assert list(found.values()) == [pytest.approx(1 - (1 - 0.5) * (1 - 0.1))] * 3


def test_the_page_asks_a_few_things_however_much_was_drawn(client, heard, ana, django_assert_max_num_queries):
    labelling.draw(actor=ana)
    client.force_login(ana)
    client.get(reverse("label"))
    with django_assert_max_num_queries(20):
        client.get(reverse("label"))
