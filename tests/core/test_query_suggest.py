"""Terms that would cut noise: found where there is something to find, and only there."""

from __future__ import annotations

from random import Random

import pytest

from rapport.core.proportion import wilson
from rapport.core.query import parse
from rapport.core.query.suggest import Judged, suggest, with_term
from rapport.core.types import Document, NotEnough, Span

WORDS = ("quay", "harbour", "crew", "ticket", "deck", "price", "cabin", "storm", "coffee", "captain", "queue", "board")


def wanted(n, *, text="", **fields):
    return Judged(Document(f"{text} {some(n)} ferry", fields=fields), noise=False)


def noise(n, *, text="", spans=(), **fields):
    return Judged(Document(f"{text} {some(1_000 + n)} ferry", spans, fields), noise=True)


def some(n):
    return " ".join(Random(n).sample(WORDS, 5))


def terms(query, judged):
    found = suggest(parse(query), judged)
    assert not isinstance(found, NotEnough)
    return [one.term for one in found]


GOOD = [wanted(n) for n in range(30)]


def test_below_twenty_judged_messages_it_says_how_many_there_are():
    assert suggest(parse("ferry"), GOOD[:19]) == NotEnough(19, 20, "judged matches")


@pytest.mark.parametrize("judged", [GOOD, [noise(n) for n in range(30)]], ids=["none", "all"])
def test_where_none_or_all_is_noise_no_term_helps(judged):
    assert terms("ferry", judged) == []


def test_verdicts_that_have_nothing_to_do_with_the_words_bring_no_suggestion():
    """At most one of twenty samples may bring one: of forty more than 7 in one of a thousand tests."""
    texts, brought = [one.document for one in [*GOOD, *(wanted(n) for n in range(30, 60))]], 0
    for seed in range(40):
        verdicts = Random(seed).sample([True] * 20 + [False] * 40, 60)
        judged = [Judged(text, noise=verdict) for text, verdict in zip(texts, verdicts, strict=True)]
        brought += bool(suggest(parse("ferry"), judged))
    assert brought <= 7


def test_the_same_texts_bring_one_when_noise_has_a_word_of_its_own():
    judged = [*GOOD, *(noise(n, text="regatta") for n in range(10))]
    (found,) = suggest(parse("ferry"), judged)
    assert (found.term, found.noise, found.wanted) == ("-regatta", 10, 0)
    assert (found.purity.value, found.purity.n) == (1.0, 10)
    assert found.purity.low == pytest.approx(wilson(10, 10).low)
    assert [found.cut.matches(one.document) for one in judged] == [one.noise for one in judged]


LINK = "https://lottery.example/win"
DRAW = (Span(0, len(LINK), "link", LINK),)


@pytest.mark.parametrize(
    ("term", "messages"),
    [
        ('-"world cup"', [noise(n, text="world cup") for n in range(10)]
         + [wanted(n, text=f"{word} of the") for word in ("world", "cup") for n in range(8)]),
        ("-#regatta", [noise(n, text="#regatta") for n in range(10)]),
        ("-host:lottery.example", [noise(n, text=LINK, spans=DRAW) for n in range(10)]),
        ('-author:"bot example"', [noise(n, author=("Bot", "bot.example")) for n in range(10)]),
        ("-宝く", [noise(n, text="宝く") for n in range(10)]),
    ],
    ids=["phrase", "hashtag", "host", "author", "script without spaces"],
)  # fmt: skip
def test_every_kind_of_term_is_found_and_can_be_read_again(term, messages):
    judged = [*GOOD, *messages]
    assert terms("ferry", judged) == [term]
    again = parse(with_term("ferry", term))
    assert [again.matches(one.document) for one in judged] == [not one.noise for one in judged]


def test_a_word_that_all_wanted_ones_have_is_required_where_noise_has_nothing_in_common():
    judged = [*(wanted(n, text="late") for n in range(20)), *(noise(n) for n in range(20))]
    assert terms("ferry", judged) == ["late"]


@pytest.mark.parametrize("query", ["ferry regatta", "ferry regat*", '"ferry regatta"~3', "ferry OR case:Regatta"])
def test_what_the_query_asks_for_is_never_suggested(query):
    judged = [*GOOD, *(noise(n, text="regatta") for n in range(10))]
    assert "-regatta" not in terms(query, judged)


def test_a_term_that_would_lose_too_many_wanted_ones_is_not_suggested():
    judged = [*(wanted(n, text="sale") for n in range(4)), *GOOD, *(noise(n, text="sale") for n in range(30))]
    assert terms("ferry", judged) == []
    assert terms("ferry", judged[1:]) == ["-sale"]


def test_what_cuts_only_what_another_cuts_already_is_left_out():
    judged = [*GOOD, *(noise(n, text="regatta sails" if n % 2 else "regatta") for n in range(20))]
    assert terms("ferry", judged) == ["-regatta"]


def test_the_order_of_the_messages_changes_nothing():
    judged = [*GOOD, *(noise(n, text="regatta") for n in range(8)), *(noise(n, text="lottery") for n in range(20, 29))]
    assert terms("ferry", judged) == terms("ferry", judged[::-1]) == ["-lottery", "-regatta"]


def test_of_ten_drawn_from_ten_the_share_is_known_and_of_more_it_lies_between():
    assert (wilson(3, 10, of=10).low, wilson(3, 10, of=10).high) == (0.3, 0.3)
    assert wilson(3, 10, of=20).high < wilson(3, 10).high
