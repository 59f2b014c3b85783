"""A platform in memory: it can answer, refuse, fall silent after it has done the work, and forget."""

from __future__ import annotations

from collections.abc import Iterator

from rapport.connectors.contract import Account, Field, Profile, Source
from rapport.core.errors import NeedsSignIn
from rapport.core.types import Absent, Json, Page, Receipt, Reply


class Harbour:
    network = "harbour"
    label = "Harbour"
    limit = 300
    fields = (Field("handle", "Handle"), Field("password", "Password", secret=True))
    sources = (Source("mentions", 20),)
    actions = ("hide", "show", "approve", "spam", "delete", "report")
    can_be_deaf = True

    def __init__(self) -> None:
        self.posts: dict[str, Reply] = {}
        self.calls = 0
        self.asked: list[Reply] = []
        self.pages: list[Page] = []
        self.before: Exception | None = None  # raised before the platform does anything
        self.after: Exception | None = None  # raised when it has done it
        self.moderated: list[tuple[str, str]] = []
        self.look_up: Absent | Exception | None = None

    def check(self, account: Account) -> Profile:
        if account.secrets.get("password") != "right":
            raise NeedsSignIn("Harbour refused the password.")
        return Profile("us", account.config["handle"], "Calm Ferries", "https://harbour.example/calm")

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        return Page()

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        if self.before:
            raise self.before
        yield from self.pages

    def length(self, text: str) -> int:
        return len(text)

    def send(self, account: Account, reply: Reply) -> Receipt:
        self.calls += 1
        self.asked.append(reply)
        if self.before:
            raise self.before
        self.posts[reply.idempotency_key] = reply
        if self.after:
            raise self.after
        return self._receipt(reply)

    def find_sent(self, account: Account, reply: Reply) -> Receipt | Absent:
        if isinstance(self.look_up, Exception):
            raise self.look_up
        if self.look_up:
            return self.look_up
        return self._receipt(reply) if reply.idempotency_key in self.posts else Absent(conclusive=True)

    def moderate(self, account: Account, external_id: str, ref: Json, action: str, reason: str) -> None:
        if self.before:
            raise self.before
        self.moderated.append((external_id, action))
        if self.after:
            raise self.after

    def _receipt(self, reply: Reply) -> Receipt:
        return Receipt(f"ours-{reply.idempotency_key}", f"https://harbour.example/{reply.idempotency_key}")
