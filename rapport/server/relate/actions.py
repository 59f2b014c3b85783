"""Knowing who speaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Count, Max, Min

from rapport.core.types import Refused
from rapport.server import flow, many
from rapport.server.claim import LET_GO, held
from rapport.server.listen.models import Author, Message
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import fingerprint, recorded
from rapport.server.relate.models import Identity, Person


def recognise(keys: Sequence[int], *, actor: str) -> None:
    """See to it that every author is somebody: a person of their own, until evidence joins two."""
    with recorded("messages.related", actor) as entry:
        rows = held(Message.objects.filter(state="understood"), keys, actor)
        pairs = dict(rows.values_list("pk", "author_id"))
        authors = set(pairs.values())
        strangers = list(Author.objects.filter(pk__in=authors, identity__isnull=True))
        persons = Person.objects.bulk_create(
            Person(name=str(author)[:300], first_heard_at=author.first_heard_at) for author in strangers
        )
        many.add([Identity(author=author, person=person) for author, person in zip(strangers, persons)])
        refresh(Identity.objects.filter(author__in=authors).values_list("person_id", flat=True))
        Message.objects.filter(pk__in=list(pairs)).update(
            state=flow.advance("message", "understood", "related"), tries=0, **LET_GO
        )
        entry.detail |= {"messages": len(pairs)}


def refresh(persons: Iterable[int]) -> None:
    """Count what each of these people said, and when first and last."""
    totals = (
        Identity.objects.filter(person__in=set(persons))
        .values("person_id")
        .annotate(
            count=Count("author__messages"),
            first=Min("author__messages__published_at"),
            last=Max("author__messages__published_at"),
        )
    )
    many.update(
        Person,
        {
            total["person_id"]: {
                "messages": total["count"],
                "first_heard_at": total["first"],
                "last_heard_at": total["last"],
            }
            for total in totals
            if total["count"]
        },
    )


def describe(person: Person, *, about: str, actor: User) -> Refused | None:
    """Write down what colleagues should know of this person."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("person.described", actor, target=person, text=fingerprint(about)):
        Person.objects.filter(pk=person.pk).update(about=about[:5000])
    return None
