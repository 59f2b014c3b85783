"""Looking again at recent messages where the platform does not tell us of edits and deletions by itself."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from rapport.connectors import contract
from rapport.core.errors import ConnectorError
from rapport.server.listen.actions import account_of, receive
from rapport.server.listen.models import Channel, Message

log = logging.getLogger(__name__)
RECENT = timedelta(days=2)
MOST = 200


def run(now: datetime) -> None:
    """Ask every channel that can be asked for the messages of the last two days."""
    for channel in Channel.objects.filter(state="listening"):
        connector = contract.load(channel.connector)
        if not isinstance(connector, contract.Rechecks):
            continue
        recent = Message.objects.filter(
            channel=channel, ours=False, removed_at=None, published_at__gte=now - RECENT, heard_at__lte=now
        )
        ids = list(recent.order_by("-published_at").values_list("external_id", flat=True)[:MOST])
        if not ids:
            continue
        try:
            receive(connector.recheck(account_of(channel), ids), channel, "recheck", now=now)
        except ConnectorError as error:
            log.warning("%s could not be looked at again: %s", channel.name, error)
