"""Lines with choices: `[a|b|]` takes one of the alternatives, `{name}` what a function knows by that name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Line, ...]


Line = tuple["str | Slot | Choice", ...]


@cache
def parse(text: str) -> Line:
    """Read one line. Outside brackets a bar is a bar.

    >>> parse("[Hi|Hello] {name}")
    (Choice(options=(('Hi',), ('Hello',))), ' ', Slot(name='name'))
    """
    line, end = _sequence(text, 0, "")
    if end != len(text):
        raise ValueError(f"a bracket is closed that was not opened: {text!r}")
    return line


def _sequence(text: str, at: int, stops: str) -> tuple[Line, int]:
    parts: list[str | Slot | Choice] = []
    plain = ""
    while at < len(text) and text[at] not in (stops or "]"):
        if text[at] not in "[{":
            plain += text[at]
            at += 1
            continue
        if plain:
            parts.append(plain)
            plain = ""
        part: Slot | Choice
        if text[at] == "{":
            close = text.index("}", at)
            part, at = Slot(text[at + 1 : close]), close + 1
        else:
            part, at = _choice(text, at + 1)
        parts.append(part)
    return (*parts, plain) if plain else tuple(parts), at


def _choice(text: str, at: int) -> tuple[Choice, int]:
    options: list[Line] = []
    while True:
        option, at = _sequence(text, at, "|]")
        if at >= len(text):
            raise ValueError(f"a bracket is not closed: {text!r}")
        options.append(option)
        at += 1
        if text[at - 1] == "]":
            return Choice(tuple(options)), at


def expand(line: Line, rng: Random, know: Callable[[str], str]) -> str:
    """Say the line once.

    >>> expand(parse("[Hi|Hi] {name}"), Random(1), {"name": "Ana"}.__getitem__)
    'Hi Ana'
    """
    said = []
    for part in line:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, Slot):
            said.append(know(part.name))
        else:
            said.append(expand(rng.choice(part.options), rng, know))
    return "".join(said)


def slots(line: Line) -> tuple[str, ...]:
    """The names that a line may ask for.

    >>> slots(parse("{a} [{b}|c]"))
    ('a', 'b')
    """
    names: list[str] = []
    for part in line:
        if isinstance(part, Slot):
            names.append(part.name)
        elif isinstance(part, Choice):
            names.extend(name for option in part.options for name in slots(option))
    return tuple(names)
