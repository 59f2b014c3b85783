"""How far a stream was heard: what its cursor holds. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """`host` is whose numbers `seq` are; `at` is the time of the newest event, in microseconds since 1970."""

    host: str = ""
    at: int = 0
    seq: int = 0

    @classmethod
    def read(cls, cursor: str) -> Mark:
        """The mark in a cursor; an empty one when there is none, or it is not ours.

        >>> Mark.read(Mark("a.example", 5, 7).written()), Mark.read("[]")
        (Mark(host='a.example', at=5, seq=7), Mark(host='', at=0, seq=0))
        """
        try:
            saved = json.loads(cursor or "{}")
        except ValueError:
            saved = None
        match saved:
            case {"host": str(host), "at": int(at), "seq": int(seq)}:
                return cls(host, at, seq)
        return cls()

    def written(self) -> str:
        return json.dumps({"host": self.host, "at": self.at, "seq": self.seq}, separators=(",", ":")) if self.at else ""

    def after(self, at: int, seq: int = 0) -> Mark:
        """The mark behind an event. Events may come a little out of order; the mark never goes back."""
        return Mark(self.host, max(self.at, at), max(self.seq, seq))


def moment(microseconds: int) -> datetime:
    """
    >>> moment(1_783_175_888_085_434).isoformat()
    '2026-07-04T14:38:08.085434+00:00'
    """
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def microseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)
