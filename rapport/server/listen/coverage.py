"""Are we hearing everything? The pulse of a channel by hour and by day, and the cause of every gap in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby, takewhile

from django.db.models import Exists, Min, OuterRef
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.core.measure.coverage import State, Why
from rapport.server.listen import hours
from rapport.server.listen.hours import HOUR, NOT_LISTENING, SLACK
from rapport.server.listen.models import Channel, Cursor, Gap, GapKind

DAYS = 14
NAMES = {
    State.SILENT: "silent",
    State.DELIVERING: "delivering",
    State.DEGRADED: "degraded",
    State.DOWN: "down",
}
SEVERITY = {"none": -1, "silent": 0, "delivering": 1, "degraded": 2, "down": 3}


@dataclass(frozen=True, slots=True)
class Cell:
    """state   none (before it was connected, or too early to tell), silent (on purpose), delivering, degraded, down"""

    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of one channel; `at` is its beginning. `trouble` is the platform's own word, when there was one."""

    at: datetime
    state: str
    heard: int = 0
    let_go: int = 0
    trouble: str = ""
    why: Why = Why.NOTHING


@dataclass(frozen=True, slots=True)
class Strip:
    """Fourteen days of one channel. Without days it is not listened to: what it has was imported by hand."""

    days: tuple[Cell, ...]
    words: str
    hours: tuple[Hour, ...] = ()
    standing: str = ""  # how it is right now: one of STANDINGS

    @property
    def heard(self) -> int:
        """Messages that were new in the last seven days."""
        return sum(hour.heard for hour in self.hours[-7 * 24 :])

    @property
    def let_go(self) -> int:
        return sum(hour.let_go for hour in self.hours[-7 * 24 :])


def strip(channel: Channel, now: datetime, zone: tzinfo) -> Strip:
    """The strip of one channel; see `strips`."""
    return strips([channel], now, zone)[channel.pk]


def strips(channels: Sequence[Channel], now: datetime, zone: tzinfo) -> dict[int, Strip]:
    """A strip for each of these channels, by its id; as many queries for one as for all of them.

    What an hour is, `hours.py` says. A day takes the worst state that lasted: down when that held for two hours in a
    row (counted across midnight), degraded when there was trouble for two hours in a row or one hour was down; a single
    degraded hour is forgiven.
    """
    start = _midnight(now, zone) - timedelta(days=DAYS - 1)
    keys = [channel.pk for channel in channels]
    told = hours.hours(channels, start, now)
    intervals = Cursor.objects.filter(channel__in=keys).values_list("channel").annotate(Min("every_seconds"))
    every = {key: timedelta(seconds=seconds) for key, seconds in intervals}
    quiet = too_quiet(keys)
    return {
        channel.pk: _strip(channel, shown(told[channel.pk]), every[channel.pk], now, zone, channel.pk in quiet)
        if channel.pk in every
        else Strip((), _("Imported by hand"))
        for channel in channels
    }


def shown(told: Iterable[hours.Told]) -> tuple[Hour, ...]:
    """Hours as the pages show them: one in which we were not to listen, and one too early to judge, say nothing."""
    return tuple(
        Hour(one.at, NAMES.get(one.verdict.state, "none"), one.heard, one.let_go, one.trouble, one.verdict.why)
        if one.verdict
        else Hour(one.at, "none", one.heard, one.let_go)
        for one in told
    )


def too_quiet(channels: Iterable[int]) -> set[int]:
    """Those of which so little comes that chance does not explain it, and nobody has said that it is all right."""
    lasting = Gap.objects.filter(channel__in=list(channels), kind=GapKind.SILENCE, end=None)
    return set(lasting.exclude(state="dismissed").values_list("channel_id", flat=True))


def _midnight(now: datetime, zone: tzinfo) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _strip(
    channel: Channel, found: tuple[Hour, ...], every: timedelta, now: datetime, zone: tzinfo, quiet: bool
) -> Strip:
    lasting = _lasting(found)
    days = tuple(
        _day(list(group), lasting, zone)
        for _date, group in groupby(found, key=lambda hour: hour.at.astimezone(zone).date())
    )
    return Strip(days, _summary(channel, found, lasting, zone), found, standing(channel, every, now, quiet=quiet))


# -- days ------------------------------------------------------------------------------------------------------------


def _lasting(hours: Iterable[Hour]) -> dict[datetime, str]:
    """The hours of trouble that lasted, and how bad it was: the rule of `strips`."""
    found: dict[datetime, str] = {}
    for troubled, group in groupby(hours, key=lambda hour: SEVERITY[hour.state] >= SEVERITY["degraded"]):
        run = list(group)
        if not troubled:
            continue
        for state, part in groupby(run, key=lambda hour: hour.state):
            stretch = list(part)
            if state == "down":
                found |= {hour.at: "down" if len(stretch) > 1 else "degraded" for hour in stretch}
            elif len(run) > 1:
                found |= {hour.at: "degraded" for hour in stretch}
    return found


def _day(hours: Sequence[Hour], lasting: Mapping[datetime, str], zone: tzinfo) -> Cell:
    trouble = [hour for hour in hours if hour.at in lasting]
    calm = [hour.state for hour in hours if SEVERITY[hour.state] < SEVERITY["degraded"]]
    worst = max((lasting[hour.at] for hour in trouble), key=SEVERITY.__getitem__, default="")
    state = worst or max(calm, key=SEVERITY.__getitem__, default="delivering")
    day = date_format(hours[0].at.astimezone(zone), "LONG_WEEKDAY")
    return Cell(state, _("%(day)s: %(what)s") % {"day": day, "what": _what(state, hours, trouble, zone)})


def _what(state: str, hours: Sequence[Hour], trouble: Sequence[Hour], zone: tzinfo) -> str:
    if trouble:
        span = _span(trouble[0].at, trouble[-1].at + HOUR, zone)
        return (_("down, %(span)s") if state == "down" else _("in part, %(span)s")) % {"span": span}
    if state == "delivering":
        count = sum(hour.heard for hour in hours)
        return _("delivering, ") + ngettext("%(n)d message", "%(n)d messages", count) % {"n": count}
    if state == "silent":
        return _("paused") if any(hour.why is Why.PAUSED for hour in hours) else _("silent, as expected")
    return _("not listened to")


def _span(start: datetime, end: datetime, zone: tzinfo) -> str:
    return _("%(start)s to %(end)s") % {"start": _clock(start, zone), "end": _clock(end, zone)}


def _clock(at: datetime, zone: tzinfo) -> str:
    return date_format(at.astimezone(zone), "H:i")


def _moment(at: datetime, zone: tzinfo) -> str:
    return date_format(at.astimezone(zone), "DAY_TIME")


# -- in words --------------------------------------------------------------------------------------------------------


def _summary(channel: Channel, hours: Sequence[Hour], lasting: Mapping[datetime, str], zone: tzinfo) -> str:
    """One sentence under the strip: the last gap and its cause, or that there was none."""
    if channel.state in NOT_LISTENING:
        rest = [*takewhile(lambda hour: hour.state == "none" or hour.why is Why.PAUSED, reversed(hours))]
        if not rest or len(rest) == len(hours):
            return _("Not listened to, on purpose")
        return _("Not listened to since %(when)s, on purpose") % {"when": _moment(rest[-1].at, zone)}
    while hours and hours[-1].state == "none":  # too early to tell, or never connected
        hours = hours[:-1]
    gaps = [list(group) for bad, group in groupby(hours, key=lambda hour: hour.at in lasting) if bad]
    if not gaps:
        if not any(hour.state in ("delivering", "silent") for hour in hours):
            return _("Nothing yet")
        return _("No gap since it was connected") if hours[0].state == "none" else _("No gap in fourteen days")
    gap = gaps[-1]
    cause = next((hour.trouble for hour in reversed(gap) if hour.trouble), "") or str(CAUSES[gap[-1].why])
    lead = _gap_words(gap, hours, max(gap[0].at, channel.created_at), zone)
    more = ngettext("; %(n)d gap before it", "; %(n)d gaps before it", len(gaps) - 1) % {"n": len(gaps) - 1}
    return f"{lead}: {cause.rstrip('.')}{more if len(gaps) > 1 else ''}"


CAUSES = {
    Why.NOTHING: gettext_lazy("Some calls failed"),
    Why.PAUSED: gettext_lazy("It was paused"),
    Why.FAILED: gettext_lazy("The platform did not answer"),
    Why.UNHEARD: gettext_lazy("Nobody listened"),
    Why.LATE: gettext_lazy("What came was late"),
    Why.FEW: gettext_lazy("So little came that chance does not explain it"),
}


def _gap_words(gap: Sequence[Hour], hours: Sequence[Hour], begun: datetime, zone: tzinfo) -> str:
    down = any(hour.state == "down" for hour in gap)
    names = {"start": _moment(begun, zone), "end": _moment(gap[-1].at + HOUR, zone)}
    if gap[0].at == hours[0].at and gap[-1].at == hours[-1].at:
        return _("Down for more than fourteen days") if down else _("In part for more than fourteen days")
    if gap[0].at == hours[0].at:
        return (_("Down until %(end)s") if down else _("In part until %(end)s")) % names
    if gap[-1].at == hours[-1].at:
        return (_("Down since %(start)s") if down else _("In part since %(start)s")) % names
    return (_("Down from %(start)s to %(end)s") if down else _("In part from %(start)s to %(end)s")) % names


# -- the calendar of one channel -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """One row of the calendar: twenty-four hours by the clock on the wall, so a day that is set forward has a hole."""

    label: str
    cells: tuple[Cell, ...]
    heard: int
    missed: str = ""  # some or all: then what was heard is a least, or nothing that one can know

    @property
    def count(self) -> str:
        """Messages, as one may say it: a missing hour is never a zero."""
        if self.missed == "all":
            return "–"
        heard = number_format(self.heard, use_l10n=True, force_grouping=True)
        return f"{heard}+" if self.missed else heard


STATE_WORDS = {
    "none": gettext_lazy("not listened to"),
    "silent": gettext_lazy("silent, as expected"),
    "delivering": gettext_lazy("delivering"),
    "degraded": gettext_lazy("degraded"),
    "down": gettext_lazy("down"),
}
WHY_WORDS = {
    Why.FAILED: gettext_lazy("calls failed"),
    Why.UNHEARD: gettext_lazy("nobody listened"),
    Why.LATE: gettext_lazy("what came was late"),
    Why.FEW: gettext_lazy("too little came"),
}


def hour_words(hour: Hour) -> str:
    """The state of an hour and its reason: "down, nobody listened"."""
    if hour.why is Why.PAUSED:
        return _("paused")
    words = [str(STATE_WORDS[hour.state])]
    if hour.trouble:
        words.append(hour.trouble)
    elif hour.why in WHY_WORDS:
        words.append(str(WHY_WORDS[hour.why]))
    return ", ".join(words)


def calendar(hours: Sequence[Hour], zone: tzinfo) -> list[Day]:
    """The hours of a strip as rows of days, the newest first."""
    days: dict[datetime, list[Hour]] = defaultdict(list)
    for hour in hours:
        days[_midnight(hour.at, zone)].append(hour)
    return [
        Day(date_format(day, "WEEKDAY"), tuple(_slots(found, zone)), sum(hour.heard for hour in found), _missed(found))
        for day, found in sorted(days.items(), reverse=True)
    ]


def _missed(hours: Sequence[Hour]) -> str:
    def lost(hour: Hour) -> bool:
        return hour.state == "down" or hour.why in (Why.PAUSED, Why.FEW)

    if all(hour.state == "none" or lost(hour) for hour in hours):
        return "all"
    return "some" if any(map(lost, hours)) else ""


def _slots(hours: Sequence[Hour], zone: tzinfo) -> Iterator[Cell]:
    for slot in range(24):
        here = [hour for hour in hours if hour.at.astimezone(zone).hour == slot]
        hour = max(here, key=lambda hour: SEVERITY[hour.state], default=None)
        if hour is None:
            yield Cell("none", _("%(hour)02d:00") % {"hour": slot})
            continue
        words = [hour_words(hour)]
        if count := sum(one.heard for one in here):
            words.append(ngettext("%(n)d message", "%(n)d messages", count) % {"n": count})
        yield Cell(hour.state, f"{slot:02d}:00 {', '.join(words)}")


# -- right now, and the dot on every page ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """How a channel stands: the state of its dot, the words beside its name, and those that name it."""

    state: str
    alone: Promise
    named: Promise


STANDINGS = {
    "delivering": Standing("delivering", gettext_lazy("Listening"), gettext_lazy("All channels are delivering")),
    "quiet": Standing(
        "degraded", gettext_lazy("Brings less than it should"), gettext_lazy("%(name)s brings less than it should")
    ),
    "late": Standing("degraded", gettext_lazy("Not asked lately"), gettext_lazy("Nobody has asked %(name)s lately")),
    "troubled": Standing(
        "degraded", gettext_lazy("Has trouble delivering"), gettext_lazy("%(name)s has trouble delivering")
    ),
    "failing": Standing("down", gettext_lazy("Not delivering"), gettext_lazy("%(name)s is not delivering")),
    "shut_out": Standing(
        "down", gettext_lazy("Needs you to sign in again"), gettext_lazy("%(name)s needs you to sign in again")
    ),
}
"""From good to bad."""
BADNESS = {name: place for place, name in enumerate(STANDINGS)}


def standing(channel: Channel, every: timedelta, now: datetime, *, quiet: bool = False) -> str:
    """How it is right now. Trouble is `failing` once it has lasted three intervals and five minutes; a channel that is
    fine and that nobody has asked for as long is `late`."""
    stale = now - (channel.last_ok_at or channel.created_at) > 3 * every + SLACK
    if channel.state == "needs_sign_in":
        return "shut_out"
    if channel.trouble:
        return "failing" if stale else "troubled"
    if stale:
        return "late"
    return "quiet" if quiet else "delivering"


@dataclass(frozen=True, slots=True)
class Hearing:
    """state   none, silent, delivering, degraded, down"""

    state: str
    words: str


def hearing(now: datetime) -> Hearing:
    """Do we hear everything right now? The channel that stands worst says so. One query."""
    silent = Gap.objects.filter(channel=OuterRef("pk"), kind=GapKind.SILENCE, end=None).exclude(state="dismissed")
    rows = Channel.objects.exclude(state="closed").annotate(every=Min("cursors__every_seconds"), quiet=Exists(silent))
    channels = [(row, row.every) for row in rows.only("name", "state", "trouble", "last_ok_at", "created_at")]
    listened = [
        (standing(row, timedelta(seconds=every), now, quiet=row.quiet), row.name)
        for row, every in channels
        if every is not None and row.state != "paused"
    ]
    if not channels:
        return Hearing("none", _("No channel is connected yet"))
    if not listened:
        return Hearing("silent", _("No channel is being listened to"))
    worst, name = max(listened, key=lambda found: BADNESS[found[0]])
    return Hearing(STANDINGS[worst].state, str(STANDINGS[worst].named) % {"name": name})
