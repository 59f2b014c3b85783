"""HTML from strangers, reduced to what Rapport keeps: text, and spans that say where its links lead.

The result is never HTML, so there is nothing to escape wrongly later. nh3 reads the page as a browser would and drops
scripts, styles and addresses other than http, https and mailto; what it leaves is regular enough for the standard
library's parser, which takes minutes over malicious HTML when asked directly. nh3 itself is slow on deep nesting, so
what is large is cut and what is deep is stripped of its tags before it gets there.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

import nh3

from rapport.connectors.values import clean, links
from rapport.core.types import Span

MAX_LENGTH = 65_536
MAX_DEPTH = 100

# How many line ends a block puts before and after itself.
_BREAKS = {
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "dl", "table", "hr"), 2),
    **dict.fromkeys(
        ("div", "li", "dt", "dd", "tr", "section", "article", "header", "footer", "figure", "figcaption"), 1
    ),
}
_KEPT = {*_BREAKS, "a", "br", "td", "th"}
_DROPPED_WITH_CONTENT = {"script", "style", "noscript", "template", "iframe", "object", "svg", "math", "select"}
_SCHEMES = {"http", "https", "mailto"}

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
_MARKUP = re.compile(r"<[^<>]*>")
_WORDS = re.compile(r"[^ \t\r\n\f]+")
# Elements that nothing can be inside of, and those that close when the next one opens.
_NEVER_NEST = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"} | {
    *("p", "li", "dt", "dd", "tr", "td", "th", "option", "param")
}


def to_text(html: str, *, base: str = "") -> tuple[str, tuple[Span, ...]]:
    """The text of a piece of HTML and its spans: links with their full address, hashtags, and mentions by address.

    `base` is the address of the page, for links that are relative to it. What is longer than `MAX_LENGTH` is cut, and
    ends with an ellipsis; what nests deeper than `MAX_DEPTH` keeps its text and loses its links.

    >>> to_text('<p>See <a href="/a">this</a></p><p>Bye</p>', base="https://example.org/b")
    ('See this\\n\\nBye', (Span(start=4, end=8, kind='link', value='https://example.org/a'),))
    """
    cut = clean(html[:MAX_LENGTH])
    reader = _Reader(base)
    reader.feed(_flat(cut) if _depth(cut) > MAX_DEPTH else _sanitized(cut))
    reader.close()
    return reader.result("…" if len(html) > MAX_LENGTH else "")


def _sanitized(html: str) -> str:
    return nh3.clean(
        html,
        tags=_KEPT,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes={"a": {"href", "class", "rel"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def _flat(html: str) -> str:
    return nh3.clean_text(unescape(_MARKUP.sub(" ", html)))


def _depth(html: str) -> int:
    """How deep the elements nest, roughly: closing tags that close nothing don't count."""
    deepest = 0
    opened: Counter[str] = Counter()
    for closing, name in _TAG.findall(html):
        name = name.lower()
        if name in _NEVER_NEST:
            continue
        opened[name] = max(0, opened[name] - 1) if closing else opened[name] + 1
        deepest = max(deepest, opened.total())
        if deepest > MAX_DEPTH:
            break
    return deepest


class _Reader(HTMLParser):
    """Collects text and spans from what nh3 leaves. White space is held back until something follows it."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._pieces: list[str] = []
        self._length = 0
        self._breaks = 0
        self._space = False
        self._bullet = ""
        self._preformatted = 0
        self._link: dict[str, str] | None = None
        self._link_start: int | None = None
        self._spans: list[Span] = []

    def result(self, ending: str) -> tuple[str, tuple[Span, ...]]:
        text = clean("".join(self._pieces)) + ending
        covered = {at for span in self._spans for at in range(span.start, span.end)}
        bare = [span for span in links(text) if span.start not in covered]
        return text, tuple(sorted((*self._spans, *bare), key=lambda span: span.start))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._breaks = max(self._breaks, _BREAKS.get(tag, 0))
        if tag == "br":
            self._breaks = min(self._breaks + 1, 2)
        elif tag in ("td", "th"):
            self._space = True
        elif tag == "li":
            self._bullet = "- "
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "a":
            self._link, self._link_start = {name: value or "" for name, value in attrs}, None

    def handle_endtag(self, tag: str) -> None:
        self._breaks = max(self._breaks, _BREAKS.get(tag, 0))
        if tag == "pre":
            self._preformatted -= 1
        elif tag == "a":
            self._close_link()

    def handle_data(self, data: str) -> None:
        if self._preformatted:
            self._write(data.strip("\n"))
            return
        words = " ".join(_WORDS.findall(data))
        self._space = self._space or data[:1].isspace()
        if words:
            self._write(words)
            self._space = data[-1].isspace()

    def _write(self, text: str) -> None:
        before = "\n" * self._breaks or " " * self._space if self._length else ""
        before += self._bullet
        self._breaks, self._space, self._bullet = 0, False, ""
        if self._link_start is None:
            self._link_start = self._length + len(before)
        self._pieces += (before, text)
        self._length += len(before) + len(text)

    def _close_link(self) -> None:
        link, start, end = self._link or {}, self._link_start, self._length
        self._link = None
        address = self._address(link.get("href", ""))
        if start is None or start == end or not address:
            return
        shown = "".join(self._pieces)[start:end]
        marks = {*link.get("class", "").lower().split(), *link.get("rel", "").lower().split()}
        if shown.startswith("#") and marks & {"hashtag", "tag"}:
            self._spans.append(Span(start, end, "hashtag", shown.removeprefix("#")))
        else:
            self._spans.append(Span(start, end, "mention" if "mention" in marks else "link", address))

    def _address(self, href: str) -> str:
        try:
            address = urljoin(self._base, href.strip())
        except ValueError:
            return ""
        return clean(address) if address.partition(":")[0].lower() in _SCHEMES else ""
