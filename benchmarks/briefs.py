"""How many events a second one core reads and holds against many briefs, beside asking each brief by itself.

python -m benchmarks.briefs                      writes results/briefs.json
python -m benchmarks.briefs --real ../shared/data    texts of the public data sets in place of made-up ones
python -m benchmarks.briefs --events 2000        a short look
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random

import re2

from benchmarks import posts
from benchmarks.results import FOLDER, Row, table, write
from rapport.connectors.bluesky import parse as bluesky
from rapport.connectors.bluesky.events import Event, decode
from rapport.core.query import STANDING_FIELDS, Matcher, Prepared, Query, document, parse

SIZES = (10, 1_000, 10_000)
LEAST = {1_000: 60_000.0, 10_000: 20_000.0}
TIMES = 20.0
BUILDING_SECONDS = 2.0
ROUNDS = 5
BY_ITSELF_SECONDS = 6.0


# -- what is measured --------------------------------------------------------------------------------------------------


def decode_all(raws: Sequence[bytes]) -> int:
    return sum(isinstance(decode(raw), Event) for raw in raws)


def match_all(raws: Sequence[bytes], briefs: Matcher[int]) -> int:
    """How many events are wanted by some brief."""
    return sum(bool(wanted(raw, briefs)) for raw in raws)


def wanted(raw: bytes, briefs: Matcher[int]) -> tuple[int, ...]:
    """What a stream does with an event: read the little that decides, and all of what may match."""
    event = decode(raw)
    if not isinstance(event, Event) or not briefs.may_match(event.words()):
        return ()
    return tuple(chain.from_iterable(briefs.matching(document(message)) for message in _messages(raw)))


def one_by_one(raw: bytes, queries: Mapping[int, Query]) -> tuple[int, ...]:
    heard = [Prepared(document(message)) for message in _messages(raw)]
    return tuple(number for message in heard for number, query in queries.items() if query.matches(message))


def _messages(raw: bytes) -> Sequence[object]:
    return bluesky.page(bluesky.loads(raw)).messages


class ByThemselves:
    """The same briefs as patterns of RE2, asked one after the other.

    Its word boundary knows ASCII only, so it is asked for where a term begins or ends with such a letter.
    """

    def __init__(self, briefs: Sequence[posts.Terms]) -> None:
        self._briefs = [
            ([_pattern(group) for group in brief.groups], [_pattern(brief.unwanted)] if brief.unwanted else [])
            for brief in briefs
        ]

    def wanted(self, raw: bytes) -> tuple[int, ...]:
        event = decode(raw)
        text = event.words() if isinstance(event, Event) else ""
        return tuple(
            number
            for number, (groups, unwanted) in enumerate(self._briefs)
            if all(group.search(text) for group in groups) and not any(group.search(text) for group in unwanted)
        )


def _pattern(terms: Sequence[str]) -> re2._Regexp:
    return re2.compile(f"(?i)(?:{'|'.join(map(_alternative, terms))})")


def _alternative(term: str) -> str:
    words = term.rstrip("*")
    edges = (_edge(words[0]), "" if words != term else _edge(words[-1]))
    return edges[0] + re2.escape(words) + edges[1]


def _edge(letter: str) -> str:
    return r"\b" if letter.isascii() and letter.isalnum() else ""


# -- measuring ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pace:
    """Events a second of processor time, in one thread: the median of some rounds, and the best."""

    median: float
    best: float


def pace(work: Callable[[], object], events: int) -> Pace:
    rates = [events / _seconds(work) for _ in range(ROUNDS)]
    return Pace(statistics.median(rates), max(rates))


def pace_by_themselves(briefs: ByThemselves, raws: Sequence[bytes]) -> tuple[float, int]:
    """Over as many events as some seconds allow: how many a second, and how many they were."""
    start, done = time.process_time(), 0
    for raw in cycle(raws):
        briefs.wanted(raw)
        done += 1
        if time.process_time() - start > BY_ITSELF_SECONDS:
            break
    return done / (time.process_time() - start), done


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def memory_mb() -> float:
    """What this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# -- the run -----------------------------------------------------------------------------------------------------------


def run(raws: Sequence[bytes], sizes: Sequence[int]) -> Iterator[Row]:
    yield Row("load of the machine before the run", os.getloadavg()[0], "processes")
    yield Row("an event, on average", statistics.fmean(map(len, raws)), "bytes", "what Jetstream's are", 868)
    decode_all(raws)
    alone = pace(partial(decode_all, raws), len(raws))
    yield Row("decode alone", alone.median, "events/s", "best round", alone.best)
    for size in sizes:
        yield from _with(posts.briefs(size), raws)


def _with(terms: Sequence[posts.Terms], raws: Sequence[bytes]) -> Iterator[Row]:
    name, least = f"{len(terms):,} briefs", LEAST.get(len(terms))
    before, start = memory_mb(), time.process_time()
    queries = {number: parse(brief.query, STANDING_FIELDS) for number, brief in enumerate(terms)}
    read = time.process_time()
    briefs = Matcher(queries)
    built = time.process_time()
    found = match_all(raws, briefs)
    holds = memory_mb() - before
    together = pace(partial(match_all, raws, briefs), len(raws))
    slow, looked_at = pace_by_themselves(ByThemselves(terms), raws)
    anchor = f"with RE2 one by one, over {looked_at:,} events"
    yield Row(f"decode and match, {name}", together.median, "events/s", anchor, slow, least, at_least=True)
    yield Row(f"decode and match, {name}, best round", together.best, "events/s")
    times = TIMES if least else None
    yield Row(f"times RE2 one by one, {name}", together.median / slow, "times", target=times, at_least=True)
    yield Row(f"events that match, {name}", 100 * found / len(raws), "%")
    sample = raws[: max(50, 500_000 // len(terms))]
    wrong = sum(wanted(raw, briefs) != one_by_one(raw, queries) for raw in sample)
    yield Row(f"answers other than one by one, {name}", wrong, f"of {len(sample):,}", target=0)
    yield Row(f"reading the queries, {name}", read - start, "s")
    yield Row(f"building the matcher, {name}", built - read, "s", target=BUILDING_SECONDS)
    yield Row(f"memory of queries and matcher, {name}", holds, "MB")


def real(folder: Path, count: int) -> list[bytes]:
    """Tweets of the public data sets in eight languages, each in an event that is otherwise made up."""
    files = sorted([*folder.glob("umsab/*/*_text.txt"), *folder.glob("tweeteval/*/*_text.txt")])
    texts = [line.strip() for file in files for line in file.open(encoding="utf-8")]
    Random(1).shuffle(texts)
    made = posts.events()
    events = []
    for text in islice(cycle(texts), count):
        event = json.loads(next(raw for raw in made if b'"text"' in raw))
        event["commit"]["record"] |= {"text": text, "facets": []}
        events.append(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode())
    return events


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=30_000)
    options.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    options.add_argument("--real", type=Path, help="the folder of the public data sets; writes briefs_real.json")
    options.add_argument("--results", type=Path, default=FOLDER)
    given = options.parse_args()
    raws = real(given.real, given.events) if given.real else list(islice(posts.events(), given.events))
    rows = list(run(raws, given.sizes))
    print(table(rows))
    print(write("briefs_real" if given.real else "briefs", rows, given.results))


if __name__ == "__main__":
    main()
