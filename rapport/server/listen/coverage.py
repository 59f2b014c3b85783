"""Are we hearing everything? The pulse of a channel by hour and by day, and the cause of every gap in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby

from django.db.models import Min
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.server.listen.models import Channel, Cursor, Pulse
from rapport.server.organise.models import AuditEntry

DAYS = 14
HOUR = timedelta(hours=1)
SLACK = timedelta(minutes=5)
"""Allowed on top of three intervals before a source counts as stale."""

NOT_LISTENING = ("paused", "closed")
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
    """A strip for each of these channels, by its id; three queries for all of them.

    An hour is delivering when every fetch brought an answer, degraded when some did, down when none did or when nobody
    listened although we were to. A pause is silence on purpose. A day takes the worst state that lasted: down when that
    held for two hours in a row (counted across midnight), degraded when there was trouble for two hours in a row or one
    hour was down; a single degraded hour is forgiven.
    """
    start = _midnight(now, zone) - timedelta(days=DAYS - 1)
    keys = [channel.pk for channel in channels]
    beats: dict[int, dict[datetime, Pulse]] = defaultdict(dict)
    for pulse in Pulse.objects.filter(channel__in=keys, hour__gte=start - timedelta(days=1), hour__lte=now):
        beats[pulse.channel_id][pulse.hour] = pulse
    intervals = Cursor.objects.filter(channel__in=keys).values_list("channel").annotate(Min("every_seconds"))
    every = {key: timedelta(seconds=seconds) for key, seconds in intervals}
    rests = _rests(channels, beats, now)
    return {
        channel.pk: _strip(channel, beats[channel.pk], rests[channel.pk], every[channel.pk], start, now, zone)
        if channel.pk in every
        else Strip((), _("Imported by hand"))
        for channel in channels
    }


def _midnight(now: datetime, zone: tzinfo) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


# -- hours -----------------------------------------------------------------------------------------------------------

Rest = tuple[datetime, datetime]


def _rests(
    channels: Sequence[Channel], beats: Mapping[int, Mapping[datetime, Pulse]], now: datetime
) -> dict[int, list[Rest]]:
    """When each channel was not listened to on purpose: the record remembers who paused it, and when."""
    found: dict[int, list[Rest]] = {channel.pk: [] for channel in channels}
    by_target = {f"channel:{channel.pk}": channel.pk for channel in channels}
    since: dict[int, datetime] = {}
    changes = AuditEntry.objects.filter(action__in=("channel.changed", "channel.signed_in")).order_by("sequence")
    for target, action, at, detail in changes.values_list("target", "action", "at", "detail"):
        key = by_target.get(target)
        state = "listening" if action == "channel.signed_in" else detail.get("state")
        if key is None or state is None:
            continue
        if state in NOT_LISTENING:
            since.setdefault(key, at)
        elif begun := since.pop(key, None):
            found[key].append((begun, at))
    for channel in channels:
        if channel.state in NOT_LISTENING:
            last = max(beats[channel.pk], default=channel.created_at) + HOUR
            found[channel.pk].append((since.get(channel.pk, last), now))
    return found


def _strip(
    channel: Channel,
    beats: Mapping[datetime, Pulse],
    rests: Sequence[Rest],
    every: timedelta,
    start: datetime,
    now: datetime,
    zone: tzinfo,
) -> Strip:
    hours = tuple(_hours(channel, beats, rests, every, start, now))
    lasting = _lasting(hours)
    days = tuple(
        _day(list(group), lasting, zone)
        for _date, group in groupby(hours, key=lambda hour: hour.at.astimezone(zone).date())
    )
    return Strip(days, _summary(channel, hours, lasting, rests, zone), hours, standing(channel, every, now))


def _hours(
    channel: Channel,
    beats: Mapping[datetime, Pulse],
    rests: Sequence[Rest],
    every: timedelta,
    start: datetime,
    now: datetime,
) -> Iterator[Hour]:
    """Every hour from `start` up to the one that is running."""
    # A source that is asked every two hours leaves hours without a pulse, and nothing is wrong.
    spare = int((every + SLACK) / HOUR)
    at, connected = _whole(start.astimezone(UTC)), _whole(channel.created_at)
    earlier = [beat for beat in beats if beat < at]
    empty = int((at - max(earlier)) / HOUR) - 1 if earlier else spare
    while at <= now:
        pulse = beats.get(at)
        empty = 0 if pulse else empty + 1
        if pulse:
            yield Hour(at, _pulsing(pulse), pulse.heard, pulse.let_go, pulse.trouble)
        elif at < connected:
            yield Hour(at, "none")
        elif any(begun < at + HOUR and at < ended for begun, ended in rests):
            yield Hour(at, "silent")
        elif empty <= spare:
            yield Hour(at, "delivering")
        elif now - max(at, channel.created_at) < 3 * every + SLACK:
            yield Hour(at, "none")  # it has only just begun
        else:
            yield Hour(at, "down", trouble=channel.trouble if _since(channel, at) else "")
        at += HOUR


def _whole(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _since(channel: Channel, at: datetime) -> bool:
    return channel.trouble_since is not None and channel.trouble_since <= at


def _pulsing(pulse: Pulse) -> str:
    if not pulse.failures:
        return "delivering"
    return "degraded" if pulse.fetches else "down"


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
    return _("paused") if state == "silent" else _("not connected yet")


def _span(start: datetime, end: datetime, zone: tzinfo) -> str:
    return _("%(start)s to %(end)s") % {"start": _clock(start, zone), "end": _clock(end, zone)}


def _clock(at: datetime, zone: tzinfo) -> str:
    return date_format(at.astimezone(zone), "H:i")


def _moment(at: datetime, zone: tzinfo) -> str:
    return date_format(at.astimezone(zone), "DAY_TIME")


# -- in words --------------------------------------------------------------------------------------------------------


def _summary(
    channel: Channel, hours: Sequence[Hour], lasting: Mapping[datetime, str], rests: Sequence[Rest], zone: tzinfo
) -> str:
    """One sentence under the strip: the last gap and its cause, or that there was none."""
    if channel.state in NOT_LISTENING:
        return _("Not listened to since %(when)s, on purpose") % {"when": _moment(rests[-1][0], zone)}
    while hours and hours[-1].state == "none":  # too early to tell, or never connected
        hours = hours[:-1]
    gaps = [list(group) for bad, group in groupby(hours, key=lambda hour: hour.at in lasting) if bad]
    if not gaps:
        if not any(hour.state == "delivering" for hour in hours):
            return _("Nothing yet")
        return _("No gap since it was connected") if hours[0].state == "none" else _("No gap in fourteen days")
    gap = gaps[-1]
    cause = next((hour.trouble for hour in reversed(gap) if hour.trouble), "") or _("Nobody listened")
    lead = _gap_words(gap, hours, max(gap[0].at, channel.created_at), zone)
    more = ngettext("; %(n)d gap before it", "; %(n)d gaps before it", len(gaps) - 1) % {"n": len(gaps) - 1}
    return f"{lead}: {cause.rstrip('.')}{more if len(gaps) > 1 else ''}"


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


STATE_WORDS = {
    "none": lambda: _("not connected"),
    "silent": lambda: _("paused"),
    "delivering": lambda: _("delivering"),
    "degraded": lambda: _("in part"),
    "down": lambda: _("down"),
}


def calendar(hours: Sequence[Hour], zone: tzinfo) -> list[Day]:
    """The hours of a strip as rows of days, the newest first."""
    days: dict[datetime, list[Hour]] = defaultdict(list)
    for hour in hours:
        days[_midnight(hour.at, zone)].append(hour)
    return [
        Day(date_format(day, "WEEKDAY"), tuple(_slots(found, zone)), sum(hour.heard for hour in found))
        for day, found in sorted(days.items(), reverse=True)
    ]


def _slots(hours: Sequence[Hour], zone: tzinfo) -> Iterator[Cell]:
    for slot in range(24):
        here = [hour for hour in hours if hour.at.astimezone(zone).hour == slot]
        hour = max(here, key=lambda hour: SEVERITY[hour.state], default=None)
        if hour is None:
            yield Cell("none", _("%(hour)02d:00") % {"hour": slot})
            continue
        words = [STATE_WORDS[hour.state]()]
        if count := sum(one.heard for one in here):
            words.append(ngettext("%(n)d message", "%(n)d messages", count) % {"n": count})
        if hour.state == "down":
            words.append(hour.trouble or _("nobody listened"))
        elif hour.trouble:
            words.append(hour.trouble)
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


def standing(channel: Channel, every: timedelta, now: datetime) -> str:
    """How it is right now. Trouble is `failing` once it has lasted three intervals and five minutes; a channel that is
    fine and that nobody has asked for as long is `late`."""
    stale = now - (channel.last_ok_at or channel.created_at) > 3 * every + SLACK
    if channel.state == "needs_sign_in":
        return "shut_out"
    if channel.trouble:
        return "failing" if stale else "troubled"
    return "late" if stale else "delivering"


@dataclass(frozen=True, slots=True)
class Hearing:
    """state   none, silent, delivering, degraded, down"""

    state: str
    words: str


def hearing(now: datetime) -> Hearing:
    """Do we hear everything right now? The channel that stands worst says so. One query."""
    rows = Channel.objects.exclude(state="closed").annotate(every=Min("cursors__every_seconds"))
    channels = [(row, row.every) for row in rows.only("name", "state", "trouble", "last_ok_at", "created_at")]
    listened = [
        (standing(row, timedelta(seconds=every), now), row.name)
        for row, every in channels
        if every is not None and row.state != "paused"
    ]
    if not channels:
        return Hearing("none", _("No channel is connected yet"))
    if not listened:
        return Hearing("silent", _("No channel is being listened to"))
    worst, name = max(listened, key=lambda found: BADNESS[found[0]])
    return Hearing(STANDINGS[worst].state, str(STANDINGS[worst].named) % {"name": name})
