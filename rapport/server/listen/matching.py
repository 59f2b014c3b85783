"""The active briefs, compiled once and kept until one of them changes."""

from __future__ import annotations

import threading

from rapport.core.query import STANDING_FIELDS, Matcher, parse
from rapport.server.listen.models import Brief

_lock = threading.Lock()
_kept: tuple[tuple[tuple[int, str], ...], Matcher[int]] | None = None


def current() -> Matcher[int]:
    """The matcher of the active briefs; it names them by their ids."""
    global _kept
    wanted = tuple(Brief.objects.filter(active=True).order_by("id").values_list("id", "query"))
    with _lock:
        if _kept is None or _kept[0] != wanted:
            _kept = (wanted, Matcher({key: parse(query, fields=STANDING_FIELDS) for key, query in wanted}))
        return _kept[1]
