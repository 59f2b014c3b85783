"""Values as strangers write them: texts that no database would take, bare links, times in a dozen notations."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

from rapport.core.types import Span

_UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")


def clean(text: str) -> str:
    """A text that every database stores: without NUL, and with halves of surrogate pairs replaced.

    Positions are kept, so a span found before is a span after.

    >>> clean("a\\0b\\ud83d")
    'a\ufffdb\ufffd'
    """
    return _UNSTORABLE.sub("\ufffd", text)


_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_CLOSERS = {")": "(", "]": "[", "}": "{"}


def links(text: str) -> tuple[Span, ...]:
    """The links that stand bare in a text, without the punctuation of the sentence around them.

    >>> [span.value for span in links("See (https://example.org/a_(b)), or http://example.org/c.")]
    ['https://example.org/a_(b)', 'http://example.org/c']
    """
    found = [(match.start(), _without_punctuation(match[0])) for match in _LINK.finditer(text)]
    return tuple(Span(start, start + len(link), "link", link) for start, link in found)


def _without_punctuation(link: str) -> str:
    while link[-1] in ".,;:!?'’…*_~" or link.count(link[-1]) > link.count(_CLOSERS.get(link[-1], link[-1])):
        link = link[:-1]
    return link


_EPOCH = re.compile(r"\d{9,11}(\.\d+)?")
_EPOCH_MILLISECONDS = re.compile(r"\d{12,14}")
_SPACE_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d{2}:?\d{2}$)")
_UNIVERSAL = re.compile(r"\s*(UTC|GMT|Z)$")

_FORMATS = (
    "%a %b %d %H:%M:%S %z %Y",  # Tue Feb 24 11:35:52 +0000 2015, as Twitter wrote it
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
)


def read_time(text: str, zone: tzinfo = UTC) -> datetime | None:
    """Read a time and return it in UTC, or None when it cannot be read or lies outside the years 1970 to 2100.

    Understands ISO 8601 (also with a space before the offset), the dates of mails and feeds (RFC 2822), seconds or
    milliseconds since 1970, and a few notations of spreadsheets. `zone` is where a time without an offset was
    written. Notations in which day and month can be mistaken for each other (02/03/2015) are not guessed at.

    >>> read_time("2015-02-24 11:35:52 -0800")
    datetime.datetime(2015, 2, 24, 19, 35, 52, tzinfo=datetime.timezone.utc)
    >>> read_time("1424806552000") == read_time("1424806552") == read_time("Tue, 24 Feb 2015 19:35:52 GMT")
    True
    >>> read_time("02/03/2015") is None
    True
    """
    text = " ".join(text.split())
    for read in (_epoch, _iso, parsedate_to_datetime, *_FROM_FORMATS):
        try:
            found = read(text)
            found = found if found.tzinfo else found.replace(tzinfo=zone)
            found = found.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        return found if 1970 <= found.year < 2100 else None
    return None


def _epoch(text: str) -> datetime:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    if _EPOCH_MILLISECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    raise ValueError(text)


def _iso(text: str) -> datetime:
    # `fromisoformat` also takes week dates and bare digits; a spreadsheet's serial number is not a date.
    if text.isdigit():
        raise ValueError(text)
    text = _UNIVERSAL.sub("+00:00", text)
    return datetime.fromisoformat(_SPACE_BEFORE_OFFSET.sub("", text))


def _from_format(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - the caller gives the zone


_FROM_FORMATS = tuple(_from_format(form) for form in _FORMATS)
