"""Tables in files, for the commands that need no database: CSV, TSV and one JSON object a line, read row by row.

CSV is what its header says (comma, semicolon, tab or bar), TSV has a tab between cells and no quotes that span them,
JSONL has an object a line. All are UTF-8. The first row that cannot be read ends it, with file, line and what to do.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rapport.core.errors import RapportError
from rapport.core.said import Said

DELIMITERS = ",;\t|"

NOT_UTF8 = "%(file)s, line %(line)d: not UTF-8. Save the file as UTF-8."
NO_ROW = "%(file)s, line %(line)d: not a row of a table. Look at its quotes and line ends."
EMPTY = "%(file)s is empty: its first line has to name the columns."
NO_COLUMN = "%(file)s has no column %(missing)s. It has: %(has)s."
TWICE = "%(file)s has two columns %(twice)s. Leave out one of them, or give it another name."
CELLS = (
    "%(file)s, line %(line)d: %(cells)d cells where the header names %(columns)d columns. "
    "A cell that holds a separator or a line break has to stand in quotes (CSV)."
)
NO_JSON = "%(file)s, line %(line)d: not JSON at character %(at)d. Every line has to be one object."
NO_OBJECT = "%(file)s, line %(line)d: not a JSON object. Every line has to be one, such as {…}."
NO_CELL = "%(file)s, line %(line)d: no %(missing)s. The object has: %(has)s."
TROUBLES = (NOT_UTF8, NO_ROW, EMPTY, NO_COLUMN, TWICE, CELLS, NO_JSON, NO_OBJECT, NO_CELL)
"""All that can be wrong with a table: pages say it in the language of whoever reads it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, which knows the line that it begins on."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


class TableError(RapportError):
    """The table lacks something, or holds what cannot be read."""


def rows(file: Path, *needed: str) -> Iterator[Row]:
    """The rows of a file whose columns include the needed ones. Cells are text; what JSON nests stays JSON.

    Raises TableError at the first row that cannot be read.
    """
    kind = file.suffix.lower()
    read = _objects if kind in (".jsonl", ".ndjson") else _tabbed if kind in (".tsv", ".tab") else _separated
    with file.open("rb") as handle:
        yield from read(file.name, handle, needed)


def _lines(name: str, handle: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(handle, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise TableError(Said(NOT_UTF8, file=name, line=number)) from None


def _separated(name: str, handle: BinaryIO, needed: Sequence[str]) -> Iterator[Row]:
    lines = _lines(name, handle)
    first = next(lines, "")
    readers = [csv.reader(_with(first, lines), delimiter=delimiter) for delimiter in DELIMITERS]
    named = [next(csv.reader([first], delimiter=delimiter), []) for delimiter in DELIMITERS]
    enough = [set(needed) <= set(header) for header in named]
    best = max(range(len(DELIMITERS)), key=lambda n: (enough[n], len(named[n])))
    header, reader = named[best], readers[best]
    _check_header(name, header, needed)
    line = 0
    while True:
        begins = line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise TableError(Said(NO_ROW, file=name, line=begins)) from None
        line = reader.line_num
        if begins > 1 and cells:
            yield _row(name, begins, header, cells)


def _with(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _tabbed(name: str, handle: BinaryIO, needed: Sequence[str]) -> Iterator[Row]:
    lines = (line.rstrip("\r\n") for line in _lines(name, handle))
    header = [_unquoted(cell) for cell in next(lines, "").split("\t")]
    _check_header(name, header, needed)
    for number, line in enumerate(lines, 2):
        if line:
            yield _row(name, number, header, [_unquoted(cell) for cell in line.split("\t")])


def _unquoted(cell: str) -> str:
    """A cell that a spreadsheet put into quotes; a quote that stands alone belongs to the text."""
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"')
    return cell


def _check_header(name: str, header: Sequence[str], needed: Sequence[str]) -> None:
    if not any(header):
        raise TableError(Said(EMPTY, file=name))
    if missing := [column for column in needed if column not in header]:
        raise TableError(Said(NO_COLUMN, file=name, missing=", ".join(missing), has=", ".join(header)))
    if twice := [column for column in needed if header.count(column) > 1]:
        raise TableError(Said(TWICE, file=name, twice=", ".join(twice)))


def _row(name: str, line: int, header: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(header):
        raise TableError(Said(CELLS, file=name, line=line, cells=len(cells), columns=len(header)))
    return Row(line, dict(zip(header, cells)))


def _objects(name: str, handle: BinaryIO, needed: Sequence[str]) -> Iterator[Row]:
    for number, line in enumerate(_lines(name, handle), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            at = error.colno if isinstance(error, json.JSONDecodeError) else 1
            raise TableError(Said(NO_JSON, file=name, line=number, at=at)) from None
        if not isinstance(found, dict):
            raise TableError(Said(NO_OBJECT, file=name, line=number))
        if missing := [column for column in needed if column not in found]:
            has = ", ".join(map(str, found))
            raise TableError(Said(NO_CELL, file=name, line=number, missing=", ".join(missing), has=has))
        yield Row(number, {column: _cell(value) for column, value in found.items()})


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
