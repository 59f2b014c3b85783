"""A proxy between Rapport and a server of the tests, on loopback, that damages what the server answers.

with proxy(server.port, cut_after=700) as line:      # the connection is reset when 700 bytes of the answer are through
    ...                                              # http://127.0.0.1:{line.port}/
    line.fault = WELL                                # and from now on it is a good line
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What the line does to each answer.

    cut_after         bytes that come through; then the connection ends: None, never
    reset             it ends with a reset (RST) instead of an orderly end (FIN)
    bytes_per_second  no more than that: 0, as fast as it goes
    silent_for        seconds before the first byte
    junk              sent instead of the answer
    """

    cut_after: int | None = None
    reset: bool = False
    bytes_per_second: float = 0
    silent_for: float = 0
    junk: bytes = b""


WELL = Fault()


class Proxy:
    def __init__(self, upstream: int, fault: Fault) -> None:
        self.upstream, self.fault = upstream, fault
        self.connections = 0
        self._ending = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client, self.fault), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self.upstream)) as server:
            threading.Thread(target=self._ask, args=(client, server), daemon=True).start()
            self._ending.wait(fault.silent_for)
            if fault.junk:
                client.sendall(fault.junk)
                client.shutdown(socket.SHUT_RDWR)
                return
            self._answer(server, client, fault)

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket, fault: Fault) -> None:
        left = fault.cut_after
        while left is None or left > 0:
            a_piece = 1 if fault.bytes_per_second else 65536
            data = server.recv(a_piece if left is None else min(a_piece, left))
            if not data:
                return
            client.sendall(data)
            left = None if left is None else left - len(data)
            if fault.bytes_per_second and self._ending.wait(1 / fault.bytes_per_second):
                return
        if fault.reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.shutdown(socket.SHUT_RD)  # wakes who reads from it: while they do, closing it would send nothing
        else:
            client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._ending.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def proxy(upstream: int, **fault: object) -> Iterator[Proxy]:
    line = Proxy(upstream, Fault(**fault))  # type: ignore[arg-type]
    try:
        yield line
    finally:
        line.close()
