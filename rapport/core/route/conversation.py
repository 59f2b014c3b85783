"""What a conversation amounts to, from the messages in it.

A conversation is folded anew from its messages each time that one arrives, is edited or is taken back. So the order in
which a platform delivers them does not matter, and neither does hearing one of them twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rapport.core.route.clock import Promise


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread. `ours`: we said it. `context`: it was fetched only so that the thread can be read."""

    at: datetime
    ours: bool = False
    context: bool = False
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """opened_at        the first message from them that is for us
    last_at          the last message of anybody
    waiting_since    the oldest message from them after our last answer; None: the ball is with them
    due_at           when an answer to it is promised; None when nothing waits
    first_answer_at  our first answer after `opened_at`; None while there is none
    """

    message_count: int
    opened_at: datetime
    last_at: datetime
    waiting_since: datetime | None
    due_at: datetime | None
    first_answer_at: datetime | None


def fold(said: Iterable[Said], promise: Promise) -> Facts | None:
    """The facts of a conversation; None when nothing in it was ever said to us. `promise`: of the team that has it.

    A message that was taken back still counts as said (it opened the conversation), but nobody has to answer it.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    >>> question, answer = Said(noon), Said(noon + timedelta(minutes=9), ours=True)
    >>> soon = Promise(timedelta(hours=4))
    >>> fold([answer, question], soon).first_answer_at == answer.at
    True
    >>> fold([question], soon).due_at.hour
    16
    """
    ordered = sorted(said, key=lambda one: one.at)
    theirs = [one for one in ordered if not one.ours and not one.context]
    if not theirs:
        return None
    opened = theirs[0].at
    answers = [one.at for one in ordered if one.ours and one.at >= opened]
    last_answer = answers[-1] if answers else None
    open_ones = [one.at for one in theirs if not one.removed and (last_answer is None or one.at > last_answer)]
    waiting = open_ones[0] if open_ones else None
    return Facts(
        message_count=len(ordered),
        opened_at=opened,
        last_at=ordered[-1].at,
        waiting_since=waiting,
        due_at=promise.due(waiting) if waiting else None,
        first_answer_at=answers[0] if answers else None,
    )
