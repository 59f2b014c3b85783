"""A connection that stays open and is read bit by bit: what websockets and streams of events are spoken over.

Nothing is read before it is asked for. A reader that is slow lets the bytes wait at the other end, where the network
holds them back: whatever the other side sends, at most one reading of it is in our memory.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar

from rapport.connectors.http import TIMEOUT_SECONDS, open_socket, shown
from rapport.core.errors import ConnectorError

READING = 262_144
SILENCE_SECONDS = 60.0

_NOT_YET = (TimeoutError, BlockingIOError, ssl.SSLWantReadError)


class Wire:
    """`what` names the other side in errors; `alive_at` is when it last said something whole."""

    def __init__(self, url: str, private_hosts: Iterable[str] = (), *, timeout: float = TIMEOUT_SECONDS) -> None:
        self.what = shown(url)
        self.socket = open_socket(url, private_hosts, timeout=timeout)
        self.alive()

    def alive(self) -> None:
        """The other side said something whole."""
        self._spoken = time.monotonic()
        self.alive_at = datetime.now(UTC)

    def read(self, wait: float) -> bytes:
        """What arrived, waiting at most so many seconds for it; nothing when nothing did.

        Raises ConnectorError when the other side ended the connection, or has said nothing whole for a minute.
        """
        try:
            self.socket.settimeout(max(wait, 0))
            data = self.socket.recv(READING)
        except _NOT_YET as nothing:
            if time.monotonic() - self._spoken > SILENCE_SECONDS:
                raise ConnectorError(f"{self.what} has been silent for a minute") from nothing
            return b""
        except OSError as error:
            raise ConnectorError(f"{self.what}: the connection broke: {error}") from error
        if not data:
            raise ConnectorError(f"{self.what} ended the connection")
        if time.monotonic() - self._spoken > 2 * SILENCE_SECONDS:  # byte by byte, and never a whole word
            raise ConnectorError(f"{self.what} has said nothing whole for two minutes")
        return data

    def send(self, data: bytes) -> None:
        try:
            self.socket.settimeout(10)
            self.socket.sendall(data)
        except OSError as error:
            raise ConnectorError(f"{self.what}: the connection broke: {error}") from error

    @property
    def pending(self) -> bool:
        """Whether something waits that was decrypted already, which the system no longer tells of."""
        return isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Wired:
    """Something that is spoken over a wire."""

    wire: Wire

    def close(self) -> None:
        self.wire.close()


Spoken = TypeVar("Spoken", bound=Wired)


def ready(over: Sequence[Spoken], wait: float) -> list[Spoken]:
    """Those of several for which something has arrived, after at most so many seconds."""
    waiting = [one for one in over if one.wire.pending]
    if waiting:
        return waiting
    found, _, _ = select.select([one.wire.socket for one in over], [], [], max(wait, 0))
    return [one for one in over if one.wire.socket in found]
