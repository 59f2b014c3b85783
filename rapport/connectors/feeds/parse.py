"""A feed in, messages out. RSS and Atom are read by feedparser, from bytes and nothing else; JSON Feed by ourselves."""

from __future__ import annotations

import calendar
import hashlib
import json
import time
import xml.sax
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import feedparser

from rapport.connectors.feeds.shape import MAX_BYTES, misshapen
from rapport.connectors.html import to_text
from rapport.connectors.values import clean, links, read_time
from rapport.core.types import Author, Message, Page, Reject, Span

WHOLE = "the feed"
KEPT_RAW_BYTES = 65_536

# What feedparser and the parsers below it are known to raise over damaged feeds.
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, whatever notation it came in. `published` and `edited` are None when the feed gives no date."""

    id: str
    title: str
    body: str
    body_is_html: bool
    link: str
    published: datetime | None
    edited: datetime | None
    author: str
    author_id: str
    author_url: str
    language: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read: `fault` says what is wrong with it as a whole, `cut` that its last entry may be half an entry."""

    title: str = ""
    link: str = ""
    entries: tuple[Entry, ...] = ()
    fault: str = ""
    cut: bool = False
    recognised: bool = True


def read_feed(raw: bytes, *, address: str, content_type: str = "") -> Feed:
    """Read a feed's bytes. `address` is where it came from; `content_type` is what the server said of its encoding."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_feed(raw)
    if fault := misshapen(raw):
        return Feed(fault=fault, recognised=False)
    headers = {"content-location": address}
    if "charset" in content_type.lower():
        headers["content-type"] = content_type
    try:
        # Never give feedparser bytes or text: it would take them for the name of a file or an address and open it.
        found = feedparser.parse(
            BytesIO(raw), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
        return _xml_feed(found)
    except _DAMAGE as error:
        return Feed(fault=f"it cannot be read ({type(error).__name__}: {error})", recognised=False)


# -- RSS and Atom ------------------------------------------------------------------------------------------------------


def _xml_feed(found: Any) -> Feed:
    problem = found.get("bozo_exception")
    malformed = isinstance(problem, xml.sax.SAXException)
    fault = f"it is not well formed ({problem})" if malformed else ""
    cut = malformed and any(sign in str(problem) for sign in ("no element found", "unclosed"))
    if not found.entries and not found.get("version"):
        return Feed(fault=fault or "it is not a feed", recognised=False)
    about = found.feed
    entries = tuple(_xml_entry(entry, about) for entry in found.entries)
    return Feed(_text(about.get("title")), _text(about.get("link")), entries, fault, cut)


def _xml_entry(entry: Any, about: Any) -> Entry:
    body, is_html = _xml_body(entry)
    title, title_is_html = _text(entry.get("title")), _is_html(entry.get("title_detail"))
    author = entry.get("author_detail") or about.get("author_detail") or {}
    return Entry(
        id=_text(entry.get("id")),
        title=to_text(title)[0] if title_is_html else clean(title),
        body=body,
        body_is_html=is_html,
        link=_text(entry.get("link")),
        published=_moment(entry, "published_parsed", "created_parsed", "updated_parsed"),
        edited=_moment(entry, "updated_parsed"),
        author=_text(author.get("name")) or _text(entry.get("author")),
        author_id=_text(author.get("href")) or _text(author.get("email")),
        author_url=_text(author.get("href")),
        language=_text(entry.get("language") or about.get("language")),
    )


def _xml_body(entry: Any) -> tuple[str, bool]:
    """The fullest text that an entry has, and whether it is HTML."""
    candidates = [*(entry.get("content") or ()), entry.get("summary_detail") or {}]
    texts = [part for part in candidates if _text(part.get("value")) and _is_text(part)]
    best: Mapping[str, Any] = max(texts, key=lambda part: len(part["value"]), default={})
    return _text(best.get("value")), _is_html(best)


def _is_text(detail: Any) -> bool:
    kind = _text(detail.get("type")) or "text/plain"
    return kind.startswith("text/") or kind in ("html", "xhtml", "text", "application/xhtml+xml")


def _is_html(detail: Any) -> bool:
    return "html" in _text((detail or {}).get("type"))


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _moment(entry: Any, *names: str) -> datetime | None:
    # `in` first: asked for a missing `updated_parsed`, feedparser answers with the date of publication, and a warning.
    parsed = next(filter(None, [entry[name] for name in names if name in entry]), None)
    if not isinstance(parsed, time.struct_time) or not 1970 <= parsed[0] < 2100:
        return None
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


# -- JSON Feed ---------------------------------------------------------------------------------------------------------
# Source: https://www.jsonfeed.org/version/1.1/


def _json_feed(raw: bytes) -> Feed:
    if len(raw) > MAX_BYTES:
        return Feed(fault=f"it is larger than {MAX_BYTES:,} bytes", recognised=False)
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return Feed(fault=f"it is not JSON ({error})", recognised=False)
    if not isinstance(found, dict) or "jsonfeed.org" not in _text(found.get("version")):
        return Feed(fault="it is JSON, but not a JSON feed", recognised=False)
    items = found.get("items")
    entries = (
        tuple(_json_entry(item, found) for item in items if isinstance(item, dict)) if isinstance(items, list) else ()
    )
    return Feed(_text(found.get("title")), _text(found.get("home_page_url")), entries)


def _json_entry(item: Mapping[str, Any], about: Mapping[str, Any]) -> Entry:
    author = _json_author(item) or _json_author(about)
    identity = item.get("id")
    html = _text(item.get("content_html"))
    return Entry(
        id=str(identity) if isinstance(identity, int) else _text(identity),
        title=clean(_text(item.get("title"))),
        body=html or _text(item.get("content_text")) or _text(item.get("summary")),
        body_is_html=bool(html),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        published=read_time(_text(item.get("date_published"))),
        edited=read_time(_text(item.get("date_modified"))),
        author=_text(author.get("name")),
        author_id=_text(author.get("url")),
        author_url=_text(author.get("url")),
        language=_text(item.get("language")) or _text(about.get("language")),
    )


def _json_author(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    authors = holder.get("authors")
    candidates = [*(authors if isinstance(authors, list) else ()), holder.get("author")]
    return next((author for author in candidates if isinstance(author, dict)), {})


# -- messages ----------------------------------------------------------------------------------------------------------


def parse_feed(raw: bytes, *, address: str, content_type: str = "", heard_at: datetime | None = None) -> Page:
    """Translate a feed into messages, oldest first, and rejects.

    heard_at   the time of entries for which the feed gives none; without it they are rejected
    """
    return to_page(read_feed(raw, address=address, content_type=content_type), raw, address=address, heard_at=heard_at)


def to_page(feed: Feed, raw: bytes, *, address: str, heard_at: datetime | None) -> Page:
    rejects = [Reject(WHOLE, feed.fault, raw[:KEPT_RAW_BYTES])] if feed.fault else []
    messages: list[Message] = []
    for number, (entry, identity) in enumerate(_identified(feed.entries), start=1):
        cut = feed.cut and number == len(feed.entries)
        found = "the feed ends in the middle of it" if cut else _message(entry, identity, feed, address, heard_at)
        if isinstance(found, Message):
            messages.append(found)
        else:
            rejects.append(Reject(f"entry {number}: {clean(entry.id or entry.link or entry.title)[:200]}", found))
    return Page(tuple(sorted(messages, key=lambda message: message.published_at)), rejects=tuple(rejects))


def _identified(entries: Iterable[Entry]) -> list[tuple[Entry, str]]:
    """Each entry with what identifies it: its id, else its link, else its content, and never what two of them share."""
    choices = [(entry, (entry.id, entry.link, _fingerprint(entry))) for entry in entries]
    shared = Counter(value for _, values in choices for value in {*values} if value)
    return [
        (entry, next((value for value in values if value and shared[value] == 1), values[-1]))
        for entry, values in choices
    ]


def _fingerprint(entry: Entry) -> str:
    told = "\0".join((entry.link, entry.title, entry.body))
    return f"content:{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def network_of(address: str) -> str:
    """What the network of a feed's messages is called: its host, so that no feed can speak in another's name.

    >>> network_of("https://Blog.Example.org/feed?page=1")
    'feeds:blog.example.org'
    """
    return f"feeds:{urlsplit(address).hostname or 'unknown'}"


def _message(entry: Entry, identity: str, feed: Feed, address: str, heard_at: datetime | None) -> Message | str:
    text, spans = _told(entry, entry.link or feed.link or address)
    published = entry.published or heard_at
    if not text:
        return "nothing to read: neither title nor text"
    if published is None:
        return "no date that can be read"
    network = network_of(address)
    # Ids that are no addresses are only unique within their feed.
    external_id = clean(identity if ":" in identity else f"{address}#{identity}")
    author_id = clean(entry.author_id or entry.author or feed.link or address)
    author = Author(network, author_id, "", clean(entry.author or feed.title), clean(entry.author_url))
    edited = entry.edited if entry.edited and entry.edited > published else None
    return Message(
        network=network,
        external_id=external_id,
        author=author,
        text=text,
        published_at=published,
        url=clean(entry.link),
        thread_id=external_id,
        spans=spans,
        language=clean(entry.language),
        edited_at=edited,
    )


def _told(entry: Entry, base: str) -> tuple[str, tuple[Span, ...]]:
    """Title and text as one text, with the spans where they then are."""
    body, spans = to_text(entry.body, base=base) if entry.body_is_html else _plain(entry.body)
    title = " ".join(entry.title.split())
    if not title or body.startswith(title.removesuffix("…").removesuffix("...").rstrip()):
        return body, spans
    before = f"{title}\n\n" if body else title
    return before + body, tuple(
        replace(span, start=span.start + len(before), end=span.end + len(before)) for span in spans
    )


def _plain(body: str) -> tuple[str, tuple[Span, ...]]:
    text = clean(body[:65_536])
    return text, links(text)
