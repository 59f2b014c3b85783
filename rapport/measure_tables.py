"""Tables of messages as the estimators want them, for the commands of `rapport measure`."""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rapport.core.types import NotEnough
from rapport.tables import Row, TableError, rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rapport.core.measure.share import Frame, Labels

TONES = ("negative", "neutral", "positive")
LABELS = (*TONES, "uncodable")
TONE = "tone"
"""Of a panel: the column that is as good as what was heard."""
UNCODABLE = LABELS.index("uncodable")
TIES = ("author", "thread", "wording")
"""Columns that may say which messages are of one voice; an empty cell ties nothing."""
LARGEST = 1e12
ROUNDED = 0.02
"""By so much the chances of a message may miss 1, because they were rounded."""

File = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def table(file: Path, *needed: str) -> list[Row]:
    return list(rows(file, *needed))


def written(rows: Iterable[Mapping[str, str]]) -> None:
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


def number(row: Row, column: str, least: float = -LARGEST, most: float = LARGEST) -> float:
    """A number from `least` to `most`; what is none, or endless, is told with its line."""
    try:
        found = float(row[column])
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise TableError(f"line {row.line}: {column} is not a number: {row[column]!r}. Write it like 0.25.")
    if not least <= found <= most:
        raise TableError(f"line {row.line}: {column} is {found:g}, and has to be from {least:g} to {most:g}.")
    return found


def gap(row: Row, *columns: str) -> str:
    """Why a week of a panel tells nothing of these columns, in words; empty where it tells.

    Raises TableError for what is no number.
    """
    from rapport.core.measure.coverage import NEEDLE

    known = {name: number(row, name) for name in columns if row[name].strip()}
    if empty := next((name for name in columns if name not in known), ""):
        return f"{empty} is empty"
    if TONE in columns and row.cells.get("coverage", "").strip() and number(row, "coverage", 0, 1) < NEEDLE:
        return f"less than {NEEDLE:.0%} was heard"
    return ""


def count(row: Row, column: str) -> int:
    found = number(row, column, 0)
    if not found.is_integer():
        raise TableError(f"line {row.line}: {column} is {found:g}, and has to be a whole number.")
    return int(found)


def day(row: Row, column: str) -> date:
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        raise TableError(f"line {row.line}: {column} is no day like 2026-03-02: {row[column]!r}") from None


def label_of(row: Row) -> int:
    if row["label"] not in LABELS:
        raise TableError(f"line {row.line}: label is none of {', '.join(LABELS)}: {row['label']!r}")
    return LABELS.index(row["label"])


def predictions(rows: Sequence[Row]) -> NDArray[np.float64]:
    import numpy as np

    table = np.array([[number(row, tone, 0, 1) for tone in TONES] for row in rows], dtype=np.float64).reshape(-1, 3)
    off = np.abs(table.sum(axis=1) - 1) > ROUNDED
    if off.any():
        row, whole = rows[int(off.argmax())], table[off.argmax()].sum()
        raise TableError(f"line {row.line}: {', '.join(TONES)} are chances and have to sum to 1, not to {whole:g}.")
    return table


def frame(rows: Sequence[Row], cells: Sequence[tuple[str, ...]] = ()) -> tuple[Frame, Labels]:
    """All rows as strata (or other cells that can be sorted, one a row), and the labelled ones of them."""
    import numpy as np

    from rapport.core.measure.share import Frame, Labels

    prediction = predictions(rows)
    of = [*cells] or [(row["stratum"],) for row in rows]
    place = {cell: n for n, cell in enumerate(sorted(set(of)))}
    stratum = np.array([place[cell] for cell in of], dtype=np.int64)
    coded = [n for n, row in enumerate(rows) if row["label"]]
    label = np.array([label_of(rows[n]) for n in coded], dtype=np.int64)
    return Frame.of(stratum, prediction), Labels(stratum[coded], prediction[coded], label)


def in_order(rows: Sequence[Row]) -> None:
    """Of each stratum the first ones of the queue have to be those that were coded: any others are no random draw.

    Raises TableError. Nothing is asked of a file without places, or in which several draws share them.
    """
    queues: dict[tuple[str, str], list[Row]] = {}
    for row in rows if rows and "place" in rows[0].cells else ():
        queues.setdefault((row.cells.get("day", ""), row["stratum"]), []).append(row)
    for queue in queues.values():
        places = {number(row, "place"): row for row in queue}
        if len(places) < len(queue):
            continue
        order = [places[place] for place in sorted(places)]
        hole = next((row for row in order if not row["label"]), None)
        behind = next((row for row in order[order.index(hole) :] if row["label"]), None) if hole else None
        if hole and behind:
            raise TableError(
                f"line {behind.line}: place {behind['place']} has a label, and place {hole['place']} (line "
                f"{hole.line}) of the same stratum has none: code that one, or take out the labels behind it"
            )


def whole(rows: Sequence[Row]) -> None:
    """A number is about all messages of the frame, so those that nobody coded have to be in the file, too.

    Where every message has a label, gaps in the places, or chances that together are no whole labels of a stratum, show
    that the others are missing. Raises TableError. Nothing is asked of a file without places and chances.
    """
    if not rows or not all(row["label"] for row in rows):
        return
    strata: dict[tuple[str, str], list[float]] = {}
    places: dict[str, list[float]] = {}
    for row in rows:
        day = row.cells.get("day", "")
        if "chance" in row.cells:
            strata.setdefault((day, row["stratum"]), []).append(number(row, "chance", 0, 1))
        if "place" in row.cells:
            places.setdefault(day, []).append(number(row, "place"))
    drawn = any(not _whole(chances) for chances in strata.values())
    if drawn or any(len(set(queue)) == len(queue) < max(queue) for queue in places.values()):
        raise TableError(
            "every message of the file has a label, and was drawn from more that are not in it: the number is about all"
            " of them. Hand in all messages of the frame, with no label where nobody coded"
        )


def _whole(chances: Sequence[float]) -> bool:
    """Whether these can be the chances of all messages of a stratum: together they are the labels that were planned."""
    planned = sum(chances)
    return abs(planned - round(planned)) < 0.001 + 1e-6 * len(chances) and round(planned) > 0


def tied(rows: Sequence[Row]) -> tuple[str, ...]:
    """Which of the columns that tie messages there are."""
    return tuple(name for name in TIES if rows and name in rows[0].cells)


def groups(rows: Sequence[Row], *more: str) -> NDArray[np.int64]:
    """The number of each message's group by these columns, and more; without any, each is its own."""
    import numpy as np

    from rapport.core.measure.sampling import join

    names = [*tied(rows), *(name for name in more if rows and name in rows[0].cells)]
    return join(*([row[name] for row in rows] for name in names)) if names else np.arange(len(rows))


def lacking(found: NotEnough) -> str:
    return f"Not enough {found.what}: {found.have} of {found.need}."
