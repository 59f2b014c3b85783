"""Two listeners whose session has ended at the same time: one renews it, the other goes on with what that one got."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rapport.core.errors import ConnectorError
from rapport.server.listen import accounts
from rapport.server.listen.accounts import account_of
from rapport.server.listen.models import Channel
from tests.server.elsewhere import elsewhere

US = "did:plc:ferry"


def token(kind: str, expires_in: float) -> str:
    claims = {"scope": kind, "sub": US, "exp": int(time.time() + expires_in), "jti": str(time.monotonic_ns())}
    parts = (b'{"alg":"none"}', json.dumps(claims).encode(), b"x")
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


class Platform(BaseHTTPRequestHandler):
    """A server that takes each refresh token once, as a strict one would, and takes its time over it."""

    protocol_version = "HTTP/1.1"
    asked: Counter[str] = Counter()
    refresh_token = ""

    def do_POST(self) -> None:
        self.reply(self.path.rpartition("/")[2])

    def do_GET(self) -> None:
        self.reply(self.path.partition("?")[0].rpartition("/")[2])

    def reply(self, method: str) -> None:
        Platform.asked[method] += 1
        status, body = 200, {"notifications": []}
        if method == "com.atproto.server.refreshSession":
            time.sleep(0.5)
            if self.headers["Authorization"] != f"Bearer {Platform.refresh_token}":
                status, body = 400, {"error": "ExpiredToken", "message": "It was used before."}
            else:
                Platform.refresh_token = token("refresh", 7200)
                tokens = {"accessJwt": token("access", 7200), "refreshJwt": Platform.refresh_token}
                body = {"did": US, "handle": "ferry.test", **tokens}
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[str]:
    Platform.asked, Platform.refresh_token = Counter(), token("refresh", 7200)
    http = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()


CONNECTED = """
from rapport.server.listen.models import Channel
from rapport.server.organise import sealed
secrets = {{"password": "aaaa", "session": {session!r}}}
config = {{"service": {url!r}, "handle": "ferry.test"}}
Channel.objects.create(name="Us", connector="bluesky", network="bluesky", config=config, sealed=sealed.seal(secrets))
"""
LISTEN = """
from rapport.connectors import contract
from rapport.server.listen.accounts import account_of
from rapport.server.listen.models import Channel
connector, account = contract.load("bluesky"), account_of(Channel.objects.get())
from rapport.connectors.bluesky import api
go()
print(len(list(connector.fetch(account, "notifications", ""))))
"""
KEPT = """
from rapport.server.listen.models import Channel
row = Channel.objects.get()
print(row.secrets["session"], repr(row.leased_by))
"""


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_two_listeners_renew_a_session_once(platform: str, tmp_path: Path) -> None:
    old = f"ferry.test:::{US}:::{token('access', 60)}:::{Platform.refresh_token}:::{platform}"
    with elsewhere(tmp_path) as there:
        there.run(CONNECTED.format(session=old, url=platform))
        assert there.together(LISTEN, 2) == ["1", "1"]
        kept, free = there.run(KEPT).split(" ")
    assert Platform.asked["com.atproto.server.refreshSession"] == 1
    assert Platform.asked["com.atproto.server.createSession"] == 0
    assert Platform.asked["app.bsky.notification.listNotifications"] == 2
    assert Platform.refresh_token in kept
    assert free == "''"


def test_who_comes_second_waits_and_then_finds_what_the_first_one_kept(channel: Channel) -> None:
    account = account_of(channel)
    with account.alone() as secrets:
        assert secrets == {"password": "right"}
        account.keep({"session": "fresh"})
    with account.alone() as secrets:
        assert secrets == {"password": "right", "session": "fresh"}


def test_nobody_waits_for_ever(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    account = account_of(channel)
    monkeypatch.setattr(accounts.time, "monotonic", iter(range(0, 10_000, 50)).__next__)
    with account.alone(), pytest.raises(ConnectorError, match="too long"), account.alone():
        raise AssertionError("two were in there at once")
