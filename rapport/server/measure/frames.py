"""Closing a day: from which messages people are given some to code, with which chances, and what the reader said.

All of it is frozen when the day closes, so that what people find later can be held against what was known before.
Messages that are taken back afterwards stay in the frozen rows as numbers without words, and what was said of them
goes (`forget`): whoever estimates restricts both, rows and answers, to messages that are still there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

import numpy as np
from django.db.models import Count, F, Max, Min, Q, QuerySet
from numpy.typing import NDArray

from rapport.core.measure import sampling
from rapport.core.measure.calibrate import Calibration, apply_each, calibrate
from rapport.core.measure.change import SURGE
from rapport.core.types import NotEnough
from rapport.server import many
from rapport.server.listen.models import Channel, Message
from rapport.server.listen.numbers import name, salt
from rapport.server.measure.models import Coder, DeskDay, DeskFrame, Drawn, Watching
from rapport.server.organise.models import Organisation
from rapport.server.organise.record import recorded
from rapport.server.understand.corrections import version_of
from rapport.server.understand.models import Reading

ROW = np.dtype(
    [
        ("message", "<i8"),
        ("channel", "<i4"),
        ("stratum", "u1"),
        ("group", "<i4"),
        ("number", "<f8"),
        ("tone", "<f4", (3,)),
    ]
)
"""What is kept of each message of a day, in the order of messages. group: author, thread and wording in common within
the day; number: its permanent random number; tone: recalibrated probabilities in the order of `sampling.TONES`."""

FOREMOST = 500
"""So many rows of a day can be had without the others: those with the smallest numbers."""

PASSED = np.dtype([("message", "<i8"), ("channel", "<i4"), ("language", "S8")])
"""What is kept of each message in a language that nobody reads, in the order of messages."""

Rows = NDArray[np.void]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ANSWERS = (*sampling.TONES, "uncodable")
EARLIEST = timedelta(hours=3)
"""After its midnight: what is said in the evening may be heard a little later."""
LATEST = timedelta(hours=12)
"""Nobody waits longer for messages that could not be read."""
WAITED = timedelta(days=3)
"""So long after a day closed its labels are waited for."""
REVISED = timedelta(days=32)
"""Days that closed longer ago stay as they are: nobody codes them any more."""
MEMORY = timedelta(weeks=8)
"""Labels of so many weeks tell where the reader errs."""
TWICE = 0.10
NO_IDEA = (1 / 3, 1 / 3, 1 / 3)
"""Of a message that no reader has read."""
LEAST_SHARPNESS = 0.1
"""A reader of which labels say less than this is left as it is: nothing could be told from its numbers afterwards."""
AT_ONCE = 10_000


# -- reading what is frozen ------------------------------------------------------------------------------------------


def rows(day: DeskDay) -> Rows:
    """One record of the form ROW for each message of the frame."""
    return np.frombuffer(bytes(day.frame.rows), dtype=ROW)


def rows_to(day: DeskDay, number: float) -> Rows:
    """Those with at most this number."""
    kept = np.frombuffer(bytes(day.foremost), dtype=ROW)
    if len(kept) < day.messages and (not len(kept) or kept["number"].max() < number):
        kept = rows(day)
    return kept[kept["number"] <= number]


def rows_of(day: DeskDay, messages: Sequence[int]) -> Rows:
    """Those of these messages, in the order of the frame. Most that were drawn are among the foremost."""
    found = _foremost_of(day.foremost, day.messages, messages)
    return _among(rows(day), np.array(sorted(messages), dtype=np.int64)) if found is None else found


def _foremost_of(foremost: bytes | memoryview, size: int, messages: Iterable[int]) -> Rows | None:
    """Those of these messages, of a day of that size; None when the foremost of its rows are not all of them."""
    wanted = np.array(sorted(messages), dtype=np.int64)
    first = np.frombuffer(bytes(foremost), dtype=ROW)
    found = _among(first, wanted)
    return found if len(found) == len(wanted) or len(first) == size else None


def _among(kept: Rows, wanted: Ints) -> Rows:
    ordered = kept["message"]
    at = np.searchsorted(ordered, wanted)
    at = at[at < len(kept)]
    found: Rows = kept[at[ordered[at] == wanted[: len(at)]]]
    return found


def keep(found: Rows, **day: Any) -> DeskDay:
    """Keep a day and its frame."""
    first = np.sort(np.argsort(found["number"])[:FOREMOST])
    row = DeskDay.objects.create(messages=len(found), foremost=found[first].tobytes(), **day)
    DeskFrame.objects.create(day=row, rows=found.tobytes())
    return row


def passed(day: DeskDay) -> Rows:
    """One record of the form PASSED for each message that is left out because nobody reads its language."""
    return np.frombuffer(bytes(day.passed), dtype=PASSED)


def draw_of(day: DeskDay) -> sampling.Draw:
    """The draw as it was made when the day closed; its queue goes on behind what was planned."""
    kept, told = rows(day), day.strata
    strata = sampling.Strata(
        tuple(told.get("names", ())),
        {(channel, tone): (low, high) for channel, tone, low, high in told.get("bounds", ())},
        {(channel, tone, third): stratum for channel, tone, third, stratum in told.get("cells", ())},
    )
    stratum, number = kept["stratum"].astype(np.int64), kept["number"].astype(np.float64)
    sizes = np.bincount(stratum, minlength=len(strata.names)).astype(np.int64)
    planned = np.array(told.get("planned", ()), dtype=np.int64)
    queue = sampling.queue(stratum, number, sizes, planned)
    return sampling.Draw(strata, queue, stratum, number, sizes, planned)


def calibration_of(day: DeskDay) -> Calibration:
    return _calibration(day.strata.get("calibration"))


def _calibration(kept: Sequence[float] | None) -> Calibration:
    sharpness, a, b, c = kept or (1.0, 0.0, 0.0, 0.0)
    return Calibration(sharpness, (a, b, c))


# -- closing a day ---------------------------------------------------------------------------------------------------


def close_days(now: datetime) -> int:
    """Close every day that can be, and count what came late to those that are. How many were closed."""
    forget()
    count_late()
    pass_over(now)
    last = DeskDay.objects.aggregate(last=Max("day"))["last"]
    today = now.astimezone(UTC).date()
    day = last + timedelta(days=1) if last else today - timedelta(days=1)
    closed = 0
    while day < today:
        closed += close_day(day, now) is not None
        day += timedelta(days=1)
    return closed


def close_day(day: date, now: datetime) -> DeskDay | None:
    """Freeze a day and draw from it. None when that was done, or when it is too early."""
    if DeskDay.objects.filter(day=day).exists() or not _is_time(day, now):
        return None
    last = Message.objects.aggregate(last=Max("id"))["last"] or 0
    languages = languages_read()
    heard = list(_heard(day))
    read = [one for one in heard if languages is None or one.language in ("", *languages)]
    unread = [] if languages is None else [one for one in heard if one.language not in ("", *languages)]
    frozen = _freeze(day, read, now)
    with recorded("desk.day_closed", "timetable", day=day.isoformat()) as entry:
        Organisation.objects.select_for_update().get()  # of two workers, one closes it
        if DeskDay.objects.filter(day=day).exists():
            entry.silent()
            return None
        row = keep(
            frozen.rows,
            day=day,
            closed_at=now,
            reader=frozen.reader,
            unread=len(unread),
            passed=_records((one.message, one.channel, one.language) for one in unread),
            planned=0 if languages is None else sum(frozen.planned),
            surge=frozen.surge,
            strata={**frozen.strata, "last": last},
        )
        extend(row, row.planned)
        entry.target = row
        entry.detail |= {"messages": row.messages, "unreadable": row.unread, "planned": row.planned, "surge": row.surge}
        return row


def extend(day: DeskDay, places: int) -> int:
    """Make places of the day's queue until there are so many, as far as it goes. How many were made.

    Within an action that holds the day.
    """
    last = day.drawn.aggregate(last=Max("place"))["last"]
    have = 0 if last is None else last + 1
    draw = draw_of(day)
    new = draw.queue[have:places]
    keys = rows(day)["message"][new].tolist()
    found = Message.objects.filter(removed_at=None).only("network", "external_id").in_bulk(keys)
    said = dict(Reading.objects.filter(message__in=keys).values_list("message", "language"))
    twice = sampling.chosen([name(row.network, row.external_id) for row in found.values()], TWICE, salt("twice"))
    both = {key for key, chosen in zip(found, twice) if chosen}
    made = [
        Drawn(
            day=day,
            message_id=key,
            place=have + n,
            stratum=int(draw.stratum[at]),
            language=_base(said.get(key, "")),
            twice=key in both,
        )
        for n, (at, key) in enumerate(zip(new.tolist(), keys))
        if key in found
    ]
    many.add(made)
    return len(made)


def surging() -> bool:
    """Whether an amber line asks for more labels."""
    return Watching.objects.filter(line__closed_at=None, line__watched=True, amber__left__gt=0).exists()


def _is_time(day: date, now: datetime) -> bool:
    over = _midnight(day + timedelta(days=1))
    if now < over + EARLIEST:
        return False
    return now >= over + LATEST or not frame(day).filter(state="heard").exists()


def frame(day: date) -> QuerySet[Message]:
    """What others said that day, and is not noise."""
    said = Message.objects.filter(
        published_at__gte=_midnight(day), published_at__lt=_midnight(day + timedelta(days=1)), removed_at=None
    )
    return said.filter(Q(set_aside=None) | Q(set_aside__hidden=False), ours=False, context=False)


class _Heard(NamedTuple):
    """A message of the day, with what is known of it."""

    message: int
    channel: int
    name: str
    author: str
    thread: str
    wording: str
    language: str
    tone: tuple[float, float, float]
    reader: str


def _heard(day: date) -> Iterator[_Heard]:
    told = (
        frame(day)
        .order_by("id")
        .values_list(
            "id",
            "channel_id",
            "network",
            "external_id",
            "author_id",
            "thread_id",
            "copy__wording_id",
            "reading__language",
            "reading__negative",
            "reading__neutral",
            "reading__positive",
            "reading__reader",
        )
    )
    for key, channel, network, external, author, thread, wording, language, *tone, reader in told.iterator(AT_ONCE):
        yield _Heard(
            key,
            channel,
            name(network, external),
            str(author),
            name(network, thread),
            str(wording or ""),
            _base(language or ""),
            NO_IDEA if tone[0] is None else (tone[0], tone[1], tone[2]),
            version_of(reader, "tone")[:80] if reader else "",
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Frozen:
    reader: str
    surge: bool
    planned: Sequence[int]
    strata: Mapping[str, Any]
    rows: Rows


def _freeze(day: date, heard: Sequence[_Heard], now: datetime) -> _Frozen:
    surge, names = surging(), dict(Channel.objects.values_list("id", "name"))
    reader = Counter(one.reader for one in heard).most_common(1)[0][0] if heard else ""
    learned = _learn(day, reader, names, now)
    tone = learned.calibration.apply(np.array([one.tone for one in heard]).reshape(-1, len(sampling.TONES)))
    draw = sampling.draw(
        [one.name for one in heard],
        [names[one.channel] for one in heard],
        tone,
        max(Organisation.objects.get().labels_a_day, 1) * (SURGE if surge else 1),
        salt("draw"),
        past=learned.past,
    )
    if isinstance(draw, NotEnough):
        return _Frozen(reader, surge, (), {}, np.empty(0, ROW))
    kept = np.empty(len(heard), ROW)
    kept["message"] = [one.message for one in heard]
    kept["channel"] = [one.channel for one in heard]
    kept["stratum"], kept["number"], kept["tone"] = draw.stratum, draw.number, tone
    kept["group"] = sampling.join(*zip(*((one.author, one.thread, one.wording) for one in heard)))
    told = _told(draw) | {"calibration": [learned.calibration.sharpness, *learned.calibration.shift]}
    return _Frozen(reader, surge, draw.planned.tolist(), told, kept)


def _told(draw: sampling.Draw) -> dict[str, Any]:
    strata = draw.strata
    return {
        "names": list(strata.names),
        "bounds": [[channel, tone, *pair] for (channel, tone), pair in strata.bounds.items()],
        "cells": [[*cell, stratum] for cell, stratum in strata.cells.items()],
        "sizes": draw.sizes.tolist(),
        "planned": draw.planned.tolist(),
    }


# -- what earlier labels say of the reader ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    """How the reader is to be understood, and where it erred."""

    calibration: Calibration
    past: sampling.Coded | None


def _learn(day: date, reader: str, names: Mapping[int, str], now: datetime) -> _Learned:
    """From labels older than the day, of days that the same version of the reader has read."""
    earlier = DeskDay.objects.filter(day__lt=day, day__gte=day - MEMORY, reader=reader)
    said: dict[int, dict[int, str]] = defaultdict(dict)
    answers = Drawn.objects.filter(day__in=earlier.values("pk"), answered_at__lte=now).exclude(answer="")
    for one, message, answer in answers.order_by().values_list("day", "message", "answer").iterator(AT_ONCE):
        said[one][message] = answer
    coded: list[Rows] = []
    labels: list[int] = []
    undo: list[Calibration] = []
    days = earlier.filter(pk__in=list(said)).order_by("day")
    for key, size, foremost, kept in days.values_list("pk", "messages", "foremost", "strata__calibration"):
        there = _foremost_of(foremost, size, said[key])
        if there is None:
            there = rows_of(earlier.get(pk=key), list(said[key]))
        coded.append(there)
        labels += [ANSWERS.index(said[key][message]) for message in there["message"].tolist()]
        undo.append(undone(_calibration(kept)))
    if not labels:
        return _Learned(Calibration(), None)
    rows_there, found = np.concatenate(coded), np.array(labels, dtype=np.int64)
    day_of = np.repeat(np.arange(len(coded)), [len(there) for there in coded])
    predictions = apply_each(undo, day_of, rows_there["tone"].astype(np.float64))
    channels = [names[channel] for channel in rows_there["channel"].tolist()]
    learned = calibrate(predictions, found)
    usable = not isinstance(learned, NotEnough) and learned.sharpness >= LEAST_SHARPNESS
    calibration = cast(Calibration, learned) if usable else Calibration()
    return _Learned(calibration, sampling.Coded(channels, calibration.apply(predictions), found))


def undone(calibration: Calibration) -> Calibration:
    """What takes a recalibrated probability back to what the reader said."""
    a, b, c = (-shift / calibration.sharpness for shift in calibration.shift)
    return Calibration(1 / calibration.sharpness, (a, b, c))


# -- afterwards ------------------------------------------------------------------------------------------------------


def count_late() -> int:
    """Count what came to closed days after they were closed. How many days that changed."""
    newest = DeskDay.objects.first()
    if newest is None:
        return 0
    come = Message.objects.filter(pk__gt=newest.strata.get("last", 0)).aggregate(first=Min("published_at"))["first"]
    if come is None:
        return 0
    changed = 0
    for row in DeskDay.objects.filter(day__gte=come.astimezone(UTC).date()):
        late = frame(row.day).filter(pk__gt=row.strata.get("last", 0)).count()
        if late != row.late:
            with recorded("desk.late_counted", "timetable", target=row) as entry:
                DeskDay.objects.filter(pk=row.pk).update(late=late)
                entry.quiet()
            changed += 1
    return changed


def pass_over(now: datetime) -> int:
    """Of days that nobody waits for any more, leave out the languages that nobody read. On how many days that changed.

    A place that is passed over for good would keep back all labels behind it, and those before it are no random draw
    from a stratum of which a part is never read. A day is looked at again as long as somebody may still code it.
    """
    changed = 0
    rows = DeskDay.objects.filter(closed_at__lte=now - WAITED, closed_at__gt=now - REVISED).defer("passed")
    wanted = _not_read(rows)
    for row in rows:
        if set(row.strata.get("passed", ())) != wanted[row.pk]:
            with recorded("desk.passed_over", "timetable", target=row, languages=sorted(wanted[row.pk])):
                _leave_out(DeskDay.objects.select_for_update().get(pk=row.pk), wanted[row.pk])
            changed += 1
    return changed


def _not_read(days: QuerySet[DeskDay]) -> dict[int, set[str]]:
    """By day: languages with a place that was passed over, that no coder reads any more or of which none was coded."""
    read = languages_read()
    waits, done = Q(answer="", place__lt=F("day__planned")), ~Q(answer="")
    told = Drawn.objects.filter(day__in=days.values("pk")).order_by().values_list("day", "language")
    rows = list(
        told.annotate(
            waiting=Min("place", filter=waits), answered=Max("place", filter=done), n=Count("pk", filter=done)
        )
    )
    last: dict[int, int] = defaultdict(lambda: -1)
    for day, _language, _waits, answered, _n in rows:
        last[day] = max(last[day], -1 if answered is None else answered)
    found: dict[int, set[str]] = defaultdict(set)
    for day, language, waiting, _answered, n in rows:
        gone = not n or (read is not None and language not in read)
        if language and waiting is not None and waiting < last[day] and gone:
            found[day].add(language)
    return found


def _leave_out(day: DeskDay, languages: set[str]) -> None:
    """Besides what nobody could read when the day closed."""
    before = {one.encode() for one in day.strata.get("passed", ())}
    kept = [tuple(one) for one in passed(day).tolist() if one[2] not in before]
    channels = dict(rows(day)[["message", "channel"]].tolist())
    start = _midnight(day.day)
    said = Reading.objects.filter(message__published_at__gte=start, message__published_at__lt=start + timedelta(days=1))
    for message, language in said.order_by().values_list("message", "language").iterator(AT_ONCE):
        if message in channels and _base(language) in languages:
            kept.append((message, channels[message], _base(language)))
    day.passed, day.strata = _records(kept), {**day.strata, "passed": sorted(languages)}
    day.save(update_fields=["passed", "strata"])


def _records(found: Iterable[tuple[int, int, str]]) -> bytes:
    return np.array(sorted(found, key=lambda one: one[0]), PASSED).tobytes()


def forget() -> int:
    """Of messages that were taken back nothing stays that people said of their words. How many."""
    gone = Drawn.objects.exclude(message__removed_at=None)
    keys = list(gone.values_list("pk", flat=True))
    if keys:
        with recorded("desk.codes_forgotten", "timetable", messages=len(keys)):
            Drawn.objects.filter(pk__in=keys).delete()
    return len(keys)


# -- small things ----------------------------------------------------------------------------------------------------


def languages_read() -> set[str] | None:
    """Those that somebody reads who codes; None when nobody does."""
    read: Iterable[list[str]] = Coder.objects.filter(active=True, user__is_active=True).values_list(
        "languages", flat=True
    )
    found = list(read)
    return {language for languages in found for language in languages} if found else None


def _base(language: str) -> str:
    """The two letters of "de-AT"; empty where the language is unknown, so that anybody may look."""
    return "" if language == "und" else language.partition("-")[0]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
