"""The private data of messages, as it is known now, and what this organisation looks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from rapport.core.types import Private, Refused
from rapport.core.understand.private import private_in
from rapport.core.understand.references import MOST, Unusable, pattern_of
from rapport.core.understand.regions import MOST as MOST_REGIONS
from rapport.core.understand.regions import is_region, regions_of
from rapport.server.listen.models import Message
from rapport.server.organise.abilities import refusal
from rapport.server.organise.actions import organisation
from rapport.server.organise.models import Organisation, User
from rapport.server.organise.record import recorded


@dataclass(frozen=True, slots=True)
class Sought:
    """Which countries' telephone numbers are recognised, and the patterns of references."""

    regions: tuple[str, ...]
    references: tuple[str, ...] = ()

    @classmethod
    def now(cls) -> Sought:
        found = organisation() or Organisation(name="")
        written = tuple(found.references)
        return cls(tuple(found.regions) or regions_of(found.time_zone), _patterns(written))

    def found_in(self, texts: Sequence[str]) -> list[tuple[Private, ...]]:
        return private_in(texts, self.regions, self.references)


@lru_cache(maxsize=4)
def _patterns(written: tuple[str, ...]) -> tuple[str, ...]:
    """Those that were saved are usable: see `chosen`."""
    return tuple(found for one in written if isinstance(found := pattern_of(one), str))


def private_of(message: Message) -> tuple[Private, ...]:
    """The private data in it, also before anybody has read it, or read it again after an edit."""
    reading = getattr(message, "reading", None)
    return reading.private_spans if reading and message.state != "heard" else found_in(message.text)


def found_in(text: str) -> tuple[Private, ...]:
    """The private data in a text that nobody has read."""
    return Sought.now().found_in([text])[0] if text else ()


# -- what is looked for ----------------------------------------------------------------------------------------------


def chosen(regions: Sequence[str], references: Sequence[str]) -> Sought | Refused:
    """What would be looked for, or why that can't be."""
    if unknown := [code for code in regions if not is_region(code)]:
        words = _("“%(code)s” is no country that we know: write two letters, such as DE, with commas between them.")
        return Refused(words % {"code": unknown[0]})
    if len(regions) > MOST_REGIONS:
        return Refused(_("Choose at most %(n)d countries: each one is another search.") % {"n": MOST_REGIONS})
    if len(references) > MOST:
        return Refused(_("Write at most %(n)d references.") % {"n": MOST})
    patterns = []
    for line, written in enumerate(references, start=1):
        found = pattern_of(written)
        if isinstance(found, Unusable):
            why = _(found.words) % found.told
            return Refused(_("Line %(line)d, “%(written)s”: %(why)s") % {"line": line, "written": written, "why": why})
        patterns.append(found)
    return Sought(tuple(regions), tuple(patterns))


def set_sought(*, regions: Sequence[str], references: Sequence[str], actor: User) -> Organisation | Refused:
    """Holds for what is read from now on. No regions: those of the organisation's time zone."""
    if no := refusal(actor, "administer"):
        return no
    if isinstance(unusable := chosen(regions, references), Refused):
        return unusable
    with recorded("private_data.sought", actor, regions=list(regions), references=list(references)) as entry:
        row = Organisation.objects.select_for_update().get(pk=1)
        row.regions, row.references = list(regions), list(references)
        row.save(update_fields=["regions", "references"])
        entry.target = row
        return row
