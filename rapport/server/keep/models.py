"""What of the database is in the archive, and how the archive is."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone

from rapport.server import flow


class ArchiveHead(models.Model):
    """One row: who writes the archive now, and how it is.

    last         the batch with which it ends, as far as we know
    base         added to the versions of messages: more than 0 once database and archive were brought together again
    asked        somebody wants it to be verified now
    days         how many days differed when it was last verified; `differing` names the first of them
    """

    last = models.PositiveIntegerField(default=0)
    base = models.PositiveIntegerField(default=0)
    untidy = models.PositiveIntegerField(default=0)  # batches since it was tidied up
    written_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified = models.PositiveIntegerField(default=0)
    days = models.PositiveIntegerField(default=0)
    differing = models.JSONField(default=list)
    asked = models.BooleanField(default=False)
    emptied_at = models.DateTimeField(null=True, blank=True)
    files = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True)
    trouble_since = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    def must_wait(self, now: datetime) -> bool:
        """It failed a moment ago."""
        return self.next_try_at is not None and now < self.next_try_at


class ArchiveBatch(models.Model):
    """Messages that go into the archive together. `number` is the version of the application's transaction there.

    members  ids of messages; emptied once the batch is kept
    months   those whose counts and files the batch touches
    """

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=12, choices=flow.choices("archive_batch"), default="gathered")
    members = models.JSONField(default=list)
    messages = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    content_hash = models.CharField(max_length=64, blank=True)
    months = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["state", "number"], name="archive_batch_state")]
