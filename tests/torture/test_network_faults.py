"""Bad lines: whatever the network does to an answer, no message is lost or heard twice, and the trouble is shown."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from rapport.connectors import http
from rapport.connectors.peer import Peer, Talk, answer, peer
from rapport.server.claim import claim
from rapport.server.listen import hear
from rapport.server.listen.models import Budget, Channel, Cursor, Message, Pulse
from rapport.server.organise import sealed
from tests.proxy import WELL, Fault, Proxy, proxy

SAID = [str(number) for number in range(1, 7)]
A_PAGE = 3


# -- the platforms, as far as they matter here -------------------------------------------------------------------------


def mastodon(connection: socket.socket, asked: bytes) -> None:
    """Notifications as Mastodon pages them, three a page."""
    query = parse_qs(urlsplit(asked.split(b" ")[1].decode()).query)
    since = int(query.get("min_id", ["0"])[0])
    page = [_mention(number) for number in SAID if int(number) > since][:A_PAGE]
    answer("200 OK", json.dumps(page[::-1]).encode(), "Content-Type: application/json")(connection, asked)


def _mention(number: str) -> dict[str, object]:
    at = f"2026-03-01T10:0{number}:00.000Z"
    kim = {
        "id": "7",
        "acct": "kim@a.example",
        "username": "kim",
        "url": "https://a.example/@kim",
        "display_name": "Kim",
    }
    status = {
        "id": number,
        "created_at": at,
        "content": f"<p>@brand number {number}: {'late ' * 40}</p>",
        "account": kim,
        "uri": f"https://a.example/{number}",
        "url": f"https://a.example/{number}",
        "visibility": "public",
        "mentions": [],
        "tags": [],
        "in_reply_to_id": None,
        "language": "en",
    }
    return {"id": number, "type": "mention", "created_at": at, "account": kim, "status": status}


def feed(connection: socket.socket, asked: bytes) -> None:
    entries = "".join(
        f"<entry><id>urn:{number}</id><title>Number {number}</title><updated>2026-03-01T10:0{number}:00Z</updated>"
        f"<content>{'late ' * 50}</content></entry>"
        for number in SAID
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:feed</id><title>A feed</title>{entries}</feed>'
    answer("200 OK", body.encode(), "Content-Type: application/atom+xml")(connection, asked)


@dataclass(frozen=True)
class Platform:
    connector: str
    talk: Talk
    config: str
    secrets: dict[str, str]
    source: str
    cursor: str


PLATFORMS = [
    Platform("mastodon", mastodon, "instance", {"token": "tulip"}, "mentions", "0"),
    Platform("feeds", feed, "url", {}, "entries", ""),
]
each = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.connector)


@dataclass
class Line:
    """A channel that hears a platform through a proxy."""

    channel: Channel
    platform: Platform
    server: Peer
    proxy: Proxy

    def listen(self, fault: Fault) -> None:
        self.proxy.fault = fault
        for key in self.due():
            hear.hear(key, "listener-1")

    def due(self) -> list[int]:
        mine = Cursor.objects.filter(channel=self.channel, source=self.platform.source)
        mine.update(next_at=timezone.now(), leased_until=None)
        return claim(mine, "listener-1", now=timezone.now(), limit=1)

    @property
    def cursor(self) -> Cursor:
        return Cursor.objects.get(channel=self.channel, source=self.platform.source)

    def forget(self) -> None:
        """As it was before anything was heard."""
        Message.objects.all().delete()
        Pulse.objects.all().delete()
        Cursor.objects.filter(channel=self.channel).update(value=self.platform.cursor, tries=0)
        Channel.objects.filter(pk=self.channel.pk).update(trouble="", trouble_since=None, state="listening")


@pytest.fixture
def line(ana, settings, platform: Platform) -> Iterator[Line]:
    settings.PRIVATE_HOSTS = ("127.0.0.1",)
    with peer(platform.talk) as server, proxy(server.port) as between:
        channel = Channel.objects.create(
            name=platform.connector,
            connector=platform.connector,
            network=platform.connector,
            config={platform.config: f"http://127.0.0.1:{between.port}/"},
            sealed=sealed.seal(platform.secrets),
            keep_all=True,
        )
        Cursor.objects.create(channel=channel, source=platform.source, value=platform.cursor)
        yield Line(channel, platform, server, between)


def heard() -> int:
    return Message.objects.count()


def everything_arrives(line: Line) -> None:
    """Once the line is good again, every message is there once."""
    line.listen(WELL)
    line.listen(WELL)
    assert heard() == len(SAID)
    line.channel.refresh_from_db()
    assert (line.channel.trouble, line.channel.state, line.cursor.tries) == ("", "listening", 0)


def trouble_is_shown(line: Line) -> None:
    line.channel.refresh_from_db()
    assert line.channel.trouble
    assert line.cursor.tries >= 1
    assert Pulse.objects.get(channel=line.channel).failures >= 1


# -- what the line does ------------------------------------------------------------------------------------------------


def whole_answer(line: Line) -> int:
    """How many bytes the first answer of the platform has."""
    with socket.create_connection(("127.0.0.1", line.server.port)) as direct:
        direct.sendall(b"GET /?min_id=0 HTTP/1.1\r\nHost: x\r\n\r\n")
        return sum(len(data) for data in iter(lambda: direct.recv(65536), b""))


@each
@pytest.mark.parametrize("reset", [False, True], ids=["ends", "resets"])
def test_an_answer_that_is_cut_is_never_taken_for_a_shorter_one(line: Line, reset: bool, in_full: bool) -> None:
    size = whole_answer(line)
    assert size > 2_000
    for cut in range(0, size, 1 if in_full else 97):
        line.forget()
        line.listen(Fault(cut_after=cut, reset=reset))
        assert (heard(), line.cursor.value) == (0, line.platform.cursor), f"cut after {cut} of {size} bytes"
        trouble_is_shown(line)
    everything_arrives(line)


@each
def test_an_answer_that_drips_ends_at_the_deadline(line: Line, monkeypatch) -> None:
    for made in (http.guarded_client, http.GuardedTransport.__init__):
        monkeypatch.setitem(made.__kwdefaults__, "timeout", 1.0)
    started = time.monotonic()
    line.listen(Fault(bytes_per_second=1))
    assert time.monotonic() - started < 10
    assert heard() == 0
    trouble_is_shown(line)
    everything_arrives(line)


@each
@pytest.mark.parametrize(
    "junk",
    [b"\x16\x03\x01\x02\x00\x01", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html></h"],
    ids=["TLS", "SSH", "a login page"],
)
def test_what_is_no_answer_is_trouble(line: Line, junk: bytes) -> None:
    line.listen(Fault(junk=junk))
    assert heard() == 0
    trouble_is_shown(line)
    everything_arrives(line)


@each
@pytest.mark.parametrize(("headers", "at_least"), [(["Retry-After: 120"], 115), ([], 10)], ids=["told", "not told"])
def test_being_told_to_wait_is_obeyed(line: Line, headers: list[str], at_least: float) -> None:
    told = "\r\n".join(["HTTP/1.1 429 Too Many Requests", "Content-Length: 0", "Connection: close", *headers, "", ""])
    line.listen(Fault(junk=told.encode()))
    assert (line.cursor.next_at - timezone.now()).total_seconds() > at_least
    trouble_is_shown(line)
    Budget.objects.all().delete()  # as if the time had passed
    everything_arrives(line)


@each
def test_a_redirect_to_a_private_place_is_not_followed(line: Line) -> None:
    with peer(answer()) as secret:
        told = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:{secret.port}/\r\nContent-Length: 0\r\n\r\n"
        line.listen(Fault(junk=told.encode()))
        assert secret.connections == 0
    trouble_is_shown(line)
    everything_arrives(line)


@pytest.mark.parametrize("platform", PLATFORMS[:1], ids=["mastodon"])
def test_a_token_that_is_refused_in_mid_page_keeps_what_came_and_freezes_the_rest(line: Line) -> None:
    """The first page arrives; the second is refused. The cursor stands behind the first, until somebody signs in."""
    refused = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    pages = iter([WELL])

    def talk(connection: socket.socket, asked: bytes) -> None:
        if next(pages, None) is None:
            connection.sendall(refused)
        else:
            mastodon(connection, asked)

    with peer(talk) as server:
        line.proxy.upstream = server.port
        line.listen(WELL)
    line.proxy.upstream = line.server.port
    line.channel.refresh_from_db()
    assert (heard(), line.cursor.value, line.channel.state) == (A_PAGE, "3", "needs_sign_in")
    Channel.objects.filter(pk=line.channel.pk).update(state="listening", trouble="")
    everything_arrives(line)
