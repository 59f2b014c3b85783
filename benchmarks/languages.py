"""Readers of languages beside ours: each gives a code and a score for each text. Needs the dependency group `bench`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rapport.core.understand import language
from training.language_card import Guesses, ours

Engine = Callable[[Sequence[str]], Guesses]


def py3langid(texts: Sequence[str]) -> Guesses:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found = (identifier.classify(language.words(text)) for text in texts)
    return [(code, float(score)) for code, score in found]


def pycld2(texts: Sequence[str]) -> Guesses:
    """CLD2 has no probability: the share of the text counts, and half of it where the library calls it unreliable."""
    import pycld2 as cld

    found = []
    for text in texts:
        try:
            reliable, _, ((_, code, percent, _), *_) = cld.detect(language.words(text))
        except cld.error:  # it refuses some characters
            reliable, code, percent = False, language.UNKNOWN, 0
        found.append((code.split("-")[0], percent / (100 if reliable else 200)))
    return found


def lingua(texts: Sequence[str], *, low: bool = False) -> Guesses:
    from lingua import LanguageDetectorBuilder

    builder = LanguageDetectorBuilder.from_all_languages()
    detector = (builder.with_low_accuracy_mode() if low else builder).build()
    first = (detector.compute_language_confidence_values(language.words(text))[0] for text in texts)
    return [(one.language.iso_code_639_1.name.lower(), one.value) for one in first]


def lingua_low(texts: Sequence[str]) -> Guesses:
    return lingua(texts, low=True)


ENGINES: dict[str, Engine] = {
    "fastText (ours)": ours,
    "py3langid": py3langid,
    "CLD2": pycld2,
    "lingua, low accuracy": lingua_low,
    "lingua": lingua,
}
