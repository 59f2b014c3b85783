"""What was taken back is gone from the files, not only from the tables: looked for as somebody with the disk would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# A database with a file of its own, in a process of its own: that of the other tests is in memory.
STORY = """
input()
import django
django.setup()
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from rapport.core.types import Author, Deletion, Message, Page
from rapport.server import work
from rapport.server.listen.actions import open_box
from rapport.server.listen.receiving import receive
from rapport.server.listen.models import Message as Row

call_command("migrate", verbosity=0)
box = open_box("Letters", actor="test")
cleo, now = Author("files:Letters", "cleo"), timezone.now()

def hear(**page):
    receive(Page(**page), box, "import")
    work.settle("test")

def said(name, text):
    return Message("files:Letters", name, cleo, text, now, addressed=True)

hear(messages=[said(str(number), f"The ferry number{number} was late") for number in range(300)])
hear(messages=[said("wrong", "zqxorbotron jqvaxxle wjqkonkel")])
hear(messages=[said("wrong", "zqxorbotron jqvaxxle was late")])
hear(messages=[said(f"more{number}", f"Late again, number{number}") for number in range(300)])
print("heard", flush=True)
input()
hear(deletions=[Deletion("files:Letters", "wrong")])
print(Row.objects.get(external_id="wrong").state, flush=True)
input()
Row.objects.filter(state="removed").update(next_try_at=now)
work.settle("test")
print(Row.objects.get(external_id="wrong").state, flush=True)
input()
"""


@pytest.fixture
def story(tmp_path: Path):
    environment = {
        **{name: value for name, value in os.environ.items() if name != "RAPPORT_DATABASE_URL"},
        "RAPPORT_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "rapport.server.settings",
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", STORY], env=environment, **pipes) as process:

        def go_on() -> str:
            """What the story says at its next stop. It is alive there, and so is its log of changes."""
            process.stdin.write("\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield go_on
        process.kill()


def holding(folder: Path, words: tuple[str, ...]) -> set[str]:
    """Which of the words can be read in any file. An index may leave their first letters to its neighbour."""
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return {word for word in words if any(word[2:].encode() in content for content in contents)}


def test_what_was_taken_back_is_erased_from_every_file(story, tmp_path):
    words = ("zqxorbotron", "jqvaxxle", "wjqkonkel")
    assert story() == "heard"
    assert holding(tmp_path, words) == set(words)
    assert story() == "removed"
    assert holding(tmp_path, words) == set(words)  # or else the last step would prove nothing
    assert story() == "erased"
    assert holding(tmp_path, words) == set()
    assert holding(tmp_path, ("number17",)) == {"number17"}
