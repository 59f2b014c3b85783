"""The card of the reader of kinds: on texts that no weight was learned from, and beside the cues alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from rapport.core.understand import kind
from rapport.core.understand.cues import finder
from rapport.core.understand.evaluation import ClassFigures, average_precision, calibration_error, judge_sets
from rapport.core.understand.grams import BATCH
from rapport.core.understand.kind import LEARNED, kinds_of
from rapport.sample.story import simulate
from training.kind import ELSEWHERE
from training.kinds import Kinded, airline_talks, parts, questioned, telephone_bank, without_mark
from training.pace import speed
from training.tone_card import vader

FEWEST = 10
"""Texts of a kind that a row needs."""
SAMPLE_UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Texts of one source of which it is known whether they are of a kind."""

    source: str
    kind: str
    texts: Sequence[str]
    truth: Sequence[bool]

    def figures(self, reader: Callable[[Sequence[str]], Sequence[Sequence[str]]]) -> ClassFigures:
        found = [{self.kind} & set(kinds) for kinds in reader(self.texts)]
        return judge_sets([{self.kind} if true else set() for true in self.truth], found).per_class[self.kind]

    def probabilities(self) -> np.ndarray:
        batches = [self.texts[start : start + BATCH] for start in range(0, len(self.texts), BATCH)]
        rows = np.concatenate([kind.probabilities(batch, kind.weights()) for batch in batches])
        return rows[:, LEARNED.index(self.kind)]


@lru_cache(maxsize=1)
def held_out() -> list[Kinded]:
    return [*parts()[1], *airline_talks(), *telephone_bank()]


def evidence() -> Iterator[Evidence]:
    """By kind, every source of which enough is known. Question marks are taken out where they are what is asked for."""
    for name in LEARNED:
        items = [questioned(item) if name == "question" else item for item in held_out()]
        for source in dict.fromkeys(item.source for item in items):
            known = [item for item in items if item.source == source and name in item.marks]
            truth = [item.marks[name] for item in known]
            if FEWEST <= sum(truth) < len(truth):
                yield Evidence(source, name, [item.text for item in known], truth)


def by_cues(texts: Sequence[str]) -> list[set[str]]:
    """What the lists of cues and a question mark alone say: the reader as it was before it learned."""
    find = finder(kind.CUES)
    return [set(find(text)) | ({"question"} if "?" in text else set()) for text in texts]


def by_vader(texts: Sequence[str]) -> list[set[str]]:
    """VADER's negative as complaint, its positive as praise."""
    return [{("complaint", "other", "praise")[row.argmax()]} for row in vader(texts)]


def kind_card(texts: Sequence[str]) -> str:
    rows = list(evidence())
    return f"""# Kind: {kind.version()}

{", ".join(kind.KINDS)}.
A message may be of several, and is "other" when nothing speaks for one.

{", ".join(LEARNED)}: each has a probability of its own.
Logistic regression on {len(kind.SIGNS)} signs (how the text sounds by the reader of tone, the lists of cues, whether
it begins like a question) and, for what these leave open, on hashed word and character n-grams, one signed byte per
weight. Made by `training/kind.py`; only hashed weights are kept, no text. Beside that a cue of the lists (`CUES` in
`rapport/core/understand/kind.py`: English, German, French, Spanish, Italian) or a question mark says it outright.

job, spam: rules alone, for want of labels: the lists; {kind.SPAM_LINKS} links or {kind.SPAM_HASHTAGS} hashtags are
spam too, and what the reader of spam is sure of.

**What the labels say, and what we take them for.** None was made for these kinds.

{_MEANINGS}

**On texts that no weight was learned from.** Airline tweets from 23 February 2015 on; the test parts of the banking,
assistant, shop and telephone sets; of the others a quarter by a hash. A text that is also in the training by its
letters was taken out of it. For "question" the question marks are taken out of the texts, and whether there was one is
what is to be found. AP is the area under precision and recall. "Cues" is the reader without what it learned; VADER
takes negative for complaint and positive for praise.

| kind | source | texts | of the kind | precision | recall | F1 | AP | cues: precision | recall | F1 | VADER: F1 |
|---|---|---|---|---|---|---|---|---|---|---|---|
{chr(10).join(map(_row, rows))}

**On a source of which nothing was learned at all**: the same test parts, read with weights that were made without the
source, calibration and threshold included. This is what to expect of a new customer's texts.

| kind | source left out | texts | of the kind | precision | recall | F1 | AP |
|---|---|---|---|---|---|---|---|
{chr(10).join(_elsewhere())}

**False alarms**: the share of texts of a source of which hardly any can be of the kind that are found to be of it all
the same; shipped weights, test parts. "Neutral" and "positive" are tweets about everything, in eight languages.

| kind | from probability | neutral | positive | calibration error |
|---|---|---|---|---|
{chr(10).join(_alarms(rows))}

**By language.** Labels are in English only. Questions can be judged in seven languages by their marks, taken out
(UMSAB, test part); everything else only on {len(_made_up()):,} texts that we made up ourselves for the sample, each
with one kind that it was written for (what else a text may be is not known, so precision is too low).

| language | kind | texts | of the kind | precision | recall | F1 | cues: F1 |
|---|---|---|---|---|---|---|---|
{chr(10).join(_languages())}

Speed on one core: about {speed(kinds_of, texts):,} texts a second.

Sources: us_airline (no licence stated), Maalej's reviews of apps (no licence stated), BANKING77 and NLU++ (CC BY 4.0),
CLINC150 (CC BY 3.0), Bitext's customer support sample (CDLA-Sharing 1.0), purchase intention tweets (MIT), Sanders'
corpus (no licence stated), reviews of goods rated for VADER (MIT), SemEval 2013-2016 (Twitter's terms), UMSAB
(Apache-2.0 for the collection, Twitter's terms). TwACS airline talks (CC BY-NC-SA 4.0) and NLU++ are judged on, nothing
is made from them.

**Known failures**
- For job and other there is no figure here; for idea there is one source, so nothing shows how it does elsewhere.
- Lead: the labels are weak (whoever praises his telephone counts as a buyer) and do not carry from one domain to the
  next; what is found is little more often right than chance where buyers are rare.
- Complaint leans to finding too much, since one that is missed costs more: see the false alarms above.
- Praise finds greetings too: "Good morning" sounds as those do who are pleased with somebody.
- A rhetorical question counts as a question, since its mark does.
- Negative or positive tweets about everything are not known to be complaint or praise of anybody; many are found as
  such.
- Spam by behaviour (rate, duplicates, new accounts) is not looked at.
"""


_MEANINGS = """| kind | positive in | which there says |
|---|---|---|
| question | any source with punctuation, its marks taken out | a question mark stood there |
| question | talks to a bank | one of the intents asks (how, when, why, how much, request for information) |
| complaint | airline tweets, tweets about firms | the tone is negative |
| complaint | app reviews, reviews of goods | one or two stars; rated -0.8 or less |
| complaint | patterns of a shop | the intent is to complain (made by a machine) |
| praise | airline tweets, tweets about firms | the tone is positive |
| praise | app reviews, reviews of goods | four or five stars, and a rating or experience; rated 0.8 or more |
| idea | app reviews | feature request |
| bug | app reviews | problem discovery |
| bug | questions to a bank, patterns of a shop | something of ours does not work: a card, registration, payment |
| lead | tweets about a telephone | wants to buy, or has bought (weak labels) |
| lead | bank, assistant, shop | wants a card; wants to book or order; the intent is to place an order |
| delivery | airline tweets | the main reason is late, cancelled or luggage |
| delivery | bank, assistant, shop | where a card, order, flight or bag is, or when and whereto it comes |"""


def _row(one: Evidence) -> str:
    ours, cues = one.figures(kinds_of), one.figures(by_cues)
    vaders = f"{one.figures(by_vader).f1:.3f}" if one.kind in ("complaint", "praise") else ""
    precision = average_precision(np.array(one.truth), one.probabilities())
    numbers = " | ".join([*_shown(ours), f"{precision:.3f}", *_shown(cues), vaders])
    return f"| {one.kind} | {one.source} | {len(one.texts):,} | {ours.texts:,} | {numbers} |"


def _elsewhere() -> Iterator[str]:
    for row in json.loads(ELSEWHERE.read_text("utf-8")):
        numbers = [row["precision"], row["recall"], row["f1"], row["average_precision"]]
        shown = " | ".join("-" if number is None else f"{number:.3f}" for number in numbers)
        yield f"| {row['kind']} | {row['source']} | {row['texts']:,} | {row['of_kind']:,} | {shown} |"


def _alarms(rows: Sequence[Evidence]) -> Iterator[str]:
    talk = [item for item in held_out() if item.source == "tweets about everything"]
    found = kinds_of([item.text for item in talk])
    for name, threshold in zip(LEARNED, kind.weights().thresholds):
        shares = []
        for tone in ("1", "2"):
            marked = [name in kinds for item, kinds in zip(talk, found) if item.note == tone and name in item.marks]
            shares.append(f"{sum(marked) / len(marked):.3f}" if marked else "-")
        mine = [one for one in rows if one.kind == name]
        sure = np.concatenate([one.probabilities() for one in mine])
        true = np.concatenate([np.array(one.truth) for one in mine])
        error = calibration_error(np.maximum(sure, 1 - sure), (sure >= 0.5) == true)
        yield f"| {name} | {threshold:.2f} | {' | '.join(shares)} | {error:.3f} |"


@lru_cache(maxsize=1)
def _made_up() -> list[tuple[str, str, str]]:
    """Text, language and kind of what others say in the sample, each text once."""
    world, truth = simulate(1, 1.0, SAMPLE_UNTIL)
    found = {}
    for heard in world.messages:
        if not heard.ours:
            meaning = truth.meanings[heard.message.network, heard.message.external_id]
            found[heard.message.text] = (heard.message.text, meaning.language, meaning.kind)
    return list(found.values())


def _languages() -> Iterator[str]:
    talk = [item for item in map(questioned, held_out()) if item.source == "tweets about everything"]
    for language in sorted({item.language for item in talk}):
        items = [item for item in talk if item.language == language]
        asked = Evidence("", "question", [item.text for item in items], [item.marks["question"] for item in items])
        yield _of_language(language, asked, "question, mark taken out")
    for language in ("en", "de", "fr", "es", "da"):
        items = [item for item in _made_up() if item[1] == language]
        for name in (*LEARNED, "job"):
            texts = [without_mark(text) if name == "question" else text for text, _, _ in items]
            made = Evidence("", name, texts, [of == name for _, _, of in items])
            if sum(made.truth) >= FEWEST:
                yield _of_language(language, made, f"{name}, made up{', mark taken out' * (name == 'question')}")


def _of_language(language: str, one: Evidence, name: str) -> str:
    ours, cues = one.figures(kinds_of), one.figures(by_cues)
    numbers = " | ".join([*_shown(ours), f"{cues.f1:.3f}"])
    return f"| {language} | {name} | {len(one.texts):,} | {ours.texts:,} | {numbers} |"


def _shown(figures: ClassFigures) -> list[str]:
    return [f"{value:.3f}" if value is not None else "-" for value in (figures.precision, figures.recall, figures.f1)]
