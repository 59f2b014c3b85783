"""A dry run of ownership rules: what last week's messages would have become, beside what today's rules make of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rapport.core.query import Prepared
from rapport.core.route.rules import EXAMPLES, Rules
from rapport.core.types import Ownership
from rapport.server.listen.models import Message
from rapport.server.organise.models import Team
from rapport.server.route.documents import RELATED, document

WEEK = timedelta(days=7)
MOST = 500
MOVED = 12
"""Messages that are named because they would go elsewhere."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one team would get, what it gets today, and a few examples with the line that gives them."""

    name: str
    count: int
    before: int
    examples: list[tuple[Message, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Moved:
    message: Message
    before: str
    after: str
    line: int


@dataclass(frozen=True, slots=True)
class Trial:
    """`cut`: there were more than `MOST` messages, and only the latest were tried."""

    total: int
    cut: bool
    shares: list[Share]
    moved: list[Moved]
    moved_count: int
    unused: tuple[int, ...]


def tried(now: datetime) -> list[Message]:
    """The latest messages to us of the last seven days, with `RELATED`; one more than `MOST` when there are more."""
    theirs = Message.objects.filter(ours=False, context=False, removed_at=None, published_at__gte=now - WEEK)
    placed = theirs.filter(placement__isnull=False).select_related(*RELATED)
    return list(placed.order_by("-published_at", "-id")[: MOST + 1])


def trial(rules: Rules, today: Rules, messages: Sequence[Message]) -> Trial:
    cut = len(messages) > MOST
    messages = messages[:MOST]
    prepared = [Prepared(document(message)) for message in messages]
    after, before = rules.owners(prepared), today.owners(prepared)
    names = dict(Team.objects.order_by("id").values_list("slug", "name"))
    moved = [
        Moved(message, names[old.team], names[new.team], new.line)
        for message, old, new in zip(messages, before, after)
        if old.team != new.team
    ]
    return Trial(
        total=len(messages),
        cut=cut,
        shares=_shares(messages, after, before, names),
        moved=moved[:MOVED],
        moved_count=len(moved),
        unused=rules.dry_run(prepared).unused,
    )


def _shares(
    messages: Sequence[Message], after: Sequence[Ownership], before: Sequence[Ownership], names: dict[str, str]
) -> list[Share]:
    will, does = Counter(owner.team for owner in after), Counter(owner.team for owner in before)
    shares = []
    for slug, name in names.items():
        if not will[slug] and not does[slug]:
            continue
        theirs = [(message, owner.line) for message, owner in zip(messages, after) if owner.team == slug]
        shares.append(Share(name, will[slug], does[slug], theirs[:EXAMPLES]))
    return sorted(shares, key=lambda share: -share.count)
