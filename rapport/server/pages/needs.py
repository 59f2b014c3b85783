"""What needs me now: rows out of several verbs, each with its reason, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rapport.server.listen.models import Channel
from rapport.server.measure import coding
from rapport.server.measure.coders import coder_of
from rapport.server.measure.whereabouts import may_hear, ringing
from rapport.server.organise.abilities import may
from rapport.server.organise.models import Function, User
from rapport.server.pages.course_tabs import reached
from rapport.server.pages.text import opening
from rapport.server.respond import moderating
from rapport.server.respond.models import Draft, Moderation, Outgoing
from rapport.server.route import lists
from rapport.server.route.models import Conversation, Conversations, beside, visible_to

ROWS = 7
MOST = 100  # beyond this nobody counts
SOON = timedelta(hours=2)
LEFT_LYING = timedelta(hours=1)
SECONDS_EACH = 10  # that coding a message takes


@dataclass(frozen=True, slots=True)
class Need:
    """One row. `urgency`: now, soon or nothing; within one urgency the smaller `order` comes first."""

    title: str
    reason: str
    url: str
    icon: str
    urgency: str
    order: tuple[int, datetime]
    talk: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    rows: list[Need]
    more: str


# What is wrong with a channel or an answer comes before what is urgent, then what is late, then what will be.
TROUBLE, URGENT, LATE, DUE, RANG, UNOWNED, LYING, CODING, SETTLING = range(9)


def needs(user: User, now: datetime) -> Needs:
    """At most seven rows, none twice, and how many open conversations of theirs are left. What sums up other work,
    and the desk, keep their place at the end, however much of their own waits."""
    found: dict[object, Need] = {}
    codes = coder_of(user) is not None
    trouble = (*_channels(user), *_answers(user), *_moderations(user), *_alarms(user))
    talks, condition = Conversation.objects.visible_to(user), theirs(user)
    mine = talks.filter(condition)
    waiting = (
        *_urgent(user, talks.filter(beside(condition))),
        *_clocks(user, mine, now),
        *_unowned(user),
        *_drafts(user, now),
    )
    for need in sorted((*trouble, *waiting), key=lambda need: need.order):
        found.setdefault(need.talk or need.url, need)
    desk = (*_coding(user, now, codes), *_settling(user, now, codes))
    across = [*_across(user, list(found.values())), *desk]
    rows = [*list(found.values())[: ROWS - len(across)], *across]
    return Needs(rows, _more(user, mine, {need.talk for need in rows if need.talk}))


def theirs(user: User) -> Q:
    """Open conversations that are this person's to move: their own, and those of their teams that nobody has."""
    teams = list(user.memberships.values_list("team_id", flat=True))
    return (Q(assignee=user) | Q(assignee=None, team__in=teams)) & Q(state="open")


def _more(user: User, mine: Conversations, shown: set[int]) -> str:
    if not may(user, "answer"):
        return ""
    left = len(mine.exclude(pk__in=shown).values_list("pk", flat=True)[:MOST])
    if not left:
        return ""
    if left == MOST:
        return _("and more than %(n)d more in your inbox") % {"n": MOST - 1}
    return _("and %(n)d more in your inbox") % {"n": left}


def _title(talk: Conversation) -> str:
    who = talk.who or _("Somebody")
    return f"{who}: {opening(talk.preview)}" if talk.preview else who


def _talk(talk: Conversation, reason: str, rank: int, order: datetime, urgency: str, icon: str) -> Need:
    url = reverse("conversation", args=[talk.pk])
    return Need(_title(talk), reason, url, icon, urgency, (rank, order), talk.pk)


def _channels(user: User) -> Iterable[Need]:
    if not may(user, "listen"):
        return
    for channel in Channel.objects.filter(state="needs_sign_in").order_by("trouble_since")[:ROWS]:
        since = channel.trouble_since or channel.created_at
        reason = _("needs you to sign in again since %(when)s") % {"when": said(since)}
        yield Need(channel.name, reason, reverse("listen"), "key", "now", (TROUBLE, since))


Begun = TypeVar("Begun", Outgoing, Moderation)


def _begun(rows: QuerySet[Begun], user: User) -> QuerySet[Begun]:
    """What they began themselves, and for those who direct also what others did, as far as they may see it."""
    if (condition := visible_to(user, "conversation__")) is not None:
        rows = rows.filter(condition)
    if not may(user, "direct"):
        rows = rows.filter(by=user)
    return rows.select_related("conversation", "by").order_by("-id")[:ROWS]


def _answers(user: User) -> Iterable[Need]:
    if not may(user, "answer"):
        return
    for answer in _begun(Outgoing.objects.filter(state__in=("failed", "unknown")), user):
        words = _("the answer by %(who)s was not sent: %(trouble)s")
        if answer.state == "unknown":
            words = _("nobody knows yet whether the answer by %(who)s was sent; we keep asking the platform")
        reason = words % {"who": answer.by.name, "trouble": _(answer.trouble) or _("no reason was given")}
        urgency = "now" if answer.state == "failed" else "soon"
        yield _talk(answer.conversation, reason, TROUBLE, answer.created_at, urgency, "alert")


def _moderations(user: User) -> Iterable[Need]:
    """What was to be done on a platform and needs a person, until somebody says what came of it."""
    if not may(user, "answer"):
        return
    doubtful = Q(state="failed") | Q(state="unknown", action__in=moderating.ONCE)
    for row in _begun(Moderation.objects.filter(doubtful), user):
        words = _("what %(who)s wanted done on the platform was not done: %(trouble)s")
        if row.state == "unknown":
            words = _("nobody knows whether the report by %(who)s arrived; somebody has to decide")
        reason = words % {"who": row.by.name, "trouble": _(row.trouble) or _("no reason was given")}
        yield _talk(row.conversation, reason, TROUBLE, row.created_at, "soon", "flag")


def _urgent(user: User, mine: Conversations) -> Iterable[Need]:
    """Of `mine`, whose condition stands beside: the few that are urgent have an index of their own."""
    if not may(user, "answer"):
        return
    for talk in mine.exclude(urgency="").filter(urgency="now").order_by("-last_at", "-id")[:ROWS]:
        waiting = talk.waiting_since or talk.last_at
        reason = _("urgent, and not answered since %(when)s") % {"when": said(waiting)}
        yield _talk(talk, reason, URGENT, waiting, "now", "urgent")


def _clocks(user: User, mine: Conversations, now: datetime) -> Iterable[Need]:
    if not may(user, "answer"):
        return
    for talk in mine.filter(due_at__lte=now + SOON).order_by("due_at")[:ROWS]:
        due = talk.due_at or now
        if due <= now:
            yield _talk(talk, _("late since %(when)s") % {"when": said(due)}, LATE, due, "now", "clock")
        else:
            yield _talk(talk, _("promised an answer by %(when)s") % {"when": said(due)}, DUE, due, "soon", "clock")


def _unowned(user: User) -> Iterable[Need]:
    """No rule knew an owner, so it came to the hub, and nobody took it there."""
    if not may(user, "direct"):
        return
    talks = Conversation.objects.visible_to(user).filter(state="open", assignee=None, team__function=Function.HUB)
    for talk in talks.order_by("-last_at")[:ROWS]:
        yield _talk(talk, _("nobody owns it yet"), UNOWNED, talk.last_at, "", "assign")


def _across(user: User, shown: list[Need]) -> Iterable[Need]:
    """For those who give conversations an owner: what is urgent, late or nobody's, in all teams together."""
    if not may(user, "direct"):
        return
    talks = Conversation.objects.visible_to(user)
    counts = lists.counts(talks, user, ("urgent", "late", "unowned"))
    urgent, late, unowned = (counts.get(view, 0) for view in ("urgent", "late", "unowned"))
    if urgent > sum(need.order[0] == URGENT for need in shown):
        title = ngettext("%(n)s conversation is urgent", "%(n)s conversations are urgent", urgent)
        reason = _("in all teams together; the oldest since %(when)s")
        yield _view("urgent", title, reason, urgent, _first(talks, user, "urgent", "last_at"), "urgent", "now", URGENT)
    if late > sum(need.order[0] == LATE for need in shown):
        title = ngettext("%(n)s conversation is late", "%(n)s conversations are late", late)
        reason = _("in all teams together; the longest since %(when)s")
        yield _view("late", title, reason, late, _first(talks, user, "late", "due_at"), "alert", "now", LATE)
    if unowned > sum(need.order[0] == UNOWNED for need in shown):
        title = ngettext("%(n)s conversation is nobody’s", "%(n)s conversations are nobody’s", unowned)
        reason = _("in all teams together; the oldest since %(when)s")
        yield _view(
            "unowned", title, reason, unowned, _first(talks, user, "unowned", "last_at"), "assign", "soon", UNOWNED
        )


def _first(talks: Conversations, user: User, view: str, by: str) -> datetime | None:
    return lists.in_view(talks, user, view).order_by(by).values_list(by, flat=True).first()


def _view(view: str, title: str, reason: str, n: int, at: datetime | None, icon: str, urgency: str, rank: int) -> Need:
    """A row for a whole view of the inbox."""
    count = counted(n)
    at = at or timezone.now()
    url = f"{reverse('inbox')}?view={view}"
    return Need(title % {"n": count}, reason % {"when": said(at)}, url, icon, urgency, (rank, at))


def _drafts(user: User, now: datetime) -> Iterable[Need]:
    if not may(user, "answer"):
        return
    drafts = Draft.objects.filter(by=user, at__lt=now - LEFT_LYING, conversation__state__in=("open", "waiting"))
    drafts = drafts.exclude(text="").filter(conversation__in=Conversation.objects.visible_to(user))
    for draft in drafts.select_related("conversation").order_by("at")[:ROWS]:
        reason = _("your draft from %(when)s is not sent") % {"when": said(draft.at)}
        yield _talk(draft.conversation, reason, LYING, draft.at, "", "edit")


ALARMS = {
    "red": gettext_lazy("red since %(when)s: the tone has changed"),
    "ruler": gettext_lazy("the reader has moved since %(when)s, not the tone"),
    "course": gettext_lazy("behind the plan toward its goal since %(when)s"),
}


def _alarms(user: User) -> Iterable[Need]:
    """What rang and nobody has closed, for those who set it up and those who see everything."""
    if not may_hear(user):
        return
    for alarm in ringing().order_by("-day", "-id")[:ROWS]:
        day = alarm.began or alarm.day
        words = ALARMS[alarm.kind] % {"when": on_day(day)}
        rank, urgency = (TROUBLE, "now") if alarm.kind == "red" else (RANG, "soon")
        url = reverse("alarm", args=[alarm.pk])
        yield Need(alarm.line.name, words, url, "pulse", urgency, (rank, alarm.rang_at))


def _coding(user: User, now: datetime, codes: bool) -> Iterable[Need]:
    """What waits to be coded by this person, in one row."""
    if not codes or not (url := reached("desk")):
        return
    found = coding.desk(user, now)
    waiting = found.left + found.earlier
    if not waiting:
        return
    count = counted(waiting)
    title = ngettext("%(n)s message waits for your coding", "%(n)s messages wait for your coding", waiting)
    minutes = max(round(SECONDS_EACH * min(waiting, MOST) / 60), 1)
    reason = ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
    yield Need(title % {"n": count}, reason, url, "check", "", (CODING, now))


def _settling(user: User, now: datetime, codes: bool) -> Iterable[Need]:
    """What two people coded differently and this person may settle, in one row."""
    if not (codes or may(user, "measure")) or not (url := reached("desk_agreement")):
        return
    if not (waiting := coding.to_settle(user, now, most=MOST)):
        return
    title = ngettext(
        "%(n)s message that two people heard differently waits to be settled",
        "%(n)s messages that two people heard differently wait to be settled",
        waiting,
    )
    reason = _("whoever settles it says which answer counts")
    yield Need(title % {"n": counted(waiting)}, reason, url, "merge", "", (SETTLING, now))


def counted(n: int) -> str:
    """A number up to which one counts."""
    return f"{MOST - 1}+" if n >= MOST else str(n)


def on_day(day: date) -> str:
    """A day within a sentence: its name within a week, else the date."""
    gap = (timezone.localdate() - day).days
    if gap in (0, 1):
        return _("today") if gap == 0 else _("yesterday")
    return date_format(day, "l" if 0 < gap < 7 else "LONG_DAY")


def said(at: datetime) -> str:
    """A moment within a sentence: the hour today, the day before or after, else the date."""
    here = timezone.localtime(at)
    days = (here.date() - timezone.localdate()).days
    hour = date_format(here, "H:i")
    if days == 0:
        return hour
    if abs(days) == 1:
        return (_("yesterday %(time)s") if days < 0 else _("tomorrow %(time)s")) % {"time": hour}
    return date_format(here, "LONG_DAY_TIME")
