"""What Bluesky says, as messages. Pure: plain JSON in, nouns out; no network, no clock, no SDK.

Known by their shape: answers of listNotifications, getPosts, searchPosts and getPostThread, and one event of Jetstream.
An item that makes no sense becomes a `Reject` and the rest goes on; `raw` of a reject is a payload that can be parsed
again. Formats: https://atproto.com/specs and the lexicons of app.bsky.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rapport.core.errors import ConnectorError
from rapport.core.types import Author, Deletion, Message, Page, Reject, Span

NETWORK = "bluesky"
POST = "app.bsky.feed.post"
SITE = "https://bsky.app"
ADDRESSED = frozenset({"mention", "reply", "quote"})  # reasons of notifications that speak to us; others are counted

_POST_URI = re.compile(r"at://did:[a-z]+:[A-Za-z0-9._:%-]+/app\.bsky\.feed\.post/(?!\.{1,2}$)[A-Za-z0-9._:~-]+")
_CID = re.compile(r"[A-Za-z0-9]{2,128}")
_LONGEST_URI = 500
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,20})?(?:Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_MOST_FACETS = 200
_LONGEST_RAW = 256 * 1024

Found = Message | Deletion | str  # what an item turns out to be; a `str` is the name of something only counted


class Malformed(ValueError):
    """An item that is not what it should be; says why."""


def page(payload: object, us: str = "") -> Page:
    """Translate one answer or event. `us` is our own DID, when we know it: it decides what is addressed to us."""
    if isinstance(payload, dict):
        mark = next((mark for mark in _ANSWERS if mark in payload), "")
        read = _ANSWERS.get(mark) or _EVENTS.get(_text(payload.get("kind")))
        if read:
            return read(payload, us)
    raise ConnectorError("Bluesky sent something that this connector doesn't know.", permanent=True)


def loads(raw: bytes) -> object:
    """JSON, or a ConnectorError that says that it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ConnectorError(f"Bluesky sent something that is not JSON: {error}", permanent=True) from error


# -- the shapes --------------------------------------------------------------------------------------------------------


def _notifications(payload: Mapping[str, Any], us: str) -> Page:
    return _gather("notifications", _listed(payload, "notifications"), lambda item: notification(item, us))


def _posts(payload: Mapping[str, Any], us: str) -> Page:
    return _gather("posts", _listed(payload, "posts"), lambda item: post(item, us))


def _thread(payload: Mapping[str, Any], us: str) -> Page:
    """The post that was asked for comes last; what stands above it, and what it quotes, is there to be read."""
    views = list(_upwards(payload["thread"]))
    if not views:
        return Page()
    asked, *above = views
    read = _gather("posts", [*reversed(above), *_quoted(asked), asked], lambda item: post(item, us))
    context = tuple(
        message if message.external_id == _text(asked.get("uri")) else replace(message, addressed=False, context=True)
        for message in read.messages
    )
    return replace(read, messages=context)


def _commit(payload: Mapping[str, Any], us: str) -> Page:
    return _gather("", [payload], lambda item: commit(item, us))


def _counted(payload: Mapping[str, Any], us: str) -> Page:
    return Page(tallies={_text(payload["kind"]): 1})


_Read = Callable[[Mapping[str, Any], str], Page]
_ANSWERS: Mapping[str, _Read] = {"notifications": _notifications, "posts": _posts, "thread": _thread}
_EVENTS: Mapping[str, _Read] = {"commit": _commit, "identity": _counted, "account": _counted}


def _listed(payload: Mapping[str, Any], mark: str) -> list[object]:
    if not isinstance(payload[mark], list):
        raise ConnectorError(f"Bluesky sent {mark} that are not a list.", permanent=True)
    return list(payload[mark])


def _gather(shape: str, items: Iterable[object], read: Callable[[Mapping[str, Any]], Found]) -> Page:
    messages: list[Message] = []
    deletions: list[Deletion] = []
    rejects: list[Reject] = []
    tallies: Counter[str] = Counter()
    for item in items:
        try:
            found = read(_object(item, "the item"))
        except Malformed as error:
            rejects.append(_reject(shape, item, str(error)))
            continue
        if isinstance(found, Message):
            messages.append(found)
        elif isinstance(found, Deletion):
            deletions.append(found)
        else:
            tallies[found] += 1
    return Page(tuple(messages), tuple(deletions), tuple(rejects), dict(tallies))


def _reject(shape: str, item: object, reason: str) -> Reject:
    where = _text(item.get("uri")) if isinstance(item, dict) else ""
    raw = json.dumps({shape: [item]} if shape else item).encode()
    return Reject(storable(where or shape or "event"), storable(reason), raw[:_LONGEST_RAW])


def _upwards(node: object) -> Iterator[Mapping[str, Any]]:
    """From a post in a thread up to the first one, or to a hole (deleted, blocked)."""
    while isinstance(node, dict) and isinstance(node.get("post"), dict):
        yield node["post"]
        node = node.get("parent")


def _quoted(view: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a post quotes, as if it were a post view of its own."""
    record = _within(view, "embed", "record")
    if not isinstance(record.get("value"), dict):
        record = _within(record, "record")  # a quote with pictures is wrapped once more
    if isinstance(record.get("value"), dict):
        yield {**record, "record": record["value"]}


# -- one item ----------------------------------------------------------------------------------------------------------


def notification(item: Mapping[str, Any], us: str = "") -> Found:
    """A mention, reply or quote is a message to us; everything else (likes, follows, ...) is counted by its reason."""
    reason = _text(item.get("reason"))
    if not reason:
        raise Malformed("the notification gives no reason")
    if reason not in ADDRESSED:
        return storable(reason[:40])
    return replace(post(item, us), addressed=True)


def post(view: Mapping[str, Any], us: str = "") -> Message:
    """A post as the AppView shows it."""
    return _message(
        uri=_text(view.get("uri")),
        cid=_text(view.get("cid")),
        author=_object(view.get("author"), "the author"),
        record=_object(view.get("record"), "the record"),
        seen_at=moment(view.get("indexedAt")),
        us=us,
    )


def commit(event: Mapping[str, Any], us: str = "") -> Found:
    """One event of Jetstream. Its author is known by DID only, and nobody has vouched for it: look before answering."""
    change = _object(event.get("commit"), "the commit")
    collection, operation = _text(change.get("collection")), _text(change.get("operation"))
    if collection != POST:
        return storable(collection.rpartition(".")[2][:40]) or "other" if operation == "create" else "other"
    uri = f"at://{_text(event.get('did'))}/{POST}/{_text(change.get('rkey'))}"
    if operation == "delete":
        owner_of(uri)
        return Deletion(NETWORK, uri)
    if operation not in ("create", "update"):
        raise Malformed(f"a commit that neither creates, updates nor deletes: {operation[:40]!r}")
    return _message(
        uri=uri,
        cid=_text(change.get("cid")),
        author={"did": event.get("did")},
        record=_object(change.get("record"), "the record"),
        seen_at=_from_microseconds(event.get("time_us")),
        us=us,
    )


def _message(
    *, uri: str, cid: str, author: Mapping[str, Any], record: Mapping[str, Any], seen_at: datetime | None, us: str
) -> Message:
    did = owner_of(uri)
    if author.get("did") != did:
        raise Malformed("the author is not the owner of the post")
    if record.get("$type") != POST:
        raise Malformed(f"a {_text(record.get('$type'))[:80] or 'nameless thing'} where a post should be")
    if not isinstance(record.get("text"), str):
        raise Malformed("the post has no text")
    if not _CID.fullmatch(cid):
        raise Malformed("the post has no cid")
    published_at = moment(record.get("createdAt")) or seen_at
    if published_at is None:
        raise Malformed("the post has no time that can be read")
    spans = spans_of(record["text"], record.get("facets"))
    root, parent = (_reference(_within(record, "reply").get(end)) for end in ("root", "parent"))
    root = root if parent else {}
    quotes = quoted_uri(record)
    return Message(
        network=NETWORK,
        external_id=uri,
        author=_author(did, author),
        text=storable(record["text"]),
        published_at=published_at,
        url=web_address(uri),
        thread_id=root.get("uri", "") or uri,
        parent_id=parent.get("uri", "") if root else "",
        spans=spans,
        language=_language(record.get("langs")),
        addressed=_speaks_to(us, spans, root, parent, quotes),
        ref={"uri": uri, "cid": cid} | ({"root": root} if root else {}) | ({"quotes": quotes} if quotes else {}),
    )


def _author(did: str, view: Mapping[str, Any]) -> Author:
    handle = storable(_text(view.get("handle")))[:253]
    handle = "" if handle == "handle.invalid" else handle
    name = storable(_text(view.get("displayName"))).strip()[:300]
    return Author(NETWORK, did, handle, name, f"{SITE}/profile/{handle or did}")


def _speaks_to(us: str, spans: Iterable[Span], root: Mapping[str, str], parent: Mapping[str, str], quotes: str) -> bool:
    """Does it mention us, answer us (or stand in a thread that we began), or quote us?"""
    ours = f"at://{us}/"
    named = any(span.kind == "mention" and span.value == us for span in spans)
    return bool(us) and (
        named or any(uri.startswith(ours) for uri in (root.get("uri", ""), parent.get("uri", ""), quotes))
    )


# -- the pieces --------------------------------------------------------------------------------------------------------


def owner_of(uri: str) -> str:
    """The DID of whose post it is; raises Malformed when it is no address of a post."""
    if not is_post(uri):
        raise Malformed(f"not the address of a post: {uri[:100]!r}")
    return uri.split("/")[2]


def is_post(uri: str) -> bool:
    """Whether it is the address of a post, and one that can be kept."""
    return len(uri) <= _LONGEST_URI and bool(_POST_URI.fullmatch(uri))


def did_in(session: str) -> str:
    """Who we are, from the session that the SDK had us keep (handle, DID, tokens, server); nothing without one."""
    parts = session.split(":::")
    return parts[1] if len(parts) >= 4 else ""


def web_address(uri: str) -> str:
    """Where people can see it.

    >>> web_address("at://did:plc:abc/app.bsky.feed.post/3kabc")
    'https://bsky.app/profile/did:plc:abc/post/3kabc'
    """
    _, _, did, _, key = uri.split("/")
    return f"{SITE}/profile/{did}/post/{key}"


def spans_of(text: str, facets: object) -> tuple[Span, ...]:
    """Links, mentions and hashtags. Facets count bytes of UTF-8, spans count code points.

    A facet that points outside the text, or into the middle of a character, is passed over, as the platform's own apps
    do: the text stands without it.

    >>> facet = {"index": {"byteStart": 5, "byteEnd": 9}, "features": [{"$type": f"{_FACET}tag", "tag": "sea"}]}
    >>> spans_of("é – #sea", [facet])
    ()
    >>> spans_of("né: #sea", [facet])
    (Span(start=4, end=8, kind='hashtag', value='sea'),)
    """
    data = text.encode("utf-8", "surrogatepass")
    spans = [
        Span(start, end, kind, value)
        for facet in (facets if isinstance(facets, list) else [])[:_MOST_FACETS]
        if isinstance(facet, dict)
        for start, end in _characters(data, _within(facet, "index"))
        for kind, value in _features(facet.get("features"))
    ]
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


def _characters(data: bytes, index: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    start, end = index.get("byteStart"), index.get("byteEnd")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(data):
        return
    try:
        before = len(data[:start].decode("utf-8", "surrogatepass"))
        yield before, before + len(data[start:end].decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return


_FACET = "app.bsky.richtext.facet#"
_FEATURES = {  # the name of a feature there: the kind of our span, the field with its value, what that must match
    f"{_FACET}mention": ("mention", "did", re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,300}")),
    f"{_FACET}link": ("link", "uri", re.compile(r"https?://[^\s\0\ud800-\udfff]{1,4000}")),
    f"{_FACET}tag": ("hashtag", "tag", re.compile(r"[^\0\ud800-\udfff]{1,640}")),
}


def _features(features: object) -> Iterator[tuple[str, str]]:
    for feature in features if isinstance(features, list) else []:
        if isinstance(feature, dict) and (known := _FEATURES.get(_text(feature.get("$type")))):
            kind, field, form = known
            value = _text(feature.get(field))
            if form.fullmatch(value):
                yield kind, value.removeprefix("#") if kind == "hashtag" else value


def quoted_uri(record: Mapping[str, Any]) -> str:
    """The post that a record quotes, with or without pictures beside; nothing when it quotes no post."""
    quoted = _within(record, "embed", "record")
    uri = _text(quoted.get("uri")) or _text(_within(quoted, "record").get("uri"))
    return uri if is_post(uri) else ""


def moment(value: object) -> datetime | None:
    """A time as atproto writes it, in UTC; None for everything else (https://atproto.com/specs/lexicon#datetime).

    >>> moment("1985-04-12T23:20:50.123+01:45").isoformat()
    '1985-04-12T21:35:50.123000+00:00'
    >>> moment("1985-04-12T23:20:50") is None
    True
    """
    if not isinstance(value, str) or not _MOMENT.fullmatch(value) or value.endswith("-00:00"):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):  # a month 13, or a year before the first
        return None


def place(view: object) -> tuple[int | None, str]:
    """When an item came (milliseconds since 1970, as the platform orders its lists) and what it is called.

    The platform sorts by when a post claims to be written or was first seen, whichever is earlier: a late arrival may
    thus stand far below the top of a list.
    """
    item: Mapping[str, Any] = view if isinstance(view, dict) else {}
    times = [at for at in (moment(item.get("indexedAt")), moment(_within(item, "record").get("createdAt"))) if at]
    name = _text(item.get("uri")) or json.dumps(view, sort_keys=True)
    return (int(min(times).timestamp() * 1000) if times else None), name


def storable(text: str) -> str:
    """The same text, character for character, without the two things that no database keeps: NUL and lone surrogates.

    >>> storable("a\\0b")
    'a\ufffdb'
    """
    return _UNSTORABLE.sub("\ufffd", text)


def _language(langs: object) -> str:
    first = _text(langs[0]) if isinstance(langs, list) and langs else ""
    return first if _LANGUAGE.fullmatch(first) and len(first) <= 20 else ""


def _reference(value: object) -> dict[str, str]:
    """A strong reference (which post, in which version), or nothing."""
    uri, cid = (_text(value.get(part)) if isinstance(value, dict) else "" for part in ("uri", "cid"))
    return {"uri": uri, "cid": cid} if _CID.fullmatch(cid) and is_post(uri) else {}


def _from_microseconds(value: object) -> datetime | None:
    if type(value) is not int:
        return None
    try:
        return datetime.fromtimestamp(value / 1_000_000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{what} is missing")
    return value


def _within(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """What lies along a path of objects; an empty object where the path breaks off."""
    for step in path:
        inner = value.get(step)
        value = inner if isinstance(inner, dict) else {}
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
