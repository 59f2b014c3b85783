"""The card of the reader of kinds: its rules against labels that were made for something near."""

from __future__ import annotations

import bz2
import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from rapport.core.understand import kind
from rapport.core.understand.evaluation import ClassFigures, judge_sets
from training.data import data_folder
from training.pace import speed

LATE = ("Late Flight", "Cancelled Flight", "Lost Luggage", "Damaged Luggage")
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Texts of which some are of a kind, or of something near to it."""

    kind: str
    against: str
    texts: Sequence[str]
    truth: Sequence[bool]


def evidence() -> Iterator[Evidence]:
    airline = list(_table("us_airline/Tweets.csv"))
    said = [row["text"] for row in airline]
    reviews = list(_sheet("app_reviews_maalej/maalej_3691.xlsx"))
    written = [row["review"] for row in reviews]
    banking = list(_table("banking77/banking_data/test.csv"))
    asked = [row["text"] for row in banking]
    lines = (data_folder() / "sms_spam" / "SMSSpamCollection").read_text("utf-8").splitlines()
    sms = [line.split("\t", 1) for line in lines]
    buying = [row for row in _table("purchase_intent/cip_hasan/data/test.csv") if row["class"] in ("yes", "PI", "no")]
    talks = [row for row in _table("asapp_airlines/data/airlines_raw.csv.bz2") if row["tag"] != "UNK"]
    first = [_spoken(row["first_utterance"]) for row in talks]
    yield Evidence("delivery", "airline tweets: reason late, cancelled or luggage", said,
                   [row["negativereason"] in LATE for row in airline])  # fmt: skip
    yield Evidence("delivery", "airline talks: delay or baggage", first,
                   [row["tag"] in ("DELAY", "BAGGAGE") for row in talks])  # fmt: skip
    yield Evidence("delivery", "questions to a bank: where a card is, or when it comes", asked,
                   [row["category"] in ("card_arrival", "card_delivery_estimate") for row in banking])  # fmt: skip
    yield Evidence("complaint", "airline tweets: tone negative", said,
                   [row["airline_sentiment"] == "negative" for row in airline])  # fmt: skip
    yield Evidence("praise", "airline tweets: tone positive", said,
                   [row["airline_sentiment"] == "positive" for row in airline])  # fmt: skip
    yield Evidence("bug", "reviews of apps: problem discovery", written, [row["task"] == "PD" for row in reviews])
    yield Evidence("idea", "reviews of apps: feature request", written, [row["task"] == "FR" for row in reviews])
    yield Evidence("lead", "tweets about a telephone: wants to buy (weak labels)", [row["text"] for row in buying],
                   [row["class"] != "no" for row in buying])  # fmt: skip
    yield Evidence("spam", "SMS: spam", [text for _, text in sms], [label == "spam" for label, _ in sms])


def kind_card(texts: Sequence[str]) -> str:
    rows = [_row(one) for one in evidence()]
    return f"""# Kind: {kind.VERSION}

{", ".join(kind.KINDS)}: rules, not a model. A message is of a kind when it holds one of that kind's cues
(`CUES` in `rapport/core/understand/kind.py`: English, German, French, Spanish, Italian), or a sign: a question mark for
a question; {kind.SPAM_LINKS} links or {kind.SPAM_HASHTAGS} hashtags for spam. It may be of several, and is "other" when
nothing speaks for one. The lists are cautious: what they find is meant to be right, and they miss much.

The only evidence so far is indirect: labels that were made for something near.

| kind | against | texts | of the kind | precision | recall | F1 |
|---|---|---|---|---|---|---|
{chr(10).join(rows)}

Speed on one core: about {speed(kind.kinds_of, texts):,} texts a second.

Sources: us_airline (no licence stated), TwACS airline talks (CC BY-NC-SA 4.0; judged on, nothing made from it),
BANKING77 (CC BY 4.0), Maalej's reviews of apps (no licence stated), purchase intention tweets (MIT), SMS Spam
Collection (no licence stated).

**Known failures**
- For question, job and other, and for every language but English, there is no figure here.
- A complaint without a cue ("third day without my bag") is missed; a rhetorical question counts as a question.
- Spam by behaviour (rate, duplicates, new accounts) is not looked at.
"""


def _row(one: Evidence) -> str:
    found = [{one.kind} & set(kinds) for kinds in kind.kinds_of(one.texts)]
    figures = judge_sets([{one.kind} if true else set() for true in one.truth], found).per_class[one.kind]
    numbers = " | ".join(_shown(figures))
    return f"| {one.kind} | {one.against} | {len(one.texts):,} | {figures.texts:,} | {numbers} |"


def _shown(figures: ClassFigures) -> list[str]:
    return [f"{value:.3f}" if value is not None else "-" for value in (figures.precision, figures.recall, figures.f1)]


def _table(path: str) -> Iterator[dict[str, str]]:
    opened = bz2.open if path.endswith(".bz2") else open
    with opened(data_folder() / path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _spoken(utterance: str) -> str:
    """Without the marks of who speaks."""
    return re.sub(r"<?_*(?:cust|rep)_*>?", " ", utterance)


def _sheet(path: str) -> Iterator[dict[str, str]]:
    """The rows of a workbook's first sheet, by its headings."""
    with zipfile.ZipFile(data_folder() / path) as file:
        shared = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))  # noqa: S314
        strings = ["".join(part.text or "" for part in item.iter(f"{_SHEET}t")) for item in shared]
        sheet = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    rows = []
    for row in sheet.iter(f"{_SHEET}row"):
        cells = {re.sub(r"\d", "", cell.get("r", "")): cell for cell in row}
        rows.append({column: _cell(cell, strings) for column, cell in cells.items()})
    headings = rows[0]
    for row in rows[1:]:
        yield {name: row.get(column, "") for column, name in headings.items()}


def _cell(cell: ElementTree.Element, strings: Sequence[str]) -> str:
    value = cell.findtext(f"{_SHEET}v") or "".join(part.text or "" for part in cell.iter(f"{_SHEET}t"))
    return strings[int(value)] if cell.get("t") == "s" else value
