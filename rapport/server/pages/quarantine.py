"""Quarantine: what arrived and could not be understood. Nothing is dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.errors import ConnectorError, FlowError
from rapport.core.types import Refused
from rapport.core.understand.private import mask
from rapport.server.listen import health, poison, receiving
from rapport.server.listen.models import Channel, Quarantined
from rapport.server.pages.asking import number
from rapport.server.pages.render import me, only, page
from rapport.server.understand.private import Sought

PAGE = 50
LONGEST = 2_000
REASONS = 10
MOST = 200  # tried in one go


@dataclass(frozen=True, slots=True)
class Row:
    """What arrived, as text: bytes that are none are written as \\x.., and private data is dotted out."""

    found: Quarantined
    source: str
    raw: str
    cut: bool

    @classmethod
    def of(cls, found: Quarantined, sought: Sought) -> Row:
        source = health.source_name(found.source)
        text = bytes(found.raw[:LONGEST]).decode("utf-8", "backslashreplace")
        return cls(found, source, mask(text, sought.found_in([text])[0]), len(found.raw) > LONGEST)


@only("listen")
def quarantine(request: HttpRequest) -> HttpResponse:
    channel = number(request.GET.get("channel", ""))
    lying = _lying(channel)
    waiting = lying.select_related("channel").order_by("-id")
    if (before := number(request.GET.get("before", ""))) is not None:
        waiting = waiting.filter(id__lt=before)
    sought = Sought.now()
    rows = [Row.of(found, sought) for found in waiting[: PAGE + 1]]
    context = {
        "rows": rows[:PAGE],
        "next": rows[PAGE - 1].found.pk if len(rows) > PAGE else None,
        "reasons": list(
            lying.order_by().values("reason").annotate(n=Count("id")).filter(n__gt=1).order_by("-n")[:REASONS]
        ),
        "days": settings.QUARANTINE_DAYS,
        "only": Channel.objects.filter(pk=channel or 0).first(),
        "may_listen": True,
    }
    return page(request, "listen", "listen/quarantine.html", context)


def _lying(channel: int | None) -> QuerySet[Quarantined]:
    lying = Quarantined.objects.filter(state__in=poison.UNDECIDED)
    return lying if channel is None else lying.filter(channel=channel)


@require_POST
@only("listen")
def retry_all(request: HttpRequest) -> HttpResponse:
    """Everything that lies here for one reason, for instance after an upgrade."""
    channel = number(request.POST.get("channel", ""))
    rows = _lying(channel).filter(reason=request.POST.get("reason", "")).select_related("channel").order_by("id")
    tried = list(rows[: MOST + 1])
    received = sum(_works(request, row) for row in tried[:MOST])
    words = ngettext("%(n)d of %(all)d is received now.", "%(n)d of %(all)d are received now.", received)
    more = _("There are more: try again for the rest.") if len(tried) > MOST else ""
    told = words % {"n": received, "all": min(len(tried), MOST)}
    (messages.success if received else messages.error)(request, f"{told} {more}".strip())
    return redirect(f"{reverse('quarantine')}?channel={channel}" if channel else "quarantine")


def _works(request: HttpRequest, row: Quarantined) -> bool:
    try:
        return not isinstance(receiving.retry_quarantined(row, actor=me(request)), Refused)
    except (ConnectorError, FlowError):
        return False


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
    path("listen/quarantine/retry/", retry_all, name="retry_quarantined"),
    path("listen/quarantine/<int:key>/<str:what>/", settle, name="settle_quarantined"),
]
