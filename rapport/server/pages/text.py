"""What people wrote, in parts that a template can show: never as HTML, private data masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from rapport.core.types import Private, Span
from rapport.core.understand.private import mask

KINDS = {
    "question": _("question"),
    "complaint": _("complaint"),
    "praise": _("praise"),
    "idea": _("idea"),
    "bug": _("bug"),
    "lead": _("lead"),
    "delivery": _("delivery"),
    "job": _("job"),
    "spam": _("spam"),
    "other": _("other"),
}


_CALLED = re.compile(r"(?:@[\w.@-]+[,:]?\s+)+(?=\S)")


def opening(preview: str) -> str:
    """The beginning of a message in a list: whom it calls, and that is us, says nothing there."""
    return preview[found.end() :] if (found := _CALLED.match(preview)) else preview


def kind_words(kinds: Sequence[str]) -> str:
    """What a message is, in words; "other" says nothing, so it is not said."""
    return ", ".join(str(KINDS.get(kind, kind)) for kind in kinds if kind != "other")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text: see `_components/text.html`."""

    kind: str
    text: str
    url: str = ""


def parts(
    text: str, spans: Sequence[Span] = (), private: Sequence[Private] = (), *, uncover: str = "", open: bool = False
) -> list[Part]:
    """The text cut at its links, mentions, hashtags and private data.

    uncover  where POST shows the private data, for those who may
    open     show the private data: marked, but readable
    """
    return list(_parts(text, spans, private, uncover, open))


def _parts(text: str, spans: Sequence[Span], private: Sequence[Private], uncover: str, open: bool) -> Iterator[Part]:
    hidden = mask(text, () if open else private)
    at = 0
    for piece in _in_order(spans, private, len(text)):
        if piece.start > at:
            yield Part("text", hidden[at : piece.start])
        shown = hidden[piece.start : piece.end]
        if isinstance(piece, Private):
            yield Part("found", shown) if open else Part("private", shown, uncover)
        elif piece.kind == "link":
            yield _link(shown, piece.value)
        else:
            yield Part(piece.kind if piece.kind in ("mention", "hashtag") else "text", shown)
        at = piece.end
    if at < len(text):
        yield Part("text", hidden[at:])


def _in_order(spans: Sequence[Span], private: Sequence[Private], end: int) -> list[Span | Private]:
    """Private data first of all; a span that overlaps what stands already is only text."""
    kept: list[Span | Private] = []
    asked: list[Span | Private] = [*private, *spans]
    for piece in asked:
        if not 0 <= piece.start < piece.end <= end:
            continue
        if all(piece.end <= other.start or other.end <= piece.start for other in kept):
            kept.append(piece)
    return sorted(kept, key=lambda piece: piece.start)


def web(url: str) -> str:
    """An address that a page may link to, or nothing: what a platform calls an address may be a script."""
    return url if url.startswith(("https://", "http://")) else ""


def _link(shown: str, url: str) -> Part:
    """A link that can be followed says where it leads, whatever its words claim."""
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        return Part("text", shown)
    if address.scheme not in ("http", "https") or not host:
        return Part("text", shown)
    return Part("link", shown if host.removeprefix("www.") in shown.lower() else f"{shown} ({host})", url)
