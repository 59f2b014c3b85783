"""How the readers did lately on the organisation's own messages, as far as anybody can know.

Two sources that are never mixed. Corrections say what was wrong where people happened to look: they show which things a
reader mixes up, and that at least so much was wrong, but no rate. Rates come from random draws only, where there are
some.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, F, Sum

from rapport.core.types import Estimate, NotEnough
from rapport.core.understand.evaluation import judge_sets
from rapport.server.listen.models import Brief
from rapport.server.measure.models import DayCount
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.route.correcting import visible_corrections
from rapport.server.understand.judging import noise_share
from rapport.server.understand.models import BriefSample, Reading, SetAside

LATELY = timedelta(days=90)
MOST = 10_000
"""Corrections that are looked at, the newest."""
BRIEFS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """Messages of one channel, or in one language, that people looked at; `heard`: all of them, where one may know."""

    name: str
    corrected: int
    confirmed: int
    heard: int | None = None


@dataclass(frozen=True, slots=True)
class Lately:
    """What people said of one reader's readings.

    confusion  what people say a message is -> what the reader said -> how many messages, rightly read ones among them
    cut        there were more than MOST; the figures are of the newest
    """

    whole: Part
    confusion: Mapping[str, Mapping[str, int]]
    by_channel: Sequence[Part]
    by_language: Sequence[Part]
    cut: bool

    def mixed_up(self, most: int = 5) -> list[tuple[str, str, int]]:
        """(what people say, what the reader said, messages), the most frequent first."""
        wrong = [(said, was, n) for said, found in self.confusion.items() for was, n in found.items() if said != was]
        return sorted(wrong, key=lambda one: (-one[2], one[:2]))[:most]


def since(now: datetime) -> datetime:
    """Midnight of the first of the days that count, as the counts of days have it."""
    return (now.astimezone(UTC) - LATELY).replace(hour=0, minute=0, second=0, microsecond=0)


def lately(user: User, reader: str, now: datetime) -> Lately | None:
    """Of what this person may see; None when nobody said anything. Of several people the one who spoke last counts."""
    start = since(now)
    rows = visible_corrections(user, reader).filter(
        at__gte=start, message__published_at__gte=start, revision=F("message__revision")
    )
    found = list(
        rows.order_by("-at", "-id").values_list(
            "message", "was", "said", "message__channel__name", "message__reading__language"
        )[: MOST + 1]
    )
    told = {row[0]: row for row in reversed(found[:MOST])}
    if not told:
        return None
    figures = judge_sets([row[2].split(",") for row in told.values()], [row[1].split(",") for row in told.values()])
    heard = _heard(start) if may(user, "see_all") else {}
    whole = _part("", [row[1:3] for row in told.values()], sum(heard.values()) if heard else None)
    return Lately(
        whole,
        figures.confusion,
        _parts(((row[3], row[1], row[2]) for row in told.values()), heard),
        _parts(((row[4] or "", row[1], row[2]) for row in told.values()), {}),
        len(found) > MOST,
    )


def _heard(start: datetime) -> dict[str, int]:
    """Messages of others by channel, from the counts of days."""
    days = DayCount.objects.filter(day__gte=start.date()).values("channel__name")
    return dict(days.annotate(n=Sum("messages")).values_list("channel__name", "n"))


def _parts(rows: Iterator[tuple[str, str, str]], heard: Mapping[str, int]) -> list[Part]:
    by_name: dict[str, list[tuple[str, str]]] = {}
    for name, was, said in rows:
        by_name.setdefault(name, []).append((was, said))
    parts = [_part(name, pairs, heard.get(name)) for name, pairs in by_name.items()]
    return sorted(parts, key=lambda part: (-part.corrected, -part.confirmed, part.name))


def _part(name: str, pairs: Sequence[tuple[str, str]], heard: int | None) -> Part:
    wrong = sum(was != said for was, said in pairs)
    return Part(name, wrong, len(pairs) - wrong, heard)


def versions() -> str:
    """Those that made the newest reading; empty before anything was read."""
    return Reading.objects.order_by("-message").values_list("reader", flat=True).first() or ""


# -- noise -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoiseLately:
    """What people took back of what was set aside, by its reason; and what random draws say was not set aside."""

    cleared: Mapping[str, int]
    missed: Sequence[tuple[Brief, Estimate | NotEnough]]


def noise_lately(now: datetime) -> NoiseLately:
    start = since(now)
    taken = SetAside.objects.filter(cleared_at__gte=start).exclude(cleared_by=None)
    cleared = Counter(dict(taken.order_by().values_list("why").annotate(Count("pk"))))
    newest: dict[int, BriefSample] = {}
    for sample in BriefSample.objects.filter(drawn_at__gte=start).select_related("brief").order_by("-id")[: BRIEFS * 4]:
        newest.setdefault(sample.brief_id, sample)
    missed = [(sample.brief, noise_share(sample)) for sample in list(newest.values())[:BRIEFS]]
    return NoiseLately(dict(cleared.most_common()), missed)
