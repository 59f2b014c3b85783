"""A folder that is watched: every CSV, JSONL or Parquet file that is dropped into it is read once.

The cursor is JSON: file name -> [size, time of change in ns, position], where the position is empty once the file is
read to its end. A file that changed in any way is read anew from its beginning; what was heard before is recognised
by its id. Links and hidden files are passed over.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from rapport.connectors.contract import Account, Field, Profile, Source
from rapport.connectors.files.columns import read_parquet
from rapport.connectors.files.formats import opened, reader
from rapport.connectors.files.parse import (
    BEGINNING,
    KEPT_RAW_BYTES,
    Position,
    read_csv,
    read_jsonl,
    read_mapping,
)
from rapport.core.errors import ConnectorError
from rapport.core.types import Page, Reject

# A file that changed a moment ago may still be on its way.
SETTLED_AFTER_SECONDS = 2.0

Entry = tuple[int, int, str]


class FilesConnector:
    network = "files"
    label = "Files"
    fields = (
        Field("name", "Name", "Where these messages come from, in a word: surveys, callcentre.", required=False),
        Field(
            "folder",
            "Folder",
            "Files dropped here are read. Leave it empty to import by hand only.",
            required=False,
            this_machine=True,
        ),
        Field(
            "map", "Columns", "Which column holds what: text=Message,author=User,time=Date,id=Number", required=False
        ),
        Field("zone", "Time zone", "Where times without an offset were written.", default="UTC", required=False),
    )
    sources = (Source("folder", every_seconds=5),)

    def check(self, account: Account) -> Profile:
        settings = Settings.of(account)
        if folder := account.config.get("folder", ""):
            _files(Path(folder))
        return Profile(external_id=folder or settings.network, handle=settings.network)

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        """Translate one whole file: JSONL when it begins with a brace, Parquet with its mark, else a table."""
        settings = Settings.of(account)
        read = read_parquet if raw.startswith(b"PAR1") else read_csv
        if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            read = read_jsonl
        try:
            pages = list(read(BytesIO(raw), settings.mapping, network=settings.network, zone=settings.zone))
        except ConnectorError as error:
            return Page(rejects=(Reject("the file", str(error), raw[:KEPT_RAW_BYTES]),))
        return Page(
            messages=tuple(message for page in pages for message in page.messages),
            rejects=tuple(reject for page in pages for reject in page.rejects),
        )

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        settings = Settings.of(account)
        folder = account.config.get("folder", "")
        files = _files(Path(folder)) if folder else []
        before = {name: tuple(entry) for name, entry in json.loads(cursor or "{}").items()}
        known = {file.name: before[file.name] for file in files if file.name in before}
        for file in files:
            for page, entry in _news(file, known.get(file.name), settings):
                known[file.name] = entry
                yield replace(page, cursor=json.dumps(known), more=True)
        yield Page(cursor=json.dumps(known))


@dataclass(frozen=True, slots=True)
class Settings:
    """How the files of an account are to be read."""

    mapping: Mapping[str, str]
    network: str
    zone: tzinfo

    @classmethod
    def of(cls, account: Account) -> Settings:
        name = account.config.get("name", "").strip()
        mapping = read_mapping(account.config.get("map", ""))
        return cls(mapping, f"files:{name}" if name else "files", read_zone(account.config.get("zone", "")))


def read_zone(name: str) -> tzinfo:
    """
    >>> read_zone("Europe/Athens")
    zoneinfo.ZoneInfo(key='Europe/Athens')
    """
    try:
        return ZoneInfo(name.strip()) if name.strip() else UTC
    except (ValueError, OSError, KeyError) as error:
        raise ConnectorError(f"There is no time zone called {name!r}.", permanent=True) from error


def _files(folder: Path) -> list[Path]:
    """The files that we can read, the one that changed first at the front."""
    try:
        found = [file for file in folder.iterdir() if reader(file.name) and not file.name.startswith(".")]
        regular = [file for file in found if file.is_file() and not file.is_symlink()]
        return sorted(regular, key=lambda file: (file.stat().st_mtime_ns, file.name))
    except OSError as error:
        raise ConnectorError(f"The folder cannot be read: {error.strerror}.") from error


def _state(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def _news(file: Path, entry: tuple[int | str, ...] | None, settings: Settings) -> Iterator[tuple[Page, Entry]]:
    """What is new in a file, page by page, each with what to remember once it is stored."""
    size, changed = _state(file)
    if entry == (size, changed, "") or abs(time.time() - changed / 1e9) < SETTLED_AFTER_SECONDS:
        return
    start = Position.read(str(entry[2])) if entry and entry[:2] == (size, changed) else BEGINNING
    try:
        for page in _read(file, start, settings):
            yield page, (size, changed, page.cursor)
            if _state(file) != (size, changed):
                return  # it is being written: the next round reads it anew
    except OSError as error:
        yield Page(rejects=(Reject(file.name, f"it cannot be read: {error.strerror}"),)), (size, changed, "")
    except ConnectorError as error:
        yield Page(rejects=(Reject(file.name, str(error)),)), (size, changed, "")
    else:
        yield Page(), (size, changed, "")


def _read(file: Path, start: Position, settings: Settings) -> Iterator[Page]:
    read = reader(file.name) or read_csv
    with opened(file) as inside:
        for page in read(inside, settings.mapping, network=settings.network, zone=settings.zone, start=start):
            yield replace(page, rejects=tuple(replace(no, where=f"{file.name}, {no.where}") for no in page.rejects))
