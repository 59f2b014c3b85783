"""The coding desk: handing out what was drawn, keeping what people say of it, and settling where they disagree.

Nobody waits for anybody: what is handed out is not locked. When two have the same message before them all the same, the
one who answers later is told so, and gets the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Exists, F, FilteredRelation, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.measure.sampling import permanent_number
from rapport.core.types import Refused
from rapport.server.listen.numbers import name, salt
from rapport.server.measure import frames
from rapport.server.measure.coders import coder_of
from rapport.server.measure.frames import ANSWERS
from rapport.server.measure.models import Code, Coder, DeskDay, Drawn
from rapport.server.organise.abilities import may, refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded

WINDOW = timedelta(days=28)
"""What is older is not handed out any more: its figures have been read."""
REPEATS = 0.05
REPEAT_AFTER = timedelta(days=7)
REPEAT_WITHIN = timedelta(days=60)
REPEAT_EVERY = 5
"""Between two repeats come at least so many others, so that nobody notices them."""
UNDO = timedelta(hours=1)
MOST_SECONDS = 120.0
"""Whoever took longer did something else meanwhile."""
COURTESY_SECONDS = 60
"""For so long others are given something else than what one has before them."""
MORE = 6
MOST_WORDS = 300
FIRST, SECOND, REPEAT, SETTLE = Code.Purpose.FIRST, Code.Purpose.SECOND, Code.Purpose.REPEAT, Code.Purpose.SETTLE


@dataclass(frozen=True, slots=True)
class Task:
    """A message that somebody is to code, and what for, which they are not told."""

    drawn: Drawn
    purpose: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies before one person.

    day       that closed last          messages   in its frame
    places    that were made so far, and `answered` by anybody
    done      that this person coded since it closed; `left`: of that day, what waits for them
    earlier   that waits for them of the days before
    """

    day: date | None = None
    messages: int = 0
    places: int = 0
    answered: int = 0
    done: int = 0
    left: int = 0
    earlier: int = 0

    @property
    def whole(self) -> int:
        return self.done + self.left

    @property
    def room(self) -> bool:
        """Whether there is more of that day for those who like to go on."""
        return self.places < self.messages


# -- handing out -----------------------------------------------------------------------------------------------------


def next_for(user: User, now: datetime, *, after: Task | None = None) -> Task | None:
    """What this person codes next: the newest day first, each from the front of its queue.

    after   when they will have coded that
    """
    coder = coder_of(user)
    if coder is None:
        return None
    if repeat := _repeat(user, now, after):
        return repeat
    passed = None if after is None else (after.drawn.pk, after.purpose)
    waiting = [one for one in _waiting(coder, now) if (one.key, one.purpose) != passed]
    free = (one for one in waiting if _is_free(one, user))
    chosen = next(free, waiting[0] if waiting else None)
    return Task(_with_words(Drawn.objects.all()).get(pk=chosen.key), chosen.purpose) if chosen else None


def desk(user: User, now: datetime) -> Desk:
    newest, coder = DeskDay.objects.defer("foremost", "passed", "strata").first(), coder_of(user)
    if newest is None or coder is None:
        return Desk()
    done = Code.objects.filter(by=user, at__gte=newest.closed_at, at__lte=now).exclude(purpose=SETTLE).count()
    waiting = _waiting(coder, now)
    left = sum(one.day == newest.day for one in waiting)
    made = newest.drawn.aggregate(places=Count("pk"), answered=Count("pk", filter=~Q(answer="")))
    return Desk(newest.day, newest.messages, made["places"], made["answered"], done, left, len(waiting) - left)


def more(*, actor: User, now: datetime | None = None) -> int | Refused:
    """A few more places of the day that closed last, for somebody who likes to go on. How many."""
    now = now or timezone.now()
    coder = coder_of(actor)
    if coder is None:
        return _not_a_coder()
    with recorded("desk.extended", actor) as entry:
        day = DeskDay.objects.select_for_update().first()
        if day is None:
            return entry.refuse(_("No day has closed yet."))
        if any(one.day == day.day for one in _waiting(coder, now)):
            entry.silent()
            return 0
        last = day.drawn.aggregate(last=Max("place"))["last"]
        made = frames.extend(day, (-1 if last is None else last) + 1 + MORE)
        if not made:
            return entry.refuse(_("All messages of that day have been given out."))
        entry.target = day
        entry.detail["places"] = made
        return made


class _Place(NamedTuple):
    day: date
    place: int
    key: int
    purpose: str


def _waiting(coder: Coder, now: datetime) -> list[_Place]:
    """The places that this person may fill, in the order in which they should."""
    rows = Drawn.objects.filter(
        Q(language="") | Q(language__in=coder.languages),
        day__day__gte=(now - WINDOW).date(),
        message__removed_at=None,
    )
    mine = Code.objects.filter(drawn=OuterRef("pk"), by=coder.user_id)
    second = Code.objects.filter(drawn=OuterRef("pk"), purpose=SECOND)
    once = rows.filter(
        ~Exists(mine),
        ~Exists(second),
        twice=True,
        codes__purpose=FIRST,
        codes__revision=F("message__revision"),  # who reads other words cannot disagree
    )
    found = [*_places(rows.filter(answer=""), FIRST), *_places(once, SECOND)]
    return sorted(found, key=lambda one: (-one.day.toordinal(), one.place))


def _places(rows: QuerySet[Drawn], purpose: Code.Purpose) -> Iterator[_Place]:
    for day, place, key in rows.order_by().values_list("day__day", "place", "pk"):
        yield _Place(day, place, key, purpose.value)


def _is_free(place: _Place, user: User) -> bool:
    """Whether nobody else has it before them; whoever is told so has it from then on."""
    key = f"desk:{place.key}:{place.purpose}"
    if cache.get(key, user.pk) != user.pk:
        return False
    cache.set(key, user.pk, COURTESY_SECONDS)
    return True


def _with_words(rows: QuerySet[Drawn]) -> QuerySet[Drawn]:
    return rows.select_related("message__reading")


def _repeat(user: User, now: datetime, after: Task | None) -> Task | None:
    """What this person coded long ago, once more, now and then."""
    lately = list(Code.objects.filter(by=user).order_by("-at", "-id").values_list("purpose", flat=True)[:REPEAT_EVERY])
    lately = ([] if after is None else [after.purpose]) + lately
    if len(lately) < REPEAT_EVERY or REPEAT in lately[:REPEAT_EVERY]:
        return None
    others = Code.objects.filter(drawn=OuterRef("drawn"), purpose__in=(REPEAT, SETTLE))
    coded = Code.objects.filter(
        ~Exists(others),
        by=user,
        purpose=FIRST,
        at__gt=now - REPEAT_WITHIN,
        at__lte=now - REPEAT_AFTER,
        drawn__message__removed_at=None,
        revision=F("drawn__message__revision"),
    )
    repeats = salt("repeat")
    told = coded.order_by("at", "id").values_list("drawn", "drawn__message__network", "drawn__message__external_id")
    for key, network, external_id in told:
        if permanent_number(name(network, external_id), repeats) < REPEATS:
            return Task(_with_words(Drawn.objects.all()).get(pk=key), REPEAT)
    return None


# -- coding ----------------------------------------------------------------------------------------------------------


def code(
    drawn: Drawn,
    answer: str,
    *,
    revision: int,
    actor: User,
    handed_at: datetime | None = None,
    now: datetime | None = None,
) -> Code | Refused:
    """`revision` is that of the message which this person has read; `handed_at`, when it was laid before them."""
    now = now or timezone.now()
    if coder_of(actor) is None:
        return _not_a_coder()
    if answer not in ANSWERS:
        return Refused(_("Choose one of the values that are offered."))
    with recorded("message.coded", actor, target=f"message:{drawn.message_id}", answer=answer) as entry:
        held = Drawn.objects.select_for_update(of=("self",)).select_related("message").filter(pk=drawn.pk).first()
        if held is None or held.message.removed_at:
            return entry.refuse(_("Its author has taken it back meanwhile. Here is the next one."))
        if held.message.revision != revision:
            return entry.refuse(_("The message was edited meanwhile. Read it again."))
        purpose = _purpose(held, actor, now)
        if purpose is None and held.codes.filter(by=actor).exists():
            return entry.refuse(_("You have coded this one already, perhaps in another tab. Here is the next one."))
        if purpose is None:
            return entry.refuse(_("Somebody was quicker. Here is the next one."))
        row = Code.objects.create(
            drawn=held,
            by=actor,
            purpose=purpose,
            answer=answer,
            revision=revision,
            seconds=_seconds(handed_at, now),
            at=now,
        )
        if purpose == FIRST:
            _answer(held, answer, now)
        return row


def take_back(*, actor: User, now: datetime | None = None) -> Code | Refused:
    """The last thing that this person said, if that is not long ago; it is asked again."""
    now = now or timezone.now()
    if coder_of(actor) is None:
        return _not_a_coder()
    with recorded("code.taken_back", actor) as entry:
        mine = Code.objects.filter(by=actor, at__gte=now - UNDO).exclude(purpose=SETTLE)
        row = mine.select_related("drawn").order_by("-at", "-id").first()
        if row is None:
            return entry.refuse(_("There is nothing to take back."))
        held = Drawn.objects.select_for_update().get(pk=row.drawn_id)
        if row.purpose != REPEAT and held.codes.filter(purpose__in=(SECOND, SETTLE)).exclude(pk=row.pk).exists():
            return entry.refuse(_("Others have gone on from what you said last, so it stands."))
        entry.target = f"message:{held.message_id}"
        row.delete()
        if row.purpose == FIRST:
            _answer(held, "", None)
        return row


def _purpose(held: Drawn, actor: User, now: datetime) -> Code.Purpose | None:
    """What this person's word on it is for; None where it is not asked for, or not any more."""
    said = {one.purpose: one for one in held.codes.all()}
    if FIRST not in said:
        return FIRST
    first = said[FIRST]
    if first.by_id != actor.pk:
        return SECOND if held.twice and SECOND not in said else None
    return REPEAT if REPEAT not in said and first.at <= now - REPEAT_AFTER else None


def _answer(held: Drawn, answer: str, at: datetime | None) -> None:
    held.answer, held.answered_at = answer, at
    held.save(update_fields=["answer", "answered_at"])


def _seconds(handed_at: datetime | None, now: datetime) -> float | None:
    return None if handed_at is None else min(max((now - handed_at).total_seconds(), 0.0), MOST_SECONDS)


def _not_a_coder() -> Refused:
    return Refused(_("You do not code at the desk."))


# -- settling --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A message that two people coded, and not the same."""

    drawn: Drawn
    answers: tuple[str, str]


def disagreements(user: User, *, most: int = 50) -> list[Disagreement]:
    """Those that this person may settle, the newest first."""
    rows = _with_words(_to_settle(user)).order_by("-pk")[:most]
    return [Disagreement(row, (row.said, row.also)) for row in rows]  # type: ignore[attr-defined]


def to_settle(user: User, now: datetime, *, most: int = 100) -> int:
    """How many of them there are of the last weeks; beyond `most` nobody counts."""
    lately = _to_settle(user).filter(day__in=DeskDay.objects.filter(day__gte=(now - WINDOW).date()))
    return len(lately.order_by().values_list("pk", flat=True)[:most])


def _to_settle(user: User) -> QuerySet[Drawn]:
    rows = _apart().filter(message__removed_at=None)
    if may(user, "measure"):
        return rows
    coder = coder_of(user)
    if coder is None:
        return rows.none()
    mine = Code.objects.filter(drawn=OuterRef("pk"), by=user)
    return rows.filter(Q(language="") | Q(language__in=coder.languages), ~Exists(mine))


def settle(drawn: Drawn, answer: str, words: str = "", *, actor: User, now: datetime | None = None) -> Code | Refused:
    """From now on this answer counts. `words`: why, for those who code after."""
    now, words = now or timezone.now(), words.strip()
    if not (may(actor, "measure") or coder_of(actor)):
        return refusal(actor, "measure") or _not_a_coder()
    if answer not in ANSWERS:
        return Refused(_("Choose one of the values that are offered."))
    if len(words) > MOST_WORDS:
        return Refused(_("The reason may have %(most)d characters.") % {"most": MOST_WORDS})
    with recorded("code.settled", actor, target=f"message:{drawn.message_id}", answer=answer) as entry:
        held = Drawn.objects.select_for_update(of=("self",)).select_related("message").filter(pk=drawn.pk).first()
        if held is None or held.message.removed_at:
            return entry.refuse(_("Its author has taken it back meanwhile."))
        if not _apart().filter(pk=held.pk).exists():
            return entry.refuse(_("There is nothing to settle about this message."))
        if not may(actor, "measure") and held.codes.filter(by=actor).exists():
            return entry.refuse(_("A third person settles what two disagree on."))
        row = Code.objects.create(
            drawn=held,
            by=actor,
            purpose=SETTLE,
            answer=answer,
            words=words,
            revision=held.message.revision,
            at=now,
        )
        _answer(held, answer, now)
        return row


def settled(*, most: int = 20) -> list[Code]:
    """What was settled with a reason, the newest first: examples for those who code."""
    rows = Code.objects.filter(purpose=SETTLE, drawn__message__removed_at=None).exclude(words="")
    return list(rows.select_related("drawn__message__reading", "by").order_by("-at", "-id")[:most])


def _apart() -> QuerySet[Drawn]:
    """Where two have not said the same, and nobody has settled it."""
    both = Drawn.objects.filter(twice=True).annotate(
        one=FilteredRelation("codes", condition=Q(codes__purpose=FIRST)),
        other=FilteredRelation("codes", condition=Q(codes__purpose=SECOND)),
        said=F("one__answer"),
        also=F("other__answer"),
    )
    ended = Code.objects.filter(drawn=OuterRef("pk"), purpose=SETTLE)
    return both.filter(~Exists(ended), said__isnull=False, also__isnull=False).exclude(said=F("also"))
