"""The one door to the web: every request that Rapport makes to somebody else's machine goes through here.

The door looks at addresses when it connects, not when it reads a URL: a name is resolved once, every address that is
not on the public internet is struck out, and the socket goes to the very address that was looked at. A redirect is a
new connection, so it is looked at too; a name that points elsewhere a moment later is looked at again. On top of that
it limits what a stranger can cost us: redirects, seconds (all of them together, so that a peer that drips one byte at
a time ends too) and bytes (as they are after unpacking, so that a small archive cannot become a large one).

    with guarded_client(account.private_hosts) as client:
        response = ask(client, "GET", url)                 # raises ConnectorError and its children, nothing else
        response = ask(client, "POST", url, write=True)    # and OutcomeUnknown where the answer never came

A library that brings its own client is given our `GuardedTransport`; `translate` and `refusal` turn what it raises
into our errors. Proxies and other settings from the environment are ignored, except SSL_CERT_FILE and SSL_CERT_DIR: a
proxy would look names up for us, out of our sight. Looking up a name has no time limit of ours, only that of the
system's resolver.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import httpcore
import httpx

from rapport import __version__
from rapport.core.errors import BlockedAddress, ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited

TIMEOUT_SECONDS = 30.0
MAX_BYTES = 10_000_000
MAX_REDIRECTS = 3
USER_AGENT = f"Rapport/{__version__}"

# These loggers write whole URLs, tokens in the query included.
for _name in ("httpx", "httpcore", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]
Client = httpx.Client
Request = httpx.Request
Response = httpx.Response


# -- which addresses we may reach --------------------------------------------------------------------------------------

# Written down instead of asking `ipaddress.is_global`, whose answers changed between patch releases of Python.
# Sources: the IANA registries of special-purpose addresses, for IPv4 and for IPv6.
_NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Everything else that IPv6 has (loopback, unique local, link-local, multicast, IPv4-mapped, NAT64) lies outside this.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, and Teredo, which carries an IPv4 address inside
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address inside
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet. Forms that carry an IPv4 address inside never do.

    >>> is_public(ipaddress.ip_address("1.1.1.1")), is_public(ipaddress.ip_address("::ffff:127.0.0.1"))
    (True, False)
    """
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in block for block in _NOT_PUBLIC_6)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Private places that somebody allowed: hosts by name (or literal address), with or without a port, and ranges.

    A range allows addresses, whatever name led to them. A name allows whatever it resolves to: trust it accordingly.
    """

    hosts: frozenset[tuple[str, int | None]] = frozenset()
    ranges: tuple[Network, ...] = ()

    @classmethod
    def read(cls, entries: Iterable[str]) -> Allowed:
        """Read entries such as `intranet.example`, `localhost:3000`, `127.0.0.1`, `[::1]:8080`, `10.20.0.0/16`.

        >>> Allowed.read(["LocalHost:3000"]).permits("localhost", 3000, ipaddress.ip_address("127.0.0.1"))
        True
        >>> Allowed.read(["10.0.0.0/8"]).permits("anything", 80, ipaddress.ip_address("127.0.0.1"))
        False
        """
        entries = [entry.strip() for entry in entries]
        ranges = tuple(ipaddress.ip_network(entry, strict=False) for entry in entries if "/" in entry)
        return cls(frozenset(_host_and_port(entry) for entry in entries if entry and "/" not in entry), ranges)

    def permits(self, host: str, port: int, address: Address) -> bool:
        name = host.rstrip(".").lower()
        return not self.hosts.isdisjoint({(name, None), (name, port)}) or any(
            address in range_ for range_ in self.ranges
        )


def _host_and_port(entry: str) -> tuple[str, int | None]:
    bracketed = re.fullmatch(r"\[(.+)\](?::(\d+))?", entry)
    plain = re.fullmatch(r"([^:]+):(\d+)", entry)
    if match := bracketed or plain:
        return match[1].rstrip(".").lower(), int(match[2]) if match[2] else None
    return entry.rstrip(".").lower(), None


def _resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


# -- connecting --------------------------------------------------------------------------------------------------------

# When the request that this thread is working on has to be over, on the monotonic clock.
_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def _until(deadline: float) -> Iterator[None]:
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def _left(error: type[httpcore.TimeoutException]) -> float:
    """Seconds until the deadline; raises `error` when there are none."""
    seconds = _deadline.get() - time.monotonic()
    if seconds <= 0:
        raise error("took too long altogether")
    return seconds


class _Stream(httpcore.NetworkStream):
    """A connection that never waits beyond the deadline of the request that uses it."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), 65_536):
            self._inner.write(buffer[start : start + 65_536], _left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens connections to permitted addresses only."""

    def __init__(self, allowed: Allowed, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses(host, port):
            seconds = min(_left(httpcore.ConnectTimeout), 10.0)
            try:
                return _Stream(self._inner.connect_tcp(address, port, seconds, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = dict.fromkeys(self._resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be found: {error}") from error
        permitted = [text for text in found if self._may_reach(host, port, ipaddress.ip_address(text))]
        if found and not permitted:
            raise BlockedAddress(f"{host} is at a private address, and nobody allowed it")
        return permitted

    def _may_reach(self, host: str, port: int, address: Address) -> bool:
        return is_public(address) or self._allowed.permits(host, port, address)


# -- unpacking ---------------------------------------------------------------------------------------------------------


class TooLarge(httpx.DecodingError):
    """The answer is larger than we are willing to take."""


class _Body(httpx.SyncByteStream):
    """An answer's body, unpacked, within its limits of time and size."""

    def __init__(self, packed: httpx.SyncByteStream, encoding: str, deadline: float, max_bytes: int) -> None:
        self._packed = packed
        self._encoding = encoding
        self._deadline = deadline
        self._max_bytes = max_bytes

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._arriving() if self._encoding == "identity" else _unzipped(self._arriving())
        taken = 0
        for piece in pieces:
            taken += len(piece)
            if taken > self._max_bytes:
                raise TooLarge(f"the answer is larger than {self._max_bytes:,} bytes")
            yield piece

    def _arriving(self) -> Iterator[bytes]:
        pieces = iter(self._packed)
        while True:
            with _until(self._deadline):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        self._packed.close()


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip and deflate, at most 64 KiB at a time, so that no limit can be jumped over."""
    decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    arrived = False
    try:
        for piece in pieces:
            arrived = arrived or bool(piece)
            while piece and not decoder.eof:
                yield decoder.decompress(piece, 65_536)
                piece = decoder.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError(f"the answer cannot be unpacked: {error}") from error
    if arrived and not decoder.eof:
        raise httpx.RemoteProtocolError("the answer ends in the middle of what was packed")


# -- clients -----------------------------------------------------------------------------------------------------------


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class GuardedTransport(httpx.HTTPTransport):
    """An httpx transport with the door's checks and limits: `httpx.Client(transport=GuardedTransport(...))`.

    private_hosts  private places that may be reached all the same (see `Allowed.read`)
    timeout        seconds for one request with all its redirects, from the first step to the last byte
    max_bytes      of the body, unpacked
    resolve        how a name becomes addresses
    """

    def __init__(
        self,
        private_hosts: Iterable[str] = (),
        *,
        timeout: float = TIMEOUT_SECONDS,
        max_bytes: int = MAX_BYTES,
        resolve: Resolve = _resolve,
    ) -> None:
        super().__init__(verify=_trust(), trust_env=False)
        # httpx offers no way to say how to connect, so the pool that it made is exchanged for one that knows.
        backend = _Backend(Allowed.read(private_hosts), resolve)
        self._pool = httpcore.ConnectionPool(_trust(), keepalive_expiry=5.0, network_backend=backend)
        self._timeout = timeout
        self._max_bytes = max_bytes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # A redirected request carries the extensions of the first one: the clock is not wound up again.
        deadline: float = request.extensions.setdefault("rapport.deadline", time.monotonic() + self._timeout)
        request.headers["Accept-Encoding"] = "gzip"
        with _until(deadline):
            response = super().handle_request(request)
        encoding = response.headers.pop("Content-Encoding", "identity").strip().lower() or "identity"
        if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
            response.close()
            raise httpx.DecodingError(f"the answer is packed as {encoding[:40]!r}, which we did not ask for")
        if encoding != "identity":
            response.headers.pop("Content-Length", None)
        if not isinstance(response.stream, httpx.SyncByteStream):  # what httpx promises, said to the type checker
            raise TypeError(response.stream)
        body = _Body(response.stream, encoding, deadline, self._max_bytes)
        return httpx.Response(
            response.status_code, headers=response.headers, stream=body, extensions=response.extensions
        )


def guarded_client(
    private_hosts: Iterable[str] = (),
    *,
    timeout: float = TIMEOUT_SECONDS,
    max_bytes: int = MAX_BYTES,
    transport: GuardedTransport | None = None,
) -> httpx.Client:
    """An httpx client that goes through the door, or through a `transport` that is one. Use it with `ask`."""
    return httpx.Client(
        transport=transport or GuardedTransport(private_hosts, timeout=timeout, max_bytes=max_bytes),
        timeout=timeout,
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        trust_env=False,
        headers={"User-Agent": USER_AGENT},
    )


def open_socket(
    url: str, private_hosts: Iterable[str] = (), *, timeout: float = TIMEOUT_SECONDS, resolve: Resolve = _resolve
) -> socket.socket:
    """A connection that stays open (a websocket, a stream of events), through the same door. Raises `ConnectorError`.

    The address is looked at as for every other request, and TLS is spoken where the URL says so (https, wss). What
    comes over it afterwards has no limits of ours: whoever reads sets them.
    """
    try:
        address = httpx.URL(url)
        host, secure = address.raw_host.decode("ascii"), address.scheme in ("https", "wss")
        with _until(time.monotonic() + timeout):
            backend = _Backend(Allowed.read(private_hosts), resolve)
            stream = backend.connect_tcp(host, address.port or (443 if secure else 80))
            if secure:
                stream = stream.start_tls(_trust(), host)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpx.InvalidURL, OSError) as error:
        raise translate(error, what=shown(url)) from error
    found: socket.socket = stream.get_extra_info("socket")
    return found


# -- what went wrong, in our words -------------------------------------------------------------------------------------


def ask(
    client: httpx.Client, method: str, url: str, *, write: bool = False, accept: Collection[int] = (), **options: Any
) -> Response:
    """Make one request and return its answer, or raise `ConnectorError` (or a child) saying what went wrong.

    write    the request changes something there: an answer that does not come leaves us in doubt, not in error, and
             a redirect is refused (following it would turn the request into one that reads)
    accept   statuses beyond 2xx that the caller wants to see (for instance 304)
    options  what `httpx.Client.request` takes
    """
    try:
        response = client.request(method, url, follow_redirects=not write, **options)
    except (httpx.HTTPError, httpx.InvalidURL, ConnectorError) as error:
        raise translate(error, what=shown(url), write=write) from error
    if response.is_success or response.status_code in accept:
        return response
    raise refusal(response.status_code, response.headers, what=shown(url), write=write, said=_reason(response))


def _reason(response: httpx.Response) -> str:
    """What a JSON API gives as its reason, where it does so in one of the usual places."""
    try:
        told = response.json()
    except ValueError:
        return ""
    given = [told.get(name) for name in ("error_description", "message", "error")] if isinstance(told, dict) else []
    return next((text[:200] for text in given if isinstance(text, str)), "")


def shown(url: str) -> str:
    """A URL as it may be written to a log or a page: without the query, where tokens are, and without a password.

    >>> shown("https://ana:secret@example.org/feed?key=1#top")
    'https://example.org/feed'
    """
    try:
        return str(httpx.URL(url).copy_with(userinfo=b"", query=None, fragment=None))
    except httpx.InvalidURL:
        return "the address"


_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
_WILL_NOT_CHANGE = (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.TooManyRedirects, TooLarge)


def translate(error: BaseException | None, *, what: str = "the other side", write: bool = False) -> ConnectorError:
    """The `ConnectorError` for what an HTTP client raised. `what` names the other side; it must hold no secret."""
    if isinstance(error, ConnectorError):
        return error
    said = f"{what}: {error}" if str(error or "") else f"{what}: {type(error).__name__}"
    if write and not isinstance(error, _NEVER_LEFT):
        return OutcomeUnknown(f"{said} (it may have been done all the same)")
    return ConnectorError(said, permanent=isinstance(error, _WILL_NOT_CHANGE))


# The other side gave up on us, or asks for a moment: the same request may well succeed later.
_WORTH_ANOTHER_TRY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}


def refusal(
    status: int,
    headers: Mapping[str, str],
    *,
    what: str = "the other side",
    write: bool = False,
    said: str = "",
    now: datetime | None = None,
) -> ConnectorError:
    """The `ConnectorError` for an answer that is not a success. `said` is what the other side gave as its reason."""
    reason = f"{what} answered {status}{f': {said}' if said else ''}"
    wait = wait_seconds(headers, now or datetime.now(UTC))
    if status == HTTPStatus.UNAUTHORIZED:
        return NeedsSignIn(reason)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(reason, retry_after=wait)
    if write and (status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT):
        return OutcomeUnknown(f"{reason} (it may have been done all the same)", retry_after=wait)
    return ConnectorError(reason, permanent=status < 500 and status not in _WORTH_ANOTHER_TRY, retry_after=wait)


def wait_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long the other side asks us to wait, if it says: seconds, a date, or the moment when the count starts anew.

    >>> wait_seconds({"Retry-After": "120"}, datetime(2026, 1, 1, tzinfo=UTC))
    120.0
    >>> wait_seconds({"Retry-After": "Thu, 01 Jan 2026 00:01:00 GMT"}, datetime(2026, 1, 1, tzinfo=UTC))
    60.0
    """
    named = {name.lower(): value.strip() for name, value in headers.items()}
    for name in ("retry-after", "x-ratelimit-reset", "ratelimit-reset"):
        if value := named.get(name, ""):
            return _seconds_until(value, now)
    return None


def _seconds_until(value: str, now: datetime) -> float | None:
    if re.fullmatch(r"\d{1,12}", value):
        # A number is either a wait or a moment since 1970; nobody asks for a wait of thirty years.
        return float(value) if int(value) < 1_000_000_000 else max(0.0, int(value) - now.timestamp())
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = read(value)
        except ValueError:
            continue
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (at - now).total_seconds())
    return None
