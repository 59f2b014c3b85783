"""People across channels."""

from __future__ import annotations

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from rapport.server.listen.models import Author


class Person(models.Model):
    name = models.CharField(max_length=300)
    first_heard_at = models.DateTimeField(default=timezone.now)
    last_heard_at = models.DateTimeField(default=timezone.now)
    messages = models.PositiveIntegerField(default=0)
    about = models.TextField(blank=True)  # what colleagues wrote down

    authors: QuerySet[Author]

    class Meta:
        indexes = [models.Index(fields=["-last_heard_at", "-id"], name="person_latest")]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """This account is that person's."""

    author = models.OneToOneField(Author, models.CASCADE, related_name="identity", primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
