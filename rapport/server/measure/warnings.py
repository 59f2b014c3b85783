"""Early warnings: more people than usual speak of something.

People are counted and not messages, so that one angry author with thirty posts is one voice. They are counted in the
hour in which they spoke, on channels that were heard all along, and only when their message reached us soon: what an
import, a backfill or the end of an outage brings all at once was said long ago and warns of nothing.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.measure import burst
from rapport.core.measure.coverage import State
from rapport.core.measure.quantiles import at_least
from rapport.core.types import NotEnough, Refused
from rapport.core.understand.cues import finder
from rapport.server.listen import hours as listening
from rapport.server.listen.hours import HOUR, hour_of_week, whole
from rapport.server.listen.models import Brief, Channel, Message, Purpose
from rapport.server.measure.models import EarlyWarning, Place, Usual
from rapport.server.organise import notices
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import Team, User
from rapport.server.organise.record import recorded

FALSE_A_YEAR = 4.0
"""False warnings in a year, all series together, at most, as far as the past tells what is usual."""
WEEKS = 8
LATE = timedelta(hours=3)
BACK = 48
"""Hours that are looked at each time."""
CALM_HOURS = 6
"""Whole hours that together have to be usual again before it is over; what became so before one looked is history."""
MOST_PLACES = 50
FEWEST = 5
"""People below whom nobody is warned, however rare it is."""
KINDS = ("complaint", "question", "bug", "delivery")
SHOWN = 50
ABOUT = (Purpose.BRAND, Purpose.PRODUCT, Purpose.TOPIC)
US = (Purpose.BRAND, Purpose.PRODUCT)


class Series(NamedTuple):
    """What is counted: a brief, one kind of what it finds, or a place in what is said about us."""

    brief: int | None = None
    kind: str = ""
    place: int | None = None


@dataclass(slots=True)
class Counted:
    """People by hour, and the messages behind them: (published, id)."""

    people: Counter[int] = field(default_factory=Counter)
    messages: list[tuple[datetime, int]] = field(default_factory=list)


# -- counting --------------------------------------------------------------------------------------------------------


def count(channels: Iterable[int], since: datetime, until: datetime) -> dict[Series, Counted]:
    """People who spoke, by hours after `since`."""
    briefs = {brief.pk: brief.purpose for brief in Brief.objects.filter(active=True, purpose__in=ABOUT)}
    places = {str(place.pk): place.words for place in Place.objects.all()}
    find = finder(places) if places else lambda _text: []
    seen: set[tuple[Series, int, int]] = set()
    found: dict[Series, Counted] = defaultdict(Counted)
    for row in _rows(channels, since, until, texts=bool(places)):
        key, author, at, addressed, matched, kinds, text = row
        hour = int((at - since) / HOUR)
        series = [Series(brief, kind) for brief in matched & briefs.keys() for kind in ("", *kinds) if kind in _KINDS]
        if places and (addressed or any(briefs.get(brief) in US for brief in matched)):
            series += [Series(place=int(place)) for place in find(text)]
        for one in series:
            found[one].messages.append((at, key))
            if (one, hour, author) not in seen:
                seen.add((one, hour, author))
                found[one].people[hour] += 1
    return found


_KINDS = ("", *KINDS)


def _rows(
    channels: Iterable[int], since: datetime, until: datetime, *, texts: bool
) -> Iterator[tuple[int, int, datetime, bool, set[int], list[str], str]]:
    """Message, author, when, whether it was said to us, briefs, kinds and words, of what reached us soon."""
    messages = Message.objects.filter(
        Q(set_aside=None) | Q(set_aside__hidden=False),
        channel__in=list(channels),
        published_at__gte=since,
        published_at__lt=until,
        ours=False,
        context=False,
        removed_at=None,
    )
    names = ("id", "author_id", "published_at", "heard_at", "addressed", "reading__kinds", "brief_matches__brief_id")
    last: tuple[int, int, datetime, bool, set[int], list[str], str] | None = None
    rows = messages.order_by("-published_at", "-id").values_list(*names, *(("text",) if texts else ()))
    for key, author, at, heard, addressed, kinds, brief, *text in rows.iterator(chunk_size=5_000):
        if heard - at > LATE:
            continue
        if last is None or last[0] != key:
            if last:
                yield last
            last = (key, author, at, addressed, set(), kinds or [], text[0] if text else "")
        if brief is not None:
            last[4].add(brief)
    if last:
        yield last


# -- what is usual ---------------------------------------------------------------------------------------------------

HELD = 0.9
"""Of the hours that are held against the others, so many have to be heard on all channels that count."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The channels that are counted, and which hours of the last weeks all of them were heard in."""

    channels: tuple[int, ...]
    heard: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def weeks(self) -> int:
        return int(self.heard.sum()) // burst.WEEK


def basis(since: datetime, hours: int, now: datetime, *, held: int = 0) -> Basis:
    """The most channels that leave enough hours: one that was connected lately, or is often down, is left out.

    held   so many of the last hours are held against the others: most of them have to be heard as well
    """
    heard = heard_hours(list(Channel.objects.exclude(state="closed")), since, hours, now)
    while heard:
        both = np.logical_and.reduce(list(heard.values()))
        lately = slice(hours - held, None)
        enough = both.sum() >= burst.FEWEST_WEEKS * burst.WEEK
        most = both[lately].sum() >= HELD * held
        if (enough and most) or len(heard) == 1:
            return Basis(tuple(sorted(heard)), both)
        span = lately if enough else slice(None)
        del heard[min(heard, key=lambda key: (int(heard[key][span].sum()), key))]
    return Basis((), np.zeros(hours, dtype=bool))


def heard_hours(
    channels: Sequence[Channel], since: datetime, hours: int, now: datetime
) -> dict[int, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Whether each hour of each channel that is listened to was heard; of the one that runs nobody can say no yet."""
    found = {}
    for key, told in listening.hours(channels, since, now).items():
        known = {one.at for one in told if one.state is None or one.state in (State.DELIVERING, State.SILENT)}
        if told:
            found[key] = np.array([since + n * HOUR in known for n in range(hours)])
    return found


def weeks_before(now: datetime) -> tuple[datetime, datetime, Basis]:
    """From when until when what is usual can be learned now, and from what of it."""
    until = whole(now) - 24 * HOUR
    hours = WEEKS * burst.WEEK
    since = until - hours * HOUR
    return since, until, basis(since, hours, now)


def learn(now: datetime) -> int:
    """Learn anew what is usual, from the weeks before yesterday. How many series there are."""
    since, until, known = weeks_before(now)
    counted = count(known.channels, since, until)
    rows = [_usual(one, counted.get(one, Counted()), known, since, now) for one in all_series()]
    with recorded("warnings.learned", "timetable") as entry:
        Usual.objects.all().delete()
        Usual.objects.bulk_create(rows)
        entry.quiet()
    return len(rows)


def all_series() -> list[Series]:
    """A brief before its kinds, so that what concerns all of it is told as that."""
    briefs = list(Brief.objects.filter(active=True, purpose__in=ABOUT).values_list("pk", flat=True))
    places = list(Place.objects.values_list("pk", flat=True))
    return [Series(brief, kind) for kind in _KINDS for brief in briefs] + [Series(place=place) for place in places]


def _usual(one: Series, counted: Counted, known: Basis, since: datetime, now: datetime) -> Usual:
    counts = np.array([counted.people[n] if heard else -1 for n, heard in enumerate(known.heard)])
    found = burst.profile(counts, hour_of_week(since))
    row = Usual(
        brief_id=one.brief,
        kind=one.kind,
        place_id=one.place,
        weeks=known.weeks,
        channels=list(known.channels),
        learned_at=now,
    )
    if not isinstance(found, NotEnough):
        row.mean = found.mean.astype("<f8").tobytes()
        row.size = found.size if math.isfinite(found.size) else 0.0
    return row


def profile_of(row: Usual) -> burst.Profile | None:
    """None while there is too little to know what is usual."""
    if not row.mean:
        return None
    return burst.Profile(np.frombuffer(bytes(row.mean), dtype="<f8"), row.size or math.inf, row.weeks)


# -- looking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """The last hours of one series, the one that runs included: people in each, and what such hours bring.

    heard   every channel was; where one was not, there may be more than was counted, and never fewer
    size    of the negative binomial of each hour
    """

    since: datetime
    counts: Sequence[int]
    expected: Sequence[float]
    heard: Sequence[bool]
    size: Sequence[float]

    def after(self, at: datetime) -> Window:
        n = min(max(int((at - self.since) / HOUR), 0), len(self.counts))
        return Window(self.since + n * HOUR, self.counts[n:], self.expected[n:], self.heard[n:], self.size[n:])

    @property
    def calm(self) -> bool:
        """Whether the last whole hours were usual; nobody knows while some are missing."""
        last = slice(-CALM_HOURS - 1, -1)
        counts = [count if heard else -1 for count, heard in zip(self.counts[last], self.heard[last], strict=True)]
        return burst.calm(counts, self.expected[last], self.size[last])


def look(now: datetime) -> int:
    """Look at the last hours: go on with the warnings that last, end those that are over, open new ones.

    How many were opened.
    """
    usual = {Series(row.brief_id, row.kind, row.place_id): row for row in Usual.objects.exclude(mean=b"")}
    lasting = {_series(row): row for row in EarlyWarning.objects.filter(over_at=None)}
    since = whole(now) - BACK * HOUR
    channels = sorted({key for row in usual.values() for key in row.channels})
    counted = count(channels, since, now)
    heard = heard_hours(list(Channel.objects.filter(pk__in=channels)), since, BACK + 1, now)
    every = np.logical_and.reduce(list(heard.values())) if heard else np.zeros(BACK + 1, dtype=bool)
    windows = {one: _window(row, counted.get(one, Counted()), since, every.tolist()) for one, row in usual.items()}
    for one, lasts in lasting.items():
        _go_on(lasts, windows.get(one), counted.get(one, Counted()), now)
    limit = burst.limits(len(usual), FALSE_A_YEAR)
    opened = 0
    for one, window in windows.items():
        general = Series(one.brief) if one.brief else one
        if one in lasting or general in lasting:
            continue
        if row := _loud(one, window, limit, now):
            lasting[one] = _open(row, counted[one], now)
            opened += 1
    return opened


def _series(row: EarlyWarning) -> Series:
    return Series(row.brief_id, row.kind, row.place_id)


def _window(row: Usual, counted: Counted, since: datetime, heard: Sequence[bool]) -> Window:
    usual = profile_of(row)
    assert usual is not None  # noqa: S101  # rows without a mean are not asked for
    counts = [counted.people[n] for n in range(len(heard))]
    hours = (np.arange(len(heard)) + hour_of_week(since)) % burst.WEEK
    return Window(since, counts, usual.mean[hours].tolist(), heard, usual.sizes()[hours].tolist())


def _loud(one: Series, window: Window, limit: burst.Limits, now: datetime) -> EarlyWarning | None:
    before = EarlyWarning.objects.filter(brief=one.brief, kind=one.kind, place=one.place).exclude(over_at=None)
    if last := before.order_by("-until").values_list("until", flat=True).first():
        window = window.after(last)
    found = burst.loud(window.counts, window.expected, window.size, limit, fewest=FEWEST)
    if found is None or (found.first < len(window.counts) - 1 - CALM_HOURS and window.calm):
        return None
    row = EarlyWarning(
        brief_id=one.brief,
        kind=one.kind,
        place_id=one.place,
        since=window.since + found.first * HOUR,
        chance=found.chance,
        lasting=found.lasting,
        opened_at=now,
    )
    _fill(row, window, now)
    return row


def _fill(row: EarlyWarning, window: Window, now: datetime) -> None:
    """Its hours from the first on; what lies further back than the window stays as it was counted."""
    kept = row.hours[: max(int((window.since - row.since) / HOUR), 0)]
    here = window.after(row.since)
    told = zip(here.counts, here.expected, here.heard, strict=True)
    row.hours = kept + [[count if count or heard else None, round(mean, 3)] for count, mean, heard in told]
    row.until = now
    row.count = sum(count for count, _mean in row.hours if count is not None)
    row.expected = sum(mean for count, mean in row.hours if count is not None)
    chances = (at_least(*told) for told in zip(here.counts, here.expected, here.size, strict=True))
    row.chance = min(row.chance, *chances)


def _open(row: EarlyWarning, counted: Counted, now: datetime) -> EarlyWarning:
    row.messages = _some(row, counted)
    with recorded("warning.opened", "timetable", people=row.count, expected=round(row.expected, 1)) as entry:
        row.save()
        entry.target = row
        notices.tell(
            concerned(row), "early_warning", reverse("course_warning", args=[row.pk]), about=name_of(row), n=row.count
        )
    return row


def _go_on(row: EarlyWarning, window: Window | None, counted: Counted, now: datetime) -> None:
    """Count on; it is over when nothing is out of the usual any more, or when nobody counts it any more."""
    with recorded("warning.over", "timetable", target=row) as entry:
        row = EarlyWarning.objects.select_for_update().get(pk=row.pk)
        if window is not None:
            _fill(row, window, now)
            row.messages = _some(row, counted) or row.messages
        if window is None or (now - row.since > (CALM_HOURS + 1) * HOUR and window.calm):
            row.over_at = now
            notices.settle("early_warning", reverse("course_warning", args=[row.pk]))
        else:
            entry.quiet()
        row.save()


def _some(row: EarlyWarning, counted: Counted) -> list[int]:
    return [key for at, key in counted.messages if at >= row.since][:SHOWN]


# -- whom it concerns ------------------------------------------------------------------------------------------------


def name_of(row: EarlyWarning) -> str:
    """What it is about, as people named it. The kind is a word of the pages."""
    return str(row.place or row.brief or "")


def concerned(row: EarlyWarning) -> list[User]:
    """Those who set up what is measured, and the team that has most of the conversations, if it has half of them."""
    found = {user.pk: user for user in notices.those_who_may("measure")}
    teams = Team.objects.filter(conversations__placements__message__in=row.messages)
    most = teams.annotate(n=Count("conversations__placements")).order_by("-n").first()
    if most and 2 * most.n >= len(row.messages):
        found |= {user.pk: user for user in User.objects.filter(teams=most, is_active=True)}
    return list(found.values())


# -- what people do --------------------------------------------------------------------------------------------------


def close(row: EarlyWarning, *, actor: User) -> EarlyWarning | Refused:
    """Somebody has dealt with it. It is still counted until it is over, and warns no second time."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("warning.closed", actor, target=row) as entry:
        row = EarlyWarning.objects.select_for_update().get(pk=row.pk)
        if row.closed_at:
            return entry.refuse(_("Somebody has closed it already."))
        row.closed_at, row.closed_by = timezone.now(), actor
        row.save(update_fields=["closed_at", "closed_by"])
        notices.settle("early_warning", reverse("course_warning", args=[row.pk]))
    return row


def open_again(row: EarlyWarning, *, actor: User) -> EarlyWarning | Refused:
    """Undo closing it."""
    if no := refusal(actor, "answer"):
        return no
    with recorded("warning.opened_again", actor, target=row):
        row.closed_at = row.closed_by = None
        row.save(update_fields=["closed_at", "closed_by"])
    return row


def save_places(text: str, *, actor: User) -> list[Place] | Refused:
    """The places that are counted, one a line: "Hamburg: hamburg, hafencity". Without words the name is the word."""
    if no := refusal(actor, "measure"):
        return no
    wanted: dict[str, str] = {}
    for line in text.splitlines():
        name, _colon, words = (part.strip() for part in line.partition(":"))
        if name:
            words = ", ".join(word.strip() for word in (words or name).split(",") if word.strip())
            wanted[name[:80]] = words[:500]
    if len(wanted) > MOST_PLACES:
        return Refused(_("At most %(n)s places: each of them can warn falsely.") % {"n": MOST_PLACES})
    if bad := [name for name, words in wanted.items() if not _can_be_found(words.split(", "))]:
        words = _("Each word needs a letter and may end in a star; one word of each place has none: %(names)s.")
        return Refused(words % {"names": ", ".join(bad)})
    with recorded("places.saved", actor, places=sorted(wanted)):
        Place.objects.exclude(name__in=wanted).delete()
        for name, words in wanted.items():
            Place.objects.update_or_create(name=name, defaults={"words": words})
    return list(Place.objects.all())


def _can_be_found(words: Sequence[str]) -> bool:
    """What `cues.finder` takes."""
    fine = all(any(letter.isalpha() for letter in word) and "*" not in word[:-1] for word in words)
    return fine and any("*" not in word for word in words)
