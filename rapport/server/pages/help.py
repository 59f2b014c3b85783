"""Help: the keys, and the query language with every field that may be asked for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _

from rapport.core.query import SEARCH_FIELDS
from rapport.server.pages.render import page


def help_page(request: HttpRequest) -> HttpResponse:
    context = {"fields": list(SEARCH_FIELDS.values()), "examples": examples(), "keys": keys()}
    return page(request, "help", "help/help.html", context)


def keys() -> list[tuple[list[str], str]]:
    return [
        (["/"], _("Search")),
        (["g", "i"], _("Go to the inbox; the other pages by their letters")),
        (["j", "k"], _("Next and previous row")),
        (["Enter"], _("Open")),
        (["Esc"], _("Close, leave the field")),
        (["?"], _("All keys of this page")),
    ]


def examples() -> list[tuple[str, str]]:
    return [
        ("ferry late", _("both words, in any order")),
        ("ferry OR boat", _("at least one of them")),
        ("ferry -cup", _("the first without the second")),
        ('"very late"', _("these words, one behind the other")),
        ("canc*", _("words that begin like this")),
        ('"late ferry"~5', _("these words, with at most five others between them")),
        ("case:SWIFT", _("with these capitals")),
        ("tone:negative is:open", _("a field and its value")),
    ]


urlpatterns: list[URLPattern | URLResolver] = [path("help/", help_page, name="help")]
