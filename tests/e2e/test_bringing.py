"""What a real web server makes of those who bring messages in odd ways. None of them has a secret."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
HOOK = "/hooks/" + "a" * 32 + "/"
JSON = {"Content-Type": "application/json"}


def pieces(count: int) -> Iterator[bytes]:
    """A body that doesn't say how long it is."""
    for _ in range(count):
        yield b" " * 65_536


def said(url: str, head: str, body: bytes) -> int:
    """The status for a request that is written by hand, and after which nothing more comes."""
    parts = urlsplit(url)
    signed = f"X-Rapport-Timestamp: {int(time.time())}\r\nX-Rapport-Signature: v1={'0' * 64}\r\n"
    lines = f"POST {HOOK} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n{signed}{head}\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as wire:
        wire.sendall(lines.encode() + body)
        wire.shutdown(socket.SHUT_WR)
        answer = wire.recv(64)
    return int(answer.split()[1]) if answer else 0


@pytest.mark.parametrize("count", [1, 100])
def test_a_body_without_an_end_is_refused(demo, count):
    assert (
        httpx.post(demo.url + HOOK, content=pieces(count), headers=JSON, timeout=60, trust_env=False).status_code == 411
    )


def test_a_body_that_is_too_large_is_refused(demo):
    body = b'"' + b"x" * 1_500_000 + b'"'
    assert httpx.post(demo.url + HOOK, content=body, headers=JSON, timeout=60, trust_env=False).status_code == 413


@pytest.mark.parametrize(
    ("head", "statuses"),
    [
        ("Content-Length: 500\r\n", {0, 400, 401}),
        ("Content-Length: 5\r\nContent-Length: 50\r\n", {0, 400}),
        ("Content-Length: -5\r\n", {0, 400}),
        ("", {411}),
    ],
)
def test_a_body_that_is_shorter_than_it_says_is_refused(demo, head, statuses):
    assert said(demo.url, head, b'{"id"') in statuses


def test_nobody_gets_a_cookie(demo):
    answer = httpx.post(demo.url + HOOK, content=b"{}", headers=JSON, timeout=60, trust_env=False)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
