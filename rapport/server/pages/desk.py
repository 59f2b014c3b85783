"""The coding desk: one drawn message after the other, its words alone, and how they sound; and what belongs to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from rapport.core.measure.agreement import BETWEEN, SELF
from rapport.core.types import Estimate, NotEnough, Refused
from rapport.server.listen.models import Message
from rapport.server.measure import agreeing, coders, coding
from rapport.server.measure.agreeing import Agreement
from rapport.server.measure.coding import Desk, Task
from rapport.server.measure.frames import ANSWERS
from rapport.server.measure.models import Coder, DeskDay, Drawn, Guidance
from rapport.server.organise.abilities import may
from rapport.server.organise.actions import organisation
from rapport.server.organise.models import User
from rapport.server.pages.asking import number as whole
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.inbox_correct import TONE_WORDS, language_words
from rapport.server.pages.labelling import Answer
from rapport.server.pages.needs import MOST, counted
from rapport.server.pages.render import View, me, only
from rapport.server.pages.text import Part, parts
from rapport.server.templatetags.rapport import number
from rapport.server.understand.private import private_of

SECONDS = 10
"""That a message takes, about."""
SETTLED_AT_ONCE = 10
ANSWER_WORDS = {**TONE_WORDS, "uncodable": gettext_lazy("Uncodable")}
KEYS = dict(zip(ANSWERS, "1230", strict=True))


@dataclass(frozen=True, slots=True)
class Card:
    """A message as it lies before somebody. `token` says what was handed to whom, and when."""

    parts: Sequence[Part]
    language: str
    code: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One of the pages of the desk. `waits`: how much there is to do on it, in words."""

    label: str
    url: str
    here: bool
    waits: str = ""


def shared(view: View[...]) -> View[...]:
    """For those who code or say who does; others find nothing here."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Any, **kwargs: Any) -> Any:
        if not (may(request.user, "measure") or coders.coder_of(me(request))):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _page(request: HttpRequest, here: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    every = [
        ("desk", _("Code"), True),
        ("desk_agreement", _("Agreement"), True),
        ("desk_guidance", _("Guidance"), True),
        ("desk_coders", _("Who codes"), may(request.user, "measure")),
    ]
    waits = {"desk_agreement": _waits(coding.to_settle(me(request), timezone.now(), most=MOST))}
    places = [Place(label, reverse(name), name == here, waits.get(name, "")) for name, label, seen in every if seen]
    return tabbed(request, "desk", f"desk/{here}.html", {"places": places, **context}, status=status)


def _waits(n: int) -> str:
    return _("%(n)s to settle") % {"n": counted(n)} if n else ""


# -- coding ----------------------------------------------------------------------------------------------------------


@shared
def desk(request: HttpRequest) -> HttpResponse:
    return _page(request, "desk", _lying(request, "on" in request.GET) | {"guidance": _guidance()})


def _lying(request: HttpRequest, on: bool, refused: str = "") -> dict[str, Any]:
    """What lies before this person. `on`: they go on with earlier days."""
    user, now = me(request), timezone.now()
    lies = coding.desk(user, now)
    task = coding.next_for(user, now) if lies.left or on else None
    following = coding.next_for(user, now, after=task) if task and (lies.left > 1 or on) else None
    return {
        "desk": lies,
        "card": _card(task, user, now) if task else None,
        "following": _card(following) if following else None,
        "answers": [Answer(one, ANSWER_WORDS[one], KEYS[one]) for one in ANSWERS],
        "progress": _progress(lies, on and not lies.left),
        "made_possible": _made_possible(lies),
        "coder": coders.coder_of(user) is not None,
        "anybody": Coder.objects.filter(active=True).exists(),
        "sets_up": may(user, "measure"),
        "on": on,
        "refused": refused,
    }


def _card(task: Task, user: User | None = None, now: datetime | None = None) -> Card:
    message = task.drawn.message
    _fill_in(message)
    language = task.drawn.language
    token = _token(task, user, now) if user and now else ""
    return Card(_words(message), language_words(language) if language else "", language, token)


def _fill_in(message: Message) -> None:
    if message.left_at:
        from rapport.server.keep.words import fill_in  # loaded when it is wanted: it takes 80 MB

        fill_in([message])


def _words(message: Message) -> list[Part]:
    """The words, with private data masked, and nothing of whose they are."""
    return parts(message.text, message.text_spans, private_of(message))


def _token(task: Task, user: User, now: datetime) -> str:
    handed = [user.pk, task.drawn.pk, task.drawn.message.revision, now.timestamp()]
    return signing.dumps(handed, salt="desk")


def _progress(lies: Desk, earlier: bool) -> str:
    if earlier:
        words = ngettext("%(n)s message of earlier days waits", "%(n)s messages of earlier days wait", lies.earlier)
        return words % {"n": number(lies.earlier)}
    return _("%(done)s of %(whole)s for today") % {"done": number(lies.done), "whole": number(lies.whole)}


def _made_possible(lies: Desk) -> str:
    if not lies.answered or not lies.day:
        return ""
    words = ngettext(
        "%(labels)s label stands for %(messages)s messages of %(day)s.",
        "%(labels)s labels stand for %(messages)s messages of %(day)s.",
        lies.answered,
    )
    told = {"labels": number(lies.answered), "messages": number(lies.messages)}
    return words % (told | {"day": date_format(lies.day, "LONG_DAY_YEAR")})


@require_POST
@shared
def code_message(request: HttpRequest) -> HttpResponse:
    try:
        handed = signing.loads(request.POST.get("token", ""), salt="desk")
    except signing.BadSignature:
        return _back(request, Refused(_("This page was too old. Here is what comes next.")))
    user, drawn, revision, at = handed
    if user != me(request).pk:
        return _back(request, Refused(_("Somebody else was signed in here. Here is what comes next for you.")))
    row = Drawn.objects.filter(pk=drawn).first()
    if row is None:
        return _back(request, Refused(_("Its author has taken it back meanwhile. Here is the next one.")))
    answer, handed_at = request.POST.get("answer", ""), datetime.fromtimestamp(at, UTC)
    done = coding.code(row, answer, revision=revision, actor=me(request), handed_at=handed_at)
    return _back(request, done)


@require_POST
@shared
def take_code_back(request: HttpRequest) -> HttpResponse:
    return _back(request, coding.take_back(actor=me(request)))


@require_POST
@shared
def code_more(request: HttpRequest) -> HttpResponse:
    return _back(request, coding.more(actor=me(request)))


def _back(request: HttpRequest, done: object) -> HttpResponse:
    """The next one: swapped in where there is a script, else as a page of its own."""
    on = "on" in request.POST
    refused = done.reason if isinstance(done, Refused) else ""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "desk/_desk.html", _lying(request, on, refused))
    if refused:
        messages.error(request, refused)
    return redirect(f"{reverse('desk')}?on=1" if on else "desk")


# -- guidance --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """A message on which two did not agree, how it was settled, and why."""

    card: Card
    answer: str
    words: str
    by: str


def _guidance() -> dict[str, Any]:
    settled = [
        Example(_card(Task(row.drawn, "")), str(ANSWER_WORDS[row.answer]), row.words, row.by.name)
        for row in coding.settled(most=10)
    ]
    return {"text": coders.guidance(), "examples": settled}


@shared
def guidance(request: HttpRequest) -> HttpResponse:
    typed = None
    if request.method == "POST":
        typed = request.POST.get("text", "")
        done = coders.set_guidance(typed, actor=me(request))
        if isinstance(done, Guidance):
            messages.success(request, _("The guidance was changed."))
            return redirect("desk_guidance")
        messages.error(request, done.reason)
    context = {
        "guidance": _guidance(),
        "typed": typed,
        "history": list(Guidance.objects.select_related("by")[:20]),
        "sets_up": may(request.user, "measure"),
        "longest": coders.LONGEST,
    }
    return _page(request, "desk_guidance", context)


# -- agreement -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Apart:
    """Two answers to one message, for a third person to settle."""

    key: int
    card: Card
    said: str


@shared
def agreement(request: HttpRequest) -> HttpResponse:
    found = agreeing.months(timezone.now())
    pairs = sum((one.pairs for _start, one in found), Counter())
    apart = coding.disagreements(me(request), most=SETTLED_AT_ONCE + 1)
    context = {
        "columns": [{"label": label} for label in _columns()],
        "months": [_row(date_format(start, "YEAR_MONTH_FORMAT"), one) for start, one in found],
        "low": bool(found) and found[0][1].low,
        "head": [ANSWER_WORDS[one] for one in ANSWERS],
        "confusion": _confusion(pairs) if pairs else [],
        "apart": [_apart(one) for one in apart[:SETTLED_AT_ONCE]],
        "further": len(apart) > SETTLED_AT_ONCE,
        "answers": [Answer(one, ANSWER_WORDS[one], "") for one in ANSWERS],
        "between": number(BETWEEN, 2),
        "oneself": number(SELF, 2),
        "most_words": coding.MOST_WORDS,
    }
    return _page(request, "desk_agreement", context)


def _columns() -> list[str]:
    return [_("Month"), _("Between two people"), _("With oneself, in three months"), _("Coded twice")]


def _row(name: str, found: Agreement) -> dict[str, Any]:
    same = _("%(same)s of %(twice)s the same") % {"same": number(found.same), "twice": number(found.twice)}
    values = [name, _alpha(found.between), _alpha(found.oneself), same]
    return {"cells": [{"value": value, "label": label} for value, label in zip(values, _columns(), strict=True)]}


def _alpha(found: Estimate | NotEnough) -> str:
    """ "0.64, between 0.51 and 0.76", or why there is no such number."""
    if isinstance(found, NotEnough):
        if found.what == "different values":
            return _("All were the same, which shows nothing")
        return _("Not enough: %(have)s of %(need)s") % {"have": number(found.have), "need": number(found.need)}
    words = _("%(value)s, between %(low)s and %(high)s")
    return words % {name: number(getattr(found, name), 2) for name in ("value", "low", "high")}


def _confusion(pairs: Counter[tuple[str, str]]) -> list[tuple[object, list[tuple[str, bool]]]]:
    """Each pair once: who of the two spoke first makes no difference, so the lower half stays empty."""
    return [
        (
            ANSWER_WORDS[one],
            [
                (number(pairs[one, other]) if column >= row else "", column == row)
                for column, other in enumerate(ANSWERS)
            ],
        )
        for row, one in enumerate(ANSWERS)
    ]


def _apart(one: coding.Disagreement) -> Apart:
    said = _("One said %(one)s, the other %(other)s.") % {
        "one": f"“{ANSWER_WORDS[one.answers[0]]}”",
        "other": f"“{ANSWER_WORDS[one.answers[1]]}”",
    }
    return Apart(one.drawn.pk, _card(Task(one.drawn, "")), said)


@require_POST
@shared
def settle(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Drawn, pk=key, twice=True)
    answer, words = request.POST.get("answer", ""), request.POST.get("words", "")
    done = coding.settle(row, answer, words, actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        messages.success(request, _("Settled. This answer counts from now on."))
    return redirect("desk_agreement")


# -- who codes -------------------------------------------------------------------------------------------------------


@only("measure")
def desk_coders(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _set_coder(request)
    founded, newest = organisation(), DeskDay.objects.first()
    rows = list(Coder.objects.select_related("user").order_by("-active", "user__name"))
    taken = {row.user_id for row in rows if row.active}
    work = agreeing.work(timezone.now(), window=coding.WINDOW)
    context = {
        "coders": [(row, ", ".join(row.languages), _languages(row.languages)) for row in rows if row.active],
        "others": User.objects.filter(is_active=True).exclude(pk__in=taken).order_by("name"),
        "heard": _heard(),
        "labels": founded.labels_a_day if founded else 0,
        "minutes": _minutes(founded.labels_a_day if founded else 0),
        "most_a_day": coders.MOST_A_DAY,
        "uncovered": _uncovered(newest),
        "work": work,
        "weeks": _weeks(work),
    }
    return _page(request, "desk_coders", context)


def _set_coder(request: HttpRequest) -> HttpResponse:
    key = whole(request.POST.get("user", ""))
    user = get_object_or_404(User, pk=key or 0)
    languages, active = request.POST.get("languages", "").replace(";", ",").split(","), "stop" not in request.POST
    languages = [part for one in languages for part in one.split()]
    done = coders.set_coder(user, languages=languages, active=active, actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    elif active:
        messages.success(request, _("%(name)s codes at the desk.") % {"name": user.name})
    else:
        messages.success(request, _("%(name)s codes no more. What they said stays.") % {"name": user.name})
    return redirect("desk_coders")


@require_POST
@only("measure")
def desk_labels(request: HttpRequest) -> HttpResponse:
    done = coders.set_labels_a_day(whole(request.POST.get("labels", "")) or 0, actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        messages.success(request, _("From the next day on that closes."))
    return redirect("desk_coders")


def _languages(codes: Sequence[str]) -> str:
    return ", ".join(language_words(code) for code in codes)


def _heard() -> str:
    """ "English (en), German (de)": what coders had better read."""
    return ", ".join(f"{language_words(code)} ({code})" for code, _count in coders.languages_heard())


def _minutes(labels: int) -> str:
    minutes = max(1, round(labels * SECONDS / 60))
    words = ngettext(
        "About %(n)s minute a day, for all together", "About %(n)s minutes a day, for all together", minutes
    )
    return words % {"n": number(minutes)}


def _uncovered(newest: DeskDay | None) -> str:
    if newest is None or not newest.unread:
        return ""
    words = _("Of %(day)s, %(n)s of %(all)s messages are in languages that nobody here reads; no figure covers them.")
    told = {"n": number(newest.unread), "all": number(newest.messages + newest.unread)}
    return words % (told | {"day": date_format(newest.day, "LONG_DAY_YEAR")})


def _weeks(work: agreeing.Work) -> dict[str, Any]:
    columns = [_("Week from"), _("Labels")]
    rows = [
        {
            "cells": [
                {"value": date_format(start, "LONG_DAY_YEAR")},
                {"value": number(count), "label": columns[1], "end": True},
            ]
        }
        for start, count in reversed(work.weeks)
    ]
    return {"columns": [{"label": columns[0]}, {"label": columns[1], "end": True}], "rows": rows}


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/desk/", desk, name="desk"),
    path("course/desk/code/", code_message, name="desk_code"),
    path("course/desk/back/", take_code_back, name="desk_back"),
    path("course/desk/more/", code_more, name="desk_more"),
    path("course/desk/guidance/", guidance, name="desk_guidance"),
    path("course/desk/agreement/", agreement, name="desk_agreement"),
    path("course/desk/agreement/<int:key>/", settle, name="desk_settle"),
    path("course/desk/coders/", desk_coders, name="desk_coders"),
    path("course/desk/labels/", desk_labels, name="desk_labels"),
]
