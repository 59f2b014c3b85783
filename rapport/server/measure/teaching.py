"""What codes of the desk teach a reader: labels drawn by chance, and how likely each was to be drawn.

That harms no figure: what a reader said of a day is frozen when the day closes, so it learns for later days only.
"""

from __future__ import annotations

from collections import Counter

from django.db.models import F, QuerySet

from rapport.server.measure.coding import FIRST
from rapport.server.measure.models import DeskDay, Drawn
from rapport.server.understand.corrections import TONES


def told() -> QuerySet[Drawn]:
    """What counts of drawn messages, where that is a tone, and the message is here and still says the same."""
    there = Drawn.objects.filter(answer__in=TONES, message__removed_at=None, message__left_at=None)
    return there.filter(codes__purpose=FIRST, codes__revision=F("message__revision"))


def chances(rows: QuerySet[Drawn]) -> dict[int, float]:
    """By message: of its stratum of its day, the share that was coded."""
    days = rows.order_by().values("day")
    sizes = {key: strata["sizes"] for key, strata in DeskDay.objects.filter(pk__in=days).values_list("pk", "strata")}
    coded = Counter(Drawn.objects.filter(day__in=days).exclude(answer="").order_by().values_list("day", "stratum"))
    places = rows.order_by().values_list("message", "day", "stratum")
    return {message: coded[day, stratum] / sizes[day][stratum] for message, day, stratum in places}
