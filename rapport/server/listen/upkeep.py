"""How long what was heard is kept, and how often it is looked at again: as the connector says, or as decided here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext

from rapport.connectors import contract
from rapport.connectors.contract import Upkeep
from rapport.core.types import Refused
from rapport.server.listen import receiving
from rapport.server.listen.models import Channel
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded

OFTENEST_SECONDS = 60.0
LONGEST_DAYS = 3_650
BATCHES = 20  # of one channel in one go; the rest an hour later


def upkeep_of(channel: Channel) -> Upkeep:
    if channel.upkeep is None:
        return default(channel)
    tiers = tuple((float(days), float(every)) for days, every in channel.upkeep["look_again"])
    return Upkeep(tiers, channel.upkeep["max_age_days"])


def default(channel: Channel) -> Upkeep:
    """What the connector says; a connector that is gone says what they all say."""
    try:
        found: Upkeep = getattr(contract.load(channel.connector), "upkeep", Upkeep())
    except LookupError:
        return Upkeep()
    return found


def set_upkeep(
    channel: Channel, *, look_again: Sequence[tuple[float, float]], max_age_days: int | None, actor: User
) -> Channel | Refused:
    """How often messages of what age are looked at again, and after how many days their text goes."""
    if no := refusal(actor, "administer"):
        return no
    tiers = sorted(look_again)
    if any(not 0 < days <= LONGEST_DAYS or every < OFTENEST_SECONDS for days, every in tiers):
        return Refused(gettext("An age lies between one and 3,650 days, and we look again every minute at most."))
    if len({days for days, _ in tiers}) != len(tiers):
        return Refused(gettext("Two lines have the same age; one of them is enough."))
    if max_age_days is not None and not 1 <= max_age_days <= LONGEST_DAYS:
        return Refused(gettext("The text can go after one day at the earliest, and after 3,650 at the latest."))
    said = {"look_again": [list(tier) for tier in tiers], "max_age_days": max_age_days}
    with recorded("channel.upkeep_set", actor, target=channel, **said):
        Channel.objects.filter(pk=channel.pk).update(upkeep=said)
    channel.refresh_from_db()
    return channel


def let_go(now: datetime) -> None:
    """Where a platform allows keeping its texts for so long only, they go: see `receiving.let_go`."""
    for channel in Channel.objects.all():
        if (days := upkeep_of(channel).max_age_days) is None:
            continue
        for _ in range(BATCHES):
            if not receiving.let_go(channel, now - timedelta(days=days), now):
                break
