"""The texts that the reader of kinds is trained and judged on: what their labels say of our kinds, and what they don't.

None of these labels was made for our kinds. A source marks a text as of a kind, as not of it, or leaves the matter
open; what is open is neither learned nor judged. They are read where they lie and never copied.
"""

from __future__ import annotations

import bz2
import csv
import html
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from training.data import UNTOUCHED, Labelled, data_folder, same, semeval, semeval_names, umsab

LEARNED = ("question", "complaint", "praise", "idea", "bug", "lead", "delivery")
TEST_FROM = "2015-02-23"
"""Airline tweets from this day on are for the test."""
TEST_SHARE = 4
"""One text in so many of a source without a test part of its own is for the test, by a hash of its letters."""
CLEARLY = 0.8
"""From this mean of the raters on (-4 to 4), a piece of a review is praise or complaint."""
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ASKS = re.compile(r"[?¿؟？]+")
_LINK = re.compile(r"(?:https?:|www\.)\S+")

Marks = Mapping[str, bool]
NONE: Marks = dict.fromkeys(LEARNED[1:], False)
"""Nobody said that it is of a kind, and hardly any such text is. Whether it asks is another matter."""


@dataclass(frozen=True, slots=True)
class Kinded:
    """One text, the source that it is from, what is known of its kinds, and whether it is for the test."""

    text: str
    source: str
    marks: Marks
    test: bool
    language: str = "en"
    note: str = field(default="", compare=False)


def airline() -> Iterator[Kinded]:
    """Tweets to six airlines: tone, and of the negative ones the main reason. A tweet may have more than one."""
    for row in table("us_airline/Tweets.csv"):
        tone, reason = row["airline_sentiment"], row["negativereason"]
        marks = {"complaint": tone == "negative", "praise": tone == "positive", "idea": False}
        if tone == "positive" or reason not in ("", "Can't Tell"):
            marks["delivery"] = reason in LATE
        if tone == "positive" or reason in BODILY:
            marks |= {"bug": False, "lead": False}
        yield Kinded(
            html.unescape(row["text"]), "airline tweets", marks, row["tweet_created"] >= TEST_FROM, "en", reason
        )


LATE = ("Late Flight", "Cancelled Flight", "Lost Luggage", "Damaged Luggage")
BODILY = (*LATE, "Bad Flight", "Flight Attendant Complaints", "longlines")


def reviews() -> Iterator[Kinded]:
    """Reviews of apps: one of problem discovery, feature request, user experience and mere rating; and the stars."""
    for row in sheet("app_reviews_maalej/maalej_3691.xlsx"):
        stars, task = int(row["rating"]), row["task"]
        marks = {"bug": task == "PD", "idea": task == "FR", "lead": False, "delivery": False}
        if task in ("RT", "UE") and stars != 3:
            marks |= {"praise": stars > 3, "complaint": stars < 3}
        elif task == "PD" and stars < 3:
            marks |= {"praise": False, "complaint": True}
        yield _hashed(row["review"], "app reviews", marks, task)


def bank() -> Iterator[Kinded]:
    """Questions to a bank by intent. Where something failed the customer may complain: left open."""
    for part in ("train", "test"):
        for row in table(f"banking77/banking_data/{part}.csv"):
            intent = row["category"]
            marks = dict(NONE) | {"delivery": intent in BANK_DELIVERY, "lead": intent in BANK_LEAD}
            if intent in BANK_FAULTS:
                marks["bug"] = True
            if any(word in intent for word in TROUBLE):
                marks.pop("complaint")
                if intent not in BANK_FAULTS:
                    marks.pop("bug")
            for kind in ("delivery", "lead") if intent in BANK_OPEN else ():
                marks.pop(kind)
            yield Kinded(row["text"], "questions to a bank", marks, part == "test", "en", intent)


BANK_DELIVERY = ("card_arrival", "card_delivery_estimate")
BANK_LEAD = (
    "get_disposable_virtual_card",
    "get_physical_card",
    "getting_spare_card",
    "getting_virtual_card",
    "order_physical_card",
)
BANK_OPEN = (
    "visa_or_mastercard",
    "country_support",
    "supported_cards_and_currencies",
    "age_limit",
    "Refund_not_showing_up",
    "transfer_timing",
    "pending_transfer",
)
BANK_FAULTS = ("card_not_working", "contactless_not_working", "virtual_card_not_working")
TROUBLE = (
    "not_",
    "wrong",
    "declined",
    "failed",
    "charge",
    "blocked",
    "lost",
    "swallowed",
    "compromised",
    "pending",
    "reverted",
    "refund",
    "terminate",
    "unable",
    "Refund",
)


def telephone_bank() -> Iterator[Kinded]:
    """What customers say to a bank's assistant, each with several intents. Judged on, never learned from."""
    seen = set()
    for path in sorted((data_folder() / "banking77" / "nlupp" / "data" / "banking").glob("*.json")):
        for row in json.loads(path.read_text("utf-8")):
            if row["text"] not in seen:
                seen.add(row["text"])
                asks = bool(ASKING.intersection(row.get("intents", ())))
                yield Kinded(without_mark(row["text"]), "talks to a bank", {"question": asks}, True)


ASKING = {"request_info", "how", "how_much", "how_long", "when", "why", "what", "where", "which", "who"}


def assistant() -> Iterator[Kinded]:
    """Commands and questions to an assistant, by intent; and some that it was not made for."""
    parts = json.loads((data_folder() / "clinc150" / "data" / "data_full.json").read_text("utf-8"))
    for part, rows in parts.items():
        for text, intent in rows:
            marks = dict(NONE) | {"delivery": intent in CLINC_DELIVERY, "lead": intent in CLINC_LEAD}
            for kind in CLINC_OPEN.get(intent, ()):
                marks.pop(kind)
            yield Kinded(text, "commands to an assistant", marks, part in ("test", "oos_test"), "en", intent)


CLINC_DELIVERY = ("order_status", "flight_status", "lost_luggage", "replacement_card_duration")
CLINC_LEAD = ("book_flight", "book_hotel", "car_rental", "new_card", "order", "restaurant_reservation")
CLINC_OPEN = {
    "thank_you": ("praise",),
    "report_fraud": ("complaint",),
    "card_declined": ("complaint", "bug"),
    "account_blocked": ("complaint", "bug"),
    "damaged_card": ("complaint", "bug", "delivery"),
    "application_status": ("delivery",),
    "accept_reservations": ("lead",),
    "insurance": ("lead",),
    "order_checks": ("lead",),
    "uber": ("lead",),
    "sync_device": ("bug",),
}


def shop() -> Iterator[Kinded]:
    """What customers of a shop may write, made by a machine from patterns."""
    for part in ("train", "dev", "test"):
        folder = data_folder() / "bitext_small" / "data" / part
        for path in folder.glob("*.csv"):
            for row in table(str(path.relative_to(data_folder()))):
                intent = row["intent"]
                marks = dict(NONE) | {
                    "delivery": intent in SHOP_DELIVERY,
                    "lead": intent == "place_order",
                    "complaint": intent == "complaint",
                    "bug": intent in SHOP_FAULTS,
                }
                for kind in SHOP_OPEN.get(intent, ()):
                    marks.pop(kind)
                yield Kinded(row["utterance"], "patterns of a shop", marks, part == "test", "en", intent)


SHOP_DELIVERY = (
    "delivery_options",
    "delivery_period",
    "track_order",
    "change_shipping_address",
    "set_up_shipping_address",
)
SHOP_FAULTS = ("registration_problems", "payment_issue")
SHOP_OPEN = {
    "registration_problems": ("complaint",),
    "payment_issue": ("complaint",),
    "get_refund": ("complaint",),
    "track_refund": ("complaint",),
    "review": ("complaint", "praise"),
    "create_account": ("lead",),
    "newsletter_subscription": ("lead",),
}


def purchases() -> Iterator[Kinded]:
    """Tweets about a telephone: wants it or has it, does not, or nothing can be said (mostly advertisements)."""
    for part in ("training", "test"):
        for row in table(f"purchase_intent/cip_hasan/data/{part}.csv"):
            label = row["class"].casefold()
            if label in ("yes", "pi", "no", "undefined"):
                marks = {"lead": label in ("yes", "pi"), "delivery": False}
                yield Kinded(html.unescape(row["text"]), "tweets about a telephone", marks, part == "test", "en", label)


def firms() -> Iterator[Kinded]:
    """Sanders' tweets about Apple, Google, Microsoft and Twitter, by tone."""
    for row in table("sanders/full-corpus.csv"):
        tone = row["Sentiment"]
        if tone in ("negative", "neutral", "positive"):
            marks = {"complaint": tone == "negative", "praise": tone == "positive", "delivery": False}
            if tone != "negative":
                marks["bug"] = False
            yield _hashed(html.unescape(row["TweetText"]), "tweets about firms", marks, tone)


def goods() -> Iterator[Kinded]:
    """Pieces of reviews of goods, each rated by twenty people."""
    path = data_folder() / "vader_gt" / "amazonReviewSnippets_GroundTruth.txt"
    for line in path.read_text("utf-8", "replace").splitlines():
        _, mean, text = line.split("\t")[:3]
        marks = {
            "complaint": float(mean) <= -CLEARLY,
            "praise": float(mean) >= CLEARLY,
            "lead": False,
            "delivery": False,
        }
        if float(mean) > -CLEARLY:
            marks["bug"] = False
        yield _hashed(html.unescape(text), "reviews of goods", marks)


def talk() -> Iterator[Kinded]:
    """Tweets about everything, by tone: hardly any is to a firm. Whether a positive one is praise is left open."""
    train = [item for name in semeval_names() for item in semeval(name)] + [*umsab("train"), *umsab("val")]
    for part, items in (("train", train), ("test", [*semeval(UNTOUCHED), *umsab("test")])):
        for item in items:
            yield Kinded(
                item.text, "tweets about everything", _of_talk(item), part == "test", item.language, str(item.tone)
            )


def _of_talk(item: Labelled) -> Marks:
    open_ = {0: ("complaint", "bug"), 1: (), 2: ("praise",)}[item.tone]
    return {kind: False for kind in LEARNED[1:] if kind not in open_}


def airline_talks() -> Iterator[Kinded]:
    """What customers said first to airlines (TwACS), by intent. May be judged on; nothing is made from it."""
    for row in table("asapp_airlines/data/airlines_raw.csv.bz2"):
        if row["tag"] != "UNK":
            tag = row["tag"]
            marks = {"delivery": tag in ("DELAY", "BAGGAGE"), "lead": tag == "BOOKFLT", "idea": tag == "NEWFEAT"}
            text = re.sub(r"<?_*(?:cust|rep)_*>?", " ", row["first_utterance"])
            yield Kinded(text, "airline talks", marks, True, "en", tag)


SOURCES: dict[str, Callable[[], Iterator[Kinded]]] = {
    "airline tweets": airline,
    "app reviews": reviews,
    "questions to a bank": bank,
    "commands to an assistant": assistant,
    "patterns of a shop": shop,
    "tweets about a telephone": purchases,
    "tweets about firms": firms,
    "reviews of goods": goods,
    "tweets about everything": talk,
}
"""What may be learned from, less its test parts."""
UNPOINTED = ("commands to an assistant", "patterns of a shop")
"""Sources whose texts have no marks, or any: a question mark, or none, says nothing there."""


def questioned(item: Kinded) -> Kinded:
    """The same without its question marks; whether it had one is what it learns of questions."""
    if "question" in item.marks or item.source in UNPOINTED:
        return item
    asks = bool(_ASKS.search(_LINK.sub(" ", item.text)))
    return Kinded(
        without_mark(item.text), item.source, dict(item.marks) | {"question": asks}, item.test, item.language, item.note
    )


def without_mark(text: str) -> str:
    return (
        " ".join(_ASKS.sub(" ", text).split())
        if not _LINK.search(text)
        else " ".join(part if _LINK.match(part) else _ASKS.sub(" ", part) for part in text.split())
    )


def parts(names: Iterable[str] = tuple(SOURCES)) -> tuple[list[Kinded], list[Kinded]]:
    """What is learned from, and what judges: no text of the second is in the first, nor any text twice in either."""
    every = [item for name in names for item in SOURCES[name]()]
    test = _once([item for item in every if item.test], set())
    held = {form for item in test for form in same(item.text)}
    return _once([item for item in every if not item.test], held), test


def _once(items: Sequence[Kinded], held: set[str]) -> list[Kinded]:
    seen, kept = set(held), []
    for item in items:
        forms = same(item.text)
        if not seen.intersection(forms):
            seen.update(forms)
            kept.append(item)
    return kept


def _hashed(text: str, source: str, marks: Marks, note: str = "") -> Kinded:
    letters = min(same(text), key=len)
    return Kinded(text, source, marks, zlib.crc32(letters.encode("utf-8", "replace")) % TEST_SHARE == 0, "en", note)


def table(path: str) -> Iterator[dict[str, str]]:
    opened = bz2.open if path.endswith(".bz2") else open
    with opened(data_folder() / path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def sheet(path: str) -> Iterator[dict[str, str]]:
    """The rows of a workbook's first sheet, by its headings."""
    with zipfile.ZipFile(data_folder() / path) as file:
        shared = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))  # noqa: S314
        strings = ["".join(part.text or "" for part in item.iter(f"{_SHEET}t")) for item in shared]
        cells = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))  # noqa: S314
    rows = []
    for row in cells.iter(f"{_SHEET}row"):
        found = {re.sub(r"\d", "", cell.get("r", "")): cell for cell in row}
        rows.append({column: _cell(cell, strings) for column, cell in found.items()})
    headings = rows[0]
    for row in rows[1:]:
        yield {name: row.get(column, "") for column, name in headings.items()}


def _cell(cell: ElementTree.Element, strings: Sequence[str]) -> str:
    value = cell.findtext(f"{_SHEET}v") or "".join(part.text or "" for part in cell.iter(f"{_SHEET}t"))
    return strings[int(value)] if cell.get("t") == "s" else value
