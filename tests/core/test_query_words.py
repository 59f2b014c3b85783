"""Words in any script are found again."""

import sqlite3
import sys
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.query import FTS5_TOKENIZER, lexemes, segment, tokens
from rapport.core.query.match import value_key
from rapport.core.query.words import LONGEST, normal


def words(text: str) -> list[str]:
    return [token.marked for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry's late, isn't it?", ["the", "ferry", "s", "late", "isn", "t", "it"]),
        ("L’avion d'Ana мʼята", ["l", "avion", "d", "ana", "м", "ята"]),
        ("well-known 3.5 % 10:30", ["well", "known", "3", "5", "10", "30"]),
        ("snake_case _emphasis_ __", ["snake_case", "emphasis"]),
        ("Fährschiff STRASSE straße", ["fährschiff", "strasse", "strasse"]),
        ("cafe\u0301 café", ["café", "café"]),
        ("ﬁne Ｆｅｒｒｙ 𝓯𝓮𝓻𝓻𝔂", ["fine", "ferry", "ferry"]),
        ("İstanbul'da ISTANBUL", ["istanbul", "da", "istanbul"]),
        ("Паром опоздал", ["паром", "опоздал"]),
        ("العبّارة تأخرت", ["العبّارة", "تأخرت"]),
        ("फेरी देर से आई", ["फेरी", "देर", "से", "आई"]),
        ("페리가 늦었어요", ["페리가", "늦었어요"]),
        ("渡轮晚点", ["渡", "轮", "晚", "点"]),
        ("ﾌｪﾘｰ ガ ｶﾞ", ["フ", "ェ", "リ", "ー", "ガ", "ガ"]),
        ("เรือช้า", ["เ", "รื", "อ", "ช้", "า"]),
        ("iPhone東京", ["iphone", "東", "京"]),
        ("½ ﷺ", ["1", "2", "صلى", "الله", "عليه", "وسلم"]),
        ("Norlink™ Norlink®", ["norlink", "norlink"]),
        ("so late 😡👍🏽❤️👨\u200d👩\u200d👧", ["so", "late", "😡", "👍", "❤", "👨", "👩", "👧"]),
        ("fe\u200brry Fäh\u00adre", ["ferry", "fähre"]),
        ("#Ferry ＃Fähre ##x a#b #", ["#ferry", "#fähre", "#x", "a", "b"]),
        ("@ada.example mail ada@norlink.example", ["@ada", "example", "mail", "ada", "norlink", "example"]),
        ("#東京", ["#東", "京"]),
        ("#_private #1", ["#private", "#1"]),
        ("", []),
        ("... !?", []),
        ("\ud800 lone", ["lone"]),
    ],
)
def test_a_text_becomes_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_token_knows_where_it_stands() -> None:
    text = "Zu spät: _die_ #Fähre, 東京😡"
    assert [text[token.start : token.end] for token in tokens(text)] == [
        "Zu",
        "spät",
        "die",
        "#Fähre",
        "東",
        "京",
        "😡",
    ]


def test_very_long_words_are_compared_by_their_beginning() -> None:
    (token,) = tokens("x" * 10_000)
    assert len(token.text) == LONGEST
    assert token.end == 10_000


def test_hashtags_are_stored_with_and_without_their_sign() -> None:
    assert segment("late #Ferry again @Ada") == "late ferry again ada #ferry @ada"
    assert lexemes("late #Ferry late") == ("#ferry", "ferry", "late")


@given(st.text())
def test_tokens_stand_in_order_inside_the_text(text: str) -> None:
    found = tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert all(before.start <= after.start for before, after in pairwise(found))


@given(st.text())
def test_words_are_words_again(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@given(st.text())
def test_normal_form_is_final(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll"])))
def test_capitals_do_not_matter(text: str) -> None:
    assert words(text.casefold()) == words(text)


@pytest.mark.parametrize(
    "scrap", ["_", "#", "#_", "a_", "a\u0301", "\u0301\u0316", "é_", "東_", "\u200b", "ﷺ", "-'", "#é"]
)
def test_no_text_takes_long(scrap: str) -> None:
    """Two hundred thousand characters of anything: seconds at most, where a careless pattern would take hours."""
    began = time.process_time()
    tokens("é" + scrap * (200_000 // len(scrap)))
    tokens(scrap * (200_000 // len(scrap)))
    value_key("é" + scrap * (200_000 // len(scrap)))
    assert time.process_time() - began < 6


def test_every_character_of_unicode_is_kept_whole_by_sqlite() -> None:
    """One row per character of Unicode that can be part of a word, framed by letters: SQLite finds each as one word."""
    every = (chr(code) for code in range(1, sys.maxunicode + 1) if unicodedata.category(chr(code)) not in {"Cs", "Cn"})
    kept = [
        found[0].text for character in every if len(found := tokens(f"a{character}b")) == 1 and len(found[0].text) > 2
    ]
    assert len(kept) > 30_000
    connection = sqlite3.connect(":memory:")
    connection.execute(f'CREATE VIRTUAL TABLE row USING fts5(words, tokenize = "{FTS5_TOKENIZER}")')
    connection.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab(row, 'row')")
    connection.executemany("INSERT INTO row VALUES (?)", ((word,) for word in kept))
    stored = {word for (word,) in connection.execute("SELECT term FROM vocabulary")}
    connection.close()
    assert stored == set(kept)
