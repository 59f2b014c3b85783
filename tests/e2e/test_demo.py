"""The two commands, as a newcomer would type them."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request

import pytest

from tests.e2e.conftest import rapport

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_the_first_run_is_there_within_sixty_seconds_and_the_second_within_five(loaded, demo):
    assert loaded.seconds < 60 * loaded.busy
    assert demo.seconds < 5 * demo.busy
    assert "Sign in as" in loaded.words
    assert demo.password == loaded.password
    with urllib.request.urlopen(f"{demo.url}/accounts/login/") as answer:  # noqa: S310  # our own
        assert b"Merrow Line" in answer.read()


def test_ctrl_c_leaves_nothing_running(tmp_path):
    with rapport(tmp_path / "var") as running:
        parts = subprocess.run(["ps", "--ppid", str(running.pid), "-o", "pid="], capture_output=True, text=True)
        pids = [int(pid) for pid in parts.stdout.split()]
        assert len(pids) == 3
    alive = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
    assert not alive


def test_a_part_that_dies_is_started_again(tmp_path):
    with rapport(tmp_path / "var") as running:
        children = lambda: set(  # noqa: E731
            subprocess.run(
                ["ps", "--ppid", str(running.pid), "-o", "pid="], capture_output=True, text=True
            ).stdout.split()
        )
        before = children()
        victim = sorted(before)[1]
        os.kill(int(victim), 9)
        until = time.monotonic() + 20
        while time.monotonic() < until and (victim in children() or len(children()) < 3):
            time.sleep(0.2)
        assert len(children()) == 3
        assert victim not in children()
