"""The connector: a mailbox heard over IMAP, answered from over SMTP. See README.md for what it promises."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from imapclient.imapclient import ALL, SENT

from rapport.connectors.contract import Account, Field, Profile, Sieve, Source
from rapport.connectors.email import compose, parse, places, smtp
from rapport.connectors.email.imap import Fetched, Mailbox
from rapport.core.errors import ConnectorError
from rapport.core.types import Absent, Page, Receipt, Reply

# How far back the first look goes; and how far before the last mail that we heard, when a folder counts anew.
RECENT = timedelta(days=3)
ANEW = timedelta(days=14)
# A stream tells at least this often that it is alive, and looks for itself this often, whatever the server says.
ALIVE = 4.0
LOOK = 60.0
MOST_COUNTED = 10_000  # headers of one folder that are read to count mails
# When a copy to ourselves would have come back.
RETURNED = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Heard:
    """How far a folder was heard: numbers mean something only together with `validity`; `day` is its newest mail's."""

    validity: int = 0
    uid: int = 0
    day: str = ""


class EmailConnector:
    network = parse.NETWORK
    label = "E-mail"
    fields = (
        Field("email", "E-mail address", "The mailbox that people write to, for instance support@example.org"),
        Field(
            "password",
            "Password",
            "Make one for this app alone where your provider offers that: Gmail, iCloud and others take no other.",
            secret=True,
        ),
        Field("user", "User name", "Only where it is not the address.", required=False),
        Field(
            "imap",
            "Server for incoming mail (IMAP)",
            "Leave it empty to try your provider's usual one. Otherwise its name, with a port if it is not 993.",
            required=False,
        ),
        Field(
            "smtp",
            "Server for outgoing mail (SMTP)",
            "Leave it empty to try your provider's usual one. Otherwise its name, with a port if it is not 465.",
            required=False,
        ),
        Field("folders", "Folders", "Which ones to read, with commas between them.", default="INBOX", required=False),
        Field("sender", "Your name on answers", "For instance Four Ferries, customer service", required=False),
        Field(
            "copy",
            "A copy of each answer to this mailbox",
            "yes or no. With it Rapport finds out by itself whether an answer left when the connection broke; "
            "without it a person has to look.",
            default="yes",
            required=False,
        ),
    )
    sources = (Source("inbox", every_seconds=60), Source("idle", every_seconds=5, way="stream"))
    earlier = ("inbox",)
    limit = compose.LIMIT

    def length(self, text: str) -> int:
        return len(text)

    def check(self, account: Account) -> Profile:
        us = places.address(account)
        with Mailbox(account) as box:
            for folder in places.folders(account):
                box.open(folder)
        smtp.sign_in(account)
        # Not the address itself: whoever writes it into a mail must not be taken for us.
        return Profile(f"mailbox:{us}", us, account.config.get("sender", "").strip())

    # -- hearing -------------------------------------------------------------------------------------------------------

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        return parse.page_of(raw, us=account.config.get("email", "").strip().lower())

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        with Mailbox(account) as box:
            folders = places.folders(account)
            for folder in folders:
                for page in _news(box, account, folder, cursor):
                    cursor = page.cursor
                    yield replace(page, more=True)
            yield Page(cursor=cursor)

    def stream(self, account: Account, source: str, cursor: str, sieve: Sieve) -> Iterator[Page]:
        """Listen to the first folder; the others are asked. Nothing is sieved: all of it was said to us."""
        folder = places.folders(account)[0]
        with Mailbox(account) as box:
            while True:
                for page in _news(box, account, folder, cursor):
                    cursor = page.cursor
                    yield page
                yield Page(cursor=cursor)
                yield from (Page(cursor=cursor) for _ in _quiet(box))

    def count(self, account: Account, source: str, since: datetime, until: datetime) -> int | None:
        """Mails that people wrote then and that had arrived by the end of it; None where there are too many to look at.

        By their headers, for a search knows only days, in a zone of the server's. Rather too few than too many: what
        may be a second copy, or no mail that is heard as one, does not count.
        """
        us = account.config.get("email", "").strip().lower()
        found: set[str] = set()
        with Mailbox(account) as box:
            for folder in places.folders(account):
                uids = _earlier(box, folder, since, until)
                if len(uids) > MOST_COUNTED:
                    return None
                heads = ((head, at) for head, at in box.heads(uids) if at < until)
                told = [one for head, at in heads if (one := parse.announced(head, us=us, arrived=at))]
                found |= {name for name, written in told if since <= written < until}
        return len(found)

    def bring_back(
        self, account: Account, source: str, since: datetime, until: datetime, cursor: str
    ) -> Iterator[Page]:
        """Newest first; the cursor holds the folder and the number of the oldest mail that was brought."""
        named, _, below = cursor.rpartition(" ")
        folders = places.folders(account)
        folders = folders[folders.index(named) :] if named in folders else folders
        with Mailbox(account) as box:
            for folder in folders:
                uids = _earlier(box, folder, since, until)
                if folder == named and below.isdigit():
                    uids = [uid for uid in uids if uid < int(below)]
                for group in box.groups(uids[::-1]):
                    found = [one for one in box.fetch(group) if since <= one.arrived < until]
                    yield replace(_page(found, account, folder), cursor=f"{folder} {group[-1]}", more=True)
        yield Page(cursor=cursor)

    # -- answering -----------------------------------------------------------------------------------------------------

    def send(self, account: Account, reply: Reply) -> Receipt:
        mail = self._composed(account, reply)
        us = places.address(account)
        smtp.send(account, mail.raw, [mail.to, us] if places.copies(account) else [mail.to])
        with suppress(ConnectorError):  # it was sent; that no copy could be filed does not undo it
            _file(account, mail, reply.created_at)
        return mail.receipt

    def find_sent(self, account: Account, reply: Reply) -> Receipt | Absent:
        """Look for its id where a copy of it would be.

        A no is conclusive only where a copy must be: where the server files what it sends by itself (Gmail), or where
        each answer also goes to ourselves; and only when the latest attempt is a quarter of an hour old.
        """
        mail = self._composed(account, reply)
        with Mailbox(account) as box:
            sure = places.copies(account) or box.keeps_what_is_sent
            for folder in dict.fromkeys(
                name for name in (box.folder_of(SENT), box.folder_of(ALL), "INBOX", *places.folders(account)) if name
            ):
                box.open(folder)
                if box.with_id(mail.message_id):
                    return mail.receipt
        if not sure:
            return Absent(
                conclusive=False, reason="It is not among the mails that we sent; not every server files them."
            )
        wait = (reply.attempted_at or reply.created_at) + RETURNED - datetime.now(UTC)
        if wait > timedelta():
            words = "No copy of it came back yet."
            return Absent(conclusive=False, reason=words, ask_again_after=wait.total_seconds() + 1)
        return Absent(conclusive=True, reason="No copy of it came back.")

    def _composed(self, account: Account, reply: Reply) -> compose.Composed:
        return compose.compose(reply, us=places.address(account), name=account.config.get("sender", ""))


def _file(account: Account, mail: compose.Composed, at: datetime) -> None:
    """A copy for people who look into the mailbox, unless the server filed one."""
    with Mailbox(account) as box:
        folder = "" if box.keeps_what_is_sent else box.folder_of(SENT)
        if folder:
            box.open(folder)
            if not box.with_id(mail.message_id):
                box.file(folder, mail.raw, at)


# -- what is new in a folder -------------------------------------------------------------------------------------------


def _news(box: Mailbox, account: Account, folder: str, cursor: str) -> Iterator[Page]:
    """What came since the cursor, the oldest first; the cursor of each page stands behind its mails.

    A folder that counts anew (it was moved, or restored) is listed again from two weeks before the newest mail that we
    heard: every mail is known by its own id and its words, so none is heard twice, and none is missed.
    """
    opened, before = box.open(folder), _heard(cursor, folder)
    if before.validity == opened.validity:
        uids = box.behind(before.uid)
        known = before
    else:
        uids = box.since(_day(before.day) - ANEW if before.day else datetime.now(UTC).date() - RECENT)
        known = Heard(opened.validity, 0, before.day)
    for group in box.groups(uids):
        found = box.fetch(group)
        newest = max((known.day, *(one.arrived.date().isoformat() for one in found)))
        known = Heard(opened.validity, group[-1], newest)
        cursor = _with(cursor, folder, known)
        page = _page(found, account, folder)
        gone = {"expunged": len(group) - len(found)} if len(found) < len(group) else {}
        yield replace(page, cursor=cursor, tallies={**page.tallies, **gone})
    behind_all = replace(
        known, uid=max(known.uid, opened.next - 1), day=known.day or datetime.now(UTC).date().isoformat()
    )
    if behind_all != before:
        yield Page(cursor=_with(cursor, folder, behind_all))


def _page(found: list[Fetched], account: Account, folder: str) -> Page:
    us = account.config.get("email", "").strip().lower()
    pages = [
        parse.page_of(one.raw, us=us, arrived=one.arrived, where=f"{folder}, mail {one.uid}", size=one.size)
        for one in found
    ]
    tallies: dict[str, int] = {}
    for page in pages:
        tallies |= {kind: tallies.get(kind, 0) + count for kind, count in page.tallies.items()}
    return Page(
        tuple(message for page in pages for message in page.messages),
        rejects=tuple(reject for page in pages for reject in page.rejects),
        tallies=tallies,
        heard_until=max((one.arrived for one in found), default=None),
    )


def _earlier(box: Mailbox, folder: str, since: datetime, until: datetime) -> list[int]:
    """The mails of these days, the oldest first: a server compares days, in a zone of its own."""
    box.open(folder)
    return box.between(since.date() - timedelta(days=1), until.date() + timedelta(days=2))


def _quiet(box: Mailbox) -> Iterator[None]:
    """Wait until the server says something, at most a minute, with a breath in between. Always look afterwards."""
    end = time.monotonic() + LOOK
    stirs: Callable[[float], bool] = box.stirs if box.tells else _sleep
    if box.tells:
        box.rest()
    while not stirs(ALIVE) and time.monotonic() < end:
        yield
    if box.tells:
        box.wake()


def _sleep(seconds: float) -> bool:
    """For a server that tells nothing by itself: look every few seconds."""
    time.sleep(seconds)
    return True


# -- the cursor --------------------------------------------------------------------------------------------------------


def _heard(cursor: str, folder: str) -> Heard:
    try:
        told = json.loads(cursor or "{}").get(folder) or [0, 0, ""]
        validity, uid, day = told
        return Heard(int(validity), int(uid), str(day))
    except (ValueError, AttributeError, TypeError) as error:
        raise ConnectorError(f"The cursor cannot be read: {cursor[:80]!r}", permanent=True) from error


def _with(cursor: str, folder: str, heard: Heard) -> str:
    told = json.loads(cursor or "{}")
    return json.dumps(told | {folder: [heard.validity, heard.uid, heard.day]}, ensure_ascii=False)


def _day(told: str) -> date:
    return date.fromisoformat(told)
