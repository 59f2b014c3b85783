"""Servers that tests start: on a free port of loopback, and gone when the test is.

port = free_port()
with process(["redis-server", "--port", str(port)], folder / "log") as redis:
    listening(port, redis, folder / "log")
    ...
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(
    command: Sequence[str], log: Path, *, end: signal.Signals = signal.SIGTERM, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that writes to `log`, and is ended by its id on the way out; by the kernel, if we are killed first."""
    last_will = ["setpriv", "--pdeathsig", end.name.removeprefix("SIG")] if shutil.which("setpriv") else []
    with log.open("wb") as sink:
        running = subprocess.Popen([*last_will, *command], **{"stdout": sink, "stderr": sink, **options})
    try:
        yield running
    finally:
        running.send_signal(end)
        try:
            running.wait(timeout=15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        for pipe in (running.stdin, running.stdout):
            if pipe:
                pipe.close()


def listening(port: int, running: subprocess.Popen[bytes], log: Path, *, seconds: float = 60.0) -> None:
    """Wait until it takes connections; say what it wrote when it never does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{running.args} did not start:\n{tail(log)}")


def tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:]
