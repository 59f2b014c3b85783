"""Listening to a Mastodon server's events as they happen (https://docs.joinmastodon.org/methods/streaming/).

The stream repeats nothing: what was said while we were not connected is asked for once, after every connection is made,
list by list from where we left off. So the cursor is that of the lists; events take it along.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote

from rapport.connectors.batch import Batch
from rapport.connectors.contract import Sieve
from rapport.connectors.mastodon.parse import (
    SPEAKS,
    age,
    decoded,
    external_id,
    full_handle,
    identity,
    notifications_page,
    read_status,
    replies,
)
from rapport.connectors.sse import Event, EventSource
from rapport.connectors.values import read_time
from rapport.connectors.wire import ready
from rapport.core.errors import ConnectorError
from rapport.core.types import Deletion, Message, Missed, Page, Reject

DEFAULT = "user"
MAX_PAGES = 50  # of one list in one round of asking
TOO_MUCH = "More was said while we were not connected than can be asked for."
EDITED = frozenset(
    {"status.update", "status_update"}
)  # Mastodon's own name, and that of servers made after its clients
_LONGEST_RAW = 256 * 1024


@dataclass(frozen=True, slots=True)
class Feed:
    """One stream, and the list that it continues. `listed_as` is the name of the list in the cursor."""

    path: str
    listed_as: str
    timeline: str
    parameters: Mapping[str, str]


def feeds_of(given: str) -> tuple[Feed, ...]:
    """What a person asked for: `user`, `public`, `public:local`, or hashtags, with commas between them.

    >>> [feed.path for feed in feeds_of("user, #Ferry Late")]
    ['user', 'hashtag?tag=FerryLate']
    """
    found: dict[str, Feed] = {}
    for name in (name.strip() for name in given.split(",")):
        if name.startswith("#"):
            tag = "".join(name.lstrip("#").split())
            found[name] = Feed(f"hashtag?tag={quote(tag)}", f"#{tag.lower()}", f"tag/{quote(tag)}", {})
        elif name in _FEEDS:
            found[name] = _FEEDS[name]
        elif name:
            raise ConnectorError(f"There is no stream called {name[:40]!r}.", permanent=True)
    return tuple(found.values())


_FEEDS = {
    "user": Feed("user", "home", "home", {}),
    "public": Feed("public", "public", "public", {}),
    "public:local": Feed("public/local", "public:local", "public", {"local": "true"}),
}


class Server(Protocol):
    """What is asked of the server beside its streams."""

    host: str

    def streaming(self) -> str: ...
    def listen(self, url: str) -> EventSource: ...
    def notifications(self, cursor: str) -> Page: ...
    def timeline(self, name: str, params: Mapping[str, str], after: str) -> list[Any]: ...
    def context(self, post: str) -> Any: ...


def stream(server: Server, wanted: str, us: str, cursor: str, sieve: Sieve) -> Iterator[Page]:
    """Pages until a connection ends, which raises; none when nothing is wanted, or the server has no streams."""
    feeds = feeds_of(wanted)
    base = server.streaming() if feeds else ""
    if not base:
        return
    with ExitStack() as open_:
        sources = [
            open_.enter_context(closing(server.listen(f"{base}/api/v1/streaming/{feed.path}"))) for feed in feeds
        ]
        hearing = Hearing(server, us, sieve, _read(cursor))
        yield from hearing.catch_up(feeds)
        while True:
            arrived = ready(sources, min(hearing.batch.wait, 1.0))
            due = hearing.batch.wait <= 0
            for source in sources if due else arrived:  # those that are still have to be asked whether they live
                for event in source.receive(0):
                    hearing.event(event, feeds[sources.index(source)])
            if due:
                hearing.batch.heard(min(source.wire.alive_at for source in sources))
                yield hearing.page()


def _read(cursor: str) -> dict[str, str]:
    try:
        saved = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return {name: place for name, place in saved.items() if isinstance(place, str)} if isinstance(saved, dict) else {}


class Hearing:
    """What became of the events of one connection. `places` are the newest ids of each list."""

    def __init__(self, server: Server, us: str, sieve: Sieve, places: dict[str, str]) -> None:
        self._server = server
        self._us = us
        self._sieve = sieve
        self._places = places
        self.batch = Batch()

    def page(self) -> Page:
        page, self.batch = self.batch.page(json.dumps(self._places, sort_keys=True)), Batch()
        return page

    # -- what was said meanwhile ---------------------------------------------------------------------------------------

    def catch_up(self, feeds: tuple[Feed, ...]) -> Iterator[Page]:
        for feed in feeds:
            if feed.path == "user":
                yield from self._notifications()
            yield from self._timeline(feed)

    def _notifications(self) -> Iterator[Page]:
        """Those that speak to us. Favourites and the like are counted where mentions are asked for."""
        while True:
            page = self._server.notifications(self._places.get("notifications", ""))
            self._moved("notifications", page.cursor)
            self.batch.add(replace(page, tallies={}))
            yield self.page()
            if not page.more:
                return

    def _timeline(self, feed: Feed) -> Iterator[Page]:
        """From where we left off up to the newest; on a first visit, what the platform calls recent."""
        last: datetime | None = None
        for _ in range(MAX_PAGES):
            place = self._places.get(feed.listed_as, "")
            posts = self._server.timeline(feed.timeline, feed.parameters, place)
            for post in posts:
                self._post(post, feed.listed_as)
                last = read_time(str(post.get("created_at"))) or last if isinstance(post, dict) else last
            yield self.page()
            if not place or not posts or self._places[feed.listed_as] == place:
                return
        yield from self._give_up(feed, last)

    def _give_up(self, feed: Feed, last: datetime | None) -> Iterator[Page]:
        """Leave out the rest, and say so."""
        posts = self._server.timeline(feed.timeline, feed.parameters, "")
        times = [at for post in posts if isinstance(post, dict) and (at := read_time(str(post.get("created_at"))))]
        start, end = last or datetime.now(UTC), min(times, default=datetime.now(UTC))
        for post in posts:
            self._post(post, feed.listed_as)
        if end > start:
            self.batch.add(Page(missed=(Missed(start, end, TOO_MUCH),)))
        yield self.page()

    def _moved(self, name: str, place: str) -> None:
        self._places[name] = max(self._places.get(name, ""), place, key=age)

    # -- what is said now ----------------------------------------------------------------------------------------------

    def event(self, event: Event, feed: Feed) -> None:
        """One event of a stream. What no brief wants and names nobody of ours is counted."""
        try:
            if event.name == "delete":
                self._deleted(event.data)
            elif event.name == "notification":
                self._notification(decoded(event.data))
            elif event.name == "update" or event.name in EDITED:
                self._post(decoded(event.data), feed.listed_as, edited=event.name in EDITED)
            else:
                self.batch.passed_over += 1
        except ConnectorError as error:
            self._reject(f"event {event.name}", str(error), event.data)

    def _deleted(self, data: bytes) -> None:
        post = data.decode("utf-8", "replace").strip()
        if not post.isalnum() or len(post) > 100:
            self._reject("event delete", "no id of a post", data)
            return
        self.batch.add(Page(deletions=(Deletion("mastodon", external_id(self._server.host, post)),)))

    def _notification(self, item: Any) -> None:
        if not isinstance(item, dict) or item.get("type") not in SPEAKS:
            self.batch.passed_over += 1
            return
        contexts = {post: self._server.context(post) for post in replies([item])}
        self.batch.add(notifications_page([item], host=self._server.host, contexts=contexts))
        self._moved("notifications", identity(item))

    def _post(self, status: Any, name: str, *, edited: bool = False) -> None:
        """An edit is always brought: only the server knows whether we have what it changes."""
        if not edited:
            self._moved(name, identity(status))
        if isinstance(status, dict) and isinstance(status.get("reblog"), dict):
            self.batch.passed_over += 1
            return
        message = read_status(status, host=self._server.host)
        if isinstance(message, str):
            self._reject(f"post {identity(status) or 'without an id'}", message, json.dumps(status).encode())
            return
        named = self._names_us(status)
        if edited or named or self._sieve(_words(message)):
            self.batch.add(Page(messages=(replace(message, addressed=named),)))
        else:
            self.batch.passed_over += 1

    def _names_us(self, status: Mapping[str, Any]) -> bool:
        mentions = status.get("mentions")
        handles = (one.get("acct") for one in (mentions if isinstance(mentions, list) else ()) if isinstance(one, dict))
        return any(full_handle(str(acct), self._server.host).lower() == self._us for acct in handles if acct)

    def _reject(self, where: str, reason: str, raw: bytes) -> None:
        self.batch.add(Page(rejects=(Reject(where[:300], reason, raw[:_LONGEST_RAW]),)))


def _words(message: Message) -> str:
    author = message.author
    return " ".join([message.text, author.name, author.handle, *(span.value for span in message.spans)])
