"""Where a mailbox lives: the fields that a person filled in, and what is guessed where they left them empty."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

import httpx

from rapport.connectors.contract import Account
from rapport.connectors.http import is_public
from rapport.core.errors import ConnectorError

# Providers whose servers are called otherwise than imap.DOMAIN and smtp.DOMAIN, by the domains of their addresses.
_PROVIDERS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("gmail.com", "googlemail.com"), "imap.gmail.com", "smtp.gmail.com"),
    (("outlook.com", "hotmail.com", "live.com", "msn.com"), "outlook.office365.com", "smtp.office365.com"),
    (("gmx.de", "gmx.net", "gmx.at", "gmx.ch"), "imap.gmx.net", "mail.gmx.net"),
    (("gmx.com",), "imap.gmx.com", "mail.gmx.com"),
    (("web.de",), "imap.web.de", "smtp.web.de"),
    (("t-online.de", "magenta.de"), "secureimap.t-online.de", "securesmtp.t-online.de"),
    (("yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.co.uk"), "imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
    (("icloud.com", "me.com", "mac.com"), "imap.mail.me.com", "smtp.mail.me.com"),
    (("posteo.de", "posteo.net"), "posteo.de", "posteo.de"),
    (("mailbox.org",), "imap.mailbox.org", "smtp.mailbox.org"),
    (("fastmail.com", "fastmail.fm"), "imap.fastmail.com", "smtp.fastmail.com"),
    (("orange.fr", "wanadoo.fr"), "imap.orange.fr", "smtp.orange.fr"),
    (("free.fr",), "imap.free.fr", "smtp.free.fr"),
    (("libero.it",), "imapmail.libero.it", "smtp.libero.it"),
)
_PLACE = re.compile(r"\s*(?:\w+://)?(\[[0-9a-fA-F:]+\]|[^\s:/@]+)(?::(\d{1,5}))?/?\s*")
ENCRYPTED_AT_ONCE = {993, 465}


@dataclass(frozen=True, slots=True)
class Place:
    """A server. `tls`: encrypted from the first byte; otherwise it has to offer to become so."""

    host: str
    port: int

    @property
    def tls(self) -> bool:
        return self.port in ENCRYPTED_AT_ONCE

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def address(account: Account) -> str:
    """Our own address, in small letters."""
    given = account.config.get("email", "").strip().lower()
    if (
        not re.fullmatch(r"[^\s@<>\"(),;:\x00-\x1f]{1,64}@[^\s@<>\"(),;:\x00-\x1f]{1,230}", given)
        or not given.isascii()
    ):
        raise ConnectorError(f"{given[:80]!r} is not an e-mail address that we can write from.", permanent=True)
    return given


def imap(account: Account) -> Place:
    return _place(account.config.get("imap", "") or guessed(address(account))[0], 993)


def smtp(account: Account) -> Place:
    return _place(account.config.get("smtp", "") or guessed(address(account))[1], 465)


def guessed(address: str) -> tuple[str, str]:
    """The names of the servers of an address: IMAP and SMTP.

    >>> guessed("ferry@gmx.de"), guessed("info@example.org")
    (('imap.gmx.net', 'mail.gmx.net'), ('imap.example.org', 'smtp.example.org'))
    """
    domain = address.rpartition("@")[2].lower()
    known = (servers for domains, *servers in _PROVIDERS if domain in domains)
    incoming, outgoing = next(known, (f"imap.{domain}", f"smtp.{domain}"))
    return incoming, outgoing


def _place(given: str, port: int) -> Place:
    found = _PLACE.fullmatch(given)
    if not found or not 0 < int(found[2] or port) < 65_536:
        raise ConnectorError(f"{given[:80]!r} is not the name of a server.", permanent=True)
    return Place(found[1].lower(), int(found[2] or port))


def user(account: Account) -> str:
    return account.config.get("user", "").strip() or address(account)


def folders(account: Account) -> list[str]:
    named = [name.strip() for name in account.config.get("folders", "").split(",")]
    return list(dict.fromkeys(name for name in named if name)) or ["INBOX"]


def copies(account: Account) -> bool:
    """Whether each answer also goes to ourselves, so that the mailbox can tell whether it was sent."""
    return account.config.get("copy", "yes").strip().lower() not in ("", "no", "nein", "0", "false")


def may_speak_plainly(peer: str) -> bool:
    """Whether a password may go over the wire as it is: only to a private address, which somebody allowed by name."""
    return not is_public(ip_address(peer.partition("%")[0]))


@cache
def trusted() -> ssl.SSLContext:
    """The authorities that vouch for servers: those that the rest of Rapport trusts."""
    return httpx.create_ssl_context()
