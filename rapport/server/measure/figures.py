"""What is known of each line in each week, in seven days, and on single days, with what it rests on.

A figure is made anew when something changed from which it follows: labels, late messages, hours that were heard. It
then stands beside the earlier one as a vintage of its own, so that one can see what was known on a day; only what was
made on the same day is written over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any, cast

from django.db.models import Count, F, Max, Min, Q

from rapport.core.measure import coverage, share
from rapport.core.measure.share import FEWEST_LABELS, ShareEstimate
from rapport.core.types import Estimate, NotEnough
from rapport.server.listen.models import Channel
from rapport.server.measure import words
from rapport.server.measure.agreeing import between
from rapport.server.measure.lines import (
    ANSWERS,
    DAY,
    WAITED,
    Closed,
    Part,
    Period,
    Shelf,
    apart,
    begin,
    coded,
    complain,
    open_lines,
    period,
)
from rapport.server.measure.models import DayCount, DeskDay, Drawn, Figure, Line, Watching
from rapport.server.organise.models import Organisation
from rapport.server.organise.record import recorded

METHOD = 4
"""Goes up when the same labels would give another number: figures that are still looked at are then made anew."""

WEEK = timedelta(days=7)
REVISED = timedelta(days=35)
"""Figures of so many days are looked at anew every night."""

AGREEMENT = timedelta(weeks=8)
"""The agreement of coders is told over so long: in a week too few messages are coded twice."""

MISREAD = timedelta(weeks=26)
"""What coders misread is told over so long: the agreement of eight weeks strays by a tenth and more, and the interval
of a week that was read in full hangs on nothing else."""

DOUBTFUL = 2 / 3
"""The agreement that is taken where too few messages were coded twice to know it: below it nothing should be concluded
(K. Krippendorff, 2018, Content Analysis, chapter 12)."""

TOGETHER = timedelta(days=42)
"""Days that are fetched in one go."""

REFERENCE = 28
"""Days from which the fixed weights of channels are taken at least; until there are so many they move."""

NEW_TOGETHER = 0.5

FEWEST_IN_CHANNEL = 10
"""With fewer labels a channel is not compared by itself."""

PEOPLE = ("net", "negative", "positive")
"""Net tone first: the others take its weight of the predictions, so that they add up to it."""

LOOKED_BACK = 8
"""Periods back to which a channel that is not heard now is looked for."""

EXPECTED = 5.0
"""Of a channel that is to bring so many messages nothing comes by chance in one of 150 periods: it was not heard."""


# -- the night -------------------------------------------------------------------------------------------------------


def estimate_lines(now: datetime) -> int:
    """Bring the figures of all lines up to date. How many were made."""
    begin(now)
    lines = open_lines()
    night = Night.of(lines, now)
    made, failed = 0, dict[Line, str]()
    for line in lines if night else ():
        with apart(line, failed):
            made += _estimate(line, cast(Night, night))
    complain(failed)
    return made


@dataclass(frozen=True, slots=True)
class Span:
    """A period of days: a week from Monday, the seven days up to one, or one day."""

    period: str
    start: date
    end: date

    @property
    def before(self) -> Span:
        length = self.end - self.start + DAY
        return Span(self.period, self.start - length, self.end - length)


def week_of(day: date) -> Span:
    start = day - timedelta(days=day.weekday())
    return Span("week", start, start + 6 * DAY)


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a closed day without reading it. `mark` changes when something does from which figures follow;
    `settled`: no label is waited for any more."""

    mark: str
    settled: bool


Hours = Mapping[tuple[int, date], tuple[int, int]]


@dataclass(eq=False)
class Night:
    """What all lines share in one turn.

    first, last   closed days
    states        of the closed days that may have to be looked at
    hours         by channel and day: how many were to be heard, and how many of them are missing
    reference     fixed weights of channels for all periods, instead of those of each quarter
    words         by line, the day on which the words that find its messages were changed last
    by_channel    what was heard in each channel, by line and period: a week is compared with the one before it
    """

    now: datetime
    first: date
    last: date
    shelf: Shelf
    states: Mapping[date, State]
    hours: Hours
    names: Mapping[int, str]
    watchings: Mapping[int, Watching]
    labels_a_day: int
    words: Mapping[int, date] = field(default_factory=dict)
    weights: dict[tuple[int, date], Weights] = field(default_factory=dict)
    reference: Weights | None = None
    by_channel: dict[tuple[int | None, date, date], Mapping[int, coverage.Heard]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Sequence[Line], now: datetime) -> Night | None:
        """None when no day is closed."""
        days = DeskDay.objects.filter(closed_at__lte=now).aggregate(first=Min("day"), last=Max("day"))
        if days["last"] is None:
            return None
        ends = dict(Figure.objects.filter(line__in=lines).order_by().values_list("line").annotate(Max("end")))
        start = min([days["last"] - REVISED, *(ends.get(line.pk, days["first"]) for line in lines)]) - WEEK
        hours = hours_between(start, days["last"])
        return cls(
            now=now,
            first=days["first"],
            last=days["last"],
            shelf=Shelf(lines),
            states=states_between(start, days["last"], hours, now),
            hours=hours,
            names=dict(Channel.objects.values_list("pk", "name")),
            watchings={one.line_id: one for one in Watching.objects.filter(line__in=lines)},
            labels_a_day=Organisation.objects.get().labels_a_day,
            words={
                line: at.astimezone(UTC).date()
                for line, brief in words.changed(lines).items()
                if (at := brief.words_at) and at <= now
            },
        )

    def days(self, span: Span) -> list[date]:
        """The closed days of a period."""
        wanted = (span.start + n * DAY for n in range((span.end - span.start).days + 1))
        return [day for day in wanted if day in self.states]

    def basis(self, line: Line, span: Span) -> str:
        """Changes when something does from which the figure follows."""
        told = [self.states[day].mark for day in self.days(span)]
        return blake2b(repr((METHOD, told, line.brief_id, line.channel_id)).encode(), digest_size=8).hexdigest()

    def provisional(self, span: Span) -> bool:
        return span.end > self.last or not all(self.states[day].settled for day in self.days(span))

    @cached_property
    def agreement(self) -> Estimate | NotEnough:
        """Of those who coded the same messages in the last weeks."""
        return between(self.now - AGREEMENT, self.now, draws=200)

    @cached_property
    def misread(self) -> float:
        """The part of what messages differ by that is the coders' doing: what alpha leaves to chance."""
        found = between(self.now - MISREAD, self.now, draws=1)
        return min(max(1 - (found.value if isinstance(found, Estimate) else DOUBTFUL), 0.0), 1.0)


def states_between(first: date, last: date, hours: Hours, now: datetime) -> dict[date, State]:
    deaf: dict[date, list[tuple[int, int]]] = defaultdict(list)
    for (channel, day), (_, missed) in sorted(hours.items()):
        if missed:
            deaf[day].append((channel, missed))
    answers = {name: Count("pk", filter=Q(answer=name)) for name in ANSWERS}
    open_ = Count("pk", filter=Q(answer="", place__lt=F("day__planned")))
    coded = Drawn.objects.filter(day__day__gte=first, day__day__lte=last).order_by().values("day_id")
    told = {one["day_id"]: one for one in coded.annotate(**answers, open=open_, at=Max("answered_at"))}
    found = {}
    rows = DeskDay.objects.filter(day__gte=first, day__lte=last).order_by("day")
    for pk, day, closed_at, late, passed in rows.values_list("pk", "day", "closed_at", "late", "strata__passed"):
        labels = told.get(pk, {"open": 0})
        settled = not labels["open"] or now >= closed_at + WAITED
        found[day] = State(repr((day, late, labels, deaf[day], passed, settled)), settled)
    return found


def hours_between(first: date, last: date) -> dict[tuple[int, date], tuple[int, int]]:
    rows = DayCount.objects.filter(day__gte=first, day__lte=last).exclude(hours=None)
    return {
        (channel, day): (hours or 0, missed)
        for channel, day, hours, missed in rows.values_list("channel_id", "day", "hours", "deaf_hours")
    }


# -- one line --------------------------------------------------------------------------------------------------------


def _estimate(line: Line, night: Night) -> int:
    """The figures of a line from which something changed. How many were made."""
    due = list(_due(line, night))
    if not due:
        return 0
    old = {
        (row.period, row.end): row for row in line.figures.filter(current=True, end__in={span.end for span, _ in due})
    }
    with recorded("figures.made", "timetable", target=line) as entry:
        entry.quiet()
        return _keep([figure_of(line, span, night, basis) for span, basis in _fetched(due, night)], old)


def _fetched(due: Sequence[tuple[Span, str]], night: Night) -> Iterator[tuple[Span, str]]:
    """The same, with the days that they need on the shelf: few queries for many periods."""
    there = due[0][0].end - DAY
    for span, basis in due:
        if span.end > there:
            there = span.end + TOGETHER
            first = min(one.before.start for one, _ in due if span.end <= one.end <= there)
            night.shelf.days(first, min(there, night.last))
        yield span, basis


def _due(line: Line, night: Night) -> Iterator[tuple[Span, str]]:
    rows = line.figures.filter(current=True, end__gte=min(night.states))
    known = {(period, end): basis for period, end, basis in rows.values_list("period", "end", "made__basis")}
    for span in _spans(night):
        was = known.get((span.period, span.end))
        if was is None and span.period != "week" and span.end <= night.last - WEEK:
            continue
        basis = f"{night.basis(line, span)} {night.provisional(span)}"
        if was != basis:
            yield span, basis


def _spans(night: Night) -> list[Span]:
    """Single days and seven days of the last weeks, and whole weeks; for a new line all weeks that there are."""
    lately = [day for day in night.states if day > night.last - REVISED]
    weeks = {week_of(day) for day in night.states if day > min(night.states) + 6 * DAY or day - night.first < WEEK}
    spans = [Span("day", day, day) for day in lately] + [Span("seven", day - 6 * DAY, day) for day in lately]
    return sorted([*spans, *weeks], key=lambda span: (span.end, span.period))


def _keep(made: Sequence[Figure], old: Mapping[tuple[str, date], Figure]) -> int:
    """Save what is new: in place of what was made today, beside what was not. How many were."""
    pairs = [(row, old.get((row.period, row.end))) for row in made]
    same = [(row, was) for row, was in pairs if was and _told(row) == _told(was)]
    for row, was in same:
        was.made = row.made
    Figure.objects.bulk_update([was for _, was in same], ["made"])
    new = [(row, was) for row, was in pairs if not (was and _told(row) == _told(was))]
    gone = [was.pk for row, was in new if was and was.made_at.date() == row.made_at.date()]
    Figure.objects.filter(pk__in=gone).delete()
    Figure.objects.filter(pk__in=[was.pk for _, was in new if was and was.pk not in gone]).update(current=False)
    Figure.objects.bulk_create([row for row, _ in new])
    return len(new)


def _told(row: Figure) -> tuple[object, ...]:
    """What somebody who reads a figure is told by it."""
    return (row.net, row.shares, row.labels, row.messages, row.late, row.weight, row.missing, row.needed)


# -- one figure ------------------------------------------------------------------------------------------------------


def figure_of(line: Line, span: Span, night: Night, basis: str = "") -> Figure:
    """The figure of a line in a period, not saved."""
    row = Figure(line=line, period=span.period, start=span.start, end=span.end, made_at=night.now)
    row.needed = FEWEST_LABELS
    row.made = {"basis": basis, "provisional": night.provisional(span), "days": len(night.days(span))}
    heard = _hearing(line, span, night)
    if heard is None:
        return row
    row.messages, row.labels, row.late = heard.messages, heard.labels, heard.late
    row.made |= {"reader": heard.readers, "coded": heard.days, "unread": heard.unread}
    if (since := night.words.get(line.pk)) and since <= span.end:
        row.made["words_since"] = since.isoformat()
    row.made |= heard.weights.told(night.names)
    row.missing = [night.names[one] for one in heard.missing]
    row.weight = round(heard.weight, 6)
    if heard.covered:
        _fill(row, line, span, heard, heard.covered, night)
    return row


def _fill(row: Figure, line: Line, span: Span, heard: Hearing, covered: Period, night: Night) -> None:
    """The numbers, from what was heard."""
    sample = covered.weighed(heard.parts)
    found = sample.tones()
    row.labels = len(sample.labels)
    if covered.drawn == 1.0:
        _count_people(row, line, span, heard, night)
    if isinstance(found, NotEnough):
        return
    net = found["net"]
    row.net = told(net)
    row.effective = round(net.effective, 1)
    row.shares = {of: told(found[of]) for of in share.SHARES}
    row.alpha = interval(night.agreement) if isinstance(night.agreement, Estimate) else None
    method = {"method": net.estimate.method, "variance": net.variance, "multiplier": round(net.multiplier, 3)}
    row.made |= method | {"looks": _for_all_looks(found, span, night)}
    _compare(row, line, span, heard, net, night)


def _count_people(row: Figure, line: Line, span: Span, heard: Hearing, night: Night) -> None:
    """The mood behind the messages. What one author, one thread or one copied text said on a day counts once, and what
    they said on several days hangs together."""
    parts = night.shelf.parts(line, span.start, min(span.end, night.last), one_each=True)
    row.made["voices"] = round(sum(sum(one.sizes().values()) for one in parts))
    voices = period(coded(parts))
    mood = voices.within(heard.parts).weighed(heard.parts) if voices else None
    if mood is None:
        return
    row.made["people_labels"] = len(mood.labels)
    watching, groups = night.watchings.get(line.pk), mood.groups()
    baseline = (watching.baseline if watching else None) or {}
    weight = None
    for of in PEOPLE:
        effect = baseline.get("day_variance", 0.0) if of == line.watches else 0.0
        days = max(len(night.days(span)), 1)
        one = share.mood(mood.frame, mood.labels, groups, of, days=days, day_variance=effect, weight=weight)
        if isinstance(one, ShareEstimate):
            row.people[of], weight = told(one), one.weight


def _for_all_looks(found: Mapping[str, ShareEstimate], span: Span, night: Night) -> dict[str, list[float]]:
    """Of a week and of seven days, which people look at every day: the intervals that hold at all looks together."""
    if span.period == "day":
        return {}
    return {of: _wide(found[of], of, night) for of in PEOPLE}


def _wide(found: ShareEstimate, of: str, night: Night) -> list[float]:
    half = share.time_uniform(found.variance, found.labels, 7 * night.labels_a_day)
    one, least = found.estimate, -1.0 if of == "net" else 0.0
    low, high = max(min(one.low, one.value - half), least), min(max(one.high, one.value + half), 1.0)
    return interval(Estimate(one.value, low, high, one.n, "for all looks"))


def told(found: ShareEstimate) -> list[float]:
    return interval(found.estimate)


def interval(found: Estimate) -> list[float]:
    """As it is kept: value, low, high."""
    return [round(found.value, 6), round(found.low, 6), round(found.high, 6)]


# -- channels --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weights:
    """The fixed weight of each channel in a quarter, and the closed days that it comes from."""

    parts: Mapping[int, float]
    since: date
    until: date
    days: int

    def told(self, names: Mapping[int, str]) -> dict[str, Any]:
        return {
            "channels": {names[one]: round(part, 6) for one, part in self.parts.items()},
            "reference": {"from": self.since.isoformat(), "to": self.until.isoformat(), "days": self.days},
        }


def quarter(day: date) -> date:
    """Its first day."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def _weights(line: Line, span: Span, said: Mapping[int, float], night: Night) -> Weights:
    """Those of the quarter, with the channels that are new in it."""
    if night.reference:
        return night.reference
    key = (line.pk, quarter(min(span.end, night.last)))
    known = night.weights.get(key) or _kept_weights(line, key[1], night)
    if known is None or known.days < REFERENCE:
        known = _referred(line, key[1], min(span.end, night.last), night)
    night.weights[key] = found = _joined_by(known, said)
    return found


def _kept_weights(line: Line, begin: date, night: Night) -> Weights | None:
    """As they stand in the newest figure of the quarter."""
    lasts = begin + 95 * DAY
    rows = line.figures.filter(end__gte=begin, end__lt=quarter(lasts), made__has_key="channels").exclude(period="week")
    made = rows.order_by("-end", "-id").values_list("made", flat=True).first()
    if made is None:
        return None
    keys = {name: key for key, name in night.names.items()}
    told, reference = made["channels"], made["reference"]
    if not all(name in keys for name in told):
        return None
    since, until = (date.fromisoformat(reference[one]) for one in ("from", "to"))
    return Weights({keys[name]: part for name, part in told.items()}, since, until, reference["days"])


def _referred(line: Line, begin: date, end: date, night: Night) -> Weights:
    """From the quarter before; in the first one from the first days that there are."""
    before = quarter(begin - DAY)
    closed = DeskDay.objects.filter(day__gte=before, day__lte=end).order_by("day").values_list("day", flat=True)
    days = [day for day in closed if day < begin]
    if len(days) < REFERENCE:
        days = list(closed)[:REFERENCE]
    parts = night.shelf.parts(line, days[0], days[-1])
    sizes = _summed(
        [one.sizes() for one in parts] + [_not_read(line, one) for one in night.shelf.days(days[0], days[-1])]
    )
    total = sum(sizes.values())
    return Weights({one: size / total for one, size in sizes.items()}, days[0], days[-1], len(days))


def _joined_by(known: Weights, sizes: Mapping[int, float]) -> Weights:
    """Channels that are new get the part of the messages that they have now, together at most half; the others keep
    their proportions."""
    new = {one: size / sum(sizes.values()) for one, size in sizes.items() if one not in known.parts}
    if not new:
        return known
    room = min(sum(new.values()), NEW_TOGETHER) if known.parts else 1.0
    parts = {one: part * (1 - room) for one, part in known.parts.items()}
    parts |= {one: part / sum(new.values()) * room for one, part in new.items()}
    return Weights(parts, known.since, known.until, known.days)


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """What is known of a line in a period.

    covered   the messages of the channels that were heard, on the days that were coded; None when there are none
    parts     the weights of these channels; `missing`: of those that were not heard. A small channel in which nothing
              was said counts in neither
    known     the part of each channel's messages that are on coded days and in languages that somebody reads
    late      messages that came after their day had closed
    messages, labels, readers   of the whole period
    days      that were coded, that were closed, and whose labels are still waited for
    unread    by language: messages that nobody reads
    """

    weights: Weights
    covered: Period | None
    parts: Mapping[int, float]
    missing: Mapping[int, float]
    known: Mapping[int, float]
    late: int
    messages: int
    labels: int
    readers: list[str]
    days: list[int]
    unread: dict[str, int]

    @property
    def weight(self) -> float:
        there, all_of_it = self.known_parts, sum(self.parts.values()) + sum(self.missing.values())
        return sum(there.values()) / all_of_it if there else 0.0

    @property
    def known_parts(self) -> dict[int, float]:
        return {channel: weight * self.known.get(channel, 1.0) for channel, weight in self.parts.items()}


def _hearing(line: Line, span: Span, night: Night) -> Hearing | None:
    """None when nothing was said that anybody reads."""
    end = min(span.end, night.last)
    parts, days = night.shelf.parts(line, span.start, end), night.shelf.days(span.start, end)
    whole = period(parts)
    if whole is None:
        return None
    unread, sizes = _summed(_not_read(line, one) for one in days), whole.sizes()
    said = _summed([sizes, unread])
    weights = _weights(line, span, said, night)
    late = Counter(channel for day in days for channel in day.came_late(line).tolist())
    usual = sum(said.values()) / max(sum(weights.parts[one] for one in said), 1e-9)
    heard, missing = {}, {}
    for channel, weight in weights.parts.items():
        missed = _missed(channel, span, night)
        there = sizes.get(channel, 0.0)
        if there and (1 - missed) * there / (there + late[channel]) >= coverage.NEEDLE:
            heard[channel] = weight
        elif there or missed or late[channel] or channel in unread or weight * usual >= EXPECTED:
            missing[channel] = weight
    waits = [one for one in days if not (one.coded or one.settled(night.now))]
    due = [one for one in days if one not in waits]
    told = period(coded(parts) if due else parts)
    covered = replace(told.within(heard), misread=night.misread) if told else None
    return Hearing(
        weights=weights,
        covered=covered if covered and len(covered.channel) else None,
        parts=heard,
        missing=missing,
        known=_known(line, due, parts),
        late=late.total(),
        messages=whole.messages,
        labels=len(whole.labels),
        readers=sorted({one.of.reader for one in parts}),
        days=[sum(one.coded for one in days), len(days), len(waits)],
        unread=dict(sorted(Counter(name for one in days for name in one.passed_over(line).language.tolist()).items())),
    )


def _known(line: Line, due: Sequence[Closed], parts: Sequence[Part]) -> dict[int, float]:
    """Of what was said on these days in each channel, the part that is on coded days and that somebody reads."""
    mine = [one for one in parts if one.of in due]
    there = _summed([*(one.sizes() for one in mine), *(_not_read(line, one) for one in due)])
    known = _summed(one.sizes() for one in coded(mine))
    return {channel: known.get(channel, 0.0) / size for channel, size in there.items()}


def _not_read(line: Line, day: Closed) -> Mapping[int, float]:
    """By channel, the line's messages of a day that nobody reads."""
    return Counter(day.passed_over(line).channel.tolist())


def _summed(counts: Iterable[Mapping[int, float]]) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    for one in counts:
        for channel, n in one.items():
            found[channel] += n
    return dict(found)


def _missed(channel: int, span: Span, night: Night) -> float:
    """The share of a channel's hours in a period that are missing, as far as we know."""
    hours = [night.hours[channel, day] for day in night.days(span) if (channel, day) in night.hours]
    due = sum(one for one, _ in hours)
    return sum(one for _, one in hours) / due if due else 0.0


# -- what changed ----------------------------------------------------------------------------------------------------


def _compare(row: Figure, line: Line, span: Span, heard: Hearing, net: ShareEstimate, night: Night) -> None:
    """Beside the period before, on the channels that were heard in both; and what the rest may hold."""
    if span.period != "day":
        now = night.by_channel[line.pk, span.start, span.end] = _by_channel(heard)
        before = _channels(line, span.before, night)
        if moved := coverage.movement(_named(now, night), _named(before, night)):
            row.made["change"] = {
                "since": span.before.end.isoformat(),
                "total": round(moved.tone.value + moved.mix.value, 6),
                "tone": interval(moved.tone),
                "mix": interval(moved.mix),
                "channels": list(moved.channels),
            }
    if heard.weight < 1 - 1e-9:
        last = {} if span.period == "day" else {one: _last_heard(one, line, span, night) for one in heard.missing}
        whole = coverage.combine(_rest(heard, net, last), low=-1.0)
        row.bounds = [round(one, 6) for one in whole.bounds]
        row.made["carried"] = interval(whole.carried) if whole.carried else None


def _channels(line: Line, span: Span, night: Night) -> Mapping[int, coverage.Heard]:
    """What was heard in each channel, where there are labels enough to tell."""
    key = (line.pk, span.start, span.end)
    if key not in night.by_channel:
        heard = _hearing(line, span, night)
        night.by_channel[key] = _by_channel(heard) if heard else {}
    return night.by_channel[key]


def _by_channel(heard: Hearing) -> dict[int, coverage.Heard]:
    found: dict[int, coverage.Heard] = {}
    if heard.covered is None:
        return found
    for channel, weight in heard.parts.items():
        one = heard.covered.within([channel])
        net = one.estimate("net", fewest=FEWEST_IN_CHANNEL)
        if isinstance(net, ShareEstimate):
            found[channel] = coverage.Heard(weight, one.messages, net)
    return found


def _last_heard(channel: int, line: Line, span: Span, night: Night) -> tuple[ShareEstimate, int] | None:
    """How a channel sounded when it was last heard, and how many days before the end of this period that was."""
    back = span.before
    for _ in range(LOOKED_BACK):
        if back.end < night.first:
            return None
        if found := _channels(line, back, night).get(channel):
            return found.found, (span.end - back.end).days
        back = back.before
    return None


def _named(channels: Mapping[int, coverage.Heard], night: Night) -> dict[str, coverage.Heard]:
    return {night.names[one]: heard for one, heard in channels.items()}


def _rest(
    heard: Hearing, net: ShareEstimate, last: Mapping[int, tuple[ShareEstimate, int] | None]
) -> dict[str, coverage.Channel]:
    """All that is known as one channel, those that were not heard, as they were last, and what nobody coded or reads of
    the others."""
    total = sum(heard.parts.values()) + sum(heard.missing.values())
    found = {"": coverage.Channel(heard.weight, net)}
    for channel, weight in heard.missing.items():
        known, days = last.get(channel) or (None, 0)
        found[str(channel)] = coverage.Channel(weight / total, None, known, days)
    rest = 1 - sum(one.weight for one in found.values())
    return found | ({"-": coverage.Channel(rest, None)} if rest > 1e-9 else {})
