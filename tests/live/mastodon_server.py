"""mastodon-mock on loopback, for the tests that need a Mastodon server: its client API, written by somebody else.

It is a mock, as its name says: it keeps accounts, posts, threads and notifications, and federates with nobody.

    def test_something(mastodon_server):
        cleo = mastodon_server.client("cleo")        # Mastodon.py, signed in; none of our code
        cleo.status_post("@ferry hello")
        account = mastodon_server.account("ferry")   # what a connector is given

It listens on a free port of 127.0.0.1, keeps everything in memory, and is ended by its process id.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from mastodon import Mastodon

from rapport.connectors.contract import Account
from tests.processes import free_port, listening, process

PEOPLE = ("ferry", "cleo", "ben")


@dataclass(frozen=True)
class MastodonServer:
    """`url` is the address that one would type into the connector's form."""

    url: str

    def client(self, name: str) -> Mastodon:
        return Mastodon(access_token=f"{name}-token", api_base_url=self.url)

    def account(self, name: str) -> Account:
        return Account({"instance": self.url}, {"token": f"{name}-token"}, private_hosts=("127.0.0.1",))


@pytest.fixture(scope="session")
def mastodon_server() -> Iterator[MastodonServer]:
    if importlib.util.find_spec("mastodon_mock") is None:
        pytest.skip("no Mastodon server here: install mastodon-mock, which is among the development dependencies")
    with start_mastodon_server() as server:
        yield server


@contextmanager
def start_mastodon_server() -> Iterator[MastodonServer]:
    accounts = [f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "{name}-token"\n' for name in PEOPLE]
    with tempfile.TemporaryDirectory(prefix="mastodon-") as name:
        folder, port = Path(name), free_port()
        config, log = folder / "mastodon.toml", folder / "log"
        config.write_text("".join(accounts))
        where = ["--host", "127.0.0.1", "--port", str(port)]  # said aloud, or else $HOST and $PORT decide
        command = [sys.executable, "-m", "mastodon_mock", "serve", "--config", str(config), "--in-memory", *where]
        with process(command, log, cwd=folder) as running:
            listening(port, running, log)
            yield MastodonServer(f"http://127.0.0.1:{port}")
