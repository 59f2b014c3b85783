"""Counts that are kept, so that a page over a year does not read a million rows. All days are those of UTC."""

from __future__ import annotations

from django.db import models

from rapport.server.listen.models import Channel
from rapport.server.organise.models import Team


class DayCount(models.Model):
    """One day of one channel: messages from others by the reader's own, uncorrected tone.

    noise        what was set aside that day, which is in none of the other counts
    hours        hours of that day in which we were to hear the channel; None where there are none (files)
    deaf_hours   those of them whose messages we do not have, as far as we know (see `listen.hours`)
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    day = models.DateField()
    messages = models.PositiveIntegerField(default=0)
    negative = models.PositiveIntegerField(default=0)
    neutral = models.PositiveIntegerField(default=0)
    positive = models.PositiveIntegerField(default=0)
    ours = models.PositiveIntegerField(default=0)
    noise = models.PositiveIntegerField(default=0)
    hours = models.PositiveSmallIntegerField(null=True, blank=True)
    deaf_hours = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="one_day_count")]
        indexes = [models.Index(fields=["day"], name="day_count_day")]


class DayAnswer(models.Model):
    """The conversations of one channel and team that began on one day, and what became of them since.

    asked      all of them
    answered   those with a first answer
    closed     those that somebody closed without one
    waits      seconds from the beginning to the first answer, one for each answered: unsigned, 4 bytes, little-endian
    """

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    day = models.DateField()
    asked = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    waits = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "team", "day"], name="one_day_answer")]
        indexes = [models.Index(fields=["day"], name="day_answer_day")]
