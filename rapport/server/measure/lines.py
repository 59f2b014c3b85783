"""Which messages belong to a line, and what closed days hold of it: a part of a day, and parts of days as a period.

A part is cut into cells, a channel within a stratum of the day. Restricting messages and labels of each stratum to
some of its messages keeps the labels a sample with equal chances within each cell.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext
from numpy.typing import NDArray

from rapport.core.errors import RapportError
from rapport.core.measure import share
from rapport.core.measure.frame import PARTS
from rapport.core.measure.sampling import join, one_of_each
from rapport.core.measure.share import Frame, Labels, ShareEstimate
from rapport.core.types import NotEnough
from rapport.server.listen.models import Brief, BriefMatch, Channel, Message, Purpose
from rapport.server.measure import frames
from rapport.server.measure.models import DeskDay, Drawn, Event, Line
from rapport.server.organise.record import recorded

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]
Row = TypeVar("Row", Line, Event)

DAY = timedelta(days=1)
WAITED = frames.WAITED

ANSWERS = ("negative", "neutral", "positive", "uncodable")
OURS = (Purpose.BRAND, Purpose.PRODUCT)
AT_ONCE = 20_000
NOBODY = np.empty(0, np.int64)


# -- the lines -------------------------------------------------------------------------------------------------------


def open_lines() -> list[Line]:
    return list(Line.objects.filter(closed_at=None).select_related("brief", "channel"))


def begin(now: datetime) -> Line | None:
    """The line about us, when nobody has made one yet."""
    if Line.objects.exists():
        return None
    with recorded("line.made", "timetable") as entry:
        line = Line.objects.create(name=gettext("About us"), made_at=now)
        entry.target = line
        return line


def offered() -> list[Line]:
    """Lines that one could follow and does not yet: one for each brief, and what is said about us in each channel.

    They are not saved. A brief that alone is about us is no other line than all that is said about us.
    """
    followed = set(Line.objects.filter(closed_at=None).values_list("brief", "channel"))
    briefs = list(Brief.objects.filter(active=True))
    if sum(brief.opens_conversations for brief in briefs) == 1:
        briefs = [brief for brief in briefs if not brief.opens_conversations]
    channels = list(Channel.objects.exclude(state="closed"))
    lines = [Line(name=one.name, brief=one, watched=one.opens_conversations) for one in briefs]
    if len(channels) > 1:
        lines += [Line(name=one.name, channel=one, watched=False) for one in channels]
    return [line for line in lines if (line.brief_id, line.channel_id) not in followed]


@contextmanager
def apart(row: Row, failed: dict[Row, str]) -> Iterator[None]:
    """A line or an event that fails does not stop the others."""
    try:
        yield
    except Exception as error:  # like the worker's turn, it knows the row
        log.exception("The %s “%s” failed.", row._meta.verbose_name, row.name)
        failed[row] = f"{row.name}: {type(error).__name__}: {error}"


def complain(failed: Mapping[Row, str]) -> None:
    """Once all others are done."""
    if failed:
        raise LineError("; ".join(failed.values()))


class LineError(RapportError):
    """Some lines or events could not be brought up to date; the others were."""


# -- closed days -----------------------------------------------------------------------------------------------------


class Tie(NamedTuple):
    """What may make two messages one voice."""

    author: str
    thread: str
    wording: str


NOBODY_ELSE = Tie("", "", "")
"""Ties to nothing."""


@dataclass(frozen=True, eq=False)
class Matches:
    """What belongs where, by sorted ids of messages: what each brief matched, what addresses us, which briefs are
    about us."""

    briefs: Mapping[int, Ints]
    addressed: Ints
    ours: tuple[int, ...]

    def of(self, line: Line, message: Ints, channel: Ints) -> Ints:
        """The places of those of these messages, in the order of their ids, that belong to the line."""
        if line.brief_id is None:
            ours = [self.of_brief(brief, message) for brief in self.ours]
            inside = np.unique(np.concatenate([places(message, self.addressed), *ours]))
        else:
            inside = self.of_brief(line.brief_id, message)
        return inside if line.channel_id is None else inside[channel[inside] == line.channel_id]

    def of_brief(self, brief: int, message: Ints) -> Ints:
        return places(message, self.briefs.get(brief, NOBODY))


class Everything(Matches):
    """For days that consist only of what was asked for."""

    def of(self, line: Line, message: Ints, channel: Ints) -> Ints:
        return np.arange(len(message))


def places(ordered: Ints, wanted: Ints) -> Ints:
    """Where those of the wanted stand that are among the ordered; both ascending, and many more are wanted."""
    if not len(ordered):
        return NOBODY
    start, end = np.searchsorted(wanted, [ordered[0], ordered[-1] + 1])
    at = np.searchsorted(ordered, wanted[start:end])
    found: Ints = at[ordered[at] == wanted[start:end]]
    return found


def among(values: Ints, ordered: Ints) -> Bools:
    """Which of the values stand in the ordered ones."""
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    found: Bools = ordered[np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)] == values
    return found


class Passed(NamedTuple):
    """Messages in languages that nobody reads, by ascending ids; `language` is that of each."""

    message: Ints
    channel: Ints
    language: Texts

    def at(self, places: Ints | Bools) -> Passed:
        return Passed(self.message[places], self.channel[places], self.language[places])


@dataclass(frozen=True, eq=False)
class Closed:
    """A closed day as all lines share it: N messages that are still there, n labels that count, H strata.

    tone       shape (N, 3), frozen
    at         shape (n,), the place of each label's message; `label` as in core.measure.share; `ties` likewise
    said       shape (n, 3), what the reader itself said of these, before it was recalibrated
    coded      a part of the day has been coded, whether it is among these or not
    answered   everything that was planned has been coded
    late       ids of messages that came after the day had closed, and their channels
    passed     what is in none of these, for nobody reads its language
    planned    shape (n,), which labels had a place in the plan when the day closed
    drawn      the share of the day's messages that these are a random draw of; 1: they are all there are
    """

    day: date
    reader: str
    closed_at: datetime
    message: Ints
    channel: Ints
    stratum: Ints
    group: Ints
    number: Floats
    tone: Floats
    at: Ints
    label: Ints
    said: Floats
    ties: Sequence[Tie]
    coded: bool
    answered: bool
    late: tuple[Ints, Ints]
    passed: Passed
    planned: Bools
    matches: Matches
    drawn: float = 1.0

    @cached_property
    def as_planned(self) -> Closed:
        """Without the labels that somebody asked for afterwards, who knew by then what the first ones said."""
        kept = self.planned
        ties = [tie for tie, one in zip(self.ties, kept.tolist()) if one]
        return replace(
            self, at=self.at[kept], label=self.label[kept], said=self.said[kept], ties=ties, planned=kept[kept]
        )

    @cached_property
    def leans(self) -> Ints:
        """The tone that the reader finds most in each stratum, shape (H,)."""
        sums = [np.bincount(self.stratum, column) for column in self.tone.T]
        found: Ints = np.stack(sums, axis=1).argmax(axis=1)
        return found

    @cached_property
    def chance(self) -> Floats:
        """Of each stratum's messages to be among the labels, shape (H,)."""
        sizes = np.bincount(self.stratum)
        found: Floats = np.bincount(self.stratum[self.at], minlength=len(sizes)) / np.maximum(sizes, 1)
        return found

    def settled(self, now: datetime) -> bool:
        """Nothing more is expected of its coders."""
        return self.answered or now >= self.closed_at + WAITED

    def members(self, line: Line) -> Ints:
        return self.matches.of(line, self.message, self.channel)

    def came_late(self, line: Line) -> Ints:
        """The channel of each of the line's messages that came late."""
        message, channel = self.late
        return channel[self.matches.of(line, message, channel)]

    def passed_over(self, line: Line) -> Passed:
        """Of the line's messages those in languages that nobody reads."""
        if not len(self.passed.message):
            return self.passed
        return self.passed.at(self.matches.of(line, self.passed.message, self.passed.channel))

    def one_each(self, places: Ints) -> Ints:
        """One message of each group (author, thread, wording): the units of alarms.

        Which one must not hang on the numbers that the draw went by: the smallest number of a large group is small, so
        large groups would be drawn too often. Later digits of the number decide, which the draw did not see.
        """
        return places[one_of_each(self.group[places], later_digits(self.number[places], 17))]


def later_digits(number: Floats, bits: int) -> Floats:
    """Another number between 0 and 1, made of what follows the first so many bits."""
    found: Floats = np.mod(number * 2.0**bits, 1.0)
    return found


def closed(start: date, end: date, briefs: Iterable[int]) -> list[Closed]:
    """The days from `start` to `end` that are closed, the oldest first, with what these briefs matched."""
    rows = list(DeskDay.objects.filter(day__gte=start, day__lte=end).select_related("frame").order_by("day"))
    if not rows:
        return []
    matches, gone = _matches(rows[0].day, rows[-1].day, set(briefs))
    drawn = _drawn(rows)
    return [_closed(row, drawn[row.pk], gone, matches) for row in rows]


def asked(start: date, end: date, messages: Ints, drawn: float) -> list[Closed]:
    """The closed days from `start` to `end`, the oldest first, as if nothing had been said but these messages.

    messages   ascending ids of messages that are still there
    drawn      messages with a larger permanent number are passed over, whether they are among these or not
    """
    rows = DeskDay.objects.filter(day__gte=start, day__lte=end).order_by("day")
    places = _drawn(rows, tied=drawn == 1.0)  # of a draw nobody can tell how many people speak
    found = []
    for row in rows.iterator(chunk_size=20):
        kept = frames.rows_to(row, drawn)
        kept = kept[among(kept["message"].astype(np.int64), messages)]
        passed = _passed(row)
        day = _of_rows(row, kept, places[row.pk], passed, Everything({}, NOBODY, ()))
        found.append(replace(day, passed=passed.at(among(passed.message, messages)), drawn=drawn))
    return found


def _matches(first: date, last: date, briefs: set[int]) -> tuple[Matches, Ints]:
    """What belongs where, and what was taken back."""
    there = Message.objects.filter(published_at__gte=midnight(first), published_at__lt=midnight(last + DAY)).order_by()
    ours = tuple(Brief.objects.filter(active=True, purpose__in=OURS).values_list("pk", flat=True))
    said = BriefMatch.objects.filter(
        message__published_at__gte=midnight(first),
        message__published_at__lt=midnight(last + DAY),
        brief__in=briefs.union(ours),
    ).order_by()
    pairs = np.array(list(said.values_list("brief_id", "message_id").iterator(AT_ONCE)), dtype=np.int64).reshape(-1, 2)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    found, starts = np.unique(pairs[:, 0], return_index=True)
    by_brief = dict(zip(found.tolist(), np.split(pairs[:, 1], starts[1:])))
    return Matches(by_brief, _keys(there.filter(addressed=True)), ours), _keys(there.exclude(removed_at=None))


def _keys(messages: QuerySet[Message]) -> Ints:
    return np.sort(np.fromiter(messages.values_list("pk", flat=True).iterator(AT_ONCE), dtype=np.int64))


class _Place(NamedTuple):
    message: int
    place: int
    stratum: int
    answer: str
    tie: Tie


def _drawn(rows: Iterable[DeskDay], *, tied: bool = True) -> dict[int, list[_Place]]:
    """The queue of each day in its order, as far as it was handed out; if `tied`, with what ties its messages."""
    found: dict[int, list[_Place]] = defaultdict(list)
    told = Drawn.objects.filter(day__in=rows, message__removed_at=None).order_by("day", "place")
    place = ("day_id", "message_id", "place", "stratum", "answer")
    tie = ("message__author_id", "message__network", "message__thread_id", "message__copy__wording_id")
    for day, *drawn in told.values_list(*place, *(tie if tied else ())).iterator(AT_ONCE):
        message, at, stratum, answer, *voice = drawn
        found[day].append(_Place(message, at, stratum, answer, _tie(*voice) if tied else NOBODY_ELSE))
    return found


def _tie(author: int, network: str, thread: str, wording: int | None) -> Tie:
    return Tie(str(author), f"{network}/{thread}", str(wording or ""))


def _closed(row: DeskDay, drawn: Sequence[_Place], gone: Ints, matches: Matches) -> Closed:
    kept, passed = frames.rows(row), _passed(row)
    day = _of_rows(row, kept[~among(kept["message"].astype(np.int64), gone)], drawn, passed, matches)
    return replace(day, late=_late(row), passed=passed.at(~among(passed.message, gone)))


def _passed(row: DeskDay) -> Passed:
    kept = frames.passed(row)
    return Passed(kept["message"].astype(np.int64), kept["channel"].astype(np.int64), kept["language"].astype(str))


def _of_rows(row: DeskDay, kept: frames.Rows, drawn: Sequence[_Place], passed: Passed, matches: Matches) -> Closed:
    """A day as far as it consists of these rows, without what nobody reads."""
    kept = kept[~among(kept["message"].astype(np.int64), passed.message)]
    unread = set(passed.message.tolist())
    drawn = [one for one in drawn if one.message not in unread]
    message = kept["message"].astype(np.int64)
    answered = list(_front(drawn))
    said = np.array([one.message for one in answered], dtype=np.int64)
    front = [answered[n] for n in np.nonzero(among(said, message))[0].tolist()]
    at = np.searchsorted(message, said[among(said, message)])
    tone = kept["tone"].astype(np.float64)
    return Closed(
        day=row.day,
        reader=row.reader,
        closed_at=row.closed_at,
        message=message,
        channel=kept["channel"].astype(np.int64),
        stratum=kept["stratum"].astype(np.int64),
        group=kept["group"].astype(np.int64),
        number=kept["number"].astype(np.float64),
        tone=tone,
        at=at,
        label=np.array([ANSWERS.index(one.answer) for one in front], dtype=np.int64),
        said=frames.undone(frames.calibration_of(row)).apply(tone[at]),
        ties=[one.tie for one in front],
        coded=bool(answered),
        answered=all(one.answer for one in drawn if one.place < row.planned),
        late=(NOBODY, NOBODY),
        passed=passed,
        planned=np.array([one.place < row.planned for one in front], dtype=bool),
        matches=matches,
    )


def _front(drawn: Sequence[_Place]) -> Iterator[_Place]:
    """Of each stratum what was answered without a hole: what lies behind a hole is not a sample yet."""
    waiting: set[int] = set()
    for one in drawn:
        if not one.answer:
            waiting.add(one.stratum)
        elif one.stratum not in waiting:
            yield one


def _late(row: DeskDay) -> tuple[Ints, Ints]:
    if not row.late:
        return NOBODY, NOBODY
    known = frames.rows(row)["message"].astype(np.int64)
    came = frames.frame(row.day).filter(pk__gt=row.strata.get("last", 0)).order_by("pk")
    pairs = np.array(list(came.values_list("pk", "channel_id")), dtype=np.int64).reshape(-1, 2)
    pairs = pairs[~among(pairs[:, 0], known)]
    return pairs[:, 0], pairs[:, 1]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


# -- parts of a day --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some messages of a closed day in C cells, each a channel within a stratum, and the n labels among them.

    cell    shape (n,), of each label; `at`: its place among the labels of the day; prediction and label as in Labels
    """

    of: Closed
    channel: Ints
    stratum: Ints
    frame: Frame
    cell: Ints
    at: Ints
    prediction: Floats
    label: Ints

    @property
    def said(self) -> Floats:
        """What the reader itself said of the labels' messages, shape (n, 3)."""
        return self.of.said[self.at]

    def sizes(self) -> dict[int, float]:
        """Messages by channel."""
        return _summed(self.channel, self.frame.sizes)

    def as_planned(self) -> Part:
        """With the labels only that were planned when the day closed: how many these are hangs on none of them."""
        kept = self.of.planned[self.at]
        at = (np.cumsum(self.of.planned) - 1)[self.at[kept]]
        cell, prediction, label = self.cell[kept], self.prediction[kept], self.label[kept]
        return replace(self, of=self.of.as_planned, at=at, cell=cell, prediction=prediction, label=label)


def part(of: Closed, places: Ints, only: Bools | None = None) -> Part | None:
    """The messages at these places, ascending. None when there is none.

    only   shape (N,): all other messages count as neutral, so that a share is that of those that are also among these
    """
    if not len(places):
        return None
    keys, cell_of = np.unique(of.channel[places] * 256 + of.stratum[places], return_inverse=True)
    where = np.minimum(np.searchsorted(places, of.at), len(places) - 1)
    at = np.nonzero(places[where] == of.at)[0]
    tone, label = of.tone, of.label[at]
    if only is not None:
        tone = np.where(only[:, None], tone, np.array([0.0, 1.0, 0.0]))
        label = np.where(only[of.at[at]], label, 1)
    frame = Frame.of(cell_of, tone[places])
    return Part(of, keys // 256, keys % 256, frame, cell_of[where[at]], at, tone[of.at[at]], label)


# -- parts as a period -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """Parts of several days together.

    Its cells stand in an order in which neighbours are kin (channel, tone, day), for those with few labels are joined
    with their neighbours.

    channel    shape (C,), of each cell
    message    shape (n,), of each label, its id; `ties` likewise
    drawn      see Closed
    misread    the part of what messages differ by that is the coders' doing. It averages out over the messages, however
               many of them were coded (W. Cochran, 1977, Sampling Techniques, 13.10)
    """

    frame: Frame
    labels: Labels
    channel: Ints
    message: Ints
    ties: Sequence[Tie]
    drawn: float = 1.0
    misread: float = 0.0

    @property
    def messages(self) -> int:
        return round(float(self.frame.sizes.sum()) / self.drawn)

    def estimate(self, of: str, **more: int) -> ShareEstimate | NotEnough:
        """As `share.estimate`; messages that are themselves a draw widen the interval, and so do coders' errors."""
        return share.estimate(self.frame, self.labels, of, drawn=self._left_open, **more)

    def tones(self) -> dict[str, ShareEstimate] | NotEnough:
        """As `share.tones`, likewise."""
        return share.tones(self.frame, self.labels, drawn=self._left_open)

    @property
    def _left_open(self) -> float:
        part = self.frame.sizes / self.frame.sizes.sum()
        return (1 - self.drawn + self.misread) * float((part**2 / self.frame.messages).sum())

    def sizes(self) -> dict[int, float]:
        """Messages by channel."""
        return _summed(self.channel, self.frame.sizes)

    def groups(self) -> Ints:
        """Which labels are of one voice, shape (n,)."""
        return join(*zip(*self.ties)) if self.ties else NOBODY

    def within(self, channels: Iterable[int]) -> Period:
        """What was said in these channels."""
        cells = np.isin(self.channel, list(channels))
        new = np.cumsum(cells) - 1
        some = np.nonzero(cells[self.labels.stratum])[0]
        labels = Labels(new[self.labels.stratum[some]], self.labels.prediction[some], self.labels.label[some])
        frame = Frame(*(getattr(self.frame, part)[cells] for part in PARTS))
        ties = [self.ties[n] for n in some.tolist()]
        return Period(frame, labels, self.channel[cells], self.message[some], ties, self.drawn, self.misread)

    def weighed(self, weights: Mapping[int, float]) -> Period:
        """As if each channel had brought the part of the messages that is its weight. All its channels have one."""
        sizes = self.sizes()
        total, all_weights = sum(sizes.values()), sum(weights[one] for one in sizes)
        factor = {one: weights[one] / all_weights * total / size for one, size in sizes.items()}
        scaled = self.frame.sizes * np.array([factor[one] for one in self.channel.tolist()])
        return replace(self, frame=replace(self.frame, sizes=scaled, counted=self.frame.messages))


def period(parts: Sequence[Part]) -> Period | None:
    """None when there is no part."""
    if not parts:
        return None
    cells = np.cumsum([0, *(len(one.channel) for one in parts)])
    channel = np.concatenate([one.channel for one in parts])
    leans = np.concatenate([one.of.leans[one.stratum] for one in parts])
    order = np.lexsort((np.arange(cells[-1]), leans, channel))
    new = np.empty(len(order), dtype=np.int64)
    new[order] = np.arange(len(order))
    frame = Frame(
        *(np.concatenate([getattr(one.frame, name) for one in parts])[order] for name in ("sizes", "means", "doubt"))
    )
    labels = Labels(
        new[np.concatenate([one.cell + start for one, start in zip(parts, cells)])],
        np.concatenate([one.prediction for one in parts]),
        np.concatenate([one.label for one in parts]),
    )
    message = np.concatenate([one.of.message[one.of.at[one.at]] for one in parts])
    ties = [one.of.ties[n] for one in parts for n in one.at.tolist()]
    return Period(frame, labels, channel[order], message, ties, parts[0].of.drawn)


def coded(parts: Iterable[Part]) -> list[Part]:
    """Those of days of which something was coded: what was said on the others, no label of theirs can tell."""
    return [one for one in parts if one.of.coded]


def _summed(channel: Ints, sizes: Floats) -> dict[int, float]:
    found, at = np.unique(channel, return_inverse=True)
    return dict(zip(found.tolist(), np.bincount(at, sizes).tolist()))


# -- days, fetched once ----------------------------------------------------------------------------------------------


class Shelf:
    """Closed days for one turn of the night, fetched in blocks and shared by all lines; the oldest make room."""

    MOST = 130

    def __init__(self, lines: Iterable[Line], briefs: Iterable[int] = ()) -> None:
        """`briefs`: others whose matches are asked for, beside those of the lines."""
        self.briefs = {line.brief_id for line in lines if line.brief_id}.union(briefs)
        self._days: dict[date, Closed | None] = {}
        self._parts: dict[tuple[int, date, bool], Part | None] = {}

    def days(self, start: date, end: date) -> list[Closed]:
        """The closed days from `start` to `end`, the oldest first."""
        wanted = [start + n * DAY for n in range((end - start).days + 1)]
        missing = [day for day in wanted if day not in self._days]
        if missing:
            self._make_room(wanted)
            found = {one.day: one for one in closed(missing[0], missing[-1], self.briefs)}
            self._days |= {day: found.get(day) for day in missing}
        return [one for day in wanted if (one := self._days[day]) is not None]

    def parts(self, line: Line, start: date, end: date, *, one_each: bool = False) -> list[Part]:
        """What of these days belongs to the line; with `one_each` one message of each group and day."""
        found = (self._part(line, one, one_each) for one in self.days(start, end))
        return [one for one in found if one is not None]

    def period(self, line: Line, start: date, end: date) -> Period | None:
        """Of the days that were coded."""
        return period(coded(self.parts(line, start, end)))

    def _part(self, line: Line, of: Closed, one_each: bool) -> Part | None:
        key = (line.pk, of.day, one_each)
        if key not in self._parts:
            members = of.members(line)
            self._parts[key] = part(of, of.one_each(members) if one_each else members)
        return self._parts[key]

    def _make_room(self, wanted: Sequence[date]) -> None:
        if len(self._days) + len(wanted) <= self.MOST:
            return
        keep = {day for day in sorted(self._days)[-self.MOST // 2 :] if day >= wanted[0]}.union(wanted)
        self._days = {day: one for day, one in self._days.items() if day in keep}
        self._parts = {key: one for key, one in self._parts.items() if key[1] in keep}


class Given(Shelf):
    """These days, the oldest first, and no others."""

    def __init__(self, days: Iterable[Closed]) -> None:
        super().__init__(())
        self._days = {one.day: one for one in days}

    def days(self, start: date, end: date) -> list[Closed]:
        return [one for day, one in self._days.items() if one and start <= day <= end]
