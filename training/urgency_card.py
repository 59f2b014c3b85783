"""The card of urgency and of the hints: rules without labels to judge them by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rapport.core.understand import hints, read, urgency
from training.data import Labelled, semeval, umsab, us_airline
from training.pace import speed

NEUTRAL_GROUND = "twitter-2015test-A.txt"


def urgency_card(texts: Sequence[str]) -> str:
    sources = {"airlines": list(us_airline()), "SemEval 2015, about everything": list(semeval(NEUTRAL_GROUND))}
    others = list(umsab("test"))
    for code in ("de", "es", "fr", "it"):
        sources[f"UMSAB {code}"] = [item for item in others if item.language == code]
    rows = "\n".join(row for name, items in sources.items() for row in _rows(name, items))
    return f"""# Urgency: {urgency.VERSION}

now, soon or normal, with the reasons. Rules, not a model: lists of words in English, German, French, Spanish and
Italian (`WORDS` in `rapport/core/understand/urgency.py`: despair, harm, law, press, theft, the clock), private data in
the open ({", ".join(sorted(urgency.EXPOSED))}), and an author with {urgency.FAR:,} followers or more who complains.
Despair and harm are "now"; so are two reasons together in a text that is negative with {urgency.NEGATIVE:.0%}. One
other reason is "soon". A clock that runs counts only where somebody asks, complains or waits for something.

**There are no labels for urgency**, so there is no precision and no recall here. What can be said is how often the
rules speak, and how the texts that they speak of were labelled for tone by people:

| texts | level | how many | share | negative by label | most common reasons |
|---|---|---|---|---|---|
{rows}

Hints at health, belief, politics, unions, love life and origin (`hints.py`; confidence {hints.CONFIDENCE}) belong to
the version of private data. They are no private data: nothing is hidden for them, and a person is asked to look. Nobody
labelled them either; in the airline tweets there are {_hinted(sources["airlines"])}.

Speed on one core: about {speed(lambda some: [urgency.urgency_of(text) for text in some], texts):,} texts a second
(hints: {speed(hints.hints_in, texts):,}).

**Known failures**
- Irony and figures of speech ("you are killing me", "the cabin exploded with laughter") that use a listed word count.
- What is urgent without a listed word ("my mother is alone at gate 12") is normal.
- All lists are tried on every text, whatever its language; a word of one may mean something else in another.
- Followers are known to who hears the message, not to the reader of its text: `read` takes them as 0.
"""


def _rows(name: str, items: Sequence[Labelled]) -> Iterator[str]:
    readings = read([item.text for item in items]).items
    for level in ("now", "soon", "normal"):
        which = [(one, item) for one, item in zip(readings, items) if one.urgency.level == level]
        reasons = Counter(reason for one, _ in which for reason in one.urgency.reasons).most_common(3)
        shown = ", ".join(f"{reason} {count}" for reason, count in reasons)
        negative = f"{sum(item.tone == 0 for _, item in which) / len(which):.0%}" if which else "-"
        yield f"| {name} | {level} | {len(which):,} | {len(which) / len(items):.2%} | {negative} | {shown} |"


def _hinted(items: Sequence[Labelled]) -> str:
    found = Counter(hint.kind for some in hints.hints_in([item.text for item in items]) for hint in some)
    return f"{found.total()} in {len(items):,} ({', '.join(f'{kind} {count}' for kind, count in found.most_common())})"
