"""The databases narrow a search down and never hide a match: same queries, same messages, same answers everywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.core.errors import QueryError
from rapport.core.query import FTS5_TOKENIZER, Matcher, Prepared, lexemes, parse, segment, to_fts5, to_tsquery
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
Late, said everybody on board, was the ferry
the ferry was on time, and nobody was late
late late late
Refund? I will never take a ferry again. Never again!
ferry-late-ferry
SWIFT transfers are late
Swift is a language, a swift is a bird
#SWIFT and #swift
the IT department: it is IT
ＳＷＩＦＴ
iPhone買った
昨日ｉＰｈｏｎｅを買った。最高
iphone を 買っ た
京都に行きたい
東京都の天気
京都、東京、大阪
東京都京都市
レストランでランチ
ｻｰﾊﾞｰが落ちた
サーバが落ちた
サーバーが落ちた
㍿ノルリンク
株式会社ノルリンク
⽇本⼈
日本人
がんばれ
がんばれ
ありがとうございます
#東京 #東京タワー
@東京 東京#花見
𠮷野家
น้ำท่วมกรุงเทพ
น้ําท่วม
น้าอยู่ไหน
ฉันซื้อiPhoneแล้ว
ສະບາຍດີ
ນໍາໄດ້
ရန်ကုန်မြို့
សួស្តីកម្ពុជា
東京😡遅い
买了iPhone15，很好
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
"late ferry"~4
"late ferry"~3
"ferry late"~0
"late late"~0
"late late late"~0
"never again"~1
"never again ferry"~4
late NEAR/5f ferry
ferry NEAR/9f late
(ferry OR refund) NEAR/9 (never OR late)
("never again" OR late) NEAR/3 ferry
(ferry NEAR/2 late) NEAR/3f again
"ferr* #storm*"~5
"#ferry again"~3
"cup storm"~1
-"late ferry"~4
"late ferry"~4 OR warning
"東京 京都"~3
"東京 天気"~5
"京都 大阪"~9
"iphone 買った"~2
東京 NEAR/3f 京都
case:SWIFT
case:Swift
case:swift
case:#SWIFT
case:IT
case:"The ferry"
case:"ferry was"
case:Fer*
case:"SWIFT late"~3
case:SWIFT NEAR/2 transfers
-case:IT department
case:iPhone
case:iPhone買った
買
買った
iphone買った
"iPhone 買った"
京
京都
東京都
"東京都 京都市"
都京
京都*
ラン
ランチ
サーバ
サーバー
ｻｰﾊﾞｰ
会社
㍿
日本
⽇本
が
がんばれ
か\u3099んばれ
ありがとう
#東京
#東京タワー
#東
@東京
#京
𠮷
野家
น้ำ
น้\u0e4d\u0e32
น้า
ท่วม
iphoneแล้ว
ດີ
ນຳ
မြို့
ကုန်
កម្ពុ
ជា
東京😡
"😡 遅い"
買了
买了iphone15
15
host:norlink.example ferry
site:norlink.example
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
    assert len(TEXTS) >= 120
    assert len(QUERIES) >= 170
    found = [len(matched(query, range(len(DOCUMENTS)))) for query in QUERIES]
    assert sum(1 for count in found if 0 < count < len(DOCUMENTS)) >= 130


@pytest.mark.parametrize("query", QUERIES)
def test_sqlite_then_the_matcher_finds_what_the_matcher_finds(query: str, sqlite: sqlite3.Connection) -> None:
    every = range(len(DOCUMENTS))
    narrow = to_fts5(parse(query))
    candidates = set(every)
    if narrow is not None:
        candidates = {row for (row,) in sqlite.execute("SELECT rowid FROM heard WHERE heard MATCH ?", (narrow,))}
    assert matched(query, every) == matched(query, candidates)


@pytest.mark.parametrize(
    "query",
    [
        "ferry",
        "#ferry",
        '"ferry was"',
        "ferr* late",
        "ferry OR storm",
        "😡",
        "東",
        "東京",
        "東京都",
        "iphone買",
        "ありがとう",
        "น้ำท่วม",
        '"late ferry"~3',
        '"late ferry"~4',
    ],
)
def test_without_fields_sqlite_leaves_the_matcher_nothing_to_do(query: str, sqlite: sqlite3.Connection) -> None:
    found = sqlite.execute("SELECT rowid FROM heard WHERE heard MATCH ?", (to_fts5(parse(query)),))
    assert {row for (row,) in found} == matched(query, range(len(DOCUMENTS)))


@pytest.mark.parametrize("query", ["-ferry", "ferry OR -late", "tone:negative OR ferry", "author:ada", "*", ""])
def test_what_words_cannot_narrow_down_is_said(query: str) -> None:
    assert to_fts5(parse(query)) is None
    assert to_tsquery(parse(query)) is None


def test_the_largest_and_the_deepest_query_are_no_problem_for_sqlite(sqlite: sqlite3.Connection) -> None:
    many = " OR ".join(f"{number:x}" for number in range(1_999)) + " OR ferry"
    deep = "ferry"
    for number in range(24):
        deep = f"(({deep} OR w{number}) late)"
    for query in (many, many.replace(" OR ", " "), deep):
        found = sqlite.execute("SELECT rowid FROM heard WHERE heard MATCH ?", (to_fts5(parse(query)),))
        assert {row for (row,) in found} == matched(query, range(len(DOCUMENTS)))


# -- any query, any text -----------------------------------------------------------------------------------------------

PIECES = "ferry late #ferry @late Ferry LATE SWIFT 東 京 都 東京 #東京 ラ ン น้ำ ท่ ว ม iPhone買 ㍿ ½ 😡 a-b x_y"
SPOKEN = st.lists(st.sampled_from(PIECES.split()), min_size=1, max_size=8).map(
    lambda pieces: "".join(piece + " " * (ord(piece[-1]) % 2) for piece in pieces)
)
TERM = st.lists(st.sampled_from(PIECES.split()), min_size=1, max_size=3).map("".join).map(lambda text: f'"{text}"')
ASKED = st.recursive(
    TERM | TERM.map(lambda term: f'{term[:-1]}*"') | TERM.map(lambda term: f"case:{term}"),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
        inner.map(lambda one: f"-({one})"),
        st.tuples(TERM, TERM, st.sampled_from(["0", "1f", "3"])).map(lambda it: f"({it[0]} NEAR/{it[2]} {it[1]})"),
        st.tuples(TERM, TERM, TERM).map(lambda it: f"(({it[0]} OR {it[1]}) NEAR/2 {it[2]})"),
    ),
    max_leaves=5,
)


def readable(written: str) -> bool:
    try:
        return bool(parse(written))
    except QueryError:
        return False


EXAMPLES = st.tuples(ASKED.filter(readable), st.lists(SPOKEN, min_size=1, max_size=6))


@pytest.fixture(scope="module")
def empty() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f'CREATE VIRTUAL TABLE said USING fts5(words, tokenize = "{FTS5_TOKENIZER}")')
        yield connection


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXAMPLES)
def test_sqlite_never_loses_a_match(empty: sqlite3.Connection, example: tuple[str, list[str]]) -> None:
    written, texts = example
    query, narrow = parse(written), to_fts5(parse(written))
    empty.execute("DELETE FROM said")
    empty.executemany("INSERT INTO said (rowid, words) VALUES (?, ?)", enumerate(map(segment, texts)))
    kept = set(range(len(texts)))
    if narrow is not None:
        kept = {row for (row,) in empty.execute("SELECT rowid FROM said WHERE said MATCH ?", (narrow,))}
    assert {number for number, text in enumerate(texts) if query.matches(Document(text))} <= kept


@given(EXAMPLES)
@settings(max_examples=200, deadline=None)
def test_many_queries_at_once_never_lose_a_match(example: tuple[str, list[str]]) -> None:
    written, texts = example
    query = parse(written)
    for text in texts:
        assert bool(Matcher({1: query}).matching(Document(text))) == query.matches(Document(text))


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
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXAMPLES)
def test_postgresql_never_loses_a_match(postgres, example: tuple[str, list[str]]) -> None:
    written, texts = example
    query, narrow = parse(written), to_tsquery(parse(written))
    if narrow is None:
        return
    ask = "SELECT array_to_tsvector(%s::text[]) @@ %s::tsquery"
    for text in texts:
        if query.matches(Document(text)):
            assert postgres.execute(ask, (list(lexemes(text)), narrow)).fetchone() == (True,)


@pytest.mark.live
def test_the_largest_query_is_no_problem_for_postgresql(postgres) -> None:
    query = " OR ".join(f"{number:x}" for number in range(1_999)) + " OR ferry"
    found = postgres.execute("SELECT id FROM heard WHERE words @@ %s::tsquery", (to_tsquery(parse(query)),))
    assert {row for (row,) in found} == matched(query, range(len(DOCUMENTS)))
