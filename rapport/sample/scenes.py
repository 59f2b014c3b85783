"""What people write about: a table of scenes, with whose business each is, how often it comes and how it feels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Shares = tuple[float, float, float]  # negative, neutral, positive; they sum to 1

_SAD: Shares = (1.0, 0.0, 0.0)
_GLAD: Shares = (0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """
    weight   how often a conversation begins with it on an ordinary day, against the others
    tones    the shares of the three tones on an ordinary day
    carried  the tones that the heart of the text carries by itself; for any other a sentence says so
    """

    kind: str
    team: str
    weight: float
    tones: Shares
    carried: tuple[str, ...] = ("neutral",)


def _question(weight: float, team: str = "service", negative: float = 0.12) -> Scene:
    return Scene("question", team, weight, (negative, 0.90 - negative, 0.10))


def _complaint(weight: float, team: str) -> Scene:
    return Scene("complaint", team, weight, _SAD, ("negative",))


def _bug(weight: float) -> Scene:
    return Scene("bug", "product", weight, (0.65, 0.35, 0.0), ("negative", "neutral"))


def _praise(weight: float, team: str = "marketing") -> Scene:
    return Scene("praise", team, weight, _GLAD, ("positive",))


SCENES: Mapping[str, Scene] = {
    "pet": _question(3.5),
    "cabin": _question(3.0),
    "checkin": _question(4.0),
    "bike": _question(2.0),
    "vehicle": _question(2.5),
    "change": _question(4.5),
    "papers": _question(2.5),
    "food": _question(1.8),
    "access": _question(1.5),
    "lost": _question(2.2),
    "status": _question(5.0, "logistics", negative=0.2),
    "fares": _question(3.2, "sales"),
    "late": _complaint(6.0, "logistics"),
    "boarding": _complaint(2.8, "logistics"),
    "refund": _complaint(4.5, "service"),
    "hotline": _complaint(3.0, "service"),
    "berth": _complaint(2.5, "product"),
    "meal": _complaint(3.0, "product"),
    "wifi": _complaint(1.8, "product"),
    "pricey": _complaint(0.0, "sales"),
    "cancelled": _complaint(0.0, "logistics"),
    "stormwait": Scene("question", "logistics", 0.0, (0.15, 0.80, 0.05)),
    "login": _bug(1.4),
    "pass": _bug(1.3),
    "pay": _bug(1.8),
    "crash": _bug(2.0),
    "idea_app": Scene("idea", "product", 1.6, (0.0, 0.72, 0.28)),
    "idea_board": Scene("idea", "product", 1.7, (0.0, 0.70, 0.30)),
    "crew": _praise(4.0),
    "view": _praise(5.0),
    "smooth": _praise(4.5),
    "helped": _praise(2.5),
    "tasty": _praise(2.2),
    "app_nice": _praise(1.3, "product"),
    "group": Scene("lead", "sales", 2.6, (0.02, 0.78, 0.20)),
    "freight": Scene("delivery", "logistics", 2.2, (0.35, 0.63, 0.02)),
    "work": Scene("job", "people", 2.4, (0.04, 0.71, 0.25)),
    "chatter": Scene("other", "hub", 4.5, (0.05, 0.70, 0.25)),
    "rivaltalk": Scene("other", "hub", 2.2, (0.15, 0.75, 0.10)),
    "spam": Scene("spam", "hub", 2.4, (0.0, 1.0, 0.0)),
}

# Share of each channel, by kind; then the scenes that differ from their kind.
_HOME = ("bluesky", "mastodon", "contact", "crossings", "apps")
_CHANNELS: Mapping[str, tuple[float, ...]] = {
    "question": (0.44, 0.16, 0.40, 0.0, 0.0),
    "complaint": (0.42, 0.15, 0.20, 0.23, 0.0),
    "bug": (0.22, 0.08, 0.12, 0.0, 0.58),
    "idea": (0.35, 0.20, 0.20, 0.25, 0.0),
    "praise": (0.45, 0.17, 0.06, 0.32, 0.0),
    "lead": (0.12, 0.05, 0.83, 0.0, 0.0),
    "delivery": (0.15, 0.05, 0.80, 0.0, 0.0),
    "job": (0.30, 0.15, 0.55, 0.0, 0.0),
    "other": (0.74, 0.26, 0.0, 0.0, 0.0),
    "spam": (0.50, 0.20, 0.30, 0.0, 0.0),
    "refund": (0.40, 0.14, 0.46, 0.0, 0.0),
    "hotline": (0.52, 0.18, 0.30, 0.0, 0.0),
    "cancelled": (0.60, 0.18, 0.22, 0.0, 0.0),
    "pricey": (0.46, 0.16, 0.22, 0.16, 0.0),
    "idea_app": (0.26, 0.12, 0.12, 0.0, 0.50),
    "app_nice": (0.10, 0.05, 0.0, 0.0, 0.85),
    "view": (0.64, 0.26, 0.0, 0.10, 0.0),
    "helped": (0.55, 0.20, 0.25, 0.0, 0.0),
}

NIGHT_BOATS = ("cabin", "berth")  # scenes that need a cabin

LANGUAGES = ("en", "de", "fr", "es", "da")
LANGUAGE_SHARES: Mapping[str, tuple[float, ...]] = {
    "bluesky": (0.58, 0.13, 0.11, 0.11, 0.07),
    "mastodon": (0.40, 0.33, 0.12, 0.07, 0.08),
    "contact": (0.52, 0.17, 0.12, 0.11, 0.08),
    "crossings": (0.54, 0.15, 0.13, 0.11, 0.07),
    "apps": (0.56, 0.14, 0.11, 0.12, 0.07),
    "news": (0.40, 0.18, 0.15, 0.14, 0.13),
}


def channels(topic: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Where such a message appears: the slugs of the channels and their shares."""
    return _HOME, _CHANNELS.get(topic) or _CHANNELS[SCENES[topic].kind]
