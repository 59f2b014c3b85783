"""The questions that every connector must answer, ours and a stranger's.

Each question is a function that takes a `Trial` and yields what is wrong, in words; it yields nothing when all is well.
`test_checks.py` puts them to all connectors that are installed. The author of another connector puts them to theirs:

    def test_my_connector() -> None:
        assert wrongs(Trial(connector, {})) == []

`page_wrongs` and `cursor_wrongs` look at what came from a server: captured, or live.
"""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rapport.connectors.contract import Account, Connector, Moderates, Receives, Sends, Streams
from rapport.connectors.peer import Talk, answer, hang_up, peer
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Absent, Message, Page, Reply

# What a field is called when it asks where to connect.
_ADDRESSES = {"url", "address", "instance", "server", "service", "host"}
_SECRET = "canary-5f1c9e"  # noqa: S105 - looked for in everything that is told
_ALLOWED = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Trial:
    """A connector, and what it needs beside an address and secrets to be tried out: answers to its other fields."""

    connector: Connector
    answers: Mapping[str, str]

    def account(self, address: str, private_hosts: tuple[str, ...] = _ALLOWED) -> Account:
        fields = self.connector.fields
        config = {
            field.name: address if field.name in _ADDRESSES else field.default for field in fields if not field.secret
        }
        secrets = {field.name: _SECRET for field in fields if field.secret}
        return Account(config | dict(self.answers), secrets, private_hosts=private_hosts)

    @property
    def goes_out(self) -> bool:
        """Whether it asks for an address to connect to."""
        return any(field.name in _ADDRESSES for field in self.connector.fields)

    @property
    def sources(self) -> list[str]:
        return [source.name for source in self.connector.sources]


Question = Callable[[Trial], Iterator[str]]


def wrongs(trial: Trial) -> list[str]:
    """Everything that is wrong with a connector, in words."""
    return [f"{question.__name__}: {wrong}" for question in QUESTIONS for wrong in question(trial)]


# -- what it says of itself --------------------------------------------------------------------------------------------


def describes_itself(trial: Trial) -> Iterator[str]:
    connector = trial.connector
    if not re.fullmatch(r"[a-z][a-z0-9_]*", connector.network):
        yield f"the network's name should be a lowercase word: {connector.network!r}"
    if not connector.label.strip():
        yield "it has no label"
    if not connector.sources:
        yield "it has no source"
    for name in _repeated([field.name for field in connector.fields]):
        yield f"two fields are called {name}"
    for name in _repeated(trial.sources):
        yield f"two sources are called {name}"
    for source in connector.sources:
        if not source.every_seconds >= 1:
            yield f"{source.name} is asked every {source.every_seconds} seconds"
    for field in connector.fields:
        if not field.label.strip():
            yield f"the field {field.name} has no label"
        if field.secret and field.default:
            yield f"the secret {field.name} has a default"


# What Moderates may offer.
_ACTIONS = {"hide", "show", "approve", "report", "spam", "delete"}


def can_what_it_says(trial: Trial) -> Iterator[str]:
    """A source that streams needs a stream, and one to which others bring needs somebody who takes it."""
    connector = trial.connector
    able = {"ask": True, "stream": isinstance(connector, Streams), "push": isinstance(connector, Receives)}
    for source in connector.sources:
        if not able.get(source.way):
            yield f"the way of {source.name} is {source.way}, and it cannot do that"
        if source.needs and source.needs not in {field.name for field in connector.fields}:
            yield f"{source.name} needs {source.needs}, which nobody is asked for"
    if isinstance(connector, Moderates) and (unknown := sorted({*connector.actions} - _ACTIONS)):
        yield f"it offers to {', '.join(unknown)}, which nobody knows"


def _repeated(names: list[str]) -> set[str]:
    return {name for name in names if names.count(name) > 1}


# -- what it does with payloads ----------------------------------------------------------------------------------------

_JUNK: tuple[bytes, ...] = (
    *(b"", b"\0", b"\xff\xfe\xff", b" \n", b"null", b"true", b"0", b'""', b"[]", b"{}", b"[[]]", b"[null, 1, {}]"),
    *(b'{"id": null}', b'[{"id": 1, "type": []}]', b'[{"type": "mention", "status": []}]', b'{"notifications": [7]}'),
    *(b"[" * 100_000, b'{"a":' * 100_000, b"<rss><channel><item>", b"<html>", b"a,b\n1", b'"' * 200_000),
    *(b'["\\ud83d"]', b"1e999", b"[" + b"1," * 50_000 + b"1]"),
    *(random.Random(seed).randbytes(300) for seed in range(20)),  # noqa: S311 - repeatable noise, not a secret
)


def survives_junk(trial: Trial) -> Iterator[str]:
    """Junk becomes rejects, or a `ConnectorError` when it is no payload at all; nothing else is raised."""
    for raw in (*_JUNK, *_damaged(_fixtures(trial))):
        for source in trial.sources:
            yield from _parse_wrongs(trial, raw, source)


def reads_its_fixtures(trial: Trial) -> Iterator[str]:
    """What was captured is read into sound messages, and the same way twice."""
    for raw in _fixtures(trial):
        for source in trial.sources:
            yield from _parse_wrongs(trial, raw, source)


def _parse_wrongs(trial: Trial, raw: bytes, source: str) -> Iterator[str]:
    account = trial.account("https://example.org/")
    try:
        page = trial.connector.parse(raw, source=source, account=account)
        again = trial.connector.parse(raw, source=source, account=account)
    except ConnectorError:
        return
    except Exception as error:  # noqa: BLE001 - this is the question: whatever else it raises is wrong
        yield f"parsing {raw[:40]!r} raised {type(error).__name__}: {error}"
        return
    if page != again:
        yield f"parsing {raw[:40]!r} twice gave two answers"
    yield from (f"parsing {raw[:40]!r}: {wrong}" for wrong in page_wrongs(page, trial.connector.network))


def _fixtures(trial: Trial) -> list[bytes]:
    folder = Path(inspect.getfile(type(trial.connector))).parent / "fixtures"
    return [file.read_bytes() for file in sorted(folder.glob("*")) if file.is_file()]


def _damaged(fixtures: list[bytes]) -> Iterator[bytes]:
    """Each fixture cut in the middle, and with some bytes changed."""
    rng = random.Random(1)  # noqa: S311 - repeatable damage
    for raw in fixtures:
        yield raw[: len(raw) // 2]
        damaged = bytearray(raw)
        for _ in range(len(raw) // 50):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        yield bytes(damaged)


def page_wrongs(page: Page, network: str) -> Iterator[str]:
    """What is wrong with a page, whoever made it."""
    for message in page.messages:
        named = f"message {message.external_id[:80]!r}"
        yield from (f"{named} {wrong}" for wrong in _message_wrongs(message, network))
    for deletion in page.deletions:
        if not deletion.external_id or deletion.network.partition(":")[0] != network:
            yield f"a deletion of {deletion}"
    for reject in page.rejects:
        if not reject.where or not reject.reason:
            yield f"a reject without where or reason: {reject}"
    if any(count < 0 for count in page.tallies.values()):
        yield f"it counts less than nothing: {page.tallies}"


def _message_wrongs(message: Message, network: str) -> Iterator[str]:
    if not message.external_id:
        yield "has no id"
    if not message.thread_id:
        yield "is in no thread"
    if message.network.partition(":")[0] != network or message.author.network != message.network:
        yield f"is of the network {message.network}, its author of {message.author.network}"
    if not message.author.external_id:
        yield "has no author"
    if message.published_at.tzinfo is None or message.published_at.utcoffset():
        yield f"was published at {message.published_at}, which is not in UTC"
    if message.addressed and message.context:
        yield "is addressed to us, and also mere context"
    if re.search("[\0\ud800-\udfff]", message.text):
        yield "has a text that no database takes"
    if any(not 0 <= span.start < span.end <= len(message.text) for span in message.spans):
        yield f"has spans outside its text: {message.spans}"


# -- what it does when it goes out -------------------------------------------------------------------------------------


def _cut(connection: Any, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[")


# How a server can be in trouble, and what a connector has to make of it.
_TROUBLES: tuple[tuple[str, Talk, type[ConnectorError]], ...] = (
    ("hangs up", hang_up, ConnectorError),
    ("ends in the middle of its answer", _cut, ConnectorError),
    ("answers nothing", answer("200 OK"), ConnectorError),
    ("answers a page for people", answer("200 OK", b"<html>Sign in</html>", "Content-Type: text/html"), ConnectorError),
    ("is broken", answer("500 Internal Server Error"), ConnectorError),
    ("is busy", answer("503 Service Unavailable"), ConnectorError),
    ("asks us to wait", answer("429 Too Many Requests", b"", "Retry-After: 7"), RateLimited),
    ("refuses our credentials", answer("401 Unauthorized", b"{}", "Content-Type: application/json"), NeedsSignIn),
)


def notices_trouble(trial: Trial) -> Iterator[str]:
    """Fetching, connecting and looking for what was sent raise when the server is in trouble: no silence, no guess."""
    for trouble, talk, kind in _TROUBLES if trial.goes_out else ():
        with peer(talk) as server:
            account = trial.account(server.url)
            for name, call in _calls(trial, account).items():
                before = server.connections
                wrong = _outcome_wrong(call, kind)
                if wrong and server.connections > before:
                    yield f"{name}, when the server {trouble}: {wrong}"
            if not server.connections:
                yield "it never asked the server"


def _calls(trial: Trial, account: Account) -> dict[str, Callable[[], object]]:
    connector = trial.connector
    calls: dict[str, Callable[[], object]] = {"check": lambda: connector.check(account)}
    for source in connector.sources:
        if source.way == "stream" and isinstance(connector, Streams):
            calls[f"stream {source.name}"] = lambda name=source.name: list(connector.stream(account, name, "", bool))  # type: ignore[misc]
        elif source.way == "ask":
            calls[f"fetch {source.name}"] = lambda name=source.name: list(connector.fetch(account, name, ""))  # type: ignore[misc]
    if isinstance(connector, Sends):
        calls["find_sent"] = lambda: connector.find_sent(account, _reply())
    return calls


def _outcome_wrong(call: Callable[[], object], kind: type[ConnectorError]) -> str:
    try:
        found = call()
    except ConnectorError as error:
        return _error_wrong(error, kind)
    except Exception as error:  # noqa: BLE001 - this is the question: whatever else it raises is wrong
        return f"it raised {type(error).__name__}: {error}"
    return "" if isinstance(found, Absent) and not found.conclusive else f"it answered {found!r}"


def _error_wrong(error: ConnectorError, kind: type[ConnectorError]) -> str:
    chain: list[BaseException] = [error]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    if any(_SECRET in str(link) for link in chain):
        return "the error tells the secret"
    if not isinstance(error, kind):
        return f"it raised {type(error).__name__} and not {kind.__name__}"
    if error.permanent and not isinstance(error, NeedsSignIn):
        return "it says that trying again cannot help"
    if isinstance(error, RateLimited) and error.retry_after != 7:
        return f"it waits {error.retry_after} seconds where it was asked to wait 7"
    return ""


def stays_away_from_private_places(trial: Trial) -> Iterator[str]:
    """Without anybody's permission nothing connects to a private address."""
    if not trial.goes_out:
        return
    with peer(hang_up) as server:
        account = trial.account(server.url, private_hosts=())
        calls = _calls(trial, account) | {"send": lambda: _send(trial, account)}
        for name, call in calls.items():
            try:
                call()
            except ConnectorError as error:
                if not error.permanent or isinstance(error, OutcomeUnknown):
                    yield f"{name} to a private address says {error!r}"
        if server.connections:
            yield "it connected to a private address"


# -- what it does with what is brought ---------------------------------------------------------------------------------

_UNSIGNED: tuple[Mapping[str, str], ...] = (
    {},
    {"authorization": "Bearer guest", "x-signature": "", "x-hub-signature-256": "sha256="},
    {"x-rapport-timestamp": "0", "x-rapport-signature": "v1=" + "0" * 64},
)


def takes_only_what_is_signed(trial: Trial) -> Iterator[str]:
    """Whoever brings something without a signature is told to sign in, whatever they bring."""
    connector = trial.connector
    if not isinstance(connector, Receives):
        return
    for body in _JUNK:
        for headers in _UNSIGNED:
            try:
                connector.receive(trial.account("https://example.org/"), headers, body, datetime.now(UTC))
            except NeedsSignIn:
                continue
            except Exception as error:  # noqa: BLE001 - this is the question: whatever else it raises is wrong
                yield f"unsigned, {body[:40]!r} raised {type(error).__name__}: {error}"
            else:
                yield f"it took {body[:40]!r}, which nobody signed"


# -- what it does when it answers --------------------------------------------------------------------------------------


def _reply() -> Reply:
    return Reply("key-1", "Hello", datetime.now(UTC) - timedelta(hours=1))


def _send(trial: Trial, account: Account) -> object:
    return trial.connector.send(account, _reply()) if isinstance(trial.connector, Sends) else None


def counts_length(trial: Trial) -> Iterator[str]:
    connector = trial.connector
    if not isinstance(connector, Sends):
        return
    if connector.limit < 1:
        yield f"it takes texts of {connector.limit} characters"
    for text, length in {"": 0, "Hello": 5, "Æbelø": 5}.items():
        if connector.length(text) != length:
            yield f"it counts {connector.length(text)} characters in {text!r}"


def knows_what_never_left(trial: Trial) -> Iterator[str]:
    """A reply for which no connection could be made is not in doubt."""
    if not trial.goes_out or not isinstance(trial.connector, Sends):
        return
    with peer(hang_up) as gone:
        account = trial.account(gone.url)
    try:
        yield f"sent to nobody, it answered {_send(trial, account)!r}"
    except OutcomeUnknown:
        yield "it is in doubt about a reply that never left"
    except ConnectorError as error:
        if error.permanent:
            yield "it gives up for good on a server that is down"


QUESTIONS: tuple[Question, ...] = (
    describes_itself,
    can_what_it_says,
    survives_junk,
    reads_its_fixtures,
    notices_trouble,
    stays_away_from_private_places,
    takes_only_what_is_signed,
    counts_length,
    knows_what_never_left,
)


# -- what it does with its cursor --------------------------------------------------------------------------------------


def cursor_wrongs(connector: Connector, account: Account, source: str) -> Iterator[str]:
    """Fetches everything, then again from behind each page: what came later must come again. Needs a server at rest."""
    pages = list(connector.fetch(account, source, ""))
    for number, page in enumerate(pages):
        later = {message.external_id for after in pages[number + 1 :] for message in after.messages}
        again = {
            message.external_id for after in connector.fetch(account, source, page.cursor) for message in after.messages
        }
        if missing := later - again:
            yield f"behind page {number + 1}, {len(missing)} messages are skipped"
    if pages and pages[-1].more:
        yield "the last page says that there is more"
    for page in pages:
        yield from page_wrongs(page, connector.network)
