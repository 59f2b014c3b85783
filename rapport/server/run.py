"""One parent for all parts: it starts them, restarts what dies, and ends them together.

Each part holds the reading end of a pipe whose other end is the parent's alone. When the parent is gone, however it
went, the pipe closes and the part ends by itself: nothing is left running that nobody looks after.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from rapport.core.errors import SettingError

log = logging.getLogger("rapport.run")
PATIENCE_SECONDS = 10.0
AHEAD_SECONDS = 3.0  # somebody waits for the pages: the other parts begin when these are there, or after so long
STEADY_SECONDS = 60.0  # a part that ran so long runs well: its next death is its first
THREADS = 8
PIPE = "RAPPORT_PARENT_PIPE"
FRUGAL = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "MALLOC_MMAP_THRESHOLD_": "65536",
}
"""The parts share the machine. Threads that wait in turns for each other's share of a small matrix only take from it,
and so does memory that glibc keeps for each thread after it was used. What you set comes first."""


def follow_parent(end: Callable[[], None]) -> None:
    """Call `end` when the parent is gone. Does nothing in a part that was started by hand."""
    if not (number := os.environ.pop(PIPE, "")):
        return

    def wait() -> None:
        os.read(int(number), 1)
        end()

    threading.Thread(target=wait, daemon=True, name="parent").start()


def serve(*, host: str, port: int) -> None:
    """The web part: granian, plain WSGI, one process with threads."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.server.settings")
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    follow_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
    Granian(
        "rapport.server.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backlog=128,
        log_access=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    ).serve()


@dataclass
class Part:
    """One process, and when it may be started again."""

    name: str
    arguments: Sequence[str]
    pipe: int
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started: float = 0.0
    not_before: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rapport.cli", *self.arguments],
            env={**FRUGAL, **os.environ, PIPE: str(self.pipe)},
            pass_fds=[self.pipe],
            start_new_session=True,  # Ctrl-C is for the parent, which then ends the parts in order
        )

    def look(self, now: float) -> None:
        """Start it if it is not there; after a death wait a little longer each time."""
        if self.process is None:
            if now >= self.not_before:
                self.start()
                self.started = now
            return
        code = self.process.poll()
        if code is not None:
            self.process = None
            self.deaths = 1 if now - self.started >= STEADY_SECONDS else self.deaths + 1
            wait = min(0.5 * 2 ** min(self.deaths, 6), 30)
            self.not_before = now + wait
            click.echo(f"The part “{self.name}” ended with {code}; it starts again in {wait:.0f} s.", err=True)

    def end(self, deadline: float) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def supervise(*, host: str, port: int, sample: bool) -> int:
    """Prepare the database, start the parts, say where they are, and stay until told to stop."""
    see_that_it_is_free(host, port)
    stop, begun = threading.Event(), threading.Event()

    def end(*_: object) -> None:
        if not begun.is_set() and not stop.is_set():
            click.echo("\nStopping as soon as the database is ready: nothing is left half made.", err=True)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    os.environ.setdefault("RAPPORT_SITE_URL", f"http://127.0.0.1:{port}")
    preparation = [sys.executable, "-m", "rapport.cli", "prepare", *(["--sample"] if sample else [])]
    alone = {"OPENBLAS_NUM_THREADS": FRUGAL["OPENBLAS_NUM_THREADS"], **os.environ}
    prepared = subprocess.run(preparation, stdout=subprocess.PIPE, text=True, start_new_session=True, env=alone)
    if prepared.returncode or stop.is_set():
        return prepared.returncode
    begun.set()
    click.echo("Starting …", err=True)
    pipe, ours = os.pipe()
    later = time.monotonic() + AHEAD_SECONDS
    parts = [
        Part("web", ["web", "--host", host, "--port", str(port)], pipe),
        Part("worker", ["work"], pipe, not_before=later),
        Part("listener", ["listen"], pipe, not_before=later),
    ]
    try:
        _stay(parts, stop, port, prepared.stdout)
    finally:
        deadline = time.monotonic() + PATIENCE_SECONDS
        for part in parts:
            if part.process:
                part.process.terminate()
        for part in parts:
            part.end(deadline)
        os.close(ours)
    click.echo("Everything has stopped.")
    return 0


def see_that_it_is_free(host: str, port: int) -> None:
    """Raises SettingError when nobody can listen there; starting again and again would not help."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # the rest is the address once more
        words = f"Nothing can listen on {host}, port {port}: {reason}."
        raise SettingError(f"{words} Choose another port with PORT or --port.") from error


def _stay(parts: Sequence[Part], stop: threading.Event, port: int, words: str) -> None:
    told, url = False, f"http://127.0.0.1:{port}"
    while not stop.is_set():
        for part in parts:
            part.look(time.monotonic())
        if not told and _answers(port):
            told = True
            for part in parts:
                part.not_before = part.not_before if part.deaths else 0.0
                part.look(time.monotonic())
            click.echo(f"\nRapport is at {url}\n{words.replace('{url}', url)}\nCtrl-C stops it.")
        stop.wait(0.2 if not told else 1.0)


def _answers(port: int) -> bool:
    """Asked without a library, which the parent would keep in memory for as long as it runs."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(b"GET /health/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return b" 200 " in line.makefile("rb").readline(100)
    except OSError:
        return False
