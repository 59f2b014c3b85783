"""The hot window: old texts whose conversation is closed leave the database, once the archive is seen to have them.

What stays is the row itself: its ids (so that it is not heard as new), its reading, its place in its conversation, and
everything that is counted. `restore` of a text is not needed: a message that is edited or answered brings it along.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import polars as pl
from django.conf import settings
from django.db.models import Q, QuerySet

from rapport.archive import damaged, frame
from rapport.archive.check import marks
from rapport.server.keep.models import ArchiveHead
from rapport.server.keep.rows import checked_rows_of
from rapport.server.keep.words import archive
from rapport.server.listen import search
from rapport.server.listen.models import Message, Revision
from rapport.server.organise.record import recorded

CHUNK = 1_000


def horizon(now: datetime) -> datetime | None:
    """Texts that are older may leave; None when all of them stay."""
    return now - timedelta(days=settings.HOT_DAYS) if settings.HOT_DAYS else None


def leave(now: datetime, *, actor: str) -> int:
    """Let go of the texts that are old, closed, and in the archive word for word. How many went."""
    before, gone, last = horizon(now), 0, 0
    if before is None:
        return 0
    while keys := list(_ripe(before).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = keys[-1]
        safe = _archived(keys)
        with recorded("texts.left", actor, before=before.isoformat()) as entry:
            rows = _ripe(before).filter(pk__in=list(safe)).select_for_update(of=("self",))
            going = list(rows.values_list("pk", flat=True))
            if not going:
                entry.silent()
                continue
            for key in going:
                Revision.objects.filter(message=key, content_hash__in=safe[key]).delete()
            search.forget(going)
            entry.detail["messages"] = Message.objects.filter(pk__in=going).update(text="", spans=[], left_at=now)
            gone += len(going)
    ArchiveHead.objects.filter(pk=1).update(emptied_at=now)
    return gone


def _ripe(before: datetime) -> QuerySet[Message]:
    """Nobody is working on them, and what the database says of them is archived."""
    # By its name in the database: what a message is placed in belongs to a verb further along the sentence.
    there = Message.objects.filter(published_at__lt=before, left_at=None, removed_at=None, unarchived=False)
    settled = there.filter(state__in=["routed", "kept"], archived__gt=0)
    return settled.filter(Q(placement__isnull=True) | Q(placement__conversation__state="closed"))


def _archived(keys: Sequence[int]) -> Mapping[int, set[str]]:
    """Those that the archive has as they are here, undamaged; with the hashes of every version that it has of them."""
    wanted = Message.objects.filter(pk__in=keys)
    expected = marks(frame(checked_rows_of(wanted)).lazy()).collect()
    days = sorted(set(expected["day"]))
    first, last = days[0], days[-1]
    mine = pl.col("id").is_in(list(keys))
    kept = archive()
    found = kept.collect(lambda rows: rows.filter(mine), first, last)
    versions = kept.collect(lambda rows: rows.filter(mine).select("id", "content_hash"), first, last, versions=True)
    broken = {(network, name) for _, network, name in damaged(found)}
    same = marks(found.lazy()).collect().join(expected, on=["network", "external_id", "mark"], how="semi")
    whole = {tuple(key) for key in same.select("network", "external_id").iter_rows()} - broken
    ids = {key for key, *name in found.select("id", "network", "external_id").iter_rows() if tuple(name) in whole}
    hashes: dict[int, set[str]] = defaultdict(set)
    for key, hashed in versions.iter_rows():
        if key in ids and hashed:
            hashes[key].add(hashed)
    return {key: hashes[key] for key in ids}
