"""The plan of a past: who says what when, in arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

YEARS = 3
# Name, network, share of the messages. They stand on the sample's stand-in for platforms, which never answers.
CHANNELS = (
    ("Bluesky", "bluesky", 0.40),
    ("Mastodon", "mastodon", 0.25),
    ("Reviews", "reviews", 0.15),
    ("Mail", "mail", 0.12),
    ("Forum", "forum", 0.08),
)
KEPT = 0.30  # of the threads: said about others, answered by nobody
LENGTHS = (0.36, 0.28, 0.16, 0.10, 0.06, 0.04)  # threads of one to six messages


@dataclass(frozen=True)
class Plan:
    """Arrays over messages in the order in which they were heard (`root` and below) and over threads.

    at        microseconds since 1970; heard a second or so later
    author    number of the author; the channels' own accounts come first
    thread    number of the thread; root: the message that began it
    last      it is the last that they (not we) said in its thread
    """

    seed: int
    until: datetime
    at: np.ndarray
    author: np.ndarray
    channel: np.ndarray
    thread: np.ndarray
    root: np.ndarray
    ours: np.ndarray
    last: np.ndarray
    kept: np.ndarray  # a thread
    authors: int

    def __len__(self) -> int:
        return len(self.at)


def plan(messages: int, seed: int, until: datetime) -> Plan:
    chance = np.random.default_rng(seed)
    length = chance.choice(np.arange(1, 7), size=messages, p=LENGTHS)
    kept = chance.random(messages) < KEPT
    length[kept] = 1
    threads = int(np.searchsorted(np.cumsum(length), messages)) + 1
    length, kept = length[:threads], kept[:threads]
    length[-1] -= int(length.sum()) - messages
    channel = chance.choice(len(CHANNELS), size=threads, p=[share for _, _, share in CHANNELS])
    authors = max(messages // 4, 10)
    speaker = _heavy_tailed(chance, threads, channel, authors)

    thread = np.repeat(np.arange(threads), length)
    place = np.arange(messages) - np.repeat(np.cumsum(length) - length, length)
    # We answer every second time, never first; now and then somebody else joins in.
    ours = (place > 0) & (chance.random(messages) < 0.5)
    author = speaker[thread]
    others = (place > 0) & ~ours & (chance.random(messages) < 0.15)
    author[others] = _heavy_tailed(chance, int(others.sum()), channel[thread[others]], authors)
    author[ours] = channel[thread[ours]]

    at = _times(chance, until, thread, place, length)
    order = np.argsort(at, kind="stable")
    number = np.empty(messages, dtype=np.int64)
    number[order] = np.arange(messages)
    root = number[np.cumsum(length) - length]
    theirs_last = np.full(threads, -1, dtype=np.int64)
    np.maximum.at(theirs_last, thread[~ours], number[~ours])
    last = np.zeros(messages, dtype=bool)
    last[theirs_last] = True
    return Plan(
        seed=seed, until=until, at=at[order], author=author[order], channel=channel[thread][order],
        thread=thread[order], root=root[thread][order], ours=ours[order], last=last, kept=kept, authors=authors,
    )  # fmt: skip


def _heavy_tailed(chance: np.random.Generator, count: int, channel: np.ndarray, authors: int) -> np.ndarray:
    """Some people write hundreds of times, most once. An author's channel is their number modulo that of channels."""
    ranks = (authors / len(CHANNELS) - 1) * chance.random(count) ** 2.5
    return (ranks.astype(np.int64) + 1) * len(CHANNELS) + channel


def _times(
    chance: np.random.Generator, until: datetime, thread: np.ndarray, place: np.ndarray, length: np.ndarray
) -> np.ndarray:
    """Threads begin evenly over the years; each next message comes some minutes or hours later, never after `until`."""
    end = int(until.timestamp() * 1e6)
    span = YEARS * 365 * 86_400 * 1e6
    start = np.sort(end - span * chance.random(len(length)))
    gap = np.where(place > 0, chance.lognormal(mean=8.5, sigma=1.2, size=len(thread)) * 1e6, 0)
    since = np.cumsum(gap)
    since -= since[np.cumsum(length) - length][thread]
    longest = since[np.cumsum(length) - 1]
    squeeze = np.minimum(1, (end - start) / (longest + 5e6))
    # Never a whole second: Django would write those shorter.
    return (start[thread] + since * squeeze[thread]).astype(np.int64) // 1000 * 1000 + 1
