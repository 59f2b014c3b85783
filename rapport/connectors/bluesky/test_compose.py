"""What we write, before it leaves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from rapport.connectors.bluesky import compose, connector
from rapport.core.errors import ConnectorError
from rapport.core.types import Reply

AT = datetime(2026, 7, 4, 14, 38, 8, 85434, UTC)
PARENT = "at://did:plc:cleo/app.bsky.feed.post/3kparent"
ROOT = {"uri": "at://did:plc:dora/app.bsky.feed.post/3kroot", "cid": "bafyroot"}


def reply(**changes: object) -> Reply:
    given: dict[str, object] = {
        "idempotency_key": "one",
        "text": "At noon.",
        "created_at": AT,
        "parent_id": PARENT,
        "parent_ref": {"uri": PARENT, "cid": "bafyparent"},
    }
    return Reply(**(given | changes))


# -- the key -----------------------------------------------------------------------------------------------------------


def test_the_same_reply_has_the_same_key() -> None:
    assert compose.record_key(reply()) == compose.record_key(reply(text="Written differently."))


def test_a_key_is_a_tid_of_the_second_in_which_the_reply_was_made() -> None:
    key = compose.record_key(reply())
    assert len(key) == 13
    assert key[0] in "234567abcdefghij"
    number = 0
    for letter in key:
        number = number << 5 | "234567abcdefghijklmnopqrstuvwxyz".index(letter)
    assert (number >> 10) // 1_000_000 == int(AT.timestamp())


def test_replies_made_in_the_same_moment_do_not_meet() -> None:
    keys = {compose.record_key(reply(idempotency_key=str(number))) for number in range(2000)}
    assert len(keys) == 2000


def test_a_key_does_not_depend_on_the_time_zone_in_which_the_time_is_written() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    assert compose.record_key(reply(created_at=elsewhere)) == compose.record_key(reply())


# -- the record --------------------------------------------------------------------------------------------------------


def test_a_reply_names_its_parent_and_the_beginning_of_its_thread() -> None:
    written = compose.record(reply(parent_ref={"cid": "bafyparent", "root": ROOT}), [])
    assert written["reply"] == {"root": ROOT, "parent": {"uri": PARENT, "cid": "bafyparent"}}


def test_a_reply_to_the_first_post_of_a_thread_has_it_for_both() -> None:
    answered = compose.record(reply(), [])["reply"]
    assert answered["root"] == answered["parent"] == {"uri": PARENT, "cid": "bafyparent"}


def test_a_post_that_answers_nobody_has_no_reply() -> None:
    assert "reply" not in compose.record(reply(parent_id="", parent_ref={}), [])


def test_the_time_is_that_of_the_reply_to_the_millisecond_in_utc() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    assert compose.record(reply(created_at=elsewhere), [])["createdAt"] == "2026-07-04T14:38:08.085Z"


@pytest.mark.parametrize(("language", "langs"), [("pt-BR", ["pt-BR"]), ("und", None), ("", None)])
def test_the_language_is_said_when_it_is_known(language: str, langs: list[str] | None) -> None:
    assert compose.record(reply(language=language), []).get("langs") == langs


@pytest.mark.parametrize("ref", [{}, {"cid": ""}, {"cid": None}])
def test_a_reply_to_a_post_without_a_version_is_refused(ref: dict[str, object]) -> None:
    with pytest.raises(ConnectorError, match="which version") as caught:
        compose.record(reply(parent_ref=ref), [])
    assert caught.value.permanent


# -- length ------------------------------------------------------------------------------------------------------------

SEGMENTED = json.loads((Path(__file__).parent / "fixtures" / "graphemes.json").read_text())


def test_graphemes_are_counted_as_the_platform_counts_them() -> None:
    """The counts are those of Intl.Segmenter (Unicode 17), by which the platform's own code goes."""
    wrong = [(text, count) for text, count in SEGMENTED if compose.graphemes(text) != count]
    assert wrong == [("a\u0600b", 2)]  # a sign that stands before its letter: counted as one more


def test_no_text_is_counted_shorter_than_it_is() -> None:
    assert all(compose.length(text) >= count for text, count in SEGMENTED)


def test_very_long_graphemes_count_by_their_bytes() -> None:
    assert compose.graphemes("👩‍👩‍👧‍👦" * 120) == 120
    assert connector.length("👩‍👩‍👧‍👦" * 120) == connector.limit == 300
