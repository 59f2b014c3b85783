"""The alarms of lines, day by day: red says that the tone has changed, amber only asks for more labels, and the ruler
says that the reader has moved.

Red rings when its own evidence suffices and, where several lines are watched, when it is also among those that stand
out of all of them together. Then a new baseline begins behind it.

Red and the ruler wait for a day's labels. Amber needs none: it looks at a day as soon as it has closed, so that more
labels are asked for from the next one on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, F, Max, Q

from rapport.core.measure.change import Amber, RedAlarm, Ruler, TooFine, flagged, standing_out
from rapport.core.measure.coverage import NEEDLE
from rapport.core.types import NotEnough
from rapport.server import many
from rapport.server.measure import carried, homes
from rapport.server.measure.figures import Hours, hours_between
from rapport.server.measure.homes import Home
from rapport.server.measure.lines import DAY, WAITED, Closed, Shelf, apart, complain, open_lines
from rapport.server.measure.models import Alarm, Annotation, DeskDay, Line, Watching
from rapport.server.organise.models import Team, User
from rapport.server.organise.notices import tell, those_who_may
from rapport.server.organise.record import recorded

BASELINE = timedelta(weeks=8)
FEWEST_DAYS = 42
"""Closed days that a baseline of eight weeks needs."""

TRIED_AGAIN = 0
"""The day of the week on which a baseline that did not do is taken anew: Monday."""

LEARNED = timedelta(days=28)
"""So long after a change of reader amber and the ruler hold on to what it says now."""

FILLED = timedelta(days=28)
"""So long behind an alarm its size becomes more certain."""

LARGEST = 600.0
EXPECTED_AT_ONCE = 20
STALE = 1.5
"""What was to be expected is played anew when so many times as many lines are watched together, or so many fewer."""

LOOKED_BACK = timedelta(days=14)


# -- states ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class State:
    """The alarms of a line, as `Watching` keeps them."""

    line: Line
    day: date | None = None
    home: Home | None = None
    red: RedAlarm | None = None
    amber: Amber | None = None
    ruler: Ruler | None = None
    refusal: dict[str, Any] | None = None
    expected: Any = None
    amber_day: date | None = None

    @classmethod
    def of(cls, row: Watching, line: Line) -> State:
        """As it was kept; anew when something else is watched now."""
        home = Home.of_told(row.baseline) if row.baseline else None
        if home and (home.of, home.tolerance) != (line.watches, line.tolerance):
            return cls(line, row.day)
        return cls(
            line,
            row.day,
            home,
            _red(row.red) if row.red else None,
            Amber(**row.amber | {"seen": tuple(row.amber["seen"])}) if row.amber else None,
            Ruler(**row.ruler) if row.ruler else None,
            row.refusal,
            row.expected,
            row.amber_day,
        )

    def row(self) -> Watching:
        return Watching(
            line=self.line,
            day=self.day,
            baseline=self.home.told() if self.home else None,
            red=_kept(self.red) if self.red else None,
            amber=asdict(self.amber) if self.amber else None,
            ruler=asdict(self.ruler) if self.ruler else None,
            refusal=self.refusal,
            expected=self.expected,
            amber_day=self.amber_day,
        )


def _kept(red: RedAlarm) -> dict[str, Any]:
    """JSON knows no infinity."""
    return asdict(red) | {"mass": [None if math.isinf(one) else one for one in red.mass]}


def _red(kept: Mapping[str, Any]) -> RedAlarm:
    mass = tuple(-math.inf if one is None else one for one in kept["mass"])
    return RedAlarm(**{**kept, "mass": mass, "run": tuple(kept["run"]), "since": tuple(kept["since"])})


# -- the night -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Turn:
    """What all lines share in one turn; `first`: the first closed day."""

    now: datetime
    first: date
    shelf: Shelf
    hours: Hours

    def deaf(self, day: date) -> set[int]:
        """The channels of which too much of the day is missing."""
        told = ((channel, due, missed) for (channel, on), (due, missed) in self.hours.items() if on == day)
        return {channel for channel, due, missed in told if due and 1 - missed / due < NEEDLE}


def step(now: datetime, *, seed: int = 0) -> int:
    """Take the alarms of all watched lines over the days whose labels are there. How many days."""
    _note_readers(now)
    lines = [line for line in open_lines() if line.watched]
    rows = {row.line_id: row for row in Watching.objects.filter(line__in=lines)}
    states = {line: State.of(rows.get(line.pk, Watching(line=line)), line) for line in lines}
    days, early = _days(states.values(), now)
    failed: dict[Line, str] = {}
    if days or early:
        first = DeskDay.objects.order_by("day").values_list("day", flat=True)[0]
        turn = Turn(now, first, Shelf(lines), hours_between(days[0], days[-1]) if days else {})
        for day in days:
            _day(day, [state for line, state in states.items() if line not in failed], turn, failed)
        for day in early:
            _early(day, [state for line, state in states.items() if line not in failed], turn, failed)
        if days:
            _fill_in(days[-1], turn, failed)
    _say_what_to_expect([state for line, state in states.items() if line not in failed], seed, failed)
    complain(failed)
    return len(days)


def _days(states: Iterable[State], now: datetime) -> tuple[list[date], list[date]]:
    """The days that are ready and that some line has not seen yet, in order; a new line begins with the newest. Then
    those that have closed since and wait for labels."""
    seen = [state.day for state in states]
    open_ = Count("drawn", filter=Q(drawn__answer="", drawn__place__lt=F("planned")))
    since = min((day for day in seen if day), default=None)
    rows = DeskDay.objects.filter(closed_at__lte=now).order_by("day")
    rows = rows.filter(day__gt=since or now.date() - LOOKED_BACK)
    ready: list[date] = []
    early: list[date] = []
    for day, closed_at, waiting in rows.annotate(open=open_).values_list("day", "closed_at", "open"):
        (early if early or (waiting and now < closed_at + WAITED) else ready).append(day)
    if since is None and seen:
        return ready[-1:], []
    return (ready, early) if seen else ([], [])


def _day(day: date, states: Sequence[State], turn: Turn, failed: dict[Line, str]) -> None:
    """One day for all lines: first what each finds, then what that means beside the others."""
    stepped: list[State] = []
    rang: list[Alarm] = []
    for state in states:
        if state.day is None or state.day < day:
            with apart(state.line, failed):
                rang += _after(state, day, turn)
                stepped.append(state)
    alive = [state for state in states if state.line not in failed]
    for state in _red_together(alive):
        with apart(state.line, failed):
            rang.append(_ring(state, day, turn))
    with recorded("alarms.stepped", "timetable", day=day.isoformat()) as entry:
        _save([state for state in stepped if state.line not in failed], turn.now)
        for alarm in rang:
            announce(alarm)
        entry.detail["rang"] = [f"{alarm.line}: {alarm.kind}" for alarm in rang]
        if not rang:
            entry.quiet()


def _early(day: date, states: Sequence[State], turn: Turn, failed: dict[Line, str]) -> None:
    """Amber over a day whose labels are not there yet. How many the next day asks for may depend on it: red holds for
    any number that does not depend on that day's labels."""
    stepped: list[State] = []
    rang: list[Alarm] = []
    for state in states:
        if state.amber and (state.amber_day is None or state.amber_day < day):
            with apart(state.line, failed):
                rang += _amber(state, day, turn)
                stepped += [state] if state.amber_day == day else []
    if stepped:
        with recorded("alarms.stepped", "timetable", day=day.isoformat()) as entry:
            _save([state for state in stepped if state.line not in failed], turn.now)
            for alarm in rang:
                announce(alarm)
            entry.detail["rang"] = [str(alarm.line) for alarm in rang]
            if not rang:
                entry.quiet()


def _save(states: Sequence[State], now: datetime) -> None:
    """The states, and that surges are over."""
    calm = [state.line for state in states if not (state.amber and state.amber.surging)]
    Alarm.objects.filter(line__in=calm, kind="amber", closed_at=None).update(closed_at=now)
    changing = [name.name for name in Watching._meta.concrete_fields if name.name != "line"]
    many.add([state.row() for state in states], over=("line",), anew=changing)


# -- one line, one day -----------------------------------------------------------------------------------------------


def _after(state: State, day: date, turn: Turn) -> list[Alarm]:
    """The line's alarms after one more day, without saving them. What rang, but for red."""
    state.day = day
    settled = state.home is not None and not state.refusal
    if not settled and (not state.refusal or day.weekday() == TRIED_AGAIN):
        rang = _amber(state, day, turn)
        _settle(state, day, turn)
        return rang
    found = turn.shelf.days(day, day)
    if not found or state.home is None:
        return []
    if found[0].reader != state.home.reader:
        state.home = replace(state.home, reader=found[0].reader, since=day)
        state.amber, state.ruler = state.amber and state.amber.surge(), None
    return _step(state, found[0], turn)


def _settle(state: State, day: date, turn: Turn) -> None:
    """Take the baseline from the last eight weeks, when there are so many behind the last alarm."""
    last = Alarm.objects.filter(line=state.line, kind="red").aggregate(last=Max("day"))["last"]
    first = day - BASELINE + DAY
    if first <= (last or date.min) or first < turn.first:
        return
    parts = turn.shelf.parts(state.line, first, day, one_each=True)
    if len(parts) < FEWEST_DAYS:
        return
    home = homes.settle(parts, state.line.watches, state.line.tolerance)
    if isinstance(home, NotEnough):
        state.refusal = {"have": home.have, "need": home.need}
        return
    red = homes.alarm(home)
    state.expected = None
    state.home, state.ruler = homes.ruler(parts, home)
    state.refusal = {"asked": red.asked, "least": red.least} if isinstance(red, TooFine) else None
    if isinstance(red, RedAlarm):
        state.red = red
        if state.amber is None:
            state.amber, state.amber_day = homes.amber(parts, home), day


def _step(state: State, day: Closed, turn: Turn) -> list[Alarm]:
    """All three alarms over one day."""
    assert state.home is not None  # noqa: S101
    home, deaf = state.home, turn.deaf(day.day)
    part = next(iter(turn.shelf.parts(state.line, day.day, day.day, one_each=True)), None)
    if state.red:
        # whoever asks for a few more has seen some of the day, and red holds for numbers that do not hang on that
        state.red = state.red.step(homes.today(part.as_planned() if part else None, home, deaf))
    rang = _amber(state, day.day, turn)
    if state.ruler and part:
        state.ruler = state.ruler.step(*homes.residual(part, home))
        if state.ruler.moved:
            rang.append(_moved(state, state.ruler, day.day, turn.now))
    if (state.ruler is None or state.amber is None) and day.day - state.home.since >= LEARNED:
        _learn(state, state.home, day.day, turn)
    return rang


def _learn(state: State, home: Home, day: date, turn: Turn) -> None:
    """What amber and the ruler hold on to, from the days since the reader became another. Until then amber went by the
    few days of its surge."""
    parts = turn.shelf.parts(state.line, home.since, day, one_each=True)
    anew = state.ruler is None
    if anew:
        state.home, state.ruler = homes.ruler(parts, home)
    if state.red and (state.amber is None or (anew and state.ruler and not state.amber.surging)):
        state.amber, state.amber_day = homes.amber(parts, home) or state.amber, day


def _amber(state: State, day: date, turn: Turn) -> list[Alarm]:
    """Amber after one more day, once for each. It knows one reader: days of another wait until red has come to them.

    Behind a red alarm a surge lasts for some days, so that its size gets known; nothing is watched meanwhile."""
    amber = state.amber
    if amber is None or (state.amber_day and state.amber_day >= day):
        return []
    if state.home is None:
        state.amber, state.amber_day = (replace(amber, left=amber.left - 1) if amber.left > 1 else None), day
        return []
    found = turn.shelf.days(day, day)
    if not found or found[0].reader != state.home.reader:
        return []
    part = next(iter(turn.shelf.parts(state.line, day, day, one_each=True)), None)
    share = homes.reader_share(part, state.home)
    leans = state.red is not None and state.red.leans
    state.amber, state.amber_day = amber.step(share, leans=leans), day
    if not state.amber.surging or amber.surging:
        return []
    told = {"of": state.line.watches, "share": share, "mean": amber.mean, "sd": amber.sd}
    return [Alarm(line=state.line, kind="amber", day=day, rang_at=turn.now, found=told)]


def _moved(state: State, ruler: Ruler, day: date, now: datetime) -> Alarm:
    """The reader has moved: it sees more than before of what is watched, or less. A new ruler begins once it has shown
    for some weeks where to."""
    assert state.home is not None  # noqa: S101
    state.home = replace(state.home, since=day + DAY)
    state.ruler = None
    found = {"of": state.line.watches, "more": ruler.down >= ruler.up, "reader": state.home.reader}
    return Alarm(line=state.line, kind="ruler", day=day, rang_at=now, found=found)


# -- red -------------------------------------------------------------------------------------------------------------


def _red_together(states: Sequence[State]) -> list[State]:
    """The lines that are red: by their own evidence and, of several, among those that stand out together."""
    watched = {str(state.line.pk): state for state in states if state.red}
    evidence = {key: math.exp(min(_log(state), LARGEST)) for key, state in watched.items()}
    out = flagged(evidence) if len(evidence) > 1 else tuple(evidence)
    return [watched[key] for key in out if (red := watched[key].red) and red.red]


def _log(state: State) -> float:
    return state.red.log_evidence if state.red else -math.inf


def _ring(state: State, day: date, turn: Turn) -> Alarm:
    """The alarm, with what is known of it so far. A new baseline begins behind it, and a surge to know its size."""
    assert state.home is not None  # noqa: S101
    assert state.red is not None  # noqa: S101
    stepped = DeskDay.objects.filter(day__gt=state.home.last, day__lte=day).order_by("-day")
    days = list(stepped.values_list("day", flat=True)[: state.red.day])
    began = days[max(len(days) - state.red.began, 0)] if days else day
    found = {
        "of": state.home.of,
        "rises": state.red.rises,
        "before": list(state.home.value),
        "after": None,
        "size": None,
        "labels": 0,
        "evidence": math.exp(min(state.red.log_evidence, LARGEST)),
        "threshold": state.red.threshold,
        "days": state.red.day,
        "tolerance": state.red.tolerance,
        "home": state.home.told(),
    }
    alarm = Alarm(line=state.line, kind="red", day=day, began=began, rang_at=turn.now, found=found)
    alarm.found |= carried.by(alarm, state.home, day)
    alarm.found["grew"] = alarm.found.get("compared", [None])[-1]
    state.amber = state.amber and state.amber.surge()
    state.home = state.red = state.ruler = state.expected = state.refusal = None
    return alarm


def _fill_in(last: date, turn: Turn, failed: dict[Line, str]) -> None:
    """The size of changes, from labels behind the alarm: those before it were chosen because they stood out."""
    rows = Alarm.objects.filter(kind="red", day__gte=last - FILLED, day__lt=last).select_related("line__brief")
    for alarm in rows:
        if alarm.line in failed or "home" not in alarm.found:
            continue
        until = date.fromisoformat(alarm.found["until"]) if "until" in alarm.found else alarm.day
        if 4 * (last - until) < last - alarm.day:
            continue
        with apart(alarm.line, failed):
            home = Home.of_told(alarm.found["home"])
            new = carried.size(alarm, home, last, turn.shelf) | carried.by(alarm, home, last)
            with recorded("alarm.filled_in", "timetable", target=alarm) as entry:
                entry.quiet()
                alarm.found |= new
                alarm.save(update_fields=["found"])


# -- telling ---------------------------------------------------------------------------------------------------------

NOTICES = {"red": "tone_changed", "ruler": "reader_moved", "course": "off_course"}


def announce(alarm: Alarm) -> None:
    """Save it, and tell those who should know. Amber only asks coders for more."""
    alarm.save()
    if what := NOTICES.get(alarm.kind):
        tell(concerned(), what, place(alarm), line=alarm.line.name, day=(alarm.began or alarm.day).isoformat())


def place(alarm: Alarm) -> str:
    """The address of its page."""
    return f"/course/alarms/{alarm.pk}/"


def concerned() -> set[User]:
    """Those who set up what is measured, and the hub."""
    hub = User.objects.filter(is_active=True, teams__in=Team.objects.filter(function="hub", closed_at=None))
    return {*those_who_may("measure"), *hub}


def _note_readers(now: datetime) -> None:
    """Where another reader begins, everybody should see that: from then on the ruler is another one."""
    rows = DeskDay.objects.filter(day__gt=now.date() - LOOKED_BACK, closed_at__lte=now).exclude(reader="")
    told = list(rows.order_by("day").values_list("day", "reader"))
    for (_, before), (day, reader) in pairwise(told):
        if before == reader:
            continue
        if not Annotation.objects.filter(day=day, line=None, reader=reader[:200]).exists():
            with recorded("reader.annotated", "timetable", day=day.isoformat(), reader=reader):
                Annotation.objects.create(day=day, reader=reader[:200], at=now)


# -- what to expect --------------------------------------------------------------------------------------------------


def _say_what_to_expect(states: Iterable[State], seed: int, failed: dict[Line, str]) -> None:
    """How long one waits for red, shown before one does. Years are played for it, so only for some lines a night."""
    states = list(states)
    lines = sum(state.red is not None for state in states)
    due = [state for state in states if state.home and state.red and _stale(state.expected, lines)]
    for state in due[:EXPECTED_AT_ONCE]:
        with apart(state.line, failed), recorded("alarm.expected", "timetable", target=state.line) as entry:
            entry.quiet()
            assert state.home is not None  # noqa: S101
            state.expected = homes.expected(state.home, seed, lines)
            Watching.objects.filter(line=state.line).update(expected=state.expected)


def _stale(expected: Any, lines: int) -> bool:
    bar = standing_out(lines)
    return expected is None or any(not 1 / STALE < one.get("bar", bar) / bar < STALE for one in expected)
