"""What the content security policy and the translators ask of every template, read from the files as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2] / "rapport/server"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICONS = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/rapport/icons.svg").read_text()))

UNSAFE = re.compile(
    r"""<style\b | \sstyle\s*= | \son[a-z]+\s*=\s*["'] | javascript: | hx-on | hx-vals=["']js: | hx-trigger="[^"]*\[
      | <script(?![^>]*\ssrc=)(?![^>]*type="application/json") | (?:src|href|action)="(?:https?:)?// """,
    re.VERBOSE,
)
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}|<!--.*?-->", re.DOTALL)
TRANSLATED = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}", re.DOTALL)
TAG = re.compile(r"""<(?P<program>script|code)\b.*?</(?P=program)>|<(?:"[^"]*"|'[^']*'|[^"'>])*>""", re.DOTALL)
SPOKEN = re.compile(r'(?:aria-label|title|placeholder|alt)="([^"]*)"')
# The name of the product is the same in every language.
SAME_EVERYWHERE = {"Rapport"}


def markup(source: str) -> str:
    return COMMENT.sub("", source)


def untranslated(source: str) -> list[str]:
    """Words that a reader would see or hear and that no translator ever does."""
    text = TRANSLATED.sub("", markup(source))
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
    shown = TAG.sub("\n", text)
    words = [*shown.split("\n"), *SPOKEN.findall(text)]
    return [word.strip() for word in words if re.search(r"[^\W\d_]{2}", word) and word.strip() not in SAME_EVERYWHERE]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_keeps_the_content_security_policy(path: Path) -> None:
    assert UNSAFE.findall(markup(path.read_text())) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_word_of_a_template_can_be_translated(path: Path) -> None:
    assert untranslated(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_icon_that_a_template_names_was_drawn(path: Path) -> None:
    source = path.read_text()
    named = re.findall(r'{% icon "([\w-]+)"', source) + re.findall(r'\bicon="([\w-]+)"', source)
    named += re.findall(r'{% icon [\w.]+\|default:"([\w-]+)"', source)
    assert set(named) - ICONS == set()


@pytest.mark.parametrize(
    "breach",
    [
        '<p style="color: red">',
        '<button onclick="go()">',
        "<script>go()</script>",
        '<a href="//elsewhere.example/x">',
        '<a href="javascript:go()">',
        '<div hx-trigger="click[ctrlKey]">',
    ],
)
def test_a_breach_of_the_policy_is_found(breach: str) -> None:
    assert UNSAFE.findall(breach) != []


@pytest.mark.parametrize("slip", ["<p>Hello</p>", '<a aria-label="Close">', "<p>{{ count }} left</p>"])
def test_a_word_that_escaped_the_translators_is_found(slip: str) -> None:
    assert untranslated(slip) != []


def test_a_translated_word_is_let_pass() -> None:
    assert untranslated('<p title="{% translate \'Close\' %}">{% translate "Hello" %} {{ name }}</p>') == []
