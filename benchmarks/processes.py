"""The parts of Rapport as processes of their own: started, watched from outside, and ended by their ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

MEGABYTE = 1_000_000
PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(
    commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], logs: Path
) -> Iterator[dict[str, int]]:
    """Runs `python -m ...` for each command; name -> process id. Ends them all, whatever happens."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    logs.mkdir(exist_ok=True)
    try:
        for name, command in commands.items():
            with (logs / f"{name}.log").open("wb") as log:
                started[name] = subprocess.Popen(
                    [sys.executable, "-m", *command], env={**os.environ, **environment}, stdout=log, stderr=log
                )
        yield {name: process.pid for name, process in started.items()}
    except BaseException:
        for name in started:
            print(f"-- the last that {name} said", *_last_lines(logs / f"{name}.log"), sep="\n", file=sys.stderr)
        raise
    finally:
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        for process in started.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


PARTS = {"web": "web", "work": "worker", "listen": "listener"}
"""The commands of the parts that `rapport run` starts, and what they are called."""


@contextmanager
def rapport(port: int, environment: Mapping[str, str], logs: Path) -> Iterator[dict[str, int]]:
    """`rapport run`, as people start it, until it answers; its parts and their "parent" -> process id."""
    with running({"run": ["rapport.cli", "run", "--port", str(port)]}, environment, logs) as started:
        wait_for(f"http://127.0.0.1:{port}/health/")
        yield {"parent": started["run"], **_parts(started["run"])}


def _parts(parent: int) -> dict[str, int]:
    """The worker and the listener begin when the pages are there."""
    until = time.monotonic() + 30
    while True:
        found = {}
        for process in _children(parent):
            words = Path(f"/proc/{process}/cmdline").read_text().split("\0")
            if "rapport.cli" in words:  # it has become what it was started for
                found[PARTS[words[words.index("rapport.cli") + 1]]] = process
        missing = set(PARTS.values()) - found.keys()
        if not missing:
            return found
        if time.monotonic() > until:
            raise RuntimeError(f"`rapport run` has no {' and no '.join(sorted(missing))}.")
        time.sleep(0.1)


def _last_lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()[-12:]


def wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # our own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


# -- processor time --------------------------------------------------------------------------------------------------


def processor_seconds(process: int) -> float:
    """That a process and its children have used so far: what they cost, however busy the machine is otherwise."""
    ticks = 0
    for one in _family(process):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# -- memory ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes. rss counts a page that several processes share once for each; pss divides it among them."""

    rss: float
    pss: float


@dataclass
class Watch:
    """Looks at the processes and their children once a second, and remembers the largest sums.

    Of the "parent" it takes what is its own: its children are the others.
    """

    parts: Mapping[str, int]
    most: dict[str, Memory] = field(default_factory=dict)
    total: Memory = field(default_factory=lambda: Memory(0, 0))
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look, name="memory")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(1):
            now = {
                name: (_own_memory if name == "parent" else _memory)(process) for name, process in self.parts.items()
            }
            self.total = _larger(self.total, _sum(now.values()))
            for name, memory in now.items():
                self.most[name] = _larger(self.most.get(name, memory), memory)


def _larger(one: Memory, other: Memory) -> Memory:
    return Memory(max(one.rss, other.rss), max(one.pss, other.pss))


def _sum(many: Sequence[Memory] | Iterator[Memory]) -> Memory:
    found = list(many)
    return Memory(sum(one.rss for one in found), sum(one.pss for one in found))


def _memory(process: int) -> Memory:
    """Of a process and of everything that it started."""
    return _sum(_own_memory(one) for one in _family(process))


def _family(process: int) -> Iterator[int]:
    yield process
    for child in _children(process):
        yield from _family(child)


def _children(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            yield from map(int, task.read_text().split())
        except OSError:  # it ended while we looked
            continue


def _own_memory(process: int) -> Memory:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return Memory(0, 0)
    sizes = {name: int(rest.split()[0]) * 1024 / MEGABYTE for name, _, rest in (line.partition(":") for line in lines)}
    return Memory(sizes["Rss"], sizes["Pss"])
