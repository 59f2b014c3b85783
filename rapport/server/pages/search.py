"""Search: everything ever heard that one may see, in the one query language, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from rapport.core.query import SEARCH_FIELDS, Query, explain
from rapport.core.types import Refused
from rapport.server.keep.queries import anything_left
from rapport.server.listen.models import Channel, Message
from rapport.server.listen.table import csv_lines
from rapport.server.organise.abilities import may
from rapport.server.organise.models import Team, User
from rapport.server.pages.asking import Asked, completions, quoted
from rapport.server.pages.excerpt import excerpt, readable, reasons
from rapport.server.pages.render import me, page
from rapport.server.pages.text import KINDS, Part
from rapport.server.route import exports
from rapport.server.route.documents import document
from rapport.server.route.models import Export
from rapport.server.route.queries import Found, Mark, search_messages

MOST_ROWS = 10_000
SHOWN_EXPORTS = 30
MOST_LOOKS = 200
"""Rounds of a search that an export makes before it gives up: each looks at some two thousand messages."""


@dataclass(frozen=True, slots=True)
class Row:
    """A message that was found, and why."""

    message: Message
    parts: list[Part]
    reasons: list[str]
    url: str

    @classmethod
    def of(cls, message: Message, query: Query) -> Row:
        hits = explain(query, document(message))
        return cls(message, excerpt(message, hits), reasons(hits), place_of(message))


def place_of(message: Message) -> str:
    """The conversation that a message belongs to, at that message; nothing when it was only kept."""
    placement = getattr(message, "placement", None)
    if placement is None:
        return ""
    return f"{reverse('conversation', args=[placement.conversation_id])}#message-{message.pk}"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A link that adds a term to the query, or takes it out again."""

    label: str
    url: str
    here: bool


def search(request: HttpRequest) -> HttpResponse:
    asked = Asked.read(request.GET.get("q", ""), SEARCH_FIELDS)
    before = Mark.read(request.GET.get("before", ""))
    in_archive = "older" in request.GET
    found = _found(me(request), asked.query, before, in_archive=in_archive)
    channels = list(Channel.objects.values_list("name", flat=True))
    fields = completions(SEARCH_FIELDS, channel=channels, team=list(Team.objects.values_list("slug", flat=True)))
    context = {
        "query": asked.text,
        "query_error": asked.mistake,
        "query_fields": fields,
        "asked": asked,
        "rows": [Row.of(message, asked.query) for message in found.rows] if asked.query else [],
        "found": found,
        "next_url": _url(asked.text, before=str(found.next), **(OLDER if in_archive else {})) if found.next else "",
        "older_url": _older_url(asked, found, in_archive=in_archive),
        "newest_url": _url(asked.text),
        "in_archive": in_archive,
        "further": before is not None,
        "export_url": f"{reverse('export_search')}?{urlencode({'q': asked.text})}",
        "exports_url": f"{reverse('exports')}?{urlencode({'q': asked.text})}",
        "most": MOST_ROWS,
        "narrowings": _narrowings(asked, channels),
        "examples": [
            ("late ferry", _("both words")),
            ("late OR delay*", _("either one; a star stands for any ending")),
            ('"ticket office" -closed', _("a phrase, without a word")),
        ],
        "specs": list(SEARCH_FIELDS.values()),
        "may_listen": may(request.user, "listen"),
    }
    return page(request, "listen", "search/search.html", context)


OLDER = {"older": "1"}


def _found(user: User, query: Query | None, before: Mark | None, *, in_archive: bool) -> Found:
    if query is None:
        return Found([])
    if in_archive:
        from rapport.server.route.older import search_older  # loaded when it is wanted: it takes 80 MB

        return search_older(user, query, before=before)
    return search_messages(user, query, before=before)


def _older_url(asked: Asked, found: Found, *, in_archive: bool) -> str:
    """Where the search goes on when the database has no more: texts that left it are in the archive."""
    if in_archive or asked.query is None or found.next is not None or not anything_left():
        return ""
    return _url(asked.text, **OLDER)


def _url(text: str, **more: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': text, **more})}"


def _narrowings(asked: Asked, channels: list[str]) -> list[tuple[str, list[Narrowing]]]:
    """The usual questions, one click each; what they add can be read and changed in the box."""
    day = timezone.localdate()
    week, month = (f"published:>={day - timedelta(days=back)}" for back in (7, 30))
    groups = [
        (_("When"), [(_("this week"), week), (_("this month"), month)]),
        (_("Tone"), [(_("negative"), "tone:negative"), (_("positive"), "tone:positive")]),
        (_("Kind"), [(str(KINDS[kind]), f"kind:{kind}") for kind in ("question", "complaint", "praise", "idea")]),
        (_("Conversation"), [(_("open"), "is:open"), (_("late"), "is:late"), (_("answered"), "is:answered")]),
        (_("Channel"), [(name, f"channel:{quoted(name)}") for name in channels[:8]]),
    ]
    return [(label, [_narrowing(asked.text, words, term) for words, term in terms]) for label, terms in groups if terms]


def _narrowing(text: str, label: str, term: str) -> Narrowing:
    if f" {term} " in f" {text} ":
        return Narrowing(label, _url(f" {text} ".replace(f" {term} ", " ", 1).strip()), here=True)
    kept = f"({text})" if " OR " in text and not text.startswith("(") else text
    return Narrowing(label, _url(f"{kept} {term}".strip()), here=False)


# -- the same as a table ---------------------------------------------------------------------------------------------

HEAD = ("published", "heard", "channel", "network", "author", "handle", "text", "language", "tone", "kinds", "team",
        "state", "url")  # fmt: skip


def export(request: HttpRequest) -> HttpResponseBase:
    asked = Asked.read(request.GET.get("q", ""), SEARCH_FIELDS)
    if asked.query is None:
        return search(request)
    lines = csv_lines(_table(me(request), asked.query))
    headers = {"Content-Disposition": 'attachment; filename="found.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _table(user: User, query: Query) -> Iterator[tuple[object, ...]]:
    yield HEAD
    rows = _all(user, query)
    yield from (_cells(message) for message in islice(rows, MOST_ROWS))
    if next(rows, None) is not None:
        yield (_("Only the newest %(n)d rows are here.") % {"n": MOST_ROWS},)


def _all(user: User, query: Query) -> Iterator[Message]:
    """Every message that matches, page by page, until there are no more or enough was looked at."""
    before: Mark | None = None
    for _round in range(MOST_LOOKS):
        found = search_messages(user, query, before=before, limit=1_000)
        yield from found.rows
        if found.next is None:
            return
        before = found.next


def _cells(message: Message) -> tuple[object, ...]:
    reading, placement = getattr(message, "reading", None), getattr(message, "placement", None)
    talk = placement.conversation if placement else None
    return (
        message.published_at.isoformat(),
        message.heard_at.isoformat(),
        message.channel.name,
        message.network,
        message.author.name,
        message.author.handle,
        readable(message),
        reading.language if reading else "",
        reading.tone if reading else "",
        " ".join(reading.kinds) if reading else "",
        talk.team.slug if talk else "",
        talk.state if talk else "",
        message.url,
    )


# -- files of any size, made by the worker ---------------------------------------------------------------------------

EXPORT_KINDS = {
    "csv": gettext_lazy("CSV, for a spreadsheet"),
    "jsonl": gettext_lazy("JSON lines, for a program"),
    "parquet": gettext_lazy("Parquet, for analysis"),
}
EXPORT_WORDS = {
    "waiting": gettext_lazy("waits for the worker"),
    "running": gettext_lazy("is being written"),
    "done": gettext_lazy("ready"),
    "failed": gettext_lazy("failed"),
    "gone": gettext_lazy("gone"),
}


@dataclass(frozen=True, slots=True)
class ExportRow:
    """An export and how far it is, in words."""

    row: Export
    state: str
    words: str
    kind: str
    moving: bool
    until: datetime

    @classmethod
    def of(cls, row: Export) -> ExportRow:
        rows = ngettext("%(n)d message", "%(n)d messages", row.rows) % {"n": row.rows}
        words = f"{rows}, {filesizeformat(row.size_bytes)}" if row.state == "done" else row.why or rows
        if row.state in ("waiting", "running") and row.back_to:
            words = _("%(rows)s, back to %(day)s") % {
                "rows": rows,
                "day": date_format(row.back_to, "SHORT_DATE_FORMAT"),
            }
        state = str(EXPORT_WORDS[row.state])
        moving = row.state in ("waiting", "running")
        return cls(row, state, words, row.kind.upper(), moving, row.created_at + exports.KEPT)


def all_exports(request: HttpRequest) -> HttpResponse:
    """What one has asked for, and a form to ask for more; one's own only."""
    user, text = me(request), request.POST.get("q", request.GET.get("q", ""))
    asked, refused = Asked.read(text, SEARCH_FIELDS), ""
    if request.method == "POST" and asked.mistake is None:
        begun = exports.begin(asked.text, request.POST.get("kind", ""), actor=user)
        if isinstance(begun, Export):
            return redirect("exports")
        refused = begun.reason
    context = {
        "asked": asked,
        "refused": refused,
        "kinds": [(kind, words, kind == request.POST.get("kind", "csv")) for kind, words in EXPORT_KINDS.items()],
        "days": exports.KEPT.days,
        "may_listen": may(user, "listen"),
        **_exports_of(user),
    }
    wrong = bool(refused or asked.mistake)
    return page(request, "listen", "search/exports.html", context, status=422 if wrong else 200)


def export_list(request: HttpRequest) -> HttpResponse:
    """The list alone, asked for every two seconds while something in it moves."""
    return render(request, "search/_exports.html", _exports_of(me(request)))


def _exports_of(user: User) -> dict[str, object]:
    rows = [ExportRow.of(row) for row in Export.objects.filter(asked_by=user)[:SHOWN_EXPORTS]]
    return {"rows": rows, "moving": any(row.moving for row in rows)}


def export_file(request: HttpRequest, key: int) -> HttpResponseBase:
    row = get_object_or_404(Export, pk=key, asked_by=me(request))
    file = exports.file_of(row, me(request))
    if isinstance(file, Refused):
        messages.error(request, file.reason)
        return redirect("exports")
    name = f"messages-{row.created_at:%Y-%m-%d}-{row.pk}.{row.kind}"
    return FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=exports.KINDS[row.kind])


@require_POST
def delete_export(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Export, pk=key, asked_by=me(request))
    if isinstance(refused := exports.delete(row, actor=me(request)), Refused):
        messages.error(request, refused.reason)
    return redirect("exports")


urlpatterns: list[URLPattern | URLResolver] = [
    path("search/", search, name="search"),
    path("search/export/", export, name="export_search"),
    path("search/exports/", all_exports, name="exports"),
    path("search/exports/list/", export_list, name="export_list"),
    path("search/exports/<int:key>/file/", export_file, name="export_file"),
    path("search/exports/<int:key>/delete/", delete_export, name="delete_export"),
]
