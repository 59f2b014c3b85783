"""The nouns. Everything here is frozen, and means the same to every verb.

Positions in texts count Unicode code points from 0, ends are exclusive. Times are aware, in UTC. Shares lie between
0 and 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]


# -- listen ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text that means something: `link`, `mention`, `hashtag`, or private data (see `Private`).

    `value` is what it points at: the full address of a link, the id or handle of a mention, the tag without `#`.
    """

    start: int
    end: int
    kind: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """An account on a network. One person may have several; see `core.relate`.

    followers   how many hear what it says; None where the network does not tell
    """

    network: str
    external_id: str
    handle: str = ""
    name: str = ""
    url: str = ""
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said, as text and spans; never HTML.

    thread_id   the platform's own id of the thread's first message (the message's own id when it starts a thread)
    parent_id   the message that this one answers, if any
    addressed   it speaks to us: mentions us, answers us, quotes us, was sent to us
    context     it was fetched only so that a thread can be read; nobody has to answer it
    ref         what the connector needs, beside the ids, to answer this message (for instance a cid); its
                `claim` says where it belongs, on a network that keeps no threads itself: see `core.route.thread`
    """

    network: str
    external_id: str
    author: Author
    text: str
    published_at: datetime
    url: str = ""
    thread_id: str = ""
    parent_id: str = ""
    spans: tuple[Span, ...] = ()
    language: str = ""
    edited_at: datetime | None = None
    addressed: bool = False
    context: bool = False
    ref: Json = field(default_factory=dict)

    def content_hash(self) -> str:
        """Changes when what was said changes; an edit is a message with a known id and a new hash.

        >>> from datetime import UTC, datetime
        >>> a = Message("x", "1", Author("x", "a"), "Hello", datetime(2026, 1, 1, tzinfo=UTC))
        >>> len(a.content_hash())
        64
        """
        return content_hash(self.text, self.spans)


def content_hash(text: str, spans: Sequence[Span] = ()) -> str:
    """What `Message.content_hash` is made of, for whoever has only these two."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    for span in spans:
        digest.update(f"\0{span.start}\0{span.end}\0{span.kind}\0{span.value}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Deletion:
    """The author or the platform took a message back."""

    network: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Departure:
    """An account is gone from its network, and everything that it said with it."""

    network: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that arrived and could not be understood. `where` names it (a line, an id), `reason` is for people."""

    where: str
    reason: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Missed:
    """A stretch of time that a source can no longer bring: its cursor was too old, the platform dropped events.

    `cause` is for people. Where the platform can be asked for it by another way, that is done, and noted beside it.
    """

    start: datetime
    end: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one call to a platform brought, or what a stream brought since the page before.

    cursor       where to go on once everything on this page is stored; the same call with it never skips a message
    more         the platform has more right now: ask again at once
    tallies      what is counted and never stored as text, for instance {"favourite": 3, "follow": 1}
    passed_over  events that no brief can match and that address nobody of ours: counted by the stream, not kept
    missed       what this source can no longer bring
    heard_until  the platform's own time of the newest event up to here; how far a stream lags behind is told by it
    departures   accounts that were deleted or taken down: what we have of them is taken back
    """

    messages: tuple[Message, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    rejects: tuple[Reject, ...] = ()
    tallies: Mapping[str, int] = field(default_factory=dict)
    cursor: str = ""
    more: bool = False
    passed_over: int = 0
    missed: tuple[Missed, ...] = ()
    heard_until: datetime | None = None
    departures: tuple[Departure, ...] = ()


# -- understand ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tone:
    """Probabilities of the three tones; they sum to 1."""

    negative: float
    neutral: float
    positive: float

    @property
    def label(self) -> str:
        """The likeliest of the three; ties go to neutral.

        >>> Tone(0.7, 0.2, 0.1).label
        'negative'
        """
        best = max(self.negative, self.neutral, self.positive)
        if self.neutral == best:
            return "neutral"
        return "negative" if self.negative == best else "positive"


@dataclass(frozen=True, slots=True)
class Private:
    """Private data in a text. `kind`: card, iban, phone, email, ip, national_id, ...; `confidence` between 0 and 1."""

    start: int
    end: int
    kind: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Urgency:
    """How soon a message wants somebody (`level`: now, soon, normal), and what speaks for that."""

    level: str = "normal"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one message. `language` is a BCP 47 code, or "und" when the reader is unsure.

    spam      the signs of spam in it; empty when it is rather none. Whether it is taken for spam stands in `kinds`
    suspicion probability that it is spam, 0 to 1
    hints     words that hint at what the law protects especially (health, belief, ...): to be looked at, not hidden
    urgency   how soon it wants somebody, and why
    """

    language: str
    tone: Tone
    private: tuple[Private, ...] = ()
    kinds: tuple[str, ...] = ()
    spam: tuple[str, ...] = ()
    suspicion: float = 0.0
    hints: tuple[Private, ...] = ()
    urgency: Urgency = Urgency()


@dataclass(frozen=True, slots=True)
class Readings:
    """One reading per text, in order, and the version of the reader that made them."""

    items: tuple[Reading, ...]
    version: str


# -- route -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """A message as queries see it: the text, and the fields that a verb registered.

    A field holds several values (tags, kinds) as a tuple. Names and values are those of the query language, so
    `language:fr` looks for "fr" in fields["language"].
    """

    text: str
    spans: tuple[Span, ...] = ()
    fields: Mapping[str, str | float | bool | datetime | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ownership:
    """Which team owns a message, and which line of the rules said so."""

    team: str
    line: int


# -- respond ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be sent: frozen at the moment that a person pressed send.

    idempotency_key   the same for every attempt; the connector derives from it whatever its platform can use
    created_at        the time that the platform shall show; fixed, so that a second attempt is byte for byte the first
    attempted_at      when the latest attempt began; None before the first. Nothing of it goes out: it tells whether an
                      attempt can still be on its way
    """

    idempotency_key: str
    text: str
    created_at: datetime
    parent_id: str = ""
    parent_ref: Json = field(default_factory=dict)
    thread_id: str = ""
    thread_ref: Json = field(default_factory=dict)
    parent_handle: str = ""
    language: str = ""
    attempted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform has it. `ref` is what a later reply to this message will need."""

    external_id: str
    url: str = ""
    ref: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Absent:
    """We asked the platform, and it is not there. Only a `conclusive` no allows another attempt.

    `ask_again_after`: seconds until a no can be conclusive, where the connector knows.
    """

    conclusive: bool
    reason: str = ""
    ask_again_after: float | None = None


# -- values that say no ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected no, with a reason that a person can read."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotEnough:
    """There is not enough data for a number: `have` of `need`, of `what`."""

    have: int
    need: int
    what: str = "messages"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with what it takes to trust it: its interval, its sample and its method."""

    value: float
    low: float
    high: float
    n: int
    method: str
