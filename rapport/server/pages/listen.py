"""Listen: the channels, how well each delivers, and connecting another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from rapport.core.errors import FlowError
from rapport.core.types import Refused
from rapport.server.listen import actions, health, queries
from rapport.server.listen.models import Brief, Channel, Cursor
from rapport.server.organise.abilities import may
from rapport.server.pages import backfill, briefs, caution, coverage, hooks, imports, judging, noise, quarantine, upkeep
from rapport.server.pages.listen_forms import ConnectForm
from rapport.server.pages.render import me, only, page
from rapport.server.pages.tags import amount

MOST = 100  # nobody reads a larger number


def channels(request: HttpRequest) -> HttpResponse:
    rows = list(Channel.objects.all())
    found = queries.cards(rows, timezone.now(), timezone.get_current_timezone())
    context = {
        "cards": [card for card in found if card.channel.state != "closed" and not card.by_hand],
        "by_hand": [card for card in found if card.channel.state != "closed" and card.by_hand],
        "closed": [card for card in found if card.channel.state == "closed"],
        "may_listen": may(request.user, "listen"),
    }
    return page(request, "listen", "listen/channels.html", context)


# -- one channel -----------------------------------------------------------------------------------------------------

CHANGES: dict[str, dict[str, object]] = {
    "pause": {"state": "paused"},
    "resume": {"state": "listening"},
    "close": {"state": "closed"},
    "open_answers": {"answers": True},
    "shut_answers": {"answers": False},
    "keep_all": {"keep_all": True},
    "keep_matching": {"keep_all": False},
}


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that has to be right before one can rely on a channel, or answer on it."""

    passed: bool
    title: str
    words: str

    @property
    def state(self) -> str:
        return "passed" if self.passed else "missing"


def channel(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Channel.objects.select_related("owner", "private"), pk=key)
    return _channel(request, row, _sign_in_form(row))


def _channel(request: HttpRequest, row: Channel, form: ConnectForm | None, status: int = 200) -> HttpResponse:
    now, zone = timezone.now(), timezone.get_current_timezone()
    (card,) = queries.cards([row], now, zone)
    connector = queries.connector(row.connector)
    answers = connector is not None and connector.answers
    pushed = connector.pushed if connector is not None else ()
    waiting = row.quarantined.filter(state="waiting")[:MOST].count()
    context = {
        "card": card,
        "channel": row,
        "days": queries.calendar(card.strip.hours, zone),
        "clock": [f"{hour:02d}" for hour in range(24)],
        "cursors": [
            Source.of(cursor, now, pushed=cursor.source in pushed) for cursor in row.cursors.order_by("source")
        ],
        "signed": hooks.has_secret(row),
        "hook": hooks.address(row) if connector is not None and connector.receives else "",
        "gates": _gates(row, card, answers=answers, pushed=bool(pushed)),
        "budgets": health.budgets(row, now, zone),
        **backfill.context(row, now),
        **upkeep.context(row),
        **(caution.context(row) if answers else {}),
        "may_administer": may(request.user, "administer"),
        "connector": connector.label if connector else row.connector,
        "can_answer": answers,
        "quarantined": f"{MOST - 1}+" if waiting >= MOST else str(waiting or ""),
        "form": form,
        "may_listen": may(request.user, "listen"),
    }
    return page(request, "listen", "listen/channel.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Source:
    """How far one source of a channel has been heard."""

    name: str
    words: str
    moved: datetime | None
    next: datetime | None  # None: at once, or not while the channel rests
    pushed: bool = False  # nobody asks: it is brought
    streaming: bool = False  # it is being heard

    @classmethod
    def of(cls, cursor: Cursor, now: datetime, *, pushed: bool) -> Source:
        if pushed:
            return cls(health.source_name(cursor.source), _("brought to us"), cursor.saved_at, None, pushed=True)
        name, asked = health.source_name(cursor.source), cursor.next_at if cursor.next_at > now else None
        leased = cursor.leased_until is not None and cursor.leased_until > now
        if cursor.way == "stream" and not cursor.tries:
            return cls(name, _as_it_happens(cursor, now, leased=leased), cursor.saved_at, asked, streaming=leased)
        if leased:
            words = _("being asked now")
        elif tries := cursor.tries:
            words = ngettext("tried %(n)d time in vain", "tried %(n)d times in vain", tries) % {"n": tries}
        else:
            words = _("asked every %(every)s") % {"every": amount(cursor.every_seconds)}
        return cls(name, words, cursor.saved_at, asked)


def _as_it_happens(cursor: Cursor, now: datetime, *, leased: bool) -> str:
    """How a stream is heard, and how far behind: by the platform's own time of what it brought last."""
    if not leased and cursor.next_at > now + timedelta(minutes=10):
        return _("the platform has nothing to stream")
    if not leased or cursor.heard_until is None:
        return _("being connected")
    behind = max((now - cursor.heard_until).total_seconds(), 0)
    return _("as it happens, %(time)s behind") % {"time": amount(behind)}


def _gates(row: Channel, card: queries.Card, *, answers: bool, pushed: bool) -> Sequence[Gate]:
    briefs = Brief.objects.filter(active=True).count()
    hears = row.keep_all or bool(briefs)
    found = [
        Gate(
            card.state not in ("down", "degraded"),
            _("It delivers"),
            card.trouble or card.words,
        ),
        Gate(
            hears,
            _("It hears more than what is said to us"),
            _("Everything that arrives is kept.")
            if row.keep_all
            else ngettext("%(n)d brief decides what else is kept.", "%(n)d briefs decide what else is kept.", briefs)
            % {"n": briefs}
            if briefs
            else _("No brief is active: only what addresses us is kept."),
        ),
    ]
    if pushed:
        signed = hooks.has_secret(row)
        words = _("What is brought is checked with it.") if signed else _("Nothing can be brought before you make one.")
        found.insert(0, Gate(signed, _("It has a secret"), words))
    elif row.secrets and row.state != "closed":
        alive = health.sign_in(row, card.strip.standing, timezone.now(), timezone.get_current_timezone())
        found.insert(0, Gate(alive.works, _("Its sign-in works"), alive.words))
    if answers:
        words = _("People with work here can answer.") if row.answers else _("Nobody can answer here yet.")
        found.append(Gate(row.answers, _("It is open for answers"), words))
    return found


@require_POST
def change_channel(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Channel, pk=key)
    changes = CHANGES.get(request.POST.get("do", ""))
    if changes is None:
        raise Http404
    try:
        done = actions.set_channel(row, actor=me(request), **changes)
    except FlowError:
        done = Refused(_("Somebody changed this channel before you did. Look at how it stands now."))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    else:
        found = queries.connector(row.connector)
        told = PUSHED if found is not None and found.receives else {}
        messages.success(request, (DONE | told)[request.POST["do"]]() % {"name": done.name})
    return redirect("channel", key=key)


DONE = {
    "pause": lambda: _("%(name)s is paused. What is said meanwhile is fetched when you go on."),
    "resume": lambda: _("%(name)s is listened to again."),
    "close": lambda: _("%(name)s is closed. What was heard stays."),
    "open_answers": lambda: _("%(name)s is open for answers."),
    "shut_answers": lambda: _("Nobody can answer on %(name)s now."),
    "keep_all": lambda: _("Everything that arrives on %(name)s is kept from now on."),
    "keep_matching": lambda: _("From now on %(name)s keeps what addresses us or matches a brief."),
}

PUSHED = {
    "pause": lambda: _("%(name)s is paused. What is brought meanwhile is refused, and can be brought again later."),
}


# -- connecting ------------------------------------------------------------------------------------------------------


def _sign_in_form(row: Channel, data: object = None) -> ConnectForm | None:
    found = queries.connector(row.connector)
    if found is None or not found.signs_in:
        return None
    return ConnectForm(data, fields=found.fields, known=row.config)


@require_POST
def sign_in_again(request: HttpRequest, key: int) -> HttpResponse:
    row = get_object_or_404(Channel.objects.select_related("owner"), pk=key)
    form = _sign_in_form(row, request.POST)
    if form is None:
        raise Http404
    if form.is_valid():
        done = actions.sign_in_again(row, form.answers(), actor=me(request))
        if not isinstance(done, Refused):
            messages.success(request, _("Signed in to %(name)s. We fetch what was missed.") % {"name": done.name})
            return redirect("channel", key=key)
        form.add_error(None, done.reason)
    return _channel(request, row, form, status=422)


@only("listen")
def connect(request: HttpRequest) -> HttpResponse:
    context = {"choices": queries.connectors_installed(), "may_listen": True}
    return page(request, "listen", "listen/connect.html", context)


@only("listen")
def connect_to(request: HttpRequest, name: str) -> HttpResponse:
    found = queries.connector(name)
    if found is None:
        raise Http404
    form = ConnectForm(request.POST or None, fields=found.fields, named=_(found.label), example=found.receives)
    trial = None
    if found.receives and request.POST.get("do") == "try" and form.is_valid():
        trial = queries.tried(name, form.answers(), form.example())
    elif request.method == "POST" and form.is_valid():
        done = actions.connect(form.cleaned_data["channel_name"], name, form.answers(), actor=me(request))
        if not isinstance(done, Refused):
            messages.success(request, _("%(name)s is connected; it is listened to from now on.") % {"name": done.name})
            if backfill.offered(done):
                messages.info(
                    request, _("What was said earlier can be brought back: choose below how many days of it.")
                )
            return redirect("channel", key=done.pk)
        form.add_error(None, done.reason)
    context = {"choice": found, "form": form, "back": reverse("connect"), "trial": trial}
    return page(request, "listen", "listen/connect_to.html", context, status=422 if form.errors else 200)


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/", channels, name="listen"),
    path("listen/channels/<int:key>/", channel, name="channel"),
    path("listen/channels/<int:key>/change/", change_channel, name="change_channel"),
    path("listen/channels/<int:key>/sign-in/", sign_in_again, name="sign_in_again"),
    path("listen/connect/", connect, name="connect"),
    path("listen/connect/<str:name>/", connect_to, name="connect_to"),
    *backfill.urlpatterns,
    *caution.urlpatterns,
    *upkeep.urlpatterns,
    *coverage.urlpatterns,
    *briefs.urlpatterns,
    *hooks.urlpatterns,
    *imports.urlpatterns,
    *judging.urlpatterns,
    *noise.urlpatterns,
    *quarantine.urlpatterns,
]
