"""An answer as the bytes of a mail: the same at every attempt, and whatever is in it, one header stays one header."""

from __future__ import annotations

import hashlib
import quopri
import re
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr
from typing import Any

from rapport.connectors.email.header import first_and_last
from rapport.core.errors import ConnectorError
from rapport.core.types import Receipt, Reply

LIMIT = 20_000
_PREFIX = re.compile(r"\s*(re|aw|antw|sv|vs|r|rif|odp|res)\s?(\[\d+\])?\s*[::]\s*", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{3,250}")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.\[\]:_-]{1,230}")


@dataclass(frozen=True, slots=True)
class Composed:
    """message_id without its brackets; `to` is the one address that it goes to."""

    raw: bytes
    message_id: str
    to: str
    answers: tuple[str, ...]
    subject: str

    @property
    def receipt(self) -> Receipt:
        claim = {"own": self.message_id, "answers": list(self.answers), "people": [self.to]}
        return Receipt(self.message_id, ref={"subject": self.subject, "claim": claim})


def message_id(key: str, us: str) -> str:
    """The id of an answer, fixed by its key: every attempt has the same, and a mailbox can be asked for it.

    >>> message_id("5f1c", "info@example.org"), message_id("a key\\r\\n", "info@example.org").count("@")
    ('5f1c.rapport@example.org', 1)
    """
    plain = key if re.fullmatch(r"[A-Za-z0-9-]{1,64}", key) else hashlib.sha256(key.encode()).hexdigest()
    return f"{plain}.rapport@{us.partition('@')[2]}"


def compose(reply: Reply, *, us: str, name: str) -> Composed:
    """Raises `ConnectorError` when there is nobody to whom it could go."""
    told = reply.parent_ref
    to = _recipient(reply, told, us)
    own = message_id(reply.idempotency_key, us)
    answers = tuple(_answered(told))
    subject = answer_subject(str(told.get("subject", "")))
    header = {
        "From": _mailbox(name, us),
        "To": to,
        "Subject": _encoded(subject, len("Subject: ")),
        "Date": format_datetime(reply.created_at),
        "Message-ID": f"<{own}>",
        "In-Reply-To": f"<{answers[-1]}>" if answers else "",
        "References": "\r\n ".join(f"<{one}>" for one in answers),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "quoted-printable",
    }
    lines = [f"{title}: {value}\r\n" for title, value in header.items() if value]
    raw = "".join((*lines, "\r\n")).encode("ascii") + _body(reply.text)
    return Composed(raw, own, to, answers, subject)


def answer_subject(subject: str) -> str:
    """
    >>> answer_subject("Lost hat"), answer_subject("AW: Re: Lost hat"), answer_subject("")
    ('Re: Lost hat', 'Re: Lost hat', 'Re:')
    """
    bare = " ".join(_CONTROLS.sub(" ", subject).split())
    while found := _PREFIX.match(bare):
        bare = bare[found.end() :]
    return f"Re: {bare}".strip()[:500]


def _recipient(reply: Reply, told: Any, us: str) -> str:
    to = str(told.get("reply_to") or reply.parent_handle).strip()
    if not _ADDRESS.fullmatch(to):
        raise ConnectorError(f"{to[:80]!r} is not an address that a mail can be sent to.", permanent=True)
    if to.lower() == us:
        raise ConnectorError("That would be an answer to ourselves.", permanent=True)
    if told.get("automatic"):
        raise ConnectorError("Nobody reads what is sent there: a program wrote this mail.", permanent=True)
    return to


def _answered(told: Any) -> list[str]:
    """The ids above the answer, the root first. What does not look like an id is not repeated."""
    claim = told.get("claim")
    if not isinstance(claim, dict):
        return []
    named = [*(claim.get("answers") or ()), claim.get("own") or ""]
    return first_and_last([one for one in named if isinstance(one, str) and _ID.fullmatch(one)], 20)


def _mailbox(name: str, address: str) -> str:
    bare = " ".join(_CONTROLS.sub(" ", name).split())[:100]
    return formataddr((bare, address), "utf-8")


def _encoded(text: str, before: int) -> str:
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name="X" * before, maxlinelen=76).encode(linesep="\r\n")


def _body(text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
    packed = quopri.encodestring(("\n".join(lines) + "\n").encode("utf-8", "replace"))
    return packed.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
