"""Many queries at once: quicker than one by one, and the same answer."""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import posts
from rapport.connectors.bluesky import parse as bluesky
from rapport.connectors.bluesky.events import Event, decode
from rapport.core.errors import QueryError
from rapport.core.query import STANDING_FIELDS, Matcher, Prepared, Query, document, parse
from rapport.core.query.letters import _MAYBE_UNSPACED, _UNSPACED_LETTER, _kinds, _line_by_parts, letters_of, line
from rapport.core.query.nodes import Words
from rapport.core.query.words import is_paired, normal, tokens
from rapport.core.types import Document, Span


def read(*written: str) -> dict[str, Query]:
    return {query: parse(query, STANDING_FIELDS) for query in written}


def one_by_one(queries: dict[str, Query], heard: Document) -> tuple[str, ...]:
    prepared = Prepared(heard)
    return tuple(name for name, query in queries.items() if query.matches(prepared))


def words(heard: Document) -> str:
    """What a stream knows of a message before it reads it."""
    authors = heard.fields.get("author", ())
    assert isinstance(authors, tuple)
    return "\n".join([heard.text, *authors, *(span.value for span in heard.spans)])


# -- whatever is asked of whatever is said -----------------------------------------------------------------------------

# What is written in more than one way, becomes something else when folded, or stands without spaces.
PIECES = (
    *("ferry", "Ferry", "fer", "FERRIES", "a", "x1", "well-known", "don't", "don’t", "wasnʼt", "foo_bar", "_", "__"),
    *("straße", "STRASSE", "İstanbul", "istanbul", "ıs", "ǰ", "ŉ", "ΐ", "ς", "Σ", "é", "e\u0301", "\u0301", "\u0345"),
    *(
        "Ferry™",
        "5㎏",
        "kg",
        "①",
        "Ⓐ",
        "🅰",
        "ﬁre",
        "fire",
        "ﷺ",
        "½",
        "…",
        "№",
        "Ⅷ",
        "ª",
        "ｆｅｒｒｙ",
        "　",
        "＃",
        "＠",
    ),
    *(
        "น\u0e4d\u0e32",
        "น\u0e4d\u200b\u0e32",
        "นำ",
        "fähre.example",
        "http://xn--fhre-loa.example/x",
        "www.Example.org:80",
    ),
    *("東京", "東", "京", "タワー", "ﾀﾜｰ", "ガ", "ｶﾞ", "カ\u3099", "กำ", "ไทย", "ລາວ", "한국", "\u1112\u1161\u11ab"),
    *("fe\u00adrry", "fer\u200dry", "\u200b", "\ufe0f", "🚢", "⛴️", "👩\u200d🚀", "🇩🇪", "\ud800", "\0", "x" * 70),
    *(
        "Iğdır",
        "IĞDIR",
        "ığdır",
        "igdir",
        "ΟΔΟΣ",
        "οδος",
        "οδός",
        "o\u0301δος",
        "Ёлка",
        "елка",
        "Е\u0308лка",
        "µm",
        "μm",
    ),
    *("K", "Å", "a\u030a\u0323", "a\u0323\u030a", "ſo", "ĳ", "IJ", "ǅ", "²", "x²", "ßß", "ẞ", "ß\u200d"),
    *("عَبَّارة", "عبارة", "ﻋﺒﺎﺭﺓ", "آ", "ا\u0653", "می\u200cخواهم", "הַמַּעְבֹּרֶת", "המעבורת", "हिन्दी", "क़", "क\u093c", "বাংলা"),
    *("กู้ภัย", "ก\u0e49\u0e39", "❤️", "👨\u200d👩\u200d👧", "👍🏽", "ㅋㅋ", "𝓯erry", "𝔣", "«ferry»", "–", "¿"),
    *("#", "@", "#ferry", "@ada.example", "#東京", "example.org", "https://example.org/ferry?a=b", "ada", "#_late"),
)
BETWEEN = ("", "", " ", " ", "\n", "-", "_", ".", "#", '"', "“", "\u200d", "...", "/", "'")

pieces = st.sampled_from(PIECES) | st.text(max_size=3)


@st.composite
def texts(draw: st.DrawFn, longest: int = 8) -> str:
    said = draw(st.lists(st.tuples(pieces, st.sampled_from(BETWEEN)), max_size=longest))
    return "".join(part for pair in said for part in pair)


@st.composite
def terms(draw: st.DrawFn) -> str:
    written = draw(st.lists(pieces, min_size=1, max_size=3).map(" ".join))
    field = draw(
        st.sampled_from(["", "", "", "case:", "author:", "link:", "host:", "hashtag:", "handle:", "language:"])
    )
    star = draw(st.sampled_from(["", "", "*"]))
    clean = written.translate({ord(mark): " " for mark in '"“”„*'})
    return f'{field}"{clean}{star}"' if " " in clean or draw(st.booleans()) else f"{field}{clean}{star}"


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Query]:
    shapes = st.sampled_from(
        ["{0}", "{0}", "{0} OR {1}", "{0} {1}", "{0} -{1}", "-{0}", "({0} OR {1}) {2}", "{0} OR -{1}", "{0} NEAR/2 {1}"]
    )
    wanted = [draw(shapes).format(*(draw(terms()) for _ in range(3))) for _ in range(draw(st.integers(1, 6)))]
    found = {}
    for query in wanted:
        try:
            found |= read(query)
        except QueryError:  # not everything that can be written can be read
            continue
    return found


@st.composite
def messages(draw: st.DrawFn) -> Document:
    text = draw(texts())
    spans = []
    for kind in draw(st.lists(st.sampled_from(["link", "hashtag", "mention"]), max_size=2)):
        said = draw(texts(3))
        start = len(text) + 1
        text = f"{text} {said}"
        spans.append(Span(start, len(text), kind, draw(st.just(said) | texts(3))))
    return Document(text, tuple(spans), {"author": (draw(texts(2)), "ada.example"), "language": "en"})


@settings(max_examples=120, deadline=None)
@given(queries=asked(), heard=messages())
def test_the_answer_is_that_of_asking_each(queries: dict[str, Query], heard: Document) -> None:
    briefs = Matcher(queries)
    expected = one_by_one(queries, heard)
    assert briefs.matching(heard) == expected
    if expected:
        assert briefs.may_match(words(heard))


@settings(max_examples=100, deadline=None)
@given(said=texts(), chosen=st.data())
def test_every_word_of_a_text_finds_the_text(said: str, chosen: st.DataObject) -> None:
    found = tokens(said)
    if found:
        word = chosen.draw(st.sampled_from(found))
        query = Query(Words((word.marked,)))
        assert query.matches(Document(said))
        assert Matcher({"it": query}).may_match(said)
        assert Matcher({"it": query}).matching(Document(said)) == ("it",)


def test_no_character_hides_the_words_around_it() -> None:
    """Whatever ends a word or changes when it is folded, between words of each kind."""
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if character.isalnum() and normal(character) == character:
            continue
        if normal(character) != character or code < 0x3000:
            for said in (f"very late{character}ferry", f"東{character}京", f"東 {character}late{character} ferry"):
                for phrase in pairwise(token.text for token in tokens(said)):
                    for letters in letters_of(phrase):
                        places = re.finditer(re.escape(letters.text.encode()), line(said))
                        assert any(letters.stand(line(said), *place.span()) for place in places), (hex(code), said)


def test_what_is_plain_is_folded_by_itself() -> None:
    plain = _kinds().entangled.sub("", "".join(map(chr, range(sys.maxunicode + 1))))
    assert len(plain) > 40_000
    assert not _kinds().entangled.search(plain.casefold())
    assert not any(
        unicodedata.category(character).startswith("M") for character in plain
    )  # nothing joins what is before
    others = [character for character in plain if normal(character) != character.casefold()]
    assert not any(tokens(character) or tokens(normal(character)) for character in others)


@settings(max_examples=60, deadline=None)
@given(said=texts(12))
def test_a_text_folded_in_one_piece_has_the_words_of_one_folded_in_parts(said: str) -> None:
    found = line(said)
    for letters in letters_of([token.text for token in tokens(said)]):
        places = re.finditer(re.escape(letters.text.encode("utf-8", "surrogatepass")), found)
        assert any(letters.stand(found, *place.span()) for place in places)
    if not is_paired(normal(said)):
        assert found == _line_by_parts(said)


def test_every_letter_of_a_script_without_spaces_is_known_by_its_first_bytes() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if _UNSPACED_LETTER.match(chr(code))]
    assert len(letters) > 100_000
    assert all(_MAYBE_UNSPACED.match(letter.encode()) for letter in letters)


# -- what is looked at -------------------------------------------------------------------------------------------------


def test_a_text_without_any_word_of_a_query_is_passed_over() -> None:
    briefs = Matcher(read("ferry OR boat*", '"very late" -cup', "#harbour author:ada"))
    assert not briefs.may_match("Nothing to see here, at all: ferryman, very, harbour")
    assert not Matcher({}).may_match("ferry")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("ferry", "The FERRY was late"),
        ("ferry", "Ferry™"),
        ("boat*", "boats"),
        ('"very late"', "_Very_, -- late_"),
        ('"très tard"', "Très -- tard…"),
        ('"very late"', "very – late"),
        ('"x² late"', "x² – late"),
        ("#harbour", "no #harbour here"),
        ("author:ada", "hello\nAda Lovelace"),
        ("link:example.org", "see\nhttps://example.org/7"),
        ("hashtag:ferry", "on the ferry"),
        ("handle:ada.example", "hi @ada.example"),
        ("host:example.org", "see\nhttps://news.example.org/7"),
        ("host:fähre.example", "see\nhttps://xn--fhre-loa.example/7"),
        ("case:SWIFT", "the SWIFT network"),
        ("ferry NEAR/2 late", "late, the ferry"),
        ("東京", "フェリーと東京タワー"),
        ("東京", "東・京"),
        ("language:fr", "anything"),
        ("-ferry", "anything"),
        ("ferry OR -boat", "anything"),
    ],
)
def test_what_a_query_may_match_is_looked_at(query: str, said: str) -> None:
    assert Matcher(read(query)).may_match(said)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("ferry late", "the ferry was early"),
        ("(ferry OR boat) (late OR slow)", "the boat was early"),
        ("ferry", "ferries"),
        ("ferr*", "a referral"),
        ("東京", "東の海"),
        ("case:SWIFT late", "a swift bird, late"),
        ('"very late"', "late, very"),
        ('"very late" OR boat', "late, very"),
        ("ferry NEAR/2 late", "the ferry"),
        ("ferry NEAR/2 late", "the ferry is never, never late"),
        ("東京", "東と京"),
        ("host:example.org", "https://example.net"),
        ("ferry language:fr", "the boat"),
    ],
)
def test_what_a_query_cannot_match_is_passed_over(query: str, said: str) -> None:
    assert not Matcher(read(query)).may_match(said)


def test_a_word_longer_than_what_is_compared_is_found_by_its_beginning() -> None:
    said = "k\u00ea" + "y" * 300
    assert Matcher(read(said)).matching(Document(said + "z")) == (said,)
    assert Matcher(read(said)).may_match(said + "z")


def test_a_beginning_with_hundreds_of_unseen_characters_is_found() -> None:
    said = "é" + "\u200d" * 300 + "bcdef"
    queries = read("é")
    assert Matcher(queries).matching(Document(said)) == one_by_one(queries, Document(said)) == ("é",)
    assert Matcher(queries).may_match(said)


# -- briefs and posts as they are --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [10, 1_000])
def test_a_stream_of_posts_gives_the_same_answer_as_each_brief_by_itself(count: int) -> None:
    queries = read(*(brief.query for brief in posts.briefs(count)))
    briefs, matched = Matcher(queries), 0
    for raw in islice(posts.events(seed=7), 2_000 if count == 10 else 400):
        event = decode(raw)
        assert isinstance(event, Event)
        for message in bluesky.page(bluesky.loads(raw)).messages:
            heard = document(message)
            expected = one_by_one(queries, heard)
            assert briefs.matching(heard) == expected
            assert briefs.may_match(event.words()) or not expected
            matched += bool(expected)
    assert matched


@pytest.mark.data
def test_real_texts_give_the_same_answer_as_each_brief_by_itself(data: Path) -> None:
    said = list(real_texts(data))
    seldom = [token.marked for text in said[::7] for token in tokens(text)[:2]]
    pairs = [" ".join(token.text for token in tokens(text)[2:4]) for text in said[::11]]
    queries = read(
        *(f'"{word}"' for word in seldom),
        *(f'"{pair}"' for pair in pairs if pair),
        *(f'"{word}"* -late'.replace('"*', '*"') for word in seldom[::3]),
        *(brief.query for brief in posts.briefs(100)),
    )
    briefs, matched = Matcher(queries), 0
    for text in said:
        expected = one_by_one(queries, Document(text))
        assert briefs.matching(Document(text)) == expected
        assert briefs.may_match(text) or not expected
        matched += bool(expected)
    assert matched > len(said) / 2


def real_texts(folder: Path) -> Iterator[str]:
    """Tweets in seven languages, and posts of Bluesky."""
    with (folder / "us_airline/Tweets.csv").open(newline="", encoding="utf-8") as file:
        yield from (row["text"] for row in islice(csv.DictReader(file), 300))
    for file in sorted((folder / "umsab").glob("*/test_text.txt")):
        yield from islice(file.open(encoding="utf-8"), 100)
    for event in (folder / "raw_bluesky/jetstream/internal/corpus/testdata/expected_v1.jsonl").open():
        record = json.loads(event).get("commit", {}).get("record", {})
        yield str(record.get("text", ""))
