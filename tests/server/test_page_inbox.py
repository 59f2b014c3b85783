"""The inbox as people use it: what Ana and Ben see and do there, and what Cleo never sees."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.core.errors import ConnectorError, OutcomeUnknown
from rapport.core.types import Author, Deletion, Span
from rapport.server.organise.models import AuditEntry, Role, Team
from rapport.server.respond import actions as responding
from rapport.server.respond.deliver import turn
from rapport.server.respond.models import Draft, Outgoing
from rapport.server.route import actions as routing
from rapport.server.route.models import Conversation, Note
from tests.server.conftest import member

LEE = Author("harbour", "lee", handle="lee.example", name="Lee")


@pytest.fixture
def as_user():
    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def url(talk, action="", row=None, query=""):
    if not action:
        return reverse("conversation", args=[talk.pk]) + query
    args = [talk.pk, action] if row is None else [talk.pk, action, row]
    return reverse("conversation_act" if row is None else "conversation_act_on", args=args) + query


def body(response):
    return response.content.decode()


def row_ids(response):
    return [int(key) for key in re.findall(r'id="row-(\d+)"', body(response))]


# -- the list --------------------------------------------------------------------------------------------------------


def title(response):
    return re.search(r"<title>([^·]*) ·", body(response))[1]


def test_the_inbox_opens_on_what_is_mine_else_on_what_nobody_has(talk, ben, cleo, as_user):
    client = as_user(ben)
    assert title(client.get("/inbox/")) == "Nobody’s"
    client.post(url(talk, "assign"), {"to": "me"})
    assert title(client.get("/inbox/")) == "Mine"
    assert row_ids(client.get("/inbox/")) == [talk.pk]
    assert "Nothing waits for you" in body(as_user(cleo).get("/inbox/"))


def test_the_inbox_of_those_who_direct_opens_on_what_is_late_when_nothing_else_waits(talk, ben, ana, as_user):
    as_user(ben).post(url(talk, "assign"), {"to": "me"})
    assert title(as_user(ana).get("/inbox/")) == "Mine"
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert title(as_user(ana).get("/inbox/")) == "Late"


@pytest.mark.once
def test_a_row_begins_with_what_was_said_and_not_with_whom_it_calls(hear, says, ben, as_user):
    hear(says("@calm.example @lee: my ferry was late"))
    assert ">my ferry was late<" in body(as_user(ben).get("/inbox/?view=all"))


@pytest.mark.once
def test_a_row_says_who_what_and_how_long_is_left(talk, ben, as_user):
    shown = body(as_user(ben).get("/inbox/?view=team:service"))
    assert "Kim" in shown
    assert "My ferry was late again" in shown
    assert re.search(r"(59 min|1 h) left", shown)


def test_a_stranger_sees_neither_row_nor_conversation(talk, cleo, as_user):
    client = as_user(cleo)
    assert row_ids(client.get("/inbox/?view=all")) == []
    assert client.get("/inbox/?view=team:service").status_code == 200
    assert row_ids(client.get("/inbox/?view=team:service")) == []
    assert client.get(url(talk)).status_code == 404
    assert client.get(reverse("conversation_now", args=[talk.pk])).status_code == 404


def now_of(page):
    """The address that the open conversation asks every few seconds."""
    return re.search(r'id="now" hx-get="([^"]*)"', page)[1].replace("&amp;", "&")


def test_what_is_said_while_one_looks_arrives_by_itself(talk, ben, cleo, as_user, hear, says):
    client = as_user(ben)
    ask = now_of(body(client.get(url(talk))))
    assert "<article" not in body(client.get(ask))
    hear(says("It has sailed without me", after=5, thread_id=talk.thread_id))
    told = body(client.get(ask))
    assert "It has sailed without me" in told
    assert "where is my refund?" not in told
    assert as_user(cleo).get(ask).status_code == 404


@pytest.mark.once
def test_an_answer_that_has_arrived_stands_in_the_thread_and_frees_the_button(talk, ben, as_user):
    client = as_user(ben)
    responding.send(talk, text="Sorry, Kim.", version=0, actor=ben)
    shown = body(client.get(url(talk)))
    assert "Your answer is under way." in shown
    turn("sender")
    told = body(client.get(now_of(shown)))
    assert "Sorry, Kim." in told
    assert 'hx-swap-oob="true"' in told
    assert "disabled" not in told
    assert "hx-swap-oob" not in body(client.get(now_of(told)))


ACTIONS = ["assign", "hand-over", "note", "draft", "send", "close", "reopen", "snooze", "tag"]
ON_A_ROW = ["uncover/1", "undo/1", "retry/1", "found/1"]


@pytest.mark.once
@pytest.mark.parametrize("action", ACTIONS + ON_A_ROW)
def test_a_stranger_can_do_nothing_to_it(talk, cleo, as_user, action):
    before = AuditEntry.objects.count()
    assert as_user(cleo).post(f"/inbox/{talk.pk}/{action}/", {"text": "Hello"}).status_code == 404
    assert AuditEntry.objects.count() == before


@pytest.mark.once
@pytest.mark.parametrize("action", ["assign", "send", "close", "undo/1"])
def test_looking_changes_nothing(talk, ben, as_user, action):
    assert as_user(ben).get(f"/inbox/{talk.pk}/{action}/").status_code == 405


@pytest.mark.once
def test_an_unknown_view_or_action_is_not_found(talk, ben, as_user):
    assert as_user(ben).get("/inbox/?view=secret").status_code == 404
    assert as_user(ben).post(url(talk, "explode")).status_code == 404


def test_each_view_holds_what_it_says(talk, ben, ana, as_user):
    client = as_user(ben)

    def holds(view):
        return talk.pk in row_ids(client.get(f"/inbox/?view={view}"))

    assert [holds(view) for view in ("unowned", "team:service", "all", "mine", "closed")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    routing.assign(talk, to=ben, actor=ben)
    assert [holds(view) for view in ("unowned", "mine")] == [False, True]
    Conversation.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert holds("late")
    routing.snooze(talk, until=timezone.now() + timedelta(hours=1), actor=ben)
    assert [holds(view) for view in ("snoozed", "mine", "late")] == [True, False, False]
    routing.close(talk, actor=ben)
    assert [holds(view) for view in ("closed", "snoozed", "all")] == [True, False, True]


def test_fifty_rows_a_page_and_the_next_page_follows_without_gap_or_repetition(hear, says, ben, as_user):
    hear(*[says(f"The ferry was late, number {n}", after=n / 10) for n in range(60)])
    client = as_user(ben)
    first = client.get("/inbox/?view=all")
    following = re.search(r'hx-get="(/inbox/\?[^"]*after=[^"]*)"', body(first))
    second = client.get(following[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert (len(row_ids(first)), len(row_ids(second))) == (50, 10)
    assert len({*row_ids(first), *row_ids(second)}) == 60
    assert "<html" not in body(second)


def test_the_bar_says_how_many_are_new_and_moves_nothing(talk, hear, says, ben, as_user):
    client = as_user(ben)
    poll = re.search(r'hx-get="(/inbox/new/[^"]*)"', body(client.get("/inbox/?view=all")))[1].replace("&amp;", "&")
    assert body(client.get(poll)).strip() == ""
    hear(says("The ferry is late today too", after=30))
    assert "1 new" in body(client.get(poll))


def test_a_list_takes_few_queries_however_long_it_is(hear, says, ben, as_user, django_assert_max_num_queries):
    hear(*[says(f"The ferry was late, number {n}", after=n / 10) for n in range(30)])
    client = as_user(ben)
    client.get("/inbox/?view=all")
    with django_assert_max_num_queries(14):  # the shell around every page takes half of them
        client.get("/inbox/?view=all")
    with django_assert_max_num_queries(8):
        client.get("/inbox/?view=all", headers={"HX-Request": "true"})


# -- searching -------------------------------------------------------------------------------------------------------


def test_a_search_finds_conversations_by_the_query_language(talk, hear, says, ben, as_user):
    hear(says("I love the ferry", after=3, author=LEE))
    client = as_user(ben)
    assert row_ids(client.get("/inbox/?q=refund")) == [talk.pk]
    assert len(row_ids(client.get("/inbox/?q=ferry"))) == 2
    assert "Nothing found" in body(client.get("/inbox/?q=zorbotron"))


def test_a_search_in_the_inbox_passes_over_what_is_in_no_conversation(talk, hear, says, ana, as_user):
    hear(says("A refund was refused elsewhere", addressed=False, after=3, context=True))
    assert row_ids(as_user(ana).get("/inbox/?q=refund")) == [talk.pk]


@pytest.mark.once
def test_a_search_that_cannot_be_read_says_why(talk, ben, as_user):
    response = as_user(ben).get("/inbox/", {"q": "ferry (late"})
    assert response.status_code == 200
    assert "A closing parenthesis is missing" in body(response)


def test_a_search_shows_a_stranger_nothing(talk, cleo, as_user):
    assert row_ids(as_user(cleo).get("/inbox/?q=refund")) == []


# -- the conversation ------------------------------------------------------------------------------------------------


def test_the_conversation_shows_the_thread_and_the_person(talk, ben, as_user, hear, says):
    hear(says("Hello? Anybody there?", after=5, thread_id=talk.thread_id))
    shown = body(as_user(ben).get(url(talk, query="?view=mine")))
    assert shown.index("where is my refund?") < shown.index("Anybody there?")
    assert "@kim.example" in shown
    assert "2 messages" in shown
    assert reverse("person", args=[talk.person_id]) in shown


@pytest.mark.once
def test_htmx_gets_the_conversation_alone_and_others_the_whole_page(talk, ben, as_user):
    client = as_user(ben)
    assert "<html" not in body(client.get(url(talk), headers={"HX-Request": "true"}))
    whole = body(client.get(url(talk, query="?view=all")))
    assert "<html" in whole
    assert f'id="row-{talk.pk}"' in whole


@pytest.mark.once
def test_what_somebody_wrote_is_never_markup(hear, says, ben, as_user):
    nasty = "<script>alert(1)</script> late https://evil.example/x"
    hear(says(nasty, spans=(Span(nasty.index("https"), len(nasty), "link", "javascript:alert(1)"),)))
    shown = body(as_user(ben).get(url(Conversation.objects.get())))
    assert "<script>alert" not in shown
    assert "javascript:" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


@pytest.mark.once
def test_a_link_says_where_it_leads(hear, says, ben, as_user):
    hear(says("late refund at your bank", spans=(Span(20, 24, "link", "https://evil.example/x"),)))
    assert "bank (evil.example)" in body(as_user(ben).get(url(Conversation.objects.get())))


def test_an_edited_message_opens_what_it_said_before(hear, says, ben, as_user):
    hear(says("The ferry was late", external_id="p"))
    hear(says("The ferry was very late", external_id="p"))
    talk = Conversation.objects.get()
    client = as_user(ben)
    history = re.search(r'href="([^"]*history=\d+[^"]*)"', body(client.get(url(talk))))[1].replace("&amp;", "&")
    assert "Before the edit" not in body(client.get(url(talk)))
    assert "The ferry was late" in body(client.get(history)).split("Before the edit")[1]


@pytest.mark.once
def test_a_message_that_was_taken_back_says_so_and_no_more(hear, says, ben, as_user):
    hear(says("My ferry was late and I am zorbotron", external_id="p"))
    hear(deletions=(Deletion("harbour", "p"),))
    shown = body(as_user(ben).get(url(Conversation.objects.get())))
    assert "Its author took this message back." in shown
    assert "zorbotron" not in shown


CARD = "4111 1111 1111 1111"


@pytest.mark.once
def test_private_data_is_masked_until_somebody_asks_and_that_goes_on_record(hear, says, ben, as_user):
    hear(says(f"The ferry was late, my card is {CARD}, please refund"))
    talk, client = Conversation.objects.get(), as_user(ben)
    for address in (url(talk), "/inbox/?view=all", "/inbox/?q=refund"):
        assert CARD not in body(client.get(address))
    message = talk.placements.get().message_id
    assert CARD in body(client.post(url(talk, "uncover", message)))
    assert AuditEntry.objects.filter(action="message.uncovered", target=f"message:{message}").count() == 1
    assert CARD not in body(client.get(url(talk)))


@pytest.mark.once
def test_an_auditor_reads_and_can_neither_answer_nor_uncover(hear, says, ana, as_user):
    hear(says(f"The ferry was late, my card is {CARD}, please refund"))
    talk = Conversation.objects.get()
    client = as_user(member("Otto", Role.AUDITOR, "hub", ana))
    shown = body(client.get(url(talk)))
    assert "composer" not in shown.split('class="thread"')[1]
    assert "Your role (Auditor)" in shown
    assert "uncover" not in shown
    assert CARD not in body(client.post(url(talk, "uncover", talk.placements.get().message_id), follow=True))
    client.post(url(talk, "send"), {"text": "Hello", "version": "0"})
    assert not Outgoing.objects.exists()


def test_events_and_notes_stand_between_the_messages(talk, ben, ana, as_user):
    client = as_user(ben)
    client.post(url(talk, "assign"), {"to": "me"})
    client.post(url(talk, "note"), {"text": "She has a dog with her."})
    shown = body(client.get(url(talk)))
    assert "<b>Ben</b> took it" in shown
    assert "note, seen by your team only" in shown
    assert Note.objects.get().text == "She has a dog with her."


def test_a_conversation_takes_few_queries_however_long_it_is(
    talk, ben, as_user, hear, says, django_assert_max_num_queries
):
    hear(*[says(f"And again, {n}", after=n, thread_id=talk.thread_id) for n in range(20)])
    client = as_user(ben)
    client.get(url(talk))
    with django_assert_max_num_queries(23):
        client.get(url(talk), headers={"HX-Request": "true"})


def test_a_long_thread_begins_with_its_end(talk, ben, as_user, hear, says):
    hear(*[says(f"Line {n} of it", after=n / 10, thread_id=talk.thread_id) for n in range(1, 12)])
    shown = body(as_user(ben).get(url(talk, query="?show=5")))
    assert "Line 11 of it" in shown
    assert "Line 6 of it" not in shown
    assert "Show earlier messages" in shown


# -- answering -------------------------------------------------------------------------------------------------------


def test_an_answer_is_queued_shown_and_can_be_taken_back(talk, ben, as_user, settings):
    settings.UNDO_SECONDS = 10
    client = as_user(ben)
    page = client.post(url(talk, "send"), {"text": "Your refund is on its way.", "version": "0"}, follow=True)
    outgoing = Outgoing.objects.get()
    assert "Your answer to Kim is on its way." in body(page)
    assert 'data-seconds="10"' in body(page)
    assert "leaves in a moment" in body(page)
    page = client.post(url(talk, "undo", outgoing.pk), follow=True)
    outgoing.refresh_from_db()
    assert outgoing.state == "withdrawn"
    assert "Your refund is on its way." in re.search(r"<textarea[^>]*>(.*?)</textarea>", body(page), re.DOTALL)[1]


@pytest.mark.once
def test_a_sent_answer_stands_in_the_thread_with_its_writer(talk, ben, as_user):
    client = as_user(ben)
    client.post(url(talk, "send"), {"text": "Your refund is on its way.", "version": "0"})
    turn("sender-1")
    shown = body(client.get(url(talk)))
    assert "message--us" in shown
    assert "by Ben" in shown


@pytest.mark.once
def test_a_refused_answer_says_why_and_keeps_what_was_typed(talk, ben, as_user):
    response = as_user(ben).post(url(talk, "send"), {"text": "x" * 301, "version": "0"})
    assert response.status_code == 422
    assert "The text has 301 characters" in body(response)
    assert "x" * 301 in body(response)


@pytest.mark.once
def test_a_failed_answer_can_be_tried_again_or_taken_back(talk, ben, as_user, harbour):
    harbour.before = ConnectorError("The post was deleted.", permanent=True)
    client = as_user(ben)
    client.post(url(talk, "send"), {"text": "Sorry", "version": "0"})
    turn("sender-1")
    shown = body(client.get(url(talk)))
    assert "not sent: The post was deleted." in shown
    assert "Try again" in shown
    assert "Take it back" in shown
    client.post(url(talk, "retry", Outgoing.objects.get().pk))
    assert Outgoing.objects.get().state == "queued"


@pytest.mark.once
def test_an_answer_of_unknown_fate_asks_a_person_in_plain_words(talk, ben, as_user, harbour):
    harbour.after = OutcomeUnknown("The line went dead.")
    client = as_user(ben)
    client.post(url(talk, "send"), {"text": "Sorry", "version": "0"})
    turn("sender-1")
    shown = body(client.get(url(talk)))
    assert "We do not know whether it arrived" in shown
    assert "It is there" in shown
    client.post(url(talk, "found", Outgoing.objects.get().pk))
    assert Outgoing.objects.get().state == "sent"


def test_an_answer_of_another_conversation_is_not_found_here(talk, ben, as_user, hear, says):
    client = as_user(ben)
    client.post(url(talk, "send"), {"text": "Sorry", "version": "0"})
    hear(says("Another ferry, late too", after=9))
    other = Conversation.objects.exclude(pk=talk.pk).get()
    assert client.post(url(other, "undo", Outgoing.objects.get().pk)).status_code == 404
    assert Outgoing.objects.get().state == "queued"


@pytest.mark.once
def test_why_one_cannot_answer_stands_where_the_answer_would(talk, ben, as_user, channel):
    channel.answers = False
    channel.save()
    shown = body(as_user(ben).get(url(talk)))
    assert "is not open for answers yet" in shown
    assert "Save note" in shown
    assert "data-send disabled" not in shown


# -- drafts ----------------------------------------------------------------------------------------------------------


def htmx(client, address, data):
    return client.post(address, data, headers={"HX-Request": "true"})


def test_a_draft_is_kept_while_one_types_and_brings_the_next_version(talk, ben, as_user):
    client = as_user(ben)
    first = htmx(client, url(talk, "draft"), {"text": "Dear K", "version": "0"})
    version = re.search(r'name="version" value="(\d+)"', body(first))[1]
    second = htmx(client, url(talk, "draft"), {"text": "Dear Kim", "version": version})
    assert second.status_code == 200
    assert Draft.objects.get().text == "Dear Kim"
    assert "Dear Kim" in body(client.get(url(talk)))


@pytest.mark.once
def test_a_draft_can_be_kept_without_script(talk, ben, as_user):
    page = as_user(ben).post(url(talk, "draft"), {"text": "Dear Kim", "version": "0"}, follow=True)
    assert "Draft saved." in body(page)
    assert Draft.objects.get().text == "Dear Kim"


def test_two_pens_are_told_apart(talk, ben, ana, as_user):
    htmx(as_user(ana), url(talk, "draft"), {"text": "From Ana", "version": "0"})
    refused = htmx(as_user(ben), url(talk, "draft"), {"text": "From Ben", "version": "0"})
    assert refused.status_code == 409
    assert "Ana Lind changed this draft meanwhile" in body(refused)
    assert Draft.objects.get().text == "From Ana"


@pytest.mark.once
def test_a_colleagues_pen_is_seen_before_and_on_the_button(talk, ben, ana, as_user):
    responding.save_draft(talk, text="From Ana", version=0, actor=ana)
    shown = body(as_user(ben).get(url(talk)))
    assert "Ana Lind is writing an answer." in shown
    assert "Send although Ana Lind is writing" in shown
    assert "Ana Lind is writing an answer" in body(as_user(ben).get("/inbox/?view=all"))
    assert "is writing" not in body(as_user(ana).get(url(talk)))
    Draft.objects.update(at=timezone.now() - timedelta(minutes=6))
    assert "is writing" not in body(as_user(ben).get(url(talk)))


@pytest.mark.once
def test_the_checks_come_with_every_saved_draft(talk, ben, as_user):
    client = as_user(ben)
    assert "fits Harbour" in body(htmx(client, url(talk, "draft"), {"text": "Short", "version": "0"}))
    shown = body(htmx(client, url(talk, "draft"), {"text": f"{CARD} {'x' * 300}", "version": "1"}))
    assert "characters too long for Harbour" in shown
    assert "contains private data" in shown


@pytest.mark.once
@pytest.mark.parametrize("version", ["", "minus", "99999999999999999999"])
def test_a_nonsense_version_is_refused_and_nothing_breaks(talk, ben, as_user, version):
    assert htmx(as_user(ben), url(talk, "draft"), {"text": "Hello", "version": version}).status_code == 409


# -- quick actions ---------------------------------------------------------------------------------------------------


def test_closing_goes_to_the_next_one_and_can_be_undone(talk, hear, says, ben, as_user):
    hear(says("The ferry is late today too", after=30))
    newer = Conversation.objects.exclude(pk=talk.pk).get()
    client = as_user(ben)
    page = client.post(url(newer, "close", query="?view=team:service"), follow=True)
    assert page.redirect_chain[-1][0].startswith(url(talk))
    client.post(re.search(r'action="(/inbox/\d+/reopen/[^"]*)"', body(page))[1].replace("&amp;", "&"))
    newer.refresh_from_db()
    assert newer.state == "open"


@pytest.mark.once
@pytest.mark.parametrize(("until", "least", "most"), [("hour", 0.9, 1.1), ("tomorrow", 0.5, 36), ("monday", 1, 24 * 8)])
def test_snoozing_brings_it_back_when_it_was_promised(talk, ben, as_user, until, least, most):
    as_user(ben).post(url(talk, "snooze"), {"until": until})
    talk.refresh_from_db()
    assert talk.state == "snoozed"
    assert timedelta(hours=least) < talk.snoozed_until - timezone.now() < timedelta(hours=most)


@pytest.mark.once
def test_nine_in_the_morning_is_nine_where_the_reader_is(talk, ben, as_user):
    ben.time_zone = "Asia/Tokyo"
    ben.save()
    as_user(ben).post(url(talk, "snooze"), {"until": "2099-05-04"})
    talk.refresh_from_db()
    assert talk.snoozed_until.isoformat() == "2099-05-04T00:00:00+00:00"


@pytest.mark.once
def test_a_time_that_is_none_is_refused_in_words(talk, ben, as_user):
    page = as_user(ben).post(url(talk, "snooze"), {"until": "whenever"}, follow=True)
    assert "Choose a time" in body(page)
    talk.refresh_from_db()
    assert talk.state == "open"


@pytest.mark.once
def test_handing_over_takes_it_out_of_sight_and_leads_to_the_list(talk, ben, as_user):
    page = as_user(ben).post(url(talk, "hand-over"), {"team": "people"}, follow=True)
    talk.refresh_from_db()
    assert talk.team == Team.objects.get(slug="people")
    assert page.redirect_chain[-1][0].startswith("/inbox/?")
    assert "People has it now." in body(page)


@pytest.mark.once
def test_it_cannot_be_given_to_a_stranger(talk, ben, cleo, as_user):
    page = as_user(ben).post(url(talk, "assign"), {"to": str(cleo.pk)}, follow=True)
    assert "Cleo is not in the team" in body(page)
    talk.refresh_from_db()
    assert talk.assignee is None


@pytest.mark.once
def test_tags_are_set_as_written(talk, ben, as_user):
    as_user(ben).post(url(talk, "tag"), {"tags": "Storm, refund ,storm"})
    talk.refresh_from_db()
    assert talk.tags == ["refund", "storm"]


def test_several_are_closed_at_once_and_opened_again_at_once(talk, hear, says, ben, as_user):
    hear(says("The ferry is late today too", after=30))
    client = as_user(ben)
    keys = list(Conversation.objects.values_list("pk", flat=True))
    page = client.post("/inbox/bulk/?view=all", {"do": "close", "conversation": keys}, follow=True)
    assert "2 conversations: done." in body(page)
    assert set(Conversation.objects.values_list("state", flat=True)) == {"closed"}
    client.post(re.search(r'action="(/inbox/bulk/\?[^"]*reopen[^"]*)"', body(page))[1].replace("&amp;", "&"))
    assert set(Conversation.objects.values_list("state", flat=True)) == {"open"}


@pytest.mark.once
def test_a_stranger_cannot_change_several_at_once_either(talk, cleo, as_user):
    as_user(cleo).post("/inbox/bulk/?view=all", {"do": "close", "conversation": [talk.pk]})
    talk.refresh_from_db()
    assert talk.state == "open"


# -- what must not break it ------------------------------------------------------------------------------------------


def test_long_names_arabic_and_broken_characters_are_shown(hear, says, ben, as_user):
    odd = Author("harbour", "odd", handle="x" * 300, name="ن" * 300)
    hear(says("late " + "و" * 2000 + "\u202e reversed", author=odd))
    client = as_user(ben)
    assert "ن" * 100 in body(client.get("/inbox/?view=all"))
    assert "و" * 2000 in body(client.get(url(Conversation.objects.get())))


@pytest.mark.once
@pytest.mark.parametrize(
    "query", ["?at=999999", "?after=zzz&view=all", "?show=0", "?show=99999999999", "?history=x&mode=odd"]
)
def test_a_broken_address_breaks_nothing(talk, ben, as_user, query):
    for address in ("/inbox/", url(talk)):
        assert as_user(ben).get(address + query).status_code in (200, 404)


@pytest.mark.once
def test_the_open_conversation_can_be_named_in_the_address_of_the_list(talk, ben, as_user):
    assert 'id="conversation-title"' in body(as_user(ben).get(f"/inbox/?view=all&at={talk.pk}"))
