"""The inbox at a million messages: 25 people at work while 50 messages a second arrive.

    make bench-inbox
    python -m benchmarks.inbox --keep FOLDER          keeps the million for the next run
    python -m benchmarks.inbox --messages 2000 --seconds 10 --warm-up 3     a short look

What is promised: 19 of 20 lists and 19 of 20 conversations stand in the browser within 400 ms, everything that was said
is placed, nothing fails, and all processes together stay within 600 MB. README.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.arrivals import Arrivals
from benchmarks.people import Asked, Person
from benchmarks.processes import Memory, Watch, free_port, processor_seconds, running, wait_for
from benchmarks.results import FOLDER, Row, table, write

ROOT = Path(__file__).parents[1]
PER_SECOND = 50
MOST_MS, MOST_MB = 400.0, 600.0
# What the channel itself waits: until a file has settled, then until it looks again.
FOLDER_WAITS_SECONDS = 2 + 5
PATIENCE_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Found:
    """What a run brought. `seconds` are those of the measured stretch, `processor` those that each part used in it."""

    asked: list[Asked]
    bare: list[Asked]
    most: dict[str, Memory]
    total: Memory
    processor: dict[str, float]
    dropped: int
    placed: int
    lags: list[float]
    faults: int
    seconds: float


# -- the past --------------------------------------------------------------------------------------------------------


def past(folder: Path, messages: int) -> Path:
    """A home with that many messages, made now unless it is there already in today's form."""
    home = folder / f"{messages}"
    form = hashlib.sha256()
    for file in [*sorted((ROOT / "rapport/server/migrations").glob("0*.py")), ROOT / "benchmarks/million.py"]:
        form.update(file.read_bytes())
    stamp = home / "form"
    if not stamp.exists() or stamp.read_text() != form.hexdigest():
        shutil.rmtree(home, ignore_errors=True)
        command = [sys.executable, "-m", "benchmarks.million", str(home), "--messages", str(messages)]
        subprocess.run(command, check=True, cwd=ROOT)
        stamp.write_text(form.hexdigest())
    return home


def moved(home: Path, to: Path) -> dict[str, Any]:
    """A copy to be worked in; its watched folder is its own. What the load wrote about itself."""
    shutil.copytree(home, to)
    with sqlite3.connect(to / "rapport.sqlite3") as database:
        database.execute(
            "UPDATE rapport_channel SET config = json_set(config, '$.folder', ?) WHERE connector = 'files'",
            (str(to / "drop"),),
        )
    facts: dict[str, Any] = json.loads((to / "benchmark.json").read_text())
    return facts


# -- the run ---------------------------------------------------------------------------------------------------------


def measure(home: Path, facts: dict[str, Any], *, seconds: float, warm_up: float) -> Found:
    port, bare_port = free_port(), free_port()
    address, bare_address = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{bare_port}"
    environment = {"RAPPORT_HOME": str(home), "RAPPORT_SITE_URL": address, "PYTHONPATH": str(ROOT)}
    parts = {
        "web": ["rapport.cli", "web", "--port", str(port)],
        "worker": ["rapport.cli", "work"],
        "listener": ["rapport.cli", "listen"],
    }
    bare = {"bare": ["benchmarks.bare", str(bare_port)]}
    logs = home / "logs"
    people = [Person(address, email, facts["password"], Random(number)) for number, email in enumerate(facts["people"])]
    arrivals = Arrivals(home / "drop", PER_SECOND, Random(3))
    with running(bare, environment, logs), running(parts, environment, logs) as processes, Watch(processes) as watch:
        wait_for(f"{address}/health/")
        wait_for(bare_address)
        for person in people:
            person.sign_in()
        asked_bare: list[Asked] = []
        stop = threading.Event()
        with ThreadPoolExecutor(len(people) + 2) as pool:
            tasks = [pool.submit(person.work, stop) for person in people]
            tasks.append(pool.submit(arrivals.run, stop))
            tasks.append(pool.submit(_ask_the_bare_view, bare_address, asked_bare, stop))
            _while(tasks, warm_up)
            began, before = time.monotonic(), {name: processor_seconds(part) for name, part in processes.items()}
            _while(tasks, seconds)
            ended = time.monotonic()
            used = {name: processor_seconds(part) - before[name] for name, part in processes.items()}
            stop.set()
            for task in tasks:
                task.result()
        placed, lags = _placed(home, arrivals)
    measured = [asked for person in people for asked in person.asked if began <= asked.at]
    bare_measured = [asked for asked in asked_bare if began <= asked.at]
    faults = sum(_faults(file) for file in logs.iterdir() if file.name != "bare.log")
    return Found(
        measured, bare_measured, watch.most, watch.total, used, len(arrivals.dropped), placed, lags, faults,
        ended - began,
    )  # fmt: skip


def _while(tasks: Sequence[Future[None]], seconds: float) -> None:
    """Let them run so long; less when one of them gives up, for then there is nothing to measure."""
    wait(tasks, timeout=seconds, return_when=FIRST_COMPLETED)


def _ask_the_bare_view(address: str, asked: list[Asked], stop: threading.Event) -> None:
    person = Person(address, "", "", Random(0))
    while not stop.wait(1):
        person._get("bare", "/")
    asked += person.asked


def _placed(home: Path, arrivals: Arrivals) -> tuple[int, list[float]]:
    """Wait until everything that was dropped is in its conversation; how many are, and how long each took."""
    dropped, deadline = set(arrivals.dropped), time.monotonic() + PATIENCE_SECONDS
    database = sqlite3.connect(home / "rapport.sqlite3", timeout=20)
    question = (
        "SELECT message.external_id, message.published_at, placement.at FROM rapport_message message"
        " JOIN rapport_placement placement ON placement.message_id = message.id WHERE message.id > ?"
        " AND message.network = 'files:dropped' AND message.state = 'routed'"
    )
    while True:
        rows = database.execute(question, (_before(database),)).fetchall()
        if {row[0] for row in rows} >= dropped or time.monotonic() > deadline:
            break
        time.sleep(1)
    database.close()
    lags = [(datetime.fromisoformat(at) - datetime.fromisoformat(said)).total_seconds() for _, said, at in rows]
    assert {row[0] for row in rows} <= dropped, "something is placed that nobody dropped"
    return len(rows), lags


def _before(database: sqlite3.Connection) -> int:
    """Messages up to this number were there before the run."""
    found = database.execute("SELECT MIN(id) FROM rapport_message WHERE network = 'files:dropped'").fetchone()[0]
    return int(found or 1) - 1


def _faults(log: Path) -> int:
    return sum(" ERROR " in line or "Traceback" in line for line in log.read_text(errors="replace").splitlines())


# -- the verdict -----------------------------------------------------------------------------------------------------

LISTS = ("list", "list, next page")
CONVERSATIONS = ("conversation", "conversation, whole page")
KINDS = (*LISTS, *CONVERSATIONS, "search", "draft", "button", "poll")


def verdict(found: Found, facts: dict[str, Any], load_before: float) -> list[Row]:
    bare = percentile(found.bare, 95)
    anchor = "bare Django view of 50 rows, p95 in the same run"
    rows = [
        Row("messages before the run", facts["messages"], "messages"),
        Row("conversations before the run", facts["conversations"], "conversations"),
        Row("database before the run", facts["bytes"] / 1e6, "MB"),
        Row("load of the machine before the run", load_before, "processes", "processor cores", os.cpu_count()),
        Row("people", len(facts["people"]), "people"),
        Row("list, p95", percentile(_of(found.asked, LISTS), 95), "ms", anchor, bare, MOST_MS),
        Row("conversation, p95", percentile(_of(found.asked, CONVERSATIONS), 95), "ms", anchor, bare, MOST_MS),
    ]
    for kind in KINDS:
        rows += _about(kind, _of(found.asked, [kind]))
    rows += _about("bare Django view of 50 rows", found.bare)
    troubled = sum(bool(asked.trouble) for asked in found.asked)
    rows += [
        Row("requests that failed", troubled, "requests", "requests", len(found.asked), 0),
        Row("errors in the logs", found.faults, "lines", target=0),
        Row(
            "memory of all processes, RSS",
            found.total.rss,
            "MB",
            "a page that is shared counts each time",
            target=MOST_MB,
        ),
        Row("memory of all processes, PSS", found.total.pss, "MB", "a page that is shared is divided"),
    ]
    for name, memory in found.most.items():
        rows += [
            Row(f"memory of the {name}, RSS", memory.rss, "MB"),
            Row(f"memory of the {name}, PSS", memory.pss, "MB"),
        ]
    pages = len(found.asked)
    rows += [
        Row("processor time of a request", 1000 * found.processor["web"] / max(pages, 1), "ms"),
        *(
            Row(f"share of a core, {name}", round(used / found.seconds, 2), "cores")
            for name, used in found.processor.items()
        ),
        Row("messages that arrived", found.dropped, "messages"),
        Row("messages that arrived and were not placed", found.dropped - found.placed, "messages", target=0),
    ]
    waits = "longest that the folder's channel waits"
    for share in (50, 95):
        lag = float(np.percentile(found.lags, share)) if found.lags else float("nan")
        rows.append(Row(f"from dropped to placed, p{share}", round(lag, 1), "s", waits, FOLDER_WAITS_SECONDS))
    return rows


def _of(asked: Iterable[Asked], kinds: Sequence[str]) -> list[Asked]:
    return [one for one in asked if one.kind in kinds]


def _about(name: str, asked: Sequence[Asked]) -> list[Row]:
    if not asked:
        return []
    shares = [Row(f"{name}, p{share}", percentile(asked, share), "ms") for share in (50, 95, 99)]
    return [Row(f"{name}, requests", len(asked), "requests"), *shares]


def percentile(asked: Sequence[Asked], share: int) -> float:
    return round(float(np.percentile([one.seconds * 1000 for one in asked], share)), 1) if asked else float("nan")


def main() -> int:
    parser = argparse.ArgumentParser(description="The inbox at a million messages.")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--warm-up", type=float, default=20)
    parser.add_argument("--keep", type=Path, help="keep the loaded messages in this folder for the next run")
    parser.add_argument("--results", type=Path, default=FOLDER, help="where inbox.json is written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rapport-benchmark-") as temporary:
        home = past(options.keep or Path(temporary) / "past", options.messages)
        work = Path(temporary) / "home"
        facts = moved(home, work)
        load_before = os.getloadavg()[0]
        found = measure(work, facts, seconds=options.seconds, warm_up=options.warm_up)
    rows = verdict(found, facts, round(load_before, 2))
    print(table(rows))
    for trouble in sorted({asked.trouble for asked in found.asked if asked.trouble})[:20]:
        print(trouble)
    print(write("inbox", rows, options.results))
    return 0 if all(row.holds is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
