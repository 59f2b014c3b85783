"""What the tortures do with the organisation that is tortured: each runs in a process of its own (see `stable.py`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from rapport.connectors import contract
from rapport.core.types import Refused
from rapport.server.listen import actions as listening
from rapport.server.listen.models import RECHECK, Channel, Cursor, Message, Quarantined
from rapport.server.organise import actions as organising
from rapport.server.organise.models import User
from rapport.server.organise.record import verify
from rapport.server.prepare import bring_up_to_date
from rapport.server.respond import actions as responding
from rapport.server.respond.models import Outgoing
from rapport.server.route import actions as routing
from rapport.server.route.models import Conversation


def found(connector: str, answers: dict[str, str]) -> dict[str, str]:
    """From nothing to a channel, open for answers where there are any. What one needs to bring something there."""
    bring_up_to_date()
    ana = _sure(
        organising.found(
            name="Four Ferries",
            time_zone="UTC",
            admin_name="Ana",
            email="ana@example.org",
            password="four ferries in a row",
        )
    )
    _sure(routing.save_rules("* -> hub", reason="to begin with", actor=ana))
    channel = _sure(listening.connect("The channel", connector, answers, actor=ana))
    kind, secret = contract.load(connector), ""
    if isinstance(kind, contract.Sends):
        channel = _sure(listening.set_channel(channel, actor=ana, answers=True))
    if isinstance(kind, contract.Receives):
        secret = _sure(listening.new_secret(channel, actor=ana))
    return {"address": channel.external_id, "secret": secret}


def follow_feeds(ports: list[int]) -> None:
    """A channel for each of these feeds, due in this order; nobody asks first whether they are there."""
    bring_up_to_date()
    now = timezone.now()
    for place, port in enumerate(ports):
        config = {"url": f"http://127.0.0.1:{port}/"}
        channel = Channel.objects.create(
            name=f"Feed {place}", connector="feeds", network="feeds", config=config, keep_all=True
        )
        due = now - timedelta(seconds=len(ports) - place)
        Cursor.objects.create(channel=channel, source="entries", every_seconds=300, next_at=due)


def heard() -> int:
    return Message.objects.count()


def _sure(answer: Any) -> Any:
    assert not isinstance(answer, Refused), answer
    return answer


def answer_everything() -> int:
    """Ana answers every conversation in which nobody has answered yet. How many that were."""
    ana, count = User.objects.get(), 0
    for talk in _unanswered().filter(state="open"):
        draft = responding.save_draft(talk, text=f"We have read you, {talk.pk}.", version=0, actor=ana)
        if isinstance(draft, Refused):
            continue
        sent = responding.send(talk, text=draft.text, version=draft.version, actor=ana)
        count += not isinstance(sent, Refused)
    return count


def _unanswered() -> QuerySet[Conversation]:
    open_for_answers = Conversation.objects.filter(channel__answers=True)
    return open_for_answers.exclude(pk__in=Outgoing.objects.values("conversation"))


def hurry() -> None:
    """Nobody waits for the next time: it is asked now, and what was put off is tried again."""
    now = timezone.now()
    Cursor.objects.filter(channel__state="listening").update(next_at=now)
    Message.objects.filter(next_try_at__gt=now).update(next_try_at=now)


def look_again() -> None:
    Cursor.objects.filter(source=RECHECK).update(next_at=timezone.now(), every_seconds=F("every_seconds"))


def ledger() -> dict[str, Any]:
    """Everything that is looked at in the end."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        integrity = cursor.fetchone()[0]
    messages = Message.objects.filter(ours=False, context=False)
    return {
        "integrity": integrity,
        "record": verify(),
        "messages": [
            [key, text, state, removed is not None]
            for key, text, state, removed in messages.values_list("external_id", "text", "state", "removed_at")
        ],
        "answers": list(Outgoing.objects.values("text", "state", "attempts", "trouble", "parent__external_id")),
        "quarantined": list(Quarantined.objects.values_list("where", "reason")),
        "channel": Channel.objects.get().trouble,
        "unanswered": [talk.pk for talk in _unanswered() if responding.answerable(talk)],
    }
