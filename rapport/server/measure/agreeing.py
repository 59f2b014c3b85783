"""How far coders agree, with each other and with themselves; and how much they do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from rapport.core.measure import agreement
from rapport.core.measure.sampling import TONES
from rapport.core.types import Estimate, NotEnough
from rapport.server.measure.coding import FIRST, REPEAT, SECOND, SETTLE
from rapport.server.measure.frames import ANSWERS
from rapport.server.measure.models import Code, Drawn

Pair = tuple[str, str]
MONTHS = 12
ONESELF = timedelta(days=92)
"""Repeats are few: what one says again is looked at over a quarter, up to the end of a period."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of what was coded a second time in a period.

    between   Krippendorff's alpha of two people, oneself: of one person with their own word a week or more before;
              both over messages of which both said a tone, because tones have an order and "uncodable" has no place in
              it: how often one found a tone where the other found none stands in `pairs`
    pairs     how often two people said these two, in the order of ANSWERS
    same      of those pairs, how many are the same
    """

    between: Estimate | NotEnough
    oneself: Estimate | NotEnough
    pairs: Counter[Pair]

    @property
    def twice(self) -> int:
        return self.pairs.total()

    @property
    def same(self) -> int:
        return sum(count for (one, other), count in self.pairs.items() if one == other)

    @property
    def low(self) -> bool:
        """Whether labels are of low quality, as far as one can tell."""
        return _below(self.between, agreement.BETWEEN) or _below(self.oneself, agreement.SELF)


def _below(found: Estimate | NotEnough, least: float) -> bool:
    return isinstance(found, Estimate) and found.value < least


def agreed(since: datetime, until: datetime) -> Agreement:
    """By when the second word was said: from `since` on, before `until`; with oneself within ONESELF before that."""
    between, oneself = _pairs(SECOND, since, until), _pairs(REPEAT, min(since, until - ONESELF), until)
    rng = np.random.default_rng(since.toordinal())
    return Agreement(_alpha(between, rng), _alpha(oneself, rng), Counter(_ordered(pair) for pair in between))


def between(since: datetime, until: datetime, *, draws: int) -> Estimate | NotEnough:
    """How far two people agree, alone, with an interval from so many draws."""
    return _alpha(_pairs(SECOND, since, until), np.random.default_rng(since.toordinal()), draws)


def months(now: datetime) -> list[tuple[date, Agreement]]:
    """Those in which anything was coded again, the newest first."""
    again = Code.objects.filter(purpose__in=(SECOND, REPEAT), at__lte=now)
    found = again.annotate(month=TruncMonth("at", tzinfo=UTC)).order_by("-month").values_list("month", flat=True)
    starts = [month.date() for month in found.distinct()[:MONTHS]]
    return [(start, agreed(_midnight(start), _midnight(_next(start)))) for start in starts]


def _pairs(purpose: Code.Purpose, since: datetime, until: datetime) -> list[Pair]:
    """What was said first and then, of each message."""
    again = Code.objects.filter(purpose=purpose, at__gte=since, at__lt=until)
    then = dict(again.values_list("drawn", "answer"))
    first = dict(Code.objects.filter(purpose=FIRST, drawn__in=again.values("drawn")).values_list("drawn", "answer"))
    return [(first[key], answer) for key, answer in then.items() if key in first]


def _alpha(pairs: list[Pair], rng: np.random.Generator, draws: int = 1000) -> Estimate | NotEnough:
    tones = [(one, other) for one, other in pairs if one in TONES and other in TONES]
    units = [number for number in range(len(tones)) for _twice in range(2)]
    return agreement.alpha(units, [float(TONES.index(said)) for pair in tones for said in pair], rng, draws=draws)


def _ordered(pair: Pair) -> Pair:
    one, other = sorted(pair, key=ANSWERS.index)
    return one, other


# -- how much --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """waiting: places without an answer that are still handed out; `weeks`: labels of each, Mondays first to last."""

    waiting: int
    today: int
    weeks: list[tuple[date, int]]


def work(now: datetime, *, window: timedelta, weeks: int = 8) -> Work:
    today = now.astimezone(UTC).date()
    this = today - timedelta(days=today.weekday())
    codes = Code.objects.exclude(purpose=SETTLE)
    counts = codes.aggregate(
        today=Count("id", filter=Q(at__gte=_midnight(today), at__lte=now)),
        **{
            f"week{n}": Count("id", filter=Q(at__gte=_midnight(start), at__lt=_midnight(start + timedelta(days=7))))
            for n, start in enumerate(this - timedelta(days=7 * n) for n in range(weeks))
        },
    )
    open_ = Drawn.objects.filter(answer="", day__day__gte=(now - window).date(), message__removed_at=None)
    told = [(this - timedelta(days=7 * n), counts[f"week{n}"]) for n in reversed(range(weeks))]
    return Work(open_.count(), counts["today"], told)


def _next(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
