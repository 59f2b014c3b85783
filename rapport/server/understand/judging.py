"""How much of what a brief matches is noise, and what would cut it: a random draw, judged by people."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.measure.share import FEWEST_LABELS, Frame, Labels, estimate
from rapport.core.query import Query
from rapport.core.query.suggest import FEWEST, Judged, Suggestion, suggest
from rapport.core.types import Estimate, NotEnough, Refused
from rapport.core.understand.private import mask
from rapport.server.listen.models import Brief, BriefMatch, Message
from rapport.server.listen.preview import documents
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded
from rapport.server.understand.models import BriefSample, SampledMatch
from rapport.server.understand.private import private_of

DRAWN = 80
SINCE = timedelta(days=28)
MOST = 20_000
"""A draw is made from at most so many matches, the newest."""

VERDICTS = ("about", "noise", "unclear")
TOLD = ("about", "noise")


def draw(brief: Brief, *, actor: User) -> BriefSample | Refused:
    """A new draw from the matches of the last four weeks, without those that were set aside already."""
    if no := refusal(actor, "listen"):
        return no
    with recorded("sample.drawn", actor, target=brief) as entry:
        now = timezone.now()
        matches = BriefMatch.objects.filter(
            brief=brief, message__removed_at=None, message__left_at=None, message__heard_at__gte=now - SINCE
        ).exclude(message__set_aside__hidden=True)
        keys = list(matches.order_by("-message").values_list("message", flat=True)[:MOST])
        if not keys:
            return entry.refuse(_("It has matched nothing in the last four weeks."))
        row = BriefSample.objects.create(brief=brief, matches=len(keys), drawn_at=now)
        chosen = random.SystemRandom().sample(keys, min(DRAWN, len(keys)))
        SampledMatch.objects.bulk_create(
            [SampledMatch(sample=row, message_id=key, position=n) for n, key in enumerate(chosen)]
        )
        entry.detail |= {"sample": row.pk, "matches": len(keys), "drawn": len(chosen)}
        return row


def judge(drawn: SampledMatch, verdict: str, *, actor: User) -> SampledMatch | Refused:
    if no := refusal(actor, "listen"):
        return no
    if verdict not in VERDICTS:
        return Refused(_("Say whether it is about you, noise, or that you cannot tell."))
    with recorded("match.judged", actor, target=drawn, verdict=verdict):
        drawn.verdict, drawn.judged_by, drawn.judged_at = verdict, actor, timezone.now()
        drawn.save(update_fields=["verdict", "judged_by", "judged_at"])
        return drawn


def next_of(sample: BriefSample) -> SampledMatch | None:
    """The first that nobody has judged; what was taken back meanwhile is passed over."""
    left = sample.drawn.filter(verdict="", message__removed_at=None)
    return left.select_related("message__author", "message__channel", "message__reading").first()


def noise_share(sample: BriefSample) -> Estimate | NotEnough:
    """The share of noise among the matches, of those that could be told, with its 95 % interval.

    They are judged in the order of the draw, so that any beginning of it is a simple random sample of the matches.
    """
    said = list(sample.drawn.filter(verdict__in=TOLD).values_list("verdict", flat=True))
    if len(said) < FEWEST_LABELS:
        return NotEnough(len(said), FEWEST_LABELS, "judged matches")
    # Without a reader's prediction: the same for all, so that only the labels speak.
    label = np.array([0 if verdict == "noise" else 1 for verdict in said])
    alike = np.full((1, 3), 1 / 3)
    frame = Frame(np.array([float(sample.matches)]), alike, np.zeros((1, 3)))
    labels = Labels(np.zeros(len(said), dtype=int), np.repeat(alike, len(said), axis=0), label)
    found = estimate(frame, labels)
    return found if isinstance(found, NotEnough) else found.estimate


# -- what would cut it -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Advice:
    """Terms that would cut noise, and of how many judged messages they are made that the query still matches."""

    found: tuple[Suggestion, ...] | NotEnough
    noise: int
    wanted: int


def advice(brief: Brief, query: Query) -> Advice:
    """What would cut noise from what `query` matches: the brief's own, or one that is being tried."""
    judged = _judged(brief, query)
    noise = sum(one.noise for one in judged)
    return Advice(suggest(query, judged), noise, len(judged) - noise)


def _judged(brief: Brief, query: Query) -> list[Judged]:
    """Of one draw, so that each message had the same chance; private data dotted out, for terms are shown."""
    told = _told(brief)
    seen = {one.key: one.prepared.document for one in documents(Message.objects.filter(id__in=told))}
    rows = Message.objects.select_related("reading").in_bulk(seen)
    return [
        Judged(replace(seen[key], text=mask(seen[key].text, private_of(rows[key]))), noise=verdict == "noise")
        for key, verdict in told.items()
        if key in seen and query.matches(seen[key])
    ]


def _told(brief: Brief) -> dict[int, str]:
    """The verdicts of the newest draw of which enough could be told; of the newest when there is none."""
    there = {"verdict__in": TOLD, "message__removed_at": None, "message__left_at": None}
    newest: dict[int, str] = {}
    for sample in brief.samples.all():
        told = dict(sample.drawn.filter(**there).values_list("message", "verdict"))
        if len(told) >= FEWEST:
            return told
        newest = newest or told
    return newest
