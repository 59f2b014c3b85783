"""Connections that stay open: websockets and events, however the network cuts them."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from rapport.connectors.batch import Batch
from rapport.connectors.peer import Talk, answer, peer
from rapport.connectors.sse import Event, Events, EventSource
from rapport.connectors.websocket import WebSocket, refused_as
from rapport.connectors.wire import ready
from rapport.core.errors import BlockedAddress, ConnectorError, NeedsSignIn, RateLimited
from rapport.core.types import Deletion, Page, Reject

HERE = ("127.0.0.1",)
SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
SAID = (
    b':connected\n\nevent: update\ndata: {"id":"1"}\n\n:thump\r\n\r\n'
    b"event: delete\rdata: 17\rdata: 18\r\rdata: bare\n\nid: 3\n\n"
)
EVENTS = [Event("update", b'{"id":"1"}'), Event("delete", b"17\n18"), Event("message", b"bare")]


def drained(stream: WebSocket | EventSource) -> Iterator[bytes | Event]:
    """Everything until it raises."""
    for _ in range(20):
        yield from stream.receive(1)


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


# -- events ------------------------------------------------------------------------------------------------------------


def test_events_are_read_wherever_the_bytes_are_cut() -> None:
    for cut in range(len(SAID) + 1):
        events = Events()
        assert events.feed(SAID[:cut]) + events.feed(SAID[cut:]) == EVENTS
    events = Events()
    assert [one for byte in SAID for one in events.feed(bytes([byte]))] == EVENTS


def test_an_event_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    events = Events()
    with pytest.raises(ConnectorError, match="larger than we take"):
        [events.feed(b"data: " + b"x" * 10_000 + b"\n") for _ in range(1_000)]


def test_a_stream_of_events_is_read_from_a_server_that_says_it_byte_by_byte() -> None:
    def talk(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE)
        for byte in SAID:
            connection.sendall(chunked(bytes([byte])))
        connection.recv(1)

    with peer(talk) as server, closing(EventSource(server.url, {"Authorization": "Bearer x"}, HERE)) as source:
        heard: list[Event] = []
        while len(heard) < 3:
            heard += source.receive(2)
        assert heard == EVENTS
        assert b"Authorization: Bearer x" in server.requests[0]
        assert source.receive(0.05) == []


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (answer("401 Unauthorized"), NeedsSignIn),
        (answer("429 Too Many Requests", b"", "Retry-After: 7"), RateLimited),
        (answer("404 Not Found"), ConnectorError),
        (answer("200 OK", b"{}", "Content-Type: application/json"), ConnectorError),
        (answer("301 Moved", b"", "Location: http://127.0.0.1:1/"), ConnectorError),
        (lambda connection, _: connection.sendall(b"garbage\r\n\r\n"), ConnectorError),
        (lambda connection, _: connection.sendall(SSE[:40]), ConnectorError),
    ],
)
def test_a_server_that_has_no_stream_says_so_by_raising(talk: Talk, kind: type[ConnectorError]) -> None:
    with peer(talk) as server, pytest.raises(kind) as caught:
        EventSource(server.url, {}, HERE)
    assert type(caught.value) is kind


def test_a_stream_that_ends_raises_and_what_came_before_is_heard() -> None:
    def talk(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE + chunked(SAID) + b"0\r\n\r\n")

    heard: list[Event] = []
    with peer(talk) as server, closing(EventSource(server.url, {}, HERE)) as source:
        with pytest.raises(ConnectorError, match="ended the"):
            heard.extend(drained(source))
        assert heard == EVENTS


def test_nobody_streams_from_a_private_place_that_was_not_allowed() -> None:
    with peer(answer()) as server:
        for open_ in (lambda: EventSource(server.url, {}), lambda: WebSocket(server.url.replace("http", "ws"))):
            with pytest.raises(BlockedAddress):
                open_()
        assert server.connections == 0


def test_of_several_streams_those_are_read_that_have_something_to_say() -> None:
    def talk(connection: socket.socket, asked: bytes) -> None:
        connection.sendall(SSE + (chunked(SAID) if b"/loud" in asked else b""))
        time.sleep(1)

    with peer(talk) as one, peer(talk) as two:
        loud = EventSource(one.url + "loud", {}, HERE)
        still = EventSource(two.url + "still", {}, HERE)
        with closing(loud), closing(still):
            loud.receive(1)
            assert ready([loud, still], 0.05) in ([], [loud])


# -- websockets --------------------------------------------------------------------------------------------------------


def frame(payload: bytes, opcode: int = 1, fin: bool = True) -> bytes:
    head = bytes([(0x80 if fin else 0) | opcode])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    return head + b"\x7e" + struct.pack("!H", len(payload)) + payload


def accepted(asked: bytes) -> bytes:
    import base64
    import hashlib
    import re

    key = re.search(rb"(?i)sec-websocket-key: (\S+)", asked)
    assert key
    told = base64.b64encode(hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324 - as RFC 6455 wants it
    lines = [b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade"]
    return b"\r\n".join([*lines, b"Sec-WebSocket-Accept: " + told, b"", b""])


TOLD = frame(b"one") + frame(b"", 9) + frame(b"tw", fin=False) + frame(b"o", 0) + frame(b"three" * 50, 2) + frame(b"4")
MESSAGES = [b"one", b"two", b"three" * 50, b"4"]


def heard(socket_: WebSocket, count: int) -> Iterator[bytes]:
    until = time.monotonic() + 5
    while count and time.monotonic() < until:
        for message in socket_.receive(1):
            count -= 1
            yield message


def test_messages_are_read_wherever_the_bytes_are_cut() -> None:
    def talk(connection: socket.socket, asked: bytes) -> None:
        connection.sendall(accepted(asked))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        cut = int(asked.split(b" ")[1].strip(b"/"))
        connection.sendall(TOLD[:cut])
        time.sleep(0.002)
        connection.sendall(TOLD[cut:])
        connection.recv(100)

    with peer(talk) as server:
        for cut in range(len(TOLD)):
            with closing(WebSocket(f"ws://127.0.0.1:{server.port}/{cut}", HERE)) as socket_:
                assert list(heard(socket_, 4)) == MESSAGES


def listen(port: int, cut: int, found: list[bytes]) -> None:
    with closing(WebSocket(f"ws://127.0.0.1:{port}/{cut}", HERE)) as socket_:
        found.extend(drained(socket_))


def test_a_connection_that_is_cut_at_any_byte_raises_and_never_ends_in_silence() -> None:
    def talk(connection: socket.socket, asked: bytes) -> None:
        whole = accepted(asked) + TOLD
        connection.sendall(whole[: int(asked.split(b" ")[1].strip(b"/"))])

    with peer(talk) as server:
        for cut in range(0, 129 + len(TOLD), 3):
            found: list[bytes] = []
            with pytest.raises(ConnectorError):
                listen(server.port, cut, found)
            assert found == MESSAGES[: len(found)]


@pytest.mark.parametrize(
    "wrong",
    [
        frame(b"x", 3),
        frame(b"x" * 200, 9),
        b"\xff\xff\xff\xff",
        frame(b"x", 0),
        b"\x81\x7f" + b"\x7f" * 8,
        frame(b"", 8),
    ],
)
def test_frames_that_break_the_protocol_end_the_stream_by_raising(wrong: bytes) -> None:
    def talk(connection: socket.socket, asked: bytes) -> None:
        connection.sendall(accepted(asked) + frame(b"one") + wrong + frame(b"after"))
        connection.recv(100)

    with peer(talk) as server, closing(WebSocket(f"ws://127.0.0.1:{server.port}/", HERE)) as socket_:
        found: list[bytes] = []
        with pytest.raises(ConnectorError):
            found.extend(drained(socket_))
        assert found == [b"one"]


def test_a_message_that_is_too_large_is_refused() -> None:
    def talk(connection: socket.socket, asked: bytes) -> None:
        connection.sendall(accepted(asked) + b"\x81\x7f" + struct.pack("!Q", 50_000_000) + b"x" * 100_000)
        connection.recv(100)

    with peer(talk) as server, pytest.raises(ConnectorError):
        listen(server.port, 0, [])


def test_a_server_that_refuses_says_why() -> None:
    body = b'{"error": "CursorTooOld", "message": "floor is 7"}'
    with peer(answer("400 Bad Request", body)) as server, pytest.raises(ConnectorError, match="floor is 7") as caught:
        WebSocket(f"ws://127.0.0.1:{server.port}/", HERE)
    assert refused_as(caught.value) == "CursorTooOld"


@pytest.mark.parametrize("url", ["ws://", "https//x", "ws://127.0.0.1:http/", "ftp://127.0.0.1/"])
def test_what_is_no_address_is_refused_for_good(url: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        WebSocket(url, HERE)
    assert caught.value.permanent


# -- pages -------------------------------------------------------------------------------------------------------------


def test_a_page_is_due_soon_when_there_is_something_to_bring_and_late_when_not() -> None:
    batch = Batch()
    batch.passed_over += 1
    assert 4 < batch.wait <= 5
    batch.add(Page(deletions=(Deletion("x", "1"),)))
    assert 0 < batch.wait <= 0.25


def test_a_page_is_due_at_once_after_a_hundred_things() -> None:
    batch = Batch()
    batch.add(Page(rejects=(Reject("x", "y"),) * 100))
    assert batch.wait == 0
