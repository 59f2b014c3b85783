"""What a benchmark found, as rows that a person and a program can read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside what it is held against.

    anchor   what else was measured in the same run, or a limit that a person set; anchor_value is in the same unit
    target   the most that the value may be (for counts of faults, 0), or the least (a pace); None: nothing is promised
    least    of what is to be neither more nor less: the least that it may be, `target` being the most
    """

    metric: str
    value: float
    unit: str
    anchor: str = ""
    anchor_value: float | None = None
    target: float | None = None
    at_least: bool = False
    least: float | None = None

    @property
    def holds(self) -> bool | None:
        if self.target is None:
            return None
        if self.at_least:
            return bool(self.value >= self.target)
        return bool((self.least is None or self.value >= self.least) and self.value <= self.target)

    def as_json(self) -> dict[str, object]:
        """What was never measured has no value, and holds nothing that was promised."""
        row = asdict(self) | {"value": None if math.isnan(self.value) else self.value, "holds": self.holds}
        return {name: value for name, value in row.items() if name not in ("at_least", "least") or value}


def write(name: str, rows: Iterable[Row], folder: Path = FOLDER, *, only_these: bool = True) -> Path:
    """Write `results/<name>.json`, a row a line. Unless `only_these`, rows of other metrics stay."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.json"
    kept = {} if only_these else {(row["metric"], row["anchor"]): row for row in json.loads(file.read_text())}
    kept |= {(row.metric, row.anchor): row.as_json() for row in rows}
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in kept.values())
    file.write_text(f"[\n{lines}\n]\n")
    return file


def table(rows: Iterable[Row]) -> str:
    """The same for the eye."""
    words = {True: "holds", False: "DOES NOT HOLD", None: ""}
    return "\n".join(
        f"{row.metric:<44} {row.value:>10,.1f} {row.unit:<10}"
        + (f" at least {row.least:,.1f}," if row.least is not None else "")
        + (f" at {'least' if row.at_least else 'most'} {row.target:,.0f}" if row.target is not None else "")
        + (f"  ({row.anchor}: {row.anchor_value:,.1f})" if row.anchor_value is not None else "")
        + f"  {words[row.holds]}".rstrip()
        for row in rows
    )
