"""Writing the archive: gather what changed, freeze it, append it, and say so. One process at a time does this.

A batch goes from step to step, and each step looks whether it was taken already: a crash between any two of them loses
nothing and doubles nothing. What changes while a batch is on its way is marked again, and goes with the next one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from rapport.archive import Key, digest, month_of
from rapport.core.errors import ArchiveError
from rapport.server import flow
from rapport.server.crashpoint import crashpoint
from rapport.server.keep.models import ArchiveBatch, ArchiveHead
from rapport.server.keep.queries import due, head
from rapport.server.keep.rows import batch_of
from rapport.server.keep.words import archive, words_of
from rapport.server.listen.models import Message
from rapport.server.organise.record import recorded

MOST = 1_000
"""Messages of one batch."""

TOGETHER = 100
"""Batches that are cleaned up after together, when there are so many to write."""

TIDY_EVERY = 50
"""Batches: small files make reading slow, and each tidying up writes some of them anew."""


def write(*, actor: str) -> int:
    """Bring the archive up to date. How many messages went into it."""
    written = enter(actor=actor)
    clean(actor=actor)
    return written


def enter(*, actor: str) -> int:
    """Write what the archive lacks, batch by batch; `clean` has to follow. How many messages they were."""
    written = 0
    finish(actor=actor)
    while (batch := gather(actor=actor)) is not None:
        finish(actor=actor)
        written += batch.messages
        if batch.number % TOGETHER == 0:
            clean(actor=actor)
    return written


def gather(*, actor: str) -> ArchiveBatch | None:
    """Choose the members of the next batch. From now on a change to one of them marks it for the batch after."""
    if not due().exists():
        return None
    with recorded("archive.gathered", actor) as entry:
        entry.quiet()
        at = ArchiveHead.objects.select_for_update().get_or_create(pk=1)[0]
        rows = due().select_for_update(of=("self",)).order_by("id")[:MOST]
        found = list(rows.values_list("pk", "removed_at", "archived"))
        Message.objects.filter(pk__in=[key for key, *_ in found]).update(unarchived=False)
        # What was removed before it came into the archive has nothing to be buried there.
        members = [key for key, removed_at, archived in found if removed_at is None or archived]
        return ArchiveBatch.objects.create(number=at.last + 1, members=members, messages=len(members))


def finish(*, actor: str) -> None:
    """Append every batch that is on its way, the oldest first."""
    for batch in ArchiveBatch.objects.filter(state__in=["gathered", "frozen"]).order_by("number"):
        rows = freeze(batch, actor=actor)
        crashpoint("archive.frozen")
        append(batch, rows)
        crashpoint("archive.appended")
        mark(batch, actor=actor)
        crashpoint("archive.marked")


def freeze(batch: ArchiveBatch, *, actor: str) -> pl.DataFrame:
    """Fix what the batch says. If it was fixed before and a member changed since, it is fixed anew: nothing of it is in
    the archive yet, or `append` finds it there and looks at the hash."""
    members = Message.objects.filter(pk__in=batch.members)
    base = head().base
    versions = {key: archived + base for key, archived in members.values_list("pk", "archived")}
    words = words_of(members.filter(left_at__isnull=False))
    rows = batch_of(members.order_by("pk"), number=batch.number, versions=versions, words=words)
    if archive().last_batch() >= batch.number:  # it was appended, and we died before we could say so
        return rows
    with recorded("archive.frozen", actor, target=batch) as entry:
        entry.quiet()
        batch.state = flow.advance("archive_batch", batch.state, "frozen")
        batch.content_hash, batch.messages = digest(rows), rows.height
        batch.removed = int(rows["removed"].sum())
        batch.months = sorted(set(rows["month"]))
        batch.save(update_fields=["state", "content_hash", "messages", "removed", "months"])
    return rows


def append(batch: ArchiveBatch, rows: pl.DataFrame) -> None:
    """Append it, unless it is there. A batch of that number with other words in it is none of ours."""
    kept = archive()
    if not kept.append(batch.number, rows, after=batch.number - 1) and digest(kept.batch(batch.number)) != (
        batch.content_hash
    ):
        raise ArchiveError(
            f"Batch {batch.number} of the archive is not the one that the database wrote. "
            "Was one of them restored from a copy? `rapport archive rejoin` brings them together."
        )


def mark(batch: ArchiveBatch, *, actor: str) -> None:
    """Say that it is there."""
    detail = {"messages": batch.messages, "removed": batch.removed}
    with recorded("archive.written", actor, target=batch, **detail) as entry:
        state = flow.advance("archive_batch", batch.state, "appended")
        if not ArchiveBatch.objects.filter(pk=batch.pk, state=batch.state).update(state=state):
            entry.silent()  # somebody who took us for dead has said so already
            return
        Message.objects.filter(pk__in=batch.members).update(archived=F("archived") + 1)
        ArchiveHead.objects.filter(pk=1).update(last=batch.number, untidy=F("untidy") + 1, written_at=timezone.now())


def clean(*, actor: str) -> None:
    """After appending: the words of what was removed go from the files, and the counts of the days are made anew."""
    batches = list(ArchiveBatch.objects.filter(state="appended").order_by("number"))
    if not batches:
        return
    kept = archive()
    keys = [key for batch in batches if batch.removed for key in batch.members]
    gone = Message.objects.filter(pk__in=keys, removed_at__isnull=False)
    kept.erase([Key(month_of(at.date()), network, name) for at, network, name in _places(gone)])
    kept.keep_counts({month for batch in batches for month in batch.months})
    crashpoint("archive.erased")
    tidied = head().untidy >= TIDY_EVERY
    if tidied:
        kept.tidy()
    facts = kept.facts()
    with recorded("archive.cleaned", actor) as entry:
        if not gone.exists():
            entry.quiet()
        entry.detail |= {"batches": [batch.number for batch in batches], "erased": len(keys)}
        told: dict[str, Any] = {"files": facts.files, "rows": facts.rows, "size_bytes": facts.size_bytes}
        ArchiveHead.objects.filter(pk=1).update(**told, **({"untidy": 0} if tidied else {}))
        for batch in batches:
            batch.state = flow.advance("archive_batch", batch.state, "kept")
            batch.members, batch.kept_at = [], timezone.now()
            batch.save(update_fields=["state", "members", "kept_at"])


def _places(messages: QuerySet[Message]) -> Any:
    return messages.values_list("published_at", "network", "external_id")


def rejoin(*, actor: str) -> int:
    """After one of the two was restored from a copy, or the archive was lost: archive everything anew, behind whatever
    is there. How many messages are to be archived."""
    last = archive().last_batch()
    with recorded("archive.rejoined", actor, last=last) as entry:
        at = ArchiveHead.objects.select_for_update().get_or_create(pk=1)[0]
        ArchiveBatch.objects.all().delete()
        ArchiveHead.objects.filter(pk=at.pk).update(last=last, base=at.base + 1, trouble="", trouble_since=None)
        count = Message.objects.filter(Q(removed_at=None) | Q(archived__gt=0), left_at=None).update(unarchived=True)
        entry.detail["messages"] = count
        return count


def failed(error: ArchiveError, *, now: datetime, actor: str) -> None:
    """Tell people, and try again in a minute."""
    with recorded("archive.failed", actor, trouble=str(error)[:300]) as entry:
        at = ArchiveHead.objects.select_for_update().get_or_create(pk=1)[0]
        if at.trouble:  # the first failure is news; the ones after it are the same news
            entry.quiet()
        ArchiveHead.objects.filter(pk=1).update(
            trouble=str(error)[:500], trouble_since=at.trouble_since or now, next_try_at=now + timedelta(minutes=1)
        )


def well(*, actor: str) -> None:
    with recorded("archive.recovered", actor) as entry:
        if not ArchiveHead.objects.filter(pk=1).exclude(trouble="").update(trouble="", trouble_since=None):
            entry.silent()
