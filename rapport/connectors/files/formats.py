"""Which file is read how: by its name. `.gz` behind any of them but Parquet means that it is compressed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from rapport.connectors.files import troubles
from rapport.connectors.files.columns import read_parquet
from rapport.connectors.files.parse import read_csv, read_jsonl
from rapport.core.errors import ConnectorError
from rapport.core.said import Said
from rapport.core.types import Page

Reader = Callable[..., Iterator[Page]]
READERS: Mapping[str, Reader] = {
    "csv": read_csv,
    "tsv": read_csv,
    "jsonl": read_jsonl,
    "ndjson": read_jsonl,
    "parquet": read_parquet,
}
COMPRESSED = {f"{kind}.gz": read for kind, read in READERS.items() if kind != "parquet"}
ENDINGS = tuple(f".{kind}" for kind in (*READERS, *COMPRESSED))


def kind_of(name: str) -> str:
    """The ending by which a file is read, or nothing when it isn't one of ours.

    >>> kind_of("answers.CSV"), kind_of("2026.posts.jsonl.gz"), kind_of("notes.docx")
    ('csv', 'jsonl.gz', '')
    """
    return next((kind for kind in (*COMPRESSED, *READERS) if name.lower().endswith(f".{kind}")), "")


def reader(name: str) -> Reader | None:
    """How a file of this name is read, or None when it isn't one of ours.

    >>> reader("answers.CSV").__name__, reader("notes.docx")
    ('read_csv', None)
    """
    kind = kind_of(name)
    return READERS.get(kind) or COMPRESSED.get(kind)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file to read from; of a compressed one, what is in it."""
    try:
        if path.name.lower().endswith(".gz"):
            with gzip.open(path, "rb") as inside:
                yield cast(BinaryIO, inside)
        else:
            with path.open("rb") as file:
                yield file
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ConnectorError(Said(troubles.PACKED_DAMAGED, error=str(error)), permanent=True) from error


def size_of(path: Path) -> int:
    """How many bytes there are to read: of a compressed file as many as its last four bytes say."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if path.name.lower().endswith(".gz") and size > 18:
            file.seek(-4, 2)
            return max(int.from_bytes(file.read(4), "little"), size)
    return size
