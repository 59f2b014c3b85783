"""Labelling: one message drawn by chance after the other, its words alone, and how they sound."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from rapport.core.types import Refused
from rapport.core.understand.trial import FEWEST
from rapport.server.learn import heads
from rapport.server.pages.inbox_correct import TONE_WORDS
from rapport.server.pages.render import me, only, page
from rapport.server.pages.settings import tabs
from rapport.server.pages.text import Part, parts
from rapport.server.route import labelling
from rapport.server.templatetags.rapport import number
from rapport.server.understand.models import Label, LabelDraw
from rapport.server.understand.private import private_of


@dataclass(frozen=True, slots=True)
class Answer:
    value: str
    words: object
    key: str


ANSWERS = [
    *(Answer(tone, words, str(n)) for n, (tone, words) in enumerate(TONE_WORDS.items(), start=1)),
    Answer(labelling.UNCLEAR, gettext_lazy("Unclear"), "4"),
]


@only("answer")
def label(request: HttpRequest) -> HttpResponse:
    now = labelling.current(me(request))
    row = labelling.next_of(now) if now else None
    answered = now.drawn.exclude(tone="").count() if now else 0
    context = {
        "tabs": tabs(me(request), "settings_readers"),
        "draw": now,
        "row": row,
        "parts": _words(row) if row else [],
        "answers": ANSWERS,
        "answered": answered,
        "drawn": now.drawn.count() if now else 0,
        "progress": progress(heads.labels()),
        "place": _place(now, answered) if now else "",
    }
    return page(request, "settings", "settings/label.html", context)


def _words(row: Label) -> list[Part]:
    return parts(row.message.text, row.message.text_spans, private_of(row.message))


def progress(told: int) -> str:
    """ "34 of 200 labels until a reader of your own can be tried"."""
    if told < FEWEST:
        words = _("%(told)s of %(need)s labels until a reader of your own can be tried")
        return words % {"told": number(told), "need": number(FEWEST)}
    return _("%(told)s labels drawn by chance") % {"told": number(told)}


def _place(now: LabelDraw, answered: int) -> str:
    words = _("%(answered)s of %(drawn)s in this draw")
    return words % {"answered": number(answered), "drawn": number(now.drawn.count())}


@require_POST
@only("answer")
def draw_labels(request: HttpRequest) -> HttpResponse:
    return _back(request, labelling.draw(actor=me(request)))


@require_POST
@only("answer")
def label_message(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Label, pk=key, draw__by=me(request))
    said, revision = request.POST.get("tone", ""), request.POST.get("revision", "")
    number = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0
    return _back(request, labelling.label(row, tone=said, revision=number, actor=me(request)))


@require_POST
@only("answer")
def take_label_back(request: HttpRequest) -> HttpResponse:
    return _back(request, labelling.take_back(actor=me(request)))


def _back(request: HttpRequest, done: object) -> HttpResponse:
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    return redirect("label")


urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/readers/tone/label/", label, name="label"),
    path("settings/readers/tone/label/draw/", draw_labels, name="draw_labels"),
    path("settings/readers/tone/label/back/", take_label_back, name="take_label_back"),
    path("settings/readers/tone/label/<int:key>/", label_message, name="label_message"),
]
