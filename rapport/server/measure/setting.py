"""What people set up: lines and their order, alarms on and off, goals, what happened and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.core.signing import BadSignature, dumps, loads
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.types import Refused
from rapport.server.listen import actions as listening
from rapport.server.listen.models import Brief, Channel
from rapport.server.measure import words
from rapport.server.measure.models import Alarm, Annotation, Goal, Line, Watching
from rapport.server.measure.watching import NOTICES, place
from rapport.server.measure.whereabouts import NUMBERS
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.notices import settle
from rapport.server.organise.record import recorded

LONGEST_NAME, LONGEST_TEXT = 80, 200
TOLERANCES = (0.005, 0.3)
SALT = "annotation"
NOT_LOOKED_AT = dict.fromkeys(("start", "start_error", "error", "off", "week", "outlook"))
"""Of a goal: nothing is known yet."""


# -- lines -----------------------------------------------------------------------------------------------------------


def save_line(
    line: Line | None,
    *,
    name: str,
    brief: Brief | None,
    channel: Channel | None,
    watches: str,
    tolerance: float,
    actor: User,
) -> Line | Refused:
    """Make a line or change it. When something changes of what its alarm watches, the alarm begins anew. When it is
    about something else, all its weeks are worked out anew; what rang about the other thing is put away."""
    name = name.strip()
    if refused := refusal(actor, "measure") or _line_refused(line, name, watches, tolerance):
        return refused
    row = line or Line(position=_last(), watched=False)
    before = None if line is None else _watched(line)
    row.name, row.brief, row.channel, row.watches, row.tolerance = name, brief, channel, watches, tolerance
    with recorded("line.saved" if line else "line.made", actor, watches=watches, tolerance=tolerance) as entry:
        row.save()
        entry.target = row
        entry.detail |= {"brief": row.brief_id, "channel": row.channel_id}
        if before and before != _watched(row):
            Watching.objects.filter(line=row).delete()
            if before[:2] != _watched(row)[:2]:
                _about_something_else(row, actor)
    return row


def _about_something_else(line: Line, actor: User) -> None:
    line.figures.all().delete()
    Goal.objects.filter(line=line, closed_at=None).update(**NOT_LOOKED_AT)
    for alarm in line.alarms.all():
        alarm.found.pop("home", None)  # its size is not to be told by other messages
        alarm.save(update_fields=["found"])
    for alarm in line.alarms.filter(closed_at=None):
        _put_away(alarm, actor)


def _line_refused(line: Line | None, name: str, watches: str, tolerance: float) -> Refused | None:
    if not name:
        return Refused(_("A line needs a name."))
    if len(name) > LONGEST_NAME:
        return Refused(_("The name is longer than %(n)s characters.") % {"n": LONGEST_NAME})
    if Line.objects.filter(name=name).exclude(pk=line.pk if line else 0).exists():
        return Refused(_("There is a line of that name already."))
    if watches not in NUMBERS:
        return Refused(_("A line watches negative messages, positive ones, or net tone."))
    low, high = TOLERANCES
    if not low <= tolerance <= high:
        return Refused(
            _("The tolerance lies between %(low)s and %(high)s points.") % {"low": 100 * low, "high": 100 * high}
        )
    return None


def _watched(line: Line) -> tuple[object, ...]:
    return line.brief_id, line.channel_id, line.watches, line.tolerance


def _last() -> int:
    return (Line.objects.aggregate(last=Max("position"))["last"] or 0) + 1


def move_line(line: Line, *, up: bool, actor: User) -> Line | Refused:
    """One place up or down among the open lines."""
    if refused := refusal(actor, "measure"):
        return refused
    rows = list(Line.objects.filter(closed_at=None))
    at = next((n for n, row in enumerate(rows) if row.pk == line.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(rows):
        return Refused(_("It stands at the end already."))
    rows[at], rows[to] = rows[to], rows[at]
    with recorded("line.moved", actor, target=line, up=up):
        for position, row in enumerate(rows):
            row.position = position
        Line.objects.bulk_update(rows, ["position"])
    return line


def watch(line: Line, *, on: bool, actor: User, anew: bool = True) -> Line | Refused:
    """Switch the alarm on or off. Switched on it takes the weeks up to then as its baseline; not `anew`, which undoes
    that it was switched off, it goes on with the baseline and the evidence that it had."""
    if refused := refusal(actor, "measure"):
        return refused
    if line.closed_at:
        return Refused(_("The line is closed."))
    with recorded("line.watched" if on else "line.unwatched", actor, target=line):
        if on and anew and not line.watched:
            Watching.objects.filter(line=line).delete()
        line.watched = on
        line.save(update_fields=["watched"])
    return line


def close_line(line: Line, *, actor: User) -> Line | Refused:
    """Follow it no further. Its figures stay."""
    if refused := refusal(actor, "measure"):
        return refused
    with recorded("line.closed", actor, target=line):
        line.closed_at = line.closed_at or timezone.now()
        line.save(update_fields=["closed_at"])
    return line


def reopen_line(line: Line, *, actor: User) -> Line | Refused:
    if refused := refusal(actor, "measure"):
        return refused
    with recorded("line.reopened", actor, target=line):
        line.closed_at = None
        line.save(update_fields=["closed_at"])
    return line


# -- words -----------------------------------------------------------------------------------------------------------


def save_brief(
    brief: Brief | None, *, name: str, query: str, purpose: str, actor: User, active: bool = True
) -> Brief | Refused:
    """As `listen.actions.save_brief`. When its words change, that is written down beside the lines that go by them.

    Raises QueryError when the query cannot be read.
    """
    with transaction.atomic():
        before = brief and Brief.objects.filter(pk=brief.pk).values_list("words_at", flat=True).first()
        saved = listening.save_brief(brief, name=name, query=query, purpose=purpose, actor=actor, active=active)
        if isinstance(saved, Refused) or saved.words_at is None or saved.words_at == before:
            return saved
        day, told = saved.words_at.astimezone(UTC).date(), words.following(saved)
        if not told:
            return saved
        with recorded("annotation.made", actor, target=saved, day=day, lines=[line.pk for line in told]):
            Annotation.objects.filter(day=day, words=saved.name, line__in=told).delete()
            Annotation.objects.bulk_create(
                [Annotation(day=day, words=saved.name, line=line, by=actor, at=saved.words_at) for line in told]
            )
        return saved


# -- goals -----------------------------------------------------------------------------------------------------------


def set_goal(
    goal: Goal | None, *, line: Line, of: str, target: float, by_date: date, actor: User, now: datetime | None = None
) -> Goal | Refused:
    """Set a goal or change it. The way to it begins now; what was computed for another goes."""
    now = now or timezone.now()
    if refused := refusal(actor, "measure") or _goal_refused(line, of, target, by_date, now):
        return refused
    row = goal or Goal(line=line, set_by=actor)
    if (row.of, row.target, row.by_date) != (of, target, by_date) or goal is None:
        row.of, row.target, row.by_date, row.set_at = of, target, by_date, now
        for name, nothing in NOT_LOOKED_AT.items():
            setattr(row, name, nothing)
    with recorded("goal.changed" if goal else "goal.set", actor, of=of, to=target, by_date=by_date) as entry:
        row.save()
        entry.target = row
    return row


def _goal_refused(line: Line, of: str, target: float, by_date: date, now: datetime) -> Refused | None:
    if line.closed_at:
        return Refused(_("The line is closed."))
    if of not in NUMBERS:
        return Refused(_("A goal is about net tone, negative messages or positive ones."))
    low = -1.0 if of == "net" else 0.0
    if not low <= target <= 1.0:
        words = (
            _("Net tone lies between −100 and 100.") if of == "net" else _("A share lies between 0 and 100 %%.") % {}
        )
        return Refused(words)
    if by_date <= now.date():
        return Refused(_("The date of a goal lies ahead."))
    return None


def close_goal(goal: Goal, *, actor: User) -> Goal | Refused:
    if refused := refusal(actor, "measure"):
        return refused
    with recorded("goal.closed", actor, target=goal):
        goal.closed_at = goal.closed_at or timezone.now()
        goal.save(update_fields=["closed_at"])
    return goal


def reopen_goal(goal: Goal, *, actor: User) -> Goal | Refused:
    """Go for it again. Its way is the one that began when it was set."""
    if refused := refusal(actor, "measure"):
        return refused
    if goal.line.closed_at:
        return Refused(_("The line is closed."))
    with recorded("goal.reopened", actor, target=goal):
        goal.closed_at = None
        goal.save(update_fields=["closed_at"])
    return goal


# -- what happened ---------------------------------------------------------------------------------------------------


def annotate(*, day: date, text: str, line: Line | None, actor: User) -> Annotation | Refused:
    """Write down what happened on a day, on one line or on all."""
    text = text.strip()
    if refused := refusal(actor, "measure") or _text_refused(text):
        return refused
    with recorded("annotation.made", actor, day=day, line=line.pk if line else None) as entry:
        row = Annotation.objects.create(day=day, text=text, line=line, by=actor)
        entry.target = row
    return row


def _text_refused(text: str) -> Refused | None:
    if not text:
        return Refused(_("Say in a few words what happened."))
    if len(text) > LONGEST_TEXT:
        return Refused(_("Say it in at most %(n)s characters.") % {"n": LONGEST_TEXT})
    return None


def remove_annotation(row: Annotation, *, actor: User) -> str | Refused:
    """Take it away. What comes back is a sealed copy, with which `restore_annotation` undoes this."""
    if refused := refusal(actor, "measure"):
        return refused
    copy = {
        "day": row.day.isoformat(),
        "text": row.text,
        "reader": row.reader,
        "words": row.words,
        "line": row.line_id,
        "by": row.by_id,
        "at": row.at.isoformat(),
        "alarms": list(row.alarms.values_list("pk", flat=True)),
    }
    with recorded("annotation.removed", actor, target=row, day=row.day):
        row.delete()
    return dumps(copy, salt=SALT, compress=True)


def restore_annotation(sealed: str, *, actor: User) -> Annotation | Refused:
    """Undo a removal."""
    if refused := refusal(actor, "measure"):
        return refused
    try:
        copy: Mapping[str, Any] = loads(sealed, salt=SALT)
    except BadSignature:
        return Refused(_("This cannot be undone any more."))
    line = Line.objects.filter(pk=copy["line"]).first()
    same = Annotation.objects.filter(day=copy["day"], text=copy["text"], line=line, at=copy["at"]).first()
    if same or (copy["line"] and line is None):
        return same or Refused(_("The line is not there any more."))
    with recorded("annotation.restored", actor, day=copy["day"]) as entry:
        by = User.objects.filter(pk=copy["by"]).first()
        row = Annotation.objects.create(
            day=date.fromisoformat(copy["day"]),
            text=copy["text"],
            reader=copy.get("reader", ""),
            words=copy.get("words", ""),
            line=line,
            by=by,
            at=datetime.fromisoformat(copy["at"]),
        )
        Alarm.objects.filter(pk__in=copy["alarms"], annotation=None).update(annotation=row)
        entry.target = row
    return row


# -- alarms ----------------------------------------------------------------------------------------------------------


def explain_alarm(alarm: Alarm, *, text: str, actor: User) -> Annotation | Refused:
    """Say what happened: an annotation on the day from which on it was different."""
    text = text.strip()
    if refused := refusal(actor, "measure") or _text_refused(text):
        return refused
    with recorded("alarm.explained", actor, target=alarm) as entry:
        if said := Alarm.objects.select_for_update(of=("self",)).get(pk=alarm.pk).annotation:
            return entry.refuse(_("It was said already: “%(text)s”.") % {"text": said.text})
        row = Annotation.objects.create(day=alarm.began or alarm.day, text=text, line=alarm.line, by=actor)
        alarm.annotation = row
        alarm.save(update_fields=["annotation"])
    return row


def close_alarm(alarm: Alarm, *, actor: User) -> Alarm | Refused:
    """It is dealt with: nobody has to be told any more."""
    if refused := refusal(actor, "measure"):
        return refused
    if alarm.closed_at:
        return alarm
    with recorded("alarm.closed", actor, target=alarm):
        _put_away(alarm, actor)
    return alarm


def _put_away(alarm: Alarm, actor: User) -> None:
    alarm.closed_at, alarm.closed_by = timezone.now(), actor
    alarm.save(update_fields=["closed_at", "closed_by"])
    if what := NOTICES.get(alarm.kind):
        settle(what, place(alarm))


def reopen_alarm(alarm: Alarm, *, actor: User) -> Alarm | Refused:
    if refused := refusal(actor, "measure"):
        return refused
    with recorded("alarm.reopened", actor, target=alarm):
        alarm.closed_at, alarm.closed_by = None, None
        alarm.save(update_fields=["closed_at", "closed_by"])
    return alarm
