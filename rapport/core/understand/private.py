"""Private data in a text: where it is, what it is, and how sure that is.

Patterns find candidates; check digits and issuer ranges decide. What is not checked by anything (an IP address, an
American social security number) gets a lower confidence. Postal addresses are in `addresses.py`, national identity
numbers in `national.py`; names are not looked for, and what only hints at health or
belief is in `hints.py`. What an organisation calls a booking or an account is found by
patterns of its own.

Inside a link only an e-mail address in its query counts: numbers there are ids of pages and orders. A handle is no
e-mail address, whichever network it is from (`@ana@example.social`).

Signs that nobody sees (zero-width spaces, marks above and below) hide nothing, and digits count in every script: the
search runs over a plain form of the text, and the places are those of the text itself.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import phonenumbers
import re2
from stdnum import iban, luhn

from rapport.core.types import Private
from rapport.core.understand.addresses import addresses
from rapport.core.understand.national import national_ids

VERSION = "private-3"
KINDS = ("card", "iban", "phone", "email", "ip", "national_id", "address", "reference")
REGIONS = ("GB", "US", "DE", "FR")
"""Where a telephone number without a country code may be from."""
LONGEST = 100_000
"""Characters of a text that are searched: more than any network allows in a post."""
LONGEST_IN_DEPTH = 20_000
"""The same for telephone numbers, addresses and national numbers, which take longer to look for."""

FEWEST_CHARACTERS = 12
"""Of a card number or an IBAN: nothing shorter is tried."""
FEWEST_DIGITS = 6
"""No national number and no telephone number has fewer."""
LONGEST_REFERENCE = 200
"""Characters of a pattern for references."""

BULLET = "•"
DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Pattern:
    """How to find one kind of private data: what looks like it, and what tells that it is.

    fewest    how many of these signs a text that has one must have ("d" for digits): the others are not searched
    grouped   the match is empty, and its group 1 may hold more than belongs to it ("4111 1111 1111 1111 12"): the
              longest beginning of it that is valid counts
    """

    kind: str
    regex: re.Pattern[str]
    valid: Callable[[str], bool]
    confidence: float
    fewest: tuple[str, int]
    grouped: bool = False


def private_in(
    texts: Sequence[str], regions: Sequence[str] = REGIONS, references: Sequence[str] = ()
) -> list[tuple[Private, ...]]:
    """The private data in each text, by place, without overlaps (the surest wins, then the longest, then the first).

    regions      two-letter codes of the countries whose national telephone numbers are known, the likeliest first
    references   patterns (RE2) of what the organisation calls a booking, an account, a contract: "reference". Where a
                 pattern has a group, that part of the match counts

    Raises ValueError for a pattern that `reference_pattern` refuses.

    >>> for found in private_in(["Card 4111 1111 1111 1111, mail ana@example.org, booking QX7K2M"],
    ...                         references=[r"booking ([A-Z0-9]{6})\\b"])[0]:
    ...     found.kind, found.start, found.end
    ('card', 5, 24)
    ('email', 31, 46)
    ('reference', 56, 62)
    """
    own = tuple(reference_pattern(pattern) for pattern in references)
    return [_private(text[:LONGEST], tuple(regions), own) for text in texts]


@lru_cache(maxsize=1000)
def reference_pattern(pattern: str) -> Any:
    """A pattern of the organisation's own, compiled by RE2: its time grows with the text and with nothing else.

    Raises ValueError, in words for the person who wrote it, when it is too long, cannot be read, or matches nothing
    at all.

    >>> reference_pattern("X*")
    Traceback (most recent call last):
    ValueError: the pattern 'X*' also matches where nothing stands; ask for at least one character
    """
    if len(pattern) > LONGEST_REFERENCE:
        raise ValueError(f"a pattern may have {LONGEST_REFERENCE} characters; this one has {len(pattern)}")
    options = re2.Options()
    options.max_mem = 1 << 20
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options=options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise ValueError(f"the pattern {pattern!r} cannot be read: {reason}") from error
    if compiled.search(""):
        raise ValueError(f"the pattern {pattern!r} also matches where nothing stands; ask for at least one character")
    return compiled


def mask(text: str, private: Sequence[Private]) -> str:
    """The text as a page may show it: as long as before, with the private parts dotted out.

    Of a card the last four digits stay, of a telephone number the last two, of an e-mail address its first letter and
    its signs. Enough to recognise what one already knows, too little to use.

    >>> text = "Card 4111 1111 1111 1111, mail ana@example.org"
    >>> mask(text, private_in([text])[0])
    'Card •••• •••• •••• 1111, mail a••@•••••••.•••'
    """
    shown = list(text)
    for part in private:
        first, last = _KEPT.get(part.kind, (0, 0))
        places = [place for place in range(part.start, min(part.end, len(text))) if text[place].isalnum()]
        for place in places[first : len(places) - last]:
            shown[place] = BULLET
    return "".join(shown)


_KEPT = {"card": (0, 4), "phone": (0, 2), "email": (1, 0), "reference": (0, 2)}
"""How many letters and digits stay in sight at the start and at the end."""


def _private(text: str, regions: tuple[str, ...], references: tuple[Any, ...]) -> tuple[Private, ...]:
    plain, places = _plain(text)
    found = _without_overlaps(list(_found(plain, regions, references)))
    if places is None:
        return found
    return tuple(replace(part, start=places[part.start], end=places[part.end - 1] + 1) for part in found)


def _found(text: str, regions: tuple[str, ...], references: tuple[Any, ...]) -> Iterator[Private]:
    links = [match.span() for match in _LINK.finditer(text)] if "://" in text or "www." in text else []
    digits = sum(map(text.count, DIGITS))
    yield from _patterns(text, links, digits)
    start = text[:LONGEST_IN_DEPTH]
    if digits >= FEWEST_DIGITS:
        for first, end, confidence in national_ids(start):
            if not _inside(first, links):
                yield Private(first, end, "national_id", confidence)
        if _PHONE_LIKE.search(start):
            yield from _phones(start, regions, links)
    if digits:
        for one in addresses(start):
            if not _inside(one.start, links):
                yield Private(one.start, one.end, "address", one.confidence)
    for pattern in references:
        for match in pattern.finditer(text):
            first, end = match.span(1 if pattern.groups else 0)
            if end > first and not _inside(first, links):
                yield Private(first, end, "reference", 0.9)


def _plain(text: str) -> tuple[str, list[int] | None]:
    """The text as patterns read it: ASCII digits, spaces and hyphens, nothing that is not seen.

    The second is where each of its characters stands in the text; None when they stand where they stood.
    """
    if text.isascii():
        return text, None
    text = _ODD_DIGIT.sub(lambda match: str(unicodedata.digit(match[0])), text)
    text = _ODD_DASH.sub("-", _ODD_SPACE.sub(" ", text))
    text = _HALF.sub("\ufffd", text)
    if not _UNSEEN.search(text):
        return text, None
    places = [at for at, letter in enumerate(text) if not _UNSEEN.match(letter)]
    return "".join([text[at] for at in places]), places


_ODD_DIGIT = re.compile(r"(?![0-9])\d")
_ODD_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_ODD_DASH = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_UNSEEN = re.compile(
    "[\u00ad\u0300-\u036f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\ufe00-\ufe0f\ufeff]"
)
_HALF = re.compile("[\ud800-\udfff]")
"""Half a character, from a text that was cut; RE2 refuses it."""


def _patterns(text: str, links: list[tuple[int, int]], digits: int) -> Iterator[Private]:
    for pattern in _PATTERNS:
        sign, fewest = pattern.fewest
        if (digits if sign == "d" else text.count(sign)) < fewest:
            continue
        for match in pattern.regex.finditer(text):
            if _inside(match.start(), links):
                continue
            beginnings = _beginnings(match[1]) if pattern.grouped else (match[0],)
            if found := next(filter(pattern.valid, beginnings), None):
                yield Private(match.start(), match.start() + len(found), pattern.kind, pattern.confidence)
    if _MAY_BE_EMAIL.search(text):
        for match in _EMAIL.finditer(text):
            if _may_be_email(text, match.start(), links):
                yield Private(match.start(), match.end(), "email", 0.99)


def _beginnings(text: str) -> Iterator[str]:
    """The beginnings of "4111 1111 1111 1111 12" that end with a group and may be long enough, the longest first."""
    end = len(text)
    while end >= FEWEST_CHARACTERS:
        yield text[:end]
        end = max(text.rfind(" ", 0, end), text.rfind("-", 0, end))


def _phones(text: str, regions: tuple[str, ...], links: list[tuple[int, int]]) -> Iterator[Private]:
    """Numbers that exist in a known country, and number-shaped ones where the words before speak of a telephone.

    A national number is tried in each region in turn. A bare run of digits might be a ticket as well, so it counts for
    less, and for nothing behind a word such as "claim".
    """
    for region in regions or (None,):
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            if _may_be_phone(text, match.start, match.raw_string, links):
                yield Private(match.start, match.end, "phone", _phone_confidence(match.raw_string))
    for shape in _PHONE_SHAPES:
        for found in shape.finditer(text):
            start, end = found.span("number")
            if _may_be_phone(text, start, found["number"], links):
                yield Private(start, end, "phone", 0.5)


def _may_be_phone(text: str, place: int, number: str, links: list[tuple[int, int]]) -> bool:
    if _inside(place, links) or _DATE.fullmatch(number) or sum(map(str.isdigit, number)) < 6:
        return False
    return not (number.isdigit() and _REFERENCE_BEFORE.search(text, max(0, place - 30), place))


def _phone_confidence(number: str) -> float:
    if number.startswith("+"):
        return 0.95
    return 0.6 if number.isdigit() else 0.8


def _inside(place: int, links: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in links)


def _may_be_email(text: str, place: int, links: list[tuple[int, int]]) -> bool:
    """Outside a link always; inside only in its query (behind `=`), where addresses do leak."""
    return not _inside(place, links) or text[place - 1] == "="


def _without_overlaps(found: list[Private]) -> tuple[Private, ...]:
    kept: list[Private] = []  # by place
    for part in sorted(found, key=lambda part: (-part.confidence, part.start - part.end, part.start)):
        at = bisect_left(kept, part.start, key=lambda other: other.start)
        if (at == 0 or kept[at - 1].end <= part.start) and (at == len(kept) or part.end <= kept[at].start):
            kept.insert(at, part)
    return tuple(kept)


def _is_card(match: str) -> bool:
    digits = re.sub(r"\D", "", match)
    return bool(_ISSUER.match(digits)) and len(set(digits)) > 1 and luhn.is_valid(digits)


def _is_iban(match: str) -> bool:
    """The remainder first: it is quick, and tells nearly everything that is none."""
    letters = re.sub("[ -]", "", match).upper()
    digits = "".join([letter if letter.isdigit() else str(ord(letter) - 55) for letter in letters[4:] + letters[:4]])
    return int(digits) % 97 == 1 and bool(iban.is_valid(letters))


def _is_ip(match: str) -> bool:
    try:
        address = ipaddress.ip_address(match)
    except ValueError:
        return False
    return not (address.is_unspecified or address.is_loopback)


_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)[^\s<>\"]+", re.IGNORECASE)
_MAY_BE_EMAIL = re.compile(r"@(?<=[\w+%-]@)[^\W_]")
_EMAIL = re.compile(
    r"(?<![\w.+%@-])[a-z0-9](?:[\w.+%-]{0,62}[\w+%-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![\w@-])",
    re.IGNORECASE,
)
_PHONE_LIKE = re.compile(r"\d(?:[\s().\-/–]{0,3}\d){5}")
_DIGITS = r"(?:\+|\(|\b)\d(?:[ ().\-/]{0,2}\d){5,14}(?: ?x\d{1,5})?\b"
_PHONE_SHAPES = (
    re.compile(
        r"\b(?:tel|phone|telephone|call|cell|mobile|whatsapp|fax|(?:reach|ring|text|answering)\b[^\d\n]{0,9}\b(?:at|on)"
        r"|telefon|handy|mobil|anruf\w*"
        r"|téléphone|appel\w*|portable|teléfono|móvil|llám\w*|llam\w*|telefono|cellulare|chiam\w*)\b[^\d\n(+]{0,20}"
        rf"(?P<number>{_DIGITS})",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w.+-])(?P<number>\(?\d{3}\)?[-. ]?\d{3}[-.]\d{4}(?:x\d{1,5})?)(?![\w-]|\.\d)"),
    re.compile(r"(?<![\w.+-])(?P<number>(?:\+|00)[1-9](?:[ ().-]{0,2}\d){8,13}(?: ?x\d{1,5})?)(?![\w-]|\.\d)"),
)
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}")
_REFERENCE_BEFORE = re.compile(
    r"(?:claim|case|ticket|order|booking|refund|request|confirmation|reference|ref|invoice|id|bestellung|vorgang"
    r"|rechnung|commande|dossier|facture|pedido|reserva|factura|ordine|prenotazione|pratica|fattura)\W{0,3}"
    r"(?:no|nr|number|nummer|numéro|número|numero)?\W{0,4}\Z",
    re.IGNORECASE,
)
# Visa, Mastercard (both ranges), American Express, Diners, Discover, JCB, UnionPay, Maestro, Mir.
_ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})$|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$|3[47]\d{13}$"
    r"|(?:30[0-5]|3095|36\d|3[89]\d)\d{11,16}$|6(?:011|4[4-9]\d|5\d\d)\d{12,15}$|35(?:2[89]|[3-8]\d)\d{12,15}$|(?:2131|1800)\d{11}$"
    r"|62\d{14,17}$|(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15}$|220[0-4]\d{12,15}$"
)
_NOT_BEFORE, _NOT_AFTER = r"(?<![\w.,/-])", r"(?![\w]|[.,/-]\w)"


def _bounded(pattern: str) -> re.Pattern[str]:
    return re.compile(_NOT_BEFORE + pattern + _NOT_AFTER, re.IGNORECASE)


def _ahead(pattern: str) -> re.Pattern[str]:
    """The same as a look-ahead, so that a false start does not swallow what begins behind it."""
    return re.compile(f"{_NOT_BEFORE}(?=({pattern}{_NOT_AFTER}))", re.IGNORECASE)


_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)
_PATTERNS = (
    Pattern("card", _ahead(r"\d\d(?:[ -]?\d){10,17}"), _is_card, 0.97, ("d", 12), grouped=True),
    Pattern("iban", _ahead(r"[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}"), _is_iban, 0.99, ("d", 6), grouped=True),
    Pattern("ip", _bounded(r"(?:\d{1,3}\.){3}\d{1,3}"), _is_ip, 0.85, (".", 3)),
    Pattern(
        "ip",
        re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE),
        _is_ip,
        0.9,
        (":", 2),
    ),
)
