"""How an organisation comes to a reader of its own: taught and tried by night, beside the default for two weeks, then
switched on by a person, who can switch it off again.

A head is tried again only when there are half as many labels more: each trial may be won by chance once in forty times.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rapport.core.types import NotEnough, Refused, Tone
from rapport.core.understand import head, tone
from rapport.core.understand.teaching import Example, teach
from rapport.core.understand.trial import FEWEST, Comparison, compare, try_out
from rapport.server import flow
from rapport.server.measure import teaching
from rapport.server.measure.models import Drawn
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded
from rapport.server.route import labelling
from rapport.server.understand import corrections
from rapport.server.understand.corrections import TONES
from rapport.server.understand.heads import LIVE, figures_of
from rapport.server.understand.models import Head, HeadReading, Label

BESIDE = timedelta(days=14)
GROWTH = 1.5
MOST = 6_000
"""Labels that a head learns from, the latest: more would take the worker longer than a minute."""
SEED = 2026
FEWEST_SINCE = 30
"""Labels drawn since that say who was right, side by side."""
MOST_SINCE = 1_000
MOST_READINGS = 100_000


def renew(now: datetime) -> None:
    """Teach a head of all labels and try it, when there are enough that are new."""
    if not _due(now):
        return
    examples = _examples()
    found = try_out(examples, np.random.default_rng(SEED))
    if isinstance(found, NotEnough):
        return
    content = teach(examples) if found.won else b""
    drawn = sum(one.chance > 0 for one in examples)
    with recorded("head.tried", "timetable", won=found.won, drawn=drawn, gain=found.gain.value) as entry:
        if found.won:
            for row in Head.objects.select_for_update().filter(Q(state="beside") | Q(state="off")):
                _move(row, "passed", now, None)
        entry.target = Head.objects.create(
            version=head.load(content).version if found.won else "",
            default=tone.version(),
            state=flow.advance("head", "candidate", "beside" if found.won else "lost"),
            content=content,
            drawn=drawn,
            chosen=len(examples) - drawn,
            figures=figures_of(found),
            made_at=now,
            changed_at=now,
        )


def _due(now: datetime) -> bool:
    """Not while one reads beside the default and has not had its two weeks."""
    if labels() < needed():
        return False
    return not Head.objects.filter(state="beside", default=tone.version(), made_at__gt=now - BESIDE).exists()


def needed() -> int:
    """Drawn labels from which on a head is tried, the next time. Anew where the default reader is another one."""
    last = Head.objects.filter(default=tone.version()).first()
    return max(FEWEST, round(last.drawn * GROWTH)) if last else FEWEST


def labels() -> int:
    """That were drawn by chance: for readers, and at the coding desk."""
    return labelling.told().count() + teaching.told().count()


def _examples() -> list[Example]:
    """The latest labels, in the order in which the messages were written. Where both were said of a message, what was
    said of it blind counts."""
    said = _drawn(labelling.told(), teaching.told())
    for one in corrections.labels("tone"):
        said.setdefault(one.message, (one.published_at, one.text, one.label, 0.0))
    ordered = [said[key] for key in sorted(said, key=lambda key: (said[key][0], key))][-MOST:]
    defaults = tone.tones_of([text for _at, text, _label, _chance in ordered])
    return [
        Example(text, default, TONES.index(label), chance)
        for (_at, text, label, chance), default in zip(ordered, defaults, strict=True)
    ]


def _drawn(labelled: QuerySet[Label], coded: QuerySet[Drawn]) -> dict[int, tuple[datetime, str, str, float]]:
    """By message: when it was written, its words, what was said of it, and how likely it was to come up.

    Each of the two draws is a fair sample by its own chances, so that both together are; a message that came up in both
    stands once, for it could have come up in either.
    """
    said: dict[int, tuple[datetime, str, str, float]] = {}
    words = ("message", "message__published_at", "message__text")
    at_the_desk, chances = teaching.chances(coded), labelling.chances(labelled)
    for key, at, text, label in coded.order_by("answered_at").values_list(*words, "answer"):
        said[key] = (at, text, label, at_the_desk[key])
    for key, at, text, label in labelled.order_by("at").values_list(*words, "tone"):
        if key in chances:
            said[key] = (at, text, label, 1 - (1 - chances[key]) * (1 - at_the_desk.get(key, 0.0)))
    return said


# -- switching ---------------------------------------------------------------------------------------------------------


def switch_on(row: Head, *, actor: User) -> Head | Refused:
    """From now on its word counts for what is read anew."""
    if no := refusal(actor, "readers"):
        return no
    with recorded("head.switched_on", actor, target=row, version=row.version) as entry:
        now = timezone.now()
        held = Head.objects.select_for_update().get(pk=row.pk)
        if held.state not in ("beside", "off"):
            return entry.refuse(_("This reader cannot be switched on."))
        if held.default != tone.version():
            return entry.refuse(_("It was taught on top of another version of the default reader."))
        if held.state == "beside" and now < held.made_at + BESIDE:
            words = _("Both read side by side until %(day)s; then it can be switched on.")
            return entry.refuse(words % {"day": date_format(timezone.localtime(held.made_at + BESIDE), "DATE_FORMAT")})
        for other in Head.objects.select_for_update().filter(state="on"):
            _move(other, "off", now, actor)
        return _move(held, "on", now, actor)


def switch_off(row: Head, *, actor: User) -> Head | Refused:
    """The default reader's word counts again, as if nothing had been."""
    if no := refusal(actor, "readers"):
        return no
    with recorded("head.switched_off", actor, target=row, version=row.version) as entry:
        held = Head.objects.select_for_update().get(pk=row.pk)
        if held.state != "on":
            return entry.refuse(_("This reader is not on."))
        return _move(held, "off", timezone.now(), actor)


def _move(row: Head, state: str, now: datetime, by: User | None) -> Head:
    row.state, row.changed_at, row.changed_by = flow.advance("head", row.state, state), now, by
    row.save(update_fields=["state", "changed_at", "changed_by"])
    return row


# -- side by side ------------------------------------------------------------------------------------------------------


def shown() -> Head | None:
    """The one to speak of: what is on, or beside the default, or could be switched on again, or was tried last."""
    for states in (LIVE, Q(state="off"), Q()):
        if row := Head.objects.filter(states).defer("content").select_related("changed_by").first():
            return row
    return None


def agreement(row: Head) -> tuple[int, int]:
    """How many of the latest messages that both read, and of how many they say the same."""
    newest = HeadReading.objects.filter(head=row).order_by("-id").values("id", "agree")[:MOST_READINGS]
    found = newest.aggregate(read=Count("id"), same=Count("id", filter=Q(agree=True)))
    return found["read"], found["same"]


def since(row: Head) -> Comparison | NotEnough:
    """Who was right, on labels drawn after it was taught."""
    later = {"message__published_at__gt": row.made_at}
    said = _drawn(
        labelling.told().filter(at__gt=row.made_at, **later),
        teaching.told().filter(answered_at__gt=row.made_at, **later),
    )
    both = HeadReading.objects.filter(head=row, message__in=list(said), at__gte=row.made_at)
    found = [
        (TONES.index(said[key][2]), Tone(*default), Tone(*own), said[key][3])
        for key, default, own in both.order_by("-id").values_list("message", "default", "own")[:MOST_SINCE]
    ]
    if len(found) < FEWEST_SINCE:
        return NotEnough(len(found), FEWEST_SINCE, "labels drawn since")
    labels, default, own, likely = zip(*found, strict=True)
    return compare(labels, default, own, likely, np.random.default_rng(SEED))


def history() -> list[Head]:
    return list(Head.objects.defer("content").select_related("changed_by").order_by("-id")[:20])
