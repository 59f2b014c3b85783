"""Bugs made by hand, one a patch, that somebody might really write: the tests must notice every one of them.

    python -m tests.mutants.run                 all of them, two at a time
    python -m tests.mutants.run cursor resend   those whose names contain one of these words
    python -m tests.mutants.run --list          what there is, clause by clause

Each patch begins with lines that say which clause of `CLAUSES` it breaks, what the bug is, and which tests have to turn
red, by name, so that none runs that need not:

    Clause: I2, rows and cursor in one transaction
    Bug: the cursor is saved before the rows
    Red: tests/server/test_listening.py::test_a_page_that_cannot_be_stored_leaves_the_cursor_where_it_was

The tests that are named are run on clean code first, where all must be green. A bug counts as noticed only if the
assertion of a test failed: a run that cannot start, finds no tests, stumbles or does not end proves nothing. The exit
status tells whether all were noticed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.witness import DATABASE, TOLD

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
AT_ONCE = 2
SECONDS = 900
PLUGINS = ("pytest_django.plugin", "pytest_timeout", "witness")  # to load all that are installed takes twice as long
HEAD = re.compile(r"(Clause|Bug|Red): (.+)")

CLAUSES = (
    "I1, at least once, and one row for a message",
    "I2, rows and cursor in one transaction",
    "I3, a partial fetch is an error",
    "I4, after a reconnect nothing is missing and nothing counts twice",
    "I5, what can no longer be brought is a gap that people see",
    "I6, a mail is known by UIDVALIDITY and UID",
    "I7, no clock but ours decides",
    "I8, a poison item is set aside and the stream goes on",
    "I9, limits and sign-ins",
    "I10, every channel shows how it is",
    "Publish, the row is written before the call",
    "Publish, one key",
    "Publish, the text is frozen",
    "Publish, checked when it leaves",
    "Publish, unknown is never sent blindly",
    "Moderation, recorded like an answer, and a report is made once",
    "Edits and deletions upstream",
    "Edits and deletions reach the archive",
    "Erasure, what is gone stays gone",
    "Archive, each batch once",
    "Backfill, behind everything else and in the time that was asked for",
    "Record, a chain that shows what was done to it",
    "Trust, what is heard is no proof of who says it",
    "Webhook, signed and taken once",
)
"""What is promised about delivery."""


@dataclass(frozen=True)
class Mutant:
    name: str
    clause: str
    bug: str
    red: tuple[str, ...]
    patch: Path


def mutants() -> list[Mutant]:
    return [_read(path) for path in sorted(HERE.glob("*.patch"))]


def _read(path: Path) -> Mutant:
    head = dict(HEAD.findall(path.read_text().partition("\n--- ")[0]))
    if missing := {"Clause", "Bug", "Red"} - head.keys():
        raise SystemExit(f"{path.name} does not say its {', '.join(sorted(missing))}.")
    return Mutant(path.stem, head["Clause"], head["Bug"], tuple(head["Red"].split()), path)


def contents(some: Sequence[Mutant]) -> str:
    """Clause by clause, the bugs that break it."""
    by_clause = {clause: [one for one in some if one.clause == clause] for clause in CLAUSES}
    return "\n".join(
        line
        for clause, bugs in by_clause.items()
        for line in (f"{len(bugs):3}  {clause}", *(f"       {one.name}: {one.bug}" for one in bugs))
    )


# -- trying them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ended:
    """How tests ended: `green`, `red`, or `broken`, which proves nothing. `words` are the last that pytest said."""

    how: str
    words: str
    seconds: dict[str, float] = field(default_factory=dict)


def main(words: list[str]) -> int:
    chosen = [one for one in mutants() if not set(words) - {"--list"} or any(word in one.name for word in words)]
    if "--list" in words:
        print(contents(chosen))
        return 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        houses = list(pool.map(house, [Path(folder) / str(number) for number in range(AT_ONCE)]))
        clean = list(pool.map(run, houses, shares(chosen)))
        if wrong := [ended.words for ended in clean if ended.how != "green"]:
            print("The clean code is not green:", *wrong, sep="\n")
            return 1
        seconds = {test: took for ended in clean for test, took in ended.seconds.items()}
        print(f"The clean code is green: {len(seconds)} tests, {time.monotonic() - begun:.0f} s.", flush=True)
        quickest_first = sorted(chosen, key=lambda one: cost(one, seconds))
        wrongs = list(unnoticed(quickest_first, houses, pool))
    print(*wrongs, f"{len(chosen) - len(wrongs)} of {len(chosen)} bugs were noticed.", sep="\n")
    print(f"It took {time.monotonic() - begun:.0f} s.")
    return 1 if wrongs else 0


def shares(some: Sequence[Mutant]) -> list[list[str]]:
    """All tests that these name, once each, dealt out to those who run them at once."""
    every = sorted({test for one in some for test in one.red})
    return [every[number::AT_ONCE] for number in range(AT_ONCE)]


def cost(mutant: Mutant, seconds: Mapping[str, float]) -> float:
    """What its tests took on clean code. One name may stand for several that differ in their parameters."""
    return sum(took for test, took in seconds.items() if test.startswith(mutant.red))


def unnoticed(some: Sequence[Mutant], houses: Sequence[Path], pool: ThreadPoolExecutor) -> Iterator[str]:
    """Try them all, tell of each, and give back what is to be said about those that were not noticed."""
    free: SimpleQueue[Path] = SimpleQueue()
    for place in houses:
        free.put(place)

    def in_a_free_one(mutant: Mutant) -> tuple[Mutant, Ended, float]:
        place, begun = free.get(), time.monotonic()
        try:
            return mutant, tried(mutant, place), time.monotonic() - begun
        finally:
            free.put(place)

    for number, done in enumerate(as_completed(pool.submit(in_a_free_one, one) for one in some), 1):
        mutant, ended, took = done.result()
        said = {"red": "red", "green": "NOT NOTICED"}.get(ended.how, "BROKEN")
        print(f"{number:3} of {len(some)} {took:6.1f} s  {said}  {mutant.name}: {mutant.bug}", flush=True)
        if ended.how != "red":
            yield f"\n{said}: {mutant.name} ({mutant.clause}): {mutant.bug}\n{ended.words}"


def tried(mutant: Mutant, place: Path) -> Ended:
    """How its tests end with this bug in the house."""
    if wrong := patch(place, mutant):
        return Ended("broken", f"The patch has to be written anew: {wrong}")
    try:
        return run(place, mutant.red)
    finally:
        patch(place, mutant, "--reverse")


def patch(place: Path, mutant: Mutant, *options: str) -> str:
    """Apply it exactly where it says, or say why it does not fit any more."""
    command = ["git", "apply", *options, str(mutant.patch)]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def house(place: Path) -> Path:
    """The files that are under version control, as they stand now, compiled, and a database that is migrated."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    # By hash: a file that is patched twice within a second would pass for the one before, by its time and its size.
    compiling = ["compileall", "-q", "--invalidation-mode", "checked-hash", "rapport", "tests"]
    python(place, "-m", *compiling).check_returncode()
    home = {"RAPPORT_HOME": str((place / DATABASE).parent), "DJANGO_SETTINGS_MODULE": "rapport.server.settings"}
    python(place, "-m", "django", "migrate", "--verbosity", "0", **home).check_returncode()
    return place


def run(place: Path, tests: Sequence[str]) -> Ended:
    """What pytest says about these, in this house."""
    options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", *(f"-p{plugin}" for plugin in PLUGINS)]
    (place / TOLD).unlink(missing_ok=True)
    try:
        done = python(place, "-m", "pytest", *options, *tests)
    except subprocess.TimeoutExpired:
        return Ended("broken", f"It had not ended after {SECONDS} seconds, and that proves nothing.")
    words = done.stdout[-3000:] + done.stderr[-1000:]
    told = json.loads((place / TOLD).read_text()) if (place / TOLD).exists() else {"seconds": {}, "asserted": []}
    how = "green" if done.returncode == 0 else "red" if told["asserted"] else "broken"
    return Ended(how, words, told["seconds"])


def python(place: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A house's own code is what it imports; the witness is the one of this folder."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORT_", "DJANGO_"))}
    path = f"{place}{os.pathsep}{HERE}"
    environment = {**ours, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **more}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=SECONDS)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
