"""A reader's card as it stands in docs/reference/readers/, cut into pieces that a template can show.

`rapport/server/cards` is a link to that folder, so that the cards are in the package and cannot differ from the docs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

CARDS = Path(__file__).parents[1] / "cards"
_INLINE = re.compile(r"\*\*(?P<b>.+?)\*\*|`(?P<code>[^`]+)`|\[(?P<link>[^\]]+)\]\([^)]*\)", re.DOTALL)
_BEGINS = ("- ", "|", "#")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: "b" for bold, "code", or "" for neither."""

    kind: str
    text: str


Line = list[Piece]


@dataclass(frozen=True, slots=True)
class Block:
    """A "heading", a "text", a "list" of lines, or a "table" with its `head` and rows."""

    kind: str
    lines: list[Line] = field(default_factory=list)
    head: list[Line] = field(default_factory=list)
    rows: list[list[Line]] = field(default_factory=list)


@lru_cache(maxsize=8)
def card(reader: str) -> tuple[Block, ...]:
    """With its title, which names the version that its figures are of; nothing when there is no card."""
    file = CARDS / f"{reader}.md"
    return tuple(blocks(file.read_text())) if file.exists() else ()


def blocks(text: str) -> list[Block]:
    """Headings, paragraphs, lists and tables, which is all that the cards use.

    >>> [block.kind for block in blocks("# A\\n\\nOne\\ntwo\\n- b\\n- c\\n\\n| d |\\n|---|\\n| 1 |")]
    ['heading', 'text', 'list', 'table']
    """
    return [_block(lines) for lines in _grouped(text)]


def _grouped(text: str) -> Iterator[list[str]]:
    group: list[str] = []
    for line in text.split("\n"):
        new = line.startswith(_BEGINS) and not (group and group[0].startswith(line[:1]) and line[:1] != "#")
        if group and (new or not line.strip()):
            yield group
            group = []
        if line.strip():
            group.append(line)
    if group:
        yield group


def _block(lines: list[str]) -> Block:
    first = lines[0]
    if first.startswith("#"):
        return Block("heading", [_line(first.lstrip("# "))])
    if first.startswith("|"):
        cells = [[_line(cell.strip()) for cell in line.strip().strip("|").split("|")] for line in lines]
        return Block("table", head=cells[0], rows=cells[2:])
    if first.startswith("- "):
        return Block("list", [_line(item) for item in re.split(r"(?m)^- ", "\n".join(lines))[1:]])
    return Block("text", [_line("\n".join(lines))])


def _line(text: str) -> Line:
    pieces, at = [], 0
    for found in _INLINE.finditer(text):
        pieces.append(Piece("", text[at : found.start()]))
        kind = found.lastgroup or ""
        pieces.append(Piece("" if kind == "link" else kind, found[kind]))
        at = found.end()
    pieces.append(Piece("", text[at:]))
    return [piece for piece in pieces if piece.text]
