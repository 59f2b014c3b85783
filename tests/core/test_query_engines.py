"""The databases narrow a search down and never hide a match: same queries, same messages, same answers everywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from rapport.core.query import FTS5_TOKENIZER, Prepared, lexemes, parse, segment, to_fts5, to_tsquery
from rapport.core.types import Document
from tests.postgres import Missing, postgresql

LINES = """
The ferry was late again.
The #ferry was late again
The ferry, late? Again!
late ferry
The ferries are late
Ferry: wonderful crossing, thank you @norlink
I love @norlink.example, really
Write to help@norlink.example
norlink cancelled our crossing and nobody answers
Cancelled. Cancelled! CANCELLED
cancellation fees are a joke
Can I cancel my booking?
Don't go with them
Dont go with them
don’t you dare
It's Ada's ferry
#Storm warning for the islands
storm in a teacup
The storm cup final
#stormwatch
#storm_watch
storm-watch
snake_case and _emphasis_
Prices: 12.50 or 1,250?
The fee is 12
ISO-8859-1 and UTF-8
C++ and C# and .NET
a b c
b a c
a-b-c
AND OR NOT
and or not near
"quoted 'words' here"
back\\slash and 'quote' and : colon & amp | pipe ! bang
https://norlink.example/help?from=post#top
www.norlink.example
user@host:8080/path
1e5 0x1F -5 +7 3.14e-10
2026-01-31 12:30
v1.2.3-beta
Die Fähre war zu spät
Die Fa\u0308hre war zu spa\u0308t
DIE STRASSE / die Straße
Le ferry est en retard, c’est l’enfer
L'équipage était formidable
El ferry llegó tarde otra vez
¿Dónde está mi reembolso?
Паром опять опоздал
Мʼята і м'ята
Το πλοίο άργησε ΠΆΛΙ
İstanbul feribotu gecikti
ISTANBUL iskelesi
העבורה איחרה שוב
العبّارة تأخرت مرة أخرى
می‌خواهم پولم را پس بگیرم
फेरी फिर से देर से आई
페리가 또 늦었어요
페리 최고
渡轮又晚点了
渡輪又誤點了
フェリーがまた遅れました
ﾌｪﾘｰが遅れた
東京タワー
京東商城
東 京
เรือเฟอร์รี่ช้าอีกแล้ว
ເຮືອຊ້າ
កប៉ាល់យឺត
𞤀𞤁𞤂𞤃 𞤆𞤓𞤂𞤀𞤪
𝓯𝓮𝓻𝓻𝔂 𝕝𝕒𝕥𝕖
Ｆｅｒｒｙ ｌａｔｅ
fe\u200brry la\u00adte
ﷺ ½ ﬁne
😡
😡😡 again
👍🏽 great ferry ❤️
👨\u200d👩\u200d👧 on the ferry
🇳🇴 norway
™ Norlink™ Norlink®
...
"""
TEXTS = [
    *LINES.strip("\n").split("\n"),
    *("", " ", "\0nul\0byte", "\ud800 lone surrogate", "x" * 5_000, "ferry " * 20_000 + "end"),
]

QUERIES = """
ferry
#ferry
ferr*
#ferr*
#storm*
#storm
storm
"storm watch"
storm-watch
storm_watch
stor* -cup
"the ferry was late"
"ferry was"
"late again"
"the #ferry was"
"ferry late"
late ferry
ferry -late
-ferry
ferry OR storm
(ferry OR storm) (late OR warning)
ferry OR -late
(-ferry) OR storm
cancel*
cancelled
"cancelled cancelled"
"our cros*"
don't
dont
don’t
ada's
@norlink
norlink
@norlink.example
@nor*
"love @norlink"
help@norlink.example
norlink.example
https://norlink.example/help
12
12.50
"1 250"
1e5
3.14e-10
c
"a b"
a b
b a
and or
"and or not"
quot*
"quoted words"
slash
fähre
fa\u0308hre
fähr*
spät
strasse
straße
l'enfer
l'éq*
équipage
reembolso
паром
м’ята
άργησε
istanbul
העבורה
"تأخرت مرة"
می‌خواهم
फेरी
페리
페리*
渡
渡轮
東京
"京東"
フェリー
遅れ*
เรือ
ช้า
ເຮືອ
កប៉ាល់
𞤢𞤣𞤤𞤥
𝓯𝓮𝓻𝓻𝔂
fine
½
😡
"😡 😡"
👍
❤
👨👩
🇳🇴
norlink™
nul
surrogate
x*
end
"ferry end"
tone:negative ferry
tone:negative OR ferry
author:ada
*
ferry *
""".strip("\n").split("\n")

DOCUMENTS = [
    Prepared(
        Document(text, fields={"tone": ("positive", "negative")[number % 2], "author": ("Ada", "Ben")[number % 3 > 0]})
    )
    for number, text in enumerate(TEXTS)
]


def matched(query: str, among: range | set[int]) -> set[int]:
    wanted = parse(query)
    return {number for number in among if wanted.matches(DOCUMENTS[number])}


@pytest.fixture(scope="module")
def sqlite() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f'CREATE VIRTUAL TABLE heard USING fts5(words, content="", tokenize = "{FTS5_TOKENIZER}")')
        rows = ((number, segment(document.document.text)) for number, document in enumerate(DOCUMENTS))
        connection.executemany("INSERT INTO heard (rowid, words) VALUES (?, ?)", rows)
        yield connection


def test_there_is_enough_to_compare() -> None:
    assert len(TEXTS) >= 80
    assert len(QUERIES) >= 60
    found = [len(matched(query, range(len(DOCUMENTS)))) for query in QUERIES]
    assert sum(1 for count in found if 0 < count < len(DOCUMENTS)) >= 60


@pytest.mark.parametrize("query", QUERIES)
def test_sqlite_then_the_matcher_finds_what_the_matcher_finds(query: str, sqlite: sqlite3.Connection) -> None:
    every = range(len(DOCUMENTS))
    narrow = to_fts5(parse(query))
    candidates = set(every)
    if narrow is not None:
        candidates = {row for (row,) in sqlite.execute("SELECT rowid FROM heard WHERE heard MATCH ?", (narrow,))}
    assert matched(query, every) == matched(query, candidates)


@pytest.mark.parametrize("query", ["ferry", "#ferry", '"ferry was"', "東京", "ferr* late", "ferry OR storm", "😡"])
def test_without_fields_sqlite_leaves_the_matcher_nothing_to_do(query: str, sqlite: sqlite3.Connection) -> None:
    found = sqlite.execute("SELECT rowid FROM heard WHERE heard MATCH ?", (to_fts5(parse(query)),))
    assert {row for (row,) in found} == matched(query, range(len(DOCUMENTS)))


@pytest.mark.parametrize("query", ["-ferry", "ferry OR -late", "tone:negative OR ferry", "author:ada", "*", ""])
def test_what_words_cannot_narrow_down_is_said(query: str) -> None:
    assert to_fts5(parse(query)) is None
    assert to_tsquery(parse(query)) is None


def test_the_largest_and_the_deepest_query_are_no_problem_for_sqlite(sqlite: sqlite3.Connection) -> None:
    many = " OR ".join(f"w{number}" for number in range(1_999)) + " OR ferry"
    deep = "ferry"
    for number in range(24):
        deep = f"(({deep} OR w{number}) late)"
    for query in (many, many.replace(" OR ", " "), deep):
        found = sqlite.execute("SELECT rowid FROM heard WHERE heard MATCH ?", (to_fts5(parse(query)),))
        assert {row for (row,) in found} == matched(query, range(len(DOCUMENTS)))


# -- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres() -> Iterator[object]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    try:
        with postgresql() as url, psycopg.connect(url, autocommit=True) as connection:
            _fill(connection)
            yield connection
    except Missing as missing:
        pytest.skip(str(missing))


def _fill(connection) -> None:
    connection.execute("CREATE TABLE heard (id int PRIMARY KEY, words tsvector)")
    for number, document in enumerate(DOCUMENTS):
        values = (number, list(lexemes(document.document.text)))
        connection.execute("INSERT INTO heard VALUES (%s, array_to_tsvector(%s::text[]))", values)


@pytest.mark.live
@pytest.mark.parametrize("query", QUERIES)
def test_postgresql_then_the_matcher_finds_what_the_matcher_finds(query: str, postgres) -> None:
    every = range(len(DOCUMENTS))
    narrow = to_tsquery(parse(query))
    candidates = set(every)
    if narrow is not None:
        found = postgres.execute("SELECT id FROM heard WHERE words @@ %s::tsquery", (narrow,))
        candidates = {row for (row,) in found}
    assert matched(query, every) == matched(query, candidates)


@pytest.mark.live
def test_the_largest_query_is_no_problem_for_postgresql(postgres) -> None:
    query = " OR ".join(f"w{number}" for number in range(1_999)) + " OR ferry"
    found = postgres.execute("SELECT id FROM heard WHERE words @@ %s::tsquery", (to_tsquery(parse(query)),))
    assert {row for (row,) in found} == matched(query, range(len(DOCUMENTS)))
