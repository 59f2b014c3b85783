"""Listening to a firehose: everything that the accounts of one server (PDS) do, or those of many behind a relay.

`com.atproto.sync.subscribeRepos`: DAG-CBOR frames over a websocket, posts in CAR blocks. Its cursor is the number of
the last event, and exclusive. Numbers are those of one server: of another one, or of one that began anew, everything
that it has is asked for, and passed over up to where we left off.

Source: https://atproto.com/specs/event-stream and the lexicon. Neither signatures nor the tree of the repository are
checked: what is heard here is hearsay, as from a Jetstream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import libipld
import msgspec

from rapport.connectors.batch import MOST, Batch
from rapport.connectors.bluesky import parse
from rapport.connectors.bluesky.address import Address
from rapport.connectors.bluesky.events import Post
from rapport.connectors.bluesky.jetstream import REWIND, SLACK, TOO_OLD
from rapport.connectors.bluesky.mark import Mark, microseconds, moment
from rapport.connectors.bluesky.sift import Sifter
from rapport.connectors.contract import Account, Sieve
from rapport.connectors.websocket import WebSocket
from rapport.core.errors import ConnectorError
from rapport.core.types import Missed, Page, Reject

EVERYTHING = "0"
_PREFIX = f"{parse.POST}/"
_LONGEST_RAW = 256 * 1024
_LONGEST_WHERE = 300


class _FutureCursor(Exception):
    """The server began to count anew."""


def stream(address: Address, account: Account, cursor: str, sieve: Sieve) -> Iterator[Page]:
    """Pages until the connection ends, which raises."""
    us = account.us.external_id if account.us else parse.did_in(account.secrets.get("session", ""))
    saved = Mark.read(cursor)
    known = saved.host == address.host and saved.seq > 0
    while True:
        hearing = Hearing(Sifter(us, sieve), saved if known else Mark(address.host, saved.at), anew=not known)
        where = str(saved.seq) if known else EVERYTHING if saved.at else ""
        try:
            yield from _listen(address, account, hearing, where)
        except _FutureCursor as error:
            if not known:
                raise ConnectorError(f"{address.host} has nothing as late as its own beginning") from error
            known = False


def _listen(address: Address, account: Account, hearing: Hearing, cursor: str) -> Iterator[Page]:
    url = address.url + (f"cursor={cursor}" if cursor else "")
    with closing(WebSocket(url.rstrip("?&"), account.private_hosts)) as socket:
        while True:
            arrived = socket.receive(min(hearing.batch.wait, 1.0))
            for raw in arrived:
                hearing.frame(raw)
                if len(hearing.batch.messages) >= MOST:
                    yield hearing.page()
            if hearing.batch.wait <= 0:
                if not arrived:
                    hearing.quiet(socket.wire.alive_at)
                yield hearing.page()


@dataclass
class Hearing:
    """What became of the frames of one connection. `anew`: the numbers are not those of the last time."""

    sifter: Sifter
    mark: Mark
    anew: bool = False
    outdated: bool = False
    begun: bool = False

    def __post_init__(self) -> None:
        self.batch = Batch()
        self._us = self.sifter.us.encode()
        # Of a server that counts otherwise, what came before our mark was heard already.
        self._from = self.mark.at - int(REWIND.total_seconds() * 1_000_000) if self.anew else 0

    def page(self) -> Page:
        page, self.batch = self.batch.page(self.mark.written()), Batch()
        return page

    def quiet(self, alive_at: datetime) -> None:
        self.batch.heard(alive_at)
        if not self.mark.at:
            self.mark = self.mark.after(microseconds(alive_at - SLACK))

    def frame(self, raw: bytes) -> None:
        try:
            head, body = libipld.decode_dag_cbor_multi(raw)
            op, kind = head["op"], head.get("t", "")
            body = {**body}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            self._reject("frame", f"a frame that cannot be read: {error}", raw)
            return
        if op == -1:
            self._error(body)
        elif kind == "#info":
            self.outdated = self.outdated or body.get("name") == "OutdatedCursor"
        elif not self._moved(body):
            self.batch.passed_over += 1
        elif reading := _READINGS.get(kind):
            reading(self, body, raw)
        else:
            self.batch.passed_over += 1

    def _error(self, body: Mapping[str, Any]) -> None:
        if body.get("error") == "FutureCursor":
            raise _FutureCursor
        raise ConnectorError(f"The stream ended: {body.get('error')} {body.get('message') or ''}".strip()[:300])

    def _moved(self, body: Mapping[str, Any]) -> bool:
        """Take the mark along; whether it is an event that we have not had."""
        at, seq = parse.moment(body.get("time")), body.get("seq")
        if at is None or type(seq) is not int or at > datetime.now(UTC) + 24 * 60 * SLACK:
            return True
        if microseconds(at) < self._from:
            self.mark = replace(self.mark, seq=seq)
            self.begun = True  # it reaches back beyond our mark: nothing lies between
            return False
        if not self.begun:
            self.begun = True
            self._missed(at)
        self.mark = self.mark.after(microseconds(at), seq)
        self.batch.heard(at)
        return True

    def _missed(self, first: datetime) -> None:
        left_off = self.mark.at
        if left_off and (self.outdated or self.anew) and first > moment(left_off):
            self.batch.add(Page(missed=(Missed(moment(left_off), first, TOO_OLD),)))

    # -- what frames bring ---------------------------------------------------------------------------------------------

    def _commit(self, body: Mapping[str, Any], raw: bytes) -> None:
        did, ops = body.get("repo"), body.get("ops")
        if not isinstance(did, str) or not isinstance(ops, list):
            self._reject("commit", "a commit without its account or its changes", raw)
            return
        if body.get("tooBig"):
            self._reject(did, "a commit that was too big to be told here", raw)
        posts = [op for op in ops if isinstance(op, dict) and str(op.get("path", "")).startswith(_PREFIX)]
        if not posts:
            self.batch.passed_over += 1
            return
        blocks = self._blocks(body, did, raw) if any(op.get("action") != "delete" for op in posts) else {}
        for op in posts:
            key = str(op["path"]).removeprefix(_PREFIX)
            if op.get("action") == "delete":
                self.batch.add(self.sifter.deleted(f"at://{did}/{parse.POST}/{key}"))
            elif blocks is not None:
                self._written(_Change(did, key, op, body), blocks, names_us=bool(self._us) and self._us in raw)

    def _blocks(self, body: Mapping[str, Any], did: str, raw: bytes) -> Mapping[bytes, Any] | None:
        try:
            blocks: dict[bytes, Any] = libipld.decode_car(body["blocks"])[1]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            self._reject(did, f"blocks that cannot be read: {error}", raw)
            return None
        return blocks

    def _written(self, change: _Change, blocks: Mapping[bytes, Any], *, names_us: bool) -> None:
        record = blocks.get(cid) if isinstance(cid := change.op.get("cid"), bytes) else None
        if not isinstance(record, dict):
            self._reject(change.uri, "the post is not among the blocks", b"")
            return
        try:
            words = msgspec.convert(record, Post).words()
        except msgspec.ValidationError:
            words, names_us = "", True  # `parse` says what is wrong
        edited = change.op.get("action") == "update"
        try:
            page = self.sifter.written(words, names_us=names_us, edited=edited, whole=lambda: change.as_event(record))
        except RecursionError:
            self._reject(change.uri, "a post that is nested too deep", b"")
            return
        if page is None:
            self.batch.passed_over += 1
        else:
            self.batch.add(page)

    def _account(self, body: Mapping[str, Any], raw: bytes) -> None:
        did, status = str(body.get("did")), str(body.get("status") or "")
        page = self.sifter.account(did, active=body.get("active") is not False, status=status)
        if page is None:
            self.batch.passed_over += 1
        else:
            self.batch.add(page)

    def _reject(self, where: str, reason: str, raw: bytes) -> None:
        self.batch.add(
            Page(rejects=(Reject(parse.storable(where)[:_LONGEST_WHERE], parse.storable(reason), raw[:_LONGEST_RAW]),))
        )


_READINGS: dict[str, Callable[[Hearing, Mapping[str, Any], bytes], None]] = {
    "#commit": Hearing._commit,
    "#account": Hearing._account,
}


@dataclass(frozen=True, slots=True)
class _Change:
    """One post in a commit."""

    did: str
    key: str
    op: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def uri(self) -> str:
        return f"at://{self.did}/{parse.POST}/{self.key}"

    def as_event(self, record: object) -> Mapping[str, Any]:
        """In the form of Jetstream, which is the one that `parse` reads."""
        at = parse.moment(self.body.get("time"))
        cid = libipld.encode_cid(self.op["cid"])
        commit = {"operation": self.op.get("action"), "collection": parse.POST, "rkey": self.key, "cid": cid}
        event = {"did": self.did, "time_us": microseconds(at) if at else None, "kind": "commit"}
        return {**event, "commit": {**commit, "record": _plain(record)}}


def _plain(value: object) -> object:
    """As JSON writes it: links and bytes are objects."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    return value
