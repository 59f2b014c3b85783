"""An organisation of its own, in a database that several processes can reach: for what has to hold between processes.

def test_something(elsewhere):
    elsewhere.run("...")                    # a program in a process of its own, to its end; what it said
    elsewhere.together("...", 2)            # twice at once: each waits in `go()` until the other is there too
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from secrets import token_hex

import psycopg
from django.db import connection

SET_UP = """
import django
django.setup()
def go():
    print("ready", flush=True)
    input()
"""


@dataclass(frozen=True)
class Elsewhere:
    environment: dict[str, str]

    def start(self, program: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SET_UP + program]
        return subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, program: str) -> str:
        return self._end(self.start(program))

    def together(self, program: str, how_many: int) -> list[str]:
        running = [self.start(program) for _ in range(how_many)]
        for one in running:
            assert one.stdout
            assert one.stdout.readline().strip() == "ready"
        for one in running:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        return [self._end(one) for one in running]

    def _end(self, one: subprocess.Popen[str]) -> str:
        said, trouble = one.communicate(timeout=120)
        assert one.returncode == 0, trouble
        return said.strip()


@contextmanager
def elsewhere(folder: Path) -> Iterator[Elsewhere]:
    """SQLite in a folder of its own; or a database of its own in the server that these tests run on."""
    home, database = _prepared()
    shutil.copytree(home, folder / "var")
    yield Elsewhere(_environment(folder / "var", _database(database) if database else ""))


@cache
def _prepared() -> tuple[Path, str]:
    """An empty organisation that all of them are copies of: bringing a database up to date takes its time."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-elsewhere-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = _database("template1") if connection.vendor == "postgresql" else ""
    place = Elsewhere(_environment(folder / "var", database))
    place.run("from django.core.management import call_command; call_command('migrate', verbosity=0)")
    return folder / "var", database


def _environment(home: Path, database: str) -> dict[str, str]:
    environment = {
        **os.environ,
        "RAPPORT_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "rapport.server.settings",
        "RAPPORT_PRIVATE_HOSTS": "127.0.0.1",
    }
    if database:
        environment["RAPPORT_DATABASE_URL"] = f"{os.environ['RAPPORT_DATABASE_URL'].rpartition('/')[0]}/{database}"
    return environment


def _database(template: str) -> str:
    """A new database in the server of these tests, as a copy of another one."""
    name = f"rapport_{token_hex(4)}"
    with psycopg.connect(os.environ["RAPPORT_DATABASE_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return name
