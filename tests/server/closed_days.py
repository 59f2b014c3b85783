"""Closed days with coded messages whose truth is known, written down as closing and coding would have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure import sampling
from rapport.core.types import NotEnough
from rapport.server.listen.models import Author, Channel, Message
from rapport.server.measure import frames
from rapport.server.measure.models import Drawn

FIRST = date(2026, 1, 5)  # a Monday
ANSWERS = (*sampling.TONES, "uncodable")
MOOD = (0.25, 0.5, 0.25)

Mood = Callable[[int, str], Sequence[float]]
"""The shares of the three tones on the n-th day in a channel."""


def morning_after(day: date, hours: int = 30) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(hours=hours)


def channel_called(name: str) -> Channel:
    return Channel.objects.get_or_create(name=name, defaults={"connector": "files", "network": "files"})[0]


@dataclass
class Days:
    """Plays days one after another.

    volume    messages a day by the name of a channel
    labels    a day; all of them are coded at once unless `coded` says how many
    finds     how often the reader is right
    copied    the share of a day's messages that are copies of one negative text
    """

    seed: int = 1
    volume: Mapping[str, int] = field(default_factory=lambda: {"Web": 28, "Post": 14})
    labels: int = 12
    mood: Mood = lambda n, channel: MOOD
    finds: float = 0.7
    copied: float = 0.0
    reader: str = "tone-1"
    first: date = FIRST

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.played = 0
        people = [Author(network="files", external_id=f"speaker {n}") for n in range(sum(self.volume.values()))]
        self.speakers = Author.objects.bulk_create(people)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.played - 1)

    def play(self, days: int, *, coded: int | None = None, drift: float = 0.0, silent: Sequence[str] = ()) -> date:
        """`drift`: so much more of what is not negative the reader calls negative. The last day that was played."""
        names = [name for name, size in self.volume.items() if name not in silent for _ in range(size)]
        said = self.say([self.first + timedelta(days=self.played + n) for n in range(days)], names)
        drawn: list[Drawn] = []
        for n in range(days):
            drawn += self._day(said[n * len(names) : (n + 1) * len(names)], names, coded, drift)
        Drawn.objects.bulk_create(drawn)
        return self.last

    def _day(self, messages: Sequence[Message], names: Sequence[str], coded: int | None, drift: float) -> list[Drawn]:
        n, day = self.played, self.first + timedelta(days=self.played)
        self.played += 1
        edges = {name: np.cumsum(self.mood(n, name))[:2] for name in set(names)}
        truth = np.array(
            [np.searchsorted(edges[name], chance) for name, chance in zip(names, self.rng.random(len(names)))]
        )
        copies = round(self.copied * len(names))
        truth[:copies] = 0
        tone = self.predict(truth, drift)
        queue = sampling.draw([row.external_id for row in messages], names, tone, self.labels, "salt")
        assert not isinstance(queue, NotEnough)
        rows = np.empty(len(names), frames.ROW)
        rows["message"] = [row.pk for row in messages]
        rows["channel"] = [row.channel_id for row in messages]
        rows["stratum"], rows["number"], rows["tone"] = queue.stratum, queue.number, tone
        rows["group"] = np.maximum(np.arange(len(names)), copies)
        closed = frames.keep(
            rows,
            day=day,
            closed_at=morning_after(day),
            reader=self.reader,
            planned=self.labels,
            strata={"last": messages[-1].pk},
        )
        done = self.labels if coded is None else coded
        return [
            Drawn(
                day=closed,
                message=messages[at],
                place=place,
                stratum=int(queue.stratum[at]),
                answer=ANSWERS[truth[at]] if place < done else "",
                answered_at=morning_after(day) if place < done else None,
            )
            for place, at in enumerate(queue.first(self.labels).tolist())
        ]

    def predict(self, truth: NDArray[np.int64], drift: float = 0.0) -> NDArray[np.float64]:
        right = self.rng.random(len(truth)) < self.finds
        said = np.where(right, truth, self.rng.integers(0, 3, len(truth)))
        said = np.where((truth != 0) & (self.rng.random(len(truth)) < drift), 0, said)
        sure = self.rng.uniform(0.5, 0.8, len(truth))
        return np.where(np.arange(3) == said[:, None], sure[:, None], (1 - sure[:, None]) / 2)

    def say(self, days: Sequence[date], names: Sequence[str], *, prefix: str = "") -> list[Message]:
        channels = {name: channel_called(name) for name in set(names)}
        return Message.objects.bulk_create(
            Message(
                network="files",
                external_id=f"{prefix}{day}/{n}",
                thread_id=f"{prefix}{day}/{n}",
                author=self.speakers[n],
                channel=channels[name],
                text="It was said",
                published_at=datetime.combine(day, time(0, 5), UTC) + timedelta(seconds=n),
                addressed=True,
                state="kept",
            )
            for day in days
            for n, name in enumerate(names)
        )
