"""Is the archive what the database says? Month by month, so that it needs little memory however much there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import polars as pl
from django.db.models import Q
from django.utils import timezone

from rapport.archive import KEY, Difference, compare, damaged, frame, month_of
from rapport.archive.check import marks, summed
from rapport.server.keep.actions import write
from rapport.server.keep.models import ArchiveHead
from rapport.server.keep.rows import checked_rows_of
from rapport.server.keep.words import archive
from rapport.server.listen.models import Message
from rapport.server.organise.record import recorded

SHOWN = 100


@dataclass
class Verdict:
    """What was looked at, and what is wrong: days that differ, texts that are damaged, counts that are not right."""

    messages: int = 0
    days: int = 0
    differences: list[Difference] = field(default_factory=list)
    damaged: list[tuple[date, str, str]] = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not (self.differences or self.damaged or self.miscounted)

    def bad_days(self) -> set[date]:
        return {one.day for one in self.differences} | {day for day, *_ in self.damaged}

    def lines(self) -> Iterator[str]:
        """What is wrong, a line each."""
        yield from (f"{one}." for one in self.differences)
        yield from (f"{day}: the text of {network} {name} is damaged." for day, network, name in self.damaged)
        yield from (f"{month}: the counts of the days are not those of the messages." for month in self.miscounted)


def verify(*, actor: str, progress: Callable[[str], None] = lambda month: None) -> Verdict:
    """Bring the archive up to date, then compare it with the database. Whoever calls this writes the archive alone."""
    write(actor=actor)
    verdict = Verdict()
    for month in months():
        progress(month)
        _verify(month, verdict)
    with recorded("archive.verified", actor, messages=verdict.messages, days=len(verdict.bad_days())) as entry:
        if not verdict.holds:
            entry.detail["differing"] = [day.isoformat() for day in sorted(verdict.bad_days())][:SHOWN]
        ArchiveHead.objects.filter(pk=1).update(
            asked=False,
            verified_at=timezone.now(),
            verified=verdict.messages,
            days=len(verdict.bad_days()) + len(verdict.miscounted),
            differing=list(verdict.lines())[:SHOWN],
        )
    return verdict


def mend(days: Sequence[date], *, actor: str) -> int:
    """Archive the messages of these days anew, as far as the database still has their texts. How many there are."""
    with recorded("archive.mended", actor, days=[day.isoformat() for day in days][:SHOWN]) as entry:
        count = 0
        for day in days:
            rows = Message.objects.filter(published_at__range=_range(day, day), removed_at=None, left_at=None)
            count += rows.update(unarchived=True)
        entry.detail["messages"] = count
        return count


def months() -> list[str]:
    """The months of which the database or the archive has something."""
    found, after = set(archive().months()), datetime.min.replace(tzinfo=UTC)
    ordered = Message.objects.order_by("published_at").values_list("published_at", flat=True)
    while (at := ordered.filter(published_at__gte=after).first()) is not None:
        found.add(month_of(at.astimezone(UTC).date()))
        after = _range(*span_of(month_of(at.astimezone(UTC).date())))[1] + timedelta(microseconds=1)
    return sorted(found)


def span_of(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _range(first: date, last: date) -> tuple[datetime, datetime]:
    return datetime.combine(first, time.min, UTC), datetime.combine(last, time.max, UTC)


def _verify(month: str, verdict: Verdict) -> None:
    first, last = span_of(month)
    inside = Message.objects.filter(published_at__range=_range(first, last))
    settled = inside.filter(unarchived=False, removed_at=None).exclude(state="heard")
    expected = marks(frame(checked_rows_of(settled)).lazy()).collect()
    kept = archive()
    found = kept.collect(marks, first, last)
    # Looked up last: what changed while we were comparing is no difference, it is on its way.
    moving = inside.filter(Q(unarchived=True) | Q(state="heard")).values_list("network", "external_id")
    passed_over = pl.DataFrame(list(moving), schema=dict.fromkeys(KEY, pl.String), orient="row")
    expected, found = (side.join(passed_over, on=list(KEY), how="anti") for side in (expected, found))
    days = summed(found)
    verdict.messages += found.height
    verdict.days += len(days)
    verdict.differences += compare(summed(expected), days)
    verdict.damaged += damaged(kept.collect(lambda rows: rows, first, last))
    if not _counted_right(month):
        verdict.miscounted.append(month)


def _counted_right(month: str) -> bool:
    first, last = span_of(month)
    kept = archive()
    counted = kept.days().filter(pl.col("month") == month).collect()
    fresh = kept.count(first, last)
    order = [name for name in fresh.columns if name != "messages"]
    return fresh.select(*order, "messages").sort(order).equals(counted.select(*order, "messages").sort(order))
