"""Home: what needs me now, are we hearing everything, where are we heading."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from rapport.server.pages.render import page


def home(request: HttpRequest) -> HttpResponse:
    return page(request, "home", "home/home.html")


urlpatterns: list[URLPattern | URLResolver] = [path("", home, name="home")]
