"""What it means that words stand near each other.

Each part takes a place of its own in the text. They are near when, from the first word to the last of them, at most so
many words stand that belong to none: `ferry NEAR/2 late` finds "ferry was very late" and "late again, the ferry". So
count Lucene's span queries, and for two parts SQLite's NEAR; Lucene's "sloppy phrases" charge more for another order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from rapport.core.query.nodes import Cased, Words

Leaf = tuple[Words | Cased, int, int]
"""A word or phrase, and from where to where it stands."""


class Place(NamedTuple):
    """Where a part stands, counted in words; `leaves` are the words and phrases that it consists of there."""

    start: int
    end: int
    leaves: tuple[Leaf, ...]


def near(parts: Sequence[Sequence[Place]], between: int, ordered: bool, *, everywhere: bool = False) -> Iterator[Place]:
    """Where places, one of each part, lie near each other: for each that can be the first, one choice of the others.

    parts       for each part its places, by where they begin
    between     words that belong to none of them, at most; what stands inside a part belongs to it
    everywhere  one choice for each first and each last: a part of another nearness needs to know them all

    >>> a, b = Place(0, 1, ()), Place(3, 4, ())
    >>> [place[:2] for place in near([[b], [a]], 2, ordered=False)], list(near([[a], [b]], 1, ordered=False))
    ([(0, 4)], [])
    """
    if all(parts):
        found = _in_order(parts, between) if ordered else _in_any_order(parts, between, everywhere)
        yield from map(_joined, found)


def _in_any_order(parts: Sequence[Sequence[Place]], between: int, everywhere: bool) -> Iterator[tuple[Place, ...]]:
    firsts = [(place, number) for number, places in enumerate(parts) for place in places]
    longest = sum(max(place.end - place.start for place in places) for places in parts)
    for first, number in sorted(firsts, key=lambda one: one[0][:2]):
        others = [_within(places, first, longest + between) for i, places in enumerate(parts) if i != number]
        found = _choice((first,), sorted(others, key=len), between) if all(others) else None
        if found is None:
            continue
        yield found
        if everywhere:
            yield from _other_ends(first, others, between)


def _other_ends(first: Place, others: Sequence[Sequence[Place]], between: int) -> Iterator[tuple[Place, ...]]:
    for number, places in enumerate(others):
        for last in places:
            inner = [
                [place for place in some if place.end <= last.start] for i, some in enumerate(others) if i != number
            ]
            found = _choice((first, last), sorted(inner, key=len), between)
            if found is not None:
                yield found


def _within(places: Sequence[Place], first: Place, most: int) -> list[Place]:
    """Those behind the first that still fit into so many words."""
    behind = islice(places, bisect_left(places, first.end, key=_start), None)
    near_enough = takewhile(lambda place: place.start < first.start + most, behind)
    return [place for place in near_enough if place.end <= first.start + most]


def _joined(chosen: tuple[Place, ...]) -> Place:
    leaves = tuple(leaf for place in chosen for leaf in place.leaves)
    return Place(min(place.start for place in chosen), max(place.end for place in chosen), leaves)


def _others(chosen: Sequence[Place]) -> int:
    """Words among the chosen that belong to none of them."""
    first, last = min(place.start for place in chosen), max(place.end for place in chosen)
    return last - first - sum(place.end - place.start for place in chosen)


def _choice(chosen: tuple[Place, ...], parts: Sequence[Sequence[Place]], between: int) -> tuple[Place, ...] | None:
    """The chosen with one place of each further part, so that none lies on another."""
    if not parts:
        return chosen if _others(chosen) <= between else None
    for place in parts[0]:
        if all(place.start >= other.end or place.end <= other.start for other in chosen):
            found = _choice((*chosen, place), parts[1:], between)
            if found is not None:
                return found
    return None


def _in_order(parts: Sequence[Sequence[Place]], between: int) -> Iterator[tuple[Place, ...]]:
    """For each first and each end that is reached from it, the way with the fewest words between."""
    for first in parts[0]:
        reached: dict[int, tuple[int, tuple[Place, ...]]] = {first.end: (0, (first,))}
        for places in parts[1:]:
            reached = _further(reached, places, between)
        yield from (chosen for _, chosen in reached.values())


def _further(
    reached: dict[int, tuple[int, tuple[Place, ...]]], places: Sequence[Place], between: int
) -> dict[int, tuple[int, tuple[Place, ...]]]:
    further: dict[int, tuple[int, tuple[Place, ...]]] = {}
    begin, stop = min(reached, default=0), max(reached, default=0) + between
    for place in places[bisect_left(places, begin, key=_start) : bisect_right(places, stop, key=_start)]:
        ways = [(others + place.start - end, chosen) for end, (others, chosen) in reached.items() if end <= place.start]
        others, chosen = min(ways, key=lambda way: way[0], default=(between + 1, ()))
        if others <= between and (place.end not in further or others < further[place.end][0]):
            further[place.end] = (others, (*chosen, place))
    return further


def _start(place: Place) -> int:
    return place.start
