"""Writing answers together, and sending each exactly once.

The states of an answer are those of `flow.py`. The rule that everything here serves: once a request may have left us,
only the platform's own word (a receipt, or a look-up by the same key) decides what happens next.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from rapport.connectors import contract
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Absent, Receipt, Refused, Reply
from rapport.server import flow
from rapport.server.claim import free
from rapport.server.listen import search, sign_in
from rapport.server.listen.models import Author, Message, Sighting
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import Entry, fingerprint, recorded
from rapport.server.respond.models import Draft, Outgoing
from rapport.server.respond.outbox import advance, visible
from rapport.server.route.actions import refresh
from rapport.server.route.models import Conversation, Placement

SENDING = timedelta(minutes=2)  # a sender that holds an answer longer than this is taken for dead
ATTEMPTS = 6
UNDER_WAY = ("queued", "sending", "unknown")


# -- writing ---------------------------------------------------------------------------------------------------------


def save_draft(talk: Conversation, *, text: str, version: int, actor: User) -> Draft | Refused:
    """Keep what is being written. `version` is the one that the writer saw; another's pen in between is refused."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("draft.saved", actor, target=talk) as entry:
        if not Conversation.objects.visible_to(actor).filter(pk=talk.pk).exists():
            return entry.refuse(gettext("This conversation is not yours."))
        draft, _ = Draft.objects.select_for_update().get_or_create(conversation=talk)
        if draft.version != version:
            words = gettext("%(who)s changed this draft meanwhile. Your text is still in the box.")
            return entry.refuse(words % {"who": draft.by or gettext("Somebody")})
        if draft.by_id == actor.pk and draft.text == text:
            entry.silent()
            return draft
        if draft.by_id == actor.pk:  # typing on: one entry a writer is enough
            entry.quiet()
        entry.detail["text"] = fingerprint(text)
        draft.text, draft.by, draft.at, draft.version = text[:20_000], actor, timezone.now(), draft.version + 1
        draft.save()
        return draft


def answerable(talk: Conversation) -> Message | None:
    """The message that an answer would answer: the last one from them that is still there."""
    theirs = Message.objects.filter(placement__conversation=talk, ours=False, context=False, removed_at=None)
    return theirs.order_by("-published_at", "-id").first()


AT_REST = {
    "paused": gettext_lazy("The channel %(name)s is paused."),
    "closed": gettext_lazy("The channel %(name)s is closed."),
}


def why_not(talk: Conversation) -> str:
    """Why nobody can answer here at all, or nothing."""
    channel = talk.channel
    if channel.state == "needs_sign_in":
        words = gettext("The channel %(name)s needs to be signed in again before anybody can answer.")
        return words % {"name": channel.name}
    if channel.state != "listening":
        return AT_REST[channel.state] % {"name": channel.name}
    if not isinstance(contract.load(channel.connector), contract.Sends):
        return gettext("One cannot answer on this channel from here.")
    if not channel.answers:
        return gettext("The channel %(name)s is not open for answers yet.") % {"name": channel.name}
    return ""


def send(talk: Conversation, *, text: str, version: int, actor: User) -> Outgoing | Refused:
    """Freeze the text and queue it. It leaves when the undo window has passed."""
    if no := refusal(actor, "answer"):
        return no
    text = text.strip()
    if not text:
        return Refused(gettext("There is nothing to send yet."))
    with recorded("answer.queued", actor, target=talk, text=fingerprint(text)) as entry:
        row = Conversation.objects.visible_to(actor).select_for_update().filter(pk=talk.pk).first()
        if row is None:
            return entry.refuse(gettext("This conversation is not yours to answer."))
        if reason := why_not(row):
            return entry.refuse(reason)
        connector = contract.load(row.channel.connector)
        assert isinstance(connector, contract.Sends)  # noqa: S101  # why_not has just said so
        if (length := connector.length(text)) > connector.limit:
            words = gettext("The text has %(length)d characters; %(name)s takes %(limit)d.")
            return entry.refuse(words % {"length": length, "name": row.channel.name, "limit": connector.limit})
        draft, _ = Draft.objects.select_for_update().get_or_create(conversation=row)
        if draft.version != version and draft.by_id != actor.pk:
            words = gettext("%(who)s changed this draft meanwhile. Read it before you send.")
            return entry.refuse(words % {"who": draft.by or gettext("Somebody")})
        if other := Outgoing.objects.filter(conversation=row, state__in=UNDER_WAY).select_related("by").first():
            words = gettext("%(who)s has an answer under way here; wait until it is sent or taken back.")
            return entry.refuse(words % {"who": other.by})
        parent = answerable(row)
        if parent is None:
            return entry.refuse(gettext("There is no message left to answer: it was taken back."))
        digest = hashlib.sha256(text.encode()).hexdigest()
        if Outgoing.objects.filter(parent=parent, text_hash=digest, state="sent").exists():  # a form that came twice
            return entry.refuse(gettext("These very words were sent here already."))
        now = timezone.now()
        outgoing = Outgoing.objects.create(
            conversation=row,
            channel=row.channel,
            parent=parent,
            text=text,
            text_hash=digest,
            idempotency_key=secrets.token_hex(16),
            created_at=now,
            by=actor,
            send_after=now + timedelta(seconds=settings.UNDO_SECONDS),
        )
        Draft.objects.filter(pk=draft.pk).update(text="", version=draft.version + 1, by=actor, at=now)
        entry.target = outgoing
        return outgoing


TOO_LATE = {
    "queued": gettext_lazy("It waits to be sent already."),
    "sending": gettext_lazy("Too late: it is on its way."),
    "unknown": gettext_lazy("Too late: it has left, and the platform has not said yet whether it arrived."),
    "sent": gettext_lazy("It is sent already."),
    "withdrawn": gettext_lazy("It was taken back already."),
}


def undo(outgoing: Outgoing, *, actor: User) -> Draft | Refused:
    """Take it back while it has not left; the text becomes the draft again."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("answer.withdrawn", actor, target=outgoing) as entry:
        row = visible(outgoing, actor)
        if row is None:
            return entry.refuse(gettext("This answer is not yours to take back."))
        if row.state not in ("queued", "failed"):
            return entry.refuse(str(TOO_LATE[row.state]))
        advance(row, "withdrawn")
        draft, _ = Draft.objects.select_for_update().get_or_create(conversation_id=row.conversation_id)
        if not draft.text.strip():
            draft.text = row.text
        draft.by, draft.at, draft.version = actor, timezone.now(), draft.version + 1
        draft.save()
        return draft


def retry(outgoing: Outgoing, *, actor: User) -> Outgoing | Refused:
    """A person decides to try again: after a failure, or after having looked at the platform themselves."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("answer.retried", actor, target=outgoing) as entry:
        row = visible(outgoing, actor)
        if row is None:
            return entry.refuse(gettext("This answer is not yours."))
        if row.state not in ("failed", "unknown"):
            return entry.refuse(str(TOO_LATE[row.state]))
        entry.detail["from"] = row.state
        return advance(row, "queued", send_after=timezone.now(), attempts=0, looked=0, trouble="")


def settle_unknown(outgoing: Outgoing, *, actor: User) -> Outgoing | Refused:
    """A person has looked at the platform, and the answer is there: count it as sent, without a receipt."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("answer.found_by_hand", actor, target=outgoing) as entry:
        row = visible(outgoing, actor)
        if row is None or row.state != "unknown":
            return entry.refuse(gettext("Nothing here is waiting for that decision."))
        advance(row, "sent", sent_at=timezone.now(), trouble="")
        Conversation.objects.filter(pk=row.conversation_id, state="open").update(state="waiting")
        return row


# -- sending: called by the sender only --------------------------------------------------------------------------------


def take(worker: str, now: datetime) -> Outgoing | None:
    """Write down the intention to send the next answer that is due. From here on, a crash leaves it `sending`."""
    due = Outgoing.objects.filter(
        state="queued", send_after__lte=now, channel__state="listening", channel__answers=True
    )
    if not due.exists():
        return None
    with recorded("answer.sending", worker.split("-")[0]) as entry:
        row = due.select_for_update(of=("self",)).order_by("send_after", "id").first()
        if row is None:
            entry.silent()
            return None
        entry.target = row
        if row.parent.removed_at and not row.attempts:  # later attempts go on: the first may have arrived
            advance(row, "failed", trouble=gettext_noop("What it answers was taken back meanwhile."))
            entry.action = "answer.not_sent"
            return None
        row.state = flow.advance("outgoing", row.state, "sending")
        row.attempts, row.attempted_at = row.attempts + 1, now
        row.leased_by, row.leased_until = worker, now + SENDING
        row.save()
        entry.detail["attempt"] = row.attempts
        return row


def reply_of(row: Outgoing) -> Reply:
    """What the connector gets: all that goes out is the same, byte for byte, at every attempt."""
    root = Message.objects.filter(network=row.parent.network, external_id=row.parent.thread_id).first()
    return Reply(
        idempotency_key=row.idempotency_key,
        text=row.text,
        created_at=row.created_at,
        parent_id=row.parent.external_id,
        parent_ref=row.parent.ref,
        thread_id=row.parent.thread_id,
        thread_ref=root.ref if root else {},
        parent_handle=row.parent.author.handle,
        attempted_at=row.attempted_at,
    )


def sent(row: Outgoing, receipt: Receipt, *, worker: str) -> None:
    """The platform has it: keep the receipt, and put our words into the thread."""
    with recorded("answer.sent", worker.split("-")[0], target=row, external_id=receipt.external_id) as entry:
        fresh = Outgoing.objects.select_for_update().select_related("channel", "parent", "by").get(pk=row.pk)
        if fresh.state == "sent":
            entry.silent()
            return
        if _is_of_another(receipt, fresh):
            entry.action = "answer.not_found"
            _look_yourself(fresh, entry)
            return
        message = _our_message(fresh, receipt)
        advance(fresh, "sent", sent_at=timezone.now(), message=message, trouble="")
        refresh([fresh.conversation_id])


def _is_of_another(receipt: Receipt, row: Outgoing) -> bool:
    """Whether a look-up found an answer of ours with the same words, whose receipt is written already."""
    found = Outgoing.objects.filter(message__network=row.channel.network, message__external_id=receipt.external_id)
    return found.exists()


def _look_yourself(row: Outgoing, entry: Entry) -> None:
    words = gettext_noop("The platform shows an earlier answer with the same words. Please look yourself.")
    if row.state not in ("sending", "unknown") or row.trouble == words:
        entry.quiet()
    if row.state in ("sending", "unknown"):
        advance(row, "unknown", send_after=timezone.now() + timedelta(hours=1), trouble=words)


def _our_message(row: Outgoing, receipt: Receipt) -> Message:
    channel = row.channel
    author, _ = Author.objects.get_or_create(
        network=channel.network,
        external_id=channel.external_id or f"channel:{channel.pk}",
        defaults={"handle": channel.handle, "name": channel.name, "url": channel.url},
    )
    message, created = Message.objects.get_or_create(
        network=channel.network,
        external_id=receipt.external_id,
        defaults={
            "author": author,
            "channel": channel,
            "text": row.text,
            "url": receipt.url[:1000],
            "thread_id": row.parent.thread_id,
            "parent_id": row.parent.external_id,
            "ref": dict(receipt.ref),
            "published_at": row.created_at,
            "content_hash": row.text_hash,
            "ours": True,
            "state": "heard",
        },
    )
    if created:
        search.index([(message.pk, message.text)])
        Sighting.objects.create(message=message, channel=channel, source="sent")
    elif not message.ours:  # another channel heard it first, and took it for a stranger's
        message.ours, message.addressed, message.context, message.unarchived = True, False, False, True
        message.save(update_fields=["ours", "addressed", "context", "unarchived"])
    Placement.objects.get_or_create(message=message, defaults={"conversation_id": row.conversation_id})
    return message


def not_sent(row: Outgoing, error: ConnectorError, *, worker: str) -> None:
    """Say what an error means: unknown when it may have left us, another try when it can help, failed otherwise."""
    with recorded("answer.not_sent", worker.split("-")[0], target=row, trouble=str(error)[:300]) as entry:
        fresh = Outgoing.objects.select_for_update().get(pk=row.pk)
        if fresh.state not in ("sending", "unknown") or _is_stale(row, fresh):
            entry.silent()
            return
        state, wait = _verdict(fresh, error)
        entry.detail["state"] = state
        advance(fresh, state, trouble=str(error)[:500], send_after=timezone.now() + timedelta(seconds=wait))
        if isinstance(error, NeedsSignIn):
            sign_in.shut_out(fresh.channel, str(error), timezone.now())


def _is_stale(row: Outgoing, fresh: Outgoing) -> bool:
    """Whether there was another attempt since: what is told of an earlier one decides nothing then."""
    return row.attempted_at != fresh.attempted_at


def _verdict(row: Outgoing, error: ConnectorError) -> tuple[str, float]:
    wait = error.retry_after or 5 * 2**row.attempts
    if isinstance(error, OutcomeUnknown):
        return "unknown", 2
    if isinstance(error, RateLimited | NeedsSignIn):
        return "queued", wait
    if error.permanent or row.attempts >= ATTEMPTS:
        return "failed", 0
    return "queued", wait


def sweep(worker: str, now: datetime) -> int:
    """Answers whose sender died while sending: nobody knows whether they left, so they are `unknown` now."""
    dead = Outgoing.objects.filter(state="sending", leased_until__lt=now)
    if not dead.exists():
        return 0
    with recorded("answers.swept", worker.split("-")[0]) as entry:
        rows = list(dead.select_for_update())
        for row in rows:
            advance(row, "unknown", trouble=gettext_noop("The sender stopped while sending."), send_after=now)
        entry.detail["answers"] = [row.pk for row in rows]
        return len(rows)


def take_unknown(worker: str, now: datetime) -> Outgoing | None:
    """The next answer of which we must ask the platform whether it is there."""
    due = Outgoing.objects.filter(Q(state="unknown") & free(now), send_after__lte=now, channel__state="listening")
    row = due.select_related("channel", "parent__author").order_by("id").first()
    if row is None:
        return None
    mine = Outgoing.objects.filter(free(now), pk=row.pk, state="unknown")
    return row if mine.update(leased_by=worker, leased_until=now + SENDING) else None


def looked(row: Outgoing, answer: Absent, *, worker: str) -> None:
    """The platform says that it is not there. Only a conclusive no sends it again, with the same key."""
    with recorded("answer.not_found", worker.split("-")[0], target=row, conclusive=answer.conclusive) as entry:
        fresh = Outgoing.objects.select_for_update().get(pk=row.pk)
        if fresh.state != "unknown" or _is_stale(row, fresh):
            entry.silent()
            return
        now = timezone.now()
        if answer.conclusive:
            state = "failed" if fresh.attempts >= ATTEMPTS else "queued"
            advance(fresh, state, send_after=now, looked=0, trouble=gettext_noop("It is not on the platform."))
            return
        wait = timedelta(seconds=answer.ask_again_after or min(30 * 2**fresh.looked, 3600))
        trouble = answer.reason or gettext_noop("The platform cannot tell. Please look yourself.")
        advance(fresh, "unknown", send_after=now + wait, looked=fresh.looked + 1, trouble=trouble)
        if fresh.looked > 1:  # asked before, and the same answer
            entry.quiet()


def ask_later(row: Outgoing, error: ConnectorError, *, worker: str) -> None:
    """The look-up itself failed: nothing is known yet, so nothing changes but the time of the next look."""
    wait = timedelta(seconds=error.retry_after or min(10 * 2**row.looked, 3600))
    with recorded("answer.look_failed", worker.split("-")[0], target=row, trouble=str(error)[:300]) as entry:
        fresh = Outgoing.objects.select_for_update().get(pk=row.pk)
        if fresh.state != "unknown" or _is_stale(row, fresh):
            entry.silent()
            return
        advance(fresh, "unknown", send_after=timezone.now() + wait, looked=fresh.looked + 1, trouble=str(error)[:500])
