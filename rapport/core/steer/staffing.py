"""How many people it takes to answer in time.

Contacts come by chance and wait for each other; half a person more can halve the wait. Erlang's formula tells how long
they wait when they come at a steady rate, independently of each other, nobody gives up, and everybody answers
everything. Real ones come in bursts and wait longer: what it says is the least that is needed.

Source: A. K. Erlang (1917), Solution of some problems in the theory of probabilities of significance in automatic
telephone exchanges; L. Kleinrock (1975), Queueing Systems I, section 3.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rapport.core.ranges import ABOVE_0, AT_LEAST_0, COUNTING, INSIDE
from rapport.core.types import Refused

MOST = 10_000
"""People; beyond, something was entered in the wrong unit."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a number of people makes of a load.

    people     at work at the same time
    load       of work, in people: how many would be busy without a pause
    waits      the chance that a contact has to wait, between 0 and 1
    in_time    the chance that it waits no longer than was asked for, between 0 and 1
    mean_wait  in the unit of the handling time; infinite when the work outgrows the people
    busy       the share of their time in which they handle contacts, between 0 and 1
    """

    people: int
    load: float
    waits: float
    in_time: float
    mean_wait: float
    busy: float


def erlang_c(rate: float, handling: float, people: int, within: float = 0.0) -> Desk:
    """How long contacts wait for `people` who share one queue.

    rate       contacts per unit of time, at least 0
    handling   time that one takes, above 0, in the same unit; `within`: the wait that is in time, at least 0
    people     at least 1

    Raises NumberError outside of these ranges.

    >>> desk = erlang_c(100 / 30, 3.0, 14, within=20 / 60)
    >>> round(desk.waits, 7), round(desk.in_time, 5), round(desk.busy, 3)
    (0.1741319, 0.88835, 0.714)
    >>> erlang_c(100 / 30, 3.0, 10).mean_wait
    inf
    """
    AT_LEAST_0.check(rate=rate, within=within)
    ABOVE_0.check(handling=handling)
    COUNTING.check(people=people)
    load = rate * handling
    if load >= people:
        return Desk(people, load, 1.0, 0.0, math.inf, 1.0)
    blocked = 1.0  # Erlang B, from nobody on: stable where factorials overflow
    for n in range(1, people + 1):
        blocked = load * blocked / (n + load * blocked)
    free = people - load
    waits = people * blocked / (free + load * blocked)
    in_time = 1 - waits * math.exp(-free * within / handling)
    return Desk(people, load, waits, in_time, waits * handling / free, load / people)


def people_for(rate: float, handling: float, within: float, share: float) -> Desk | Refused:
    """The fewest people with whom at least this share of contacts waits no longer than `within`.

    share   between 0 and 1 (exclusive)

    Refused when that takes more than MOST. Raises NumberError for a share, a rate or a time that is none.

    >>> people_for(100 / 30, 3.0, 20 / 60, 0.80).people
    14
    """
    AT_LEAST_0.check(rate=rate, within=within)
    ABOVE_0.check(handling=handling)
    INSIDE.check(share=share)
    load = rate * handling
    if load >= MOST:
        return Refused(f"that is work for {MOST:,} people or more, without a pause; look at the units")
    people = math.floor(load) + 1
    while (desk := erlang_c(rate, handling, people, within)).in_time < share:
        people += 1
    return desk
