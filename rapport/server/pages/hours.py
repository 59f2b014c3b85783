"""When we are open: the hours of the organisation, and of the teams that have their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rapport.core.route.clock import (
    ALWAYS,
    LEAST_MINUTES,
    Clock,
    ClosedDay,
    Hours,
    Promise,
    Span,
    Unreadable,
    read_closed,
    read_spans,
    write_closed,
    write_spans,
)
from rapport.core.types import Refused
from rapport.server.organise import opening
from rapport.server.organise.models import Organisation, Team
from rapport.server.pages.asking import number
from rapport.server.pages.render import me, only, page
from rapport.server.pages.settings import tabs
from rapport.server.pages.settings_forms import zones
from rapport.server.pages.tags import amount_open, together
from rapport.server.route import clocks

USUAL = ((Span(9 * 60, 17 * 60),),) * 5 + ((), ())
"""What the form proposes where no hours are set."""

EXAMPLE = timedelta(hours=4)
NEXT_CLOSED = 3
LONGEST = 20_000
"""Characters of closed days."""

When = Literal["all", "always", "these"]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as it was typed. `when`: as the whole organisation, always, or at these hours."""

    when: When
    zone: str
    days: tuple[str, ...]
    closed: str
    closed_as_all: bool

    @classmethod
    def of(cls, row: Organisation | Team, proposed: Hours) -> Typed:
        found = opening.hours(row.hours)
        when: When = "these" if found and not found.always else "always" if found or not _is_team(row) else "all"
        shown = found if found and not found.always else proposed
        also = row.hours["closed_as_all"] if row.hours and "closed_as_all" in row.hours else not row.hours
        return cls(when, shown.zone, tuple(map(write_spans, shown.week)), write_closed(shown.closed), also)

    @classmethod
    def read(cls, request: HttpRequest) -> Typed:
        sent = request.POST
        when: When = "always" if sent.get("when") == "always" else "all" if sent.get("when") == "all" else "these"
        days = tuple(sent.get(f"day{n}", "")[:200] for n in range(7))
        return cls(when, sent.get("zone", ""), days, sent.get("closed", "")[:LONGEST], bool(sent.get("closed_as_all")))

    def understood(self, *, team: bool) -> Hours | Wrong | None:
        """The hours that are meant; None: none of its own."""
        if self.when != "these":
            return ALWAYS if team and self.when == "always" else None
        days = [read_spans(text) for text in self.days]
        closed, lines = read_closed(self.closed)
        wrong = Wrong({n: _no_span(day) for n, day in enumerate(days) if isinstance(day, Unreadable)}, _no_dates(lines))
        if wrong.days or wrong.closed:
            return wrong
        return Hours(self.zone, tuple(day for day in days if isinstance(day, tuple)), closed)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What cannot be read: words a weekday (0 is Monday), and a line of closed days each."""

    days: dict[int, str]
    closed: list[str]


def _is_team(row: Organisation | Team) -> bool:
    return isinstance(row, Team)


def _no_span(found: Unreadable) -> str:
    return _("“%(text)s” is not a time from and to. Write 08:00–18:00.") % {"text": found.text}


def _no_dates(lines: tuple[Unreadable, ...]) -> list[str]:
    words = _("Line %(line)s: “%(text)s” does not begin with a date. Write 2026-12-25 Christmas Day.")
    return [words % {"line": one.line, "text": one.text[:80]} for one in lines]


# -- words -----------------------------------------------------------------------------------------------------------


def sentence(clock: Clock, now: datetime) -> str:
    """Whether we are open, and until when: "Open now, closes at 18:00"."""
    if clock.hours.always:
        return _("Always open.")
    change, is_open = clock.next_change(now), clock.is_open(now)
    if change is None:
        return _("Open now.") if is_open else _("Closed.")
    when = moment(change, now, clock.hours.zone)
    return (_("Open now, closes %(when)s.") if is_open else _("Closed, opens %(when)s.")) % {"when": when}


def moment(at: datetime, now: datetime, zone: str) -> str:
    """A time to come, as somebody says it whose clock on the wall shows that zone."""
    there, here = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    days = (there.date() - here.date()).days
    if days == 1 and there.hour == there.minute == 0:
        return _("at midnight")
    said = {"time": date_format(there, "H:i"), "day": date_format(there, "l" if days < 7 else "LONG_DAY")}
    if days == 0:
        return _("at %(time)s") % said
    return (_("%(day)s %(time)s") if days < 7 else _("on %(day)s, %(time)s")) % said


@dataclass(frozen=True, slots=True)
class Preview:
    """What these hours come to."""

    now: str
    example: str
    week: str
    closed: list[tuple[str, str]]

    @classmethod
    def of(cls, hours: Hours, within: timedelta, now: datetime) -> Preview:
        clock = opening.clock(hours)
        due = moment(Promise(within, clock).due(now), now, hours.zone)
        return cls(
            f"{sentence(clock, now)} {_here(now, hours)}",
            _("What is asked now and promised within %(amount)s is due %(when)s.")
            % {"amount": amount_open(within), "when": due},
            _("%(amount)s a week, less the closed days.") % {"amount": _exactly(hours.minutes_a_week)},
            [(date_format(one.day, "LONG_DAY_YEAR"), one.name) for one in _coming(hours, now)][:NEXT_CLOSED],
        )


def _exactly(minutes: int) -> str:
    """37.5 h: what people have agreed on is not rounded."""
    return together(_("%(n)s h") % {"n": number_format(Decimal(f"{minutes / 60:g}"))})


def _here(now: datetime, hours: Hours) -> str:
    there = now.astimezone(ZoneInfo(hours.zone))
    said = {"day": date_format(there, "l"), "time": date_format(there, "H:i"), "zone": hours.zone.replace("_", " ")}
    return "" if hours.always else _("It is %(day)s, %(time)s there (%(zone)s).") % said


def _coming(hours: Hours, now: datetime) -> Iterator[ClosedDay]:
    today = now.astimezone(ZoneInfo(hours.zone)).date()
    return (one for one in hours.closed if one.day >= today)


# -- the pages -------------------------------------------------------------------------------------------------------


@only("administer")
def hours(request: HttpRequest, key: int | None = None) -> HttpResponse:
    team, ours = get_object_or_404(Team, pk=key) if key else None, Organisation.objects.get(pk=1)
    if request.method != "POST":
        return _page(request, ours, team, Typed.of(team or ours, _proposed(ours)))
    typed = Typed.read(request)
    wanted = typed.understood(team=team is not None)
    if isinstance(wanted, Wrong):
        messages.error(request, _("Nothing is saved yet: look at what is marked."))
        return _page(request, ours, team, typed, status=422)
    also = typed.closed_as_all and typed.when == "these"
    outcome = clocks.set_hours(team, hours=wanted, closed_as_all=also, actor=me(request))
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        return _page(request, ours, team, typed, status=422)
    messages.success(request, _("The opening hours are saved. What is due from now on follows them."))
    return redirect("settings_hours")


@require_POST
@only("administer")
def try_hours(request: HttpRequest) -> HttpResponse:
    """What the hours that are typed come to. Nothing is kept."""
    key, ours = number(request.POST.get("team", "")), Organisation.objects.get(pk=1)
    team, typed = get_object_or_404(Team, pk=key) if key else None, Typed.read(request)
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "settings", "settings/_hours_preview.html", {"preview": _preview(typed, team, ours)})
    return _page(request, ours, team, typed)


def _proposed(ours: Organisation) -> Hours:
    return opening.hours(ours.hours) or Hours(ours.time_zone, USUAL)


def _preview(typed: Typed, team: Team | None, ours: Organisation) -> Preview | None:
    """None while what is typed cannot be read, or is too little."""
    found = typed.understood(team=team is not None)
    if isinstance(found, Wrong) or (found and (found.zone not in available_timezones())):
        return None
    holds = found or (opening.hours(ours.hours) if team else None) or ALWAYS
    if found and team and typed.closed_as_all:
        kept = opening.kept(found, closed_as_all=True)
        holds = opening.hours_of(Team(hours=kept), ours.hours)
    if holds.minutes_a_week < LEAST_MINUTES:
        return None
    return Preview.of(holds, team.answer_within if team else EXAMPLE, timezone.now())


def _page(request: HttpRequest, ours: Organisation, team: Team | None, typed: Typed, status: int = 200) -> HttpResponse:
    read = typed.understood(team=team is not None)
    wrong = read if isinstance(read, Wrong) else Wrong({}, [])
    context: dict[str, Any] = {
        "tabs": tabs(me(request), "settings_hours"),
        "team": team,
        "typed": typed,
        "choices": _choices(team, ours),
        "zones": zones(),
        "days": [(f"day{n}", WEEKDAYS[n], typed.days[n], wrong.days.get(n, "")) for n in range(7)],
        "wrong_closed": wrong.closed,
        "preview": _preview(typed, team, ours),
        "teams": [] if team else list(_of_teams(ours, timezone.now())),
        "longest": LONGEST,
    }
    return page(request, "settings", "settings/hours.html", context, status=status)


def _choices(team: Team | None, ours: Organisation) -> list[tuple[When, str]]:
    whole = opening.clock(opening.hours(ours.hours) or ALWAYS)
    as_all = _("As the organisation. %(now)s") % {"now": sentence(whole, timezone.now())}
    first: list[tuple[When, str]] = [("all", as_all)] if team else []
    return [*first, ("always", _("Always, day and night")), ("these", _("At these hours"))]


def _of_teams(ours: Organisation, now: datetime) -> Iterator[tuple[Team, str, str]]:
    """Each team, whose hours hold for it, and whether it is open."""
    for team in Team.objects.filter(closed_at=None):
        clock = opening.clock(opening.hours_of(team, ours.hours))
        yield team, _("hours of its own") if team.hours else _("as the organisation"), sentence(clock, now)


urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/hours/", hours, name="settings_hours"),
    path("settings/hours/try/", try_hours, name="settings_hours_try"),
    path("settings/hours/<int:key>/", hours, name="settings_team_hours"),
]
