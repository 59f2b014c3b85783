"""Postal addresses: a street with its house number, a post box, and the lines that follow them.

A street is known by its word for street, as English, German, French, Spanish, Italian, Portuguese, Dutch, the Nordic
languages and some others form it ("12 Baker Street", "Hauptstr. 12", "12 rue de la Paix", "Via Roma 3"), or by the
words before it ("my address is ..."). The name has to begin with a capital, so that "two hours on the road" is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

_NUMBER = r"\d{1,5}(?:[-/]\d{1,4})?(?: ?[A-Za-z](?![\w'’]))?"
_NAME = r"(?:[^\W\d_][\w'’.-]{0,30}|\d{1,3}(?:st|nd|rd|th))"
_CAPITAL = r"(?:(?=[^\W_])[A-ZÀ-ÖØ-ÞŠŽĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŤÚŮÝΑ-ΩΆ-ΏА-Я][\w'’.-]{0,30}|\d{1,3}(?:st|nd|rd|th))"
_AFTER_EN = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq|Terrace|Crescent|Cres"
    "|Close|Way|Gardens|Grove|Highway|Hwy|Parkway|Pkwy|Circle|Cir|Trail|Row|Mews|Quay|Turnpike|Alley|Walk|Esplanade"
)
_SUFFIX = (
    r"stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|damm|ufer|lände|chaussee|straat|laan|plein|gracht|steenweg|dijk"
    r"|singel|gatan|gata|[a-hj-zæøå]gade|gaten|vej|veien|vegen|vägen|väg|vænget|vangen|stien|katu|kuja|torget|brinken"
)
_WORD = r"Straße|Strasse|Str\.|Weg|Allee|út|tér|u\."
_BEFORE = (
    r"[Rr]ue|[Aa]v(?:enue|enida|da|\.)|[Bb]oulevard|[Bb]d\.?|[Pp]lace|[Cc]hemin|[Aa]llée|[Ii]mpasse|[Qq]uai|[Rr]oute"
    r"|Via|V\.le|Viale|Piazza|Corso|Vicolo|Largo|Strada|[Cc]alle|C/|[Pp]laza|[Pp]aseo|[Cc]amino|[Cc]arretera|[Rr]onda"
    r"|[Rr]ua|[Tt]ravessa|[Pp]raça|[Aa]lameda|[Ee]strada|[Uu]l\.|[Uu]lica|[Aa]l\."
)
_LINKING = (
    r"(?:(?:de|du|des|del|della|delle|dei|degli|di|da|do|dos|das|la|le|les|las|los|el|l'|d'|dell'|e|y|et) ?){0,3}"
)
_STREETS = (
    re.compile(rf"\b(?:\d{{1,5}} )?{_NUMBER},? (?:{_CAPITAL} ){{1,4}}(?i:{_AFTER_EN})\b\.?"),
    re.compile(rf"(?<![\w-])(?:{_NUMBER} )?(?:{_CAPITAL} ){{0,2}}{_CAPITAL}(?i:{_SUFFIX}) {_NUMBER}\b"),
    re.compile(rf"(?<![\w-])(?:{_NUMBER} )?(?:{_CAPITAL} ){{1,2}}(?:{_WORD}) {_NUMBER}\b"),
    re.compile(
        rf"\b{_NUMBER},? (?:bis,? |ter,? )?(?:{_BEFORE}) "
        rf"{_LINKING}{_CAPITAL}(?: {_NAME}){{0,4}}?(?: {_NUMBER})?(?![\w])"
    ),
    re.compile(
        rf"(?<![\w/])(?:{_BEFORE}) ?{_LINKING}{_CAPITAL}(?: {_LINKING}{_CAPITAL}){{0,4}},? (?:n[º°.]? ?)?{_NUMBER}\b"
    ),
)
_FLAT_WORD = r"(?:Suite|Apt|Apartment|Flat|Unit|Floor|App|Wohnung|Top|Piso)\b\.? ?#?"
_FLAT = re.compile(rf",? {{0,2}}\n? {{0,2}}(?:{_FLAT_WORD}|#)[\w-]{{1,6}}\b", re.IGNORECASE)
_BEFORE_FLAT = re.compile(
    rf"\b{_NUMBER},? (?:{_NAME} ){{0,4}}?{_NAME}\.?(?: {_NUMBER}\.?)?(?=,? {{0,2}}\n? {{0,2}}(?:{_FLAT_WORD})\d)",
    re.IGNORECASE,
)
_BOX = (
    r"(?:(?:\d{1,5} )?P\.? ?O\.? ?Box \d{1,6}|Post(?:fach|box|bus) \d[\d ]{0,8}\d|BP \d{1,6}"
    r"|Apartado(?: de correos)? \d{1,6}|Casella postale \d{1,6}|Caixa postal \d{1,6}"
    r"|(?:PSC|Unit|USS|CMR) \d{1,5},? Box \d{1,5})"
)
_BOXES = re.compile(rf"\b{_BOX}\b", re.IGNORECASE)
_POSTCODE = (
    r"(?:(?:[A-Z]{1,2}\d[A-Z\d]?|GIR) \d[ABD-HJLNP-UW-Z]{2}"  # British
    r"|[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d"  # Canadian
    r"|(?:APO|FPO|DPO) A[AEP] \d{5})"
)
_POSTCODES = re.compile(rf"(?<![\w-]){_POSTCODE}(?![\w-])")
_SAYING = (
    r"(?:address(?:es)?\b(?: (?:is|here|to|with|are|they))*|lives? at|living at|moved to|located at|"
    r"(?:deliver|send|ship|sent|shipped|delivered) (?:\w{1,10} ){0,3}to|return to|"
    r"adresse\b(?: (?:ist|lautet|est))?|anschrift\b(?: (?:ist|lautet))?|wohne?[nt]? (?:in|am)|wohnhaft|"
    r"j'habite(?: au)?|habite au|domicilié\w* au|dirección\b(?: es)?|domicilio\b(?: es)?|vivo en|"
    r"indirizzo\b(?: è)?|abito in|morada\b|endereço\b(?: é)?)[:;,]?\s{1,3}"
)
_SAID = re.compile(rf"\b{_SAYING}", re.IGNORECASE)
_AFTER_SAID = re.compile(
    rf"(?:the corner of )?{_NUMBER},? (?:\d{{1,5}} )?{_NAME}(?: {_NAME}){{0,4}}?"
    rf"(?=[,;\n]| \d|\.(?:\s|$)|$)(?: \d{{1,5}}\b)?"
)
_NEXT_LINE = re.compile(r"(?:,? {0,2}\n{1,2} ?|, )(?:, ?)?[^\n,;!?]{1,40}")
_TOWN = re.compile(rf", {_CAPITAL}(?: {_CAPITAL}){{0,2}}(?=[,.;:!?\n]|$)")
_CODE = re.compile(r"(?<!\w)(?:\d{4,6}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|\d{5}-\d{3,4})(?!\w)")
_MOST_LINES = 5
_TALK = re.compile(
    r"\b(?:the|a|an|on|in|at|to|of|by|my|your|our|hours?|hrs?|minutes|mins|days?|weeks|times|people|and|or|is|was|more"
    r"|other|different|since|from|for|with|this|that)\b",
    re.IGNORECASE,
)
"""Words that no street bears: "3 Hours On The Road" is none."""


@lru_cache(maxsize=1)
def _looks() -> tuple[Any, ...]:
    """Quick looks for what every address has: a text in which none of them finds anything has none, and most are such.

    Each stands alone: in one automaton, what one may skip would multiply with what another may.
    """
    options = re2.Options()
    options.max_mem = 4 << 20
    looks = (
        rf"\d[A-Za-z]?,? (?:\S+ ){{1,4}}(?i:{_AFTER_EN})\b",
        rf"(?:^|\PL)(?:{_BEFORE}) ?[^\n]{{0,80}}\d",
        rf"(?i:{_SUFFIX}) \d|(?:{_WORD}) \d|\d,? (?:bis,? |ter,? )?(?:{_BEFORE}) |(?i:{_FLAT_WORD})\d"
        rf"|(?i:{_BOX})|{_POSTCODE}|(?i:{_SAYING})(?:the corner of )?\d",
    )
    return tuple(re2.compile(look, options=options) for look in looks)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an address stands, and how sure that is."""

    start: int
    end: int
    confidence: float


def addresses(text: str) -> Iterator[Address]:
    """The addresses in a text; they may overlap.

    >>> text = "Please send it to 12 Baker Street, London NW1 6XE, thanks"
    >>> [(text[one.start : one.end], one.confidence) for one in addresses(text)][0]
    ('12 Baker Street, London NW1 6XE', 0.85)
    """
    if not any(look.search(text) for look in _looks()):
        return
    for street in _STREETS:
        for match in street.finditer(text):
            yield from _address(text, match, 0.85)
    for match in _BEFORE_FLAT.finditer(text):
        yield from _address(text, match, 0.7)
    for match in _BOXES.finditer(text):
        yield from _address(text, match, 0.9)
    for match in _POSTCODES.finditer(text):
        yield Address(match.start(), match.end(), 0.75)
    for said in _SAID.finditer(text):
        if after := _AFTER_SAID.match(text, said.end()):
            yield from _address(text, after, 0.6)


def _address(text: str, match: re.Match[str], confidence: float) -> Iterator[Address]:
    if not _TALK.search(match[0]):
        yield Address(match.start(), _extended(text, match.end()), confidence)


def _extended(text: str, end: int) -> int:
    """Behind the flat, and behind the postal code when one follows within a few lines; else behind the town."""
    for _ in range(2):
        if flat := _FLAT.match(text, end):
            end = flat.end()
    at = end
    for _ in range(_MOST_LINES):
        line = _NEXT_LINE.match(text, at)
        if not line:
            break
        codes = [*_CODE.finditer(text, at, line.end()), *_POSTCODES.finditer(text, at, line.end())]
        if codes:
            return max(code.end() for code in codes)
        at = line.end()
    for _ in range(2):
        if town := _TOWN.match(text, end):
            end = town.end()
    return end
