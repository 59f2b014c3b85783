"""A query written for Brandwatch finds here what it found there, and what has no equal is said."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.errors import QueryError
from rapport.core.query import STANDING_FIELDS, parse
from rapport.core.query.brandwatch import Translation, translate
from rapport.core.types import Document, Span

TEXTS = {
    "plain": "I drink apple juice every day",
    "capitals": "BT was down, apple too",
    "small": "Can I bt my fare",
    "near": "Apple makes a new smartphone; the juice is elsewhere",
    "far": "An orange. And much, much later in this text, there is a phone",
    "keyboard": "my Logitech solar keyboard",
    "backwards": "a keyboard by Logitech",
    "complaint": "so many complaints, they never customise",
    "American": "they customize",
    "tag": "#MondayMotivation with @brandwatch 😡",
    "wendy": "Wendy's in Nor-way",
}


def found(query: str) -> set[str]:
    ours = parse(translate(query).query, STANDING_FIELDS)
    return {name for name, text in TEXTS.items() if ours.matches(Document(text))}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"apple juice"', {"plain"}),
        ("“apple juice”", {"plain"}),
        ("apple AND juice", {"plain", "near"}),
        ("apple juice", {"plain", "near"}),
        ("apple and juice", set()),
        ("apple OR phone", {"plain", "capitals", "near", "far"}),
        ("apple NOT juice", {"capitals"}),
        ("apple -juice", {"capitals"}),
        ("apple AND NOT juice", {"capitals"}),
        ("(apple AND juice) OR (orange AND phone)", {"plain", "near", "far"}),
        ('"juice apple"~5', {"plain", "near"}),
        ('"juice apple"~4', {"plain"}),
        ("apple NEAR/3 smartphone", {"near"}),
        ("smartphone NEAR/3 apple", {"near"}),
        ("((apple OR orange) NEAR/3 (smartphone OR phone))", {"near"}),
        ("((apple OR orange) AND (smartphone OR phone))~3", {"near"}),
        ("((apple OR orange) AND (smartphone OR phone)) ~20", {"near", "far"}),
        ("logitech NEAR/2f keyboard", {"keyboard"}),
        ("logitech NEAR/2 keyboard", {"keyboard", "backwards"}),
        ("complain*", {"complaint"}),
        ('"many compl* they"', {"complaint"}),
        ('"many compl*"', {"complaint"}),
        ("{BT}", {"capitals"}),
        ("BT", {"capitals", "small"}),
        ("raw:Logitech", {"keyboard", "backwards"}),
        ("raw:logitech", set()),
        ("#MondayMotivation AND @brandwatch", {"tag"}),
        ("hashtags:mondaymotivation OR at_mentions:brandwatch", {"tag"}),
        ("#brandwatch OR @mondaymotivation", set()),
        ("😡", {"tag"}),
        ("wendy's", {"wendy"}),
        ("nor-way", {"wendy"}),
        ("apple <<<(a comment) OR>>> AND juice", {"plain", "near"}),
        ("<<<first>>>\n(apple\n\tAND juice)\n<<<last>>>", {"plain", "near"}),
        ("say\\: OR \\(juice\\)", {"plain", "near"}),
    ],
)
def test_it_finds_what_brandwatch_documents(query: str, expected: set[str]) -> None:
    assert found(query) == expected
    assert {note.operator for note in translate(query).unequal} <= {"accents"}


FIELDS = {
    "author": ("Lady Gaga", "brandwatch.office"),
    "language": "en",
    "url": "https://www.msn.com/news/simon-cowell",
}
HEARD = Document("see https://amzn.example/x", (Span(4, 26, "link", "https://shop.amazon.com/x"),), FIELDS)


@pytest.mark.parametrize(
    "query",
    [
        'author:"lady gaga"',
        'author:"brandwatch office"',
        "author:brandwatch.office",
        "language:en",
        "site:msn.com",
        "site:(bbc.co.uk OR msn.com)",
        "topLevelDomain:com",
        "links:amazon.com",
        "links:amazon.com/x",
        "NOT language:fr",
        "see NOT site:bbc.co.uk",
    ],
)
def test_what_is_known_beside_the_text_is_asked_for(query: str) -> None:
    assert parse(translate(query).query, STANDING_FIELDS).matches(HEARD)
    assert {note.operator for note in translate(query).unequal} <= {"accents"}


@pytest.mark.parametrize(
    ("query", "ours", "position", "operator", "effect"),
    [
        ("apple AND country:gbr", "apple", 10, "country:", "wider"),
        ("(apple OR country:gbr) juice", "apple juice", 10, "country:", "narrower"),
        ("apple NOT country:gbr", "apple", 10, "country:", "wider"),
        ("apple NOT (juice AND country:gbr)", "apple -juice", 21, "country:", "narrower"),
        ("apple NOT (juice OR city:x)", "apple -juice", 20, "city:", "wider"),
        ("engagementType:REPLY apple", "apple", 0, "engagementType:", "wider"),
        ("apple AND authorFollowers:[500 TO 1000]", "apple", 10, "authorFollowers:", "wider"),
        ("apple AND rating:3", "apple", 10, "rating:", "wider"),
        ("apple AND (region:usa.fl OR city:x)", "apple", 11, "region:", "wider"),
        ("customi?e", "customi*", 0, "?", "wider"),
        ("apple NOT customi?e", "apple -customi*", 10, "?", "narrower"),
        ("tes*t", "tes*", 0, "*", "wider"),
        ("*test OR apple", "apple", 0, "*", "narrower"),
        ('"custo?ise it"', "custo* NEAR/0f it", 0, "?", "wider"),
        ("title:apple", "apple", 0, "title:", "wider"),
        ("title:(apple OR juice)", "apple OR juice", 7, "title:", "wider"),
        ("url:msn.com/news", "site:msn.com", 0, "url:", "wider"),
        ("raw:Google+", "case:Google+", 0, "raw:", "wider"),
        ("weblogTitle:ada", "author:ada", 0, "weblogTitle:", "wider"),
        ("(apple AND juice) NEAR/3 tea", "(apple juice) tea", 18, "NEAR", "wider"),
        ("apple NEAR/3 site:a.com", "apple site:a.com", 6, "NEAR", "wider"),
        ("apple NEAR/300 juice", "apple juice", 6, "NEAR/300", "wider"),
        ("apple NEAR/3 $", "apple", 13, "$", "wider"),
        ("apple~3", "apple", 5, "~", "either"),
        ("(apple OR juice)~3", "apple OR juice", 16, "~", "either"),
        ("apple OR juice NOT tea", "apple OR (juice -tea)", 6, "OR", "either"),
        ("attention:apple", '"attention apple"', 0, "attention:", "either"),
        ("apple AND sentiment:positive", "apple", 10, "sentiment:", "wider"),
    ],
)
def test_what_has_no_equal_is_said(query: str, ours: str, position: int, operator: str, effect: str) -> None:
    found = translate(query)
    assert found.query == ours
    note = next(note for note in found.unequal if note.operator != "accents")
    assert (note.position, note.operator, note.effect) == (position, operator, effect)
    assert note.done.endswith(".")


def test_many_exclusions_are_no_depth() -> None:
    words = [f"w{number}" for number in range(200)]
    assert translate("a NOT " + " NOT ".join(words)).query == "a -" + " -".join(words)


def test_that_accents_count_here_is_said_once() -> None:
    (note,) = translate("nino OR other OR third").unequal
    assert (note.position, note.operator, note.effect) == (0, "accents", "narrower")
    assert translate("niño OR 東京 OR author:nino").unequal == ()


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ("", 0, "Something is missing here."),
        ("apple AND", 9, "Something is missing here."),
        ("OR apple", 0, "Something is missing here."),
        ("apple AND ()", 10, "There is nothing between these parentheses."),
        ("(apple", 0, "A closing parenthesis is missing for this one."),
        ("apple)", 5, "There is no opening parenthesis for this one."),
        ('say "apple', 4, "A closing quotation mark is missing for this one."),
        ("{BT", 0, "A closing brace is missing for this one."),
        ("apple NEAR/x juice", 6, "After NEAR/ stands how many other words may be between."),
        ("apple AND country:", 10, "A value is missing after country:."),
        ("(" * 51 + "a" + ")" * 51, 50, "Parentheses, NOT and NEAR go at most 50 deep."),
        ("NOT " * 60 + "a", 200, "Parentheses, NOT and NEAR go at most 50 deep."),
        ("a " + "NEAR/1 a " * 60, 452, "Parentheses, NOT and NEAR go at most 50 deep."),
        (("NOT " * 30 + "(") * 10 + "a", 197, "Parentheses, NOT and NEAR go at most 50 deep."),
        ("a" * 50_001, 50_000, "A query has at most 50,000 characters."),
        ("a OR " * 4_000 + "a", 0, "A query has at most 16,000 characters, and this one has 20,001."),
        ("country:gbr AND rating:3", 0, "Nothing that this query asks for has an equal here."),
    ],
)
def test_what_cannot_be_read_is_refused_at_the_character(query: str, position: int, message: str) -> None:
    with pytest.raises(QueryError) as refused:
        translate(query)
    assert (refused.value.position, refused.value.message, refused.value.text) == (position, message, query)


# -- properties ------------------------------------------------------------------------------------------------------

WORDS = ("apple", "juice", "tea")
TERMS = st.sampled_from([*WORDS, '"apple juice"', "app*", "{Tea}", "country:x"])
SIDES = st.sampled_from([*WORDS, "(apple OR tea)", '"juice tea"'])
NEAR = st.builds(
    lambda left, right, n, forward: f"({left} NEAR/{n}{'f' if forward else ''} {right})",
    SIDES,
    SIDES,
    st.integers(0, 2),
    st.booleans(),
)
TREES = st.recursive(
    TERMS | NEAR,
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"({a} AND {b})", inner, inner),
        st.builds(lambda a, b: f"({a} OR {b})", inner, inner),
        st.builds(lambda a, b: f"({a} NOT {b})", inner, inner),
    ),
    max_leaves=8,
)
HEARINGS = [
    " ".join(words) for length in range(1, 5) for words in product(("apple", "juice", "Tea", "x"), repeat=length)
]


def documented(query: str, text: str, unknown: bool) -> bool:
    """What the vendor's page says, worked out word by word; `unknown` stands for what cannot be known here."""
    words = text.split()
    folded = text.lower().split()

    def places(side: str) -> list[tuple[int, int]]:
        some = side.strip('()"').split(" OR ")
        return [
            (i, i + len(one.split()))
            for one in some
            for i in range(len(words))
            if folded[i : i + len(one.split())] == one.split()
        ]

    def near(left: str, n: str, forward: str, right: str) -> bool:
        return any(
            (a[1] <= b[0] and b[0] - a[1] <= int(n)) or (not forward and b[1] <= a[0] and a[0] - b[1] <= int(n))
            for a in places(left)
            for b in places(right)
        )

    values: list[bool] = []

    def kept(value: bool) -> str:
        values.append(value)
        return f" v[{len(values) - 1}] "

    side = r'(\w+|\(apple OR tea\)|"[^"]*")'
    python = re.sub(rf"\({side} NEAR/(\d)(f?) {side}\)", lambda m: kept(near(m[1], m[2], m[3], m[4])), query)
    python = python.replace("country:x", kept(unknown)).replace("{Tea}", kept("Tea" in words))
    python = python.replace('"apple juice"', kept(bool(places('"apple juice"'))))
    python = python.replace("app*", kept("apple" in folded))
    for word in WORDS:
        python = re.sub(rf"\b{word}\b", lambda _, word=word: kept(word in folded), python)
    python = python.replace("NOT", "and not").replace("AND", "and").replace("OR", "or")
    return bool(eval(python.strip(), {"v": values}))  # noqa: S307  # made of our own pieces


@settings(max_examples=300, deadline=None)
@given(TREES, st.lists(st.sampled_from(HEARINGS), min_size=1, max_size=12))
def test_any_query_finds_what_is_documented_or_says_how_it_differs(query: str, texts: list[str]) -> None:
    translation, refused = read(query)
    if refused:
        assert "country:" in query
        assert refused.message == "Nothing that this query asks for has an equal here."
        return
    effects = {note.effect for note in translation.unequal if note.operator != "accents"}
    ours = parse(translation.query)
    for text in texts:
        here = ours.matches(Document(text))
        for unknown in (False, True):
            there = documented(query, text, unknown)
            assert here == there or ("wider" if here else "narrower") in effects


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab *?~3"(){}[]<>:-\\#@+ORNDTE/0f“é東😡', max_size=40) | st.text(max_size=30))
def test_any_text_is_translated_or_refused_at_a_character_of_it(text: str) -> None:
    translation, refused = read(text)
    if refused:
        assert 0 <= refused.position <= len(text)
        assert refused.text == text
    else:
        assert parse(translation.query)
        assert all(0 <= note.position < len(text) for note in translation.unequal)


def read(text: str) -> tuple[Translation, QueryError | None]:
    try:
        return translate(text), None
    except QueryError as refused:
        return Translation(""), refused
