"""Feeds, asked for politely: only what changed since the last time.

The cursor is JSON: the feed's address, what its server gave us to recognise it by (`etag`, `modified`), a digest of
what came last, for servers that give nothing, and what the feed showed (see `overlap.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from rapport.connectors.contract import Account, Field, Profile, Source
from rapport.connectors.feeds.overlap import Shown
from rapport.connectors.feeds.parse import Feed, parse_feed, read_feed, to_page
from rapport.connectors.feeds.shape import MAX_BYTES
from rapport.connectors.http import Response, ask, guarded_client, shown
from rapport.core.errors import ConnectorError
from rapport.core.types import Page

BATCH = 100
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


class FeedsConnector:
    network = "feeds"
    label = "Feed (RSS, Atom, JSON)"
    fields = (Field("url", "Address of the feed", "For instance https://example.org/feed"),)
    sources = (Source("entries", every_seconds=300),)

    def check(self, account: Account) -> Profile:
        address = _address(account)
        feed = _recognised(_asked(account, {}), address)
        return Profile(address, urlsplit(address).hostname or address, feed.title, feed.link or address)

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        return parse_feed(raw, address=_address(account))

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        address = _address(account)
        before: Mapping[str, str] = json.loads(cursor or "{}")
        if before.get("url") != address:
            before = {}
        response, now, shown = _asked(account, before), datetime.now(UTC), Shown.read(before)
        digest = hashlib.sha256(response.content).hexdigest()
        if response.status_code == HTTPStatus.NOT_MODIFIED or digest == before.get("digest"):
            yield Page(cursor=json.dumps({**before, **shown.again(now).written()}))
            return
        feed = _recognised(response, address)
        page = to_page(feed, response.content, address=address, heard_at=now)
        page = replace(page, missed=shown.missed(page.messages, now))
        marks = {"etag": response.headers.get("ETag", ""), "modified": response.headers.get("Last-Modified", "")}
        after = {"url": address, **marks, "digest": digest, **shown.after(page.messages, now).written()}
        yield from _in_batches(page, cursor, json.dumps(after))


def _address(account: Account) -> str:
    return account.config.get("url", "").strip()


def _asked(account: Account, before: Mapping[str, str]) -> Response:
    """The server's answer; where it gave us marks before, it may answer that nothing changed."""
    marks = {"If-None-Match": before.get("etag", ""), "If-Modified-Since": before.get("modified", "")}
    conditions = {name: value for name, value in marks.items() if value}
    expected = {HTTPStatus.NOT_MODIFIED} if conditions else ()
    with guarded_client(account.private_hosts, max_bytes=MAX_BYTES) as client:
        return ask(client, "GET", _address(account), headers={"Accept": ACCEPT, **conditions}, accept=expected)


def _recognised(response: Response, address: str) -> Feed:
    feed = read_feed(response.content, address=address, content_type=response.headers.get("Content-Type", ""))
    if not feed.recognised:
        raise ConnectorError(f"What {shown(address)} answers cannot be used: {feed.fault}.")
    return feed


def _in_batches(page: Page, before: str, after: str) -> Iterator[Page]:
    """The page in pieces; the cursor moves with the last of them, when all of it is stored."""
    starts = range(0, max(len(page.messages), 1), BATCH)
    for start in starts:
        last = start == starts[-1]
        yield Page(
            messages=page.messages[start : start + BATCH],
            rejects=page.rejects if last else (),
            missed=page.missed if last else (),
            cursor=after if last else before,
            more=not last,
        )
