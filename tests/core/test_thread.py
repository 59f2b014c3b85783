"""Which conversation a mail belongs to, whoever says so."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.route.thread import Claim, claim_of, join, keys

CLEO, BEN, EVE = "cleo@example.org", "ben@example.org", "eve@example.org"
QUESTION = Claim("q", CLEO, own="1@cleo", people=(BEN,))
ANSWER = Claim("q", "mailbox:us", own="2@us", answers=("1@cleo",), people=(CLEO,), ours=True)


def then(claim: Claim) -> tuple[str, bool, bool]:
    """Its thread, when it comes after the question and our answer; whether it is kept apart; whether it brings back."""
    before = join([QUESTION, ANSWER], {})
    joined = join([claim], {key: to for key, to in before.learnt.items() if key in keys([claim])})
    return joined.threads[0], 0 in joined.apart, 0 in joined.returned


@pytest.mark.parametrize("answers", [("1@cleo", "2@us"), ("2@us",), ("1@cleo",)])
def test_who_asked_joins_by_any_of_the_mails(answers: tuple[str, ...]) -> None:
    assert then(Claim("n", CLEO, own="3@cleo", answers=answers)) == ("q", False, False)


def test_who_was_sent_a_copy_joins() -> None:
    assert then(Claim("n", BEN, own="3@ben", answers=("1@cleo",))) == ("q", False, False)


def test_a_stranger_who_names_the_mails_of_others_stays_apart_and_it_is_told() -> None:
    assert then(Claim("n", EVE, own="3@eve", answers=("1@cleo", "2@us"))) == ("n", True, False)


def test_who_was_sent_a_copy_of_the_question_only_has_no_part_in_what_was_sent_to_another() -> None:
    assert then(Claim("n", BEN, own="3@ben", answers=("2@us",))) == ("n", True, False)


def test_who_may_not_be_who_it_says_stays_apart() -> None:
    assert then(Claim("n", CLEO, own="3@cleo", answers=("2@us",), doubted=True)) == ("n", True, False)


def test_a_mail_that_names_none_that_we_know_is_no_news() -> None:
    assert then(Claim("n", CLEO, own="3@cleo", answers=("9@elsewhere",))) == ("n", False, False)


def test_what_brings_back_an_answer_of_ours_joins_it_and_nothing_else_does() -> None:
    assert then(Claim("n", "mailer-daemon@example.org", own="3@mx", returns="2@us")) == ("q", False, True)
    assert then(Claim("n", "mailer-daemon@example.org", own="3@mx", returns="1@cleo")) == ("n", False, False)


def test_a_stranger_cannot_take_an_id_that_is_known() -> None:
    before = join([QUESTION, ANSWER], {})
    forged = join([Claim("e", EVE, own="1@cleo", people=(CLEO,))], before.learnt)
    assert forged.threads == ("e",)
    after = join([Claim("n", CLEO, own="3@cleo", answers=("1@cleo",))], {**forged.learnt, **before.learnt})
    assert after.threads == ("q",)


def test_a_network_that_keeps_threads_makes_no_claim() -> None:
    assert claim_of({"cid": "x"}, thread="t", speaker="s", ours=False) is None
    assert claim_of({"claim": {"own": "1@a", "answers": ["2@b"]}}, thread="t", speaker="s", ours=False) == Claim(
        "t", "s", own="1@a", answers=("2@b",)
    )


CHAIN = [
    Claim("a", CLEO, own="a"),
    Claim("b", CLEO, own="b", answers=("a",)),
    Claim("c", CLEO, own="c", answers=("a", "b")),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_arrival_does_not_split_a_conversation(order: tuple[int, ...]) -> None:
    known: dict[str, str] = {}
    threads = []
    for at in order:
        joined = join([CHAIN[at]], known)
        threads += joined.threads
        known |= joined.learnt
    assert len(set(threads)) == 1
    assert len(set(join([CHAIN[at] for at in order], {}).threads)) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from([CLEO, BEN]), st.integers(0, 6), st.lists(st.integers(0, 6), max_size=3)), max_size=8
    )
)
def test_who_has_no_part_never_enters(mails: list[tuple[str, int, list[int]]]) -> None:
    """Whatever is said between two people, a third who names any of their mails stays alone."""
    told = [
        Claim(f"t{at}", who, own=f"{own}@x", answers=tuple(f"{one}@x" for one in names), people=(CLEO, BEN))
        for at, (who, own, names) in enumerate(mails)
    ]
    joined = join([*told, Claim("alone", EVE, own="e@x", answers=tuple(f"{one}@x" for one in range(7)))], {})
    assert joined.threads[-1] == "alone"
    assert "alone" not in joined.threads[:-1]
    again = join([replace(claim) for claim in told], joined.learnt)
    assert again.threads == joined.threads[:-1]
