"""How many people it takes: Erlang's formula against published figures, and against queues that are played."""

from __future__ import annotations

import doctest
import heapq

import numpy as np
import pytest
from click.testing import CliRunner

from rapport.cli import main
from rapport.core.steer import staffing
from rapport.core.steer.staffing import Desk, erlang_c, people_for
from rapport.core.types import Refused


def test_the_examples_run() -> None:
    result = doctest.testmod(staffing)
    assert result.attempted > 0
    assert result.failed == 0


def test_the_published_example_comes_out_to_the_seventh_digit() -> None:
    desk = erlang_c(100 / 30, 3.0, 14, within=20 / 60)
    assert desk.waits == pytest.approx(0.1741319, abs=5e-8)
    assert desk.in_time == pytest.approx(0.88835, abs=5e-6)


def test_one_person_is_the_queue_of_the_textbook() -> None:
    """With one server the chance to wait is the load, and the mean wait load over what is free."""
    desk = erlang_c(0.5, 1.0, 1)
    assert (desk.waits, desk.mean_wait) == (pytest.approx(0.5), pytest.approx(1.0))


def test_a_played_queue_waits_as_long_as_the_formula_says() -> None:
    rng = np.random.default_rng(3)
    at, free, waited = 0.0, [0.0] * 5, []
    for gap, takes in zip(rng.exponential(1 / 4.0, 40_000), rng.exponential(1.0, 40_000)):
        at += gap
        begins = max(at, heapq.heappop(free))
        heapq.heappush(free, begins + takes)
        waited.append(begins - at)
    desk = erlang_c(4.0, 1.0, 5, within=0.5)
    assert np.mean(np.array(waited) > 0) == pytest.approx(desk.waits, abs=0.03)
    assert np.mean(np.array(waited) <= 0.5) == pytest.approx(desk.in_time, abs=0.03)


def test_the_fewest_people_are_the_fewest() -> None:
    desk = people_for(1.0, 6.0, 15.0, 0.95)
    assert isinstance(desk, Desk)
    assert desk.in_time >= 0.95 > erlang_c(1.0, 6.0, desk.people - 1, 15.0).in_time


def test_a_load_of_another_unit_is_refused_and_a_rate_below_nothing_is_an_error() -> None:
    assert isinstance(people_for(1e6, 60.0, 1.0, 0.8), Refused)
    with pytest.raises(ValueError, match="at least 0"):
        erlang_c(-1.0, 1.0, 1)


def test_a_thousand_people_are_no_trouble_for_the_numbers() -> None:
    assert 0 < erlang_c(950.0, 1.0, 1_000).waits < 1


def test_the_command_prints_the_desk_and_its_neighbours() -> None:
    done = CliRunner().invoke(main, ["measure", "staffing", "--an-hour", "60", "--handling", "6"])
    head, *lines = done.output.splitlines()
    assert head == "people,in_time,mean_wait_minutes,busy"
    shares = [float(line.split(",")[1]) for line in lines]
    assert shares[0] < 0.8 <= shares[1] < shares[2] < shares[3]
