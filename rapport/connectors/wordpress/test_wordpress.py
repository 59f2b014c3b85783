"""Comments of WordPress: these payloads in, these messages out. The payloads are those of a real site."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rapport.connectors.contract import Account
from rapport.connectors.peer import Talk, answer, peer
from rapport.connectors.wordpress import connector
from rapport.connectors.wordpress.parse import essence, says, site_of, written
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Author, Message, Page, Reply

FIXTURES = Path(__file__).parent / "fixtures"
US = Account({"url": "https://ferries.example", "user": "ferry"})
NOW = datetime.now(UTC)
JSON = "Content-Type: application/json"


def read(name: str) -> Page:
    return connector.parse((FIXTURES / name).read_bytes(), source="comments", account=US)


def comment(page: Page, text: str) -> Message:
    return next(message for message in page.messages if message.text.startswith(text))


# -- comments ----------------------------------------------------------------------------------------------------------


def test_a_thread_is_read_as_one_thread_about_its_post() -> None:
    page = read("comments.json")
    question, reply, thanks = (comment(page, text) for text in ("When", "At ten", "Thanks"))
    assert question.external_id == question.thread_id == reply.thread_id == thanks.thread_id
    assert (reply.parent_id, thanks.parent_id) == (question.external_id, reply.external_id)
    about = next(m for m in page.messages if m.external_id == f"{question.external_id}-post")
    assert about.text == "Fish & chips: we “sail” again"
    assert about.context
    assert about.published_at <= question.published_at


def test_a_visitor_is_known_by_what_stands_for_an_address_and_never_by_it() -> None:
    page = read("comments.json")
    question, thanks = comment(page, "When"), comment(page, "Thanks")
    assert question.author == thanks.author
    assert question.author.external_id.startswith("ferries.example#visitor-")
    assert "kim@example.com" not in repr(page)
    assert "192.0.2.7" not in repr(page)


def test_a_member_of_the_site_is_known_by_their_number() -> None:
    assert comment(read("comments.json"), "At ten").author == Author("wordpress", "ferries.example#user-2", "", "Ferry")


def test_both_ways_of_seeing_a_comment_know_its_visitor_alike() -> None:
    question = comment(read("comments.json"), "When")
    assert comment(read("comments-for-all.json"), "When").author == question.author


def test_what_waits_is_heard_and_what_the_site_took_off_is_gone() -> None:
    page = read("comments.json")
    assert comment(page, "Nobody else").ref["status"] == "hold"
    assert comment(page, "Nobody else").author.name == "Lee O'Hara"
    (gone,) = page.deletions
    assert gone.external_id.startswith("ferries.example#comment-")


def test_the_feed_knows_a_comment_under_the_same_id() -> None:
    by_feed, by_api = comment(read("comments.rss"), "When"), comment(read("comments.json"), "When")
    assert by_feed.external_id == by_api.external_id
    assert (by_feed.text, by_feed.url, by_feed.spans) == (by_api.text, by_api.url, by_api.spans)
    assert by_feed.published_at == by_api.published_at


def test_one_comment_that_cannot_be_read_costs_no_other() -> None:
    items = json.loads((FIXTURES / "comments.json").read_bytes())
    items[0]["date_gmt"] = "soon"
    page = connector.parse(json.dumps([7, *items]).encode(), source="comments", account=US)
    assert [reject.reason for reject in page.rejects] == ["the comment has no id", "a time that cannot be read: 'soon'"]
    again = connector.parse(page.rejects[1].raw, source="comments", account=US)
    assert [reject.reason for reject in again.rejects] == ["a time that cannot be read: 'soon'"]


def test_comments_that_answer_each_other_in_a_circle_end() -> None:
    told = [
        {"id": a, "parent": b, "date_gmt": "2026-01-01T00:00:00", "content": {"rendered": "x"}}
        for a, b in ((1, 2), (2, 1))
    ]
    assert len(connector.parse(json.dumps(told).encode(), source="comments", account=US).messages) == 2


@pytest.mark.parametrize(
    "address", ["https://x.example/blog/", "https://x.example:443/blog", "http://x.example:80/blog"]
)
def test_a_site_has_one_name_however_it_is_typed(address: str) -> None:
    assert site_of(address) == "x.example/blog"


# -- our own words -----------------------------------------------------------------------------------------------------


def test_what_we_write_is_text_and_not_html() -> None:
    assert written("a < b & <script>") == "a &lt; b &amp; &lt;script&gt;"


def test_our_words_are_found_again_in_what_the_site_made_of_them() -> None:
    text = '"Ten" -- at the quay... :D\n\n5 < 6'
    dressed = "<p>&#8220;Ten&#8221; &#8212; at the quay&#8230; \U0001f600</p>\n<p>5 &lt; 6</p>\n"
    assert says({"content": {"rendered": dressed}}, text)
    assert says({"content": {"raw": written(text), "rendered": ""}}, text)
    assert not says({"content": {"rendered": dressed}}, text.replace("Ten", "Eleven"))
    assert essence("Ten") != essence("Eleven")


# -- going out ---------------------------------------------------------------------------------------------------------


def account(url: str, **secrets: str) -> Account:
    root = {"root": f"{url}wp-json/"}
    return Account(
        {"url": url, "user": "ferry"}, {"password": "right", **root, **secrets}, private_hosts=("127.0.0.1",)
    )


def site(routes: dict[str, tuple[str, object]]) -> Talk:
    """Answers by the beginning of the request's line."""

    def talk(connection: socket.socket, asked: bytes) -> None:
        line = asked.split(b"\r\n", 1)[0].decode()
        status, body = next((told for route, told in routes.items() if line.startswith(route)), ("404 Not Found", {}))
        answer(status, json.dumps(body).encode(), JSON)(connection, asked)

    return talk


ME = ("200 OK", {"id": 2, "capabilities": {"edit_posts": True, "moderate_comments": True}})
PARENT = ("200 OK", {"id": 5, "post": 4, "status": "approved"})
STANDING = {"GET /wp-json/wp/v2/users/me": ME, "GET /wp-json/wp/v2/comments/5": PARENT}
LIST = "GET /wp-json/wp/v2/comments?"
POST = "POST /wp-json/wp/v2/comments"


def reply(url: str, *, ago: int = 10) -> Reply:
    parent = f"{url.removeprefix('http://').rstrip('/')}#comment-5"
    return Reply("key", "At ten.", NOW - timedelta(minutes=ago), parent_id=parent)


@pytest.mark.parametrize(
    ("status", "code", "kind", "permanent"),
    [
        ("400 Bad Request", "comment_flood", RateLimited, False),
        ("403 Forbidden", "rest_comment_closed", ConnectorError, True),
        ("400 Bad Request", "rest_comment_content_invalid", ConnectorError, True),
        ("403 Forbidden", "rest_cannot_read_post", ConnectorError, True),
        ("401 Unauthorized", "incorrect_password", NeedsSignIn, False),
        ("429 Too Many Requests", "", RateLimited, False),
        ("500 Internal Server Error", "rest_comment_failed_create", OutcomeUnknown, False),
        ("409 Conflict", "something_else", ConnectorError, True),
    ],
)
def test_every_refusal_says_whether_trying_again_can_help(
    status: str, code: str, kind: type[ConnectorError], permanent: bool
) -> None:
    with peer(site(STANDING | {POST: (status, {"code": code})})) as server, pytest.raises(kind) as refused:
        connector.send(account(server.url), reply(server.url))
    assert type(refused.value) is kind
    assert refused.value.permanent is permanent


def test_a_duplicate_that_is_not_shown_to_us_leaves_us_in_doubt() -> None:
    routes = STANDING | {POST: ("409 Conflict", {"code": "comment_duplicate"}), LIST: ("200 OK", [])}
    with peer(site(routes)) as server, pytest.raises(OutcomeUnknown):
        connector.send(account(server.url), reply(server.url))


def test_an_answer_that_cannot_be_read_leaves_us_in_doubt() -> None:
    for body in ([], {"id": "x"}, {}):
        with peer(site(STANDING | {POST: ("201 Created", body)})) as server, pytest.raises(OutcomeUnknown):
            connector.send(account(server.url), reply(server.url))


def test_a_comment_of_another_site_is_not_answered_here() -> None:
    with peer(site(STANDING)) as server:
        foreign = Reply("key", "At ten.", NOW, parent_id="other.example#comment-5")
        with pytest.raises(ConnectorError, match="was not heard at") as refused:
            connector.send(account(server.url), foreign)
    assert refused.value.permanent


def test_the_password_goes_to_no_other_host_than_the_one_that_was_typed() -> None:
    with peer(answer("200 OK", b"[]", JSON)) as thief:
        link = f'Link: <{thief.url}wp-json/>; rel="https://api.w.org/"'
        with peer(answer("200 OK", b"", link)) as front:
            typed = Account({"url": front.url, "user": "ferry"}, {"password": "right"}, private_hosts=("127.0.0.1",))
            with pytest.raises(ConnectorError, match="Type that address") as refused:
                connector.check(typed)
        assert refused.value.permanent
        assert thief.connections == 0


def test_the_front_page_is_asked_without_the_password() -> None:
    with peer(answer("200 OK", b"<html></html>")) as server:
        typed = Account({"url": server.url, "user": "ferry"}, {"password": "right"}, private_hosts=("127.0.0.1",))
        with pytest.raises(ConnectorError):
            connector.check(typed)
    assert b"Authorization: Basic" not in server.requests[0]
    assert b"Authorization: Basic" in server.requests[1]


def test_the_api_is_found_in_the_page_too() -> None:
    page = b"<head><link rel='https://api.w.org/' href='/api/?a=1&#038;b=2' /></head>"
    with peer(answer("200 OK", page)) as server:
        typed = Account({"url": server.url, "user": "ferry"}, {"password": "right"}, private_hosts=("127.0.0.1",))
        with pytest.raises(ConnectorError):
            connector.check(typed)
    assert server.requests[1].startswith(b"GET /api/")


@pytest.mark.parametrize("allowed", [(), ("10.0.0.0/8",), ("other.example",)])
def test_a_password_never_travels_in_the_open(allowed: tuple[str, ...]) -> None:
    plain = Account({"url": "http://ferries.example", "user": "ferry"}, {"password": "right"}, private_hosts=allowed)
    for call in (connector.check, lambda account: list(connector.fetch(account, "comments", ""))):
        with pytest.raises(ConnectorError, match="https") as refused:
            call(plain)
        assert refused.value.permanent


def test_a_list_that_changes_for_ever_is_an_error_and_no_silence() -> None:
    """Every page shows other comments than the one before it."""
    number = 0

    def talk(connection: socket.socket, asked: bytes) -> None:
        nonlocal number
        items = [{"id": (number := number + 1), "date_gmt": "2026-01-01T00:00:00", "content": {"rendered": "x"}}]
        answer("200 OK", json.dumps(items).encode(), JSON, "X-WP-Total: 500")(connection, asked)

    with peer(talk) as server, pytest.raises(ConnectorError, match="again and again") as failed:
        list(connector.fetch(account(server.url), "comments", ""))
    assert not failed.value.permanent


def test_a_comment_of_the_future_does_not_hide_those_of_today() -> None:
    items = [{"id": 1, "date_gmt": "2099-01-01T00:00:00", "content": {"rendered": "x"}}]
    with peer(site({LIST: ("200 OK", items)})) as server:
        pages = list(connector.fetch(account(server.url), "comments", ""))
    assert pages[0].messages
    for page in pages:
        assert datetime.fromisoformat(json.loads(page.cursor)["since"]) <= datetime.now(UTC)


def test_a_site_without_a_count_is_asked_until_nothing_new_comes() -> None:
    """Something between us and the site may have dropped the header with the count."""
    told = [{"id": n, "date_gmt": "2026-01-01T00:00:00", "content": {"rendered": f"c{n}"}} for n in range(1, 251)]

    def talk(connection: socket.socket, asked: bytes) -> None:
        offset = int(asked.split(b"offset=")[1].split(b"&")[0].split(b" ")[0])
        answer("200 OK", json.dumps(told[offset : offset + 100]).encode(), JSON)(connection, asked)

    with peer(talk) as server:
        pages = list(connector.fetch(account(server.url), "comments", ""))
    assert [message.text for page in pages for message in page.messages] == [f"c{n}" for n in range(1, 251)]
    assert not pages[-1].more


def test_an_api_that_closes_in_mid_page_is_an_error_and_not_the_feed() -> None:
    """The feed would move the cursor over the comments of the pages that are still to come."""
    items = [{"id": n, "date_gmt": "2026-01-01T00:00:00", "content": {"rendered": "x"}} for n in range(1, 101)]
    fed = (FIXTURES / "comments.rss").read_bytes()

    def talk(connection: socket.socket, asked: bytes) -> None:
        if b"feed=comments-rss2" in asked:
            answer("200 OK", fed)(connection, asked)
        elif b"offset=0" in asked:
            answer("200 OK", json.dumps(items).encode(), JSON, "X-WP-Total: 300")(connection, asked)
        else:
            answer("401 Unauthorized", b"{}", JSON)(connection, asked)

    with peer(talk) as server:
        reader = Account({"url": server.url}, {"root": f"{server.url}wp-json/"}, private_hosts=("127.0.0.1",))
        pages = connector.fetch(reader, "comments", "")
        assert len(next(pages).messages) == 100
        with pytest.raises(ConnectorError, match="in mid-page") as failed:
            next(pages)
    assert not failed.value.permanent


def test_an_api_that_closed_since_leaves_a_gap_that_is_told_and_is_read_deep_when_it_opens() -> None:
    fed = (FIXTURES / "comments.rss").read_bytes()

    def talk(connection: socket.socket, asked: bytes) -> None:
        fits = asked.startswith(b"GET /?feed")
        answer("200 OK" if fits else "401 Unauthorized", fed if fits else b"{}")(connection, asked)

    with peer(talk) as server:
        reader = Account({"url": server.url}, {"root": f"{server.url}wp-json/"}, private_hosts=("127.0.0.1",))
        since = "2020-01-01T00:00:00+00:00"
        (page,) = connector.fetch(reader, "comments", json.dumps({"since": since, "deep": NOW.isoformat()}))
        (again,) = connector.fetch(reader, "comments", page.cursor)
    told = [(one.start, one.end) for one in page.missed]
    assert told == [(datetime.fromisoformat(since), page.messages[0].published_at)]
    assert not again.missed
    assert "deep" not in json.loads(page.cursor)
