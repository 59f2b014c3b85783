"""What counts as private data here: whose telephone numbers, and how the organisation's own references look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from rapport.core.types import Refused
from rapport.core.understand.regions import regions_of
from rapport.server.organise.models import Organisation
from rapport.server.pages.render import me, only, page
from rapport.server.pages.settings import tabs
from rapport.server.pages.text import Part, parts
from rapport.server.understand import private

LONGEST = 2_000
"""Characters that can be tried."""

KINDS = {
    "card": gettext_lazy("card number"),
    "iban": gettext_lazy("bank account (IBAN)"),
    "phone": gettext_lazy("telephone number"),
    "email": gettext_lazy("e-mail address"),
    "ip": gettext_lazy("internet address"),
    "national_id": gettext_lazy("identity number"),
    "address": gettext_lazy("postal address"),
    "reference": gettext_lazy("reference"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as it was typed."""

    regions: str
    references: str
    text: str = ""

    @classmethod
    def of(cls, row: Organisation) -> Typed:
        return cls(", ".join(row.regions), "\n".join(row.references))

    @classmethod
    def read(cls, request: HttpRequest) -> Typed:
        return cls(*(request.POST.get(name, "") for name in ("regions", "references", "text")))

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(self.regions.upper().replace(",", " ").split()))

    @property
    def lines(self) -> list[str]:
        return list(dict.fromkeys(line for one in self.references.splitlines() if (line := " ".join(one.split()))))


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be hidden in a text, and of which kind each part is; or what is wrong with what was typed."""

    parts: list[Part]
    found: list[tuple[str, str]]
    wrong: str = ""


@only("administer")
def private_data(request: HttpRequest) -> HttpResponse:
    row = Organisation.objects.get(pk=1)
    if request.method != "POST":
        return _page(request, row, Typed.of(row))
    typed = Typed.read(request)
    outcome = private.set_sought(regions=typed.codes, references=typed.lines, actor=me(request))
    if isinstance(outcome, Refused):
        messages.error(request, outcome.reason)
        return _page(request, row, typed, status=422)
    messages.success(request, _("Saved. It holds for what is read from now on."))
    return redirect("settings_private")


@require_POST
@only("administer")
def try_private_data(request: HttpRequest) -> HttpResponse:
    """What would be hidden in a text of one's own. Nothing of it is kept."""
    row, typed = Organisation.objects.get(pk=1), Typed.read(request)
    if request.htmx:  # type: ignore[attr-defined]
        return page(request, "settings", "settings/_private_trial.html", {"trial": _trial(row, typed)})
    return _page(request, row, typed)


def _page(request: HttpRequest, row: Organisation, typed: Typed, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "tabs": tabs(me(request), "settings_private"),
        "typed": typed,
        "usual": ", ".join(regions_of(row.time_zone)),
        "trial": _trial(row, typed),
        "longest": LONGEST,
    }
    return page(request, "settings", "settings/private.html", context, status=status)


def _trial(row: Organisation, typed: Typed) -> Trial:
    sought = private.chosen(typed.codes, typed.lines)
    if isinstance(sought, Refused):
        return Trial([], [], sought.reason)
    text = typed.text[:LONGEST]
    sought = private.Sought(sought.regions or regions_of(row.time_zone), sought.references)
    found = sought.found_in([text])[0]
    return Trial(
        parts(text, (), found), [(text[one.start : one.end], str(KINDS.get(one.kind, one.kind))) for one in found]
    )


urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/private/", private_data, name="settings_private"),
    path("settings/private/try/", try_private_data, name="settings_private_try"),
]
