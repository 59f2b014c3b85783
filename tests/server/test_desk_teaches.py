"""What is coded at the desk teaches a reader of one's own: it was drawn by chance, with chances that are known."""

from __future__ import annotations

import pytest
from django.utils import timezone

from rapport.server.learn import heads
from rapport.server.listen.models import Message
from rapport.server.measure import coders, coding, frames, teaching
from rapport.server.measure.models import Drawn
from rapport.server.route import labelling
from rapport.server.understand.models import Label, LabelDraw
from tests.server.desk import DAY, noon_after, said

NOON = noon_after(DAY)


@pytest.fixture
def coded(channel, ana, ben):
    """Of 100 messages the first twelve of the queue: eleven with a tone, the last uncodable."""
    coders.set_coder(ben, languages=["en"], actor=ana)
    said(channel, 100)
    day = frames.close_day(DAY, NOON)
    for n, drawn in enumerate(day.drawn.select_related("message")):
        answer = "uncodable" if n == 11 else "negative"
        coding.code(drawn, answer, revision=1, actor=ben, now=NOON)
    return day


def test_each_stands_for_the_part_of_its_stratum_that_was_coded(coded):
    chances, draw = teaching.chances(teaching.told()), frames.draw_of(coded)
    assert len(chances) == 11
    shares = draw.probability(12)
    for drawn in teaching.told():
        assert chances[drawn.message_id] == pytest.approx(shares[drawn.stratum])


def test_what_was_edited_or_taken_back_teaches_nothing(coded):
    first, second, *_ = coded.drawn.all()
    Message.objects.filter(pk=first.message_id).update(revision=2)
    Message.objects.filter(pk=second.message_id).update(removed_at=NOON)
    assert teaching.told().count() == 9


def test_what_was_settled_is_what_it_learns(coded, ana, cleo):
    coders.set_coder(cleo, languages=["en"], actor=ana)
    Drawn.objects.filter(place=0).update(twice=True)
    drawn = coded.drawn.select_related("message").get(place=0)
    coding.code(drawn, "positive", revision=1, actor=cleo, now=NOON)
    coding.settle(drawn, "positive", actor=ana, now=NOON)
    assert teaching.told().get(message=drawn.message_id).answer == "positive"


def test_both_draws_are_counted_and_a_message_of_both_stands_once(coded, ana):
    key = coded.drawn.get(place=0).message_id
    Message.objects.filter(pk=key).update(published_at=timezone.now())
    draw = LabelDraw.objects.create(by=ana, messages=10, since=NOON)
    Label.objects.create(draw=draw, message_id=key, position=0, tone="positive", revision=1, at=timezone.now())
    assert heads.labels() == 12
    found = heads._drawn(labelling.told(), teaching.told())
    assert len(found) == 11
    _at, _text, label, chance = found[key]
    alone = teaching.chances(teaching.told())[key]
    assert (label, chance) == ("positive", pytest.approx(1 - (1 - alone) * (1 - 1 / 10)))
