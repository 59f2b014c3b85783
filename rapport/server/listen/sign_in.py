"""When a platform no longer takes our credentials: the channel stands still where it is, and its owner hears of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Coalesce

from rapport.server import flow
from rapport.server.listen.models import Channel
from rapport.server.organise import notices
from rapport.server.organise.models import User

NOTICE = "sign_in"


def place(channel: Channel) -> str:
    """Where one signs in again."""
    return f"/listen/channels/{channel.pk}/#sign-in"


def owners(channel: Channel) -> list[User]:
    """Who is told of a channel: its owner, or all who look after channels when it has none who could."""
    owner = channel.owner
    return [owner] if owner and owner.is_active else list(notices.those_who_may("listen"))


def shut_out(channel: Channel, trouble: str, now: datetime) -> None:
    """Freeze the channel, unless somebody paused or closed it meanwhile. Part of the action that found it out."""
    state = flow.advance("channel", "listening", "needs_sign_in")
    since = Coalesce("trouble_since", Value(now))
    mine = Channel.objects.filter(pk=channel.pk, state="listening")
    if mine.update(state=state, trouble=trouble[:500], trouble_since=since):
        words = f"{trouble.rstrip('.')}."[:400]
        notices.tell(owners(channel), NOTICE, place(channel), channel=channel.name, trouble=words)


def let_in(channel: Channel) -> None:
    """Somebody signed in again. Part of that action."""
    notices.settle(NOTICE, place(channel))
