"""Bringing back what was said earlier: from a list that is read downwards, and from a search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rapport.connectors.bluesky import connector
from rapport.connectors.bluesky.test_api import (
    LIST,
    Account,
    Listed,
    Refuse,
    Server,
    account,
    notification,
    post,
    server,
)
from rapport.connectors.contract import BringsBack
from rapport.core.errors import ConnectorError

__all__ = ["account", "server"]

START = datetime.fromtimestamp(1_783_000_000, UTC)
SEARCH = "app.bsky.feed.searchPosts"


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def brought(account: Account, since: int, until: int, cursor: str = "", source: str = "notifications") -> list[str]:
    pages = list(connector.bring_back(account, source, at(since), at(until), cursor))
    return [
        message.external_id.rpartition("/")[2] for page in pages for message in page.messages if not message.context
    ]


def keys(first: int, last: int) -> list[str]:
    """Newest first, as they come."""
    return [f"k{number}" for number in range(last, first - 1, -1)]


@pytest.fixture
def listed(server: Server) -> Listed:
    return Listed(server, *(notification(f"k{number}", number) for number in range(450)))


def test_it_can_be_asked_for_what_was_said_earlier() -> None:
    assert isinstance(connector, BringsBack)


def test_everything_of_the_stretch_comes_and_nothing_else(account: Account, listed: Listed) -> None:
    assert sorted(brought(account, 100, 400)) == sorted(keys(100, 399))


def test_wherever_it_is_cut_off_it_goes_on_without_a_gap(account: Account, listed: Listed) -> None:
    pages = list(connector.bring_back(account, "notifications", at(100), at(400), ""))
    for cut in range(1, len(pages)):
        before = {message.external_id.rpartition("/")[2] for page in pages[:cut] for message in page.messages}
        after = brought(account, 100, 400, pages[cut - 1].cursor)
        assert before | set(after) == set(keys(100, 399)), cut


def test_at_its_end_it_does_not_begin_anew(server: Server, account: Account, listed: Listed) -> None:
    *_, last = connector.bring_back(account, "notifications", at(0), at(400), "")
    asked = len(server.calls(LIST))
    assert brought(account, 0, 400, last.cursor) == []
    assert len(server.calls(LIST)) == asked


def test_it_stops_below_the_stretch(server: Server, account: Account, listed: Listed) -> None:
    brought(account, 430, 450)
    assert len(server.calls(LIST)) == 1


def test_likes_are_counted_on_its_pages_and_are_no_messages(server: Server, account: Account) -> None:
    Listed(server, notification("a", 1), notification("b", 2, reason="like"))
    page, _ = connector.bring_back(account, "notifications", at(0), at(10), "")
    assert (len(page.messages), dict(page.tallies)) == (1, {"like": 1})


def test_what_is_cut_off_raises_and_never_looks_complete(server: Server, account: Account, listed: Listed) -> None:
    def refuse(given: dict[str, Any]) -> object:
        if given.get("cursor"):
            raise Refuse(503, "NotEnoughResources")
        return listed(given)

    server.methods[LIST] = refuse
    with pytest.raises(ConnectorError):
        brought(account, 0, 450)


def test_messages_are_counted_without_their_threads(server: Server, account: Account) -> None:
    items = [notification(f"k{number}", number) for number in range(150)]
    Listed(server, *items, *(notification(f"l{number}", number, reason="like") for number in range(150)))
    assert connector.count(account, "notifications", at(50), at(150)) == 100
    assert {name for name, _ in server.asked if name.startswith("app.")} == {LIST}


def test_what_takes_too_many_pages_is_not_counted(server: Server, account: Account) -> None:
    Listed(server, *(notification(f"k{number}", number) for number in range(2_100)))
    assert connector.count(account, "notifications", at(0), at(2_100)) is None


def test_the_search_is_asked_for_the_stretch_word_by_word(server: Server, account: Account) -> None:
    def search(given: dict[str, Any]) -> object:
        return {"posts": [post(f"{given['q']}{number}", number) for number in (3, 2, 1)]}

    server.methods[SEARCH] = search
    searching = Account({**account.config, "search": "ferry, norlink"}, account.secrets, account.keep, ("127.0.0.1",))
    assert brought(searching, 0, 10, source="search") == [
        f"{word}{number}" for word in ("ferry", "norlink") for number in (3, 2, 1)
    ]
    assert [(call["q"], call["since"], call["until"]) for call in server.calls(SEARCH)] == [
        (word, "2026-07-02T13:46:40.000Z", "2026-07-02T13:46:50.000Z") for word in ("ferry", "norlink")
    ]
    assert connector.count(searching, "search", at(0), at(10)) == 6


def test_without_words_there_is_nothing_to_search_for(account: Account) -> None:
    assert brought(account, 0, 10, source="search") == []
    assert connector.count(account, "search", at(0), at(10)) == 0
