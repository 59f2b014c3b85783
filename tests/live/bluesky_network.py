"""A real Bluesky network on loopback, for the tests that need one: directory, server, AppView, moderation.

    def test_something(bluesky_network):
        cleo = bluesky_network.create_account("cleo")      # a client of the SDK, signed in; none of our code
        cleo.send_post("Hello")
        account = bluesky_network.account(bluesky_network.create_account("ferry"))      # what a connector is given

It starts PostgreSQL and Redis from the distribution's packages and `network/net.js` from npm, all of them on
127.0.0.1, on free ports, in temporary folders, and ends them by their process ids. Where something is missing, the
tests that ask for it are skipped, and say what to install.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

import psycopg
import pytest
from atproto import Client, models
from atproto.exceptions import AtProtocolError

from rapport.connectors.contract import Account
from tests.postgres import Missing, postgresql, program
from tests.processes import free_port, listening, process, tail

NETWORK = Path(__file__).parent / "network"
PASSWORD = "correct horse battery"
FIREHOSE_SECONDS = 20  # how far back the firehose goes
T = TypeVar("T")


@dataclass
class BlueskyNetwork:
    """`service_url` is the address that one would type into the connector's form."""

    service_url: str
    moderation: str = ""  # the DID of the moderation service
    database: str = ""
    clients: dict[str, Client] = field(default_factory=dict)

    def create_account(self, handle: str) -> Client:
        """A new account, and the SDK's own client signed in to it. `cleo` becomes `cleo.test`."""
        handle = handle if "." in handle else f"{handle}.test"
        client = Client(base_url=self.service_url)
        client.com.atproto.server.create_account(
            models.ComAtprotoServerCreateAccount.Data(handle=handle, email=f"{handle}@example.org", password=PASSWORD)
        )
        client.login(handle, PASSWORD, fetch_bsky_profile=False)
        client.me = self.wait_for(lambda: client.get_profile(handle))
        self.clients[handle] = client
        return client

    def account(self, client: Client) -> Account:
        """What a connector is given to act as this client: an app password, and a place to keep a session."""
        secrets = {"password": self.app_password(client, f"rapport {time.monotonic_ns()}")}
        config = {"service": self.service_url, "handle": client.me.handle}
        return Account(config=config, secrets=secrets, keep=secrets.update, private_hosts=("localhost",))

    def reports(self, uri: str) -> list[tuple[str, str]]:
        """Who reported a post to the moderation service, and with which words: read from its own database."""
        asked = (
            'SELECT "createdBy", comment FROM ozone_rapport.moderation_event WHERE action LIKE %s AND "subjectUri" = %s'
        )
        with psycopg.connect(self.database) as connection:
            return connection.execute(asked, ("%modEventReport", uri)).fetchall()

    def app_password(self, client: Client, name: str) -> str:
        return client.com.atproto.server.create_app_password({"name": name}).password

    def shown(self, uri: str) -> None:
        """Wait until the AppView shows a post. It notifies nobody of an answer that it meets before what it answers."""
        anybody = next(iter(self.clients.values()))
        self.wait_for(lambda: anybody.get_posts([uri]).posts)

    def wait_for(self, ask: Callable[[], T | None], *, seconds: float = 20.0) -> T:
        """What `ask` answers, once it answers: the AppView sees a post some tenths of a second after it was written."""
        until = time.monotonic() + seconds
        while True:
            try:
                if answer := ask():
                    return answer
                failure: Exception = AssertionError(f"nothing came within {seconds:g} s")
            except AtProtocolError as error:  # not there yet
                failure = error
            if time.monotonic() > until:
                raise failure
            time.sleep(0.1)


@pytest.fixture(scope="session")
def bluesky_network() -> Iterator[BlueskyNetwork]:
    if missing := _missing():
        pytest.skip(f"no Bluesky network here: {missing}")
    with start_bluesky_network() as network:
        yield network


@contextmanager
def start_bluesky_network() -> Iterator[BlueskyNetwork]:
    """The same, for a program of one's own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bluesky-")))
        environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder),
            "NODE_ENV": "production",
            "LOG_ENABLED": "false",
            "BACKFILL_LIMIT_MS": str(1_000 * FIREHOSE_SECONDS),
            "DB_POSTGRES_URL": (database := stack.enter_context(postgresql())),
            "REDIS_HOST": f"127.0.0.1:{stack.enter_context(_redis(folder))}",
        }
        log, pipes = folder / "node.log", {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        node = stack.enter_context(process(["node", "net.js"], log, cwd=NETWORK, env=environment, **pipes))
        ready = json.loads(_first_line(node.stdout, log))
        yield BlueskyNetwork(ready["pds"], ready["moderation"], database)


# -- the processes -----------------------------------------------------------------------------------------------------


def _missing() -> str:
    """What is not installed, in words; nothing when everything is."""
    if not shutil.which("node"):
        return "Node.js 20 or newer is not installed"
    if not (NETWORK / "node_modules" / "@atproto" / "dev-env").exists():
        return f"run {NETWORK / 'install.sh'} first"
    try:
        program("postgres")
    except Missing as missing:
        return str(missing)
    if not shutil.which("redis-server"):
        return "Redis is not installed (Debian: apt-get install redis-server)"
    return ""


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    """A Redis that forgets everything; its port."""
    port, log = free_port(), folder / "redis.log"
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with process(command, log) as running:
        listening(port, running, log)
        yield port


def _first_line(output: IO[bytes] | None, log: Path) -> bytes:
    line = output.readline() if output else b""
    if not line:
        raise RuntimeError(f"the network did not start:\n{tail(log)}")
    return line
