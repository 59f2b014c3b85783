"""What a mail may cost, counted before the standard library reads it.

`email` follows every nesting with a call of its own and lets each line pass through all of them, and it reads twenty
thousand addresses in seconds: both are cheap to count and dear to find out.
"""

from __future__ import annotations

import re

MAX_READ = 1_000_000  # bytes of a mail that are read
MAX_LINES = 20_000
MAX_HEADER = 65_536
MAX_DEPTH = 50
MAX_PARTS = 500

_LINES = re.compile(rb"(?>[^\r\n]*(?:\r\n|\r|\n)){%d}" % MAX_LINES)  # atomic: it never tries a line end twice
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
# Everything that opens or closes a level: a boundary that is declared, a mail within a mail, a line that may be one.
_LEVELS = re.compile(
    rb"boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))"
    rb"|(^content-type:[ \t]*message/)"
    rb"|^--([^\r\n]{1,202}?)[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)


def beginning(raw: bytes) -> bytes:
    """As much of a mail as is read: what lies behind are attachments, or more than anybody writes.

    >>> len(beginning(b"a" * 9_000_000)), len(beginning(b"\\n" * 90_000))
    (1000000, 20000)
    """
    found = _LINES.match(raw, 0, MAX_READ)
    return raw[: found.end() if found else MAX_READ]


def too_much(raw: bytes) -> str:
    """Why a mail is not read at all; empty when it may be.

    >>> too_much(b"Subject: hello\\r\\n\\r\\nHello")
    ''
    >>> too_much(b"X: " + b"a" * 70_000)
    'Its header has more than 65,536 bytes.'
    """
    end = _END_OF_HEADER.search(raw, 0, MAX_HEADER + 4)
    if (end.start() if end else len(raw)) > MAX_HEADER:
        return f"Its header has more than {MAX_HEADER:,} bytes."
    return _nesting(raw)


def _nesting(raw: bytes) -> str:
    """Whether its parts are too many or too deep: a boundary is left when its last line comes, and not before."""
    opened: list[bytes] = []
    parts = 0
    for found in _LEVELS.finditer(raw):
        quoted, bare, inner, line = found.groups()
        if line is None:
            opened.append(b"" if inner else quoted or bare)
        elif line in opened:
            parts += 1
        elif line.endswith(b"--") and line[:-2] in opened:
            while opened.pop() != line[:-2]:
                pass
        if len(opened) > MAX_DEPTH:
            return f"Its parts lie more than {MAX_DEPTH} deep in one another."
        if parts > MAX_PARTS:
            return f"It has more than {MAX_PARTS} parts."
    return ""
