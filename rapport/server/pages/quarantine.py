"""Quarantine: what arrived and could not be understood. Nothing is dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.errors import ConnectorError, FlowError
from rapport.core.types import Refused
from rapport.core.understand.private import mask, private_in
from rapport.server.listen import receiving
from rapport.server.listen.models import Channel, Quarantined
from rapport.server.pages.asking import number
from rapport.server.pages.render import me, only, page

PAGE = 50
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """What arrived, as text: bytes that are none are written as \\x.., and private data is dotted out."""

    found: Quarantined
    raw: str
    cut: bool

    @classmethod
    def of(cls, found: Quarantined) -> Row:
        text = bytes(found.raw[:LONGEST]).decode("utf-8", "backslashreplace")
        return cls(found, mask(text, private_in([text])[0]), len(found.raw) > LONGEST)


@only("listen")
def quarantine(request: HttpRequest) -> HttpResponse:
    waiting = Quarantined.objects.filter(state="waiting").select_related("channel").order_by("-id")
    channel = number(request.GET.get("channel", ""))
    if channel is not None:
        waiting = waiting.filter(channel=channel)
    if (before := number(request.GET.get("before", ""))) is not None:
        waiting = waiting.filter(id__lt=before)
    rows = [Row.of(found) for found in waiting[: PAGE + 1]]
    context = {
        "rows": rows[:PAGE],
        "next": rows[PAGE - 1].found.pk if len(rows) > PAGE else None,
        "only": Channel.objects.filter(pk=channel or 0).first(),
        "may_listen": True,
    }
    return page(request, "listen", "listen/quarantine.html", context)


@require_POST
@only("listen")
def settle(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Try it again, for instance with a newer connector; or let it go."""
    row = get_object_or_404(Quarantined.objects.select_related("channel"), pk=key)
    if what not in ("retry", "dismiss"):
        raise Http404
    try:
        _retry(request, row) if what == "retry" else _dismiss(request, row)
    except FlowError:
        messages.error(request, _("Somebody dealt with this before you did."))
    except ConnectorError as error:
        messages.error(request, str(error))
    return redirect("quarantine")


def _retry(request: HttpRequest, row: Quarantined) -> None:
    done = receiving.retry_quarantined(row, actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, _("It still cannot be understood: %(reason)s") % {"reason": done.reason})
    else:
        words = ngettext("It is understood now: %(n)d message.", "It is understood now: %(n)d messages.", done.new)
        messages.success(request, words % {"n": done.new})


def _dismiss(request: HttpRequest, row: Quarantined) -> None:
    done = receiving.dismiss_quarantined(row, actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        messages.success(request, _("Dismissed. The record keeps that it was there."))


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/quarantine/", quarantine, name="quarantine"),
    path("listen/quarantine/<int:key>/<str:what>/", settle, name="settle_quarantined"),
]
