"""Events of a stream, as far as it takes to pass one over: most are, thousands a second.

What an event means is decided by `parse`, for every way in which a post can reach us. Here stands only what has to be
known before: whose it is, what happened, and every word by which a brief could want it. An event that is put together
in an odd way is read by `parse` at once, and either fits after all or is a `Reject` with its reason.

A post that answers, mentions or quotes us holds our DID somewhere in its bytes, and one that does not can't.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rapport.connectors.bluesky import parse
from rapport.core.errors import ConnectorError
from rapport.core.types import Message, Reject

_LONGEST_RAW = 256 * 1024
_KINDS = {"link": "uri", "mention": "did", "hashtag": "tag"}


class Feature(msgspec.Struct, gc=False):
    """What a marked part of a text points at: one of the three."""

    uri: str = ""
    did: str = ""
    tag: str = ""


class Facet(msgspec.Struct, gc=False):
    features: tuple[Feature, ...] = ()


class Post(msgspec.Struct, gc=False):
    """The record of a post: what it says. Records of other kinds have no text, as a rule."""

    text: str | None = None
    facets: tuple[Facet, ...] | None = None

    def words(self) -> str:
        """Every word by which a brief could want it: the text, and what links, mentions and hashtags point at."""
        text = self.text or ""
        if not self.facets:
            return text
        marked = [feature for facet in self.facets for feature in facet.features]
        return "\n".join([text, *(f"{feature.uri} {feature.tag} {feature.did}" for feature in marked)])


class Commit(msgspec.Struct, gc=False):
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Post | None = None


class Standing(msgspec.Struct, gc=False):
    """What became of an account: active, or not and why (deleted, takendown, suspended, deactivated)."""

    active: bool = True
    status: str = ""


class Event(msgspec.Struct, gc=False):
    """One event in the form of Jetstream.

    kind     commit, identity or account
    did      whose it is
    time_us  when the server saw it, in microseconds since 1970; it is also the cursor
    """

    kind: str
    did: str = ""
    time_us: int = 0
    commit: Commit | None = None
    account: Standing | None = None

    @property
    def post(self) -> Post | None:
        """What was written, when somebody wrote or edited a post."""
        commit = self.commit
        if commit is None or commit.collection != parse.POST or commit.operation == "delete":
            return None
        return commit.record

    @property
    def deleted(self) -> str:
        """The address of the post that was taken back, when this is what happened."""
        commit = self.commit
        if commit is None or commit.collection != parse.POST or commit.operation != "delete":
            return ""
        return f"at://{self.did}/{parse.POST}/{commit.rkey}"

    def words(self) -> str:
        """Those of the post; none when it is no post."""
        post = self.post
        return "" if post is None else post.words()


_decode = msgspec.json.Decoder(Event).decode


def decode(raw: bytes) -> Event | Reject:
    """Read one event. What makes no sense is a Reject that says why.

    >>> decode(b'{"kind": "account", "did": "did:plc:ada", "account": {"active": false, "status": "deleted"}}').account
    Standing(active=False, status='deleted')
    >>> decode(b"[]").reason
    "Bluesky sent something that this connector doesn't know."
    """
    try:
        event = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _odd(raw)
    return _odd(raw) if _lacks(event) else event


def _lacks(event: Event) -> bool:
    """Whether it says that it brings something that is not there."""
    commit = event.commit
    if commit is None:
        return event.kind == "commit"
    if commit.operation == "delete" or commit.collection != parse.POST:
        return False
    return commit.record is None or commit.record.text is None


def _odd(raw: bytes) -> Event | Reject:
    """An event that does not fit: `parse` passes over what can be passed over, and says what cannot."""
    try:
        payload = parse.loads(raw)
        page = parse.page(payload)
    except ConnectorError as error:
        return Reject("event", str(error), raw[:_LONGEST_RAW])
    if page.rejects:
        return page.rejects[0]
    assert isinstance(payload, dict)  # noqa: S101  # `parse.page` knew its kind
    record = next(map(_post, page.messages), None)
    account = _mapping(payload.get("account"))
    at = payload.get("time_us")
    return Event(
        kind=_text(payload.get("kind")),
        did=_text(payload.get("did")),
        time_us=at if type(at) is int else 0,
        commit=_commit(_mapping(payload.get("commit")), record) if "commit" in payload else None,
        account=Standing(account.get("active") is not False, _text(account.get("status"))) if account else None,
    )


def _post(message: Message) -> Post:
    features = (Feature(**{_KINDS[span.kind]: span.value}) for span in message.spans)
    return Post(message.text, tuple(Facet((feature,)) for feature in features))


def _commit(commit: Mapping[str, Any], record: Post | None) -> Commit:
    operation, collection, rkey = (_text(commit.get(name)) for name in ("operation", "collection", "rkey"))
    return Commit(operation, collection, rkey, record)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return parse.storable(value) if isinstance(value, str) else ""
