"""These payloads in, these messages out; and what is said to a server that behaves, or doesn't.

The fixtures were captured from mastodon-mock, an independent implementation of the client API.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rapport.connectors.contract import Account, Sends
from rapport.connectors.mastodon import connector
from rapport.connectors.mastodon.compose import essence, length, text_of, visibility_of
from rapport.connectors.mastodon.parse import listed, notifications_page, read_status, replies
from rapport.connectors.peer import Peer, Talk, answer, hang_up, peer
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Absent, Message, Page, Receipt, Reply

FIXTURES = Path(__file__).parent / "fixtures"
NOTIFICATIONS = (FIXTURES / "notifications.json").read_bytes()
CONTEXT = json.loads((FIXTURES / "context.json").read_text())
HERE = Account({"instance": "http://localhost:31877"}, {"token": "tulip"}, private_hosts=("localhost",))
NOW = datetime.now(UTC)


def parsed(raw: bytes) -> Page:
    return connector.parse(raw, source="mentions", account=HERE)


def status(**changes: Any) -> dict[str, Any]:
    mention = next(item for item in json.loads(NOTIFICATIONS) if item["type"] == "mention")
    return mention["status"] | changes


def mention(number: int, **changes: Any) -> dict[str, Any]:
    post = status(id=str(number), in_reply_to_id=None) | changes
    return {"id": str(number), "type": "mention", "created_at": "2026-03-01T10:00:00Z", "status": post}


# -- what is heard -----------------------------------------------------------------------------------------------------


def test_mentions_become_messages_oldest_first_and_the_rest_is_counted() -> None:
    page = parsed(NOTIFICATIONS)
    assert [message.text.splitlines()[0] for message in page.messages] == [
        "@brand When does the <last> one leave?",
        "@brand a private word",
        "@brand Thanks",
    ]
    assert page.tallies == {"favourite": 1, "reblog": 1, "follow": 1}
    assert page.rejects == ()


def test_a_message_has_its_links_language_author_and_what_it_takes_to_answer_it() -> None:
    message = parsed(NOTIFICATIONS).messages[0]
    assert [(span.kind, span.value) for span in message.spans] == [
        ("link", "https://example.org/a/very/long/path?x=1&y=2")
    ]
    assert message.language == "en"
    assert message.addressed
    assert not message.context
    assert (message.author.external_id, message.author.name) == ("stranger@localhost", "A Stranger")
    assert message.external_id == "localhost/1795293383081"
    assert message.parent_id == "localhost/1795293383079"
    assert message.url == "http://localhost:31877/@stranger/1795293383081"
    assert message.ref == {"acct": "stranger", "visibility": "public"}


def test_nothing_of_those_who_only_like_or_follow_is_kept() -> None:
    page = parsed(NOTIFICATIONS)
    assert "far@far.example" not in repr(page)
    assert "sail again" not in repr(page)


def test_a_reply_comes_with_what_was_said_before_it() -> None:
    items = listed(NOTIFICATIONS)
    first, last = replies(items)
    contexts = {first: {"ancestors": CONTEXT["ancestors"][:1]}, last: CONTEXT}
    page = notifications_page(items, host="localhost", contexts=contexts)
    messages = {message.text.splitlines()[0]: message for message in page.messages}
    root = messages["Our ferries sail again today. https://merrow.example/timetable #ferry"]
    question = messages["@brand When does the <last> one leave?"]
    ours = messages["@stranger At ten."]
    thanks = messages["@brand Thanks"]
    assert {one.thread_id for one in (root, question, ours, thanks)} == {root.external_id}
    assert [question.parent_id, ours.parent_id, thanks.parent_id] == [
        root.external_id,
        question.external_id,
        ours.external_id,
    ]
    assert (root.context, ours.context, question.context, thanks.context) == (True, True, False, False)
    assert len(page.messages) == 5


def test_of_a_very_long_thread_the_first_and_the_last_posts_are_read() -> None:
    above = [status(id=str(n), in_reply_to_id=str(n - 1)) for n in range(200)]
    item = mention(200, in_reply_to_id="199")
    page = notifications_page([item], host="localhost", contexts={"200": {"ancestors": above}})
    assert len(page.messages) == 51
    assert page.messages[-1].thread_id == "localhost/0"
    assert page.messages[-1].parent_id == "localhost/199"


def test_a_content_warning_stands_before_the_text_and_mentions_keep_their_handle() -> None:
    content = '<p><a href="https://b.example/@ben" class="u-url mention">@<span>ben</span></a> hello</p>'
    post = status(
        content=content,
        spoiler_text="Long wait",
        mentions=[{"acct": "ben@b.example", "url": "https://b.example/@ben"}, "junk"],
    )
    message = read_status(post, host="a.example")
    assert isinstance(message, Message)
    assert message.text == "Long wait\n\n@ben hello"
    (span,) = message.spans
    assert (message.text[span.start : span.end], span.kind, span.value) == ("@ben", "mention", "ben@b.example")


def test_an_edit_keeps_its_id_and_changes_its_hash() -> None:
    before = read_status(status(), host="a.example")
    after = read_status(status(content="<p>Never mind</p>", edited_at="2026-03-01T10:05:00Z"), host="a.example")
    assert isinstance(before, Message)
    assert isinstance(after, Message)
    assert before.external_id == after.external_id
    assert before.content_hash() != after.content_hash()
    assert after.edited_at == datetime(2026, 3, 1, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("text", "it is not an object"),
        ({"id": "1", "type": "mention"}, "there is no post with it"),
        (mention(1, account=None), "the post has no author"),
        (mention(1, account={"acct": 7}), "the post has no author"),
        (mention(1, id=None), "the post has no id"),
        (mention(1, id=True), "the post has no id"),
        (mention(1, created_at="soon"), "a time that cannot be read: 'soon'"),
        (mention(1, created_at=None), "a time that cannot be read: ''"),
    ],
)
def test_a_post_that_cannot_be_read_is_rejected_and_the_rest_goes_on(item: Any, reason: str) -> None:
    page = parsed(json.dumps([item, mention(2)]).encode())
    assert [message.external_id for message in page.messages] == ["localhost/2"]
    assert [reject.reason for reject in page.rejects] == [reason]
    assert json.loads(page.rejects[0].raw) == item


def test_kinds_that_a_server_made_up_are_counted_together() -> None:
    items = [{"id": "1", "type": "emoji_reaction"}, {"id": "2", "type": ["mention"]}, {"id": "3", "type": "x" * 1000}]
    assert parsed(json.dumps(items).encode()).tallies == {"other": 3}


@pytest.mark.parametrize("raw", [b"", b"<html>", b"{}", b"null", b"[" * 100_000, b"\xff"])
def test_what_is_no_list_of_notifications_is_an_error(raw: bytes) -> None:
    with pytest.raises(ConnectorError):
        parsed(raw)


# -- a server ----------------------------------------------------------------------------------------------------------

Routes = Mapping[str, Talk]
ME = {"id": "1", "acct": "brand", "display_name": "Brand", "url": "http://127.0.0.1/@brand"}


def told(value: Any) -> Talk:
    return answer("200 OK", json.dumps(value).encode(), "Content-Type: application/json")


def serving(routes: Routes) -> Talk:
    """A server that knows some paths ("POST /path" for writes) and answers 404 to the rest."""

    def talk(connection: socket.socket, asked: bytes) -> None:
        method, target, _ = asked.split(b"\r\n")[0].decode().split(" ")
        path = urlsplit(target).path
        routes.get(f"{method} {path}" if method != "GET" else path, answer("404 Not Found"))(connection, asked)

    return talk


def account_at(server: Peer, **config: str) -> Account:
    return Account({"instance": server.url, **config}, {"token": "tulip"}, private_hosts=("127.0.0.1",))


def queries(server: Peer, path: str) -> list[dict[str, list[str]]]:
    targets = [urlsplit(asked.split(b" ")[1].decode()) for asked in server.requests]
    return [parse_qs(target.query) for target in targets if target.path == path]


def paging(items: list[dict[str, Any]]) -> Talk:
    """Notifications as Mastodon pages them: by `min_id` the next 40, else the latest 40; newest first."""

    def talk(connection: socket.socket, asked: bytes) -> None:
        query = parse_qs(urlsplit(asked.split(b" ")[1].decode()).query)
        if "min_id" in query:
            page = [item for item in items if int(item["id"]) > int(query["min_id"][0])][:40]
        else:
            page = items[-40:]
        told(page[::-1])(connection, asked)

    return talk


def heard(account: Account, cursor: str = "") -> tuple[list[str], str]:
    pages = list(connector.fetch(account, "mentions", cursor))
    return [message.external_id for page in pages for message in page.messages], pages[-1].cursor


def test_everything_since_the_cursor_is_heard_oldest_first_until_there_is_no_more() -> None:
    items = [mention(number) for number in range(1, 101)]
    with peer(serving({"/api/v1/notifications": paging(items)})) as server:
        ids, cursor = heard(account_at(server), "5")
        assert ids == [f"127.0.0.1/{number}" for number in range(6, 101)]
        assert cursor == "100"
        assert heard(account_at(server), cursor) == ([], "100")
        assert all(query["include_filtered"] == ["true"] for query in queries(server, "/api/v1/notifications"))


def test_without_a_cursor_what_is_recent_is_heard() -> None:
    items = [mention(number) for number in range(1, 101)]
    with peer(serving({"/api/v1/notifications": paging(items)})) as server:
        ids, cursor = heard(account_at(server))
    assert (ids[0], ids[-1], cursor) == ("127.0.0.1/61", "127.0.0.1/100", "100")


def test_an_account_that_nobody_spoke_to_yet_misses_nothing_later() -> None:
    with peer(serving({"/api/v1/notifications": paging([])})) as server:
        assert heard(account_at(server)) == ([], "0")
    items = [mention(number) for number in range(1, 101)]
    with peer(serving({"/api/v1/notifications": paging(items)})) as server:
        assert len(heard(account_at(server), "0")[0]) == 100


def test_a_server_that_says_the_same_for_ever_is_not_asked_for_ever() -> None:
    with peer(serving({"/api/v1/notifications": told([mention(7)])})) as server:
        assert heard(account_at(server)) == (["127.0.0.1/7"], "7")
        assert server.connections == 2


def test_the_thread_above_a_reply_is_asked_for() -> None:
    root = status(id="6", in_reply_to_id=None)
    routes = {
        "/api/v1/notifications": paging([mention(7, in_reply_to_id="6"), mention(8, in_reply_to_id="5")]),
        "/api/v1/statuses/7/context": told({"ancestors": [root], "descendants": []}),
    }
    with peer(serving(routes)) as server:
        pages = list(connector.fetch(account_at(server), "mentions", ""))
    messages = {message.external_id: message for page in pages for message in page.messages}
    assert messages["127.0.0.1/6"].context
    assert messages["127.0.0.1/7"].parent_id == "127.0.0.1/6"
    assert messages["127.0.0.1/8"].thread_id == messages["127.0.0.1/8"].parent_id == "127.0.0.1/5"


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (hang_up, ConnectorError),
        (answer("200 OK", b"[{"), ConnectorError),
        (answer("200 OK", b"<html>sign in</html>"), ConnectorError),
        (answer("401 Unauthorized"), NeedsSignIn),
        (answer("429 Too Many", b"", "X-RateLimit-Reset: 2100-01-01T00:00:00Z"), RateLimited),
        (answer("503 Busy"), ConnectorError),
    ],
)
def test_a_fetch_that_goes_wrong_raises_and_never_looks_empty(talk: Talk, kind: type[ConnectorError]) -> None:
    for routes in (
        {"/api/v1/notifications": talk},
        {"/api/v1/notifications": paging([mention(7, in_reply_to_id="6")]), "/api/v1/statuses/7/context": talk},
    ):
        with peer(serving(routes)) as server, pytest.raises(ConnectorError) as failed:
            list(connector.fetch(account_at(server), "mentions", ""))
        assert type(failed.value) is kind


def test_connecting_says_who_we_are() -> None:
    routes = {"/api/v1/accounts/verify_credentials": told(ME), "/api/v1/notifications": told([])}
    with peer(serving(routes)) as server:
        profile = connector.check(account_at(server))
        assert b"Authorization: Bearer tulip\r\n" in server.requests[0]
    assert (profile.external_id, profile.handle, profile.name) == ("brand@127.0.0.1", "brand@127.0.0.1", "Brand")


def test_a_token_that_may_not_read_is_noticed_when_connecting() -> None:
    refused = answer("403 Forbidden", b'{"error": "This action is outside the authorized scopes"}')
    routes = {"/api/v1/accounts/verify_credentials": told(ME), "/api/v1/notifications": refused}
    with peer(serving(routes)) as server, pytest.raises(NeedsSignIn, match="read:notifications"):
        connector.check(account_at(server))


@pytest.mark.parametrize(
    "instance", ["", "ftp://a.example", "https://", "https://[", "https://a.example:port", "http://a.example"]
)
def test_an_address_that_is_none_or_not_private_enough_for_a_token_is_refused(instance: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        connector.check(Account({"instance": instance}, {"token": "tulip"}))
    assert refused.value.permanent


# -- answering ---------------------------------------------------------------------------------------------------------


def reply(text: str = "At ten.", **changes: Any) -> Reply:
    given: dict[str, Any] = {
        "idempotency_key": "key-1",
        "text": text,
        "created_at": NOW - timedelta(minutes=10),
        "parent_id": "127.0.0.1/7",
        "parent_ref": {"acct": "ana@a.example", "visibility": "unlisted"},
        "parent_handle": "ana@a.example",
        "language": "en",
    }
    return Reply(**given | changes)


ASKED = {"/api/v1/statuses/7": told(status(id="7"))}


def ours(number: int, text: str, parent: str | None = "7", ago: timedelta = timedelta(minutes=9)) -> dict[str, Any]:
    created = (NOW - ago).isoformat()
    return status(
        id=str(number),
        content=f"<p>{text}</p>",
        in_reply_to_id=parent,
        created_at=created,
    )


def test_a_reply_is_posted_under_its_parent_as_visible_as_that_with_its_key() -> None:
    with peer(serving(ASKED | {"POST /api/v1/statuses": told(ours(9, "@ana At ten."))})) as server:
        receipt = connector.send(account_at(server), reply())
        asked = server.requests[-1]
    assert receipt.external_id == "127.0.0.1/9"
    assert b"\r\nIdempotency-Key: key-1\r\n" in asked
    assert json.loads(asked.partition(b"\r\n\r\n")[2]) == {
        "status": "@ana@a.example At ten.",
        "visibility": "unlisted",
        "in_reply_to_id": "7",
        "language": "en",
    }


def test_what_was_heard_at_another_server_is_not_answered_at_this_one() -> None:
    with peer(serving(ASKED)) as server, pytest.raises(ConnectorError) as refused:
        connector.send(account_at(server), reply(parent_id="other.example/7"))
    assert refused.value.permanent
    assert server.connections == 0


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (hang_up, OutcomeUnknown),
        (answer("200 OK", b"<html>ok</html>"), OutcomeUnknown),
        (answer("200 OK", b"{}"), OutcomeUnknown),
        (answer("502 Bad Gateway"), OutcomeUnknown),
        (answer("422 No", b'{"error": "Validation failed: Text is too long"}'), ConnectorError),
        (answer("404 Not Found"), ConnectorError),
        (answer("401 Unauthorized"), NeedsSignIn),
        (answer("429 Too Many"), RateLimited),
    ],
)
def test_when_sending_goes_wrong_we_know_whether_it_may_have_been_done(talk: Talk, kind: type[ConnectorError]) -> None:
    with peer(serving(ASKED | {"POST /api/v1/statuses": talk})) as server, pytest.raises(ConnectorError) as failed:
        connector.send(account_at(server), reply())
    assert type(failed.value) is kind


@pytest.mark.parametrize("talk", [answer("404 Not Found"), answer("503 Busy"), hang_up])
def test_nothing_is_posted_unless_what_it_answers_is_still_there(talk: Talk) -> None:
    routes = {"/api/v1/statuses/7": talk, "POST /api/v1/statuses": told(ours(9, "@ana At ten."))}
    with peer(serving(routes)) as server, pytest.raises(ConnectorError) as failed:
        connector.send(account_at(server), reply())
    assert not isinstance(failed.value, OutcomeUnknown)
    assert not any(asked.startswith(b"POST") for asked in server.requests)


def test_a_server_that_cannot_be_reached_leaves_no_doubt() -> None:
    with peer(hang_up) as gone:
        account = account_at(gone)
    with pytest.raises(ConnectorError) as failed:
        connector.send(account, reply())
    assert type(failed.value) is ConnectorError


def looking(posts: Talk, wanted: Reply, *below: dict[str, Any]) -> Receipt | Absent:
    """`below` is what stands below the post that is answered; without any, the server does not tell."""
    routes = {"/api/v1/accounts/verify_credentials": told(ME), "/api/v1/accounts/1/statuses": posts}
    if below:
        routes["/api/v1/statuses/7/context"] = told({"ancestors": [], "descendants": below})
    with peer(serving(routes)) as server:
        return connector.find_sent(account_at(server), wanted)


def own_posts(*posts: dict[str, Any]) -> Talk:
    def talk(connection: socket.socket, asked: bytes) -> None:
        query = parse_qs(urlsplit(asked.split(b" ")[1].decode()).query)
        before = int(query.get("max_id", ["1000000"])[0])
        told([post for post in posts if int(post["id"]) < before][:40])(connection, asked)

    return talk


def test_a_reply_that_is_there_is_found() -> None:
    mention = '<span class="h-card"><a href="https://a.example/@ana" class="u-url mention">@<span>ana</span></a></span>'
    there = ours(9, f"{mention} At ten.")
    found = looking(own_posts(ours(10, "@ana At ten.", parent="8"), ours(8, "@ana Other words"), there), reply())
    assert isinstance(found, Receipt)
    assert found.external_id == "127.0.0.1/9"


def test_neither_the_same_words_elsewhere_nor_other_words_here_are_the_reply() -> None:
    found = looking(
        own_posts(ours(10, "@ana At ten.", parent="8"), ours(9, "@ana At eleven."), ours(8, "@ana At ten.", None)),
        reply(),
    )
    assert found == Absent(conclusive=True, reason="It is not among our posts.")


def test_we_look_as_far_back_as_the_reply_is_old() -> None:
    newer = [ours(number, "@cleo Other", ago=timedelta(minutes=1)) for number in range(200, 100, -1)]
    found = looking(own_posts(*newer, ours(50, "@ana At ten."), ours(40, "Old", ago=timedelta(days=1))), reply())
    assert isinstance(found, Receipt)


def test_a_server_whose_clock_is_slow_is_looked_through_all_the_same() -> None:
    slow = timedelta(minutes=14)  # the reply is ten minutes old
    newer = [ours(number, "@cleo Other", ago=slow) for number in range(200, 150, -1)]
    assert isinstance(looking(own_posts(*newer, ours(50, "@ana At ten.", ago=slow)), reply()), Receipt)


def test_a_reply_that_may_still_be_on_its_way_is_not_called_absent() -> None:
    found = looking(own_posts(), reply(created_at=datetime.now(UTC)))
    assert isinstance(found, Absent)
    assert not found.conclusive


def test_an_old_reply_that_was_attempted_just_now_is_not_called_absent_either() -> None:
    found = looking(own_posts(), reply(attempted_at=datetime.now(UTC)))
    assert isinstance(found, Absent)
    assert not found.conclusive
    assert 100 < found.ask_again_after < 122
    later = looking(own_posts(), reply(attempted_at=datetime.now(UTC) - timedelta(minutes=3)))
    assert isinstance(later, Absent)
    assert later.conclusive


MANY = [ours(number, "@cleo Other", ago=timedelta(minutes=1)) for number in range(1_300, 0, -1)]


def test_a_list_too_long_to_look_through_is_no_proof() -> None:
    found = looking(own_posts(*MANY), reply())
    assert isinstance(found, Absent)
    assert not found.conclusive


THEIRS = ours(9, "@ana At ten.") | {"account": {"id": "2", "acct": "kim"}}
OURS = ours(9, "@ana At ten.") | {"account": ME}


def test_below_its_parent_a_reply_is_found_behind_however_many_posts() -> None:
    assert isinstance(looking(own_posts(*MANY), reply(), THEIRS, OURS), Receipt)


def test_that_it_is_not_below_its_parent_is_proof_but_what_others_say_there_is_not_ours() -> None:
    found = looking(own_posts(*MANY), reply(), THEIRS)
    assert found == Absent(conclusive=True, reason="It is not among our posts.")


def test_a_thread_too_long_to_be_told_whole_is_no_proof() -> None:
    found = looking(own_posts(*MANY), reply(), *[THEIRS] * 500)
    assert isinstance(found, Absent)
    assert not found.conclusive


# -- again -------------------------------------------------------------------------------------------------------------


def posts_by_id(known: Mapping[str, Any]) -> Routes:
    """A server of these days, which tells of several posts at once."""

    def talk(connection: socket.socket, asked: bytes) -> None:
        query = parse_qs(urlsplit(asked.split(b" ")[1].decode()).query)
        told([known[post] for post in query["id[]"] if post in known])(connection, asked)

    return {"/api/v1/statuses": talk}


def test_looking_again_finds_edits_and_deletions() -> None:
    routes = {"/api/v1/statuses/9": answer("410 Gone"), **posts_by_id({"7": status(id="7", content="<p>Edited</p>")})}
    with peer(serving(routes)) as server:
        page = connector.recheck(account_at(server), [f"127.0.0.1/{n}" for n in (9, 8, 7)] + ["other.example/6"])
        assert server.connections == 3
    assert [(message.external_id, message.text) for message in page.messages] == [("127.0.0.1/7", "Edited")]
    assert [deletion.external_id for deletion in page.deletions] == ["127.0.0.1/9", "127.0.0.1/8"]


def test_looking_again_at_many_takes_few_requests() -> None:
    with peer(serving(posts_by_id({str(n): status(id=str(n)) for n in range(200)}))) as server:
        page = connector.recheck(account_at(server), [f"127.0.0.1/{n}" for n in range(200)])
        assert (len(page.messages), len(page.deletions), server.connections) == (200, 0, 10)


def test_an_older_server_is_asked_post_by_post_and_not_for_too_many() -> None:
    routes = {f"/api/v1/statuses/{n}": told(status(id=str(n))) for n in range(50)}
    with peer(serving(routes)) as server:
        page = connector.recheck(account_at(server), [f"127.0.0.1/{n}" for n in range(50)])
    assert (len(page.messages), page.deletions) == (20, ())


def test_looking_again_makes_no_message_speak_to_us_that_did_not() -> None:
    with peer(serving(posts_by_id({"7": status(id="7")}))) as server:
        (message,) = connector.recheck(account_at(server), ["127.0.0.1/7"]).messages
    assert not message.addressed


def test_a_server_in_trouble_deletes_nothing() -> None:
    for routes in ({"/api/v1/statuses": answer("503 Busy")}, {"/api/v1/statuses/7": answer("503 Busy")}):
        with peer(serving(routes)) as server, pytest.raises(ConnectorError):
            connector.recheck(account_at(server), ["127.0.0.1/7"])


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("hello", 5),
        ("https://a.example/" + "x" * 100, 23),
        ("http://a.b", 23),
        ("see https://a.example/x and https://b.example/y.", 4 + 23 + 5 + 23 + 1),
        ("@ana@far.example hi", 7),
        ("mail ana@far.example", 20),
        ("e\u0301", 1),
    ],
)
def test_length_is_counted_as_mastodon_does(text: str, count: int) -> None:
    assert length(text) == count


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("At ten.", "@ana@a.example At ten."),
        ("@ana@a.example At ten.", "@ana@a.example At ten."),
        ("At ten, @Ana@A.example!", "At ten, @Ana@A.example!"),
        ("@ana At ten.", "@ana@a.example @ana At ten."),
        ("@anastasia@a.example At ten.", "@ana@a.example @anastasia@a.example At ten."),
    ],
)
def test_whoever_is_answered_is_mentioned_once(text: str, sent: str) -> None:
    assert text_of(reply(text)) == sent


def test_somebody_of_our_own_server_may_be_called_by_the_first_name() -> None:
    parent = {"acct": "ana", "visibility": "public"}
    assert text_of(reply("@ana At ten.", parent_ref=parent, parent_handle="ana@b.example")) == "@ana At ten."
    assert text_of(reply("@ana@b.example At ten.", parent_ref=parent, parent_handle="ana@b.example")).count("@ana") == 1
    assert text_of(reply(parent_ref=parent, parent_handle="ana@b.example")) == "@ana At ten."


def test_a_post_that_answers_nobody_mentions_nobody_and_is_public() -> None:
    post = reply(parent_id="", parent_ref={}, parent_handle="")
    assert (text_of(post), visibility_of(post)) == ("At ten.", "public")


@pytest.mark.parametrize(
    ("parent", "chosen"),
    [
        ("public", "public"),
        ("unlisted", "unlisted"),
        ("private", "private"),
        ("direct", "direct"),
        ("mutuals_only", "direct"),
        (None, "direct"),
    ],
)
def test_a_reply_is_never_seen_by_more_people_than_what_it_answers(parent: str | None, chosen: str) -> None:
    assert visibility_of(reply(parent_ref={"visibility": parent})) == chosen


def test_two_texts_that_say_the_same_have_one_essence() -> None:
    assert essence("@Ana@far.example  At\n\nten") == essence("@ana At ten")
    assert essence("@ana At ten") != essence("@ana At eleven")


def test_the_connector_is_one_that_sends() -> None:
    assert isinstance(connector, Sends)
    assert connector.limit == 500


# -- recorded conversations --------------------------------------------------------------------------------------------


def recorded(data: Path) -> list[Any]:
    yaml = pytest.importorskip("yaml")
    found: list[Any] = []
    for file in sorted((data / "raw_mastodon" / "tests").rglob("*.yaml")):
        for exchange in yaml.load(file.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["interactions"]:
            body = exchange["response"]["body"]
            text = body.get("string", "") if isinstance(body, dict) else body
            if re.match(rb"\s*[\[{]", text if isinstance(text, bytes) else text.encode()):
                found.append(json.loads(text))
    return found


def within(value: Any) -> list[Any]:
    """Everything inside a JSON value, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(deep for one in inner for deep in within(one))]


@pytest.mark.data
def test_every_recorded_post_and_notification_is_read() -> None:
    data = Path(os.environ.get("RAPPORT_DATA") or Path(__file__).parents[4] / "shared" / "data")
    if not (data / "raw_mastodon").is_dir():
        pytest.skip("raw_mastodon is not here; set RAPPORT_DATA")
    values = [value for answered in recorded(data) for value in within(answered) if isinstance(value, dict)]
    posts = [value for value in values if {"content", "account", "visibility", "in_reply_to_id"} <= value.keys()]
    items = [value for value in values if {"type", "account", "created_at", "group_key"} <= value.keys()]
    others = [{"id": "1", "type": "mention", "status": value} for value in values if value not in posts]
    unread = Counter(found for post in posts if isinstance(found := read_status(post, host="a.example"), str))
    page = notifications_page(items, host="a.example", contexts={})
    reasons = Counter(reject.reason for reject in page.rejects)
    wrong = Counter(reject.reason for reject in notifications_page(others, host="a.example", contexts={}).rejects)
    print(f"{len(posts)} posts, unread: {dict(unread)}; {len(others)} other objects: {dict(wrong)}")  # noqa: T201
    print(f"{len(items)} notifications: {len(page.messages)} messages, {page.tallies}, {dict(reasons)}")  # noqa: T201
    assert len(posts) > 300
    assert not unread
    assert len(page.messages) > 5
    # Mastodon sends mentions whose post is gone as mentions of nothing.
    assert set(reasons) == {"there is no post with it"}


# -- reporting ---------------------------------------------------------------------------------------------------------


def report(account: Account, action: str = "report") -> None:
    connector.moderate(account, "127.0.0.1/7", {}, action, "It names a third person.")


def test_a_post_is_reported_with_its_author_and_our_reason_to_our_own_server_only() -> None:
    with peer(serving(ASKED | {"POST /api/v1/reports": told({"id": "1"})})) as server:
        report(account_at(server))
        asked = server.requests[-1]
    assert json.loads(asked.partition(b"\r\n\r\n")[2]) == {
        "account_id": status()["account"]["id"],
        "status_ids": ["7"],
        "comment": "It names a third person.",
        "category": "other",
        "forward": False,
    }


@pytest.mark.parametrize(
    ("talk", "kind"),
    [(hang_up, OutcomeUnknown), (answer("502 Bad"), OutcomeUnknown), (answer("422 No"), ConnectorError)],
)
def test_when_reporting_goes_wrong_we_know_whether_it_may_have_been_done(
    talk: Talk, kind: type[ConnectorError]
) -> None:
    with peer(serving(ASKED | {"POST /api/v1/reports": talk})) as server, pytest.raises(ConnectorError) as failed:
        report(account_at(server))
    assert type(failed.value) is kind


def test_a_post_that_is_gone_is_not_reported() -> None:
    with peer(serving({"POST /api/v1/reports": told({})})) as server, pytest.raises(ConnectorError) as failed:
        report(account_at(server))
    assert failed.value.permanent
    assert not any(asked.startswith(b"POST") for asked in server.requests)


def test_a_token_that_may_not_report_says_so_and_listens_on() -> None:
    refused = answer("403 Forbidden", b'{"error": "This action is outside the authorized scopes"}')
    routes = ASKED | {"POST /api/v1/reports": refused}
    with peer(serving(routes)) as server, pytest.raises(ConnectorError, match="write:reports") as failed:
        report(account_at(server))
    assert type(failed.value) is ConnectorError
    assert failed.value.permanent


def test_mastodon_hides_nothing_of_others() -> None:
    assert connector.actions == ("report",)
    with pytest.raises(ConnectorError, match="knows no 'hide'"):
        report(HERE, "hide")


def test_reports_have_a_budget_of_their_own() -> None:
    purse = Purse()
    with peer(serving(ASKED | {"POST /api/v1/reports": told({"id": "1"})})) as server:
        report(replace(account_at(server), budget=purse))
    assert purse.spent == ["calls", "calls", "reports"]


# -- rights and limits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        (["read", "write:statuses"], ()),
        (["read:accounts", "read:notifications", "read:statuses", "write"], ()),
        (["read"], ("write:statuses",)),
        (["profile"], ("read:accounts", "read:notifications", "read:statuses", "write:statuses")),
        ([], ()),
        (None, ()),
    ],
)
def test_connecting_says_which_rights_are_missing(scopes: list[str] | None, missing: tuple[str, ...]) -> None:
    routes = {
        "/api/v1/accounts/verify_credentials": told(ME),
        "/api/v1/notifications": told([]),
        "/api/v1/apps/verify_credentials": told({"name": "Rapport", "scopes": scopes}),
    }
    with peer(serving(routes)) as server:
        assert connector.check(account_at(server)).missing == missing


def test_an_account_that_may_not_log_in_needs_a_person() -> None:
    refused = answer("403 Forbidden", b'{"error": "Your login is currently disabled"}')
    routes = {"/api/v1/notifications": refused}
    with peer(serving(routes)) as server, pytest.raises(NeedsSignIn, match="currently disabled"):
        list(connector.fetch(account_at(server), "mentions", ""))


class Purse:
    """A budget that remembers what it was asked and told."""

    def __init__(self) -> None:
        self.spent: list[str] = []
        self.learnt: list[tuple[str, float, float]] = []

    def spend(self, bucket: str, cost: float = 1) -> None:
        self.spent.append(bucket)

    def learn(self, bucket: str, limit: float, remaining: float, resets_at: datetime) -> None:
        self.learnt.append((bucket, limit, remaining))


def test_every_call_is_counted_and_its_headers_are_read() -> None:
    headers = ("X-RateLimit-Limit: 300", "X-RateLimit-Remaining: 298", "X-RateLimit-Reset: 2100-01-01T00:00:00Z")
    purse = Purse()
    with peer(serving({"/api/v1/notifications": answer("200 OK", b"[]", *headers)})) as server:
        list(connector.fetch(replace(account_at(server), budget=purse), "mentions", ""))
    assert (purse.spent, purse.learnt) == (["calls"], [("calls", 300, 298)])


# -- what was said earlier ---------------------------------------------------------------------------------------------


def said_at(number: int) -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=number)


def going_back(connection: socket.socket, asked: bytes) -> None:
    """Two hundred mentions, one a minute, newest first, below `max_id`."""
    query = parse_qs(urlsplit(asked.split(b" ")[1].decode()).query)
    below = int(query["max_id"][0]) if "max_id" in query else 1_201
    numbers = range(below - 1, max(below - 1 - int(query["limit"][0]), 1_000), -1)
    items = [{**mention(number), "created_at": said_at(number - 1_000).isoformat()} for number in numbers]
    told(items)(connection, asked)


def brought(server: Peer, since: int, until: int, cursor: str = "") -> tuple[list[int], list[Page]]:
    pages = list(connector.bring_back(account_at(server), "mentions", said_at(since), said_at(until), cursor))
    return [int(one.external_id.rpartition("/")[2]) - 1_000 for page in pages for one in page.messages], pages


def test_everything_of_a_stretch_is_brought_back_newest_first_and_nothing_else() -> None:
    with peer(serving({"/api/v1/notifications": going_back})) as server:
        numbers, _ = brought(server, 30, 150)
        assert connector.count(account_at(server), "mentions", said_at(30), said_at(150)) == 120
    assert sorted(numbers) == list(range(30, 150))


def test_wherever_bringing_back_is_cut_off_it_goes_on_without_a_gap() -> None:
    with peer(serving({"/api/v1/notifications": going_back})) as server:
        _, pages = brought(server, 30, 150)
        for cut in range(1, len(pages)):
            before = {int(one.external_id.rpartition("/")[2]) - 1_000 for page in pages[:cut] for one in page.messages}
            assert before | set(brought(server, 30, 150, pages[cut - 1].cursor)[0]) == set(range(30, 150)), cut


def test_a_server_that_knows_no_max_id_is_not_asked_for_ever() -> None:
    same = told([{**mention(7), "created_at": said_at(7).isoformat()}])
    with peer(serving({"/api/v1/notifications": same})) as server:
        assert brought(server, 0, 150)[0] == [7 - 1_000]
        assert len(server.requests) == 2


def test_bringing_back_that_is_cut_off_raises_and_never_looks_complete() -> None:
    with peer(serving({"/api/v1/notifications": hang_up})) as server, pytest.raises(ConnectorError):
        brought(server, 0, 150)
