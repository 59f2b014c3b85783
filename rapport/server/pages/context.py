"""What the shell around every page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from rapport import __version__
from rapport.server.listen import coverage
from rapport.server.organise import notices
from rapport.server.organise.actions import organisation
from rapport.server.organise.models import User
from rapport.server.route.models import Conversation

THEMES = ("light", "dark")
MOST = 100  # nobody reads a larger number in the rail


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the rail."""

    key: str
    label: str
    url: str
    icon: str
    count: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """What asks the database is asked only when a template names it: a fragment has no rail."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"theme": theme(request), "version": __version__, "organisation": organisation()}
    return {
        "theme": theme(request),
        "version": __version__,
        "organisation": getattr(request, "organisation", None),
        "rail": SimpleLazyObject(lambda: rail(user)),
        "here": getattr(request, "here", ""),
        "hearing": SimpleLazyObject(hearing),
        "unread": SimpleLazyObject(lambda: _count(notices.unread(user, MOST))),
    }


def theme(request: HttpRequest) -> str:
    """The member's own choice, else the cookie's, else empty: what the system prefers."""
    user = getattr(request, "user", None)
    chosen = user.theme if isinstance(user, User) and user.theme else request.COOKIES.get("theme", "")
    return chosen if chosen in THEMES else ""


def rail(user: User) -> list[Place]:
    mine = Conversation.objects.filter(assignee=user, state="open")[:MOST].count()
    return [
        Place("home", _("Home"), reverse("home"), "home"),
        Place("inbox", _("Inbox"), reverse("inbox"), "inbox", _count(mine)),
        Place("listen", _("Listen"), reverse("listen"), "listen"),
        Place("people", _("People"), reverse("people"), "people"),
        Place("course", _("Course"), reverse("course"), "course"),
        Place("settings", _("Settings"), reverse("settings"), "settings"),
    ]


def _count(number: int) -> str:
    return "" if not number else f"{MOST - 1}+" if number >= MOST else str(number)


def hearing() -> dict[str, str]:
    """The dot on top: do we hear everything?"""
    found = coverage.hearing(timezone.now())
    return {"state": found.state, "words": found.words, "url": reverse("coverage")}
