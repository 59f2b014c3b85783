"""The organisation, its teams and people, and the audit record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What a person may do in the whole organisation; see `abilities.py`."""

    MEMBER = "member", _("Member")
    LEAD = "lead", _("Lead")
    HUB = "hub", _("Hub")
    SPONSOR = "sponsor", _("Sponsor")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class Function(models.TextChoices):
    HUB = "hub", _("Hub")
    SERVICE = "service", _("Service")
    PRODUCT = "product", _("Product")
    SALES = "sales", _("Sales")
    LOGISTICS = "logistics", _("Logistics")
    PEOPLE = "people", pgettext_lazy("function", "People")
    MARKETING = "marketing", _("Marketing")


class Organisation(models.Model):
    """One a database.

    regions     two-letter codes of the countries whose national telephone numbers are recognised; none: as the time
                zone says
    references  how its booking numbers and the like look, as people wrote it: see `core.understand.references`
    labels_a_day   that coders are asked for in quiet times
    hours          when it is open, as `opening.kept` makes them; None: always
    """

    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC")
    sample = models.BooleanField(default=False)
    regions = models.JSONField(default=list)
    references = models.JSONField(default=list)
    labels_a_day = models.PositiveSmallIntegerField(default=12)
    hours = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_organisation")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.id = 1
        super().save(*args, **kwargs)


class Team(models.Model):
    """
    answer_within   what it promises, in its opening hours
    hours           when it is open, where that is not when the organisation is; see `opening.kept`
    """

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    function = models.CharField(max_length=20, choices=Function)
    answer_within = models.DurationField(default=timedelta(hours=4))
    hours = models.JSONField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_hub(self) -> bool:
        return self.function == Function.HUB


class People(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A member of the organisation. Signs in by e-mail address. `works_for`: an agency; nothing: ourselves."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role, default=Role.MEMBER)
    works_for = models.CharField(max_length=80, blank=True)
    teams = models.ManyToManyField(Team, through="Membership", related_name="members")
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=5, blank=True, choices=[("light", _("Light")), ("dark", _("Dark"))])
    is_active = models.BooleanField(default=True)
    local_only = models.BooleanField(default=False, help_text="may sign in from this machine only")
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = People()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class Membership(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "team"], name="one_membership")]


class Notice(models.Model):
    """Something that somebody should know, until they have read it. The words are those of `notices.py`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices", db_index=False)
    what = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_newest"),
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at=None)),
        ]


class AuditEntry(models.Model):
    """One thing that somebody did. Written by `record.recorded` and by nothing else; never changed, never deleted."""

    sequence = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)  # "user:12 Ana Lind" or "system:listener": it outlives the account
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["target", "-sequence"]), models.Index(fields=["action", "-sequence"])]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.target}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked by whoever appends."""

    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_head")]
