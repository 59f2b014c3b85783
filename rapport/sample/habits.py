"""How it usually goes: how often people are answered and react, what lies about, and how that feels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from rapport.sample.scenes import SCENES

BEGINNINGS = 9_600.0  # conversations that begin in a year at scale 1; with what follows on them, 20,000 messages
ORDINARY = sum(scene.weight for scene in SCENES.values())

ANSWERED: Mapping[str, float] = {
    "question": 0.80,
    "complaint": 0.76,
    "bug": 0.66,
    "idea": 0.48,
    "lead": 0.92,
    "delivery": 0.88,
    "job": 0.78,
    "praise": 0.34,
    "other": 0.10,
    "spam": 0.0,
}
NEEDS_ANSWER = ("question", "complaint", "bug", "lead", "delivery", "job")
# After an answer: how often its receiver writes again, and then what: thanks, still unhappy, something to add.
REACTIONS: Mapping[str, tuple[float, tuple[float, float, float]]] = {
    "question": (0.44, (0.62, 0.10, 0.28)),
    "complaint": (0.48, (0.36, 0.42, 0.22)),
    "bug": (0.36, (0.45, 0.22, 0.33)),
    "idea": (0.30, (0.80, 0.02, 0.18)),
    "lead": (0.58, (0.45, 0.05, 0.50)),
    "delivery": (0.50, (0.45, 0.25, 0.30)),
    "job": (0.46, (0.65, 0.03, 0.32)),
}
NO_REACTION = (0.06, (1.0, 0.0, 0.0))
REFUNDED = ("refund", "pay")  # where thanks that come late are for the money
REACTION_POOLS = ("thanks", "still", "clarify")
# Others who chime in on a public message: how many on average, and from which pools.
CHIMES: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "complaint": (0.75, ("metoo",)),
    "question": (0.42, ("helper",)),
    "bug": (0.40, ("metoo", "helper")),
    "praise": (0.65, ("cheer",)),
    "other": (0.30, ("cheer",)),
    "idea": (0.40, ("cheer",)),
}
TONES: Mapping[str, tuple[str, int]] = {
    "thanks": ("positive", 1),
    "still": ("negative", -1),
    "paid": ("positive", 1),
    "clarify": ("neutral", 0),
    "nudge": ("negative", -1),
    "metoo": ("negative", -1),
    "helper": ("neutral", 0),
    "cheer": ("positive", 1),
    "photo": ("positive", 1),
}
KINDS: Mapping[str, str] = {
    "thanks": "praise",
    "paid": "praise",
    "cheer": "praise",
    "photo": "praise",
    "still": "complaint",
    "nudge": "complaint",
}

LANGUAGE_NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "da": "Danish"}

BACKLOG = timedelta(days=6)  # what began since then may still lie there
FATES = (("waiting", 0.12), ("drafting", 0.10), ("noted", 0.06), ("promised", 0.08))
LYING = 30  # conversations that lie there at least, when the season leaves fewer
FRESH = 6  # conversations of the last hours that nobody has answered
CAMPAIGN = 40.0  # posts a day that a campaign sends, at scale 1
PROMISES = ("complaint", "bug", "delivery")
