"""How people sign in: allauth, with the doors that we keep shut."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rapport.server.organise.models import User

LOOPBACK = {"127.0.0.1", "::1", "localhost", "[::1]"}
THROUGH_A_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA")


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The sample's printed password is good on this machine only."""
        user: User | None = super().authenticate(request, **credentials)
        if user and user.local_only and not from_this_machine(request):
            raise ValidationError(_("This account may sign in on the machine itself only."))
        return user

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """There are no user names here."""


def from_this_machine(request: HttpRequest) -> bool:
    """Both ends are loopback, and no proxy on this machine stands in between."""
    host = request.get_host().rsplit(":", 1)[0]
    proxied = any(header in request.META for header in THROUGH_A_PROXY)
    return request.META.get("REMOTE_ADDR") in LOOPBACK and host in LOOPBACK and not proxied
