"""What people ask of the archivist."""

from __future__ import annotations

from rapport.core.types import Refused
from rapport.server.keep.models import ArchiveHead
from rapport.server.keep.queries import head
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded


def ask_to_verify(*, actor: User) -> Refused | None:
    """The archivist does it at its next turn."""
    if no := refusal(actor, "audit"):
        return no
    head()
    with recorded("archive.asked", actor):
        ArchiveHead.objects.filter(pk=1).update(asked=True)
    return None
