"""By which words a line finds its messages, and since when.

When the words of a brief change, what had arrived before is not searched again. So the numbers before and after are not
of the same messages, and whoever reads them has to know the day.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapport.server.listen.models import Brief
from rapport.server.measure.lines import OURS
from rapport.server.measure.models import Line


def changed(lines: Iterable[Line]) -> dict[int, Brief]:
    """By the key of a line the brief of which the words were changed last, where any were."""
    rows = list(Brief.objects.exclude(words_at=None).order_by("words_at", "pk"))
    return {line.pk: brief for line in lines for brief in rows if finds(brief, line)}


def following(brief: Brief) -> list[Line]:
    """The open lines that go by the words of this brief."""
    return [line for line in Line.objects.filter(closed_at=None) if finds(brief, line)]


def finds(brief: Brief, line: Line) -> bool:
    """Whether what the brief matches belongs to the line."""
    if line.brief_id is not None:
        return brief.pk == line.brief_id
    return brief.active and brief.purpose in OURS
