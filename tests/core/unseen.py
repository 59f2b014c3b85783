"""How the tests find texts that the training may not see, without what the training itself uses."""

from __future__ import annotations

import os
from pathlib import Path

DATA = Path(os.environ.get("RAPPORT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def letters(text: str) -> str:
    """Two texts with the same letters are the same text: no case, digits, signs, links or handles."""
    words = (word for word in text.lower().split() if not word.startswith(("http", "@", "www")))
    return "".join(filter(str.isalpha, "".join(words)))
