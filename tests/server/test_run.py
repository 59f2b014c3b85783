"""The parent of all parts: what dies is started again, the sooner the rarer it dies."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from rapport.core.errors import SettingError
from rapport.home import Home
from rapport.server.run import STEADY_SECONDS, Part, see_that_it_is_free

pytestmark = pytest.mark.once


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


def test_a_port_that_is_taken_is_told_at_once():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingError, match="port"):
        see_that_it_is_free("127.0.0.1", taken.getsockname()[1])


def test_a_port_that_is_free_stays_free():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    see_that_it_is_free("127.0.0.1", port)
    socket.create_server(("127.0.0.1", port)).close()


def test_a_home_that_cannot_be_made_is_told_in_a_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="RAPPORT_HOME"):
        Home(tmp_path / "file").folder("keys")
