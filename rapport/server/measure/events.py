"""The talk around an event: how much before, during and after it, against what would have come anyway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from rapport.core.measure import burst
from rapport.core.measure.silence import clumping
from rapport.core.query import SEARCH_FIELDS, parse
from rapport.core.types import Estimate, NotEnough, Refused
from rapport.options import has_neighbours
from rapport.server.listen import search
from rapport.server.listen.hours import HOUR, hour_of_week, whole
from rapport.server.listen.models import Brief, Message
from rapport.server.measure.figures import told
from rapport.server.measure.lines import Given, apart, asked, complain
from rapport.server.measure.models import Event, Line
from rapport.server.measure.queries import TONES
from rapport.server.measure.warnings import WEEKS, Basis, basis
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded
from rapport.server.route.documents import columns, fields_of, of_row

PHASES = ("before", "during", "after")
DAY = timedelta(days=1)
LONGEST = 92
"""Days that an event or a stretch beside it may last."""
MOST = 300_000
"""Messages that are held against a query of its own; with more, a brief is asked for."""
SETTLED = 3 * DAY
"""So long after its last day an event is still looked at; then it stays as it was found."""


# -- looking ---------------------------------------------------------------------------------------------------------


class Said(NamedTuple):
    """A message that matched."""

    key: int
    at: datetime
    channel: int
    author: int
    followers: int | None
    tone: str | None


@dataclass(slots=True)
class Phase:
    """One stretch. `followers` of the accounts that spoke, each once, where the network tells: of `known` of them.

    beside   messages that are not among those that are held against what was to be expected; their tone counts
    """

    messages: int = 0
    beside: int = 0
    tones: Counter[str] = field(default_factory=Counter)
    authors: dict[int, int | None] = field(default_factory=dict)

    def add(self, one: Said, counted: bool) -> None:
        if one.tone:
            self.tones[one.tone] += 1
        if not counted:
            self.beside += 1
            return
        self.messages += 1
        self.authors[one.author] = one.followers

    def told(self) -> dict[str, Any]:
        known = [followers for followers in self.authors.values() if followers is not None]
        tones = {tone: self.tones[tone] for tone in TONES}
        people = len(self.authors)
        return {
            "messages": self.messages,
            "beside": self.beside,
            "people": people,
            "followers": sum(known),
            "known": len(known),
            "tones": tones,
        }


def measure(event: Event, now: datetime) -> dict[str, Any] | None:
    """What is known of it up to the last whole hour; None when too many messages would be held against its words.

    Where it is known what to expect, what is counted are messages from the same channels and hours as that; what came
    beside them stands apart.
    """
    start = _midnight(event.starts - event.before * DAY)
    end = min(_midnight(event.ends + (event.after + 1) * DAY), whole(now))
    learned = start - WEEKS * burst.WEEK * HOUR
    held = max(_hours(start, end), 0)
    known = basis(learned, WEEKS * burst.WEEK + held, now, held=held)
    counts = np.zeros(len(known.heard), dtype=np.int64)
    around: list[Said] = []
    for said in _said(event, learned, end):
        if said is None:
            return None
        if said.channel in known.channels:
            counts[int((said.at - learned) / HOUR)] += 1
        if said.at >= start:
            around.append(said)
    against = _against(event, counts, known, learned, start)
    phases = {name: Phase() for name in PHASES}
    days: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    for said in around:
        counted = "lacking" in against or _compared(said, known, learned)
        day = said.at.astimezone(UTC).date()
        phases[phase_of(event, day)].add(said, counted)
        (days if counted else beside)[day.isoformat()] += 1
    found: dict[str, Any] = {
        "phases": {name: phase.told() for name, phase in phases.items()},
        "channels": known.channels,
    }
    keys = [said.key for said in around]
    return found | against | {"days": days, "beside": beside, "coded": _coded(event, keys)}


def _compared(said: Said, known: Basis, learned: datetime) -> bool:
    """Whether it came where and when it is known what to expect."""
    return said.channel in known.channels and bool(known.heard[int((said.at - learned) / HOUR)])


def _coded(event: Event, keys: Sequence[int]) -> dict[str, Any]:
    """Net tone of these messages by phase as people coded it, corrected for the sample: [value, low, high, labels]; or
    [have, need]. A phase of which no day is closed is left out."""
    bounds = {
        "before": (event.starts - event.before * DAY, event.starts - DAY),
        "during": (event.starts, event.ends),
        "after": (event.ends + DAY, event.ends + event.after * DAY),
    }
    matched, coded = np.unique(np.array(keys, dtype=np.int64)), {}
    for name, (first, last) in bounds.items():
        sample = Given(asked(first, last, matched, 1.0)).period(Line(), first, last)
        if sample:
            found = sample.estimate("net")
            coded[name] = (
                [found.have, found.need] if isinstance(found, NotEnough) else [*told(found), len(sample.labels)]
            )
    return coded


def _hours(start: datetime, end: datetime) -> int:
    return max(int((end - start) / HOUR), 0)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def phase_of(event: Event, day: date) -> str:
    return "before" if day < event.starts else "during" if day <= event.ends else "after"


def _against(
    event: Event, counts: np.ndarray[tuple[int], np.dtype[np.int64]], known: Basis, learned: datetime, start: datetime
) -> dict[str, Any]:
    """By phase how many times as much came as was to be expected, and what was to be expected on each day, in the hours
    that were heard."""
    first = _hours(learned, start)
    usual = burst.profile(np.where(known.heard, counts, -1)[:first], hour_of_week(learned))
    if isinstance(usual, NotEnough):
        return {"buzz": {}, "expected": {}, "lacking": [usual.have, usual.need]}
    places = np.arange(first, len(counts))
    heard = places[known.heard[first:]]
    phases = np.array([phase_of(event, (learned + int(n) * HOUR).date()) for n in heard], dtype=str)
    means = usual.mean[(heard + hour_of_week(learned)) % burst.WEEK]
    past = np.arange(first)
    learnt = usual.mean[(past + hour_of_week(learned)) % burst.WEEK]
    clumped = clumping(np.where(known.heard, counts, -1)[:first].tolist(), learnt.tolist(), usual.size)
    buzz = {}
    for name in PHASES:
        mine = phases == name
        found = burst.against_expected(counts[heard[mine]], means[mine], usual.size, weeks=usual.weeks, clumped=clumped)
        if isinstance(found, Estimate):
            buzz[name] = [found.value, found.low, found.high]
    expected: dict[str, float] = {}
    for n in heard:
        at = learned + int(n) * HOUR
        day = at.date().isoformat()
        expected[day] = expected.get(day, 0.0) + float(usual.mean[hour_of_week(at)])
    return {"buzz": buzz, "expected": expected, "unheard": int(len(places) - len(heard))}


def _said(event: Event, since: datetime, until: datetime) -> Iterator[Said | None]:
    """What matches, in no order; None once too much would have to be looked at."""
    messages = Message.objects.filter(
        Q(set_aside=None) | Q(set_aside__hidden=False),
        published_at__gte=since,
        published_at__lt=until,
        ours=False,
        context=False,
        removed_at=None,
    ).order_by()
    if event.brief_id:
        messages = messages.filter(brief_matches__brief=event.brief_id)
        for row in messages.values_list(*NAMES).iterator(chunk_size=5_000):
            yield Said(*row)
        return
    yield from _matching(event.query, messages)


NAMES = ("pk", "published_at", "channel_id", "author_id", "author__followers", "reading__tone")


def _matching(text: str, messages: QuerySet[Message]) -> Iterator[Said | None]:
    query = parse(text, fields=SEARCH_FIELDS)
    fields = fields_of(query)
    narrowed = search.prefilter(messages, query)
    for n, row in enumerate(narrowed.values(*{*columns(fields), *NAMES}).iterator(chunk_size=5_000)):
        if n >= MOST:
            yield None
            return
        if query.matches(of_row(row, fields)):
            yield Said(*(row[name] for name in NAMES))


def renew(now: datetime) -> int:
    """Look again at events that are not long over, and at those that nobody has looked at. How many those were."""
    today = now.astimezone(UTC).date()
    done = 0
    failed: dict[Event, str] = {}
    for event in Event.objects.filter(removed_at=None):
        last = event.ends + (event.after + 1) * DAY + SETTLED
        if event.found_at is None or event.found_at.date() <= last:
            if event.starts - event.before * DAY > today:
                continue
            with apart(event, failed):
                found = measure(event, now)
                Event.objects.filter(pk=event.pk).update(found=found, found_at=now)
                done += 1
    complain(failed)
    return done


# -- what people do --------------------------------------------------------------------------------------------------


def save(
    event: Event | None,
    *,
    name: str,
    brief: Brief | None,
    query: str,
    starts: date,
    ends: date,
    before: int,
    after: int,
    actor: User,
    now: datetime,
) -> Event | Refused:
    """Raises QueryError when its words cannot be read. What is known of it is looked up at once."""
    if no := refusal(actor, "measure"):
        return no
    if wrong := _wrong(name, brief, query, starts, ends, (before, after)):
        return Refused(wrong)
    if not brief:
        parse(query, fields=SEARCH_FIELDS)
    with recorded("event.saved", actor, name=name, starts=starts, ends=ends, query=query) as entry:
        row = event or Event(made_by=actor)
        row.name, row.brief, row.query = name.strip(), brief, "" if brief else query.strip()
        row.starts, row.ends, row.before, row.after = starts, ends, before, after
        row.found, row.found_at = None, None
        if _midnight(starts - before * DAY) < now:
            row.found, row.found_at = measure(row, now), now
            if row.found is None:
                words = _("More than %(n)s messages would have to be looked at. Write a brief for it instead.")
                return entry.refuse(words % {"n": MOST})
        row.save()
        entry.target = row
    return row


def _wrong(name: str, brief: Brief | None, query: str, starts: date, ends: date, beside: Sequence[int]) -> str:
    rules = (
        (not name.strip(), _("An event needs a name.")),
        (not brief and not query.strip(), _("Choose a brief, or write words that find the talk.")),
        (not all(map(has_neighbours, (starts, ends))), _("Is the year right?")),
        (ends < starts, _("It cannot end before it starts.")),
        ((ends - starts).days >= LONGEST, _("An event lasts %(n)s days at most.") % {"n": LONGEST}),
        (not all(0 <= days <= LONGEST for days in beside), _("At most %(n)s days beside it.") % {"n": LONGEST}),
    )
    return next((words for wrong, words in rules if wrong), "")


def remove(event: Event, *, actor: User, now: datetime) -> Event | Refused:
    """It can be brought back."""
    if no := refusal(actor, "measure"):
        return no
    with recorded("event.removed", actor, target=event):
        event.removed_at = now
        event.save(update_fields=["removed_at"])
    return event


def bring_back(event: Event, *, actor: User) -> Event | Refused:
    if no := refusal(actor, "measure"):
        return no
    with recorded("event.brought_back", actor, target=event):
        event.removed_at = None
        event.save(update_fields=["removed_at"])
    return event
