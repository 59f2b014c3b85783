"""Colours that meet on a page can be told apart, in the light and in the dark (WCAG 2.2: 1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

CSS = (Path(__file__).parents[2] / "rapport/server/static/rapport/app.css").read_text()
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-fA-F]{6}),\s*(#[0-9a-fA-F]{6})\)")
GROUNDS = ("ground", "surface", "raised", "hover", "selected", "accent-soft")

TEXT = [
    *[(word, ground) for word in ("text", "muted", "accent", "accent-strong") for ground in GROUNDS],
    *[("text", f"hue-{hue}") for hue in range(6)],
    *[(word, ground) for word in ("text", "muted") for ground in ("notice-soft", "negative-soft", "positive-soft")],
    *[(f"{tone}-text", f"{tone}-soft") for tone in ("negative", "positive", "notice")],
    *[
        (f"{tone}-text", ground)
        for tone in ("negative", "positive", "notice")
        for ground in ("ground", "surface", "raised", "hover", "selected")
    ],
    ("accent", "notice-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
MARKS = [
    (mark, ground)
    for mark in ("edge", "accent", "negative", "neutral", "positive", "notice")
    for ground in ("ground", "surface", "raised")
]


def colours(css: str, theme: str) -> dict[str, str]:
    return {name: light if theme == "light" else dark for name, light, dark in TOKEN.findall(css)}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, between 0 and 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Between 1 and 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def too_faint(css: str, theme: str, pairs: list[tuple[str, str]], least: float) -> list[str]:
    found = colours(css, theme)
    ratios = {(one, other): contrast(found[one], found[other]) for one, other in pairs}
    return [f"{one} on {other}: {ratio:.2f}" for (one, other), ratio in ratios.items() if ratio < least]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme: str) -> None:
    assert too_faint(CSS, theme, TEXT, 4.5) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_that_mean_something_can_be_seen(theme: str) -> None:
    assert too_faint(CSS, theme, MARKS, 3.0) == []


def test_white_on_black_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_a_muted_grey_that_is_too_light_is_found() -> None:
    muted = colours(CSS, "light")["muted"]
    assert "muted on surface" in " ".join(too_faint(CSS.replace(muted, "#a0a0a0"), "light", TEXT, 4.5))


def test_colours_are_named_in_one_place_only() -> None:
    tokens, rest = CSS.split(":root {", 1)[1].split("}", 1)
    assert "light-dark(" in tokens
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rest) == []
