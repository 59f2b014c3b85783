"""Answering: how many, how fast, as promised, in dialogue, and by whom; each number beside its definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rapport.core.types import Estimate, NotEnough
from rapport.server.listen.models import Channel
from rapport.server.listen.table import csv_lines
from rapport.server.measure import queries
from rapport.server.measure.response import DEFINITIONS, PERSONAL, Measure, measures, shown_to, staff
from rapport.server.organise.models import Team
from rapport.server.pages.course_counts import KEPT_SECONDS, Where, where
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.figures import between, lacking, no_median, percent
from rapport.server.pages.figures import told as told_with
from rapport.server.pages.tags import amount, amount_open
from rapport.server.templatetags.rapport import number


def told(one: Measure) -> str:
    """A measure in words: the value and its interval, or why there is none."""
    if isinstance(one.found, NotEnough) and one.definition.unit == "seconds":
        return no_median(one.found)
    said = told_with(one.found, _words(one))
    return f"{said}, {_of(one, one.found)}" if isinstance(one.found, Estimate) else said


def _words(one: Measure) -> Callable[[float], str]:
    if one.definition.unit == "share":
        return percent
    return amount_open if one.key == "open_wait" else amount


@dataclass(frozen=True, slots=True)
class Told:
    """A measure as the page shows it."""

    label: str
    value: str
    interval: str
    sample: str
    none: str

    @classmethod
    def of(cls, one: Measure) -> Told:
        label = one.label or str(one.definition.name)
        if isinstance(one.found, NotEnough):
            return cls(
                label, "", "", "", no_median(one.found) if one.definition.unit == "seconds" else lacking(one.found)
            )
        words = _words(one)
        return cls(label, words(one.found.value), between(one.found, words), _of(one, one.found), "")


def _of(one: Measure, found: Estimate) -> str:
    """What was counted."""
    if one.definition.parts:
        return _("of %(n)s messages of ours") % {"n": number(found.n)}
    return _("of %(n)s conversations") % {"n": number(found.n)}


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers of one definition: the whole first, then its parts."""

    key: str
    name: str
    words: str
    head: str
    unit: str
    whole: Told | None
    parts: list[Told]
    messages_url: str


def groups(found: list[Measure], query: str) -> list[Group]:
    """`query`: finds the messages of these weeks."""
    made = []
    for key, definition in DEFINITIONS.items():
        whole = next((one for one in found if one.key == key and not one.of), None)
        parts = [Told.of(one) for one in found if one.key == key and one.of]
        said = (str(definition.name), str(definition.words), str(definition.parts), definition.unit)
        if whole or parts or key != PERSONAL:
            told = Told.of(whole) if whole else None
            made.append(Group(key, *said, told, parts, _messages(query, answered=bool(definition.parts))))
    return made


def _messages(query: str, *, answered: bool) -> str:
    return f"{reverse('search')}?{urlencode({'q': f'{query} is:answered' if answered else query})}"


def _measured(here: Where, now: datetime) -> list[Measure]:
    """Kept until the counts change, as the course is, or who works where; its labels are in the reader's language."""
    key = f"response:{here.carried()}:{queries.counted()}:{staff()}:{get_language()}:{now.date()}"
    made = cache.get_or_set(key, lambda: measures(here.course(now), channel=here.channel, team=here.team), KEPT_SECONDS)
    return cast(list[Measure], made)


def response(request: HttpRequest) -> HttpResponse:
    here, now = where(request), timezone.now()
    course = here.course(now)
    context = {
        "periods": [
            {"label": label, "url": f"?{here.carried(weeks=weeks)}", "here": weeks == here.weeks}
            for weeks, label in ((12, _("12 weeks")), (52, _("1 year")))
        ],
        "where": here,
        "channels": list(Channel.objects.order_by("name")),
        "teams": list(Team.objects.order_by("name")),
        "first": course.weeks[0].start,
        "until": course.last.end,
        "groups": groups(shown_to(request.user, _measured(here, now)), here.query(course)),
        "csv_query": here.carried(),
    }
    return tabbed(request, "course_response", "course/response.html", context)


def response_csv(request: HttpRequest) -> HttpResponse:
    """The same numbers for machines."""
    shown = shown_to(request.user, _measured(where(request), timezone.now()))
    found = [one.row() for one in shown]
    lines = csv_lines([list(found[0]), *(list(row.values()) for row in found)])
    name = f"answering-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("".join(lines), content_type="text/csv; charset=utf-8", headers=headers)


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/response/", response, name="course_response"),
    path("course/response.csv", response_csv, name="course_response_csv"),
]
