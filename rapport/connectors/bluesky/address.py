"""Where a stream is listened to, from what a person wrote into the form. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from rapport.connectors.address import is_for_them_alone
from rapport.core.errors import ConnectorError

JETSTREAM_1 = "/subscribe"
JETSTREAM_2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
FIREHOSE = "/xrpc/com.atproto.sync.subscribeRepos"

Kind = Literal["jetstream 1", "jetstream 2", "firehose"]
_KINDS: dict[str, Kind] = {JETSTREAM_1: "jetstream 1", JETSTREAM_2: "jetstream 2", FIREHOSE: "firehose"}
_PATHS = {kind: path for path, kind in _KINDS.items()}
_SCHEMES = {"https": "wss", "wss": "wss", "http": "ws", "ws": "ws"}


@dataclass(frozen=True, slots=True)
class Address:
    """`url` ends where our own parameters go on: behind a `?` or a `&`."""

    kind: Kind
    host: str
    url: str


def read_address(given: str, private_hosts: Iterable[str] = ()) -> Address | None:
    """The address of a stream; None when nothing was given. Raises ConnectorError when it is none.

    A path tells what is spoken there. Without one, a name that begins with "jetstream" is a Jetstream (with a number
    behind it: of the first version), and everything else a server of accounts or a relay, whose firehose is heard.

    >>> read_address("jetstream2.us-east.bsky.network")
    Address(kind='jetstream 1', host='jetstream2.us-east.bsky.network', url='wss://jetstream2.us-east.bsky.network/subscribe?')
    >>> read_address("https://pds.example.org").url
    'wss://pds.example.org/xrpc/com.atproto.sync.subscribeRepos?'
    """
    given = given.strip()
    if not given:
        return None
    wrong = ConnectorError(f"{given[:80]!r} is not the address of a stream.", permanent=True)
    try:
        url = urlsplit(given if "://" in given else f"wss://{given}")
        host = url.hostname or ""
        _ = url.port  # raises when it is no number
    except ValueError as error:
        raise wrong from error
    scheme, kind = _SCHEMES.get(url.scheme, ""), _kind(url, host)
    if not host or not scheme or kind is None or "@" in url.netloc:
        raise wrong
    if not is_for_them_alone(url, private_hosts):
        raise ConnectorError("A stream has to come over wss, or others can put words into it.", permanent=True)
    return Address(kind, url.netloc, f"{scheme}://{url.netloc}{_PATHS[kind]}?{f'{url.query}&' if url.query else ''}")


def _kind(url: SplitResult, host: str) -> Kind | None:
    if path := url.path.rstrip("/"):
        return _KINDS.get(path)
    if not host.startswith("jetstream"):
        return "firehose"
    return "jetstream 1" if re.match(r"jetstream\d", host) else "jetstream 2"
