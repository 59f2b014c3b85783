"""Mails that no person wrote to us: what came back undelivered, what answers by itself, what goes to many.

Strong evidence is what the programs themselves say in the header; on it a mail is shown and expects no answer. Weak
evidence (a subject) is kept as a hint and changes nothing: a person who writes "Automatic reply" is still a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message as Mail

from rapport.connectors.email.header import addresses, ids, plain, told

_DAEMONS = {"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon"}
_NO_REPLY = re.compile(r"(do[-_.]?)?(no|not|nicht|ne)[-_.]?(reply|reponse|repondre|antworten|responder)|noreply.*")
_AUTOMATIC_SUBJECT = re.compile(
    r"\s*(automatic reply|auto(matische)?[- ]?(reply|response|antwort)|out of (the )?office|abwesenheits|abwesend|"
    r"réponse automatique|respuesta automática|risposta automatica|fuori sede|absence du bureau)",
    re.IGNORECASE,
)
_RETURNED_SUBJECT = re.compile(
    r"\s*(undeliver(able|ed)|delivery (status notification|failure|has failed)|mail delivery (failed|failure|system)|"
    r"returned mail|failure notice|unzustellbar|nicht zustellbar|message non distribué|non remis|no se puede entregar|"
    r"mancato recapito)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Returned:
    """A mail that somebody's server could not deliver, as it tells it.

    of         the id of that mail, where it says so
    failed     it gave up; otherwise it still tries, or delivered it in the end
    """

    of: str = ""
    recipient: str = ""
    status: str = ""
    reason: str = ""
    failed: bool = False

    def told(self) -> dict[str, str | bool]:
        return {
            "of": self.of,
            "recipient": self.recipient,
            "status": self.status,
            "reason": self.reason,
            "failed": self.failed,
        }


def kind(mail: Mail, sender: str, us: str) -> str:
    """bounce, auto_reply, list, no_reply, or nothing: somebody wrote to us."""
    automatic = _word(mail, "Auto-Submitted")
    if _is_report(mail, "delivery-status") or _is_daemon(mail, sender):
        return "bounce"
    if automatic == "auto-replied" or _answers_by_itself(mail):
        return "auto_reply"
    if _is_list(mail, us):
        return "list"
    if no_reply(sender) or automatic == "auto-generated":
        return "no_reply"
    return ""


def hints(mail: Mail) -> dict[str, str]:
    """What speaks for something without proving it: kept beside the message, for whoever judges noise."""
    found: dict[str, str] = {}
    if _word(mail, "X-Spam-Flag") == "yes" or _word(mail, "X-Spam-Status").startswith("yes") or _word(mail, "X-Spam"):
        found["spam"] = "its mail server"
    if _AUTOMATIC_SUBJECT.match(told(mail, "Subject")):
        found["auto_reply"] = "its subject"
    if re.search(r"\bdmarc\s*=\s*fail", told(mail, "Authentication-Results"), re.IGNORECASE):
        found["forged"] = "dmarc"
    return found


def no_reply(address: str) -> bool:
    """
    >>> no_reply("no-reply@example.org"), no_reply("do.not.reply@example.org"), no_reply("norah@example.org")
    (True, True, False)
    """
    return bool(_NO_REPLY.fullmatch(address.partition("@")[0].partition("+")[0]))


def _word(mail: Mail, name: str) -> str:
    """The first word of a header, in small letters."""
    return (told(mail, name).lower().replace(";", " ").replace(",", " ").split() or [""])[0]


def _answers_by_itself(mail: Mail) -> bool:
    """The headers in which programs said so before RFC 3834, and say so still."""
    if any(mail.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-From")):
        return True
    return _word(mail, "Precedence") == "auto_reply" or _is_report(mail, "disposition-notification")


def _is_report(mail: Mail, kind: str) -> bool:
    if mail.get_content_type() != "multipart/report":
        return False
    declared = str(mail.get_param("report-type") or "").lower()
    return declared == kind or any(part.get_content_type() == f"message/{kind}" for part in _parts(mail))


def _is_daemon(mail: Mail, sender: str) -> bool:
    """A server's own account speaks, and the mail has no sender to whom an answer could return."""
    if sender.partition("@")[0] not in _DAEMONS:
        return False
    nowhere = told(mail, "Return-Path").strip() == "<>"
    return (
        nowhere or mail.get("X-Failed-Recipients") is not None or bool(_RETURNED_SUBJECT.match(told(mail, "Subject")))
    )


def _is_list(mail: Mail, us: str) -> bool:
    """Sent to many. A list of our own (support@ is often a group) is how people write to us."""
    if _word(mail, "Precedence") in ("bulk", "junk"):
        return True
    named = [told(mail, name).lower() for name in ("List-Id", "List-Post") if mail.get(name) is not None]
    if not named:
        return mail.get("List-Unsubscribe") is not None
    at = us.partition("@")[2]
    return not any(at and re.search(rf"[@.<]{re.escape(at)}\b", name) for name in named)


# -- what came back ----------------------------------------------------------------------------------------------------


def returned(mail: Mail, text: str) -> Returned:
    """What a bounce tells of the mail that came back: from its parts where it has them, from its words otherwise."""
    status = _fields(mail)
    recipient = _recipient(status) or next(iter(addresses(mail, "X-Failed-Recipients")), ("", ""))[1]
    code = _STATUS.search(status.get("status", "")) or _STATUS.search(status.get("diagnostic-code", "") or text)
    action = status.get("action", "").lower()
    return Returned(
        of=_original(mail, text),
        recipient=recipient,
        status=code[0] if code else "",
        reason=" ".join(status.get("diagnostic-code", "").partition(";")[2].split())[:300],
        failed=action == "failed" or (not action and (code is None or code[1] == "5")),
    )


def _recipient(status: Mapping[str, str]) -> str:
    return (status.get("final-recipient") or status.get("original-recipient", "")).rpartition(";")[2].strip().lower()


def _parts(mail: Mail) -> Iterable[Mail]:
    return (part for part in mail.walk() if isinstance(part, Mail))


def _fields(mail: Mail) -> dict[str, str]:
    """The fields of the delivery report: those of the recipient that failed, where there are several."""
    found: dict[str, str] = {}
    for part in _parts(mail):
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            fields = {name.lower(): plain(value) for name, value in block.items()} if isinstance(block, Mail) else {}
            if "action" in fields and found.get("action", "").lower() != "failed":
                found = fields
    return found


_QUOTED_ID = re.compile(r"^[> \t]*message-id:\s*(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE)


def _original(mail: Mail, text: str) -> str:
    """The id of the mail that came back: in the copy of it, in a header, or among the words."""
    for part in _parts(mail):
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            told_in = str(inner.get("Message-ID", "")) if isinstance(inner, Mail) else str(payload)
            if found := ids(told_in if isinstance(inner, Mail) else "".join(_QUOTED_ID.findall(told_in)[:1])):
                return found[0]
    if found := ids("".join(_QUOTED_ID.findall(text)[:1])):
        return found[0]
    return next(iter(ids(told(mail, "In-Reply-To")) or ids(told(mail, "References"))[-1:]), "")
