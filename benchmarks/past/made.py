"""What a message of the plan becomes: worked out beside the database, in several processes, by the code of Rapport."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

import numpy as np

from benchmarks import texts
from benchmarks.past.plan import CHANNELS
from rapport.connectors.values import links
from rapport.core import understand
from rapport.core.query import STANDING_FIELDS, Matcher, parse, segment
from rapport.core.route.rules import Rules, parse_rules
from rapport.core.types import Author, Document, Message

TEAMS = ("hub", "service", "product", "sales", "logistics", "people", "marketing")
BRIEFS = (("Nordferry", "brand", "nordferry OR #nordferry"), ("Blueline", "rival", "blueline"),
          ("Weather", "topic", "storm* OR gust*"))  # fmt: skip
RULES = """\
kind:job OR hiring -> people
kind:spam -> marketing
suitcase OR koffer OR quay OR late* -> logistics
kind:bug OR kind:idea OR app -> product
discount OR price OR van -> sales
tone:positive -> marketing
language:en OR language:de OR language:fr -> service
* -> hub
"""


# -- names that are always the same for the same number --------------------------------------------------------------


def letters(*of: object) -> str:
    return hashlib.blake2b(repr(of).encode(), digest_size=12).hexdigest()


def account(channel: int, author: int) -> str:
    return f"did:plc:{letters('author', channel, author)}"


def handle(author: int) -> str:
    return f"{texts.name(author).lower().replace(' ', '.')}.example"


def address(channel: int, author: int, number: int) -> str:
    """The external id of a message, as long as those of Bluesky are."""
    return f"at://{account(channel, author)}/post/{letters(number)[:13]}"


# -- what a message becomes: worked out beside the database, in several processes ------------------------------------


@cache
def _standing() -> Matcher[int]:
    queries = {number: parse(query, fields=STANDING_FIELDS) for number, (_, _, query) in enumerate(BRIEFS, start=1)}
    return Matcher(queries)


@cache
def _rules() -> Rules:
    return parse_rules(RULES, TEAMS, hub="hub")


@dataclass(frozen=True, slots=True)
class Task:
    """A run of messages; its arrays are cut out of the plan."""

    first: int
    seed: int
    author: np.ndarray
    channel: np.ndarray
    root: np.ndarray
    root_author: np.ndarray
    ours: np.ndarray
    last: np.ndarray
    kept: np.ndarray


@dataclass(frozen=True, slots=True)
class Made:
    """message: text, spans, language_hint, external_id, thread_id, parent_id, content_hash.   reading: likewise.

    owner: team and line of the rules, for those that open a conversation.   shown: preview, tone, kinds, language of
    those that stand in a list for their thread.
    """

    first: int
    message: list[tuple[str, ...]]
    reading: list[tuple[Any, ...]]
    words: list[str]
    briefs: list[tuple[int, ...]]
    owner: dict[int, tuple[str, int]]
    shown: dict[int, tuple[str, ...]]


def make(task: Task) -> Made:
    chance = Random(f"{task.seed} {task.first}")
    rows = [_said(task, at, chance) for at in range(len(task.author))]
    readings = understand.read([row.text for row in rows], languages=[row.language for row in rows])
    made = Made(task.first, [], [], [segment(row.text) for row in rows], [], {}, {})
    for at, (row, reading) in enumerate(zip(rows, readings.items)):
        spans = [[span.start, span.end, span.kind, span.value] for span in row.spans]
        ids = (row.external_id, row.thread_id, row.parent_id)
        made.message.append((row.text, json.dumps(spans), row.language, *ids, row.content_hash()))
        tone, kinds = reading.tone, json.dumps(list(reading.kinds))
        private = [[one.start, one.end, one.kind, one.confidence] for one in reading.private]
        made.reading.append(
            (reading.language, tone.label, tone.negative, tone.neutral, tone.positive, kinds, json.dumps(private))
        )
        ours = bool(task.ours[at])
        made.briefs.append(() if ours else _standing().matching(Document(row.text, row.spans, _heard_fields(row))))
        number = task.first + at
        if task.root[at] == number and not task.kept[at]:
            fields = _heard_fields(row) | {
                "language": reading.language,
                "tone": tone.label,
                "kind": reading.kinds,
                "private": bool(private),
                "addressed": True,
            }
            owner = _rules().owner(Document(row.text, row.spans, fields))
            made.owner[number] = (owner.team, owner.line)
        if task.last[at] and not task.kept[at]:
            preview = " ".join(understand.mask(row.text, reading.private).split())[:160]
            made.shown[number] = (preview, tone.label, kinds, reading.language)
    return made


def _said(task: Task, at: int, chance: Random) -> Message:
    number, author, channel = task.first + at, int(task.author[at]), int(task.channel[at])
    language = chance.choices(texts.LANGUAGES, texts.SPOKEN)[0]
    if task.ours[at]:
        text, language = texts.ours(chance), ""  # what we send carries no hint
    elif task.kept[at]:
        text, language = texts.about(chance), "en"
    else:
        text = texts.said(chance, language)
    root = int(task.root[at])
    thread_id = address(channel, int(task.root_author[at]), root)
    return Message(
        network=CHANNELS[channel][1],
        external_id=address(channel, author, number),
        author=Author(CHANNELS[channel][1], account(channel, author), handle(author), texts.name(author)),
        text=text,
        published_at=datetime(2026, 1, 1, tzinfo=UTC),  # the plan knows the real one; no rule or brief here asks
        thread_id=thread_id,
        parent_id="" if root == number else thread_id,
        spans=links(text),
        language=language,
    )


def _heard_fields(row: Message) -> dict[str, Any]:
    return {"author": (row.author.handle, row.author.name), "network": row.network, "channel": row.network.title()}
