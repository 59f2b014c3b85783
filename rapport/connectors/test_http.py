"""The door to the web, tested with real sockets on loopback.

Loopback has many addresses. Here 127.0.0.2 plays the public internet (it is allowed as a range), and 127.0.0.1 stays
what it is: a private place that nobody allowed.
"""

from __future__ import annotations

import ast
import gzip
import ipaddress
import logging
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from rapport.connectors import peer as peers
from rapport.connectors.http import (
    MAX_REDIRECTS,
    Allowed,
    GuardedTransport,
    ask,
    guarded_client,
    is_public,
    refusal,
    shown,
    wait_seconds,
)
from rapport.connectors.peer import Peer, Talk, hang_up
from rapport.core.errors import BlockedAddress, ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited

PUBLIC = "127.0.0.2"
PRIVATE = "127.0.0.1"
OPEN = ("127.0.0.2/32",)


def peer(talk: Talk, address: str = PUBLIC, port: int = 0) -> AbstractContextManager[Peer]:
    return peers.peer(talk, address, port)


def answer(status: str = "200 OK", body: bytes = b"hello", *headers: str) -> Talk:
    return peers.answer(status, body, *headers)


# -- addresses ---------------------------------------------------------------------------------------------------------

# Literal forms of places that are not on the public internet, as an attacker would write them into a URL.
_FORMS = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.0.0.1 017700000001 0 0.0.0.0 0.0.0.1
10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255 100.64.0.1 100.127.255.254
169.254.169.254 169.254.0.1 192.0.0.1 192.0.0.170 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 192.88.99.1
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 2852039166 0xa9fea9fe localhost LOCALHOST
[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:8.8.8.8] [::127.0.0.1] [64:ff9b::7f00:1]
[64:ff9b::808:808] [64:ff9b:1::1] [2002:7f00:1::1] [2001:0:7f00:1::1] [2001:db8::1] [3fff::1] [fc00::1] [fd12:3456::1]
[fe80::1] [fec0::1] [ff02::1] [ff0e::1] [100::1] [5f00::1]
"""
PRIVATE_FORMS = _FORMS.split()


@pytest.mark.parametrize("form", PRIVATE_FORMS)
def test_a_private_address_is_refused_however_it_is_written(form: str) -> None:
    with guarded_client() as client, pytest.raises(BlockedAddress):
        ask(client, "GET", f"http://{form}:9/")


@pytest.mark.parametrize(
    "form",
    [
        "http://user@127.0.0.1:9/",
        "http://①②⑦.⓪.⓪.①:9/",
        "http://ⓛocalhost:9/",
        "http://127。0。0。1:9/",
        "http://0177.0.0.1:9/",
    ],
)
def test_disguises_of_the_host_do_not_help(form: str) -> None:
    with guarded_client() as client, pytest.raises(ConnectorError) as refused:
        ask(client, "GET", form)
    assert refused.value.permanent


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2606:4700::1111", "2a00:1450::200e"]
)
def test_the_public_internet_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def test_an_allowed_range_opens_those_addresses_and_no_others() -> None:
    with peer(answer()) as friend, peer(answer(), PRIVATE) as private, guarded_client(OPEN) as client:
        assert ask(client, "GET", friend.url).text == "hello"
        with pytest.raises(BlockedAddress):
            ask(client, "GET", private.url)
        assert private.connections == 0


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.1:{port}", " 127.0.0.1 ", "127.0.0.0/8"])
def test_an_allowed_host_can_be_reached(entry: str) -> None:
    with peer(answer(), PRIVATE) as home, guarded_client([entry.format(port=home.port)]) as client:
        assert ask(client, "GET", home.url).status_code == 200


@pytest.mark.parametrize("entry", ["127.0.0.1:1", "localhost", "127.0.0.3", "10.0.0.0/8", ""])
def test_an_allowance_for_another_place_is_none(entry: str) -> None:
    with peer(answer(), PRIVATE) as home, guarded_client([entry]) as client, pytest.raises(BlockedAddress):
        ask(client, "GET", home.url)


def test_allowed_ipv6_hosts_are_written_with_or_without_a_port() -> None:
    loopback = ipaddress.ip_address("::1")
    assert Allowed.read(["[::1]:80"]).permits("::1", 80, loopback)
    assert not Allowed.read(["[::1]:80"]).permits("::1", 81, loopback)
    assert Allowed.read(["::1"]).permits("::1", 81, loopback)


# -- names that change their mind --------------------------------------------------------------------------------------


class Names:
    """A name server that gives its answers one after the other, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def client_with(names: Names, **options: float) -> httpx.Client:
    return httpx.Client(transport=GuardedTransport(OPEN, resolve=names, **options), follow_redirects=True)  # type: ignore[arg-type]


def test_a_name_that_rebinds_never_reaches_the_private_place() -> None:
    names = Names([PUBLIC], [PRIVATE])
    with peer(answer(body=b"public")) as public, peer(answer(body=b"private"), PRIVATE, public.port) as private:
        with client_with(names) as client:
            assert ask(client, "GET", f"http://rebinds.example:{public.port}/").text == "public"
            assert names.asked == 1
            with pytest.raises(BlockedAddress):
                ask(client, "GET", f"http://rebinds.example:{public.port}/")
        assert (public.connections, private.connections) == (1, 0)


def test_of_a_mixed_answer_only_the_public_address_is_used() -> None:
    with peer(answer(body=b"public")) as public, peer(answer(), PRIVATE, public.port) as private:
        with client_with(Names([PRIVATE, PUBLIC])) as client:
            assert ask(client, "GET", f"http://mixed.example:{public.port}/").text == "public"
        assert private.connections == 0


def test_a_dead_public_address_is_no_reason_to_try_the_private_one() -> None:
    with peer(answer(), PRIVATE) as private, client_with(Names([PUBLIC, PRIVATE])) as client:
        with pytest.raises(ConnectorError) as failed:
            ask(client, "GET", f"http://mixed.example:{private.port}/")
        assert not failed.value.permanent
        assert private.connections == 0


def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with httpx.Client(transport=GuardedTransport(resolve=unknown)) as client, pytest.raises(ConnectorError) as failed:
        ask(client, "GET", "http://nowhere.example/?token=tulip")
    assert not failed.value.permanent
    assert "tulip" not in str(failed.value)


# -- redirects ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_to_a_private_place_is_refused_without_a_connection(status: str) -> None:
    with peer(answer(), PRIVATE) as private:
        with peer(answer(status, b"", f"Location: {private.url}")) as public, guarded_client(OPEN) as client:
            with pytest.raises(BlockedAddress):
                ask(client, "GET", public.url)
            assert public.connections == 1
        assert private.connections == 0


def test_redirects_end_after_three() -> None:
    with peer(answer("302 Found", b"", "Location: /again")) as circle, guarded_client(OPEN) as client:
        with pytest.raises(ConnectorError) as refused:
            ask(client, "GET", circle.url)
        assert refused.value.permanent
        assert circle.connections == MAX_REDIRECTS + 1


def test_a_redirect_does_not_wind_up_the_clock_again() -> None:
    def slow_circle(connection: socket.socket, asked: bytes) -> None:
        time.sleep(0.3)
        answer("302 Found", b"", "Location: /again")(connection, asked)

    with peer(slow_circle) as circle, guarded_client(OPEN, timeout=0.5) as client:
        with pytest.raises(ConnectorError, match=r"took too long|timed out"):
            ask(client, "GET", circle.url)
        assert circle.connections == 2


# -- slow and large ----------------------------------------------------------------------------------------------------


def drip(connection: socket.socket, data: bytes) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


@pytest.mark.parametrize("prompt", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"], ids=["head", "body"])
def test_a_peer_that_drips_ends_at_the_deadline(prompt: bytes) -> None:
    def talk(connection: socket.socket, _: bytes) -> None:
        connection.sendall(prompt)
        drip(connection, b"HTTP/1.1 200 OK\r\n" * 10)

    started = time.monotonic()
    with peer(talk) as loris, guarded_client(OPEN, timeout=0.5) as client:
        with pytest.raises(ConnectorError) as failed:
            ask(client, "GET", loris.url)
        assert 0.4 < time.monotonic() - started < 8  # the deadline is half a second; a busy machine adds to it
    assert not failed.value.permanent


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses instead of waiting")
def test_a_peer_that_never_picks_up_ends_at_the_deadline() -> None:
    started = time.monotonic()
    with ExitStack() as stack, guarded_client(OPEN, timeout=0.5) as client:
        listener = stack.enter_context(socket.create_server((PUBLIC, 0), backlog=0))
        for _ in range(2):  # fill the queue of those who wait
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        with pytest.raises(ConnectorError) as failed:
            ask(client, "POST", f"http://{PUBLIC}:{listener.getsockname()[1]}/", write=True)
    assert 0.4 < time.monotonic() - started < 8  # the deadline is half a second; a busy machine adds to it
    assert type(failed.value) is ConnectorError


def test_a_peer_that_never_answers_our_tls_greeting_ends_at_the_deadline() -> None:
    started = time.monotonic()
    with peer(answer()) as mute, guarded_client(OPEN, timeout=0.5) as client, pytest.raises(ConnectorError):
        ask(client, "GET", f"https://{PUBLIC}:{mute.port}/")
    assert 0.4 < time.monotonic() - started < 8  # the deadline is half a second; a busy machine adds to it


def test_a_body_beyond_the_limit_is_refused_while_it_arrives() -> None:
    with (
        peer(answer(body=b"x" * 50_001)) as wide,
        guarded_client(OPEN, max_bytes=50_000) as client,
        pytest.raises(ConnectorError, match="larger than 50,000 bytes") as refused,
    ):
        ask(client, "GET", wide.url)
    assert refused.value.permanent


def test_a_body_at_the_limit_is_taken() -> None:
    with peer(answer(body=b"x" * 50_000)) as full, guarded_client(OPEN, max_bytes=50_000) as client:
        assert len(ask(client, "GET", full.url).content) == 50_000


def test_a_small_archive_does_not_become_a_large_body() -> None:
    bomb = gzip.compress(b"\0" * 100_000_000)
    assert len(bomb) < 110_000
    tracemalloc.start()
    with (
        peer(answer("200 OK", bomb, "Content-Encoding: gzip")) as bomber,
        guarded_client(OPEN) as client,
        pytest.raises(ConnectorError, match="larger than 10,000,000 bytes"),
    ):
        ask(client, "GET", bomber.url)
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def test_a_packed_answer_is_unpacked_once() -> None:
    packed = gzip.compress("Grüße".encode())
    with peer(answer("200 OK", packed, "Content-Encoding: gzip")) as friend, guarded_client(OPEN) as client:
        assert ask(client, "GET", friend.url).text == "Grüße"
        assert b"accept-encoding: gzip\r\n" in friend.requests[0].lower()


def test_a_packed_answer_that_ends_early_is_an_error() -> None:
    packed = gzip.compress(bytes(range(256)) * 100)[:-20]
    with (
        peer(answer("200 OK", packed, "Content-Encoding: gzip")) as liar,
        guarded_client(OPEN) as client,
        pytest.raises(ConnectorError, match="ends in the middle"),
    ):
        ask(client, "GET", liar.url)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_an_answer_packed_in_a_way_that_we_did_not_ask_for_is_refused(encoding: str) -> None:
    with (
        peer(answer("200 OK", b"xx", f"Content-Encoding: {encoding}")) as odd,
        guarded_client(OPEN) as client,
        pytest.raises(ConnectorError, match="did not ask for"),
    ):
        ask(client, "GET", odd.url)


@pytest.mark.parametrize("cut_at", [0, 10, 40, 70])
def test_an_answer_that_is_cut_short_is_an_error_and_never_an_empty_answer(cut_at: int) -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\nConnection: close\r\n\r\n" + b"x" * 40
    with (
        peer(lambda connection, _: connection.sendall(whole[:cut_at])) as cutter,
        guarded_client(OPEN) as client,
        pytest.raises(ConnectorError) as failed,
    ):
        ask(client, "GET", cutter.url)
    assert not failed.value.permanent


# -- what went wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "permanent"),
    [
        (401, NeedsSignIn, False),
        (429, RateLimited, False),
        (400, ConnectorError, True),
        (403, ConnectorError, True),
        (404, ConnectorError, True),
        (410, ConnectorError, True),
        (408, ConnectorError, False),
        (500, ConnectorError, False),
        (503, ConnectorError, False),
    ],
)
def test_a_status_becomes_an_error_that_says_whether_to_try_again(
    status: int, kind: type[ConnectorError], permanent: bool
) -> None:
    with peer(answer(f"{status} No")) as no, guarded_client(OPEN) as client, pytest.raises(ConnectorError) as refused:
        ask(client, "GET", no.url)
    assert type(refused.value) is kind
    assert refused.value.permanent is permanent


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, OutcomeUnknown), (504, OutcomeUnknown), (408, OutcomeUnknown), (422, ConnectorError), (429, RateLimited)],
)
def test_of_a_write_only_a_clear_no_counts_as_not_done(status: int, kind: type[ConnectorError]) -> None:
    assert type(refusal(status, {}, write=True)) is kind


def test_a_write_whose_answer_never_came_leaves_us_in_doubt() -> None:
    with peer(hang_up) as mute, guarded_client(OPEN) as client:
        with pytest.raises(ConnectorError) as failed:
            ask(client, "POST", mute.url, write=True, json={"status": "hello"})
        assert (type(failed.value), mute.connections) == (OutcomeUnknown, 1)


def test_a_write_that_never_left_is_not_in_doubt() -> None:
    with peer(answer()) as gone:
        pass
    with guarded_client(OPEN) as client:
        for url in (gone.url, f"http://{PRIVATE}:9/"):
            with pytest.raises(ConnectorError) as failed:
                ask(client, "POST", url, write=True)
            assert not isinstance(failed.value, OutcomeUnknown)


def test_a_write_does_not_follow_redirects() -> None:
    with peer(answer()) as other, peer(answer("301 Moved", b"", f"Location: {other.url}")) as moved:
        with guarded_client(OPEN) as client, pytest.raises(ConnectorError, match="301") as refused:
            ask(client, "POST", moved.url, write=True)
        assert refused.value.permanent
        assert other.connections == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "Text is too long"}', "answered 422: Text is too long"),
        (b'{"error": "invalid_grant", "error_description": "The code is old"}', "The code is old"),
        (b'{"message": {"deep": 1}}', "answered 422"),
        (b"[1]", "answered 422"),
        (b"<html>", "answered 422"),
    ],
)
def test_the_reason_that_the_other_side_gives_is_kept(body: bytes, said: str) -> None:
    with peer(answer("422 No", body)) as no, guarded_client(OPEN) as client, pytest.raises(ConnectorError) as refused:
        ask(client, "GET", no.url)
    assert str(refused.value).endswith(said)


def test_a_status_that_the_caller_expects_is_no_error() -> None:
    with peer(answer("304 Not Modified", b"")) as same, guarded_client(OPEN) as client:
        assert ask(client, "GET", same.url, accept={304}).status_code == 304


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "Thu, 01 Jan 2026 00:02:00 GMT"}, 120.0),
        ({"Retry-After": "Wed, 31 Dec 2025 23:00:00 GMT"}, 0.0),
        ({"X-RateLimit-Reset": "2026-01-01T00:05:00.000Z"}, 300.0),
        ({"RateLimit-Reset": str(int(NOW.timestamp()) + 30)}, 30.0),
        ({"RateLimit-Reset": "30"}, 30.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_is_asked_for_is_understood(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_seconds(headers, NOW) == seconds


def test_being_told_to_wait_keeps_the_seconds() -> None:
    with (
        peer(answer("429 Slow Down", b"", "Retry-After: 42")) as busy,
        guarded_client(OPEN) as client,
        pytest.raises(RateLimited) as refused,
    ):
        ask(client, "GET", busy.url)
    assert refused.value.retry_after == 42.0


# -- secrets -----------------------------------------------------------------------------------------------------------


def test_no_url_with_a_query_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), peer(answer()) as friend, guarded_client(OPEN) as client:
        ask(client, "GET", friend.url + "?access_token=tulip")
    assert "tulip" not in caplog.text


def test_a_refusal_names_the_address_without_its_secrets() -> None:
    with peer(answer("403 Forbidden")) as no, guarded_client(OPEN) as client, pytest.raises(ConnectorError) as refused:
        ask(client, "GET", no.url.replace("//", "//ana:tulip@") + "feed?key=tulip#tulip")
    assert "tulip" not in str(refused.value)
    assert "/feed" in str(refused.value)


@pytest.mark.parametrize("url", ["http://[", "http://a b c/", "\x00", "http://" + "a" * 70_000])
def test_what_is_no_url_is_shown_as_nothing_and_refused(url: str) -> None:
    assert "a b c?" not in shown(url)
    with guarded_client() as client, pytest.raises(ConnectorError):
        ask(client, "GET", url)


def test_the_environment_cannot_send_us_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with peer(answer(body=b"proxy"), PRIVATE) as proxy, peer(answer()) as friend:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        with guarded_client(OPEN) as client:
            assert ask(client, "GET", friend.url).text == "hello"
        assert proxy.connections == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here to make a certificate")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    names = ["-subj", f"/CN={PUBLIC}", "-addext", f"subjectAltName=IP:{PUBLIC}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *names, *files]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    with socket.create_server((PUBLIC, 0)) as listener, guarded_client(OPEN) as client:
        impostor = threading.Thread(target=greet, args=(listener, context), daemon=True)
        impostor.start()
        with pytest.raises(ConnectorError, match="CERTIFICATE_VERIFY_FAILED"):
            ask(client, "GET", f"https://{PUBLIC}:{listener.getsockname()[1]}/?token=tulip")
        impostor.join(5)


def greet(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        context.wrap_socket(connection, server_side=True)


# -- there is no other door --------------------------------------------------------------------------------------------

PACKAGE = Path(__file__).parents[1]
CLIENTS = {"httpx", "httpcore", "requests", "urllib3", "socket", "urllib.request", "http.client", "ftplib", "aiohttp"}
MAY_CONNECT = {
    "connectors/http.py",
    "connectors/metered.py",  # the same door, with a meter
    "connectors/wire.py",  # reads from a connection that the door has opened
    "connectors/sse.py",  # the same, and takes addresses apart
    "connectors/email/imap.py",  # hands the library a connection that the door has opened
    "connectors/email/places.py",  # the certificates that the door trusts
    "connectors/peer.py",  # a server for tests
    "connectors/bluesky/session.py",  # hands our transport to the SDK
    "server/run.py",  # asks its own web process whether it is up
}


def imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {str(node.module), *(f"{node.module}.{name.name}" for name in node.names)}
    return names


def test_no_other_module_opens_connections_of_its_own() -> None:
    files = {file.relative_to(PACKAGE).as_posix(): file for file in PACKAGE.rglob("*.py") if "test_" not in file.name}
    clients = {name: imported(file.read_text()) & CLIENTS for name, file in files.items() if name not in MAY_CONNECT}
    assert {name: found for name, found in clients.items() if found} == {}
