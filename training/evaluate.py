"""Judges the readers and writes their cards: python training/evaluate.py [READER ...]

The figures in docs/reference/readers/ come from here and are never typed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rapport.core.understand import read
from training.data import us_airline
from training.deep_card import deep_card
from training.kind_card import kind_card
from training.language_card import language_card
from training.pace import speed
from training.private_card import private_card
from training.spam_card import spam_card
from training.tone_card import tone_card
from training.urgency_card import urgency_card

CARDS = Path(__file__).resolve().parents[1] / "docs" / "reference" / "readers"


def main() -> None:
    texts = [item.text for item in us_airline()][:5000]
    CARDS.mkdir(parents=True, exist_ok=True)
    cards = {
        "tone": tone_card,
        "deep": deep_card,
        "language": language_card,
        "private": private_card,
        "kind": kind_card,
        "spam": spam_card,
        "urgency": urgency_card,
    }
    for name in sys.argv[1:] or cards:
        (CARDS / f"{name}.md").write_text(cards[name](texts), encoding="utf-8")
    sys.stdout.write(f"all readers together: {speed(read, texts):,} texts a second\n")


if __name__ == "__main__":
    main()
