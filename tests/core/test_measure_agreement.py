"""Alpha, against the examples that were published with it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rapport.core.measure.agreement import alpha, with_oneself
from rapport.core.types import Estimate, NotEnough

FOUR_CODERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
"""K. Krippendorff (2011), Computing Krippendorff's alpha-reliability, example D."""

THREE_CODERS = """
. . . . . 3 4 1 2 1 1 3 3 . 3
1 . 2 1 3 3 4 3 . . . . . . .
. . 2 1 3 4 4 . 2 1 1 3 3 . 4
"""


def codings(table: str) -> tuple[list[int], list[float]]:
    rows = [line.split() for line in table.strip().splitlines()]
    found = [(unit, float(one)) for row in rows for unit, one in enumerate(row) if one != "."]
    return [unit for unit, _ in found], [value for _, value in found]


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize(
    ("table", "metric", "published"),
    [
        (FOUR_CODERS, "nominal", 0.743),
        (FOUR_CODERS, "ordinal", 0.815),
        (FOUR_CODERS, "interval", 0.849),
        (THREE_CODERS, "nominal", 0.691),
        (THREE_CODERS, "interval", 0.811),
    ],
)
def test_the_published_examples(table: str, metric: str, published: float) -> None:
    found = alpha(*codings(table), rng(), metric=metric, fewest=5)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(published, abs=0.0005)


def two_coders(right: float, n: int, source: np.random.Generator) -> tuple[list[int], list[float]]:
    truth = source.integers(0, 3, n)
    coded = [np.where(source.random(n) < right, truth, source.integers(0, 3, n)) for _ in range(2)]
    return [*range(n), *range(n)], np.concatenate(coded).astype(float).tolist()


def test_coders_who_guess_agree_as_chance_does() -> None:
    found = alpha(*two_coders(0.0, 4000, rng()), rng(), draws=50)
    assert found.value == pytest.approx(0, abs=0.06)


def test_the_interval_holds_as_often_as_it_says() -> None:
    source, runs = np.random.default_rng(2), 150
    truth = alpha(*two_coders(0.8, 60_000, source), rng(), metric="nominal", draws=2).value
    held = 0
    for _ in range(runs):
        found = alpha(*two_coders(0.8, 150, source), source, metric="nominal", draws=300)
        held += found.low <= truth <= found.high
    assert held / runs > 0.95 - 3.5 * math.sqrt(0.95 * 0.05 / runs)


def test_messages_coded_once_tell_nothing() -> None:
    unit, value = two_coders(0.8, 50, rng())
    more = alpha([*unit, 1000, 1001], [*value, 0.0, 2.0], rng())
    assert more.value == pytest.approx(alpha(unit, value, rng()).value)
    assert more.n == 50


def test_too_few_messages_coded_twice_give_no_number() -> None:
    assert alpha(*two_coders(0.8, 19, rng()), rng()) == NotEnough(19, 20, "messages coded twice")


def test_where_nothing_varies_agreement_shows_nothing() -> None:
    assert alpha([*range(30), *range(30)], [1.0] * 60, rng()) == NotEnough(1, 2, "different values")


def test_agreement_with_oneself_is_not_agreement_with_others() -> None:
    """Two coders who never change their minds and always differ."""
    message = [*range(30)] * 4
    coder = ["ana"] * 30 + ["ben"] * 30 + ["ana"] * 30 + ["ben"] * 30
    first = [float(n % 3) for n in range(30)]
    second = [(value + 1) % 3 for value in first]
    value = first + second + first + second
    assert with_oneself(coder, message, value, rng(), metric="nominal").value == 1.0
    assert alpha(message, value, rng(), metric="nominal").value < 0.1
