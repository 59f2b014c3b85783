"""The labelled texts that readers are trained and judged on. They are read where they lie and never copied."""

from __future__ import annotations

import csv
import html
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

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
BEGINNING = 50
"""Letters at the start that make two texts the same, whatever follows: a post is often cut, or gets a link."""
EMOTIONS = {0: 0, 1: 2, 3: 0}
"""TweetEval's anger, joy and sadness as tones; optimism (2) may be either."""
CLEARLY = 0.8
"""From this mean of VADER's raters on (-4 to 4), a tweet is positive or negative."""
_NO_LETTER = re.compile(r"[\W\d_\ue001\ue002]+")
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


def us_airline_in_time() -> Iterator[Labelled]:
    """The same in the order in which they were written, by the number that the network gave; each once."""
    with (data_folder() / "us_airline" / "Tweets.csv").open(encoding="utf-8", newline="") as file:
        rows = {int(row["tweet_id"]): row for row in csv.DictReader(file)}
    for _number, row in sorted(rows.items()):
        yield Labelled(html.unescape(row["text"]), "en", TONES.index(row["airline_sentiment"]))


def sanders() -> Iterator[Labelled]:
    """Tweets about four firms of October 2011; what is "irrelevant" is left out."""
    for row in _table("sanders/full-corpus.csv"):
        if row["Sentiment"] in TONES:
            yield Labelled(html.unescape(row["TweetText"]), "en", TONES.index(row["Sentiment"]))


def hcr() -> Iterator[Labelled]:
    """Tweets about the American health care reform of 2010; what is unsure or irrelevant is left out."""
    for part in ("train", "dev", "test"):
        for item in ElementTree.parse(data_folder() / "hcr" / f"{part}.xml").iter("item"):  # noqa: S314
            if item.get("label") in TONES:
                yield Labelled(str(item.findtext("content")).strip(), "en", TONES.index(str(item.get("label"))))


def sentistrength() -> Iterator[Labelled]:
    """Tweets rated 1 to 5 for each of positive and negative: the stronger is the tone; neutral where both are 1."""
    path = data_folder() / "sentistrength" / "data" / "testing" / "twitter4242.txt"
    for line in path.read_text("latin-1").splitlines():
        positive, negative, text = line.split("\t", 2)
        if positive.isdigit() and (positive != negative or positive == "1"):
            tone = 1 + (int(positive) > int(negative)) - (int(positive) < int(negative))
            yield Labelled(html.unescape(text), "en", tone)


def vader_tweets() -> Iterator[Labelled]:
    """The tweets that twenty people each rated from -4 to 4 for VADER."""
    for line in (data_folder() / "vader_gt" / "tweets_GroundTruth.txt").read_text("utf-8").splitlines():
        _, mean, text = line.split("\t")[:3]
        yield Labelled(html.unescape(text), "en", 1 + (float(mean) >= CLEARLY) - (float(mean) <= -CLEARLY))


def emotion() -> Iterator[Labelled]:
    """Angry and sad tweets (negative) and joyful ones (positive) of TweetEval; there are no neutral ones."""
    for text, label in _tweeteval("emotion"):
        if label in EMOTIONS:
            yield Labelled(text, "en", EMOTIONS[label])


FURTHER: dict[str, Callable[[], Iterator[Labelled]]] = {
    "sanders": sanders,
    "hcr": hcr,
    "sentistrength": sentistrength,
    "vader_gt": vader_tweets,
    "tweeteval emotion": emotion,
}
"""English sets beside SemEval's: older, smaller, labelled by other rules."""


def unlabelled() -> Iterator[str]:
    """Texts that nobody labelled by tone (or for whom the labels were of no use), mostly English tweets."""
    for task in ("irony", "offensive"):
        yield from (text for text, _ in _tweeteval(task))
    for path in sorted((data_folder() / "tweeteval" / "stance").glob("*/*_text.txt")):
        yield from map(html.unescape, path.read_text("utf-8").split("\n"))
    for path in sorted((data_folder() / "crisislex_t6").glob("*/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            yield from (html.unescape(row[1]) for row in csv.reader(file) if len(row) > 1)
    yield from (html.unescape(row["text"]) for row in _table("gop_debate/GOP_REL_ONLY.csv", "latin-1"))
    yield from (html.unescape(row["TweetText"]) for row in _table("sanders/full-corpus.csv"))


def without(items: Iterable[Labelled], held_out: Iterable[Labelled]) -> list[Labelled]:
    """`items` once each, less the texts that are held out (they are the same when their letters are; see `same`)."""
    seen = {form for item in held_out for form in same(item.text)}
    kept = []
    for item in items:
        forms = same(item.text)
        if not seen.intersection(forms):
            seen.update(forms)
            kept.append(item)
    return kept


def same(text: str) -> set[str]:
    """What a text shares with every copy of it: its letters, and the first of them where there are many.

    Case, digits, signs, links, handles and a leading RT make no difference. A text without letters is its own.

    >>> same("RT @ana: It was a LOVELY day") == same("it was a lovely day http://t.co/abc")
    True
    """
    letters = _NO_LETTER.sub("", plain(text)).removeprefix("rt")
    if not letters:
        return {plain(text)}
    return {letters, letters[:BEGINNING]} if len(letters) >= BEGINNING else {letters}


def overlap(items: Iterable[Labelled], held_out: Iterable[Labelled]) -> int:
    """How many of the texts are held out."""
    seen = {form for item in held_out for form in same(item.text)}
    return sum(bool(seen.intersection(same(item.text))) for item in items)


def _table(path: str, encoding: str = "utf-8") -> Iterator[dict[str, str]]:
    with (data_folder() / path).open(encoding=encoding, newline="") as file:
        yield from csv.DictReader(file)


def _tweeteval(task: str) -> Iterator[tuple[str, int]]:
    for part in ("train", "val", "test"):
        folder = data_folder() / "tweeteval" / task
        texts = (folder / f"{part}_text.txt").read_text("utf-8").split("\n")
        for text, label in zip(texts, (folder / f"{part}_labels.txt").read_text("utf-8").split()):
            yield html.unescape(text), int(label)


def _clean(text: str) -> str:
    """What the author wrote, from what the file holds: escapes, doubled quotes, entities."""
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1].replace('""', '"')
    return html.unescape(text)
