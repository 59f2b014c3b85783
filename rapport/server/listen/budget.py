"""Budgets: what a platform still allows a channel, spent by all processes together out of one row a limit.

Who may spend what is decided by `rapport.core.listen.budget`; here it is made true for everybody at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from rapport.core.errors import RateLimited
from rapport.core.listen import budget
from rapport.core.listen.budget import Allowance
from rapport.server.listen.models import Budget

SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Shared:
    """The budgets of one channel, in the hand of somebody with a purpose (see `budget.KEPT_BACK`)."""

    channel: int
    purpose: str

    def spend(self, bucket: str, cost: float = 1) -> None:
        mine = Budget.objects.filter(channel=self.channel, bucket=bucket[:60])
        if not mine.exists():  # the platform has not said anything yet: no lock is asked for
            return
        with transaction.atomic():
            row = mine.select_for_update().first()
            if row is None:
                return
            left = budget.spend(allowance(row), cost, self.purpose, timezone.now())
            if isinstance(left, Allowance):
                _keep(row, left)
                return
        raise RateLimited(_words(row), retry_after=left.total_seconds() + 0.5)

    def learn(self, bucket: str, limit: float, remaining: float, resets_at: datetime) -> None:
        now = timezone.now()
        told = Allowance(limit, remaining, resets_at, max(resets_at - now, SHORTEST))
        with transaction.atomic():
            fresh = {"limit": limit, "remaining": remaining, "resets_at": resets_at, "window": told.window}
            rows = Budget.objects.select_for_update()
            row, created = rows.get_or_create(channel_id=self.channel, bucket=bucket[:60], defaults=fresh)
            if not created:
                _keep(row, budget.learn(allowance(row), told, now))


def allowance(row: Budget) -> Allowance:
    return Allowance(row.limit, row.remaining, row.resets_at, row.window)


def _keep(row: Budget, known: Allowance) -> None:
    if known != allowance(row):
        Budget.objects.filter(pk=row.pk).update(
            limit=known.limit, remaining=known.remaining, resets_at=known.resets_at, window=known.window
        )


def _words(row: Budget) -> str:
    """Said where the trouble of a channel is shown, beside what platforms say themselves."""
    until = f"{row.resets_at:%H:%M} UTC"
    if not row.limit or not row.remaining:
        return f"The platform asks us to wait until {until}."
    return (
        f"{row.remaining:,.0f} of {row.limit:,.0f} {row.bucket} are left until {until}, and kept for what comes first."
    )
