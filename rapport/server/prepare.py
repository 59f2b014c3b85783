"""Before the parts start: the database in its newest form, the sample if it is asked for, and how to get in."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command

from rapport.core.errors import RapportError
from rapport.server.listen import search
from rapport.server.organise.actions import is_empty
from rapport.server.organise.models import Organisation, Role, User

FIRST_RUN = "first-run"


def ready(*, first: Callable[[], None] | None = None) -> str:
    """How to sign in, once the database is ready. `first` fills an empty one.

    Raises RapportError where only a part of the sample is there.
    """
    bring_up_to_date()
    if is_half_a_sample():
        raise RapportError(
            f"Only a part of the sample is in {settings.HOME.path}: loading it was broken off, or still goes on. If it "
            "does not, remove that folder (and empty the database, where it is another) and begin anew."
        )
    if first and is_empty():
        first()
    return how_to_sign_in()


def is_half_a_sample() -> bool:
    """Its people sign in from this machine only, and the last thing that loading it does is to say that it is one."""
    return User.objects.filter(local_only=True).exists() and not Organisation.objects.filter(sample=True).exists()


def bring_up_to_date() -> None:
    """The form that this version needs: of the tables, and of the words that are stored for searching."""
    call_command("migrate", verbosity=0)
    search.renew()


def how_to_sign_in() -> str:
    if is_empty():
        return f"Nobody has set it up yet. Open this address to begin; it works once:\n{{url}}/start/?token={token()}"
    boss = User.objects.filter(local_only=True, role=Role.ADMINISTRATOR).order_by("id").first()
    if boss:
        return f"Sign in as {boss.email} with the password {sample_password()} (from this machine only)."
    return "Sign in with your e-mail address."


def token() -> str:
    """Guards the first-run page: whoever reads the console may set Rapport up."""
    return settings.HOME.key(FIRST_RUN)


def token_is_right(given: str) -> bool:
    return is_empty() and secrets.compare_digest(given.encode(), token().encode())


def sample_password() -> str:
    """Random, made once, kept in RAPPORT_HOME so that the next start can print it again."""
    return settings.HOME.key("sample-password")[:16]
