"""The archive: everything ever heard, with what the readers made of it, as a columnar table that one can check.

Archive(folder).append(number, rows, after=...)   one frozen batch, once
Archive(folder).scan()                            the newest version of each message, without what was removed
Archive(folder).erase(keys)                       the words go from the files too
compare(expected, found)                          which days differ from what the database says

It is a Delta Lake table: any tool that reads one can read it, while Rapport runs. A row is one version of one message;
an edit and a new reading are new versions, and a removal is a version without words. Nothing here knows the database.
"""

from rapport.archive.check import Day, Difference, compare, damaged, fingerprints
from rapport.archive.find import might_match
from rapport.archive.schema import KEY, SCHEMA, Key, digest, frame, month_of
from rapport.archive.table import Archive, Facts

__all__ = [
    "KEY",
    "SCHEMA",
    "Archive",
    "Day",
    "Difference",
    "Facts",
    "Key",
    "compare",
    "damaged",
    "digest",
    "fingerprints",
    "frame",
    "might_match",
    "month_of",
]
