"""The organisation's own heads while messages are read: whose word counts, and what is kept beside it.

How they come about is in `learn.heads`; here are only the rows that reading goes by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from rapport.core.types import Estimate, Tone
from rapport.core.understand import head, tone
from rapport.core.understand.trial import Comparison
from rapport.server import flow
from rapport.server.understand.corrections import version_of
from rapport.server.understand.models import Head, HeadReading, ReaderChange

LIVE = flow.any_of(["beside", "on"])


@dataclass(slots=True)
class Voices:
    """Reads the tone of one batch, for `understand.read`: the default reader and every head that reads now.

    default, own   what each said of the texts, in their order; own by the head's number
    """

    heads: Sequence[Head]
    default: list[Tone] = field(default_factory=list)
    own: dict[int, list[Tone]] = field(default_factory=dict)

    @property
    def on(self) -> Head | None:
        return next((row for row in self.heads if row.state == "on"), None)

    def tones_of(self, texts: Sequence[str], /) -> list[Tone]:
        self.default = tone.tones_of(texts)
        self.own = {row.pk: head.apply(texts, self.default, _loaded(row.pk, row.version)) for row in self.heads}
        return self.own[self.on.pk] if self.on else self.default

    def version(self) -> str:
        return f"{self.on.version} {tone.version()}" if self.on else tone.version()

    def keep(self, places: Mapping[int, int], now: datetime) -> None:
        """Both words about these messages; `places`: where each stood in the batch."""
        rows = [
            HeadReading(
                head_id=pk,
                message_id=message,
                default=_shares(self.default[place]),
                own=_shares(said[place]),
                agree=self.default[place].label == said[place].label,
                at=now,
            )
            for pk, said in self.own.items()
            for message, place in places.items()
        ]
        HeadReading.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["head", "message"],
            update_fields=["default", "own", "agree", "at"],
        )


def voices() -> Voices:
    """Whose word is heard now. A head on top of another default reader than this version's is silent."""
    return Voices(list(Head.objects.filter(LIVE, default=tone.version()).defer("content")))


def _shares(said: Tone) -> list[float]:
    return [round(share, 6) for share in (said.negative, said.neutral, said.positive)]


@lru_cache(maxsize=4)
def _loaded(pk: int, version: str) -> head.Head:
    return head.load(bytes(Head.objects.values_list("content", flat=True).get(pk=pk, version=version)))


# -- since when which version reads ------------------------------------------------------------------------------------


def note(versions: str, now: datetime) -> None:
    """What reads from now on, when it is not what read before."""
    if ReaderChange.objects.values_list("versions", flat=True).first() != versions:
        ReaderChange.objects.create(versions=versions, since=now)


def changes(reader: str, since: datetime | None = None) -> list[tuple[str, datetime]]:
    """(version, since when) of one reader, the oldest first: where its figures may change because the ruler did.

    since   only changes from then on
    """
    found: list[tuple[str, datetime]] = []
    for versions, at in ReaderChange.objects.order_by("id").values_list("versions", "since"):
        if not found or found[-1][0] != version_of(versions, reader):
            found.append((version_of(versions, reader), at))
    return [one for one in found if since is None or one[1] >= since]


# -- the figures of a trial --------------------------------------------------------------------------------------------


def figures_of(found: Comparison) -> dict[str, Any]:
    """As they are kept in `Head.figures`."""
    return asdict(found)


def comparison_of(row: Head) -> Comparison:
    values: dict[str, Any] = row.figures
    found: dict[str, Any] = {name: Estimate(**one) if isinstance(one, dict) else one for name, one in values.items()}
    return Comparison(**found)
