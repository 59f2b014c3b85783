"""The table: appending, erasing, tidying up, reading. One process writes; any number may read meanwhile.

Two things are easily got wrong, and tested: the log of a Delta table keeps the smallest and the largest value of each
column, words of messages among them (so only a few harmless columns have such statistics here), and the same
application transaction is accepted twice (so its version is looked at first, and no commit is tried again).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from rapport.archive.schema import KEY, Key, completed, frame, month_of
from rapport.core.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = "rapport"
FILE_BYTES = 64 * 1024 * 1024
"""What tidying up aims at: an erasure writes anew each file that it touches."""

ORDERED_BYTES = 2 * FILE_BYTES
"""A larger month is not put in order: it takes memory."""

ORDERING_BYTES = 256 * 1024 * 1024
"""So much memory; what goes beyond waits on the disk."""

LOOSE_FILES, LOOSE_PART = 8, 0.05
"""A month is put in order anew when more files, or more of its rows, came since."""

ROWS_TOGETHER = 16_384
"""Rows that are read or passed over together."""

AT_ONCE = 2_000
"""Messages of one condition when erasing. Of a hundred thousand in one the engine dies: it walks them recursively."""

CONFIGURATION = {
    "delta.dataSkippingStatsColumns": "day,version,batch,removed,published",
    "delta.logRetentionDuration": "interval 0 seconds",
    "delta.deletedFileRetentionDuration": "interval 0 seconds",
    "delta.checkpointInterval": "1000000",  # ours are made when we tidy up
}
ONCE = 0
"""How often a commit is tried again. Somebody else wrote meanwhile: look again before anything is appended."""

COUNTED = ("day", "channel_id", "channel", "language", "tone", "ours")


@dataclass(frozen=True, slots=True)
class Facts:
    """How large it is: files and rows of the table as it stands, every version counted."""

    files: int
    rows: int
    size_bytes: int
    last_batch: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive in a folder, which it makes when something is written."""

    folder: Path

    # -- writing -----------------------------------------------------------------------------------------------------

    def append(self, number: int, rows: pl.DataFrame, *, after: int) -> bool:
        """Append a batch, if it is not there yet; False when it is.

        number  of this batch; one more than any before it
        after   the batch that whoever writes believes to be the last one here

        Raises ArchiveError when another one is.
        """
        with _in_our_words():
            table = self._table() or self._made()
            last = table.transaction_version(APP) or 0
            if last == number:
                return False
            if last != after:
                raise ArchiveError(f"The archive ends with batch {last}, and the database says that it is {after}.")
            _write(table, rows, number)
            return True

    def batch(self, number: int) -> pl.DataFrame:
        """What a batch brought, as far as nothing of it was erased."""
        return self.collect(lambda rows: rows.filter(pl.col("batch") == number), versions=True)

    def last_batch(self) -> int:
        with _in_our_words():
            table = self._table()
            return table.transaction_version(APP) or 0 if table else 0

    def erase(self, keys: Sequence[Key]) -> None:
        """Take every version of these messages out of the files. Their tombstones stay."""
        with _in_our_words():
            table = self._table()
            if table is None or not keys:
                return
            ordered = sorted(set(keys))  # by month, so that few files are touched by more than one condition
            for first in range(0, len(ordered), AT_ONCE):
                table.delete(_condition(ordered[first : first + AT_ONCE]))
            _forget_what_was(table)

    def tidy(self) -> None:
        """Make few large files of many small ones; what is no longer part of the table goes from the folder.

        Months that are over are put in the order of the numbers of their messages: then a draw is read, and what was
        not drawn is passed over.
        """
        with _in_our_words():
            table = self._table()
            if table is not None:
                self._tidy_months(table)
                _forget_what_was(table)

    # -- reading -----------------------------------------------------------------------------------------------------

    def scan(
        self, first: date | None = None, last: date | None = None, *, versions: bool = False, drawn: float | None = None
    ) -> pl.LazyFrame:
        """The newest version of each message said from `first` to `last`, both included, without what was removed.

        With `versions`: every version, tombstones too. With `drawn`: only those whose number is at most this, and those
        that were archived before they had one; what was tidied up is not read through for them.
        """
        table = self._table()
        if table is None:
            return frame([]).lazy()
        rows = completed(pl.scan_delta(table))
        if first is not None:
            rows = rows.filter(pl.col("month") >= month_of(first), pl.col("day") >= first)
        if last is not None:
            rows = rows.filter(pl.col("month") <= month_of(last), pl.col("day") <= last)
        if drawn is not None:
            rows = rows.filter(pl.col("number").is_null() | (pl.col("number") <= drawn))
        return rows if versions else _newest(rows)

    def collect(
        self,
        ask: Callable[[pl.LazyFrame], pl.LazyFrame],
        first: date | None = None,
        last: date | None = None,
        *,
        versions: bool = False,
        drawn: float | None = None,
    ) -> pl.DataFrame:
        """Ask `scan`; once more when the files were replaced while we were reading them."""
        with _in_our_words():
            try:
                return ask(self.scan(first, last, versions=versions, drawn=drawn)).collect()
            except (OSError, pl.exceptions.ComputeError, pl.exceptions.PanicException):
                return ask(self.scan(first, last, versions=versions, drawn=drawn)).collect()

    def months(self) -> list[str]:
        """The months of which there is something, in order."""
        with _in_our_words():
            table = self._table()
            return sorted({part["month"] for part in table.partitions()}) if table else []

    def facts(self) -> Facts:
        with _in_our_words():
            table = self._table()
            if table is None:
                return Facts(0, 0, 0, 0)
            files = pl.DataFrame(table.get_add_actions(flatten=True))
            return Facts(
                files=files.height,
                rows=int(files["num_records"].sum()),
                size_bytes=int(files["size_bytes"].sum()),
                last_batch=table.transaction_version(APP) or 0,
            )

    # -- counts ------------------------------------------------------------------------------------------------------

    def count(self, first: date | None = None, last: date | None = None) -> pl.DataFrame:
        """Messages by day, channel, language, tone, ours or not, and kind; context is left out.

        A row without a kind counts all messages of its group. A message of two kinds is in the rows of both, so only
        rows without one may be added up.
        """

        def counts(rows: pl.LazyFrame) -> pl.LazyFrame:
            rows = rows.filter(~pl.col("context"))
            every = rows.group_by("month", *COUNTED).agg(messages=pl.len()).with_columns(kind=pl.lit(None, pl.String))
            kinds = rows.select("month", *COUNTED, kind="kinds").explode("kind").filter(pl.col("kind").is_not_null())
            some = kinds.group_by("month", *COUNTED, "kind").agg(messages=pl.len())
            names = ["month", *COUNTED, "kind", "messages"]
            both = pl.concat([every.select(names), some.select(names)])
            return both.with_columns(pl.col("messages").cast(pl.Int64)).sort(*COUNTED, "kind")

        return self.collect(counts, first, last)

    def keep_counts(self, months: Iterable[str]) -> None:
        """Count these months anew, and keep what was counted beside the messages, for `days`."""
        wanted = sorted(set(months))
        if not wanted:
            return
        with _in_our_words():
            counts = self.count(_first_of(wanted[0]), _last_of(_first_of(wanted[-1])))
            counts = counts.filter(pl.col("month").is_in(wanted))
            if not DeltaTable.is_deltatable(self._days):
                configuration = CONFIGURATION | {_STATS: "day"}
                write_deltalake(self._days, counts, partition_by=["month"], configuration=configuration)
                return
            table = DeltaTable(self._days)
            write_deltalake(table, counts, mode="overwrite", predicate=f"month IN ({_listed(wanted)})")
            table.update_incremental()
            if table.version() % 20 == 0:
                _forget_what_was(table)

    def days(self) -> pl.LazyFrame:
        """What `keep_counts` kept; see `count` for what a row means."""
        if not DeltaTable.is_deltatable(self._days):
            return self.count().lazy()
        return pl.scan_delta(self._days)

    # -- within ------------------------------------------------------------------------------------------------------

    @property
    def _messages(self) -> str:
        return str(self.folder / "messages")

    @property
    def _days(self) -> str:
        return str(self.folder / "days")

    @property
    def _ordered(self) -> Path:
        """Names the files whose rows are in order."""
        return self.folder / "ordered.json"

    def _in_order(self) -> set[str]:
        """What was noted; when the note cannot be read, nothing: then months are put in order once more."""
        try:
            return set(json.loads(self._ordered.read_text()))
        except (FileNotFoundError, ValueError):
            return set()

    def _tidy_months(self, table: DeltaTable) -> None:
        in_order = self._in_order()
        files = _files(table).partition_by("month", maintain_order=True)
        for place, rows in enumerate(files, start=1):
            month = [("month", "=", str(rows["month"][0]))]
            if place == len(files) or rows["size_bytes"].sum() > ORDERED_BYTES:
                table.optimize.compact(month, target_size=FILE_BYTES, writer_properties=_WRITER)
            elif _loose(rows, in_order):
                order: dict[str, Any] = {"max_spill_size": ORDERING_BYTES, "writer_properties": _WRITER}
                table.optimize.z_order(["number"], month, target_size=FILE_BYTES, **order)
                in_order.update(_files(table).filter(pl.col("month") == rows["month"][0])["path"])
        there = sorted(in_order.intersection(_files(table)["path"]))
        fresh = self._ordered.with_suffix(".new")
        fresh.write_text(json.dumps(there))
        fresh.replace(self._ordered)

    def _table(self) -> DeltaTable | None:
        try:
            return DeltaTable(self._messages)
        except TableNotFoundError:
            return None

    def _made(self) -> DeltaTable:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_deltalake(self._messages, frame([]), partition_by=["month"], configuration=CONFIGURATION, mode="ignore")
        return DeltaTable(self._messages)


_STATS = "delta.dataSkippingStatsColumns"
_WRITER = WriterProperties(compression="ZSTD", compression_level=3, max_row_group_size=ROWS_TOGETHER)


def _write(table: DeltaTable, rows: pl.DataFrame, number: int) -> None:
    commit = CommitProperties(app_transactions=[Transaction(APP, number)], max_commit_retries=ONCE)
    options: dict[str, Any] = {"commit_properties": commit, "writer_properties": _WRITER}
    write_deltalake(table, rows, mode="append", schema_mode="merge", **options)  # an older one gets the later columns


def _files(table: DeltaTable) -> pl.DataFrame:
    """Its files: `path`, `month`, `num_records` and `size_bytes`; the oldest month first."""
    table.update_incremental()
    return pl.DataFrame(table.get_add_actions(flatten=True)).rename({"partition.month": "month"}).sort("month", "path")


def _loose(files: pl.DataFrame, in_order: set[str]) -> bool:
    """Whether a month is to be put in order anew."""
    loose = files.filter(~pl.col("path").is_in(list(in_order)))
    rows = int(files["num_records"].sum())
    return loose.height > LOOSE_FILES or int(loose["num_records"].sum()) > LOOSE_PART * rows


def _newest(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Most messages have one version. Those with more are few: for them the last batch is looked up."""
    again = rows.filter(pl.col("version") > 1).group_by(*KEY).agg(newest=pl.col("batch").max())
    joined = rows.join(again, on=list(KEY), how="left")
    is_newest = pl.col("newest").is_null() | (pl.col("batch") == pl.col("newest"))
    return joined.filter(is_newest & ~pl.col("removed")).drop("newest")


def _condition(keys: Iterable[Key]) -> str:
    """SQL for every version of these messages that still has words."""
    months, by_network = set(), defaultdict[str, set[str]](set)
    for key in keys:
        months.add(key.month)
        by_network[key.network].add(key.external_id)
    either = " OR ".join(
        f"(network = {_quoted(network)} AND external_id IN ({_listed(ids)}))" for network, ids in by_network.items()
    )
    return f"removed = false AND month IN ({_listed(months)}) AND ({either})"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(_quoted(value) for value in sorted(values))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _forget_what_was(table: DeltaTable) -> None:
    """Only the table as it stands is left in the folder: no earlier version of it, no file of a write that was cut off.

    Safe because nobody else writes.
    """
    table.update_incremental()
    table.create_checkpoint()
    table.cleanup_metadata()
    table.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False, full=True)
    table.update_incremental()
    table.create_checkpoint()
    table.cleanup_metadata()


def _first_of(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _last_of(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Of a file that was cut short polars panics, which is no Exception."""
    try:
        yield
    except (DeltaError, OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ArchiveError(f"The archive cannot be used: {error}") from error
