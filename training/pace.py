"""How fast a reader is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence


def speed(reader: Callable[[Sequence[str]], object], texts: Sequence[str]) -> int:
    """Texts per second of processor time, rounded to hundreds; the best of three, since the machine may be busy."""
    reader(texts[:10])
    seconds = []
    for _ in range(3):
        start = time.process_time()
        reader(texts)
        seconds.append(time.process_time() - start)
    return int(round(len(texts) / min(seconds), -2))
