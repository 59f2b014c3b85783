"""What others bring: who signed it, what it says, and what cannot be understood."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.connectors.contract import Account, Profile, Receives
from rapport.connectors.webhook import connector
from rapport.connectors.webhook.mapping import Place, read_mapping
from rapport.connectors.webhook.parse import MAX_BYTES, MAX_DEPTH, MAX_EVENTS
from rapport.connectors.webhook.sign import check, sign
from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.types import Author, Deletion, Page

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
THEIRS = (
    "id=data.comment.id, html=data.comment.body_html, handle=data.user.login, name=data.user.display, "
    "time=data.comment.created, deleted=action:deleted|removed"
)


def account(mapping: str = "", **secrets: str) -> Account:
    return Account({"name": "Reviews", "map": mapping}, {"secret": RIGHT, **secrets})


RIGHT = "right"


def headers(body: bytes, *, secret: str = RIGHT, at: datetime = NOW) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"x-rapport-timestamp": stamp, "x-rapport-signature": sign(secret, stamp, body)}


def brought(body: object, mapping: str = "") -> Page:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return connector.receive(account(mapping), headers(raw), raw, NOW)


def reason(body: object, mapping: str = "") -> str:
    page = brought(body, mapping)
    assert not page.messages
    (reject,) = page.rejects
    return reject.reason


# -- who brings it -----------------------------------------------------------------------------------------------------


def test_it_is_a_connector_to_which_others_bring_their_messages() -> None:
    assert isinstance(connector, Receives)
    assert [source.way for source in connector.sources] == ["push"]
    assert list(connector.fetch(account(), "deliveries", "")) == []


def test_what_is_signed_with_our_secret_is_taken() -> None:
    assert len(brought({"id": "1", "text": "Hello"}).messages) == 1


BODY = b'{"id": "1", "text": "Hello"}'


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("no headers at all", {"x-rapport-timestamp": "", "x-rapport-signature": ""}),
        ("no signature", {"x-rapport-signature": ""}),
        ("no timestamp", {"x-rapport-timestamp": ""}),
        ("half a signature", {"x-rapport-signature": sign("right", STAMP, BODY)[:40]}),
        ("a signature without its version", {"x-rapport-signature": sign("right", STAMP, BODY)[3:]}),
        ("another secret", {"x-rapport-signature": sign("wrong", STAMP, BODY)}),
        ("an empty secret", {"x-rapport-signature": sign("", STAMP, BODY)}),
        ("another time than was signed", {"x-rapport-timestamp": str(int(STAMP) + 1)}),
        ("a time in words", {"x-rapport-timestamp": "now"}),
        ("digits of another script", {"x-rapport-timestamp": STAMP.replace("1", "١")}),
        ("a time before time", {"x-rapport-timestamp": "-1764720000"}),
        (
            "ours as the fifth of five",
            {"x-rapport-signature": ",".join([*["v1=" + "0" * 64] * 4, sign("right", STAMP, BODY)])},
        ),
    ],
)
def test_what_is_not_signed_by_us_is_refused(what: str, changes: dict[str, str]) -> None:
    with pytest.raises(NeedsSignIn):
        connector.receive(account(), headers(BODY) | changes, BODY, NOW)


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b" ", BODY.replace(b" ", b""), b""])
def test_other_bytes_than_were_signed_are_refused(body: bytes) -> None:
    """Also those of the same JSON, written anew."""
    with pytest.raises(NeedsSignIn):
        connector.receive(account(), headers(BODY), body, NOW)


def test_one_signature_that_holds_among_several_is_enough() -> None:
    signed = headers(BODY)
    signed["x-rapport-signature"] = "v1=" + "0" * 64 + " , " + signed["x-rapport-signature"]
    assert connector.receive(account(), signed, BODY, NOW).messages


@pytest.mark.parametrize("minutes", [-5, 5])
def test_five_minutes_early_or_late_is_in_time(minutes: int) -> None:
    assert connector.receive(account(), headers(BODY, at=NOW + timedelta(minutes=minutes)), BODY, NOW).messages


@pytest.mark.parametrize("seconds", [-301, 301])
def test_later_than_that_is_not(seconds: int) -> None:
    with pytest.raises(NeedsSignIn, match="five minutes"):
        connector.receive(account(), headers(BODY, at=NOW + timedelta(seconds=seconds)), BODY, NOW)


def test_the_secret_before_the_newest_holds_until_its_time_is_over() -> None:
    ours = account(before="old", before_until=(NOW + timedelta(hours=1)).isoformat())
    assert connector.receive(ours, headers(BODY, secret="old"), BODY, NOW).messages
    later = NOW + timedelta(hours=1)
    with pytest.raises(NeedsSignIn):
        connector.receive(ours, headers(BODY, secret="old", at=later), BODY, later)


def test_before_there_is_a_secret_nothing_holds() -> None:
    for secrets in ({}, {"secret": ""}):
        with pytest.raises(NeedsSignIn):
            connector.receive(Account({"name": "x"}, secrets), headers(BODY, secret=""), BODY, NOW)


def test_the_name_of_a_delivery_is_that_of_what_was_signed() -> None:
    signed = headers(BODY)
    dressed = {**signed, "x-rapport-signature": f"v1={'0' * 64}, {signed['x-rapport-signature']}", "x-other": "1"}
    names = {connector.receive(account(), one, BODY, NOW).cursor for one in (signed, dressed)}
    assert len(names) == 1
    assert names != {connector.receive(account(), headers(BODY, at=NOW + timedelta(seconds=1)), BODY, NOW).cursor}


@given(
    st.binary(max_size=200), st.dictionaries(st.sampled_from(["x-rapport-timestamp", "x-rapport-signature"]), st.text())
)
def test_nothing_else_is_ever_raised_over_a_signature(body: bytes, told: dict[str, str]) -> None:
    with pytest.raises(NeedsSignIn):
        check(told, body, ["right"], NOW)


# -- connecting --------------------------------------------------------------------------------------------------------


def test_every_channel_gets_a_name_that_nobody_can_guess_and_keeps_it() -> None:
    one, other = connector.check(account()), connector.check(account())
    assert one.external_id != other.external_id
    assert len(one.external_id) >= 32
    assert one.handle == "reviews"
    again = Account(account().config, us=Profile(one.external_id, one.handle))
    assert connector.check(again) == one


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"name": ""}, "one word"),
        ({"name": "two words"}, "one word"),
        ({"name": "x", "map": "body=text"}, "has no body"),
        ({"name": "x", "map": "text="}, "where text stands"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_at_once(config: dict[str, str], says: str) -> None:
    with pytest.raises(ConnectorError, match=says) as refused:
        connector.check(Account(config))
    assert refused.value.permanent


# -- what it says ------------------------------------------------------------------------------------------------------


def test_our_own_form_needs_no_mapping() -> None:
    page = brought((FIXTURES / "own.json").read_bytes())
    review, answer = page.messages
    assert review.network == "webhook:reviews"
    assert review.external_id == review.thread_id == "review-1181"
    assert review.author == Author("webhook:reviews", "kim-77", "", "Kim", "")
    assert review.published_at == datetime(2026, 11, 20, 18, 4, tzinfo=UTC)
    assert [span.value for span in review.spans] == ["https://reviews.example/1181"]
    assert review.addressed
    assert answer.parent_id == answer.thread_id == "review-1181"
    assert answer.author.external_id == "author of review-1182"
    assert page.deletions == (Deletion("webhook:reviews", "review-1090"),)
    assert not page.rejects


def test_their_form_is_read_by_a_mapping() -> None:
    (message,) = brought((FIXTURES / "theirs.json").read_bytes(), THEIRS).messages
    assert message.text == "Where is my refund?"
    assert message.external_id == "5512"
    assert (message.author.external_id, message.author.name) == ("kim", "Kim")
    assert message.published_at == datetime(2026, 11, 20, 17, 4, tzinfo=UTC)


def test_a_condition_of_the_mapping_makes_a_deletion() -> None:
    page = brought({"action": "removed", "data": {"comment": {"id": 5512}}}, THEIRS)
    assert page.deletions == (Deletion("webhook:reviews", "5512"),)


@pytest.mark.parametrize(
    "body", [{"id": "1", "text": "a"}, [{"id": "1", "text": "a"}], {"events": [{"id": "1", "text": "a"}]}]
)
def test_an_event_a_list_and_a_list_under_events_are_all_read(body: object) -> None:
    assert [message.text for message in brought(body).messages] == ["a"]


def test_events_are_found_where_the_mapping_says() -> None:
    body = {"a": {"b.c": [{"id": "1", "text": "x"}, {"id": "2", "text": "y"}]}}
    assert len(brought(body, "events=/a/b.c").messages) == 2
    assert "nothing stands at a.b" in reason(body, "events=a.b.c")


def test_what_is_not_said_to_us_is_not_addressed() -> None:
    told = [{"id": "1", "text": "a", "addressed": False}, {"id": "2", "text": "b", "kind": "mention"}]
    assert [message.addressed for message in brought(told).messages] == [False, True]
    assert [message.addressed for message in brought(told, "addressed=kind:mention").messages] == [False, True]


def test_an_event_without_a_time_has_that_of_its_delivery() -> None:
    assert brought({"id": "1", "text": "a"}).messages[0].published_at == NOW
    assert "bears no time" in connector.parse(b'{"id":"1","text":"a"}', source="", account=account()).rejects[0].reason


def test_html_becomes_text_and_never_stays_html() -> None:
    hostile = '<img src=x onerror=alert(1)><svg><script>alert(2)</script></svg><a href="javascript:alert(3)">See</a>'
    (message,) = brought({"id": "1", "html": hostile}).messages
    assert message.text == "See"
    assert message.spans == ()


def test_two_people_of_one_name_stay_two() -> None:
    told = [{"id": "1", "text": "a", "name": "Kim"}, {"id": "2", "text": "b", "name": "Kim"}]
    assert len({message.author.external_id for message in brought(told).messages}) == 2


# -- what cannot be understood -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b'{"id": "1", "text": "a"', "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"id": "1", "id": "2", "text": "a"}', "'id' stands in one object twice"),
        (b'{"events": [{"id": "1", "text": "a", "text": "b"}]}', "'text' stands in one object twice"),
        (b'{"id": NaN, "text": "a"}', "NaN is not a number"),
        (b'{"id": -Infinity, "text": "a"}', "-Infinity is not a number"),
        (b'{"id": ' + b"9" * 5000 + b', "text": "a"}', "more than 20 digits"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nests deeper"),
        (b"[" * 100_000, "nests deeper"),
        (b"[]", "there is no event"),
        (b"null", "not an object"),
        (b'"text"', "not an object"),
        (b'{"text": "a"}', "nothing stands at id"),
        (b'{"id": {"a": 1}, "text": "a"}', "nothing stands at id"),
        (b'{"id": "1"}', "nothing to read"),
        (b'{"id": "1", "text": "a", "time": "soon"}', "a time that cannot be read"),
        (b'{"id": "1", "text": "a", "time": "9999-99-99"}', "a time that cannot be read"),
        (b'{"events": [' + b",".join([b"1"] * (MAX_EVENTS + 1)) + b"]}", "more than 1,000 events"),
        (b'"' + b"x" * MAX_BYTES + b'"', "larger than 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_said_and_kept(body: bytes, says: str) -> None:
    assert says in reason(body)
    assert brought(body).rejects[0].raw == body[:65_536] or b"events" not in body


def test_the_last_depth_that_is_allowed_is_read() -> None:
    body: object = "a"
    for _ in range(MAX_DEPTH - 1):
        body = [body]
    assert [message.external_id for message in brought({"id": "1", "text": "a", "x": body}).messages] == ["1"]


def test_one_event_that_is_wrong_costs_no_other() -> None:
    page = brought([{"id": "1", "text": "a"}, 7, {"id": "3", "text": "c"}])
    assert [message.external_id for message in page.messages] == ["1", "3"]
    assert [reject.where for reject in page.rejects] == ["event 2"]


def test_an_event_that_was_put_aside_can_be_read_again_by_itself() -> None:
    body = {"a": {"items": [{"id": "1", "text": ""}]}, "text": "a"}
    (reject,) = brought(body, "events=a.items").rejects
    later = connector.parse(reject.raw, source="", account=account("events=a.items, html=id, time=id"))
    assert "a time that cannot be read: '1'" in later.rejects[0].reason


def test_half_a_surrogate_pair_and_a_nul_are_stored_by_every_database() -> None:
    (message,) = brought(b'{"id": "1\\u0000", "text": "a\\ud83d\\u0000"}').messages
    assert message.text == "a\ufffd\ufffd"
    assert message.external_id == "1\ufffd"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["id", "text", "time", "events", "deleted"]), inner)
        ),
    )
)
def test_no_json_is_too_odd(told: object) -> None:
    page = brought(told)
    assert page.messages or page.deletions or page.rejects


def test_a_place_that_is_not_there_is_none() -> None:
    assert Place.read("a.5").value({"a": [1]}) is None
    assert Place.read("a.b.c").value({"a": {"b": "text"}}) is None
    assert Place.read("/a~1b/~0").value({"a/b": {"~": 1}}) == 1
    assert read_mapping("")["id"] == Place(("id",))
