"""Who was heard last, and who is it: the people that a member may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from rapport.server.listen.models import Author, Channel
from rapport.server.organise.models import User
from rapport.server.relate.models import Identity, Person

PAGE = 50


@dataclass(frozen=True, slots=True)
class People:
    """A page of people, each with their accounts (`accounts[person.pk]`). `more` says that others come after them."""

    rows: list[Person]
    accounts: dict[int, list[Author]]
    more: bool


def people(user: User, *, begins: str = "", before: tuple[datetime, int] | None = None) -> People:
    """Those heard last first, without our own accounts; `begins` is the beginning of a name or a handle."""
    found = Person.objects.visible_to(user).exclude(pk__in=_ourselves()).order_by("-last_heard_at", "-id")
    if begins:
        handles = Identity.objects.filter(person=OuterRef("pk"), author__handle__istartswith=begins.lstrip("@"))
        found = found.filter(Q(name__istartswith=begins) | Exists(handles))
    if before:
        at, key = before
        found = found.filter(Q(last_heard_at__lte=at) & (Q(last_heard_at__lt=at) | Q(last_heard_at=at, id__lt=key)))
    rows = list(found[: PAGE + 1])
    return People(rows[:PAGE], accounts_of(rows[:PAGE]), len(rows) > PAGE)


def _ourselves() -> list[int]:
    """The persons behind the accounts of our own channels."""
    ours = Channel.objects.exclude(external_id="").values_list("network", "external_id")
    accounts = [Q(author__network=network, author__external_id=external_id) for network, external_id in ours]
    if not accounts:
        return []
    return list(Identity.objects.filter(reduce(or_, accounts)).values_list("person_id", flat=True))


def accounts_of(persons: Sequence[Person]) -> dict[int, list[Author]]:
    """The accounts of these people on their networks."""
    found: dict[int, list[Author]] = {person.pk: [] for person in persons}
    identities = Identity.objects.filter(person__in=list(found)).select_related("author").order_by("author__network")
    for identity in identities:
        found[identity.person_id].append(identity.author)
    return found
