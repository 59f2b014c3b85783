"""The card of the reader of spam."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rapport.core.understand import spam
from rapport.core.understand.evaluation import Evaluation, judge
from training.pace import speed
from training.spam import FEWEST, SET, Judged, airlines, dialogues, mails, sms, table, tweets

SOURCES = (sms, mails, airlines, tweets, dialogues)
TRAINED = ("SMS", "e-mail", "tweets to airlines")


def held_out() -> dict[str, list[Judged]]:
    """Per source what no weight was learned from."""
    found: dict[str, list[Judged]] = {}
    for source in SOURCES:
        items = list(source())
        name = items[0].source
        found[name] = [item for item in items if name not in TRAINED or not item.trains]
    return found


def evaluate(items: Sequence[Judged]) -> Evaluation:
    """A text counts as spam when the reader is sure."""
    found = spam.spam_of([item.text for item in items])
    truth = ["spam" if item.spam else "ham" for item in items]
    sure = [one.probability if one.sure else 1 - one.probability for one in found]
    return judge(truth, ["spam" if one.sure else "ham" for one in found], sure)


def spam_card(texts: Sequence[str]) -> str:
    rows = "\n".join(_rows())
    weights = spam.weights()
    seen = dict(
        zip(spam.SIGNS, table([item for s in (sms, mails, airlines) for item in s() if item.trains]).sum(axis=0))
    )
    signs = "\n".join(f"| {name} | {weight:+.2f} | {int(seen[name]):,} |" for name, weight in weights.signs.items())
    return f"""# Spam: {spam.version()}

A probability, up to {spam.REASONS} signs that speak for it most, and whether it is sure (from {weights.sure} on). Signs
are lists of words in five languages (`WORDS` in `rapport/core/understand/spam.py`) and forms; logistic regression
weighs them. Made by `training/spam.py`. What an author does (copies, pace) is judged apart, by limits:
docs/reference/noise.md.

**Made from** one half of the SMS Spam Collection (no licence stated), of SpamAssassin's public corpus (CC0 as stated;
subject and beginning of each mail) and of US airline tweets (no licence stated; none counted as spam). Only one weight
per sign is kept.

Tested on the other halves, and on two sets that nothing was learned from (SemEval twitter-2016test-A, and TwACS, CC
BY-NC-SA 4.0). "Taken" is the share of what is no spam that it is sure of all the same.

| tested on | texts | spam | precision | recall | taken | calibration error |
|---|---|---|---|---|---|---|
{rows}

| sign | weight | training texts that bear it |
|---|---|---|
{signs}

A sign that fewer than {FEWEST} of them bear has a weight of {SET:g} that was set, not learned.

Speed on one core: about {speed(spam.spam_of, texts):,} texts a second.

**Known failures**
- There is no labelled spam from social networks here: SMS and mails of twenty years ago are what could be had. Of
  today's kinds (coins, followers, "write to me on ...") there is no figure.
- For German, French, Spanish and Italian there is no figure at all.
- Copies of one advertisement may stand on both sides of the SMS, which flatters its recall.
- Spam that reads like a message ("check this out", and a link) has none of the signs. Newsletters that people asked
  for do.
"""


def _rows() -> Iterator[str]:
    for name, items in held_out().items():
        found, there = evaluate(items), Counter(item.spam for item in items)
        one = found.per_class.get("spam")
        precision, recall = ("-" if value is None else f"{value:.3f}" for value in (one.precision, one.recall))
        taken = found.confusion["ham"].get("spam", 0) / there[False]
        shown = (precision if there[True] else "-", recall, f"{taken:.2%}", f"{found.expected_calibration_error:.3f}")
        yield f"| {name} | {len(items):,} | {there[True]:,} | {' | '.join(shown)} |"
