"""Where lines were, are and go: the rows that the pages show, found for many lines at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from rapport.core.measure.coverage import NEEDLE
from rapport.core.measure.share import FEWEST_LABELS
from rapport.server.measure.models import Alarm, Annotation, Coder, DeskDay, Drawn, Figure, Goal, Line, Watching
from rapport.server.measure.queries import WEEK, monday
from rapport.server.measure.watching import BASELINE
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User

SEEN = ("red", "ruler", "course")
"""Alarms that people are told of; amber only asks for labels."""

FRESH = timedelta(days=8)  # a seven-day value that is older is no "now"
BACK = 3
"""So many weeks in a row lie back where the line was before a change, until that counts as over."""

NUMBERS = ("net", "negative", "positive")
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Gathering:
    """A baseline that is not there yet, so that nothing can ring: so many of its days have passed, and it is there
    about `until`. `again`: behind an alarm; else it is the first."""

    days: int
    needed: int
    until: date
    again: bool


@dataclass
class Whereabouts:
    """One line: whole weeks, oldest first, and the newest seven days; what rang, what happened, what it shall come to.

    day     that it is looked at from: today, or an earlier one whose knowledge is asked for
    ahead   the weeks to come by what is shown, where they are not those of a goal: see `goals.foreseen`
    """

    line: Line
    day: date
    weeks: list[Figure] = field(default_factory=list)
    seven: Figure | None = None
    goals: list[Goal] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    watching: Watching | None = None
    ahead: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    gathering: Gathering | None = None

    @property
    def change(self) -> Alarm | None:
        """The newest red alarm, unless it was put away by that day: whatever rang before, it is the answer to."""
        newest = next((alarm for alarm in reversed(self.alarms) if alarm.kind == "red"), None)
        put_away = newest and newest.closed_at and newest.closed_at < after(self.day)
        return None if put_away else newest

    @property
    def over(self) -> date | None:
        """About when that change ended: the first of the newest weeks that all lie back where it began."""
        change = self.change
        if change is None or not (before := change.found.get("before")) or (up := rises(change)) is None:
            return None
        sure = [row for row in self.weeks if row.start > (change.began or change.day) and not grey(row)]
        told = [(row, found[0] - before[0]) for row in sure if (found := value(row, change.found["of"], people=False))]
        run = list(takewhile(lambda one: (one[1] if up else -one[1]) <= self.line.tolerance, reversed(told)))
        return run[-1][0].start if len(run) >= BACK else None

    @property
    def ruler(self) -> Alarm | None:
        """The reader has moved, and nobody has said yet that this is settled."""
        return next((alarm for alarm in self.alarms if alarm.kind == "ruler" and alarm.closed_at is None), None)

    @property
    def of(self) -> str:
        """The number by which it is shown where nobody chose: that of its goal, so that the fan is seen."""
        return self.goals[0].of if self.goals else "net"

    def goal(self, of: str) -> Goal | None:
        return next((goal for goal in self.goals if goal.of == of), None)

    def fan(self, of: str) -> list[dict[str, Any]]:
        """The weeks to come, each as in `Goal.outlook`."""
        if of in self.ahead:
            return self.ahead[of]
        goal = self.goal(of)
        return list((goal.outlook or {}).get("fan") or []) if goal else []


def value(figure: Figure, of: str, *, people: bool) -> Triple | None:
    """The number with its interval; None where there are not enough labels."""
    found = figure.people.get(of) if people else figure.net if of == "net" else figure.shares.get(of)
    return (found[0], found[1], found[2]) if found else None


def looks(figure: Figure, of: str) -> Triple | None:
    """The number with the interval that holds however often one looks at this period; None where there is none."""
    kept = figure.made.get("looks") or {}
    found = kept.get(of) if isinstance(kept, dict) else kept if of == "net" else None
    return (found[0], found[1], found[2]) if found else None


def moved(figure: Figure, part: str) -> Triple | None:
    """What the tone or the mix of channels did to net tone since the period before."""
    found = (figure.made.get("change") or {}).get(part)
    return (found[0], found[1], found[2]) if isinstance(found, list) else None


MESSAGES_ALONE = ("effective", "multiplier", "uncodable", "bound", "carried", "change")
"""Columns that begin so are told of messages and not of people."""


def rests_on(figure: Figure, *, people: bool = False) -> dict[str, Any]:
    """What a number rests on, by the names that it has in every file; bounds, carried and change are of net tone.
    Beside a number of people, its own labels, and nothing in what is told of messages alone."""
    told = _rests_on(figure)
    if not people:
        return told
    told["labels"] = figure.made.get("people_labels", figure.labels)
    return {name: None if name.startswith(MESSAGES_ALONE) else one for name, one in told.items()}


def _rests_on(figure: Figure) -> dict[str, Any]:
    alpha, alpha_low, alpha_high = figure.alpha or NONE
    carried, carried_low, carried_high = figure.made.get("carried") or NONE
    bound_low, bound_high = figure.bounds or (None, None)
    (tone, tone_low, tone_high), (mix, mix_low, mix_high) = (moved(figure, part) or NONE for part in ("tone", "mix"))
    unclear, unclear_low, unclear_high = figure.shares.get("uncodable") or NONE
    days_coded, days, _waiting = figure.made.get("coded") or NONE
    return {
        "labels": figure.labels,
        "needed": figure.needed,
        "effective": figure.effective,
        "multiplier": figure.effective / figure.labels if figure.effective and figure.labels else None,
        "alpha": alpha,
        "alpha_low": alpha_low,
        "alpha_high": alpha_high,
        "uncodable": unclear,
        "uncodable_low": unclear_low,
        "uncodable_high": unclear_high,
        "messages": figure.messages,
        "voices": figure.made.get("voices"),
        "people_labels": figure.made.get("people_labels"),
        "late": figure.late,
        "words_since": figure.made.get("words_since"),
        "days_coded": days_coded,
        "days": days,
        "not_read": " ".join(figure.made.get("unread", ())),
        "heard": figure.weight,
        "no_verdict": grey(figure),
        "missing": "; ".join(figure.missing),
        "bound_low": bound_low,
        "bound_high": bound_high,
        "carried": carried,
        "carried_low": carried_low,
        "carried_high": carried_high,
        "change_tone": tone,
        "change_tone_low": tone_low,
        "change_tone_high": tone_high,
        "change_mix": mix,
        "change_mix_low": mix_low,
        "change_mix_high": mix_high,
        "made_at": figure.made_at,
    }


NONE = (None, None, None)


def rises(alarm: Alarm) -> bool | None:
    """Whether what is watched went up; None where nobody can say yet."""
    moved = alarm.found.get("size")
    if moved:
        return bool(moved[0] > 0)
    stated = alarm.found.get("rises")
    return None if stated is None else bool(stated)


def gathered(found: Sequence[Whereabouts]) -> None:
    """Note of which lines nothing can ring yet, and until when."""
    quiet = [one for one in found if one.line.watched and one.line.closed_at is None]
    quiet = [one for one in quiet if one.watching is None or not (one.watching.red or one.watching.refusal)]
    if not quiet or (opened := DeskDay.objects.aggregate(first=Min("day"))["first"]) is None:
        return
    reds = Alarm.objects.filter(line__in=[one.line.pk for one in quiet], kind="red").order_by()
    rang = dict(reds.values_list("line").annotate(Max("day")))
    for one in quiet:
        last = max(rang.get(one.line.pk, date.min), opened - timedelta(days=1))
        until = last + BASELINE + timedelta(days=1)
        if until >= one.day:
            days = max((one.day - last).days - 1, 0)
            one.gathering = Gathering(days, BASELINE.days, until, last == rang.get(one.line.pk))


def why_not(watching: Watching) -> str:
    """Why there is no red alarm, in words; empty where nothing stands in its way."""
    why = watching.refusal or {}
    if "have" in why:
        return _("not enough labels in eight weeks: %(have)s of %(need)s") % why
    if "asked" in why:
        words = _(
            "a change of %(asked)s points cannot be told from the error of the baseline and the wandering of days; ask"
            " for at least %(least)s points"
        )
        return words % {name: number_format(round(100 * why[name], 1), 1) for name in ("asked", "least")}
    return str(why.get("words", ""))


def happened(note: Annotation) -> str:
    """What was written down, by people or by the timetable."""
    if note.words:
        return _("From here on other words find it: those of “%(brief)s” were changed") % {"brief": note.words}
    return _("From here on another reader of tone: %(reader)s") % {"reader": note.reader} if note.reader else note.text


def grey(figure: Figure) -> bool:
    """Too little was heard for a verdict."""
    return figure.weight < NEEDLE


def missing(figure: Figure) -> int:
    """Labels that are not there yet."""
    return max((figure.needed or FEWEST_LABELS) - figure.labels, 0)


def lines() -> list[Line]:
    return list(Line.objects.filter(closed_at=None).select_related("brief", "channel"))


def whereabouts(lines: Sequence[Line], now: datetime, *, weeks: int, known: date | None = None) -> list[Whereabouts]:
    """In the order of the lines; the number of questions to the database does not depend on theirs."""
    today = now.astimezone(UTC).date()
    first, whole = monday(today) - weeks * WEEK, min(known or today, today - timedelta(days=1))
    day = known or today
    found = {line.pk: Whereabouts(line, day) for line in lines}
    for figure in _figures(found, known).filter(period="week", end__gte=first, end__lte=whole):
        found[figure.line_id].weeks.append(figure)
    for figure in _figures(found, known).filter(period="seven", end__gt=day - FRESH, end__lte=day):
        found[figure.line_id].seven = figure  # they come in order: the newest stays
    for one in found.values():
        one.weeks = list({figure.end: figure for figure in one.weeks}.values())  # of vintages, the newest
    _beside(found, first, known)
    if known is None:
        gathered(list(found.values()))
    return list(found.values())


def _figures(found: Iterable[int], known: date | None) -> QuerySet[Figure]:
    figures = Figure.objects.filter(line__in=list(found)).order_by("end", "id")
    if known is None:
        return figures.filter(current=True)
    return figures.filter(made_at__lt=after(known))


def after(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def _beside(found: dict[int, Whereabouts], first: date, known: date | None) -> None:
    """Goals, alarms, what happened, and how the alarms stand; as they were at the time, where that is asked."""
    lines = list(found)
    goals, alarms = Goal.objects.filter(line__in=lines), Alarm.objects.filter(line__in=lines, kind__in=SEEN)
    notes = Annotation.objects.filter(Q(line__in=lines) | Q(line=None), day__gte=first).select_related("by")
    if known is None:
        goals = goals.filter(closed_at=None)
    else:
        until = after(known)
        goals = goals.filter(Q(closed_at=None) | Q(closed_at__gte=until), set_at__lt=until)
        alarms, notes = alarms.filter(rang_at__lt=until), notes.filter(day__lte=known)
    for goal in goals:
        if known and goal.outlook and goal.outlook["day"] > known.isoformat():
            goal.outlook = None  # it was looked at later, and is not kept as it was
        found[goal.line_id].goals.append(goal)
    for alarm in alarms.filter(Q(day__gte=first) | Q(closed_at=None)).order_by("day", "id"):
        found[alarm.line_id].alarms.append(alarm)
    for note in notes:
        for one in found.values() if note.line_id is None else (found[note.line_id],):
            one.annotations.append(note)
    for watching in Watching.objects.filter(line__in=lines) if known is None else ():
        found[watching.line_id].watching = watching


# -- what waits for people -------------------------------------------------------------------------------------------


def may_hear(user: User) -> bool:
    """Whom alarms are for: those who set them up, and those who see everything."""
    return may(user, "measure") or may(user, "see_all")


def ringing() -> QuerySet[Alarm]:
    return Alarm.objects.filter(closed_at=None, kind__in=SEEN, line__closed_at=None).select_related("line")


def coded_at_all() -> bool:
    """Whether anybody codes, or has."""
    return Coder.objects.filter(active=True).exists() or Drawn.objects.exclude(answer="").exists()
