"""What a connector gets to see of a channel."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from rapport.connectors import contract
from rapport.server.listen.models import Channel
from rapport.server.organise import sealed


def account_of(channel: Channel) -> contract.Account:
    """What the connector gets to see. A refreshed session is sealed and stored at once."""

    def keep(values: Mapping[str, str]) -> None:
        with transaction.atomic():
            row = Channel.objects.select_for_update().get(pk=channel.pk)
            Channel.objects.filter(pk=row.pk).update(sealed=sealed.seal(row.secrets | dict(values)))

    return contract.Account(
        config=channel.config,
        secrets=channel.secrets,
        keep=keep,
        private_hosts=settings.PRIVATE_HOSTS,
        us=contract.Profile(channel.external_id, channel.handle, url=channel.url) if channel.external_id else None,
    )
