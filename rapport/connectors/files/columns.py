"""Messages out of Parquet, a few thousand rows at a time. Needs `rapport[archive]`, as the archive does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, tzinfo
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO

from rapport.connectors.files import troubles
from rapport.connectors.files.parse import (
    BEGINNING,
    KEPT_RAW_BYTES,
    MAX_LINE_BYTES,
    REQUIRED,
    Position,
    Record,
    pages,
    picked,
)
from rapport.core.errors import ConnectorError
from rapport.core.said import Said
from rapport.core.types import Page

if TYPE_CHECKING:
    import polars as pl

ROWS = 2_000
MOST_BYTES = 64_000_000
"""Of the texts of one piece. A column can name one long text a million times: a small file then says a great deal."""


def read_parquet(
    file: BinaryIO, mapping: Mapping[str, str], *, network: str, zone: tzinfo = UTC, start: Position = BEGINNING
) -> Iterator[Page]:
    """Like `read_csv`, for the columns of a Parquet file; `user.name` is a field inside of a column."""
    return pages(parquet_records(file, mapping, start), network=network, zone=zone)


def parquet_records(file: BinaryIO, mapping: Mapping[str, str], start: Position) -> Iterator[Record]:
    """The rows, each as field -> value. A position counts rows as lines, and their share of the file as bytes."""
    scan, columns, total = _opened(file)
    paths = _chosen(columns, mapping)
    tops = sorted({top for path in paths.values() if (top := _top(path, columns))})
    size = file.seek(0, 2)
    for first in range(start.line, total, ROWS):
        at = first
        for row in _rows(scan, tops, first, min(ROWS, total - first)):
            at += 1
            end = Position(size * at // total, at)
            values, problem = ({}, row) if isinstance(row, str) else picked(row, paths)
            raw = b"" if isinstance(row, str) else _raw(row)
            yield Record(at, end, raw, values, problem, unit="row")


def look_into(file: BinaryIO, rows: int) -> tuple[list[str], list[dict[str, Any]]]:
    """The names of the columns and the first rows; nothing when it is no Parquet."""
    try:
        scan, columns, total = _opened(file)
        found = [row for row in _rows(scan, columns, 0, min(rows, total)) if isinstance(row, dict)]
    except ConnectorError:
        return [], []
    return columns, found


def _opened(file: BinaryIO) -> tuple[pl.LazyFrame, list[str], int]:
    if find_spec("polars") is None:
        raise ConnectorError(Said(troubles.NEEDS_ARCHIVE), permanent=True)
    import polars as pl

    name = getattr(file, "name", None)
    try:
        file.seek(0)
        scan = pl.scan_parquet(name if isinstance(name, str) else file.read())
        columns = scan.collect_schema().names()
        return scan, columns, int(scan.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ConnectorError(Said(troubles.NO_PARQUET, error=str(error)), permanent=True) from error


def _chosen(columns: list[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Field -> path, as far as the file has it."""
    paths = {name: mapping.get(name, name).strip() for name in (*REQUIRED, *mapping)}
    there = {name: path for name, path in paths.items() if _top(path, columns)}
    if missing := ", ".join(repr(paths[name]) for name in REQUIRED if name not in there):
        listed = ", ".join(repr(name[:40]) for name in columns[:40])
        raise ConnectorError(Said(troubles.NO_COLUMN, missing=missing, has=listed), permanent=True)
    return there


def _top(path: str, columns: list[str]) -> str | None:
    """The column in which a path begins."""
    parts = path.split(".")
    beginnings = (".".join(parts[:cut]) for cut in range(len(parts), 0, -1))
    return next((name for name in beginnings if name in columns), None)


def _rows(scan: pl.LazyFrame, columns: list[str], first: int, count: int) -> Iterator[dict[str, Any] | str]:
    """Each row, or why it cannot be read. Pieces that say too much are halved, down to the row that does."""
    import polars as pl

    try:
        piece = scan.select(columns).slice(first, count).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ConnectorError(Said(troubles.DAMAGED, error=str(error)), permanent=True) from error
    if _bytes(piece) > (MOST_BYTES if count > 1 else MAX_LINE_BYTES):
        if count == 1:
            yield Said(troubles.LONG_ROW, most=f"{MAX_LINE_BYTES:,}")
            return
        yield from _rows(scan, columns, first, count // 2)
        yield from _rows(scan, columns, first + count // 2, count - count // 2)
        return
    yield from piece.iter_rows(named=True)


def _bytes(piece: pl.DataFrame) -> int:
    import polars as pl

    texts = [column for column in piece.iter_columns() if column.dtype == pl.String]
    nested = [column for column in piece.iter_columns() if column.dtype.is_nested()]
    said = sum(int(column.str.len_bytes().sum()) for column in texts)
    return said + sum(int(column.estimated_size()) for column in nested)


def _raw(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "replace")[:KEPT_RAW_BYTES]
