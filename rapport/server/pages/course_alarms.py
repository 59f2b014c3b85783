"""Alarms: what rang, since when, how large it is, what carries it, and what people say had happened."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from rapport.core.types import Refused
from rapport.server.listen.models import Message
from rapport.server.measure import setting
from rapport.server.measure.models import Alarm, Watching
from rapport.server.measure.whereabouts import SEEN, Whereabouts, gathered
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.asking import number
from rapport.server.pages.course import carrying
from rapport.server.pages.course_alarm_made import made
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.course_words import NAMES, day_name, interval, since, size, waits, written
from rapport.server.pages.excerpt import excerpt
from rapport.server.pages.render import me, only
from rapport.server.pages.text import Part
from rapport.server.route.queries import messages_visible_to
from rapport.server.templatetags.rapport import number as digits

PAGE = 50
SHOWN = 20  # messages of one alarm
KINDS = {
    "red": gettext_lazy("The tone has changed"),
    "ruler": gettext_lazy("The reader has moved, not the tone"),
    "course": gettext_lazy("Behind the plan toward the goal"),
}
MEANS = {
    "red": gettext_lazy(
        "What people coded could hardly come from a tone that stayed near its baseline. Without a change this rings in "
        "at most one year of twenty."
    ),
    "ruler": gettext_lazy(
        "The reader errs differently than before, by the labels. The numbers stay right, for the labels correct them; "
        "look at the reader."
    ),
    "course": gettext_lazy(
        "The weekly numbers lie behind the way to the goal more often than chance explains. While one is on plan, this "
        "ever rings with a chance of at most one in twenty."
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    alarm: Alarm
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Example:
    message: Message
    parts: list[Part]


def alarms(request: HttpRequest) -> HttpResponse:
    rows = Alarm.objects.filter(kind__in=SEEN).select_related("line", "closed_by", "annotation").order_by("-id")
    if (before := number(request.GET.get("before", ""))) is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    context = {
        "rows": [Row(row, str(KINDS[row.kind]), told(row)) for row in found[:PAGE]],
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    return tabbed(request, "course", "course/alarms.html", context)


def told(alarm: Alarm) -> str:
    """What rang, in a sentence."""
    if alarm.kind == "red":
        return since(alarm, alarm.line.watches)
    return _("Since %(day)s.") % {"day": day_name(alarm.began or alarm.day)}


def alarm(request: HttpRequest, key: int) -> HttpResponse:
    rows = Alarm.objects.filter(kind__in=SEEN)
    rows = rows.select_related("line__brief", "line__channel", "annotation", "closed_by")
    row = get_object_or_404(rows, pk=key)
    context = {
        "alarm": row,
        "kind": KINDS[row.kind],
        "means": MEANS[row.kind],
        "words": told(row),
        "waits": _waits(row),
        "facts": _facts(row),
        "made": made(row),
        "carrying": carrying(row),
        "examples": _examples(me(request), row),
        "may_measure": may(request.user, "measure"),
    }
    return tabbed(request, "course", "course/alarm.html", context)


def _waits(row: Alarm) -> str:
    """Until when nothing can ring behind it; of an alarm before the last one, nothing."""
    newest = Alarm.objects.filter(line=row.line, kind="red").order_by("-day", "-id").first()
    if newest != row:
        return ""
    found = Whereabouts(row.line, timezone.now().date(), watching=Watching.objects.filter(line=row.line).first())
    gathered([found])
    return waits(found)


def _facts(row: Alarm) -> list[tuple[str, str]]:
    found, of = row.found, str(row.found.get("of") or row.line.watches)
    words, facts = (
        written(of),
        [(_("It rang"), day_name(row.day)), (_("Different since about"), day_name(row.began or row.day))],
    )
    if row.kind != "red":
        return facts
    facts.append((_("Watched"), str(NAMES[of])))
    for name, label in (("before", _("Before")), ("after", _("After"))):
        if known := found.get(name):
            facts.append((label, f"{words(known[0])} ({interval(known, words)})"))
    if moved := found.get("size"):
        facts.append((_("Size of the change"), f"{size(of)(moved[0])} ({interval(moved, size(of))})"))
    else:
        facts.append((_("Size of the change"), _("known once there are enough labels from after the alarm")))
    if found.get("labels") is not None:
        facts.append((_("Labels behind it"), digits(found["labels"])))
    return facts


def _examples(user: User, row: Alarm) -> list[Example]:
    """Messages that show it, as far as this person may see them."""
    keys = list(row.found.get("messages") or [])[:SHOWN]
    found = messages_visible_to(user).filter(pk__in=keys).select_related("author", "channel", "reading")
    by_key = {message.pk: message for message in found}
    return [Example(by_key[key], excerpt(by_key[key])) for key in keys if key in by_key]


@require_POST
@only("measure")
def explain_alarm(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Alarm.objects.select_related("line"), pk=key)
    done = setting.explain_alarm(row, text=request.POST.get("text", ""), actor=me(request))
    _say(request, done, _("It is written down, and stands on the chart."))
    return redirect("alarm", key=key)


@require_POST
@only("measure")
def close_alarm(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Alarm, pk=key)
    if request.POST.get("do") == "reopen":
        _say(request, setting.reopen_alarm(row, actor=me(request)), _("The alarm is open again."))
    else:
        _say(request, setting.close_alarm(row, actor=me(request)), _("The alarm is closed."))
    return redirect("alarm", key=key)


def _say(request: HttpRequest, outcome: object, words: str) -> None:
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
    else:
        messages.success(request, words)


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/alarms/", alarms, name="alarms"),
    path("course/alarms/<int:key>/", alarm, name="alarm"),
    path("course/alarms/<int:key>/explain/", explain_alarm, name="explain_alarm"),
    path("course/alarms/<int:key>/close/", close_alarm, name="close_alarm"),
]
