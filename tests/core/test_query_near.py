"""Words near each other: at most so many others from the first to the last, and every part in a place of its own."""

from __future__ import annotations

import time
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.query import Prepared, Query, explain, parse, tokens
from rapport.core.query.nodes import Near, Node, Or, Words, any_of
from rapport.core.types import Document

TEXT = "Late, said everybody, was the ferry; the captain of the ferry said nothing"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"late ferry"~4', True),
        ('"late ferry"~3', False),
        ('"ferry late"~4', True),
        ("late NEAR/4f ferry", True),
        ("ferry NEAR/4f late", False),
        ('"ferry ferry"~4', True),
        ('"ferry ferry"~3', False),
        ('"late late"~100', False),
        ('"said late ferry"~2', False),
        ('"said late ferry"~3', True),
        ('"the ferry" NEAR/0f said', True),
        ('("the captain" OR everybody) NEAR/2 ferry', True),
        ('("the captain" OR everybody) NEAR/0 nothing', False),
        ('("said nothing" OR everybody) NEAR/1 the', True),
        ('("said nothing" OR everybody) NEAR/0 the', False),
        ('("captain ferry"~2) NEAR/1f nothing', True),
        ('("captain ferry"~1) NEAR/1f nothing', False),
        ("capt* NEAR/2 ferr*", True),
        ('"capt* ferr*"~2', True),
    ],
)
def test_near_counts_the_words_that_belong_to_no_part(query: str, found: bool) -> None:
    assert parse(query).matches(Document(TEXT)) is found


def test_every_neighbourhood_is_explained_not_only_the_first() -> None:
    hits = explain(parse('"said ferry"~3'), Document(TEXT))
    assert [(hit.part, hit.start) for hit in hits] == [("said", 6), ("ferry", 30), ("ferry", 56), ("said", 62)]


WORDS = "abcd"
LEAVES = st.builds(Words, st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(tuple))
PARTS = st.lists(LEAVES, min_size=1, max_size=2).map(any_of)
NEAR = st.builds(Near, st.lists(PARTS, min_size=2, max_size=3).map(tuple), st.integers(0, 4), st.booleans())
TEXTS = st.lists(st.sampled_from(WORDS + "x"), max_size=12)


def spans(node: Node, text: list[str]) -> set[tuple[int, int]]:
    """Where a part stands, found by trying every place."""
    if isinstance(node, Or):
        return set().union(*(spans(part, text) for part in node.parts))
    if isinstance(node, Words):
        length = len(node.words)
        return {(i, i + length) for i in range(len(text)) if tuple(text[i : i + length]) == node.words}
    assert isinstance(node, Near)
    return {
        (min(start for start, _ in chosen), max(end for _, end in chosen))
        for chosen in product(*(spans(part, text) for part in node.parts))
        if allowed(node, chosen)
    }


def allowed(node: Near, chosen: tuple[tuple[int, int], ...]) -> bool:
    if any(a[0] < b[1] and b[0] < a[1] for a, b in permutations(chosen, 2)):
        return False
    if node.ordered and sorted(chosen) != list(chosen):
        return False
    covered = {place for start, end in chosen for place in range(start, end)}
    first, last = min(covered), max(covered)
    return last - first + 1 - len(covered) <= node.between


@settings(max_examples=400, deadline=None)
@given(NEAR, TEXTS)
def test_near_finds_what_trying_every_choice_finds(node: Near, text: list[str]) -> None:
    assert Query(node).matches(Document(" ".join(text))) == bool(spans(node, text))


@settings(max_examples=200, deadline=None)
@given(st.builds(Near, st.tuples(NEAR, PARTS), st.integers(0, 4), st.booleans()), TEXTS)
def test_near_inside_near_does_so_too(node: Near, text: list[str]) -> None:
    assert Query(node).matches(Document(" ".join(text))) == bool(spans(node, text))


@settings(max_examples=200, deadline=None)
@given(NEAR, TEXTS)
def test_an_explanation_points_at_the_words(node: Near, text: list[str]) -> None:
    heard = Prepared(Document(", ".join(text)))
    hits = explain(Query(node), heard)
    assert bool(hits) == Query(node).matches(heard)
    for hit in hits:
        assert str(Words(tuple(token.text for token in tokens(heard.document.text[hit.start : hit.end])))) == hit.part


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("a NEAR/50f b NEAR/50f c NEAR/50f d NEAR/50f e", "a d e " + "b c " * 20_000),
        ('"a b c d e f g"~200', "a b c d e f " * 5_000),
        ("(a OR b OR c) NEAR/100 (a OR b OR c) NEAR/100 z", "a b c " * 10_000),
        ('"a b" NEAR/100 "b c" NEAR/100 "c a" NEAR/100 z', "a b c " * 10_000),
        ('"a z"~200', "a " * 30_000 + "z"),
        ('("a b"~20) NEAR/100 z', "a b " * 10_000),
    ],
)
def test_no_text_takes_long(query: str, text: str) -> None:
    began = time.process_time()
    parse(query).matches(Document(text))
    assert time.process_time() - began < 5
