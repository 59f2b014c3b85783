"""Looking again at recent messages where the platform does not tell us of edits and deletions by itself.

It is a source beside those of the connector, with a cursor of its own: the newest messages are looked at every time,
those below them in turn, and the cursor remembers how far down we have come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from rapport.connectors import contract
from rapport.core.types import Page
from rapport.server.listen.models import Channel, Message

RECENT = timedelta(days=2)
NEWEST = 100
BELOW = 100
TOP = "top"  # the cursor that stands right below the newest, whichever those are then


def pages(
    connector: contract.Rechecks, account: contract.Account, channel: Channel, cursor: str, now: datetime
) -> Iterator[Page]:
    """What became of the newest messages of the channel, and of some of those below them."""
    recent = Message.objects.filter(channel=channel, ours=False, removed_at=None, published_at__gte=now - RECENT)
    rows = recent.order_by("-published_at", "-id").only("external_id", "published_at")
    newest = list(rows[:NEWEST])
    if not newest:
        return
    below = list(_below(rows, _place(newest[-1]) if cursor in ("", TOP) else cursor)[:BELOW])
    wanted = {row.external_id: row for row in [*newest, *below]}
    end = _place(below[-1]) if len(below) == BELOW else TOP
    yield replace(connector.recheck(account, list(wanted)), cursor=end)


def _place(row: Message) -> str:
    return f"{row.published_at.isoformat()} {row.pk}"


def _below(rows: QuerySet[Message], place: str) -> QuerySet[Message]:
    at, key = place.split(" ")
    return rows.filter(Q(published_at__lt=at) | Q(published_at=at, id__lt=int(key)))
