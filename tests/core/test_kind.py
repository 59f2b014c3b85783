"""The reader of kinds: what it learned, what its lists say, and what its training may not see."""

from __future__ import annotations

import dataclasses
import io
from importlib import resources

import numpy as np
import pytest

from rapport.core.understand import kind
from rapport.core.understand.evaluation import judge_sets
from rapport.core.understand.kind import LEARNED, kinds_of
from tests.core.unseen import DATA, letters

SAID = [
    ("You people lost my suitcase and nobody answers the phone, worst airline", {"complaint"}),
    ("Stood in line for three hours because your staff could not be bothered", {"complaint"}),
    ("Love this app, so easy to use and a great help every day", {"praise"}),
    ("The crew on the boat today were wonderful, they really took care of us", {"praise"}),
    ("what time does the last ferry leave on sundays", {"question"}),
    ("how long does it take until my new card comes", {"question"}),
]


def content() -> dict[str, np.ndarray]:
    with np.load(resources.files("rapport.core.understand") / "models" / "kind.npz", allow_pickle=False) as file:
        return dict(file)


def packed(**parts: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **parts)
    return file.getvalue()


@pytest.mark.parametrize(("text", "kinds"), SAID)
def test_what_no_cue_says_is_found(text, kinds):
    assert kinds <= set(kinds_of([text])[0])


@pytest.mark.parametrize("text", ["", "😂", "Good morning from the harbour", "https://example.org/?refund=crash"])
def test_what_says_nothing_is_other(text):
    assert kinds_of([text]) == [("other",)]


def test_a_text_is_read_alike_alone_and_in_company():
    texts = [text for text, _ in SAID]
    assert kinds_of(texts * 200)[600:606] == [kinds_of([text])[0] for text in texts]


def test_each_kind_has_a_probability_and_a_threshold_of_its_own():
    model = kind.weights()
    found = kind.probabilities([text for text, _ in SAID], model)
    assert found.shape == (len(SAID), len(LEARNED))
    assert ((found >= 0) & (found <= 1)).all()
    assert ((model.thresholds > 0) & (model.thresholds < 1)).all()
    assert not np.allclose(found.sum(axis=1), 1)


def test_above_a_higher_threshold_less_is_found(monkeypatch):
    texts = [text for text, _ in SAID]
    model = dataclasses.replace(kind.weights(), thresholds=np.ones(len(LEARNED)))
    before = kinds_of(texts)
    monkeypatch.setattr(kind, "weights", lambda: model)
    assert sum(map(len, kinds_of(texts))) < sum(map(len, before))


@pytest.mark.parametrize("part", ["families", "signs", "kinds"])
def test_weights_for_other_n_grams_signs_or_kinds_are_refused(part):
    assert kind.load(packed(**content())).scale.shape == (len(LEARNED),)
    with pytest.raises(ValueError, match="other n-grams, signs or kinds"):
        kind.load(packed(**content() | {part: np.array(["another"])}))


def test_the_version_changes_with_the_weights():
    changed = content()
    changed["bias"] = changed["bias"] + 1
    assert kind.load(packed(**changed)).version != kind.load(packed(**content())).version


def test_the_file_of_weights_holds_no_text():
    parts = content()
    names = {"families", "signs", "kinds"}
    assert set(parts) == names | {"table", "scale", "sign_weights", "bias", "thresholds"}
    assert all(np.issubdtype(parts[name].dtype, np.number) for name in parts.keys() - names)


def test_scrambled_labels_are_noticed_by_the_evaluation():
    texts, truth = [text for text, _ in SAID] * 20, [kinds for _, kinds in SAID] * 20
    found = [{"complaint", "praise", "question"} & set(kinds) for kinds in kinds_of(texts)]
    scrambled = [truth[place] for place in np.random.default_rng(4).permutation(len(truth))]
    assert judge_sets(truth, found).macro_f1 > 0.8
    assert judge_sets(scrambled, found).macro_f1 < 0.6


@pytest.mark.skipif(not (DATA / "app_reviews_maalej").is_dir(), reason="needs the data sets (RAPPORT_DATA)")
class TestWhatTheTrainingMayNotSee:
    def test_is_in_none_of_its_texts(self):
        from training.kinds import SOURCES, parts

        train, test = parts([name for name in SOURCES if name != "tweets about everything"])
        held = {letters(item.text) for item in test} - {""}
        assert len(held) > 10_000
        assert not [item.text for item in train if letters(item.text) in held]

    def test_is_whatever_may_be_judged_on_alone(self):
        from training.kinds import SOURCES, airline_talks, telephone_bank

        for read in (airline_talks, telephone_bank):
            assert read not in SOURCES.values()
            assert all(item.test for item in read())
