"""Messages as the query language sees them once they are read and placed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from rapport.core.types import Document
from rapport.server.listen.models import Message
from rapport.server.route.models import Conversation

RELATED = ("author", "channel", "reading", "placement__conversation__team", "placement__conversation__assignee")


def document(message: Message) -> Document:
    """`message` comes with RELATED selected; what it does not have yet (a reading, a place) is simply not there."""
    fields: dict[str, str | float | bool | datetime | Sequence[str]] = {
        "author": (message.author.handle, message.author.name),
        "network": message.network,
        "channel": message.channel.name,
        "published": message.published_at,
        "heard": message.heard_at,
    }
    if reading := getattr(message, "reading", None):
        fields |= {
            "language": reading.language,
            "tone": reading.tone,
            "kind": tuple(reading.kinds),
            "private": bool(reading.private),
        }
    fields["addressed"] = message.addressed
    if place := getattr(message, "placement", None):
        talk = place.conversation
        fields |= {"is": _states(talk), "team": talk.team.slug, "owner": str(talk.assignee or "")}
    return Document(text=message.text, spans=message.text_spans, fields=fields)


def _states(talk: Conversation) -> tuple[str, ...]:
    """The words that `is:` knows, as far as they are true of this conversation."""
    true = {
        talk.state: True,
        "answered": talk.first_answer_at is not None,
        "unowned": talk.assignee_id is None,
        "late": talk.due_at is not None and talk.due_at < timezone.now() and talk.state == "open",
    }
    return tuple(word for word, holds in true.items() if holds)
