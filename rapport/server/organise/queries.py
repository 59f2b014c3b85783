"""Looking things up: the audit record page by page, and who is a member."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from rapport.server.organise.abilities import Somebody, may
from rapport.server.organise.models import AuditEntry, Membership, Team, User

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of the record: empty means any. An actor and a target are given as they stand in the record."""

    action: str = ""
    actor: str = ""
    target: str = ""

    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}


def record_visible_to(user: Somebody) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.all() if may(user, "audit") else AuditEntry.objects.none()


def entries(user: Somebody, wanted: Wanted) -> QuerySet[AuditEntry]:
    """Newest first. Each filter is an equality or a beginning, so that an index can answer it."""
    rows = record_visible_to(user).order_by("-sequence")
    if wanted.action:
        rows = rows.filter(action=wanted.action)
    if wanted.target:
        rows = rows.filter(target=wanted.target)
    if wanted.actor:
        # "user:12" is everything that member did, under whatever name they had then.
        exact = rows.filter(actor=wanted.actor)
        rows = rows.filter(actor__startswith=f"{wanted.actor} ") if wanted.actor.startswith("user:") else exact
    return rows


def record_page(user: Somebody, wanted: Wanted, *, before: int | None) -> tuple[list[AuditEntry], int | None]:
    """One page, and the sequence before which the next one begins (None at the end)."""
    rows = entries(user, wanted)
    if before is not None:
        rows = rows.filter(sequence__lt=before)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].sequence if len(found) > PAGE else None


def actions_on_record() -> list[str]:
    """Every action that the record knows. Walks from one to the next, so a long record costs no more than a short."""
    found: list[str] = []
    ahead = AuditEntry.objects.order_by("action").values_list("action", flat=True)
    name = ahead.first()
    while name is not None:
        found.append(name)
        name = ahead.filter(action__gt=name).first()
    return found


def exported(user: Somebody, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Entries as they stand, oldest first, with what it takes to verify the chain."""
    names = ("sequence", "at", "actor", "action", "target", "detail", "previous", "digest")
    for row in entries(user, wanted).order_by("sequence").values(*names).iterator(chunk_size=2_000):
        yield row | {"at": row["at"].isoformat()}


def members() -> QuerySet[User]:
    memberships = Prefetch("memberships", Membership.objects.select_related("team").order_by("team__name"))
    return User.objects.order_by("-is_active", "name").prefetch_related(memberships)


def agencies() -> list[str]:
    """For which members work, other than ourselves."""
    named = User.objects.exclude(works_for="").order_by("works_for")
    return list(named.values_list("works_for", flat=True).distinct())


def teams() -> QuerySet[Team]:
    return Team.objects.order_by("name").prefetch_related(
        Prefetch("members", User.objects.filter(is_active=True).order_by("name"))
    )
