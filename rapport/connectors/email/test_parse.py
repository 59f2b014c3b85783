"""A mail in, a message out."""

from __future__ import annotations

import json
import os
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.connectors.checks import page_wrongs
from rapport.connectors.email.parse import page_of
from rapport.core.types import Message

US = "help@ferries.example"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BASE = {
    "From": "Cleo Cox <Cleo@Example.org>",
    "To": US,
    "Subject": "My hat",
    "Date": "Mon, 2 Mar 2026 13:00:00 +0100",
    "Message-ID": "<1@example.org>",
}


def mail(body: str | bytes = "Where is it?", **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}\r\n" for name, value in (BASE | named).items() if value]
    return (
        "".join(lines).encode("utf-8", "surrogateescape")
        + b"\r\n"
        + (body if isinstance(body, bytes) else body.encode())
    )


def read(raw: bytes, **options: object) -> Message:
    page = page_of(raw, us=US, **options)  # type: ignore[arg-type]
    assert page.rejects == ()
    assert list(page_wrongs(page, "email")) == []
    (found,) = page.messages
    return found


def why_not(raw: bytes) -> str:
    (reject,) = page_of(raw, us=US).rejects
    return reject.reason


# -- who, when, what ---------------------------------------------------------------------------------------------------


def test_a_mail_is_a_message_to_us() -> None:
    found = read(mail())
    assert (found.text, found.addressed, found.context) == ("My hat\n\nWhere is it?", True, False)
    assert (found.author.external_id, found.author.name) == ("cleo@example.org", "Cleo Cox")
    assert found.published_at == NOON
    assert found.thread_id == found.external_id
    assert found.external_id.startswith("1@example.org#")


def test_an_answer_does_not_repeat_its_subject() -> None:
    found = read(mail("Yes.", Subject="Re: My hat", In_Reply_To="<0@us>", References="<a@b> <0@us>"))
    assert found.text == "Yes."
    assert found.ref["claim"]["answers"] == ["a@b", "0@us"]
    assert found.parent_id == "0@us"


def test_another_mail_under_the_same_id_is_another_message() -> None:
    """Some programs give every mail one id; and nobody may write over another's mail by naming it."""
    ids = {read(mail(body)).external_id for body in ("Where is it?", "Give it to Eve.")}
    ids.add(read(mail(From="eve@example.org")).external_id)
    assert len(ids) == 3


def test_the_same_mail_by_another_way_is_the_same_message() -> None:
    packed = mail(b"Where is=20it?\r\n\r\n", Content_Transfer_Encoding="quoted-printable", Received="by mx; now")
    assert read(packed).external_id == read(mail()).external_id


@pytest.mark.parametrize("odd", ["", "<>", "<a b@c>", "nonsense", "<" + "a" * 300 + "@b>"])
def test_a_mail_without_a_sound_id_is_known_by_what_it_says(odd: str) -> None:
    found = read(mail(Message_ID=odd))
    assert found.external_id.startswith("#")
    assert found.external_id == read(mail(Message_ID=odd)).external_id
    assert found.external_id != read(mail("Other words", Message_ID=odd)).external_id


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 02 Mar 2026 12:00:00 GMT (Greenwich)", NOON),
        ("nonsense", NOON),
        ("", NOON),
        ("Mon, 02 Mar 1992 12:00:00 GMT", NOON),
        ("Mon, 02 Mar 2037 12:00:00 GMT", NOON),
        ("Sun, 01 Mar 2026 12:00:00 GMT", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_date_that_cannot_be_gives_way_to_that_of_its_arrival(date: str, expected: datetime) -> None:
    assert read(mail(Date=date), arrived=NOON).published_at == expected
    assert read(mail(Date=date, Received="from a by b; Mon, 2 Mar 2026 12:00:00 +0000")).published_at == expected


def test_a_form_on_our_own_site_writes_in_the_name_of_whoever_filled_it_in() -> None:
    for sender in (US, "no-reply@ferries.example"):
        assert read(mail(From=sender, Reply_To="Cleo <cleo@example.org>")).author.external_id == "cleo@example.org"


def test_a_stranger_cannot_write_in_the_name_of_another_by_where_to_answer() -> None:
    found = read(mail(Reply_To="ana@example.org"))
    assert (found.author.external_id, found.ref["reply_to"]) == ("cleo@example.org", "ana@example.org")


def test_a_copy_of_our_own_answer_is_counted_and_not_heard_again() -> None:
    page = page_of(mail(From=US, Message_ID="<5f1c.rapport@ferries.example>"), us=US)
    assert (page.messages, page.tallies) == ((), {"copy": 1})
    assert read(mail(From="eve@example.org", Message_ID="<5f1c.rapport@ferries.example>")).addressed


def test_who_was_sent_a_copy_is_told() -> None:
    found = read(mail(To=f"{US}, Ben <BEN@example.org>", Cc="dora@example.org, cleo@example.org"))
    assert found.ref["claim"]["people"] == ["ben@example.org", "dora@example.org"]


def test_encoded_words_are_read() -> None:
    found = read(mail(From="=?iso-8859-1?q?J=F6rg?= <j@example.org>", Subject="=?utf-8?b?R3LDvMOfZQ==?="))
    assert (found.author.name, found.text) == ("Jörg", "Grüße\n\nWhere is it?")


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_headers_whose_bytes_are_not_ascii_are_read(charset: str) -> None:
    raw = mail(Subject="SUBJECT", From="NAME <j@example.org>")
    found = read(raw.replace(b"SUBJECT", "Rødby".encode(charset)).replace(b"NAME", "Jörg Ås".encode(charset)))
    assert (found.author.name, found.text) == ("Jörg Ås", "Rødby\n\nWhere is it?")


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("iso-8859-1", "Grüße".encode("latin-1")),
        ("us-ascii", "Grüße".encode()),
        ("x-unknown", "Grüße".encode("cp1252")),
        ("utf-8", "Grüße".encode("latin-1")),
        ("zlib", "Grüße".encode()),
        ("", "Grüße".encode()),
        ('"utf-8"', "Grüße".encode()),
    ],
)
def test_a_charset_that_lies_is_read_all_the_same(charset: str, raw: bytes) -> None:
    assert read(mail(raw, Content_Type=f"text/plain; charset={charset}")).text.endswith("Grüße")


def test_html_is_reduced_where_there_is_no_text() -> None:
    html = (
        '<head><style>p{}</style></head><p>See <a href="https://a.example/x">this</a></p><blockquote>Old</blockquote>'
    )
    found = read(mail(html, Content_Type="text/html", Subject=""))
    assert found.text == "See this"
    assert [span.value for span in found.spans] == ["https://a.example/x"]
    assert found.ref["left_out"] == {"quoted": "Old"}


PARTS = """--b
Content-Type: text/plain

Here it is.
--b
Content-Type: text/html

<p>Here <b>it</b> is.</p>
--b
Content-Type: application/pdf; name="hat.pdf"
Content-Disposition: attachment; filename*=utf-8''H%C3%BCte.pdf
Content-Transfer-Encoding: base64

aGVsbG8gd29ybGQ=
--b
Content-Type: message/rfc822

Subject: inner

Never mind.
--b--
"""


def test_what_is_attached_is_named_and_not_kept() -> None:
    found = read(mail(PARTS, Content_Type="multipart/mixed; boundary=b"))
    assert found.text == "My hat\n\nHere it is."
    assert found.ref["attachments"][0] == {"name": "Hüte.pdf", "type": "application/pdf", "size": 12}
    assert [one["type"] for one in found.ref["attachments"]] == ["application/pdf", "message/rfc822"]


def test_lines_that_were_broken_for_the_way_are_joined() -> None:
    body = "A long line that was \r\nbroken.\r\n> quoted \r\n> too\r\n"
    found = read(mail(body, Content_Type="text/plain; format=flowed", References="<a@b>"))
    assert found.text == "A long line that was broken."
    assert found.ref["left_out"]["quoted"] == "> quoted too"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "It does not say who sent it."),
        (b"hello", "It does not say who sent it."),
        (mail(Date=""), "It does not say when it was sent."),
        (mail(From=""), "It does not say who sent it."),
    ],
)
def test_what_cannot_be_understood_is_put_aside_with_its_bytes(raw: bytes, reason: str) -> None:
    (reject,) = page_of(raw, us=US, where="INBOX, mail 7").rejects
    assert (reject.reason, reject.raw, reject.where) == (reason, raw, "INBOX, mail 7")


# -- mails that no person wrote to us ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("auto_reply", {"Auto_Submitted": "auto-replied"}),
        ("auto_reply", {"Auto_Submitted": "auto-replied; owner=x"}),
        ("auto_reply", {"X_Autoreply": "yes"}),
        ("auto_reply", {"Precedence": "auto_reply"}),
        ("list", {"List_Id": "Hats <hats.lists.example>"}),
        ("list", {"List_Unsubscribe": "<mailto:off@lists.example>"}),
        ("list", {"Precedence": "bulk"}),
        ("bounce", {"From": "MAILER-DAEMON@mx.example", "Subject": "Undelivered Mail Returned to Sender"}),
        ("bounce", {"From": "postmaster@mx.example", "Return_Path": "<>"}),
    ],
)
def test_what_expects_no_answer_is_shown_and_counted_and_waits_for_nobody(kind: str, headers: dict[str, str]) -> None:
    page = page_of(mail(**headers), us=US)
    (found,) = page.messages
    assert (found.ref["automatic"], found.context, found.addressed) == (kind, True, False)
    assert page.tallies == {kind: 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "no"},
        {"Subject": "Automatic reply"},
        {"Subject": "Undelivered Mail Returned to Sender"},
        {"List_Id": "Help <help.ferries.example>", "Precedence": "list"},
        {"From": "postmaster@example.org", "Subject": "Your mail server"},
        {"From": "norah@example.org"},
    ],
)
def test_what_a_person_may_have_written_waits_for_an_answer(headers: dict[str, str]) -> None:
    found = read(mail(**headers))
    assert found.addressed
    assert "automatic" not in found.ref


def test_a_sender_that_nobody_can_answer_is_heard_and_named_so() -> None:
    found = read(mail(From="no-reply@shop.example"))
    assert (found.addressed, found.ref["automatic"]) == (True, "no_reply")


def test_hints_are_kept_beside_the_message() -> None:
    told = {"X_Spam_Flag": "YES", "Authentication_Results": "mx; dmarc=fail header.from=example.org"}
    found = read(mail(**told, Subject="Out of office"))
    assert found.ref["hints"] == {"spam": "its mail server", "forged": "dmarc", "auto_reply": "its subject"}
    assert found.ref["claim"]["doubted"]


BOUNCE = """This is the mail system. I could not deliver your message.

--b
Content-Type: text/plain

I could not deliver your message.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; cleo@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 Unknown user

--b
Content-Type: {inner}

Message-ID: <5f1c.rapport@ferries.example>
Subject: Re: My hat

--b--
"""


@pytest.mark.parametrize("inner", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_names_the_mail_that_came_back(inner: str) -> None:
    body = BOUNCE.format(action="failed", status="5.1.1", inner=inner)
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    found = read(mail(body, From="MAILER-DAEMON@mx.example", Content_Type=kind))
    assert found.ref["returned"] == {
        "of": "5f1c.rapport@ferries.example",
        "recipient": "cleo@example.org",
        "status": "5.1.1",
        "reason": "550 5.1.1 Unknown user",
        "failed": True,
    }
    assert found.ref["claim"]["returns"] == "5f1c.rapport@ferries.example"


def test_a_mail_that_is_only_late_did_not_come_back() -> None:
    body = BOUNCE.format(action="delayed", status="4.4.1", inner="message/rfc822")
    kind = "multipart/report; report-type=delivery-status; boundary=b"
    assert read(mail(body, From="MAILER-DAEMON@mx.example", Content_Type=kind)).ref["returned"]["failed"] is False


def test_a_bounce_of_the_old_kind_names_it_among_its_words() -> None:
    body = "Sorry, it did not work.\n\n--- Below this line is a copy.\n\nMessage-ID: <5f1c.rapport@ferries.example>\n"
    found = read(mail(body, From="MAILER-DAEMON@mx.example", Subject="failure notice", Return_Path="<>"))
    assert found.ref["returned"]["of"] == "5f1c.rapport@ferries.example"


# -- what a mail may cost ----------------------------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    levels = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(depth)
    )
    return mail(levels, Content_Type="multipart/mixed; boundary=b0")


COSTLY = {
    "2,000 levels": nested(2_000),
    "45 levels": nested(45) + b"hello\r\n" * 200_000,
    "2,000 mails in one another": mail(b"Content-Type: message/rfc822\r\n\r\n" * 2_000, Content_Type="message/rfc822"),
    "20,000 recipients": mail(To=", ".join(f"p{n}@example.org" for n in range(20_000))),
    "4,000 recipients": mail(To=", ".join(f"p{n}@e.org" for n in range(4_000))),
    "10 MB": mail(b"hello world\r\n" * 800_000),
    "10 MB on a line": mail(b"a" * 10_000_000),
    "10 MB of HTML": mail(b"<div>hello" * 1_000_000, Content_Type="text/html"),
    "HTML that never closes": mail(b"<style" * 1_000_000, Content_Type="text/html"),
    "quotations in one another": mail(b"<blockquote>" * 200_000, Content_Type="text/html"),
    "5,000 parts": mail(b"--b\r\n\r\nx\r\n" * 5_000, Content_Type="multipart/mixed; boundary=b"),
    "encoded words": mail(Subject="=?utf-8?q?a?= " * 4_500),
    "brackets": mail(From="(" * 30_000 + " a@b.example"),
    "a header that unpacks": mail(**{f"X_{n}": "=?utf-8?q?" + "=41" * 20 + "?=" for n in range(600)}),
    "line ends": mail(b"\r" * 2_000_000),
    "signatures": mail(b"--\r\n" * 400_000),
    "attributions": mail(b"On a on a on a wrote\r\n" * 80_000),
    "flowed": mail(b"hello \r\n" * 200_000, Content_Type="text/plain; format=flowed"),
    "a charset that takes minutes": mail(b"a" * 2_000_000, Content_Type="text/plain; charset=idna"),
    "reports": mail(
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 100_000,
        Content_Type="multipart/report; boundary=b",
    ),
}


@pytest.mark.parametrize("name", COSTLY)
def test_no_mail_costs_more_than_a_second(name: str) -> None:
    began = time.process_time()
    page = page_of(COSTLY[name], us=US)
    assert time.process_time() - began < 1.5  # a second, and room for a busy machine
    assert len(page.messages) + len(page.rejects) == 1


def test_what_is_too_large_is_put_aside_and_says_why() -> None:
    assert why_not(COSTLY["2,000 levels"]) == "Its parts lie more than 50 deep in one another."
    assert why_not(COSTLY["5,000 parts"]) == "It has more than 500 parts."
    assert why_not(COSTLY["20,000 recipients"]) == "Its header has more than 65,536 bytes."


def test_a_digest_of_many_mails_is_not_deep() -> None:
    inner = "--b\r\nContent-Type: multipart/mixed; boundary=c{0}\r\n\r\n--c{0}\r\n\r\nhi\r\n--c{0}--\r\n"
    body = "".join(inner.format(n) for n in range(100)) + "--b--\r\n"
    assert read(mail(body, Content_Type="multipart/digest; boundary=b")).addressed


@given(st.binary(max_size=300), st.integers(0, 900), st.sampled_from(["cut", "put"]))
@settings(max_examples=150, deadline=None)
def test_nothing_makes_it_stumble(noise: bytes, at: int, how: str) -> None:
    raw = mail(BOUNCE, Content_Type="multipart/report; boundary=b")
    page = page_of(raw[:at] + noise + (raw[at + len(noise) :] if how == "put" else b""), us=US)
    assert len(page.messages) + len(page.rejects) + page.tallies.get("copy", 0) == 1
    for message in page.messages:
        told = json.dumps(dict(message.ref), ensure_ascii=False)
        assert "\\u0000" not in told
        told.encode()  # no half of a surrogate pair, which no database takes
    assert list(page_wrongs(page, "email")) == []


# -- real mails --------------------------------------------------------------------------------------------------------


def real_mails() -> Iterator[tuple[str, bytes]]:
    data = Path(os.environ.get("RAPPORT_DATA") or Path(__file__).parents[4] / "shared" / "data")
    if not (data / "spamassassin.tar.xz").exists():
        pytest.skip("raw_mail_mailparser, raw_mail_rubymail and spamassassin.tar.xz are not here; set RAPPORT_DATA")
    for folder in ("raw_mail_mailparser/tests/mails", "raw_mail_rubymail/spec/fixtures/emails"):
        yield from ((str(file), file.read_bytes()) for file in sorted((data / folder).rglob("*")) if file.is_file())
    with tarfile.open(data / "spamassassin.tar.xz") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() and "/data/" in member.name else None
            if content:
                yield member.name, content.read()


@pytest.mark.data
@pytest.mark.timeout(300)
def test_real_mails_are_read_and_what_is_not_is_counted_by_its_reason() -> None:
    reasons: Counter[str] = Counter()
    read_, wrongs = 0, []
    for name, raw in real_mails():
        page = page_of(raw, us=US)
        read_ += len(page.messages)
        reasons.update(reject.reason for reject in page.rejects)
        wrongs += [f"{name}: {wrong}" for wrong in page_wrongs(page, "email")]
    assert wrongs == []
    assert read_ > 6_000
    assert set(reasons) <= {"It does not say who sent it.", "It does not say when it was sent."}
    assert reasons.total() < 20
