"""The coding desk as people use it: one message after the other, its words and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.server.listen.models import Message
from rapport.server.measure import coders, coding, frames
from rapport.server.measure.models import Code, Coder, DeskDay, Drawn, Guidance
from rapport.server.organise.models import Organisation, Role
from rapport.server.pages.needs import needs
from rapport.server.route.models import Conversation
from rapport.server.understand.models import Reading
from tests.server.conftest import member
from tests.server.desk import noon_after, said

YESTERDAY = timezone.now().date() - timedelta(days=1)
PAGES = ("desk", "desk_agreement", "desk_guidance")


@pytest.fixture
def coder(ana, ben):
    coders.set_coder(ben, languages=["en"], actor=ana)
    return ben


@pytest.fixture
def day(channel, coder):
    said(channel, 40, YESTERDAY)
    day = frames.close_day(YESTERDAY, noon_after(YESTERDAY))
    DeskDay.objects.update(closed_at=timezone.now())
    Drawn.objects.update(twice=False)
    return day


@pytest.fixture
def at_the_desk(client, coder):
    client.force_login(coder)

    class At:
        def get(self, query=""):
            self.page = client.get(reverse("desk") + query).content.decode()
            return self.page

        def say(self, answer, *, swapped=False, **more):
            token = re.search(r'name="token" value="([^"]+)"', self.page)[1]
            headers = {"HX-Request": "true"} if swapped else {}
            sent = {"token": token, "answer": answer, **more}
            response = client.post(reverse("desk_code"), sent, follow=True, headers=headers)
            self.page = response.content.decode()
            return self.page

        def post(self, name, **sent):
            self.page = client.post(reverse(name), sent, follow=True).content.decode()
            return self.page

    return At()


def text_of(day, place):
    return day.drawn.get(place=place).message.text


# -- coding ----------------------------------------------------------------------------------------------------------


def test_one_codes_by_keys_one_after_the_other(at_the_desk, day, ben):
    page = at_the_desk.get()
    assert text_of(day, 0) in page
    for key in "1230zh":
        assert (f'data-key="{key}"' in page) == (key != "z")  # there is nothing to undo yet
    assert "0 of 12 for today" in page
    page = at_the_desk.say("negative")
    assert "1 of 12 for today" in page
    assert text_of(day, 0) not in page
    assert 'data-key="z"' in page
    row = Code.objects.get()
    assert (row.by, row.answer, row.drawn) == (ben, "negative", day.drawn.get(place=0))
    assert 0 <= row.seconds < 60


@pytest.mark.once
def test_it_is_blind(at_the_desk, day, channel):
    Reading.objects.update(tone="positive", positive=0.987)
    message = day.drawn.get(place=0).message
    page = at_the_desk.get()
    for hint in ("Kim", channel.name, "0.987", "98", message.external_id, message.url or "harbour.example"):
        assert hint not in page.partition('id="desk"')[2].partition("</section>")[0]


@pytest.mark.once
def test_the_next_one_is_there_already_and_comes_as_a_fragment(at_the_desk, day):
    page = at_the_desk.get()
    assert text_of(day, 1) in page.partition("<template")[2]
    fragment = at_the_desk.say("neutral", swapped=True)
    assert "<html" not in fragment
    assert text_of(day, 1) in fragment.partition("<template")[0]
    assert text_of(day, 2) in fragment.partition("<template")[2]


@pytest.mark.once
def test_undo_asks_it_again(at_the_desk, day):
    at_the_desk.get()
    at_the_desk.say("negative")
    assert text_of(day, 0) in at_the_desk.post("desk_back").partition("<template")[0]
    assert not Code.objects.exists()


@pytest.mark.once
def test_when_the_day_is_done_it_says_what_that_made_possible(at_the_desk, day):
    at_the_desk.get()
    for _n in range(12):
        at_the_desk.say("uncodable")
    page = at_the_desk.page
    assert "That is all for today. Thank you." in page
    assert "12 labels stand for 40 messages" in page
    page = at_the_desk.post("desk_more")
    assert text_of(day, 12) in page
    assert "12 of 18 for today" in page


def test_earlier_days_are_gone_on_with_by_those_who_like(at_the_desk, channel, day):
    before = YESTERDAY - timedelta(days=1)
    said(channel, 20, before)
    frames.close_day(before, noon_after(before))
    Drawn.objects.update(twice=False)
    day.drawn.update(answer="neutral")
    assert "Go on with 12 of earlier days" in at_the_desk.get()
    page = at_the_desk.get("?on=1")
    assert "12 messages of earlier days wait" in page
    page = at_the_desk.say("neutral", on="1")
    assert "11 messages of earlier days wait" in page


@pytest.mark.once
def test_what_happened_meanwhile_is_said_and_the_next_one_comes(at_the_desk, day):
    at_the_desk.get()
    Message.objects.filter(pk=day.drawn.get(place=0).message_id).update(revision=2, text="All is well now")
    page = at_the_desk.say("negative")
    assert "The message was edited meanwhile. Read it again." in page
    assert "All is well now" in page
    page = at_the_desk.say("angry", swapped=True)
    assert "Choose one of the values that are offered." in page
    Drawn.objects.get(pk=day.drawn.get(place=0).pk).delete()
    assert "taken it back meanwhile" in at_the_desk.say("negative")


@pytest.mark.once
@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c"])
def test_what_was_not_handed_out_is_not_coded(client, day, coder, token):
    client.force_login(coder)
    page = client.post(reverse("desk_code"), {"token": token, "answer": "negative"}, follow=True)
    assert "This page was too old." in page.content.decode()
    assert not Code.objects.exists()


@pytest.mark.once
def test_nobody_codes_with_what_another_was_handed(client, at_the_desk, day, ana, cleo):
    coders.set_coder(cleo, languages=["en"], actor=ana)
    at_the_desk.get()
    client.force_login(cleo)
    assert "Somebody else was signed in here." in at_the_desk.say("negative")
    assert not Code.objects.exists()


@pytest.mark.once
def test_private_data_is_masked_and_long_foreign_words_have_their_direction(at_the_desk, day):
    at_the_desk.get()
    first = day.drawn.get(place=0)
    Message.objects.filter(pk=first.message_id).update(text="اتصل 020 7946 0958 " + "x" * 2_000)
    Reading.objects.filter(message=first.message_id).update(private=[[5, 18, "phone", 1.0]])
    page = at_the_desk.get()
    assert "7946" not in page
    assert 'dir="auto" lang="en"' in page


@pytest.mark.once
def test_a_message_without_words_says_so(at_the_desk, day):
    Message.objects.filter(pk=day.drawn.get(place=0).message_id).update(text="")
    assert "There are no words in it." in at_the_desk.get()


@pytest.mark.once
def test_before_the_first_day_has_closed_one_is_told_when(at_the_desk, coder):
    assert "No day has closed yet" in at_the_desk.get()


def test_the_page_asks_a_few_things_however_much_was_drawn(client, day, coder, django_assert_max_num_queries):
    client.force_login(coder)
    client.get(reverse("desk"))
    with django_assert_max_num_queries(30):
        client.get(reverse("desk"))


# -- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_a_stranger_finds_nothing_and_changes_nothing(client, day, cleo):
    client.force_login(cleo)
    for name in (*PAGES, "desk_coders"):
        assert client.get(reverse(name)).status_code == 404
    for name in ("desk_code", "desk_back", "desk_more", "desk_guidance", "desk_coders", "desk_labels"):
        assert client.post(reverse(name), {"text": "Mine", "labels": "3"}).status_code == 404
    assert client.post(reverse("desk_settle", args=[day.drawn.first().pk])).status_code == 404
    assert reverse("desk") not in client.get(reverse("course")).content.decode()


@pytest.mark.once
def test_whoever_codes_does_not_say_who_does(client, day, coder):
    client.force_login(coder)
    assert client.get(reverse("desk_coders")).status_code == 404
    assert reverse("desk_coders") not in client.get(reverse("desk")).content.decode()
    assert reverse("desk") in client.get(reverse("course")).content.decode()
    client.post(reverse("desk_guidance"), {"text": "Mine"})
    assert not Guidance.objects.exists()


@pytest.mark.once
def test_while_nobody_codes_there_is_one_way_on(client, ana):
    client.force_login(ana)
    page = client.get(reverse("desk")).content.decode()
    assert "Nobody codes yet" in page
    assert "Choose who codes" in page


# -- settings --------------------------------------------------------------------------------------------------------


def test_who_codes_is_set_on_a_page(client, day, ana, cleo):
    client.force_login(ana)
    sent = {"user": cleo.pk, "languages": "EN; de fr"}
    assert "Cleo codes at the desk." in client.post(reverse("desk_coders"), sent, follow=True).content.decode()
    assert coders.coder_of(cleo).languages == ["de", "en", "fr"]
    page = client.get(reverse("desk_coders")).content.decode()
    assert "German, English, French" in page
    assert "12 wait, 0 were coded today." in page
    assert "English (en)" in page
    client.post(reverse("desk_coders"), sent | {"stop": "1"})
    assert coders.coder_of(cleo) is None
    refused = client.post(reverse("desk_coders"), {"user": cleo.pk, "languages": "English"}, follow=True)
    assert "is no code of a language" in refused.content.decode()


@pytest.mark.once
def test_how_much_is_coded_is_set_on_a_page(client, ana):
    client.force_login(ana)
    assert "About 2 minutes a day" in client.get(reverse("desk_coders")).content.decode()
    client.post(reverse("desk_labels"), {"labels": "36"})
    assert Organisation.objects.get().labels_a_day == 36
    refused = client.post(reverse("desk_labels"), {"labels": "many"}, follow=True).content.decode()
    assert "Ask for 1 to" in refused


def test_messages_that_no_figure_covers_are_named(client, channel, coder, ana):
    said(channel, 3, YESTERDAY, language="fi")
    frames.close_day(YESTERDAY, noon_after(YESTERDAY))
    client.force_login(ana)
    assert (
        "3 of 3 messages are in languages that nobody here reads" in client.get(reverse("desk_coders")).content.decode()
    )


def test_guidance_is_read_by_coders_and_changed_by_those_who_measure(client, ana, coder):
    client.force_login(coder)
    assert "Mockery counts as what it means" in client.get(reverse("desk_guidance")).content.decode()
    client.force_login(ana)
    client.post(reverse("desk_guidance"), {"text": "Irony is <b>negative</b>."})
    page = client.get(reverse("desk_guidance")).content.decode()
    assert "Irony is &lt;b&gt;negative&lt;/b&gt;." in page
    assert "holds now" in page
    again = client.post(reverse("desk_guidance"), {"text": " "}, follow=True).content.decode()
    assert "Write what counts as what." in again


# -- agreement -------------------------------------------------------------------------------------------------------


@pytest.fixture
def apart(day, ben, cleo, ana):
    """Ben and Cleo coded twelve, and did not agree on the first."""
    coders.set_coder(cleo, languages=["en"], actor=ana)
    for n, drawn in enumerate(day.drawn.all()):
        for user, purpose in ((ben, "first"), (cleo, "second")):
            answer = "positive" if user == cleo and n == 0 else "negative"
            Code.objects.create(drawn=drawn, by=user, purpose=purpose, answer=answer, revision=1)
    day.drawn.update(twice=True, answer="negative", answered_at=timezone.now())
    return day.drawn.get(place=0)


def test_agreement_says_how_many_were_the_same_and_what_is_missing(client, apart, ben):
    client.force_login(ben)
    page = client.get(reverse("desk_agreement")).content.decode()
    assert "11 of 12 the same" in page
    assert "Not enough: 12 of 20" in page
    assert "There is nothing for you to settle." in page  # for it was his own word


def test_a_disagreement_is_settled_and_its_reason_is_an_example(client, apart, ana, ben):
    client.force_login(ana)
    page = client.get(reverse("desk_agreement")).content.decode()
    assert apart.message.text in page
    assert "One said “Negative”, the other “Positive”." in page
    client.post(reverse("desk_settle", args=[apart.pk]), {"answer": "positive", "words": "It ends on thanks."})
    apart.refresh_from_db()
    assert apart.answer == "positive"
    client.force_login(ben)
    assert "It ends on thanks." in client.get(reverse("desk")).content.decode()
    client.force_login(ana)
    refused = client.post(reverse("desk_settle", args=[apart.pk]), {"answer": "neutral"}, follow=True)
    assert "There is nothing to settle" in refused.content.decode()


def test_however_late_the_inbox_is_what_waits_at_the_desk_stays_at_home(hear, says, channel, apart, ana):
    coders.set_coder(ana, languages=["en"], actor=ana)
    before = YESTERDAY - timedelta(days=1)
    said(channel, 20, before)
    frames.close_day(before, noon_after(before))
    hear(*[says("My ferry was late", after=n) for n in range(9)])
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1), assignee=ana)
    rows = needs(ana, timezone.now()).rows
    assert len(rows) == 7
    assert [row.url for row in rows[-2:]] == [reverse("desk"), reverse("desk_agreement")]


def test_whoever_may_settle_is_told_at_home_and_at_the_desk_that_something_waits(client, apart, ana, ben, cleo):
    waits = "1 message that two people heard differently waits to be settled"
    link = f'href="{reverse("desk_agreement")}"'
    client.force_login(ana)
    home = client.get("/").content.decode()
    assert waits in home
    assert link in home
    assert "1 to settle" in client.get(reverse("desk")).content.decode()
    for user in (ben, cleo):  # it was their own word
        client.force_login(user)
        assert "heard differently" not in client.get("/").content.decode()
        assert "to settle" not in client.get(reverse("desk")).content.decode()
    dora = member("Dora", Role.MEMBER, "service", ana)
    client.force_login(dora)
    assert waits not in client.get("/").content.decode()
    coders.set_coder(dora, languages=["en"], actor=ana)
    assert waits in client.get("/").content.decode()
    DeskDay.objects.update(day=YESTERDAY - timedelta(days=30))
    assert waits not in client.get("/").content.decode(), "its figures have been read"
    DeskDay.objects.update(day=YESTERDAY)
    coding.settle(apart, "positive", actor=ana)
    assert waits not in client.get("/").content.decode()


@pytest.mark.once
def test_before_anything_was_coded_twice_there_is_a_reason(client, coder):
    client.force_login(coder)
    assert "Nothing was coded a second time yet" in client.get(reverse("desk_agreement")).content.decode()


@pytest.mark.once
@pytest.mark.parametrize("name", PAGES)
def test_whoever_left_the_desk_finds_nothing(client, day, coder, name):
    Coder.objects.update(active=False)
    client.force_login(coder)
    assert client.get(reverse(name)).status_code == 404
