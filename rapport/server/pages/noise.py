"""Set aside: campaigns, machines and spam, each with its reason, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.types import Refused
from rapport.server.listen.models import Message
from rapport.server.pages.asking import number
from rapport.server.pages.excerpt import excerpt
from rapport.server.pages.render import me, only, page
from rapport.server.pages.text import Part
from rapport.server.understand import noise
from rapport.server.understand.models import SetAside, Wording

PAGE = 50
CAMPAIGNS = 20


@dataclass(frozen=True, slots=True)
class Group:
    """The same text, however often it was said."""

    wording: Wording
    example: Message
    parts: list[Part]
    words: str


@dataclass(frozen=True, slots=True)
class Single:
    row: SetAside
    parts: list[Part]
    words: str


@only("listen")
def set_aside(request: HttpRequest) -> HttpResponse:
    before = number(request.GET.get("before", ""))
    singles = noise.hidden().filter(wording=None).order_by("-message")
    if before is not None:
        singles = singles.filter(message__lt=before)
    found = list(singles.select_related("message__author", "message__channel", "message__reading")[: PAGE + 1])
    context = {
        "groups": _groups() if before is None else [],
        "rows": [Single(row, excerpt(row.message), noise.words(row)) for row in found[:PAGE]],
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
        "week": noise.of_last_week(timezone.now()),
        "may_listen": True,
    }
    return page(request, "listen", "listen/set_aside.html", context)


def _groups() -> list[Group]:
    wordings = list(noise.repeated()[:CAMPAIGNS])
    examples = noise.examples(wordings)
    return [
        Group(row, examples[row.pk].message, excerpt(examples[row.pk].message), noise.words(examples[row.pk]))
        for row in wordings
        if row.pk in examples
    ]


@require_POST
@only("listen")
def clear(request: HttpRequest, what: str, key: int) -> HttpResponse:
    """A person says that this is no noise."""
    if what == "wording":
        done = noise.clear_wording(get_object_or_404(Wording, pk=key), actor=me(request))
    else:
        done = noise.clear_message(get_object_or_404(SetAside, pk=key), actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        words = ngettext(
            "%(n)d message is no noise. It is heard like any other.",
            "%(n)d messages are no noise. They are heard like any other.",
            done,
        )
        messages.success(request, words % {"n": done})
    return redirect("set_aside")


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/set-aside/", set_aside, name="set_aside"),
    path("listen/set-aside/wording/<int:key>/clear/", clear, {"what": "wording"}, name="clear_wording"),
    path("listen/set-aside/message/<int:key>/clear/", clear, {"what": "message"}, name="clear_message"),
]
