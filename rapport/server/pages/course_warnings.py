"""Early warnings: what is louder than usual now, what was, and how much is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.measure.burst import FEWEST_WEEKS
from rapport.core.types import Refused
from rapport.server.listen.hours import HOUR, hour_of_week, whole
from rapport.server.listen.models import Message
from rapport.server.measure import warnings
from rapport.server.measure.models import EarlyWarning, Place, Usual
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.asking import number as whole_number
from rapport.server.pages.asking import quoted
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.drawings import Slot, counted
from rapport.server.pages.excerpt import excerpt
from rapport.server.pages.figures import Figure
from rapport.server.pages.framed import framed, sent
from rapport.server.pages.needs import said
from rapport.server.pages.render import me, only
from rapport.server.pages.search import place_of
from rapport.server.pages.tags import amount
from rapport.server.pages.text import KINDS, Part
from rapport.server.route.documents import RELATED
from rapport.server.route.queries import messages_visible_to
from rapport.server.templatetags.rapport import number

PAGE = 50
LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Row:
    """A warning in words."""

    warning: EarlyWarning
    name: str
    words: str
    when: str
    state: str

    @classmethod
    def of(cls, row: EarlyWarning) -> Row:
        return cls(row, named(row), _counted(row), _when(row), _state(row))


def named(row: EarlyWarning | Usual) -> str:
    """What is counted, in words: "Night ferry", "Night ferry: complaint", "Lübeck"."""
    name = str(row.place or row.brief or "")
    return _("%(brief)s: %(kind)s") % {"brief": name, "kind": KINDS[row.kind]} if row.kind else name


def _counted(row: EarlyWarning) -> str:
    words = ngettext(
        "%(n)s person, where %(expected)s are usual", "%(n)s people, where %(expected)s are usual", row.count
    )
    return words % {"n": number(row.count), "expected": usual(row.expected)}


def usual(mean: float) -> str:
    """Two figures say what a mean knows."""
    if mean < LEAST:
        return _("under %(n)s") % {"n": number(LEAST, 2)}
    return number(mean, 0 if mean >= 10 else 1 if mean >= 1 else 2)


def _when(row: EarlyWarning) -> str:
    length = amount(max((row.over_at or row.until) - row.since, timedelta(hours=1)))
    return _("since %(start)s, for %(length)s") % {"start": said(row.since), "length": length}


def _state(row: EarlyWarning) -> str:
    if row.over_at:
        return _("over")
    return _("dealt with, still going on") if row.closed_at else _("going on")


# -- all of them -----------------------------------------------------------------------------------------------------


def all_warnings(request: HttpRequest) -> HttpResponse:
    rows = EarlyWarning.objects.select_related("brief", "place", "closed_by")
    before = whole_number(request.GET.get("before", ""))
    past = rows.exclude(over_at=None, closed_at=None).order_by("-id")
    if before is not None:
        past = past.filter(id__lt=before)
    history = list(past[: PAGE + 1])
    known = list(Usual.objects.select_related("brief", "place").order_by("pk"))
    context = {
        "open": [Row.of(row) for row in rows.filter(over_at=None, closed_at=None)],
        "history": [Row.of(row) for row in history[:PAGE]],
        "next": history[PAGE - 1].pk if len(history) > PAGE else None,
        "hour": _this_hour(known),
        "kinds": [_("all"), *(str(KINDS[kind]) for kind in warnings.KINDS)],
        "learned": max((row.learned_at for row in known), default=None),
        "learning": None if any(row.mean for row in known) else _learning(known),
        "series": len(known),
        "false_a_year": number(warnings.FALSE_A_YEAR),
        "fewest": warnings.FEWEST,
        "may_measure": may(request.user, "measure"),
        "places": "\n".join(_line(place) for place in Place.objects.all()),
    }
    return tabbed(request, "course_warnings", "course/warnings.html", context)


def _learning(known: Sequence[Usual]) -> tuple[str, str]:
    """Why nothing is watched yet: a title, and words about it."""
    if not warnings.all_series():
        words = _(
            "What active briefs of a brand, a product or a topic find is counted, and places that are named here."
        )
        return _("No brief and no place is watched"), words
    have = known[0].weeks if known else warnings.weeks_before(timezone.now())[-1].weeks
    if have >= FEWEST_WEEKS:
        words = _(
            "%(n)s weeks of hours in which everything was heard are enough. Within a day it is learned from them."
        )
        return _("What is usual has not been learned yet"), words % {"n": have}
    words = _("%(weeks)s of %(fewest)s weeks of hours in which everything was heard. It is looked at once a day.")
    return _("Not enough weeks to know what is usual"), words % {"weeks": have, "fewest": FEWEST_WEEKS}


def _line(place: Place) -> str:
    return place.name if place.words == place.name else f"{place.name}: {place.words}"


@dataclass(frozen=True, slots=True)
class Hour:
    """How many people are usual in the hour that runs: of a brief and of each of its kinds, or of a place."""

    name: str
    cells: list[str]


def _this_hour(known: Sequence[Usual]) -> list[Hour]:
    hour = hour_of_week(whole(timezone.now()))
    found: dict[str, dict[str, str]] = {}
    for row in known:
        if profile := warnings.profile_of(row):
            found.setdefault(str(row.place or row.brief), {})[row.kind] = usual(float(profile.mean[hour]))
    return [Hour(name, [cells.get(kind, "–") for kind in ("", *warnings.KINDS)]) for name, cells in found.items()]


# -- one of them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A message behind a warning."""

    message: Message
    parts: list[Part]
    url: str


def one_warning(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(EarlyWarning.objects.select_related("brief", "place", "closed_by"), pk=key)
    found = Row.of(row)
    read = _said(me(request), row)

    def url(form: str, **query: object) -> str:
        return f"{reverse('course_warning_figure', args=[row.pk, form])}?{urlencode(query)}"

    method = render_to_string("course/_warning_method.html", {"row": row, "fewest": warnings.FEWEST})
    context = {
        "found": found,
        "row": row,
        "chart": framed(request, figure_of(row), url, method),
        "said": read,
        "hidden": len(row.messages) - len(read),
        "search_url": _search(row),
        "may_answer": may(request.user, "answer"),
    }
    return tabbed(request, "course_warnings", "course/warning.html", context)


def _said(user: User, row: EarlyWarning) -> list[Said]:
    rows = messages_visible_to(user).filter(pk__in=row.messages).select_related(*RELATED).order_by("-published_at")
    return [Said(one, excerpt(one), place_of(one)) for one in rows]


def _search(row: EarlyWarning) -> str:
    """All of them, in the language of the search box: what a brief asks for, in these days."""
    end = row.over_at or row.until
    words = f"({row.brief.query})" if row.brief else " OR ".join(quoted(w.strip()) for w in _words(row))
    terms = [words, f"published:{row.since.date()}..{end.date()}", *([f"kind:{row.kind}"] if row.kind else [])]
    return f"{reverse('search')}?{urlencode({'q': ' '.join(terms)})}"


def _words(row: EarlyWarning) -> list[str]:
    return row.place.words.split(",") if row.place else []


def figure_of(row: EarlyWarning) -> Figure:
    """The hours from its first on."""
    hours = [
        Slot(date_format(timezone.localtime(row.since + n * HOUR), "D H:i"), count, expected)
        for n, (count, expected) in enumerate(row.hours)
    ]
    return Figure(
        key="hours",
        title=capfirst(_counted(row)),
        words=_("A bar for the people who spoke in each hour, and a line across it for how many are usual then."),
        head=[_("Hour"), _("People"), _("Usual")],
        rows=[
            [one.label, _("not heard") if one.count is None else number(one.count), usual(one.expected or 0.0)]
            for one in hours
        ],
        raw=[
            ["hour", "people", "usual"],
            *([(row.since + n * HOUR).isoformat(), count, expected] for n, (count, expected) in enumerate(row.hours)),
        ],
        query="",
        chart=counted("bars", hours),
    )


def figure(request: HttpRequest, key: int, form: str) -> HttpResponse:
    row = get_object_or_404(EarlyWarning.objects.select_related("brief", "place"), pk=key)
    return sent(request, figure_of(row), form)


# -- what people do --------------------------------------------------------------------------------------------------


@require_POST
def close(request: HttpRequest, key: int) -> HttpResponse:
    done = warnings.close(get_object_or_404(EarlyWarning, pk=key), actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        words = _("Closed. It is still counted until it is over, and warns no second time.")
        messages.success(request, words, extra_tags=f"undo:{reverse('open_course_warning', args=[key])} seconds:10")
    return redirect("course_warnings")


@require_POST
def open_again(request: HttpRequest, key: int) -> HttpResponse:
    done = warnings.open_again(get_object_or_404(EarlyWarning, pk=key), actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    return redirect("course_warning", key=key)


@require_POST
@only("measure")
def places(request: HttpRequest) -> HttpResponse:
    saved = warnings.save_places(request.POST.get("places", ""), actor=me(request))
    if isinstance(saved, Refused):
        messages.error(request, saved.reason)
    else:
        messages.success(request, _("The places are saved. What is usual there is learned within a day."))
    return redirect("course_warnings")


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/warnings/", all_warnings, name="course_warnings"),
    path("course/warnings/places/", places, name="course_places"),
    path("course/warnings/<int:key>/", one_warning, name="course_warning"),
    path("course/warnings/<int:key>/hours.<slug:form>", figure, name="course_warning_figure"),
    path("course/warnings/<int:key>/close/", close, name="close_course_warning"),
    path("course/warnings/<int:key>/open/", open_again, name="open_course_warning"),
]
