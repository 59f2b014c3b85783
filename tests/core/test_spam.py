"""Spam by its text: signs, what they add up to, and how often customers are taken for spammers."""

from __future__ import annotations

import csv
import html
import json
import random

import pytest

from rapport.core.understand import read, spam
from rapport.core.understand.spam import SIGNS, signs, spam_of
from tests.core.test_understand import DATA


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("You have won a prize", "prize"),
        ("Sie haben gewonnen", "prize"),
        ("gratuitement", "free"),
        ("haga clic aquí", "do something"),
        ("solo oggi", "hurry"),
        ("see https://bit.ly/abc", "a shortened link"),
        ("text it to 85069", "a number to call"),
        ("only £5 a week", "an amount"),
        ("THIS IS THE OFFER OF YOUR LIFE", "capitals"),
        ("#a #b #c #d #e #f", "many hashtags"),
        ("@a @b @c @d @e look", "many mentions"),
    ],
)
def test_a_sign_is_seen_where_it_stands(text, sign):
    assert sign in signs(text)


@pytest.mark.parametrize("text", ["", "Where is my parcel?", "The freedom trail", "flight 1234 to Rome", "OK THANKS"])
def test_a_plain_text_has_none(text):
    assert signs(text) == []


def test_what_is_shown_speaks_for_it_and_the_strongest_comes_first():
    (found,) = spam_of(["URGENT! You have won £900 cash, call now 09061701461"])
    weights = spam.weights().signs
    assert found.sure
    assert len(found.signs) == 3
    assert [weights[sign] for sign in found.signs] == sorted((weights[sign] for sign in found.signs), reverse=True)


def test_a_reading_says_why_it_is_spam():
    spam_, plain = read(["Guaranteed cash! Click here to claim your prize", "Thank you, lovely crew"]).items
    assert "spam" in spam_.kinds
    assert "other" not in spam_.kinds
    assert set(spam_.spam) <= set(SIGNS)
    assert spam_.spam
    assert (plain.spam, "spam" in plain.kinds) == ((), False)


def test_weights_for_other_signs_are_refused(monkeypatch):
    spam.weights.cache_clear()
    monkeypatch.setattr(spam, "SIGNS", ("another",))
    with pytest.raises(ValueError, match="other signs"):
        spam.weights()
    spam.weights.cache_clear()


def test_customers_are_hardly_ever_taken_for_spammers():
    if not (DATA / "us_airline").is_dir():
        pytest.skip("needs the data set us_airline (RAPPORT_DATA)")
    with (DATA / "us_airline" / "Tweets.csv").open(encoding="utf-8", newline="") as file:
        texts = [html.unescape(row["text"]) for row in csv.DictReader(file)]
    found = spam_of(random.Random(1).sample(texts, 4000))
    assert sum(one.sure for one in found) <= 12  # 0.14 % by the card: 5 or 6 of so many


def test_the_file_of_weights_holds_no_text():
    content = json.loads((spam.resources.files("rapport.core.understand") / "models" / "spam.json").read_text())
    assert set(content) == {"signs", "bias", "sure"}
    assert all(isinstance(weight, float) for weight in content["signs"].values())
