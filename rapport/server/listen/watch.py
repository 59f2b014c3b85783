"""The watch: every few minutes the hours that closed are judged and kept, and gaps are opened, moved and closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Min
from django.utils.translation import gettext_noop

from rapport.core.measure import burst
from rapport.core.measure.burst import Profile
from rapport.core.measure.coverage import LATE_SECONDS, State
from rapport.core.measure.gaps import Stretch
from rapport.core.measure.silence import clumping, silences
from rapport.server import many
from rapport.server.listen import gaps, hours
from rapport.server.listen.gaps import Found
from rapport.server.listen.hours import HOUR, Listening, Source, Told, whole
from rapport.server.listen.models import Channel, Cursor, Gap, GapKind, Pulse, Watch
from rapport.server.organise.record import recorded

AGAIN = timedelta(hours=48)
"""A few calls that failed are an outage once there are more of them, so the last hours are judged again."""
LEARNT = timedelta(weeks=12)
"""What is usual is learnt from so many weeks ..."""
JUDGED = timedelta(days=28)
"""... before those in which a silence is looked for."""


def look(now: datetime) -> int:
    """What the timetable asks for. How many gaps changed."""
    return sum(watch(channel, now) for channel in Channel.objects.filter(cursors__isnull=False).distinct())


def look_again(now: datetime, *, since: datetime | None = None) -> int:
    """Judge every hour since then anew, for instance after a restore; without `since`, those of the last five weeks."""
    since = since or now - timedelta(weeks=5)
    return sum(watch(channel, now, since) for channel in Channel.objects.filter(cursors__isnull=False).distinct())


def watch(channel: Channel, now: datetime, since: datetime | None = None) -> int:
    """Judge the last hours of one channel, or those since then. How many of its gaps changed."""
    kept = hours.kept_until(channel)
    start = max(channel.created_at, since or (kept or channel.created_at) - AGAIN)
    if lasting := Gap.objects.filter(channel=channel, end=None).aggregate(first=Min("start"))["first"]:
        start = min(start, lasting)
    one = hours.gather([channel], start, now).get(channel.pk)
    if one is None:
        return 0
    usual: dict[str, Profile] = {}
    changed = 0
    if since or kept is None or kept < whole(now) - HOUR:  # an hour has closed
        usual, silent = _listen_for_silence(one, now, since)
        changed += sum(gaps.find(channel, name, found, now=now) for name, found in silent.items())
        first = min([start, *(one.stretch.start for found in silent.values() for one in found)])
        if first < start:
            start, one = first, hours.gather([channel], first, now)[channel.pk]
    told = hours.by_source(one, start, now, usual)
    for source in one.sources:
        changed += gaps.find(channel, source.name, list(outages(told[source.name])), now=now)
        changed += _catch_up(one, source)
    _keep(one, told, start, now)
    return changed


# -- outages ---------------------------------------------------------------------------------------------------------


def outages(told: Sequence[Told]) -> Iterator[Found]:
    """Hours that were down, as stretches. The last lasts when nothing came through since."""
    judged = [hour for hour in told if hour.verdict]
    for down, run in groupby(judged, key=lambda hour: hour.state is State.DOWN):
        stretch = list(run)
        if down:
            cause = next((hour.trouble for hour in reversed(stretch) if hour.trouble), "")
            yield Found(
                Stretch(stretch[0].at, stretch[-1].at + HOUR),
                GapKind.DOWN if cause else GapKind.UNHEARD,
                cause,
                lasts=stretch[-1] is judged[-1],
            )


def _catch_up(one: Listening, source: Source) -> int:
    """What was asked for again, from where we had stopped, and has come, is no longer missing.

    A source that can no longer bring all of it says so, and then its gap is of another kind. Where others bring their
    messages to us, nobody knows whether they will.
    """
    if source.pushes:
        return 0
    seen = Gap.objects.filter(channel=one.channel, source=source.name, kind__in=gaps.SEEN, state="open")
    ended = [(row, whole(row.end)) for row in seen if row.end]
    if not ended or Cursor.objects.filter(channel=one.channel, source=source.name, tries__gt=0).exists():
        return 0
    count = 0
    for row, end in ended:
        later = [beat for hour, beat in source.beats.items() if hour >= end and beat.fetches]
        if later and (max(later, key=lambda beat: beat.hour).behind_seconds or 0.0) <= LATE_SECONDS:
            words = gettext_noop("When it worked again, what had been said was fetched from where we had stopped.")
            gaps.settle(row, "backfilled", outcome=words, actor="timetable")
            count += 1
    return count


# -- silence ---------------------------------------------------------------------------------------------------------


def _listen_for_silence(
    one: Listening, now: datetime, since: datetime | None
) -> tuple[dict[str, Profile], dict[str, list[Found]]]:
    """For each source what is usual now, and the silences of the last weeks (or since) that chance hardly makes."""
    usual: dict[str, Profile] = {}
    found: dict[str, list[Found]] = {}
    end = whole(now)
    begin = whole(max(since, one.channel.created_at)) if since else end - JUDGED
    windows = [begin]
    while since and windows[-1] + JUDGED < end:
        windows.append(windows[-1] + JUDGED / 2)
    for source in one.sources:
        counts = _counts(one.channel, source.name, begin - LEARNT, end)
        missing = _missing(one.channel, source.name, begin - LEARNT, end)
        known = [-1 if n in missing else count for n, count in enumerate(counts)]
        for at in windows:
            first = int((at - begin + LEARNT) / HOUR)
            learnt = known[first - int(LEARNT / HOUR) : first]
            profile = burst.profile(learnt, hours.hour_of_week(at - LEARNT))
            if isinstance(profile, Profile):
                judged = counts[first : first + int(JUDGED / HOUR)]
                clumped = clumping(learnt, _expected(profile, at - LEARNT, len(learnt)), profile.size)
                silent = _silent(judged, at, profile, clumped, lasts=at + JUDGED >= end)
                found.setdefault(source.name, []).extend(silent)
                usual[source.name] = profile
    return usual, found


def _counts(channel: Channel, source: str, start: datetime, end: datetime) -> list[int]:
    """Messages an hour; -1 where no call brought an answer."""
    rows = Pulse.objects.filter(channel=channel, source=source, hour__gte=start, hour__lt=end, fetches__gt=0)
    counts = {hour: heard + let_go for hour, heard, let_go in rows.values_list("hour", "heard", "let_go")}
    return [counts.get(start + n * HOUR, -1) for n in range(int((end - start) / HOUR))]


def _missing(channel: Channel, source: str, start: datetime, end: datetime) -> set[int]:
    """Hours after `start` of which something is missing: they teach nobody what is usual."""
    rows = Gap.objects.filter(channel=channel, source=source, state__in=("open", "partly", "impossible"))
    spans = [(row.start, min(row.end or end, end)) for row in rows.filter(start__lt=end)]
    return {n for a, b in spans for n in range(int((max(a, start) - start) / HOUR), -int((start - b) / HOUR))}


def _expected(profile: Profile, start: datetime, count: int) -> list[float]:
    first = hours.hour_of_week(start)
    return [float(profile.mean[(first + n) % burst.WEEK]) for n in range(count)]


def _silent(
    counts: Sequence[int], start: datetime, profile: Profile, clumped: float, *, lasts: bool
) -> Iterator[Found]:
    """`lasts`: what has not ended with these hours goes on."""
    expected = _expected(profile, start, len(counts))
    for one in silences(counts, expected, profile.size, clumped=clumped):
        stretch = Stretch(start + one.first * HOUR, start + one.last * HOUR)
        words = gettext_noop("%(n)d messages came where about %(usual)d are usual; every call was answered.")
        told = {"n": int(one.arrived), "usual": round(one.expected)}
        yield Found(stretch, GapKind.SILENCE, words, lasts=one.lasts and lasts, told=told)


# -- keeping ---------------------------------------------------------------------------------------------------------


def _keep(one: Listening, told: Mapping[str, Sequence[Told]], start: datetime, now: datetime) -> None:
    """Write down the closed hours; those that stand as they were are left alone."""
    silent = hours.silences([one.channel.pk], start)[one.channel.pk]
    closed = [hour for hour in hours.channel_hours(one, told) if hour.verdict and hour.at + HOUR <= now]
    fresh = {hour.at: _row(one.channel, hours.overlaid(hour, silent)) for hour in closed}
    names = ("state", "why", "heard", "let_go", "trouble")
    kept = Watch.objects.filter(channel=one.channel, hour__gte=whole(start)).values_list("hour", *names)
    same = {hour for hour, *values in kept if hour in fresh and _values(fresh[hour], names) == values}
    with recorded("hours.watched", "timetable") as entry:
        many.add([row for hour, row in fresh.items() if hour not in same], over=("channel", "hour"), anew=names)
        entry.quiet()


def _row(channel: Channel, told: Told) -> Watch:
    assert told.verdict is not None  # noqa: S101  # only what was judged is kept
    return Watch(
        channel=channel,
        hour=told.at,
        state=told.verdict.state.value,
        why=told.verdict.why.value,
        heard=told.heard,
        let_go=told.let_go,
        trouble=told.trouble[:500],
    )


def _values(row: Watch, names: Sequence[str]) -> list[object]:
    return [getattr(row, name) for name in names]
