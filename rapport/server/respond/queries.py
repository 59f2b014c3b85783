"""What one sees while answering: how long a text may be, who else is writing, what is under way, what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from rapport.connectors import contract
from rapport.core.types import Private
from rapport.server.listen.models import Channel, Message, Revision
from rapport.server.organise.models import AuditEntry, User
from rapport.server.respond.models import Draft, Moderation, Outgoing
from rapport.server.route.models import Conversation
from rapport.server.understand.private import found_in

FRESH = timedelta(minutes=5)
"""A draft that was changed within this time is being written."""

IN_FLIGHT = ("queued", "sending", "unknown", "failed")
EVENTS = (
    "conversation.assigned", "conversation.handed_over", "conversation.closed", "conversation.reopened",
    "conversation.snoozed", "conversation.tagged",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Length:
    """How long a text is, as its platform counts, and how long it may be."""

    count: int
    limit: int


def length(channel: Channel, text: str) -> Length | None:
    """None where one cannot answer at all."""
    connector = contract.load(channel.connector)
    if not isinstance(connector, contract.Sends):
        return None
    return Length(connector.length(text), connector.limit)


def private(text: str) -> tuple[Private, ...]:
    """What in our own text should not be said in public."""
    return found_in(text)


def draft_of(talk: Conversation) -> Draft:
    """What is being written, or an empty one."""
    return Draft.objects.select_related("by").filter(conversation=talk).first() or Draft(conversation=talk)


def is_writing(draft: Draft, other_than: User) -> bool:
    """Whether somebody else has this text in hand right now."""
    fresh = draft.at > timezone.now() - FRESH
    return bool(draft.by_id and draft.by_id != other_than.pk and draft.text and fresh)


def writers(talks: Iterable[int], other_than: User) -> dict[int, str]:
    """Who else is writing an answer, a conversation."""
    fresh = Draft.objects.filter(conversation__in=list(talks), at__gt=timezone.now() - FRESH).exclude(text="")
    return dict(fresh.exclude(by=other_than).exclude(by=None).values_list("conversation_id", "by__name"))


def in_flight(talk: Conversation) -> list[Outgoing]:
    """Answers whose sending is not over, or not well over."""
    return list(Outgoing.objects.filter(conversation=talk, state__in=IN_FLIGHT).select_related("by"))


def moderations(talk: Conversation, *states: str) -> list[Moderation]:
    """What was done on the platform about its messages, or is to be done; oldest first."""
    rows = Moderation.objects.filter(conversation=talk, state__in=states or ("done", *IN_FLIGHT))
    return list(rows.select_related("by", "message__author").order_by("done_at", "id"))


def thread(talk: Conversation, most: int) -> list[Message]:
    """The last messages, in the order in which they stand there; one more than `most` when there are earlier ones."""
    placed = Message.objects.filter(placement__conversation=talk).annotate(
        sent_by=F("sent_as__by__name"),
        # Not every platform says when something was edited; then it is when we saw it.
        revised_at=Coalesce("edited_at", _last_revision()),
    )
    last = placed.select_related("author", "channel", "reading", "set_aside").order_by("-published_at", "-id")[
        : most + 1
    ]
    rows: list[Message] = sorted(last, key=lambda row: (row.sort_at, row.pk))
    if any(row.left_at for row in rows):
        from rapport.server.keep.words import fill_in  # loaded when it is wanted: it takes 80 MB

        fill_in(rows)
    return rows


def _last_revision() -> Subquery:
    revisions = Revision.objects.filter(message=OuterRef("pk"), message__revision__gt=1).order_by("-number")
    return Subquery(revisions.values("replaced_at")[:1])


def events(talk: Conversation, most: int) -> list[AuditEntry]:
    """The last things that were done to it."""
    entries = AuditEntry.objects.filter(target=f"conversation:{talk.pk}", action__in=EVENTS)
    return list(entries.order_by("-sequence")[:most])[::-1]
