"""Listening to server-sent events, through the door (see `http.py`).

`Events` reads the format, https://html.spec.whatwg.org/multipage/server-sent-events.html, and knows no connection;
`EventSource` speaks HTTP over a `Wire`, whose bytes are read only when they are asked for.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import h11
import httpx

from rapport.connectors.http import TIMEOUT_SECONDS, USER_AGENT, refusal
from rapport.connectors.wire import Wire, Wired
from rapport.core.errors import ConnectorError

MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    data: bytes


@dataclass
class Events:
    """Bytes in, events out, wherever the bytes are cut. `lines` counts the lines that were whole, comments included."""

    lines: int = 0
    _rest: bytearray = field(default_factory=bytearray)
    _name: str = ""
    _data: list[bytes] = field(default_factory=list)
    _size: int = 0
    _after_return: bool = False

    def feed(self, data: bytes) -> list[Event]:
        """
        >>> Events().feed(b":thump\\n\\nevent: delete\\ndata: 17\\n\\nevent: upd")
        [Event(name='delete', data=b'17')]
        """
        found: list[Event] = []
        for line in self._whole_lines(data):
            self.lines += 1
            event = self._line(line)
            if event is not None:
                found.append(event)
        return found

    def _whole_lines(self, data: bytes) -> list[bytes]:
        """Lines end with a line feed, a carriage return, or both; the two halves of both may come apart."""
        if self._after_return and data[:1] == b"\n":
            data = data[1:]
        self._after_return = data[-1:] == b"\r" if data else self._after_return
        self._rest += data
        if len(self._rest) + self._size > 2 * MAX_BYTES:
            raise ConnectorError("An event of the stream is larger than we take.")
        *lines, rest = self._rest.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = bytearray(rest)
        return [bytes(line) for line in lines]

    def _line(self, line: bytes) -> Event | None:
        if not line:
            return self._end()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._name = value.decode("utf-8", "replace")[:40]
        elif name == b"data":
            self._size += len(value)
            if self._size > MAX_BYTES:
                raise ConnectorError("An event of the stream is larger than we take.")
            self._data.append(value)
        return None

    def _end(self) -> Event | None:
        event = Event(self._name or "message", b"\n".join(self._data)) if self._data else None
        self._name, self._data, self._size = "", [], 0
        return event


class EventSource(Wired):
    """Open when made: the answer has begun. Raises ConnectorError when there is none, and when it ends."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        private_hosts: Iterable[str] = (),
        *,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._http = h11.Connection(h11.CLIENT)
        self._events = Events()
        self._early: list[Event] = []
        self._open = False
        self._ended: ConnectorError | None = None
        self.wire = Wire(url, private_hosts, timeout=timeout)
        try:
            self._ask(httpx.URL(url), headers)
            self._answered(time.monotonic() + timeout)
        except BaseException:
            self.close()
            raise

    def _ask(self, url: httpx.URL, headers: Mapping[str, str]) -> None:
        given = {
            "Host": url.netloc.decode("ascii"),
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "User-Agent": USER_AGENT,
            **headers,
        }
        try:
            asked = self._http.send(h11.Request(method="GET", target=url.raw_path, headers=list(given.items())))
        except h11.LocalProtocolError as error:  # a token with a line break in it
            raise ConnectorError(f"{self.wire.what} cannot be asked: {error}", permanent=True) from error
        self.wire.send((asked or b"") + (self._http.send(h11.EndOfMessage()) or b""))

    def _answered(self, deadline: float) -> None:
        while not self._open:
            if time.monotonic() > deadline:
                raise ConnectorError(f"{self.wire.what} took too long to answer")
            self._early += self._read(deadline - time.monotonic())

    def receive(self, wait: float) -> list[Event]:
        """The events that arrived, waiting at most so many seconds for the first bytes."""
        found, self._early = self._early, []
        return found or self._read(wait)

    def _read(self, wait: float) -> list[Event]:
        """What was said before an end is brought before the end is told."""
        if self._ended is not None:
            raise self._ended
        data = self.wire.read(wait)
        if not data:
            return []
        found: list[Event] = []
        try:
            self._http.receive_data(data)
            while self._ended is None and (event := self._http.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Response):
                    self._begun(event)
                elif isinstance(event, h11.Data):
                    found += self._heard(bytes(event.data))
                else:
                    self._ended = ConnectorError(f"{self.wire.what} ended the stream")
        except h11.RemoteProtocolError as error:
            self._ended = ConnectorError(f"{self.wire.what}: {error}")
        if self._ended is not None and not found:
            raise self._ended
        return found

    def _begun(self, response: h11.Response) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        if response.status_code != HTTPStatus.OK:
            raise refusal(response.status_code, headers, what=self.wire.what)
        kind = headers.get("content-type", "")
        if not kind.lower().startswith("text/event-stream"):
            raise ConnectorError(f"{self.wire.what} answered with {kind[:60]!r}, which is no stream of events")
        self._open = True

    def _heard(self, data: bytes) -> list[Event]:
        before = self._events.lines
        found = self._events.feed(data)
        if self._events.lines > before:
            self.wire.alive()
        return found
