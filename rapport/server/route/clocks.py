"""The clocks of conversations: when an answer is due, and what a change of opening hours does to that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import available_timezones

from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.route.clock import LEAST_MINUTES, Hours, Promise
from rapport.core.types import Refused
from rapport.server import many
from rapport.server.organise import opening
from rapport.server.organise.abilities import refusal
from rapport.server.organise.actions import no_zone
from rapport.server.organise.models import Organisation, Team, User
from rapport.server.organise.record import recorded
from rapport.server.route.models import Conversation

MOST_CLOSED = 400
"""Closed days that can be kept: the public holidays of some decades."""


def set_hours(
    team: Team | None, *, hours: Hours | None, closed_as_all: bool = False, actor: User
) -> Organisation | Team | Refused:
    """When a team is open (None: as the organisation), or without a team the organisation itself (None: always).

    What is due later than now is worked out anew; what is late already stays late as it was.
    """
    if no := refusal(actor, "administer") or (hours and _unfit(hours)):
        return no
    wanted = opening.kept(hours, closed_as_all=closed_as_all) if hours else None
    with recorded("hours.changed", actor, to=wanted) as entry:
        row: Organisation | Team = (
            Team.objects.select_for_update().get(pk=team.pk)
            if team
            else Organisation.objects.select_for_update().get(pk=1)
        )
        entry.target, entry.detail["from"] = row, row.hours
        row.hours = wanted
        row.save()
        entry.detail["due_anew"] = _wind(timezone.now(), [team] if team else list(Team.objects.all()))
        return row


def _unfit(hours: Hours) -> Refused | None:
    if hours.zone not in available_timezones():
        return no_zone(hours.zone)
    if hours.minutes_a_week < LEAST_MINUTES:
        return Refused(_("Open for at least an hour a week, or no promise ever comes due."))
    if len(hours.closed) > MOST_CLOSED:
        words = _("These are %(n)s closed days; at most %(most)s are kept. Leave out those that have passed.")
        return Refused(words % {"n": len(hours.closed), "most": MOST_CLOSED})
    return None


def _wind(now: datetime, teams: Sequence[Team]) -> int:
    """Set what is still to come due by the hours that hold now; nothing becomes late by that. How many have moved."""
    promises = opening.promises()
    coming = Conversation.objects.filter(due_at__gt=now, waiting_since__isnull=False, team__in=teams)
    changes: dict[int, Mapping[str, datetime]] = {}
    for row in coming.select_for_update().order_by("pk").only("team_id", "waiting_since", "due_at", "handed_at"):
        due = max(now, replace(promises[row.team_id], since=row.handed_at).due(row.waiting_since or now))
        if due != row.due_at:
            changes[row.pk] = {"due_at": due}
    many.update(Conversation, changes)
    return len(changes)


def promise_of(talk: Conversation, ours: opening.Kept | None) -> Promise:
    return replace(opening.promise(talk.team, ours), since=talk.handed_at)


def standing(talk: Conversation, waiting_since: datetime | None, due_at: datetime | None) -> datetime | None:
    """When an answer is due. A time that has passed is not moved any more while the same message waits."""
    passed = talk.due_at and talk.due_at <= timezone.now()
    return talk.due_at if passed and talk.waiting_since == waiting_since else due_at
