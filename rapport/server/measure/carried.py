"""What lies behind a change: how large it is, which channels, briefs and kinds carry it, and messages that show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from rapport.core.measure import share
from rapport.core.measure.share import ShareEstimate
from rapport.core.types import NotEnough
from rapport.server.listen.models import Brief, Channel
from rapport.server.measure import homes
from rapport.server.measure.homes import Home
from rapport.server.measure.lines import (
    AT_ONCE,
    DAY,
    NOBODY,
    Bools,
    Closed,
    Part,
    Period,
    Shelf,
    among,
    midnight,
    part,
    period,
)
from rapport.server.measure.models import Alarm, Line
from rapport.server.understand.models import Reading

BESIDE = timedelta(weeks=4)
"""So much before and after is held against each other."""

MOST = 8
LEAST = 0.05
"""Who carries less of the change than this is not named."""


def size(alarm: Alarm, home: Home, until: date, shelf: Shelf) -> dict[str, Any]:
    """The change by labels of days behind the alarm, once there are enough."""
    whole = period(shelf.parts(alarm.line, alarm.day + DAY, until, one_each=True))
    if whole is None:
        return {}
    found = homes.estimated(whole, home.weights, home.of)
    if isinstance(found, NotEnough):
        return {"labels": found.have, "until": until.isoformat()}
    change = share.difference(found, home.estimate)
    after = found.estimate
    return {
        "labels": found.labels,
        "units": whole.messages,
        "until": until.isoformat(),
        "after": _rounded(after.value, after.low, after.high),
        "size": _rounded(change.value, change.low, change.high),
    }


@dataclass(frozen=True, slots=True)
class Carrier:
    """Some of a line's messages: a channel, what a brief matched, or a kind."""

    by: str
    name: str
    key: int | str
    inside: Mapping[date, Bools]


def by(alarm: Alarm, home: Home, until: date) -> dict[str, Any]:
    """Who carries the change, the largest part first, and the messages that show it.

    The part of a brief is by how much the share of messages that are both negative (or whatever is watched) and matched
    has changed, divided by the whole change: so it is told by all labels, and counts what grew as well as what soured.
    Where the labels do not suffice, the reader's own counts stand in, and it is said that they are the reader's.
    """
    began = alarm.began or alarm.day
    shelf = Shelf([alarm.line], Brief.objects.filter(active=True).values_list("pk", flat=True))
    before = shelf.days(max(began - BESIDE, home.first), began - DAY)
    after = shelf.days(began, min(until, began + BESIDE))
    places = {one.day: one.one_each(one.members(alarm.line)) for one in (*before, *after)}
    whole = _moved(before, after, places, None, home)
    if whole is None or not whole.value:
        return {"carried": [], "messages": []}
    rows: list[tuple[dict[str, Any], Carrier]] = []
    for carrier in _carriers(alarm.line, before, after, places):
        moved = _moved(before, after, places, carrier.inside, home)
        if moved and moved.value / whole.value >= LEAST:
            told = {"by": carrier.by, "name": carrier.name, "key": carrier.key}
            parts = {"share": round(moved.value / whole.value, 4), "change": moved.told, "told_by": moved.told_by}
            rows.append((told | parts, carrier))
    rows.sort(key=lambda one: -one[0]["share"])
    shown = next((carrier.inside for told, carrier in rows if told["by"] != "channel"), None)
    rises = bool(alarm.found["rises"])
    return {
        "carried": [told for told, _ in rows],
        "messages": _shown(after, places, shown, home.of, rises),
        "compared": [_sample(before, places), _sample(after, places)],
    }


def _sample(days: Sequence[Closed], places: Mapping[date, np.ndarray]) -> dict[str, Any]:
    """What the days are told by: the first and the last of them, how many they are, their labels and units."""
    whole = period(list(_parts(days, places, None)))
    return {
        "first": days[0].day.isoformat(),
        "last": days[-1].day.isoformat(),
        "days": len(days),
        "labels": len(whole.labels) if whole else 0,
        "units": whole.messages if whole else 0,
    }


@dataclass(frozen=True, slots=True)
class _Moved:
    """A change, by labels or by the reader, with its interval where there is one."""

    value: float
    told: list[float]
    told_by: str


def _moved(
    before: Sequence[Closed],
    after: Sequence[Closed],
    places: Mapping[date, np.ndarray],
    inside: Mapping[date, Bools] | None,
    home: Home,
) -> _Moved | None:
    then, now = (period(list(_parts(days, places, inside))) for days in (before, after))
    if then is None or now is None:
        return None
    found = [homes.estimated(one, home.weights, home.of) for one in (then, now)]
    if all(isinstance(one, ShareEstimate) for one in found):
        change = share.difference(found[1], found[0])  # type: ignore[arg-type]
        return _Moved(change.value, _rounded(change.value, change.low, change.high), "labels")
    value = _by_reader(now, home) - _by_reader(then, home)
    return _Moved(value, _rounded(value), "reader")


def _parts(
    days: Sequence[Closed], places: Mapping[date, np.ndarray], inside: Mapping[date, Bools] | None
) -> Iterator[Part]:
    for one in days:
        found = part(one, places[one.day], None if inside is None else inside[one.day])
        if found is not None:
            yield found


def _by_reader(whole: Period, home: Home) -> float:
    there = whole.within(home.weights)
    if not len(there.channel):
        return 0.0
    weighed = there.weighed(home.weights).frame
    return float(np.average(weighed.means @ homes.OUTCOMES_OF[home.of][:3], weights=weighed.sizes))


def _carriers(
    line: Line, before: Sequence[Closed], after: Sequence[Closed], places: Mapping[date, np.ndarray]
) -> Iterator[Carrier]:
    days = [*before, *after]
    if line.channel_id is None:
        names = dict(Channel.objects.values_list("pk", "name"))
        for channel in sorted({int(one) for day in days for one in np.unique(day.channel[places[day.day]])}):
            yield Carrier("channel", names[channel], channel, {day.day: day.channel == channel for day in days})
    for brief in Brief.objects.filter(active=True).exclude(pk=line.brief_id or 0):
        yield Carrier(
            "brief",
            brief.name,
            brief.pk,
            {day.day: among(day.message, day.matches.briefs.get(brief.pk, NOBODY)) for day in days},
        )
    kinds = _kinds(days)
    for kind in sorted({name for of_day in kinds.values() for name in of_day}):
        inside = {day.day: kinds[day.day].get(kind, np.zeros(len(day.message), dtype=bool)) for day in days}
        yield Carrier("kind", kind, kind, inside)


def _kinds(days: Sequence[Closed]) -> dict[date, dict[str, Bools]]:
    """Which messages of each day are of which kind."""
    found: dict[date, dict[str, Bools]] = {day.day: {} for day in days}
    if not days:
        return found
    rows = Reading.objects.filter(
        message__published_at__gte=midnight(days[0].day), message__published_at__lt=midnight(days[-1].day + DAY)
    ).exclude(kinds=[])
    kinds = dict(rows.values_list("message_id", "kinds").order_by().iterator(AT_ONCE))
    for day in days:
        for at, message in enumerate(day.message.tolist()):
            for kind in kinds.get(message, ()):
                found[day.day].setdefault(kind, np.zeros(len(day.message), dtype=bool))[at] = True
    return found


def _shown(
    after: Sequence[Closed],
    places: Mapping[date, np.ndarray],
    inside: Mapping[date, Bools] | None,
    of: str,
    rises: bool,
) -> list[int]:
    """The newest messages that people coded the way in which it changed."""
    wanted = {"net": (0, 2), "negative": (1, 0), "positive": (0, 2)}[of][rises]
    found: list[int] = []
    for day in reversed(after):
        mine = np.isin(day.at, places[day.day]) & (day.label == wanted)
        if inside is not None:
            mine &= inside[day.day][day.at]
        found += day.message[day.at[mine]].tolist()
    return found[:MOST]


def _rounded(*values: float) -> list[float]:
    return [round(one, 6) for one in values]
