"""The languages of the pages: catalogues in `locale/`, compiled into RAPPORT_HOME because git keeps no binaries.

A new or changed catalogue is compiled once, by the next process that starts. See docs/explanation/words.md.
"""

from __future__ import annotations

import hashlib
import os
from io import BytesIO
from pathlib import Path

from django.utils.translation import gettext

from rapport.core.said import Said

CATALOGUES = "*/LC_MESSAGES/django.po"


def said(text: str, **told: str) -> str:
    """A sentence of core or of a connector in the language of whoever reads it; `told`: what is named otherwise here.
    What others said stays as it was said."""
    return gettext(text.words) % {**text.told, **told} if isinstance(text, Said) else text


def compile_catalogues(source: Path, into: Path) -> None:
    """Compile every catalogue below `source` that is not compiled yet as it stands."""
    for catalogue in source.glob(CATALOGUES):
        digest = hashlib.sha256(catalogue.read_bytes()).hexdigest()
        compiled = into / catalogue.relative_to(source).with_suffix(".mo")
        made_of = compiled.with_suffix(".sha256")
        if compiled.exists() and made_of.exists() and made_of.read_text() == digest:
            continue
        compiled.parent.mkdir(parents=True, exist_ok=True)
        _replace(compiled, _compiled(catalogue))
        _replace(made_of, digest.encode())


def _compiled(catalogue: Path) -> bytes:
    from babel.messages.mofile import write_mo  # wanted once a release, so no process pays for the import otherwise
    from babel.messages.pofile import read_po

    binary = BytesIO()
    with catalogue.open("rb") as file:
        write_mo(binary, read_po(file))
    return binary.getvalue()


def _replace(file: Path, content: bytes) -> None:
    """Several processes may start at the same moment; none may read half a file."""
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(file)
