"""What the readers made of each message."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from rapport.core import types
from rapport.server import flow
from rapport.server.listen.models import Brief, Message
from rapport.server.organise.models import User


class Reading(models.Model):
    """The current reading of a message, and the version of the reader that made it.

    What may be null was not looked for by the reader that made it.

    urgency  now, soon or normal; `urgent_for`: what speaks for that, see `core.understand.urgency`
    spam     signs of it, see `core.understand.spam`
    hints    words that hint at what the law protects especially, see `core.understand.hints`
    """

    message = models.OneToOneField(Message, models.CASCADE, related_name="reading", primary_key=True)
    language = models.CharField(max_length=12)
    tone = models.CharField(max_length=8)
    negative = models.FloatField()
    neutral = models.FloatField()
    positive = models.FloatField()
    kinds = models.JSONField(default=list)
    private = models.JSONField(default=list)  # [start, end, kind, confidence]
    hints = models.JSONField(null=True)  # the same
    urgency = models.CharField(max_length=8, null=True)
    urgent_for = models.JSONField(null=True)
    spam = models.JSONField(null=True)
    reader = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    @property
    def private_spans(self) -> tuple[types.Private, ...]:
        return tuple(types.Private(*span) for span in self.private)

    @property
    def hinted_at(self) -> tuple[str, ...]:
        """What the law protects especially and the message may speak of, each once."""
        return tuple(dict.fromkeys(kind for _start, _end, kind, _sure in self.hints or ()))


class Unsure(models.Model):
    """A message of whose tone the quick reader was unsure, until the deep one has read it. Only where there is one."""

    message = models.OneToOneField(Message, models.CASCADE, related_name="unsure", primary_key=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)


class Correction(models.Model):
    """What a person said that a reader should have said of a message; the last thing that they said of it.

    Somebody corrects what they happen to look at, and rather what is wrong than what is right. So these are a sample of
    nothing: they are kept apart from labels that are drawn by chance, and no figure of the period that they come from
    is ever corrected by them. What a reader said stays in `Reading`.

    reader    tone, kind or language        version   of the reader that said `was`
    was       what it had said, kinds parted by commas; `said`: what the person says, in the same form
    revision  of the message that they read: of an edited message nobody knows yet what they would say
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="corrections", db_index=False)
    reader = models.CharField(max_length=12)
    was = models.CharField(max_length=200)
    said = models.CharField(max_length=200)
    version = models.CharField(max_length=80)
    revision = models.PositiveIntegerField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "reader", "by"], name="one_correction")]
        indexes = [models.Index(fields=["reader", "-at", "-id"], name="correction_newest")]


class Wording(models.Model):
    """A text as several may say it. Those that nobody repeats go after the window of `core.understand.noise`.

    signature   its MinHash numbers          accounts   that said it, as far as counted: up to the limit
    ours        we said it ourselves         campaign   it was set aside as one
    cleared_at  a person said that it is no noise; that stands
    """

    signature = models.BinaryField()
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    accounts = models.PositiveIntegerField(default=1)
    ours = models.BooleanField(default=False)
    campaign = models.BooleanField(default=False)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="wording_last")]


class WordingKey(models.Model):
    """What a wording is found by: see `core.understand.noise.keys`."""

    wording = models.ForeignKey(Wording, models.CASCADE, related_name="keys")
    key = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key"], name="wording_key")]


class Copy(models.Model):
    """A message that says a wording."""

    message = models.OneToOneField(Message, models.CASCADE, related_name="copy", primary_key=True)
    wording = models.ForeignKey(Wording, models.CASCADE, related_name="copies")


class SetAside(models.Model):
    """A message that is noise, and why. It is kept and can be searched; nothing of it is lost.

    hidden      it opens no conversation and is counted apart. What addresses us is only marked
    seen        what the sentence about it needs (see `core.understand.noise.Reason`)
    cleared_at  a person said that it is no noise; that stands
    """

    message = models.OneToOneField(Message, models.CASCADE, related_name="set_aside", primary_key=True)
    why = models.CharField(max_length=20)
    seen = models.JSONField(default=dict)
    hidden = models.BooleanField(default=True)
    wording = models.ForeignKey(Wording, models.SET_NULL, null=True, blank=True, related_name="set_aside")
    at = models.DateTimeField(default=timezone.now)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-message"], name="set_aside_hidden", condition=models.Q(hidden=True))]


class BriefSample(models.Model):
    """A random draw from what a brief matched, for people to judge. Each of the `matches` had the same chance."""

    brief = models.ForeignKey(Brief, models.CASCADE, related_name="samples")
    matches = models.PositiveIntegerField()
    drawn_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]


class SampledMatch(models.Model):
    """One message of a draw, in the order in which it was drawn, and what a person said of it."""

    sample = models.ForeignKey(BriefSample, models.CASCADE, related_name="drawn", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=10, blank=True)  # about, noise, unclear
    judged_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "position"], name="one_position")]
        ordering = ["position"]


class LabelDraw(models.Model):
    """A random draw for one person to label, from what they may see. Each of the `messages` had the same chance.

    since   they were said from then until `drawn_at`
    """

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    messages = models.PositiveIntegerField()
    since = models.DateTimeField()
    drawn_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]


class Label(models.Model):
    """One message of a draw, in the order in which it was drawn, and how the person who drew it says that it sounds.

    It was chosen by chance, unlike what is corrected, so that readers can be tried on it. It is for them alone: no
    figure of the period that it comes from is corrected by it.

    tone      negative, neutral, positive, or unclear; empty before they said anything
    revision  of the message that they read
    """

    draw = models.ForeignKey(LabelDraw, models.CASCADE, related_name="drawn", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="labels")
    position = models.PositiveSmallIntegerField()
    tone = models.CharField(max_length=8, blank=True)
    revision = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "position"], name="one_label_position")]
        ordering = ["position"]


class Head(models.Model):
    """What the organisation's labels taught a reader of tone, and how its trial went. See `core.understand.head`.

    content    the head as it is kept; empty when it lost
    version    for instance "head-tone-1a2b3c4d"; `default`: that of the default reader on top of which it reads
    drawn      labels drawn by chance that there were, `chosen`: corrections, which only taught
    figures    of its trial: see `heads.figures_of`
    """

    version = models.CharField(max_length=40)
    default = models.CharField(max_length=40, default="")
    state = models.CharField(max_length=12, choices=flow.choices("head"), default="candidate")
    content = models.BinaryField()
    drawn = models.PositiveIntegerField()
    chosen = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state"], name="head_reads", condition=flow.any_of(["beside", "on"]))]


class HeadReading(models.Model):
    """What the default reader and a head say of the same message; which of them counts stands in `Reading`."""

    head = models.ForeignKey(Head, models.CASCADE, related_name="readings", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+")
    default = models.JSONField()  # how likely negative, neutral, positive
    own = models.JSONField()  # the same
    agree = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["head", "message"], name="one_head_reading")]
        indexes = [models.Index(fields=["head", "agree"], name="head_agrees")]


class ReaderChange(models.Model):
    """From when on messages were read by these versions: where the ruler changed, figures may change with it."""

    versions = models.CharField(max_length=200)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
