"""Parquet, nested JSON and compressed files: this file in, these messages out."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from rapport.connectors.contract import Account
from rapport.connectors.files import columns, connector
from rapport.connectors.files.columns import read_parquet
from rapport.connectors.files.formats import opened, reader, size_of
from rapport.connectors.files.parse import BEGINNING, Position, read_jsonl
from rapport.connectors.files.preview import guess, look
from rapport.core.errors import ConnectorError
from rapport.core.types import Message, Page

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
MAPPING = {"author": "user.screen_name", "name": "user.name", "time": "created", "text": "text", "id": "id"}
TWEET = {
    "id": 7,
    "text": "Late again",
    "created": "2026-01-31T12:00:00Z",
    "user": {"screen_name": "kim", "name": "Kim"},
}


def parquet(rows: list[dict[str, Any]]) -> BytesIO:
    file = BytesIO()
    pl.DataFrame(rows).write_parquet(file)
    file.seek(0)
    return file


def plain(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "text": f"Number {number}", "author": "kim", "time": NOON} | more


def all_of(pages: Any) -> Page:
    found = list(pages)
    return Page(
        messages=tuple(message for page in found for message in page.messages),
        rejects=tuple(reject for page in found for reject in page.rejects),
    )


# -- fields inside of fields -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_field_inside_of_a_field_is_named_with_a_dot(kind):
    if kind == "jsonl":
        page = next(read_jsonl(BytesIO(json.dumps(TWEET).encode()), MAPPING, network="files"))
    else:
        page = next(read_parquet(parquet([TWEET]), MAPPING, network="files"))
    [message] = page.messages
    assert (message.author.handle, message.author.name, message.published_at) == ("kim", "Kim", NOON)


def test_a_name_with_a_dot_in_it_comes_before_a_path():
    line = json.dumps({"a.b": "1", "a": {"b": "2"}, "text": "x", "author": "kim", "time": "2026-01-31"})
    mapping = {"id": "a.b", "text": "text", "author": "author", "time": "time"}
    [message] = next(read_jsonl(BytesIO(line.encode()), mapping, network="f")).messages
    assert message.external_id == "1"


def test_a_field_that_is_no_text_becomes_a_reject():
    line = json.dumps(TWEET | {"text": {"de": "Hallo"}})
    [reject] = next(read_jsonl(BytesIO(line.encode()), MAPPING, network="files")).rejects
    assert reject.reason == "text should be a text or a number"


@pytest.mark.parametrize("name", ["tweets.jsonl", "tweets.parquet"])
def test_the_preview_shows_fields_inside_of_fields_and_guesses_them(name):
    file = parquet([TWEET]) if name.endswith("parquet") else BytesIO(json.dumps(TWEET).encode())
    seen = look(file, name)
    assert seen.columns == ("id", "text", "created", "user.screen_name", "user.name")
    assert seen.rows == (("7", "Late again", "2026-01-31T12:00:00Z", "kim", "Kim"),)
    assert guess(seen.columns)["author"] in ("user.screen_name", "user.name")


# -- parquet -----------------------------------------------------------------------------------------------------------


def test_the_rows_of_a_parquet_file_are_messages():
    page = all_of(read_parquet(parquet([plain(1), plain(2)]), {}, network="files:x"))
    assert [(message.external_id, message.text) for message in page.messages] == [("1", "Number 1"), ("2", "Number 2")]
    assert page.messages[0].network == "files:x"


def test_a_time_without_a_zone_was_written_where_we_are_told():
    rows = [plain(1, time=datetime(2026, 1, 31, 13))]  # noqa: DTZ001
    [message] = all_of(read_parquet(parquet(rows), {}, network="f", zone=ZoneInfo("Europe/Copenhagen"))).messages
    assert message.published_at == NOON


def test_a_row_that_cannot_be_read_is_told_by_its_number_and_the_rest_goes_on():
    rows = [plain(1), plain(2, text=None), plain(3)]
    page = all_of(read_parquet(parquet(rows), {}, network="f"))
    assert [message.external_id for message in page.messages] == ["1", "3"]
    [reject] = page.rejects
    assert (reject.where, reject.reason) == ("row 2", "no text")
    assert json.loads(reject.raw)["id"] == 2


def test_a_reject_can_be_tried_again_as_it_was_kept():
    [reject] = all_of(read_parquet(parquet([plain(1, text=None)]), {}, network="f")).rejects
    mended = json.loads(reject.raw) | {"text": "now there is one"}
    [message] = connector.parse(json.dumps(mended).encode(), source="folder", account=Account({})).messages
    assert message.text == "now there is one"


def test_reading_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(columns, "ROWS", 130)
    file = parquet([plain(number) for number in range(1_000)])
    first = next(read_parquet(file, {}, network="f"))
    rest = all_of(read_parquet(file, {}, network="f", start=Position.read(first.cursor)))
    names = [message.external_id for message in (*first.messages, *rest.messages)]
    assert names == [str(number) for number in range(1_000)]


def test_the_last_position_is_the_end_of_the_file():
    file = parquet([plain(number) for number in range(250)])
    last = list(read_parquet(file, {}, network="f"))[-1]
    assert Position.read(last.cursor) == Position(len(file.getvalue()), 250)


def test_a_column_that_is_missing_is_named_with_those_that_are_there():
    with pytest.raises(ConnectorError, match=r"no column named 'text'\. Its columns are: 'id', 'author', 'time'"):
        next(read_parquet(parquet([{"id": 1, "author": "kim", "time": NOON}]), {}, network="f"))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 500 + b"PAR1", b"id;text"])
def test_what_is_no_parquet_is_refused_and_shows_no_columns(content):
    with pytest.raises(ConnectorError, match="no Parquet"):
        next(read_parquet(BytesIO(content), {}, network="f"))
    assert look(BytesIO(content), "x.parquet").columns == ()


def test_one_long_text_that_every_row_names_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(columns, "MOST_BYTES", 100_000)
    rows = [plain(number, text="x" * 9_000) for number in range(300)]
    rows[17] = plain(17, text="y" * 1_100_000)
    page = all_of(read_parquet(parquet(rows), {}, network="f"))
    assert len(page.messages) == 299
    [reject] = page.rejects
    assert (reject.where, reject.reason) == ("row 18", "a row longer than 1,000,000 bytes")


# -- compressed --------------------------------------------------------------------------------------------------------


@pytest.fixture
def compressed(tmp_path: Path) -> Path:
    file = tmp_path / "tweets.jsonl.gz"
    lines = [json.dumps(TWEET | {"id": number}) for number in range(250)]
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    return file


def messages_in(path: Path, start: Position = BEGINNING) -> list[Message]:
    read = reader(path.name)
    assert read
    with opened(path) as file:
        return [message for page in read(file, MAPPING, network="f", start=start) for message in page.messages]


def test_a_compressed_file_is_read_like_what_is_in_it(compressed):
    assert [message.external_id for message in messages_in(compressed)] == [str(number) for number in range(250)]
    assert size_of(compressed) == len(gzip.decompress(compressed.read_bytes()))


def test_it_goes_on_where_it_stopped_too(compressed):
    with opened(compressed) as file:
        first = next(read_jsonl(file, MAPPING, network="f"))
    assert len(messages_in(compressed, Position.read(first.cursor))) == 150


@pytest.mark.parametrize(
    "damage",
    [lambda raw: raw[:300], lambda raw: b"no gzip", lambda raw: raw[:200] + bytes([raw[200] ^ 255]) + raw[201:]],
    ids=["cut", "nothing of the kind", "one byte"],
)
def test_a_compressed_file_that_is_damaged_is_an_error_and_no_end(compressed, damage):
    compressed.write_bytes(damage(compressed.read_bytes()))
    with pytest.raises(ConnectorError, match="breaks off or is damaged"):
        messages_in(compressed)
