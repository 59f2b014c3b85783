"""What others wrote below ours is hidden, shown, reported or removed on its platform: once, and with a reason."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Deletion, Refused
from rapport.server.listen import actions as listening
from rapport.server.listen.models import Channel, Message
from rapport.server.organise.models import AuditEntry, Role, User
from rapport.server.organise.record import fingerprint
from rapport.server.respond import deliver, moderating
from rapport.server.respond.models import Moderation
from rapport.server.route.models import Conversation
from tests.server.conftest import PASSWORD, member

WHY = "It names a third person."


@pytest.fixture
def message(talk):
    return Message.objects.get(ours=False)


@pytest.fixture
def as_user(client):
    def sign_in(user: User):
        assert client.login(email=user.email, password=PASSWORD)
        return client

    return sign_in


def hide(message, who, action="hide"):
    row = moderating.moderate(message, action=action, reason=WHY, actor=who)
    assert isinstance(row, Moderation), row
    return row


def state(row):
    row.refresh_from_db()
    return row.state


@pytest.fixture(autouse=True)
def at_once(settings):
    settings.UNDO_SECONDS = 0


def test_a_message_is_hidden_once_and_the_record_names_who_and_proves_why(message, ben, harbour):
    row = hide(message, ben)
    assert deliver.turn("sender-1")
    assert (state(row), harbour.moderated) == ("done", [(message.external_id, "hide")])
    assert not deliver.turn("sender-1")
    queued = AuditEntry.objects.get(action="moderation.queued")
    assert queued.actor == f"user:{ben.pk} Ben"
    assert (queued.detail["what"], queued.detail["reason"]) == ("hide", fingerprint(WHY))
    assert WHY not in str(queued.detail)
    assert AuditEntry.objects.get(action="moderation.done").target == f"moderation:{row.pk}"


@pytest.mark.once
@pytest.mark.parametrize("reason", ["", "  \n "])
def test_nothing_is_done_without_a_reason(message, ben, reason):
    assert isinstance(moderating.moderate(message, action="hide", reason=reason, actor=ben), Refused)
    assert not Moderation.objects.exists()


def test_a_stranger_to_the_conversation_may_not(message, cleo):
    assert isinstance(moderating.moderate(message, action="hide", reason=WHY, actor=cleo), Refused)
    assert not Moderation.objects.exists()


def test_only_those_who_may_remove_delete(message, ben, ana, harbour):
    assert isinstance(moderating.moderate(message, action="delete", reason=WHY, actor=ben), Refused)
    lead = member("Lea", Role.LEAD, "service", ana)
    row = hide(message, lead, "delete")
    deliver.turn("sender-1")
    assert state(row) == "done"


def test_the_opposite_is_offered_afterwards_and_nothing_twice(message, ben, harbour):
    hide(message, ben)
    assert isinstance(moderating.moderate(message, action="spam", reason=WHY, actor=ben), Refused)  # one is under way
    deliver.turn("sender-1")
    assert isinstance(moderating.moderate(message, action="hide", reason=WHY, actor=ben), Refused)
    hide(message, ben, "show")
    deliver.turn("sender-1")
    assert [action for _, action in harbour.moderated] == ["hide", "show"]
    assert moderating.done_to(message)[-1] == "show"


def offers(message, user):
    return moderating.offered(message, moderating.done_to(message), user)


def done(message, user, *actions):
    for action in actions:
        hide(message, user, action)
        deliver.turn("sender-1")


def test_what_is_hidden_can_still_be_reported_and_what_is_reported_shown_again(message, ben, harbour):
    done(message, ben, "hide")
    assert offers(message, ben) == ["show", "report", "spam"]
    done(message, ben, "report")
    assert offers(message, ben) == ["show", "spam"]
    done(message, ben, "show")
    assert offers(message, ben) == ["hide", "spam"]
    assert [action for _, action in harbour.moderated] == ["hide", "report", "show"]


@pytest.mark.once
def test_the_page_names_all_that_stands(client, message, ben, harbour):
    done(message, ben, "hide", "report")
    client.force_login(ben)
    page = client.get(reverse("conversation", args=[Conversation.objects.get().pk])).content.decode()
    assert "By us: hidden on the site, reported to the platform." in page


def test_a_stranger_is_offered_the_same_and_refused(message, ben, cleo, harbour):
    done(message, ben, "hide")
    assert isinstance(moderating.moderate(message, action="report", reason=WHY, actor=cleo), Refused)
    assert harbour.moderated == [(message.external_id, "hide")]


def test_of_what_was_deleted_nothing_is_offered(message, ana, harbour):
    done(message, ana, "report", "delete")
    assert offers(message, ana) == []


def test_within_the_undo_window_it_is_taken_back(message, ben, harbour, settings):
    settings.UNDO_SECONDS = 60
    row = hide(message, ben)
    assert not deliver.turn("sender-1")
    assert moderating.withdraw(row, actor=ben)
    Moderation.objects.update(send_after=timezone.now())
    assert (state(row), deliver.turn("sender-1"), harbour.moderated) == ("withdrawn", False, [])
    assert isinstance(moderating.withdraw(row, actor=ben), Refused)


def test_where_no_clear_answer_came_it_is_done_again(message, ben, harbour):
    row = hide(message, ben)
    harbour.after = OutcomeUnknown("The line went dead.")
    deliver.turn("sender-1")
    assert (state(row), isinstance(moderating.withdraw(row, actor=ben), Refused)) == ("unknown", True)
    harbour.after = None
    assert not deliver.turn("sender-1")  # not at once
    Moderation.objects.update(send_after=timezone.now())
    deliver.turn("sender-1")
    assert (state(row), len(harbour.moderated)) == ("done", 2)


@pytest.fixture
def doubtful(message, ben, harbour):
    """A report of which nobody knows whether it arrived."""
    row = hide(message, ben, "report")
    harbour.after = OutcomeUnknown("The line went dead.")
    deliver.turn("sender-1")
    harbour.after = None
    Moderation.objects.update(send_after=timezone.now() - timedelta(hours=1))
    assert state(row) == "unknown"
    return row


def test_a_report_in_doubt_is_not_made_again_by_itself(doubtful, harbour):
    assert not deliver.turn("sender-1")
    assert harbour.moderated == [(doubtful.message.external_id, "report")]


def test_a_person_takes_a_report_in_doubt_for_made(doubtful, ben, cleo, harbour):
    assert isinstance(moderating.settle_unknown(doubtful, actor=cleo), Refused)
    assert moderating.settle_unknown(doubtful, actor=ben)
    assert (state(doubtful), deliver.turn("sender-1"), len(harbour.moderated)) == ("done", False, 1)
    assert isinstance(moderating.settle_unknown(doubtful, actor=ben), Refused)
    assert AuditEntry.objects.get(action="moderation.settled_by_hand").actor == f"user:{ben.pk} Ben"


def test_a_person_makes_a_report_in_doubt_again(doubtful, ben, harbour):
    assert moderating.retry(doubtful, actor=ben)
    deliver.turn("sender-1")
    assert (state(doubtful), len(harbour.moderated)) == ("done", 2)


def test_what_is_done_again_by_itself_asks_no_person(message, ben, harbour):
    row = hide(message, ben)
    harbour.after = OutcomeUnknown("The line went dead.")
    deliver.turn("sender-1")
    assert state(row) == "unknown"
    assert isinstance(moderating.retry(row, actor=ben), Refused)
    assert isinstance(moderating.settle_unknown(row, actor=ben), Refused)


def test_a_report_that_a_dead_sender_had_begun_waits_for_a_person(message, ben, harbour):
    row = hide(message, ben, "report")
    moderating.take("sender-1", timezone.now())
    Moderation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    deliver.turn("sender-2")
    deliver.turn("sender-2")
    assert (state(row), harbour.moderated) == ("unknown", [])


def test_only_what_is_possible_with_this_message_is_offered(message, ben, harbour):
    harbour.possible = lambda us, ref: ("report",) if us == "us" else ()
    assert moderating.offered(message, [], ben) == ["report"]
    assert isinstance(moderating.moderate(message, action="hide", reason=WHY, actor=ben), Refused)


@pytest.mark.parametrize(
    ("trouble", "then"),
    [
        (ConnectorError("Gone.", permanent=True), "failed"),
        (ConnectorError("Busy."), "queued"),
        (RateLimited("Too many."), "queued"),
        (ValueError("no such field"), "unknown"),
    ],
)
def test_trouble_means_what_it_says(message, ben, harbour, trouble, then):
    row = hide(message, ben)
    harbour.before = trouble
    deliver.turn("sender-1")
    assert state(row) == then


def test_a_failure_waits_for_a_person_who_tries_again(message, ben, cleo, harbour):
    row = hide(message, ben)
    harbour.before = ConnectorError("Gone.", permanent=True)
    deliver.turn("sender-1")
    harbour.before = None
    assert isinstance(moderating.retry(row, actor=cleo), Refused)
    assert moderating.retry(row, actor=ben)
    deliver.turn("sender-1")
    assert state(row) == "done"


def test_a_refused_sign_in_freezes_the_channel_and_it_goes_on_afterwards(message, ben, ana, harbour):
    row = hide(message, ben)
    harbour.before = NeedsSignIn("Harbour refused the password.")
    deliver.turn("sender-1")
    channel = Channel.objects.get()
    assert (state(row), channel.state) == ("queued", "needs_sign_in")
    harbour.before = None
    listening.sign_in_again(channel, {"handle": "calm", "password": "right"}, actor=ana)
    Moderation.objects.update(send_after=timezone.now())
    deliver.turn("sender-1")
    assert state(row) == "done"


def test_what_a_dead_sender_had_begun_is_done_again(message, ben, harbour):
    row = hide(message, ben)
    held = moderating.take("sender-1", timezone.now())
    assert not deliver.turn("sender-2")  # it is held
    Moderation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    deliver.turn("sender-2")
    assert (state(row), row.attempts) == ("done", 2)
    moderating.not_done(held, ConnectorError("No connection.", permanent=True), worker="sender-1")
    assert state(row) == "done"


def test_a_channel_that_is_shut_for_answers_moderates_nothing(message, ben, ana, harbour):
    row = hide(message, ben)
    listening.set_channel(Channel.objects.get(), actor=ana, answers=False)
    assert (deliver.turn("sender-1"), state(row)) == (False, "queued")
    Moderation.objects.all().delete()
    assert isinstance(moderating.moderate(message, action="hide", reason=WHY, actor=ben), Refused)


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_one_hides_a_message_in_its_conversation_and_sees_by_whom_and_why(talk, message, ben, as_user, harbour):
    client = as_user(ben)
    page = client.get(f"/inbox/{talk.pk}/").content.decode()
    assert f"moderate={message.pk}" in page
    form = client.get(f"/inbox/{talk.pk}/?moderate={message.pk}").content.decode()
    assert "Hide it on the site" in form
    assert "Delete it on the site" not in form
    answer = client.post(f"/inbox/{talk.pk}/moderate/{message.pk}/", {"do": "hide", "reason": WHY}, follow=True)
    assert "Hide it on the site: in a moment (Ben)" in answer.content.decode()
    deliver.turn("sender-1")
    page = client.get(f"/inbox/{talk.pk}/").content.decode()
    assert "<b>Ben</b> hid what Kim said on the site" in page
    assert WHY in page
    assert "hidden on the site" in page
    assert "Show it on the site again" in client.get(f"/inbox/{talk.pk}/?moderate={message.pk}").content.decode()


def test_a_report_in_doubt_asks_for_a_decision_at_home_and_in_the_conversation(talk, doubtful, ben, as_user):
    client = as_user(ben)
    assert "nobody knows whether the report by Ben arrived" in client.get("/").content.decode()
    page = client.get(f"/inbox/{talk.pk}/").content.decode()
    assert "It is not done again by itself" in page
    assert f"/inbox/{talk.pk}/again/{doubtful.pk}/" in page
    client.post(f"/inbox/{talk.pk}/arrived/{doubtful.pk}/")
    assert state(doubtful) == "done"


@pytest.mark.once
def test_a_form_without_a_reason_comes_back(talk, message, ben, as_user):
    answer = as_user(ben).post(f"/inbox/{talk.pk}/moderate/{message.pk}/", {"do": "spam", "reason": ""})
    assert answer.status_code == 422
    assert 'value="spam" checked' in answer.content.decode()


@pytest.mark.once
def test_a_stranger_finds_neither_form_nor_action(talk, message, ben, cleo, as_user):
    row = hide(message, ben)
    client = as_user(cleo)
    assert client.get(f"/inbox/{talk.pk}/?moderate={message.pk}").status_code == 404
    for what, key in (("moderate", message.pk), ("take-back", row.pk), ("again", row.pk), ("arrived", row.pk)):
        posted = client.post(f"/inbox/{talk.pk}/{what}/{key}/", {"do": "hide", "reason": WHY})
        assert posted.status_code == 404
    assert state(row) == "queued"


def test_what_we_took_off_the_site_is_not_said_to_be_its_authors_doing(talk, message, ben, as_user, hear):
    hide(message, ben, "spam")
    deliver.turn("sender-1")
    hear(deletions=(Deletion("harbour", message.external_id),))
    page = as_user(ben).get(f"/inbox/{talk.pk}/").content.decode()
    assert "By us: marked as spam on the site." in page
    assert "Its author took this message back." not in page


# -- a sender that is killed -----------------------------------------------------------------------------------------

# Hides a message on a platform that is a file with a line for each call. A database of its own.
STORY = """
import sys
from datetime import UTC, datetime
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from rapport.connectors import contract
from rapport.core.types import Author, Message, Page
from rapport.server import alive
from rapport.server.listen import actions as listening
from rapport.server.listen import receiving
from rapport.server.listen.models import Channel, Message as Row
from rapport.server.organise import actions as organising
from rapport.server.respond import deliver, moderating
from rapport.server.respond.models import Moderation, Outgoing
from rapport.server.route import actions as routing
from rapport.server.work import settle
from tests.server.harbour import Harbour

class Filed(Harbour):
    def moderate(self, account, external_id, ref, action, reason):
        with open(sys.argv[1], "a") as file:
            file.write(f"{external_id} {action}\\n")

platform = Filed()
contract.load = lambda name: platform
settings.UNDO_SECONDS = 0
call_command("migrate", verbosity=0)
if not Channel.objects.exists():
    whose = {"admin_name": "Ana", "email": "a@calm.example", "password": "four ferries"}
    ana = organising.found(name="Calm", time_zone="UTC", **whose)
    routing.save_rules("* -> hub", reason="to begin with", actor=ana)
    channel = listening.connect("Harbour", "harbour", {"handle": "calm", "password": "right"}, actor=ana)
    listening.set_channel(channel, actor=ana, answers=True)
    kim, now = Author("harbour", "kim"), datetime.now(UTC)
    said = Message("harbour", "one", kim, "Late again", now, addressed=True, thread_id="one")
    receiving.receive(Page(messages=(said,)), channel, "mentions")
    settle("test")
    row = moderating.moderate(Row.objects.get(), action="hide", reason="It names a third person.", actor=ana)
    assert row, row
with alive.at_work("sender", Outgoing.objects.all(), Moderation.objects.all()) as worker:
    deliver.flush_to_disk()
    while deliver.turn(worker):
        pass
print(*Moderation.objects.values_list("state", "attempts").get())
"""


@pytest.mark.parametrize(("point", "calls"), [("moderate.before_call", 1), ("moderate.after_call", 2)])
def test_a_sender_that_is_killed_in_the_middle_of_it_does_it_in_the_end(tmp_path, point, calls):
    """After the call it is done a second time, which by contract changes nothing; before it, only once."""
    base = {name: value for name, value in os.environ.items() if name != "RAPPORT_DATABASE_URL"}
    base |= {"RAPPORT_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "rapport.server.settings"}
    base |= {"RAPPORT_CRASH_AT": point, "RAPPORT_CRASH_MARK": str(tmp_path / "mark")}
    platform = tmp_path / "platform"
    command = [sys.executable, "-c", STORY, str(platform)]
    killed = subprocess.run(command, env=base, capture_output=True, text=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert (tmp_path / "mark").read_text() == point
    again = subprocess.run(command, env=base, capture_output=True, text=True, timeout=120)
    assert again.stdout.split() == ["done", "2"], again.stderr[-2000:]
    assert platform.read_text() == "one hide\n" * calls
