"""The labelled texts that readers are trained and judged on. They are read where they lie and never copied."""

from __future__ import annotations

import csv
import html
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rapport.core.understand.grams import plain

TONES = ("negative", "neutral", "positive")
LANGUAGES = {
    "arabic": "ar",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "italian": "it",
    "portuguese": "pt",
    "spanish": "es",
}
UNTOUCHED = "twitter-2016test-A.txt"
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text, its language, and its tone as an index into TONES."""

    text: str
    language: str
    tone: int


def data_folder() -> Path:
    """RAPPORT_DATA, or `../shared/data` beside the checkout."""
    return Path(os.environ.get("RAPPORT_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def semeval(name: str) -> Iterator[Labelled]:
    """A file of SemEval's subtask A, in English. LiveJournal and SMS files have one more column in front."""
    path = data_folder() / "semeval_2013_2016" / "Subtask_A" / name
    for line in path.read_text("utf-8").splitlines():
        cells = [cell for cell in line.split("\t") if cell]
        tone = next((index for index, cell in enumerate(cells) if cell in TONES), 0)
        if tone and len(cells) > tone + 1:
            yield Labelled(_clean(cells[tone + 1]), "en", TONES.index(cells[tone]))


def semeval_names() -> list[str]:
    """Every file of subtask A but the one that is kept for the figure that is reported."""
    folder = data_folder() / "semeval_2013_2016" / "Subtask_A"
    return sorted(path.name for path in folder.glob("*-A.*") if path.name != UNTOUCHED)


def umsab(part: str) -> Iterator[Labelled]:
    """`train`, `val` or `test` of seven languages."""
    for name, language in LANGUAGES.items():
        folder = data_folder() / "umsab" / name
        texts = (folder / f"{part}_text.txt").read_text("utf-8").split("\n")
        labels = (folder / f"{part}_labels.txt").read_text("utf-8").split()
        for text, label in zip(texts, labels):
            yield Labelled(html.unescape(text), language, int(label))


def us_airline() -> Iterator[Labelled]:
    """Tweets to six airlines of February 2015: English, and no part of the training."""
    with (data_folder() / "us_airline" / "Tweets.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Labelled(html.unescape(row["text"]), "en", TONES.index(row["airline_sentiment"]))


def without(items: Iterable[Labelled], held_out: Iterable[Labelled]) -> list[Labelled]:
    """`items` once each, less the texts that are held out (they are the same when their plain forms are)."""
    seen = {plain(item.text) for item in held_out}
    kept = []
    for item in items:
        form = plain(item.text)
        if form not in seen:
            seen.add(form)
            kept.append(item)
    return kept


def _clean(text: str) -> str:
    """What the author wrote, from what the file holds: escapes, doubled quotes, entities."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace('""', '"')
    return html.unescape(text)
