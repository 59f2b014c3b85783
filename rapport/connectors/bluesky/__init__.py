"""Bluesky, and every server that speaks its protocol (AT Protocol), with an app password.

Hears mentions, replies and quotes from the account's notifications, and posts that hold given words from the search;
answers, reports, and hides below its own posts. See README.md for what it does not hear. Importing this is cheap; the
SDK is imported when something goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rapport.connectors.bluesky import compose, parse
from rapport.connectors.contract import Account, Field, Profile, Sieve, Source
from rapport.core.types import Absent, Json, Page, Receipt, Reply


class Bluesky:
    """The connector. It keeps no state: see `rapport.connectors.contract`."""

    network = parse.NETWORK
    label = "Bluesky"
    fields = (
        Field("service", "Server", "The address at which the account signs in.", default="https://bsky.social"),
        Field("handle", "Handle", "For instance ferries.bsky.social, without the @."),
        Field(
            "password",
            "App password",
            "Make one under Settings, Privacy and security, App passwords. Never use the account's own password here.",
            secret=True,
        ),
        Field(
            "search",
            "Words to search for",
            "Names by which people call you without a mention, with commas between them.",
            required=False,
        ),
        Field(
            "stream",
            "Stream",
            "Where posts of the whole network, or of one server, are heard as they are written: the address of a "
            "Jetstream, of a relay or of a server of accounts. What no brief wants is let go. Empty: no stream.",
            required=False,
        ),
        Field(
            "moderation",
            "Moderation service",
            "To whom posts are reported: its DID, for instance did:plc:... Empty: whom the server chose.",
            required=False,
        ),
    )
    sources = (Source("notifications", 20), Source("search", 60), Source("stream", 5, "stream", needs="stream"))
    earlier = ("notifications", "search")
    limit = compose.LIMIT
    actions = ("report", "hide", "show")

    def check(self, account: Account) -> Profile:
        from rapport.connectors.bluesky import api, listening

        listening.try_out(account)
        return api.check(account)

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        return parse.page(parse.loads(raw), parse.did_in(account.secrets.get("session", "")))

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        from rapport.connectors.bluesky import api

        return api.fetch(account, source, cursor)

    def stream(self, account: Account, source: str, cursor: str, sieve: Sieve) -> Iterator[Page]:
        from rapport.connectors.bluesky import listening

        return listening.stream(account, cursor, sieve)

    def recheck(self, account: Account, external_ids: Sequence[str]) -> Page:
        from rapport.connectors.bluesky import api

        return api.recheck(account, external_ids)

    def count(self, account: Account, source: str, since: datetime, until: datetime) -> int | None:
        from rapport.connectors.bluesky import earlier

        return earlier.count(account, source, since, until)

    def bring_back(
        self, account: Account, source: str, since: datetime, until: datetime, cursor: str
    ) -> Iterator[Page]:
        from rapport.connectors.bluesky import earlier

        return earlier.bring_back(account, source, since, until, cursor)

    def length(self, text: str) -> int:
        return compose.length(text)

    def send(self, account: Account, reply: Reply) -> Receipt:
        from rapport.connectors.bluesky import api

        return api.send(account, reply)

    def find_sent(self, account: Account, reply: Reply) -> Receipt | Absent:
        from rapport.connectors.bluesky import api

        return api.find_sent(account, reply)

    def possible(self, us: str, ref: Json) -> Sequence[str]:
        """Hiding is for whoever began the thread."""
        return self.actions if compose.own_root(us, ref) else ("report",)

    def moderate(self, account: Account, external_id: str, ref: Json, action: str, reason: str) -> None:
        from rapport.connectors.bluesky import moderation

        moderation.moderate(account, external_id, ref, action, reason)


connector = Bluesky()
