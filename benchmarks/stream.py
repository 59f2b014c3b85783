"""A fake Jetstream (see tests/jetstream.py) as a process of its own, which says made-up posts when it is told to.

It reads a line a command from its input, and answers each with a line of JSON when it is done:

    burst 100000        says so many posts at once
    steady 5000 60      says 5,000 a second, for 60 seconds
    listeners           how many listen
    anew                begins the pool anew, and forgets what it counted
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from itertools import accumulate, islice
from random import Random

from benchmarks import posts
from rapport.core.query import STANDING_FIELDS, Matcher, parse
from rapport.core.types import Document
from tests.jetstream import FakeJetstream, jetstream, some_posts

POOL = 20_000
STEP_SECONDS = 0.01


class Speaker:
    """Says the posts of a pool over and over, each time as a new one. `wanted` of them match a brief so far."""

    def __init__(self, fake: FakeJetstream, briefs: int) -> None:
        self._fake = fake
        self._pool = list(islice(some_posts(1, _text), POOL))
        standing = Matcher({n: parse(brief.query, STANDING_FIELDS) for n, brief in enumerate(posts.briefs(briefs))})
        texts = [json.loads(f"{{{inner}}}")["record"]["text"] for _, inner in self._pool]
        self._wanted = list(accumulate((standing.first(Document(text)) is not None for text in texts), initial=0))
        self._said = 0

    def burst(self, count: int) -> dict[str, float]:
        self._say(count)
        return self._report()

    def steady(self, rate: float, seconds: float) -> dict[str, float]:
        began, first = time.monotonic(), self._said
        while (passed := time.monotonic() - began) < seconds:
            self._say(int(passed * rate) - (self._said - first))
            time.sleep(STEP_SECONDS)
        return self._report()

    def anew(self) -> dict[str, float]:
        self._said = 0
        return self._report()

    def listeners(self) -> dict[str, float]:
        return {"listeners": self._fake.listeners}

    def _say(self, count: int) -> None:
        self._fake.flood([self._pool[number % POOL] for number in range(self._said, self._said + count)])
        self._said += count

    def _report(self) -> dict[str, float]:
        rounds, rest = divmod(self._said, POOL)
        return {"said": self._said, "wanted": rounds * self._wanted[POOL] + self._wanted[rest], "at": time.time()}


def _text(rng: Random) -> str:
    return posts.text(rng)[1]


def _obey(speaker: Speaker, command: Sequence[str]) -> dict[str, float]:
    match command:
        case ["burst", count]:
            return speaker.burst(int(count))
        case ["steady", rate, seconds]:
            return speaker.steady(float(rate), float(seconds))
        case ["anew"]:
            return speaker.anew()
        case _:
            return speaker.listeners()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("briefs", type=int)
    given = options.parse_args()
    with jetstream(port=given.port, keep=1_000_000) as fake:
        speaker = Speaker(fake, given.briefs)
        print(json.dumps({"url": fake.url}), flush=True)
        for line in sys.stdin:
            print(json.dumps(_obey(speaker, line.split())), flush=True)


if __name__ == "__main__":
    main()
