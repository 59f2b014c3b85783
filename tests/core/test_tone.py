"""The reader of tone on texts that nobody expects, and what its training may not see."""

from __future__ import annotations

import time

import numpy as np
import pytest

from rapport.core.understand.tone import tones_of
from tests.core.unseen import DATA, letters

ODD = {
    "empty": "",
    "white space": " \n\t\u00a0 ",
    "one letter": "a",
    "emoji alone": "😂😂😂🤬👨‍👩‍👧‍👦🇮🇹" * 50,
    "marks piled up": "T̶̢̛h̷͎̄i̸͉͝s̵̖̈́ ̴̦̏i̶̺͠s̷͇̈́ ̵͚͘b̸̞̾a̷̮͒d̶̰̈" * 20,
    "nothing but marks": "\u0301" * 5_000,
    "written from the right": "\u202eThis is terrible\u202c \u2067مرحبا\u2069",
    "mixed scripts": "Здравствуйте ciao مرحبا नमस्ते 你好 שלום γειά",
    "letters of another script": "Тhis iѕ tеrriblе",
    "half a pair": "\ud83d alone \ude02",
    "zeros": "\x00\x00bad\x00",
    "a text without end": "terrible service " * 6_000,
    "a word without end": "a" * 100_000,
    "signs without end": "!?" * 50_000,
    "what grows when folded": "\ufdfa" * 100_000,
    "handles without end": "@" + "a." * 50_000,
}


class TestOddTexts:
    @pytest.mark.parametrize("text", ODD.values(), ids=ODD)
    def test_get_three_probabilities_in_bounded_time(self, text):
        start = time.process_time()
        [tone] = tones_of([text])
        assert time.process_time() - start < 2
        shares = np.array([tone.negative, tone.neutral, tone.positive])
        assert np.isfinite(shares).all()
        assert (shares >= 0).all()
        assert shares.sum() == pytest.approx(1)

    def test_do_not_change_the_reading_of_their_neighbours(self):
        alone = tones_of(["This is terrible"])[0]
        together = tones_of([*ODD.values(), "This is terrible", *ODD.values()])[len(ODD)]
        assert together == pytest.approx(alone)

    @pytest.mark.parametrize(
        "text",
        [
            "T̶h̶i̶s̶ i̶s̶ t̶e̶r̶r̶i̶b̶l̶e̶",
            "\u2067This is ter\u200brible\u2069",
            "This is ter\u00adrible\ufeff",
            "Ｔｈｉｓ ｉｓ ｔｅｒｒｉｂｌｅ",
        ],
        ids=["struck through", "parted unseen", "hyphened unseen", "wide"],
    )
    def test_cannot_hide_a_word(self, text):
        assert tones_of([text]) == tones_of(["This is terrible"])

    def test_with_nothing_to_read_are_neutral_and_not_surely_so(self):
        [tone] = tones_of([""])
        assert tone.label == "neutral"
        assert tone.neutral < 0.75


@pytest.mark.skipif(not (DATA / "semeval_2013_2016").is_dir(), reason="needs the data sets (RAPPORT_DATA)")
class TestWhatTheTrainingMayNotSee:
    def test_is_in_none_of_its_texts(self):
        from training.data import semeval, semeval_names, without

        test = {letters(item.text) for item in semeval("twitter-2016test-A.txt")} - {""}
        items = [item for name in semeval_names() for item in semeval(name)]
        kept = without(items, semeval("twitter-2016test-A.txt"))
        assert any(letters(item.text) in test for item in items)  # there is something to be taken out
        assert not [item for item in kept if letters(item.text) in test]
        assert len(kept) > 30_000

    def test_is_the_same_text_however_it_was_sent_on(self):
        from training.data import same

        long = "It was a lovely day by the sea, and the crew sang all the way back to the harbour"
        assert same(long) == same(f"RT @ana: {long.upper()}!!! 😂")
        assert same(long) & same(f"{long[:70]}… https://t.example/a")
        assert not same(long) & same("It was a lovely day by the sea")


def test_shuffled_labels_are_noticed_by_the_evaluation():
    from rapport.core.understand.evaluation import judge

    texts = ["I love it", "This is terrible", "thank you so much", "worst ever", "awful", "great"] * 20
    truth = ["positive", "negative", "positive", "negative", "negative", "positive"] * 20
    found = [tone.label for tone in tones_of(texts)]
    shuffled = np.random.default_rng(4).permutation(truth).tolist()
    assert judge(truth, found).average_recall > 0.9
    assert judge(shuffled, found).average_recall < 0.7
