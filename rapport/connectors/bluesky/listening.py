"""Which stream a channel listens to, if any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from rapport.connectors.bluesky import firehose, jetstream
from rapport.connectors.bluesky.address import Address, read_address
from rapport.connectors.contract import Account, Sieve
from rapport.connectors.websocket import WebSocket
from rapport.core.types import Page


def address_of(account: Account) -> Address | None:
    return read_address(account.config.get("stream", ""), account.private_hosts)


def stream(account: Account, cursor: str, sieve: Sieve) -> Iterator[Page]:
    address = address_of(account)
    if address is None:
        return
    module = firehose if address.kind == "firehose" else jetstream
    yield from module.stream(address, account, cursor, sieve)


def try_out(account: Account) -> None:
    """Connect once, and hang up. Raises ConnectorError when nobody streams there."""
    if address := address_of(account):
        names = ("xrpc.v1.json",) if address.kind == "jetstream 2" else ()
        with closing(WebSocket(address.url.rstrip("?&"), account.private_hosts, subprotocols=names)):
            return
