"""What can be told of the archive from the database alone.

The archive's own libraries take 80 MB. Whoever asks only these questions (the pages, and the archivist while there is
nothing to do) does without them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from rapport.server.keep.models import ArchiveBatch, ArchiveHead
from rapport.server.listen.models import Message


def head() -> ArchiveHead:
    return ArchiveHead.objects.get_or_create(pk=1)[0]


def due() -> QuerySet[Message]:
    """What the archive lacks. A message that is still to be read waits for its reading."""
    return Message.objects.filter(unarchived=True).exclude(state="heard")


def anything_left() -> bool:
    """Whether there is anything to be found in the archive that the database no longer has."""
    return ArchiveHead.objects.filter(emptied_at__isnull=False).exists()


def to_clean() -> bool:
    """Whether there are batches that were written and not cleaned up after."""
    return ArchiveBatch.objects.filter(state="appended").exists()


def is_time(now: datetime) -> bool:
    """Enough has come together, or some has waited long enough; or something was left half done."""
    at = head()
    if at.must_wait(now):
        return False
    if ArchiveBatch.objects.filter(state__in=["gathered", "frozen", "appended"]).exists():
        return True
    waiting = len(due().values_list("pk", flat=True)[: settings.ARCHIVE_MESSAGES])
    if not waiting:
        return False
    every = timedelta(seconds=settings.ARCHIVE_SECONDS)
    return waiting >= settings.ARCHIVE_MESSAGES or at.written_at is None or at.written_at + every <= now
