"""Where we left off in a list that a platform shows newest first, and to which late arrivals are added further down.

A bookmark remembers the newest moment that was stored, and by name the latest messages that were: so an item that
shares its moment with another is neither skipped nor taken twice, and one that turns up late, below what we have seen,
is noticed. Moments are the platform's own, and only ever compared with each other. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

KEEP = 200  # messages remembered by name
OVERLAP_MS = 10 * 60 * 1000  # how far below the newest we look again, when a list is busy


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list. `named`: it is remembered by name (a message); the others are only counted."""

    at: int
    name: str
    named: bool
    raw: object


@dataclass(frozen=True, slots=True)
class Bookmark:
    """`newest` and `floor` in milliseconds; what lies below the floor counts as known; `known` goes oldest first."""

    newest: int = 0
    floor: int = 0
    known: tuple[tuple[int, str], ...] = ()

    @classmethod
    def read(cls, cursor: object) -> Bookmark:
        """The bookmark that was saved; an empty one for anything else.

        >>> Bookmark.read(Bookmark(5, 2, ((5, "a"),)).saved()) == Bookmark(5, 2, ((5, "a"),))
        True
        """
        match cursor:
            case {"newest": int(newest), "floor": int(floor), "known": list(known)}:
                return cls(newest, floor, tuple((int(at), str(name)) for at, name in known))
        return cls()

    def saved(self) -> dict[str, object]:
        return {"newest": self.newest, "floor": self.floor, "known": [list(pair) for pair in self.known]}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for _, name in self.known)

    def unseen(self, items: Iterable[Item]) -> list[Item]:
        """Those that we have not stored, in the order given. What is only counted is taken when it is newer."""
        names = self.names
        return [
            item
            for item in items
            if (item.at >= self.floor and short(item.name) not in names if item.named else item.at > self.newest)
        ]

    def covers(self, at: int) -> bool:
        """Whether a list that was read down to this moment was read far enough."""
        return at < self.newest - OVERLAP_MS

    def after(self, items: Iterable[Item], *, left: Iterable[Item] = (), bottom: int = 0) -> Bookmark:
        """The bookmark once these are stored too. `left` are those that still wait: the floor stays below them.

        `bottom` is how far down a first visit looked.
        """
        items = list(items)
        known = sorted({*self.known, *((item.at, short(item.name)) for item in items if item.named)})
        floor = max(self.floor, bottom)
        if len(known) > KEEP:
            floor = max(floor, min([known[-KEEP][0], *(item.at for item in left)]))
            known = known[len(list(takewhile(lambda pair: pair[0] < floor, known))) :]
        return Bookmark(max([self.newest, *(item.at for item in items)]), floor, tuple(known))


def short(name: str) -> str:
    """Forty-eight bits of a name: enough to tell a few hundred apart, once in a trillion times not."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read_cursor(cursor: str) -> dict[str, object]:
    """The bookmarks in a cursor, by list; none when there is no cursor, or it is not ours."""
    try:
        saved = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return saved if isinstance(saved, dict) else {}


def write_cursor(bookmarks: dict[str, object]) -> str:
    return json.dumps(bookmarks, separators=(",", ":"))
