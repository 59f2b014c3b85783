"""Our replies, as Bluesky wants them. Pure: text and nouns in, plain JSON out; no network, no clock."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rapport.connectors.bluesky.parse import POST
from rapport.core.errors import ConnectorError
from rapport.core.types import Json, Reply

LIMIT = 300  # graphemes
_BYTES_PER_GRAPHEME = 10  # the second limit of a post is 3,000 bytes of UTF-8

_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"


def length(text: str) -> int:
    """How much of the `LIMIT` a text takes, in graphemes: what readers take for one character.

    A text of very long graphemes (families of emoji) can meet the limit in bytes first; then that one counts.

    >>> length("Æbelø 🏳️‍🌈"), length("👩‍👩‍👧‍👦")
    (7, 3)
    """
    return max(graphemes(text), -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_GRAPHEME))


def record_key(reply: Reply) -> str:
    """The key under which a reply is written: the same for every attempt, so that writing twice is writing once.

    A TID (https://atproto.com/specs/tid): microseconds since 1970 and ten bits of a clock's name, in base 32. Here the
    second comes from the reply; the thirty bits below it are made from the idempotency key, so that replies of one
    second do not meet.
    """
    digest = hashlib.sha256(reply.idempotency_key.encode("utf-8", "surrogatepass")).digest()
    below, clock = int.from_bytes(digest[:8], "big") % 1_000_000, int.from_bytes(digest[8:10], "big") % 1024
    seconds = (reply.created_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    number = (seconds * 1_000_000 + below) << 10 | clock
    return "".join(_BASE32[number >> shift & 31] for shift in range(60, -1, -5))


def record(reply: Reply, facets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The post to write. Byte for byte the same for every attempt, as long as the facets are."""
    written: dict[str, Any] = {
        "$type": POST,
        "text": reply.text,
        "createdAt": reply.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if reply.parent_id:
        written["reply"] = {"root": root_of(reply), "parent": parent_of(reply)}
    if reply.language and reply.language != "und":
        written["langs"] = [reply.language]
    if facets:
        written["facets"] = list(facets)
    return written


def parent_of(reply: Reply) -> dict[str, str]:
    """The post that is answered, in the version that was read."""
    cid = reply.parent_ref.get("cid")
    if not isinstance(cid, str) or not cid:
        raise ConnectorError("Bluesky needs to know which version of the post is answered (its cid).", permanent=True)
    return {"uri": reply.parent_id, "cid": cid}


def root_of(reply: Reply) -> dict[str, str]:
    """The post that began the thread: what the answered post says it is, for that is what the platform goes by."""
    root = reply.parent_ref.get("root")
    if isinstance(root, Mapping):
        return {"uri": str(root["uri"]), "cid": str(root["cid"])}
    return parent_of(reply)


def own_root(us: str, ref: Json) -> str:
    """The post of ours that began the thread in which a message stands; nothing where it was not ours.

    >>> own_root("did:plc:us", {"root": {"uri": "at://did:plc:us/app.bsky.feed.post/3k", "cid": "b"}})
    'at://did:plc:us/app.bsky.feed.post/3k'
    """
    root = ref.get("root")
    uri = root.get("uri") if isinstance(root, Mapping) else None
    return uri if us and isinstance(uri, str) and uri.startswith(f"at://{us}/{POST}/") else ""


# -- graphemes ---------------------------------------------------------------------------------------------------------

# Unicode Standard Annex 29, as far as the tables of the standard library carry it. What is left out (conjuncts of Indic
# scripts, signs that stand before a letter) makes a text count longer than it is, never shorter.
_HANGUL = {  # what a part of a Korean syllable may be followed by within the same one
    "L": ("L", "V", "LV", "LVT"),
    "V": ("V", "T"),
    "LV": ("V", "T"),
    "T": ("T",),
    "LVT": ("T",),
}
_EXTENDS = {0x0E33, 0x0EB3, 0x200C, 0xFF9E, 0xFF9F, *range(0x1F3FB, 0x1F400), *range(0xE0020, 0xE0080)}
_STANDS_ALONE = {  # spacing marks that nevertheless begin a grapheme, mostly Burmese
    *(0x102B, 0x102C, 0x1038, *range(0x1062, 0x1065), *range(0x1067, 0x106E), 0x1083, *range(0x1087, 0x108D), 0x108F),
    *(*range(0x109A, 0x109D), 0x1A61, 0x1A63, 0x1A64, 0xAA7B, 0xAA7D, 0x11720, 0x11721),
}
_LATIN = {0xA9: "picture", 0xAD: "control", 0xAE: "picture"}


def graphemes(text: str) -> int:
    """How many characters a reader sees.

    >>> graphemes("e\u0301"), graphemes("🇩🇰🇸🇪"), graphemes("\u1112\u1161\u11ab")
    (1, 2, 1)
    """
    count, before, in_picture, half_flag = 0, "", False, False
    for character in text.replace("\r\n", "\n"):
        kind = _kind(character)
        joins = (
            (kind in ("extend", "joiner") and before not in ("", "control"))
            or kind in _HANGUL.get(before, ())
            or (kind == "picture" and before == "joiner" and in_picture)
            or (kind == "flag" and before == "flag" and half_flag)
        )
        if not joins:
            count += 1
            in_picture = kind == "picture"
        half_flag = kind == "flag" and not joins
        before = kind
    return count


def _kind(character: str) -> str:
    code = ord(character)
    if code < 0x300:
        return _LATIN.get(code, "control" if code < 0x20 or 0x7F <= code < 0xA0 else "other")
    if code == 0x200D:
        return "joiner"
    if 0x1F1E6 <= code <= 0x1F1FF:
        return "flag"
    category = unicodedata.category(character)
    if code in _EXTENDS or (category in ("Mn", "Mc", "Me") and code not in _STANDS_ALONE):
        return "extend"
    if category in ("Cc", "Cf", "Zl", "Zp"):
        return "control"
    if category == "So" or code == 0x2194 or 0x1F000 <= code < 0x1FB00:
        return "picture"
    return _hangul(code)


def _hangul(code: int) -> str:
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "T"
    return "other"
