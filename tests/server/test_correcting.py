"""People say where a reader was wrong. It changes what is shown, and no figure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.types import Deletion, Refused
from rapport.server.listen.models import Message
from rapport.server.organise.models import AuditEntry
from rapport.server.respond import queries as answers
from rapport.server.route import correcting
from rapport.server.understand import corrections
from rapport.server.understand.models import Correction, Reading


@pytest.fixture
def message(talk) -> Message:
    """What the talk is about. The reader is wrong about it: it says that all is well."""
    Reading.objects.update(tone="positive", kinds=["praise"], language="nl")
    return Message.objects.get()


def act(client, talk, message, **given):
    return client.post(reverse("conversation_act_on", args=[talk.pk, "correct", message.pk]), given, follow=True)


def test_two_presses_correct_what_is_shown_and_a_third_undoes_it(client, talk, message, ben):
    client.force_login(ben)
    page = client.get(reverse("conversation", args=[talk.pk])).content.decode()
    assert f"correct={message.pk}#message-{message.pk}" in page
    form = client.get(reverse("conversation", args=[talk.pk]), {"correct": message.pk}).content.decode()
    assert '<button class="button" name="tone" value="negative" aria-pressed="false">' in form
    page = act(client, talk, message, tone="negative").content.decode()
    assert "tone corrected by Ben" in page
    assert 'data-tone="negative"' in page
    talk.refresh_from_db()
    assert talk.tone == "negative"
    row = Correction.objects.get()
    assert (row.was, row.said, row.by, row.reader) == ("positive", "negative", ben, "tone")
    assert row.version == corrections.version_of(Reading.objects.get().reader, "tone")
    undone = act(client, talk, message, back="tone").content.decode()
    assert "corrected by" not in undone
    talk.refresh_from_db()
    assert talk.tone == "positive"


def test_the_notice_undoes_a_second_correction_to_the_first(client, talk, message, ben):
    client.force_login(ben)
    act(client, talk, message, tone="negative")
    page = act(client, talk, message, tone="neutral").content.decode()
    assert "tone=negative" in page
    assert "back=tone" not in page
    assert Correction.objects.get().said == "neutral"


def test_what_the_reader_said_stays_what_is_measured_and_searched(talk, message, ben):
    correcting.correct(message, reader="tone", said="negative", actor=ben)
    assert Reading.objects.get().tone == "positive"


def test_it_is_on_record_without_what_the_reader_made_of_the_words(message, ben):
    correcting.correct(message, reader="kind", said="delivery,complaint", actor=ben)
    correcting.take_back(message, reader="kind", actor=ben)
    made, back = AuditEntry.objects.filter(target=f"message:{message.pk}").order_by("sequence")
    assert (made.action, made.detail["said"]) == ("reading.corrected", "complaint,delivery")
    assert made.detail.keys() == {"reader", "said", "version"}
    assert back.action == "reading.correction_taken_back"


def test_a_kind_is_put_to_the_others_or_taken_away(client, talk, message, ben):
    client.force_login(ben)
    form = client.get(reverse("conversation", args=[talk.pk]), {"correct": message.pk}).content.decode()
    assert 'name="kind" value="praise,complaint"' in form
    assert 'name="kind" value="other" aria-pressed="true"' in form  # to press praise takes it away: nothing remains
    act(client, talk, message, kind="praise,complaint")
    talk.refresh_from_db()
    assert talk.kinds == ["complaint", "praise"]


def test_of_several_people_the_last_word_counts(talk, message, ana, ben):
    correcting.correct(message, reader="language", said="de", actor=ben)
    correcting.correct(message, reader="language", said="fr", actor=ana)
    talk.refresh_from_db()
    assert talk.language == "fr"
    correcting.take_back(message, reader="language", actor=ana)
    talk.refresh_from_db()
    assert talk.language == "de"


@pytest.mark.once
@pytest.mark.parametrize(
    ("reader", "said"), [("tone", "angry"), ("kind", "praise,gossip"), ("language", "<b>"), ("private", "x"), ("", "")]
)
def test_what_no_reader_says_is_refused(message, ben, reader, said):
    assert isinstance(correcting.correct(message, reader=reader, said=said, actor=ben), Refused)
    assert not Correction.objects.exists()


def test_a_stranger_corrects_nothing(client, talk, message, ben, cleo):
    correcting.correct(message, reader="tone", said="negative", actor=ben)
    assert isinstance(correcting.correct(message, reader="tone", said="neutral", actor=cleo), Refused)
    assert isinstance(correcting.take_back(message, reader="tone", actor=cleo), Refused)
    client.force_login(cleo)
    assert act(client, talk, message, tone="neutral").status_code == 404
    assert Correction.objects.get().by == ben


def test_an_edit_makes_it_unknown_what_people_would_say(talk, message, ben, hear, says):
    correcting.correct(message, reader="tone", said="negative", actor=ben)
    hear(says("All is well now, thank you", external_id=message.external_id, edited_at=timezone.now()))
    assert Message.objects.get().revision == 2
    assert corrections.standing() == {}
    assert list(corrections.labels("tone")) == []


def test_a_deletion_upstream_takes_the_corrections_along(talk, message, ben, hear):
    correcting.correct(message, reader="tone", said="negative", actor=ben)
    hear(deletions=(Deletion("harbour", message.external_id),))
    assert Message.objects.get().removed_at
    assert not Correction.objects.exists()


def test_what_is_ours_is_not_corrected(message, ben):
    Message.objects.update(ours=True)
    assert isinstance(correcting.correct(message, reader="tone", said="negative", actor=ben), Refused)


def test_a_thread_is_asked_once_for_all_its_corrections(client, talk, ben, hear, says, django_assert_max_num_queries):
    client.force_login(ben)
    hear(*(says(f"And again {n}", after=n + 1, thread_id=talk.thread_id) for n in range(20)))
    rows = answers.thread(talk, 100)
    assert len(rows) == 21
    client.get(reverse("conversation", args=[talk.pk]))
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("conversation", args=[talk.pk]))
    for row in rows:
        correcting.correct(row, reader="tone", said="negative", actor=ben)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("conversation", args=[talk.pk]))


def test_labels_come_in_the_order_of_time_one_a_message(talk, ana, ben, hear, says):
    hear(says("Thanks", after=5, thread_id=talk.thread_id))
    first, second = Message.objects.order_by("published_at")
    correcting.correct(first, reader="tone", said="negative", actor=ben)
    correcting.correct(second, reader="tone", said="positive", actor=ben)
    Correction.objects.filter(message=second).update(at=timezone.now() - timedelta(days=1))
    correcting.correct(first, reader="tone", said="neutral", actor=ana)
    found = list(corrections.labels("tone"))
    assert [(one.text, one.label) for one in found] == [("Thanks", "positive"), (first.text, "neutral")]
    assert found[0].at < found[1].at
