"""Scripts without spaces: a term is found in every text that contains it, wherever a dictionary would cut."""

from __future__ import annotations

import sqlite3
import sys
import unicodedata
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.query import FTS5_TOKENIZER, Matcher, explain, is_paired, lexemes, parse, segment, to_fts5, tokens
from rapport.core.types import Document

# What readers of the script take as one character: never cut in the middle.
SYLLABLES = {
    "Japanese": "東 京 都 の タ ワ ー が 遅 れ ま し っ た ガ パ ㌔ 々 ﾊﾞ ｰ 〇",
    "Chinese": "渡 轮 輪 晚 点 點 了 很 好 买 買 的 我 𠮷",
    "Thai": "เ รื อ ช้ า ม า ก น้ ำ ก ลั บ ที่ นี่ ไ ม่ แ ก้ ว ๆ ๑",
    "Lao": "ເ ຮື ອ ຊ້ າ ນ ຳ ດີ ໄ ດ້",
    "Khmer": "ក ប៉ា ល់ យឺ ត ស្ រី ណា ស់",
    "Burmese": "ရ န် ကု န် မြို့ ကျေး ဇူး တ င်",
}
SCRIPTS = st.sampled_from(list(SYLLABLES))


def run(script: str, **size: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(SYLLABLES[script].split()), **size).map("".join)


CASES = SCRIPTS.flatmap(
    lambda script: st.tuples(
        run(script, min_size=0, max_size=5) | st.sampled_from(["iPhone", "He said ", "#", "「"]),
        run(script, min_size=1, max_size=5),
        run(script, min_size=0, max_size=5) | st.sampled_from(["iPhone", " yes", "。", "😡", "!"]),
    )
).filter(lambda case: bool(tokens(case[1])) and not unicodedata.category(case[1][0]).startswith("M"))


@settings(max_examples=300, deadline=None)
@given(CASES)
def test_a_term_is_found_in_every_text_that_contains_it(case: tuple[str, str, str]) -> None:
    before, term, after = case
    text, query = before + term + after, parse(f'"{term}"')
    assert query.matches(Document(text))
    assert Matcher({1: query}).matching(Document(text)) == (1,)
    assert stored(text, query)
    assert any(text[hit.start : hit.end] for hit in explain(query, Document(text)))


def stored(text: str, query) -> bool:
    """Whether SQLite finds the text."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f'CREATE VIRTUAL TABLE said USING fts5(words, tokenize = "{FTS5_TOKENIZER}")')
        connection.execute("INSERT INTO said VALUES (?)", (segment(text),))
        return connection.execute("SELECT COUNT(*) FROM said WHERE said MATCH ?", (to_fts5(query),)).fetchone() == (1,)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("買った", "iPhone買った"),
        ("iphone", "ｉＰｈｏｎｅ買った"),
        ("iphone買った", "iPhoneを 買った, iPhone買った"),
        ("サーバー", "ｻｰﾊﾞｰが落ちた"),
        ("がんばれ", "か\u3099んばれ"),
        ("株式会社", "㍿ノルリンク"),
        ("㍿", "株式会社ノルリンク"),
        ("日本人", "⽇本⼈"),
        ("ココ", "🈁だよ"),
        ("น้ำท่วม", "กรุงเทพน้ำท่วมแล้ว"),
        ("น้ำ", "น้\u0e4d\u0e32แข็ง"),
        ("น้\u0e4d\u0e32", "น้ำแข็ง"),
        ("iPhone", "ฉันซื้อiPhoneแล้ว"),
        ("東京", "東\u200b京"),
        ("遅い", "東京😡遅い"),
        ("#東京", "きれい #東京"),
        ("很好", "买了iPhone15，很好"),
    ],
)
def test_ways_of_writing_the_same_are_the_same(query: str, text: str) -> None:
    assert parse(query).matches(Document(text))
    assert stored(text, parse(query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("น้ำ", "น้าอยู่ไหน"),  # water is not an aunt
        ("サーバー", "サーバが落ちた"),  # the long sound counts
        ("東京", "京東商城"),
        ("東京", "東西京"),
        ("渡輪", "渡轮"),  # neither simplified nor traditional is turned into the other
        ("がん", "かん"),
        ("#東京", "東京"),
    ],
)
def test_what_only_looks_alike_is_something_else(query: str, text: str) -> None:
    assert not parse(query).matches(Document(text))


def test_a_term_inside_a_longer_word_is_found_too_and_company_tells_them_apart() -> None:
    assert parse("京都").matches(Document("東京都の天気"))
    assert not parse("京都 -東京都").matches(Document("東京都の天気"))
    assert not parse('"京都 観光"~5').matches(Document("東京都の天気と観光"[:6]))


def test_characters_are_stored_in_pairs_and_the_last_alone() -> None:
    assert segment("iPhone買った！東京") == "iphone 買っ った た東 東京 京"
    assert lexemes("東東東") == ("東", "東東")
    assert segment("#東京 late") == "東京 京 late #東"
    assert to_fts5(parse("東")) == '"東" *'
    assert to_fts5(parse("東京都")) == '"東京 京都"'
    assert to_fts5(parse("iphone買")) == '"iphone 買" *'
    assert to_fts5(parse('"東京 late"')) == '"東京 京 late"'


def test_every_character_that_is_stored_in_pairs_is_known_as_such() -> None:
    """`is_paired` looks at the text as it was written; what is stored comes out of normalising it."""
    for code in range(0x80, sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character) not in {"Cs", "Cn", "Co"} and not is_paired(character):
            assert not any(is_paired(token.text) for token in tokens(f"{character}a"))
