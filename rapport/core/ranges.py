"""Which numbers make sense for an argument, and an error that names the first that does not.

Whatever is not a number spreads: one of them among a million makes the whole estimate none, and an interval that is not
a number looks, on a chart, like one without a width. So what comes in is looked at once, where it comes in.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rapport.core.errors import NumberError

HIGHEST = sys.float_info.max
ROUNDED = 1e-6
"""By so much a share may lie outside 0 and 1, because it was computed."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `least` to `most`, both among them; `words` say which these are, behind "has to be".

    whole   and without a fraction
    """

    words: str
    least: float
    most: float
    whole: bool = False

    def check(self, /, **given: ArrayLike) -> None:
        """Raise NumberError unless all numbers of these arguments, arrays or not, are of the range.

        >>> SHARE.check(level=0.95, prediction=np.full((2, 3), 1 / 3))
        >>> SHARE.check(prediction=np.array([[0.5, 0.5, 0.0], [0.2, np.nan, 0.1]]))
        Traceback (most recent call last):
        rapport.core.errors.NumberError: prediction[1, 1] is nan, and has to be a number from 0 to 1
        """
        for name, values in given.items():
            if isinstance(values, int | float):
                holds = self.least <= values <= self.most and not (self.whole and values % 1)
            else:
                holds = self._holds(np.asarray(values))
            if not holds:
                raise self._error(name, values)

    def _holds(self, array: NDArray[np.generic]) -> bool:
        """By the smallest and the largest, which are not a number where one is none: two quick looks, and no copy."""
        if not array.size:
            return True
        if array.dtype.kind not in "biuf":
            return False
        inside = np.minimum.reduce(array, axis=None) >= self.least and np.maximum.reduce(array, axis=None) <= self.most
        return bool(inside) and not (self.whole and array.dtype.kind == "f" and np.any(array % 1))

    def _error(self, name: str, values: ArrayLike) -> NumberError:
        array = np.asarray(values)
        if array.dtype.kind not in "biuf":  # among words, numbers have become words as well
            array = np.array(values, dtype=object)
        flat = array.ravel().tolist()
        first = next(n for n, one in enumerate(flat) if not self._has(one))
        place = tuple(int(at) for at in np.unravel_index(first, array.shape))
        where = f"[{', '.join(map(str, place))}]" if place else ""
        told = f"{flat[first]:g}" if isinstance(flat[first], Real) else repr(flat[first])
        message = f"{name}{where} is {told}, and has to be {self.words}"
        return NumberError(message, argument=name, place=place)

    def _has(self, one: object) -> bool:
        return isinstance(one, Real) and self.least <= float(one) <= self.most and not (self.whole and float(one) % 1)


NEXT_TO_0, NEXT_TO_1 = math.nextafter(0, 1), math.nextafter(1, 0)

NUMBER = Range("a finite number", -HIGHEST, HIGHEST)
AT_LEAST_0 = Range("a finite number of at least 0", 0.0, HIGHEST)
ABOVE_0 = Range("a finite number above 0", NEXT_TO_0, HIGHEST)
SHARE = Range("a number from 0 to 1", -ROUNDED, 1 + ROUNDED)
NET = Range("a number from -1 to 1", -1 - ROUNDED, 1 + ROUNDED)
CHANCE = Range("a number above 0 and at most 1", NEXT_TO_0, 1.0)
INSIDE = Range("a number above 0 and below 1", NEXT_TO_0, NEXT_TO_1)
WHOLE = Range("a whole number of at least 0", 0.0, HIGHEST, whole=True)
COUNTING = Range("a whole number of at least 1", 1.0, HIGHEST, whole=True)
HEARD = Range("a whole number of at least 0, or -1 where nobody listened", -1.0, HIGHEST, whole=True)
ENDLESS = Range("a number of at least 0, or infinite", 0.0, math.inf)
SIZE = Range("a number above 0, or infinite", NEXT_TO_0, math.inf)
