"""The tabs under Course: each a page of its own with its own address. One that is not there is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from rapport.server.pages.render import page

TABS: dict[str, Promise] = {
    "course": gettext_lazy("Course"),
    "course_counts": gettext_lazy("Counts and answers"),
    "course_voice": gettext_lazy("Share of voice"),
    "course_events": gettext_lazy("Events"),
    "course_warnings": gettext_lazy("Early warnings"),
    "course_response": gettext_lazy("Answering"),
    "course_panel": gettext_lazy("Marketing"),
    "desk": gettext_lazy("Coding desk"),
}
"""By the name of their address."""


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    here: bool


def tabs(here: str) -> list[Tab]:
    """Those that can be reached; `here` is the name of the one that is open."""
    return [Tab(str(label), url, name == here) for name, label in TABS.items() if (url := reached(name))]


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
    return page(request, "course", template, {"tabs": tabs(here), **context}, status=status)
