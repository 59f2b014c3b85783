"""From the socket to the stored match: a fake Jetstream on loopback, and the real listener, worker and web beside it.

make bench-intake                                   ten minutes at 5,000 events a second, after a burst
python -m benchmarks.intake --minutes 0.5           a short look
python -m benchmarks.intake --briefs 10000
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.processes import Watch, free_port, processor_seconds, rapport
from benchmarks.results import FOLDER, Row, table, write
from rapport.connectors.bluesky.mark import Mark
from rapport.connectors.websocket import WebSocket

ROOT = Path(__file__).parents[1]
RATE = 5_000
LEAST = {1_000: 15_000.0, 10_000: 5_000.0}
MOST_LAG_SECONDS, MOST_MB = 10.0, 600.0
PATIENCE_SECONDS = 300.0
FIRST = 100
"""Events that are said before the burst: with the first of them the listener reads the briefs."""
ALONE = 100_000


class Teller:
    """Our end of `benchmarks.stream`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def say(self, command: str) -> dict[str, float]:
        self.begin(command)
        return self.answer()

    def begin(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        answer: dict[str, float] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def telling(port: int, briefs: int) -> Iterator[tuple[Teller, str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stream", str(port), str(briefs)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        yield Teller(process), json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait()


class Stored:
    """What the listener has kept, read from outside."""

    def __init__(self, home: Path) -> None:
        self._database = sqlite3.connect(f"file:{home / 'rapport.sqlite3'}?mode=ro", uri=True, timeout=20)

    def messages(self) -> int:
        return int(self._one("SELECT count(*) FROM rapport_message"))

    def passed_over(self) -> int:
        return int(self._one("SELECT coalesce(sum(let_go), 0) FROM rapport_pulse"))

    def heard_until(self) -> float:
        """The time of the newest event that is behind us."""
        return Mark.read(str(self._one("SELECT value FROM rapport_cursor WHERE source = 'stream'"))).at / 1e6

    def _one(self, question: str) -> object:
        return self._database.execute(question).fetchone()[0]


def wait_until_stored(told: Mapping[str, float], stored: Stored) -> float:
    """Until everything that was said is stored or counted; when it was."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while stored.messages() + stored.passed_over() < told["said"] and time.monotonic() < deadline:
        time.sleep(0.05)
    return time.time()


# -- the run -----------------------------------------------------------------------------------------------------------


def run(briefs: int, minutes: float, burst: int, home: Path) -> Iterator[Row]:
    yield Row("load of the machine before the run", os.getloadavg()[0], "processes")
    port, stream_port = free_port(), free_port()
    environment = {
        "RAPPORT_HOME": str(home),
        "RAPPORT_SITE_URL": f"http://127.0.0.1:{port}",
        "RAPPORT_PRIVATE_HOSTS": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }
    with telling(stream_port, briefs) as (teller, url):
        fill = [sys.executable, "-m", "benchmarks.listening", str(briefs), url]
        subprocess.run(fill, check=True, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
        alone = pace_of_the_fake(teller, url)
        with rapport(port, environment, home / "logs") as processes, Watch(processes) as watch:
            while not teller.say("listeners")["listeners"]:
                time.sleep(0.2)
            stored = Stored(home)
            yield from _begun(teller, stored, briefs)
            yield from _burst(teller, stored, processes["listener"], briefs, burst, alone)
            yield from _steady(teller, stored, minutes)
    yield Row("memory of all, RSS", watch.total.rss, "MB", "PSS", watch.total.pss, target=MOST_MB)
    for name, most in watch.most.items():
        yield Row(f"memory of {name}, RSS", most.rss, "MB", "PSS", most.pss)


def pace_of_the_fake(teller: Teller, url: str) -> float:
    """Events a second that arrive where nobody does anything with them: more cannot be heard from it."""
    with closing(WebSocket(url, ["127.0.0.1"])) as socket:
        while not teller.say("listeners")["listeners"]:
            time.sleep(0.05)
        began, arrived = teller.say(f"burst {ALONE}")["at"], 0
        while arrived < ALONE:
            arrived += len(socket.receive(1.0))
        pace = ALONE / (time.time() - began)
    while teller.say("listeners")["listeners"]:
        time.sleep(0.05)
    teller.say("anew")
    return pace


def _begun(teller: Teller, stored: Stored, briefs: int) -> Iterator[Row]:
    """The first events of a listener that was just started."""
    told = teller.say(f"burst {FIRST}")
    yield Row(
        f"from the first event to the first page, {briefs:,} briefs", wait_until_stored(told, stored) - told["at"], "s"
    )


def _burst(teller: Teller, stored: Stored, listener: int, briefs: int, count: int, alone: float) -> Iterator[Row]:
    """As fast as it can: everything is there at once."""
    yield Row("load of the machine before the burst", os.getloadavg()[0], "processes")
    used = processor_seconds(listener)
    told = teller.say(f"burst {count}")
    ended = wait_until_stored(told, stored)
    used = processor_seconds(listener) - used
    name = f"socket to stored match, {briefs:,} briefs"
    least = LEAST.get(briefs)
    pace = count / (ended - told["at"])
    yield Row(name, pace, "events/s", "the fake alone, to nobody who reads", alone, least, at_least=True)
    yield Row(f"{name}, by the listener's processor time", count / used, "events/s")
    yield from _complete(told, stored, "burst")


def _steady(teller: Teller, stored: Stored, minutes: float) -> Iterator[Row]:
    """As much as the network says, for some minutes."""
    lags: list[float] = []
    teller.begin(f"steady {RATE} {60 * minutes}")
    until = time.monotonic() + 60 * minutes
    while time.monotonic() < until:
        time.sleep(1)
        lags.append(time.time() - stored.heard_until())
    told = teller.answer()
    wait_until_stored(told, stored)
    yield Row(f"largest lag at {RATE:,} events/s for {minutes:g} min", max(lags), "s", target=MOST_LAG_SECONDS)
    yield from _complete(told, stored, "steady")


def _complete(told: dict[str, float], stored: Stored, when: str) -> Iterator[Row]:
    yield Row(f"share that matches, {when}", 100 * told["wanted"] / told["said"], "%")
    yield Row(f"matches that were not stored, {when}", abs(told["wanted"] - stored.messages()), "messages", target=0)
    lost = told["said"] - stored.messages() - stored.passed_over()
    yield Row(f"events neither stored nor counted, {when}", abs(lost), "events", target=0)


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--briefs", type=int, nargs="*", default=[1_000, 10_000])
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--burst", type=int, default=300_000)
    options.add_argument("--results", type=Path, default=FOLDER)
    given = options.parse_args(arguments)
    rows: list[Row] = []
    for number, briefs in enumerate(given.briefs):
        with tempfile.TemporaryDirectory() as home:
            rows += run(briefs, given.minutes if number == 0 else min(given.minutes, 1), given.burst, Path(home))
    print(table(rows))
    print(write("intake", rows, given.results))


if __name__ == "__main__":
    main()
