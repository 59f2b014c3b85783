"""Every address that the URLconf has: as nobody, as Cleo, who is a stranger to it all, and with keys of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import serializers
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from rapport.core.types import Page, Reject
from rapport.server.listen import actions as listening
from rapport.server.listen import receiving
from rapport.server.listen.models import Brief, Channel, Gap, Import, Message, Quarantined
from rapport.server.measure import coders, frames
from rapport.server.measure.models import Alarm, Annotation, Code, Coder, Drawn, Goal, Guidance, Line
from rapport.server.organise.models import AuditHead, Team, User
from rapport.server.pages.middleware import OPEN
from rapport.server.relate.models import Person
from rapport.server.respond import actions as responding
from rapport.server.respond.models import Draft, Outgoing
from rapport.server.route import actions as routing
from rapport.server.route import labelling
from rapport.server.route.models import Conversation, Note
from rapport.server.understand.models import Head, Label
from tests.server.test_own_reader import made

SECRET = "zorbotron"
NOW = timezone.now()
NOON_AFTER = NOW + timedelta(days=2)  # the day of every message here is over
WORDS = {"name": "harbour", "form": "svg", "kind": "csv", "state": "stopped", "what": "dismiss", "action": "close"}
WORDS |= {"uidb36": "1", "row": "1", "reader": "tone"}
# What everybody in the organisation may do to their own account, and what changes nothing of anybody's.
OWN = {"account", "theme", "account_logout"}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str, str]]:
    """(name, path with keys filled in, the folder that the key belongs to)."""
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        else:
            yield str(pattern.name), "/" + path, path.partition("<")[0]


ALL = list(addresses(get_resolver().url_patterns))


@pytest.fixture
def secrets(talk, ben, channel, ana, tmp_path):
    """One of everything, all of it the service team's or the hub's, with a word in it that nobody else may read."""
    message = Message.objects.get()
    Message.objects.filter(pk=message.pk).update(text=f"My {SECRET} is late")
    Conversation.objects.update(preview=f"My {SECRET} is late", who=f"Kim {SECRET}", assignee=ben)
    Person.objects.update(name=f"Kim {SECRET}", about=SECRET)
    routing.note(talk, text=SECRET, actor=ben)
    responding.save_draft(talk, text=SECRET, version=0, actor=ben)
    listening.save_brief(None, name="Us", query="late", purpose="brand", actor=ana)
    page = Page(rejects=(Reject("item", f"about {SECRET}", SECRET.encode()),))
    receiving.receive(page, channel, "mentions")
    file = tmp_path / "a.csv"
    file.write_text(SECRET)
    listening.begin_import(channel, path=str(file), file_name="a.csv", size_bytes=9, mapping={}, actor=ana)
    coders.set_coder(ben, languages=["en"], actor=ana)
    frames.close_day(message.published_at.date(), NOON_AFTER)
    return {
        "course/desk/agreement/": Drawn.objects.get().pk,
        "inbox/": talk.pk,
        "people/": Person.objects.get().pk,
        "listen/channels/": channel.pk,
        "listen/briefs/": Brief.objects.get().pk,
        "listen/imports/": Import.objects.get().pk,
        "listen/coverage/gaps/": Gap.objects.create(channel=channel, source="mentions", start=NOW, kind="down").pk,
        "listen/quarantine/": Quarantined.objects.get().pk,
        "settings/readers/tone/own/": made().pk,
        "settings/readers/tone/label/": labelling.draw(actor=ben).drawn.get().pk,
        "course/lines/": (line := Line.objects.create(name="Wheelhouse")).pk,
        "course/goals/": Goal.objects.create(line=line, target=0.2, by_date=NOW.date()).pk,
        "course/alarms/": Alarm.objects.create(line=line, kind="red", day=NOW.date()).pk,
        "course/annotations/": Annotation.objects.create(line=line, day=NOW.date(), text="Gale").pk,
        "settings/teams/": Team.objects.get(slug="service").pk,
        "settings/members/": ana.pk,
    }


def fill(path: str, folder: str, keys: dict[str, int]) -> str:
    for converter, name in (("int", "key"), ("slug", "key"), ("str", "key")):
        path = path.replace(f"<{converter}:{name}>", str(keys.get(folder, "volume")))
    for name, word in WORDS.items():
        for converter in ("int", "slug", "str"):
            path = path.replace(f"<{converter}:{name}>", word)
    assert "<" not in path, path
    return path


def everything() -> str:
    """All that could be changed, as text."""
    models = [
        Conversation,
        Message,
        Note,
        Draft,
        Outgoing,
        Person,
        Brief,
        Import,
        Quarantined,
        Channel,
        Gap,
        Head,
        Label,
        Line,
        Goal,
        Alarm,
        Annotation,
        Coder,
        Guidance,
        Drawn,
        Code,
        Team,
        User,
    ]
    User.objects.update(last_login=None)  # that they signed in is theirs to change
    rows = [row for model in models for row in model.objects.order_by("pk")]
    return serializers.serialize("json", rows)


@pytest.mark.once
def test_nobody_gets_in_and_nothing_changes(secrets, method):
    before, wrong = everything(), []
    for name, path, folder in ALL:
        url = fill(path, folder, secrets)
        response = getattr(Client(), method)(url)
        sent_away = response.status_code == 302 and response["Location"].startswith("/accounts/login/")
        if not (url.startswith(OPEN) or sent_away) or SECRET in content(response) or everything() != before:
            wrong.append((name, url, response.status_code))
    assert not wrong


def test_a_stranger_sees_and_changes_nothing_of_anybody_else(secrets, cleo, method):
    before, wrong = everything(), []
    for name, path, folder in ALL:
        if method == "post" and name in OWN:
            continue
        client = Client()
        client.force_login(cleo)
        record, url = AuditHead.objects.get().sequence, fill(path, folder, secrets)
        response = getattr(client, method)(url, {"q": "late", "text": "hello", "version": "1"})
        shown = content(response)
        theirs = folder in ("inbox/", "people/") and "<" in path and response.status_code == 200
        now = everything()
        changed, before = now != before or AuditHead.objects.get().sequence != record, now
        if response.status_code >= 500 or theirs or SECRET in shown or changed:
            wrong.append((name, url, response.status_code, theirs, SECRET in shown, changed))
    assert not wrong


@pytest.mark.parametrize("there", [True, False])
def test_no_address_is_an_error_of_ours_with_rows_behind_it_or_without(secrets, ana, there):
    """With every database: what pages say is tested with one (`once`), what they ask is asked of each here."""
    keys = secrets if there else dict.fromkeys(secrets, 99_999_999)
    client, wrong = Client(), []
    for name, path, folder in ALL:
        client.force_login(ana)
        url = fill(path, folder, keys)
        if client.get(url).status_code >= 500:
            wrong.append((name, url))
    assert not wrong


@pytest.fixture(params=["get", "post"])
def method(request) -> str:
    return request.param


def content(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace")


def test_there_are_addresses_to_walk_over():
    assert len(ALL) > 50
