"""One message of a thread, as it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.server.listen.models import Author, Message, Revision
from rapport.server.organise.abilities import may
from rapport.server.organise.models import User
from rapport.server.pages.inbox_correct import Correcting, correctable, corrected_by, correcting
from rapport.server.pages.inbox_forms import SHOWN, Wish
from rapport.server.pages.inbox_moderation import Moderating
from rapport.server.pages.inbox_rows import PRESSING, Where, at_message
from rapport.server.pages.text import Part, kind_words, parts, web
from rapport.server.route.models import Conversation, Note
from rapport.server.understand import corrections, noise, why
from rapport.server.understand.corrections import Corrected, Shown
from rapport.server.understand.models import Reading
from rapport.server.understand.private import Sought, private_of


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
    urgent: str = ""
    pressing: bool = False
    protected: str = ""
    language: str = ""
    corrected: str = ""
    correct_url: str = ""
    correcting: Correcting | None = None
    state: str = ""
    state_words: str = ""
    taken_off: str = ""
    moderate_url: str = ""
    moderating: Moderating | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What is looked up for all messages of a thread at once, by message.

    corrected  what people said of the readings
    earlier    its former words, of the one message whose history is asked for
    left_out   what stood below its words
    """

    corrected: Mapping[int, Corrected]
    earlier: Mapping[int, list[Earlier]]
    left_out: Mapping[int, list[Part]]

    @classmethod
    def of(cls, messages: Sequence[Message], corrected: Mapping[int, Corrected], history: int | None = None) -> Beside:
        asked = [row.pk for row in messages if row.pk == history and row.removed_at is None]
        revisions = list(Revision.objects.filter(message__in=asked)) if asked else []
        below = {row.pk: text for row in messages if (text := _below(row))}
        texts = [*below.values(), *(one.text for one in revisions)]
        found = (
            [parts(text, (), private) for text, private in zip(texts, Sought.now().found_in(texts))] if texts else []
        )
        former = [Earlier(shown, one.replaced_at) for shown, one in zip(found[len(below) :], revisions)]
        return cls(corrected, dict.fromkeys(asked, former), dict(zip(below, found)))


def said(row: Message, talk: Conversation, user: User, where: Where, wish: Wish, beside: Beside) -> Said:
    """A message; how it is moderated is added where that is known."""
    corrected = beside.corrected.get(row.pk, {})
    reading = getattr(row, "reading", None)
    read = corrections.said_of(reading, corrected) if reading else None
    theirs = not (row.ours or row.context or row.removed_at)
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
        earlier=beside.earlier.get(row.pk, []),
        left_out=beside.left_out.get(row.pk, []),
        attached=[_attached(one) for one in row.ref.get("attachments") or ()],
        automatic=str(AUTOMATIC.get(row.ref.get("automatic", ""), "")) or _noise(row) or _spam(reading, read),
        tone=read.tone if read and (read.tone != "neutral" or "tone" in corrected) else "",
        kind=kind_words(read.kinds) if read and not row.ours else "",
        urgent=why.urgent(reading.urgency, reading.urgent_for, row.author.followers) if reading and theirs else "",
        pressing=talk.state in PRESSING and bool(talk.waiting_since and row.sort_at >= talk.waiting_since),
        protected=why.protected(reading.hinted_at) if reading and theirs else "",
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


def _spam(reading: Reading | None, read: Shown | None) -> str:
    """Why the reader takes it for spam; nothing where it does not, or a person said that it is none."""
    if reading is None or read is None or not reading.spam or "spam" not in read.kinds:
        return ""
    return _("looks like spam: %(signs)s") % {"signs": why.spam(reading.spam)}


AUTOMATIC = {
    "bounce": gettext_lazy("a mail that came back"),
    "auto_reply": gettext_lazy("an automatic reply"),
    "list": gettext_lazy("sent to many"),
    "no_reply": gettext_lazy("nobody reads what is sent there"),
}
"""What a program wrote, in words."""


def _below(row: Message) -> str:
    """What a connector took away from below the words of a person: what they answered, their signature."""
    told = row.ref.get("left_out") or {}
    return "\n\n".join(str(told[name]) for name in ("signature", "quoted") if told.get(name))


def _attached(told: Mapping[str, Any]) -> str:
    size = int(told.get("size") or 0)
    return f"{told.get('name', '')} ({filesizeformat(size)})" if size else str(told.get("name", ""))


def handle(author: Author) -> str:
    if not author.handle or author.handle == str(author):
        return ""
    return author.handle if "@" in author.handle else f"@{author.handle}"


def note(row: Note) -> Said:
    return Said(f"note-{row.pk}", "note", row.author.name, row.at, parts(row.text))
