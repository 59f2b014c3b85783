"""The tabs under Course: each a page of its own with its own address. One that is not there is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from rapport.server.measure.coders import coder_of
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.render import me, page

TABS: dict[str, Promise] = {
    "course": gettext_lazy("Course"),
    "course_counts": gettext_lazy("Counts and answers"),
    "course_voice": gettext_lazy("Share of voice"),
    "course_events": gettext_lazy("Events"),
    "course_warnings": gettext_lazy("Early warnings"),
    "course_response": gettext_lazy("Answering"),
    "course_marketing": gettext_lazy("Marketing"),
    "desk": gettext_lazy("Coding desk"),
}
"""By the name of their address."""


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    here: bool


def tabs(here: str, user: User) -> list[Tab]:
    """Those that this person can reach; `here` is the name of the one that is open."""
    found = [Tab(str(label), url, name == here) for name, label in TABS.items() if (url := reached(name))]
    seen = may(user, "measure") or coder_of(user)
    return [tab for tab in found if seen or tab.url != reached("desk")]


def reached(name: str) -> str:
    """The address of that name; empty when there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def tabbed(
    request: HttpRequest, here: str, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page under Course. Its template extends course/base.html and fills the block `inside`."""
    return page(request, "course", template, {"tabs": tabs(here, me(request)), **context}, status=status)
