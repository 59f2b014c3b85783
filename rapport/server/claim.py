"""Leases: how several workers share rows without ever doing the same one twice at once.

A claim is a conditional update; the claimant works outside any transaction, then applies its answer to those rows that
it still holds. If every worker dies, the leases run out and another goes on.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

LEASE = timedelta(minutes=2)
Row = TypeVar("Row", bound=models.Model)


def worker_name(part: str) -> str:
    return f"{part}-{os.getpid()}-{secrets.token_hex(3)}"


def free(now: datetime) -> Q:
    return Q(leased_until__isnull=True) | Q(leased_until__lt=now)


def claim(due: QuerySet[Row], worker: str, *, now: datetime, limit: int, lease: timedelta = LEASE) -> list[Any]:
    """Take up to `limit` free rows of `due`; their primary keys, in the order of `due`."""
    due = due.filter(free(now))
    if not due.exists():  # the usual case: no write lock is asked for
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        keys = list(due.values_list("pk", flat=True)[:limit])
        due.model._base_manager.filter(pk__in=keys).update(leased_by=worker, leased_until=now + lease)
    return keys


def held(rows: QuerySet[Row], keys: Sequence[Any], worker: str) -> QuerySet[Row]:
    """Those of `keys` that the worker still holds, locked until the end of the transaction."""
    return rows.filter(pk__in=keys, leased_by=worker).select_for_update(of=("self",))


LET_GO: dict[str, Any] = {"leased_by": "", "leased_until": None}
