"""Saying that a reader was wrong, where its reading is shown.

A conversation that a message opened stays where it is: ownership is decided when it opens, and whoever sees that it
belongs elsewhere hands it over.
"""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.types import Refused
from rapport.server.listen.models import Message
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded
from rapport.server.route.actions import refresh
from rapport.server.route.models import Conversation, visible_to
from rapport.server.understand.corrections import READERS, reader_value, value_of, version_of
from rapport.server.understand.models import Correction


def correct(message: Message, *, reader: str, said: str, actor: User) -> Correction | Refused:
    """What this person says counts from now on, for what is shown; saying what the reader said confirms it."""
    if no := refusal(actor, "answer"):
        return no
    value = reader_value(reader, said) if reader in READERS else ""
    if not value:
        return Refused(_("Choose one of the values that are offered."))
    with recorded("reading.corrected", actor, target=message, reader=reader, said=value) as entry:
        talk, row = _held(message, actor)
        if talk is None or row is None:
            return entry.refuse(_("This message is not yours to correct."))
        if row.ours or row.removed_at or row.state == "heard" or not hasattr(row, "reading"):
            return entry.refuse(_("There is no reading of this message to correct."))
        version = version_of(row.reading.reader, reader)
        made, _new = Correction.objects.update_or_create(
            message=row,
            reader=reader,
            by=actor,
            defaults={
                "was": value_of(row.reading, reader),
                "said": value,
                "version": version,
                "revision": row.revision,
                "at": timezone.now(),
            },
        )
        entry.detail["version"] = version
        refresh([talk])
        return made


def take_back(message: Message, *, reader: str, actor: User) -> bool | Refused:
    """As if this person had said nothing about it."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("reading.correction_taken_back", actor, target=message, reader=reader) as entry:
        talk, row = _held(message, actor)
        if talk is None or row is None:
            return entry.refuse(_("This message is not yours to correct."))
        if not Correction.objects.filter(message=row, reader=reader, by=actor).delete()[0]:
            return entry.refuse(_("You did not correct this."))
        refresh([talk])
        return True


def _held(message: Message, actor: User) -> tuple[int | None, Message | None]:
    """Its conversation as far as this person sees it, and the message as it stands now; nobody else changes either."""
    talk = Conversation.objects.visible_to(actor).select_for_update().filter(placements__message=message).first()
    row = Message.objects.select_related("reading").select_for_update(of=("self",)).filter(pk=message.pk).first()
    return (talk.pk if talk else None), row


def own(message: Message, user: User) -> dict[str, str]:
    """By reader, what this person says of the message."""
    rows = Correction.objects.filter(message=message, by=user, revision=F("message__revision"))
    return dict(rows.values_list("reader", "said"))


def visible_corrections(user: User, reader: str) -> QuerySet[Correction]:
    """Those of messages that this person may see, whoever made them."""
    rows = Correction.objects.filter(reader=reader, message__removed_at=None)
    condition = visible_to(user, "message__placement__conversation__")
    return rows if condition is None else rows.filter(condition)
