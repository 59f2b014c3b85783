"""Acting on a message on its platform: what is offered, what is under way, and what stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.server.listen.models import Message
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.inbox_forms import Wish
from rapport.server.pages.inbox_rows import Where, at_message
from rapport.server.respond import moderating
from rapport.server.respond.models import Moderation
from rapport.server.route.models import Conversation


@dataclass(frozen=True, slots=True)
class Moderating:
    """The form below a message with which one acts on it on its platform: see `inbox/_moderate.html`."""

    action: str
    back: str
    choices: Sequence[tuple[str, str]]
    chosen: str = ""
    reason: str = ""
    undo: int = 0


@dataclass(frozen=True, slots=True)
class Acting:
    """Something about a message that is not done on its platform yet, and what one can do about it."""

    words: str
    reason: str
    state: str
    undo: str = ""
    retry: str = ""
    settle: str = ""


CHOICES = {
    "hide": gettext_lazy("Hide it on the site"),
    "show": gettext_lazy("Show it on the site again"),
    "approve": gettext_lazy("Approve it"),
    "report": gettext_lazy("Report it to the platform"),
    "spam": gettext_lazy("Mark it as spam there"),
    "delete": gettext_lazy("Delete it on the site"),
}

STANDS = {
    "hide": gettext_lazy("hidden on the site"),
    "spam": gettext_lazy("marked as spam on the site"),
    "delete": gettext_lazy("deleted on the site"),
    "report": gettext_lazy("reported to the platform"),
}


def done_of(rows: Iterable[Moderation]) -> dict[int, list[str]]:
    """What was done to each message, in that order."""
    done: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.state == "done":
            done[row.message_id].append(row.action)
    return dict(done)


def stands(done: Sequence[str]) -> str:
    """What we did to it on its platform, in a sentence; nothing where nothing of it is left."""
    words = ", ".join(str(STANDS[action]) for action in moderating.standing(done))
    return _("By us: %(what)s.") % {"what": words} if words else ""


def form(row: Message, choices: Sequence[str], talk: Conversation, where: Where, wish: Wish) -> Moderating:
    return Moderating(
        action=at_message(row, where.act(talk.pk, "moderate", row.pk)),
        back=at_message(row, where.talk(talk.pk)),
        choices=[(name, str(CHOICES[name])) for name in choices],
        chosen=wish.chosen or choices[0],
        reason=wish.reason,
        undo=settings.UNDO_SECONDS,
    )


ACTING = {
    "queued": gettext_lazy("%(what)s: in a moment"),
    "held": gettext_lazy("%(what)s: waits. %(trouble)s"),
    "sending": gettext_lazy("%(what)s: being done"),
    "unknown": gettext_lazy("%(what)s: no clear answer came, so it is done again. %(trouble)s"),
    "in doubt": gettext_lazy(
        "%(what)s: no clear answer came, and the platform cannot be asked. It is not done again by itself. %(trouble)s"
    ),
    "failed": gettext_lazy("%(what)s: not done. %(trouble)s"),
}


def acting(rows: Iterable[Moderation], talk: Conversation, user: User, where: Where) -> list[Acting]:
    return [_acting(row, talk, user, where) for row in rows if row.state != "done"]


def _acting(row: Moderation, talk: Conversation, user: User, where: Where) -> Acting:
    held, in_doubt = row.state == "queued" and row.trouble, moderating.in_doubt(row)
    words = ACTING["held" if held else "in doubt" if in_doubt else row.state]
    told = words % {"what": CHOICES[row.action], "trouble": _(row.trouble) if row.trouble else ""}
    if not may(user, "answer"):
        return Acting(told, row.reason, row.state)
    back = where.act(talk.pk, "take-back", row.pk) if row.state == "failed" or not (held or row.attempts) else ""
    if row.state not in ("queued", "failed"):
        back = ""
    again = where.act(talk.pk, "again", row.pk) if row.state == "failed" or in_doubt else ""
    settle = where.act(talk.pk, "arrived", row.pk) if in_doubt else ""
    return Acting(f"{told.rstrip()} ({row.by.name})", row.reason, row.state, back, again, settle)
