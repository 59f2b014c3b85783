"""How much of the talk is about us: the share of voice among rivals, counted in messages and in people.

Ten thousand copies of one post are one voice. And a rival whose channel is down looks like a victory; so only channels
that are live for everybody count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

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
    _, place = np.unique(group, return_inverse=True)
    groups = int(place.max()) + 1 if len(place) else 0
    if groups < FEWEST_GROUPS:
        return NotEnough(groups, FEWEST_GROUPS, "people")
    size = np.bincount(place).astype(np.float64)
    weight = 1 / size[place] if people else np.ones(len(place))
    total = float(weight.sum())
    names, at = np.unique(np.asarray(brand, dtype=str), return_inverse=True)
    counted = "people" if people else "messages"
    method = f"share of {counted}, {groups} groups of author, thread and copies, {level:.0%}"
    quantile = student_quantile((1 + level) / 2, groups - 1)
    found = {}
    for k, name in enumerate(names.tolist()):
        mine = weight * (at == k)
        value = float(mine.sum()) / total
        off = np.bincount(place, mine) - value * np.bincount(place, weight)
        half = quantile * math.sqrt(groups / (groups - 1) * float((off**2).sum())) / total
        n = groups if people else len(place)
        found[name] = Estimate(value, max(value - half, 0.0), min(value + half, 1.0), n, method)
    return found
