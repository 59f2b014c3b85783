"""Counts that are kept, so that a page over a year does not read a million rows."""

from __future__ import annotations

from django.db import models

from rapport.server.listen.models import Channel


class DayCount(models.Model):
    """One day of one channel: messages from others by the reader's own, uncorrected tone. Days are those of UTC."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    day = models.DateField()
    messages = models.PositiveIntegerField(default=0)
    negative = models.PositiveIntegerField(default=0)
    neutral = models.PositiveIntegerField(default=0)
    positive = models.PositiveIntegerField(default=0)
    ours = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="one_day_count")]
