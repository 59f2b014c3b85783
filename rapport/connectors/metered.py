"""Our way out, with a meter: every request is paid for before it leaves, and every answer tells what is left.

A connector says what its platform counts: `costs` of a request by the name of the limit, and the limit that an answer's
headers speak of. Read are the headers that platforms agree on: RateLimit-* (with RateLimit-Policy), X-RateLimit-*, and
Retry-After of a refusal. A 429 that says nothing more asks us to wait for a minute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx

from rapport.connectors.contract import Budget
from rapport.connectors.http import GuardedTransport, wait_seconds

A_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer says of a limit; `window` in seconds, 0 when it does not say. A limit of 0 is not known."""

    limit: float
    remaining: float
    resets_at: datetime
    window: float = 0


Costs = Callable[[httpx.Request], Mapping[str, float]]
Bucket = Callable[[httpx.Request, Told], str]


class MeteredTransport(GuardedTransport):
    """`costs` says what a request is paid with, `bucket` which limit its answer speaks of."""

    def __init__(self, private_hosts: Iterable[str], budget: Budget, costs: Costs, bucket: Bucket) -> None:
        super().__init__(private_hosts)
        self._budget = budget
        self._costs = costs
        self._bucket = bucket

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for bucket, cost in self._costs(request).items():
            self._budget.spend(bucket, cost)
        response = super().handle_request(request)
        if told := read(response.headers, response.status_code, datetime.now(UTC)):
            self._budget.learn(self._bucket(request, told), told.limit, told.remaining, told.resets_at)
        return response


def read(headers: Mapping[str, str], status: int, now: datetime) -> Told | None:
    """What the headers of an answer say; None when they say nothing.

    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> told = read({"RateLimit-Limit": "3000", "RateLimit-Remaining": "7", "RateLimit-Reset": "60",
    ...              "RateLimit-Policy": "3000;w=300"}, 200, now)
    >>> (told.limit, told.remaining, told.window)
    (3000.0, 7.0, 300.0)
    """
    named = {name.lower(): value for name, value in headers.items()}
    limit, remaining = (_number(named, name) for name in ("limit", "remaining"))
    refused = status == HTTPStatus.TOO_MANY_REQUESTS
    if not refused and (limit is None or remaining is None):
        return None
    wait = wait_seconds(headers, now)
    if wait is None and not refused:
        return None
    window = re.search(r";\s*w=(\d{1,9})", named.get("ratelimit-policy", ""))
    resets_at = now + timedelta(seconds=min(A_MINUTE if wait is None else wait, 7 * 86_400))
    return Told(limit or 0, 0 if refused else remaining or 0, resets_at, float(window[1]) if window else 0)


def _number(named: Mapping[str, str], name: str) -> float | None:
    """The first number of a header: some say "3000, 3000;w=300"."""
    for prefix in ("ratelimit-", "x-ratelimit-"):
        if found := re.match(r"\s*(\d{1,12})", named.get(prefix + name, "")):
            return float(found[1])
    return None
