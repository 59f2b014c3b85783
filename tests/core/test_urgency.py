"""Urgency, which explains itself; and hints at what the law protects especially."""

from __future__ import annotations

import pytest

from rapport.core.understand import read
from rapport.core.understand.hints import hints_in
from rapport.core.understand.urgency import WORDS, urgency_of


@pytest.mark.parametrize(
    ("text", "level", "reason"),
    [
        ("My son had an allergic reaction on board", "now", "harm"),
        ("Meine Mutter ist verletzt, hier ist niemand", "now", "harm"),
        ("Ma fille est blessée et saigne", "now", "harm"),
        ("Hay humo en la cabina", "now", "harm"),
        ("Ho bisogno di un'ambulanza", "now", "harm"),
        ("I want to die, nobody answers", "now", "despair"),
        ("You will hear from my lawyer", "soon", "law"),
        ("Ich gehe zur Verbraucherzentrale", "soon", "law"),
        ("Je vais porter plainte", "soon", "law"),
        ("Voy a poner una denuncia", "soon", "law"),
        ("Mi rivolgo al mio avvocato", "soon", "law"),
        ("I am a journalist and would like a comment", "soon", "press"),
        ("My account was hacked", "soon", "theft"),
        ("Stranded in Rome, where do I go?", "soon", "the clock"),
        ("my card is 4111 1111 1111 1111", "soon", "private data in the open"),
    ],
)
def test_a_reason_makes_it_urgent(text, level, reason):
    found = read([text]).items[0].urgency
    assert found.level == level
    assert reason in found.reasons


@pytest.mark.parametrize(
    "text",
    ["", "Thank you, Sue, that was lovely", "Looking forward to tonight", "This song is on fire", "The Suicide Squad"],
)
def test_without_a_reason_it_has_its_turn(text):
    found = read([text]).items[0].urgency
    assert (found.level, found.reasons) == ("normal", ())


def test_two_reasons_in_an_angry_text_make_it_now():
    text = "I am talking to my lawyer and to the press"
    assert urgency_of(text, negative=0.9).level == "now"
    assert urgency_of(text, negative=0.1).level == "soon"


def test_a_complaint_that_many_hear_is_urgent():
    assert urgency_of("Bad service", ["complaint"], reach=50_000).reasons == ("heard far",)
    assert urgency_of("Bad service", negative=0.9, reach=50_000).level == "soon"
    assert urgency_of("Lovely service", ["praise"], reach=50_000).level == "normal"
    assert urgency_of("Bad service", ["complaint"], reach=500).level == "normal"


def test_spam_is_never_urgent():
    assert urgency_of("URGENT! Your account was hacked", ["spam"]).level == "normal"


def test_every_reason_has_words_in_five_languages():
    for cues in WORDS.values():
        lines = [line for line in cues.splitlines() if line.strip()]
        starts = [line for line in lines if len(line) - len(line.lstrip()) == 8]
        assert len(starts) == 5


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("I am seven months pregnant and had to stand", "pregnant", "health"),
        ("Mein Vater sitzt im Rollstuhl", "Rollstuhl", "health"),
        ("Je suis musulmane et je porte le voile", "musulmane", "belief"),
        ("Soy lesbiana y me insultaron", "lesbiana", "love life"),
        ("Sono iscritto al sindacato", "sindacato", "union"),
    ],
)
def test_a_hint_names_the_word_and_its_category(text, word, kind):
    (first, *_) = hints_in([text])[0]
    assert (text[first.start : first.end], first.kind) == (word, kind)
    assert first.confidence < 0.5


@pytest.mark.parametrize(
    "text", ["Cancer research needs volunteers", "The union of the two routes", "Gay Street is closed"]
)
def test_a_word_about_nobody_in_particular_is_no_hint(text):
    assert hints_in([text]) == [()]


def test_a_hint_hides_nothing():
    reading = read(["My depression is back"]).items[0]
    assert [one.kind for one in reading.hints] == ["health"]
    assert reading.private == ()
