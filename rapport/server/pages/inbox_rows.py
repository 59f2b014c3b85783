"""The list of the inbox, as it is shown: every string made once, so that the template only prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from rapport.server.listen.models import Message
from rapport.server.organise.models import Team, User
from rapport.server.pages.text import kind_words, opening
from rapport.server.respond.queries import writers
from rapport.server.route.lists import MOST
from rapport.server.templatetags.rapport import hue, initials, when

SOON = timedelta(minutes=15)
PRESSING = ("open", "snoozed")
"""States in which it counts that a conversation is urgent: the ball is with us."""
TONES = ("negative", "positive")
CURRENT, NOTHING = mark_safe(' aria-current="true"'), SafeString("")
KEYS = {"mine": "m"}
ICONS = {
    "mine": "inbox", "unowned": "flag", "urgent": "urgent", "late": "alert", "waiting": "clock", "snoozed": "snooze",
    "closed": "check", "all": "more",
}  # fmt: skip


def labels() -> dict[str, str]:
    return {
        "mine": _("Mine"),
        "unowned": _("Nobody’s"),
        "urgent": pgettext("urgency", "Urgent"),
        "late": _("Late"),
        "waiting": _("Waiting"),
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


def at_message(message: Message, address: str) -> str:
    """The same page, at this message."""
    return f"{address}#message-{message.pk}"


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
    mark: SafeString
    who: str
    select: str
    initials: str
    hue: int
    glyph: SafeString
    channel: str
    time: SafeString | str
    text: str
    tone: SafeString
    kind: str
    urgency: SafeString
    clock: SafeString
    owner: SafeString
    count: int
    writing: SafeString


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


def rows(found: Iterable[Mapping[str, Any]], where: Where, user: User, current: int = 0) -> list[Row]:
    found = list(found)
    writing = writers([row["id"] for row in found], user)
    now, base, end = timezone.now(), reverse("inbox"), where.carried()
    somebody, select = _("Somebody"), _("Select %(who)s")
    return [
        Row(
            id=row["id"],
            url=f"{base}{row['id']}/{end}",
            mark=CURRENT if row["id"] == current else NOTHING,
            who=(who := row["who"] or somebody),
            select=select % {"who": who},
            initials=initials(who),
            hue=hue(who),
            glyph=piece("inbox/_glyph.html", network=row["network"]),
            channel=row["channel_name"],
            time=when(row["last_at"], "short"),
            text=opening(row["preview"]),
            tone=piece("_components/tone.html", tone=row["tone"]) if row["tone"] in TONES else NOTHING,
            kind=kind_words(row["kinds"][:1]),
            urgency=piece("inbox/_urgency.html", level=row["urgency"]) if row["state"] in PRESSING else NOTHING,
            clock=_clock_piece(row, now),
            owner=piece("inbox/_owner.html", owner=row["assignee_name"], team=row["team_name"]),
            count=row["message_count"],
            writing=piece("inbox/_writing.html", who=writing[row["id"]]) if row["id"] in writing else NOTHING,
        )
        for row in found
    ]


def _clock_piece(row: Mapping[str, Any], now: datetime) -> SafeString:
    shown = clock(row["state"], row["due_at"], row["snoozed_until"], now)
    return piece("_components/clock.html", clock=shown) if shown else NOTHING


def piece(template: str, **context: Any) -> SafeString:
    """A small component that stands in many rows, made once: drawing it costs more than all queries of the list."""
    return _made(get_language() or "", template, **context)


@lru_cache(maxsize=2_000)
def _made(language: str, template: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(template, context).strip())  # noqa: S308  # a template of ours has escaped it


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
    return date_format(here, "D H:i") if here - now < timedelta(days=6) else date_format(here, "DAY")


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
