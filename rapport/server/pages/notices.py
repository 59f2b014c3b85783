"""Notices: what one should know, newest first, until one has read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from rapport.server.listen.models import in_words
from rapport.server.organise import notices
from rapport.server.organise.models import Notice
from rapport.server.pages.asking import number
from rapport.server.pages.needs import said
from rapport.server.pages.render import me, page

PAGE = 50
TIMES = ("start", "end", "when")


@dataclass(frozen=True, slots=True)
class Row:
    """A notice in the reader's words and zone."""

    notice: Notice
    icon: str
    title: str
    reason: str

    @classmethod
    def of(cls, notice: Notice) -> Row:
        kind = notices.KINDS[notice.what]
        told = notice.detail.get("cause_told") or {}
        detail = {name: _shown(name, value, told) for name, value in notice.detail.items()}
        return cls(notice, kind.icon, str(kind.title) % detail, str(kind.reason) % detail)


def _shown(name: str, value: object, told: Mapping[str, Any]) -> str:
    if name in TIMES:
        return said(datetime.fromisoformat(str(value)))
    if name == "day":
        return date_format(date.fromisoformat(str(value)), "DAY_YEAR")
    if name == "cause":
        return f"{in_words(str(value), told).rstrip('.')}." if value else ""
    return in_words(str(value), {}) if name == "trouble" else str(value)


def all_notices(request: HttpRequest) -> HttpResponse:
    """Those of whoever asks, and of nobody else."""
    mine = Notice.objects.filter(user=me(request)).order_by("-id")
    if (before := number(request.GET.get("before", ""))) is not None:
        mine = mine.filter(id__lt=before)
    found = list(mine[: PAGE + 1])
    context = {
        "rows": [Row.of(notice) for notice in found[:PAGE]],
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
        "any_unread": any(notice.read_at is None for notice in found),
    }
    return page(request, "", "notices/notices.html", context)


@require_POST
def open_notice(request: HttpRequest, key: int) -> HttpResponse:
    """To the place that it is about; it counts as read from now on."""
    mine = Notice.objects.filter(user=me(request))
    notice = get_object_or_404(mine, pk=key)
    notices.read(mine.filter(pk=key), timezone.now())
    return redirect(notice.url)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    notices.read(Notice.objects.filter(user=me(request)), timezone.now())
    return redirect("notices")


urlpatterns: list[URLPattern | URLResolver] = [
    path("notices/", all_notices, name="notices"),
    path("notices/read/", read_all, name="read_notices"),
    path("notices/<int:key>/", open_notice, name="open_notice"),
]
