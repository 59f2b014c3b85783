"""How each channel names its messages, and when they reach us."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from rapport.core.types import Author, Message
from rapport.sample.cast import CHANNELS
from rapport.sample.people import BASE32
from rapport.sample.rhythm import ZONE
from rapport.sample.writing import spans

BY_SLUG = {channel.slug: channel for channel in CHANNELS}
OWN = {channel.handle: channel.own.external_id for channel in CHANNELS}
STATES_LANGUAGE: Mapping[str, float] = {"bluesky": 0.92, "mastodon": 0.96, "news": 1.0}


@dataclass(slots=True)
class Desk:
    """Gives out ids, in the order in which messages are made."""

    rng: Random
    count: int = 0
    stamps: set[int] = field(default_factory=set)

    def message(
        self,
        channel: str,
        author: Author,
        text: str,
        at: datetime,
        language: str,
        *,
        root: str = "",
        parent: str = "",
        addressed: bool,
    ) -> Message:
        external_id, url = self._name(channel, author, at)
        stated = language if self.rng.random() < STATES_LANGUAGE.get(channel, 0.0) else ""
        return Message(
            network=BY_SLUG[channel].network,
            external_id=external_id,
            author=author,
            text=text,
            published_at=at,
            url=url,
            thread_id=root or external_id,
            parent_id=parent,
            spans=spans(text, OWN),
            language=stated,
            addressed=addressed,
            ref={"cid": _cid(external_id, text)} if channel == "bluesky" else {},
        )

    def _name(self, channel: str, author: Author, at: datetime) -> tuple[str, str]:
        self.count += 1
        if channel == "bluesky":
            key = _sortable(self._stamp(at))
            return f"at://{author.external_id}/app.bsky.feed.post/{key}", f"{author.url}/post/{key}"
        if channel == "mastodon":
            number = str(self._stamp(at) // 1000 << 16 | self.count & 0xFFFF)
            return number, f"{author.url}/{number}"
        if channel == "news":
            return f"{author.url}{at:%Y/%m/%d}/{self.count}", f"{author.url}{at:%Y/%m/%d}/{self.count}"
        return f"{channel}-{self.count:06d}", ""

    def _stamp(self, at: datetime) -> int:
        """Microseconds since 1970, each given out once."""
        stamp = int(at.timestamp()) * 1_000_000 + self.rng.randrange(1_000_000)
        while stamp in self.stamps:
            stamp += 1
        self.stamps.add(stamp)
        return stamp


def _sortable(stamp: int) -> str:
    number, key = stamp << 10, ""
    for _ in range(13):
        number, digit = divmod(number, 32)
        key = BASE32[digit] + key
    return key


def _cid(external_id: str, text: str) -> str:
    digest = hashlib.sha256(f"{external_id}\0{text}".encode()).digest()
    return "bafyrei" + base64.b32encode(digest).decode().rstrip("=").lower()


def reaches(rng: Random, channel: str, at: datetime) -> datetime:
    """When a message that was published `at` comes in, while the channel delivers."""
    if channel in ("crossings", "apps"):
        six = datetime.combine(at.astimezone(ZONE).date() + timedelta(days=1), time(6), ZONE)
        return six.astimezone(at.tzinfo)
    if channel == "contact":
        return at + timedelta(seconds=1800 - at.timestamp() % 1800)
    least, most = {"bluesky": (2, 40), "mastodon": (15, 90), "news": (120, 1800)}[channel]
    return at + timedelta(seconds=rng.randint(least, most))
