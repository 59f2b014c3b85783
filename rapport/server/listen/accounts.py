"""What a connector gets to see of a channel."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rapport.connectors import contract
from rapport.core.errors import ConnectorError
from rapport.server.claim import LET_GO, claim, worker_name
from rapport.server.listen.budget import Shared
from rapport.server.listen.models import Channel
from rapport.server.organise import sealed

RENEWING = timedelta(seconds=45)
"""How long a session may take to be renewed: one question to the platform, and some."""


def account_of(channel: Channel, purpose: str = "listen") -> contract.Account:
    """What the connector gets to see. A refreshed session is sealed and stored at once.

    `purpose` is what its calls are for, so that less than all of the channel's budget is spent on what can wait.
    """

    def keep(values: Mapping[str, str]) -> None:
        with transaction.atomic():
            row = Channel.objects.select_for_update().get(pk=channel.pk)
            Channel.objects.filter(pk=row.pk).update(sealed=sealed.seal(row.secrets | dict(values)))

    @contextmanager
    def alone() -> Iterator[Mapping[str, str]]:
        mine, name = Channel.objects.filter(pk=channel.pk), worker_name("session")
        patience = time.monotonic() + 2 * RENEWING.total_seconds()
        while not claim(mine, name, now=timezone.now(), limit=1, lease=RENEWING):
            if time.monotonic() > patience:
                raise ConnectorError("Another process has been renewing the session for too long.")
            time.sleep(0.1)
        try:
            yield mine.get().secrets
        finally:
            mine.filter(leased_by=name).update(**LET_GO)

    return contract.Account(
        config=channel.config,
        secrets=channel.secrets,
        keep=keep,
        alone=alone,
        private_hosts=settings.PRIVATE_HOSTS,
        us=contract.Profile(channel.external_id, channel.handle, url=channel.url) if channel.external_id else None,
        budget=Shared(channel.pk, purpose),
    )
