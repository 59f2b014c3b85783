"""Events of a stream, and the round of asking after every connection, against a server that is played here."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rapport.connectors.contract import Account, Streams
from rapport.connectors.mastodon import connector, stream
from rapport.connectors.mastodon.stream import Hearing, feeds_of
from rapport.connectors.mastodon.test_mastodon import recorded, status, within
from rapport.connectors.peer import answer, peer
from rapport.connectors.sse import Event, EventSource
from rapport.core.errors import ConnectorError
from rapport.core.types import Deletion, Message, Page

US = "brand@a.example"
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


class Played:
    """A server with one long timeline, a post a minute."""

    host = "a.example"

    def __init__(self, posts: int = 0) -> None:
        self.posts = [
            status(id=str(1_000 + n), content=f"<p>ferry {n}</p>", in_reply_to_id=None, mentions=[])
            | {"created_at": (BEGAN + timedelta(minutes=n)).isoformat()}
            for n in range(posts)
        ]
        self.asked = 0

    def streaming(self) -> str:
        return "https://a.example"

    def listen(self, url: str) -> EventSource:
        raise ConnectorError(f"{url} is not listened to here")

    def notifications(self, cursor: str) -> Page:
        return Page(cursor=cursor or "0", tallies={"favourite": 1})

    def timeline(self, name: str, params: Mapping[str, str], after: str) -> list[Any]:
        self.asked += 1
        behind = [post for post in self.posts if post["id"] > after]
        return behind[:40] if after else behind[-40:]

    def context(self, post: str) -> Any:
        return {}


def hearing(server: Played | None = None, *, wants: bool = False, **places: str) -> Hearing:
    return Hearing(server or Played(), US, lambda text: wants, dict(places))


def heard(*events: Event, wants: bool = False) -> Page:
    ear = hearing(wants=wants)
    for event in events:
        ear.event(event, feeds_of("public")[0])
    return ear.page()


def event(name: str, told: Any) -> Event:
    return Event(name, json.dumps(told).encode())


PLAIN = status(id="7", content="<p>The ferry</p>", mentions=[], in_reply_to_id=None)


def test_the_connector_is_one_that_streams() -> None:
    assert isinstance(connector, Streams)


# -- events ------------------------------------------------------------------------------------------------------------


def test_a_post_that_a_brief_may_want_is_brought_and_another_is_counted() -> None:
    assert [message.text for message in heard(event("update", PLAIN), wants=True).messages] == ["The ferry"]
    assert heard(event("update", PLAIN)).passed_over == 1


def test_a_post_that_names_us_is_brought_whatever_the_briefs_say() -> None:
    naming = PLAIN | {"mentions": [{"acct": "Brand", "url": "https://a.example/@brand"}]}
    other = PLAIN | {"id": "8", "mentions": [{"acct": "brand@else.example"}, "junk", None]}
    page = heard(event("update", naming), event("update", other))
    assert [(message.external_id, message.addressed) for message in page.messages] == [("a.example/7", True)]


def test_boosts_and_events_of_other_kinds_are_counted() -> None:
    boost = PLAIN | {"reblog": PLAIN}
    page = heard(event("update", boost), event("conversation", {}), event("filters_changed", ""), wants=True)
    assert (page.messages, page.passed_over, page.rejects) == ((), 3, ())


def test_an_edit_is_always_brought_and_a_deletion_is_told() -> None:
    page = heard(event("status.update", PLAIN), Event("delete", b"9"))
    assert [message.external_id for message in page.messages] == ["a.example/7"]
    assert page.deletions == (Deletion("mastodon", "a.example/9"),)


def test_a_mention_is_a_message_to_us_and_a_favourite_is_counted_elsewhere() -> None:
    mention = {"id": "3", "type": "mention", "status": PLAIN}
    page = heard(event("notification", mention), event("notification", {"id": "4", "type": "favourite"}))
    assert [message.addressed for message in page.messages] == [True]
    assert (page.tallies, page.passed_over) == ({}, 1)


@pytest.mark.parametrize(
    "garbage",
    [
        Event("update", b""),
        Event("update", b"{"),
        Event("update", b"[]"),
        Event("update", b'"x"'),
        Event("update", b"[" * 100_000),
        Event("update", json.dumps({"id": "1"}).encode()),
        Event("update", json.dumps(PLAIN | {"created_at": "soon"}).encode()),
        Event("status.update", b"null"),
        Event("notification", b"{"),
        Event("notification", b'{"type": "mention", "id": "1"}'),
        Event("delete", b""),
        Event("delete", b"../../x"),
        Event("delete", b"9" * 1_000),
    ],
)
def test_garbage_is_rejected_with_a_reason_and_the_stream_goes_on(garbage: Event) -> None:
    page = heard(garbage, event("update", PLAIN), wants=True)
    assert [message.text for message in page.messages] == ["The ferry"]
    assert [bool(reject.where and reject.reason) for reject in page.rejects] == [True]


def test_an_event_that_is_cut_at_any_byte_is_rejected() -> None:
    whole = event("update", PLAIN)
    for cut in range(0, len(whole.data), 7):
        page = heard(Event("update", whole.data[:cut]), wants=True)
        assert (page.messages, len(page.rejects)) == ((), 1)


# -- the round of asking -----------------------------------------------------------------------------------------------


def caught_up(server: Played, **places: str) -> tuple[list[Message], list[Page]]:
    pages = list(hearing(server, wants=True, **places).catch_up(feeds_of("public")))
    return [message for page in pages for message in page.messages], pages


def test_what_was_said_while_we_were_away_is_asked_for_page_by_page() -> None:
    messages, pages = caught_up(Played(130), public="1009")
    assert [message.text for message in messages] == [f"ferry {n}" for n in range(10, 130)]
    assert json.loads(pages[-1].cursor) == {"public": "1129"}
    assert [json.loads(page.cursor)["public"] for page in pages][:2] == ["1049", "1089"]


def test_the_lists_are_asked_once_the_stream_is_open() -> None:
    """So that what is said in between comes by the one or by the other."""

    def talk(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        connection.recv(1)

    with peer(talk) as other:

        class Listened(Played):
            def listen(self, url: str) -> EventSource:
                return EventSource(other.url, {}, ("127.0.0.1",))

        with closing(stream.stream(Listened(130), "public", US, '{"public": "1119"}', bool)) as pages:
            page = next(pages)
    assert [message.text for message in page.messages] == [f"ferry {n}" for n in range(120, 130)]
    assert other.connections == 1


def test_a_first_visit_hears_what_is_recent() -> None:
    messages, _ = caught_up(Played(130))
    assert len(messages) == 40


def test_more_than_can_be_asked_for_is_a_gap_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_PAGES", 2)
    messages, pages = caught_up(Played(300), public="1009")
    told = [(one.start, one.end) for page in pages for one in page.missed]
    assert told == [(BEGAN + timedelta(minutes=89), BEGAN + timedelta(minutes=260))]
    assert len(messages) == 80 + 40
    assert json.loads(pages[-1].cursor) == {"public": "1299"}  # and the next time goes on from here


def test_a_server_that_says_the_same_for_ever_is_left_alone() -> None:
    class Stuck(Played):
        def timeline(self, name: str, params: Mapping[str, str], after: str) -> list[Any]:
            self.asked += 1
            return self.posts

    server = Stuck(3)
    caught_up(server, public="1000")
    assert server.asked <= 3


def test_favourites_are_counted_where_mentions_are_asked_for() -> None:
    pages = list(hearing().catch_up(feeds_of("user")))
    assert not any(page.tallies for page in pages)
    assert json.loads(pages[-1].cursor)["notifications"] == "0"


@pytest.mark.parametrize("cursor", ["", "{", "[]", '{"home": 7}', "null"])
def test_a_cursor_that_is_not_ours_is_a_first_visit(cursor: str) -> None:
    assert stream._read(cursor) == {}


# -- which streams -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        ("", []),
        ("user", ["user"]),
        (" user , public:local,user", ["user", "public/local"]),
        ("#Fähre, #a b", ["hashtag?tag=F%C3%A4hre", "hashtag?tag=ab"]),
    ],
)
def test_the_streams_are_those_that_were_written(given: str, paths: list[str]) -> None:
    assert [feed.path for feed in feeds_of(given)] == paths


@pytest.mark.parametrize("given", ["weather", "user; public", "@ana"])
def test_what_is_no_stream_is_refused(given: str) -> None:
    with pytest.raises(ConnectorError, match="no stream called"):
        feeds_of(given)


def test_a_server_without_streams_has_nothing_to_stream() -> None:
    instance, nothing = answer("200 OK", b"{}"), answer("404 Not Found", b"{}")

    def talk(connection: socket.socket, asked: bytes) -> None:
        (instance if b"/instance" in asked else nothing)(connection, asked)

    with peer(talk) as server:
        account = Account({"instance": server.url, "stream": "user"}, {"token": "x"}, private_hosts=("127.0.0.1",))
        assert list(connector.stream(account, "stream", "", lambda text: True)) == []
    assert b"/api/v1/streaming/health" in server.requests[-1]


# -- real data ---------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_every_recorded_post_is_heard_and_nothing_else_makes_the_stream_stumble() -> None:
    data = Path(os.environ.get("RAPPORT_DATA") or Path(__file__).parents[4] / "shared" / "data")
    if not (data / "raw_mastodon").is_dir():
        pytest.skip("raw_mastodon is not here; set RAPPORT_DATA")
    values = [value for told in recorded(data) for value in within(told) if isinstance(value, dict)]
    posts = [value for value in values if {"content", "account", "visibility", "in_reply_to_id"} <= value.keys()]
    for name in ("update", "status.update", "notification", "delete", "conversation"):
        ear = hearing(wants=True)
        for value in values:
            ear.event(event(name, value), feeds_of("public")[0])
        page = ear.page()
        assert all(reject.where and reject.reason for reject in page.rejects)
        if name == "update":
            boosts = sum(isinstance(post.get("reblog"), dict) for post in posts)
            wanted = {post["id"] for post in posts if not isinstance(post.get("reblog"), dict)}
            assert wanted <= {message.external_id.rpartition("/")[2] for message in page.messages}
            assert len(wanted) > 100
            assert page.passed_over >= boosts
