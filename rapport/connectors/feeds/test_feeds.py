"""This feed in, these messages out; and how feeds are asked for."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.connectors.contract import Account
from rapport.connectors.feeds import connector
from rapport.connectors.feeds.fetch import BATCH
from rapport.connectors.feeds.overlap import Shown
from rapport.connectors.feeds.parse import WHOLE, parse_feed, read_feed, to_page
from rapport.connectors.feeds.shape import misshapen
from rapport.connectors.peer import Talk, answer, hang_up, peer
from rapport.connectors.values import read_time
from rapport.core.errors import BlockedAddress, ConnectorError
from rapport.core.types import Message, Page

FIXTURES = Path(__file__).parent / "fixtures"
ADDRESS = "https://harbour.example/comments/feed/"
NOW = datetime(2026, 3, 4, tzinfo=UTC)


def parsed(name: str) -> Page:
    return connector.parse((FIXTURES / name).read_bytes(), source="entries", account=Account({"url": ADDRESS}))


def parts(message: Message) -> dict[str, str]:
    return {message.text[span.start : span.end]: span.value for span in message.spans}


# -- what is read ------------------------------------------------------------------------------------------------------


def test_rss_comments_become_messages_oldest_first() -> None:
    ben, ana = parsed("comments.rss").messages
    assert ana.text == "Comment on The evening ferry by Ana\n\nIt was late, see the table.\nAnd cold."
    assert parts(ana) == {"the table": "https://harbour.example/table?a=1&b=2"}
    assert ana.published_at == datetime(2026, 3, 3, 16, 5, tzinfo=UTC)
    assert ana.author.name == "Ana"
    assert (ana.network, ana.language) == ("feeds:harbour.example", "en-GB")
    assert ben.text.endswith("Thank you & bye")


def test_an_id_that_is_no_address_is_only_unique_within_its_feed() -> None:
    ben, ana = parsed("comments.rss").messages
    assert ana.external_id == "https://harbour.example/?p=7#comment-12"
    assert ben.external_id == f"{ADDRESS}#11"
    assert ben.thread_id == ben.external_id


def test_entries_without_text_or_date_are_rejected_with_the_reason() -> None:
    assert {reject.where: reject.reason for reject in parsed("comments.rss").rejects} == {
        "entry 3: 10": "nothing to read: neither title nor text",
        "entry 4: 9": "no date that can be read",
    }


def test_an_entry_without_a_date_gets_the_time_at_which_it_was_heard() -> None:
    page = parse_feed((FIXTURES / "comments.rss").read_bytes(), address=ADDRESS, heard_at=NOW)
    assert page.messages[-1].text == "When was this?"
    assert page.messages[-1].published_at == NOW


def test_atom_is_read_with_its_markup_author_and_edit() -> None:
    (message,) = parsed("blog.atom").messages
    assert message.text == "Νέα δρομολόγια\n\nΑπό αύριο στις 7."
    assert parts(message) == {"αύριο": "https://limani.example/t"}
    assert message.external_id == "tag:limani.example,2026:1"
    assert (message.author.external_id, message.author.name) == ("https://limani.example/about", "Λιμεναρχείο")
    assert message.edited_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert message.language == "el"


def test_a_json_feed_is_read() -> None:
    page = parsed("feed.json")
    first, second = page.messages
    assert first.text == "Hallo\n\nMehr auf https://quay.example/1."
    assert parts(first) == {"https://quay.example/1": "https://quay.example/1"}
    assert (first.external_id, first.author.name, first.edited_at is not None) == (f"{ADDRESS}#1", "Ben", True)
    assert parts(second) == {"Steg 3": "https://quay.example/3"}
    assert (second.author.external_id, second.language) == ("https://quay.example/cleo", "de")
    assert [reject.reason for reject in page.rejects] == [
        "nothing to read: neither title nor text",
        "no date that can be read",
    ]


def test_nothing_dangerous_survives() -> None:
    (message,) = parsed("hostile.atom").messages
    assert message.text.endswith("plain\n\nHello one two")
    assert "root:" not in message.text
    assert message.spans == ()


def test_the_same_id_with_other_content_is_an_edit() -> None:
    raw = (FIXTURES / "blog.atom").read_bytes()
    (before,) = parse_feed(raw, address=ADDRESS).messages
    (after,) = parse_feed(raw.replace("στις 7".encode(), "στις 8".encode()), address=ADDRESS).messages
    assert before.external_id == after.external_id
    assert before.content_hash() != after.content_hash()


def item(title: str, guid: str = "", link: str = "", date: str = "Tue, 03 Mar 2026 14:00:00 GMT") -> str:
    tags = {"title": title, "guid": guid, "link": link, "pubDate": date}
    return f"<item>{''.join(f'<{tag}>{value}</{tag}>' for tag, value in tags.items() if value)}</item>"


def rss(*items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{"".join(items)}</channel></rss>'.encode()


def ids(raw: bytes) -> list[str]:
    return [message.external_id for message in parse_feed(raw, address=ADDRESS).messages]


def test_without_an_id_the_link_identifies_an_entry_and_without_a_link_its_content() -> None:
    linked, bare = ids(rss(item("one", link="https://a.example/1"), item("two")))
    assert linked == "https://a.example/1"
    assert bare.startswith("content:")
    assert ids(rss(item("two"))) == [bare]


def test_an_id_that_every_entry_bears_identifies_none() -> None:
    found = ids(
        rss(item("one", "0", "https://a.example/1"), item("two", "0", "https://a.example/2"), item("three", "0"))
    )
    assert found[:2] == ["https://a.example/1", "https://a.example/2"]
    assert found[2].startswith("content:")


def test_of_a_feed_that_ends_in_the_middle_the_last_entry_is_not_believed() -> None:
    whole = rss(item("one", "a:1"), item("two", "a:2"))
    page = parse_feed(whole[: whole.index(b"two") + 2], address=ADDRESS, heard_at=NOW)
    assert [message.text for message in page.messages] == ["one"]
    assert [reject.reason for reject in page.rejects][-1] == "the feed ends in the middle of it"
    assert "not well formed" in page.rejects[0].reason


def test_a_feed_with_a_fault_is_read_as_far_as_it_can_be_and_the_fault_is_told() -> None:
    page = parse_feed(rss(item("Fish & chips", "a:1"), item("two", "a:2")), address=ADDRESS)
    assert [message.text for message in page.messages] == ["Fish & chips", "two"]
    assert page.rejects[0].where == WHOLE


# -- what was made to hurt ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"<a>" * 500_000, "nest deeper"),
        (rss("<item><title>x</title></item>" * 60_000), "more than 100,000 elements"),
        (
            ("<rss " + " ".join(f'a{number}="1"' for number in range(30_000)) + "/>").encode(),
            "more than 200 attributes",
        ),
        (b"<rss>" + b"&" * 2_100_000, "too large to be mended"),
        (b" " * 10_000_001, "larger than 10,000,000 bytes"),
        (b"{" + b" " * 10_000_001, "larger than 10,000,000 bytes"),
        (b'{"a":' * 200_000, "not JSON"),
        (b'{"version": "1"}', "not a JSON feed"),
        (b"", "not a feed"),
        (b"<html><body>Please sign in</body></html>", "not a feed"),
    ],
    ids=["deep", "many", "attributes", "faulty", "large", "large json", "deep json", "other json", "empty", "page"],
)
def test_what_is_no_feed_or_would_take_too_long_is_rejected_at_once(raw: bytes, reason: str) -> None:
    started = time.process_time()
    page = parse_feed(raw, address=ADDRESS)
    assert time.process_time() - started < 2
    assert page.messages == ()
    assert reason in page.rejects[0].reason


def test_an_address_or_a_file_name_instead_of_a_feed_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "feed.rss"
    file.write_bytes(rss(item("from the disk", "a:1")))
    assert parse_feed(str(file).encode(), address=ADDRESS).messages == ()
    with peer(answer(body=rss(item("from the web", "a:1")))) as server:
        assert parse_feed(server.url.encode(), address=ADDRESS).messages == ()
        assert server.connections == 0


def test_entities_that_multiply_are_not_expanded() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "bomb"}">' for n in range(12))
    raw = f"<!DOCTYPE rss [{entities}]>".encode() + rss(item("&a11;", "a:1"))
    started = time.process_time()
    page = parse_feed(raw, address=ADDRESS)
    assert time.process_time() - started < 2
    assert all(len(message.text) < 1_000 for message in page.messages)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(st.sampled_from("<>&;/![]-='\"? abitemrsscha"), max_size=200).map(str.encode))
def test_any_bytes_are_a_page(raw: bytes) -> None:
    for wrapped in (raw, b"<rss version='2.0'><channel><item>" + raw):
        page = parse_feed(wrapped, address=ADDRESS, heard_at=NOW)
        assert all(message.text and message.external_id for message in page.messages)


# -- asking ------------------------------------------------------------------------------------------------------------

HOME = ("127.0.0.1",)


def pages(url: str, cursor: str = "") -> list[Page]:
    return list(connector.fetch(Account({"url": url}, private_hosts=HOME), "entries", cursor))


def asked_for_changes(headers: list[str], body: bytes) -> Talk:
    """A server that answers 304 to whoever brings what it gave."""

    def talk(connection: socket.socket, asked: bytes) -> None:
        known = b'If-None-Match: "v1"' in asked or b"If-Modified-Since: Tue, 03 Mar 2026" in asked
        (answer("304 Not Modified") if known else answer("200 OK", body, *headers))(connection, asked)

    return talk


@pytest.mark.parametrize("mark", ['ETag: "v1"', "Last-Modified: Tue, 03 Mar 2026 18:00:00 GMT"])
def test_the_second_time_we_only_ask_for_changes(mark: str) -> None:
    with peer(asked_for_changes([mark], rss(item("one", "a:1")))) as server:
        (first,) = pages(server.url)
        assert [message.text for message in first.messages] == ["one"]
        (second,) = pages(server.url, first.cursor)
        assert second == Page(cursor=second.cursor)
        assert pages(server.url, second.cursor)[0].messages == ()
        assert len(server.requests) == 3


def test_an_answer_that_did_not_change_is_not_told_again() -> None:
    with peer(answer(body=rss(item("one", "a:1")))) as server:
        (first,) = pages(server.url)
        (second,) = pages(server.url, first.cursor)
        assert second == Page(cursor=second.cursor)


def test_another_address_is_asked_from_the_beginning() -> None:
    with peer(asked_for_changes(['ETag: "v1"'], rss(item("one", "a:1")))) as server:
        (first,) = pages(server.url)
        (other,) = pages(server.url + "other", first.cursor)
        assert len(other.messages) == 1


def test_a_long_feed_comes_in_batches_and_the_cursor_moves_with_the_last() -> None:
    entries = [item(f"number {number}", f"a:{number}") for number in range(BATCH + 1)]
    with peer(answer("200 OK", rss(*entries), 'ETag: "v1"')) as server:
        first, second = pages(server.url)
    assert [len(first.messages), len(second.messages)] == [BATCH, 1]
    assert (first.cursor, first.more, second.more) == ("", True, False)
    assert '\\"v1\\"' in second.cursor


# -- what came and went between two looks ------------------------------------------------------------------------------

LOOKED = datetime(2026, 3, 3, 12, tzinfo=UTC)
BEFORE = [item(f"old {n}", f"a:{n}", date="Tue, 03 Mar 2026 09:00:00 GMT") for n in range(5)]


def entries(*items: str, at: datetime) -> tuple[Message, ...]:
    return to_page(read_feed(rss(*items), address=ADDRESS), b"", address=ADDRESS, heard_at=at).messages


def missed(*items: str, before: Sequence[str] = BEFORE, hours: float = 2) -> list[tuple[datetime, datetime]]:
    """What a feed that stood as `before` at `LOOKED` and shows `items` some hours later may have lost."""
    now = LOOKED + timedelta(hours=hours)
    shown = Shown.read(json.loads(json.dumps(Shown().after(entries(*before, at=LOOKED), LOOKED).written())))
    return [(one.start, one.end) for one in shown.missed(entries(*items, at=now), now)]


def at(clock: str) -> str:
    return f"Tue, 03 Mar 2026 {clock} GMT"


def test_a_feed_that_shows_nothing_of_what_it_showed_may_have_lost_something_in_between() -> None:
    found = missed(item("new", "a:8", date=at("13:30:00")), item("newer", "a:9", date=at("13:50:00")))
    assert found == [(LOOKED, LOOKED + timedelta(hours=1.5))]


def test_entries_without_dates_may_have_come_at_any_time_since() -> None:
    bare = "<item><title>new</title><guid>a:9</guid></item>"
    assert missed(bare) == [(LOOKED, LOOKED + timedelta(hours=2))]


def test_what_a_feed_dates_in_the_future_ends_the_gap_now() -> None:
    assert missed(item("fair", "a:9", date="Sat, 07 Mar 2026 09:00:00 GMT")) == [(LOOKED, LOOKED + timedelta(hours=2))]


@pytest.mark.parametrize(
    ("items", "before"),
    [
        ([*BEFORE[4:], item("new", "a:9", date=at("13:30:00"))], BEFORE),  # one is still there
        (BEFORE[:1], BEFORE),  # fewer than before
        ([], BEFORE),  # it has become empty
        ([item("new", "a:9", date=at("13:30:00"))], []),  # it was empty
        ([item(f"old {n}", f"https:{n}", date=at("09:00:00")) for n in range(5)], BEFORE),  # other ids, the same words
        ([item("from the cellar", "a:9", date="Mon, 05 Jan 2026 09:00:00 GMT")], BEFORE),  # shown in turn
        ([item("late", "a:8", date=at("11:59:00")), item("new", "a:9", date=at("13:30:00"))], BEFORE),  # reaches back
        ([item("edited", "a:4", date=at("13:30:00"))], BEFORE),  # the same id, other words
    ],
)
def test_nothing_is_said_to_be_lost_without_a_reason(items: list[str], before: list[str]) -> None:
    assert missed(*items, before=before) == []


def test_a_feed_that_was_empty_in_between_is_compared_with_what_it_showed_last() -> None:
    shown = Shown().after(entries(*BEFORE, at=LOOKED), LOOKED)
    later = LOOKED + timedelta(hours=2)
    assert shown.after((), later) == shown
    assert shown.missed(entries(item("new", "a:9", date=at("13:30:00")), at=later), later)[0].start == LOOKED


def test_a_feed_that_shows_its_entries_in_turn_is_known_again() -> None:
    first = entries(*BEFORE, at=LOOKED)
    other = entries(item("new", "a:8", date=at("13:30:00")), at=LOOKED)
    later = LOOKED + timedelta(hours=2)
    shown = Shown().after(first, LOOKED).after(other, later)
    assert shown.missed(entries(item("edited", "a:4", date=at("15:30:00")), at=later), later) == ()


def test_a_look_at_a_feed_that_stands_as_it_stood_moves_the_beginning_of_a_gap() -> None:
    body = [rss(item("one", "a:1", date=at("09:00:00")))]

    def talk(connection: socket.socket, asked: bytes) -> None:
        answer(body=body[0])(connection, asked)

    with peer(talk) as server:
        (first,) = pages(server.url)
        (second,) = pages(server.url, first.cursor)
        body[0] = rss(item("two", "a:2", date="Thu, 01 Jan 2099 09:00:00 GMT"))
        (third,) = pages(server.url, second.cursor)
    began, again = (read_time(json.loads(page.cursor)["at"]) for page in (first, second))
    assert began is not None
    assert again is not None
    assert [one.start for one in third.missed] == [again]
    assert began < again < third.missed[0].end


def test_a_cursor_of_an_earlier_version_is_taken_for_a_first_look() -> None:
    with peer(answer(body=rss(item("one", "a:1")))) as server:
        (page,) = pages(server.url, json.dumps({"url": server.url, "etag": "", "modified": "", "digest": "0"}))
    assert page.missed == ()
    assert len(json.loads(page.cursor)["shown"].split()) == 2


# -- what is no feed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "talk",
    [
        hang_up,
        answer("500 Oops"),
        answer("404 Not Found"),
        answer(body=b"<html>Sign in</html>"),
        answer(body=b""),
        answer("304 Not Modified"),
    ],
    ids=["cut", "500", "404", "page", "nothing", "304 unasked"],
)
def test_a_server_that_gives_no_feed_is_an_error_and_not_silence(talk: Talk) -> None:
    with peer(talk) as server:
        with pytest.raises(ConnectorError):
            pages(server.url)
        with pytest.raises(ConnectorError):
            connector.check(Account({"url": server.url}, private_hosts=HOME))


def test_a_feed_at_a_private_address_is_refused() -> None:
    with peer(answer(body=rss())) as server, pytest.raises(BlockedAddress):
        list(connector.fetch(Account({"url": server.url}), "entries", ""))


def test_connecting_tells_the_name_of_the_feed() -> None:
    with peer(answer(body=(FIXTURES / "blog.atom").read_bytes())) as server:
        profile = connector.check(Account({"url": server.url}, private_hosts=HOME))
    assert (profile.name, profile.handle, profile.url) == ("Λιμάνι", "127.0.0.1", "https://limani.example/")


@pytest.mark.parametrize("address", ["", "harbour.example/feed", "file:///etc/passwd", "ftp://harbour.example/feed"])
def test_what_is_no_web_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        connector.check(Account({"url": address}))
    assert refused.value.permanent


def test_the_encoding_that_the_server_names_is_used() -> None:
    body = rss(item("Grüße", "a:1")).decode().encode("latin-1")
    with peer(answer("200 OK", body, "Content-Type: application/rss+xml; charset=iso-8859-1")) as server:
        (page,) = pages(server.url)
    assert page.messages[0].text == "Grüße"


# -- real feeds --------------------------------------------------------------------------------------------------------


@pytest.mark.data
def test_every_feed_of_the_feedparser_collection_is_read_or_rejected_quickly() -> None:
    data = Path(os.environ.get("RAPPORT_DATA") or Path(__file__).parents[4] / "shared" / "data")
    files = [file for file in (data / "raw_feeds_feedparser" / "tests").rglob("*") if file.is_file()]
    if not files:
        pytest.skip("raw_feeds_feedparser is not here; set RAPPORT_DATA")
    reasons: Counter[str] = Counter()
    messages = 0
    for file in files:
        raw = file.read_bytes()
        started = time.process_time()
        page = parse_feed(raw, address=ADDRESS, heard_at=NOW)
        assert time.process_time() - started < 2, file
        assert page.messages or page.rejects or not re.search(rb"<(\w+:)?(item|entry)[\s>]", raw), file
        messages += len(page.messages)
        reasons.update(reject.reason.partition(" (")[0] for reject in page.rejects)
    print(f"{len(files)} feeds, {messages} messages, rejected: {dict(reasons)}")  # noqa: T201
    assert len(files) > 1_800
    assert messages > 400
    assert all("Error" not in reason for reason in reasons)


@pytest.mark.parametrize("raw", [b"<a>" * 100 + b"</a>" * 100, b"<rss/>", b"&", b"\xff\xfe"])
def test_shapes_that_do_no_harm_are_left_to_the_parser(raw: bytes) -> None:
    assert misshapen(raw) == ""
