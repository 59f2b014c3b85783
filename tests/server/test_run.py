"""The parent of all parts: what dies is started again, the sooner the rarer it dies."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from rapport.server.run import STEADY_SECONDS, Part


@pytest.fixture
def part() -> Iterator[Part]:
    """A part that ends at once, for there is no such command."""
    reading, writing = os.pipe()
    part = Part("ghost", ["no-such-command"], reading)
    yield part
    part.end(0)
    os.close(reading)
    os.close(writing)


def test_what_dies_at_once_waits_longer_each_time(part, capsys):
    now, waits = 100.0, []
    for _ in range(8):
        part.look(now)
        part.process.wait()
        part.look(now)
        waits.append(part.not_before - now)
        part.look(now)
        assert part.process is None
        now = part.not_before
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert "The part “ghost” ended with 2; it starts again in 1 s." in capsys.readouterr().err


def test_what_ran_well_for_a_while_is_started_again_soon(part):
    part.deaths = 6
    part.look(100.0)
    part.process.wait()
    part.look(100.0 + STEADY_SECONDS)
    assert part.not_before == 100.0 + STEADY_SECONDS + 1
