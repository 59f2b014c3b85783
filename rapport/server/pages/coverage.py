"""Coverage: what was heard in which hour, which gaps there are, and what was done about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from rapport.core.measure.coverage import Why
from rapport.core.types import Refused
from rapport.server.listen import backfill, gaps, hours
from rapport.server.listen import coverage as covering
from rapport.server.listen.coverage import Day, Hour
from rapport.server.listen.health import source_name
from rapport.server.listen.models import Backfill, Channel, Cursor, Gap, Reckoning
from rapport.server.listen.table import csv_lines
from rapport.server.organise.abilities import may
from rapport.server.pages.asking import number
from rapport.server.pages.render import me, only, page
from rapport.server.pages.tags import amount

PAGE = 50
DRAWN = 8  # calendars on one page; the others are one click away
CSV = "text/csv; charset=utf-8"
WEEK = timedelta(days=7)
UNFINISHED = Q(state__in=["waiting", "counted", "running", "paused"])


# -- which days ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """Days in the reader's zone, from `start` to before `end`; without a month, the last fourteen."""

    start: datetime
    end: datetime
    month: str = ""

    @property
    def words(self) -> str:
        return date_format(self.start, "YEAR_MONTH_FORMAT") if self.month else _("The last fourteen days")

    @property
    def before(self) -> str:
        """The month before, as an address carries it."""
        first = self.start.replace(day=1)
        return f"{first - timedelta(days=1):%Y-%m}" if self.month else f"{first:%Y-%m}"

    @property
    def after(self) -> str:
        """The month after; empty when there is none yet."""
        return f"{self.end:%Y-%m}" if self.month and self.end <= timezone.localtime() else ""


def period(request: HttpRequest) -> Period:
    """What the address asks for; a month that cannot be is ignored."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    year, _dash, month = (number(part) for part in request.GET.get("month", "").partition("-"))
    if year and month and 2000 <= year <= today.year and month <= 12:
        start = today.replace(year=year, month=month, day=1)
        if start <= today:
            return Period(start, (start + timedelta(days=32)).replace(day=1), f"{start:%Y-%m}")
    return Period(today - timedelta(days=covering.DAYS - 1), today + timedelta(days=1))


# -- the page --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hours of one channel, a row a day, and how many of them were what."""

    channel: Channel
    days: list[Day]
    words: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap as the list shows it; `decide` and `fetch` when whoever looks may confirm or dismiss it, or have what was
    missed brought back."""

    gap: Gap
    source: str
    begun: str
    ended: str
    length: str
    cause: str
    done: str
    dot: str
    decide: bool
    fetch: bool


DONE = {
    "open": gettext_lazy("Nothing was done yet"),
    "backfilled": gettext_lazy("Fetched"),
    "partly": gettext_lazy("Fetched in part"),
    "impossible": gettext_lazy("It cannot be fetched"),
    "dismissed": gettext_lazy("Nothing is missing"),
}


def coverage(request: HttpRequest) -> HttpResponse:
    now, found = timezone.now(), period(request)
    listened = list(Channel.objects.filter(cursors__isnull=False).distinct().order_by("name"))
    chosen = number(request.GET.get("channel", ""))
    only_one = next((one for one in listened if one.pk == chosen), None)
    rows, following = _gaps(request, only_one, now)
    context = {
        "period": found,
        "channels": listened,
        "only": only_one,
        "calendars": calendars([only_one] if only_one else listened[:DRAWN], found, now),
        "clock": [f"{hour:02d}" for hour in range(24)],
        "more": 0 if only_one else max(len(listened) - DRAWN, 0),
        "gaps": rows,
        "settled": "all" in request.GET,
        "next": following,
        "reckonings": reckonings(listened, now),
        "may_listen": may(request.user, "listen"),
    }
    return page(request, "listen", "coverage/coverage.html", context)


def calendars(channels: Sequence[Channel], found: Period, now: datetime) -> list[Calendar]:
    zone = timezone.get_current_timezone()
    told = hours.hours(channels, found.start, now, found.end)
    shown = {channel: covering.shown(told[channel.pk]) for channel in channels}
    return [Calendar(channel, covering.calendar(these, zone), heard_words(these)) for channel, these in shown.items()]


def heard_words(found: Iterable[Hour]) -> str:
    """ "330 of 336 hours heard in full; 4 degraded, 2 down"."""
    counts = Counter("paused" if hour.why is Why.PAUSED else hour.state for hour in found)
    contracted = sum(counts.values()) - counts["none"]
    if not contracted:
        return _("It was not listened to in these days.")
    full = {"n": counts["delivering"] + counts["silent"], "all": contracted}
    words = ngettext("%(n)d of %(all)d hour heard in full", "%(n)d of %(all)d hours heard in full", contracted) % full
    parts = [
        _("%(n)d degraded") % {"n": counts["degraded"]} if counts["degraded"] else "",
        _("%(n)d down") % {"n": counts["down"]} if counts["down"] else "",
        _("%(n)d paused") % {"n": counts["paused"]} if counts["paused"] else "",
    ]
    rest = ", ".join(part for part in parts if part)
    return f"{words}; {rest}" if rest else words


def _listed(request: HttpRequest, channel: Channel | None) -> QuerySet[Gap]:
    rows = Gap.objects.select_related("channel", "noted_by").order_by("-start", "-id")
    if channel:
        rows = rows.filter(channel=channel)
    return rows if "all" in request.GET else rows.filter(state__in=("open", "partly", "impossible"))


def _gaps(request: HttpRequest, channel: Channel | None, now: datetime) -> tuple[list[GapRow], str]:
    """Fifty gaps, and where the next fifty begin."""
    rows = _listed(request, channel)
    moment, _comma, key = request.GET.get("before", "").partition(",")
    try:
        at = parse_datetime(moment)
    except ValueError:  # it looks like a time, and is none
        at = None
    if at and timezone.is_aware(at) and (last := number(key)) is not None:
        rows = rows.filter(Q(start__lt=at) | Q(start=at, id__lt=last))
    found = list(rows[: PAGE + 1])
    following = f"{found[PAGE - 1].start.isoformat()},{found[PAGE - 1].pk}" if len(found) > PAGE else ""
    decides = may(request.user, "listen")
    fetched = set(Backfill.objects.filter(UNFINISHED, gap__in=found).values_list("gap_id", flat=True))
    can = {gap.channel_id: bool(backfill.sources(gap.channel)) for gap in found} if decides else {}
    return [
        _row(gap, now, decides, can.get(gap.channel_id, False), gap.pk in fetched) for gap in found[:PAGE]
    ], following


def _row(gap: Gap, now: datetime, decides: bool, can: bool, fetched: bool) -> GapRow:
    done = _("It lasts") if gap.lasts and gap.missing else str(DONE[gap.state])
    return GapRow(
        gap,
        source_name(gap.source),
        _moment(gap.start, now),
        _moment(gap.end, now) if gap.end else "",
        amount((gap.end or now) - gap.start),
        gap.why or gap.get_kind_display(),
        _("It is being fetched") if fetched else done,
        ("degraded" if gap.suspected else "down") if gap.missing else "delivering",
        decides and gap.missing,
        decides and can and gap.state in ("open", "partly") and not gap.lasts and not fetched,
    )


def _moment(at: datetime, now: datetime) -> str:
    """To the minute; with its year when that is not this one."""
    here = timezone.localtime(at)
    if here.year == timezone.localtime(now).year:
        return date_format(here, "DAY_TIME")
    return f"{date_format(here, 'DAY_YEAR')} {date_format(here, 'H:i')}"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The last count of one source against its platform."""

    channel: Channel
    source: str
    row: Reckoning
    words: str


def reckonings(channels: Sequence[Channel], now: datetime) -> list[Reckoned]:
    """The latest of each source, of the last week."""
    rows = Reckoning.objects.filter(at__gt=now - WEEK).order_by("at", "id")
    latest = {(row.channel_id, row.source): row for row in rows}
    names = {channel.pk: channel for channel in channels}
    cursors = Cursor.objects.filter(channel__in=list(names)).order_by("channel__name", "source")
    return [
        Reckoned(names[key], source_name(source), row, _agreement(row))
        for key, source in cursors.values_list("channel_id", "source")
        if (row := latest.get((key, source)))
    ]


def _agreement(row: Reckoning) -> str:
    return _("Nothing is missing") if row.ours >= row.theirs else _("%(n)d missing") % {"n": row.theirs - row.ours}


# -- deciding --------------------------------------------------------------------------------------------------------


@require_POST
@only("listen")
def decide(request: HttpRequest, key: int, what: str) -> HttpResponse:
    gap = get_object_or_404(Gap.objects.select_related("channel"), pk=key)
    act = {"confirm": gaps.confirm, "dismiss": gaps.dismiss}.get(what)
    if act is None:
        raise Http404
    done = act(gap, reason=request.POST.get("reason", ""), actor=me(request))
    if isinstance(done, Refused):
        messages.error(request, done.reason)
    elif what == "dismiss":
        messages.success(request, _("Dismissed, with your reason on record. These hours count as heard."))
    else:
        messages.success(request, _("Confirmed, with your reason on record."))
    return redirect(f"{reverse('coverage')}?channel={gap.channel_id}#gaps")


# -- files -----------------------------------------------------------------------------------------------------------


def gaps_file(request: HttpRequest) -> StreamingHttpResponse:
    rows = Gap.objects.select_related("channel", "noted_by").order_by("start", "id")
    head = ["channel", "source", "from", "to", "hours", "kind", "suspected", "cause", "state", "outcome"]
    head += ["brought", "note", "noted_by", "found_at"]
    return _file("gaps", head, (_line(gap) for gap in rows.iterator(chunk_size=1_000)))


def _line(gap: Gap) -> list[object]:
    length = round((gap.end - gap.start) / timedelta(hours=1), 2) if gap.end else ""
    ends = gap.end.isoformat() if gap.end else ""
    told = [gap.channel.name, gap.source, gap.start.isoformat(), ends, length, gap.kind, gap.suspected, gap.why]
    return [*told, gap.state, gap.done, gap.brought, gap.note, gap.noted_by or "", gap.found_at.isoformat()]


def hours_file(request: HttpRequest) -> StreamingHttpResponse:
    """The hours of the period that is shown, one a line."""
    found, now = period(request), timezone.now()
    channels = Channel.objects.filter(cursors__isnull=False).distinct().order_by("name")
    if (key := number(request.GET.get("channel", ""))) is not None:
        channels = channels.filter(pk=key)
    told = hours.hours(list(channels), found.start, now, found.end)
    lines = (
        [channel.name, hour.at.isoformat(), hour.verdict.state, hour.verdict.why, hour.heard, hour.let_go, hour.trouble]
        for channel in channels
        for hour in told[channel.pk]
        if hour.verdict
    )
    return _file("hours", ["channel", "hour", "state", "why", "heard", "let_go", "trouble"], lines)


def _file(name: str, head: list[str], lines: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    def whole() -> Iterator[Sequence[object]]:
        yield head
        yield from lines

    response = StreamingHttpResponse(csv_lines(whole()), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate().isoformat()}.csv"'
    return response


urlpatterns: list[URLPattern | URLResolver] = [
    path("listen/coverage/", coverage, name="coverage"),
    path("listen/coverage/gaps.csv", gaps_file, name="coverage_gaps"),
    path("listen/coverage/hours.csv", hours_file, name="coverage_hours"),
    path("listen/coverage/gaps/<int:key>/<str:what>/", decide, name="decide_gap"),
]
