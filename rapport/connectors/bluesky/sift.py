"""What of a stream is for us: it names us, or some brief may want it, or it changes what we have. Pure, and quick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rapport.connectors.bluesky import parse
from rapport.connectors.contract import Sieve
from rapport.core.errors import ConnectorError
from rapport.core.types import Deletion, Departure, Message, Page, Reject

GONE = frozenset({"deleted", "takendown"})
"""What becomes of an account for good. One that is suspended or deactivated may come back."""


@dataclass(frozen=True, slots=True)
class Sifter:
    """`us` is our DID, when we know it."""

    us: str
    sieve: Sieve

    def written(self, words: str, *, names_us: bool, edited: bool, whole: Callable[[], object]) -> Page | None:
        """A post that somebody wrote; None when it is passed over. `whole` gives it as Jetstream would.

        An edit is always brought: only the server knows whether we have what it changes.
        """
        wanted = edited or self.sieve(words)
        if not wanted and not names_us:
            return None
        try:
            page = parse.page(whole(), self.us)
        except ConnectorError as error:
            return Page(rejects=(Reject("event", str(error), words.encode("utf-8", "replace")),))
        if wanted or page.rejects or any(message.addressed for message in page.messages):
            return replace(page, messages=tuple(map(hearsay, page.messages)))
        return None

    def deleted(self, uri: str) -> Page:
        if not parse.is_post(uri):
            return Page(rejects=(Reject("event", f"not the address of a post: {uri[:100]!r}"),))
        return Page(deletions=(Deletion(parse.NETWORK, uri),))

    def account(self, did: str, *, active: bool, status: str) -> Page | None:
        if active or status not in GONE or not parse.is_post(f"at://{did}/{parse.POST}/3k"):
            return None
        return Page(departures=(Departure(parse.NETWORK, did),))


def hearsay(message: Message) -> Message:
    """Nobody has vouched for what came over a stream: before it is answered, it is looked at again (see `api.send`)."""
    return replace(message, ref={**message.ref, "hearsay": True})
