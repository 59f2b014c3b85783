"""The list of the inbox, as it is shown: every string made once, so that the template only prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from rapport.server.organise.models import Team, User
from rapport.server.pages.text import KINDS
from rapport.server.respond.queries import writers
from rapport.server.route.lists import MOST

SOON = timedelta(minutes=15)
TONES = ("negative", "positive")
KEYS = {"mine": "m"}
ICONS = {
    "mine": "inbox", "unowned": "flag", "late": "alert", "waiting": "clock", "snoozed": "snooze", "closed": "check",
    "all": "more",
}  # fmt: skip


def labels() -> dict[str, str]:
    return {
        "mine": _("Mine"),
        "unowned": _("Nobody’s"),
        "late": _("Late"),
        "waiting": _("Waiting for them"),
        "snoozed": _("Snoozed"),
        "closed": _("Closed"),
        "all": _("All"),
    }


@dataclass(frozen=True, slots=True)
class Where:
    """Which list somebody looks at; every address on the page carries it along."""

    view: str
    query: str = ""

    def carried(self, **more: Any) -> str:
        """The end of an address: `?view=…`, and more."""
        known = {"view": self.view, "q": self.query, **more}
        return "?" + urlencode({name: value for name, value in known.items() if value not in ("", None)})

    def list(self, **more: Any) -> str:
        return reverse("inbox") + self.carried(**more)

    def talk(self, key: int, **more: Any) -> str:
        return reverse("conversation", args=[key]) + self.carried(**more)

    def act(self, key: int, action: str, row: int | None = None, **more: Any) -> str:
        if row is None:
            return reverse("conversation_act", args=[key, action]) + self.carried(**more)
        return reverse("conversation_act_on", args=[key, action, row]) + self.carried(**more)


@dataclass(frozen=True, slots=True)
class Clock:
    """See `_components/clock.html`."""

    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Row:
    """See `_components/row.html`."""

    id: int
    url: str
    who: str
    network: str
    channel: str
    at: datetime
    text: str
    tone: str
    kind: str
    clock: Clock | None
    owner: str
    count: int
    writing: str = ""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One view in the list of views."""

    label: str
    url: str
    icon: str = ""
    count: str = ""
    here: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    items: list[Item] = field(default_factory=list)


def rows(found: Iterable[Mapping[str, Any]], where: Where, user: User) -> list[Row]:
    found = list(found)
    writing = writers([row["id"] for row in found], user)
    now, base, end = timezone.now(), reverse("inbox"), where.carried()
    return [
        Row(
            id=row["id"],
            url=f"{base}{row['id']}/{end}",
            who=row["who"] or _("Somebody"),
            network=row["network"],
            channel=row["channel__name"],
            at=row["last_at"],
            text=row["preview"],
            tone=row["tone"] if row["tone"] in TONES else "",
            kind=str(KINDS.get(row["kinds"][0], "")) if row["kinds"] else "",
            clock=clock(row["state"], row["due_at"], row["snoozed_until"], now),
            owner=row["assignee__name"] or row["team__name"],
            count=row["message_count"],
            writing=writing.get(row["id"], ""),
        )
        for row in found
    ]


def clock(state: str, due_at: datetime | None, snoozed_until: datetime | None, now: datetime) -> Clock | None:
    """What the time says about a conversation, in two or three words."""
    if state == "snoozed" and snoozed_until:
        return Clock(_("until %(time)s") % {"time": moment(snoozed_until, now)}, "paused")
    if state == "waiting":
        return Clock(_("answered"), "met")
    if state != "open" or due_at is None:
        return None
    if due_at < now:
        return Clock(_("late by %(amount)s") % {"amount": amount(now - due_at)}, "late")
    if due_at - now > timedelta(hours=24):
        return Clock(moment(due_at, now), "running")
    words = _("%(amount)s left") % {"amount": amount(due_at - now)}
    return Clock(words, "soon" if due_at - now < SOON else "running")


def amount(gap: timedelta) -> str:
    minutes = int(gap.total_seconds() // 60)
    if minutes < 60:
        return pgettext("duration", "%(n)d min") % {"n": minutes}
    if minutes < 48 * 60:
        return pgettext("duration", "%(n)d h") % {"n": minutes // 60}
    return pgettext("duration", "%(n)d d") % {"n": minutes // (24 * 60)}


def moment(at: datetime, now: datetime) -> str:
    """A time to come, as short as it can be said: 14:00, tomorrow 9:00, 12 Nov."""
    here, today = timezone.localtime(at), timezone.localtime(now).date()
    hour = date_format(here, "H:i")
    if here.date() == today:
        return hour
    if here.date() == today + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": hour}
    return date_format(here, "D H:i") if here - now < timedelta(days=6) else date_format(here, "j M")


def groups(where: Where, teams: Iterable[Team], counts: Mapping[str, int]) -> list[Group]:
    """The views at the side, with their counts."""

    def item(view: str, label: str, icon: str = "") -> Item:
        here = where.view == view and not where.query
        url = Where(view).list()
        return Item(label, url, icon, shown(counts.get(view, 0)), here, KEYS.get(view, ""))

    named = [item(view, label, ICONS[view]) for view, label in labels().items()]
    owned = [item(f"team:{team.slug}", team.name) for team in teams]
    return [Group("", named), *([Group(_("Teams"), owned)] if owned else [])]


def shown(count: int) -> str:
    return "" if not count else f"{MOST - 1}+" if count >= MOST else str(count)
