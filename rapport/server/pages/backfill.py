"""Bringing back what was said earlier: begun on a channel or for a gap, watched, paused and stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.errors import FlowError
from rapport.core.types import Refused
from rapport.server.listen import backfill, health
from rapport.server.listen.models import Backfill, Channel, Gap
from rapport.server.pages.asking import number
from rapport.server.pages.needs import said
from rapport.server.pages.render import me, only

DAYS = (1, 7, 30, 90)
SUGGESTED = 7
SHOWN = 4
MOVES = {"pause": "paused", "go-on": "running", "stop": "stopped"}


@dataclass(frozen=True, slots=True)
class Row:
    """One backfill: what it brings, how far it is, and what one can do about it."""

    row: Backfill
    title: str
    words: str
    share: float
    moves: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, row: Backfill, now: datetime) -> Row:
        times = {"source": health.source_name(row.source), "start": said(row.since), "end": said(row.until)}
        title = _("%(source)s, from %(start)s to %(end)s") % times
        return cls(row, title, _words(row, now), row.share, _moves(row.state))


def _moves(state: str) -> Sequence[tuple[str, str]]:
    stop, go_on = ("stop", _("Stop")), ("go-on", _("Go on"))
    return {
        "waiting": (stop,),
        "counted": (("go-on", _("Bring them back")), stop),
        "running": (("pause", _("Pause")), stop),
        "paused": (go_on, stop),
        "failed": (("go-on", _("Try again")), stop),
    }.get(state, ())


def _words(row: Backfill, now: datetime) -> str:
    if row.state == "waiting":
        return _waits(row, now) or _("is being counted")
    if row.state == "counted":
        return _("%(all)s. The platform charges for them.") % {"all": _all(row)}
    so_far = ngettext("%(n)s new message", "%(n)s new messages", row.new) % {"n": _number(row.new)}
    if row.state == "done":
        return _("done: %(so_far)s") % {"so_far": so_far}
    if row.state == "failed":
        return _("failed: %(trouble)s") % {"trouble": row.trouble}
    parts = [so_far, _("of %(all)s") % {"all": _all(row)}]
    if row.reached:
        parts.append(_("back to %(when)s") % {"when": said(row.reached)})
    if row.state in ("paused", "stopped"):
        parts.append(_("paused") if row.state == "paused" else _("stopped"))
    elif waits := _waits(row, now):
        parts.append(waits)
    return ", ".join(parts)


def _all(row: Backfill) -> str:
    """How many there are altogether, as far as the platform tells."""
    if row.estimate is None:
        return _("nobody knows how many")
    return ngettext("about %(n)s message", "about %(n)s messages", row.estimate) % {"n": _number(row.estimate)}


def _waits(row: Backfill, now: datetime) -> str:
    if not row.trouble or row.next_at <= now:
        return ""
    return _("waits until %(when)s: %(why)s") % {"when": said(row.next_at), "why": row.trouble}


def _number(value: int) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)


# -- pages -----------------------------------------------------------------------------------------------------------


def offered(channel: Channel) -> bool:
    return bool(backfill.sources(channel))


def context(channel: Channel, now: datetime) -> Mapping[str, Any]:
    """What the part of the channel's page needs: see `listen/_earlier.html`."""
    rows = [Row.of(row, now) for row in channel.backfills.all()[:SHOWN]]
    moving = any(row.row.state in ("waiting", "running") for row in rows)
    return {
        "earlier": rows,
        "brings_back": offered(channel) and channel.state != "closed",
        "busy": any(row.row.unfinished for row in rows),
        "lengths": [(days, ngettext("%(n)d day", "%(n)d days", days) % {"n": days}) for days in DAYS],
        "suggested": SUGGESTED,
        "poll": reverse("earlier", args=[channel.pk]) if moving else "",
    }


@only("listen")
def earlier(request: HttpRequest, key: int) -> HttpResponse:
    """The part of the channel's page, every two seconds while something is brought back; a form posts to it."""
    channel = get_object_or_404(Channel, pk=key)
    if request.method == "POST":
        return _begin(request, channel)
    found = {"channel": channel, "may_listen": True, **context(channel, timezone.now())}
    return render(request, "listen/_earlier.html", found)


def _begin(request: HttpRequest, channel: Channel) -> HttpResponse:
    days = number(request.POST.get("days", "")) or 0
    if days not in DAYS:
        raise Http404
    now = timezone.now()
    begun = [
        backfill.begin(channel, source, now - timedelta(days=days), now, actor=me(request))
        for source in backfill.sources(channel)
    ]
    refused = [one.reason for one in begun if isinstance(one, Refused)]
    if len(refused) < len(begun):
        messages.success(request, _("It is counted first, and then brought back behind everything else."))
    else:
        messages.error(request, refused[0] if refused else _("This platform cannot be asked for it."))
    return redirect(backfill.place(channel))


@require_POST
@only("listen")
def move(request: HttpRequest, key: int, what: str) -> HttpResponse:
    row = get_object_or_404(Backfill.objects.select_related("channel"), pk=key)
    if what not in MOVES:
        raise Http404
    try:
        done = backfill.set_state(row, MOVES[what], actor=me(request))
    except FlowError:
        done = Refused(_("It ended before that."))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    return redirect(backfill.place(row.channel))


@require_POST
@only("listen")
def bring_back_gap(request: HttpRequest, key: int) -> HttpResponse:
    """What a gap is missing."""
    gap = get_object_or_404(Gap.objects.select_related("channel"), pk=key)
    done = backfill.begin_gap(gap, actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        messages.success(request, _("What is missing is asked for, behind everything else."))
    return redirect(backfill.place(gap.channel))


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/channels/<int:key>/earlier/", earlier, name="earlier"),
    path("listen/backfills/<int:key>/<str:what>/", move, name="move_backfill"),
    path("listen/gaps/<int:key>/bring-back/", bring_back_gap, name="bring_back_gap"),
]
