"""What the readers made of each message."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from rapport.core import types
from rapport.server.listen.models import Message


class Reading(models.Model):
    """The current reading of a message, and the version of the reader that made it."""

    message = models.OneToOneField(Message, models.CASCADE, related_name="reading", primary_key=True)
    language = models.CharField(max_length=12)
    tone = models.CharField(max_length=8)
    negative = models.FloatField()
    neutral = models.FloatField()
    positive = models.FloatField()
    kinds = models.JSONField(default=list)
    private = models.JSONField(default=list)  # [start, end, kind, confidence]
    reader = models.CharField(max_length=80)
    at = models.DateTimeField(default=timezone.now)

    @property
    def private_spans(self) -> tuple[types.Private, ...]:
        return tuple(types.Private(*span) for span in self.private)
