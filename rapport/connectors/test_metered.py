"""Paying before a call, and reading what is left from its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from rapport.connectors.http import ask, guarded_client
from rapport.connectors.metered import MeteredTransport, read
from rapport.connectors.peer import answer, peer
from rapport.core.errors import RateLimited

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Purse:
    """A budget that remembers what it was asked and told; with nothing in it when `empty`."""

    empty: bool = False
    spent: list[tuple[str, float]] = field(default_factory=list)
    learnt: list[tuple[str, float, float]] = field(default_factory=list)

    def spend(self, bucket: str, cost: float = 1) -> None:
        if self.empty:
            raise RateLimited("There is nothing left.", retry_after=60)
        self.spent.append((bucket, cost))

    def learn(self, bucket: str, limit: float, remaining: float, resets_at: datetime) -> None:
        self.learnt.append((bucket, limit, remaining))


def client(purse: Purse) -> httpx.Client:
    meter = MeteredTransport(["127.0.0.1"], purse, lambda request: {"calls": 2}, lambda request, told: "calls")
    return guarded_client(transport=meter)


def test_a_call_is_paid_for_and_its_answer_is_read() -> None:
    headers = ("RateLimit-Limit: 3000", "RateLimit-Remaining: 2998", "RateLimit-Reset: 60")
    purse = Purse()
    with peer(answer("200 OK", b"{}", *headers)) as server, client(purse) as web:
        ask(web, "GET", server.url)
    assert (purse.spent, purse.learnt) == ([("calls", 2)], [("calls", 3000, 2998)])


def test_a_call_that_cannot_be_paid_never_leaves() -> None:
    with peer(answer()) as server, client(Purse(empty=True)) as web:
        with pytest.raises(RateLimited) as refused:
            ask(web, "POST", server.url, write=True)
        assert server.requests == []
    assert refused.value.retry_after == 60


@pytest.mark.parametrize(
    ("headers", "status", "found"),
    [
        ({}, 200, None),
        ({"RateLimit-Limit": "300"}, 200, None),
        ({"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "9", "X-RateLimit-Reset": "2026-03-01T12:05:00.000Z"},
         200, (300, 9, 300)),
        ({"ratelimit-limit": "300, 300;w=60", "ratelimit-remaining": "9", "ratelimit-reset": "30"}, 200, (300, 9, 30)),
        ({"RateLimit-Limit": "many", "RateLimit-Remaining": "9", "RateLimit-Reset": "30"}, 200, None),
        ({"RateLimit-Limit": "300", "RateLimit-Remaining": "9"}, 200, None),
        ({"RateLimit-Limit": "300", "RateLimit-Remaining": "9", "Retry-After": "7"}, 429, (300, 0, 7)),
        ({"Retry-After": "120"}, 429, (0, 0, 120)),
        ({"Retry-After": "99999999"}, 429, (0, 0, 7 * 86_400)),
        ({}, 429, (0, 0, 60)),
        ({"Retry-After": "120"}, 503, None),
    ],
)  # fmt: skip
def test_what_the_headers_say(headers: dict[str, str], status: int, found: tuple[float, float, float] | None) -> None:
    told = read(headers, status, NOW)
    assert (told and (told.limit, told.remaining, (told.resets_at - NOW) / timedelta(seconds=1))) == found
