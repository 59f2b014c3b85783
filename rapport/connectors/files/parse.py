"""Messages out of files: tables (CSV) and one JSON object a line (JSONL), read piece by piece; see also `columns.py`.

A file is never held in memory: it comes as pages, and the cursor of a page says where the next one begins. What
cannot be read becomes a `Reject` that knows its line; the rest goes on.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from decimal import Decimal
from itertools import islice
from typing import BinaryIO

from rapport.connectors.files import troubles
from rapport.connectors.values import clean, links, read_time
from rapport.core.errors import ConnectorError
from rapport.core.said import Said
from rapport.core.types import Author, Message, Page, Reject

REQUIRED = ("id", "text", "author", "time")
OPTIONAL = ("name", "author_url", "url", "thread", "parent", "language", "edited")
BATCH = 100
MAX_LINE_BYTES = 1_000_000
KEPT_RAW_BYTES = 65_536
DELIMITERS = ",;\t|"
# Lines that were not UTF-8 and could be read as Windows-1252 are counted under this name.
FALLBACK = "windows-1252"


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a file: `offset` bytes are done, which is `line` whole lines."""

    offset: int = 0
    line: int = 0

    def written(self) -> str:
        return f"{self.offset}:{self.line}"

    @classmethod
    def read(cls, text: str) -> Position:
        """
        >>> Position.read(Position(1200, 17).written())
        Position(offset=1200, line=17)
        """
        offset, _, line = text.partition(":")
        return cls(int(offset), int(line))


BEGINNING = Position()


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in the file. `problem` says why `values` could not be had; `unit` what is counted."""

    first_line: int
    end: Position
    raw: bytes
    values: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    fallback: bool = False
    unit: str = "line"


def read_mapping(text: str) -> dict[str, str]:
    """Read `text=Message,author=User`: which column holds what. Fields not named here are columns of the same name.

    >>> read_mapping("text=body, id=number")["text"]
    'body'
    """
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    named = {name.strip(): column.strip() for name, _, column in pairs}
    if unknown := sorted(set(named) - {*REQUIRED, *OPTIONAL}):
        fields = ", ".join((*REQUIRED, *OPTIONAL))
        words = Said(troubles.UNKNOWN, unknown=", ".join(unknown), has=fields)
        raise ConnectorError(words, permanent=True)
    if empty := sorted(name for name, column in named.items() if not column):
        raise ConnectorError(Said(troubles.EMPTY, empty=", ".join(empty)), permanent=True)
    return {name: name for name in (*REQUIRED, *OPTIONAL)} | named


# -- records -----------------------------------------------------------------------------------------------------------


class _Lines:
    """The lines of a file as text, remembering what was read since the last `take`."""

    def __init__(self, file: BinaryIO, start: Position) -> None:
        self._file = file
        self._taken = start
        self._raw: list[bytes] = []
        self._offset = start.offset
        self._fallback = False

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(MAX_LINE_BYTES):
            self._raw.append(line)
            self._offset += len(line)
            yield self._decoded(line)

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode("utf-8-sig" if self._offset == len(line) else "utf-8")
        except UnicodeDecodeError:
            self._fallback = True
        try:
            return line.decode("windows-1252")
        except UnicodeDecodeError:
            return line.decode("utf-8", "surrogateescape")

    def take(self, values: Mapping[str, str], problem: str = "") -> Record:
        """What was read since the last call, as one record."""
        raw, fallback, first_line = self._raw, self._fallback, self._taken.line + 1
        self._raw, self._fallback = [], False
        self._taken = Position(self._offset, self._taken.line + sum(line.endswith(b"\n") for line in raw))
        if not problem and any("\udc80" <= letter <= "\udcff" for value in values.values() for letter in value):
            problem = Said(troubles.BYTES)
        kept = b"".join(raw)[:KEPT_RAW_BYTES]
        return Record(first_line, self._taken, kept, values, problem, fallback and not problem)


def csv_records(file: BinaryIO, mapping: Mapping[str, str], start: Position) -> Iterator[Record]:
    """The rows of a table, each as field -> value."""
    table = _understand(file, mapping)
    file.seek(max(start.offset, table.start.offset))
    lines = _Lines(file, max(start, table.start, key=lambda position: position.offset))
    rows = csv.reader(iter(lines), delimiter=table.delimiter)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield lines.take({}, Said(troubles.NO_ROW, error=str(error)))
            continue
        values = {name: row[at] for name, at in table.columns.items() if at < len(row)}
        problem = "" if len(row) == table.width else Said(troubles.WIDTH, cells=len(row), columns=table.width)
        record = lines.take(values, problem)
        if row:
            yield record


@dataclass(frozen=True, slots=True)
class _Table:
    """What a header says. `columns` tells where each field is, `start` where the rows begin."""

    delimiter: str
    columns: Mapping[str, int]
    width: int
    start: Position


def _understand(file: BinaryIO, mapping: Mapping[str, str]) -> _Table:
    """Read the header. The delimiter is the one under which the mapped columns are found."""
    wanted = {name: mapping.get(name, name).strip() for name in (*REQUIRED, *mapping)}
    best: list[str] = []
    for delimiter in DELIMITERS:
        names, start = _header(file, delimiter)
        folded = [name.casefold() for name in names]
        columns = {
            name: folded.index(column.casefold()) for name, column in wanted.items() if column.casefold() in folded
        }
        if columns.keys() >= set(REQUIRED):
            return _Table(delimiter, columns, len(names), start)
        best = max(best, names, key=len)
    if any("\0" in name for name in best):
        raise ConnectorError(Said(troubles.UTF16), permanent=True)
    found = {name.casefold() for name in best}
    missing = ", ".join(repr(wanted[name]) for name in REQUIRED if wanted[name].casefold() not in found)
    listed = ", ".join(repr(name[:40]) for name in best[:40])
    raise ConnectorError(Said(troubles.NO_COLUMN, missing=missing, has=listed or "–"), permanent=True)


def _header(file: BinaryIO, delimiter: str) -> tuple[list[str], Position]:
    file.seek(0)
    lines = _Lines(file, Position())
    try:
        names = next(csv.reader(iter(lines), delimiter=delimiter), [])
    except csv.Error:
        names = []
    return [name.strip() for name in names], lines.take({}).end


def jsonl_records(file: BinaryIO, mapping: Mapping[str, str], start: Position) -> Iterator[Record]:
    """The objects of a JSONL file, each as field -> value."""
    file.seek(start.offset)
    lines = _Lines(file, start)
    for line in lines:
        if len(line) >= MAX_LINE_BYTES and not line.endswith("\n"):
            yield lines.take({}, Said(troubles.LONG_LINE, most=f"{MAX_LINE_BYTES:,}"))
        elif not line.strip():
            lines.take({})
        else:
            yield lines.take(*_object(line, mapping))


def _object(line: str, mapping: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {}, Said(troubles.NO_JSON, error=str(error))
    if not isinstance(found, dict):
        return {}, Said(troubles.NO_OBJECT)
    return picked(found, mapping)


def picked(found: Mapping[str, object], mapping: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    """The fields of an object, as texts; or why they cannot be had. `user.name` is the name inside of user.

    >>> picked({"user": {"name": "Ada", "id": 7}, "a.b": "c"}, {"author": "user.id", "text": "a.b"})
    ({'author': '7', 'text': 'c'}, '')
    """
    given = {field: value for field, path in mapping.items() if (value := _at(found, path)) is not None}
    if wrong := [mapping[field] for field, value in given.items() if not _is_simple(value)]:
        return {}, Said(troubles.NESTED, fields=", ".join(wrong))
    return {field: _written(value) for field, value in given.items()}, ""


def _is_simple(value: object) -> bool:
    return isinstance(value, str | int | float | Decimal | date) and not isinstance(value, bool)


def _at(found: object, path: str) -> object:
    """The value of that name; else that of the names between its dots, from the outside in."""
    if not isinstance(found, Mapping):
        return None
    if path in found:
        return found[path]
    parts = path.split(".")
    for cut in range(1, len(parts)):
        inner = found.get(".".join(parts[:cut]))
        if isinstance(inner, Mapping):
            return _at(inner, ".".join(parts[cut:]))
    return None


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


# -- messages ----------------------------------------------------------------------------------------------------------


def message(values: Mapping[str, str], *, network: str, zone: tzinfo) -> Message | str:
    """The message that a record describes, or why there is none.

    Every row counts as addressed to us: somebody put it there for us to read. A row that only names its parent has
    the parent as its thread; give the thread's column where threads are deeper than that.
    """
    given = {name: clean(value).strip() for name, value in values.items()}
    if missing := [name for name in REQUIRED if not given.get(name)]:
        return Said(troubles.LACKS, fields=", ".join(missing))
    published = read_time(given["time"], zone)
    if published is None:
        return Said(troubles.TIME, time=repr(given["time"][:60]))
    edited = read_time(given["edited"], zone) if given.get("edited") else None
    if given.get("edited") and edited is None:
        return Said(troubles.TIME, time=repr(given["edited"][:60]))
    author = Author(network, given["author"], given["author"], given.get("name", ""), given.get("author_url", ""))
    return Message(
        network=network,
        external_id=given["id"],
        author=author,
        text=given["text"],
        published_at=published,
        url=given.get("url", ""),
        thread_id=given.get("thread") or given.get("parent") or given["id"],
        parent_id=given.get("parent", ""),
        spans=links(given["text"]),
        language=given.get("language", ""),
        edited_at=edited,
        addressed=True,
    )


def _where(record: Record) -> str:
    first, last = record.first_line, max(record.first_line, record.end.line)
    one, several = troubles.PLACES[record.unit]
    return Said(one, first=first) if last == first else Said(several, first=first, last=last)


def _page(records: Sequence[Record], *, network: str, zone: tzinfo) -> Page:
    outcomes = [(record, record.problem or message(record.values, network=network, zone=zone)) for record in records]
    fallbacks = sum(record.fallback for record in records)
    return Page(
        messages=tuple(found for _, found in outcomes if isinstance(found, Message)),
        rejects=tuple(
            Reject(_where(record), found, record.raw) for record, found in outcomes if isinstance(found, str)
        ),
        tallies={FALLBACK: fallbacks} if fallbacks else {},
        cursor=records[-1].end.written(),
        more=True,
    )


def pages(records: Iterator[Record], *, network: str, zone: tzinfo) -> Iterator[Page]:
    while batch := tuple(islice(records, BATCH)):
        yield _page(batch, network=network, zone=zone)


def read_csv(
    file: BinaryIO, mapping: Mapping[str, str], *, network: str, zone: tzinfo = UTC, start: Position = BEGINNING
) -> Iterator[Page]:
    """Read a table as pages of at most `BATCH` rows, from `start` on.

    mapping   field -> column, for `REQUIRED` and, where wanted, `OPTIONAL` fields (see `read_mapping`)
    network   what the messages' network shall be called, for instance "files:surveys"
    zone      where times without an offset were written

    The cursor of a page, read by `Position.read`, says how many bytes and lines are done: for a progress bar, and to go
    on later. Raises `ConnectorError` before the first page when a column is missing.
    """
    return pages(csv_records(file, mapping, start), network=network, zone=zone)


def read_jsonl(
    file: BinaryIO, mapping: Mapping[str, str], *, network: str, zone: tzinfo = UTC, start: Position = BEGINNING
) -> Iterator[Page]:
    """The same for one JSON object a line."""
    return pages(jsonl_records(file, mapping, start), network=network, zone=zone)
