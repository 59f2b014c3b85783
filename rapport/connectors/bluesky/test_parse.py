"""This payload in, these messages out. The payloads in fixtures/ were captured from a real network (dev-env)."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.connectors.bluesky import connector, parse
from rapport.connectors.contract import Account
from rapport.core.errors import ConnectorError
from rapport.core.types import Deletion, Message, Page, Span

FIXTURES = Path(__file__).parent / "fixtures"
FERRY, CLEO, DORA = (
    f"did:plc:{name}" for name in ("uzt26kylxhnshf6bt5ibtjz4", "yyhzqyaaxz6hhnicho4gkdvs", "nd46ks6slkvq3cfo3csm5ns2")
)
ACCOUNT = Account(config={}, secrets={"session": f"ferry.test:::{FERRY}:::access:::refresh:::http://localhost"})


def captured(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def read(payload: object) -> Page:
    return connector.parse(json.dumps(payload).encode(), source="notifications", account=ACCOUNT)


def said(page: Page) -> dict[str, Message]:
    return {message.text: message for message in page.messages}


MENTION = "⛴️ Ça va, @ferry.test? The 7:40 to Æbelø was cancelled, see example.org/7:40 #late"
SAILING = "Sailings to the islands resume at noon."
DOUBT = "Is the noon one full already?"
ECHO = "They said so at the harbour."
QUOTE = "At last."


# -- what a notification becomes ---------------------------------------------------------------------------------------


def test_mentions_replies_and_quotes_are_messages_to_us() -> None:
    page = read(captured("notifications"))
    assert set(said(page)) == {MENTION, DOUBT, ECHO, QUOTE}
    assert all(message.addressed and not message.context for message in page.messages)


def test_likes_reposts_and_follows_are_only_counted() -> None:
    assert read(captured("notifications")).tallies == {"like": 1, "repost": 1, "follow": 1}


def test_a_message_says_who_said_it_where_and_when() -> None:
    message = said(read(captured("notifications")))[MENTION]
    assert (message.author.external_id, message.author.handle) == (CLEO, "cleo.test")
    assert message.author.name == "Cleo Ámbar 🦊"
    assert message.url == f"https://bsky.app/profile/{CLEO}/post/{message.external_id.rpartition('/')[2]}"
    assert message.published_at == datetime(2026, 11, 21, 20, 6, 0, 692779, UTC)
    assert message.language == "en"


def test_spans_mark_what_the_writer_marked() -> None:
    message = said(read(captured("notifications")))[MENTION]
    marked = [(message.text[span.start : span.end], span.kind, span.value) for span in message.spans]
    assert marked == [
        ("@ferry.test", "mention", FERRY),
        ("example.org/7:40", "link", "https://example.org/sailings/7-40"),
        ("#late", "hashtag", "late"),
    ]


def test_a_reply_knows_its_thread_and_what_answering_it_takes() -> None:
    messages = said(read(captured("notifications")))
    echo, doubt = messages[ECHO], messages[DOUBT]
    assert echo.parent_id == doubt.external_id
    assert echo.thread_id == doubt.thread_id == doubt.parent_id
    assert echo.ref["uri"] == echo.external_id
    assert echo.ref["root"] == {"uri": echo.thread_id, "cid": doubt.ref["root"]["cid"]}


def test_a_message_that_answers_nothing_begins_its_own_thread() -> None:
    message = said(read(captured("notifications")))[MENTION]
    assert (message.thread_id, message.parent_id) == (message.external_id, "")
    assert set(message.ref) == {"uri", "cid"}


def test_a_quote_begins_its_own_thread_and_says_what_it_quotes() -> None:
    messages = said(read(captured("notifications")))
    assert messages[QUOTE].thread_id == messages[QUOTE].external_id
    assert messages[QUOTE].ref["quotes"] == messages[ECHO].thread_id


# -- threads, and posts by themselves ----------------------------------------------------------------------------------


def test_a_thread_is_read_from_its_beginning_and_only_the_last_post_was_asked_for() -> None:
    page = read(captured("thread"))
    assert [(message.text, message.context) for message in page.messages] == [
        (SAILING, True),
        (DOUBT, True),
        (ECHO, False),
    ]
    assert not any(message.addressed for message in page.messages if message.context)


def test_a_thread_is_read_up_to_a_hole() -> None:
    assert [message.text for message in read(captured("thread_hole")).messages] == [ECHO]


def test_what_a_post_quotes_is_there_to_be_read() -> None:
    page = read(captured("quote_thread"))
    assert [(message.text, message.context) for message in page.messages] == [(SAILING, True), (QUOTE, False)]


def test_a_thread_that_is_hidden_from_us_holds_nothing() -> None:
    blocked = {"$type": "app.bsky.feed.defs#blockedPost", "uri": f"at://{CLEO}/app.bsky.feed.post/3k", "blocked": True}
    assert read({"thread": blocked}) == Page()


def test_a_post_addresses_us_when_it_mentions_answers_or_quotes_us() -> None:
    page = read(captured("posts"))
    assert {message.text: message.addressed for message in page.messages} == {
        MENTION: True,
        QUOTE: True,
        SAILING: False,
    }


def test_nobody_is_addressed_while_we_do_not_know_who_we_are() -> None:
    page = connector.parse((FIXTURES / "posts.json").read_bytes(), source="search", account=Account(config={}))
    assert not any(message.addressed for message in page.messages)


# -- events of Jetstream -----------------------------------------------------------------------------------------------


def event(operation: str = "create", collection: str = parse.POST, **record: object) -> dict[str, Any]:
    commit: dict[str, object] = {"operation": operation, "collection": collection, "rkey": "3kabc", "rev": "3k"}
    if operation != "delete":
        commit |= {"cid": "bafy", "record": {"$type": collection, **record}}
    return {"did": DORA, "time_us": 1_783_175_888_085_434, "kind": "commit", "commit": commit}


def test_an_event_is_a_message_by_an_author_known_by_id_only() -> None:
    (message,) = read(event(text="Hello", createdAt="2026-07-04T14:38:06.240Z")).messages
    assert message.external_id == f"at://{DORA}/app.bsky.feed.post/3kabc"
    assert (message.author.external_id, message.author.handle) == (DORA, "")


def test_an_event_without_a_readable_time_has_the_time_at_which_it_was_seen() -> None:
    (message,) = read(event(text="Hello", createdAt="yesterday")).messages
    assert message.published_at == datetime(2026, 7, 4, 14, 38, 8, 85434, UTC)


def test_a_deleted_post_is_a_deletion() -> None:
    assert read(event("delete")).deletions == (Deletion("bluesky", f"at://{DORA}/app.bsky.feed.post/3kabc"),)


@pytest.mark.parametrize(
    ("payload", "tally"),
    [
        (event(collection="app.bsky.feed.like"), "like"),
        (event(collection="app.bsky.graph.follow"), "follow"),
        (event("delete", collection="app.bsky.feed.like"), "other"),
        ({"did": DORA, "kind": "identity", "identity": {"did": DORA}}, "identity"),
        ({"did": DORA, "kind": "account", "account": {"active": True}}, "account"),
    ],
)
def test_other_events_are_only_counted(payload: dict[str, Any], tally: str) -> None:
    assert read(payload) == Page(tallies={tally: 1})


# -- what makes no sense -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000, b"null", b"[]", b'"posts"', b"{}"])
def test_what_is_no_payload_at_all_raises(raw: bytes) -> None:
    with pytest.raises(ConnectorError) as caught:
        connector.parse(raw, source="notifications", account=ACCOUNT)
    assert caught.value.permanent


@pytest.mark.parametrize("mark", ["notifications", "posts"])
def test_a_list_that_is_no_list_raises(mark: str) -> None:
    with pytest.raises(ConnectorError, match="not a list"):
        read({mark: {"uri": "at://"}})


Change = Callable[[dict[str, Any]], object]
MALFORMED: dict[str, tuple[Change, str]] = {
    "no reason": (lambda n: n.pop("reason"), "gives no reason"),
    "no record": (lambda n: n.pop("record"), "the record is missing"),
    "a record of another kind": (lambda n: n["record"].update({"$type": "app.bsky.feed.like"}), "a app.bsky.feed.like"),
    "a record without a kind": (lambda n: n["record"].pop("$type"), "a nameless thing"),
    "no text": (lambda n: n["record"].pop("text"), "no text"),
    "a text that is none": (lambda n: n["record"].update(text=7), "no text"),
    "no author": (lambda n: n.update(author=None), "the author is missing"),
    "somebody else's post": (lambda n: n["author"].update(did=DORA), "not the owner"),
    "no address": (lambda n: n.pop("uri"), "not the address of a post"),
    "an address of something else": (lambda n: n.update(uri=f"at://{CLEO}/app.bsky.feed.like/3k"), "not the address"),
    "an address that ends in dots": (lambda n: n.update(uri=f"at://{CLEO}/app.bsky.feed.post/.."), "not the address"),
    "an endless address": (lambda n: n.update(uri=f"at://{CLEO}/app.bsky.feed.post/{'k' * 500}"), "not the address"),
    "no cid": (lambda n: n.update(cid=None), "no cid"),
    "no time": (lambda n: (n.pop("indexedAt"), n["record"].update(createdAt="soon")), "no time that can be read"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_item_is_rejected_with_a_reason_and_the_rest_goes_on(name: str) -> None:
    spoil, reason = MALFORMED[name]
    payload = captured("notifications")
    spoil(next(n for n in payload["notifications"] if n["record"].get("text") == MENTION))
    page = read(payload)
    (reject,) = page.rejects
    assert reason in reject.reason
    assert set(said(page)) == {DOUBT, ECHO, QUOTE}


def test_a_rejected_item_can_be_parsed_again() -> None:
    payload = captured("notifications")
    payload["notifications"] = [{**payload["notifications"][3], "cid": ""}]
    (reject,) = read(payload).rejects
    again = connector.parse(reject.raw.replace(b'"cid": ""', b'"cid": "bafy"'), source="", account=ACCOUNT)
    assert [message.text for message in again.messages] == [QUOTE]


def test_items_that_are_no_objects_are_rejected() -> None:
    assert [reject.reason for reject in read({"posts": [1, None, "x", []]}).rejects] == ["the item is missing"] * 4


def mention_with(**record: object) -> Message:
    payload = captured("notifications")
    (item,) = (n for n in payload["notifications"] if n["record"].get("text") == MENTION)
    item["record"].update(record)
    (message,) = read({"notifications": [item]}).messages
    return message


def test_a_text_that_no_database_keeps_is_mended_without_moving_its_spans() -> None:
    tag = {
        "index": {"byteStart": 5, "byteEnd": 9},
        "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "sea"}],
    }
    message = mention_with(text="\0\ud800 #sea", facets=[tag])
    assert message.text == "\ufffd\ufffd #sea"
    assert message.text[message.spans[0].start : message.spans[0].end] == "#sea"


def facet(start: object, end: object, kind: str = "tag", **value: object) -> dict[str, object]:
    features = [{"$type": f"app.bsky.richtext.facet#{kind}", **(value or {"tag": "x"})}]
    return {"index": {"byteStart": start, "byteEnd": end}, "features": features}


@pytest.mark.parametrize(
    "wrong",
    [
        facet(0, 1),  # ends inside a character
        facet(1, 4),  # begins inside one
        facet(3, 3),
        facet(4, 3),
        facet(-1, 3),
        facet(0, 10_000),
        facet("0", 3),
        facet(0, 3.0),
        facet(False, True),
        facet(0, 4, "link", uri="javascript:alert(1)"),
        facet(0, 4, "link", uri="https://"),
        facet(0, 4, "link"),
        facet(0, 4, "mention", did="cleo.test"),
        facet(0, 4, "bold"),
        {"index": {"byteStart": 0, "byteEnd": 4}},
        {"index": None, "features": None},
        None,
    ],
)
def test_a_facet_that_points_nowhere_is_passed_over(wrong: object) -> None:
    assert mention_with(text="⛴ x", facets=[wrong, facet(3, 5)]).spans == (Span(1, 3, "hashtag", "x"),)


def test_a_thousand_facets_do_not_cost_a_thousand_spans() -> None:
    assert len(mention_with(text="xx", facets=[facet(0, 1)] * 1000).spans) == 200


def test_a_reply_to_us_speaks_to_us_though_all_that_it_names_is_others() -> None:
    """The platform notifies of answers to answers too."""
    reference = {"uri": f"at://{DORA}/{parse.POST}/3k", "cid": "bafy"}
    message = mention_with(text="So it goes.", facets=[], reply={"root": reference, "parent": reference})
    assert message.addressed


def test_an_item_stands_where_the_earlier_of_its_two_times_puts_it() -> None:
    item = captured("posts")["posts"][0]
    late = {**item, "record": {"createdAt": "2026-11-21T19:00:00Z"}, "indexedAt": "2026-11-21T20:00:00Z"}
    early = {**item, "record": {"createdAt": "2026-11-21T21:00:00Z"}, "indexedAt": "2026-11-21T20:00:00Z"}
    assert [parse.place(one)[0] for one in (late, early)] == [1_795_287_600_000, 1_795_291_200_000]
    assert parse.place({"uri": "x"}) == (None, "x")


FOUND = {"uri": f"at://{DORA}/{parse.POST}/3k", "cid": "bafy"}


@pytest.mark.parametrize(
    "reply",
    [
        None,
        "at://",
        {},
        {"root": {"uri": "x", "cid": "y"}},
        {"root": FOUND},
        {"parent": FOUND},
        {"root": FOUND, "parent": {**FOUND, "cid": ""}},
        {"root": None, "parent": FOUND},
    ],
)
def test_a_reply_to_nothing_that_can_be_found_stands_by_itself(reply: object) -> None:
    message = mention_with(reply=reply)
    assert (message.thread_id, message.parent_id) == (message.external_id, "")


@pytest.mark.parametrize(
    ("langs", "language"),
    [(["pt-BR", "en"], "pt-BR"), ([], ""), (None, ""), ("en", ""), ([7], ""), (["x" * 30], ""), (["<b>"], "")],
)
def test_a_language_is_what_the_writer_said_if_it_is_one(langs: object, language: str) -> None:
    assert mention_with(langs=langs).language == language


def test_a_handle_that_the_platform_could_not_confirm_is_none() -> None:
    payload = captured("posts")
    payload["posts"][0]["author"]["handle"] = "handle.invalid"
    author = read(payload).messages[0].author
    assert (author.handle, author.url) == ("", f"https://bsky.app/profile/{CLEO}")


# -- whatever comes ----------------------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["\ud800", "\0", "9" * 400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload at which something could stand instead."""
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


@pytest.mark.parametrize("name", ["notifications", "posts", "thread", "quote_thread"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_that_could_stand_anywhere_makes_the_parser_stumble(name: str, data: st.DataObject) -> None:
    payload = captured(name)
    *path, last = data.draw(st.sampled_from([path for path in places(payload) if path]))
    inner = payload
    for step in path:
        inner = inner[step]
    inner[last] = data.draw(anything)
    before = json.dumps(payload)
    try:
        page = parse.page(payload, FERRY)
    except ConnectorError:
        return
    assert json.dumps(payload) == before
    page = replace(page, rejects=tuple(replace(reject, raw=b"") for reject in page.rejects))
    kept = json.dumps(asdict(page), default=str, ensure_ascii=False)
    assert "\\u0000" not in kept
    assert not any(
        "\ud800" <= letter <= "\udfff" for letter in kept
    )  # spelled out, as a reason quotes it, it may stand
    for message in page.messages:
        assert all(0 <= span.start < span.end <= len(message.text) for span in message.spans)
        assert len(message.external_id) <= 500
    if name in ("notifications", "posts"):
        # Nothing is passed over: an item is a message, a reject, or counted.
        assert len(page.messages) + len(page.rejects) + sum(page.tallies.values()) == len(payload[name])


# -- real data ---------------------------------------------------------------------------------------------------------

DATA = Path(os.environ.get("RAPPORT_DATA", Path(__file__).parents[3] / "../shared/data")) / "raw_bluesky"


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="the data sets are not here (RAPPORT_DATA)")
class TestRealData:
    def test_a_moment_of_the_real_network_goes_through(self) -> None:
        lines = (DATA / "jetstream/internal/corpus/testdata/expected_v1.jsonl").read_bytes().splitlines()
        pages = [connector.parse(line, source="jetstream", account=ACCOUNT) for line in lines]
        posts = [line for line in lines if b'"collection":"app.bsky.feed.post"' in line]
        deleted = [line for line in posts if b'"operation":"delete"' in line]
        assert (len(lines), len(posts)) == (152, 18)
        assert sum(len(page.messages) for page in pages) == len(posts) - len(deleted)
        assert sum(len(page.deletions) for page in pages) == len(deleted)
        assert not any(page.rejects for page in pages)
        assert sum(sum(page.tallies.values()) for page in pages) == len(lines) - len(posts)

    def test_every_span_of_a_real_post_marks_what_it_should(self) -> None:
        lines = (DATA / "jetstream/internal/corpus/testdata/expected_v1.jsonl").read_bytes().splitlines()
        messages = [m for line in lines for m in connector.parse(line, source="", account=ACCOUNT).messages]
        tags = [(m.text[s.start : s.end], s.value) for m in messages for s in m.spans if s.kind == "hashtag"]
        assert tags
        assert all(text.lstrip("#＃") == value for text, value in tags)

    def test_no_file_makes_the_parser_stumble(self) -> None:
        """Binary frames, fixtures of other kinds, lines of text: refused with a reason, whole or item by item."""
        outcomes: Counter[str] = Counter()
        for path in sorted(DATA.rglob("*")):
            for raw in [path.read_bytes(), *path.read_bytes().splitlines()] if path.is_file() else ():
                try:
                    page = connector.parse(raw, source="jetstream", account=ACCOUNT)
                except ConnectorError as error:
                    outcomes[str(error).partition(":")[0]] += 1
                else:
                    outcomes["read"] += 1
                    outcomes["rejected"] += len(page.rejects)
        assert outcomes["read"] == 152
        assert outcomes["rejected"] == 0
        assert set(outcomes) == {
            "read",
            "rejected",
            "Bluesky sent something that is not JSON",
            "Bluesky sent something that this connector doesn't know.",
        }

    @staticmethod
    def cases(name: str) -> list[str]:
        lines = (DATA / "atproto-interop-tests/syntax" / name).read_text().splitlines()
        return [line for line in lines if line and not line.startswith("#")]

    def test_times_are_read_as_the_protocol_says(self) -> None:
        valid, invalid, unreal = map(
            self.cases, ("datetime_syntax_valid.txt", "datetime_syntax_invalid.txt", "datetime_parse_invalid.txt")
        )
        # Python's calendar begins with the year 1.
        assert [case for case in valid if parse.moment(case) is None] == ["0000-01-01T00:00:00.000Z"]
        assert [case for case in invalid + unreal if parse.moment(case)] == []

    def test_no_invalid_address_is_taken_for_a_post(self) -> None:
        def of_posts(case: str) -> str:
            return case.replace("com.atproto.feed.post", parse.POST)

        assert [case for case in self.cases("aturi_syntax_invalid.txt") if parse.is_post(of_posts(case))] == []
        keys = self.cases("recordkey_syntax_valid.txt")
        assert [k for k in keys if not parse.is_post(f"at://{CLEO}/{parse.POST}/{k}") and len(k) < 400] == []

    def test_a_post_with_the_record_of_every_lexicon_case_is_read_or_rejected(self) -> None:
        template = captured("posts")["posts"][0]
        cases = [
            case["data"]
            for name in ("record-data-valid.json", "record-data-invalid.json")
            for case in json.loads((DATA / "atproto-interop-tests/lexicon" / name).read_text())
        ]
        page = read({"posts": [{**template, "record": case} for case in cases]})
        assert len(page.rejects) == len(cases) > 40
        assert {reject.reason for reject in page.rejects} == {"a example.lexicon.record where a post should be"} | {
            reject.reason for reject in page.rejects if "nameless" in reject.reason or "missing" in reject.reason
        }

    def test_texts_of_every_kind_keep_their_spans(self) -> None:
        template = captured("posts")["posts"][0]
        for case in json.loads((DATA / "atproto-interop-tests/lexicon/record-data-valid.json").read_text()):
            text = str(case["data"].get("formats", {})) + str(case["data"].get("graphemeString", ""))
            size = len(text.encode())
            record = {**template["record"], "text": text + " #x", "facets": [facet(size + 1, size + 3)]}
            (message,) = read({"posts": [{**template, "record": record}]}).messages
            assert message.text[message.spans[0].start : message.spans[0].end] == "#x"
