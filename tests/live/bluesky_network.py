"""A real Bluesky network on loopback, for the tests that need one: directory, server, AppView, moderation.

    def test_something(bluesky_network):
        cleo = bluesky_network.create_account("cleo")      # a client of the SDK, signed in; none of our code
        cleo.send_post("Hello")
        account = bluesky_network.account(bluesky_network.create_account("ferry"))      # what a connector is given

It starts PostgreSQL and Redis from the distribution's packages and `network/net.js` from npm, all of them on
127.0.0.1, on free ports, in a temporary folder, and ends them by their process ids. Where something is missing, the
tests that ask for it are skipped, and say what to install.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

import pytest
from atproto import Client, models
from atproto.exceptions import AtProtocolError

from rapport.connectors.contract import Account

NETWORK = Path(__file__).parent / "network"
PASSWORD = "correct horse battery"
T = TypeVar("T")


@dataclass
class BlueskyNetwork:
    """`service_url` is the address that one would type into the connector's form; `pids` are those that we started."""

    service_url: str
    appview_url: str
    pids: dict[str, int]
    started_in_seconds: float
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

    def resident_megabytes(self) -> dict[str, int]:
        """Memory of the three processes that we started (PostgreSQL's own children apart)."""
        return {name: _resident_megabytes(pid) for name, pid in self.pids.items()}


@pytest.fixture(scope="session")
def bluesky_network() -> Iterator[BlueskyNetwork]:
    if missing := _missing():
        pytest.skip(f"no Bluesky network here: {missing}")
    with start_bluesky_network() as network:
        yield network


@contextmanager
def start_bluesky_network() -> Iterator[BlueskyNetwork]:
    """The same, for a program of one's own."""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bluesky-", ignore_cleanup_errors=True)))
        shutil.chown(folder, _daemon_user())
        postgres_port, redis_port = _free_ports(2)
        postgres = stack.enter_context(_postgres(folder, postgres_port))
        redis = stack.enter_context(_redis(folder, redis_port))
        environment = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(folder),
            "NODE_ENV": "production",
            "LOG_ENABLED": "false",
            "DB_POSTGRES_URL": f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres",
            "REDIS_HOST": f"127.0.0.1:{redis_port}",
        }
        node = stack.enter_context(
            _process(
                ["node", "net.js"],
                folder / "node.log",
                cwd=NETWORK,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )
        ready = json.loads(_first_line(node, folder / "node.log"))
        yield BlueskyNetwork(
            service_url=ready["pds"],
            appview_url=ready["appview"],
            pids={"node": node.pid, "postgres": postgres.pid, "redis": redis.pid},
            started_in_seconds=time.monotonic() - began,
        )


# -- the processes -----------------------------------------------------------------------------------------------------


def _missing() -> str:
    """What is not installed, in words; nothing when everything is."""
    if not shutil.which("node"):
        return "Node.js 20 or newer is not installed"
    if not (NETWORK / "node_modules" / "@atproto" / "dev-env").exists():
        return f"run {NETWORK / 'install.sh'} first"
    if not _postgres_program("postgres"):
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if not shutil.which("redis-server"):
        return "Redis is not installed (Debian: apt-get install redis-server)"
    return ""


def _postgres_program(name: str) -> str:
    """Debian keeps PostgreSQL's programs out of PATH, a folder per version; the newest is taken."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(versions[-1]) if versions else shutil.which(name) or ""


def _daemon_user() -> str:
    """PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _as_daemon() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(_daemon_user())
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def _postgres(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    data = folder / "postgres"
    subprocess.run(
        [_postgres_program("initdb"), "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"],
        check=True,
        cwd=folder,
        capture_output=True,
        **_as_daemon(),
    )
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [_postgres_program("postgres"), "-D", data, *options]
    with _process(command, folder / "postgres.log", end=signal.SIGINT, cwd=folder, **_as_daemon()) as process:
        _wait_for_port(port, process, folder / "postgres.log")
        yield process


@contextmanager
def _redis(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    with _process(command, folder / "redis.log", cwd=folder, **_as_daemon()) as process:
        _wait_for_port(port, process, folder / "redis.log")
        yield process


@contextmanager
def _process(
    command: list[object], log: Path, *, end: signal.Signals = signal.SIGTERM, **options: object
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that writes to `log`, and is ended by its id on the way out; by the kernel, if we are killed first."""
    with log.open("wb") as sink:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", end.name.removeprefix("SIG"), *command],
            **{"stdout": sink, "stderr": sink, **options},
        )
    try:
        yield process
    finally:
        process.send_signal(end)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def _first_line(process: subprocess.Popen[bytes], log: Path) -> bytes:
    output: IO[bytes] | None = process.stdout
    line = output.readline() if output else b""
    if not line:
        raise RuntimeError(f"the network did not start:\n{_tail(log)}")
    return line


def _wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args[0]} did not start:\n{_tail(log)}")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:]


def _resident_megabytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))
