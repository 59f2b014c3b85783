"""How people sign in: allauth, with the doors that we keep shut."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rapport.server.organise.models import User

LOOPBACK = {"127.0.0.1", "::1"}


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        """The sample's printed password is good on this machine only."""
        if user.local_only and request.META.get("REMOTE_ADDR") not in LOOPBACK:
            raise ValidationError(_("This account may sign in on the machine itself only."))
        return super().pre_login(request, user, **kwargs)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """There are no user names here."""
