"""What every request passes: the content security policy, the first-run door, the sign-in door, no NUL, language and
zone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import TypeAlias

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from rapport.server.organise.actions import is_empty, organisation
from rapport.server.organise.models import User

View: TypeAlias = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
OPEN = ("/accounts/login/", "/accounts/password/reset/", "/health/", "/static/", "/start/", "/theme/", "/hooks/")
_founded = False  # once set up, always set up: not asked for again in this process


def content_security_policy(get_response: View) -> View:
    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return respond


def first_run(get_response: View) -> View:
    """While nobody has set Rapport up, there is one page, and it wants the token from the console."""

    def respond(request: HttpRequest) -> HttpResponse:
        global _founded
        if not _founded and not request.path.startswith(("/static/", "/start/", "/health/", "/theme/")):
            if is_empty():
                return redirect("start")
            _founded = True
        return get_response(request)

    return respond


def signed_in(get_response: View) -> View:
    """Every page is for members; the few that are not stand in OPEN. A new page is closed until it is named there."""

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated and not request.path.startswith(OPEN):
            return redirect_to_login(request.get_full_path())
        return get_response(request)

    return respond


def no_nul(get_response: View) -> View:
    """No keyboard types a NUL, and PostgreSQL takes none. Uploads are not read for it: those are files."""

    def respond(request: HttpRequest) -> HttpResponse:
        told = [request.GET, request.POST] if request.content_type != "multipart/form-data" else [request.GET]
        if any("\0" in value for given in told for name, values in given.lists() for value in (name, *values)):
            raise BadRequest("A NUL.")
        return get_response(request)

    return respond


def own_language_and_zone(get_response: View) -> View:
    def respond(request: HttpRequest) -> HttpResponse:
        user = request.user if isinstance(request.user, User) else None
        found = organisation() if user else None
        request.organisation = found  # type: ignore[attr-defined]
        zone = (user and user.time_zone) or (found and found.time_zone) or None
        timezone.activate(zoneinfo.ZoneInfo(zone)) if zone else timezone.deactivate()
        if user and user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return respond
