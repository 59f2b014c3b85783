"""Founding the organisation, and its teams and members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from rapport.core.types import Refused
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import Function, Membership, Organisation, Role, Team, User
from rapport.server.organise.record import recorded


def organisation() -> Organisation | None:
    return Organisation.objects.filter(pk=1).first()


def is_empty() -> bool:
    """Nobody has set Rapport up yet."""
    return not User.objects.exists()


def found(*, name: str, time_zone: str, admin_name: str, email: str, password: str) -> User | Refused:
    """The first step of all: the organisation and its administrator. Its hub and six functions are there already."""
    with recorded("organisation.founded", "first run") as entry:
        if not is_empty():
            return entry.refuse(_("Rapport is set up already. Sign in instead."))
        entry.target = Organisation.objects.create(name=name.strip(), time_zone=time_zone)
        user = User(email=email.strip().lower(), name=admin_name.strip(), role=Role.ADMINISTRATOR)
        user.set_password(password)
        user.save()
        Membership.objects.create(user=user, team=Team.objects.get(slug=Function.HUB))
        entry.detail["administrator"] = user.pk
        return user


def set_organisation(*, name: str, time_zone: str, actor: User) -> Organisation | Refused:
    if no := refusal(actor, "administer"):
        return no
    if time_zone not in available_timezones():
        return no_zone(time_zone)
    with recorded("organisation.changed", actor, name=name, time_zone=time_zone) as entry:
        row = Organisation.objects.select_for_update().get(pk=1)
        row.name, row.time_zone = name.strip(), time_zone
        row.save()
        entry.target = row
        return row


def no_zone(name: str) -> Refused:
    return Refused(_("“%(name)s” is not a time zone; choose one such as Europe/Copenhagen.") % {"name": name})


# -- teams -----------------------------------------------------------------------------------------------------------


def save_team(team: Team | None, *, name: str, function: str, answer_within: timedelta, actor: User) -> Team | Refused:
    if no := refusal(actor, "administer"):
        return no
    if not timedelta(minutes=1) <= answer_within <= timedelta(days=30):
        return Refused(_("The time to answer lies between one minute and thirty days."))
    with recorded("team.saved", actor, name=name, function=function) as entry:
        row = team or Team(slug=_free_slug(name))
        if team and team.is_hub and function != Function.HUB and not _another_hub(team):
            return entry.refuse(_("This is the only hub; conversations that nobody owns need one."))
        row.name, row.function, row.answer_within = name.strip()[:80], function, answer_within
        row.save()
        entry.target = row
        return row


def _free_slug(name: str) -> str:
    base = slugify(name)[:36] or "team"
    taken = set(Team.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 1000))) if slug not in taken)


def _another_hub(team: Team) -> bool:
    return Team.objects.filter(function=Function.HUB).exclude(pk=team.pk).exists()


# -- members ---------------------------------------------------------------------------------------------------------


def add_member(
    *,
    email: str,
    name: str,
    role: str,
    teams: Iterable[Team],
    password: str | None,
    actor: User | str,
    works_for: str = "",
    **more: Any,
) -> User | Refused:
    """Without a password they cannot sign in yet. `more`: language, time_zone, local_only."""
    if isinstance(actor, User) and (no := refusal(actor, "administer")):
        return no
    agency = _agency(works_for, of=None)
    with recorded("member.added", actor, role=role, works_for=agency) as entry:
        if User.objects.filter(email__iexact=email.strip()).exists():
            return entry.refuse(_("%(email)s is a member already.") % {"email": email})
        user = User(email=email.strip().lower(), name=name.strip()[:120], role=role, works_for=agency, **more)
        user.set_password(password)
        user.save()
        _set_teams(user, teams)
        entry.target = user
        return user


def _agency(name: str, *, of: User | None) -> str:
    """Its name as others bear it already: an agency that is written in two ways would be counted as two."""
    wanted = " ".join(name.split())[:80]
    others = User.objects.filter(works_for__iexact=wanted)
    others = others.exclude(pk=of.pk) if of else others
    return others.values_list("works_for", flat=True).first() or wanted


def change_member(
    member: User, *, role: str, teams: Iterable[Team], is_active: bool, works_for: str, actor: User
) -> User | Refused:
    """Switching a member off ends their sessions at once."""
    if no := refusal(actor, "administer"):
        return no
    agency = _agency(works_for, of=member)
    with recorded("member.changed", actor, target=member, role=role, active=is_active, works_for=agency) as entry:
        row = User.objects.select_for_update().get(pk=member.pk)
        loses = role != Role.ADMINISTRATOR or not is_active
        if row.role == Role.ADMINISTRATOR and loses and not _another_administrator(row):
            return entry.refuse(_("This is the only administrator; make somebody else one first."))
        entry.detail |= {"from": row.role, "worked_for": row.works_for}
        row.role, row.is_active, row.works_for = role, is_active, agency
        row.save()
        _set_teams(row, teams)
        if not is_active:
            end_sessions(row)
        return row


def _set_teams(user: User, teams: Iterable[Team]) -> None:
    Membership.objects.filter(user=user).delete()
    Membership.objects.bulk_create([Membership(user=user, team=team) for team in teams])


def _another_administrator(user: User) -> bool:
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    return others.exists()


def set_own(user: User, *, changes: Mapping[str, str], actor: User) -> User | Refused:
    """A member's own name, language, zone and theme."""
    if user.pk != actor.pk:
        return Refused(_("That is somebody else's page."))
    if unknown := set(changes) - {"name", "language", "time_zone", "theme"}:
        raise TypeError(f"set_own does not change {sorted(unknown)}")
    if (zone := changes.get("time_zone")) and zone not in available_timezones():
        return no_zone(zone)
    with recorded("member.own_settings", actor, target=user, fields=sorted(changes)):
        for name, value in changes.items():
            setattr(user, name, value)
        user.save(update_fields=list(changes))
    return user


def end_sessions(user: User) -> None:
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def forget_sessions(now: datetime) -> None:
    Session.objects.filter(expire_date__lt=now).delete()
