"""What it means that words stand near each other.

Each part takes a place of its own in the text. They are near when, from the first word to the last of them, at most so
many words stand that belong to none: `ferry NEAR/2 late` finds "ferry was very late" and "late again, the ferry". This
is how SQLite's NEAR and the span queries of Lucene count; Lucene's "sloppy phrases" charge more for another order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapport.core.query.nodes import Cased, Words

Leaf = tuple[Words | Cased, int, int]
"""A word or phrase, and from where to where it stands."""


class Place(NamedTuple):
    """Where a part stands, counted in words; `leaves` are the words and phrases that it consists of there."""

    start: int
    end: int
    leaves: tuple[Leaf, ...]


def near(parts: Sequence[Sequence[Place]], between: int, ordered: bool) -> Iterator[Place]:
    """Where places, one of each part, lie near each other: for each that can be the first, one choice of the others.

    parts    for each part its places, by where they begin
    between  words that belong to none of them, at most; what stands inside a part belongs to it

    >>> a, b = Place(0, 1, ()), Place(3, 4, ())
    >>> [place[:2] for place in near([[b], [a]], 2, ordered=False)], list(near([[a], [b]], 1, ordered=False))
    ([(0, 4)], [])
    """
    if not all(parts):
        return
    if ordered:
        for first in parts[0]:
            yield from _joined(_in_order(first, parts[1:], between))
        return
    firsts = sorted(
        ((place, number) for number, places in enumerate(parts) for place in places), key=lambda one: one[0][:2]
    )
    longest = sum(max(place.end - place.start for place in places) for places in parts)
    for first, number in firsts:
        others = [_within(places, first, longest + between) for i, places in enumerate(parts) if i != number]
        if all(others):
            yield from _joined(_in_any_order((first,), sorted(others, key=len), between))


def _within(places: Sequence[Place], first: Place, most: int) -> list[Place]:
    """Those behind the first that still fit into so many words."""
    return [place for place in places if place.start >= first.end and place.end <= first.start + most]


def _joined(chosen: tuple[Place, ...] | None) -> Iterator[Place]:
    if chosen is not None:
        leaves = tuple(leaf for place in chosen for leaf in place.leaves)
        yield Place(min(place.start for place in chosen), max(place.end for place in chosen), leaves)


def _others(chosen: Sequence[Place]) -> int:
    """Words among the chosen that belong to none of them."""
    first, last = min(place.start for place in chosen), max(place.end for place in chosen)
    return last - first - sum(place.end - place.start for place in chosen)


def _in_any_order(
    chosen: tuple[Place, ...], parts: Sequence[Sequence[Place]], between: int
) -> tuple[Place, ...] | None:
    if not parts:
        return chosen if _others(chosen) <= between else None
    for place in parts[0]:
        if all(place.start >= other.end or place.end <= other.start for other in chosen):
            found = _in_any_order((*chosen, place), parts[1:], between)
            if found is not None:
                return found
    return None


def _in_order(first: Place, parts: Sequence[Sequence[Place]], between: int) -> tuple[Place, ...] | None:
    """For each end that was reached, the way with the fewest words between is kept: no work is done twice."""
    reached: dict[int, tuple[int, tuple[Place, ...]]] = {first.end: (0, (first,))}
    for places in parts:
        further: dict[int, tuple[int, tuple[Place, ...]]] = {}
        for place in places:
            ways = [
                (others + place.start - end, chosen)
                for end, (others, chosen) in reached.items()
                if end <= place.start and others + place.start - end <= between
            ]
            if ways:
                best = min(ways, key=lambda way: way[0])
                if place.end not in further or best[0] < further[place.end][0]:
                    further[place.end] = (best[0], (*best[1], place))
        reached = further
    return min(reached.values(), key=lambda way: way[0])[1] if reached else None
