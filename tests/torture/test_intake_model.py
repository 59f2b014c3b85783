"""Intake against a dictionary: whatever people say, edit and take back, and however the listener stumbles over it, what
is stored is what a dictionary would hold that had simply read the platform's log up to the cursor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from rapport.connectors import contract
from rapport.connectors.contract import Account, Source
from rapport.core.errors import ConnectorError
from rapport.core.types import Author, Deletion, Message, Page, Reject
from rapport.server.listen import actions, hear, receiving
from rapport.server.listen import models as kept
from rapport.server.work import settle
from tests.server.harbour import Harbour

SOURCES = ("mentions", "search")
START = datetime(2026, 3, 1, tzinfo=UTC)
TEXTS = st.sampled_from(["late", "late again", "my refund", "the boat\n#boat", "", "遅れた", "x" * 3000])
FATES = st.sampled_from(["well", "well", "well", "killed before", "killed after", "cut off", "robbed of its lease"])


class Killed(BaseException):
    """As if the process had ended there."""


@dataclass(frozen=True)
class Event:
    """One line of the platform's log. `at` is its place, and the time at which it happened."""

    at: int
    what: str
    key: str
    text: str = ""

    @property
    def when(self) -> datetime:
        return START + timedelta(minutes=self.at)


class Platform(Harbour):
    """Tells its log from where a cursor stands, some lines a page."""

    sources = tuple(Source(name, 20) for name in SOURCES)

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Event] = []
        self.said: dict[str, Event] = {}
        self.a_page = 3
        self.cut = False

    def happens(self, what: str, key: str, text: str = "") -> None:
        event = Event(len(self.log) + 1, what, key, text)
        self.log.append(event)
        if what == "said":
            self.said[key] = event

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        place = int(cursor or 0)
        while place < len(self.log):
            lines = self.log[place : place + self.a_page]
            place += len(lines)
            yield self.page(lines, place)
            if self.cut:
                raise ConnectorError("The line went dead.")

    def page(self, lines: list[Event], place: int) -> Page:
        return Page(
            tuple(self.message(line) for line in lines if line.what in ("said", "edited")),
            tuple(Deletion("harbour", line.key) for line in lines if line.what == "taken back"),
            tuple(Reject(line.key, "it makes no sense", line.key.encode()) for line in lines if line.what == "junk"),
            cursor=str(place),
        )

    def message(self, line: Event) -> Message:
        first = self.said[line.key]
        return Message(
            network="harbour",
            external_id=line.key,
            author=Author("harbour", f"author-{first.at % 3}", name=f"Author {first.at % 3}"),
            text=line.text,
            published_at=first.when,
            thread_id=line.key,
            edited_at=line.when if line.what == "edited" else None,
            addressed=True,
        )


@dataclass
class Stored:
    text: str
    as_of: int
    revision: int = 1
    sighted: set[str] = field(default_factory=set)

    def hear(self, line: Event, source: str) -> None:
        self.sighted.add(source)
        if line.at > self.as_of:
            self.revision += line.text != self.text
            self.text, self.as_of = line.text, line.at


@dataclass
class Dictionary:
    """The oracle: what a reader of the log would know, in plain Python."""

    messages: dict[str, Stored] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    junk: set[tuple[str, str]] = field(default_factory=set)
    cursors: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SOURCES, 0))

    def read(self, lines: list[Event], source: str, place: int) -> bool:
        """Read a page. Whether anything was at stake: a page that tells nothing new may as well be stored."""
        before = {key: one.revision for key, one in self.messages.items() if key not in self.gone}
        self.gone |= {line.key for line in lines if line.what == "taken back"}
        junk = {(source, line.key) for line in lines if line.what == "junk"}
        self.junk |= junk
        for key, line in {line.key: line for line in lines if line.what in ("said", "edited")}.items():
            if key not in self.gone:
                self.messages.setdefault(key, Stored(line.text, line.at)).hear(line, source)
        self.cursors[source] = place
        return bool(junk) or before != {key: one.revision for key, one in self.messages.items() if key not in self.gone}


class Intake(RuleBasedStateMachine):
    channel: kept.Channel
    platform: Platform
    keys = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.oracle = Dictionary()
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize()
    def begin(self) -> None:
        self.platform.log, self.platform.said = [], {}

    # -- what people do ------------------------------------------------------------------------------------------------

    @rule(target=keys, text=TEXTS)
    def somebody_says(self, text: str) -> str:
        key = f"post-{len(self.platform.log) + 1}"
        self.platform.happens("said", key, text)
        return key

    @rule(key=keys, text=TEXTS)
    def the_author_edits(self, key: str, text: str) -> None:
        if not any(line.key == key and line.what == "taken back" for line in self.platform.log):
            self.platform.happens("edited", key, text)

    @rule(key=keys)
    def the_author_takes_it_back(self, key: str) -> None:
        self.platform.happens("taken back", key)

    @rule()
    def the_platform_sends_junk(self) -> None:
        self.platform.happens("junk", f"junk-{len(self.platform.log) % 4}")

    # -- what the listener does ----------------------------------------------------------------------------------------

    @rule(source=st.sampled_from(SOURCES), a_page=st.integers(1, 5), fate=FATES)
    def the_listener_asks(self, source: str, a_page: int, fate: str) -> None:
        self.platform.a_page, self.platform.cut = a_page, fate == "cut off"
        cursor = kept.Cursor.objects.get(channel=self.channel, source=source)
        robbed = fate == "robbed of its lease"
        holder = "another" if robbed else "listener-1"
        kept.Cursor.objects.filter(pk=cursor.pk).update(leased_by=holder, leased_until=timezone.now())
        point = {"killed before": "receive.before_commit", "killed after": "receive.after_commit"}.get(fate, "")
        with mock.patch.object(receiving, "crashpoint", _kill_at(point)), suppress(Killed):
            hear.hear(cursor.pk, "listener-1")
        self.let_the_oracle_read(source, a_page, fate)

    def let_the_oracle_read(self, source: str, a_page: int, fate: str) -> None:
        place, log = self.oracle.cursors[source], self.platform.log
        while place < len(log) and fate != "robbed of its lease":
            lines = log[place : place + a_page]
            place += len(lines)
            then = deepcopy(self.oracle)
            at_stake = then.read(lines, source, place)
            if fate == "killed before" and at_stake:
                return
            self.oracle = then
            if fate == "cut off" or (fate == "killed after" and at_stake):
                return

    @rule(source=st.sampled_from(SOURCES), by=st.integers(1, 6))
    def a_stream_rewinds(self, source: str, by: int) -> None:
        place = max(self.oracle.cursors[source] - by, 0)
        kept.Cursor.objects.filter(channel=self.channel, source=source).update(value=str(place))
        self.oracle.cursors[source] = place

    @rule()
    def the_worker_goes_on(self) -> None:
        settle("worker-1")

    # -- what must hold ------------------------------------------------------------------------------------------------

    @invariant()
    def what_is_stored_is_what_the_dictionary_holds(self) -> None:
        assert self.snapshot_of_database() == self.snapshot_of_oracle()

    @invariant()
    def the_cursors_stand_where_the_dictionary_has_read_to(self) -> None:
        assert {name: int(self.cursor(name)) for name in SOURCES} == self.oracle.cursors

    @invariant()
    def nothing_that_was_taken_back_can_be_found(self) -> None:
        gone = kept.Message.objects.filter(external_id__in=self.oracle.gone)
        assert not kept.Revision.objects.filter(message__in=gone).exists()
        assert not any(gone.values_list("text", flat=True))

    def cursor(self, source: str) -> str:
        return kept.Cursor.objects.get(channel=self.channel, source=source).value or "0"

    def snapshot_of_database(self) -> object:
        rows = kept.Message.objects.values_list("external_id", "text", "revision", "removed_at", "pk")
        messages = {key: "" if removed else (text, revision) for key, text, revision, removed, _ in rows}
        revised = {key: revision - 1 for key, _, revision, removed, _ in rows if not removed}
        assert revised == {key: kept.Revision.objects.filter(message__external_id=key).count() for key in revised}
        sighted = set(kept.Sighting.objects.values_list("message__external_id", "source"))
        junk = set(kept.Quarantined.objects.values_list("source", "where"))
        assert indexed() == {pk for *_, removed, pk in rows if not removed}
        return messages, sighted, junk

    def snapshot_of_oracle(self) -> object:
        messages: dict[str, object] = {
            key: "" if key in self.oracle.gone else (one.text, one.revision)
            for key, one in self.oracle.messages.items()
        }
        sighted = {(key, source) for key, one in self.oracle.messages.items() for source in one.sighted}
        return messages, sighted, set(self.oracle.junk)


def _kill_at(point: str):
    def crash(name: str) -> None:
        if name == point:
            raise Killed

    return crash


def indexed() -> set[int]:
    """The messages that the index of words knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM rapport_message_words")
        return {key for (key,) in cursor.fetchall()}


EXAMPLES = 2_000 if os.environ.get("RAPPORT_TORTURE") else 40


@pytest.mark.timeout(3600)
def test_whatever_happens_a_dictionary_would_hold_the_same(ana, monkeypatch) -> None:
    platform, real = Platform(), contract.load
    monkeypatch.setattr(contract, "load", lambda name: platform if name == "harbour" else real(name))
    channel = actions.connect("Harbour", "harbour", {"handle": "calm", "password": "right"}, actor=ana)
    assert isinstance(channel, kept.Channel), channel
    machine = type("Intake", (Intake,), {"channel": channel, "platform": platform})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )
