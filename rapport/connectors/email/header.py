"""Single headers of a mail, read so that none of them can stumble: what is odd is read as well as it can be.

The mail is parsed with a policy that hands headers out as they came. The newer policies of the standard library parse
each one when it is looked at, raise half a dozen kinds of errors over malformed ones, and take seconds over long ones.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as Mail
from email.policy import Compat32
from email.utils import getaddresses

from rapport.connectors.values import clean

MAX_VALUE = 32_768
MAX_RECIPIENTS = 500
MAX_IDS = 100

_FOLDS = re.compile(r"[\r\n\t]+")
_ID = re.compile(r"<\s*([^<>\s]{3,250})\s*>")
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@[^@\s<>(),;:\\\"]{1,230}")
# Others that Python knows are no charsets of mails; some of them take minutes over a few megabytes.
_CHARSET = re.compile(
    r"utf[-_](7|8|8[-_]sig|16|16[-_][bl]e|32|32[-_][bl]e)|ascii|iso8859[-_]\d+|cp\d+|koi8[-_][rtu]|mac[-_]\w+|gb\w+|big5\w*"
    r"|shift_jis\w*|euc_\w+|iso2022_\w+|hz|johab|tis[-_]620|ptcp154|kz1048|hp_roman8|latin_1"
)
_ALIASES = {
    "iso-8859-8-i": "iso8859-8",
    "ks_c_5601-1987": "cp949",
    "x-gbk": "gbk",
    "x-sjis": "shift_jis",
    "utf8mb4": "utf-8",
}
# What programs call so is mostly the larger set that contains it.
_LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "latin_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
}


class _AsItCame(Compat32):
    """The oldest policy gives a header whose bytes are not ASCII away: it replaces them."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


AS_IT_CAME = _AsItCame()


def decoded(raw: bytes, charset: str) -> str:
    """Bytes as a text, whatever charset they claim: UTF-8 where they are that, then the one they name, then cp1252.

    >>> decoded("Grüße".encode("latin-1"), "us-ascii"), decoded("Grüße".encode(), "x-unknown"), decoded(b"a", "zlib")
    ('Grüße', 'Grüße', 'a')
    """
    named = _codec(charset)
    for codec in ("utf-8", named) if _LARGER.get(named) or not named else (named, "utf-8"):
        try:
            return clean(raw.decode(codec))
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return clean(raw.decode(_LARGER.get(named, "cp1252"), "replace"))


def _codec(charset: str) -> str:
    wanted = charset.strip().strip("'\"").lower()[:40]
    try:
        name = codecs.lookup(_ALIASES.get(wanted, wanted)).name
    except (LookupError, ValueError):
        return ""
    return name if _CHARSET.fullmatch(name) else ""


def plain(value: object) -> str:
    """A header as it came, on one line: its raw bytes are those of some charset, mostly UTF-8."""
    found = str(value)[:MAX_VALUE]
    if not found.isascii():
        found = decoded(found.encode("utf-8", "surrogateescape"), "utf-8")
    return _FOLDS.sub(" ", clean(found)).strip()


def words(value: object) -> str:
    """A header as people read it: encoded words decoded, on one line.

    >>> words("=?iso-8859-1?q?Gr=FC=DFe?= aus =?utf-8?b?S8O2bG4=?="), words("=?x?q?a?=")
    ('Grüße aus Köln', 'a')
    """
    found = plain(value)
    if "=?" not in found:
        return found
    try:
        pieces = decode_header(found)
    except (HeaderParseError, ValueError):
        return found
    joined = "".join(
        decoded(piece, charset or "utf-8") if isinstance(piece, bytes) else piece for piece, charset in pieces
    )
    return " ".join(joined.split())


def told(mail: Mail, name: str) -> str:
    """The first header of that name as people read it; empty when there is none."""
    value = mail.get(name)
    return "" if value is None else words(value)


def addresses(mail: Mail, *names: str) -> list[tuple[str, str]]:
    """Names and addresses (in small letters) in these headers, at most `MAX_RECIPIENTS` of them."""
    values = [_first(plain(value)) for name in names for value in (mail.get_all(name) or ())[:5]]
    found = [(words(name), _sound(address)) for name, address in getaddresses(values)[:MAX_RECIPIENTS]]
    return [(name, address) for name, address in found if address]


def _first(value: str) -> str:
    """The first addresses of a list of them; and no more opening brackets than a person would write."""
    if value.count("(") > 50:
        value = value.replace("(", " ").replace(")", " ")
    return ",".join(value.split(",", MAX_RECIPIENTS)[:MAX_RECIPIENTS])


def _sound(address: str) -> str:
    found = _ADDRESS.fullmatch(address.strip()) or _ADDRESS.search(address)
    return found[0].lower() if found else ""


def ids(value: str) -> list[str]:
    """The ids of mails in a header, without their brackets.

    >>> ids("<a@example.org> (hm) <b@example.org>")
    ['a@example.org', 'b@example.org']
    """
    return list(dict.fromkeys(_ID.findall(plain(value))))[:MAX_IDS]


def first_and_last(found: Sequence[str], most: int) -> list[str]:
    """At most so many: the first, which names the thread, and the last ones.

    >>> first_and_last(["a", "b", "c", "d"], 3)
    ['a', 'c', 'd']
    """
    return list(found) if len(found) <= most else [found[0], *found[-(most - 1) :]]
