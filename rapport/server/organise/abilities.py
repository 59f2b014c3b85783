"""Who may do what: one table. Which rows a person sees is another question; see `visible_to` beside the rows."""

from __future__ import annotations

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.core.types import Refused
from rapport.server.organise.models import Role, User

Somebody: TypeAlias = User | AnonymousUser

ABILITIES: dict[str, frozenset[str]] = {
    # answer: work on conversations that one sees.   direct: give conversations of other teams an owner.
    # listen: channels, briefs, imports, quarantine. rules: ownership.   administer: organisation, teams, members.
    # see_all: every conversation.                   audit: the audit record.
    # remove: take what others wrote off a site for good.      readers: which reader's word counts.
    # measure: lines that are followed, their alarms and goals, annotations, and who codes.
    Role.MEMBER: frozenset({"answer"}),
    Role.LEAD: frozenset({"answer", "remove"}),
    Role.HUB: frozenset({"answer", "direct", "listen", "measure", "readers", "remove", "rules", "see_all"}),
    Role.SPONSOR: frozenset({"see_all"}),
    Role.AUDITOR: frozenset({"see_all", "audit"}),
    Role.ADMINISTRATOR: frozenset(
        {"answer", "direct", "listen", "measure", "readers", "remove", "rules", "see_all", "audit", "administer"}
    ),
}

WORDS = {
    "answer": gettext_lazy("work on conversations"),
    "direct": gettext_lazy("give conversations to any team"),
    "listen": gettext_lazy("change channels, briefs and imports"),
    "measure": gettext_lazy("set up what is measured"),
    "readers": gettext_lazy("choose which reader counts"),
    "remove": gettext_lazy("delete what others wrote on a site"),
    "rules": gettext_lazy("change the ownership rules"),
    "see_all": gettext_lazy("see every conversation"),
    "audit": gettext_lazy("read the audit record"),
    "administer": gettext_lazy("change the organisation, its teams and members"),
}


def may(user: Somebody | None, ability: str) -> bool:
    return isinstance(user, User) and user.is_active and ability in ABILITIES[user.role]


def refusal(user: User, ability: str) -> Refused | None:
    """Why this person may not, or None."""
    if may(user, ability):
        return None
    words = {"role": user.get_role_display(), "what": WORDS[ability]}
    return Refused(_("Your role (%(role)s) does not allow you to %(what)s.") % words)
