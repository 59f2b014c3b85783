"""One WordPress site, asked in the name of one account over its REST API (developer.wordpress.org/rest-api)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

from rapport.connectors.address import web_address
from rapport.connectors.contract import Account
from rapport.connectors.http import Response, ask, guarded_client, refusal, shown
from rapport.connectors.wordpress.parse import (
    comment_author,
    decoded,
    external_id,
    identity,
    listed,
    number_of,
    site_of,
    status_of,
)
from rapport.core.errors import ConnectorError, OutcomeUnknown, RateLimited
from rapport.core.types import Receipt

PAGE = 100
STEP_BACK = 10
LEVELS = 10
ASKED_ALONE = 20
FLOOD_SECONDS = 15.0
LOOKED_AT = 10
_API = "https://api.w.org/"
_LINK = re.compile(rb"""<link\b[^>]*\brel=["']https://api\.w\.org/["'][^>]*>""", re.IGNORECASE)
_HREF = re.compile(rb"""\bhref=["']([^"'<>]{1,500})["']""", re.IGNORECASE)
_NOT_SHOWN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class Closed(Exception):
    """The REST API is closed to everybody who has no account there."""


def address_of(account: Account) -> str:
    """The site's address. Passwords travel encrypted, except to the hosts that are named for it."""
    carries = "password" if account.config.get("user") else ""
    return web_address(account.config.get("url", ""), account.private_hosts, what="site", carries=carries)


@contextmanager
def open_site(account: Account) -> Iterator[Site]:
    site = Site(account)
    try:
        yield site
    finally:
        site.close()


class Site:
    def __init__(self, account: Account) -> None:
        self.address = address_of(account)
        self.name = site_of(self.address)
        self._account = account
        self._client = guarded_client(account.private_hosts)
        user, password = account.config.get("user", "").strip(), account.secrets.get("password", "")
        self.signed_in = bool(user)
        if user:
            self._client.headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._parents: dict[int, int] = {}

    def close(self) -> None:
        self._client.close()

    # -- finding the API -----------------------------------------------------------------------------------------------

    def learn_root(self) -> None:
        """Ask the site where its API is, and remember it."""
        self._root = self._found_root()
        self._account.keep({"root": self._root})

    @cached_property
    def _root(self) -> str:
        return self._account.secrets.get("root", "") or self._found_root()

    def _found_root(self) -> str:
        """As the site's front page says. The password goes to no other host than the one that was typed."""
        with guarded_client(self._account.private_hosts) as anybody:
            front = ask(anybody, "GET", f"{self.address}/", accept=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND))
        link = front.links.get(_API, {}).get("url", "") or _in_html(front.content)
        root = urljoin(str(front.url), link) if link else f"{self.address}/?rest_route=/"
        theirs = urlsplit(root)
        if site_of(f"{theirs.scheme}://{theirs.netloc}") != self.name.partition("/")[0] or (
            theirs.scheme != urlsplit(self.address).scheme
        ):
            where = f"{theirs.scheme}://{theirs.netloc.rpartition('@')[2]}"
            raise ConnectorError(f"The site answers at {where[:200]}. Type that address.", permanent=True)
        return root

    def _ask(
        self, method: str, route: str, params: Mapping[str, str], *, accept: Iterable[int] = (), **more: Any
    ) -> Response:
        url, _, query = self._root.partition("?")
        if query.startswith("rest_route="):
            asked = {"rest_route": f"/wp/v2/{route}", **params}
        else:
            url, asked = f"{url.rstrip('/')}/wp/v2/{route}", dict(params)
        return ask(self._client, method, url, params=asked, accept=tuple(accept), **more)

    def _get(self, route: str, **params: str) -> Any:
        return decoded(self._ask("GET", route, params).content)

    # -- who we are ----------------------------------------------------------------------------------------------------

    @cached_property
    def _me(self) -> Mapping[str, Any]:
        if not self.signed_in:
            raise ConnectorError("Without a user and an application password one can only listen here.", permanent=True)
        me = self._get("users/me", context="edit")
        if not isinstance(me, dict) or not identity(me):
            raise ConnectorError(f"{self.name} does not say who we are.")
        return me

    def me(self) -> Mapping[str, Any]:
        return self._me

    def _may(self, capability: str) -> bool:
        able = self._me.get("capabilities")
        return isinstance(able, dict) and bool(able.get(capability))

    @property
    def sees_own(self) -> bool:
        """Whether we see our own comments in whatever state they are."""
        return self._may("edit_posts") or self._may("moderate_comments")

    def user_id(self, user: int) -> str:
        return comment_author(self.name, user)

    def number(self, external: str) -> int:
        """The site's own number of a comment. Another site's number would mean another comment here."""
        if number := number_of(external, self.name):
            return number
        raise ConnectorError(f"{external or 'Nothing'} was not heard at {self.name}.", permanent=True)

    def deaf(self) -> str:
        """Why nobody can comment here, if so: the posts that came last tell."""
        posts = self._get("posts", per_page=str(LOOKED_AT), _fields="comment_status")
        states = {post.get("comment_status") for post in posts if isinstance(post, dict)}
        return "Comments are switched off on the posts that came last." if states == {"closed"} else ""

    # -- hearing -------------------------------------------------------------------------------------------------------

    def comments(self, **params: str) -> Response:
        """Comments as those see them who moderate, else as everybody does.

        With a wrong password WordPress shows what everybody sees, and says nothing: so what only those who moderate
        may see is asked for first, and it then answers 401.
        """
        if self.signed_in and self._moderates is not False:
            every = {"status": "all", **params, "context": "edit"}
            response = self._ask("GET", "comments", every, accept=(HTTPStatus.FORBIDDEN,))
            self._moderates = response.is_success
            if self._moderates:
                return response
        shown_to_all = {name: value for name, value in params.items() if name != "status"}
        if self.signed_in:
            return self._ask("GET", "comments", shown_to_all)
        response = self._ask("GET", "comments", shown_to_all, accept=_NOT_SHOWN)
        if not response.is_success:
            raise Closed
        return response

    _moderates: bool | None = None

    def window(
        self, since: datetime, until: datetime | None = None, *, order: str = "asc", offset: int = 0
    ) -> Iterator[tuple[list[Any], int, bool]]:
        """Comments of a stretch of time: what is new on each page, how many were seen, and whether there are more.

        A comment that is deleted meanwhile moves those behind it to the front, where we have been. So every page begins
        ten comments before the end of the one before it; when none of those is there, we begin anew.
        """
        asked = {"after": _stamp(since), "order": order, "orderby": "date_gmt", "per_page": str(PAGE), "_embed": "up"}
        if until:
            asked["before"] = _stamp(until)
        begin, before, restarts = offset, set[int](), 0
        while True:
            first = max(begin, offset - STEP_BACK) if before else offset
            response = self.comments(**asked, offset=str(first))
            items = listed(response.content)
            numbers = {identity(item) for item in items}
            if before and before.isdisjoint(numbers):
                if (restarts := restarts + 1) > 3:
                    raise ConnectorError("The comments changed again and again while they were listed.", retry_after=60)
                offset, before = begin, set()
                continue
            fresh = [item for item in items if identity(item) not in before]
            total = _total(response, 0)
            offset = first + (PAGE if total else len(items))
            more = offset < total if total else bool(fresh)
            yield fresh, offset, more
            if not more:
                return
            before = numbers

    def total(self, since: datetime, until: datetime) -> int | None:
        response = self.comments(after=_stamp(since), before=_stamp(until), per_page="1", _fields="id")
        listed(response.content)
        return _total(response, -1) if self._moderates and "X-WP-Total" in response.headers else None

    def above(self, items: Sequence[Any]) -> list[Any]:
        """The comments above these, a level at a time."""
        found: list[Any] = []
        self._parents |= {identity(item): identity(item, "parent") for item in items}
        for _ in range(LEVELS):
            unknown = {parent for parent in self._parents.values() if parent and parent not in self._parents}
            if not unknown:
                break
            told = self._by_number(sorted(unknown))
            found += told
            # What is not shown to us begins the thread, as far as we can see.
            self._parents |= dict.fromkeys(unknown, 0) | {identity(item): identity(item, "parent") for item in told}
        return found

    def _by_number(self, numbers: Sequence[int]) -> list[Any]:
        told: list[Any] = []
        for start in range(0, len(numbers), PAGE):
            asked = ",".join(map(str, numbers[start : start + PAGE]))
            told += listed(self.comments(include=asked, per_page=str(PAGE), status="any").content)
        return told

    def again(self, numbers: Sequence[int]) -> tuple[list[Any], list[int]]:
        """What comments say now, and which of them are gone or no longer shown. A site in trouble deletes nothing."""
        told = self._by_number(numbers)
        missing = [number for number in numbers if number not in {identity(item) for item in told}]
        gone: list[int] = []
        for number in missing[:ASKED_ALONE]:
            response = self._ask("GET", f"comments/{number}", {}, accept=_NOT_SHOWN)
            if response.is_success:
                told.append(decoded(response.content))
            elif _code(response) in ("rest_comment_invalid_id", "rest_cannot_read"):
                gone.append(number)
            else:
                raise refusal(response.status_code, response.headers, what=self.name)
        return told, gone

    def feed(self) -> Response:
        return ask(self._client, "GET", f"{self.address}/", params={"feed": "comments-rss2"})

    # -- answering -----------------------------------------------------------------------------------------------------

    def standing(self, external: str) -> Any:
        """The comment that is to be answered, once it is certain that people see it: WordPress itself does not look."""
        self.me()
        number = self.number(external)
        item = self._get(f"comments/{number}")
        if status_of(item) == "hold":
            raise ConnectorError("The comment waits for approval. Approve it first, then answer.", permanent=True)
        if status_of(item) != "approved":
            raise ConnectorError("The comment was taken off the site.", permanent=True)
        return item

    def post(self, told: Mapping[str, Any]) -> tuple[str, Any]:
        """Post a comment: nothing and what it became, or the code of a refusal that the caller knows how to settle."""
        refusals = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
        response = self._ask("POST", "comments", {}, write=True, json=dict(told), accept=refusals)
        if response.is_success:
            try:
                return "", decoded(response.content)
            except ConnectorError as error:
                raise OutcomeUnknown(f"{self.name} took the comment, and answered what we cannot read.") from error
        code, what = _code(response), shown(str(response.url))
        if code == "comment_duplicate":
            return code, None
        if code == "comment_flood":
            raise RateLimited("WordPress lets this user comment once in fifteen seconds.", retry_after=FLOOD_SECONDS)
        if code == "rest_comment_closed":
            raise ConnectorError("Comments are closed on this post.", permanent=True)
        raise refusal(response.status_code, response.headers, what=what, write=True, said=code)

    def receipt(self, item: Any) -> Receipt:
        number = identity(item)
        if not number:
            raise OutcomeUnknown(f"{self.name} took the comment, and does not say which it is.")
        ref = {"post": identity(item, "post"), "status": status_of(item)}
        return Receipt(external_id(self.name, number), str(item.get("link") or ""), ref)

    def below(self, number: int) -> Iterator[Any]:
        """Our own comments below a comment, in whatever state they are, as far as we may see them."""
        asked = {"parent": str(number), "per_page": str(PAGE), "orderby": "id", "order": "asc"}
        if self.sees_own:
            asked |= {"status": "any", "author": str(identity(self.me()))}
        if self._may("moderate_comments"):
            asked["context"] = "edit"
        page = 1
        while True:
            response = self._ask("GET", "comments", {**asked, "page": str(page)})
            items = listed(response.content)
            yield from items
            if not items or page * PAGE >= _total(response, page * PAGE + 1):
                return
            page += 1

    # -- moderating ----------------------------------------------------------------------------------------------------

    def set_state(self, number: int, wanted: str) -> None:
        if status_of(self._get(f"comments/{number}")) == wanted:
            return  # asked for the state that it is in, WordPress answers with an error
        self._ask("POST", f"comments/{number}", {}, write=True, json={"status": wanted})

    def trash(self, number: int) -> None:
        accepted = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.NOT_IMPLEMENTED)
        response = self._ask("DELETE", f"comments/{number}", {}, write=True, accept=accepted)
        if _code(response) == "rest_trash_not_supported":
            raise ConnectorError("This site keeps no trash, so it would be deleted for good. Hide it.", permanent=True)
        if not response.is_success and _code(response) not in ("rest_already_trashed", "rest_comment_invalid_id"):
            raise refusal(response.status_code, response.headers, what=self.name, write=True)


def _in_html(page: bytes) -> str:
    link = _LINK.search(page[:200_000])
    href = _HREF.search(link[0]) if link else None
    return href[1].decode("utf-8", "replace").replace("&#038;", "&").replace("&amp;", "&") if href else ""


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _total(response: Response, otherwise: int) -> int:
    """How many there are in all, as the site says."""
    told = response.headers.get("X-WP-Total", "")
    return int(told) if told.isascii() and told.isdigit() else otherwise


def _code(response: Response) -> str:
    """What WordPress calls the reason of a refusal; empty when it is not WordPress that refuses."""
    if response.is_success:
        return ""
    try:
        told = decoded(response.content)
    except ConnectorError:
        return ""
    code = told.get("code") if isinstance(told, dict) else None
    return code if isinstance(code, str) else ""
