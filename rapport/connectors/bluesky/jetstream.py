"""Listening to a Jetstream: posts of the whole network as JSON, over a websocket.

Both versions are understood. The first resumes by time: its cursor is microseconds since 1970, and it begins where it
can when that is too old, without a word. The second numbers its events, says when a number is too old (and then takes
a time instead), and says when it had to begin later than was asked. In both the cursor is inclusive.

Sources: the README of bluesky-social/jetstream (v1), the lexicon network.bsky.jetstream.subscribeEvents (v2).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from rapport.connectors.batch import MOST, Batch
from rapport.connectors.bluesky import events, parse
from rapport.connectors.bluesky.address import Address
from rapport.connectors.bluesky.mark import Mark, microseconds, moment
from rapport.connectors.bluesky.sift import Sifter
from rapport.connectors.contract import Account, Sieve
from rapport.connectors.websocket import WebSocket, refused_as
from rapport.core.errors import ConnectorError
from rapport.core.types import Missed, Page, Reject

LOOKBACK = timedelta(hours=36)
REWIND = timedelta(seconds=5)
SLACK = timedelta(minutes=1)
LARGEST_EVENT = 2_000_000
NSID = "network.bsky.jetstream.subscribeEvents"
TOO_OLD = "The stream could not go back that far."
_A_DAY = 24 * 3600 * 1_000_000
_LONGEST_RAW = 256 * 1024

log = logging.getLogger(__name__)


def stream(address: Address, account: Account, cursor: str, sieve: Sieve) -> Iterator[Page]:
    """Pages until the connection ends, which raises."""
    us = account.us.external_id if account.us else parse.did_in(account.secrets.get("session", ""))
    mark = Mark.read(cursor)
    by_time = address.kind == "jetstream 1" or mark.host != address.host or not mark.seq
    while True:
        hearing = Hearing(Sifter(us, sieve), replace(mark, host=address.host), counted=mark.at)
        try:
            yield from _listen(address, account, hearing, _where(mark, by_time=by_time))
        except _AskByTime as error:
            if by_time:
                raise ConnectorError(
                    f"{address.host} takes neither the number nor the time of our last event"
                ) from error
            by_time = True


class _AskByTime(Exception):
    """The server no longer knows the number of the event where we left off."""


def _where(mark: Mark, *, by_time: bool) -> int:
    if not mark.at:
        return 0
    return max(mark.at - int(REWIND.total_seconds() * 1_000_000), 1) if by_time else mark.seq


def _listen(address: Address, account: Account, hearing: Hearing, cursor: int) -> Iterator[Page]:
    try:
        socket = WebSocket(
            address.url + urlencode(_parameters(address, cursor)),
            account.private_hosts,
            subprotocols=("xrpc.v1.json",) if address.kind == "jetstream 2" else (),
        )
    except ConnectorError as error:
        if refused_as(error) == "CursorTooOld":
            raise _AskByTime from error
        raise
    read = hearing.version_2 if address.kind == "jetstream 2" else hearing.version_1
    with closing(socket):
        while True:
            arrived = socket.receive(min(hearing.batch.wait, 1.0))
            for raw in arrived:
                read(raw)
                if len(hearing.batch.messages) >= MOST:
                    yield hearing.page()
            if hearing.batch.wait <= 0:
                if not arrived:
                    hearing.quiet(socket.wire.alive_at)
                yield hearing.page()


def _parameters(address: Address, cursor: int) -> list[tuple[str, str]]:
    """The two versions call the same thing by other names, and the second refuses those of the first."""
    given = [("maxMessageSizeBytes", str(LARGEST_EVENT))]
    if address.kind == "jetstream 2":
        given += [("collections", parse.POST), ("kinds", "commit"), ("kinds", "account")]
    else:
        given += [("wantedCollections", parse.POST)]
    return [*given, ("cursor", str(cursor))] if cursor else given


# -- version 2 ---------------------------------------------------------------------------------------------------------


class Payload(msgspec.Struct, gc=False):
    """One event of version 2: the fields of a commit stand beside its number."""

    type: str = msgspec.field(name="$type", default="")
    seq: int = 0
    did: str = ""
    time: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: events.Post | None = None
    account: events.Standing | None = None
    name: str = ""
    message: str = ""


class FrameV2(msgspec.Struct, gc=False):
    type: str = msgspec.field(name="$type")
    payload: Payload | None = None
    error: str = ""
    message: str = ""


class Place(msgspec.Struct, gc=False):
    """What has to be known of an event that cannot be read: where it stood."""

    seq: int = 0
    time: str = ""


class Placed(msgspec.Struct, gc=False):
    payload: Place


class Timed(msgspec.Struct, gc=False):
    time_us: int


_timed = msgspec.json.Decoder(Timed).decode
_frame = msgspec.json.Decoder(FrameV2).decode
_place = msgspec.json.Decoder(Placed).decode


def as_version_1(frame: object) -> Mapping[str, Any]:
    """An event of version 2 in the form of version 1, which is the one that `parse` reads."""
    payload = frame.get("payload") if isinstance(frame, dict) else None
    if not isinstance(payload, dict):
        return {}
    at = parse.moment(payload.get("time"))
    commit = {name: payload.get(name) for name in ("rev", "operation", "collection", "rkey", "record", "cid")}
    time_us = microseconds(at) if at else None
    return {"did": payload.get("did"), "time_us": time_us, "kind": "commit", "commit": commit}


# -- hearing -----------------------------------------------------------------------------------------------------------


@dataclass
class Hearing:
    """What became of the events of one connection. What is only counted is not counted again up to `counted`."""

    sifter: Sifter
    mark: Mark
    counted: int
    outdated: bool = False  # the server says that it begins later than we asked
    begun: bool = False

    def __post_init__(self) -> None:
        self._us = self.sifter.us.encode()
        self._begin()

    def _begin(self) -> None:
        self.batch = Batch()
        self._heard = 0
        # A clock that is a day ahead may not carry the mark along: what comes after would be behind it.
        self._latest = microseconds(datetime.now(UTC)) + _A_DAY

    def page(self) -> Page:
        if self._heard:
            self.batch.heard(moment(self._heard))
        page = self.batch.page(self.mark.written())
        self._begin()
        return page

    def quiet(self, alive_at: datetime) -> None:
        """Nothing came for a while, and the other side is there: up to now there was nothing."""
        self.batch.heard(alive_at)
        if not self.mark.at:  # nothing came since we listen for the first time; clocks may differ
            self.mark = self.mark.after(microseconds(alive_at - SLACK))

    def version_1(self, raw: bytes) -> None:
        event = events.decode(raw)
        if isinstance(event, Reject):
            self.batch.add(Page(rejects=(event,)))
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                self._moved(_timed(raw).time_us, 0)
            return
        self._moved(event.time_us, 0)
        if event.post is not None:
            edited = event.commit is not None and event.commit.operation == "update"
            self._post(raw, event.words(), edited, event.time_us, lambda: parse.loads(raw))
        elif event.deleted:
            self.batch.add(self.sifter.deleted(event.deleted))
        elif event.account is not None:
            self._account(event.did, event.account)
        else:
            self._passed_over(event.time_us)

    def version_2(self, raw: bytes) -> None:
        try:
            frame = _frame(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._odd(raw, str(error))
            return
        payload = frame.payload
        if frame.type == "error":
            raise ConnectorError(f"The stream ended: {frame.error} {frame.message}".strip()[:300])
        if payload is None:
            self._odd(raw, "a frame without a message")
        elif payload.type == f"{NSID}#info":
            self._info(payload)
        else:
            at = parse.moment(payload.time)
            self._moved(microseconds(at) if at else 0, payload.seq)
            self._event(raw, payload)

    def _info(self, payload: Payload) -> None:
        if payload.name == "FutureCursor":
            raise _AskByTime
        log.info("The stream says: %s %s", payload.name[:40], payload.message[:200])
        self.outdated = self.outdated or payload.name == "OutdatedCursor"

    def _event(self, raw: bytes, payload: Payload) -> None:
        if payload.account is not None:
            self._account(payload.did, payload.account)
        elif payload.type != f"{NSID}#commit" or payload.collection != parse.POST:
            self._passed_over(self.mark.at)
        elif payload.operation == "delete":
            self.batch.add(self.sifter.deleted(f"at://{payload.did}/{parse.POST}/{payload.rkey}"))
        else:
            self._written(raw, payload)

    def _written(self, raw: bytes, payload: Payload) -> None:
        if payload.record is None or payload.record.text is None:
            self._odd(raw, "the post has no text")
            return
        edited = payload.operation == "update"
        self._post(raw, payload.record.words(), edited, self.mark.at, lambda: as_version_1(parse.loads(raw)))

    def _odd(self, raw: bytes, reason: str) -> None:
        """It does not fit: `parse` reads it, or says why not. Where it stood is behind us all the same."""
        try:
            placed = _place(raw).payload
            at = parse.moment(placed.time)
            self._moved(microseconds(at) if at else 0, placed.seq)
            page = parse.page(as_version_1(parse.loads(raw)), self.sifter.us)
        except (msgspec.DecodeError, UnicodeDecodeError, ConnectorError):
            page = Page(rejects=(Reject("event", reason[:300], raw[:_LONGEST_RAW]),))
        self.batch.add(page)

    def _post(self, raw: bytes, words: str, edited: bool, at: int, whole: Any) -> None:
        names_us = bool(self._us) and self._us in raw
        page = self.sifter.written(words, names_us=names_us, edited=edited, whole=whole)
        if page is None:
            self._passed_over(at)
        else:
            self.batch.add(page)

    def _account(self, did: str, standing: events.Standing) -> None:
        page = self.sifter.account(did, active=standing.active, status=standing.status)
        if page is None:
            self._passed_over(self.mark.at)
        else:
            self.batch.add(page)

    def _passed_over(self, at: int) -> None:
        if at > self.counted or not self.counted:
            self.batch.passed_over += 1

    def _moved(self, at: int, seq: int) -> None:
        if not 0 < at < self._latest:
            return
        if not self.begun:
            self.begun = True
            self._missed(at)
        self.mark = self.mark.after(at, seq)
        self._heard = max(self._heard, at)

    def _missed(self, first: int) -> None:
        """Between where we left off and the first event there may be more than the server has."""
        if not self.mark.at:
            return
        left_off, begins = moment(self.mark.at), moment(first)
        too_old = left_off < datetime.now(UTC) - LOOKBACK and begins - left_off > SLACK
        if (too_old or self.outdated) and begins > left_off:
            self.batch.add(Page(missed=(Missed(left_off, begins, TOO_OLD),)))
