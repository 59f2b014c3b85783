"""When the organisation and its teams are open, out of their rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Subquery

from rapport.core.route.clock import ALWAYS, Clock, ClosedDay, Hours, Promise, Span
from rapport.server.organise.models import Organisation, Team

Kept = dict[str, Any]


def kept(hours: Hours, *, closed_as_all: bool = False) -> Kept:
    """As a row keeps them. `closed_as_all`: a team that is also closed on the closed days of the organisation."""
    closed = [[one.day.isoformat(), one.name] for one in hours.closed]
    return {"zone": hours.zone, "week": [list(map(list, day)) for day in hours.week], "closed": closed} | (
        {"closed_as_all": True} if closed_as_all else {}
    )


def hours(row: Kept | None) -> Hours | None:
    if row is None:
        return None
    week = tuple(tuple(Span(start, end) for start, end in day) for day in row["week"])
    return Hours(row["zone"], week, tuple(ClosedDay(date.fromisoformat(day), name) for day, name in row["closed"]))


def hours_of(team: Team, ours: Kept | None) -> Hours:
    """Those that hold for a team; `ours`: those of the organisation."""
    own, whole = hours(team.hours), hours(ours)
    if own is None:
        return whole or ALWAYS
    if whole and (team.hours or {}).get("closed_as_all"):
        return Hours(own.zone, own.week, tuple({one.day: one for one in (*whole.closed, *own.closed)}.values()))
    return own


def ours() -> Kept | None:
    return Organisation.objects.filter(pk=1).values_list("hours", flat=True).first()


@lru_cache(maxsize=64)
def clock(hours: Hours) -> Clock:
    return Clock(hours)


def promise(team: Team, ours: Kept | None) -> Promise:
    return Promise(team.answer_within, clock(hours_of(team, ours)))


def promises() -> Mapping[int, Promise]:
    """What each team promises, by its key."""
    whole = Subquery(Organisation.objects.values("hours")[:1])
    return {team.pk: promise(team, team.whole) for team in Team.objects.annotate(whole=whole)}
