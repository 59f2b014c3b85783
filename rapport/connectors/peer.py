"""A server on loopback that answers as it is told, for the tests of connectors: ours and a stranger's."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile

# What a peer does with a connection, once it has read the request.
Talk = Callable[[socket.socket, bytes], None]


class Peer:
    """A server that answers each connection as told, and remembers what it was asked."""

    def __init__(self, address: str, talk: Talk, port: int = 0) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._talk = talk
        self._listener = socket.create_server((address, port))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{address}:{self.port}/"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        try:
            asked = self._read(connection)
            if not asked.strip():  # somebody connected and said nothing
                return
            self.requests.append(asked)
            self._talk(connection, asked)
        except OSError:
            return

    def _read(self, connection: socket.socket) -> bytes:
        with connection.makefile("rb") as stream:
            head = b"".join(takewhile(lambda line: bytes(line).strip(), iter(stream.readline, b"")))
            length = re.search(rb"(?i)content-length: (\d+)", head)
            return head + b"\r\n" + stream.read(int(length[1]) if length else 0)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@contextmanager
def peer(talk: Talk, address: str = "127.0.0.1", port: int = 0) -> Iterator[Peer]:
    """Start a peer, and end it.

    >>> import httpx
    >>> with peer(answer(body=b"hello")) as server:
    ...     httpx.get(server.url, trust_env=False).text
    'hello'
    """
    server = Peer(address, talk, port)
    try:
        yield server
    finally:
        server.close()


def answer(status: str = "200 OK", body: bytes = b"", *headers: str) -> Talk:
    """Answer every request alike."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return lambda connection, _: connection.sendall("\r\n".join(lines).encode() + body)


def hang_up(connection: socket.socket, _: bytes) -> None:
    """Read the request and say nothing."""
    connection.close()
