"""Telling people what they should know. Every part of the shell shows how much of it is unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from rapport.server.organise.abilities import ABILITIES
from rapport.server.organise.models import Notice, User


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice. In the words stand names of its detail; `start`, `end` and `when` are times, `day` is a day,
    `cause` and `trouble` are sentences that are not translated yet, with `cause_told` for what the former names."""

    icon: str
    title: Promise
    reason: Promise


KINDS = {
    "sign_in": Kind(
        "key",
        gettext_lazy("%(channel)s needs you to sign in again"),
        gettext_lazy("%(trouble)s Nothing is lost: what is said meanwhile is fetched when you have signed in."),
    ),
    "deaf": Kind(
        "alert",
        gettext_lazy("%(channel)s: nobody can speak to us there"),
        gettext_lazy("%(trouble)s While that is so, silence says nothing about what people think."),
    ),
    "not_deaf": Kind(
        "check",
        gettext_lazy("%(channel)s: people can speak to us there again"),
        gettext_lazy("What they say is heard as before."),
    ),
    "gap_lasts": Kind(
        "alert",
        gettext_lazy("%(channel)s is not heard"),
        gettext_lazy("Since %(start)s. %(cause)s"),
    ),
    "gap": Kind(
        "alert",
        gettext_lazy("%(channel)s was not heard for a while"),
        gettext_lazy("From %(start)s to %(end)s. %(cause)s"),
    ),
    "early_warning": Kind(
        "alert",
        gettext_lazy("%(about)s: more people than usual speak of it"),
        gettext_lazy("%(n)s in the last hours."),
    ),
    "brought_back": Kind(
        "check",
        gettext_lazy("%(channel)s: what was said earlier is here"),
        gettext_lazy("%(new)s new messages from %(start)s to %(end)s."),
    ),
    "not_brought_back": Kind(
        "alert",
        gettext_lazy("%(channel)s: what was said earlier could not be brought back"),
        gettext_lazy("%(trouble)s"),
    ),
    "tone_changed": Kind(
        "alert",
        gettext_lazy("%(line)s: the tone has changed"),
        gettext_lazy("Probably since %(day)s. What people coded shows it; Course says what carries it."),
    ),
    "reader_moved": Kind(
        "alert",
        gettext_lazy("%(line)s: the reader has moved, not the tone"),
        gettext_lazy("Since about %(day)s it errs otherwise than before. The numbers that people coded stay right."),
    ),
    "off_course": Kind(
        "alert",
        gettext_lazy("%(line)s: behind the way to its goal"),
        gettext_lazy("The weeks up to %(day)s were behind it too often for that to be chance."),
    ),
}


def tell(users: Iterable[User], what: str, url: str, **detail: str | int | Mapping[str, Any]) -> None:
    """Leave a notice for each; one that is unread and says the same of the same place is brought up to date.

    It belongs to the action that made it necessary, and is saved in its transaction.
    """
    if what not in KINDS:
        raise KeyError(what)
    now = timezone.now()
    for user in users:
        again = Notice.objects.filter(user=user, what=what, url=url, read_at=None)
        if not again.update(at=now, detail=detail):
            Notice.objects.create(user=user, what=what, url=url, at=now, detail=detail)


def settle(what: str, url: str) -> None:
    """It is dealt with: nobody has to read it any more."""
    Notice.objects.filter(what=what, url=url, read_at=None).update(read_at=timezone.now())


def read(notices: QuerySet[Notice], now: datetime) -> int:
    """Somebody has seen these. Their own business: no entry in the record."""
    return notices.filter(read_at=None).update(read_at=now)


def unread(user: User, most: int) -> int:
    """How many wait; `most` when there are that many or more."""
    return len(Notice.objects.filter(user=user, read_at=None).order_by().values_list("pk", flat=True)[:most])


def those_who_may(ability: str) -> QuerySet[User]:
    """Everybody with this ability: whom to tell where nobody in particular is concerned."""
    roles = [role for role, abilities in ABILITIES.items() if ability in abilities]
    return User.objects.filter(is_active=True, role__in=roles)
