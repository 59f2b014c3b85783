"""The writer of the archive is killed at every point that has a name, and at others: nothing is lost or there twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rapport.server.crashpoint import NAMES

POINTS = [name for name in NAMES if name.startswith("archive.")]
KILLS = 3

# Hears, edits and takes back, and archives after each round; told when a round begins. A database of its own.
STORY = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from rapport.core.types import Author, Deletion, Message, Page
from rapport.server import work
from rapport.server.alive import at_work
from rapport.server.keep import actions, run
from rapport.server.keep.verify import verify
from rapport.server.keep.models import ArchiveHead
from rapport.server.listen.actions import open_box
from rapport.server.listen.receiving import receive
from rapport.server.listen.models import Message as Row

call_command("migrate", verbosity=0)
box = open_box("Letters", actor="test")
cleo, now = Author("files:Letters", "cleo"), timezone.now()

def said(number, text):
    return Message("files:Letters", f"m{number}", cleo, text, now, addressed=False, context=True)

begin = Row.objects.count()
Row.objects.update(leased_until=None)  # what a dead reader held
work.settle("test")

def archive():
    with at_work("archivist", ArchiveHead.objects.all()) as worker:  # what a dead one held is free at once
        while run.turn(worker):
            pass

for round in range(int(sys.argv[1])):
    print("round", round, flush=True)
    first = begin + round * 40
    receive(Page([said(first + n, f"Ferry number {first + n}") for n in range(40)],
                 [Deletion("files:Letters", f"m{first - 7}")]), box, "import")
    receive(Page([said(first - 1, f"Ferry number {first - 1}, edited"), said(first + 1, f"Ferry {first + 1}, edited")]),
            box, "import")
    work.settle("test")
    archive()
if sys.argv[1] == "0":
    with run.alone() as worker:
        verdict = verify(actor=worker)
    kept = actions.archive()
    rows = kept.scan(versions=True).collect()
    twice = rows.group_by("external_id", "version").len()["len"].max()
    there = Row.objects.filter(removed_at=None).count()
    print("end", verdict.holds, verdict.messages == there == kept.scan().collect().height, twice, there, flush=True)
"""
Play = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Starts the story with so many rounds."""
    base = {name: value for name, value in os.environ.items() if name != "RAPPORT_DATABASE_URL"}
    base |= {"RAPPORT_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "rapport.server.settings"}
    base |= {"RAPPORT_ARCHIVE_SECONDS": "0", "RAPPORT_ARCHIVE_MESSAGES": "25"}

    def start(rounds: int, **more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", STORY, str(rounds)]
        return subprocess.Popen(command, env={**base, **more}, stdout=subprocess.PIPE, text=True)

    return start


@pytest.mark.timeout(900)
def test_a_writer_that_is_killed_loses_nothing_and_doubles_nothing(play, tmp_path):
    for point in POINTS:
        mark = tmp_path / f"{point}.mark"
        with play(2, RAPPORT_CRASH_AT=point, RAPPORT_CRASH_MARK=str(mark)) as process:
            process.communicate(timeout=240)
        assert (process.returncode, mark.exists()) == (-9, True), point
    chance = random.Random(7)
    for _ in range(KILLS):
        with play(1_000) as process:
            process.stdout.readline()
            time.sleep(chance.uniform(0.02, 0.8))
            process.kill()
            process.communicate()
    with play(0) as process:
        said, _none = process.communicate(timeout=240)
    end, holds, complete, twice, there = said.split()
    assert (end, holds, complete, twice) == ("end", "True", "True", "1")
    assert int(there) > 40 * len(POINTS)
