"""Imports: a file goes up, one says which column is what, and watches it being read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from rapport.core import types
from rapport.core.errors import FlowError
from rapport.core.types import Refused
from rapport.server.listen import actions, imports
from rapport.server.listen.models import Channel, Import
from rapport.server.pages import sent_up
from rapport.server.pages.asking import number
from rapport.server.pages.render import me, only, page
from rapport.server.pages.sent_up import SentUp

MOST_BYTES = 1024**3
SHOWN = 50
SHELF = "imports"

FIELDS = {
    "id": gettext_lazy("Number or address of the message"),
    "text": gettext_lazy("Text"),
    "author": gettext_lazy("Who wrote it"),
    "time": gettext_lazy("When"),
    "name": gettext_lazy("Their name as shown"),
    "author_url": gettext_lazy("Address of their profile"),
    "url": gettext_lazy("Address of the message"),
    "thread": gettext_lazy("Thread"),
    "parent": gettext_lazy("The message that it answers"),
    "language": gettext_lazy("Language"),
    "edited": gettext_lazy("When it was edited"),
}


# -- all imports, and a new file -------------------------------------------------------------------------------------


@only("listen")
def all_imports(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _upload(request)
    return _list(request)


def _list(request: HttpRequest, refused: str = "") -> HttpResponse:
    rows = [Row.of(row, timezone.now()) for row in Import.objects.select_related("channel", "started_by")[:SHOWN]]
    context = {"rows": rows, "refused": refused, "endings": ",".join(imports.ENDINGS), "may_listen": True}
    return page(request, "listen", "listen/imports.html", context, status=422 if refused else 200)


def _upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        return _list(request, _("Choose a file first."))
    if not file.size or file.size > MOST_BYTES:
        return _list(request, _("The file is empty.") if not file.size else _("A file may have at most 1 GB."))
    kept = sent_up.keep(request, SHELF, file)
    if isinstance(kept, Refused):
        return _list(request, kept.reason)
    return redirect("new_import", name=kept.key)


# -- which column is what --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that a message has, and the column that holds it."""

    field: str
    label: str
    required: bool
    chosen: str


@only("listen")
def new_import(request: HttpRequest, name: str) -> HttpResponseBase:
    upload = sent_up.find(request, SHELF, name)
    seen = imports.first_look(upload.file)
    mapping = imports.guess(seen.columns)
    if request.method == "POST":
        mapping = {field: request.POST.get(field, "") for field in FIELDS}
        mapping = {field: column for field, column in mapping.items() if column in seen.columns}
        refused = "" if request.POST.get("do") == "preview" else _begin(request, upload, mapping)
        if isinstance(refused, Import):
            sent_up.forget(request, SHELF, upload)
            return redirect("import", key=refused.pk)
        return _mapping(request, upload, seen, mapping, refused=refused)
    return _mapping(request, upload, seen, mapping)


def _begin(request: HttpRequest, upload: SentUp, mapping: Mapping[str, str]) -> Import | str:
    if missing := [str(FIELDS[field]) for field in imports.REQUIRED if field not in mapping]:
        return _("Say which column holds: %(what)s.") % {"what": ", ".join(missing)}
    box = _box(request)
    if isinstance(box, Refused):
        return box.reason
    begun = actions.begin_import(
        box,
        path=str(upload.file),
        file_name=upload.name,
        size_bytes=imports.size_of(upload.file),
        mapping=mapping,
        actor=me(request),
    )
    return begun.reason if isinstance(begun, Refused) else begun


def _box(request: HttpRequest) -> Channel | Refused:
    if key := request.POST.get("channel", ""):
        return _boxes().filter(pk=number(key)).first() or Refused(_("Choose a channel."))
    name = request.POST.get("new_channel", "").strip()[:80]
    if not name:
        return Refused(_("Choose a channel, or give a new one its name."))
    return actions.open_box(name, actor=me(request), addressed="addressed" in request.POST)


def _boxes() -> Any:
    return Channel.objects.filter(connector="files").exclude(state="closed")


def _mapping(
    request: HttpRequest,
    upload: SentUp,
    seen: imports.Look,
    mapping: Mapping[str, str],
    *,
    refused: str = "",
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else {"addressed": "on"}
    context = {
        "upload": upload,
        "size": filesizeformat(upload.size),
        "seen": seen,
        "columns": [
            Column(field, str(label), field in imports.REQUIRED, mapping.get(field, ""))
            for field, label in FIELDS.items()
        ],
        "boxes": _boxes(),
        "posted": posted,
        "trial": _trial(upload.file, mapping),
        "refused": refused,
        "may_listen": True,
    }
    return page(request, "listen", "listen/import_new.html", context, status=422 if refused else 200)


@dataclass(frozen=True, slots=True)
class Trial:
    """What the first rows would become."""

    messages: tuple[types.Message, ...] = ()
    rejects: tuple[types.Reject, ...] = ()
    trouble: str = ""


def _trial(file: Path, mapping: Mapping[str, str]) -> Trial:
    if not mapping.keys() >= set(imports.REQUIRED):
        return Trial()
    found = imports.trial(file, mapping)
    return Trial(trouble=found.reason) if isinstance(found, Refused) else Trial(found.messages, found.rejects)


# -- one import ------------------------------------------------------------------------------------------------------

WORDS = {
    "waiting": gettext_lazy("waits for the worker"),
    "running": gettext_lazy("is being read"),
    "done": gettext_lazy("done"),
    "failed": gettext_lazy("failed"),
    "stopped": gettext_lazy("stopped"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An import and how far it is, in words."""

    row: Import
    state: str
    words: str
    moving: bool
    has_rejects: bool

    @classmethod
    def of(cls, row: Import, now: datetime) -> Row:
        moving = row.state in ("waiting", "running")
        counts = [
            ngettext("%(n)d new", "%(n)d new", row.new) % {"n": row.new},
            ngettext("%(n)d revised", "%(n)d revised", row.revised) % {"n": row.revised},
            ngettext("%(n)d rejected", "%(n)d rejected", row.rejected) % {"n": row.rejected},
        ]
        words = _progress(row, now) if moving else ", ".join(counts)
        return cls(row, str(WORDS[row.state]), words, moving, row.rejected > 0)


def _progress(row: Import, now: datetime) -> str:
    """How far, how much, how long: "4.2 MB of 14.6 MB, 4200 messages, about 2 min left"."""
    parts = [
        _("%(done)s of %(all)s") % {"done": filesizeformat(row.read_bytes), "all": filesizeformat(row.size_bytes)},
        ngettext("%(n)d message", "%(n)d messages", row.heard) % {"n": row.heard},
    ]
    if row.state == "waiting":
        parts.append(str(WORDS["waiting"]))
    elif row.read_bytes:
        seconds = (now - row.created_at).total_seconds() * (row.size_bytes - row.read_bytes) / row.read_bytes
        minutes = round(seconds / 60)
        parts.append(_("about %(n)d min left") % {"n": minutes} if minutes else _("less than a minute left"))
    return ", ".join(parts)


@only("listen")
def one_import(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Import.objects.select_related("channel", "started_by"), pk=key)
    context = {"found": Row.of(row, timezone.now()), "row": row, "may_listen": True, **_bar(row)}
    return page(request, "listen", "listen/import.html", context)


@only("listen")
def import_progress(request: HttpRequest, key: int) -> HttpResponse:
    """The bar, every two seconds; when there is nothing to wait for, the whole page anew."""
    row = get_object_or_404(Import, pk=key)
    found = Row.of(row, timezone.now())
    if not found.moving:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "_components/progress.html", {"words": found.words, **_bar(row)})


def _bar(row: Import) -> dict[str, Any]:
    return {
        "what": row.file_name,
        "done": row.read_bytes,
        "total": max(row.size_bytes, 1),
        "stop_url": reverse("set_import", args=[row.pk, "stopped"]),
        "poll_url": reverse("import_progress", args=[row.pk]),
    }


@require_POST
@only("listen")
def set_import(request: HttpRequest, key: int, state: str) -> HttpResponse:
    """Stop it; or let it go on where it stood."""
    row = get_object_or_404(Import, pk=key)
    if state not in ("stopped", "waiting"):
        raise Http404
    try:
        done = actions.set_import(row, state, actor=me(request))
    except FlowError:
        done = Refused(_("It ended before that."))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    return redirect("import", key=key)


@only("listen")
def rejects(request: HttpRequest, key: int) -> FileResponse:
    row = get_object_or_404(Import, pk=key)
    file = imports.rejects_beside(Path(row.path))
    if not file.exists():
        raise Http404
    name = f"{get_valid_filename(Path(row.file_name).stem)}.rejects.csv"
    return FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/imports/", all_imports, name="imports"),
    path("listen/imports/new/<str:name>/", new_import, name="new_import"),
    path("listen/imports/<int:key>/", one_import, name="import"),
    path("listen/imports/<int:key>/progress/", import_progress, name="import_progress"),
    path("listen/imports/<int:key>/rejects.csv", rejects, name="import_rejects"),
    path("listen/imports/<int:key>/<str:state>/", set_import, name="set_import"),
]
