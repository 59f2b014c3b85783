"""The share of noise of a brief, from a random draw that people judge."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.query import parse
from rapport.core.types import Author, NotEnough, Refused
from rapport.server.listen import actions as listening
from rapport.server.listen.models import Message, Purpose
from rapport.server.organise.models import AuditEntry
from rapport.server.understand import judging
from rapport.server.understand.models import BriefSample, SampledMatch


@pytest.fixture
def brief(ana, hear, says):
    brief = listening.save_brief(None, name="Us", query="ferry", purpose=Purpose.TOPIC, actor=ana)
    who = [Author("harbour", f"a{n}", handle=f"a{n}") for n in range(100)]
    hear(*(says(f"ferry {'fairy' if n % 4 == 0 else 'ship'} {n}", author=who[n], addressed=False) for n in range(100)))
    return brief


def judged(sample, count, actor):
    for row in list(sample.drawn.select_related("message")[:count]):
        judging.judge(row, "noise" if "fairy" in row.message.text else "about", actor=actor)


def test_a_draw_is_without_repetition_and_from_all_matches(brief, ana):
    sample = judging.draw(brief, actor=ana)
    assert sample.matches == 100
    assert len(set(sample.drawn.values_list("message", flat=True))) == judging.DRAWN


@pytest.mark.once
def test_there_is_no_share_before_enough_is_judged_and_then_its_interval_holds_the_truth(brief, ana):
    sample = judging.draw(brief, actor=ana)
    judged(sample, 39, ana)
    assert judging.noise_share(sample) == NotEnough(39, 40, "judged matches")
    judged(sample, 80, ana)
    found = judging.noise_share(sample)
    assert found.n == 80
    assert found.value == pytest.approx(sample.drawn.filter(verdict="noise").count() / 80)
    assert found.low < found.value < found.high
    assert found.high - found.low < 0.15  # four fifths of all were seen


def test_what_nobody_can_tell_is_in_neither_part(brief, ana):
    sample = judging.draw(brief, actor=ana)
    judged(sample, 40, ana)
    judging.judge(sample.drawn.first(), "unclear", actor=ana)
    assert judging.noise_share(sample) == NotEnough(39, 40, "judged matches")


def test_a_brief_that_matched_nothing_has_nothing_to_draw_from(ana, channel):
    empty = listening.save_brief(None, name="Other", query="submarine", purpose=Purpose.TOPIC, actor=ana)
    assert isinstance(judging.draw(empty, actor=ana), Refused)


def test_one_judges_one_after_the_other_on_the_page(client, brief, ana):
    client.force_login(ana)
    client.post(reverse("draw_sample", args=[brief.pk]))
    first = SampledMatch.objects.first()
    assert first.message.text in client.get(reverse("judge_brief", args=[brief.pk])).content.decode()
    page = client.post(reverse("judge_match", args=[first.pk]), {"verdict": "noise"}, follow=True)
    assert "1 judged so far" in page.content.decode()
    first.refresh_from_db()
    assert (first.verdict, first.judged_by) == ("noise", ana)
    assert AuditEntry.objects.filter(action="match.judged").count() == 1


def test_a_stranger_can_neither_draw_nor_judge(client, brief, ana, cleo):
    row = judging.draw(brief, actor=ana).drawn.first()
    client.force_login(cleo)
    assert client.get(reverse("judge_brief", args=[brief.pk])).status_code == 404
    assert client.post(reverse("judge_match", args=[row.pk]), {"verdict": "noise"}).status_code == 404
    assert isinstance(judging.draw(brief, actor=cleo), Refused)
    assert BriefSample.objects.count() == 1


def test_the_preview_names_the_part_that_matched(client, brief, ana):
    client.force_login(ana)
    page = client.get(reverse("preview_brief"), {"query": '"ferry ship"~3'}).content.decode()
    assert '<span class="chip"><bdi>' in page


# -- terms that would cut noise --------------------------------------------------------------------------------------


@pytest.fixture
def told(brief, ana):
    """A draw that is judged: eighty, of which whatever the draw at least five are noise."""
    sample = judging.draw(brief, actor=ana)
    judged(sample, 80, ana)
    return sample


def brief_page(client, brief, **given):
    return client.get(reverse("brief", args=[brief.pk]), given).content.decode()


def test_what_only_noise_says_is_suggested_with_its_exact_counts(brief, ana, told):
    noise = told.drawn.filter(verdict="noise").count()
    found = judging.advice(brief, parse(brief.query))
    assert (found.noise, found.wanted) == (noise, 80 - noise)
    (term,) = found.found
    assert (term.term, term.noise, term.wanted) == ("-fairy", noise, 0)


def test_the_page_offers_the_term_and_says_what_it_would_do_to_the_last_seven_days(client, brief, ana, told):
    client.force_login(ana)
    page = brief_page(client, brief)
    assert "25 fewer of 100" in page
    assert f"By 80 judged matches of which {told.drawn.filter(verdict='noise').count()} are noise" in page
    assert f"{reverse('brief', args=[brief.pk])}?query=ferry+-fairy" in page


def test_an_offer_opens_the_form_with_the_changed_query_and_saves_nothing(client, brief, ana, told):
    client.force_login(ana)
    page = brief_page(client, brief, query="ferry -fairy")
    assert 'value="ferry -fairy"' in page
    assert "75 of 100 messages" in page
    assert "No term would help" in page  # of those judged that it still matches, none is noise
    brief.refresh_from_db()
    assert brief.query == "ferry"


def test_before_anything_and_before_enough_is_judged_the_page_says_so(client, brief, ana):
    client.force_login(ana)
    assert "Nothing of it has been judged yet" in brief_page(client, brief)
    judged(judging.draw(brief, actor=ana), 8, ana)
    assert "8 judged matches; from 20 on there are suggestions." in brief_page(client, brief)


def test_a_new_draw_does_not_throw_away_what_was_judged_before_it(brief, ana, told):
    judged(judging.draw(brief, actor=ana), 5, ana)
    assert judging.advice(brief, parse("ferry")).noise == told.drawn.filter(verdict="noise").count()


def test_what_was_taken_back_counts_no_more(brief, ana, told):
    gone = told.drawn.filter(verdict="noise").first().message
    Message.objects.filter(pk=gone.pk).update(removed_at=timezone.now(), text="")
    assert judging.advice(brief, parse("ferry")).noise == told.drawn.filter(verdict="noise").count() - 1


def test_private_data_is_never_suggested(ana, hear, says):
    brief = listening.save_brief(None, name="Us", query="ferry", purpose=Purpose.TOPIC, actor=ana)
    mail = [f"ferry {n} write to kim.larsen@example.org" for n in range(15)]
    hear(*(says(text, after=n) for n, text in enumerate([*mail, *(f"ferry {n} was late" for n in range(15))])))
    sample = judging.draw(brief, actor=ana)
    for row in sample.drawn.select_related("message"):
        judging.judge(row, "noise" if "kim" in row.message.text else "about", actor=ana)
    found = judging.advice(brief, parse("ferry")).found
    assert found
    assert not any("larsen" in one.term or "kim" in one.term for one in found)


def test_a_member_sees_no_suggestion_and_no_message_of_others(client, brief, cleo, told):
    client.force_login(cleo)
    page = brief_page(client, brief, query="ship")
    assert "What would cut noise?" not in page
    assert '<code class="people-text" dir="auto">ferry</code>' in page
    assert "found__row" not in page
