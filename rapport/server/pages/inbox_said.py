"""One message of a thread, as it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy

from rapport.core.understand.private import private_in
from rapport.server.listen.models import Author, Message, Revision
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.inbox_correct import Correcting, correctable, corrected_by, correcting
from rapport.server.pages.inbox_forms import SHOWN, Wish
from rapport.server.pages.inbox_moderation import Moderating
from rapport.server.pages.inbox_rows import Where, at_message
from rapport.server.pages.text import Part, kind_words, parts, web
from rapport.server.route.models import Conversation, Note
from rapport.server.understand import corrections, noise
from rapport.server.understand.corrections import Corrected
from rapport.server.understand.private import private_of


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a message said before it was edited."""

    parts: list[Part]
    until: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """See `_components/message.html`."""

    id: str
    side: str
    who: str
    at: datetime
    parts: list[Part]
    handle: str = ""
    network: str = ""
    url: str = ""
    by: str = ""
    context: bool = False
    deleted: bool = False
    edited_at: datetime | None = None
    history_url: str = ""
    earlier: list[Earlier] = field(default_factory=list)
    left_out: list[Part] = field(default_factory=list)
    attached: Sequence[str] = ()
    automatic: str = ""
    tone: str = ""
    kind: str = ""
    language: str = ""
    corrected: str = ""
    correct_url: str = ""
    correcting: Correcting | None = None
    state: str = ""
    state_words: str = ""
    taken_off: str = ""
    moderate_url: str = ""
    moderating: Moderating | None = None


def said(
    row: Message,
    talk: Conversation,
    user: User,
    where: Where,
    wish: Wish,
    corrected: Corrected,
    earlier: Sequence[Revision] = (),
) -> Said:
    """A message; how it is moderated is added where that is known."""
    reading = getattr(row, "reading", None)
    read = corrections.said_of(reading, corrected) if reading else None
    may_correct = may(user, "answer") and correctable(row)
    chosen = may_correct and wish.correct == row.pk
    further = wish.show if wish.show != SHOWN else None
    open_ = wish.uncovered == row.pk
    uncover = at_message(row, where.act(talk.pk, "uncover", row.pk)) if may(user, "answer") else ""
    return Said(
        id=str(row.pk),
        side="us" if row.ours else "them",
        who=str(row.author) if not row.ours else row.author.name or talk.channel.name,
        at=row.sort_at,
        parts=parts(row.text, row.text_spans, private_of(row), uncover=uncover, open=open_),
        handle=handle(row.author),
        network=row.network,
        url=web(row.url),
        by=getattr(row, "sent_by", None) or "",
        context=row.context,
        deleted=row.removed_at is not None,
        edited_at=None if row.removed_at else getattr(row, "revised_at", None),
        history_url=at_message(row, where.talk(talk.pk, history=row.pk)) if row.revision > 1 else "",
        earlier=[_earlier(one) for one in earlier],
        left_out=_left_out(row),
        attached=[_attached(one) for one in row.ref.get("attachments") or ()],
        automatic=str(AUTOMATIC.get(row.ref.get("automatic", ""), "")) or _noise(row),
        tone=read.tone if read and (read.tone != "neutral" or "tone" in corrected) else "",
        kind=kind_words(read.kinds) if read and not row.ours else "",
        language=read.language if read and read.language != corrections.UNKNOWN else "",
        corrected=corrected_by(corrected),
        correct_url=at_message(row, where.talk(talk.pk, correct=row.pk, show=further))
        if may_correct and not chosen
        else "",
        correcting=correcting(
            row.reading,
            corrected,
            user,
            action=at_message(row, where.act(talk.pk, "correct", row.pk, show=further)),
            back=at_message(row, where.talk(talk.pk, show=further)),
        )
        if chosen
        else None,
    )


def _noise(row: Message) -> str:
    """What addresses us stays here; that it looks like noise is said."""
    mark = getattr(row, "set_aside", None)
    return noise.words(mark) if mark and not mark.cleared_at else ""


AUTOMATIC = {
    "bounce": gettext_lazy("a mail that came back"),
    "auto_reply": gettext_lazy("an automatic reply"),
    "list": gettext_lazy("sent to many"),
    "no_reply": gettext_lazy("nobody reads what is sent there"),
}
"""What a program wrote, in words."""


def _left_out(row: Message) -> list[Part]:
    """What a connector took away from below the words of a person: what they answered, their signature."""
    told = row.ref.get("left_out") or {}
    text = "\n\n".join(str(told[name]) for name in ("signature", "quoted") if told.get(name))
    return parts(text, (), private_in([text])[0]) if text else []


def _attached(told: Mapping[str, Any]) -> str:
    size = int(told.get("size") or 0)
    return f"{told.get('name', '')} ({filesizeformat(size)})" if size else str(told.get("name", ""))


def handle(author: Author) -> str:
    if not author.handle or author.handle == str(author):
        return ""
    return author.handle if "@" in author.handle else f"@{author.handle}"


def _earlier(row: Revision) -> Earlier:
    return Earlier(parts(row.text, (), private_in([row.text])[0]), row.replaced_at)


def note(row: Note) -> Said:
    return Said(f"note-{row.pk}", "note", row.author.name, row.at, parts(row.text))
