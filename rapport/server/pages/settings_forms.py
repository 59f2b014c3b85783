"""The forms of Settings. They read what was typed; the actions decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rapport.server.organise.models import Function, Organisation, Role, Team, User

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/")))


def zones(*, empty: Any = None) -> list[tuple[str, Any]]:
    """Every zone; `empty` words a first choice that stands for none."""
    return [*([("", empty)] if empty else []), ("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in ZONES)]


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name of the organisation"), max_length=200)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("For everybody who chose no zone of their own.")
    )

    @classmethod
    def of(cls, row: Organisation) -> OrganisationForm:
        return cls(initial={"name": row.name, "time_zone": row.time_zone})


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    function = forms.ChoiceField(label=_("Function"), choices=Function.choices)
    hours = forms.FloatField(
        label=_("Answer within, in hours"),
        min_value=1 / 60,
        max_value=720,
        help_text=_("The promise that the clocks of this team's conversations count down."),
    )

    @classmethod
    def of(cls, team: Team) -> TeamForm:
        hours = round(team.answer_within / timedelta(hours=1), 2)
        return cls(initial={"name": team.name, "function": team.function, "hours": f"{hours:g}"})

    @property
    def answer_within(self) -> timedelta:
        return timedelta(minutes=round(self.cleaned_data["hours"] * 60))


def _role_and_teams() -> tuple[forms.ChoiceField, forms.ModelMultipleChoiceField[Team]]:
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.MEMBER)
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.filter(closed_at=None),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    return role, teams


def _works_for() -> forms.CharField:
    return forms.CharField(
        label=_("Works for"),
        max_length=80,
        required=False,
        help_text=_("The name of an agency; empty: for ourselves. Who answers is measured by it."),
        widget=forms.TextInput(attrs={"list": "agencies", "autocomplete": "off"}),
    )


class NewMemberForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, help_text=_("They sign in with it."))
    role, teams = _role_and_teams()
    works_for = _works_for()


class MemberForm(forms.Form):
    role, teams = _role_and_teams()
    works_for = _works_for()
    is_active = forms.BooleanField(
        label=_("May sign in"), required=False, help_text=_("Switching this off ends their sessions at once.")
    )

    @classmethod
    def of(cls, member: User) -> MemberForm:
        teams = list(member.memberships.values_list("team_id", flat=True))
        own = {"role": member.role, "works_for": member.works_for, "is_active": member.is_active}
        return cls(initial=own | {"teams": teams})


class OwnForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser")), *settings.LANGUAGES]
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, choices=lambda: zones(empty=_("As the organisation"))
    )
    theme = forms.ChoiceField(
        label=_("Light or dark"),
        required=False,
        choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )

    @classmethod
    def of(cls, user: User) -> OwnForm:
        return cls(initial={field: getattr(user, field) for field in cls.base_fields})
