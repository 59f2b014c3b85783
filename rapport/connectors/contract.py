"""What Rapport asks of a connector, and how connectors are found.

A connector translates between one outside system and the nouns of `rapport.core.types`. It keeps no state of its own:
what it must remember goes into the cursor (saved in the same transaction as the messages) or through `Account.keep`.
It registers under the entry point group `rapport.connectors`; ours do it the same way as a stranger's.

Every method that goes out raises `ConnectorError` (or a child of it) and nothing else, and says whether trying again
can help. A fetch that was cut short raises; it never returns an empty page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from rapport.core.types import Absent, Page, Receipt, Reply

GROUP = "rapport.connectors"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a person fills in to connect.

    secret        encrypted, and never shown again
    this_machine  lets the connector read files of the machine: for administrators only
    """

    name: str
    label: str
    help: str = ""
    default: str = ""
    secret: bool = False
    required: bool = True
    this_machine: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One stream of messages with a cursor of its own, and how often to ask it."""

    name: str
    every_seconds: float


@dataclass(frozen=True, slots=True)
class Account:
    """What the server hands to a connector.

    config         the answers to `fields` that are not secret
    secrets        those that are, decrypted, plus whatever `keep` stored (for instance a session)
    keep           call it with new secrets (a refreshed session); they are stored encrypted at once
    private_hosts  hosts or CIDR ranges that may be reached although they are private (tests, the administrator)
    """

    config: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    keep: Callable[[Mapping[str, str]], None] = lambda secrets: None
    private_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """Who we are on the platform, learnt by a real call."""

    external_id: str
    handle: str
    name: str = ""
    url: str = ""


class Connector(Protocol):
    """Listens to one outside system."""

    network: str
    label: str
    fields: tuple[Field, ...]
    sources: tuple[Source, ...]

    def check(self, account: Account) -> Profile:
        """Sign in for real and say who we are. Raises NeedsSignIn when the platform refuses the credentials."""

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        """Translate one payload as it came over the wire. Pure: no network, no clock.

        What cannot be understood becomes a `Reject`; only a payload that is no payload at all raises.
        """

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        """Ask for everything since `cursor`, oldest first, page by page until there is no more.

        The cursor of a page is safe to store together with that page. An empty cursor means: from now, with what
        the platform calls recent.
        """


@runtime_checkable
class Sends(Protocol):
    """A connector that can answer."""

    limit: int  # characters (as the platform counts them: see `length`)

    def length(self, text: str) -> int:
        """How long the platform thinks this text is."""

    def send(self, account: Account, reply: Reply) -> Receipt:
        """Send once. Raises OutcomeUnknown when the request left us and no clear answer came back."""

    def find_sent(self, account: Account, reply: Reply) -> Receipt | Absent:
        """Ask the platform whether this reply is there."""


@runtime_checkable
class Rechecks(Protocol):
    """A connector whose platform can be asked what became of messages that we have."""

    def recheck(self, account: Account, external_ids: Sequence[str]) -> Page:
        """Deletions for those that are gone, messages for those that are still there, edited or not."""


@runtime_checkable
class Streams(Protocol):
    """A connector that can listen without asking again and again. It blocks; the server gives it a thread."""

    def stream(self, account: Account, source: str, cursor: str) -> Iterator[Page]: ...


@runtime_checkable
class Moderates(Protocol):
    """A connector whose platform lets us hide, approve or report what others wrote."""

    def moderate(self, account: Account, external_id: str, action: str, reason: str) -> None: ...


@cache
def names() -> tuple[str, ...]:
    """The networks for which a connector is installed."""
    return tuple(sorted(point.name for point in entry_points(group=GROUP)))


@cache
def load(name: str) -> Connector:
    """Import a connector, and only now: some cost seconds and tens of megabytes."""
    for point in entry_points(group=GROUP, name=name):
        connector: Connector = point.load()
        return connector
    raise LookupError(f"No connector is installed for {name!r}. Installed: {', '.join(names()) or 'none'}.")
