"""The archive at a million messages, beside one plain Parquet file that has nothing of what makes it an archive.

Synthetic posts over 24 months. Times are processor seconds of all threads; anchors are measured in the same run.

    python -m benchmarks.archive [--rows 1000000]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.results import Row, table, write
from rapport.archive import SCHEMA, Archive, Key, damaged, fingerprints
from rapport.core.measure.sampling import permanent_numbers
from rapport.core.types import content_hash

MONTHS = 24
LOAD = 50_000
BATCH, APPENDS, TIDY_EVERY = 500, 200, 50
AUTHORS = 20_000
ERASED = 100
TONES = ("negative", "neutral", "positive")
START = datetime(2024, 1, 1, tzinfo=UTC)
WORDS = (
    "ferry late again harbour ticket office closed crew kind thank you refund delay storm timetable app broken bike "
    "car cabin coffee cold queue price island morning evening Friday holiday child dog window seat music noise engine"
).split()


def posts(
    rng: np.random.Generator,
    first: int,
    count: int,
    batch: int,
    *,
    start: datetime,
    days: int,
    words: Sequence[str] = WORDS,
    salt: str = "salt",
) -> pl.DataFrame:
    """Rows as a batch brings them; about 110 characters each."""
    lengths = rng.integers(8, 30, count)
    drawn = rng.choice(words, int(lengths.sum()))
    ends = np.cumsum(lengths)
    texts = [" ".join(drawn[end - length : end]) for end, length in zip(ends, lengths)]
    numbers = np.arange(first, first + count)
    tone = rng.dirichlet((1, 2, 1), count)
    author = pl.Series("author", rng.zipf(1.3, count) % AUTHORS)
    offset = pl.Series("offset", rng.integers(0, days * 86_400, count))
    names = [f"at://harbour/{number}" for number in numbers]
    written = pl.DataFrame({"id": numbers, "author": author, "offset": offset, "external_id": names, "text": texts})
    at = pl.lit(start) + pl.duration(seconds="offset")
    fixed = {"network": "harbour", "version": 1, "batch": batch, "removed": False, "revision": 1, "reader": "bench"}
    fixed |= {"parent_id": "", "addressed": True, "context": False, "ours": False, "imported": False, "language": "en"}
    rows = written.with_columns(
        published=at,
        heard=at + pl.duration(seconds=20),
        content_hash=pl.Series([content_hash(text) for text in texts]),
        number=pl.Series(permanent_numbers([f"harbour/{name}" for name in names], salt)),
        channel_id=pl.col("id") % 5,
        channel=pl.format("Channel {}", pl.col("id") % 5),
        author_id=pl.format("did:{}", "author"),
        author=pl.format("person{}.example", "author"),
        author_name=pl.lit(None),
        spans=pl.lit([], SCHEMA["spans"]),
        private=pl.lit([], SCHEMA["private"]),
        urgency=pl.lit("normal"),
        **{name: pl.lit([], SCHEMA[name]) for name in ("urgent_for", "spam", "hints")},
        url=pl.format("https://harbour.example/post/{}", "id"),
        thread_id="external_id",
        edited=pl.lit(None),
        tone=pl.Series(np.array(TONES)[tone.argmax(axis=1)]),
        negative=pl.Series(tone[:, 0]),
        neutral=pl.Series(tone[:, 1]),
        positive=pl.Series(tone[:, 2]),
        kinds=pl.when(pl.col("id") % 3 == 0).then(pl.lit(["question", "delivery"])).otherwise(pl.lit(["complaint"])),
        day=at.dt.date(),
        month=at.dt.strftime("%Y-%m"),
        **{name: pl.lit(value) for name, value in fixed.items()},
    )
    return rows.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def clocked(work: Callable[[], object]) -> float:
    """Processor seconds of all threads: on a machine that does other things too, they say more than the clock."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def median(work: Callable[[], object], times: int = 3) -> float:
    return statistics.median(clocked(work) for _ in range(times))


def load(archive: Archive, plain: Path, rows: int, rng: np.random.Generator) -> Iterator[Row]:
    """The first years in large batches, and the same rows in one plain file."""
    pieces, seconds = [], 0.0
    for number, first in enumerate(range(0, rows, LOAD), start=1):
        piece = posts(rng, first, min(LOAD, rows - first), number, start=START, days=MONTHS * 30)
        seconds += clocked(lambda piece=piece, number=number: archive.append(number, piece, after=number - 1))
        pieces.append(piece)
    tidied = clocked(archive.tidy)
    whole = pl.concat(pieces)
    written = clocked(lambda: whole.write_parquet(plain, compression="zstd", compression_level=3))
    yield Row(
        "append in large batches", rows / seconds / 1_000, "k rows/s CPU", "one plain file", rows / written / 1_000
    )
    yield Row("tidy up after that", tidied, "s CPU")
    size = archive.facts().size_bytes
    yield Row("size", size / 1e6, "MB", "one plain file", plain.stat().st_size / 1e6)
    yield Row("size of a row", size / rows, "bytes")


def append(archive: Archive, rows: int, rng: np.random.Generator) -> Iterator[Row]:
    """As a working day has it: small batches into the newest month, tidied up now and then."""
    last, took, tidied = archive.last_batch(), [], []
    start = START + timedelta(days=MONTHS * 30)
    for number in range(last + 1, last + 1 + APPENDS):
        piece = posts(rng, rows + number * BATCH, BATCH, number, start=start, days=25)
        took.append(1_000 * clocked(lambda: archive.append(number, piece, after=number - 1)))  # noqa: B023
        if number % TIDY_EVERY == 0:
            tidied.append(1_000 * clocked(archive.tidy))
    file = archive.folder.parent / "batch.parquet"
    plain = 1_000 * median(lambda: piece.write_parquet(file, compression="zstd", compression_level=3), 20)
    ordered = sorted(took)
    yield Row(f"append {BATCH} rows, p50", ordered[len(took) // 2], "ms CPU", "a file of its own", plain, target=50)
    yield Row(f"append {BATCH} rows, p95", ordered[int(0.95 * len(took))], "ms CPU", target=150)
    yield Row("tidy up", statistics.median(tidied), "ms CPU")


def read(archive: Archive, plain: Path) -> Iterator[Row]:
    """Newest versions without tombstones, beside a file that has neither."""
    counted = ["day", "channel_id", "tone"]
    whole = median(lambda: archive.scan().group_by(counted).agg(pl.len()).collect())
    anchor = median(lambda: pl.scan_parquet(plain).group_by(counted).agg(pl.len()).collect())
    yield Row(
        "day x channel x tone over all of it", 1_000 * whole, "ms CPU", "one plain file", 1_000 * anchor, target=2_000
    )
    month = START.date(), (START + timedelta(days=30)).date()
    one = median(lambda: archive.scan(*month).group_by(counted).agg(pl.len()).collect())
    yield Row("the same over one month", 1_000 * one, "ms CPU")
    seen = archive.scan().collect().height
    yield Row(
        "verify: counts and hashes of all days", clocked(lambda: fingerprints(archive.scan())), "s CPU", target=30
    )
    rows = archive.scan().collect()
    yield Row("verify: every text by its hash", clocked(lambda: list(damaged(rows))), "s CPU", target=60)
    yield Row("messages read", seen / 1_000, "k")


def erase(archive: Archive) -> Iterator[Row]:
    """Everything that a hundred people said, in one go, until no file has it."""
    gone = archive.scan().filter(pl.col("author_id").is_in([f"did:{n}" for n in range(50, 50 + ERASED)]))
    keys = [Key(*row) for row in gone.select("month", "network", "external_id").collect().iter_rows()]
    before = archive.scan().collect().height
    seconds = clocked(lambda: archive.erase(keys))
    left = archive.scan().collect()
    faults = before - len(keys) - left.height
    yield Row(f"erase {ERASED} authors", seconds, "s CPU", "their messages", len(keys), target=60)
    yield Row("too many or too few erased", abs(faults), "messages", target=0)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    before = os.getloadavg()[0]
    rng, folder = np.random.default_rng(7), Path(tempfile.mkdtemp(prefix="rapport-bench-"))
    archive, plain = Archive(folder / "archive"), folder / "plain.parquet"
    try:
        found = [*load(archive, plain, rows, rng), *append(archive, rows, rng), *read(archive, plain), *erase(archive)]
    finally:
        shutil.rmtree(folder)
    found.insert(0, Row("messages loaded", rows, "rows"))
    found.insert(1, Row("load of the machine before", before, "", "its cores", os.cpu_count()))
    print(table(found))
    if rows == 1_000_000:
        print(f"written to {write('archive', found)}")
    return int(any(row.holds is False for row in found))


if __name__ == "__main__":
    sys.exit(main())
