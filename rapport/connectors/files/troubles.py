"""What can be wrong with a file and with a row of it, in words: the pages say them in the language of their reader."""

from __future__ import annotations

# of a file
UNKNOWN = "A message has no %(unknown)s; it has: %(has)s."
EMPTY = "No column is given for %(empty)s."
UTF16 = "The file is not UTF-8 text (UTF-16 perhaps); save it as UTF-8."
NO_COLUMN = "The file has no column named %(missing)s. Its columns are: %(has)s."
DAMAGED = "The file breaks off or is damaged: %(error)s"
PACKED_DAMAGED = "The compressed file breaks off or is damaged: %(error)s"
NO_PARQUET = "The file is no Parquet that can be read: %(error)s"
NEEDS_ARCHIVE = "Parquet files need the extra rapport[archive]."

# of a row
BYTES = "bytes that are neither UTF-8 nor Windows-1252"
NO_ROW = "not a row of a table: %(error)s"
WIDTH = "%(cells)d columns where the header has %(columns)d"
LONG_LINE = "a line longer than %(most)s bytes"
LONG_ROW = "a row longer than %(most)s bytes"
NO_JSON = "not JSON: %(error)s"
NO_OBJECT = "not a JSON object"
NESTED = "%(fields)s should be a text or a number"
LACKS = "no %(fields)s"
TIME = "a time that cannot be read: %(time)s"

# where it stands
PLACES = {
    "line": ("line %(first)d", "lines %(first)d to %(last)d"),
    "row": ("row %(first)d", "rows %(first)d to %(last)d"),
}

ALL = (
    *(UNKNOWN, EMPTY, UTF16, NO_COLUMN, DAMAGED, PACKED_DAMAGED, NO_PARQUET, NEEDS_ARCHIVE),
    *(BYTES, NO_ROW, WIDTH, LONG_LINE, LONG_ROW, NO_JSON, NO_OBJECT, NESTED, LACKS, TIME),
    *(words for place in PLACES.values() for words in place),
)
