"""Events: the talk before, during and after them, against what would have come anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from rapport.core.errors import QueryError
from rapport.core.measure.burst import FEWEST_WEEKS
from rapport.core.types import Refused
from rapport.server.listen.models import Brief, Channel
from rapport.server.measure import events
from rapport.server.measure.models import Event
from rapport.server.measure.queries import TONES
from rapport.server.organise.abilities import may
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.drawings import Slot, counted
from rapport.server.pages.figures import Figure, percent
from rapport.server.pages.framed import framed, sent
from rapport.server.pages.render import me, only
from rapport.server.templatetags.rapport import number

PAGE = 200
PHASES = {
    "before": gettext_lazy("before"),
    "during": gettext_lazy("during"),
    "after": gettext_lazy("after"),
}
FEWEST_READ = 20
"""Below this many messages the reader's tones are not shown."""


# -- in words --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """An event in the list."""

    event: Event
    when: str
    words: str

    @classmethod
    def of(cls, event: Event) -> Row:
        return cls(event, when(event), summary(event))


def when(event: Event) -> str:
    if event.starts == event.ends:
        return date_format(event.starts, "DAY_YEAR")
    return _("%(first)s to %(last)s") % {
        "first": date_format(event.starts, "DAY_YEAR"),
        "last": date_format(event.ends, "DAY_YEAR"),
    }


def summary(event: Event) -> str:
    """What is to be said first: how loud it was while it went on, or why nobody can say."""
    found = event.found
    if found is None:
        return _("nothing is known yet")
    during = found["phases"]["during"]
    said = ngettext("%(n)s message", "%(n)s messages", during["messages"]) % {"n": number(during["messages"])}
    people = ngettext("by %(n)s person", "by %(n)s people", during["people"]) % {"n": number(during["people"])}
    words = f"{said} {people}"
    if buzz := found["buzz"].get("during"):
        words = f"{words}, {times(buzz)}"
    more = during.get("beside", 0)
    return f"{words}; {_beside(more)}" if more else words


def _beside(more: int) -> str:
    words = _("%(n)s more on channels, or in hours, that were not heard all along")
    return words % {"n": number(more)}


def times(buzz: list[float], words: str = "") -> str:
    value, low, high = (number(one, 1) for one in buzz)
    words = words or _("%(value)s times the expected (between %(low)s and %(high)s)")
    return words % {"value": value, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Column:
    """A phase in the table."""

    label: str
    messages: str
    beside: str
    people: str
    reach: str
    buzz: str
    tone: str
    coded: str


def columns(event: Event) -> list[Column]:
    found = event.found or {}
    return [
        Column(
            str(label),
            number(phase["messages"]),
            number(phase.get("beside", 0)),
            number(phase["people"]),
            _reach(phase),
            times(found["buzz"][name], _("%(value)s times (between %(low)s and %(high)s)"))
            if name in found["buzz"]
            else "–",
            _tones(phase["tones"]),
            _net(found.get("coded", {}).get(name)),
        )
        for name, label in PHASES.items()
        if (phase := found.get("phases", {}).get(name))
    ]


def _reach(phase: Mapping[str, Any]) -> str:
    if not phase["known"]:
        return _("not known")
    words = _("%(n)s followers of %(known)s accounts; of %(rest)s nobody knows")
    rest = phase["people"] - phase["known"]
    return words % {"n": number(phase["followers"]), "known": number(phase["known"]), "rest": number(rest)}


def _tones(tones: Mapping[str, int]) -> str:
    read = sum(tones.values())
    if read < FEWEST_READ:
        return _("not enough messages: %(have)s of %(need)s") % {"have": read, "need": FEWEST_READ}
    shares = {tone: percent(tones[tone] / read) for tone in TONES}
    return _("negative %(negative)s, neutral %(neutral)s, positive %(positive)s") % shares


def _net(coded: list[float] | None) -> str:
    if coded is None:
        return _("not coded")
    if len(coded) == 2:
        return _("not enough labels: %(have)s of %(need)s") % {"have": coded[0], "need": coded[1]}
    value, low, high = (f"{100 * one:+.0f}".replace("-", "−") for one in coded[:3])
    words = _("%(value)s (between %(low)s and %(high)s), %(n)s labels")
    return words % {"value": value, "low": low, "high": high, "n": number(coded[3])}


# -- pages -----------------------------------------------------------------------------------------------------------


def all_events(request: HttpRequest) -> HttpResponse:
    rows = Event.objects.filter(removed_at=None).select_related("brief")[:PAGE]
    context = {"rows": [Row.of(row) for row in rows], "may_measure": may(request.user, "measure")}
    return tabbed(request, "course_events", "course/events.html", context)


def one_event(request: HttpRequest, key: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.select_related("brief"), pk=key, removed_at=None)

    def url(form: str, **query: object) -> str:
        return f"{reverse('course_event_figure', args=[event.pk, form])}?{urlencode(query)}"

    found = event.found
    names = dict(Channel.objects.filter(pk__in=found["channels"] if found else []).values_list("pk", "name"))
    context: dict[str, Any] = {
        "event": event,
        "when": when(event),
        "columns": columns(event),
        "parted": any(phase.get("beside") for phase in (found["phases"].values() if found else ())),
        "search_url": _search(event),
        "lacking": found.get("lacking") if found else None,
        "may_measure": may(request.user, "measure"),
    }
    if found:
        method = {"event": event, "channels": sorted(names.values()), "fewest_weeks": FEWEST_WEEKS, "found": found}
        text = render_to_string("course/_event_method.html", method)
        context["charts"] = [framed(request, figure_of(event), url, text)]
    return tabbed(request, "course_events", "course/event.html", context)


def _search(event: Event) -> str:
    words = event.brief.query if event.brief else event.query
    first, last = event.starts - timedelta(days=event.before), event.ends + timedelta(days=event.after)
    return f"{reverse('search')}?{urlencode({'q': f'({words}) published:{first}..{last}'})}"


def figure_of(event: Event) -> Figure:
    """The days, those of the event in full colour, and what was to be expected on each that was heard."""
    found = event.found or {"days": {}, "expected": {}}
    first, last = event.starts - timedelta(days=event.before), event.ends + timedelta(days=event.after)
    until = min(last, (event.found_at or timezone.now()).astimezone(UTC).date())
    days = [first + timedelta(days=n) for n in range((until - first).days + 1)]
    told = [_bar(event, found, day) for day in days]
    beside = [found.get("beside", {}).get(day.isoformat(), 0) for day in days]
    more = any(beside)
    return Figure(
        key="days",
        title=_("During it %(words)s") % {"words": summary(event)},
        words=_(
            "A bar for the messages of each day, pale before and after; a line across it for what was expected. A cross"
            " where nothing can be told, for not every channel was heard."
        ),
        head=[_("Day"), _("Messages"), _("Expected"), *([_("Not heard all along")] if more else [])],
        rows=[
            [
                one.label,
                number(one.count),
                number(one.expected, 1),
                *([number(apart)] if more else []),
            ]
            for one, apart in zip(told, beside, strict=True)
        ],
        raw=[
            ["day", "phase", "messages", "expected", "not_heard_all_along"],
            *(
                [day, events.phase_of(event, day), _cell(one.count), _cell(one.expected), apart]
                for day, one, apart in zip(days, told, beside, strict=True)
            ),
        ],
        query="",
        chart=counted("bars", told),
    )


def _bar(event: Event, found: Mapping[str, Any], day: date) -> Slot:
    """Where it is known what to expect, a day without it was not heard: nobody counted nothing."""
    within, key = events.phase_of(event, day) == "during", day.isoformat()
    count = found["days"].get(key, 0) if key in found["expected"] or not found["expected"] else None
    return Slot(date_format(day, "DAY"), count, found["expected"].get(key), within)


def _cell(value: float | None) -> float | str:
    return "" if value is None else value


def figure(request: HttpRequest, key: int, form: str) -> HttpResponse:
    return sent(request, figure_of(get_object_or_404(Event, pk=key, removed_at=None)), form)


# -- the form --------------------------------------------------------------------------------------------------------


class EventForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, widget=forms.TextInput(attrs={"dir": "auto"}))
    brief = forms.ModelChoiceField(
        Brief.objects.all(),
        label=gettext_lazy("Brief that finds the talk"),
        required=False,
        empty_label=gettext_lazy("words of its own"),
    )
    query = forms.CharField(
        label=gettext_lazy("Or words of its own"),
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=gettext_lazy("As in the search box. With a brief they are not needed."),
    )
    starts = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    before = forms.IntegerField(label=gettext_lazy("Days before it"), min_value=0, max_value=events.LONGEST, initial=14)
    after = forms.IntegerField(label=gettext_lazy("Days after it"), min_value=0, max_value=events.LONGEST, initial=14)


@only("measure")
def new_event(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@only("measure")
def edit_event(request: HttpRequest, key: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Event, pk=key, removed_at=None))


def _edit(request: HttpRequest, event: Event | None) -> HttpResponse:
    names = list(EventForm.base_fields)
    initial = {name: getattr(event, name) for name in names} if event else {}
    form = EventForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = events.save(event, **form.cleaned_data, actor=me(request), now=timezone.now())
        except QueryError as error:
            form.add_error(
                "query", _("%(words)s (at character %(n)s)") % {"words": error.message, "n": error.position + 1}
            )
        else:
            if isinstance(saved, Event):
                messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
                return redirect("course_event", key=saved.pk)
            form.add_error(None, saved.reason)
    context = {"form": form, "event": event, "cancel_url": _back(event)}
    status = 422 if request.method == "POST" else 200
    return tabbed(request, "course_events", "course/event_form.html", context, status=status)


def _back(event: Event | None) -> str:
    return reverse("course_event", args=[event.pk]) if event else reverse("course_events")


@require_POST
@only("measure")
def remove(request: HttpRequest, key: int) -> HttpResponse:
    done = events.remove(get_object_or_404(Event, pk=key, removed_at=None), actor=me(request), now=timezone.now())
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        undo = f"undo:{reverse('bring_back_course_event', args=[key])} seconds:10"
        messages.success(request, _("“%(name)s” is deleted.") % {"name": done.name}, extra_tags=undo)
    return redirect("course_events")


@require_POST
@only("measure")
def bring_back(request: HttpRequest, key: int) -> HttpResponse:
    done = events.bring_back(get_object_or_404(Event, pk=key), actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    return redirect("course_event", key=key)


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/events/", all_events, name="course_events"),
    path("course/events/new/", new_event, name="new_course_event"),
    path("course/events/<int:key>/", one_event, name="course_event"),
    path("course/events/<int:key>/days.<slug:form>", figure, name="course_event_figure"),
    path("course/events/<int:key>/edit/", edit_event, name="edit_course_event"),
    path("course/events/<int:key>/delete/", remove, name="delete_course_event"),
    path("course/events/<int:key>/undo/", bring_back, name="bring_back_course_event"),
]
