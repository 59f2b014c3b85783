"""An answer as the bytes of a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from rapport.connectors.email.compose import compose
from rapport.connectors.email.parse import page_of
from rapport.core.errors import ConnectorError
from rapport.core.types import Reply

US = "help@ferries.example"
REF = {"subject": "Mein Hut, für Dich", "claim": {"own": "1@example.org", "answers": ["0@example.org"]}}
REPLY = Reply(
    "5f1c",
    "Grüße,\nhere it is.\n.\nFrom us",
    datetime(2026, 3, 2, 12, tzinfo=UTC),
    parent_ref=REF,
    parent_handle="cleo@example.org",
)


def test_an_answer_stands_in_its_thread() -> None:
    mail = message_from_bytes(compose(REPLY, us=US, name="Vier Fähren").raw, policy=policy.default)
    assert mail["Subject"] == "Re: Mein Hut, für Dich"
    assert mail["In-Reply-To"] == "<1@example.org>"
    assert mail["References"].split() == ["<0@example.org>", "<1@example.org>"]
    assert mail["Message-ID"] == "<5f1c.rapport@ferries.example>"
    assert mail["From"].addresses[0].addr_spec == US
    assert mail["From"].addresses[0].display_name == "Vier Fähren"
    assert (mail["To"], mail["Date"].datetime) == ("cleo@example.org", REPLY.created_at)
    assert mail["Auto-Submitted"] is None
    assert mail.get_content().replace("\r\n", "\n") == "Grüße,\nhere it is.\n.\nFrom us\n"


def test_it_is_the_same_bytes_at_every_attempt() -> None:
    assert compose(REPLY, us=US, name="x").raw == compose(REPLY, us=US, name="x").raw


def test_every_line_is_short_enough_for_every_server() -> None:
    ref = {"subject": "ü" * 400, "claim": {"own": "a@b", "answers": [f"{'x' * 200}{n}@example.org" for n in range(90)]}}
    raw = compose(replace(REPLY, text="word " * 3_000, parent_ref=ref), us=US, name="Fähre " * 10).raw
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x85", "\0"])
def test_no_header_can_be_slipped_in(end: str) -> None:
    evil = f"x{end}Bcc: eve@example.org{end}{end}Hello"
    ref = {"subject": evil, "claim": {"own": evil, "answers": [evil, f"<a>{evil}"]}}
    reply = replace(REPLY, parent_ref=ref, idempotency_key=evil, text="Hi")
    mail = message_from_bytes(compose(reply, us=US, name=evil).raw)
    assert mail["Bcc"] is None
    assert mail.get_payload() == "Hi\r\n"
    with pytest.raises(ConnectorError):
        compose(replace(REPLY, parent_handle=f"cleo@example.org{end}Bcc: eve@example.org"), us=US, name="")


@pytest.mark.parametrize(
    "reply",
    [
        replace(REPLY, parent_handle=""),
        replace(REPLY, parent_handle="root"),
        replace(REPLY, parent_handle="Help@Ferries.example"),
        replace(REPLY, parent_ref={"automatic": "no_reply"}),
    ],
)
def test_what_nobody_would_read_is_not_sent(reply: Reply) -> None:
    with pytest.raises(ConnectorError) as error:
        compose(reply, us=US, name="")
    assert error.value.permanent


def test_it_goes_where_the_question_asked_for() -> None:
    assert compose(replace(REPLY, parent_ref={"reply_to": "ana@example.org"}), us=US, name="").to == "ana@example.org"


def test_our_own_copy_is_known_as_ours() -> None:
    assert page_of(compose(REPLY, us=US, name="").raw, us=US).tallies == {"copy": 1}
