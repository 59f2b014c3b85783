"""Fifty feeds that drip a byte in ten seconds do not delay a good one by more than a minute."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from rapport.connectors.peer import peer
from tests.proxy import proxy
from tests.torture.stable import Stable
from tests.torture.test_network_faults import SAID, feed

STAGE = "tests.torture.stage"


@pytest.mark.timeout(300)
def test_a_good_feed_is_heard_while_many_drip(tmp_path: Path, in_full: bool) -> None:
    slow = 50 if in_full else 20
    with peer(feed) as good, Stable(tmp_path / "var") as stable, ExitStack() as stack:
        lines = [stack.enter_context(proxy(good.port, bytes_per_second=0.1)) for _ in range(slow)]
        stable.call(f"{STAGE}:follow_feeds", ports=[*(line.port for line in lines), good.port])
        started = time.monotonic()
        pid = stable.start()
        while not stable.call(f"{STAGE}:heard"):
            assert time.monotonic() - started < 60
            time.sleep(0.5)
        took = time.monotonic() - started
        assert stable.call(f"{STAGE}:heard") == len(SAID)
        assert sum(line.connections > 0 for line in lines) == slow  # they were all in front of it
        print(f"\nThe good feed was heard after {took:.1f} s, behind {slow} that drip.")
        stable.kill(pid)
