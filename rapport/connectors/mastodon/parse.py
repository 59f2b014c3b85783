"""What a Mastodon server answers, translated into messages. Pure: payloads in, pages out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rapport.connectors.html import to_text
from rapport.connectors.values import clean, read_time
from rapport.core.errors import ConnectorError
from rapport.core.types import Author, Message, Page, Reject, Span

# Notifications in which somebody speaks to us.
SPEAKS = {"mention", "quote"}
# Those that are counted. What a server made up itself is counted as "other".
COUNTED = {
    *("favourite", "reblog", "follow", "follow_request", "poll", "status", "update", "quoted_update"),
    *("admin.sign_up", "admin.report", "severed_relationships", "moderation_warning", "annual_report"),
}
# Of the posts above a message: the first, which names the thread, and the last ones before it.
MAX_ANCESTORS = 50


def decoded(raw: bytes) -> Any:
    """The JSON of an answer; raises `ConnectorError` when it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ConnectorError(f"The server's answer is not JSON: {error}") from error


def listed(raw: bytes) -> list[Any]:
    """The items of an answer that is a list, the oldest first."""
    items = decoded(raw)
    if not isinstance(items, list):
        raise ConnectorError("The server's answer is not a list")
    return sorted(items, key=lambda item: age(identity(item)))


def identity(item: Any) -> str:
    """The id that this server gives an item; empty when it gives none."""
    found = item.get("id") if isinstance(item, dict) else None
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def age(identity: str) -> tuple[int, str]:
    """Sorts ids by age: they are numbers, or sort as texts where they are all of one length.

    >>> sorted(["100", "99"], key=age)
    ['99', '100']
    """
    return len(identity), identity


def replies(items: Iterable[Any]) -> list[str]:
    """The ids of posts that speak to us and answer another post: their threads are worth asking for."""
    found = [item["status"] for item in items if _kind(item) in SPEAKS and isinstance(item.get("status"), dict)]
    return [identity(status) for status in found if status.get("in_reply_to_id") and identity(status)]


def _kind(item: Any) -> str:
    found = item.get("type") if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""


def notifications_page(items: Sequence[Any], *, host: str, contexts: Mapping[str, Any]) -> Page:
    """Notifications as a page. `contexts` holds, by the id of a post, what the server tells of its thread."""
    messages: dict[str, Message] = {}
    rejects: list[Reject] = []
    tallies: Counter[str] = Counter()
    for item in items:
        if not isinstance(item, dict):
            rejects.append(_reject("a notification", "it is not an object", item))
        elif _kind(item) in SPEAKS:
            found = _with_thread(item.get("status"), host, contexts)
            if isinstance(found, str):
                rejects.append(_reject(f"notification {identity(item) or 'without an id'}", found, item))
            else:
                messages |= {one.external_id: one for one in found if one.addressed or one.external_id not in messages}
        else:
            tallies[_kind(item) if _kind(item) in COUNTED else "other"] += 1
    return Page(tuple(messages.values()), rejects=tuple(rejects), tallies=dict(tallies))


def _reject(where: str, reason: str, item: Any) -> Reject:
    return Reject(where, reason, json.dumps(item).encode()[:65_536])


def _with_thread(status: Any, host: str, contexts: Mapping[str, Any]) -> list[Message] | str:
    """A message with what was said above it, oldest first, or why it cannot be read."""
    message = read_status(status, host=host, addressed=True)
    if isinstance(message, str):
        return message
    read = (read_status(post, host=host) for post in _ancestors(contexts.get(identity(status))))
    above = [replace(found, context=True) for found in read if isinstance(found, Message)]
    thread = above[0].external_id if above else message.thread_id
    return [replace(found, thread_id=thread) for found in [*above, message]]


def _ancestors(context: Any) -> list[Any]:
    above = context.get("ancestors") if isinstance(context, dict) else None
    posts = above if isinstance(above, list) else []
    return posts if len(posts) <= MAX_ANCESTORS else [posts[0], *posts[-MAX_ANCESTORS + 1 :]]


def external_id(host: str, post: str) -> str:
    """What we call a post: the id that our server gave it, behind the name of that server.

    >>> external_id("a.example", "112233")
    'a.example/112233'
    """
    return f"{host}/{post}"


def read_status(status: Any, *, host: str, addressed: bool = False) -> Message | str:
    """The message that a post is, or why it cannot be read. Where its thread began, the post alone does not tell."""
    if not isinstance(status, dict):
        return "there is no post with it"
    author = read_author(status.get("account"), host)
    published = read_time(_text(status, "created_at"))
    if not identity(status):
        return "the post has no id"
    if author is None:
        return "the post has no author"
    if published is None:
        return f"a time that cannot be read: {_text(status, 'created_at')[:60]!r}"
    text, spans = _told(status, host)
    itself, answered = external_id(host, identity(status)), identity({"id": status.get("in_reply_to_id")})
    parent = external_id(host, answered) if answered else ""
    return Message(
        network="mastodon",
        external_id=itself,
        author=author,
        text=text,
        published_at=published,
        url=_text(status, "url") or _text(status, "uri"),
        thread_id=parent or itself,
        parent_id=parent,
        spans=spans,
        language=_text(status, "language"),
        edited_at=read_time(_text(status, "edited_at")),
        addressed=addressed,
        ref={"acct": _text(status.get("account"), "acct"), "visibility": _text(status, "visibility")},
    )


def full_handle(acct: str, host: str) -> str:
    """
    >>> full_handle("ana", "a.example"), full_handle("ben@b.example", "a.example")
    ('ana@a.example', 'ben@b.example')
    """
    return acct if "@" in acct else f"{acct}@{host}"


def read_author(account: Any, host: str) -> Author | None:
    """The account behind a post. Known by its full handle, which nobody on Mastodon can change or take over."""
    acct = _text(account, "acct")
    if not acct:
        return None
    handle = full_handle(acct, host)
    name = _text(account, "display_name") or acct.partition("@")[0]
    followers = account.get("followers_count")
    heard_by = followers if isinstance(followers, int) and 0 <= followers < 2**53 else None
    return Author("mastodon", handle.lower(), handle, name, _text(account, "url"), heard_by)


def _told(status: Mapping[str, Any], host: str) -> tuple[str, tuple[Span, ...]]:
    """The post's text behind its content warning, with mentions by handle."""
    text, spans = to_text(_text(status, "content"))
    mentions = status.get("mentions")
    handles = {
        _text(mention, "url"): full_handle(_text(mention, "acct"), host)
        for mention in (mentions if isinstance(mentions, list) else ())
        if _text(mention, "acct")
    }
    named = [
        replace(span, value=handles.get(span.value, span.value)) if span.kind == "mention" else span for span in spans
    ]
    warning = _text(status, "spoiler_text").strip()
    if not warning:
        return text, tuple(named)
    shift = len(warning) + 2
    return f"{warning}\n\n{text}", tuple(
        replace(span, start=span.start + shift, end=span.end + shift) for span in named
    )


def _text(holder: Any, name: str) -> str:
    found = holder.get(name) if isinstance(holder, dict) else None
    return clean(found) if isinstance(found, str) else ""
