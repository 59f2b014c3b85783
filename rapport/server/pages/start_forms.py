"""The one form of the first run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from rapport.server.organise.models import User
from rapport.server.pages.settings_forms import zones


def guessed_zone() -> str:
    """The zone of this machine, which most often is that of the people who set it up."""
    if settings.TIME_ZONE != "UTC":
        return str(settings.TIME_ZONE)
    name = os.environ.get("TZ", "") or str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    return name if name in dict(zones()) and name in available_timezones() else "UTC"


class FoundingForm(forms.Form):
    organisation = forms.CharField(label=_("Name of your organisation"), max_length=200)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zones, initial=guessed_zone)
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text=_("You sign in with it."),
    )
    password = forms.CharField(
        label=_("A password"),
        max_length=1_000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_("At least ten characters. A sentence is easier to remember than a puzzle."),
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if "password" in told:
            user = User(email=told.get("email", ""), name=told.get("name", ""))
            try:
                password_validation.validate_password(told["password"], user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return told
