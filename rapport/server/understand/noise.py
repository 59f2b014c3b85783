"""Setting noise aside, as `core.understand.noise` decides it; and taking that back when a person says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.core.types import Reading, Refused
from rapport.core.understand import noise
from rapport.core.understand.noise import LIMITS, Facts, Reason, Signature
from rapport.server import flow
from rapport.server.claim import LET_GO
from rapport.server.listen.models import Message
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded
from rapport.server.understand import why
from rapport.server.understand.models import Copy, SetAside, Wording, WordingKey

WINDOW = timedelta(hours=LIMITS.hours)
AT_ONCE = 1_000

WORDS = {
    "campaign": gettext_lazy("%(accounts)d accounts or more said the same within two days"),
    "repetition": gettext_lazy("Its author said the same %(times)d times or more within two days"),
    "machine": gettext_lazy("Its author wrote %(posts)d messages within an hour"),
    "spam": gettext_lazy("It looks like spam, and points somewhere"),
}
SPAM = {
    (True, False): gettext_lazy("It looks like spam (%(signs)s), and points somewhere"),
    (False, True): gettext_lazy("It may be spam, and was said %(times)d times or more within two days"),
    (True, True): gettext_lazy("It may be spam (%(signs)s), and was said %(times)d times or more within two days"),
}
"""With what its words have of spam, and with how often it was said."""
JUDGES = {"its mail server": gettext_lazy("its mail server")}


def words(row: SetAside) -> str:
    """Why it was set aside, in a sentence without its full stop."""
    if by := row.seen.get("by"):
        return _("%(who)s takes it for spam") % {"who": JUDGES.get(by, by)}
    signs = why.spam(row.seen.get("signs"))
    told = SPAM.get((bool(signs), "times" in row.seen), WORDS["spam"]) if row.why == "spam" else WORDS[row.why]
    return str(told) % {**row.seen, "signs": signs}


# -- deciding --------------------------------------------------------------------------------------------------------


@dataclass
class _Alike:
    """The wordings of a batch: which one each message says, and who said them within the window."""

    of: dict[int, Wording] = field(default_factory=dict)
    said: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def facts(self, row: Message) -> dict[str, int | bool]:
        wording = self.of.get(row.pk)
        if wording is None or wording.cleared_at:
            return {}
        said = self.said[wording.pk]
        accounts = LIMITS.accounts if wording.campaign else max(len(said), 1)
        return {"accounts": accounts, "repeated": said.get(row.author_id, 1), "quotes_us": wording.ours}


def sift(readings: Mapping[int, Reading], now: datetime) -> int:
    """Decide for messages that were just read, in the transaction of their reading; how many are set aside.

    Files that are imported are not compared with each other: they may hold years, and nobody waits for them.
    """
    keys = list(readings)
    Copy.objects.filter(message__in=keys).delete()
    SetAside.objects.filter(message__in=keys, cleared_at=None).delete()
    rows = list(
        Message.objects.filter(pk__in=keys, context=False)
        .only("id", "text", "spans", "ref", "author_id", "ours", "addressed", "imported", "published_at", "state")
        .order_by("id")
    )
    live = [row for row in rows if not row.imported and row.published_at >= now - WINDOW]
    alike, posts = _alike(live, now), _posts(live)
    cleared = set(SetAside.objects.filter(message__in=keys).values_list("message", flat=True))
    reasons: dict[int, Reason] = {}
    for row in rows:
        if row.ours or row.pk in cleared:
            continue
        facts = Facts(
            posts=posts.get(row.author_id, 1),
            kinds=readings[row.pk].kinds,
            spam=readings[row.pk].suspicion,
            signs=readings[row.pk].spam,
            links=any(span.kind == "link" for span in row.text_spans),
            judged_spam=(row.ref.get("hints") or {}).get("spam", ""),
            **alike.facts(row),  # type: ignore[arg-type]
        )
        if reason := noise.set_aside(facts):
            reasons[row.pk] = reason
    SetAside.objects.bulk_create(
        [_aside(row, reasons[row.pk], alike.of.get(row.pk), now) for row in rows if row.pk in reasons]
    )
    _earlier(alike, reasons, now)
    return len(reasons)


def _aside(row: Message, reason: Reason, wording: Wording | None, now: datetime) -> SetAside:
    """What addresses us, and what somebody works on already, is marked and stays where it is."""
    hidden = not row.addressed and row.state != "routed"
    alike = wording if reason.why in ("campaign", "repetition") else None
    return SetAside(message=row, why=reason.why, seen=dict(reason.seen), hidden=hidden, wording=alike, at=now)


def _posts(rows: Sequence[Message]) -> dict[int, int]:
    """How much was heard of each author in the hour before the newest of these messages."""
    if not rows:
        return {}
    until = max(row.published_at for row in rows)
    lately = Message.objects.filter(
        author__in={row.author_id for row in rows if not row.ours},
        published_at__gt=until - timedelta(hours=1),
        published_at__lte=until,
    )
    return dict(lately.order_by().values_list("author").annotate(Count("id")))


def _earlier(alike: _Alike, reasons: Mapping[int, Reason], now: datetime) -> None:
    """When a text turns out to be a campaign's, those who said it before are set aside too."""
    found = {alike.of[key].pk: reason for key, reason in reasons.items() if reason.why == "campaign"}
    new = [wording for wording in alike.of.values() if wording.pk in found and not wording.campaign]
    for wording in {one.pk: one for one in new}.values():
        wording.campaign = True
        Wording.objects.filter(pk=wording.pk).update(campaign=True)
        before = Message.objects.filter(
            copy__wording=wording, ours=False, imported=False, set_aside=None, removed_at=None
        )
        rows = [_aside(row, found[wording.pk], wording, now) for row in before]
        SetAside.objects.bulk_create(rows)


# -- alike -----------------------------------------------------------------------------------------------------------


def _alike(rows: Sequence[Message], now: datetime) -> _Alike:
    signs = {row.pk: sign for row in rows if (sign := noise.signature(row.text, row.text_spans)) is not None}
    if not signs:
        return _Alike()
    keys = {key: noise.keys(sign) for key, sign in signs.items()}
    by_key, known, shapes = _known({one for found in keys.values() for one in found})
    said: dict[int, int] = {}  # message -> wording; new wordings have names below zero
    for message, sign in signs.items():
        near = {name: shapes[name] for one in keys[message] for name in by_key[one]}
        name = noise.nearest(sign, near)
        if name is None:
            name = -1 - len(shapes)
            shapes[name] = sign
            for one in keys[message]:
                by_key[one].add(name)
        said[message] = name
    wordings = known | _new({name: message for message, name in reversed(said.items()) if name < 0}, signs, keys, now)
    alike = _Alike({message: wordings[name] for message, name in said.items()})
    Copy.objects.bulk_create([Copy(message_id=message, wording=wording) for message, wording in alike.of.items()])
    _count(alike, rows, now)
    return alike


def _known(keys: Iterable[int]) -> tuple[dict[int, set[int]], dict[int, Wording], dict[int, Signature]]:
    by_key: dict[int, set[int]] = defaultdict(set)
    for key, wording in WordingKey.objects.filter(key__in=list(keys)).values_list("key", "wording_id"):
        by_key[key].add(wording)
    known = Wording.objects.in_bulk({name for names in by_key.values() for name in names})
    shapes = {name: np.frombuffer(bytes(row.signature), dtype="<u4") for name, row in known.items()}
    return by_key, known, shapes


def _new(
    names: Mapping[int, int], signs: Mapping[int, Signature], keys: Mapping[int, Sequence[int]], now: datetime
) -> dict[int, Wording]:
    made = {
        name: Wording(signature=signs[message].astype("<u4").tobytes(), first_at=now, last_at=now)
        for name, message in names.items()
    }
    Wording.objects.bulk_create(made.values())
    WordingKey.objects.bulk_create(
        [WordingKey(wording=row, key=key) for name, row in made.items() for key in keys[names[name]]]
    )
    return made


def _count(alike: _Alike, rows: Sequence[Message], now: datetime) -> None:
    """Who said these wordings within the window. Of a campaign it is known, and of what a person cleared it is idle."""
    touched = {wording.pk: wording for wording in alike.of.values()}
    for row in rows:
        if row.ours and row.pk in alike.of:
            touched[alike.of[row.pk].pk].ours = True
    open_ = [key for key, wording in touched.items() if not (wording.campaign or wording.cleared_at)]
    said = Copy.objects.filter(
        wording__in=open_, message__published_at__gte=now - WINDOW, message__ours=False, message__removed_at=None
    )
    for wording, author, times in said.order_by().values_list("wording", "message__author").annotate(Count("pk")):
        alike.said[wording][author] = times
    for key, wording in touched.items():
        wording.last_at = now
        wording.accounts = max(wording.accounts, len(alike.said[key]))
    Wording.objects.bulk_update(touched.values(), ["last_at", "ours", "accounts"])
    announced = [wording.pk for wording in touched.values() if wording.ours and wording.campaign]
    if announced:
        _release(SetAside.objects.filter(wording__in=announced, hidden=True), now, None)
        Wording.objects.filter(pk__in=announced).update(campaign=False, cleared_at=now)


# -- taking it back --------------------------------------------------------------------------------------------------


def clear_wording(wording: Wording, *, actor: User) -> int | Refused:
    """A person says that those who say this are no campaign: all of them are heard as if nothing had been."""
    if no := refusal(actor, "listen"):
        return no
    with recorded("noise.cleared", actor, target=wording) as entry:
        now = timezone.now()
        Wording.objects.filter(pk=wording.pk).update(campaign=False, cleared_at=now, cleared_by=actor)
        entry.detail["messages"] = _release(SetAside.objects.filter(wording=wording, cleared_at=None), now, actor)
        return int(entry.detail["messages"])


def clear_message(row: SetAside, *, actor: User) -> int | Refused:
    if no := refusal(actor, "listen"):
        return no
    with recorded("noise.cleared", actor, target=f"message:{row.pk}") as entry:
        now = timezone.now()
        if not _release(SetAside.objects.filter(pk=row.pk, cleared_at=None), now, actor):
            return entry.refuse(_("Somebody dealt with this before you did."))
        return 1


def _release(rows: QuerySet[SetAside], now: datetime, actor: User | None) -> int:
    """They go through all the steps again. Those whose texts are in the archive alone are only counted again."""
    keys = list(rows.values_list("message", flat=True))
    for first in range(0, len(keys), AT_ONCE):
        some = keys[first : first + AT_ONCE]
        SetAside.objects.filter(pk__in=some).update(hidden=False, cleared_at=now, cleared_by=actor)
        Message.objects.filter(pk__in=some, state="kept", left_at=None, removed_at=None).update(
            state=flow.advance("message", "kept", "heard"), next_try_at=now, tries=0, **LET_GO
        )
    return len(keys)


# -- forgetting ------------------------------------------------------------------------------------------------------


def forget(keys: Sequence[int]) -> None:
    """Of messages that were taken back: nothing made of their words stays, unless others say the same."""
    wordings = list(Copy.objects.filter(message__in=keys).values_list("wording", flat=True))
    Copy.objects.filter(message__in=keys).delete()
    SetAside.objects.filter(message__in=keys).delete()
    Wording.objects.filter(pk__in=wordings, copies=None).delete()


def forget_wordings(now: datetime) -> int:
    """Wordings that nobody repeated within the window; those that were noise, or were cleared, stay known."""
    idle = Wording.objects.filter(last_at__lt=now - WINDOW, campaign=False, cleared_at=None, set_aside=None)
    total = 0
    while some := list(idle.values_list("pk", flat=True)[:AT_ONCE]):
        with recorded("wordings.forgotten", "timetable") as entry:
            Wording.objects.filter(pk__in=some).delete()
            entry.quiet()
        total += len(some)
    return total


# -- what the pages show ---------------------------------------------------------------------------------------------


def hidden() -> QuerySet[SetAside]:
    return SetAside.objects.filter(hidden=True, message__removed_at=None)


def of_last_week(now: datetime) -> int:
    return hidden().filter(message__published_at__gte=now - timedelta(days=7)).count()


def repeated() -> QuerySet[Wording]:
    """What several said, or one said several times: the last said first, with how many `messages` and `people`."""
    there = Q(set_aside__hidden=True, set_aside__message__removed_at=None)
    return (
        Wording.objects.annotate(
            messages=Count("set_aside", filter=there),
            people=Count("set_aside__message__author", filter=there, distinct=True),
        )
        .filter(messages__gt=0)
        .order_by("-last_at", "-id")
    )


def examples(wordings: Iterable[Wording]) -> dict[int, SetAside]:
    """The first message of each that is still there."""
    firsts = hidden().filter(wording__in=list(wordings)).order_by().values("wording").annotate(first=Min("message"))
    rows = SetAside.objects.filter(pk__in=[one["first"] for one in firsts])
    rows = rows.select_related("message__author", "message__channel", "message__reading")
    return {row.wording_id: row for row in rows if row.wording_id}
