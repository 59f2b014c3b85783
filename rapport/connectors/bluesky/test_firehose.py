"""Frames of a firehose: recorded ones of the real network, and others that are put together here."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import libipld
import pytest

from rapport.connectors.bluesky import connector, firehose, parse
from rapport.connectors.bluesky.firehose import Hearing
from rapport.connectors.bluesky.mark import Mark, microseconds
from rapport.connectors.bluesky.sift import Sifter
from rapport.connectors.contract import Account
from rapport.core.errors import ConnectorError
from rapport.core.types import Deletion, Departure, Page

US, CLEO = "did:plc:ferry", "did:plc:cleo"
DATA = Path(os.environ.get("RAPPORT_DATA", Path(__file__).parents[3] / "../shared/data")) / "raw_bluesky"
CORPUS = DATA / "jetstream/internal/corpus/testdata"
real_data = pytest.mark.skipif(not DATA.exists(), reason="the data sets are not here (RAPPORT_DATA)")
NOW = datetime.now(UTC)


def hearing(wants: Callable[[str], bool] = lambda text: True, mark: Mark | None = None, **more: Any) -> Hearing:
    return Hearing(Sifter(US, wants), mark or Mark("pds.example"), **more)


def heard(*frames: bytes, ear: Hearing | None = None) -> Page:
    ear = ear or hearing()
    for frame in frames:
        ear.frame(frame)
    return ear.page()


# -- frames that are put together here ---------------------------------------------------------------------------------


def frame(kind: str, op: int = 1, **body: Any) -> bytes:
    return libipld.encode_dag_cbor({"op": op, "t": kind}) + libipld.encode_dag_cbor(body)


def time_of(seq: int, at: datetime = NOW) -> str:
    return (at + timedelta(milliseconds=seq)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def cid_of(block: bytes) -> bytes:
    import hashlib

    return b"\x01\x71\x12\x20" + hashlib.sha256(block).digest()


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def car(*records: Any) -> bytes:
    blocks = [libipld.encode_dag_cbor(record) for record in records]
    roots = [libipld.encode_cid(cid_of(block)) for block in blocks[:1]]
    # A header's roots are links: tag 42 before a zero byte and the CID.
    link = b"\xd8\x2a\x58\x25\x00" + (cid_of(blocks[0]) if roots else b"")
    header = b"\xa2\x65roots\x81" + link + b"\x67version\x01"
    out = varint(len(header)) + header
    for block in blocks:
        out += varint(len(cid_of(block)) + len(block)) + cid_of(block) + block
    return out


def commit(seq: int, action: str, key: str, record: Any = None, did: str = CLEO, **more: Any) -> bytes:
    """A commit with one change; links are written by hand, for no encoder of ours writes them."""
    block = libipld.encode_dag_cbor(record)
    body = {"seq": seq, "repo": did, "time": time_of(seq), "rev": "3k", "tooBig": False, **more}
    body |= {"blocks": car(record) if record is not None else b""}
    plain = libipld.encode_dag_cbor({**body, "ops": [{"action": action, "path": f"{parse.POST}/{key}", "cid": "CID"}]})
    link = b"\xd8\x2a\x58\x25\x00" + cid_of(block) if record is not None else b"\xf6"
    return libipld.encode_dag_cbor({"op": 1, "t": "#commit"}) + plain.replace(b"\x63CID", link, 1)


def post(text: Any, **more: Any) -> dict[str, Any]:
    return {"$type": parse.POST, "text": text, "createdAt": "2026-07-04T14:38:06.240Z", **more}


def test_a_post_is_a_message_from_hearsay() -> None:
    (message,) = heard(commit(1, "create", "3k", post("The ferry is late", langs=["en"]))).messages
    assert message.external_id == f"at://{CLEO}/{parse.POST}/3k"
    assert (message.text, message.language, message.author.external_id) == ("The ferry is late", "en", CLEO)
    assert message.ref["hearsay"] is True
    assert message.ref["cid"].startswith("bafyrei")


def test_what_no_brief_wants_is_counted_and_what_names_us_is_brought() -> None:
    reference = {"uri": f"at://{US}/{parse.POST}/3k", "cid": "bafy"}
    answer = commit(2, "create", "3b", post("when?", reply={"root": reference, "parent": reference}))
    page = heard(commit(1, "create", "3a", post("lunch")), answer, ear=hearing(lambda text: False))
    assert [(message.text, message.addressed) for message in page.messages] == [("when?", True)]
    assert page.passed_over == 1


def test_edits_are_brought_and_deletions_are_told() -> None:
    edited, deleted = commit(1, "update", "3a", post("all is well")), commit(2, "delete", "3b")
    page = heard(edited, deleted, ear=hearing(lambda text: False))
    assert [message.text for message in page.messages] == ["all is well"]
    assert page.deletions == (Deletion("bluesky", f"at://{CLEO}/{parse.POST}/3b"),)


def test_an_account_that_is_gone_takes_what_it_said_with_it() -> None:
    gone = [
        frame("#account", seq=n, did=CLEO, time=time_of(n), active=False, status=status)
        for n, status in enumerate(("deactivated", "takendown"))
    ]
    assert heard(*gone).departures == (Departure("bluesky", CLEO),)


def test_the_mark_is_the_number_and_the_time_of_the_last_event() -> None:
    page = heard(*(commit(seq, "create", f"3k{seq}", post("ferry")) for seq in (7, 8, 9)))
    mark = Mark.read(page.cursor)
    assert (mark.host, mark.seq, mark.at) == ("pds.example", 9, microseconds(parse.moment(time_of(9)) or NOW))
    assert page.heard_until == parse.moment(time_of(9))


def test_a_server_that_begins_later_than_was_asked_leaves_a_gap_that_is_told() -> None:
    left_off = NOW - timedelta(days=4)
    ear = hearing(mark=Mark("pds.example", microseconds(left_off), 3))
    info = frame("#info", name="OutdatedCursor", message="Requested cursor exceeded limit.")
    page = heard(info, commit(900, "create", "3k", post("ferry")), ear=ear)
    (missed,) = page.missed
    assert (missed.start, missed.end) == (left_off, parse.moment(time_of(900)))
    assert len(page.messages) == 1


def test_of_a_server_that_counts_otherwise_only_what_is_new_is_heard() -> None:
    ear = hearing(mark=Mark("pds.example", microseconds(NOW), 0), anew=True)
    old = commit(1, "create", "3a", post("before"), time=time_of(0, NOW - timedelta(minutes=3)))
    page = heard(old, commit(2, "create", "3b", post("ferry")), ear=ear)
    assert [message.text for message in page.messages] == ["ferry"]
    assert page.missed == ()


def test_a_server_that_ends_the_stream_raises_and_one_that_began_anew_is_asked_for_everything() -> None:
    with pytest.raises(ConnectorError, match="ConsumerTooSlow"):
        heard(frame("", op=-1, error="ConsumerTooSlow", message="too slow"))
    with pytest.raises(firehose._FutureCursor):
        heard(frame("", op=-1, error="FutureCursor"))


GOOD = commit(1, "create", "3k", post("The ferry is late"))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        libipld.encode_dag_cbor({"op": 1, "t": "#commit"}),
        libipld.encode_dag_cbor([1]) * 2,
        libipld.encode_dag_cbor({"op": 1, "t": "#commit"}) + libipld.encode_dag_cbor([]),
        frame("#commit", seq=1, time=time_of(1)),
        commit(1, "create", "3k", post("x"), blocks=b""),
        commit(1, "create", "3k", post(7)),
        commit(1, "create", "3k", ["no post"]),
        commit(1, "create", "3k", {"text": "nameless"}),
        commit(1, "create", "..", post("x")),
        commit(1, "delete", ".."),
        commit(1, "create", "3k", post("x"), tooBig=True),
    ],
    ids=lambda raw: f"{len(raw)} bytes",  # what is in it has the time in it
)
def test_a_frame_that_makes_no_sense_is_rejected_with_a_reason_and_the_rest_goes_on(raw: bytes) -> None:
    page = heard(raw, commit(2, "create", "3z", post("ferry")))
    assert len(page.rejects) == 1 or "x" in {message.text for message in page.messages}
    assert "ferry" in {message.text for message in page.messages}
    assert all(reject.where and reject.reason for reject in page.rejects)


def test_a_frame_that_is_cut_at_any_byte_is_rejected() -> None:
    for cut in range(len(GOOD)):
        page = heard(GOOD[:cut])
        assert (page.messages, len(page.rejects)) == ((), 1), cut


def test_a_post_that_is_nested_beyond_measure_does_not_end_the_stream() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    page = heard(commit(1, "create", "3k", post("deep", embed=deep)), commit(2, "create", "3z", post("ferry")))
    assert "ferry" in {message.text for message in page.messages}


# -- real frames -------------------------------------------------------------------------------------------------------


def frames() -> list[bytes]:
    zstandard = pytest.importorskip("zstandard")
    raw = zstandard.ZstdDecompressor().decompress((CORPUS / "frames.bin.zst").read_bytes(), max_output_size=10**8)
    found, at = [], 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "little")
        found.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return found


@real_data
def test_real_frames_say_what_a_real_jetstream_said_of_them() -> None:
    account = Account({}, {})
    lines = (CORPUS / "expected_v1.jsonl").read_bytes().splitlines()
    told = [connector.parse(line, source="stream", account=account) for line in lines]
    page = heard(*frames())
    assert len(frames()) == 150
    assert {m.external_id: (m.text, m.spans, m.parent_id, m.language, m.ref["cid"]) for m in page.messages} == {
        m.external_id: (m.text, m.spans, m.parent_id, m.language, m.ref["cid"]) for p in told for m in p.messages
    }
    assert set(page.deletions) == {deletion for p in told for deletion in p.deletions}
    assert page.rejects == ()


@real_data
def test_no_file_makes_the_stream_stumble() -> None:
    for path in sorted(DATA.rglob("*")):
        for raw in [path.read_bytes(), *path.read_bytes().splitlines()[:50]] if path.is_file() else ():
            assert heard(raw).messages == ()


@real_data
def test_a_real_frame_that_is_damaged_is_rejected_or_read() -> None:
    import random

    rng = random.Random(3)
    whole = [raw for raw in frames() if parse.POST.encode() in raw][:8]
    for raw in whole:
        for _ in range(150):
            broken = bytearray(raw)
            broken[rng.randrange(len(broken))] = rng.randrange(256)
            page = heard(bytes(broken))
            assert page.messages or page.deletions or page.rejects or page.passed_over
