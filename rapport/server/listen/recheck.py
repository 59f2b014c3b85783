"""Looking again at what was heard where the platform does not tell us of edits and deletions by itself.

It is a source beside those of the connector, with a cursor of its own. Messages fall into tiers by age, each with its
own pace (see `upkeep.py`): the newest are looked at every time, the others of a tier in turn, from the youngest to the
oldest, and then again when the tier's time has come. The cursor remembers how far down each tier we have come.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from rapport.connectors import contract
from rapport.core.types import Page
from rapport.server.listen.models import Channel, Message
from rapport.server.listen.upkeep import upkeep_of

NEWEST = 100
BELOW = 100
ALWAYS = 60.0
"""A tier that is to be looked at every minute never rests: as fast as it goes is the best that we can do."""


@dataclass(frozen=True, slots=True)
class Lap:
    """One way down a tier: where we are ("": at the top), and when it began."""

    place: str = ""
    began: str = ""

    def rests(self, every: float, now: datetime) -> bool:
        if self.place or not self.began or every <= ALWAYS:
            return False
        return now < datetime.fromisoformat(self.began) + timedelta(seconds=every)


def pages(
    connector: contract.Rechecks, account: contract.Account, channel: Channel, cursor: str, now: datetime
) -> Iterator[Page]:
    """What became of the newest messages of the channel, and of some of those below them in each tier."""
    heard = Message.objects.filter(channel=channel, ours=False, removed_at=None).order_by("-published_at", "-id")
    heard = heard.only("external_id", "published_at")
    laps, wanted = _read(cursor), list[Message]()
    top, above = "", heard
    for number, (days, every) in enumerate(upkeep_of(channel).look_again):
        oldest = now - timedelta(days=days)
        tier, above = above.filter(published_at__gte=oldest), heard.filter(published_at__lt=oldest)
        if not number:
            wanted += tier[:NEWEST]
            top = _place(wanted[-1]) if wanted else ""
        lap = laps.get(f"{days:g}", Lap())
        if not lap.rests(every, now):
            below = list(_below(tier, lap.place or top)[:BELOW])
            wanted += below
            began = lap.began if lap.place else now.isoformat()
            laps[f"{days:g}"] = Lap(_place(below[-1]) if len(below) == BELOW else "", began)
        top = ""
    if wanted:
        ids = list(dict.fromkeys(row.external_id for row in wanted))
        yield replace(connector.recheck(account, ids), cursor=_written(laps))


def _place(row: Message) -> str:
    return f"{row.published_at.isoformat()} {row.pk}"


def _below(rows: QuerySet[Message], place: str) -> QuerySet[Message]:
    if not place:
        return rows
    at, key = place.split(" ")
    return rows.filter(Q(published_at__lt=at) | Q(published_at=at, id__lt=int(key)))


def _read(cursor: str) -> dict[str, Lap]:
    """The laps in a cursor; none where there is no cursor, or one of an earlier form."""
    try:
        found = json.loads(cursor or "{}")
        return {days: Lap(*lap) for days, lap in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _written(laps: dict[str, Lap]) -> str:
    return json.dumps({days: [lap.place, lap.began] for days, lap in laps.items()})
