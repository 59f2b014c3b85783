"""The one writer of tables for spreadsheets: what a stranger wrote must not become a formula there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from rapport.connectors.files.rejects import harmless


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """CSV, line by line. Begins with a byte order mark, without which spreadsheets take it for another encoding."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for row in rows:
        writer.writerow([harmless("" if cell is None else str(cell)) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
