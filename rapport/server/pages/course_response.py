"""Answering: how many, how fast, as promised, in dialogue, and by whom; each number beside its definition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.types import Estimate, NotEnough
from rapport.server.listen.models import Channel
from rapport.server.listen.table import csv_lines
from rapport.server.measure import queries
from rapport.server.measure.response import DEFINITIONS, Measure, measures
from rapport.server.organise.models import Team
from rapport.server.pages.course_counts import KEPT_SECONDS, Where, where
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.figures import between, lacking, no_median, percent
from rapport.server.pages.figures import told as told_with
from rapport.server.pages.tags import amount
from rapport.server.templatetags.rapport import number


def told(one: Measure) -> str:
    """A measure in words: the value and its interval, or why there is none."""
    if isinstance(one.found, NotEnough) and one.key == "wait":
        return no_median(one.found)
    return told_with(one.found, percent if one.definition.unit == "share" else amount)


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
            return cls(label, "", "", "", no_median(one.found) if one.key == "wait" else lacking(one.found))
        words = percent if one.definition.unit == "share" else amount
        return cls(label, words(one.found.value), between(one.found, words), _of(one, one.found), "")


def _of(one: Measure, found: Estimate) -> str:
    """What was counted."""
    if one.key in ("dialogue", "by"):
        return _("of %(n)s messages of ours") % {"n": number(found.n)}
    return _("of %(n)s conversations") % {"n": number(found.n)}


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers of one definition: the whole first, then its parts."""

    key: str
    name: str
    words: str
    whole: Told | None
    parts: list[Told]


def groups(found: list[Measure]) -> list[Group]:
    made = []
    for key, definition in DEFINITIONS.items():
        whole = next((one for one in found if one.key == key and not one.of), None)
        parts = [Told.of(one) for one in found if one.key == key and one.of]
        made.append(Group(key, str(definition.name), str(definition.words), Told.of(whole) if whole else None, parts))
    return made


def _measured(here: Where, now: datetime) -> list[Measure]:
    """Kept until the counts change, as the course is."""
    key = f"response:{here.carried()}:{queries.counted()}:{now.date()}"
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
        "groups": groups(_measured(here, now)),
        "csv_query": here.carried(),
    }
    return tabbed(request, "course_response", "course/response.html", context)


def response_csv(request: HttpRequest) -> HttpResponse:
    """The same numbers for machines, and what each of them means."""
    found = [one.row() | {"definition": str(one.definition.words)} for one in _measured(where(request), timezone.now())]
    lines = csv_lines([list(found[0]), *(list(row.values()) for row in found)])
    name = f"answering-{timezone.localdate().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("".join(lines), content_type="text/csv; charset=utf-8", headers=headers)


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/response/", response, name="course_response"),
    path("course/response.csv", response_csv, name="course_response_csv"),
]
