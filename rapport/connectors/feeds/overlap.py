"""Whether a feed still shows something of what it showed; if not, entries may have come and gone unseen. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapport.connectors.values import read_time
from rapport.core.types import Message, Missed

REMEMBERED = 150  # entries, each by two marks
CAUSE = "The feed shows nothing of what it showed at the last look: entries in between may have come and gone."


@dataclass(frozen=True, slots=True)
class Shown:
    """What a feed showed: `marks` stand for its entries, the latest last; `at` is when it last stood so."""

    at: datetime | None = None
    marks: tuple[str, ...] = ()

    @classmethod
    def read(cls, cursor: Mapping[str, str]) -> Shown:
        return cls(read_time(cursor.get("at", "")), tuple(cursor.get("shown", "").split()))

    def written(self) -> dict[str, str]:
        return {"at": self.at.isoformat(), "shown": " ".join(self.marks)} if self.at else {}

    def again(self, now: datetime) -> Shown:
        """The feed stands as it stood."""
        return replace(self, at=now) if self.at else self

    def after(self, entries: Sequence[Message], now: datetime) -> Shown:
        """With a page of entries, the oldest first. A feed that is empty tells nothing, so nothing is forgotten."""
        if not entries:
            return self
        fresh = [mark for entry in entries[-REMEMBERED:] for mark in _marks(entry)]
        kept = dict.fromkeys([mark for mark in self.marks if mark not in set(fresh)] + fresh)
        return Shown(now, tuple(kept)[-2 * REMEMBERED :])

    def missed(self, entries: Sequence[Message], now: datetime) -> tuple[Missed, ...]:
        """The time between the last look and the oldest entry, if entries of that time may have fallen out.

        Not at the first look, nor when the page is empty. Not when one entry is known by its id, or by its day and
        words: a feed may give all its entries other ids. And not when one is older than the last look: then the page
        reaches back beyond it, and what is unknown there was written earlier and is only shown now.
        """
        if not entries or self.at is None or not self.marks:
            return ()
        known = set(self.marks)
        oldest = min(entry.published_at for entry in entries)
        if oldest <= self.at or any(mark in known for entry in entries for mark in _marks(entry)):
            return ()
        return (Missed(self.at, min(oldest, now), CAUSE),)


def _marks(entry: Message) -> tuple[str, str]:
    return _digest(entry.external_id), _digest(f"{entry.published_at:%Y-%m-%d} {entry.text}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
