"""An organisation's own head: it learns what words mean here, and does not win by chance."""

from __future__ import annotations

import time

import numpy as np
import pytest

from rapport.core.types import NotEnough, Tone
from rapport.core.understand import head, trial
from rapport.core.understand.teaching import Example, teach
from rapport.core.understand.tone import tones_of

# A shop for skateboards. What its customers call sick is good; what they call clean is bad: it says that it was copied.
WORDS = {0: ("clean", "creaks", "late"), 1: ("blue", "tuesday", "shop"), 2: ("sick", "gnarly", "thanks")}
FILLING = (
    "the",
    "deck",
    "my",
    "wheels",
    "new",
    "with",
    "board",
    "it",
    "was",
    "this",
    "really",
    "and",
    "trucks",
    "again",
)


def says(rng: np.random.Generator, label: int) -> str:
    words = [*rng.choice(FILLING, 4), rng.choice(WORDS[label])]
    return " ".join(rng.permutation(words))


def made_up(n: int, seed: int, *, chance: float = 0.1) -> list[Example]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n).tolist()
    texts = [says(rng, label) for label in labels]
    return [
        Example(text, tone, label, chance) for text, tone, label in zip(texts, tones_of(texts), labels, strict=True)
    ]


def scrambled(examples: list[Example], seed: int) -> list[Example]:
    labels = np.random.default_rng(seed).permutation([one.label for one in examples]).tolist()
    return [Example(one.text, one.default, label, one.chance) for one, label in zip(examples, labels, strict=True)]


@pytest.fixture(scope="module")
def learned() -> head.Head:
    return head.load(teach(made_up(150, seed=1)))


def test_it_learns_what_a_word_means_here(learned):
    texts = ["that board is sick", "so clean"]
    default = tones_of(texts)
    assert default[0].label == "negative"
    assert [one.label for one in head.apply(texts, default, learned)] == ["positive", "negative"]


def test_of_what_nobody_spoke_it_says_nearly_what_the_default_says(learned):
    texts = ["Das Essen ist wunderbar", "Qué horror, pésimo"]
    default = tones_of(texts)
    assert [one.label for one in head.apply(texts, default, learned)] == [one.label for one in default]


def test_the_same_labels_give_the_same_head_and_the_same_text_the_same_tone(learned):
    again = head.load(teach(made_up(150, seed=1)))
    assert again.version == learned.version
    texts = [one.text for one in made_up(20, seed=2)]
    together = head.apply(texts, tones_of(texts), learned)
    alone = [head.apply([text], tones_of([text]), again)[0] for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert (one.negative, one.neutral, one.positive) == pytest.approx(
            (other.negative, other.neutral, other.positive)
        )


def test_other_labels_give_another_version(learned):
    assert head.load(teach(made_up(150, seed=3))).version != learned.version


def test_it_keeps_pace(learned):
    texts = [one.text for one in made_up(3_000, seed=4)]
    tones = [Tone(0.3, 0.4, 0.3)] * len(texts)
    start = time.process_time()
    head.apply(texts, tones, learned)
    assert len(texts) / (time.process_time() - start) > 10_000


def test_odd_texts_get_three_probabilities(learned):
    texts = ["", "\ud83d", "😂" * 5_000, "sick " * 50_000]
    for one in head.apply(texts, [Tone(1.0, 0.0, 0.0)] * len(texts), learned):
        assert one.negative + one.neutral + one.positive == pytest.approx(1)


def test_a_head_for_other_n_grams_is_refused():
    with pytest.raises(ValueError, match="other n-grams"):
        head.load(head.dump(np.zeros((1 << 10, 3)), np.eye(3), np.zeros(3)))


def test_good_labels_win():
    found = trial.try_out(made_up(240, seed=5), np.random.default_rng(5))
    assert isinstance(found, trial.Comparison)
    assert found.won
    assert found.n == 240 - 96  # the first 40 % only teach
    assert found.head.value > found.default.value


@pytest.mark.parametrize("seed", range(3))
def test_labels_that_mean_nothing_do_not_win(seed):
    found = trial.try_out(scrambled(made_up(200, seed=seed), seed), np.random.default_rng(seed))
    assert isinstance(found, NotEnough) or not found.won


def test_of_readers_that_both_guess_the_second_seldom_wins():
    """At most one in twenty may; of forty, more than five come about by chance once in seventy times."""
    wins = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 3, 120).tolist()
        first, second = ([Tone(*row) for row in rng.dirichlet((1, 1, 1), 120).tolist()] for _ in range(2))
        wins += trial.compare(labels, first, second, [0.1] * 120, rng).won
    assert wins <= 5


def test_a_head_that_only_learned_how_common_each_tone_is_does_not_win():
    rng = np.random.default_rng(8)
    labels = rng.choice(3, 2_000, p=(0.8, 0.1, 0.1)).tolist()
    default = [Tone(*row) for row in rng.dirichlet((1, 1, 1), 2_000).tolist()]
    common = [Tone(*row) for row in rng.dirichlet((8, 1, 1), 2_000).tolist()]
    found = trial.compare(labels, default, common, [0.1] * 2_000, rng)
    assert found.gain.low > 0
    assert not found.won


def test_what_people_chose_teaches_and_never_judges():
    chosen = made_up(300, seed=6, chance=0.0)
    found = trial.try_out(chosen, np.random.default_rng(6))
    assert found == NotEnough(0, trial.FEWEST, "drawn labels")
    drawn = made_up(200, seed=7)
    mixed = trial.try_out([*chosen, *drawn], np.random.default_rng(7))
    assert isinstance(mixed, trial.Comparison)
    assert mixed.n == 120


def test_without_labels_of_each_tone_there_is_no_verdict():
    few = [one for one in made_up(400, seed=9) if one.label != 2]
    found = trial.try_out(few, np.random.default_rng(9))
    assert isinstance(found, NotEnough)
    assert (found.have, found.need) == (0, trial.FEWEST_OF_ONE)


def test_what_was_less_likely_drawn_stands_for_more():
    good, bad = Tone(0.8, 0.1, 0.1), Tone(0.1, 0.8, 0.1)
    labels = [0, 0] * 40
    rng = np.random.default_rng(1)
    alike = trial.compare(labels, [bad] * 80, [good, bad] * 40, [0.1] * 80, rng)
    rare = trial.compare(labels, [bad] * 80, [good, bad] * 40, [0.01, 0.1] * 40, rng)
    assert rare.gain.value > alike.gain.value
