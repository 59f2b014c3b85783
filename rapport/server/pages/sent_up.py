"""Files that somebody sent up and that wait for their columns. Only who sent one finds it: the session remembers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest
from django.utils import timezone

from rapport.core.types import Refused
from rapport.server.listen import imports


@dataclass(frozen=True, slots=True)
class SentUp:
    """A file. `key` stands in addresses, `name` is what its owner calls it."""

    key: str
    name: str
    size: int

    @property
    def file(self) -> Path:
        return imports.kept(self.key)


def keep(request: HttpRequest, shelf: str, file: UploadedFile[Any]) -> SentUp | Refused:
    """`shelf`: what the files are for, so that each page finds its own."""
    name = file.name or ""
    kept = imports.keep(name, file.chunks(), now=timezone.now())
    if isinstance(kept, Refused):
        return kept
    row = SentUp(kept.name, name[:255], file.size or 0)
    request.session[shelf] = {**request.session.get(shelf, {}), row.key: asdict(row)}
    return row


def find(request: HttpRequest, shelf: str, key: str) -> SentUp:
    """Raises Http404 for whoever did not send it up."""
    known = request.session.get(shelf, {}).get(key)
    if known is None or not (row := SentUp(**known)).file.exists():
        raise Http404
    return row


def forget(request: HttpRequest, shelf: str, row: SentUp) -> None:
    request.session[shelf] = {key: known for key, known in request.session[shelf].items() if key != row.key}
