"""What a brief would have heard in the last seven days: every message where that is quick, else a random draw.

Every one is looked at when there are few, or when the index of words leaves few that could match. Otherwise messages
are drawn by their ids with the same chance each, and the page says that it is an estimate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import BigIntegerField, ExpressionWrapper, F, Min, QuerySet

from rapport.core.proportion import wilson
from rapport.core.query import Hit, Prepared, Query, explain
from rapport.core.types import Document, Estimate, Span
from rapport.server.listen import search
from rapport.server.listen.models import Message

DAYS = 7
LOOKED_AT = 2_000
"""How many messages are looked at, at most."""
COUNTED = 20_000
"""How many messages of the week are counted one by one, at most."""
EXAMPLES = 20

ROUND, STEP = 1_000_003, 618_035
"""Steps of the golden section spread ids evenly over a round (D. Knuth, The Art of Computer Programming, 3, 6.4)."""


@dataclass(frozen=True, slots=True)
class Example:
    """A message that matches, and where the words that made it match stand."""

    message: Message
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a query finds among the messages of some days.

    first, last  the days, both included                heard    messages of these days: about so many when drawn
    matched      how many of them, when that is known   more     there are more than `heard`; nobody counted them
    estimate     the same from a draw                   drawn    how many messages of others were drawn; 0: none were
    scale        for how many messages each found one stands, at least 1
    found        those that match, as the matcher saw them: all, or those of the draw
    days         how many of each day match, scaled up
    """

    first: date
    last: date
    heard: int = 0
    more: bool = False
    matched: int = 0
    estimate: Estimate | None = None
    drawn: int = 0
    scale: float = 1.0
    found: tuple[Prepared, ...] = ()
    days: tuple[tuple[date, int], ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def most(self) -> int:
        return max((count for _, count in self.days), default=0)

    def also(self, query: Query) -> int:
        """How many of those that match fulfil another query too."""
        return round(self.scale * sum(map(query.matches, self.found)))


def theirs(messages: QuerySet[Message]) -> QuerySet[Message]:
    """What others said, the last heard first: without our own words and mere context."""
    return messages.filter(ours=False, context=False, removed_at=None).order_by("-id")


def begin_of_week(now: datetime, zone: tzinfo) -> datetime:
    """Today and the six days before, in this zone."""
    return datetime.combine(now.astimezone(zone).date() - timedelta(days=DAYS - 1), time(), zone)


def preview(query: Query, messages: QuerySet[Message], *, now: datetime, zone: tzinfo) -> Preview:
    """What a brief would have heard of these messages, said today or on the six days before (in this zone)."""
    begin = begin_of_week(now, zone)
    first, last = begin.date(), now.astimezone(zone).date()
    week = messages.filter(published_at__gte=begin, published_at__lte=now)
    heard = theirs(week).order_by()[: COUNTED + 1].count()
    looked = _looked(query, theirs(messages), week, heard) if heard else _Looked(theirs(week))
    seen = [one for one in documents(looked.rows) if begin <= one.at <= now]
    found = sorted((one for one in seen if query.matches(one.prepared)), key=lambda one: one.at, reverse=True)
    known = Preview(
        first,
        last,
        heard=min(heard, COUNTED),
        more=heard > COUNTED,
        matched=len(found),
        found=tuple(one.prepared for one in found),
        examples=_examples(query, found[:EXAMPLES]),
    )
    told = known if looked.of is None else _extrapolated(known, looked, len(seen))
    return replace(told, days=tuple(_by_day([one.at.astimezone(zone).date() for one in found], first, told.scale)))


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a standing brief saw it when it arrived."""

    key: int
    at: datetime
    prepared: Prepared


def documents(messages: QuerySet[Message]) -> Iterator[Seen]:
    for key, text, spans, name, handle, network, channel, language, at, addressed, url in messages.values_list(*_SEEN):
        fields = {
            "author": tuple(filter(None, (name, handle))),
            "network": network,
            "channel": channel,
            "language": language,
            "published": at,
            "addressed": addressed,
            "url": url,
        }
        yield Seen(key, at, Prepared(Document(text, tuple(Span(*span) for span in spans), fields)))


_SEEN = (
    "id",
    "text",
    "spans",
    "author__name",
    "author__handle",
    "network",
    "channel__name",
    "language_hint",
    "published_at",
    "addressed",
    "url",
)


# -- which are looked at -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Looked:
    """Messages of others to look at, those of other days still among them.

    Of a draw: `n` were drawn from `of` messages of the week, ours included when nobody counted those of others.
    """

    rows: QuerySet[Message]
    n: int = 0
    of: int | None = None


def _looked(query: Query, messages: QuerySet[Message], week: QuerySet[Message], heard: int) -> _Looked:
    # In a small week the index is asked for its ids alone; in a large one most of what it knows is of the week anyway.
    low = theirs(week).order_by().aggregate(low=Min("id"))["low"] if heard <= COUNTED else 0
    few = search.few(query, low, LOOKED_AT)
    if few is not None:
        return _Looked(messages.filter(id__in=few))
    if heard <= LOOKED_AT:
        return _Looked(theirs(week))
    from_all = week if heard > COUNTED else theirs(week)
    of = from_all.count() if heard > COUNTED else heard
    keys = _draw(from_all, of)
    return _Looked(messages.filter(id__in=keys), len(keys), of)


def _draw(messages: QuerySet[Message], of: int) -> list[int]:
    """Ids of some of them, each with the same chance; the same ones while one types."""
    turn = ExpressionWrapper(F("id") * STEP % ROUND, output_field=BigIntegerField())
    drawn = messages.order_by().annotate(turn=turn).filter(turn__lt=ROUND * LOOKED_AT // of)
    return list(drawn.values_list("id", flat=True))


def _extrapolated(known: Preview, looked: _Looked, theirs: int) -> Preview:
    """What the draw says of the whole week."""
    n, of = looked.n, looked.of or 0
    share = wilson(known.matched, n, of=of)
    estimate = Estimate(of * share.value, of * share.low, of * share.high, n, share.method)
    heard = round(of * theirs / n) if known.more else known.heard
    return replace(known, heard=heard, more=False, estimate=estimate, drawn=theirs, scale=of / n)


# -- what is shown -----------------------------------------------------------------------------------------------------


def _by_day(days: Sequence[date], first: date, scale: float) -> Iterator[tuple[date, int]]:
    """Each day, those on which nothing matched included."""
    counts = Counter(days)
    for day in (first + timedelta(days=n) for n in range(DAYS)):
        yield day, round(scale * counts[day])


def _examples(query: Query, found: Sequence[Seen]) -> tuple[Example, ...]:
    rows = Message.objects.select_related("author", "channel", "reading").in_bulk([one.key for one in found])
    return tuple(Example(rows[one.key], explain(query, one.prepared)) for one in found if one.key in rows)
