"""A fake of Jetstream on loopback, for tests and benchmarks. It is a fake: nobody of Bluesky wrote it.

It speaks both wires as they are published: v1 (`/subscribe`) as its README tells and as real servers were recorded, v2
as the lexicon `network.bsky.jetstream.subscribeEvents` says (`xrpc.v1.json` frames). What is left out: zstd, #sync,
prefixes of collections, the archive.

    with jetstream() as fake:
        fake.post("Is the ferry late?")            # to be heard at fake.url (v1) or fake.url_v2
        fake.cut()                                 # every connection is reset
        fake.forget()                              # what was said so far can no longer be asked for

    with jetstream(rate=5_000, seed=1) as fake:    # events of a seeded generator, 5,000 a second
        ...

    python -m tests.jetstream --rate 5000          # the same as a process of its own; prints its addresses, ends on EOF
"""

from __future__ import annotations

import argparse
import json
import random
import select
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import InvalidState
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.server import ServerProtocol

V1 = "/subscribe"
NSID = "network.bsky.jetstream.subscribeEvents"
V2 = f"/xrpc/{NSID}"
POST = "app.bsky.feed.post"
BATCH = 500
A_TIME = 10**15  # a cursor of v2 from here on is microseconds since 1970, and below it a number of an event


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `inner` is what stands between the braces of its commit, or the whole of an account or identity."""

    seq: int
    time_us: int
    did: str
    kind: str
    collection: str
    inner: str

    def on_v1(self) -> bytes:
        body = f"{{{self.inner}}}"
        head = f'{{"did":"{self.did}","time_us":{self.time_us},"kind":"{self.kind}","{self.kind}":'
        return f"{head}{body}}}".encode()

    def on_v2(self) -> bytes:
        at = datetime.fromtimestamp(self.time_us / 1e6, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        body = self.inner if self.kind == "commit" else f'"{self.kind}":{{{self.inner}}}'
        head = f'{{"$type":"{NSID}#{self.kind}","seq":{self.seq},"did":"{self.did}","time":"{at}",'
        return _message(f"{head}{body}}}")


def _message(payload: str) -> bytes:
    return f'{{"$type":"message","payload":{payload}}}'.encode()


def framed(payload: bytes) -> bytes:
    """A text message as a server sends it: one frame, without a mask."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + payload
    return (
        struct.pack("!BBH", 0x81, 126, size) + payload
        if size < 65_536
        else struct.pack("!BBQ", 0x81, 127, size) + payload
    )


# -- what is said ------------------------------------------------------------------------------------------------------

_WORDS = (  # noqa: SIM905 - a text is easier to read than a list
    "the a of and to in is it for on with at by from that this was late ferry boat today again harbour sea morning "
    "nobody everyone coffee train delayed refund ticket queue weather storm summer winter island bridge crew captain "
    "love hate think know said told asked waiting home work music film game match score team player news vote law "
    "price money house garden dog cat bird picture photo camera phone update bug code release model paper study book "
    "der die und nicht heute wieder schon mit von zu le la les est pas avec pour dans el los una para como pero mas"
).split()


def some_text(rng: random.Random) -> str:
    """Words as common as words are: the first of the list often, the last seldom."""
    count = rng.choice((4, 8, 12, 16, 24, 36))
    return " ".join(_WORDS[min(int(rng.paretovariate(0.6)) - 1, len(_WORDS) - 1)] for _ in range(count))


def some_posts(
    seed: int, text: Callable[[random.Random], str] = some_text, people: int = 5_000
) -> Iterator[tuple[str, str]]:
    """Whose post, and its commit without the braces, `RKEY` where the key of the post goes. Half of them answer."""
    rng = random.Random(seed)
    while True:
        did, other = (f"did:plc:{rng.randrange(people):024d}" for _ in range(2))
        said = text(rng)
        record: dict[str, Any] = {
            "$type": POST,
            "createdAt": "2026-07-04T14:38:06.240Z",
            "langs": [rng.choice(("en", "en", "en", "de", "fr", "es", "ja"))],
            "text": said,
        }
        if rng.random() < 0.5:
            parent = {"cid": _cid(rng), "uri": f"at://{other}/{POST}/3k{rng.randrange(10**9):011d}"}
            record["reply"] = {"parent": parent, "root": parent}
        if rng.random() < 0.2:
            link = {"$type": "app.bsky.richtext.facet#link", "uri": f"https://example.org/{rng.randrange(10**6)}"}
            index = {"byteEnd": len(said.encode()), "byteStart": 0}
            record["facets"] = [{"features": [link], "index": index}]
        yield did, _create(record, _cid(rng))


def _cid(rng: random.Random) -> str:
    return "bafyrei" + "".join(rng.choices("abcdefghijklmnopqrstuvwxyz234567", k=52))


def _create(record: dict[str, Any], cid: str, operation: str = "create") -> str:
    told = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    head = f'"rev":"3k","operation":"{operation}","collection":"{record["$type"]}","rkey":"RKEY"'
    return f'{head},"record":{told},"cid":"{cid}"'


# -- the server --------------------------------------------------------------------------------------------------------


@dataclass
class FakeJetstream:
    """`asked` holds the query of every connection, in order; `sent` counts events by the kind that was sent."""

    port: int
    keep: int = 200_000
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    refuse_with: int = 0  # answer every connection with this status

    def __post_init__(self) -> None:
        self._log: list[Event] = []
        self._dropped = 0  # how many events stood before the first of the log
        self._floor_us = 0  # the time of the newest that was dropped
        self._clock = 0
        self._news = threading.Condition()
        self._connections: set[socket.socket] = set()
        self._rng = random.Random(0)
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{V1}"

    @property
    def url_v2(self) -> str:
        return f"ws://127.0.0.1:{self.port}{V2}"

    # -- saying --------------------------------------------------------------------------------------------------------

    def post(
        self, text: str, did: str = "did:plc:cleo", key: str = "", operation: str = "create", **record: Any
    ) -> str:
        """Say something; the address of the post."""
        record = {"$type": POST, "createdAt": _now_text(), "text": text, **record}
        return self._say(did, "commit", POST, _create(record, _cid(self._rng), operation), key)

    def delete(self, uri: str) -> None:
        _, _, did, collection, key = uri.split("/")
        self._say(
            did, "commit", collection, f'"rev":"3k","operation":"delete","collection":"{collection}","rkey":"RKEY"', key
        )

    def like(self, did: str = "did:plc:dora") -> None:
        record = {"$type": "app.bsky.feed.like", "createdAt": _now_text(), "subject": {"uri": "at://x", "cid": "bafy"}}
        self._say(did, "commit", "app.bsky.feed.like", _create(record, _cid(self._rng)), "")

    def account(self, did: str, status: str) -> None:
        told = json.dumps({"active": not status, "did": did, "seq": 1, "status": status, "time": _now_text()})
        self._say(did, "account", "", told[1:-1], "")

    def garbage(self, raw: str) -> None:
        """Something that is no event, in the place of one."""
        self._say("", "garbage", "", raw, "")

    def flood(self, posts: Sequence[tuple[str, str]]) -> None:
        """Many at once, such as `some_posts` makes them."""
        with self._news:
            for did, inner in posts:
                self._put(did, "commit", POST, inner, "")
            self._news.notify_all()

    def _say(self, did: str, kind: str, collection: str, inner: str, key: str) -> str:
        with self._news:
            uri = self._put(did, kind, collection, inner, key)
            self._news.notify_all()
        return uri

    def _put(self, did: str, kind: str, collection: str, inner: str, key: str) -> str:
        self._clock = max(time.time_ns() // 1000, self._clock + 1)
        key = key or f"3k{self._clock}"
        seq = self._dropped + len(self._log) + 1
        self._append(Event(seq, self._clock, did, kind, collection, inner.replace("RKEY", key, 1)))
        return f"at://{did}/{collection}/{key}"

    def _append(self, event: Event) -> None:
        self._log.append(event)
        if len(self._log) > 2 * self.keep:
            self._drop(len(self._log) - self.keep)

    def _drop(self, count: int) -> None:
        if count:
            self._floor_us = self._log[count - 1].time_us or self._floor_us
            self._dropped += count
            del self._log[:count]

    # -- making trouble ------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """What was said so far is older than what can be asked for."""
        with self._news:
            self._drop(len(self._log))

    def cut(self) -> int:
        """Reset every connection; how many there were."""
        with self._news:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.shutdown(socket.SHUT_RDWR)
        return len(connections)

    @property
    def listeners(self) -> int:
        return len(self._connections)

    # -- serving -------------------------------------------------------------------------------------------------------

    def serve(self, listener: socket.socket) -> None:
        while not self.ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, InvalidState, EOFError):
            protocol = ServerProtocol(select_subprotocol=lambda _, offered: next(iter(offered), None))
            request = self._handshake(connection, protocol)
            if request is None:
                return
            with self._news:
                self._connections.add(connection)
            try:
                self._stream(connection, protocol, request)
            finally:
                with self._news:
                    self._connections.discard(connection)

    def _handshake(self, connection: socket.socket, protocol: ServerProtocol) -> Request | None:
        request: Request | None = None
        while request is None:
            protocol.receive_data(connection.recv(65_536))
            request = next((event for event in protocol.events_received() if isinstance(event, Request)), None)
        url = urlsplit(request.path)
        query = parse_qs(url.query)
        self.asked.append(query)
        response = protocol.accept(request)
        status, words = self._no(url.path, query)
        if status:
            response = protocol.reject(status, words)  # type: ignore[arg-type]
            response.headers["Content-Type"] = "application/json"
        protocol.send_response(response)
        _send(connection, protocol)
        return None if status else request

    def _no(self, path: str, query: dict[str, list[str]]) -> tuple[int, str]:
        cursor = int(query.get("cursor", ["0"])[0])
        if self.refuse_with:
            return self.refuse_with, json.dumps({"error": "Unavailable", "message": "as told"})
        if path == V2 and 0 < cursor < A_TIME and cursor <= self._dropped:
            message = f"cursor {cursor} is below the retention floor {self._dropped + 1}"
            return 400, json.dumps({"error": "CursorTooOld", "message": message})
        wrong = (
            {"wantedCollections", "wantedDids"} & query.keys() if path == V2 else {"collections", "dids"} & query.keys()
        )
        if wrong:
            return 400, json.dumps({"error": "InvalidRequest", "message": f"unknown parameter {sorted(wrong)}"})
        return (0, "") if path in (V1, V2) else (404, json.dumps({"error": "NotFound", "message": path}))

    def _stream(self, connection: socket.socket, protocol: ServerProtocol, request: Request) -> None:
        url = urlsplit(request.path)
        query, v2 = parse_qs(url.query), url.path == V2
        collections = set(query.get("collections" if v2 else "wantedCollections", []))
        kinds = set(query.get("kinds", []))
        place, info = self._begin(int(query.get("cursor", ["0"])[0]), v2)
        if info:
            connection.sendall(framed(_message(json.dumps({"$type": f"{NSID}#info", "name": info, "message": info}))))
        while not self.ended.is_set():
            with self._news:
                if place - self._dropped >= len(self._log):
                    self._news.wait(0.02)
                if place < self._dropped:
                    connection.sendall(framed(b'{"$type":"error","error":"ConsumerTooSlow","message":"too slow"}'))
                    return
                events = self._log[place - self._dropped : place - self._dropped + BATCH]
            place += len(events)
            wanted = [
                event
                for event in events
                if (event.kind != "commit" or not collections or event.collection in collections)
                and (not kinds or event.kind in kinds or event.kind == "garbage")
            ]
            if wanted:
                connection.sendall(b"".join(framed(_told(event, v2)) for event in wanted))
                self.sent.update(event.kind for event in wanted)
            if select.select([connection], [], [], 0)[0]:
                data = connection.recv(65_536)
                if not data:
                    return
                protocol.receive_data(data)
                _send(connection, protocol)
                if any(isinstance(event, Frame) and event.opcode == 8 for event in protocol.events_received()):
                    return

    def _begin(self, cursor: int, v2: bool) -> tuple[int, str]:
        """Where in the log to begin, and what to say about it."""
        with self._news:
            end = self._dropped + len(self._log)
            if not cursor:
                return end, ""
            if v2 and cursor < A_TIME:
                return (cursor - 1, "") if cursor <= end + 1 else (end, "FutureCursor")
            past = sum(event.time_us < cursor for event in self._log)
            outdated = cursor <= self._floor_us
            return self._dropped + past, "OutdatedCursor" if v2 and outdated else ""


def _told(event: Event, v2: bool) -> bytes:
    if event.kind == "garbage":
        return event.inner.encode()
    return event.on_v2() if v2 else event.on_v1()


def _send(connection: socket.socket, protocol: ServerProtocol) -> None:
    for data in protocol.data_to_send():
        if data:
            connection.sendall(data)


def _now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _generate(fake: FakeJetstream, rate: float, seed: int) -> None:
    """`rate` events a second, in steps of ten milliseconds, from a pool that is made beforehand and goes round."""
    posts = some_posts(seed)
    pool = [next(posts) for _ in range(20_000)]
    began, said = time.monotonic(), 0
    while not fake.ended.wait(0.01):
        due = int((time.monotonic() - began) * rate)
        fake.flood([pool[number % len(pool)] for number in range(said, due)])
        said = due


@contextmanager
def jetstream(*, rate: float = 0, seed: int = 0, port: int = 0, keep: int = 200_000) -> Iterator[FakeJetstream]:
    """Start it, and end it. With a `rate`, a seeded generator speaks."""
    listener = socket.create_server(("127.0.0.1", port))
    fake = FakeJetstream(listener.getsockname()[1], keep)
    threads = [threading.Thread(target=fake.serve, args=(listener,), daemon=True)]
    if rate:
        threads.append(threading.Thread(target=_generate, args=(fake, rate, seed), daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield fake
    finally:
        fake.ended.set()
        fake.cut()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join(5)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=0)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--port", type=int, default=0)
    given = options.parse_args()
    with jetstream(rate=given.rate, seed=given.seed, port=given.port) as fake:
        print(json.dumps({"v1": fake.url, "v2": fake.url_v2}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
