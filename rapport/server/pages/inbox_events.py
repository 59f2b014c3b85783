"""What was done to a conversation, in its thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.server.listen.models import Message
from rapport.server.organise.models import AuditEntry, Team, User
from rapport.server.respond.models import Moderation


@dataclass(frozen=True, slots=True)
class Event:
    """See `_components/timeline.html`."""

    icon: str
    words: SafeString
    at: datetime
    quote: str = ""


@dataclass(slots=True)
class Events:
    entries: list[Event]


Words = Callable[[str, Mapping[str, Any], Mapping[int, str], Mapping[str, str]], SafeString]


def _assigned(who: str, detail: Mapping[str, Any], users: Mapping[int, str], teams: Mapping[str, str]) -> SafeString:
    to = users.get(detail.get("to") or 0, "")
    if not to:
        return format_html(_("<b>{}</b> put it back"), who)
    if to == who:
        return format_html(_("<b>{}</b> took it"), who)
    return format_html(_("<b>{}</b> gave it to <b>{}</b>"), who, to)


def _handed_over(who: str, detail: Mapping[str, Any], users: Mapping[int, str], teams: Mapping[str, str]) -> SafeString:
    slug = str(detail.get("team", ""))
    return format_html(_("<b>{}</b> handed it over to <b>{}</b>"), who, teams.get(slug, slug))


def _tagged(who: str, detail: Mapping[str, Any], users: Mapping[int, str], teams: Mapping[str, str]) -> SafeString:
    tags = ", ".join(detail.get("tags") or [])
    if not tags:
        return format_html(_("<b>{}</b> took its tags away"), who)
    return format_html(_("<b>{}</b> tagged it <b>{}</b>"), who, tags)


def _plainly(words: Any) -> Words:
    return lambda who, detail, users, teams: format_html(str(words), who)


EVENTS: dict[str, tuple[str, Words]] = {
    "conversation.assigned": ("assign", _assigned),
    "conversation.handed_over": ("forward", _handed_over),
    "conversation.closed": ("check", _plainly(gettext_lazy("<b>{}</b> closed it"))),
    "conversation.reopened": ("undo", _plainly(gettext_lazy("<b>{}</b> opened it again"))),
    "conversation.snoozed": ("snooze", _plainly(gettext_lazy("<b>{}</b> snoozed it"))),
    "conversation.tagged": ("tag", _tagged),
}


def told(row: Message) -> Iterator[Event]:
    """What its place in this conversation has to say, on networks that keep no threads."""
    if row.ref.get("apart"):
        words = _("It names another conversation, in which its writer had no part. So it stands by itself.")
        yield Event("info", format_html("{}", words), row.sort_at)
    if (row.ref.get("returned") or {}).get("failed"):
        yield Event("alert", format_html("{}", _("Our answer could not be delivered. It came back.")), row.sort_at)


def events(entries: Sequence[AuditEntry]) -> Iterator[Event]:
    if not entries:
        return
    users = dict(
        User.objects.filter(pk__in=[entry.detail.get("to") or 0 for entry in entries]).values_list("pk", "name")
    )
    teams = dict(Team.objects.values_list("slug", "name"))
    for entry in entries:
        icon, words = EVENTS[entry.action]
        yield Event(icon, words(entry.actor.partition(" ")[2] or entry.actor, entry.detail, users, teams), entry.at)


DONE = {
    "hide": gettext_lazy("<b>{}</b> hid what {} said on the site"),
    "show": gettext_lazy("<b>{}</b> showed what {} said on the site again"),
    "approve": gettext_lazy("<b>{}</b> approved what {} said"),
    "report": gettext_lazy("<b>{}</b> reported what {} said to the platform"),
    "spam": gettext_lazy("<b>{}</b> marked what {} said as spam on the site"),
    "delete": gettext_lazy("<b>{}</b> deleted what {} said on the site"),
}


def moderated(row: Moderation) -> Event:
    words = format_html(str(DONE[row.action]), row.by.name, str(row.message.author))
    return Event("flag", words, row.done_at or row.created_at, quote=row.reason)
