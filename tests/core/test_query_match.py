"""The matcher decides what a query means."""

import time
from datetime import UTC, datetime

import pytest

from rapport.core.query import Hit, Matcher, Prepared, conjuncts, document, explain, parse
from rapport.core.types import Author, Document, Message, Span

LATE = "The #Ferry was late again, @norlink.example. Why don't you answer? 😡 https://norlink.example/help"
SPANS = (
    Span(4, 10, "hashtag", "Ferry"),
    Span(27, 43, "mention", "did:plc:norlink"),
    Span(69, 97, "link", "https://norlink.example/help?from=post"),
)
FIELDS = {
    "author": ("Ada Lovelace", "ada.example"),
    "network": "bluesky",
    "url": "https://www.social.example/@ada/1",
    "channel": 'The "Main" page',
    "language": "en-GB",
    "tone": "negative",
    "kind": ("question", "complaint"),
    "followers": 0.5,
    "private": False,
    "addressed": True,
    "heard": datetime(2026, 1, 31, 12, 30, tzinfo=UTC),
}
HEARD = Document(LATE, SPANS, FIELDS)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "*",
        "ferry",
        "FERRY late",
        "#ferry",
        "#fer*",
        '"the ferry was late"',
        '"The #Ferry was"',
        '"the #ferry wa*"',
        '"late ag*"',
        "ag*",
        "don't",
        "don’t",
        "😡",
        "@norlink",
        "norlink",
        "@norlink.example",
        "again https://norlink.example/help",
        "early OR late",
        "late -early",
        "(early OR late) (why OR how)",
        "-(early late)",
        "author:ada",
        'author:"ada lovelace"',
        "author:ada.example",
        "author:(ada lovelace -ben)",
        "network:Bluesky",
        "network:blue*",
        "channel:“the main page”",
        "language:en",
        "language:en-gb",
        "-language:fr",
        "hashtag:ferry",
        "hashtag:#FERRY",
        "handle:@norlink.example",
        "handle:did:plc:norlink",
        "link:norlink.example",
        'link:"from post"',
        "link:norlink.example/help",
        '"late ferry"~1',
        '"ferry late"~1',
        "ferry NEAR/1f late",
        '("was late" OR early) NEAR/0 again',
        "(ferry NEAR/1 late) NEAR/0f again",
        '"aga* #ferr* @norlink"~2',
        "-(late NEAR/0 ferry)",
        'author:"lovelace ada"~0',
        "case:Ferry",
        "case:#Ferry",
        "case:Why case:Fer*",
        'case:"The Ferry was"',
        'case:"late Ferry"~1',
        "case:Ferry NEAR/1 LATE",
        "-case:FERRY",
        "host:norlink.example",
        "host:example",
        "host:NORLINK*",
        "host:*",
        "site:social.example",
        "site:www.social.example",
        "tone:negative",
        "-tone:positive",
        "kind:question kind:complaint",
        "kind:(praise OR complaint)",
        "kind:* -owner:*",
        "followers:0.5",
        "followers:>=0.5 followers:<=0.5",
        "followers:>0.4 followers:<0.6",
        "followers:0..1",
        "followers:*",
        "private:no",
        "private:*",
        "-private:yes",
        "addressed:yes",
        "heard:2026-01-31",
        "heard:2026-01",
        "heard:2026",
        "heard:2026-01-31T12:30",
        "heard:2026-01-30..2026-01-31",
        "heard:>2026-01-30 heard:<2026-02-01",
        "heard:>=2026-01-31 heard:<=2026-01-31",
    ],
)
def test_a_message_is_found(query: str) -> None:
    assert parse(query).matches(HEARD)


@pytest.mark.parametrize(
    "query",
    [
        "-*",
        "early",
        "fer",
        "#late",
        "@ferry",
        "#lat*",
        '"late was"',
        '"the #ferry #was"',
        '"ferry late"',
        '"again the*"',
        "late early",
        "late -again",
        "-(early OR late)",
        "author:love",
        'author:"lovelace ada"',
        'author:"lovelace example"',
        "ada",
        "network:blue",
        "language:e",
        "hashtag:fer",
        "hashtag:late",
        "handle:norlink",
        "link:example.norlink",
        '"late ferry"~0',
        "late NEAR/5f ferry",
        '"late late"~5',
        "(ferry OR boat) NEAR/5 (ferry OR ship)",
        '("was late" OR late) NEAR/0 the',
        'author:"lovelace example"~5',
        "case:ferry",
        "case:FERRY",
        "case:#Late",
        'case:"the Ferry"',
        'case:"LATE Ferry"~1',
        "host:link.example",
        "host:help.norlink.example",
        "host:norlink",
        "site:norlink.example",
        "tone:positive",
        "tone:neutral",
        "kind:praise",
        "owner:*",
        "owner:ada",
        "is:open",
        "followers:>0.5",
        "followers:<0.5",
        "followers:0.51..1",
        "private:yes",
        "addressed:no",
        "heard:2026-01-30",
        "heard:>2026-01-31",
        "heard:>2026-01",
        "heard:<2026-01-31",
        "heard:2026-01-31T12:31",
        "published:2026",
        "-published:2026 early",
    ],
)
def test_a_message_is_not_found(query: str) -> None:
    assert not parse(query).matches(HEARD)


def test_a_run_of_characters_is_found_without_spaces() -> None:
    heard = Document("フェリーがまた遅れました。東京タワー")
    assert parse("東京").matches(heard)
    assert parse("遅れ*").matches(heard)
    assert not parse("京東").matches(heard)


def test_decomposed_and_full_width_texts_are_found() -> None:
    assert parse("fähre").matches(Document("Fa\u0308hre"))
    assert parse("ferry").matches(Document("Ｆｅｒｒｙ"))
    assert parse("fa\u0308h*").matches(Document("Fähre"))


def test_a_message_brings_its_own_fields() -> None:
    author = Author("bluesky", "did:plc:ada", handle="ada.example", name="Ada")
    said = datetime(2026, 1, 2, tzinfo=UTC)
    heard = document(Message("bluesky", "1", author, LATE, said, language="en", addressed=True), tone="negative")
    query = "late author:ada network:bluesky language:en published:2026-01-02 addressed:yes tone:negative"
    assert parse(query).matches(heard)


def test_nobody_matches_the_empty_value() -> None:
    heard = Document("hello", (), {"author": "", "owner": "", "team": ()})
    assert not parse("owner:* OR team:* OR author:*").matches(heard)


def test_a_number_is_no_time_and_a_flag_no_number() -> None:
    heard = Document("", (), {"followers": datetime(2026, 1, 1, tzinfo=UTC), "heard": 2026.0})
    assert not parse("followers:>0 OR heard:>2000").matches(heard)
    assert not parse("followers:1").matches(Document("", (), {"followers": True}))


# -- explaining ------------------------------------------------------------------------------------------------------


def test_a_match_is_explained_by_the_places_in_the_text() -> None:
    hits = explain(parse('"was late" fer* -early'), HEARD)
    assert [(hit.term, LATE[hit.start : hit.end]) for hit in hits] == [('"was late"', "was late"), ("fer*", "#Ferry")]


def test_a_match_is_explained_by_the_values_of_fields() -> None:
    hits = explain(parse("kind:(praise OR complaint) author:ada private:no heard:2026"), HEARD)
    assert hits == (
        Hit("kind:complaint", value="complaint"),
        Hit("author:ada", value="Ada Lovelace"),
        Hit("author:ada", value="ada.example"),
        Hit("private:no", value="no"),
        Hit("heard:2026", value="2026-01-31T12:30:00+00:00"),
    )


def test_a_hashtag_of_the_spans_explains_itself() -> None:
    assert explain(parse("hashtag:ferry"), HEARD)[0] == Hit("hashtag:ferry", 4, 10, "Ferry")


def test_words_near_each_other_are_explained_one_by_one() -> None:
    hits = explain(parse('(early OR "was late") NEAR/1 ferry'), HEARD)
    assert [(hit.part, LATE[hit.start : hit.end]) for hit in hits] == [("ferry", "#Ferry"), ('"was late"', "was late")]
    assert {hit.term for hit in hits} == {'(early OR "was late") NEAR/1 ferry'}


def test_of_words_that_occur_only_those_with_the_capitals_explain() -> None:
    heard = Document("It is IT, is it?")
    assert [(hit.term, hit.start) for hit in explain(parse("case:IT"), heard)] == [("case:IT", 6)]


@pytest.mark.parametrize(
    ("query", "covered", "value"),
    [
        ("link:norlink.example/help", "https://norlink.example/help", "https://norlink.example/help?from=post"),
        ("host:norlink.example", "https://norlink.example/help", "norlink.example"),
        ("handle:norlink.example", "@norlink.example", "@norlink.example"),
        ("handle:did*", "@norlink.example", "did:plc:norlink"),
    ],
)
def test_what_stands_in_the_text_is_explained_by_its_place(query: str, covered: str, value: str) -> None:
    (hit,) = explain(parse(query), HEARD)
    assert (LATE[hit.start : hit.end], hit.value) == (covered, value)


def test_only_the_alternatives_that_matched_explain() -> None:
    assert [hit.term for hit in explain(parse("(late early) OR again"), HEARD)] == ["again"]


def test_what_does_not_match_is_not_explained() -> None:
    assert explain(parse("late early"), HEARD) == ()
    assert explain(parse("-early"), HEARD) == ()


# -- many queries ----------------------------------------------------------------------------------------------------


def test_many_queries_give_the_same_answer_as_each_by_itself() -> None:
    texts = [
        "late",
        "early OR fer*",
        "-early",
        "#ferry tone:negative",
        '"was late"',
        "tone:positive",
        "(a* OR x) -late",
    ]
    briefs = Matcher({text: parse(text) for text in texts})
    for heard in (HEARD, Document("early"), Document(""), Document("alpha x", (), {"tone": "positive"})):
        assert briefs.matching(heard) == tuple(text for text in texts if parse(text).matches(heard))


def test_only_queries_whose_words_occur_are_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = []
    briefs = Matcher({f"brand{number}": parse(f'brand{number} OR "brand {number}"') for number in range(1_000)})
    matches = type(parse("")).matches
    monkeypatch.setattr(
        type(parse("")), "matches", lambda query, seen: evaluated.append(str(query)) or matches(query, seen)
    )
    assert briefs.matching(Document("I love brand7")) == ("brand7",)
    assert evaluated == ['brand7 OR "brand 7"']


def test_the_first_match_is_the_first_in_order() -> None:
    briefs = Matcher({2: parse("late"), 1: parse("ferry"), 0: parse("*")})
    assert briefs.first(Document("ferry late")) == 2
    assert briefs.first(Document("ferry")) == 1
    assert Matcher({1: parse("x")}).first(Document("y")) is None


def test_conditions_on_fields_can_be_taken_out() -> None:
    found = conjuncts(parse("late is:open kind:(bug OR idea) -owner:* -(team:hub OR heard:2026) (a OR tone:negative)"))
    assert [(tuple(map(str, part.terms)), part.negated) for part in found] == [
        (("is:open",), False),
        (("kind:bug", "kind:idea"), False),
        (("owner:*",), True),
        (("team:hub", "heard:2026"), True),
    ]
    assert conjuncts(parse("late OR is:open")) == ()
    assert [str(part.terms[0]) for part in conjuncts(parse("is:open"))] == ["is:open"]


def test_matching_a_prepared_message_takes_less_than_twenty_microseconds() -> None:
    prepared = Prepared(Document(LATE * 3, SPANS, FIELDS))
    query = parse('(ferry OR boat) "was late" ag* -early tone:negative author:ada -(x y)')
    assert query.matches(prepared)
    best = min(_seconds(query, prepared) for _ in range(20))
    assert best < 20e-6


def _seconds(query, prepared) -> float:
    start = time.process_time()
    for _ in range(100):
        query.matches(prepared)
    return (time.process_time() - start) / 100
