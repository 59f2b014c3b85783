"""Acting on what others wrote below ours: hiding, approving, reporting it, with a reason, where the platform lets us.

It goes the way of an answer: the intention first, then the call, then what came of it. What differs is that doing the
same again changes nothing (`contract.Moderates`): where nobody knows whether a call arrived, it is made again. A report
is the exception: made again it would be a second one, and no platform tells us which ones we made, so a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from rapport.connectors import contract
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Refused
from rapport.server.claim import free
from rapport.server.listen import sign_in
from rapport.server.listen.models import Channel, Message
from rapport.server.organise.abilities import Somebody, may, refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import fingerprint, recorded
from rapport.server.respond.actions import AT_REST, ATTEMPTS, SENDING, UNDER_WAY
from rapport.server.respond.models import Moderation
from rapport.server.respond.outbox import advance, visible
from rapport.server.route.models import Conversation

NEEDS = {"delete": "remove"}
"""The ability that an action asks for; `answer` where none stands here."""

BACK = ("show", "approve")
"""What takes something back, and leaves nothing that stands."""

ONCE = ("report",)
"""What is not done again by itself when nobody knows whether it arrived."""

UNDOES: dict[str, frozenset[str]] = {
    "show": frozenset({"hide", "spam"}),
    "approve": frozenset({"hide", "spam"}),
    "spam": frozenset({"hide"}),
    "delete": frozenset({"hide", "spam"}),
}
"""What does not stand any more once this is done; a report stands for good."""

OUT_OF_SIGHT = frozenset({"hide", "spam", "delete"})
"""While one of these stands nobody reads it on the platform."""


# -- deciding --------------------------------------------------------------------------------------------------------


def standing(done: Iterable[str]) -> list[str]:
    """Of what was done to a message, in that order, what stands now.

    >>> standing(["hide", "report", "show"]), standing(["hide", "spam", "report"])
    (['report'], ['spam', 'report'])
    """
    stands: list[str] = []
    for action in done:
        stands = [one for one in stands if one != action and one not in UNDOES.get(action, ())]
        if action not in BACK:
            stands.append(action)
    return stands


def offered(message: Message, done: Sequence[str], user: Somebody) -> list[str]:
    """What this person may do about a message now, the opposite of what stands first. `done`: what was done to it, in
    that order."""
    stands = standing(done)
    connector = contract.load(message.channel.connector)
    if message.ours or message.context or not isinstance(connector, contract.Moderates):
        return []
    if message.removed_at and not {"hide", "spam"} & set(stands):
        return []
    possible = connector.actions
    if isinstance(connector, contract.Chooses):
        possible = tuple(connector.possible(message.channel.external_id, message.ref))
    makes_sense = {
        "show": "hide" in stands or "spam" in stands,
        "approve": message.ref.get("status") == "hold" and not set(done) - {"report"},
        "hide": not OUT_OF_SIGHT & set(stands),
        "report": "report" not in stands,
        "spam": "spam" not in stands,
        "delete": True,
    }
    return [
        action
        for action, sensible in makes_sense.items()
        if sensible and "delete" not in stands and action in possible and may(user, NEEDS.get(action, "answer"))
    ]


def done_to(message: Message) -> list[str]:
    rows = Moderation.objects.filter(message=message, state="done").order_by("done_at", "id")
    return list(rows.values_list("action", flat=True))


def _at_rest(channel: Channel) -> str:
    if channel.state == "needs_sign_in":
        return gettext("The channel %(name)s needs to be signed in again first.") % {"name": channel.name}
    if channel.state != "listening":
        return AT_REST[channel.state] % {"name": channel.name}
    if not channel.answers:
        return gettext("The channel %(name)s is not open for answers yet.") % {"name": channel.name}
    return ""


def moderate(message: Message, *, action: str, reason: str, actor: User) -> Moderation | Refused:
    """Write down what is to be done, and why. It is done when the undo window has passed."""
    if no := refusal(actor, NEEDS.get(action, "answer")):
        return no
    reason = " ".join(reason.split())
    if not reason:
        return Refused(gettext("Say why: the reason stands on record."))
    if len(reason) > 500:
        return Refused(gettext("The reason is too long: 500 characters are enough."))
    with recorded("moderation.queued", actor, target=message, what=action, reason=fingerprint(reason)) as entry:
        row = Message.objects.select_for_update(of=("self",)).select_related("channel").get(pk=message.pk)
        talk = Conversation.objects.visible_to(actor).filter(placements__message=row).first()
        if talk is None:
            return entry.refuse(gettext("This conversation is not yours."))
        if why := _at_rest(row.channel):
            return entry.refuse(why)
        if other := Moderation.objects.filter(message=row, state__in=UNDER_WAY).select_related("by").first():
            words = gettext("%(who)s has something under way about this message; wait until it is done or taken back.")
            return entry.refuse(words % {"who": other.by})
        if action not in offered(row, done_to(row), actor):
            return entry.refuse(gettext("That cannot be done with this message, or was done already."))
        now = timezone.now()
        entry.target = done = Moderation.objects.create(
            conversation=talk,
            channel=row.channel,
            message=row,
            action=action,
            reason=reason,
            by=actor,
            created_at=now,
            send_after=now + timedelta(seconds=settings.UNDO_SECONDS),
        )
        entry.detail["message"] = row.pk
        return done


TOO_LATE = {
    "queued": gettext_lazy("It waits to be done already."),
    "sending": gettext_lazy("Too late: it is being done."),
    "unknown": gettext_lazy("Too late: it has left, and is tried until the platform says that it is done."),
    "done": gettext_lazy("It is done already."),
    "withdrawn": gettext_lazy("It was taken back already."),
}


def withdraw(row: Moderation, *, actor: User) -> Moderation | Refused:
    """Take it back while it has not left, or after it failed."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("moderation.withdrawn", actor, target=row) as entry:
        fresh = visible(row, actor)
        if fresh is None:
            return entry.refuse(gettext("This conversation is not yours."))
        if fresh.state not in ("queued", "failed") or (fresh.state == "queued" and fresh.attempts):
            return entry.refuse(str(TOO_LATE["unknown" if fresh.state == "queued" else fresh.state]))
        return advance(fresh, "withdrawn")


def retry(row: Moderation, *, actor: User) -> Moderation | Refused:
    """A person decides to try again: after a failure, or when nobody knows whether a report arrived."""
    if no := refusal(actor, NEEDS.get(row.action, "answer")):
        return no
    with recorded("moderation.retried", actor, target=row) as entry:
        fresh = visible(row, actor)
        if fresh is None:
            return entry.refuse(gettext("This conversation is not yours."))
        if fresh.state != "failed" and not in_doubt(fresh):
            return entry.refuse(str(TOO_LATE[fresh.state]))
        others = Moderation.objects.filter(message=fresh.message_id, state__in=UNDER_WAY).exclude(pk=fresh.pk)
        if others.exists():
            return entry.refuse(gettext("Something else is under way about this message."))
        entry.detail["from"] = fresh.state
        return advance(fresh, "queued", send_after=timezone.now(), attempts=0, trouble="")


def settle_unknown(row: Moderation, *, actor: User) -> Moderation | Refused:
    """A person takes a report for made of which nobody knows whether it arrived."""
    if no := refusal(actor, NEEDS.get(row.action, "answer")):
        return no
    with recorded("moderation.settled_by_hand", actor, target=row, what=row.action) as entry:
        fresh = visible(row, actor)
        if fresh is None or not in_doubt(fresh):
            return entry.refuse(gettext("Nothing here is waiting for that decision."))
        return advance(fresh, "done", done_at=timezone.now(), trouble="")


def in_doubt(row: Moderation) -> bool:
    """Whether a person has to say what came of it."""
    return row.state == "unknown" and row.action in ONCE


# -- doing: called by the sender only --------------------------------------------------------------------------------


def sweep(worker: str, now: datetime) -> int:
    """What a sender that died was doing: nobody knows whether it arrived."""
    dead = Moderation.objects.filter(state="sending", leased_until__lt=now)
    if not dead.exists():
        return 0
    with recorded("moderations.swept", worker.split("-")[0]) as entry:
        rows = list(dead.select_for_update())
        for row in rows:
            advance(row, "unknown", trouble=gettext_noop("The sender stopped in the middle of it."), send_after=now)
        entry.detail["moderations"] = [row.pk for row in rows]
        return len(rows)


def take(worker: str, now: datetime) -> Moderation | None:
    """Write down the intention to do the next one that is due. From here on, a crash leaves it `sending`."""
    waiting = Q(state="queued") | Q(state="unknown") & ~Q(action__in=ONCE)
    due = Moderation.objects.filter(
        waiting & free(now), send_after__lte=now, channel__state="listening", channel__answers=True
    )
    if not due.exists():
        return None
    with recorded("moderation.sending", worker.split("-")[0]) as entry:
        row = due.select_for_update(of=("self",)).order_by("send_after", "id").first()
        if row is None:
            entry.silent()
            return None
        entry.target, entry.detail["attempt"] = row, row.attempts + 1
        lease = {"leased_by": worker, "leased_until": now + SENDING}
        return advance(row, "sending", attempts=row.attempts + 1, attempted_at=now, **lease)


def done(row: Moderation, *, worker: str) -> None:
    """The platform says that it is done. That holds whoever of several senders hears it."""
    with recorded("moderation.done", worker.split("-")[0], target=row, what=row.action) as entry:
        fresh = Moderation.objects.select_for_update().get(pk=row.pk)
        if fresh.state not in ("sending", "unknown"):
            entry.silent()
            return
        advance(fresh, "done", done_at=timezone.now(), trouble="")


def not_done(row: Moderation, error: ConnectorError, *, worker: str) -> None:
    """Another try when it can help; unknown when nobody knows whether it arrived; failed otherwise."""
    with recorded("moderation.not_done", worker.split("-")[0], target=row, trouble=str(error)[:300]) as entry:
        fresh = Moderation.objects.select_for_update().get(pk=row.pk)
        if fresh.state != "sending" or fresh.attempted_at != row.attempted_at:
            entry.silent()
            return
        state, wait = _verdict(fresh, error)
        entry.detail["state"] = state
        advance(fresh, state, trouble=str(error)[:500], send_after=timezone.now() + timedelta(seconds=wait))
        if isinstance(error, NeedsSignIn):
            sign_in.shut_out(fresh.channel, str(error), timezone.now())


def _verdict(row: Moderation, error: ConnectorError) -> tuple[str, float]:
    wait = error.retry_after or min(5 * 2**row.attempts, 3600)
    if isinstance(error, OutcomeUnknown):
        return "unknown", wait
    if isinstance(error, RateLimited | NeedsSignIn):
        return "queued", wait
    if error.permanent or row.attempts >= ATTEMPTS:
        return "failed", 0
    return "queued", wait
