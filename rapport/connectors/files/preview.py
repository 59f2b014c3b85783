"""A first look at a file: its columns, its first rows, and a guess at which column holds what."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from rapport.connectors.files.columns import look_into
from rapport.connectors.files.formats import kind_of
from rapport.connectors.files.parse import DELIMITERS, MAX_LINE_BYTES, OPTIONAL, REQUIRED

ROWS = 5
MOST_COLUMNS = 200
DEEPEST = 5
LONGEST_CELL = 300

# What people call these columns, the likeliest first.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "message id", "tweet id", "post id", "comment id", "review id", "ticket id", "uri", "uuid", "number"),
    "text": ("text", "message", "body", "content", "comment", "post", "tweet", "review", "answer", "description"),
    "author": (
        "author",
        "user",
        "username",
        "user name",
        "screen name",
        "handle",
        "from",
        "sender",
        "customer",
        "name",
    ),
    "time": ("time", "date", "created at", "created", "published", "published at", "timestamp", "datetime", "sent at"),
    "name": ("display name", "full name", "author name"),
    "author_url": ("author url", "profile", "profile url"),
    "url": ("url", "link", "permalink"),
    "thread": ("thread", "thread id", "conversation", "conversation id", "root"),
    "parent": ("parent", "parent id", "in reply to", "in reply to id", "reply to"),
    "language": ("language", "lang", "locale"),
    "edited": ("edited", "edited at", "updated", "updated at"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """`rows` holds as many cells as there are columns, each cut to `LONGEST_CELL` characters."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def look(file: BinaryIO, name: str) -> Look:
    """The columns and first rows of a table, of JSON lines or of Parquet; no columns when it is none of these.

    >>> from io import BytesIO
    >>> look(BytesIO(b"id;text;more\\n1;Hello;x\\n"), "a.csv")
    Look(columns=('id', 'text', 'more'), rows=(('1', 'Hello', 'x'),))
    """
    kind = kind_of(name)
    if kind == "parquet":
        return _objects(look_into(file, ROWS)[1])
    lines = [_decoded(line) for line in islice(iter(lambda: file.readline(MAX_LINE_BYTES), b""), 200)]
    return _json(lines) if kind.startswith(("jsonl", "ndjson")) else _table(lines)


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return line.decode("windows-1252", "replace")


def _table(lines: Sequence[str]) -> Look:
    """Read by the delimiter that gives the header the most columns."""
    best: list[list[str]] = []
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in islice(csv.reader(lines, delimiter=delimiter), ROWS + 1) if row]
        except csv.Error:
            continue
        if rows and len(rows[0]) > len(best[0] if best else ()):
            best = rows
    if not best:
        return Look((), ())
    columns = tuple(name.strip() for name in best[0])[:MOST_COLUMNS]
    return Look(columns, tuple(_row(row, len(columns)) for row in best[1:]))


def _row(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple(cell[:LONGEST_CELL] for cell in [*cells, *[""] * width][:width])


def _json(lines: Sequence[str]) -> Look:
    return _objects([value for line in lines[: ROWS * 4] if isinstance(value := _value(line), dict)][:ROWS])


def _objects(found: Sequence[Mapping[str, object]]) -> Look:
    flat = [dict(_flat(value)) for value in found]
    columns = tuple(dict.fromkeys(key for value in flat for key in value))[:MOST_COLUMNS]
    return Look(columns, tuple(tuple(_cell(value.get(name))[:LONGEST_CELL] for name in columns) for value in flat))


def _flat(value: Mapping[str, object], before: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Fields inside of fields by their path: `user.name`."""
    for name, inner in value.items():
        if isinstance(inner, Mapping) and depth < DEEPEST:
            yield from _flat(inner, f"{before}{name}.", depth + 1)
        else:
            yield f"{before}{name}", inner


def _value(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _cell(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Which column is likely to hold which field. No column is guessed twice; what is unlikely is left out.

    >>> guess(["tweet_id", "airline", "name", "text", "tweet_created"])
    {'id': 'tweet_id', 'text': 'text', 'author': 'name', 'time': 'tweet_created'}
    """
    free = {column: _plain(column) for column in columns}
    found: dict[str, str] = {}
    for field in (*REQUIRED, *OPTIONAL):
        column = _likely(free, NAMES[field], part=field in REQUIRED)
        if column is not None:
            found[field] = column
            del free[column]
    return found


def _likely(columns: Mapping[str, str], names: Sequence[str], *, part: bool) -> str | None:
    """The column of one of these names; with `part`, else one that has the name among its words."""
    for name in names:
        for column, plain in columns.items():
            if plain == name:
                return column
    if part:
        for name in names:
            for column, plain in columns.items():
                if name in plain.split():
                    return column
    return None


def _plain(column: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return " ".join(re.findall(r"[^\W_]+", spaced.casefold()))
