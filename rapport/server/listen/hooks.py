"""What others bring to us: looked at, stored once, and answered honestly.

The answer says that we have it only when it is stored. Nobody learns from an answer whether an address exists: one that
doesn't is worked on as if it did, with a secret that nobody has.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus

from django.db import transaction
from django.utils.translation import gettext as _

from rapport.connectors import contract
from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.types import Page
from rapport.server.listen import receiving
from rapport.server.listen.accounts import account_of
from rapport.server.listen.models import Channel, Delivery
from rapport.server.organise import sealed

log = logging.getLogger(__name__)
MINUTE = timedelta(minutes=1)
MOST_A_MINUTE = 600
REMEMBERED = timedelta(hours=1)
"""Longer than any signature holds: a delivery that is forgotten is also too old to be taken again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told; `wait_seconds` when trying again later can help."""

    status: HTTPStatus
    words: str
    counts: Mapping[str, int] = field(default_factory=dict)
    wait_seconds: int = 0


def take(key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
    """One delivery to the address `key`: stored whole and once, or refused."""
    channel = Channel.objects.filter(external_id=key).order_by("pk").first() if len(key) >= 32 else None
    connector = contract.load((channel or _nobody()).connector)
    if not isinstance(connector, contract.Receives):
        channel, connector = None, contract.load(_nobody().connector)
    assert isinstance(connector, contract.Receives)  # noqa: S101 - said to the type checker
    try:
        page = connector.receive(account_of(channel or _nobody()), headers, body, now)
    except NeedsSignIn as error:
        log.warning("A delivery was refused: %s", error)
        return Answer(HTTPStatus.UNAUTHORIZED, str(error))
    except ConnectorError as error:
        return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    if channel is None:
        return Answer(HTTPStatus.UNAUTHORIZED, "")
    return _resting(channel) or _too_many(channel, now) or _store(channel, connector, page, now)


@cache
def _nobody() -> Channel:
    """Stands in for a channel that is not there."""
    kept = sealed.seal({"secret": secrets.token_urlsafe(32)})
    return Channel(name="", connector="webhook", config={"name": "nobody", "map": ""}, sealed=kept)


def _resting(channel: Channel) -> Answer | None:
    if channel.state == "listening":
        return None
    if channel.state == "closed":
        return Answer(HTTPStatus.GONE, _("This channel is closed."))
    return Answer(HTTPStatus.SERVICE_UNAVAILABLE, _("This channel rests. Bring it again later."), wait_seconds=900)


def _too_many(channel: Channel, now: datetime) -> Answer | None:
    if Delivery.objects.filter(channel=channel, at__gt=now - MINUTE).count() < MOST_A_MINUTE:
        return None
    words = _("More than %(most)d deliveries came within a minute.") % {"most": MOST_A_MINUTE}
    return Answer(HTTPStatus.TOO_MANY_REQUESTS, words, wait_seconds=60)


def _store(channel: Channel, connector: contract.Connector, page: Page, now: datetime) -> Answer:
    source = next(source.name for source in connector.sources if source.way == "push")
    with transaction.atomic():
        _row, is_new = Delivery.objects.get_or_create(channel=channel, mark=page.cursor, defaults={"at": now})
        if not is_new:
            return Answer(HTTPStatus.CONFLICT, _("This delivery was brought before. It is stored once."))
        Delivery.objects.filter(channel=channel, at__lt=now - REMEMBERED).delete()
        heard = receiving.receive(page, channel, source, actor="webhook", now=now)
    counts = {
        "new": heard.new,
        "changed": heard.revised,
        "deleted": heard.removed,
        "known": heard.known + heard.buried,
        "let_go": heard.let_go,
        "not_understood": heard.rejected,
    }
    if not page.messages and not page.deletions:
        reason = page.rejects[0].reason if page.rejects else _("there is no event in it")
        words = _("Nothing in it was understood: %(reason)s. It is kept, and somebody can look at it.")
        return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, words % {"reason": reason}, counts)
    return Answer(HTTPStatus.ACCEPTED, _("It is stored."), counts)
