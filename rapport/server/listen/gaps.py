"""Gaps: stretches of time of which we may not have everything, how they are found, and what becomes of them.

There is one door for what is found, so that no two gaps of one source ever overlap. What tells more takes the place of
what tells less: calls that failed end a mere suspicion, and what a platform says by itself that it can no longer bring
opens again what we took for fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext

from rapport.core import types
from rapport.core.measure.gaps import Stretch, less
from rapport.core.types import Refused
from rapport.server import flow
from rapport.server.listen import sign_in
from rapport.server.listen.models import Channel, Cursor, Gap, GapKind
from rapport.server.organise import notices
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # where what lasts ends, when stretches are compared
SEEN = (GapKind.DOWN, GapKind.UNHEARD)  # two words for one thing: no call came through
TOLD = (GapKind.COUNT, GapKind.MISSED)  # the platform itself says so


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch that somebody or something found. `lasts`: it has not ended. `told`: what the cause's words name."""

    stretch: Stretch
    kind: GapKind
    cause: str
    lasts: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def until(self) -> datetime:
        return FAR if self.lasts else self.stretch.end

    @property
    def end(self) -> datetime | None:
        return None if self.lasts else self.stretch.end


def of(row: Gap) -> Stretch:
    return Stretch(row.start, row.end or FAR)


# -- finding ---------------------------------------------------------------------------------------------------------


def find(channel: Channel, source: str, found: Sequence[Found], *, now: datetime, actor: str = "timetable") -> int:
    """Write down what was found of one source. How many gaps were opened, moved or joined."""
    with recorded("gap.found", actor, target=channel, source=source) as entry:
        _lock(channel, source)
        changed = sum(_find(channel, source, one, now) for one in found)
        entry.detail["changed"] = changed
        if not changed:
            entry.quiet()
    return changed


def note_missed(missed: Iterable[types.Missed], channel: Channel, source: str, now: datetime) -> int:
    """What a source says that it can no longer bring; within the transaction that stores what it does bring."""
    told = [
        Found(Stretch(one.start, one.end), GapKind.MISSED, one.cause[:500]) for one in missed if one.start < one.end
    ]
    return sum(_find(channel, source, one, now) for one in told)


def _lock(channel: Channel, source: str) -> None:
    """Whoever changes the gaps of a source holds its cursor, as the listener does when it stores a page."""
    list(Cursor.objects.select_for_update().filter(channel=channel, source=source).values_list("pk"))


def _find(channel: Channel, source: str, found: Found, now: datetime) -> int:
    near = Gap.objects.filter(channel=channel, source=source, start__lte=found.until)
    rows = list(near.filter(Q(end=None) | Q(end__gte=found.stretch.start)).order_by("start"))
    if found.kind in TOLD:
        return _tell(channel, source, found, rows, now)
    whole = Stretch(found.stretch.start, found.until)
    changed = 0
    if found.kind in SEEN:
        changed += sum(_cut(row, whole) for row in rows if row.kind == GapKind.SILENCE and of(row).overlaps(whole))
        rows = [row for row in rows if row.kind != GapKind.SILENCE]
    if not found.lasts:
        changed += sum(_end(row, found) for row in rows if row.lasts and _same(row, found) and of(row).overlaps(whole))
    for piece in less(whole, map(of, rows)):
        beside = [row for row in rows if row.state == "open" and _same(row, found) and of(row).touches(piece)]
        changed += 1
        if beside:
            _join(beside, piece)
        else:
            row = Gap.objects.create(
                channel=channel,
                source=source,
                start=piece.start,
                end=None if piece.end == FAR else piece.end,
                kind=found.kind,
                cause=found.cause[:500],
                cause_told=dict(found.told),
                suspected=found.kind == GapKind.SILENCE,
                found_at=now,
            )
            _notify(row)
    return changed


def _notify(gap: Gap) -> None:
    """Whoever looks after the channel hears of what is certain; what counts only suggest is on the page of coverage."""
    if gap.suspected:
        return
    with translation.override(None):  # in whose words it is told is known when somebody reads it
        cause = gap.cause or str(gap.get_kind_display())
    times = {"start": gap.start.isoformat()} | ({"end": gap.end.isoformat()} if gap.end else {})
    kind, url = "gap" if gap.end else "gap_lasts", f"/listen/coverage/?channel={gap.channel_id}#gaps"
    notices.tell(
        sign_in.owners(gap.channel),
        kind,
        url,
        channel=gap.channel.name,
        cause=cause,
        cause_told=gap.cause_told,
        **times,
    )


def _same(row: Gap, found: Found) -> bool:
    return row.kind == found.kind or (row.kind in SEEN and found.kind in SEEN)


def _end(row: Gap, found: Found) -> int:
    cause = {"cause": found.cause[:500], "cause_told": dict(found.told)} if found.cause else {}
    Gap.objects.filter(pk=row.pk).update(end=found.stretch.end, **cause)
    row.end = found.stretch.end
    return 1


def _join(beside: Sequence[Gap], piece: Stretch) -> None:
    row, *others = beside
    Gap.objects.filter(pk__in=[other.pk for other in others]).delete()
    row.start = min([piece.start, *(one.start for one in beside)])
    end = max([piece.end, *(of(one).end for one in beside)])
    row.end = None if end == FAR else end
    row.save(update_fields=["start", "end"])


def _cut(row: Gap, by: Stretch) -> int:
    """Leave of a suspicion what nothing better explains."""
    left = less(of(row), [by])
    for number, piece in enumerate(left):
        if number:
            row.pk = None
        row.start, row.end = piece.start, None if piece.end == FAR else piece.end
        row.save()
    if not left:
        row.delete()
    return 1


def _tell(channel: Channel, source: str, found: Found, rows: Sequence[Gap], now: datetime) -> int:
    """What the platform says takes in all that it overlaps, whatever we thought of it, and what is open beside it."""
    stretch = found.stretch
    taken = [row for row in rows if of(row).overlaps(stretch) or row.state == "open"]
    if any(row.kind in TOLD and row.missing and not less(stretch, [of(row)]) for row in taken):
        return 0  # told before
    kind = max([found.kind, *(GapKind(row.kind) for row in taken)], key=list(GapKind).index)
    causes = [(row.cause, row.cause_told) for row in taken if row.kind == kind != found.kind]
    cause, told = (*causes, (found.cause, dict(found.told)))[0]
    end = max([stretch.end, *(row.end or now for row in taken)])  # whoever tells us this is there again
    Gap.objects.filter(pk__in=[row.pk for row in taken[1:]]).delete()
    row = taken[0] if taken else Gap(channel=channel, source=source, found_at=now)
    row.start = min([stretch.start, *(row.start for row in taken)])
    row.end = end
    row.kind, row.cause, row.cause_told, row.suspected = kind, cause[:500], told, False
    row.state, row.outcome, row.outcome_told = flow.advance("gap", row.state, "open"), "", {}
    row.save()
    _notify(row)
    return 1


# -- what becomes of them --------------------------------------------------------------------------------------------


def settle(gap: Gap, state: str, *, outcome: str, actor: User | str, brought: int = 0) -> Gap | Refused:
    """Say what was done about a gap that has ended: backfilled, partly or impossible, and in words how, which are
    translated when they are read."""
    with recorded("gap.settled", actor, target=gap, state=state, outcome=outcome[:300], brought=brought) as entry:
        return note_settled(gap, state, outcome, brought) or entry.refuse(_changed())


def note_settled(
    gap: Gap, state: str, outcome: str, brought: int = 0, told: Mapping[str, Any] | None = None
) -> Gap | None:
    """The same, within the transaction of whatever did something about it. None when it changed meanwhile."""
    row = _held(gap)
    if row is None or row.lasts:
        return None
    row.state = flow.advance("gap", row.state, state)
    row.outcome, row.outcome_told = outcome[:500], dict(told or {})
    row.suspected, row.brought = False, row.brought + brought
    row.save(update_fields=["state", "outcome", "outcome_told", "suspected", "brought"])
    return row


def dismiss(gap: Gap, *, reason: str, actor: User) -> Gap | Refused:
    """Nothing is missing there, says a person who knows why."""
    return _decide(gap, "dismissed", reason, actor)


def confirm(gap: Gap, *, reason: str, actor: User) -> Gap | Refused:
    """What the counts only suggest is so."""
    return _decide(gap, "confirmed", reason, actor)


def _decide(gap: Gap, decision: str, reason: str, actor: User) -> Gap | Refused:
    if no := refusal(actor, "listen"):
        return no
    if not reason.strip():
        return Refused(gettext("Say why, for those who look at the numbers later."))
    with recorded(f"gap.{decision}", actor, target=gap, reason=reason.strip()[:500]) as entry:
        row = _held(gap)
        if row is None or not row.missing or (decision == "confirmed" and not row.suspected):
            return entry.refuse(_changed())
        if decision == "dismissed":
            row.state = flow.advance("gap", row.state, "dismissed")
        row.suspected, row.note, row.noted_by = False, reason.strip()[:500], actor
        row.save(update_fields=["state", "suspected", "note", "noted_by"])
        return row


def _held(gap: Gap) -> Gap | None:
    return Gap.objects.select_for_update().filter(pk=gap.pk).first()


def _changed() -> str:
    return gettext("This gap changed before you did anything about it. Look at how it stands now.")
