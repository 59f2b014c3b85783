"""What a dead worker held is free at once; what a living one holds, however slow it is, stays its own."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone

from rapport.server import alive
from rapport.server.alive import at_work
from rapport.server.listen.models import Cursor
from rapport.server.respond import actions as responding
from rapport.server.respond.models import Outgoing
from tests.server.test_story import answer

HOLD = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
Other = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def signs(settings, tmp_path) -> Path:
    settings.HOME = type(settings.HOME)(tmp_path)
    return settings.HOME.folder("workers")


@pytest.fixture
def other(signs: Path) -> Iterator[Other]:
    """Another process that is at work under a name."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", HOLD, str(signs / name)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@pytest.fixture
def held(channel) -> Cursor:
    """A cursor that `listener-7` leased for five minutes."""
    Cursor.objects.update(leased_by="listener-7", leased_until=timezone.now() + timedelta(minutes=5))
    return Cursor.objects.get()


def is_held(row: Cursor) -> bool:
    row.refresh_from_db()
    return row.leased_until > timezone.now()


def test_what_a_killed_worker_held_is_free_when_the_next_one_starts(held, other, signs):
    kill(other("listener-7"))
    with at_work("listener", Cursor.objects.all()) as name:
        assert not is_held(held)
        assert [file.name for file in signs.iterdir()] == [name]


@pytest.mark.parametrize("number", [None, signal.SIGSTOP], ids=["it works", "it hangs"])
def test_what_a_living_worker_holds_stays_its_own(held, other, number):
    process = other("listener-7")
    if number:
        process.send_signal(number)
    with at_work("listener", Cursor.objects.all()):
        assert is_held(held)


def test_of_a_worker_elsewhere_nothing_is_known(held, signs):
    with at_work("listener", Cursor.objects.all()):
        assert is_held(held)


def test_a_worker_of_another_kind_is_left_to_its_own_kind(held, other, signs):
    kill(other("listener-7"))
    with at_work("sender", Cursor.objects.all()):
        assert is_held(held)
    assert (signs / "listener-7").exists()


def test_a_worker_that_ends_in_good_order_leaves_no_sign(db, signs):
    with at_work("sender"):
        assert len(list(signs.iterdir())) == 1
    assert not list(signs.iterdir())


def test_the_answer_of_a_killed_sender_is_looked_up_at_once(talk, ben, harbour, other, signs):
    outgoing = answer(talk, ben)
    responding.take("sender-7", timezone.now())
    responding.sweep("sender-8", timezone.now())
    kill(other("sender-7"))
    with at_work("sender", Outgoing.objects.all()) as name:
        outgoing.refresh_from_db()
        assert outgoing.state == "sending"
        responding.sweep(name, timezone.now())
    outgoing.refresh_from_db()
    assert outgoing.state == "unknown"


def test_nobody_sees_the_sign_of_a_worker_before_it_is_locked(db, signs, monkeypatch):
    seen: list[list[Path]] = []

    def lock(file: object, how: int) -> None:
        seen.append(list(signs.glob("sender-*")))
        fcntl.flock(file, how)

    monkeypatch.setattr(alive, "fcntl", SimpleNamespace(**vars(fcntl) | {"flock": lock}))
    with alive.at_work("sender") as worker:
        assert (signs / worker).exists()
    assert seen[0] == []
