"""Tone in the company of other marketing: what was spent and what came of it, week by week, brought in as a table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from rapport.core.measure.coverage import NEEDLE
from rapport.core.measure.panel import Effect, Week, effect, least_before, monday, panel, stretch
from rapport.core.types import NotEnough, Refused
from rapport.server.languages import said
from rapport.server.measure.models import Figure, Line, MarketingImport, MarketingSeries, MarketingWeek
from rapport.server.measure.whereabouts import Triple, value
from rapport.server.organise.abilities import refusal
from rapport.server.organise.models import User
from rapport.server.organise.record import recorded
from rapport.tables import Row, TableError, rows

LONGEST_NAME = 80
MOST_ROWS = 100_000
MOST_SERIES = 60
SHOWN_ERRORS = 20
FAR = timedelta(days=20 * 366)
"""A day further away is a slip of the pen; it would make a panel of so many empty weeks."""
SPEND, OUTCOME = MarketingSeries.Kind.SPEND.value, MarketingSeries.Kind.OUTCOME.value
GUESSES = (
    (re.compile(r"spen[dt]|cost|budget|^mdsp|_s$|ausgaben|kosten", re.IGNORECASE), SPEND),
    (re.compile(r"sales|revenue|conversion|orders|bookings|leads|umsatz|buchung", re.IGNORECASE), OUTCOME),
)
TONE = "tone"
FIXED = ("week", TONE, "tone_se", "coverage")

PanelRow = dict[str, date | float | None]


# -- a table that comes in -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """The first rows of a file, and what we take its columns for: a date, spend, outcome, or nothing."""

    columns: tuple[str, ...] = ()
    first: tuple[tuple[str, ...], ...] = ()
    day: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""


@dataclass(slots=True)
class Told:
    """What a file holds: amounts by series and week. `wrong`: line and reason, the first of `mistakes` in all."""

    rows: int = 0
    amounts: dict[str, dict[date, float]] = field(default_factory=dict)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    mistakes: int = 0

    def complain(self, line: int, words: str) -> None:
        self.mistakes += 1
        if len(self.wrong) < SHOWN_ERRORS:
            self.wrong.append((line, words))

    @property
    def weeks(self) -> list[date]:
        return sorted({week for weeks in self.amounts.values() for week in weeks})


def look(file: Path, called: str) -> Look:
    """`called`: what its owner calls the file, which is kept under another name."""
    try:
        head = [row for _n, row in zip(range(5), rows(file), strict=False)]
    except TableError as error:
        return Look(trouble=said(error.args[0], file=called))
    if not head:
        return Look(trouble=_("There is no row in it."))
    columns = tuple(head[0].cells)
    day = next((name for name in columns if all(day_of(row[name]) for row in head)), "")
    kinds = {name: kind for name in columns if name != day for pattern, kind in GUESSES if pattern.search(name)}
    return Look(columns, tuple(tuple(row.cells.values()) for row in head), day, kinds)


def read(file: Path, called: str, day: str, kinds: Mapping[str, str]) -> Told:
    """Rows of one week are summed, whether they are days or regions. An empty cell is nothing known, not zero."""
    told = Told()
    try:
        for row in rows(file, day, *kinds):
            told.rows += 1
            if told.rows > MOST_ROWS:
                told.complain(row.line, _("More than %(n)s rows.") % {"n": MOST_ROWS})
                break
            _add(told, row, day, kinds)
    except TableError as error:
        told.complain(0, said(error.args[0], file=called))
    return told


def _add(told: Told, row: Row, day: str, kinds: Mapping[str, str]) -> None:
    at = day_of(row[day])
    if at is None:
        words = _("“%(value)s” is no day. Write 2026-03-01 or 1.3.2026.")
        told.complain(row.line, words % {"value": row[day][:40]})
        return
    if abs(at - timezone.localdate()) > FAR:
        words = _("“%(value)s” is more than twenty years away. Is the year right?")
        told.complain(row.line, words % {"value": row[day][:40]})
        return
    for name in kinds:
        if not row[name].strip():
            continue
        amount = amount_of(row[name])
        if amount is None:
            words = _("%(column)s: “%(value)s” is no number. Write 1234.5 or 1234,5.")
            told.complain(row.line, words % {"column": name, "value": row[name][:40]})
            continue
        weeks = told.amounts.setdefault(name, {})
        weeks[monday(at)] = weeks.get(monday(at), 0.0) + amount


def day_of(text: str) -> date | None:
    """A day as tables write it; what could be two different days is none.

    >>> day_of("2026-03-01"), day_of("1.3.2026") == day_of("2026-03-01T00:00:00"), day_of("03/01/2026")
    (datetime.date(2026, 3, 1), True, None)
    """
    text = text.strip()
    try:
        if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ]00:00(:00)?)?", text):
            return date.fromisoformat(text[:10])
    except ValueError:
        return None
    return None


def amount_of(text: str) -> float | None:
    """A number as tables write it, in either way of writing decimals; what could be two different ones is none.

    >>> amount_of("1234,5"), amount_of("1.234,50"), amount_of("1,234.5"), amount_of("1 234"), amount_of("1,234")
    (1234.5, 1234.5, 1234.5, 1234.0, None)
    """
    text = re.sub(r"[\s\u00a0\u2009\u202f€$£]", "", text)
    if "," in text and "." in text:
        thousands = "," if text.rfind(".") > text.rfind(",") else "."
        text = text.replace(thousands, "")
    elif re.fullmatch(r"-?[1-9]\d{0,2},\d{3}", text):
        return None
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


# -- what people do --------------------------------------------------------------------------------------------------


def bring_in(
    file: Path, file_name: str, day: str, kinds: Mapping[str, str], *, actor: User
) -> MarketingImport | Refused:
    """Keep the amounts of a table, all or none of them. A week that was there gets the new amount."""
    if no := refusal(actor, "measure"):
        return no
    if wrong := _wrong(day, kinds):
        return Refused(wrong)
    told = read(file, file_name, day, kinds)
    if told.wrong:
        return Refused(_("Nothing was brought in: %(n)s mistakes in the table.") % {"n": told.mistakes})
    if not told.amounts:
        return Refused(_("There is no amount in it."))
    with recorded("marketing.brought_in", actor, file=file_name, rows=told.rows, series=sorted(told.amounts)) as entry:
        row = MarketingImport.objects.create(file_name=file_name[:255], rows=told.rows, by=actor)
        entry.target = row
        for name, weeks in told.amounts.items():
            series, new = MarketingSeries.objects.get_or_create(name=name, defaults={"kind": kinds[name]})
            if not new and series.kind != kinds[name]:
                return entry.refuse(_("%(name)s was the other kind in an earlier table.") % {"name": name})
            row.replaced += _replace(series, weeks, row)
        row.save(update_fields=["replaced"])
    return row


def _wrong(day: str, kinds: Mapping[str, str]) -> str:
    rules = (
        (not day, _("Say which column holds the day.")),
        (not kinds, _("Say of at least one column what it holds.")),
        (len(kinds) > MOST_SERIES, _("At most %(n)s columns at once.") % {"n": MOST_SERIES}),
        (any(len(name) > LONGEST_NAME for name in kinds), _("A column has a name that is too long.")),
        (bool(set(kinds) & set(FIXED)), _("A column bears a name that the panel itself has: week, tone.")),
    )
    return next((words for wrong, words in rules if wrong), "")


def _replace(series: MarketingSeries, weeks: Mapping[date, float], row: MarketingImport) -> list[list[object]]:
    old = MarketingWeek.objects.filter(series=series, week__in=list(weeks))
    replaced: list[list[object]] = [[series.pk, one.week.isoformat(), one.amount, one.brought_id] for one in old]
    old.delete()
    made = (MarketingWeek(series=series, week=week, amount=amount, brought=row) for week, amount in weeks.items())
    MarketingWeek.objects.bulk_create(made)
    return replaced


def newest() -> MarketingImport | None:
    """The one that can be taken back."""
    return MarketingImport.objects.filter(undone_at=None).first()


def take_back(row: MarketingImport, *, actor: User, now: datetime) -> MarketingImport | Refused:
    """As it was before this table came; only the newest can be taken back, for later ones stand on it."""
    if no := refusal(actor, "measure"):
        return no
    with recorded("marketing.taken_back", actor, target=row) as entry:
        if row != newest():
            return entry.refuse(_("Only the newest table can be taken back."))
        row.weeks.all().delete()
        MarketingWeek.objects.bulk_create(
            MarketingWeek(series_id=series, week=date.fromisoformat(week), amount=amount, brought_id=brought)
            for series, week, amount, brought in row.replaced
        )
        MarketingSeries.objects.filter(weeks=None).delete()
        row.undone_at = now
        row.save(update_fields=["undone_at"])
    return row


# -- the panel -------------------------------------------------------------------------------------------------------


def line() -> Line | None:
    """Whose tone stands in it: everything that is said about us."""
    return Line.objects.filter(brief=None, channel=None, closed_at=None).order_by("position", "pk").first()


def _weeks(today: date) -> Iterable[Figure]:
    of = line()
    return Figure.objects.filter(line=of, period="week", current=True, end__lt=today) if of else ()


def tone_intervals(today: date) -> dict[date, Triple]:
    """Net tone of each week that is over, with the interval that the course tells."""
    return {row.start: found for row in _weeks(today) if (found := value(row, "net", people=False))}


def tone_weeks(today: date) -> dict[date, Week]:
    """Net tone of each week that is over, with its standard error and how much was heard."""
    found = {}
    for row in _weeks(today):
        variance = row.made.get("variance")
        if row.net is None or variance is None:
            found[row.start] = Week(None, None, row.weight)
        else:
            found[row.start] = Week(row.net[0], math.sqrt(variance), row.weight)
    return found


def whole_panel(today: date) -> list[PanelRow]:
    """One row a week, as `core.measure.panel` has it: week, tone, tone_se, coverage, then the series by name."""
    columns: dict[str, dict[date, float]] = {}
    for name, week, amount in MarketingWeek.objects.order_by().values_list("series__name", "week", "amount"):
        columns.setdefault(name, {})[week] = amount
    return panel(tone_weeks(today), columns)


def headed() -> Iterator[tuple[str, str]]:
    """(name in the panel, name in files): what marketing-mix tools are told which columns are media by."""
    yield from ((name, name) for name in FIXED)
    for name, kind in MarketingSeries.objects.order_by("name").values_list("name", "kind"):
        yield name, f"{kind}_{name}"


def exported(today: date) -> list[PanelRow]:
    """The panel with columns that say what they are: `spend_search`, `outcome_bookings`. Gaps are empty."""
    names = list(headed())
    return [{to: row.get(name) for name, to in names} for row in whole_panel(today)]


# -- an effect -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """A week that tells nothing of a column: nobody knows, or of its tone `heard` is too little for a verdict."""

    week: date
    name: str
    heard: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What an action changed, and the weeks that tell: what was, and from place `first` on what would have been.

    weeks   hang together around the action without a gap; none where its own week is one, or lies outside of the panel
    gaps    what ends them on either side, if not the panel itself
    needed  weeks before the action without which nobody can say
    """

    effect: Effect | NotEnough
    weeks: Sequence[date]
    values: Sequence[float]
    first: int
    gaps: Sequence[Gap]
    needed: int


def effect_of(day: date, what: str, controls: Sequence[str], *, today: date, steps: int | None = None) -> Found:
    """What an action on that day changed of a column, told by columns that it did not touch.

    The week of the action is the first that it could touch.
    """
    table, names = whole_panel(today), [what, *controls]
    gaps = [_gap(row, names) for row in table]
    at = next((n for n, row in enumerate(table) if row["week"] == monday(day)), len(table))
    used = stretch([gap is None for gap in gaps], at)
    values = np.array([table[n][what] for n in used], dtype=np.float64)
    beside = np.array([[table[n][name] for name in controls] for n in used], dtype=np.float64)
    ends = (used.start - 1, used.stop) if used else (at,)
    return Found(
        effect(values, beside.reshape(len(used), len(controls)), at - used.start, steps=steps),
        [table[n]["week"] for n in used],  # type: ignore[misc]
        values.tolist(),
        at - used.start,
        [gap for n in ends if 0 <= n < len(table) and (gap := gaps[n])],
        least_before(len(controls), max(min(steps or len(used), used.stop - at), 1)),
    )


def _gap(row: PanelRow, names: Sequence[str]) -> Gap | None:
    week, heard = row["week"], row["coverage"] or 0.0
    for name in names:
        if row.get(name) is None:
            return Gap(week, name)  # type: ignore[arg-type]
        if name == TONE and heard < NEEDLE:  # type: ignore[operator]
            return Gap(week, name, heard)  # type: ignore[arg-type]
    return None
