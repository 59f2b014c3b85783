"""All connectors that are installed answer the questions of `checks`; and the questions notice bad answers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rapport.connectors import contract
from rapport.connectors.checks import QUESTIONS, Question, Trial, cursor_wrongs, page_wrongs, wrongs
from rapport.connectors.contract import Account, Field, Profile, Source
from rapport.connectors.http import ask, guarded_client
from rapport.connectors.peer import answer, peer
from rapport.core.errors import ConnectorError, OutcomeUnknown
from rapport.core.types import Absent, Author, Json, Message, Page, Receipt, Reply, Span

# What a connector needs besides an address and secrets so that all its sources have something to ask.
ANSWERS: dict[str, dict[str, str]] = {
    "bluesky": {"handle": "ferry.test", "search": "ferry"},
    "webhook": {"name": "reviews"},
    "wordpress": {"user": "ferry"},
}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
@pytest.mark.parametrize("name", contract.names())
def test_every_connector_answers(name: str, question: Question) -> None:
    assert list(question(Trial(contract.load(name), ANSWERS.get(name, {})))) == []


@pytest.mark.parametrize("name", contract.names())
def test_a_connector_is_installed_under_the_name_of_its_network(name: str) -> None:
    assert contract.load(name).network == name


# -- cursors -----------------------------------------------------------------------------------------------------------


def test_the_cursor_of_the_folder_skips_nothing(tmp_path: Path) -> None:
    for number in range(3):
        file = tmp_path / f"{number}.csv"
        rows = [f"{number}-{row},hello,ana,2015-02-24" for row in range(150)]
        file.write_text("\n".join(["id,text,author,time", *rows]))
        os.utime(file, (time.time() - 60 + number,) * 2)
    assert list(cursor_wrongs(contract.load("files"), Account({"folder": str(tmp_path)}), "folder")) == []


def test_the_cursor_of_a_feed_skips_nothing() -> None:
    items = "".join(f"<item><title>{n}</title><guid>a:{n}</guid></item>" for n in range(250))
    with peer(answer("200 OK", f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), 'ETag: "1"')) as server:
        account = Account({"url": server.url}, private_hosts=("127.0.0.1",))
        assert list(cursor_wrongs(contract.load("feeds"), account, "entries")) == []


# -- the questions notice ----------------------------------------------------------------------------------------------


class Careless:
    """Does everything wrong that can be done wrong."""

    network = "Care less"
    label = " "
    fields = (
        Field("url", ""),
        Field("url", "Address"),
        Field("token", "Token", default="guest", secret=True),
    )
    sources = (Source("all", 0), Source("all", 5), Source("live", 5, way="stream", needs="a plumber"))
    limit = 0
    actions = ("hide", "shout")

    def check(self, account: Account) -> Profile:
        return Profile("x", "x")

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        author = Author("other", "")
        spans = (Span(0, 9, "link"),)
        at = datetime.fromisoformat("2026-01-01T00:00:00")
        return Page((Message(str(raw[0]), "", author, "\ud800", at, spans=spans, addressed=True, context=True),))

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        with guarded_client(("127.0.0.1",)) as client:
            try:
                ask(client, "GET", account.config["url"])
            except ConnectorError as error:
                if "401" in str(error):
                    raise ConnectorError(f"refused {account.secrets['token']}") from error
        yield Page()

    def receive(self, account: Account, headers: Mapping[str, str], body: bytes, now: datetime) -> Page:
        return Page() if body else self.parse(body, source="", account=account)

    def moderate(self, account: Account, external_id: str, ref: Json, action: str, reason: str) -> None:
        pass

    def length(self, text: str) -> int:
        return len(text.encode())

    def send(self, account: Account, reply: Reply) -> Receipt:
        raise OutcomeUnknown("who knows")

    def find_sent(self, account: Account, reply: Reply) -> Receipt | Absent:
        with guarded_client(("127.0.0.1",)) as client:
            try:
                ask(client, "GET", account.config["url"])
            except ConnectorError:
                return Absent(conclusive=True)
        return Receipt("x")


@pytest.fixture(scope="module")
def noticed() -> list[str]:
    return wrongs(Trial(Careless(), {}))


@pytest.mark.parametrize(
    "wrong",
    [
        "the network's name should be a lowercase word",
        "it has no label",
        "two fields are called url",
        "two sources are called all",
        "all is asked every 0 seconds",
        "live needs a plumber, which nobody is asked for",
        "the field url has no label",
        "the secret token has a default",
        "raised IndexError",
        "has no id",
        "is in no thread",
        "has no author",
        "is of the network",
        "which is not in UTC",
        "also mere context",
        "that no database takes",
        "spans outside its text",
        "fetch all, when the server hangs up: it answered",
        "fetch all, when the server refuses our credentials: the error tells the secret",
        "find_sent, when the server is busy: it answered Absent(conclusive=True",
        "it connected to a private address",
        "the way of live is stream, and it cannot do that",
        "it offers to shout, which nobody knows",
        "unsigned, b'' raised IndexError",
        "it took b'null', which nobody signed",
        "it takes texts of 0 characters",
        "it counts 7 characters in 'Æbelø'",
        "it is in doubt about a reply that never left",
    ],
)
def test_a_careless_connector_is_noticed(noticed: list[str], wrong: str) -> None:
    assert any(wrong in one for one in noticed), "\n".join(sorted({one[:150] for one in noticed}))


class Forgetful:
    """Moves its cursor before its messages are stored."""

    network = "forgetful"

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        author = Author("forgetful", "ana")
        for number in range(int(cursor or 0), 3):
            message = Message("forgetful", str(number), author, "hello", at, thread_id="1")
            yield Page((message,), cursor=str(number + 2), more=True)


def test_a_cursor_that_runs_ahead_is_noticed() -> None:
    forgetful: Any = Forgetful()
    assert list(cursor_wrongs(forgetful, Account({}), "all")) == [
        "behind page 1, 1 messages are skipped",
        "behind page 2, 1 messages are skipped",
        "the last page says that there is more",
    ]


def test_a_sound_page_has_no_wrongs() -> None:
    at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    message = Message("files:x", "1", Author("files:x", "ana"), "hello", at, thread_id="1", spans=(Span(0, 5, "link"),))
    assert list(page_wrongs(Page((message,)), "files")) == []
