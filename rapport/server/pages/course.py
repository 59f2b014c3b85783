"""Course: how much is said, in which tone, and how we answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from rapport.server.pages.render import page


def course(request: HttpRequest) -> HttpResponse:
    return page(request, "course", "course/course.html")


urlpatterns: list[URLPattern | URLResolver] = [path("course/", course, name="course")]
