"""A mail, translated into a message. Pure: bytes in, a page out.

The caps of `caps` come first. Then the standard library parses, with a policy of ours (see `header`), and whatever
still stumbles puts this one mail aside, never the mailbox.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

from rapport.connectors.email import kinds
from rapport.connectors.email.caps import beginning, too_much
from rapport.connectors.email.header import AS_IT_CAME, addresses, decoded, first_and_last, ids, plain, told, words
from rapport.connectors.email.quoted import Written, marked, written
from rapport.connectors.html import to_text
from rapport.connectors.values import clean, links, read_time
from rapport.core.types import Author, Message, Page, Reject

NETWORK = "email"
MAX_TEXT = 65_536
MAX_HTML = 500_000
MAX_LEFT_OUT = 8_192
MAX_PEOPLE = 50  # of the recipients, how many may answer within the same conversation
MAX_ANSWERS = 20
MAX_ATTACHMENTS = 50
MAX_RAW = 262_144
# A mail is shown at the time that it says, unless the servers on its way say that this cannot be.
EARLY, LATE = timedelta(days=7), timedelta(hours=1)
# How the standard library stumbles over a mail that no program should have written.
_STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

OURS = re.compile(r"[\w.-]{1,100}\.rapport@[^@\s]{1,250}")
_SOUND_ID = re.compile(r"[\x21-\x7e]{3,250}")


@dataclass(frozen=True, slots=True)
class Body:
    """What a mail says, and what came with it."""

    text: str = ""
    html: str = ""
    attachments: list[dict[str, Any]] = field(default_factory=list)


def page_of(raw: bytes, *, us: str, arrived: datetime | None = None, where: str = "", size: int = 0) -> Page:
    """The page that one mail is.

    us       our own address
    arrived  when it reached the mailbox, where its server says so
    where    names it for people, should it be put aside
    size     bytes of the whole mail, where `raw` is only its beginning
    """
    where = where or "a mail"
    read, size = beginning(raw), max(size, len(raw))
    if reason := too_much(read):
        return Page(rejects=(Reject(where, reason, raw[:MAX_RAW]),))
    try:
        found = _read(read, us.lower(), arrived, size)
    except _STUMBLES as error:
        found = f"It cannot be read: {type(error).__name__}."
    if isinstance(found, Message):
        kind = found.ref.get("automatic")
        return Page((found,), tallies={kind: 1} if kind else {})
    if isinstance(found, str):
        return Page(rejects=(Reject(where, found, raw[:MAX_RAW]),))
    return Page(tallies={"copy": 1})


def announced(head: bytes, *, us: str, arrived: datetime) -> tuple[str, datetime] | None:
    """What tells a mail from others, and when it was written, by its header alone.

    None for what may not be heard as a mail that somebody wrote to us: copies of ours, what programs send, what cannot
    be read. Mails that bear the same id count as one, whatever they say.
    """
    if too_much(head):
        return None
    try:
        mail = message_from_bytes(head, policy=AS_IT_CAME)
        sender, at, own = _author(mail, us), _published(mail, arrived), _own_id(mail)
        if sender is None or at is None or _is_copy(sender[1], own, us):
            return None
        if mail.get_content_type() == "multipart/report" or kinds.kind(mail, sender[1], us) in _EXPECT_NOTHING:
            return None
        return own or "\0".join((sender[1], told(mail, "Date"), told(mail, "Subject"))), at
    except _STUMBLES:
        return None


def _is_copy(sender: str, own: str, us: str) -> bool:
    """Whether an answer of ours came back."""
    return sender == us and bool(OURS.fullmatch(own)) and own.endswith(us.partition("@")[2])


def _read(raw: bytes, us: str, arrived: datetime | None, size: int) -> Message | str | None:
    """The message; or why there is none; or None for the copy of an answer of ours, which is stored already."""
    mail = message_from_bytes(raw, policy=AS_IT_CAME)
    sender = _author(mail, us)
    if sender is None:
        return "It does not say who sent it."
    at = _published(mail, arrived)
    if at is None:
        return "It does not say when it was sent."
    own = _own_id(mail)
    if _is_copy(sender[1], own, us):
        return None
    body = _body(mail)
    said = _said(body)
    kind = kinds.kind(mail, sender[1], us)
    text = _with_subject(mail, said)
    external_id = _external_id(mail, own, sender[1], text.text + said.quoted)
    answers = _answers(mail)
    back = kinds.returned(mail, said.text) if kind == "bounce" else None
    hints = kinds.hints(mail)
    claim = {
        "own": own,
        "answers": answers,
        "people": _people(mail, us, sender[1]),
        **({"doubted": True} if "forged" in hints else {}),
        **({"returns": back.of} if back and back.of else {}),
    }
    reply_to = next((address for _, address in addresses(mail, "Reply-To")), "")
    left_out = {"quoted": said.quoted[:MAX_LEFT_OUT], "signature": said.signature[:MAX_LEFT_OUT]}
    ref: dict[str, Any] = {
        "subject": told(mail, "Subject")[:500],
        "claim": claim,
        "reply_to": reply_to if reply_to != sender[1] else "",
        "automatic": kind,
        "returned": back.told() if back else {},
        "hints": hints,
        "attachments": body.attachments,
        "left_out": {name: left for name, left in left_out.items() if left},
        "cut": size if size > len(raw) else 0,
    }
    return Message(
        network=NETWORK,
        external_id=external_id,
        author=Author(NETWORK, sender[1], sender[1], sender[0]),
        text=text.text,
        published_at=at,
        thread_id=external_id,
        parent_id=answers[-1] if answers else "",
        spans=text.spans,
        addressed=kind not in _EXPECT_NOTHING,
        context=kind in _EXPECT_NOTHING,
        ref={name: value for name, value in ref.items() if value},
    )


# Nobody waits for an answer to these.
_EXPECT_NOTHING = ("bounce", "auto_reply", "list")


# -- who, when, which --------------------------------------------------------------------------------------------------


def _author(mail: Mail, us: str) -> tuple[str, str] | None:
    """Name and address of whoever wrote it. A form on our own site writes in our name: then the one it names."""
    found = addresses(mail, "From") or addresses(mail, "Sender") or addresses(mail, "Return-Path")
    if not found:
        return _nameless(mail)
    name, address = found[0]
    if address == us or (kinds.no_reply(address) and address.partition("@")[2] == us.partition("@")[2]):
        for reply_name, reply_to in addresses(mail, "Reply-To"):
            if reply_to != address:
                return reply_name[:300], reply_to
    return name[:300], address


def _nameless(mail: Mail) -> tuple[str, str] | None:
    """A sender without an address of the usual form: an account of some machine, or a server that reports."""
    named = re.sub(r"[^\w.+-]+", " ", plain(mail.get("From") or "").lower()).split()
    if not named and plain(mail.get("Return-Path") or "") == "<>":
        named = ["mailer-daemon"]
    return ("", named[0][:64]) if named else None


def _published(mail: Mail, arrived: datetime | None) -> datetime | None:
    says = read_time(_without_comment(told(mail, "Date"))[:100])
    passed = arrived or _received(mail)
    if says is None or passed is None:
        return says or passed
    return says if passed - EARLY <= says <= passed + LATE else passed


def _without_comment(date: str) -> str:
    return date.partition("(")[0].strip()


def _received(mail: Mail) -> datetime | None:
    """When the last server on its way took it."""
    for value in (mail.get_all("Received") or ())[:3]:
        if found := read_time(_without_comment(plain(value).rpartition(";")[2])[:100]):
            return found
    return None


def _own_id(mail: Mail) -> str:
    found = ids(plain(mail.get("Message-ID") or ""))
    return found[0] if found and _SOUND_ID.fullmatch(found[0]) else ""


def _external_id(mail: Mail, own: str, sender: str, text: str) -> str:
    """The mail's own id together with what was said by whom: some programs give every mail the same id, and whoever
    knows the id of another's mail must not be able to write over it."""
    told_by = "\0".join((sender, "" if own else plain(mail.get("Date") or ""), " ".join(text.split())))
    digest = hashlib.sha256(told_by.encode("utf-8", "replace")).hexdigest()
    return f"{own}#{digest[:16]}" if own else f"#{digest}"


def _answers(mail: Mail) -> list[str]:
    """The ids of the mails that this one says it answers: the root first, what it answers itself last."""
    before = ids(plain(" ".join(map(str, (mail.get_all("References") or ())[:3]))))
    itself = ids(plain(mail.get("In-Reply-To") or ""))[:1]
    return first_and_last([one for one in before if one not in itself] + itself, MAX_ANSWERS)


def _people(mail: Mail, us: str, sender: str) -> list[str]:
    found = dict.fromkeys(address for _, address in addresses(mail, "To", "Cc"))
    return [address for address in found if address not in (us, sender)][:MAX_PEOPLE]


# -- what it says ------------------------------------------------------------------------------------------------------


def _with_subject(mail: Mail, said: Written) -> Written:
    """The subject stands above the first mail of a conversation; in answers it only repeats itself."""
    subject = told(mail, "Subject")[:500]
    if not subject or (said.text and (mail.get("In-Reply-To") or mail.get("References"))):
        return said
    if not said.text:
        return Written(subject, links(subject))
    shift = len(subject) + 2
    spans = tuple(type(span)(span.start + shift, span.end + shift, span.kind, span.value) for span in said.spans)
    return Written(f"{subject}\n\n{said.text}", (*links(subject), *spans))


def _said(body: Body) -> Written:
    if body.text.strip():
        text = body.text[:MAX_TEXT] + ("…" if len(body.text) > MAX_TEXT else "")
        found = written(text)
        return Written(found.text, links(found.text), found.quoted, found.signature)
    return written(*to_text(marked(_without_head(body.html))))


def _without_head(html: str) -> str:
    """Without styles and comments, which are often longer than the words, and would use up what is read of a mail."""
    for opening, closing in (("<!--", "-->"), ("<style", "</style>"), ("<head", "</head>"), ("<script", "</script>")):
        html = _without(html, opening, closing)
    return html


def _without(html: str, opening: str, closing: str) -> str:
    lowered, pieces, at = html.lower(), [], 0
    if len(lowered) != len(html):  # a letter that changes its length with its case: too rare to be worth counting
        return html
    while (start := lowered.find(opening, at)) >= 0 and (end := lowered.find(closing, start)) >= 0:
        pieces.append(html[at:start])
        at = end + len(closing)
    return "".join((*pieces, html[at:]))


def _body(mail: Mail) -> Body:
    """The first text of each kind, and the names, types and sizes of everything else."""
    texts: dict[str, str] = {}
    attached: list[dict[str, Any]] = []
    for part in _leaves(mail):
        kind = part.get_content_type()
        named = _file_name(part)
        inline = kind in ("text/plain", "text/html") and not named and part.get_content_disposition() != "attachment"
        if inline and kind not in texts:
            texts[kind] = _text(part)
        elif inline and kind == "text/plain" and len(texts[kind]) < MAX_TEXT:
            texts[kind] += "\n" + _text(part)
        elif not kind.startswith("multipart/") and kind not in _OF_REPORTS and len(attached) < MAX_ATTACHMENTS:
            attached.append({"name": named or clean(kind)[:100], "type": clean(kind)[:100], "size": _size(part)})
    return Body(texts.get("text/plain", ""), texts.get("text/html", ""), attached)


_OF_REPORTS = ("message/delivery-status", "text/rfc822-headers", "message/rfc822-headers")


def _leaves(mail: Mail) -> Iterator[Mail]:
    """The parts that hold something themselves; a mail that was attached is one of them."""
    payload = mail.get_payload()
    if not isinstance(payload, list) or mail.get_content_maintype() == "message":
        yield mail
        return
    for part in payload:
        if isinstance(part, Mail):
            yield from _leaves(part)


def _file_name(part: Mail) -> str:
    found = part.get_filename()
    return words(found)[:200] if found else ""


def _size(part: Mail) -> int:
    """About how many bytes it has, without unpacking it."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return 0
    packed = str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64"
    return (len(payload) - payload.count("\n")) * 3 // 4 if packed else len(payload)


def _text(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    plain_ = part.get_content_type() == "text/plain"
    found = decoded(payload, str(part.get_param("charset") or ""))
    found = found.replace("\r\n", "\n").replace("\r", "\n")[: MAX_TEXT + 1 if plain_ else MAX_HTML]
    if plain_ and str(part.get_param("format") or "").lower() == "flowed":
        found = _unfolded(found, joined=str(part.get_param("delsp") or "").lower() == "yes")
    return found


def _unfolded(text: str, *, joined: bool) -> str:
    """Paragraphs whose lines were broken only for the way (RFC 3676)."""
    pieces: list[str] = []
    open_, depth = False, 0
    for line in text.split("\n"):
        bare = line.lstrip(">")
        marks = len(line) - len(bare)
        bare = bare[1:] if bare.startswith(" ") else bare
        if open_ and marks == depth and bare != "-- ":
            pieces[-1] = pieces[-1].removesuffix(" ") if joined else pieces[-1]
            pieces.append(bare)
        else:
            pieces += ["\n" if pieces else "", ">" * marks + " " * bool(marks), bare]
        open_, depth = bare.endswith(" ") and bare != "-- ", marks
    return "".join(pieces)
