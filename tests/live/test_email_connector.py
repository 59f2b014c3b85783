"""The connector against dovecot and postfix, with strangers who use the standard library."""

from __future__ import annotations

import itertools
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller

from rapport.connectors import http
from rapport.connectors.checks import cursor_wrongs
from rapport.connectors.contract import Account
from rapport.connectors.email import connector, places
from rapport.core.errors import BlockedAddress, ConnectorError, NeedsSignIn, OutcomeUnknown
from rapport.core.types import Absent, Message, Page, Receipt, Reply
from tests.processes import free_port

from .mail_servers import GONE, US, MailServers, wait

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def _rested(mail_servers: MailServers) -> None:
    mail_servers.empty()


@pytest.fixture
def us(mail_servers: MailServers) -> Account:
    return mail_servers.account()


def hear(account: Account, cursor: str = "") -> tuple[list[Page], str]:
    pages = list(connector.fetch(account, "inbox", cursor))
    return pages, pages[-1].cursor


def messages(pages: list[Page]) -> list[Message]:
    return [message for page in pages for message in page.messages]


@pytest.fixture
def now(us: Account) -> str:
    return hear(us)[1]


def heard(us: Account, cursor: str, count: int = 1) -> list[Message]:
    return wait(lambda: found if len(found := messages(hear(us, cursor)[0])) >= count else None)


def answer_to(message: Message, text: str = "It is on the quay.") -> Reply:
    return Reply(
        idempotency_key=uuid4().hex,
        text=text,
        created_at=datetime.now(UTC).replace(microsecond=0),
        parent_id=message.external_id,
        parent_ref=message.ref,
        thread_id=message.thread_id,
        parent_handle=message.author.handle,
        attempted_at=datetime.now(UTC),
    )


# -- signing in --------------------------------------------------------------------------------------------------------


def test_we_know_who_we_are(us: Account) -> None:
    profile = connector.check(us)
    assert (profile.handle, profile.external_id) == (US, f"mailbox:{US}")


def test_a_wrong_password_needs_a_person(us: Account, mail_servers: MailServers) -> None:
    wrong = replace(us, secrets={"password": "wrong"})
    with pytest.raises(NeedsSignIn):
        connector.check(wrong)
    with pytest.raises(NeedsSignIn):
        hear(wrong)
    with pytest.raises(NeedsSignIn):
        connector.send(wrong, replace(answer_to_cleo(), idempotency_key="never"))


def answer_to_cleo() -> Reply:
    return Reply(uuid4().hex, "Hello", datetime.now(UTC), parent_handle="cleo@example.test")


def test_a_private_place_that_nobody_allowed_is_not_reached(us: Account) -> None:
    for call in (lambda a: connector.check(a), hear, lambda a: connector.send(a, answer_to_cleo())):
        with pytest.raises(BlockedAddress):
            call(replace(us, private_hosts=()))


@pytest.mark.parametrize("port", ["imap", "imaps"])
def test_the_connection_is_encrypted_where_the_server_can_and_its_name_is_checked(
    mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    monkeypatch.setattr(places, "ENCRYPTED_AT_ONCE", {mail_servers.imaps})
    account = mail_servers.account(imap=f"127.0.0.1:{getattr(mail_servers, port)}")
    with pytest.raises(ConnectorError, match="certificate"):
        hear(account)  # nobody vouches for it
    context = ssl.create_default_context(cafile=str(mail_servers.folder / "cert.pem"))
    trust(monkeypatch, context)
    hear(account)
    with pytest.raises(ConnectorError, match="certificate"):
        hear(
            replace(mail_servers.account(imap=f"localhost:{getattr(mail_servers, port)}"), private_hosts=("localhost",))
        )


def trust(monkeypatch: pytest.MonkeyPatch, context: ssl.SSLContext) -> None:
    monkeypatch.setattr(places, "trusted", lambda: context)
    monkeypatch.setattr(http, "_trust", lambda: context)


@pytest.fixture(autouse=True)
def _vouched(monkeypatch: pytest.MonkeyPatch, mail_servers: MailServers, request: pytest.FixtureRequest) -> None:
    if "encrypted" not in request.node.name:
        trust(monkeypatch, ssl.create_default_context(cafile=str(mail_servers.folder / "cert.pem")))


# -- hearing -----------------------------------------------------------------------------------------------------------


def test_a_mail_is_heard_once_and_stays_unread(us: Account, mail_servers: MailServers, now: str) -> None:
    mail_servers.write("cleo", "Where is my hat?")
    (found,) = heard(us, now)
    assert (found.text, found.author.external_id) == ("My hat\n\nWhere is my hat?", "cleo@example.test")
    cursor = hear(us, now)[1]
    assert hear(us, cursor)[0] == [Page(cursor=cursor)]
    with mail_servers.signed_in("help") as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, "UNSEEN")[1][0] == client.search(None, "ALL")[1][0] != b""


def test_the_first_look_brings_what_is_recent(us: Account, mail_servers: MailServers) -> None:
    mail_servers.write("cleo", "Where is my hat?")
    assert len(heard(us, "")) == 1


def test_the_cursor_skips_nothing_wherever_we_go_on(us: Account, mail_servers: MailServers) -> None:
    for number in range(120):
        mail_servers.append(f"From: cleo@example.test\r\nDate: {DATE}\r\nSubject: {number}\r\n\r\nhello".encode())
    pages, _ = hear(us)
    assert [message.text.split()[0] for message in messages(pages)] == [str(number) for number in range(120)]
    assert len([page for page in pages if page.messages]) == 3
    assert list(cursor_wrongs(connector, us, "inbox")) == []


DATE = "Mon, 2 Mar 2026 10:00:00 +0000"


def test_what_cannot_be_read_is_put_aside_and_the_rest_heard(us: Account, mail_servers: MailServers, now: str) -> None:
    mail_servers.append(b"From: cleo@example.test\r\nX: " + b"a" * 70_000 + b"\r\n\r\nhello")
    mail_servers.append(f"From: ben@example.test\r\nDate: {DATE}\r\n\r\n".encode() + b"hello world\r\n" * 800_000)
    pages, _ = hear(us, now)
    (reject,) = (reject for page in pages for reject in page.rejects)
    assert "header" in reject.reason
    assert reject.where.startswith("INBOX, mail ")
    (large,) = messages(pages)
    assert large.ref["cut"] > 10_000_000
    assert len(large.text) < 70_000


def test_several_folders_are_read(mail_servers: MailServers) -> None:
    account = mail_servers.account(folders="INBOX, Sent")
    cursor = hear(account)[1]
    mail_servers.append(f"From: ana@ferries.test\r\nDate: {DATE}\r\n\r\nsent".encode(), "Sent")
    mail_servers.append(f"From: cleo@example.test\r\nDate: {DATE}\r\n\r\nin".encode())
    pages, _ = hear(account, cursor)
    assert {message.text for message in messages(pages)} == {"sent", "in"}
    with pytest.raises(ConnectorError):
        hear(mail_servers.account(folders="INBOX, Nowhere"))


def test_a_folder_that_counts_anew_loses_nothing_and_repeats_nothing(
    us: Account, mail_servers: MailServers, now: str
) -> None:
    mail_servers.write("cleo", "One")
    (one,) = heard(us, now)
    cursor = hear(us, now)[1]
    mail_servers.count_anew()
    mail_servers.write("cleo", "Two")
    found = heard(us, cursor, 2)
    assert {message.text.split()[-1] for message in found} == {"One", "Two"}
    assert one.external_id in {message.external_id for message in found}
    cursor = hear(us, cursor)[1]
    assert messages(hear(us, cursor)[0]) == []


def test_a_mail_that_is_taken_away_meanwhile_holds_nothing_up(
    us: Account, mail_servers: MailServers, now: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        mail_servers.append(f"From: cleo@example.test\r\nDate: {DATE}\r\n\r\n{number}".encode())
    from rapport.connectors.email import imap

    fetch = imap.Mailbox.fetch

    def after_it_is_gone(box: imap.Mailbox, uids: list[int]) -> list[imap.Fetched]:
        mail_servers.expunge("help", 2)
        return fetch(box, uids)

    monkeypatch.setattr(imap.Mailbox, "fetch", after_it_is_gone)
    pages, cursor = hear(us, now)
    assert [message.text for message in messages(pages)] == ["0", "2"]
    assert sum(page.tallies.get("expunged", 0) for page in pages) == 1
    monkeypatch.setattr(imap.Mailbox, "fetch", fetch)
    assert messages(hear(us, cursor)[0]) == []


def test_a_server_that_ends_in_the_middle_is_an_error_and_nothing_is_passed_over(
    us: Account, mail_servers: MailServers, now: str
) -> None:
    for number in range(130):
        mail_servers.append(f"From: cleo@example.test\r\nDate: {DATE}\r\n\r\n{number}".encode())
    pages = connector.fetch(us, "inbox", now)
    first = next(pages)
    mail_servers.stop()
    with pytest.raises(ConnectorError):
        list(pages)
    with pytest.raises(ConnectorError):
        hear(us, first.cursor)
    mail_servers.start()
    rest = messages(hear(us, first.cursor)[0])
    assert [message.text for message in [*first.messages, *rest]] == [str(number) for number in range(130)]


@pytest.fixture
def stream(us: Account, now: str) -> Iterator[Iterator[Page]]:
    pages = connector.stream(us, "idle", now, lambda text: True)
    next(pages)
    yield pages
    pages.close()


def test_the_stream_hears_at_once_and_tells_that_it_lives(stream: Iterator[Page], mail_servers: MailServers) -> None:
    began = time.monotonic()
    assert next(stream).messages == ()
    assert time.monotonic() - began < 5.5
    mail_servers.write("cleo", "Where is my hat?")
    sent = time.monotonic()
    page = next(page for page in stream if page.messages)
    assert page.messages[0].text.endswith("Where is my hat?")
    assert time.monotonic() - sent < 3


def test_mails_that_come_while_the_stream_is_busy_are_not_missed(
    stream: Iterator[Page], mail_servers: MailServers
) -> None:
    writer = threading.Thread(target=lambda: [mail_servers.write("cleo", f"number {n}") for n in range(30)])
    writer.start()
    found: list[str] = []
    end = time.monotonic() + 60
    while len(found) < 30 and time.monotonic() < end:
        found += [message.text.split()[-1] for message in next(stream).messages]
    writer.join()
    assert sorted(found, key=int) == [str(number) for number in range(30)]


def test_a_stream_whose_server_ends_raises(stream: Iterator[Page], mail_servers: MailServers) -> None:
    next(stream)
    mail_servers.stop()
    try:
        with pytest.raises(ConnectorError):
            list(itertools.islice(stream, 20))
    finally:
        mail_servers.start()


def test_what_was_said_earlier_is_counted_and_brought_back(us: Account, mail_servers: MailServers) -> None:
    for number in range(60):
        mail_servers.append(f"From: cleo@example.test\r\nSubject: {number}\r\n\r\n{number}".encode())
    since, until = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(hours=1)
    assert connector.count(us, "inbox", since, until) == 60
    pages = list(connector.bring_back(us, "inbox", since, until, ""))
    assert {message.text.split()[-1] for message in messages(pages)} == {str(number) for number in range(60)}
    rest = list(connector.bring_back(us, "inbox", since, until, pages[0].cursor))
    assert messages(rest) == messages(pages[1:])


def test_what_the_mailbox_has_of_a_day_by_the_hour_is_what_was_heard_of_it(
    us: Account, mail_servers: MailServers, now: str
) -> None:
    """Whatever else lies in the mailbox of these days: a count that is too high would tell of a loss that was none."""

    def put(hours_ago: float, name: str, *more: str, times: int = 1, written: float | None = None) -> None:
        at = datetime.now(UTC) - timedelta(hours=hours_ago)
        date = datetime.now(UTC) - timedelta(hours=hours_ago if written is None else written)
        head = ["From: cleo@example.test", f"Message-ID: <{name}@example.test>", f"Date: {format_datetime(date)}"]
        for _ in range(times):
            mail_servers.append("\r\n".join([*head, *more, "", name]).encode(), at=at.timestamp())

    put(2, "asks")
    put(24.5, "asked-first")
    put(3, "twice", times=2)
    put(0.5, "a-moment-ago")
    put(26, "the-day-before")
    put(2, "long-on-its-way", written=30)
    put(2, "away", "Auto-Submitted: auto-replied")
    put(2, "came-back", "Content-Type: multipart/report; report-type=delivery-status; boundary=b")
    put(2, "news", "List-Id: <news.example.test>")
    put(2, "odd", "X: " + "a" * 70_000)
    since, until = datetime.now(UTC) - timedelta(hours=25), datetime.now(UTC) - timedelta(hours=1)
    told = [one for one in messages(hear(us, now)[0]) if since <= one.published_at < until and not one.context]
    assert {one.text.split()[-1] for one in told} == {"asks", "asked-first", "twice"}
    assert connector.count(us, "inbox", since, until) == 3


# -- answering ---------------------------------------------------------------------------------------------------------


def test_the_answer_is_in_their_mailbox_once_and_stands_in_its_thread(
    us: Account, mail_servers: MailServers, now: str
) -> None:
    asked = mail_servers.write("cleo", "Wo ist mein Hut?", subject="Mein Hut, größer als üblich")
    (question,) = heard(us, now)
    reply = answer_to(question, "Grüße!\n.\nEr liegt am Kai.")
    receipt = connector.send(us, reply)
    (mail,) = wait(lambda: mail_servers.mails("cleo"))
    assert (mail["In-Reply-To"], mail["References"]) == (asked, asked)
    assert mail["Message-ID"] == f"<{receipt.external_id}>"
    assert mail.get_payload(decode=True).decode().replace("\r\n", "\n") == "Grüße!\n.\nEr liegt am Kai.\n"
    assert [one["Message-ID"] for one in mail_servers.mails("help", "Sent")] == [mail["Message-ID"]]
    copies = [page.tallies.get("copy", 0) for page in wait_for_copy(us, now)]
    assert sum(copies) == 1
    assert connector.find_sent(us, reply) == receipt
    thanks = mail_servers.reply("cleo", mail, "Danke!")
    again = next(one for one in heard(us, now, 2) if one.text == "Danke!")
    assert again.ref["claim"]["answers"] == [asked.strip("<>"), receipt.external_id]
    assert thanks.strip("<>") == again.ref["claim"]["own"]


def wait_for_copy(us: Account, cursor: str) -> list[Page]:
    def came() -> list[Page]:
        pages, _ = hear(us, cursor)
        return pages if any(page.tallies.get("copy") for page in pages) else []

    return wait(came)


def test_what_was_not_sent_is_absent(us: Account, mail_servers: MailServers) -> None:
    reply = answer_to_cleo()
    early = connector.find_sent(us, reply)
    assert isinstance(early, Absent)
    assert not early.conclusive
    late = replace(reply, attempted_at=datetime.now(UTC) - timedelta(hours=1))
    assert connector.find_sent(us, late) == Absent(conclusive=True, reason="No copy of it came back.")


def test_an_address_that_the_server_refuses_is_refused_for_good(us: Account) -> None:
    with pytest.raises(ConnectorError) as error:
        connector.send(us, replace(answer_to_cleo(), parent_handle="nobody@example.test"))
    assert error.value.permanent


def test_an_answer_that_comes_back_is_heard_as_such(us: Account, now: str) -> None:
    receipt = connector.send(us, replace(answer_to_cleo(), parent_handle=GONE))
    bounce = next(one for one in heard(us, now) if one.ref.get("automatic") == "bounce")
    assert bounce.ref["claim"]["returns"] == receipt.external_id
    assert bounce.ref["returned"]["failed"]
    assert bounce.ref["returned"]["recipient"] == GONE
    assert bounce.context


class Dying:
    """Takes the mail, hands it to postfix, and dies before it says so."""

    def __init__(self, servers: MailServers, *, hands_over: bool) -> None:
        self.servers, self.hands_over = servers, hands_over

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.hands_over:
            for recipient in envelope.rcpt_tos:
                self.servers.deliver(envelope.content, recipient, US)
        server.transport.abort()
        return "250 never said"


@pytest.mark.parametrize("hands_over", [True, False])
def test_a_server_that_dies_after_the_final_dot_leaves_a_doubt_that_the_mailbox_settles(
    mail_servers: MailServers, hands_over: bool
) -> None:
    dying = Controller(Dying(mail_servers, hands_over=hands_over), hostname="127.0.0.1", port=free_port())
    dying.start()
    try:
        account = mail_servers.account(smtp=f"127.0.0.1:{dying.port}")
        reply = answer_to_cleo()
        with pytest.raises(OutcomeUnknown):
            connector.send(account, reply)
    finally:
        dying.stop()
    if hands_over:
        found = wait(lambda: found if isinstance(found := connector.find_sent(account, reply), Receipt) else None)
        assert found.external_id == f"{reply.idempotency_key}.rapport@ferries.test"
        assert len(mail_servers.mails("cleo")) == 1
    else:
        late = replace(reply, attempted_at=datetime.now(UTC) - timedelta(hours=1))
        assert connector.find_sent(account, late) == Absent(conclusive=True, reason="No copy of it came back.")


# -- killed at any moment ----------------------------------------------------------------------------------------------

SENDER = """
import json, ssl, sys
from datetime import datetime
from rapport.connectors import http
from rapport.connectors.contract import Account
from rapport.connectors.email import connector, places
from rapport.core.types import Reply
told = json.load(sys.stdin)
places.trusted = http._trust = lambda: ssl.create_default_context(cafile=told["trust"])
reply = Reply(told["key"], "Hello", datetime.fromisoformat(told["at"]), parent_handle="cleo@example.test")
sys.stdout.write("ready"); sys.stdout.flush()
connector.send(Account(told["config"], told["secrets"], private_hosts=("127.0.0.1",)), reply)
"""


def test_a_sender_that_is_killed_at_any_moment_sends_once(us: Account, mail_servers: MailServers) -> None:
    """Twenty kills. What was sent is found; what is not found may go out again, and then goes out once."""
    keys, again = [], 0
    for kill in range(20):
        reply = replace(answer_to_cleo(), idempotency_key=uuid4().hex)
        told = {"key": reply.idempotency_key, "at": reply.created_at.isoformat(), "config": dict(us.config),
                "secrets": dict(us.secrets), "trust": str(mail_servers.folder / "cert.pem")}  # fmt: skip
        running = subprocess.Popen([sys.executable, "-c", SENDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        running.stdin.write(json.dumps(told).encode())
        running.stdin.close()
        assert running.stdout.read(5) == b"ready"
        time.sleep(kill * 0.02)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        running.stdout.close()
        time.sleep(0.5)  # a mail that was taken is delivered meanwhile
        asked = replace(reply, attempted_at=datetime.now(UTC) - timedelta(hours=1))
        found = connector.find_sent(us, asked)
        if isinstance(found, Absent):
            assert found.conclusive
            connector.send(us, asked)
            again += 1
        keys.append(reply.idempotency_key)
    assert 0 < again < 20  # some were killed before it left them, and some after
    expected = sorted(f"<{key}.rapport@ferries.test>" for key in keys)
    wait(lambda: len(mail_servers.mails("cleo")) >= 20)
    time.sleep(1)
    assert sorted(mail["Message-ID"] for mail in mail_servers.mails("cleo")) == expected
