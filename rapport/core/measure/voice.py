"""How much of the talk is about us: the share of voice among rivals, counted in messages and in people.

Ten thousand copies of one post are one voice. And a rival whose channel is down looks like a victory; so only channels
that are live for everybody count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure.quantiles import student_quantile
from rapport.core.types import Estimate, NotEnough

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_GROUPS = 20
"""People (or groups of copies) below which a share of voice is an anecdote."""


def live_for_all(live: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The channels that are live for every brand, by name.

    live   brand -> channels that delivered throughout the period

    >>> live_for_all({"we": ["bluesky", "news"], "they": ["news", "mail"]})
    ('news',)
    """
    if not live:
        return ()
    return tuple(sorted(set.intersection(*(set(channels) for channels in live.values()))))


def share_of_voice(
    brand: Sequence[str], group: Ints, *, people: bool = False, level: float = 0.95
) -> dict[str, Estimate] | NotEnough:
    """Each brand's share of all mentions, between 0 and 1, with an interval that takes groups for single voices.

    brand    N names: whom each mention is about; a message about two brands is two mentions. Pass only mentions from
             channels that are live for all (`live_for_all`)
    group    shape (N,), whose messages hang together (`sampling.join`: author, thread, copies)
    people   count groups instead of messages: each group has one voice, shared out among the brands it speaks of

    Returns NotEnough below FEWEST_GROUPS groups. All shares sum to 1.

    Source: a ratio over clusters; W. G. Cochran (1977), Sampling Techniques, section 9A.

    >>> brand = ["we"] * 40 + ["they"] * 60
    >>> found = share_of_voice(brand, np.arange(100))["we"]
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2), found.n
    (0.4, 0.3, 0.5, 100)
    """
    return together([sums(brand, group, people=people)], level=level)


@dataclass(frozen=True, slots=True)
class Sums:
    """What is kept of a period, so that several can be taken together: sums over G groups.

    weight   of mᵢ, the mentions of a group (1 each when people are counted); `square` of mᵢ²
    brands   name -> sums of zᵢ (of them about the brand), zᵢ² and zᵢ·mᵢ
    n        messages, or groups when people are counted
    """

    groups: int
    weight: float
    square: float
    brands: Mapping[str, Sequence[float]]
    n: int


def sums(brand: Sequence[str], group: Ints, *, people: bool = False) -> Sums:
    """The sums of one period; arguments as in `share_of_voice`.

    >>> sums(["we", "they", "they"], np.array([0, 0, 1])).brands["they"]
    [2.0, 2.0, 3.0]
    """
    _, place = np.unique(group, return_inverse=True)
    groups = int(place.max()) + 1 if len(place) else 0
    size = np.bincount(place).astype(np.float64)
    weight = 1 / size[place] if people else np.ones(len(place))
    each = np.bincount(place, weight)
    names, at = np.unique(np.asarray(brand, dtype=str), return_inverse=True)
    brands = {}
    for k, name in enumerate(names.tolist()):
        mine = np.bincount(place, weight * (at == k))
        brands[name] = [float(mine.sum()), float((mine**2).sum()), float((mine * each).sum())]
    return Sums(groups, float(each.sum()), float((each**2).sum()), brands, groups if people else len(place))


def together(periods: Sequence[Sums], *, level: float = 0.95) -> dict[str, Estimate] | NotEnough:
    """Shares over several periods, as `share_of_voice` has them for one. Whoever speaks in two is two groups.

    >>> week = sums(["we"] * 4 + ["they"] * 6, np.arange(10))
    >>> together([week]), together([week] * 10)["we"].value
    (NotEnough(have=10, need=20, what='people'), 0.4)
    """
    groups = sum(one.groups for one in periods)
    if groups < FEWEST_GROUPS:
        return NotEnough(groups, FEWEST_GROUPS, "people")
    total, square = sum(one.weight for one in periods), sum(one.square for one in periods)
    method = f"share, {groups} groups of author, thread and copies, {level:.0%}"
    quantile = student_quantile((1 + level) / 2, groups - 1)
    found = {}
    for name in sorted({name for one in periods for name in one.brands}):
        mine, own, both = (sum(one.brands.get(name, NONE)[k] for one in periods) for k in range(3))
        value = mine / total
        off = max(own - 2 * value * both + value**2 * square, 0.0)
        half = quantile * math.sqrt(groups / (groups - 1) * off) / total
        n = sum(one.n for one in periods)
        found[name] = Estimate(value, max(value - half, 0.0), min(value + half, 1.0), n, method)
    return found


NONE = (0.0, 0.0, 0.0)
