"""This HTML in, this text and these spans out."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rapport.connectors.html import MAX_LENGTH, to_text
from rapport.connectors.values import links

POST = (
    '<p><span class="h-card"><a href="https://a.example/@ana" class="u-url mention">@<span>ana</span></a></span> see '
    '<a href="https://example.org/a/path"><span class="invisible">https://</span><span class="ellipsis">example.org/a'
    '</span><span class="invisible">/path</span></a> <a href="https://a.example/tags/Ferry" class="mention hashtag" '
    'rel="tag">#<span>Ferry</span></a></p>'
)


def spans(html: str, base: str = "") -> list[tuple[str, str, str]]:
    text, found = to_text(html, base=base)
    return [(span.kind, text[span.start : span.end], span.value) for span in found]


def test_a_post_keeps_its_mentions_links_and_hashtags() -> None:
    assert to_text(POST)[0] == "@ana see https://example.org/a/path #Ferry"
    assert spans(POST) == [
        ("mention", "@ana", "https://a.example/@ana"),
        ("link", "https://example.org/a/path", "https://example.org/a/path"),
        ("hashtag", "#Ferry", "Ferry"),
    ]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<br/><br />Three<br><br><br><br>Four", "One\nTwo\n\nThree\n\nFour"),
        ("  <div> One\n  two </div>\t<div>three</div> ", "One two\nthree"),
        ("<ul><li>One</li><li>Two</li></ul>Three", "- One\n- Two\n\nThree"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("a<b>b</b>c &lt;d&gt; &amp;amp; &eacute;", "abc <d> &amp; é"),
        ("no tags at all", "no tags at all"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<p>a<script>steal()</script><style>x{}</style><!-- no -->b", "ab"),
        ("", ""),
        ("a\0b&#0;c\ud83dd&#xd83d;", "a\ufffdb\ufffdc\ufffdd\ufffd"),
    ],
)
def test_the_text_reads_as_the_page_does(html: str, text: str) -> None:
    assert to_text(html)[0] == text


@pytest.mark.parametrize(
    "href",
    ["javascript:steal()", " jAvascript:x", "data:text/html,x", "java&#10;script:x", "vbscript:x", "//", "http://["],
)
def test_addresses_that_no_one_should_follow_are_no_spans(href: str) -> None:
    assert spans(f'<a href="{href}">here</a>') == []


def test_relative_links_are_resolved_against_the_page() -> None:
    assert spans('<a href="../c">c</a>', base="https://example.org/a/b") == [("link", "c", "https://example.org/c")]


def test_a_link_that_stands_bare_is_found_once() -> None:
    html = 'See http://a.example/1, or <a href="https://b.example/2">https://b.example/2</a>.'
    assert [span[1] for span in spans(html)] == ["http://a.example/1", "https://b.example/2"]


def test_what_is_too_long_is_cut_and_says_so() -> None:
    text, _ = to_text("<p>" + "word " * 20_000)
    assert text.endswith("…")
    assert len(text) <= MAX_LENGTH + 1


def test_what_nests_too_deep_keeps_its_text() -> None:
    html = "<div>" * 5_000 + "one</div> &lt;two&gt; <a href='https://example.org'>three</a>"
    assert to_text(html)[0] == "one <two> three"


HURTS = [
    *(
        "<div>",
        "<b>",
        "<p>",
        "<a ",
        "<a",
        "<!--",
        "<!",
        "<?",
        "</",
        "<a<",
        "<![CDATA[",
        "<!--\n",
        "<table><b>x",
        "<div></x>",
    ),
    *("&", "&#", "<", "<script>", "<svg><style>", "<select>", "<a href='", "<b><p>", "<font><div>", "<ruby><rt>"),
]


@pytest.mark.parametrize("piece", HURTS)
def test_what_was_made_to_hurt_is_over_soon(piece: str) -> None:
    started = time.process_time()
    to_text(piece * (2_000_000 // len(piece)))
    assert time.process_time() - started < 1


fragments = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<a href='https://x.example/'>",
            "</a>",
            "<br>",
            "<li>",
            "<pre>",
            "</pre>",
            "<td>",
            "text",
            " ",
            "\n",
            "&amp;",
            "<",
            "é😀",
        ]
    )
).map("".join)


@settings(max_examples=200, deadline=None)
@given(fragments | st.text(max_size=200))
@example("<pre><a href='https://x.example/'>\n")
def test_spans_lie_within_the_text_in_order_and_the_text_has_no_loose_ends(html: str) -> None:
    text, found = to_text(html)
    assert all(0 <= span.start < span.end <= len(text) for span in found)
    assert list(found) == sorted(found, key=lambda span: span.start)
    assert "<pre" in html or text == text.strip(" \n")


@given(st.text())
def test_links_are_where_they_say(text: str) -> None:
    whole = f"{text} http://x.example {text}"
    assert "http://x.example" in {span.value for span in links(whole)}
    assert all(whole[span.start : span.end] == span.value for span in links(whole))
