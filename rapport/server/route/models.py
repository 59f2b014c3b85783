"""Whose conversation is it?"""

from __future__ import annotations

from django.db import models
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from rapport.server import flow
from rapport.server.listen.models import Channel, Message
from rapport.server.organise.abilities import Somebody, may
from rapport.server.organise.models import Team, User
from rapport.server.relate.models import Person


class RuleSet(models.Model):
    """One version of the ownership rules. The newest holds."""

    version = models.PositiveIntegerField(unique=True)
    text = models.TextField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-version"]


def beside(condition: Q) -> Case:
    """The same condition, but one that no index is chosen for: the rows come in the order that is asked for, and each
    is looked at. Without statistics SQLite takes every team for a handful of rows, and sorts a hundred thousand."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=models.BooleanField())


def visible_to(user: Somebody, conversation: str = "") -> Q | Case | None:
    """The one door, as a condition on a conversation (reached by the prefix `conversation`); None: everything.

    The hub sees all; a member what is theirs or their team's; a stranger nothing.
    """
    if may(user, "see_all"):
        return None
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=[])
    teams = list(user.memberships.values_list("team_id", flat=True))
    return beside(Q(**{f"{conversation}assignee": user}) | Q(**{f"{conversation}team__in": teams}))


class Conversations(QuerySet["Conversation"]):
    def visible_to(self, user: Somebody) -> Conversations:
        condition = visible_to(user)
        return self if condition is None else self.filter(condition)


class Conversation(models.Model):
    """The unit of work: one thread on one network, as the platform itself draws it.

    waiting_since  when the oldest message that we have not answered was said; None when the ball is with them
    due_at         when the answer to it is promised: see `core.route.clock`
    handed_at      when another team gave it to this one, whose clock began then
    urgency        of the most urgent message that we have not answered: now, soon, or nothing
    preview        the beginning of the last message from them, with private data masked; shown in lists as it stands
    """

    network = models.CharField(max_length=80)
    thread_id = models.CharField(max_length=500)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="conversations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="conversations", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="conversations", db_index=False)
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="conversations", db_index=False
    )
    state = models.CharField(max_length=12, choices=flow.choices("conversation"), default="open")
    rule_version = models.PositiveIntegerField(default=0)
    rule_line = models.PositiveIntegerField(default=0)
    who = models.CharField(max_length=120, blank=True)
    preview = models.CharField(max_length=200, blank=True)
    tone = models.CharField(max_length=8, blank=True)
    kinds = models.JSONField(default=list, blank=True)
    urgency = models.CharField(max_length=8, blank=True, default="")
    language = models.CharField(max_length=12, blank=True)
    tags = models.JSONField(default=list, blank=True)
    message_count = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = Conversations.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "thread_id"], name="one_conversation")]
        indexes = [
            models.Index(fields=["state", "-last_at", "-id"], name="conversation_state"),
            models.Index(fields=["team", "state", "-last_at", "-id"], name="conversation_team"),
            models.Index(fields=["assignee", "state", "-last_at", "-id"], name="conversation_assignee"),
            models.Index(fields=["person", "-last_at"], name="conversation_person"),
            models.Index(fields=["-last_at", "-id"], name="conversation_all"),
            models.Index(fields=["opened_at"], name="conversation_opened"),
            models.Index(fields=["due_at"], name="conversation_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["-last_at", "-id"], name="conversation_urgent", condition=~Q(urgency="")),
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.preview[:40]}"


class Placement(models.Model):
    """This message belongs to that conversation."""

    message = models.OneToOneField(Message, models.CASCADE, related_name="placement", primary_key=True)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="placements")
    at = models.DateTimeField(default=timezone.now)


class Strand(models.Model):
    """Where a message that names another belongs, on networks that keep no threads: see `core.route.thread`."""

    network = models.CharField(max_length=80)
    key = models.CharField(max_length=32)
    thread_id = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "key"], name="one_strand")]


class Export(models.Model):
    """Messages that somebody takes away in a file. It is made by the worker, and goes after some days.

    place    how far back in time it is: a mark, behind `older:` once it reads the archive
    buried   the last tombstone when it was begun: a message that was taken back since makes the file go
    why      what became of it: a trouble, or why it is gone
    """

    query = models.TextField()
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=flow.choices("export"), default="waiting")
    asked_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    place = models.CharField(max_length=80, blank=True)
    back_to = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    draft_bytes = models.BigIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    buried = models.BigIntegerField(default=0)
    why = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="export_state")]


class Note(models.Model):
    """What colleagues tell each other; never leaves the house."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
