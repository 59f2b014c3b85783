"""Answers that have not safely arrived, and what one can do about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.server.listen.models import Author
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.inbox_rows import Where, moment
from rapport.server.pages.inbox_said import Said
from rapport.server.pages.text import parts
from rapport.server.respond.actions import why_not
from rapport.server.respond.models import Outgoing
from rapport.server.route.models import Conversation


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An answer that has not safely arrived, and what one can do about it."""

    said: Said
    undo: str = ""
    seconds: int = 0
    retry: str = ""
    retry_label: str = ""
    found: str = ""


STATES = {
    "queued": gettext_lazy("leaves in a moment"),
    "held": gettext_lazy("waits: %(trouble)s"),
    "sending": gettext_lazy("on its way"),
    "failed": gettext_lazy("not sent: %(trouble)s"),
    "unknown": gettext_lazy(
        "We do not know whether it arrived: %(trouble)s We keep asking; you can look there yourself."
    ),
}


def under_way(talk: Conversation, rows: Sequence[Outgoing], user: User, where: Where) -> list[UnderWay]:
    if not rows:
        return []
    ours = Author.objects.filter(network=talk.network, external_id=talk.channel.external_id).first()
    return [_under_way(row, talk, str(ours or talk.channel), user, where) for row in rows]


def _under_way(row: Outgoing, talk: Conversation, us: str, user: User, where: Where) -> UnderWay:
    said = Said(
        id=f"answer-{row.pk}",
        side="us",
        who=us,
        by=row.by.name,
        at=row.created_at,
        parts=parts(row.text),
        state=row.state,
        state_words=str(STATES[row.state]) % {"trouble": _(row.trouble)} if row.state in STATES else row.state,
    )
    if not may(user, "answer"):
        return UnderWay(said)
    back = where.act(talk.pk, "undo", row.pk)
    again = where.act(talk.pk, "retry", row.pk)
    if row.state == "queued":
        left = max(0, round((row.send_after - timezone.now()).total_seconds()))
        if reason := why_not(talk):
            said = replace(said, state_words=str(STATES["held"]) % {"trouble": reason})
        elif row.attempts:
            said = replace(said, state_words=_("tried %(n)d times, the next try is at %(time)s. %(trouble)s") % {
                "n": row.attempts, "time": moment(row.send_after, timezone.now()), "trouble": _(row.trouble),
            })  # fmt: skip
        return UnderWay(said, undo=back, seconds=left)
    if row.state == "failed":
        return UnderWay(said, undo=back, retry=again, retry_label=_("Try again"))
    if row.state == "unknown":
        found = where.act(talk.pk, "found", row.pk)
        return UnderWay(said, retry=again, retry_label=_("It is not there: send again"), found=found)
    return UnderWay(said)
