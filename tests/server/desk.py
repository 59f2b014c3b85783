"""Days of messages for the coding desk, written down as if they had been heard and read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from rapport.server.listen.models import Author, Channel, Message
from rapport.server.understand.models import Reading

DAY = date(2026, 3, 2)
TONES = ((0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.1, 0.2, 0.7), (0.5, 0.4, 0.1))
READER = "language-1 tone-5041c979 private-2"


def noon_after(day: date) -> datetime:
    """When the day is surely closed."""
    return datetime.combine(day + timedelta(days=1), time(12, 30), UTC)


def said(
    channel: Channel,
    count: int,
    day: date = DAY,
    *,
    language: str = "en",
    tones: Sequence[tuple[float, float, float]] = TONES,
    prefix: str = "",
    reader: str = READER,
    **more: Any,
) -> list[Message]:
    """So many messages of that day, each of another person, spread over the day and read."""
    start = datetime.combine(day, time(0, 5), UTC)
    first = Message.objects.count()
    people = [Author(network="harbour", external_id=f"{prefix}{day}-{n}", name=f"Kim {n}") for n in range(count)]
    Author.objects.bulk_create(people)
    rows = [
        Message(
            network="harbour",
            external_id=f"{prefix}{day}/{n}",
            thread_id=f"{prefix}{day}/{n}",
            author=person,
            channel=channel,
            text=f"Ferry number {first + n} was on my mind",
            published_at=start + timedelta(minutes=23 * 60 * n / count),
            **{"state": "kept", "addressed": True, **more},
        )
        for n, person in enumerate(people)
    ]
    Message.objects.bulk_create(rows)
    if reader:
        read(rows, language=language, tones=tones, reader=reader)
    return rows


def read(
    rows: Sequence[Message],
    *,
    language: str = "en",
    tones: Sequence[tuple[float, float, float]] = TONES,
    reader: str = READER,
) -> None:
    names = ("negative", "neutral", "positive")
    given = [tones[n % len(tones)] for n in range(len(rows))]
    Reading.objects.bulk_create(
        [
            Reading(
                message=row,
                language=language,
                tone=names[tone.index(max(tone))],
                reader=reader,
                **dict(zip(names, tone)),
            )
            for row, tone in zip(rows, given)
        ]
    )
