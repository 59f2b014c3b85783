"""One event of a stream: read quickly when it is as it should be, and no worse than by `parse` when it is not."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.connectors.bluesky import parse
from rapport.connectors.bluesky.events import Event, Standing, decode
from rapport.core.errors import ConnectorError
from rapport.core.types import Page, Reject

ADA = "did:plc:ada"
DATA = Path(os.environ.get("RAPPORT_DATA", Path(__file__).parents[3] / "../shared/data")) / "raw_bluesky"
LINES = DATA / "jetstream/internal/corpus/testdata/expected_v1.jsonl"

WRITTEN: dict[str, Any] = {
    "did": ADA,
    "time_us": 1_783_175_888_085_434,
    "kind": "commit",
    "commit": {
        "rev": "3k",
        "operation": "create",
        "collection": parse.POST,
        "rkey": "3kabc",
        "cid": "bafy",
        "record": {
            "$type": parse.POST,
            "createdAt": "2026-07-04T14:38:06.240Z",
            "langs": ["en"],
            "text": "The ferry again, @bo.test #late example.org",
            "facets": [
                {
                    "index": {"byteStart": 17, "byteEnd": 25},
                    "features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bo"}],
                },
                {
                    "index": {"byteStart": 26, "byteEnd": 31},
                    "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "late"}],
                },
                {
                    "index": {"byteStart": 32, "byteEnd": 43},
                    "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/ferry/7"}],
                },
            ],
        },
    },
}


def read(payload: object) -> Event | Reject:
    return decode(json.dumps(payload).encode())


def with_record(**changes: object) -> dict[str, Any]:
    payload = deepcopy(WRITTEN)
    payload["commit"]["record"] |= changes
    return payload


def words(payload: object) -> list[str]:
    event = read(payload)
    assert isinstance(event, Event)
    return event.words().split()


def test_the_words_of_a_post_are_its_text_and_what_its_marks_point_at() -> None:
    text = ["The", "ferry", "again,", "@bo.test", "#late", "example.org"]
    assert words(WRITTEN) == [*text, "did:plc:bo", "late", "https://example.org/ferry/7"]


def test_an_event_says_whose_it_is_and_when_it_was_seen() -> None:
    event = read(WRITTEN)
    assert isinstance(event, Event)
    assert (event.kind, event.did, event.time_us) == ("commit", ADA, 1_783_175_888_085_434)


def test_a_post_that_was_taken_back_is_known_by_its_address() -> None:
    event = read(WRITTEN | {"commit": {"operation": "delete", "collection": parse.POST, "rkey": "3kabc"}})
    assert isinstance(event, Event)
    assert event.deleted == f"at://{ADA}/app.bsky.feed.post/3kabc"
    assert event.post is None


def test_what_became_of_an_account_is_told() -> None:
    event = read({"did": ADA, "kind": "account", "time_us": 1, "account": {"active": False, "status": "takendown"}})
    assert isinstance(event, Event)
    assert event.account == Standing(active=False, status="takendown")


@pytest.mark.parametrize("collection", ["app.bsky.feed.like", "app.bsky.graph.follow"])
def test_what_is_no_post_has_no_words(collection: str) -> None:
    payload = deepcopy(WRITTEN)
    payload["commit"] |= {"collection": collection, "record": {"subject": "did:plc:bo", "text": "ferry"}}
    event = read(payload)
    assert isinstance(event, Event)
    assert (event.post, event.deleted, event.words()) == (None, "", "")


@pytest.mark.parametrize(
    "record",
    [
        {"facets": "none"},
        {"facets": [{"features": [{"uri": 7}]}, 3]},
        {"facets": None},
        {"langs": 5, "facets": [None]},
    ],
)
def test_odd_marks_do_not_hide_the_text(record: dict[str, object]) -> None:
    assert words(with_record(**record))[:2] == ["The", "ferry"]


def test_a_character_that_cannot_be_written_does_not_hide_the_others() -> None:
    assert words(with_record(text="ferry \ud800 late", facets=[])) == ["ferry", "\ufffd", "late"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "doesn't know"),
        (b"{}", "doesn't know"),
        (json.dumps({"kind": "commit", "did": ADA}).encode(), "the commit is missing"),
        (json.dumps(with_record(text=5)).encode(), "no text"),
        (json.dumps(with_record(text=None)).encode(), "no text"),
        (json.dumps(WRITTEN | {"did": 5}).encode(), "not the address of a post"),
    ],
)
def test_what_makes_no_sense_is_rejected_with_a_reason(raw: bytes, reason: str) -> None:
    reject = decode(raw)
    assert isinstance(reject, Reject)
    assert reason in reject.reason
    assert reject.raw == raw or json.loads(reject.raw) == json.loads(raw)


def test_a_time_that_is_none_is_passed_over() -> None:
    event = read(WRITTEN | {"time_us": "noon"})
    assert isinstance(event, Event)
    assert event.time_us == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from([ADA, parse.POST, "create"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_stands_anywhere_the_words_of_the_message_are_there(data: st.DataObject) -> None:
    payload = deepcopy(WRITTEN)
    place = data.draw(st.sampled_from(sorted(_places(payload), key=str)))
    _put(payload, place, data.draw(JSON))
    event, page = read(payload), _parsed(payload)
    if isinstance(event, Reject):
        assert page is None or page.rejects
        return
    said = set(parse.storable(event.words()).split())
    for message in page.messages if page else ():
        assert set(message.text.split()) <= said
        assert {span.value for span in message.spans} <= said


def _places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, part in inner for place in ((*path, key), *_places(part, (*path, key)))]


def _put(payload: Any, path: tuple[Any, ...], value: object) -> None:
    for step in path[:-1]:
        payload = payload[step]
    payload[path[-1]] = value


def _parsed(payload: object) -> Page | None:
    try:
        return parse.page(payload)
    except ConnectorError:
        return None


@pytest.mark.data
@pytest.mark.skipif(not LINES.exists(), reason="the data sets are not here (RAPPORT_DATA)")
def test_real_events_are_read_and_none_is_odd() -> None:
    events = [decode(line) for line in LINES.read_bytes().splitlines()]
    assert all(isinstance(event, Event) for event in events)
    assert sum(event.post is not None for event in events) == 17
    assert sum(bool(event.deleted) for event in events) == 1
    assert {event.kind for event in events} == {"commit", "identity", "account"}
