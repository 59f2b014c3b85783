"""Lines and goals: what is followed, in which order, with or without an alarm, and where it shall come to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rapport.core.types import NotEnough, Refused
from rapport.server.measure import setting, words
from rapport.server.measure.models import Annotation, Goal, Line
from rapport.server.measure.waiting import Delay, expected
from rapport.server.measure.whereabouts import Whereabouts, gathered, happened, lines, whereabouts, why_not
from rapport.server.organise.abilities import may
from rapport.server.pages.asking import number
from rapport.server.pages.course import SMALL_WEEKS
from rapport.server.pages.course_forms import GoalForm, LineForm
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.course_words import NAMES, Sentence, aimed, sentence, waits, wanted
from rapport.server.pages.figures import percent
from rapport.server.pages.render import me, only
from rapport.server.pages.sparks import spark
from rapport.server.templatetags.rapport import number as digits

UNDO_SECONDS = 30
PAGE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """A line in the list."""

    line: Line
    words: Sentence
    drawing: SafeString
    about: str
    alarm: str
    goals: list[tuple[Goal, str]]


def all_lines(request: HttpRequest) -> HttpResponse:
    every, start = lines(), number(request.GET.get("after", "")) or 0
    found = whereabouts(every[start : start + PAGE], timezone.now(), weeks=SMALL_WEEKS)
    closed = Line.objects.exclude(closed_at=None).order_by("-closed_at")[:50]
    context = {
        "rows": [_row(one) for one in found],
        "ends": {every[0].pk, every[-1].pk} if every else set(),
        "next": start + PAGE if len(every) > start + PAGE else None,
        "closed": list(closed),
        "may_measure": may(request.user, "measure"),
    }
    return tabbed(request, "course", "course/lines.html", context)


def _row(found: Whereabouts) -> Row:
    goals = [(goal, aimed(goal)) for goal in found.goals]
    return Row(found.line, sentence(found, found.of), spark(found, found.of), about(found.line), _alarm(found), goals)


def about(line: Line) -> str:
    """Which messages belong to it."""
    words = {"brief": line.brief.name if line.brief else "", "channel": line.channel.name if line.channel else ""}
    if line.brief and line.channel:
        return _("“%(brief)s” in %(channel)s") % words
    if line.brief:
        return _("“%(brief)s” in all channels") % words
    return _("everything in %(channel)s") % words if line.channel else _("everything that is about us")


def _alarm(found: Whereabouts) -> str:
    line = found.line
    if not line.watched:
        return _("No alarm")
    if found.watching and (why := why_not(found.watching)):
        return _("The alarm cannot start: %(why)s") % {"why": why}
    if found.watching and found.watching.red:
        words = {"what": NAMES[line.watches], "n": digits(100 * found.watching.red["tolerance"], 1)}
        if found.watching.red["tolerance"] > line.tolerance:
            return _("Alarm on: %(what)s, from %(n)s points on: less cannot be told from the baseline's error") % words
        return _("Alarm on: %(what)s, from %(n)s points on") % words
    return waits(found) or _("The alarm starts when the baseline is there")


# -- one line --------------------------------------------------------------------------------------------------------


@only("measure")
def new_line(request: HttpRequest) -> HttpResponse:
    form = LineForm(request.POST) if request.method == "POST" else LineForm(initial={"watches": "negative"})
    if form.is_bound and form.is_valid():
        saved = setting.save_line(None, **form.chosen(), actor=me(request))
        if _done(request, saved, _("The line is made. Its weeks are worked out tonight."), form):
            return redirect("line", key=saved.pk)  # type: ignore[union-attr]
    return tabbed(request, "course", "course/line.html", {"form": form, "line": None})


@only("measure")
def line(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Line.objects.select_related("brief", "channel"), pk=key)
    form = LineForm(request.POST) if request.method == "POST" else LineForm.of(row)
    if form.is_bound and form.is_valid():
        saved = setting.save_line(row, **form.chosen(), actor=me(request))
        if _done(request, saved, _("The line is saved."), form):
            return redirect("line", key=row.pk)
        row.refresh_from_db()
    found = expected(row)
    context = {
        "form": form,
        "line": row,
        "delays": [] if isinstance(found, NotEnough) else [_delay(one) for one in found],
        "unknown": found if isinstance(found, NotEnough) else None,
        "goals": [(goal, aimed(goal)) for goal in row.goals.filter(closed_at=None)],
        "closed_goals": [(goal, wanted(goal)) for goal in row.goals.exclude(closed_at=None)],
        "alarm": _alarm(_alone(row)),
        "words": words.changed([row]).get(row.pk),
    }
    return tabbed(request, "course", "course/line.html", context)


def _alone(row: Line) -> Whereabouts:
    now = timezone.now()
    found = Whereabouts(row, now.date(), watching=getattr(row, "watching", None))
    gathered([found])
    return found


def _delay(one: Delay) -> list[str]:
    """A change and how long one waits for the alarm, in words."""
    half = _("less than half of the years ring") if math.isinf(one.days) else _days(one.days)
    late = "–" if math.isinf(one.late) else _days(one.late)
    return [_("%(n)s points") % {"n": digits(100 * one.shift)}, half, late, percent(one.rang)]


def _days(days: float) -> str:
    return _("%(n)s days") % {"n": digits(days)}


def _done(request: HttpRequest, outcome: object, words: str, form: Form | None = None, undo: str = "") -> bool:
    """Tell what came of an action; what a form asked for wrongly stands in the form. `undo`: where it is undone."""
    if isinstance(outcome, Refused):
        if form is None:
            messages.error(request, outcome.reason)
        else:
            form.add_error(None, outcome.reason)
        return False
    messages.success(request, words, extra_tags=f"undo:{undo} seconds:{UNDO_SECONDS}" if undo else "")
    return True


DO = {
    "up": (lambda row, user: setting.move_line(row, up=True, actor=user)),
    "down": (lambda row, user: setting.move_line(row, up=False, actor=user)),
    "watch": (lambda row, user: setting.watch(row, on=True, actor=user)),
    "resume": (lambda row, user: setting.watch(row, on=True, anew=False, actor=user)),
    "rest": (lambda row, user: setting.watch(row, on=False, actor=user)),
    "close": (lambda row, user: setting.close_line(row, actor=user)),
    "reopen": (lambda row, user: setting.reopen_line(row, actor=user)),
}


@require_POST
@only("measure")
def change_line(request: HttpRequest, key: int) -> HttpResponse:
    """One step: `do` names it, in the form or, to undo another, in the address."""
    row = get_object_or_404(Line, pk=key)
    do = request.POST.get("do") or request.GET.get("do", "")
    words = {
        "up": _("Moved up."),
        "down": _("Moved down."),
        "watch": _("The alarm is on. It starts tonight, if its baseline is known well enough."),
        "resume": _("The alarm goes on as if it had not been switched off."),
        "rest": _("The alarm is off."),
        "close": _("The line is closed. What is known of it stays."),
        "reopen": _("The line is followed again."),
    }
    if do in DO:
        back = {"rest": "resume", "close": "reopen"}.get(do)
        undo = f"{reverse('change_line', args=[key])}?do={back}" if back else ""
        _done(request, DO[do](row, me(request)), words[do], undo=undo)
    return redirect("line", key=row.pk) if do in ("watch", "resume", "rest") else redirect("lines")


# -- goals -----------------------------------------------------------------------------------------------------------


@only("measure")
def new_goal(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Line, pk=key, closed_at=None)
    of = request.GET.get("of", "net")
    form = GoalForm(request.POST) if request.method == "POST" else GoalForm(initial={"of": of})
    return _goal(request, None, row, form)


@only("measure")
def goal(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Goal.objects.select_related("line"), pk=key)
    form = GoalForm(request.POST) if request.method == "POST" else GoalForm.from_goal(row)
    return _goal(request, row, row.line, form)


def _goal(request: HttpRequest, row: Goal | None, of_line: Line, form: GoalForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        saved = setting.set_goal(row, line=of_line, **form.chosen(), actor=me(request))
        if _done(request, saved, _("The goal is set. Its odds are worked out tonight."), form):
            return redirect(f"{reverse('course')}?line={of_line.pk}")
    return tabbed(request, "course", "course/goal.html", {"form": form, "goal": row, "line": of_line})


@require_POST
@only("measure")
def close_goal(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Goal, pk=key)
    undo = reverse("reopen_goal", args=[key])
    _done(request, setting.close_goal(row, actor=me(request)), _("The goal is closed."), undo=undo)
    return redirect(f"{reverse('course')}?line={row.line_id}")


@require_POST
@only("measure")
def reopen_goal(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Goal.objects.select_related("line"), pk=key)
    _done(request, setting.reopen_goal(row, actor=me(request)), _("The goal stands again."))
    return redirect(f"{reverse('course')}?line={row.line_id}")


# -- what happened ---------------------------------------------------------------------------------------------------


@require_POST
@only("measure")
def annotate(request: HttpRequest) -> HttpResponse:
    on = get_object_or_404(Line, pk=number(request.POST.get("line", "")) or 0)
    try:
        day = parse_date(request.POST.get("day", ""))
    except ValueError:
        day = None
    if day is None:
        messages.error(request, _("That is no day."))
    else:
        text, every = request.POST.get("text", ""), "all" in request.POST
        done = setting.annotate(day=day, text=text, line=None if every else on, actor=me(request))
        _done(request, done, _("It is written down."))
    return redirect(f"{reverse('course')}?line={on.pk}")


@require_POST
@only("measure")
def remove_annotation(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Annotation, pk=key)
    back = f"{reverse('course')}?line={row.line_id}" if row.line_id else reverse("course")
    done = setting.remove_annotation(row, actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        undo = f"undo:{reverse('restore_annotation', args=[done])} seconds:{UNDO_SECONDS}"
        messages.success(request, _("“%(text)s” is removed.") % {"text": happened(row)}, extra_tags=undo)
    return redirect(back)


@require_POST
@only("measure")
def restore_annotation(request: HttpRequest, name: str) -> HttpResponse:
    done = setting.restore_annotation(name, actor=me(request))
    _done(request, done, _("It stands there again."))
    key = None if isinstance(done, Refused) else done.line_id
    return redirect(f"{reverse('course')}?line={key}" if key else reverse("course"))


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/lines/", all_lines, name="lines"),
    path("course/lines/new/", new_line, name="new_line"),
    path("course/lines/<int:key>/", line, name="line"),
    path("course/lines/<int:key>/change/", change_line, name="change_line"),
    path("course/lines/<int:key>/goal/", new_goal, name="new_goal"),
    path("course/goals/<int:key>/", goal, name="goal"),
    path("course/goals/<int:key>/close/", close_goal, name="close_goal"),
    path("course/goals/<int:key>/reopen/", reopen_goal, name="reopen_goal"),
    path("course/annotations/", annotate, name="annotate"),
    path("course/annotations/<int:key>/remove/", remove_annotation, name="remove_annotation"),
    path("course/annotations/restore/<str:name>/", restore_annotation, name="restore_annotation"),
]
