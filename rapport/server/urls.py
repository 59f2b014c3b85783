"""Every address. A page is closed to those who are not signed in unless `pages/middleware.py` names it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("accounts/", include("rapport.server.pages.entrance")),
    path("", include("rapport.server.pages.urls")),
]
