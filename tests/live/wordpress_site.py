"""A real WordPress on loopback: Debian's package, served by PHP itself, on a MariaDB of its own that no port leads to.

    def test_something(wordpress_site):
        post = wordpress_site.publish("We sail again")
        comment = wordpress_site.visitor("When?", post)         # as a browser would do it: wp-comments-post.php
        account = wordpress_site.account("ferry")               # what a connector is given
        wordpress_site.ask("ana", "DELETE", f"comments/{comment}")  # the site's own people; none of our code

Everything lies in a temporary folder and is ended by its process id. Where something is missing, the tests that ask for
it are skipped, and say what to install.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from rapport.connectors.contract import Account
from tests.processes import free_port, listening, process, tail

SITE = Path(__file__).parent / "site"
WORDPRESS = SITE / "debian/usr/share/wordpress"
CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'wordpress'); define('DB_PASSWORD', 'wordpress');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
define('WP_ENVIRONMENT_TYPE', 'local'); define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true); define('DISABLE_WP_CRON', true);
define('AUTH_KEY', 'a'); define('SECURE_AUTH_KEY', 'b'); define('LOGGED_IN_KEY', 'c'); define('NONCE_KEY', 'd');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""


@dataclass(frozen=True)
class WordPressSite:
    """`url` is the address that one would type into the connector's form."""

    url: str
    folder: Path
    passwords: dict[str, str]

    def account(self, name: str = "", **secrets: str) -> Account:
        """What a connector is given; without a name, that of somebody who only reads."""
        kept = {"password": self.passwords[name]} if name else {}
        kept |= secrets
        return Account({"url": self.url, "user": name}, kept, kept.update, private_hosts=("127.0.0.1",))

    # -- what visitors do ----------------------------------------------------------------------------------------------

    def visitor(self, text: str, post: int, *, parent: int = 0, name: str = "Kim", email: str = "") -> int:
        """Comments as a browser would do it; the number that the comment got."""
        answer = self.comment(text, post, parent=parent, name=name, email=email)
        assert answer.status_code == 302, re.sub(r"<[^>]+>|\s+", " ", answer.text)[-400:]
        return int(
            re.search(r"#comment-(\d+)|unapproved=(\d+)", answer.headers["Location"])[0]
            .rpartition("-")[2]
            .rpartition("=")[2]
        )

    def comment(self, text: str, post: int, *, parent: int = 0, name: str = "Kim", email: str = "") -> httpx.Response:
        told = {"comment": text, "author": name, "email": email or f"{name.lower().replace(' ', '.')}@example.com"}
        told |= {"comment_post_ID": str(post), "comment_parent": str(parent)}
        return httpx.post(f"{self.url}/wp-comments-post.php", data=told, timeout=30, trust_env=False)

    # -- what its people do --------------------------------------------------------------------------------------------

    def ask(self, name: str, method: str, route: str, **fields: Any) -> Any:
        answer = httpx.request(
            method,
            f"{self.url}/",
            params={"rest_route": f"/wp/v2/{route}", **(fields if method == "GET" else {})},
            json=fields if method != "GET" else None,
            auth=(name, self.passwords[name]),
            timeout=30,
            trust_env=False,
        )
        answer.raise_for_status()
        return answer.json()

    def publish(self, title: str, **fields: Any) -> int:
        return int(self.ask("ana", "POST", "posts", title=title, status="publish", **fields)["id"])

    def replies(self, post: int, parent: int) -> list[Any]:
        """Everything that stands under a comment, whatever its state."""
        return list(self.ask("ana", "GET", "comments", post=post, parent=parent, status="any", context="edit"))

    # -- what an administrator does ------------------------------------------------------------------------------------

    @contextmanager
    def switched(self, **switches: Any) -> Iterator[None]:
        """See site/switches.php."""
        file = self.folder / "switches.json"
        file.write_text(json.dumps(switches))
        try:
            yield
        finally:
            file.unlink()

    def run(self, code: str) -> str:
        """Runs PHP inside of the site."""
        told = ["php", "-r", f"require '{self.folder}/wp-load.php'; {code}"]
        return subprocess.run(told, check=True, capture_output=True, text=True, cwd=self.folder).stdout

    @contextmanager
    def option(self, name: str, value: str) -> Iterator[None]:
        before = self.run(f"echo get_option('{name}');")
        self.run(f"update_option('{name}', '{value}');")
        try:
            yield
        finally:
            self.run(f"update_option('{name}', '{before}');")


@pytest.fixture(scope="session")
def wordpress_site() -> Iterator[WordPressSite]:
    if missing := _missing():
        pytest.skip(f"no WordPress here: {missing}")
    with start_wordpress_site() as site:
        yield site


@contextmanager
def start_wordpress_site() -> Iterator[WordPressSite]:
    """The same, for a program of one's own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wordpress-")))
        socket = stack.enter_context(_mariadb(folder))
        site, port = folder / "site", free_port()
        shutil.copytree(WORDPRESS, site, symlinks=False, ignore_dangling_symlinks=True, ignore=_unwanted)
        url = f"http://127.0.0.1:{port}"
        (site / "wp-config.php").write_text(CONFIG.format(socket=socket, url=url))
        (site / "wp-content/mu-plugins").mkdir()
        shutil.copy(SITE / "switches.php", site / "wp-content/mu-plugins")
        for name in ("setup.php", "router.php"):
            shutil.copy(SITE / name, site)
        told = subprocess.run(["php", "setup.php"], cwd=site, check=True, capture_output=True, text=True)
        passwords = json.loads(told.stdout[told.stdout.index("{") :])
        log = folder / "php.log"
        command = ["php", "-S", f"127.0.0.1:{port}", "-t", str(site), "router.php"]
        # One process, one request at a time: with workers of its own, it would leave them behind when it ends.
        with process(command, log, cwd=site, env={"PATH": os.environ["PATH"]}) as running:
            listening(port, running, log)
            yield WordPressSite(url, site, passwords)


def _unwanted(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in ("wp-config.php", "ID3")}


def _missing() -> str:
    """What is not installed, in words; nothing when everything is."""
    if not shutil.which("php") or not _mariadbd():
        return (
            "PHP or MariaDB are not installed (Debian: apt-get install php-cli php-mysql php-xml mariadb-server-core)"
        )
    if not (WORDPRESS / "wp-load.php").exists():
        return f"run {SITE / 'install.sh'} first"
    return ""


def _mariadbd() -> str:
    return shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin") or ""


@contextmanager
def _mariadb(folder: Path) -> Iterator[Path]:
    """A MariaDB that listens on a socket in the folder and on nothing else."""
    data, socket, log, begin = folder / "data", folder / "db.sock", folder / "mariadb.log", folder / "begin.sql"
    data.mkdir()
    begin.write_text("CREATE DATABASE wordpress CHARACTER SET utf8mb4;\n")
    user = ["--user=root"] if os.geteuid() == 0 else []
    # Whoever reaches the socket may do everything: the folder is ours alone, and so nobody needs a password.
    told = ["--skip-grant-tables", "--skip-networking", f"--datadir={data}", f"--socket={socket}"]
    told += [f"--pid-file={folder}/db.pid", f"--init-file={begin}", "--innodb-flush-log-at-trx-commit=0"]
    command = [_mariadbd(), "--no-defaults", *user, *told]
    with process(command, log) as running:
        _until_there(socket, running, log)
        yield socket


def _until_there(socket: Path, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        if socket.exists() and "ready for connections" in log.read_text(errors="replace"):
            return
        time.sleep(0.05)
    raise RuntimeError(f"MariaDB did not start:\n{tail(log)}")
