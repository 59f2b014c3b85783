"""Killed again and again while people talk, edit and take back: nothing is lost, and nothing is sent twice.

One process does everything that Rapport does but the pages. It is killed with SIGKILL at random moments and at every
point that has a name; that each of those was reached is proven by the mark that it leaves. In the end it is left to
itself, and what it has is compared with what stands on the platform.
"""

from __future__ import annotations

import importlib.util
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rapport.server.crashpoint import NAMES
from tests.live.bluesky_network import BlueskyNetwork
from tests.live.mail_servers import MailServers
from tests.live.wordpress_site import WordPressSite
from tests.torture.one_way import Webhook, feed, files, webhook
from tests.torture.platforms import OURS, Crowd, Platform, bluesky, mail, mastodon, talking, wordpress
from tests.torture.stable import Stable

STAGE = "tests.torture.stage"
GONE_BEFORE = (
    "there is no post with it"  # Mastodon: taken back before it was heard; of the mention only a shell is left
)
PATIENCE = 120.0
"""How many seconds nothing may get better in the end, as long as something is not as it has to be."""
WITH_ARCHIVIST = 0.2
"""The share of the times in which the archive is written, too: starting who writes it takes longer than the rest."""


@dataclass(frozen=True)
class Plan:
    """How often it is killed: at random, and `seeds` times at each of `points`; and how fast people talk meanwhile."""

    at_random: int
    points: tuple[str, ...]
    seeds: int
    every_seconds: float = 0.2

    def kills(self, rng: random.Random) -> list[str]:
        order = [""] * self.at_random + list(self.points) * self.seeds
        rng.shuffle(order)
        return order


SHORT = Plan(at_random=3, points=("receive.before_commit", "send.after_call"), seeds=1)
HEARD = Plan(at_random=2, points=("receive.before_commit",), seeds=1)
FULL = Plan(at_random=150, points=NAMES, seeds=8, every_seconds=0.4)
TWENTY = Plan(at_random=20, points=(), seeds=0)


@pytest.mark.timeout(1800)
def test_on_mastodon(tmp_path: Path, in_full: bool) -> None:
    if importlib.util.find_spec("mastodon_mock") is None:
        pytest.skip("no Mastodon server here: install mastodon-mock, which is among the development dependencies")
    torture(mastodon, tmp_path, FULL if in_full else SHORT, seed=1)


@pytest.mark.live
@pytest.mark.timeout(1800)
def test_on_bluesky(tmp_path: Path, in_full: bool, bluesky_network: BlueskyNetwork) -> None:
    torture(lambda: bluesky(bluesky_network), tmp_path, FULL if in_full else SHORT, seed=2)


@pytest.mark.live
@pytest.mark.timeout(1800)
def test_on_wordpress(tmp_path: Path, in_full: bool, wordpress_site: WordPressSite) -> None:
    torture(lambda: wordpress(wordpress_site), tmp_path, TWENTY if in_full else SHORT, seed=3)


@pytest.mark.live
@pytest.mark.timeout(1800)
def test_on_mail(tmp_path: Path, in_full: bool, mail_servers: MailServers) -> None:
    torture(lambda: mail(mail_servers), tmp_path, TWENTY if in_full else SHORT, seed=4)


@pytest.mark.live
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("platform", [feed, files, webhook], ids=lambda platform: platform.__name__)
def test_on_what_is_only_heard(tmp_path: Path, in_full: bool, platform: Callable[..., Any]) -> None:
    real = partial(files, tmp_path / "dropped") if platform is files else platform
    torture(real, tmp_path, TWENTY if in_full else HEARD, seed=5)


def torture(platform: Callable[[], AbstractContextManager[Platform]], folder: Path, plan: Plan, *, seed: int) -> None:
    rng = random.Random(seed)
    started = time.monotonic()
    with (
        platform() as real,
        Stable(folder / "var", **real.environment) as stable,
    ):
        told = stable.call(f"{STAGE}:found", connector=real.connector, answers=real.answers)
        if isinstance(real, Webhook):
            real.opened(told)
        crowd = Crowd(real, random.Random(seed), plan.every_seconds)
        fired: Counter[str] = Counter()
        with talking(crowd):
            for number, point in enumerate(plan.kills(rng)):
                if number % 5 == 0 or point.startswith("send"):
                    stable.call(f"{STAGE}:answer_everything")
                fired[point] += killed(stable, point, folder / f"mark-{number}", rng)
        assert not (wanted := Counter(plan.kills(rng))) - fired, f"not reached: {wanted - fired}"
        took = time.monotonic() - started
        left_to_itself(stable, crowd, real)
        said = f"{len(crowd.said)} messages, {len(crowd.gone)} taken back"
        print(f"\n{real.connector}: {sum(fired.values())} kills in {took:.0f} s, {said}")


def killed(stable: Stable, point: str, mark: Path, rng: random.Random) -> bool:
    """Start it and kill it: when it gets to the point, or at any time. Whether it came so far."""
    stable.call(f"{STAGE}:hurry")
    archive = {"RAPPORT_ARCHIVE_SECONDS": "2"} if point.startswith("archive") or rng.random() < WITH_ARCHIVIST else {}
    if not point:
        pid = stable.start(**archive)
        time.sleep(rng.uniform(0.05, 1.5))
        return stable.kill(pid) == -9
    pid = stable.start(RAPPORT_CRASH_AT=point, RAPPORT_CRASH_MARK=str(mark), **archive)
    end = time.monotonic() + 120
    while not mark.exists() and time.monotonic() < end:
        time.sleep(0.05)
        if rng.random() < 0.05:
            stable.call(f"{STAGE}:hurry")
            if point.startswith("send"):
                stable.call(f"{STAGE}:answer_everything")
    time.sleep(0.3)
    fell = stable.gone(pid) or point.startswith("archive")  # the archivist is a process of its own, and falls alone
    return stable.kill(pid) == -9 and fell and mark.exists() and mark.read_text() == point


def left_to_itself(stable: Stable, crowd: Crowd, platform: Platform) -> None:
    """Nobody kills it any more. As soon as nothing moves, it has heard everything and sent every answer once."""
    pid = stable.start(RAPPORT_ARCHIVE_SECONDS="2")
    wrong: Any = "it was not looked at"
    moved = time.monotonic()
    while wrong and time.monotonic() < moved + PATIENCE:
        stable.call(f"{STAGE}:hurry")
        time.sleep(2)
        stable.call(f"{STAGE}:answer_everything")
        before, wrong = wrong, wrongs(stable.call(f"{STAGE}:ledger"), crowd, platform)
        moved = time.monotonic() if wrong != before else moved
    assert not stable.gone(pid)
    stable.kill(pid, 15)
    assert not wrong, f"{wrong}\n{stable.log.read_text(errors='replace')[-4000:]}"


def wrongs(ledger: dict[str, Any], crowd: Crowd, platform: Platform) -> dict[str, Any]:
    """What is not as it has to be in the end, by name."""
    rows = {platform.key(key): (text, state, removed) for key, text, state, removed in ledger["messages"]}
    there = Counter(int(found[1]) for text in platform.ours() if (found := OURS.search(re.sub("<[^>]+>", "", text))))
    sent = Counter(_number(row) for row in ledger["answers"] if row["state"] == "sent")
    found = {
        "lost": sorted(crowd.said.keys() - rows.keys()),
        "not as it reads now": [key for key, word in crowd.said.items() if key in rows and word not in rows[key][0]],
        "not placed": [key for key in crowd.said.keys() & rows.keys() if rows[key][1] != platform.ends],
        "taken back and still there": [key for key in crowd.gone & rows.keys() if rows[key][0] or not rows[key][2]],
        "heard twice": len(ledger["messages"]) - len(rows),
        "sent twice": {key: times for key, times in there.items() if times > 1},
        "sent, and not there": [row for row in ledger["answers"] if _number(row) in sent.keys() - there.keys()],
        "there, and not known as sent": sorted(there.keys() - sent.keys()),
        "under way": [row for row in ledger["answers"] if row["state"] not in ("sent", "failed")],
        "not answered": ledger["unanswered"],  # of those that were taken back nothing is left to answer
        "quarantined": [why for why in ledger["quarantined"] if why[1] != GONE_BEFORE],
        "the database": "" if ledger["integrity"] == "ok" else ledger["integrity"],
    }
    return {name: what for name, what in found.items() if what}


def _number(answer: dict[str, Any]) -> int:
    return int(OURS.search(answer["text"])[1])
