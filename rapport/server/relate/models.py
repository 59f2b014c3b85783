"""People across channels."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from rapport.server.listen.models import Author
from rapport.server.organise.abilities import Somebody, may


class Persons(QuerySet["Person"]):
    def visible_to(self, user: Somebody) -> Persons:
        """The one door: whoever sees a conversation with a person sees the person; the hub sees everybody."""
        if may(user, "see_all"):
            return self
        # Conversations come after people in the sentence, so their model is asked for by name.
        talks: Any = apps.get_model("rapport", "Conversation").objects
        return self.filter(Exists(talks.visible_to(user).filter(person=OuterRef("pk"))))


class Person(models.Model):
    name = models.CharField(max_length=300)
    first_heard_at = models.DateTimeField(default=timezone.now)
    last_heard_at = models.DateTimeField(default=timezone.now)
    messages = models.PositiveIntegerField(default=0)
    about = models.TextField(blank=True)  # what colleagues wrote down

    authors: QuerySet[Author]

    objects = Persons.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-last_heard_at", "-id"], name="person_latest")]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """This account is that person's."""

    author = models.OneToOneField(Author, models.CASCADE, related_name="identity", primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
