"""Replies as Mastodon counts them, sends them, and shows them again."""

from __future__ import annotations

import re
import unicodedata

from rapport.connectors.values import links
from rapport.core.types import Reply

# What every server allows; many allow more.
LIMIT = 500
_LINK_LENGTH = 23
_REMOTE_MENTION = re.compile(r"(?<![\w/])(@\w+(?:[\w.-]*\w)?)@[\w.-]*\w")
_MENTION = re.compile(r"(?<![\w/])@([\w.-]*\w(?:@[\w.-]*\w)?)")

# A reply is seen by nobody who could not see what it answers. A kind that we don't know may be narrower than we think.
_VISIBILITIES = ("public", "unlisted", "private", "direct")


def length(text: str) -> int:
    """How long Mastodon thinks a text is: every link counts 23, and a handle counts without its server.

    Source: Mastodon's `StatusLengthValidator`, which counts what readers see as one character. We count code points
    after composing them, so an emoji made of several counts more here than there, and no text counts less.

    >>> length("See https://example.org/a/very/long/path/indeed"), length("@ana@far.example hi")
    (27, 7)
    """
    shortened = text
    for span in reversed(links(text)):
        shortened = shortened[: span.start] + "x" * _LINK_LENGTH + shortened[span.end :]
    return len(unicodedata.normalize("NFC", _REMOTE_MENTION.sub(r"\1", shortened)))


def text_of(reply: Reply) -> str:
    """The text as it is sent: whoever is answered is mentioned, or else would not hear of it.

    >>> from datetime import UTC, datetime
    >>> text_of(Reply("k", "At ten.", datetime(2026, 3, 1, tzinfo=UTC), parent_ref={"acct": "ana"}))
    '@ana At ten.'
    """
    acct = str(reply.parent_ref.get("acct") or reply.parent_handle).lstrip("@")
    mentioned = {handle.lower() for handle in _MENTION.findall(reply.text)}
    if not acct or mentioned & {acct.lower(), reply.parent_handle.lstrip("@").lower()}:
        return reply.text
    return f"@{acct} {reply.text}"


def visibility_of(reply: Reply) -> str:
    """Who may see the reply: as many as may see what it answers. A post that answers nothing is public."""
    if not reply.parent_id:
        return "public"
    parents = reply.parent_ref.get("visibility")
    return parents if parents in _VISIBILITIES else "direct"


def essence(text: str) -> str:
    """What is left of a text when the ways in which servers write it down no longer matter.

    >>> essence("@ana@far.example  At\\nten.") == essence("@Ana At ten.")
    True
    """
    return " ".join(_REMOTE_MENTION.sub(r"\1", unicodedata.normalize("NFKC", text)).casefold().split())
