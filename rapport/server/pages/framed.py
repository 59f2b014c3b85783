"""A figure in its frame: the picture in the theme and width that fit, its words, its table, its method, its files."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from rapport.core.errors import ChartError
from rapport.server.pages.charts import THEMES, drawn, fitted, look, told
from rapport.server.pages.context import theme as chosen_theme
from rapport.server.pages.figures import Figure
from rapport.server.pages.settings import defused

log = logging.getLogger(__name__)
WIDTHS = {"wide": 1012, "middle": 640, "narrow": 320}
FITS = {"narrow": "(max-width: 759px)", "middle": "(max-width: 1199px)"}  # the others are wide
DARK = "(prefers-color-scheme: dark)"
FORMS = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf", "json": "application/json"}
Url = Callable[..., str]


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


def framed(
    request: HttpRequest,
    figure: Figure,
    url: Url,
    method: str,
    *,
    words: str = "",
    widths: Mapping[str, int] = WIDTHS,
) -> Framed:
    """`url(form, **query)` is where the figure is drawn; `method` is the page's own markup; `words` are added."""
    pictures = {
        "sources": _sources(chosen_theme(request), url, widths),
        "src": url("svg", width="wide", theme=chosen_theme(request) or "light"),
        "width": widths["wide"],
        "height": figure.chart.height,
    }
    return Framed(
        id=figure.key,
        title=figure.title,
        svg=mark_safe(render_to_string("course/_picture.html", pictures)),  # noqa: S308  # our own template
        words=f"{figure.words} {words}".strip(),
        head=figure.head,
        rows=figure.rows,
        method=mark_safe(method),  # noqa: S308  # drawn from a template of ours
        files=[
            ("SVG", url("svg", width="wide", theme="light", file=1)),
            ("PNG", url("png", width="wide", theme="light", file=1)),
            ("PDF", url("pdf", width="wide", theme="light", file=1)),
            ("Vega-Lite", url("json", width="wide", theme="light")),
            ("CSV", url("csv")),
        ],
        uncorrected=figure.uncorrected,
    )


def _sources(theme: str, url: Url, widths: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(media, address, width): the first that fits is taken. Without a choice of theme, what the system prefers."""
    found = []
    for width, fits in FITS.items():
        if not theme:
            found.append((f"{fits} and {DARK}", url("svg", width=width, theme="dark"), widths[width]))
        found.append((fits, url("svg", width=width, theme=theme or "light"), widths[width]))
    if not theme:
        found.append((DARK, url("svg", width="wide", theme="dark"), widths["wide"]))
    return found


def sent(request: HttpRequest, figure: Figure | None, form: str, *, widths: Mapping[str, int] = WIDTHS) -> HttpResponse:
    """A picture for the page, or a file to take away: "json" is the chart itself with its data, for Altair."""
    if figure is None or form not in (*FORMS, "csv"):
        raise Http404
    name = f"{figure.key}-{timezone.localdate().isoformat()}"
    if form == "csv":
        return _file(HttpResponse("".join(_csv(figure)), content_type="text/csv; charset=utf-8"), f"{name}.csv")
    theme = request.GET.get("theme", "")
    theme = theme if theme in THEMES else "light"
    width = widths.get(request.GET.get("width", ""), widths["wide"])
    away = "file" in request.GET or form == "json"
    said = {"title": figure.title, "words": figure.words} if away else {}
    try:
        picture = drawn(figure.chart, look(width, theme, **said), form)
    except ChartError as error:
        log.error("The chart “%s” could not be drawn: %s", figure.key, error)
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    if form == "svg":
        picture = told(picture, figure.words) if away else fitted(picture, width, figure.chart.height)
    response = HttpResponse(picture, content_type=FORMS[form])
    response.headers["Cache-Control"] = "private, max-age=300"  # as often as the counts change
    return _file(response, f"{name}.{'vl.json' if form == 'json' else form}") if away else response


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
