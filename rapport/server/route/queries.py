"""Finding messages: the one query language over everything that a person may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from rapport.core.query import Between, Conjunct, FieldTerm, Is, Query, conjuncts
from rapport.core.query.match import value_key
from rapport.server.listen import search
from rapport.server.listen.models import Channel, Message
from rapport.server.organise.models import Team, User
from rapport.server.route.documents import RELATED, columns, fields_of, of_row
from rapport.server.route.models import Conversations, beside, visible_to

PAGE = 50
RARE = 20_000
"""When at most so many messages have the words of a query, one walks through those; otherwise through all."""

STEPS = (500, 1_500, 3_000, 3_000)
"""How many messages one walks back in time, step by step, before one asks whether to go on."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a list that is sorted by time and id goes on. `str` is how it stands in an address."""

    at: datetime
    key: int

    def __str__(self) -> str:
        return f"{(self.at - _START) // _TICK:x}-{self.key:x}"

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """The mark that an address carries; None when it is none."""
        at, _, key = text.partition("-")
        try:
            return cls(_START + int(at, 16) * _TICK, int(key, 16))
        except (ValueError, OverflowError):
            return None


_START = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Found:
    """Messages that match, newest first, with `RELATED` selected.

    next     where the next page begins; None when there is nothing further back
    stopped  there is more to look at, but enough was looked at for one request: offer to search further back
    """

    rows: list[Message]
    next: Mark | None = None
    stopped: bool = False


def messages_visible_to(user: User) -> QuerySet[Message]:
    """Messages that are still there: all for those who see everything, those of their own conversations for others."""
    there = Message.objects.filter(removed_at=None)
    condition = visible_to(user, "placement__conversation__")
    return there if condition is None else there.filter(condition)


def search_messages(
    user: User,
    query: Query,
    *,
    before: Mark | None = None,
    limit: int = PAGE,
    within: Conversations | None = None,
) -> Found:
    """The newest messages that match, before a mark. `within` narrows it to messages of these conversations.

    The database narrows down, the matcher decides. What one request walks through is bounded by `STEPS`.
    """
    candidates = _with_fields(messages_visible_to(user), query)
    messages = _in_order(query)
    found: list[Mark] = []
    for places in _walk(messages, before):
        found += _matching(candidates, places, query, within)
        if len(found) > limit:
            return Found(_rows(found[:limit]), found[limit - 1])
        before = places[-1]
    more = before is not None and _behind(messages, before).exists()
    return Found(_rows(found), before if more else None, stopped=more)


def _in_order(query: Query) -> QuerySet[Message]:
    messages = Message.objects.order_by("-published_at", "-id")
    return search.prefilter(messages, query) if search.is_rare(query, RARE) else messages


def _walk(messages: QuerySet[Message], before: Mark | None) -> Iterator[list[Mark]]:
    """Back in time through an index alone, whoever the messages belong to. So the work is the same for every filter,
    and no guess of the database's makes it read everything."""
    for step in STEPS:
        places = [Mark(*place) for place in _behind(messages, before).values_list("published_at", "id")[:step]]
        if places:
            yield places
        if len(places) < step:
            return
        before = places[-1]


def _matching(
    candidates: QuerySet[Message], places: Sequence[Mark], query: Query, within: Conversations | None
) -> list[Mark]:
    fields = fields_of(query)
    rows = candidates.filter(id__in=[place.key for place in places])
    rows = rows.values(*columns(fields), talk=F("placement__conversation"))
    talks = {row["id"]: row["talk"] for row in rows if query.matches(of_row(row, fields))}
    if within is not None:
        # Asked for these few only: as a part of the query above it would be worked out for all conversations there are.
        inside = set(within.filter(pk__in=set(talks.values())).values_list("pk", flat=True))
        talks = {key: talk for key, talk in talks.items() if talk in inside}
    return [place for place in places if place.key in talks]


def _rows(found: Sequence[Mark]) -> list[Message]:
    rows = Message.objects.select_related(*RELATED).in_bulk([place.key for place in found])
    return [rows[place.key] for place in found if place.key in rows]


def _behind(messages: QuerySet[Message], mark: Mark | None) -> QuerySet[Message]:
    if mark is None:
        return messages
    # The first condition says nothing new, but it is the one that the index understands.
    return messages.filter(
        Q(published_at__lte=mark.at) & (Q(published_at__lt=mark.at) | Q(published_at=mark.at, id__lt=mark.key))
    )


# -- what the database can decide ------------------------------------------------------------------------------------


def _with_fields(messages: QuerySet[Message], query: Query) -> QuerySet[Message]:
    """Fewer messages, among them every one that matches."""
    for found in conjuncts(query):
        if condition := _condition(found):
            messages = messages.filter(beside(condition))
    return messages


def _condition(found: Conjunct) -> Q | None:
    """Any of the terms; None when the matcher alone can tell, and leaving it to the matcher is always safe."""
    if found.negated:
        return None
    condition = Q()
    for term in found.terms:
        column = _COLUMNS.get((term.field, type(term)))
        if column is None:
            return None
        condition |= column(term)
    return condition


def _tone(term: Is) -> Q:
    return Q(reading__tone=term.value)


def _urgency(term: Is) -> Q:
    return Q(reading__urgency=term.value)


def _kind(term: Is) -> Q:
    return Q(reading__kinds__icontains=f'"{term.value}"')


def _addressed(term: Is) -> Q:
    return Q(addressed=term.value == "yes")


def _channel(term: Is) -> Q:
    names = Channel.objects.values_list("id", "name")
    return Q(channel__in=[key for key, name in names if _says(term, name)])


def _network(term: Is) -> Q:
    """Those of our channels are known; a file may bring others, which the matcher looks at."""
    known = set(Channel.objects.values_list("network", flat=True))
    return Q(network__in=[name for name in known if _says(term, name)]) | ~Q(network__in=known)


def _team(term: Is) -> Q:
    slugs = Team.objects.values_list("id", "slug")
    return Q(placement__conversation__team__in=[key for key, slug in slugs if _says(term, slug)])


def _owner(term: Is) -> Q:
    names = User.objects.values_list("id", "name")
    return Q(placement__conversation__assignee__in=[key for key, name in names if _says(term, name)])


def _is(term: Is) -> Q:
    talk = "placement__conversation__"
    match term.value:
        case "answered":
            return Q(**{f"{talk}first_answer_at__isnull": False})
        case "unowned":
            return Q(**{"placement__isnull": False, f"{talk}assignee__isnull": True})
        case "noise":
            return Q(set_aside__hidden=True)
        case "late":
            soon = timezone.now() + timedelta(minutes=1)  # the matcher's clock is a little ahead of this one
            return Q(**{f"{talk}due_at__lte": soon, f"{talk}state": "open"})
        case state:
            return Q(**{f"{talk}state": state})


def _between(column: str) -> Callable[[Between], Q]:
    def between(term: Between) -> Q:
        condition = Q()
        if term.low is not None:
            condition &= Q(**{f"{column}__gte": term.low})
        if term.high is not None:
            condition &= Q(**{f"{column}__lte": term.high})
        return condition

    return between


def _says(term: Is, value: str) -> bool:
    key = value_key(value)
    return key.startswith(term.value) if term.prefix else key == term.value


def _language(term: Is) -> Q:
    return Q(**{f"reading__language__{'istartswith' if term.prefix else 'iexact'}": term.value})


_COLUMNS: dict[tuple[str, type[FieldTerm]], Callable[..., Q]] = {
    ("tone", Is): _tone,
    ("kind", Is): _kind,
    ("urgency", Is): _urgency,
    ("addressed", Is): _addressed,
    ("channel", Is): _channel,
    ("network", Is): _network,
    ("language", Is): _language,
    ("team", Is): _team,
    ("owner", Is): _owner,
    ("is", Is): _is,
    ("followers", Between): _between("author__followers"),
    ("published", Between): _between("published_at"),
    ("heard", Between): _between("heard_at"),
}
