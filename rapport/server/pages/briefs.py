"""Briefs: what we listen for, with a look at what each would have heard already."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.core.errors import QueryError
from rapport.core.query import STANDING_FIELDS
from rapport.core.query.brandwatch import Unequal, translate
from rapport.core.types import Refused
from rapport.server.listen import actions, queries
from rapport.server.listen.models import Brief, Channel, Message, Purpose
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.asking import Asked, Mistake, completions
from rapport.server.pages.excerpt import excerpt, explained
from rapport.server.pages.render import me, only, page
from rapport.server.pages.text import Part
from rapport.server.route.queries import messages_visible_to

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Row:
    """A brief in the list."""

    brief: Brief
    heard: int


def briefs(request: HttpRequest) -> HttpResponse:
    rows = list(Brief.objects.all())
    heard, of = queries.share_heard()
    groups = [
        (purpose.label, [Row(row, heard.get(row.pk, 0)) for row in rows if row.purpose == purpose])
        for purpose in Purpose
    ]
    context = {
        "groups": [(label, found) for label, found in groups if found],
        "of": of,
        "may_listen": may(request.user, "listen"),
    }
    return page(request, "listen", "listen/briefs.html", context)


# -- one brief -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form."""

    name: str = ""
    query: str = ""
    purpose: str = Purpose.BRAND.value
    active: bool = True

    @classmethod
    def of(cls, brief: Brief) -> Filled:
        return cls(brief.name, brief.query, brief.purpose, brief.active)

    @classmethod
    def posted(cls, data: QueryDict) -> Filled:
        purpose = data.get("purpose", "")
        return cls(
            data.get("name", "").strip()[:LONGEST_NAME],
            data.get("query", "").strip(),
            purpose if purpose in Purpose.values else Purpose.BRAND.value,
            "active" in data,
        )


def brief(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Brief, pk=key)
    if request.method == "POST":
        return _save(request, row)
    return _form(request, row, Filled.of(row))


@only("listen")
def new_brief(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None)
    return _form(request, None, Filled(query=request.GET.get("query", "").strip()))


def _save(request: HttpRequest, row: Brief | None) -> HttpResponse:
    if not may(request.user, "listen"):
        raise Http404
    filled = Filled.posted(request.POST)
    if request.POST.get("do") == "preview":
        return _form(request, row, filled)
    if not filled.name:
        return _form(request, row, filled, refused=_("A brief needs a name, so that colleagues know what it is for."))
    try:
        saved = actions.save_brief(
            row, name=filled.name, query=filled.query, purpose=filled.purpose, active=filled.active, actor=me(request)
        )
    except QueryError as error:
        return _form(request, row, filled, mistake=Mistake.of(error, filled.query))
    if isinstance(saved, Refused):
        return _form(request, row, filled, refused=saved.reason)
    words = (
        _("“%(name)s” is saved. It listens to what arrives from now on.")
        if saved.active
        else _("“%(name)s” is saved, and rests.")
    )
    messages.success(request, words % {"name": saved.name})
    return redirect("brief", key=saved.pk)


def _form(
    request: HttpRequest, row: Brief | None, filled: Filled, *, mistake: Mistake | None = None, refused: str = ""
) -> HttpResponse:
    asked = Asked.read(filled.query, STANDING_FIELDS)
    context = {
        "brief": row,
        "filled": filled,
        "purposes": Purpose.choices,
        "purpose": Purpose(filled.purpose).label,
        "mistake": mistake or asked.mistake,
        "refused": refused,
        "fields": completions(STANDING_FIELDS, channel=list(Channel.objects.values_list("name", flat=True))),
        "may_listen": may(request.user, "listen"),
        "found": _look(me(request), asked),
    }
    status = 422 if mistake or refused else 200
    return page(request, "listen", "listen/brief.html", context, status=status)


# -- the preview -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """A message that the brief would have heard, and why."""

    message: Message
    parts: list[Part]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Look:
    """`all` is False for those who see only the messages of their own conversations."""

    preview: queries.Preview
    samples: list[Sample]
    all: bool


def _look(user: User, asked: Asked) -> Look | None:
    if asked.query is None:
        return None
    found = queries.preview(asked.query, messages_visible_to(user), zone=timezone.get_current_timezone())
    samples = [Sample(one.message, excerpt(one.message, one.hits), explained(one.hits)) for one in found.examples]
    return Look(found, samples, may(user, "see_all"))


@only("listen")
def preview_brief(request: HttpRequest) -> HttpResponse:
    """The fragment under the form, while one types."""
    asked = Asked.read(request.GET.get("query", ""), STANDING_FIELDS)
    return render(request, "listen/_preview.html", {"found": _look(me(request), asked), "mistake": asked.mistake})


# -- a query from elsewhere ------------------------------------------------------------------------------------------

EFFECTS = {
    "wider": gettext_lazy("more messages"),
    "narrower": gettext_lazy("fewer messages"),
    "either": gettext_lazy("more or fewer messages"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that has no equal here, and where it stands in what was pasted."""

    note: Unequal
    line: int
    character: int
    effect: str

    @classmethod
    def of(cls, note: Unequal, text: str) -> Difference:
        before = text[: note.position]
        return cls(note, before.count("\n") + 1, len(before) - before.rfind("\n"), str(EFFECTS[note.effect]))


@only("listen")
def from_brandwatch(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("text", "").replace("\r\n", "\n")
    translation = mistake = None
    if text.strip():
        try:
            translation = translate(text)
        except QueryError as error:
            mistake = Mistake.of(error, text)
    context = {
        "text": text,
        "rows": min(24, max(6, text.count("\n") + 2)),
        "translation": translation,
        "rows_unequal": [Difference.of(note, text) for note in translation.unequal] if translation else [],
        "mistake": mistake,
        "may_listen": True,
    }
    return page(request, "listen", "listen/from_brandwatch.html", context, status=422 if mistake else 200)


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/briefs/", briefs, name="briefs"),
    path("listen/briefs/new/", new_brief, name="new_brief"),
    path("listen/briefs/from-brandwatch/", from_brandwatch, name="from_brandwatch"),
    path("listen/briefs/preview/", preview_brief, name="preview_brief"),
    path("listen/briefs/<int:key>/", brief, name="brief"),
]
