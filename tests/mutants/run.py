"""Bugs made by hand, one a patch, that somebody might really write: the tests must notice every one of them.

    python -m tests.mutants.run                 all of them, two at a time
    python -m tests.mutants.run cursor resend   those whose names contain one of these words

Each patch begins with lines that say which clause of the delivery contract it breaks, what the bug is, and which tests
have to turn red:

    Clause: I2, rows and cursor in one transaction
    Bug: the cursor is saved before the rows
    Red: tests/torture/test_intake_model.py tests/server/test_listening.py::test_a_page_that_cannot_be_stored

The tests that are named are run on clean code first, where all must be green. A patch counts as noticed only if tests
failed: a run that cannot start, finds no tests or does not import proves nothing. The exit status tells whether all
were noticed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
AT_ONCE = 2
SECONDS = 900
GREEN, RED, ENDLESS = 0, 1, 124  # exit statuses of pytest, and of none; every other means that it did not get so far
HEAD = re.compile(r"(Clause|Bug|Red): (.+)")


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


def main(words: list[str]) -> int:
    chosen = [one for one in mutants() if not words or any(word in one.name for word in words)]
    with tempfile.TemporaryDirectory() as folder:
        places: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            places.put(copy_of_the_house(Path(folder) / str(number)))
        every = sorted({test for one in chosen for test in one.red})
        place = places.get()
        status, words_of_it = run(place, every)
        places.put(place)
        if status != GREEN:
            print(f"The clean code is not green:\n{words_of_it}")
            return 1
        print(f"The clean code is green: {words_of_it.splitlines()[-1]}")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            wrongs = [wrong for wrong in pool.map(lambda one: tried(one, places), chosen) if wrong]
    for wrong in wrongs:
        print(wrong)
    print(f"{len(chosen) - len(wrongs)} of {len(chosen)} bugs were noticed.")
    return 1 if wrongs else 0


def tried(mutant: Mutant, places: SimpleQueue[Path]) -> str:
    """What is wrong with how the tests took this bug; nothing when they noticed it."""
    place = places.get()
    try:
        patch(place, mutant)
        status, words = run(place, mutant.red)
        patch(place, mutant, "--reverse")
    finally:
        places.put(place)
    print(
        f"{'red' if status == RED else 'NOT NOTICED' if status == GREEN else 'BROKEN'}  {mutant.name}: {mutant.bug}",
        flush=True,
    )
    return "" if status == RED else f"\n{mutant.name} ({mutant.clause}): {mutant.bug}\n{words}"


def copy_of_the_house(folder: Path) -> Path:
    """The files that are under version control, as they stand now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def patch(folder: Path, mutant: Mutant, *options: str) -> None:
    """Apply it exactly where it says; a patch that does not fit any more has to be written anew."""
    command = ["git", "apply", *options, str(mutant.patch)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{mutant.patch.name} does not fit: {done.stdout}{done.stderr}")


def run(folder: Path, tests: list[str] | tuple[str, ...]) -> tuple[int, str]:
    """The exit status of pytest, and the end of what it said. The folder's own code is what it imports."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return ENDLESS, f"It had not ended after {SECONDS} seconds, and that proves nothing."
    return done.returncode, done.stdout[-3000:] + done.stderr[-1000:]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
