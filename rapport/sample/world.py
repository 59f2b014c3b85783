"""What the sample is made of: a world that the product may load, and a truth that only tests may read.

A conversation is named by its channel's slug and the platform's id of the thread's first message, as everywhere else.
People who work here are named by their e-mail address. Times are aware, in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rapport.core.types import Author, Message

# -- who we are ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    time_zone: str
    domain: str
    about: str
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """`function`: hub, service, product, sales, logistics, people or marketing."""

    slug: str
    name: str
    function: str
    is_hub: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """`role`: member, lead, hub, sponsor, auditor or administrator. `languages`: BCP 47 codes, the first one spoken."""

    email: str
    name: str
    role: str
    teams: tuple[str, ...]
    time_zone: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """A connected account.

    network    what its messages bear in `Message.network`; channels that are imported from files share "files"
    connector  the entry point's name
    own        our account there; what it writes is ours
    sources    the streams that the connector offers and that are listened to
    answers    we may answer here
    pulse      one sentence for the channel's card: how it usually sounds and how often
    """

    slug: str
    name: str
    network: str
    connector: str
    handle: str
    own: Author
    sources: tuple[str, ...]
    answers: bool
    pulse: str


@dataclass(frozen=True, slots=True)
class Brief:
    """A standing query. `purpose`: brand, rival or topic."""

    slug: str
    name: str
    purpose: str
    query: str


# -- what was heard --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it reached us.

    source    the stream of the channel's connector that brought it
    heard_at  when it reached us; long after `message.published_at` when a gap was caught up, or a file imported
    ours      our own account wrote it: an answer (an `Answered` act names it) or a notice
    """

    channel: str
    source: str
    heard_at: datetime
    ours: bool
    message: Message


@dataclass(frozen=True, slots=True)
class Outage:
    """A stretch in which a channel did not deliver. `recovered`: what was missed arrived after it ended."""

    channel: str
    start: datetime
    end: datetime
    cause: str
    recovered: bool


# -- what we did -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody gave a conversation to a team, and perhaps to a member (else empty). What the rules do is not told."""

    at: datetime
    channel: str
    thread_id: str
    by: str
    team: str
    member: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """`message_id` is the external id of our message in `World.messages`; `parent_id` the one that it answers.

    promised_for   until when we promised to come back with news, where we did
    """

    at: datetime
    channel: str
    thread_id: str
    by: str
    message_id: str
    parent_id: str
    text: str
    promised_for: datetime | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """Written for colleagues; nobody outside sees it."""

    at: datetime
    channel: str
    thread_id: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """An answer that was begun and not sent; it still lies there at the end."""

    at: datetime
    channel: str
    thread_id: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """`reason`: answered, no answer needed, or spam."""

    at: datetime
    channel: str
    thread_id: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """Somebody wrote again (`by` empty), or a colleague thought that it was not finished."""

    at: datetime
    channel: str
    thread_id: str
    by: str


Act = Assigned | Answered | Noted | Drafted | Closed | Reopened


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the product may know.

    rules      ownership as text, one `query -> team` a line, the hub last
    messages   in the order in which they were heard, ours among them
    acts       in the order of time
    until      the moment at which the story stops
    reader     since when the reader of tone reads as it does today; before, it called too much positive
    """

    organisation: Organisation
    teams: tuple[Team, ...]
    members: tuple[Member, ...]
    channels: tuple[Channel, ...]
    briefs: tuple[Brief, ...]
    rules: str
    messages: tuple[Heard, ...]
    acts: tuple[Act, ...]
    outages: tuple[Outage, ...]
    until: datetime
    reader: datetime | None = None


# -- what is true ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Meaning:
    """What its author meant by a message.

    tone    negative, neutral or positive
    kind    question, complaint, praise, idea, bug, lead, delivery, job, spam or other
    team    whose business it is
    topic   the scene that it was written from, finer than the kind
    event   the planted event that caused it, if any
    """

    language: str
    tone: str
    kind: str
    team: str
    topic: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Planted:
    """Something that happened on purpose."""

    slug: str
    start: datetime
    end: datetime
    what: str
    channels: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrueWeek:
    """The tone of one week, over everything that others said, heard or missed; spam and news left out.

    start      Monday, midnight in UTC
    count      messages
    mean       of -1 (negative), 0 and 1 (positive); between -1 and 1; 0 when nothing was said
    expected   the mean that the simulation drew from: the path without the chance of the week
    """

    start: datetime
    count: int
    mean: float
    expected: float


@dataclass(frozen=True, slots=True)
class Truth:
    """What tests may ask and the product may not.

    meanings   by (network, external id), of every message that others wrote, missed ones included
    missed     what was said while a channel did not deliver, and never arrived
    persons    everybody who holds more than one account, as the tuple of the accounts
    """

    meanings: Mapping[tuple[str, str], Meaning]
    missed: tuple[Heard, ...]
    weeks: tuple[TrueWeek, ...]
    events: tuple[Planted, ...]
    persons: tuple[tuple[Author, ...], ...]
