"""The connector against servers that are in trouble. With sound ones it is tested in tests/live."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rapport.connectors.contract import Account, BringsBack
from rapport.connectors.email import connector, smtp
from rapport.core.errors import BlockedAddress, ConnectorError, NeedsSignIn, OutcomeUnknown
from rapport.core.types import Absent, Receipt, Reply

SECRET = "canary-5f1c9e"
DAY = datetime(2026, 3, 2, tzinfo=UTC)
REPLY = Reply("key-1", "Here it is.", datetime.now(UTC) - timedelta(hours=1), parent_handle="cleo@example.org")


CUT = b"%CUT"


class Server:
    """Answers each line by the first word that it knows; None hangs up, and so does CUT at the end of one."""

    def __init__(self, greeting: bytes, answers: dict[bytes, bytes | None]) -> None:
        self.lines: list[bytes] = []
        self.bodies: list[bytes] = []
        self._greeting, self._answers = greeting, answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                try:
                    self._converse(connection)
                except OSError:
                    continue

    def _converse(self, connection: socket.socket) -> None:
        connection.sendall(self._greeting)
        with connection.makefile("rb") as lines:
            for line in lines:
                self.lines.append(line)
                answer = self._answer(line)
                if answer is None:
                    return
                connection.sendall(answer.removesuffix(CUT))
                if answer.endswith(CUT):
                    return
                if line.startswith(b"DATA") and answer.startswith(b"354"):
                    self._take(connection, lines)

    def _take(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        body = []
        for line in lines:
            if line == b".\r\n":
                break
            body.append(line)
        self.bodies.append(b"".join(body))
        if (answer := self._answers.get(b".", b"250 taken\r\n")) is None:
            connection.shutdown(socket.SHUT_RDWR)
            return
        connection.sendall(answer)

    def _answer(self, line: bytes) -> bytes | None:
        words = line.split()
        tag, verb = (words[0], words[1].upper()) if len(words) > 1 and words[0].isalnum() else (b"", b"")
        if verb == b"UID":
            verb = b"UID " + words[2].upper()
        known = self._answers.get(verb, self._answers.get(words[0].upper(), b"%TAG OK done\r\n") if words else b"")
        return known if known is None else known.replace(b"%TAG", tag)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@contextmanager
def server(greeting: bytes, answers: dict[bytes, bytes | None]) -> Iterator[Server]:
    found = Server(greeting, answers)
    try:
        yield found
    finally:
        found.close()


IMAP: dict[bytes, bytes | None] = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%TAG OK done\r\n",
    b"EXAMINE": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 9] .\r\n%TAG OK [READ-ONLY] done\r\n",
    b"UID SEARCH": b"* SEARCH 4 8\r\n%TAG OK done\r\n",
    b"LOGOUT": b"* BYE\r\n%TAG OK done\r\n",
}
SMTP: dict[bytes, bytes | None] = {
    b"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n",
    b"AUTH": b"235 in\r\n",
    b"MAIL": b"250 ok\r\n",
    b"RCPT": b"250 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
HELLO = b"* OK hello\r\n"


def account(imap: str = "127.0.0.1:9", smtp: str = "127.0.0.1:9", *, allowed: bool = True, copy: str = "no") -> Account:
    config = {"email": "help@ferries.example", "imap": imap, "smtp": smtp, "copy": copy}
    return Account(config, {"password": SECRET}, private_hosts=("127.0.0.1",) if allowed else ())


CALLS: dict[str, Callable[[Account], object]] = {
    "check": lambda account: connector.check(account),
    "fetch": lambda account: list(connector.fetch(account, "inbox", "")),
    "stream": lambda account: next(connector.stream(account, "idle", "", lambda text: True)),
    "find_sent": lambda account: connector.find_sent(account, REPLY),
    "count": lambda account: connector.count(account, "inbox", DAY, DAY + timedelta(days=1)),
}
LITERAL = b'* 1 FETCH (UID 4 INTERNALDATE "02-Mar-2026 12:00:00 +0000" RFC822.SIZE 500 BODY[]<0> {500}\r\nFrom: a'


@pytest.mark.parametrize(
    ("trouble", "greeting", "answers"),
    [
        ("hangs up", b"", {b"CAPABILITY": None}),
        ("hangs up at the greeting", b"* BYE too busy\r\n", {}),
        ("speaks another language", b"HTTP/1.1 200 OK\r\n\r\n", {}),
        ("is busy", HELLO, {b"LOGIN": b"%TAG NO [UNAVAILABLE] Temporary authentication failure.\r\n"}),
        ("hangs up at signing in", HELLO, {b"LOGIN": None}),
        ("has no such folder", HELLO, {b"EXAMINE": b"%TAG NO there is none\r\n"}),
        ("hangs up at the folder", HELLO, {b"EXAMINE": None}),
        ("tells no UIDVALIDITY", HELLO, {b"EXAMINE": b"* 2 EXISTS\r\n%TAG OK done\r\n"}),
        ("would give ten gigabytes", HELLO, {b"EXAMINE": b"* 1 FETCH (BODY[] {10000000000}\r\n"}),
    ],
)
@pytest.mark.parametrize("call", ["check", "fetch", "stream", "find_sent"])
def test_trouble_is_told(call: str, trouble: str, greeting: bytes, answers: dict[bytes, bytes | None]) -> None:
    with server(greeting, IMAP | answers) as imap, pytest.raises(ConnectorError) as error:
        CALLS[call](account(imap.place))
    assert not isinstance(error.value, NeedsSignIn)
    assert not error.value.permanent
    assert SECRET not in told(error.value)


def told(error: BaseException) -> str:
    chain: list[BaseException] = [error]
    while cause := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(cause)
    return " ".join(map(str, chain))


@pytest.mark.parametrize("call", ["fetch", "stream"])
@pytest.mark.parametrize(
    "answers",
    [
        {b"UID SEARCH": None},
        {b"UID SEARCH": b"* SEARCH 4 8\r\n" + CUT},
        {b"UID FETCH": None},
        {b"UID FETCH": LITERAL + CUT},
        {b"UID FETCH": b"%TAG NO not now\r\n"},
        {b"UID FETCH": b"%TAG OK and nothing\r\n"},  # they are still listed, so nothing may pass them over
    ],
)
def test_an_answer_that_is_cut_is_never_an_empty_page(call: str, answers: dict[bytes, bytes | None]) -> None:
    with server(HELLO, IMAP | answers) as imap, pytest.raises(ConnectorError):
        CALLS[call](account(imap.place))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.connectors.email.imap.STEP", 0.5)
    monkeypatch.setattr("rapport.connectors.email.smtp.STEP", 0.5)


def test_a_refused_password_needs_a_person() -> None:
    no = {b"LOGIN": b"%TAG NO [AUTHENTICATIONFAILED] no\r\n"}
    for call in CALLS.values():
        with server(HELLO, IMAP | no) as imap, pytest.raises(NeedsSignIn) as error:
            call(account(imap.place))
        assert SECRET not in told(error.value)


def test_a_server_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.connectors.email.imap.STEP", 5.0)
    monkeypatch.setattr("rapport.connectors.email.imap.TURN", 0.5)
    for greeting, answers in ((HELLO, {b"EXAMINE": b"* 2 EXI"}), (b"* OK he", {})):
        with server(greeting, IMAP | answers) as imap, pytest.raises(ConnectorError):
            connector.check(account(imap.place))


@pytest.mark.parametrize("call", [*CALLS, "send"])
def test_a_private_place_that_nobody_allowed_is_not_reached(call: str) -> None:
    with server(HELLO, IMAP) as imap:
        calls = CALLS | {"send": lambda account: connector.send(account, REPLY)}
        with pytest.raises(BlockedAddress):
            calls[call](account(imap.place, imap.place, allowed=False))
        assert imap.lines == []


def test_a_cursor_that_cannot_be_read_says_so() -> None:
    with server(HELLO, IMAP) as imap, pytest.raises(ConnectorError, match="cursor"):
        list(connector.fetch(account(imap.place), "inbox", "nonsense"))


# -- answering ---------------------------------------------------------------------------------------------------------


def test_an_answer_is_handed_over_once() -> None:
    with server(b"220 x\r\n", SMTP) as out:
        receipt = connector.send(account(smtp=out.place), REPLY)
        assert receipt.external_id == "key-1.rapport@ferries.example"
        assert len(out.bodies) == 1
        assert b"RCPT TO:<cleo@example.org>\r\n" in out.lines
        assert receipt.ref["claim"]["people"] == ["cleo@example.org"]


def test_a_copy_goes_to_ourselves_where_that_is_wanted() -> None:
    with server(b"220 x\r\n", SMTP) as out:
        connector.send(account(smtp=out.place, copy="yes"), REPLY)
        assert b"RCPT TO:<help@ferries.example>\r\n" in out.lines
        assert b"Bcc" not in out.bodies[0]


@pytest.mark.parametrize(
    ("answers", "kind", "permanent"),
    [
        ({b"MAIL": b"451 later\r\n"}, ConnectorError, False),
        ({b"MAIL": b"550 never\r\n"}, ConnectorError, True),
        ({b"RCPT": b"450 greylisted\r\n"}, ConnectorError, False),
        ({b"RCPT": b"550 unknown user\r\n"}, ConnectorError, True),
        ({b"RCPT": None}, ConnectorError, False),
        ({b"AUTH": b"535 no\r\n"}, NeedsSignIn, False),
        ({b"AUTH": b"454 not now\r\n"}, ConnectorError, False),
        ({b"DATA": b"451 later\r\n"}, ConnectorError, False),
        ({b".": b"452 full\r\n"}, ConnectorError, False),
        ({b".": b"554 spam\r\n"}, ConnectorError, True),
        ({b".": None}, OutcomeUnknown, False),
        ({b".": b""}, OutcomeUnknown, False),
        ({b".": b"what\r\n"}, OutcomeUnknown, False),
        ({b"DATA": None}, OutcomeUnknown, False),
        ({b"EHLO": None}, ConnectorError, False),
    ],
)
def test_only_what_may_have_left_is_in_doubt(
    answers: dict[bytes, bytes | None], kind: type[ConnectorError], permanent: bool
) -> None:
    with server(b"220 x\r\n", SMTP | answers) as out, pytest.raises(ConnectorError) as error:
        connector.send(account(smtp=out.place), REPLY)
    assert type(error.value) is kind
    assert error.value.permanent is permanent
    assert SECRET not in told(error.value)


def test_a_server_that_is_down_leaves_no_doubt() -> None:
    with server(b"", {}) as gone:
        place = gone.place
    with pytest.raises(ConnectorError) as error:
        connector.send(account(smtp=place), REPLY)
    assert not isinstance(error.value, OutcomeUnknown)
    assert not error.value.permanent


def test_a_whole_that_takes_too_long_before_it_left_is_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TURN", 0.3)
    monkeypatch.setattr(smtp, "STEP", 5.0)
    with server(b"220 x\r\n", SMTP | {b"MAIL": b""}) as out, pytest.raises(ConnectorError) as error:
        connector.send(account(smtp=out.place), REPLY)
    assert not isinstance(error.value, OutcomeUnknown)


FOUND = {b"LIST": b'* LIST (\\Sent) "/" Sent\r\n%TAG OK done\r\n', b"UID SEARCH": b"* SEARCH 3\r\n%TAG OK done\r\n"}
NOWHERE = FOUND | {b"UID SEARCH": b"* SEARCH\r\n%TAG OK done\r\n"}


def look(answers: dict[bytes, bytes | None], copy: str, **changes: datetime) -> Receipt | Absent:
    with server(HELLO, IMAP | answers) as imap:
        return connector.find_sent(account(imap.place, copy=copy), replace(REPLY, **changes))  # type: ignore[arg-type]


def test_what_lies_in_the_mailbox_was_sent() -> None:
    found = look(FOUND, "no")
    assert isinstance(found, Receipt)
    assert found.external_id == "key-1.rapport@ferries.example"


def test_a_no_is_conclusive_only_where_a_copy_must_be_and_had_the_time_to_come() -> None:
    assert look(NOWHERE, "no") == Absent(
        conclusive=False, reason="It is not among the mails that we sent; not every server files them."
    )
    assert look(NOWHERE, "yes") == Absent(conclusive=True, reason="No copy of it came back.")
    gmail = NOWHERE | {b"CAPABILITY": b"* CAPABILITY IMAP4rev1 X-GM-EXT-1\r\n%TAG OK done\r\n"}
    assert look(gmail, "no") == Absent(conclusive=True, reason="No copy of it came back.")
    early = look(NOWHERE, "yes", attempted_at=datetime.now(UTC) - timedelta(minutes=1))
    assert isinstance(early, Absent)
    assert not early.conclusive
    assert early.ask_again_after == pytest.approx(14 * 60, abs=30)


def test_the_cursor_is_read_as_it_was_written() -> None:
    none = {b"UID SEARCH": b"* SEARCH\r\n%TAG OK done\r\n"}
    with server(HELLO, IMAP | none) as imap:
        first, last = connector.fetch(account(imap.place), "inbox", "")
        assert first.cursor == last.cursor
        assert json.loads(last.cursor)["INBOX"][:2] == [7, 8]
        assert list(connector.fetch(account(imap.place), "inbox", last.cursor)) == [last]


def mail(uid: int, sender: str = "cleo@example.test", hour: int = 12) -> bytes:
    text = f"From: {sender}\r\nMessage-ID: <{uid}@example.test>\r\nSubject: Late\r\n\r\nMy ferry was late.\r\n"
    told = (
        f'UID {uid} INTERNALDATE "02-Mar-2026 {hour:02}:00:00 +0000" RFC822.SIZE {len(text)} BODY[]<0> {{{len(text)}}}'
    )
    return f"* {uid} FETCH ({told}\r\n{text})\r\n".encode()


TWO = IMAP | {b"UID FETCH": mail(4) + mail(8) + b"%TAG OK done\r\n"}


def test_the_cursor_of_a_page_stands_behind_its_own_mails_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.connectors.email.imap.TOGETHER", 1)
    with server(HELLO, TWO) as imap:
        pages = [page for page in connector.fetch(account(imap.place), "inbox", "") if page.messages]
    assert [json.loads(page.cursor)["INBOX"][1] for page in pages] == [4, 8]


@pytest.mark.parametrize(("validity", "heard"), [(7, 1), (6, 2)])
def test_a_folder_that_counts_anew_is_listed_again(validity: int, heard: int) -> None:
    cursor = json.dumps({"INBOX": [validity, 5, "2026-03-02"]})
    with server(HELLO, TWO) as imap:
        pages = list(connector.fetch(account(imap.place), "inbox", cursor))
    assert sum(len(page.messages) for page in pages) == heard


def test_whoever_writes_our_address_into_a_mail_is_not_us() -> None:
    ours = IMAP | {b"UID SEARCH": b"* SEARCH 4\r\n%TAG OK done\r\n"}
    forged = ours | {b"UID FETCH": mail(4, "help@ferries.example") + b"%TAG OK done\r\n"}
    with server(HELLO, forged) as imap, server(b"220 x\r\n", SMTP) as out:
        us = connector.check(account(imap.place, out.place))
        heard, *_ = connector.fetch(account(imap.place), "inbox", "")
    assert heard.messages[0].author.external_id == "help@ferries.example" != us.external_id


def test_only_mails_of_the_hours_that_were_asked_for_are_brought_back() -> None:
    answers = IMAP | {b"UID FETCH": mail(4, hour=9) + mail(8, hour=15) + b"%TAG OK done\r\n"}
    since, until = DAY + timedelta(hours=12), DAY + timedelta(days=1)
    with server(HELLO, answers) as imap:
        pages = list(connector.bring_back(account(imap.place), "inbox", since, until, ""))
    assert [message.published_at.hour for page in pages for message in page.messages] == [15]


def test_bringing_a_mailbox_back_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.connectors.email.imap.TOGETHER", 1)
    with server(HELLO, TWO) as imap:
        first, *rest = connector.bring_back(account(imap.place), "inbox", DAY, DAY + timedelta(days=1), "")
        again = connector.bring_back(account(imap.place), "inbox", DAY, DAY + timedelta(days=1), first.cursor)
        assert [page.messages for page in again] == [page.messages for page in rest]
    assert len(first.messages) == 1


# -- counting ----------------------------------------------------------------------------------------------------------


def test_mails_are_counted_by_their_headers_and_their_hour() -> None:
    def told(uid: int, arrived: str, name: str, *more: str) -> bytes:
        lines = ["From: cleo@example.test", f"Message-ID: <{name}@example.test>", f"Date: {arrived}", *more, "", ""]
        head = "\r\n".join(lines)
        at = datetime.strptime(arrived, "%d %b %Y %H:%M:%S %z").strftime("%d-%b-%Y %H:%M:%S %z")
        return f'* {uid} FETCH (UID {uid} INTERNALDATE "{at}" BODY[HEADER]<0> {{{len(head)}}}\r\n{head})\r\n'.encode()

    mails = [
        told(4, "02 Mar 2026 12:00:00 +0000", "asks"),
        told(5, "02 Mar 2026 12:00:00 +0000", "asks"),  # again
        told(6, "03 Mar 2026 01:59:00 +0200", "by-their-own-clock-tomorrow"),
        told(7, "02 Mar 2026 01:59:00 +0200", "by-their-own-clock-today"),
        told(8, "02 Mar 2026 12:00:00 +0000", "away", "Auto-Submitted: auto-replied"),
    ]
    listed = b"* SEARCH 4 5 6 7 8\r\n%TAG OK done\r\n"
    answers = IMAP | {b"UID SEARCH": listed, b"UID FETCH": b"".join(mails) + b"%TAG OK done\r\n"}
    with server(HELLO, answers) as imap:
        assert connector.count(account(imap.place), "inbox", DAY, DAY + timedelta(days=1)) == 2


def test_more_mails_than_can_be_looked_at_are_not_counted() -> None:
    many = b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 10_002)) + b"\r\n%TAG OK done\r\n"
    with server(HELLO, IMAP | {b"UID SEARCH": many}) as imap:
        assert connector.count(account(imap.place), "inbox", DAY, DAY + timedelta(days=1)) is None


def test_the_daily_count_asks_mailboxes_too() -> None:
    assert isinstance(connector, BringsBack)
    assert connector.earlier == ("inbox",)
