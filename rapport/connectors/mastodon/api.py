"""The conversation with a Mastodon server, over its client API (https://docs.joinmastodon.org/client/).

Written against the API itself and not with Mastodon.py: `parse` takes the bytes that came over the wire, one post that
cannot be read may not cost its page, and a rate limit is to be told, not slept through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from rapport.connectors.address import is_for_them_alone, web_address
from rapport.connectors.contract import Account, Field, Profile, Sieve, Source
from rapport.connectors.http import Request, Response, ask, guarded_client
from rapport.connectors.mastodon import compose, stream
from rapport.connectors.mastodon.parse import (
    SPEAKS,
    age,
    decoded,
    identity,
    listed,
    notifications_page,
    read_author,
    read_status,
    replies,
)
from rapport.connectors.metered import MeteredTransport, Told
from rapport.connectors.sse import EventSource
from rapport.connectors.values import read_time
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown
from rapport.core.types import Absent, Deletion, Json, Message, Page, Receipt, Reject, Reply

PAGE = 40
TOGETHER = 20
# How long a server may still be busy with a request that we gave up on.
IN_FLIGHT = timedelta(minutes=2)
# Our clock and the server's may differ by this much.
SKEW = timedelta(minutes=5)
MAX_PAGES_BACK = 30  # 1,200 posts: somebody who answers quickly, and had to wait
LONG_THREAD = 500  # Mastodon tells up to 4,096 posts below another to those who are signed in; others may tell fewer
MOST_COUNTED = 25  # pages that are counted before anything is fetched
# What a server answers to a request that it does not know.
NOT_KNOWN = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)


# What a server says to a token, and to an account, that may not do this.
OUTSIDE = "outside the authorized scopes"
NO_LOGIN = "Your login is"
# Without these a channel cannot work. The lack of any other costs only what that one is for.
SCOPES = ("read:accounts", "read:notifications", "read:statuses", "write:statuses")


class MastodonConnector:
    network = "mastodon"
    label = "Mastodon"
    fields = (
        Field("instance", "Server", "For instance mastodon.social"),
        Field(
            "token",
            "Access token",
            "Preferences, Development, New application: read, write:statuses, and write:reports to report posts",
            secret=True,
        ),
        Field(
            "stream",
            "Streams",
            "What is heard as it happens, with commas between: user (mentions, and whom the account follows), public, "
            "public:local, or hashtags such as #ferry. What no brief wants is let go. Empty: no stream.",
            default="user",
            required=False,
        ),
    )
    sources = (Source("mentions", every_seconds=30), Source("stream", 5, "stream", needs="stream"))
    earlier = ("mentions",)
    limit = compose.LIMIT
    actions = ("report",)

    def length(self, text: str) -> int:
        return compose.length(text)

    def check(self, account: Account) -> Profile:
        stream.feeds_of(account.config.get("stream", ""))  # raises when it cannot be read
        with _Server(account) as server:
            me = server.get("/api/v1/accounts/verify_credentials")
            server.get("/api/v1/notifications", limit="1")
            return replace(server.profile(me), missing=server.missing())

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        return notifications_page(listed(raw), host=_host(account), contexts={})

    def stream(self, account: Account, source: str, cursor: str, sieve: Sieve) -> Iterator[Page]:
        with _Server(account) as server:
            us = account.us.external_id if account.us else ""
            yield from stream.stream(server, account.config.get("stream", stream.DEFAULT), us, cursor, sieve)

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        with _Server(account) as server:
            while True:
                page = server.notifications(cursor)
                yield page
                if not page.more:
                    return
                cursor = page.cursor

    def count(self, account: Account, source: str, since: datetime, until: datetime) -> int | None:
        """How many notifications there are that speak to us; None when that takes too many pages."""
        found = 0
        with _Server(account) as server:
            for number, (items, _) in enumerate(server.earlier(since, until, "")):
                if number >= MOST_COUNTED:
                    return None
                found += sum(isinstance(item, dict) and item.get("type") in SPEAKS for item in items)
        return found

    def bring_back(
        self, account: Account, source: str, since: datetime, until: datetime, cursor: str
    ) -> Iterator[Page]:
        """Notifications downwards from the newest, each with its thread; what is newer than wanted is let go."""
        with _Server(account) as server:
            for items, below in server.earlier(since, until, cursor):
                yield replace(server.with_threads(items), cursor=below)

    def send(self, account: Account, reply: Reply) -> Receipt:
        with _Server(account) as server:
            parent = {"in_reply_to_id": server.standing(reply.parent_id)} if reply.parent_id else {}
            language = {"language": reply.language} if reply.language else {}
            post = {"status": compose.text_of(reply), "visibility": compose.visibility_of(reply), **parent, **language}
            return server.post(post, reply.idempotency_key)

    def find_sent(self, account: Account, reply: Reply) -> Receipt | Absent:
        """Look below what was answered, and then through our own posts since the reply was written.

        A no is conclusive when we have seen all of either, and when the latest attempt began two minutes ago: then it
        is no longer on its way. Another one within the hour is held off a second time, by the server itself, which
        remembers the idempotency key.
        """
        with _Server(account) as server:
            parent = server.local_id(reply.parent_id) if reply.parent_id else ""
            wanted = compose.essence(compose.text_of(reply))
            me, seen_all = server.me(), False
            for look in (partial(server.below, parent, me), partial(server.own_since, reply.created_at - SKEW, me)):
                posts, complete = look()
                seen_all |= complete
                for status in posts:
                    if _answers(status, parent) and compose.essence(server.told(status)) == wanted:
                        return server.receipt(status)
        if not seen_all:
            return Absent(conclusive=False, reason="There are too many posts of ours since then to look through.")
        arrived = (reply.attempted_at or reply.created_at) + IN_FLIGHT
        if (wait := arrived - datetime.now(UTC)) > timedelta():
            reason = "It may still be on its way."
            return Absent(conclusive=False, reason=reason, ask_again_after=wait.total_seconds() + 1)
        return Absent(conclusive=True, reason="It is not among our posts.")

    def moderate(self, account: Account, external_id: str, ref: Json, action: str, reason: str) -> None:
        """Report a post to those who look after our server. What others wrote, Mastodon lets nobody else hide."""
        if action not in self.actions:
            raise ConnectorError(f"Mastodon knows no {action!r}.", permanent=True)
        with _Server(account) as server:
            server.report(external_id, reason)

    def recheck(self, account: Account, external_ids: Sequence[str]) -> Page:
        """Look again at posts that we heard: what is gone is a deletion, the rest comes back, edited or not.

        Posts are asked for twenty at a time, and those that are missing then by themselves, twenty at most: the rest
        has its turn the next time. Posts that were heard at another server are left alone.
        """
        with _Server(account) as server:
            posts = {server.local_id(one): one for one in external_ids if server.knows(one)}
            told, gone = server.again(list(posts))
        read = [(post, read_status(status, host=server.host)) for post, status in told.items()]
        return Page(
            messages=tuple(found for _, found in read if isinstance(found, Message)),
            deletions=tuple(Deletion("mastodon", posts[post]) for post in gone),
            rejects=tuple(Reject(f"post {post}", found) for post, found in read if isinstance(found, str)),
        )


def _answers(status: Any, parent: str) -> bool:
    return isinstance(status, dict) and identity({"id": status.get("in_reply_to_id")}) == parent


def _is_by(status: Any, who: str) -> bool:
    return isinstance(status, dict) and identity(status.get("account")) == who


def _created(item: Any, otherwise: datetime) -> datetime:
    """When a notification came; one without a time belongs to those around it."""
    created = read_time(str(item.get("created_at"))) if isinstance(item, dict) else None
    return created or otherwise


def _scope(method: str, path: str) -> str:
    """Which right a request needs."""
    if path.endswith("/reports"):
        return "write:reports"
    what = next((part for part in ("notifications", "accounts") if part in path and method == "GET"), "statuses")
    return f"{'read' if method == 'GET' else 'write'}:{what}"


def _before(status: Any, moment: datetime) -> bool:
    created = read_time(str(status.get("created_at"))) if isinstance(status, dict) else None
    return created is not None and created < moment


def _address(account: Account) -> str:
    """The server's address, without a path; `ana@example.social` will do. Tokens travel encrypted, except to the hosts
    that are named for it."""
    given = account.config.get("instance", "").strip()
    address = web_address(given if "://" in given else given.rpartition("@")[2], account.private_hosts, carries="token")
    url = urlsplit(address)
    return f"{url.scheme}://{url.netloc}"


def _host(account: Account) -> str:
    return urlsplit(_address(account)).hostname or ""


def _costs(request: Request) -> Mapping[str, float]:
    """Everything is a call; a post and a report have limits of their own besides."""
    return {"calls": 1, _bucket_of(request): 1}


def _bucket(request: Request, told: Told) -> str:
    """The server tells of the limit that is closest: for a post, that of posts."""
    return _bucket_of(request)


def _bucket_of(request: Request) -> str:
    if request.method != "POST":
        return "calls"
    return "reports" if request.url.path.endswith("/reports") else "posts"


def _streaming_address(instance: Any) -> str:
    """What a server says of its streams, as the address of a web server."""
    found: Any = instance if isinstance(instance, dict) else {}
    for way in (("configuration", "urls", "streaming"), ("urls", "streaming_api")):
        inner = found
        for step in way:
            inner = inner.get(step) if isinstance(inner, dict) else None
        if isinstance(inner, str) and inner:
            return inner.replace("ws", "http", 1).rstrip("/") if inner.startswith("ws") else inner.rstrip("/")
    return ""


class _Server:
    """One server, asked in the name of one account."""

    def __init__(self, account: Account) -> None:
        self.address = _address(account)
        self.host = _host(account)
        self._private_hosts = account.private_hosts
        meter = MeteredTransport(account.private_hosts, account.budget, _costs, _bucket)
        self._client = guarded_client(transport=meter)
        self._client.headers["Authorization"] = f"Bearer {account.secrets.get('token', '')}"

    def __enter__(self) -> _Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _ask(self, path: str, params: Mapping[str, str | list[str]], *, accept: tuple[int, ...] = ()) -> Response:
        return self._allowed("GET", path, params=dict(params), accept=accept)

    def _allowed(self, method: str, path: str, **options: Any) -> Response:
        """The answer. A refusal for want of a right, or of the whole account, can only be mended by signing in."""
        try:
            return ask(self._client, method, f"{self.address}{path}", **options)
        except ConnectorError as error:
            if OUTSIDE in str(error):
                right = _scope(method, path)
                words = f"The access token lacks the right that {self.host} calls {right}."
                kind = NeedsSignIn if right in SCOPES else ConnectorError
                raise kind(f"{words} Make one that has it, and sign in with that.", permanent=True) from error
            if NO_LOGIN in str(error):
                raise NeedsSignIn(str(error), permanent=True) from error
            raise

    def missing(self) -> tuple[str, ...]:
        """Rights that we would use and the token lacks, as far as the server tells (Mastodon does since 4.3).

        It tells of the application; a token that was made together with it has the same.
        """
        denied = (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED)
        response = self._ask("/api/v1/apps/verify_credentials", {}, accept=denied)
        told = decoded(response.content) if response.is_success else {}
        scopes = told.get("scopes") if isinstance(told, dict) else None
        if not isinstance(scopes, list) or not scopes:
            return ()
        return tuple(scope for scope in SCOPES if not {scope, scope.partition(":")[0]} & set(map(str, scopes)))

    def get(self, path: str, **params: str) -> Any:
        return decoded(self._ask(path, params).content)

    # -- hearing -------------------------------------------------------------------------------------------------------

    def notifications(self, cursor: str) -> Page:
        """The page of notifications behind the cursor, with the threads of those that speak to us."""
        after = {"min_id": cursor} if cursor else {}
        asked = {"limit": str(PAGE), "include_filtered": "true", **after}
        items = listed(self._ask("/api/v1/notifications", asked).content)
        newest = max((identity(item) for item in items), key=age, default="")
        if not newest or newest == cursor:  # nothing new; or the server knows no `min_id` and says the same for ever
            return Page(cursor=cursor or "0")
        return replace(self.with_threads(items), cursor=newest, more=True)

    def with_threads(self, items: list[Any]) -> Page:
        contexts = {post: self.context(post) for post in replies(items)}
        return notifications_page(items, host=self.host, contexts=contexts)

    def earlier(self, since: datetime, until: datetime, below: str) -> Iterator[tuple[list[Any], str]]:
        """Notifications of a stretch of time, newest first, an answer at a time, and below which one it goes on."""
        while True:
            back = {"max_id": below} if below else {}
            asked = {"limit": str(PAGE), "include_filtered": "true", **back}
            items = listed(self._ask("/api/v1/notifications", asked).content)
            last = min(items, key=lambda item: age(identity(item)), default=None)
            oldest = identity(last)
            if not oldest or (below and age(oldest) >= age(below)):  # the end; or it knows no `max_id`
                return
            yield [item for item in items if since <= _created(item, since) < until], oldest
            if _created(last, until) < since:
                return
            below = oldest

    def context(self, post: str) -> Any:
        response = self._ask(f"/api/v1/statuses/{post}/context", {}, accept=(HTTPStatus.NOT_FOUND,))
        return decoded(response.content) if response.is_success else {}

    def timeline(self, name: str, params: Mapping[str, str], after: str) -> list[Any]:
        """A page of posts of a timeline behind the cursor, the oldest first; without one, the newest there are."""
        behind = {"min_id": after} if after else {}
        return listed(self._ask(f"/api/v1/timelines/{name}", {"limit": str(PAGE), **params, **behind}).content)

    def streaming(self) -> str:
        """Where the server streams; nothing when it does not, or not as events over HTTP."""
        told = self._ask("/api/v2/instance", {}, accept=NOT_KNOWN)
        instance = decoded(told.content) if told.is_success else self.get("/api/v1/instance")
        base = _streaming_address(instance) or self.address
        if not is_for_them_alone(urlsplit(base), self._private_hosts):
            raise ConnectorError(
                f"{self.host} streams over {base[:80]}, where others can read the token.", permanent=True
            )
        alive = ask(self._client, "GET", f"{base}/api/v1/streaming/health", accept=NOT_KNOWN)
        return base if alive.is_success else ""

    def listen(self, url: str) -> EventSource:
        return EventSource(url, {"Authorization": self._client.headers["Authorization"]}, self._private_hosts)

    def again(self, posts: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
        """What posts say now, by id, and which of them are gone."""
        told = self._together(posts)
        gone: list[str] = []
        for post in [post for post in posts if post not in told][:TOGETHER]:
            response = self._ask(f"/api/v1/statuses/{post}", {}, accept=(HTTPStatus.NOT_FOUND, HTTPStatus.GONE))
            if response.is_success:
                told[post] = decoded(response.content)
            else:
                gone.append(post)
        return told, gone

    def _together(self, posts: Sequence[str]) -> dict[str, Any]:
        """Several posts in one answer, as far as the server tells; those before Mastodon 4.3 tell of none."""
        told: dict[str, Any] = {}
        for start in range(0, len(posts), TOGETHER):
            asked = {"id[]": list(posts[start : start + TOGETHER])}
            response = self._ask(
                "/api/v1/statuses", asked, accept=(HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
            )
            told |= {identity(status): status for status in listed(response.content)} if response.is_success else {}
        return {post: told[post] for post in posts if post in told}

    # -- answering -----------------------------------------------------------------------------------------------------

    def knows(self, external_id: str) -> bool:
        return external_id.rpartition("/")[0] == self.host

    def local_id(self, external_id: str) -> str:
        """The id by which this server knows a post. Another server's id would mean another post here."""
        if not self.knows(external_id):
            raise ConnectorError(f"{external_id} was not heard at {self.host}.", permanent=True)
        return external_id.rpartition("/")[2]

    def standing(self, external_id: str) -> str:
        """The same, once it is certain that the post is still there: some servers would post an answer to nothing."""
        post = self.local_id(external_id)
        self.get(f"/api/v1/statuses/{post}")
        return post

    def post(self, post: Mapping[str, str], key: str) -> Receipt:
        headers = {"Idempotency-Key": key}
        response = self._allowed("POST", "/api/v1/statuses", write=True, json=dict(post), headers=headers)
        try:
            return self.receipt(decoded(response.content))
        except ConnectorError as error:
            raise OutcomeUnknown(f"{self.host} took the post, and answered what we cannot read.") from error

    def report(self, external_id: str, reason: str) -> None:
        """Not passed on to the server of whoever wrote it: our words are meant for those whom we know."""
        post = self.local_id(external_id)
        status = self.get(f"/api/v1/statuses/{post}")
        author = identity(status.get("account")) if isinstance(status, dict) else ""
        if not author:
            raise ConnectorError(f"{self.host} does not say who wrote that.", permanent=True)
        told = {"account_id": author, "status_ids": [post], "comment": reason, "category": "other", "forward": False}
        self._allowed("POST", "/api/v1/reports", write=True, json=told)

    def receipt(self, status: Any) -> Receipt:
        found = read_status(status, host=self.host)
        if isinstance(found, str):
            raise ConnectorError(f"A post of ours cannot be read: {found}.")
        return Receipt(found.external_id, found.url, found.ref)

    def me(self) -> str:
        return identity(self.get("/api/v1/accounts/verify_credentials"))

    def below(self, post: str, me: str) -> tuple[list[Any], bool]:
        """Our own posts below another, and whether these are all of them: of a long thread not everything is told."""
        context = self.context(post) if post else {}
        found = context.get("descendants") if isinstance(context, dict) else None
        posts = found if isinstance(found, list) else []
        return [one for one in posts if _is_by(one, me)], isinstance(found, list) and len(posts) < LONG_THREAD

    def own_since(self, moment: datetime, me: str) -> tuple[list[Any], bool]:
        """Our own posts back to a moment, and whether these are all of them."""
        posts: list[Any] = []
        back: dict[str, str] = {}
        for _ in range(MAX_PAGES_BACK):
            asked = {"limit": str(PAGE), "exclude_reblogs": "true", **back}
            page = listed(self._ask(f"/api/v1/accounts/{me}/statuses", asked).content)
            posts += page
            if not page or _before(page[0], moment):
                return posts, True
            back = {"max_id": identity(page[0])}
        return posts, False

    def told(self, status: Any) -> str:
        found = read_status(status, host=self.host)
        return "" if isinstance(found, str) else found.text

    def profile(self, me: Any) -> Profile:
        author = read_author(me, self.host)
        if author is None:
            raise ConnectorError(f"{self.host} does not say who we are.")
        return Profile(author.external_id, author.handle, author.name, author.url)
