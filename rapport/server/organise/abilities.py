"""Who may do what: one table. Which rows a person sees is another question; see `visible_to` beside the rows."""

from __future__ import annotations

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser

from rapport.core.types import Refused
from rapport.server.organise.models import Role, User

Somebody: TypeAlias = User | AnonymousUser

ABILITIES: dict[str, frozenset[str]] = {
    # answer: work on conversations that one sees.   direct: give conversations of other teams an owner.
    # listen: channels, briefs, imports, quarantine. rules: ownership.   administer: organisation, teams, members.
    # see_all: every conversation.                   audit: the audit record.
    Role.MEMBER: frozenset({"answer"}),
    Role.LEAD: frozenset({"answer"}),
    Role.HUB: frozenset({"answer", "direct", "listen", "rules", "see_all"}),
    Role.SPONSOR: frozenset({"see_all"}),
    Role.AUDITOR: frozenset({"see_all", "audit"}),
    Role.ADMINISTRATOR: frozenset({"answer", "direct", "listen", "rules", "see_all", "audit", "administer"}),
}

WORDS = {
    "answer": "work on conversations",
    "direct": "give conversations to any team",
    "listen": "change channels, briefs and imports",
    "rules": "change the ownership rules",
    "see_all": "see every conversation",
    "audit": "read the audit record",
    "administer": "change the organisation, its teams and members",
}


def may(user: Somebody | None, ability: str) -> bool:
    return isinstance(user, User) and user.is_active and ability in ABILITIES[user.role]


def refusal(user: User, ability: str) -> Refused | None:
    """Why this person may not, or None."""
    if may(user, ability):
        return None
    return Refused(f"Your role ({user.get_role_display()}) does not allow you to {WORDS[ability]}.")
