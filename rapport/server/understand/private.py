"""The private data of a message, as it is known now."""

from __future__ import annotations

from rapport.core.types import Private
from rapport.core.understand.private import private_in
from rapport.server.listen.models import Message


def private_of(message: Message) -> tuple[Private, ...]:
    """The private data in it, also before anybody has read it, or read it again after an edit."""
    reading = getattr(message, "reading", None)
    return reading.private_spans if reading and message.state != "heard" else private_in([message.text])[0]
