"""The people who write: most of them once, some of them again and again, a few from two places."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from rapport.core.types import Author
from rapport.sample.texts import names

RETURNING = 0.42  # share of conversations that somebody known begins
ELSEWHERE = 0.05  # share of the newcomers to a channel whom we know from another one
MANNERS = ("plain", "terse", "rambling", "polite", "lower", "shouting", "emoji", "hasty", "tagging")
MANNER_WEIGHTS = (26, 16, 14, 12, 9, 4, 9, 6, 6)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a dog, a child, a home town and a manner of writing. `accounts`: by slug of the channel."""

    language: str
    first: str
    last: str
    town: str
    dog: str
    age: int
    manner: str
    accounts: dict[str, Author] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(slots=True)
class Population:
    """Whoever has written often is likelier to write again, so a few regulars stand before a long tail."""

    rng: Random
    everybody: dict[str, list[Person]] = field(default_factory=dict)
    visits: dict[tuple[str, str], list[Person]] = field(default_factory=dict)
    born: int = 0

    def somebody(self, language: str, channel: str) -> tuple[Person, Author]:
        visits = self.visits.setdefault((language, channel), [])
        if visits and self.rng.random() < RETURNING:
            person = self.rng.choice(visits)
        else:
            person = self._newcomer(language, channel)
        visits.append(person)
        return person, person.accounts[channel]

    def persons(self) -> tuple[tuple[Author, ...], ...]:
        """The accounts of everybody who holds more than one."""
        known = (person for people in self.everybody.values() for person in people)
        return tuple(tuple(person.accounts.values()) for person in known if len(person.accounts) > 1)

    def _newcomer(self, language: str, channel: str) -> Person:
        people = self.everybody.setdefault(language, [])
        if people and self.rng.random() < ELSEWHERE:
            person = self.rng.choice(people)
        else:
            person = self._born(language)
            people.append(person)
        if channel not in person.accounts:
            person.accounts[channel] = self._account(person, channel)
        return person

    def _born(self, language: str) -> Person:
        return Person(
            language=language,
            first=_pick(self.rng, names.FIRST[language]),
            last=_pick(self.rng, names.LAST[language]),
            town=_pick(self.rng, names.TOWNS[language]),
            dog=_pick(self.rng, names.DOGS),
            age=self.rng.randint(4, 11),
            manner=self.rng.choices(MANNERS, MANNER_WEIGHTS)[0],
        )

    def _account(self, person: Person, channel: str) -> Author:
        self.born += 1
        return ACCOUNTS[channel](self.rng, person, self.born)


def _pick(rng: Random, words: str) -> str:
    return rng.choice(words.split())


def plain(text: str) -> str:
    """Lower-case ASCII letters and digits, for handles and addresses.

    >>> plain("Søren Østergaard")
    'sorenostergaard'
    """
    text = text.lower().replace("ø", "o").replace("ß", "ss").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii() and c.isalnum())


def handle(rng: Random, person: Person) -> str:
    first, last = plain(person.first), plain(person.last)
    forms = (
        f"{first}{last}",
        f"{first}-{last}",
        f"{first[0]}{last}",
        f"{last}{rng.randint(52, 99)}",
        f"{first}{rng.randint(1, 999)}",
        f"{first}-from-{plain(person.town)}",
        f"{plain(person.dog)}-and-{first}",
        f"{first}atsea",
        f"the-{last}s",
    )
    return rng.choice(forms)


def token(rng: Random, alphabet: str, length: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(length))


BASE32 = "234567abcdefghijklmnopqrstuvwxyz"


def _bluesky(rng: Random, person: Person, number: int) -> Author:
    name = f"{handle(rng, person)}-{number}.sky.example"
    shown = person.name if rng.random() < 0.7 else person.first
    return Author("bluesky", f"did:plc:{token(rng, BASE32, 24)}", name, shown, f"https://bsky.example/profile/{name}")


def _mastodon(rng: Random, person: Person, number: int) -> Author:
    name, host = handle(rng, person).replace("-", "_"), rng.choice(("harbour", "deich", "quai", "tide"))
    own = "" if host == "harbour" else f"@{host}.example"
    shown = person.name if rng.random() < 0.6 else person.first
    return Author(
        "mastodon", f"1093{number:014d}", f"{name}{number}{own}", shown, f"https://{host}.example/@{name}{number}"
    )


def _mail(rng: Random, person: Person, number: int) -> Author:
    address = f"{plain(person.first)}.{plain(person.last)}{number}@{_pick(rng, names.HOSTS)}"
    return Author("files", address, address, person.name)


def _nickname(rng: Random, person: Person, number: int) -> Author:
    shown = rng.choice((person.first, f"{person.first} {person.last[0]}.", handle(rng, person), person.name))
    return Author("files", f"reviewer-{number}", shown, shown)


ACCOUNTS = {
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "contact": _mail,
    "crossings": _nickname,
    "apps": _nickname,
}

_PAPERS: Mapping[str, Sequence[tuple[str, str]]] = {
    "en": (("herald", "The Harrowmouth Herald"), ("crossing", "Crossing Times")),
    "de": (("bote", "Nordersieler Bote"),),
    "fr": (("depeche", "La Dépêche d'Aubray"),),
    "es": (("faro", "El Faro de Valmar"),),
    "da": (("tidende", "Klitsund Tidende"),),
}


def paper(rng: Random, language: str) -> Author:
    """The account of a local paper."""
    slug, name = rng.choice(_PAPERS[language])
    return Author("feeds", f"https://{slug}.example/feed", f"{slug}.example", name, f"https://{slug}.example/")
