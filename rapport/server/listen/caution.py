"""What not to post on a channel, in words that somebody approved, and where to write instead.

A text is approved by saving it; each is a version, and the record proves who approved which words. An empty one takes
the text of its language away.
"""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext

from rapport.core.types import Refused
from rapport.server.listen.models import Caution, Channel
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import fingerprint, recorded

PRIVATE = "{private}"
"""Stands for the address of the private channel."""
LONGEST = 1_000


def standing(channel: Channel) -> list[Caution]:
    """The text of each language that holds now, in the order in which they were first written."""
    newest: dict[str, Caution] = {}
    for row in Caution.objects.filter(channel=channel).select_related("approved_by").order_by("id"):
        newest[row.language] = row
    return [row for row in newest.values() if row.text]


def address(channel: Channel) -> str:
    """Where one can write to us in private; nothing where no such channel was chosen, or it is closed."""
    other = channel.private
    return other.handle if other is not None and other.state != "closed" else ""


def words(channel: Channel, language: str) -> str:
    """The approved words for a message in this language: its own, those for any, else the first; or nothing."""
    rows = standing(channel)
    wanted = (language, language.partition("-")[0], "")
    order = [row for name in wanted for row in rows if row.language == name]
    to = address(channel)
    usable = [row.text for row in (*order, *rows) if to or PRIVATE not in row.text]
    return usable[0].replace(PRIVATE, to) if usable else ""


def approve(channel: Channel, *, language: str, text: str, actor: User) -> Caution | Refused:
    """These are our words in this language from now on ("": in any)."""
    if no := refusal(actor, "listen"):
        return no
    text, language = text.strip(), language.strip().lower()
    if len(text) > LONGEST:
        return Refused(gettext("The text is too long: %(n)d characters are enough.") % {"n": LONGEST})
    if language and not (language.replace("-", "").isalnum() and language.isascii() and len(language) <= 12):
        return Refused(gettext("Write the language as two letters, such as en, or leave it empty."))
    if PRIVATE in text and not address(channel):
        return Refused(gettext("Choose the private channel first: {private} stands for its address."))
    with recorded("caution.approved", actor, target=channel, language=language, text=fingerprint(text)) as entry:
        Channel.objects.select_for_update().get(pk=channel.pk)
        before = Caution.objects.filter(channel=channel, language=language)
        last = before.order_by("-version").first()
        if last.text == text if last else not text:
            return entry.refuse(gettext("These words hold already."))
        version = (before.aggregate(most=Max("version"))["most"] or 0) + 1
        entry.detail["version"] = version
        return Caution.objects.create(channel=channel, language=language, version=version, text=text, approved_by=actor)


def set_private(channel: Channel, other: Channel | None, *, actor: User) -> Channel | Refused:
    """Where people are asked to write to us instead."""
    if no := refusal(actor, "listen"):
        return no
    with recorded("channel.private_chosen", actor, target=channel, private=other.pk if other else None) as entry:
        if other is not None and (other.pk == channel.pk or other.state == "closed" or not other.handle):
            return entry.refuse(gettext("Choose another channel, one that is open and has an address."))
        if other is None and any(PRIVATE in row.text for row in standing(channel)):
            return entry.refuse(gettext("A caution names the private channel: change its words first."))
        Channel.objects.filter(pk=channel.pk).update(private=other)
    channel.refresh_from_db()
    return channel
