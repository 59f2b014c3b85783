"""Hosts: whose an address is, so that `host:example.com` also finds news.example.com."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapport.core.query.words import normal

LONGEST = 253
"""Characters in the name of a host."""

_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*://|//|mailto:)?+(?:[^/?#@\s]*@)?(\[[^\]\s]*\]|[^/?#:@\s\[\]]+)", re.I)


def hosts(address: str) -> Iterator[str]:
    """The host of an address and those that it belongs to, the longest first; nothing when it has none.

    Names in other scripts are the same in both ways of writing them. Numbers belong to nothing.

    >>> list(hosts("https://Help.Norlink.example:8080/late?a=b"))
    ['help.norlink.example', 'norlink.example', 'example']
    >>> list(hosts("http://xn--fhre-loa.example")) == list(hosts("fähre.example"))
    True
    >>> list(hosts("http://127.0.0.1/")), list(hosts("https://"))
    (['127.0.0.1'], [])
    """
    found = _ADDRESS.match(address[:2_000])
    host = _unicode(normal(found[1][:LONGEST])).strip(".") if found else ""
    if not host:
        return
    yield host
    if host.startswith("[") or host.replace(".", "").isdigit():
        return
    while "." in host:
        host = host.partition(".")[2].lstrip(".")
        yield host


def _unicode(host: str) -> str:
    if "xn--" not in host:
        return host
    try:
        return normal(host.encode("ascii").decode("idna"))
    except UnicodeError:
        return host
