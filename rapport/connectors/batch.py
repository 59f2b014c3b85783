"""What a stream brought since its last page, until the next one is due."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rapport.core.types import Deletion, Departure, Message, Missed, Page, Reject

MOST = 100
SOON_SECONDS = 0.25
LATEST_SECONDS = 5.0


@dataclass
class Batch:
    """A page that grows. It is due after 100 messages, 250 ms when there is something to bring, or five seconds."""

    messages: dict[str, Message] = field(default_factory=dict)
    deletions: dict[str, Deletion] = field(default_factory=dict)
    departures: list[Departure] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    tallies: Counter[str] = field(default_factory=Counter)
    passed_over: int = 0
    heard_until: datetime | None = None
    began: float = field(default_factory=time.monotonic)
    first: float | None = None  # when the first thing came that is worth a page

    def add(self, page: Page) -> None:
        """What was read from one event."""
        for message in page.messages:
            self.messages[message.external_id] = message
        for deletion in page.deletions:
            self.messages.pop(deletion.external_id, None)
            self.deletions[deletion.external_id] = deletion
        if page.departures:
            self._leave(page.departures)
        self.rejects += page.rejects
        self.missed += page.missed
        self.tallies.update(page.tallies)
        self.passed_over += page.passed_over
        if self.first is None and (page.messages or page.deletions or page.departures or page.rejects or page.missed):
            self.first = time.monotonic()

    def _leave(self, departures: Sequence[Departure]) -> None:
        gone = {(one.network, one.external_id) for one in departures}
        stay = [one for one in self.messages.values() if (one.author.network, one.author.external_id) not in gone]
        self.messages = {message.external_id: message for message in stay}
        self.departures += departures

    def heard(self, at: datetime) -> None:
        if self.heard_until is None or at > self.heard_until:
            self.heard_until = at

    @property
    def wait(self) -> float:
        """Seconds until the page is due; nothing or less when it is."""
        if len(self.messages) + len(self.deletions) + len(self.rejects) >= MOST:
            return 0.0
        until = self.began + LATEST_SECONDS
        if self.first is not None:
            until = min(until, self.first + SOON_SECONDS)
        return until - time.monotonic()

    def page(self, cursor: str) -> Page:
        return Page(
            messages=tuple(self.messages.values()),
            deletions=tuple(self.deletions.values()),
            departures=tuple(self.departures),
            rejects=tuple(self.rejects),
            missed=tuple(self.missed),
            tallies=dict(self.tallies),
            passed_over=self.passed_over,
            heard_until=self.heard_until,
            cursor=cursor,
        )
