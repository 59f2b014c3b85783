"""Share of voice: of the talk about us and about our rivals, how much is about whom, week by week.

Only channels count that were heard nearly all week and where talk about everybody is heard: through mentions of our
account one hears of ourselves alone. So does whoever was listened for all week: a rival whose brief came on Wednesday
would look small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time

import numpy as np
from django.db.models import Min, Q

from rapport.core.measure.sampling import join
from rapport.core.measure.voice import FEWEST_GROUPS, Sums, live_for_all, sums, together
from rapport.core.types import Estimate, NotEnough
from rapport.server.listen import hours as listening
from rapport.server.listen.models import Brief, BriefMatch, Channel, Message, Purpose, Sighting
from rapport.server.measure.models import VoiceWeek
from rapport.server.measure.queries import HOURS, WEEK, monday
from rapport.server.organise.models import AuditEntry
from rapport.server.organise.record import recorded

US = "us"
COUNTED = {False: "messages", True: "people"}
OURS = (Purpose.BRAND, Purpose.PRODUCT)
WEEKS = 52
AGAIN = 2
"""Whole weeks that are weighed anew each time, because messages still come."""
LIVE = 0.95
"""Of the hours of a week; a channel that was heard less could make a rival look quiet."""


@dataclass(slots=True)
class Mentions:
    """Who is spoken of, and what ties the messages: one entry a mention, in three columns and a fourth."""

    brand: list[str] = field(default_factory=list)
    author: list[str] = field(default_factory=list)
    thread: list[str] = field(default_factory=list)
    wording: list[str] = field(default_factory=list)

    def voices(self) -> list[str]:
        """By what a voice is known again in another week: a copy by its wording, all else by its author."""
        return [f"wording {wording}" if wording else author for author, wording in zip(self.author, self.wording)]


def renew(now: datetime) -> int:
    """Weigh the last weeks, and those of the last year that nobody has weighed with its voices. How many that were."""
    last = monday(now.astimezone(UTC).date()) - WEEK
    known = {row.week for row in VoiceWeek.objects.all() if row.mentions == 0 or row.sums["messages"].get("voices")}
    weeks = [last - n * WEEK for n in range(WEEKS)]
    todo = [week for n, week in enumerate(weeks) if n < AGAIN or week not in known]
    since = _listened_for()
    made = [weigh(week, now, since) for week in todo] if len(since) > 1 else []
    with recorded("voices.weighed", "timetable") as entry:
        VoiceWeek.objects.filter(week__in=[row.week for row in made]).delete()
        VoiceWeek.objects.bulk_create(made)
        entry.quiet()
    return len(made)


def _listened_for() -> dict[str, datetime]:
    """Since when each brand is: the first that we know of it, by the record or by what its brief has found."""
    briefs = Brief.objects.filter(active=True, purpose__in=[*OURS, Purpose.RIVAL])
    since: dict[str, datetime] = {}
    for brief in briefs:
        entry = AuditEntry.objects.filter(action="brief.saved", target=f"brief:{brief.pk}").order_by("sequence").first()
        found = BriefMatch.objects.filter(brief=brief).aggregate(first=Min("message__published_at"))["first"]
        first = min(at for at in (entry.at if entry else brief.changed_at, found) if at)
        key = _key(brief)
        since[key] = min(since.get(key, first), first)
    return since if US in since else {}


def _key(brief: Brief) -> str:
    return US if brief.purpose in OURS else str(brief.pk)


def weigh(week: date, now: datetime, since: dict[str, datetime]) -> VoiceWeek:
    start = datetime.combine(week, time(), UTC)
    brands = {key: name for key, name in _names().items() if key in since and since[key] <= start}
    live, left_out = _live(start, now, brands)
    row = VoiceWeek(week=week, made_at=now, brands=[*brands.items()], channels=sorted(live.values()), left_out=left_out)
    row.needed = FEWEST_GROUPS
    if len(brands) < 2 or US not in brands:
        return row
    found = mentions(start, live, set(brands))
    row.mentions = len(found.brand)
    group = join(found.author, found.thread, found.wording)
    row.groups = len(np.unique(group))
    for people in (False, True):
        kept = sums(found.brand, group, people=people, voice=found.voices())
        row.sums[COUNTED[people]] = asdict(kept)
        shares = together([kept])
        if not isinstance(shares, NotEnough):
            told = {key: [one.value, one.low, one.high] for key, one in shares.items()}
            told |= {key: [0.0, 0.0, 0.0] for key in brands.keys() - told.keys()}
            setattr(row, COUNTED[people], told)
    return row


def _names() -> dict[str, str]:
    rivals = Brief.objects.filter(active=True, purpose=Purpose.RIVAL).order_by("name")
    return {US: US, **{str(brief.pk): brief.name for brief in rivals}}


def _live(start: datetime, now: datetime, brands: Iterable[str]) -> tuple[dict[int, str], list[str]]:
    """Ids and names of the channels that count in that week; names of the others."""
    channels = list(Channel.objects.filter(addressed=False))
    told = listening.hours(channels, start, now, start + WEEK)
    heard = [c for c in channels if sum(_heard(one) for one in told.get(c.pk, [])) >= LIVE * HOURS]
    open_to_all = {channel for channel, _source in open_sources(start)}
    names = {c.name: c.pk for c in heard}
    hears = {key: [c.name for c in heard if key == US or c.pk in open_to_all] for key in brands}
    live = live_for_all(hears)
    return {names[name]: name for name in live}, sorted(c.name for c in channels if c.name not in live)


def _heard(one: listening.Told) -> bool:
    return one.state is not None and one.state.value in ("delivering", "silent")


def open_sources(start: datetime) -> set[tuple[int, str]]:
    """Sources that brought something that was not said to us: through them one can hear of rivals too."""
    brought = Sighting.objects.filter(
        message__published_at__gte=start,
        message__published_at__lt=start + WEEK,
        message__addressed=False,
        message__context=False,
        message__ours=False,
    )
    return set(brought.order_by().values_list("channel_id", "source").distinct())


def mentions(start: datetime, live: Iterable[int], brands: set[str]) -> Mentions:
    """A message about two brands is two mentions. Counted is what a source brought that hears of everybody."""
    sources = {one for one in open_sources(start) if one[0] in set(live)}
    keys = {brief.pk: _key(brief) for brief in Brief.objects.filter(active=True, purpose__in=[*OURS, Purpose.RIVAL])}
    messages = Message.objects.filter(
        Q(set_aside=None) | Q(set_aside__hidden=False),
        published_at__gte=start,
        published_at__lt=start + WEEK,
        ours=False,
        context=False,
        removed_at=None,
        brief_matches__brief__in=keys,
    )
    rows = messages.order_by().values_list(
        "id",
        "author_id",
        "network",
        "thread_id",
        "copy__wording_id",
        "brief_matches__brief_id",
        "sightings__channel_id",
        "sightings__source",
    )
    spoken: dict[int, set[str]] = defaultdict(set)
    ties: dict[int, tuple[str, str, str]] = {}
    for key, author, network, thread, wording, brief, channel, source in rows.iterator(chunk_size=5_000):
        if (channel, source) in sources and keys[brief] in brands:
            spoken[key].add(keys[brief])
            ties[key] = (str(author), f"{network} {thread}", str(wording or ""))
    found = Mentions()
    for key in sorted(spoken):
        for brand in sorted(spoken[key]):
            found.brand.append(brand)
            found.author.append(ties[key][0])
            found.thread.append(ties[key][1])
            found.wording.append(ties[key][2])
    return found


def weeks(now: datetime, count: int) -> list[VoiceWeek]:
    """The last whole weeks, the oldest first; one that was not weighed yet is empty."""
    last = monday(now.astimezone(UTC).date()) - WEEK
    wanted = [last - n * WEEK for n in reversed(range(count))]
    known = {row.week: row for row in VoiceWeek.objects.filter(week__gte=wanted[0])}
    return [known.get(week) or VoiceWeek(week=week) for week in wanted]


def whole(rows: Sequence[VoiceWeek], *, people: bool) -> dict[str, Estimate] | NotEnough:
    """The shares of these weeks together. A week whose voices were not kept waits until it is weighed anew."""
    kept = [row.sums[COUNTED[people]] for row in rows if row.sums]
    return together([Sums(**one) for one in kept if one.get("voices")])
