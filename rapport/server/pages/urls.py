"""The pages, a module each; every module lists its own addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

MODULES = (
    "home",
    "start",
    "inbox",
    "rules",
    "listen",
    "search",
    "people",
    "course",
    "course_counts",
    "course_response",
    "course_warnings",
    "course_lines",
    "course_question",
    "course_alarms",
    "course_voice",
    "course_events",
    "desk",
    "course_marketing",
    "settings",
    "hours",
    "private_data",
    "readers",
    "labelling",
    "heads",
    "help",
    "notices",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"rapport.server.pages.{module}")) for module in MODULES
]
