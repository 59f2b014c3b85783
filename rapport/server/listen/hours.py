"""What every hour of every source was: gathered from pulses and pauses, judged by `core.measure.coverage`.

Closed hours are kept (`Watch`), so that pages are quick; what is kept can be made anew at any time. The hours that are
not kept yet are judged when somebody asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q

from rapport.core.measure.burst import Profile
from rapport.core.measure.coverage import Hour, State, Verdict, Why, together, verdicts
from rapport.core.measure.gaps import Stretch
from rapport.server.listen.models import RECHECK, Channel, Cursor, Gap, GapKind, Pulse, Watch
from rapport.server.organise.models import AuditEntry

HOUR = timedelta(hours=1)
SLACK = timedelta(minutes=5)
"""Allowed on top of three intervals before a source counts as stale."""
MARGIN = timedelta(days=1)
"""How far before an hour its sources are looked at: one that is asked once a day covers the hours until then."""
NOT_LISTENING = ("paused", "closed")
LATEST = datetime.max.replace(tzinfo=UTC)


def whole(at: datetime) -> datetime:
    """The beginning of the hour."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Told:
    """One hour of a source or of a channel; `at` is its beginning. Without a verdict it is too early to tell.

    trouble   the platform's own word, when there was one
    """

    at: datetime
    verdict: Verdict | None
    heard: int = 0
    let_go: int = 0
    trouble: str = ""

    @property
    def state(self) -> State | None:
        return self.verdict.state if self.verdict else None


@dataclass(frozen=True, slots=True)
class Rest:
    """When a channel was not listened to on purpose: paused, or closed for good."""

    start: datetime
    end: datetime
    closed: bool


class Beat(NamedTuple):
    """What is read of a pulse; a year has tens of thousands."""

    hour: datetime
    source: str
    fetches: int
    failures: int
    heard: int
    let_go: int
    behind_seconds: float | None
    trouble: str


@dataclass(slots=True)
class Source:
    """One source of a channel, and its pulses by hour.

    pushes   nobody asks: others bring their messages        begun   before, it was not there to bring anything
    """

    name: str
    every: timedelta
    pushes: bool = False
    begun: datetime | None = None
    beats: dict[datetime, Beat] = field(default_factory=dict)

    @property
    def spare(self) -> int:
        """Hours without a pulse in which nothing is wrong: a source that is asked every two hours leaves some."""
        return int((self.every + SLACK) / HOUR)


@dataclass(slots=True)
class Listening:
    """What is known of one channel: its sources, its rests, and all pulses by hour."""

    channel: Channel
    sources: list[Source] = field(default_factory=list)
    rests: list[Rest] = field(default_factory=list)
    beats: dict[datetime, list[Beat]] = field(default_factory=lambda: defaultdict(list))

    @property
    def every(self) -> timedelta:
        return min((source.every for source in self.sources), default=timedelta(minutes=1))


# -- gathering -------------------------------------------------------------------------------------------------------


def gather(channels: Sequence[Channel], start: datetime, now: datetime) -> dict[int, Listening]:
    """A few queries for all channels together, by their ids. Channels without a source are not listened to."""
    found = {channel.pk: Listening(channel) for channel in channels}
    cursors = Cursor.objects.filter(channel__in=list(found)).exclude(source=RECHECK).order_by("pk")
    for key, name, seconds, way in cursors.values_list("channel_id", "source", "every_seconds", "way"):
        found[key].sources.append(Source(name, timedelta(seconds=seconds), pushes=way == "push"))
    found = {key: one for key, one in found.items() if one.sources}
    pulses = Pulse.objects.filter(channel__in=list(found), hour__gte=whole(start) - MARGIN, hour__lte=now)
    for key, *told in pulses.values_list("channel_id", *Beat._fields).iterator(chunk_size=5_000):
        beat = Beat(*told)
        found[key].beats[beat.hour].append(beat)
    rests = _rests([one.channel for one in found.values()], found, now)
    for key, one in found.items():
        one.rests = rests[key]
        for source in one.sources:
            source.beats = {
                hour: pulse
                for hour, pulses in one.beats.items()
                for pulse in pulses
                if pulse.source in (source.name, "")
            }
    _begin(found, whole(start) - MARGIN)
    return found


def _begin(found: Mapping[int, Listening], before: datetime) -> None:
    """A source began with its first pulse, when others of its channel were asked before it was."""
    new = {
        (key, source.name): source
        for key, one in found.items()
        for source in one.sources
        if one.beats and min(source.beats, default=LATEST) > min(one.beats)
    }
    if not new:
        return
    pulses = Pulse.objects.filter(channel=OuterRef("channel"), source__in=[OuterRef("source"), ""], hour__lt=before)
    cursors = Cursor.objects.filter(channel__in={key for key, _name in new}).annotate(earlier=Exists(pulses))
    for key, name, earlier in cursors.values_list("channel_id", "source", "earlier"):
        if not earlier and (source := new.get((key, name))):
            source.begun = min(source.beats, default=LATEST)


def _rests(channels: Sequence[Channel], found: Mapping[int, Listening], now: datetime) -> dict[int, list[Rest]]:
    """The record remembers who paused or closed a channel, and when."""
    rests: dict[int, list[Rest]] = {channel.pk: [] for channel in channels}
    by_target = {f"channel:{channel.pk}": channel.pk for channel in channels}
    since: dict[int, tuple[datetime, str]] = {}
    changes = AuditEntry.objects.filter(action__in=("channel.changed", "channel.signed_in")).order_by("sequence")
    for target, action, at, detail in changes.values_list("target", "action", "at", "detail"):
        key = by_target.get(target)
        state = "listening" if action == "channel.signed_in" else detail.get("state")
        if key is None or state is None:
            continue
        if begun := since.pop(key, None):
            rests[key].append(Rest(begun[0], at, begun[1] == "closed"))
        if state in NOT_LISTENING:
            since[key] = (at, state)
    for channel in channels:
        if channel.state in NOT_LISTENING:
            last = max(found[channel.pk].beats, default=channel.created_at) + HOUR
            begun = since.get(channel.pk, (last, ""))
            rests[channel.pk].append(Rest(begun[0], now + HOUR, channel.state == "closed"))
    return rests


# -- judging ---------------------------------------------------------------------------------------------------------

Expected = Mapping[str, Profile]  # by the name of a source


def by_source(one: Listening, start: datetime, now: datetime, usual: Expected | None = None) -> dict[str, list[Told]]:
    """Every hour from `start` up to the one that is running, for each source."""
    return {source.name: _judged(one, source, start, now, (usual or {}).get(source.name)) for source in one.sources}


def _judged(one: Listening, source: Source, start: datetime, now: datetime, usual: Profile | None) -> list[Told]:
    hours = list(_facts(one, source, start, now, usual))
    known = iter(verdicts([hour for _at, hour in hours if isinstance(hour, Hour)]))
    told: list[Told] = []
    verdict: Verdict | None = None
    for at, hour in hours:
        pulse = source.beats.get(at)
        if hour is not AS_BEFORE:
            verdict = next(known) if isinstance(hour, Hour) else None
        if pulse:
            told.append(Told(at, verdict, pulse.heard, pulse.let_go, pulse.trouble))
        else:
            down = verdict is not None and verdict.state is State.DOWN
            told.append(Told(at, verdict, trouble=one.channel.trouble if down and _since(one.channel, at) else ""))
    return told


AS_BEFORE = "as before"
"""A source that is asked rarely and failed when it was asked last is taken to be down until it is asked again."""


def _facts(
    one: Listening, source: Source, start: datetime, now: datetime, usual: Profile | None
) -> Iterator[tuple[datetime, Hour | str | None]]:
    """What is known of each hour; None where it is too early to tell."""
    at, connected = whole(start), whole(one.channel.created_at)
    last = source.beats[max(earlier)] if (earlier := [beat for beat in source.beats if beat < at]) else None
    empty = int((at - max(earlier)) / HOUR) - 1 if earlier else source.spare
    while at <= now:
        pulse = source.beats.get(at)
        empty, last = (0, pulse) if pulse else (empty + 1, last)
        rest = next((rest for rest in one.rests if rest.start < at + HOUR and at < rest.end), None)
        if pulse:
            closed = at + HOUR <= now
            yield at, _pulsing(pulse, usual if closed else None)
        elif at <= connected or (source.begun and at < source.begun) or (rest and rest.closed):
            yield at, Hour(False, 0, 0, 0.0, 0, 0.0)
        elif rest:
            yield at, Hour(True, 0, 0, 0.0, 0, 0.0, paused=True)
        elif empty <= source.spare or source.pushes:
            yield at, Hour(True, 1, 0, 0.0, 0, 0.0) if last is None or last.fetches else AS_BEFORE
        elif now - max(at, one.channel.created_at) < 3 * source.every + SLACK:
            yield at, None  # it has only just begun
        else:
            yield at, Hour(True, 0, 0, 0.0, 0, 0.0)
        at += HOUR


def _pulsing(pulse: Beat, usual: Profile | None) -> Hour:
    expected, size = 0.0, 1.0
    if usual:
        expected, size = float(usual.mean[hour_of_week(pulse.hour)]), usual.size
    tries, arrived = pulse.fetches + pulse.failures, pulse.heard + pulse.let_go
    return Hour(True, tries, pulse.failures, pulse.behind_seconds or 0.0, arrived, expected, size)


def hour_of_week(at: datetime) -> int:
    """In UTC, from Monday, midnight."""
    at = at.astimezone(UTC)
    return at.weekday() * 24 + at.hour


def _since(channel: Channel, at: datetime) -> bool:
    return channel.trouble_since is not None and channel.trouble_since < at + HOUR


def channel_hours(one: Listening, sources: Mapping[str, Sequence[Told]]) -> list[Told]:
    """What each hour of the channel was, from those of its sources."""
    return [_channel_hour(one, told) for told in zip(*sources.values(), strict=True)]


def _channel_hour(one: Listening, told: Sequence[Told]) -> Told:
    at, known = told[0].at, [each.verdict for each in told if each.verdict]
    pulses = one.beats.get(at, [])
    return Told(
        at,
        together(known) if known else None,
        sum(pulse.heard for pulse in pulses),
        sum(pulse.let_go for pulse in pulses),
        next((each.trouble for each in told if each.trouble), ""),
    )


# -- what is kept ----------------------------------------------------------------------------------------------------


def hours(
    channels: Sequence[Channel], start: datetime, now: datetime, end: datetime | None = None
) -> dict[int, list[Told]]:
    """Every hour of each channel from `start` to the one that runs (or to `end`): kept ones, and the last ones live."""
    keys, start = [channel.pk for channel in channels], whole(start)
    until = min(now, end - HOUR) if end else now
    found: dict[int, dict[datetime, Told]] = {key: {} for key in keys}
    kept = Watch.objects.filter(channel__in=keys, hour__gte=start, hour__lte=until)
    names = ("channel_id", "hour", "state", "why", "heard", "let_go", "trouble")
    for key, at, state, why, heard, let_go, trouble in kept.values_list(*names).iterator(chunk_size=5_000):
        found[key][at] = Told(at, Verdict(State(state), Why(why)), heard, let_go, trouble)
    edges = {key: max(found[key], default=None) for key in keys}
    listened = set(Cursor.objects.filter(channel__in=keys).values_list("channel_id", flat=True))
    live = [c for c in channels if c.pk in listened and (edges[c.pk] or start - HOUR) < whole(until)]
    begin = min(((edges[c.pk] or start - HOUR) + HOUR for c in live), default=until)
    suspected = silences(keys, begin)
    for key, one in gather(live, begin, now).items():
        for told in channel_hours(one, by_source(one, begin, now)):
            if told.at <= until and told.at not in found[key]:
                found[key][told.at] = overlaid(told, suspected[key])
    return {key: [told[at] for at in sorted(told)] for key, told in found.items()}


def silences(channels: Iterable[int], since: datetime) -> dict[int, list[Stretch]]:
    """The silences that chance does not explain and that nobody has dismissed."""
    found: dict[int, list[Stretch]] = defaultdict(list)
    rows = Gap.objects.filter(channel__in=list(channels), kind=GapKind.SILENCE).exclude(state__in=SETTLED)
    for row in rows.filter(Q(end=None) | Q(end__gt=since)):
        found[row.channel_id].append(Stretch(row.start, row.end or LATEST))
    return found


SETTLED = ("dismissed", "backfilled")


def overlaid(told: Told, silent: Iterable[Stretch]) -> Told:
    """An hour within a silence that is too long is not one of silence as expected, whatever it looked like alone."""
    calm = told.state in (State.SILENT, State.DELIVERING) and told.verdict != Verdict(State.SILENT, Why.PAUSED)
    if calm and any(one.start <= told.at < one.end for one in silent):
        return replace(told, verdict=Verdict(State.DEGRADED, Why.FEW))
    return told


# -- for those who count ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Day:
    """Hours of a day (UTC) in which we were to hear a channel, and those of them whose messages we do not have."""

    hours: int = 0
    missed: int = 0


def days(start: datetime, now: datetime) -> dict[tuple[int, date], Day]:
    """For each channel that is listened to and each of its days: what was to be heard, and what is missing.

    An hour is missing when it was down or paused, or lies in a gap; one in a gap that was backfilled is not.
    """
    channels = list(Channel.objects.filter(cursors__isnull=False).distinct())
    begin = max(start, min((channel.created_at for channel in channels), default=now))
    missing, fetched = _gap_hours(begin, now)
    found: dict[tuple[int, date], Day] = defaultdict(Day)
    for key, told in hours(channels, begin, now).items():
        for hour in told:
            if hour.verdict is None or hour.state is State.NOT_CONTRACTED or hour.at + HOUR > now:
                continue
            day = found[key, hour.at.date()]
            day.hours += 1
            day.missed += hour.at in missing[key] or (hour.verdict.missed and hour.at not in fetched[key])
    return found


def _gap_hours(since: datetime, now: datetime) -> tuple[dict[int, set[datetime]], dict[int, set[datetime]]]:
    """The hours into which a gap reaches, by channel: those of gaps that are missing, and those of the others."""
    missing: dict[int, set[datetime]] = defaultdict(set)
    fetched: dict[int, set[datetime]] = defaultdict(set)
    for row in Gap.objects.filter(Q(end=None) | Q(end__gt=since)):
        at, end = whole(max(row.start, since)), min(row.end or now, now)
        while at < end:
            (missing if row.missing else fetched)[row.channel_id].add(at)
            at += HOUR
    return missing, fetched


def kept_until(channel: Channel) -> datetime | None:
    """The last hour that is kept."""
    found: datetime | None = Watch.objects.filter(channel=channel).aggregate(last=Max("hour"))["last"]
    return found
