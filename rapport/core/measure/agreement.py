"""Whether people who code the same message see the same thing.

If they don't, no method on top of their labels can tell the tone. Alpha is 1 when they always agree and 0 when they
agree as often as chance would; for tone, which has an order, seeing "neutral" for "negative" is half a disagreement.

Source: K. Krippendorff (2019), Content Analysis, 4th edition, chapter 12; A. Hayes and K. Krippendorff (2007),
Answering the call for a standard reliability measure for coding data, Communication Methods and Measures 1, 77-89 (the
interval).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rapport.core.ranges import COUNTING, INSIDE, NUMBER
from rapport.core.types import Estimate, NotEnough

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_UNITS = 20
"""Messages coded at least twice; below, the interval is wider than the scale."""

BETWEEN = 0.60
SELF = 0.75
"""What a tone page asks for: two people agree as well as people usually do on tone, and each with themselves better.
Below, the page says that the quality of labels is low (I. Mozetič et al. 2016, PLoS ONE 11, e0155036)."""


def _nominal(values: Floats, count: Floats) -> Floats:
    apart: Floats = (values[:, None] != values[None, :]).astype(np.float64)
    return apart


def _ordinal(values: Floats, count: Floats) -> Floats:
    up_to = np.cumsum(count) - count / 2
    apart: Floats = (up_to[:, None] - up_to[None, :]) ** 2
    return apart


def _interval(values: Floats, count: Floats) -> Floats:
    apart: Floats = (values[:, None] - values[None, :]) ** 2
    return apart


METRICS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
}
"""How far two values are apart: different or not, by the ranks between them, or by their difference."""


def alpha(
    unit: Sequence[Hashable],
    value: Sequence[float] | Floats,
    rng: np.random.Generator,
    *,
    metric: str = "ordinal",
    level: float = 0.95,
    fewest: int = FEWEST_UNITS,
    draws: int = 1000,
) -> Estimate | NotEnough:
    """Krippendorff's alpha with a bootstrap interval over messages; at most 1, below 0 for systematic disagreement.

    unit     m names: which message each coding is of; messages coded once tell nothing and are passed over
    value    shape (m,), what the coder said; ordered for "ordinal"
    metric   one of METRICS; "nominal" where "uncodable" is among the values
    level    of the interval

    The interval draws whole messages anew. Returns NotEnough below `fewest` messages coded twice, or when all values
    are the same: agreement on something that never varies shows nothing. Raises NumberError for a value or a level that
    is none.

    >>> unit, value = np.repeat(np.arange(30), 2), np.repeat([0.0, 1.0, 2.0] * 10, 2)
    >>> alpha(unit.tolist(), value, np.random.default_rng(1)).value
    1.0
    >>> alpha([1, 1, 2, 2], [0, 1, 1, 1], np.random.default_rng(1))
    NotEnough(have=2, need=20, what='messages coded twice')
    """
    NUMBER.check(value=value)
    INSIDE.check(level=level)
    COUNTING.check(draws=draws)
    pairs, values = _pairs(unit, np.asarray(value, dtype=np.float64))
    if len(pairs) < fewest:
        return NotEnough(len(pairs), fewest, "messages coded twice")
    if (pairs.sum(axis=(0, 1)) > 0).sum() < 2:
        return NotEnough(1, 2, "different values")
    times = rng.multinomial(len(pairs), np.full(len(pairs), 1 / len(pairs)), size=draws)
    found = _alpha(pairs.sum(axis=0), values, metric)
    again = np.array([_alpha(table, values, metric) for table in np.tensordot(times, pairs, axes=1)])
    low, high = np.nanquantile(again, [(1 - level) / 2, (1 + level) / 2]).tolist()
    method = f"Krippendorff's alpha ({metric}), {100 * level:g}% bootstrap interval over messages"
    return Estimate(found, low, high, len(pairs), method)


def _pairs(unit: Sequence[Hashable], value: Floats) -> tuple[Floats, Floats]:
    """The coincidences within each unit coded at least twice, shape (U, V, V), and the V values."""
    values, place = np.unique(value, return_inverse=True)
    numbers: dict[Hashable, int] = {}
    at = np.array([numbers.setdefault(one, len(numbers)) for one in unit], dtype=np.int64)
    count = np.zeros((len(numbers), len(values)))
    np.add.at(count, (at, place), 1.0)
    count = count[count.sum(axis=1) >= 2]
    both = count[:, :, None] * count[:, None, :] - count[:, :, None] * np.eye(len(values))
    pairs: Floats = both / (count.sum(axis=1) - 1)[:, None, None]
    return pairs, values


def _alpha(table: Floats, values: Floats, metric: str) -> float:
    """From summed coincidences, shape (V, V); not a number when only one value occurs."""
    count = table.sum(axis=1)
    apart = METRICS[metric](values, count)
    by_chance = float(((np.outer(count, count) - np.diag(count)) * apart).sum())
    if by_chance == 0:
        return float("nan")
    return 1 - float((count.sum() - 1) * (table * apart).sum()) / by_chance


def with_oneself(
    coder: Sequence[Hashable],
    message: Sequence[Hashable],
    value: Sequence[float] | Floats,
    rng: np.random.Generator,
    *,
    metric: str = "ordinal",
    level: float = 0.95,
    fewest: int = FEWEST_UNITS,
) -> Estimate | NotEnough:
    """How far people agree with themselves when a message comes back unannounced; alpha over repeats.

    A coder who drifts agrees with others who drift along, but not with their own past. Returns and raises what `alpha`
    does.

    >>> coder, message = ["ana"] * 60, np.tile(np.arange(30), 2).tolist()
    >>> value = np.tile([0.0, 1.0, 2.0] * 10, 2)
    >>> with_oneself(coder, message, value, np.random.default_rng(1)).value
    1.0
    """
    return alpha(list(zip(coder, message)), value, rng, metric=metric, level=level, fewest=fewest)
