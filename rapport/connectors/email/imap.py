"""The conversation with an IMAP server, which never changes anything in a mailbox but the copy of what we sent.

Folders are opened read-only and bodies peeked at, so nothing is ever marked as read. Every step has a time limit that
holds for all its bytes together; a connection that is cut raises, wherever it happens.
"""

from __future__ import annotations

import imaplib
import selectors
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BufferedReader
from typing import Any, cast

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from rapport.connectors.contract import Account
from rapport.connectors.email import places
from rapport.connectors.email.caps import MAX_HEADER, MAX_READ
from rapport.connectors.http import open_socket
from rapport.core.errors import ConnectorError, NeedsSignIn

STEP = 30.0  # seconds that a server may be silent
TURN = 120.0  # and for one command with all its bytes
MOST_BYTES = 12_000_000  # of one answer
TOGETHER = 50  # mails asked for at once, and their bytes
TOGETHER_BYTES = 8_000_000
_BODY = f"BODY.PEEK[]<0.{MAX_READ}>"
HEADS_TOGETHER = 100
_HEAD = f"BODY.PEEK[HEADER]<0.{MAX_HEADER + 1}>"
# What a server says that will let us in later, in the words of RFC 5530 and of those who wrote before it.
_LATER = ("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "TOO MANY", "TRY AGAIN", "TEMPORAR", "MAXIMUM NUMBER")


class _Wire(imaplib.IMAP4):
    """IMAP over a socket that went through the door, with a limit on what one answer may hold."""

    def __init__(self, place: places.Place, private_hosts: tuple[str, ...]) -> None:
        self._place = place
        self._private_hosts = private_hosts
        self._watch: threading.Timer | None = None
        try:
            super().__init__(place.host, place.port, timeout=STEP)
        finally:
            if self._watch:
                self._watch.cancel()

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        found = open_socket(self._place.url, self._private_hosts, timeout=STEP)
        found.settimeout(STEP)
        self._watch = _watch(found)  # over the greeting
        return found

    def read(self, size: int) -> bytes:
        if size > MOST_BYTES:
            raise self.abort(f"an answer of {size:,} bytes")
        return super().read(size)


class _Client(IMAPClient):  # type: ignore[misc]  # imapclient says nothing of its types
    def __init__(self, place: places.Place, private_hosts: tuple[str, ...]) -> None:
        self._place = place
        self._private_hosts = private_hosts
        super().__init__(place.host, place.port, ssl=False)
        self.normalise_times = False

    def _create_IMAP4(self) -> _Wire:
        return _Wire(self._place, self._private_hosts)

    @property
    def wire(self) -> _Wire:
        found: _Wire = self._imap
        return found


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as the server gave it: its beginning, when it arrived, and how many bytes it has altogether."""

    uid: int
    raw: bytes
    arrived: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder. Numbers of mails mean something only together with `validity`."""

    validity: int
    next: int


class Mailbox:
    """A mailbox, signed in to: `with Mailbox(account) as box: ...`"""

    def __init__(self, account: Account) -> None:
        self._place = places.imap(account)
        with self._told():
            self._client = _Client(self._place, account.private_hosts)
        try:
            self._enter(account)
        except BaseException:
            self.close()
            raise

    def _enter(self, account: Account) -> None:
        with self._turn():
            self._encrypt()
            try:
                self._client.login(places.user(account), account.secrets.get("password", ""))
            except LoginError as error:
                raise self._refused(error) from None  # the cause may quote the command

    def _encrypt(self) -> None:
        if isinstance(self._client.socket(), ssl.SSLSocket):
            return
        if self._client.has_capability("STARTTLS"):
            self._client.starttls(places.trusted())
        elif not places.may_speak_plainly(str(self._client.socket().getpeername()[0])):
            words = f"{self._place} offers no encryption, and others could read the password."
            raise ConnectorError(words, permanent=True)

    def _refused(self, error: LoginError) -> ConnectorError:
        said = str(error)[:200]
        cut = isinstance(error.__context__, imaplib.IMAP4.abort)
        if cut or any(word in said.upper() for word in _LATER):
            return ConnectorError(f"{self._place} did not let us in: {said}")
        return NeedsSignIn(f"{self._place} refused the user name or the password: {said}")

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with suppress(imaplib.IMAP4.error, OSError):
            self._client.wire.sock.settimeout(2)
            self._client.logout()
        with suppress(imaplib.IMAP4.error, OSError):
            self._client.shutdown()

    # -- limits, and what goes wrong -----------------------------------------------------------------------------------

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One step: whatever goes wrong in it is a `ConnectorError`, and it ends in time."""
        watch = _watch(self._client.wire.sock)
        try:
            with self._told():
                yield
        finally:
            watch.cancel()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ConnectorError:
            raise
        except (imaplib.IMAP4.error, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            # The last four: what the libraries make of an answer that is none.
            said = str(error)[:200] or type(error).__name__
            raise ConnectorError(f"{self._place}: {said}") from error

    # -- reading -------------------------------------------------------------------------------------------------------

    def open(self, folder: str) -> Opened:
        with self._turn():
            found = self._client.select_folder(folder, readonly=True)
            return Opened(int(found[b"UIDVALIDITY"]), int(found.get(b"UIDNEXT", 0)))

    def since(self, day: date) -> list[int]:
        """The numbers of the mails that arrived on that day or later, the oldest first."""
        return self._search(["SINCE", day])

    def between(self, first: date, behind: date) -> list[int]:
        return self._search(["SINCE", first, "BEFORE", behind])

    def behind(self, uid: int) -> list[int]:
        """Those behind a number. A server names its last one when there is none: that one is known already."""
        return [found for found in self._search(["UID", f"{uid + 1}:*"]) if found > uid]

    def with_id(self, message_id: str) -> list[int]:
        return self._search(["HEADER", "Message-ID", message_id])

    def _search(self, criteria: list[Any]) -> list[int]:
        with self._turn():
            return sorted(int(uid) for uid in self._client.search(criteria))

    def groups(self, uids: Sequence[int]) -> Iterator[list[int]]:
        """The same numbers in groups that are asked for together: by count, and by their bytes."""
        group: list[int] = []
        weight = 0
        for start in range(0, len(uids), 500):
            asked = list(uids[start : start + 500])
            with self._turn():
                sizes = self._client.fetch(asked, ["RFC822.SIZE"])
            for uid in asked:
                size = min(int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0)), MAX_READ)
                if group and (len(group) == TOGETHER or weight + size > TOGETHER_BYTES):
                    yield group
                    group, weight = [], 0
                group.append(uid)
                weight += size
        if group:
            yield group

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """These mails, those that are gone meanwhile left out. One that is there and isn't given is an error."""
        found = self._given(uids)
        if missing := [uid for uid in uids if uid not in found]:
            found |= self._given(still) if (still := self._search(["UID", ",".join(map(str, missing))])) else {}
            if lost := set(still) - found.keys():
                raise ConnectorError(f"{self._place} did not give the mails {sorted(lost)[:5]}, which are there.")
        return [found[uid] for uid in uids if uid in found]

    def heads(self, uids: Sequence[int]) -> Iterator[tuple[bytes, datetime]]:
        """The headers of these mails, as far as they are there, and when each arrived."""
        for start in range(0, len(uids), HEADS_TOGETHER):
            with self._turn():
                told = self._client.fetch(list(uids[start : start + HEADS_TOGETHER]), ["INTERNALDATE", _HEAD])
            for parts in told.values():
                if isinstance(head := parts.get(b"BODY[HEADER]<0>", parts.get(b"BODY[HEADER]")), bytes):
                    with self._told():
                        arrived = _aware(parts.get(b"INTERNALDATE"))
                    yield head, arrived

    def _given(self, uids: Sequence[int]) -> dict[int, Fetched]:
        with self._turn():
            told = self._client.fetch(list(uids), ["INTERNALDATE", "RFC822.SIZE", _BODY])
            return {
                int(uid): Fetched(int(uid), raw, _aware(parts.get(b"INTERNALDATE")), int(parts.get(b"RFC822.SIZE", 0)))
                for uid, parts in told.items()
                if isinstance(raw := parts.get(b"BODY[]<0>", parts.get(b"BODY[]")), bytes)
            }

    # -- waiting -------------------------------------------------------------------------------------------------------

    @property
    def tells(self) -> bool:
        """Whether it says by itself that something came."""
        return bool(self._client.has_capability("IDLE"))

    def rest(self) -> None:
        with self._turn():
            self._client.idle()

    def stirs(self, seconds: float) -> bool:
        """Whether the server says anything, or hangs up, within that time."""
        with self._told(), selectors.DefaultSelector() as selector:
            wire = self._client.wire
            if _buffered(wire):
                return True
            selector.register(wire.sock, selectors.EVENT_READ)
            return bool(selector.select(seconds))

    def wake(self) -> None:
        with self._turn():
            self._client.idle_done()

    # -- what we sent --------------------------------------------------------------------------------------------------

    @property
    def keeps_what_is_sent(self) -> bool:
        """Whether the server files by itself what is sent through its SMTP side, at once: Gmail does."""
        return bool(self._client.has_capability("X-GM-EXT-1"))

    def folder_of(self, use: bytes) -> str:
        """The folder with a special use (RFC 6154), by its mark or its usual names; empty when there is none."""
        with self._turn():
            return str(self._client.find_special_folder(use) or "")

    def file(self, folder: str, raw: bytes, at: datetime) -> None:
        """Put a copy of what was sent into a folder."""
        with self._turn():
            self._client.append(folder, raw, flags=(b"\\Seen",), msg_time=at)


def _watch(connection: socket.socket) -> threading.Timer:
    """Cuts a connection when a step takes too long altogether; cancel it when the step is done."""

    def cut() -> None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(TURN, cut)
    watch.daemon = True
    watch.start()
    return watch


def _aware(told: object) -> datetime:
    if not isinstance(told, datetime):
        raise ValueError("a mail without the time of its arrival")
    return told.astimezone(UTC)


def _buffered(wire: imaplib.IMAP4) -> bool:
    """Whether something was read together with the answer before, and waits in the buffer."""
    wire.sock.setblocking(False)
    try:
        return bool(cast(BufferedReader, wire.file).peek(1))
    except (ssl.SSLWantReadError, BlockingIOError):
        return False
    finally:
        wire.sock.settimeout(STEP)
