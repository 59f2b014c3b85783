"""Briefs: what we listen for, with a look at what each would have heard already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.core.errors import QueryError
from rapport.core.query import STANDING_FIELDS
from rapport.core.query.brandwatch import Unequal, translate
from rapport.core.query.suggest import Suggestion, with_term
from rapport.core.types import NotEnough, Refused
from rapport.server.listen import queries
from rapport.server.listen.models import Brief, Channel, Message, Purpose
from rapport.server.listen.preview import Preview, preview
from rapport.server.measure import setting
from rapport.server.measure.words import following
from rapport.server.organise.abilities import may
from rapport.server.pages.asking import Asked, Mistake, completions
from rapport.server.pages.excerpt import excerpt, explained
from rapport.server.pages.figures import between, percent
from rapport.server.pages.render import me, only, page
from rapport.server.pages.text import Part
from rapport.server.route.queries import messages_visible_to
from rapport.server.templatetags.rapport import number
from rapport.server.understand import judging

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Row:
    """A brief in the list."""

    brief: Brief
    heard: str


def briefs(request: HttpRequest) -> HttpResponse:
    rows = list(Brief.objects.all())
    zone = ZoneInfo(request.organisation.time_zone)  # type: ignore[attr-defined]
    heard = queries.matched_lately([row for row in rows if row.active], now=timezone.now(), zone=zone)
    groups = [
        (purpose.label, [Row(row, _words(heard.get(row.pk, 0))) for row in rows if row.purpose == purpose])
        for purpose in Purpose
    ]
    context = {
        "groups": [(label, found) for label, found in groups if found],
        "may_listen": may(request.user, "listen"),
    }
    return page(request, "listen", "listen/briefs.html", context)


def _words(heard: int) -> str:
    if heard >= queries.MOST:
        return _("more than %(n)s in the last seven days") % {"n": number(queries.MOST - 1)}
    return _("%(n)s in the last seven days") % {"n": number(heard)}


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
    filled = Filled.of(row)
    if "query" in request.GET and may(request.user, "listen"):
        filled = replace(filled, query=request.GET["query"].strip())
    return _form(request, row, filled)


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
        saved = setting.save_brief(
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
    found = _look(request, asked)
    may_listen = may(request.user, "listen")
    context = {
        "brief": row,
        "lines": following(row) if row and may_listen else [],
        "filled": filled,
        "purposes": Purpose.choices,
        "purpose": Purpose(filled.purpose).label,
        "mistake": mistake or asked.mistake,
        "refused": refused,
        "fields": completions(STANDING_FIELDS, channel=list(Channel.objects.values_list("name", flat=True))),
        "may_listen": may_listen,
        "found": found,
        "advice": _advice(row, asked, found.preview) if row and found and may_listen else None,
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
    """The preview in words. `all` is False for those who see only the messages of their own conversations."""

    preview: Preview
    title: str
    how: str
    samples: list[Sample]
    days: list[tuple[str, int]]
    all: bool


def _look(request: HttpRequest, asked: Asked) -> Look | None:
    if asked.query is None:
        return None
    user, zone = me(request), ZoneInfo(request.organisation.time_zone)  # type: ignore[attr-defined]
    found = preview(asked.query, messages_visible_to(user), now=timezone.now(), zone=zone)
    samples = [Sample(one.message, excerpt(one.message, one.hits), explained(one.hits)) for one in found.examples]
    days = [(_day(day), count) for day, count in reversed(found.days)]
    return Look(found, _title(found), _how(found), samples, days, may(user, "see_all"))


def _title(found: Preview) -> str:
    of = number(found.heard)
    if found.estimate:
        words = _("About %(count)s of %(of)s messages of the last seven days")
        return words % {"count": _about(found.estimate.value), "of": of}
    if found.more:
        words = _("%(count)s of more than %(of)s messages of the last seven days")
    else:
        words = ngettext(
            "%(count)s of %(of)s message of the last seven days",
            "%(count)s of %(of)s messages of the last seven days",
            found.heard,
        )
    return words % {"count": number(found.matched), "of": of}


def _how(found: Preview) -> str:
    """Which days these are, and how the number came about."""
    names = {"first": _day(found.first), "last": _day(found.last)}
    if found.estimate is None:
        return _("%(first)s to %(last)s, every message looked at") % names
    names |= {"between": between(found.estimate, _about), "n": number(found.drawn)}
    return _("%(first)s to %(last)s; %(between)s, by %(n)s of them drawn at random") % names


def _day(day: date) -> str:
    return date_format(day, "DAY")


def _about(count: float) -> str:
    """Two figures say what an estimate knows."""
    return number(round(count, min(0, 2 - len(str(round(count))))))


@only("listen")
def preview_brief(request: HttpRequest) -> HttpResponse:
    """The fragment under the form, while one types."""
    asked = Asked.read(request.GET.get("query", ""), STANDING_FIELDS)
    context = {"found": _look(request, asked), "mistake": asked.mistake, "query": asked.text}
    return render(request, "listen/_preview.html", context)


# -- terms that would cut noise --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """A term, what it would do, and the form with it put into the query."""

    term: str
    judged: str
    week: str
    url: str


@dataclass(frozen=True, slots=True)
class Advice:
    """`words` says what the offers are made of, or why there are none."""

    words: str
    offers: list[Offer]


def _advice(brief: Brief, asked: Asked, week: Preview) -> Advice | None:
    if asked.query is None:
        return None
    known = judging.advice(brief, asked.query)
    offers = [_offer(brief, asked.text, one, known, week) for one in _found(known)]
    return Advice(_basis(known), offers)


def _found(known: judging.Advice) -> Sequence[Suggestion]:
    return () if isinstance(known.found, NotEnough) else known.found


def _basis(known: judging.Advice) -> str:
    n = known.noise + known.wanted
    if not n:
        return _("Nothing of it has been judged yet. What people call noise shows which terms would cut it.")
    if isinstance(known.found, NotEnough):
        words = ngettext(
            "%(n)d judged match; from %(need)d on there are suggestions.",
            "%(n)d judged matches; from %(need)d on there are suggestions.",
            n,
        )
        return words % {"n": n, "need": known.found.need}
    names = {"n": n, "noise": known.noise}
    if not known.found:
        return _("No term would help, by %(n)d judged matches of which %(noise)d are noise.") % names
    return _("By %(n)d judged matches of which %(noise)d are noise.") % names


def _offer(brief: Brief, text: str, one: Suggestion, known: judging.Advice, week: Preview) -> Offer:
    judged = _(
        "Cuts %(noise)d of %(all_noise)d judged noise, loses %(wanted)d of %(all_wanted)d about us. "
        "Of what it cuts, %(between)s is noise."
    ) % {
        "noise": one.noise,
        "all_noise": known.noise,
        "wanted": one.wanted,
        "all_wanted": known.wanted,
        "between": between(one.purity, percent),
    }
    url = f"{reverse('brief', args=[brief.pk])}?{urlencode({'query': with_term(text, one.term)})}"
    return Offer(one.term, judged, _fewer(week, week.also(one.cut)), url)


def _fewer(week: Preview, fewer: int) -> str:
    if week.estimate:
        words = _("In the last seven days: about %(fewer)s fewer of about %(of)s")
        return words % {"fewer": _about(fewer), "of": _about(week.estimate.value)}
    return _("In the last seven days: %(fewer)s fewer of %(of)s") % {
        "fewer": number(fewer),
        "of": number(week.matched),
    }


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
