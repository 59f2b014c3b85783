"""The active briefs, read once and kept until one of them changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q, Sum

from rapport.core.query import STANDING_FIELDS, Matcher, Query, parse
from rapport.server.listen.models import Brief

Edition = tuple[object, ...]

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Kept:
    edition: Edition = ()
    queries: Mapping[str, Query] = field(default_factory=dict)
    matcher: Matcher[int] = field(default_factory=lambda: Matcher({}))


_kept = _Kept()


def current() -> Matcher[int]:
    """The matcher of the active briefs; it names them by their ids.

    Another process may have changed them: a few numbers tell, whatever order the changes were saved in. What did not
    change is not read again.
    """
    global _kept
    edition = _edition()
    if _kept.edition != edition:
        with _lock:
            if _kept.edition != edition:
                _kept = _read(edition, _kept.queries)
    return _kept.matcher


def _edition() -> Edition:
    """Other numbers after every change: a new brief has the highest id, an edit adds one to the revisions."""
    found = Brief.objects.aggregate(
        briefs=Count("id"),
        active=Count("id", filter=Q(active=True)),
        newest=Max("id"),
        revisions=Sum("revision"),
        changed_at=Max("changed_at"),  # a database that was put back as it was counts the same
    )
    return tuple(found.values())


def _read(edition: Edition, known: Mapping[str, Query]) -> _Kept:
    rows = list(Brief.objects.filter(active=True).order_by("id").values_list("id", "query"))
    texts = {key: known.get(query) or parse(query, fields=STANDING_FIELDS) for key, query in rows}
    return _Kept(edition, {query: texts[key] for key, query in rows}, Matcher(texts))
