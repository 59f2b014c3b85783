"""How much of the talk is about us: the share of voice among rivals, counted in messages and in people.

Ten thousand copies of one post are one voice. And a rival whose channel is down looks like a victory; so only channels
that are live for everybody count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from rapport.core.measure.quantiles import student_quantile
from rapport.core.ranges import AT_LEAST_0, INSIDE, WHOLE
from rapport.core.types import Estimate, NotEnough

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_GROUPS = 20
"""People (or groups of copies) below which a share of voice is an anecdote."""
SLOTS = 256
"""Into so many the voices of a period fall, to be known again in another."""


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

    Returns NotEnough below FEWEST_GROUPS groups. All shares sum to 1. Raises NumberError for a group or a level that is
    none.

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
    voices   slot of the voices that fall into it -> their mentions, and those about each brand in the order of names

    Raises NumberError for a sum that is none.
    """

    groups: int
    weight: float
    square: float
    brands: Mapping[str, Sequence[float]]
    n: int
    voices: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        WHOLE.check(groups=self.groups, n=self.n)
        AT_LEAST_0.check(weight=self.weight, square=self.square)
        AT_LEAST_0.check(brands=list(self.brands.values()), voices=list(self.voices.values()))


def sums(brand: Sequence[str], group: Ints, *, people: bool = False, voice: Sequence[str] = ()) -> Sums:
    """The sums of one period; arguments as in `share_of_voice`.

    voice   N names by which the same voice is known again in another period: an author, or the wording of a copy

    >>> found = sums(["we", "they", "they"], np.array([0, 0, 1]), voice=["ana", "ana", "ben"])
    >>> found.brands["they"], sorted(found.voices.values())
    ([2.0, 2.0, 3.0], [[1.0, 1.0, 0.0], [2.0, 1.0, 1.0]])
    """
    WHOLE.check(group=group)
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
    slots = np.array([_slot(one) for one in voice], dtype=np.int64)
    table = [weight, *(weight * (at == k) for k in range(len(names)))] if len(slots) else []
    columns = [np.bincount(slots, one, minlength=SLOTS) for one in table]
    voices = {str(slot): [float(one[slot]) for one in columns] for slot in np.unique(slots).tolist()}
    return Sums(groups, float(each.sum()), float((each**2).sum()), brands, groups if people else len(place), voices)


def _slot(voice: str) -> int:
    return int.from_bytes(blake2b(voice.encode(), digest_size=4).digest()) % SLOTS


def together(periods: Sequence[Sums], *, level: float = 0.95) -> dict[str, Estimate] | NotEnough:
    """Shares over several periods, as `share_of_voice` has them for one.

    Who speaks week after week is one voice, not a new one each week. So to the variance within periods comes what the
    same voices say in several of them: of each slot the square of its sum, less the squares of its periods. Voices fall
    into SLOTS slots by chance, and those of different people cancel out; what is kept of a period stays small, however
    many spoke, and a few people in one slot count as one of the FEWEST_GROUPS. Periods of which the voices are not kept
    are taken for independent.

    Returns and raises what `share_of_voice` does.

    Source: random groups; K. M. Wolter (2007), Introduction to Variance Estimation, chapter 2.

    >>> people = [str(n) for n in range(50)]
    >>> week = sums(["we"] * 20 + ["they"] * 30, np.arange(50), voice=people)
    >>> one, ten = together([week])["we"], together([week] * 10)["we"]
    >>> round(one.value, 2), round(one.high - one.low, 2), round(ten.value, 2), round(ten.high - ten.low, 2)
    (0.4, 0.28, 0.4, 0.29)
    >>> together([sums(["we"] * 4 + ["they"] * 6, np.arange(10), voice=people[:10])] * 10).have <= 10
    True
    """
    INSIDE.check(level=level)
    groups, names = sum(one.groups for one in periods), sorted({name for one in periods for name in one.brands})
    spoke = _by_slot(periods, names)
    if len(periods) > 1 and len(spoke):
        groups = min(groups, int((spoke[:, :, 0].sum(axis=0) > 0).sum()))
    if groups < FEWEST_GROUPS:
        return NotEnough(groups, FEWEST_GROUPS, "people")
    total, square = sum(one.weight for one in periods), sum(one.square for one in periods)
    method = f"share, {groups} groups of author, thread and copies, {100 * level:g}%"
    quantile = student_quantile((1 + level) / 2, groups - 1)
    n = sum(one.n for one in periods)
    found = {}
    for k, name in enumerate(names, 1):
        mine, own, both = (sum(one.brands.get(name, NONE)[k] for one in periods) for k in range(3))
        value = mine / total
        off = max(own - 2 * value * both + value**2 * square, 0.0)
        apart = spoke[:, :, k] - value * spoke[:, :, 0]
        again = max(float((apart.sum(axis=0) ** 2 - (apart**2).sum(axis=0)).sum()), 0.0)
        half = quantile * math.sqrt(groups / (groups - 1) * (off + again)) / total
        found[name] = Estimate(value, max(value - half, 0.0), min(value + half, 1.0), n, method)
    return found


def _by_slot(periods: Sequence[Sums], names: Sequence[str]) -> Floats:
    """Shape (periods, SLOTS, 1 + brands): mentions, and those about each brand."""
    table = np.zeros((len(periods), SLOTS, 1 + len(names)))
    for row, one in zip(table, periods):
        columns = [0, *(1 + names.index(name) for name in sorted(one.brands))]
        for slot, counts in one.voices.items():
            row[int(slot), columns] = counts
    return table


NONE = (0.0, 0.0, 0.0)
