"""When things happen: the year, the week and the day of a ferry operator, its working hours, what goes wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from rapport.sample.cast import ORGANISATION
from rapport.sample.scenes import SCENES, Shares
from rapport.sample.world import Outage, Planted

ZONE = ZoneInfo(ORGANISATION.time_zone)
YEAR = timedelta(days=365)

# -- chance ----------------------------------------------------------------------------------------------------------

SHAPE = 9.0  # of the gamma that a day's rate is multiplied with: counts are negative binomial, variance n + n²/9


def poisson(rng: Random, mean: float) -> int:
    """Count the arrivals of one unit of time; a large mean is cut up so that exp() stays above zero."""
    count = 0
    while mean > 0:
        part = min(mean, 200.0)
        mean -= part
        limit, product = math.exp(-part), rng.random()
        while product > limit:
            count += 1
            product *= rng.random()
    return count


def overdispersed(rng: Random, mean: float) -> int:
    return poisson(rng, mean * rng.gammavariate(SHAPE, 1 / SHAPE))


# -- the year, the week, the day -------------------------------------------------------------------------------------

_MONTHS = (0.72, 0.74, 0.82, 1.05, 1.06, 1.14, 1.52, 1.62, 1.02, 0.92, 0.66, 0.82)
_WEEKDAYS = (1.04, 0.88, 0.86, 0.92, 1.10, 1.14, 1.06)
_HOURS = {
    "social": (1, 1, 0, 0, 1, 2, 5, 9, 9, 7, 6, 6, 8, 7, 6, 6, 7, 9, 10, 11, 12, 11, 7, 3),
    "letters": (0, 0, 0, 0, 0, 1, 3, 6, 9, 11, 11, 9, 8, 8, 9, 9, 8, 7, 6, 7, 8, 6, 3, 1),
}
_LETTERS = ("contact", "news")


def season(day: date) -> float:
    """How busy a day is against the average one: summer, the turn of the year, weekends."""
    middle = _MONTHS[day.month - 1]
    toward = _MONTHS[(day.month - 2 if day.day < 15 else day.month) % 12]
    level = middle + (toward - middle) * abs(day.day - 15) / 30
    if (day.month, day.day) >= (12, 19) or (day.month, day.day) <= (1, 3):
        level *= 1.45
    return level * _WEEKDAYS[day.weekday()]


def moment(rng: Random, day: date, channel: str) -> datetime:
    """A time on that day (in the operator's zone) at which people write there."""
    weights = _HOURS["letters" if channel in _LETTERS else "social"]
    hour = rng.choices(range(24), weights)[0]
    local = datetime.combine(day, time(hour), ZONE)
    return (local + timedelta(seconds=rng.uniform(0, 3600))).astimezone(UTC).replace(microsecond=0)


def awake(rng: Random, at: datetime) -> datetime:
    """Put off what would fall into the night until the morning."""
    local = at.astimezone(ZONE)
    if 6 <= local.hour <= 23:
        return at
    morning = local.replace(hour=7, minute=0, second=0, microsecond=0)
    return (morning + timedelta(minutes=rng.uniform(0, 150))).astimezone(UTC).replace(microsecond=0)


# -- working hours ---------------------------------------------------------------------------------------------------

_OFFICE = ((9, 17),) * 5 + ((0, 0),) * 2
_HOURS_OF: Mapping[str, tuple[tuple[int, int], ...]] = {
    "logistics": ((6, 22),) * 7,
    "service": ((8, 20),) * 5 + ((9, 17),) * 2,
    "hub": ((8, 19),) * 5 + ((10, 16),) * 2,
    "product": _OFFICE,
    "sales": _OFFICE,
    "people": _OFFICE,
    "marketing": _OFFICE,
}


def worked(at: datetime, minutes: float, team: str) -> datetime:
    """The moment at which a team has worked that many minutes since `at`.

    >>> worked(datetime(2026, 1, 9, 16, 30, tzinfo=UTC), 60, "sales")  # a Friday, half an hour before they leave
    datetime.datetime(2026, 1, 12, 9, 30, tzinfo=datetime.timezone.utc)
    """
    local, left = at.astimezone(ZONE), timedelta(minutes=minutes)
    while True:
        opens, closes = _HOURS_OF[team][local.weekday()]
        start = max(local, local.replace(hour=opens, minute=0, second=0, microsecond=0))
        end = local.replace(hour=closes, minute=0, second=0, microsecond=0)
        if start + left <= end and closes > opens:
            return (start + left).astimezone(UTC).replace(microsecond=0)
        left -= max(end - start, timedelta())
        local = datetime.combine(local.date() + timedelta(days=1), time(), ZONE)


# -- what goes wrong -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planted, and how a day's scenes and tones follow. `events`: by slug; none in an ordinary year."""

    events: Mapping[str, Planted]
    outages: tuple[Outage, ...]

    def since(self, slug: str, at: datetime) -> float:
        """Days since an event began; negative before it, minus infinity when it never does."""
        event = self.events.get(slug)
        return (at - event.start) / timedelta(days=1) if event else -math.inf

    def during(self, slug: str, at: datetime) -> bool:
        event = self.events.get(slug)
        return event is not None and event.start <= at < event.end

    def stormy(self, at: datetime) -> bool:
        """The storm is in the news and in people's minds."""
        return -1 <= self.since("storm", at) <= 17

    def recovered(self, at: datetime) -> float:
        """How far the tone has come back since it began to mend, between 0 and 1."""
        event = self.events.get("mending")
        return min(max((at - event.start) / (event.end - event.start), 0.0), 1.0) if event else 0.0

    def weights(self, at: datetime) -> dict[str, float]:
        """How often a conversation begins with each scene."""
        weights = {topic: scene.weight for topic, scene in SCENES.items()}
        if (days := self.since("price", at)) >= 0:
            weights["pricey"] = (40.0 + 50.0 * math.exp(-days / 9)) * (1 - 0.9 * self.recovered(at))
            weights["fares"] *= 1.5
            for topic, scene in SCENES.items():
                if scene.kind == "praise":
                    weights[topic] *= 0.7 + 0.7 * self.recovered(at)
                elif scene.kind == "complaint" and topic != "pricey":
                    weights[topic] *= 1 - 0.3 * self.recovered(at)
        if self.during("app", at):
            fading = math.exp(-self.since("app", at) / 12)
            weights |= {topic: weights[topic] * (1 + more * fading) for topic, more in _RELEASED.items()}
        if self.during("hiring", at):
            weights["work"] *= 8
        if self.during("rival", at):
            weights["rivaltalk"] *= 9
        since = self.since("storm", at)
        if -1.2 <= since < 0:
            weights |= {"stormwait": 120.0}
        elif 0 <= since < 3:
            weights |= {"stormwait": 50.0, "cancelled": 400.0 * 0.55**since, "status": 25.0, "hotline": 30.0}
        elif 3 <= since < 20:
            weights |= {"refund": 14.0, "hotline": 8.0, "helped": 5.0, "cancelled": 30.0 * 0.6 ** (since - 3)}
        return weights

    def tones(self, topic: str, at: datetime) -> Shares:
        """The shares of the tones of a scene at that time: since the price rise people are crosser about everything."""
        negative, neutral, positive = SCENES[topic].tones
        if self.since("price", at) < 0 or 1.0 in (negative, positive) or negative == 0:
            return negative, neutral, positive
        left = 1 - self.recovered(at)
        negative, positive = min(negative * (1 + left), 0.9), positive * (1 - 0.4 * left)
        return negative, 1.0 - negative - positive, positive


_RELEASED = {"crash": 5.0, "login": 5.0, "pay": 4.0, "pass": 4.0, "idea_app": 9.0, "app_nice": 7.0}
"""What people speak of when the new app is out: how much more often at first."""


@dataclass(frozen=True, slots=True)
class _Event:
    """When and how long something is planted: `least` to `most` days before the end, beginning at an hour in UTC.

    days   how long; to the end of the story when None
    """

    slug: str
    least: int
    most: int
    hour: int
    days: int | None
    what: str
    channels: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


_EVENTS = (
    _Event("storm", 58, 72, 5, 3, "Storm Brannoch: sailings cancelled for three days, a night on the floor of the "
           "terminal.", teams=("logistics", "service")),
    _Event("price", 135, 160, 9, None, "Fares rise and the ten-trip card goes: a burst of anger, and a cooler tone "
           "ever since.", teams=("sales",)),
    _Event("silence", 225, 250, 14, 21, "Mastodon delivers nothing for three weeks; what was said there never "
           "arrives.", channels=("mastodon",)),
    _Event("campaign", 268, 284, 8, 3, "A campaign: a hundred accounts post the same words about fuel on three "
           "days.", channels=("bluesky",)),
    _Event("reader", 186, 194, 0, None, "The reader of tone changes without saying so: until then it called too much "
           "positive. Nobody's tone changes."),
    _Event("mending", 94, 100, 0, None, "Somebody listens: fewer grumbles about the fares, more praise, week by week "
           "until the end.", teams=("service", "marketing")),
    _Event("app", 110, 118, 7, 35, "A new booking app: ideas, and things that do not work yet.", ("apps",),
           ("product",)),
    _Event("hiring", 36, 44, 7, 14, "A hiring drive: people ask for work on board and ashore.", teams=("people",)),
    _Event("rival", 16, 24, 7, 8, "Norrvik Seaways opens a route; people compare.", teams=("marketing",)),
)  # fmt: skip


def plan(rng: Random, until: datetime, *, planted: bool = True) -> Plan:
    """Place the events in the year that ends at `until`; without them, only what breaks now and then."""

    def ago(least: int, most: int, hour: int) -> datetime:
        day = until.astimezone(UTC) - timedelta(days=rng.randint(least, most))
        return day.replace(hour=hour, minute=0, second=0, microsecond=0)

    events: dict[str, Planted] = {}
    for one in _EVENTS if planted else ():
        start = ago(one.least, one.most, one.hour)
        end = until if one.days is None else start + timedelta(days=one.days)
        events[one.slug] = Planted(one.slug, start, end, one.what, one.channels, one.teams)
    outages = [_silent(events["silence"])] if planted else []
    for channel, least, most, hour, hours, cause in _GAPS:
        start = ago(least, most, hour)
        outages.append(Outage(channel, start, start + timedelta(hours=hours), cause, recovered=True))
    return Plan(events, tuple(sorted(outages, key=lambda outage: outage.start)))


def _silent(event: Planted) -> Outage:
    cause = "The sign-in lapsed when the instance moved, and no error was shown."
    return Outage("mastodon", event.start, event.end, cause, recovered=False)


_GAPS = (
    ("bluesky", 295, 330, 3, 2, "The platform answered with errors (503)."),
    ("news", 180, 200, 6, 70, "One of the five papers moved its feed; found by redirect."),
    ("contact", 95, 112, 16, 26, "The mail server's certificate had run out."),
    ("bluesky", 20, 28, 18, 5, "The app password was revoked by mistake and renewed."),
    ("crossings", 9, 11, 5, 47, "The export of the review site came with a new column."),
)
