"""The listener as a process of its own, killed while it listens: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.jetstream import FakeJetstream, jetstream

CONNECT = """
import sys, django
from datetime import timedelta
from django.utils import timezone
django.setup()
from rapport.server.listen.models import Channel, Cursor
from rapport.server.listen import actions
channel = Channel.objects.create(name="Sea", connector="bluesky", network="bluesky", external_id="did:plc:us",
    config={"service": "http://127.0.0.1:1", "stream": sys.argv[1]})
Cursor.objects.create(channel=channel, source="stream", way="stream", every_seconds=1)
tomorrow = timezone.now() + timedelta(days=1)  # nobody can be asked here: there is a stream, and no server behind it
for source in ("notifications", "search", "recheck"):
    Cursor.objects.create(channel=channel, source=source, next_at=tomorrow)
actions.save_brief(None, name="Us", query="ferry", purpose="brand", actor="test")
"""


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "RAPPORT_HOME": str(folder),
            "RAPPORT_PRIVATE_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "rapport.server.settings",
        }
        self.environment.pop("RAPPORT_DATABASE_URL", None)

    def run(self, *command: str) -> None:
        subprocess.run([sys.executable, *command], env=self.environment, check=True, capture_output=True)

    @contextmanager
    def listener(self, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        with log.open("ab") as sink:
            command = [sys.executable, "-m", "rapport.cli", "listen"]
            running = subprocess.Popen(command, env=self.environment, stdout=sink, stderr=sink)
        try:
            yield running
        finally:
            running.kill()
            running.wait()

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(next(self.folder.glob("*.sqlite3")), timeout=20)) as database:
            return database.execute(sql).fetchall()

    def texts(self) -> list[str]:
        return [str(text) for (text,) in self.ask("SELECT text FROM rapport_message ORDER BY text")]


@pytest.fixture
def fake() -> Iterator[FakeJetstream]:
    with jetstream() as server:
        yield server


@pytest.fixture(params=["v1", "v2"])
def home(request: pytest.FixtureRequest, fake: FakeJetstream, tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.run("-m", "rapport.cli", "prepare")
    home.run("-c", CONNECT, fake.url if request.param == "v1" else fake.url_v2)
    return home


def until(ask: Callable[[], object], log: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not ask():
        assert time.monotonic() < end, log.read_text()[-3000:]
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_listener_that_is_killed_in_mid_stream_loses_nothing(fake: FakeJetstream, home: Home, tmp_path: Path) -> None:
    """It is killed twice, and the network cuts the stream besides, while fifty posts a second are written."""
    ended, log = threading.Event(), tmp_path / "log"
    said: list[str] = []

    def speak() -> None:
        while not ended.wait(0.02):
            said.append(f"ferry {len(said):05d}")
            fake.post(said[-1])
            fake.post("nothing that anybody wants")

    def heard_more() -> None:
        before = len(home.texts())
        until(lambda: len(home.texts()) > before + 50, log)

    with home.listener(log):
        until(lambda: fake.listeners, log)
        speaker = threading.Thread(target=speak)
        speaker.start()
        heard_more()
    with home.listener(log) as running:
        heard_more()
        running.send_signal(signal.SIGKILL)
    with home.listener(log):
        heard_more()
        assert fake.cut()
        heard_more()
        ended.set()
        speaker.join()
        until(lambda: len(home.texts()) >= len(said), log)
    assert home.texts() == said
    assert home.ask("PRAGMA integrity_check") == [("ok",)]
    assert home.ask("SELECT COUNT(*) FROM rapport_gap WHERE kind = 'missed'") == [(0,)]
