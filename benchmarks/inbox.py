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
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.arrivals import Arrivals
from benchmarks.people import Asked, Person
from benchmarks.processes import Memory, Watch, free_port, processor_seconds, rapport, running, wait_for
from benchmarks.results import FOLDER, Row, table, write

ROOT = Path(__file__).parents[1]
PER_SECOND = 50
MOST_MS, MOST_MB = 400.0, 600.0
# What the channel itself waits: until a file has settled, then until it looks again.
FOLDER_WAITS_SECONDS = 2 + 5
PATIENCE_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Found:
    """What a run brought. `seconds` are those of the measured stretch, `processor` those that each part used in it.

    log_bytes   of SQLite's write-ahead log at the end, before the parts stop: it grows when nobody can tidy it up
    """

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
    log_bytes: int


# -- the past --------------------------------------------------------------------------------------------------------


def past(folder: Path, messages: int) -> Path:
    """A home with that many messages, made now unless it is there already in today's form."""
    home = folder / f"{messages}"
    form = hashlib.sha256()
    made_by = [ROOT / "benchmarks/million.py", *sorted((ROOT / "benchmarks/past").glob("*.py"))]
    for file in [*sorted((ROOT / "rapport/server/migrations").glob("0*.py")), *made_by]:
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
    bare = {"bare": ["benchmarks.bare", str(bare_port)]}
    logs = home / "logs"
    people = [Person(address, email, facts["password"], Random(number)) for number, email in enumerate(facts["people"])]
    nobody = Person(bare_address, "", "", Random(0))
    arrivals = Arrivals(home / "drop", PER_SECOND, Random(3))
    with running(bare, environment, logs), rapport(port, environment, logs) as processes, Watch(processes) as watch:
        wait_for(bare_address)
        for person in people:
            person.sign_in()
        work = [person.work for person in people] + [arrivals.run, nobody.ask_every_second]
        parts = {name: process for name, process in processes.items() if name != "parent"}
        stretch = _together(work, parts, seconds=seconds, warm_up=warm_up)
        placed, lags = _placed(home, arrivals)
        log_bytes = (home / "rapport.sqlite3-wal").stat().st_size
    return Found(
        asked=[asked for person in people for asked in person.asked if stretch.began <= asked.at],
        bare=[asked for asked in nobody.asked if stretch.began <= asked.at],
        most=watch.most,
        total=watch.total,
        processor=stretch.used,
        dropped=len(arrivals.dropped),
        placed=placed,
        lags=lags,
        faults=_faults(logs / "run.log"),
        seconds=stretch.seconds,
        log_bytes=log_bytes,
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was measured: from when, for how long, and the processor seconds that each part used."""

    began: float
    seconds: float
    used: dict[str, float]


def _together(
    work: Sequence[Callable[[threading.Event], None]], processes: Mapping[str, int], *, seconds: float, warm_up: float
) -> Stretch:
    """Everybody works at once, first unmeasured, then measured; whoever gives up ends it for all."""
    stop = threading.Event()
    with ThreadPoolExecutor(len(work)) as pool:
        tasks = [pool.submit(one, stop) for one in work]
        wait(tasks, timeout=warm_up, return_when=FIRST_COMPLETED)
        began, before = time.monotonic(), {name: processor_seconds(part) for name, part in processes.items()}
        wait(tasks, timeout=seconds, return_when=FIRST_COMPLETED)
        ended, after = time.monotonic(), {name: processor_seconds(part) for name, part in processes.items()}
        stop.set()
        for task in tasks:
            task.result()
    return Stretch(began, ended - began, {name: after[name] - before[name] for name in processes})


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

LISTS = ("list, whole page", "list, next page")
CONVERSATIONS = ("conversation, fragment", "conversation, whole page")
KINDS = (*LISTS, *CONVERSATIONS, "search", "draft", "button", "poll")


def verdict(found: Found, facts: dict[str, Any], load_before: float) -> list[Row]:
    return [*_before_the_run(facts, load_before), *_times(found), *_costs(found), *_arrived(found)]


def _before_the_run(facts: dict[str, Any], load: float) -> list[Row]:
    return [
        Row("messages before the run", facts["messages"], "messages"),
        Row("conversations before the run", facts["conversations"], "conversations"),
        Row("database before the run", round(facts["bytes"] / 1e6), "MB"),
        Row("load of the machine before the run", load, "processes", "processor cores", os.cpu_count()),
        Row("people", len(facts["people"]), "people"),
    ]


def _times(found: Found) -> list[Row]:
    anchor, bare = "bare Django view of 50 rows, p95 in the same run", percentile(found.bare, 95)
    troubled = sum(bool(asked.trouble) for asked in found.asked)
    rows = [
        Row("list, p95", percentile(_of(found.asked, LISTS), 95), "ms", anchor, bare, MOST_MS),
        Row("conversation, p95", percentile(_of(found.asked, CONVERSATIONS), 95), "ms", anchor, bare, MOST_MS),
        Row("requests that failed", troubled, "requests", "requests", len(found.asked), 0),
        Row("errors in the logs", found.faults, "lines", target=0),
    ]
    for kind in KINDS:
        rows += _about(kind, _of(found.asked, [kind]))
    return rows + _about("bare Django view of 50 rows", found.bare)


def _costs(found: Found) -> list[Row]:
    shared = "pages that are shared divided (PSS)"
    rows = [Row("memory of all, RSS", round(found.total.rss), "MB", shared, round(found.total.pss), MOST_MB)]
    rows += [
        Row(f"memory of the {name}, RSS", round(memory.rss), "MB", shared, round(memory.pss))
        for name, memory in found.most.items()
    ]
    rows += [
        Row(f"processor time of the {name}", round(used / found.seconds, 2), "cores")
        for name, used in found.processor.items()
    ]
    each = 1000 * found.processor["web"] / max(len(found.asked), 1)
    return [
        *rows,
        Row("processor time of a request", round(each, 1), "ms"),
        Row("SQLite's log at the end", round(found.log_bytes / 1e6, 1), "MB"),
    ]


def _arrived(found: Found) -> list[Row]:
    waits = "longest that the folder's channel waits"
    lags = found.lags or [float("nan")]
    return [
        Row("messages that arrived", found.dropped, "messages"),
        Row("messages that arrived and were not placed", found.dropped - found.placed, "messages", target=0),
        *(
            Row(f"from dropped to placed, p{share}", _share(lags, share), "s", waits, FOLDER_WAITS_SECONDS)
            for share in (50, 95)
        ),
    ]


def _of(asked: Iterable[Asked], kinds: Sequence[str]) -> list[Asked]:
    return [one for one in asked if one.kind in kinds]


def _about(name: str, asked: Sequence[Asked]) -> list[Row]:
    if not asked:
        return []
    shares = [Row(f"{name}, p{share}", percentile(asked, share), "ms") for share in (50, 95, 99)]
    return [Row(f"{name}, requests", len(asked), "requests"), *shares]


def percentile(asked: Sequence[Asked], share: int) -> float:
    """In milliseconds."""
    return _share([one.seconds * 1000 for one in asked] or [float("nan")], share)


def _share(values: Sequence[float], share: int) -> float:
    return round(float(np.percentile(values, share)), 1)


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
