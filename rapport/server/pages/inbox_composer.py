"""Where an answer or a note is written, with what it has to pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rapport.server.listen import caution
from rapport.server.listen.models import Message
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.pages.inbox_moderation import done_of
from rapport.server.pages.inbox_rows import Where, at_message
from rapport.server.respond import moderating, queries
from rapport.server.respond.actions import UNDER_WAY, answerable, why_not
from rapport.server.respond.models import Draft, Moderation, Outgoing
from rapport.server.route.models import Conversation
from rapport.server.understand.private import private_of


@dataclass(frozen=True, slots=True)
class Check:
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Composer:
    """See `_components/composer.html`."""

    mode: str
    action: str
    reply_url: str
    note_url: str
    draft_url: str
    text: str
    version: int
    to: str
    undo: int
    limit: int = 0
    count: int = 0
    checks: Sequence[Check] = ()
    approval: str = ""
    other: str = ""
    refused: str = ""
    preview: str = ""
    caution: str = ""
    caution_url: str = ""
    hide_url: str = ""
    exposed: bool = False


def closed_because(talk: Conversation, user: User) -> str:
    """Why there is nothing to answer with here, or nothing."""
    if no := refusal(user, "answer"):
        return no.reason
    if reason := why_not(talk):
        return reason
    return "" if answerable(talk) else _("There is no message left to answer: it was taken back.")


def composer(
    talk: Conversation,
    draft: Draft,
    flying: Sequence[Outgoing],
    user: User,
    where: Where,
    mode: str = "reply",
    typed: str | None = None,
) -> Composer:
    """With what somebody typed, or else the draft."""
    reply = mode == "reply"
    text = typed if typed is not None else draft.text if reply else ""
    length = queries.length(talk.channel, text) if reply else None
    busy = next((row for row in flying if row.state in UNDER_WAY), None)
    return Composer(
        mode=mode,
        action=where.act(talk.pk, "send" if reply else "note"),
        reply_url=where.talk(talk.pk),
        note_url=where.talk(talk.pk, mode="note"),
        draft_url=where.act(talk.pk, "draft") if reply else "",
        text=text,
        version=draft.version,
        to=talk.who or _("them"),
        undo=settings.UNDO_SECONDS,
        limit=length.limit if length else 0,
        count=length.count if length else 0,
        checks=checks(talk, text) if reply else (),
        other=draft.by.name if reply and draft.by and queries.is_writing(draft, user) else "",
        refused=_already(busy, user) if reply and busy else "",
    )


def warned(
    talk: Conversation,
    messages: Sequence[Message],
    moderations: Sequence[Moderation],
    plain: Composer,
    user: User,
    where: Where,
) -> Composer:
    """With the caution of the channel; where a message holds private data, with what can be done about it."""
    if plain.mode != "reply":
        return plain
    done = done_of(moderations)
    hidden = {key for key, actions in done.items() if moderating.OUT_OF_SIGHT & set(moderating.standing(actions))}
    exposed = exposing(row for row in reversed(messages) if row.pk not in hidden)
    words = caution.words(talk.channel, language_of(exposed) or talk.language)
    if exposed is None:
        return replace(plain, caution=words)
    busy = any(row.message_id == exposed.pk and row.state in UNDER_WAY for row in moderations)
    hides = not busy and "hide" in moderating.offered(exposed, done.get(exposed.pk, ()), user)
    return replace(
        plain,
        caution=words,
        caution_url=where.act(talk.pk, "caution", exposed.pk) if words and words not in plain.text else "",
        hide_url=at_message(exposed, where.talk(talk.pk, moderate=exposed.pk)) if hides else "",
        exposed=True,
    )


def _without(text: str, address: str) -> str:
    """Our own address is not private."""
    return text.replace(address, "") if address else text


def exposing(messages: Iterable[Message]) -> Message | None:
    """The first of these messages that is of others and holds private data, if any does."""
    theirs = (row for row in messages if not (row.ours or row.context or row.removed_at))
    return next((row for row in theirs if private_of(row)), None)


def language_of(row: Message | None) -> str:
    reading = getattr(row, "reading", None)
    return reading.language if reading and reading.language != "und" else ""


def _already(busy: Outgoing, user: User) -> str:
    if busy.by == user:
        return _("Your answer is under way.")
    return _("%(who)s has an answer under way here.") % {"who": busy.by.name}


def checks(talk: Conversation, text: str, refused: str = "") -> list[Check]:
    """What an answer has to pass, and whether it does."""
    found = [Check("failed", refused)] if refused else []
    if not text.strip():
        return [*found, Check("open", _("not empty"))]
    if length := queries.length(talk.channel, text):
        fits = length.count <= length.limit
        over = length.count - length.limit
        long = ngettext("%(n)d character too long for %(channel)s", "%(n)d characters too long for %(channel)s", over)
        words = _("fits %(channel)s") if fits else long
        found.append(Check("passed" if fits else "failed", words % {"channel": talk.channel.name, "n": over}))
    if queries.private(_without(text, caution.address(talk.channel))):
        found.append(Check("failed", _("contains private data, which everybody could read")))
    else:
        found.append(Check("passed", _("no private data")))
    return found
