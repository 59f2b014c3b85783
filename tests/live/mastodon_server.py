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
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from mastodon import Mastodon

from rapport.connectors.contract import Account

PEOPLE = ("ferry", "cleo", "ben")


@dataclass(frozen=True)
class MastodonServer:
    """`url` is the address that one would type into the connector's form; `pid` is the process that we started."""

    url: str
    pid: int

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
    folder = Path(tempfile.mkdtemp(prefix="mastodon-"))
    port = _free_port()
    config = folder / "mastodon.toml"
    accounts = [f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "{name}-token"\n' for name in PEOPLE]
    config.write_text(f'[server]\nhost = "127.0.0.1"\nport = {port}\n{"".join(accounts)}')
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--config", str(config), "--in-memory"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) as process:
        try:
            _wait_for(port, process, folder / "log")
            yield MastodonServer(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(10)
    shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"mastodon-mock did not start:\n{log.read_text(errors='replace')[-2000:]}")
