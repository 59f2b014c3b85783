"""What a WordPress site answers, translated into messages. Pure: payloads in, pages out."""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from rapport.connectors.feeds.parse import Entry, Feed
from rapport.connectors.html import to_text
from rapport.connectors.values import clean, read_time
from rapport.core.errors import ConnectorError
from rapport.core.types import Author, Deletion, Message, Page, Reject

KEPT_RAW_BYTES = 65_536
# A comment in one of these states was taken off the site.
TAKEN_OFF = ("trash", "spam")
_AVATAR = re.compile(r"/avatar/([0-9a-f]{32,64})\b")
_NOBODY = {hashlib.md5(b"", usedforsecurity=False).hexdigest(), hashlib.sha256(b"").hexdigest()}
# WordPress draws these as pictures, where they stand between spaces.
_SMILEY = re.compile(r"(?<!\S)(?::[a-z?!]{1,8}:|[:;8]-?[()a-zA-Z?|]{1,2})(?!\S)")
_COMMENT = re.compile(r"#comment-(\d+)$")


def decoded(raw: bytes) -> Any:
    """The JSON of an answer; raises `ConnectorError` when it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ConnectorError(f"The site's answer is not JSON: {error}") from error


def listed(raw: bytes) -> list[Any]:
    """The items of an answer that is a list."""
    items = decoded(raw)
    if not isinstance(items, list):
        raise ConnectorError("The site's answer is not a list.")
    return items


def identity(item: Any, name: str = "id") -> int:
    """A number by which the site knows something; 0 when there is none."""
    found = item.get(name) if isinstance(item, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 0


def site_of(address: str) -> str:
    """What a site is called in ids: its host, and its folder when it lives in one.

    >>> site_of("https://Example.org/"), site_of("https://example.org:8443/blog/")
    ('example.org', 'example.org:8443/blog')
    """
    url = urlsplit(address)
    port = f":{url.port}" if url.port and url.port != (443 if url.scheme == "https" else 80) else ""
    return f"{url.hostname or 'unknown'}{port}{url.path.rstrip('/')}"


def external_id(site: str, comment: int) -> str:
    """
    >>> external_id("example.org", 12), number_of("a.org#comment-12", "a.org"), number_of("x#comment-1", "y")
    ('example.org#comment-12', 12, 0)
    """
    return f"{site}#comment-{comment}"


def number_of(external_id: str, site: str) -> int:
    """The number that the site gave a comment; 0 when it is not of this site."""
    match = _COMMENT.search(external_id)
    return int(match[1]) if match and external_id[: match.start()] == site else 0


def comment_author(site: str, user: int) -> str:
    return f"{site}#user-{user}"


# -- comments ----------------------------------------------------------------------------------------------------------


Parents = Mapping[int, int]
"""By the number of a comment, that of the comment which it answers (0: none)."""


def root_of(comment: int, parents: Parents) -> int:
    """The comment with which a thread begins, as far as it can be seen from here.

    >>> root_of(3, {3: 2, 2: 1}), root_of(1, {1: 2, 2: 1})
    (1, 2)
    """
    seen = {comment}
    while (parent := parents.get(comment, 0)) and parent not in seen:
        seen.add(parent)
        comment = parent
    return comment


def comments_page(items: Sequence[Any], *, site: str, above: Sequence[Any] = ()) -> Page:
    """Comments as a page. What they were said about, and the comments `above` them, come along as context."""
    parents = {identity(item): identity(item, "parent") for item in (*above, *items) if identity(item)}
    messages: dict[str, Message] = {}
    deletions: list[Deletion] = []
    rejects: list[Reject] = []
    for item in above:
        found = read_comment(item, site=site, parents=parents)
        if isinstance(found, Message) and status_of(item) not in TAKEN_OFF:
            messages[found.external_id] = replace(found, addressed=False, context=True)
    for item in items:
        found = read_comment(item, site=site, parents=parents)
        if isinstance(found, str):
            where = f"comment {identity(item) or 'without an id'}"
            rejects.append(Reject(where, found, json.dumps([item]).encode()[:KEPT_RAW_BYTES]))
        elif status_of(item) in TAKEN_OFF:
            deletions.append(Deletion("wordpress", found.external_id))
        else:
            for one in _post(item, found, site):
                messages.setdefault(one.external_id, one)
            messages[found.external_id] = found
    return Page(tuple(messages.values()), tuple(deletions), tuple(rejects))


def read_comment(item: Any, *, site: str, parents: Parents) -> Message | str:
    """The message that a comment is, or why it cannot be read."""
    number, parent = identity(item), identity(item, "parent")
    if not number:
        return "the comment has no id"
    published = gmt_of(item)
    if published is None:
        return f"a time that cannot be read: {_text(item, 'date_gmt')[:60]!r}"
    link = _text(item, "link")
    text, spans = to_text(_rendered(item, "content"), base=link)
    if not text.strip():
        return "there is nothing to read in it"
    return Message(
        network="wordpress",
        external_id=external_id(site, number),
        author=_author(item, site),
        text=text,
        published_at=published,
        url=link,
        thread_id=external_id(site, root_of(number, parents)),
        parent_id=external_id(site, parent) if parent else "",
        spans=spans,
        addressed=True,
        ref={"post": identity(item, "post"), "status": status_of(item)},
    )


def _author(item: Any, site: str) -> Author:
    """A member of the site by their number; a visitor by what stands for their e-mail address, never by their name."""
    user, name, url = identity(item, "author"), _plain(_text(item, "author_name")), _text(item, "author_url")
    if user:
        return Author("wordpress", comment_author(site, user), "", name, url)
    visitor = _visitor(item)
    known_by = f"{site}#visitor-{visitor}" if visitor else f"{site}#author-of-{identity(item)}"
    return Author("wordpress", known_by, "", name, url)


def _visitor(item: Any) -> str:
    """A digest of the e-mail address: WordPress gives it away in the address of the picture beside the comment."""
    pictures = item.get("author_avatar_urls")
    for address in pictures.values() if isinstance(pictures, dict) else ():
        match = _AVATAR.search(address) if isinstance(address, str) else None
        if match and match[1] not in _NOBODY:
            return match[1]
    email = _text(item, "author_email").strip().lower()
    return hashlib.md5(email.encode(), usedforsecurity=False).hexdigest() if email else ""


def _post(item: Any, message: Message, site: str) -> Iterable[Message]:
    """What the thread is about: the title of the post, as the first thing in it."""
    post = next(iter(_embedded(item, "up")), None)
    title = _plain(_rendered(post, "title")) if isinstance(post, dict) else ""
    if not title.strip():
        return ()
    # An embedded post tells its date by the clock on the site's wall; the comment tells how far that clock is off.
    wall, offset = read_time(_text(post, "date")), _offset(item)
    published = wall - offset if wall else message.published_at
    writer = identity(post, "author")
    return (
        Message(
            network="wordpress",
            external_id=f"{message.thread_id}-post",
            author=Author("wordpress", comment_author(site, writer) if writer else f"{site}#site", "", site),
            text=title,
            published_at=min(published, message.published_at),
            url=_text(post, "link"),
            thread_id=message.thread_id,
            context=True,
        ),
    )


def _embedded(item: Any, name: str) -> list[Any]:
    inside = item.get("_embedded") if isinstance(item, dict) else None
    found = inside.get(name) if isinstance(inside, dict) else None
    return found if isinstance(found, list) else []


def _offset(item: Any) -> timedelta:
    wall, gmt = read_time(_text(item, "date")), gmt_of(item)
    return wall - gmt if wall and gmt else timedelta()


def gmt_of(item: Any) -> datetime | None:
    """When it was written. The time bears no offset, and is that of Greenwich."""
    return read_time(_text(item, "date_gmt"))


def status_of(item: Any) -> str:
    """approved, hold, spam or trash."""
    return _text(item, "status")


def _rendered(item: Any, name: str) -> str:
    found = item.get(name) if isinstance(item, dict) else None
    return _text(found, "rendered")


def _plain(told: str) -> str:
    return to_text(told)[0].replace("\n", " ")


def _text(holder: Any, name: str) -> str:
    found = holder.get(name) if isinstance(holder, dict) else None
    return clean(found) if isinstance(found, str) else ""


# -- our own words, found again ----------------------------------------------------------------------------------------


def written(text: str) -> str:
    """A text as it is sent: WordPress reads comments as HTML, so what is text has to say so."""
    return html.escape(text, quote=False)


def essence(text: str) -> str:
    """What is left of a text when it no longer matters how the site dressed it: quotes, dashes, paragraphs, smileys.

    >>> essence('"Yes" -- at 10... :D') == essence("“Yes” — at 10… 😀")
    True
    """
    plain = _SMILEY.sub("", unicodedata.normalize("NFKC", text))
    return "".join(mark for mark in plain.casefold() if mark.isalnum())


def says(item: Any, text: str) -> bool:
    """Whether a comment says exactly this, as far as the site lets us see what was written."""
    content = item.get("content") if isinstance(item, dict) else None
    raw = _text(content, "raw")
    if raw and essence(html.unescape(raw)) == essence(text):
        return True
    return essence(to_text(_text(content, "rendered"))[0]) == essence(text)


# -- the comment feed --------------------------------------------------------------------------------------------------


def feed_page(feed: Feed, *, site: str) -> Page:
    """What the comment feed tells: who and what, and neither what it answers nor who is behind a name."""
    messages: list[Message] = []
    rejects: list[Reject] = []
    for number, entry in enumerate(feed.entries, start=1):
        found = _entry(entry, site)
        if isinstance(found, Message):
            messages.append(found)
        else:
            rejects.append(Reject(f"entry {number}: {clean(entry.id or entry.link)[:200]}", found))
    ordered = sorted(messages, key=lambda message: (message.published_at, message.external_id))
    return Page(tuple(ordered), rejects=tuple(rejects))


def _entry(entry: Entry, site: str) -> Message | str:
    match = _COMMENT.search(entry.id) or _COMMENT.search(entry.link)
    if not match:
        return "it is not a comment of WordPress: its id does not end in #comment- and a number"
    if entry.published is None:
        return "no date that can be read"
    text, spans = to_text(entry.body, base=entry.link)
    if not text.strip():
        return "there is nothing to read in it"
    itself = external_id(site, int(match[1]))
    return Message(
        network="wordpress",
        external_id=itself,
        author=Author("wordpress", f"{site}#author-of-{match[1]}", "", _plain(entry.author)),
        text=text,
        published_at=entry.published,
        url=clean(entry.link),
        thread_id=itself,
        spans=spans,
        addressed=True,
    )


def newest(page: Page, until: datetime) -> datetime | None:
    """The time of the newest of its messages that is not in the future."""
    return max((min(one.published_at, until) for one in page.messages if not one.context), default=None)


def with_cursor(page: Page, cursor: Mapping[str, str], *, more: bool) -> Page:
    return replace(page, cursor=json.dumps(dict(cursor)), more=more, heard_until=newest(page, datetime.now(UTC)))
