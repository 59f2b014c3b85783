"""Who codes, and what they have agreed on how to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.types import Refused
from rapport.core.understand.language import UNKNOWN
from rapport.server.listen.models import Message
from rapport.server.measure.models import Coder, Guidance
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import Organisation, User
from rapport.server.organise.record import recorded
from rapport.server.understand.models import Reading

LONGEST = 20_000
NEWEST = 2_000
MOST_A_DAY = 1_000
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def coder_of(user: User) -> Coder | None:
    """This person as one who codes now."""
    return Coder.objects.filter(user=user, active=True, user__is_active=True).first()


def languages_heard(*, most: int = 8) -> list[tuple[str, int]]:
    """Of the newest messages of others, the language and how many."""
    newest = Message.objects.filter(ours=False, context=False).order_by("-id").values("id")[:NEWEST]
    read = Reading.objects.filter(message__in=newest).exclude(language=UNKNOWN).order_by()
    found = read.values_list("language").annotate(count=Count("pk")).order_by("-count", "language")
    return list(found[:most])


def set_coder(user: User, *, languages: Sequence[str], active: bool = True, actor: User) -> Coder | Refused:
    """`languages` are two-letter codes of those that this person reads."""
    if no := refusal(actor, "measure"):
        return no
    read = sorted({one.strip().lower() for one in languages} - {""})
    if active and not read:
        return Refused(_("Say which languages %(name)s reads.") % {"name": user.name})
    if wrong := [one for one in read if not _LANGUAGE.fullmatch(one)]:
        return Refused(_("“%(code)s” is no code of a language; “en” is one.") % {"code": wrong[0]})
    if active and not user.is_active:
        return Refused(_("%(name)s no longer has access.") % {"name": user.name})
    with recorded("coder.set", actor, target=user, languages=read, active=active):
        row, _made = Coder.objects.update_or_create(user=user, defaults={"languages": read, "active": active})
        return row


def set_labels_a_day(labels: int, *, actor: User) -> Organisation | Refused:
    """How many people code of each day in quiet times; from the next day on that closes."""
    if no := refusal(actor, "measure"):
        return no
    if not 1 <= labels <= MOST_A_DAY:
        return Refused(_("Ask for 1 to %(most)d labels a day.") % {"most": MOST_A_DAY})
    with recorded("desk.labels_a_day", actor, labels=labels) as entry:
        row = Organisation.objects.select_for_update().get()
        if row.labels_a_day == labels:
            entry.silent()
            return row
        entry.detail["was"] = row.labels_a_day
        row.labels_a_day = labels
        row.save(update_fields=["labels_a_day"])
        return row


# -- guidance --------------------------------------------------------------------------------------------------------


def guidance() -> str:
    """What holds now; before anybody has written anything, what there is to begin with."""
    row = Guidance.objects.first()
    return row.text if row else beginning()


def beginning() -> str:
    return "\n\n".join(
        (
            _("How does it sound to somebody who reads it without knowing the writer? Code the words, not the topic."),
            _("Negative: they complain, are angry, sad or let down, or mock. “Two hours at the gate. Well done.”"),
            _("Neutral: they ask or tell without feeling, or good and bad are even. “Does the 9 o'clock take bikes?”"),
            _("Positive: they praise, thank, are glad or look forward. “The crew found my son's bear. Thank you.”"),
            _("Uncodable: you cannot tell. It is not in a language that you read, there is nothing but a link, or it "
              "makes no sense on its own."),
            _("Both good and bad: what the message ends on counts. Still even: neutral."),
            _("Mockery counts as what it means, not as what it says."),
        )
    )  # fmt: skip


def set_guidance(text: str, *, actor: User) -> Guidance | Refused:
    """A new version; the earlier ones stay to be read."""
    if no := refusal(actor, "measure"):
        return no
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return Refused(_("Write what counts as what."))
    if len(text) > LONGEST:
        return Refused(_("The guidance may have %(most)d characters.") % {"most": LONGEST})
    if text == guidance():
        return Refused(_("Nothing has changed."))
    with recorded("guidance.set", actor) as entry:
        row = Guidance.objects.create(text=text, by=actor, at=timezone.now())
        entry.target = row
        return row
