"""A query is read in one way only, and what cannot be read is refused at the character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.errors import QueryError
from rapport.core.query import SEARCH_FIELDS, STANDING_FIELDS, FieldSpec, Query, parse
from rapport.core.query.nodes import Between, Everything, Is, Near, Node, Present, Words, all_of, any_of, none_of
from rapport.core.query.parse import DEEPEST, LONGEST, MOST


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", "*"),
        ("  ", "*"),
        ("*", "*"),
        ("ferry late", "ferry late"),
        ("Ferry AND Late", "ferry late"),
        ("a OR b c", "a OR (b c)"),
        ("a b OR c d", "(a b) OR (c d)"),
        ("(a OR b) c", "(a OR b) c"),
        ("NOT a OR b", "-a OR b"),
        ("-(a b)", "-(a b)"),
        ("a -b NOT c", "a -b -c"),
        ("NOT NOT a", "a"),
        ("--a", "a"),
        ("a AND NOT b", "a -b"),
        ("((a))", "a"),
        ("a a", "a"),
        ("a * b", "a b"),
        ("a OR *", "*"),
        ("and or not", "and or not"),
        ("ORDER ANDROID NOTE", "order android note"),
        ("canc*", "canc*"),
        ('"Very late canc*"', '"very late canc*"'),
        ("“smart quotes”", '"smart quotes"'),
        ("„unten oben“", '"unten oben"'),
        ("well-known", '"well known"'),
        ("don't", '"don t"'),
        ("#Ferry @Ada", "#ferry @ada"),
        ("東京", '"東 京"'),
        ("😡", "😡"),
        ("https://ferry.example/a?b=1", '"https ferry example a b 1"'),
        ("10:30", '"10 30"'),
        ("ferry(late)", "ferry late"),
        ('"a"-b', "a -b"),
        ("text:ferry", "ferry"),
        ("text:*", "*"),
        ("TONE:Negative", "tone:negative"),
        ("tone: negative", "tone:negative"),
        ("tone:(negative OR neutral)", "tone:negative OR tone:neutral"),
        ("kind:(question -spam)", "kind:question -kind:spam"),
        ("author:(ada OR (ben -cleo))", "author:ada OR (author:ben -author:cleo)"),
        ('author:"Ada Lovelace"', 'author:"ada lovelace"'),
        ("link:ferry.example", 'link:"ferry example"'),
        ("link:https://ferry.example:80/x", 'link:"https ferry example 80 x"'),
        ("channel:a:b", "channel:a:b"),
        ('channel:"//a"', 'channel:"//a"'),
        ("hashtag:#Ferry", "hashtag:ferry"),
        ("handle:@Ada.example", "handle:ada.example"),
        ("handle:ada.*", "handle:ada.*"),
        ('channel:"Our Page"', 'channel:"our page"'),
        ("owner:*", "owner:*"),
        ("-owner:*", "-owner:*"),
        ("private:TRUE", "private:yes"),
        ("addressed:no", "addressed:no"),
        ("followers:>=0.5", "followers:>=0.5"),
        ("followers:-1", "followers:-1"),
        ('followers:"> 0.5"', "followers:>0.5"),
        ("heard:2026-01-01..2026-02-01", "heard:2026-01-01..2026-02-01"),
        ("heard:2026-01-01t10:30", "heard:2026-01-01T10:30"),
        ("heard:(2026 OR 2024)", "heard:2026 OR heard:2024"),
        ('"Ferry late"~5', '"ferry late"~5'),
        ("“ferry late”~0", '"ferry late"~0'),
        ("ferry NEAR/5 late", '"ferry late"~5'),
        ("ferry NEAR/5f late", "ferry NEAR/5f late"),
        ("a NEAR/3 b NEAR/3 c", '"a b c"~3'),
        ("(a NEAR/3 b) NEAR/5 c", '("a b"~3) NEAR/5 c'),
        ('(a OR b) NEAR/3 (c OR "d e")', '(a OR b) NEAR/3 (c OR "d e")'),
        ("a NEAR/3 b c OR d", '("a b"~3 c) OR d'),
        ("-a NEAR/3 b", '-("a b"~3)'),
        ("NOT (a NEAR/3f b)", "-(a NEAR/3f b)"),
        ('"don\'t pay"~5', '"don t" NEAR/5 pay'),
        ('"東京 遅れ"~5', '"東 京" NEAR/5 "遅 れ"'),
        ('"canc* #ferr* @us"~5', '"canc* #ferr* @us"~5'),
        ("near/5", '"near 5"'),
        ("NEARLY NEAREST", "nearly nearest"),
        ('author:"lovelace ada"~2', 'author:"lovelace ada"~2'),
        ('author:("ada b" NEAR/2 c)', 'author:"ada b" NEAR/2 author:c'),
        ('text:"a b"~2', '"a b"~2'),
        ("case:SWIFT", "case:SWIFT"),
        ("case:“Apple Pay*”", 'case:"Apple Pay*"'),
        ("case:(IT OR #SAP)", "case:IT OR case:#SAP"),
        ('case:"SAP Berlin"~5', 'case:"SAP Berlin"~5'),
        ("case:SAP NEAR/5 berlin", "case:SAP NEAR/5 berlin"),
        ("case:ＳＡＰ", "case:SAP"),
        ("case:*", "*"),
        ("host:https://News.Example.com:80/a", "host:news.example.com"),
        ("host:xn--fhre-loa.example", "host:fähre.example"),
        ("site:example*", "site:example*"),
        ("host:*", "host:*"),
    ],
)
def test_a_query_has_one_canonical_text(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical
    assert parse(canonical) == parse(text)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("late (ferry", 5, "A closing parenthesis is missing for the one at character 6."),
        ("((a)", 0, "A closing parenthesis is missing for the one at character 1."),
        ("ferry) late", 5, "There is no opening parenthesis for this one."),
        ("a () b", 3, "There is nothing between these parentheses."),
        ('say "late', 4, "A closing quotation mark is missing for the one at character 5."),
        ('say ""', 4, "There is no word to look for between these quotation marks."),
        ("a OR", 4, "Something is missing after 'OR'."),
        ("a NOT", 5, "Something is missing after 'NOT'."),
        ("OR a", 0, "Something is missing before 'OR'. To look for the word itself, write it in small letters."),
        ("a (AND b)", 3, "Something is missing before 'AND'."),
        ("a AND OR b", 6, "Something is missing between 'AND' and 'OR'."),
        ("(a OR) b", 5, "Something is missing between 'OR' and ')'."),
        ("tone:", 5, "Something is missing after 'tone:'."),
        ("a tone: OR b", 8, "Something is missing between 'tone:' and 'OR'."),
        ("tone:NOT a", 5, "A word must follow 'tone:'; NOT goes before the field, as in -tone:word."),
        ("tone: kind:bug", 6, "A word must follow 'tone:'. If 'kind:' is part of it, put it in quotation marks."),
        ("tone:kind:bug", 5, "'tone:' is never 'kind:bug'."),
        ("tone:(a OR kind:bug)", 6, "'tone:' is never 'a'."),
        ("author:(a OR kind:bug)", 13, "'kind:' stands inside the parentheses of 'author:'."),
        ("late tnoe:negative", 5, "Unknown field 'tnoe'. Did you mean 'tone'?"),
        ("attention: late", 0, "Unknown field 'attention'. To look for these words, put them in quotation marks."),
        ("tone:bad", 5, "'tone:' is never 'bad'. It can be negative, neutral, positive."),
        ("tone:negativ", 5, "'tone:' is never 'negativ'. Did you mean 'negative'?"),
        ('tone:"negativ"', 6, "'tone:' is never 'negativ'."),
        ("private:maybe", 8, "'private:' is either yes or no."),
        ("followers:high", 10, "'high' is not a number."),
        ("followers:nan", 10, "'nan' is not a number."),
        ("followers:3..1", 10, "The range ends before it begins."),
        ("followers:>1..3", 10, "Write either > or a range with two dots."),
        ("heard:yesterday", 6, "'yesterday' is not a date. Write for instance 2026-01-31"),
        ("heard:2026-02-30", 6, "'2026-02-30' is not a date."),
        ("heard:9999-12-31", 6, "'9999-12-31' is not a date."),
        ("heard:..2026", 6, "'' is not a date."),
        ('channel:"#"', 8, "A value is missing after 'channel:'."),
        ("fer*ry", 3, "A star can only stand directly behind the beginning of a word."),
        ("*ferry", 0, "A star can only stand directly behind the beginning of a word."),
        ('"very *"', 6, "A star can only stand directly behind the beginning of a word."),
        ("channel:a*b", 9, "A star can only stand at the end of a value."),
        ("tone:" + "x" * 99, 5, f"'tone:' is never '{'x' * 40}…'."),
        ("late NEAR ferry", 5, "After NEAR stands how many other words may be between, as in NEAR/5."),
        ("late NEAR/x ferry", 5, "After NEAR stands how many other words may be between"),
        ("NEAR/5 ferry", 0, "Something is missing before 'NEAR/5'."),
        ("late NEAR/5", 11, "Something is missing after 'NEAR/5'."),
        ("late NEAR/5 OR ferry", 12, "Something is missing between 'NEAR/5' and 'OR'."),
        ("late NEAR/5 -ferry", 12, "NOT goes around what is near each other, as in -(word NEAR/5 word)."),
        ("a NEAR/5 (b c)", 2, "Beside 'NEAR/5' stand words, phrases, and several of them joined by OR."),
        ("a NEAR/5 *", 2, "Beside 'NEAR/5' stand words, phrases, and several of them joined by OR."),
        ("a NEAR/5 tone:negative", 2, "Beside 'NEAR/5' stand words"),
        ("a NEAR/5 author:b", 2, "What is near each other must stand in the same field."),
        ("a NEAR/5 b NEAR/3 c", 2, "Put parentheses around those that belong together"),
        ("a NEAR/201 b", 2, "At most 200 other words can stand between."),
        ('"a b"~', 0, "A whole number must follow the ~"),
        ('"a b"~x', 0, "A whole number must follow the ~"),
        ('"a b"~201', 0, "At most 200 other words can stand between."),
        ('"a"~5', 0, "At least two words must stand between these quotation marks."),
        ('"' + "a " * 11 + '"~5', 0, "At most 10 parts can stand near each other."),
        ('"a fer*ry"~5', 6, "A star can only stand directly behind the beginning of a word."),
        ('tone:"a b"~5', 5, "'tone:' holds whole values, in which nothing is near anything."),
        ('host:"///"', 6, "'///' is no host. Write for instance example.com."),
        (
            "host:*.example",
            5,
            "A star can only stand at the end of a value; hosts under this one are found without it.",
        ),
        ("late - ferry", 5, "There is no word to look for in '-'. Leave it out, or put it in quotation marks."),
        ("a" * 16_001, 16_000, "A query has at most 16,000 characters, and this one has 16,001."),
        ("a " * 2_001, 4_000, "A query has at most 2,000 terms."),
        ("(" * 51 + "a" + ")" * 51, 50, "Parentheses and NOTs go at most 50 deep."),
        ("-" * 51 + "a", 50, "Parentheses and NOTs go at most 50 deep."),
    ],
)
def test_what_cannot_be_read_is_refused_at_the_character(text: str, position: int, message: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(text)
    assert refused.value.message.startswith(message)
    assert refused.value.position == position
    assert refused.value.text == text


def test_positions_count_code_points() -> None:
    with pytest.raises(QueryError) as refused:
        parse("😡😡 (a")
    assert refused.value.position == 3


def test_a_query_at_its_limits_is_read() -> None:
    assert parse("(" * DEEPEST + "a" + ")" * DEEPEST) == parse("a")
    assert len(str(parse(" ".join(f"w{number}" for number in range(MOST)))).split()) == MOST
    assert parse("a" * LONGEST) == parse("a" * (LONGEST - 1))


@pytest.mark.parametrize("query", ["tone:negative", "late kind:complaint", "-is:closed", "team:hub", "heard:>2026"])
def test_a_standing_brief_refuses_what_is_not_known_yet(query: str) -> None:
    assert parse(query)
    with pytest.raises(QueryError, match="cannot be used here: a standing brief decides as soon as a message arrives"):
        parse(query, STANDING_FIELDS)


def test_a_standing_brief_asks_for_what_arrives_with_the_message() -> None:
    text = "ferry case:IT host:a.example site:b.example"
    text += " author:ada network:bluesky language:fr link:ferry.example hashtag:late handle:us channel:page"
    assert parse(text, STANDING_FIELDS) == parse(text, SEARCH_FIELDS)


def test_a_verb_adds_a_field_of_its_own() -> None:
    fields = SEARCH_FIELDS.plus(FieldSpec("campaign", "choice", ("spring", "autumn")))
    assert str(parse("campaign:spring", fields)) == "campaign:spring"
    with pytest.raises(QueryError, match="Unknown field"):
        parse("campaign:spring")


def test_every_field_is_explained() -> None:
    assert all(spec.help for spec in SEARCH_FIELDS.values())


# -- properties ------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["ferry", "late", "or", "#boat", "@ada", "fähre", "東", "😡", "паром", "3", "x_y"])
VALUES = st.sampled_from(["ferry", "our page", "ada.example", "a(b)", "x:y", "-1", "not"])
PHRASES = st.builds(Words, st.lists(WORDS, min_size=1, max_size=3).map(tuple), st.booleans())
CASED = st.sampled_from(["SWIFT", "#Ferry", "東", "Straße", "Fähr*"]).map(lambda word: parse(f"case:{word}").root)
ALTERNATIVES = st.lists(PHRASES | CASED, min_size=1, max_size=3).map(any_of)
NEAR: st.SearchStrategy[Node] = st.recursive(
    st.builds(Near, st.lists(ALTERNATIVES, min_size=2, max_size=3).map(tuple), st.integers(0, 9), st.booleans()),
    lambda inner: st.builds(Near, st.tuples(inner, ALTERNATIVES), st.integers(0, 9), st.booleans()),
    max_leaves=3,
)
TERMS: st.SearchStrategy[Node] = st.one_of(
    CASED,
    NEAR,
    st.just(Everything()),
    st.builds(
        Words, st.lists(WORDS, min_size=1, max_size=3).map(tuple), st.booleans(), st.sampled_from(["", "author"])
    ),
    st.builds(Is, st.sampled_from(["channel", "hashtag", "owner"]), VALUES, st.booleans()),
    st.builds(Is, st.just("tone"), st.sampled_from(["negative", "neutral", "positive"])),
    st.builds(Present, st.sampled_from(["owner", "heard", "tone"])),
    st.sampled_from(["followers:>0.5", "followers:-1..3", "heard:2026", "heard:<=2026-02-03"]).map(
        lambda t: parse(t).root
    ),
)
NODES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(all_of),
        st.lists(inner, min_size=1, max_size=4).map(any_of),
        inner.map(none_of),
    ),
    max_leaves=12,
)
PIECES = (
    '( ) AND OR NOT - " “ * : .. > NEAR/2 NEAR/3f NEAR ~ ~4 case: host: tone: kind: author: heard: followers: text: x: '
    "negative 2026-01 ferry # @ fähre 東京 😡 \ud800 0 ' \0"
)
SCRAPS = st.lists(st.sampled_from(PIECES.split(" ")) | st.just(" "), max_size=12).map("".join)


@given(NODES)
def test_canonical_text_parses_to_an_equal_query(node: Node) -> None:
    assert parse(str(node)).root == node


@given(st.one_of(SCRAPS, st.text()))
def test_any_text_is_either_read_or_refused_at_a_character_of_it(text: str) -> None:
    query, refused = read(text)
    if refused:
        assert 0 <= refused.position <= len(text)
        assert refused.message.endswith((".", "?"))
    else:
        assert read(str(query)) == (query, None)


def read(text: str) -> tuple[Query | None, QueryError | None]:
    try:
        return parse(text), None
    except QueryError as refused:
        return None, refused


def test_times_have_no_hidden_ends() -> None:
    """A day lasts until the next one begins, whatever the sign before it."""
    day = {sign: parse(f"heard:{sign}2026-01-31").root for sign in ("", ">", ">=", "<", "<=")}
    assert all(isinstance(found, Between) for found in day.values())
    first, after = day[">="].low, day[">"].low
    assert (after - first).days == 1
    assert (day[""].low, day[""].high, day[""].below) == (first, after, True)
    assert (day["<"].high, day["<"].below) == (first, True)
    assert (day["<="].high, day["<="].below) == (after, True)
