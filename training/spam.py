"""Makes rapport/core/understand/models/spam.json: python training/spam.py

Weighs the signs of `rapport/core/understand/spam.py` by logistic regression on one half of labelled spam (SMS, e-mail)
and of tweets to airlines (none of them spam); the other halves judge. Needs the dependency group `train`.
"""

from __future__ import annotations

import bz2
import csv
import email
import email.policy
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from rapport.core.understand.spam import SIGNS, signs
from training.data import UNTOUCHED, data_folder, semeval, us_airline

MODEL = Path(__file__).resolve().parents[1] / "rapport" / "core" / "understand" / "models" / "spam.json"
FALSE_ALARMS = 0.001
"""From the probability on that at most this share of the airline tweets of the training half reaches, it is sure."""
FEWEST = 20
SET = 2.0
"""The weight of a sign that fewer than FEWEST training texts bear (the data are older than it): set, not learned."""
MAIL_CHARACTERS = 600
"""Of a mail: its subject and the beginning, about as long as a post may be."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One text, where it is from, and whether it is spam."""

    text: str
    source: str
    spam: bool

    @property
    def trains(self) -> bool:
        """Texts that differ in capitals, spaces and numbers alone are on the same side."""
        plain = " ".join(re.sub(r"\d+", "0", self.text.casefold()).split())
        return zlib.crc32(plain.encode("utf-8", "replace")) % 2 == 0


def sms() -> Iterator[Judged]:
    for line in (data_folder() / "sms_spam" / "SMSSpamCollection").read_text("utf-8").splitlines():
        label, text = line.split("\t", 1)
        yield Judged(text, "SMS", label == "spam")


def mails() -> Iterator[Judged]:
    """SpamAssassin's public corpus, less the hard ham: that is newsletters."""
    with tarfile.open(data_folder() / "spamassassin.tar.xz") as archive:
        for member in archive:
            folder = Path(member.name).parent.name
            file = archive.extractfile(member) if member.isfile() else None
            if file and folder.startswith(("easy-ham", "spam")):
                text = _of_mail(file.read())
                if text.strip():
                    yield Judged(text, "e-mail", folder.startswith("spam"))


def _of_mail(content: bytes) -> str:
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    body = next((part for part in message.walk() if part.get_content_maintype() == "text"), EmailMessage())
    raw = body.get_payload(decode=True) or b""
    text = raw.decode("latin-1") if isinstance(raw, bytes) else str(raw)
    text = re.sub(r"<[^>]{0,500}>", " ", text)
    return " ".join(f"{message.get('Subject', '')} {text}".split())[:MAIL_CHARACTERS]


def airlines() -> Iterator[Judged]:
    for item in us_airline():
        yield Judged(item.text, "tweets to airlines", False)


def tweets() -> Iterator[Judged]:
    """Tweets about everything, labelled for tone: hardly any is spam. Never trained on."""
    for item in semeval(UNTOUCHED):
        yield Judged(item.text, "tweets about everything", False)


def dialogues() -> Iterator[Judged]:
    """What 43,072 customers said first to airlines (TwACS). Never trained on."""
    path = data_folder() / "asapp_airlines" / "data" / "airlines_raw.csv.bz2"
    with bz2.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Judged(row["first_utterance"], "first words to airlines", False)


def table(items: list[Judged]) -> np.ndarray:
    return np.array([[name in found for name in SIGNS] for found in (set(signs(item.text)) for item in items)], float)


def main() -> None:
    items = [item for source in (sms(), mails(), airlines()) for item in source if item.trains]
    features, truth = table(items), np.array([item.spam for item in items])
    model = LogisticRegression(C=1.0, max_iter=1000).fit(features, truth)
    seen = dict(zip(SIGNS, features.sum(axis=0)))
    learned = {name: round(float(weight), 2) for name, weight in zip(SIGNS, model.coef_[0])}
    weights = {name: weight if seen[name] >= FEWEST else SET for name, weight in learned.items()}
    bias = round(float(model.intercept_[0]), 2)
    scores = features @ np.array(list(weights.values())) + bias
    customers = np.array([item.source == "tweets to airlines" for item in items])
    sure = max(0.5, 1 / (1 + np.exp(-np.quantile(scores[customers], 1 - FALSE_ALARMS, method="higher"))) + 1e-3)
    found = {"signs": weights, "bias": bias, "sure": round(float(sure), 3)}
    MODEL.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found | {"seen": seen}, indent=2))


if __name__ == "__main__":
    main()
