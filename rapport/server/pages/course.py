"""Course: where we have been, where we are, where we are going, on one axis of time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from rapport.server.measure.models import Line
from rapport.server.pages.course_tabs import tabbed


def course(request: HttpRequest) -> HttpResponse:
    context = {"lines": list(Line.objects.filter(closed_at=None))}
    return tabbed(request, "course", "course/course.html", context)


urlpatterns: list[URLPattern | URLResolver] = [path("course/", course, name="course")]
