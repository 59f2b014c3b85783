"""What is no number is refused where it comes in, with the name of the argument and its place."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable

import numpy as np
import pytest

from rapport.core import ranges
from rapport.core.errors import NumberError, RapportError
from rapport.core.measure import share
from rapport.core.measure.share import Frame, Labels, ShareEstimate
from rapport.core.types import Estimate

NAN, INF = math.nan, math.inf
ZEROS = np.zeros(50, dtype=int)
EVEN = np.full((50, 3), 1 / 3)
FRAME = Frame.of(ZEROS, EVEN)
LABELS = Labels(ZEROS, EVEN, np.arange(50) % 3)
FOUND = ShareEstimate(Estimate(0.3, 0.2, 0.4, 100, ""), 100, 900, 0.002, 50.0, 0.5, 105.0)


def but(array: object, place: int | tuple[int, ...], value: float) -> np.ndarray:
    """The array with another number at this place."""
    found = np.array(array, dtype=float)
    found[place] = value
    return found


def test_the_example_runs() -> None:
    result = doctest.testmod(ranges)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("wrong", [NAN, INF, -INF, -0.1, 1.1])
def test_the_first_number_that_makes_no_sense_is_named_with_its_place(wrong: float) -> None:
    with pytest.raises(NumberError, match=r"^chance\[7, 2\] is .*, and has to be a number from 0 to 1$") as caught:
        ranges.SHARE.check(fine=0.5, chance=but(but(EVEN, (7, 2), wrong), (9, 0), 5.0))
    assert (caught.value.argument, caught.value.place) == ("chance", (7, 2))
    assert isinstance(caught.value, RapportError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("wrong", [None, "many", 0.5, True + 0.5])
def test_what_is_no_whole_number_is_none(wrong: object) -> None:
    with pytest.raises(NumberError, match=r"^counts\[1\] is .* whole number"):
        ranges.HEARD.check(counts=[-1, wrong, 3])


def test_numbers_of_any_kind_are_taken() -> None:
    ranges.WHOLE.check(one=1, none=np.int8(0), floats=[1.0, 2.0], empty=[], truths=np.array([True]))
    ranges.SIZE.check(size=INF)


REFUSED: dict[str, Callable[[], object]] = {
    "sizes[0] is nan": lambda: Frame(np.array([NAN]), EVEN[:1], EVEN[:1]),
    "sizes[0] is -1": lambda: Frame(np.array([-1.0]), EVEN[:1], EVEN[:1]),
    "means[0, 1] is inf": lambda: Frame(np.array([9.0]), but(EVEN[:1], (0, 1), INF), EVEN[:1]),
    "doubt[0, 2] is nan": lambda: Frame(np.array([9.0]), EVEN[:1], but(EVEN[:1], (0, 2), NAN)),
    "stratum[3] is -1": lambda: Frame.of(but(ZEROS, 3, -1).astype(int), EVEN),
    "prediction[5, 0] is nan": lambda: Frame.of(ZEROS, but(EVEN, (5, 0), NAN)),
    "prediction[6, 0] is 1.5": lambda: Labels(ZEROS, but(EVEN, (6, 0), 1.5), ZEROS),
    "label[2] is 4": lambda: Labels(ZEROS, EVEN, but(ZEROS, 2, 4).astype(int)),
    "label[4] is nan": lambda: Labels(ZEROS, EVEN, but(ZEROS, 4, NAN)),
    "stratum[1] is 1": lambda: share.estimate(FRAME, Labels(but(ZEROS, 1, 1).astype(int), EVEN, ZEROS)),
    "level is nan": lambda: share.estimate(FRAME, LABELS, level=NAN),
    "level is 1": lambda: share.tones(FRAME, LABELS, level=1.0),
    "drawn is -1": lambda: share.estimate(FRAME, LABELS, drawn=-1.0),
    "day_variance is nan": lambda: share.mood(FRAME, LABELS, ZEROS, day_variance=NAN),
    "days is 0": lambda: share.mood(FRAME, LABELS, ZEROS, days=0),
    "weight is nan": lambda: share.mood(FRAME, LABELS, ZEROS, weight=NAN),
    "chance[8] is 0": lambda: share.unequal(EVEN[0], 900, LABELS, but(np.ones(50), 8, 0.0)),
    "chance[9] is nan": lambda: share.unequal(EVEN[0], 900, LABELS, but(np.ones(50), 9, NAN)),
    "mean_prediction[0] is inf": lambda: share.unequal(but(EVEN[0], 0, INF), 900, LABELS, np.ones(50)),
    "messages is 0": lambda: share.unequal(EVEN[0], 0, LABELS, np.ones(50)),
    "variance is nan": lambda: share.time_uniform(NAN, 10, 10),
    "planned is 0": lambda: share.time_uniform(0.1, 10, 0),
    "values[1] is nan": lambda: share.day_effect([0.1, NAN, 0.1], [0.1] * 3),
    "variances[2] is -1": lambda: share.day_effect([0.1] * 3, [0.1, 0.1, -1.0]),
    "level is 0": lambda: share.difference(FOUND, FOUND, level=0.0),
}


@pytest.mark.parametrize("words", REFUSED)
def test_a_measure_of_what_is_no_number_is_refused(words: str) -> None:
    with pytest.raises(NumberError) as caught:
        REFUSED[words]()
    assert str(caught.value).startswith(f"{words}, and has to be ")
