"""A channel says what should not be posted on it, in approved words; and when nobody can speak to us there at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from rapport.core.errors import ConnectorError
from rapport.core.types import Refused
from rapport.server.listen import actions as listening
from rapport.server.listen import caution, deaf
from rapport.server.listen.models import Caution, Channel
from rapport.server.organise.models import AuditEntry, Notice, User
from rapport.server.respond import deliver, moderating
from rapport.server.respond.models import Draft, Outgoing
from rapport.server.route.models import Conversation
from tests.server.conftest import PASSWORD

WORDS = "Please do not post your number here. Write to us at {private}."
FILLED = "Please do not post your number here. Write to us at letters@calm.example."
CLOSED = "Comments are switched off on the posts that came last."


@pytest.fixture
def as_user(client):
    def sign_in(user: User):
        assert client.login(email=user.email, password=PASSWORD)
        return client

    return sign_in


@pytest.fixture
def letters(ana) -> Channel:
    return Channel.objects.create(name="Letters", connector="email", network="email", handle="letters@calm.example")


@pytest.fixture
def approved(channel, letters, ana) -> Channel:
    """The channel, with a caution that names where to write instead."""
    assert isinstance(caution.set_private(channel, letters, actor=ana), Channel)
    assert isinstance(caution.approve(channel, language="", text=WORDS, actor=ana), Caution)
    return Channel.objects.get(pk=channel.pk)


@pytest.fixture
def exposed(approved, hear, says) -> Conversation:
    """Somebody wrote their telephone number for all to read."""
    hear(says("My ferry was late, call me on +45 20 12 34 56 about the refund."))
    return Conversation.objects.get()


# -- the words -------------------------------------------------------------------------------------------------------


def test_the_record_proves_who_approved_which_version_without_the_words(approved, ana):
    again = caution.approve(approved, language="", text="No numbers here.", actor=ana)
    assert (again.version, again.approved_by) == (2, ana)
    entry = AuditEntry.objects.filter(action="caution.approved").order_by("-sequence").first()
    assert (entry.detail["version"], entry.actor) == (2, f"user:{ana.pk} Ana Lind")
    assert "numbers" not in str(entry.detail)
    assert [row.text for row in caution.standing(approved)] == ["No numbers here."]
    assert isinstance(caution.approve(approved, language="", text="No numbers here.", actor=ana), Refused)


def test_who_only_answers_approves_nothing(channel, ben):
    assert isinstance(caution.approve(channel, language="", text="No numbers here.", actor=ben), Refused)
    assert isinstance(caution.set_private(channel, None, actor=ben), Refused)
    assert not Caution.objects.exists()


@pytest.mark.once
def test_the_words_follow_the_language_of_the_message(approved, ana):
    caution.approve(approved, language="de", text="Bitte keine Nummern.", actor=ana)
    assert caution.words(approved, "de") == "Bitte keine Nummern."
    assert caution.words(approved, "de-CH") == "Bitte keine Nummern."
    assert caution.words(approved, "fr") == FILLED
    caution.approve(approved, language="", text="", actor=ana)  # an empty one takes it away
    assert caution.words(approved, "fr") == "Bitte keine Nummern."


def test_a_private_channel_that_is_not_there_is_never_named(channel, approved, letters, ana):
    assert isinstance(caution.set_private(approved, None, actor=ana), Refused)  # its words name it
    assert isinstance(caution.set_private(approved, approved, actor=ana), Refused)
    Channel.objects.filter(pk=letters.pk).update(state="closed")
    assert caution.words(Channel.objects.get(pk=channel.pk), "en") == ""


def test_without_a_private_channel_no_words_that_name_one_are_approved(channel, ana):
    assert isinstance(caution.approve(channel, language="", text=WORDS, actor=ana), Refused)


# -- answering -------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_one_press_puts_the_caution_below_what_was_typed_and_sends_nothing(exposed, ben, as_user, harbour):
    client = as_user(ben)
    page = client.get(f"/inbox/{exposed.pk}/").content.decode()
    assert "Put the caution into the draft" in page
    assert "Hide it on the site" in page
    assert FILLED in page
    key = exposed.placements.get().message_id
    typed = {"text": "We are sorry, Kim.", "version": "0"}
    client.post(f"/inbox/{exposed.pk}/caution/{key}/", typed)
    assert Draft.objects.get().text == f"We are sorry, Kim.\n\n{FILLED}"
    assert (Outgoing.objects.exists(), deliver.turn("sender-1"), harbour.calls) == (False, False, 0)
    page = client.get(f"/inbox/{exposed.pk}/").content.decode()
    assert "Put the caution into the draft" not in page  # it is there
    assert "contains private data" not in page  # our own address is not


@pytest.mark.once
def test_where_nothing_private_was_said_the_caution_is_a_hint_only(approved, talk, ben, as_user):
    page = as_user(ben).get(f"/inbox/{talk.pk}/").content.decode()
    assert "What should not be posted here" in page
    assert "Put the caution into the draft" not in page


def test_what_we_hid_is_no_longer_called_open_to_others(exposed, ben, as_user, settings):
    settings.UNDO_SECONDS = 0
    message = exposed.placements.get().message
    assert moderating.moderate(message, action="hide", reason="It holds a number.", actor=ben)
    client = as_user(ben)
    assert "Put the caution into the draft" in client.get(f"/inbox/{exposed.pk}/").content.decode()
    deliver.turn("sender-1")
    assert "Put the caution into the draft" not in client.get(f"/inbox/{exposed.pk}/").content.decode()


@pytest.mark.once
def test_a_stranger_gets_no_draft(exposed, cleo, as_user):
    key = exposed.placements.get().message_id
    assert as_user(cleo).post(f"/inbox/{exposed.pk}/caution/{key}/", {"version": "0"}).status_code == 404
    assert not Draft.objects.exists()


@pytest.mark.once
def test_ana_approves_on_the_page_of_the_channel_and_ben_only_reads(channel, letters, ana, ben, as_user, monkeypatch):
    monkeypatch.setattr("rapport.connectors.contract.names", lambda: ("harbour",))
    client = as_user(ana)
    at = f"/listen/channels/{channel.pk}/"
    client.post(f"{at}private/", {"private": letters.pk})
    page = client.post(f"{at}caution/", {"language": "en", "text": WORDS}, follow=True).content.decode()
    assert "version 1, approved by Ana Lind" in page
    client = as_user(ben)
    page = client.get(at).content.decode()
    assert "version 1, approved by Ana Lind" in page
    assert "Approve these words" not in page
    client.post(f"{at}caution/", {"language": "en", "text": "Ha."})
    assert Caution.objects.count() == 1


# -- deaf ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shut(harbour, monkeypatch):
    """Comments are switched off on the platform, or on again."""
    check = type(harbour).check

    def switch(words: str) -> None:
        monkeypatch.setattr(harbour, "check", lambda account: replace(check(harbour, account), deaf=words))

    return switch


@pytest.mark.once
def test_a_channel_on_which_nobody_can_speak_says_so_everywhere(channel, ana, shut, as_user):
    shut(CLOSED)
    assert deaf.look(timezone.now()) == 1
    assert deaf.look(timezone.now()) == 0  # nothing new
    (notice,) = Notice.objects.filter(user=ana)
    assert (notice.what, notice.detail["trouble"]) == ("deaf", CLOSED)
    client = as_user(ana)
    for page in ("/", "/listen/", f"/listen/channels/{channel.pk}/"):
        assert f"Nobody can speak to us there: {CLOSED}" in client.get(page).content.decode(), page
    shut("")
    deaf.look(timezone.now())
    assert [row.what for row in Notice.objects.filter(read_at=None)] == ["not_deaf"]
    assert "Nobody can speak" not in client.get("/listen/").content.decode()


def test_it_is_known_from_the_first_day_and_after_signing_in_again(ana, harbour, shut):
    shut(CLOSED)
    channel = listening.connect("Second", "harbour", {"handle": "calm", "password": "right"}, actor=ana)
    assert (channel.deaf, Notice.objects.filter(what="deaf").count()) == (CLOSED, 1)
    shut("")
    channel = listening.sign_in_again(channel, {"handle": "calm", "password": "right"}, actor=ana)
    assert (channel.deaf, Notice.objects.filter(what="deaf", read_at=None).count()) == ("", 0)


@pytest.mark.once
def test_a_platform_that_cannot_be_asked_changes_nothing(channel, harbour, monkeypatch):
    Channel.objects.update(deaf=CLOSED)

    def fail(account: object) -> None:
        raise ConnectorError("No connection.")

    monkeypatch.setattr(harbour, "check", fail)
    assert deaf.look(timezone.now()) == 0
    assert Channel.objects.get(pk=channel.pk).deaf == CLOSED


@pytest.mark.once
def test_a_platform_on_which_one_can_always_speak_is_not_asked(channel, harbour, shut, monkeypatch):
    shut(CLOSED)
    monkeypatch.setattr(type(harbour), "can_be_deaf", False)
    assert deaf.look(timezone.now()) == 0
    assert Channel.objects.get(pk=channel.pk).deaf == ""
