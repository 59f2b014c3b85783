"""Counting against the platforms: once a day and source, how many messages do they have, and how many of them do we?

We count generously: by when a message was said and by when it reached us, with what was let go, taken back, or not
understood. So a difference is not a matter of clocks, and what is left is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max, Q, Sum
from django.utils.translation import gettext_noop

from rapport.connectors import contract
from rapport.core.errors import ConnectorError
from rapport.core.measure.gaps import Stretch
from rapport.server.listen import gaps
from rapport.server.listen.accounts import account_of
from rapport.server.listen.gaps import Found
from rapport.server.listen.hours import HOUR, whole
from rapport.server.listen.models import Channel, Cursor, GapKind, Pulse, Quarantined, Reckoning, Sighting
from rapport.server.organise.record import recorded

log = logging.getLogger(__name__)
WINDOW = timedelta(days=1)
AROUND = timedelta(days=7)  # by no more than this may the clock of whoever said something be wrong
SETTLED = HOUR
"""What was said in the last hour may still be on its way."""


def reckon(now: datetime) -> None:
    """Count one source that is due; the next turn takes the next, so that nothing waits long for slow platforms."""
    for cursor, connector in _due(now):
        since, until = now - SETTLED - WINDOW, now - SETTLED
        try:
            theirs = connector.count(account_of(cursor.channel, "recheck"), cursor.source, since, until)
        except ConnectorError as error:  # whoever listens finds the same, and says so
            log.warning("%s, %s: counting: %s", cursor.channel.name, cursor.source, error)
            continue
        if theirs is not None:
            compare(cursor.channel, cursor.source, since, until, theirs, now=now)
            return


def _due(now: datetime) -> Iterator[tuple[Cursor, contract.BringsBack]]:
    """Sources that work, that can be asked for nothing, and that were not counted for a day; the longest ago first."""
    counted = Reckoning.objects.values_list("channel_id", "source").annotate(last=Max("at"))
    latest = {(key, source): at for key, source, at in counted}
    old_enough = now - WINDOW - 2 * SETTLED
    cursors = Cursor.objects.select_related("channel").filter(
        channel__state="listening", channel__trouble="", channel__created_at__lt=old_enough, tries=0
    )
    due = [cursor for cursor in cursors if latest.get((cursor.channel_id, cursor.source), old_enough) <= now - WINDOW]
    for cursor in sorted(due, key=lambda one: latest.get((one.channel_id, one.source), old_enough)):
        connector = contract.load(cursor.channel.connector)
        if not isinstance(connector, contract.BringsBack) or getattr(connector, "charges", False):
            continue
        if cursor.source in connector.earlier:
            yield cursor, connector


def compare(
    channel: Channel, source: str, since: datetime, until: datetime, theirs: int, *, now: datetime
) -> Reckoning:
    """Keep both numbers. Where they have more, that is a gap, unless one is known that explains it."""
    mine = ours(channel, source, since, until)
    with recorded("source.counted", "timetable", target=channel, source=source, theirs=theirs, ours=mine) as entry:
        row = Reckoning.objects.create(
            channel=channel, source=source, since=since, until=until, theirs=theirs, ours=mine, at=now
        )
        if mine >= theirs:
            entry.quiet()
    if mine < theirs and not _explained(channel, source, since, until):
        words = gettext_noop("The platform has %(theirs)d messages of that time, we have %(ours)d.")
        found = Found(Stretch(since, until), GapKind.COUNT, words, told={"theirs": theirs, "ours": mine})
        gaps.find(channel, source, [found], now=now)
    return row


def ours(channel: Channel, source: str, since: datetime, until: datetime) -> int:
    """All that may be among what they count: said in that time, or heard then or soon after."""
    here = Q(message__published_at__gte=since, message__published_at__lt=until)
    here |= Q(seen_at__gte=since, seen_at__lt=until + SETTLED)
    at = {"channel": channel, "source": source}
    near = {"message__published_at__gte": since - AROUND, "message__published_at__lt": until + AROUND}  # an index knows
    stored = Sighting.objects.filter(here, **near, **at, message__context=False).count()
    pulses = Pulse.objects.filter(**at, hour__gte=whole(since), hour__lt=until + SETTLED)
    let_go = pulses.aggregate(sum=Sum("let_go"))["sum"] or 0
    # Whatever became of it since.
    set_aside = Quarantined.objects.filter(**at, at__gte=since, at__lt=until + SETTLED).count()
    return stored + int(let_go) + set_aside


def _explained(channel: Channel, source: str, since: datetime, until: datetime) -> bool:
    known = channel.gaps.filter(Q(end=None) | Q(end__gt=since), source=source, start__lt=until)
    return known.filter(state__in=("open", "partly", "impossible")).exists()
