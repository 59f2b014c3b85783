"""Signing in, asking, telling: against a server on loopback that answers as it is told."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rapport.connectors.bluesky import compose, connector, parse
from rapport.connectors.contract import Account, Rechecks, Sends
from rapport.core.errors import BlockedAddress, ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Absent, Message, Page, Reply

US, CLEO = "did:plc:ferry", "did:plc:cleo"
LIST = "app.bsky.notification.listNotifications"
THREAD = "app.bsky.feed.getPostThread"
PUT = "com.atproto.repo.putRecord"
GET = "com.atproto.repo.getRecord"
SIGN_IN = "com.atproto.server.createSession"
REFRESH = "com.atproto.server.refreshSession"


class Refuse(Exception):
    """What a method raises to answer with a status."""

    def __init__(self, status: int, error: str = "", message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(error)
        self.status, self.headers = status, headers or {}
        self.body = {"error": error, "message": message}


class HangUp(Exception):
    """What a method raises to close the connection without a word."""


Method = Callable[[dict[str, Any]], object]


@dataclass
class Server:
    """A server of the protocol. `methods` says what it answers; `asked` remembers."""

    url: str = ""
    kind: str = "application/json"
    methods: dict[str, Method] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.asked if name == method]

    def answer(self, method: str, given: dict[str, Any], token: str) -> object:
        self.asked.append((method, given))
        self.tokens.append(token)
        if method not in self.methods:
            raise Refuse(501, "MethodNotImplemented")
        return self.methods[method](given)


def token(kind: str = "access", *, expires_in: float = 7200) -> str:
    claims = {"scope": kind, "sub": US, "exp": int(time.time() + expires_in), "jti": str(time.monotonic_ns())}
    payload = json.dumps(claims).encode()
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"none"}', payload, b"x"))


def session(**tokens: str) -> dict[str, str]:
    return {"did": US, "handle": "ferry.test", "accessJwt": token(), "refreshJwt": token("refresh")} | tokens


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            self.reply(url.path, {name: v[0] if len(v) == 1 else v for name, v in parse_qs(url.query).items()})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.reply(urlsplit(self.path).path, json.loads(body) if body else {})

        def reply(self, path: str, given: dict[str, Any]) -> None:
            try:
                status, body, headers = 200, told.answer(path.rpartition("/")[2], given, self.bearer()), {}
            except Refuse as refusal:
                status, body, headers = refusal.status, refusal.body, refusal.headers
            except HangUp:
                self.close_connection = True
                return
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": told.kind, "Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def bearer(self) -> str:
            return str(self.headers.get("Authorization", "")).removeprefix("Bearer ")

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    told.url = f"http://127.0.0.1:{http.server_port}"
    told.methods = {
        SIGN_IN: lambda given: session(),
        REFRESH: lambda given: session(),
        "com.atproto.server.getSession": lambda given: {"did": US, "handle": "ferry.test"},
        LIST: lambda given: {"notifications": []},
        "app.bsky.feed.getPosts": lambda given: {"posts": []},
        PUT: lambda given: {"uri": f"at://{US}/{parse.POST}/{given['rkey']}", "cid": "bafyours"},
    }
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    yield told
    http.shutdown()
    http.server_close()


@pytest.fixture
def account(server: Server) -> Account:
    secrets = {"password": "aaaa-bbbb-cccc-dddd"}
    config = {"service": server.url, "handle": "@ferry.test"}
    return Account(config, secrets, keep=secrets.update, private_hosts=("127.0.0.1",))


def listen(account: Account, cursor: str = "", source: str = "notifications") -> list[Page]:
    return list(connector.fetch(account, source, cursor))


# -- the connector as such ---------------------------------------------------------------------------------------------


def test_importing_the_connector_does_not_import_the_sdk() -> None:
    program = (
        "import sys, rapport.connectors.bluesky; print([m for m in sys.modules if m.startswith(('atproto', 'httpx'))])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip() == "[]"


def test_it_can_answer_and_look_again() -> None:
    assert isinstance(connector, Sends)
    assert isinstance(connector, Rechecks)


# -- signing in --------------------------------------------------------------------------------------------------------


def test_checking_signs_in_and_says_who_we_are(server: Server, account: Account) -> None:
    server.methods["app.bsky.actor.getProfile"] = lambda given: {"did": US, "displayName": "Island Ferries"}
    profile = connector.check(account)
    assert (profile.external_id, profile.handle, profile.name) == (US, "ferry.test", "Island Ferries")
    assert server.calls(SIGN_IN) == [{"identifier": "ferry.test", "password": "aaaa-bbbb-cccc-dddd"}]


def test_checking_does_not_need_a_profile(server: Server, account: Account) -> None:
    assert connector.check(account).external_id == US


def test_checking_signs_in_even_when_there_is_a_session(server: Server, account: Account) -> None:
    listen(account)
    connector.check(account)
    assert len(server.calls(SIGN_IN)) == 2


def test_refused_credentials_need_a_person(server: Server, account: Account) -> None:
    def refuse(given: dict[str, Any]) -> object:
        raise Refuse(401, "AuthenticationRequired", "Invalid identifier or password")

    server.methods[SIGN_IN] = refuse
    with pytest.raises(NeedsSignIn, match="Invalid identifier or password"):
        connector.check(account)


@pytest.mark.parametrize("missing", ["handle", "password"])
def test_missing_credentials_need_a_person(account: Account, missing: str) -> None:
    config = {name: value for name, value in account.config.items() if name != missing}
    secrets = {name: value for name, value in account.secrets.items() if name != missing}
    with pytest.raises(NeedsSignIn):
        connector.check(replace(account, config=config, secrets=secrets))


def test_a_session_is_kept_so_that_one_sign_in_lasts(server: Server, account: Account) -> None:
    for _ in range(3):
        listen(account)
    assert len(server.calls(SIGN_IN)) == 1


def test_a_session_that_is_about_to_end_is_renewed_and_kept(server: Server, account: Account) -> None:
    fresh = session()
    server.methods[SIGN_IN] = lambda given: session(accessJwt=token(expires_in=60))
    server.methods[REFRESH] = lambda given: fresh
    listen(account)
    assert fresh["accessJwt"] in account.secrets["session"]
    listen(account)
    assert len(server.calls(REFRESH)) == len(server.calls(SIGN_IN)) == 1


@pytest.mark.parametrize("error", ["ExpiredToken", "InvalidToken"])
def test_a_session_that_cannot_be_renewed_is_replaced(server: Server, account: Account, error: str) -> None:
    def refuse(given: dict[str, Any]) -> object:
        raise Refuse(400, error, "Token has expired")

    expired = session(accessJwt=token(expires_in=-60))
    account.secrets["session"] = f"ferry.test:::{US}:::{expired['accessJwt']}:::{expired['refreshJwt']}:::{server.url}"
    server.methods[REFRESH] = refuse
    assert listen(account)
    assert len(server.calls(SIGN_IN)) == 1


def test_a_session_that_is_refused_in_the_middle_is_replaced_once(server: Server, account: Account) -> None:
    listen(account)
    before = account.secrets["session"]
    refused = []

    def refuse_once(given: dict[str, Any]) -> object:
        if not refused:
            refused.append(given)
            raise Refuse(400, "ExpiredToken", "Token has expired")
        return {"notifications": []}

    server.methods[LIST] = refuse_once
    assert listen(account)
    assert account.secrets["session"] != before


def test_a_server_that_refuses_every_session_needs_a_person_and_not_a_thousand_sign_ins(
    server: Server, account: Account
) -> None:
    def refuse(given: dict[str, Any]) -> object:
        raise Refuse(400, "InvalidToken", "Token could not be verified")

    server.methods[LIST] = refuse
    with pytest.raises(NeedsSignIn):
        listen(account)
    assert len(server.calls(SIGN_IN)) == 2


@pytest.mark.parametrize("kept", ["x", "a:::b:::c:::d:::e", ":::::::::"])
def test_a_session_that_cannot_be_read_is_replaced(server: Server, account: Account, kept: str) -> None:
    account.secrets["session"] = kept
    assert listen(account)
    assert len(server.calls(SIGN_IN)) == 1


@pytest.mark.parametrize("kind", ["application/json", "text/html"])
@pytest.mark.parametrize(
    "answer", [b"<html>", b"", b"[]", b"7", b"{}", b'{"did": 7}', b'{"accessJwt": null}', session(accessJwt="x")]
)
def test_a_server_of_another_kind_is_an_error_that_one_can_read(
    server: Server, account: Account, answer: object, kind: str
) -> None:
    server.methods[SIGN_IN] = lambda given: answer
    server.kind = kind
    with pytest.raises(ConnectorError):
        connector.check(account)


def test_an_address_that_is_none_is_an_error_for_good(account: Account) -> None:
    for address in ("ftp://bsky.social", "https://", "http://[::1"):
        with pytest.raises(ConnectorError) as caught:
            connector.check(replace(account, config={**account.config, "service": address}))
        assert caught.value.permanent, address


def test_an_address_that_nobody_allowed_is_not_asked(account: Account) -> None:
    config = {**account.config, "service": account.config["service"].replace("http:", "https:")}
    with pytest.raises(BlockedAddress):
        connector.check(replace(account, config=config, private_hosts=()))


# -- listening ---------------------------------------------------------------------------------------------------------


def post(key: str, second: int, **record: object) -> dict[str, Any]:
    at = datetime.fromtimestamp(1_783_000_000 + second, UTC).isoformat().replace("+00:00", ".000Z")
    return {
        "uri": f"at://{CLEO}/{parse.POST}/{key}",
        "cid": f"bafy{key}",
        "author": {"did": CLEO, "handle": "cleo.test"},
        "record": {"$type": parse.POST, "text": key, "createdAt": at, **record},
        "indexedAt": at,
    }


def notification(key: str, second: int, reason: str = "mention", **record: object) -> dict[str, Any]:
    return {**post(key, second, **record), "reason": reason}


class Listed:
    """A list as the platform keeps it: newest first, and a cursor that goes on strictly below its moment."""

    def __init__(self, server: Server, *items: dict[str, Any]) -> None:
        self.items = list(items)
        server.methods[LIST] = self

    def __call__(self, given: dict[str, Any]) -> object:
        newest_first = sorted(self.items, key=lambda one: one["indexedAt"], reverse=True)
        below = [one for one in newest_first if one["indexedAt"] < given.get("cursor", "9")]
        page = below[: int(given["limit"])]
        return {"notifications": page} | ({"cursor": page[-1]["indexedAt"]} if page else {})


def texts(pages: list[Page]) -> list[str]:
    return [message.text for page in pages for message in page.messages if not message.context]


def test_those_whom_we_do_not_follow_are_heard_too(server: Server, account: Account) -> None:
    listen(account)
    assert server.calls(LIST)[0]["priority"] == "false"


def test_a_quiet_visit_says_so_with_an_empty_page_and_the_same_cursor(server: Server, account: Account) -> None:
    Listed(server, notification("a", 1))
    (first,) = listen(account)
    (second,) = listen(account, first.cursor)
    assert (second.messages, second.tallies, second.cursor) == ((), {}, first.cursor)


def test_a_first_visit_hears_what_is_recent_and_leaves_the_past(server: Server, account: Account) -> None:
    Listed(server, *(notification(f"n{second:03}", second) for second in range(250)))
    pages = listen(account)
    assert texts(pages) == [f"n{second:03}" for second in range(150, 250)]
    assert texts(listen(account, pages[-1].cursor)) == []


def test_a_long_absence_is_made_up_for_oldest_first(server: Server, account: Account) -> None:
    listed = Listed(server, notification("before", 0))
    cursor = listen(account)[-1].cursor
    listed.items += [notification(f"n{number:03}", 1 + number // 7) for number in range(250)]
    pages = listen(account, cursor)
    heard = texts(pages)
    assert sorted(heard) == [f"n{number:03}" for number in range(250)]
    moments = [message.published_at for page in pages for message in page.messages]
    assert moments == sorted(moments)
    assert [page.more for page in pages] == [True] * 9 + [False]


def test_whatever_page_is_the_last_one_stored_nothing_is_lost_and_nothing_comes_twice(
    server: Server, account: Account
) -> None:
    listed = Listed(server, notification("before", 0))
    begin = listen(account)[-1].cursor
    listed.items += [notification(f"n{number:03}", 1 + number // 7) for number in range(120)]
    for stored in range(1, 6):
        pages = connector.fetch(account, "notifications", begin)
        first = [next(pages) for _ in range(stored)]
        pages.close()
        heard = texts(first) + texts(listen(account, first[-1].cursor))
        assert sorted(heard) == [f"n{number:03}" for number in range(120)]


def test_late_arrivals_survive_a_visit_that_ends_between_two_pages(
    server: Server, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rapport.connectors.bluesky import bookmark

    monkeypatch.setattr(bookmark, "KEEP", 5)
    listed = Listed(server, *(notification(f"n{number}", 100 + number) for number in range(5)))
    cursor = listen(account)[-1].cursor
    listed.items += [notification(f"late{number:02}", 10 + number) for number in range(30)]
    first = next(connector.fetch(account, "notifications", cursor))
    assert len(texts([first]) + texts(listen(account, first.cursor))) == 30


def test_a_visit_that_is_cut_short_raises_and_is_made_up_for(server: Server, account: Account) -> None:
    listed = Listed(server, notification("before", 0))
    cursor = listen(account)[-1].cursor
    listed.items += [notification(f"n{number:03}", 1 + number) for number in range(150)]

    def cut(given: dict[str, Any]) -> object:
        if "cursor" in given:
            raise HangUp
        return listed(given)

    server.methods[LIST] = cut
    with pytest.raises(ConnectorError) as caught:
        listen(account, cursor)
    assert not caught.value.permanent
    server.methods[LIST] = listed
    assert len(texts(listen(account, cursor))) == 150


def test_a_mention_that_shows_up_late_below_what_was_heard_is_heard(server: Server, account: Account) -> None:
    listed = Listed(server, *(notification(f"n{second}", second * 60) for second in range(20)))
    cursor = listen(account)[-1].cursor
    listed.items.append(notification("late", 30))
    assert texts(listen(account, cursor)) == ["late"]


def test_a_late_mention_under_a_heap_of_likes_is_heard(server: Server, account: Account) -> None:
    listed = Listed(server, *(notification(f"x{number}", 100 + number, "like") for number in range(90)))
    cursor = listen(account)[-1].cursor
    listed.items += [notification(f"y{number}", 190 + number, "like") for number in range(300)]
    cursor = listen(account, cursor)[-1].cursor
    listed.items.append(notification("late", 195))  # under more than two full pages
    assert texts(listen(account, cursor)) == ["late"]


def test_likes_in_between_are_counted_once(server: Server, account: Account) -> None:
    listed = Listed(server, notification("a", 1), notification("x", 2, "like"), notification("y", 3, "follow"))
    (first,) = listen(account)
    listed.items.append(notification("z", 4, "like"))
    (second,) = listen(account, first.cursor)
    assert (first.tallies, second.tallies) == ({"like": 1, "follow": 1}, {"like": 1})


def test_a_malformed_notification_is_rejected_once_and_the_rest_is_heard(server: Server, account: Account) -> None:
    bad = notification("bad", 2, text=None)
    listed = Listed(server, notification("a", 1), bad, notification("b", 3))
    (first,) = listen(account)
    assert (texts([first]), [reject.where for reject in first.rejects]) == (["a", "b"], [bad["uri"]])
    assert listen(account, first.cursor)[0].rejects == ()
    listed.items.append(notification("c", 4))
    assert texts(listen(account, first.cursor)) == ["c"]


def test_too_much_for_one_visit_is_said_and_the_rest_is_heard(
    server: Server, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rapport.connectors.bluesky import api

    monkeypatch.setattr(api, "MOST_PAGES", 2)
    listed = Listed(server, notification("before", 0))
    cursor = listen(account)[-1].cursor
    listed.items += [notification(f"n{number:03}", 1000 + number) for number in range(400)]
    pages = listen(account, cursor)
    assert len(texts(pages)) == 199  # two pages that overlap by one
    (missed,) = [missed for page in pages for missed in page.missed]
    assert "more came since the last visit than could be read" in missed.cause
    assert missed.start < missed.end


def test_a_page_that_was_emptied_by_a_filter_is_not_the_end(server: Server, account: Account) -> None:
    listed = Listed(server, notification("before", 0))
    cursor = listen(account)[-1].cursor
    listed.items += [notification(f"n{second:03}", 1 + second) for second in range(150)]

    def filtered(given: dict[str, Any]) -> object:
        answer: Any = listed(given)
        return answer if "cursor" in given else {**answer, "notifications": []}

    server.methods[LIST] = filtered
    assert len(texts(listen(account, cursor))) == 50


def test_an_answer_without_the_list_is_an_error_and_not_silence(server: Server, account: Account) -> None:
    for answer in ({}, {"notifications": None}, b"[]", b"<html>", b""):
        server.methods[LIST] = lambda given, answer=answer: answer
        with pytest.raises(ConnectorError):
            listen(account)


def test_a_source_that_does_not_exist_is_an_error(account: Account) -> None:
    with pytest.raises(ConnectorError, match="no source called 'dreams'"):
        listen(account, source="dreams")


def test_each_word_is_searched_for_and_has_its_own_place(server: Server, account: Account) -> None:
    found = {"Island Ferries": [post("a", 1)], "MS Mette": [post("b", 2)]}
    server.methods["app.bsky.feed.searchPosts"] = lambda given: {"posts": found[given["q"]]}
    account = replace(account, config={**account.config, "search": " Island Ferries , MS Mette,"})
    pages = listen(account, source="search")
    assert texts(pages) == ["a", "b"]
    assert not any(message.addressed for page in pages for message in page.messages)
    found["Island Ferries"].insert(0, post("c", 3))
    assert texts(listen(account, pages[-1].cursor, source="search")) == ["c"]


def test_with_nothing_to_search_for_nobody_is_asked(server: Server, account: Account) -> None:
    assert listen(account, source="search") == []
    assert server.asked == []


# -- what stands around a message --------------------------------------------------------------------------------------


def answer_to(key: str) -> dict[str, Any]:
    reference = {"uri": f"at://{CLEO}/{parse.POST}/{key}", "cid": f"bafy{key}"}
    return {"reply": {"root": reference, "parent": reference}}


def test_context_is_fetched_once_a_visit(server: Server, account: Account) -> None:
    Listed(server, *(notification(f"r{second}", second, "reply", **answer_to("root")) for second in (1, 2, 3)))
    server.methods[THREAD] = lambda given: {
        "thread": {"post": post(given["uri"][-2:], 1, **answer_to("root")), "parent": {"post": post("root", 0)}}
    }
    (page,) = listen(account)
    assert [(message.text, message.context) for message in page.messages] == [
        ("root", True),
        ("r1", False),
        ("r2", False),
        ("r3", False),
    ]
    assert len(server.calls(THREAD)) == 1


def test_what_was_heard_as_a_message_does_not_come_again_as_context(server: Server, account: Account) -> None:
    """On one page, the later of two would win."""
    above: dict[str, Any] = {"post": post("heard", 2), "parent": {"post": post("root", 0)}}
    between = {"post": post("between", 3), "parent": above}
    Listed(server, notification("heard", 2), notification("r", 4, "reply", **answer_to("between")))
    server.methods[THREAD] = lambda given: {"thread": {"post": post("r", 4), "parent": between}}
    (page,) = listen(account)
    assert [(message.text, message.context) for message in page.messages] == [
        ("heard", False),
        ("root", True),
        ("between", True),
        ("r", False),
    ]


def test_a_post_that_is_gone_by_the_time_its_thread_is_asked_for_is_heard_alone(
    server: Server, account: Account
) -> None:
    def gone(given: dict[str, Any]) -> object:
        raise Refuse(400, "NotFound", "Post not found")

    Listed(server, notification("r", 1, "reply", **answer_to("root")))
    server.methods[THREAD] = gone
    (page,) = listen(account)
    assert ([message.text for message in page.messages], page.rejects) == (["r"], ())


def test_a_thread_that_the_server_stumbles_over_does_not_hold_up_the_rest(server: Server, account: Account) -> None:
    def stumble(given: dict[str, Any]) -> object:
        raise Refuse(500, "InternalServerError")

    Listed(server, notification("r", 1, "reply", **answer_to("root")), notification("m", 2))
    server.methods[THREAD] = stumble
    (page,) = listen(account)
    assert texts([page]) == ["r", "m"]
    assert "could not be fetched" in page.rejects[0].reason


@pytest.mark.parametrize("trouble", [HangUp(), Refuse(429, "RateLimitExceeded")])
def test_a_thread_that_cannot_be_asked_for_now_is_asked_for_later(
    server: Server, account: Account, trouble: Exception
) -> None:
    def fail(given: dict[str, Any]) -> object:
        raise trouble

    Listed(server, notification("r", 1, "reply", **answer_to("root")))
    server.methods[THREAD] = fail
    with pytest.raises(ConnectorError):
        listen(account)


# -- troubles ----------------------------------------------------------------------------------------------------------


def test_being_asked_to_wait_says_how_long(server: Server, account: Account) -> None:
    def limited(given: dict[str, Any]) -> object:
        raise Refuse(429, "RateLimitExceeded", headers={"ratelimit-reset": str(int(time.time()) + 90)})

    server.methods[LIST] = limited
    with pytest.raises(RateLimited) as caught:
        listen(account)
    assert caught.value.retry_after == pytest.approx(90, abs=3)


def test_too_many_sign_ins_are_no_reason_to_call_a_person(server: Server, account: Account) -> None:
    def limited(given: dict[str, Any]) -> object:
        raise Refuse(429, "RateLimitExceeded")

    server.methods[SIGN_IN] = limited
    with pytest.raises(RateLimited):
        listen(account)


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (403, True), (404, True), (500, False), (502, False)])
def test_a_refusal_says_whether_trying_again_can_help(
    server: Server, account: Account, status: int, permanent: bool
) -> None:
    def refuse(given: dict[str, Any]) -> object:
        raise Refuse(status, "InvalidRequest", "no")

    server.methods[LIST] = refuse
    with pytest.raises(ConnectorError) as caught:
        listen(account)
    assert (caught.value.permanent, type(caught.value)) == (permanent, ConnectorError)


# -- looking again -----------------------------------------------------------------------------------------------------


def uri(key: str) -> str:
    return f"at://{CLEO}/{parse.POST}/{key}"


def not_found(given: dict[str, Any]) -> object:
    raise Refuse(400, "RecordNotFound", "Could not locate record")


def test_posts_are_looked_at_in_batches_of_25(server: Server, account: Account) -> None:
    server.methods["app.bsky.feed.getPosts"] = lambda given: {
        "posts": [post(one.rpartition("/")[2], 1) for one in given["uris"]]
    }
    page = connector.recheck(account, [uri(f"n{number}") for number in range(60)])
    assert len(page.messages) == 60
    assert [len(given["uris"]) for given in server.calls("app.bsky.feed.getPosts")] == [25, 25, 10]


def test_a_post_that_is_gone_is_a_deletion(server: Server, account: Account) -> None:
    server.methods["app.bsky.feed.getPosts"] = lambda given: {"posts": [post("a", 1)]}
    server.methods[GET] = not_found
    page = connector.recheck(account, [uri("a"), uri("b")])
    assert [one.external_id for one in page.messages] == [uri("a")]
    assert [one.external_id for one in page.deletions] == [uri("b")]


def test_the_posts_of_an_account_that_is_gone_are_deletions(server: Server, account: Account) -> None:
    def gone(given: dict[str, Any]) -> object:
        raise Refuse(400, "InvalidRequest", f"Could not find repo: {given['repo']}")

    server.methods[GET] = gone
    assert [one.external_id for one in connector.recheck(account, [uri("a")]).deletions] == [uri("a")]


def test_a_post_that_is_only_hidden_from_us_is_no_deletion(server: Server, account: Account) -> None:
    server.methods[GET] = lambda given: {"uri": uri("a"), "cid": "bafya", "value": {}}
    assert connector.recheck(account, [uri("a")]) == Page()


def test_a_server_in_trouble_deletes_nothing(server: Server, account: Account) -> None:
    def stumble(given: dict[str, Any]) -> object:
        raise Refuse(502, "UpstreamFailure")

    server.methods[GET] = stumble
    with pytest.raises(ConnectorError):
        connector.recheck(account, [uri("a")])


def test_whom_a_post_addresses_is_not_judged_again(server: Server, account: Account) -> None:
    """What was fetched as context would else become work when it is looked at again."""
    ours = {"uri": f"at://{US}/{parse.POST}/ours", "cid": "bafyours"}
    answer = post("a", 1, reply={"root": ours, "parent": ours})
    server.methods["app.bsky.feed.getPosts"] = lambda given: {"posts": [answer]}
    assert parse.page({"posts": [answer]}, US).messages[0].addressed
    assert not connector.recheck(account, [uri("a")]).messages[0].addressed


def test_what_is_not_ours_to_look_at_is_left_alone(server: Server, account: Account) -> None:
    assert connector.recheck(account, ["", "7", "https://example.org/post/1"]) == Page()
    assert server.calls("app.bsky.feed.getPosts") == []


# -- sending -----------------------------------------------------------------------------------------------------------

HEARD = Message("bluesky", uri("q"), parse._author(CLEO, {}), "When?", datetime(2026, 1, 1, tzinfo=UTC))


def reply(text: str = "At noon.") -> Reply:
    return Reply(
        idempotency_key="one",
        text=text,
        created_at=datetime(2026, 7, 4, 14, 38, 8, tzinfo=UTC),
        parent_id=HEARD.external_id,
        parent_ref={"uri": HEARD.external_id, "cid": "bafyq"},
        language="en",
    )


def test_a_reply_is_written_under_its_own_key(server: Server, account: Account) -> None:
    receipt = connector.send(account, reply())
    (written,) = server.calls(PUT)
    assert (written["repo"], written["collection"]) == (US, parse.POST)
    assert written["rkey"] == compose.record_key(reply())
    assert written["record"] == compose.record(reply(), [])
    assert receipt.external_id == f"at://{US}/{parse.POST}/{written['rkey']}"
    assert receipt.ref["root"] == {"uri": HEARD.external_id, "cid": "bafyq"}


def test_a_second_attempt_is_byte_for_byte_the_first(server: Server, account: Account) -> None:
    connector.send(account, reply())
    connector.send(account, reply())
    first, second = server.calls(PUT)
    assert first == second


def test_a_mention_of_nobody_stays_text(server: Server, account: Account) -> None:
    def resolve(given: dict[str, Any]) -> object:
        if given["handle"] != "cleo.test":
            raise Refuse(400, "InvalidRequest", "Unable to resolve handle")
        return {"did": CLEO}

    server.methods["com.atproto.identity.resolveHandle"] = resolve
    connector.send(account, reply("Ø @nobody.test @Cleo.test #ferry example.org"))
    facets = server.calls(PUT)[0]["record"]["facets"]
    text = "Ø @nobody.test @Cleo.test #ferry example.org".encode()
    marked = [text[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode() for one in facets]
    assert marked == ["@Cleo.test", "#ferry", "example.org"]


GET_POSTS = "app.bsky.feed.getPosts"


def hearsay() -> Reply:
    """A reply to what was heard over a stream, with a beginning of the thread that somebody may have made up."""
    ref = {"uri": HEARD.external_id, "cid": "bafyq", "root": {"uri": uri("forged"), "cid": "bafyx"}, "hearsay": True}
    return replace(reply(), parent_ref=ref)


def test_what_was_heard_over_a_stream_is_looked_at_before_it_is_answered(server: Server, account: Account) -> None:
    root = {"uri": uri("root"), "cid": "bafyroot"}
    server.methods[GET_POSTS] = lambda _: {"posts": [post("q", 1, reply={"root": root, "parent": root})]}
    server.methods[PUT] = lambda given: {"uri": f"at://{US}/{parse.POST}/{given['rkey']}", "cid": "bafyours"}
    connector.send(account, hearsay())
    (written,) = server.calls(PUT)
    assert written["record"]["reply"] == {"root": root, "parent": {"uri": HEARD.external_id, "cid": "bafyq"}}


@pytest.mark.parametrize(
    ("told", "reason"),
    [([], "does not have the post"), ([{**post("q", 1), "cid": "bafyother"}], "reads otherwise")],
)
def test_what_the_platform_does_not_vouch_for_is_not_answered(
    server: Server, account: Account, told: list[dict[str, Any]], reason: str
) -> None:
    server.methods[GET_POSTS] = lambda _: {"posts": told}
    with pytest.raises(ConnectorError, match=reason) as caught:
        connector.send(account, hearsay())
    assert caught.value.permanent
    assert server.calls(PUT) == []


def test_a_reply_that_is_too_long_is_refused_before_anybody_is_asked(server: Server, account: Account) -> None:
    with pytest.raises(ConnectorError, match="300 characters") as caught:
        connector.send(account, reply("x" * 301))
    assert caught.value.permanent
    assert server.asked == []


@pytest.mark.parametrize("trouble", [HangUp(), Refuse(500), Refuse(502, "UpstreamFailure"), Refuse(504)])
def test_no_clear_answer_to_a_reply_is_an_unknown_outcome(server: Server, account: Account, trouble: Exception) -> None:
    def fail(given: dict[str, Any]) -> object:
        raise trouble

    server.methods[PUT] = fail
    with pytest.raises(OutcomeUnknown):
        connector.send(account, reply())


@pytest.mark.parametrize("answer", [b"<html>", b"[]", {}, {"uri": 7, "cid": "x"}, {"uri": "at://x", "cid": "x"}])
def test_an_answer_that_makes_no_sense_is_an_unknown_outcome(server: Server, account: Account, answer: object) -> None:
    server.methods[PUT] = lambda given: answer
    with pytest.raises(OutcomeUnknown):
        connector.send(account, reply())


def test_a_server_that_is_away_has_done_nothing(account: Account) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    elsewhere = replace(account, config={**account.config, "service": f"http://127.0.0.1:{port}"})
    with pytest.raises(ConnectorError) as caught:
        connector.send(elsewhere, reply())
    assert not isinstance(caught.value, OutcomeUnknown)
    assert not caught.value.permanent


@pytest.mark.parametrize("method", [REFRESH, "com.atproto.server.getSession"])
def test_trouble_before_the_reply_is_written_is_no_unknown_outcome(
    server: Server, account: Account, method: str
) -> None:
    def hang_up(given: dict[str, Any]) -> object:
        raise HangUp

    server.methods[SIGN_IN] = lambda given: session(accessJwt=token(expires_in=60))
    server.methods[method] = hang_up
    with pytest.raises(ConnectorError) as caught:
        connector.send(account, reply())
    assert not isinstance(caught.value, OutcomeUnknown)
    assert server.calls(PUT) == []


def test_a_reply_that_the_platform_refuses_is_not_tried_again(server: Server, account: Account) -> None:
    def refuse(given: dict[str, Any]) -> object:
        raise Refuse(400, "InvalidRequest", "Invalid record")

    server.methods[PUT] = refuse
    with pytest.raises(ConnectorError, match="Invalid record") as caught:
        connector.send(account, reply())
    assert caught.value.permanent
    assert not isinstance(caught.value, OutcomeUnknown)


def test_a_reply_that_has_to_wait_says_how_long(server: Server, account: Account) -> None:
    def limited(given: dict[str, Any]) -> object:
        raise Refuse(429, "RateLimitExceeded", headers={"Retry-After": "7"})

    server.methods[PUT] = limited
    with pytest.raises(RateLimited) as caught:
        connector.send(account, reply())
    assert caught.value.retry_after == 7


def test_a_reply_that_is_there_is_found(server: Server, account: Account) -> None:
    receipt = connector.send(account, reply())
    (written,) = server.calls(PUT)
    server.methods[GET] = lambda given: {"uri": receipt.external_id, "cid": "bafyours", "value": written["record"]}
    assert connector.find_sent(account, reply()) == receipt
    assert server.calls(GET) == [{"repo": US, "collection": parse.POST, "rkey": written["rkey"]}]


def test_a_reply_that_is_not_there_is_absent_for_certain(server: Server, account: Account) -> None:
    server.methods[GET] = not_found
    found = connector.find_sent(account, reply())
    assert isinstance(found, Absent)
    assert found.conclusive


@pytest.mark.parametrize("trouble", [HangUp(), Refuse(400, "InvalidRequest"), Refuse(500), Refuse(503)])
def test_in_doubt_a_reply_is_neither_there_nor_absent(server: Server, account: Account, trouble: Exception) -> None:
    def fail(given: dict[str, Any]) -> object:
        raise trouble

    server.methods[GET] = fail
    with pytest.raises(ConnectorError):
        connector.find_sent(account, reply())


def test_a_killed_sender_leaves_one_reply(server: Server, account: Account) -> None:
    """The server wrote it, the answer was lost, the sender is started again."""
    records: dict[str, object] = {}

    def write(given: dict[str, Any]) -> object:
        first = given["rkey"] not in records
        records[given["rkey"]] = given["record"]
        if first:
            raise HangUp
        return {"uri": f"at://{US}/{parse.POST}/{given['rkey']}", "cid": "bafyours"}

    server.methods[PUT] = write
    with suppress(OutcomeUnknown):
        connector.send(account, reply())
    connector.send(account, reply())
    assert len(records) == 1


# -- what it costs, and what is left -----------------------------------------------------------------------------------


@dataclass
class Purse:
    """A budget that remembers what it was asked and told."""

    spent: list[tuple[str, float]] = field(default_factory=list)
    learnt: list[tuple[str, float, float]] = field(default_factory=list)

    def spend(self, bucket: str, cost: float = 1) -> None:
        self.spent.append((bucket, cost))

    def learn(self, bucket: str, limit: float, remaining: float, resets_at: datetime) -> None:
        self.learnt.append((bucket, limit, remaining))


def test_reading_costs_calls_writing_costs_points_and_signing_in_is_counted_for_itself(
    server: Server, account: Account
) -> None:
    purse = Purse()
    connector.send(replace(account, budget=purse), reply())
    assert [one for one in purse.spent if one[0] != "calls"] == [
        ("sign_ins", 1),
        ("sign_ins_day", 1),
        ("points_hour", 2),
        ("points_day", 2),
    ]
    assert purse.spent.count(("calls", 1)) == len(server.asked)


@pytest.mark.parametrize(("policy", "bucket"), [("3000;w=300", "calls"), ("9;w=3600", "calls")])
def test_a_refusal_tells_what_is_left_of_which_limit(
    server: Server, account: Account, policy: str, bucket: str
) -> None:
    def refuse(given: dict[str, Any]) -> object:
        headers = {"RateLimit-Limit": policy.partition(";")[0], "RateLimit-Remaining": "0", "RateLimit-Reset": "60"}
        raise Refuse(429, "RateLimitExceeded", "Rate Limit Exceeded", headers | {"RateLimit-Policy": policy})

    server.methods[LIST] = refuse
    purse = Purse()
    with pytest.raises(RateLimited):
        listen(replace(account, budget=purse))
    assert purse.learnt == [(bucket, float(policy.partition(";")[0]), 0)]


@pytest.mark.parametrize(("window", "bucket"), [(300, "calls"), (3600, "points_hour"), (86400, "points_day")])
def test_a_write_tells_of_the_limit_that_is_closest(server: Server, account: Account, window: int, bucket: str) -> None:
    def refuse(given: dict[str, Any]) -> object:
        raise Refuse(429, "RateLimitExceeded", "", {"RateLimit-Policy": f"50;w={window}", "Retry-After": "60"})

    server.methods[PUT] = refuse
    purse = Purse()
    with pytest.raises(RateLimited):
        connector.send(replace(account, budget=purse), reply())
    assert purse.learnt == [(bucket, 0, 0)]


# -- one at a time -----------------------------------------------------------------------------------------------------


def test_a_session_that_somebody_else_renewed_meanwhile_is_taken_up(server: Server, account: Account) -> None:
    """The one who comes second finds the new session where the first one left it."""
    fresh, old = session(), session(accessJwt=token(expires_in=60))
    kept = {
        name: f"ferry.test:::{US}:::{one['accessJwt']}:::{one['refreshJwt']}:::{server.url}"
        for name, one in {"fresh": fresh, "old": old}.items()
    }

    @contextmanager
    def alone() -> Iterator[dict[str, str]]:
        yield {"session": kept["fresh"]}

    mine = replace(account, secrets={**account.secrets, "session": kept["old"]}, alone=alone)
    assert listen(mine)
    assert (server.calls(REFRESH), server.calls(SIGN_IN)) == ([], [])
    assert server.tokens == [fresh["accessJwt"]]


def test_a_session_of_somebody_else_that_is_refused_too_is_replaced(server: Server, account: Account) -> None:
    listen(account)
    theirs = f"ferry.test:::{US}:::{token()}:::{token('refresh')}:::{server.url}"
    given = list(server.asked)

    @contextmanager
    def alone() -> Iterator[dict[str, str]]:
        yield {"session": theirs}

    def refuse_twice(asked: dict[str, Any]) -> object:
        if len(server.calls(LIST)) <= 3:
            raise Refuse(400, "ExpiredToken", "Token has expired")
        return {"notifications": []}

    server.methods[LIST] = refuse_twice
    assert listen(replace(account, alone=alone))
    assert len(server.calls(SIGN_IN)) == len([name for name, _ in given if name == SIGN_IN]) + 1
