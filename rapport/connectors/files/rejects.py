"""A side file with what could not be read: line, reason, and the line itself."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from rapport.core.types import Reject

# What a spreadsheet takes for the start of a formula, or skips on its way to one.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("17")
    ("'=1+1", '17')
    """
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def write_rejects(file: TextIO, rejects: Iterable[Reject], *, header: bool = True) -> int:
    """Write rejects as CSV (open the file with newline="") and return how many there were."""
    writer = csv.writer(file)
    if header:
        writer.writerow(("where", "reason", "raw"))
    count = 0
    for reject in rejects:
        raw = reject.raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
        writer.writerow([harmless(cell) for cell in (reject.where, reject.reason, raw)])
        count += 1
    return count
