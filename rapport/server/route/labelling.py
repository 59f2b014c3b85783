"""Saying how messages sound that were drawn by chance: what readers of tone learn from and are tried on.

Whoever labels sees the words and nothing else: neither what a reader said nor who wrote it.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from math import prod

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.types import Refused
from rapport.server.listen.models import Message
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded
from rapport.server.route.queries import messages_visible_to
from rapport.server.understand.corrections import TONES
from rapport.server.understand.models import Label, LabelDraw

DRAWN = 50
SINCE = timedelta(days=28)
MOST = 20_000
"""A draw is made from at most so many messages, the newest."""
STALE = timedelta(days=7)
"""An older draw is not gone on with: it would leave out what was said since."""
UNCLEAR = "unclear"


def draw(*, actor: User) -> LabelDraw | Refused:
    """Messages of others of the last four weeks, as far as this person sees them; those set aside are left out."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("labels.drawn", actor) as entry:
        now = timezone.now()
        found = list(_frame(actor, now).order_by("-published_at").values_list("pk", "published_at")[:MOST])
        if not found:
            return entry.refuse(
                _("There is nothing to label: you see no message of the last four weeks that has none.")
            )
        since = found[-1][1] if len(found) == MOST else now - SINCE
        row = LabelDraw.objects.create(by=actor, messages=len(found), since=since, drawn_at=now)
        chosen = random.SystemRandom().sample([key for key, _at in found], min(DRAWN, len(found)))
        Label.objects.bulk_create([Label(draw=row, message_id=key, position=n) for n, key in enumerate(chosen)])
        entry.target = row
        entry.detail |= {"messages": len(found), "drawn": len(chosen)}
        return row


def _frame(user: User, now: datetime) -> QuerySet[Message]:
    said = messages_visible_to(user).filter(
        published_at__gte=now - SINCE, published_at__lte=now, state__in=("routed", "kept"), left_at=None
    )
    others = said.filter(ours=False, context=False).exclude(text="").exclude(set_aside__hidden=True)
    return others.exclude(pk__in=Label.objects.exclude(tone="").values("message"))


def label(row: Label, *, tone: str, revision: int, actor: User) -> Label | Refused:
    """`revision` is that of the message which this person has read."""
    if no := refusal(actor, "answer"):
        return no
    if tone not in (*TONES, UNCLEAR):
        return Refused(_("Choose one of the values that are offered."))
    with recorded("message.labelled", actor, target=f"message:{row.message_id}", tone=tone) as entry:
        held = Label.objects.select_for_update().filter(pk=row.pk, draw__by=actor).first()
        message = messages_visible_to(actor).filter(pk=row.message_id, left_at=None).first()
        if held is None or message is None:
            return entry.refuse(_("This message is not yours to label."))
        if message.revision != revision:
            return entry.refuse(_("The message was edited meanwhile. Read it again."))
        held.tone, held.revision, held.at = tone, revision, timezone.now()
        held.save(update_fields=["tone", "revision", "at"])
        return held


def take_back(*, actor: User) -> Label | Refused:
    """The last thing that this person said in the draw that they are at; it is asked again."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("label.taken_back", actor) as entry:
        now = current(actor)
        row = now.drawn.exclude(tone="").order_by("-at", "-position").first() if now else None
        if row is None:
            return entry.refuse(_("There is nothing to take back."))
        entry.target = f"message:{row.message_id}"
        row.tone, row.at = "", None
        row.save(update_fields=["tone", "at"])
        return row


def current(user: User) -> LabelDraw | None:
    """The draw that this person is at."""
    return LabelDraw.objects.filter(by=user, drawn_at__gte=timezone.now() - STALE).first()


def next_of(now: LabelDraw) -> Label | None:
    """The first without a word, as far as its message is still there to be seen."""
    seen = messages_visible_to(now.by).filter(left_at=None, state__in=("routed", "kept"))
    left = now.drawn.filter(tone="", message__in=seen.filter(labels__draw=now).values("pk"))
    return left.select_related("message__reading").first()


def told() -> QuerySet[Label]:
    """Labels that say a tone of a message that is here and still says the same."""
    there = Label.objects.filter(tone__in=TONES, revision=F("message__revision"))
    return there.filter(message__removed_at=None, message__left_at=None)


def chances(rows: QuerySet[Label]) -> dict[int, float]:
    """By message, how likely it was to be labelled in any of the draws that it could have come up in.

    A draw is answered in its order, so that what was answered so far is itself a draw from all that stood behind it.
    """
    keys = dict(rows.values_list("message", "message__published_at"))
    could: dict[int, list[float]] = {key: [] for key in keys}
    draws = LabelDraw.objects.annotate(last=Max("drawn__position", filter=~Q(drawn__tone=""))).exclude(last=None)
    seen: dict[int, set[int]] = {}
    for one in draws.select_related("by"):
        if one.by_id not in seen:
            seen[one.by_id] = set(messages_visible_to(one.by).filter(labels__in=rows).values_list("pk", flat=True))
        share = (one.last + 1) / one.messages
        for key in seen[one.by_id]:
            if key in keys and one.since <= keys[key] <= one.drawn_at:
                could[key].append(share)
    return {key: 1 - prod(1 - share for share in found) for key, found in could.items() if found}
