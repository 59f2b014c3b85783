"""Which texts count as one, and what is set aside."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from rapport.core.types import Span
from rapport.core.understand.noise import ALIKE, Facts, keys, likeness, set_aside, signature

WORDS = [f"word{n}" for n in range(3_000)]


def text_of(draw: random.Random, length: int) -> list[str]:
    """The most frequent word makes up a fifteenth of it, as in people's texts."""
    return [WORDS[min(int(10 * draw.paretovariate(0.7)) - 10, 2_999)] for _ in range(length)]


def edited(draw: random.Random, text: list[str], edits: int) -> list[str]:
    """Words exchanged, left out or put in, at random places."""
    text = list(text)
    for _ in range(edits):
        place, what = draw.randrange(len(text)), draw.choice("xoi")
        text[place : place + (what != "i")] = [] if what == "o" else [draw.choice(WORDS)]
    return text


def found_again(edits: int, *, length: int = 30, times: int = 400) -> float:
    draw = random.Random(edits)
    hits = 0
    for _ in range(times):
        text = text_of(draw, length)
        one, other = signature(" ".join(text)), signature(" ".join(edited(draw, text, edits)))
        assert one is not None
        assert other is not None
        hits += bool(set(keys(one)) & set(keys(other))) and likeness(one, other) >= ALIKE
    return hits / times


@pytest.mark.parametrize(("edits", "least"), [(0, 1.0), (1, 0.99), (2, 0.95), (3, 0.75)])
def test_a_copy_with_a_few_words_changed_is_found_again(edits: int, least: float) -> None:
    assert found_again(edits) >= least


def test_a_text_of_which_half_was_written_anew_is_another_text() -> None:
    assert found_again(15) <= 0.01


def test_of_a_thousand_texts_by_different_people_no_two_count_as_one() -> None:
    draw = random.Random(7)
    signs = np.array([signature(" ".join(text_of(draw, draw.randrange(10, 60)))) for _ in range(1_000)])
    alike = sum(int(((signs[n + 1 :] == signs[n]).mean(axis=1) >= ALIKE).sum()) for n in range(999))
    assert alike == 0


def test_the_share_of_equal_numbers_estimates_the_share_of_common_pairs() -> None:
    draw = random.Random(3)
    off = []
    for _ in range(300):
        text = text_of(draw, 40)
        other = edited(draw, text, draw.randrange(20))
        pairs = [set(pairwise(one)) for one in (text, other)]
        one, two = signature(" ".join(text)), signature(" ".join(other))
        assert one is not None
        assert two is not None
        off.append(likeness(one, two) - len(pairs[0] & pairs[1]) / len(pairs[0] | pairs[1]))
    assert abs(np.mean(off)) < 0.01
    assert np.std(off) < 0.0625


def test_links_and_mentions_do_not_make_two_texts_of_one() -> None:
    said = "everybody should hear what this company does to its people on board"
    one = signature(f"@ada {said} x.example/1", (Span(0, 4, "mention"), Span(len(said) + 6, len(said) + 17, "link")))
    assert one is not None
    assert (one == signature(said)).all()


def test_scripts_without_spaces_are_compared_too() -> None:
    assert signature("東京の渡し船はまた遅れた、誰も理由を言わない") is not None


def test_the_same_text_gives_the_same_keys_for_ever() -> None:
    found = signature("the ferry at noon was late again and nobody told us why")
    assert found is not None
    assert keys(found)[0] == KEY
    assert all(0 <= key < 2**63 for key in keys(found))


KEY = 3211206803119762907


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (Facts(), None),
        (Facts(accounts=4), None),
        (Facts(accounts=5), "campaign"),
        (Facts(accounts=500, quotes_us=True), None),
        (Facts(repeated=5), "repetition"),
        (Facts(repeated=4, accounts=4), None),
        (Facts(posts=59), None),
        (Facts(posts=60), "machine"),
        (Facts(kinds=["spam"]), None),
        (Facts(kinds=["spam"], links=True), "spam"),
        (Facts(judged_spam="its mail server"), "spam"),
    ],
)
def test_what_is_set_aside_and_why(facts: Facts, why: str | None) -> None:
    reason = set_aside(facts)
    assert (reason and reason.why) == why
