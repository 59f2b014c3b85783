"""What a reader costs alone: texts as JSON on standard input, its pace and its memory on standard output.

In a process that has loaded nothing before, so that whatever the reader needs counts as its memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Reader = Callable[[Sequence[str]], object]


def ours() -> Reader:
    from rapport.core.understand import read

    return read


def vader() -> Reader:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return lambda texts: [analyzer.polarity_scores(text) for text in texts]


READERS: dict[str, Callable[[], Reader]] = {"ours": ours, "VADER": vader}
BATCH = 500


def memory() -> float:
    """MB of this process that lie in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    texts, before = json.load(sys.stdin), memory()
    read = READERS[sys.argv[1]]()
    read(texts[:BATCH])  # what is loaded when it is first used is no matter of pace
    start = time.process_time()
    for first in range(0, len(texts), BATCH):
        read(texts[first : first + BATCH])
    seconds = time.process_time() - start
    json.dump({"pace": len(texts) / seconds, "memory": memory() - before}, sys.stdout)


if __name__ == "__main__":
    main()
