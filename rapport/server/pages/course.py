"""Course: how much is said, in which tone, and how we answer; every figure opens to how it was made."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from rapport.core.errors import ChartError
from rapport.server.listen.models import Channel
from rapport.server.measure import queries
from rapport.server.measure.queries import Course
from rapport.server.organise.models import Team
from rapport.server.pages.asking import number
from rapport.server.pages.charts import THEMES, colours, drawn, framed, height
from rapport.server.pages.context import theme as chosen_theme
from rapport.server.pages.figures import Figure, figures, gaps, week_name
from rapport.server.pages.render import page
from rapport.server.pages.settings import defused

log = logging.getLogger(__name__)
KEPT_SECONDS = 600
PERIODS = {"12": 12, "52": 52}
WIDTHS = {"wide": 1012, "middle": 640, "narrow": 320}
FITS = {"narrow": "(max-width: 759px)", "middle": "(max-width: 1199px)"}  # the others are wide
DARK = "(prefers-color-scheme: dark)"
FORMS = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True, slots=True)
class Where:
    """What the address asks for: a period, and perhaps a channel and a team."""

    weeks: int
    channel: Channel | None
    team: Team | None

    def carried(self, **changes: object) -> str:
        """These choices as the query of an address, some of them changed."""
        chosen = {
            "weeks": self.weeks,
            "channel": self.channel.pk if self.channel else "",
            "team": self.team.slug if self.team else "",
        }
        return urlencode({name: value for name, value in (chosen | changes).items() if value})

    def course(self, now: datetime) -> Course:
        """Kept until the counts change: the page and each of its pictures ask for the same."""
        key = f"course:{self.carried()}:{queries.counted()}:{now.date()}"
        return cast(Course, cache.get_or_set(key, lambda: self._course(now), KEPT_SECONDS))

    def _course(self, now: datetime) -> Course:
        return queries.course(now, weeks=self.weeks, channel=self.channel, team=self.team)

    def query(self, course: Course) -> str:
        """Finds the messages of these weeks, in the language of the search box."""
        parts = [f"published:{course.weeks[0].start}..{course.last.end}"]
        if self.channel and '"' not in self.channel.name:
            parts.append(f'channel:"{self.channel.name}"')
        if self.team:
            parts.append(f"team:{self.team.slug}")
        return " ".join(parts)

    def figures(self, course: Course) -> list[Figure]:
        return figures(course, by_team=self.team is not None, query=self.query(course))


def where(request: HttpRequest) -> Where:
    """What an address cannot mean is ignored: a channel may have been closed since the link was kept."""
    return Where(
        PERIODS.get(request.GET.get("weeks", ""), 12),
        Channel.objects.filter(pk=number(request.GET.get("channel", "")) or 0).first(),
        Team.objects.filter(slug=request.GET.get("team", "")).first(),
    )


def course(request: HttpRequest) -> HttpResponse:
    here = where(request)
    found = here.course(timezone.now())
    context = {
        "periods": [
            {"label": label, "url": f"?{here.carried(weeks=weeks)}", "here": weeks == here.weeks}
            for weeks, label in ((12, _("12 weeks")), (52, _("1 year")))
        ],
        "where": here,
        "channels": list(Channel.objects.order_by("name")),
        "teams": list(Team.objects.order_by("name")),
        "course": found,
        "empty": not any(week.messages or week.waits.asked for week in [*found.weeks, found.running]),
        "first": found.weeks[0].start,
        "until": found.last.end,
        "gaps": gaps(found),
        "charts": [framed_figure(request, figure, found, here) for figure in here.figures(found)],
    }
    return page(request, "course", "course/course.html", context)


# -- one figure in its frame -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Framed:
    """A figure as the frame of charts takes it."""

    id: str
    title: str
    svg: SafeString
    words: str
    head: list[str]
    rows: list[list[str]]
    method: SafeString
    files: list[tuple[str, str]]
    uncorrected: bool


def framed_figure(request: HttpRequest, figure: Figure, found: Course, here: Where) -> Framed:
    def url(form: str, **more: object) -> str:
        return f"{reverse('course_figure', args=[figure.key, form])}?{here.carried(**more)}"

    def picture(width: str, theme: str) -> str:
        return url("svg", width=width, theme=theme)

    chosen = chosen_theme(request)
    sources = []
    for width, fits in FITS.items():
        if not chosen:
            sources.append((f"{fits} and {DARK}", picture(width, "dark"), WIDTHS[width]))
        sources.append((fits, picture(width, chosen or "light"), WIDTHS[width]))
    if not chosen:
        sources.append((DARK, picture("wide", "dark"), WIDTHS["wide"]))
    pictures = {
        "sources": sources,
        "src": picture("wide", chosen or "light"),
        "width": WIDTHS["wide"],
        "height": height(figure.spec(WIDTHS["wide"], colours("light"))),
    }
    method = {
        "figure": figure,
        "course": found,
        "where": here,
        "first": found.weeks[0].start,
        "until": found.last.end,
        "messages_url": f"{reverse('search')}?{urlencode({'q': figure.query})}",
        "settled_days": queries.SETTLED.days,
        "gaps": gaps(found),
        "deaf": [(week_name(week), week.deaf_hours) for week in found.deaf()][-6:],
    }
    return Framed(
        id=figure.key,
        title=figure.title,
        svg=mark_safe(render_to_string("course/_picture.html", pictures)),  # noqa: S308  # our own template
        words=f"{figure.words} {gaps(found)}",
        head=figure.head,
        rows=figure.rows,
        method=mark_safe(render_to_string("course/_method.html", method)),  # noqa: S308  # our own template
        files=[
            ("SVG", url("svg", width="wide", theme="light", file=1)),
            ("PNG", url("png", width="wide", theme="light", file=1)),
            ("CSV", url("csv")),
        ],
        uncorrected=figure.uncorrected,
    )


# -- the files -------------------------------------------------------------------------------------------------------


def figure(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """A picture for the page, or a file to take away."""
    here = where(request)
    found = {one.key: one for one in here.figures(here.course(timezone.now()))}.get(key)
    if found is None or form not in (*FORMS, "csv"):
        raise Http404
    name = f"{key}-{timezone.localdate().isoformat()}.{form}"
    if form == "csv":
        return _file(HttpResponse("".join(_csv(found)), content_type="text/csv; charset=utf-8"), name)
    theme, taken = request.GET.get("theme", ""), "file" in request.GET
    theme = theme if theme in THEMES else "light"
    width = WIDTHS.get(request.GET.get("width", ""), WIDTHS["wide"])
    spec = framed(found.spec(width, colours(theme)), theme, ground=taken)
    try:
        response = HttpResponse(drawn(spec, form), content_type=FORMS[form])
    except ChartError as error:
        log.error("The chart “%s” could not be drawn: %s", key, error)
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "private, max-age=300"  # as often as the counts change
    return _file(response, name) if taken else response


def _file(response: HttpResponse, name: str) -> HttpResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv(found: Figure) -> Iterator[str]:
    writer = csv.writer(_Echo())
    for line in found.raw:
        yield writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in line])


urlpatterns: list[URLPattern | URLResolver] = [
    path("course/", course, name="course"),
    path("course/<slug:key>.<slug:form>", figure, name="course_figure"),
]
