"""The two commands, as a newcomer would type them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request

import pytest

from tests.e2e.conftest import rapport

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_the_first_run_is_there_within_sixty_seconds_and_the_second_within_five(loaded, demo):
    assert loaded.seconds < 60 * loaded.busy
    side_by_side = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))  # each starts its own at the same moment
    assert demo.seconds < 5 * max(demo.busy, side_by_side)
    assert "Sign in as" in loaded.words
    assert demo.password == loaded.password
    with urllib.request.urlopen(f"{demo.url}/accounts/login/") as answer:  # noqa: S310  # our own
        assert b"Merrow Line" in answer.read()


def test_a_part_that_dies_is_started_again_and_ctrl_c_leaves_nothing_running(tmp_path):
    with rapport(tmp_path / "var") as running:
        before = parts(running.pid)
        assert len(before) == 3
        victim = sorted(before)[1]
        os.kill(int(victim), signal.SIGKILL)
        until = time.monotonic() + 60
        while time.monotonic() < until and (victim in parts(running.pid) or len(parts(running.pid)) < 3):
            time.sleep(0.2)
        after = parts(running.pid)
        assert len(after) == 3
        assert victim not in after
    assert not [pid for pid in before | after if os.path.exists(f"/proc/{pid}")]


def parts(pid: int) -> set[str]:
    """The processes that `rapport run` has started and that live."""
    listed = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True)
    return set(listed.stdout.split())
