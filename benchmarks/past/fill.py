"""A plan becomes rows, table by table."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing import get_context
from random import Random

import numpy as np

from benchmarks import texts
from benchmarks.past.made import Made, Task, account, address, handle, letters, make
from benchmarks.past.plan import CHANNELS, Plan
from benchmarks.past.table import Table, as_text, when, written
from rapport.core import understand
from rapport.core.route.clock import Promise
from rapport.core.route.conversation import Said, fold

CHUNK = 5_000


class Fill:
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
                    shown[0], shown[1], shown[2], shown[3], facts.message_count, as_text(facts.opened_at),
                    as_text(facts.last_at), as_text(facts.waiting_since), as_text(facts.due_at),
                    as_text(facts.first_answer_at),
                    as_text(facts.last_at + timedelta(hours=1)) if state == "closed" else None,
                    as_text(self.until + timedelta(hours=20)) if state == "snoozed" else None,
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
