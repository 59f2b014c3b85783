"""Who may spend what until the platform counts anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.listen.budget import KEPT_BACK, Allowance, learn, spend

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = timedelta(minutes=5)
SOON = NOON + timedelta(minutes=2)


def left(remaining: float, limit: float = 100) -> Allowance:
    return Allowance(limit, remaining, SOON, WINDOW)


def spent(purpose: str, limit: float = 100) -> int:
    """How many calls one purpose gets out of a full count, when nobody else spends."""
    known, calls = left(limit, limit), 0
    while isinstance(after := spend(known, 1, purpose, NOON), Allowance):
        known, calls = after, calls + 1
    return calls


def test_answers_may_spend_everything_and_what_can_wait_less() -> None:
    assert {purpose: spent(purpose) for purpose in KEPT_BACK} == {
        "answer": 100,
        "listen": 90,
        "recheck": 70,
        "backfill": 50,
    }


def test_what_has_to_wait_waits_for_the_reset() -> None:
    assert spend(left(50), 1, "backfill", NOON) == timedelta(minutes=2)


@pytest.mark.parametrize("purpose", KEPT_BACK)
def test_a_limit_of_one_lets_everybody_through_once(purpose: str) -> None:
    assert spent(purpose, limit=1) == 1


def test_after_the_reset_everything_is_there_again_and_a_new_count_begins() -> None:
    known = spend(left(0), 1, "backfill", SOON)
    assert isinstance(known, Allowance)
    assert (known.remaining, known.resets_at) == (99, SOON + WINDOW)


def test_a_platform_that_only_asked_us_to_wait_is_waited_for_and_then_asked() -> None:
    unknown = Allowance(0, 0, SOON, WINDOW)
    assert spend(unknown, 1, "answer", NOON) == timedelta(minutes=2)
    assert spend(unknown, 1, "backfill", SOON) == unknown


def test_an_answer_that_took_its_time_gives_nothing_back_that_others_spent() -> None:
    assert learn(left(90), left(97), NOON).remaining == 90
    assert learn(left(97), left(90), NOON).remaining == 90


def test_a_new_count_is_taken_as_it_is_told() -> None:
    later = Allowance(300, 299, SOON + WINDOW, WINDOW)
    assert learn(left(3), later, NOON) == later


def test_a_refusal_without_numbers_stops_everybody_until_it_said() -> None:
    known = learn(left(80), Allowance(0, 0, SOON, timedelta(minutes=2)), NOON)
    assert (known.limit, known.remaining) == (100, 0)
    assert isinstance(spend(known, 1, "answer", NOON), timedelta)


@given(st.lists(st.sampled_from(sorted(KEPT_BACK)), max_size=300), st.integers(1, 200))
def test_never_more_is_spent_than_there_is(purposes: list[str], limit: int) -> None:
    known, calls = left(limit, limit), 0
    for purpose in purposes:
        after = spend(known, 1, purpose, NOON)
        if isinstance(after, Allowance):
            known, calls = after, calls + 1
    assert calls <= limit
    assert known.remaining == limit - calls
