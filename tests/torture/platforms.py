"""Platforms on which somebody talks to us while we are being killed: each is a real server that the tests start."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from atproto import client_utils

from tests.live.bluesky_network import BlueskyNetwork
from tests.live.mail_servers import MailServers
from tests.live.mastodon_server import start_mastodon_server
from tests.live.wordpress_site import WordPressSite

OURS = re.compile(r"We have read you, (\d+)\.")


class Platform(Protocol):
    """`connector` and `answers` are what one types to connect. What is said is known by its external id.

    environment  what Rapport has to be told besides
    ends         the state that a message has in the end: one that nobody said to us is only kept
    """

    connector: str
    answers: dict[str, str]
    environment: dict[str, str]
    ends: str

    def say(self, text: str) -> str: ...

    def key(self, external_id: str) -> str:
        """What `say` called the message that is stored under this id."""

    def ours(self) -> list[str]:
        """The texts of all answers of ours that are there."""


@runtime_checkable
class Edits(Protocol):
    """A platform on which one can edit what one said. A mail is sent for good."""

    def edit(self, key: str, text: str) -> None: ...


@runtime_checkable
class TakesBack(Protocol):
    """A platform on which one can take back what one said."""

    def take_back(self, key: str) -> None: ...


# -- Mastodon ----------------------------------------------------------------------------------------------------------


class Mastodon:
    connector, environment, ends = "mastodon", dict[str, str](), "routed"

    def __init__(self, url: str, cleo: object, ferry: object) -> None:
        self.answers = {"instance": url, "token": "ferry-token"}
        self.cleo, self.ferry = cleo, ferry
        self.me = ferry.account_verify_credentials().id

    def say(self, text: str) -> str:
        return f"127.0.0.1/{self.cleo.status_post(f'@ferry {text}').id}"

    def key(self, external_id: str) -> str:
        return external_id

    def edit(self, key: str, text: str) -> None:
        self.cleo.status_update(key.partition("/")[2], f"@ferry {text}")

    def take_back(self, key: str) -> None:
        self.cleo.status_delete(key.partition("/")[2])

    def ours(self) -> list[str]:
        found, page = [], self.ferry.account_statuses(self.me, limit=40)
        while page:
            found += [one.content for one in page]
            page = self.ferry.account_statuses(self.me, limit=40, max_id=page[-1].id)
        return found


@contextmanager
def mastodon() -> Iterator[Platform]:
    with start_mastodon_server() as server:
        yield Mastodon(server.url, server.client("cleo"), server.client("ferry"))


# -- Bluesky -----------------------------------------------------------------------------------------------------------


class Bluesky:
    connector, environment, ends = "bluesky", dict[str, str](), "routed"

    def __init__(self, network: BlueskyNetwork) -> None:
        unique = random.SystemRandom().randrange(10**6)
        self.ferry, self.cleo = (network.create_account(f"{name}{unique}") for name in ("ferry", "cleo"))
        account = network.account(self.ferry)
        self.answers = {**account.config, **account.secrets}

    def say(self, text: str) -> str:
        words = client_utils.TextBuilder().mention(f"@{self.ferry.me.handle}", self.ferry.me.did).text(f" {text}")
        return self.cleo.send_post(words).uri

    def key(self, external_id: str) -> str:
        return external_id

    def edit(self, key: str, text: str) -> None:
        """Bluesky's own apps cannot edit; the protocol can: the record is put anew, its mention where it was."""
        repo, collection, rkey = key.removeprefix("at://").split("/")
        record = self.cleo.com.atproto.repo.get_record({"repo": repo, "collection": collection, "rkey": rkey})
        changed = {
            **record.value.model_dump(by_alias=True, exclude_none=True),
            "text": f"@{self.ferry.me.handle} {text}",
        }
        given = {"repo": repo, "collection": collection, "rkey": rkey, "record": changed}
        self.cleo.com.atproto.repo.put_record(given)

    def take_back(self, key: str) -> None:
        self.cleo.delete_post(key)

    def ours(self) -> list[str]:
        found, cursor = [], None
        while True:
            given = {"repo": self.ferry.me.did, "collection": "app.bsky.feed.post", "limit": 100, "cursor": cursor}
            page = self.ferry.com.atproto.repo.list_records(given)
            found += [record.value.text for record in page.records]
            cursor = page.cursor
            if not cursor:
                return found


@contextmanager
def bluesky(network: BlueskyNetwork) -> Iterator[Platform]:
    yield Bluesky(network)


# -- WordPress ---------------------------------------------------------------------------------------------------------


class WordPress:
    connector, environment, ends = "wordpress", dict[str, str](), "routed"

    def __init__(self, site: WordPressSite) -> None:
        self.site = site
        account = site.account("ferry")
        self.answers = {**account.config, **account.secrets}
        self.post = site.publish("We sail again")

    def say(self, text: str) -> str:
        number = self.site.visitor(text, self.post)
        return f"{self.site.url.removeprefix('http://')}#comment-{number}"

    def key(self, external_id: str) -> str:
        return external_id

    def edit(self, key: str, text: str) -> None:
        self.site.ask("ana", "POST", f"comments/{key.rpartition('-')[2]}", content=text)

    def take_back(self, key: str) -> None:
        self.site.ask("ana", "DELETE", f"comments/{key.rpartition('-')[2]}")

    def ours(self) -> list[str]:
        found, number = [], 1
        where = {"status": "any", "orderby": "id", "per_page": 100}  # times are shared, numbers not
        while True:
            page = self.site.ask("ana", "GET", "comments", **where, page=number)
            found += [one["content"]["rendered"] for one in page]
            number += 1
            if len(page) < 100:
                return found


@contextmanager
def wordpress(site: WordPressSite) -> Iterator[Platform]:
    yield WordPress(site)


# -- mail --------------------------------------------------------------------------------------------------------------


class Mail:
    connector, ends = "email", "routed"

    def __init__(self, servers: MailServers) -> None:
        self.servers = servers
        self.answers = {**servers.answers(), "password": servers.account().secrets["password"]}
        self.environment = {"SSL_CERT_FILE": str(servers.folder / "cert.pem")}

    def say(self, text: str) -> str:
        return self.servers.write("cleo", text).strip("<>")

    def key(self, external_id: str) -> str:
        return external_id.partition("#")[0]  # what follows is a digest, so that nobody can write over a mail

    def ours(self) -> list[str]:
        return [mail.get_payload() for mail in self.servers.mails("cleo")]


@contextmanager
def mail(servers: MailServers) -> Iterator[Platform]:
    yield Mail(servers)


# -- the crowd ---------------------------------------------------------------------------------------------------------


@dataclass
class Crowd:
    """Somebody who never stops talking. `said` is what stands on the platform now, `gone` what was taken back."""

    platform: Platform
    rng: random.Random
    every_seconds: float = 0.2
    said: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    trouble: list[BaseException] = field(default_factory=list)

    def does_something(self) -> None:
        word = f"word{len(self.said) + len(self.gone)}x{self.rng.randrange(10**6)}"
        what = self.rng.random()
        key = self.rng.choice(list(self.said) or [""])
        if key and what > 0.9 and isinstance(self.platform, TakesBack):
            self.platform.take_back(key)
            self.said.pop(key)
            self.gone.add(key)
        elif key and what > 0.75 and isinstance(self.platform, Edits):
            self.platform.edit(key, word)
            self.said[key] = word
        else:
            self.said[self.platform.say(word)] = word


@contextmanager
def talking(crowd: Crowd) -> Iterator[Crowd]:
    """It talks in a thread of its own, until the end of the block."""
    enough = threading.Event()

    def talk() -> None:
        while not enough.is_set():
            try:
                crowd.does_something()
            except Exception as error:  # noqa: BLE001  # told at the end
                crowd.trouble.append(error)
                return
            enough.wait(crowd.every_seconds)

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield crowd
    finally:
        enough.set()
        thread.join(30)
    assert not crowd.trouble, crowd.trouble
