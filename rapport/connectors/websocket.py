"""Listening to a websocket, through the door (see `http.py`).

The protocol is that of `websockets`, without its connections: they read ahead in a thread of their own, and do not ask
our door where they may connect to.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI
from websockets.frames import Frame, Opcode
from websockets.protocol import CONNECTING, OPEN
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from rapport.connectors.http import TIMEOUT_SECONDS, USER_AGENT, refusal, shown
from rapport.connectors.wire import Wire, Wired
from rapport.core.errors import ConnectorError

MAX_BYTES = 8_000_000
PING_SECONDS = 5.0


class WebSocket(Wired):
    """Open when made. Raises ConnectorError when the other side does not want to talk, or stops."""

    def __init__(
        self,
        url: str,
        private_hosts: Iterable[str] = (),
        *,
        subprotocols: Sequence[str] = (),
        max_bytes: int = MAX_BYTES,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        try:
            uri = parse_uri(url)
        except (InvalidURI, ValueError) as error:
            raise ConnectorError(f"{shown(url)} is not the address of a websocket.", permanent=True) from error
        offered = [Subprotocol(name) for name in subprotocols] or None
        self._protocol = ClientProtocol(uri, subprotocols=offered, max_size=max_bytes)
        self._pieces: list[bytes] = []
        self._whole: list[bytes] = []
        self._pinged = time.monotonic()
        self.wire = Wire(url, private_hosts, timeout=timeout)
        try:
            self._open(time.monotonic() + timeout)
        except BaseException:
            self.close()
            raise

    def _open(self, deadline: float) -> None:
        request = self._protocol.connect()
        request.headers["User-Agent"] = USER_AGENT
        self._protocol.send_request(request)
        self._say()
        while self._protocol.state is CONNECTING and self._protocol.handshake_exc is None:
            self._hear(deadline - time.monotonic())
            if time.monotonic() > deadline:
                raise ConnectorError(f"{self.wire.what} took too long to answer")
        if (error := self._protocol.handshake_exc) is not None:
            raise _refused(error, self.wire.what) from error

    def receive(self, wait: float) -> list[bytes]:
        """The messages that arrived, waiting at most so many seconds for the first; none when none did."""
        now = time.monotonic()
        if now - self._pinged > PING_SECONDS:  # what it sent before it answers has all arrived by then
            self._pinged = now
            self._protocol.send_ping(b"")
            self._say()
        if self._protocol.state is OPEN and not self._whole:  # some may have come right behind the handshake
            self._hear(wait)
        found, self._whole = self._whole, []
        if not found and self._protocol.state is not OPEN:
            raise ConnectorError(f"{self.wire.what} ended the stream{self._reason()}")
        return found

    def _hear(self, wait: float) -> None:
        data = self.wire.read(wait)
        if not data:
            return
        self._protocol.receive_data(data)
        self._say()
        events = self._protocol.events_received()
        if events:
            self.wire.alive()
        for event in events:
            if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._gather(event)

    def _gather(self, frame: Frame) -> None:
        if frame.fin and not self._pieces:
            self._whole.append(bytes(frame.data))
            return
        self._pieces.append(bytes(frame.data))
        if frame.fin:
            self._whole.append(b"".join(self._pieces))
            self._pieces = []

    def _say(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self.wire.send(data)

    def _reason(self) -> str:
        if self._protocol.parser_exc is not None:
            return f": {self._protocol.parser_exc}"
        close = self._protocol.close_rcvd
        return f": {close}" if close else ""


def _refused(error: BaseException, what: str) -> ConnectorError:
    if isinstance(error, InvalidStatus):
        response = error.response
        return refusal(
            response.status_code, dict(response.headers.raw_items()), what=what, said=": ".join(_named(error))
        )
    return ConnectorError(f"{what}: {error}", permanent=isinstance(error, InvalidHandshake))


def _named(error: BaseException | None) -> tuple[str, ...]:
    if not isinstance(error, InvalidStatus):
        return ()
    try:
        told = json.loads(error.response.body or b"")
    except (ValueError, RecursionError):
        return ()
    given = [told.get(name) for name in ("error", "message")] if isinstance(told, dict) else []
    return tuple(text[:200] for text in given if isinstance(text, str))


def refused_as(error: ConnectorError) -> str:
    """What the other side called its no, when it refused to talk: the `error` of an XRPC answer; else nothing."""
    return next(iter(_named(error.__cause__)), "")
