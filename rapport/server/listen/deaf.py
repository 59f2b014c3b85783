"""Whether anybody can speak to us on a channel at all: asked when it is connected or signed in to, and once a day."""

from __future__ import annotations

import logging
from datetime import datetime

from rapport.connectors import contract
from rapport.core.errors import ConnectorError
from rapport.server.listen.accounts import account_of
from rapport.server.listen.models import Channel
from rapport.server.listen.sign_in import owners
from rapport.server.organise import notices
from rapport.server.organise.record import recorded

log = logging.getLogger(__name__)


def look(now: datetime) -> int:
    """What the timetable asks for. How many channels changed; one that cannot be asked stays as it was."""
    listening = Channel.objects.filter(state="listening", cursors__isnull=False).distinct()
    return sum(_look(channel) for channel in listening.select_related("owner"))


def _look(channel: Channel) -> bool:
    try:
        connector = contract.load(channel.connector)
        if not getattr(connector, "can_be_deaf", False) or getattr(connector, "hidden", False):
            return False
        found = connector.check(account_of(channel)).deaf
    except (ConnectorError, LookupError, ImportError) as error:  # whoever listens says so
        log.warning("%s could not be asked whether one can speak to us there: %s", channel.name, error)
        return False
    return learnt(channel, found)


def learnt(channel: Channel, deaf: str) -> bool:
    """Keep what the platform said, and tell the owner when it is new. Whether it is."""
    deaf = deaf[:500]
    with recorded("channel.deaf", "worker", target=channel, deaf=deaf) as entry:
        if not Channel.objects.filter(pk=channel.pk).exclude(deaf=deaf).update(deaf=deaf):
            entry.silent()
            return False
        tell(channel, deaf)
        return True


def tell(channel: Channel, deaf: str) -> None:
    """Part of the action that found it out."""
    place = f"/listen/channels/{channel.pk}/"
    if deaf:
        notices.settle("not_deaf", place)
        notices.tell(owners(channel), "deaf", place, channel=channel.name, trouble=deaf)
    else:
        notices.settle("deaf", place)
        notices.tell(owners(channel), "not_deaf", place, channel=channel.name)
