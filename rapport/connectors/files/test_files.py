"""This file in, these messages out."""

from __future__ import annotations

import csv
import json
import os
import random
import time
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.connectors.contract import Account
from rapport.connectors.files import connector
from rapport.connectors.files.parse import BATCH, Position, read_csv, read_jsonl, read_mapping
from rapport.connectors.files.rejects import write_rejects
from rapport.connectors.values import clean, read_time
from rapport.core.errors import ConnectorError
from rapport.core.types import Message, Page, Reject

FIXTURES = Path(__file__).parent / "fixtures"
HERE = Account({})


def parsed(name: str, **config: str) -> Page:
    return connector.parse((FIXTURES / name).read_bytes(), source="folder", account=Account(config))


def reasons(page: Page) -> dict[str, str]:
    return {reject.where: reject.reason for reject in page.rejects}


# -- tables ---------------------------------------------------------------------------------------------------------


def test_a_table_is_read_whatever_its_delimiter_line_ends_and_byte_order_mark() -> None:
    page = parsed("semicolons_with_bom.csv")
    assert [message.text for message in page.messages] == [
        "Die Fähre kam zu spät;\r\nschon wieder.",
        'She said "thank you".',
    ]
    assert page.messages[0].language == "de"
    assert page.rejects == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_the_columns_are_found(delimiter: str) -> None:
    rows = [["id", "text", "author", "time"], ["1", "one, two; three", "ana", "2015-02-24"]]
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    page = connector.parse(out.getvalue().encode(), source="folder", account=HERE)
    assert page.messages[0].text == "one, two; three"


def test_a_message_has_what_the_mapping_says() -> None:
    raw = b"No;Who;Said;When;Link;Root\n7;ana;Hello;2015-02-24 11:35;https://example.org/7;3\n"
    mapping = "id=no, author=Who,text=Said,time=When,url=Link,thread=Root"
    page = connector.parse(
        raw, source="folder", account=Account({"map": mapping, "name": "desk", "zone": "Asia/Tokyo"})
    )
    message = page.messages[0]
    assert message.network == message.author.network == "files:desk"
    assert (message.external_id, message.author.external_id, message.author.handle) == ("7", "ana", "ana")
    assert (message.url, message.thread_id, message.parent_id) == ("https://example.org/7", "3", "")
    assert message.published_at == datetime(2015, 2, 24, 2, 35, tzinfo=UTC)
    assert message.addressed


def test_each_faulty_row_is_rejected_with_its_line_and_reason_and_the_rest_goes_on() -> None:
    page = parsed("faulty.csv")
    assert [message.external_id for message in page.messages] == ["1", "9"]
    assert reasons(page) == {
        "line 3": "no id",
        "line 4": "no text",
        "line 5": "no author",
        "line 6": "a time that cannot be read: '02/03/2015'",
        "line 7": "3 columns where the header has 4",
        "line 8": "5 columns where the header has 4",
        "lines 9 to 10": "a time that cannot be read: 'yesterday'",
    }
    assert page.rejects[-1].raw == b'8,"Two\nlines",ben,yesterday\n'


def test_lines_that_are_not_utf8_are_read_as_windows_1252_and_that_is_said() -> None:
    with (FIXTURES / "windows_1252.csv").open("rb") as file:
        (page,) = read_csv(file, read_mapping(""), network="files")
    assert [message.text for message in page.messages] == ["Café was good", "Plain"]
    assert page.tallies == {"windows-1252": 1}
    assert reasons(page) == {"line 4": "bytes that are neither UTF-8 nor Windows-1252"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "Its columns are: –"),
        (b"id,author,time\n1,ana,2015-02-24\n", "no column named 'text'"),
        ("id,text,author,time\n".encode("utf-16"), "save it as UTF-8"),
        (b'"' * 200_001, "Its columns are"),
    ],
    ids=["empty", "no text", "utf-16", "quotes"],
)
def test_a_file_that_is_no_table_of_messages_is_rejected_whole(raw: bytes, reason: str) -> None:
    page = connector.parse(raw, source="folder", account=HERE)
    assert page.messages == ()
    assert reason in page.rejects[0].reason


def test_reading_a_file_without_the_columns_raises_before_the_first_page() -> None:
    with pytest.raises(ConnectorError, match="no column named 'Said'") as refused:
        next(read_csv(BytesIO(b"id,text,author,time\n"), read_mapping("text=Said"), network="files"))
    assert refused.value.permanent


def test_a_quote_that_is_never_closed_costs_its_lines_and_not_the_file() -> None:
    rows = [f"{number},text {number},ana,2015-02-24" for number in range(9_000)]
    rows[10] = '10,"never closed,ana,2015-02-24'
    raw = "\n".join(["id,text,author,time", *rows]).encode()
    pages = list(read_csv(BytesIO(raw), read_mapping(""), network="files"))
    heard = {message.external_id for page in pages for message in page.messages}
    assert {"9", "8999"} <= heard
    assert next(reject.where for page in pages for reject in page.rejects).startswith("lines 12 to ")


def test_a_mapping_that_names_what_messages_do_not_have_is_refused() -> None:
    with pytest.raises(ConnectorError, match="A message has no txt"):
        read_mapping("txt=Message")
    with pytest.raises(ConnectorError, match="No column is given for text"):
        read_mapping("text=")


def big_table(rows: int) -> bytes:
    lines = [f'{number},"line one\nline two {number}",ana,2015-02-24' for number in range(rows)]
    return "\n".join(["id,text,author,time", *lines, ""]).encode()


def test_pages_are_small_and_tell_how_far_they_got() -> None:
    raw = big_table(BATCH * 2 + 1)
    pages = list(read_csv(BytesIO(raw), read_mapping(""), network="files"))
    positions = [Position.read(page.cursor) for page in pages]
    assert [len(page.messages) for page in pages] == [BATCH, BATCH, 1]
    assert positions == sorted(positions, key=lambda position: position.offset)
    assert positions[-1] == Position(len(raw), raw.count(b"\n"))


def test_reading_can_go_on_from_any_page() -> None:
    raw = big_table(BATCH * 3)
    first, *rest = read_csv(BytesIO(raw), read_mapping(""), network="files")
    assert list(read_csv(BytesIO(raw), read_mapping(""), network="files", start=Position.read(first.cursor))) == rest


@given(st.binary(max_size=300))
def test_any_bytes_are_messages_or_rejects(raw: bytes) -> None:
    page = connector.parse(b"id,text,author,time\n" + raw, source="folder", account=HERE)
    assert all(isinstance(found, Message) for found in page.messages)
    assert len(page.messages) + len(page.rejects) <= raw.count(b"\n") + raw.count(b"\r") + 1


cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1).filter(str.strip)


@given(st.lists(st.tuples(cell, cell, cell), max_size=5))
def test_what_a_spreadsheet_wrote_comes_back(rows: list[tuple[str, str, str]]) -> None:
    out = StringIO()
    csv.writer(out).writerows([("id", "text", "author", "time"), *((*row, "2015-02-24") for row in rows)])
    page = connector.parse(out.getvalue().encode(), source="folder", account=HERE)
    assert page.rejects == ()
    heard = [(message.external_id, message.text, message.author.handle) for message in page.messages]
    assert heard == [tuple(value.strip() for value in row) for row in rows]


# -- one JSON object a line -----------------------------------------------------------------------------------------


def test_json_lines_are_messages_or_rejects() -> None:
    page = parsed("notes.jsonl")
    first, second = page.messages
    assert (first.external_id, first.text, first.thread_id, first.parent_id) == (
        "1",
        "The café is closed 😀",
        "t1",
        "p1",
    )
    assert second.text == "half a pair \ufffd and a nul \ufffd"
    assert [reject.where for reject in page.rejects] == ["line 3", "line 4", "line 5", "line 7"]
    assert [reject.reason.partition(":")[0] for reject in page.rejects] == [
        "not JSON",
        "not a JSON object",
        "text should be a text or a number",
        "no time",
    ]


def test_a_line_that_nests_too_deep_or_runs_too_long_is_rejected() -> None:
    good = b'{"id": 1, "text": "x", "author": "a", "time": 1424806552}\n'
    raw = b'{"a":' * 100_000 + b"\n" + b'{"id": "' + b"x" * 1_000_000 + b'"}\n' + good
    (page,) = read_jsonl(BytesIO(raw), read_mapping(""), network="files")
    assert [message.external_id for message in page.messages] == ["1"]
    assert page.rejects[0].reason.startswith("not JSON")
    assert "longer than 1,000,000 bytes" in page.rejects[1].reason


# -- a folder that is watched ---------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def drop(folder: Path, name: str, raw: bytes, seconds_ago: float = 60) -> Path:
    file = folder / name
    file.write_bytes(raw)
    moment = time.time() - seconds_ago
    os.utime(file, (moment, moment))
    return file


def heard(folder: Path, cursor: str = "") -> tuple[list[str], str]:
    pages = list(connector.fetch(Account({"folder": str(folder)}), "folder", cursor))
    return [message.external_id for page in pages for message in page.messages], pages[-1].cursor


def rows(*ids: int) -> bytes:
    return "\n".join(["id,text,author,time", *(f"{number},hello,ana,2015-02-24" for number in ids), ""]).encode()


def test_a_file_that_is_dropped_is_read_once(folder: Path) -> None:
    drop(folder, "one.csv", rows(1, 2))
    ids, cursor = heard(folder)
    assert ids == ["1", "2"]
    assert heard(folder, cursor) == ([], cursor)
    drop(folder, "two.CSV", rows(3))
    assert heard(folder, cursor)[0] == ["3"]


def test_files_are_read_in_the_order_in_which_they_changed(folder: Path) -> None:
    drop(folder, "a.csv", rows(2), seconds_ago=10)
    drop(folder, "b.jsonl", b'{"id": 1, "text": "x", "author": "a", "time": 1424806552}', seconds_ago=20)
    assert heard(folder)[0] == ["1", "2"]


def test_a_file_that_changed_is_read_anew(folder: Path) -> None:
    drop(folder, "one.csv", rows(1), seconds_ago=60)
    _, cursor = heard(folder)
    drop(folder, "one.csv", rows(1, 2), seconds_ago=30)
    assert heard(folder, cursor)[0] == ["1", "2"]


def test_a_file_that_may_still_be_on_its_way_waits(folder: Path) -> None:
    drop(folder, "one.csv", rows(1), seconds_ago=0)
    ids, cursor = heard(folder)
    assert ids == []
    drop(folder, "one.csv", rows(1), seconds_ago=5)
    assert heard(folder, cursor)[0] == ["1"]


def test_after_a_crash_reading_goes_on_behind_the_last_page_that_was_stored(folder: Path) -> None:
    drop(folder, "one.csv", rows(*range(BATCH * 2)))
    pages = connector.fetch(Account({"folder": str(folder)}), "folder", "")
    stored = next(pages)
    assert heard(folder, stored.cursor)[0] == [str(number) for number in range(BATCH, BATCH * 2)]


def test_a_file_that_grows_while_it_is_read_is_read_anew(folder: Path) -> None:
    file = drop(folder, "one.csv", rows(*range(BATCH * 2)))
    pages = connector.fetch(Account({"folder": str(folder)}), "folder", "")
    next(pages)
    drop(folder, file.name, rows(*range(BATCH * 3)), seconds_ago=30)
    *_, last = rest = list(pages)
    assert not any(page.messages for page in rest)
    assert len(heard(folder, last.cursor)[0]) == BATCH * 3


def test_what_is_wrong_with_a_file_is_said_once_and_names_it(folder: Path) -> None:
    drop(folder, "odd.csv", b"a,b\n1,2\n")
    drop(folder, "bad.csv", rows(1) + b",,,\n")
    pages = list(connector.fetch(Account({"folder": str(folder)}), "folder", ""))
    rejects = {reject.where: reject.reason for page in pages for reject in page.rejects}
    assert rejects.keys() == {"odd.csv", "bad.csv, line 3"}
    assert "no column named" in rejects["odd.csv"]
    again = list(connector.fetch(Account({"folder": str(folder)}), "folder", pages[-1].cursor))
    assert not any(page.rejects for page in again)


def test_other_files_hidden_files_and_links_are_passed_over(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = drop(tmp_path_factory.mktemp("elsewhere"), "secret.csv", rows(1))
    (folder / "link.csv").symlink_to(elsewhere)
    drop(folder, ".hidden.csv", rows(2))
    drop(folder, "letter.txt", rows(3))
    assert heard(folder)[0] == []


def test_a_file_that_is_gone_is_forgotten(folder: Path) -> None:
    file = drop(folder, "one.csv", rows(1))
    _, cursor = heard(folder)
    file.unlink()
    assert json.loads(heard(folder, cursor)[1]) == {}


def test_a_folder_that_is_not_there_is_an_error_and_not_silence(folder: Path) -> None:
    account = Account({"folder": str(folder / "nowhere")})
    for attempt in (lambda: connector.check(account), lambda: list(connector.fetch(account, "folder", ""))):
        with pytest.raises(ConnectorError, match="No such file") as failed:
            attempt()
        assert not failed.value.permanent


def test_connecting_says_what_is_wrong_with_the_settings(folder: Path) -> None:
    assert connector.check(Account({"folder": str(folder), "name": "desk"})).handle == "files:desk"
    with pytest.raises(ConnectorError, match="no time zone"):
        connector.check(Account({"zone": "Atlantis/Capital"}))


# -- rejects --------------------------------------------------------------------------------------------------------


def test_rejects_are_written_so_that_no_spreadsheet_runs_them() -> None:
    out = StringIO()
    starts = ["=", "+", "-", "@", "\t", "\r", "\0", "|", "%"]
    count = write_rejects(
        out, (Reject("line 2", f"{start}cmd", f'{start}1+1,"x"\n\xff'.encode("latin-1")) for start in starts)
    )
    written = list(csv.reader(StringIO(out.getvalue())))
    assert count == len(starts)
    assert written[0] == ["where", "reason", "raw"]
    assert all(row[1].startswith("'") and row[2].startswith("'") for row in written[1:])


# -- times and texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2015-02-24 11:35:52 -0800",
        "2015-02-24T19:35:52Z",
        "2015-02-24T19:35:52.000+00:00",
        "2015-02-24 19:35:52 UTC",
        "Tue, 24 Feb 2015 19:35:52 GMT",
        "Tue, 24 Feb 2015 11:35:52 -0800",
        "Tue Feb 24 19:35:52 +0000 2015",
        "1424806552",
        "1424806552.0",
        "1424806552000",
        " 2015/02/24  21:35:52 ",
        "24.02.2015 21:35:52",
    ],
)
def test_one_moment_is_read_in_many_notations(text: str) -> None:
    assert read_time(text, ZoneInfo("Europe/Athens")) == datetime(2015, 2, 24, 19, 35, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "42059",
        "02/03/2015",
        "2015-02-30",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "1" * 14,
        "nan",
    ],
)
def test_what_is_no_time_or_might_be_two_is_not_guessed_at(text: str) -> None:
    assert read_time(text) is None


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2},? ?\d{1,4}[-/. :][\w:.+-]{0,30}"))
def test_reading_a_time_never_fails(text: str) -> None:
    found = read_time(text)
    assert found is None or 1970 <= found.year < 2100


@given(st.text(st.characters()))
def test_a_clean_text_can_be_stored_and_keeps_its_positions(text: str) -> None:
    assert "\0" not in clean(text)
    assert len(clean(text)) == len(clean(text).encode().decode()) == len(text)


# -- a real file ----------------------------------------------------------------------------------------------------


@pytest.fixture
def tweets() -> bytes:
    folder = Path(os.environ.get("RAPPORT_DATA") or Path(__file__).parents[4] / "shared" / "data")
    file = folder / "us_airline" / "Tweets.csv"
    if not file.is_file():
        pytest.skip("us_airline/Tweets.csv is not here; set RAPPORT_DATA")
    return file.read_bytes()


@pytest.mark.data
def test_the_airline_tweets_are_all_heard(tweets: bytes) -> None:
    mapping = read_mapping("id=tweet_id,text=text,author=name,time=tweet_created")
    pages = list(read_csv(BytesIO(tweets), mapping, network="files:airlines"))
    messages = [message for page in pages for message in page.messages]
    with StringIO(tweets.decode(), newline="") as file:
        in_the_file = [row["tweet_id"] for row in csv.DictReader(file)]
    assert len(messages) == 14_640
    assert not any(page.rejects or page.tallies for page in pages)
    assert len({message.external_id for message in messages}) == 14_485
    assert [message.external_id for message in messages] == in_the_file


@pytest.mark.data
def test_the_airline_tweets_survive_damage(tweets: bytes) -> None:
    rng = random.Random(4)
    damaged = bytearray(tweets[:400_000])
    for _ in range(2_000):
        damaged[rng.randrange(600, len(damaged))] = rng.randrange(256)
    mapping = read_mapping("id=tweet_id,text=text,author=name,time=tweet_created")
    pages = list(read_csv(BytesIO(bytes(damaged)), mapping, network="files:airlines"))
    heard = sum(len(page.messages) for page in pages)
    refused = sum(len(page.rejects) for page in pages)
    assert heard > 500
    assert refused > 100
