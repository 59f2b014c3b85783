"""Addresses that somebody typed in, and whether what goes there is for nobody else to read. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from rapport.connectors.http import Allowed
from rapport.core.errors import ConnectorError

_NO_HOST = ipaddress.ip_address("0.0.0.0")  # noqa: S104 - stands for a name that is not an address
_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


def web_address(given: str, private_hosts: Iterable[str] = (), *, what: str = "server", carries: str = "") -> str:
    """An address without a slash at its end, a query, a user or a password; https where it does not say.

    given          as it was typed
    private_hosts  see `Account`
    what           what is to be found there, in words
    carries        what is sent there and nobody else may read, in words; where there is none, plain http will do

    Raises ConnectorError when it is none, or when that would travel in the open.

    >>> web_address("Example.org/blog/"), web_address("https://[::1]:8080/?a=1")
    ('https://example.org/blog', 'https://[::1]:8080')
    """
    given = given.strip()
    wrong = ConnectorError(f"{given[:80]!r} is not the address of a {what}.", permanent=True)
    try:
        url = urlsplit(given if "://" in given else f"https://{given}")
        port = f":{url.port}" if url.port else ""
    except ValueError as error:
        raise wrong from error
    if not url.hostname or url.scheme not in ("http", "https"):
        raise wrong
    if carries and not is_for_them_alone(url, private_hosts):
        words = f"The {what} has to be reached over https, or others can read the {carries}."
        raise ConnectorError(words, permanent=True)
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return f"{url.scheme}://{host}{port}{url.path.rstrip('/')}"


def is_for_them_alone(url: SplitResult, private_hosts: Iterable[str]) -> bool:
    """Whether nobody on the way can read along: it is encrypted, or goes to a private place that is named.

    A name counts when it is named itself: where it leads to can be changed by others. An address also counts when it
    lies in a range that is named.

    >>> is_for_them_alone(urlsplit("http://10.0.0.7"), ["10.0.0.0/8"])
    True
    >>> is_for_them_alone(urlsplit("http://intranet.example"), ["10.0.0.0/8", "localhost"])
    False
    """
    if url.scheme in ("https", "wss"):
        return True
    host = url.hostname or ""
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(host)
    except ValueError:
        address = _NO_HOST
    return Allowed.read(private_hosts).permits(host, url.port or _PORTS.get(url.scheme, 0), address)
