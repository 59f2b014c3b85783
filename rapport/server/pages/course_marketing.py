"""Marketing: tone beside what was spent and what came of it, and what a dated action changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.measure.panel import Effect
from rapport.core.types import NotEnough, Refused
from rapport.server.measure import panel
from rapport.server.measure.models import Annotation, MarketingImport, MarketingSeries
from rapport.server.measure.whereabouts import Triple, happened
from rapport.server.organise.abilities import may
from rapport.server.pages import sent_up
from rapport.server.pages.course_tabs import tabbed
from rapport.server.pages.course_words import points, within
from rapport.server.pages.drawings import Slot, counted
from rapport.server.pages.figures import Figure, lacking, percent
from rapport.server.pages.framed import framed, sent
from rapport.server.pages.render import me, only
from rapport.server.pages.settings import defused
from rapport.server.templatetags.rapport import number

WEEKS = 26
MOST_BYTES = 5 * 1024**2
ENDINGS = (".csv", ".tsv", ".jsonl")
STEPS = (1, 2, 4, 8, 12)
SHELF = "panels"
SMALL = 10
"""Amounts below this are shown with decimals."""


# -- the panel -------------------------------------------------------------------------------------------------------


def _today() -> date:
    return timezone.now().astimezone(UTC).date()


def marketing(request: HttpRequest) -> HttpResponse:
    """What was spent is for those who see everything."""
    if not may(request.user, "see_all"):
        return tabbed(request, "course_marketing", "course/marketing.html", {"hidden": True})
    return _page(request)


def _page(request: HttpRequest, refused: str = "") -> HttpResponse:
    table, series = panel.whole_panel(_today()), list(MarketingSeries.objects.all())
    newest, tones = panel.newest(), panel.tone_intervals(_today())
    context: dict[str, Any] = {
        "series": series,
        "columns": [(one.name, _kind(one)) for one in series],
        "rows": [_row(row, series, tones) for row in reversed(table[-WEEKS:])],
        "weeks": len(table),
        "files": [(name, reverse("course_marketing_export", args=[name.lower()])) for name in ("CSV", "Parquet")],
        "line": panel.line(),
        "imports": list(MarketingImport.objects.select_related("by")[:10]),
        "newest": newest.pk if newest else None,
        "may_measure": may(request.user, "measure"),
        "refused": refused,
        "annotations": [(note.day, happened(note)) for note in Annotation.objects.order_by("-day")[:50]],
        "choices": [(panel.TONE, _("Net tone")), *((one.name, one.name) for one in series)],
        "steps": STEPS,
        "asked": _asked(request),
    }
    context |= _effect(request, context["asked"])
    return tabbed(request, "course_marketing", "course/marketing.html", context, status=422 if refused else 200)


def _kind(one: MarketingSeries) -> str:
    return _("spent") if one.kind == panel.SPEND else _("came of it")


def _row(row: panel.PanelRow, series: Sequence[MarketingSeries], tones: Mapping[date, Triple]) -> dict[str, Any]:
    tone = tones.get(row["week"])  # type: ignore[arg-type]
    return {
        "week": row["week"],
        "tone": f"{points(tone[0])} ({within(tone, points)})" if tone else _("not known"),
        "heard": percent(float(row["coverage"])) if row["tone"] is not None else "–",  # type: ignore[arg-type]
        "amounts": [(one.name, _amount(row.get(one.name))) for one in series],
    }


def _amount(value: Any) -> str:
    return "–" if value is None else number(value, 0 if abs(value) >= SMALL or value == int(value) else 2)


# -- an effect -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know: of which column, what an action on a day changed, told by which others."""

    day: str = ""
    what: str = panel.TONE
    controls: tuple[str, ...] = ()
    steps: int = 4

    @property
    def date(self) -> date | None:
        return panel.day_of(self.day)

    def query(self) -> str:
        return urlencode(
            [("day", self.day), ("what", self.what), ("steps", self.steps), *(("by", name) for name in self.controls)]
        )


def _asked(request: HttpRequest) -> Asked:
    names = {panel.TONE, *MarketingSeries.objects.values_list("name", flat=True)}
    what = request.GET.get("what", panel.TONE)
    steps = request.GET.get("steps", "")
    return Asked(
        request.GET.get("day", "").strip()[:10],
        what if what in names else panel.TONE,
        tuple(name for name in request.GET.getlist("by") if name in names and name != what),
        int(steps) if steps in map(str, STEPS) else 4,
    )


def _effect(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    if not asked.day:
        return {}
    if asked.date is None:
        return {"no_effect": _("“%(value)s” is no day.") % {"value": asked.day}}
    found = panel.effect_of(asked.date, asked.what, asked.controls, today=_today(), steps=asked.steps)
    if isinstance(found.effect, NotEnough):
        words = _("Nobody can say: %(why)s.") % {"why": lacking(found.effect)}
        return {"no_effect": " ".join([words, *_used(found)])}
    figure = _figure(asked, found, found.effect)

    def url(form: str, **query: object) -> str:
        return f"{reverse('course_marketing_figure', args=[form])}?{asked.query()}&{urlencode(query)}"

    method = render_to_string("course/_effect_method.html", {"found": found, "asked": asked})
    return {
        "charts": [framed(request, figure, url, method)],
        "by_chance": " ".join([_by_chance(found.effect), *_used(found)]),
    }


def _by_chance(effect: Effect) -> str:
    if not effect.as_much:
        words = _(
            "At none of %(n)s earlier moments, when there was no action, as much is seen; so the chance is at most 1 in"
            " %(more)s."
        )
        return words % {"n": number(effect.placebos), "more": number(effect.placebos + 1)}
    words = _(
        "At %(seen)s of %(n)s earlier moments, when there was no action, as much is seen; the action counted in, the"
        " chance is %(chance)s."
    )
    return words % {
        "seen": number(effect.as_much),
        "n": number(effect.placebos),
        "chance": percent(effect.chance),
    }


def _used(found: panel.Found) -> list[str]:
    """Which weeks tell, whether these are too few, and what ends them on either side; nothing where they are all."""
    if not found.weeks:
        return list(map(_ended, found.gaps)) or [_("In the panel there is no such week.")]
    told = []
    if found.gaps:
        first, last = (date_format(week, "DAY_YEAR") for week in (found.weeks[0], found.weeks[-1]))
        words = _("Only the weeks from %(first)s to %(last)s count, which hang together.")
        told.append(words % {"first": first, "last": last})
    if found.first < found.needed:
        words = ngettext(
            "There is %(n)s week before the action, and %(needed)s are needed.",
            "There are %(n)s weeks before the action, and %(needed)s are needed.",
            found.first,
        )
        told.append(words % {"n": number(found.first), "needed": number(found.needed)})
    return [*told, *map(_ended, found.gaps)]


def _ended(gap: panel.Gap) -> str:
    """Why a week does not count."""
    name = _("net tone") if gap.name == panel.TONE else gap.name
    told = {"week": date_format(gap.week, "DAY_YEAR"), "name": name}
    if gap.heard is None:
        return _("Of the week of %(week)s nobody knows %(name)s.") % told
    words = _("Of the week of %(week)s only %(heard)s was heard, too little for a verdict on %(name)s.")
    return words % (told | {"heard": percent(gap.heard)})


def _figure(asked: Asked, found: panel.Found, effect: Effect) -> Figure:
    told = effect.estimate
    course = dict(enumerate(effect.course.tolist(), found.first))
    shown = range(max(0, found.first - WEEKS), min(len(found.weeks), found.first + len(course)))
    scale = 100.0 if asked.what == panel.TONE else 1.0
    name = _("net tone") if asked.what == panel.TONE else asked.what

    def words(value: float) -> str:
        decimals = 0 if abs(scale * value) >= SMALL else 2
        return number(scale * value, decimals)

    drawn = [
        Slot(
            date_format(found.weeks[n], "DAY"),
            scale * found.values[n],
            scale * course[n] if n in course else None,
            n in course,
        )
        for n in shown
    ]
    between = {"value": words(told.value), "low": words(told.low), "high": words(told.high), "name": name}
    return Figure(
        key="effect",
        title=_("%(name)s was different by %(value)s a week from what would have come (between %(low)s and %(high)s)")
        % between,
        words=_("A line through the weeks; from the action on a broken one for what would have come without it."),
        head=[_("Week of"), name, _("Without the action")],
        rows=[[one.label, _amount(one.count), _amount(one.expected)] for one in drawn],
        raw=[
            ["week", asked.what, "without_the_action"],
            *([found.weeks[n], found.values[n], course.get(n, "")] for n in shown),
        ],
        query="",
        chart=counted("lines", drawn),
    )


@only("see_all")
def figure(request: HttpRequest, form: str) -> HttpResponse:
    asked = _asked(request)
    if asked.date is None:
        raise Http404
    found = panel.effect_of(asked.date, asked.what, asked.controls, today=_today(), steps=asked.steps)
    told = found.effect
    return sent(request, None if isinstance(told, NotEnough) else _figure(asked, found, told), form)


# -- a table that comes in -------------------------------------------------------------------------------------------


@require_POST
@only("measure")
def upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        return _page(request, _("Choose a file first."))
    if not file.name.lower().endswith(ENDINGS):
        return _page(request, _("Send a table: CSV, TSV or JSON lines."))
    if not file.size or file.size > MOST_BYTES:
        return _page(request, _("The file is empty.") if not file.size else _("A table may have at most 5 MB."))
    kept = sent_up.keep(request, SHELF, file)
    if isinstance(kept, Refused):
        return _page(request, kept.reason)
    return redirect("new_course_marketing", name=kept.key)


@only("measure")
def new_import(request: HttpRequest, name: str) -> HttpResponse:
    """Which column is what: a guess, the first rows, and every mistake with its line, before anything is kept."""
    upload = sent_up.find(request, SHELF, name)
    file, called = upload.file, upload.name
    seen = panel.look(file, called)
    day, kinds = seen.day, dict(seen.kinds)
    refused = ""
    if request.method == "POST":
        day, kinds = _mapped(request, seen)
        if request.POST.get("do") == "bring":
            done = panel.bring_in(file, called, day, kinds, actor=me(request))
            if isinstance(done, MarketingImport):
                sent_up.forget(request, SHELF, upload)
                file.unlink(missing_ok=True)
                undo = f"undo:{reverse('take_back_course_marketing', args=[done.pk])} seconds:10"
                messages.success(request, _("“%(name)s” is brought in.") % {"name": called}, extra_tags=undo)
                return redirect("course_marketing")
            refused = done.reason
    told = panel.read(file, called, day, kinds) if day and kinds and not seen.trouble else None
    context = {
        "called": called,
        "seen": seen,
        "day": day,
        "columns": [(n, column, kinds.get(column, "")) for n, column in enumerate(seen.columns)],
        "told": told,
        "weeks": told.weeks if told else [],
        "sums": [(column, _amount(sum(weeks.values()))) for column, weeks in told.amounts.items()] if told else [],
        "refused": refused,
    }
    return tabbed(request, "course_marketing", "course/marketing_new.html", context, status=422 if refused else 200)


def _mapped(request: HttpRequest, seen: panel.Look) -> tuple[str, dict[str, str]]:
    day, kinds = "", {}
    for n, column in enumerate(seen.columns):
        chosen = request.POST.get(f"column-{n}", "")
        if chosen == "day":
            day = column
        elif chosen in (panel.SPEND, panel.OUTCOME):
            kinds[column] = chosen
    return day, kinds


@require_POST
@only("measure")
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    done = panel.take_back(get_object_or_404(MarketingImport, pk=key), actor=me(request), now=timezone.now())
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        messages.success(request, _("The table is taken back; what was there before is there again."))
    return redirect("course_marketing")


# -- files -----------------------------------------------------------------------------------------------------------


@only("see_all")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The panel as marketing-mix tools read it."""
    rows = panel.exported(_today())
    names = [to for _name, to in panel.headed()]
    if form == "csv":
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([defused(name) for name in names])
        writer.writerows([row[name] for name in names] for row in rows)
        return _file(HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8"), form)
    if form != "parquet":
        raise Http404
    import polars as pl  # loaded when it is wanted: it takes 80 MB

    types = {name: pl.Date if name == "week" else pl.Float64 for name in names}
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=types).write_parquet(buffer)
    return _file(HttpResponse(buffer.getvalue(), content_type="application/vnd.apache.parquet"), form)


def _file(response: HttpResponse, form: str) -> HttpResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="panel-{_today().isoformat()}.{form}"'
    return response


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/marketing/", marketing, name="course_marketing"),
    path("course/marketing/panel.<slug:form>", export, name="course_marketing_export"),
    path("course/marketing/effect.<slug:form>", figure, name="course_marketing_figure"),
    path("course/marketing/new/", upload, name="send_course_marketing"),
    path("course/marketing/new/<str:name>/", new_import, name="new_course_marketing"),
    path("course/marketing/tables/<int:key>/undo/", take_back, name="take_back_course_marketing"),
]
