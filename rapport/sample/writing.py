"""Scenes become texts here: in somebody's language and manner, at a channel's length, and never twice the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from random import Random

from rapport.core.types import Span
from rapport.sample.cast import CHANNELS, ORGANISATION
from rapport.sample.grammar import Choice, Line, expand, parse, slots
from rapport.sample.people import Person
from rapport.sample.scenes import SCENES

Facts = dict[str, str]
LIMITS = {"bluesky": 300, "mastodon": 500}
SOCIAL = tuple(LIMITS)
TRIES = 8  # how often a text is written anew when it happens to repeat another
HANDLES = {channel.slug: f"@{channel.handle}" for channel in CHANNELS if channel.slug in SOCIAL}
AFTER_THE_STORM = "storm"  # a line that names it cannot be said before it came


@dataclass(frozen=True, slots=True)
class Library:
    """One language: lines by topic, pools by name, and the words for dates and sums."""

    hearts: Mapping[str, tuple[Line, ...]]
    details: Mapping[str, tuple[Line, ...]]
    answers: Mapping[str, tuple[Line, ...]]
    pools: Mapping[str, tuple[Line, ...]]
    words: Mapping[str, str]


@cache
def library(language: str) -> Library:
    module = import_module(f"rapport.sample.texts.{language}")
    return Library(
        hearts={topic: _lines(text, "- ") for topic, text in module.SCENES.items()},
        details={topic: _lines(text, "+ ") for topic, text in module.SCENES.items()},
        answers={topic: _lines(text, "> ") for topic, text in module.SCENES.items()},
        pools={name: _lines(text, "") for name, text in module.POOLS.items()},
        words=module.WORDS,
    )


def _lines(text: str, mark: str) -> tuple[Line, ...]:
    return tuple(
        parse(line.removeprefix(mark)) for line in text.strip().splitlines() if line.startswith(mark) and line.strip()
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer answers. `mode`: answer, promise (of news), second (they added something), again (not content)."""

    asked: str
    mode: str = "answer"


@dataclass(slots=True)
class Writer:
    """Writes, and remembers what was written."""

    rng: Random
    written: set[str] = field(default_factory=set)

    # -- what others write -------------------------------------------------------------------------------------------

    def opening(self, person: Person, topic: str, tone: str, channel: str, facts: Facts, *, addressed: bool) -> str:
        """A message that begins a conversation."""
        compose = _COMPOSERS[channel]
        return self._new(lambda _: compose(self, person, topic, tone, facts, addressed), person.language)

    def follow_up(self, person: Person, pool: str, channel: str, facts: Facts) -> str:
        """A message within a conversation, from a pool such as `thanks` or `still`."""
        return self._new(lambda attempt: self._follow(person, pool, channel, facts, attempt), person.language)

    def article(self, language: str, topic: str, facts: Facts) -> str:
        """An item of a local paper: the headline, an empty line, what it says."""
        headline, body = self._heart(language, topic, facts).split(" | ", 1)
        return f"{headline}\n\n{capital(body)}"

    # -- what we write -----------------------------------------------------------------------------------------------

    def answer(self, manner: int, topic: str, channel: str, language: str, facts: Facts, reply: Reply) -> str:
        """Our answer; `manner` is the number of the member who writes. `facts` know `member`, and `due` if promised."""
        parts = [self._reply(topic, language, facts, reply)]
        if SCENES[topic].kind == "complaint" and reply.mode == "answer" and not _SORRY.search(parts[0][:60]):
            parts[:0] = [self.say("sorry", language, facts)] * (self.rng.random() < 0.5)
        if self.rng.random() < 0.4:
            parts.append(self.say("wave", language, facts))
        signature = _SIGNATURES[manner % len(_SIGNATURES)].format(**facts)
        greeting = (
            ""
            if facts["name"] in parts[0] or reply.mode in ("second", "again")
            else self._greeting(manner, language, facts)
        )
        if channel not in SOCIAL:
            pieces = (greeting, " ".join(parts), f"{facts['member']}\n{ORGANISATION.name}")
            return tidy("\n\n".join(piece for piece in pieces if piece), language)
        limit = LIMITS[channel]
        body = fit(parts, limit - len(signature) - 1)
        if greeting and len(greeting) + len(body) + len(signature) + 2 <= limit:
            body = f"{greeting} {body}"
        return tidy(f"{body} {signature}", language)

    def _reply(self, topic: str, language: str, facts: Facts, reply: Reply) -> str:
        """The line that has most to do with what was asked; where none has, one that says that it was looked into."""
        pools = library(language).pools
        if reply.mode != "answer":
            return self.say(reply.mode, language, facts)
        lines = library(language).answers[topic] or pools["resolved"]
        asked = _stems(reply.asked) - _stems(" ".join(facts.values()))
        shared = {line: len(asked & _stems(_plain(line))) for line in lines}
        best = max(shared.values())
        if best == 0 and SCENES[topic].kind in _UNSPECIFIC and self.rng.random() < 0.85:
            return self.say(_UNSPECIFIC[SCENES[topic].kind], language, facts)
        close = tuple(line for line, count in shared.items() if count == best)
        return capital(self._expand(self._allowed(close, facts), language, facts))

    def _greeting(self, manner: int, language: str, facts: Facts) -> str:
        greetings = library(language).pools["greeting"]
        return capital(self._expand(greetings[manner % len(greetings)], language, facts))

    # -- lines -------------------------------------------------------------------------------------------------------

    def say(self, pool: str, language: str, facts: Facts) -> str:
        return capital(self._expand(self._allowed(library(language).pools[pool], facts), language, facts))

    def _heart(self, language: str, topic: str, facts: Facts) -> str:
        return capital(self._expand(self._allowed(library(language).hearts[topic], facts), language, facts))

    def _details(self, language: str, topic: str, facts: Facts, most: int) -> list[str]:
        lines = library(language).details[topic]
        chosen = self.rng.sample(lines, min(most, len(lines)))
        return [capital(self._expand(line, language, facts)) for line in chosen]

    def _allowed(self, lines: tuple[Line, ...], facts: Facts) -> Line:
        """Draw a line; one that names the storm only when `facts` say that it came."""
        if "stormy" not in facts:
            lines = tuple(line for line in lines if AFTER_THE_STORM not in _slots(line)) or lines
        return self.rng.choice(lines)

    def _expand(self, line: Line, language: str, facts: Facts) -> str:
        def know(name: str) -> str:
            if name not in facts:
                said = self._expand(self.rng.choice(library(language).pools[name]), language, facts)
                if name.endswith("_more"):
                    return said
                facts[name] = said
            return facts[name]

        return expand(line, self.rng, know)

    # -- whole texts -------------------------------------------------------------------------------------------------

    def _new(self, write: Callable[[int], str], language: str) -> str:
        """Write until it is none of what was written before; `write` is told which attempt it is."""
        for attempt in range(TRIES):
            text = tidy(write(attempt), language)
            if text not in self.written:
                break
        self.written.add(text)
        return text

    def _mood(self, person: Person, topic: str, tone: str, facts: Facts) -> list[str]:
        """The sentence that says how somebody feels, where the heart of the text does not, or now and then anyway."""
        if tone == "neutral":
            return []
        must = tone not in SCENES[topic].carried
        if not must and self.rng.random() > 0.16:
            return []
        sad = "sour" if SCENES[topic].kind in ("complaint", "bug") else "cross"
        return [self.say(sad if tone == "negative" else "sweet", person.language, facts)]

    def _private(self, person: Person, topic: str, facts: Facts, share: float) -> list[str]:
        if topic in ("refund", "change", "pay", "lost", "hotline") and self.rng.random() < share:
            return [self.say("private", person.language, facts)]
        return []

    def _post(self, person: Person, topic: str, tone: str, facts: Facts, addressed: bool, channel: str) -> str:
        rng, language = self.rng, person.language
        parts = [self._heart(language, topic, facts)]
        parts += self._mood(person, topic, tone, facts)
        if topic != "spam":
            parts += self._private(person, topic, facts, 0.06)
            appetite = {"terse": 0.05, "rambling": 0.9}.get(person.manner, 0.38)
            if rng.random() < appetite:
                parts += self._details(language, topic, facts, 1)
            if SCENES[topic].kind in ("question", "lead", "job") and rng.random() < 0.14:
                parts.append(self.say("please", language, facts))
            if rng.random() < (0.5 if person.manner == "polite" else 0.07):
                hello = self.say("hello", language, facts)
                parts[0] = f"{hello} {after(hello, parts[0], facts)}"
        ending = self._tags(person, facts, 0.75 if person.manner == "tagging" else 0.12)
        if not addressed and not any("merrow" in part.lower() for part in (*parts, *ending)):
            parts.insert(0, self.say("about", language, facts)) if rng.random() < 0.4 else ending.append("#MerrowLine")
        room = LIMITS[channel] - sum(len(tag) + 1 for tag in ending) - (len(HANDLES[channel]) + 1) * addressed
        text = fit(parts, room - 4)
        if topic != "spam":
            text = mannered(rng, person, tone, text, self._emoji(language, tone, facts))
        text = " ".join((text, *ending))
        if not addressed:
            return text
        return f"{HANDLES[channel]} {text}" if rng.random() < 0.68 else f"{text} {HANDLES[channel]}"

    def _tags(self, person: Person, facts: Facts, share: float) -> list[str]:
        if self.rng.random() >= share:
            return []
        count = self.rng.choice((1, 1, 2))
        return list(dict.fromkeys(self.say("hashtag", person.language, facts) for _ in range(count)))

    def _emoji(self, language: str, tone: str, facts: Facts) -> str:
        return self.say("down" if tone == "negative" else "up", language, facts)

    def _letter(self, person: Person, topic: str, tone: str, facts: Facts, addressed: bool) -> str:
        rng, language = self.rng, person.language
        if topic == "spam":
            return self._heart(language, topic, facts)
        first = [self._heart(language, topic, facts)]
        first += self._details(language, topic, facts, rng.choice((0, 1, 1, 2)))
        second = self._mood(person, topic, tone, facts) + self._private(person, topic, facts, 0.25)
        body = mannered(rng, person, tone, " ".join(first), "")
        pieces = [body, " ".join(second)]
        if person.manner != "terse" or rng.random() < 0.4:
            pieces.insert(0, self.say("dear", language, facts))
            pieces.append(f"{self.say('bye', language, facts)}\n{rng.choice((person.name, person.first, person.name))}")
        return "\n\n".join(piece for piece in pieces if piece)

    def _review(self, person: Person, topic: str, tone: str, facts: Facts, addressed: bool) -> str:
        rng, language = self.rng, person.language
        parts = [self._heart(language, topic, facts), *self._mood(person, topic, tone, facts)]
        parts += self._details(language, topic, facts, rng.choice((0, 1, 1, 2)))
        second = self._second_scene(topic)
        if second and rng.random() < 0.45:
            parts.append(self._heart(language, second, facts))
        return mannered(rng, person, tone, " ".join(parts), self._emoji(language, tone, facts))

    def _second_scene(self, topic: str) -> str:
        others = _REVIEWED.get(SCENES[topic].kind, ())
        return self.rng.choice([other for other in others if other != topic]) if others else ""

    def _store_review(self, person: Person, topic: str, tone: str, facts: Facts, addressed: bool) -> str:
        rng, language = self.rng, person.language
        parts = [self._heart(language, topic, facts), *self._mood(person, topic, tone, facts)]
        parts += self._details(language, topic, facts, rng.choice((0, 0, 1)))
        return mannered(rng, person, tone, " ".join(parts), self._emoji(language, tone, facts))

    def _follow(self, person: Person, pool: str, channel: str, facts: Facts, attempt: int) -> str:
        """One sentence or so; two when one alone was said before."""
        said = [self.say(pool, person.language, facts) for _ in range(1 if attempt < TRIES // 2 else 2)]
        text = " ".join(dict.fromkeys(said))
        if channel == "contact":
            return f"{text}\n\n{person.first if self.rng.random() < 0.6 else person.name}"
        tone = "positive" if pool in ("thanks", "paid", "cheer", "photo") else "neutral"
        emoji = self._emoji(person.language, tone, facts) if tone == "positive" else ""
        text = mannered(self.rng, person, tone, text, emoji)
        return f"{HANDLES[channel]} {text}" if channel == "mastodon" else text


_UNSPECIFIC = {"question": "resolved", "bug": "resolved", "complaint": "regret", "praise": "pleased"}
_REVIEWED = {"complaint": ("late", "berth", "meal", "boarding", "wifi"), "praise": ("crew", "smooth", "tasty")}
_SIGNATURES = ("^{member}", "– {member}", "/{member}", "{member}, Merrow Line", "^{member}", "({member})")
_COMPOSERS = {
    "bluesky": lambda writer, *rest: writer._post(*rest, "bluesky"),
    "mastodon": lambda writer, *rest: writer._post(*rest, "mastodon"),
    "contact": Writer._letter,
    "crossings": Writer._review,
    "apps": Writer._store_review,
}


_SORRY = re.compile(
    r"sorry|apolog|leid|desol|désol|pardon|excus|navré|siento|perd|disculp|undskyld|ked af|right|recht|raison|razón"
    r"|ret |thank|danke|merci|gracias|tak",
    re.IGNORECASE,
)


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the longer words, which is enough to see that two texts are about the same thing."""
    return frozenset(word[:5] for word in re.findall(r"[^\W\d_]{4,}", text.lower()) if len(word) > 4)


@cache
def _plain(line: Line) -> str:
    """The words of a line without its slots."""
    words = []
    for part in line:
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, Choice):
            words.extend(_plain(option) for option in part.options)
    return " ".join(words)


@cache
def _slots(line: Line) -> tuple[str, ...]:
    return slots(line)


# -- manner ----------------------------------------------------------------------------------------------------------


def capital(text: str) -> str:
    """Begin with a capital.

    >>> capital("la tempête"), capital("¿hola?")
    ('La tempête', '¿Hola?')
    """
    at = 1 if text[:1] in '¿¡«"' else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def after(greeting: str, text: str, facts: Facts) -> str:
    """Go on in small letters after a comma, unless the text begins with a name.

    >>> after("Hi,", "Can we?", {}), after("Hi,", "Biscuit barks", {"dog": "Biscuit"}), after("Hi.", "Can we?", {})
    ('can we?', 'Biscuit barks', 'Can we?')
    """
    word = text.split(" ", 1)[0].strip(".,:!?¿¡")
    named = any(word in value for value in facts.values())
    if greeting[-1] != "," or named or not word[1:].islower() or word.startswith(("I'", "I’")):
        return text
    at = 1 if text[0] in "¿¡" else 0
    return text[:at] + text[at].lower() + text[at + 1 :]


def tidy(text: str, language: str) -> str:
    """What filling in gets wrong: the article before a vowel, the full stop after an abbreviation.

    >>> tidy("It's a estate for a 8-year-old, a one-off", "en"), tidy("kun 620 kr..", "da")
    ("It's an estate for an 8-year-old, a one-off", 'kun 620 kr.')
    """
    text = re.sub(r"\bkr\.\.(?!\.)", "kr.", text)
    return re.sub(r"\b([Aa]) (?=(?!one|uni|eu|use)[aeiou]|8\b|11\b)", r"\1n ", text) if language == "en" else text


def fit(parts: list[str], limit: int) -> str:
    """As many of the parts as fit, in their order, the first in any case; a first part too long loses sentences.

    >>> fit(["One two.", "Three four."], 12)
    'One two.'
    """
    text = parts[0]
    while len(text) > limit and ". " in text:
        text = text[: text.rindex(". ") + 1]
    text = text[:limit]
    for part in parts[1:]:
        if len(text) + len(part) + 1 <= limit:
            text = f"{text} {part}"
    return text


def mannered(rng: Random, person: Person, tone: str, text: str, emoji: str) -> str:
    """Write it down the way this person does."""
    if person.manner == "lower":
        text = _outside_links(text, str.lower)
    if person.manner == "hasty":
        text = _slip(rng, text)
    if person.manner == "shouting" and tone == "negative":
        text = _shout(rng, text)
    if person.manner in ("lower", "hasty", "terse") and text.endswith(".") and rng.random() < 0.6:
        text = text[:-1]
    if tone != "neutral" and text.endswith(".") and rng.random() < 0.12:
        text = text[:-1] + rng.choice(("!", "!!", "..."))
    if tone != "neutral" and rng.random() < 0.06:
        text = _stretch(rng, person.language, text)
    if emoji and tone != "neutral" and rng.random() < (0.8 if person.manner == "emoji" else 0.1):
        text = f"{text} {emoji}"
    return text


def _outside_links(text: str, change: Callable[[str], str]) -> str:
    return " ".join(word if "://" in word else change(word) for word in text.split(" "))


def _slip(rng: Random, text: str) -> str:
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    for at in rng.sample(long, min(len(long), rng.choice((0, 1, 1, 2)))):
        word, i = words[at], rng.randint(1, len(words[at]) - 3)
        swapped, dropped = word[:i] + word[i + 1] + word[i] + word[i + 2 :], word[:i] + word[i + 1 :]
        words[at] = rng.choice((swapped, dropped))
    return " ".join(words)


def _shout(rng: Random, text: str) -> str:
    if rng.random() < 0.12:
        return _outside_links(text, str.upper)
    words = text.split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    for at in rng.sample(long, min(len(long), rng.choice((1, 2)))):
        words[at] = words[at].upper()
    return " ".join(words)


def _stretch(rng: Random, language: str, text: str) -> str:
    lines = library(language).pools["stretch"]
    for line in rng.sample(lines, len(lines)):
        word = str(line[0])
        found = re.search(rf"\b{word}\b", text)
        vowels = [at for at, c in enumerate(word) if c in "aeiouyéèåæø"]
        if found and vowels:
            at = found.start() + vowels[-1]
            return text[:at] + text[at] * rng.randint(3, 5) + text[at + 1 :]
    return text


_SPAN = re.compile(r"(?P<link>https?://\S+)|(?<!\w)@(?P<mention>[\w.-]+(?:@[\w.-]+)?)|(?<!\w)#(?P<hashtag>\w+)")


def spans(text: str, accounts: Mapping[str, str]) -> tuple[Span, ...]:
    """Links, mentions and hashtags; `accounts` gives the id behind a handle.

    >>> spans("@merrow see #ferry", {"merrow": "did:1"})[0]
    Span(start=0, end=7, kind='mention', value='did:1')
    """
    found = []
    for match in _SPAN.finditer(text):
        kind = str(match.lastgroup)
        value = match[kind]
        found.append(Span(match.start(), match.end(), kind, accounts.get(value, value) if kind == "mention" else value))
    return tuple(found)
