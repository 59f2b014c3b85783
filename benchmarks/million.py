"""Fill an empty Rapport with a past: a million messages, as the product would have stored them one by one.

Hearing, reading and routing a million messages by the doors takes hours; this takes minutes. It is honest as long as
the rows are the same, so everything that decides is the product's own (the reader, the matcher of the briefs, the
ownership rules, the fold of a conversation, the digest of the record), and only the writing is done in bulk. A test
lets the product fold what was loaded once more, and nothing may change.

    python -m benchmarks.million FOLDER --messages 1000000
    python -m benchmarks.million FOLDER --check
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks import texts
from rapport.connectors.values import links
from rapport.core import understand
from rapport.core.query import STANDING_FIELDS, Matcher, parse, segment
from rapport.core.route.clock import Promise
from rapport.core.route.conversation import Said, fold
from rapport.core.route.rules import Rules, parse_rules
from rapport.core.types import Author, Document, Message

YEARS = 3
CHUNK = 5_000
PASSWORD = "a password for the benchmark only"  # noqa: S105  # of people who exist for some minutes
TEAMS = ("hub", "service", "product", "sales", "logistics", "people", "marketing")
# Name, network, share of the messages. They stand on the sample's stand-in for platforms, which never answers.
CHANNELS = (
    ("Bluesky", "bluesky", 0.40),
    ("Mastodon", "mastodon", 0.25),
    ("Reviews", "reviews", 0.15),
    ("Mail", "mail", 0.12),
    ("Forum", "forum", 0.08),
)
BRIEFS = (("Nordferry", "brand", "nordferry OR #nordferry"), ("Blueline", "rival", "blueline"),
          ("Weather", "topic", "storm* OR gust*"))  # fmt: skip
OPENS = ("brand", "product")
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
KEPT = 0.30  # of the threads: said about others, answered by nobody
LENGTHS = (0.36, 0.28, 0.16, 0.10, 0.06, 0.04)  # threads of one to six messages


# -- the plan: who says what when, in arrays -------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """Arrays over messages in the order in which they were heard (`root` and below) and over threads.

    at        microseconds since 1970; heard a second or so later
    author    number of the author; the channels' own accounts come first
    thread    number of the thread; root: the message that began it
    last      it is the last that they (not we) said in its thread
    """

    seed: int
    until: datetime
    at: np.ndarray
    author: np.ndarray
    channel: np.ndarray
    thread: np.ndarray
    root: np.ndarray
    ours: np.ndarray
    last: np.ndarray
    kept: np.ndarray  # a thread
    authors: int

    def __len__(self) -> int:
        return len(self.at)


def plan(messages: int, seed: int, until: datetime) -> Plan:
    chance = np.random.default_rng(seed)
    length = chance.choice(np.arange(1, 7), size=messages, p=LENGTHS)
    kept = chance.random(messages) < KEPT
    length[kept] = 1
    threads = int(np.searchsorted(np.cumsum(length), messages)) + 1
    length, kept = length[:threads], kept[:threads]
    length[-1] -= int(length.sum()) - messages
    channel = chance.choice(len(CHANNELS), size=threads, p=[share for _, _, share in CHANNELS])
    authors = max(messages // 4, 10)
    speaker = _heavy_tailed(chance, threads, channel, authors)

    thread = np.repeat(np.arange(threads), length)
    place = np.arange(messages) - np.repeat(np.cumsum(length) - length, length)
    # We answer every second time, never first; now and then somebody else joins in.
    ours = (place > 0) & (chance.random(messages) < 0.5)
    author = speaker[thread]
    others = (place > 0) & ~ours & (chance.random(messages) < 0.15)
    author[others] = _heavy_tailed(chance, int(others.sum()), channel[thread[others]], authors)
    author[ours] = channel[thread[ours]]

    at = _times(chance, until, thread, place, length)
    order = np.argsort(at, kind="stable")
    number = np.empty(messages, dtype=np.int64)
    number[order] = np.arange(messages)
    root = number[np.cumsum(length) - length]
    theirs_last = np.full(threads, -1, dtype=np.int64)
    np.maximum.at(theirs_last, thread[~ours], number[~ours])
    last = np.zeros(messages, dtype=bool)
    last[theirs_last] = True
    return Plan(
        seed=seed, until=until, at=at[order], author=author[order], channel=channel[thread][order],
        thread=thread[order], root=root[thread][order], ours=ours[order], last=last, kept=kept, authors=authors,
    )  # fmt: skip


def _heavy_tailed(chance: np.random.Generator, count: int, channel: np.ndarray, authors: int) -> np.ndarray:
    """Some people write hundreds of times, most once. An author's channel is their number modulo that of channels."""
    ranks = (authors / len(CHANNELS) - 1) * chance.random(count) ** 2.5
    return (ranks.astype(np.int64) + 1) * len(CHANNELS) + channel


def _times(
    chance: np.random.Generator, until: datetime, thread: np.ndarray, place: np.ndarray, length: np.ndarray
) -> np.ndarray:
    """Threads begin evenly over the years; each next message comes some minutes or hours later, never after `until`."""
    end = int(until.timestamp() * 1e6)
    span = YEARS * 365 * 86_400 * 1e6
    start = np.sort(end - span * chance.random(len(length)))
    gap = np.where(place > 0, chance.lognormal(mean=8.5, sigma=1.2, size=len(thread)) * 1e6, 0)
    since = np.cumsum(gap)
    since -= since[np.cumsum(length) - length][thread]
    longest = since[np.cumsum(length) - 1]
    squeeze = np.minimum(1, (end - start) / (longest + 5e6))
    # Never a whole second: Django would write those shorter.
    return (start[thread] + since * squeeze[thread]).astype(np.int64) // 1000 * 1000 + 1


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


# -- writing ---------------------------------------------------------------------------------------------------------


class Table:
    """Inserts rows of a model: some columns vary, the rest have a value given here or the model's own default."""

    def __init__(self, database: sqlite3.Connection, model: Any, *varying: str, **fixed: Any) -> None:
        fields = model._meta.concrete_fields
        names = {field.attname for field in fields}
        assert names >= {*varying, *fixed}, {*varying, *fixed} - names
        rest = [field for field in fields if field.attname not in varying and not field.primary_key]
        values = [fixed.get(field.attname, field.get_default()) for field in rest]
        columns = {field.attname: field.column for field in fields}
        into = ", ".join([columns[name] for name in varying] + [field.column for field in rest])
        what = ", ".join(["?"] * len(varying) + [_literal(field, value) for field, value in zip(rest, values)])
        self._statement = f"INSERT INTO {model._meta.db_table} ({into}) VALUES ({what})"  # noqa: S608  # names of ours
        self._database = database

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        self._database.executemany(self._statement, rows)


def _literal(field: Any, value: Any) -> str:
    from django.db import connection

    prepared = field.get_db_prep_save(value, connection)
    match prepared:
        case None:
            return "NULL"
        case bool() | int() | float():
            return repr(prepared + 0)
        case bytes() | memoryview():
            return f"x'{bytes(prepared).hex()}'"
        case _:
            return "'" + str(prepared).replace("'", "''") + "'"


def written(microseconds: np.ndarray) -> list[str]:
    """Times as Django writes them into SQLite."""
    found = np.datetime_as_string(microseconds.astype("datetime64[us]"))
    return [text.replace("T", " ") for text in found.tolist()]


def when(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(microseconds))


# -- the load --------------------------------------------------------------------------------------------------------


def load(messages: int, *, seed: int = 11, tell: Callable[[str], None] = print) -> None:
    """Fill the database of RAPPORT_HOME, which must be empty. Writes `benchmark.json` beside it at the end."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    started = time.monotonic()
    call_command("migrate", verbosity=0)
    until = datetime.now(UTC).replace(microsecond=0)
    people = _found(until)
    found = plan(messages, seed, until)
    tell(f"planned {messages:,} messages in {len(found.kept):,} threads")
    database = sqlite3.connect(settings.HOME.database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name LIKE 'message%'"
        " OR type = 'index' AND sql IS NOT NULL AND tbl_name LIKE 'rapport_%' AND sql NOT LIKE '%UNIQUE%'"
    ).fetchall()
    for name, _ in indexes:
        database.execute(f'DROP INDEX "{name}"')
    database.execute("BEGIN")
    fill = _Fill(database, found, until, people)
    fill.authors()
    for count in fill.messages():
        if count % 100_000 == 0:
            tell(f"{count:,} messages after {time.monotonic() - started:.0f} s")
    fill.conversations()
    fill.record()
    database.execute("COMMIT")
    for _, statement in indexes:
        database.execute(statement)
    tell(f"indexes stand after {time.monotonic() - started:.0f} s")
    _afterwards()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    facts = {
        "messages": messages,
        "conversations": int((~found.kept).sum()),
        "people": people,
        "password": PASSWORD,
        "seconds": round(time.monotonic() - started),
        "bytes": settings.HOME.database.stat().st_size,
    }
    (settings.HOME.path / "benchmark.json").write_text(json.dumps(facts, indent=1))
    tell(f"loaded in {facts['seconds']} s, {facts['bytes'] / 1e6:,.0f} MB")


def _found(until: datetime) -> dict[str, str]:
    """The organisation, its 25 people, its channels, briefs and rules, all by the doors. E-mail address -> role."""
    from django.conf import settings

    from rapport.server.listen.actions import connect, save_brief
    from rapport.server.listen.models import Channel, Cursor
    from rapport.server.organise.actions import add_member, found
    from rapport.server.organise.models import Team, User
    from rapport.server.route.actions import save_rules

    founder = found(
        name="Nordferry", time_zone="Europe/Copenhagen", admin_name="Person 0", email="p0@nordferry.example",
        password=PASSWORD,
    )  # fmt: skip
    assert isinstance(founder, User), founder
    people = {founder.email: "administrator"}
    teams = {team.slug: team for team in Team.objects.all()}
    assert {*teams} == {*TEAMS}, teams
    spokes = TEAMS[1:]
    for number in range(1, 25):
        role = "hub" if number <= 2 else "lead" if number <= 8 else "member"
        slug = "hub" if role == "hub" else spokes[number % len(spokes)]
        email = f"p{number}@nordferry.example"
        member = add_member(
            email=email, name=f"Person {number}", role=role, teams=[teams[slug]], password=PASSWORD, actor=founder
        )
        assert isinstance(member, User), member
        people[email] = role
    for number, (name, network, _) in enumerate(CHANNELS):
        channel = Channel.objects.create(
            name=name, connector="sample", network=network, handle=f"@nordferry@{network}", keep_all=True, answers=True,
            external_id=account(number, number), created_at=until - timedelta(days=YEARS * 365),
        )  # fmt: skip
        Cursor.objects.create(channel=channel, source="mentions", every_seconds=60)
    folder = settings.HOME.folder("drop")
    box = connect("Dropped files", "files", {"folder": str(folder), "name": "dropped"}, actor=founder)
    assert isinstance(box, Channel), box
    for name, purpose, query in BRIEFS:
        save_brief(None, name=name, query=query, purpose=purpose, actor=founder)
    save_rules(RULES, reason="The rules of the benchmark", actor=founder)
    return people


def _afterwards() -> None:
    """What the timetable has done many times by now: counted the days and the answers, looked at the tables."""
    from rapport.server import timetable

    while timetable.turn("benchmark"):
        pass


class _Fill:
    """Writes a plan, table by table."""

    def __init__(self, database: sqlite3.Connection, found: Plan, until: datetime, people: dict[str, str]) -> None:
        from rapport.server import models

        self.database, self.plan, self.until, self.people = database, found, until, people
        self.models = models
        self.chance = Random(found.seed)
        self.at = written(found.at)
        self.heard = written(found.at + 1_500_001)
        self.opens: dict[int, tuple[str, int]] = {}
        self.shown: dict[int, tuple[str, ...]] = {}

    def authors(self) -> None:
        """Authors, and the people they are; a few people have two accounts."""
        found, models = self.plan, self.models
        numbers, first = np.unique(found.author, return_index=True)
        self.author_id = {int(number): key for key, number in enumerate(numbers, start=1)}
        channel = found.channel[first]
        table = Table(self.database, models.Author, "id", "network", "external_id", "handle", "name", "first_heard_at")
        table.insert(
            (key, CHANNELS[c][1], account(c, number), handle(number), texts.name(number), self.heard[at])
            for key, (number, c, at) in enumerate(zip(numbers.tolist(), channel.tolist(), first.tolist()), start=1)
        )
        self.author_first = dict(zip(numbers.tolist(), first.tolist()))
        self._persons(numbers)

    def _persons(self, numbers: np.ndarray) -> None:
        found, models = self.plan, self.models
        key = np.arange(1, len(numbers) + 1)
        second = (key > 200) & (key % 40 == 0)
        key[second] -= 100  # their first account
        self.person_id = dict(zip(numbers.tolist(), key.tolist()))
        person = key[np.searchsorted(numbers, found.author)]
        count = np.bincount(person, minlength=len(numbers) + 1)
        first = np.zeros(len(numbers) + 1, dtype=np.int64)
        last = np.zeros(len(numbers) + 1, dtype=np.int64)
        first[person[::-1]] = found.at[::-1]
        last[person] = found.at
        rows = np.unique(key)
        table = Table(self.database, models.Person, "id", "name", "first_heard_at", "last_heard_at", "messages")
        names = [texts.name(int(numbers[row - 1])) for row in rows]
        told = count[rows].tolist()
        table.insert(zip(rows.tolist(), names, written(first[rows]), written(last[rows]), told))
        identities = Table(self.database, models.Identity, "author_id", "person_id")
        identities.insert(zip(range(1, len(numbers) + 1), key.tolist()))

    def messages(self) -> Iterator[int]:
        """Yields how many are written."""
        models, database = self.models, self.database
        message = Table(
            database, models.Message, "id", "text", "spans", "language_hint", "external_id", "thread_id", "parent_id",
            "content_hash", "network", "author_id", "channel_id", "published_at", "heard_at", "addressed", "ours",
            "state", "next_try_at",
        )  # fmt: skip
        reading = Table(
            database, models.Reading, "message_id", "language", "tone", "negative", "neutral", "positive", "kinds",
            "private", "at", reader=understand.version(),
        )  # fmt: skip
        match = Table(database, models.BriefMatch, "brief_id", "message_id")
        sighting = Table(database, models.Sighting, "message_id", "channel_id", "source", "seen_at")
        for made in self._made():
            count = len(made.message)
            at = slice(made.first, made.first + count)
            keys = range(made.first + 1, made.first + count + 1)
            heard, ours = self.heard[at], self.plan.ours[at].tolist()
            kept, channels = self.plan.kept[self.plan.thread[at]].tolist(), self.plan.channel[at].tolist()
            authors = [self.author_id[number] for number in self.plan.author[at].tolist()]
            states = ["kept" if no else "routed" for no in kept]
            addressed = [not (us or no) for us, no in zip(ours, kept)]
            networks = [CHANNELS[channel][1] for channel in channels]
            message.insert(
                (key, *row, *more)
                for key, row, *more in zip(
                    keys, made.message, networks, authors, (c + 1 for c in channels), self.at[at], heard, addressed,
                    ours, states, heard,
                )
            )  # fmt: skip
            reading.insert((key, *row, seen) for key, row, seen in zip(keys, made.reading, heard))
            database.executemany(
                "INSERT INTO rapport_message_words (rowid, words) VALUES (?, ?)", zip(keys, made.words)
            )
            match.insert((brief, key) for key, briefs in zip(keys, made.briefs) for brief in briefs)
            sources = ("sent" if us else "mentions" for us in ours)
            sighting.insert(zip(keys, (c + 1 for c in channels), sources, heard))
            self.opens |= made.owner
            self.shown |= made.shown
            yield made.first + count

    def _made(self) -> Iterator[Made]:
        with get_context("spawn").Pool(os.cpu_count()) as pool:
            yield from pool.imap(make, self._tasks())

    def _tasks(self) -> Iterator[Task]:
        found = self.plan
        for first in range(0, len(found), CHUNK):
            at = slice(first, first + CHUNK)
            yield Task(
                first, found.seed, found.author[at], found.channel[at], found.root[at], found.author[found.root[at]],
                found.ours[at], found.last[at], found.kept[found.thread[at]],
            )  # fmt: skip

    def conversations(self) -> None:
        found, models = self.plan, self.models
        teams = {team.slug: team for team in models.Team.objects.all()}
        members = {
            slug: list(models.User.objects.filter(teams__slug=slug).values_list("pk", flat=True)) for slug in teams
        }
        by_thread: dict[int, list[int]] = {}
        for number, thread in enumerate(found.thread.tolist()):
            if not found.kept[thread]:
                by_thread.setdefault(thread, []).append(number)
        lately = sorted(by_thread)[-max(len(by_thread) // 60, 40) :]  # threads are numbered in the order they began
        working_on = {thread for thread in lately if self.chance.random() < 0.7}
        working_on |= {thread for thread in by_thread if self.chance.random() < 0.001}
        talk = Table(
            self.database, models.Conversation, "id", "network", "thread_id", "channel_id", "person_id", "team_id",
            "assignee_id", "state", "rule_line", "who", "preview", "tone", "kinds", "language", "message_count",
            "opened_at", "last_at", "waiting_since", "due_at", "first_answer_at", "closed_at", "snoozed_until",
            rule_version=1,
        )  # fmt: skip
        placement = Table(self.database, models.Placement, "message_id", "conversation_id", "at")
        rows, places, self.answered = [], [], []
        for key, (thread, numbers) in enumerate(by_thread.items(), start=1):
            slug, line = self.opens.pop(numbers[0])
            shown = self.shown.pop(next(number for number in reversed(numbers) if not found.ours[number]))
            said = [Said(when(found.at[number]), bool(found.ours[number])) for number in numbers]
            facts = fold(said, Promise(teams[slug].answer_within))
            assert facts is not None
            state = "closed" if thread not in working_on else "open" if facts.waiting_since else "waiting"
            if state == "open" and self.chance.random() < 0.05:
                state = "snoozed"
            held = self.chance.random() < (0.9 if state == "closed" else 0.55)
            owner = self.chance.choice(members[slug]) if held and members[slug] else None
            author, channel = int(found.author[numbers[0]]), int(found.channel[numbers[0]])
            rows.append(
                (
                    key, CHANNELS[channel][1], address(channel, author, numbers[0]), channel + 1,
                    self.person_id[author], teams[slug].pk, owner, state, line, texts.name(author)[:120],
                    shown[0], shown[1], shown[2], shown[3], facts.message_count, _text(facts.opened_at),
                    _text(facts.last_at), _text(facts.waiting_since), _text(facts.due_at),
                    _text(facts.first_answer_at),
                    _text(facts.last_at + timedelta(hours=1)) if state == "closed" else None,
                    _text(self.until + timedelta(hours=20)) if state == "snoozed" else None,
                )
            )  # fmt: skip
            places.extend((number + 1, key, self.heard[number]) for number in numbers)
            self.answered.extend((number, numbers[0], key, owner or 1) for number in numbers if found.ours[number])
        talk.insert(rows)
        places.sort()
        placement.insert(places)
        self._answers()

    def _answers(self) -> None:
        """What we sent, with its receipt."""
        table = Table(
            self.database, self.models.Outgoing, "conversation_id", "channel_id", "parent_id", "text", "text_hash",
            "idempotency_key", "created_at", "by_id", "send_after", "sent_at", "message_id", state="sent", attempts=1,
        )  # fmt: skip
        self.answered.sort()
        texts_of = self.database.execute("SELECT text, content_hash FROM rapport_message WHERE ours ORDER BY id")
        table.insert(
            (talk, int(self.plan.channel[number]) + 1, root + 1, *row, letters("answer", number), self.at[number],
             by, self.at[number], self.heard[number], number + 1)
            for (number, root, talk, by), row in zip(self.answered, texts_of)
        )  # fmt: skip

    def record(self) -> None:
        """The audit record of it: an entry for each answer and each page of fifty messages, chained as it is."""
        from rapport.server.organise import record

        entry_model, head = self.models.AuditEntry, self.models.AuditHead.objects.get(id=1)
        table = Table(
            self.database, entry_model, "sequence", "at", "actor", "action", "target", "detail", "previous", "digest"
        )
        answered = {number: (talk, by) for number, _, talk, by in self.answered}
        sequence, digest = head.sequence, head.digest
        rows = []
        for number in range(len(self.plan)):
            if number in answered:
                talk, by = answered[number]
                actor, action, target, detail = f"user:{by}", "answer.queued", f"conversation:{talk}", {"version": 2}
            elif number % 50 == 0:
                channel = int(self.plan.channel[number]) + 1
                actor, action, target = "system:listener", "page.received", f"channel:{channel}"
                detail = {"source": "mentions", "new": 50}
            else:
                continue
            sequence += 1
            row = entry_model(
                sequence=sequence, at=when(int(self.plan.at[number]) + 1_500_001), actor=actor, action=action,
                target=target, detail=detail, previous=digest,
            )  # fmt: skip
            digest = record._digest(row)
            at = self.heard[number]
            rows.append((sequence, at, actor, action, target, json.dumps(detail), row.previous, digest))
        table.insert(rows)
        self.database.execute("UPDATE rapport_audithead SET sequence = ?, digest = ?", (sequence, digest))


def _text(at: datetime | None) -> str | None:
    return None if at is None else str(at.replace(tzinfo=None))


# -- is it what the product would have stored? -------------------------------------------------------------------------


def check(most: int = 2_000) -> list[str]:
    """Let the product read, own, count and fold some of it once more, and walk the record; what differs, in words."""
    import django

    django.setup()
    from rapport.server import models
    from rapport.server.organise.record import verify
    from rapport.server.relate.actions import refresh as count
    from rapport.server.route.actions import current_rules, refresh
    from rapport.server.route.documents import RELATED, document

    verify()
    rows = list(models.Message.objects.select_related(*RELATED).order_by("id")[:most])
    readings = understand.read([row.text for row in rows], languages=[row.language_hint for row in rows])
    stored = [(row.reading.language, row.reading.tone, tuple(row.reading.kinds)) for row in rows]
    read = [(reading.language, reading.tone.label, reading.kinds) for reading in readings.items]
    wrong = [f"message {row.pk}: {was} is read as {now}" for row, was, now in zip(rows, stored, read) if was != now]
    rules, _ = current_rules()
    first = [row for row in rows if row.state == "routed" and row.thread_id == row.external_id]
    wrong += [
        f"message {row.pk} belongs to line {line}"
        for row in first
        if (line := rules.owner(document(row)).line) != row.placement.conversation.rule_line
    ]
    for model, again in ((models.Conversation, refresh), (models.Person, count)):
        keys = list(model.objects.order_by("id").values_list("id", flat=True)[:most])
        before = list(model.objects.filter(pk__in=keys).order_by("id").values())
        again(keys)
        after = list(model.objects.filter(pk__in=keys).order_by("id").values())
        wrong += [f"{was} becomes {now}" for was, now in zip(before, after) if was != now]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill an empty Rapport with a past.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--check", action="store_true", help="compare what is there with what the product makes of it")
    options = parser.parse_args()
    os.environ["RAPPORT_HOME"] = str(options.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "rapport.server.settings"
    if options.check:
        print("\n".join(check()) or "It is what the product would have stored.")
    else:
        load(options.messages)


if __name__ == "__main__":
    main()
