"""A row of the outbox, an answer or something to do on a platform: who may lay hands on it, and its next state."""

from __future__ import annotations

from typing import Any, TypeVar

from rapport.server import flow
from rapport.server.claim import LET_GO
from rapport.server.organise.models import User
from rapport.server.respond.models import Moderation, Outgoing
from rapport.server.route.models import Conversation

Row = TypeVar("Row", Outgoing, Moderation)


def visible(row: Row, actor: User) -> Row | None:
    """The row as it stands now, held, if its conversation is one that they may see."""
    talks = Conversation.objects.visible_to(actor).values("pk")
    return type(row)._default_manager.select_for_update().filter(pk=row.pk, conversation__in=talks).first()


def advance(row: Row, state: str, **changes: Any) -> Row:
    """Move it on; whoever held it lets go, unless `changes` says otherwise."""
    row.state = flow.advance(str(row._meta.model_name), row.state, state)
    for name, value in (LET_GO | changes).items():
        setattr(row, name, value)
    row.save()
    return row
