"""Permanent random numbers of messages: by them people are given some to code, and archives are read in part."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from rapport.core.measure.sampling import permanent_number


def name(network: str, external_id: str) -> str:
    """What they are made of."""
    return f"{network}/{external_id}"


def salt(purpose: str) -> str:
    """A secret of this installation, another for each purpose."""
    return str(settings.HOME.key(purpose))


def numbering() -> Callable[[str, str], float]:
    """Gives each message, by its network and its id there, the number by which it is drawn, between 0 and 1."""
    secret = salt("draw")
    return lambda network, external_id: permanent_number(name(network, external_id), secret)
