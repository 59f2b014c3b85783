"""Giving conversations that are not closed the urgency that a reader of an earlier version did not look for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from rapport.core.understand import urgency
from rapport.server.listen.models import Message
from rapport.server.organise.record import recorded
from rapport.server.route.actions import refresh
from rapport.server.route.models import Placement
from rapport.server.understand.models import Reading

BATCH = 500


def catch_up(now: datetime) -> None:
    """When all have one there is nothing left to do. Nothing is opened, moved or told of; the rest of each reading
    stays as it is, and with it what is counted."""
    last = 0
    while keys := list(_lacking().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = keys[-1]
        _give(keys)


def _lacking() -> QuerySet[Reading]:
    there = Reading.objects.filter(urgency=None, message__removed_at=None, message__left_at=None)
    return there.filter(message__placement__conversation__state__in=["open", "waiting", "snoozed"])


def _give(keys: Sequence[int]) -> None:
    rows = list(_lacking().filter(pk__in=keys).select_related("message__author"))
    for row in rows:
        said, private = row.message, {one.kind for one in row.private_spans}
        found = urgency.urgency_of(said.text, row.kinds, row.negative, private, said.author.followers or 0)
        row.urgency, row.urgent_for = found.level, list(found.reasons)
        row.reader = f"{row.reader} {urgency.VERSION}"
    with recorded("messages.urgency_read", "timetable", reader=urgency.VERSION) as entry:
        there = Message.objects.filter(pk__in=keys, removed_at=None).select_for_update(of=("self",))
        still = dict(there.values_list("pk", "revision"))
        lacking = set(Reading.objects.filter(pk__in=keys, urgency=None).values_list("pk", flat=True))
        made = [row for row in rows if row.pk in lacking and still.get(row.pk) == row.message.revision]
        Reading.objects.bulk_update(made, ["urgency", "urgent_for", "reader"])
        mine = [row.pk for row in made]
        Message.objects.filter(pk__in=mine).update(unarchived=True)
        refresh(Placement.objects.filter(message__in=mine).values_list("conversation_id", flat=True))
        entry.detail["messages"] = len(made)
        if not made:
            entry.silent()
