"""The facts of one voyage, in the words of one language: ship, ports, times, prices, a booking, a cabin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from rapport.sample.people import Person, plain, token
from rapport.sample.scenes import NIGHT_BOATS
from rapport.sample.texts import names

STORM = "Brannoch"
RIVALS = ("Norrvik", "Bluepier", "Galeona")


@dataclass(frozen=True, slots=True)
class Route:
    ports: tuple[str, str]
    ships: tuple[str, ...]
    departures: tuple[tuple[int, int], ...]  # hour, minute
    fare: int  # pounds or euros, with a car
    rise: int  # per cent, in the year's price rise
    overnight: bool = False


ROUTES = (
    Route(
        ("Harrowmouth", "Port-Aubray"),
        ("Kittiwake", "Fulmar"),
        ((6, 30), (10, 45), (15, 15), (18, 30), (22, 45)),
        128,
        12,
    ),
    Route(("Harrowmouth", "Puerto Valmar"), ("Sanderling",), ((17, 45), (20, 30)), 342, 14, overnight=True),
    Route(("Port-Aubray", "Puerto Valmar"), ("Sanderling",), ((19, 15), (21, 0)), 287, 11, overnight=True),
    Route(("Harrowmouth", "Nordersiel"), ("Guillemot",), ((18, 0), (20, 15)), 236, 9, overnight=True),
    Route(
        ("Nordersiel", "Klitsund"),
        ("Turnstone", "Dunlin"),
        ((7, 15), (9, 45), (12, 30), (15, 45), (18, 30), (21, 15)),
        74,
        18,
    ),
)

# How often somebody who writes in a language travels on each route.
CUSTOM: Mapping[str, tuple[float, ...]] = {
    "en": (0.55, 0.20, 0.02, 0.18, 0.05),
    "de": (0.02, 0.02, 0.02, 0.42, 0.52),
    "fr": (0.72, 0.05, 0.22, 0.01, 0.0),
    "es": (0.03, 0.60, 0.37, 0.0, 0.0),
    "da": (0.0, 0.0, 0.0, 0.18, 0.82),
}
KRONER = 7.5  # Danish prices are in kroner

DEVICES = ("iPhone 13", "iPhone 15", "Pixel 7", "Pixel 8a", "Galaxy S22", "Galaxy A54", "Fairphone 5", "iPhone SE")
COINS = ("TideCoin", "SeaToken", "Anchorium", "Moonbit")
JUNK = ("rank-now", "fastgrow", "coin-tide", "verify-page", "bestmedia", "goldlead", "clickharbour")
CARDS = ("4111 1111 1111 1111", "5555 5555 5555 4444", "4242 4242 4242 4242", "3782 822463 10005")
IBANS = ("GB33 BUKB 2020 1555 5555 55", "DE89 3704 0044 0532 0130 00", "FR14 2004 1010 0505 0001 3M02 606")


def voyage(rng: Random, person: Person, at: datetime, topic: str, words: Mapping[str, str]) -> dict[str, str]:
    """Draw the facts that a text about `topic`, written `at`, may mention."""
    route = _route(rng, person.language, topic)
    start, end = rng.sample(route.ports, 2)
    fare = round(route.fare * rng.uniform(0.7, 1.5))
    trip = at - timedelta(days=rng.choice((0, 0, 0, 1, 1, 1, 2, 3, 4, 5)))
    ahead = at + timedelta(days=rng.choice((3, 4, 5, 6, 7, 9, 12, 15, 19, 24, 30, 41, 55)))
    months = words["months"].split()
    month = (
        at.month - 1 if topic in ("chatter", "news") else (at.month - 1 + rng.choice((-4, -3, -2, -1, 1, 2, 3))) % 12
    )
    hour, minute = rng.choice(route.departures)
    return {
        "ship": rng.choice(route.ships),
        "from": start,
        "to": end,
        "from_tag": start.replace("-", "").replace(" ", ""),
        "to_tag": end.replace("-", "").replace(" ", ""),
        "time": words["clock"].format(hour=hour, minute=minute),
        "ref": token(rng, "ABCDEFGHJKLMNPRSTUVWXYZ", 2) + token(rng, "23456789", 5),
        "mins": str(rng.randint(25, 95)),
        "hours": str(rng.randint(2, 5)),
        "weeks": str(rng.randint(3, 9)),
        "pct": str(route.rise),
        "num": str(rng.randint(12, 60)),
        "deck": str(rng.randint(5, 8)),
        "cabin": str(rng.randint(5, 8) * 1000 + rng.randint(101, 248)),
        "gust": str(rng.randint(98, 141)),
        "since": str(at.year - rng.randint(4, 48)),
        "last4": token(rng, "0123456789", 4),
        "age": str(person.age),
        "dog": person.dog,
        "name": person.first,
        "me": person.name,
        "town": person.town,
        "rival": rng.choice(RIVALS),
        "device": rng.choice(DEVICES),
        "version": f"{rng.randint(4, 5)}.{rng.randint(0, 14)}.{rng.randint(0, 3)}",
        "storm": words["storm"].format(name=STORM),
        "month": months[month],
        "weekday": words["weekdays"].split()[trip.weekday()],
        "season": words["seasons"].split()[at.month % 12 // 3],
        "day": _past(rng, at, trip, words),
        "when": _future(rng, at, ahead, words),
        "date": _date(ahead, words),
        "photo": f"https://photos.example/{token(rng, 'abcdefghkmnpqrstuvwxyz23456789', 7)}",
        "trailer": token(rng, "ABDGHKLNRT", 2) + "-" + token(rng, "0123456789", 4),
        "coin": rng.choice(COINS),
        "junk": rng.choice(JUNK),
        "code": token(rng, "abcdefghkmnpqrstuvwxyz23456789", 6),
        "mentor": _name(rng, person.language),
        "email": f"{plain(person.first)}.{plain(person.last)}@{rng.choice(names.HOSTS.split())}",
        "phone": f"+44 7700 900{rng.randint(100, 999)}",
        "card": rng.choice(CARDS),
        "iban": rng.choice(IBANS),
        **{name: _money(amount, person.language, words) for name, amount in _prices(rng, route, fare)},
    }


def _route(rng: Random, language: str, topic: str) -> Route:
    shares = CUSTOM[language]
    if topic in NIGHT_BOATS:
        shares = tuple(share * route.overnight for share, route in zip(shares, ROUTES))
    return rng.choices(ROUTES, shares)[0]


def _prices(rng: Random, route: Route, fare: int) -> tuple[tuple[str, int], ...]:
    return (
        ("price", fare),
        ("price2", round(fare / (1 + route.rise / 100))),
        ("fee", rng.randint(4, 19)),
        ("snack", rng.randint(11, 24)),
        ("big", route.fare * 6),
    )


def _money(amount: int, language: str, words: Mapping[str, str]) -> str:
    return words["money"].format(amount=round(amount * KRONER) if language == "da" else amount)


def _name(rng: Random, language: str) -> str:
    return f"{rng.choice(names.FIRST[language].split())} {rng.choice(names.LAST[language].split())}"


def _date(day: datetime, words: Mapping[str, str]) -> str:
    return words["date"].format(number=day.day, month=words["months"].split()[day.month - 1])


def _past(rng: Random, at: datetime, trip: datetime, words: Mapping[str, str]) -> str:
    days = (at.date() - trip.date()).days
    if days == 0:
        return words["today"].split("|")[min(max(at.hour - 6, 0) // 6, 2)]
    if days == 1:
        return rng.choice(words["yesterday"].split("|"))
    return words["past"].format(weekday=words["weekdays"].split()[trip.weekday()])


def _future(rng: Random, at: datetime, day: datetime, words: Mapping[str, str]) -> str:
    weekday, date = words["future"].split("|")
    if day - at < timedelta(days=8) and rng.random() < 0.7:
        return weekday.format(weekday=words["weekdays"].split()[day.weekday()])
    return date.format(date=_date(day, words))
