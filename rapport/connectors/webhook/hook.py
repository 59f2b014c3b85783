"""Messages that are brought. Nobody is asked: who has the secret signs what they bring (see `sign.py`)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from rapport.connectors.contract import Account, Field, Profile, Source
from rapport.connectors.webhook.mapping import Place, read_mapping
from rapport.connectors.webhook.parse import read_page
from rapport.connectors.webhook.sign import check
from rapport.core.errors import ConnectorError
from rapport.core.types import Page

WEEK_SECONDS = 7 * 24 * 3600


class WebhookConnector:
    network = "webhook"
    label = "Webhook"
    fields = (
        Field("name", "Name", "What sends the messages, in a word: reviews, callcentre."),
        Field(
            "map",
            "What stands where",
            "For instance id=data.comment.id, text=data.comment.body, author=data.user.id. Leave it empty if you send "
            "our own form.",
            required=False,
        ),
    )
    # Nobody asks for it. A week without a delivery is nothing to worry about; after that it is worth a look.
    sources = (Source("deliveries", every_seconds=WEEK_SECONDS, way="push"),)

    def check(self, account: Account) -> Profile:
        """There is nobody to sign in to. The name by which a delivery finds its channel is made here, once."""
        network = _network(account)
        read_mapping(account.config.get("map", ""))
        known = account.us.external_id if account.us else ""
        return Profile(known or secrets.token_urlsafe(24), network.partition(":")[2])

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        return read_page(raw, _places(account), network=_network(account), heard_at=None)

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        """Nothing, ever: what others bring cannot be asked for."""
        return iter(())

    def receive(self, account: Account, headers: Mapping[str, str], body: bytes, now: datetime) -> Page:
        mark = check(headers, body, _secrets(account.secrets, now), now)
        page = read_page(body, _places(account), network=_network(account), heard_at=now)
        return replace(page, cursor=mark)


def _network(account: Account) -> str:
    """A name of its own for each sender, so that none can speak in another's."""
    name = account.config.get("name", "").strip().lower()
    if not re.fullmatch(r"[\w.-]{1,60}", name):
        raise ConnectorError("The name should be one word: letters, digits, dots and dashes.", permanent=True)
    return f"webhook:{name}"


def _places(account: Account) -> Mapping[str, Place]:
    return read_mapping(account.config.get("map", ""))


def _secrets(kept: Mapping[str, str], now: datetime) -> list[str]:
    """Those that sign right now: after a new one was made, the one before it too, until its time is over."""
    found = [kept["secret"]] if kept.get("secret") else []
    if kept.get("before") and now < datetime.fromisoformat(kept["before_until"]):
        found.append(kept["before"])
    return found
