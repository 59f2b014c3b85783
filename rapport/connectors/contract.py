"""What Rapport asks of a connector, and how connectors are found.

A connector translates between one outside system and the nouns of `rapport.core.types`. It keeps no state of its own:
what it must remember goes into the cursor (saved in the same transaction as the messages) or through `Account.keep`.
It registers under the entry point group `rapport.connectors`; ours do it the same way as a stranger's.

Every method that goes out raises `ConnectorError` (or a child of it) and nothing else, and says whether trying again
can help. A fetch that was cut short raises; it never returns an empty page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from typing import Literal, Protocol, runtime_checkable

from rapport.core.types import Absent, Json, Page, Receipt, Reply

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
    """One stream of messages with a cursor of its own.

    every_seconds  how often to ask it; for a stream, how soon to connect again after it ended
    way            ask (`fetch`), stream (`Streams.stream`) or push (`Receives.receive`)
    needs          the field without whose answer there is nothing to listen to here
    """

    name: str
    every_seconds: float
    way: Literal["ask", "stream", "push"] = "ask"
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What is done for messages that we keep, unless an administrator decides otherwise.

    A connector whose platform asks for something else says so in an attribute `upkeep`.

    look_again    (younger than so many days, every so many seconds), the youngest first; for those that can `recheck`
    max_age_days  after which stored text has to go; None: never
    """

    look_again: tuple[tuple[float, float], ...] = ((2, 60.0), (30, 86_400.0))
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """Who we are on the platform, learnt by a real call.

    deaf   why nobody can speak to us there, in words (comments are switched off); empty when they can. A connector
           whose `check` may say so has `can_be_deaf = True`, and is asked once a day
    missing   what the credentials do not allow although we would use it, in the platform's own words (scopes)
    """

    external_id: str
    handle: str
    name: str = ""
    url: str = ""
    deaf: str = ""
    missing: tuple[str, ...] = ()


class Budget(Protocol):
    """What a platform allows an account until it counts anew. `bucket` is the platform's own name for the limit."""

    def spend(self, bucket: str, cost: float = 1) -> None:
        """Before a call. Raises RateLimited, with the time to wait, when this call has to wait for its turn."""

    def learn(self, bucket: str, limit: float, remaining: float, resets_at: datetime) -> None:
        """After a call, from the platform's own headers."""


class Unlimited:
    """No budget is kept: while connecting, and in tests."""

    def spend(self, bucket: str, cost: float = 1) -> None:
        pass

    def learn(self, bucket: str, limit: float, remaining: float, resets_at: datetime) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Account:
    """What the server hands to a connector.

    config         the answers to `fields` that are not secret
    secrets        those that are, decrypted, plus whatever `keep` stored (for instance a session)
    keep           call it with new secrets (a refreshed session); they are stored encrypted at once
    private_hosts  hosts or CIDR ranges that may be reached although they are private (tests, the administrator)
    us             who we are on the platform, as `check` said; None while connecting
    budget         what the platform allows us, shared by all processes
    alone          a place where only one of all processes is at a time: renew a session in it, unless the secrets that
                   it gives (those stored by now; None where nobody else can be) hold a newer one already
    """

    config: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    keep: Callable[[Mapping[str, str]], None] = lambda secrets: None
    private_hosts: tuple[str, ...] = ()
    us: Profile | None = None
    budget: Budget = field(default_factory=Unlimited)
    alone: Callable[[], AbstractContextManager[Mapping[str, str] | None]] = nullcontext


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


Sieve = Callable[[str], bool]
"""Whether any brief may match a text. It may say yes too often, and never no when a brief matches: a stream asks it
about every word of an event at once (text, names, links) before it builds a message."""


@runtime_checkable
class Streams(Protocol):
    """A connector that can listen without asking again and again. It blocks; the server gives it a thread."""

    def stream(self, account: Account, source: str, cursor: str, sieve: Sieve) -> Iterator[Page]:
        """Everything from `cursor` on, as it happens.

        A page comes at the latest after 100 messages or 250 ms while there is something to bring, and after five
        seconds when there is not: between two pages the server can stop the stream. A connection that ends raises; to
        return says that there is nothing to stream here, and is asked again after an hour.
        What the platform no longer has is told as `Page.missed`, and the stream goes on.
        """


@runtime_checkable
class Receives(Protocol):
    """A connector to which others bring their messages."""

    def receive(self, account: Account, headers: Mapping[str, str], body: bytes, now: datetime) -> Page:
        """Check the signature over the bytes as they came, then translate. Raises NeedsSignIn when it is not theirs.

        Header names are in small letters. `Page.cursor` names the delivery, by what was signed: the server takes
        nothing of that name a second time.
        """


@runtime_checkable
class BringsBack(Protocol):
    """A connector whose platform can be asked for what was said earlier.

    earlier   the sources of which it can be asked
    It may have an attribute `charges`: True where the platform takes money for what it brings, so that it is counted
    first, and a person says yes.
    """

    earlier: tuple[str, ...]

    def count(self, account: Account, source: str, since: datetime, until: datetime) -> int | None:
        """How many messages that would be, as well as it can be known without fetching them; None: it can't be."""

    def bring_back(
        self, account: Account, source: str, since: datetime, until: datetime, cursor: str
    ) -> Iterator[Page]:
        """What was said between `since` and `until`, newest first, page by page; `cursor` goes on where it ended."""


@runtime_checkable
class Moderates(Protocol):
    """A connector whose platform lets us act on what others wrote below ours."""

    actions: tuple[str, ...]  # of hide, show, approve, report, spam, delete: those that the platform knows

    def moderate(self, account: Account, external_id: str, ref: Json, action: str, reason: str) -> None:
        """Do it once. Raises OutcomeUnknown when no clear answer came back.

        Doing the same again changes nothing, save reporting: who reports twice has made two reports.
        """


@runtime_checkable
class Chooses(Moderates, Protocol):
    """A connector that can do some of that only about some messages."""

    def possible(self, us: str, ref: Json) -> Sequence[str]:
        """Which of its actions, about a message with this `ref`. `us`: our id there. Asks nobody."""


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
