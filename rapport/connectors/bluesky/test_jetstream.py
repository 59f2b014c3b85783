"""Both versions of Jetstream, against a fake of it (tests/jetstream.py says what is fake about it)."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rapport.connectors.bluesky import connector, jetstream, parse
from rapport.connectors.bluesky.address import read_address
from rapport.connectors.bluesky.mark import Mark, microseconds, moment
from rapport.connectors.bluesky.sift import Sifter
from rapport.connectors.contract import Account, Profile, Streams
from rapport.core.errors import BlockedAddress, ConnectorError
from rapport.core.types import Departure, Message, Page

fake_jetstream = pytest.importorskip("tests.jetstream", reason="the fake is among the tests of the repository")

US = "did:plc:ferry"
CLEO = "did:plc:cleo"
OURS = {"uri": f"at://{US}/{parse.POST}/3k", "cid": "bafy"}
DATA = Path(os.environ.get("RAPPORT_DATA", Path(__file__).parents[3] / "../shared/data")) / "raw_bluesky"
LINES = DATA / "jetstream/internal/corpus/testdata/expected_v1.jsonl"
real_data = pytest.mark.skipif(not DATA.exists(), reason="the data sets are not here (RAPPORT_DATA)")


@pytest.fixture(params=["v1", "v2"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fake() -> Iterator[Any]:
    with fake_jetstream.jetstream() as server:
        yield server


def account(url: str) -> Account:
    return Account({"stream": url}, us=Profile(US, "ferry.test"), private_hosts=("127.0.0.1",))


@dataclass
class Ear:
    """Listens as the server would: page by page, on from the last cursor that was stored."""

    url: str
    wants: Callable[[str], bool] = lambda text: "ferry" in text
    cursor: str = ""
    pages: list[Page] = field(default_factory=list)
    before: set[str] = field(default_factory=set)

    def listen(self, until: Callable[[], object], seconds: float = 10) -> None:
        """Until something is so; a connection that ends raises, as for the server."""
        end = time.monotonic() + seconds
        with closing(connector.stream(account(self.url), "stream", self.cursor, self.wants)) as pages:  # type: ignore[type-var]
            for page in pages:
                self.pages.append(page)
                self.cursor = page.cursor or self.cursor
                if until():
                    return
                assert time.monotonic() < end, self.pages

    @property
    def arrived(self) -> list[Message]:
        return [message for page in self.pages for message in page.messages]

    @property
    def messages(self) -> list[Message]:
        """Those that are new: version 1 repeats the last five seconds after every break."""
        found = {(message.external_id, message.text): message for message in self.arrived}
        return [message for (uri, _), message in found.items() if uri not in self.before]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def passed_over(self) -> int:
        return sum(page.passed_over for page in self.pages)


@pytest.fixture
def ear(fake: Any, version: str) -> Ear:
    """Behind everything that was said so far."""
    ear = Ear(fake.url if version == "v1" else fake.url_v2)
    say = threading.Timer(0.2, fake.post, ("ferry, to begin with",))
    say.start()
    ear.listen(lambda: ear.messages)
    ear.before = {message.external_id for message in ear.messages}
    ear.pages.clear()
    return ear


def test_the_connector_is_one_that_streams() -> None:
    assert isinstance(connector, Streams)


# -- what is heard -----------------------------------------------------------------------------------------------------


def test_what_a_brief_may_want_is_brought_and_the_rest_is_counted(fake: Any, ear: Ear) -> None:
    for text in ("the weather", "my ferry is late", "lunch", ""):
        fake.post(text)
    fake.like()
    ear.listen(lambda: ear.messages)
    (message,) = ear.messages
    assert (message.text, message.author.external_id, message.addressed) == ("my ferry is late", CLEO, False)
    assert message.ref["hearsay"] is True
    assert ear.passed_over in (1, 3)  # what came behind it may be on the next page


@pytest.mark.parametrize(
    "record",
    [
        {
            "facets": [
                {"index": {"byteStart": 0, "byteEnd": 2}, "features": [{"$type": f"{parse._FACET}mention", "did": US}]}
            ]
        },
        {"reply": {"root": OURS, "parent": OURS}},
        {"embed": {"$type": "app.bsky.embed.record", "record": OURS}},
    ],
)
def test_what_names_us_is_brought_whatever_the_briefs_say(fake: Any, ear: Ear, record: dict[str, Any]) -> None:
    fake.post("you there", **record)
    ear.listen(lambda: ear.messages)
    assert [(message.text, message.addressed) for message in ear.messages] == [("you there", True)]


def test_what_only_happens_to_hold_our_name_is_passed_over(fake: Any, ear: Ear) -> None:
    fake.post("you there", via=US)
    fake.post("ferry")
    ear.listen(lambda: ear.messages)
    assert ear.texts == ["ferry"]


def test_a_link_or_hashtag_counts_as_a_word(fake: Any, ear: Ear) -> None:
    features = [{"$type": f"{parse._FACET}link", "uri": "https://ferry.example/"}]
    fake.post("look", facets=[{"index": {"byteStart": 0, "byteEnd": 4}, "features": features}])
    ear.listen(lambda: ear.messages)
    assert ear.texts == ["look"]


def test_an_edit_is_brought_though_no_brief_wants_it_any_more(fake: Any, ear: Ear) -> None:
    uri = fake.post("my ferry is late")
    ear.listen(lambda: ear.messages)
    fake.post("all is well", key=uri.rpartition("/")[2], operation="update")
    ear.listen(lambda: len(ear.messages) == 2)
    assert [message.external_id for message in ear.messages] == [uri, uri]
    assert ear.texts[-1] == "all is well"


def test_what_is_taken_back_is_told_even_before_its_page_is_out(fake: Any, ear: Ear) -> None:
    uri = fake.post("my ferry is late")
    fake.delete(uri)
    fake.post("another ferry")
    ear.listen(lambda: ear.messages)
    (page,) = [page for page in ear.pages if page.deletions]
    assert [deletion.external_id for deletion in page.deletions] == [uri]
    assert ear.texts == ["another ferry"]


@pytest.mark.parametrize(
    ("status", "gone"), [("deleted", True), ("takendown", True), ("deactivated", False), ("", False)]
)
def test_an_account_that_is_gone_takes_what_it_said_with_it(fake: Any, ear: Ear, status: str, gone: bool) -> None:
    fake.post("my ferry is late")
    fake.account(CLEO, status)
    fake.post("another ferry", did="did:plc:dora")
    ear.listen(lambda: "another ferry" in ear.texts)
    departures = [one for page in ear.pages for one in page.departures]
    assert departures == ([Departure("bluesky", CLEO)] if gone else [])


def test_garbage_is_rejected_with_a_reason_and_the_stream_goes_on(fake: Any, ear: Ear) -> None:
    for raw in (
        "",
        "{",
        "[]",
        '"x"',
        '{"kind":7}',
        '{"$type":"message"}',
        '{"$type":"message","payload":{"seq":"x"}}',
        "\0",
    ):
        fake.garbage(raw)
    fake.post("my ferry is late")
    ear.listen(lambda: ear.messages)
    rejects = [reject for page in ear.pages for reject in page.rejects]
    assert len(rejects) >= 7
    assert all(reject.reason for reject in rejects)
    assert ear.texts == ["my ferry is late"]


def test_a_post_that_makes_no_sense_is_rejected_and_its_place_is_behind_us(fake: Any, ear: Ear) -> None:
    fake.post(7)
    ear.listen(lambda: any(page.rejects for page in ear.pages))
    before = ear.cursor
    assert Mark.read(before).at >= fake._log[-1].time_us


def test_a_reader_that_is_slow_lets_the_events_wait_at_the_other_end(fake: Any, ear: Ear) -> None:
    """Sixty thousand events are 40 MB; what the network holds meanwhile is a few."""
    posts = fake_jetstream.some_posts(1)
    fake.flood([next(posts) for _ in range(60_000)])
    ear.wants = lambda text: True
    with closing(connector.stream(account(ear.url), "stream", ear.cursor, ear.wants)) as pages:  # type: ignore[type-var]
        next(pages)
        time.sleep(1)
        assert 0 < sum(fake.sent.values()) < 30_000


# -- how far it was heard ----------------------------------------------------------------------------------------------


def test_a_page_says_until_when_it_was_heard(fake: Any, ear: Ear) -> None:
    fake.post("my ferry is late")
    ear.listen(lambda: ear.messages)
    heard_until = ear.pages[-1].heard_until
    assert heard_until is not None
    assert moment(fake._log[-1].time_us) <= heard_until <= datetime.now(UTC)


def test_when_nothing_comes_a_page_comes_all_the_same_and_says_that_we_are_up_to_date(fake: Any, ear: Ear) -> None:
    ear.listen(lambda: not ear.pages[-1].messages)
    page = ear.pages[-1]
    assert page.heard_until is not None
    assert datetime.now(UTC) - page.heard_until < timedelta(seconds=7)


def test_a_stream_goes_on_where_it_broke_off(fake: Any, ear: Ear) -> None:
    fake.post("ferry one")
    ear.listen(lambda: ear.messages)
    for number in range(300):
        fake.post(f"ferry while we were away, {number}")
    ear.listen(lambda: len(set(ear.texts)) == 301)
    assert {f"ferry while we were away, {number}" for number in range(300)} <= set(ear.texts)


def test_a_connection_that_is_cut_raises_and_loses_nothing(fake: Any, ear: Ear) -> None:
    said = [f"ferry {number}" for number in range(2_000)]
    for number, text in enumerate(said):
        fake.post(text)
        if number == 1_000:
            cut = threading.Timer(0.05, fake.cut)
            cut.start()
    breaks = 0
    while not set(said) <= set(ear.texts):
        try:
            ear.listen(lambda: set(said) <= set(ear.texts))
        except ConnectorError:
            breaks += 1
        assert breaks < 5
    assert not ear.pages[-1].missed


def test_what_is_heard_twice_is_counted_once(fake: Any, ear: Ear) -> None:
    for _ in range(20):
        fake.post("the weather")
    fake.post("ferry one")
    ear.listen(lambda: ear.messages)
    fake.post("ferry two")
    ear.listen(lambda: "ferry two" in ear.texts)
    assert ear.passed_over == 20


def test_another_instance_is_taken_up_by_time_five_seconds_earlier(fake: Any, ear: Ear) -> None:
    fake.post("ferry one")
    ear.listen(lambda: ear.messages)
    mark = Mark.read(ear.cursor)
    ear.cursor = replace(mark, host="another.example", seq=mark.seq + 1_000 if mark.seq else 0).written()
    ear.listen(lambda: [message.text for message in ear.arrived].count("ferry one") == 2)
    assert fake.asked[-1]["cursor"] == [str(mark.at - 5_000_000)]


def test_too_old_a_cursor_is_a_gap_that_is_told_and_the_stream_goes_on(fake: Any, ear: Ear) -> None:
    fake.forget()
    mark = Mark.read(ear.cursor)
    left_off = microseconds(moment(mark.at) - timedelta(hours=40))
    ear.cursor = replace(mark, at=left_off).written()
    fake.post("ferry, after the gap")
    first = fake._log[0].time_us
    ear.listen(lambda: ear.messages)
    told = [(one.start, one.end, bool(one.cause)) for page in ear.pages for one in page.missed]
    assert told == [(moment(left_off), moment(first), True)]
    ear.listen(lambda: True)  # and it is told once
    assert sum(len(page.missed) for page in ear.pages) == 1


def test_an_absence_within_reach_is_no_gap(fake: Any, ear: Ear) -> None:
    mark = Mark.read(ear.cursor)
    if mark.seq:
        pytest.skip("by number nothing is skipped")
    ear.cursor = replace(mark, at=microseconds(moment(mark.at) - timedelta(hours=30))).written()
    fake.post("ferry, a day later")
    ear.listen(lambda: ear.messages)
    assert not any(page.missed for page in ear.pages)


def test_a_server_that_numbers_its_events_anew_is_taken_up_by_time(fake: Any) -> None:
    fake.post("ferry one")
    ear = Ear(fake.url_v2)
    at = microseconds(datetime.now(UTC) - timedelta(seconds=2))
    ear.cursor = Mark(f"127.0.0.1:{fake.port}", at, seq=10_000).written()
    ear.listen(lambda: ear.messages)
    assert ear.texts == ["ferry one"]
    assert [asked["cursor"][0] for asked in fake.asked] == ["10000", str(at - 5_000_000)]


def test_the_clock_of_a_server_cannot_carry_the_cursor_into_the_future() -> None:
    hearing = jetstream.Hearing(Sifter(US, lambda text: True), Mark("x", 0, 0), counted=0)
    future = microseconds(datetime.now(UTC) + timedelta(days=300))
    for at in (future, 10**30, -5, 0):
        hearing.version_1(json.dumps({"did": CLEO, "time_us": at, "kind": "identity"}).encode())
    assert hearing.page().cursor == ""


def test_a_server_that_is_down_is_no_silence(fake: Any, ear: Ear) -> None:
    fake.refuse_with = 503
    with pytest.raises(ConnectorError, match="503") as caught:
        ear.listen(lambda: True)
    assert not caught.value.permanent


def test_a_server_that_was_started_anew_and_remembers_nothing_is_taken_up_again(version: str) -> None:
    """Version 2 then counts from 1, below our number: it is asked by time."""
    with fake_jetstream.jetstream() as before:
        ear = Ear(before.url if version == "v1" else before.url_v2)
        threading.Timer(0.2, before.flood, ([("did:plc:x", inner) for _, inner in some_posts(9)],)).start()
        threading.Timer(0.4, before.post, ("ferry before",)).start()
        ear.listen(lambda: ear.messages)
    with pytest.raises(ConnectorError):
        ear.listen(lambda: True)
    with fake_jetstream.jetstream(port=before.port) as after:
        after.post("ferry after")
        ear.listen(lambda: "ferry after" in ear.texts)
    assert ear.texts == ["ferry before", "ferry after"]


def some_posts(count: int) -> list[tuple[str, str]]:
    posts = fake_jetstream.some_posts(1, lambda rng: "lunch")
    return [next(posts) for _ in range(count)]


def test_the_parameters_are_those_of_the_version(fake: Any, ear: Ear) -> None:
    names = {"maxMessageSizeBytes"} | (
        {"wantedCollections"} if "/subscribe" in ear.url and "xrpc" not in ear.url else {"collections", "kinds"}
    )
    assert fake.asked[0].keys() == names


# -- where -------------------------------------------------------------------------------------------------------------


def test_without_an_address_there_is_nothing_to_stream() -> None:
    assert list(connector.stream(account(""), "stream", "", lambda text: True)) == []


@pytest.mark.parametrize("given", ["ws://jetstream.example/subscribe", "http://jetstream.example"])
def test_a_stream_that_others_can_put_words_into_is_refused(given: str) -> None:
    with pytest.raises(ConnectorError, match="wss"):
        read_address(given)


@pytest.mark.parametrize(
    "given", ["https://", "://", "ftp://a.example", "a.example/else", "wss://ana:pw@a.example", "a:b:c"]
)
def test_what_is_no_address_of_a_stream_is_refused(given: str) -> None:
    with pytest.raises(ConnectorError, match="not the address"):
        read_address(given)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("jetstream1.us-west.bsky.network", "jetstream 1"),
        ("jetstream.us-east.bsky.network", "jetstream 2"),
        ("https://jetstream.us-east.bsky.network/", "jetstream 2"),
        ("wss://a.example/subscribe", "jetstream 1"),
        ("wss://a.example/subscribe?wantedDids=did:plc:x", "jetstream 1"),
        ("wss://a.example/xrpc/network.bsky.jetstream.subscribeEvents", "jetstream 2"),
        ("bsky.network", "firehose"),
        ("https://pds.example:2583", "firehose"),
        ("wss://a.example/xrpc/com.atproto.sync.subscribeRepos", "firehose"),
    ],
)
def test_the_address_tells_what_is_spoken_there(given: str, kind: str) -> None:
    address = read_address(given)
    assert address is not None
    assert address.kind == kind
    assert address.url[-1] in "?&"


def test_a_private_place_is_not_listened_to_unless_it_was_allowed(fake: Any) -> None:
    elsewhere = replace(account(fake.url.replace("ws:", "wss:")), private_hosts=())
    with pytest.raises(BlockedAddress):
        list(connector.stream(elsewhere, "stream", "", lambda text: True))
    assert fake.asked == []


# -- real data ---------------------------------------------------------------------------------------------------------


def hear_all(lines: list[bytes], wants: bool = True) -> Page:
    hearing = jetstream.Hearing(Sifter(US, lambda text: wants), Mark("x", 0, 0), counted=0)
    for line in lines:
        hearing.version_1(line)
    return hearing.page()


@real_data
def test_a_moment_of_the_real_network_is_heard_as_by_the_parser() -> None:
    lines = LINES.read_bytes().splitlines()
    heard, passed = hear_all(lines), hear_all(lines, wants=False)
    parsed = [connector.parse(line, source="stream", account=account("")) for line in lines]
    assert {m.external_id: m.text for m in heard.messages} == {
        m.external_id: m.text for p in parsed for m in p.messages
    }
    assert set(heard.deletions) == {d for p in parsed for d in p.deletions}
    assert (passed.messages, passed.passed_over) == ((), len(lines) - len(passed.deletions))
    assert heard.rejects == ()


@real_data
def test_the_same_moment_in_version_2_is_heard_alike() -> None:
    lines = LINES.read_bytes().splitlines()
    hearing = jetstream.Hearing(Sifter(US, lambda text: True), Mark("x", 0, 0), counted=0)
    for seq, line in enumerate(lines, start=1):
        hearing.version_2(as_version_2(json.loads(line), seq))
    heard, before = hearing.page(), hear_all(lines)
    assert heard.messages == before.messages
    assert heard.deletions == before.deletions
    assert Mark.read(heard.cursor) == Mark("x", Mark.read(before.cursor).at, len(lines))


def as_version_2(event: dict[str, Any], seq: int) -> bytes:
    at = moment(event["time_us"]).isoformat(timespec="microseconds").replace("+00:00", "Z")
    kind = event["kind"]
    payload = {"$type": f"{jetstream.NSID}#{kind}", "seq": seq, "did": event["did"], "time": at}
    payload |= event["commit"] if kind == "commit" else {kind: event[kind]}
    return json.dumps({"$type": "message", "payload": payload}).encode()


@real_data
def test_no_file_makes_the_stream_stumble() -> None:
    for path in sorted(DATA.rglob("*")):
        for raw in [path.read_bytes(), *path.read_bytes().splitlines()] if path.is_file() else ():
            for wants in (True, False):
                hearing = jetstream.Hearing(Sifter(US, lambda text, wants=wants: wants), Mark(), counted=0)
                for read in (hearing.version_1, hearing.version_2):
                    read(raw)


def test_an_event_that_is_cut_at_any_byte_is_rejected_with_a_reason() -> None:
    record = {"$type": parse.POST, "text": "ferry é", "createdAt": "2026-07-04T14:38:06.240Z"}
    commit = {"operation": "create", "collection": parse.POST, "rkey": "3k", "cid": "bafy", "record": record}
    event = {"did": CLEO, "time_us": 1_783_175_888_085_434, "kind": "commit", "commit": commit}
    for raw, read in ((json.dumps(event).encode(), "version_1"), (as_version_2(event, 3), "version_2")):
        for cut in range(len(raw)):
            hearing = jetstream.Hearing(Sifter(US, lambda text: True), Mark(), counted=0)
            getattr(hearing, read)(raw[:cut])
            assert len(hearing.page().rejects) == 1, raw[:cut]
