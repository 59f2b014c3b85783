"""A PostgreSQL of our own on loopback, in a temporary folder, ended by its process id.

    with postgresql() as url: ...                       # in a fixture
    python -m tests.postgres COMMAND …                  # runs COMMAND with RAPPORT_DATABASE_URL set

Where the server is not installed, `postgresql()` raises `Missing`, which says what to install.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import free_port, listening, process


class Missing(Exception):
    """There is no PostgreSQL server on this machine."""


def program(name: str) -> Path:
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)
    if found is None:
        raise Missing(f"{name} is not installed (Debian: apt-get install postgresql)")
    return Path(found)


def server_user() -> str | None:
    """PostgreSQL refuses to run as root; Debian's package brings a user for it."""
    return "postgres" if os.geteuid() == 0 else None


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a fresh, empty, fast and forgetful server."""
    server, initdb, user, port = program("postgres"), program("initdb"), server_user(), free_port()
    with tempfile.TemporaryDirectory(prefix="rapport-postgresql-") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        options = ["-U", "rapport", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run(
            [initdb, "-D", folder / "data", *options], user=user, cwd=folder, check=True, capture_output=True
        )
        command = [str(server), "-D", name + "/data", "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
        command += ["-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        log = folder / "log"
        with process(command, log, end=signal.SIGINT, user=user, cwd=folder) as running:
            listening(port, running, log)
            taking_connections(port)
            yield f"postgresql://rapport@127.0.0.1:{port}/postgres"


def taking_connections(port: int, *, seconds: float = 60.0) -> None:
    """It listens a moment before it lets anybody in."""
    until = time.monotonic() + seconds
    asking = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(asking).returncode:
        if time.monotonic() > until:
            raise RuntimeError("PostgreSQL listens, but lets nobody in.")
        time.sleep(0.05)


def main(command: list[str]) -> int:
    try:
        with postgresql() as url:
            return subprocess.run(command, env={**os.environ, "RAPPORT_DATABASE_URL": url}).returncode
    except Missing as missing:
        sys.stdout.write(f"SKIPPED on PostgreSQL: {missing}\n")
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
