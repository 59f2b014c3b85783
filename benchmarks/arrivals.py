"""Messages that arrive by a real way: a file a second, dropped into a folder that a channel watches."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from benchmarks import texts


@dataclass
class Arrivals:
    """Drops `per_second` messages each second until told to stop; `dropped` are their ids."""

    folder: Path
    per_second: int
    chance: Random
    dropped: list[str] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        second = 0
        began = time.monotonic()
        while not stop.wait(max(began + second - time.monotonic(), 0)):
            self._drop(second)
            second += 1

    def _drop(self, second: int) -> None:
        """Written under a hidden name first, so that nobody reads half a file."""
        rows = [self._said(f"{second}-{number}") for number in range(self.per_second)]
        hidden = self.folder / f".{second:05}"
        hidden.write_text("".join(json.dumps(row) + "\n" for row in rows))
        hidden.rename(self.folder / f"{second:05}.jsonl")
        self.dropped += [row["id"] for row in rows]

    def _said(self, key: str) -> dict[str, str]:
        """Four in ten answer something that was said before; people come back, a few of them often."""
        author = int(20_000 * self.chance.random() ** 2)
        row = {
            "id": key,
            "author": f"author-{author}",
            "name": texts.name(author),
            "text": texts.said(self.chance, self.chance.choices(texts.LANGUAGES, texts.SPOKEN)[0]),
            "time": datetime.now(UTC).isoformat(),
        }
        if self.dropped and self.chance.random() < 0.4:
            row["thread"] = row["parent"] = self.chance.choice(self.dropped[-2_000:])
        return row
