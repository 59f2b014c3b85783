"""Answers on their way."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from rapport.server import flow
from rapport.server.listen.models import Channel, Message
from rapport.server.organise.models import User
from rapport.server.route.models import Conversation


class Draft(models.Model):
    """The answer that is being written: one a conversation, shared. `version` guards against two pens."""

    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="draft", primary_key=True)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Outgoing(models.Model):
    """What is to be sent, frozen at the moment that a person pressed send. The states are those of `flow.py`."""

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="outgoing")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    parent = models.ForeignKey(Message, models.PROTECT, related_name="+")
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    idempotency_key = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=flow.choices("outgoing"), default="queued")
    send_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    looked = models.PositiveSmallIntegerField(default=0)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    message = models.OneToOneField(Message, models.SET_NULL, null=True, blank=True, related_name="sent_as")

    class Meta:
        ordering = ["id"]
        constraints = [
            # Two answers to one conversation are never under way at once, whatever the code thinks.
            models.UniqueConstraint(
                fields=["conversation"],
                name="one_answer_under_way",
                condition=models.Q(state__in=["queued", "sending", "unknown"]),
            )
        ]
        indexes = [models.Index(fields=["state", "send_after"], name="outgoing_due")]


class Moderation(models.Model):
    """What is to be done on the platform about a message of somebody else's, and why. The states are in `flow.py`.

    action   one of those of `contract.Moderates`
    """

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="moderations")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, related_name="moderations")
    action = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=flow.choices("moderation"), default="queued")
    send_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            # Hiding and showing never cross each other.
            models.UniqueConstraint(
                fields=["message"],
                name="one_moderation_under_way",
                condition=models.Q(state__in=["queued", "sending", "unknown"]),
            )
        ]
        indexes = [models.Index(fields=["state", "send_after"], name="moderation_due")]
