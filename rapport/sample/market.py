"""What the sample's organisation spends on other marketing and what it sells: a table as its agency would send it.

Bookings follow the season, what was spent on searches at once and on radio for some weeks, and fall by a tenth when
fares rise and by a half while no ship sails. A partner on the same sea sells as the season and the storm let it, and
knows nothing of our fares: whoever asks what the fares did has something to compare with. No code of the product may
ask for any of this.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random

from rapport.sample.world import Planted

WEEK = timedelta(days=7)
BOOKED, PARTNER = 4_000.0, 2_600.0  # a week in spring and autumn, without any advertisement
SEASON, HIGH = 0.35, 28  # bookings above and below the mean, and the week of the year in which they are highest
SEARCH, RADIO, POSTERS = 2_400.0, 5_200.0, 1_500.0  # a week, in the organisation's money
KEPT = 0.6  # of what radio did, a week later
DAY = "week"
KINDS = {
    "search ads": "spend",
    "radio": "spend",
    "posters": "spend",
    "bookings": "outcome",
    "partner bookings": "outcome",
}
"""Which column holds the day, and what the others hold."""


def table(start: datetime, until: datetime, events: Mapping[str, Planted], seed: int) -> str:
    """CSV, one row a week that is over, from a year before `start` on; radio runs four weeks of each twelve."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([DAY, *KINDS])
    writer.writerows(_rows(start, until, events, Random(f"{seed} market")))
    return out.getvalue()


def _rows(start: datetime, until: datetime, events: Mapping[str, Planted], rng: Random) -> Iterator[tuple[object, ...]]:
    first, heard, n = start.date() - 52 * WEEK, 0.0, 0
    monday = first + timedelta(days=-first.weekday() % 7)
    while monday + WEEK <= until.date():
        search = round(SEARCH * rng.uniform(0.6, 1.4), 2)
        radio = round(RADIO * rng.uniform(0.85, 1.15), 2) if n % 12 < 4 else 0.0
        posters = round(POSTERS * rng.uniform(0.9, 1.1), 2)
        heard = KEPT * heard + radio / RADIO
        moved = 1 + 0.10 * math.sqrt(search / SEARCH) + 0.06 * heard
        season = _season(monday) * _storm(monday, events)
        sold = BOOKED * season * moved * _fares(monday, events) * rng.gauss(1, 0.02)
        yield monday.isoformat(), search, radio, posters, round(sold), round(PARTNER * season * rng.gauss(1, 0.02))
        monday, n = monday + WEEK, n + 1


def _season(monday: date) -> float:
    return 1 + SEASON * math.cos(2 * math.pi * (monday.isocalendar().week - HIGH) / 52)


def _storm(monday: date, events: Mapping[str, Planted]) -> float:
    storm = events.get("storm")
    return 0.5 if storm and storm.start < _midnight(monday + WEEK) and _midnight(monday) < storm.end else 1.0


def _fares(monday: date, events: Mapping[str, Planted]) -> float:
    price = events.get("price")
    return 0.9 if price and price.start < _midnight(monday + WEEK) else 1.0


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
