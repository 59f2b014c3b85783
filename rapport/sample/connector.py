"""A stand-in for the platforms of the sample organisation. Nothing leaves the machine.

It is a fake, and says so: what is "sent" is appended to a file in RAPPORT_HOME, where a look-up finds it again. Nobody
there answers. The sample's channels use it so that one can try everything without an account anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from rapport.connectors.contract import Account, Field, Profile, Source
from rapport.core.types import Absent, Page, Receipt, Reply
from rapport.home import Home


class SampleConnector:
    network = "sample"
    label = "Sample"
    hidden = True  # made by the sample only; nobody connects to it
    fields: tuple[Field, ...] = ()
    sources = (Source("mentions", 60),)
    limit = 300

    def check(self, account: Account) -> Profile:
        return Profile("sample", "sample")

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        return Page()

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        """Nothing new is ever said; that somebody asked is what keeps the pulse alive."""
        yield Page(cursor=cursor)

    def length(self, text: str) -> int:
        return len(text)

    def send(self, account: Account, reply: Reply) -> Receipt:
        found = self.find_sent(account, reply)
        if isinstance(found, Receipt):
            return found
        with self._file().open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": reply.idempotency_key, "to": reply.parent_id, "text": reply.text}) + "\n")
        return self._receipt(reply)

    def find_sent(self, account: Account, reply: Reply) -> Receipt | Absent:
        if self._file().exists():
            with self._file().open(encoding="utf-8") as file:
                if any(json.loads(line)["key"] == reply.idempotency_key for line in file):
                    return self._receipt(reply)
        return Absent(conclusive=True)

    def _receipt(self, reply: Reply) -> Receipt:
        return Receipt(f"sample:{reply.idempotency_key}")

    def _file(self) -> Path:
        return Home.from_environment().folder("sample") / "sent.jsonl"


connector = SampleConnector()
