"""What the people of the benchmark say: sentences in five languages, with names and numbers that seldom return.

The texts are not meant to be read one after the other. They are meant to cost what real ones cost: as long as posts
are (about a hundred characters), a few words in all of them, and a long tail of words that hardly anybody uses.
"""

from __future__ import annotations

from itertools import product
from random import Random

# What is said to us; `{place}`, `{number}`, `{word}`, `{day}` are filled in.
TO_US = {
    "en": (
        "The boat from {place} left {number} minutes late and nobody told us why.",
        "Where do I find my booking {number}? The site only says {word}.",
        "Thank you to the crew of the {place}, my mother felt {word} looked after.",
        "I want my money back for {day}, this is the third time that {place} is cancelled.",
        "Is there room for a van of {number} centimetres on the night boat to {place}?",
        "Lost a {word} suitcase at {place} on {day}, is there an office that I can call?",
        "Your app crashes when I pay for {place}, the error says {word} {number}.",
        "Are you hiring deckhands in {place} this {day}? I have {number} months at sea.",
        "A discount for schools would be a good idea, we are {number} children from {place}.",
        "The price to {place} went up by {number} percent and the coffee is still {word}.",
        "We waited on {day} at the quay of {place}, no bus came, no one answered.",
        "Lovely crossing to {place} on {day}, calm sea and a {word} breakfast.",
    ),
    "de": (
        "Die Fähre nach {place} kam {number} Minuten zu spät, warum sagt niemand etwas?",
        "Ich finde meine Buchung {number} nicht, die Seite zeigt nur {word}.",
        "Vielen Dank an die Mannschaft der {place}, sehr freundlich am {day}.",
        "Ich möchte mein Geld zurück, {place} ist am {day} wieder ausgefallen.",
        "Gibt es auf dem Schiff nach {place} Platz für {number} Fahrräder?",
        "Mein Koffer ist seit {day} in {place} verschwunden, bitte um Hilfe.",
    ),
    "fr": (
        "Le bateau de {place} avait {number} minutes de retard et personne ne nous a prévenus.",
        "Où est ma réservation {number} ? Le site affiche seulement {word}.",
        "Merci à l'équipage du {place}, un accueil très chaleureux {day}.",
        "Je veux être remboursé, la traversée de {place} est encore annulée {day}.",
    ),
    "es": (
        "El barco de {place} salió con {number} minutos de retraso y nadie dijo nada.",
        "¿Dónde está mi reserva {number}? La página solo muestra {word}.",
        "Gracias a la tripulación del {place}, muy amables el {day}.",
        "Quiero que me devuelvan el dinero, {place} fue cancelado otra vez el {day}.",
    ),
    "da": (
        "Færgen til {place} var {number} minutter forsinket, og ingen sagde noget.",
        "Hvor er min reservation {number}? Siden viser kun {word}.",
        "Tak til besætningen på {place}, en rigtig god tur {day}.",
    ),
}

# What is said about others and about the sea: heard, measured, answered by nobody.
ABOUT = (
    "Sailed with Blueline to {place} on {day}, {number} minutes late as ever and {word}.",
    "Blueline adds a ship to {place}, the {word} of {number} cabins.",
    "Storm warning for {place} on {day}: gusts of {number} knots, {word} seas.",
    "Reading about #shipping and fuel: {number} tons a day to {place}, {word}.",
)

OURS = (
    "Thank you for telling us. We looked at {number} and it leaves {place} on {day}.",
    "We are sorry about {place}. Your money is on its way, with the number {number}.",
    "Yes, that fits. Please be at the quay in {place} on {day}, {number} minutes before.",
    "Could you send us the number of your booking? Then we ask in {place} at once.",
)

TAILS = (
    "", "", "", " Please answer by {day}.", " The reference is {word}-{number}.", " I told {word} about it twice.",
    " See https://example.org/{word}/{number} for a picture.", " @nordferry #{word}", " 😡", " 😀 {word} {word}",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Friday", "Sunday", "1 May", "12 June", "24 July", "last week", "this morning")
LANGUAGES = tuple(TO_US)
SPOKEN = (0.60, 0.15, 0.10, 0.10, 0.05)

_SYLLABLES = (
    "ka",
    "len",
    "mo",
    "rin",
    "sta",
    "vei",
    "hol",
    "du",
    "bry",
    "sun",
    "nor",
    "ost",
    "ega",
    "fjel",
    "ti",
    "ar",
)
PLACES = tuple(f"{a}{b}{c}".title() for a, b, c in product(_SYLLABLES, _SYLLABLES[:8], ("by", "havn", "vik")))
WORDS = tuple("".join(parts) for parts in product(_SYLLABLES, repeat=3))


def said(chance: Random, language: str) -> str:
    return _filled(chance.choice(TO_US[language]) + chance.choice(TAILS), chance)


def about(chance: Random) -> str:
    return _filled(chance.choice(ABOUT) + chance.choice(TAILS), chance)


def ours(chance: Random) -> str:
    return _filled(chance.choice(OURS), chance)


def name(number: int) -> str:
    """Always the same for the same number."""
    chance = Random(number)
    return f"{_seldom(chance, WORDS).title()} {_seldom(chance, PLACES)}"


def _filled(sentence: str, chance: Random) -> str:
    return sentence.format(
        place=_seldom(chance, PLACES),
        word=_seldom(chance, WORDS),
        number=chance.randint(2, 99_999),
        day=chance.choice(DAYS),
    )


def _seldom(chance: Random, words: tuple[str, ...]) -> str:
    """The first ones often, the last ones hardly ever."""
    return words[int(len(words) * chance.random() ** 3)]
