"""Asking Bluesky, and telling it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from atproto_client.models.utils import get_model_as_dict
from atproto_client.utils.facet_detection import detect_facets, detect_mentions

from rapport.connectors.bluesky import compose, parse
from rapport.connectors.bluesky.bookmark import Bookmark, Item, read_cursor, write_cursor
from rapport.connectors.bluesky.session import SignedIn, error_name, signed_in, was_answered
from rapport.connectors.contract import Account, Profile
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Absent, Deletion, Json, Message, Missed, Page, Receipt, Reject, Reply

PAGE = 100  # what the platform gives at most in one go
BATCH = 25  # how many posts it shows at most in one go, and how many items make a page of ours
MOST_PAGES = 200  # of one list in one visit
BUSY_PAGES = 5  # below the place where we left off
ABOVE = 20  # how far up a thread is read
AN_HOUR_MS = 3_600_000

T = TypeVar("T")


def check(account: Account) -> Profile:
    """Sign in with the app password, and say whose it is."""
    with signed_in(account, anew=True) as session:
        url = f"{parse.SITE}/profile/{session.handle}"
        try:
            shown = session.ask("app.bsky.actor.getProfile", actor=session.did)
        except ConnectorError as error:  # a server without an AppView, or one that has not seen the account yet
            if not was_answered(error) or isinstance(error, NeedsSignIn | RateLimited):
                raise
            shown = {}
        return Profile(session.did, session.handle, str(shown.get("displayName") or ""), url)


# -- listening ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class List:
    """A list that the platform shows newest first: under what name we keep its bookmark, and how it is asked for."""

    name: str
    method: str
    shape: str
    parameters: Mapping[str, Any]


def lists_of(source: str, config: Mapping[str, str]) -> tuple[List, ...]:
    """What a source reads. `priority` off: else a setting of the account hides those whom it doesn't follow."""
    if source == "notifications":
        method = "app.bsky.notification.listNotifications"
        return (List("notifications", method, "notifications", {"priority": False}),)
    if source == "search":
        terms = dict.fromkeys(term.strip() for term in config.get("search", "").split(","))
        method = "app.bsky.feed.searchPosts"
        return tuple(List(f"search {term}", method, "posts", {"q": term, "sort": "latest"}) for term in terms if term)
    raise ConnectorError(f"Bluesky has no source called {source!r}.", permanent=True)


def fetch(account: Account, source: str, cursor: str) -> Iterator[Page]:
    """What came since `cursor`, oldest first. Always at least one page when there is something to ask."""
    lists = lists_of(source, account.config)
    if not lists:
        return
    saved = read_cursor(cursor)
    bookmarks = {wanted.name: saved[wanted.name] for wanted in lists if wanted.name in saved}
    with signed_in(account) as session:
        for wanted in lists:
            yield from _news(session, wanted, bookmarks)


def _news(session: SignedIn, wanted: List, bookmarks: dict[str, object]) -> Iterator[Page]:
    """The unseen part of one list, in pages; moves the list's bookmark along."""
    walk = _walk(session, wanted, bookmarks.get(wanted.name))
    bookmark, shown = walk.bookmark, set[str]()
    waiting = walk.unseen[::-1]
    for chunk in batches(waiting, BATCH) or [[]]:
        waiting = waiting[len(chunk) :]
        page = parse.page({wanted.shape: [item.raw for item in chunk]}, session.did)
        page = with_context(session, page, shown)
        bookmark = bookmark.after(chunk, left=waiting, bottom=walk.bottom)
        bookmarks[wanted.name] = bookmark.saved()
        missed, walk.gap = walk.gap, ()
        yield replace(page, missed=missed, cursor=write_cursor(bookmarks), more=bool(waiting))


@dataclass(slots=True)
class Walk:
    """What reading a list from the top brought: the unseen items newest first, and how far down it went.

    `bottom` is set by a first visit only; `gap` says what was too much.
    """

    bookmark: Bookmark
    unseen: list[Item]
    bottom: int = 0
    gap: tuple[Missed, ...] = ()


def _walk(session: SignedIn, wanted: List, saved: object) -> Walk:
    """Read a list from the top down to where we left off, and a little further; on a first visit, one page."""
    bookmark = Bookmark.read(saved)
    items: dict[str, Item] = {}
    cursor, below, lowest = "", 0, bookmark.newest
    for _ in range(MOST_PAGES):
        answer = session.ask(wanted.method, limit=PAGE, cursor=cursor or None, **wanted.parameters)
        before = len(items)
        for item in items_of(answer, wanted.shape, lowest):
            items.setdefault(item.name, item)
            lowest = item.at
        cursor = str(answer.get("cursor") or "")
        if not cursor:
            return Walk(bookmark, bookmark.unseen(items.values()))
        if saved is None:  # a full page has more below it, and that we let be
            return Walk(bookmark, bookmark.unseen(items.values()), bottom=lowest if len(items) >= PAGE else 0)
        below += bool(items) and lowest <= bookmark.newest
        if bookmark.covers(lowest) or below > BUSY_PAGES:
            return Walk(bookmark, bookmark.unseen(items.values()))
        if len(items) > before:
            cursor = _overlapping(cursor)
    before = bookmark.newest or lowest - AN_HOUR_MS  # nothing had ever come: nobody can say since when
    left_off, reached = (datetime.fromtimestamp(at / 1000, UTC) for at in (before, lowest))
    missed = Missed(left_off, reached, f"{wanted.name}: more came since the last visit than could be read")
    return Walk(bookmark, bookmark.unseen(items.values()), gap=(missed,))


def items_of(answer: Mapping[str, Any], shape: str, above: int) -> Iterator[Item]:
    """The entries of one page. One without a time stands where it stands: right below the one above it."""
    listed = answer.get(shape)
    if not isinstance(listed, list):
        raise ConnectorError(f"Bluesky answered without {shape}.")
    for raw in listed:
        at, name = parse.place(raw)
        above = above if at is None else at
        reason = raw.get("reason") if isinstance(raw, dict) else None
        counted = shape == "notifications" and isinstance(reason, str) and reason not in parse.ADDRESSED
        yield Item(above, name, named=not counted, raw=raw)


def _overlapping(cursor: str) -> str:
    """Where a cursor is a bare time, the platform goes on strictly below it and would skip what shares its moment."""
    at = parse.moment(cursor)
    if at is None:
        return cursor
    return (at + timedelta(milliseconds=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# -- what stands around a message --------------------------------------------------------------------------------------


def with_context(session: SignedIn, page: Page, shown: set[str]) -> Page:
    """The same page, with what its replies answer and its quotes quote before them. `shown` grows by what it holds."""
    messages: list[Message] = []
    rejects = list(page.rejects)
    for message in page.messages:
        around = {message.parent_id, message.ref.get("quotes", "")} - {""}
        if not around <= shown:
            try:
                messages += [other for other in _context(session, message) if other.external_id not in shown]
            except ConnectorError as error:
                if not was_answered(error) or isinstance(error, NeedsSignIn | RateLimited):
                    raise
                rejects.append(Reject(message.external_id, f"What it answers could not be fetched: {error}"))
        messages.append(message)
        shown |= {one.external_id for one in messages}
    return replace(page, messages=tuple(messages), rejects=tuple(rejects))


def _context(session: SignedIn, message: Message) -> list[Message]:
    """What stands above a message, oldest first, and what it quotes."""
    try:
        thread = session.ask("app.bsky.feed.getPostThread", uri=message.external_id, depth=0, parentHeight=ABOVE)
    except ConnectorError as error:
        if error_name(error.__cause__)[0] == "NotFound":  # taken back since; looking again will tell
            return []
        raise
    context = [other for other in parse.page(thread, session.did).messages if other.context]
    if message.parent_id and message.thread_id not in {other.external_id for other in context}:
        # A deleted post in between, or a long thread, hides how it began.
        begun = parse.page(session.ask("app.bsky.feed.getPosts", uris=[message.thread_id]), session.did).messages
        context = [replace(first, addressed=False, context=True) for first in begun] + context
    return context


# -- looking again -----------------------------------------------------------------------------------------------------


def recheck(account: Account, external_ids: Sequence[str]) -> Page:
    """What became of posts that we have. Whom they address is not judged again."""
    wanted = [uri for uri in dict.fromkeys(external_ids) if parse.is_post(uri)]
    messages: list[Message] = []
    deletions: list[Deletion] = []
    rejects: list[Reject] = []
    with signed_in(account) as session:
        for batch in batches(wanted, BATCH):
            page = parse.page(session.ask("app.bsky.feed.getPosts", uris=batch), session.did)
            messages += [replace(message, addressed=False) for message in page.messages]
            rejects += page.rejects
            there = {message.external_id for message in page.messages} | {reject.where for reject in page.rejects}
            deletions += [Deletion(parse.NETWORK, uri) for uri in batch if uri not in there and _is_gone(session, uri)]
    return Page(tuple(messages), tuple(deletions), tuple(rejects))


def _is_gone(session: SignedIn, uri: str) -> bool:
    """Ask for the record itself: somebody who blocks us disappears from the AppView's lists, and took nothing back."""
    _, _, did, collection, key = uri.split("/")
    try:
        session.ask("com.atproto.repo.getRecord", repo=did, collection=collection, rkey=key)
    except ConnectorError as error:
        name, said = error_name(error.__cause__)
        if name == "RecordNotFound" or said.startswith("Could not find repo"):
            return True
        if not error.permanent:
            raise
    return False


# -- sending -----------------------------------------------------------------------------------------------------------


def send(account: Account, reply: Reply) -> Receipt:
    """Write the reply under its own key: a second attempt writes the same post once more, which changes nothing."""
    if compose.length(reply.text) > compose.LIMIT:
        raise ConnectorError(f"Bluesky takes {compose.LIMIT} characters at most.", permanent=True)
    compose.record(reply, ())  # what cannot be composed is refused before anybody is asked
    with signed_in(account) as session:
        # First a question: a session that has to be renewed, or a server that is away, is no doubtful outcome.
        session.ask("com.atproto.server.getSession")
        reply = replace(reply, parent_ref=vouched_for(session, reply.parent_id, reply.parent_ref, "answered"))
        post = compose.record(reply, facets(session, reply.text))
        body = {"repo": session.did, "collection": parse.POST, "rkey": compose.record_key(reply), "record": post}
        return _receipt(session.write("com.atproto.repo.putRecord", body), post)


def vouched_for(session: SignedIn, uri: str, ref: Json, done: str) -> Json:
    """What came over a stream is hearsay: before anything is done about it, the platform has to say the same."""
    if not ref.get("hearsay"):
        return ref
    told = parse.page(session.ask("app.bsky.feed.getPosts", uris=[uri]), session.did)
    found = next((message for message in told.messages if message.external_id == uri), None)
    if found is None:
        raise ConnectorError(f"Bluesky does not have the post that is {done}, or no longer.", permanent=True)
    if found.ref["cid"] != ref.get("cid"):
        raise ConnectorError(f"The post that is {done} reads otherwise than what was heard.", permanent=True)
    return found.ref


def find_sent(account: Account, reply: Reply) -> Receipt | Absent:
    """Ask our own server for the reply's key. Its no is conclusive."""
    with signed_in(account) as session:
        try:
            answer = session.ask(
                "com.atproto.repo.getRecord",
                repo=session.did,
                collection=parse.POST,
                rkey=compose.record_key(reply),
            )
        except ConnectorError as error:
            if error_name(error.__cause__)[0] == "RecordNotFound":
                return Absent(conclusive=True, reason="Bluesky has no post under the key of this reply.")
            raise
    value = answer.get("value")
    return _receipt(answer, value if isinstance(value, dict) else {})


def facets(session: SignedIn, text: str) -> list[dict[str, Any]]:
    """Links, hashtags, and mentions of those who exist, in bytes of UTF-8 as the platform wants them."""
    found = [get_model_as_dict(facet) for facet in detect_facets(text)]
    for mention in detect_mentions(text):
        if did := _did_of(session, mention.handle):
            index = {"byteStart": mention.byte_start, "byteEnd": mention.byte_end}
            found.append({"index": index, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}]})
    return sorted(found, key=lambda facet: int(facet["index"]["byteStart"]))


def _did_of(session: SignedIn, handle: str) -> str:
    """Who a handle is; nobody when nobody has it, and then it stays text."""
    try:
        return str(session.ask("com.atproto.identity.resolveHandle", handle=handle.lower()).get("did") or "")
    except ConnectorError as error:
        if error.permanent and was_answered(error):
            return ""
        raise


def _receipt(answer: Mapping[str, Any], post: Mapping[str, Any]) -> Receipt:
    uri, cid = answer.get("uri"), answer.get("cid")
    if not isinstance(uri, str) or not isinstance(cid, str) or not parse.is_post(uri):
        raise OutcomeUnknown("Bluesky took the reply and did not say where it is.")
    root = post["reply"]["root"] if "reply" in post else None
    return Receipt(uri, parse.web_address(uri), {"uri": uri, "cid": cid} | ({"root": root} if root else {}))


def batches(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
