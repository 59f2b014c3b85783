"""Reading what was heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from rapport.core import types, understand
from rapport.core.types import Private
from rapport.core.understand import Tones, tone
from rapport.server import flow, many
from rapport.server.claim import LET_GO, held
from rapport.server.listen.models import Message
from rapport.server.organise.record import recorded
from rapport.server.understand import heads, noise
from rapport.server.understand.models import Reading, Unsure
from rapport.server.understand.private import Sought

FIELDS = [
    "language", "tone", "negative", "neutral", "positive", "kinds", "private", "hints", "urgency", "urgent_for", "spam",
    "reader", "at",
]  # fmt: skip


def read(keys: Sequence[int], *, actor: str) -> None:
    """Give every claimed message a reading."""
    wanted = Message.objects.filter(pk__in=keys).select_related("author")
    rows = list(wanted.only("id", "text", "language_hint", "revision", "author__followers"))
    voices = heads.voices()
    readings = readings_of(rows, voices)
    now = timezone.now()
    with recorded("messages.read", actor, reader=readings.version) as entry:
        still = dict(held(Message.objects.filter(state="heard"), keys, actor).values_list("pk", "revision"))
        made = [
            row_of(row, reading, readings.version, now)
            for row, reading in zip(rows, readings.items)
            if still.get(row.pk) == row.revision
        ]
        save(made)
        if settings.DEEP_READER and not voices.on:  # a reader of one's own is not overruled by a stranger's
            unsure = [Unsure(message_id=one.message_id) for one in made if is_unsure(one)]
            Unsure.objects.bulk_create(unsure, ignore_conflicts=True)
        Message.objects.filter(pk__in=[one.message_id for one in made]).update(
            state=flow.advance("message", "heard", "understood"), unarchived=True, tries=0, **LET_GO
        )
        told = {one.message_id for one in made}
        voices.keep({row.pk: place for place, row in enumerate(rows) if row.pk in told}, now)
        heads.note(readings.version, now)
        judged = {row.pk: reading for row, reading in zip(rows, readings.items) if row.pk in told}
        entry.detail |= {"messages": len(made), "set_aside": noise.sift(judged, now)}


def readings_of(rows: Sequence[Message], tones: Tones = tone) -> types.Readings:
    """What the readers make of these messages, the quick one of tone or another."""
    sought = Sought.now()
    return understand.read(
        [row.text for row in rows],
        languages=[row.language_hint for row in rows],
        regions=sought.regions,
        references=sought.references,
        tones=tones,
        reach=[row.author.followers or 0 for row in rows],
    )


def row_of(message: Message, reading: types.Reading, version: str, now: datetime) -> Reading:
    return Reading(
        message_id=message.pk,
        language=reading.language,
        tone=reading.tone.label,
        negative=reading.tone.negative,
        neutral=reading.tone.neutral,
        positive=reading.tone.positive,
        kinds=list(reading.kinds),
        private=_places(reading.private),
        hints=_places(reading.hints),
        urgency=reading.urgency.level,
        urgent_for=list(reading.urgency.reasons),
        spam=list(reading.spam),
        reader=version,
        at=now,
    )


def save(readings: Sequence[Reading]) -> None:
    """Each in place of the one that was there."""
    many.add(readings, over=("message",), anew=FIELDS)


def is_unsure(reading: Reading) -> bool:
    return max(reading.negative, reading.neutral, reading.positive) < settings.DEEP_BELOW


def _places(found: Sequence[Private]) -> list[list[int | str | float]]:
    return [[one.start, one.end, one.kind, one.confidence] for one in found]
