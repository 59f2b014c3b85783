"""What others bring: stored once and answered honestly, and nothing for whoever has no secret."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rapport.connectors.webhook.sign import sign
from rapport.core.types import Refused
from rapport.server.listen import actions, hooks
from rapport.server.listen.coverage import hearing, strip
from rapport.server.listen.models import Channel, Delivery, Message, Pulse, Quarantined
from rapport.server.organise.models import AuditEntry
from rapport.server.organise.record import verify
from rapport.server.route.models import Conversation
from rapport.server.work import settle

EVENT = {"id": "r-1", "text": "The ferry was late, where is my refund?", "author": "kim", "name": "Kim"}


@pytest.fixture
def desk(ana) -> Channel:
    """A channel to which messages are brought."""
    made = actions.connect("Reviews", "webhook", {"name": "reviews"}, actor=ana)
    assert isinstance(made, Channel), made
    return made


@pytest.fixture
def secret(desk, ana) -> str:
    made = actions.new_secret(desk, actor=ana)
    assert isinstance(made, str)
    return made


@pytest.fixture
def bring(desk, secret):
    """Brings a body to the address of the channel, signed; more of it can be said otherwise."""

    def post(body, *, key=None, by=secret, at=None, kind="application/json", signature=None, **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int((at or timezone.now()).timestamp()))
        signed = {"X-Rapport-Timestamp": stamp, "X-Rapport-Signature": signature or sign(by, stamp, raw)}
        address = reverse("hook", args=[key or desk.external_id])
        return Client(enforce_csrf_checks=True).post(address, raw, content_type=kind, headers=signed | headers)

    return post


# -- what is stored ----------------------------------------------------------------------------------------------------


def test_what_is_brought_becomes_a_conversation_of_the_team_that_owns_it(bring, desk):
    answer = bring(EVENT)
    assert (answer.status_code, answer.json()["new"]) == (202, 1)
    settle("test")
    talk = Conversation.objects.get()
    assert talk.team.slug == "service"
    assert Message.objects.get().network == "webhook:reviews"
    desk.refresh_from_db()
    assert desk.last_ok_at
    assert desk.cursors.get().saved_at


def test_an_answer_of_accepted_means_that_it_is_in_the_database(bring, monkeypatch):
    """When storing fails, the sender hears so, and brings it again: what failed was not remembered as taken."""
    at = timezone.now()
    with monkeypatch.context() as broken:
        broken.setattr(hooks.receiving, "_count", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bring(EVENT, at=at)
    assert not Message.objects.exists()
    assert not Delivery.objects.exists()
    assert bring(EVENT, at=at).status_code == 202
    assert Message.objects.count() == 1


def test_the_same_delivery_is_refused_the_second_time(bring):
    at = timezone.now()
    assert [bring(EVENT, at=at).status_code for _ in range(2)] == [202, 409]
    assert Message.objects.count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="in SQLite writers come one after the other")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_copies_that_come_at_the_same_moment_one_is_taken(bring):
    at, together, answers = timezone.now(), threading.Barrier(4), []

    def post():
        together.wait(10)
        try:
            answers.append(bring(EVENT, at=at).status_code)
        finally:
            connection.close()

    senders = [threading.Thread(target=post) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(20)
    assert sorted(answers) == [202, 409, 409, 409]
    assert Message.objects.count() == 1


def test_a_replay_in_other_clothes_is_refused_too(bring, secret):
    at, raw = timezone.now(), json.dumps(EVENT).encode()
    assert bring(EVENT, at=at).status_code == 202
    right = sign(secret, str(int(at.timestamp())), raw)
    dressed = f"v1={'0' * 64}, {right}"
    assert bring(EVENT, at=at, signature=dressed, **{"X-Delivery": "other"}).status_code == 409


def test_the_same_event_signed_anew_is_known_and_stored_once(bring):
    now = timezone.now()
    bring(EVENT, at=now)
    again = bring(EVENT, at=now + timedelta(seconds=1))
    assert (again.status_code, again.json()["new"]) == (202, 0)
    assert Message.objects.count() == 1


def test_an_edit_is_a_revision_and_a_deletion_takes_the_words_away(bring):
    bring(EVENT)
    assert bring(EVENT | {"text": "The ferry was early."}).json()["changed"] == 1
    assert bring({"id": "r-1", "deleted": True}).json()["deleted"] == 1
    message = Message.objects.get()
    assert (message.text, message.revision, message.state) == ("", 2, "taken_back")
    assert not message.revisions.exists()


@pytest.mark.once
def test_what_is_not_understood_is_said_and_kept(bring):
    answer = bring({"text": "no id"})
    assert answer.status_code == 422
    assert "nothing stands at id" in answer.json()["words"]
    assert bytes(Quarantined.objects.get().raw) == b'{"text": "no id"}'


def test_one_event_that_is_wrong_costs_no_other(bring):
    answer = bring([EVENT, {"text": "no id"}])
    assert (answer.status_code, answer.json()["new"], answer.json()["not_understood"]) == (202, 1, 1)
    assert Quarantined.objects.count() == 1


def test_what_was_put_aside_is_understood_once_the_mapping_is_right(bring, desk, ana):
    bring({"comment": {"nr": 5, "body": "Refund?"}, "at": "2026-11-20T10:00:00Z"})
    row = Quarantined.objects.get()
    changed = actions.change_answers(
        desk, {"name": "reviews", "map": "id=comment.nr, text=comment.body, time=at"}, actor=ana
    )
    assert isinstance(changed, Channel)
    row.channel.refresh_from_db()
    assert not isinstance(hooks.receiving.retry_quarantined(row, actor=ana), Refused)
    assert Message.objects.get().external_id == "5"


# -- who may ----------------------------------------------------------------------------------------------------------


ATTACKS = {
    "another secret": {"by": "guessed"},
    "no signature": {"signature": "v1="},
    "a signature of something else": {"signature": "v1=" + "0" * 64},
    "signed ten minutes ago": {"at": datetime.now(UTC) - timedelta(minutes=10)},
    "signed for later": {"at": datetime.now(UTC) + timedelta(minutes=10)},
}


@pytest.mark.once
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_stored_for_whoever_has_no_secret(bring, attack):
    refused = bring(EVENT, **ATTACKS[attack])
    assert refused.status_code == 401
    assert [model.objects.count() for model in (Message, Quarantined, Delivery)] == [0, 0, 0]


@pytest.mark.once
@pytest.mark.parametrize("attack", ["another secret", "no signature", "signed ten minutes ago"])
def test_an_address_that_is_not_there_answers_like_one_that_is(bring, attack):
    there = bring(EVENT, **ATTACKS[attack])
    nowhere = bring(EVENT, key="a" * 32, **ATTACKS[attack])
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_the_work_for_an_address_that_is_not_there_is_the_same(bring, django_assert_num_queries):
    bring(EVENT)
    for key in (None, "a" * 32):
        with django_assert_num_queries(1):
            assert bring(EVENT, key=key, by="guessed").status_code == 401


@pytest.mark.once
def test_the_address_of_a_channel_that_fetches_takes_nothing(bring, channel):
    Channel.objects.filter(pk=channel.pk).update(external_id="h" * 32)
    assert bring(EVENT, key="h" * 32).status_code == 401


@pytest.mark.once
def test_before_a_secret_is_made_nothing_is_taken(desk):
    raw, stamp = b"{}", str(int(timezone.now().timestamp()))
    headers = {"X-Rapport-Timestamp": stamp, "X-Rapport-Signature": sign("", stamp, raw)}
    address = reverse("hook", args=[desk.external_id])
    assert Client().post(address, raw, content_type="application/json", headers=headers).status_code == 401


def test_the_old_secret_holds_for_another_day(bring, desk, secret, ana):
    new = actions.new_secret(desk, actor=ana)
    assert [bring(EVENT | {"id": by}, by=by).status_code for by in (secret, new)] == [202, 202]
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert bring(EVENT, by=secret).status_code == 401
        assert bring(EVENT, by=new).status_code == 202


def test_the_secret_before_the_last_holds_no_more(bring, desk, secret, ana):
    actions.new_secret(desk, actor=ana)
    actions.new_secret(desk, actor=ana)
    assert bring(EVENT, by=secret).status_code == 401


# -- the shape of a request --------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_kind_of_body_is_refused(bring, kind):
    assert bring(EVENT, kind=kind).status_code == 415


@pytest.mark.once
@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "application/cloudevents+json", "APPLICATION/JSON"]
)
def test_json_by_any_of_its_names_is_taken(bring, kind):
    assert bring(EVENT, kind=kind).status_code == 202


@pytest.mark.once
def test_a_body_that_is_too_large_is_refused_unread(bring):
    assert bring(b'"' + b"x" * 1_000_000 + b'"').status_code == 413


@pytest.mark.once
def test_a_body_that_does_not_say_how_long_it_is_is_refused(bring):
    assert bring(EVENT, **{"Transfer-Encoding": "chunked"}).status_code == 411


@pytest.mark.once
def test_the_case_of_the_headers_does_not_matter(bring, secret, desk):
    raw, stamp = json.dumps(EVENT).encode(), str(int(timezone.now().timestamp()))
    headers = {"x-rapport-TIMESTAMP": stamp, "X-RAPPORT-signature": sign(secret, stamp, raw)}
    address = reverse("hook", args=[desk.external_id])
    assert Client().post(address, raw, content_type="application/json", headers=headers).status_code == 202


@pytest.mark.once
def test_an_address_that_lost_its_last_slash_is_the_same(secret, desk):
    raw, stamp = json.dumps(EVENT).encode(), str(int(timezone.now().timestamp()))
    headers = {"X-Rapport-Timestamp": stamp, "X-Rapport-Signature": sign(secret, stamp, raw)}
    address = reverse("hook", args=[desk.external_id]).removesuffix("/")
    assert Client().post(address, raw, content_type="application/json", headers=headers).status_code == 202


@pytest.mark.once
def test_looking_at_the_address_shows_nothing(desk):
    assert Client().get(reverse("hook", args=[desk.external_id])).status_code == 405


@pytest.mark.once
def test_no_cookie_is_given_and_none_is_needed(bring):
    answer = bring(EVENT)
    assert not answer.cookies
    assert answer["Content-Type"] == "application/json"


def test_too_many_within_a_minute_are_asked_to_wait(bring, monkeypatch):
    monkeypatch.setattr(hooks, "MOST_A_MINUTE", 2)
    answers = [bring(EVENT | {"id": str(number)}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert Message.objects.count() == 2


def test_attempts_without_the_secret_use_up_nothing_of_that(bring, monkeypatch):
    monkeypatch.setattr(hooks, "MOST_A_MINUTE", 1)
    for _ in range(3):
        bring(EVENT, by="guessed")
    assert bring(EVENT).status_code == 202


def test_deliveries_are_forgotten_when_no_signature_of_theirs_holds(bring, desk):
    bring(EVENT)
    with time_machine.travel(timezone.now() + hooks.REMEMBERED + timedelta(minutes=1)):
        bring(EVENT)
        assert Delivery.objects.count() == 1


def test_a_delivery_is_remembered_while_its_signature_holds(bring):
    now = timezone.now()
    signed = now + timedelta(minutes=4)  # by a clock that is fast
    bring(EVENT, at=signed)
    with time_machine.travel(now + timedelta(minutes=8)):
        bring(EVENT | {"id": "r-2"})
        assert bring(EVENT, at=signed).status_code == 409


@pytest.mark.once
@pytest.mark.parametrize(("state", "status"), [("paused", 503), ("closed", 410)])
def test_a_channel_that_rests_takes_nothing_and_says_so(bring, desk, ana, state, status):
    actions.set_channel(desk, actor=ana, state=state)
    assert bring(EVENT).status_code == status
    assert not Message.objects.exists()


# -- the page ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_ana(ana, client):
    client.force_login(ana)
    return client


@pytest.mark.once
def test_the_page_of_the_channel_shows_the_address_and_never_the_secret(as_ana, desk, secret):
    shown = as_ana.get(reverse("channel", args=[desk.pk])).content.decode()
    assert f"/hooks/{desk.external_id}/" in shown
    assert secret not in shown
    assert "Make a new secret" in shown


@pytest.mark.once
def test_the_page_says_that_nothing_can_be_brought_before_there_is_a_secret(as_ana, desk):
    shown = as_ana.get(reverse("channel", args=[desk.pk])).content.decode()
    assert "Nothing can be brought yet" in shown
    assert "Nothing can be brought before you make one." in shown


@pytest.mark.once
def test_a_pause_does_not_promise_to_fetch_what_nobody_can_fetch(as_ana, desk):
    shown = as_ana.post(reverse("change_channel", args=[desk.pk]), {"do": "pause"}, follow=True).content.decode()
    assert "can be brought again later" in shown
    assert "is fetched when you go on" not in shown


@pytest.mark.once
def test_the_secret_is_shown_when_it_is_made_and_is_on_no_record(as_ana, desk, bring):
    shown = as_ana.post(reverse("new_secret", args=[desk.pk])).content.decode()
    made = re.search(r'id="secret">([^<]+)<', shown)[1]
    assert bring(EVENT, by=made).status_code == 202
    assert AuditEntry.objects.filter(action="channel.secret_made").count() == 2
    assert not any(made in json.dumps(entry.detail) for entry in AuditEntry.objects.all())
    assert verify()


@pytest.mark.once
def test_an_example_is_tried_before_anything_is_connected(as_ana, db):
    form = {
        "channel_name": "Comments",
        "field_name": "shop",
        "field_map": "id=c.id, html=c.html, time=c.at",
        "example": '{"c": {"id": 7, "html": "<b>Where</b> is it?<script>alert(1)</script>", "at": "2026-11-20"}}',
        "do": "try",
    }
    address = reverse("connect_to", args=["webhook"])
    shown = as_ana.post(address, form).content.decode()
    assert "Where is it?" in shown
    assert "<script>alert" not in shown
    assert not Channel.objects.exists()
    wrong = as_ana.post(address, form | {"example": '{"c": 1'}).content.decode()
    assert "it is not JSON" in wrong
    assert as_ana.post(address, form | {"do": "save"}).status_code == 302
    assert Channel.objects.get().config["map"] == "id=c.id, html=c.html, time=c.at"


@pytest.mark.once
def test_the_mapping_is_tried_and_changed(as_ana, desk):
    address = reverse("mapping", args=[desk.pk])
    form = {
        "field_name": "reviews",
        "field_map": "text=body",
        "example": '{"id": 1, "body": "Hello", "time": 1795197840}',
    }
    assert "Hello" in as_ana.post(address, form | {"do": "try"}).content.decode()
    assert as_ana.post(address, form | {"do": "save"}).status_code == 302
    desk.refresh_from_db()
    assert desk.config["map"] == "text=body"
    assert as_ana.post(address, form | {"field_map": "words=body", "do": "save"}).status_code == 422


@pytest.mark.once
def test_a_stranger_makes_no_secret_and_changes_no_mapping(cleo, client, desk, secret):
    client.force_login(cleo)
    before = bytes(Channel.objects.get(pk=desk.pk).sealed)
    for name in ("new_secret", "mapping"):
        assert client.post(reverse(name, args=[desk.pk]), {"do": "save"}).status_code == 404
    assert bytes(Channel.objects.get(pk=desk.pk).sealed) == before
    assert isinstance(actions.new_secret(desk, actor=cleo), Refused)
    assert isinstance(actions.change_answers(desk, {"name": "x"}, actor=cleo), Refused)


@pytest.mark.once
def test_a_channel_that_fetches_has_no_secret_of_this_kind(as_ana, channel):
    assert as_ana.post(reverse("new_secret", args=[channel.pk])).status_code == 404
    assert isinstance(actions.new_secret(channel, actor=channel.owner), Refused)


# -- coverage ----------------------------------------------------------------------------------------------------------


def test_quiet_days_of_a_channel_to_which_messages_are_brought_are_no_gap(desk):
    now = timezone.now()
    Channel.objects.filter(pk=desk.pk).update(created_at=now - timedelta(days=5), last_ok_at=now - timedelta(days=3))
    Pulse.objects.create(
        channel=desk, hour=(now - timedelta(days=3)).replace(minute=0, second=0, microsecond=0), fetches=1
    )
    desk.refresh_from_db()
    assert {hour.state for hour in strip(desk, now, UTC).hours} <= {"none", "delivering", "silent"}
    assert hearing(now).state == "delivering"


# -- the docs ----------------------------------------------------------------------------------------------------------


DOC = Path(__file__).parents[2] / "docs/how-to/webhook.md"


@pytest.mark.once
@pytest.mark.parametrize("language", ["sh", "python"])
def test_the_examples_of_the_docs_sign_what_we_take(bring, desk, secret, tmp_path, language, monkeypatch):
    """Each is run as it stands, with a curl (or a urlopen) that keeps what it would have sent."""
    code = re.search(rf"```{language}\n(.*?)```", DOC.read_text(), re.DOTALL)[1]
    code = code.replace("YOUR-SECRET", secret)
    if language == "sh":
        kept = tmp_path / "kept"
        fake = tmp_path / "curl"
        fake.write_text(f'#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done > {kept}\n')
        fake.chmod(0o700)
        subprocess.run(["sh", "-c", code], check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
        words = kept.read_text().split("\0")
        told = dict(word.split(": ", 1) for word in words if word.startswith("X-Rapport"))
        raw = words[words.index("--data-binary") + 1].encode()
    else:
        sent = []
        monkeypatch.setattr("urllib.request.urlopen", lambda request: sent.append(request))
        exec(compile(code, "webhook.md", "exec"), {})  # noqa: S102 - our own example
        told, raw = {name: value for name, value in sent[0].header_items() if name.startswith("X-r")}, sent[0].data
    address = reverse("hook", args=[desk.external_id])
    answer = Client().post(address, raw, content_type="application/json", headers=told)
    assert answer.status_code == 202, answer.content
