"""The two commands, as a newcomer would type them."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request

import pytest

from tests.e2e.conftest import rapport

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_the_first_run_is_there_within_ninety_seconds_and_the_second_within_five(tmp_path):
    home = tmp_path / "var"
    with rapport(home, "--sample") as first:
        assert first.seconds < 90 * slowness()
        assert "Sign in as" in first.words
        with urllib.request.urlopen(f"{first.url}/accounts/login/") as answer:  # noqa: S310  # our own
            assert b"Merrow Line" in answer.read()
    started = time.monotonic()
    with rapport(home, "--sample") as second:
        with urllib.request.urlopen(f"{second.url}/accounts/login/") as answer:  # noqa: S310  # our own
            assert answer.status == 200
        assert time.monotonic() - started < 5 * slowness()
        assert second.password == first.password


def slowness() -> float:
    """How much busier than idle this machine is; a loaded one is no fault of the product's."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


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
