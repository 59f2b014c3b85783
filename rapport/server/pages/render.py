"""How a page is drawn: the template, and its place in the rail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from rapport.server.organise.abilities import may
from rapport.server.organise.models import User

P = ParamSpec("P")
View: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(
    request: HttpRequest, here: str, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """`here` is the key of the rail's place that is marked as the current one."""
    request.here = here  # type: ignore[attr-defined]
    return render(request, template, dict(context or {}), status=status)


def me(request: HttpRequest) -> User:
    """Who asks; the middleware lets nobody else in."""
    return cast(User, request.user)


def only(ability: str) -> Callable[[View[P]], View[P]]:
    """Whoever may not, finds nothing here. The actions refuse all the same."""

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not may(request.user, ability):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return wrap
